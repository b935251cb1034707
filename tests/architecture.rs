//! Modules import only what their layer allows: never sideways, never up. The table is the architecture's.
#![expect(clippy::unwrap_used, reason = "a test stops where something is not as it should be")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// A folder of `src/` and the folders that it may import, lowest layer first.
const LAYERS: &[(&str, &[&str])] = &[
    ("limits", &[]),
    ("source", &[]),
    ("value", &[]),
    ("diagnostic", &["source"]),
    ("types", &["value"]),
    ("decision", &["types", "value"]),
    ("syntax", &["diagnostic", "limits", "source"]),
    ("builtin", &["types", "value"]),
    ("hir", &["syntax", "builtin", "decision", "types", "value", "diagnostic", "source"]),
    ("facts", &["decision", "diagnostic", "limits", "types", "value"]),
    ("program", &["hir", "types", "value"]),
    ("analysis", &["hir", "facts", "types", "value", "diagnostic", "source"]),
    ("eval", &["program", "decision", "types", "value"]),
    ("batch", &["eval", "program", "decision", "types", "value"]),
    ("record", &["eval", "facts", "decision", "value"]),
    ("explain", &["eval", "analysis", "hir", "decision", "source"]),
    (
        "testing",
        &["eval", "analysis", "facts", "hir", "decision", "diagnostic", "types", "value", "source", "limits"],
    ),
    ("ide", &["analysis", "hir", "syntax", "diagnostic", "source"]),
    (
        "engine",
        &[
            "limits",
            "source",
            "value",
            "diagnostic",
            "types",
            "decision",
            "syntax",
            "builtin",
            "hir",
            "facts",
            "program",
            "analysis",
            "eval",
            "batch",
            "record",
            "explain",
            "testing",
        ],
    ),
];

#[test]
fn the_table_itself_never_goes_up() {
    let mut below = BTreeSet::new();
    for (module, imports) in LAYERS {
        for import in *imports {
            assert!(below.contains(import), "`{module}` stands below or beside `{import}`");
        }
        below.insert(module);
    }
}

#[test]
fn modules_import_what_their_layer_allows() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut violations = Vec::new();
    let mut files = 0;
    for entry in fs::read_dir(&src).unwrap().map(Result::unwrap).filter(|entry| entry.path().is_dir()) {
        let module = entry.file_name().into_string().unwrap();
        // Binaries see the public interface alone, which the compiler enforces; the guide is prose.
        if module == "bin" || module == "guide" {
            continue;
        }
        let Some((_, allowed)) = LAYERS.iter().find(|(name, _)| *name == module) else {
            violations.push(format!("src/{module} has no row in the table"));
            continue;
        };
        for file in rust_files(&entry.path()) {
            files += 1;
            let text = fs::read_to_string(&file).unwrap();
            for import in imports(&text) {
                if import != module && !allowed.contains(&&*import) {
                    let file = file.strip_prefix(&src).unwrap().display();
                    violations.push(format!("src/{file} imports `{import}`, which `{module}` must not know"));
                }
            }
        }
    }
    assert!(files > 20, "only {files} files were read");
    assert!(violations.is_empty(), "{}", violations.join("\n"));
}

#[test]
fn imports_are_found_in_every_form() {
    let text = "use crate::hir::Policy; // crate::no\n/// [`crate::doc`]\nuse crate::{facts, eval::{a, b}, value::*};\n\
                fn f(x: &crate::types::Type) {} use crate::source as s; use crate::{Policy, value};";
    assert_eq!(
        imports(text),
        BTreeSet::from(["hir", "facts", "eval", "value", "types", "source", "engine"].map(String::from))
    );
}

/// Tests may look at whatever they like.
fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
        if path.file_stem().is_some_and(|stem| stem == "tests") {
        } else if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            files.push(path);
        }
    }
    files
}

/// The first names after `crate::`, outside comments; in `crate::{..}` those of the outermost braces.
fn imports(text: &str) -> BTreeSet<String> {
    let code: String =
        text.lines().map(|line| line.split("//").next().unwrap_or("").to_owned() + "\n").collect();
    let mut found = BTreeSet::new();
    for (at, _) in code.match_indices("crate::") {
        let rest = code.split_at(at + "crate::".len()).1;
        match rest.strip_prefix('{') {
            Some(group) => found.extend(group_names(group)),
            None => found.extend(first_name(rest)),
        }
    }
    found
}

fn group_names(group: &str) -> Vec<String> {
    let mut names = Vec::new();
    let mut depth = 0;
    let mut start = 0;
    for (at, character) in group.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth > 0 => depth -= 1,
            ',' | '}' if depth == 0 => {
                names.extend(first_name(group.get(start..at).unwrap_or_default()));
                start = at + 1;
            }
            _ => {}
        }
        if character == '}' && depth == 0 && start == at + 1 {
            break;
        }
    }
    names
}

/// Modules begin in lower case; `crate::Policy` is the crate's own face, which the engine makes.
fn first_name(path: &str) -> Option<String> {
    let name: String =
        path.trim_start().chars().take_while(|next| next.is_alphanumeric() || *next == '_').collect();
    let first = name.chars().next()?;
    Some(if first.is_lowercase() { name } else { "engine".to_owned() })
}
