//! Slots become a JSON object again: the text that binds to them.

use serde::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};

use crate::decision::Outcome;
use crate::types::{Field, RecordDef, Schema, Type};
use crate::value::{Number, Value};

/// The case as one line of JSON. What is [`Value::Absent`] is left out; so is a nothing, where an absent key means that.
pub(crate) fn to_json(schema: &Schema, values: &[Value]) -> String {
    let facts = Record { schema, def: &schema.facts, values };
    // Nothing here can fail: keys are texts, and what is written is a tree.
    serde_json::to_string(&facts).unwrap_or_default()
}

/// One value of a field as JSON; `None` for one that has no form.
pub(crate) fn field_json(schema: &Schema, field: &Field, value: &Value) -> Option<String> {
    serde_json::to_string(&Slot { schema, field, ty: &field.ty, value }).ok()
}

struct Record<'a> {
    schema: &'a Schema,
    def: &'a RecordDef,
    values: &'a [Value],
}

impl Serialize for Record<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (field, value) in self.def.fields.iter().zip(self.values) {
            let null = field.nothing && field.unknown;
            if *value == Value::Absent || (*value == Value::Nothing && !null) {
                continue;
            }
            map.serialize_entry(&*field.wire, &Slot { schema: self.schema, field, ty: &field.ty, value })?;
        }
        map.end()
    }
}

struct Slot<'a> {
    schema: &'a Schema,
    field: &'a Field,
    ty: &'a Type,
    value: &'a Value,
}

impl Serialize for Slot<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let schema = self.schema;
        match (self.ty, self.value) {
            (Type::Record(id), Value::Record(values)) => match schema.record(*id) {
                Some(def) => Record { schema, def, values }.serialize(serializer),
                None => serializer.serialize_unit(),
            },
            (Type::List(of) | Type::Set(of), Value::List(items) | Value::Set(items)) => {
                let mut sequence = serializer.serialize_seq(Some(items.len()))?;
                for value in items.iter() {
                    sequence.serialize_element(&Slot { ty: of, value, ..*self })?;
                }
                sequence.end()
            }
            (Type::Range(of), Value::Range(ends)) => {
                let ends = [&ends.0, &ends.1].map(|value| Slot { ty: of, value, ..*self });
                serializer.collect_seq(ends)
            }
            (_, Value::Number(number)) if self.field.in_percent => {
                let hundredfold = number.multiply(Number::from_integer(100)).map_err(S::Error::custom)?;
                Outcome::new(schema, &Type::Number, &Value::Number(hundredfold)).serialize(serializer)
            }
            (ty, value) => Outcome::new(schema, ty, value).serialize(serializer),
        }
    }
}
