//! Numbers of a host in fewer than 64 bits.

use crate::batch::Units;

/// Whole numbers of at most 32 bits, row by row: what is narrow is read faster.
///
/// ```
/// use assize::columns::{Columns, Narrow, Values};
/// # let policy = assize::Policy::from_text("p.assize", "policy p enum Act: none, fraud
/// #     facts act: Act  injured: integer, 0 to 1_000
/// #     outcome points: integer, sum
/// #     rule r when act is fraud then points: 2 * injured")?;
/// let (act, injured) = (policy.fact("act").unwrap(), policy.fact("injured").unwrap());
/// let mut columns = Columns::new(2);
/// columns.give(act, Values::NarrowMembers { keys: Narrow::U8(&[0, 1]), names: &["fraud", "none"] }, None);
/// columns.give(injured, Values::NarrowIntegers(Narrow::U16(&[40, 7])), None);
///
/// let decisions = policy.decide_batch(&columns)?;
/// let points = decisions.outcome(policy.outcome("points").unwrap()).unwrap();
/// // At most 2,000: they are kept in 16 bits.
/// assert!(matches!(points.narrow(), Some(Narrow::I16([80, 0]))));
/// assert_eq!(points.numbers(), Some(&[80, 0][..]));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Narrow<'a> {
    /// Of 8 bits.
    I8(&'a [i8]),
    /// Of 16 bits.
    I16(&'a [i16]),
    /// Of 32 bits.
    I32(&'a [i32]),
    /// Of 8 bits, none below 0.
    U8(&'a [u8]),
    /// Of 16 bits, none below 0.
    U16(&'a [u16]),
    /// Of 32 bits, none below 0.
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
