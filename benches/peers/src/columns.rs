//! Policy A over columns: the arithmetic of `limit2`, a million cases at a time.
//!
//! No branch depends on a case, and the rows go through in blocks that stay in the nearest cache: first the conditions, as
//! bytes of 0 and 1; then the money, as 64-bit integers; then the sets of fired rules. Only the last division, by what a
//! cent is, is nothing that the compiler has vectors for.

use std::hint::black_box;

use crate::contender::{Contender, Description, Form};
use crate::limit2::{self, CNY, Case, FINER, to_cents};
use crate::quality::{Act, Facts, Outcomes, Severity, Stage};
use crate::rules::{self, Rules};

const BLOCK: usize = 500;

/// Contiguous, in blocks of a length that the compiler knows.
type Column<T> = Vec<[T; BLOCK]>;

#[derive(Default)]
struct Input {
    act: Column<u8>,
    stage: Column<u8>,
    declared_standard: Column<u8>,
    keeps_declared: Column<u8>,
    defect_rate: Column<u16>,
    goods_value: Column<i64>,
    units_sold: Column<u32>,
    injured: Column<u32>,
    deaths: Column<u32>,
    prior_violations: Column<u8>,
    cooperates: Column<u8>,
    rectified: Column<u8>,
}

#[derive(Default)]
struct Output {
    severity: Column<u8>,
    fine: Column<i64>,
    credit_points: Column<u8>,
    exposure_days: Column<u16>,
    court: Column<u8>,
    ban: Column<u8>,
    service: Column<u8>,
    promotion: Column<u8>,
    fired: Column<u32>,
}

/// For each rule and row of a block whether it applies.
type Applies = [[u8; BLOCK]; rules::NAMES.len()];

const fn index(rule: Rules) -> usize {
    rule.0.trailing_zeros() as usize
}

