use std::collections::BTreeSet;

use crate::testing::{BoundaryOptions, PointKind};
use crate::{Policy, Status};

fn policy(text: &str) -> Policy {
    Policy::from_text("p.assize", text).unwrap_or_else(|error| panic!("{}", error.render()))
}

fn missed(text: &str) -> Vec<String> {
    let found = policy(text).boundary_cases(BoundaryOptions::new());
    found.coverage.missed().map(|point| found.coverage.describe(&point)).collect()
}

#[test]
fn thresholds_behind_arithmetic_are_reached_to_the_step() {
    let none: [&str; 0] = [];
    assert_eq!(
        missed(
            "policy p unit EUR, 2 decimals
             facts sold: integer, 0 or more  price: EUR, 0 or more  rent: EUR, 0 or more
             define worth: EUR = 3 * sold * price + 2.5 * rent
             outcome large: bool = worth >= 150_000.25 EUR"
        ),
        none
    );
    assert_eq!(
        missed(
            "policy p
             record Finding weight: integer, 1 or more  grave: bool
             facts findings: list of Finding, default []
             define total: integer = sum of f.weight for each f in findings where f.grave
             outcome many: bool = total > 12_345 or (count f in findings where not f.grave) >= 3"
        ),
        none
    );
}

#[test]
fn dates_are_reached_through_periods_schedules_and_working_days() {
    let none: [&str; 0] = [];
    assert_eq!(
        missed(
            "policy p in force from 2015-01-01 dated by on
             facts on: date, 2015-01-01 or later  paid: date or nothing  closed: list of date, default []
             calendar c weekend: saturday, sunday holidays: closed
             parameter least: integer
               from 2015-01-01: 3
               from 2019-07-01: 5
             define late: bool = paid > on + 10 working days when paid exists, otherwise no
             outcome fine: integer, sum
             rule old in force until 2020-12-31 when late then fine: least
             rule new in force from 2021-01-01 when late then fine: 2 * least"
        ),
        none
    );
}

#[test]
fn tables_and_overrides_are_gone_through() {
    let none: [&str; 0] = [];
    assert_eq!(
        missed(
            "policy p
             scale Grave: none < minor < major
             facts grave: Grave  repeats: integer, 0 or more  share: number, 0% to 100%  excused: bool or unknown
             table points(g: Grave, r: integer, 0 or more, s: number, 0% to 100%): integer
               | g           | r    | s            | => |
               | none        | any  | any          | 0  |
               | minor       | <= 2 | <= 12.5%     | 1  |
               | minor       | <= 2 | > 12.5%      | 2  |
               | minor       | > 2  | any          | 4  |
               | major       | any  | 0% to 99.9%  | 8  |
               | major       | any  | > 99.9%      | 9  |
             outcome total: integer, sum
             rule counted then total: points(grave, repeats, share)
             rule spared overrides counted when excused and repeats is 0"
        ),
        none
    );
}

const EVERY_ABSENCE: &str = "policy p
    enum Colour: red, green
    record Item size: integer, 0 to 9  colour: Colour or nothing
      must hold \"small ones are red\" size >= 3 or colour is red
    facts a: bool or unknown  b: Colour or nothing or unknown  c: integer, needed when a  d: bool, default yes
          items: list of Item, up to 4, default []
    outcome x: bool = a and d and b is red and c > 3
    outcome y: integer = count i in items where i.colour is green";

