//! Laws over generated cases: no input panics, the doors agree, and the order of keys does not matter.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use serde::Serialize;

use super::limits;
use super::schema::schema;
use crate::decision::ProblemCode;
use crate::facts::csv::{ListFile, Reader, Undeclared};
use crate::facts::json::{Cases, Shape, bind};
use crate::facts::{Bound, Limits, from_serialize};

#[derive(Clone, Debug, Default, Serialize)]
struct Facts {
    #[serde(skip_serializing_if = "Option::is_none")]
    flag: Option<bool>,
    #[serde(skip_serializing_if = "Option::is_none")]
    count: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    ratio: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    share: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    on: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grace: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    name: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    grade: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maybe: Option<Option<bool>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    kinds: Option<Vec<&'static str>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    band: Option<(String, i32)>,
    #[serde(skip_serializing_if = "Option::is_none")]
    findings: Option<Vec<Finding>>,
}

#[derive(Clone, Debug, Serialize)]
struct Finding {
    #[serde(skip_serializing_if = "Option::is_none")]
    units_tested: Option<i64>,
    #[serde(rename = "type")]
    kind: &'static str,
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        "-?[0-9]{1,4}(\\.[0-9]{1,4})?",
        "-?[0-9]{1,40}(\\.[0-9]{1,40})?",
        "[0-9]{1,3}e-?[0-9]{1,3}",
        ".{0,4}"
    ]
}

fn date() -> impl Strategy<Value = String> {
    prop_oneof!["(19|20)[0-9]{2}-(0[1-9]|1[0-2])-[0-3][0-9]", ".{0,10}"]
}

prop_compose! {
    fn flat()(
        flag: Option<bool>,
        count in proptest::option::of(prop_oneof![-5_i64..110, any::<i64>()]),
        ratio in proptest::option::of(number()),
        share in proptest::option::of(number()),
        on in proptest::option::of(date()),
        grace in proptest::option::of(prop_oneof![0_u64..40, any::<u64>()]),
        name in proptest::option::of(".{0,12}"),
        grade in proptest::option::of(prop::sample::select(&["minor", "general", "serious", "other"][..])),
    ) -> Facts {
        Facts { flag, count, ratio, share, on, grace, name, grade, ..Facts::default() }
    }
}

prop_compose! {
    fn facts()(
        flat in flat(),
        maybe: Option<Option<bool>>,
        kinds in proptest::option::of(proptest::collection::vec(kind(), 0..4)),
        band in proptest::option::of((number(), any::<i32>())),
        findings in proptest::option::of(proptest::collection::vec(
            (proptest::option::of(-2_i64..9), kind()).prop_map(|(units_tested, kind)| Finding { units_tested, kind }),
            0..4,
        )),
    ) -> Facts {
        Facts { maybe, kinds, band, findings, ..flat }
    }
}

fn kind() -> impl Strategy<Value = &'static str> {
    prop::sample::select(&["Priority", "Core", "bad label", "Kore"][..])
}

/// JSON with names of the schema, and others.
fn json() -> impl Strategy<Value = String> {
    let name = || {
        prop::sample::select(
            &[
                "flag", "count", "ratio", "on", "name", "grade", "kinds", "steps", "band", "revised",
                "hygiene", "findings", "type", "x",
            ][..],
        )
    };
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|value| value.to_string()),
        any::<i64>().prop_map(|value| value.to_string()),
        "-?[1-9][0-9]{0,3}(\\.[0-9]{1,3})?(e[0-9]{1,3})?",
        ".{0,6}".prop_map(|text| serde_json::to_string(&text).unwrap()),
        "\"(\\\\u[0-9a-f]{4}){0,3}\"",
        name().prop_map(|name| format!("\"{name}\"")),
    ];
    let object = move |entries: Vec<(&str, String)>| {
        let entries: Vec<String> =
            entries.iter().map(|(name, value)| format!("\"{name}\": {value}")).collect();
        format!("{{{}}}", entries.join(","))
    };
    let value = leaf.prop_recursive(3, 24, 5, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(|items| format!("[{}]", items.join(","))),
            proptest::collection::vec((name(), inner), 0..5).prop_map(object),
        ]
    });
    proptest::collection::vec((name(), value), 0..8).prop_map(object)
}

