//! Reading a case's JSON and writing an answer's.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::money::Exact;

pub(crate) fn has(facts: &Value, key: &str) -> bool {
    facts.get(key).is_some()
}

pub(crate) fn text<'a>(facts: &'a Value, key: &str) -> &'a str {
    facts[key].as_str().unwrap_or_else(|| panic!("`{key}` is a text in {facts}"))
}

pub(crate) fn yes(facts: &Value, key: &str, default: bool) -> bool {
    facts.get(key).map_or(default, |value| value.as_bool().expect("a bool"))
}

pub(crate) fn integer(facts: &Value, key: &str, default: i64) -> i64 {
    facts.get(key).map_or(default, |value| value.as_i64().expect("an integer"))
}

pub(crate) fn amount(facts: &Value, key: &str) -> Option<Exact> {
    facts.get(key).map(|value| Exact::parse(value.as_str().expect("an exact decimal is a text")))
}

pub(crate) fn date(facts: &Value, key: &str) -> Option<Date> {
    facts.get(key).map(parse_date)
}

pub(crate) fn items<'a>(facts: &'a Value, key: &str) -> &'a [Value] {
    facts.get(key).map_or(&[], |value| value.as_array().expect("a list"))
}

pub(crate) fn dates(facts: &Value, key: &str) -> Vec<Date> {
    items(facts, key).iter().map(parse_date).collect()
}

fn parse_date(value: &Value) -> Date {
    value.as_str().expect("a date is a text").parse().expect("a date")
}

/// A date of an answer, or null.
pub(crate) fn day(date: Option<Date>) -> Value {
    date.map_or(Value::Null, |date| json!(date.to_string()))
}

/// Those of the facts that are absent.
pub(crate) fn absent(facts: &Value, keys: &[&str]) -> Vec<String> {
    keys.iter().filter(|key| !has(facts, key)).map(|key| (*key).to_owned()).collect()
}

/// The answer to a case that lacks facts.
pub(crate) fn undetermined(mut missing: Vec<String>) -> Value {
    missing.sort();
    json!({ "status": "undetermined", "missing": missing })
}

/// Takes a needed fact away, so that a case lacks it.
pub(crate) fn forget(facts: &mut Value, key: &str) {
    facts.as_object_mut().expect("facts are an object").remove(key);
}
