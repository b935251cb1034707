//! Outcomes into the host's own types, by serde: what [`super::json`] writes, without the detour over text.

use std::fmt;

use serde::de::value::{MapDeserializer, SeqDeserializer, StrDeserializer, StringDeserializer};
use serde::de::{DeserializeOwned, Deserializer, Error as _, IntoDeserializer, MapAccess, Visitor};
use serde::forward_to_deserialize_any;

use super::outcome::{Form, Outcome};
use super::{Decision, Status};

/// Why outcomes cannot be had as the host's type.
#[derive(Debug)]
pub struct OutcomesError {
    /// How the case ended, if not decided.
    ended: Option<Status>,
    message: String,
}

impl OutcomesError {
    /// The case is not decided, so it has no complete outcomes.
    #[must_use]
    pub fn is_not_decided(&self) -> bool {
        self.ended.is_some()
    }
}

impl fmt::Display for OutcomesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for OutcomesError {}

impl serde::de::Error for OutcomesError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self { ended: None, message: message.to_string() }
    }
}

pub(super) fn read<T: DeserializeOwned>(decision: &Decision) -> Result<T, OutcomesError> {
    if !decision.is_decided() {
        let mut message = format!("the case is {}, so it has no complete outcomes", decision.status.as_str());
        if let Some(path) = decision.needs.first() {
            message = format!("{message}; it needs `{path}`");
        } else if let Some(problem) = decision.problems.first() {
            message = format!("{message}; {problem}");
        }
        return Err(OutcomesError { ended: Some(decision.status), message });
    }
    T::deserialize(Outcomes { entries: decision.settled().collect() })
}

/// All outcomes as one map.
struct Outcomes<'a> {
    entries: Vec<(&'a str, Outcome<'a>)>,
}

impl<'de> Deserializer<'de> for Outcomes<'_> {
    type Error = OutcomesError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, OutcomesError> {
        visitor.visit_map(NamedEntries { left: self.entries.into_iter(), value: None })
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, OutcomesError> {
        visitor.visit_some(self)
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, OutcomesError> {
        visitor.visit_newtype_struct(self)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map struct enum identifier ignored_any
    }
}

/// Adds to an error which outcome it is about.
struct NamedEntries<'a> {
    left: std::vec::IntoIter<(&'a str, Outcome<'a>)>,
    value: Option<(&'a str, Outcome<'a>)>,
}

impl<'de> MapAccess<'de> for NamedEntries<'_> {
    type Error = OutcomesError;

    fn next_key_seed<K: serde::de::DeserializeSeed<'de>>(
        &mut self,
        seed: K,
    ) -> Result<Option<K::Value>, OutcomesError> {
        self.value = self.left.next();
        let Some((name, _)) = self.value else { return Ok(None) };
        seed.deserialize(StrDeserializer::new(name)).map(Some)
    }

    fn next_value_seed<V: serde::de::DeserializeSeed<'de>>(
        &mut self,
        seed: V,
    ) -> Result<V::Value, OutcomesError> {
        let Some((name, outcome)) = self.value.take() else {
            return Err(OutcomesError::custom("a value was asked for before its name"));
        };
        seed.deserialize(One(outcome)).map_err(|error| OutcomesError {
            message: format!("outcome `{name}`: {}", error.message),
            ..error
        })
    }
}

/// One value. A type of its own, so that the public [`Outcome`] promises no more than its accessors.
struct One<'a>(Outcome<'a>);

impl<'de> IntoDeserializer<'de, OutcomesError> for One<'_> {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl One<'_> {
    fn form(&self) -> Result<Form<'_>, OutcomesError> {
        self.0.form().map_err(OutcomesError::custom)
    }
}

impl<'de> Deserializer<'de> for One<'_> {
    type Error = OutcomesError;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, OutcomesError> {
        match self.form()? {
            Form::Nothing => visitor.visit_unit(),
            Form::Bool(value) => visitor.visit_bool(value),
            Form::Integer(value) => visitor.visit_i64(value),
            Form::Text(text) => visitor.visit_str(text),
            Form::Written(text) => visitor.visit_string(text),
            Form::List(items) => visitor.visit_seq(SeqDeserializer::new(items.into_iter().map(One))),
            Form::Object(entries) => visitor
                .visit_map(MapDeserializer::new(entries.into_iter().map(|(key, value)| (key, One(value))))),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, OutcomesError> {
        if self.0.is_nothing() { visitor.visit_none() } else { visitor.visit_some(self) }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        visitor: V,
    ) -> Result<V::Value, OutcomesError> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, OutcomesError> {
        match self.form()? {
            Form::Text(text) => StrDeserializer::new(text).deserialize_enum(name, variants, visitor),
            Form::Written(text) => StringDeserializer::new(text).deserialize_enum(name, variants, visitor),
            Form::Nothing | Form::Bool(_) | Form::Integer(_) | Form::List(_) | Form::Object(_) => {
                Err(OutcomesError::custom(format_args!("it is not the name of a member of `{name}`")))
            }
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq
        tuple tuple_struct map struct identifier ignored_any
    }
}
