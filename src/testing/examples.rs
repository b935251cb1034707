//! The `example` blocks of a policy. Their facts go through the same door as those of any case.

use super::expected::{Expected, neutral};
use super::words::written;
use super::{Rewrite, TestResult, Tests};
use crate::decision::{Decision, Status};
use crate::facts;
use crate::hir::{Example, Expect, OutcomeId};
use crate::value::Value;

/// The columns that an `expect` is wrapped to.
const WIDTH: usize = 100;

impl Tests<'_> {
    pub(super) fn run_example(&mut self, example: &Example) {
        let facts = facts::to_json(self.schema, &example.given);
        let traced = self.decide(facts.as_bytes());
        let status = |status| Expected { status: Some(status), ..Expected::default() };
        let expected = match &example.expect {
            Expect::Outcomes(outcomes) => {
                Expected { outcomes: Some(outcomes.clone()), ..Expected::default() }
            }
            Expect::Missing(paths) => {
                let needs = Some(paths.iter().map(|path| path.to_string()).collect());
                Expected { needs, ..status(Status::Undetermined) }
            }
            Expect::Refused => status(Status::Refused),
            Expect::Failed => status(Status::Failed),
        };
        let differences = self.differences(&traced, &expected);
        if !differences.is_empty() {
            self.rewrites.push(Rewrite {
                file: self.sources.name(example.expect_span.file).to_owned(),
                start: example.expect_span.start as usize,
                end: example.expect_span.end as usize,
                text: self.expect_clause(example, &traced.decision),
            });
        }
        self.results.push(TestResult {
            name: example.text.to_string(),
            file: self.sources.name(example.span.file).to_owned(),
            line: self.sources.position(example.span).line as u64,
            differences,
        });
    }

    /// The `expect` that would hold. The outcomes that the author listed stay listed.
    fn expect_clause(&self, example: &Example, decision: &Decision) -> String {
        match decision.status() {
            Status::Refused => return "expect refused".to_owned(),
            Status::Failed => return "expect failed".to_owned(),
            Status::Undetermined => return format!("expect missing {}", decision.needs().join(", ")),
            Status::Decided => {}
        }
        let listed: Vec<OutcomeId> = match &example.expect {
            Expect::Outcomes(outcomes) => outcomes.iter().map(|(id, _)| *id).collect(),
            Expect::Missing(_) | Expect::Refused | Expect::Failed => Vec::new(),
        };
        let shown = |id: &OutcomeId| {
            let (_, outcome, value) = self.outcomes(decision).find(|(of, ..)| of == id)?;
            Some(format!("{}: {}", outcome.name, written(self.schema, &outcome.ty, value)))
        };
        let unlisted = self.outcomes(decision).filter(|(id, outcome, value)| {
            let stands_out = neutral(outcome).is_some_and(|neutral| neutral != *value);
            // With nothing listed, what is defined is all there is to expect.
            let defined = listed.is_empty() && neutral(outcome).is_none() && **value != Value::Nothing;
            !listed.contains(id) && (stands_out || defined)
        });
        let unlisted: Vec<OutcomeId> = unlisted.map(|(id, ..)| id).collect();
        let entries = listed.iter().chain(&unlisted).filter_map(shown);
        wrapped(entries)
    }
}

fn wrapped(entries: impl Iterator<Item = String>) -> String {
    const INDENT: &str = "         ";
    let mut text = "expect ".to_owned();
    let mut column = INDENT.len();
    for (place, entry) in entries.enumerate() {
        let width = entry.chars().count() + 2;
        if place > 0 {
            text.push(',');
            if column + width > WIDTH {
                text.push('\n');
                text.push_str(INDENT);
                column = INDENT.len();
            } else {
                text.push(' ');
            }
        }
        text.push_str(&entry);
        column += width;
    }
    text
}
