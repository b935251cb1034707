//! What a text must pass before pest sees it: its size, its characters, its nesting. pest recurses for each
//! bracket and its own limits are process-wide, so nothing deeper may reach it.

use super::scan::Token;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::limits::Limits;
use crate::source::{FileId, Span};

/// Brackets inside brackets, at the very most. A debug build needs less than half of a 1 MiB stack for it (see the tests).
pub(super) const MAX_BRACKETS: usize = 48;

/// Levels of one value's tree. Later passes and `Drop` recurse along it.
pub(super) const MAX_LEVELS: u32 = 128;

/// `list of set of ..`
pub(super) const MAX_TYPE_LEVELS: usize = 16;

const MAX_REPORTED_CHARACTERS: usize = 20;

/// Whether the text may be parsed at all; otherwise `sink` says why not.
pub(super) fn admits(file: FileId, text: &str, limits: &Limits, sink: &mut Sink) -> bool {
    // A span's offsets are 32 bits wide.
    let most = limits.source_bytes.min(u32::MAX as usize);
    if text.len() > most {
        sink.push(
            Diagnostic::new(
                Code::SyntaxTooLarge,
                Span { file, start: 0, end: 0 },
                format!("this file has {} bytes; at most {most} are read", text.len()),
            )
            .help("split it into files and join them with `use`"),
        );
        return false;
    }
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~' | b'\t' | b'\n' | b'\r')) {
        return true;
    }
    let forbidden = text.char_indices().filter(|(at, char)| is_forbidden(*at, *char));
    let mut admitted = true;
    for (at, char) in forbidden.take(MAX_REPORTED_CHARACTERS) {
        admitted = false;
        let span = span(file, at, at + char.len_utf8());
        let found = Diagnostic::new(
            Code::SyntaxForbiddenCharacter,
            span,
            format!("the character U+{:04X} ({}) must not stand in a policy", u32::from(char), kind_of(char)),
        )
        .help("it cannot be seen, and what is read would not be what is shown")
        .fix("remove the character", span, "");
        // Texts that were joined keep the mark. What any other was meant to hide, turn or separate is for a person to see.
        sink.push(if char == '\u{FEFF}' { found } else { found.uncertain() });
    }
    admitted
}

/// The first bracket of the chunk that is nested too deep, reported.
pub(super) fn is_too_deep(file: FileId, chunk: &[Token<'_>], nesting: usize, sink: &mut Sink) -> bool {
    let most = nesting.min(MAX_BRACKETS);
    let mut open: Vec<&Token<'_>> = Vec::new();
    for token in chunk {
        if ["(", "[", "{"].iter().any(|bracket| token.is_symbol(bracket)) {
            open.push(token);
        } else if [")", "]", "}"].iter().any(|bracket| token.is_symbol(bracket)) {
            open.pop();
        }
        if open.len() > most {
            let mut diagnostic = Diagnostic::new(
                Code::SyntaxTooDeep,
                span(file, token.start, token.end()),
                format!("more than {most} brackets inside one another"),
            )
            .help("give an inner part a name with `define` and use the name here");
            if let Some(first) = open.first() {
                diagnostic = diagnostic.label(span(file, first.start, first.end()), "the outermost bracket");
            }
            sink.push(diagnostic);
            return true;
        }
    }
    false
}

fn is_forbidden(at: usize, char: char) -> bool {
    match char {
        '\t' | '\n' | '\r' => false,
        '\u{FEFF}' => at != 0,
        '\u{061C}' | '\u{200E}' | '\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2066}'..='\u{2069}' => true,
        _ => char.is_control(),
    }
}

fn kind_of(char: char) -> &'static str {
    match char {
        '\0' => "nul",
        '\u{FEFF}' => "a byte order mark inside the text",
        _ if char.is_control() => "a control character",
        _ => "it changes the direction of the text",
    }
}

pub(super) fn span(file: FileId, start: usize, end: usize) -> Span {
    let narrow = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
    Span { file, start: narrow(start), end: narrow(end) }
}
