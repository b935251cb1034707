use std::collections::BTreeMap;

use serde::Serialize;
use serde::ser::{Error as _, Serializer};

use super::schema::{at, schema};
use super::{limits, lines};
use crate::facts::from_serialize;
use crate::value::{Number, Value};

fn problems<T: Serialize>(name: &'static str, value: T) -> Vec<String> {
    lines(&from_serialize(&schema(), &BTreeMap::from([(name, value)]), &limits()))
}

fn value<T: Serialize>(name: &'static str, value: T) -> Value {
    let bound = from_serialize(&schema(), &BTreeMap::from([(name, value)]), &limits());
    assert_eq!(lines(&bound), Vec::<String>::new(), "{name}");
    bound.values[at(name)].clone()
}

#[derive(Serialize)]
enum Kind {
    Core,
    #[serde(rename = "bad label")]
    Label,
    #[serde(rename = "revised")]
    Struct {
        hygiene: i32,
    },
    #[serde(rename = "steps")]
    Tuple(&'static str, i32),
    #[serde(rename = "count")]
    Newtype(u8),
    Other(u8, u8),
    OtherStruct {
        x: u8,
    },
}

#[derive(Serialize)]
struct Wrapped(i64);

#[derive(Serialize)]
struct Unit;

#[test]
fn rust_values_become_facts() {
    let number = |text| Value::Number(Number::parse(text).unwrap());
    assert_eq!(value("flag", true), Value::Bool(true));
    assert_eq!(value("count", 5_u8), Value::Integer(5));
    assert_eq!(value("count", 5_i128), Value::Integer(5));
    assert_eq!(value("count", Wrapped(5)), Value::Integer(5));
    assert_eq!(value("count", Some(Some(5))), Value::Integer(5));
    assert_eq!(value("count", None::<i32>), Value::Absent);
    assert_eq!(value("price", 5_u64), number("5"));
    assert_eq!(value("price", "5.25"), number("5.25"));
    assert_eq!(value("turn", i64::MAX), Value::WorkingDays(i64::MAX));
    assert_eq!(value("ratio", 10_i128.pow(20)), number("100000000000000000000"));
    assert_eq!(value("name", 'x'), Value::Text("x".into()));
    assert_eq!(
        value("kinds", [Kind::Label, Kind::Core]),
        Value::Set(vec![Value::Member(1), Value::Member(2)].into())
    );
    assert_eq!(value("band", ("1", 2)), Value::Range((number("1"), number("2")).into()));
    assert_eq!(value("maybe", Some(None::<bool>)), Value::Nothing);
    assert_eq!(value("maybe", ()), Value::Nothing);
    assert_eq!(value("maybe", None::<bool>), Value::Absent);
    let whole = from_serialize(&schema(), &Kind::Newtype(5), &limits());
    assert_eq!((lines(&whole), &whole.values[at("count")]), (vec![], &Value::Integer(5)));
    let whole = from_serialize(&schema(), &Kind::Struct { hygiene: 5 }, &limits());
    assert_eq!(lines(&whole), Vec::<String>::new());
    assert_eq!(
        whole.values[at("revised")],
        Value::Record(vec![Value::Integer(5), Value::Absent, Value::Absent].into())
    );
    let whole = from_serialize(&schema(), &Kind::Tuple("0.5", 1), &limits());
    assert_eq!(lines(&whole), Vec::<String>::new());
    assert_eq!(whole.values[at("steps")], Value::List(vec![number("0.5"), number("1")].into()));
}

#[test]
fn an_exact_json_number_of_the_host_is_a_number() {
    struct Exact;
    impl Serialize for Exact {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            use serde::ser::SerializeStruct as _;
            let mut number = serializer.serialize_struct("$serde_json::private::Number", 1)?;
            number.serialize_field("$serde_json::private::Number", "0.10")?;
            number.end()
        }
    }
    assert_eq!(value("ratio", Exact), Value::Number(Number::parse("0.1").unwrap()));
}

