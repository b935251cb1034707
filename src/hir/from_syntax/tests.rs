//! Policies and what the checker says about them: `tests/cases/check/*.txt`. Every code of the checker has a case that
//! raises it, and beside that case a fixed one that is clean.

use std::collections::{BTreeMap, BTreeSet};

use super::{flow, lower};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::engine::Policy;
use crate::hir::{ExprKind, OutcomeSource};
use crate::limits::Limits;
use crate::source::{Sources, Span};

/// The stages that this checker (and the loader) reports in; those of the syntax have their own cases.
const STAGES: &[&str] = &[
    "use", "policy", "name", "type", "absence", "bounds", "date", "table", "circle", "override", "outcome",
    "fact", "claim", "example", "where", "cost",
];

/// Opens another file within the text of a case.
const FILE: &str = "%% file ";

struct Case {
    name: String,
    text: String,
    expected: String,
}

fn folder() -> std::path::PathBuf {
    std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/check")
}

/// `=== name`, the text, a line `---`, and the diagnostics.
fn cases(stored: &str) -> Vec<Case> {
    let cases = stored.split("=== ").skip(1).map(|case| {
        let (name, rest) = case.split_once('\n').unwrap_or((case, ""));
        let (text, expected) = rest.split_once("---\n").unwrap_or((rest, ""));
        Case {
            name: name.to_owned(),
            text: text.trim_end().to_owned(),
            expected: expected.trim_end().to_owned(),
        }
    });
    cases.collect()
}

/// The main file is `policy.assize`; the files that follow it are there for `use`, and given outright if their names
/// begin with `+`.
fn check(text: &str) -> String {
    let result = load(text);
    let (found, sources) = parts(&result);
    shown(sources, found)
}

fn parts(result: &Result<Policy, crate::Error>) -> (&[Diagnostic], &Sources) {
    match result {
        Ok(policy) => (policy.diagnostics(), policy.sources()),
        Err(error) => (error.diagnostics(), error.sources().unwrap()),
    }
}

fn load(text: &str) -> Result<Policy, crate::Error> {
    let mut parts = text.split(FILE);
    let main = parts.next().unwrap_or_default();
    let mut builder = Policy::builder().file("policy.assize", main);
    let mut used = BTreeMap::new();
    for part in parts {
        let (name, text) = part.split_once('\n').unwrap_or((part, ""));
        match name.strip_prefix('+') {
            Some(name) => builder = builder.file(name, text),
            None => drop(used.insert(name.to_owned(), text.to_owned())),
        }
    }
    let answer = move |name: &str, _: &str| used.get(name).cloned().ok_or("there is no such file");
    builder.loader(answer).build()
}

fn shown(sources: &Sources, found: &[Diagnostic]) -> String {
    let at = |span: Span| {
        let at = sources.position(span);
        let name = sources.name(span.file);
        let file = if name == "policy.assize" { String::new() } else { format!("{name}:") };
        format!("{file}{}:{} {:?}", at.line, at.column, sources.slice(span))
    };
    let mut lines = String::new();
    for one in found {
        lines.push_str(&format!("{} {}: {}\n", one.code.as_str(), at(one.span), one.message));
        for help in &one.help {
            lines.push_str(&format!("  help: {help}\n"));
        }
        for fix in &one.fixes {
            lines.push_str(&format!("  fix {:?}: {} -> {:?}\n", fix.title, at(fix.span), fix.replacement));
        }
        for guess in &one.suggestions {
            let (title, place) = (&guess.title, at(guess.span));
            lines.push_str(&format!("  suggestion {title:?}: {place} -> {:?}\n", guess.replacement));
        }
        for (span, note) in &one.labels {
            lines.push_str(&format!("  label {}: {note}\n", at(*span)));
        }
    }
    lines.trim_end().to_owned()
}

