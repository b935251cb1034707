//! What is beyond a limit is refused with a code of its own, and at once.
#![allow(clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::time::{Duration, Instant};

use assize::{Limits, Policy, Status};

fn policy(text: &str, limits: Limits) -> Policy {
    Policy::builder().file("p.assize", text).limits(limits).build().unwrap_or_else(|error| panic!("{error}"))
}

/// A case with a list of this many items.
fn items(count: usize) -> String {
    let items: Vec<String> = (0..count).map(|number| format!(r#"{{"n":{number},"parts":[1]}}"#)).collect();
    format!(r#"{{"items":[{}]}}"#, items.join(","))
}

const FACTS: &str = "policy p record Item n: integer  parts: list of integer facts items: list of Item ";

fn codes(policy: &Policy, case: &str) -> Vec<&'static str> {
    policy.decide_json(case).problems().iter().map(|problem| problem.code.as_str()).collect()
}

#[test]
fn work_beyond_the_limit_is_refused_before_it_is_begun() {
    let pairs = "outcome x: integer = sum of 1 for each i in items for each j in items where i.n is j.n";
    let policy = policy(&format!("{FACTS}{pairs}"), Limits::default());
    assert!(policy.decide_json(&items(100)).is_decided());
    let case = items(100_000);
    let started = Instant::now();
    let decision = policy.decide_json(&case);
    assert_eq!(decision.status(), Status::Refused);
    let told = decision.problems()[0].to_string();
    assert!(told.starts_with("facts/too-much-work: with its 200000 items it may take "), "{told}");
    assert!(told.ends_with(" steps, most of them in `x`; at most 200000000 are allowed"), "{told}");
    assert!(started.elapsed() < Duration::from_secs(60), "refused only after {:?}", started.elapsed());
}

/// Walks that add up to all items of the case are not charged for pairs.
#[test]
fn one_walk_over_all_items_is_within_the_limit() {
    let walks = "outcome all: integer = (sum of part for each i in items for each part in i.parts) or else 0 \
                 outcome most: integer = (highest of (count part in i.parts) for each i in items) or else 0 \
                 define best: Item or nothing = first i in items by highest i.n, then lowest i.n \
                 outcome first_item: integer = best.n when best exists, otherwise 0 \
                 outcome odd: integer, sum \
                 rule a for each i in items when i.n >= 0 then odd: 1 \
                 rule b for each i in items overrides a when i.n < 10 then odd: 2";
    let walks =
        walks.replace("rule b for each i in items overrides a", "rule b overrides a for each i in items");
    let policy = policy(&format!("{FACTS}{walks}"), Limits::default());
    let count = if cfg!(debug_assertions) { 2_000 } else { 100_000 };
    let decision = policy.decide_json(&items(count));
    assert!(decision.is_decided(), "{:?}", decision.problems());
    let at = |name: &str| decision.get(name).and_then(|outcome| outcome.as_i64());
    let count = i64::try_from(count).unwrap_or_default();
    assert_eq!(at("all"), Some(count));
    assert_eq!(at("most"), Some(1));
    assert_eq!(at("first_item"), Some(count - 1));
    assert_eq!(at("odd"), Some(count + 10));
    assert_eq!(codes(&policy, &items(100_000)), [] as [&str; 0], "the whole length is allowed");
}

#[test]
fn the_limit_of_steps_is_exact() {
    let text = format!("{FACTS} outcome x: integer = count i in items where i.n > 2");
    let steps = |count: usize| {
        let mut limits = Limits::default();
        limits.steps = 0;
        let decision = policy(&text, limits).decide_json(&items(count));
        let told = decision.problems()[0].message.clone();
        let steps = told.split(" steps").next().and_then(|told| told.rsplit(' ').next());
        steps.and_then(|steps| steps.parse::<u64>().ok()).unwrap_or_else(|| panic!("{told}"))
    };
    let needed = steps(7);
    for (allowed, decided) in [(needed, true), (needed - 1, false)] {
        let mut limits = Limits::default();
        limits.steps = allowed;
        assert_eq!(policy(&text, limits).decide_json(&items(7)).is_decided(), decided);
    }
    assert_eq!(steps(20) - steps(10), steps(30) - steps(20), "one walk is linear");
}

#[test]
fn every_limit_has_a_code_at_its_edge() {
    let text = "policy p facts t: text or nothing  l: list of integer, default [] outcome x: integer = 1";
    let mut limits = Limits::default();
    (limits.list_items, limits.text_bytes, limits.case_bytes, limits.problems) = (2, 3, 40, 1);
    let policy = policy(text, limits);
    for (case, code) in [
        (r#"{"l": [1, 2]}"#, None),
        (r#"{"l": [1, 2, 3]}"#, Some("facts/list-too-long")),
        (r#"{"t": "abc"}"#, None),
        (r#"{"t": "abcd"}"#, Some("facts/text-too-long")),
        (&format!(r#"{{{:38}}}"#, ""), None),
        (&format!(r#"{{{:39}}}"#, ""), Some("facts/too-large")),
    ] {
        assert_eq!(codes(&policy, case), Vec::from_iter(code), "{case}");
    }
    let decision = policy.decide_json(r#"{"a": 1, "b": 2, "c": 3}"#);
    let told: Vec<&str> = decision.problems().iter().map(|problem| &*problem.message).collect();
    assert_eq!(
        told,
        ["more than 1 problems; only the first are shown", "the policy declares no field `a`"],
        "as many problems as are listed, and how many more there are"
    );
}

#[test]
fn a_policy_has_as_many_texts_as_it_may() {
    let mut limits = Limits::default();
    limits.sources = 3;
    let loader = |name: &str, _: &str| {
        let next = name.len();
        let more = if next < 5 { format!("use \"{}\"", "x".repeat(next + 1)) } else { String::new() };
        Ok::<_, String>(format!("# {name}\n{more}"))
    };
    let build = |first: &str| {
        let text = format!("policy p use \"{first}\" outcome x: integer = 1");
        Policy::builder().file("p", &text).loader(loader).limits(limits).build()
    };
    assert!(build("xxxx").is_ok(), "three texts");
    let error = build("xxx").map(|_| ()).map_err(|error| error.diagnostics()[0].code.as_str());
    assert_eq!(error, Err("use/not-found"), "four texts");
}

/// Whether a case is refused for its work does not depend on who would decide it.
#[test]
fn the_limit_of_steps_holds_for_compiled_policies() {
    let sets = "policy p enum Kind: a, b, c facts kinds: set of Kind count: integer
        outcome x: integer = count when kinds has any of [a, b], otherwise 2 outcome y: bool = kinds is empty";
    let lists =
        "policy p record Item n: integer marks: list of integer facts items: list of Item count: integer
        outcome x: integer = count + (sum of m for each i in items for each m in i.marks where m > 2)";
    let item = r#"{"n": 3, "marks": [1, 5]}"#;
    let cases = [
        (sets, r#"{"kinds": ["a", "c"], "count": 7}"#.to_owned()),
        (lists, format!(r#"{{"items": [{item}, {item}, {item}], "count": 7}}"#)),
    ];
    for (text, case) in &cases {
        let (mut statuses, mut by_program) = (Vec::new(), false);
        for steps in (0..60).chain((60..6_000).step_by(60)) {
            let mut limits = Limits::default();
            limits.steps = steps;
            let policy = Policy::builder().file("p.assize", text).limits(limits).build().unwrap();
            assert!(policy.is_compiled());
            let expected = policy.reference().decide_json(case).to_json(0);
            assert_eq!(policy.decide_json(case).to_json(0), expected);
            let (mut line, mut decider) = (String::new(), policy.decider());
            let answer = decider.decide_json(case);
            answer.write_json(0, &mut line);
            assert_eq!(line, expected);
            by_program |= !answer.is_by_reference();
            statuses.push(policy.decide_json(case).is_decided());
        }
        assert!(statuses.contains(&true) && statuses.contains(&false) && statuses.is_sorted(), "{text}");
        assert!(by_program, "{text}");
    }
}
