//! GoRules ZEN: a decision table and expressions, in decimals.

use futures_executor::block_on;
use zen_engine::model::GraphContent;
use zen_engine::{Decision, Variable};

use crate::engine::{Agreement, Engine};
use crate::limit1::{Case, Measures};
use crate::quality::{Facts, Outcomes, Quality, Severity};

pub struct Zen(Decision);

impl Zen {
    pub fn load() -> Self {
        let graph: GraphContent =
            serde_json::from_str(include_str!("../policies/quality.jdm.json")).expect("a graph");
        let mut decision = Decision::from(graph);
        decision.compile();
        Self(decision)
    }

    fn evaluate(&self, case: Variable) -> Variable {
        block_on(self.0.evaluate(case)).expect("a decision").result
    }
}

fn input(case: &Case) -> Variable {
    let input = Variable::empty_object();
    let whole = |value: u32| Variable::Number(value.into());
    let field = |name: &str, value: Variable| input.dot_insert(name, value);
    field("act", Variable::String(case.act.name().into()));
    field("stage", Variable::String(case.stage.name().into()));
    field("declared_standard", Variable::Bool(case.declared_standard));
    field("keeps_declared", Variable::Bool(case.keeps_declared));
    field("defect_rate", Variable::Number(case.defect_rate));
    field("goods_value", Variable::Number(case.goods_value));
    field("units_sold", whole(case.units_sold));
    field("injured", whole(case.injured));
    field("deaths", whole(case.deaths));
    field("prior_violations", whole(case.prior_violations));
    field("cooperates", Variable::Bool(case.cooperates));
    field("rectified", Variable::Bool(case.rectified));
    input
}

fn measures(decision: &Variable) -> Measures {
    let measure = |name: &str| decision.dot(name).expect("a measure");
    let number = |name: &str| measure(name).as_number().expect("a number");
    let whole = |name: &str| i64::try_from(number(name)).expect("a whole number");
    let flag = |name: &str| measure(name).as_bool().expect("yes or no");
    Measures {
        severity: measure("severity").as_str().and_then(Severity::named).expect("a severity"),
        fine: number("fine"),
        credit_points: whole("credit_points"),
        exposure_days: whole("exposure_days"),
        court: flag("court"),
        ban: flag("ban"),
        service: flag("service"),
        promotion: flag("promotion"),
    }
}

impl Engine<Quality> for Zen {
    type Case = Case;
    type Answer = Measures;

    const NAME: &'static str = "zen-engine";
    const AGREEMENT: Agreement = Agreement::Outcomes;

    fn case(&self, facts: &Facts) -> Case {
        Case::new(facts)
    }

    fn decide(&mut self, case: &Case) -> Measures {
        measures(&self.evaluate(input(case)))
    }

    fn decide_json(&mut self, text: &str) -> String {
        let case: Case = serde_json::from_str(text).expect("a case");
        serde_json::to_string(&measures(&self.evaluate(input(&case)))).expect("writing into memory")
    }

    fn outcomes(&self, answer: Measures, _: &Outcomes) -> Outcomes {
        answer.outcomes()
    }
}
