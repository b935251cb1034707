//! `assize test` as it is called: differences, coverage, reports, updates.
#![cfg(feature = "cli")]

mod folder;

use folder::Folder;

const POLICY: &str = r#"assize 1
policy fines "Fines"
unit EUR, 2 decimals
facts
  value:   EUR, 0 or more
  illegal: bool, default no
outcome fine: EUR, sum, rounded to 0.01 EUR half up
rule base when value >= 100 EUR then fine: 10% * value
rule illegal_goods "Illegal goods" when illegal then fine: raised by 50%

example "a large value" given value: 200 EUR expect fine: 20 EUR
example "illegal & large" given value: 100 EUR, illegal: yes expect fine: 15 EUR
"#;

const SMALL: &str =
    r#"{"text": "a small value", "facts": {"value": "99.99"}, "expect": {"outcomes": {"fine": 0}}}"#;

fn wrong() -> String {
    POLICY.replace("expect fine: 20 EUR", "expect fine: 30 EUR")
}

#[test]
fn what_holds_passes() {
    let folder = Folder::new("test_passes");
    let ran = folder.file("p.assize", POLICY).run(&["test", "p.assize"]);
    assert_eq!((ran.code, &*ran.out, &*ran.err), (0, "p.assize: 2 tests passed\n", ""));
}

#[test]
fn a_difference_is_shown_with_the_rules_that_made_it() {
    let folder = Folder::new("test_fails");
    let ran = folder.file("p.assize", wrong()).run(&["test", "p.assize"]);
    let told = "FAIL p.assize:11: a large value\n  - fine: 30 EUR\n  + fine: 20 EUR\n      rule `base`: 20 EUR\n      \
                rule `illegal_goods` did not apply\np.assize: 1 of 2 tests failed\n";
    assert_eq!((ran.code, &*ran.out, &*ran.err), (1, told, ""));
}

#[test]
fn nothing_to_test_is_no_success() {
    let folder = Folder::new("test_nothing");
    let bare = POLICY.split("example").next().unwrap_or_default();
    let ran = folder.file("p.assize", bare).run(&["test", "p.assize"]);
    assert_eq!((ran.code, &*ran.out), (1, "p.assize: there is no example, so nothing is tested\n"));
}

#[test]
fn coverage_names_what_no_test_went_through() {
    let folder = Folder::new("test_coverage");
    folder.file("p.assize", POLICY).file("t.jsonl", SMALL);
    let ran = folder.run(&["test", "p.assize", "--coverage", "--fail-under", "80"]);
    let told = "p.assize: 2 tests passed\ncoverage: 7 of 9 points, 77.7 %\n  rules       2 of 2\n  conditions  3 of 4\n  \
                thresholds  2 of 3\nnot covered:\n  \
                p.assize:8:16: `value >= 100 EUR` in rule `base` was never false\n  \
                p.assize:8:25: no value below `100 EUR` in rule `base`\ncoverage is under 80 %\n";
    assert_eq!((ran.code, &*ran.out), (1, told));
    let ran = folder.run(&["test", "p.assize", "--cases", "t.jsonl", "--fail-under", "100"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(
        ran.out.starts_with("p.assize: 3 tests passed\ncoverage: 9 of 9 points, 100.0 %\n"),
        "{}",
        ran.out
    );
}

#[test]
fn reports_are_written_for_machines_and_people() {
    let folder = Folder::new("test_reports");
    folder.file("p.assize", wrong());
    let reports = ["--lcov", "l.info", "--html", "c.html", "--junit", "j.xml"];
    let ran = folder.run(&[&["test", "p.assize"], &reports[..]].concat());
    assert_eq!(ran.code, 1, "{ran:?}");

    let lcov = folder.read("l.info");
    let lines: Vec<&str> = lcov.lines().collect();
    for line in
        ["SF:p.assize", "FN:8,rule `base`", "FNDA:2,rule `base`", "BRF:7", "BRH:5", "DA:9,1", "end_of_record"]
    {
        assert!(lines.contains(&line), "{line}\n{lcov}");
    }

    let junit = folder.read("j.xml");
    assert!(
        junit.contains(r#"<testsuite name="p.assize" tests="2" skipped="0" errors="0" failures="1">"#),
        "{junit}"
    );
    assert!(junit.contains(r#"<testcase name="illegal &amp; large""#), "{junit}");
    assert!(junit.contains("fine: expected 30 EUR, decided 20 EUR"), "{junit}");

    let html = folder.read("c.html");
    assert!(html.contains("was never false") && html.contains("value &gt;= 100 EUR"), "{html}");
    let again = Folder::new("test_reports_again");
    again.file("p.assize", wrong()).run(&[&["test", "p.assize"], &reports[..]].concat());
    for report in ["l.info", "c.html", "j.xml"] {
        assert_eq!(folder.read(report), again.read(report), "{report} is the same twice");
    }
}

#[test]
fn an_update_makes_everything_pass_and_touches_nothing_else() {
    let folder = Folder::new("test_update");
    let broken = SMALL.replace(r#""fine": 0"#, r#""fine": 1"#);
    folder.file("p.assize", wrong()).file("t.jsonl", format!("\n{broken}\r\n\n{SMALL}"));
    let ran = folder.run(&["test", "p.assize", "--cases", "t.jsonl", "--update"]);
    let told = "p.assize: 1 expectation rewritten; review them before you keep them\n\
                t.jsonl: 1 expectation rewritten; review them before you keep them\n";
    assert_eq!((ran.code, &*ran.out), (0, told));
    assert_eq!(folder.read("p.assize"), POLICY);
    let small =
        r#"{"text": "a small value", "facts": {"value": "99.99"}, "expect": {"outcomes":{"fine":"0.00"}}}"#;
    assert_eq!(folder.read("t.jsonl"), format!("\n{small}\r\n\n{SMALL}"));
    let ran = folder.run(&["test", "p.assize", "--cases", "t.jsonl", "--update"]);
    assert_eq!((ran.code, &*ran.out), (0, "nothing to rewrite\n"));
}

#[test]
fn a_call_that_cannot_be_meant_is_refused() {
    let folder = Folder::new("test_calls");
    folder.file("p.assize", POLICY).file("q.assize", POLICY).file("t.jsonl", SMALL);
    let ran = folder.run(&["test", "p.assize", "q.assize", "--cases", "t.jsonl"]);
    assert_eq!((ran.code, &*ran.err), (2, "assize: `--cases` goes with one policy\n"));
    assert_eq!(folder.run(&["test", "p.assize", "--cases", "gone.jsonl"]).code, 2);
    assert_eq!(folder.run(&["test", "p.assize", "--fail-under", "101"]).code, 2);
    let ran =
        folder.file("p.assize", POLICY.replace("when illegal", "when ilegal")).run(&["test", "p.assize"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(ran.err.contains("error[name/unknown]"), "{}", ran.err);
}
