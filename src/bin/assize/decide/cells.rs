//! A batch of decisions as rows of CSV: what is one value as a cell, what is several as JSON in a cell.

use std::fmt::Write as _;
use std::io::{self, Write};

use assize::arrow::arrow_array::cast::AsArray as _;
use assize::arrow::arrow_array::types::{Date32Type, Decimal128Type, Int32Type, Int64Type};
use assize::arrow::arrow_array::{Array, RecordBatch};
use assize::arrow::arrow_schema::DataType;

use jiff::civil::Date;

/// An empty cell is null.
pub(crate) fn write(batch: &RecordBatch, out: &mut csv::Writer<impl Write>) -> io::Result<()> {
    let mut cell = String::new();
    for row in 0..batch.num_rows() {
        for column in batch.columns() {
            cell.clear();
            if column.is_valid(row) {
                put(column, row, Place::Cell, &mut cell);
            }
            out.write_field(&cell).map_err(io_error)?;
        }
        out.write_record(None::<&[u8]>).map_err(io_error)?;
    }
    Ok(())
}

/// What an error of the system was stays one.
pub(crate) fn io_error(error: csv::Error) -> io::Error {
    if !error.is_io_error() {
        return io::Error::other(error);
    }
    if let csv::ErrorKind::Io(error) = error.into_kind() { error } else { io::ErrorKind::Other.into() }
}

/// Where a value stands.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    Cell,
    /// In the form of a decision's line.
    Json,
}

// Writing into a string does not fail.
#[expect(clippy::wildcard_enum_match_arm, reason = "of Arrow's types some are taken")]
fn put(array: &dyn Array, row: usize, place: Place, out: &mut String) {
    if array.is_null(row) {
        out.push_str("null");
        return;
    }
    match array.data_type() {
        DataType::Boolean => {
            let value = array.as_boolean_opt().is_some_and(|array| array.value(row));
            out.push_str(if value { "true" } else { "false" });
        }
        DataType::Int64 => {
            let value = array.as_primitive_opt::<Int64Type>().map(|array| array.value(row));
            let _ = write!(out, "{}", value.unwrap_or_default());
        }
        DataType::Decimal128(..) => {
            let value = array.as_primitive_opt::<Decimal128Type>().map(|array| array.value_as_string(row));
            text(&value.unwrap_or_default(), place, out);
        }
        DataType::Date32 => {
            let days = array.as_primitive_opt::<Date32Type>().map(|array| array.value(row));
            let epoch = Date::constant(1970, 1, 1);
            let span = days.and_then(|days| jiff::Span::new().try_days(days).ok());
            let date = span.and_then(|span| epoch.checked_add(span).ok());
            text(&date.map(|date| date.to_string()).unwrap_or_default(), place, out);
        }
        DataType::Utf8 => {
            text(array.as_string_opt::<i32>().map_or("", |array| array.value(row)), place, out);
        }
        DataType::Dictionary(..) => {
            if let Some(dictionary) = array.as_dictionary_opt::<Int32Type>()
                && let Some(key) = dictionary.key(row)
            {
                put(dictionary.values(), key, place, out);
            }
        }
        DataType::List(_) => {
            out.push('[');
            if let Some(list) = array.as_list_opt::<i32>() {
                let items = list.value(row);
                for item in 0..items.len() {
                    out.push_str(if item > 0 { "," } else { "" });
                    put(&items, item, Place::Json, out);
                }
            }
            out.push(']');
        }
        DataType::Struct(fields) => {
            out.push('{');
            let columns = array.as_struct_opt().map(|array| array.columns()).unwrap_or_default();
            for (place, (field, column)) in fields.iter().zip(columns).enumerate() {
                out.push_str(if place > 0 { "," } else { "" });
                text(field.name(), Place::Json, out);
                out.push(':');
                put(column, row, Place::Json, out);
            }
            out.push('}');
        }
        // Decisions have no columns of another type.
        _ => {}
    }
}

fn text(text: &str, place: Place, out: &mut String) {
    match place {
        Place::Cell => out.push_str(text),
        Place::Json => {
            let _ = write!(out, "{}", serde_json::Value::from(text));
        }
    }
}
