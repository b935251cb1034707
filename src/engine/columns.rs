//! Cases as columns: one slice of values for each fact, laid out as Arrow lays them out, and columns of outcomes back.
//!
//! Every row is decided as [`Policy::decide_json`] decides it, on any number of threads. What the compiled program leaves
//! to the reference evaluator is decided by it, row by row.
//!
//! ```
//! use assize::columns::{Columns, Values};
//! # let policy = assize::Policy::from_text("p.assize", "policy p unit EUR, 2 decimals
//! #     facts value: EUR, 0 or more  illegal: bool
//! #     outcome fine: EUR, sum, rounded to 0.01 EUR half up
//! #     rule r when illegal then fine: 15% * value")?;
//! let (value, illegal) = (policy.fact("value").unwrap(), policy.fact("illegal").unwrap());
//! let mut columns = Columns::new(3);
//! columns.give(value, Values::Numbers { units: &[199_990, 10_000, -1], scale: 2 }, None);
//! columns.give(illegal, Values::Bools(&[0b101]), None); // yes, no, yes
//!
//! let decisions = policy.decide_batch(&columns)?;
//! let fine = decisions.outcome(policy.outcome("fine").unwrap()).unwrap();
//! assert_eq!((fine.number(0), fine.number(1)), (Some(29_999), Some(0))); // 299.99 and 0.00
//! assert_eq!(fine.scale(), 2);
//! // The third row is refused: its value is below zero.
//! assert_eq!(decisions.exceptions().map(|(row, decision)| (row, decision.status())).collect::<Vec<_>>(),
//!     [(2, assize::Status::Refused)]);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::Arc;

use super::{FactKey, OutcomeKey, Policy};
use crate::batch::{self, BLOCK, Decided, NO_MEMBER, OutcomeValues, Runner, Share, Units, has};
use crate::decision::{Decision, Status};
use crate::eval::{decided, number_at, value_of};
use crate::program::{Kind, Program};
use crate::value::{Number, Value, date_of};

pub use self::narrow::Narrow;

mod narrow;

/// Rows that one thread decides at a time.
const SHARE: usize = 128 * BLOCK;

/// The same for rows of a policy that is not compiled.
const ALONE: usize = 256;

/// The values of one fact, row by row.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Values<'a> {
    /// A bit for each row, the lowest of each byte first.
    Bools(&'a [u8]),
    /// An `integer`, or a count of `days`, `working days` or `months`.
    Integers(&'a [i64]),
    /// A `number` or an amount: units of ten to the power of minus `scale`.
    Numbers {
        /// 1250 at scale 2 is 12.50.
        units: &'a [i64],
        /// At most 28.
        scale: u32,
    },
    /// The same in 128 bits, as Arrow's `Decimal128`.
    WideNumbers {
        /// 1250 at scale 2 is 12.50.
        units: &'a [i128],
        /// At most 28.
        scale: u32,
    },
    /// Days since 1970-01-01, as Arrow's `Date32`.
    Dates(&'a [i32]),
    /// Members of an enum or scale, as places in a list of wire names (Arrow's dictionary).
    Members {
        /// By row, a place in `names`.
        keys: &'a [u32],
        /// Wire names.
        names: &'a [&'a str],
    },
    /// As [`Integers`](Self::Integers), in fewer bits.
    NarrowIntegers(Narrow<'a>),
    /// As [`Numbers`](Self::Numbers), in fewer bits.
    NarrowNumbers {
        /// 1250 at scale 2 is 12.50.
        units: Narrow<'a>,
        /// At most 28.
        scale: u32,
    },
    /// As [`Members`](Self::Members), with narrower places; one below 0 has no name.
    NarrowMembers {
        /// By row, a place in `names`.
        keys: Narrow<'a>,
        /// Wire names.
        names: &'a [&'a str],
    },
}

/// Columns that cannot be decided.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ColumnError {
    /// A column has not a value, or its bitmap not a bit, for each row.
    #[error("the column of `{fact}` does not have {rows} rows")]
    Length {
        /// The wire name of the fact.
        fact: String,
        /// How many rows there should be.
        rows: usize,
    },
    /// A fact has two columns.
    #[error("`{0}` is given twice")]
    Twice(String),
    /// The key belongs to another policy.
    #[error("a key of another policy")]
    Foreign,
}

