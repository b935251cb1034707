//! Type names to types, and which types fit where.

use std::sync::Arc;

use super::operators::binary;
use super::scope::TYPES;
use super::{Lowering, TypeName, index};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::hir::{BinaryOp, Expr, ExprKind};
use crate::source::Span;
use crate::syntax::ast::{Name, TypeKind, TypeRef};
use crate::types::{Bounds, EnumId, Field, Presence, RecordDef, RecordId, Type, UnitId};
use crate::value::{Number, Value};

impl Lowering<'_> {
    /// The type of a reference, without its absences.
    pub(super) fn type_of(&mut self, reference: &TypeRef) -> Type {
        match &reference.kind {
            TypeKind::Invalid => Type::Invalid,
            TypeKind::WorkingDays => Type::WorkingDays,
            TypeKind::Named(name) => self.named_type(name),
            TypeKind::List(of) => Type::List(Box::new(self.element(of))),
            TypeKind::Set(of) => {
                let element = self.element(of);
                match element {
                    Type::Enum(_) | Type::Integer | Type::Date | Type::Text | Type::Invalid => {}
                    Type::Bool
                    | Type::Number
                    | Type::Quantity(_)
                    | Type::Days
                    | Type::WorkingDays
                    | Type::Months
                    | Type::Set(_)
                    | Type::List(_)
                    | Type::Record(_)
                    | Type::Range(_)
                    | Type::Duty(_) => {
                        let found = self.describe(&element);
                        self.report(
                            Code::TypeNotAllowed,
                            of.span,
                            format!(
                                "a set holds members of an enum, integers, dates or texts, not `{found}`"
                            ),
                        );
                        return Type::Invalid;
                    }
                }
                Type::Set(Box::new(element))
            }
            TypeKind::Range(of) => {
                let element = self.element(of);
                if !self.is_measured(&element) && element != Type::Invalid {
                    let found = self.describe(&element);
                    self.report(Code::TypeNotAllowed, of.span, format!(
                        "a range runs over integers, numbers, amounts, dates or lengths of time, not `{found}`"
                    ));
                    return Type::Invalid;
                }
                Type::Range(Box::new(element))
            }
            TypeKind::Duty(of) => {
                let element = self.element(of);
                if let Type::Enum(id) = element {
                    return Type::Duty(id);
                }
                if element != Type::Invalid {
                    let found = self.describe(&element);
                    self.report(
                        Code::TypeNotAllowed,
                        of.span,
                        format!("a duty is of an enum, not of `{found}`"),
                    );
                }
                Type::Invalid
            }
            TypeKind::Columns(columns) => self.columns(columns),
        }
    }

    fn element(&mut self, of: &TypeRef) -> Type {
        if of.nothing || of.unknown {
            self.report(
                Code::TypeNotAllowed,
                of.span,
                "`or nothing` and `or unknown` stand behind a whole type",
            );
        }
        self.type_of(of)
    }

    fn columns(&mut self, columns: &[(Name, TypeRef)]) -> Type {
        let mut fields = Vec::new();
        for (name, reference) in columns {
            let ty = self.type_of(reference);
            fields.push(Field {
                name: name.text.clone(),
                wire: name.text.clone(),
                title: None,
                ty,
                nothing: reference.nothing,
                unknown: false,
                presence: Presence::Needed,
                bounds: Bounds::default(),
                in_percent: false,
                judgement: None,
            });
        }
        super::scope::report_repeats("column", columns.iter().map(|(name, _)| name), self.sink);
        let names: Vec<&str> = columns.iter().map(|(name, _)| &*name.text).collect();
        let name: Arc<str> = format!("({})", names.join(", ")).into();
        let known = self.policy.schema.records.iter().position(|record| {
            record.name == name
                && record.fields.len() == fields.len()
                && record.fields.iter().zip(&fields).all(|(a, b)| a.ty == b.ty && a.nothing == b.nothing)
        });
        let place = known.unwrap_or_else(|| {
            self.policy.schema.records.push(RecordDef { name, fields, ..RecordDef::default() });
            self.policy.schema.records.len() - 1
        });
        Type::Record(RecordId(index(place)))
    }

    fn named_type(&mut self, name: &Name) -> Type {
        match &*name.text {
            "bool" => return Type::Bool,
            "integer" => return Type::Integer,
            "number" => return Type::Number,
            "date" => return Type::Date,
            "days" => return Type::Days,
            "months" => return Type::Months,
            "text" => return Type::Text,
            _ => {}
        }
        match self.types.get(&name.text) {
            Some(TypeName::Unit(id)) => Type::Quantity(*id),
            Some(TypeName::Enum(id)) => Type::Enum(*id),
            Some(TypeName::Record(id)) => Type::Record(*id),
            None => {
                let candidates = self.types.keys().map(|name| &**name).chain(TYPES.iter().copied());
                let meant = did_you_mean(&name.text, candidates);
                let mut found = Diagnostic::new(
                    Code::TypeUnknown,
                    name.span,
                    format!("there is no type or unit `{}`", name.text),
                );
                let lower = name.text.to_lowercase();
                if let Some(ty) = TYPES.iter().find(|ty| **ty == lower) {
                    found = found.fix(format!("write `{ty}`"), name.span, *ty);
                } else if let Some(meant) = meant {
                    found = found.suggest(format!("did you mean `{meant}`?"), name.span, meant);
                } else if matches!(&*lower, "string" | "str") {
                    found = found.fix("texts have the type `text`", name.span, "text");
                } else if matches!(&*lower, "boolean" | "flag") {
                    found = found.fix("yes and no have the type `bool`", name.span, "bool");
                } else if matches!(&*lower, "int" | "decimal" | "float" | "double" | "percent") {
                    found = found.help(
                        "whole counts are `integer`, other numbers are `number`; 5% is the number 0.05",
                    );
                } else if matches!(&*lower, "years" | "year") {
                    found = found.suggest("a length in years is counted in months", name.span, "months");
                } else {
                    found = found.help(format!(
                        "declare it: `unit {0}, 2 decimals` for an amount, `enum {0}: ..` for a choice, `record {0} ..` for several fields",
                        name.text
                    ));
                }
                self.sink.push(found);
                Type::Invalid
            }
        }
    }

    /// Integers, numbers, amounts, dates and lengths of time: what has an order and may bound a range.
    pub(super) fn is_measured(&self, ty: &Type) -> bool {
        match ty {
            Type::Integer
            | Type::Number
            | Type::Quantity(_)
            | Type::Date
            | Type::Days
            | Type::WorkingDays
            | Type::Months => true,
            Type::Bool
            | Type::Text
            | Type::Enum(_)
            | Type::Set(_)
            | Type::List(_)
            | Type::Record(_)
            | Type::Range(_)
            | Type::Duty(_)
            | Type::Invalid => false,
        }
    }

    /// What `<` and `highest` work on: measured types and scales.
    pub(super) fn is_ordered(&self, ty: &Type) -> bool {
        if let Type::Enum(id) = ty {
            self.policy.schema.enumeration(*id).is_some_and(|def| def.is_scale)
        } else {
            self.is_measured(ty)
        }
    }

    /// The factor that turns `from` into `to`, when both are units of one kind.
    pub(super) fn conversion(&self, from: UnitId, to: UnitId) -> Option<Number> {
        let (from, to) = (self.policy.schema.unit(from)?, self.policy.schema.unit(to)?);
        if from.base != to.base {
            return None;
        }
        from.factor.divide(to.factor).ok().flatten()
    }

    /// The type that both can be taken as: the same, or the number beside an integer, the finer of two units, the
    /// range beside a value.
    pub(super) fn common(&self, left: &Type, right: &Type) -> Option<Type> {
        match (left, right) {
            (Type::Invalid, other) | (other, Type::Invalid) => Some(other.clone()),
            (Type::Integer, Type::Number) | (Type::Number, Type::Integer) => Some(Type::Number),
            (Type::Quantity(a), Type::Quantity(b)) if a != b => {
                let factor = self.conversion(*a, *b)?;
                Some(Type::Quantity(if factor < Number::ONE { *a } else { *b }))
            }
            (Type::Range(a), Type::Range(b)) => Some(Type::Range(Box::new(self.common(a, b)?))),
            (Type::Range(a), b) | (b, Type::Range(a)) => Some(Type::Range(Box::new(self.common(a, b)?))),
            (Type::List(a), Type::List(b)) => Some(Type::List(Box::new(self.common(a, b)?))),
            (a, b) if a == b => Some(a.clone()),
            _ => None,
        }
    }

    /// The expression as a value of type `to`, or a mismatch. Only an integer becomes a number, a unit another of
    /// its kind, and a value the range from itself to itself.
    pub(super) fn coerce(&mut self, expr: Expr, to: &Type) -> Expr {
        if expr.ty == *to || *to == Type::Invalid || expr.ty == Type::Invalid {
            return expr;
        }
        let span = expr.span;
        match (&expr.ty, to) {
            (Type::Integer, Type::Number) => {
                Expr { span, ty: Type::Number, kind: ExprKind::Convert(Number::ONE, Box::new(expr)) }
            }
            (Type::Quantity(from), Type::Quantity(unit)) => match self.conversion(*from, *unit) {
                Some(factor) => {
                    Expr { span, ty: to.clone(), kind: ExprKind::Convert(factor, Box::new(expr)) }
                }
                None => self.mismatch(expr, to),
            },
            (Type::Range(from), Type::Range(inner)) => match (&**from, &**inner) {
                (Type::Integer, Type::Number) => {
                    Expr { span, ty: to.clone(), kind: ExprKind::Convert(Number::ONE, Box::new(expr)) }
                }
                (Type::Quantity(a), Type::Quantity(b)) => match self.conversion(*a, *b) {
                    Some(factor) => {
                        Expr { span, ty: to.clone(), kind: ExprKind::Convert(factor, Box::new(expr)) }
                    }
                    None => self.mismatch(expr, to),
                },
                _ => self.mismatch(expr, to),
            },
            (_, Type::Range(inner)) if self.common(&expr.ty, inner).as_ref() == Some(inner) => {
                let end = self.coerce(expr, inner);
                binary(span, to.clone(), BinaryOp::To, end.clone(), end)
            }
            (Type::List(from), Type::List(inner)) if **from == Type::Integer && **inner == Type::Number => {
                Expr { span, ty: to.clone(), kind: ExprKind::Convert(Number::ONE, Box::new(expr)) }
            }
            _ => self.mismatch(expr, to),
        }
    }

    fn mismatch(&mut self, expr: Expr, to: &Type) -> Expr {
        let (expected, found) = (self.describe(to), self.describe(&expr.ty));
        let span = expr.span;
        let diagnostic = match (&expr.ty, to) {
            (Type::Integer | Type::Number, Type::Quantity(_)) => {
                let text = self.sources.slice(span);
                let plain = expr_is_literal(&expr);
                let found = Diagnostic::new(
                    Code::TypeUnitMismatch,
                    span,
                    format!("expected an amount in `{expected}`, found a number without unit"),
                );
                if plain { found.suggest("add the unit", span, format!("{text} {expected}")) } else { found }
            }
            (Type::Quantity(_), Type::Quantity(_)) => Diagnostic::new(
                Code::TypeUnitMismatch,
                span,
                format!("expected an amount in `{expected}`, found one in `{found}`"),
            )
            .help(format!(
                "units convert only where one is declared by the other: `unit {found} = 2 {expected}`"
            )),
            (Type::Days, Type::Months) | (Type::Months, Type::Days) => Diagnostic::new(
                Code::TypeMismatch,
                span,
                format!("expected `{expected}`, found `{found}`: a month is not a number of days"),
            ),
            (Type::Number, Type::Integer) => Diagnostic::new(
                Code::TypeMismatch,
                span,
                "expected a whole number (`integer`), found a `number`",
            )
            .help("declare the place as `number`, or write a whole number"),
            (Type::Integer | Type::Number, Type::Bool) => {
                Diagnostic::new(Code::TypeMismatch, span, format!("expected a condition, found `{found}`"))
                    .help(format!("compare it: `{} > 0`", self.sources.slice(span)))
            }
            (Type::Text, Type::Enum(_)) => {
                Diagnostic::new(Code::TypeMismatch, span, format!("expected `{expected}`, found `{found}`"))
                    .help("a member stands without quotes")
            }
            _ => Diagnostic::new(Code::TypeMismatch, span, format!("expected `{expected}`, found `{found}`")),
        };
        self.sink.push(diagnostic);
        invalid(span, to.clone())
    }

    /// The enums that have a member of this name, in name order.
    pub(super) fn enums_with(&self, member: &str) -> Vec<EnumId> {
        self.members.get(member).into_iter().flatten().map(|(id, _)| *id).collect()
    }

    pub(super) fn member(&self, id: EnumId, name: &str) -> Option<Value> {
        let enums = self.members.get(name)?;
        enums.iter().find(|(known, _)| *known == id).map(|(_, place)| Value::Member(*place))
    }
}

fn expr_is_literal(expr: &Expr) -> bool {
    matches!(&expr.kind, ExprKind::Const(_))
}

/// A broken expression; its type keeps later checks going.
pub(super) fn invalid(span: Span, ty: Type) -> Expr {
    Expr { span, ty, kind: ExprKind::Invalid }
}
