//! A list of every case in one file of its own: its rows belong to the case whose key cell has the same text.

use std::collections::BTreeMap;
use std::io::Read;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::decision::ProblemCode;
use crate::facts::Limits;
use crate::facts::binder::{Binder, Fault, Slot, Step};
use crate::facts::containers::Items;
use crate::types::{Field, Schema, Type};
use crate::value::Value;

use super::columns::{self, Joins, Plan, Wanted, fields_of, resolve};
use super::rows::{Row, Rows};
use super::{OpenError, Undeclared};

/// The rows of a list file, grouped by key and not yet bound.
#[derive(Debug)]
pub(crate) struct ListFile<'s> {
    path: String,
    field: Vec<usize>,
    key: String,
    item: Item<'s>,
    groups: BTreeMap<String, Group>,
}

#[derive(Debug)]
enum Item<'s> {
    /// One column a field.
    Record(&'s [Field], Vec<Plan>),
    /// A column named like the list.
    Scalar(usize),
}

#[derive(Debug, Default)]
struct Group {
    rows: Vec<Row>,
    claimed: AtomicBool,
}

impl<'s> ListFile<'s> {
    /// Reads a file whose rows are the items of the list or set fact at `path` (wire names), by the key in `key`.
    pub(crate) fn load<R: Read>(
        schema: &'s Schema,
        path: &str,
        reader: R,
        key: &str,
        undeclared: &Undeclared,
        limits: &'s Limits,
    ) -> Result<Self, OpenError> {
        let mut binder = Binder::new(schema, limits);
        let refused = |binder: Binder<'s>| Err(OpenError::Refused(binder.finish(Vec::new()).problems));
        let (field, list) = match resolve(schema, &schema.facts.fields, path) {
            Ok(found) => found,
            Err(fault) => {
                binder.report_below(path, fault);
                return refused(binder);
            }
        };
        let (Type::List(of) | Type::Set(of)) = &list.ty else {
            let message = format!("expected a list, found a fact of type {}", schema.describe(&list.ty));
            binder.report_below(path, Fault::new(ProblemCode::WrongType, message));
            return refused(binder);
        };
        let (mut rows, header) = Rows::open(reader, limits, &mut binder)?;
        binder.enter(Step::Field(&list.wire));
        let item = item(&mut binder, of, list, path, &header, key, undeclared);
        let groups = match header.iter().position(|name| name == key) {
            Some(column) => groups(&mut binder, &mut rows, column, key)?,
            None => {
                let message = format!("the key column `{key}` is not in the header");
                binder.report(Fault::new(ProblemCode::NotCsv, message));
                BTreeMap::new()
            }
        };
        binder.leave();
        let problems = binder.finish(Vec::new()).problems;
        if !problems.is_empty() {
            return Err(OpenError::Refused(problems));
        }
        Ok(Self { path: path.to_owned(), field, key: key.to_owned(), item, groups })
    }

    /// The fact that the file fills.
    pub(crate) fn path(&self) -> &str {
        &self.path
    }

    /// The key column, here and in the main file.
    pub(crate) fn key(&self) -> &str {
        &self.key
    }

    /// Keys that no case has had so far: their rows went nowhere.
    pub(crate) fn unclaimed_keys(&self) -> impl Iterator<Item = &str> {
        let unclaimed = self.groups.iter().filter(|(_, group)| !group.claimed.load(Ordering::Relaxed));
        unclaimed.map(|(key, _)| key.as_str())
    }

    /// The field that the file fills, by places from the facts inward.
    pub(super) fn field(&self) -> &[usize] {
        &self.field
    }

    /// The list of the case in this row of the main file.
    pub(super) fn of_row(&self, binder: &mut Binder<'s>, slot: Slot<'s>, row: &Row, column: usize) -> Value {
        match row.cell(column) {
            Ok("") => {
                let message = format!("record {} has no `{}` to find its rows by", row.number(), self.key);
                binder.report(Fault::new(ProblemCode::NotCsv, message));
                Value::Absent
            }
            Ok(key) => self.of_key(binder, slot, key),
            Err(fault) => binder.settle(Err(fault)),
        }
    }

