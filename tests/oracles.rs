//! The oracles of the regimes reproduce every case that was worked out by hand.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "regimes/oracle/mod.rs"]
mod oracle;

use std::collections::BTreeMap;

use oracle::random::Random;
use oracle::{REGIMES, hand_cases};

#[test]
fn every_oracle_reproduces_the_hand_cases() {
    for regime in &REGIMES {
        let Some(cases) = hand_cases(regime) else { return };
        for case in cases {
            let decided = (regime.decide)(&case.facts);
            assert_eq!(decided, case.expected, "{} line {}: {}", regime.name, case.line, case.comment);
        }
    }
}

/// A generator that never reaches a value of an outcome would prove nothing about it.
#[test]
fn generated_cases_reach_every_answer() {
    for regime in &REGIMES {
        let mut random = Random::new(1);
        let mut seen: BTreeMap<String, BTreeMap<String, u32>> = BTreeMap::new();
        for _ in 0..3_000 {
            let facts = (regime.generate)(&mut random);
            let decided = (regime.decide)(&facts);
            for (key, value) in decided.as_object().expect("an answer is an object") {
                *seen.entry(key.clone()).or_default().entry(value.to_string()).or_default() += 1;
            }
        }
        for (key, values) in &seen {
            assert!(values.len() > 1, "{}: `{key}` is always {values:?}", regime.name);
        }
    }
}
