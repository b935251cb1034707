//! Rules under their conditions: absences, factors and limits of measures.

use std::cmp::Ordering;

use super::guards::zero;
use super::{Flow, any};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Expr, ExprKind, MeasureKind, OutcomeId, Rule};
use crate::types::Type;
use crate::value::{self, Number, Shape, Value, Waits};

impl Flow<'_> {
    pub(super) fn rule(&mut self, rule: &Rule) {
        let mark = self.begin();
        self.enter(&rule.binders);
        if let Some(when) = &rule.when {
            if !self.is_plain(when) {
                self.need(when);
            }
            if !self.has_plain_effect(rule) {
                self.assume(when, true);
            }
        }
        match &rule.dated_by {
            Some(date) => {
                let day = self.need(date);
                if rule.in_force != crate::hir::InForce::default() {
                    self.reachable(rule.in_force, &day, rule.span, "rule");
                }
            }
            None => self.within_law(rule.in_force, rule.span, "rule"),
        }
        for measure in &rule.then {
            self.measure(&measure.kind);
        }
        self.end(mark);
    }

    fn measure(&mut self, kind: &MeasureKind) {
        match kind {
            MeasureKind::Contribute { value, at_least, at_most } => {
                self.need(value);
                for limit in at_least.iter().chain(at_most) {
                    self.need(limit);
                }
            }
            MeasureKind::AtLeast(limit) | MeasureKind::AtMost(limit) => {
                self.need(limit);
            }
            MeasureKind::Without(members) => {
                self.need(members);
            }
            MeasureKind::Waived => {}
            MeasureKind::Factor { share, raises } => {
                let value = self.need(share);
                self.share_within(&value, share, *raises);
            }
        }
    }

    fn share_within(&mut self, value: &Value, share: &Expr, raises: bool) {
        let holds = |done: Result<Value, value::Trouble>| done == Ok(Value::Bool(true));
        let from_zero = holds(value::compare(value, &Value::Number(Number::ZERO), Ordering::is_ge));
        let to_one = holds(value::compare(value, &Value::Number(Number::ONE), Ordering::is_le));
        let message = match (raises, from_zero, to_one) {
            (_, false, _) => "this share may be below 0%",
            (false, true, false) => "a reduction may be above 100% here",
            (true, true, _) | (false, true, true) => return,
        };
        self.report(
            Diagnostic::new(Code::BoundsFactor, share.span, message)
                .help("give the fact behind it bounds: `number, 0% to 100%`"),
        );
    }

    /// The sign that a sum or highest of contributions has, from the contributions' own.
    pub(super) fn built_bounds(&mut self, id: OutcomeId, whole: Value) -> Value {
        let Some(ty) = self.policy.schema.outcomes.get(id.0 as usize).map(|def| def.ty.clone()) else {
            return whole;
        };
        if !matches!(
            ty,
            Type::Integer | Type::Number | Type::Quantity(_) | Type::Days | Type::WorkingDays | Type::Months
        ) {
            return whole;
        }
        let mut is_positive = true;
        for rule in self.setting.get(id.0 as usize).cloned().unwrap_or_default() {
            let caps: Vec<&Expr> = caps(rule, id).collect();
            let mark = self.begin();
            self.quiet += 1;
            // What is known of a constant depends on no guard.
            if !caps.iter().all(|cap| is_constant(cap)) {
                self.enter(&rule.binders);
                if let Some(when) = &rule.when {
                    self.assume(when, true);
                }
            }
            for cap in caps {
                let value = self.eval(cap).value.without_nothing().unwrap_or_else(|| any(false));
                is_positive &= value::compare(&value, &zero(&ty), Ordering::is_ge) == Ok(Value::Bool(true));
            }
            self.quiet -= 1;
            self.end(mark);
        }
        if is_positive {
            Value::open(
                whole.may_be_nothing(),
                Shape::Interval { least: Some(zero(&ty)), most: None },
                Waits::new(),
            )
        } else {
            whole
        }
    }
}

/// A constant of the text, perhaps a whole number that stands for a number.
fn is_constant(expr: &Expr) -> bool {
    let of = if let ExprKind::Convert(_, of) = &expr.kind { of } else { expr };
    matches!(of.kind, ExprKind::Const(_))
}

/// What the rule contributes to the outcome, and what caps that.
fn caps(rule: &Rule, id: OutcomeId) -> impl Iterator<Item = &Expr> {
    let measures = rule.then.iter().filter(move |measure| measure.outcome == id);
    measures
        .flat_map(|measure| match &measure.kind {
            MeasureKind::Contribute { value, at_least: _, at_most } => [Some(value), at_most.as_deref()],
            MeasureKind::AtMost(limit) => [Some(limit), None],
            MeasureKind::Factor { .. }
            | MeasureKind::AtLeast(_)
            | MeasureKind::Waived
            | MeasureKind::Without(_) => [None, None],
        })
        .flatten()
}
