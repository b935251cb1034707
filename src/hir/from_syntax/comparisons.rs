//! Order, equality and membership.

use super::Lowering;
use super::expressions::Cx;
use super::operators::{binary, without_groups};
use super::types::invalid;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{BinaryOp, Expr, ExprKind};
use crate::source::Span;
use crate::syntax::ast::{self, InfixOp};
use crate::types::Type;

impl Lowering<'_> {
    pub(super) fn compare(
        &mut self,
        op: BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
        op_span: Span,
        span: Span,
        cx: &mut Cx,
    ) -> Expr {
        let (left, right) = self.both_sides(left, right, None, cx);
        match self.common(&left.ty, &right.ty) {
            Some(Type::Invalid) => invalid(span, Type::Bool),
            Some(ty) if self.is_ordered(&ty) => {
                let (left, right) = (self.coerce(left, &ty), self.coerce(right, &ty));
                binary(span, Type::Bool, op, left, right)
            }
            Some(ty) => {
                let found = self.describe(&ty);
                let mut report = Diagnostic::new(
                    Code::TypeMismatch,
                    op_span,
                    format!("values of `{found}` have no order"),
                );
                if let Type::Enum(id) = ty
                    && let Some(def) = self.policy.schema.enumeration(id)
                {
                    report = report
                        .help(format!("declare it as a scale if it has one: `scale {}: a < b`", def.name));
                }
                self.sink.push(report);
                invalid(span, Type::Bool)
            }
            None => {
                let code = if matches!((&left.ty, &right.ty), (Type::Quantity(_), _) | (_, Type::Quantity(_)))
                {
                    Code::TypeUnitMismatch
                } else {
                    Code::TypeMismatch
                };
                self.cannot_compare(code, &left, &right, op_span);
                invalid(span, Type::Bool)
            }
        }
    }

    fn cannot_compare(&mut self, code: Code, left: &Expr, right: &Expr, op_span: Span) {
        let (a, b) = (self.describe(&left.ty), self.describe(&right.ty));
        let mut found = Diagnostic::new(code, op_span, format!("cannot compare `{a}` with `{b}`"))
            .label(left.span, format!("this is `{a}`"))
            .label(right.span, format!("this is `{b}`"));
        for (plain, other) in [(left, &b), (right, &a)] {
            let is_bare =
                matches!(plain.ty, Type::Integer | Type::Number) && matches!(plain.kind, ExprKind::Const(_));
            if is_bare && code == Code::TypeUnitMismatch {
                let text = self.sources.slice(plain.span);
                found = found.suggest("add the unit", plain.span, format!("{text} {other}"));
            }
        }
        for (text, other) in [(left, right), (right, left)] {
            let inner = self.sources.slice(text.span).trim_matches('"');
            if text.ty == Type::Text
                && other.ty == Type::Date
                && matches!(text.kind, ExprKind::Const(_))
                && jiff::civil::Date::strptime("%Y-%m-%d", inner).is_ok_and(|date| date.to_string() == inner)
            {
                found = found.fix("a date has no quotes", text.span, inner);
            }
        }
        self.sink.push(found);
    }

    pub(super) fn compare_dates(
        &mut self,
        op: BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
        cx: &mut Cx,
    ) -> Expr {
        let left = self.expr(left, Some(&Type::Date), cx);
        let right = self.expr(right, Some(&Type::Date), cx);
        binary(span, Type::Bool, op, left, right)
    }

    pub(super) fn is(
        &mut self,
        op: BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
        op_span: Span,
        span: Span,
        cx: &mut Cx,
    ) -> Expr {
        if matches!(without_groups(right).kind, ast::ExprKind::List(_)) && !self.needs_context(left, cx) {
            let left = self.expr(left, None, cx);
            if !matches!(left.ty, Type::List(_) | Type::Set(_)) {
                let test = if op == BinaryOp::Is { "in" } else { "not in" };
                self.sink.push(
                    Diagnostic::new(
                        Code::TypeMismatch,
                        op_span,
                        "`is` compares with one value, not with a list",
                    )
                    .fix(
                        format!("a choice of values is tested with `{test}`"),
                        op_span,
                        test,
                    ),
                );
                return invalid(span, Type::Bool);
            }
        }
        let (left, right) = self.both_sides(left, right, None, cx);
        match self.common(&left.ty, &right.ty) {
            Some(Type::Invalid) => invalid(span, Type::Bool),
            Some(ty) => {
                let (left, right) = (self.coerce(left, &ty), self.coerce(right, &ty));
                binary(span, Type::Bool, op, left, right)
            }
            None => {
                let code = if matches!((&left.ty, &right.ty), (Type::Quantity(_), _) | (_, Type::Quantity(_)))
                {
                    Code::TypeUnitMismatch
                } else {
                    Code::TypeMismatch
                };
                self.cannot_compare(code, &left, &right, op_span);
                invalid(span, Type::Bool)
            }
        }
    }

    pub(super) fn is_in(
        &mut self,
        op: BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
        cx: &mut Cx,
    ) -> Expr {
        let inner = without_groups(right);
        let right_first = self.needs_context(left, cx) && !self.needs_context(inner, cx);
        let (left, right) = if right_first {
            let right = self.expr(right, None, cx);
            let want = if let Type::Set(of) | Type::List(of) | Type::Range(of) = &right.ty {
                (**of).clone()
            } else {
                Type::Invalid
            };
            (self.expr_loosely(left, Some(&want), cx), right)
        } else {
            let left = self.expr(left, None, cx);
            if let (ast::ExprKind::Name(name), Type::Enum(id)) = (&inner.kind, &left.ty)
                && !self.is_value_name(&name.text, cx)
                && self.member(*id, &name.text).is_some()
            {
                let member = format!("[{}]", name.text);
                self.sink.push(
                    Diagnostic::new(
                        Code::TypeMismatch,
                        right.span,
                        "`in` asks about several values, and this is one",
                    )
                    .fix("put it into a list, or compare with `is`", right.span, member),
                );
                return invalid(span, Type::Bool);
            }
            let want = if let ast::ExprKind::List(_) = &inner.kind {
                Some(Type::List(Box::new(left.ty.clone())))
            } else if matches!(inner.kind, ast::ExprKind::Infix { op: InfixOp::To, .. })
                && self.is_measured(&left.ty)
            {
                Some(Type::Range(Box::new(left.ty.clone())))
            } else {
                None
            };
            // A list of numbers may be asked about an integer.
            let right = match &want {
                Some(Type::List(of)) if **of == Type::Integer => self.expr(right, None, cx),
                Some(Type::Range(of)) if **of == Type::Integer => self.expr(right, None, cx),
                want => self.expr(right, want.as_ref(), cx),
            };
            (left, right)
        };
        let (Type::Set(of) | Type::List(of) | Type::Range(of)) = &right.ty else {
            if right.ty != Type::Invalid {
                let found = self.describe(&right.ty);
                let mut report = Diagnostic::new(
                    Code::TypeMismatch,
                    right.span,
                    format!("`in` asks about a set, list or range, not `{found}`"),
                );
                if right.ty == left.ty {
                    report = report.help("`is` compares two values; a choice of values is `in [a, b]`");
                }
                self.sink.push(report);
            }
            return invalid(span, Type::Bool);
        };
        let of = (**of).clone();
        match (self.common(&left.ty, &of), &right.ty) {
            (Some(Type::Invalid), _) => invalid(span, Type::Bool),
            (Some(ty), _) if ty == of => {
                let left = self.coerce(left, &ty);
                binary(span, Type::Bool, op, left, right)
            }
            (Some(ty), Type::Range(_)) => {
                let left = self.coerce(left, &ty);
                let right = self.coerce(right, &Type::Range(Box::new(ty)));
                binary(span, Type::Bool, op, left, right)
            }
            (Some(ty), Type::List(_)) => {
                let left = self.coerce(left, &ty);
                let right = self.coerce(right, &Type::List(Box::new(ty)));
                binary(span, Type::Bool, op, left, right)
            }
            _ => {
                let (a, b) = (self.describe(&left.ty), self.describe(&right.ty));
                self.report(Code::TypeMismatch, span, format!("no `{a}` can be in a `{b}`"));
                invalid(span, Type::Bool)
            }
        }
    }
}