#[test]
fn cases_are_well_formed_and_show_every_class_of_fact() {
    let policy = policy(EVERY_ABSENCE);
    let found = policy.boundary_cases(BoundaryOptions::new());
    let mut seen: BTreeSet<String> = BTreeSet::new();
    for case in &found.cases {
        let again = policy.decide_json(&case.facts);
        assert_eq!(again.to_json(0), case.decision.to_json(0), "{}", case.facts);
        assert_ne!(again.status(), Status::Refused, "{}", case.facts);
        assert!(!again.outcomes.is_empty(), "{} lacks {:?}", case.facts, again.needs());
        let facts: serde_json::Value = serde_json::from_str(&case.facts).unwrap();
        for name in ["a", "b", "c", "d"] {
            seen.insert(format!(
                "{name}:{}",
                facts.get(name).map_or("absent".to_owned(), ToString::to_string)
            ));
        }
        let items = facts.get("items").map(|items| items.as_array().unwrap().len().min(2));
        seen.insert(format!("items:{items:?}"));
    }
    for wanted in [
        "a:true",
        "a:false",
        "a:absent",
        "b:null",
        "b:absent",
        r#"b:"red""#,
        r#"b:"green""#,
        "c:3",
        "c:4",
        "c:absent",
        "d:true",
        "d:false",
        "d:absent",
        "items:None",
        "items:Some(0)",
        "items:Some(1)",
        "items:Some(2)",
    ] {
        assert!(seen.contains(wanted), "no case with {wanted} among {seen:?}");
    }
    let lengths: Vec<usize> = found.cases.iter().map(|case| case.facts.len()).collect();
    assert!(lengths.is_sorted(), "simple cases come first");
}

#[test]
fn contradictions_are_shown_on_request_only() {
    let policy = policy(EVERY_ABSENCE);
    let refused = |options| {
        let found = policy.boundary_cases(options);
        found.cases.iter().filter(|case| case.decision.status() == Status::Refused).count()
    };
    assert_eq!(refused(BoundaryOptions::new()), 0);
    assert!(refused(BoundaryOptions::new().with_refused()) > 0);
}

#[test]
fn a_seed_gives_the_same_cases_and_a_limit_the_best_ones() {
    let policy = policy(EVERY_ABSENCE);
    let facts = |options| {
        let found = policy.boundary_cases(options);
        (found.cases.into_iter().map(|case| case.facts).collect::<Vec<_>>(), found.coverage.counts())
    };
    let (all, (covered, _)) = facts(BoundaryOptions::new());
    assert_eq!(facts(BoundaryOptions::new()).0, all);
    let (few, (by_few, _)) = facts(BoundaryOptions::new().at_most(4));
    assert!(few.len() == 4 && few.iter().all(|case| all.contains(case)), "{few:?}");
    assert!(by_few * 2 > covered, "{by_few} of {covered}");
    assert!(facts(BoundaryOptions::new().at_most(0)).0.is_empty());
}

#[test]
fn every_case_is_there_for_something() {
    let policy = policy(EVERY_ABSENCE);
    let found = policy.boundary_cases(BoundaryOptions::new());
    let facts: BTreeSet<&String> = found.cases.iter().map(|case| &case.facts).collect();
    assert_eq!(facts.len(), found.cases.len(), "no case twice");
    // Few more cases than there are things to show.
    assert!(found.cases.len() < 60, "{}", found.cases.len());
}

#[test]
fn a_policy_without_facts_has_one_case() {
    let found = policy("policy p outcome x: bool = yes").boundary_cases(BoundaryOptions::new());
    assert_eq!(found.cases.iter().map(|case| &*case.facts).collect::<Vec<_>>(), ["{}"]);
    assert_eq!(found.coverage.counts_of(PointKind::Condition), (0, 0));
}

#[test]
fn a_case_becomes_a_test_that_passes() {
    let policy = policy(EVERY_ABSENCE);
    let found = policy.boundary_cases(BoundaryOptions::new().with_refused());
    let lines: Vec<String> = found.cases.iter().map(|case| case.to_test() + "\n").collect();
    let mut tests = policy.tests();
    tests.run_cases("cases.jsonl", lines.concat().as_bytes()).unwrap();
    let failed: Vec<_> = tests.results().iter().filter(|result| !result.passed()).collect();
    assert!(failed.is_empty() && tests.results().len() == lines.len(), "{failed:?}");
}

#[test]
fn records_of_their_own_kind_end_somewhere() {
    let optional = policy(
        "policy p record A name: text  next: A or nothing  more: list of A, default []
         facts a: A outcome x: integer = count i in a.more",
    );
    let found = optional.boundary_cases(BoundaryOptions::new());
    assert_eq!(found.cases.first().map(|case| &*case.facts), Some(r#"{"a":{"name":"a"}}"#));
    // No case is large enough for this one.
    let endless = policy("policy p record A next: A facts a: A outcome x: bool = yes");
    assert!(endless.boundary_cases(BoundaryOptions::new()).cases.is_empty());
}
