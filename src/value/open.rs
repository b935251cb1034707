//! Values that are not settled: the set of values that they may have (ruling 1).

use std::collections::BTreeSet;
use std::sync::Arc;

use super::Value;
use super::scalars::{Ends, higher_end, is_unordered, lower_end};

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
    /// Any value of the type. Not for ranges: those are open end by end.
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
    /// The value, unsettled: normalised, so that what has one possible value left is settled. A shape without
    /// values leaves nothing.
    pub(crate) fn open(nothing: bool, shape: Shape, waits: Waits) -> Self {
        match shape {
            Shape::Any => Self::open_as_is(nothing, Shape::Any, waits),
            Shape::Members(members) => open_members(nothing, members, waits),
            Shape::Interval { least, most } => match Ends::new(least, most) {
                None => Self::Nothing,
                Some(Ends { least: None, most: None }) => Self::open_as_is(nothing, Shape::Any, waits),
                Some(Ends { least: Some(least), most: Some(most) }) if least == most => {
                    one(nothing, least, waits)
                }
                Some(Ends { least, most }) => {
                    Self::open_as_is(nothing, Shape::Interval { least, most }, waits)
                }
            },
            Shape::Set { certain, possible } => {
                let possible = possible.map(|possible| possible.union(&certain).cloned().collect());
                match possible {
                    Some(possible) if possible == certain => {
                        one(nothing, Self::Set(certain.into_iter().collect()), waits)
                    }
                    Some(_) | None => Self::open_as_is(nothing, Shape::Set { certain, possible }, waits),
                }
            }
        }
    }

    /// One value remains, all through.
    pub(crate) fn is_settled(&self) -> bool {
        match self {
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
            | Self::Set(_)
            | Self::Absent => true,
            Self::List(parts) | Self::Record(parts) | Self::Duties(parts) => {
                parts.iter().all(Self::is_settled)
            }
            Self::Range(ends) => ends.0.is_settled() && ends.1.is_settled(),
            Self::Open(_) => false,
        }
    }

    /// Everything that this value waits for, all through; empty when settled.
    pub(crate) fn waits(&self) -> Waits {
        let mut waits = Waits::new();
        self.gather_waits(&mut waits);
        waits
    }

    fn gather_waits(&self, waits: &mut Waits) {
        match self {
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
            | Self::Set(_)
            | Self::Absent => {}
            Self::List(parts) | Self::Record(parts) | Self::Duties(parts) => {
                parts.iter().for_each(|part| part.gather_waits(waits));
            }
            Self::Range(ends) => {
                ends.0.gather_waits(waits);
                ends.1.gather_waits(waits);
            }
            Self::Open(open) => {
                waits.extend(open.waits.iter().cloned());
                match &open.shape {
                    Shape::Members(members) => members.iter().for_each(|member| member.gather_waits(waits)),
                    Shape::Any | Shape::Interval { .. } | Shape::Set { .. } => {}
                }
            }
        }
    }

    /// Adds to what an unsettled value waits for, all through; a settled value stays as it is.
    pub(crate) fn waiting_also(self, waits: &Waits) -> Self {
        if waits.is_empty() || self.is_settled() {
            return self;
        }
        let all = |parts: Arc<[Self]>| parts.iter().map(|part| part.clone().waiting_also(waits)).collect();
        match self {
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
            | Self::Set(_)
            | Self::Absent => self,
            Self::List(parts) => Self::List(all(parts)),
            Self::Record(parts) => Self::Record(all(parts)),
            Self::Duties(parts) => Self::Duties(all(parts)),
            Self::Range(ends) => {
                let (bottom, top) = (*ends).clone();
                Self::Range(Arc::new((bottom.waiting_also(waits), top.waiting_also(waits))))
            }
            Self::Open(open) => {
                let mut open = (*open).clone();
                open.waits.extend(waits.iter().cloned());
                Self::Open(Arc::new(open))
            }
        }
    }

    /// Nothing is among the possible values.
    pub(crate) fn may_be_nothing(&self) -> bool {
        match self {
            Self::Nothing => true,
            Self::Open(open) => open.nothing,
            Self::Bool(_)
            | Self::Integer(_)
            | Self::Number(_)
            | Self::Date(_)
            | Self::Days(_)
            | Self::WorkingDays(_)
            | Self::Months(_)
            | Self::Text(_)
            | Self::Member(_)
            | Self::Set(_)
            | Self::List(_)
            | Self::Record(_)
            | Self::Range(_)
            | Self::Duties(_)
            | Self::Absent => false,
        }
    }

    /// The same value, nothing excluded (under a guard); `None` if it is nothing for certain.
    pub(crate) fn without_nothing(self) -> Option<Self> {
        if !self.may_be_nothing() {
            return Some(self);
        }
        let Self::Open(open) = self else { return None };
        Some(match open.shape.lone_member() {
            // It keeps only its own waits: what the guard waits for is the guard's affair.
            Some(member) => member.clone(),
            None => Self::open(false, open.shape.clone(), open.waits.clone()),
        })
    }

    /// For shapes that are normal already.
    fn open_as_is(nothing: bool, shape: Shape, waits: Waits) -> Self {
        Self::Open(Arc::new(Open { nothing, shape, waits }))
    }
}

