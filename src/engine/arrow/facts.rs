//! Columns of a batch as the program takes them: as they lie where the layout allows, else in a buffer of their own.

use std::collections::BTreeMap;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    ArrowDictionaryKeyType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Int8Type,
    Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayRef, ArrowPrimitiveType, RecordBatch};
use arrow_buffer::{Buffer, ScalarBuffer};
use arrow_schema::DataType;

use super::json::DAY;
use super::schema::Wanted;
use crate::batch;
use crate::engine::columns::Values;
use crate::engine::{FactKey, Policy};
use crate::types::Type;

/// The values of one fact, kept for as long as a batch is decided.
#[derive(Debug)]
pub(super) struct Held<'b> {
    fact: FactKey,
    values: Layout<'b>,
    /// A bit for each row that has a value.
    valid: Option<Buffer>,
}

#[derive(Debug)]
enum Layout<'b> {
    Bools(Buffer),
    Integers(ScalarBuffer<i64>),
    Numbers(ScalarBuffer<i64>, u32),
    WideNumbers(ScalarBuffer<i128>, u32),
    Dates(ScalarBuffer<i32>),
    Members(ScalarBuffer<u32>, Vec<&'b str>),
    /// Values that the program does not take: their rows are decided alone.
    Other,
}

/// No place in any list of names.
const NO_NAME: u32 = u32::MAX;

/// The wanted columns of a batch.
pub(super) fn held<'b>(policy: &'b Policy, batch: &'b RecordBatch, wanted: &[Wanted]) -> Vec<Held<'b>> {
    let fields = &policy.checked.schema.facts.fields;
    let one = |wanted: &Wanted| {
        let array = batch.columns().get(wanted.column)?;
        let ty = &fields.get(usize::from(wanted.fact.place))?.ty;
        Some(Held { fact: wanted.fact, values: layout(policy, ty, array), valid: valid(array) })
    };
    wanted.iter().filter_map(one).collect()
}

impl Held<'_> {
    pub(super) fn column(&self, policy: &Policy, rows: usize) -> batch::Column<'_> {
        let values = match &self.values {
            Layout::Bools(bits) => Values::Bools(bitmap(bits, rows)),
            Layout::Integers(values) => Values::Integers(values),
            Layout::Numbers(units, scale) => Values::Numbers { units, scale: *scale },
            Layout::WideNumbers(units, scale) => Values::WideNumbers { units, scale: *scale },
            Layout::Dates(days) => Values::Dates(days),
            Layout::Members(keys, names) => Values::Members { keys, names },
            Layout::Other => of_another_type(policy, self.fact),
        };
        let valid = self.valid.as_ref().map(|bits| bitmap(bits, rows));
        batch::Column { fact: self.fact.place, values: policy.values(self.fact, values), valid }
    }

    /// Whether some of its rows are decided alone only for their layout.
    pub(super) fn is_other(&self) -> bool {
        matches!(self.values, Layout::Other)
    }
}

/// Values that no fact of the type has: the program takes none of them.
fn of_another_type(policy: &Policy, fact: FactKey) -> Values<'static> {
    let ty = policy.checked.schema.facts.fields.get(usize::from(fact.place)).map(|field| &field.ty);
    if ty == Some(&Type::Bool) { Values::Integers(&[]) } else { Values::Bools(&[]) }
}

fn bitmap(bits: &Buffer, rows: usize) -> &[u8] {
    bits.get(..rows.div_ceil(8)).unwrap_or_default()
}

/// The bitmap from its first bit on: that of a sliced array may begin within a byte. `None` where all rows have a value.
fn valid(array: &ArrayRef) -> Option<Buffer> {
    let nulls = array.logical_nulls().filter(|nulls| nulls.null_count() > 0)?;
    Some(nulls.inner().sliced())
}

fn layout<'b>(policy: &'b Policy, ty: &Type, array: &'b ArrayRef) -> Layout<'b> {
    let laid_out = match ty {
        Type::Bool => array.as_boolean_opt().map(|array| Layout::Bools(array.values().sliced())),
        Type::Integer | Type::Days | Type::WorkingDays | Type::Months => {
            integers(array).map(Layout::Integers)
        }
        Type::Number | Type::Quantity(_) => numbers(array),
        Type::Date => dates(array).map(Layout::Dates),
        Type::Enum(id) => {
            let members = policy.checked.schema.enumeration(*id).map(|def| def.members.as_slice());
            let members = members.unwrap_or_default().iter().map(|member| &*member.wire).collect();
            members_of(array, members)
        }
        Type::Text
        | Type::Set(_)
        | Type::List(_)
        | Type::Record(_)
        | Type::Range(_)
        | Type::Duty(_)
        | Type::Invalid => None,
    };
    laid_out.unwrap_or(Layout::Other)
}

/// Integers in 64 bits; `None` where one is beyond them.
#[expect(clippy::wildcard_enum_match_arm, reason = "of Arrow's types some are taken")]
fn integers(array: &dyn Array) -> Option<ScalarBuffer<i64>> {
    match array.data_type() {
        DataType::Int8 => Some(widened::<Int8Type, i64>(array)?.into()),
        DataType::Int16 => Some(widened::<Int16Type, i64>(array)?.into()),
        DataType::Int32 => Some(widened::<Int32Type, i64>(array)?.into()),
        DataType::Int64 => Some(array.as_primitive_opt::<Int64Type>()?.values().clone()),
        DataType::UInt8 => Some(widened::<UInt8Type, i64>(array)?.into()),
        DataType::UInt16 => Some(widened::<UInt16Type, i64>(array)?.into()),
        DataType::UInt32 => Some(widened::<UInt32Type, i64>(array)?.into()),
        DataType::UInt64 => {
            let values = array.as_primitive_opt::<UInt64Type>()?.values();
            values.iter().all(|value| i64::try_from(*value).is_ok()).then(|| values.inner().clone().into())
        }
        _ => None,
    }
}

