//! Record batches are decided as the JSON of their rows is, and the batch of decisions says all that their lines say.
#![cfg(feature = "arrow")]
#![allow(
    clippy::expect_used,
    clippy::panic,
    clippy::unreachable,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]
#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by panicking")]
#![allow(clippy::wildcard_enum_match_arm, reason = "of Arrow's types some are tested")]

#[allow(dead_code, reason = "other tests use the rest")]
mod generate;

use std::collections::BTreeSet;
use std::sync::Arc;

use arrow_array::builder::{Decimal128Builder, StringDictionaryBuilder};
use arrow_array::cast::AsArray;
use arrow_array::types::{
    Date32Type, Decimal128Type, Int8Type, Int16Type, Int32Type, Int64Type, UInt8Type, UInt16Type, UInt32Type,
    UInt64Type,
};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Date64Array, Decimal32Array, Decimal64Array, Decimal256Array,
    FixedSizeListArray, Float32Array, Float64Array, Int8Array, Int16Array, Int32Array, Int64Array,
    LargeListArray, LargeStringArray, ListArray, NullArray, RecordBatch, StringArray, StringViewArray,
    StructArray, UInt8Array, UInt16Array, UInt32Array, UInt64Array,
};
use arrow_buffer::{NullBuffer, OffsetBuffer, i256};
use arrow_schema::{DataType, Field, Schema};
use assize::arrow::BatchOptions;
use assize::columns::Decisions;
use assize::decision::ProblemCode;
use assize::{Decision, Policy};
use generate::{Choices, plain_policy, policy};
use serde_json::{Map, Value as Json, json};

/// What was held against each other.
#[derive(Debug, Default)]
struct Seen {
    policies: u64,
    compiled: u64,
    rows: u64,
    decided: u64,
    /// Rows of which the columns say all.
    whole: u64,
    /// Rows with a list, set, range or record among the facts, and among the outcomes.
    nested: u64,
    nested_outcomes: u64,
    fired: u64,
    overridden: u64,
    layouts: BTreeSet<String>,
}

#[test]
fn generated_policies() {
    let mut seen = Seen::default();
    for seed in 0..if cfg!(debug_assertions) { 120 } else { 2_000 } {
        let choice = bytes(seed, 200 + (seed % 7) as usize * 250);
        let made = if seed % 3 == 0 { policy(&choice) } else { plain_policy(&choice) };
        let text = made.text();
        let Ok(policy) = Policy::from_text("p.assize", &text) else { continue };
        let choice = bytes(seed + 2_000_000, 6_000);
        let mut choices = Choices::new(&choice);
        let mut cases = Vec::new();
        for _ in 0..20 {
            let case = made.case(&mut choices);
            let completed = made.completed(&case, &mut choices).value;
            cases.extend([case.value, completed].iter().filter_map(Json::as_object).cloned());
        }
        seen.policies += 1;
        seen.compiled += u64::from(policy.is_compiled());
        same(&policy, cases, &mut choices, &mut seen, &format!("seed {seed}\n{text}"));
    }
    // Shares of what is generated: with less the law would say less.
    assert!(seen.compiled * 10 >= seen.policies * 4, "{seen:?}");
    assert!(seen.decided * 10 >= seen.rows * 3 && seen.whole * 10 >= seen.decided * 8, "{seen:?}");
    assert!(seen.nested * 10 >= seen.rows && seen.nested_outcomes * 20 >= seen.rows, "{seen:?}");
    assert!(seen.fired > 0 && seen.overridden > 0 && seen.whole < seen.rows, "{seen:?}");
    assert!(seen.layouts.len() >= 20, "{seen:?}");
}

