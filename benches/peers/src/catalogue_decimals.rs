//! Policy B by hand, in decimals: a hash table of categories and stages, in each entry the rules by their lower rate.

#![allow(clippy::disallowed_types, reason = "by hand one takes a hash table, and its order reaches nothing")]

use std::collections::HashMap;

use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::catalogue::{Catalogue, Category, Facts, Outcomes, Rule, name};
use crate::engine::{Agreement, Engine};
use crate::line;
use crate::quality::Stage;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub category: Category,
    pub stage: Stage,
    #[serde(with = "rust_decimal::serde::str")]
    pub defect_rate: Decimal,
    #[serde(with = "rust_decimal::serde::str")]
    pub goods_value: Decimal,
}

impl Case {
    pub fn new(facts: &Facts) -> Self {
        Self {
            category: facts.category,
            stage: facts.stage,
            defect_rate: Decimal::new(facts.defect_rate.into(), 4),
            goods_value: Decimal::new(facts.goods_value, 2),
        }
    }
}

#[derive(Serialize, Deserialize)]
pub struct Measures {
    pub credit: i64,
    #[serde(with = "rust_decimal::serde::str")]
    pub multiplier: Decimal,
}

impl Measures {
    pub fn outcomes(&self) -> Outcomes {
        let mut multiplier = self.multiplier;
        multiplier.rescale(1);
        Outcomes { multiplier: multiplier.mantissa() as i64, credit: self.credit }
    }
}

struct Entry {
    rate: (Decimal, Decimal),
    value: (Decimal, Decimal),
    multiplier: Decimal,
    credit: i64,
    rule: u32,
}

pub struct Decimals {
    index: HashMap<(Category, Stage), Vec<Entry>>,
    /// Of the last decision: who decides case after case brings no new list.
    fired: Vec<u32>,
}

impl Decimals {
    pub fn new(rules: &[Rule]) -> Self {
        let mut index: HashMap<_, Vec<Entry>> = HashMap::new();
        for (number, rule) in rules.iter().enumerate() {
            index.entry((rule.category, rule.stage)).or_default().push(Entry {
                rate: (Decimal::new(rule.rate.0.into(), 2), Decimal::new(rule.rate.1.into(), 2)),
                value: (Decimal::from(rule.value.0), Decimal::from(rule.value.1)),
                multiplier: Decimal::new(rule.multiplier, 1).normalize(),
                credit: rule.credit,
                rule: number as u32,
            });
        }
        for entries in index.values_mut() {
            entries.sort_by_key(|entry| entry.rate.0);
            entries.shrink_to_fit();
        }
        Self { index, fired: Vec::new() }
    }

    fn evaluate(&mut self, case: &Case) -> Measures {
        self.fired.clear();
        let mut measures = Measures { credit: 0, multiplier: Decimal::ZERO };
        let entries = self.index.get(&(case.category, case.stage)).map_or(&[][..], Vec::as_slice);
        let reached = entries.partition_point(|entry| entry.rate.0 <= case.defect_rate);
        for entry in &entries[..reached] {
            let applies = case.defect_rate < entry.rate.1
                && case.goods_value >= entry.value.0
                && case.goods_value < entry.value.1;
            if applies {
                measures.multiplier = measures.multiplier.max(entry.multiplier);
                measures.credit += entry.credit;
                self.fired.push(entry.rule);
            }
        }
        self.fired.sort_unstable();
        measures
    }
}

#[derive(Serialize)]
struct Fired {
    rule: String,
}

impl Engine<Catalogue> for Decimals {
    type Case = Case;
    type Answer = Measures;

    const NAME: &'static str = "limit1";
    const AGREEMENT: Agreement = Agreement::Bytes;

    fn case(&self, facts: &Facts) -> Case {
        Case::new(facts)
    }

    fn decide(&mut self, case: &Case) -> Measures {
        self.evaluate(case)
    }

    fn decide_json(&mut self, text: &str) -> String {
        let case = serde_json::from_str(text).expect("a case");
        let measures = self.evaluate(&case);
        let fired: Vec<Fired> = self.fired.iter().map(|rule| Fired { rule: name(*rule) }).collect();
        line::write(&measures, fired, &[])
    }

    fn outcomes(&self, answer: Measures, _: &Outcomes) -> Outcomes {
        answer.outcomes()
    }
}
