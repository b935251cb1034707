//! Printed schemas against an independent validator: what the policy takes they take, what they take the policy takes,
//! and every decision validates.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "regimes/oracle/mod.rs"]
#[allow(dead_code, reason = "the regimes are used here for their cases alone")]
mod oracle;
#[allow(dead_code, reason = "shared with the other tests of the example policies")]
mod policies;

use std::collections::BTreeSet;

use assize::decision::ProblemCode;
use assize::{Decision, Policy, Status};
use jsonschema::Validator;
use oracle::random::Random;
use oracle::{REGIMES, hand_cases};
use policies::{folder, load};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use serde_json::{Value, json};

const POLICIES: [&str; 7] = [
    "detroit_food",
    "eu_product_risk",
    "prc_product_quality",
    "service_enforcement",
    "uk_food_hygiene",
    "us_cpsa_penalty",
    "wales_food_hygiene",
];

/// Every kind of fact.
const EVERYTHING: &str = r#"
policy everything "Every kind of fact"
unit EUR, 2 decimals
enum Colour: red as "R" "The colour of stop", green, blue
enum 等级: 甲 as "A", 乙
scale Grave: none < minor < major
record Site "Where it was"
  district: text
  grade:    等级
  measured: number, -2.5 to 10.25, up to 2 decimals
record Item
  id as "item-id": text
  kinds:   set of Colour, 1 or more
  tagged:  EUR or nothing, 0 or more
  market:  EUR or nothing, 0 or more, up to 2 decimals
  price:   first of tagged, market
  worn:    bool or unknown
  place:   Site or nothing
  days:    working days, 0 to 30
  must hold "a worn item is not red" not (worn and red in kinds)
facts
  on:        date, 2019-02-27 to 2024-12-31
  since:     date or nothing
  open:      bool, default no
  site:      Site, needed when open
  share:     number, 0.5% to 12.5%, wire in percent
  exact:     number, 2 or more, up to 0 decimals
  cost:      EUR, -1_000.50 EUR or more
  grave:     Grave, default none
  colour:    Colour or nothing or unknown
  count:     integer, -3 to 300
  months:    months, default 1 month
  notes:     set of text, up to 2, default []
  numbers:   set of integer, default [1]
  closed:    list of date, up to 3, default []
  span:      range of EUR, 0 EUR to 20 EUR, default 1 EUR to 2 EUR
  period:    range of date or nothing
  items:     list of Item, 1 to 3
  judged:    bool, default no, judgement by "the panel"
outcome total: EUR, rounded to 0.01 EUR half up
  = sum of i.price for each i in items
outcome worn: bool = any i in items where i.worn
outcome kinds: set of Colour
outcome first_place: Site or nothing = (first i in items by highest i.price).place
outcome prices: list of EUR = (i.price rounded to 0.01 EUR half up) for each i in items
outcome fine: EUR, sum, rounded to 0.01 EUR half up
outcome spread: range of EUR, rounded to 0.01 EUR half up = 1 to 2 times cost when cost > 0 EUR, otherwise span
outcome grading: Grave, highest, default none
outcome due: duty of Colour
outcome answer_by: date or nothing, earliest
outcome name: text = "n"
outcome shade: Colour or nothing = colour
outcome length: working days = (first i in items by highest i.price).days
rule worn
  for each i in items
  when i.worn
  then kinds: red
       grading: minor
       due: red due on + 3 days
rule dear
  overrides worn for kinds
  when open
  then fine: 1/3 * cost, at least 0 EUR
       answer_by: on + 3 days
       grading: major
"#;

fn base() -> Value {
    json!({
        "on": "2020-02-29", "open": true,
        "site": {"district": "北", "grade": "A", "measured": "-2.50"},
        "share": "12.5", "exact": 2, "cost": "-1000.5", "grave": "minor", "colour": null, "count": -3, "months": 2,
        "notes": ["a", "b"], "numbers": [1, -2], "closed": ["2024-01-01"], "span": ["0", 20], "period": ["0000-01-01", "9999-12-31"],
        "items": [
            {"item-id": "1", "kinds": ["green", "R"], "tagged": "1e2", "worn": false, "days": 0,
             "place": {"district": "x", "grade": "乙", "measured": 10.25}},
            {"item-id": "2", "kinds": ["blue"], "market": "3.10", "worn": true, "days": 30}
        ],
        "judged": true
    })
}

fn validator(schema: &str) -> Validator {
    let schema = serde_json::from_str(schema).expect("a schema is JSON");
    assert!(jsonschema::meta::is_valid(&schema), "{schema}");
    jsonschema::options().should_validate_formats(true).build(&schema).expect("a schema compiles")
}

struct Judge {
    policy: Policy,
    facts: Validator,
    decisions: Validator,
    /// Facts that are needed only sometimes, by a name in their path.
    conditional: BTreeSet<String>,
}

impl Judge {
    fn new(policy: Policy, conditional: &[&str]) -> Self {
        let (facts, decisions) = (validator(&policy.facts_schema()), validator(&policy.decision_schema()));
        let conditional = conditional.iter().map(|name| (*name).to_owned()).collect();
        Self { policy, facts, decisions, conditional }
    }

