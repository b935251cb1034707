//! Tests of the syntax layer.

use super::ast;
use crate::diagnostic::{Diagnostic, Sink};
use crate::source::{FileId, Sources};

fn parse_named(name: &str, text: &str) -> (Sources, ast::File, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let file = sources.add(name, text);
    let mut sink = Sink::default();
    let tree = super::parse(&sources, file, &mut sink);
    (sources, tree, sink.finish())
}

fn parse(text: &str) -> (Sources, ast::File, Vec<Diagnostic>) {
    parse_named("policy.assize", text)
}

fn shown(sources: &Sources, found: &[Diagnostic]) -> String {
    let mut lines = String::new();
    for one in found {
        let at = sources.position(one.span);
        lines.push_str(&format!(
            "{}:{} {} {:?}: {}\n",
            at.line,
            at.column,
            one.code.as_str(),
            sources.slice(one.span),
            one.message
        ));
        for help in &one.help {
            lines.push_str(&format!("  help: {help}\n"));
        }
        for fix in &one.fixes {
            lines.push_str(&format!(
                "  fix {:?}: {:?} -> {:?}\n",
                fix.title,
                sources.slice(fix.span),
                fix.replacement
            ));
        }
        for (span, note) in &one.labels {
            lines.push_str(&format!("  label {:?}: {note}\n", sources.slice(*span)));
        }
    }
    lines
}

/// Text of a shared file; says so and gives nothing when the folder is not there.
fn shared(path: &str) -> Option<String> {
    for root in ["/../shared", "/shared"] {
        let full = format!("{}{root}/{path}", env!("CARGO_MANIFEST_DIR"));
        if let Ok(text) = std::fs::read_to_string(full) {
            return Some(text);
        }
    }
    eprintln!("SKIPPED: {path} is not beside this checkout");
    None
}

/// Runs the cases of one file: `=== name`, the text, a line `---`, and the diagnostics. With ASSIZE_BLESS set the
/// expectations are written anew.
fn check(path: &str) {
    let full = format!("{}/tests/cases/syntax/{path}", env!("CARGO_MANIFEST_DIR"));
    let stored = std::fs::read_to_string(&full).unwrap();
    let mut written = String::new();
    let mut wrong = String::new();
    for case in stored.split("=== ").skip(1) {
        let (name, rest) = case.split_once('\n').unwrap_or((case, ""));
        let (text, expected) = rest.split_once("---\n").unwrap_or((rest, ""));
        let file = if name.ends_with(".md") { "policy.assize.md" } else { "policy.assize" };
        let text = text.trim_end();
        let (sources, _, found) = parse_named(file, text);
        let actual = shown(&sources, &found);
        if actual.trim_end() != expected.trim_end() {
            wrong.push_str(&format!("=== {name}\n{text}\n--- expected\n{expected}\n--- actual\n{actual}\n"));
        }
        written.push_str(&format!("=== {name}\n{text}\n---\n{actual}\n"));
    }
    if std::env::var_os("ASSIZE_BLESS").is_some() {
        std::fs::write(&full, written).unwrap();
        return;
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn misspellings_are_named_and_fixed() {
    check("misspellings.txt");
}

#[test]
fn structure_mistakes_are_named() {
    check("structure.txt");
}

#[test]
fn probe() {
    let Ok(path) = std::env::var("PROBE") else { return };
    let text = std::fs::read_to_string(&path).unwrap();
    let (sources, tree, found) = parse_named(&path, &text);
    println!("{} items\n{}", tree.items.len(), shown(&sources, &found));
    if std::env::var("TREE").is_ok() {
        println!("{tree:#?}");
    }
}
