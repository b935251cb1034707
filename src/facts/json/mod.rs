//! A JSON object becomes a case, straight from its text: each field is taken as raw text and read as the schema says.
//! No tree of the document is built, and no number passes through a float. Syntax is `serde_json`'s business.

mod cases;

use std::borrow::Cow;
use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use crate::decision::ProblemCode;
use crate::types::{Field, Schema, Type};
use crate::value::Value;

use super::binder::{Binder, Fault, Slot, absent};
use super::containers::{Items, Slots};
use super::found::Found;
use super::leaf;
use super::{Bound, Limits};

pub(crate) use cases::{Cases, Shape};

/// A schema nests as deep as its records do; this only keeps a recursive one from exhausting the stack.
const NESTING: usize = 100;

/// Where a case stands in its file, both from 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) line: u64,
    pub(super) column: u64,
}

impl Place {
    pub(super) const START: Self = Self { line: 1, column: 1 };

    /// The place behind these bytes. Columns count characters: continuation bytes of UTF-8 are none.
    fn after(self, bytes: &[u8]) -> Self {
        bytes.iter().fold(self, |place, byte| match byte {
            b'\n' => Self { line: place.line.saturating_add(1), column: 1 },
            0x80..=0xbf => place,
            _ => Self { column: place.column.saturating_add(1), ..place },
        })
    }
}

/// Binds one JSON object.
pub(crate) fn bind(schema: &Schema, text: impl AsRef<[u8]>, limits: &Limits) -> Bound {
    bind_at(schema, text.as_ref(), limits, Place::START)
}

pub(super) fn bind_at(schema: &Schema, bytes: &[u8], limits: &Limits, start: Place) -> Bound {
    if bytes.len() > limits.case_bytes {
        return too_large(schema, limits);
    }
    let mut binder = Binder::new(schema, limits);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let place = place_of(bytes, error.valid_up_to(), start);
            binder.report_case(ProblemCode::NotJson, not_json("invalid UTF-8", place));
            return binder.finish(absent(schema));
        }
    };
    let raw: &RawValue = match serde_json::from_str(text) {
        Ok(raw) => raw,
        Err(error) => {
            let place = place_of(bytes, error_offset(text, &error), start);
            binder.report_case(ProblemCode::NotJson, not_json(&reason(&error), place));
            return binder.finish(absent(schema));
        }
    };
    let mut reader = Reader { binder, whole: text, start };
    let values = match kind(raw) {
        Kind::Object => reader.record(&schema.facts.fields, raw),
        Kind::Array | Kind::Text | Kind::Literal(_) | Kind::Number => {
            let found = kind(raw).found(raw).describe();
            reader
                .binder
                .report_case(ProblemCode::WrongType, format!("expected an object of facts, found {found}"));
            absent(schema)
        }
    };
    reader.binder.finish(values)
}

/// A case that is refused unread.
pub(super) fn too_large(schema: &Schema, limits: &Limits) -> Bound {
    let mut binder = Binder::new(schema, limits);
    binder.report_case(ProblemCode::TooLarge, format!("a case of more than {} bytes", limits.case_bytes));
    binder.finish(absent(schema))
}

struct Reader<'s, 't> {
    binder: Binder<'s>,
    whole: &'t str,
    start: Place,
}

impl<'s, 't> Reader<'s, 't> {
    fn value(&mut self, slot: &Slot<'s>, raw: &'t RawValue) -> Value {
        let kind = kind(raw);
        if matches!(kind, Kind::Object | Kind::Array) && self.binder.depth() > NESTING {
            let fault = Fault::new(ProblemCode::NotJson, format!("nested deeper than {NESTING} levels"));
            return self.binder.settle(Err(fault));
        }
        match (kind, slot.ty) {
            (Kind::Object, Type::Record(id)) => {
                let Some(record) = self.binder.schema.record(*id) else { return Value::Absent };
                Value::Record(self.record(&record.fields, raw).into())
            }
            (Kind::Array, _) => match Items::new(*slot, self.binder.limits.list_items) {
                Some(items) => self.items(items, raw),
                None => self.leaf(slot, Found::Array),
            },
            (Kind::Text, _) => match self.text(raw) {
                Some(text) => self.leaf(slot, Found::Text(&text)),
                None => Value::Absent,
            },
            (Kind::Object | Kind::Literal(_) | Kind::Number, _) => self.leaf(slot, kind.found(raw)),
        }
    }

    fn leaf(&mut self, slot: &Slot<'s>, found: Found<'_>) -> Value {
        let result = leaf::bind(self.binder.schema, self.binder.limits, slot, found);
        self.binder.settle(result)
    }

    fn record(&mut self, fields: &'s [Field], raw: &'t RawValue) -> Vec<Value> {
        let mut slots = Slots::new(fields);
        let visitor = RecordVisitor { reader: self, slots: &mut slots };
        let mut deserializer = serde_json::Deserializer::from_str(raw.get());
        if let Err(error) = deserializer.deserialize_map(visitor) {
            self.report_syntax(raw, &error);
        }
        slots.finish()
    }

    fn items(&mut self, mut items: Items<'s>, raw: &'t RawValue) -> Value {
        let visitor = ItemsVisitor { reader: self, items: &mut items };
        let mut deserializer = serde_json::Deserializer::from_str(raw.get());
        if let Err(error) = deserializer.deserialize_seq(visitor) {
            self.report_syntax(raw, &error);
            return Value::Absent;
        }
        items.finish(&mut self.binder)
    }

