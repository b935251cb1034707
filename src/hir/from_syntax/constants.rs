//! Constants of the text as values: bounds, defaults, neutral values, and the data of examples.

use super::expressions::Cx;
use super::{Lowering, TypeName};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::hir::{BinaryOp, Expr, ExprKind, UnaryOp};
use crate::syntax::ast;
use crate::types::{RecordId, Type};
use crate::value::{self, Value};

/// The value of an expression without facts, if it is one.
pub(super) fn fold(expr: &Expr) -> Option<Value> {
    match &expr.kind {
        ExprKind::Const(value) => Some(value.clone()),
        ExprKind::Convert(factor, of) => value::convert(&fold(of)?, *factor).ok(),
        ExprKind::Unary(UnaryOp::Negate, of) => value::negate(&fold(of)?).ok(),
        ExprKind::Binary(BinaryOp::To, ends) => value::range(&fold(&ends.left)?, &fold(&ends.right)?).ok(),
        ExprKind::Binary(BinaryOp::Divide, sides) => value::divide(&fold(&sides.left)?, &fold(&sides.right)?)
            .ok()
            .filter(|quotient| *quotient != Value::Nothing),
        ExprKind::Binary(BinaryOp::Multiply, sides) => {
            value::multiply(&fold(&sides.left)?, &fold(&sides.right)?).ok()
        }
        ExprKind::Binary(BinaryOp::Add, sides) => value::add(&fold(&sides.left)?, &fold(&sides.right)?).ok(),
        ExprKind::Set(members) => value::set_of(members.iter().map(fold).collect::<Option<_>>()?).ok(),
        ExprKind::List(items) => {
            Some(Value::List(items.iter().map(fold).collect::<Option<Vec<_>>>()?.into()))
        }
        ExprKind::Record(fields) => {
            Some(Value::Record(fields.iter().map(fold).collect::<Option<Vec<_>>>()?.into()))
        }
        ExprKind::Invalid
        | ExprKind::Fact(_)
        | ExprKind::Local(_)
        | ExprKind::Field(..)
        | ExprKind::Outcome(_)
        | ExprKind::Call { .. }
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Round(..)
        | ExprKind::AddWorkingDays { .. }
        | ExprKind::WorkingDaysBetween { .. }
        | ExprKind::Band { .. }
        | ExprKind::Choose { .. }
        | ExprKind::Aggregate { .. }
        | ExprKind::First { .. }
        | ExprKind::Members(_)
        | ExprKind::Duty { .. } => None,
    }
}

