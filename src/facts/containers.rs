//! Records, lists, sets and ranges as they fill up, for every input alike.

use crate::decision::ProblemCode;
use crate::types::{Field, Schema, Type};
use crate::value::Value;

use super::binder::{Binder, Fault, Slot, Step};
use super::bounds;
use super::found::Found;
use super::leaf;
use super::problems::{Near, on_wire};
use super::show::shown;

/// The fields of a record, or of the facts, while they are read in any order.
pub(super) struct Slots<'s> {
    fields: &'s [Field],
    values: Vec<Value>,
    given: Vec<Given>,
    /// Keys mostly come in the order in which they are declared.
    next: usize,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Given {
    Not,
    Once,
    Repeatedly,
}

impl<'s> Slots<'s> {
    pub(super) fn new(fields: &'s [Field]) -> Self {
        Self {
            fields,
            values: vec![Value::Absent; fields.len()],
            given: vec![Given::Not; fields.len()],
            next: 0,
        }
    }

    /// Goes to the field with this wire name, for [`Slots::leave`] to come back from; `None` if there is none.
    pub(super) fn enter(&mut self, binder: &mut Binder<'s>, name: &str) -> Option<(usize, Slot<'s>)> {
        let Some((index, field)) = self.find(name) else {
            binder.report_below(name, unknown_field(self.fields, name));
            return None;
        };
        self.next = index + 1;
        binder.enter(Step::Field(&field.wire));
        if let Some(given) = self.given.get_mut(index) {
            *given = match given {
                Given::Not => Given::Once,
                Given::Once | Given::Repeatedly => Given::Repeatedly,
            };
            if *given == Given::Repeatedly {
                binder.report(Fault::new(ProblemCode::DuplicateField, "given more than once"));
            }
        }
        Some((index, Slot::of(field)))
    }

    pub(super) fn leave(&mut self, binder: &mut Binder<'s>, index: usize, value: Value) {
        binder.leave();
        if let (Some(place), Some(given)) = (self.values.get_mut(index), self.given.get(index)) {
            // Neither of two values is preferred: the answer must not depend on which comes first.
            *place = if *given == Given::Repeatedly { Value::Absent } else { value };
        }
    }

    pub(super) fn finish(self) -> Vec<Value> {
        self.values
    }

    fn find(&self, name: &str) -> Option<(usize, &'s Field)> {
        if let Some(field) = self.fields.get(self.next).filter(|field| *field.wire == *name && on_wire(field))
        {
            return Some((self.next, field));
        }
        self.fields.iter().enumerate().find(|(_, field)| *field.wire == *name && on_wire(field))
    }
}

/// A name that no field has, or only one that is not given but derived.
pub(super) fn unknown_field<'s>(fields: &'s [Field], name: &str) -> Fault<'s> {
    if fields.iter().any(|field| *field.wire == *name) {
        let message = format!("`{}` is derived from other fields and cannot be given", shown(name));
        return Fault::new(ProblemCode::UnknownField, message);
    }
    Fault {
        code: ProblemCode::UnknownField,
        message: format!("the policy declares no field `{}`", shown(name)),
        near: Near::field(name, fields),
    }
}

/// What kind of array a type is on the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    List,
    Set,
    Range,
}

/// The items of a list, set or range while they are read.
pub(super) struct Items<'s> {
    slot: Slot<'s>,
    item: Slot<'s>,
    kind: Kind,
    values: Vec<Value>,
    count: usize,
    limit: usize,
}

impl<'s> Items<'s> {
    /// `None` if the type is no array on the wire.
    pub(super) fn new(slot: Slot<'s>, limit: usize) -> Option<Self> {
        let (kind, item) = match slot.ty {
            Type::List(of) => (Kind::List, slot.item(of)),
            Type::Set(of) => (Kind::Set, slot.item(of)),
            Type::Range(of) => (Kind::Range, slot.end(of)),
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
            | Type::Record(_)
            | Type::Duty(_)
            | Type::Invalid => return None,
        };
        let limit = if kind == Kind::Range { 2 } else { limit };
        Some(Self { slot, item, kind, values: Vec::new(), count: 0, limit })
    }

    /// Goes to the next item, for [`Items::leave`] to come back from; `None` beyond the limit, where items are only
    /// counted.
    pub(super) fn enter(&mut self, binder: &mut Binder<'s>) -> Option<Slot<'s>> {
        let index = self.count;
        self.count = self.count.saturating_add(1);
        if index >= self.limit {
            // A list that is refused anyway need not be held.
            self.values = Vec::new();
            return None;
        }
        binder.enter(Step::Index(index));
        Some(self.item)
    }

    pub(super) fn leave(&mut self, binder: &mut Binder<'s>, value: Value) {
        binder.leave();
        self.values.push(value);
    }

    pub(super) fn finish(self, binder: &mut Binder<'s>) -> Value {
        let result = match self.kind {
            Kind::Range => self.range(binder.schema),
            Kind::List => self.sized().map(|items| Value::List(items.values.into())),
            Kind::Set => match self.sized() {
                Ok(items) => Ok(items.set(binder)),
                Err(fault) => Err(fault),
            },
        };
        binder.settle(result)
    }

    fn sized(self) -> Result<Self, Fault<'s>> {
        if self.count > self.limit {
            let message = format!("a list of {} items; at most {} are taken", self.count, self.limit);
            return Err(Fault::new(ProblemCode::ListTooLong, message));
        }
        bounds::check_length(&self.slot, self.count)?;
        Ok(self)
    }

    /// Absent beside a malformed or repeated member: what the set holds is then not known.
    fn set(self, binder: &mut Binder<'s>) -> Value {
        let repeated = self.repeated();
        for place in &repeated {
            binder.enter(Step::Index(*place));
            binder.report(Fault::new(ProblemCode::RepeatedMember, "this member stands in the set already"));
            binder.leave();
        }
        let mut values = self.values;
        if !repeated.is_empty() || values.contains(&Value::Absent) {
            return Value::Absent;
        }
        values.sort();
        Value::Set(values.into())
    }

    fn repeated(&self) -> Vec<usize> {
        let mut places: Vec<(&Value, usize)> = self
            .values
            .iter()
            .enumerate()
            .filter(|(_, value)| **value != Value::Absent)
            .map(|(place, value)| (value, place))
            .collect();
        places.sort();
        places
            .windows(2)
            .filter_map(|pair| match pair {
                [(before, _), (value, place)] if before == value => Some(*place),
                [..] => None,
            })
            .collect()
    }

    fn range(self, schema: &Schema) -> Result<Value, Fault<'s>> {
        let mut ends = self.values.into_iter();
        let (Some(bottom), Some(top), 2) = (ends.next(), ends.next(), self.count) else {
            return Err(Fault::new(
                ProblemCode::WrongType,
                format!(
                    "{} of {} items",
                    leaf::wrong_type(schema, self.slot.ty, Found::Array).message,
                    self.count
                ),
            ));
        };
        if bottom == Value::Absent || top == Value::Absent {
            return Ok(Value::Absent);
        }
        if bottom > top {
            return Err(Fault::new(ProblemCode::OutOfBounds, "the bottom of the range exceeds its top"));
        }
        Ok(Value::Range((bottom, top).into()))
    }
}