impl Shape {
    pub(super) fn lone_member(&self) -> Option<&Value> {
        match self {
            Self::Members(members) if members.len() == 1 => members.first(),
            Self::Members(_) | Self::Any | Self::Interval { .. } | Self::Set { .. } => None,
        }
    }
}

/// The smallest value that may be whatever either may be. Lists of one length and records are joined place by place.
/// `waits` is what the choice between them waits for; it is added unless both are the same settled value.
pub(crate) fn join(left: &Value, right: &Value, waits: &Waits) -> Value {
    if left == right && left.is_settled() {
        return left.clone();
    }
    if is_range(left) != is_range(right) {
        // A value stands for the range from itself to itself.
        if let (Some(left), Some(right)) = (as_range(left), as_range(right)) {
            return join(&left, &right, waits);
        }
    }
    let mut all = left.waits();
    right.gather_waits(&mut all);
    all.extend(waits.iter().cloned());
    let nothing = left.may_be_nothing() || right.may_be_nothing();
    let body = match (Body::of(left, waits), Body::of(right, waits)) {
        (None, None) => return Value::Nothing,
        (Some(body), None) | (None, Some(body)) => body,
        (Some(left), Some(right)) => left.join(right, waits),
    };
    match body {
        Body::Any => Value::open(nothing, Shape::Any, all),
        Body::Unordered(members) => Value::open(nothing, Shape::Members(members), all),
        Body::Ordered(ends) => {
            Value::open(nothing, Shape::Interval { least: ends.least, most: ends.most }, all)
        }
        Body::Set { certain, possible } => Value::open(nothing, Shape::Set { certain, possible }, all),
        Body::Parts(value) => one(nothing, value, all),
    }
}

/// All of them joined; `None` for none. The order does not matter.
pub(crate) fn join_all<'a>(values: impl IntoIterator<Item = &'a Value>, waits: &Waits) -> Option<Value> {
    let mut values = values.into_iter();
    let first = values.next()?.clone();
    Some(values.fold(first, |joined, value| join(&joined, value, waits)))
}

/// A value on its way through [`join`], nothing aside.
enum Body {
    Any,
    /// Bools, enum members, texts: kinds whose hull is a union.
    Unordered(BTreeSet<Value>),
    Ordered(Ends),
    Set {
        certain: BTreeSet<Value>,
        possible: Option<BTreeSet<Value>>,
    },
    /// Lists, records, ranges and duties.
    Parts(Value),
}

impl Body {
    /// `None` where nothing but nothing is possible.
    fn of(value: &Value, waits: &Waits) -> Option<Self> {
        Some(match value {
            Value::Nothing => return None,
            Value::Bool(_) | Value::Text(_) | Value::Member(_) => {
                Self::Unordered(BTreeSet::from([value.clone()]))
            }
            Value::Integer(_)
            | Value::Number(_)
            | Value::Date(_)
            | Value::Days(_)
            | Value::WorkingDays(_)
            | Value::Months(_) => {
                Self::Ordered(Ends { least: Some(value.clone()), most: Some(value.clone()) })
            }
            Value::Set(members) => {
                let members: BTreeSet<Value> = members.iter().cloned().collect();
                Self::Set { certain: members.clone(), possible: Some(members) }
            }
            Value::List(_) | Value::Record(_) | Value::Range(_) | Value::Duties(_) => {
                Self::Parts(value.clone())
            }
            Value::Absent => Self::Any,
            Value::Open(open) => match &open.shape {
                Shape::Any => Self::Any,
                Shape::Members(members) if members.iter().all(is_unordered) => {
                    Self::Unordered(members.clone())
                }
                Shape::Members(members) => {
                    let mut bodies = members.iter().filter_map(|member| Self::of(member, waits));
                    let first = bodies.next()?;
                    bodies.fold(first, |joined, body| joined.join(body, waits))
                }
                Shape::Interval { least, most } => {
                    Self::Ordered(Ends { least: least.clone(), most: most.clone() })
                }
                Shape::Set { certain, possible } => {
                    Self::Set { certain: certain.clone(), possible: possible.clone() }
                }
            },
        })
    }

