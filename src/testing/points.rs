//! What a test of a policy can go through: every point of its text that some case may reach, in the order of the text.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::hir::interpret::{End, Held, Point, Side, possible};
use crate::hir::{
    BinaryOp, Body, Expr, ExprKind, InForce, Policy, RecordRules, Rule, RuleId, Table, UnaryOp,
};
use crate::source::Span;
use crate::types::{RecordDef, Schema, Type};

/// A point that tests are to go through.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wanted {
    pub(crate) point: Point,
    /// Where it is written.
    pub(crate) span: Span,
    /// The declaration that it belongs to: ``rule `fined` ``.
    pub(crate) of: Arc<str>,
}

/// All points of a policy, each once, sorted by place.
pub(crate) fn wanted(policy: &Policy, schema: &Schema) -> Vec<Wanted> {
    let found = every(policy);
    let possible = possible(policy, schema);
    let reached: BTreeSet<Span> = possible.keys().filter_map(place).collect();
    let mut wanted: Vec<Wanted> = found
        .into_iter()
        .filter(|(point, _)| match place(point) {
            // What no evaluation came to is left for a test to reach, or for its author to wonder about. Only that it
            // is unknown is asked for no more.
            Some(span) if !reached.contains(&span) => !matches!(point, Point::Held(_, Held::Unknown)),
            Some(_) => possible.contains_key(point),
            None => true,
        })
        .map(|(point, (span, of))| Wanted { point, span, of })
        .collect();
    wanted.sort_by_key(|wanted| (wanted.span, wanted.point));
    wanted
}

/// All points that are written, reachable or not, with their place and declaration.
pub(super) fn every(policy: &Policy) -> BTreeMap<Point, (Span, Arc<str>)> {
    let mut walk = Walk { policy, of: "".into(), found: BTreeMap::new() };
    walk.policy();
    walk.found
}

/// The text of a point that is one of several at its place; what rules do is known for certain only.
fn place(point: &Point) -> Option<Span> {
    match point {
        Point::Held(span, _) | Point::Side(span, ..) | Point::Row(span) => Some(*span),
        Point::Applied(_) | Point::Overrode { .. } => None,
    }
}

/// One of the two comparisons that `within` became: it has the place of its threshold.
fn is_half(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Binary(_, sides) if sides.right.span == expr.span)
}

struct Walk<'p> {
    policy: &'p Policy,
    /// The declaration that is walked.
    of: Arc<str>,
    found: BTreeMap<Point, (Span, Arc<str>)>,
}

