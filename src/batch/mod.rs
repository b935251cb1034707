//! A program over columns of facts, block after block. Facts as columns go in; numbers, and which rows are left to the
//! reference evaluator, come out. Each row is decided as if it were alone.

mod block;
mod plan;

use crate::program::{Absent, Input, Kind, Output, Program, Reg};

use self::block::{Block, ROWS};
use self::plan::{Class, Plan, class_of};

/// The values of one fact, row by row.
#[derive(Clone, Debug)]
pub(crate) enum Values<'a> {
    /// A bit for each row, the lowest of each byte first.
    Bools(&'a [u8]),
    /// Integers, and lengths of time.
    Integers(&'a [i64]),
    /// Units of ten to the power of minus `scale`.
    Numbers {
        units: &'a [i64],
        scale: u32,
    },
    WideNumbers {
        units: &'a [i128],
        scale: u32,
    },
    /// Days since 1970-01-01.
    Dates(&'a [i32]),
    /// Places in a list of names; by name the place of the member, or a number below all places.
    Members {
        keys: &'a [u32],
        members: Vec<i64>,
    },
}

/// A column of a fact.
#[derive(Clone, Debug)]
pub(crate) struct Column<'a> {
    /// The place of the fact.
    pub(crate) fact: u16,
    pub(crate) values: Values<'a>,
    /// A bit for each row that has a value; `None` where all have.
    pub(crate) valid: Option<&'a [u8]>,
}

impl Column<'_> {
    pub(crate) fn is_valid(&self, row: usize) -> bool {
        self.valid.is_none_or(|valid| has(valid, row))
    }
}

/// What was decided of all rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Decided {
    pub(crate) rows: usize,
    /// By outcome.
    pub(crate) outcomes: Vec<Outcome>,
    /// By rule outside groups and by override, a bit for each row.
    pub(crate) fires: Vec<Vec<u8>>,
    pub(crate) overrides: Vec<Vec<u8>>,
    /// The rules in groups that fired, by row.
    pub(crate) fired: Vec<(usize, u32)>,
}

/// An outcome, row by row.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// The numbers of the rows; of an outcome that is a bool a bit for each, as one number of eight.
    pub(crate) values: OutcomeValues,
    /// A bit for each row that has a value.
    pub(crate) there: Vec<u8>,
}

#[derive(Clone, Debug)]
pub(crate) enum OutcomeValues {
    Bits(Vec<u8>),
    Numbers(Vec<i64>),
}

impl OutcomeValues {
    /// The number of a row.
    pub(crate) fn number(&self, row: usize) -> Option<i64> {
        match self {
            Self::Bits(bits) => Some(i64::from(has(bits, row))),
            Self::Numbers(numbers) => numbers.get(row).copied(),
        }
    }
}

/// Some of the rows, to be filled in.
#[derive(Debug)]
pub(crate) struct Share<'d> {
    /// The first of them.
    pub(crate) start: usize,
    pub(crate) rows: usize,
    pub(crate) outcomes: Vec<OutcomeShare<'d>>,
    pub(crate) fires: Vec<&'d mut [u8]>,
    pub(crate) overrides: Vec<&'d mut [u8]>,
    /// The rules in groups that fired, by row of the share.
    pub(crate) fired: Vec<(usize, u32)>,
}

#[derive(Debug)]
pub(crate) struct OutcomeShare<'d> {
    pub(crate) values: ValuesShare<'d>,
    pub(crate) there: &'d mut [u8],
}

