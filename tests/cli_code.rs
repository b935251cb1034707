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
        assert!(ran.out.starts_with(&format!("{code}\n\n")), "no colours into a pipe: {}", ran.out);
        assert!(!ran.out.contains("```"), "{}", ran.out);
        // Every line is there, examples set in.
        let words = |text: &str| text.split_whitespace().map(str::to_owned).collect::<Vec<_>>();
        let unfenced: Vec<&str> =
            page.trim_start_matches("# ").lines().filter(|line| !line.starts_with("```")).collect();
        assert_eq!(words(&ran.out), words(&unfenced.join("\n")));
    }
    let ran = folder.run(&["code", "type/unit-mismatch"]);
    assert!(
        ran.out
            .contains("\nWrong:\n\n    policy toys\n    unit EUR, 2 decimals\n    facts\n      value: EUR")
    );
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
    assert!(ran.err.contains("`assize code` lists all codes"), "{}", ran.err);
    assert!(!ran.err.contains("facts/not-csv"), "not all codes: {}", ran.err);
}
