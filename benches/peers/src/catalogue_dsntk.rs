//! Policy B in DMN: a decision table with a row for each rule, which collects what applies, and a context that sums it up.

use std::fmt::Write;

use crate::catalogue::{Catalogue, Facts, Outcomes, Rule, tenths};
use crate::catalogue_decimals::{Case, Measures};
use crate::dsntk_engine::{Model, decimal, text as string};
use crate::engine::{Agreement, Engine};

const FACTS: [(&str, &str); 4] =
    [("category", "string"), ("stage", "string"), ("defect_rate", "number"), ("goods_value", "number")];

pub fn text(rules: &[Rule]) -> String {
    let mut text = String::new();
    write_model(rules, &mut text).expect("writing into memory");
    text
}

fn write_model(rules: &[Rule], text: &mut String) -> std::fmt::Result {
    text.push_str(
        r#"<definitions xmlns="https://www.omg.org/spec/DMN/20230324/MODEL/"
  namespace="https://assize.example/catalogue" name="catalogue" id="catalogue">
"#,
    );
    for (name, kind) in FACTS {
        writeln!(
            text,
            r#"<inputData name="{name}" id="{name}"><variable name="{name}" typeRef="{kind}"/></inputData>"#
        )?;
    }
    text.push_str("<decision name=\"hits\" id=\"hits\"><variable name=\"hits\"/>\n");
    for (name, _) in FACTS {
        writeln!(
            text,
            r##"<informationRequirement><requiredInput href="#{name}"/></informationRequirement>"##
        )?;
    }
    text.push_str("<decisionTable hitPolicy=\"COLLECT\">\n");
    for (name, kind) in FACTS {
        writeln!(
            text,
            r#"<input><inputExpression typeRef="{kind}"><text>{name}</text></inputExpression></input>"#
        )?;
    }
    for name in ["multiplier", "credit"] {
        writeln!(
            text,
            r#"<output name="{name}" typeRef="number"><defaultOutputEntry><text>0</text></defaultOutputEntry></output>"#
        )?;
    }
    for rule in rules {
        write_row(rule, text)?;
    }
    text.push_str(
        r##"</decisionTable></decision>
<decision name="measures" id="measures"><variable name="measures"/>
<informationRequirement><requiredDecision href="#hits"/></informationRequirement>
<context>
"##,
    );
    for (name, expression) in [("multiplier", "max(hits.multiplier)"), ("credit", "sum(hits.credit)")] {
        writeln!(text, r#"<contextEntry><variable name="{name}" typeRef="number"/>"#)?;
        writeln!(text, "<literalExpression><text>{expression}</text></literalExpression></contextEntry>")?;
    }
    text.push_str("</context></decision></definitions>\n");
    Ok(())
}

fn write_row(rule: &Rule, text: &mut String) -> std::fmt::Result {
    let percent = |rate: u32| format!("{}.{:02}", rate / 100, rate % 100);
    let inputs = [
        format!("\"{}\"", rule.category.name()),
        format!("\"{}\"", rule.stage.name()),
        format!("[{}..{})", percent(rule.rate.0), percent(rule.rate.1)),
        format!("[{}..{})", rule.value.0, rule.value.1),
    ];
    text.push_str("<rule>");
    for input in inputs {
        write!(text, "<inputEntry><text>{input}</text></inputEntry>")?;
    }
    for output in [tenths(rule.multiplier), rule.credit.to_string()] {
        write!(text, "<outputEntry><text>{output}</text></outputEntry>")?;
    }
    writeln!(text, "</rule>")
}

pub struct Dsntk {
    model: Model,
    rules: usize,
}

impl Dsntk {
    pub fn load(text: &str, rules: usize) -> Self {
        Self { model: Model::load(text, "measures", &FACTS.map(|(name, _)| name)), rules }
    }

    fn evaluate(&self, case: &Case) -> Measures {
        let found = self.model.evaluate([
            string(&case.category.name()),
            string(case.stage.name()),
            decimal(case.defect_rate),
            decimal(case.goods_value),
        ]);
        Measures { credit: found.whole("credit"), multiplier: found.decimal("multiplier") }
    }
}

impl Engine<Catalogue> for Dsntk {
    type Case = Case;
    type Answer = Measures;

    const NAME: &'static str = "dsntk";
    const AGREEMENT: Agreement = Agreement::Outcomes;

    /// Every row is evaluated for every case.
    fn compared(&self) -> usize {
        1_000_000 / self.rules
    }

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
