//! Saved policies: what a policy decides it decides when it is saved and loaded, and no bytes do harm.

use assize::{Policy, Status};
use serde_json::Value as Json;

use super::{Choices, Generated};

/// Magic, format, checksum and length.
const HEAD: usize = 24;

/// A saved policy with another body, and the checksum of that.
pub(crate) fn forged(saved: &[u8], body: &[u8]) -> Vec<u8> {
    let length = (body.len() as u64).to_le_bytes();
    let sum = crc32fast::hash(&[&length[..], body].concat());
    [&saved[..12], &sum.to_le_bytes()[..], &length[..], body].concat()
}

pub(crate) fn body(saved: &[u8]) -> &[u8] {
    &saved[HEAD..]
}

/// The policy as it is loaded; saved again it is the same bytes.
pub(crate) fn loaded(policy: &Policy) -> Policy {
    let saved = policy.save();
    let loaded = Policy::load(&saved).unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(loaded.save(), saved);
    assert_eq!(loaded.is_compiled(), policy.is_compiled());
    loaded
}

/// Saved and loaded the policy says the same of itself and of these cases, in every way of deciding.
pub(crate) fn is_kept(policy: &Policy, cases: &[String]) {
    let other = loaded(policy);
    let same = |one: &str, other: &str| assert_eq!(one, other);
    same(policy.name(), other.name());
    assert_eq!(policy.title(), other.title());
    assert!(policy.cites().eq(other.cites()));
    assert!(policy.fact_names().eq(other.fact_names()) && policy.outcome_names().eq(other.outcome_names()));
    assert_eq!(policy.diagnostics(), other.diagnostics());
    same(&policy.facts_schema(), &other.facts_schema());
    let (mut decider, mut line) = (other.decider(), String::new());
    for (case, number) in cases.iter().zip(0..) {
        let expected = policy.decide_json(case).to_json(number);
        same(&other.decide_json(case).to_json(number), &expected);
        line.clear();
        decider.decide_json(case).write_json(number, &mut line);
        same(&line, &expected);
        same(&other.reference().decide_json(case).to_json(number), &expected);
    }
    same(&policy.decision_schema(), &other.decision_schema());
    other.verify().unwrap_or_else(|error| panic!("{error}"));
}

/// Saves a policy, damages it behind its checksum, and decides with what is still taken.
pub(crate) fn damaged(made: &Generated, policy: &Policy, choices: &mut Choices<'_>) {
    let saved = policy.save();
    let mut body = body(&saved).to_vec();
    for _ in 0..choices.between(1, 3) {
        // The program stands at the end.
        let begin = if choices.chance(170) { body.len() * 2 / 3 } else { 0 };
        let at = begin + (choices.below(256) * 256 + choices.below(256)) * (body.len() - begin) / 65_536;
        let byte = u8::try_from(choices.below(256)).unwrap_or(0);
        match choices.below(6) {
            0 => body[at] ^= 1 << (byte % 8),
            1 => body[at] = body[at].wrapping_add(1),
            2 => drop(body.remove(at)),
            3 => body.insert(at, byte),
            4 => body.truncate(at),
            _ => body[at] = byte,
        }
        if body.is_empty() {
            break;
        }
    }
    let bytes = forged(&saved, &body);
    match Policy::load(&bytes) {
        Err(error) => assert!(error.is_saved() && !error.to_string().is_empty()),
        Ok(policy) => is_harmless(&policy, &made.case(choices).value),
    }
}

/// Bytes of no sense behind a sound version.
pub(crate) fn noise(saved: &[u8], bytes: &[u8]) {
    let (version, _) = body(saved).split_at(1 + usize::from(body(saved)[0]));
    if let Err(error) = Policy::load(&forged(saved, &[version, bytes].concat())) {
        assert!(error.is_saved() && !error.is_other_version(), "{error}");
    }
}

/// Whatever a forged policy decides, it ends and is well formed.
fn is_harmless(policy: &Policy, case: &Json) {
    let facts = case.to_string();
    let (mut decider, mut line) = (policy.decider(), String::new());
    decider.decide_json(&facts).write_json(0, &mut line);
    for line in [line, policy.decide_json(&facts).to_json(0), policy.decide(case).to_json(0)] {
        let parsed: Json = serde_json::from_str(&line).unwrap_or_else(|error| panic!("{error}: {line}"));
        assert!(parsed["status"].is_string());
    }
    let rows = assize::columns::Columns::new(3);
    let decisions = policy.decide_batch(&rows).unwrap_or_else(|error| panic!("{error}"));
    assert!((0..3).all(|row| decisions.decision(row).is_some()));
    let _ = (policy.facts_schema(), policy.decision_schema(), policy.save());
    for warning in policy.diagnostics() {
        let _ = warning.render(policy.sources());
    }
    if policy.verify().is_err() {
        let decision = policy.reference().decide_json(&facts);
        assert_eq!(decision.status(), Status::Failed);
        let mut tests = policy.tests();
        tests.run_examples();
        assert!(tests.results().is_empty());
    }
}
