//! The places of a case where a value stands or may stand, and cases with another value at one of them.

use super::values::DEEPEST;
use crate::types::{Field, Presence, Schema, Type};
use crate::value::Value;

/// In a path, for the items of a list of single values.
const ITEM: usize = usize::MAX;

/// Long lists are changed at their first items; the others are like them.
const ITEMS: usize = 3;

/// A place for a value.
#[derive(Clone, Debug)]
pub(crate) struct Site<'s> {
    /// Places of fields and of list items, from the facts inwards.
    pub(crate) path: Vec<usize>,
    /// The path without the items: the same for the same field of every item.
    pub(crate) shape: Vec<usize>,
    pub(crate) ty: &'s Type,
    /// The field, or the list that the item stands in.
    pub(crate) field: &'s Field,
    /// It is an item of a list of single values: bounds are not its own, and it cannot be left out.
    pub(crate) is_item: bool,
}

/// Every place of a case, outer ones first.
pub(crate) fn sites<'s>(schema: &'s Schema, values: &[Value]) -> Vec<Site<'s>> {
    let mut walk = Walk { schema, found: Vec::new(), path: Vec::new(), shape: Vec::new() };
    walk.record(&schema.facts.fields, values);
    walk.found
}

struct Walk<'s> {
    schema: &'s Schema,
    found: Vec<Site<'s>>,
    path: Vec<usize>,
    shape: Vec<usize>,
}

impl<'s> Walk<'s> {
    fn record(&mut self, fields: &'s [Field], values: &[Value]) {
        if self.shape.len() > DEEPEST {
            return;
        }
        for (place, (field, value)) in fields.iter().zip(values).enumerate() {
            if is_derived(field) {
                continue;
            }
            self.path.push(place);
            self.shape.push(place);
            self.found.push(self.site(&field.ty, field, false));
            self.inside(&field.ty, field, value);
            self.path.pop();
            self.shape.pop();
        }
    }

    fn inside(&mut self, ty: &'s Type, field: &'s Field, value: &Value) {
        match (ty, value) {
            (Type::Record(id), Value::Record(values)) => {
                if let Some(def) = self.schema.record(*id) {
                    self.record(&def.fields, values);
                }
            }
            (Type::List(of), Value::List(items)) => {
                for (place, item) in items.iter().enumerate().take(ITEMS) {
                    self.path.push(place);
                    if let Type::Record(_) = **of {
                        self.inside(of, field, item);
                    } else {
                        self.shape.push(ITEM);
                        self.found.push(self.site(of, field, true));
                        self.shape.pop();
                    }
                    self.path.pop();
                }
            }
            _ => {}
        }
    }

    fn site(&self, ty: &'s Type, field: &'s Field, is_item: bool) -> Site<'s> {
        Site { path: self.path.clone(), shape: self.shape.clone(), ty, field, is_item }
    }
}

/// It is not given but follows from other fields.
pub(crate) fn is_derived(field: &Field) -> bool {
    match field.presence {
        Presence::FirstOf(_) => true,
        Presence::Needed | Presence::NeededWhen(_) | Presence::Default(_) => false,
    }
}

/// Whether a case may lack it and be decided all the same.
pub(crate) fn may_be_left_out(field: &Field) -> bool {
    match field.presence {
        Presence::Needed => field.nothing || field.unknown,
        Presence::NeededWhen(_) | Presence::Default(_) | Presence::FirstOf(_) => true,
    }
}

/// The value at a path.
pub(crate) fn at<'v>(values: &'v [Value], path: &[usize]) -> Option<&'v Value> {
    let (first, rest) = path.split_first()?;
    let value = values.get(*first)?;
    if rest.is_empty() {
        return Some(value);
    }
    at(inner(value)?, rest)
}

/// The values with another one at a path; `None` where the path leads nowhere.
pub(crate) fn replaced(values: &[Value], path: &[usize], new: Value) -> Option<Vec<Value>> {
    let (first, rest) = path.split_first()?;
    let mut values = values.to_vec();
    let slot = values.get_mut(*first)?;
    *slot = if rest.is_empty() {
        new
    } else {
        let inner = replaced(inner(slot)?, rest, new)?;
        if let Value::Record(_) = slot { Value::Record(inner.into()) } else { Value::List(inner.into()) }
    };
    Some(values)
}

fn inner(value: &Value) -> Option<&[Value]> {
    if let Value::Record(values) | Value::List(values) = value { Some(values) } else { None }
}

/// The path and the field of a path as problems and needs write it: `findings[1].units_tested`.
pub(crate) fn find<'s>(schema: &'s Schema, text: &str) -> Option<Site<'s>> {
    let mut fields = &schema.facts.fields;
    let (mut path, mut shape) = (Vec::new(), Vec::new());
    let mut parts = text.split('.').peekable();
    while let Some(part) = parts.next() {
        let (name, items) = part.split_once('[').unwrap_or((part, ""));
        let place = fields.iter().position(|field| *field.wire == *name)?;
        let field = fields.get(place)?;
        path.push(place);
        shape.push(place);
        let mut ty = &field.ty;
        if !items.is_empty() {
            path.push(items.strip_suffix(']')?.parse().ok()?);
            ty = if let Type::List(of) = ty { of } else { return None };
        }
        if parts.peek().is_none() {
            return Some(Site { path, shape, ty, field, is_item: !items.is_empty() });
        }
        let Type::Record(id) = ty else { return None };
        fields = &schema.record(*id)?.fields;
    }
    None
}
