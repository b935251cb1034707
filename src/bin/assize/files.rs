//! Policies from the file system, and their findings to standard error.

use std::fs;
use std::io::{self, Write};
use std::path::Path;

use assize::diagnostic::{Colours, Diagnostic};
use assize::source::Sources;
use assize::{Builder, Error, Policy, Severity};

use crate::stop::{Ended, Stop};

/// How findings are shown.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    Snippet,
    Line,
    /// Written elsewhere, and only counted here.
    Nothing,
}

/// Reads a policy and what it uses, or one that was saved. What cannot be read at all ends the run.
pub(crate) fn read_policy(root: &Path) -> Result<Result<Policy, Error>, Stop> {
    let bytes = fs::read(root).map_err(|error| Stop::unreadable(root, &error))?;
    if Policy::is_saved(&bytes) {
        return Policy::load(&bytes).map(Ok).map_err(|error| unusable(root, &error));
    }
    let text = text_of(bytes).map_err(|error| Stop::unreadable(root, &error))?;
    Ok(builder(root, &text).build())
}

/// Refuses a saved policy whose texts are not its own.
pub(crate) fn verify(root: &Path, policy: &Policy) -> Result<(), Stop> {
    policy.verify().map_err(|error| unusable(root, &error))
}

fn unusable(root: &Path, error: &Error) -> Stop {
    Stop::call(format!("`{}` cannot be used: {error}", root.display()))
}

/// A policy that begins with `text`; what it uses is read from files.
pub(crate) fn builder(root: &Path, text: &str) -> Builder<'static> {
    let loader = |name: &str, _from: &str| read_text(Path::new(name));
    Policy::builder().file(&root.to_string_lossy(), text).loader(loader)
}

/// Reads a policy that is to be used: what is wrong with it is shown and ends the run.
pub(crate) fn sound_policy(root: &Path) -> Result<Policy, Stop> {
    let policy = read_policy(root)?.map_err(|error| {
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

/// Writes a whole file.
pub(crate) fn write(path: &Path, bytes: &[u8]) -> Result<(), Stop> {
    // A pipe or a terminal cannot be replaced.
    let is_file = fs::metadata(path).is_ok_and(|found| found.is_file());
    let written = if is_file { replace(path, bytes) } else { fs::write(path, bytes) };
    written.map_err(|error| Stop::unwritable(path, &error))
}

/// Gives a file a new text: all of it or, when that fails, nothing. Its permissions stay, and a link stays a link.
pub(crate) fn replace_text(path: &Path, text: &str) -> Result<(), Stop> {
    replace(path, text.as_bytes()).map_err(|error| Stop::unwritable(path, &error))
}

fn replace(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let target = fs::canonicalize(path)?;
    // A file that may not be written stays as it is, although its folder would let it be replaced.
    let permissions = fs::OpenOptions::new().write(true).open(&target)?.metadata()?.permissions();
    let mut beside =
        tempfile::Builder::new().prefix(".assize-").tempfile_in(target.parent().unwrap_or(Path::new(".")))?;
    beside.write_all(bytes)?;
    beside.as_file().set_permissions(permissions)?;
    beside.as_file().sync_all()?;
    beside.persist(&target).map_err(|error| error.error)?;
    Ok(())
}

pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    text_of(fs::read(path)?)
}

fn text_of(bytes: Vec<u8>) -> io::Result<String> {
    let wrong = |what| io::Error::new(io::ErrorKind::InvalidData, what);
    if Policy::is_saved(&bytes) {
        return Err(wrong("it is a saved policy, and a text is needed here"));
    }
    String::from_utf8(bytes).map_err(|_| wrong("it is not UTF-8 text"))
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
            Look::Nothing => {}
        }
    }
    counts
}

/// Text to standard output. A reader that went away has read enough.
pub(crate) fn print(text: &str) -> Result<(), Stop> {
    let mut out = anstream::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => {
            say(text);
            Err(Stop::call(format!("standard output cannot be written: {error}")))
        }
        Ok(()) | Err(_) => Ok(()),
    }
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
