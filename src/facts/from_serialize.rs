//! A Rust value becomes a case: a `serde::Serializer` that the schema guides, straight into slots.
//! `None` is an absent fact; `Some(None)` and `()` are null. Binary floats are refused: they are not exact. Decimal and
//! date types that serialize as text work.

use std::fmt;

use serde::ser::{self, Serialize, Serializer};

use crate::decision::ProblemCode;
use crate::types::{Schema, Type};
use crate::value::Value;

use super::binder::{Binder, Fault, Slot, absent};
use super::containers::{Items, Slots};
use super::found::Found;
use super::show::shown;
use super::{Bound, Limits, leaf};

/// Binds a value that serializes as a struct or as a map with text keys.
pub(crate) fn from_serialize<T: Serialize + ?Sized>(schema: &Schema, facts: &T, limits: &Limits) -> Bound {
    let mut binder = Binder::new(schema, limits);
    let place = Place { binder: &mut binder, target: Target::Facts, in_some: false };
    let values = match facts.serialize(place) {
        Ok(Value::Record(values)) => values.to_vec(),
        Ok(_) => absent(schema),
        Err(error) => {
            binder.report_case(ProblemCode::WrongType, error.message());
            absent(schema)
        }
    };
    binder.finish(values)
}

/// How `serde_json` with exact numbers passes a number on to another serializer: a struct of this name with one text.
const EXACT_NUMBER: &str = "$serde_json::private::Number";

/// The host's own `Serialize` gave up.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct HostError(String);

impl HostError {
    fn message(&self) -> String {
        format!("the value does not serialize: {}", shown(&self.0))
    }
}

impl ser::Error for HostError {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self(message.to_string())
    }
}

/// Where the next value goes.
struct Place<'b, 's> {
    binder: &'b mut Binder<'s>,
    target: Target<'s>,
    in_some: bool,
}

#[derive(Clone, Copy)]
enum Target<'s> {
    /// The top: a record without a place.
    Facts,
    Slot(Slot<'s>),
    /// An item of an array, where an absent value is a null.
    Item(Slot<'s>),
}

impl<'b, 's> Place<'b, 's> {
    fn found(mut self, found: Found<'_>) -> Result<Value, HostError> {
        Ok(self.leaf(found))
    }

    fn leaf(&mut self, found: Found<'_>) -> Value {
        let Some(slot) = self.slot() else {
            let message = format!("expected a struct or map of facts, found {}", found.describe());
            self.binder.report_case(ProblemCode::WrongType, message);
            return Value::Absent;
        };
        let result = leaf::bind(self.binder.schema, self.binder.limits, &slot, found);
        self.binder.settle(result)
    }

    fn slot(&self) -> Option<Slot<'s>> {
        match self.target {
            Target::Facts => None,
            Target::Slot(slot) | Target::Item(slot) => Some(slot),
        }
    }

    fn integer(self, value: impl fmt::Display) -> Result<Value, HostError> {
        self.found(Found::Number(&value.to_string()))
    }

    /// A record if the schema has one here; else the value is reported and its fields are passed over.
    fn record(mut self) -> RecordPlace<'b, 's> {
        let schema: &'s Schema = self.binder.schema;
        let fields = match self.slot().map(|slot| slot.ty) {
            None => Some(schema.facts.fields.as_slice()),
            Some(Type::Record(id)) => schema.record(*id).map(|record| record.fields.as_slice()),
            Some(
                Type::Bool
                | Type::Integer
                | Type::Number
                | Type::Quantity(_)
                | Type::Date
                | Type::Days
                | Type::WorkingDays
                | Type::Months
                | Type::Text
                | Type::Enum(_)
                | Type::Set(_)
                | Type::List(_)
                | Type::Range(_)
                | Type::Duty(_)
                | Type::Invalid,
            ) => None,
        };
        let slots = fields.map(Slots::new);
        if slots.is_none() {
            self.leaf(Found::Object);
        }
        RecordPlace { binder: self.binder, slots, key: None, outer: None }
    }

    fn items(mut self) -> ItemsPlace<'b, 's> {
        let items = self.slot().and_then(|slot| Items::new(slot, self.binder.limits.list_items));
        if items.is_none() {
            self.leaf(Found::Array);
        }
        ItemsPlace { binder: self.binder, items, outer: None }
    }
}