/// The cases as a batch give what each gives alone.
fn same(
    policy: &Policy,
    cases: Vec<Map<String, Json>>,
    choices: &mut Choices<'_>,
    seen: &mut Seen,
    shown: &str,
) {
    let schema = policy.facts_arrow_schema();
    // Rows in front that are cut off again: then bitmaps begin within a byte.
    let cut = choices.below(12).min(cases.len());
    let rows: Vec<&Map<String, Json>> = cases[..cut].iter().chain(&cases).collect();
    let mut taken: Vec<Map<String, Json>> = vec![Map::new(); rows.len()];
    let mut columns: Vec<(String, ArrayRef)> = Vec::new();
    for field in schema.fields() {
        let mut values: Vec<Option<Json>> = rows.iter().map(|case| case.get(field.name()).cloned()).collect();
        let array = array(field.data_type(), &mut values);
        let array = another_layout(array, choices);
        seen.layouts.insert(array.data_type().to_string());
        columns.push((field.name().clone(), array));
        for (taken, value) in taken.iter_mut().zip(values) {
            taken.extend(value.map(|value| (field.name().clone(), value)));
        }
    }
    if columns.is_empty() {
        return;
    }
    let batch = RecordBatch::try_from_iter(columns).expect("columns of one length").slice(cut, cases.len());
    let first = 3;
    let mut decisions = Decisions::new(policy);
    policy.decide_record_batch_into(&batch, &BatchOptions::new(), &mut decisions).expect("columns that fit");
    let answers = decisions.to_record_batch(first).expect("a batch");
    assert_eq!(answers.schema(), policy.decision_arrow_schema());
    let reference = policy.reference();
    // A policy that is not compiled has the same columns.
    let by_reference = reference.decide_record_batch(&batch, &BatchOptions::new()).expect("columns that fit");
    let by_program = policy.decide_record_batch(&batch, &BatchOptions::new()).expect("columns that fit");
    assert_eq!(by_reference, by_program, "{shown}");
    for (row, case) in taken.split_off(cut).into_iter().enumerate() {
        let facts = Json::Object(case).to_string();
        let decision = reference.decide_json(&facts);
        let number = first + row as u64;
        assert_eq!(
            decisions.decision(row).unwrap().to_json(number),
            decision.to_json(number),
            "{shown}\n--- {facts}"
        );
        said(&answers, row, &decision, number, seen, &format!("{shown}\n--- {facts}"));
        seen.nested += u64::from(facts[1..].contains(['[', '{']));
    }
}

/// A row of decisions says what a decision says.
fn said(answers: &RecordBatch, row: usize, decision: &Decision, number: u64, seen: &mut Seen, shown: &str) {
    let column = |name: &str| answers.column_by_name(name).unwrap_or_else(|| panic!("no {name}: {shown}"));
    // Generated policies use none of these names.
    let beside = ["case", "status", "needs", "fired", "overridden", "decision"];
    let mut line: Json = serde_json::from_str(&decision.to_json(number)).unwrap();
    let mut outcomes = Map::new();
    for field in answers.schema().fields().iter().filter(|field| !beside.contains(&field.name().as_str())) {
        let name = field.name().as_str();
        let value = value(column(name), row);
        let expected =
            line["outcomes"].get(name).map_or(Json::Null, |value| trimmed(value, field.data_type()));
        seen.nested_outcomes += u64::from(field.data_type().is_nested() && !value.is_null());
        assert_eq!(value, expected, "{name}\n{shown}");
        outcomes.insert(name.to_owned(), value);
    }
    let texts = |name: &str| value(column(name), row);
    assert_eq!(texts("case"), json!(number));
    assert_eq!(texts("status"), line["status"], "{shown}");
    assert_eq!(texts("needs"), line["needs"], "{shown}");
    let fired: Vec<&str> = decision.fired().iter().map(|fired| &*fired.rule).collect();
    assert_eq!(texts("fired"), json!(fired), "{shown}");
    seen.rows += 1;
    seen.decided += u64::from(decision.is_decided());
    seen.fired += fired.len() as u64;
    seen.overridden += decision.overridden().len() as u64;
    if !column("decision").is_null(row) {
        assert_eq!(texts("decision"), json!(decision.to_json(number)), "{shown}");
        return;
    }
    seen.whole += 1;
    // The columns alone say the whole line.
    let mut overridden = texts("overridden");
    for entry in overridden.as_array_mut().unwrap() {
        if entry["outcomes"] == json!([]) {
            entry.as_object_mut().unwrap().remove("outcomes");
        }
    }
    line["outcomes"] = json!(outcomes);
    let fired: Vec<Json> = fired.iter().map(|rule| json!({"rule": rule})).collect();
    let rebuilt = json!({
        "case": number, "status": "decided", "outcomes": outcomes, "unsettled": [], "needs": [], "fired": fired,
        "overridden": overridden, "errors": [],
    });
    assert_eq!(rebuilt, line, "{shown}");
}