#[test]
fn what_is_not_exact_or_not_a_fact_is_refused() {
    struct Failing;
    impl Serialize for Failing {
        fn serialize<S: Serializer>(&self, _: S) -> Result<S::Ok, S::Error> {
            Err(S::Error::custom("the lock is poisoned"))
        }
    }
    struct Bytes;
    impl Serialize for Bytes {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            serializer.serialize_bytes(b"x")
        }
    }
    let float = "a floating-point number is not exact; use a decimal type or a string";
    let cases = [
        (problems("ratio", 0.5_f64), format!("facts/float at `ratio`: {float}")),
        (problems("ratio", 0.5_f32), format!("facts/float at `ratio`: {float}")),
        (problems("flag", f64::NAN), format!("facts/float at `flag`: {float}")),
        (
            problems("count", u64::MAX),
            "facts/bad-number at `count`: `18446744073709551615` leaves the range of 64 bits".into(),
        ),
        (
            problems("count", i128::MIN),
            format!("facts/bad-number at `count`: `{}` leaves the range of 64 bits", i128::MIN),
        ),
        (problems("name", Bytes), "facts/wrong-type at `name`: expected a text, found bytes".into()),
        (
            problems("name", Failing),
            "facts/wrong-type at `name`: the value does not serialize: the lock is poisoned".into(),
        ),
        (problems("name", Unit), "facts/null at `name`: null is no value; leave it out".into()),
        (problems("name", Some(None::<&str>)), "facts/null at `name`: null is no value; leave it out".into()),
        (
            problems("kinds", [None::<Kind>]),
            "facts/null at `kinds[0]`: null is no value; leave it out".into(),
        ),
        (problems("flag", [1]), "facts/wrong-type at `flag`: expected true or false, found an array".into()),
        (
            problems("flag", BTreeMap::from([("x", 1)])),
            "facts/wrong-type at `flag`: expected true or false, found an object".into(),
        ),
        (
            problems("flagg", Failing),
            "facts/unknown-field at `flagg`: the policy declares no field `flagg`; did you mean `flag`?"
                .into(),
        ),
        (
            problems("revised", Kind::Other(1, 2)),
            "facts/unknown-field at `revised.Other`: the policy declares no field `Other`".into(),
        ),
        (
            problems("revised", Kind::OtherStruct { x: 1 }),
            "facts/unknown-field at `revised.OtherStruct`: the policy declares no field `OtherStruct`".into(),
        ),
        (
            problems("flag", Kind::Other(1, 2)),
            "facts/wrong-type at `flag`: expected true or false, found an object".into(),
        ),
        (
            lines(&from_serialize(&schema(), &BTreeMap::from([(1, true)]), &limits())),
            "facts/wrong-type: a key of a map must be a text".into(),
        ),
        (
            lines(&from_serialize(&schema(), &5, &limits())),
            "facts/wrong-type: expected a struct or map of facts, found the number `5`".into(),
        ),
        (
            lines(&from_serialize(&schema(), &[5], &limits())),
            "facts/wrong-type: expected a struct or map of facts, found an array".into(),
        ),
        (
            lines(&from_serialize(&schema(), &Failing, &limits())),
            "facts/wrong-type: the value does not serialize: the lock is poisoned".into(),
        ),
    ];
    for (found, expected) in cases {
        assert_eq!(found, [expected]);
    }
}

#[test]
fn a_key_given_twice_is_a_problem() {
    #[derive(Serialize)]
    struct Twice {
        flag: bool,
        #[serde(flatten)]
        rest: BTreeMap<&'static str, bool>,
    }
    let bound =
        from_serialize(&schema(), &Twice { flag: true, rest: BTreeMap::from([("flag", false)]) }, &limits());
    assert_eq!(lines(&bound), ["facts/duplicate-field at `flag`: given more than once"]);
}
