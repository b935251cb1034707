//! A row of a batch as JSON, as a host would write the case: for what is decided row by row.

use std::fmt::Write as _;

use arrow_array::cast::AsArray as _;
use arrow_array::types::{
    Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type, Int8Type,
    Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrowPrimitiveType, RecordBatch};
use arrow_schema::DataType;

use super::schema::Wanted;
use crate::engine::columns::number_text;
use crate::value::date_of;

/// Milliseconds of a day.
pub(super) const DAY: i64 = 86_400_000;

/// The facts of a row: those of the wanted columns that are not null.
pub(super) fn row(batch: &RecordBatch, wanted: &[Wanted], row: usize) -> String {
    let schema = batch.schema_ref();
    let mut json = String::from("{");
    for wanted in wanted {
        let (Some(array), Some(field)) =
            (batch.columns().get(wanted.column), schema.fields().get(wanted.column))
        else {
            continue;
        };
        entry(field.name(), array, row, &mut json);
    }
    json.push('}');
    json
}

/// The entry of an object; none for a null.
fn entry(name: &str, array: &dyn Array, row: usize, json: &mut String) {
    let before = json.len();
    if !json.ends_with('{') {
        json.push(',');
    }
    let _ = write!(json, "{}:", serde_json::Value::from(name));
    if !value(array, row, json) {
        json.truncate(before);
    }
}

/// Writes a value; no where there is none.
#[expect(clippy::wildcard_enum_match_arm, reason = "of Arrow's types some are taken")]
fn value(array: &dyn Array, row: usize, json: &mut String) -> bool {
    if row >= array.len() || array.is_null(row) {
        return false;
    }
    // Writing into a string does not fail.
    let mut put = |text: std::fmt::Arguments<'_>| json.write_fmt(text).is_ok();
    match array.data_type() {
        DataType::Boolean => array.as_boolean_opt().is_some_and(|of| put(format_args!("{}", of.value(row)))),
        ty if ty.is_integer() => integer(array, row).is_some_and(|of| put(format_args!("{of}"))),
        DataType::Decimal32(_, scale) => of::<Decimal32Type>(array, row)
            .is_some_and(|of| put(format_args!("{}", decimal(i128::from(of), *scale)))),
        DataType::Decimal64(_, scale) => of::<Decimal64Type>(array, row)
            .is_some_and(|of| put(format_args!("{}", decimal(i128::from(of), *scale)))),
        DataType::Decimal128(_, scale) => {
            of::<Decimal128Type>(array, row).is_some_and(|of| put(format_args!("{}", decimal(of, *scale))))
        }
        DataType::Decimal256(_, scale) => {
            of::<Decimal256Type>(array, row).is_some_and(|of| match of.to_i128() {
                Some(of) => put(format_args!("{}", decimal(of, *scale))),
                None => put(format_args!("\"{of}e{}\"", -i32::from(*scale))),
            })
        }
        DataType::Date32 => of::<Date32Type>(array, row).is_some_and(|days| put_day(i64::from(days), put)),
        DataType::Date64 => of::<Date64Type>(array, row).is_some_and(|of| {
            if of % DAY == 0 { put_day(of / DAY, put) } else { put(format_args!("\"{of} milliseconds\"")) }
        }),
        DataType::Utf8 => array.as_string_opt::<i32>().is_some_and(|of| text(of.value(row), json)),
        DataType::LargeUtf8 => array.as_string_opt::<i64>().is_some_and(|of| text(of.value(row), json)),
        DataType::Utf8View => array.as_string_view_opt().is_some_and(|of| text(of.value(row), json)),
        DataType::Dictionary(..) => array.as_any_dictionary_opt().is_some_and(|of| {
            let key = integer(of.keys(), row).and_then(|key| usize::try_from(key).ok());
            key.is_some_and(|key| value(of.values(), key, json))
        }),
        DataType::List(_) => array.as_list_opt::<i32>().is_some_and(|of| items(&of.value(row), json)),
        DataType::LargeList(_) => array.as_list_opt::<i64>().is_some_and(|of| items(&of.value(row), json)),
        DataType::FixedSizeList(..) => {
            array.as_fixed_size_list_opt().is_some_and(|of| items(&of.value(row), json))
        }
        DataType::Struct(fields) => array.as_struct_opt().is_some_and(|of| {
            json.push('{');
            for (field, column) in fields.iter().zip(of.columns()) {
                entry(field.name(), column, row, json);
            }
            json.push('}');
            true
        }),
        // No other type is taken.
        _ => false,
    }
}

#[expect(clippy::wildcard_enum_match_arm, reason = "of Arrow's types some are taken")]
fn integer(array: &dyn Array, row: usize) -> Option<i128> {
    match array.data_type() {
        DataType::Int8 => of::<Int8Type>(array, row).map(i128::from),
        DataType::Int16 => of::<Int16Type>(array, row).map(i128::from),
        DataType::Int32 => of::<Int32Type>(array, row).map(i128::from),
        DataType::Int64 => of::<Int64Type>(array, row).map(i128::from),
        DataType::UInt8 => of::<UInt8Type>(array, row).map(i128::from),
        DataType::UInt16 => of::<UInt16Type>(array, row).map(i128::from),
        DataType::UInt32 => of::<UInt32Type>(array, row).map(i128::from),
        DataType::UInt64 => of::<UInt64Type>(array, row).map(i128::from),
        _ => None,
    }
}

fn of<T: ArrowPrimitiveType>(array: &dyn Array, row: usize) -> Option<T::Native> {
    array.as_primitive_opt::<T>().map(|array| array.value(row))
}

fn decimal(units: i128, scale: i8) -> String {
    match u32::try_from(scale) {
        Ok(scale) => number_text(units, scale),
        Err(_) => format!("\"{units}e{}\"", -i32::from(scale)),
    }
}

fn put_day(day: i64, mut put: impl FnMut(std::fmt::Arguments<'_>) -> bool) -> bool {
    match date_of(day) {
        Ok(date) => put(format_args!("\"{date}\"")),
        // No day of the calendar, which is told.
        Err(_) => put(format_args!("\"day {day}\"")),
    }
}

fn text(text: &str, json: &mut String) -> bool {
    write!(json, "{}", serde_json::Value::from(text)).is_ok()
}

fn items(items: &dyn Array, json: &mut String) -> bool {
    json.push('[');
    for item in 0..items.len() {
        if item > 0 {
            json.push(',');
        }
        // A null among items is no value, and is refused as one.
        if !value(items, item, json) {
            json.push_str("null");
        }
    }
    json.push(']');
    true
}
