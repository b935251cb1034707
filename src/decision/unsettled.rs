//! What is known of an outcome that waits for unknown facts (ruling 1): bounds, candidates, sure members.

use std::collections::BTreeSet;

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::outcome::{Form, Outcome, sorted};
use crate::types::{OutcomeDef, Schema, Type};
use crate::value::{Shape, Value};

/// An outcome that unknown facts leave open, with what holds however they turn out.
///
/// Serializes as on the wire: any of `at_least`, `at_most`, `one_of`, `certain`, `possible`, and `waits_for`.
#[derive(Clone, Copy, Debug)]
pub struct Unsettled<'a> {
    schema: &'a Schema,
    name: &'a str,
    ty: &'a Type,
    value: &'a Value,
}

/// The members that an open set surely has, and those that it may have.
struct Members<'a> {
    of: &'a Type,
    certain: &'a BTreeSet<Value>,
    possible: Option<&'a BTreeSet<Value>>,
}

impl<'a> Unsettled<'a> {
    pub(super) fn new(schema: &'a Schema, def: &'a OutcomeDef, value: &'a Value) -> Self {
        Self { schema, name: &def.wire, ty: &def.ty, value }
    }

    /// The outcome's wire name.
    #[must_use]
    pub fn name(&self) -> &'a str {
        self.name
    }

    /// The paths of the unknown facts that it waits for, sorted.
    #[must_use]
    pub fn waits_for(&self) -> Vec<String> {
        self.value.waits().iter().map(|path| path.to_string()).collect()
    }

    /// It may turn out that there is no such thing (`null`).
    #[must_use]
    pub fn may_be_nothing(&self) -> bool {
        self.value.may_be_nothing()
    }

    /// If there is such a thing, it is at least this. For a range: its bottom is.
    #[must_use]
    pub fn at_least(&self) -> Option<Outcome<'a>> {
        match (self.ty, self.value) {
            (Type::Range(of), Value::Range(ends)) => self.end(of, &ends.0, false),
            (ty, value) => self.end(ty, value, false),
        }
    }

    /// If there is such a thing, it is at most this. For a range: its top is.
    #[must_use]
    pub fn at_most(&self) -> Option<Outcome<'a>> {
        match (self.ty, self.value) {
            (Type::Range(of), Value::Range(ends)) => self.end(of, &ends.1, true),
            (ty, value) => self.end(ty, value, true),
        }
    }

    /// It is one of these: sorted by wire text, last nothing where that is possible.
    #[must_use]
    pub fn one_of(&self) -> Option<Vec<Outcome<'a>>> {
        let Value::Open(open) = self.value else { return None };
        let Shape::Members(members) = &open.shape else { return None };
        let mut candidates = sorted(self.schema, self.ty, members.iter()).ok()?;
        if open.nothing {
            candidates.push(Outcome::new(self.schema, self.ty, &Value::Nothing));
        }
        Some(candidates)
    }

    /// Members that a set surely has.
    #[must_use]
    pub fn certain(&self) -> Option<Vec<Outcome<'a>>> {
        let Members { of, certain, .. } = self.members()?;
        sorted(self.schema, of, certain.iter()).ok()
    }

    /// Members that a set may have, the certain ones included. `None` beside certain ones: any other may be in it.
    #[must_use]
    pub fn possible(&self) -> Option<Vec<Outcome<'a>>> {
        let Members { of, possible, .. } = self.members()?;
        sorted(self.schema, of, possible?.iter()).ok()
    }

    /// The kinds of duty that may be due, sorted by wire name, and whether they surely are (perhaps on an open day).
    #[must_use]
    pub fn duties(&self) -> Option<Vec<(&'a str, bool)>> {
        let (Type::Duty(kinds), Value::Duties(dates)) = (self.ty, self.value) else { return None };
        let members = &self.schema.enumeration(*kinds)?.members;
        let mut duties: Vec<_> = members
            .iter()
            .zip(dates.iter())
            .filter(|(_, date)| **date != Value::Nothing)
            .map(|(kind, date)| (&*kind.wire, !date.may_be_nothing()))
            .collect();
        duties.sort_unstable();
        Some(duties)
    }

    fn end(&self, ty: &'a Type, value: &'a Value, upper: bool) -> Option<Outcome<'a>> {
        let bound = if let Value::Open(open) = value {
            match &open.shape {
                Shape::Interval { least, most } => (if upper { most } else { least }).as_ref()?,
                Shape::Any | Shape::Members(_) | Shape::Set { .. } => return None,
            }
        } else if value.is_settled() {
            value
        } else {
            // A list, record or duties with open parts: no bound holds for the whole.
            return None;
        };
        let ty = if let (Type::Range(of), false) = (ty, matches!(bound, Value::Range(_))) { of } else { ty };
        let bound = Outcome::new(self.schema, ty, bound);
        // A bound without finite decimal form is left out: fewer bounds are still true ones.
        matches!(bound.form(), Ok(form) if !matches!(form, Form::Nothing)).then_some(bound)
    }

    fn members(&self) -> Option<Members<'a>> {
        let (Type::Set(of), Value::Open(open)) = (self.ty, self.value) else { return None };
        let Shape::Set { certain, possible } = &open.shape else { return None };
        Some(Members { of, certain, possible: possible.as_ref() })
    }
}

impl Serialize for Unsettled<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        let (least, most) = (self.at_least(), self.at_most());
        if let Some(least) = least {
            map.serialize_entry("at_least", &least)?;
        }
        if let Some(most) = most {
            map.serialize_entry("at_most", &most)?;
        }
        // Bounds alone would hide that there may be no such thing at all.
        if (least.is_some() || most.is_some()) && self.may_be_nothing() {
            map.serialize_entry("or_null", &true)?;
        }
        if let Some(candidates) = self.one_of() {
            map.serialize_entry("one_of", &candidates)?;
        }
        if let Some(certain) = self.certain() {
            map.serialize_entry("certain", &certain)?;
        }
        if let Some(possible) = self.possible() {
            map.serialize_entry("possible", &possible)?;
        }
        if let Some(duties) = self.duties() {
            let certain: Vec<_> =
                duties.iter().filter(|(_, surely)| *surely).map(|(kind, _)| *kind).collect();
            let possible: Vec<_> = duties.iter().map(|(kind, _)| *kind).collect();
            map.serialize_entry("certain", &certain)?;
            map.serialize_entry("possible", &possible)?;
        }
        map.serialize_entry("waits_for", &self.waits_for())?;
        map.end()
    }
}
