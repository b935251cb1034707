//! Policy A over columns: the arithmetic of `limit2`, a million cases at a time.
//!
//! The columns come in batches that stay in the nearest cache, and no branch depends on a case: first the conditions, as
//! bytes of 0 and 1; then the money; then the sets of fired rules. Batches are values of their own, so that the compiler
//! sees that no column overlaps another one, and makes vectors of the loops.

#![allow(clippy::needless_range_loop, reason = "a row is one place in many columns")]

use std::hint::black_box;

use crate::contender::{Contender, Description, Form};
use crate::limit2::{self, CNY, Case, FINER};
use crate::quality::{Act, Facts, Outcomes, Severity, Stage};
use crate::rules::{self, Rules};

const BATCH: usize = 500;

struct Input {
    act: [u8; BATCH],
    stage: [u8; BATCH],
    declared_standard: [u8; BATCH],
    keeps_declared: [u8; BATCH],
    defect_rate: [u16; BATCH],
    goods_value: [i64; BATCH],
    units_sold: [u32; BATCH],
    injured: [u32; BATCH],
    deaths: [u32; BATCH],
    prior_violations: [u8; BATCH],
    cooperates: [u8; BATCH],
    rectified: [u8; BATCH],
}

#[derive(Clone)]
struct Output {
    severity: [u8; BATCH],
    fine: [i64; BATCH],
    credit_points: [u8; BATCH],
    exposure_days: [u16; BATCH],
    court: [u8; BATCH],
    ban: [u8; BATCH],
    service: [u8; BATCH],
    promotion: [u8; BATCH],
    fired: [u32; BATCH],
}

/// For each rule and row of a batch whether it applies.
type Applies = [[u8; BATCH]; rules::NAMES.len()];

const fn index(rule: Rules) -> usize {
    rule.0.trailing_zeros() as usize
}

impl Input {
    fn new(facts: &[Facts]) -> Self {
        fn column<T>(facts: &[Facts], of: impl Fn(&Facts) -> T) -> [T; BATCH] {
            std::array::from_fn(|row| of(&facts[row]))
        }
        Self {
            act: column(facts, |facts| facts.act as u8),
            stage: column(facts, |facts| facts.stage as u8),
            declared_standard: column(facts, |facts| facts.declared_standard.into()),
            keeps_declared: column(facts, |facts| facts.keeps_declared.into()),
            defect_rate: column(facts, |facts| facts.defect_rate as u16),
            goods_value: column(facts, |facts| facts.goods_value),
            units_sold: column(facts, |facts| facts.units_sold),
            injured: column(facts, |facts| facts.injured),
            deaths: column(facts, |facts| facts.deaths),
            prior_violations: column(facts, |facts| facts.prior_violations as u8),
            cooperates: column(facts, |facts| facts.cooperates.into()),
            rectified: column(facts, |facts| facts.rectified.into()),
        }
    }
}

impl Output {
    const EMPTY: Self = Self {
        severity: [0; BATCH],
        fine: [0; BATCH],
        credit_points: [0; BATCH],
        exposure_days: [0; BATCH],
        court: [0; BATCH],
        ban: [0; BATCH],
        service: [0; BATCH],
        promotion: [0; BATCH],
        fired: [0; BATCH],
    };

    fn row(&self, row: usize) -> (Outcomes, Rules) {
        let outcomes = Outcomes {
            severity: Severity::ALL[usize::from(self.severity[row])],
            fine: self.fine[row],
            credit_points: self.credit_points[row].into(),
            exposure_days: self.exposure_days[row].into(),
            court: self.court[row] == 1,
            ban: self.ban[row] == 1,
            service: self.service[row] == 1,
            promotion: self.promotion[row] == 1,
        };
        (outcomes, Rules(self.fired[row]))
    }
}

fn decide(input: &[Input], output: &mut [Output]) {
    let mut applies = [[0; BATCH]; rules::NAMES.len()];
    for (input, output) in input.iter().zip(output) {
        gravity(input, output, &mut applies);
        conditions(input, output, &mut applies);
        fines(input, output, &applies);
        fired(output, &applies);
    }
}

