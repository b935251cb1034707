//! The problems of one case: sorted, without repeats, and no more than people or memory can bear.

use std::collections::BTreeMap;

use crate::decision::{Problem, ProblemCode};
use crate::diagnostic::did_you_mean;
use crate::types::{Field, MemberDef, Presence};

/// What to look for a near name among.
#[derive(Clone, Debug)]
pub(super) enum Near<'s> {
    Field(String, &'s [Field]),
    Member(String, &'s [MemberDef]),
}

/// Edit distance takes the product of both lengths, and no declared name is longer than this.
const SUGGESTED_BYTES: usize = 200;

impl<'s> Near<'s> {
    pub(super) fn field(wrong: &str, fields: &'s [Field]) -> Option<Self> {
        (wrong.len() <= SUGGESTED_BYTES).then(|| Self::Field(wrong.to_owned(), fields))
    }

    pub(super) fn member(wrong: &str, members: &'s [MemberDef]) -> Option<Self> {
        (wrong.len() <= SUGGESTED_BYTES).then(|| Self::Member(wrong.to_owned(), members))
    }
}

/// Keeps the first problems in path order, whatever the order they are found in.
pub(super) struct Problems<'s> {
    kept: BTreeMap<Problem, Option<Near<'s>>>,
    limit: usize,
    more: bool,
}

impl<'s> Problems<'s> {
    pub(super) fn new(limit: usize) -> Self {
        Self { kept: BTreeMap::new(), limit, more: false }
    }

    pub(super) fn push(&mut self, problem: Problem, near: Option<Near<'s>>) {
        self.kept.insert(problem, near);
        if self.kept.len() > self.limit.max(1) {
            self.kept.pop_last();
            self.more = true;
        }
    }

    /// Suggestions are made here, for the problems that are kept: a hostile case may hold a million unknown fields.
    pub(super) fn finish(self) -> Vec<Problem> {
        let mut problems: Vec<Problem> = self
            .kept
            .into_iter()
            .map(|(mut problem, near)| {
                if let Some(name) = near.as_ref().and_then(suggest) {
                    problem.message.push_str(&format!("; did you mean `{name}`?"));
                }
                problem
            })
            .collect();
        if self.more {
            let message = format!("more than {} problems; only the first are shown", self.limit);
            problems.push(without_path(ProblemCode::TooLarge, message));
        }
        problems.sort();
        problems.dedup();
        problems
    }
}

/// A problem of the whole case.
pub(super) fn without_path(code: ProblemCode, message: impl Into<String>) -> Problem {
    Problem { path: None, code, message: message.into(), at: None, cites: Vec::new() }
}

fn suggest<'s>(near: &Near<'s>) -> Option<&'s str> {
    match near {
        Near::Field(wrong, fields) => {
            did_you_mean(wrong, fields.iter().filter(|field| on_wire(field)).map(|field| &*field.wire))
        }
        Near::Member(wrong, members) => did_you_mean(wrong, members.iter().map(|member| &*member.wire)),
    }
}

/// Derived fields cannot be given.
pub(super) fn on_wire(field: &Field) -> bool {
    match field.presence {
        Presence::Needed | Presence::NeededWhen(_) | Presence::Default(_) => true,
        Presence::FirstOf(_) => false,
    }
}
