//! What the operations share: kinds of single values, their order, and the ends between which an open one lies.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::{Number, Shape, Trouble, Value, Waits};

pub(super) const NOTHING_USED: Trouble = Trouble::Internal("nothing used as a value");
pub(super) const WRONG_KIND: Trouble = Trouble::Internal("a value of another kind was expected");

/// Kinds of whole numbers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Whole {
    Integer,
    Days,
    WorkingDays,
    Months,
}

impl Whole {
    pub(super) fn value(self, of: i64) -> Value {
        match self {
            Self::Integer => Value::Integer(of),
            Self::Days => Value::Days(of),
            Self::WorkingDays => Value::WorkingDays(of),
            Self::Months => Value::Months(of),
        }
    }
}

/// Sorted by what operations do with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Nothing,
    /// Single values that are counted or measured.
    Ordered,
    /// Bools, texts and enum members.
    Unordered,
    Set,
    Range,
    /// Lists, records and duties; or not a value at all.
    Parts,
    Open,
}

pub(super) fn kind(value: &Value) -> Kind {
    match value {
        Value::Nothing => Kind::Nothing,
        Value::Integer(_)
        | Value::Number(_)
        | Value::Date(_)
        | Value::Days(_)
        | Value::WorkingDays(_)
        | Value::Months(_) => Kind::Ordered,
        Value::Bool(_) | Value::Text(_) | Value::Member(_) => Kind::Unordered,
        Value::Set(_) => Kind::Set,
        Value::Range(_) => Kind::Range,
        Value::List(_) | Value::Record(_) | Value::Duties(_) | Value::Absent => Kind::Parts,
        Value::Open(_) => Kind::Open,
    }
}

/// Bools, texts and enum members: open ones are unions, not intervals.
pub(super) fn is_unordered(value: &Value) -> bool {
    kind(value) == Kind::Unordered
}

pub(super) fn is_single(value: &Value) -> bool {
    matches!(kind(value), Kind::Ordered | Kind::Unordered)
}

pub(super) fn whole(value: &Value) -> Option<(Whole, i64)> {
    match value {
        Value::Integer(of) => Some((Whole::Integer, *of)),
        Value::Days(of) => Some((Whole::Days, *of)),
        Value::WorkingDays(of) => Some((Whole::WorkingDays, *of)),
        Value::Months(of) => Some((Whole::Months, *of)),
        Value::Nothing
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Date(_)
        | Value::Text(_)
        | Value::Member(_)
        | Value::Set(_)
        | Value::List(_)
        | Value::Record(_)
        | Value::Range(_)
        | Value::Duties(_)
        | Value::Absent
        | Value::Open(_) => None,
    }
}

/// An integer or a number, as a number.
pub(super) fn number(value: &Value) -> Option<Number> {
    match value {
        Value::Integer(of) => Some(Number::from_integer(*of)),
        Value::Number(of) => Some(*of),
        Value::Nothing
        | Value::Bool(_)
        | Value::Date(_)
        | Value::Days(_)
        | Value::WorkingDays(_)
        | Value::Months(_)
        | Value::Text(_)
        | Value::Member(_)
        | Value::Set(_)
        | Value::List(_)
        | Value::Record(_)
        | Value::Range(_)
        | Value::Duties(_)
        | Value::Absent
        | Value::Open(_) => None,
    }
}

/// Below, at or above zero.
pub(super) fn sign(value: &Value) -> Result<Ordering, Trouble> {
    if let Some((_, of)) = whole(value) {
        return Ok(of.cmp(&0));
    }
    number(value).map(|of| of.cmp(&Number::ZERO)).ok_or(WRONG_KIND)
}

