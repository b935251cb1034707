use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use super::points::{every, wanted};
use crate::Policy;
use crate::facts::json;
use crate::hir::interpret::{Held, Point, decide, trace};

const SHOP: &str = r#"
policy shop
unit EUR, 2 decimals
scale Grade: minor < serious
enum Step: warning, training
record Finding
  grade: Grade
  count: integer, 0 or more
facts
  value:    EUR, 0 or more
  day:      date
  careful:  bool or unknown
  licence:  text or nothing
  share:    number, 0% to 100%, wire in percent, default 0
  findings: list of Finding, default []
define worst: Grade = (highest of f.grade for each f in findings) or else minor
outcome fine:    EUR, sum, rounded to 0.01 EUR half up
outcome steps:   set of Step
outcome due:     duty of Step
outcome answer:  date or nothing, earliest
outcome grade:   Grade = worst
outcome span:    range of EUR = 1 to 2 times 2 EUR
outcome said:    text or nothing = licence
outcome lasting: days = 30 days
rule base when value > 100 EUR then fine: 10% * value  steps: warning  answer: day + 1 month
rule each for each f in findings when f.grade is serious then fine: 5 EUR * f.count  due: training due day + 30 days
rule spared overrides base when share > 50% then steps: training
"#;

fn shop(example: &str) -> Policy {
    Policy::from_text("shop.assize", &format!("{SHOP}{example}")).unwrap_or_else(|error| panic!("{error}"))
}

/// What the one test of `example` finds, a line a difference.
fn found(example: &str) -> Vec<String> {
    let policy = shop(example);
    let mut tests = policy.tests();
    tests.run_examples();
    let results = tests.results();
    assert_eq!(results.len(), 1);
    lines(&results[0].differences)
}

fn lines(differences: &[super::Difference]) -> Vec<String> {
    let line = |difference: &super::Difference| {
        let super::Difference { of, expected, decided, because } = difference;
        format!("{of}: {expected} | {decided} | {}", because.join("; "))
    };
    differences.iter().map(line).collect()
}

#[test]
fn an_example_holds_when_all_it_says_and_all_it_leaves_out_is_so() {
    let holds = "example \"e\" given value: 200 EUR, day: 2024-01-31, careful: yes, share: 0.25 \
                 findings: [{ grade: serious, count: 2 }] \
                 expect fine: 30 EUR, steps: [warning], due: { training: 2024-03-01 }, answer: 2024-02-29, \
                 grade: serious, span: 2 EUR to 4 EUR, said: nothing, lasting: 30 days";
    assert_eq!(found(holds), Vec::<String>::new());
}

#[test]
fn a_difference_names_the_rules_that_made_it() {
    let wrong = "example \"e\" given value: 200 EUR, day: 2024-01-31, careful: yes \
                 findings: [{ grade: serious, count: 2 }, { grade: minor, count: 7 }] \
                 expect fine: 31 EUR, steps: [warning], due: { training: 2024-03-01 }";
    assert_eq!(
        found(wrong),
        [
            "fine: 31 EUR | 30 EUR | rule `base`: 20 EUR; rule `each` for `findings[0]`: 10 EUR",
            "answer: nothing | 2024-02-29 | rule `base`: 2024-02-29",
        ]
    );
}

#[test]
fn a_difference_names_the_rules_that_could_have_made_it() {
    let wrong = "example \"e\" given value: 200 EUR, day: 2024-01-31, careful: yes, share: 51% \
                 expect fine: 20 EUR, steps: [training], grade: serious";
    assert_eq!(
        found(wrong),
        [
            "fine: 20 EUR | 0 EUR | rule `base` was taken out by `spared`; rule `each` did not apply",
            "grade: serious | minor | `grade` is defined at shop.assize:21:9",
        ]
    );
}

#[test]
fn an_example_goes_through_the_same_door_as_a_case() {
    let refused = "example \"e\" given value: -1 EUR, day: 2024-01-31 expect fine: 0 EUR";
    assert_eq!(
        found(refused),
        [
            "status: outcomes | refused | facts/out-of-bounds at `value`: at least 0.00 EUR is allowed, found -1.00 EUR"
        ]
    );
    let missing = "example \"e\" given value: 1 EUR expect fine: 0 EUR";
    assert_eq!(found(missing), ["status: outcomes | undetermined | `day` is missing"]);
    assert_eq!(found("example \"e\" given value: 1 EUR expect missing value"), ["missing: value | day | "]);
    assert!(found("example \"e\" given value: 1 EUR expect missing day").is_empty());
    assert!(found("example \"e\" given value: -1 EUR, day: 2024-01-31 expect refused").is_empty());
}

