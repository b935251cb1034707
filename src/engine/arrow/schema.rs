//! Facts and outcomes as Arrow types: what a policy's columns look like, and which columns of a host fit it.

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_schema::{DataType, Field, Fields, Schema, SchemaRef};

use super::BatchOptions;
use crate::decision::{Problem, ProblemCode};
use crate::diagnostic::did_you_mean;
use crate::engine::{Error, FactKey, Policy};
use crate::facts::shown;
use crate::types::{self, Presence, Type};

/// Decimals of a column of decimals: with these every number of the engine, which has at most 28 digits, fits in 38.
pub(super) const MOST_DECIMALS: u32 = 10;
const DIGITS: u8 = 38;

/// Decimals of a fact that declares none.
const DECIMALS: u32 = 4;

/// What a decision has beside its outcomes, with the names of the columns where no outcome has that name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Beside {
    Case,
    Status,
    Needs,
    Fired,
    Overridden,
    Decision,
}

impl Beside {
    fn name(self) -> &'static str {
        match self {
            Self::Case => "case",
            Self::Status => "status",
            Self::Needs => "needs",
            Self::Fired => "fired",
            Self::Overridden => "overridden",
            Self::Decision => "decision",
        }
    }
}

/// The column of a fact: where it stands in a batch.
#[derive(Clone, Copy, Debug)]
pub(super) struct Wanted {
    pub(super) fact: FactKey,
    pub(super) column: usize,
}

/// The schema that [`Policy::facts_arrow_schema`] gives.
pub(super) fn of_facts(policy: &Policy) -> SchemaRef {
    let schema = &*policy.checked.schema;
    let fields = schema.facts.fields.iter().filter(|field| is_given(field));
    let fields = fields.map(|field| Field::new(&*field.wire, fact(schema, field), true));
    Arc::new(Schema::new(fields.collect::<Fields>()))
}

/// The schema that [`Policy::decision_arrow_schema`] gives.
pub(super) fn of_decisions(policy: &Policy) -> SchemaRef {
    let outcomes = outcomes(policy);
    let names: BTreeSet<String> = outcomes.iter().map(|(_, def, _)| def.wire.to_lowercase()).collect();
    let field = |beside: Beside| {
        let mut name = beside.name().to_owned();
        // Some readers do not tell upper case from lower case.
        while names.contains(&name) {
            name.insert(0, '_');
        }
        let (ty, may_be_null) = match beside {
            Beside::Case => (DataType::Int64, false),
            Beside::Status => (member_column(), false),
            Beside::Needs | Beside::Fired => (texts(), false),
            Beside::Overridden => (DataType::List(Arc::new(item(DataType::Struct(overridden())))), false),
            Beside::Decision => (DataType::Utf8, true),
        };
        Field::new(name, ty, may_be_null)
    };
    let mut fields = vec![field(Beside::Case), field(Beside::Status)];
    fields.extend(outcomes.into_iter().map(|(_, def, ty)| Field::new(&*def.wire, ty, true)));
    fields.extend([Beside::Needs, Beside::Fired, Beside::Overridden, Beside::Decision].map(field));
    Arc::new(Schema::new(fields))
}

/// The outcomes in the order of their wire names, each with its place and its type as a column.
pub(super) fn outcomes(policy: &Policy) -> Vec<(usize, &types::OutcomeDef, DataType)> {
    let checked = &*policy.checked;
    let with_place = checked.schema.outcomes.iter().zip(&checked.typed().policy.outcomes).enumerate();
    let mut outcomes: Vec<_> = with_place
        .map(|(place, (def, outcome))| {
            let decimals = outcome.rounding.and_then(|rounding| rounding.step.decimals());
            (place, def, data_type(&checked.schema, &def.ty, decimals, Of::Outcomes))
        })
        .collect();
    outcomes.sort_by(|(_, left, _), (_, right, _)| left.wire.cmp(&right.wire));
    outcomes
}

/// The fields of an entry of `overridden`.
pub(super) fn overridden() -> Fields {
    let text = |name: &str| Field::new(name, DataType::Utf8, false);
    Fields::from(vec![text("rule"), text("by"), Field::new("outcomes", texts(), false)])
}

/// An item of a list that has no nulls.
pub(super) fn item(of: DataType) -> Field {
    Field::new_list_field(of, false)
}

/// Members of an enum, and words for a status, are few.
fn member_column() -> DataType {
    DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8))
}

fn texts() -> DataType {
    DataType::List(Arc::new(item(DataType::Utf8)))
}

