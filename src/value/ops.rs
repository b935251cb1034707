//! Operations on values, settled or open. Each maps possible values to possible values, operand by operand
//! (ruling 1); only settled operands give errors, an interval's end that leaves its range is unbounded. Except for
//! equality, membership and conversion, an operand is something: a guard has excluded nothing.

use super::Trouble;
use super::Value;

mod arithmetic;
mod compare;
mod ranges;
mod sets;
mod steps;

pub(crate) use arithmetic::{add, clamp, convert, divide, multiply, negate, round, subtract};
pub(crate) use compare::{compare, is, is_in, starts_with};
pub(crate) use ranges::{band, bottom, middle, range, times, top};
pub(crate) use sets::{has_all_of, has_any_of, is_empty, set_of, without};
pub(crate) use steps::step;

pub(super) use ranges::ends_of_range;
pub(super) use sets::membership;

type Done = Result<Value, Trouble>;

/// What a yes-or-no question comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    Yes,
    No,
    Open,
}

impl Answer {
    fn from_bool(yes: bool) -> Self {
        if yes { Self::Yes } else { Self::No }
    }

    /// One answer for several cases of which one is true.
    fn either(self, other: Self) -> Self {
        if self == other { self } else { Self::Open }
    }

    fn into_value(self, operands: &[&Value]) -> Value {
        match self {
            Self::Yes => Value::Bool(true),
            Self::No => Value::Bool(false),
            Self::Open => open_bool(operands),
        }
    }
}

fn open_bool(operands: &[&Value]) -> Value {
    let members = [Value::Bool(false), Value::Bool(true)].into_iter().collect();
    Value::open(false, super::Shape::Members(members), super::scalars::waits_of(operands))
}
