//! One value as found and the schema's word on it give a value or a fault: the only place that knows how a scalar is
//! written, for JSON, serde and CSV alike.

use jiff::civil::Date;

use crate::decision::ProblemCode;
use crate::types::{EnumId, Schema, Type};
use crate::value::Value;

use super::Limits;
use super::binder::{Fault, Slot};
use super::bounds;
use super::found::Found;
use super::number_text::{self, Fault as NumberFault};
use super::problems::Near;
use super::show::{forbidden_character, shown};

/// The scalar that `found` is, or why it is none. Containers are never taken here.
pub(super) fn bind<'s>(
    schema: &'s Schema,
    limits: &Limits,
    slot: &Slot<'s>,
    found: Found<'_>,
) -> Result<Value, Fault<'s>> {
    if matches!(found, Found::Null) {
        return if slot.null_is_nothing { Ok(Value::Nothing) } else { Err(null()) };
    }
    if matches!(found, Found::Float) {
        let message = "a floating-point number is not exact; use a decimal type or a string";
        return Err(Fault::new(ProblemCode::Float, message));
    }
    let wrong = || Err(wrong_type(schema, slot.ty, found));
    let value = match slot.ty {
        Type::Bool => match (found, yes_or_no(found)) {
            (_, Some(value)) => Value::Bool(value),
            (_, None) => return wrong(),
        },
        Type::Integer => Value::Integer(integer(schema, slot, found)?),
        Type::Days => Value::Days(integer(schema, slot, found)?),
        Type::WorkingDays => Value::WorkingDays(integer(schema, slot, found)?),
        Type::Months => Value::Months(integer(schema, slot, found)?),
        Type::Number | Type::Quantity(_) => number(schema, slot, found)?,
        Type::Date => match text_of(found) {
            Some(text) => Value::Date(date(text)?),
            None => return wrong(),
        },
        Type::Text => match text_of(found) {
            Some(text) => text_value(limits, text)?,
            None => return wrong(),
        },
        Type::Enum(id) => match text_of(found) {
            Some(text) => member(schema, *id, text)?,
            None => return wrong(),
        },
        Type::Set(_) | Type::List(_) | Type::Record(_) | Type::Range(_) | Type::Duty(_) => return wrong(),
        Type::Invalid => return Ok(Value::Absent),
    };
    bounds::check(schema, slot, &value)?;
    Ok(value)
}

/// Something else than the declared type was found.
pub(super) fn wrong_type<'s>(schema: &Schema, ty: &Type, found: Found<'_>) -> Fault<'s> {
    let expected = match (found, ty) {
        (Found::Cell(_), Type::Bool) => "yes or no".to_owned(),
        (_, _) => expected(schema, ty),
    };
    Fault::new(ProblemCode::WrongType, format!("expected {expected}, found {}", found.describe()))
}

fn expected(schema: &Schema, ty: &Type) -> String {
    match ty {
        Type::Bool => "true or false".into(),
        Type::Integer => "an integer".into(),
        Type::Number => "a number".into(),
        Type::Quantity(_) => format!("an amount in {}", schema.describe(ty)),
        Type::Date => "a date written YYYY-MM-DD".into(),
        Type::Days | Type::WorkingDays | Type::Months => format!("an integer ({})", schema.describe(ty)),
        Type::Text => "a text".into(),
        Type::Enum(_) => format!("a member of `{}`", schema.describe(ty)),
        Type::Set(_) | Type::List(_) => format!("an array ({})", schema.describe(ty)),
        Type::Range(_) => format!("an array of bottom and top ({})", schema.describe(ty)),
        Type::Record(_) => format!("an object (`{}`)", schema.describe(ty)),
        Type::Duty(_) => "no value: duties are outcomes".into(),
        Type::Invalid => "no value".into(),
    }
}

fn null<'s>() -> Fault<'s> {
    Fault::new(ProblemCode::Null, "null is no value; leave it out")
}

fn yes_or_no(found: Found<'_>) -> Option<bool> {
    match found {
        Found::Bool(value) => Some(value),
        Found::Cell(text) if ["yes", "true"].iter().any(|word| text.eq_ignore_ascii_case(word)) => Some(true),
        Found::Cell(text) if ["no", "false"].iter().any(|word| text.eq_ignore_ascii_case(word)) => {
            Some(false)
        }
        Found::Cell(_)
        | Found::Null
        | Found::Number(_)
        | Found::Float
        | Found::Bytes
        | Found::Text(_)
        | Found::Array
        | Found::Object => None,
    }
}

