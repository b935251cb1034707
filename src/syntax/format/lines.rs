//! Where lines break: where the author breaks them, and where a declaration, field, row or further measure begins. A rule
//! or example that has more than one line or measure has a line for each clause.

use super::pieces::{Comment, Piece};
use super::roles::{Kind, Role, Roles};
use super::spacing::is_apart;
use unicode_width::UnicodeWidthStr;

/// What a declaration on one line may be wide.
const WIDTH: usize = 110;

#[derive(Clone, Copy, Debug)]
pub(super) struct Word<'p, 't> {
    pub(super) piece: &'p Piece<'t>,
    pub(super) role: Option<Role>,
}

/// A line to be written; without words at the end of the text.
#[derive(Debug, Default)]
pub(super) struct Line<'p, 't> {
    pub(super) words: Vec<Word<'p, 't>>,
    /// Comments on lines of their own before it.
    pub(super) above: Vec<Comment<'t>>,
    /// A blank line stands before it, behind the comments.
    pub(super) blank: bool,
    /// The comment behind its last word.
    pub(super) trailing: Option<&'t str>,
}

impl Line<'_, '_> {
    pub(super) fn role(&self) -> Option<Role> {
        self.words.first().and_then(|word| word.role)
    }

    /// The words of one line up to a place, as they will be written.
    pub(super) fn text(&self, from: usize, until: usize) -> String {
        let words = self.words.get(from..until).unwrap_or_default();
        let mut text = String::new();
        let mut before: Vec<&Piece<'_>> = Vec::new();
        for word in words {
            if is_apart(&before, word.piece) {
                text.push(' ');
            }
            text.push_str(word.piece.token.map_or("", |token| token.text));
            before.push(word.piece);
        }
        text
    }
}

pub(super) fn lines<'p, 't>(pieces: &'p [Piece<'t>], roles: &Roles) -> Vec<Line<'p, 't>> {
    let mut lines: Vec<Line<'p, 't>> = Vec::new();
    let mut by_clause = false;
    let mut measures = 0_usize;
    for (place, piece) in pieces.iter().enumerate() {
        let role = roles.get(&place).copied();
        if let Some(Role::Item(kind)) = role {
            by_clause = is_by_clause(kind, place, pieces, roles);
            measures = 0;
        }
        measures += usize::from(role == Some(Role::Measure));
        let in_row = lines.last().is_some_and(|line| line.role() == Some(Role::Row));
        let starts = match role {
            Some(Role::Item(_) | Role::Member | Role::Row) => true,
            Some(Role::Measure) => measures > 1 || piece.breaks,
            Some(Role::Clause) => by_clause || piece.breaks,
            Some(Role::Equals | Role::Condition) => piece.breaks,
            None => piece.breaks && !in_row,
        };
        let is_end = piece.token.is_none();
        if starts || is_end || lines.is_empty() {
            if let Some(last) = lines.last_mut() {
                last.trailing = piece.trailing;
            }
            lines.push(Line { above: piece.above.clone(), blank: piece.blank, ..Line::default() });
        } else if let Some(row) = lines.last_mut() {
            // A row is drawn on one line: comments inside it move above it.
            let inside = piece.trailing.map(|text| Comment { text, blank: false });
            row.above.extend(inside.into_iter().chain(piece.above.iter().copied()));
        }
        if let (Some(line), false) = (lines.last_mut(), is_end) {
            line.words.push(Word { piece, role });
        }
    }
    lines
}

fn is_by_clause(kind: Kind, from: usize, pieces: &[Piece<'_>], roles: &Roles) -> bool {
    let until = roles
        .range(from + 1..)
        .find(|(_, role)| matches!(role, Role::Item(_)))
        .map_or(pieces.len(), |(at, _)| *at);
    let own = pieces.get(from..until).unwrap_or_default();
    let is_example = own.first().and_then(|piece| piece.token).is_some_and(|token| token.is_word("example"));
    if kind != Kind::Rule && !is_example {
        return false;
    }
    let measures = roles.range(from..until).filter(|(_, role)| **role == Role::Measure).count();
    let words = own.iter().filter_map(|piece| piece.token).map(|token| token.text.width() + 1);
    let breaks = own.iter().skip(1).any(|piece| piece.breaks && piece.token.is_some());
    breaks || measures > 1 || words.sum::<usize>() > WIDTH
}
