//! The compiled program, its decider and its columns answer what the reference evaluator answers. `cargo bench --bench laws`
//! goes on for longer.
#![allow(clippy::expect_used, clippy::panic, clippy::unreachable, reason = "a test fails by panicking")]
#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by panicking")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a generator treats most types alike")]

#[allow(dead_code, reason = "the smoke tests use the rest")]
mod generate;

use assize::columns::{Columns, Narrow, Values};
use assize::{Policy, Status};
use generate::compiled;

#[test]
fn generated_policies() {
    let seen = compiled::policies(0..if cfg!(debug_assertions) { 300 } else { 2_000 });
    // Shares of what is generated: with less the law would say less.
    assert!(seen.compiled * 10 >= seen.policies * 7, "{seen:?}");
    assert!(seen.wide_compiled * 10 >= seen.wide, "{seen:?}");
    assert!(seen.by_program * 10 >= seen.decided * 6, "{seen:?}");
}

#[test]
fn catalogues_of_rules() {
    let wanted = if cfg!(debug_assertions) { 5 } else { 100 };
    let seen = compiled::catalogues(0..wanted);
    assert!(seen.policies * 10 >= wanted * 9 && seen.compiled == seen.policies, "{seen:?}");
    assert!(seen.fired > seen.pairs && seen.by_program * 10 >= seen.decided * 6, "{seen:?}");
}