/// Zeros at the end of decimals are not part of a number.
fn trimmed(value: &Json, ty: &DataType) -> Json {
    match (ty, value) {
        (DataType::Decimal128(..), Json::String(text)) => json!(without_zeros(text)),
        (DataType::List(item), Json::Array(items)) => {
            items.iter().map(|value| trimmed(value, item.data_type())).collect()
        }
        (DataType::Struct(fields), Json::Object(entries)) => {
            let mut record = Map::new();
            for field in fields {
                let value = entries.get(field.name()).map(|value| trimmed(value, field.data_type()));
                record.extend(
                    value.filter(|value| !value.is_null()).map(|value| (field.name().clone(), value)),
                );
            }
            Json::Object(record)
        }
        (_, value) => value.clone(),
    }
}

fn without_zeros(text: &str) -> &str {
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.') } else { text }
}

/// What stands in an array, in the form of the wire. Of a record only what is there.
fn value(array: &dyn Array, row: usize) -> Json {
    if array.is_null(row) {
        return Json::Null;
    }
    match array.data_type() {
        DataType::Boolean => json!(array.as_boolean().value(row)),
        DataType::Int64 => json!(array.as_primitive::<Int64Type>().value(row)),
        DataType::Decimal128(..) => {
            json!(without_zeros(&array.as_primitive::<Decimal128Type>().value_as_string(row)))
        }
        DataType::Date32 => {
            let date = Date32Type::to_naive_date_opt(array.as_primitive::<Date32Type>().value(row)).unwrap();
            json!(date.to_string())
        }
        DataType::Utf8 => json!(array.as_string::<i32>().value(row)),
        DataType::Dictionary(..) => {
            let dictionary = array.as_dictionary::<Int32Type>();
            value(dictionary.values(), dictionary.key(row).unwrap())
        }
        DataType::List(_) => {
            let items = array.as_list::<i32>().value(row);
            (0..items.len()).map(|item| value(&items, item)).collect()
        }
        DataType::Struct(fields) => {
            let columns = fields.iter().zip(array.as_struct().columns());
            let entries = columns.map(|(field, column)| (field.name().clone(), value(column, row)));
            Json::Object(entries.filter(|(_, value)| !value.is_null()).collect())
        }
        other => panic!("no column of {other} is made"),
    }
}