impl Walk<'_> {
    fn policy(&mut self) {
        let policy = self.policy;
        self.record("fact", &policy.schema.facts, &policy.facts);
        for (def, rules) in policy.schema.records.iter().zip(&policy.records) {
            self.record(&format!("`{}`:", def.name), def, rules);
        }
        self.enter(format!("policy `{}`", policy.name));
        policy.law_dates.iter().for_each(|date| self.expr(date));
        for calendar in &policy.calendars {
            self.enter(format!("calendar `{}`", calendar.name));
            calendar.holidays.iter().chain(&calendar.workdays).for_each(|days| self.expr(days));
        }
        for named in &policy.named {
            for version in &named.versions {
                self.enter(format!("`{}`", named.name));
                self.period(version.span, version.in_force);
                match &version.body {
                    Body::Expr(expr) => self.expr(expr),
                    Body::Table(table) => self.table(table),
                    Body::Schedule(rows) => {
                        for (_, row) in rows {
                            self.add(Point::Row(row.span), row.span);
                            self.expr(row);
                        }
                    }
                }
            }
        }
        for outcome in &policy.outcomes {
            self.enter(format!("outcome `{}`", outcome.name));
            self.period(outcome.span, outcome.in_force);
            outcome.exprs().into_iter().for_each(|expr| self.expr(expr));
        }
        for (id, rule) in (0..).map(RuleId).zip(&policy.rules) {
            self.rule(id, rule);
        }
    }

    fn record(&mut self, kind: &str, def: &RecordDef, rules: &RecordRules) {
        for (field, condition) in def.fields.iter().zip(&rules.needed_when) {
            self.enter(format!("{kind} `{}`", field.name));
            condition.iter().for_each(|condition| self.expr(condition));
        }
        for rule in &rules.must_hold {
            self.enter(format!("must hold \"{}\"", rule.text));
            self.expr(&rule.condition);
        }
    }

    fn rule(&mut self, id: RuleId, rule: &Rule) {
        self.enter(format!("rule `{}`", rule.name));
        self.add(Point::Applied(id), rule.span);
        for (by, _) in &rule.overridden_by {
            // It is written where the other rule says so.
            let span = self.policy.rules.get(by.0 as usize).map_or(rule.span, |by| by.span);
            self.add(Point::Overrode { rule: id, by: *by }, span);
        }
        self.period(rule.span, rule.in_force);
        rule.exprs().for_each(|expr| self.expr(expr));
    }

    fn table(&mut self, table: &Table) {
        table.inputs.iter().for_each(|input| self.expr(input));
        for row in &table.rows {
            self.add(Point::Row(row.span), row.span);
            for test in row.tests.iter().flatten().flatten() {
                if test.is_threshold() {
                    self.threshold(&test.value);
                }
                self.expr(&test.value);
            }
            self.expr(&row.result);
        }
    }

    fn expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Binary(op, sides) => match op {
                BinaryOp::And if is_half(&sides.left) && is_half(&sides.right) => self.condition(expr),
                // Their parts are the conditions.
                BinaryOp::And | BinaryOp::Or | BinaryOp::Implies | BinaryOp::OrElse => {}
                BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual => {
                    if !is_half(expr) {
                        self.condition(expr);
                    }
                    // The policy's side of a comparison is the threshold.
                    if matches!(sides.left.kind, ExprKind::Const(_)) {
                        self.threshold(&sides.left);
                    } else {
                        self.threshold(&sides.right);
                    }
                }
                BinaryOp::In | BinaryOp::NotIn => {
                    self.condition(expr);
                    if matches!(sides.right.ty, Type::Range(_)) {
                        self.threshold(&sides.right);
                    }
                }
                BinaryOp::Is
                | BinaryOp::IsNot
                | BinaryOp::HasAnyOf
                | BinaryOp::HasAllOf
                | BinaryOp::StartsWith
                | BinaryOp::Add
                | BinaryOp::Subtract
                | BinaryOp::Multiply
                | BinaryOp::Divide
                | BinaryOp::Without
                | BinaryOp::To
                | BinaryOp::Times
                | BinaryOp::Higher
                | BinaryOp::Lower
                | BinaryOp::DaysBetween => self.condition(expr),
            },
            ExprKind::Unary(UnaryOp::Not, _) | ExprKind::Choose { .. } | ExprKind::Const(_) => {}
            ExprKind::Unary(..)
            | ExprKind::Invalid
            | ExprKind::Fact(_)
            | ExprKind::Local(_)
            | ExprKind::Field(..)
            | ExprKind::Outcome(_)
            | ExprKind::Call { .. }
            | ExprKind::Convert(..)
            | ExprKind::Round(..)
            | ExprKind::AddWorkingDays { .. }
            | ExprKind::WorkingDaysBetween { .. }
            | ExprKind::Band { .. }
            | ExprKind::Aggregate { .. }
            | ExprKind::First { .. }
            | ExprKind::Members(_)
            | ExprKind::Set(_)
            | ExprKind::List(_)
            | ExprKind::Record(_)
            | ExprKind::Duty { .. } => self.condition(expr),
        }
        expr.for_each_child(&mut |child| self.expr(child));
    }

    fn condition(&mut self, expr: &Expr) {
        if expr.ty == Type::Bool {
            for held in [Held::Yes, Held::No, Held::Unknown] {
                self.add(Point::Held(expr.span, held), expr.span);
            }
        }
    }

    fn threshold(&mut self, expr: &Expr) {
        let ends: &[End] =
            if matches!(expr.ty, Type::Range(_)) { &[End::Bottom, End::Top] } else { &[End::Only] };
        for end in ends {
            // What lies beyond the bottom and below the top is inside, and wanted at the ends already.
            let sides: &[Side] = match end {
                End::Only => &[Side::Below, Side::At, Side::Above],
                End::Bottom => &[Side::Below, Side::At],
                End::Top => &[Side::At, Side::Above],
            };
            sides.iter().for_each(|side| self.add(Point::Side(expr.span, *end, *side), expr.span));
        }
    }

    fn period(&mut self, span: Span, period: InForce) {
        let bottom = period.from.map(|_| [(End::Bottom, Side::Below), (End::Bottom, Side::At)]);
        let top = period.until.map(|_| [(End::Top, Side::At), (End::Top, Side::Above)]);
        for (end, side) in bottom.into_iter().chain(top).flatten() {
            self.add(Point::Side(span, end, side), span);
        }
    }

    fn enter(&mut self, of: String) {
        self.of = of.into();
    }

    fn add(&mut self, point: Point, span: Span) {
        self.found.entry(point).or_insert_with(|| (span, self.of.clone()));
    }
}
