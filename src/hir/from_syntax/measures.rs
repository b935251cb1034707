//! Rules: items, conditions, measures and overrides.

use std::collections::{BTreeMap, BTreeSet};

use super::expressions::Cx;
use super::operators::without_groups;
use super::same::{fingerprint, same, same_binders, same_collections};
use super::{Lowering, index, texts, title};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::hir::{
    Binder, Combine, Expr, ExprKind, Measure, MeasureKind, OutcomeId, OutcomeSource, Policy, Rule, RuleId,
};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::{EnumId, Type};
use crate::value::Value;

impl Lowering<'_> {
    pub(super) fn rules(&mut self) {
        let declared = self.declared;
        self.policy.rules.reserve_exact(declared.rules.len());
        for rule in &declared.rules {
            let made = self.rule(rule);
            self.policy.rules.push(made);
        }
        for (place, rule) in declared.rules.iter().enumerate() {
            self.overrides(RuleId(index(place)), rule);
        }
        for rule in &mut self.policy.rules {
            rule.overridden_by.sort();
        }
        self.outcomes_are_set();
        self.agreeing_constants();
    }

    fn rule(&mut self, rule: &ast::Rule) -> Rule {
        let in_force = self.in_force(&rule.head);
        let mut cx = Cx::new();
        let binders = self.binders(&rule.binders, &mut cx);
        let dated_by = rule.dated_by.as_ref().map(|date| self.expr(date, Some(&Type::Date), &mut cx));
        let when = rule.when.as_ref().map(|when| self.expr(when, Some(&Type::Bool), &mut cx));
        let mut then = Vec::with_capacity(rule.then.len());
        for measure in &rule.then {
            self.measure(measure, &binders, &mut then, &mut cx);
        }
        self.measures_agree(rule, &then);
        if rule.then.is_empty() && rule.overrides.is_empty() {
            self.sink.push(
                Diagnostic::new(
                    Code::SyntaxUnexpected,
                    rule.head.name.span,
                    format!("the rule `{}` does nothing", rule.head.name.text),
                )
                .help("add `then` with a measure, or `overrides` with a rule"),
            );
        }
        Rule {
            name: rule.head.name.text.clone(),
            span: rule.head.name.span,
            title: title(&rule.head),
            cites: texts(&rule.head.cites),
            in_force,
            dated_by: dated_by.map(Box::new),
            overridden_by: Vec::new(),
            binders,
            when,
            then,
            exact: rule.exact,
        }
    }

    fn measure(&mut self, measure: &ast::Measure, binders: &[Binder], made: &mut Vec<Measure>, cx: &mut Cx) {
        let Some(outcome) = self.outcome_named(&measure.outcome) else { return };
        let Some(declared) = self.policy.outcomes.get(outcome.0 as usize) else { return };
        let ty = declared.ty.clone();
        let (per, is_required) = match &declared.source {
            OutcomeSource::Built { combine: _, per, neutral } => (*per, neutral.is_none()),
            OutcomeSource::Defined(body) => {
                if !body.is_broken() {
                    self.sink.push(
                        Diagnostic::new(
                            Code::OutcomeComputed,
                            measure.outcome.span,
                            format!("`{}` is defined with `=`, so no rule can set it", measure.outcome.text),
                        )
                        .label(declared.span, "defined here"),
                    );
                }
                return;
            }
        };
        let span = measure.span;
        let limit_type = ty.end().clone();
        match &measure.kind {
            ast::MeasureKind::Invalid => {}
            ast::MeasureKind::Waived => {
                if is_required {
                    self.sink.push(
                        Diagnostic::new(
                            Code::OutcomeModifier,
                            span,
                            format!("`{}` is required, so it cannot be waived", measure.outcome.text),
                        )
                        .help("waiving leaves the neutral value; give the outcome a `default` instead of `required`"),
                    );
                }
                made.push(Measure { span, outcome, kind: MeasureKind::Waived });
            }
            ast::MeasureKind::ReducedBy(share) => {
                if let Some(share) = self.factor(share, &ty, cx) {
                    made.push(Measure { span, outcome, kind: MeasureKind::Factor { share, raises: false } });
                }
            }
            ast::MeasureKind::RaisedBy(share) => {
                if let Some(share) = self.factor(share, &ty, cx) {
                    made.push(Measure { span, outcome, kind: MeasureKind::Factor { share, raises: true } });
                }
            }
            ast::MeasureKind::Limit { at_least, at_most } => {
                if let Some(limit) =
                    at_least.as_ref().and_then(|limit| self.measure_limit(limit, &limit_type, cx))
                {
                    made.push(Measure { span, outcome, kind: MeasureKind::AtLeast(limit) });
                }
                if let Some(limit) =
                    at_most.as_ref().and_then(|limit| self.measure_limit(limit, &limit_type, cx))
                {
                    made.push(Measure { span, outcome, kind: MeasureKind::AtMost(limit) });
                }
            }
            ast::MeasureKind::Without(members) => {
                let Type::Set(of) = &ty else {
                    let found = self.describe(&ty);
                    self.report(
                        Code::OutcomeModifier,
                        span,
                        format!("only from a set are members taken out, not from `{found}`"),
                    );
                    return;
                };
                let members = members.iter().map(|member| self.expr(member, Some(of), cx)).collect();
                let set = Expr { span, ty: ty.clone(), kind: ExprKind::Set(members) };
                made.push(Measure { span, outcome, kind: MeasureKind::Without(set) });
            }
            ast::MeasureKind::Contribute { values, at_least, at_most } => {
                if let Some((_, record)) = per
                    && !binders
                        .iter()
                        .any(|binder| binder.collection.ty == Type::List(Box::new(Type::Record(record))))
                {
                    let record = self.describe(&Type::Record(record));
                    self.sink.push(
                        Diagnostic::new(
                            Code::OutcomeGroup,
                            span,
                            format!(
                                "`{}` combines per `{record}`, and this rule is about none",
                                measure.outcome.text
                            ),
                        )
                        .help(format!("add `for each x in <a list of {record}>` to the rule")),
                    );
                }
                let at_least = at_least.as_ref().and_then(|limit| self.measure_limit(limit, &limit_type, cx));
                let at_most = at_most.as_ref().and_then(|limit| self.measure_limit(limit, &limit_type, cx));
                let (at_least, at_most) = (at_least.map(Box::new), at_most.map(Box::new));
                self.contributions(values, &ty, span, cx, &mut |value| {
                    let (at_least, at_most) = (at_least.clone(), at_most.clone());
                    let kind = MeasureKind::Contribute { value, at_least, at_most };
                    made.push(Measure { span, outcome, kind });
                });
            }
        }
    }

    fn measure_limit(&mut self, limit: &ast::Expr, ty: &Type, cx: &mut Cx) -> Option<Expr> {
        if !self.is_ordered(ty) {
            if *ty != Type::Invalid {
                let found = self.describe(ty);
                self.report(Code::OutcomeModifier, limit.span, format!("a `{found}` has no limits"));
            }
            return None;
        }
        Some(self.expr(limit, Some(ty), cx))
    }

    fn factor(&mut self, share: &ast::Expr, ty: &Type, cx: &mut Cx) -> Option<Expr> {
        let scales = *ty == Type::Invalid || matches!(ty.end(), Type::Number | Type::Quantity(_));
        if !scales {
            let found = self.describe(ty);
            self.sink.push(
                Diagnostic::new(
                    Code::OutcomeModifier,
                    share.span,
                    format!("a `{found}` is not reduced or raised by a share"),
                )
                .help("only numbers and amounts are; a share of a whole count may be none"),
            );
            return None;
        }
        Some(self.expr(share, Some(&Type::Number), cx))
    }

    /// Gives the values of one line of `then`: a set of members, one duty each, or one value.
    fn contributions(
        &mut self,
        values: &[ast::Contribution],
        ty: &Type,
        span: Span,
        cx: &mut Cx,
        give: &mut dyn FnMut(Expr),
    ) {
        for value in values {
            if let (Some(due), false) = (&value.due, matches!(ty, Type::Duty(_) | Type::Invalid)) {
                let found = self.describe(ty);
                self.report(
                    Code::TypeMismatch,
                    due.span,
                    format!("only a duty has a `due` date, not `{found}`"),
                );
            }
        }
        if let Type::Set(of) = ty {
            let mut members = Vec::new();
            for value in values {
                let inner = without_groups(&value.value);
                let is_set = matches!(inner.kind, ast::ExprKind::List(_));
                if is_set {
                    give(self.expr(&value.value, Some(ty), cx));
                } else if self.needs_context(&value.value, cx) {
                    members.push(self.expr(&value.value, Some(of), cx));
                } else {
                    let checked = self.expr(&value.value, None, cx);
                    if checked.ty == *ty { give(checked) } else { members.push(self.coerce(checked, of)) }
                }
            }
            if !members.is_empty() {
                give(Expr { span, ty: ty.clone(), kind: ExprKind::Set(members) });
            }
        } else if let Type::Duty(id) = ty {
            values.iter().filter_map(|value| self.duty(value, *id, cx)).for_each(give);
        } else {
            if let [_, second, ..] = values {
                self.report(
                    Code::SyntaxUnexpected,
                    second.value.span,
                    "one rule gives this outcome one value",
                );
            }
            values.first().map(|value| self.expr(&value.value, Some(ty), cx)).into_iter().for_each(give);
        }
    }

    fn duty(&mut self, value: &ast::Contribution, id: EnumId, cx: &mut Cx) -> Option<Expr> {
        let kind = self.expr(&value.value, Some(&Type::Enum(id)), cx);
        let Some(due) = &value.due else {
            let text = self.sources.slice(value.value.span).to_owned();
            self.sink.push(
                Diagnostic::new(Code::TypeMismatch, value.value.span, "a duty says when it is due")
                    .help(format!("write `{text} due <a date> + 30 days`")),
            );
            return None;
        };
        let due = self.expr(due, Some(&Type::Date), cx);
        let span = kind.span.to(due.span);
        Some(Expr {
            span,
            ty: Type::Duty(id),
            kind: ExprKind::Duty { kind: Box::new(kind), due: Box::new(due) },
        })
    }

    /// One rule may not waive and contribute, nor add and remove a member (rulings 6 and 30).
    fn measures_agree(&mut self, rule: &ast::Rule, then: &[Measure]) {
        for measure in then {
            let others = then.iter().filter(|other| other.outcome == measure.outcome);
            match &measure.kind {
                MeasureKind::Waived => {
                    for other in others.filter(|other| !matches!(other.kind, MeasureKind::Waived)) {
                        self.sink.push(
                            Diagnostic::new(
                                Code::OutcomeWaivedAndSet,
                                other.span,
                                format!("`{}` waives this outcome and sets it", rule.head.name.text),
                            )
                            .label(measure.span, "waived here"),
                        );
                    }
                }
                MeasureKind::Without(removed) => {
                    let removed = constants(removed);
                    for other in others {
                        let MeasureKind::Contribute { value, .. } = &other.kind else { continue };
                        if constants(value).iter().any(|member| removed.contains(member)) {
                            self.sink.push(
                                Diagnostic::new(
                                    Code::OutcomeAddedAndRemoved,
                                    other.span,
                                    format!("`{}` adds a member that it also takes out", rule.head.name.text),
                                )
                                .label(measure.span, "taken out here"),
                            );
                        }
                    }
                }
                MeasureKind::Contribute { .. }
                | MeasureKind::Factor { .. }
                | MeasureKind::AtLeast(_)
                | MeasureKind::AtMost(_) => {}
            }
        }
    }

    /// Rules are sorted by name.
    fn rule_named(&self, name: &str) -> Option<RuleId> {
        let place = self.declared.rules.binary_search_by(|rule| (*rule.head.name.text).cmp(name)).ok()?;
        Some(RuleId(index(place)))
    }

    fn overrides(&mut self, id: RuleId, rule: &ast::Rule) {
        for overridden in &rule.overrides {
            let Some(target) = self.rule_named(&overridden.rule.text) else {
                let mut found = Diagnostic::new(
                    Code::OverrideUnknown,
                    overridden.rule.span,
                    format!("there is no rule `{}`", overridden.rule.text),
                );
                let names = self.declared.rules.iter().map(|rule| &*rule.head.name.text);
                if let Some(meant) = did_you_mean(&overridden.rule.text, names) {
                    found = found.suggest(format!("did you mean `{meant}`?"), overridden.rule.span, meant);
                }
                self.sink.push(found);
                continue;
            };
            let mut outcomes = Vec::new();
            for name in &overridden.outcomes {
                let Some(outcome) = self.outcome_named(name) else { continue };
                let sets = self
                    .policy
                    .rules
                    .get(target.0 as usize)
                    .is_some_and(|rule| rule.then.iter().any(|measure| measure.outcome == outcome));
                if !sets {
                    self.report(
                        Code::OverrideUnknown,
                        name.span,
                        format!("the rule `{}` has no measure on `{}`", overridden.rule.text, name.text),
                    );
                }
                outcomes.push(outcome);
            }
            outcomes.sort_unstable();
            let (Some(over), Some(under)) =
                (self.policy.rules.get(id.0 as usize), self.policy.rules.get(target.0 as usize))
            else {
                continue;
            };
            if !same_collections(&over.binders, &under.binders) {
                let place = under.span;
                self.sink.push(
                    Diagnostic::new(
                        Code::OverrideItems,
                        overridden.rule.span,
                        format!("`{}` is about other items than `{}`", rule.head.name.text, overridden.rule.text),
                    )
                    .label(place, "the overridden rule")
                    .help("override item by item over the same list, or write the items into the condition: `when any x in .. where ..`"),
                );
                continue;
            }
            if outcomes.is_empty() && !overridden.outcomes.is_empty() {
                continue;
            }
            if let Some(under) = self.policy.rules.get_mut(target.0 as usize) {
                under.overridden_by.push((id, outcomes));
            }
        }
    }

    fn outcomes_are_set(&mut self) {
        if self.sink.has_errors() {
            return; // A rule that sets it may be the broken one.
        }
        let measures = self.policy.rules.iter().flat_map(|rule| &rule.then);
        let set: BTreeSet<OutcomeId> = measures
            .filter(|measure| matches!(measure.kind, MeasureKind::Contribute { .. }))
            .map(|measure| measure.outcome)
            .collect();
        for place in 0..self.policy.outcomes.len() {
            let Some(outcome) = self.policy.outcomes.get(place) else { continue };
            if set.contains(&OutcomeId(index(place))) {
                continue;
            }
            match &outcome.source {
                OutcomeSource::Defined(_) => {}
                OutcomeSource::Built { neutral: None, .. } => {
                    let (span, message) =
                        (outcome.span, format!("`{}` is required, and no rule sets it", outcome.name));
                    self.report(Code::OutcomeRequired, span, message);
                }
                OutcomeSource::Built { neutral: Some(_), .. } => {
                    let (span, message) = (
                        outcome.span,
                        format!(
                            "no rule sets `{}`, so it never has another value than its neutral one",
                            outcome.name
                        ),
                    );
                    self.report(Code::OutcomeUnset, span, message);
                }
            }
        }
    }

    /// Rules with one condition that set an agreeing outcome to two constants always fail together.
    fn agreeing_constants(&mut self) {
        let mut found = Vec::new();
        let by_outcome = rules_by_outcome(&self.policy);
        for (place, (outcome, rules)) in self.policy.outcomes.iter().zip(&by_outcome).enumerate() {
            if !matches!(outcome.source, OutcomeSource::Built { combine: Combine::Agree, .. }) {
                continue;
            }
            let id = OutcomeId(index(place));
            let setting: Vec<(&Rule, &Measure, Value)> = (rules.iter().copied())
                .flat_map(|rule| rule.then.iter().map(move |measure| (rule, measure)))
                .filter(|(_, measure)| measure.outcome == id)
                .filter_map(|(rule, measure)| match &measure.kind {
                    MeasureKind::Contribute { value, .. } => {
                        Some((rule, measure, super::constants::fold(value)?))
                    }
                    MeasureKind::Factor { .. }
                    | MeasureKind::AtLeast(_)
                    | MeasureKind::AtMost(_)
                    | MeasureKind::Waived
                    | MeasureKind::Without(_) => None,
                })
                .collect();
            let marks: Vec<u64> =
                setting.iter().map(|(rule, ..)| rule.when.as_ref().map_or(0, fingerprint)).collect();
            let mut alike: BTreeMap<u64, Vec<usize>> = BTreeMap::new();
            for (at, mark) in marks.iter().enumerate() {
                alike.entry(*mark).or_default().push(at);
            }
            for (at, ((rule, measure, value), mark)) in setting.iter().zip(&marks).enumerate() {
                let others = alike.get(mark).into_iter().flatten().filter(|other| **other > at);
                for (other, other_measure, other_value) in others.filter_map(|other| setting.get(*other)) {
                    if value == other_value {
                        continue;
                    }
                    let one_condition = match (&rule.when, &other.when) {
                        (Some(a), Some(b)) => same(a, b),
                        (None, None) => true,
                        (Some(_), None) | (None, Some(_)) => false,
                    };
                    let overrides = rule.overridden_by.iter().chain(&other.overridden_by).next().is_some();
                    if one_condition
                        && same_binders(&rule.binders, &other.binders)
                        && !overrides
                        && rule.in_force == other.in_force
                    {
                        found.push(
                            Diagnostic::new(
                                Code::OutcomeConflict,
                                other_measure.span,
                                format!(
                                    "`{}` and `{}` have one condition and give `{}` two values",
                                    rule.name, other.name, outcome.name
                                ),
                            )
                            .label(measure.span, "the other value")
                            .help(
                                "let one rule override the other, or choose another combination than `agree`",
                            ),
                        );
                    }
                }
            }
        }
        for diagnostic in found {
            self.sink.push(diagnostic);
        }
    }
}

/// For each outcome the rules with a measure for it, in the order of the policy.
pub(super) fn rules_by_outcome(policy: &Policy) -> Vec<Vec<&Rule>> {
    // With the rule that was put in last, by place.
    let mut rules = vec![(Vec::new(), None); policy.outcomes.len()];
    for (rule, place) in policy.rules.iter().zip(0_usize..) {
        for measure in &rule.then {
            if let Some((rules, last)) = rules.get_mut(measure.outcome.0 as usize)
                && last.replace(place) != Some(place)
            {
                rules.push(rule);
            }
        }
    }
    rules.into_iter().map(|(rules, _)| rules).collect()
}

fn constants(set: &Expr) -> Vec<Value> {
    if let ExprKind::Set(members) = &set.kind {
        members.iter().filter_map(super::constants::fold).collect()
    } else {
        Vec::new()
    }
}