/// Values as an array of a type. A value that it cannot hold is taken away.
fn array(ty: &DataType, values: &mut [Option<Json>]) -> ArrayRef {
    let mut keep = |fits: &dyn Fn(&Json) -> bool| {
        values.iter_mut().for_each(|value| *value = value.take().filter(|value| fits(value)));
    };
    match ty {
        DataType::Boolean => {
            keep(&Json::is_boolean);
            Arc::new(
                values.iter().map(|value| value.as_ref().and_then(Json::as_bool)).collect::<BooleanArray>(),
            )
        }
        DataType::Int64 => {
            keep(&Json::is_i64);
            Arc::new(values.iter().map(|value| value.as_ref().and_then(Json::as_i64)).collect::<Int64Array>())
        }
        DataType::Decimal128(_, scale) => {
            let units = |value: &Json| match value {
                Json::String(text) => units(text, *scale as usize),
                Json::Number(number) => units(&number.to_string(), *scale as usize),
                _ => None,
            };
            keep(&|value| units(value).is_some());
            let mut built = Decimal128Builder::new().with_data_type(ty.clone());
            values.iter().for_each(|value| built.append_option(value.as_ref().and_then(units)));
            Arc::new(built.finish())
        }
        DataType::Date32 => {
            let day = |value: &Json| {
                let text = value.as_str().filter(|text| text.len() == 10)?;
                let date = text.parse::<jiff::civil::Date>().ok()?;
                let epoch = jiff::civil::Date::constant(1970, 1, 1);
                Some(date.since(epoch).ok()?.get_days())
            };
            keep(&|value| day(value).is_some());
            Arc::new(values.iter().map(|value| value.as_ref().and_then(day)).collect::<Date32Array>())
        }
        DataType::Utf8 | DataType::Dictionary(..) => {
            keep(&Json::is_string);
            let texts = values.iter().map(|value| value.as_ref().and_then(Json::as_str));
            if *ty == DataType::Utf8 {
                return Arc::new(texts.collect::<StringArray>());
            }
            Arc::new(texts.collect::<arrow_array::DictionaryArray<Int32Type>>())
        }
        DataType::List(item) => {
            keep(&Json::is_array);
            let empty = Vec::new();
            let lists: Vec<&Vec<Json>> = values
                .iter()
                .map(|value| value.as_ref().and_then(Json::as_array).unwrap_or(&empty))
                .collect();
            let offsets = OffsetBuffer::from_lengths(lists.iter().map(|list| list.len()));
            let mut items: Vec<Option<Json>> =
                lists.into_iter().flatten().map(|item| (!item.is_null()).then(|| item.clone())).collect();
            let array = array(item.data_type(), &mut items);
            let mut items = items.into_iter();
            for list in values.iter_mut().flatten() {
                // An item that the array cannot hold is a null in it.
                let length = list.as_array().unwrap().len();
                *list = items.by_ref().take(length).map(|item| item.unwrap_or(Json::Null)).collect();
            }
            let valid = NullBuffer::from(values.iter().map(Option::is_some).collect::<Vec<bool>>());
            Arc::new(ListArray::new(item.clone(), offsets, array, Some(valid)))
        }
        DataType::Struct(fields) => {
            keep(&Json::is_object);
            let mut records: Vec<Option<Json>> =
                values.iter().map(|value| value.as_ref().map(|_| json!({}))).collect();
            let mut columns = Vec::new();
            for field in fields {
                let mut inner: Vec<Option<Json>> =
                    values.iter().map(|value| value.as_ref()?.get(field.name()).cloned()).collect();
                columns.push(array(field.data_type(), &mut inner));
                for (record, value) in records.iter_mut().zip(inner) {
                    if let (Some(record), Some(value)) = (record, value) {
                        record[field.name()] = value;
                    }
                }
            }
            values.clone_from_slice(&records);
            let valid = NullBuffer::from(values.iter().map(Option::is_some).collect::<Vec<bool>>());
            Arc::new(
                StructArray::try_new_with_length(fields.clone(), columns, Some(valid), values.len()).unwrap(),
            )
        }
        other => panic!("no fact is {other}"),
    }
}

/// A decimal text in units of ten to the power of minus `scale`, if it has no more decimals.
fn units(text: &str, scale: usize) -> Option<i128> {
    let (negative, digits) = text.strip_prefix('-').map_or((false, text), |digits| (true, digits));
    let (whole, places) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if whole.is_empty() || places.len() > scale || !all_digits(whole) || !all_digits(places) {
        return None;
    }
    let units = format!("{whole}{places:0<scale$}").parse::<i128>().ok()?;
    Some(if negative { -units } else { units })
}

