//! `assize decide` with Parquet and CSV on either side.
#![cfg(feature = "cli")]
#![allow(clippy::indexing_slicing, clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod folder;

use std::fs::{self, File};
use std::io::Read;
use std::process::Stdio;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::types::{Decimal128Type, Int32Type, Int64Type};
use arrow_array::{
    Array, ArrayRef, BooleanArray, Date32Array, Decimal128Array, Float64Array, Int32Array, RecordBatch,
    StringArray,
};
use arrow_schema::DataType;
use folder::{Folder, Ran};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value as Json;

const POLICY: &str = r#"policy fines "Fines for defective goods"
unit CNY, 2 decimals
enum Act: none, paperwork, unsafe as "unsafe, recalled"
facts
  value:    CNY, 0 or more, up to 2 decimals
  act:      Act
  found:    date
  injured:  integer, 0 or more, default 0
  appealed: bool or unknown
outcome fine:     CNY, sum, rounded to 0.01 CNY half up
outcome measures: set of Act
outcome due:      date or nothing, earliest
outcome held:     bool = appealed
rule dear
  when act is not none
  then fine: 15% * value, measures: unsafe
rule grave
  overrides dear
  when injured >= 3
  then fine: 2 * value, measures: [unsafe, paperwork], due: found + 30 days
"#;

const ROWS: usize = 5_000;

/// Cases: decided, undetermined for an absent or an unknown fact, refused.
struct Cases {
    values: Vec<i128>,
    acts: Vec<Option<&'static str>>,
    days: Vec<i32>,
    injured: Vec<Option<i32>>,
    appealed: Vec<Option<bool>>,
}

fn cases(rows: usize) -> Cases {
    let mix = |row: usize| row.wrapping_mul(2_654_435_761) % 10_007;
    let acts = ["none", "paperwork", "unsafe, recalled"];
    Cases {
        values: (0..rows).map(|row| if row % 997 == 5 { -1 } else { mix(row) as i128 * 31 }).collect(),
        acts: (0..rows).map(|row| (row % 61 != 7).then(|| acts[mix(row) % 3])).collect(),
        days: (0..rows).map(|row| 18_000 + (mix(row) % 900) as i32).collect(),
        injured: (0..rows).map(|row| (mix(row) % 4 != 0).then_some((mix(row) % 6) as i32)).collect(),
        appealed: (0..rows).map(|row| (mix(row) % 9 != 0).then_some(mix(row) % 2 == 0)).collect(),
    }
}

impl Cases {
    fn batch(&self) -> RecordBatch {
        let values = Decimal128Array::from(self.values.clone()).with_precision_and_scale(18, 2).unwrap();
        let columns: [(&str, ArrayRef); 5] = [
            ("value", Arc::new(values)),
            ("act", Arc::new(StringArray::from(self.acts.clone()))),
            ("found", Arc::new(Date32Array::from(self.days.clone()))),
            ("injured", Arc::new(Int32Array::from(self.injured.clone()))),
            ("appealed", Arc::new(BooleanArray::from(self.appealed.clone()))),
        ];
        RecordBatch::try_from_iter(columns).unwrap()
    }

    /// The texts of each row, in the order of the columns.
    fn texts(&self) -> Vec<[Option<String>; 5]> {
        let epoch = jiff::civil::Date::constant(1970, 1, 1);
        let row = |row: usize| {
            let (units, sign) = (self.values[row].abs(), if self.values[row] < 0 { "-" } else { "" });
            let date = epoch.checked_add(jiff::Span::new().days(self.days[row])).unwrap();
            [
                Some(format!("{sign}{}.{:02}", units / 100, units % 100)),
                self.acts[row].map(str::to_owned),
                Some(date.to_string()),
                self.injured[row].map(|count| count.to_string()),
                self.appealed[row].map(|appealed| appealed.to_string()),
            ]
        };
        (0..self.values.len()).map(row).collect()
    }

    fn csv(&self) -> String {
        let mut csv = csv::Writer::from_writer(Vec::new());
        csv.write_record(["value", "act", "found", "injured", "appealed"]).unwrap();
        for row in self.texts() {
            csv.write_record(row.iter().map(|cell| cell.as_deref().unwrap_or(""))).unwrap();
        }
        String::from_utf8(csv.into_inner().unwrap()).unwrap()
    }

    fn lines(&self) -> String {
        let names = ["value", "act", "found", "injured", "appealed"];
        let mut lines = String::new();
        for row in self.texts() {
            let given = names.iter().zip(&row).filter_map(|(name, cell)| Some((name, cell.as_ref()?)));
            let written = given.map(|(name, text)| match *name {
                "injured" | "appealed" => format!("\"{name}\":{text}"),
                _ => format!("\"{name}\":\"{text}\""),
            });
            lines += &format!("{{{}}}\n", written.collect::<Vec<_>>().join(","));
        }
        lines
    }
}

