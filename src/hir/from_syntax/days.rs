//! Working days, lengths of time around a date, and calendars.

use super::Lowering;
use super::expressions::{Cx, unary};
use super::operators::{binary, without_groups};
use super::types::invalid;
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::hir::{BinaryOp, CalendarId, Expr, ExprKind, UnaryOp};
use crate::source::Span;
use crate::syntax::ast::{self, InfixOp, Name, Side};
use crate::types::Type;

impl Lowering<'_> {
    pub(super) fn add_working_days(
        &mut self,
        op: BinaryOp,
        date: Expr,
        count: Expr,
        calendar: Option<CalendarId>,
        span: Span,
    ) -> Expr {
        let Some(calendar) = calendar else { return invalid(span, Type::Date) };
        let count = if op == BinaryOp::Subtract {
            let span = count.span;
            unary(span, Type::WorkingDays, UnaryOp::Negate, count)
        } else {
            count
        };
        Expr {
            span,
            ty: Type::Date,
            kind: ExprKind::AddWorkingDays { calendar, date: Box::new(date), count: Box::new(count) },
        }
    }

    pub(super) fn only_calendar(&mut self, span: Span) -> Option<CalendarId> {
        match self.calendars.len() {
            1 => Some(CalendarId(0)),
            0 => {
                self.sink.push(
                    Diagnostic::new(Code::NameUnknown, span, "working days need a calendar, and none is declared")
                        .help("declare it: `calendar official  weekend: saturday, sunday  holidays: public_holidays`"),
                );
                None
            }
            _ => {
                let names: Vec<String> = self.calendars.keys().map(|name| format!("`of {name}`")).collect();
                self.sink.push(
                    Diagnostic::new(Code::NameAmbiguous, span, "several calendars are declared")
                        .help(format!("say which: {}", names.join(" or "))),
                );
                None
            }
        }
    }

    fn calendar_named(&mut self, name: &Name) -> Option<CalendarId> {
        if let Some(id) = self.calendars.get(&name.text) {
            return Some(*id);
        }
        let mut found =
            Diagnostic::new(Code::NameUnknown, name.span, format!("there is no calendar `{}`", name.text));
        if let Some(meant) = did_you_mean(&name.text, self.calendars.keys().map(|name| &**name)) {
            found = found.suggest(format!("did you mean `{meant}`?"), name.span, meant);
        }
        self.sink.push(found);
        None
    }

    pub(super) fn of_calendar(
        &mut self,
        of: &ast::Expr,
        calendar: &Name,
        want: Option<&Type>,
        cx: &mut Cx,
    ) -> Expr {
        let id = self.calendar_named(calendar);
        let inner = without_groups(of);
        if let ast::ExprKind::Infix { op: op @ (InfixOp::Add | InfixOp::Subtract), sides, .. } = &inner.kind {
            let date = self.expr(&sides.left, Some(&Type::Date), cx);
            let count = self.expr(&sides.right, Some(&Type::WorkingDays), cx);
            let op = if *op == InfixOp::Add { BinaryOp::Add } else { BinaryOp::Subtract };
            return self.add_working_days(op, date, count, id, of.span.to(calendar.span));
        }
        self.report(
            Code::TypeMismatch,
            calendar.span,
            "`of` a calendar stands behind a date plus working days",
        );
        self.expr(of, want, cx)
    }

    pub(super) fn days_after(
        &mut self,
        working: bool,
        calendar: Option<&Name>,
        from: &ast::Expr,
        to: &ast::Expr,
        span: Span,
        cx: &mut Cx,
    ) -> Expr {
        let from = self.expr(from, Some(&Type::Date), cx);
        let to = self.expr(to, Some(&Type::Date), cx);
        if !working {
            if let Some(calendar) = calendar {
                self.report(Code::TypeMismatch, calendar.span, "only working days belong to a calendar");
            }
            return binary(span, Type::Integer, BinaryOp::DaysBetween, from, to);
        }
        let id = match calendar {
            Some(name) => self.calendar_named(name),
            None => self.only_calendar(span),
        };
        match id {
            Some(calendar) => Expr {
                span,
                ty: Type::Integer,
                kind: ExprKind::WorkingDaysBetween { calendar, from: Box::new(from), to: Box::new(to) },
            },
            None => invalid(span, Type::Integer),
        }
    }

    /// `x within n before d` is `x >= d - n and x <= d`. Each comparison has the place of its day.
    pub(super) fn within(
        &mut self,
        of: &ast::Expr,
        length: &ast::Expr,
        side: Side,
        date: &ast::Expr,
        span: Span,
        cx: &mut Cx,
    ) -> Expr {
        let of = self.expr(of, Some(&Type::Date), cx);
        let date = self.expr(date, Some(&Type::Date), cx);
        let length = self.expr(length, None, cx);
        let far_span = length.span.to(date.span);
        let op = match side {
            Side::Before => BinaryOp::Subtract,
            Side::After => BinaryOp::Add,
        };
        let far = if matches!(length.ty, Type::Days | Type::Months) {
            binary(far_span, Type::Date, op, date.clone(), length)
        } else if length.ty == Type::WorkingDays {
            let calendar = self.only_calendar(length.span);
            self.add_working_days(op, date.clone(), length, calendar, far_span)
        } else {
            if length.ty != Type::Invalid {
                let found = self.describe(&length.ty);
                self.report(
                    Code::TypeMismatch,
                    length.span,
                    format!("expected a length of time such as `24 months`, found `{found}`"),
                );
            }
            invalid(span, Type::Date)
        };
        let (first, last) = match side {
            Side::Before => (far, date),
            Side::After => (date, far),
        };
        let from = binary(first.span, Type::Bool, BinaryOp::GreaterOrEqual, of.clone(), first);
        let until = binary(last.span, Type::Bool, BinaryOp::LessOrEqual, of, last);
        binary(span, Type::Bool, BinaryOp::And, from, until)
    }
}
