//! Decisions as a batch: a column for each outcome, and beside them what else a decision says.

use std::sync::Arc;

use arrow_array::builder::{BooleanBuilder, Date32Builder, Decimal128Builder, Int64Builder, StringBuilder};
use arrow_array::types::{Decimal128Type, Int32Type};
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, DictionaryArray, Int32Array, Int64Array, ListArray, PrimitiveArray,
    RecordBatch, StringArray, StructArray,
};
use arrow_buffer::{BooleanBuffer, Buffer, NullBuffer, OffsetBuffer, ScalarBuffer};
use arrow_schema::{ArrowError, DataType, Fields};

use super::schema;
use crate::batch::has;
use crate::decision::{Decision, Outcome, Overridden, Problem, ProblemCode, Status};
use crate::engine::Error;
use crate::engine::columns::{Decisions, OutcomeColumn};
use crate::eval::value_of;
use crate::program::Program;
use crate::types::{OutcomeDef, Type};
use crate::value::{Value, day_number};

/// Why there is no batch.
#[derive(Debug)]
pub(super) enum Trouble {
    /// A column of texts or lists would be longer than Arrow's 32-bit offsets reach.
    TooLong,
    /// A mistake of the engine.
    Arrow(ArrowError),
}

impl From<ArrowError> for Trouble {
    fn from(error: ArrowError) -> Self {
        Self::Arrow(error)
    }
}

impl From<Trouble> for Error {
    fn from(trouble: Trouble) -> Self {
        let (code, message) = match trouble {
            Trouble::TooLong => {
                let message =
                    "the answers have more than 2 GiB of text in one column; decide slices of the batch";
                (ProblemCode::TooLarge, message.to_owned())
            }
            Trouble::Arrow(error) => (ProblemCode::Internal, error.to_string()),
        };
        Self::cases("the decisions", vec![Problem { path: None, ..Problem::new(code, "", message) }])
    }
}

/// The decisions as a batch of [`decision_arrow_schema`](crate::Policy::decision_arrow_schema); the first row is the case
/// of this number.
pub(super) fn batch(decisions: &Decisions, first_case: u64) -> Result<RecordBatch, Trouble> {
    let rows = decisions.rows();
    let mut whole = vec![true; rows];
    for (row, decision) in &decisions.exceptions {
        let plain = decision.is_decided()
            && decision.fired.iter().all(|fired| fired.item.is_none())
            && decision.overridden.iter().all(|overridden| overridden.item.is_none());
        if let Some(whole) = whole.get_mut(*row) {
            *whole = plain;
        }
    }
    let cases = (first_case..).take(rows).map(|case| i64::try_from(case).unwrap_or(i64::MAX));
    let mut columns: Vec<ArrayRef> =
        vec![Arc::new(Int64Array::from_iter_values(cases)), statuses(decisions)?];
    for (place, def, ty) in schema::outcomes(&decisions.policy) {
        columns.push(outcome(decisions, place, def, &ty, &mut whole)?);
    }
    columns.push(needs(decisions)?);
    columns.push(fired(decisions)?);
    columns.push(overridden(decisions)?);
    columns.push(lines(decisions, &whole, first_case)?);
    Ok(RecordBatch::try_new(schema::of_decisions(&decisions.policy), columns)?)
}

/// By row the answer that the columns of the program do not hold, in order.
struct Exceptions<'d> {
    rest: std::iter::Peekable<std::collections::btree_map::Iter<'d, usize, Decision>>,
}

impl<'d> Exceptions<'d> {
    fn of(decisions: &'d Decisions) -> Self {
        Self { rest: decisions.exceptions.iter().peekable() }
    }

    /// That of a row, which must not come before the rows asked for so far.
    fn at(&mut self, row: usize) -> Option<&'d Decision> {
        self.rest.next_if(|(at, _)| **at == row).map(|(_, decision)| decision)
    }
}

