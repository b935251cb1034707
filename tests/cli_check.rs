//! `assize check`: its formats, what `--fix` writes, and how a call ends.
#![cfg(feature = "cli")]
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]
#![expect(clippy::indexing_slicing, reason = "an index into JSON gives null")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use serde_json::Value;

const GOOD: &str = "policy fines\nfacts\n  illegal: bool\noutcome banned: bool = illegal\n";

/// A folder for one test, empty at first.
struct Folder(PathBuf);

impl Folder {
    fn new(test: &str) -> Self {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("cli_check").join(test);
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).unwrap();
        Self(folder)
    }

    fn file(&self, name: &str, content: impl AsRef<[u8]>) -> &Self {
        fs::write(self.0.join(name), content).unwrap();
        self
    }

    fn read(&self, name: &str) -> String {
        fs::read_to_string(self.0.join(name)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(&self.0)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn check(&self, arguments: &[&str]) -> Ran {
        let output = Command::new(env!("CARGO_BIN_EXE_assize"))
            .arg("check")
            .args(arguments)
            .current_dir(&self.0)
            .stdin(Stdio::null())
            .output()
            .unwrap();
        Ran {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}

#[derive(Debug)]
struct Ran {
    code: i32,
    out: String,
    err: String,
}

/// A policy with an error that has a certain fix, one that has a guess, a label, and wide characters before it.
const WRONG: &str = "policy fines \"罚款\"\nunit CNY, 2 decimals\nfacts\n  货值: CNY\n  illegal: bool\n\
                     outcome banned: bool = illegal and 货值 > 3\n\
                     outcome other: bool = ilegal\noutcome third: bool = true\n";

/// A policy with a warning alone.
const WARNED: &str = "policy p\nfacts\n  scope: bool\n  \u{455}cope: bool\noutcome x: bool = scope\n";

#[test]
fn a_person_reads_the_text_and_where_to_learn_more() {
    let folder = Folder::new("human");
    let ran = folder.file("p.assize", WRONG).check(&["p.assize"]);
    assert_eq!((ran.code, &*ran.out), (1, ""), "{ran:?}");
    assert!(ran.err.contains("--> p.assize:7:23"), "{}", ran.err);
    assert!(ran.err.contains("help: did you mean `illegal`?"), "a guess is shown: {}", ran.err);
    let end = "p.assize: 3 errors\nfor more about a finding: assize code type/unit-mismatch\n";
    assert!(ran.err.ends_with(end), "{}", ran.err);
    let ran = folder.file("p.assize", GOOD).check(&["p.assize"]);
    assert_eq!(ran.err, "p.assize: policy `fines` is fine: 1 fact, 1 outcome, no warnings\n");
}

#[test]
fn short_is_one_line_each() {
    let folder = Folder::new("short");
    let ran = folder.file("p.assize", WRONG).check(&["--format", "short", "p.assize"]);
    assert_eq!((ran.code, &*ran.out), (1, ""));
    assert_eq!(
        ran.err,
        "p.assize:6:39: error[type/unit-mismatch]: cannot compare `CNY` with `integer`\n\
         p.assize:7:23: error[name/unknown]: there is no `ilegal`\n\
         p.assize:8:23: error[syntax/misspelling]: `true` is written `yes`\n\
         p.assize: 3 errors\n"
    );
}

#[test]
fn json_lines_hold_each_finding_with_places_that_can_be_followed() {
    let folder = Folder::new("json");
    folder.file("p.assize", WRONG).file("good.assize", GOOD);
    let ran = folder.check(&["--format", "json", "p.assize", "good.assize"]);
    assert_eq!((ran.code, &*ran.err), (1, ""), "nothing but JSON is said");
    let found: Vec<Value> = ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let codes: Vec<&str> = found.iter().map(|found| found["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["type/unit-mismatch", "name/unknown", "syntax/misspelling"]);
    assert_eq!(found[0]["labels"].as_array().unwrap().len(), 2);
    assert_eq!(found[0]["labels"][0]["note"], "this is `CNY`");
    assert_eq!(found[1]["fixes"], Value::Array(Vec::new()), "a guess is no fix");
    assert_eq!(found[1]["suggestions"][0]["replacement"], "illegal");
    assert_eq!(found[2]["fixes"][0]["replacement"], "yes");
    for found in &found {
        let edits = ["fixes", "suggestions", "labels"].map(|key| found[key].as_array().unwrap());
        for holder in edits.into_iter().flatten().chain([found]) {
            assert_eq!(holder["file"], "p.assize");
            let (start, end) = (&holder["span"]["start"], &holder["span"]["end"]);
            let byte = |place: &Value| usize::try_from(place["byte"].as_u64().unwrap()).unwrap();
            assert!(!WRONG.get(byte(start)..byte(end)).unwrap().is_empty(), "{holder}");
            for place in [start, end] {
                // The same place, found by lines and characters.
                let line = usize::try_from(place["line"].as_u64().unwrap()).unwrap();
                let column = usize::try_from(place["column"].as_u64().unwrap()).unwrap();
                let before: usize = WRONG.split_inclusive('\n').take(line - 1).map(str::len).sum();
                let inside: usize =
                    WRONG.get(before..).unwrap().chars().take(column - 1).map(char::len_utf8).sum();
                assert_eq!(before + inside, byte(place), "{holder}");
            }
        }
    }
}

/// What SARIF says about itself, judged by the schema that OASIS publishes.
fn sarif(out: &str) -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/schemas/sarif-2.1.0.json");
    let mut schema: Value = serde_json::from_str(&fs::read_to_string(path).unwrap()).unwrap();
    // Its pattern of a language has a stray bracket; we write no language.
    for holder in ["run", "toolComponent"] {
        let language = &mut schema["definitions"][holder]["properties"]["language"];
        language.as_object_mut().unwrap().remove("pattern").unwrap();
    }
    let judge = jsonschema::validator_for(&schema).unwrap();
    let log: Value = serde_json::from_str(out).unwrap();
    let wrong: Vec<String> =
        judge.iter_errors(&log).map(|error| format!("{}: {error}", error.instance_path())).collect();
    assert!(wrong.is_empty(), "{wrong:#?}\n{out}");
    let mut broken = log.clone();
    broken["runs"][0]["results"] = Value::from("none");
    assert!(!judge.is_valid(&broken), "the judge refuses what is wrong");
    log
}

#[test]
fn sarif_is_one_log_that_its_schema_accepts() {
    let folder = Folder::new("sarif");
    folder.file("p 1.assize", WRONG).file("good.assize", GOOD).file("warned.assize", WARNED);
    let ran = folder.check(&["--format", "sarif", "p 1.assize", "good.assize", "warned.assize"]);
    assert_eq!((ran.code, &*ran.err), (1, ""));
    let log = sarif(&ran.out);
    let run = &log["runs"][0];
    assert_eq!(log["runs"].as_array().unwrap().len(), 1);
    assert_eq!(run["columnKind"], "unicodeCodePoints");
    let rules = run["tool"]["driver"]["rules"].as_array().unwrap();
    let results = run["results"].as_array().unwrap();
    assert_eq!(results.len(), 4);
    for result in results {
        let rule = &rules[usize::try_from(result["ruleIndex"].as_u64().unwrap()).unwrap()];
        assert_eq!(rule["id"], result["ruleId"]);
        assert_eq!(rule["defaultConfiguration"]["level"], result["level"]);
    }
    assert_eq!(results[0]["relatedLocations"][1]["message"]["text"], "this is `integer`");
    assert_eq!(results[1]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"], "p%201.assize");
    let region = &results[1]["locations"][0]["physicalLocation"]["region"];
    assert_eq!((&region["startLine"], &region["startColumn"]), (&Value::from(7), &Value::from(23)));
    assert_eq!((&region["endLine"], &region["endColumn"]), (&Value::from(7), &Value::from(29)));
    assert_eq!(results[1]["fixes"][0]["properties"]["certain"], false);
    assert_eq!(results[2]["fixes"][0]["properties"]["certain"], true);
    assert_eq!(results[3]["level"], "warning");

    let clean = sarif(&folder.check(&["--format", "sarif", "good.assize"]).out);
    assert_eq!(clean["runs"][0]["results"], Value::Array(Vec::new()), "no results are results, too");
}

#[test]
fn every_case_of_the_checker_is_sarif() {
    let mut log = assize::diagnostic::Sarif::default();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check");
    let mut cases = 0;
    for entry in fs::read_dir(folder).unwrap() {
        for case in fs::read_to_string(entry.unwrap().path()).unwrap().split("=== ").skip(1) {
            let text = case.split_once('\n').unwrap().1.split("\n---").next().unwrap();
            if let Err(error) = assize::Policy::from_text("case.assize", text) {
                log.add(error.diagnostics(), error.sources().unwrap());
                cases += 1;
            }
        }
    }
    assert!(cases > 100, "{cases}");
    sarif(&log.to_json());
}

#[test]
fn a_finding_in_a_shared_file_is_in_the_log_once() {
    let folder = Folder::new("shared");
    let using = "policy p\nuse \"more.assize\"\noutcome x: bool = late\n";
    folder.file("a.assize", using).file("b.assize", using).file("more.assize", "define late: bool = true\n");
    let log = sarif(&folder.check(&["--format", "sarif", "a.assize", "b.assize"]).out);
    assert_eq!(log["runs"][0]["results"].as_array().unwrap().len(), 1);
}

#[test]
fn an_unreadable_file_does_not_hide_the_others() {
    let folder = Folder::new("unreadable");
    folder.file("p.assize", WRONG);
    for format in ["human", "short", "json", "sarif"] {
        let ran = folder.check(&["--format", format, "none.assize", "p.assize"]);
        assert_eq!(ran.code, 2, "{format}");
        assert!(ran.err.contains("`none.assize` cannot be read"), "{format}: {}", ran.err);
        assert!(format!("{}{}", ran.out, ran.err).contains("syntax/misspelling"), "{format}");
        if format == "sarif" {
            let invocation = &sarif(&ran.out)["runs"][0]["invocations"][0];
            assert_eq!(invocation["executionSuccessful"], false);
            let text = invocation["toolExecutionNotifications"][0]["message"]["text"].as_str().unwrap();
            assert!(text.contains("none.assize"), "{text}");
        }
    }
}

#[test]
fn warnings_fail_only_where_they_are_denied() {
    let folder = Folder::new("warnings");
    folder.file("p.assize", WARNED);
    let ran = folder.check(&["p.assize"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    for format in ["human", "short", "json", "sarif"] {
        assert_eq!(folder.check(&["--format", format, "--deny-warnings", "p.assize"]).code, 1, "{format}");
    }
    let ran = folder.check(&["--deny-warnings", "--format", "short", "p.assize"]);
    assert!(ran.err.ends_with("p.assize: 1 warning, and `--deny-warnings` is given\n"), "{}", ran.err);
    folder.file("p.assize", GOOD);
    assert_eq!(folder.check(&["--deny-warnings", "p.assize"]).code, 0);
}

const BROKEN: &str = "policy fines\nfacts\n  illegal: bool\n  other: bool\n\
                      outcome banned: bool = illegal == true && other != false # == stays\n";
const MENDED: &str = "policy fines\nfacts\n  illegal: bool\n  other: bool\n\
                      outcome banned: bool = illegal is yes and other is not no # == stays\n";

#[test]
fn fix_writes_what_is_certain_and_says_so() {
    let folder = Folder::new("fix");
    let ran = folder.file("p.assize", BROKEN).check(&["--fix", "p.assize"]);
    assert_eq!((ran.code, &*ran.out), (0, ""), "{ran:?}");
    assert_eq!(folder.read("p.assize"), MENDED);
    assert_eq!(
        ran.err,
        "p.assize:5:32: replaced `==` by `is`\n\
         p.assize:5:35: replaced `true` by `yes`\n\
         p.assize:5:40: replaced `&&` by `and`\n\
         p.assize:5:49: replaced `!=` by `is not`\n\
         p.assize:5:52: replaced `false` by `no`\n\
         p.assize: policy `fines` is fine: 2 facts, 1 outcome, no warnings\n"
    );
    assert_eq!(folder.names(), ["p.assize"], "no temporary file is left");
    let again = folder.check(&["--fix", "p.assize"]);
    assert!(!again.err.contains("replaced"), "{}", again.err);
    assert_eq!(folder.read("p.assize"), MENDED);
}

#[test]
fn fix_leaves_guesses_and_reports_them() {
    let folder = Folder::new("guesses");
    let ran = folder.file("p.assize", WRONG).check(&["--fix", "--format", "short", "p.assize"]);
    assert_eq!(ran.code, 1);
    assert_eq!(folder.read("p.assize"), WRONG.replace("= true", "= yes"));
    assert!(ran.err.contains("p.assize:8:23: replaced `true` by `yes`\n"), "{}", ran.err);
    assert!(ran.err.contains("there is no `ilegal`"), "{}", ran.err);
    assert!(!ran.err.contains("error[syntax/misspelling]"), "{}", ran.err);
    let either = "policy p\nfacts\n  a: bool\n  b: bool\n  c: bool\noutcome x: bool = a and b or c\n";
    let ran = folder.file("q.assize", either).check(&["--fix", "q.assize"]);
    assert_eq!((ran.code, folder.read("q.assize")), (1, either.to_owned()), "one of two readings is no fix");
}

#[test]
fn fix_keeps_line_ends_byte_order_mark_prose_and_used_files() {
    let folder = Folder::new("bytes");
    let crlf = format!("\u{FEFF}{}", BROKEN.replace('\n', "\r\n"));
    folder.file("crlf.assize", &crlf);
    let prose = "# Fines == \r\n\r\n“Prose” && `code == true`\n\n";
    let mark = format!("{prose}```assize\n{BROKEN}```\n\n    true != false\n");
    folder.file("law.assize.md", &mark);
    let root = "policy p\nuse \"used.assize\"\noutcome x: bool = late == true\n";
    let (used, used_fixed) = ("define late: bool = 1 =< 2\n", "define late: bool = 1 <= 2\n");
    fs::create_dir(folder.0.join("sub")).unwrap();
    folder.file("sub/root.assize", root).file("sub/used.assize", used);
    let ran = folder.check(&["--fix", "crlf.assize", "law.assize.md", "./sub/root.assize"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert_eq!(folder.read("crlf.assize"), format!("\u{FEFF}{}", MENDED.replace('\n', "\r\n")));
    assert_eq!(folder.read("law.assize.md"), mark.replace(BROKEN, MENDED));
    assert_eq!(folder.read("sub/root.assize"), root.replace("== true", "is yes"));
    assert_eq!(folder.read("sub/used.assize"), used_fixed);
    assert!(ran.err.contains("sub/used.assize:1:23: replaced `=<` by `<=`"), "{}", ran.err);
}

#[test]
fn fix_never_writes_a_text_with_more_errors() {
    let folder = Folder::new("withheld");
    // With `not`, the text parses, and three names are unknown.
    let text = GOOD.replace("= illegal", "= !paid and owed and due");
    let ran = folder.file("p.assize", &text).check(&["--fix", "--format", "short", "p.assize"]);
    assert_eq!((ran.code, folder.read("p.assize")), (1, text));
    assert!(
        ran.err.starts_with("p.assize: 1 fix not applied: with it, there would be more errors\n"),
        "{}",
        ran.err
    );
    assert!(ran.err.contains("error[syntax/misspelling]"), "{}", ran.err);
}

#[test]
fn diff_shows_and_writes_nothing() {
    let folder = Folder::new("diff");
    let ran = folder.file("p.assize", BROKEN).check(&["--fix", "--diff", "p.assize"]);
    assert_eq!(ran.code, 1, "the file is as wrong as before");
    assert_eq!(folder.read("p.assize"), BROKEN);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines[0..3], ["--- a/p.assize", "+++ b/p.assize", "@@ -2,4 +2,4 @@"]);
    let (old, new) = (BROKEN.lines().last().unwrap(), MENDED.lines().last().unwrap());
    assert_eq!(lines[lines.len() - 2..], [format!("-{old}"), format!("+{new}")]);
    assert!(!ran.err.contains("replaced"), "{}", ran.err);

    let ran = folder.check(&["--diff", "p.assize"]);
    assert_eq!(ran.code, 2, "--diff says how --fix works");
    let ran = folder.check(&["--fix", "--diff", "--format", "sarif", "p.assize"]);
    assert_eq!((ran.code, &*ran.out), (2, ""), "{ran:?}");
}

#[cfg(unix)]
#[test]
fn fix_keeps_permissions_and_links_and_leaves_what_may_not_be_written() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new("permissions");
    folder.file("real.assize", BROKEN);
    let mode = |name: &str| fs::metadata(folder.0.join(name)).unwrap().permissions().mode() & 0o777;
    fs::set_permissions(folder.0.join("real.assize"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real.assize", folder.0.join("link.assize")).unwrap();
    assert_eq!(folder.check(&["--fix", "link.assize"]).code, 0);
    assert_eq!((folder.read("real.assize"), mode("real.assize")), (MENDED.to_owned(), 0o640));
    assert!(fs::symlink_metadata(folder.0.join("link.assize")).unwrap().is_symlink());

    folder.file("kept.assize", BROKEN);
    fs::set_permissions(folder.0.join("kept.assize"), fs::Permissions::from_mode(0o440)).unwrap();
    if fs::OpenOptions::new().write(true).open(folder.0.join("kept.assize")).is_ok() {
        eprintln!("SKIPPED: this user may write what is read-only");
        return;
    }
    let ran = folder.check(&["--fix", "kept.assize"]);
    assert_eq!((ran.code, folder.read("kept.assize")), (2, BROKEN.to_owned()), "{ran:?}");
}
