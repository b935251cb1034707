//! The policies of the five regimes decide as the hand cases say, and as the oracles do on thousands of others.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "regimes/oracle/mod.rs"]
mod oracle;
mod policies;

use std::path::Path;

use assize::Policy;
use oracle::random::Random;
use oracle::{REGIMES, Regime, hand_cases};
use policies::{decide, folder, load};
use serde_json::Value;

const CASES: u64 = if cfg!(debug_assertions) { 300 } else { 3_000 };

fn regime(name: &str) -> &'static Regime {
    REGIMES.iter().find(|regime| regime.name == name).expect("a regime of this name")
}

fn reproduces_the_hand_cases(name: &str, policy: &Policy) {
    let regime = regime(name);
    let Some(cases) = hand_cases(regime) else { return };
    let mut wrong = Vec::new();
    for case in cases {
        let decision = decide(policy, &case.facts);
        let found = differences(&decision, &case.expected);
        if !found.is_empty() {
            wrong.push(format!(
                "line {} ({}):\n  {}\n  {decision}",
                case.line,
                case.comment,
                found.join("\n  ")
            ));
        }
    }
    assert!(wrong.is_empty(), "{name}: {} cases differ\n{}", wrong.len(), wrong.join("\n"));
}

fn agrees_with_its_oracle(name: &str) {
    let regime = regime(name);
    let policy = load(name);
    let mut decider = policy.decider();
    for seed in 0..CASES {
        let facts = (regime.generate)(&mut Random::new(seed));
        let decision = decide(&policy, &facts);
        let answer = decider.decide_json(&facts.to_string());
        let mut line = String::new();
        answer.write_json(0, &mut line);
        assert_eq!(line, policy.reference().decide_json(&facts.to_string()).to_json(0), "{name}, {facts}");
        let found = differences(&decision, &(regime.decide)(&facts));
        assert!(
            found.is_empty(),
            "{name}, seed {seed}\nfacts: {facts}\n  {}\ndecision: {decision}",
            found.join("\n  ")
        );
    }
}

/// What a decision says otherwise than expected (`status`, `missing`, outcomes); empty when it agrees.
fn differences(decision: &Value, expected: &Value) -> Vec<String> {
    let mut found = Vec::new();
    let mut compare = |key: &str, decided: &Value, expected: &Value| {
        if decided != expected {
            found.push(format!("{key}: {decided}, expected {expected}"));
        }
    };
    let expected = expected.as_object().expect("an expected answer is an object");
    for (key, value) in expected {
        match key.as_str() {
            "status" => compare(key, &decision["status"], value),
            "missing" => compare(key, &decision["needs"], value),
            outcome => compare(outcome, decision["outcomes"].get(outcome).unwrap_or(&Value::Null), value),
        }
    }
    if expected["status"] == "decided" {
        for outcome in decision["outcomes"].as_object().into_iter().flat_map(|outcomes| outcomes.keys()) {
            if !expected.contains_key(outcome) {
                found.push(format!("{outcome}: decided, and not asked for"));
            }
        }
    }
    found
}

/// The cases beside a policy are ours, and meant to be tried: none is refused, none fails.
fn decides_its_own_cases(name: &str) {
    let regime = regime(name);
    let policy = load(name);
    let path = folder(name).join("cases.jsonl");
    let cases = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for line in cases.lines() {
        let facts: Value = serde_json::from_str(line).expect("a line of cases.jsonl is JSON");
        let decision = decide(&policy, &facts);
        let found = differences(&decision, &(regime.decide)(&facts));
        assert!(found.is_empty(), "{name}: {facts}\n  {}\ndecision: {decision}", found.join("\n  "));
    }
}

/// The tests beside a policy expect what the policy decides, which its oracle, too, must say. It knows no refused cases.
fn its_tests_agree_with_its_oracle(name: &str) {
    let regime = regime(name);
    let policy = load(name);
    let path = folder(name).join("tests.jsonl");
    let tests = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    for line in tests.lines() {
        let test: Value = serde_json::from_str(line).expect("a line of tests.jsonl is JSON");
        if test["expect"]["status"] == "refused" {
            continue;
        }
        let decision = decide(&policy, &test["facts"]);
        let found = differences(&decision, &(regime.decide)(&test["facts"]));
        assert!(found.is_empty(), "{name}: {line}\n  {}\ndecision: {decision}", found.join("\n  "));
    }
}

/// The two policies with which the language was designed decide the regimes that they state.
#[test]
fn the_first_policies_reproduce_the_hand_cases() {
    for name in ["prc_product_quality", "us_cpsa_penalty"] {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../shared/design/paper/{name}.assize"));
        let Ok(text) = std::fs::read_to_string(&path) else {
            eprintln!("SKIPPED: {} is not here", path.display());
            continue;
        };
        let policy = Policy::from_text(name, &text).unwrap_or_else(|error| panic!("{}", error.render()));
        reproduces_the_hand_cases(name, &policy);
    }
}

macro_rules! regime_tests {
    ($($name:ident),+) => {
        $(mod $name {
            #[test]
            fn reproduces_the_hand_cases() {
                let policy = super::load(stringify!($name));
                super::reproduces_the_hand_cases(stringify!($name), &policy);
            }

            #[test]
            fn decides_its_own_cases() {
                super::decides_its_own_cases(stringify!($name));
            }

            #[test]
            fn its_tests_agree_with_its_oracle() {
                super::its_tests_agree_with_its_oracle(stringify!($name));
            }

            #[test]
            fn agrees_with_its_oracle() {
                super::agrees_with_its_oracle(stringify!($name));
            }
        })+
    };
}

// For each regime a module of its name with the three tests: `mod eu_product_risk { #[test] fn decides_its_own_cases() { .. } .. }`
regime_tests!(service_enforcement, wales_food_hygiene, eu_product_risk, prc_product_quality, us_cpsa_penalty);
