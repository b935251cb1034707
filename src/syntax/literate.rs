//! Policies inside Markdown: everything but the fenced `assize` blocks is blanked byte for byte, so positions
//! stay those of the Markdown file.

use std::ops::Range;

use super::guard::span;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::FileId;

struct Fence<'t> {
    mark: char,
    length: usize,
    indent: usize,
    info: &'t str,
}

/// The program in a Markdown text.
pub(super) fn program(file: FileId, text: &str, sink: &mut Sink) -> String {
    let mut program = String::with_capacity(text.len());
    let mut open: Option<(Fence<'_>, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let mut is_program = false;
        match (&open, fence(line)) {
            (Some((opening, _)), Some(closing)) if closes(opening, &closing) => open = None,
            (Some((opening, _)), _) => is_program = is_assize(opening),
            (None, Some(opening)) if opening.indent <= 3 => open = Some((opening, at)),
            (None, Some(opening)) if is_assize(&opening) => sink.push(
                Diagnostic::new(
                    Code::SyntaxUnexpected,
                    span(file, at + opening.indent, at + opening.indent + opening.length),
                    "this fence is indented too far to open a block",
                )
                .help("at most three spaces may stand before a fence"),
            ),
            (None, _) => {}
        }
        if is_program {
            program.push_str(line);
        } else {
            blank(line, &mut program);
        }
        at += line.len();
    }
    if let Some((opening, at)) = open {
        let start = at + opening.indent;
        sink.push(
            Diagnostic::new(
                Code::SyntaxUnexpected,
                span(file, start, start + opening.length),
                "this block is never closed",
            )
            .help(format!("close it with a line of {} `{}`", opening.length, opening.mark)),
        );
    }
    program
}

/// Where the lines of each `assize` block stand; of a text that [`program`] takes without complaint.
pub(super) fn blocks(text: &str) -> Vec<Range<usize>> {
    let mut blocks = Vec::new();
    let mut open: Option<(Fence<'_>, usize)> = None;
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        match (&open, fence(line)) {
            (Some((opening, start)), Some(closing)) if closes(opening, &closing) => {
                if is_assize(opening) {
                    blocks.push(*start..at);
                }
                open = None;
            }
            (None, Some(opening)) if opening.indent <= 3 => open = Some((opening, at + line.len())),
            (Some(_) | None, _) => {}
        }
        at += line.len();
    }
    blocks
}

fn is_assize(fence: &Fence<'_>) -> bool {
    fence.info.split_whitespace().next() == Some("assize")
}

fn closes(opening: &Fence<'_>, closing: &Fence<'_>) -> bool {
    closing.mark == opening.mark
        && closing.length >= opening.length
        && closing.indent <= 3
        && closing.info.is_empty()
}

fn fence(line: &str) -> Option<Fence<'_>> {
    let inner = line.trim_start_matches(' ');
    let mark = inner.chars().next().filter(|char| matches!(char, '`' | '~'))?;
    let info = inner.trim_start_matches(mark);
    let length = inner.len() - info.len();
    let info = info.trim();
    let is_fence = length >= 3 && !(mark == '`' && info.contains('`'));
    is_fence.then_some(Fence { mark, length, indent: line.len() - inner.len(), info })
}

fn blank(line: &str, program: &mut String) {
    program.extend(line.bytes().map(|byte| match byte {
        b'\n' => '\n',
        b'\r' => '\r',
        _ => ' ',
    }));
}