fn statuses(decisions: &Decisions) -> Result<ArrayRef, Trouble> {
    let mut keys = vec![0_i32; decisions.rows()];
    for (row, decision) in &decisions.exceptions {
        let key = Status::ALL.iter().position(|status| *status == decision.status());
        if let (Some(place), Some(key)) = (keys.get_mut(*row), key.and_then(|key| i32::try_from(key).ok())) {
            *place = key;
        }
    }
    let words = StringArray::from_iter_values(Status::ALL.iter().map(|status| status.as_str()));
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(keys.into(), Arc::new(words))?))
}

/// The column of an outcome. A row with a value that does not fit is marked as not whole.
fn outcome(
    decisions: &Decisions,
    place: usize,
    def: &OutcomeDef,
    ty: &DataType,
    whole: &mut [bool],
) -> Result<ArrayRef, Trouble> {
    let policy = &decisions.policy;
    let schema = &*policy.checked.schema;
    let output = policy.columnar().and_then(|program| program.outputs.get(place));
    let column = decisions.decided.outcomes.get(place).zip(output);
    let column = column.map(|(outcome, output)| OutcomeColumn::new(output.kind, outcome, decisions.rows()));
    if let Some(column) = &column
        && let Some(array) = flat(decisions, column, place, ty, whole)?
    {
        return Ok(array);
    }
    let mut built = Built::new(schema, ty, &def.ty);
    let mut exceptions = Exceptions::of(decisions);
    for (row, whole) in whole.iter_mut().enumerate() {
        let of_program;
        let value = match (exceptions.at(row), &column) {
            (Some(decision), _) => decision.outcomes.get(place),
            (None, Some(column)) => {
                of_program = column.number(row).and_then(|number| value_of(number, column.kind()));
                of_program.as_ref()
            }
            (None, None) => None,
        };
        let settled = value.filter(|value| value.is_settled());
        *whole &= built.push(settled.map(|value| Outcome::new(schema, &def.ty, value)))?;
    }
    built.finish(ty)
}

/// An outcome of the program whose values have one width, without a look at each; `None` for other types.
fn flat(
    decisions: &Decisions,
    column: &OutcomeColumn<'_>,
    place: usize,
    ty: &DataType,
    whole: &mut [bool],
) -> Result<Option<ArrayRef>, Trouble> {
    let rows = decisions.rows();
    // What exceptions know of the outcome.
    let others = decisions.exceptions.iter().filter_map(|(row, decision)| {
        let value = decision.outcomes.get(place).filter(|value| value.is_settled())?;
        (*value != Value::Nothing).then_some((*row, value))
    });
    let mut valid = column.valid().to_vec();
    Ok(Some(match (ty, column.numbers()) {
        (DataType::Boolean, None) => {
            let mut bits = column.bools().unwrap_or_default().to_vec();
            for (row, value) in others {
                if let Value::Bool(value) = value {
                    put_bit(&mut bits, row, *value);
                    put_bit(&mut valid, row, true);
                }
            }
            Arc::new(BooleanArray::new(bitmap(bits, rows), Some(NullBuffer::new(bitmap(valid, rows)))))
        }
        (DataType::Int64, Some(numbers)) => {
            let mut numbers = numbers.to_vec();
            put_all(&mut numbers, &mut valid, whole, others, integer_of);
            let valid = Some(NullBuffer::new(bitmap(valid, rows)));
            Arc::new(Int64Array::try_new(numbers.into(), valid)?)
        }
        (DataType::Decimal128(digits, decimals), Some(numbers)) => {
            let scale = column.scale();
            let wanted = u32::try_from(*decimals).unwrap_or(0);
            let (up, down) = (wanted.saturating_sub(scale), scale.saturating_sub(wanted));
            let (Some(up), Some(down)) = (10_i128.checked_pow(up), 10_i128.checked_pow(down)) else {
                return Ok(None);
            };
            // 64 bits and ten decimals at most, far from the end of 128.
            let mut units: Vec<i128> =
                numbers.iter().map(|number| i128::from(*number).saturating_mul(up)).collect();
            if down > 1 {
                for (row, units) in units.iter_mut().enumerate() {
                    if *units % down != 0 && has(&valid, row) {
                        put_bit(&mut valid, row, false);
                        whole.get_mut(row).into_iter().for_each(|whole| *whole = false);
                    }
                    *units /= down;
                }
            }
            put_all(&mut units, &mut valid, whole, others, |value| units_of(value, wanted));
            let valid = Some(NullBuffer::new(bitmap(valid, rows)));
            let array = PrimitiveArray::<Decimal128Type>::try_new(units.into(), valid)?;
            Arc::new(array.with_precision_and_scale(*digits, *decimals)?)
        }
        (DataType::Date32, Some(numbers)) => {
            // All days of the calendar fit; what stands where there is none means nothing.
            let mut days: Vec<i32> = numbers.iter().map(|day| i32::try_from(*day).unwrap_or(0)).collect();
            put_all(&mut days, &mut valid, whole, others, day_of);
            let valid = Some(NullBuffer::new(bitmap(valid, rows)));
            Arc::new(Date32Array::try_new(days.into(), valid)?)
        }
        (DataType::Dictionary(..), Some(numbers)) => {
            let mut keys: Vec<i32> = numbers.iter().map(|key| i32::try_from(*key).unwrap_or(0)).collect();
            put_all(&mut keys, &mut valid, whole, others, key_of);
            let valid = Some(NullBuffer::new(bitmap(valid, rows)));
            let def = decisions.policy.checked.schema.outcomes.get(place).map(|def| &def.ty);
            let names = def.map(|ty| member_names(&decisions.policy.checked.schema, ty)).unwrap_or_default();
            members(Int32Array::try_new(keys.into(), valid)?, &names)?
        }
        (_, _) => return Ok(None),
    }))
}

