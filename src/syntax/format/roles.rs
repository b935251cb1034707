//! What a word opens, as the tree says: a declaration, a clause, a field, a measure, a row.

use std::collections::BTreeMap;

use super::pieces::Piece;
use crate::source::FileId;
use crate::syntax::ast::{self, ItemKind, ParameterBody};

/// What begins at a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    /// A declaration.
    Item(Kind),
    /// A clause of a declaration: it may begin a line, and what continues it stands behind its word.
    Clause,
    /// The `=` of a definition.
    Equals,
    /// The condition of a claim.
    Condition,
    /// A field, a constraint, a row of dates, an entry of a calendar: a line of its own.
    Member,
    /// A measure of `then`; the first one stands behind the word.
    Measure,
    /// A row of a table.
    Row,
}

/// Which declarations align with their neighbours, and which are broken by clause.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Enum,
    Outcome,
    Rule,
    Other,
}

/// By place in the pieces.
pub(super) type Roles = BTreeMap<usize, Role>;

pub(super) fn roles(file: FileId, tree: &ast::File, pieces: &[Piece<'_>]) -> Roles {
    debug_assert!(tree.items.iter().all(|item| item.span.file == file));
    let mut finder = Finder { pieces, roles: Roles::new() };
    for (item, next) in tree.items.iter().zip(tree.items.iter().skip(1).map(Some).chain([None])) {
        let from = finder.at(item.span.start);
        let until = next.map_or(pieces.len(), |next| finder.at(next.span.start));
        finder.item(&item.kind, from, until);
    }
    finder.roles
}

struct Finder<'p, 't> {
    pieces: &'p [Piece<'t>],
    roles: Roles,
}

impl Finder<'_, '_> {
    /// The place of the first word at or behind an offset.
    fn at(&self, offset: u32) -> usize {
        self.pieces.partition_point(|piece| piece.token.is_some_and(|token| token.start < offset as usize))
    }

    fn put(&mut self, place: usize, role: Role) {
        self.roles.entry(place).or_insert(role);
    }

    fn put_at(&mut self, offset: u32, role: Role) {
        self.put(self.at(offset), role);
    }

    fn is(&self, place: usize, word: &str) -> bool {
        let token = self.pieces.get(place).and_then(|piece| piece.token);
        token.is_some_and(|token| token.is_word(word) || token.is_symbol(word))
    }

    /// The places of a declaration's words outside brackets.
    fn outside(&self, from: usize, until: usize) -> Vec<usize> {
        let mut depth = 0_usize;
        let mut places = Vec::new();
        for place in from..until {
            let Some(token) = self.pieces.get(place).and_then(|piece| piece.token) else { continue };
            if ["(", "[", "{"].iter().any(|bracket| token.is_symbol(bracket)) {
                depth += 1;
            } else if [")", "]", "}"].iter().any(|bracket| token.is_symbol(bracket)) {
                depth = depth.saturating_sub(1);
            } else if depth == 0 {
                places.push(place);
            }
        }
        places
    }

    fn item(&mut self, kind: &ItemKind, from: usize, until: usize) {
        let outside = self.outside(from, until);
        let (own, clauses): (Kind, &[&str]) = match kind {
            ItemKind::Policy(_) => (Kind::Other, &["cites", "in", "dated"]),
            ItemKind::Enum(_) => (Kind::Enum, &[]),
            ItemKind::Outcome(_) => (Kind::Outcome, &["cites", "in"]),
            ItemKind::Rule(_) => {
                (Kind::Rule, &["cites", "in", "dated", "exact", "overrides", "for", "when", "then"])
            }
            ItemKind::Parameter(_) | ItemKind::Table(_) | ItemKind::Define(_) => {
                (Kind::Other, &["cites", "in"])
            }
            ItemKind::Example(_) => (Kind::Other, &["given", "expect"]),
            ItemKind::Use(_)
            | ItemKind::Unit(_)
            | ItemKind::Record(_)
            | ItemKind::Facts(_)
            | ItemKind::Calendar(_)
            | ItemKind::Claim(_)
            | ItemKind::Monotone(_)
            | ItemKind::Independent(_) => (Kind::Other, &[]),
        };
        self.put(from, Role::Item(own));
        let body = self.members(kind, &outside);
        // Behind the last clause word come expressions, which have words of the same names.
        let mut clauses = clauses.iter().copied().peekable();
        for place in outside.into_iter().filter(|place| *place > from && *place < body) {
            let is_clause = |clause: &&str| match *clause {
                "in" => self.is(place, "in") && self.is(place + 1, "force"),
                "dated" => self.is(place, "dated") && self.is(place + 1, "by"),
                "for" => self.is(place, "for") && self.is(place + 1, "each"),
                word => self.is(place, word),
            };
            let Some(found) = clauses.clone().position(|clause| is_clause(&clause)) else { continue };
            // Clauses stand in this order, and `overrides` and `for each` may repeat.
            for _ in 0..found {
                clauses.next();
            }
            self.put(place, Role::Clause);
        }
    }

    /// Marks what the declaration consists of, and gives the place from which on no clause begins.
    fn members(&mut self, kind: &ItemKind, outside: &[usize]) -> usize {
        match kind {
            ItemKind::Record(ast::Record { body, .. }) | ItemKind::Facts(body) => {
                body.fields.iter().for_each(|field| self.put_at(field.span.start, Role::Member));
                body.must_hold.iter().for_each(|rule| self.put_at(rule.span.start, Role::Member));
            }
            ItemKind::Calendar(_) => {
                let words = ["weekend", "holidays", "workdays"];
                for place in outside.iter().copied() {
                    if words.iter().any(|word| self.is(place, word)) && self.is(place + 1, ":") {
                        self.put(place, Role::Member);
                    }
                }
            }
            ItemKind::Parameter(parameter) => match &parameter.body {
                ParameterBody::Constant(_) => return self.equals(outside),
                ParameterBody::Rows(rows) => {
                    rows.iter().for_each(|row| self.put_at(row.span.start, Role::Member));
                    return rows.first().map_or(usize::MAX, |row| self.at(row.span.start));
                }
            },
            ItemKind::Table(table) => {
                self.put_at(table.header_span.start, Role::Row);
                table.rows.iter().for_each(|row| self.put_at(row.span.start, Role::Row));
                return self.at(table.header_span.start);
            }
            ItemKind::Define(_) => return self.equals(outside),
            ItemKind::Outcome(outcome) if outcome.body.is_some() => return self.equals(outside),
            ItemKind::Rule(rule) => {
                rule.then.iter().for_each(|measure| self.put_at(measure.span.start, Role::Measure));
                return rule.then.first().map_or(usize::MAX, |measure| self.at(measure.span.start));
            }
            ItemKind::Claim(claim) => self.put_at(claim.condition.span.start, Role::Condition),
            ItemKind::Policy(_)
            | ItemKind::Use(_)
            | ItemKind::Unit(_)
            | ItemKind::Enum(_)
            | ItemKind::Outcome(_)
            | ItemKind::Monotone(_)
            | ItemKind::Independent(_)
            | ItemKind::Example(_) => {}
        }
        usize::MAX
    }

    fn equals(&mut self, outside: &[usize]) -> usize {
        let Some(place) = outside.iter().copied().find(|place| self.is(*place, "=")) else {
            return usize::MAX;
        };
        self.put(place, Role::Equals);
        place
    }
}