    fn join(self, other: Self, waits: &Waits) -> Self {
        match (self, other) {
            (Self::Unordered(mut left), Self::Unordered(right)) => {
                left.extend(right);
                Self::Unordered(left)
            }
            (Self::Ordered(left), Self::Ordered(right)) => {
                let least = lower_end(left.least.as_ref(), right.least.as_ref());
                let most = higher_end(left.most.as_ref(), right.most.as_ref());
                match least.and_then(|least| most.and_then(|most| Ends::new(least, most))) {
                    Some(ends) => Self::Ordered(ends),
                    // Kinds that have no order between them.
                    None => Self::Any,
                }
            }
            (
                Self::Set { certain: left, possible: left_possible },
                Self::Set { certain: right, possible: right_possible },
            ) => Self::Set {
                certain: left.intersection(&right).cloned().collect(),
                possible: left_possible.zip(right_possible).map(|(left, right)| &left | &right),
            },
            (Self::Parts(left), Self::Parts(right)) => {
                join_parts(&left, &right, waits).map_or(Self::Any, Self::Parts)
            }
            (
                Self::Any | Self::Unordered(_) | Self::Ordered(_) | Self::Set { .. } | Self::Parts(_),
                Self::Any | Self::Unordered(_) | Self::Ordered(_) | Self::Set { .. } | Self::Parts(_),
            ) => Self::Any,
        }
    }
}

fn join_parts(left: &Value, right: &Value, waits: &Waits) -> Option<Value> {
    let all = |left: &[Value], right: &[Value]| -> Option<Arc<[Value]>> {
        let joined = left.iter().zip(right).map(|(left, right)| join(left, right, waits)).collect();
        (left.len() == right.len()).then_some(joined)
    };
    match (left, right) {
        (Value::List(left), Value::List(right)) => all(left, right).map(Value::List),
        (Value::Record(left), Value::Record(right)) => all(left, right).map(Value::Record),
        (Value::Duties(left), Value::Duties(right)) => all(left, right).map(Value::Duties),
        (Value::Range(left), Value::Range(right)) => Some(join_ends(left, right, waits)),
        (_, _) => None,
    }
}

fn join_ends(left: &(Value, Value), right: &(Value, Value), waits: &Waits) -> Value {
    Value::Range(Arc::new((join(&left.0, &right.0, waits), join(&left.1, &right.1, waits))))
}

/// A range, perhaps beside nothing.
fn is_range(value: &Value) -> bool {
    match value {
        Value::Range(_) => true,
        Value::Open(open) => matches!(open.shape.lone_member(), Some(Value::Range(_))),
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
        | Value::Duties(_)
        | Value::Absent => false,
    }
}

/// The range that a value stands for; `None` where it cannot be the end of one.
fn as_range(value: &Value) -> Option<Value> {
    if is_range(value) {
        return Some(value.clone());
    }
    let inner = value.clone().without_nothing()?;
    Ends::of(&inner).ok()?;
    let range = Value::Range(Arc::new((inner.clone(), inner)));
    Some(one(value.may_be_nothing(), range, value.waits()))
}

/// This value, or nothing.
fn one(nothing: bool, value: Value, waits: Waits) -> Value {
    if nothing { Value::open_as_is(true, Shape::Members(BTreeSet::from([value])), waits) } else { value }
}

fn open_members(nothing: bool, mut members: BTreeSet<Value>, waits: Waits) -> Value {
    let nothing = members.remove(&Value::Nothing) || nothing;
    if members.iter().any(|member| matches!(member, Value::Open(_))) {
        // Members that are open themselves: their hull.
        return match join_all(&members, &waits) {
            Some(joined) if nothing => join(&joined, &Value::Nothing, &waits),
            Some(joined) => joined.waiting_also(&waits),
            None => Value::Nothing,
        };
    }
    match members.len() {
        0 => Value::Nothing,
        1 if !nothing => members.pop_first().map_or(Value::Nothing, |member| member.waiting_also(&waits)),
        _ => Value::open_as_is(nothing, Shape::Members(members), waits),
    }
}
