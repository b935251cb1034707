//! What is known to hold around an expression, and what follows for the expressions that are equal to its parts
//! (ruling 4).

use std::borrow::Cow;
use std::collections::BTreeSet;

use super::super::same::same;
use super::{Flow, Known};
use crate::hir::{BinaryOp, Body, Expr, ExprKind, OutcomeSource, Sides, UnaryOp};
use crate::types::Type;
use crate::value;
use crate::value::{Number, Shape, Value, Waits};

/// Something known about every expression equal to `subject`.
pub(super) struct Guard {
    subject: Expr,
    known: Refine,
}

enum Refine {
    /// It is not nothing.
    Exists,
    /// It is nothing.
    Nothing,
    /// Its value, where there is one, is among these.
    Among(Value),
    /// It has not this value.
    Not(Value),
}

/// How many guards are kept at once; beyond it (hundreds of limbs in one form) no new one is, which can only lead to more
/// caution.
const GUARD_LIMIT: usize = 512;

/// How far a guard is followed into definitions.
const UNFOLD_LIMIT: u32 = 32;

impl Flow<'_> {
    pub(super) fn mark(&self) -> (usize, bool) {
        (self.guards.len(), self.is_unreachable)
    }

    pub(super) fn back_to(&mut self, (guards, is_unreachable): (usize, bool)) {
        self.guards.truncate(guards);
        self.is_unreachable = is_unreachable;
    }

    /// Narrows what an expression may be by the guards about equal ones.
    pub(super) fn narrowed(&self, expr: &Expr, known: Known) -> Known {
        if matches!(expr.kind, ExprKind::Const(_)) || self.guards.is_empty() {
            return known;
        }
        let mut value = known.value;
        for guard in self.guards.iter().filter(|guard| same(&guard.subject, expr)) {
            value = match &guard.known {
                Refine::Exists if !value.may_be_nothing() => value,
                Refine::Exists => value.clone().without_nothing().unwrap_or(value),
                Refine::Nothing => Value::Nothing,
                Refine::Among(others) => meet(&value, others).unwrap_or(value),
                Refine::Not(other) => remove(&value, other).unwrap_or(value),
            };
        }
        Known { value, items: known.items }
    }

    /// A guard says that the expression does not have this value.
    pub(super) fn is_known_not(&self, expr: &Expr, value: &Value) -> bool {
        self.guards.iter().any(|guard| {
            matches!(&guard.known, Refine::Not(other) if other == value) && same(&guard.subject, expr)
        })
    }

    /// A guard says that the collection is not empty.
    pub(super) fn is_known_not_empty(&self, collection: &Expr) -> bool {
        self.guards.iter().any(|guard| {
            let is_empty =
                matches!(&guard.subject.kind, ExprKind::Unary(UnaryOp::IsEmpty, of) if same(of, collection));
            is_empty && matches!(&guard.known, Refine::Among(value) if *value == Value::Bool(false))
        })
    }

    /// A bool expression is known to be `truth` from here on.
    pub(super) fn assume(&mut self, condition: &Expr, truth: bool) {
        // What is evaluated to follow a guard is not narrowed by guards inside it in turn: that would take a time
        // exponential in the nesting of conditions.
        if self.assuming > 0 {
            return;
        }
        (self.quiet, self.assuming) = (self.quiet + 1, self.assuming + 1);
        self.assume_quietly(condition, truth);
        (self.quiet, self.assuming) = (self.quiet - 1, self.assuming - 1);
    }

    fn assume_quietly(&mut self, condition: &Expr, truth: bool) {
        if self.is_spent() || self.guards.len() >= GUARD_LIMIT {
            return;
        }
        match (&condition.kind, truth) {
            (ExprKind::Unary(UnaryOp::Not, of), _) => return self.assume_quietly(of, !truth),
            (ExprKind::Binary(BinaryOp::And, sides), true)
            | (ExprKind::Binary(BinaryOp::Or, sides), false) => {
                self.assume_quietly(&sides.left, truth);
                return self.assume_quietly(&sides.right, truth);
            }
            (ExprKind::Binary(BinaryOp::Implies, sides), false) => {
                self.assume_quietly(&sides.left, true);
                return self.assume_quietly(&sides.right, false);
            }
            // One side is settled, so the other decides.
            (ExprKind::Binary(BinaryOp::And, sides), false)
            | (ExprKind::Binary(BinaryOp::Or, sides), true) => {
                let Sides { left, right } = &**sides;
                let settled = Value::Bool(!truth);
                if self.eval(left).value == settled {
                    self.assume_quietly(right, truth);
                } else if self.eval(right).value == settled {
                    self.assume_quietly(left, truth);
                }
            }
            (ExprKind::Binary(BinaryOp::Implies, sides), true) => {
                let Sides { left, right } = &**sides;
                if self.eval(left).value == Value::Bool(true) {
                    self.assume_quietly(right, true);
                } else if self.eval(right).value == Value::Bool(false) {
                    self.assume_quietly(left, false);
                }
            }
            (ExprKind::Unary(UnaryOp::Exists, of), true) => {
                let value = self.eval(of).value;
                if value == Value::Nothing {
                    self.is_unreachable = true;
                }
                self.guards.push(Guard { subject: (**of).clone(), known: Refine::Exists });
                self.unfold_existence(of);
            }
            (ExprKind::Unary(UnaryOp::Exists, of), false) => {
                if !self.eval(of).value.may_be_nothing() {
                    self.is_unreachable = true;
                }
                self.guards.push(Guard { subject: (**of).clone(), known: Refine::Nothing });
            }
            (ExprKind::Binary(op, sides), _) => {
                self.assume_relation(*op, &sides.left, &sides.right, truth);
            }
            _ => {}
        }
        self.narrow(condition, Value::Bool(truth));
        self.unfold_truth(condition, truth);
    }

    /// Pushes a guard that the subject is among some values; notes a contradiction.
    fn narrow(&mut self, subject: &Expr, among: Value) {
        if matches!(subject.kind, ExprKind::Const(_)) {
            if meet(&self.eval(subject).value, &among).is_none() {
                self.is_unreachable = true;
            }
            return;
        }
        let before = self.eval(subject).value;
        if meet(&before, &among).is_none() {
            self.is_unreachable = true;
        }
        self.guards.push(Guard { subject: subject.clone(), known: Refine::Among(among) });
        self.contradiction(subject);
    }

    fn exclude(&mut self, subject: &Expr, value: Value) {
        let before = self.eval(subject).value;
        if remove(&before, &value).is_none() {
            self.is_unreachable = true;
        }
        self.guards.push(Guard { subject: subject.clone(), known: Refine::Not(value) });
    }

    /// What is left of the subject is what a guard excludes.
    fn contradiction(&mut self, subject: &Expr) {
        let left = self.eval(subject).value;
        if self.is_known_not(subject, &left) {
            self.is_unreachable = true;
        }
    }

    fn assume_relation(&mut self, op: BinaryOp, left: &Expr, right: &Expr, truth: bool) {
        let op = match (op, truth) {
            (op, true) => op,
            (BinaryOp::Less, false) => BinaryOp::GreaterOrEqual,
            (BinaryOp::LessOrEqual, false) => BinaryOp::Greater,
            (BinaryOp::Greater, false) => BinaryOp::LessOrEqual,
            (BinaryOp::GreaterOrEqual, false) => BinaryOp::Less,
            (BinaryOp::Is, false) => BinaryOp::IsNot,
            (BinaryOp::IsNot, false) => BinaryOp::Is,
            (BinaryOp::In, false) => BinaryOp::NotIn,
            (BinaryOp::NotIn, false) => BinaryOp::In,
            (_, false) => return,
        };
        match op {
            BinaryOp::Less => self.assume_order(left, right, true),
            BinaryOp::LessOrEqual => self.assume_order(left, right, false),
            BinaryOp::Greater => self.assume_order(right, left, true),
            BinaryOp::GreaterOrEqual => self.assume_order(right, left, false),
            BinaryOp::Is => {
                let (a, b) = (self.eval(left).value, self.eval(right).value);
                for (subject, other) in [(left, b), (right, a)] {
                    if !other.may_be_nothing() {
                        self.guards.push(Guard { subject: subject.clone(), known: Refine::Exists });
                        self.narrow(subject, other);
                    }
                }
            }
            BinaryOp::IsNot => {
                let (a, b) = (self.eval(left).value, self.eval(right).value);
                if is_single(&b) {
                    self.exclude(left, b);
                }
                if is_single(&a) {
                    self.exclude(right, a);
                }
            }
            BinaryOp::In => {
                self.guards.push(Guard { subject: left.clone(), known: Refine::Exists });
                if let Some(among) = self.members_of(right) {
                    self.narrow(left, among);
                }
            }
            BinaryOp::NotIn => {
                if let Some(Value::Set(members) | Value::List(members)) = super::super::constants::fold(right)
                {
                    for member in members.iter() {
                        self.exclude(left, member.clone());
                    }
                }
            }
            BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Implies
            | BinaryOp::OrElse
            | BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Without
            | BinaryOp::HasAnyOf
            | BinaryOp::HasAllOf
            | BinaryOp::StartsWith
            | BinaryOp::To
            | BinaryOp::Times
            | BinaryOp::Higher
            | BinaryOp::Lower
            | BinaryOp::DaysBetween => {}
        }
    }

    /// The values that an item of this collection may have.
    fn members_of(&mut self, collection: &Expr) -> Option<Value> {
        if let Type::Range(_) = &collection.ty {
            let range = self.eval_range(collection, false).value;
            let (bottom, top) = (value::bottom(&range).ok()?, value::top(&range).ok()?);
            let (least, most) = (ends(&bottom).0, ends(&top).1);
            (least.is_some() || most.is_some())
                .then(|| Value::open(false, Shape::Interval { least, most }, Waits::new()))
        } else {
            self.eval(collection).items
        }
    }

    /// `low < high` or `low <= high`.
    fn assume_order(&mut self, low: &Expr, high: &Expr, is_strict: bool) {
        let (low_value, high_value) = (self.eval(low).value, self.eval(high).value);
        let most = ends(&high_value).1.map(|most| if is_strict { next(&most, -1) } else { most });
        let least = ends(&low_value).0.map(|least| if is_strict { next(&least, 1) } else { least });
        if let Some(most) = most {
            self.narrow_order(low, &low_value, None, Some(most));
        }
        if let Some(least) = least {
            self.narrow_order(high, &high_value, Some(least), None);
        }
        if is_strict {
            if let Some(most) = ends(&high_value).1.filter(|most| matches!(most, Value::Number(_))) {
                self.exclude(low, most);
            }
            if let Some(least) = ends(&low_value).0.filter(|least| matches!(least, Value::Number(_))) {
                self.exclude(high, least);
            }
        }
    }

    fn narrow_order(&mut self, subject: &Expr, value: &Value, least: Option<Value>, most: Option<Value>) {
        let is_member = |end: &Option<Value>| matches!(end, Some(Value::Member(_)));
        let among = if is_member(&least) || is_member(&most) {
            let fits = |member: &Value| {
                least.as_ref().is_none_or(|least| member >= least)
                    && most.as_ref().is_none_or(|most| member <= most)
            };
            let members = if let Value::Open(open) = value {
                let Shape::Members(members) = &open.shape else { return };
                members.iter().filter(|member| fits(member)).cloned().collect()
            } else if fits(value) {
                BTreeSet::from([value.clone()])
            } else {
                BTreeSet::new()
            };
            if members.is_empty() {
                self.is_unreachable = true;
                return;
            }
            Value::open(false, Shape::Members(members), Waits::new())
        } else {
            Value::open(false, Shape::Interval { least, most }, Waits::new())
        };
        self.narrow(subject, among);
    }

    /// `f(x) exists`, where `f` is defined as `E when C`: then C holds, and E exists.
    fn unfold_existence(&mut self, of: &Expr) {
        let Some(body) = self.body_of(of) else { return };
        if let ExprKind::Choose { how: _, limbs, otherwise: None } = &body.kind
            && let [limb] = limbs.as_slice()
        {
            self.unfolded += 1;
            self.assume_quietly(&limb.when, true);
            let value = limb.value.clone();
            let exists = Expr {
                span: value.span,
                ty: Type::Bool,
                kind: ExprKind::Unary(UnaryOp::Exists, Box::new(value)),
            };
            self.assume_quietly(&exists, true);
            self.unfolded -= 1;
        }
    }

    /// A bool definition that holds: then what it says holds.
    fn unfold_truth(&mut self, condition: &Expr, truth: bool) {
        let Some(body) = self.body_of(condition) else { return };
        self.unfolded += 1;
        self.assume_quietly(&body, truth);
        self.unfolded -= 1;
    }

    /// The body of a call or outcome, with its arguments put in.
    fn body_of(&self, expr: &Expr) -> Option<Expr> {
        if self.unfolded >= UNFOLD_LIMIT {
            return None;
        }
        if let ExprKind::Call { named, args, at: _ } = &expr.kind {
            let named = self.policy.named.get(named.0 as usize)?;
            let [version] = named.versions.as_slice() else { return None };
            let Body::Expr(body) = &version.body else { return None };
            return Some(body.with_arguments(args, 1_000 * (self.unfolded + 1)));
        }
        let ExprKind::Outcome(id) = &expr.kind else { return None };
        let outcome = self.policy.outcomes.get(id.0 as usize)?;
        let plain = outcome.at_least.is_none()
            && outcome.at_most.is_none()
            && outcome.in_force == crate::hir::InForce::default();
        match &outcome.source {
            OutcomeSource::Defined(body) if plain => {
                Some(body.with_arguments(&[], 1_000 * (self.unfolded + 1)))
            }
            OutcomeSource::Defined(_) | OutcomeSource::Built { .. } => None,
        }
    }
}

