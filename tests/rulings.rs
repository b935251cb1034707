//! The thirty-four rulings on which the language rests, each on a small policy, through the public API.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use assize::Policy;
use serde_json::{Value, json};

fn build(text: &str) -> Policy {
    Policy::from_text("p.assize", text).unwrap_or_else(|error| panic!("{}\n{text}", error.render()))
}

/// What is wrong with the policy, each code once.
fn codes(text: &str) -> Vec<&'static str> {
    let found = match Policy::from_text("p.assize", text) {
        Ok(policy) => policy.diagnostics().to_vec(),
        Err(error) => error.diagnostics().to_vec(),
    };
    let mut codes: Vec<_> = found.iter().map(|one| one.code.as_str()).collect();
    codes.sort_unstable();
    codes.dedup();
    codes
}

/// The decision as it goes over the wire.
fn decide(text: &str, facts: Value) -> Value {
    serde_json::from_str(&build(text).decide_json(&facts.to_string()).to_json(0)).expect("a decision is JSON")
}

/// The outcomes of a case that is decided.
fn outcomes(text: &str, facts: Value) -> Value {
    let decision = decide(text, facts);
    assert_eq!(decision["status"], "decided", "{decision}");
    decision["outcomes"].clone()
}

/// The one outcome `x` of a case that is decided.
fn x(text: &str, facts: Value) -> Value {
    outcomes(text, facts)["x"].clone()
}

fn problems(decision: &Value) -> Vec<String> {
    let codes = decision["errors"].as_array().into_iter().flatten();
    codes.map(|problem| problem["code"].as_str().unwrap_or_default().to_owned()).collect()
}

const SCALE: &str =
    "policy p unit CNY, 2 decimals scale S: none < minor < general < serious enum K: testing, training\n";

fn with_scale(rest: &str) -> String {
    format!("{SCALE}{rest}")
}

#[test]
fn ruling_01_an_unknown_is_the_set_of_values_it_may_have() {
    let policy = with_scale(
        "facts illegal: bool or unknown p1: bool or unknown n: integer or unknown, 3 to 5
         define s: S = highest of serious when illegal, otherwise general
         outcome x: bool = s >= general
         outcome y: bool = s is minor
         outcome z: bool = p1 or not p1
         outcome small: bool = n + 1 > 6
         outcome large: bool = n >= 4",
    );
    let decision = decide(&policy, json!({}));
    assert_eq!(decision["status"], "undetermined");
    assert_eq!(decision["outcomes"], json!({"small": false, "x": true, "y": false}));
    assert_eq!(decision["unsettled"], json!(["large", "z"]));
    assert_eq!(decision["needs"], json!(["n", "p1"]));
}

#[test]
fn ruling_02_a_combination_is_settled_when_the_open_rules_cannot_change_it() {
    let policy = with_scale(
        "facts u: bool or unknown known: bool
         outcome flag: bool, any
         outcome response: S, highest, default none
         outcome fine: CNY, sum
         outcome kinds: set of K
         outcome same: integer, agree
         rule certain when known then flag: yes response: serious fine: 10 CNY kinds: testing same: 1
         rule possible when u then flag: yes response: minor fine: 5 CNY kinds: testing same: 1",
    );
    let decision = decide(&policy, json!({"known": true}));
    assert_eq!(
        decision["outcomes"],
        json!({"flag": true, "kinds": ["testing"], "response": "serious", "same": 1})
    );
    assert_eq!(decision["unsettled"], json!(["fine"]));
    assert_eq!(decision["bounds"]["fine"]["at_least"], "10.00", "{decision}");
    assert_eq!(decision["bounds"]["fine"]["at_most"], "15.00", "{decision}");
    let decision = decide(&policy, json!({"known": false}));
    assert_eq!(decision["outcomes"], json!({}));
}

#[test]
fn ruling_02_a_possible_waiver_widens_both_ways() {
    let policy = with_scale(
        "facts u: bool or unknown outcome fine: CNY, sum outcome x: bool = fine >= 0 CNY outcome y: bool = fine > 0 CNY
         rule a then fine: 10 CNY rule b when u then fine: waived",
    );
    let decision = decide(&policy, json!({}));
    assert_eq!(decision["outcomes"], json!({"x": true}), "{decision}");
    assert_eq!(decision["unsettled"], json!(["fine", "y"]));
}

const ABSENCE: &str = "policy p
    record Product
      tagged: integer or nothing
      market: integer or nothing
      price:  first of tagged, market
    facts
      operator: bool
      knew:     bool, needed when operator
      opened:   bool or unknown
      closed:   integer or nothing or unknown
      late:     bool, default no
      products: list of Product
    outcome x: integer = sum of p1.price for each p1 in products
    outcome y: bool = late";

#[test]
fn ruling_03_need_follows_from_declarations() {
    let decision = decide(ABSENCE, json!({"operator": true, "products": [{"tagged": 1}, {}]}));
    assert_eq!(decision["status"], "undetermined");
    assert_eq!(decision["needs"], json!(["knew", "products[1].price"]));
    assert_eq!(decision["outcomes"], json!({}));
    // An absent list is reported itself; malformed wins over incomplete.
    assert_eq!(decide(ABSENCE, json!({"operator": false}))["needs"], json!(["products"]));
    assert_eq!(decide(ABSENCE, json!({"operator": 5}))["status"], "refused");
    assert_eq!(decide(ABSENCE, json!({"operator": false, "products": []}))["status"], "decided");
}

