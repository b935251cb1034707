//! assize through its public API.

use assize::Policy;
use rust_decimal::Decimal;
use serde::Deserialize;

use crate::engine::{Agreement, Engine};
use crate::limit1::Case;
use crate::numbers::cents;
use crate::quality::{Facts, Outcomes, POLICY, Quality, Severity};

pub struct Assize(Policy);

impl Assize {
    pub fn load() -> Self {
        Self(Policy::from_text("quality.assize", POLICY).expect("a policy"))
    }

    pub fn policy(&self) -> &Policy {
        &self.0
    }
}

#[derive(Deserialize)]
pub struct Measures {
    ban: bool,
    court: bool,
    credit_points: i64,
    exposure_days: i64,
    #[serde(with = "rust_decimal::serde::str")]
    fine: Decimal,
    promotion: bool,
    service: bool,
    severity: Severity,
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
        Outcomes {
            severity: answer.severity,
            fine: cents(answer.fine),
            credit_points: answer.credit_points,
            exposure_days: answer.exposure_days,
            court: answer.court,
            ban: answer.ban,
            service: answer.service,
            promotion: answer.promotion,
        }
    }
}
