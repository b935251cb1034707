//! The bytes of a decision, and what a host reads of it, on decisions made by hand.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::date;
use serde::Deserialize;

use super::*;
use crate::types::{EnumDef, EnumId, Field, MemberDef, Presence, RecordDef, RecordId, Type, UnitDef, UnitId};
use crate::value::{Number, Shape, Waits};

fn members(names: &[(&str, &str)]) -> Vec<MemberDef> {
    names
        .iter()
        .map(|(name, wire)| MemberDef { name: (*name).into(), wire: (*wire).into(), title: None })
        .collect()
}

fn field(wire: &str, ty: Type) -> Field {
    Field {
        name: wire.into(),
        wire: wire.into(),
        title: None,
        ty,
        nothing: false,
        unknown: false,
        presence: Presence::Needed,
        bounds: Default::default(),
        in_percent: false,
        judgement: None,
    }
}

fn schema(outcomes: &[(&str, Type)]) -> Schema {
    let unit = |name: &str, decimals, at| UnitDef {
        name: name.into(),
        decimals,
        base: UnitId(at),
        factor: Number::ONE,
    };
    Schema {
        units: vec![unit("CNY", Some(2), 0), unit("mg/kg", None, 1)],
        enums: vec![EnumDef {
            name: "Service".into(),
            title: None,
            is_scale: false,
            // Declared order, name order and wire order all differ.
            members: members(&[
                ("training", "b-training"),
                ("guidance", "c \"guidance\""),
                ("testing", "a-测试"),
            ]),
        }],
        records: vec![RecordDef {
            name: "Range".into(),
            fields: vec![field("z", Type::Integer), field("a", Type::Quantity(UnitId(0)))],
            ..RecordDef::default()
        }],
        facts: RecordDef::default(),
        outcomes: outcomes
            .iter()
            .map(|(wire, ty)| OutcomeDef {
                name: (*wire).into(),
                wire: (*wire).into(),
                title: None,
                ty: ty.clone(),
                nothing: true,
            })
            .collect(),
    }
}

fn decision(status: Status, outcomes: Vec<(&str, Type, Value)>) -> Decision {
    let declared: Vec<_> = outcomes.iter().map(|(wire, ty, _)| (*wire, ty.clone())).collect();
    Decision {
        schema: Arc::new(schema(&declared)),
        status,
        outcomes: outcomes.into_iter().map(|(_, _, value)| value).collect(),
        needs: Vec::new(),
        fired: Vec::new(),
        overridden: Vec::new(),
        problems: Vec::new(),
    }
}

fn number(text: &str) -> Value {
    Value::Number(Number::parse(text).unwrap())
}

fn service() -> Type {
    Type::Enum(EnumId(0))
}