struct RecordPlace<'b, 's> {
    binder: &'b mut Binder<'s>,
    /// `None` where the schema has no record: the fields are passed over.
    slots: Option<Slots<'s>>,
    /// The key of a map until its value comes; `None` if it was no text.
    key: Option<String>,
    outer: Option<Outer<'s>>,
}

/// The record of one field that a variant with content is.
struct Outer<'s> {
    slots: Slots<'s>,
    /// `None` if the schema has no such field.
    index: Option<usize>,
}

enum Entered<'b, 's> {
    Field(Place<'b, 's>, Outer<'s>),
    Nowhere(RecordPlace<'b, 's>),
}

impl<'b, 's> RecordPlace<'b, 's> {
    fn field<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) {
        let Some(slots) = &mut self.slots else { return };
        let Some((index, slot)) = slots.enter(self.binder, name) else { return };
        let value = one(self.binder, Target::Slot(slot), value);
        slots.leave(self.binder, index, value);
    }

    /// Goes into the one field that a variant names, for [`finish`] to come back from.
    fn enter(mut self, name: &str) -> Entered<'b, 's> {
        let Some(mut slots) = self.slots.take() else { return Entered::Nowhere(self) };
        match slots.enter(self.binder, name) {
            Some((index, slot)) => {
                let place = Place { binder: self.binder, target: Target::Slot(slot), in_some: false };
                Entered::Field(place, Outer { slots, index: Some(index) })
            }
            None => Entered::Nowhere(Self { outer: Some(Outer { slots, index: None }), ..self }),
        }
    }

    fn finish(self) -> Result<Value, HostError> {
        let value = self.slots.map_or(Value::Absent, |slots| Value::Record(slots.finish().into()));
        Ok(finish(self.binder, self.outer, value))
    }
}

struct ItemsPlace<'b, 's> {
    binder: &'b mut Binder<'s>,
    /// `None` where the schema has no array: the items are passed over.
    items: Option<Items<'s>>,
    outer: Option<Outer<'s>>,
}

impl ItemsPlace<'_, '_> {
    fn item<T: Serialize + ?Sized>(&mut self, value: &T) {
        let Some(items) = &mut self.items else { return };
        let Some(slot) = items.enter(self.binder) else { return };
        let value = one(self.binder, Target::Item(slot), value);
        items.leave(self.binder, value);
    }

    fn finish(self) -> Result<Value, HostError> {
        let value = self.items.map_or(Value::Absent, |items| items.finish(self.binder));
        Ok(finish(self.binder, self.outer, value))
    }
}

fn finish<'s>(binder: &mut Binder<'s>, outer: Option<Outer<'s>>, value: Value) -> Value {
    let Some(mut outer) = outer else { return value };
    if let Some(index) = outer.index {
        outer.slots.leave(binder, index, value);
    }
    Value::Record(outer.slots.finish().into())
}

/// An error of the host's is a problem of this one value; its neighbours are still read.
fn one<'s, T: Serialize + ?Sized>(binder: &mut Binder<'s>, target: Target<'s>, value: &T) -> Value {
    let depth = binder.depth();
    match value.serialize(Place { binder: &mut *binder, target, in_some: false }) {
        Ok(value) => value,
        Err(error) => {
            // A variant with content may have been left half-way.
            binder.back_to(depth);
            binder.report(Fault::new(ProblemCode::WrongType, error.message()));
            Value::Absent
        }
    }
}