#[test]
fn ruling_03_null_is_nothing_only_where_nothing_may_be() {
    let status = |facts: Value| decide(ABSENCE, facts)["status"].clone();
    let facts = |key: &str| json!({"operator": false, "products": [], key: null});
    assert_eq!(status(facts("closed")), "decided");
    assert_eq!(status(facts("opened")), "refused");
    assert_eq!(status(facts("late")), "refused");
}

#[test]
fn ruling_03_a_fact_given_though_not_needed_is_checked_and_ignored() {
    let policy =
        "policy p facts exempt: bool n: integer, 0 to 9, needed when not exempt outcome x: bool = n exists";
    assert_eq!(x(policy, json!({"exempt": true, "n": 5})), false);
    assert_eq!(decide(policy, json!({"exempt": true, "n": 50}))["status"], "refused");
}

#[test]
fn ruling_04_guards_narrow_wherever_they_stand() {
    let head = "policy p facts a: integer or nothing exempt: bool n: integer, needed when not exempt\n";
    for condition in [
        "a exists and a > 3",
        "a > 3 and a exists",
        "a is nothing or a > 3",
        "a exists implies a > 3",
        "not exempt and n > 3",
        "n > 3 and not exempt",
        "a is 5",
        "a in [5, 6]",
        "(a or else 0) > 3",
    ] {
        assert_eq!(codes(&format!("{head}outcome x: bool = {condition}")), [] as [&str; 0], "{condition}");
    }
    for condition in ["a > 3", "n > 3", "a exists or a > 3", "exempt and n > 3", "a + 1 is 5"] {
        assert_eq!(
            codes(&format!("{head}outcome x: bool = {condition}")),
            ["absence/unguarded"],
            "{condition}"
        );
    }
    assert_eq!(
        codes(&format!("{head}outcome x: integer = first of 0 when a is nothing, otherwise a")),
        [] as [&str; 0]
    );
    assert_eq!(
        codes(&format!(
            "{head}define d: integer or nothing = n when not exempt\noutcome x: integer = n when d exists, otherwise 0"
        )),
        [] as [&str; 0]
    );
}

#[test]
fn ruling_05_errors_do_not_depend_on_order() {
    assert_eq!(
        codes("policy p facts a: integer b: integer outcome x: bool = a / b > 2"),
        ["absence/division"]
    );
    for condition in ["b > 0 and a / b > 2", "a / b > 2 and b > 0"] {
        let policy = format!("policy p facts a: integer b: integer outcome x: bool = {condition}");
        assert_eq!(x(&policy, json!({"a": 9, "b": 3})), true);
        assert_eq!(x(&policy, json!({"a": 9, "b": 0})), false);
    }
    // An overflow spreads, unless the other side decides.
    let big = "9_000_000_000_000_000_000";
    for (condition, result) in [
        (format!("no_ and a + {big} > 0"), Some(false)),
        (format!("a + {big} > 0 and no_"), Some(false)),
        (format!("not no_ or a + {big} > 0"), Some(true)),
        (format!("not no_ and a + {big} > 0"), None),
    ] {
        let policy = format!("policy p facts a: integer no_: bool outcome x: bool = {condition}");
        let decision = decide(&policy, json!({"a": 9_000_000_000_000_000_000_i64, "no_": false}));
        match result {
            Some(truth) => assert_eq!(decision["outcomes"]["x"], truth, "{condition}"),
            None => assert_eq!(problems(&decision), ["eval/overflow"], "{condition}"),
        }
    }
    let policy = format!("policy p facts a: integer outcome x: integer = 1 when a < 5, otherwise a + {big}");
    assert_eq!(x(&policy, json!({"a": 1})), 1);
    assert_eq!(decide(&policy, json!({"a": 9_000_000_000_000_000_000_i64}))["status"], "failed");
}

#[test]
fn ruling_06_the_pipeline_of_an_outcome() {
    let pipeline = |rules: &str| {
        let policy = format!(
            "policy p unit CNY, 2 decimals outcome x: CNY, sum, at most 80 CNY, rounded to 1 CNY half up\n{rules}"
        );
        x(&policy, json!({}))
    };
    // Each contribution's own limits; the cap beats the floor.
    assert_eq!(pipeline("rule a then x: 5 CNY, at least 20 CNY, at most 10 CNY"), "10.00");
    // A floor does not lift what nobody fined; a waiver skips floors.
    assert_eq!(
        pipeline("rule a then x: at least 20 CNY facts f: bool, default no rule b when f then x: 5 CNY"),
        "0.00"
    );
    assert_eq!(pipeline("rule a then x: 5 CNY rule b then x: waived rule c then x: at least 20 CNY"), "0.00");
    // Two reductions of 30% leave 49%; then the highest floor, then the lowest cap, then the outcome's own.
    assert_eq!(
        pipeline("rule a then x: 100 CNY rule b then x: reduced by 30% rule c then x: reduced by 30%"),
        "49.00"
    );
    assert_eq!(
        pipeline("rule a then x: 5 CNY rule b then x: at least 20 CNY rule c then x: at least 30 CNY"),
        "30.00"
    );
    assert_eq!(
        pipeline("rule a then x: 5 CNY rule b then x: at least 50 CNY rule c then x: at most 40 CNY"),
        "40.00"
    );
    assert_eq!(pipeline("rule a then x: 500 CNY"), "80.00");
    // Rounding once, at the end.
    assert_eq!(pipeline("rule a then x: 0.50 CNY rule b then x: 0.50 CNY"), "1.00");
    assert_eq!(
        codes(&with_scale("outcome x: CNY, sum rule a then x: 5 CNY x: waived")),
        ["outcome/waived-and-set"]
    );
    assert_eq!(
        codes("policy p outcome x: integer, sum rule a then x: 5 rule b then x: reduced by 30%"),
        ["outcome/modifier"]
    );
    assert_eq!(
        codes(&with_scale("outcome x: CNY, sum, at least 5 CNY rule a then x: 9 CNY")),
        ["outcome/neutral"]
    );
}