fn fact(schema: &types::Schema, field: &types::Field) -> DataType {
    let of = if let Type::List(of) | Type::Set(of) | Type::Range(of) = &field.ty { of } else { &field.ty };
    let decimals = field.bounds.decimals.or_else(|| schema.decimals_shown(of)).unwrap_or(DECIMALS);
    // A column of facts may have more decimals than the engine is sure to hold: it says so row by row.
    if let Type::Number | Type::Quantity(_) = field.ty {
        return decimal(decimals);
    }
    data_type(schema, &field.ty, Some(decimals), Of::Facts)
}

fn decimal(decimals: u32) -> DataType {
    DataType::Decimal128(DIGITS, i8::try_from(decimals.min(28)).unwrap_or(0))
}

/// What a column is for.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Of {
    Facts,
    Outcomes,
}

/// A type as a column. `decimals` is what is known of a number whose unit does not say how many it has.
fn data_type(schema: &types::Schema, ty: &Type, decimals: Option<u32>, of: Of) -> DataType {
    if let Type::Enum(_) = ty { member_column() } else { inner_type(schema, ty, decimals, of) }
}

/// A type inside a column, or as one: members are texts here, since few readers know dictionaries inside of others.
fn inner_type(schema: &types::Schema, ty: &Type, decimals: Option<u32>, of: Of) -> DataType {
    match ty {
        Type::Bool => DataType::Boolean,
        Type::Integer | Type::Days | Type::WorkingDays | Type::Months => DataType::Int64,
        Type::Number | Type::Quantity(_) => {
            let decimals = schema.decimals_shown(ty).or(decimals);
            decimals.filter(|decimals| *decimals <= MOST_DECIMALS).map_or(DataType::Utf8, decimal)
        }
        Type::Date => DataType::Date32,
        // A policy with a type that is not valid is no policy.
        Type::Text | Type::Enum(_) | Type::Invalid => DataType::Utf8,
        Type::Set(item) | Type::List(item) | Type::Range(item) => {
            let item = inner_type(schema, item, decimals, of);
            DataType::List(Arc::new(Field::new_list_field(item, true)))
        }
        Type::Record(id) => {
            let fields = schema.record(*id).map(|record| record.fields.as_slice()).unwrap_or_default();
            // A derived field is not given, and stands in an outcome all the same.
            let fields = fields.iter().filter(|field| of == Of::Outcomes || is_given(field));
            let fields =
                fields.map(|field| Field::new(&*field.wire, inner_type(schema, &field.ty, None, of), true));
            DataType::Struct(fields.collect())
        }
        Type::Duty(kinds) => {
            let kinds = schema.enumeration(*kinds).map(|def| def.members.as_slice()).unwrap_or_default();
            let mut names: Vec<&str> = kinds.iter().map(|kind| &*kind.wire).collect();
            names.sort_unstable();
            let fields = names.into_iter().map(|name| Field::new(name, DataType::Date32, true));
            DataType::Struct(fields.collect())
        }
    }
}

/// Whether a fact is on the wire.
fn is_given(field: &types::Field) -> bool {
    match field.presence {
        Presence::Needed | Presence::NeededWhen(_) | Presence::Default(_) => true,
        Presence::FirstOf(_) => false,
    }
}

/// The columns that are facts, if all fit.
pub(super) fn fit(policy: &Policy, given: &Schema, options: &BatchOptions) -> Result<Vec<Wanted>, Error> {
    let schema = &*policy.checked.schema;
    let (mut wanted, mut problems, mut seen) = (Vec::new(), Vec::new(), BTreeSet::new());
    for (column, field) in given.fields().iter().enumerate() {
        let name = field.name();
        if options.ignore.contains(name) {
            continue;
        }
        let declared = schema.facts.fields.iter().find(|fact| *fact.wire == **name && is_given(fact));
        let (Some(declared), Some(fact)) = (declared, policy.fact(name)) else {
            if !options.ignore_undeclared {
                problems.push(unknown(&schema.facts.fields, name, name));
            }
            continue;
        };
        if !seen.insert(name) {
            let message = "two columns of this name".to_owned();
            problems.push(Problem::new(ProblemCode::DuplicateField, shown(name), message));
            continue;
        }
        let before = problems.len();
        takes(schema, &declared.ty, field.data_type(), name, &mut problems);
        if problems.len() == before {
            wanted.push(Wanted { fact, column });
        }
    }
    if problems.is_empty() {
        return Ok(wanted);
    }
    problems.sort();
    problems.truncate(policy.checked.limits.problems.max(1));
    Err(Error::cases("the columns", problems))
}

