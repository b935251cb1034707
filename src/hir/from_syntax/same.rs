//! Structural equality of expressions, spans aside: the language is pure, so equal expressions have equal values.

use std::hash::{DefaultHasher, Hash, Hasher};

use crate::hir::{Binder, Expr, ExprKind, Limb, LocalId};

/// The two expressions have one value in every case. Items are numbered by how many are in scope around them, so two
/// that are bound inside the expressions are the same if they are bound at the same place.
pub(super) fn same(left: &Expr, right: &Expr) -> bool {
    alike(left, right, &mut Vec::new())
}

/// A number that expressions share when they are the [`same`]; others seldom do.
pub(super) fn fingerprint(expr: &Expr) -> u64 {
    let mut hasher = DefaultHasher::new();
    mix(expr, &mut hasher);
    hasher.finish()
}

/// Items have other numbers in other places, so they count as one.
fn mix(expr: &Expr, hasher: &mut DefaultHasher) {
    std::mem::discriminant(&expr.kind).hash(hasher);
    match &expr.kind {
        ExprKind::Const(value) => value.hash(hasher),
        ExprKind::Fact(place) | ExprKind::Field(_, place) => place.hash(hasher),
        ExprKind::Outcome(id) => id.hash(hasher),
        ExprKind::Call { named, .. } => named.hash(hasher),
        ExprKind::Unary(op, _) => std::mem::discriminant(op).hash(hasher),
        ExprKind::Binary(op, ..) => std::mem::discriminant(op).hash(hasher),
        ExprKind::Invalid
        | ExprKind::Local(_)
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
        | ExprKind::Duty { .. } => {}
    }
    expr.for_each_child(&mut |child| mix(child, hasher));
}

/// The items that are bound around both, pair by pair, innermost last.
type Bound = Vec<(LocalId, LocalId)>;

fn alike(left: &Expr, right: &Expr, bound: &mut Bound) -> bool {
    match (&left.kind, &right.kind) {
        (ExprKind::Const(a), ExprKind::Const(b)) => a == b && left.ty == right.ty,
        (ExprKind::Fact(a), ExprKind::Fact(b)) => a == b,
        (ExprKind::Local(a), ExprKind::Local(b)) => {
            let pair = bound.iter().rev().find(|(one, other)| one == a || other == b);
            pair.map_or(a == b, |pair| *pair == (*a, *b))
        }
        (ExprKind::Field(a, place), ExprKind::Field(b, other)) => place == other && alike(a, b, bound),
        (ExprKind::Outcome(a), ExprKind::Outcome(b)) => a == b,
        (ExprKind::Call { named, args, at }, ExprKind::Call { named: named2, args: args2, at: at2 }) => {
            named == named2 && all_alike(args, args2, bound) && both(at.as_deref(), at2.as_deref(), bound)
        }
        (ExprKind::Unary(op, a), ExprKind::Unary(op2, b)) => op == op2 && alike(a, b, bound),
        (ExprKind::Binary(op, a), ExprKind::Binary(op2, b)) => {
            op == op2 && alike(&a.left, &b.left, bound) && alike(&a.right, &b.right, bound)
        }
        (ExprKind::Convert(factor, a), ExprKind::Convert(factor2, b)) => {
            factor == factor2 && alike(a, b, bound)
        }
        (ExprKind::Round(rounding, a), ExprKind::Round(rounding2, b)) => {
            rounding == rounding2 && alike(a, b, bound)
        }
        (
            ExprKind::AddWorkingDays { calendar, date, count },
            ExprKind::AddWorkingDays { calendar: calendar2, date: date2, count: count2 },
        ) => calendar == calendar2 && alike(date, date2, bound) && alike(count, count2, bound),
        (
            ExprKind::WorkingDaysBetween { calendar, from, to },
            ExprKind::WorkingDaysBetween { calendar: calendar2, from: from2, to: to2 },
        ) => calendar == calendar2 && alike(from, from2, bound) && alike(to, to2, bound),
        (ExprKind::Band { range, shares }, ExprKind::Band { range: range2, shares: shares2 }) => {
            alike(range, range2, bound) && alike(shares, shares2, bound)
        }
        (
            ExprKind::Choose { how, limbs, otherwise },
            ExprKind::Choose { how: how2, limbs: limbs2, otherwise: otherwise2 },
        ) => {
            how == how2
                && limbs.len() == limbs2.len()
                && limbs.iter().zip(limbs2).all(|(a, b)| same_limb(a, b, bound))
                && both(otherwise.as_deref(), otherwise2.as_deref(), bound)
        }
        (
            ExprKind::Aggregate { how, binders, body },
            ExprKind::Aggregate { how: how2, binders: binders2, body: body2 },
        ) => {
            let mark = bound.len();
            let same = how == how2 && binders_alike(binders, binders2, bound) && alike(body, body2, bound);
            bound.truncate(mark);
            same
        }
        (ExprKind::First { binder, by }, ExprKind::First { binder: binder2, by: by2 }) => {
            let mark = bound.len();
            let same = binder_alike(binder, binder2, bound)
                && by.len() == by2.len()
                && by
                    .iter()
                    .zip(by2)
                    .all(|((way, key), (way2, key2))| way == way2 && alike(key, key2, bound));
            bound.truncate(mark);
            same
        }
        (ExprKind::Members(a), ExprKind::Members(b)) => a == b,
        (ExprKind::Set(a), ExprKind::Set(b))
        | (ExprKind::List(a), ExprKind::List(b))
        | (ExprKind::Record(a), ExprKind::Record(b)) => all_alike(a, b, bound),
        (ExprKind::Duty { kind, due }, ExprKind::Duty { kind: kind2, due: due2 }) => {
            alike(kind, kind2, bound) && alike(due, due2, bound)
        }
        _ => false,
    }
}

/// The same items, whatever the filters say.
pub(super) fn same_collections(left: &[Binder], right: &[Binder]) -> bool {
    left.len() <= right.len() && left.iter().zip(right).all(|(a, b)| same(&a.collection, &b.collection))
}

pub(super) fn same_binders(left: &[Binder], right: &[Binder]) -> bool {
    binders_alike(left, right, &mut Vec::new())
}

/// Whether the items are the same; leaves them bound.
fn binders_alike(left: &[Binder], right: &[Binder], bound: &mut Bound) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(a, b)| binder_alike(a, b, bound))
}

fn binder_alike(left: &Binder, right: &Binder, bound: &mut Bound) -> bool {
    if !alike(&left.collection, &right.collection, bound) {
        return false;
    }
    bound.push((left.local, right.local));
    both(left.filter.as_ref(), right.filter.as_ref(), bound)
}

fn same_limb(left: &Limb, right: &Limb, bound: &mut Bound) -> bool {
    alike(&left.when, &right.when, bound) && alike(&left.value, &right.value, bound)
}

fn all_alike(left: &[Expr], right: &[Expr], bound: &mut Bound) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(a, b)| alike(a, b, bound))
}

fn both(left: Option<&Expr>, right: Option<&Expr>, bound: &mut Bound) -> bool {
    match (left, right) {
        (None, None) => true,
        (Some(left), Some(right)) => alike(left, right, bound),
        (Some(_), None) | (None, Some(_)) => false,
    }
}
