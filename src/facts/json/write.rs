//! Values as the binder reads them: bound again, what is written here is the same case. Numbers are written as texts.

use crate::facts::problems::on_wire;
use crate::types::json_schema::{Entries, Node};
use crate::types::{Field, Schema, Type};
use crate::value::{Number, Value};

/// A value of a fact; `None` for one that the wire leaves out, or has no form for.
pub(crate) fn to_node(schema: &Schema, ty: &Type, value: &Value, in_percent: bool) -> Option<Node> {
    let part = |ty: &Type, value: &Value| to_node(schema, ty, value, in_percent);
    match (ty, value) {
        (Type::Bool, Value::Bool(flag)) => Some(Node::Flag(*flag)),
        (Type::Integer, Value::Integer(count))
        | (Type::Days, Value::Days(count))
        | (Type::WorkingDays, Value::WorkingDays(count))
        | (Type::Months, Value::Months(count)) => Some(Node::Integer(*count)),
        (Type::Number, Value::Number(number)) if in_percent => {
            number.multiply(Number::from_integer(100)).ok()?.to_text(0).map(Node::Text)
        }
        (Type::Number, Value::Number(number)) => number.to_text(0).map(Node::Text),
        (Type::Quantity(unit), Value::Number(number)) => {
            number.to_text(schema.unit(*unit)?.decimals.unwrap_or(0)).map(Node::Text)
        }
        (Type::Date, Value::Date(date)) => Some(Node::Text(date.to_string())),
        (Type::Text, Value::Text(text)) => Some(Node::Text(text.to_string())),
        (Type::Enum(id), Value::Member(place)) => {
            let members = &schema.enumeration(*id)?.members;
            let member = usize::try_from(*place).ok().and_then(|place| members.get(place))?;
            Some(Node::Text(member.wire.to_string()))
        }
        (Type::Set(of), Value::Set(items)) | (Type::List(of), Value::List(items)) => {
            items.iter().map(|item| part(of, item)).collect::<Option<_>>().map(Node::List)
        }
        (Type::Range(of), Value::Range(ends)) => {
            Some(Node::List(vec![part(of, &ends.0)?, part(of, &ends.1)?]))
        }
        (Type::Record(id), Value::Record(values)) => {
            Some(Node::Object(record(schema, &schema.record(*id)?.fields, values)))
        }
        _ => None,
    }
}

/// The fields that are given, in declared order.
pub(crate) fn record(schema: &Schema, fields: &[Field], values: &[Value]) -> Entries {
    let mut entries = Entries::new();
    for (field, value) in fields.iter().zip(values).filter(|(field, _)| on_wire(field)) {
        let null = *value == Value::Nothing && field.nothing && field.unknown;
        let node = if null { Some(Node::Null) } else { to_node(schema, &field.ty, value, field.in_percent) };
        entries = entries.with_some(&field.wire, node);
    }
    entries
}
