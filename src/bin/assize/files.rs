//! Policies from the file system, and their findings to standard error.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use assize::diagnostic::{Colours, Diagnostic};
use assize::source::Sources;
use assize::{Error, Policy, Severity};

/// How findings are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Snippet,
    Line,
}

/// Reads a policy and what it uses. The outer error is a root file that cannot be read.
pub(crate) fn read_policy(root: &Path) -> io::Result<Result<Policy, Error>> {
    let text = read_text(root)?;
    let loader = |name: &str, _from: &str| read_text(Path::new(name));
    Ok(Policy::builder().file(&root.to_string_lossy(), &text).loader(loader).build())
}

fn read_text(path: &Path) -> io::Result<String> {
    String::from_utf8(fs::read(path)?)
        .map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
}

/// Writes findings to standard error, and counts errors and warnings.
pub(crate) fn show(found: &[Diagnostic], sources: &Sources, look: Look) -> (usize, usize) {
    let mut counts = (0, 0);
    for diagnostic in found {
        match diagnostic.code.severity() {
            Severity::Error => counts.0 += 1,
            Severity::Warning => counts.1 += 1,
        }
        match look {
            Look::Snippet => say(&format!("{}\n", diagnostic.render_snippet(sources, Colours::Ansi))),
            Look::Line => say(&diagnostic.render(sources)),
        }
    }
    counts
}

/// A line to standard error. Nobody is left to be told when that fails.
pub(crate) fn say(line: &str) {
    let _ = writeln!(anstream::stderr().lock(), "{line}");
}

/// Names and values in a case are not ours: they must not move a terminal's cursor or end a line.
pub(crate) fn printable(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for character in text.chars() {
        if character.is_control() {
            shown.extend(character.escape_default());
        } else {
            shown.push(character);
        }
    }
    shown
}

/// `2 errors`, `1 warning`
pub(crate) fn count(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}
