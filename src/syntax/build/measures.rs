//! Rules and what their `then` says.

use super::{Builder, Parts};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{Contribution, Expr, ExprKind, Measure, MeasureKind, Override, Rule as RuleItem};
use crate::syntax::grammar::Rule;
use crate::syntax::tree::Pair;

#[derive(Default)]
struct Limits {
    at_least: Option<Expr>,
    at_most: Option<Expr>,
}

impl Builder<'_, '_, '_> {
    pub(super) fn rule(&mut self, pair: Pair<'_>) -> RuleItem {
        let mut parts = Parts::of(pair);
        parts.skip(&[Rule::w_rule]);
        let mut head = self.head(&mut parts, Rule::name);
        let mut exact = parts.take(Rule::exact).is_some();
        self.head_clauses(&mut parts, &mut head);
        exact |= parts.take(Rule::exact).is_some();
        let mut rule = RuleItem {
            head,
            dated_by: None,
            overrides: Vec::new(),
            binders: Vec::new(),
            when: None,
            then: Vec::new(),
            exact,
        };
        if let Some(dated) = parts.take(Rule::rule_dated) {
            let mut inner = Parts::of(dated);
            inner.skip(&[Rule::w_dated, Rule::k_by]);
            rule.dated_by = Some(self.next_path(&mut inner));
        }
        while let Some(overrides) = parts.take(Rule::overrides) {
            let mut inner = Parts::of(overrides);
            inner.skip(&[Rule::w_overrides]);
            let named = self.names(&mut inner, Rule::name);
            let outcomes = inner.take(Rule::override_for).map(|outcomes| {
                let mut inner = Parts::of(outcomes);
                inner.skip(&[Rule::k_for]);
                self.names(&mut inner, Rule::name)
            });
            if let (Some(_), [first, .., last]) = (&outcomes, named.as_slice()) {
                self.sink.push(
                    Diagnostic::new(
                        Code::SyntaxAmbiguousOverride,
                        first.span.to(last.span),
                        "it is not clear whether `for` limits all of these overrides or the last one",
                    )
                    .help(format!(
                        "write one clause for each rule: `overrides {}  overrides {} for ..`",
                        first.text, last.text
                    )),
                );
            }
            let outcomes = outcomes.unwrap_or_default();
            rule.overrides
                .extend(named.into_iter().map(|rule| Override { rule, outcomes: outcomes.clone() }));
        }
        rule.binders = self.binders(&mut parts).0;
        if let Some(when) = parts.take(Rule::rule_when) {
            let mut inner = Parts::of(when);
            inner.skip(&[Rule::k_when]);
            rule.when = inner.take(Rule::condition).map(|condition| self.value(condition).expr);
        }
        if let Some(then) = parts.take(Rule::then) {
            let mut inner = Parts::of(then);
            inner.skip(&[Rule::k_then]);
            rule.then.reserve_exact(inner.count_of(Rule::measure));
            while let Some(measure) = inner.take(Rule::measure) {
                let measure = self.measure(measure);
                rule.then.push(measure);
            }
        }
        rule
    }

    fn measure(&mut self, pair: Pair<'_>) -> Measure {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let outcome = self.next_name(&mut parts, Rule::word);
        parts.skip(&[Rule::colon]);
        Measure { span, outcome, kind: self.measure_kind(&mut parts).unwrap_or(MeasureKind::Invalid) }
    }

    fn measure_kind(&mut self, parts: &mut Parts<'_>) -> Option<MeasureKind> {
        let kind = parts.next()?;
        let rule = kind.as_rule();
        let mut inner = Parts::of(kind);
        #[expect(clippy::wildcard_enum_match_arm, reason = "pest's enum names every rule of the grammar")]
        Some(match rule {
            Rule::waived => MeasureKind::Waived,
            Rule::reduced | Rule::raised => {
                inner.skip(&[Rule::w_reduced, Rule::w_raised, Rule::k_by]);
                let factor = self.next_expr(&mut inner);
                if rule == Rule::reduced {
                    MeasureKind::ReducedBy(factor)
                } else {
                    MeasureKind::RaisedBy(factor)
                }
            }
            Rule::removed => {
                inner.skip(&[Rule::w_without]);
                MeasureKind::Without(self.exprs(&mut inner))
            }
            Rule::limits => {
                let mut limits = Limits::default();
                while let Some(limit) = inner.take(Rule::limit) {
                    self.set_limit(limit, &mut limits);
                }
                MeasureKind::Limit { at_least: limits.at_least, at_most: limits.at_most }
            }
            Rule::contributions => {
                let mut limits = Limits::default();
                let mut values = Vec::with_capacity(inner.count_of(Rule::contribution));
                while let Some(part) = inner.next() {
                    if part.as_rule() == Rule::limit {
                        self.set_limit(part, &mut limits);
                    } else {
                        let value = self.contribution(part);
                        values.push(value);
                    }
                }
                MeasureKind::Contribute { values, at_least: limits.at_least, at_most: limits.at_most }
            }
            _ => return None,
        })
    }

    fn contribution(&mut self, pair: Pair<'_>) -> Contribution {
        let mut parts = Parts::of(pair);
        let value = self.rounded_expr(&mut parts).expr;
        let due = parts.take(Rule::w_due).is_some().then(|| self.next_expr(&mut parts));
        Contribution { value, due }
    }

    fn set_limit(&mut self, pair: Pair<'_>, limits: &mut Limits) {
        let span = self.span(&pair);
        let (is_least, value) = self.limit(pair);
        let place = if is_least { &mut limits.at_least } else { &mut limits.at_most };
        let Some(before) = place.replace(value) else { return };
        let word = if is_least { "at least" } else { "at most" };
        self.sink.push(
            Diagnostic::new(Code::SyntaxUnexpected, span, format!("a second `{word}` for one outcome"))
                .label(before.span, "the first"),
        );
    }

    /// Whether it is `at least`, and its value.
    pub(super) fn limit(&mut self, pair: Pair<'_>) -> (bool, Expr) {
        let span = self.span(&pair);
        let Some(which) = Parts::of(pair).next() else {
            return (true, Expr { span, kind: ExprKind::Invalid });
        };
        let is_least = which.as_rule() == Rule::at_least;
        let mut parts = Parts::of(which);
        parts.skip(&[Rule::k_at, Rule::w_least, Rule::w_most]);
        (is_least, self.next_expr(&mut parts))
    }
}
