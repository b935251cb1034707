//! Bounds of a fact: smallest, largest, decimals, length.

use std::cmp::Ordering;

use crate::decision::ProblemCode;
use crate::types::{Schema, Type};
use crate::value::{Number, Value};

use super::binder::{Fault, Slot};
use super::show::shown;

/// Whether a scalar keeps its bounds.
pub(super) fn check<'s>(schema: &Schema, slot: &Slot<'s>, value: &Value) -> Result<(), Fault<'s>> {
    let out = |rule: String| {
        Err(Fault::new(ProblemCode::OutOfBounds, format!("{rule}, found {}", written(schema, slot, value))))
    };
    let (below, above) = if matches!(slot.ty, Type::Date) {
        ("no date before", "no date after")
    } else {
        ("at least", "at most")
    };
    if let Some(least) = slot.least
        && ordering(value, least) == Some(Ordering::Less)
    {
        return out(format!("{below} {} is allowed", written(schema, slot, least)));
    }
    if let Some(most) = slot.most
        && ordering(value, most) == Some(Ordering::Greater)
    {
        return out(format!("{above} {} is allowed", written(schema, slot, most)));
    }
    if let (Some(most), Value::Number(number)) = (slot.decimals, value)
        && number.decimals().is_none_or(|decimals| decimals > most)
    {
        return out(match most {
            0 => "no decimals are allowed".into(),
            1 => "at most 1 decimal is allowed".into(),
            most => format!("at most {most} decimals are allowed"),
        });
    }
    Ok(())
}

/// Whether a list or set keeps the bounds of its length.
pub(super) fn check_length<'s>(slot: &Slot<'s>, length: usize) -> Result<(), Fault<'s>> {
    let bound =
        |value: Option<&Value>| value.and_then(integer_of).and_then(|bound| usize::try_from(bound).ok());
    let out = |rule| Err(Fault::new(ProblemCode::OutOfBounds, format!("{rule}, found {length}")));
    if let Some(least) = bound(slot.least)
        && length < least
    {
        return out(format!("at least {least} {} needed", if least == 1 { "item is" } else { "items are" }));
    }
    if let Some(most) = bound(slot.most)
        && length > most
    {
        return out(format!("at most {most} {} allowed", if most == 1 { "item is" } else { "items are" }));
    }
    Ok(())
}

/// `None` where the two do not compare: the checker does not let such a bound through.
fn ordering(value: &Value, bound: &Value) -> Option<Ordering> {
    if let (Some(left), Some(right)) = (number_of(value), number_of(bound)) {
        return Some(left.cmp(&right));
    }
    match (value, bound) {
        (Value::Date(left), Value::Date(right)) => Some(left.cmp(right)),
        (Value::Member(left), Value::Member(right)) => Some(left.cmp(right)),
        (_, _) => None,
    }
}

fn number_of(value: &Value) -> Option<Number> {
    if let Value::Number(number) = value {
        return Some(*number);
    }
    integer_of(value).map(Number::from_integer)
}

fn integer_of(value: &Value) -> Option<i64> {
    if let Value::Integer(value) | Value::Days(value) | Value::WorkingDays(value) | Value::Months(value) =
        value
    {
        return Some(*value);
    }
    None
}

/// A scalar with its unit, as the case writes it.
fn written(schema: &Schema, slot: &Slot<'_>, value: &Value) -> String {
    if let Some(number) = number_of(value) {
        return number_with_unit(schema, slot, number);
    }
    if let Value::Date(date) = value {
        return date.to_string();
    }
    if let (Value::Member(place), Type::Enum(id)) = (value, slot.ty) {
        let member =
            usize::try_from(*place).ok().and_then(|place| schema.enumeration(*id)?.members.get(place));
        return member.map_or_else(String::new, |member| format!("`{}`", member.wire));
    }
    if let Value::Text(text) = value {
        return format!("`{}`", shown(text));
    }
    String::new()
}

fn number_with_unit(schema: &Schema, slot: &Slot<'_>, number: Number) -> String {
    let text = |decimals| number.to_text(decimals).unwrap_or_default();
    if slot.in_percent
        && let Ok(percent) = number.multiply(Number::from_integer(100))
        && let Some(text) = percent.to_text(0)
    {
        return format!("{text} per cent");
    }
    match slot.ty {
        Type::Quantity(id) => {
            let decimals = schema.unit(*id).and_then(|unit| unit.decimals).unwrap_or(0);
            format!("{} {}", text(decimals), schema.describe(slot.ty))
        }
        Type::Days | Type::WorkingDays | Type::Months => format!("{} {}", text(0), schema.describe(slot.ty)),
        Type::Bool
        | Type::Integer
        | Type::Number
        | Type::Date
        | Type::Text
        | Type::Enum(_)
        | Type::Set(_)
        | Type::List(_)
        | Type::Record(_)
        | Type::Range(_)
        | Type::Duty(_)
        | Type::Invalid => text(0),
    }
}
