use jiff::civil::date;

use super::schema::{at, schema};
use super::{limits, lines, read_json};
use crate::facts::Limits;
use crate::facts::json::{Shape, bind};
use crate::value::{Number, Value};

fn number(text: &str) -> Value {
    Value::Number(Number::parse(text).unwrap())
}

/// The value of the one field that the text gives.
fn value(text: &str) -> Value {
    let bound = bind(&schema(), text, &limits());
    assert_eq!(lines(&bound), Vec::<String>::new(), "{text}");
    let given: Vec<Value> = bound.values.into_iter().filter(|value| *value != Value::Absent).collect();
    let [value] = <[Value; 1]>::try_from(given).unwrap();
    value
}

fn problems(text: impl AsRef<[u8]>) -> Vec<String> {
    lines(&bind(&schema(), text, &limits()))
}

#[test]
fn every_type_is_read_from_its_wire_form() {
    let members = |members: &[u32]| members.iter().copied().map(Value::Member).collect::<Vec<_>>();
    let cases = [
        (r#"{"flag": true}"#, Value::Bool(true)),
        (r#"{"count": 100}"#, Value::Integer(100)),
        (r#"{"count": -0}"#, Value::Integer(0)),
        (r#"{"ratio": 0.10}"#, number("0.1")),
        (r#"{"ratio": "-9999.99"}"#, number("-9999.99")),
        (r#"{"ratio": 1e3}"#, number("1000")),
        (r#"{"ratio": 12.5e-1}"#, number("1.25")),
        (r#"{"ratio": "0.10000000000000000000000000000000000000000"}"#, number("0.1")),
        (r#"{"ratio": 0e400}"#, number("0")),
        (r#"{"ratio": 9007199254740993}"#, number("9007199254740993")),
        (r#"{"ratio": 1234567890123456789012345678}"#, number("1234567890123456789012345678")),
        (r#"{"price": "1000"}"#, number("1000")),
        (r#"{"share": "12.5"}"#, number("0.125")),
        (r#"{"share": 100}"#, number("1")),
        (r#"{"on": "2024-02-29"}"#, Value::Date(date(2024, 2, 29))),
        (r#"{"grace": 30}"#, Value::Days(30)),
        (r#"{"turn": 15}"#, Value::WorkingDays(15)),
        (r#"{"term": 6}"#, Value::Months(6)),
        (r#"{"name": "两\u4e24 \ud83d\ude00\n"}"#, Value::Text("两两 😀\n".into())),
        (r#"{"na\u006de": ""}"#, Value::Text("".into())),
        (r#"{"grade": "general"}"#, Value::Member(1)),
        (r#"{"kinds": ["bad label", "Priority"]}"#, Value::Set(members(&[0, 2]).into())),
        (r#"{"kinds": []}"#, Value::Set(Vec::new().into())),
        (r#"{"steps": ["1", 0.02]}"#, Value::List(vec![number("1"), number("0.02")].into())),
        (r#"{"band": ["1.50", 2]}"#, Value::Range((number("1.5"), number("2")).into())),
        (
            r#"{"revised": {"structural": 5}}"#,
            Value::Record(vec![Value::Absent, Value::Integer(5), Value::Absent].into()),
        ),
        (
            r#"{"findings": [{"type": "Core", "units_tested": 3}, {}]}"#,
            Value::List(
                vec![
                    Value::Record(vec![Value::Integer(3), Value::Member(1)].into()),
                    Value::Record(vec![Value::Absent, Value::Absent].into()),
                ]
                .into(),
            ),
        ),
        (r#"{"maybe": null}"#, Value::Nothing),
    ];
    for (text, expected) in cases {
        assert_eq!(value(text), expected, "{text}");
    }
}

#[test]
fn problems_say_where_what_was_expected_and_what_was_found() {
    let cases: &[(&str, &[&str])] = &[
        ("{}", &[]),
        (r#"{"flag": "yes"}"#, &["facts/wrong-type at `flag`: expected true or false, found the text `yes`"]),
        (r#"{"flag": 1}"#, &["facts/wrong-type at `flag`: expected true or false, found the number `1`"]),
        (r#"{"flag": [1]}"#, &["facts/wrong-type at `flag`: expected true or false, found an array"]),
        (r#"{"flag": {}}"#, &["facts/wrong-type at `flag`: expected true or false, found an object"]),
        (r#"{"flag": null}"#, &["facts/null at `flag`: null is no value; leave it out"]),
        (r#"{"optional": null}"#, &["facts/null at `optional`: null is no value; leave it out"]),
        (r#"{"count": 3.0}"#, &["facts/wrong-type at `count`: expected an integer, found the number `3.0`"]),
        (r#"{"count": 3e0}"#, &["facts/wrong-type at `count`: expected an integer, found the number `3e0`"]),
        (r#"{"count": "3"}"#, &["facts/wrong-type at `count`: expected an integer, found the text `3`"]),
        (
            r#"{"count": 9223372036854775808}"#,
            &["facts/bad-number at `count`: `9223372036854775808` leaves the range of 64 bits"],
        ),
        (r#"{"count": 101}"#, &["facts/out-of-bounds at `count`: at most 100 is allowed, found 101"]),
        (r#"{"count": -1}"#, &["facts/out-of-bounds at `count`: at least 0 is allowed, found -1"]),
        (
            r#"{"ratio": 0.125}"#,
            &["facts/out-of-bounds at `ratio`: at most 2 decimals are allowed, found 0.125"],
        ),
        (r#"{"ratio": "1,5"}"#, &["facts/wrong-type at `ratio`: expected a number, found the text `1,5`"]),
        (r#"{"ratio": "+1"}"#, &["facts/wrong-type at `ratio`: expected a number, found the text `+1`"]),
        (r#"{"ratio": ".5"}"#, &["facts/wrong-type at `ratio`: expected a number, found the text `.5`"]),
        (r#"{"ratio": " 5"}"#, &["facts/wrong-type at `ratio`: expected a number, found the text ` 5`"]),
        (
            r#"{"ratio": "1_000"}"#,
            &["facts/wrong-type at `ratio`: expected a number, found the text `1_000`"],
        ),
        (r#"{"ratio": "NaN"}"#, &["facts/wrong-type at `ratio`: expected a number, found the text `NaN`"]),
        (r#"{"ratio": ""}"#, &["facts/wrong-type at `ratio`: expected a number, found the text ``"]),
        (
            r#"{"ratio": 1e400}"#,
            &["facts/bad-number at `ratio`: `1e400` has more than the 28 digits that are held exactly"],
        ),
        (
            r#"{"ratio": 1e-99999999999999999999}"#,
            &[
                "facts/bad-number at `ratio`: `1e-99999999999999999999` has more than the 28 digits that are held exactly",
            ],
        ),
        (
            r#"{"ratio": 1234567890123456789012345678901234567890}"#,
            &[
                "facts/bad-number at `ratio`: `1234567890123456789012345678901234567890` has more than the 28 digits that are held exactly",
            ],
        ),
        (r#"{"price": true}"#, &["facts/wrong-type at `price`: expected an amount in CNY, found `true`"]),
        (
            r#"{"price": 1000.5}"#,
            &["facts/out-of-bounds at `price`: at most 1000.00 CNY is allowed, found 1000.50 CNY"],
        ),
        (
            r#"{"share": 120.5}"#,
            &["facts/out-of-bounds at `share`: at most 100 per cent is allowed, found 120.5 per cent"],
        ),
        (r#"{"on": "2023-02-29"}"#, &["facts/bad-date at `on`: `2023-02-29` is no day of the calendar"]),
        (r#"{"on": "2023-2-9"}"#, &["facts/bad-date at `on`: `2023-2-9` is no date written YYYY-MM-DD"]),
        (
            r#"{"on": "2023-02-09T00:00"}"#,
            &["facts/bad-date at `on`: `2023-02-09T00:00` is no date written YYYY-MM-DD"],
        ),
        (r#"{"on": "-023-02-09"}"#, &["facts/bad-date at `on`: `-023-02-09` is no date written YYYY-MM-DD"]),
        (
            r#"{"on": 20230209}"#,
            &["facts/wrong-type at `on`: expected a date written YYYY-MM-DD, found the number `20230209`"],
        ),
        (
            r#"{"on": "1990-11-15"}"#,
            &["facts/out-of-bounds at `on`: no date before 1990-11-16 is allowed, found 1990-11-15"],
        ),
        (
            r#"{"on": "2031-01-01"}"#,
            &["facts/out-of-bounds at `on`: no date after 2030-12-31 is allowed, found 2031-01-01"],
        ),
        (r#"{"grace": 31}"#, &["facts/out-of-bounds at `grace`: at most 30 days is allowed, found 31 days"]),
        (
            r#"{"turn": "P3D"}"#,
            &["facts/wrong-type at `turn`: expected an integer (working days), found the text `P3D`"],
        ),
        (r#"{"name": 5}"#, &["facts/wrong-type at `name`: expected a text, found the number `5`"]),
        (
            "{\"name\": \"a\u{202e}b\"}",
            &["facts/forbidden-character at `name`: the text `a\\u{202e}b` has the character U+202E"],
        ),
        (
            "{\"name\": \"a\u{2069}\"}",
            &["facts/forbidden-character at `name`: the text `a\\u{2069}` has the character U+2069"],
        ),
        (
            r#"{"name": "a\u0000"}"#,
            &["facts/forbidden-character at `name`: the text `a\\u{0}` has the character U+0000"],
        ),
        (
            r#"{"name": "\u009b"}"#,
            &["facts/forbidden-character at `name`: the text `\\u{9b}` has the character U+009B"],
        ),
        (
            r#"{"grade": "generel"}"#,
            &[
                "facts/unknown-member at `grade`: `generel` is no member of `Severity`; did you mean `general`?",
            ],
        ),
        (r#"{"grade": "x"}"#, &["facts/unknown-member at `grade`: `x` is no member of `Severity`"]),
        (
            r#"{"grade": 1}"#,
            &["facts/wrong-type at `grade`: expected a member of `Severity`, found the number `1`"],
        ),
        (
            r#"{"grade": "serious"}"#,
            &["facts/out-of-bounds at `grade`: at most `general` is allowed, found `serious`"],
        ),
        (
            r#"{"kinds": ["Core", "Priority", "Core", "Core", "core", null]}"#,
            &[
                "facts/repeated-member at `kinds[2]`: this member stands in the set already",
                "facts/repeated-member at `kinds[3]`: this member stands in the set already",
                "facts/unknown-member at `kinds[4]`: `core` is no member of `Kind`; did you mean `Core`?",
                "facts/null at `kinds[5]`: null is no value; leave it out",
            ],
        ),
        (
            r#"{"kinds": "Core"}"#,
            &["facts/wrong-type at `kinds`: expected an array (set of Kind), found the text `Core`"],
        ),
        (
            r#"{"kinds": {}}"#,
            &["facts/wrong-type at `kinds`: expected an array (set of Kind), found an object"],
        ),
        (r#"{"steps": []}"#, &["facts/out-of-bounds at `steps`: at least 1 item is needed, found 0"]),
        (
            r#"{"steps": [1,2,3,4,5]}"#,
            &["facts/out-of-bounds at `steps`: at most 4 items are allowed, found 5"],
        ),
        (
            r#"{"band": [1]}"#,
            &[
                "facts/wrong-type at `band`: expected an array of bottom and top (range of CNY), found an array of 1 items",
            ],
        ),
        (
            r#"{"band": [1, 2, 3]}"#,
            &[
                "facts/wrong-type at `band`: expected an array of bottom and top (range of CNY), found an array of 3 items",
            ],
        ),
        (r#"{"band": [2, 1]}"#, &["facts/out-of-bounds at `band`: the bottom of the range exceeds its top"]),
        (
            r#"{"band": [-1, 1]}"#,
            &["facts/out-of-bounds at `band[0]`: at least 0.00 CNY is allowed, found -1.00 CNY"],
        ),
        (
            r#"{"revised": []}"#,
            &["facts/wrong-type at `revised`: expected an object (`Scores`), found an array"],
        ),
        (
            r#"{"revised": {"hygeine": 1}}"#,
            &[
                "facts/unknown-field at `revised.hygeine`: the policy declares no field `hygeine`; did you mean `hygiene`?",
            ],
        ),
        (
            r#"{"findings": [{}, {"units_tested": -1, "kind": "Core"}, 5]}"#,
            &[
                "facts/unknown-field at `findings[1].kind`: the policy declares no field `kind`",
                "facts/out-of-bounds at `findings[1].units_tested`: at least 0 is allowed, found -1",
                "facts/wrong-type at `findings[2]`: expected an object (`Finding`), found the number `5`",
            ],
        ),
        (
            r#"{"paid": 5}"#,
            &["facts/unknown-field at `paid`: `paid` is derived from other fields and cannot be given"],
        ),
        (
            "{\"a\\u202eb\": 5}",
            &["facts/unknown-field at `a\\u{202e}b`: the policy declares no field `a\\u{202e}b`"],
        ),
        (r#"{"flag": true, "flag": true}"#, &["facts/duplicate-field at `flag`: given more than once"]),
        (
            r#"{"revised": {"hygiene": 1, "hygiene": "x"}}"#,
            &[
                "facts/wrong-type at `revised.hygiene`: expected an integer, found the text `x`",
                "facts/duplicate-field at `revised.hygiene`: given more than once",
            ],
        ),
        ("[]", &["facts/wrong-type: expected an object of facts, found an array"]),
        ("null", &["facts/wrong-type: expected an object of facts, found null"]),
    ];
    for (text, expected) in cases {
        let mut expected = expected.to_vec();
        expected.sort_unstable();
        let mut found = problems(text);
        found.sort_unstable();
        assert_eq!(found, expected, "{text}");
    }
}

#[test]
fn text_that_is_no_json_is_placed_by_line_and_column() {
    let cases: &[(&[u8], &str)] = &[
        (b"", "facts/not-json: EOF while parsing a value at line 1, column 1"),
        (b"{\"flag\": true} x", "facts/not-json: trailing characters at line 1, column 16"),
        (b"{\n  \"flag\": tru\n}", "facts/not-json: expected ident at line 3, column 1"),
        (b"{\"flag\": 1,}", "facts/not-json: key must be a string at line 1, column 12"),
        (
            b"{\"name\": \"\0\"}",
            "facts/not-json: control character (\\u0000-\\u001F) found while parsing a string at line 1, column 10",
        ),
        (b"{\"flag\": \0}", "facts/not-json: expected value at line 1, column 10"),
        (b"{\"name\": \"\xff\"}", "facts/not-json: invalid UTF-8 at line 1, column 11"),
        (b"{\"count\": 01}", "facts/not-json: invalid number at line 1, column 12"),
        (b"{\"count\": NaN}", "facts/not-json: expected value at line 1, column 11"),
        (
            br#"{"name": "\ud800"}"#,
            "facts/not-json at `name`: unexpected end of hex escape at line 1, column 17",
        ),
        (
            b"{\n \"revised\": {\"notes\": [\"a\",\n \"\xe4\xb8\xa4\\udc00\"]}}",
            "facts/not-json at `revised.notes[1]`: lone leading surrogate in hex escape at line 3, column 9",
        ),
        (br#"{"\ud800x": 1}"#, "facts/not-json: unexpected end of hex escape at line 1, column 9"),
    ];
    for (text, expected) in cases {
        assert_eq!(problems(text), [*expected], "{}", String::from_utf8_lossy(text));
    }
}

#[test]
fn one_malformed_field_leaves_the_others_bound() {
    let bound = bind(&schema(), r#"{"flag": 5, "count": 7, "count2": 7, "kinds": ["Core", "x"]}"#, &limits());
    assert_eq!(bound.problems.len(), 3);
    assert_eq!(bound.values[at("flag")], Value::Absent);
    assert_eq!(bound.values[at("count")], Value::Integer(7));
    assert_eq!(bound.values[at("kinds")], Value::Absent);
}

#[test]
fn a_field_given_twice_has_neither_value() {
    let bound = bind(&schema(), r#"{"count": 7, "count": 8, "flag": true}"#, &limits());
    assert_eq!(bound.values[at("count")], Value::Absent);
    assert_eq!(bound.values[at("flag")], Value::Bool(true));
}

#[test]
fn limits_are_problems_of_the_case() {
    let small = Limits { list_items: 2, text_bytes: 4, case_bytes: 60, problems: 2, ..Limits::default() };
    let cases: &[(&str, &[&str])] = &[
        (
            r#"{"kinds": ["Core", "Priority", 5]}"#,
            &["facts/list-too-long at `kinds`: a list of 3 items; at most 2 are taken"],
        ),
        (r#"{"name": "12345"}"#, &["facts/text-too-long at `name`: a text of 5 bytes; at most 4 are taken"]),
        (
            r#"{"d": 1, "c": 1, "b": 1, "a": 1}"#,
            &[
                "facts/too-large: more than 2 problems; only the first are shown",
                "facts/unknown-field at `a`: the policy declares no field `a`",
                "facts/unknown-field at `b`: the policy declares no field `b`",
            ],
        ),
        (
            r#"{"flag": true, "name": "1234567890123456789012345678901234567890"}"#,
            &["facts/too-large: a case of more than 60 bytes"],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(lines(&bind(&schema(), text, &small)), *expected, "{text}");
    }
}

/// Line and problems of every case.
type Found = Vec<(u64, Vec<String>)>;

fn read(text: impl AsRef<[u8]>, shape: Shape, limits: &Limits) -> Found {
    read_json(text.as_ref(), shape, limits)
}

#[test]
fn json_lines_are_cases_with_their_lines() {
    let text = "\u{feff}{\"flag\": true}\r\n\n   \n{\"flag\": 1}\n{\n{\"count\": 5}";
    let expected = [
        (1, vec![]),
        (4, vec!["facts/wrong-type at `flag`: expected true or false, found the number `1`".to_owned()]),
        (5, vec!["facts/not-json: EOF while parsing an object at line 5, column 1".to_owned()]),
        (6, vec![]),
    ];
    assert_eq!(read(text, Shape::Lines, &limits()), expected);
    assert_eq!(read("", Shape::Lines, &limits()), []);
}

#[test]
fn reading_goes_on_after_a_line_beyond_the_limit() {
    let small = Limits { case_bytes: 20, ..limits() };
    let text = "{\"flag\": true}\n{\"name\": \"0123456789\"}\n{\"flag\": false}\n";
    let too_large = vec!["facts/too-large: a case of more than 20 bytes".to_owned()];
    assert_eq!(read(text, Shape::Lines, &small), [(1, vec![]), (2, too_large.clone()), (3, vec![])]);
    let text = "[{\"flag\": true},\n{\"name\": \"0123456789\"},\n{\"flag\": false}]\n";
    assert_eq!(read(text, Shape::Document, &small), [(1, vec![]), (2, too_large), (3, vec![])]);
}

#[test]
fn a_document_is_one_object_or_an_array_of_them() {
    let not_json = |text: &str| vec![format!("facts/not-json: {text}")];
    let cases: Vec<(&str, Found)> = vec![
        ("\n{\"flag\":\n true}\n", vec![(2, vec![])]),
        ("{\"flag\":\n 1x}", vec![(1, not_json("expected `,` or `}` at line 2, column 3"))]),
        ("{} {}", vec![(1, not_json("trailing characters at line 1, column 4"))]),
        ("", vec![(1, not_json("an empty file at line 1, column 1"))]),
        (" [ ] ", vec![]),
        ("[{\"name\": \"a,]\\\"}\"}\n,\n{}]", vec![(1, vec![]), (3, vec![])]),
        ("[{}", vec![(1, vec![]), (1, not_json("the array of cases does not end at line 1, column 4"))]),
        ("[{},]", vec![(1, vec![]), (1, not_json("expected a case at line 1, column 5"))]),
        ("[{}]\n x", vec![(1, vec![]), (2, not_json("text after the array of cases at line 2, column 2"))]),
        ("[\n  {\"flag\": 1x}]", vec![(2, not_json("expected `,` or `}` at line 2, column 13"))]),
        (
            "[{\"kinds\": []}, 5]",
            vec![
                (1, vec![]),
                (1, vec!["facts/wrong-type: expected an object of facts, found the number `5`".to_owned()]),
            ],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(read(text, Shape::Document, &limits()), expected, "{text}");
    }
}
