//! Policy A by hand, in decimals: what a program would do that knew this one policy. Engines that have decimals share the
//! structs of its host.

use rust_decimal::{Decimal, RoundingStrategy, dec};
use serde::{Deserialize, Serialize};

use crate::engine::{Agreement, Engine};
use crate::line::{self, Overridden};
use crate::quality::{Act, Facts, Outcomes, Quality, Severity, Stage};
use crate::rules::{self, Rules};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub act: Act,
    pub stage: Stage,
    pub declared_standard: bool,
    pub keeps_declared: bool,
    #[serde(with = "rust_decimal::serde::str")]
    pub defect_rate: Decimal,
    #[serde(with = "rust_decimal::serde::str")]
    pub goods_value: Decimal,
    pub units_sold: u32,
    pub injured: u32,
    pub deaths: u32,
    pub prior_violations: u32,
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
            defect_rate: Decimal::new(i64::from(facts.defect_rate), 4),
            goods_value: Decimal::new(facts.goods_value, 2),
            units_sold: facts.units_sold,
            injured: facts.injured,
            deaths: facts.deaths,
            prior_violations: facts.prior_violations,
            cooperates: facts.cooperates,
            rectified: facts.rectified,
        }
    }

    /// The bounds of the policy, which a typed host holds by itself.
    fn within_bounds(&self) -> bool {
        self.defect_rate >= Decimal::ZERO
            && self.defect_rate <= Decimal::ONE
            && self.defect_rate.scale() <= 4
            && self.goods_value >= Decimal::ZERO
            && self.goods_value <= dec!(1_000_000_000)
            && self.goods_value.scale() <= 2
            && self.units_sold <= 100_000_000
            && self.injured <= 100_000
            && self.deaths <= 100_000
            && self.prior_violations <= 100
    }
}

#[derive(Serialize, Deserialize)]
pub struct Measures {
    pub ban: bool,
    pub court: bool,
    pub credit_points: i64,
    pub exposure_days: i64,
    #[serde(with = "rust_decimal::serde::str")]
    pub fine: Decimal,
    pub promotion: bool,
    pub service: bool,
    pub severity: Severity,
}

impl Measures {
    pub fn outcomes(&self) -> Outcomes {
        Outcomes {
            severity: self.severity,
            fine: crate::numbers::cents(self.fine),
            credit_points: self.credit_points,
            exposure_days: self.exposure_days,
            court: self.court,
            ban: self.ban,
            service: self.service,
            promotion: self.promotion,
        }
    }
}

pub struct Decision {
    pub outcomes: Measures,
    pub fired: Rules,
    /// `credit_lost`, by `recalled_in_good_faith`.
    pub credit_kept: bool,
}

const MULTIPLIER: [Decimal; 5] = [dec!(0), dec!(0.1), dec!(0.5), dec!(1.5), dec!(3.25)];

pub fn decide(case: &Case) -> Decision {
    let mut fired = Rules::default();
    let (severity, court) = severity(case, &mut fired);
    let fine = fine(case, severity, &mut fired);

    let mut credit_points = 0;
    let mut exposure_days = 0;
    if case.prior_violations >= 2 {
        credit_points = 2 * i64::from(case.prior_violations);
    }
    let good_faith = case.stage == Stage::Recall
        && case.cooperates
        && case.rectified
        && case.injured == 0
        && case.deaths == 0;
    let serious = severity >= Severity::Serious;
    if good_faith {
        fired.add(rules::RECALLED_IN_GOOD_FAITH);
    } else if serious {
        fired.add(rules::CREDIT_LOST);
        credit_points += 10;
        exposure_days = 90;
    }
    if severity == Severity::Grave && case.prior_violations >= 1 {
        fired.add(rules::EXPOSED_LONGER);
        exposure_days = 365;
    }
    let helped = matches!(severity, Severity::General | Severity::Minor);
    if helped {
        fired.add(rules::HELPED);
    }
    let promotion =
        case.declared_standard && case.keeps_declared && case.act == Act::None && case.prior_violations == 0;
    if promotion {
        fired.add(rules::PROMOTED);
    }
    Decision {
        outcomes: Measures {
            ban: matches!(case.act, Act::Counterfeit | Act::IllegalAdditive),
            court,
            credit_points,
            exposure_days,
            fine,
            promotion,
            service: good_faith || helped,
            severity,
        },
        fired,
        credit_kept: good_faith && serious,
    }
}

