//! `assize schema` as it is called.
#![cfg(feature = "cli")]

mod folder;

use folder::Folder;
use serde_json::Value;

const POLICY: &str = "policy fines \"Fines\"\nunit EUR, 2 decimals\nfacts\n  value: EUR, 0 or more\n  illegal: bool, default no\n\
                      outcome fine: EUR, sum, rounded to 0.01 EUR half up\nrule r when illegal then fine: value\n";

#[test]
fn facts_are_printed_and_decisions_on_request() {
    let folder = Folder::new("schema_prints");
    folder.file("p.assize", POLICY).file("c.jsonl", "{\"value\":\"1.50\",\"illegal\":true}\n{}\n");
    let facts = folder.run(&["schema", "p.assize"]);
    assert_eq!((facts.code, &*facts.err), (0, ""), "{facts:?}");
    assert!(facts.out.starts_with("{\n  \"$schema\": ") && facts.out.ends_with("}\n"), "{}", facts.out);
    let schema: Value = serde_json::from_str(&facts.out).unwrap();
    assert_eq!((&schema["title"], &schema["required"][0]), (&"Fines".into(), &"value".into()));

    let decisions = folder.run(&["schema", "p.assize", "--decisions"]);
    assert_eq!((decisions.code, &*decisions.err), (0, ""), "{decisions:?}");
    let validator = jsonschema::validator_for(&serde_json::from_str(&decisions.out).unwrap()).unwrap();
    let lines = folder.run(&["decide", "p.assize", "c.jsonl"]).out;
    assert_eq!(lines.lines().count(), 2);
    for line in lines.lines() {
        assert!(validator.is_valid(&serde_json::from_str(line).unwrap()), "{line}");
    }
    assert_eq!(folder.run(&["schema", "p.assize"]).out, facts.out, "the same bytes again");
}

#[test]
fn a_policy_with_errors_has_no_schema() {
    let folder = Folder::new("schema_errors");
    let ran =
        folder.file("p.assize", POLICY.replace("when illegal", "when ilegal")).run(&["schema", "p.assize"]);
    assert_eq!((ran.code, &*ran.out), (1, ""), "{ran:?}");
    assert!(ran.err.ends_with("assize: `p.assize` has 1 error\n"), "{}", ran.err);
    let ran = folder.run(&["schema", "no.assize"]);
    assert_eq!((ran.code, &*ran.out), (2, ""), "{ran:?}");
}
