//! The compiled program answers what the reference evaluator answers, byte for byte: as JSON in and out, with facts given one
//! by one, and over columns.

use std::ops::Range;

use assize::columns::{Columns, Narrow, Values};
use assize::{Decider, Policy};
use serde_json::{Map, Value as Json};

use super::{Choices, plain_policy, policy, saved};

/// What was held against each other.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    pub(crate) policies: u64,
    pub(crate) compiled: u64,
    /// Of all the language, and not of what compiles whole.
    pub(crate) wide: u64,
    pub(crate) wide_compiled: u64,
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

/// Generated policies, two of three of them such as compile whole, the others with lists, records and all else.
pub(crate) fn policies(seeds: Range<u64>) -> Seen {
    let mut seen = Seen::default();
    for seed in seeds {
        let is_wide = seed % 3 == 2;
        let (least, more) = if is_wide { (80, 40) } else { (200, 250) };
        let choice = bytes(seed, least + (seed % 7) as usize * more);
        let made = if is_wide { policy(&choice) } else { plain_policy(&choice) };
        let text = made.text();
        let Ok(policy) = Policy::from_text("p.assize", &text) else { continue };
        let is_compiled = policy.is_compiled();
        seen.policies += u64::from(!is_wide);
        seen.compiled += u64::from(!is_wide && is_compiled);
        seen.wide += u64::from(is_wide);
        seen.wide_compiled += u64::from(is_wide && is_compiled);
        // Every other one as it is when it was saved.
        let policy = if seed % 2 == 1 { saved::loaded(&policy) } else { policy };
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
        let policy = if seed % 2 == 1 { saved::loaded(&policy) } else { policy };
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

/// The same in fewer bits.
enum Held32 {
    I8(Vec<i8>),
    I16(Vec<i16>),
    I32(Vec<i32>),
    U8(Vec<u8>),
    U16(Vec<u16>),
    U32(Vec<u32>),
}

impl Held32 {
    /// In the first type that holds all; `None` where none does.
    fn new(held: &Held) -> Option<Self> {
        fn all<T: TryFrom<i128>>(numbers: &[i128]) -> Option<Vec<T>> {
            numbers.iter().map(|number| T::try_from(*number).ok()).collect()
        }
        let numbers: Vec<i128> = match held {
            Held::Integers(values) => values.iter().map(|value| i128::from(*value)).collect(),
            Held::Numbers(units) => units.clone(),
            Held::Members(keys, _) => keys.iter().map(|key| i128::from(*key)).collect(),
            Held::Bools(_) | Held::Dates(_) => return None,
        };
        all(&numbers)
            .map(Self::U8)
            .or_else(|| all(&numbers).map(Self::I8))
            .or_else(|| all(&numbers).map(Self::U16))
            .or_else(|| all(&numbers).map(Self::I16))
            .or_else(|| all(&numbers).map(Self::U32))
            .or_else(|| all(&numbers).map(Self::I32))
    }

    fn as_narrow(&self) -> Narrow<'_> {
        match self {
            Self::I8(numbers) => Narrow::I8(numbers),
            Self::I16(numbers) => Narrow::I16(numbers),
            Self::I32(numbers) => Narrow::I32(numbers),
            Self::U8(numbers) => Narrow::U8(numbers),
            Self::U16(numbers) => Narrow::U16(numbers),
            Self::U32(numbers) => Narrow::U32(numbers),
        }
    }
}

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
    // As narrow as they can be in every other policy.
    let is_narrow = shown.len().is_multiple_of(2);
    let narrow: Vec<Option<Held32>> = held
        .iter()
        .map(|(_, held)| held.as_ref().filter(|_| is_narrow).and_then(|(held, _)| Held32::new(held)))
        .collect();
    let mut columns = Columns::new(cases.len());
    for (((name, held), (_, names)), narrow) in held.iter().zip(&texts).zip(&narrow) {
        let (Some((held, valid)), Some(fact)) = (held, policy.fact(name)) else { continue };
        let narrow = narrow.as_ref().map(Held32::as_narrow);
        let values = match (held, narrow) {
            (Held::Bools(bits), _) => Values::Bools(bits),
            (Held::Integers(_), Some(narrow)) => Values::NarrowIntegers(narrow),
            (Held::Integers(values), None) => Values::Integers(values),
            (Held::Numbers(_), Some(units)) => Values::NarrowNumbers { units, scale: SCALE },
            (Held::Numbers(units), None) => Values::WideNumbers { units, scale: SCALE },
            (Held::Dates(days), _) => Values::Dates(days),
            (Held::Members(..), Some(keys)) => Values::NarrowMembers { keys, names },
            (Held::Members(keys, _), None) => Values::Members { keys, names },
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

/// A policy of lists in lists, records and rules over items.
const SITES: &str = r#"policy sites unit EUR, 2 decimals
enum Kind: a, b, c
scale Grade: low < middle < high
enum Act: warn, fix, close
record Scores
  first: integer, 0 to 25
  second: integer or nothing, 0 to 25
  must hold "the first score is even" first in [0, 2, 4, 6, 8, 10, 12, 14, 16, 18, 20, 22, 24]
record Finding
  code: text or nothing
  kind: Kind
  grade: Grade or unknown
  share: number, 0 to 1, up to 3 decimals, default 0.5
  on: date or nothing
  fix_by: date, needed when kind is a
  acts: set of Act, default []
  must hold "what is low is not c" not (grade is low and kind is c)
record Site
  name: text
  area: integer, 1 to 1_000
  value: EUR, 0 or more
  scores: Scores or nothing
  marks: list of integer, 0 to 3, default []
  findings: list of Finding, default []
  seen: list of date or nothing
facts
  firm: text
  sites: list of Site, 1 to 4
  scores: Scores or nothing
  holidays: list of date or unknown
  limit: EUR, 0 or more
  day: date
define open(f: Finding): bool = f.kind is not b and (f.on is nothing or f.on <= day)
define base(s: Site): EUR = s.value * s.area when s.area > 10, otherwise s.value
table weight(of: Kind): (points: integer, factor: number)
  | of | => points | factor |
  | a  | 1         | 0.25   |
  | b  | 2         | 0.5    |
  | c  | 5         | 1.75   |
define worst: Grade = (highest of f.grade for each s in sites for each f in s.findings where open(f)) or else low
define best_scores: Scores or nothing = first of scores when scores exists and scores.first > 4, otherwise nothing
outcome grave: Grade = worst
outcome points: integer = sum of weight(f.kind).points for each s in sites for each f in s.findings
outcome count_open: integer = count s in sites where (any f in s.findings where open(f))
outcome value: EUR, rounded to 0.01 EUR half up
  = sum of base(s) * (sum of weight(f.kind).factor * f.share for each f in s.findings) for each s in sites
outcome all_marked: bool = every s in sites has (any m in s.marks where m >= 2)
outcome latest: date or nothing = latest of f.on for each s in sites for each f in s.findings where f.on exists
outcome areas: list of integer = s.area for each s in sites where s.value > limit
outcome grades: list of Grade = (highest of f.grade for each f in s.findings) or else middle for each s in sites
outcome first_score: integer or nothing = best_scores.first when best_scores exists
outcome closed: bool = day in holidays
outcome taken: set of Act = set of k for each k in Act where (any s in sites where (any f in s.findings where k in f.acts))
outcome fine: EUR, sum, rounded to 0.01 EUR half up
outcome level: Grade, highest, default low
outcome acts: set of Act
outcome due: date or nothing, earliest
outcome bad: bool, any
outcome kind: Kind or nothing, agree, default nothing
rule for_finding
  for each s in sites for each f in s.findings
  when open(f) and f.share > 0.25
  then fine: f.share * s.value, at most 50_000 EUR
       level: f.grade
       acts: f.acts
       due: (f.fix_by when f.kind is a, otherwise day)
rule for_site
  for each s in sites
  when s.area > 500 or s.findings is empty
  then bad: yes
       kind: a
       fine: s.value
rule spared overrides for_site
  when limit > 900 EUR
  then fine: 5 EUR
"#;

/// Cases with lists, some of them malformed or incomplete.
pub(crate) fn sites(cases: u64) -> Seen {
    let policy = Policy::from_text("p.assize", SITES).unwrap_or_else(|error| panic!("{}", error.render()));
    let policy = saved::loaded(&policy);
    let mut seen = Seen { policies: 1, compiled: u64::from(policy.is_compiled()), ..Seen::default() };
    let mut both = Both::new(&policy, "sites".to_owned());
    for seed in 0..cases {
        let choice = bytes(seed + 5_000, 2_000);
        let case = site_case(&mut Choices::new(&choice));
        both.decide(&case, &mut seen);
    }
    both.by_columns();
    seen
}

fn site_case(choices: &mut Choices<'_>) -> Json {
    fn maybe(choices: &mut Choices<'_>, often: u16, fields: &mut Map<String, Json>, key: &str, value: Json) {
        if choices.chance(often) {
            fields.insert(key.to_owned(), value);
        }
    }
    fn date(choices: &mut Choices<'_>) -> Json {
        format!("2024-0{}-1{}", 1 + choices.below(9), choices.below(10)).into()
    }
    fn scores(choices: &mut Choices<'_>) -> Json {
        let mut fields = Map::new();
        // Odd ones are refused.
        let first = choices.below(12) * 2 + usize::from(choices.chance(4));
        maybe(choices, 252, &mut fields, "first", first.into());
        let second = choices.below(26);
        maybe(choices, 128, &mut fields, "second", second.into());
        fields.into()
    }
    fn finding(choices: &mut Choices<'_>) -> Json {
        let mut fields = Map::new();
        maybe(choices, 100, &mut fields, "code", "6-501.12 \u{7b2c}".into());
        let kind = ["a", "b", "c"][choices.below(3)];
        maybe(choices, 254, &mut fields, "kind", kind.into());
        let grade = ["middle", "high", "low"][choices.below(if kind == "c" { 2 } else { 3 })];
        maybe(choices, 250, &mut fields, "grade", grade.into());
        let share = format!("0.{:03}", choices.below(1_000));
        maybe(choices, 200, &mut fields, "share", share.into());
        for key in ["on", "fix_by"] {
            let day = date(choices);
            maybe(choices, if key == "on" { 128 } else { 252 }, &mut fields, key, day);
        }
        let acts = ["warn", "fix", "close"].into_iter().filter(|_| choices.chance(90)).collect::<Vec<_>>();
        maybe(choices, 128, &mut fields, "acts", acts.into());
        fields.into()
    }
    fn some(choices: &mut Choices<'_>, most: usize, mut item: impl FnMut(&mut Choices<'_>) -> Json) -> Json {
        let count = choices.below(most + 1);
        (0..count).map(|_| item(choices)).collect::<Vec<_>>().into()
    }
    fn site(choices: &mut Choices<'_>) -> Json {
        let mut fields = Map::new();
        fields.insert("name".to_owned(), "here".into());
        fields.insert("area".to_owned(), (1 + choices.below(1_000)).into());
        fields.insert(
            "value".to_owned(),
            format!("{}.{:02}", choices.below(30_000), choices.below(100)).into(),
        );
        let scores = scores(choices);
        maybe(choices, 128, &mut fields, "scores", scores);
        let marks = some(choices, 3, |choices| choices.below(4).into());
        maybe(choices, 200, &mut fields, "marks", marks);
        let findings = some(choices, 4, finding);
        maybe(choices, 220, &mut fields, "findings", findings);
        let seen = some(choices, 2, date);
        maybe(choices, 128, &mut fields, "seen", seen);
        fields.into()
    }
    let mut fields = Map::new();
    fields.insert("firm".to_owned(), "F".into());
    let sites = some(choices, 3, site);
    maybe(choices, 254, &mut fields, "sites", sites);
    let scores = scores(choices);
    maybe(choices, 128, &mut fields, "scores", scores);
    let holidays = some(choices, 3, date);
    maybe(choices, 230, &mut fields, "holidays", holidays);
    fields.insert("limit".to_owned(), choices.below(1_000).into());
    fields.insert("day".to_owned(), date(choices));
    fields.into()
}