/// The neighbour of a value that has one (whole numbers, days), else the value itself.
fn next(value: &Value, step: i64) -> Value {
    let moved = match value {
        Value::Integer(count) => count.checked_add(step).map(Value::Integer),
        Value::Days(count) => count.checked_add(step).map(Value::Days),
        Value::WorkingDays(count) => count.checked_add(step).map(Value::WorkingDays),
        Value::Months(count) => count.checked_add(step).map(Value::Months),
        Value::Date(date) => {
            (if step > 0 { date.tomorrow() } else { date.yesterday() }).ok().map(Value::Date)
        }
        Value::Member(place) => {
            i64::from(*place).checked_add(step).and_then(|place| u32::try_from(place).ok()).map(Value::Member)
        }
        Value::Nothing
        | Value::Bool(_)
        | Value::Number(_)
        | Value::Text(_)
        | Value::Set(_)
        | Value::List(_)
        | Value::Record(_)
        | Value::Range(_)
        | Value::Duties(_)
        | Value::Absent
        | Value::Open(_) => None,
    };
    moved.unwrap_or_else(|| value.clone())
}

/// One value, surely.
fn is_single(value: &Value) -> bool {
    !matches!(
        value,
        Value::Open(_)
            | Value::Nothing
            | Value::Range(_)
            | Value::List(_)
            | Value::Record(_)
            | Value::Duties(_)
    )
}