fn write_parquet(folder: &Folder, name: &str, batch: &RecordBatch) {
    let mut writer =
        ArrowWriter::try_new(File::create(folder.0.join(name)).unwrap(), batch.schema(), None).unwrap();
    writer.write(batch).unwrap();
    writer.close().unwrap();
}

fn read_parquet(folder: &Folder, name: &str) -> RecordBatch {
    let file = File::open(folder.0.join(name)).unwrap();
    let builder = ParquetRecordBatchReaderBuilder::try_new(file).unwrap();
    let rows = usize::try_from(builder.metadata().file_metadata().num_rows()).unwrap();
    let mut reader = builder.with_batch_size(rows.max(1)).build().unwrap();
    reader.next().unwrap().unwrap()
}

/// Whatever the cases and the decisions are written in, the decisions are the same.
#[test]
fn every_pair_of_formats_gives_the_same_decisions() {
    let folder = Folder::new("columns_pairs");
    let cases = cases(ROWS);
    folder.file("p.assize", POLICY).file("c.csv", cases.csv()).file("c.jsonl", cases.lines());
    write_parquet(&folder, "c.parquet", &cases.batch());
    let mut summaries = Vec::new();
    for from in ["c.csv", "c.jsonl", "c.parquet"] {
        for to in ["jsonl", "csv", "parquet"] {
            let out = format!("{}.{to}", from.trim_start_matches("c."));
            let ran = folder.run(&["decide", "p.assize", from, "--out", &out]);
            assert_eq!((ran.code, &*ran.out), (3, ""), "{from} {to}: {}", ran.err);
            summaries.push(ran.err.lines().last().unwrap().to_owned());
            let same = fs::read(folder.0.join(&out)).unwrap();
            let first = fs::read(folder.0.join(format!("csv.{to}"))).unwrap();
            assert!(same == first, "{from} {to}");
        }
    }
    summaries.dedup();
    assert_eq!(summaries.len(), 1, "{summaries:?}");
    let words = ["5000 cases: ", " decided, ", " undetermined, ", " refused"];
    assert!(words.iter().all(|word| summaries[0].contains(word)), "{summaries:?}");
}

/// More rows than are read, and than are written, at a time.
#[test]
fn bytes_do_not_depend_on_where_many_cases_come_from() {
    let folder = Folder::new("columns_bytes");
    folder.file(
        "p.assize",
        "policy p\nfacts\n  count: integer\noutcome twice: integer = 2 * count\nrule odd when count is 7 then grave: yes\n\
         outcome grave: bool, any\n",
    );
    let counts: Vec<i32> = (0..70_001).map(|row| row % 11).collect();
    let lines: Vec<String> = counts.iter().map(i32::to_string).collect();
    folder.file("c.csv", format!("count\n{}\n", lines.join("\n")));
    let column: ArrayRef = Arc::new(Int32Array::from(counts));
    write_parquet(&folder, "c.parquet", &RecordBatch::try_from_iter([("count", column)]).unwrap());
    for (cases, out) in [("c.csv", "a.parquet"), ("c.parquet", "b.parquet"), ("c.parquet", "again.parquet")] {
        let ran = folder.run(&["decide", "p.assize", cases, "--out", out]);
        assert_eq!((ran.code, &*ran.err), (0, "70001 cases: 70001 decided\n"), "{ran:?}");
    }
    let bytes = |name: &str| fs::read(folder.0.join(name)).unwrap();
    assert!(bytes("a.parquet") == bytes("b.parquet") && bytes("b.parquet") == bytes("again.parquet"));
    let decisions = read_parquet(&folder, "a.parquet");
    let case = decisions.column_by_name("case").unwrap().as_primitive::<Int64Type>();
    assert!(case.values().iter().copied().eq(0..70_001));
}

