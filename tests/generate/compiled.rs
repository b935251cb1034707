//! The compiled program answers what the reference evaluator answers, byte for byte: as JSON in and out, with facts given one
//! by one, and over columns.

use std::ops::Range;

use assize::columns::{Columns, Values};
use assize::{Decider, Policy};
use serde_json::{Map, Value as Json};

use super::{Choices, plain_policy, policy};

/// What was held against each other.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) policies: u64,
    pub(crate) compiled: u64,
    /// Cases, each decided in both ways.
    pub(crate) pairs: u64,
    /// Cases of compiled policies that were decided, and how many of them by the program.
    pub(crate) decided: u64,
    pub(crate) by_program: u64,
    /// Rules that fired.
    pub(crate) fired: u64,
}

/// Cases for each policy, and as many again that know more.
const CASES: usize = 20;

/// Bytes that a seed stands for (Marsaglia's xorshift).
fn bytes(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        })
        .collect()
}

/// Generated policies, seven of eight of them such as compile whole.
pub(crate) fn policies(seeds: Range<u64>) -> Seen {
    let mut seen = Seen::default();
    for seed in seeds {
        let choice = bytes(seed, 200 + (seed % 7) as usize * 250);
        let made = if seed % 8 == 7 { policy(&choice) } else { plain_policy(&choice) };
        let text = made.text();
        let Ok(policy) = Policy::from_text("p.assize", &text) else { continue };
        seen.policies += u64::from(seed % 8 != 7);
        seen.compiled += u64::from(policy.is_compiled());
        let mut both = Both::new(&policy, format!("seed {seed}\n{text}"));
        let choice = bytes(seed + 1_000_000, 3_000);
        let mut choices = Choices::new(&choice);
        for _ in 0..CASES {
            let case = made.case(&mut choices);
            both.decide(&case.value, &mut seen);
            both.decide(&made.completed(&case, &mut choices).value, &mut seen);
        }
        both.by_columns();
    }
    seen
}

/// Policies of many rules.
pub(crate) fn catalogues(seeds: Range<u64>) -> Seen {
    let mut seen = Seen::default();
    for seed in seeds {
        let choice = bytes(seed + 77, 40_000);
        let mut choices = Choices::new(&choice);
        let text = catalogue(&mut choices, 100 + (seed as usize % 5) * 100);
        let Ok(policy) = Policy::from_text("p.assize", &text) else { continue };
        seen.policies += 1;
        seen.compiled += u64::from(policy.is_compiled());
        let mut both = Both::new(&policy, format!("seed {seed}\n{text}"));
        for _ in 0..2 * CASES {
            let mut facts = serde_json::json!({
                "kind": (["a", "b", "c", "d", "e", "f"][choices.below(6)]),
                "grade": (["low", "middle", "high"][choices.below(3)]),
                "risky": choices.chance(128),
                "rate": format!("0.{:02}{}", choices.below(100), choices.below(10)),
                "value": format!("{}.{}", choices.below(250) * 4_000, choices.below(100)),
            });
            if choices.chance(200) {
                facts["count"] = choices.below(8).into();
            }
            if choices.chance(200) {
                facts["late"] = choices.below(6).into();
            }
            both.decide(&facts, &mut seen);
        }
        both.by_columns();
    }
    seen
}

/// A policy in both ways, and its cases so far.
struct Both<'p> {
    policy: &'p Policy,
    reference: Policy,
    decider: Decider,
    cases: Vec<Map<String, Json>>,
    shown: String,
}

impl<'p> Both<'p> {
    fn new(policy: &'p Policy, shown: String) -> Self {
        let (reference, decider) = (policy.reference(), policy.decider());
        Self { policy, reference, decider, cases: Vec::new(), shown }
    }

    fn decide(&mut self, case: &Json, seen: &mut Seen) {
        let facts = case.to_string();
        let shown = &self.shown;
        let decision = self.reference.decide_json(&facts);
        let slow = decision.to_json(seen.pairs);
        assert_eq!(self.policy.decide_json(&facts).to_json(seen.pairs), slow, "{shown}\n--- {facts}");
        let answer = self.decider.decide_json(&facts);
        let mut fast = String::new();
        answer.write_json(seen.pairs, &mut fast);
        assert_eq!(fast, slow, "{shown}\n--- {facts}");
        assert_eq!(answer.decision().to_json(seen.pairs), slow, "{shown}\n--- {facts}");
        seen.decided += u64::from(answer.is_decided() && self.policy.is_compiled());
        seen.by_program += u64::from(!answer.is_by_reference());
        seen.fired += decision.fired().len() as u64;
        given(self.policy, &mut self.decider, case, &decision.to_json(0));
        seen.pairs += 1;
        self.cases.extend(case.as_object().cloned());
    }

    fn by_columns(self) {
        by_columns(self.policy, self.cases, &self.shown);
    }
}

