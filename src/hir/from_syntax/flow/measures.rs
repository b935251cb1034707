//! Rules under their conditions: absences, factors and limits of measures.

use std::cmp::Ordering;

use super::guards::zero;
use super::{Flow, any};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Expr, MeasureKind, OutcomeId, Rule};
use crate::types::Type;
use crate::value::{self, Number, Shape, Value, Waits};

impl Flow<'_> {
    pub(super) fn rule(&mut self, rule: &Rule) {
        let mark = self.begin();
        self.enter(&rule.binders);
        if let Some(when) = &rule.when {
            self.need(when);
            self.assume(when, true);
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
        let policy = self.policy;
        let mut is_positive = true;
        for rule in &policy.rules {
            if !rule.then.iter().any(|measure| measure.outcome == id) {
                continue;
            }
            let mark = self.begin();
            self.quiet += 1;
            self.enter(&rule.binders);
            if let Some(when) = &rule.when {
                self.assume(when, true);
            }
            for measure in rule.then.iter().filter(|measure| measure.outcome == id) {
                let limits: Vec<&Expr> = match &measure.kind {
                    MeasureKind::Contribute { value, at_least: _, at_most } => {
                        std::iter::once(value).chain(at_most).collect()
                    }
                    MeasureKind::AtMost(limit) => vec![limit],
                    MeasureKind::Factor { .. }
                    | MeasureKind::AtLeast(_)
                    | MeasureKind::Waived
                    | MeasureKind::Without(_) => continue,
                };
                for limit in limits {
                    let value = self.eval(limit).value.without_nothing().unwrap_or_else(|| any(false));
                    is_positive &=
                        value::compare(&value, &zero(&ty), Ordering::is_ge) == Ok(Value::Bool(true));
                }
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