    fn of_key(&self, binder: &mut Binder<'s>, slot: Slot<'s>, key: &str) -> Value {
        let Some(mut items) = Items::new(slot, binder.limits.list_items) else { return Value::Absent };
        let group = self.groups.get(key);
        if let Some(group) = group {
            group.claimed.store(true, Ordering::Relaxed);
        }
        for row in group.map(|group| group.rows.as_slice()).unwrap_or_default() {
            let Some(slot) = items.enter(binder) else { continue };
            let value = self.item(binder, slot, row);
            items.leave(binder, value);
        }
        items.finish(binder)
    }

    fn item(&self, binder: &mut Binder<'s>, slot: Slot<'s>, row: &Row) -> Value {
        if let Some((code, message)) = row.fault() {
            return binder.settle(Err(Fault::new(code, message)));
        }
        match &self.item {
            Item::Record(fields, plan) => {
                // The row is there, so the item is, though all its cells be empty.
                let (values, _) = columns::record(binder, fields, plan, row, &[]);
                Value::Record(values.into())
            }
            Item::Scalar(column) => columns::cell(binder, slot, row, *column).unwrap_or_else(|| {
                let message = format!("record {} has an empty cell", row.number());
                binder.settle(Err(Fault::new(ProblemCode::NotCsv, message)))
            }),
        }
    }
}

/// How rows become items.
fn item<'s>(
    binder: &mut Binder<'s>,
    of: &'s Type,
    list: &'s Field,
    path: &str,
    header: &[String],
    key: &str,
    undeclared: &Undeclared,
) -> Item<'s> {
    let wanted = |name: &str| match undeclared {
        Undeclared::Ignore(names) if names.contains(&format!("{path}.{name}")) => Wanted::No,
        Undeclared::Refuse | Undeclared::Ignore(_) => Wanted::Declared,
        Undeclared::IgnoreAll => Wanted::IfDeclared,
    };
    let joins = Joins { keys: vec![key], ..Joins::default() };
    if let Type::Record(_) = of {
        let fields = fields_of(binder.schema, of);
        return Item::Record(fields, columns::plan(binder, fields, header, &joins, wanted));
    }
    if let Some(fault) = columns::no_cell(binder.schema, of, path) {
        binder.report(fault);
    }
    let mut place = None;
    for (column, name) in header.iter().enumerate() {
        if **name == *list.wire && !matches!(wanted(name), Wanted::No) {
            if place.replace(column).is_some() {
                binder.report(Fault::new(ProblemCode::NotCsv, "two columns of this name"));
            }
        } else if name != key && matches!(wanted(name), Wanted::Declared) {
            let message =
                format!("the items stand in the column `{}`, and there is nothing else to give", list.wire);
            binder.report_below(name, Fault::new(ProblemCode::UnknownField, message));
        }
    }
    if place.is_none() {
        let message = format!("the header has no column `{}` for the items", list.wire);
        binder.report(Fault::new(ProblemCode::NotCsv, message));
    }
    Item::Scalar(place.unwrap_or_default())
}

/// Every row under its key.
fn groups<R: Read>(
    binder: &mut Binder<'_>,
    rows: &mut Rows<R>,
    column: usize,
    key: &str,
) -> Result<BTreeMap<String, Group>, OpenError> {
    let mut groups: BTreeMap<String, Group> = BTreeMap::new();
    while let Some(row) = rows.read()? {
        match row.cell(column) {
            Ok("") => {
                // A row without a key may be one that is too large: that is the better thing to say.
                let (code, message) =
                    row.fault().filter(|(code, _)| *code == ProblemCode::TooLarge).unwrap_or_else(|| {
                        (ProblemCode::NotCsv, format!("record {} has no `{key}`", row.number()))
                    });
                binder.report(Fault::new(code, message));
            }
            Ok(text) => groups.entry(text.to_owned()).or_default().rows.push(row),
            Err(fault) => binder.report(fault),
        }
    }
    Ok(groups)
}
