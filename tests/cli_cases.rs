//! `assize cases` as it is called, and what its cases go through.
#![cfg(feature = "cli")]

mod folder;
#[expect(clippy::expect_used, clippy::panic, reason = "a test stops where something is not as it should be")]
#[allow(dead_code, reason = "shared with the other tests of the example policies")]
mod policies;

use assize::testing::BoundaryOptions;
use assize::{CaseFormat, CaseOptions, Status};
use folder::Folder;

const POLICY: &str = "policy fines\nunit EUR, 2 decimals\nfacts\n  value: EUR, 0 or more\n  illegal: bool, default no\n\
                      must hold \"nothing illegal is worth a million\" not (illegal and value >= 1_000_000 EUR)\n\
                      outcome fine: EUR, sum, rounded to 0.01 EUR half up\n\
                      rule r when illegal and value > 99.95 EUR then fine: value\n";

#[test]
fn cases_lie_at_the_boundaries() {
    let folder = Folder::new("cases_boundaries");
    let ran = folder.file("p.assize", POLICY).run(&["cases", "p.assize"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for value in ["99.94", "99.95", "99.96", "999999.99"] {
        assert!(ran.out.contains(&format!("\"value\":\"{value}\"")), "no {value} in\n{}", ran.out);
    }
    assert!(ran.out.lines().map(str::len).is_sorted(), "{}", ran.out);
    assert!(ran.err.contains(" cases: ") && ran.err.ends_with(" coverage points\n"), "{}", ran.err);
    assert_eq!(folder.run(&["cases", "p.assize"]).out, ran.out, "the same cases again");

    // What is refused is at a threshold, too.
    let refused = folder.run(&["cases", "p.assize", "--refused"]).out;
    assert!(refused.contains("\"value\":\"1000000.00\""), "{refused}");

    let few = folder.run(&["cases", "p.assize", "-n", "3"]).out;
    assert_eq!(few.lines().filter(|line| ran.out.contains(line)).count(), 3, "{few}");
}

#[test]
fn expected_cases_are_tests_that_pass() {
    let folder = Folder::new("cases_expect");
    let ran =
        folder.file("p.assize", POLICY).run(&["cases", "p.assize", "--expect", "--refused", "--seed", "7"]);
    assert!(ran.out.contains(r#""expect":{"status":"refused"}"#), "{}", ran.out);
    folder.file("t.jsonl", &ran.out);
    let tested = folder.run(&["test", "p.assize", "--cases", "t.jsonl", "--coverage"]);
    assert_eq!(tested.code, 0, "{tested:?}");
    assert!(format!("{}{}", tested.out, tested.err).contains("100.0 %"), "{tested:?}");
}

#[test]
fn failing_cases_are_told() {
    let folder = Folder::new("cases_fails");
    let text = "policy p\nfacts a: bool  b: bool\noutcome x: integer, agree, required\n\
                rule one when a then x: 1\nrule two when b then x: 2\n";
    let ran = folder.file("p.assize", text).run(&["cases", "p.assize"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.err.contains("cases fail; the first is {\"a\":true,\"b\":true}: eval/conflict"),
        "{}",
        ran.err
    );
}

#[test]
fn the_flagship_is_covered_in_full() {
    let policy = policies::load("service_enforcement");
    let found = policy.boundary_cases(BoundaryOptions::new().with_refused());
    let missed: Vec<String> = found.coverage.missed().map(|point| found.coverage.describe(&point)).collect();
    assert_eq!(missed, [] as [&str; 0]);
    assert!((40..400).contains(&found.cases.len()), "{}", found.cases.len());
}

#[test]
fn the_other_policies_are_covered_nearly_in_full() {
    let names = [
        "detroit_food",
        "uk_food_hygiene",
        "us_cpsa_penalty",
        "eu_product_risk",
        "prc_product_quality",
        "wales_food_hygiene",
    ];
    // The larger ones take their time in a build without optimisation.
    let tried = if cfg!(debug_assertions) { &names[..2] } else { &names[..] };
    for name in tried {
        let policy = policies::load(name);
        let found = policy.boundary_cases(BoundaryOptions::new().with_refused());
        let (covered, all) = found.coverage.counts();
        assert!(covered * 100 >= all * 97, "{name}: {covered} of {all}");
        let lines: String = found.cases.iter().map(|case| format!("{}\n", case.facts)).collect();
        let decided = policy.cases(lines.as_bytes(), CaseOptions::new(CaseFormat::JsonLines)).unwrap();
        for (case, expected) in decided.zip(&found.cases) {
            let decision = case.unwrap().decision;
            assert_eq!(decision.to_json(0), expected.decision.to_json(0), "{name}: {}", expected.facts);
            assert_ne!(decision.status(), Status::Failed, "{name}: {}", expected.facts);
        }
    }
}