#[test]
fn ruling_06_readers_see_the_rounded_value_and_definitions_do_not() {
    let policy = "policy p unit CNY, 2 decimals facts v: CNY, 0 or more
        define exact: CNY = v / 3
        outcome rounded_off: CNY, rounded to 1 CNY down = exact
        outcome x: CNY, rounded to 0.01 CNY half up = rounded_off
        outcome y: CNY, rounded to 0.01 CNY half up = exact";
    assert_eq!(outcomes(policy, json!({"v": "5"})), json!({"rounded_off": "1.00", "x": "1.00", "y": "1.67"}));
}

#[test]
fn ruling_07_overriding_an_override_revives() {
    let policy = "policy p facts a: bool b: bool outcome x: integer, sum outcome y: integer, sum
        rule one then x: 1 y: 1
        rule two overrides one for x when a then y: 10
        rule three overrides two when b";
    assert_eq!(outcomes(policy, json!({"a": false, "b": false})), json!({"x": 1, "y": 1}));
    assert_eq!(outcomes(policy, json!({"a": true, "b": false})), json!({"x": 0, "y": 11}));
    assert_eq!(outcomes(policy, json!({"a": true, "b": true})), json!({"x": 1, "y": 1}));
    // A rule out of force overrides nothing.
    let policy = "policy p dated by day facts day: date outcome x: integer, sum
        rule one then x: 1
        rule two in force from 2020-01-01 overrides one";
    assert_eq!(x(policy, json!({"day": "2019-12-31"})), 1);
    assert_eq!(x(policy, json!({"day": "2020-01-01"})), 0);
}

#[test]
fn ruling_07_overrides_go_item_by_item() {
    let head = "policy p record R bad: bool facts rs: list of R outcome x: integer, sum\n";
    let policy = format!(
        "{head}rule one for each r in rs then x: 1 rule two overrides one for each r in rs when r.bad"
    );
    assert_eq!(x(&policy, json!({"rs": [{"bad": true}, {"bad": false}]})), 1);
    let policy = format!(
        "{head}rule one for each r in rs then x: 1 rule two overrides one when (any r in rs where r.bad)"
    );
    assert_eq!(x(&policy, json!({"rs": [{"bad": true}, {"bad": false}]})), 0);
    assert_eq!(
        codes(&format!("{head}rule one then x: 1 rule two overrides one for each r in rs when r.bad")),
        ["override/items"]
    );
}

#[test]
fn ruling_08_circles_are_per_outcome() {
    let head = "policy p outcome a: integer, sum outcome b: integer, sum outcome c: integer, sum\n";
    assert_eq!(
        codes(&format!("{head}rule one when c > 1 then a: 1 b: 1 rule two when a > 1 then c: 1")),
        ["circle/definition"]
    );
    assert_eq!(
        codes(&format!(
            "{head}rule one when c > 1 then a: 1 rule two when b > 1 then c: 1 rule three then b: 1"
        )),
        [] as [&str; 0]
    );
    assert_eq!(
        codes("policy p define f(n: integer): integer = f(n - 1) outcome x: integer = f(1)"),
        ["circle/definition"]
    );
    // What overrides a contribution belongs to the outcome.
    assert_eq!(
        codes(&format!(
            "{head}rule one then a: 1 rule two overrides one when a > 1 then b: 1 rule three then c: 1"
        )),
        ["circle/definition"]
    );
}

#[test]
fn ruling_09_limbs() {
    let head = "scale S: none < minor < general < serious";
    let policy = format!(
        "policy p {head} facts n: integer
        define s: S = highest of minor when n > 0, serious when n > 9, general when n > 5, otherwise none
        define t: S = first of minor when n > 0, serious when n > 9, otherwise none
        outcome x: S = s outcome y: S = t outcome z: integer or nothing = 5 when n > 9"
    );
    assert_eq!(outcomes(&policy, json!({"n": 10})), json!({"x": "serious", "y": "minor", "z": 5}));
    assert_eq!(outcomes(&policy, json!({"n": 0})), json!({"x": "none", "y": "none", "z": null}));
    assert_eq!(
        codes("policy p facts n: integer outcome x: integer = first of 1 when n > 1, 2 when n > 2"),
        ["absence/result"]
    );
    assert_eq!(
        codes("policy p facts n: integer outcome x: integer = first of 1 when n > 1, 2 when n <= 1"),
        [] as [&str; 0]
    );
}

