//! What a host holds whose engine computes in binary floats.

use serde::{Deserialize, Serialize};

use crate::quality::{Act, Facts, Outcomes, Severity, Stage};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub act: Act,
    pub stage: Stage,
    pub declared_standard: bool,
    pub keeps_declared: bool,
    pub defect_rate: f64,
    pub goods_value: f64,
    pub units_sold: i64,
    pub injured: i64,
    pub deaths: i64,
    pub prior_violations: i64,
    pub cooperates: bool,
    pub rectified: bool,
}

impl Case {
    pub fn new(facts: &Facts) -> Self {
        Self {
            act: facts.act,
            stage: facts.stage,
            declared_standard: facts.declared_standard,
            keeps_declared: facts.keeps_declared,
            defect_rate: f64::from(facts.defect_rate) / 10_000.0,
            goods_value: facts.goods_value as f64 / 100.0,
            units_sold: facts.units_sold.into(),
            injured: facts.injured.into(),
            deaths: facts.deaths.into(),
            prior_violations: facts.prior_violations.into(),
            cooperates: facts.cooperates,
            rectified: facts.rectified,
        }
    }
}

#[derive(Serialize)]
pub struct Measures {
    pub severity: Severity,
    pub fine: f64,
    pub credit_points: i64,
    pub exposure_days: i64,
    pub court: bool,
    pub ban: bool,
    pub service: bool,
    pub promotion: bool,
}

impl Measures {
    pub fn outcomes(&self) -> Outcomes {
        Outcomes {
            severity: self.severity,
            fine: (self.fine * 100.0).round() as i64,
            credit_points: self.credit_points,
            exposure_days: self.exposure_days,
            court: self.court,
            ban: self.ban,
            service: self.service,
            promotion: self.promotion,
        }
    }
}
