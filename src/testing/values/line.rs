//! Values on the line of their type: where they lie, and what lies beside them.

use jiff::civil::Date;

use crate::types::{Bounds, Type};
use crate::value::{Number, Value, shift_date};

/// Where the line of dates begins.
const ORIGIN: Date = Date::constant(2000, 1, 1);

/// Whether a value keeps its bounds.
pub(in crate::testing) fn keeps(value: &Value, bounds: &Bounds) -> bool {
    let measured = if let Value::List(items) | Value::Set(items) = value {
        Value::Integer(i64::try_from(items.len()).unwrap_or(i64::MAX))
    } else {
        value.clone()
    };
    let decimals = match (bounds.decimals, number_of(value)) {
        (Some(most), Some(number)) => number.decimals().is_some_and(|decimals| decimals <= most),
        (_, _) => true,
    };
    let ends = if let Value::Range(ends) = &measured { [&ends.0, &ends.1] } else { [&measured, &measured] };
    let above = |bound: &Value| ends.iter().all(|end| *end >= bound);
    let below = |bound: &Value| ends.iter().all(|end| *end <= bound);
    decimals && bounds.least.as_ref().is_none_or(above) && bounds.most.as_ref().is_none_or(below)
}

pub(super) fn within(value: Value, bounds: &Bounds) -> Value {
    match (&bounds.least, &bounds.most) {
        (Some(least), _) if value < *least => least.clone(),
        (_, Some(most)) if value > *most => most.clone(),
        (_, _) => value,
    }
}

/// Nothing of a type that can be counted or measured.
pub(super) fn zero(ty: &Type) -> Option<Value> {
    match ty {
        Type::Integer => Some(Value::Integer(0)),
        Type::Days => Some(Value::Days(0)),
        Type::WorkingDays => Some(Value::WorkingDays(0)),
        Type::Months => Some(Value::Months(0)),
        Type::Number | Type::Quantity(_) => Some(Value::Number(Number::ZERO)),
        Type::Bool
        | Type::Date
        | Type::Text
        | Type::Enum(_)
        | Type::Set(_)
        | Type::List(_)
        | Type::Record(_)
        | Type::Range(_)
        | Type::Duty(_)
        | Type::Invalid => None,
    }
}

/// Where a value lies on the line of its type: counts and numbers as they are, dates as days, members in their order.
pub(in crate::testing) fn number_of(value: &Value) -> Option<Number> {
    if let Value::Integer(count) | Value::Days(count) | Value::WorkingDays(count) | Value::Months(count) =
        value
    {
        return Some(Number::from_integer(*count));
    }
    if let Value::Date(date) = value {
        return Some(Number::from_integer(date.duration_since(ORIGIN).as_hours() / 24));
    }
    if let Value::Member(place) = value {
        return Some(Number::from_integer(i64::from(*place)));
    }
    if let Value::Number(number) = value { Some(*number) } else { None }
}

/// The value of the same type that lies at a number on its line.
pub(in crate::testing) fn placed(like: &Value, number: Number) -> Option<Value> {
    if let Value::Number(_) = like {
        return (!number.is_fraction()).then_some(Value::Number(number));
    }
    let whole = number.to_integer()?;
    match like {
        Value::Integer(_) => Some(Value::Integer(whole)),
        Value::Days(_) => Some(Value::Days(whole)),
        Value::WorkingDays(_) => Some(Value::WorkingDays(whole)),
        Value::Months(_) => Some(Value::Months(whole)),
        Value::Date(_) => shift_date(&Value::Date(ORIGIN), &Value::Days(whole), 1).ok(),
        Value::Nothing
        | Value::Bool(_)
        | Value::Number(_)
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

/// The value so many steps away.
pub(in crate::testing) fn moved(value: &Value, step: Number, steps: i64) -> Option<Value> {
    let by = step.multiply(Number::from_integer(steps)).ok()?;
    placed(value, number_of(value)?.add(by).ok()?)
}

/// Small amounts are plain, and positive ones are plainer. Dates stay in their order.
pub(super) fn magnitude(value: &Value) -> (Number, Value) {
    let number = number_of(value).unwrap_or(Number::ZERO);
    let is_date = matches!(value, Value::Date(_));
    let size = match (is_date, number.is_negative()) {
        (true, _) => Number::ZERO,
        (false, true) => number.negate(),
        (false, false) => number,
    };
    (size, value.clone())
}