/// What a person sees in the lines stands in the columns, read by another program than the one that wrote them.
#[test]
fn columns_say_what_lines_say() {
    let folder = Folder::new("columns_say");
    let cases = cases(ROWS);
    folder.file("p.assize", POLICY);
    write_parquet(&folder, "c.parquet", &cases.batch());
    for out in ["d.jsonl", "d.csv", "d.parquet"] {
        assert_eq!(folder.run(&["decide", "p.assize", "c.parquet", "--out", out]).code, 3);
    }
    let decisions = read_parquet(&folder, "d.parquet");
    assert_eq!(decisions.num_rows(), ROWS);
    let fine = decisions.column_by_name("fine").unwrap();
    assert_eq!(fine.data_type(), &DataType::Decimal128(38, 2));
    let mut rows = csv::Reader::from_path(folder.0.join("d.csv")).unwrap();
    let header = rows.headers().unwrap().clone();
    let mut records = rows.records();
    let mut whole = 0;
    for (row, line) in folder.read("d.jsonl").lines().enumerate() {
        let parsed: Json = serde_json::from_str(line).unwrap();
        let record = records.next().unwrap().unwrap();
        let cell = |name: &str| &record[header.iter().position(|column| column == name).unwrap()];
        let column = |name: &str| decisions.column_by_name(name).unwrap();
        let outcome = |name: &str| parsed["outcomes"].get(name).filter(|value| !value.is_null()).cloned();
        assert_eq!(column("case").as_primitive::<Int64Type>().value(row), row as i64);
        let status = column("status").as_dictionary::<Int32Type>();
        let status = status.downcast_dict::<StringArray>().unwrap();
        assert_eq!(arrow_array::ArrayAccessor::value(&status, row), parsed["status"]);
        assert_eq!(cell("status"), parsed["status"]);
        let fine = fine.is_valid(row).then(|| fine.as_primitive::<Decimal128Type>().value_as_string(row));
        assert_eq!(fine.as_deref(), outcome("fine").as_ref().and_then(Json::as_str));
        assert_eq!(cell("fine"), fine.unwrap_or_default());
        let held = column("held");
        assert_eq!(held.is_valid(row).then(|| Json::from(held.as_boolean().value(row))), outcome("held"));
        assert_eq!(cell("held"), outcome("held").map_or(String::new(), |held| held.to_string()));
        assert_eq!(cell("due"), outcome("due").as_ref().and_then(Json::as_str).unwrap_or(""));
        assert_eq!(cell("measures"), outcome("measures").map_or(String::new(), |all| all.to_string()));
        let fired = parsed["fired"].as_array().unwrap().iter().map(|fired| fired["rule"].clone());
        assert_eq!(cell("fired"), Json::from_iter(fired).to_string());
        assert_eq!(cell("needs"), parsed["needs"].to_string());
        let decision = column("decision");
        let decision = if decision.is_valid(row) { decision.as_string::<i32>().value(row) } else { "" };
        assert_eq!(cell("decision"), decision);
        assert_eq!(decision, if parsed["status"] == "decided" { "" } else { line });
        whole += usize::from(decision.is_empty());
    }
    assert!((ROWS / 2..ROWS).contains(&whole), "{whole}");
    assert!(records.next().is_none());
}

#[test]
fn a_few_decisions_as_csv() {
    let folder = Folder::new("columns_csv");
    let line = r#"{"value":"70","act":"unsafe, recalled","found":"2024-01-31","injured":3,"appealed":true}"#;
    let input = format!("{line}\n{}\n{{}}\n", line.replace('3', "0"));
    let ran = folder
        .file("p.assize", POLICY)
        .run_with_input(&["decide", "p.assize", "-", "--out-format", "csv"], &input);
    assert_eq!(ran.code, 0);
    insta::assert_snapshot!(ran.out);
    let ran = folder.run_with_input(&["decide", "p.assize", "-", "--out-format", "csv"], "");
    assert_eq!(ran.out, "case,status,due,fine,held,measures,needs,fired,overridden,decision\n");
}

