//! A text as words with the comments and blank lines around them.

use crate::syntax::scan::{self, Token};

/// A word or mark of the text, or (at the end) what stands behind the last one.
#[derive(Debug)]
pub(super) struct Piece<'t> {
    /// `None` at the end of the text.
    pub(super) token: Option<Token<'t>>,
    /// A comment behind the token before, on its line.
    pub(super) trailing: Option<&'t str>,
    /// Comments between that line and this piece, each on a line of its own.
    pub(super) above: Vec<Comment<'t>>,
    /// The author breaks the line before this piece.
    pub(super) breaks: bool,
    /// At least one blank line stands before it (behind the comments above it).
    pub(super) blank: bool,
    /// No space stands before it.
    pub(super) clings: bool,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Comment<'t> {
    pub(super) text: &'t str,
    /// At least one blank line stands before it.
    pub(super) blank: bool,
}

pub(super) fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut at = 0;
    for token in scan::tokens(text) {
        let end = token.end();
        pieces.push(piece(text.get(at..token.start).unwrap_or_default(), Some(token), at == 0));
        at = end;
    }
    pieces.push(piece(text.get(at..).unwrap_or_default(), None, at == 0));
    pieces
}

fn piece<'t>(gap: &'t str, token: Option<Token<'t>>, is_first: bool) -> Piece<'t> {
    let mut piece = Piece {
        token,
        trailing: None,
        above: Vec::new(),
        breaks: false,
        blank: false,
        clings: gap.is_empty(),
    };
    let mut lines = gap.lines().chain(gap.ends_with('\n').then_some(""));
    // What stands before the first break is on the line of the token before.
    if let Some(first) = lines.next() {
        let comment = first.trim();
        match (comment.is_empty(), is_first) {
            (true, _) => {}
            (false, true) => piece.above.push(Comment { text: comment, blank: false }),
            (false, false) => piece.trailing = Some(comment),
        }
    }
    let rest: Vec<&str> = lines.map(str::trim).collect();
    piece.breaks = !rest.is_empty() || is_first;
    let mut blank = false;
    for (place, line) in rest.iter().enumerate() {
        if !line.is_empty() {
            piece.above.push(Comment { text: line, blank: std::mem::take(&mut blank) });
        } else if place + 1 < rest.len() {
            blank = true;
        }
    }
    piece.blank = blank;
    piece
}

/// All words and all comments, each in order.
pub(super) fn content(text: &str) -> (Vec<String>, Vec<String>) {
    let (mut words, mut comments) = (Vec::new(), Vec::new());
    for piece in pieces(text) {
        comments.extend(piece.trailing.map(str::to_owned));
        comments.extend(piece.above.iter().map(|comment| comment.text.to_owned()));
        words.extend(piece.token.map(|token| token.text.to_owned()));
    }
    (words, comments)
}
