//! What the JSON Schema of facts and that of decisions share: a tree that keeps the order of its keys, definitions of
//! enums and dates, and patterns for what the wire writes as text. In comes a [`Schema`], out goes text.
//! Knows neither what a case may leave out nor what a decision looks like.

pub(crate) mod patterns;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::value::RawValue;

use super::{EnumId, MemberDef, Schema};
use crate::value::Number;

/// The dialect that every schema is written in.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// A JSON value. Unlike a map, an object keeps its keys in the order in which people read them.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    Flag(bool),
    Integer(i64),
    /// Written as it is: so that no bound passes through a float.
    Json(String),
    Text(String),
    List(Vec<Node>),
    Object(Entries),
}

/// The entries of an object.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Entries(Vec<(String, Node)>);

impl Entries {
    pub(crate) fn new() -> Self {
        Self::default()
    }

    pub(crate) fn with(mut self, key: &str, value: impl Into<Node>) -> Self {
        self.0.push((key.to_owned(), value.into()));
        self
    }

    pub(crate) fn with_some(self, key: &str, value: Option<impl Into<Node>>) -> Self {
        match value {
            Some(value) => self.with(key, value),
            None => self,
        }
    }

    /// Without the key where the list is empty: `required: []` says nothing.
    pub(crate) fn with_any(self, key: &str, values: Vec<Node>) -> Self {
        if values.is_empty() { self } else { self.with(key, values) }
    }

    pub(crate) fn and(mut self, other: Self) -> Self {
        self.0.extend(other.0);
        self
    }
}

/// A schema that refers to a definition.
pub(crate) fn reference(name: &str) -> Entries {
    // A reference is a URI, in which only letters and digits of ASCII stand for themselves.
    let encoded: String = name
        .bytes()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'_' | b'.' | b'-' => char::from(byte).to_string(),
            byte => format!("%{byte:02X}"),
        })
        .collect();
    Entries::new().with("$ref", format!("#/$defs/{encoded}"))
}

/// One of two schemas, the second being `null`.
pub(crate) fn or_null(schema: Entries) -> Entries {
    Entries::new().with("anyOf", vec![schema.into(), Entries::new().with("type", "null").into()])
}

/// An object schema with these properties and no others; each property says whether it is required.
pub(crate) fn object(properties: Vec<(String, Entries, bool)>) -> Entries {
    let required = properties.iter().filter(|(_, _, required)| *required);
    let required = required.map(|(name, _, _)| name.as_str().into()).collect();
    let properties: Vec<(String, Node)> =
        properties.into_iter().map(|(name, schema, _)| (name, schema.into())).collect();
    Entries::new()
        .with("type", "object")
        .with("properties", Entries(properties))
        .with_any("required", required)
        .with("additionalProperties", false)
}

/// The definitions that a schema refers to, by name.
#[derive(Debug, Default)]
pub(crate) struct Definitions {
    made: BTreeMap<String, Entries>,
}

impl Definitions {
    pub(crate) fn has(&self, name: &str) -> bool {
        self.made.contains_key(name)
    }

    pub(crate) fn insert(&mut self, name: &str, schema: Entries) {
        self.made.insert(name.to_owned(), schema);
    }

    /// The days of the calendar, as the wire writes them.
    pub(crate) fn date(&mut self) -> Entries {
        self.insert(
            "date",
            Entries::new().with("type", "string").with("format", "date").with("pattern", patterns::DATE),
        );
        reference("date")
    }

    /// The wire names of an enum or scale.
    pub(crate) fn enumeration(&mut self, schema: &Schema, id: EnumId) -> Entries {
        let Some(def) = schema.enumeration(id) else { return Entries::new() };
        let rising = def.is_scale.then_some("A scale, in rising order.");
        let head = Entries::new().with_some("title", def.title.as_deref()).with_some("description", rising);
        self.insert(&def.name, head.and(members(&def.members)));
        reference(&def.name)
    }

    /// The whole document: the root, and behind it what it refers to.
    pub(crate) fn document(self, title: &str, root: Entries) -> String {
        let head = Entries::new().with("$schema", DIALECT).with("title", title);
        let made: Vec<(String, Node)> =
            self.made.into_iter().map(|(name, schema)| (name, schema.into())).collect();
        let defs = (!made.is_empty()).then_some(Entries(made));
        let document = head.and(root).with_some("$defs", defs);
        serde_json::to_string_pretty(&document).unwrap_or_default()
    }
}

fn members(members: &[MemberDef]) -> Entries {
    if members.iter().all(|member| member.title.is_none()) {
        let names = members.iter().map(|member| (&*member.wire).into());
        return Entries::new().with("enum", names.collect::<Vec<_>>());
    }
    let each = members.iter().map(|member| {
        Entries::new().with("const", &*member.wire).with_some("title", member.title.as_deref()).into()
    });
    Entries::new().with("oneOf", each.collect::<Vec<_>>())
}

impl Serialize for Node {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Flag(flag) => serializer.serialize_bool(*flag),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::Json(text) => match RawValue::from_string(text.clone()) {
                Ok(raw) => raw.serialize(serializer),
                Err(error) => Err(serde::ser::Error::custom(error)),
            },
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(items) => serializer.collect_seq(items),
            Self::Object(entries) => entries.serialize(serializer),
        }
    }
}

impl Serialize for Entries {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (key, value) in &self.0 {
            map.serialize_entry(key, value)?;
        }
        map.end()
    }
}

impl From<bool> for Node {
    fn from(flag: bool) -> Self {
        Self::Flag(flag)
    }
}

impl From<i64> for Node {
    fn from(number: i64) -> Self {
        Self::Integer(number)
    }
}

impl From<&str> for Node {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Node {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<Vec<Node>> for Node {
    fn from(items: Vec<Node>) -> Self {
        Self::List(items)
    }
}

impl From<Entries> for Node {
    fn from(entries: Entries) -> Self {
        Self::Object(entries)
    }
}

impl Node {
    /// `None` for a fraction, which JSON cannot write.
    pub(crate) fn number(number: Number) -> Option<Self> {
        number.to_text(0).map(Self::Json)
    }
}