/// The least and the greatest value, where they are known.
pub(super) fn ends(value: &Value) -> (Option<Value>, Option<Value>) {
    match value {
        Value::Open(open) => match &open.shape {
            Shape::Interval { least, most } => (least.clone(), most.clone()),
            Shape::Members(members) => (members.first().cloned(), members.last().cloned()),
            Shape::Any | Shape::Set { .. } => (None, None),
        },
        Value::Nothing
        | Value::Absent
        | Value::Set(_)
        | Value::List(_)
        | Value::Record(_)
        | Value::Range(_)
        | Value::Duties(_) => (None, None),
        Value::Bool(_)
        | Value::Integer(_)
        | Value::Number(_)
        | Value::Date(_)
        | Value::Days(_)
        | Value::WorkingDays(_)
        | Value::Months(_)
        | Value::Text(_)
        | Value::Member(_) => (Some(value.clone()), Some(value.clone())),
    }
}

/// The zero of a measured type.
pub(super) fn zero(ty: &Type) -> Value {
    match ty {
        Type::Integer => Value::Integer(0),
        Type::Days => Value::Days(0),
        Type::WorkingDays => Value::WorkingDays(0),
        Type::Months => Value::Months(0),
        Type::Bool
        | Type::Number
        | Type::Quantity(_)
        | Type::Date
        | Type::Text
        | Type::Enum(_)
        | Type::Set(_)
        | Type::List(_)
        | Type::Record(_)
        | Type::Range(_)
        | Type::Duty(_)
        | Type::Invalid => Value::Number(Number::ZERO),
    }
}

