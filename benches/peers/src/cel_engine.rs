//! CEL, an expression language: one expression for each thing that others need, in floats.

use std::sync::Arc;

use cel::common::types::{CelBool, CelDouble, CelInt, CelString};
use cel::common::value::CowVal;
use cel::context::VariableResolver;
use cel::objects::KeyRef;
use cel::{Context, Env, Program, Value, extensions};

use crate::engine::{Agreement, Engine};
use crate::floats::{Case, Measures};
use crate::quality::{Facts, Outcomes, Quality, Severity, text_of_numbers};

pub struct Cel {
    env: Arc<Env>,
    severity: Program,
    good_faith: Program,
    fine: Program,
    measures: Program,
}

/// Looks facts up where they are, which copies less than filling a context.
struct Variables<'a> {
    case: &'a Case,
    severity: i64,
    good_faith: bool,
}

impl VariableResolver for Variables<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        let case = self.case;
        let flag = |value: bool| CowVal::owned(CelBool::from(value));
        let whole = |value: i64| CowVal::owned(CelInt::from(value));
        let float = |value: f64| CowVal::owned(CelDouble::from(value));
        Some(match name {
            "act" => CowVal::owned(CelString::from(case.act.name())),
            "stage" => CowVal::owned(CelString::from(case.stage.name())),
            "declared_standard" => flag(case.declared_standard),
            "keeps_declared" => flag(case.keeps_declared),
            "defect_rate" => float(case.defect_rate),
            "goods_value" => float(case.goods_value),
            "units_sold" => whole(case.units_sold),
            "injured" => whole(case.injured),
            "deaths" => whole(case.deaths),
            "prior_violations" => whole(case.prior_violations),
            "cooperates" => flag(case.cooperates),
            "rectified" => flag(case.rectified),
            "severity" => whole(self.severity),
            "good_faith" => flag(self.good_faith),
            _ => return None,
        })
    }
}

impl Cel {
    pub fn load() -> Self {
        let mut env = Env::stdlib();
        env.add_extension(extensions::math).expect("the functions of math");
        let compile = |text| env.compile(text).expect("an expression");
        let severity = compile(include_str!("../policies/severity.cel"));
        let good_faith = compile(include_str!("../policies/good_faith.cel"));
        let fine = compile(include_str!("../policies/fine.cel"));
        let measures = compile(include_str!("../policies/measures.cel"));
        Self { env: Arc::new(env), severity, good_faith, fine, measures }
    }

    fn evaluate(&self, case: &Case) -> Measures {
        let execute = |program: &Program, variables: &Variables<'_>| {
            let mut context = Context::with_env(Arc::clone(&self.env));
            context.set_variable_resolver(variables);
            program.execute(&context).expect("a value")
        };
        let mut variables = Variables { case, severity: 0, good_faith: false };
        variables.severity = whole(&execute(&self.severity, &variables));
        variables.good_faith = flag(&execute(&self.good_faith, &variables));
        let Value::Float(fine) = execute(&self.fine, &variables) else { panic!("the fine is a number") };
        let Value::Map(measures) = execute(&self.measures, &variables) else { panic!("measures are a map") };
        let measure = |name: &str| measures.get(&KeyRef::String(name)).expect("a measure");
        Measures {
            severity: Severity::ALL[variables.severity as usize],
            fine,
            credit_points: whole(measure("credit_points")),
            exposure_days: whole(measure("exposure_days")),
            court: flag(measure("court")),
            ban: flag(measure("ban")),
            service: flag(measure("service")),
            promotion: flag(measure("promotion")),
        }
    }
}

fn whole(value: &Value) -> i64 {
    let Value::Int(value) = value else { panic!("no whole number: {value:?}") };
    *value
}

fn flag(value: &Value) -> bool {
    let Value::Bool(value) = value else { panic!("neither yes nor no: {value:?}") };
    *value
}

impl Engine<Quality> for Cel {
    type Case = Case;
    type Answer = Measures;

    const NAME: &'static str = "cel";
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