#[test]
fn floats_and_strange_columns_are_told() {
    let folder = Folder::new("columns_unfit");
    folder.file("p.assize", POLICY).file("d.parquet", "what was here before");
    let cases = cases(3);
    let batch = cases.batch();
    let mut columns: Vec<(&str, ArrayRef)> = vec![("id", Arc::new(Int32Array::from(vec![1, 2, 3])))];
    columns
        .extend(["act", "found", "injured"].map(|name| (name, batch.column_by_name(name).unwrap().clone())));
    columns.push(("value", Arc::new(Float64Array::from(vec![0.1, 0.2, 0.3]))));
    write_parquet(&folder, "c.parquet", &RecordBatch::try_from_iter(columns).unwrap());
    let ran = folder.run(&["decide", "p.assize", "c.parquet", "--out", "d.parquet"]);
    assert_eq!((ran.code, &*ran.out), (2, ""), "{ran:?}");
    insta::assert_snapshot!(ran.err);
    assert_eq!(folder.read("d.parquet"), "what was here before");
    let ran = folder.run(&["decide", "p.assize", "c.parquet", "--ignore", "id,value"]);
    assert_eq!((ran.code, ran.out.lines().count()), (0, 3), "{ran:?}");
    assert!(ran.out.contains(r#""needs":["value"]"#), "{}", ran.out);
    let ran = folder.run(&["decide", "p.assize", "c.parquet", "--ignore-undeclared"]);
    assert_eq!(ran.code, 2, "a declared column still has to fit: {ran:?}");
}

/// A run that ends early leaves neither a file that looks whole nor rubbish beside it.
#[test]
fn a_damaged_file_gives_no_decisions() {
    let folder = Folder::new("columns_damaged");
    folder.file("p.assize", POLICY);
    write_parquet(&folder, "c.parquet", &cases(ROWS).batch());
    let whole = fs::read(folder.0.join("c.parquet")).unwrap();
    let mut damaged = whole.clone();
    // The header of the first page.
    damaged[4..60].fill(0xff);
    folder.file("c.parquet", &damaged).file("short.parquet", &whole[..whole.len() / 2]);
    for (cases, out) in [("c.parquet", "d.parquet"), ("c.parquet", "d.csv"), ("short.parquet", "d.parquet")] {
        let ran = folder.run(&["decide", "p.assize", cases, "--out", out]);
        assert_eq!(ran.code, 2, "{cases} {out}: {ran:?}");
        assert!(ran.err.contains("cannot be read as Parquet"), "{}", ran.err);
    }
    let mut left: Vec<_> = fs::read_dir(&folder.0).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    left.sort();
    assert_eq!(left, ["c.parquet", "p.assize", "short.parquet"]);
}

#[test]
fn a_file_is_replaced_when_the_new_one_is_whole() {
    let folder = Folder::new("columns_replaced");
    folder.file("p.assize", POLICY).file("c.jsonl", cases(5).lines()).file("d.parquet", "old");
    let ran = folder.run(&["decide", "p.assize", "c.jsonl", "--out", "d.parquet"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(read_parquet(&folder, "d.parquet").num_rows(), 5);
    let ran = folder.run(&["decide", "p.assize", "c.jsonl", "--out", "e.csv"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = |name: &str| fs::metadata(folder.0.join(name)).unwrap().permissions().mode() & 0o777;
        assert_eq!(mode("e.csv"), mode("c.jsonl"), "as of any new file");
    }
    // The ending says how it is written unless the call does.
    let ran = folder.run(&["decide", "p.assize", "c.jsonl", "--out", "x.data", "--out-format", "parquet"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(read_parquet(&folder, "x.data"), read_parquet(&folder, "d.parquet"));
    let ran = folder.run(&["decide", "p.assize", "x.data", "--format", "parquet", "--ignore-undeclared"]);
    assert_eq!((ran.code, ran.out.lines().count()), (0, 5), "decisions are no cases, but a file: {ran:?}");
}

#[test]
fn calls_that_cannot_be_meant() {
    let folder = Folder::new("columns_calls");
    folder.file("p.assize", POLICY).file("c.jsonl", cases(2).lines());
    write_parquet(&folder, "c.parquet", &cases(2).batch());
    for (call, why) in [
        (&["c.parquet", "--out", "c.parquet"] as &[&str], "would overwrite"),
        (&["c.parquet", "--list", "a=c.jsonl:b"], "`--list` is for cases in CSV"),
        (&["c.jsonl", "--ignore", "a"], "`--ignore` is for cases in CSV or Parquet"),
        (&["-", "--format", "parquet"], "not from standard input"),
        (&["c.jsonl", "--out-format", "parquet"], "`--out`"),
        (&["c.jsonl", "--format", "parquet"], "cannot be read as Parquet"),
        (&["c.jsonl", "--out", "no/such/folder.parquet"], "cannot be written"),
    ] {
        let ran = folder.run(&[&["decide", "p.assize"], call].concat());
        assert_eq!((ran.code, &*ran.out), (2, ""), "{call:?}: {ran:?}");
        assert!(ran.err.contains(why), "{call:?}: {}", ran.err);
    }
}

#[test]
fn wrong_rows_are_told_by_their_case() {
    let folder = Folder::new("columns_told");
    folder.file("p.assize", POLICY);
    write_parquet(&folder, "c.parquet", &cases(2_000).batch());
    let ran = folder.run(&["decide", "p.assize", "c.parquet"]);
    assert_eq!(ran.code, 3);
    let told: Vec<&str> = ran.err.lines().collect();
    assert_eq!(told.len(), 4, "{}", ran.err);
    assert!(told[0].starts_with("case 5 refused: facts/out-of-bounds at `value`: "), "{}", told[0]);
    assert!(told[2].starts_with("case 1999 refused: "), "{}", told[2]);
}

#[test]
fn a_reader_of_csv_that_has_seen_enough_is_no_failure() {
    let folder = Folder::new("columns_pipe");
    folder.file("p.assize", POLICY);
    let mut all = cases(50_000);
    all.values.iter_mut().for_each(|value| *value = value.abs());
    write_parquet(&folder, "c.parquet", &all.batch());
    for format in ["csv", "jsonl"] {
        let mut child = folder
            .command(&["decide", "p.assize", "c.parquet", "--out-format", format])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let mut first = [0; 8];
        child.stdout.take().unwrap().read_exact(&mut first).unwrap();
        let ran = Ran::from(child.wait_with_output().unwrap());
        assert_eq!((ran.code, &*ran.err), (0, ""), "{format}: {ran:?}");
    }
}
