//! Rhai, a scripting language that has decimals.

use rhai::{AST, Dynamic, Engine as Rhai, ImmutableString, Map, OptimizationLevel, Scope};
use rust_decimal::Decimal;

use crate::engine::{Agreement, Engine};
use crate::limit1::{Case, Measures};
use crate::quality::{Act, Facts, Outcomes, Quality, Severity, Stage};

pub struct Script {
    rhai: Rhai,
    ast: AST,
    acts: [ImmutableString; 7],
    stages: [ImmutableString; 3],
    scope: Scope<'static>,
}

impl Script {
    pub fn load() -> Self {
        let mut rhai = Rhai::new();
        rhai.set_optimization_level(OptimizationLevel::Full);
        let ast = rhai.compile(include_str!("../policies/quality.rhai")).expect("a script");
        let acts = Act::NAMES.map(|name| rhai.get_interned_string(name));
        let stages = Stage::NAMES.map(|name| rhai.get_interned_string(name));
        Self { rhai, ast, acts, stages, scope: Scope::new() }
    }

    fn evaluate(&mut self, case: &Case) -> Measures {
        let scope = &mut self.scope;
        scope.clear();
        scope.push("act", self.acts[case.act as usize].clone());
        scope.push("stage", self.stages[case.stage as usize].clone());
        scope.push("declared_standard", case.declared_standard);
        scope.push("keeps_declared", case.keeps_declared);
        scope.push("defect_rate", case.defect_rate);
        scope.push("goods_value", case.goods_value);
        scope.push("units_sold", i64::from(case.units_sold));
        scope.push("injured", i64::from(case.injured));
        scope.push("deaths", i64::from(case.deaths));
        scope.push("prior_violations", i64::from(case.prior_violations));
        scope.push("cooperates", case.cooperates);
        scope.push("rectified", case.rectified);
        let found: Map = self.rhai.eval_ast_with_scope(scope, &self.ast).expect("outcomes");
        let whole = |name: &str| found[name].as_int().expect("a whole number");
        let flag = |name: &str| found[name].as_bool().expect("yes or no");
        Measures {
            severity: Severity::ALL[whole("severity") as usize],
            fine: decimal(&found["fine"]),
            credit_points: whole("credit_points"),
            exposure_days: whole("exposure_days"),
            court: flag("court"),
            ban: flag("ban"),
            service: flag("service"),
            promotion: flag("promotion"),
        }
    }
}

fn decimal(value: &Dynamic) -> Decimal {
    value.as_decimal().expect("a decimal")
}

impl Engine<Quality> for Script {
    type Case = Case;
    type Answer = Measures;

    const NAME: &'static str = "rhai";
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
