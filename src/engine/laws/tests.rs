use std::cell::Cell;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

use super::*;

fn policy(text: &str) -> Policy {
    Policy::from_text("p.assize", text).unwrap_or_else(|error| panic!("{}", error.render()))
}

fn runner() -> TestRunner {
    let config = Config { cases: 400, failure_persistence: None, ..Config::default() };
    TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha))
}

/// The smallest cases that break a law, and why.
fn broken<T: std::fmt::Debug>(cases: impl Strategy<Value = T>, law: impl Fn(T) -> Verdict) -> (String, T) {
    match runner().run(&cases, law) {
        Err(TestError::Fail(why, case)) => (why.to_string(), case),
        other => panic!("the law is kept: {other:?}"),
    }
}

const SOUND: &str = "policy p
    unit EUR, 2 decimals
    enum Colour: red, green, blue
    scale Grave: none < minor < major
    record Finding  grave: Grave  tested: integer, 0 or more  failed: integer, 0 or more
      must hold \"failed units were tested\" failed <= tested
    facts
      value: EUR, 0 or more, up to 2 decimals
      share: number, 0% to 100%, wire in percent
      on: date, 2020-01-01 to 2025-12-31
      kinds: set of Colour, 1 or more
      open: bool or unknown
      hurt: integer or nothing or unknown, 0 or more
      declared: bool, default no
      kept: bool, needed when declared
      span: range of EUR, 0 EUR to 100 EUR, default 1 EUR to 2 EUR
      findings: list of Finding, up to 5, default []
    outcome worst: Grave = (highest of f.grave for each f in findings) or else none
    outcome fine: EUR, sum, rounded to 0.01 EUR half up
    outcome steps: set of Colour
    outcome tested: list of integer = f.tested for each f in findings
    rule fined when worst >= minor then fine: share * value
    rule hurt when hurt exists and hurt > 2 then steps: red fine: 10 EUR
    rule kept overrides fined when declared and kept
    rule open when open then steps: green, blue";

#[test]
fn cases_of_the_strategy_are_sound_and_keep_the_laws() {
    let policy = policy(SOUND);
    let cases = policy.facts_strategy();
    runner()
        .run(&(cases.clone(), cases), |(one, other)| {
            sound(&policy, &one)?;
            deterministic(&policy, &one)?;
            order_free(&policy, &one)?;
            lists_order_free(&policy, &one, &[])?;
            settled_stays(&policy, &one)?;
            let decision = policy.decide(&one);
            // What a case lacks it lacks by right.
            prop_assert!(!decision.outcomes.is_empty(), "{} lacks {:?}", one, decision.needs());
            never_falls(&policy, "fine", "value", &one, &other)?;
            never_falls(&policy, "steps", "open", &one, &other)?;
            more_never_milder(&policy, "worst", "findings", &one, &other)
        })
        .unwrap();
}

#[test]
fn cases_are_varied_and_lie_at_boundaries() {
    let policy = policy(SOUND);
    let cases = policy.facts_strategy();
    let mut runner = runner();
    let all: Vec<Facts> = (0..400).map(|_| cases.new_tree(&mut runner).unwrap().current()).collect();
    let some = |what: &str, is: &dyn Fn(&Facts) -> bool| {
        assert!(all.iter().filter(|case| is(case)).count() > 4, "no case {what}");
    };
    some("with two findings", &|case| {
        case.get("findings").is_some_and(|list| list.as_array().unwrap().len() == 2)
    });
    some("without findings", &|case| case.get("findings").is_none());
    some("at the least date", &|case| case.get("on") == Some(&"2020-01-01".into()));
    some("at the last date", &|case| case.get("on") == Some(&"2025-12-31".into()));
    some("at a threshold", &|case| case.get("hurt") == Some(&2.into()));
    some("above a threshold", &|case| case.get("hurt") == Some(&3.into()));
    some("with null", &|case| case.get("hurt") == Some(&Json::Null));
    some("with every kind", &|case| case.get("kinds").is_some_and(|set| set.as_array().unwrap().len() == 3));
    some("with a promise", &|case| case.get("kept").is_some());
}

#[test]
fn cases_shrink_towards_a_plain_one() {
    let policy = policy(SOUND);
    let (_, plain) = broken(policy.facts_strategy(), |_| Err(TestCaseError::fail("all")));
    let least = r#"{"kinds":["red"],"on":"2025-12-31","share":"0","value":"0.00"}"#;
    assert_eq!(plain.to_json(), least);
    let (_, needed) = broken(policy.facts_strategy(), |case| match case.get("kept") {
        Some(_) => Err(TestCaseError::fail("it is there")),
        None => Ok(()),
    });
    assert!(needed.to_json().len() < 100, "{needed}");
}