#[derive(Debug)]
pub(crate) enum ValuesShare<'d> {
    Bits(&'d mut [u8]),
    Numbers(&'d mut [i64]),
}

impl Decided {
    /// Room for so many rows; what was there before is taken back.
    pub(crate) fn prepare(&mut self, program: &Program, rows: usize) {
        let bytes = rows.div_ceil(ROWS).saturating_mul(ROWS / 8);
        let bitmaps = |bitmaps: &mut Vec<Vec<u8>>, count| {
            bitmaps.resize(count, Vec::new());
            bitmaps.iter_mut().for_each(|bits| bits.resize(bytes, 0));
        };
        self.rows = rows;
        let same = self.outcomes.len() == program.outputs.len()
            && self.outcomes.iter().zip(&program.outputs).all(|(outcome, output)| {
                matches!(outcome.values, OutcomeValues::Bits(_)) == (output.kind == Kind::Bool)
            });
        if !same {
            let empty = |output: &Output| Outcome {
                values: match output.kind {
                    Kind::Bool => OutcomeValues::Bits(Vec::new()),
                    Kind::Integer
                    | Kind::Days
                    | Kind::WorkingDays
                    | Kind::Months
                    | Kind::Number { .. }
                    | Kind::Date
                    | Kind::Member
                    | Kind::Set
                    | Kind::Text
                    | Kind::Record
                    | Kind::List => OutcomeValues::Numbers(Vec::new()),
                },
                there: Vec::new(),
            };
            self.outcomes = program.outputs.iter().map(empty).collect();
        }
        for outcome in &mut self.outcomes {
            outcome.there.resize(bytes, 0);
            match &mut outcome.values {
                OutcomeValues::Bits(bits) => bits.resize(bytes, 0),
                OutcomeValues::Numbers(numbers) => numbers.resize(rows, 0),
            }
        }
        bitmaps(&mut self.fires, program.fires.len());
        bitmaps(&mut self.overrides, program.overrides.len());
        self.fired.clear();
    }

    /// The rows in shares of `most`, a multiple of [`BLOCK`].
    pub(crate) fn shares(&mut self, most: usize) -> Vec<Share<'_>> {
        let starts = (0..self.rows).step_by(most);
        let mut shares: Vec<Share<'_>> = starts
            .map(|start| Share {
                start,
                rows: self.rows.saturating_sub(start).min(most),
                outcomes: Vec::new(),
                fires: Vec::new(),
                overrides: Vec::new(),
                fired: Vec::new(),
            })
            .collect();
        for outcome in &mut self.outcomes {
            let there = outcome.there.chunks_mut(most / 8);
            match &mut outcome.values {
                OutcomeValues::Bits(bits) => {
                    for ((share, there), bits) in shares.iter_mut().zip(there).zip(bits.chunks_mut(most / 8))
                    {
                        share.outcomes.push(OutcomeShare { values: ValuesShare::Bits(bits), there });
                    }
                }
                OutcomeValues::Numbers(numbers) => {
                    for ((share, there), numbers) in
                        shares.iter_mut().zip(there).zip(numbers.chunks_mut(most))
                    {
                        share.outcomes.push(OutcomeShare { values: ValuesShare::Numbers(numbers), there });
                    }
                }
            }
        }
        for bits in &mut self.fires {
            shares.iter_mut().zip(bits.chunks_mut(most / 8)).for_each(|(share, bits)| share.fires.push(bits));
        }
        for bits in &mut self.overrides {
            shares
                .iter_mut()
                .zip(bits.chunks_mut(most / 8))
                .for_each(|(share, bits)| share.overrides.push(bits));
        }
        shares
    }
}

/// How many rows are best decided at once.
pub(crate) const BLOCK: usize = ROWS;

/// Whether a bitmap has the bit of a row.
pub(crate) fn has(bits: &[u8], row: usize) -> bool {
    bits.get(row / 8).is_some_and(|byte| byte >> (row % 8) & 1 == 1)
}

/// A place to decide rows of one program in.
#[derive(Clone, Debug)]
pub(crate) struct Runner<'p> {
    program: &'p Program,
    block: Block,
}

impl<'p> Runner<'p> {
    pub(crate) fn new(program: &'p Program) -> Self {
        Self { program, block: Block::new(program, &Plan::new(program)) }
    }

