//! Values with parts: records, field by field, and the lists of a case. What has no parts is a term.

use std::rc::Rc;

use super::Lowering;
use super::builder::{Builder, LoopId, NO, Ref, YES};
use super::terms::{Judged, Term};
use crate::hir::{Expr, ExprKind, Limb};
use crate::types::Type;
use crate::value::Value;

#[derive(Clone, Debug)]
pub(super) enum Shape {
    Plain(Term),
    Record(Record),
    Items(Items),
}

/// A record; `there` and `sure` as of a term.
#[derive(Clone, Debug)]
pub(super) struct Record {
    pub(super) there: Ref,
    pub(super) sure: Ref,
    pub(super) fields: Rc<[Shape]>,
}

/// A list of the case.
#[derive(Clone, Copy, Debug)]
pub(super) struct Items {
    pub(super) there: Ref,
    pub(super) sure: Ref,
    /// Its number.
    pub(super) list: u16,
    /// The loop at whose item it lies.
    pub(super) within: Option<LoopId>,
    /// How many items it has.
    pub(super) count: Ref,
}

impl Shape {
    pub(super) const UNSURE: Self = Self::Plain(Term::UNSURE);

    pub(super) fn there(&self) -> Ref {
        match self {
            Self::Plain(Term { there, .. })
            | Self::Record(Record { there, .. })
            | Self::Items(Items { there, .. }) => *there,
        }
    }

    pub(super) fn sure(&self) -> Ref {
        match self {
            Self::Plain(Term { sure, .. })
            | Self::Record(Record { sure, .. })
            | Self::Items(Items { sure, .. }) => *sure,
        }
    }

    pub(super) fn with(self, there: Ref, sure: Ref) -> Self {
        match self {
            Self::Plain(term) => Self::Plain(Term { there, sure, ..term }),
            Self::Record(record) => Self::Record(Record { there, sure, ..record }),
            Self::Items(items) => Self::Items(Items { there, sure, ..items }),
        }
    }

    /// A value without parts; of others the code knows nothing this way.
    pub(super) fn plain(&self) -> Term {
        match self {
            Self::Plain(term) => *term,
            Self::Record(_) | Self::Items(_) => Term::UNSURE,
        }
    }
}

impl Builder {
    /// The value as one that must be there.
    pub(super) fn present_shape(&mut self, of: Shape) -> Shape {
        let sure = self.and(of.sure(), of.there());
        of.with(YES, sure)
    }

    /// `when ? then : otherwise`
    pub(super) fn choose_shape(&mut self, when: Judged, then: Shape, otherwise: Shape) -> Shape {
        let fields = match (&then, &otherwise) {
            (Shape::Plain(then), Shape::Plain(otherwise)) => {
                return Shape::Plain(self.choose(when, *then, *otherwise));
            }
            (Shape::Record(one), Shape::Record(other)) => (one.fields.iter().zip(other.fields.iter()))
                .map(|(one, other)| self.choose_shape(when, one.clone(), other.clone()))
                .collect(),
            // Beside a record only nothing, and what is not known, is plain.
            (Shape::Record(one), Shape::Plain(other)) if other.there == NO || other.is_unsure() => {
                one.fields.clone()
            }
            (Shape::Plain(one), Shape::Record(other)) if one.there == NO || one.is_unsure() => {
                other.fields.clone()
            }
            (_, _) => return Shape::UNSURE,
        };
        let sure = self.select(when.holds, then.sure(), otherwise.sure());
        Shape::Record(Record {
            there: self.select(when.holds, then.there(), otherwise.there()),
            sure: self.and(when.sure, sure),
            fields,
        })
    }
}

impl Lowering<'_> {
    /// The value of an expression, with its parts.
    pub(super) fn value(&mut self, expr: &Expr, locals: &[Shape]) -> Shape {
        let (Type::Record(_) | Type::List(_)) = &expr.ty else {
            return Shape::Plain(self.term(expr, locals));
        };
        if !self.has_room() {
            return Shape::UNSURE;
        }
        self.depth = self.depth.saturating_add(1);
        let value = self.parts(expr, locals).unwrap_or(Shape::UNSURE);
        self.depth = self.depth.saturating_sub(1);
        value
    }

    fn parts(&mut self, expr: &Expr, locals: &[Shape]) -> Option<Shape> {
        match &expr.kind {
            ExprKind::Const(Value::Nothing) => Some(nothing()),
            ExprKind::Const(_) => None,
            ExprKind::Fact(field) => self.fact(*field),
            ExprKind::Local(local) => locals.get(usize::try_from(local.0).ok()?).cloned(),
            ExprKind::Field(of, field) => self.field(of, *field, locals),
            ExprKind::Call { named, args, at } => self.called(*named, args, at.as_deref(), locals),
            ExprKind::Record(fields) => {
                let fields = fields.iter().map(|field| self.value(field, locals)).collect();
                Some(Shape::Record(Record { there: YES, sure: YES, fields }))
            }
            ExprKind::Binary(crate::hir::BinaryOp::OrElse, sides) => {
                let (left, right) = (self.value(&sides.left, locals), self.value(&sides.right, locals));
                if left.there() == YES {
                    return Some(left);
                }
                let there = Judged { holds: left.there(), sure: left.sure() };
                let sure = left.sure();
                Some(self.code.choose_shape(there, left.with(YES, sure), right))
            }
            ExprKind::Choose { how: crate::hir::Choose::First, limbs, otherwise } => {
                Some(self.first_shape(limbs, otherwise.as_deref(), locals))
            }
            ExprKind::Choose { .. }
            | ExprKind::Invalid
            | ExprKind::Outcome(_)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Convert(..)
            | ExprKind::Round(..)
            | ExprKind::AddWorkingDays { .. }
            | ExprKind::WorkingDaysBetween { .. }
            | ExprKind::Band { .. }
            | ExprKind::Aggregate { .. }
            | ExprKind::First { .. }
            | ExprKind::Members(_)
            | ExprKind::Set(_)
            | ExprKind::List(_)
            | ExprKind::Duty { .. } => None,
        }
    }

    /// A field of a record that must be there.
    pub(super) fn field(&mut self, of: &Expr, field: usize, locals: &[Shape]) -> Option<Shape> {
        let Shape::Record(record) = self.value(of, locals) else { return None };
        let value = record.fields.get(field)?.clone();
        let around = self.code.and(record.there, record.sure);
        let (there, sure) = (value.there(), self.code.and(value.sure(), around));
        Some(value.with(there, sure))
    }

    fn first_shape(&mut self, limbs: &[Limb], otherwise: Option<&Expr>, locals: &[Shape]) -> Shape {
        let mut rest = otherwise.map_or_else(nothing, |otherwise| self.value(otherwise, locals));
        for limb in limbs.iter().rev() {
            let when = self.condition(&limb.when, locals);
            let value = self.value(&limb.value, locals);
            rest = self.code.choose_shape(when, value, rest);
        }
        rest
    }
}

/// What is not there, of any type.
fn nothing() -> Shape {
    Shape::Plain(Term { there: NO, ..Term::known(super::super::Kind::Bool, NO) })
}
