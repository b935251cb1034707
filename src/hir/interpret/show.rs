//! Values in the words of the policy, for messages and item names.

use crate::types::{Schema, Type};
use crate::value::{Number, Value};

/// One line, in the author's words: `serious`, `5000 CNY`, `3 days`, `yes`.
pub(super) fn show(schema: &Schema, ty: &Type, value: &Value) -> String {
    match value {
        Value::Nothing => "nothing".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Integer(value) => value.to_string(),
        Value::Number(value) => number(schema, ty, *value),
        Value::Date(value) => value.to_string(),
        Value::Days(value) => format!("{value} days"),
        Value::WorkingDays(value) => format!("{value} working days"),
        Value::Months(value) => format!("{value} months"),
        Value::Text(value) => value.to_string(),
        Value::Member(place) => member(schema, ty, *place),
        Value::Set(items) | Value::List(items) => {
            let of = if let Type::Set(of) | Type::List(of) = ty { of } else { ty };
            let items: Vec<String> = items.iter().map(|item| show(schema, of, item)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Record(fields) => {
            let Type::Record(id) = ty else { return "a record".to_owned() };
            let Some(def) = schema.record(*id) else { return "a record".to_owned() };
            let fields: Vec<String> = def
                .fields
                .iter()
                .zip(fields.iter())
                .map(|(field, value)| format!("{}: {}", field.name, show(schema, &field.ty, value)))
                .collect();
            format!("{{ {} }}", fields.join(", "))
        }
        Value::Range(ends) => {
            let of = if let Type::Range(of) = ty { of } else { ty };
            format!("{} to {}", show(schema, of, &ends.0), show(schema, of, &ends.1))
        }
        Value::Duties(dates) => {
            let due =
                dates.iter().enumerate().filter(|(_, date)| **date != Value::Nothing).map(|(kind, date)| {
                    let kind = member(schema, ty, u32::try_from(kind).unwrap_or(u32::MAX));
                    format!("{kind} due {}", show(schema, &Type::Date, date))
                });
            due.collect::<Vec<_>>().join(", ")
        }
        Value::Absent | Value::Open(_) => "unknown".to_owned(),
    }
}

fn number(schema: &Schema, ty: &Type, value: Number) -> String {
    let text = value.to_text(0).unwrap_or_else(|| "a fraction".to_owned());
    if let Type::Range(of) = ty {
        return number(schema, of, value);
    }
    let Type::Quantity(id) = ty else { return text };
    schema.unit(*id).map_or(text.clone(), |unit| format!("{text} {}", unit.name))
}

fn member(schema: &Schema, ty: &Type, place: u32) -> String {
    let (Type::Enum(id) | Type::Duty(id)) = ty else { return format!("member {place}") };
    let def = schema.enumeration(*id).and_then(|def| def.members.get(place as usize));
    def.map_or_else(|| format!("member {place}"), |def| def.name.to_string())
}