impl<'b, 's> Serializer for Place<'b, 's> {
    type Ok = Value;
    type Error = HostError;
    type SerializeSeq = ItemsPlace<'b, 's>;
    type SerializeTuple = ItemsPlace<'b, 's>;
    type SerializeTupleStruct = ItemsPlace<'b, 's>;
    type SerializeTupleVariant = ItemsPlace<'b, 's>;
    type SerializeMap = RecordPlace<'b, 's>;
    type SerializeStruct = StructPlace<'b, 's>;
    type SerializeStructVariant = RecordPlace<'b, 's>;

    fn serialize_bool(self, value: bool) -> Result<Value, HostError> {
        self.found(Found::Bool(value))
    }

    fn serialize_i8(self, value: i8) -> Result<Value, HostError> {
        self.integer(value)
    }

    fn serialize_i16(self, value: i16) -> Result<Value, HostError> {
        self.integer(value)
    }

    fn serialize_i32(self, value: i32) -> Result<Value, HostError> {
        self.integer(value)
    }

    fn serialize_i64(self, value: i64) -> Result<Value, HostError> {
        self.integer(value)
    }

    fn serialize_i128(self, value: i128) -> Result<Value, HostError> {
        self.integer(value)
    }

    fn serialize_u8(self, value: u8) -> Result<Value, HostError> {
        self.integer(value)
    }

    fn serialize_u16(self, value: u16) -> Result<Value, HostError> {
        self.integer(value)
    }

    fn serialize_u32(self, value: u32) -> Result<Value, HostError> {
        self.integer(value)
    }

    fn serialize_u64(self, value: u64) -> Result<Value, HostError> {
        self.integer(value)
    }

    fn serialize_u128(self, value: u128) -> Result<Value, HostError> {
        self.integer(value)
    }

    fn serialize_f32(self, _: f32) -> Result<Value, HostError> {
        self.found(Found::Float)
    }

    fn serialize_f64(self, _: f64) -> Result<Value, HostError> {
        self.found(Found::Float)
    }

    fn serialize_char(self, value: char) -> Result<Value, HostError> {
        self.found(Found::Text(value.encode_utf8(&mut [0; 4])))
    }

    fn serialize_str(self, value: &str) -> Result<Value, HostError> {
        self.found(Found::Text(value))
    }

    fn serialize_bytes(self, _: &[u8]) -> Result<Value, HostError> {
        self.found(Found::Bytes)
    }

    fn serialize_none(self) -> Result<Value, HostError> {
        match self.target {
            Target::Slot(_) if !self.in_some => Ok(Value::Absent),
            Target::Slot(_) | Target::Item(_) | Target::Facts => self.found(Found::Null),
        }
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, HostError> {
        value.serialize(Place { in_some: true, ..self })
    }

    fn serialize_unit(self) -> Result<Value, HostError> {
        self.found(Found::Null)
    }

    fn serialize_unit_struct(self, _: &'static str) -> Result<Value, HostError> {
        self.found(Found::Null)
    }

    fn serialize_unit_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
    ) -> Result<Value, HostError> {
        self.found(Found::Text(variant))
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        value: &T,
    ) -> Result<Value, HostError> {
        value.serialize(self)
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        value: &T,
    ) -> Result<Value, HostError> {
        let mut record = self.record();
        record.field(variant, value);
        record.finish()
    }

    fn serialize_seq(self, _: Option<usize>) -> Result<ItemsPlace<'b, 's>, HostError> {
        Ok(self.items())
    }

    fn serialize_tuple(self, _: usize) -> Result<ItemsPlace<'b, 's>, HostError> {
        Ok(self.items())
    }

