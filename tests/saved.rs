//! Saved policies through the public API: they decide the same bytes, and whatever is not theirs is refused.
#![allow(
    clippy::panic,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::unreachable,
    reason = "a test fails by panicking"
)]
#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by panicking")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a generator treats most types alike")]

#[allow(dead_code, reason = "the property tests use the rest")]
mod generate;

use std::path::Path;

use assize::{Limits, Policy, Status};
use generate::saved;

const QUALITY: &str = include_str!("../benches/policies/quality.assize");

const CASE: &str = r#"{"act":"counterfeit","stage":"market","declared_standard":false,"keeps_declared":false,"defect_rate":"0.125","goods_value":"123456.78","units_sold":5000,"injured":2,"deaths":0,"prior_violations":3,"cooperates":true,"rectified":false}"#;

fn policy(text: &str) -> Policy {
    Policy::from_text("p.assize", text).unwrap_or_else(|error| panic!("{}", error.render()))
}

fn refused(bytes: &[u8]) -> String {
    let error = Policy::load(bytes).unwrap_err();
    assert!(error.is_saved() && !error.is_policy());
    error.to_string()
}

#[test]
fn the_policies_of_the_repository_are_kept() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/policies");
    for entry in std::fs::read_dir(folder).unwrap() {
        let folder = entry.unwrap().path();
        let policy = policy(&std::fs::read_to_string(folder.join("policy.assize")).unwrap());
        let tests = std::fs::read_to_string(folder.join("tests.jsonl")).unwrap();
        let cases = tests.lines().map(|line| {
            let test: serde_json::Value = serde_json::from_str(line).unwrap();
            test["facts"].to_string()
        });
        saved::is_kept(&policy, &cases.chain(["{}".to_owned(), "no JSON".to_owned()]).collect::<Vec<_>>());
        let (mut own, loaded) = (policy.tests(), saved::loaded(&policy));
        let mut other = loaded.tests();
        for tests in [&mut own, &mut other] {
            tests.run_examples();
            tests.run_cases("tests.jsonl", tests_of(&folder)).unwrap();
        }
        assert_eq!(own.results(), other.results());
        assert_eq!(own.coverage().counts(), other.coverage().counts());
    }
}

fn tests_of(folder: &Path) -> std::fs::File {
    std::fs::File::open(folder.join("tests.jsonl")).unwrap()
}