/// The outcomes of a decided case, as written.
fn written(outcomes: Vec<(&str, Type, Value)>) -> String {
    let line = decision(Status::Decided, outcomes).to_json(0);
    let outcomes = line.strip_prefix(r#"{"case":0,"status":"decided","outcomes":"#).unwrap();
    outcomes
        .strip_suffix(r#","unsettled":[],"needs":[],"fired":[],"overridden":[],"errors":[]}"#)
        .unwrap()
        .to_owned()
}

#[test]
fn numbers_are_texts_with_the_decimals_of_their_unit() {
    let cny = || Type::Quantity(UnitId(0));
    let plain = || Type::Quantity(UnitId(1));
    assert_eq!(written(vec![("x", cny(), number("9999.99"))]), r#"{"x":"9999.99"}"#);
    assert_eq!(written(vec![("x", cny(), number("110000"))]), r#"{"x":"110000.00"}"#);
    assert_eq!(written(vec![("x", cny(), number("0.5"))]), r#"{"x":"0.50"}"#);
    assert_eq!(written(vec![("x", plain(), number("90.500"))]), r#"{"x":"90.5"}"#);
    assert_eq!(written(vec![("x", Type::Number, number("12.00"))]), r#"{"x":"12"}"#);
    assert_eq!(
        written(vec![("x", Type::Number, number("-0.000000000000000000000000001"))]),
        r#"{"x":"-0.000000000000000000000000001"}"#
    );
}

#[test]
fn counts_and_lengths_of_time_are_json_integers() {
    assert_eq!(
        written(vec![
            ("d", Type::Days, Value::Days(30)),
            ("c", Type::WorkingDays, Value::WorkingDays(5)),
            ("b", Type::Months, Value::Months(24)),
            ("a", Type::Integer, Value::Integer(-9_223_372_036_854_775_808)),
        ]),
        r#"{"a":-9223372036854775808,"b":24,"c":5,"d":30}"#
    );
}

#[test]
fn single_values() {
    assert_eq!(
        written(vec![
            ("yes", Type::Bool, Value::Bool(true)),
            ("day", Type::Date, Value::Date(date(2018, 5, 4))),
            ("text", Type::Text, Value::Text("a\"b\u{1}\n中".into())),
            ("kind", service(), Value::Member(1)),
            ("none", Type::Quantity(UnitId(0)), Value::Nothing),
        ]),
        r#"{"day":"2018-05-04","kind":"c \"guidance\"","none":null,"text":"a\"b\u0001\n中","yes":true}"#
    );
}

#[test]
fn sets_are_sorted_by_wire_text_or_value_and_lists_keep_their_order() {
    let set = |of: Type, members: Vec<Value>| (Type::Set(Box::new(of)), Value::Set(members.into()));
    let (ty, value) = set(service(), vec![Value::Member(0), Value::Member(1), Value::Member(2)]);
    assert_eq!(written(vec![("x", ty, value)]), r#"{"x":["a-测试","b-training","c \"guidance\""]}"#);
    let (ty, value) = set(Type::Integer, vec![Value::Integer(-2), Value::Integer(9), Value::Integer(10)]);
    assert_eq!(written(vec![("x", ty, value)]), r#"{"x":[-2,9,10]}"#);
    let (ty, value) = set(Type::Date, vec![Value::Date(date(2018, 5, 4)), Value::Date(date(2018, 10, 1))]);
    assert_eq!(written(vec![("x", ty, value)]), r#"{"x":["2018-05-04","2018-10-01"]}"#);
    let list = Value::List(vec![Value::Integer(3), Value::Nothing, Value::Integer(1)].into());
    assert_eq!(written(vec![("x", Type::List(Box::new(Type::Integer)), list)]), r#"{"x":[3,null,1]}"#);
}

#[test]
fn records_ranges_and_duties() {
    let record = Value::Record(vec![Value::Integer(1), number("2")].into());
    let range = Value::Range(Arc::new((number("1"), number("2.5"))));
    let duties = Value::Duties(
        vec![Value::Date(date(2018, 6, 1)), Value::Nothing, Value::Date(date(2018, 5, 24))].into(),
    );
    let cny_range = || Type::Range(Box::new(Type::Quantity(UnitId(0))));
    assert_eq!(
        written(vec![
            ("record", Type::Record(RecordId(0)), record),
            ("range", cny_range(), range),
            ("point", cny_range(), number("3")),
            ("duty", Type::Duty(EnumId(0)), duties),
            ("idle", Type::Duty(EnumId(0)), Value::Duties(vec![Value::Nothing; 3].into())),
        ]),
        r#"{"duty":{"a-测试":"2018-05-24","b-training":"2018-06-01"},"idle":{},"point":["3.00","3.00"],"#
            .to_owned()
            + r#""range":["1.00","2.50"],"record":{"a":"2.00","z":1}}"#
    );
}

#[test]
fn unsettled_outcomes_are_named_with_what_is_known() {
    let waits = |path: &str| Waits::from([path.into()]);
    let open = |shape| Value::open(false, shape, waits("history"));
    let mut undetermined = decision(
        Status::Undetermined,
        vec![
            ("settled", Type::Bool, Value::Bool(false)),
            ("any", Type::Text, open(Shape::Any)),
            (
                "money",
                Type::Quantity(UnitId(0)),
                open(Shape::Interval { least: Some(number("5")), most: None }),
            ),
            (
                "perhaps",
                Type::Integer,
                Value::open(
                    true,
                    Shape::Interval { least: Some(Value::Integer(1)), most: Some(Value::Integer(2)) },
                    waits("a[0].b"),
                ),
            ),
            (
                "kind",
                service(),
                Value::open(
                    true,
                    Shape::Members(BTreeSet::from([Value::Member(0), Value::Member(2)])),
                    waits("x"),
                ),
            ),
            (
                "set",
                Type::Set(Box::new(service())),
                open(Shape::Set {
                    certain: BTreeSet::from([Value::Member(0)]),
                    possible: Some(BTreeSet::from([Value::Member(0), Value::Member(2)])),
                }),
            ),
            (
                "unlimited",
                Type::Set(Box::new(Type::Text)),
                open(Shape::Set { certain: BTreeSet::new(), possible: None }),
            ),
        ],
    );
    undetermined.fired = vec![Fired { rule: "r".into(), item: Some("findings[0]".into()) }];
    assert_eq!(
        undetermined.to_json(7),
        r#"{"case":7,"status":"undetermined","outcomes":{"settled":false},"#.to_owned()
            + r#""unsettled":["any","kind","money","perhaps","set","unlimited"],"#
            + r#""bounds":{"any":{"waits_for":["history"]},"#
            + r#""kind":{"one_of":["a-测试","b-training",null],"waits_for":["x"]},"#
            + r#""money":{"at_least":"5.00","waits_for":["history"]},"#
            + r#""perhaps":{"at_least":1,"at_most":2,"or_null":true,"waits_for":["a[0].b"]},"#
            + r#""set":{"certain":["b-training"],"possible":["a-测试","b-training"],"waits_for":["history"]},"#
            + r#""unlimited":{"certain":[],"waits_for":["history"]}},"#
            + r#""needs":[],"fired":[{"rule":"r","item":"findings[0]"}],"overridden":[],"errors":[]}"#
    );
    assert!(undetermined.get("money").is_none());
    assert!(undetermined.outcomes::<BTreeMap<String, bool>>().unwrap_err().is_not_decided());
}

#[test]
fn open_ends_and_open_due_dates() {
    let until = |most| {
        Value::open(false, Shape::Interval { least: None, most: Some(most) }, Waits::from(["f".into()]))
    };
    let range = Value::Range(Arc::new((number("1"), until(number("9")))));
    let perhaps = Value::open(true, Shape::Any, Waits::from(["g".into()]));
    let duties = Value::Duties(vec![perhaps, Value::Nothing, Value::Date(date(2018, 5, 24))].into());
    let open = decision(
        Status::Undetermined,
        vec![
            ("range", Type::Range(Box::new(Type::Quantity(UnitId(0)))), range),
            ("duty", Type::Duty(EnumId(0)), duties),
        ],
    );
    let bounds =
        r#""bounds":{"duty":{"certain":["a-测试"],"possible":["a-测试","b-training"],"waits_for":["g"]},"#
            .to_owned()
            + r#""range":{"at_least":"1.00","at_most":"9.00","waits_for":["f"]}}"#;
    let line = open.to_json(0);
    assert_eq!(
        line.split_once(r#"["duty","range"],"#).unwrap().1.split_once(r#","needs""#).unwrap().0,
        bounds
    );
}

#[test]
fn needs_overrides_and_errors() {
    let mut refused = decision(Status::Refused, vec![]);
    refused.needs = vec!["a".into(), "findings[1].b".into()];
    refused.overridden = vec![
        Overridden { rule: "low".into(), item: None, by: "high".into(), outcomes: vec![] },
        Overridden {
            rule: "low".into(),
            item: Some("v[1]".into()),
            by: "high".into(),
            outcomes: vec!["fine".into(), "credit".into()],
        },
    ];
    refused.problems = vec![
        Problem::new(ProblemCode::OutOfBounds, "x", "is `-1`, below `0`"),
        Problem {
            path: None,
            at: Some("rule `fine`".into()),
            cites: vec!["15 USC 2069".into()],
            ..Problem::new(ProblemCode::Overflow, "", "too many digits")
        },
    ];
    assert_eq!(
        refused.to_json(3),
        r#"{"case":3,"status":"refused","outcomes":{},"unsettled":[],"needs":["a","findings[1].b"],"fired":[],"#
            .to_owned()
            + r#""overridden":[{"rule":"low","by":"high"},"#
            + r#"{"rule":"low","by":"high","item":"v[1]","outcomes":["fine","credit"]}],"#
            + r#""errors":[{"code":"facts/out-of-bounds","path":"x","message":"is `-1`, below `0`"},"#
            + r#"{"code":"eval/overflow","message":"too many digits","at":"rule `fine`","cites":["15 USC 2069"]}]}"#
    );
}

#[test]
fn a_value_of_a_wrong_type_is_a_failed_line_and_never_a_wrong_one() {
    let line = decision(Status::Decided, vec![("x", Type::Bool, Value::Integer(1))]).to_json(4);
    assert_eq!(
        line,
        r#"{"case":4,"status":"failed","outcomes":{},"unsettled":[],"needs":[],"fired":[],"overridden":[],"#
            .to_owned()
            + r#""errors":[{"code":"eval/internal","message":"an outcome does not fit its declaration"}]}"#
    );
}

/// Reads what decimal crates read: any value that comes as text.
#[derive(Debug, PartialEq)]
struct Decimal(String);

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct AsText;
        impl serde::de::Visitor<'_> for AsText {
            type Value = Decimal;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a decimal")
            }
            fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Decimal, E> {
                Ok(Decimal(text.into()))
            }
        }
        deserializer.deserialize_any(AsText)
    }
}

fn full() -> Decision {
    decision(
        Status::Decided,
        vec![
            ("fine", Type::Quantity(UnitId(0)), number("360000")),
            ("share", Type::Number, number("0.5")),
            ("credit", Type::Integer, Value::Integer(-20)),
            ("day", Type::Date, Value::Date(date(2018, 5, 4))),
            ("kind", service(), Value::Member(0)),
            ("nothing", Type::Text, Value::Nothing),
            (
                "set",
                Type::Set(Box::new(service())),
                Value::Set(vec![Value::Member(0), Value::Member(2)].into()),
            ),
            (
                "range",
                Type::Range(Box::new(Type::Integer)),
                Value::Range(Arc::new((Value::Integer(1), Value::Integer(2)))),
            ),
            (
                "duty",
                Type::Duty(EnumId(0)),
                Value::Duties(vec![Value::Nothing, Value::Nothing, Value::Date(date(2018, 5, 24))].into()),
            ),
            ("record", Type::Record(RecordId(0)), Value::Record(vec![Value::Integer(1), number("2")].into())),
        ],
    )
}

#[test]
fn a_host_reads_its_own_types() {
    #[derive(Debug, Deserialize, PartialEq)]
    enum Kind {
        #[serde(rename = "b-training")]
        Training,
        #[serde(rename = "a-测试")]
        Testing,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    struct Row {
        a: Decimal,
        z: u8,
    }
    #[derive(Debug, Deserialize, PartialEq)]
    struct Points(i32);
    #[derive(Debug, Deserialize, PartialEq)]
    struct Measures {
        fine: Decimal,
        share: String,
        credit: Points,
        day: String,
        kind: Kind,
        nothing: Option<String>,
        set: Vec<Kind>,
        range: (i64, i64),
        duty: BTreeMap<String, String>,
        record: Option<Row>,
    }
    let decimal = |text: &str| Decimal(text.into());
    assert_eq!(
        full().outcomes::<Measures>().unwrap(),
        Measures {
            fine: decimal("360000.00"),
            share: "0.5".into(),
            credit: Points(-20),
            day: "2018-05-04".into(),
            kind: Kind::Training,
            nothing: None,
            set: vec![Kind::Testing, Kind::Training],
            range: (1, 2),
            duty: BTreeMap::from([("a-测试".into(), "2018-05-24".into())]),
            record: Some(Row { a: decimal("2.00"), z: 1 }),
        }
    );
}

#[test]
fn a_type_that_does_not_fit_is_named() {
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Wrong {
        share: i64,
    }
    #[derive(Debug, Deserialize)]
    #[expect(dead_code, reason = "only its shape matters")]
    struct Missing {
        price: String,
    }
    let error = full().outcomes::<Wrong>().unwrap_err();
    assert_eq!(error.to_string(), "outcome `share`: invalid type: string \"0.5\", expected i64");
    assert!(!error.is_not_decided());
    assert_eq!(full().outcomes::<Missing>().unwrap_err().to_string(), "missing field `price`");
    let refused = Decision { needs: vec!["a".into()], ..decision(Status::Undetermined, vec![]) };
    let message = refused.outcomes::<Missing>().unwrap_err().to_string();
    assert_eq!(message, "the case is undetermined, so it has no complete outcomes; it needs `a`");
}

#[test]
fn one_outcome_at_a_time() {
    let full = full();
    assert_eq!(full.get("fine").unwrap().as_number().unwrap(), "360000.00");
    assert_eq!(full.get("fine").unwrap().as_i64(), None);
    assert_eq!(full.get("credit").unwrap().as_i64(), Some(-20));
    assert_eq!(full.get("credit").unwrap().as_number(), None);
    assert_eq!(full.get("day").unwrap().as_date().unwrap(), "2018-05-04");
    assert_eq!(full.get("day").unwrap().as_number(), None);
    assert_eq!(full.get("kind").unwrap().as_str(), Some("b-training"));
    assert!(full.get("nothing").unwrap().is_nothing());
    let set: Vec<_> =
        full.get("set").unwrap().as_list().unwrap().iter().map(|member| member.as_str()).collect();
    assert_eq!(set, [Some("a-测试"), Some("b-training")]);
    let (bottom, top) = full.get("range").unwrap().as_range().unwrap();
    assert_eq!((bottom.as_i64(), top.as_i64()), (Some(1), Some(2)));
    assert_eq!(full.get("duty").unwrap().field("a-测试").unwrap().as_date().unwrap(), "2018-05-24");
    assert!(full.get("duty").unwrap().field("b-training").is_none());
    assert_eq!(full.get("record").unwrap().field("a").unwrap().as_number().unwrap(), "2.00");
    assert!(full.get("else").is_none());
}

#[test]
fn lists_and_records_with_open_parts_have_no_bounds() {
    let unknown = || Value::open(false, Shape::Any, Waits::from(["f".into()]));
    let open = decision(
        Status::Undetermined,
        vec![
            (
                "list",
                Type::List(Box::new(Type::Integer)),
                Value::List(vec![Value::Integer(1), unknown()].into()),
            ),
            ("record", Type::Record(RecordId(0)), Value::Record(vec![unknown(), number("2")].into())),
        ],
    );
    let bounds = r#""bounds":{"list":{"waits_for":["f"]},"record":{"waits_for":["f"]}}"#;
    assert!(open.to_json(0).contains(bounds), "{}", open.to_json(0));
}
