//! A program over columns of facts, block after block. Facts as columns go in; numbers, and which rows are left to the
//! reference evaluator, come out. Each row is decided as if it were alone.

mod block;
mod lane;
mod load;
mod plan;
mod steps;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

use fearless_simd::Level;

use crate::program::ranges::Ranges;
use crate::program::{Kind, Output, Program};

use self::block::{Block, ROWS};
use self::lane::Width;

/// The values of one fact, row by row.
#[derive(Clone, Debug)]
pub(crate) enum Values<'a> {
    /// A bit for each row, the lowest of each byte first.
    Bools(&'a [u8]),
    /// Integers, and lengths of time.
    Integers(Units<'a>),
    /// Units of ten to the power of minus `scale`.
    Numbers {
        units: Units<'a>,
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
        keys: Units<'a>,
        members: Vec<i64>,
    },
}

/// Whole numbers of some width.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Units<'a> {
    I64(&'a [i64]),
    I32(&'a [i32]),
    I16(&'a [i16]),
    I8(&'a [i8]),
    U32(&'a [u32]),
    U16(&'a [u16]),
    U8(&'a [u8]),
}

impl Units<'_> {
    /// The number of a row.
    pub(crate) fn number(&self, row: usize) -> Option<i64> {
        Some(match self {
            Self::I64(units) => *units.get(row)?,
            Self::I32(units) => (*units.get(row)?).into(),
            Self::I16(units) => (*units.get(row)?).into(),
            Self::I8(units) => (*units.get(row)?).into(),
            Self::U32(units) => (*units.get(row)?).into(),
            Self::U16(units) => (*units.get(row)?).into(),
            Self::U8(units) => (*units.get(row)?).into(),
        })
    }
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
    /// The numbers in 64 bits, once somebody has asked for them.
    pub(crate) wide: OnceLock<Vec<i64>>,
}

/// As narrow as the range of the outcome allows.
#[derive(Clone, Debug)]
pub(crate) enum OutcomeValues {
    Bits(Vec<u8>),
    Bytes(Vec<i8>),
    Shorts(Vec<i16>),
    Words(Vec<i32>),
    Longs(Vec<i64>),
}

impl OutcomeValues {
    /// Of no rows.
    fn new(output: &Output, ranges: &Ranges) -> Self {
        if output.kind == Kind::Bool {
            return Self::Bits(Vec::new());
        }
        match Width::of(ranges.of(output.value)) {
            Width::Byte => Self::Bytes(Vec::new()),
            Width::Short => Self::Shorts(Vec::new()),
            Width::Word => Self::Words(Vec::new()),
            Width::Long => Self::Longs(Vec::new()),
        }
    }

    /// Room for so many rows, and so many bytes of bits.
    fn resize(&mut self, rows: usize, bytes: usize) {
        match self {
            Self::Bits(bits) => bits.resize(bytes, 0),
            Self::Bytes(numbers) => numbers.resize(rows, 0),
            Self::Shorts(numbers) => numbers.resize(rows, 0),
            Self::Words(numbers) => numbers.resize(rows, 0),
            Self::Longs(numbers) => numbers.resize(rows, 0),
        }
    }

    /// In chunks of rows.
    fn shares(&mut self, most: usize) -> Vec<ValuesShare<'_>> {
        match self {
            Self::Bits(bits) => bits.chunks_mut(most / 8).map(ValuesShare::Bits).collect(),
            Self::Bytes(numbers) => numbers.chunks_mut(most).map(ValuesShare::Bytes).collect(),
            Self::Shorts(numbers) => numbers.chunks_mut(most).map(ValuesShare::Shorts).collect(),
            Self::Words(numbers) => numbers.chunks_mut(most).map(ValuesShare::Words).collect(),
            Self::Longs(numbers) => numbers.chunks_mut(most).map(ValuesShare::Longs).collect(),
        }
    }

    /// The number of a row.
    pub(crate) fn number(&self, row: usize) -> Option<i64> {
        match self {
            Self::Bits(bits) => Some(i64::from(has(bits, row))),
            Self::Bytes(numbers) => numbers.get(row).map(|number| (*number).into()),
            Self::Shorts(numbers) => numbers.get(row).map(|number| (*number).into()),
            Self::Words(numbers) => numbers.get(row).map(|number| (*number).into()),
            Self::Longs(numbers) => numbers.get(row).copied(),
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
    Bytes(&'d mut [i8]),
    Shorts(&'d mut [i16]),
    Words(&'d mut [i32]),
    Longs(&'d mut [i64]),
}

impl ValuesShare<'_> {
    /// Puts the number of a row; no where it does not fit.
    pub(crate) fn put(&mut self, row: usize, number: i64) -> bool {
        fn put<T: TryFrom<i64>>(numbers: &mut [T], row: usize, number: i64) -> bool {
            match (numbers.get_mut(row), T::try_from(number)) {
                (Some(place), Ok(number)) => {
                    *place = number;
                    true
                }
                (_, _) => false,
            }
        }
        match self {
            Self::Bits(bits) => {
                if let Some(byte) = bits.get_mut(row / 8) {
                    *byte = *byte & !(1 << (row % 8)) | u8::from(number != 0) << (row % 8);
                }
                true
            }
            Self::Bytes(numbers) => put(numbers, row, number),
            Self::Shorts(numbers) => put(numbers, row, number),
            Self::Words(numbers) => put(numbers, row, number),
            Self::Longs(numbers) => put(numbers, row, number),
        }
    }
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
        let ranges = Ranges::new(program);
        let wanted = program.outputs.iter().map(|output| OutcomeValues::new(output, &ranges));
        let same = self.outcomes.len() == program.outputs.len()
            && self.outcomes.iter().zip(wanted.clone()).all(|(outcome, wanted)| {
                std::mem::discriminant(&outcome.values) == std::mem::discriminant(&wanted)
            });
        if !same {
            self.outcomes =
                wanted.map(|values| Outcome { values, there: Vec::new(), wide: OnceLock::new() }).collect();
        }
        for outcome in &mut self.outcomes {
            outcome.there.resize(bytes, 0);
            outcome.wide = OnceLock::new();
            outcome.values.resize(rows, bytes);
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
            for ((share, there), values) in shares.iter_mut().zip(there).zip(outcome.values.shares(most)) {
                share.outcomes.push(OutcomeShare { values, there });
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
    /// What the processor at hand can do.
    #[cfg_attr(not(target_arch = "x86_64"), allow(dead_code, reason = "elsewhere all do the same"))]
    level: Level,
}

impl<'p> Runner<'p> {
    pub(crate) fn new(program: &'p Program) -> Self {
        Self { program, block: Block::new(program), level: Level::new() }
    }

    /// Decides the rows of a share, and tells which of them the reference evaluator has to decide, ascending and counted
    /// in the share.
    pub(crate) fn run(&mut self, columns: &[Column<'_>], share: &mut Share<'_>) -> Vec<usize> {
        let mut left = Vec::new();
        let columns: Vec<Option<&Column<'_>>> = (0_u16..)
            .zip(&self.program.inputs)
            .map(|(place, _)| columns.iter().find(|column| column.fact == place))
            .collect();
        for begin in (0..share.rows).step_by(ROWS) {
            let here = share.rows.saturating_sub(begin).min(ROWS);
            self.decide(&columns, share, begin, here);
            if self.block.abstains.iter().fold(0, |any, abstains| any | abstains) == 0 {
                continue;
            }
            let marked = self.block.abstains.iter().take(here).zip(begin..);
            left.extend(marked.filter(|(abstains, _)| **abstains != 0).map(|(_, row)| row));
        }
        left
    }

    /// Decides a block, with the widest registers there are: what is computed is the same.
    fn decide(&mut self, columns: &[Option<&Column<'_>>], share: &mut Share<'_>, begin: usize, rows: usize) {
        #[cfg(target_arch = "x86_64")]
        if let Some(avx512) = self.level.as_avx512() {
            return self.vectorized(avx512, columns, share, begin, rows);
        } else if let Some(avx2) = self.level.as_avx2() {
            return self.vectorized(avx2, columns, share, begin, rows);
        }
        self.decide_block(columns, share, begin, rows);
    }

    #[cfg(target_arch = "x86_64")]
    fn vectorized<S: fearless_simd::Simd>(
        &mut self,
        simd: S,
        columns: &[Option<&Column<'_>>],
        share: &mut Share<'_>,
        begin: usize,
        rows: usize,
    ) {
        simd.vectorize(
            #[inline(always)]
            || self.decide_block(columns, share, begin, rows),
        );
    }

    #[inline(always)]
    fn decide_block(
        &mut self,
        columns: &[Option<&Column<'_>>],
        share: &mut Share<'_>,
        begin: usize,
        rows: usize,
    ) {
        self.block.load(self.program, columns, share.start.saturating_add(begin), rows);
        self.block.run(self.program, rows);
        self.collect(share, begin, rows);
    }

    /// Copies what a block made of rows from `begin` on.
    #[inline(always)]
    fn collect(&mut self, share: &mut Share<'_>, begin: usize, rows: usize) {
        let (program, block) = (self.program, &self.block);
        for (output, outcome) in program.outputs.iter().zip(&mut share.outcomes) {
            match &mut outcome.values {
                ValuesShare::Bits(bits) => block.pack(output.value, begin, rows, bits),
                ValuesShare::Bytes(numbers) => block.copy(output.value, begin, rows, numbers),
                ValuesShare::Shorts(numbers) => block.copy(output.value, begin, rows, numbers),
                ValuesShare::Words(numbers) => block.copy(output.value, begin, rows, numbers),
                ValuesShare::Longs(numbers) => block.copy(output.value, begin, rows, numbers),
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

/// No place of a member.
pub(crate) const NO_MEMBER: i64 = -1;