/// What both may be; `value`'s own absence stays. `None` if there is nothing that both may be.
fn meet(value: &Value, others: &Value) -> Option<Value> {
    let nothing = value.may_be_nothing();
    if *value == Value::Nothing {
        return None;
    }
    let keep = |shape: Shape| Value::open(nothing, shape, Waits::new());
    match (&*shape_of(value), &*shape_of(others)) {
        (_, Shape::Any) => Some(value.clone()),
        (Shape::Any, other) => Some(keep(other.clone())),
        (Shape::Members(a), Shape::Members(b)) => {
            let both: BTreeSet<Value> = a.intersection(b).cloned().collect();
            (!both.is_empty()).then(|| keep(Shape::Members(both)))
        }
        (Shape::Interval { least: a, most: b }, Shape::Interval { least: c, most: d }) => {
            let least = match (a, c) {
                (Some(a), Some(c)) => Some(a.max(c)),
                (one, None) | (None, one) => one.as_ref(),
            };
            let most = match (b, d) {
                (Some(b), Some(d)) => Some(b.min(d)),
                (one, None) | (None, one) => one.as_ref(),
            };
            match (least, most) {
                (Some(least), Some(most)) if least > most => None,
                _ => Some(keep(Shape::Interval { least: least.cloned(), most: most.cloned() })),
            }
        }
        (Shape::Interval { least, most }, Shape::Members(members))
        | (Shape::Members(members), Shape::Interval { least, most }) => {
            let inside = |member: &&Value| {
                least.as_ref().is_none_or(|least| *member >= least)
                    && most.as_ref().is_none_or(|most| *member <= most)
            };
            let both: BTreeSet<Value> = members.iter().filter(inside).cloned().collect();
            (!both.is_empty()).then(|| keep(Shape::Members(both)))
        }
        (Shape::Set { .. }, _) | (_, Shape::Set { .. }) => Some(value.clone()),
    }
}