/// The severity, and whether the court is called.
fn severity(case: &Case, fired: &mut Rules) -> (Severity, bool) {
    let mut court = false;
    let mut severity = match case.act {
        Act::None => return (Severity::None, false),
        Act::Paperwork => {
            fired.add(rules::FORMAL);
            Severity::General
        }
        Act::Labelling => {
            fired.add(rules::FORMAL);
            if case.defect_rate >= dec!(0.05) {
                fired.add(rules::LABELLED_WRONG_OFTEN);
                Severity::Minor
            } else {
                Severity::General
            }
        }
        Act::BelowDeclared => {
            fired.add(rules::DECLARED_NOT_KEPT);
            Severity::Minor
        }
        Act::BelowCompulsory => {
            fired.add(rules::COMPULSORY_NOT_KEPT);
            Severity::Serious
        }
        Act::Counterfeit => {
            fired.add(rules::FORBIDDEN);
            Severity::Grave
        }
        Act::IllegalAdditive => {
            fired.add(rules::FORBIDDEN);
            if case.goods_value >= dec!(150_000) {
                fired.add(rules::LARGE);
                court = true;
            }
            Severity::Grave
        }
    };
    if case.injured >= 1 || case.defect_rate >= dec!(0.2) {
        fired.add(rules::HARMFUL);
        severity = severity.max(Severity::Serious);
    }
    if case.deaths >= 1 || case.injured >= 10 {
        fired.add(rules::DEADLY);
        severity = Severity::Grave;
        court = true;
    }
    (severity, court)
}

fn fine(case: &Case, severity: Severity, fired: &mut Rules) -> Decimal {
    let mut factor = Decimal::ONE;
    if case.prior_violations >= 2 {
        fired.add(rules::REPEATED);
        factor = dec!(1.5);
    }
    if case.cooperates && severity < Severity::Grave {
        fired.add(rules::COOPERATIVE);
        factor *= dec!(0.75);
    }
    if case.rectified && severity <= Severity::Minor {
        fired.add(rules::PUT_RIGHT);
        factor *= dec!(0.7);
    }
    let mut cap = dec!(10_000_000);
    let mut floor = Decimal::ZERO;
    if case.stage == Stage::BeforeMarket {
        fired.add(rules::STOPPED_IN_TIME);
        cap = dec!(50_000);
    } else if severity == Severity::Grave {
        fired.add(rules::GRAVE_FLOOR);
        floor = dec!(100_000);
    }
    if severity < Severity::Minor {
        return dec!(0.00);
    }
    fired.add(rules::FINED);
    let mut fine = (MULTIPLIER[severity as usize] * case.goods_value).clamp(dec!(500), dec!(8_000_000));
    if severity >= Severity::Serious && case.units_sold > 1_000 {
        fired.add(rules::FINED_BY_UNIT);
        fine += (dec!(0.35) * Decimal::from(case.units_sold)).min(dec!(500_000));
    }
    let mut fine =
        (fine * factor).clamp(floor, cap).round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero);
    fine.rescale(2);
    fine
}

fn write(decision: &Decision) -> String {
    const KEPT: &[Overridden] = &[Overridden { rule: "credit_lost", by: "recalled_in_good_faith" }];
    line::write(&decision.outcomes, decision.fired, if decision.credit_kept { KEPT } else { &[] })
}

pub struct Limit1;

impl Engine<Quality> for Limit1 {
    type Case = Case;
    type Answer = Decision;

    const NAME: &'static str = "limit1";
    const AGREEMENT: Agreement = Agreement::Bytes;

    fn case(&self, facts: &Facts) -> Case {
        Case::new(facts)
    }

    fn decide(&mut self, case: &Case) -> Decision {
        decide(case)
    }

    fn decide_json(&mut self, text: &str) -> String {
        let case: Case = serde_json::from_str(text).expect("a case");
        assert!(case.within_bounds(), "facts within their bounds");
        write(&decide(&case))
    }

    fn outcomes(&self, answer: Decision, _: &Outcomes) -> Outcomes {
        answer.outcomes.outcomes()
    }
}