    /// Decides the rows of a share, and tells which of them the reference evaluator has to decide, ascending and counted
    /// in the share.
    pub(crate) fn run(&mut self, columns: &[Column<'_>], share: &mut Share<'_>) -> Vec<usize> {
        let mut left = Vec::new();
        for begin in (0..share.rows).step_by(ROWS) {
            let here = share.rows.saturating_sub(begin).min(ROWS);
            self.load(columns, share.start.saturating_add(begin), here);
            self.block.run(self.program, here);
            self.collect(share, begin, here);
            let marked = self.block.abstains.iter().take(here).zip(begin..);
            left.extend(marked.filter(|(abstains, _)| **abstains != 0).map(|(_, row)| row));
        }
        left
    }

    fn load(&mut self, columns: &[Column<'_>], start: usize, rows: usize) {
        let program = self.program;
        self.block.abstains.fill(0);
        for (input, place) in program.inputs.iter().zip(0_u16..) {
            let column = columns.iter().find(|column| column.fact == place);
            let absent = match input.absent {
                Absent::Default(value) => value,
                Absent::Missing | Absent::Asked(_) | Absent::Derived => 0,
            };
            let odd = match class_of(input) {
                Class::Bit => {
                    let Some(out) = self.block.bits_mut(Reg(place)) else { continue };
                    bools(column, start, out)
                }
                Class::Number | Class::Constant(_) => {
                    let Some(out) = self.block.numbers_mut(Reg(place)) else { continue };
                    numbers(input, column, start, rows, out)
                }
            };
            // Where all rows have a value that the program takes there is nothing more to do.
            let all_given = column.is_some_and(|column| column.valid.is_none());
            let mut given = [u8::from(all_given); ROWS];
            if let Some(Column { valid: Some(valid), .. }) = column {
                unpack(valid, start, &mut given);
            }
            if !all_given {
                if let Some(out) = self.block.bits_mut(Reg(place)) {
                    for (out, given) in out.iter_mut().zip(&given) {
                        *out = if *given == 0 { absent as u8 } else { *out };
                    }
                } else if let Some(out) = self.block.numbers_mut(Reg(place)) {
                    for (out, given) in out.iter_mut().zip(&given) {
                        *out = if *given == 0 { absent } else { *out };
                    }
                }
            }
            let missing = u8::from(input.absent == Absent::Missing);
            if let Some(odd) = odd {
                for ((abstains, odd), given) in self.block.abstains.iter_mut().zip(&odd).zip(&given) {
                    *abstains |= odd & given;
                }
            }
            if missing == 1 && !all_given {
                for (abstains, given) in self.block.abstains.iter_mut().zip(&given) {
                    *abstains |= given ^ 1;
                }
            }
            if let Absent::Asked(asked) = input.absent
                && let Some(out) = self.block.bits_mut(asked)
            {
                *out = given;
            }
        }
    }

    /// Copies what a block made of rows from `begin` on.
    fn collect(&mut self, share: &mut Share<'_>, begin: usize, rows: usize) {
        let (program, block) = (self.program, &self.block);
        for (output, outcome) in program.outputs.iter().zip(&mut share.outcomes) {
            match &mut outcome.values {
                ValuesShare::Bits(bits) => block.pack(output.value, begin, rows, bits),
                ValuesShare::Numbers(numbers) => {
                    let here = numbers.get_mut(begin..begin.saturating_add(rows));
                    block.copy(output.value, here.unwrap_or_default());
                }
            }
            block.pack(output.there, begin, rows, outcome.there);
        }
        for (fires, bits) in program.fires.iter().zip(&mut share.fires) {
            block.pack(fires.when, begin, rows, bits);
        }
        for (overrides, bits) in program.overrides.iter().zip(&mut share.overrides) {
            block.pack(overrides.when, begin, rows, bits);
        }
        share.fired.extend(block.fired.iter().map(|(row, rule)| (row.saturating_add(begin), *rule)));
    }
}

/// The bits of a bitmap from a row on that is a multiple of 8, a byte each.
fn unpack(bits: &[u8], start: usize, out: &mut [u8; ROWS]) {
    let bytes = bits.get(start / 8..).unwrap_or_default();
    for (out, byte) in out.chunks_exact_mut(8).zip(bytes.iter().chain(std::iter::repeat(&0))) {
        for (out, place) in out.iter_mut().zip(0..8) {
            *out = byte >> place & 1;
        }
    }
}

/// Rows whose value the program does not take; `None` where it takes all.
type Odd = Option<[u8; ROWS]>;

const ALL_ODD: Odd = Some([1; ROWS]);

/// The bools of a column.
fn bools(column: Option<&Column<'_>>, start: usize, out: &mut [u8; ROWS]) -> Odd {
    match column.map(|column| &column.values) {
        None => None,
        Some(Values::Bools(bits)) => {
            unpack(bits, start, out);
            None
        }
        Some(
            Values::Integers(_)
            | Values::Numbers { .. }
            | Values::WideNumbers { .. }
            | Values::Dates(_)
            | Values::Members { .. },
        ) => ALL_ODD,
    }
}

/// The numbers of a column, in the kind of the input.
fn numbers(
    input: &Input,
    column: Option<&Column<'_>>,
    start: usize,
    rows: usize,
    out: &mut [i64; ROWS],
) -> Odd {
    let end = start.saturating_add(rows);
    match (column.map(|column| &column.values), input.kind) {
        (None, _) => None,
        (Some(Values::Integers(values)), Kind::Integer | Kind::Days | Kind::WorkingDays | Kind::Months) => {
            put(input, out, values.get(start..end), |value| *value)
        }
        (Some(Values::Numbers { units, scale }), Kind::Number { scale: wanted }) if *scale == wanted => {
            put(input, out, units.get(start..end), |value| *value)
        }
        (Some(Values::Numbers { units, scale }), Kind::Number { scale: wanted }) if *scale < wanted => {
            let by = 10_i64.checked_pow(wanted.saturating_sub(*scale));
            try_put(input, out, units.get(start..end), |units| units.checked_mul(by?))
        }
        (Some(Values::Numbers { units, scale }), Kind::Number { scale: wanted }) => {
            let by = 10_i64.checked_pow(scale.saturating_sub(wanted));
            try_put(input, out, units.get(start..end), |units| exact(*units, by?))
        }
        (Some(Values::WideNumbers { units, scale }), Kind::Number { scale: wanted }) => {
            try_put(input, out, units.get(start..end), |units| wide(*units, *scale, wanted))
        }
        (Some(Values::Dates(days)), Kind::Date) => {
            put(input, out, days.get(start..end), |day| i64::from(*day))
        }
        (Some(Values::Members { keys, members }), Kind::Member) => {
            let member = |key: &u32| members.get(*key as usize).copied().unwrap_or(NO_MEMBER);
            // Members have no bounds that their places could lie in by chance.
            let input = Input { least: input.least.max(0), ..input.clone() };
            put(&input, out, keys.get(start..end), member)
        }
        (Some(_), _) => ALL_ODD,
    }
}

/// No place of a member.
pub(crate) const NO_MEMBER: i64 = -1;

/// Numbers of values, where they lie within the limits of an input.
#[inline(always)]
fn put<T>(input: &Input, out: &mut [i64; ROWS], values: Option<&[T]>, number: impl Fn(&T) -> i64) -> Odd {
    let (least, most) = (input.least, input.most);
    let values = values.unwrap_or_default();
    for (out, value) in out.iter_mut().zip(values) {
        *out = number(value);
    }
    // Between limits of at most half the range a number is out of them where one of the two differences is negative, be
    // it that it wraps around: their signs alone are gathered, which wide registers do at once.
    let half = i64::MIN / 2..=i64::MAX / 2;
    let here = out.iter().take(values.len());
    let out_of_limits = if half.contains(&least) && half.contains(&most) {
        here.fold(0, |signs, out| signs | out.wrapping_sub(least) | most.wrapping_sub(*out)) < 0
    } else {
        here.fold(false, |some, out| some | (*out < least) | (*out > most))
    };
    if out_of_limits { marked(out, |value| *value < least || *value > most) } else { None }
}

/// The same where a value may have no number.
#[inline(always)]
fn try_put<T>(
    input: &Input,
    out: &mut [i64; ROWS],
    values: Option<&[T]>,
    number: impl Fn(&T) -> Option<i64>,
) -> Odd {
    let within = |value: &i64| *value >= input.least && *value <= input.most;
    let mut odd = [0; ROWS];
    for ((out, odd), value) in out.iter_mut().zip(&mut odd).zip(values.unwrap_or_default()) {
        let number = number(value).filter(within);
        *odd = u8::from(number.is_none());
        *out = number.unwrap_or(0);
    }
    Some(odd)
}

fn marked(out: &mut [i64; ROWS], is_odd: impl Fn(&i64) -> bool) -> Odd {
    let mut odd = [0; ROWS];
    for (out, odd) in out.iter_mut().zip(&mut odd) {
        if is_odd(out) {
            (*out, *odd) = (0, 1);
        }
    }
    Some(odd)
}

fn exact(units: i64, by: i64) -> Option<i64> {
    if units.checked_rem(by)? == 0 { units.checked_div(by) } else { None }
}

fn wide(units: i128, scale: u32, wanted: u32) -> Option<i64> {
    let scaled = if scale <= wanted {
        units.checked_mul(10_i128.checked_pow(wanted.checked_sub(scale)?)?)?
    } else {
        let by = 10_i128.checked_pow(scale.checked_sub(wanted)?)?;
        if units.checked_rem(by)? != 0 {
            return None;
        }
        units.checked_div(by)?
    };
    i64::try_from(scaled).ok()
}
