//! Bytes in, a whole policy out, and cases for it. The policies are well typed by construction and use the language
//! widely; `generated.rs` measures both. Property tests and the fuzz targets share it.
//!
//! What is made is *text*: everything from the parser on is under test.

mod amounts;
mod cases;
mod choices;
mod collections;
mod declarations;
mod definitions;
mod expressions;
mod maker;
mod measures;
mod truths;
mod world;

pub(crate) mod compiled;
pub(crate) mod laws;
pub(crate) mod saved;
pub(crate) mod targets;

#[allow(unused_imports, reason = "each test and each target uses some")]
pub(crate) use {cases::Facts, choices::Choices};

use maker::{Constants, Maker};
use world::{Enumeration, Field, Record};

/// A policy's text and what is known of its facts.
pub(crate) struct Generated {
    /// The declarations: in any order, and in any number of files, they are one policy.
    pub(crate) items: Vec<String>,
    enums: Vec<Enumeration>,
    records: Vec<Record>,
    facts: Vec<Field>,
    constants: Constants,
}

impl Generated {
    /// The policy as one file.
    pub(crate) fn text(&self) -> String {
        self.items.join("\n\n")
    }
}

/// The policy that these bytes choose; a few hundred bytes make one of ordinary size.
pub(crate) fn policy(bytes: &[u8]) -> Generated {
    make(bytes, false)
}

/// The policy that these bytes choose among those that compile whole.
pub(crate) fn plain_policy(bytes: &[u8]) -> Generated {
    make(bytes, true)
}

fn make(bytes: &[u8], is_plain: bool) -> Generated {
    let fuel = 40 + i32::try_from(bytes.len().min(1_000) / 4).unwrap_or(0);
    let mut maker = Maker::new(bytes, fuel, is_plain);
    maker.declare_units();
    maker.declare_enums();
    if !is_plain {
        maker.declare_records();
    }
    maker.declare_facts();
    if !is_plain {
        maker.declare_calendars();
    }
    // 0: no law date; 1: one; 2: two, the more lenient taken.
    let laws = maker.choices.below(if is_plain { 2 } else { 3 });
    maker.has_law_date = laws > 0;
    for _ in 0..maker.choices.below(3) {
        maker.declare_parameter();
    }
    for _ in 0..maker.choices.below(3) {
        maker.declare_table();
    }
    for _ in 0..maker.choices.between(1, 2) {
        for _ in 0..maker.choices.below(4) {
            maker.define();
        }
        maker.defined_outcome();
        if maker.choices.chance(180) {
            maker.group();
        }
    }
    for _ in 0..maker.choices.below(3) {
        maker.defined_outcome();
    }
    if maker.choices.chance(60) {
        maker.claim();
    }
    maker.policy_line(laws);
    maker.examples();
    let Maker { items, enums, records, facts, constants, .. } = maker;
    Generated { items, enums, records, facts, constants }
}