/// The facts of some cases: see the [module](self).
#[derive(Clone, Debug)]
pub struct Columns<'a> {
    rows: usize,
    columns: Vec<(FactKey, Values<'a>, Option<&'a [u8]>)>,
}

impl<'a> Columns<'a> {
    /// So many rows that give no facts yet.
    #[must_use]
    pub fn new(rows: usize) -> Self {
        Self { rows, columns: Vec::new() }
    }

    /// Gives the values of a fact. `valid` has a bit for each row that has a value, the lowest of each byte first; in the
    /// others the fact is not given. A fact without a column is given in no row.
    pub fn give(&mut self, fact: FactKey, values: Values<'a>, valid: Option<&'a [u8]>) {
        self.columns.push((fact, values, valid));
    }
}

impl Values<'_> {
    /// Whether there are so many values.
    fn have(&self, rows: usize) -> bool {
        match self {
            Self::Bools(bits) => bits.len() == rows.div_ceil(8),
            Self::Integers(values) => values.len() == rows,
            Self::Numbers { units, .. } => units.len() == rows,
            Self::WideNumbers { units, .. } => units.len() == rows,
            Self::Dates(days) => days.len() == rows,
            Self::Members { keys, .. } => keys.len() == rows,
            Self::NarrowIntegers(numbers)
            | Self::NarrowNumbers { units: numbers, .. }
            | Self::NarrowMembers { keys: numbers, .. } => numbers.len() == rows,
        }
    }
}

/// The answers to some cases, as columns.
#[derive(Clone, Debug)]
pub struct Decisions {
    pub(super) policy: Policy,
    pub(super) decided: Decided,
    /// Rows whose answer the columns do not hold.
    pub(super) exceptions: BTreeMap<usize, Decision>,
}

/// An outcome, row by row.
#[derive(Clone, Copy, Debug)]
pub struct OutcomeColumn<'d> {
    kind: Kind,
    outcome: &'d batch::Outcome,
    rows: usize,
}

#[cfg(feature = "arrow")]
impl<'d> OutcomeColumn<'d> {
    pub(super) fn new(kind: Kind, outcome: &'d batch::Outcome, rows: usize) -> Self {
        Self { kind, outcome, rows }
    }

    pub(super) fn kind(&self) -> Kind {
        self.kind
    }
}

impl OutcomeColumn<'_> {
    /// The number of a row: a count, units of ten to the power of minus [`scale`](Self::scale), days since 1970-01-01, the
    /// place of a member in its declaration, a set of members as bits, 1 or 0 for yes or no. `None` where there is no such
    /// thing, or where the row is an exception.
    #[must_use]
    pub fn number(&self, row: usize) -> Option<i64> {
        if has(&self.outcome.there, row) { self.outcome.values.number(row) } else { None }
    }

    /// The numbers of all rows, which mean nothing where there is none; `None` for a `bool`.
    ///
    /// They are kept as narrow as the outcome can be, and made wide when they are first asked for:
    /// [`narrow`](Self::narrow) gives them as they are.
    #[must_use]
    pub fn numbers(&self) -> Option<&[i64]> {
        match &self.outcome.values {
            OutcomeValues::Bits(_) => None,
            OutcomeValues::Longs(numbers) => Some(numbers),
            OutcomeValues::Bytes(_) | OutcomeValues::Shorts(_) | OutcomeValues::Words(_) => {
                let numbers = || (0..self.rows).filter_map(|row| self.outcome.values.number(row)).collect();
                Some(self.outcome.wide.get_or_init(numbers))
            }
        }
    }

    /// The same in fewer bits, of an outcome that never needs more than 32; `None` for another one.
    #[must_use]
    pub fn narrow(&self) -> Option<Narrow<'_>> {
        match &self.outcome.values {
            OutcomeValues::Bytes(numbers) => Some(Narrow::I8(numbers)),
            OutcomeValues::Shorts(numbers) => Some(Narrow::I16(numbers)),
            OutcomeValues::Words(numbers) => Some(Narrow::I32(numbers)),
            OutcomeValues::Longs(_) | OutcomeValues::Bits(_) => None,
        }
    }

    /// A `bool` as a bit for each row, the lowest of each byte first, which means nothing where there is none; `None` for
    /// another type.
    #[must_use]
    pub fn bools(&self) -> Option<&[u8]> {
        match &self.outcome.values {
            OutcomeValues::Bits(bits) => bits.get(..self.rows.div_ceil(8)),
            OutcomeValues::Bytes(_)
            | OutcomeValues::Shorts(_)
            | OutcomeValues::Words(_)
            | OutcomeValues::Longs(_) => None,
        }
    }

    /// A bit for each row that has a value, the lowest of each byte first.
    #[must_use]
    pub fn valid(&self) -> &[u8] {
        self.outcome.there.get(..self.rows.div_ceil(8)).unwrap_or_default()
    }

    /// How many digits stand behind the point; 0 unless the outcome is a `number` or an amount.
    #[must_use]
    pub fn scale(&self) -> u32 {
        if let Kind::Number { scale } = self.kind { scale } else { 0 }
    }
}

