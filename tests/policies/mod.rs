//! The policies of `examples/policies`, driven through the public API as a host would.

use std::path::{Path, PathBuf};

use assize::Policy;
use serde_json::Value;

pub(crate) fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/policies").join(name)
}

pub(crate) fn load(name: &str) -> Policy {
    let path = folder(name).join("policy.assize");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    match Policy::from_text(&path.display().to_string(), &text) {
        Ok(policy) => policy,
        Err(error) => panic!("{name} does not compile:\n{error}"),
    }
}

/// The decision on a case, as it goes over the wire.
pub(crate) fn decide(policy: &Policy, facts: &Value) -> Value {
    let decision = policy.decide_json(&facts.to_string()).to_json(0);
    serde_json::from_str(&decision).expect("a decision is JSON")
}
