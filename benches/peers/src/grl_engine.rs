//! rust-rule-engine: rules in GRL that change facts, run until none fires, in floats.

use rust_rule_engine::{Facts as Memory, GRLParser, KnowledgeBase, RustRuleEngine, Value};

use crate::engine::{Agreement, Engine};
use crate::floats::{Case, Measures};
use crate::quality::{Facts, Outcomes, Quality, Severity, text_of_numbers};

pub struct Grl(RustRuleEngine);

impl Grl {
    pub fn load() -> Self {
        let knowledge = KnowledgeBase::new("quality");
        for rule in GRLParser::parse_rules(include_str!("../policies/quality.grl")).expect("rules") {
            knowledge.add_rule(rule).expect("a rule");
        }
        Self(RustRuleEngine::new(knowledge))
    }

    fn evaluate(&mut self, case: &Case) -> Measures {
        let memory = memory(case);
        self.0.reset_no_loop_tracking();
        self.0.execute(&memory).expect("a run");
        let number =
            |name: &str| memory.with_value(name, |value| value.to_number()).flatten().expect("a number");
        let flag = |name: &str| memory.with_value(name, Value::to_bool).expect("yes or no");
        Measures {
            severity: Severity::ALL[number("severity") as usize],
            // There is nothing in GRL that rounds.
            fine: (number("fine") * 100.0).round() / 100.0,
            credit_points: number("credit_points") as i64,
            exposure_days: number("exposure_days") as i64,
            court: flag("court"),
            ban: flag("ban"),
            service: flag("service"),
            promotion: flag("promotion"),
        }
    }
}

fn memory(case: &Case) -> Memory {
    let memory = Memory::new();
    memory.set("act", Value::String(case.act.name().to_owned()));
    memory.set("stage", Value::String(case.stage.name().to_owned()));
    memory.set("declared_standard", Value::Boolean(case.declared_standard));
    memory.set("keeps_declared", Value::Boolean(case.keeps_declared));
    memory.set("defect_rate", Value::Number(case.defect_rate));
    memory.set("goods_value", Value::Number(case.goods_value));
    memory.set("units_sold", Value::Integer(case.units_sold));
    memory.set("injured", Value::Integer(case.injured));
    memory.set("deaths", Value::Integer(case.deaths));
    memory.set("prior_violations", Value::Integer(case.prior_violations));
    memory.set("cooperates", Value::Boolean(case.cooperates));
    memory.set("rectified", Value::Boolean(case.rectified));
    for whole in ["severity", "credit_points", "exposure_days"] {
        memory.set(whole, Value::Integer(0));
    }
    for amount in ["by_value", "by_unit", "fine"] {
        memory.set(amount, Value::Number(0.0));
    }
    for flag in ["good_faith", "court", "ban", "service", "promotion"] {
        memory.set(flag, Value::Boolean(false));
    }
    memory
}

impl Engine<Quality> for Grl {
    type Case = Case;
    type Answer = Measures;

    const NAME: &'static str = "rust-rule-engine";
    const AGREEMENT: Agreement = Agreement::Floats;

    fn case(&self, facts: &Facts) -> Case {
        Case::new(facts)
    }

    fn text(&self, facts: &Facts) -> String {
        text_of_numbers(facts)
    }

    fn decide(&mut self, case: &Case) -> Measures {
        self.evaluate(case)
    }

    fn decide_json(&mut self, text: &str) -> String {
        let case = serde_json::from_str(text).expect("a case");
        serde_json::to_string(&self.evaluate(&case)).expect("writing into memory")
    }

    fn outcomes(&self, answer: Measures, _: &Outcomes) -> Outcomes {
        answer.outcomes()
    }
}