impl Decisions {
    /// No rows yet: memory for [`Policy::decide_batch_into`].
    #[must_use]
    pub fn new(policy: &Policy) -> Self {
        Self { policy: policy.clone(), decided: Decided::default(), exceptions: BTreeMap::new() }
    }

    /// Decisions made one by one, as rows. All of them are [exceptions](Self::exceptions).
    ///
    /// # Errors
    ///
    /// [`ColumnError::Foreign`] for a decision under another policy.
    ///
    /// ```
    /// use assize::columns::Decisions;
    /// # let policy = assize::Policy::from_text("p.assize", "policy p facts illegal: bool outcome banned: bool = illegal")?;
    /// # let other = assize::Policy::from_text("p.assize", "policy p facts illegal: bool outcome fined: bool = illegal")?;
    /// let cases = [r#"{"illegal": true}"#, "{}"];
    /// let decisions = Decisions::of(&policy, cases.map(|case| policy.decide_json(case)))?;
    /// assert_eq!((decisions.rows(), decisions.status(1)), (2, Some(assize::Status::Undetermined)));
    ///
    /// assert!(Decisions::of(&other, [policy.decide_json("{}")]).is_err());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn of(policy: &Policy, decisions: impl IntoIterator<Item = Decision>) -> Result<Self, ColumnError> {
        let exceptions: BTreeMap<usize, Decision> = decisions.into_iter().enumerate().collect();
        if exceptions.values().any(|decision| !Arc::ptr_eq(&decision.schema, &policy.checked.schema)) {
            return Err(ColumnError::Foreign);
        }
        let decided = Decided { rows: exceptions.len(), ..Decided::default() };
        Ok(Self { policy: policy.clone(), decided, exceptions })
    }

    /// How many rows there are.
    #[must_use]
    pub fn rows(&self) -> usize {
        self.decided.rows
    }

    /// The column of an outcome; `None` for the key of another policy, or where the policy is not compiled or has lists or
    /// records, and every row an exception.
    #[must_use]
    pub fn outcome(&self, outcome: OutcomeKey) -> Option<OutcomeColumn<'_>> {
        if outcome.policy != self.policy.checked.id {
            return None;
        }
        let place = usize::from(outcome.place);
        let output = self.policy.columnar()?.outputs.get(place)?;
        Some(OutcomeColumn {
            kind: output.kind,
            outcome: self.decided.outcomes.get(place)?,
            rows: self.decided.rows,
        })
    }

    /// Rows whose answer the columns do not hold, ascending: those that are not decided, and those with a number that does
    /// not fit. In the columns they have no outcomes.
    pub fn exceptions(&self) -> impl Iterator<Item = (usize, &Decision)> {
        self.exceptions.iter().map(|(row, decision)| (*row, decision))
    }

    /// How the case of a row ended; `None` beyond the last row.
    #[must_use]
    pub fn status(&self, row: usize) -> Option<Status> {
        (row < self.decided.rows).then(|| self.exceptions.get(&row).map_or(Status::Decided, Decision::status))
    }

    /// All of the answer to a row, as [`Policy::decide_json`] gives it; `None` beyond the last row.
    #[must_use]
    pub fn decision(&self, row: usize) -> Option<Decision> {
        if let Some(decision) = self.exceptions.get(&row) {
            return Some(decision.clone());
        }
        let (program, columns) = (self.policy.columnar()?, &self.decided);
        if row >= columns.rows {
            return None;
        }
        let mut outcomes = Vec::with_capacity(program.outputs.len());
        for (output, outcome) in program.outputs.iter().zip(&columns.outcomes) {
            outcomes.push(if has(&outcome.there, row) {
                value_of(outcome.values.number(row)?, output.kind)?
            } else {
                Value::Nothing
            });
        }
        let mut rules = Vec::new();
        self.fired_places(program, row, &mut rules);
        let fired = rules.iter().filter_map(|rule| program.rules.get(*rule as usize));
        let overrides = program.overrides.iter().zip(&columns.overrides).filter(|(_, bits)| has(bits, row));
        let overrides = overrides.map(|(overridden, _)| overridden);
        Some(decided(&self.policy.checked.schema, outcomes, fired, overrides))
    }

    /// The places of the rules that fired in a row of the columns, ascending; what was in `rules` is taken back.
    pub(super) fn fired_places(&self, program: &Program, row: usize, rules: &mut Vec<u32>) {
        let columns = &self.decided;
        let fires = program.fires.iter().zip(&columns.fires).filter(|(_, bits)| has(bits, row));
        let begin = columns.fired.partition_point(|(at, _)| *at < row);
        let in_groups = columns.fired.iter().skip(begin).take_while(|(at, _)| *at == row);
        rules.clear();
        rules.extend(fires.map(|(fires, _)| fires.rule).chain(in_groups.map(|(_, rule)| *rule)));
        rules.sort_unstable();
    }
}

