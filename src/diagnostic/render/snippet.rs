//! The look of rustc: the text under each span, what is wrong with it, what to do. Layout and the widths of wide
//! characters are `annotate-snippets`' business.

use std::ops::Range;

use annotate_snippets::renderer::DecorStyle;
use annotate_snippets::{AnnotationKind, Group, Level, Patch, Renderer, Snippet};

use super::printable;
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::{FileId, Sources, Span};

/// Whether a rendering carries the colours of a terminal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Colours {
    /// None.
    Plain,
    /// ANSI escapes.
    Ansi,
}

impl Diagnostic {
    /// Several lines: the message, the text that it is about with its labels, help, and each fix as a suggestion.
    #[must_use]
    pub fn render_snippet(&self, sources: &Sources, colours: Colours) -> String {
        let renderer = match colours {
            Colours::Plain => Renderer::plain(),
            Colours::Ansi => Renderer::styled(),
        };
        renderer.decor_style(DecorStyle::Ascii).render(&self.groups(sources))
    }

    fn groups<'a>(&'a self, sources: &'a Sources) -> Vec<Group<'a>> {
        let level = match self.code.severity() {
            Severity::Error => Level::ERROR,
            Severity::Warning => Level::WARNING,
        };
        let mut main = level.primary_title(printable(&self.message)).id(self.code.as_str()).element(
            annotated(sources, self.span.file)
                .annotation(AnnotationKind::Primary.span(inside(sources, self.span)))
                .annotations(self.labels_in(sources, self.span.file)),
        );
        let mut shown = vec![self.span.file];
        for (span, _) in &self.labels {
            if !shown.contains(&span.file) {
                shown.push(span.file);
                main = main
                    .element(annotated(sources, span.file).annotations(self.labels_in(sources, span.file)));
            }
        }
        main = main.elements(self.help.iter().map(|help| Level::HELP.message(printable(help))));
        let fixes = self.fixes.iter().chain(&self.suggestions).map(|fix| {
            Level::HELP.secondary_title(printable(&fix.title)).element(
                Snippet::source(sources.text(fix.span.file))
                    .path(printable(sources.name(fix.span.file)))
                    .patch(Patch::new(inside(sources, fix.span), printable_lines(&fix.replacement))),
            )
        });
        std::iter::once(main).chain(fixes).collect()
    }

    fn labels_in<'a>(
        &'a self,
        sources: &'a Sources,
        file: FileId,
    ) -> impl Iterator<Item = annotate_snippets::Annotation<'a>> {
        self.labels.iter().filter(move |(span, _)| span.file == file).map(|(span, note)| {
            let at = inside(sources, *span);
            // One note at the place itself reads best as the primary's own.
            let kind = if *span == self.span { AnnotationKind::Primary } else { AnnotationKind::Context };
            kind.span(at).label(printable(note))
        })
    }
}

fn annotated(sources: &Sources, file: FileId) -> Snippet<'_, annotate_snippets::Annotation<'_>> {
    Snippet::source(sources.text(file)).path(printable(sources.name(file)))
}

fn printable_lines(text: &str) -> String {
    text.split('\n').map(printable).collect::<Vec<_>>().join("\n")
}

/// The span within its file and between characters: a span that is not must not stop the report.
fn inside(sources: &Sources, span: Span) -> Range<usize> {
    let text = sources.text(span.file);
    let boundary = |at: u32| {
        let mut at = usize::try_from(at).unwrap_or(usize::MAX).min(text.len());
        while !text.is_char_boundary(at) {
            at = at.saturating_sub(1);
        }
        at
    };
    let start = boundary(span.start);
    start..boundary(span.end).max(start)
}
