//! Outcomes and the policy line.

use super::expressions::{Cx, Reads};
use super::{Lowering, texts, title};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Combine, Outcome, OutcomeSource};
use crate::source::Span;
use crate::syntax::ast::{self, OutcomeClauseKind};
use crate::types::Type;
use crate::value::{Number, Value};

impl Lowering<'_> {
    pub(super) fn policy_line(&mut self) {
        let Some(policy) = self.declared.policy else { return };
        self.policy.name = policy.head.name.text.clone();
        self.policy.title = title(&policy.head);
        self.policy.cites = texts(&policy.head.cites);
        self.policy.in_force = self.in_force(&policy.head);
        for date in &policy.dated_by {
            let mut cx = Cx::new();
            cx.reads = Reads::NoOutcomes("the law date reads facts and definitions");
            let date = self.expr(date, Some(&Type::Date), &mut cx);
            self.policy.law_dates.push(date);
        }
        if let (2.., [_, second, ..], true) =
            (policy.dated_by.len(), policy.dated_by.as_slice(), policy.lenient_by.is_empty())
        {
            self.sink.push(
                Diagnostic::new(
                    Code::SyntaxUnexpected,
                    second.span,
                    "with two dates the policy says which law is taken",
                )
                .help("add `, the more lenient by fine`, naming outcomes that have an order"),
            );
        }
        for name in &policy.lenient_by {
            let Some(id) = self.outcome_named(name) else { continue };
            let ty =
                self.policy.schema.outcomes.get(id.0 as usize).map_or(Type::Invalid, |def| def.ty.clone());
            let orders = self.is_ordered(&ty) || matches!(ty, Type::Range(_) | Type::Invalid | Type::Bool);
            if !orders {
                let found = self.describe(&ty);
                self.report(
                    Code::TypeMismatch,
                    name.span,
                    format!("a `{found}` has no order, so none is the more lenient"),
                );
            }
            self.policy.lenient_by.push(id);
        }
    }

    pub(super) fn outcomes(&mut self) {
        let declared = self.declared;
        for (place, outcome) in declared.outcomes.iter().enumerate() {
            let Some(def) = self.policy.schema.outcomes.get(place).cloned() else { continue };
            let made = self.outcome(outcome, &def.ty, def.nothing);
            // What no rule sets is its neutral value; where that is nothing, readers must deal with it.
            let is_nothing =
                matches!(made.source, OutcomeSource::Built { neutral: Some(Value::Nothing), .. });
            if let Some(def) = self.policy.schema.outcomes.get_mut(place)
                && is_nothing
            {
                def.nothing = true;
            }
            self.policy.outcomes.push(Outcome { nothing: made.nothing || is_nothing, ..made });
        }
    }

    fn outcome(&mut self, outcome: &ast::Outcome, ty: &Type, nothing: bool) -> Outcome {
        let in_force = self.in_force(&outcome.head);
        let (mut at_least, mut at_most, mut rounding) = (None, None, None);
        let (mut required, mut default, mut combine) = (None, None, None);
        let limit_type = if let Type::List(inner) = ty { (**inner).clone() } else { ty.end().clone() };
        let mut seen: Vec<(std::mem::Discriminant<OutcomeClauseKind>, Span)> = Vec::new();
        for clause in &outcome.clauses {
            let kind = std::mem::discriminant(&clause.kind);
            if let Some((_, earlier)) = seen.iter().find(|(other, _)| *other == kind) {
                self.sink.push(
                    Diagnostic::new(Code::SyntaxUnexpected, clause.span, "this is said twice")
                        .label(*earlier, "said here first"),
                );
            }
            seen.push((kind, clause.span));
            match &clause.kind {
                OutcomeClauseKind::Required => required = Some(clause.span),
                OutcomeClauseKind::Default(value) => {
                    default = self.data(value, ty, nothing).map(|value| (value, clause.span))
                }
                OutcomeClauseKind::AtLeast(limit) => at_least = self.limit(limit, &limit_type),
                OutcomeClauseKind::AtMost(limit) => at_most = self.limit(limit, &limit_type),
                OutcomeClauseKind::Rounded(how) => rounding = self.rounding(how, ty),
                OutcomeClauseKind::Combine(how) => {
                    combine = Some((self.combination(*how, ty, clause.span), None, clause.span))
                }
                OutcomeClauseKind::CombinePer { inner, record, outer } => {
                    let inner = self.combination(*inner, ty, clause.span);
                    let outer = self.combination(*outer, ty, clause.span);
                    let record = self.record_named(record);
                    combine = Some((outer, record.map(|record| (inner, record)), clause.span));
                }
            }
        }
        let source = match &outcome.body {
            Some(body) => {
                for (clause, span) in [
                    ("required", required),
                    ("default", default.as_ref().map(|(_, span)| *span)),
                    ("a combination", combine.map(|(_, _, span)| span)),
                ] {
                    if let Some(span) = span {
                        self.report(
                            Code::OutcomeComputed,
                            span,
                            format!(
                                "`{}` is defined with `=`, so {clause} says nothing",
                                outcome.head.name.text
                            ),
                        );
                    }
                }
                if matches!(ty, Type::Duty(_)) {
                    self.report(
                        Code::TypeNotAllowed,
                        outcome.ty.span,
                        "a duty is built by rules, each with its `due` date",
                    );
                }
                OutcomeSource::Defined(self.expr(body, Some(ty), &mut Cx::new()))
            }
            None => {
                let (combine, per) = match (ty, combine) {
                    (_, Some((combine, per, _))) => (combine, per),
                    (Type::Set(_), None) => (Combine::Union, None),
                    (Type::Duty(_), None) => (Combine::Duties, None),
                    (Type::Invalid, None) => (Combine::Agree, None),
                    (_, None) => {
                        self.sink.push(
                            Diagnostic::new(
                                Code::OutcomeNoCombination,
                                outcome.head.name.span,
                                format!(
                                    "`{}` does not say how several rules combine",
                                    outcome.head.name.text
                                ),
                            )
                            .help(combinations(ty))
                            .help("or define it in one place: `= ..`"),
                        );
                        (Combine::Agree, None)
                    }
                };
                let neutral = match (required, default) {
                    (Some(span), Some((_, other))) => {
                        self.sink.push(
                            Diagnostic::new(Code::OutcomeNeutral, span, "a required outcome has no default")
                                .label(other, "the default"),
                        );
                        None
                    }
                    (Some(_), None) => None,
                    (None, Some((value, _))) => Some(value),
                    (None, None) => Some(self.neutral(combine, ty)),
                };
                OutcomeSource::Built { combine, per, neutral }
            }
        };
        Outcome {
            name: outcome.head.name.text.clone(),
            span: outcome.head.name.span,
            title: title(&outcome.head),
            cites: texts(&outcome.head.cites),
            in_force,
            ty: ty.clone(),
            nothing,
            source,
            at_least,
            at_most,
            rounding,
            exact: outcome.exact,
        }
    }

    /// A limit that clamps; a bare number takes the outcome's unit.
    fn limit(&mut self, limit: &ast::Expr, ty: &Type) -> Option<crate::hir::Expr> {
        if !self.is_ordered(ty) {
            if *ty != Type::Invalid {
                let found = self.describe(ty);
                self.report(Code::OutcomeModifier, limit.span, format!("a `{found}` has no limits"));
            }
            return None;
        }
        Some(self.expr(limit, Some(ty), &mut Cx::limits()))
    }

    fn combination(&mut self, how: ast::Combine, ty: &Type, span: Span) -> Combine {
        let (made, fits) = match how {
            ast::Combine::Sum => (Combine::Sum, ty.is_amount_or_range()),
            ast::Combine::Highest => (Combine::Highest, self.is_ordered(ty) || matches!(ty, Type::Range(_))),
            ast::Combine::Lowest => (Combine::Lowest, self.is_ordered(ty) || matches!(ty, Type::Range(_))),
            ast::Combine::Earliest => (Combine::Earliest, *ty == Type::Date),
            ast::Combine::Latest => (Combine::Latest, *ty == Type::Date),
            ast::Combine::Any => (Combine::Any, *ty == Type::Bool),
            ast::Combine::Agree => (Combine::Agree, !matches!(ty, Type::Set(_) | Type::Duty(_))),
        };
        if !fits && *ty != Type::Invalid {
            let found = self.describe(ty);
            self.sink.push(
                Diagnostic::new(
                    Code::OutcomeNoCombination,
                    span,
                    format!("values of `{found}` do not combine in this way"),
                )
                .help(combinations(ty)),
            );
        }
        made
    }

    fn neutral(&self, combine: Combine, ty: &Type) -> Value {
        match combine {
            Combine::Sum => zero(ty),
            Combine::Any => Value::Bool(false),
            Combine::Union => Value::Set(Vec::new().into()),
            Combine::Duties => {
                let members = if let Type::Duty(id) = ty {
                    self.policy.schema.enumeration(*id).map_or(0, |def| def.members.len())
                } else {
                    0
                };
                Value::Duties(vec![Value::Nothing; members].into())
            }
            Combine::Product
            | Combine::Highest
            | Combine::Lowest
            | Combine::Earliest
            | Combine::Latest
            | Combine::Agree => Value::Nothing,
        }
    }
}