/// Puts in what exceptions know; a value that does not fit leaves the row not whole.
fn put_all<'d, T>(
    values: &mut [T],
    valid: &mut [u8],
    whole: &mut [bool],
    others: impl Iterator<Item = (usize, &'d Value)>,
    of: impl Fn(&Value) -> Option<T>,
) {
    for (row, value) in others {
        match (of(value), values.get_mut(row)) {
            (Some(value), Some(place)) => {
                *place = value;
                put_bit(valid, row, true);
            }
            _ => whole.get_mut(row).into_iter().for_each(|whole| *whole = false),
        }
    }
}

fn put_bit(bits: &mut [u8], row: usize, value: bool) {
    if let Some(byte) = bits.get_mut(row / 8) {
        let bit = 1 << (row % 8);
        *byte = if value { *byte | bit } else { *byte & !bit };
    }
}

fn bitmap(bits: Vec<u8>, rows: usize) -> BooleanBuffer {
    BooleanBuffer::new(Buffer::from_vec(bits), 0, rows)
}

fn integer_of(value: &Value) -> Option<i64> {
    if let Value::Integer(of) | Value::Days(of) | Value::WorkingDays(of) | Value::Months(of) = value {
        Some(*of)
    } else {
        None
    }
}

/// Units of ten to the power of minus `decimals`, where the value is a whole number of them.
fn units_of(value: &Value, decimals: u32) -> Option<i128> {
    let Value::Number(number) = value else { return None };
    let (units, scale) = number.mantissa()?;
    units.checked_mul(10_i128.checked_pow(decimals.checked_sub(scale)?)?)
}

fn day_of(value: &Value) -> Option<i32> {
    if let Value::Date(date) = value { i32::try_from(day_number(*date)).ok() } else { None }
}

fn key_of(value: &Value) -> Option<i32> {
    if let Value::Member(place) = value { i32::try_from(*place).ok() } else { None }
}

fn member_names<'s>(schema: &'s crate::types::Schema, ty: &Type) -> Vec<&'s str> {
    let members = schema.enumeration_in(ty).map(|def| def.members.as_slice()).unwrap_or_default();
    members.iter().map(|member| &*member.wire).collect()
}

