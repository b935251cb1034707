//! Walking expressions.

use super::{Binder, Expr, ExprKind, Limb};

impl Expr {
    /// Calls `visit` on every direct child, in the order of the text.
    pub(crate) fn for_each_child<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        match &self.kind {
            ExprKind::Invalid
            | ExprKind::Const(_)
            | ExprKind::Fact(_)
            | ExprKind::Local(_)
            | ExprKind::Outcome(_)
            | ExprKind::Members(_) => {}
            ExprKind::Field(of, _) | ExprKind::Unary(_, of) | ExprKind::Convert(_, of) | ExprKind::Round(_, of) => visit(of),
            ExprKind::Call { named: _, args, at } => {
                args.iter().for_each(&mut *visit);
                if let Some(at) = at {
                    visit(at);
                }
            }
            ExprKind::Binary(_, left, right) => {
                visit(left);
                visit(right);
            }
            ExprKind::AddWorkingDays { calendar: _, date, count } => {
                visit(date);
                visit(count);
            }
            ExprKind::WorkingDaysBetween { calendar: _, from, to } => {
                visit(from);
                visit(to);
            }
            ExprKind::Band { range, shares } => {
                visit(range);
                visit(shares);
            }
            ExprKind::Choose { how: _, limbs, otherwise } => {
                for Limb { when, value } in limbs {
                    visit(value);
                    visit(when);
                }
                if let Some(otherwise) = otherwise {
                    visit(otherwise);
                }
            }
            ExprKind::Aggregate { how: _, binders, body } => {
                binders.iter().for_each(|binder| binder.for_each_child(visit));
                visit(body);
            }
            ExprKind::First { binder, by } => {
                binder.for_each_child(visit);
                by.iter().for_each(|(_, key)| visit(key));
            }
            ExprKind::Set(parts) | ExprKind::List(parts) | ExprKind::Record(parts) => parts.iter().for_each(visit),
            ExprKind::Duty { kind, due } => {
                visit(kind);
                visit(due);
            }
        }
    }
}

impl Binder {
    /// Calls `visit` on the collection and on the filter.
    pub(crate) fn for_each_child<'a>(&'a self, visit: &mut dyn FnMut(&'a Expr)) {
        visit(&self.collection);
        if let Some(filter) = &self.filter {
            visit(filter);
        }
    }
}
