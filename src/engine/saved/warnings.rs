//! Warnings as they stand in saved policies: a code by its name, places as numbers.

use serde::{Deserialize, Serialize};

use crate::diagnostic::{Code, Diagnostic, Fix, Severity};
use crate::source::{FileId, Sources, Span};

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Warning {
    code: String,
    message: String,
    span: Place,
    labels: Vec<(Place, String)>,
    help: Vec<String>,
    fixes: Vec<Edit>,
    suggestions: Vec<Edit>,
}

/// File, first byte, one past the last byte.
type Place = (u32, u32, u32);
/// Title, place, new text.
type Edit = (String, Place, String);

impl From<&Diagnostic> for Warning {
    fn from(of: &Diagnostic) -> Self {
        let edits = |fixes: &[Fix]| {
            let edit = |fix: &Fix| (fix.title.clone(), place(fix.span), fix.replacement.clone());
            fixes.iter().map(edit).collect()
        };
        Self {
            code: of.code.as_str().to_owned(),
            message: of.message.clone(),
            span: place(of.span),
            labels: of.labels.iter().map(|(span, note)| (place(*span), note.clone())).collect(),
            help: of.help.clone(),
            fixes: edits(&of.fixes),
            suggestions: edits(&of.suggestions),
        }
    }
}

impl Warning {
    /// `None` where it is no warning about these texts.
    pub(super) fn of(self, sources: &Sources) -> Option<Diagnostic> {
        let span = |(file, start, end): Place| {
            let text = sources.text(FileId(file));
            text.get(start as usize..end as usize).map(|_| Span { file: FileId(file), start, end })
        };
        let fixes = |edits: Vec<Edit>| {
            let fix = |(title, place, replacement)| Some(Fix { title, span: span(place)?, replacement });
            edits.into_iter().map(fix).collect::<Option<Vec<_>>>()
        };
        let code = Code::named(&self.code).filter(|code| code.severity() == Severity::Warning)?;
        let labels = self.labels.into_iter().map(|(place, note)| Some((span(place)?, note)));
        Some(Diagnostic {
            code,
            message: self.message,
            span: span(self.span)?,
            labels: labels.collect::<Option<_>>()?,
            help: self.help,
            fixes: fixes(self.fixes)?,
            suggestions: fixes(self.suggestions)?,
        })
    }
}

fn place(span: Span) -> Place {
    (span.file.0, span.start, span.end)
}
