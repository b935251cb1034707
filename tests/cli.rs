//! The command `assize` as it is called: exit status, streams, files.
#![cfg(feature = "cli")]

mod folder;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;

use folder::{Folder, Ran};

const POLICY: &str = r#"assize 1
policy fines "Fines for defective goods"

unit CNY, 2 decimals

record Finding
  grave: bool

facts
  goods_value: CNY, 0 or more
  illegal:     bool, default no
  appealed:    bool or unknown
  findings:    list of Finding, default []

outcome fine:    CNY, sum, at most 5_000 CNY, rounded to 0.01 CNY half up
outcome counted: integer = count f in findings where f.grave
outcome held:    bool = appealed

rule illegal_goods
  when illegal
  then fine: 15% * goods_value
"#;

const GOOD: &str = r#"{"goods_value": "1999.90", "illegal": true, "appealed": false}"#;
const GOOD_LINE: &str = r#""status":"decided","outcomes":{"counted":0,"fine":"299.99","held":false},"unsettled":[],"needs":[],"fired":[{"rule":"illegal_goods"}],"overridden":[],"errors":[]}"#;

#[test]
fn check_says_that_a_policy_is_fine() {
    let folder = Folder::new("check_fine");
    let ran = folder.file("p.assize", POLICY).run(&["check", "p.assize"]);
    assert_eq!((ran.code, &*ran.out), (0, ""), "{ran:?}");
    assert_eq!(ran.err, "p.assize: policy `fines` is fine: 4 facts, 3 outcomes, no warnings\n");
}

