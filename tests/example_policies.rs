//! The policies of `examples/policies` pass their own tests, which go through every point of them.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::path::Path;

use assize::Policy;

#[test]
fn every_policy_is_tested_in_full() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/policies");
    let mut policies = 0;
    for entry in std::fs::read_dir(folder).unwrap() {
        let folder = entry.unwrap().path();
        let text = std::fs::read_to_string(folder.join("policy.assize")).unwrap();
        let policy = Policy::from_text("policy.assize", &text).unwrap_or_else(|error| panic!("{error}"));
        let mut tests = policy.tests();
        tests.run_examples();
        tests.run_cases("tests.jsonl", std::fs::File::open(folder.join("tests.jsonl")).unwrap()).unwrap();
        for result in tests.results() {
            assert!(
                result.passed(),
                "{}, {} line {}: {:?}",
                policy.name(),
                result.file,
                result.line,
                result.differences
            );
        }
        let coverage = tests.coverage();
        let missed: Vec<String> = coverage.missed().map(|point| coverage.describe(&point)).collect();
        assert!(missed.is_empty(), "{}: {}", policy.name(), missed.join("\n"));
        policies += 1;
    }
    assert!(policies >= 7, "{policies} policies");
}
