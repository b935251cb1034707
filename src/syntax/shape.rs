//! What pest reads of a text: its shape. Each token stands there by its kind, with a blank behind it, and a word of the
//! language as itself (see `grammar/assize.pest`). Texts of one shape have one parse.

use super::scan::{Token, TokenKind};
use super::words;

/// The shape of some tokens.
#[derive(Default)]
pub(super) struct Shape {
    pub(super) text: String,
    /// Where each token begins in the text, and last where the text ends.
    pub(super) starts: Vec<usize>,
}

impl Shape {
    pub(super) fn of(tokens: &[Token<'_>]) -> Self {
        let mut shape = Self::default();
        shape.become_of(tokens);
        shape
    }

    /// The shape of other tokens, in the same memory.
    pub(super) fn become_of(&mut self, tokens: &[Token<'_>]) {
        self.text.clear();
        self.starts.clear();
        for (index, token) in tokens.iter().enumerate() {
            self.starts.push(self.text.len());
            let is_over = || {
                let before = index.checked_sub(1).and_then(|before| tokens.get(before));
                before.is_some_and(|before| clings(before, token))
                    && tokens.get(index + 1).is_some_and(|after| clings(token, after))
            };
            self.text.push_str(match token.kind {
                TokenKind::Word if words::is_word(token.text) => token.text,
                TokenKind::Word => "_",
                TokenKind::Number => number(token.text),
                TokenKind::Date => "0-0",
                TokenKind::Text => "\"\"",
                TokenKind::Symbol if token.text == "/" && is_over() => "//",
                TokenKind::Symbol => token.text,
                TokenKind::OpenText | TokenKind::OddText | TokenKind::OddComment | TokenKind::Strange => "?",
            });
            self.text.push(' ');
        }
        self.starts.push(self.text.len());
    }

    /// The token at a place of the text.
    pub(super) fn token_at(&self, place: usize) -> usize {
        self.starts.partition_point(|start| *start < place)
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