/// Facts given one by one mean what they mean as JSON.
fn given(policy: &Policy, decider: &mut Decider, case: &Json, expected: &str) {
    decider.clear();
    for (name, value) in case.as_object().into_iter().flatten() {
        let Some(fact) = policy.fact(name) else { return };
        match value {
            Json::Bool(value) => decider.give_bool(fact, *value),
            Json::Number(number) if number.as_i64().is_some() => {
                decider.give_integer(fact, number.as_i64().unwrap_or(0));
            }
            Json::String(text) => match (policy.member(fact, text), millionths(text)) {
                (Some(member), _) => decider.give_member(member),
                (None, Some(units)) if i64::try_from(units).is_ok() => {
                    decider.give_number(fact, units as i64, SCALE);
                }
                (None, _) => decider.give_json(fact, &value.to_string()),
            },
            _ => decider.give_json(fact, &value.to_string()),
        }
    }
    let mut line = String::new();
    decider.decide().write_json(0, &mut line);
    assert_eq!(line, expected, "{case}");
}

/// The values of one fact in some cases, in the layout of columns.
enum Held {
    Bools(Vec<u8>),
    Integers(Vec<i64>),
    Numbers(Vec<i128>),
    Dates(Vec<i32>),
    Members(Vec<u32>, Vec<String>),
}

const SCALE: u32 = 6;

/// A decimal text in millionths.
fn millionths(text: &str) -> Option<i128> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || places.len() > SCALE as usize || !all_digits(whole) || !all_digits(places) {
        return None;
    }
    let units = format!("{whole}{places:0<6}").parse::<i128>().ok()?;
    Some(if negative { -units } else { units })
}

