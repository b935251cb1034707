//! Structural equality of expressions, spans aside: the language is pure, so equal expressions have equal values.

use crate::hir::{Binder, Expr, ExprKind, Limb};

/// The two expressions have one value in every case.
pub(super) fn same(left: &Expr, right: &Expr) -> bool {
    match (&left.kind, &right.kind) {
        (ExprKind::Const(a), ExprKind::Const(b)) => a == b && left.ty == right.ty,
        (ExprKind::Fact(a), ExprKind::Fact(b)) => a == b,
        (ExprKind::Local(a), ExprKind::Local(b)) => a == b,
        (ExprKind::Field(a, place), ExprKind::Field(b, other)) => place == other && same(a, b),
        (ExprKind::Outcome(a), ExprKind::Outcome(b)) => a == b,
        (ExprKind::Call { named, args, at }, ExprKind::Call { named: named2, args: args2, at: at2 }) => {
            named == named2 && all_same(args, args2) && both(at.as_deref(), at2.as_deref())
        }
        (ExprKind::Unary(op, a), ExprKind::Unary(op2, b)) => op == op2 && same(a, b),
        (ExprKind::Binary(op, a, b), ExprKind::Binary(op2, a2, b2)) => {
            op == op2 && same(a, a2) && same(b, b2)
        }
        (ExprKind::Convert(factor, a), ExprKind::Convert(factor2, b)) => factor == factor2 && same(a, b),
        (ExprKind::Round(rounding, a), ExprKind::Round(rounding2, b)) => rounding == rounding2 && same(a, b),
        (
            ExprKind::AddWorkingDays { calendar, date, count },
            ExprKind::AddWorkingDays { calendar: calendar2, date: date2, count: count2 },
        ) => calendar == calendar2 && same(date, date2) && same(count, count2),
        (
            ExprKind::WorkingDaysBetween { calendar, from, to },
            ExprKind::WorkingDaysBetween { calendar: calendar2, from: from2, to: to2 },
        ) => calendar == calendar2 && same(from, from2) && same(to, to2),
        (ExprKind::Band { range, shares }, ExprKind::Band { range: range2, shares: shares2 }) => {
            same(range, range2) && same(shares, shares2)
        }
        (
            ExprKind::Choose { how, limbs, otherwise },
            ExprKind::Choose { how: how2, limbs: limbs2, otherwise: otherwise2 },
        ) => {
            how == how2
                && limbs.len() == limbs2.len()
                && limbs.iter().zip(limbs2).all(|(a, b)| same_limb(a, b))
                && both(otherwise.as_deref(), otherwise2.as_deref())
        }
        (
            ExprKind::Aggregate { how, binders, body },
            ExprKind::Aggregate { how: how2, binders: binders2, body: body2 },
        ) => how == how2 && same_binders(binders, binders2) && same(body, body2),
        (ExprKind::First { binder, by }, ExprKind::First { binder: binder2, by: by2 }) => {
            same_binder(binder, binder2)
                && by.len() == by2.len()
                && by.iter().zip(by2).all(|((way, key), (way2, key2))| way == way2 && same(key, key2))
        }
        (ExprKind::Members(a), ExprKind::Members(b)) => a == b,
        (ExprKind::Set(a), ExprKind::Set(b))
        | (ExprKind::List(a), ExprKind::List(b))
        | (ExprKind::Record(a), ExprKind::Record(b)) => all_same(a, b),
        (ExprKind::Duty { kind, due }, ExprKind::Duty { kind: kind2, due: due2 }) => {
            same(kind, kind2) && same(due, due2)
        }
        _ => false,
    }
}

/// The same items, whatever the filters say.
pub(super) fn same_collections(left: &[Binder], right: &[Binder]) -> bool {
    left.len() <= right.len() && left.iter().zip(right).all(|(a, b)| same(&a.collection, &b.collection))
}

pub(super) fn same_binders(left: &[Binder], right: &[Binder]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(a, b)| same_binder(a, b))
}

fn same_binder(left: &Binder, right: &Binder) -> bool {
    left.local == right.local
        && same(&left.collection, &right.collection)
        && both(left.filter.as_ref(), right.filter.as_ref())
}

fn same_limb(left: &Limb, right: &Limb) -> bool {
    same(&left.when, &right.when) && same(&left.value, &right.value)
}

fn all_same(left: &[Expr], right: &[Expr]) -> bool {
    left.len() == right.len() && left.iter().zip(right).all(|(a, b)| same(a, b))
}

fn both(left: Option<&Expr>, right: Option<&Expr>) -> bool {
    match (left, right) {
        (None, None) => true,
        (Some(left), Some(right)) => same(left, right),
        (Some(_), None) | (None, Some(_)) => false,
    }
}
