//! Operations on values, settled or open.

use std::cmp::Ordering;
use super::{Rounding, Trouble, Value};

type Done = Result<Value, Trouble>;

pub(crate) fn add(left: &Value, right: &Value) -> Done { Err(Trouble::Internal("stub")) }
pub(crate) fn subtract(left: &Value, right: &Value) -> Done { Err(Trouble::Internal("stub")) }
pub(crate) fn multiply(left: &Value, right: &Value) -> Done { Err(Trouble::Internal("stub")) }
/// Nothing for a zero divisor.
pub(crate) fn divide(left: &Value, right: &Value) -> Done { Err(Trouble::Internal("stub")) }
pub(crate) fn negate(of: &Value) -> Done { Err(Trouble::Internal("stub")) }
/// A bool, perhaps open: whether the ordering of `left` to `right` is one that `accept` accepts. Ranges do not compare.
pub(crate) fn compare(left: &Value, right: &Value, accept: fn(Ordering) -> bool) -> Done { Err(Trouble::Internal("stub")) }
/// Equality; nothing equals only nothing.
pub(crate) fn is(left: &Value, right: &Value) -> Done { Err(Trouble::Internal("stub")) }
/// Membership of a set, list or range; nothing is in none.
pub(crate) fn is_in(item: &Value, collection: &Value) -> Done { Err(Trouble::Internal("stub")) }
pub(crate) fn without(set: &Value, removed: &Value) -> Done { Err(Trouble::Internal("stub")) }
pub(crate) fn has_any_of(set: &Value, others: &Value) -> Done { Err(Trouble::Internal("stub")) }
pub(crate) fn has_all_of(set: &Value, others: &Value) -> Done { Err(Trouble::Internal("stub")) }
pub(crate) fn is_empty(collection: &Value) -> Done { Err(Trouble::Internal("stub")) }
pub(crate) fn starts_with(text: &Value, start: &Value) -> Done { Err(Trouble::Internal("stub")) }
/// `bottom to top`
pub(crate) fn range(bottom: &Value, top: &Value) -> Done { Err(Trouble::Internal("stub")) }
/// `range times factor`
pub(crate) fn times(range: &Value, factor: &Value) -> Done { Err(Trouble::Internal("stub")) }
/// A value that is no range stands for the range from itself to itself.
pub(crate) fn bottom(range: &Value) -> Done { Err(Trouble::Internal("stub")) }
pub(crate) fn top(range: &Value) -> Done { Err(Trouble::Internal("stub")) }
pub(crate) fn middle(range: &Value) -> Done { Err(Trouble::Internal("stub")) }
/// The part of `range` between these shares of its width.
pub(crate) fn band(range: &Value, shares: &Value) -> Done { Err(Trouble::Internal("stub")) }
/// One step above (`up`) or below on a scale of `members` members; nothing past its end.
pub(crate) fn step(of: &Value, up: bool, members: u32) -> Done { Err(Trouble::Internal("stub")) }
/// On both ends of a range.
pub(crate) fn round(of: &Value, rounding: Rounding) -> Done { Err(Trouble::Internal("stub")) }
/// Raises to `floor` and cuts to `cap` (cap over floor), on both ends of a range.
pub(crate) fn clamp(of: &Value, floor: Option<&Value>, cap: Option<&Value>) -> Done { Err(Trouble::Internal("stub")) }
/// A set of these members, whose own values may be open.
pub(crate) fn set_of(members: Vec<Value>) -> Done { Err(Trouble::Internal("stub")) }
/// An integer as a number; a number times an exact factor.
pub(crate) fn convert(of: &Value, factor: super::Number) -> Done { Err(Trouble::Internal("stub")) }
