//! Rego on the register machine of regorus, in floats.

use regorus::languages::rego::compiler::Compiler;
use regorus::rvm::vm::RegoVM;
use regorus::{Engine as Regorus, Rc, Value};

use crate::engine::{Agreement, Engine};
use crate::floats::{Case, Measures};
use crate::quality::{Facts, Outcomes, Quality, Severity, text_of_numbers};

const ENTRY: &str = "data.quality.decision";

pub struct Rego(RegoVM);

impl Rego {
    pub fn load() -> Self {
        let mut engine = Regorus::new();
        engine
            .add_policy("quality.rego".to_owned(), include_str!("../policies/quality.rego").to_owned())
            .expect("a policy");
        let compiled = engine.compile_with_entrypoint(&Rc::from(ENTRY)).expect("an entry point");
        let program = Compiler::compile_from_policy(&compiled, &[ENTRY]).expect("a program");
        let mut machine = RegoVM::new();
        machine.load_program(program);
        Self(machine)
    }

    fn execute(&mut self, input: Value) -> Value {
        self.0.set_input(input);
        self.0.execute_entry_point_by_index(0).expect("a decision")
    }
}

fn input(case: &Case) -> Value {
    let mut input = Value::new_object();
    let fields = input.as_object_mut().expect("an object");
    let mut field = |name: &str, value: Value| fields.insert(Value::from(name), value);
    field("act", Value::from(case.act.name()));
    field("stage", Value::from(case.stage.name()));
    field("declared_standard", Value::from(case.declared_standard));
    field("keeps_declared", Value::from(case.keeps_declared));
    field("defect_rate", Value::from(case.defect_rate));
    field("goods_value", Value::from(case.goods_value));
    field("units_sold", Value::from(case.units_sold));
    field("injured", Value::from(case.injured));
    field("deaths", Value::from(case.deaths));
    field("prior_violations", Value::from(case.prior_violations));
    field("cooperates", Value::from(case.cooperates));
    field("rectified", Value::from(case.rectified));
    input
}

fn measures(decision: &Value) -> Measures {
    let whole = |name: &str| decision[name].as_i64().expect("a whole number");
    let flag = |name: &str| *decision[name].as_bool().expect("yes or no");
    Measures {
        severity: decision["severity"]
            .as_string()
            .ok()
            .and_then(|name| Severity::named(name))
            .expect("a severity"),
        fine: decision["fine"].as_f64().expect("a number"),
        credit_points: whole("credit_points"),
        exposure_days: whole("exposure_days"),
        court: flag("court"),
        ban: flag("ban"),
        service: flag("service"),
        promotion: flag("promotion"),
    }
}

impl Engine<Quality> for Rego {
    type Case = Case;
    type Answer = Measures;

    const NAME: &'static str = "regorus";
    const AGREEMENT: Agreement = Agreement::Floats;

    fn case(&self, facts: &Facts) -> Case {
        Case::new(facts)
    }

    fn text(&self, facts: &Facts) -> String {
        text_of_numbers(facts)
    }

    fn decide(&mut self, case: &Case) -> Measures {
        measures(&self.execute(input(case)))
    }

    fn decide_json(&mut self, text: &str) -> String {
        let input = Value::from_json_str(text).expect("a case");
        self.execute(input).to_json_str().expect("writing into memory")
    }

    fn outcomes(&self, answer: Measures, _: &Outcomes) -> Outcomes {
        answer.outcomes()
    }
}
