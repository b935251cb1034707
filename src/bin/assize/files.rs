//! Policies from the file system, and their findings to standard error.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use assize::diagnostic::{Colours, Diagnostic};
use assize::source::Sources;
use assize::{Error, Policy, Severity};

use crate::stop::{Ended, Stop};

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

/// Reads a policy that is to be used: what is wrong with it is shown and ends the run.
pub(crate) fn sound_policy(root: &Path) -> Result<Policy, Stop> {
    let policy = read_policy(root).map_err(|error| Stop::unreadable(root, &error))?;
    let policy = policy.map_err(|error| {
        let errors = error.sources().map_or(0, |sources| show(error.diagnostics(), sources, Look::Snippet).0);
        Stop {
            ended: Ended::BadPolicy,
            message: Some(format!("`{}` has {}", root.display(), count(errors, "error"))),
        }
    })?;
    let warnings = policy.diagnostics().len();
    if warnings > 0 {
        let (path, warnings) = (root.display(), count(warnings, "warning"));
        say(&format!("assize: `{path}` has {warnings}: see `assize check {path}`"));
    }
    Ok(policy)
}

/// Writes a whole text file.
pub(crate) fn write_text(path: &Path, text: &str) -> Result<(), Stop> {
    fs::write(path, text)
        .map_err(|error| Stop::call(format!("`{}` cannot be written: {error}", path.display())))
}

pub(crate) fn read_text(path: &Path) -> io::Result<String> {
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