#[test]
fn ruling_10_aggregates_and_where_they_end() {
    let head = "policy p record R n: integer bad: bool facts rs: list of R m: bool\n";
    assert_eq!(
        x(
            &format!("{head}outcome x: integer = sum of r.n for each r in rs where r.bad"),
            json!({"m": true, "rs": [{"n": 1, "bad": true}, {"n": 2, "bad": false}]})
        ),
        1
    );
    assert_eq!(
        x(
            &format!("{head}outcome x: bool = every r in rs where r.bad has r.n > 0"),
            json!({"m": true, "rs": []})
        ),
        true
    );
    assert_eq!(
        codes(&format!("{head}outcome x: bool = m and any r in rs where r.bad")),
        ["syntax/unexpected"]
    );
    assert_eq!(codes(&format!("{head}outcome x: bool = any r in rs where r.bad and m")), ["where/unrelated"]);
    let empty = format!("{head}outcome x: integer = product of r.n for each r in rs outcome y: integer or nothing = highest of r.n for each r in rs
        outcome z: bool = any r in rs where r.bad");
    assert_eq!(outcomes(&empty, json!({"m": true, "rs": []})), json!({"x": 1, "y": null, "z": false}));
}

#[test]
fn ruling_11_commas_and_clause_order() {
    let policy = "policy p facts a: integer b: bool, default no outcome x: integer = a
        example \"one\" given a: 1 b: yes expect x: 1
        example \"two\" given a: 1, b: yes expect x: 1";
    assert_eq!(codes(policy), [] as [&str; 0]);
    assert_eq!(codes("policy p facts a, b: bool outcome x: bool = a"), ["syntax/unexpected"]);
    let late =
        codes("policy p facts a: bool outcome x: integer, sum rule r when a cites \"art 1\" then x: 1");
    assert!(late.contains(&"syntax/clause-order"), "{late:?}");
}

#[test]
fn ruling_12_any_word_is_a_field_name_before_a_colon() {
    let policy = "policy p
        record R date: date days: integer on: bool default: integer, default 3 unit: integer, default 1 at: integer, default 1
        facts r: R
        outcome x: integer = r.days + r.default + r.unit + r.at
        example \"e\" given r: { date: 2018-01-01, days: 2, on: yes } expect x: 7";
    assert_eq!(x(policy, json!({"r": {"date": "2018-01-01", "days": 2, "on": true}})), 7);
    let policy = "policy p facts start as \"from\": date outcome x: date = start";
    assert_eq!(x(policy, json!({"from": "2018-01-01"})), "2018-01-01");
}

#[test]
fn ruling_13_members_are_found_by_the_expected_type() {
    let policy = "policy p enum A: none, one enum B: none, two as \"2\" facts a: A b: B
        outcome x: bool = a is none and b is none outcome y: B = two";
    assert_eq!(outcomes(policy, json!({"a": "none", "b": "2"})), json!({"x": false, "y": "2"}));
    assert_eq!(
        codes("policy p enum A: none, one enum B: none, two outcome x: bool = none is none"),
        ["name/unknown"]
    );
    assert_eq!(
        codes("policy p enum A: m, one enum B: m, two facts a: A b: B outcome x: bool = a is b"),
        ["type/mismatch"]
    );
    assert_eq!(codes("policy p enum A: m, one facts a: A m: A outcome x: bool = a is m"), ["name/ambiguous"]);
    assert_eq!(
        x(
            "policy p enum A: m, one facts a: A m: A outcome x: bool = a is A.m",
            json!({"a": "m", "m": "one"})
        ),
        true
    );
    // Wire names are unique per side, not across.
    assert_eq!(x("policy p facts s as \"x\": integer outcome x: integer = s + 1", json!({"x": 1})), 2);
}

#[test]
fn ruling_14_units_and_literals() {
    let head =
        "policy p unit CNY, 2 decimals unit mg/kg facts v: CNY, 0 to 5 lead: mg/kg, 0 or more, default 0\n";
    assert_eq!(x(&format!("{head}outcome x: bool = lead > 90 mg/kg"), json!({"v": "1", "lead": "91"})), true);
    assert_eq!(codes(&format!("{head}outcome x: bool = v is 0")), ["type/unit-mismatch"]);
    assert_eq!(codes(&format!("{head}outcome x: CNY = v")), ["outcome/rounding"]);
    assert_eq!(codes(&format!("{head}outcome x: bool = v > 5 CNX")), ["type/unit-mismatch"]);
    assert_eq!(decide(&format!("{head}outcome x: bool = yes"), json!({"v": "6"}))["status"], "refused");
    let policy = "policy p facts n: integer define f(q: number): number = q / 2 outcome x: number = f(n)";
    assert_eq!(x(policy, json!({"n": 3})), "1.5");
}

#[test]
fn ruling_15_tables_are_complete_and_do_not_contradict_themselves() {
    let table = |rows: &str| {
        format!("policy p table t(n: integer, 0 to 9): integer | n | => | {rows} outcome x: integer = t(3)")
    };
    assert_eq!(x(&table("| 0 to 3 | 1 | | > 3 | 2 |"), json!({})), 1);
    assert_eq!(codes(&table("| 0 to 3 | 1 | | > 4 | 2 |")), ["table/gap"]);
    assert_eq!(codes(&table("| 0 to 4 | 1 | | > 3 | 2 |")), ["table/overlap"]);
    assert_eq!(codes(&table("| 0 to 4 | 1 | | > 3 | 1 |")), [] as [&str; 0]);
    assert_eq!(codes(&table("| 0 to 3 | 1 | | > 3 |")), ["syntax/table-shape"]);
    let highest = "policy p table t(n: integer, 0 to 9): integer, highest | n | => | | any | 1 | | > 2 | 2 | outcome x: integer = t(3)";
    assert_eq!(x(highest, json!({})), 2);
    let caller = "policy p facts a: integer table t(n: integer, 0 to 9): integer | n | => | | any | 1 | outcome x: integer = t(a)";
    assert_eq!(codes(caller), ["bounds/argument"]);
    let cross = "policy p enum Z: small, large facts z1: Z n: integer, 1 to 2
        table t(z: Z, k: integer, 1 to 2): integer | z | k | 1 | 2 | | small | => | 5 | 6 | | large | => | 7 | 8 |
        outcome x: integer = t(z1, n)";
    assert_eq!(x(cross, json!({"z1": "large", "n": 1})), 7);
}

#[test]
fn ruling_16_precedence() {
    let head = "policy p facts a: bool b: bool c: bool m: integer or nothing\n";
    assert!(codes(&format!("{head}outcome x: bool = a or b and c")).contains(&"syntax/ambiguous-logic"));
    assert!(codes(&format!("{head}outcome x: bool = a implies b implies c")).contains(&"syntax/chained"));
    assert!(codes(&format!("{head}outcome x: bool = 1 < 2 < 3")).contains(&"syntax/chained"));
    let facts = json!({"a": false, "b": true, "c": true});
    // `not` is looser than `is`, `or else` tighter than `*`, minus tighter than `*`.
    assert_eq!(x(&format!("{head}outcome x: bool = not a is b"), facts.clone()), true);
    assert_eq!(x(&format!("{head}outcome x: integer = 2 * m or else 3 + 1"), facts.clone()), 7);
    assert_eq!(x(&format!("{head}outcome x: integer = - 2 * 3 + 1"), facts.clone()), -5);
    assert_eq!(x(&format!("{head}outcome x: bool = a and b implies c and no"), facts), true);
}

#[test]
fn ruling_17_arithmetic_is_exact_or_an_error() {
    assert_eq!(x("policy p outcome x: number = 1 / 3 * 3", json!({})), "1");
    let policy = "policy p unit CNY, 2 decimals facts v: CNY, 0 or more outcome x: CNY, rounded to 0.01 CNY down = v * (1 / 3)";
    assert_eq!(x(policy, json!({"v": "3.00"})), "1.00");
    let product = "policy p facts a: number b: number outcome x: number = a * b";
    let decision = decide(product, json!({"a": "1.000000000000001", "b": "1.000000000000001"}));
    assert_eq!(problems(&decision), ["eval/overflow"], "{decision}");
    for (mode, shown) in [("half up", "-3"), ("half even", "-2"), ("up", "-3"), ("down", "-2")] {
        let policy = format!("policy p facts a: number outcome x: number, rounded to 1 {mode} = a");
        assert_eq!(x(&policy, json!({"a": "-2.5"})), shown, "{mode}");
    }
    assert_eq!(x("policy p facts a: integer outcome x: bool = a / 3 > 1 / 3", json!({"a": 1})), false);
}

#[test]
fn ruling_18_ranges_of_discretion() {
    let policy = "policy p outcome x: range of number, highest outcome y: range of number, sum outcome z: range of number, lowest
        rule a then x: 1 to 3 y: 1 to 3 z: 1 to 3
        rule b then x: 2 to 2.5 y: 2 to 2.5 z: 2 to 2.5";
    assert_eq!(outcomes(policy, json!({})), json!({"x": ["1", "3"], "y": ["3", "5.5"], "z": ["1", "3"]}));
    let policy =
        "policy p facts g: number, 0 or more outcome x: range of number = band(1 to 3 times g, 30% to 70%)
        outcome y: bool = g in bottom(2 to 4) to top(2 to 4) outcome z: number = middle(2 to 4)";
    assert_eq!(outcomes(policy, json!({"g": "10"})), json!({"x": ["16", "24"], "y": false, "z": "3"}));
    assert_eq!(
        codes("policy p facts g: number outcome x: range of number = 1 to 3 times g"),
        ["bounds/range"]
    );
    assert_eq!(
        codes("policy p facts a: number b: number outcome x: range of number = a to b"),
        ["bounds/range"]
    );
}

#[test]
fn ruling_19_groups_are_items() {
    let policy = "policy p record R n: integer bad: bool facts rs: list of R outcome x: integer, highest per R, then sum
        rule one for each r in rs then x: r.n
        rule two for each r in rs when r.bad then x: 5";
    let facts = json!({"rs": [{"n": 1, "bad": true}, {"n": 1, "bad": true}, {"n": 9, "bad": true}]});
    assert_eq!(x(policy, facts), 19);
    assert_eq!(codes(&format!("{policy} rule three then x: 1")), ["outcome/group"]);
}

#[test]
fn ruling_20_picking_an_item() {
    let policy = "policy p record R id: text n: integer m: integer facts rs: list of R
        define best: R or nothing = first r in rs where r.n > 0 by highest r.n, then lowest r.m
        define earliest: R or nothing = first r in rs
        outcome x: text or nothing = best.id when best exists
        outcome y: text or nothing = earliest.id when earliest exists";
    let item = |id: &str, n: i64, m: i64| json!({"id": id, "n": n, "m": m});
    let facts = json!({"rs": [item("a", 1, 0), item("b", 5, 2), item("c", 5, 1), item("d", 5, 1)]});
    assert_eq!(outcomes(policy, facts), json!({"x": "c", "y": "a"}));
    assert_eq!(outcomes(policy, json!({"rs": []})), json!({"x": null, "y": null}));
}

#[test]
fn ruling_21_dates_and_calendars() {
    let policy =
        "policy p facts d: date e: date holidays_: list of date, default [] made_up: list of date, default []
        calendar federal weekend: saturday, sunday holidays: holidays_ workdays: made_up
        outcome five: date = d + 5 working days
        outcome between: integer = working days after d to e
        outcome plain: integer = days after d to e
        outcome month: date = d + 1 months
        outcome twice: date = d + 1 months + 1 months
        outcome two: date = d + 2 months";
    // 2024-01-31 is a Wednesday.
    let decided = outcomes(
        policy,
        json!({"d": "2024-01-31", "e": "2024-02-05", "holidays_": ["2024-02-01", "2024-02-03"], "made_up": ["2024-02-03"]}),
    );
    assert_eq!(
        decided,
        json!({"five": "2024-02-07", "between": 3, "plain": 5, "month": "2024-02-29", "twice": "2024-03-29", "two": "2024-03-31"})
    );
    assert_eq!(outcomes(policy, json!({"d": "2024-01-31", "e": "2023-02-05"}))["plain"], 0);
}

#[test]
fn ruling_21_schedules_and_versions() {
    let schedule = "parameter limit: integer from 2018-01-01: 3 from 2020-07-01: 5\n";
    assert_eq!(codes(&format!("policy p {schedule} outcome x: integer = limit")), ["date/no-law-date"]);
    assert_eq!(
        codes(&format!("policy p dated by d {schedule} facts d: date outcome x: integer = limit")),
        ["date/uncovered"]
    );
    let policy = format!(
        "policy p dated by d {schedule} facts d: date, 2018-01-01 or later e: date, 2018-01-01 or later
         define share: integer in force until 2019-12-31 = 1
         define share: integer in force from 2020-01-01 = 2
         outcome x: integer = limit outcome y: integer = limit at e outcome z: integer = share"
    );
    assert_eq!(
        outcomes(&policy, json!({"d": "2019-12-31", "e": "2020-07-01"})),
        json!({"x": 3, "y": 5, "z": 1})
    );
    assert_eq!(
        outcomes(&policy, json!({"d": "2020-07-01", "e": "2020-06-30"})),
        json!({"x": 5, "y": 3, "z": 2})
    );
    // A rule dated by its item.
    let policy = "policy p record V on: date facts vs: list of V outcome x: integer, sum
        rule a in force from 2020-01-01 dated by v.on for each v in vs then x: 1";
    assert_eq!(x(policy, json!({"vs": [{"on": "2019-12-31"}, {"on": "2020-01-01"}]})), 1);
    // The earliest date wins for one kind.
    let policy = "policy p enum K: testing, training facts d: date outcome x: duty of K
        rule a then x: testing due d + 9 days, training due d + 1 days rule b then x: testing due d + 3 days";
    assert_eq!(
        x(policy, json!({"d": "2018-01-01"})),
        json!({"testing": "2018-01-04", "training": "2018-01-02"})
    );
}

#[test]
fn ruling_22_the_more_lenient_decision_is_taken_whole() {
    let policy = "policy p dated by a, b, the more lenient by fine, then points
        facts a: date b: date
        outcome fine: integer, sum outcome points: integer, sum outcome label: integer, sum
        rule old in force until 2019-12-31 then fine: 10 points: 1 label: 1
        rule new in force from 2020-01-01 then fine: 5 points: 9 label: 2";
    assert_eq!(
        outcomes(policy, json!({"a": "2019-01-01", "b": "2021-01-01"})),
        json!({"fine": 5, "points": 9, "label": 2})
    );
    let tie = policy.replace("fine: 10", "fine: 5");
    assert_eq!(outcomes(&tie, json!({"a": "2021-01-01", "b": "2019-01-01"}))["label"], 1);
    let full = tie.replace("points: 9", "points: 1");
    assert_eq!(outcomes(&full, json!({"a": "2021-01-01", "b": "2019-01-01"}))["label"], 2);
    assert_eq!(outcomes(&full, json!({"a": "2019-01-01", "b": "2021-01-01"}))["label"], 1);
    assert_eq!(decide(policy, json!({"a": "2019-01-01"}))["needs"], json!(["b"]));
}

#[test]
fn ruling_23_what_only_shows_at_run_time_fails_the_decision() {
    let policy = "policy p facts a: bool b: bool outcome x: integer, agree outcome y: integer, sum
        rule one when a then x: 1 rule two cites \"art 2\" when b then x: 2 rule three then y: 1";
    let decision = decide(policy, json!({"a": true, "b": true}));
    assert_eq!(decision["status"], "failed");
    assert_eq!(decision["outcomes"], json!({}));
    assert_eq!(problems(&decision), ["eval/conflict"]);
    let message = decision["errors"][0].to_string();
    assert!(message.contains("one") && message.contains("two"), "{message}");
    let required = "policy p facts a: bool outcome x: integer, sum, required rule one when a then x: 1";
    assert_eq!(problems(&decide(required, json!({"a": false}))), ["eval/required"]);
    assert_eq!(x(required, json!({"a": true})), 1);
}

#[test]
fn ruling_24_facts_that_contradict_each_other_are_refused() {
    let policy = "policy p
        record R
          failed: integer
          tested: integer or unknown
          must hold \"failed units were tested\" failed <= tested
        facts
          rs: list of R
        outcome x: integer = sum of r.failed for each r in rs";
    let decision = decide(policy, json!({"rs": [{"failed": 1, "tested": 1}, {"failed": 2, "tested": 1}]}));
    assert_eq!(decision["status"], "refused");
    assert_eq!(problems(&decision), ["facts/must-hold"]);
    let shown = decision["errors"][0].to_string();
    assert!(shown.contains("failed units were tested") && shown.contains("rs[1]"), "{shown}");
    assert_eq!(decide(policy, json!({"rs": [{"failed": 2}]}))["status"], "decided");
}

#[test]
fn ruling_25_facts_refuse_and_outcomes_clamp() {
    let policy = "policy p facts n: integer, 0 to 10 outcome x: integer, sum, at least -5, at most 5 rule a then x: 2 * n rule b when n is 0 then x: -9";
    assert_eq!(x(policy, json!({"n": 4})), 5);
    assert_eq!(x(policy, json!({"n": 0})), -5);
    assert_eq!(decide(policy, json!({"n": -1}))["status"], "refused");
    assert!(Policy::from_text("p", "policy p facts n: integer, at least 0 outcome x: integer = n").is_err());
}

#[test]
fn ruling_26_five_per_cent_is_a_number() {
    assert_eq!(x("policy p outcome x: number = 5%", json!({})), "0.05");
    let policy = "policy p facts c: number, 0% to 100%, wire in percent outcome x: bool = c is 5%";
    assert_eq!(x(policy, json!({"c": "5"})), true);
    assert_eq!(decide(policy, json!({"c": "101"}))["status"], "refused");
    assert_eq!(codes("policy p facts c: percent outcome x: bool = yes"), ["type/unknown"]);
}

#[test]
fn ruling_27_claims_and_examples() {
    let head = "policy p enum E: one, two facts n: integer e: E outcome x: integer or nothing = n when n > 3 outcome y: E = e\n";
    assert_eq!(codes(&format!("{head}monotone x never falls as n rises")), ["claim/shape"]);
    assert_eq!(codes(&format!("{head}monotone y never falls as n rises")), ["claim/shape"]);
    assert_eq!(codes(&format!("{head}always \"a\" n")), ["type/mismatch"]);
    assert_eq!(codes(&format!("{head}example \"e\" given n: 1 expect missing e")), [] as [&str; 0]);
    assert_eq!(codes(&format!("{head}example \"e\" given n: 1, e: three expect refused")), ["name/unknown"]);
    // Neutral values.
    let policy = "policy p enum K: k facts a: bool d: date
        outcome sum_: integer, sum outcome any_: bool, any outcome set_: set of K outcome duty_: duty of K
        outcome highest_: integer, highest outcome default_: integer, highest, default 7
        rule r when a then sum_: 1 any_: yes set_: k duty_: k due d highest_: 1 default_: 1";
    assert_eq!(
        outcomes(policy, json!({"a": false, "d": "2018-01-01"})),
        json!({"sum_": 0, "any_": false, "set_": [], "duty_": {}, "highest_": null, "default_": 7})
    );
}

#[test]
fn ruling_28_cost_is_known_before_running() {
    let mut policy = String::from("policy p define f0(n: integer): integer = n\n");
    for level in 1..40 {
        policy
            .push_str(&format!("define f{level}(n: integer): integer = f{0}(n) + f{0}(n + 1)\n", level - 1));
    }
    let refused = format!("{policy}outcome x: integer = f39(1)");
    assert_eq!(codes(&refused), ["cost/too-high"]);
    let error = Policy::from_text("p", &refused).expect_err("too dear");
    assert!(error.diagnostics()[0].help.iter().any(|help| help.contains("calls")), "{}", error.render());
    // Without parameters it is evaluated once.
    let mut policy = String::from("policy p define f0: integer = 1\n");
    for level in 1..40 {
        policy.push_str(&format!("define f{level}: integer = f{0} + f{0}\n", level - 1));
    }
    assert_eq!(x(&format!("{policy}outcome x: integer = f39"), json!({})), 549_755_813_888_i64);
}

#[test]
fn ruling_29_scales_and_sets() {
    let policy = "policy p scale S: low < mid < high enum K: c, a, b facts s: S ks: set of K ds: set of date, default []
        outcome up: S = (one step above s) or else high
        outcome down: S or nothing = one step below s
        outcome higher: S = the higher of s and mid
        outcome in_: bool = a in ks
        outcome any_: bool = ks has any of [a, b]
        outcome all_: bool = ks has all of [a, b]
        outcome less: set of K = ks without [a]
        outcome empty: bool = ks is empty
        outcome all: set of K = ks
        outcome many: integer = count k in ks where k is not a
        outcome days_: set of date = ds";
    assert_eq!(
        outcomes(policy, json!({"s": "low", "ks": ["c", "a"], "ds": ["2020-01-02", "2020-01-01"]})),
        json!({"up": "mid", "down": null, "higher": "mid", "in_": true, "any_": true, "all_": false, "less": ["c"],
               "empty": false, "all": ["a", "c"], "many": 1, "days_": ["2020-01-01", "2020-01-02"]})
    );
    let refused = decide(policy, json!({"s": "low", "ks": ["a", "a"]}));
    assert_eq!(problems(&refused), ["facts/repeated-member"]);
}

#[test]
fn ruling_30_without_beats_additions() {
    let policy = "policy p enum K: a, b, c outcome x: set of K
        rule one then x: a, b rule two then x: without b rule three then x: b, c";
    assert_eq!(x(policy, json!({})), json!(["a", "c"]));
    assert_eq!(
        codes("policy p enum K: a, b outcome x: set of K rule one then x: a x: without a"),
        ["outcome/added-and-removed"]
    );
    let policy = "policy p outcome x: number, sum rule one then x: 10 rule two then x: raised by 50% rule three then x: at most 12";
    assert_eq!(x(policy, json!({})), "12");
}

#[test]
fn ruling_31_two_equalities() {
    for (wrong, replacement) in [("a == b", "is"), ("a != b", "is not"), ("a = b", "is")] {
        let text = format!("policy p facts a: integer b: integer outcome x: bool = {wrong}");
        let error = Policy::from_text("p", &text).expect_err("not a comparison");
        assert_eq!(error.diagnostics()[0].code.as_str(), "syntax/misspelling");
        assert_eq!(error.diagnostics()[0].fixes[0].replacement, replacement);
    }
    let text = with_scale("facts s: S outcome x: bool = s is serious or general");
    let error = Policy::from_text("p", &text).expect_err("general is no condition");
    assert!(
        error.diagnostics()[0].fixes.iter().any(|fix| fix.replacement.contains("s in [serious, general]")),
        "{:?}",
        error.diagnostics()
    );
}

#[test]
fn ruling_32_files_are_one_set_of_declarations() {
    let files = |name: &str, _: &str| -> Result<String, &str> {
        let text = match name {
            "a.assize" => "use \"b.assize\" define one: integer = two - 1",
            "b.assize" => "use \"a.assize\" use \"main.assize\" define two: integer = 2",
            "c.assize" => "define one: integer = 7",
            _ => return Err("there is no such file"),
        };
        Ok(text.to_owned())
    };
    let build = |text: &str| Policy::builder().file("main.assize", text).loader(files).build();
    let policy = build("policy p use \"a.assize\" outcome x: integer = one + two")
        .expect("circles of use are harmless");
    assert_eq!(policy.decide_json("{}").get("x").and_then(|x| x.as_i64()), Some(3));
    let twice = build("policy p use \"a.assize\" use \"c.assize\" outcome x: integer = one")
        .expect_err("declared twice");
    assert_eq!(twice.diagnostics()[0].code.as_str(), "name/duplicate");
    assert_eq!(twice.diagnostics()[0].labels.len(), 1);
    let missing = build("policy p use \"d.assize\" outcome x: integer = one").expect_err("not there");
    assert_eq!(missing.diagnostics().len(), 1);
    assert_eq!(missing.diagnostics()[0].code.as_str(), "use/not-found");
}

#[test]
fn ruling_33_a_judgement_is_a_fact() {
    let policy = "policy p scale G: low < high facts gravity: G, judgement by \"the panel\" outcome x: bool = gravity is high";
    assert_eq!(x(policy, json!({"gravity": "high"})), true);
    assert_eq!(decide(policy, json!({}))["needs"], json!(["gravity"]));
}

#[test]
fn ruling_34_citations_stand_where_the_law_is() {
    let policy = "policy p \"P\" cites \"Act 1\" in force from 2018-01-01 dated by d
        facts d: date, 2018-01-01 or later n: integer, 0 or more
        parameter limit: integer \"L\" cites \"art 1\" from 2018-01-01: 3
        define over: bool \"D\" cites \"art 2\" in force from 2018-01-01 = n > limit
        table t(m: integer, 0 or more): integer \"T\" cites \"art 3\" in force from 2018-01-01 | m | => | | any | 1 |
        outcome x: integer, sum \"X\" cites \"art 4\"
        rule r \"R\" cites \"art 5\", \"art 6\" in force from 2018-01-01 when over then x: t(n)";
    let built = build(policy);
    assert_eq!(built.cites().collect::<Vec<_>>(), ["Act 1"]);
    assert_eq!(x(policy, json!({"d": "2018-01-01", "n": 5})), 1);
    // An outcome out of force is nothing.
    let policy =
        "policy p dated by d facts d: date outcome x: integer or nothing in force from 2018-01-01 = 5";
    assert_eq!(x(policy, json!({"d": "2017-12-31"})), Value::Null);
    assert_eq!(x(policy, json!({"d": "2018-01-01"})), 5);
}

// ---- Where the engine deviates; each is to lose its `ignore` with the repair. ----

#[test]
fn ruling_07_when_any_needs_no_parentheses() {
    let policy = "policy p record R bad: bool facts rs: list of R outcome x: integer, sum
        rule one for each r in rs then x: 1
        rule two overrides one when any r in rs where r.bad";
    assert_eq!(x(policy, json!({"rs": [{"bad": true}, {"bad": false}]})), 0);
}

#[test]
fn ruling_05_a_default_may_make_a_divisor_zero() {
    let policy = "policy p facts f: bool outcome a: integer, highest, default -1 rule r when f then a: 3
        outcome x: number, rounded to 0.01 half up = 1 / (a + 1)";
    assert_eq!(codes(policy), ["absence/division"]);
}

#[test]
fn ruling_18_a_cap_may_turn_a_scaled_range_around() {
    let policy = "policy p facts cap: integer outcome a: integer, sum rule r then a: 4, at most cap
        outcome x: range of number = 1 to 3 times a";
    assert_eq!(codes(policy), ["bounds/range"]);
}

#[test]
fn ruling_23_a_conflict_cites_its_rules() {
    let policy = "policy p outcome x: integer, agree facts a: bool b: bool
        rule one cites \"art 1\" when a then x: 1 rule two cites \"art 2\" when b then x: 2";
    let decision = decide(policy, json!({"a": true, "b": true}));
    assert_eq!(decision["errors"][0]["cites"], json!(["art 1", "art 2"]), "{decision}");
}

#[test]
fn ruling_15_a_backward_range_in_a_cell_is_reported() {
    let policy = "policy p table t(n: integer, 0 to 9): integer | n | => | | 0 to 3 | 1 | | 9 to 6 | 2 |
        outcome x: integer = t(2)";
    assert!(Policy::from_text("p", policy).is_err());
}

#[test]
fn ruling_06_a_rounded_outcome_may_be_a_zero_divisor() {
    let policy = "policy p facts n: number, 0.1 or more outcome w: number, rounded to 1 half up = n
        outcome x: number, rounded to 0.01 half up = 10 / w";
    assert_eq!(codes(policy), ["absence/division"]);
}

#[test]
fn ruling_06_a_computed_floor_does_not_lift_a_neutral_value() {
    let policy = "policy p facts n: integer, 1 or more f: bool outcome w: integer, sum, at least n rule r when f then w: 5
        outcome x: number, rounded to 0.01 half up = 10 / w";
    assert_eq!(codes(policy), ["absence/division"]);
}
