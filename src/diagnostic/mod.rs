//! What is wrong with a policy's text, and what to do about it: codes, spans, help and fixes.
//! Diagnostics speak about policy text only; facts and evaluation have their own errors.

mod codes;
mod fixing;
mod render;
mod suggest;

pub use codes::{Code, Severity};
pub use fixing::{AppliedFix, Fixed, FixedFile, RepairedFile, apply_fixes};
#[cfg(feature = "cli")]
pub use render::Colours;
pub use render::Sarif;
pub(crate) use suggest::did_you_mean;

use crate::source::Span;

/// One finding about a policy's text.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Diagnostic {
    /// The stable code; its severity is [`Code::severity`].
    pub code: Code,
    /// One line, in the author's words.
    pub message: String,
    /// The smallest text to change.
    pub span: Span,
    /// Places that show the cause, each with a note.
    pub labels: Vec<(Span, String)>,
    /// What to do next.
    pub help: Vec<String>,
    /// Edits that remove the finding and keep what the text was meant to say; each of them does so alone.
    pub fixes: Vec<Fix>,
    /// Edits that may be what was meant: a name that is spelled nearly alike, one of two readings. They are the author's
    /// to choose, and nothing applies them on its own.
    pub suggestions: Vec<Fix>,
}

/// An edit of a policy's text: certain in [`Diagnostic::fixes`], a guess in [`Diagnostic::suggestions`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// What the edit does, for a menu.
    pub title: String,
    /// The text to replace.
    pub span: Span,
    /// The new text.
    pub replacement: String,
}

impl Diagnostic {
    pub(crate) fn new(code: Code, span: Span, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            span,
            labels: Vec::new(),
            help: Vec::new(),
            fixes: Vec::new(),
            suggestions: Vec::new(),
        }
    }

    #[must_use]
    pub(crate) fn label(mut self, span: Span, note: impl Into<String>) -> Self {
        self.labels.push((span, note.into()));
        self
    }

    #[must_use]
    pub(crate) fn help(mut self, help: impl Into<String>) -> Self {
        self.help.push(help.into());
        self
    }

    #[must_use]
    pub(crate) fn fix(
        mut self,
        title: impl Into<String>,
        span: Span,
        replacement: impl Into<String>,
    ) -> Self {
        self.fixes.push(Fix { title: title.into(), span, replacement: replacement.into() });
        self
    }

    #[must_use]
    pub(crate) fn suggest(
        mut self,
        title: impl Into<String>,
        span: Span,
        replacement: impl Into<String>,
    ) -> Self {
        self.suggestions.push(Fix { title: title.into(), span, replacement: replacement.into() });
        self
    }

    /// The fixes so far are guesses.
    #[must_use]
    pub(crate) fn uncertain(mut self) -> Self {
        self.suggestions.append(&mut self.fixes);
        self
    }
}

/// Collects diagnostics; hands them out sorted by place and without repeats.
#[derive(Debug, Default)]
pub(crate) struct Sink {
    found: Vec<Diagnostic>,
}

impl Sink {
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        self.found.push(diagnostic);
    }

    pub(crate) fn append(&mut self, mut other: Self) {
        self.found.append(&mut other.found);
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.found.iter().any(|found| found.code.severity() == Severity::Error)
    }

    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        self.found.sort_by(|a, b| {
            (a.span, a.code.as_str(), &a.message).cmp(&(b.span, b.code.as_str(), &b.message))
        });
        self.found.dedup();
        let misread: Vec<Span> = self.found.iter().filter_map(misread).collect();
        self.found.retain(|found| !is_about(found, &misread));
        self.found
    }
}

/// Text that was read as something else than it was meant to be: `2024/01/02` as a division.
fn misread(found: &Diagnostic) -> Option<Span> {
    let is_misread = matches!(
        found.code,
        Code::SyntaxMisspelling | Code::SyntaxBadDate | Code::SyntaxBadNumber | Code::SyntaxChained
    );
    is_misread.then_some(found.span)
}

/// What types say about such text would tell the one mistake twice.
fn is_about(found: &Diagnostic, misread: &[Span]) -> bool {
    let is_of_types = matches!(
        found.code,
        Code::TypeMismatch | Code::TypeUnitMismatch | Code::TypeUntypedLiteral | Code::TypeNotAllowed
    );
    is_of_types
        && found.labels.iter().map(|(span, _)| *span).chain([found.span]).any(|span| {
            misread.iter().any(|misread| {
                misread.file == span.file && misread.start <= span.start && span.end <= misread.end
            })
        })
}
