//! Walking and rebuilding expressions.

use super::{
    Binder, BinderPath, Expr, ExprKind, Limb, LocalId, MeasureKind, Outcome, OutcomeSource, Rule, Sides,
};

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
            ExprKind::Field(of, _)
            | ExprKind::Unary(_, of)
            | ExprKind::Convert(_, of)
            | ExprKind::Round(_, of) => visit(of),
            ExprKind::Call { named: _, args, at } => {
                args.iter().for_each(&mut *visit);
                if let Some(at) = at {
                    visit(at);
                }
            }
            ExprKind::Binary(_, sides) => {
                visit(&sides.left);
                visit(&sides.right);
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
            ExprKind::Set(parts) | ExprKind::List(parts) | ExprKind::Record(parts) => {
                parts.iter().for_each(visit)
            }
            ExprKind::Duty { kind, due } => {
                visit(kind);
                visit(due);
            }
        }
    }
}

impl Expr {
    /// Some part of it is broken.
    pub(crate) fn is_broken(&self) -> bool {
        let mut found = matches!(self.kind, ExprKind::Invalid);
        self.for_each_child(&mut |child| found = found || child.is_broken());
        found
    }
}

impl Outcome {
    /// The expressions of its definition and limits.
    pub(crate) fn exprs(&self) -> Vec<&Expr> {
        let defined = match &self.source {
            OutcomeSource::Defined(expr) => Some(expr),
            OutcomeSource::Built { .. } => None,
        };
        defined.into_iter().chain(&self.at_least).chain(&self.at_most).collect()
    }
}

impl MeasureKind {
    /// The expressions of a measure.
    pub(crate) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        let exprs = match self {
            Self::Contribute { value, at_least, at_most } => {
                [Some(value), at_least.as_deref(), at_most.as_deref()]
            }
            Self::Factor { share: of, raises: _ }
            | Self::AtLeast(of)
            | Self::AtMost(of)
            | Self::Without(of) => [Some(of), None, None],
            Self::Waived => [None; 3],
        };
        exprs.into_iter().flatten()
    }
}

impl Rule {
    /// The expressions of its items, date, condition and measures.
    pub(crate) fn exprs(&self) -> impl Iterator<Item = &Expr> {
        let items =
            self.binders.iter().flat_map(|binder| std::iter::once(&binder.collection).chain(&binder.filter));
        let measures = self.then.iter().flat_map(|measure| measure.kind.exprs());
        items.chain(self.dated_by.as_deref()).chain(&self.when).chain(measures)
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

impl Expr {
    /// The expression of a declaration with its parameters (locals `0..args.len()`) replaced by arguments. Its own
    /// items get numbers from `fresh` on, so that no argument is captured.
    pub(crate) fn with_arguments(&self, args: &[Expr], fresh: u32) -> Expr {
        let local = |id: LocalId| LocalId(id.0.saturating_add(fresh));
        let part = |expr: &Expr| expr.with_arguments(args, fresh);
        let boxed = |expr: &Expr| Box::new(expr.with_arguments(args, fresh));
        let parts = |exprs: &[Expr]| exprs.iter().map(part).collect::<Vec<_>>();
        let binder = |binder: &Binder| Binder {
            local: local(binder.local),
            name: binder.name.clone(),
            collection: part(&binder.collection),
            filter: binder.filter.as_ref().map(part),
            path: binder
                .path
                .as_ref()
                .map(|path| BinderPath { outer: path.outer.map(local), wire: path.wire.clone() }),
        };
        let kind = match &self.kind {
            ExprKind::Local(id) => match args.get(id.0 as usize) {
                Some(arg) => return arg.clone(),
                None => ExprKind::Local(local(*id)),
            },
            ExprKind::Invalid
            | ExprKind::Const(_)
            | ExprKind::Fact(_)
            | ExprKind::Outcome(_)
            | ExprKind::Members(_) => self.kind.clone(),
            ExprKind::Field(of, place) => ExprKind::Field(boxed(of), *place),
            ExprKind::Call { named, args: given, at } => {
                ExprKind::Call { named: *named, args: parts(given), at: at.as_ref().map(|at| boxed(at)) }
            }
            ExprKind::Unary(op, of) => ExprKind::Unary(*op, boxed(of)),
            ExprKind::Binary(op, sides) => {
                ExprKind::Binary(*op, Box::new(Sides { left: part(&sides.left), right: part(&sides.right) }))
            }
            ExprKind::Convert(factor, of) => ExprKind::Convert(*factor, boxed(of)),
            ExprKind::Round(rounding, of) => ExprKind::Round(rounding.clone(), boxed(of)),
            ExprKind::AddWorkingDays { calendar, date, count } => {
                ExprKind::AddWorkingDays { calendar: *calendar, date: boxed(date), count: boxed(count) }
            }
            ExprKind::WorkingDaysBetween { calendar, from, to } => {
                ExprKind::WorkingDaysBetween { calendar: *calendar, from: boxed(from), to: boxed(to) }
            }
            ExprKind::Band { range, shares } => ExprKind::Band { range: boxed(range), shares: boxed(shares) },
            ExprKind::Choose { how, limbs, otherwise } => ExprKind::Choose {
                how: *how,
                limbs: limbs
                    .iter()
                    .map(|limb| Limb { when: part(&limb.when), value: part(&limb.value) })
                    .collect(),
                otherwise: otherwise.as_ref().map(|otherwise| boxed(otherwise)),
            },
            ExprKind::Aggregate { how, binders, body } => ExprKind::Aggregate {
                how: *how,
                binders: binders.iter().map(binder).collect(),
                body: boxed(body),
            },
            ExprKind::First { binder: item, by } => ExprKind::First {
                binder: Box::new(binder(item)),
                by: by.iter().map(|(extreme, key)| (*extreme, part(key))).collect(),
            },
            ExprKind::Set(members) => ExprKind::Set(parts(members)),
            ExprKind::List(items) => ExprKind::List(parts(items)),
            ExprKind::Record(fields) => ExprKind::Record(parts(fields)),
            ExprKind::Duty { kind, due } => ExprKind::Duty { kind: boxed(kind), due: boxed(due) },
        };
        Expr { span: self.span, ty: self.ty.clone(), kind }
    }
}
