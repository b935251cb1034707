//! Cases that are out to exhaust time, stack or memory.

use std::io::{self, Read};

use super::schema::schema;
use super::{limits, lines, read_json};
use crate::facts::Limits;
use crate::facts::csv::{Reader, Undeclared};
use crate::facts::json::{Shape, bind};
use crate::types::{Field, RecordId, Type};

/// Gives `head`, then `filler` over and over, then `tail`, without holding them.
struct Generated {
    head: &'static [u8],
    filler: u8,
    count: usize,
    tail: &'static [u8],
}

impl Read for Generated {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.head.read(buffer)?;
        if read > 0 {
            return Ok(read);
        }
        if self.count > 0 {
            let length = self.count.min(buffer.len());
            buffer[..length].fill(self.filler);
            self.count -= length;
            return Ok(length);
        }
        self.tail.read(buffer)
    }
}

fn read(file: Generated, shape: Shape) -> Vec<(u64, Vec<String>)> {
    read_json(file, shape, &limits())
}

#[test]
fn a_line_of_100_mib_is_one_refused_case() {
    let too_large = vec!["facts/too-large: a case of more than 16777216 bytes".to_owned()];
    let file = Generated {
        head: b"{}\n{\"name\": \"",
        filler: b'x',
        count: 100 << 20,
        tail: b"\"}\n{\"flag\": true}",
    };
    assert_eq!(read(file, Shape::Lines), [(1, vec![]), (2, too_large.clone()), (3, vec![])]);
    let file = Generated {
        head: b"[{},\n{\"name\": \"",
        filler: b'x',
        count: 17 << 20,
        tail: b"\"},\n{\"flag\": true}]",
    };
    assert_eq!(read(file, Shape::Document), [(1, vec![]), (2, too_large.clone()), (3, vec![])]);
    let file = Generated { head: b"{\"name\": \"", filler: b'x', count: 17 << 20, tail: b"\"}" };
    assert_eq!(read(file, Shape::Document), [(1, too_large)]);
}

#[test]
fn a_csv_cell_of_100_mib_is_one_refused_case() {
    let (schema, limits) = (schema(), limits());
    let file = Generated { head: b"name\nx\n\"", filler: b'x', count: 100 << 20, tail: b"\n" };
    let reader = Reader::open(&schema, file, &Undeclared::Refuse, Vec::new(), &limits).unwrap();
    let codes: Vec<_> = reader
        .map(|case| {
            case.unwrap().bound.problems.iter().map(|problem| problem.code.as_str()).collect::<Vec<_>>()
        })
        .collect();
    assert_eq!(codes, [vec![], vec!["facts/too-large"]]);
}

#[test]
fn a_million_items_are_counted_and_not_held() {
    let text = format!(r#"{{"findings": [{}{{}}]}}"#, "{},".repeat(999_999));
    assert_eq!(
        lines(&bind(&schema(), text, &limits())),
        ["facts/list-too-long at `findings`: a list of 1000000 items; at most 100000 are taken"]
    );
}

#[test]
fn nesting_takes_no_stack() {
    let nested = |field: &str| format!(r#"{{"{field}": {}{}}}"#, "[".repeat(10_000), "]".repeat(10_000));
    let cases = [
        ("what", "facts/unknown-field at `what`: the policy declares no field `what`"),
        ("flag", "facts/wrong-type at `flag`: expected true or false, found an array"),
        ("steps", "facts/wrong-type at `steps[0]`: expected a number, found an array"),
        ("findings", "facts/wrong-type at `findings[0]`: expected an object (`Finding`), found an array"),
    ];
    for (field, expected) in cases {
        assert_eq!(lines(&bind(&schema(), nested(field), &limits())), [expected]);
    }
    let objects = format!(r#"{{"revised": {}1{}}}"#, r#"{"x":"#.repeat(10_000), "}".repeat(10_000));
    assert_eq!(
        lines(&bind(&schema(), objects, &limits())),
        ["facts/unknown-field at `revised.x`: the policy declares no field `x`"]
    );
    let open = "[".repeat(10_000);
    assert_eq!(
        lines(&bind(&schema(), &open, &limits())),
        ["facts/not-json: EOF while parsing a list at line 1, column 10000"]
    );
}

#[test]
fn a_recursive_schema_takes_no_stack_either() {
    let mut schema = schema();
    let field = |name: &str, of| Field {
        name: name.into(),
        wire: name.into(),
        ty: of,
        ..schema.facts.fields[0].clone()
    };
    let node = Type::Record(RecordId(0));
    let fields = vec![field("next", node.clone()), field("all", Type::List(Box::new(node)))];
    (schema.records[0].fields, schema.facts.fields) = (fields.clone(), fields);
    for (open, close) in [(r#"{"next":"#, "}"), (r#"{"all":["#, "]}")] {
        let text = format!("{}{{}}{}", open.repeat(10_000), close.repeat(10_000));
        let problems = bind(&schema, text, &limits()).problems;
        let messages: Vec<&str> = problems.iter().map(|problem| problem.message.as_str()).collect();
        assert_eq!(messages, ["nested deeper than 100 levels"]);
    }
}

#[test]
fn a_case_full_of_problems_lists_the_first_of_them() {
    let fields: Vec<String> = (0..200_000).map(|number| format!(r#""field_{number:06}": 1"#)).collect();
    let text = format!("{{{}}}", fields.join(","));
    let problems = bind(&schema(), text, &limits()).problems;
    assert_eq!(problems.len(), 1_001);
    assert_eq!(problems[0].message, "more than 1000 problems; only the first are shown");
    assert_eq!(problems[1_000].path.as_deref(), Some("field_000999"));
}

#[test]
fn long_names_and_numbers_are_cut_in_messages() {
    let long = "x".repeat(1_000_000);
    let digits = "7".repeat(1_000_000);
    let roomy = Limits { text_bytes: 10 << 20, ..limits() };
    let text = format!(
        r#"{{"{long}": 1, "grade": "{long}", "ratio": {digits}, "price": "{digits}", "count": {digits}, "on": "{long}", "kinds": "{long}"}}"#
    );
    let problems = bind(&schema(), text, &roomy).problems;
    assert_eq!(problems.len(), 7);
    assert!(problems.iter().all(|problem| problem.to_string().len() < 400), "{problems:?}");
}
