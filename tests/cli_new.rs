//! `assize new` as it is called, and the policy that it makes.
#![cfg(feature = "cli")]

mod folder;

use folder::Folder;

#[test]
fn a_new_policy_is_fine_and_tested_whole() {
    let folder = Folder::new("new_fine");
    let ran = folder.run(&["new", "fines"]);
    assert_eq!((ran.code, &*ran.out), (0, ""), "{ran:?}");
    assert_eq!(
        ran.err,
        "made fines/policy.assize and fines/tests.jsonl; next:\n  \
           assize check fines/policy.assize\n  \
           assize test fines/policy.assize --cases fines/tests.jsonl --coverage\n  \
           assize cases fines/policy.assize | assize decide fines/policy.assize -\n"
    );
    let checked = folder.run(&["check", "fines/policy.assize"]);
    assert_eq!(checked.code, 0, "{checked:?}");
    assert!(
        checked.err.contains("policy `fines` is fine: 4 facts, 3 outcomes, no warnings"),
        "{}",
        checked.err
    );
    let tested = folder.run(&["test", "fines/policy.assize", "--cases", "fines/tests.jsonl", "--coverage"]);
    assert_eq!(tested.code, 0, "{tested:?}");
    assert!(format!("{}{}", tested.out, tested.err).contains("100.0 %"), "{tested:?}");
    let cases = folder.run(&["cases", "fines/policy.assize"]);
    let decided = folder.run_with_input(&["decide", "fines/policy.assize", "-"], &cases.out);
    assert_eq!(decided.code, 0, "{decided:?}");
}

#[test]
fn nothing_is_overwritten() {
    let folder = Folder::new("new_there");
    folder.run(&["new", "fines"]);
    folder.file("fines/policy.assize", "mine");
    let ran = folder.run(&["new", "fines"]);
    assert_eq!((ran.code, &*ran.err), (2, "assize: `fines/policy.assize` is there already\n"));
    assert_eq!(folder.read("fines/policy.assize"), "mine");
    std::fs::remove_file(folder.0.join("fines/policy.assize")).unwrap_or_default();
    let ran = folder.run(&["new", "fines"]);
    assert_eq!((ran.code, &*ran.err), (2, "assize: `fines/tests.jsonl` is there already\n"));
    assert!(!folder.0.join("fines/policy.assize").exists(), "half a policy");
    let ran = folder.file("file", "").run(&["new", "file/fines"]);
    assert!(ran.code == 2 && ran.err.starts_with("assize: `file/fines` cannot be made: "), "{ran:?}");
}

#[test]
fn any_folder_gives_a_name() {
    let folder = Folder::new("new_names");
    for (given, name) in [
        ("a/b/Food Hygiene 2024", "food_hygiene_2024"),
        ("产品质量", "产品质量"),
        ("2024 fines", "policy_2024_fines"),
        ("rule", "rule_policy"),
        ("when", "when_policy"),
        ("it's \"so\"", "it_s_so"),
        ("a--b__c", "a_b_c"),
    ] {
        let ran = folder.run(&["new", given]);
        assert_eq!(ran.code, 0, "{given}: {ran:?}");
        let checked = folder.run(&["check", &format!("{given}/policy.assize")]);
        assert!(checked.err.contains(&format!("policy `{name}` is fine")), "{given}: {}", checked.err);
        let formatted = folder.run(&["fmt", "--check", &format!("{given}/policy.assize")]);
        assert_eq!(formatted.code, 0, "{given}: {formatted:?}");
    }
    assert!(
        folder
            .read("a/b/Food Hygiene 2024/policy.assize")
            .contains("policy food_hygiene_2024 \"Food Hygiene 2024\"\n")
    );
    for nameless in ["--", "..", "!?"] {
        let ran = folder.run(&["new", "--", nameless]);
        assert_eq!(ran.code, 2, "{nameless}: {ran:?}");
        assert_eq!(ran.err, format!("assize: `{nameless}` gives no name for a policy\n"));
    }
}
