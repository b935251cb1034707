use std::collections::BTreeSet;

use super::schema::{at, schema};
use super::{limits, lines};
use crate::facts::csv::{ListFile, OpenError, Reader, Undeclared};
use crate::facts::{Case, Limits};
use crate::types::Schema;
use crate::value::{Number, Value};

fn ignoring(names: &[&str]) -> Undeclared {
    Undeclared::Ignore(names.iter().map(|name| (*name).to_owned()).collect::<BTreeSet<_>>())
}

fn read(
    schema: &Schema,
    text: impl AsRef<[u8]>,
    undeclared: &Undeclared,
    lists: Vec<ListFile<'_>>,
) -> Vec<Case> {
    let limits = limits();
    let reader = Reader::open(schema, text.as_ref(), undeclared, lists, &limits);
    reader.unwrap_or_else(|error| panic!("{error:?}")).map(Result::unwrap).collect()
}

/// Line and problems of every case.
fn cases(text: impl AsRef<[u8]>) -> Vec<(u64, Vec<String>)> {
    read(&schema(), text, &Undeclared::Refuse, Vec::new())
        .iter()
        .map(|case| (case.line, lines(&case.bound)))
        .collect()
}

fn refused<T>(opened: Result<T, OpenError>) -> Vec<String> {
    match opened {
        Err(OpenError::Refused(problems)) => problems.iter().map(ToString::to_string).collect(),
        Err(OpenError::Io(error)) => panic!("{error}"),
        Ok(_) => Vec::new(),
    }
}

fn header(text: &[u8], undeclared: &Undeclared) -> Vec<String> {
    refused(Reader::open(&schema(), text, undeclared, Vec::new(), &limits()))
}

#[test]
fn cells_become_facts() {
    let text = "flag,count,ratio,share,on,grace,turn,term,name,grade,revised.hygiene,revised.structural,maybe\n\
                YES,7,-1.50,12.5,2024-02-29,1,2,3,\"a, \"\"b\"\"\",minor,5,,no\n\
                ,,,,,,,,,,,,\n\
                False,007,1e2,0,,,,,5,,,,\n";
    let read = read(&schema(), text, &Undeclared::Refuse, Vec::new());
    assert!(read.iter().all(|case| case.bound.problems.is_empty()), "{read:?}");
    let number = |text| Value::Number(Number::parse(text).unwrap());
    let values = &read[0].bound.values;
    assert_eq!(values[at("flag")], Value::Bool(true));
    assert_eq!(values[at("count")], Value::Integer(7));
    assert_eq!(values[at("ratio")], number("-1.5"));
    assert_eq!(values[at("share")], number("0.125"));
    assert_eq!(values[at("name")], Value::Text("a, \"b\"".into()));
    assert_eq!(values[at("grade")], Value::Member(0));
    assert_eq!(
        values[at("revised")],
        Value::Record(vec![Value::Integer(5), Value::Absent, Value::Absent].into())
    );
    assert_eq!(values[at("maybe")], Value::Bool(false));
    assert!(read[1].bound.values.iter().all(|value| *value == Value::Absent));
    assert_eq!(read[2].bound.values[at("flag")], Value::Bool(false));
    assert_eq!(read[2].bound.values[at("count")], Value::Integer(7));
    assert_eq!(read[2].bound.values[at("ratio")], number("100"));
    assert_eq!(read[2].bound.values[at("name")], Value::Text("5".into()));
    assert_eq!(read[2].line, 4);
}

#[test]
fn problems_of_a_row_stay_in_that_row() {
    let text = b"count,flag,revised.hygiene\n3.5,maybe,x\n1\n1,yes,1,1\n200,no,\xff\n1,1,1\n";
    let lines = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
    let expected = [
        (
            2,
            lines(&[
                "facts/wrong-type at `count`: expected an integer, found `3.5`",
                "facts/wrong-type at `flag`: expected yes or no, found `maybe`",
                "facts/wrong-type at `revised.hygiene`: expected an integer, found `x`",
            ]),
        ),
        (3, lines(&["facts/not-csv: record 2 has 1 cells, the header has 3"])),
        (4, lines(&["facts/not-csv: record 3 has 4 cells, the header has 3"])),
        (
            5,
            lines(&[
                "facts/out-of-bounds at `count`: at most 100 is allowed, found 200",
                "facts/not-csv at `revised.hygiene`: record 4: invalid UTF-8",
            ]),
        ),
        (6, lines(&["facts/wrong-type at `flag`: expected yes or no, found `1`"])),
    ];
    assert_eq!(cases(text), expected);
}

