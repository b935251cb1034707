//! Which days the law knows: every dated name is read only on days for which it has a row or version (ruling 21).

use jiff::civil::Date;

use super::Flow;
use super::guards::ends;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{Body, Expr, ExprKind, InForce, Named};
use crate::source::Span;
use crate::value::{self, Value, Waits};

impl Flow<'_> {
    pub(super) fn law_dates(&mut self) {
        let policy = self.policy;
        let mut whole: Option<Value> = None;
        for date in &policy.law_dates {
            let is_broken = self.is_broken(date);
            let known = self.unless(is_broken, |flow| flow.eval(date));
            if !is_broken && known.value.may_be_nothing() {
                self.report(
                    Diagnostic::new(
                        Code::AbsenceResult,
                        date.span,
                        "the date that says which law applies may be nothing",
                    )
                    .help("take a fact that every case has"),
                );
            }
            if let ExprKind::Fact(place) = &date.kind
                && policy.schema.facts.fields.get(*place).is_some_and(|field| field.unknown)
            {
                self.report(
                    Diagnostic::new(
                        Code::FactNeed,
                        date.span,
                        "the date that says which law applies may be unknown",
                    )
                    .help("take a fact that every case has, without `or unknown`"),
                );
            }
            let value = known.value.without_nothing().unwrap_or_else(|| super::any(false));
            whole = Some(whole.map_or(value.clone(), |so_far| value::join(&so_far, &value, &Waits::new())));
            if policy.in_force != InForce::default() {
                self.covered(
                    &[policy.in_force],
                    &ends_of(whole.as_ref()),
                    date.span,
                    &policy.name,
                    "is not in force",
                );
            }
        }
        self.law_date = whole;
    }

    /// A dated name is read: on the day `at`, else on the law date.
    pub(super) fn read_on_day(&mut self, named: &Named, at: Option<&Expr>, expr: &Expr) {
        let periods = periods(named);
        let day = match at {
            Some(at) => Some(self.need(at)),
            None => self.law_date.clone(),
        };
        if periods.iter().all(|period| *period == InForce::default()) {
            return;
        }
        match day {
            Some(day) => {
                let span = at.map_or(expr.span, |at| at.span);
                self.covered(&periods, &ends_of(Some(&day)), span, &named.name, "has no row");
            }
            None => self.no_law_date(expr.span, &named.name),
        }
    }

    fn no_law_date(&mut self, span: Span, name: &str) {
        self.report(
            Diagnostic::new(
                Code::DateNoLaw,
                span,
                format!("`{name}` changes by date, and nothing says which day is meant"),
            )
            .help(format!("say the day: `{name} at some_date`"))
            .help("or say in the policy's first lines which fact decides: `dated by inspected_on`"),
        );
    }

    /// A rule or outcome has a period: some day of it can be a law date.
    pub(super) fn within_law(&mut self, in_force: InForce, span: Span, what: &str) {
        if in_force == InForce::default() {
            return;
        }
        let Some(law_date) = self.law_date.clone() else {
            self.report(
                Diagnostic::new(
                    Code::DateNoLaw,
                    span,
                    format!("this {what} is in force for a time, and nothing says which day is meant"),
                )
                .help("say in the policy's first lines which fact decides: `dated by inspected_on`"),
            );
            return;
        };
        self.reachable(in_force, &law_date, span, what);
    }

    pub(super) fn reachable(&mut self, in_force: InForce, day: &Value, span: Span, what: &str) {
        let (first, last) = ends_of(Some(day));
        let before = matches!((in_force.until, first), (Some(until), Some(first)) if until < first);
        let after = matches!((in_force.from, last), (Some(from), Some(last)) if from > last);
        if before || after {
            let bound = if before { first } else { last };
            let bound = bound.map(|day| day.to_string()).unwrap_or_default();
            let side = if before { "no case is dated before" } else { "no case is dated after" };
            self.report(
                Diagnostic::new(
                    Code::DateUnreachable,
                    span,
                    format!("this {what} is never in force: {side} {bound}"),
                )
                .help("change the period, or the bound of the fact that dates a case"),
            );
        }
    }

    /// Every day from the first to the last lies in one of the periods.
    fn covered(
        &mut self,
        periods: &[InForce],
        (first, last): &(Option<Date>, Option<Date>),
        span: Span,
        name: &str,
        lacks: &str,
    ) {
        let mut sorted = periods.to_vec();
        sorted.sort_by_key(|period| period.from);
        let mut next_open: Option<Date> = *first;
        let mut gap: Option<String> = None;
        for period in &sorted {
            match (period.from, next_open) {
                (Some(from), None) => {
                    gap = Some(format!("`{name}` {lacks} before {from}, and this day may be earlier"));
                    break;
                }
                (Some(from), Some(open)) if from > open => {
                    gap = Some(format!("`{name}` {lacks} from {open} until the day before {from}"));
                    break;
                }
                (_, _) => {}
            }
            match period.until {
                None => return,
                Some(until) => {
                    if next_open.is_none_or(|open| until >= open) {
                        match until.tomorrow() {
                            Ok(tomorrow) => next_open = Some(tomorrow),
                            Err(_) => return,
                        }
                    }
                }
            }
            if let (Some(last), Some(open)) = (last, next_open)
                && open > *last
            {
                return;
            }
        }
        let message = match (gap, next_open) {
            (Some(gap), _) => gap,
            (None, Some(open)) => format!("`{name}` {lacks} from {open} on, and this day may be later"),
            (None, None) => return,
        };
        self.report(
            Diagnostic::new(Code::DateUncovered, span, message).help(
                "give the date a bound where it is declared: `date, 1990-11-16 or later`, or add a row",
            ),
        );
    }
}

/// The periods in which a name has a value.
fn periods(named: &Named) -> Vec<InForce> {
    (named.versions.iter())
        .map(|version| match &version.body {
            Body::Schedule(rows) => {
                let first = rows.first().map(|(from, _)| *from);
                InForce { from: version.in_force.from.max(first), until: version.in_force.until }
            }
            Body::Expr(_) | Body::Table(_) => version.in_force,
        })
        .collect()
}

fn ends_of(value: Option<&Value>) -> (Option<Date>, Option<Date>) {
    let date = |value: Option<Value>| match value {
        Some(Value::Date(date)) => Some(date),
        _ => None,
    };
    let (first, last) = value.map(ends).unwrap_or_default();
    (date(first), date(last))
}
