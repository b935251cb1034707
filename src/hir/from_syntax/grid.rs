//! How many decimals an amount can have: an outcome that the wire shows with fewer must be rounded (rulings 14, 17).

use std::collections::BTreeSet;

use super::constants::fold;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::hir::{
    Aggregate, BinaryOp, Body, Expr, ExprKind, Measure, MeasureKind, NamedId, Outcome, OutcomeId,
    OutcomeSource, Policy, Readable, Rule, UnaryOp,
};
use crate::types::{Presence, Type};
use crate::value::{self, Number, Value};

/// The finest grid that all values of an expression lie on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Grid {
    /// At most so many decimals.
    Decimals(u32),
    /// Some finite number of decimals.
    Finite,
    /// Perhaps a fraction without finite form.
    Fraction,
}

impl Grid {
    fn times(self, other: Self) -> Self {
        match (self, other) {
            (Self::Decimals(a), Self::Decimals(b)) => Self::Decimals(a.saturating_add(b)),
            (a, b) => a.max(b).max(Self::Finite),
        }
    }
}

/// Checks the outcomes of numbers and amounts.
pub(super) fn check(policy: &Policy, setting: &[Vec<&Rule>], broken: &BTreeSet<Readable>, sink: &mut Sink) {
    let mut grids = Grids {
        policy,
        setting,
        named: vec![Grid::Finite; policy.named.len()],
        outcomes: vec![Grid::Finite; policy.outcomes.len()],
    };
    for readable in &policy.reading_order {
        let id = match readable {
            Readable::Named(id) => {
                let grid = grids.definition(*id);
                if let Some(slot) = grids.named.get_mut(id.0 as usize) {
                    *slot = grid;
                }
                continue;
            }
            Readable::Outcome(id) => id,
        };
        let Some(outcome) = policy.outcomes.get(id.0 as usize) else { continue };
        let unrounded = grids.outcome(*id, outcome);
        let grid = match outcome.rounding {
            Some(rounding) => rounding.step.decimals().map_or(Grid::Finite, Grid::Decimals),
            None => unrounded,
        };
        if let Some(slot) = grids.outcomes.get_mut(id.0 as usize) {
            *slot = grid;
        }
        let reads_broken =
            grids.measures(*id).any(|measure| measure.kind.exprs().any(|expr| expr.is_broken()));
        if broken.contains(readable) || reads_broken {
            continue;
        }
        must_be_rounded(policy, outcome, grid, sink);
        limits_on_grid(&grids, outcome, sink);
    }
}

fn must_be_rounded(policy: &Policy, outcome: &Outcome, grid: Grid, sink: &mut Sink) {
    let inner = if let Type::List(inner) = &outcome.ty { inner.as_ref() } else { outcome.ty.end() };
    let (shown, unit) = match inner {
        Type::Quantity(id) => match policy.schema.unit(*id) {
            Some(unit) => (unit.decimals, unit.name.to_string()),
            None => return,
        },
        Type::Number => (None, String::new()),
        Type::Bool
        | Type::Integer
        | Type::Date
        | Type::Days
        | Type::WorkingDays
        | Type::Months
        | Type::Text
        | Type::Enum(_)
        | Type::Set(_)
        | Type::List(_)
        | Type::Record(_)
        | Type::Range(_)
        | Type::Duty(_)
        | Type::Invalid => return,
    };
    let message = match (grid, shown) {
        (Grid::Fraction, _) => format!("`{}` may be a fraction that no decimals can show", outcome.name),
        (Grid::Finite, Some(decimals)) => {
            format!("`{}` shows {decimals} decimals and may have more", outcome.name)
        }
        (Grid::Decimals(has), Some(decimals)) if has > decimals => {
            format!("`{}` shows {decimals} decimals and may have {has}", outcome.name)
        }
        (Grid::Finite | Grid::Decimals(_), _) => return,
    };
    let step = shown.map_or_else(|| "0.01".to_owned(), step_text);
    let unit = if unit.is_empty() { String::new() } else { format!(" {unit}") };
    sink.push(
        Diagnostic::new(Code::OutcomeRounding, outcome.span, message)
            .help(format!("say how it is rounded: `rounded to {step}{unit} half up`"))
            .help("or bound what it is made of: `up to 2 decimals` behind a fact"),
    );
}

fn step_text(decimals: u32) -> String {
    match decimals.checked_sub(1) {
        None => "1".to_owned(),
        Some(zeros) => format!("0.{}1", "0".repeat(zeros as usize)),
    }
}

