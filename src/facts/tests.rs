//! Facts in, by every door, under one schema.

mod csv;
mod json;
mod large;
mod laws;
mod schema;
mod serialize;

use crate::facts::{Bound, Limits};

/// The problems of a case as they are printed.
fn lines(bound: &Bound) -> Vec<String> {
    bound.problems.iter().map(ToString::to_string).collect()
}

fn limits() -> Limits {
    Limits::default()
}