fn zero(ty: &Type) -> Value {
    match ty {
        Type::Integer => Value::Integer(0),
        Type::Days => Value::Days(0),
        Type::WorkingDays => Value::WorkingDays(0),
        Type::Months => Value::Months(0),
        Type::Range(inner) => Value::Range((zero(inner), zero(inner)).into()),
        Type::Bool
        | Type::Number
        | Type::Quantity(_)
        | Type::Date
        | Type::Text
        | Type::Enum(_)
        | Type::Set(_)
        | Type::List(_)
        | Type::Record(_)
        | Type::Duty(_)
        | Type::Invalid => Value::Number(Number::ZERO),
    }
}

fn combinations(ty: &Type) -> &'static str {
    match ty {
        Type::Integer
        | Type::Number
        | Type::Quantity(_)
        | Type::Days
        | Type::WorkingDays
        | Type::Months
        | Type::Range(_) => "say `sum`, `highest`, `lowest` or `agree`",
        Type::Date => "say `earliest`, `latest` or `agree`",
        Type::Bool => "say `any` or `agree`",
        Type::Enum(_) => "say `highest` or `lowest` (of a scale) or `agree`",
        Type::Set(_) => "a set is the union of what rules add, without further words",
        Type::Duty(_) => "a duty takes the earliest date per kind, without further words",
        Type::Text | Type::List(_) | Type::Record(_) | Type::Invalid => "say `agree`",
    }
}