fn from_csv(row: &BTreeMap<String, String>) -> Bound {
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(row.keys()).unwrap();
    writer.write_record(row.values()).unwrap();
    let (schema, limits, text) = (schema(), limits(), writer.into_inner().unwrap());
    let mut reader =
        Reader::open(&schema, text.as_slice(), &Undeclared::Refuse, Vec::new(), &limits).unwrap();
    let bound = reader.next().unwrap().unwrap().bound;
    assert!(reader.next().is_none());
    bound
}

/// Messages name the form in which a value was found, which differs between a cell and JSON.
fn without_messages(mut bound: Bound) -> Bound {
    for problem in &mut bound.problems {
        problem.message.clear();
    }
    bound
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        every_door(&bytes);
    }

    #[test]
    fn arbitrary_text_never_panics(text in "[\\[\\]{},:\"\\\\ \n0-9a-f\\-u.]{0,60}") {
        every_door(text.as_bytes());
    }

    #[test]
    fn arbitrary_json_never_panics_and_is_never_called_no_json(text in json()) {
        every_door(text.as_bytes());
        let bound = bind(&schema(), &text, &limits());
        prop_assert_eq!(bound.values.len(), schema().facts.fields.len());
        prop_assert!(bound.problems.is_sorted());
        // Lone surrogates are valid only to the eye.
        let surrogate = text.contains("\\ud");
        prop_assert!(surrogate || bound.problems.iter().all(|problem| problem.code != ProblemCode::NotJson));
    }

    #[test]
    fn serde_and_json_agree(facts in facts()) {
        let text = serde_json::to_string(&facts).unwrap();
        prop_assert_eq!(from_serialize(&schema(), &facts, &limits()), bind(&schema(), &text, &limits()));
    }

    #[test]
    fn csv_and_json_agree_on_flat_cases(facts in flat()) {
        let json: serde_json::Value = serde_json::to_value(&facts).unwrap();
        let row: BTreeMap<String, String> = json.as_object().unwrap().iter().map(|(name, value)| {
            (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        }).collect();
        // An empty cell is an absent fact, an empty text is not; and a row needs a column.
        prop_assume!(!row.is_empty() && row.values().all(|cell| !cell.is_empty()));
        let json = bind(&schema(), json.to_string(), &limits());
        prop_assert_eq!(without_messages(from_csv(&row)), without_messages(json));
    }

    #[test]
    fn the_order_of_keys_does_not_matter(text in json(), seed: u64) {
        let entries: Vec<(String, Box<serde_json::value::RawValue>)> = entries(&text);
        let mut shuffled = entries.clone();
        let length = entries.len().max(1);
        let middle = usize::try_from(seed % length as u64).unwrap().min(entries.len());
        shuffled.rotate_left(middle);
        shuffled.reverse();
        // A problem that names a place in the text is the one thing that moves.
        prop_assume!(!text.contains("\\ud"));
        prop_assert_eq!(bind(&schema(), write(&entries), &limits()), bind(&schema(), write(&shuffled), &limits()));
    }

    #[test]
    fn the_order_of_columns_does_not_matter(facts in flat()) {
        let json: serde_json::Value = serde_json::to_value(&facts).unwrap();
        let cells: Vec<(String, String)> = json.as_object().unwrap().iter().map(|(name, value)| {
            (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned))
        }).collect();
        prop_assume!(!cells.is_empty());
        let bound = |cells: &mut dyn Iterator<Item = &(String, String)>| {
            let (header, row): (Vec<String>, Vec<String>) = cells.cloned().unzip();
            let mut writer = csv::Writer::from_writer(Vec::new());
            writer.write_record(header).unwrap();
            writer.write_record(row).unwrap();
            let (schema, limits, text) = (schema(), limits(), writer.into_inner().unwrap());
            let mut reader = Reader::open(&schema, text.as_slice(), &Undeclared::Refuse, Vec::new(), &limits).unwrap();
            reader.next().unwrap().unwrap().bound
        };
        prop_assert_eq!(bound(&mut cells.iter()), bound(&mut cells.iter().rev()));
    }
}