fn text_of(found: Found<'_>) -> Option<&str> {
    match found {
        Found::Text(text) | Found::Cell(text) => Some(text),
        Found::Null
        | Found::Bool(_)
        | Found::Number(_)
        | Found::Float
        | Found::Bytes
        | Found::Array
        | Found::Object => None,
    }
}

fn number_text_of(found: Found<'_>) -> Option<&str> {
    match found {
        Found::Number(text) => Some(text),
        Found::Text(_)
        | Found::Cell(_)
        | Found::Null
        | Found::Bool(_)
        | Found::Float
        | Found::Bytes
        | Found::Array
        | Found::Object => text_of(found),
    }
}

/// A count is written as an integer: `3.0` and `"3"` are refused, a cell `3` is taken.
fn integer<'s>(schema: &'s Schema, slot: &Slot<'s>, found: Found<'_>) -> Result<i64, Fault<'s>> {
    let text = match found {
        Found::Number(text) | Found::Cell(text) => text,
        Found::Text(_)
        | Found::Null
        | Found::Bool(_)
        | Found::Float
        | Found::Bytes
        | Found::Array
        | Found::Object => return Err(wrong_type(schema, slot.ty, found)),
    };
    number_text::integer(text).map_err(|fault| match fault {
        NumberFault::Syntax => wrong_type(schema, slot.ty, found),
        NumberFault::NotExact => {
            Fault::new(ProblemCode::BadNumber, format!("`{}` leaves the range of 64 bits", shown(text)))
        }
    })
}

/// A number or an amount, as a JSON number, as a text or as a cell; always exact.
fn number<'s>(schema: &'s Schema, slot: &Slot<'s>, found: Found<'_>) -> Result<Value, Fault<'s>> {
    let Some(text) = number_text_of(found) else { return Err(wrong_type(schema, slot.ty, found)) };
    let number = if slot.in_percent { number_text::percent(text) } else { number_text::number(text) };
    number.map(Value::Number).map_err(|fault| match fault {
        NumberFault::Syntax => wrong_type(schema, slot.ty, found),
        NumberFault::NotExact => Fault::new(
            ProblemCode::BadNumber,
            format!("`{}` has more than the 28 digits that are held exactly", shown(text)),
        ),
    })
}

fn date<'s>(text: &str) -> Result<Date, Fault<'s>> {
    let bad = |why: &str| Fault::new(ProblemCode::BadDate, format!("`{}` {why}", shown(text)));
    let (year, month, day) = date_parts(text).ok_or_else(|| bad("is no date written YYYY-MM-DD"))?;
    Date::new(year, month, day).map_err(|_| bad("is no day of the calendar"))
}

fn date_parts(text: &str) -> Option<(i16, i8, i8)> {
    let mut parts = text.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?, parts.next()?);
    let digits = |part: &str, count| part.len() == count && part.bytes().all(|byte| byte.is_ascii_digit());
    let shaped = digits(year, 4) && digits(month, 2) && digits(day, 2) && parts.next().is_none();
    if !shaped {
        return None;
    }
    Some((year.parse().ok()?, month.parse().ok()?, day.parse().ok()?))
}

fn text_value<'s>(limits: &Limits, text: &str) -> Result<Value, Fault<'s>> {
    if text.len() > limits.text_bytes {
        let message = format!("a text of {} bytes; at most {} are taken", text.len(), limits.text_bytes);
        return Err(Fault::new(ProblemCode::TextTooLong, message));
    }
    if let Some(character) = forbidden_character(text) {
        let message = format!("the text `{}` has the character U+{:04X}", shown(text), u32::from(character));
        return Err(Fault::new(ProblemCode::ForbiddenCharacter, message));
    }
    Ok(Value::Text(text.into()))
}

fn member<'s>(schema: &'s Schema, id: EnumId, text: &str) -> Result<Value, Fault<'s>> {
    let members = schema.enumeration(id).map(|def| def.members.as_slice()).unwrap_or_default();
    let place =
        members.iter().position(|member| *member.wire == *text).and_then(|place| u32::try_from(place).ok());
    place.map(Value::Member).ok_or_else(|| Fault {
        code: ProblemCode::UnknownMember,
        message: format!("`{}` is no member of `{}`", shown(text), schema.describe(&Type::Enum(id))),
        near: Near::member(text, members),
    })
}
