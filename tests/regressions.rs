//! Mistakes that were found by generated policies and by fuzzing, each kept as a case under `tests/cases/regressions`.
//!
//! A case is a policy, `---`, and either what is wrong with it (`code line:column`, or nothing), or pairs of lines: the
//! facts, and what is decided: the outcomes, `unsettled NAME: BOUNDS`, `needs PATH, ..`, or `refused` or `failed` with the
//! problems.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::Path;

use assize::{Decision, Policy, Status};
use serde_json::Value;

fn check(name: &str, case: &str) {
    let (text, expected) = case.split_once("\n---\n").unwrap_or_else(|| panic!("`{name}` has no `---`"));
    let lines: Vec<&str> = expected.lines().filter(|line| !line.is_empty()).collect();
    let policy = match Policy::from_text("p.assize", text) {
        Ok(policy) => policy,
        Err(error) => {
            let sources = error.sources().expect("an error of a policy has its texts");
            let found: Vec<String> = (error.diagnostics().iter())
                .map(|one| {
                    let at = sources.position(one.span);
                    format!("{} {}:{}", one.code.as_str(), at.line, at.column)
                })
                .collect();
            assert_eq!(found, lines, "{name}\n{}", error.render());
            return;
        }
    };
    assert_eq!(lines.len() % 2, 0, "{name}: facts and decisions come in pairs");
    for pair in lines.chunks(2) {
        assert_eq!(shown(&policy.decide_json(pair[0])), pair[1], "{name}, facts {}", pair[0]);
        let reference = policy.reference().decide_json(pair[0]);
        assert_eq!(shown(&reference), pair[1], "{name}, by the reference evaluator, facts {}", pair[0]);
    }
}

fn shown(decision: &Decision) -> String {
    let line: Value = serde_json::from_str(&decision.to_json(0)).expect("a decision is JSON");
    match decision.status() {
        Status::Decided => line["outcomes"].to_string(),
        Status::Undetermined if decision.unsettled().next().is_some() => {
            let bounds = line["bounds"].as_object().into_iter().flatten();
            let open: Vec<String> = bounds.map(|(name, bounds)| format!("{name}: {bounds}")).collect();
            format!("unsettled {}", open.join(", "))
        }
        Status::Undetermined => format!("needs {}", decision.needs().join(", ")),
        Status::Refused | Status::Failed => {
            let problems: Vec<String> = decision.problems().iter().map(ToString::to_string).collect();
            format!("{} {}", decision.status().as_str(), problems.join("; "))
        }
    }
}

#[test]
fn what_was_wrong_once_stays_right() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/regressions");
    let mut files: Vec<_> = folder
        .read_dir()
        .expect("the folder is there")
        .map(|entry| entry.expect("an entry").path())
        .collect();
    files.sort();
    let mut count = 0;
    for file in files {
        let text = std::fs::read_to_string(&file).expect("a file of cases");
        for case in text.split("=== ").skip(1) {
            let (name, case) = case.split_once('\n').expect("a case has a name");
            check(name, case);
            count += 1;
        }
    }
    assert!(count >= 6, "{count} cases");
}