impl Policy {
    /// Decides cases given as columns: see [`columns`](crate::columns). With the feature `parallel` on as many threads as
    /// [rayon] has, with the same answers.
    ///
    /// [rayon]: https://docs.rs/rayon
    ///
    /// # Errors
    ///
    /// [`ColumnError`] for a key of another policy, a fact given twice, too few or too many values. Malformed and missing facts are no error: their rows are
    /// [exceptions](Decisions::exceptions).
    pub fn decide_batch(&self, columns: &Columns<'_>) -> Result<Decisions, ColumnError> {
        let mut decisions = Decisions::new(self);
        self.decide_batch_into(columns, &mut decisions)?;
        Ok(decisions)
    }

    /// As [`decide_batch`](Self::decide_batch), in the memory of earlier decisions, which are taken back.
    ///
    /// # Errors
    ///
    /// The same; then the earlier decisions remain.
    pub fn decide_batch_into(
        &self,
        columns: &Columns<'_>,
        decisions: &mut Decisions,
    ) -> Result<(), ColumnError> {
        let given = self.given(columns)?;
        let policy = self.alone();
        let alone = |row: usize| policy.decide_json(&self.row_json(columns, &given, row));
        self.decide_given(columns.rows, &given, alone, decisions);
        Ok(())
    }

    /// Decides rows that columns do not: all of them in a machine, or those that the program abstained from.
    pub(super) fn alone(&self) -> Self {
        if self.columnar().is_some() { self.reference() } else { self.clone() }
    }

