//! `assize code` as it is called.
#![cfg(feature = "cli")]

mod folder;

use assize::Code;
use assize::decision::ProblemCode;
use folder::Folder;

#[test]
fn a_page_is_shown() {
    let folder = Folder::new("code_page");
    for (code, page) in [
        (Code::TypeUnitMismatch.as_str(), Code::TypeUnitMismatch.page()),
        (ProblemCode::MustHold.as_str(), ProblemCode::MustHold.page()),
    ] {
        let ran = folder.run(&["code", code]);
        assert_eq!((ran.code, &*ran.err), (0, ""));
        assert_eq!(ran.out, page.trim_start_matches("# "));
    }
}

#[test]
fn all_codes_are_listed() {
    let ran = Folder::new("code_list").run(&["code"]);
    let lines: Vec<&str> = ran.out.lines().collect();
    assert_eq!(lines.len(), Code::ALL.len() + ProblemCode::ALL.len());
    assert!(
        lines.contains(&"name/look-alike              warning  two names that look the same"),
        "{}",
        ran.out
    );
    assert!(
        lines.contains(&"eval/conflict                failed   measures that must agree and differ"),
        "{}",
        ran.out
    );
}

#[test]
fn an_unknown_code_is_answered_with_a_close_one() {
    let ran = Folder::new("code_unknown").run(&["code", "type/unit-missmatch"]);
    assert_eq!((ran.code, &*ran.out), (2, ""));
    assert!(ran.err.contains("a similar value exists: 'type/unit-mismatch'"), "{}", ran.err);
}