fn widened<T: ArrowPrimitiveType, W: From<T::Native>>(array: &dyn Array) -> Option<Vec<W>> {
    Some(array.as_primitive_opt::<T>()?.values().iter().map(|value| W::from(*value)).collect())
}

#[expect(clippy::wildcard_enum_match_arm, reason = "of Arrow's types some are taken")]
fn numbers<'b>(array: &dyn Array) -> Option<Layout<'b>> {
    // The engine holds at most 28 decimals.
    let decimals = |scale: i8| u32::try_from(scale).ok().filter(|scale| *scale <= 28);
    match array.data_type() {
        DataType::Decimal32(_, scale) => {
            Some(Layout::Numbers(widened::<Decimal32Type, i64>(array)?.into(), decimals(*scale)?))
        }
        DataType::Decimal64(_, scale) => {
            let units = array.as_primitive_opt::<Decimal64Type>()?.values().clone();
            Some(Layout::Numbers(units, decimals(*scale)?))
        }
        DataType::Decimal128(_, scale) => {
            let units = array.as_primitive_opt::<Decimal128Type>()?.values().clone();
            Some(Layout::WideNumbers(units, decimals(*scale)?))
        }
        _ => integers(array).map(|units| Layout::Numbers(units, 0)),
    }
}

/// Days since 1970-01-01; `None` where a time is no whole day.
#[expect(clippy::wildcard_enum_match_arm, reason = "of Arrow's types some are taken")]
fn dates(array: &dyn Array) -> Option<ScalarBuffer<i32>> {
    match array.data_type() {
        DataType::Date32 => Some(array.as_primitive_opt::<Date32Type>()?.values().clone()),
        DataType::Date64 => {
            let times = array.as_primitive_opt::<Date64Type>()?.values().iter();
            let day = |time: &i64| (time % DAY == 0).then(|| i32::try_from(time / DAY).ok())?;
            Some(times.map(day).collect::<Option<Vec<i32>>>()?.into())
        }
        _ => None,
    }
}

fn members_of<'b>(array: &'b dyn Array, members: Vec<&'b str>) -> Option<Layout<'b>> {
    if let Some(dictionary) = array.as_any_dictionary_opt() {
        let names = texts(dictionary.values().as_ref())?.map(Option::unwrap_or_default);
        return Some(Layout::Members(keys(array)?, names.collect()));
    }
    let places: BTreeMap<&str, u32> = members.iter().copied().zip(0_u32..).collect();
    // Rows that follow each other often have the same member.
    let mut last = ("", places.get("").copied().unwrap_or(NO_NAME));
    let keys = texts(array)?.map(|text| {
        let text = text.unwrap_or_default();
        if text != last.0 {
            last = (text, places.get(text).copied().unwrap_or(NO_NAME));
        }
        last.1
    });
    Some(Layout::Members(keys.collect::<Vec<u32>>().into(), members))
}

/// The texts of an array, nulls among them.
#[expect(clippy::wildcard_enum_match_arm, reason = "of Arrow's types some are taken")]
fn texts<'b>(array: &'b dyn Array) -> Option<Box<dyn Iterator<Item = Option<&'b str>> + 'b>> {
    match array.data_type() {
        DataType::Utf8 => Some(Box::new(array.as_string_opt::<i32>()?.iter())),
        DataType::LargeUtf8 => Some(Box::new(array.as_string_opt::<i64>()?.iter())),
        DataType::Utf8View => Some(Box::new(array.as_string_view_opt()?.iter())),
        _ => None,
    }
}

/// The keys of a dictionary; those of nulls mean nothing.
#[expect(clippy::wildcard_enum_match_arm, reason = "of Arrow's types some are taken")]
fn keys(array: &dyn Array) -> Option<ScalarBuffer<u32>> {
    fn converted<K: ArrowDictionaryKeyType>(array: &dyn Array) -> Option<ScalarBuffer<u32>>
    where
        u32: TryFrom<K::Native>,
    {
        let keys = array.as_dictionary_opt::<K>()?.keys().values().iter();
        Some(keys.map(|key| u32::try_from(*key).unwrap_or(NO_NAME)).collect::<Vec<u32>>().into())
    }
    let DataType::Dictionary(key, _) = array.data_type() else { return None };
    match **key {
        DataType::Int8 => converted::<Int8Type>(array),
        DataType::Int16 => converted::<Int16Type>(array),
        // Read as they lie: a negative key, which only a null has, lies beyond all names.
        DataType::Int32 => {
            Some(array.as_dictionary_opt::<Int32Type>()?.keys().values().inner().clone().into())
        }
        DataType::Int64 => converted::<Int64Type>(array),
        DataType::UInt8 => converted::<UInt8Type>(array),
        DataType::UInt16 => converted::<UInt16Type>(array),
        DataType::UInt32 => Some(array.as_dictionary_opt::<UInt32Type>()?.keys().values().clone()),
        DataType::UInt64 => converted::<UInt64Type>(array),
        _ => None,
    }
}