#[test]
fn an_outcome_that_falls_is_caught_with_the_smallest_pair() {
    let policy = policy(
        "policy p unit EUR, 2 decimals
         facts value: EUR, 0 or more  deaths: integer, 0 or more
         outcome fine: EUR, rounded to 0.01 EUR half up
           = 0.5 * value when value < 1_000 EUR, otherwise 0.4 * value",
    );
    let cases = || (policy.facts_strategy(), policy.facts_strategy());
    let (why, _) = broken(cases(), |(one, other)| never_falls(&policy, "fine", "value", &one, &other));
    assert!(why.contains("`fine` falls from \"") && why.contains("as `value` rises: {"), "{why}");
    let (why, _) = broken(cases(), |(one, other)| never_rises(&policy, "fine", "value", &one, &other));
    assert!(why.contains("`fine` rises from \""), "{why}");
    runner().run(&cases(), |(one, other)| never_falls(&policy, "fine", "deaths", &one, &other)).unwrap();
}

#[test]
fn a_history_that_excuses_is_caught() {
    let policy = policy(
        "policy p scale Grave: none < minor < major
         facts history: list of Grave, default []
         outcome grave: Grave = major when (count h in history where h is major) is 1, otherwise none",
    );
    let cases = (policy.facts_strategy(), policy.facts_strategy());
    let (why, _) = broken(cases, |(one, other)| more_never_milder(&policy, "grave", "history", &one, &other));
    assert!(
        why.ends_with(
            r#"`grave` falls from "major" to "none" as `history` grows: {"history":["major"]} then {"history":["major","major"]}"#
        ),
        "{why}"
    );
}

#[test]
fn an_outcome_that_takes_the_first_of_equals_is_caught() {
    let policy = policy(
        "policy p record Item name: text  size: integer, 0 to 2
         facts items: list of Item, 1 or more
         outcome chosen: text = (first i in items by highest i.size).name",
    );
    let cases = policy.facts_strategy();
    let (why, _) = broken(cases.clone(), |case| lists_order_free(&policy, &case, &[]));
    assert!(why.contains("with lists in another order, a case is decided otherwise: {\"items\":["), "{why}");
    runner().run(&cases, |case| lists_order_free(&policy, &case, &["chosen"])).unwrap();
}

/// The engine keeps these laws whatever the policy, so what breaks them is planted in its place.
#[test]
fn an_engine_that_breaks_a_law_is_caught() {
    let calls = Cell::new(0);
    let forgetful = |_: &str| {
        calls.set(calls.get() + 1);
        calls.get().to_string()
    };
    assert!(same("twice", "{}", "{}", forgetful).is_err());

    let policy = policy(SOUND);
    let first_key = |text: &str| text.split('"').nth(1).unwrap_or_default().to_owned();
    broken(policy.facts_strategy(), |case| {
        let schema = policy.schema();
        let other = object_reordered(schema, &schema.facts.fields, case.entries());
        same("with keys in another order", &case.to_json(), &other, first_key)
    });
    // It is the same case all the same.
    runner()
        .run(&policy.facts_strategy(), |case| {
            let schema = policy.schema();
            let other: Facts =
                object_reordered(schema, &schema.facts.fields, case.entries()).parse().unwrap();
            prop_assert_eq!(bound(&policy, &other)?, bound(&policy, &case)?);
            Ok(())
        })
        .unwrap();

    let mut mistaken = policy.decide_json("{}");
    assert!(no_mistake("{}", &mistaken).is_ok());
    mistaken.problems = vec![crate::decision::Problem::new(ProblemCode::Internal, "x", "lost")];
    assert!(no_mistake("{}", &mistaken).is_err());
    assert!(no_mistake("{}", &policy.decide_json("[]")).is_err());
}

/// No policy can do it, so the case is compared with what another policy decides.
#[test]
fn an_outcome_that_is_settled_too_early_is_caught() {
    let text = "policy p facts hurt: bool or unknown  deaths: integer or unknown, 0 or more
                outcome grave: bool = hurt and deaths > 1";
    let (one, other) = (policy(text), policy(&text.replace("hurt and", "not hurt and")));
    let cases = one.facts_strategy();
    runner().run(&cases, |case| settled_stays(&one, &case)).unwrap();
    let (why, _) = broken(cases, |case| {
        let known = one.decide(&case);
        if known.status() != Status::Decided {
            return Ok(());
        }
        stays(one.schema(), &bound(&one, &case)?, &case, &known, |open| other.decide(open))
    });
    assert!(why.contains("`grave` is settled as false and becomes true: {"), "{why}");
}

#[test]
fn what_is_not_there_or_has_no_order_is_said() {
    let policy = policy("policy p facts name: text  count: integer outcome said: text = name");
    let facts = |name: &str, count: i64| -> Facts {
        format!(r#"{{"name":"{name}","count":{count}}}"#).parse().unwrap()
    };
    let (one, other) = (facts("a", 1), facts("b", 2));
    let why = |verdict: Verdict| verdict.unwrap_err().to_string();
    assert_eq!(
        why(never_falls(&policy, "said", "age", &one, &other)),
        "Case failed: the policy has no fact `age`"
    );
    assert_eq!(
        why(never_falls(&policy, "age", "count", &one, &other)),
        "Case failed: the policy has no outcome `age`"
    );
    assert_eq!(why(never_falls(&policy, "said", "name", &one, &other)), "Case failed: `name` has no order");
    assert_eq!(why(never_falls(&policy, "said", "count", &one, &other)), "Case failed: `said` has no order");
    assert_eq!(
        why(more_never_milder(&policy, "said", "count", &one, &other)),
        "Case failed: `count` is no list"
    );
}
