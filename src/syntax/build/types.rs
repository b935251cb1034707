//! Types and the bounds that refuse.

use super::{Builder, Parts};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Bound, Expr, ExprKind, Param, PrefixOp, TypeKind, TypeRef};
use crate::syntax::grammar::Rule;
use crate::syntax::guard;
use crate::syntax::tree::Pair;

impl Builder<'_, '_, '_> {
    pub(super) fn next_type(&mut self, parts: &mut Parts<'_>) -> TypeRef {
        match parts.take(Rule::type_) {
            Some(pair) => self.type_ref(pair),
            None => bare(self.here(parts), TypeKind::Invalid),
        }
    }

    fn type_ref(&mut self, pair: Pair<'_>) -> TypeRef {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let mut containers = Vec::new();
        while let Some(container) = parts.take(Rule::container) {
            containers.push((self.span(&container), Parts::of(container).peek()));
        }
        let core = parts.take(Rule::type_core);
        let mut found = core.map_or_else(|| bare(span, TypeKind::Invalid), |core| self.type_core(core));
        if containers.len() > guard::MAX_TYPE_LEVELS {
            let message = format!("more than {} types inside one another", guard::MAX_TYPE_LEVELS);
            self.sink.push(
                Diagnostic::new(Code::SyntaxTooDeep, span, message).help("name the inner part as a record"),
            );
            return bare(span, TypeKind::Invalid);
        }
        for (start, container) in containers.into_iter().rev() {
            let span = start.to(found.span);
            let inner = Box::new(found);
            let kind = if container == Some(Rule::w_list) {
                TypeKind::List(inner)
            } else if container == Some(Rule::w_set) {
                TypeKind::Set(inner)
            } else if container == Some(Rule::w_range) {
                TypeKind::Range(inner)
            } else {
                TypeKind::Duty(inner)
            };
            found = bare(span, kind);
        }
        // The suffixes belong to the whole type; an element that may be nothing is put in parentheses.
        while let Some(suffix) = parts.next() {
            found.span = span;
            found.nothing |= suffix.as_rule() == Rule::or_nothing;
            found.unknown |= suffix.as_rule() == Rule::or_unknown;
        }
        found
    }

    fn type_core(&mut self, pair: Pair<'_>) -> TypeRef {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        if let Some(name) = parts.take(Rule::type_name) {
            return bare(span, TypeKind::Named(self.name(&name)));
        }
        if parts.take(Rule::working_days).is_some() {
            return bare(span, TypeKind::WorkingDays);
        }
        if let Some(group) = parts.take(Rule::type_group) {
            return self.next_type(&mut Parts::of(group));
        }
        let mut named = Vec::new();
        if let Some(columns) = parts.take(Rule::columns) {
            for column in columns.into_inner() {
                let mut inner = Parts::of(column);
                let name = self.next_name(&mut inner, Rule::word);
                inner.skip(&[Rule::colon]);
                named.push((name, self.next_type(&mut inner)));
            }
        }
        bare(span, TypeKind::Columns(named))
    }

    pub(super) fn params(&mut self, parts: &mut Parts<'_>) -> Vec<Param> {
        let mut params = Vec::new();
        let Some(pair) = parts.take(Rule::params) else { return params };
        for param in pair.into_inner() {
            let mut inner = Parts::of(param);
            let name = self.next_name(&mut inner, Rule::name);
            inner.skip(&[Rule::colon]);
            let ty = self.next_type(&mut inner);
            let mut bounds = Vec::new();
            while let Some(bound) = inner.take(Rule::bound) {
                let span = self.span(&bound);
                if let Some(bound) = self.bound(bound) {
                    bounds.push((bound, span));
                }
            }
            params.push(Param { name, ty, bounds });
        }
        params
    }

    /// `None` was reported before.
    pub(super) fn bound(&mut self, pair: Pair<'_>) -> Option<Bound> {
        let mut parts = Parts::of(pair);
        if let Some(decimals) = parts.take(Rule::up_to_decimals) {
            let mut inner = Parts::of(decimals);
            inner.skip(&[Rule::w_up, Rule::k_to]);
            let int = inner.take(Rule::int)?;
            return self.small_number(&int).map(Bound::Decimals);
        }
        if let Some(up_to) = parts.take(Rule::up_to) {
            let mut inner = Parts::of(up_to);
            inner.skip(&[Rule::w_up, Rule::k_to]);
            let int = inner.take(Rule::int)?;
            return Some(Bound::UpTo(self.number_expr(&int)));
        }
        let low = self.signed(parts.take(Rule::signed)?);
        if parts.take(Rule::or_more).is_some() {
            return Some(Bound::OrMore(low));
        }
        if parts.take(Rule::or_less).is_some() {
            return Some(Bound::OrLess(low));
        }
        let mut high = Parts::of(parts.take(Rule::bound_to)?);
        high.skip(&[Rule::k_to]);
        let high = self.signed(high.take(Rule::signed)?);
        Some(Bound::Between(low, high))
    }

    /// A count such as the one of decimals.
    pub(super) fn small_number(&mut self, int: &Pair<'_>) -> Option<u32> {
        let number = self.written(int).replace('_', "").parse().ok().filter(|number| *number <= 28);
        if number.is_none() {
            let span = self.span(int);
            self.error(
                Code::SyntaxBadNumber,
                span,
                format!("`{}` is more than 28 decimals", self.written(int)),
            );
        }
        number
    }

    fn signed(&mut self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let is_negative = parts.take(Rule::minus).is_some();
        let value = match parts.next() {
            Some(part) => self.literal_expr(part),
            None => Expr { span, kind: ExprKind::Invalid },
        };
        if is_negative {
            Expr { span, kind: ExprKind::Prefix(PrefixOp::Negate, Box::new(value)) }
        } else {
            value
        }
    }
}

fn bare(span: Span, kind: TypeKind) -> TypeRef {
    TypeRef { span, kind, nothing: false, unknown: false }
}
