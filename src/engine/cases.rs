//! Files of cases, one decision at a time.

use std::collections::BTreeSet;
use std::fmt;
use std::io::Read;

use super::{Error, Policy};
use crate::decision::Decision;
use crate::eval::Machine;
use crate::facts::csv::{ListFile, OpenError, Reader, Undeclared};
use crate::facts::json;

/// How a file holds its cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum CaseFormat {
    /// One JSON object, or one array of objects.
    Json,
    /// One JSON object a line; blank lines are skipped.
    JsonLines,
    /// One case a row. The header names facts by their paths: `goods_value`, `site.district`.
    Csv,
}

/// How to read a file of cases.
#[must_use]
pub struct CaseOptions<'r> {
    format: CaseFormat,
    undeclared: Undeclared,
    lists: Vec<(String, Box<dyn Read + 'r>, String)>,
}

impl<'r> CaseOptions<'r> {
    /// Refuses columns that the policy does not declare.
    pub fn new(format: CaseFormat) -> Self {
        Self { format, undeclared: Undeclared::Refuse, lists: Vec::new() }
    }

    /// Passes over these columns of CSV files, also if the policy declares them. A column of a list file is named
    /// `violations.column`.
    pub fn ignore<N: Into<String>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        let more = columns.into_iter().map(Into::into);
        match &mut self.undeclared {
            Undeclared::Ignore(names) => names.extend(more),
            Undeclared::Refuse => self.undeclared = Undeclared::Ignore(more.collect::<BTreeSet<_>>()),
            Undeclared::IgnoreAll => {}
        }
        self
    }

    /// Passes over every column of CSV files that the policy does not declare.
    pub fn ignore_undeclared(mut self) -> Self {
        self.undeclared = Undeclared::IgnoreAll;
        self
    }

    /// Fills the list `fact` of each CSV case from a second CSV file: those of its rows that have the same text in the
    /// column `key` as the case.
    pub fn list(mut self, fact: &str, reader: impl Read + 'r, key: &str) -> Self {
        self.lists.push((fact.to_owned(), Box::new(reader), key.to_owned()));
        self
    }
}

impl fmt::Debug for CaseOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CaseOptions").field("format", &self.format).finish_non_exhaustive()
    }
}

/// A case of a file, decided.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Case {
    /// The number of the case in its file, from 0.
    pub index: u64,
    /// The line on which it begins, from 1.
    pub line: u64,
    /// The answer.
    pub decision: Decision,
}

impl Case {
    /// [`Decision::to_json`] with the number of the case.
    #[must_use]
    pub fn to_json(&self) -> String {
        self.decision.to_json(self.index)
    }
}

/// Decides the cases of a file as it is asked for them. An error of the reader ends it.
pub struct Cases<'p, R> {
    policy: &'p Policy,
    machine: Option<Machine>,
    source: Source<'p, R>,
    next: u64,
    broken: bool,
}

enum Source<'p, R> {
    Json(json::Cases<R>),
    Csv(Reader<'p, R>),
}

impl<'p, R: Read> Cases<'p, R> {
    pub(super) fn open(policy: &'p Policy, reader: R, options: CaseOptions<'_>) -> Result<Self, Error> {
        let checked = &*policy.checked;
        let CaseOptions { format, undeclared, lists } = options;
        let json = |reader, shape| Source::Json(json::Cases::new(reader, shape, &checked.limits));
        let source = match format {
            CaseFormat::Json => json(reader, json::Shape::Document),
            CaseFormat::JsonLines => json(reader, json::Shape::Lines),
            CaseFormat::Csv => {
                let mut loaded = Vec::new();
                for (fact, reader, key) in lists {
                    let list =
                        ListFile::load(&checked.schema, &fact, reader, &key, &undeclared, &checked.limits);
                    loaded.push(list.map_err(|error| unreadable(format!("the list `{fact}`"), error))?);
                }
                let reader = Reader::open(&checked.schema, reader, &undeclared, loaded, &checked.limits);
                Source::Csv(reader.map_err(|error| unreadable("the file of cases".to_owned(), error))?)
            }
        };
        let machine = policy.compiled.as_ref().map(Machine::new);
        Ok(Self { policy, machine, source, next: 0, broken: false })
    }

    /// Keys of list files that no case so far has had, with the name of their list: after the last case, rows that
    /// belong to no case.
    pub fn unclaimed(&self) -> Vec<(&str, &str)> {
        match &self.source {
            Source::Json(_) => Vec::new(),
            Source::Csv(reader) => reader
                .columns()
                .lists()
                .flat_map(|list| list.unclaimed_keys().map(move |key| (list.path(), key)))
                .collect(),
        }
    }
}

fn unreadable(of: String, error: OpenError) -> Error {
    match error {
        OpenError::Io(error) => Error::io(of, error),
        OpenError::Refused(problems) => Error::cases(of, problems),
    }
}

impl<R: Read> Iterator for Cases<'_, R> {
    type Item = Result<Case, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.broken {
            return None;
        }
        let checked = &*self.policy.checked;
        let read = match &mut self.source {
            Source::Json(cases) => {
                cases.next()?.map(|raw| (raw.line(), raw.bind(&checked.schema, &checked.limits)))
            }
            Source::Csv(reader) => reader.next()?.map(|case| (case.line, case.bound)),
        };
        Some(match read {
            Ok((line, bound)) => {
                let index = self.next;
                self.next = self.next.saturating_add(1);
                Ok(Case { index, line, decision: self.policy.decide_in(&mut self.machine, bound) })
            }
            Err(error) => {
                self.broken = true;
                Err(Error::io("the file of cases", error))
            }
        })
    }
}

impl<R> fmt::Debug for Cases<'_, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Cases").field("next", &self.next).finish_non_exhaustive()
    }
}
