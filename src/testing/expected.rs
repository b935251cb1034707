//! What a test expects, held against what was decided.

use std::collections::BTreeSet;

use super::words::written;
use super::{Difference, Tests};
use crate::decision::{Decision, Status};
use crate::hir::interpret::Traced;
use crate::hir::{Outcome, OutcomeId, OutcomeSource, Rule};
use crate::value::Value;

/// At most so many rules that did not apply are told.
const TOLD: usize = 6;

/// What a test expects. Nothing at all is a mistake of the test and is found before.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Expected {
    /// `None`: any that has outcomes.
    pub(super) status: Option<Status>,
    /// Those that rules build and that are not among them must be neutral.
    pub(super) outcomes: Option<Vec<(OutcomeId, Value)>>,
    /// Paths; their order means nothing.
    pub(super) needs: Option<Vec<String>>,
}

impl Tests<'_> {
    pub(super) fn differences(&self, traced: &Traced, expected: &Expected) -> Vec<Difference> {
        let decision = &traced.decision;
        let mut found = Vec::new();
        let mut differs = |of: &str, expected: String, decided: String, because| {
            found.push(Difference { of: of.to_owned(), expected, decided, because });
        };
        match expected.status {
            Some(status) if status != decision.status() => {
                let decided = decision.status().as_str().to_owned();
                differs("status", status.as_str().to_owned(), decided, reasons(decision));
            }
            None if decision.outcomes.is_empty() && !self.policy.outcomes.is_empty() => {
                let decided = decision.status().as_str().to_owned();
                differs("status", "outcomes".to_owned(), decided, reasons(decision));
            }
            Some(_) | None => {}
        }
        if let Some(needs) = &expected.needs {
            let expected: BTreeSet<&String> = needs.iter().collect();
            if expected != decision.needs().iter().collect() {
                let list = |paths: Vec<&String>| {
                    let paths: Vec<&str> = paths.into_iter().map(String::as_str).collect();
                    if paths.is_empty() { "nothing".to_owned() } else { paths.join(", ") }
                };
                let decided = list(decision.needs().iter().collect());
                differs("missing", list(expected.into_iter().collect()), decided, Vec::new());
            }
        }
        if let (Some(outcomes), false) = (&expected.outcomes, decision.outcomes.is_empty()) {
            let may_be_open = expected.status == Some(Status::Undetermined);
            found.extend(self.different_outcomes(traced, outcomes, may_be_open));
        }
        found
    }

    fn different_outcomes(
        &self,
        traced: &Traced,
        listed: &[(OutcomeId, Value)],
        may_be_open: bool,
    ) -> Vec<Difference> {
        let mut found = Vec::new();
        for (id, outcome, decided) in self.outcomes(&traced.decision) {
            let expected = match listed.iter().find(|(of, _)| *of == id) {
                Some((_, expected)) => expected,
                None if may_be_open && !decided.is_settled() => continue,
                None => match neutral(outcome) {
                    Some(neutral) => neutral,
                    None => continue,
                },
            };
            if expected != decided {
                found.push(Difference {
                    of: outcome.name.to_string(),
                    expected: written(self.schema, &outcome.ty, expected),
                    decided: written(self.schema, &outcome.ty, decided),
                    because: self.because(id, outcome, traced),
                });
            }
        }
        found
    }

    /// Outcomes with what was decided, in the order of the text.
    pub(super) fn outcomes<'d>(
        &self,
        decision: &'d Decision,
    ) -> impl Iterator<Item = (OutcomeId, &Outcome, &'d Value)> + Clone {
        let outcomes = (0..).map(OutcomeId).zip(&self.policy.outcomes).zip(&decision.outcomes);
        let mut outcomes: Vec<_> = outcomes.map(|((id, outcome), value)| (id, outcome, value)).collect();
        outcomes.sort_by_key(|(_, outcome, _)| outcome.span);
        outcomes.into_iter()
    }

    /// The rules that made an outcome what it is, and those that could have.
    fn because(&self, id: OutcomeId, outcome: &Outcome, traced: &Traced) -> Vec<String> {
        if let OutcomeSource::Defined(_) = outcome.source {
            let place = self.sources.position(outcome.span);
            let file = self.sources.name(outcome.span.file);
            return vec![format!("`{}` is defined at {file}:{}:{}", outcome.name, place.line, place.column)];
        }
        let mut because = Vec::new();
        for made in traced.produced.iter().filter(|made| made.outcome == id) {
            let item = made.item.as_ref().map_or_else(String::new, |item| format!(" for `{item}`"));
            let perhaps = if made.possible { "perhaps " } else { "" };
            because.push(format!("rule `{}`{item}: {perhaps}{}", made.rule, made.what));
        }
        let acts = |rule: &&Rule| rule.then.iter().any(|measure| measure.outcome == id);
        let made =
            |rule: &&Rule| traced.produced.iter().any(|made| made.outcome == id && made.rule == rule.name);
        let mut idle = self.policy.rules.iter().filter(acts).filter(|rule| !made(rule));
        for rule in idle.by_ref().take(TOLD) {
            let overridden = traced.decision.overridden().iter().find(|found| found.rule == rule.name);
            because.push(match overridden {
                Some(found) => format!("rule `{}` was taken out by `{}`", rule.name, found.by),
                None => format!("rule `{}` did not apply", rule.name),
            });
        }
        let more = idle.count();
        if more > 0 {
            because.push(format!("{more} more rules did not apply"));
        }
        because
    }
}

/// The value of an outcome to which no rule contributes; `None` where there is no such value to expect.
pub(super) fn neutral(outcome: &Outcome) -> Option<&Value> {
    match &outcome.source {
        OutcomeSource::Built { neutral, .. } => neutral.as_ref(),
        OutcomeSource::Defined(_) => None,
    }
}

/// Why a case has another status than somebody expected.
fn reasons(decision: &Decision) -> Vec<String> {
    let problems = decision.problems().iter().map(ToString::to_string);
    let needs = decision.needs().iter().map(|path| format!("`{path}` is missing"));
    problems.chain(needs).collect()
}