    fn decide(&self, facts: &Value) -> Decision {
        let decision = self.policy.decide_json(&facts.to_string());
        let line: Value = serde_json::from_str(&decision.to_json(3)).expect("a decision is JSON");
        if let Some(error) = self.decisions.iter_errors(&line).next() {
            panic!("{line}\n  at {}: {error}", error.instance_path());
        }
        decision
    }

    /// What the case lacks whatever else it says.
    fn lacks<'d>(&self, decision: &'d Decision) -> Vec<&'d String> {
        let waits: BTreeSet<String> = decision.unsettled().flat_map(|open| open.waits_for()).collect();
        let lacked = decision.needs().iter().filter(|path| !waits.contains(*path));
        let conditional = |path: &str| path.split('.').any(|part| self.conditional.contains(part));
        lacked.filter(|path| !conditional(path)).collect()
    }

    /// Panics where the schema refuses what the policy takes, and where it takes what the policy refuses.
    fn compare(&self, facts: &Value) -> bool {
        let decision = self.decide(facts);
        let malformed: Vec<_> =
            decision.problems().iter().filter(|one| is_malformed(one.code) && !is_unsayable(one)).collect();
        let lacks = self.lacks(&decision);
        let unsayable = decision.problems().iter().any(is_unsayable);
        let takes = malformed.is_empty() && lacks.is_empty();
        let valid = self.facts.is_valid(facts);
        // A value that only the policy can judge may break the schema as well.
        if takes != valid && !(unsayable && takes) {
            let errors: Vec<String> = (self.facts.iter_errors(facts))
                .map(|error| format!("{}: {error}", error.instance_path()))
                .collect();
            panic!("{facts}\nmalformed: {malformed:?}\nlacks: {lacks:?}\nschema: {errors:?}");
        }
        valid
    }
}

fn is_malformed(code: ProblemCode) -> bool {
    code.as_str().starts_with("facts/") && code != ProblemCode::MustHold
}

/// What no schema can say, or what validators with binary floats would say wrongly.
fn is_unsayable(problem: &assize::decision::Problem) -> bool {
    let message = &problem.message;
    if problem.code == ProblemCode::OutOfBounds {
        return message == "the bottom of the range exceeds its top" || message.contains("decimal");
    }
    problem.code == ProblemCode::BadNumber
        || (problem.code == ProblemCode::WrongType && message.ends_with(".0`") && message.contains("integer"))
}

#[test]
fn every_kind_of_fact_has_a_schema() {
    let policy = Policy::from_text("everything.assize", EVERYTHING)
        .unwrap_or_else(|error| panic!("{}", error.render()));
    insta::assert_snapshot!("facts", policy.facts_schema());
    insta::assert_snapshot!("decisions", policy.decision_schema());
    let judge = Judge::new(policy, &["site"]);
    assert_eq!(judge.decide(&base()).status(), Status::Decided);
    assert!(judge.compare(&base()));
}

#[test]
fn a_policy_without_rules_facts_or_titles_has_a_schema() {
    let policy = Policy::from_text("p.assize", "policy p\noutcome x: bool = yes").expect("a policy");
    let judge = Judge::new(policy, &[]);
    assert!(judge.compare(&json!({})));
    assert!(!judge.compare(&json!({"x": 1})));
}

#[test]
fn cases_and_decisions_of_the_example_policies_validate() {
    for name in POLICIES {
        let conditional = [
            "meets_declared",
            "measure_date",
            "knew",
            "as_of",
            "displayed",
            "hygiene",
            "structure",
            "confidence",
            "inspection_date",
            "officer_date",
            "clearly_reportable",
            "report_date",
        ];
        let judge = Judge::new(
            load(name),
            if name == "service_enforcement" { &conditional[..1] } else { &conditional },
        );
        let text =
            std::fs::read_to_string(folder(name).join("cases.jsonl")).expect("cases beside the policy");
        let mut cases: Vec<Value> =
            text.lines().map(|line| serde_json::from_str(line).expect("a line is JSON")).collect();
        if let Some(regime) = REGIMES.iter().find(|regime| regime.name == name) {
            cases.extend(hand_cases(regime).into_iter().flatten().map(|case| case.facts));
            let mut random = Random::new(5);
            cases.extend((0..100).map(|_| (regime.generate)(&mut random)));
        }
        assert!(cases.len() >= 3, "{name}: {}", cases.len());
        let valid = cases.iter().filter(|case| judge.compare(case)).count();
        assert!(valid * 2 > cases.len(), "{name}: {valid} of {}", cases.len());
    }
}

