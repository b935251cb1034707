//! assize through its public API: facts by key, outcomes where they stand.

use assize::{Decider, FactKey, MemberKey, OutcomeKey, Policy};
use rust_decimal::Decimal;

use crate::engine::{Agreement, Engine};
use crate::limit1::{Case, Measures};
use crate::quality::{Facts, Outcomes, POLICY, Quality, Severity};

pub struct Assize {
    policy: Policy,
    decider: Decider,
    facts: Keys,
    acts: Vec<MemberKey>,
    stages: Vec<MemberKey>,
    outcomes: Results,
    text: String,
}

struct Keys {
    declared_standard: FactKey,
    keeps_declared: FactKey,
    defect_rate: FactKey,
    goods_value: FactKey,
    units_sold: FactKey,
    injured: FactKey,
    deaths: FactKey,
    prior_violations: FactKey,
    cooperates: FactKey,
    rectified: FactKey,
}

struct Results {
    ban: OutcomeKey,
    court: OutcomeKey,
    credit_points: OutcomeKey,
    exposure_days: OutcomeKey,
    fine: OutcomeKey,
    promotion: OutcomeKey,
    service: OutcomeKey,
    severity: OutcomeKey,
}

/// As the decision of `limit1`, with the rules that fired counted.
pub struct Answer {
    outcomes: Measures,
    #[expect(dead_code, reason = "asked for as a host would ask for it")]
    fired: usize,
}

impl Assize {
    pub fn load() -> Self {
        let policy = Policy::from_text("quality.assize", POLICY).expect("a policy");
        let fact = |name: &str| policy.fact(name).expect("a fact");
        let outcome = |name: &str| policy.outcome(name).expect("an outcome");
        let members = |name: &str, members: &[&str]| {
            members.iter().map(|member| policy.member(fact(name), member).expect("a member")).collect()
        };
        Self {
            decider: policy.decider(),
            facts: Keys {
                declared_standard: fact("declared_standard"),
                keeps_declared: fact("keeps_declared"),
                defect_rate: fact("defect_rate"),
                goods_value: fact("goods_value"),
                units_sold: fact("units_sold"),
                injured: fact("injured"),
                deaths: fact("deaths"),
                prior_violations: fact("prior_violations"),
                cooperates: fact("cooperates"),
                rectified: fact("rectified"),
            },
            acts: members(
                "act",
                &[
                    "none",
                    "paperwork",
                    "labelling",
                    "below_declared",
                    "below_compulsory",
                    "counterfeit",
                    "illegal_additive",
                ],
            ),
            stages: members("stage", &["before_market", "market", "recall"]),
            outcomes: Results {
                ban: outcome("ban"),
                court: outcome("court"),
                credit_points: outcome("credit_points"),
                exposure_days: outcome("exposure_days"),
                fine: outcome("fine"),
                promotion: outcome("promotion"),
                service: outcome("service"),
                severity: outcome("severity"),
            },
            text: String::new(),
            policy,
        }
    }

    pub fn policy(&self) -> &Policy {
        &self.policy
    }
}

impl Engine<Quality> for Assize {
    type Case = Case;
    type Answer = Answer;

    const NAME: &'static str = "assize";
    const AGREEMENT: Agreement = Agreement::Bytes;

    fn case(&self, facts: &Facts) -> Case {
        Case::new(facts)
    }

    fn decide(&mut self, case: &Case) -> Answer {
        let Self { decider, facts, outcomes, .. } = self;
        decider.clear();
        decider.give_member(self.acts[case.act as usize]);
        decider.give_member(self.stages[case.stage as usize]);
        decider.give_bool(facts.declared_standard, case.declared_standard);
        decider.give_bool(facts.keeps_declared, case.keeps_declared);
        give_decimal(decider, facts.defect_rate, case.defect_rate);
        give_decimal(decider, facts.goods_value, case.goods_value);
        decider.give_integer(facts.units_sold, case.units_sold.into());
        decider.give_integer(facts.injured, case.injured.into());
        decider.give_integer(facts.deaths, case.deaths.into());
        decider.give_integer(facts.prior_violations, case.prior_violations.into());
        decider.give_bool(facts.cooperates, case.cooperates);
        decider.give_bool(facts.rectified, case.rectified);
        let answer = decider.decide();
        let cents = answer.scaled(outcomes.fine, 2).expect("a fine");
        Answer {
            outcomes: Measures {
                ban: answer.bool(outcomes.ban).expect("settled"),
                court: answer.bool(outcomes.court).expect("settled"),
                credit_points: answer.integer(outcomes.credit_points).expect("settled"),
                exposure_days: answer.integer(outcomes.exposure_days).expect("settled"),
                fine: Decimal::new(cents, 2),
                promotion: answer.bool(outcomes.promotion).expect("settled"),
                service: answer.bool(outcomes.service).expect("settled"),
                severity: Severity::ALL[answer.member(outcomes.severity).expect("settled")],
            },
            fired: answer.fired().count(),
        }
    }

    fn decide_json(&mut self, text: &str) -> String {
        self.text.clear();
        self.decider.decide_json(text).write_json(0, &mut self.text);
        self.text.clone()
    }

    fn outcomes(&self, answer: Answer, _: &Outcomes) -> Outcomes {
        answer.outcomes.outcomes()
    }
}

pub fn give_decimal(decider: &mut Decider, fact: FactKey, value: Decimal) {
    let units = i64::try_from(value.mantissa()).expect("bounded by the policy");
    decider.give_number(fact, units, value.scale());
}