    /// Decides so many rows; what the program does not take is decided by `alone`.
    pub(super) fn decide_given(
        &self,
        rows: usize,
        given: &[batch::Column<'_>],
        alone: impl Fn(usize) -> Decision + Sync,
        decisions: &mut Decisions,
    ) {
        let program = self.columnar();
        let Decisions { policy, decided, exceptions } = decisions;
        *policy = self.clone();
        exceptions.clear();
        let Some(program) = program else {
            *decided = Decided { rows, ..Decided::default() };
            let shares = (0..rows).step_by(ALONE).map(|start| start..rows.min(start.saturating_add(ALONE)));
            let parts =
                in_parallel(shares.collect(), |share| share.map(|row| (row, alone(row))).collect::<Vec<_>>());
            exceptions.extend(parts.into_iter().flatten());
            return;
        };
        decided.prepare(program, rows);
        let parts = in_parallel(decided.shares(SHARE), |mut share| {
            let mut exceptions = Vec::new();
            let left = Runner::new(program).run(given, &mut share);
            share.fired.retain(|(row, _)| left.binary_search(row).is_err());
            for row in left {
                let at = share.start.saturating_add(row);
                let decision = alone(at);
                if !put(program, &mut share, row, &decision) {
                    exceptions.push((at, decision));
                }
            }
            share.fired.sort_unstable();
            (share.start, share.fired, exceptions)
        });
        for (start, fired, more) in parts {
            decided.fired.extend(fired.into_iter().map(|(row, rule)| (row.saturating_add(start), rule)));
            exceptions.extend(more);
        }
    }

    /// The columns as the program takes them.
    fn given<'a>(&self, columns: &Columns<'a>) -> Result<Vec<batch::Column<'a>>, ColumnError> {
        let mut given = Vec::with_capacity(columns.columns.len());
        for (fact, values, valid) in &columns.columns {
            let field = self.checked.schema.facts.fields.get(usize::from(fact.place));
            let Some(field) = field.filter(|_| fact.policy == self.checked.id) else {
                return Err(ColumnError::Foreign);
            };
            let (fact_name, rows) = (field.wire.to_string(), columns.rows);
            if !values.have(rows) || valid.is_some_and(|valid| valid.len() != rows.div_ceil(8)) {
                return Err(ColumnError::Length { fact: fact_name, rows });
            }
            if given.iter().any(|column: &batch::Column<'_>| column.fact == fact.place) {
                return Err(ColumnError::Twice(fact_name));
            }
            given.push(batch::Column {
                fact: fact.place,
                values: self.values(*fact, *values),
                valid: *valid,
            });
        }
        Ok(given)
    }

    /// The values as the program takes them.
    pub(super) fn values<'a>(&self, fact: FactKey, values: Values<'a>) -> batch::Values<'a> {
        let finer = |scale: u32| if fact.in_percent { scale.saturating_add(2) } else { scale };
        match values {
            Values::Bools(bits) => batch::Values::Bools(bits),
            Values::Integers(values) => batch::Values::Integers(Units::I64(values)),
            Values::NarrowIntegers(values) => batch::Values::Integers(values.units()),
            Values::Numbers { units, scale } => {
                batch::Values::Numbers { units: Units::I64(units), scale: finer(scale) }
            }
            Values::NarrowNumbers { units, scale } => {
                batch::Values::Numbers { units: units.units(), scale: finer(scale) }
            }
            Values::WideNumbers { units, scale } => batch::Values::WideNumbers { units, scale: finer(scale) },
            Values::Dates(days) => batch::Values::Dates(days),
            Values::Members { keys, names } => self.members(fact, Units::U32(keys), names),
            Values::NarrowMembers { keys, names } => self.members(fact, keys.units(), names),
        }
    }

    fn members<'a>(&self, fact: FactKey, keys: Units<'a>, names: &[&str]) -> batch::Values<'a> {
        let field = self.checked.schema.facts.fields.get(usize::from(fact.place));
        let def = field.and_then(|field| self.checked.schema.enumeration_in(&field.ty));
        let place = |name: &&str| {
            let place = def.and_then(|def| def.members.iter().position(|member| *member.wire == **name));
            place.and_then(|place| i64::try_from(place).ok()).unwrap_or(NO_MEMBER)
        };
        batch::Values::Members { keys, members: names.iter().map(place).collect() }
    }

    /// The facts of a row as one line of JSON.
    fn row_json(&self, columns: &Columns<'_>, given: &[batch::Column<'_>], row: usize) -> String {
        let fields = &self.checked.schema.facts.fields;
        let mut json = String::from("{");
        for ((fact, values, _), column) in columns.columns.iter().zip(given) {
            let text = if column.is_valid(row) { text_of(values, row) } else { None };
            if let (Some(text), Some(field)) = (text, fields.get(usize::from(fact.place))) {
                let comma = if json.len() > 1 { "," } else { "" };
                // Writing into a string does not fail.
                let _ = write!(json, "{comma}{}:{text}", serde_json::Value::from(&*field.wire));
            }
        }
        json.push('}');
        json
    }
}

