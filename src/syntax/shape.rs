//! What pest reads of a text: its shape. Each token stands there by its kind, with a blank behind it, and a word of the
//! language as itself (see `grammar/assize.pest`). Texts of one shape have one parse.

use super::scan::{Token, TokenKind};
use super::words;

/// The shape of some tokens.
pub(super) struct Shape {
    text: String,
    /// Where each token begins in the text, and last where the text ends.
    starts: Vec<usize>,
}

impl Shape {
    pub(super) fn of(tokens: &[Token<'_>]) -> Self {
        // Most tokens are a word, a mark or a number, and a blank.
        let mut shape = Self {
            text: String::with_capacity(tokens.len() * 4),
            starts: Vec::with_capacity(tokens.len() + 1),
        };
        for (index, token) in tokens.iter().enumerate() {
            shape.starts.push(shape.text.len());
            let is_over = || {
                let before = index.checked_sub(1).and_then(|before| tokens.get(before));
                before.is_some_and(|before| clings(before, token))
                    && tokens.get(index + 1).is_some_and(|after| clings(token, after))
            };
            shape.text.push_str(match token.kind {
                TokenKind::Word if words::is_word(token.text) => token.text,
                TokenKind::Word => "_",
                TokenKind::Number => number(token.text),
                TokenKind::Date => "0-0",
                TokenKind::Text => "\"\"",
                TokenKind::Symbol if token.text == "/" && is_over() => "//",
                TokenKind::Symbol => token.text,
                TokenKind::OpenText | TokenKind::OddText | TokenKind::OddComment | TokenKind::Strange => "?",
            });
            shape.text.push(' ');
        }
        shape.starts.push(shape.text.len());
        shape
    }

    /// The shape of some of the tokens: where it begins and its text.
    pub(super) fn piece(&self, from: usize, to: usize) -> Piece<'_> {
        let starts = self.starts.get(from..=to).unwrap_or_default();
        let text = match starts {
            [first, .., last] => self.text.get(*first..*last).unwrap_or(""),
            [_] | [] => "",
        };
        Piece { text, starts }
    }

    pub(super) fn whole(&self) -> Piece<'_> {
        Piece { text: &self.text, starts: &self.starts }
    }
}

/// The shape of a run of tokens.
#[derive(Clone, Copy)]
pub(super) struct Piece<'s> {
    pub(super) text: &'s str,
    starts: &'s [usize],
}

impl Piece<'_> {
    /// Where each token begins in the text of this piece, and last where the text ends.
    pub(super) fn starts(&self) -> impl Iterator<Item = usize> {
        let first = self.starts.first().copied().unwrap_or(0);
        self.starts.iter().map(move |start| start - first)
    }

    /// The token at a place of the text.
    pub(super) fn token_at(&self, place: usize) -> usize {
        let first = self.starts.first().copied().unwrap_or(0);
        self.starts.partition_point(|start| start - first < place)
    }
}

/// Whether one is a slash and the other a word that touches it.
fn clings(left: &Token<'_>, right: &Token<'_>) -> bool {
    left.end() == right.start && (left.kind == TokenKind::Word || right.kind == TokenKind::Word)
}

/// One that is not written as it should be has been reported, and stands for a number all the same.
fn number(text: &str) -> &'static str {
    if text.ends_with('%') {
        "0%"
    } else if text.contains('.') {
        "0.0"
    } else {
        "0"
    }
}
