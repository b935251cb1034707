//! Policy A, `benches/policies/quality.assize`: its facts, its outcomes, and cases in which every rule fires and rests.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::engine::Domain;
use crate::random::Random;

pub const POLICY: &str = include_str!("../../policies/quality.assize");

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Act {
    None,
    Paperwork,
    Labelling,
    BelowDeclared,
    BelowCompulsory,
    Counterfeit,
    IllegalAdditive,
}

impl Act {
    pub const NAMES: [&str; 7] = [
        "none",
        "paperwork",
        "labelling",
        "below_declared",
        "below_compulsory",
        "counterfeit",
        "illegal_additive",
    ];

    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Stage {
    BeforeMarket,
    Market,
    Recall,
}

impl Stage {
    pub const ALL: [Self; 3] = [Self::BeforeMarket, Self::Market, Self::Recall];
    pub const NAMES: [&str; 3] = ["before_market", "market", "recall"];

    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Severity {
    None,
    General,
    Minor,
    Serious,
    Grave,
}

impl Severity {
    pub const ALL: [Self; 5] = [Self::None, Self::General, Self::Minor, Self::Serious, Self::Grave];
    pub const NAMES: [&str; 5] = ["none", "general", "minor", "serious", "grave"];

    pub fn name(self) -> &'static str {
        Self::NAMES[self as usize]
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::NAMES.iter().position(|known| *known == name).map(|index| Self::ALL[index])
    }
}

/// A case in whole numbers, from which every engine makes what it takes.
#[derive(Clone, Debug)]
pub struct Facts {
    pub act: Act,
    pub stage: Stage,
    pub declared_standard: bool,
    pub keeps_declared: bool,
    /// In 1/10_000.
    pub defect_rate: u32,
    /// In cents.
    pub goods_value: i64,
    pub units_sold: u32,
    pub injured: u32,
    pub deaths: u32,
    pub prior_violations: u32,
    pub cooperates: bool,
    pub rectified: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcomes {
    pub severity: Severity,
    /// In cents.
    pub fine: i64,
    pub credit_points: i64,
    pub exposure_days: i64,
    pub court: bool,
    pub ban: bool,
    pub service: bool,
    pub promotion: bool,
}

impl Outcomes {
    /// Reads what an engine wrote as JSON: the fine is text of two decimals, or a number.
    pub fn from_json(outcomes: &Value) -> Option<Self> {
        let flag = |name: &str| outcomes[name].as_bool();
        Some(Self {
            severity: Severity::named(outcomes["severity"].as_str()?)?,
            fine: cents(&outcomes["fine"])?,
            credit_points: whole(&outcomes["credit_points"])?,
            exposure_days: whole(&outcomes["exposure_days"])?,
            court: flag("court")?,
            ban: flag("ban")?,
            service: flag("service")?,
            promotion: flag("promotion")?,
        })
    }
}

fn cents(value: &Value) -> Option<i64> {
    let float = match value {
        Value::String(text) => text.parse().ok()?,
        other => other.as_f64()?,
    };
    Some((float * 100.0).round() as i64)
}

/// Engines that know floats only write whole numbers as `10.0`.
fn whole(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_f64().filter(|float| float.fract() == 0.0).map(|float| float as i64))
}

pub struct Quality;

impl Domain for Quality {
    type Facts = Facts;
    type Outcomes = Outcomes;

    fn text(facts: &Facts) -> String {
        json(facts, "\"")
    }

    fn outcomes(json: &Value) -> Option<Outcomes> {
        Outcomes::from_json(json)
    }

    fn cents_apart(one: &Outcomes, other: &Outcomes) -> Option<u64> {
        let same_fine = Outcomes { fine: other.fine, ..one.clone() };
        (same_fine == *other).then(|| one.fine.abs_diff(other.fine))
    }
}

/// A case as JSON with amounts as JSON numbers, for engines that take them so.
pub fn text_of_numbers(facts: &Facts) -> String {
    json(facts, "")
}

fn json(facts: &Facts, quote: &str) -> String {
    format!(
        concat!(
            r#"{{"act":"{}","stage":"{}","declared_standard":{},"keeps_declared":{},"defect_rate":{quote}{}{quote},"#,
            r#""goods_value":{quote}{}.{:02}{quote},"units_sold":{},"injured":{},"deaths":{},"prior_violations":{},"#,
            r#""cooperates":{},"rectified":{}}}"#
        ),
        facts.act.name(),
        facts.stage.name(),
        facts.declared_standard,
        facts.keeps_declared,
        rate(facts.defect_rate),
        facts.goods_value / 100,
        facts.goods_value % 100,
        facts.units_sold,
        facts.injured,
        facts.deaths,
        facts.prior_violations,
        facts.cooperates,
        facts.rectified,
        quote = quote,
    )
}

pub fn rate(of_10_000: u32) -> String {
    format!("{}.{:04}", of_10_000 / 10_000, of_10_000 % 10_000)
}

/// Cases without end, always the same.
pub fn cases() -> impl Iterator<Item = Facts> {
    let mut random = Random::new(20_181_130);
    std::iter::from_fn(move || Some(case(&mut random)))
}

fn case(random: &mut Random) -> Facts {
    let act = random.pick(&[
        Act::None,
        Act::None,
        Act::Paperwork,
        Act::Labelling,
        Act::Labelling,
        Act::BelowDeclared,
        Act::BelowDeclared,
        Act::BelowCompulsory,
        Act::BelowCompulsory,
        Act::Counterfeit,
        Act::IllegalAdditive,
    ]);
    let stage = random.pick(&[Stage::BeforeMarket, Stage::Market, Stage::Market, Stage::Recall]);
    let defect_rate = match random.below(10) {
        0 => random.pick(&[0, 500, 2_000, 10_000]),
        1 => random.below(10_001) as u32,
        _ => random.below(2_500) as u32,
    };
    let goods_value = match random.below(20) {
        0 => random.pick(&[0, 15_000_000, 14_999_999, 100_000_000_000]),
        _ => random.magnitude(11) as i64,
    };
    let injured = match random.below(10) {
        0 => 1 + random.below(9) as u32,
        1 => random.below(40) as u32,
        _ => 0,
    };
    let deaths = if random.chance(4) { 1 + random.below(5) as u32 } else { 0 };
    let prior_violations = if random.chance(60) { 0 } else { random.below(8) as u32 };
    Facts {
        act,
        stage,
        declared_standard: random.chance(50),
        keeps_declared: random.chance(70),
        defect_rate,
        goods_value,
        units_sold: random.magnitude(7) as u32,
        injured,
        deaths,
        prior_violations,
        cooperates: random.chance(50),
        rectified: random.chance(40),
    }
}