/// The same values in another layout, where it can hold them.
fn another_layout(array: ArrayRef, choices: &mut Choices<'_>) -> ArrayRef {
    if array.null_count() == array.len() && choices.chance(128) {
        return Arc::new(NullArray::new(array.len()));
    }
    let choice = choices.below(12);
    let other: Option<ArrayRef> = match array.data_type() {
        DataType::Int64 => {
            let values = array.as_primitive::<Int64Type>();
            macro_rules! narrow {
                ($array:ident, $native:ty) => {
                    values
                        .iter()
                        .map(|value| value.map(<$native>::try_from).transpose())
                        .collect::<Result<$array, _>>()
                        .ok()
                        .map(|array| Arc::new(array) as ArrayRef)
                };
            }
            match choice {
                0 => narrow!(Int8Array, i8),
                1 => narrow!(Int16Array, i16),
                2 => narrow!(Int32Array, i32),
                3 => narrow!(UInt8Array, u8),
                4 => narrow!(UInt16Array, u16),
                5 => narrow!(UInt32Array, u32),
                6 => narrow!(UInt64Array, u64),
                _ => None,
            }
        }
        DataType::Decimal128(_, scale) => {
            let (values, scale) = (array.as_primitive::<Decimal128Type>(), *scale);
            match choice {
                0 => {
                    let units = values.iter().map(|value| value.map(i32::try_from).transpose());
                    let array = units.collect::<Result<Decimal32Array, _>>().ok();
                    array
                        .and_then(|array| Some(Arc::new(array.with_precision_and_scale(9, scale).ok()?) as _))
                }
                1..=3 => {
                    let units = values.iter().map(|value| value.map(i64::try_from).transpose());
                    let array = units.collect::<Result<Decimal64Array, _>>().ok();
                    array.and_then(|array| {
                        Some(Arc::new(array.with_precision_and_scale(18, scale).ok()?) as _)
                    })
                }
                4 => {
                    let units = values.iter().map(|value| value.map(i256::from_i128));
                    let array = units.collect::<Decimal256Array>().with_precision_and_scale(76, scale);
                    Some(Arc::new(array.unwrap()))
                }
                5 => {
                    let texts =
                        (0..array.len()).map(|row| array.is_valid(row).then(|| values.value_as_string(row)));
                    Some(Arc::new(texts.collect::<StringArray>()))
                }
                _ => None,
            }
        }
        DataType::Date32 if choice < 4 => {
            let days = array.as_primitive::<Date32Type>().iter();
            Some(Arc::new(
                days.map(|day| day.map(|day| i64::from(day) * 86_400_000)).collect::<Date64Array>(),
            ))
        }
        DataType::Utf8 => {
            let texts = array.as_string::<i32>().iter();
            match choice {
                0 | 1 => Some(Arc::new(texts.collect::<LargeStringArray>())),
                2 | 3 => Some(Arc::new(texts.collect::<StringViewArray>())),
                4 | 5 => Some(Arc::new(texts.collect::<arrow_array::DictionaryArray<UInt32Type>>())),
                _ => None,
            }
        }
        DataType::Dictionary(..) => {
            let texts = array.as_dictionary::<Int32Type>().downcast_dict::<StringArray>().unwrap();
            let texts = texts.into_iter();
            macro_rules! keyed {
                ($key:ty) => {{
                    let mut built = StringDictionaryBuilder::<$key>::new();
                    texts.for_each(|text| built.append_option(text));
                    Some(Arc::new(built.finish()) as ArrayRef)
                }};
            }
            match choice {
                0 => keyed!(Int8Type),
                1 => keyed!(Int16Type),
                2 => keyed!(Int64Type),
                3 => keyed!(UInt8Type),
                4 => keyed!(UInt16Type),
                5 => keyed!(UInt32Type),
                6 => keyed!(UInt64Type),
                7 => Some(Arc::new(texts.collect::<StringArray>())),
                8 => Some(Arc::new(texts.collect::<LargeStringArray>())),
                9 => Some(Arc::new(texts.collect::<StringViewArray>())),
                _ => None,
            }
        }
        DataType::List(item) if choice < 4 => {
            let list = array.as_list::<i32>();
            let lengths = list.offsets().lengths();
            let (offsets, valid) = (OffsetBuffer::from_lengths(lengths), list.nulls().cloned());
            Some(Arc::new(LargeListArray::new(item.clone(), offsets, list.values().clone(), valid)))
        }
        _ => None,
    };
    other.unwrap_or(array)
}

/// Bytes that a seed stands for (Marsaglia's xorshift).
fn bytes(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        })
        .collect()
}

fn read(text: &str) -> Policy {
    Policy::from_text("p.assize", text).unwrap_or_else(|error| panic!("{}", error.render()))
}

