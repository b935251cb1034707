//! Functions over ranges, and literals of lists, sets and records.

use super::Lowering;
use super::expressions::{Cx, constant, unary};
use super::types::invalid;
use crate::diagnostic::Code;
use crate::hir::{Expr, ExprKind, UnaryOp};
use crate::source::Span;
use crate::syntax::ast::{self, Name};
use crate::types::Type;
use crate::value::Value;

impl Lowering<'_> {
    /// The functions of the language, over ranges.
    pub(super) fn function(
        &mut self,
        name: &Name,
        args: &[ast::Expr],
        span: Span,
        want: Option<&Type>,
        cx: &mut Cx,
    ) -> Expr {
        let op = match &*name.text {
            "bottom" => UnaryOp::Bottom,
            "top" => UnaryOp::Top,
            "middle" => UnaryOp::Middle,
            _ => return self.band(name, args, span, want, cx),
        };
        let [range] = args else {
            self.report(Code::TypeArguments, span, format!("`{}` needs one range", name.text));
            return invalid(span, Type::Invalid);
        };
        let mut range = self.expr(range, None, cx);
        let inner = range.ty.end().clone();
        if inner == range.ty {
            if self.is_measured(&inner) {
                range = self.coerce(range, &Type::Range(Box::new(inner.clone())));
            } else {
                if inner != Type::Invalid {
                    let found = self.describe(&inner);
                    self.report(Code::TypeMismatch, range.span, format!("expected a range, found `{found}`"));
                }
                return invalid(span, Type::Invalid);
            }
        }
        if op == UnaryOp::Middle && !matches!(inner, Type::Number | Type::Quantity(_)) {
            if inner == Type::Integer {
                let range = self.coerce(range, &Type::Range(Box::new(Type::Number)));
                return unary(span, Type::Number, op, range);
            }
            let found = self.describe(&inner);
            self.report(Code::TypeMismatch, range.span, format!("a range of `{found}` has no middle"));
            return invalid(span, Type::Invalid);
        }
        unary(span, inner, op, range)
    }

    pub(super) fn band(
        &mut self,
        name: &Name,
        args: &[ast::Expr],
        span: Span,
        want: Option<&Type>,
        cx: &mut Cx,
    ) -> Expr {
        let [range, shares] = args else {
            self.report(
                Code::TypeArguments,
                span,
                format!("`{}` needs a range and its shares: `band(r, 30% to 70%)`", name.text),
            );
            return invalid(span, Type::Invalid);
        };
        let range = self.expr(range, want.filter(|want| matches!(want, Type::Range(_))), cx);
        let shares = self.expr(shares, Some(&Type::Range(Box::new(Type::Number))), cx);
        let range = if self.is_measured(&range.ty) {
            let ty = Type::Range(Box::new(range.ty.clone()));
            self.coerce(range, &ty)
        } else {
            range
        };
        let ty = if let Type::Range(inner) = &range.ty
            && **inner == Type::Integer
        {
            Type::Range(Box::new(Type::Number))
        } else {
            range.ty.clone()
        };
        if let Type::Range(inner) = &ty
            && matches!(**inner, Type::Number | Type::Quantity(_))
        {
            let range = self.coerce(range, &ty);
            return Expr {
                span,
                ty,
                kind: ExprKind::Band { range: Box::new(range), shares: Box::new(shares) },
            };
        }
        if ty != Type::Invalid {
            let found = self.describe(&ty);
            self.report(
                Code::TypeMismatch,
                range.span,
                format!("expected a range of an amount, found `{found}`"),
            );
        }
        invalid(span, Type::Invalid)
    }

    pub(super) fn list(&mut self, items: &[ast::Expr], span: Span, want: Option<&Type>, cx: &mut Cx) -> Expr {
        let (is_set, inner) = match want {
            Some(Type::Set(of)) => (true, Some((**of).clone())),
            Some(Type::List(of)) => (false, Some((**of).clone())),
            _ => (false, None),
        };
        let mut made: Vec<Expr> = Vec::new();
        let mut inner = inner;
        for item in items {
            let checked = self.expr(item, inner.as_ref(), cx);
            if inner.is_none() && checked.ty != Type::Invalid {
                inner = Some(checked.ty.clone());
            }
            made.push(checked);
        }
        let Some(inner) = inner else {
            return if items.is_empty() {
                self.untyped(span, "an empty list", "compare with `is empty`")
            } else {
                invalid(span, Type::Invalid)
            };
        };
        if is_set {
            Expr { span, ty: Type::Set(Box::new(inner)), kind: ExprKind::Set(made) }
        } else {
            Expr { span, ty: Type::List(Box::new(inner)), kind: ExprKind::List(made) }
        }
    }

    pub(super) fn record(
        &mut self,
        fields: &[(Name, ast::Expr)],
        span: Span,
        want: Option<&Type>,
        cx: &mut Cx,
    ) -> Expr {
        let Some(Type::Record(id)) = want else {
            return match want {
                Some(Type::Invalid) | None => self.untyped(span, "a record", "declare the place's type"),
                Some(other) => {
                    let found = self.describe(other);
                    self.report(Code::TypeMismatch, span, format!("expected `{found}`, found a record"));
                    invalid(span, other.clone())
                }
            };
        };
        let Some(def) = self.policy.schema.record(*id).cloned() else { return invalid(span, Type::Invalid) };
        for (name, _) in fields {
            if !def.fields.iter().any(|field| field.name == name.text) {
                self.unknown_field(name, &def);
            }
        }
        let mut made = Vec::new();
        for field in &def.fields {
            match fields.iter().find(|(name, _)| name.text == field.name) {
                Some((_, value)) => made.push(self.expr(value, Some(&field.ty), cx)),
                None if field.nothing => made.push(constant(span, field.ty.clone(), Value::Nothing)),
                None => {
                    self.report(
                        Code::TypeArguments,
                        span,
                        format!("the field `{}` of `{}` is not given", field.name, def.name),
                    );
                    made.push(invalid(span, field.ty.clone()));
                }
            }
        }
        Expr { span, ty: Type::Record(*id), kind: ExprKind::Record(made) }
    }
}
