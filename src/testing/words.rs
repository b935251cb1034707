//! Values as a policy writes them, so that what a test shows can be pasted into an `expect`.

use crate::types::{Schema, Type};
use crate::value::{Number, Value};

/// One line: `serious`, `12_000 CNY`, `3 days`, `[a, b]`, `{ testing: 2024-07-01 }`, `yes`; `unknown` for what is not
/// settled.
pub(super) fn written(schema: &Schema, ty: &Type, value: &Value) -> String {
    match value {
        Value::Nothing => "nothing".to_owned(),
        Value::Bool(true) => "yes".to_owned(),
        Value::Bool(false) => "no".to_owned(),
        Value::Integer(count) => grouped(&count.to_string()),
        Value::Number(value) => number(schema, ty, *value),
        Value::Date(date) => date.to_string(),
        Value::Days(count) => length(*count, "day"),
        Value::WorkingDays(count) => length(*count, "working day"),
        Value::Months(count) => length(*count, "month"),
        Value::Text(text) => format!("\"{text}\""),
        Value::Member(place) => member(schema, ty, *place),
        Value::Set(items) | Value::List(items) => {
            let of = if let Type::Set(of) | Type::List(of) = ty { of } else { ty };
            let items: Vec<String> = items.iter().map(|item| written(schema, of, item)).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Record(values) => {
            let fields = (0..values.len()).map(|place| schema.field_of(ty, place));
            let fields = fields.zip(values.iter()).filter(|(_, value)| **value != Value::Absent);
            entries(fields.filter_map(|(field, value)| {
                let field = field?;
                Some((field.name.to_string(), written(schema, &field.ty, value)))
            }))
        }
        Value::Range(ends) => {
            format!("{} to {}", written(schema, ty.end(), &ends.0), written(schema, ty.end(), &ends.1))
        }
        Value::Duties(dates) => {
            let due = (0..).zip(dates.iter()).filter(|(_, date)| **date != Value::Nothing);
            entries(due.map(|(kind, date)| (member(schema, ty, kind), written(schema, &Type::Date, date))))
        }
        Value::Absent | Value::Open(_) => "unknown".to_owned(),
    }
}

fn entries(entries: impl Iterator<Item = (String, String)>) -> String {
    let entries: Vec<String> = entries.map(|(name, value)| format!("{name}: {value}")).collect();
    if entries.is_empty() { "{}".to_owned() } else { format!("{{ {} }}", entries.join(", ")) }
}

fn length(count: i64, unit: &str) -> String {
    if count == 1 { format!("1 {unit}") } else { format!("{} {unit}s", grouped(&count.to_string())) }
}

fn number(schema: &Schema, ty: &Type, value: Number) -> String {
    let text = value.to_text(0).map_or_else(|| "a fraction".to_owned(), |text| grouped(&text));
    let Type::Quantity(id) = ty.end() else { return text };
    schema.unit(*id).map_or(text.clone(), |unit| format!("{text} {}", unit.name))
}

fn member(schema: &Schema, ty: &Type, place: u32) -> String {
    let (Type::Enum(id) | Type::Duty(id)) = ty else { return format!("member {place}") };
    let def = schema.enumeration(*id).and_then(|def| def.members.get(place as usize));
    def.map_or_else(|| format!("member {place}"), |def| def.name.to_string())
}

/// `12345.6` as `12_345.6`; four digits stand as they are.
fn grouped(number: &str) -> String {
    let (whole, rest) = number.split_at(number.find('.').unwrap_or(number.len()));
    let digits = whole.strip_prefix('-').unwrap_or(whole);
    if digits.len() < 5 {
        return number.to_owned();
    }
    let mut text = number
        .strip_suffix(rest)
        .map_or("", |whole| if whole.starts_with('-') { "-" } else { "" })
        .to_owned();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place) % 3 == 0 {
            text.push('_');
        }
        text.push(digit);
    }
    text + rest
}
