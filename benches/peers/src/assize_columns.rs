//! assize over columns: a million cases of policy A.

use std::hint::black_box;

use assize::Policy;
use assize::columns::{Columns as Given, Decisions, Narrow, OutcomeColumn, Values};

use crate::contender::{Contender, Description, Form};
use crate::limit2::{self, Case};
use crate::quality::{Act, Facts, Outcomes, POLICY, Severity, Stage};

/// The facts as a host may have them, as narrow as those of `limit2`.
struct Input {
    act: Vec<u8>,
    stage: Vec<u8>,
    declared_standard: Vec<u8>,
    keeps_declared: Vec<u8>,
    defect_rate: Vec<u16>,
    goods_value: Vec<i64>,
    units_sold: Vec<u32>,
    injured: Vec<u32>,
    deaths: Vec<u32>,
    prior_violations: Vec<u8>,
    cooperates: Vec<u8>,
    rectified: Vec<u8>,
}

impl Input {
    fn new(facts: &[Facts]) -> Self {
        fn column<T>(facts: &[Facts], of: impl Fn(&Facts) -> T) -> Vec<T> {
            facts.iter().map(of).collect()
        }
        fn bits(facts: &[Facts], of: impl Fn(&Facts) -> bool) -> Vec<u8> {
            facts
                .chunks(8)
                .map(|eight| eight.iter().rev().fold(0, |byte, facts| byte << 1 | u8::from(of(facts))))
                .collect()
        }
        Self {
            act: column(facts, |facts| facts.act as u8),
            stage: column(facts, |facts| facts.stage as u8),
            declared_standard: bits(facts, |facts| facts.declared_standard),
            keeps_declared: bits(facts, |facts| facts.keeps_declared),
            defect_rate: column(facts, |facts| facts.defect_rate as u16),
            goods_value: column(facts, |facts| facts.goods_value),
            units_sold: column(facts, |facts| facts.units_sold),
            injured: column(facts, |facts| facts.injured),
            deaths: column(facts, |facts| facts.deaths),
            prior_violations: column(facts, |facts| facts.prior_violations as u8),
            cooperates: bits(facts, |facts| facts.cooperates),
            rectified: bits(facts, |facts| facts.rectified),
        }
    }

    fn columns(&self, policy: &Policy) -> Given<'_> {
        let mut columns = Given::new(self.act.len());
        let mut give = |name, values| columns.give(policy.fact(name).expect("a fact"), values, None);
        give("act", Values::NarrowMembers { keys: Narrow::U8(&self.act), names: &Act::NAMES });
        give("stage", Values::NarrowMembers { keys: Narrow::U8(&self.stage), names: &Stage::NAMES });
        give("declared_standard", Values::Bools(&self.declared_standard));
        give("keeps_declared", Values::Bools(&self.keeps_declared));
        give("defect_rate", Values::NarrowNumbers { units: Narrow::U16(&self.defect_rate), scale: 4 });
        give("goods_value", Values::Numbers { units: &self.goods_value, scale: 2 });
        give("units_sold", Values::NarrowIntegers(Narrow::U32(&self.units_sold)));
        give("injured", Values::NarrowIntegers(Narrow::U32(&self.injured)));
        give("deaths", Values::NarrowIntegers(Narrow::U32(&self.deaths)));
        give("prior_violations", Values::NarrowIntegers(Narrow::U8(&self.prior_violations)));
        give("cooperates", Values::Bools(&self.cooperates));
        give("rectified", Values::Bools(&self.rectified));
        columns
    }
}

fn outcomes(policy: &Policy, decisions: &Decisions, row: usize) -> Outcomes {
    let column = |name| -> OutcomeColumn<'_> {
        decisions.outcome(policy.outcome(name).expect("an outcome")).expect("a column")
    };
    let number = |name| column(name).number(row).expect("settled");
    Outcomes {
        severity: Severity::ALL[number("severity") as usize],
        fine: number("fine"),
        credit_points: number("credit_points"),
        exposure_days: number("exposure_days"),
        court: number("court") == 1,
        ban: number("ban") == 1,
        service: number("service") == 1,
        promotion: number("promotion") == 1,
    }
}

pub struct Columns {
    description: Description,
    policy: Policy,
    input: Input,
    decisions: Decisions,
}

impl Columns {
    pub const NAME: &str = "assize, columns";

    /// Holds every row against `limit2`.
    ///
    /// # Errors
    ///
    /// The first row on which they differ, with both answers.
    pub fn prepare(policy_name: &str, facts: &[Facts]) -> Result<Self, String> {
        let policy = Policy::from_text("quality.assize", POLICY).expect("a policy");
        let input = Input::new(facts);
        let decisions = policy.decide_batch(&input.columns(&policy)).expect("columns of the policy");
        for (row, facts) in facts.iter().enumerate() {
            let by_row = limit2::decide(&Case::new(facts));
            let outcomes = outcomes(&policy, &decisions, row);
            if outcomes != by_row.outcomes {
                return Err(format!(
                    "{policy_name}, {}, row {row}: {facts:?}\n  limit2: {:?}\n  columns: {outcomes:?}",
                    Self::NAME,
                    by_row.outcomes,
                ));
            }
        }
        let description = Description {
            policy: policy_name.to_owned(),
            engine: Self::NAME,
            load: None,
            agreement: format!("as limit2 in all of {} rows", facts.len()),
        };
        Ok(Self { description, policy, input, decisions })
    }
}

impl Contender for Columns {
    fn description(&self) -> &Description {
        &self.description
    }

    fn forms(&self) -> &'static [Form] {
        &[Form::Typed]
    }

    fn run(&mut self, _: Form, _: usize) -> usize {
        let columns = self.input.columns(&self.policy);
        let decided = self.policy.decide_batch_into(black_box(&columns), &mut self.decisions);
        decided.expect("columns of the policy");
        black_box(&self.decisions);
        self.input.act.len()
    }
}
