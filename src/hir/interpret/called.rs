//! What a definition calls, from its text alone.

use std::collections::BTreeSet;

use crate::hir::{Binder, Body, Expr, ExprKind, Named, NamedId};

/// The definitions, tables and parameters that any version of this one names at the law date.
pub(super) fn called_by(named: &Named) -> BTreeSet<NamedId> {
    let mut called = BTreeSet::new();
    for version in &named.versions {
        match &version.body {
            Body::Expr(expr) => visit(expr, &mut called),
            Body::Schedule(rows) => rows.iter().for_each(|(_, row)| visit(row, &mut called)),
            Body::Table(table) => {
                table.inputs.iter().for_each(|input| visit(input, &mut called));
                for row in &table.rows {
                    let tests = row.tests.iter().flatten().flatten();
                    tests.for_each(|test| visit(&test.value, &mut called));
                    visit(&row.result, &mut called);
                }
            }
        }
    }
    called
}

fn visit(expr: &Expr, called: &mut BTreeSet<NamedId>) {
    let mut all = |exprs: &[Expr]| exprs.iter().for_each(|expr| visit(expr, called));
    match &expr.kind {
        ExprKind::Invalid
        | ExprKind::Const(_)
        | ExprKind::Fact(_)
        | ExprKind::Local(_)
        | ExprKind::Outcome(_)
        | ExprKind::Members(_) => {}
        ExprKind::Set(of) | ExprKind::List(of) | ExprKind::Record(of) => all(of),
        ExprKind::Field(of, _)
        | ExprKind::Unary(_, of)
        | ExprKind::Convert(_, of)
        | ExprKind::Round(_, of) => visit(of, called),
        ExprKind::Binary(_, sides) => {
            visit(&sides.left, called);
            visit(&sides.right, called);
        }
        ExprKind::AddWorkingDays { date: left, count: right, .. }
        | ExprKind::WorkingDaysBetween { from: left, to: right, .. }
        | ExprKind::Band { range: left, shares: right }
        | ExprKind::Duty { kind: left, due: right } => {
            visit(left, called);
            visit(right, called);
        }
        ExprKind::Call { named, args, at } => {
            all(args);
            match at {
                // At another day it is another value.
                Some(at) => visit(at, called),
                None => {
                    called.insert(*named);
                }
            }
        }
        ExprKind::Choose { limbs, otherwise, .. } => {
            for limb in limbs {
                visit(&limb.when, called);
                visit(&limb.value, called);
            }
            otherwise.iter().for_each(|otherwise| visit(otherwise, called));
        }
        ExprKind::Aggregate { binders, body, .. } => {
            binders.iter().for_each(|binder| visit_binder(binder, called));
            visit(body, called);
        }
        ExprKind::First { binder, by } => {
            visit_binder(binder, called);
            by.iter().for_each(|(_, key)| visit(key, called));
        }
    }
}

fn visit_binder(binder: &Binder, called: &mut BTreeSet<NamedId>) {
    visit(&binder.collection, called);
    binder.filter.iter().for_each(|filter| visit(filter, called));
}
