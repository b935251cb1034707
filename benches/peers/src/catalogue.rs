//! Policy B: N generated rules, each on a category, a stage, a range of rates and a range of values.

use std::fmt::Write;

use serde::de::{Deserializer, Error, Unexpected, Visitor};
use serde::{Deserialize, Serialize, Serializer};
use serde_json::Value;

use crate::engine::Domain;
use crate::quality::{Stage, rate};
use crate::random::Random;

pub const CATEGORIES: usize = 200;

/// On the wire `c000` to `c199`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Category(pub u8);

impl Category {
    pub fn name(self) -> String {
        format!("c{:03}", self.0)
    }
}

impl Serialize for Category {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("c{:03}", self.0))
    }
}

impl<'de> Deserialize<'de> for Category {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Name;

        impl Visitor<'_> for Name {
            type Value = Category;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a category, c000 to c199")
            }

            fn visit_str<E: Error>(self, text: &str) -> Result<Category, E> {
                text.strip_prefix('c')
                    .filter(|digits| digits.len() == 3)
                    .and_then(|digits| digits.parse().ok())
                    .filter(|number| usize::from(*number) < CATEGORIES)
                    .map(Category)
                    .ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
            }
        }

        deserializer.deserialize_str(Name)
    }
}

/// Applies where the facts lie in both ranges, their upper ends excluded.
pub struct Rule {
    pub category: Category,
    pub stage: Stage,
    /// In percent.
    pub rate: (u32, u32),
    /// In CNY.
    pub value: (i64, i64),
    /// In tenths.
    pub multiplier: i64,
    pub credit: i64,
}

#[derive(Clone, Debug)]
pub struct Facts {
    pub category: Category,
    pub stage: Stage,
    /// In 1/10_000.
    pub defect_rate: u32,
    /// In cents.
    pub goods_value: i64,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcomes {
    /// In tenths.
    pub multiplier: i64,
    pub credit: i64,
}

pub struct Catalogue;

impl Domain for Catalogue {
    type Facts = Facts;
    type Outcomes = Outcomes;

    fn text(facts: &Facts) -> String {
        format!(
            r#"{{"category":"{}","stage":"{}","defect_rate":"{}","goods_value":"{}.{:02}"}}"#,
            facts.category.name(),
            facts.stage.name(),
            rate(facts.defect_rate),
            facts.goods_value / 100,
            facts.goods_value % 100,
        )
    }

    fn outcomes(json: &Value) -> Option<Outcomes> {
        let multiplier: f64 = json["multiplier"].as_str()?.parse().ok()?;
        Some(Outcomes { multiplier: (multiplier * 10.0).round() as i64, credit: json["credit"].as_i64()? })
    }

    fn cents_apart(one: &Outcomes, other: &Outcomes) -> Option<u64> {
        (one == other).then_some(0)
    }
}

pub fn rules(count: usize) -> Vec<Rule> {
    let mut random = Random::new(count as u64);
    (0..count)
        .map(|_| {
            let rate = random.below(80) as u32;
            let value = random.magnitude(6) as i64;
            Rule {
                category: Category(random.below(CATEGORIES as u64) as u8),
                stage: random.pick(&Stage::ALL),
                rate: (rate, rate + 1 + random.below(30) as u32),
                value: (value, value + 1 + random.magnitude(7) as i64),
                multiplier: 1 + random.below(50) as i64,
                credit: 1 + random.below(12) as i64,
            }
        })
        .collect()
}

/// Half of the cases lie in or beside the ranges of some rule, the others anywhere.
pub fn cases(rules: &[Rule], count: usize) -> Vec<Facts> {
    let mut random = Random::new(1 + rules.len() as u64);
    (0..count)
        .map(|_| {
            if random.chance(50) {
                return Facts {
                    category: Category(random.below(CATEGORIES as u64) as u8),
                    stage: random.pick(&Stage::ALL),
                    defect_rate: random.below(10_001) as u32,
                    goods_value: random.magnitude(10) as i64,
                };
            }
            let rule = &rules[random.below(rules.len() as u64) as usize];
            let rates = u64::from(rule.rate.1 - rule.rate.0) * 110;
            let values = (rule.value.1 - rule.value.0) as u64 * 110;
            Facts {
                category: rule.category,
                stage: rule.stage,
                defect_rate: (rule.rate.0 * 100 + random.below(rates) as u32).min(10_000),
                goods_value: rule.value.0 * 100 + random.below(values) as i64,
            }
        })
        .collect()
}

/// Rules by name in the order of their numbers.
pub fn name(rule: u32) -> String {
    format!("r{rule:05}")
}

pub fn tenths(number: i64) -> String {
    match number % 10 {
        0 => format!("{}", number / 10),
        rest => format!("{}.{rest}", number / 10),
    }
}

/// The policy in the language of assize.
pub fn text(rules: &[Rule]) -> String {
    let categories: Vec<String> = (0..CATEGORIES).map(|number| Category(number as u8).name()).collect();
    let mut text = format!(
        "policy catalogue

unit CNY, 2 decimals
enum Category: {}
enum Stage: {}

facts
  category: Category
  stage: Stage
  defect_rate: number, 0% to 100%, up to 4 decimals
  goods_value: CNY, 0 CNY to 1_000_000_000 CNY, up to 2 decimals

outcome multiplier: number, highest, default 0
outcome credit: integer, sum
",
        categories.join(", "),
        Stage::NAMES.join(", "),
    );
    for (number, rule) in rules.iter().enumerate() {
        let Rule { category, stage, rate, value, multiplier, credit } = rule;
        write!(
            text,
            "
rule {}
  when category is {} and stage is {} and defect_rate >= {}% and defect_rate < {}%
    and goods_value >= {} CNY and goods_value < {} CNY
  then multiplier: {}
       credit: {credit}
",
            name(number as u32),
            category.name(),
            stage.name(),
            rate.0,
            rate.1,
            value.0,
            value.1,
            tenths(*multiplier),
        )
        .expect("writing into memory");
    }
    text
}