/// How grave it is.
fn gravity(input: &Input, output: &mut Output, applies: &mut Applies) {
    // Narrow what is wide first: the loops after this one are over bytes alone.
    let mut hurt = [0; BATCH];
    let mut killed = [0; BATCH];
    let mut wrong_often = [0; BATCH];
    let mut defective = [0; BATCH];
    let mut large = [0; BATCH];
    for row in 0..BATCH {
        hurt[row] = u8::from(input.injured[row] >= 1);
        killed[row] = u8::from(input.deaths[row] >= 1) | u8::from(input.injured[row] >= 10);
        wrong_often[row] = u8::from(input.defect_rate[row] >= 500);
        defective[row] = u8::from(input.defect_rate[row] >= 2_000);
    }
    for row in 0..BATCH {
        large[row] = u8::from(input.goods_value[row] >= 15_000_000);
    }
    for row in 0..BATCH {
        let act = input.act[row];
        let is = |other: Act| u8::from(act == other as u8);
        let violation = u8::from(act != Act::None as u8);
        let labelled_wrong_often = is(Act::Labelling) & wrong_often[row];
        let forbidden = is(Act::Counterfeit) | is(Act::IllegalAdditive);
        let harmful = violation & (hurt[row] | defective[row]);
        let deadly = violation & killed[row];
        let large = is(Act::IllegalAdditive) & large[row];
        applies[index(rules::FORMAL)][row] = is(Act::Paperwork) | is(Act::Labelling);
        applies[index(rules::LABELLED_WRONG_OFTEN)][row] = labelled_wrong_often;
        applies[index(rules::DECLARED_NOT_KEPT)][row] = is(Act::BelowDeclared);
        applies[index(rules::COMPULSORY_NOT_KEPT)][row] = is(Act::BelowCompulsory);
        applies[index(rules::FORBIDDEN)][row] = forbidden;
        applies[index(rules::HARMFUL)][row] = harmful;
        applies[index(rules::DEADLY)][row] = deadly;
        applies[index(rules::LARGE)][row] = large;
        // Acts are listed by what they weigh: two are general, and two are grave.
        let of_act = act - u8::from(act >= Act::Labelling as u8) - is(Act::IllegalAdditive);
        output.severity[row] = (of_act + labelled_wrong_often).max(3 * harmful).max(4 * deadly);
        output.court[row] = large | deadly;
        output.ban[row] = forbidden;
    }
}

/// All that follows from the severity, but for the fine.
fn conditions(input: &Input, output: &mut Output, applies: &mut Applies) {
    let mut unhurt = [0; BATCH];
    let mut many = [0; BATCH];
    for row in 0..BATCH {
        unhurt[row] = u8::from(input.injured[row] | input.deaths[row] == 0);
        many[row] = u8::from(input.units_sold[row] > 1_000);
    }
    for row in 0..BATCH {
        let severity = output.severity[row];
        let at_least = |least: Severity| u8::from(severity >= least as u8);
        let prior_violations = input.prior_violations[row];
        let serious = at_least(Severity::Serious);
        let grave = at_least(Severity::Grave);
        let in_time = u8::from(input.stage[row] == Stage::BeforeMarket as u8);
        let recall = u8::from(input.stage[row] == Stage::Recall as u8);
        let repeated = u8::from(prior_violations >= 2);
        let good_faith = recall & input.cooperates[row] & input.rectified[row] & unhurt[row];
        let credit_lost = serious & (1 - good_faith);
        let helped = at_least(Severity::General) & (1 - serious);
        let promoted = input.declared_standard[row]
            & input.keeps_declared[row]
            & u8::from(input.act[row] == Act::None as u8)
            & u8::from(prior_violations == 0);
        applies[index(rules::FINED)][row] = at_least(Severity::Minor);
        applies[index(rules::FINED_BY_UNIT)][row] = serious & many[row];
        applies[index(rules::REPEATED)][row] = repeated;
        applies[index(rules::COOPERATIVE)][row] = input.cooperates[row] & (1 - grave);
        applies[index(rules::PUT_RIGHT)][row] = input.rectified[row] & (1 - serious);
        applies[index(rules::STOPPED_IN_TIME)][row] = in_time;
        applies[index(rules::GRAVE_FLOOR)][row] = grave & (1 - in_time);
        applies[index(rules::RECALLED_IN_GOOD_FAITH)][row] = good_faith;
        applies[index(rules::CREDIT_LOST)][row] = credit_lost;
        applies[index(rules::EXPOSED_LONGER)][row] = grave & u8::from(prior_violations >= 1);
        applies[index(rules::HELPED)][row] = helped;
        applies[index(rules::PROMOTED)][row] = promoted;
        output.credit_points[row] = (2 * prior_violations) * repeated + 10 * credit_lost;
        output.service[row] = good_faith | helped;
        output.promotion[row] = promoted;
    }
    for row in 0..BATCH {
        output.exposure_days[row] = (90 * u16::from(applies[index(rules::CREDIT_LOST)][row]))
            .max(365 * u16::from(applies[index(rules::EXPOSED_LONGER)][row]));
    }
}

