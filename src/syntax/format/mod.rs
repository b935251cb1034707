//! The layout of a policy: the same words and comments with other white space. The author's line breaks stay, but for
//! those that the language's own structure asks for; indentation, spaces and columns follow from words and breaks alone,
//! so a formatted text is its own format. What comes out is parsed again and must be the same policy.
//!
//! [`pieces`] takes a text apart into words and comments, [`roles`] says from the tree what a word opens, [`lines`] breaks
//! lines, [`columns`] aligns neighbours, [`tables`] draws tables, [`layout`] indents and writes.

mod columns;
mod layout;
mod lines;
mod pieces;
mod roles;
mod spacing;
mod tables;
#[cfg(test)]
mod tests;

use super::{ast, literate, recover};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::limits::Limits;
use crate::source::{FileId, Sources, Span};

/// The text of a file in its layout; `None` and an error where it cannot be parsed.
pub(crate) fn format(sources: &Sources, file: FileId, limits: &Limits, sink: &mut Sink) -> Option<String> {
    let tree = super::parse(sources, file, limits, sink);
    if sink.has_errors() {
        return None;
    }
    let (name, text) = (sources.name(file), sources.text(file));
    let formatted =
        if name.ends_with(".md") { markdown(file, text, limits) } else { program(file, text, &tree) };
    if is_same(name, text, &tree, &formatted, limits) {
        return Some(formatted);
    }
    let place = Span { file, start: 0, end: 0 };
    let message = "the formatted text would not be the same policy; the file is left as it is";
    sink.push(Diagnostic::new(Code::Internal, place, message).help("please report this, with the file"));
    None
}

/// A part of a text on one line, without comments: the same whatever the author's layout.
pub(crate) fn on_one_line(text: &str) -> String {
    let pieces = pieces::pieces(text);
    let (mut shown, mut before) = (String::new(), Vec::new());
    for piece in &pieces {
        let Some(token) = piece.token else { continue };
        if spacing::is_apart(&before, piece) {
            shown.push(' ');
        }
        shown.push_str(token.text);
        before.push(piece);
    }
    shown
}

/// Formats the fenced blocks and leaves the prose as it is. A block that is no whole on its own stays as it is, too.
fn markdown(file: FileId, text: &str, limits: &Limits) -> String {
    let mut formatted = String::with_capacity(text.len());
    let mut done = 0;
    for block in literate::blocks(text) {
        let (Some(before), Some(inside)) = (text.get(done..block.start), text.get(block.clone())) else {
            continue;
        };
        formatted.push_str(before);
        let mut sink = Sink::default();
        let tree = recover::parse(file, inside, limits, &mut sink);
        if sink.has_errors() {
            formatted.push_str(inside);
        } else {
            formatted.push_str(&program(file, inside, &tree));
        }
        done = block.end;
    }
    formatted.push_str(text.get(done..).unwrap_or_default());
    formatted
}

fn program(file: FileId, text: &str, tree: &ast::File) -> String {
    let (mark, inside) = match text.strip_prefix('\u{FEFF}') {
        // What was parsed had spaces in its place.
        Some(rest) => ("\u{FEFF}", format!("   {rest}")),
        None => ("", text.to_owned()),
    };
    let pieces = pieces::pieces(&inside);
    let roles = roles::roles(file, tree, &pieces);
    let lines = lines::lines(&pieces, &roles);
    let written = layout::write(&lines);
    let written = if first_break_is_crlf(text) { written.replace('\n', "\r\n") } else { written };
    format!("{mark}{written}")
}

fn first_break_is_crlf(text: &str) -> bool {
    text.find('\n').is_some_and(|at| text.get(..at).is_some_and(|before| before.ends_with('\r')))
}

/// The same words, the same comments, the same tree.
fn is_same(name: &str, text: &str, tree: &ast::File, formatted: &str, limits: &Limits) -> bool {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let file = sources.add(name, formatted);
    let again = super::parse(&sources, file, limits, &mut sink);
    let content = |text: &str| {
        let text = if name.ends_with(".md") {
            literate::program(file, text, &mut Sink::default())
        } else {
            text.to_owned()
        };
        pieces::content(&text)
    };
    !sink.has_errors() && shape(tree) == shape(&again) && content(text) == content(formatted)
}

/// A tree without its places.
fn shape(tree: &ast::File) -> String {
    const SPAN: &str = "Span { file: FileId(";
    let told = format!("{tree:?}");
    let mut parts = told.split(SPAN);
    let mut shape = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        shape.push_str(part.split_once('}').map_or(part, |(_, rest)| rest));
    }
    shape
}