fn files() -> Vec<(std::path::PathBuf, Vec<Case>)> {
    let mut paths: Vec<_> = std::fs::read_dir(folder()).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let files = paths.into_iter().map(|path| {
        let stored = std::fs::read_to_string(&path).unwrap();
        (path, cases(&stored))
    });
    files.collect()
}

/// With ASSIZE_BLESS set the expectations are written anew.
#[test]
fn every_case_is_told_what_is_written_beside_it() {
    let mut wrong = String::new();
    for (path, cases) in files() {
        let mut written = String::new();
        for case in &cases {
            let actual = check(&case.text);
            let Case { name, text, expected } = case;
            if actual != *expected {
                wrong.push_str(&format!(
                    "=== {} === {name}\n{text}\n--- expected\n{expected}\n--- actual\n{actual}\n\n",
                    path.display()
                ));
            }
            written.push_str(&format!("=== {name}\n{text}\n---\n{actual}\n\n"));
        }
        if std::env::var_os("ASSIZE_BLESS").is_some() {
            std::fs::write(&path, written.replace("---\n\n\n", "---\n\n")).unwrap();
        }
    }
    assert!(std::env::var_os("ASSIZE_BLESS").is_some() || wrong.is_empty(), "{wrong}");
}

#[test]
fn case_names_are_unique_and_fixed_cases_are_clean() {
    let mut names = BTreeSet::new();
    for (path, cases) in files() {
        for case in cases {
            assert!(names.insert(case.name.clone()), "{}: `{}` is there twice", path.display(), case.name);
            if let Some(broken) = case.name.strip_suffix(", fixed") {
                assert_eq!(case.expected, "", "{}: `{}` is not clean", path.display(), case.name);
                assert!(names.contains(broken), "{}: no `{broken}` before its fixed case", path.display());
            }
        }
    }
}

#[test]
fn every_code_of_the_checker_has_a_case_and_its_fix() {
    let mut raised = BTreeSet::new();
    let mut with_fix = BTreeSet::new();
    for (_, cases) in files() {
        let fixed: BTreeSet<String> =
            cases.iter().filter_map(|case| case.name.strip_suffix(", fixed")).map(str::to_owned).collect();
        for case in &cases {
            for line in case.expected.lines().filter(|line| !line.starts_with(' ')) {
                let code = line.split(' ').next().unwrap_or_default().to_owned();
                if fixed.contains(&case.name) {
                    with_fix.insert(code.clone());
                }
                raised.insert(code);
            }
        }
    }
    let wanted = Code::ALL.iter().filter(|code| **code != Code::Internal).map(|code| code.as_str());
    let of_stages = wanted.filter(|code| code.split('/').next().is_some_and(|stage| STAGES.contains(&stage)));
    let (has_case, without): (Vec<_>, Vec<_>) = of_stages.partition(|code| raised.contains(*code));
    assert!(without.is_empty(), "no case raises {without:?}");
    let unfixed: Vec<_> = has_case.into_iter().filter(|code| !with_fix.contains(*code)).collect();
    assert!(unfixed.is_empty(), "no fixed case stands beside one that raises {unfixed:?}");
}

/// A fix removes its finding, and what is found then is about other text, or about types: a text that does not parse
/// hides what comes behind. There are never more findings than before.
fn is_better(
    fixed: &Diagnostic,
    (old_sources, old): (&Sources, &[Diagnostic]),
    (new_sources, new): (&Sources, &[Diagnostic]),
) -> Result<(), String> {
    let fix = &fixed.fixes[0];
    let same = |found: &[Diagnostic]| {
        found.iter().filter(|one| one.code == fixed.code && one.message == fixed.message).count()
    };
    let written = u32::try_from(fix.replacement.len()).unwrap();
    let is_old = |one: &Diagnostic| old.iter().any(|old| old.code == one.code && old.message == one.message);
    let is_syntax = |one: &Diagnostic| one.code.as_str().starts_with("syntax/");
    let caused = new.iter().filter(|one| {
        (is_syntax(one) || !is_syntax(fixed))
            && one.span.file == fix.span.file
            && one.span.start < fix.span.start + written
            && fix.span.start < one.span.end
            && !is_old(one)
    });
    if same(new) < same(old) && new.len() <= old.len() && caused.count() == 0 {
        return Ok(());
    }
    Err(format!("{}\n{fix:?}\n{}", shown(old_sources, old), shown(new_sources, new)))
}

