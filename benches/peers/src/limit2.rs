//! Policy A by hand, in scaled 64-bit integers.

use serde::Deserialize;

use crate::engine::{Agreement, Engine};
use crate::numbers::{push_cents, scaled};
use crate::quality::{Act, Facts, Outcomes, Quality, Severity, Stage};
use crate::rules::{self, Rules};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    pub act: Act,
    pub stage: Stage,
    pub declared_standard: bool,
    pub keeps_declared: bool,
    /// In 1/10_000.
    #[serde(deserialize_with = "scaled::<4, _>")]
    pub defect_rate: i64,
    /// In cents.
    #[serde(deserialize_with = "scaled::<2, _>")]
    pub goods_value: i64,
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
            defect_rate: i64::from(facts.defect_rate),
            goods_value: facts.goods_value,
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
        self.defect_rate <= 10_000
            && self.goods_value <= 100_000_000_000
            && self.units_sold <= 100_000_000
            && self.injured <= 100_000
            && self.deaths <= 100_000
            && self.prior_violations <= 100
    }
}

pub struct Decision {
    pub outcomes: Outcomes,
    pub fired: Rules,
    /// `credit_lost`, by `recalled_in_good_faith`.
    pub credit_kept: bool,
}

/// In 1/100.
pub const MULTIPLIER: [i64; 5] = [0, 10, 50, 150, 325];

/// Fines are computed in 1/10_000 CNY.
pub const CNY: i64 = 10_000;

/// What a fine in 1/10_000 CNY is multiplied by before it is a whole number in every case: 3/2, 3/4 and 7/10 have no other
/// divisors than these.
pub const FINER: i64 = 2 * 4 * 10;

pub fn decide(case: &Case) -> Decision {
    let act = case.act;
    let harmful = act != Act::None && (case.injured >= 1 || case.defect_rate >= 2_000);
    let deadly = act != Act::None && (case.deaths >= 1 || case.injured >= 10);
    let labelled_wrong_often = act == Act::Labelling && case.defect_rate >= 500;
    let large = act == Act::IllegalAdditive && case.goods_value >= 15_000_000;
    let forbidden = matches!(act, Act::Counterfeit | Act::IllegalAdditive);
    let repeated = case.prior_violations >= 2;

    let mut severity = match act {
        Act::None => Severity::None,
        Act::Paperwork => Severity::General,
        Act::Labelling if labelled_wrong_often => Severity::Minor,
        Act::Labelling => Severity::General,
        Act::BelowDeclared => Severity::Minor,
        Act::BelowCompulsory => Severity::Serious,
        Act::Counterfeit | Act::IllegalAdditive => Severity::Grave,
    };
    if harmful {
        severity = severity.max(Severity::Serious);
    }
    if deadly {
        severity = Severity::Grave;
    }

    let serious = severity >= Severity::Serious;
    let grave = severity == Severity::Grave;
    let fined = severity >= Severity::Minor;
    let by_unit = serious && case.units_sold > 1_000;
    let cooperative = case.cooperates && !grave;
    let put_right = case.rectified && severity <= Severity::Minor;
    let in_time = case.stage == Stage::BeforeMarket;
    let fine = if fined {
        let mut fine = (MULTIPLIER[severity as usize] * case.goods_value).clamp(500 * CNY, 8_000_000 * CNY);
        if by_unit {
            fine += (3_500 * i64::from(case.units_sold)).min(500_000 * CNY);
        }
        fine *= if repeated { 3 } else { 2 };
        fine *= if cooperative { 3 } else { 4 };
        fine *= if put_right { 7 } else { 10 };
        let floor = if grave && !in_time { 100_000 } else { 0 };
        let cap = if in_time { 50_000 } else { 10_000_000 };
        fine = fine.clamp(floor * CNY * FINER, cap * CNY * FINER);
        to_cents(fine)
    } else {
        0
    };

    let good_faith = case.stage == Stage::Recall
        && case.cooperates
        && case.rectified
        && case.injured == 0
        && case.deaths == 0;
    let credit_lost = serious && !good_faith;
    let exposed_longer = grave && case.prior_violations >= 1;
    let helped = matches!(severity, Severity::General | Severity::Minor);
    let promotion =
        case.declared_standard && case.keeps_declared && act == Act::None && case.prior_violations == 0;

    let mut fired = Rules::default();
    for (applies, rule) in [
        (act == Act::BelowCompulsory, rules::COMPULSORY_NOT_KEPT),
        (cooperative, rules::COOPERATIVE),
        (credit_lost, rules::CREDIT_LOST),
        (deadly, rules::DEADLY),
        (act == Act::BelowDeclared, rules::DECLARED_NOT_KEPT),
        (exposed_longer, rules::EXPOSED_LONGER),
        (fined, rules::FINED),
        (by_unit, rules::FINED_BY_UNIT),
        (forbidden, rules::FORBIDDEN),
        (matches!(act, Act::Paperwork | Act::Labelling), rules::FORMAL),
        (grave && !in_time, rules::GRAVE_FLOOR),
        (harmful, rules::HARMFUL),
        (helped, rules::HELPED),
        (labelled_wrong_often, rules::LABELLED_WRONG_OFTEN),
        (large, rules::LARGE),
        (promotion, rules::PROMOTED),
        (put_right, rules::PUT_RIGHT),
        (good_faith, rules::RECALLED_IN_GOOD_FAITH),
        (repeated, rules::REPEATED),
        (in_time, rules::STOPPED_IN_TIME),
    ] {
        fired.0 |= rule.0 * u32::from(applies);
    }
    Decision {
        outcomes: Outcomes {
            severity,
            fine,
            credit_points: i64::from(case.prior_violations * 2) * i64::from(repeated)
                + 10 * i64::from(credit_lost),
            exposure_days: match (exposed_longer, credit_lost) {
                (true, _) => 365,
                (false, true) => 90,
                (false, false) => 0,
            },
            court: deadly || large,
            ban: forbidden,
            service: good_faith || helped,
            promotion,
        },
        fired,
        credit_kept: serious && good_faith,
    }
}

