//! The header against the schema, once per file; then rows by that plan.

use std::collections::BTreeSet;

use crate::decision::ProblemCode;
use crate::facts::binder::{Binder, Fault, Slot, Step};
use crate::facts::containers::unknown_field;
use crate::facts::found::Found;
use crate::facts::leaf;
use crate::facts::problems::on_wire;
use crate::facts::show::shown;
use crate::types::{Field, Schema, Type};
use crate::value::Value;

use super::ListFile;
use super::rows::Row;

/// Where the value of a field comes from.
#[derive(Clone, Debug)]
pub(super) enum Plan {
    /// From nowhere: absent in every row.
    Nowhere,
    /// This column.
    Cell(usize),
    Record(Vec<Plan>),
    /// This list file.
    List(usize),
}

/// Whether a column is to be read.
pub(super) enum Wanted {
    No,
    IfDeclared,
    /// And refused if it is not declared.
    Declared,
}

/// What list files fill, and by which columns.
#[derive(Default)]
pub(super) struct Joins<'l> {
    /// Places of fields, from the facts inward.
    pub(super) fields: Vec<&'l [usize]>,
    /// Their paths.
    pub(super) names: Vec<&'l str>,
    /// These columns may stand in the header undeclared.
    pub(super) keys: Vec<&'l str>,
}

/// The plan for a header; every column that does not fit is reported.
pub(super) fn plan<'s>(
    binder: &mut Binder<'s>,
    fields: &'s [Field],
    header: &[String],
    joins: &Joins<'_>,
    wanted: impl Fn(&str) -> Wanted,
) -> Vec<Plan> {
    let schema = binder.schema;
    let mut plan = vec![Plan::Nowhere; fields.len()];
    for (index, field) in joins.fields.iter().enumerate() {
        if !put(schema, fields, &mut plan, field, Plan::List(index)) {
            let name = joins.names.get(index).copied().unwrap_or_default();
            binder.report_below(name, Fault::new(ProblemCode::NotCsv, "two files for one list"));
        }
    }
    let mut seen = BTreeSet::new();
    for (column, name) in header.iter().enumerate() {
        let is_key = joins.keys.iter().any(|key| *key == name);
        let wanted = match wanted(name) {
            Wanted::Declared if is_key => Wanted::IfDeclared,
            wanted @ (Wanted::No | Wanted::IfDeclared | Wanted::Declared) => wanted,
        };
        let found = match wanted {
            Wanted::No => None,
            Wanted::IfDeclared => resolve(schema, fields, name).ok(),
            Wanted::Declared => match resolve(schema, fields, name) {
                Ok(found) => Some(found),
                Err(_) if name.is_empty() => {
                    let message = format!("column {} has no name", column + 1);
                    binder.report_case(ProblemCode::NotCsv, message);
                    None
                }
                Err(fault) => {
                    binder.report_below(name, fault);
                    None
                }
            },
        };
        if (is_key || found.is_some()) && !seen.insert(name) {
            binder.report_below(name, Fault::new(ProblemCode::NotCsv, "two columns of this name"));
            continue;
        }
        let Some((path, field)) = found else { continue };
        if let Some(fault) = no_cell(schema, &field.ty, name) {
            binder.report_below(name, fault);
        } else if !put(schema, fields, &mut plan, &path, Plan::Cell(column)) {
            binder
                .report_below(name, Fault::new(ProblemCode::NotCsv, "a column and a list file for one fact"));
        }
    }
    plan
}