/// What a file of one line finds.
fn in_file(line: &str) -> Vec<String> {
    let policy = shop("");
    let mut tests = policy.tests();
    tests.run_cases("cases.jsonl", line.as_bytes()).unwrap();
    assert_eq!(tests.results().len(), 1, "{line}");
    lines(&tests.results()[0].differences)
}

#[test]
fn a_line_holds_when_all_it_says_and_all_it_leaves_out_is_so() {
    let facts = r#""facts": {"value": 200, "day": "2024-01-31", "careful": true, "share": 25, "findings": [{"grade": "serious", "count": 2}]}"#;
    let outcomes = r#"{"fine": "30.00", "steps": ["warning"], "due": {"training": "2024-03-01"}, "answer": "2024-02-29",
        "said": null, "span": [2, 4], "lasting": 30}"#;
    assert!(
        in_file(&format!(r#"{{{facts}, "expect": {{"outcomes": {outcomes}}}}}"#).replace('\n', " "))
            .is_empty()
    );
    assert_eq!(
        in_file(&format!(r#"{{{facts}, "expect": {{"outcomes": {{"fine": 30, "steps": ["warning"]}}}}}}"#)),
        [
            "due: {} | { training: 2024-03-01 } | rule `each` for `findings[0]`: training due 2024-03-01",
            "answer: nothing | 2024-02-29 | rule `base`: 2024-02-29",
        ]
    );
}

#[test]
fn a_line_that_cannot_fail_or_cannot_be_read_is_a_failure() {
    for (line, why) in [
        ("[]", "the line is no JSON object: invalid type: sequence, expected an object at line 1 column 0"),
        (r#"{"facts": {}}"#, "there is no `expect`, so the test cannot fail"),
        (r#"{"facts": {}, "expect": {}}"#, "`expect` expects nothing, so the test cannot fail"),
        (r#"{"expect": {"status": "refused"}}"#, "there are no `facts`"),
        (r#"{"fact": {}, "expect": {}}"#, "a test has `text`, `facts` and `expect`, and no `fact`"),
        (r#"{"facts": {}, "facts": {}, "expect": {}}"#, "`facts` stands there twice"),
        (
            r#"{"facts": {}, "expect": {"outcome": {}}}"#,
            "`expect` has `status`, `outcomes` and `needs`, and no `outcome`",
        ),
        (
            r#"{"facts": {}, "expect": {"status": "fine"}}"#,
            "`expect.status` is none of decided, undetermined, refused, failed",
        ),
        (r#"{"facts": {}, "expect": {"needs": "day"}}"#, "`expect.needs` is no list of texts"),
        (
            r#"{"facts": {}, "expect": {"outcomes": {"fien": 1}}}"#,
            "facts/unknown-field at `expect.outcomes.fien`: the policy declares no field `fien`; did you mean `fine`?",
        ),
    ] {
        assert_eq!(in_file(line), [format!("test: facts, and what they come to | {why} | ")], "{line}");
    }
}

#[test]
fn other_answers_than_a_decision_can_be_expected() {
    assert!(in_file(r#"{"facts": {"value": 1}, "expect": {"needs": ["day"]}}"#).is_empty());
    assert!(in_file(r#"{"facts": {"value": "much"}, "expect": {"status": "refused"}}"#).is_empty());
    assert_eq!(
        in_file(r#"{"facts": {"value": 1}, "expect": {"status": "refused"}}"#),
        ["status: refused | undetermined | `day` is missing"]
    );
}

/// The policies of `examples/policies` with the facts of their cases and, where these are at hand, of the hand cases.
fn corpus() -> Vec<(Policy, Vec<String>)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root.join("examples/policies"))
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    folders.sort();
    let corpus = folders.into_iter().map(|folder| {
        let text = std::fs::read_to_string(folder.join("policy.assize")).unwrap();
        let policy = Policy::from_text("policy.assize", &text).unwrap();
        let cases = std::fs::read_to_string(folder.join("cases.jsonl")).unwrap_or_default();
        let mut facts: Vec<String> = cases.lines().map(str::to_owned).collect();
        let hand = root.join("../shared/regimes").join(folder.file_name().unwrap()).join("hand.jsonl");
        match std::fs::read_to_string(&hand) {
            Ok(hand) => facts.extend(hand.lines().filter(|line| !line.trim().is_empty()).map(|line| {
                let line: serde_json::Value = serde_json::from_str(line).unwrap();
                line["facts"].to_string()
            })),
            Err(_) => eprintln!("SKIPPED: {} is not here", hand.display()),
        }
        (policy, facts)
    });
    corpus.collect()
}

#[test]
fn watching_changes_no_decision_and_nothing_is_ruled_out_that_happens() {
    for (policy, cases) in corpus() {
        let checked = &*policy.checked;
        let typed = &checked.typed().policy;
        let asked: BTreeSet<Point> =
            wanted(typed, &checked.schema).into_iter().map(|wanted| wanted.point).collect();
        let written: BTreeSet<Point> = every(typed).into_keys().collect();
        for facts in cases {
            let bound = json::bind(&checked.schema, &facts, &checked.limits);
            let traced =
                trace(typed, &checked.schema, &bound.values, bound.problems.clone(), checked.limits.steps);
            let decided = decide(typed, &checked.schema, bound.values, bound.problems, checked.limits.steps);
            assert_eq!(traced.decision.to_json(0), decided.to_json(0), "{facts}");
            for point in traced.seen.keys().filter(|point| written.contains(point)) {
                // Where a needed fact is missing, whether another one is needed may be unknown; there is no decision.
                if matches!(point, Point::Held(_, Held::Unknown)) && traced.decision.outcomes.is_empty() {
                    continue;
                }
                assert!(
                    asked.contains(point),
                    "{}: {point:?} is ruled out and happens in {facts}",
                    policy.name()
                );
            }
        }
    }
}

#[test]
fn what_is_rewritten_holds() {
    for (policy, cases) in corpus() {
        let lines = cases.iter().map(|facts| {
            format!("{{\"facts\": {facts}, \"expect\":  {{\"outcomes\": {{}}}}, \"text\":\"t\"}}\n\n")
        });
        let text: String = lines.collect();
        let mut tests = policy.tests();
        tests.run_cases("cases.jsonl", text.as_bytes()).unwrap();
        let Some(rewritten) = tests.rewritten("cases.jsonl", &text) else {
            assert!(tests.results().iter().all(|result| result.passed()));
            continue;
        };
        let mut tests = policy.tests();
        tests.run_cases("cases.jsonl", rewritten.as_bytes()).unwrap();
        assert_eq!(tests.results().len(), cases.len());
        let failed = tests.results().iter().find(|result| !result.passed());
        assert_eq!(failed, None, "{}\n{rewritten}", policy.name());
        assert_eq!(tests.rewritten("cases.jsonl", &rewritten), None);
    }
    let wrong = "example \"a\" given value: 12_345.60 EUR, day: 2024-01-31, careful: yes, licence: \"x\", \
                 findings: [{ grade: serious, count: 2 }] expect said: nothing, grade: minor, span: 5 EUR, lasting: 1 day \
                 # kept\nexample \"b\" given value: 1 EUR expect fine: 1 EUR\n\
                 example \"c\" given value: -1 EUR expect fine: 1 EUR";
    let text = format!("{SHOP}{wrong}");
    let policy = shop(wrong);
    let mut tests = policy.tests();
    tests.run_examples();
    let rewritten = tests.rewritten("shop.assize", &text).unwrap();
    let changed = rewritten.strip_prefix(SHOP).unwrap();
    assert_eq!(
        changed,
        "example \"a\" given value: 12_345.60 EUR, day: 2024-01-31, careful: yes, licence: \"x\", \
         findings: [{ grade: serious, count: 2 }] expect said: \"x\", grade: serious, span: 2 EUR to 4 EUR, \
         lasting: 30 days, fine: 1244.56 EUR,\n         steps: [warning], due: { training: 2024-03-01 }, \
         answer: 2024-02-29 # kept\nexample \"b\" given value: 1 EUR expect missing day\n\
         example \"c\" given value: -1 EUR expect refused"
    );
    assert!(found_in(&rewritten).is_empty());
}

fn found_in(text: &str) -> Vec<String> {
    let policy = Policy::from_text("shop.assize", text).unwrap_or_else(|error| panic!("{error}"));
    let mut tests = policy.tests();
    tests.run_examples();
    tests.results().iter().flat_map(|result| lines(&result.differences)).collect()
}

/// The points that no example of a policy went through, without place.
fn missed(text: &str) -> Vec<String> {
    let policy = Policy::from_text("p", text).unwrap_or_else(|error| panic!("{error}"));
    let mut tests = policy.tests();
    tests.run_examples();
    let coverage = tests.coverage();
    coverage.missed().map(|point| coverage.explain(&point)).collect()
}

#[test]
fn what_no_case_can_reach_is_not_asked_for() {
    let base = "policy p facts n: integer, 1 to 3  b: bool  u: bool or unknown ";
    assert_eq!(
        missed(&format!("{base} outcome x: bool = n >= 3 and b")),
        [
            "`n >= 3` in outcome `x` was never true",
            "`n >= 3` in outcome `x` was never false",
            "no value below `3` in outcome `x`",
            "no value at `3` in outcome `x`",
            "`b` in outcome `x` was never true",
            "`b` in outcome `x` was never false",
        ]
    );
    assert_eq!(
        missed(&format!("{base} outcome x: bool = u")),
        ["true", "false", "unknown"].map(|held| format!("`u` in outcome `x` was never {held}"))
    );
    assert_eq!(
        missed(&format!(
            "{base} outcome x: bool = n >= 0 example \"e\" given n: 1, b: yes, u: no expect x: yes"
        )),
        Vec::<String>::new()
    );
}

#[test]
fn what_nothing_reads_does_not_count() {
    let text = "policy p facts n: integer  b: bool \
                define grave: bool = n > 5 \
                outcome x: bool = b and grave \
                example \"e\" given n: 9, b: no expect x: no";
    let missed = missed(text);
    assert!(missed.contains(&"`n > 5` in `grave` was never true".to_owned()), "{missed:?}");
    assert!(missed.contains(&"no value above `5` in `grave`".to_owned()), "{missed:?}");
}

#[test]
fn tables_schedules_periods_and_overrides_are_covered() {
    let text = "policy p dated by d facts d: date, 2020-01-01 or later  n: integer, 0 or more \
                parameter fee: integer from 2020-01-01: 1 from 2022-01-01: 2 \
                table t(m: integer, 0 or more): integer | m | => | | 0 | 0 | | 1 to 4 | 1 | | >= 5 | 2 | \
                outcome x: integer, sum \
                outcome y: integer = t(n) \
                rule a in force from 2021-01-01 when n > 0 then x: fee \
                rule b overrides a when n > 9 then x: 7 \
                example \"e\" given d: 2021-06-01, n: 2 expect x: 1, y: 1";
    assert_eq!(
        missed(text),
        [
            "the row `2` of `fee` was never used",
            "the row `0 | 0` of `t` was never used",
            "no value below the bottom of `1 to 4` in `t`",
            "no value at the bottom of `1 to 4` in `t`",
            "no value at the top of `1 to 4` in `t`",
            "no value above the top of `1 to 4` in `t`",
            "the row `>= 5 | 2` of `t` was never used",
            "no value at `5` in `t`",
            "no value above `5` in `t`",
            "no value below the bottom of `a` in rule `a`",
            "no value at the bottom of `a` in rule `a`",
            "`n > 0` in rule `a` was never false",
            "no value at `0` in rule `a`",
            "rule `b` never applied",
            "rule `a` was never taken out by `b`",
            "`n > 9` in rule `b` was never true",
            "no value at `9` in rule `b`",
            "no value above `9` in rule `b`",
        ]
    );
}

#[test]
fn a_stretch_of_days_is_one_condition_with_two_thresholds() {
    assert_eq!(
        missed("policy p facts d: date  e: date outcome x: bool = d within 2 years before e"),
        [
            "`d within 2 years before e` in outcome `x` was never true",
            "`d within 2 years before e` in outcome `x` was never false",
            "no value below `2 years before e` in outcome `x`",
            "no value at `2 years before e` in outcome `x`",
            "no value above `2 years before e` in outcome `x`",
            "no value below `e` in outcome `x`",
            "no value at `e` in outcome `x`",
            "no value above `e` in outcome `x`",
        ]
    );
}