/// Half up; a fine is never negative.
pub fn to_cents(fine: i64) -> i64 {
    const CENT: i64 = CNY * FINER / 100;
    (fine + CENT / 2) / CENT
}

/// A decision as assize writes it.
fn write(decision: &Decision) -> String {
    let outcomes = &decision.outcomes;
    let mut number = itoa::Buffer::new();
    let mut text = String::with_capacity(640);
    text.push_str(r#"{"case":0,"status":"decided","outcomes":{"ban":"#);
    text.push_str(flag(outcomes.ban));
    text.push_str(r#","court":"#);
    text.push_str(flag(outcomes.court));
    text.push_str(r#","credit_points":"#);
    text.push_str(number.format(outcomes.credit_points));
    text.push_str(r#","exposure_days":"#);
    text.push_str(number.format(outcomes.exposure_days));
    text.push_str(r#","fine":""#);
    push_cents(&mut text, outcomes.fine);
    text.push_str(r#"","promotion":"#);
    text.push_str(flag(outcomes.promotion));
    text.push_str(r#","service":"#);
    text.push_str(flag(outcomes.service));
    text.push_str(r#","severity":""#);
    text.push_str(outcomes.severity.name());
    text.push_str(r#""},"unsettled":[],"needs":[],"fired":["#);
    let mut comma = "";
    for rule in decision.fired.names() {
        text.push_str(comma);
        text.push_str(r#"{"rule":""#);
        text.push_str(rule);
        text.push_str(r#""}"#);
        comma = ",";
    }
    text.push_str(r#"],"overridden":["#);
    if decision.credit_kept {
        text.push_str(r#"{"rule":"credit_lost","by":"recalled_in_good_faith"}"#);
    }
    text.push_str(r#"],"errors":[]}"#);
    text
}

fn flag(yes: bool) -> &'static str {
    if yes { "true" } else { "false" }
}

pub struct Limit2;

impl Engine<Quality> for Limit2 {
    type Case = Case;
    type Answer = Decision;

    const NAME: &'static str = "limit2";
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
        answer.outcomes
    }
}