impl Lowering<'_> {
    /// A constant of a type; a bare number takes the type's unit (ruling 14). `None` after a report.
    pub(super) fn constant(&mut self, expr: &ast::Expr, ty: &Type) -> Option<Value> {
        let mut cx = Cx::constant();
        let checked = self.expr(expr, Some(ty), &mut cx);
        if matches!(checked.kind, ExprKind::Invalid) || checked.ty == Type::Invalid {
            return None;
        }
        let folded = fold(&checked);
        if folded.is_none() && !self.sink.has_errors() {
            self.report(Code::TypeNotAllowed, expr.span, "only a constant can stand here");
        }
        folded
    }

    /// What an example or a default says in braces and brackets; fields that are not given are absent.
    pub(super) fn data(&mut self, expr: &ast::Expr, ty: &Type, nothing: bool) -> Option<Value> {
        match (&expr.kind, ty) {
            (ast::ExprKind::Group(inner), _) => self.data(inner, ty, nothing),
            (ast::ExprKind::Unknown, _) => Some(Value::Absent),
            (ast::ExprKind::Nothing, _) => {
                if !nothing {
                    self.report(Code::AbsenceResult, expr.span, "`nothing` cannot stand here");
                    return None;
                }
                Some(Value::Nothing)
            }
            (ast::ExprKind::Record(fields), Type::Record(id)) => self.record_data(fields, *id),
            (ast::ExprKind::List(items), Type::List(of)) => {
                let items: Vec<Option<Value>> = items.iter().map(|item| self.data(item, of, false)).collect();
                Some(Value::List(items.into_iter().collect::<Option<Vec<_>>>()?.into()))
            }
            (ast::ExprKind::Record(kinds), Type::Duty(id)) => {
                let members = self.policy.schema.enumeration(*id).map_or(0, |def| def.members.len());
                let mut dates = vec![Value::Nothing; members];
                for (name, due) in kinds {
                    let due = self.constant(due, &Type::Date)?;
                    match self.member(*id, &name.text) {
                        Some(Value::Member(place)) => {
                            if let Some(slot) = dates.get_mut(place as usize) {
                                *slot = due;
                            }
                        }
                        _ => {
                            self.unknown_member(name, *id);
                            return None;
                        }
                    }
                }
                Some(Value::Duties(dates.into()))
            }
            (ast::ExprKind::List(items), Type::Duty(id)) if items.is_empty() => {
                let members = self.policy.schema.enumeration(*id).map_or(0, |def| def.members.len());
                Some(Value::Duties(vec![Value::Nothing; members].into()))
            }
            _ => self.constant(expr, ty),
        }
    }

    fn record_data(&mut self, given: &[(ast::Name, ast::Expr)], id: RecordId) -> Option<Value> {
        let def = self.policy.schema.record(id)?.clone();
        super::scope::report_repeats("field", given.iter().map(|(name, _)| name), self.sink);
        let mut values = vec![Value::Absent; def.fields.len()];
        let mut is_whole = true;
        for (name, data) in given {
            let Some(place) = def.fields.iter().position(|field| field.name == name.text) else {
                self.unknown_field(name, &def);
                is_whole = false;
                continue;
            };
            let Some(field) = def.fields.get(place) else { continue };
            match (self.data(data, &field.ty, field.nothing), values.get_mut(place)) {
                (Some(value), Some(slot)) => *slot = value,
                _ => is_whole = false,
            }
        }
        is_whole.then(|| Value::Record(values.into()))
    }

    pub(super) fn unknown_field(&mut self, name: &ast::Name, def: &crate::types::RecordDef) {
        let what =
            if def.name.is_empty() { "the facts have".to_owned() } else { format!("`{}` has", def.name) };
        let mut found =
            Diagnostic::new(Code::NameUnknown, name.span, format!("{what} no field `{}`", name.text));
        if let Some(meant) = did_you_mean(&name.text, def.fields.iter().map(|field| &*field.name)) {
            found = found.suggest(format!("did you mean `{meant}`?"), name.span, meant);
        } else {
            let names: Vec<String> =
                def.fields.iter().take(12).map(|field| format!("`{}`", field.name)).collect();
            found = found.help(format!("there are {}", names.join(", ")));
        }
        self.sink.push(found);
    }

    pub(super) fn unknown_member(&mut self, name: &ast::Name, id: crate::types::EnumId) {
        let Some(def) = self.policy.schema.enumeration(id).cloned() else { return };
        let mut found = Diagnostic::new(
            Code::NameUnknown,
            name.span,
            format!("`{}` has no member `{}`", def.name, name.text),
        );
        if let Some(meant) = did_you_mean(&name.text, def.members.iter().map(|member| &*member.name)) {
            found = found.suggest(format!("did you mean `{meant}`?"), name.span, meant);
        } else {
            let names: Vec<String> =
                def.members.iter().take(12).map(|member| format!("`{}`", member.name)).collect();
            found = found.help(format!("its members are {}", names.join(", ")));
        }
        self.sink.push(found);
    }

    pub(super) fn enum_named(&self, name: &str) -> Option<crate::types::EnumId> {
        match self.types.get(name) {
            Some(TypeName::Enum(id)) => Some(*id),
            Some(TypeName::Unit(_) | TypeName::Record(_)) | None => None,
        }
    }
}
