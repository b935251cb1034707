//! Values and every operation on them: exact, checked, and defined for values that are only partly known.
//! Knows neither names nor text.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

mod combine;
mod dates;
mod number;
mod open;
mod ops;
mod saved;
mod scalars;
#[cfg(test)]
mod tests;

pub(crate) use combine::{Certainty, combine};
pub(crate) use dates::{
    Calendar, add_working_days, date_of, day_number, day_of, days_between, months_after, shift_date,
    working_days_between,
};
pub(crate) use number::Number;
pub(crate) use open::{Open, Shape, Waits, join};
pub(crate) use ops::{
    add, band, bottom, clamp, compare, convert, divide, has_all_of, has_any_of, is, is_empty, is_in, middle,
    multiply, negate, range, round, set_of, starts_with, step, subtract, times, top, without,
};

/// One value of the language. Units live in the type, not in the value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "saved::Words", try_from = "saved::Words")]
pub(crate) enum Value {
    /// There is no such thing.
    Nothing,
    Bool(bool),
    Integer(i64),
    /// A number or an amount in its type's unit.
    Number(Number),
    Date(Date),
    Days(i64),
    WorkingDays(i64),
    Months(i64),
    Text(Arc<str>),
    /// A member of an enum or scale, by its place in the declaration.
    Member(u32),
    /// Sorted, distinct.
    Set(Arc<[Value]>),
    List(Arc<[Value]>),
    /// Fields in declared order.
    Record(Arc<[Value]>),
    /// Both ends included.
    Range(Arc<(Value, Value)>),
    /// Due date per member of the kind's enum, `Nothing` where there is no duty.
    Duties(Arc<[Value]>),
    /// The case does not say. Stands only in facts as bound, never in evaluation.
    Absent,
    /// Exists, or may exist, but is not settled.
    Open(Arc<Open>),
}

impl Value {
    /// A set of the first 64 members of an enum as a mask; `None` for another value.
    pub(crate) fn mask(&self) -> Option<i64> {
        let Self::Set(members) = self else { return None };
        members.iter().try_fold(0_i64, |mask, member| {
            let place = if let Self::Member(place) = member { *place } else { return None };
            Some(mask | 1_i64.checked_shl(place)?)
        })
    }

    /// How many items its lists and sets have, those inside items included.
    pub(crate) fn items(&self) -> u64 {
        let inside =
            |values: &[Value]| values.iter().fold(0, |sum: u64, value| sum.saturating_add(value.items()));
        match self {
            Self::List(items) | Self::Set(items) => inside(items).saturating_add(items.len() as u64),
            Self::Record(fields) => inside(fields),
            Self::Nothing
            | Self::Bool(_)
            | Self::Integer(_)
            | Self::Number(_)
            | Self::Date(_)
            | Self::Days(_)
            | Self::WorkingDays(_)
            | Self::Months(_)
            | Self::Text(_)
            | Self::Member(_)
            | Self::Range(_)
            | Self::Duties(_)
            | Self::Absent
            | Self::Open(_) => 0,
        }
    }
}

/// Why an operation has no value. The caller adds where.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub(crate) enum Trouble {
    #[error("a whole number leaves the range of 64 bits")]
    IntegerOverflow,
    #[error("a number has more than 28 digits")]
    TooManyDigits,
    #[error("a date leaves the years -9999 to 9999")]
    DateOutOfRange,
    #[error("the bottom of a range exceeds its top")]
    RangeInverted,
    #[error("values that must agree differ")]
    Disagreement,
    #[error("a factor leaves 0% to 100%")]
    FactorOutOfRange,
    #[error("a calendar has no working day")]
    NoWorkingDay,
    /// The checker rules these out; reaching one is a mistake of the engine.
    #[error("internal: {0}")]
    Internal(&'static str),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Combine {
    Sum,
    Product,
    Highest,
    Lowest,
    Earliest,
    Latest,
    Any,
    /// All values must be one.
    Agree,
    /// Union of sets; a contribution is a set.
    Union,
    /// Earliest date per kind; a contribution is [`Value::Duties`].
    Duties,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rounding {
    /// Above 0.
    pub(crate) step: Number,
    pub(crate) mode: RoundingMode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoundingMode {
    /// Ties away from zero.
    HalfUp,
    HalfEven,
    /// Away from zero.
    Up,
    /// Towards zero.
    Down,
}