/// What is given again takes the place of what was given before, lists in records included.
#[test]
fn facts_given_again() {
    let text =
        "policy p record Place marks: list of integer inner: list of Box record Box weights: list of integer
        facts place: Place places: list of Place
        outcome marks: integer = sum of m for each m in place.marks
        outcome weights: integer = sum of w for each b in place.inner for each w in b.weights
        outcome all: integer = sum of w for each p in places for each b in p.inner for each w in b.weights";
    let policy = Policy::from_text("p.assize", text).unwrap_or_else(|error| panic!("{}", error.render()));
    let place = |weight: i64| {
        format!(r#"{{"marks":[{weight},1],"inner":[{{"weights":[{weight}]}},{{"weights":[]}}]}}"#)
    };
    let mut decider = policy.decider();
    let (one, all) = (policy.fact("place").expect("a fact"), policy.fact("places").expect("a fact"));
    for round in 1..4 {
        decider.give_json(one, &place(round));
        decider.give_json(all, &format!("[{},{}]", place(round), place(7)));
        let answer = decider.decide();
        assert!(!answer.is_by_reference());
        let case = format!(r#"{{"place":{},"places":[{},{}]}}"#, place(round), place(round), place(7));
        assert_eq!(answer.decision().to_json(0), policy.reference().decide_json(&case).to_json(0));
        let weights = answer.integer(policy.outcome("weights").expect("an outcome"));
        assert_eq!(weights, Some(round), "and not what was given before");
    }
    // One that is malformed is told, and not the one before.
    decider.give_json(one, "7");
    assert_eq!(decider.decide().status(), assize::Status::Refused);
}

#[test]
fn lists_and_records() {
    let wanted = if cfg!(debug_assertions) { 600 } else { 20_000 };
    let seen = compiled::sites(wanted);
    assert!(seen.compiled == 1 && seen.decided * 10 >= wanted * 5, "{seen:?}");
    // Where a site is spared the reference evaluator tells which one.
    assert!(seen.by_program * 10 >= seen.decided * 8 && seen.fired > seen.pairs, "{seen:?}");
}

/// More rows than one thread takes at a time, with rows that are refused and rows that lack a fact in each share.
#[test]
fn many_rows() {
    const ROWS: usize = 140_003;
    let text = "policy p unit EUR, 2 decimals enum Kind: a, b, c
        facts value: EUR, 0 or more, up to 2 decimals  kind: Kind  again: bool  found: date  points: integer or unknown
        outcome fine: EUR, sum, rounded to 0.01 EUR half up  outcome due: date or nothing, earliest
        outcome grave: bool, any  outcome total: integer, sum
        rule dear when kind is a then fine: 12.5% * value, due: found + 30 days
        rule twice when again then fine: raised by 50%, total: 2
        rule grave overrides twice when kind is c and value > 10 EUR then grave: yes
        rule counted when again and points >= 2 then total: points";
    let policy = Policy::from_text("p.assize", text).unwrap_or_else(|error| panic!("{}", error.render()));
    assert!(policy.is_compiled());
    let mix = |row: usize| row.wrapping_mul(2_654_435_761) % 10_007;
    let units: Vec<i64> =
        (0..ROWS).map(|row| if row % 1_009 == 7 { -1 } else { mix(row) as i64 * 31 }).collect();
    let kinds: Vec<u32> = (0..ROWS).map(|row| mix(row) as u32 % 3).collect();
    let days: Vec<i32> = (0..ROWS).map(|row| 18_000 + mix(row) as i32 % 900).collect();
    let points: Vec<i64> = (0..ROWS).map(|row| mix(row) as i64 % 5).collect();
    let bits = |of: &dyn Fn(usize) -> bool| {
        let mut bits = vec![0_u8; ROWS.div_ceil(8)];
        (0..ROWS).filter(|row| of(*row)).for_each(|row| bits[row / 8] |= 1 << (row % 8));
        bits
    };
    let (again, has_kind) = (bits(&|row| mix(row) % 2 == 0), bits(&|row| row % 1_013 != 11));
    let has_points = bits(&|row| mix(row) % 7 != 3);
    let fact = |name| policy.fact(name).expect("a fact");
    let mut columns = Columns::new(ROWS);
    columns.give(fact("value"), Values::Numbers { units: &units, scale: 2 }, None);
    columns.give(fact("kind"), Values::Members { keys: &kinds, names: &["c", "a", "b"] }, Some(&has_kind));
    columns.give(fact("again"), Values::Bools(&again), None);
    columns.give(fact("found"), Values::Dates(&days), None);
    columns.give(fact("points"), Values::Integers(&points), Some(&has_points));
    let decisions = policy.decide_batch(&columns).expect("columns of the policy");
    assert_eq!(decisions.rows(), ROWS);
    let grave = policy.outcome("grave").and_then(|key| decisions.outcome(key)).expect("a column");
    assert_eq!(
        (grave.valid().len(), grave.bools().map(<[u8]>::len)),
        (ROWS.div_ceil(8), Some(ROWS.div_ceil(8)))
    );
    assert_eq!(grave.valid()[ROWS / 8] >> (ROWS % 8), 0, "no bits behind the last row");
    let (mut decider, mut line) = (policy.decider(), String::new());
    let mut kinds_of_answer = std::collections::BTreeSet::new();
    // Every share holds 65,536 rows.
    for row in (0..ROWS).filter(|row| row % 23 == 0 || row % 1_009 == 7 || (row + 40) % 65_536 < 80) {
        let (units, date) = (units[row], jiff::civil::Date::constant(1970, 1, 1));
        let date = date.checked_add(jiff::Span::new().days(i64::from(days[row]))).expect("a day");
        let mut facts = format!(
            r#"{{"value":"{}{}.{:02}""#,
            if units < 0 { "-" } else { "" },
            units.abs() / 100,
            units.abs() % 100
        );
        facts += &format!(r#","again":{},"found":"{date}""#, mix(row) % 2 == 0);
        if row % 1_013 != 11 {
            facts += &format!(r#","kind":"{}""#, ["c", "a", "b"][kinds[row] as usize]);
        }
        if mix(row) % 7 != 3 {
            facts += &format!(r#","points":{}"#, points[row]);
        }
        facts.push('}');
        line.clear();
        decider.decide_json(&facts).write_json(row as u64, &mut line);
        let decision = decisions.decision(row).expect("a row");
        kinds_of_answer.insert(decision.status());
        assert_eq!(decision.to_json(row as u64), line, "{facts}");
    }
    assert_eq!(kinds_of_answer.len(), 3, "{kinds_of_answer:?}");
}

/// The calendar has ends, and an enum has no more members than it has.
#[test]
fn days_beyond_the_calendar() {
    let text = "policy p enum Kind: a, b  facts found: date  kind: Kind
        outcome due: date, latest  outcome late: bool, any
        rule due when yes then due: found
        rule late when found > 2024-02-29 and kind is not a then late: yes";
    let policy = Policy::from_text("p.assize", text).unwrap_or_else(|error| panic!("{}", error.render()));
    assert!(policy.is_compiled());
    let days = [0, i32::MAX, i32::MIN, 19_783, 2_932_896, 2_932_897, -4_371_587, -4_371_588];
    let keys = [0, 0, 0, 1, 1, 1, -1, 2];
    let mut columns = Columns::new(days.len());
    columns.give(policy.fact("found").expect("a fact"), Values::Dates(&days), None);
    let keys = Values::NarrowMembers { keys: Narrow::I8(&keys), names: &["a", "b"] };
    columns.give(policy.fact("kind").expect("a fact"), keys, None);
    let decisions = policy.decide_batch(&columns).expect("columns of the policy");
    let statuses: Vec<Status> = (0..days.len()).filter_map(|row| decisions.status(row)).collect();
    let (decided, refused) = (Status::Decided, Status::Refused);
    assert_eq!(statuses, [decided, refused, refused, decided, decided, refused, refused, refused]);
    let due = policy.outcome("due").and_then(|key| decisions.outcome(key)).expect("a column");
    let numbers: Vec<i64> = due.numbers().expect("days").to_vec();
    let narrow = due.narrow().expect("days of the calendar have 32 bits");
    assert_eq!((due.number(3), due.number(4), due.number(5)), (Some(19_783), Some(2_932_896), None));
    assert_eq!((0..days.len()).filter_map(|row| narrow.get(row)).collect::<Vec<_>>(), numbers);
}