#[test]
fn a_wrong_header_refuses_the_file() {
    let cases: &[(&[u8], &[&str])] = &[
        (b"", &["facts/not-csv: the file has no header"]),
        (b"count,count\n", &["facts/not-csv at `count`: two columns of this name"]),
        (b"count,\n", &["facts/not-csv: column 2 has no name"]),
        (b"count,\xff\n", &["facts/not-csv: the header is invalid UTF-8"]),
        (
            b"cuont,paid\n",
            &[
                "facts/unknown-field at `cuont`: the policy declares no field `cuont`; did you mean `count`?",
                "facts/unknown-field at `paid`: `paid` is derived from other fields and cannot be given",
            ],
        ),
        (
            b"revised.hygeine,flag.colour\n",
            &[
                "facts/unknown-field at `flag.colour`: the policy declares no field `flag.colour`",
                "facts/unknown-field at `revised.hygeine`: the policy declares no field `hygeine`; did you mean `hygiene`?",
            ],
        ),
        (
            b"kinds,revised,band\n",
            &[
                "facts/wrong-type at `band`: a range of CNY cannot stand in a cell",
                "facts/wrong-type at `kinds`: a set of Kind cannot stand in a cell; give it as a file of its own: `--list kinds=FILE:KEY`",
                "facts/wrong-type at `revised`: the fields of a `Scores` stand in columns of their own, `revised.FIELD`",
            ],
        ),
    ];
    for (text, expected) in cases {
        assert_eq!(header(text, &Undeclared::Refuse), *expected, "{}", String::from_utf8_lossy(text));
    }
}

#[test]
fn undeclared_columns_are_passed_over_when_told_to() {
    assert_eq!(
        header(b"count,id,id,x\n", &ignoring(&["id"])),
        ["facts/unknown-field at `x`: the policy declares no field `x`"]
    );
    assert_eq!(header(b"count,id,id,x,\n", &Undeclared::IgnoreAll), Vec::<String>::new());
    assert_eq!(
        header(b"count,count\n", &Undeclared::IgnoreAll),
        ["facts/not-csv at `count`: two columns of this name"]
    );
    let schema = schema();
    let read = read(&schema, "count,id\n5,x\n", &ignoring(&["id", "count"]), Vec::new());
    assert_eq!(read[0].bound.values[at("count")], Value::Absent);
}

#[test]
fn a_quote_that_does_not_end_stops_reading_at_the_limit() {
    let schema = schema();
    let small = Limits { case_bytes: 40, ..limits() };
    let long = "x".repeat(1_000_000);
    let text = format!("count,name\n1,a\n2,\"{long}\n3,b\n");
    let reader = Reader::open(&schema, text.as_bytes(), &Undeclared::Refuse, Vec::new(), &small).unwrap();
    let found: Vec<_> = reader.map(|case| lines(&case.unwrap().bound)).collect();
    let message = "facts/too-large: record 2 has more than 40 bytes, perhaps for a quote that does not end; reading stops here";
    assert_eq!(found, [vec![], vec![message.to_owned()]]);
}

fn load<'s>(
    schema: &'s Schema,
    limits: &'s Limits,
    path: &str,
    text: &str,
    undeclared: &Undeclared,
) -> Result<ListFile<'s>, OpenError> {
    ListFile::load(schema, path, text.as_bytes(), "id", undeclared, limits)
}

#[test]
fn a_list_file_fills_the_list_of_each_case() {
    let (schema, limits) = (schema(), limits());
    let text =
        "id,type,code,units_tested\n7,Core,x,1\n8,Priority,,2\n7,,x,\n9,Core,,3\n7,core,x,-1\n8,Core\n";
    let list = load(&schema, &limits, "findings", text, &ignoring(&["findings.code"])).unwrap();
    let mut reader = Reader::open(
        &schema,
        "id,count\n7,1\n8,2\n10,3\n,4\n".as_bytes(),
        &Undeclared::Refuse,
        vec![list],
        &limits,
    )
    .unwrap();
    let read: Vec<Case> = reader.by_ref().map(Result::unwrap).collect();
    let finding = |units, kind| Value::Record(vec![units, kind].into());
    assert_eq!(
        read[0].bound.values[at("findings")],
        Value::List(
            vec![
                finding(Value::Integer(1), Value::Member(1)),
                finding(Value::Absent, Value::Absent),
                finding(Value::Absent, Value::Absent),
            ]
            .into()
        )
    );
    assert_eq!(
        lines(&read[0].bound),
        [
            "facts/unknown-member at `findings[2].type`: `core` is no member of `Kind`; did you mean `Core`?",
            "facts/out-of-bounds at `findings[2].units_tested`: at least 0 is allowed, found -1",
        ]
    );
    assert_eq!(
        lines(&read[1].bound),
        ["facts/not-csv at `findings[1]`: record 6 has 2 cells, the header has 4"]
    );
    assert_eq!(read[2].bound.values[at("findings")], Value::List(Vec::new().into()));
    assert_eq!(
        lines(&read[3].bound),
        ["facts/not-csv at `findings`: record 4 has no `id` to find its rows by"]
    );
    let unclaimed: Vec<&str> = reader.columns().lists().flat_map(ListFile::unclaimed_keys).collect();
    assert_eq!(unclaimed, ["9"]);
}

