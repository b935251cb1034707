//! Policy B by hand, in scaled integers: a table of all categories and stages, in each field the rules by their lower rate.

use serde::Deserialize;

use crate::catalogue::{CATEGORIES, Catalogue, Category, Facts, Outcomes, Rule};
use crate::engine::{Agreement, Engine};
use crate::numbers::scaled;
use crate::quality::Stage;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    category: Category,
    stage: Stage,
    #[serde(deserialize_with = "scaled::<4, _>")]
    defect_rate: i64,
    #[serde(deserialize_with = "scaled::<2, _>")]
    goods_value: i64,
}

struct Entry {
    /// In 1/10_000.
    rate: (i64, i64),
    /// In cents.
    value: (i64, i64),
    multiplier: i64,
    credit: i64,
    rule: u32,
}

pub struct Integers {
    fields: Vec<Box<[Entry]>>,
    /// Of the last decision: who decides case after case brings no new list.
    fired: Vec<u32>,
}

fn field(category: Category, stage: Stage) -> usize {
    usize::from(category.0) * Stage::ALL.len() + stage as usize
}

impl Integers {
    pub fn new(rules: &[Rule]) -> Self {
        let mut fields: Vec<Vec<Entry>> = Vec::new();
        fields.resize_with(CATEGORIES * Stage::ALL.len(), Vec::new);
        for (number, rule) in rules.iter().enumerate() {
            fields[field(rule.category, rule.stage)].push(Entry {
                rate: (i64::from(rule.rate.0) * 100, i64::from(rule.rate.1) * 100),
                value: (rule.value.0 * 100, rule.value.1 * 100),
                multiplier: rule.multiplier,
                credit: rule.credit,
                rule: number as u32,
            });
        }
        for entries in &mut fields {
            entries.sort_by_key(|entry| entry.rate.0);
        }
        Self { fields: fields.into_iter().map(Vec::into_boxed_slice).collect(), fired: Vec::new() }
    }

    fn evaluate(&mut self, case: &Case) -> Outcomes {
        self.fired.clear();
        let mut outcomes = Outcomes { multiplier: 0, credit: 0 };
        let entries = &self.fields[field(case.category, case.stage)];
        let reached = entries.partition_point(|entry| entry.rate.0 <= case.defect_rate);
        for entry in &entries[..reached] {
            // One jump for all three tests: each by itself is hard to foresee.
            let applies = (case.defect_rate < entry.rate.1)
                & (case.goods_value >= entry.value.0)
                & (case.goods_value < entry.value.1);
            if applies {
                outcomes.multiplier = outcomes.multiplier.max(entry.multiplier);
                outcomes.credit += entry.credit;
                self.fired.push(entry.rule);
            }
        }
        self.fired.sort_unstable();
        outcomes
    }

    fn write(&self, outcomes: &Outcomes) -> String {
        let mut number = itoa::Buffer::new();
        let mut text = String::with_capacity(256);
        text.push_str(r#"{"case":0,"status":"decided","outcomes":{"credit":"#);
        text.push_str(number.format(outcomes.credit));
        text.push_str(r#","multiplier":""#);
        text.push_str(number.format(outcomes.multiplier / 10));
        if outcomes.multiplier % 10 != 0 {
            text.push('.');
            text.push_str(number.format(outcomes.multiplier % 10));
        }
        text.push_str(r#""},"unsettled":[],"needs":[],"fired":["#);
        let mut comma = "";
        for rule in &self.fired {
            text.push_str(comma);
            text.push_str(r#"{"rule":"r"#);
            let digits = number.format(*rule);
            text.push_str(&"00000"[digits.len()..]);
            text.push_str(digits);
            text.push_str(r#""}"#);
            comma = ",";
        }
        text.push_str(r#"],"overridden":[],"errors":[]}"#);
        text
    }
}

impl Engine<Catalogue> for Integers {
    type Case = Case;
    type Answer = Outcomes;

    const NAME: &'static str = "limit2";
    const AGREEMENT: Agreement = Agreement::Bytes;

    fn case(&self, facts: &Facts) -> Case {
        Case {
            category: facts.category,
            stage: facts.stage,
            defect_rate: facts.defect_rate.into(),
            goods_value: facts.goods_value,
        }
    }

    fn decide(&mut self, case: &Case) -> Outcomes {
        self.evaluate(case)
    }

    fn decide_json(&mut self, text: &str) -> String {
        let case = serde_json::from_str(text).expect("a case");
        let outcomes = self.evaluate(&case);
        self.write(&outcomes)
    }

    fn outcomes(&self, answer: Outcomes, _: &Outcomes) -> Outcomes {
        answer
    }
}
