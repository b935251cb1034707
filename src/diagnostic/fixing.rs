//! Certain fixes, applied to texts. Fixes that overlap wait for a next check: the second may be about text that the
//! first one changed.

use super::{Diagnostic, Fix};
use crate::source::{FileId, Position, Sources};

/// What [`apply_fixes`] made of the texts.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Fixed {
    /// The files that changed, in the order in which they were loaded.
    pub files: Vec<FixedFile>,
}

/// A file whose text changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct FixedFile {
    /// The file as it was.
    pub file: FileId,
    /// The whole new text.
    pub text: String,
    /// The edits that lead to it, by place in the old text; none overlaps another.
    pub applied: Vec<Fix>,
}

/// A file that [`Builder::repair`](crate::Builder::repair) changed.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct RepairedFile {
    /// Its number among the files that were loaded, from 0; those given to the builder come first.
    pub index: usize,
    /// The name under which it was loaded.
    pub name: String,
    /// The text before.
    pub old: String,
    /// The text with the fixes.
    pub new: String,
}

/// A fix that [`Builder::repair`](crate::Builder::repair) applied.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct AppliedFix {
    /// The name of the file.
    pub file: String,
    /// Where the replaced text began, in the text before all fixes.
    pub position: Position,
    /// The text that was replaced.
    pub old: String,
    /// The text that stands there now.
    pub new: String,
}

/// Applies the certain fixes ([`Diagnostic::fixes`], of each finding the first) to the texts that the findings are about.
/// Of fixes that overlap, the one that begins first is applied, and the others are left for the findings of the new
/// text. All other bytes stay as they are: line ends, byte order marks, the prose of a Markdown file.
///
/// ```
/// use assize::diagnostic::apply_fixes;
///
/// let text = "policy p\nfacts\n  a: integer\noutcome x: bool = a == 5 && a != 6\n";
/// let error = assize::Policy::from_text("p.assize", text).unwrap_err();
/// let fixed = apply_fixes(error.diagnostics(), error.sources().unwrap());
/// assert_eq!(fixed.files[0].text, "policy p\nfacts\n  a: integer\noutcome x: bool = a is 5 and a is not 6\n");
///
/// // A guess is not applied.
/// let error = assize::Policy::from_text("p.assize", "policy p facts late: bool outcome x: bool = lat").unwrap_err();
/// assert_eq!(error.diagnostics()[0].suggestions[0].replacement, "late");
/// assert!(apply_fixes(error.diagnostics(), error.sources().unwrap()).files.is_empty());
/// ```
#[must_use]
pub fn apply_fixes(found: &[Diagnostic], sources: &Sources) -> Fixed {
    let mut fixes: Vec<&Fix> = found.iter().filter_map(|diagnostic| diagnostic.fixes.first()).collect();
    fixes.sort_by_key(|fix| fix.span);
    let files = sources.files().filter_map(|file| {
        let text = sources.text(file);
        fixed_file(file, text, fixes.iter().copied().filter(|fix| fix.span.file == file))
    });
    Fixed { files: files.collect() }
}

fn fixed_file<'f>(file: FileId, old: &str, fixes: impl Iterator<Item = &'f Fix>) -> Option<FixedFile> {
    let mut text = String::with_capacity(old.len());
    let mut applied: Vec<Fix> = Vec::new();
    let mut done = 0;
    for fix in fixes {
        let (start, end) = (fix.span.start as usize, fix.span.end as usize);
        // Two insertions at one place overlap, too: their order would be a guess.
        let overlaps = start < done || applied.last().is_some_and(|last| last.span.start == fix.span.start);
        let Some(kept) = old.get(done..start).filter(|_| !overlaps) else { continue };
        if old.get(start..end).is_none_or(|replaced| replaced == fix.replacement) {
            continue;
        }
        text.push_str(kept);
        text.push_str(&fix.replacement);
        done = end;
        applied.push(fix.clone());
    }
    text.push_str(old.get(done..)?);
    (!applied.is_empty()).then_some(FixedFile { file, text, applied })
}
