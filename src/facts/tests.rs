//! Facts in, by every door, under one schema.

mod csv;
mod json;
mod large;
mod laws;
mod schema;
mod serialize;

use std::io::Read;

use crate::facts::json::{Cases, Shape};
use crate::facts::{Bound, Limits};

/// The problems of a case as they are printed.
fn lines(bound: &Bound) -> Vec<String> {
    bound.problems.iter().map(ToString::to_string).collect()
}

fn limits() -> Limits {
    Limits::default()
}

/// Line and problems of every case of a JSON file.
fn read_json(reader: impl Read, shape: Shape, limits: &Limits) -> Vec<(u64, Vec<String>)> {
    Cases::new(reader, shape, limits)
        .map(|raw| {
            let raw = raw.unwrap();
            (raw.line(), lines(&raw.bind(&schema::schema(), limits)))
        })
        .collect()
}
