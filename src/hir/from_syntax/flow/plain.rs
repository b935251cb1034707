//! What can be read without a word from the checker, whatever is known around it. Most rules are made of such
//! expressions, and following their guards would be the dearest part of the check.

use super::Flow;
use crate::hir::{
    BinaryOp, Body, Expr, ExprKind, InForce, Measure, MeasureKind, NamedId, Rule, Sides, UnaryOp,
};
use crate::types::{Field, Presence, Type};
use crate::value::{Number, Value};

impl Flow<'_> {
    /// Judging the expression reports nothing, and its value is there. A guard that says otherwise contradicts what is
    /// declared, and then nothing is reported either.
    pub(super) fn is_plain(&self, expr: &Expr) -> bool {
        match &expr.kind {
            ExprKind::Const(value) => !value.may_be_nothing(),
            ExprKind::Fact(place) => self.policy.schema.facts.fields.get(*place).is_some_and(is_always_there),
            ExprKind::Local(id) => {
                self.locals.get(id.0 as usize).is_some_and(|known| !known.value.may_be_nothing())
            }
            ExprKind::Field(of, place) => {
                self.policy.schema.field_of(&of.ty, *place).is_some_and(is_always_there)
                    && self.is_plain_record(of)
            }
            ExprKind::Outcome(id) => {
                self.outcomes.get(id.0 as usize).is_some_and(|known| !known.value.may_be_nothing())
            }
            ExprKind::Call { named, args, at: None } => args.is_empty() && self.is_plain_name(*named),
            ExprKind::Unary(UnaryOp::Not | UnaryOp::Negate, of)
            | ExprKind::Convert(_, of)
            | ExprKind::Round(_, of) => self.is_plain(of),
            ExprKind::Binary(BinaryOp::In | BinaryOp::NotIn, sides) => {
                let Sides { left: item, right: collection } = &**sides;
                let is_plain = if let ExprKind::Binary(BinaryOp::To, ends) = &collection.kind {
                    self.is_plain(&ends.left) && self.is_plain(&ends.right)
                } else {
                    self.is_plain(collection)
                };
                is_plain && self.is_plain(item)
            }
            ExprKind::Binary(op, sides) => {
                is_plain_operator(*op) && self.is_plain(&sides.left) && self.is_plain(&sides.right)
            }
            ExprKind::Set(items) | ExprKind::List(items) => items.iter().all(|item| self.is_plain(item)),
            ExprKind::Invalid
            | ExprKind::Call { .. }
            | ExprKind::Unary(..)
            | ExprKind::AddWorkingDays { .. }
            | ExprKind::WorkingDaysBetween { .. }
            | ExprKind::Band { .. }
            | ExprKind::Choose { .. }
            | ExprKind::Aggregate { .. }
            | ExprKind::First { .. }
            | ExprKind::Members(_)
            | ExprKind::Record(_)
            | ExprKind::Duty { .. } => false,
        }
    }

    /// A record of the facts, of which nothing but its declaration is known.
    fn is_plain_record(&self, of: &Expr) -> bool {
        let is_of_facts = match &of.kind {
            ExprKind::Fact(_) => true,
            ExprKind::Local(id) => {
                self.locals.get(id.0 as usize).is_some_and(|known| known.value == super::any(false))
            }
            ExprKind::Field(outer, _) => self.is_plain_record(outer),
            ExprKind::Invalid
            | ExprKind::Const(_)
            | ExprKind::Outcome(_)
            | ExprKind::Call { .. }
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Convert(..)
            | ExprKind::Round(..)
            | ExprKind::AddWorkingDays { .. }
            | ExprKind::WorkingDaysBetween { .. }
            | ExprKind::Band { .. }
            | ExprKind::Choose { .. }
            | ExprKind::Aggregate { .. }
            | ExprKind::First { .. }
            | ExprKind::Members(_)
            | ExprKind::Set(_)
            | ExprKind::List(_)
            | ExprKind::Record(_)
            | ExprKind::Duty { .. } => false,
        };
        is_of_facts && matches!(of.ty, Type::Record(_)) && self.is_plain(of)
    }

    fn is_plain_name(&self, id: NamedId) -> bool {
        let is_undated = self.policy.named.get(id.0 as usize).is_some_and(|named| {
            named.versions.iter().all(|version| {
                version.in_force == InForce::default() && !matches!(version.body, Body::Schedule(_))
            })
        });
        is_undated && self.named.get(id.0 as usize).is_some_and(|known| !known.value.may_be_nothing())
    }

    /// Nothing that is judged under the rule's condition can be reported.
    pub(super) fn has_plain_effect(&self, rule: &Rule) -> bool {
        rule.dated_by.is_none()
            && rule.in_force == InForce::default()
            && rule.then.iter().all(|measure| self.is_plain_measure(measure))
    }

    fn is_plain_measure(&self, measure: &Measure) -> bool {
        match &measure.kind {
            MeasureKind::Contribute { .. }
            | MeasureKind::AtLeast(_)
            | MeasureKind::AtMost(_)
            | MeasureKind::Without(_)
            | MeasureKind::Waived => measure.kind.exprs().all(|expr| self.is_plain(expr)),
            // The bounds of its share are looked at.
            MeasureKind::Factor { share, raises: _ } => {
                matches!(&share.kind, ExprKind::Const(Value::Number(share)) if (Number::ZERO..=Number::ONE).contains(share))
            }
        }
    }
}

fn is_always_there(field: &Field) -> bool {
    !field.nothing && matches!(field.presence, Presence::Needed | Presence::Default(_))
}

/// An operator that can do with any operands that are there.
fn is_plain_operator(op: BinaryOp) -> bool {
    match op {
        BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Implies
        | BinaryOp::Add
        | BinaryOp::Subtract
        | BinaryOp::Multiply
        | BinaryOp::Less
        | BinaryOp::LessOrEqual
        | BinaryOp::Greater
        | BinaryOp::GreaterOrEqual
        | BinaryOp::Is
        | BinaryOp::IsNot
        | BinaryOp::HasAnyOf
        | BinaryOp::HasAllOf
        | BinaryOp::StartsWith => true,
        BinaryOp::In
        | BinaryOp::NotIn
        | BinaryOp::OrElse
        | BinaryOp::Divide
        | BinaryOp::Without
        | BinaryOp::To
        | BinaryOp::Times
        | BinaryOp::Higher
        | BinaryOp::Lower
        | BinaryOp::DaysBetween => false,
    }
}