#[test]
fn several_files_are_kept() {
    let policy = Policy::builder()
        .file(
            "law/fines.assize",
            r#"policy fines "Fines" cites "a law" use "../units.assize" outcome fine: EUR = 5 EUR"#,
        )
        .file(
            "law/more.assize",
            "facts again: bool rule twice when again then grave: yes outcome grave: bool, any",
        )
        .loader(|name, _| {
            if name == "units.assize" { Ok("unit EUR, 2 decimals".to_owned()) } else { Err("no such file") }
        })
        .build()
        .unwrap_or_else(|error| panic!("{}", error.render()));
    saved::is_kept(&policy, &[r#"{"again": true}"#.to_owned(), "{}".to_owned()]);
    let loaded = saved::loaded(&policy);
    let names = |policy: &Policy| {
        let sources = policy.sources();
        sources.files().map(|file| sources.name(file).to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(names(&loaded), names(&policy));
}

#[test]
fn warnings_are_kept() {
    let policy =
        policy("policy p facts a: bool outcome b: bool, any outcome c: bool, any rule r when a then c: yes");
    assert!(!policy.diagnostics().is_empty());
    saved::is_kept(&policy, &[]);
    let shown = |policy: &Policy| policy.diagnostics()[0].render(policy.sources());
    assert_eq!(shown(&saved::loaded(&policy)), shown(&policy));
}

/// Clones share what they make of the texts, from any thread.
#[test]
fn threads_decide_the_same() {
    let (policy, lacking) = (policy(QUALITY), r#"{"act":"counterfeit"}"#);
    let loaded = saved::loaded(&policy);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let loaded = loaded.clone();
            let policy = &policy;
            scope.spawn(move || {
                for case in [CASE, lacking] {
                    assert_eq!(loaded.decide_json(case).to_json(0), policy.decide_json(case).to_json(0));
                }
            });
        }
    });
}

#[test]
fn keys_of_another_policy_are_none() {
    let policy = policy("policy p facts again: bool outcome grave: bool = again");
    let loaded = saved::loaded(&policy);
    let mut decider = loaded.decider();
    decider.give_bool(policy.fact("again").unwrap(), true);
    assert_eq!(decider.decide().status(), Status::Refused);
    // Of the compact one they are good.
    let key = policy.fact("again").unwrap();
    let mut decider = policy.compact().decider();
    decider.give_bool(key, true);
    assert!(decider.decide().is_decided());
}

#[test]
fn a_compact_policy_is_the_same() {
    let (policy, compact) = (policy(QUALITY), policy(QUALITY).compact());
    for case in [CASE, "{}"] {
        assert_eq!(policy.decide_json(case).to_json(0), compact.decide_json(case).to_json(0));
    }
    assert_eq!(policy.save(), compact.save());
    assert!(policy.verify().is_ok() && compact.verify().is_ok());
}

#[test]
fn limits_are_the_hosts() {
    let policy = policy(
        "policy p facts days: list of integer outcome sum: integer = (sum of d for each d in days) or else 0",
    );
    let mut limits = Limits::default();
    limits.list_items = 2;
    limits.source_bytes = 0;
    let loaded = Policy::load_with_limits(&policy.save(), limits).unwrap();
    assert!(loaded.decide_json(r#"{"days": [1, 2]}"#).is_decided());
    assert_eq!(loaded.decide_json(r#"{"days": [1, 2, 3]}"#).status(), Status::Refused);
    limits.steps = 1;
    let loaded = Policy::load_with_limits(&policy.save(), limits).unwrap();
    let decision = loaded.decide_json(r#"{"days": [1]}"#);
    assert_eq!(decision.problems()[0].code.as_str(), "facts/too-much-work");
}

#[test]
fn every_cut_and_every_flipped_bit_is_refused() {
    let saved = policy("policy p facts count: integer outcome twice: integer = 2 * count").save();
    for length in 0..saved.len() {
        refused(&saved[..length]);
    }
    for bit in 0..saved.len() * 8 {
        let mut bytes = saved.clone();
        bytes[bit / 8] ^= 1 << (bit % 8);
        refused(&bytes);
    }
    assert!(Policy::load(&saved).is_ok());
}

#[test]
fn what_is_refused_is_told() {
    let saved = policy(QUALITY).save();
    assert!(Policy::is_saved(&saved) && !Policy::is_saved(QUALITY.as_bytes()));
    assert_eq!(refused(QUALITY.as_bytes()), "this is no saved policy");
    assert_eq!(refused(&[]), "this is no saved policy");
    assert_eq!(refused(&saved[..20]), "the saved policy ends too early");
    assert_eq!(refused(&saved[..saved.len() - 1]), "the saved policy ends too early");
    let more = [&saved[..], b"\n"].concat();
    assert_eq!(refused(&more), "something follows behind the end of the saved policy");
    let mut other = saved.clone();
    *other.last_mut().unwrap() ^= 1;
    assert_eq!(refused(&other), "the saved policy is damaged: its checksum is another");
    let version = env!("CARGO_PKG_VERSION");
    let mut other = saved.clone();
    other[8] = 77;
    assert_eq!(
        refused(&other),
        format!(
            "the saved policy has the format 77, and assize {version} reads the format 1: save it again from the policy's texts"
        )
    );
    assert!(Policy::load(&other).unwrap_err().is_other_version());
    let body = [b"\x0512.34", &saved::body(&saved)[1 + version.len()..]].concat();
    let other = saved::forged(&saved, &body);
    assert_eq!(
        refused(&other),
        format!(
            "the policy was saved by assize 12.34, and this is assize {version}: save it again from the policy's texts"
        )
    );
    assert!(Policy::load(&other).unwrap_err().is_other_version());
    let body = [saved::body(&saved), b"\0"].concat();
    assert_eq!(refused(&saved::forged(&saved, &body)), "the saved policy is not sound: it cannot be read");
}

/// A length of many bytes takes no memory before they are found.
#[test]
fn lengths_are_not_believed() {
    let saved = policy("policy p facts count: integer outcome twice: integer = 2 * count").save();
    let body = saved::body(&saved).to_vec();
    for at in 6..body.len() {
        let huge = [&body[..at], b"\xff\xff\xff\xff\xff\xff\xff\x7f", &body[at + 1..]].concat();
        if let Ok(policy) = Policy::load(&saved::forged(&saved, &huge)) {
            let _ = policy.decide_json(r#"{"count": 3}"#);
        }
    }
}

/// Some rules of a group, with every kind of key and sum.
fn catalogue() -> String {
    let mut text = String::from(
        "policy c enum Kind: a, b, c, d facts kind: Kind risky: bool rate: integer, 0 to 99 again: integer or unknown
         outcome sum: integer, sum outcome most: integer, highest, default 0 outcome bad: bool, any",
    );
    for rule in 0..24 {
        text += &format!(
            " rule r{rule} when kind is {} and rate >= {} and rate < {} then sum: {rule}, most: {rule}, bad: yes",
            ["a", "b", "c", "d"][rule % 4],
            rule * 3 % 60,
            rule * 3 % 60 + 30
        );
    }
    text + " rule alone overrides other when risky then sum: 2 rule other when again > 3 and risky then sum: 2 * again"
}

/// Whoever changes these bytes changes what other builds of this version read: see `FORMAT`.
#[test]
fn the_bytes_are_those_of_the_format() {
    let saved = policy(&catalogue()).save();
    // The version stands first, and changes with every release.
    let body = &saved::body(&saved)[1 + env!("CARGO_PKG_VERSION").len()..];
    assert_eq!((body.len(), crc32fast::hash(body)), (3_243, 1_437_363_556));
}

/// A file whose texts are not those of its program, which the checksum alone does not tell.
#[test]
fn other_texts_fail_and_harm_nothing() {
    for (from, to) in [("2 * count", "3 * count"), ("2 * count", "2 * cound"), ("outcome", "outcame")] {
        let saved = policy("policy p facts count: integer outcome twice: integer = 2 * count example \"e\" given count: 1 expect twice: 2").save();
        let body = saved::body(&saved);
        let at = body.windows(from.len()).position(|window| window == from.as_bytes()).unwrap();
        let mut body = body.to_vec();
        body[at..at + from.len()].copy_from_slice(to.as_bytes());
        let loaded = Policy::load(&saved::forged(&saved, &body)).unwrap();
        // What is compiled needs no texts.
        assert!(loaded.decide_json(r#"{"count": 2}"#).is_decided());
        let decision = loaded.decide_json("{}");
        assert_eq!(decision.status(), Status::Failed);
        assert_eq!(
            decision.problems()[0].to_string(),
            "eval/internal: the texts of the saved policy do not give what was saved with them"
        );
        let error = loaded.verify().unwrap_err();
        assert!(error.is_saved() && !error.is_other_version());
        assert_eq!(loaded.tests().results(), []);
    }
}

#[test]
fn the_same_policy_gives_the_same_bytes() {
    assert_eq!(policy(QUALITY).save(), policy(QUALITY).save());
    assert_eq!(policy(QUALITY).reference().save(), policy(QUALITY).save());
}
