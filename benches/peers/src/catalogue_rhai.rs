//! Policy B in Rhai: a switch over categories, in each a switch over stages, in each the rules one after another.

use std::collections::BTreeMap;
use std::fmt::Write;

use rhai::{AST, Engine as Rhai, ImmutableString, Map, Scope};

use crate::catalogue::{CATEGORIES, Catalogue, Category, Facts, Outcomes, Rule};
use crate::catalogue_decimals::{Case, Measures};
use crate::engine::{Agreement, Engine};
use crate::quality::Stage;

pub struct Script {
    rhai: Rhai,
    ast: AST,
    categories: Vec<ImmutableString>,
    stages: [ImmutableString; 3],
    scope: Scope<'static>,
}

pub fn text(rules: &[Rule]) -> String {
    let mut fields: BTreeMap<(u8, usize), String> = BTreeMap::new();
    for rule in rules {
        let field = fields.entry((rule.category.0, rule.stage as usize)).or_default();
        writeln!(
            field,
            "    if defect_rate >= {:.2} && defect_rate < {:.2} && goods_value >= {}.0 && goods_value < {}.0 {{\n      \
             multiplier = max(multiplier, {}.{});\n      credit += {};\n    }}",
            f64::from(rule.rate.0) / 100.0,
            f64::from(rule.rate.1) / 100.0,
            rule.value.0,
            rule.value.1,
            rule.multiplier / 10,
            rule.multiplier % 10,
            rule.credit,
        )
        .expect("writing into memory");
    }
    let mut text = "let multiplier = 0.0;\nlet credit = 0;\nswitch category {\n".to_owned();
    for category in 0..CATEGORIES as u8 {
        writeln!(text, "\"{}\" => switch stage {{", Category(category).name()).expect("writing into memory");
        for (stage, name) in Stage::NAMES.iter().enumerate() {
            if let Some(field) = fields.get(&(category, stage)) {
                writeln!(text, "  \"{name}\" => {{\n{field}  }}").expect("writing into memory");
            }
        }
        text.push_str("}\n");
    }
    text.push_str("}\n#{ multiplier: multiplier, credit: credit }\n");
    text
}

impl Script {
    pub fn load(text: &str) -> Self {
        let rhai = Rhai::new();
        let ast = rhai.compile(text).expect("a script");
        let categories = (0..CATEGORIES as u8)
            .map(|category| rhai.get_interned_string(Category(category).name()))
            .collect();
        let stages = Stage::NAMES.map(|name| rhai.get_interned_string(name));
        Self { rhai, ast, categories, stages, scope: Scope::new() }
    }

    fn evaluate(&mut self, case: &Case) -> Measures {
        let scope = &mut self.scope;
        scope.clear();
        scope.push("category", self.categories[usize::from(case.category.0)].clone());
        scope.push("stage", self.stages[case.stage as usize].clone());
        scope.push("defect_rate", case.defect_rate);
        scope.push("goods_value", case.goods_value);
        let found: Map = self.rhai.eval_ast_with_scope(scope, &self.ast).expect("outcomes");
        Measures {
            credit: found["credit"].as_int().expect("a whole number"),
            multiplier: found["multiplier"].as_decimal().expect("a decimal"),
        }
    }
}

impl Engine<Catalogue> for Script {
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
