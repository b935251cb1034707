//! `assize compile` as it is called, and what takes the file that it writes.
#![cfg(feature = "cli")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod folder;

use assize::Policy;
use folder::Folder;

const POLICY: &str = "policy fines\nuse \"units.assize\"\nfacts\n  value: EUR, 0 or more\n  illegal: bool, default no\n\
                      outcome fine: EUR, sum, rounded to 0.01 EUR half up\nrule r when illegal then fine: value\n\
                      example \"e\" given value: 1 EUR, illegal: yes expect fine: 1 EUR\n";
const CASES: &str = "{\"value\":\"1.50\",\"illegal\":true}\n{}\n{\"value\":-1}\n";

fn folder(test: &str) -> Folder {
    let folder = Folder::new(test);
    folder.file("p.assize", POLICY).file("units.assize", "unit EUR, 2 decimals\n").file("c.jsonl", CASES);
    folder
}

#[test]
fn every_command_takes_the_file() {
    let folder = folder("compile_commands");
    let ran = folder.run(&["compile", "p.assize", "--out", "p.assizec"]);
    assert_eq!((ran.code, &*ran.out), (0, ""), "{ran:?}");
    assert!(
        ran.err.starts_with("p.assizec: policy `fines`, ") && ran.err.ends_with(" bytes\n"),
        "{}",
        ran.err
    );
    for arguments in [
        &["decide", "POLICY", "c.jsonl"][..],
        &["schema", "POLICY"],
        &["schema", "POLICY", "--decisions"],
        &["cases", "POLICY"],
    ] {
        let of = |policy: &'static str| {
            let arguments: Vec<&str> =
                arguments.iter().map(|one| if *one == "POLICY" { policy } else { one }).collect();
            let ran = folder.run(&arguments);
            (ran.code, ran.out, ran.err)
        };
        assert_eq!(of("p.assizec"), of("p.assize"), "{arguments:?}");
    }
    let checked = folder.run(&["check", "p.assizec"]);
    assert_eq!(checked.code, 0, "{checked:?}");
    assert_eq!(checked.err, "p.assizec: policy `fines` is fine: 2 facts, 1 outcome, no warnings\n");
    let tested = folder.run(&["test", "p.assizec"]);
    assert_eq!((tested.code, &*tested.out), (0, "p.assizec: 1 test passed\n"), "{tested:?}");
    // It is known by what it is, and needs none of the texts.
    for name in ["p.assize", "units.assize"] {
        std::fs::remove_file(folder.0.join(name)).unwrap();
    }
    std::fs::rename(folder.0.join("p.assizec"), folder.0.join("other.assize")).unwrap();
    assert_eq!(folder.run(&["decide", "other.assize", "c.jsonl"]).out.lines().count(), 3);
}

#[test]
fn what_cannot_be_used_is_refused() {
    let folder = folder("compile_refused");
    folder.run(&["compile", "p.assize", "--out", "p.assizec"]);
    let mut bytes = std::fs::read(folder.0.join("p.assizec")).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    folder.file("damaged", &bytes);
    for command in [&["decide", "damaged", "c.jsonl"][..], &["check", "damaged"], &["test", "damaged"]] {
        let ran = folder.run(command);
        assert_eq!((ran.code, &*ran.out), (2, ""), "{ran:?}");
        let told = "assize: `damaged` cannot be used: the saved policy is damaged: its checksum is another\n";
        assert_eq!(ran.err, told);
    }
    for command in [&["fmt", "p.assizec"][..], &["check", "--fix", "p.assizec"]] {
        let ran = folder.run(command);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains("it is a saved policy, and a text is needed here"), "{}", ran.err);
    }
}

#[test]
fn what_is_read_is_not_overwritten() {
    let folder = folder("compile_overwrites");
    for out in ["p.assize", "./units.assize"] {
        let ran = folder.run(&["compile", "p.assize", "--out", out]);
        assert_eq!(ran.code, 2, "{ran:?}");
        assert!(ran.err.contains("would overwrite"), "{}", ran.err);
    }
    assert_eq!(folder.read("p.assize"), POLICY);
    folder.file("bad.assize", "policy p\noutcome x: bool = y\n");
    let ran = folder.run(&["compile", "bad.assize", "--out", "bad.assizec"]);
    assert_eq!(ran.code, 1, "{ran:?}");
    assert!(!folder.0.join("bad.assizec").exists());
}

#[test]
fn a_policy_that_is_not_compiled_is_saved_too() {
    let folder = Folder::new("compile_lists");
    folder.file("p.assize", "policy p facts note: text outcome same: bool = note is \"a\"\n");
    let ran = folder.run(&["compile", "p.assize", "--out", "p.assizec"]);
    assert_eq!(ran.code, 0, "{ran:?}");
    assert!(ran.err.contains("forms that are not compiled"), "{}", ran.err);
    let loaded = Policy::load(&std::fs::read(folder.0.join("p.assizec")).unwrap()).unwrap();
    assert!(loaded.decide_json(r#"{"note": "a"}"#).is_decided());
}