/// The field at a path in wire names. A wire name may hold dots itself, so whole names are tried first.
pub(super) fn resolve<'s>(
    schema: &'s Schema,
    fields: &'s [Field],
    name: &str,
) -> Result<(Vec<usize>, &'s Field), Fault<'s>> {
    if let Some((index, field)) =
        fields.iter().enumerate().find(|(_, field)| *field.wire == *name && on_wire(field))
    {
        return Ok((vec![index], field));
    }
    for (index, field) in fields.iter().enumerate() {
        let rest = name.strip_prefix(&*field.wire).and_then(|rest| rest.strip_prefix('.'));
        let (Some(rest), Type::Record(_)) = (rest, &field.ty) else { continue };
        let (inner, field) = resolve(schema, fields_of(schema, &field.ty), rest)?;
        return Ok((std::iter::once(index).chain(inner).collect(), field));
    }
    Err(unknown_field(fields, name))
}

/// Why a type cannot stand in a cell.
pub(super) fn no_cell<'s>(schema: &Schema, ty: &Type, name: &str) -> Option<Fault<'s>> {
    let message = match ty {
        Type::Set(_) | Type::List(_) => format!(
            "a {} cannot stand in a cell; give it as a file of its own: `--list {}=FILE:KEY`",
            schema.describe(ty),
            shown(name)
        ),
        Type::Record(_) => format!(
            "the fields of a `{}` stand in columns of their own, `{}.FIELD`",
            schema.describe(ty),
            shown(name)
        ),
        Type::Range(_) | Type::Duty(_) => format!("a {} cannot stand in a cell", schema.describe(ty)),
        Type::Bool
        | Type::Integer
        | Type::Number
        | Type::Quantity(_)
        | Type::Date
        | Type::Days
        | Type::WorkingDays
        | Type::Months
        | Type::Text
        | Type::Enum(_)
        | Type::Invalid => return None,
    };
    Some(Fault::new(ProblemCode::WrongType, message))
}

/// False if something stands there already.
fn put(schema: &Schema, fields: &[Field], plan: &mut [Plan], path: &[usize], source: Plan) -> bool {
    let Some((first, rest)) = path.split_first() else { return false };
    let (Some(place), Some(field)) = (plan.get_mut(*first), fields.get(*first)) else { return false };
    if rest.is_empty() {
        let free = matches!(place, Plan::Nowhere);
        if free {
            *place = source;
        }
        return free;
    }
    let inner_fields = fields_of(schema, &field.ty);
    if matches!(place, Plan::Nowhere) {
        *place = Plan::Record(vec![Plan::Nowhere; inner_fields.len()]);
    }
    let Plan::Record(inner) = place else { return false };
    put(schema, inner_fields, inner, rest, source)
}

/// The fields of a record, and whether the row has anything for them.
pub(super) fn record<'s>(
    binder: &mut Binder<'s>,
    fields: &'s [Field],
    plan: &[Plan],
    row: &Row,
    lists: &[(ListFile<'s>, usize)],
) -> (Vec<Value>, bool) {
    let mut values = Vec::with_capacity(fields.len());
    let mut given = false;
    for (field, plan) in fields.iter().zip(plan) {
        binder.enter(Step::Field(&field.wire));
        let (value, here) = match plan {
            Plan::Nowhere => (Value::Absent, false),
            Plan::Cell(column) => match cell(binder, Slot::of(field), row, *column) {
                Some(value) => (value, true),
                None => (Value::Absent, false),
            },
            Plan::Record(plan) => match record(binder, fields_of(binder.schema, &field.ty), plan, row, lists)
            {
                (values, true) => (Value::Record(values.into()), true),
                (_, false) => (Value::Absent, false),
            },
            Plan::List(index) => match lists.get(*index) {
                Some((list, column)) => {
                    let value = list.of_row(binder, Slot::of(field), row, *column);
                    let empty = matches!(&value, Value::List(items) | Value::Set(items) if items.is_empty());
                    (value, !empty)
                }
                None => (Value::Absent, false),
            },
        };
        binder.leave();
        given |= here;
        values.push(value);
    }
    (values, given)
}

/// The fields of a record type; none of another type.
pub(super) fn fields_of<'s>(schema: &'s Schema, ty: &Type) -> &'s [Field] {
    let Type::Record(id) = ty else { return &[] };
    schema.record(*id).map(|record| record.fields.as_slice()).unwrap_or_default()
}

/// The value of a cell; `None` if it is empty.
pub(super) fn cell<'s>(binder: &mut Binder<'s>, slot: Slot<'s>, row: &Row, column: usize) -> Option<Value> {
    let result = match row.cell(column) {
        Ok("") => return None,
        Ok(text) => leaf::bind(binder.schema, binder.limits, &slot, Found::Cell(text)),
        Err(fault) => Err(fault),
    };
    Some(binder.settle(result))
}