const POLICY: &str = "policy p
unit EUR, 2 decimals
enum Kind: a, b, c as \"sea\"
record Finding
  grave: bool
  units: integer or unknown
facts
  value:    EUR or unknown, 0 or more, up to 2 decimals
  rate:     number, wire in percent, default 0.5
  kind:     Kind or unknown
  found:    date or unknown
  count:    integer or unknown, 1_000_000 or less
  findings: list of Finding, default []
  kinds:    set of Kind, default []
  span:     range of date or unknown
  note:     text or unknown
  open:     bool or unknown
outcome worth:   EUR = value
outcome day:     date = found
outcome share:   number = rate
outcome half:    number, rounded to 0.001 half up = rate / 3
outcome number:  integer = count
outcome graves:  integer = count f in findings where f.grave
outcome what:    Kind = kind
outcome all:     set of Kind = kinds
outcome during:  range of date = span
outcome said:    text = note
outcome is_open: bool = open
";

/// One column, decided beside the JSON that means the same.
fn column_means(policy: &Policy, fact: &str, array: ArrayRef, texts: &[&str]) {
    let batch = RecordBatch::try_from_iter([(fact, array)]).unwrap();
    let mut decisions = Decisions::new(policy);
    policy.decide_record_batch_into(&batch, &BatchOptions::new(), &mut decisions).unwrap();
    assert_eq!(decisions.rows(), texts.len());
    for (row, text) in texts.iter().enumerate() {
        let facts = if text.is_empty() { "{}".to_owned() } else { format!("{{{:?}:{text}}}", fact) };
        let expected = policy.decide_json(&facts).to_json(0);
        assert_eq!(decisions.decision(row).unwrap().to_json(0), expected, "{facts}");
    }
}