#[test]
fn sets_and_lists_of_scalars_have_a_column_of_their_name() {
    let (schema, limits) = (schema(), limits());
    let kinds = load(
        &schema,
        &limits,
        "kinds",
        "kinds,id\nCore,a\nPriority,a\nCore,b\nCore,b\n,c\n",
        &Undeclared::Refuse,
    );
    let notes = load(&schema, &limits, "revised.notes", "id,notes\na,x\n", &Undeclared::Refuse);
    let read = read(&schema, "id\na\nb\nc\n", &Undeclared::Refuse, vec![kinds.unwrap(), notes.unwrap()]);
    assert_eq!(
        read[0].bound.values[at("kinds")],
        Value::Set(vec![Value::Member(0), Value::Member(1)].into())
    );
    let notes = Value::List(vec![Value::Text("x".into())].into());
    assert_eq!(
        read[0].bound.values[at("revised")],
        Value::Record(vec![Value::Absent, Value::Absent, notes].into())
    );
    assert_eq!(read[1].bound.values[at("revised")], Value::Absent);
    assert_eq!(
        lines(&read[1].bound),
        ["facts/repeated-member at `kinds[1]`: this member stands in the set already"]
    );
    assert_eq!(lines(&read[2].bound), ["facts/not-csv at `kinds[0]`: record 5 has an empty cell"]);
}

#[test]
fn a_wrong_list_file_is_refused() {
    let (schema, limits) = (schema(), limits());
    let cases: &[(&str, &str, &[&str])] = &[
        (
            "findngs",
            "id\n",
            &[
                "facts/unknown-field at `findngs`: the policy declares no field `findngs`; did you mean `findings`?",
            ],
        ),
        ("count", "id\n", &["facts/wrong-type at `count`: expected a list, found a fact of type integer"]),
        (
            "findings",
            "",
            &[
                "facts/not-csv: the file has no header",
                "facts/not-csv at `findings`: the key column `id` is not in the header",
            ],
        ),
        ("findings", "type\n", &["facts/not-csv at `findings`: the key column `id` is not in the header"]),
        (
            "findings",
            "id,tpe\n",
            &[
                "facts/unknown-field at `findings.tpe`: the policy declares no field `tpe`; did you mean `type`?",
            ],
        ),
        ("findings", "id,type\n,Core\n", &["facts/not-csv at `findings`: record 1 has no `id`"]),
        ("findings", "id,id,type\n", &["facts/not-csv at `findings.id`: two columns of this name"]),
        (
            "kinds",
            "id,kind\n",
            &[
                "facts/not-csv at `kinds`: the header has no column `kinds` for the items",
                "facts/unknown-field at `kinds.kind`: the items stand in the column `kinds`, and there is nothing else to give",
            ],
        ),
    ];
    for (path, text, expected) in cases {
        assert_eq!(
            refused(load(&schema, &limits, path, text, &Undeclared::Refuse)),
            *expected,
            "{path} {text}"
        );
    }
    assert_eq!(
        refused(load(&schema, &limits, "findings", "id,x\n", &Undeclared::IgnoreAll)),
        Vec::<String>::new()
    );
}

#[test]
fn lists_that_do_not_fit_the_main_file_refuse_it() {
    let (schema, limits) = (schema(), limits());
    let list = || load(&schema, &limits, "findings", "id,type\n", &Undeclared::Refuse).unwrap();
    let open = |text: &'static str, lists| {
        refused(Reader::open(&schema, text.as_bytes(), &Undeclared::Refuse, lists, &limits))
    };
    assert_eq!(
        open("count\n", vec![list()]),
        ["facts/not-csv at `id`: the key column of the list `findings` is not in the header"]
    );
    assert_eq!(open("id,id\n", vec![list()]), ["facts/not-csv at `id`: two columns of this name"]);
    assert_eq!(open("id\n", vec![list(), list()]), ["facts/not-csv at `findings`: two files for one list"]);
}