/// Neutral values and constant limits must be possible results; a computed cap may be exceeded by rounding.
fn limits_on_grid(grids: &Grids<'_>, outcome: &Outcome, sink: &mut Sink) {
    let floor = outcome.at_least.as_ref().map(|limit| (fold(limit), limit));
    let cap = outcome.at_most.as_ref().map(|limit| (fold(limit), limit));
    let off_grid = |value: &Value| {
        outcome
            .rounding
            .is_some_and(|rounding| value::round(value, rounding).is_ok_and(|rounded| rounded != *value))
    };
    for (constant, limit) in floor.iter().chain(&cap) {
        if constant.as_ref().is_some_and(off_grid) {
            sink.push(Diagnostic::new(
                Code::OutcomeNeutral,
                limit.span,
                format!("this limit of `{}` is no multiple of its rounding step", outcome.name),
            ));
        }
    }
    if let (Some((Some(floor), limit)), Some((Some(cap), _))) = (&floor, &cap)
        && floor > cap
    {
        sink.push(Diagnostic::new(
            Code::BoundsInvalid,
            limit.span,
            format!("the floor of `{}` lies above its cap", outcome.name),
        ));
    }
    if let (Some((None, limit)), Some(rounding)) = (&cap, outcome.rounding)
        && match (grids.of(limit), rounding.step.decimals()) {
            (Grid::Decimals(has), Some(step)) => has > step || rounding.step != unit_step(step),
            (Grid::Decimals(_) | Grid::Finite | Grid::Fraction, _) => true,
        }
    {
        sink.push(
            Diagnostic::new(
                Code::OutcomeCapGrid,
                limit.span,
                format!("rounding may lift `{}` above this cap by less than one step", outcome.name),
            )
            .help("round the cap itself down where it is defined"),
        );
    }
    if let OutcomeSource::Built { neutral: Some(neutral), .. } = &outcome.source {
        let limit = |limit: &Option<(Option<Value>, &Expr)>| {
            limit.as_ref().and_then(|(constant, _)| constant.clone())
        };
        let clamped = value::clamp(neutral, limit(&floor).as_ref(), limit(&cap).as_ref());
        let moved = *neutral != Value::Nothing
            && (floor.is_some() || cap.is_some())
            && clamped.is_ok_and(|clamped| clamped != *neutral);
        if moved || (*neutral != Value::Nothing && off_grid(neutral)) {
            let what = if moved { "limits" } else { "rounding step" };
            sink.push(
                Diagnostic::new(
                    Code::OutcomeNeutral,
                    outcome.span,
                    format!(
                        "where no rule sets `{}` it has its neutral value, which breaks its own {what}",
                        outcome.name
                    ),
                )
                .help("a neutral value is not clamped; set the limit on the contribution: `fine: x, at least 5 EUR`")
                .help("or give the outcome a `default` that keeps them"),
            );
        }
    }
}

/// 10 to the minus `decimals`.
fn unit_step(decimals: u32) -> Number {
    Number::parse(&step_text(decimals)).unwrap_or(Number::ONE)
}

struct Grids<'a> {
    policy: &'a Policy,
    /// The rules with a measure for each outcome.
    setting: &'a [Vec<&'a Rule>],
    named: Vec<Grid>,
    outcomes: Vec<Grid>,
}

