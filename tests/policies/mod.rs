//! The policies of `examples/policies`, driven through the public API as a host would.

use std::path::{Path, PathBuf};

use assize::Policy;
use serde_json::Value;

pub fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/policies").join(name)
}

pub fn load(name: &str) -> Policy {
    let path = folder(name).join("policy.assize");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    match Policy::from_text(&path.display().to_string(), &text) {
        Ok(policy) => policy,
        Err(error) => panic!("{name} does not compile:\n{error}"),
    }
}

/// The decision on a case, as it goes over the wire.
pub fn decide(policy: &Policy, facts: &Value) -> Value {
    let decision = policy.decide_json(&facts.to_string()).to_json(0);
    serde_json::from_str(&decision).expect("a decision is JSON")
}

/// What a decision says otherwise than expected (`status`, `missing`, outcomes); empty when it agrees.
pub fn differences(decision: &Value, expected: &Value) -> Vec<String> {
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
