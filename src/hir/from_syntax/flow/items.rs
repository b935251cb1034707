//! Expressions over collections.

use super::expressions::{at_least, open_bool};
use super::guards::{ends, zero};
use super::{Flow, Known, any};
use crate::hir::{Aggregate, Binder, Expr, ExprKind, Extreme};
use crate::types::Type;
use crate::value::{self, Shape, Value, Waits};

impl Flow<'_> {
    /// Brings items into scope and assumes their filters; gives whether some item is certain.
    pub(super) fn enter(&mut self, binders: &[Binder]) -> bool {
        let mut is_certain = true;
        for binder in binders {
            let known = self.eval(&binder.collection);
            self.demand(known.value.clone(), &binder.collection);
            let constant_items =
                matches!(&known.value, Value::Set(items) | Value::List(items) if !items.is_empty());
            is_certain &= constant_items || self.has_items(&binder.collection);
            let item = known.items.unwrap_or_else(|| any(false));
            self.locals.truncate(binder.local.0 as usize);
            self.locals.push(Known::from(item));
            if let Some(filter) = &binder.filter {
                is_certain = false;
                self.need(filter);
                self.assume(filter, true);
            }
        }
        is_certain
    }

    /// The collection surely has an item: by its bound, or by a guard.
    pub(super) fn has_items(&mut self, collection: &Expr) -> bool {
        let bound = match &collection.kind {
            ExprKind::Fact(place) => {
                self.policy.schema.facts.fields.get(*place).and_then(|field| field.bounds.least.as_ref())
            }
            ExprKind::Field(of, place) => {
                self.policy.schema.field_of(&of.ty, *place).and_then(|field| field.bounds.least.as_ref())
            }
            ExprKind::Members(_) => return true,
            ExprKind::Set(items) | ExprKind::List(items) => return !items.is_empty(),
            ExprKind::Aggregate { how: Aggregate::List | Aggregate::SetOf, binders, .. } => {
                return binders
                    .iter()
                    .all(|binder| binder.filter.is_none() && self.has_items(&binder.collection));
            }
            ExprKind::Invalid
            | ExprKind::Const(_)
            | ExprKind::Local(_)
            | ExprKind::Outcome(_)
            | ExprKind::Call { .. }
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Convert(..)
            | ExprKind::Round(..)
            | ExprKind::AddWorkingDays { .. }
            | ExprKind::WorkingDaysBetween { .. }
            | ExprKind::Band { .. }
            | ExprKind::Choose { .. }
            | ExprKind::Aggregate { .. }
            | ExprKind::First { .. }
            | ExprKind::Record(_)
            | ExprKind::Duty { .. } => None,
        };
        bound.is_some_and(|least| *least >= Value::Integer(1)) || self.is_known_not_empty(collection)
    }

    pub(super) fn aggregate(&mut self, how: Aggregate, binders: &[Binder], body: &Expr) -> Known {
        let mark = self.mark();
        let locals = self.locals.len();
        let is_certain = self.enter(binders);
        let known = self.eval(body);
        let item = if how == Aggregate::Count { known.value } else { self.demand(known.value, body) };
        self.locals.truncate(locals);
        self.back_to(mark);
        let or_nothing = |value: Value| {
            if is_certain { value } else { value::join(&value, &Value::Nothing, &Waits::new()) }
        };
        match how {
            Aggregate::Sum => Known::from(sum(&item, &body.ty)),
            Aggregate::Product => Known::from(product(&item)),
            Aggregate::Highest | Aggregate::Lowest | Aggregate::Latest | Aggregate::Earliest => {
                Known::from(or_nothing(item))
            }
            Aggregate::SetOf | Aggregate::List => Known { value: any(false), items: Some(item) },
            Aggregate::Count => Known::from(at_least(Value::Integer(0))),
            Aggregate::Any | Aggregate::Every => Known::from(open_bool()),
        }
    }

    pub(super) fn first(&mut self, binder: &Binder, by: &[(Extreme, Expr)]) -> Known {
        let mark = self.mark();
        let locals = self.locals.len();
        let is_certain = self.enter(std::slice::from_ref(binder));
        for (_, key) in by {
            self.need(key);
        }
        let item = self.locals.get(binder.local.0 as usize).cloned();
        let local =
            Expr { span: binder.collection.span, ty: Type::Invalid, kind: ExprKind::Local(binder.local) };
        let item = item.map(|item| self.narrowed(&local, item)).unwrap_or_else(|| Known::from(any(false)));
        self.locals.truncate(locals);
        self.back_to(mark);
        if is_certain {
            item
        } else {
            Known { value: value::join(&item.value, &Value::Nothing, &Waits::new()), items: item.items }
        }
    }
}

/// The sum of any number of such values: it keeps their sign.
fn sum(item: &Value, ty: &Type) -> Value {
    if let Value::Range(ends_of) = item {
        let inner = ty.end().clone();
        return Value::Range((sum(&ends_of.0, &inner), sum(&ends_of.1, &inner)).into());
    }
    let zero = zero(ty);
    let (least, most) = ends(item);
    let least = least.filter(|least| *least >= zero).map(|_| zero.clone());
    let most = most.filter(|most| *most <= zero).map(|_| zero);
    Value::open(false, Shape::Interval { least, most }, Waits::new())
}

/// The product of any number of such values; of none it is 1.
fn product(item: &Value) -> Value {
    let (zero, one) = if let Value::Integer(_) = item {
        (Value::Integer(0), Value::Integer(1))
    } else {
        (Value::Number(value::Number::ZERO), Value::Number(value::Number::ONE))
    };
    let (least, most) = ends(item);
    if !least.is_some_and(|least| matches!(least, Value::Number(_)) && least >= zero) {
        return any(false);
    }
    let most = most.filter(|most| *most <= one).map(|_| one);
    Value::open(false, Shape::Interval { least: Some(zero), most }, Waits::new())
}