fn unknown(fields: &[types::Field], name: &str, path: &str) -> Problem {
    let names = fields.iter().filter(|field| is_given(field)).map(|field| &*field.wire);
    let near = did_you_mean(name, names).map_or_else(String::new, |near| format!("; did you mean `{near}`?"));
    let message = if fields.iter().any(|field| *field.wire == *name) {
        format!("`{}` is derived from other fields and cannot be given", shown(name))
    } else {
        format!("the policy declares no field `{}`{near}", shown(name))
    };
    Problem::new(ProblemCode::UnknownField, shown(path), message)
}

/// Whether values of an Arrow type may be values of the type of a fact; what does not fit goes to `problems`.
fn takes(schema: &types::Schema, ty: &Type, found: &DataType, path: &str, problems: &mut Vec<Problem>) {
    let mut refuse = |code, message: String| problems.push(Problem::new(code, shown(path), message));
    if let DataType::Dictionary(_, values) = found {
        if is_text(values) {
            return takes(schema, ty, values, path, problems);
        }
        let message = format!("the column is {found}; of dictionaries only those of texts are taken");
        return refuse(ProblemCode::WrongType, message);
    }
    if let DataType::Float16 | DataType::Float32 | DataType::Float64 = found
        && let Type::Number | Type::Quantity(_) | Type::Integer = ty
    {
        let cast = if *ty == Type::Integer { "an integer type" } else { "a decimal type" };
        let example = if *ty == Type::Integer { "BIGINT" } else { "DECIMAL(18, 4)" };
        let message = format!(
            "the column is {found}, and binary floating-point numbers are not exact; cast it to {cast}, for \
             example {example}, where the file is made"
        );
        return refuse(ProblemCode::Float, message);
    }
    match (ty, found) {
        (_, DataType::Null) if *ty != Type::Invalid => return,
        (Type::Bool, DataType::Boolean) | (Type::Date, DataType::Date32 | DataType::Date64) => return,
        (Type::Integer | Type::Days | Type::WorkingDays | Type::Months, found) if found.is_integer() => {
            return;
        }
        (Type::Number | Type::Quantity(_), found) if found.is_integer() || is_decimal(found) => return,
        (Type::Number | Type::Quantity(_) | Type::Date | Type::Text | Type::Enum(_), found)
            if is_text(found) =>
        {
            return;
        }
        (
            Type::Set(of) | Type::List(of) | Type::Range(of),
            DataType::List(item) | DataType::LargeList(item) | DataType::FixedSizeList(item, _),
        ) => return takes(schema, of, item.data_type(), &format!("{path}[]"), problems),
        (Type::Record(id), DataType::Struct(given)) => {
            let fields = schema.record(*id).map(|record| record.fields.as_slice()).unwrap_or_default();
            for inner in given {
                let path = format!("{path}.{}", inner.name());
                match fields.iter().find(|field| *field.wire == **inner.name() && is_given(field)) {
                    Some(field) => takes(schema, &field.ty, inner.data_type(), &path, problems),
                    None => problems.push(unknown(fields, inner.name(), &path)),
                }
            }
            return;
        }
        (_, _) => {}
    }
    let needs = match ty {
        Type::Bool => "Boolean",
        Type::Integer | Type::Days | Type::WorkingDays | Type::Months => "integers: Int64, or a narrower one",
        Type::Number | Type::Quantity(_) => "decimals, Decimal128 or a narrower one, or integers or texts",
        Type::Date => "Date32, or texts written YYYY-MM-DD",
        Type::Text => "Utf8",
        Type::Enum(_) => "texts, the wire names of members: Utf8, or a Dictionary of them",
        Type::Set(_) | Type::List(_) => "List",
        Type::Range(_) => "List, of bottom and top",
        Type::Record(_) => "Struct",
        Type::Duty(_) | Type::Invalid => "no column",
    };
    let message = format!("the column is {found}; a fact of type {} needs {needs}", schema.describe(ty));
    refuse(ProblemCode::WrongType, message);
}

fn is_text(ty: &DataType) -> bool {
    matches!(ty, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

fn is_decimal(ty: &DataType) -> bool {
    matches!(
        ty,
        DataType::Decimal32(..)
            | DataType::Decimal64(..)
            | DataType::Decimal128(..)
            | DataType::Decimal256(..)
    )
}