/// The entries of an object in order, repeated keys included.
fn entries(text: &str) -> Vec<(String, Box<serde_json::value::RawValue>)> {
    struct Entries(Vec<(String, Box<serde_json::value::RawValue>)>);
    impl<'de> serde::Deserialize<'de> for Entries {
        fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            struct All;
            impl<'de> serde::de::Visitor<'de> for All {
                type Value = Entries;
                fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    f.write_str("an object")
                }
                fn visit_map<A: serde::de::MapAccess<'de>>(self, mut map: A) -> Result<Entries, A::Error> {
                    let mut entries = Vec::new();
                    while let Some(entry) = map.next_entry()? {
                        entries.push(entry);
                    }
                    Ok(Entries(entries))
                }
            }
            deserializer.deserialize_map(All)
        }
    }
    serde_json::from_str::<Entries>(text).unwrap().0
}

fn write(entries: &[(String, Box<serde_json::value::RawValue>)]) -> String {
    let entries: Vec<String> = entries.iter().map(|(name, value)| format!("\"{name}\":{value}")).collect();
    format!("{{{}}}", entries.join(","))
}

fn every_door(bytes: &[u8]) {
    let (schema, limits) = (schema(), limits());
    bind(&schema, bytes, &limits);
    for shape in [Shape::Lines, Shape::Document] {
        for raw in Cases::new(bytes, shape, &Limits { case_bytes: 50, ..limits }) {
            raw.unwrap().bind(&schema, &limits);
        }
    }
    let with_header = [b"name,revised.hygiene,count\n", bytes].concat();
    for text in [bytes, &with_header] {
        let _ = ListFile::load(&schema, "findings", text, "name", &Undeclared::IgnoreAll, &limits);
        if let Ok(reader) = Reader::open(&schema, text, &Undeclared::IgnoreAll, Vec::new(), &limits) {
            for case in reader {
                case.unwrap();
            }
        }
    }
}

#[test]
fn every_code_of_facts_is_raised() {
    let small = Limits { list_items: 1, text_bytes: 3, ..limits() };
    let json = r#"{"x": 1, "flag": 1, "flag": 1, "ratio": 1e99, "on": "x", "grade": "x", "count": 101, "name": "long",
        "kinds": ["Core", "Core"], "optional": null}"#;
    let mut raised: BTreeSet<&str> = BTreeSet::new();
    let mut add = |bound: Bound| raised.extend(bound.problems.iter().map(|problem| problem.code.as_str()));
    add(bind(&schema(), json, &small));
    add(bind(&schema(), r#"{"kinds": ["Core", "Core"], "name": "\u202e"}"#, &limits()));
    add(bind(&schema(), "", &limits()));
    add(bind(&schema(), "{}", &Limits { case_bytes: 1, ..limits() }));
    add(from_serialize(&schema(), &BTreeMap::from([("ratio", 0.5)]), &limits()));
    let (schema, limits) = (schema(), limits());
    let reader =
        Reader::open(&schema, "count\n1,2\n".as_bytes(), &Undeclared::Refuse, Vec::new(), &limits).unwrap();
    reader.for_each(|case| add(case.unwrap().bound));
    let all: BTreeSet<&str> = ProblemCode::ALL
        .iter()
        .map(|code| code.as_str())
        // Contradictions between facts are found by evaluation, and work is counted before it.
        .filter(|code| code.starts_with("facts/"))
        .filter(|code| {
            ![ProblemCode::MustHold, ProblemCode::TooMuchWork].map(ProblemCode::as_str).contains(code)
        })
        .collect();
    assert_eq!(raised, all);
}