    /// The text with its escapes resolved. A lone surrogate shows only here.
    fn text(&mut self, raw: &'t RawValue) -> Option<Cow<'t, str>> {
        let quoted = raw.get();
        let plain = quoted.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
        if let Some(plain) = plain.filter(|plain| !plain.contains('\\')) {
            return Some(Cow::Borrowed(plain));
        }
        match serde_json::from_str(quoted) {
            Ok(text) => Some(Cow::Owned(text)),
            Err(error) => {
                self.report_syntax(raw, &error);
                None
            }
        }
    }

    fn report_syntax(&mut self, raw: &RawValue, error: &serde_json::Error) {
        let before = (raw.get().as_ptr() as usize).saturating_sub(self.whole.as_ptr() as usize);
        let offset = before.saturating_add(error_offset(raw.get(), error));
        let place = place_of(self.whole.as_bytes(), offset, self.start);
        self.binder.report(Fault::new(ProblemCode::NotJson, not_json(&reason(error), place)));
    }
}

/// What a raw value is, by its first character: its syntax is known to be right.
#[derive(Clone, Copy, Debug)]
enum Kind {
    Object,
    Array,
    Text,
    /// `None` is null.
    Literal(Option<bool>),
    Number,
}

fn kind(raw: &RawValue) -> Kind {
    match raw.get().bytes().next() {
        Some(b'{') => Kind::Object,
        Some(b'[') => Kind::Array,
        Some(b'"') => Kind::Text,
        Some(b't') => Kind::Literal(Some(true)),
        Some(b'f') => Kind::Literal(Some(false)),
        Some(b'n') => Kind::Literal(None),
        _ => Kind::Number,
    }
}

impl Kind {
    fn found(self, raw: &RawValue) -> Found<'_> {
        match self {
            Kind::Object => Found::Object,
            Kind::Array => Found::Array,
            Kind::Text => Found::Text(raw.get()),
            Kind::Literal(Some(value)) => Found::Bool(value),
            Kind::Literal(None) => Found::Null,
            Kind::Number => Found::Number(raw.get()),
        }
    }
}

struct RecordVisitor<'r, 's, 't> {
    reader: &'r mut Reader<'s, 't>,
    slots: &'r mut Slots<'s>,
}

impl<'t> Visitor<'t> for RecordVisitor<'_, '_, 't> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(Key(name)) = map.next_key()? {
            let Some((index, slot)) = self.slots.enter(&mut self.reader.binder, &name) else {
                map.next_value::<IgnoredAny>()?;
                continue;
            };
            let value = match map.next_value() {
                Ok(raw) => self.reader.value(&slot, raw),
                Err(error) => {
                    self.slots.leave(&mut self.reader.binder, index, Value::Absent);
                    return Err(error);
                }
            };
            self.slots.leave(&mut self.reader.binder, index, value);
        }
        Ok(())
    }
}

struct ItemsVisitor<'r, 's, 't> {
    reader: &'r mut Reader<'s, 't>,
    items: &'r mut Items<'s>,
}

impl<'t> Visitor<'t> for ItemsVisitor<'_, '_, 't> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut seq: A) -> Result<(), A::Error> {
        while let Some(raw) = seq.next_element::<&RawValue>()? {
            if let Some(slot) = self.items.enter(&mut self.reader.binder) {
                let value = self.reader.value(&slot, raw);
                self.items.leave(&mut self.reader.binder, value);
            }
        }
        Ok(())
    }
}

/// A key, borrowed from the text unless it has escapes.
struct Key<'t>(Cow<'t, str>);

impl<'t> Deserialize<'t> for Key<'t> {
    fn deserialize<D: Deserializer<'t>>(deserializer: D) -> Result<Self, D::Error> {
        struct KeyVisitor;
        impl<'t> Visitor<'t> for KeyVisitor {
            type Value = Key<'t>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a key")
            }

            fn visit_borrowed_str<E>(self, text: &'t str) -> Result<Key<'t>, E> {
                Ok(Key(Cow::Borrowed(text)))
            }

            fn visit_str<E>(self, text: &str) -> Result<Key<'t>, E> {
                Ok(Key(Cow::Owned(text.to_owned())))
            }
        }
        deserializer.deserialize_str(KeyVisitor)
    }
}

fn not_json(reason: &str, place: Place) -> String {
    format!("{reason} at line {}, column {}", place.line, place.column)
}

/// The message without the place, which counts from the start of a part of the text.
fn reason(error: &serde_json::Error) -> String {
    let message = error.to_string();
    message.split(" at line ").next().unwrap_or(&message).to_owned()
}

/// The byte at which the parser stopped; its columns are bytes.
fn error_offset(text: &str, error: &serde_json::Error) -> usize {
    let lines_before = error.line().saturating_sub(1);
    let before: usize = text.split_inclusive('\n').take(lines_before).map(str::len).sum();
    before.saturating_add(error.column().saturating_sub(1))
}

/// Line and column of a byte.
fn place_of(whole: &[u8], offset: usize, start: Place) -> Place {
    start.after(whole.get(..offset.min(whole.len())).unwrap_or_default())
}