    fn serialize_tuple_struct(self, _: &'static str, _: usize) -> Result<ItemsPlace<'b, 's>, HostError> {
        Ok(self.items())
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<ItemsPlace<'b, 's>, HostError> {
        Ok(match self.record().enter(variant) {
            Entered::Field(place, outer) => ItemsPlace { outer: Some(outer), ..place.items() },
            Entered::Nowhere(record) => {
                ItemsPlace { binder: record.binder, items: None, outer: record.outer }
            }
        })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<RecordPlace<'b, 's>, HostError> {
        Ok(self.record())
    }

    fn serialize_struct(self, name: &'static str, _: usize) -> Result<StructPlace<'b, 's>, HostError> {
        if name == EXACT_NUMBER {
            Ok(StructPlace::Number(self, String::new()))
        } else {
            Ok(StructPlace::Record(self.record()))
        }
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        variant: &'static str,
        _: usize,
    ) -> Result<RecordPlace<'b, 's>, HostError> {
        Ok(match self.record().enter(variant) {
            Entered::Field(place, outer) => RecordPlace { outer: Some(outer), ..place.record() },
            Entered::Nowhere(record) => record,
        })
    }
}

impl ser::SerializeSeq for ItemsPlace<'_, '_> {
    type Ok = Value;
    type Error = HostError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), HostError> {
        self.item(value);
        Ok(())
    }

    fn end(self) -> Result<Value, HostError> {
        self.finish()
    }
}

impl ser::SerializeTuple for ItemsPlace<'_, '_> {
    type Ok = Value;
    type Error = HostError;

    fn serialize_element<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), HostError> {
        self.item(value);
        Ok(())
    }

    fn end(self) -> Result<Value, HostError> {
        self.finish()
    }
}

impl ser::SerializeTupleStruct for ItemsPlace<'_, '_> {
    type Ok = Value;
    type Error = HostError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), HostError> {
        self.item(value);
        Ok(())
    }

    fn end(self) -> Result<Value, HostError> {
        self.finish()
    }
}

impl ser::SerializeTupleVariant for ItemsPlace<'_, '_> {
    type Ok = Value;
    type Error = HostError;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), HostError> {
        self.item(value);
        Ok(())
    }

    fn end(self) -> Result<Value, HostError> {
        self.finish()
    }
}

impl ser::SerializeMap for RecordPlace<'_, '_> {
    type Ok = Value;
    type Error = HostError;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, key: &T) -> Result<(), HostError> {
        // A key is a leaf, so that going through a JSON value costs one text and loses nothing.
        self.key = match serde_json::to_value(key) {
            Ok(serde_json::Value::String(key)) => Some(key),
            Ok(_) => {
                self.binder.report(Fault::new(ProblemCode::WrongType, "a key of a map must be a text"));
                None
            }
            Err(error) => return Err(ser::Error::custom(error)),
        };
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), HostError> {
        if let Some(key) = self.key.take() {
            self.field(&key, value);
        }
        Ok(())
    }

    fn end(self) -> Result<Value, HostError> {
        self.finish()
    }
}

impl ser::SerializeStructVariant for RecordPlace<'_, '_> {
    type Ok = Value;
    type Error = HostError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), HostError> {
        self.field(name, value);
        Ok(())
    }

    fn end(self) -> Result<Value, HostError> {
        self.finish()
    }
}

/// A struct is a record, but for the one that stands for a number.
enum StructPlace<'b, 's> {
    Record(RecordPlace<'b, 's>),
    Number(Place<'b, 's>, String),
}

impl ser::SerializeStruct for StructPlace<'_, '_> {
    type Ok = Value;
    type Error = HostError;

    fn serialize_field<T: Serialize + ?Sized>(
        &mut self,
        name: &'static str,
        value: &T,
    ) -> Result<(), HostError> {
        match self {
            StructPlace::Record(record) => record.field(name, value),
            StructPlace::Number(_, text) => {
                if let Ok(serde_json::Value::String(number)) = serde_json::to_value(value) {
                    *text = number;
                }
            }
        }
        Ok(())
    }

    fn end(self) -> Result<Value, HostError> {
        match self {
            StructPlace::Record(record) => record.finish(),
            StructPlace::Number(place, text) => place.found(Found::Number(&text)),
        }
    }
}