/// The money is in whole numbers below 2^52, with which binary floats are exact; and vectors multiply and compare them in
/// one step, but not 64-bit integers.
fn fines(input: &Input, output: &mut Output, applies: &Applies) {
    const UNIT: f64 = CNY as f64;
    const FINE_UNIT: f64 = (CNY * FINER) as f64;
    const CENT: f64 = FINE_UNIT / 100.0;
    const WHOLE: f64 = (1_i64 << 52) as f64;
    let of = |rule: Rules| &applies[index(rule)];
    let fined = of(rules::FINED);
    let by_unit = of(rules::FINED_BY_UNIT);
    let repeated = of(rules::REPEATED);
    let cooperative = of(rules::COOPERATIVE);
    let put_right = of(rules::PUT_RIGHT);
    let in_time = of(rules::STOPPED_IN_TIME);
    let grave_floor = of(rules::GRAVE_FLOOR);
    let mut multiplier = [0_i32; BATCH];
    let mut factor = [0_i32; BATCH];
    let mut units = [0_i32; BATCH];
    for row in 0..BATCH {
        let when = |severity: Severity| i32::from(output.severity[row] == severity as u8);
        multiplier[row] =
            50 * when(Severity::Minor) + 150 * when(Severity::Serious) + 325 * when(Severity::Grave);
        factor[row] = i32::from(fined[row])
            * (2 + i32::from(repeated[row]))
            * (4 - i32::from(cooperative[row]))
            * (10 - 3 * i32::from(put_right[row]));
        units[row] = i32::from(by_unit[row]) * input.units_sold[row] as i32;
    }
    for row in 0..BATCH {
        let by_value = least(
            most(f64::from(multiplier[row]) * input.goods_value[row] as f64, 500.0 * UNIT),
            8_000_000.0 * UNIT,
        );
        let by_units = least(3_500.0 * f64::from(units[row]), 500_000.0 * UNIT);
        let floor = f64::from(grave_floor[row]) * (100_000.0 * FINE_UNIT);
        let cap = (10_000_000.0 - f64::from(in_time[row]) * 9_950_000.0) * FINE_UNIT;
        let fine = least(most((by_value + by_units) * f64::from(factor[row]), floor), cap);
        // Half up: fines are whole numbers, so half of one more makes a tie no tie. What is added then leaves the
        // nearest whole number in the lowest bits.
        let cents = (fine + 0.5) * (1.0 / CENT) + WHOLE;
        output.fine[row] = (cents.to_bits() - WHOLE.to_bits()) as i64;
    }
}

/// One instruction, which `f64::min` is not: it minds numbers that are none.
fn least(one: f64, other: f64) -> f64 {
    if one < other { one } else { other }
}

fn most(one: f64, other: f64) -> f64 {
    if one > other { one } else { other }
}

fn fired(output: &mut Output, applies: &Applies) {
    // By bytes first, of which vectors hold four times as many.
    for row in 0..BATCH {
        let byte = |from: usize| {
            let to = (from + 8).min(applies.len());
            (from..to).fold(0, |byte, rule| byte | (applies[rule][row] << (rule - from)))
        };
        output.fired[row] = u32::from_le_bytes([byte(0), byte(8), byte(16), 0]);
    }
}

pub struct Columns {
    description: Description,
    input: Vec<Input>,
    output: Vec<Output>,
}

impl Columns {
    pub const NAME: &str = "limit2, columns";

    /// Holds every row against `limit2`.
    ///
    /// # Errors
    ///
    /// The first row on which they differ, with both answers.
    pub fn prepare(policy: &str, facts: &[Facts]) -> Result<Self, String> {
        assert!(facts.len().is_multiple_of(BATCH), "whole batches");
        let input: Vec<Input> = facts.chunks_exact(BATCH).map(Input::new).collect();
        let mut output = vec![Output::EMPTY; input.len()];
        decide(&input, &mut output);
        for (row, facts) in facts.iter().enumerate() {
            let by_row = limit2::decide(&Case::new(facts));
            let (outcomes, fired) = output[row / BATCH].row(row % BATCH);
            if outcomes != by_row.outcomes || fired != by_row.fired {
                return Err(format!(
                    "{policy}, {}, row {row}: {facts:?}\n  limit2: {:?} {:?}\n  columns: {outcomes:?} {fired:?}",
                    Self::NAME,
                    by_row.outcomes,
                    by_row.fired,
                ));
            }
        }
        let description = Description {
            policy: policy.to_owned(),
            engine: Self::NAME,
            load: None,
            agreement: format!("as limit2 in all of {} rows", facts.len()),
        };
        Ok(Self { description, input, output })
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
        decide(black_box(&self.input), black_box(&mut self.output));
        self.input.len() * BATCH
    }
}
