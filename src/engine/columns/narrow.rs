//! Numbers of a host in fewer than 64 bits.

use crate::batch::Units;

/// Whole numbers of at most 32 bits, row by row: what is narrow is read faster.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
#[allow(missing_docs, reason = "a variant for each type")]
pub enum Narrow<'a> {
    I8(&'a [i8]),
    I16(&'a [i16]),
    I32(&'a [i32]),
    U8(&'a [u8]),
    U16(&'a [u16]),
    U32(&'a [u32]),
}

impl<'a> Narrow<'a> {
    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::I8(numbers) => numbers.len(),
            Self::I16(numbers) => numbers.len(),
            Self::I32(numbers) => numbers.len(),
            Self::U8(numbers) => numbers.len(),
            Self::U16(numbers) => numbers.len(),
            Self::U32(numbers) => numbers.len(),
        }
    }

    /// There are none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The number of a row; `None` beyond the last one.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<i64> {
        self.units().number(row)
    }

    pub(super) fn units(self) -> Units<'a> {
        match self {
            Self::I8(numbers) => Units::I8(numbers),
            Self::I16(numbers) => Units::I16(numbers),
            Self::I32(numbers) => Units::I32(numbers),
            Self::U8(numbers) => Units::U8(numbers),
            Self::U16(numbers) => Units::U16(numbers),
            Self::U32(numbers) => Units::U32(numbers),
        }
    }
}
