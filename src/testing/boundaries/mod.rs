//! Cases at the boundaries of a policy: just below, at and just above what it compares facts with, on every row, for every
//! member, with and without every fact that may be absent. In comes a typed policy; out come well-formed cases and what
//! they go through. Nothing is proved here: what is not found may exist.

mod choose;
mod explore;
mod features;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::sync::Arc;

use self::explore::Explorer;
use super::coverage::Coverage;
use super::points::wanted;
use crate::decision::{Decision, Status};
use crate::facts;
use crate::hir::Policy;
use crate::limits::Limits;
use crate::source::Sources;
use crate::types::Schema;

/// Evaluations of one search: some seconds for a policy of thirty facts, a fraction of one for a small policy.
const BUDGET: usize = 40_000;

/// How to look for cases: [`Policy::boundary_cases`](crate::Policy::boundary_cases).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct BoundaryOptions {
    seed: u64,
    at_most: Option<usize>,
    refused: bool,
}

impl BoundaryOptions {
    /// As many cases as show something new; seed 0.
    pub fn new() -> Self {
        Self { seed: 0, at_most: None, refused: false }
    }

    /// Another seed finds other cases where a search at random is needed. The same seed finds the same cases.
    pub fn seed(mut self, seed: u64) -> Self {
        self.seed = seed;
        self
    }

    /// No more cases than this: those that show most.
    pub fn at_most(mut self, cases: usize) -> Self {
        self.at_most = Some(cases);
        self
    }

    /// Also cases that a `must hold` refuses: one for each way in which facts may contradict each other.
    pub fn with_refused(mut self) -> Self {
        self.refused = true;
        self
    }
}

impl Default for BoundaryOptions {
    fn default() -> Self {
        Self::new()
    }
}

/// Cases at the boundaries of a policy, the simplest ones first.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BoundaryCases {
    /// The cases.
    pub cases: Vec<BoundaryCase>,
    /// What they go through together.
    pub coverage: Coverage,
}

/// A case that was found, with its decision.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BoundaryCase {
    /// The facts: a JSON object on one line.
    pub facts: String,
    /// The decision on it: decided, undetermined for want of unknown facts, or failed; refused only where
    /// [`BoundaryOptions::with_refused`] asks for it.
    pub decision: Decision,
}

impl BoundaryCase {
    /// The case as a line of a test file, expecting what is decided now:
    /// `{"facts": {..}, "expect": {"outcomes": {..}}}`.
    #[must_use]
    pub fn to_test(&self) -> String {
        let decision = &self.decision;
        let mut expect = serde_json::Map::new();
        if decision.status() != Status::Decided {
            expect.insert("status".to_owned(), decision.status().as_str().into());
        }
        if decision.status() == Status::Undetermined {
            expect.insert("needs".to_owned(), decision.needs().into());
        }
        if matches!(decision.status(), Status::Decided | Status::Undetermined) {
            let settled = decision
                .settled()
                .filter_map(|(name, value)| Some((name.to_owned(), serde_json::to_value(value).ok()?)));
            expect.insert("outcomes".to_owned(), serde_json::Value::Object(settled.collect()));
        }
        format!(r#"{{"facts":{},"expect":{}}}"#, self.facts, serde_json::Value::Object(expect))
    }
}

pub(crate) fn boundary_cases(
    policy: &Policy,
    schema: &Arc<Schema>,
    sources: &Sources,
    limits: &Limits,
    options: BoundaryOptions,
) -> BoundaryCases {
    let mut coverage = Coverage::new(policy, schema, sources);
    let points: BTreeSet<_> = wanted(policy, schema).into_iter().map(|wanted| wanted.point).collect();
    let mut explorer = Explorer::new(policy, schema, points, options, BUDGET, limits.steps);
    explorer.explore();
    let mut cases = Vec::new();
    for found in choose::choose(explorer.found, options.at_most) {
        coverage.add(&found.points.iter().map(|point| (*point, 1)).collect());
        cases.push(BoundaryCase { facts: facts::to_json(schema, &found.facts), decision: found.decision });
    }
    cases.sort_by(|left, right| (left.facts.len(), &left.facts).cmp(&(right.facts.len(), &right.facts)));
    BoundaryCases { cases, coverage }
}
