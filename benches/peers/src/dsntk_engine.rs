//! dsntk, an engine for DMN: a decision table and a context of FEEL expressions, in decimals of 128 bits.

use std::sync::Arc;

use dsntk_feel::context::FeelContext;
use dsntk_feel::values::Value;
use dsntk_feel::{FeelNumber, Name};
use dsntk_model::DmnElement;
use dsntk_model_evaluator::ModelEvaluator;
use rust_decimal::Decimal;

use crate::engine::{Agreement, Engine};
use crate::limit1::{Case, Measures};
use crate::quality::{Facts, Outcomes, Quality, Severity};

/// A model and the decision in it that is asked for.
pub struct Model {
    evaluator: Arc<ModelEvaluator>,
    namespace: String,
    name: String,
    decision: &'static str,
    facts: Vec<Name>,
}

impl Model {
    pub fn load(text: &str, decision: &'static str, facts: &[&str]) -> Self {
        let definitions = dsntk_model::parse(text).expect("a model");
        Self {
            namespace: definitions.namespace().to_owned(),
            name: definitions.model_name().to_owned(),
            evaluator: ModelEvaluator::new(&[definitions]).expect("a model"),
            decision,
            facts: facts.iter().copied().map(Name::from).collect(),
        }
    }

    pub fn evaluate(&self, values: impl IntoIterator<Item = Value>) -> Found {
        let mut input = FeelContext::new();
        for (name, value) in self.facts.iter().zip(values) {
            input.set_entry(name, value);
        }
        match self.evaluator.evaluate_invocable(&self.namespace, &self.name, self.decision, &input) {
            Value::Context(found) => Found(found),
            other => panic!("no outcomes: {other}"),
        }
    }
}

pub struct Found(FeelContext);

impl Found {
    fn value(&self, name: &str) -> &Value {
        self.0.iter().find(|(known, _)| known.as_str() == name).expect("an outcome").1
    }

    fn text(&self, name: &str) -> &str {
        let Value::String(text) = self.value(name) else { panic!("{name} is no text") };
        text
    }

    fn flag(&self, name: &str) -> bool {
        let Value::Boolean(flag) = self.value(name) else { panic!("{name} is neither yes nor no") };
        *flag
    }

    fn number(&self, name: &str) -> FeelNumber {
        let Value::Number(number) = self.value(name) else { panic!("{name} is no number") };
        *number
    }

    pub fn whole(&self, name: &str) -> i64 {
        i64::try_from(self.number(name)).expect("a whole number")
    }

    pub fn decimal(&self, name: &str) -> Decimal {
        self.number(name).to_string().parse().expect("a decimal")
    }
}

pub fn text(text: &str) -> Value {
    Value::String(text.to_owned())
}

pub fn decimal(number: Decimal) -> Value {
    let units = i64::try_from(number.mantissa()).expect("an amount of few digits");
    Value::Number(FeelNumber::new(units, number.scale() as i32))
}

pub struct Dsntk(Model);

impl Dsntk {
    pub fn load() -> Self {
        let facts = [
            "act",
            "stage",
            "declared_standard",
            "keeps_declared",
            "defect_rate",
            "goods_value",
            "units_sold",
            "injured",
            "deaths",
            "prior_violations",
            "cooperates",
            "rectified",
        ];
        Self(Model::load(include_str!("../policies/quality.dmn"), "measures", &facts))
    }

    fn evaluate(&self, case: &Case) -> Measures {
        let whole = |value: u32| Value::Number(value.into());
        let found = self.0.evaluate([
            text(case.act.name()),
            text(case.stage.name()),
            Value::Boolean(case.declared_standard),
            Value::Boolean(case.keeps_declared),
            decimal(case.defect_rate),
            decimal(case.goods_value),
            whole(case.units_sold),
            whole(case.injured),
            whole(case.deaths),
            whole(case.prior_violations),
            Value::Boolean(case.cooperates),
            Value::Boolean(case.rectified),
        ]);
        Measures {
            severity: Severity::named(found.text("severity")).expect("a severity"),
            fine: found.decimal("fine"),
            credit_points: found.whole("credit_points"),
            exposure_days: found.whole("exposure_days"),
            court: found.flag("court"),
            ban: found.flag("ban"),
            service: found.flag("service"),
            promotion: found.flag("promotion"),
        }
    }
}

impl Engine<Quality> for Dsntk {
    type Case = Case;
    type Answer = Measures;

    const NAME: &'static str = "dsntk";
    const AGREEMENT: Agreement = Agreement::Outcomes;

    fn case(&self, facts: &Facts) -> Case {
        Case::new(facts)
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
