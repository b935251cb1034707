//! Policy B in assize.

use assize::Policy;

use crate::catalogue::{Catalogue, Facts, Outcomes};
use crate::catalogue_decimals::{Case, Measures};
use crate::engine::{Agreement, Engine};

pub struct Assize(Policy);

impl Assize {
    pub fn load(text: &str) -> Self {
        Self(Policy::from_text("catalogue.assize", text).expect("a policy"))
    }

    pub fn policy(&self) -> &Policy {
        &self.0
    }
}

impl Engine<Catalogue> for Assize {
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
