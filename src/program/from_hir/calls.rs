//! Definitions, parameters and tables: the version in force, the rows that match.

use super::super::Kind;
use super::Lowering;
use super::builder::{NO, Ref, YES};
use super::shapes::{Record, Shape};
use super::terms::{Judged, Term};
use crate::hir::{BinaryOp, Body, Expr, ExprKind, Hit, InForce, Named, NamedId, Row, Table};
use crate::types::Type;

impl Lowering<'_> {
    /// `at` is the date of a reading at another day than the law date.
    pub(super) fn call(&mut self, id: NamedId, args: Vec<Shape>, at: Option<Term>) -> Option<Shape> {
        let policy = self.policy;
        let named = policy.named.get(usize::try_from(id.0).ok()?)?;
        if named.params.is_empty()
            && at.is_none()
            && let Some(known) = self.named.get(usize::try_from(id.0).ok()?)?
        {
            return Some(known.clone());
        }
        let mut locals = Vec::with_capacity(args.len());
        for (param, arg) in named.params.iter().zip(args) {
            let arg = if param.nothing { arg } else { self.code.present_shape(arg) };
            if arg.sure() == NO {
                return None;
            }
            locals.push(arg);
        }
        self.version(named, &locals, at)
    }

    pub(super) fn called(
        &mut self,
        id: NamedId,
        args: &[Expr],
        at: Option<&Expr>,
        locals: &[Shape],
    ) -> Option<Shape> {
        let args = args.iter().map(|arg| self.value(arg, locals)).collect();
        let at = at.map(|at| self.term(at, locals));
        self.call(id, args, at)
    }

    /// Periods do not overlap, so the order of versions shows nowhere.
    fn version(&mut self, named: &Named, locals: &[Shape], at: Option<Term>) -> Option<Shape> {
        let mut chosen: Option<(Ref, Shape)> = None;
        for version in &named.versions {
            let in_force = self.in_force(version.in_force, at)?;
            let value = match &version.body {
                Body::Expr(expr) => self.value(expr, locals),
                Body::Table(table) => self.table(table, locals).unwrap_or(Shape::UNSURE),
                Body::Schedule(rows) => {
                    let date = self.effective_date(at)?;
                    let mut value: Option<(Ref, Shape)> = None;
                    for (from, row) in rows {
                        let from = Ref::Const(crate::value::day_number(*from));
                        let since = self.code.less_or_equal(from, date.value);
                        let row = self.value(row, locals);
                        value = self.later(value, Judged { holds: since, sure: date.sure }, row);
                    }
                    let (some, value) = value?;
                    self.where_some(value, some)
                }
            };
            chosen = self.later(chosen, in_force, value);
        }
        // With none in force there is a gap.
        let (some, value) = chosen?;
        Some(self.where_some(value, some))
    }

    fn where_some(&mut self, value: Shape, some: Ref) -> Shape {
        let (there, sure) = (value.there(), self.code.and(value.sure(), some));
        value.with(there, sure)
    }

    /// The value of the later alternative where it holds, and whether any holds.
    fn later(&mut self, before: Option<(Ref, Shape)>, when: Judged, value: Shape) -> Option<(Ref, Shape)> {
        Some(match before {
            None => (when.holds, self.where_some(value, when.sure)),
            Some((some, before)) => {
                (self.code.or(some, when.holds), self.code.choose_shape(when, value, before))
            }
        })
    }

    pub(super) fn in_force(&mut self, period: InForce, date: Option<Term>) -> Option<Judged> {
        if period == InForce::default() {
            return Some(Judged::YES);
        }
        let date = self.effective_date(date)?;
        let mut holds = YES;
        if let Some(from) = period.from {
            let since = self.code.less_or_equal(Ref::Const(crate::value::day_number(from)), date.value);
            holds = self.code.and(holds, since);
        }
        if let Some(until) = period.until {
            let before = self.code.less_or_equal(date.value, Ref::Const(crate::value::day_number(until)));
            holds = self.code.and(holds, before);
        }
        Some(Judged { holds, sure: date.sure })
    }

    fn effective_date(&mut self, date: Option<Term>) -> Option<Term> {
        let date = date.or(self.law)?;
        self.code.operand(date).filter(|date| date.kind == Kind::Date)
    }

    /// A table whose rows are records is one of each field.
    fn table(&mut self, table: &Table, locals: &[Shape]) -> Option<Shape> {
        let inputs: Vec<Term> = table.inputs.iter().map(|input| self.term(input, locals)).collect();
        let first = table.rows.first()?;
        let ExprKind::Record(fields) = &first.result.kind else {
            let results: Vec<&Expr> = table.rows.iter().map(|row| &row.result).collect();
            return self.column(table, &results, &inputs, locals).map(Shape::Plain);
        };
        let mut columns = Vec::with_capacity(fields.len());
        let mut sure = YES;
        for place in 0..fields.len() {
            let results = table.rows.iter().map(|row| match &row.result {
                Expr { kind: ExprKind::Record(fields), .. } => fields.get(place),
                _ => None,
            });
            let results = results.collect::<Option<Vec<&Expr>>>()?;
            let column = self.column(table, &results, &inputs, locals).unwrap_or(Term::UNSURE);
            if !column.is_unsure() {
                sure = self.code.and(sure, column.sure);
            }
            columns.push(Shape::Plain(column));
        }
        // A table without a row for the case is an error, whichever field is read.
        Some(Shape::Record(Record { there: YES, sure, fields: columns.into() }))
    }

    /// A table with one result for each row.
    fn column(
        &mut self,
        table: &Table,
        results: &[&Expr],
        inputs: &[Term],
        locals: &[Shape],
    ) -> Option<Term> {
        if let Some(term) = self.by_member(table, results, inputs, locals) {
            return Some(term);
        }
        let mut rows = Vec::with_capacity(table.rows.len());
        for (row, result) in table.rows.iter().zip(results) {
            let matches = self.row(row, inputs, locals)?;
            let value = self.term(result, locals);
            rows.push((matches, value));
        }
        let (mut some, mut sure) = (NO, YES);
        for (matches, value) in &rows {
            some = self.code.or(some, matches.holds);
            let known = self.code.select(matches.holds, value.sure, YES);
            let known = self.code.and(matches.sure, known);
            sure = self.code.and(sure, known);
        }
        sure = self.code.and(sure, some);
        let value = match table.hit {
            Hit::Unique => {
                let mut rows = rows.into_iter();
                let (first, mut value) = rows.next()?;
                let mut before = first.holds;
                for (matches, other) in rows {
                    // Of several rows that match all must have one value.
                    let again = self.code.and(before, matches.holds);
                    let same = self.same(value, other)?;
                    let clash = self.code.without(again, same.holds);
                    sure = self.code.without(sure, clash);
                    before = self.code.or(before, matches.holds);
                    value = self.code.choose(Judged { sure: YES, ..matches }, other, value);
                }
                value
            }
            // A row that gives nothing is none here, which is rare.
            Hit::Highest | Hit::Lowest => {
                for (_, value) in &rows {
                    sure = self.code.and(sure, value.there);
                }
                let best = self.best(table.hit == Hit::Highest, &rows, None)?;
                Term { there: YES, ..best }
            }
        };
        Some(Term { sure, ..value })
    }

    /// A table over one enum with constant results is looked up by the member.
    fn by_member(
        &mut self,
        table: &Table,
        results: &[&Expr],
        inputs: &[Term],
        locals: &[Shape],
    ) -> Option<Term> {
        let ([input @ Term { kind: Kind::Member, .. }], [Expr { ty: Type::Enum(id), .. }]) =
            (inputs, &*table.inputs)
        else {
            return None;
        };
        let members = self.members(*id);
        if !self.small_members() || matches!(input.value, Ref::Const(_)) {
            return None;
        }
        let input = self.code.operand(*input)?;
        let mut entries: Vec<Option<Term>> = vec![None; members];
        let mut values = Vec::with_capacity(table.rows.len());
        for result in results {
            let value = self.term(result, locals);
            if !matches!((value.value, value.there, value.sure), (Ref::Const(_), YES, YES)) {
                return None;
            }
            values.push((Judged::YES, value));
        }
        let (kind, values) = self.aligned(&values)?;
        for (row, (_, value)) in table.rows.iter().zip(values) {
            for (entry, place) in entries.iter_mut().zip(0..) {
                let member = Term::known(Kind::Member, Ref::Const(place));
                match self.row(row, &[member], locals)? {
                    Judged { holds: NO, sure: YES } => {}
                    // Rows that both match are left to the general way.
                    Judged { holds: YES, sure: YES } if entry.is_none() => *entry = Some(value),
                    Judged { .. } => return None,
                }
            }
        }
        let mask = entries.iter().zip(0_u32..).filter(|(entry, _)| entry.is_some());
        let mask = mask.fold(0_i64, |mask, (_, place)| mask | 1_i64.wrapping_shl(place));
        let table = entries.iter().map(|entry| match entry.map(|entry| entry.value) {
            Some(Ref::Const(value)) => value,
            Some(Ref::Input(_) | Ref::Result(_)) | None => 0,
        });
        let table: Vec<i64> = table.collect();
        let covered = if entries.iter().all(Option::is_some) {
            YES
        } else {
            self.code.member(input.value, Ref::Const(mask))
        };
        let value = self.code.lookup(input.value, table);
        Some(Term { sure: self.code.and(input.sure, covered), ..Term::known(kind, value) })
    }

    fn row(&mut self, row: &Row, inputs: &[Term], locals: &[Shape]) -> Option<Judged> {
        let mut all = Judged::YES;
        for (input, alternatives) in inputs.iter().zip(&row.tests) {
            let mut any = if alternatives.is_empty() { Judged::YES } else { Judged::NO };
            for conjunction in alternatives {
                let mut every = Judged::YES;
                for test in conjunction {
                    let holds = self.test(test.op, *input, &test.value, locals)?;
                    every = self.code.both(every, holds);
                }
                any = self.code.either(any, every);
            }
            all = self.code.both(all, any);
        }
        Some(all)
    }

    fn test(&mut self, op: BinaryOp, input: Term, against: &Expr, locals: &[Shape]) -> Option<Judged> {
        match op {
            BinaryOp::Is | BinaryOp::IsNot => {
                let value = self.term(against, locals);
                let same = self.same(input, value)?;
                Some(if op == BinaryOp::Is { same } else { self.code.negated(same) })
            }
            BinaryOp::In | BinaryOp::NotIn => {
                let found = self.found(input, against, locals)?;
                Some(if op == BinaryOp::In { found } else { self.code.negated(found) })
            }
            BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual => {
                let value = self.term(against, locals);
                let (input, value) = (self.code.operand(input)?, self.code.operand(value)?);
                self.ordered(op, input, value)
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
            | BinaryOp::DaysBetween => None,
        }
    }
}