impl Grids<'_> {
    fn definition(&self, id: NamedId) -> Grid {
        let versions =
            self.policy.named.get(id.0 as usize).map(|named| named.versions.as_slice()).unwrap_or_default();
        let bodies = versions.iter().map(|version| match &version.body {
            Body::Expr(expr) => self.of(expr),
            Body::Schedule(rows) => {
                rows.iter().map(|(_, value)| self.of(value)).max().unwrap_or(Grid::Decimals(0))
            }
            Body::Table(table) => {
                table.rows.iter().map(|row| self.of(&row.result)).max().unwrap_or(Grid::Decimals(0))
            }
        });
        bodies.max().unwrap_or(Grid::Finite)
    }

    fn measures(&self, id: OutcomeId) -> impl Iterator<Item = &Measure> {
        let rules = self.setting.get(id.0 as usize).into_iter().flatten();
        rules.flat_map(|rule| &rule.then).filter(move |measure| measure.outcome == id)
    }

    fn outcome(&self, id: OutcomeId, outcome: &Outcome) -> Grid {
        let limits = outcome.at_least.iter().chain(&outcome.at_most).map(|limit| self.of(limit)).max();
        let source = match &outcome.source {
            OutcomeSource::Defined(expr) => self.of(expr),
            OutcomeSource::Built { .. } => {
                let mut grid = Grid::Decimals(0);
                let mut factors = Grid::Decimals(0);
                for measure in self.measures(id) {
                    match &measure.kind {
                        kind @ MeasureKind::Contribute { .. } => {
                            for part in kind.exprs() {
                                grid = grid.max(self.of(part));
                            }
                        }
                        // Several items may each bring the factor: there is no bound on its decimals.
                        MeasureKind::Factor { share, raises: _ } => {
                            factors = factors.max(self.of(share)).max(Grid::Finite)
                        }
                        MeasureKind::AtLeast(limit) | MeasureKind::AtMost(limit) => {
                            grid = grid.max(self.of(limit))
                        }
                        MeasureKind::Waived | MeasureKind::Without(_) => {}
                    }
                }
                if factors == Grid::Decimals(0) { grid } else { grid.times(factors) }
            }
        };
        source.max(limits.unwrap_or(Grid::Decimals(0)))
    }

    fn of(&self, expr: &Expr) -> Grid {
        if let Some(constant) = fold(expr) {
            return of_value(&constant);
        }
        match &expr.ty {
            Type::Bool
            | Type::Integer
            | Type::Date
            | Type::Days
            | Type::WorkingDays
            | Type::Months
            | Type::Text
            | Type::Enum(_)
            | Type::Duty(_) => {
                return Grid::Decimals(0);
            }
            Type::Number
            | Type::Quantity(_)
            | Type::Set(_)
            | Type::List(_)
            | Type::Record(_)
            | Type::Range(_)
            | Type::Invalid => {}
        }
        match &expr.kind {
            ExprKind::Fact(place) => self.field(None, *place),
            ExprKind::Field(of, place) => match (&of.kind, &of.ty) {
                // A column of a table or schedule.
                (ExprKind::Call { .. }, Type::Record(_)) => self.of(of),
                (_, Type::Record(id)) => self.field(Some(*id), *place),
                _ => Grid::Finite,
            },
            ExprKind::Outcome(id) => self.outcomes.get(id.0 as usize).copied().unwrap_or(Grid::Finite),
            ExprKind::Call { named, .. } => self.named.get(named.0 as usize).copied().unwrap_or(Grid::Finite),
            ExprKind::Unary(UnaryOp::Middle, of) => self.of(of).times(Grid::Decimals(1)),
            ExprKind::Unary(_, of) => self.of(of),
            ExprKind::Binary(BinaryOp::Multiply | BinaryOp::Times, sides) => {
                self.of(&sides.left).times(self.of(&sides.right))
            }
            ExprKind::Binary(BinaryOp::Divide, sides) => match fold(&sides.right) {
                Some(Value::Number(divisor)) => {
                    match Number::ONE.divide(divisor).ok().flatten().and_then(Number::decimals) {
                        Some(decimals) => self.of(&sides.left).times(Grid::Decimals(decimals)),
                        None => Grid::Fraction,
                    }
                }
                _ => Grid::Fraction,
            },
            ExprKind::Binary(_, sides) => self.of(&sides.left).max(self.of(&sides.right)),
            ExprKind::Convert(factor, of) => match factor.decimals() {
                Some(decimals) => self.of(of).times(Grid::Decimals(decimals)),
                None => Grid::Fraction,
            },
            ExprKind::Round(rounding, _) => rounding.step.decimals().map_or(Grid::Finite, Grid::Decimals),
            ExprKind::Band { range, shares } => {
                let range = self.of(range);
                range.max(range.times(self.of(shares)))
            }
            ExprKind::Choose { how: _, limbs, otherwise } => {
                let values = limbs.iter().map(|limb| &limb.value).chain(otherwise.as_deref());
                values.map(|value| self.of(value)).max().unwrap_or(Grid::Decimals(0))
            }
            ExprKind::Aggregate { how, binders: _, body } => match how {
                Aggregate::Product => self.of(body).max(Grid::Finite),
                Aggregate::Sum
                | Aggregate::Highest
                | Aggregate::Lowest
                | Aggregate::Latest
                | Aggregate::Earliest
                | Aggregate::SetOf
                | Aggregate::List
                | Aggregate::Count
                | Aggregate::Any
                | Aggregate::Every => self.of(body),
            },
            ExprKind::Set(parts) | ExprKind::List(parts) | ExprKind::Record(parts) => {
                parts.iter().map(|part| self.of(part)).max().unwrap_or(Grid::Decimals(0))
            }
            ExprKind::Local(_) | ExprKind::First { .. } => Grid::Finite,
            ExprKind::Invalid
            | ExprKind::Const(_)
            | ExprKind::Members(_)
            | ExprKind::Duty { .. }
            | ExprKind::AddWorkingDays { .. }
            | ExprKind::WorkingDaysBetween { .. } => Grid::Finite,
        }
    }

    fn field(&self, record: Option<crate::types::RecordId>, place: usize) -> Grid {
        let def = match record {
            Some(id) => self.policy.schema.record(id),
            None => Some(&self.policy.schema.facts),
        };
        let Some(field) = def.and_then(|def| def.fields.get(place)) else { return Grid::Finite };
        if let Presence::FirstOf(sources) = &field.presence {
            return sources.iter().map(|source| self.field(record, *source)).max().unwrap_or(Grid::Finite);
        }
        match (field.bounds.decimals, field.in_percent) {
            (Some(decimals), false) => Grid::Decimals(decimals),
            (Some(decimals), true) => Grid::Decimals(decimals + 2),
            (None, _) => Grid::Finite,
        }
    }
}

fn of_value(value: &Value) -> Grid {
    match value {
        Value::Number(number) => number.decimals().map_or(Grid::Fraction, Grid::Decimals),
        Value::Range(ends) => of_value(&ends.0).max(of_value(&ends.1)),
        Value::Set(parts) | Value::List(parts) | Value::Record(parts) | Value::Duties(parts) => {
            parts.iter().map(of_value).max().unwrap_or(Grid::Decimals(0))
        }
        Value::Nothing
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Date(_)
        | Value::Days(_)
        | Value::WorkingDays(_)
        | Value::Months(_)
        | Value::Text(_)
        | Value::Member(_)
        | Value::Absent => Grid::Decimals(0),
        Value::Open(_) => Grid::Finite,
    }
}