/// What is certain is right.
#[test]
fn every_fix_removes_its_finding_and_adds_none() {
    let mut tried = 0;
    let mut wrong = String::new();
    for (path, cases) in files() {
        for case in cases {
            let result = load(&case.text);
            let (found, sources) = parts(&result);
            for one in found.iter().filter(|one| !one.fixes.is_empty()) {
                let fixed = crate::diagnostic::apply_fixes(std::slice::from_ref(one), sources);
                let mut builder = Policy::builder();
                for file in sources.files() {
                    let changed = fixed.files.iter().find(|changed| changed.file == file);
                    let text = changed.map_or(sources.text(file), |changed| &changed.text);
                    builder = builder.file(sources.name(file), text);
                }
                let result = builder.build();
                let (now, new_sources) = parts(&result);
                let new_texts = (new_sources, now);
                if let Err(why) = is_better(one, (sources, found), new_texts) {
                    wrong.push_str(&format!("{}: {}\n{why}\n", path.display(), case.name));
                }
                tried += 1;
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
    assert!(tried > 60, "only {tried} fixes were tried");
}

/// The same files in another order say the same.
#[test]
fn the_order_of_items_does_not_change_what_is_found() {
    for (path, cases) in files() {
        for case in cases.iter().filter(|case| !case.text.contains(FILE)) {
            let codes = |text: &str| {
                let mut found: Vec<String> = check(text)
                    .lines()
                    .filter(|line| !line.starts_with(' '))
                    .map(|line| line.split(' ').next().unwrap_or_default().to_owned())
                    .collect();
                found.sort();
                found
            };
            let mut items: Vec<String> = Vec::new();
            for line in case.text.lines() {
                let continues = line.starts_with([' ', '|']) || items.is_empty();
                match items.last_mut() {
                    Some(last) if continues => last.push_str(&format!("\n{line}")),
                    _ => items.push(line.to_owned()),
                }
            }
            items.reverse();
            let reversed = items.join("\n");
            assert_eq!(codes(&case.text), codes(&reversed), "{}: {}\n{reversed}", path.display(), case.name);
        }
    }
}

/// A part that was given up without an error must not reach a decision.
#[test]
fn a_hole_that_no_error_explains_is_an_error() {
    let mut sources = Sources::default();
    let id = sources.add("policy.assize", "policy toys outcome fine: integer = 5 + 6");
    let mut sink = Sink::default();
    let file = crate::syntax::parse(&sources, id, &Limits::default(), &mut sink);
    let mut policy = lower(vec![file], &sources, &mut sink);
    assert_eq!(sink.finish(), []);
    for outcome in &mut policy.outcomes {
        let OutcomeSource::Defined(fine) = &mut outcome.source else { panic!("`fine` is defined") };
        let ExprKind::Binary(_, sides) = &mut fine.kind else { panic!("`fine` is a sum") };
        sides.right.kind = ExprKind::Invalid;
    }
    let mut sink = Sink::default();
    flow::check(&policy, &mut sink);
    let found = sink.finish();
    let told: Vec<_> = found.iter().map(|one| (one.code, sources.slice(one.span))).collect();
    assert_eq!(told, [(Code::Internal, "6")]);

    let reason = Diagnostic::new(Code::TypeMismatch, found[0].span, "the reason");
    let mut sink = Sink::default();
    sink.push(reason.clone());
    flow::check(&policy, &mut sink);
    assert_eq!(sink.finish(), [reason], "an error says why");
}
