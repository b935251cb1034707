//! Values that are not settled: the set of values that they may have (ruling 1).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Value;

/// The fact paths that an unsettled value waits for.
pub(crate) type Waits = BTreeSet<Arc<str>>;

/// What a value may be.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Open {
    /// Nothing is among the possible values.
    pub(crate) nothing: bool,
    pub(crate) shape: Shape,
    pub(crate) waits: Waits,
}

/// The possible values beside nothing. Two mentions of one unknown are not correlated.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Shape {
    /// Any value of the type.
    Any,
    /// One of these: bools, members of an enum or scale; also a single value beside nothing. Not empty.
    Members(BTreeSet<Value>),
    /// Integers, numbers, dates and lengths of time from `least` to `most`, both included; `None` is unbounded.
    Interval { least: Option<Value>, most: Option<Value> },
    /// A set that surely holds `certain` and perhaps others: those of `possible` (a superset of `certain`),
    /// or any at all.
    Set { certain: BTreeSet<Value>, possible: Option<BTreeSet<Value>> },
}

impl Value {
    /// The value, unsettled: normalised, so that what has one possible value left is settled.
    pub(crate) fn open(nothing: bool, shape: Shape, waits: Waits) -> Self { Value::Open(Arc::new(Open { nothing, shape, waits })) }
    /// One value remains, all through.
    pub(crate) fn is_settled(&self) -> bool { true }
    /// Everything that this value waits for, all through; empty when settled.
    pub(crate) fn waits(&self) -> Waits { Waits::new() }
    /// Adds to what an unsettled value waits for; a settled value stays as it is.
    pub(crate) fn waiting_also(self, waits: &Waits) -> Self { self }
    /// Nothing is among the possible values.
    pub(crate) fn may_be_nothing(&self) -> bool { false }
    /// The same value, nothing excluded (under a guard); `None` if it is nothing for certain.
    pub(crate) fn without_nothing(self) -> Option<Self> { Some(self) }
}

/// The smallest value that may be whatever either may be. Lists of one length and records are joined place by place.
/// `waits` is what the choice between them waits for; it is added unless both are the same settled value.
pub(crate) fn join(left: &Value, right: &Value, waits: &Waits) -> Value { left.clone() }
