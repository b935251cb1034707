//! Rows of a CSV file become cases: a header cell is a fact's path in wire names, an empty cell an absent fact.
//! Lists come from a second file, joined by a key ([`ListFile`]). The main file is streamed, list files are held.
//! Quoting is the `csv` crate's business; what a cell means is the leaf binder's.

mod columns;
mod lists;
mod rows;

use std::collections::BTreeSet;
use std::io::{self, Read};

use crate::decision::{Problem, ProblemCode};
use crate::types::Schema;

use super::binder::{Binder, Fault, absent};
use super::{Bound, Case, Limits};

use columns::{Joins, Plan, plan};
use rows::Rows;

pub(crate) use lists::ListFile;
pub(crate) use rows::Row;

/// What becomes of columns that the policy does not declare.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Undeclared {
    /// They refuse the file.
    #[default]
    Refuse,
    /// These are passed over, declared or not; a column of a list file is named `violations.column`.
    Ignore(BTreeSet<String>),
    /// All are passed over.
    IgnoreAll,
}

/// Why a file gives no cases at all.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OpenError {
    #[error(transparent)]
    Io(#[from] io::Error),
    /// The header, or the key of a list file, is wrong. Sorted.
    #[error("the file is refused")]
    Refused(Vec<Problem>),
}

/// A CSV file with one case a row.
pub(crate) struct Reader<'s, R> {
    columns: Columns<'s>,
    rows: Rows<R>,
}

impl<'s, R: Read> Reader<'s, R> {
    /// Reads the header.
    pub(crate) fn open(
        schema: &'s Schema,
        reader: R,
        undeclared: &Undeclared,
        lists: Vec<ListFile<'s>>,
        limits: &'s Limits,
    ) -> Result<Self, OpenError> {
        let mut binder = Binder::new(schema, limits);
        let (rows, header) = Rows::open(reader, limits, &mut binder)?;
        let joins = Joins {
            fields: lists.iter().map(ListFile::field).collect(),
            names: lists.iter().map(ListFile::path).collect(),
            keys: lists.iter().map(ListFile::key).collect(),
        };
        let fields = &schema.facts.fields;
        let plan = plan(&mut binder, fields, &header, &joins, |name| match undeclared {
            Undeclared::Refuse => columns::Wanted::Declared,
            Undeclared::Ignore(names) if names.contains(name) => columns::Wanted::No,
            Undeclared::Ignore(_) => columns::Wanted::Declared,
            Undeclared::IgnoreAll => columns::Wanted::IfDeclared,
        });
        let mut keys = Vec::new();
        for list in &lists {
            match header.iter().position(|name| name == list.key()) {
                Some(column) => keys.push(column),
                None => {
                    let message =
                        format!("the key column of the list `{}` is not in the header", list.path());
                    binder.report_below(list.key(), Fault::new(ProblemCode::NotCsv, message));
                }
            }
        }
        let problems = binder.finish(Vec::new()).problems;
        if !problems.is_empty() {
            return Err(OpenError::Refused(problems));
        }
        let lists = lists.into_iter().zip(keys).collect();
        Ok(Self { columns: Columns { schema, limits, plan, lists }, rows })
    }

    /// The next row, unread: so that rows can be bound on other threads. Fails only when the file cannot be read.
    pub(crate) fn read_row(&mut self) -> io::Result<Option<Row>> {
        self.rows.read()
    }

    /// What turns rows into cases.
    pub(crate) fn columns(&self) -> &Columns<'s> {
        &self.columns
    }
}

impl<R: Read> Iterator for Reader<'_, R> {
    type Item = io::Result<Case>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = self.read_row().transpose()?;
        Some(row.map(|row| Case { line: row.line(), bound: self.columns.bind(&row) }))
    }
}

/// What the header says about each column.
pub(crate) struct Columns<'s> {
    schema: &'s Schema,
    limits: &'s Limits,
    plan: Vec<Plan>,
    /// With the column of the main file that holds the key.
    lists: Vec<(ListFile<'s>, usize)>,
}

impl<'s> Columns<'s> {
    pub(crate) fn bind(&self, row: &Row) -> Bound {
        let mut binder = Binder::new(self.schema, self.limits);
        let values = match row.fault() {
            Some((code, message)) => {
                binder.report_case(code, message);
                absent(self.schema)
            }
            None => columns::record(&mut binder, &self.schema.facts.fields, &self.plan, row, &self.lists).0,
        };
        binder.finish(values)
    }

    /// The list files, for their keys that no case has had.
    pub(crate) fn lists(&self) -> impl Iterator<Item = &ListFile<'s>> {
        self.lists.iter().map(|(list, _)| list)
    }
}