impl Input {
    fn new(facts: &[Facts]) -> Self {
        fn column<T: Copy + Default>(facts: &[Facts], of: impl Fn(&Facts) -> T) -> Column<T> {
            let blocks = facts.chunks_exact(BLOCK);
            assert!(blocks.remainder().is_empty(), "whole blocks");
            blocks
                .map(|block| {
                    let mut values = [T::default(); BLOCK];
                    for (value, facts) in values.iter_mut().zip(block) {
                        *value = of(facts);
                    }
                    values
                })
                .collect()
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
    fn new(blocks: usize) -> Self {
        Self {
            severity: vec![[0; BLOCK]; blocks],
            fine: vec![[0; BLOCK]; blocks],
            credit_points: vec![[0; BLOCK]; blocks],
            exposure_days: vec![[0; BLOCK]; blocks],
            court: vec![[0; BLOCK]; blocks],
            ban: vec![[0; BLOCK]; blocks],
            service: vec![[0; BLOCK]; blocks],
            promotion: vec![[0; BLOCK]; blocks],
            fired: vec![[0; BLOCK]; blocks],
        }
    }
}

fn decide(input: &Input, output: &mut Output) {
    let mut applies = [[0; BLOCK]; rules::NAMES.len()];
    for block in 0..input.act.len() {
        gravity(input, output, block, &mut applies);
        conditions(input, output, block, &mut applies);
        fines(input, output, block, &applies);
        let fired = &mut output.fired[block];
        *fired = [0; BLOCK];
        for (rule, applies) in applies.iter().enumerate() {
            for row in 0..BLOCK {
                fired[row] |= u32::from(applies[row]) << rule;
            }
        }
    }
}

/// How grave it is.
fn gravity(input: &Input, output: &mut Output, block: usize, applies: &mut Applies) {
    let act = &input.act[block];
    let defect_rate = &input.defect_rate[block];
    let goods_value = &input.goods_value[block];
    let injured = &input.injured[block];
    let deaths = &input.deaths[block];
    let severity = &mut output.severity[block];
    let court = &mut output.court[block];
    let ban = &mut output.ban[block];
    for row in 0..BLOCK {
        let act = act[row];
        let is = |other: Act| u8::from(act == other as u8);
        let violation = u8::from(act != Act::None as u8);
        let labelled_wrong_often = is(Act::Labelling) & u8::from(defect_rate[row] >= 500);
        let forbidden = is(Act::Counterfeit) | is(Act::IllegalAdditive);
        let harmful = violation & (u8::from(injured[row] >= 1) | u8::from(defect_rate[row] >= 2_000));
        let deadly = violation & (u8::from(deaths[row] >= 1) | u8::from(injured[row] >= 10));
        applies[index(rules::FORMAL)][row] = is(Act::Paperwork) | is(Act::Labelling);
        applies[index(rules::LABELLED_WRONG_OFTEN)][row] = labelled_wrong_often;
        applies[index(rules::DECLARED_NOT_KEPT)][row] = is(Act::BelowDeclared);
        applies[index(rules::COMPULSORY_NOT_KEPT)][row] = is(Act::BelowCompulsory);
        applies[index(rules::FORBIDDEN)][row] = forbidden;
        applies[index(rules::HARMFUL)][row] = harmful;
        applies[index(rules::DEADLY)][row] = deadly;
        // Acts are listed by what they weigh: two are general, and two are grave.
        let of_act = act - u8::from(act >= Act::Labelling as u8) - is(Act::IllegalAdditive);
        severity[row] = (of_act + labelled_wrong_often).max(3 * harmful).max(4 * deadly);
        ban[row] = forbidden;
    }
    for row in 0..BLOCK {
        let large =
            u8::from(act[row] == Act::IllegalAdditive as u8) & u8::from(goods_value[row] >= 15_000_000);
        applies[index(rules::LARGE)][row] = large;
        court[row] = large | applies[index(rules::DEADLY)][row];
    }
}

/// All that follows from the severity, but for the fine.
fn conditions(input: &Input, output: &mut Output, block: usize, applies: &mut Applies) {
    let act = &input.act[block];
    let stage = &input.stage[block];
    let declared_standard = &input.declared_standard[block];
    let keeps_declared = &input.keeps_declared[block];
    let units_sold = &input.units_sold[block];
    let injured = &input.injured[block];
    let deaths = &input.deaths[block];
    let prior_violations = &input.prior_violations[block];
    let cooperates = &input.cooperates[block];
    let rectified = &input.rectified[block];
    let severity = &output.severity[block];
    let credit_points = &mut output.credit_points[block];
    let exposure_days = &mut output.exposure_days[block];
    let service = &mut output.service[block];
    let promotion = &mut output.promotion[block];
    for row in 0..BLOCK {
        let at_least = |least: Severity| u8::from(severity[row] >= least as u8);
        let serious = at_least(Severity::Serious);
        let grave = at_least(Severity::Grave);
        let in_time = u8::from(stage[row] == Stage::BeforeMarket as u8);
        let repeated = u8::from(prior_violations[row] >= 2);
        let good_faith = u8::from(stage[row] == Stage::Recall as u8)
            & cooperates[row]
            & rectified[row]
            & u8::from(injured[row] | deaths[row] == 0);
        let credit_lost = serious & (1 - good_faith);
        let helped = at_least(Severity::General) & (1 - serious);
        let promoted = declared_standard[row]
            & keeps_declared[row]
            & u8::from(act[row] == Act::None as u8)
            & u8::from(prior_violations[row] == 0);
        applies[index(rules::FINED)][row] = at_least(Severity::Minor);
        applies[index(rules::FINED_BY_UNIT)][row] = serious & u8::from(units_sold[row] > 1_000);
        applies[index(rules::REPEATED)][row] = repeated;
        applies[index(rules::COOPERATIVE)][row] = cooperates[row] & (1 - grave);
        applies[index(rules::PUT_RIGHT)][row] = rectified[row] & (1 - serious);
        applies[index(rules::STOPPED_IN_TIME)][row] = in_time;
        applies[index(rules::GRAVE_FLOOR)][row] = grave & (1 - in_time);
        applies[index(rules::RECALLED_IN_GOOD_FAITH)][row] = good_faith;
        applies[index(rules::CREDIT_LOST)][row] = credit_lost;
        applies[index(rules::EXPOSED_LONGER)][row] = grave & u8::from(prior_violations[row] >= 1);
        applies[index(rules::HELPED)][row] = helped;
        applies[index(rules::PROMOTED)][row] = promoted;
        credit_points[row] = 2 * prior_violations[row] * repeated + 10 * credit_lost;
        service[row] = good_faith | helped;
        promotion[row] = promoted;
    }
    for row in 0..BLOCK {
        exposure_days[row] = (90 * u16::from(applies[index(rules::CREDIT_LOST)][row]))
            .max(365 * u16::from(applies[index(rules::EXPOSED_LONGER)][row]));
    }
}

fn fines(input: &Input, output: &mut Output, block: usize, applies: &Applies) {
    let goods_value = &input.goods_value[block];
    let units_sold = &input.units_sold[block];
    let severity = &output.severity[block];
    let fine = &mut output.fine[block];
    let of = |rule: Rules| &applies[index(rule)];
    let fined = of(rules::FINED);
    let by_unit = of(rules::FINED_BY_UNIT);
    let repeated = of(rules::REPEATED);
    let cooperative = of(rules::COOPERATIVE);
    let put_right = of(rules::PUT_RIGHT);
    let in_time = of(rules::STOPPED_IN_TIME);
    let grave_floor = of(rules::GRAVE_FLOOR);
    // The factor and the multiplier fit into 16 bits, of which vectors hold more.
    let mut multiplier = [0_u16; BLOCK];
    let mut factor = [0_u16; BLOCK];
    for row in 0..BLOCK {
        let found = u16::from(severity[row]);
        let when = |severity: Severity| u16::from(found == severity as u16);
        multiplier[row] =
            50 * when(Severity::Minor) + 150 * when(Severity::Serious) + 325 * when(Severity::Grave);
        factor[row] = u16::from(fined[row])
            * (2 + u16::from(repeated[row]))
            * (4 - u16::from(cooperative[row]))
            * (10 - 3 * u16::from(put_right[row]));
    }
    for row in 0..BLOCK {
        let by_value = (i64::from(multiplier[row]) * goods_value[row]).clamp(500 * CNY, 8_000_000 * CNY);
        let by_units = (i64::from(by_unit[row]) * 3_500 * i64::from(units_sold[row])).min(500_000 * CNY);
        let floor = i64::from(grave_floor[row]) * 100_000;
        let cap = 10_000_000 - i64::from(in_time[row]) * 9_950_000;
        fine[row] =
            ((by_value + by_units) * i64::from(factor[row])).max(floor * CNY * FINER).min(cap * CNY * FINER);
    }
    for fine in fine {
        *fine = to_cents(*fine);
    }
}

pub struct Columns {
    description: Description,
    rows: usize,
    input: Input,
    output: Output,
}

impl Columns {
    pub const NAME: &str = "limit2, columns";

    /// Holds every row against `limit2`.
    ///
    /// # Errors
    ///
    /// The first row on which they differ, with both answers.
    pub fn prepare(policy: &str, facts: &[Facts]) -> Result<Self, String> {
        let input = Input::new(facts);
        let mut output = Output::new(input.act.len());
        decide(&input, &mut output);
        for (row, facts) in facts.iter().enumerate() {
            let by_row = limit2::decide(&Case::new(facts));
            let (outcomes, fired) = output.row(row);
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
        Ok(Self { description, rows: facts.len(), input, output })
    }
}

impl Output {
    fn row(&self, row: usize) -> (Outcomes, Rules) {
        let (block, row) = (row / BLOCK, row % BLOCK);
        let outcomes = Outcomes {
            severity: Severity::ALL[usize::from(self.severity[block][row])],
            fine: self.fine[block][row],
            credit_points: self.credit_points[block][row].into(),
            exposure_days: self.exposure_days[block][row].into(),
            court: self.court[block][row] == 1,
            ban: self.ban[block][row] == 1,
            service: self.service[block][row] == 1,
            promotion: self.promotion[block][row] == 1,
        };
        (outcomes, Rules(self.fired[block][row]))
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
        self.rows
    }
}