fn members(keys: Int32Array, names: &[&str]) -> Result<ArrayRef, Trouble> {
    let names = Arc::new(StringArray::from_iter_values(names));
    Ok(Arc::new(DictionaryArray::<Int32Type>::try_new(keys, names)?))
}

/// A column that is built value by value.
enum Built<'s> {
    Bools(BooleanBuilder),
    Integers(Int64Builder),
    Decimals(Decimal128Builder, u32),
    Dates(Date32Builder),
    Members(Vec<Option<i32>>, Vec<&'s str>),
    /// Texts and members, and numbers without known decimals.
    Texts(Texts),
    Lists(Offsets, Box<Built<'s>>),
    /// By name.
    Records(Vec<bool>, Vec<(String, Built<'s>)>),
}

impl<'s> Built<'s> {
    #[expect(clippy::wildcard_enum_match_arm, reason = "of Arrow's types some are taken")]
    fn new(schema: &'s crate::types::Schema, ty: &DataType, of: &Type) -> Self {
        match ty {
            DataType::Boolean => Self::Bools(BooleanBuilder::new()),
            DataType::Int64 => Self::Integers(Int64Builder::new()),
            DataType::Decimal128(_, scale) => Self::Decimals(
                Decimal128Builder::new().with_data_type(ty.clone()),
                u32::try_from(*scale).unwrap_or(0),
            ),
            DataType::Date32 => Self::Dates(Date32Builder::new()),
            DataType::Dictionary(..) => Self::Members(Vec::new(), member_names(schema, of)),
            DataType::List(item) => {
                let of = if let Type::Set(of) | Type::List(of) | Type::Range(of) = of { of } else { of };
                Self::Lists(Offsets::default(), Box::new(Self::new(schema, item.data_type(), of)))
            }
            DataType::Struct(fields) => {
                let built = fields.iter().map(|field| {
                    // Members inside others are texts: their type is not asked for.
                    (field.name().clone(), Self::new(schema, field.data_type(), of))
                });
                Self::Records(Vec::new(), built.collect())
            }
            _ => Self::Texts(Texts::default()),
        }
    }

    /// Adds a row; no where its value does not fit, which is then left out.
    fn push(&mut self, outcome: Option<Outcome<'_>>) -> Result<bool, Trouble> {
        let outcome = outcome.filter(|outcome| !outcome.is_nothing());
        let value = outcome.as_ref().map(Outcome::value);
        let is_there = outcome.is_some();
        let fits = match self {
            Self::Bools(built) => {
                let value = outcome.and_then(|outcome| outcome.as_bool());
                built.append_option(value);
                value.is_some()
            }
            Self::Integers(built) => {
                let value = value.and_then(integer_of);
                built.append_option(value);
                value.is_some()
            }
            Self::Decimals(built, decimals) => {
                let value = value.and_then(|value| units_of(value, *decimals));
                built.append_option(value);
                value.is_some()
            }
            Self::Dates(built) => {
                let value = value.and_then(day_of);
                built.append_option(value);
                value.is_some()
            }
            Self::Members(built, _) => {
                let value = value.and_then(key_of);
                built.push(value);
                value.is_some()
            }
            Self::Texts(built) => {
                let number = outcome.and_then(|outcome| outcome.as_number());
                let text = number.as_deref().or_else(|| outcome.and_then(|outcome| outcome.as_str()));
                built.push(text)?;
                text.is_some()
            }
            Self::Lists(offsets, built) => {
                let items = outcome.and_then(|outcome| {
                    outcome.as_list().or_else(|| outcome.as_range().map(|(bottom, top)| vec![bottom, top]))
                });
                let mut fits = items.is_some();
                offsets.push(items.as_ref().map(Vec::len))?;
                for item in items.into_iter().flatten() {
                    // A null among items would be another list.
                    fits &= built.push(Some(item))?;
                }
                fits
            }
            Self::Records(valid, built) => {
                let fields = outcome.and_then(|outcome| outcome.as_object());
                valid.push(fields.is_some());
                let mut fits = fields.is_some();
                for (name, built) in built {
                    let mut fields = fields.iter().flatten();
                    let value = fields.find(|(field, _)| field == name).map(|(_, value)| *value);
                    fits &= built.push(value)?;
                }
                fits
            }
        };
        Ok(fits || !is_there)
    }

    fn finish(self, ty: &DataType) -> Result<ArrayRef, Trouble> {
        Ok(match (self, ty) {
            (Self::Bools(mut built), _) => Arc::new(built.finish()),
            (Self::Integers(mut built), _) => Arc::new(built.finish()),
            (Self::Decimals(mut built, _), _) => Arc::new(built.finish()),
            (Self::Dates(mut built), _) => Arc::new(built.finish()),
            (Self::Members(keys, names), _) => members(Int32Array::from(keys), &names)?,
            (Self::Texts(built), _) => built.finish(),
            (Self::Lists(offsets, built), DataType::List(item)) => {
                offsets.finish(item, built.finish(item.data_type())?)?
            }
            (Self::Records(valid, built), DataType::Struct(fields)) => {
                let columns = built.into_iter().zip(fields);
                let columns = columns.map(|((_, built), field)| built.finish(field.data_type()));
                let columns = columns.collect::<Result<Vec<ArrayRef>, Trouble>>()?;
                let rows = valid.len();
                let valid = Some(NullBuffer::from(valid));
                Arc::new(StructArray::try_new_with_length(fields.clone(), columns, valid, rows)?)
            }
            (Self::Lists(..) | Self::Records(..), other) => {
                let message = format!("{other} is no list or struct");
                return Err(Trouble::Arrow(ArrowError::SchemaError(message)));
            }
        })
    }
}

/// Texts, as many as 32-bit offsets reach.
#[derive(Default)]
struct Texts(StringBuilder);

impl Texts {
    fn push(&mut self, text: Option<&str>) -> Result<(), Trouble> {
        let Some(text) = text else {
            self.0.append_null();
            return Ok(());
        };
        let length = self.0.values_slice().len().saturating_add(text.len());
        i32::try_from(length).map_err(|_| Trouble::TooLong)?;
        self.0.append_value(text);
        Ok(())
    }

    fn finish(mut self) -> ArrayRef {
        Arc::new(self.0.finish())
    }
}

/// The ends of lists, and which of them are there.
struct Offsets {
    offsets: Vec<i32>,
    valid: Vec<bool>,
}

impl Default for Offsets {
    fn default() -> Self {
        Self { offsets: vec![0], valid: Vec::new() }
    }
}

impl Offsets {
    /// A list of so many items, or none.
    fn push(&mut self, items: Option<usize>) -> Result<(), Trouble> {
        let more = i32::try_from(items.unwrap_or(0)).map_err(|_| Trouble::TooLong)?;
        let last = self.offsets.last().copied().unwrap_or(0);
        self.offsets.push(last.checked_add(more).ok_or(Trouble::TooLong)?);
        self.valid.push(items.is_some());
        Ok(())
    }

    fn finish(self, item: &Arc<arrow_schema::Field>, items: ArrayRef) -> Result<ArrayRef, Trouble> {
        let offsets = OffsetBuffer::new(ScalarBuffer::from(self.offsets));
        let valid = self.valid.contains(&false).then(|| NullBuffer::from(self.valid));
        Ok(Arc::new(ListArray::try_new(Arc::clone(item), offsets, items, valid)?))
    }
}

/// Lists of texts, one a row.
fn lists_of_texts(
    rows: usize,
    mut each: impl FnMut(usize, &mut Texts) -> Result<usize, Trouble>,
) -> Result<ArrayRef, Trouble> {
    let (mut offsets, mut texts) = (Offsets::default(), Texts::default());
    for row in 0..rows {
        offsets.push(Some(each(row, &mut texts)?))?;
    }
    offsets.finish(&Arc::new(schema::item(DataType::Utf8)), texts.finish())
}

fn push_all<'t>(texts: &mut Texts, all: impl Iterator<Item = &'t str>) -> Result<usize, Trouble> {
    let mut count = 0_usize;
    for text in all {
        texts.push(Some(text))?;
        count = count.saturating_add(1);
    }
    Ok(count)
}

fn needs(decisions: &Decisions) -> Result<ArrayRef, Trouble> {
    let mut exceptions = Exceptions::of(decisions);
    lists_of_texts(decisions.rows(), |row, texts| {
        let needs = exceptions.at(row).map(|decision| decision.needs.as_slice()).unwrap_or_default();
        push_all(texts, needs.iter().map(String::as_str))
    })
}

fn fired(decisions: &Decisions) -> Result<ArrayRef, Trouble> {
    let program = decisions.policy.columnar();
    let (mut exceptions, mut places) = (Exceptions::of(decisions), Vec::new());
    lists_of_texts(decisions.rows(), |row, texts| match (exceptions.at(row), program) {
        (Some(decision), _) => push_all(texts, decision.fired.iter().map(|fired| &*fired.rule)),
        (None, Some(program)) => {
            decisions.fired_places(program, row, &mut places);
            let rules = places.iter().filter_map(|place| program.rules.get(*place as usize));
            push_all(texts, rules.map(|rule| &**rule))
        }
        (None, None) => Ok(0),
    })
}

fn overridden(decisions: &Decisions) -> Result<ArrayRef, Trouble> {
    let program = decisions.policy.columnar();
    let mut exceptions = Exceptions::of(decisions);
    let (mut entries, mut outcomes) = (Offsets::default(), Offsets::default());
    let (mut rules, mut by, mut names) = (Texts::default(), Texts::default(), Texts::default());
    let mut push = |rule: &str, overriding: &str, limited: &[Arc<str>]| {
        rules.push(Some(rule))?;
        by.push(Some(overriding))?;
        outcomes.push(Some(push_all(&mut names, limited.iter().map(|name| &**name))?))
    };
    for row in 0..decisions.rows() {
        let mut count = 0_usize;
        if let Some(decision) = exceptions.at(row) {
            for Overridden { rule, by, outcomes, item: _ } in &decision.overridden {
                push(rule, by, outcomes)?;
            }
            count = decision.overridden.len();
        } else {
            for one in by_program(decisions, program, row) {
                push(&one.rule, &one.by, &one.outcomes)?;
                count = count.saturating_add(1);
            }
        }
        entries.push(Some(count))?;
    }
    let fields: Fields = schema::overridden();
    let outcomes = outcomes.finish(&Arc::new(schema::item(DataType::Utf8)), names.finish())?;
    let columns = vec![rules.finish(), by.finish(), outcomes];
    let structs = StructArray::try_new(fields.clone(), columns, None)?;
    entries.finish(&Arc::new(schema::item(DataType::Struct(fields))), Arc::new(structs))
}

fn by_program<'d>(
    decisions: &'d Decisions,
    program: Option<&'d Program>,
    row: usize,
) -> impl Iterator<Item = &'d crate::program::Overrides> {
    let overrides = program.map(|program| program.overrides.as_slice()).unwrap_or_default();
    let set = overrides.iter().zip(&decisions.decided.overrides).filter(move |(_, bits)| has(bits, row));
    set.map(|(overrides, _)| overrides)
}

/// The whole decision as a line of JSON, where the other columns do not say all of it.
fn lines(decisions: &Decisions, whole: &[bool], first_case: u64) -> Result<ArrayRef, Trouble> {
    let mut texts = Texts::default();
    for ((row, whole), case) in whole.iter().enumerate().zip(first_case..) {
        let decision = if *whole { None } else { decisions.decision(row) };
        texts.push(decision.map(|decision| decision.to_json(case)).as_deref())?;
    }
    Ok(texts.finish())
}