#[test]
fn check_shows_what_is_wrong() {
    let folder = Folder::new("check_wrong");
    folder.file("p.assize", POLICY).file("q.assize", POLICY.replace("when illegal", "when ilegal"));
    let ran = folder.run(&["check", "q.assize", "p.assize"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("error[name/unknown]"), "{}", ran.err);
    assert!(ran.err.contains("--> q.assize:20:8"), "{}", ran.err);
    assert!(ran.err.contains("q.assize: 1 error\n"), "{}", ran.err);
    assert!(
        ran.err.contains("p.assize: policy `fines` is fine"),
        "the other policy is checked, too: {}",
        ran.err
    );
    let ran = folder.run(&["check", "--format", "short", "q.assize"]);
    assert!(ran.err.starts_with("q.assize:20:8: error[name/unknown]: "), "{}", ran.err);
}

#[test]
fn use_is_looked_up_beside_the_using_file() {
    let folder = Folder::new("check_use");
    fs::create_dir(folder.0.join("law")).unwrap();
    folder
        .file("law/p.assize", format!("{POLICY}\nuse \"more.assize\"\n"))
        .file("law/more.assize", "use \"p.assize\"\ndefine tenth: number = 10%\n")
        .file("law/gone.assize", format!("{POLICY}\nuse \"nowhere.assize\"\n"));
    let ran = folder.run(&["check", "law/p.assize"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let ran = folder.run(&["check", "law/gone.assize"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("error[use/not-found]: `law/nowhere.assize` cannot be loaded"), "{}", ran.err);
}

#[test]
fn every_format_gives_the_same_decisions() {
    let folder = Folder::new("formats");
    folder
        .file("p.assize", POLICY)
        .file("c.json", format!("[{GOOD},\n {GOOD}]"))
        .file("c.jsonl", format!("{GOOD}\n\n{GOOD}\n"))
        .file("c.ndjson", format!("{GOOD}\n{GOOD}"))
        .file("c.csv", "goods_value,illegal,appealed\n1999.90,true,false\n1999.90,true,false\n");
    let expected = format!("{{\"case\":0,{GOOD_LINE}\n{{\"case\":1,{GOOD_LINE}\n");
    for cases in ["c.json", "c.jsonl", "c.ndjson", "c.csv"] {
        let ran = folder.run(&["decide", "p.assize", cases]);
        assert_eq!((ran.code, &ran.out), (0, &expected), "{cases}: {}", ran.err);
        assert_eq!(ran.err, "2 cases: 2 decided\n");
    }
}

#[test]
fn lists_come_from_a_second_file_and_columns_can_be_passed_over() {
    let folder = Folder::new("lists");
    folder
        .file("p.assize", POLICY)
        .file("c.csv", "id,goods_value,appealed,note\na,10,false,x\nb,20,false,y\n")
        .file("f.csv", "id,grave,note\na,true,\na,false,\nz,true,\n");
    let list = ["--list", "findings=f.csv:id"];
    let call = ["decide", "p.assize", "c.csv", list[0], list[1], "--ignore", "note,findings.note"];
    let ran = folder.run(&call);
    assert_eq!(ran.code, 0, "{ran:?}");
    let counted: Vec<bool> = ran.out.lines().map(|line| line.contains(r#""counted":1,"#)).collect();
    assert_eq!(counted, [true, false], "{}", ran.out);
    assert!(ran.err.contains("1 key in the list `findings` without a case: `z`"), "{}", ran.err);
    let ran = folder.run(&["decide", "p.assize", "c.csv", list[0], list[1], "--ignore-undeclared"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    let ran = folder.run(&["decide", "p.assize", "c.csv", list[0], list[1]]);
    assert_eq!((ran.code, &*ran.out), (2, ""), "undeclared columns refuse the file: {ran:?}");
    assert!(ran.err.contains("facts/unknown-field"), "{}", ran.err);
}

#[test]
fn absent_facts_are_no_failure() {
    let folder = Folder::new("undetermined");
    let ran = folder
        .file("p.assize", POLICY)
        .run_with_input(&["decide", "p.assize", "-"], "{\"goods_value\":1}\n{\"appealed\":true}\n");
    assert_eq!(ran.code, 0, "{ran:?}");
    let lines: Vec<&str> = ran.out.lines().collect();
    assert!(lines[0].contains(r#""unsettled":["held"],"bounds":{"held":"#), "{}", lines[0]);
    assert!(lines[0].contains(r#""waits_for":["appealed"]"#), "{}", lines[0]);
    assert!(lines[1].contains(r#""outcomes":{},"unsettled":[],"needs":["goods_value"]"#), "{}", lines[1]);
    assert_eq!(ran.err, "2 cases: 0 decided, 2 undetermined\n");
}

#[test]
fn a_refused_case_does_not_stop_the_others() {
    let folder = Folder::new("refused");
    let input = format!("{GOOD}\n\n{{\"goods_value\":-1,\"illegal\":7}}\nnonsense\n{GOOD}\n");
    let ran = folder.file("p.assize", POLICY).run_with_input(&["decide", "p.assize", "-"], &input);
    assert_eq!(ran.code, 3, "{ran:?}");
    let statuses: Vec<&str> = ran.out.lines().map(|line| line.split('"').nth(5).unwrap()).collect();
    assert_eq!(statuses, ["decided", "refused", "refused", "decided"]);
    let told: Vec<&str> = ran.err.lines().collect();
    assert_eq!(told.len(), 3, "{}", ran.err);
    assert!(
        told[0].starts_with("case 1 (line 3) refused: facts/out-of-bounds at `goods_value`: "),
        "{}",
        told[0]
    );
    assert!(told[0].ends_with(" (and 1 more)"), "{}", told[0]);
    assert!(told[1].starts_with("case 2 (line 4) refused: facts/not-json"), "{}", told[1]);
    assert_eq!(told[2], "4 cases: 2 decided, 2 refused");
}

#[test]
fn only_the_first_wrong_cases_are_told_one_by_one() {
    let folder = Folder::new("capped");
    let ran = folder
        .file("p.assize", POLICY)
        .run_with_input(&["decide", "p.assize", "-"], &"{\"x\":1}\n".repeat(50));
    assert_eq!((ran.code, ran.out.lines().count()), (3, 50));
    assert_eq!(ran.err.lines().count(), 22);
    assert!(ran.err.ends_with(".. and 30 more\n50 cases: 0 decided, 50 refused\n"), "{}", ran.err);
}

#[test]
fn an_answer_comes_before_the_next_case_is_given() {
    let folder = Folder::new("streaming");
    folder.file("p.assize", POLICY);
    let mut child = folder
        .command(&["decide", "p.assize", "-"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut input = child.stdin.take().unwrap();
    let mut answers = BufReader::new(child.stdout.take().unwrap());
    for case in 0..3 {
        writeln!(input, "{GOOD}").unwrap();
        let mut line = String::new();
        answers.read_line(&mut line).unwrap();
        assert_eq!(line, format!("{{\"case\":{case},{GOOD_LINE}\n"));
    }
    drop(input);
    assert!(child.wait().unwrap().success());
}

#[test]
fn decisions_go_to_a_file() {
    let folder = Folder::new("out");
    folder.file("p.assize", POLICY).file("c.jsonl", format!("{GOOD}\n"));
    let ran = folder.run(&["decide", "p.assize", "c.jsonl", "--out", "d.jsonl"]);
    assert_eq!((ran.code, &*ran.out), (0, ""), "{ran:?}");
    assert_eq!(folder.read("d.jsonl"), format!("{{\"case\":0,{GOOD_LINE}\n"));
    let ran = folder.run(&["decide", "p.assize", "c.jsonl", "--out", "no/such/folder.jsonl"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    let ran = folder.run(&["decide", "p.assize", "c.jsonl", "--out", "./c.jsonl"]);
    assert_eq!(ran.code, 2, "{ran:?}");
    assert_eq!(folder.read("c.jsonl"), format!("{GOOD}\n"), "the input is still there");
}

#[test]
fn a_bad_policy_decides_nothing() {
    let folder = Folder::new("bad_policy");
    folder
        .file("p.assize", POLICY.replace("when illegal", "when ilegal"))
        .file("c.jsonl", format!("{GOOD}\n"));
    let ran = folder.run(&["decide", "p.assize", "c.jsonl", "--out", "d.jsonl"]);
    assert_eq!((ran.code, &*ran.out), (1, ""), "{ran:?}");
    assert!(ran.err.contains("error[name/unknown]"), "{}", ran.err);
    assert!(ran.err.ends_with("assize: `p.assize` has 1 error\n"), "{}", ran.err);
    assert!(!folder.0.join("d.jsonl").exists());
}

#[test]
fn wrong_calls() {
    let folder = Folder::new("wrong_calls");
    folder
        .file("p.assize", POLICY)
        .file("c.jsonl", GOOD)
        .file("c.txt", GOOD)
        .file("latin.assize", b"policy \xe9");
    for call in [
        &["decide", "p.assize"] as &[&str],
        &["decide", "p.assize", "nowhere.jsonl"],
        &["decide", "nowhere.assize", "c.jsonl"],
        &["decide", "p.assize", "c.txt"],
        &["decide", "p.assize", "c.jsonl", "--ignore", "a"],
        &["decide", "p.assize", "c.jsonl", "--list", "a=b"],
        &["check"],
        &["check", "nowhere.assize"],
        &["check", "latin.assize"],
        &["frobnicate"],
    ] {
        let ran = folder.run(call);
        assert_eq!((ran.code, &*ran.out), (2, ""), "{call:?}: {ran:?}");
        assert!(!ran.err.is_empty(), "{call:?}");
    }
    assert_eq!(folder.run(&["decide", "p.assize", "c.txt", "--format", "jsonl"]).code, 0);
}

#[test]
fn a_reader_that_has_seen_enough_is_no_failure() {
    let folder = Folder::new("broken_pipe");
    folder.file("p.assize", POLICY).file("c.jsonl", format!("{GOOD}\n").repeat(5_000));
    let mut child = folder
        .command(&["decide", "p.assize", "c.jsonl"])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first = [0; 8];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let ran = Ran::from(child.wait_with_output().unwrap());
    assert_eq!((ran.code, &*ran.err), (0, ""), "{ran:?}");
}

#[test]
fn version_and_help() {
    let folder = Folder::new("help");
    let ran = folder.run(&["--version"]);
    assert_eq!((ran.code, ran.out), (0, format!("assize {}\n", env!("CARGO_PKG_VERSION"))));
    for call in [&["--help"] as &[&str], &["check", "--help"], &["decide", "--help"]] {
        let ran = folder.run(call);
        assert_eq!(ran.code, 0);
        assert!(ran.out.contains("Example"), "{}", ran.out);
    }
}
