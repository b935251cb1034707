//! Diagnostics for programs, as JSON.

use serde::Serialize;

use crate::diagnostic::{Diagnostic, Fix};
use crate::source::{FileId, Sources, Span};

impl Diagnostic {
    /// One JSON object on one line, for editors and scripts. Its keys, always all of them and in this order:
    ///
    /// - `code`: [`Code::as_str`](crate::Code::as_str); `severity`: `"error"` or `"warning"`; `message`: one line
    /// - `file`: the name under which the file was loaded; `span`: the smallest text to change
    /// - `labels`: places that show the cause, each with `file`, `span` and `note`
    /// - `help`: texts, each one thing to do
    /// - `fixes`: edits that remove the finding for certain, each with `title`, `file`, `span` and `replacement`
    /// - `suggestions`: edits that may be what was meant, in the same form
    ///
    /// A `span` has `start` (included) and `end` (excluded). Each has `byte`, from 0, and `line` and `column`, from 1; a
    /// column counts characters (Unicode scalar values).
    ///
    /// ```
    /// let error = assize::Policy::from_text("p.assize", "policy p\noutcome x: bool = true\n").unwrap_err();
    /// let json = error.diagnostics()[0].to_json(error.sources().unwrap());
    /// assert_eq!(json, concat!(
    ///     r#"{"code":"syntax/misspelling","severity":"error","message":"`true` is written `yes`","#,
    ///     r#""file":"p.assize","#,
    ///     r#""span":{"start":{"byte":27,"line":2,"column":19},"end":{"byte":31,"line":2,"column":23}},"#,
    ///     r#""labels":[],"help":[],"#,
    ///     r#""fixes":[{"title":"write `yes`","file":"p.assize","#,
    ///     r#""span":{"start":{"byte":27,"line":2,"column":19},"end":{"byte":31,"line":2,"column":23}},"#,
    ///     r#""replacement":"yes"}],"suggestions":[]}"#,
    /// ));
    /// ```
    #[must_use]
    pub fn to_json(&self, sources: &Sources) -> String {
        let finding = Finding {
            code: self.code.as_str(),
            severity: self.code.severity().as_str(),
            message: &self.message,
            file: sources.name(self.span.file),
            span: stretch(self.span, sources),
            labels: self
                .labels
                .iter()
                .map(|(span, note)| Label {
                    file: sources.name(span.file),
                    span: stretch(*span, sources),
                    note,
                })
                .collect(),
            help: &self.help,
            fixes: edits(&self.fixes, sources),
            suggestions: edits(&self.suggestions, sources),
        };
        // Texts and numbers alone: there is nothing that JSON could not hold.
        serde_json::to_string(&finding).unwrap_or_default()
    }
}

#[derive(Serialize)]
struct Finding<'d> {
    code: &'d str,
    severity: &'d str,
    message: &'d str,
    file: &'d str,
    span: Stretch,
    labels: Vec<Label<'d>>,
    help: &'d [String],
    fixes: Vec<Edit<'d>>,
    suggestions: Vec<Edit<'d>>,
}

#[derive(Serialize)]
struct Label<'d> {
    file: &'d str,
    span: Stretch,
    note: &'d str,
}

#[derive(Serialize)]
struct Edit<'d> {
    title: &'d str,
    file: &'d str,
    span: Stretch,
    replacement: &'d str,
}

#[derive(Serialize)]
struct Stretch {
    start: Place,
    end: Place,
}

#[derive(Serialize)]
struct Place {
    byte: u32,
    line: usize,
    column: usize,
}

fn edits<'d>(fixes: &'d [Fix], sources: &'d Sources) -> Vec<Edit<'d>> {
    let edits = fixes.iter().map(|fix| Edit {
        title: &fix.title,
        file: sources.name(fix.span.file),
        span: stretch(fix.span, sources),
        replacement: &fix.replacement,
    });
    edits.collect()
}

fn stretch(span: Span, sources: &Sources) -> Stretch {
    Stretch { start: place(span.file, span.start, sources), end: place(span.file, span.end, sources) }
}

fn place(file: FileId, byte: u32, sources: &Sources) -> Place {
    let at = sources.position(Span { file, start: byte, end: byte });
    Place { byte, line: at.line, column: at.column }
}