/// The order of two settled single values of one kind; an integer compares with a number.
pub(super) fn order(left: &Value, right: &Value) -> Result<Ordering, Trouble> {
    if std::mem::discriminant(left) == std::mem::discriminant(right) {
        return if is_single(left) { Ok(left.cmp(right)) } else { Err(unusable(left)) };
    }
    match (number(left), number(right)) {
        (Some(left), Some(right)) => Ok(left.cmp(&right)),
        (Some(_) | None, _) => Err(if is_single(left) { unusable(right) } else { unusable(left) }),
    }
}

/// What is wrong with a value that an operation cannot use.
pub(super) fn unusable(value: &Value) -> Trouble {
    if kind(value) == Kind::Nothing { NOTHING_USED } else { WRONG_KIND }
}

/// The operand itself, or what is left of it when a guard has excluded nothing.
pub(super) fn present(value: &Value) -> Result<&Value, Trouble> {
    match value {
        Value::Nothing => Err(NOTHING_USED),
        Value::Open(open) => Ok(open.shape.lone_member().unwrap_or(value)),
        Value::Bool(_)
        | Value::Integer(_)
        | Value::Number(_)
        | Value::Date(_)
        | Value::Days(_)
        | Value::WorkingDays(_)
        | Value::Months(_)
        | Value::Text(_)
        | Value::Member(_)
        | Value::Set(_)
        | Value::List(_)
        | Value::Record(_)
        | Value::Range(_)
        | Value::Duties(_)
        | Value::Absent => Ok(value),
    }
}

pub(super) fn waits_of(values: &[&Value]) -> Waits {
    let mut waits = Waits::new();
    values.iter().for_each(|value| waits.extend(value.waits()));
    waits
}

pub(super) fn shape(value: &Value) -> Option<&Shape> {
    match value {
        Value::Open(open) => Some(&open.shape),
        Value::Nothing
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Number(_)
        | Value::Date(_)
        | Value::Days(_)
        | Value::WorkingDays(_)
        | Value::Months(_)
        | Value::Text(_)
        | Value::Member(_)
        | Value::Set(_)
        | Value::List(_)
        | Value::Record(_)
        | Value::Range(_)
        | Value::Duties(_)
        | Value::Absent => None,
    }
}

/// The values that a single value may have, where they are listed.
pub(super) fn listed(value: &Value) -> Option<BTreeSet<Value>> {
    if is_single(value) {
        return Some(BTreeSet::from([value.clone()]));
    }
    match shape(value)? {
        Shape::Members(members) if members.iter().all(is_single) => Some(members.clone()),
        Shape::Members(_) | Shape::Any | Shape::Interval { .. } | Shape::Set { .. } => None,
    }
}

/// Where a value lies, both ends included; `None` is unbounded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Ends {
    pub(super) least: Option<Value>,
    pub(super) most: Option<Value>,
}

impl Ends {
    pub(super) const UNBOUNDED: Self = Self { least: None, most: None };

    /// `None` when nothing lies between these ends. Ends of one interval are of one kind.
    pub(super) fn new(least: Option<Value>, most: Option<Value>) -> Option<Self> {
        let (Some(low), Some(high)) = (&least, &most) else { return Some(Self { least, most }) };
        if order(low, high).ok()? == Ordering::Greater {
            return None;
        }
        if std::mem::discriminant(low) == std::mem::discriminant(high) {
            return Some(Self { least, most });
        }
        let (low, high) = number(low).zip(number(high))?;
        Some(Self { least: Some(Value::Number(low)), most: Some(Value::Number(high)) })
    }

    /// Of a single value, settled or open; what else an open value may be is not looked at.
    pub(super) fn of(value: &Value) -> Result<Self, Trouble> {
        if is_single(value) {
            return Ok(Self { least: Some(value.clone()), most: Some(value.clone()) });
        }
        match shape(value) {
            None => Err(unusable(value)),
            Some(Shape::Any) => Ok(Self::UNBOUNDED),
            Some(Shape::Interval { least, most }) => Ok(Self { least: least.clone(), most: most.clone() }),
            Some(Shape::Members(members)) if members.iter().all(is_single) => {
                Ok(Self { least: members.first().cloned(), most: members.last().cloned() })
            }
            Some(Shape::Members(_) | Shape::Set { .. }) => Err(WRONG_KIND),
        }
    }