/// Values that stand at the edges of some type or of some bound.
fn odd_value() -> impl Strategy<Value = Value> {
    let text = prop::sample::select(vec![
        "",
        "0",
        "-0",
        "-0.0",
        "1",
        "2",
        "2.0",
        "2.5",
        "3",
        "3.1",
        "10.25",
        "10.251",
        "-2.5",
        "-2.51",
        "20",
        "20.01",
        "0.5",
        "0.49",
        "12.5",
        "12.51",
        "1e1",
        "1E-1",
        "1e5",
        "+1",
        "01",
        "1.",
        ".5",
        "1,5",
        "-1000.50",
        "-1000.51",
        "1999",
        "0.01",
        "0.010",
        "0.001",
        "R",
        "red",
        "green",
        "A",
        "甲",
        "乙",
        "major",
        "none",
        "2020-02-29",
        "2019-02-29",
        "2019-02-26",
        "2019-02-27",
        "2024-12-31",
        "2025-01-01",
        "2020-13-01",
        "20-02-03",
        "2020-2-3",
        "0000-02-29",
        "2020-02-29T00:00",
        "a\u{202e}b",
        "a\tb",
        "a\u{0}b",
        "yes",
        "9223372036854775807",
        "12345678901234567890123456789",
    ]);
    let number = prop::sample::select(vec![
        "0",
        "-0.0",
        "1",
        "2",
        "2.5",
        "3.0",
        "3.1",
        "-3",
        "-4",
        "30",
        "31",
        "300",
        "301",
        "0.5",
        "0.25",
        "12.5",
        "13",
        "10.25",
        "10.5",
        "20",
        "20.5",
        "-1000.5",
        "-1001",
        "9223372036854775807",
        "9223372036854775808",
        "1e3",
    ]);
    prop_oneof![
        4 => text.prop_map(Value::from),
        4 => number.prop_map(|text| serde_json::from_str(text).expect("a number")),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::from),
        1 => prop::collection::vec(prop::sample::select(vec!["R", "green", "a", "1", "2020-01-01"]), 0..4)
            .prop_map(|texts| json!(texts)),
        1 => prop::collection::vec(0..3_i64, 0..4).prop_map(|numbers| json!(numbers)),
        1 => Just(json!({})),
        1 => Just(json!({"district": "x", "grade": "A", "measured": 1})),
    ]
}

#[derive(Clone, Debug)]
enum Change {
    Replace(prop::sample::Index, Value),
    Remove(prop::sample::Index),
    Add(prop::sample::Index, String),
    Repeat(prop::sample::Index),
}

fn change() -> impl Strategy<Value = Change> {
    let index = any::<prop::sample::Index>;
    prop_oneof![
        5 => (index(), odd_value()).prop_map(|(at, value)| Change::Replace(at, value)),
        2 => index().prop_map(Change::Remove),
        1 => (index(), "[a-z]{1,3}|price|tagged|item-id|id").prop_map(|(at, key)| Change::Add(at, key)),
        1 => index().prop_map(Change::Repeat),
    ]
}

fn paths(value: &Value, at: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                let path = format!("{at}/{key}");
                found.push(path.clone());
                paths(value, &path, found);
            }
        }
        Value::Array(items) => {
            for (index, value) in items.iter().enumerate() {
                let path = format!("{at}/{index}");
                found.push(path.clone());
                paths(value, &path, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

fn apply(facts: &mut Value, change: &Change) {
    let mut all = Vec::new();
    paths(facts, "", &mut all);
    let (Change::Replace(at, _) | Change::Remove(at) | Change::Add(at, _) | Change::Repeat(at)) = change;
    if all.is_empty() {
        return;
    }
    let path = at.get(&all);
    let (parent, last) = path.rsplit_once('/').expect("a path has a slash");
    match change {
        Change::Replace(_, value) => *facts.pointer_mut(path).expect("a path") = value.clone(),
        Change::Remove(_) => match facts.pointer_mut(parent).expect("a parent") {
            Value::Object(entries) => drop(entries.remove(last)),
            Value::Array(items) => drop(items.remove(last.parse().expect("an index"))),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
        },
        Change::Add(_, key) => {
            if let Some(Value::Object(entries)) = facts.pointer_mut(parent) {
                entries.insert(key.clone(), Value::from("1"));
            }
        }
        Change::Repeat(_) => {
            let value = facts.pointer(path).cloned().expect("a path");
            if let Some(Value::Array(items)) = facts.pointer_mut(parent) {
                items.push(value);
            }
        }
    }
}

#[test]
fn changed_cases_are_taken_or_refused_alike() {
    let everything =
        Judge::new(Policy::from_text("everything.assize", EVERYTHING).expect("a policy"), &["site"]);
    let (mut valid, mut invalid) = (0_u32, 0_u32);
    let changes = prop::collection::vec(change(), 1..4);
    let mut runner = proptest::test_runner::TestRunner::new_with_rng(
        ProptestConfig { cases: 4_000, failure_persistence: None, ..ProptestConfig::default() },
        proptest::test_runner::TestRng::deterministic_rng(proptest::test_runner::RngAlgorithm::ChaCha),
    );
    for _ in 0..4_000 {
        let changes = changes.new_tree(&mut runner).expect("a strategy").current();
        let mut facts = base();
        changes.iter().for_each(|change| apply(&mut facts, change));
        if everything.compare(&facts) {
            valid += 1;
        } else {
            invalid += 1;
        }
    }
    assert!(valid > 500 && invalid > 500, "{valid} valid, {invalid} invalid");
}
