//! The five regimes of `../shared/regimes`, each read from its SPEC.md into plain Rust, with no policy and no engine in
//! sight, and a seeded generator of cases that sits on the boundaries. A policy in `examples/policies` must decide as
//! these do. Facts and expected answers have the shape of `hand.jsonl`.

pub(crate) mod calendar;
pub(crate) mod facts;
pub(crate) mod money;
pub(crate) mod random;

mod eu_product_risk;
mod prc_product_quality;
mod service_enforcement;
mod us_cpsa_penalty;
mod wales_food_hygiene;

use std::path::{Path, PathBuf};

use serde_json::Value;

use random::Random;

pub(crate) struct Regime {
    /// The folder in `../shared/regimes` and in `examples/policies`.
    pub(crate) name: &'static str,
    /// The answer to a case: `status`, `missing` and every outcome.
    pub(crate) decide: fn(&Value) -> Value,
    /// A case that the regime admits; some lack facts that they need.
    pub(crate) generate: fn(&mut Random) -> Value,
}

pub(crate) const REGIMES: [Regime; 5] = [
    Regime {
        name: "service_enforcement",
        decide: service_enforcement::decide,
        generate: service_enforcement::generate,
    },
    Regime {
        name: "wales_food_hygiene",
        decide: wales_food_hygiene::decide,
        generate: wales_food_hygiene::generate,
    },
    Regime { name: "eu_product_risk", decide: eu_product_risk::decide, generate: eu_product_risk::generate },
    Regime {
        name: "prc_product_quality",
        decide: prc_product_quality::decide,
        generate: prc_product_quality::generate,
    },
    Regime { name: "us_cpsa_penalty", decide: us_cpsa_penalty::decide, generate: us_cpsa_penalty::generate },
];

/// A case worked out by hand.
pub(crate) struct HandCase {
    pub(crate) line: usize,
    pub(crate) comment: String,
    pub(crate) facts: Value,
    pub(crate) expected: Value,
}

/// The regime's hand cases, or `None` (said loudly) where the folder is not there.
pub(crate) fn hand_cases(regime: &Regime) -> Option<Vec<HandCase>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/regimes");
    if !folder.is_dir() {
        eprintln!("SKIPPED: ../shared/regimes is not here");
        return None;
    }
    let path: PathBuf = folder.join(regime.name).join("hand.jsonl");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    Some(
        lines
            .map(|(index, line)| {
                let case: Value = serde_json::from_str(line).expect("a line of hand.jsonl is JSON");
                HandCase {
                    line: index + 1,
                    comment: case["comment"].as_str().unwrap_or_default().to_owned(),
                    facts: case["facts"].clone(),
                    expected: case["expected"].clone(),
                }
            })
            .collect(),
    )
}