    /// Applies an operation that rises (strictly or not) with its operand. An end that leaves its range is unbounded.
    pub(super) fn rising(&self, apply: impl Fn(&Value) -> Result<Value, Trouble>) -> Result<Self, Trouble> {
        Ok(Self { least: end(self.least.as_ref().map(&apply))?, most: end(self.most.as_ref().map(&apply))? })
    }

    /// Applies an operation that falls with its operand.
    pub(super) fn falling(&self, apply: impl Fn(&Value) -> Result<Value, Trouble>) -> Result<Self, Trouble> {
        self.rising(apply).map(|ends| Self { least: ends.most, most: ends.least })
    }

    /// Applies an operation that rises with both operands.
    pub(super) fn both_rising(
        &self,
        other: &Self,
        apply: impl Fn(&Value, &Value) -> Result<Value, Trouble>,
    ) -> Result<Self, Trouble> {
        let both = |left: &Option<Value>, right: &Option<Value>| {
            end(left.as_ref().zip(right.as_ref()).map(|(left, right)| apply(left, right)))
        };
        Ok(Self { least: both(&self.least, &other.least)?, most: both(&self.most, &other.most)? })
    }

    pub(super) fn swapped(self) -> Self {
        Self { least: self.most, most: self.least }
    }

    pub(super) fn into_value(self, waits: Waits) -> Value {
        Value::open(false, Shape::Interval { least: self.least, most: self.most }, waits)
    }
}

/// An end of an interval: what an operation cannot reach is unbounded, not an error.
pub(super) fn end(result: Option<Result<Value, Trouble>>) -> Result<Option<Value>, Trouble> {
    match result {
        None => Ok(None),
        Some(Ok(value)) => Ok(Some(value)),
        Some(Err(Trouble::Internal(why))) => Err(Trouble::Internal(why)),
        Some(Err(
            Trouble::IntegerOverflow
            | Trouble::TooManyDigits
            | Trouble::DateOutOfRange
            | Trouble::RangeInverted
            | Trouble::Disagreement
            | Trouble::FactorOutOfRange
            | Trouble::NoWorkingDay,
        )) => Ok(None),
    }
}

/// The lower of two lower ends; the outer `None` where they have no order.
pub(super) fn lower_end(left: Option<&Value>, right: Option<&Value>) -> Option<Option<Value>> {
    let (Some(left), Some(right)) = (left, right) else { return Some(None) };
    Some(Some(match order(left, right).ok()? {
        Ordering::Less => left.clone(),
        // An integer and a number of one value: the number, on whichever side it stands.
        Ordering::Equal => left.max(right).clone(),
        Ordering::Greater => right.clone(),
    }))
}

/// The higher of two upper ends; the outer `None` where they have no order.
pub(super) fn higher_end(left: Option<&Value>, right: Option<&Value>) -> Option<Option<Value>> {
    let (Some(left), Some(right)) = (left, right) else { return Some(None) };
    Some(Some(match order(left, right).ok()? {
        Ordering::Less => right.clone(),
        Ordering::Equal => left.max(right).clone(),
        Ordering::Greater => left.clone(),
    }))
}

/// An end with its side: unbounded ends have a place in the order. Only for ends of one kind.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum End {
    Below,
    At(Value),
    Above,
}

impl End {
    pub(super) fn least(ends: &Ends) -> Self {
        ends.least.clone().map_or(Self::Below, Self::At)
    }

    pub(super) fn most(ends: &Ends) -> Self {
        ends.most.clone().map_or(Self::Above, Self::At)
    }

    pub(super) fn bound(self) -> Option<Value> {
        match self {
            Self::At(value) => Some(value),
            Self::Below | Self::Above => None,
        }
    }
}