#[test]
fn a_cell_means_what_it_means_in_json() {
    let policy = read(POLICY);
    let means = |fact: &str, array: ArrayRef, texts: &[&str]| column_means(&policy, fact, array, texts);
    means("count", Arc::new(UInt64Array::from(vec![7, u64::MAX])), &["7", "18446744073709551615"]);
    means("count", Arc::new(Int64Array::from(vec![Some(i64::MIN), None])), &["-9223372036854775808", ""]);
    let decimals = |units: Vec<i128>, scale| {
        let array = arrow_array::Decimal128Array::from(units).with_precision_and_scale(38, scale);
        Arc::new(array.unwrap()) as ArrayRef
    };
    let large = format!("\"1{}e-2\"", "0".repeat(30));
    means("value", decimals(vec![1_250, -1, 10_i128.pow(30)], 2), &[r#""12.50""#, r#""-0.01""#, &large]);
    means("value", decimals(vec![5, 0], -3), &["5000", "0"]);
    means("value", decimals(vec![5, 10_i128.pow(33)], 33), &["5e-33", "1"]);
    // Digits of a fact in percent are those of the wire.
    means("rate", decimals(vec![125], 1), &["12.5"]);
    let wide = vec![i256::from_i128(1_250), i256::from_string(&format!("1{}", "0".repeat(60))).unwrap()];
    let wide = Decimal256Array::from(wide).with_precision_and_scale(76, 2).unwrap();
    let large = format!("\"1{}e-2\"", "0".repeat(60));
    means("value", Arc::new(wide), &["12.5", &large]);
    means("value", Arc::new(Int8Array::from(vec![12])), &["12"]);
    means("value", Arc::new(StringArray::from(vec!["12.50", "12,50"])), &[r#""12.50""#, r#""12,50""#]);
    means("found", Arc::new(Date32Array::from(vec![19_782])), &[r#""2024-02-29""#]);
    means("found", Arc::new(Date32Array::from(vec![i32::MAX])), &[r#""day 2147483647""#]);
    means(
        "found",
        Arc::new(Date64Array::from(vec![86_400_000, 1])),
        &[r#""1970-01-02""#, r#""1 milliseconds""#],
    );
    means("found", Arc::new(StringArray::from(vec!["2024-02-30"])), &[r#""2024-02-30""#]);
    means("kind", Arc::new(StringArray::from(vec!["a", "c", "sea"])), &[r#""a""#, r#""c""#, r#""sea""#]);
    means("open", Arc::new(NullArray::new(2)), &["", ""]);
    let members = ListArray::from_iter_primitive::<Int32Type, _, _>([Some(vec![Some(1)])]);
    assert!(policy.decide_record_batch(&one("kinds", Arc::new(members)), &BatchOptions::new()).is_err());
    // Both a key and the name that it stands for may be null.
    let names = StringArray::from(vec![Some("b"), None]);
    let keys = Int32Array::from(vec![Some(0), Some(1), None]);
    means("kind", Arc::new(arrow_array::DictionaryArray::new(keys, Arc::new(names))), &[r#""b""#, "", ""]);
    let ends = Arc::new(StringArray::from(vec!["2024-01-01", "2024-02-01", "2024-02-01", "2024-01-01"]));
    let item = Arc::new(Field::new_list_field(DataType::Utf8, true));
    let spans = FixedSizeListArray::new(item, 2, ends, None);
    means("span", Arc::new(spans), &[r#"["2024-01-01","2024-02-01"]"#, r#"["2024-02-01","2024-01-01"]"#]);
}

fn one(name: &str, array: ArrayRef) -> RecordBatch {
    RecordBatch::try_from_iter([(name, array)]).unwrap()
}

/// The program reads columns of a compiled policy, and of a sliced batch the rows that are left.
#[test]
fn a_slice_has_its_own_rows() {
    let policy = read(
        "policy p\nfacts\n  on: bool or unknown\n  count: integer or unknown\noutcome sum: integer = count\n\
        outcome is_on: bool = on",
    );
    assert!(policy.is_compiled());
    let on: BooleanArray = (0..2_000).map(|row| (row % 5 != 0).then_some(row % 3 == 0)).collect();
    let counts: Int64Array = (0..2_000).map(|row| (row % 7 != 0).then_some(row)).collect();
    let columns: [(&str, ArrayRef); 2] = [("on", Arc::new(on)), ("count", Arc::new(counts))];
    let batch = RecordBatch::try_from_iter(columns).unwrap();
    let all = policy.decide_record_batch(&batch, &BatchOptions::new()).unwrap();
    for (from, rows) in [(0, 0), (1, 1), (3, 700), (8, 1_992), (1_999, 1), (511, 513)] {
        let slice = policy.decide_record_batch(&batch.slice(from, rows), &BatchOptions::new()).unwrap();
        for name in ["sum", "is_on", "status", "needs"] {
            let (of_slice, of_all) = (slice.column_by_name(name).unwrap(), all.column_by_name(name).unwrap());
            for row in 0..rows {
                assert_eq!(value(of_slice, row), value(of_all, from + row), "{name} {from} {row}");
            }
        }
    }
}

#[test]
fn columns_that_do_not_fit_are_told_all_at_once() {
    let policy = read(POLICY);
    let column = |name: &str, ty| Field::new(name, ty, true);
    let list = |ty| DataType::List(Arc::new(Field::new_list_field(ty, true)));
    let dictionary = |ty| DataType::Dictionary(Box::new(DataType::Int32), Box::new(ty));
    let inner =
        DataType::Struct(vec![column("grave", DataType::Float64), column("unit", DataType::Int64)].into());
    let schema = Schema::new(vec![
        column("value", DataType::Float64),
        column("count", DataType::Float32),
        column("open", DataType::Int8),
        column("found", DataType::Timestamp(arrow_schema::TimeUnit::Second, None)),
        column("kind", dictionary(DataType::Int64)),
        column("note", DataType::Binary),
        column("note", DataType::Utf8),
        column("rte", DataType::Int64),
        column("kinds", list(DataType::Int64)),
        column("findings", list(inner)),
        column("span", DataType::Utf8),
    ]);
    let error = policy.fit_arrow_schema(&schema, &BatchOptions::new()).unwrap_err();
    assert!(error.is_cases());
    insta::assert_snapshot!(error.render());
    let codes = |options: BatchOptions| -> BTreeSet<ProblemCode> {
        let error = policy.fit_arrow_schema(&schema, &options).unwrap_err();
        error.problems().iter().map(|problem| problem.code).collect()
    };
    assert!(codes(BatchOptions::new()).contains(&ProblemCode::Float));
    let rest = ["value", "count", "note", "findings", "kind", "kinds", "span", "open"];
    assert_eq!(
        codes(BatchOptions::new().ignore(rest).ignore_undeclared()),
        BTreeSet::from([ProblemCode::WrongType]),
        "a declared column still has to fit"
    );
    let batch = one("value", Arc::new(Float64Array::from(vec![1.5])));
    assert!(policy.decide_record_batch(&batch, &BatchOptions::new()).is_err());
    let batch = one("rate", Arc::new(Float32Array::from(vec![1.5])));
    let ignored = policy.decide_record_batch(&batch, &BatchOptions::new().ignore(["rate"])).unwrap();
    assert_eq!(ignored.num_rows(), 1, "the rows are there without the column");
}

#[test]
fn schemas() {
    let policy = read(POLICY);
    let shown = |schema: &Schema| {
        let fields = schema.fields().iter();
        let fields = fields.map(|field| {
            format!(
                "{}: {}{}\n",
                field.name(),
                field.data_type(),
                if field.is_nullable() { "" } else { ", never null" }
            )
        });
        fields.collect::<String>()
    };
    insta::assert_snapshot!(shown(&policy.facts_arrow_schema()));
    insta::assert_snapshot!(shown(&policy.decision_arrow_schema()));
    assert_eq!(policy.reference().decision_arrow_schema(), policy.decision_arrow_schema());
    assert!(policy.fit_arrow_schema(&policy.facts_arrow_schema(), &BatchOptions::new()).is_ok());
}

/// An outcome may have any name; no two columns are called the same, not even for readers that ignore case.
#[test]
fn names_of_columns_are_told_apart() {
    let policy = read(
        "policy p facts a: bool outcome STATUS: bool = a outcome _status: bool = a outcome fired: bool = a
        outcome decided as \"Decision\": bool = a",
    );
    let schema = policy.decision_arrow_schema();
    let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    assert_eq!(
        names,
        [
            "case",
            "__status",
            "Decision",
            "STATUS",
            "_status",
            "fired",
            "needs",
            "_fired",
            "overridden",
            "_decision"
        ]
    );
}

/// Unknown is null beside `undetermined`, and what is settled all the same is there.
#[test]
fn what_is_not_known_is_null() {
    let policy = read(POLICY);
    let batch = one("open", Arc::new(BooleanArray::from(vec![Some(false), None])));
    let answers = policy.decide_record_batch(&batch, &BatchOptions::new()).unwrap();
    let column = |name: &str| answers.column_by_name(name).unwrap();
    assert_eq!(value(column("is_open"), 0), json!(false));
    assert_eq!(value(column("is_open"), 1), Json::Null);
    assert_eq!(value(column("graves"), 1), json!(0));
    assert_eq!(value(column("share"), 1), json!("0.5"));
    assert_eq!(value(column("status"), 1), json!("undetermined"));
    let line: Json = serde_json::from_str(column("decision").as_string::<i32>().value(1)).unwrap();
    assert!(line["unsettled"].as_array().unwrap().contains(&json!("is_open")), "{line}");
}

/// Decisions from elsewhere make the same batch.
#[test]
fn decisions_made_one_by_one_are_a_batch_too() {
    let policy = read(POLICY);
    let batch = one("count", Arc::new(Int64Array::from(vec![Some(3), None, Some(2_000_000)])));
    let facts = [r#"{"count":3}"#, "{}", r#"{"count":2000000}"#];
    let decisions = Decisions::of(&policy, facts.map(|facts| policy.decide_json(facts))).unwrap();
    let together = policy.decide_record_batch(&batch, &BatchOptions::new()).unwrap();
    assert_eq!(decisions.to_record_batch(0).unwrap(), together);
}
