//! A program over columns of facts, block after block. Facts as columns go in; numbers, and which rows are left to the
//! reference evaluator, come out. Each row is decided as if it were alone.

mod block;
mod plan;

use std::ops::Range;

use crate::program::{Absent, Input, Kind, Program, Reg};

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
    /// Places in a list of names; by name the place of the member.
    Members {
        keys: &'a [u32],
        members: Vec<Option<i64>>,
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

/// What was decided of some rows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Decided {
    pub(crate) rows: usize,
    /// By outcome, the numbers of its rows, and a bit for each that has one.
    pub(crate) values: Vec<Vec<i64>>,
    pub(crate) there: Vec<Vec<u8>>,
    /// By rule outside groups and by override, a bit for each row.
    pub(crate) fires: Vec<Vec<u8>>,
    pub(crate) overrides: Vec<Vec<u8>>,
    /// The rules in groups that fired, by row.
    pub(crate) fired: Vec<(usize, u32)>,
    /// The rows that the reference evaluator has to decide, ascending.
    pub(crate) left: Vec<usize>,
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

    /// Decides rows; the first one is a multiple of [`BLOCK`].
    pub(crate) fn run(&mut self, columns: &[Column<'_>], rows: Range<usize>) -> Decided {
        let program = self.program;
        let count = rows.len();
        let bitmap = || Vec::with_capacity(count.div_ceil(ROWS).saturating_mul(ROWS / 8));
        let mut decided = Decided {
            rows: count,
            values: program.outputs.iter().map(|_| Vec::with_capacity(count)).collect(),
            there: program.outputs.iter().map(|_| bitmap()).collect(),
            fires: program.fires.iter().map(|_| bitmap()).collect(),
            overrides: program.overrides.iter().map(|_| bitmap()).collect(),
            ..Decided::default()
        };
        for start in rows.clone().step_by(ROWS) {
            let here = rows.end.saturating_sub(start).min(ROWS);
            self.load(columns, start, here);
            self.block.run(program, here);
            self.collect(&mut decided, start.saturating_sub(rows.start), here);
        }
        decided
    }

    fn load(&mut self, columns: &[Column<'_>], start: usize, rows: usize) {
        let program = self.program;
        self.block.abstains.fill(0);
        for (input, place) in program.inputs.iter().zip(0_u16..) {
            let column = columns.iter().find(|column| column.fact == place);
            let mut given = [0_u8; ROWS];
            match column {
                None => {}
                Some(Column { valid: None, .. }) => given.fill(1),
                Some(Column { valid: Some(valid), .. }) => unpack(valid, start, &mut given),
            }
            let absent = match input.absent {
                Absent::Default(value) => value,
                Absent::Missing | Absent::Asked(_) | Absent::Derived => 0,
            };
            let mut odd = [0_u8; ROWS];
            match class_of(input) {
                Class::Bit => {
                    if let Some(out) = self.block.bits_mut(Reg(place)) {
                        bools(column, start, out, &mut odd);
                        for (out, given) in out.iter_mut().zip(&given) {
                            *out = if *given == 0 { absent as u8 } else { *out };
                        }
                    }
                }
                Class::Number | Class::Constant(_) => {
                    if let Some(out) = self.block.numbers_mut(Reg(place)) {
                        numbers(input, column, start, rows, out, &mut odd);
                        for (out, given) in out.iter_mut().zip(&given) {
                            *out = if *given == 0 { absent } else { *out };
                        }
                    }
                }
            }
            let missing = u8::from(input.absent == Absent::Missing);
            for ((abstains, odd), given) in self.block.abstains.iter_mut().zip(&odd).zip(&given) {
                *abstains |= (odd & given) | (missing & (given ^ 1));
            }
            if let Absent::Asked(asked) = input.absent
                && let Some(out) = self.block.bits_mut(asked)
            {
                *out = given;
            }
        }
    }

    fn collect(&mut self, decided: &mut Decided, start: usize, rows: usize) {
        let (program, block) = (self.program, &self.block);
        for ((output, values), there) in
            program.outputs.iter().zip(&mut decided.values).zip(&mut decided.there)
        {
            block.extend(output.value, rows, values);
            there.extend(block.packed(output.there));
        }
        for (fires, bits) in program.fires.iter().zip(&mut decided.fires) {
            bits.extend(block.packed(fires.when));
        }
        for (overrides, bits) in program.overrides.iter().zip(&mut decided.overrides) {
            bits.extend(block.packed(overrides.when));
        }
        decided.fired.extend(block.fired.iter().map(|(row, rule)| (row.saturating_add(start), *rule)));
        let left = block.abstains.iter().take(rows).zip(start..).filter(|(abstains, _)| **abstains != 0);
        decided.left.extend(left.map(|(_, row)| row));
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

/// Marks rows that have no bool.
fn bools(column: Option<&Column<'_>>, start: usize, out: &mut [u8; ROWS], odd: &mut [u8; ROWS]) {
    match column.map(|column| &column.values) {
        Some(Values::Bools(bits)) => unpack(bits, start, out),
        Some(
            Values::Integers(_)
            | Values::Numbers { .. }
            | Values::WideNumbers { .. }
            | Values::Dates(_)
            | Values::Members { .. },
        ) => odd.fill(1),
        None => {}
    }
}

/// Marks rows whose number the program does not take.
fn numbers(
    input: &Input,
    column: Option<&Column<'_>>,
    start: usize,
    rows: usize,
    out: &mut [i64; ROWS],
    odd: &mut [u8; ROWS],
) {
    let (least, most) = (input.least, input.most);
    let end = start.saturating_add(rows);
    let mut put = |values: &mut dyn Iterator<Item = Option<i64>>| {
        for ((out, odd), value) in out.iter_mut().zip(odd.iter_mut()).zip(values) {
            let fits = value.filter(|value| *value >= least && *value <= most);
            *odd = u8::from(fits.is_none());
            *out = fits.unwrap_or(0);
        }
    };
    match (column.map(|column| &column.values), input.kind) {
        (None, _) => {}
        (Some(Values::Integers(values)), Kind::Integer | Kind::Days | Kind::WorkingDays | Kind::Months) => {
            within(values.get(start..end), 1, least, most, out, odd)
        }
        (Some(Values::Numbers { units, scale }), Kind::Number { scale: wanted }) if *scale <= wanted => {
            match 10_i64.checked_pow(wanted.saturating_sub(*scale)) {
                Some(by) => within(units.get(start..end), by, least, most, out, odd),
                None => odd.fill(1),
            }
        }
        (Some(Values::Numbers { units, scale }), Kind::Number { scale: wanted }) => {
            let by = 10_i64.checked_pow(scale.saturating_sub(wanted));
            let units = units.get(start..end).unwrap_or_default();
            put(&mut units.iter().map(|units| by.and_then(|by| exact(*units, by))));
        }
        (Some(Values::WideNumbers { units, scale }), Kind::Number { scale: wanted }) => {
            let units = units.get(start..end).unwrap_or_default();
            put(&mut units.iter().map(|units| wide(*units, *scale, wanted)));
        }
        (Some(Values::Dates(days)), Kind::Date) => {
            put(&mut days.get(start..end).unwrap_or_default().iter().map(|day| Some(i64::from(*day))));
        }
        (Some(Values::Members { keys, members }), Kind::Member) => {
            let keys = keys.get(start..end).unwrap_or_default();
            let member = |key: &u32| members.get(usize::try_from(*key).ok()?).copied().flatten();
            put(&mut keys.iter().map(member));
        }
        (Some(_), _) => odd.fill(1),
    }
}

/// Values times a factor, where they lie between limits.
fn within(
    values: Option<&[i64]>,
    by: i64,
    least: i64,
    most: i64,
    out: &mut [i64; ROWS],
    odd: &mut [u8; ROWS],
) {
    for ((out, odd), value) in out.iter_mut().zip(odd).zip(values.unwrap_or_default()) {
        let (value, exceeds) = value.overflowing_mul(by);
        let fits = !exceeds && value >= least && value <= most;
        *odd = u8::from(!fits);
        *out = if fits { value } else { 0 };
    }
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
