//! Facts in: JSON, CSV rows and Rust values become slots under a schema, with every problem of a case at once.
//! In comes a [`Schema`](crate::types::Schema) and a case in one of three shapes; out comes a [`Bound`].
//! Decided here: shape, type, bounds, unknown and repeated fields, nulls. Not decided here, but by evaluation: what is
//! needed, defaults, derived fields, `must hold`. One leaf binder and one set of containers serve all three inputs, so
//! that a rule about a value exists once.

mod binder;
mod bounds;
mod containers;
pub(crate) mod csv;
mod found;
mod from_serialize;
pub(crate) mod json;
mod json_schema;
mod leaf;
mod number_text;
mod problems;
mod show;
mod write;

#[cfg(test)]
mod tests;

pub(crate) use from_serialize::from_serialize;
pub(crate) use json_schema::json_schema;
#[cfg(feature = "arrow")]
pub(crate) use show::shown;
pub(crate) use write::{field_json, to_json};

use crate::decision::Problem;
pub(crate) use crate::limits::Limits;
use crate::value::Value;

/// A case under a schema.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Bound {
    /// One per field of `schema.facts`, in order. [`Value::Absent`] stands where the case gives nothing, for derived
    /// fields, and where a problem is reported: at its own path, or in place of the whole set or range that it is in.
    /// So a path that begins with a problem's path is malformed rather than missing.
    pub(crate) values: Vec<Value>,
    /// Sorted; empty for a well-formed case.
    pub(crate) problems: Vec<Problem>,
}

/// One case of a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Case {
    /// The line of the file on which it begins, from 1.
    pub(crate) line: u64,
    pub(crate) bound: Bound,
}
