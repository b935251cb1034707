//! assize through its public API.

use assize::Policy;

use crate::engine::{Agreement, Engine};
use crate::limit1::{Case, Measures};
use crate::quality::{Facts, Outcomes, POLICY, Quality};

pub struct Assize(Policy);

impl Assize {
    pub fn load() -> Self {
        Self(Policy::from_text("quality.assize", POLICY).expect("a policy"))
    }

    pub fn policy(&self) -> &Policy {
        &self.0
    }
}

impl Engine<Quality> for Assize {
    type Case = Case;
    type Answer = Measures;

    const NAME: &'static str = "assize";
    const AGREEMENT: Agreement = Agreement::Bytes;

    fn case(&self, facts: &Facts) -> Case {
        Case::new(facts)
    }

    fn decide(&mut self, case: &Case) -> Measures {
        self.0.decide(case).outcomes().expect("a decided case")
    }

    fn decide_json(&mut self, text: &str) -> String {
        self.0.decide_json(text).to_json(0)
    }

    fn outcomes(&self, answer: Measures, _: &Outcomes) -> Outcomes {
        answer.outcomes()
    }
}