/// A value as JSON.
fn text_of(values: &Values<'_>, row: usize) -> Option<String> {
    Some(match values {
        Values::Bools(bits) => has(bits, row).to_string(),
        Values::Integers(values) => values.get(row)?.to_string(),
        Values::Numbers { units, scale } => number_text(i128::from(*units.get(row)?), *scale),
        Values::WideNumbers { units, scale } => number_text(*units.get(row)?, *scale),
        Values::Dates(days) => match date_of(i64::from(*days.get(row)?)) {
            Ok(date) => format!("\"{date}\""),
            // No day of the calendar, which is told.
            Err(_) => format!("\"day {}\"", days.get(row)?),
        },
        Values::Members { keys, names } => name_text((*keys.get(row)?).into(), names),
        Values::NarrowIntegers(values) => values.get(row)?.to_string(),
        Values::NarrowNumbers { units, scale } => number_text(units.get(row)?.into(), *scale),
        Values::NarrowMembers { keys, names } => name_text(keys.get(row)?, names),
    })
}

fn name_text(key: i64, names: &[&str]) -> String {
    let name = usize::try_from(key).ok().and_then(|key| names.get(key)).copied();
    serde_json::Value::from(name.unwrap_or("no name of the list")).to_string()
}

/// As the text of a JSON string; one that no number holds is written with its exponent, for its error to show it.
pub(super) fn number_text(units: i128, scale: u32) -> String {
    match Number::from_units(units, scale).ok().and_then(|number| number.to_text(0)) {
        Some(text) => format!("\"{text}\""),
        None => format!("\"{units}e-{scale}\""),
    }
}

/// Puts the answer of the reference evaluator into the columns; no where they do not hold it.
fn put(program: &Program, share: &mut Share<'_>, row: usize, decision: &Decision) -> bool {
    clear(share, row);
    if !decision.is_decided() {
        return false;
    }
    let mut numbers = Vec::with_capacity(decision.outcomes.len());
    for (output, value) in program.outputs.iter().zip(&decision.outcomes) {
        let number = number_at(value, output.kind);
        if number.is_none() && *value != Value::Nothing {
            return false;
        }
        numbers.push(number);
    }
    for (number, outcome) in numbers.iter().zip(&mut share.outcomes) {
        let Some(number) = number else { continue };
        set(outcome.there, row);
        if !outcome.values.put(row, *number) {
            clear(share, row);
            return false;
        }
    }
    for fired in &decision.fired {
        let place = program.rules.binary_search(&fired.rule).ok().and_then(|place| u32::try_from(place).ok());
        // A rule of which the program knows only that it does not know it.
        let Some(place) = place else {
            clear(share, row);
            return false;
        };
        match program.fires.iter().position(|fires| fires.rule == place) {
            Some(at) => {
                if let Some(bits) = share.fires.get_mut(at) {
                    set(bits, row);
                }
            }
            None => share.fired.push((row, place)),
        }
    }
    for overridden in &decision.overridden {
        let same = program.overrides.iter().position(|one| {
            one.rule == overridden.rule && one.by == overridden.by && one.outcomes == overridden.outcomes
        });
        let Some(bits) = same.and_then(|at| share.overrides.get_mut(at)) else {
            clear(share, row);
            return false;
        };
        set(bits, row);
    }
    true
}

/// Takes back what the program made of a row that it left.
fn clear(share: &mut Share<'_>, row: usize) {
    let unset = |bits: &mut [u8]| {
        if let Some(byte) = bits.get_mut(row / 8) {
            *byte &= !(1 << (row % 8));
        }
    };
    for outcome in &mut share.outcomes {
        unset(outcome.there);
        outcome.values.put(row, 0);
    }
    share.fires.iter_mut().chain(&mut share.overrides).for_each(|bits| unset(bits));
}

fn set(bits: &mut [u8], row: usize) {
    if let Some(byte) = bits.get_mut(row / 8) {
        *byte |= 1 << (row % 8);
    }
}

/// Each share decided, in order.
#[cfg(feature = "parallel")]
fn in_parallel<S: Send, T: Send>(shares: Vec<S>, decide: impl Fn(S) -> T + Sync + Send) -> Vec<T> {
    use rayon::iter::{IntoParallelIterator as _, ParallelIterator as _};
    shares.into_par_iter().map(decide).collect()
}

/// Each share decided, in order.
#[cfg(not(feature = "parallel"))]
fn in_parallel<S, T>(shares: Vec<S>, decide: impl Fn(S) -> T) -> Vec<T> {
    shares.into_iter().map(decide).collect()
}
