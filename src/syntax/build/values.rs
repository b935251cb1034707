//! Whole values: cases, aggregates, picked items, `when` and `rounded` after an expression.

use super::{Builder, Parts};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{
    Aggregate, Binder, CasesHow, Expr, ExprKind, Extreme, Limb, Rounding, RoundingMode,
};
use crate::syntax::grammar::Rule;
use crate::syntax::guard;
use crate::syntax::tree::Pair;

/// An expression and how many levels its tree has.
pub(super) struct Deep {
    pub(super) expr: Expr,
    pub(super) levels: u32,
}

impl Builder<'_, '_, '_> {
    /// A node over `below` levels; one level too many is reported once and cut off.
    pub(super) fn node(&mut self, span: Span, kind: ExprKind, below: u32) -> Deep {
        if below < guard::MAX_LEVELS {
            return Deep { expr: Expr { span, kind }, levels: below + 1 };
        }
        if !self.is_too_deep {
            self.is_too_deep = true;
            self.sink.push(
                Diagnostic::new(
                    Code::SyntaxTooDeep,
                    span,
                    format!("a value of more than {} operations, one on top of the other", guard::MAX_LEVELS),
                )
                .help("split it: give parts of it a name with `define`, or collect the terms in a list"),
            );
        }
        Deep { expr: Expr { span, kind: ExprKind::Invalid }, levels: 1 }
    }

    pub(super) fn invalid(&self, span: Span) -> Deep {
        Deep { expr: Expr { span, kind: ExprKind::Invalid }, levels: 1 }
    }

    pub(super) fn next_value(&mut self, parts: &mut Parts<'_>) -> Expr {
        match parts.take(Rule::value) {
            Some(pair) => self.value(pair).expr,
            None => self.invalid(self.here(parts)).expr,
        }
    }

    /// `value` or `plain`.
    pub(super) fn value(&mut self, pair: Pair<'_>) -> Deep {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let Some(first) = parts.peek() else { return self.invalid(span) };
        if first == Rule::expr {
            let value = self.rounded_expr(&mut parts);
            if let Some(alternative) = parts.take(Rule::alternative) {
                return self.cases(span, CasesHow::First, value, alternative);
            }
            if parts.peek() == Some(Rule::binder) {
                return self.aggregate(span, Aggregate::List, Some(value), &mut parts);
            }
            return value;
        }
        let Some(form) = parts.next() else { return self.invalid(span) };
        let mut inner = Parts::of(form);
        #[expect(clippy::wildcard_enum_match_arm, reason = "pest's enum names every rule of the grammar")]
        match first {
            Rule::gathered | Rule::folded => self.gathered(span, &mut inner),
            Rule::choice => self.choice(span, &mut inner),
            Rule::any_item => self.counted(span, Aggregate::Any, &mut inner),
            Rule::counted => self.counted(span, Aggregate::Count, &mut inner),
            Rule::every_item => self.every(span, &mut inner),
            _ => self.invalid(span),
        }
    }

    /// `e` or `e rounded to ..`
    pub(super) fn rounded_expr(&mut self, parts: &mut Parts<'_>) -> Deep {
        let value = match parts.take(Rule::expr) {
            Some(pair) => self.flat(pair),
            None => self.invalid(self.here(parts)),
        };
        let Some(rounding) = parts.take(Rule::rounding) else { return value };
        let rounding = self.rounding(rounding);
        let span = value.expr.span.to(rounding.span);
        self.node(span, ExprKind::Rounded(Box::new(value.expr), rounding), value.levels)
    }

    pub(super) fn rounding(&mut self, pair: Pair<'_>) -> Rounding {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        parts.skip(&[Rule::w_rounded, Rule::k_to]);
        let step = match parts.take(Rule::step) {
            Some(step) => self.literal_expr(step),
            None => self.invalid(span).expr,
        };
        let mode = parts.take(Rule::rounding_mode).and_then(|mode| Parts::of(mode).peek());
        let mode = if mode == Some(Rule::half_even) {
            RoundingMode::HalfEven
        } else if mode == Some(Rule::w_up) {
            RoundingMode::Up
        } else if mode == Some(Rule::w_down) {
            RoundingMode::Down
        } else {
            RoundingMode::HalfUp
        };
        Rounding { span, step: Box::new(step), mode }
    }

    /// The `for each` clauses that stand next, and the levels of the deepest.
    pub(super) fn binders(&mut self, parts: &mut Parts<'_>) -> (Vec<Binder>, u32) {
        let mut binders = Vec::new();
        let mut levels = 0;
        while let Some(binder) = parts.take(Rule::binder) {
            let span = self.span(&binder);
            let mut inner = Parts::of(binder);
            inner.skip(&[Rule::k_for, Rule::k_each]);
            let (binder, below) = self.item_in(span, &mut inner);
            binders.push(binder);
            levels = levels.max(below);
        }
        (binders, levels)
    }

    fn item_in(&mut self, span: Span, parts: &mut Parts<'_>) -> (Binder, u32) {
        let name = self.next_name(parts, Rule::name);
        parts.skip(&[Rule::k_in]);
        let collection = match parts.take(Rule::path) {
            Some(path) => self.path(path),
            None => self.invalid(self.here(parts)),
        };
        let mut levels = collection.levels;
        let mut filter = None;
        if let Some(pair) = parts.take(Rule::filter) {
            let mut inner = Parts::of(pair);
            inner.skip(&[Rule::k_where]);
            let condition = self.rounded_expr(&mut inner);
            levels = levels.max(condition.levels);
            filter = Some(condition.expr);
        }
        (Binder { span, name, collection: collection.expr, filter }, levels)
    }

    fn aggregate(&mut self, span: Span, how: Aggregate, body: Option<Deep>, parts: &mut Parts<'_>) -> Deep {
        let (binders, levels) = self.binders(parts);
        let below = body.as_ref().map_or(0, |body| body.levels).max(levels);
        let body = body.map(|body| Box::new(body.expr));
        self.node(span, ExprKind::Aggregate { how, body, binders }, below)
    }

    /// `first of V when C, ..` or `sum of E for each ..`
    fn gathered(&mut self, span: Span, parts: &mut Parts<'_>) -> Deep {
        let Some(word) = parts.take(Rule::gather) else { return self.invalid(span) };
        parts.skip(&[Rule::w_of]);
        let value = self.rounded_expr(parts);
        if let Some(limbs) = parts.take(Rule::limbs) {
            let Some((_, how)) = CASES.iter().find(|(named, _)| *named == self.written(&word)) else {
                let place = self.span(&word);
                let message =
                    format!("`{} of` goes over a list, it does not choose among cases", self.written(&word));
                self.sink.push(
                    Diagnostic::new(Code::SyntaxUnexpected, place, message)
                        .help("choose with `first of`, `highest of` or `lowest of`, or add `for each`"),
                );
                return self.invalid(span);
            };
            return self.cases(span, *how, value, limbs);
        }
        let Some((_, how)) = AGGREGATES.iter().find(|(named, _)| *named == self.written(&word)) else {
            let place = self.span(&word);
            self.sink.push(
                Diagnostic::new(
                    Code::SyntaxUnexpected,
                    place,
                    "`first of` chooses among cases, not from a list",
                )
                .help("an item is picked with `first v in .. where .. by highest ..`"),
            );
            return self.invalid(span);
        };
        self.aggregate(span, *how, Some(value), parts)
    }

    /// The rest of a choice among cases, from its first `when` on.
    fn cases(&mut self, span: Span, how: CasesHow, value: Deep, rest: Pair<'_>) -> Deep {
        let mut parts = Parts::of(rest);
        parts.skip(&[Rule::k_when]);
        let when = self.rounded_expr(&mut parts);
        let mut levels = value.levels.max(when.levels);
        let mut limbs = vec![Limb { value: value.expr, when: when.expr }];
        while let Some(limb) = parts.take(Rule::limb) {
            let mut inner = Parts::of(limb);
            let value = self.rounded_expr(&mut inner);
            inner.skip(&[Rule::k_when]);
            let when = self.rounded_expr(&mut inner);
            levels = levels.max(value.levels).max(when.levels);
            limbs.push(Limb { value: value.expr, when: when.expr });
        }
        let mut otherwise = None;
        if let Some(pair) = parts.take(Rule::otherwise) {
            let mut inner = Parts::of(pair);
            inner.skip(&[Rule::k_otherwise]);
            if let Some(plain) = inner.take(Rule::plain) {
                let value = self.value(plain);
                levels = levels.max(value.levels);
                otherwise = Some(Box::new(value.expr));
            }
        }
        self.node(span, ExprKind::Cases { how, limbs, otherwise }, levels)
    }

    fn counted(&mut self, span: Span, how: Aggregate, parts: &mut Parts<'_>) -> Deep {
        parts.skip(&[Rule::w_any, Rule::w_count]);
        let (binder, levels) = self.next_item_in(span, parts);
        self.node(span, ExprKind::Aggregate { how, body: None, binders: vec![binder] }, levels)
    }

    fn every(&mut self, span: Span, parts: &mut Parts<'_>) -> Deep {
        parts.skip(&[Rule::w_every]);
        let (binder, levels) = self.next_item_in(span, parts);
        parts.skip(&[Rule::k_has]);
        let body = self.rounded_expr(parts);
        let kind = ExprKind::Aggregate {
            how: Aggregate::Every,
            body: Some(Box::new(body.expr)),
            binders: vec![binder],
        };
        self.node(span, kind, levels.max(body.levels))
    }

    fn choice(&mut self, span: Span, parts: &mut Parts<'_>) -> Deep {
        parts.skip(&[Rule::w_first]);
        let (binder, mut levels) = self.next_item_in(span, parts);
        let mut by = Vec::new();
        parts.skip(&[Rule::k_by]);
        while let Some(order) = parts.take(Rule::order) {
            let mut inner = Parts::of(order);
            let extreme = self.extreme(&mut inner);
            let value = self.rounded_expr(&mut inner);
            levels = levels.max(value.levels);
            by.push((extreme, value.expr));
            parts.skip(&[Rule::k_then]);
        }
        self.node(span, ExprKind::First { binder: Box::new(binder), by }, levels)
    }

    pub(super) fn extreme(&self, parts: &mut Parts<'_>) -> Extreme {
        match parts.take(Rule::extreme) {
            Some(word) if self.written(&word) == "lowest" => Extreme::Lowest,
            _ => Extreme::Highest,
        }
    }

    fn next_item_in(&mut self, span: Span, parts: &mut Parts<'_>) -> (Binder, u32) {
        match parts.take(Rule::item_in) {
            Some(pair) => {
                let span = self.span(&pair);
                self.item_in(span, &mut Parts::of(pair))
            }
            None => self.item_in(span, parts),
        }
    }
}

const CASES: &[(&str, CasesHow)] =
    &[("first", CasesHow::First), ("highest", CasesHow::Highest), ("lowest", CasesHow::Lowest)];

const AGGREGATES: &[(&str, Aggregate)] = &[
    ("sum", Aggregate::Sum),
    ("product", Aggregate::Product),
    ("highest", Aggregate::Highest),
    ("lowest", Aggregate::Lowest),
    ("latest", Aggregate::Latest),
    ("earliest", Aggregate::Earliest),
    ("set", Aggregate::SetOf),
];
