//! What a value of a type may be when nothing else is known of it.

use crate::hir::Combine;
use crate::types::{Bounds, EnumId, Schema, Type};
use crate::value::{Number, Shape, Value, Waits};

/// Every value of the type within the bounds.
pub(super) fn domain(schema: &Schema, ty: &Type, bounds: &Bounds, nothing: bool, waits: Waits) -> Value {
    let shape = match ty {
        Type::Bool => Shape::Members([Value::Bool(false), Value::Bool(true)].into()),
        Type::Enum(id) => Shape::Members(members(schema, *id).collect()),
        Type::Integer
        | Type::Number
        | Type::Quantity(_)
        | Type::Date
        | Type::Days
        | Type::WorkingDays
        | Type::Months => Shape::Interval { least: bounds.least.clone(), most: bounds.most.clone() },
        Type::Set(of) => {
            let possible = match &**of {
                Type::Enum(id) => Some(members(schema, *id).collect()),
                Type::Bool
                | Type::Integer
                | Type::Number
                | Type::Quantity(_)
                | Type::Date
                | Type::Days
                | Type::WorkingDays
                | Type::Months
                | Type::Text
                | Type::Set(_)
                | Type::List(_)
                | Type::Record(_)
                | Type::Range(_)
                | Type::Duty(_)
                | Type::Invalid => None,
            };
            Shape::Set { certain: [].into(), possible }
        }
        Type::Text | Type::List(_) | Type::Record(_) | Type::Range(_) | Type::Duty(_) | Type::Invalid => {
            Shape::Any
        }
    };
    Value::open(nothing, shape, waits)
}

/// The members of an enum, in declared order.
pub(super) fn members(schema: &Schema, id: EnumId) -> impl Iterator<Item = Value> {
    let count = schema.enumeration(id).map_or(0, |def| def.members.len());
    (0..u32::try_from(count).unwrap_or(u32::MAX)).map(Value::Member)
}

/// What a combination gives over no items at all: nothing where it has no such value.
pub(super) fn identity(schema: &Schema, how: Combine, ty: &Type) -> Value {
    match how {
        Combine::Sum => constant(ty, 0),
        Combine::Product => constant(ty, 1),
        Combine::Any => Value::Bool(false),

        Combine::Union => Value::Set([].into()),
        Combine::Duties => {
            let Type::Duty(id) = ty else { return Value::Nothing };
            Value::Duties(members(schema, *id).map(|_| Value::Nothing).collect())
        }
        Combine::Highest | Combine::Lowest | Combine::Earliest | Combine::Latest | Combine::Agree => {
            Value::Nothing
        }
    }
}

/// A whole number in the form that values of the type have.
fn constant(ty: &Type, value: i64) -> Value {
    match ty {
        Type::Integer => Value::Integer(value),
        Type::Days => Value::Days(value),
        Type::WorkingDays => Value::WorkingDays(value),
        Type::Months => Value::Months(value),
        Type::Range(of) => Value::Range((constant(of, value), constant(of, value)).into()),
        Type::Number
        | Type::Quantity(_)
        | Type::Bool
        | Type::Date
        | Type::Text
        | Type::Enum(_)
        | Type::Set(_)
        | Type::List(_)
        | Type::Record(_)
        | Type::Duty(_)
        | Type::Invalid => Value::Number(Number::from_integer(value)),
    }
}
