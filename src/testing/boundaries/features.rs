//! What a case shows about its facts alone, apart from what the policy does with them: that a fact is absent, which
//! member it is, that a list is empty, and which two of these meet; and that it lies nearest to a threshold.

use std::collections::BTreeSet;

use crate::hir::interpret::{End, Side};
use crate::source::Span;
use crate::testing::sites::{Site, at, sites};
use crate::types::{Schema, Type};
use crate::value::Value;

/// A kind of value at a place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Absent,
    Nothing,
    /// A bool, a member, the end of a bound.
    Is(Value),
    /// A list or set with no, one or more items.
    Empty,
    One,
    Many,
    /// Present, and none of these.
    Other,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Feature {
    One(Vec<usize>, Class),
    /// Two facts of the case itself, the earlier one first.
    Two(usize, Class, usize, Class),
    /// No other case lies as near below or above a threshold.
    Nearest(Span, End, Side),
}

/// The features of a case.
pub(super) fn features(schema: &Schema, case: &[Value]) -> BTreeSet<Feature> {
    let mut found = BTreeSet::new();
    let mut few = Vec::new();
    for site in sites(schema, case) {
        let value = at(case, &site.path).unwrap_or(&Value::Absent);
        let class = class(&site, value);
        if class == Class::Other {
            continue;
        }
        if let (&[place], true) = (&*site.path, has_few(&site)) {
            few.push((place, class.clone()));
        }
        found.insert(Feature::One(site.shape, class));
    }
    for (index, (left, left_class)) in few.iter().enumerate() {
        for (right, right_class) in few.iter().skip(index.saturating_add(1)) {
            found.insert(Feature::Two(*left, left_class.clone(), *right, right_class.clone()));
        }
    }
    found
}

/// The place has so few classes that pairs of them are worth while.
pub(super) fn has_few(site: &Site<'_>) -> bool {
    match site.ty {
        Type::Bool | Type::Enum(_) | Type::List(_) | Type::Set(_) | Type::Record(_) => true,
        Type::Integer
        | Type::Number
        | Type::Quantity(_)
        | Type::Date
        | Type::Days
        | Type::WorkingDays
        | Type::Months
        | Type::Text
        | Type::Range(_)
        | Type::Duty(_)
        | Type::Invalid => site.field.nothing || site.field.unknown,
    }
}

fn class(site: &Site<'_>, value: &Value) -> Class {
    match value {
        Value::Absent => Class::Absent,
        Value::Nothing => Class::Nothing,
        Value::Bool(_) | Value::Member(_) => Class::Is(value.clone()),
        Value::List(items) | Value::Set(items) => match items.len() {
            0 => Class::Empty,
            1 => Class::One,
            _ => Class::Many,
        },
        Value::Integer(_)
        | Value::Number(_)
        | Value::Date(_)
        | Value::Days(_)
        | Value::WorkingDays(_)
        | Value::Months(_)
        | Value::Text(_)
        | Value::Record(_)
        | Value::Range(_)
        | Value::Duties(_)
        | Value::Open(_) => {
            let bounds = &site.field.bounds;
            let is_end = bounds.least.iter().chain(&bounds.most).any(|end| end == value);
            if is_end && !site.is_item { Class::Is(value.clone()) } else { Class::Other }
        }
    }
}