/// The value without one that it does not have; `None` if that was all.
fn remove(value: &Value, other: &Value) -> Option<Value> {
    if value == other {
        return None;
    }
    let Value::Open(open) = value else { return Some(value.clone()) };
    let keep = |shape: Shape| Value::open(open.nothing, shape, Waits::new());
    match &open.shape {
        Shape::Members(members) if members.contains(other) => {
            let rest: BTreeSet<Value> = members.iter().filter(|member| *member != other).cloned().collect();
            if rest.is_empty() {
                open.nothing.then_some(Value::Nothing)
            } else {
                Some(keep(Shape::Members(rest)))
            }
        }
        Shape::Interval { least, most } if !matches!(other, Value::Number(_)) => {
            let least =
                least.as_ref().map(|least| if least == other { next(least, 1) } else { least.clone() });
            let most = most.as_ref().map(|most| if most == other { next(most, -1) } else { most.clone() });
            Some(keep(Shape::Interval { least, most }))
        }
        Shape::Any | Shape::Members(_) | Shape::Interval { .. } | Shape::Set { .. } => Some(value.clone()),
    }
}

fn shape_of(value: &Value) -> Cow<'_, Shape> {
    Cow::Owned(match value {
        Value::Open(open) => return Cow::Borrowed(&open.shape),
        Value::Bool(_) | Value::Member(_) | Value::Text(_) => Shape::Members([value.clone()].into()),
        Value::Integer(_)
        | Value::Number(_)
        | Value::Date(_)
        | Value::Days(_)
        | Value::WorkingDays(_)
        | Value::Months(_) => Shape::Interval { least: Some(value.clone()), most: Some(value.clone()) },
        Value::Nothing
        | Value::Absent
        | Value::Set(_)
        | Value::List(_)
        | Value::Record(_)
        | Value::Range(_)
        | Value::Duties(_) => Shape::Any,
    })
}