/// Days since 1970-01-01 of a date written `YYYY-MM-DD` (Hinnant, days from civil).
fn day(text: &str) -> Option<i32> {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else { return None };
    if (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return None;
    }
    let (year, month, day): (i32, i32, i32) = (year.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    let is_leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let longest = match month {
        2 => 28 + i32::from(is_leap),
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => return None,
    };
    if !(1..=longest).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

/// Takes a fact out of all cases as a column, of the type of the first case that has it. What is of another type is no
/// longer given. `None` for a type that no column has: then no case gives the fact.
fn column(cases: &mut [Map<String, Json>], fact: &str) -> Option<(Held, Vec<u8>)> {
    let first = cases.iter().find_map(|case| case.get(fact).filter(|value| !value.is_null())).cloned();
    let mut valid = vec![0_u8; cases.len().div_ceil(8)];
    let mut names: Vec<String> = Vec::new();
    let kind = first.as_ref().and_then(|first| match first {
        Json::Bool(_) => Some(Held::Bools(vec![0; cases.len().div_ceil(8)])),
        Json::Number(number) => number.as_i64().map(|_| Held::Integers(Vec::new())),
        Json::String(text) if day(text).is_some() => Some(Held::Dates(Vec::new())),
        // Members may be named by digits, too.
        Json::String(text) if millionths(text).is_some() && text.contains('.') => {
            Some(Held::Numbers(Vec::new()))
        }
        Json::String(_) => Some(Held::Members(Vec::new(), Vec::new())),
        _ => None,
    });
    let Some(mut held) = kind else {
        cases.iter_mut().for_each(|case| drop(case.remove(fact)));
        return None;
    };
    for (row, case) in cases.iter_mut().enumerate() {
        let value = case.get(fact);
        let taken = match (&mut held, value) {
            (Held::Bools(bits), Some(Json::Bool(value))) => {
                bits[row / 8] |= u8::from(*value) << (row % 8);
                true
            }
            (Held::Integers(all), Some(Json::Number(number))) if number.as_i64().is_some() => {
                all.push(number.as_i64().unwrap_or(0));
                true
            }
            (Held::Numbers(all), Some(Json::String(text))) if millionths(text).is_some() => {
                all.push(millionths(text).unwrap_or(0));
                true
            }
            (Held::Dates(all), Some(Json::String(text))) if day(text).is_some() => {
                all.push(day(text).unwrap_or(0));
                true
            }
            (Held::Members(keys, _), Some(Json::String(text))) => {
                let known = names.iter().position(|name| name == text);
                keys.push(known.unwrap_or(names.len()) as u32);
                if known.is_none() {
                    names.push(text.clone());
                }
                true
            }
            _ => false,
        };
        if taken {
            valid[row / 8] |= 1 << (row % 8);
        } else {
            case.remove(fact);
            match &mut held {
                Held::Bools(_) => {}
                Held::Integers(all) => all.push(7),
                Held::Numbers(all) => all.push(7),
                Held::Dates(all) => all.push(7),
                Held::Members(keys, _) => keys.push(77),
            }
        }
    }
    if let Held::Members(_, all) = &mut held {
        *all = names;
    }
    Some((held, valid))
}

/// The cases as columns are decided as each is alone.
fn by_columns(policy: &Policy, mut cases: Vec<Map<String, Json>>, shown: &str) {
    let names: Vec<String> = policy.fact_names().map(str::to_owned).collect();
    cases.iter_mut().for_each(|case| case.retain(|name, _| names.contains(name)));
    let held: Vec<_> = names.iter().map(|name| (name, column(&mut cases, name))).collect();
    let texts: Vec<(&String, Vec<&str>)> = held
        .iter()
        .map(|(name, held)| match held {
            Some((Held::Members(_, names), _)) => (*name, names.iter().map(String::as_str).collect()),
            _ => (*name, Vec::new()),
        })
        .collect();
    let mut columns = Columns::new(cases.len());
    for ((name, held), (_, names)) in held.iter().zip(&texts) {
        let (Some((held, valid)), Some(fact)) = (held, policy.fact(name)) else { continue };
        let values = match held {
            Held::Bools(bits) => Values::Bools(bits),
            Held::Integers(values) => Values::Integers(values),
            Held::Numbers(units) => Values::WideNumbers { units, scale: SCALE },
            Held::Dates(days) => Values::Dates(days),
            Held::Members(keys, _) => Values::Members { keys, names },
        };
        columns.give(fact, values, Some(valid));
    }
    let decisions = policy.decide_batch(&columns).expect("columns of the policy");
    let reference = policy.reference();
    for (row, case) in cases.into_iter().enumerate() {
        let facts = Json::Object(case).to_string();
        let fast = decisions.decision(row).expect("a row").to_json(0);
        assert_eq!(fast, reference.decide_json(&facts).to_json(0), "{shown}\n--- {facts}");
        assert_eq!(decisions.status(row), Some(reference.decide_json(&facts).status()));
    }
}

/// A policy of many rules of some shapes, and cases for it: what an index over rules is made of.
fn catalogue(choices: &mut Choices<'_>, rules: usize) -> String {
    let mut text = String::from(
        "policy catalogue unit CNY, 2 decimals enum Kind: a, b, c, d, e, f scale Grade: low < middle < high\n\
         enum Act: none, some, all\n\
         facts kind: Kind grade: Grade risky: bool rate: number, 0% to 100%, up to 4 decimals\n\
         value: CNY, 0 CNY to 1_000_000 CNY, up to 2 decimals count: integer, 0 to 50, default 3 late: integer or unknown\n\
         outcome factor: number, highest, default 0 outcome points: integer, sum outcome fine: CNY, sum, rounded to 0.01 CNY half up\n\
         outcome floor: number, lowest outcome bad: bool, any outcome acts: set of Act\n\
         outcome grave: Grade, highest, default low\n",
    );
    for rule in 0..rules {
        let mut tests = Vec::new();
        let kinds = ["a", "b", "c", "d", "e", "f"];
        match choices.below(5) {
            0 => {
                tests.push(format!("kind in [{}, {}]", kinds[choices.below(3)], kinds[3 + choices.below(3)]))
            }
            1 => tests.push(format!("kind is not {}", kinds[choices.below(6)])),
            2 => {}
            _ => tests.push(format!("kind is {}", kinds[choices.below(6)])),
        }
        match choices.below(4) {
            0 => tests.push(format!("grade >= {}", ["low", "middle", "high"][choices.below(3)])),
            1 => tests.push("risky".to_owned()),
            2 => tests.push("not risky".to_owned()),
            _ => {}
        }
        let from = choices.below(90);
        match choices.below(4) {
            0 => tests.push(format!("rate >= {from}%")),
            1 => tests.push(format!("rate < {}.5%", from + 5)),
            _ => {
                tests.push(format!("rate >= {from}%"));
                tests.push(format!("rate < {}%", from + 1 + choices.below(20)));
            }
        }
        if choices.chance(128) {
            let from = choices.below(200) * 5_000;
            tests.push(format!("value > {from} CNY"));
            tests.push(format!("value <= {} CNY", from + 100_000));
        }
        match choices.below(12) {
            0 => tests.push("(count > 3 or risky)".to_owned()),
            1 => tests.push("late exists and late > 2".to_owned()),
            2 | 3 => tests.push(format!("count is {}", choices.below(6))),
            4 => tests.push("points > 2".to_owned()),
            _ => {}
        }
        let reads_points = tests.iter().any(|test| test.starts_with("points"));
        let then = match choices.below(if reads_points { 4 } else { 8 }) {
            0 => format!("factor: {}.{}", choices.below(4), choices.below(100)),
            1 => "grave: high".to_owned(),
            2 => format!("floor: {}.5", choices.below(9)),
            3 => "bad: yes\n  acts: some".to_owned(),
            4 => format!("points: {}\n  fine: {} CNY", choices.below(9), choices.below(500)),
            5 => "points: 1\n  fine: 1% * value".to_owned(),
            _ => format!("points: {}\n  factor: {}.5", choices.below(9), choices.below(3)),
        };
        let overrides = if rule > 0 && choices.chance(6) { "overrides r0\n  " } else { "" };
        text.push_str(&format!("rule r{rule}\n  {overrides}when {}\n  then {then}\n", tests.join(" and ")));
    }
    text
}
