//! From pest's pairs to the tree, one file per family. What the grammar accepts but the language does not (chains,
//! mixed logic, wrong tables, trees too deep) is found here. Total: a pair that is not there becomes `Invalid`.

mod declarations;
mod expressions;
mod facts;
mod measures;
mod operators;
mod shared;
mod tables;
mod types;
mod values;

use std::borrow::Cow;
use std::sync::Arc;

use unicode_normalization::{UnicodeNormalization, is_nfc};

use self::shared::Shared;
use super::ast::{Head, InForce, Item, Name, Text};
use super::grammar::Rule;
use super::scan::Token;
use super::tree::{Pair, Pairs, Tree};
use super::{guard, lint};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::{FileId, Span};

/// Builds the items of a file, piece after piece.
pub(super) struct Builder<'s, 't, 'k> {
    file: FileId,
    program: &'t str,
    /// Those of the piece at hand.
    tokens: &'s [Token<'t>],
    sink: &'k mut Sink,
    shared: Shared,
    /// Whether the item at hand was already reported as too deep.
    is_too_deep: bool,
}

impl<'s, 't, 'k> Builder<'s, 't, 'k> {
    pub(super) fn new(file: FileId, program: &'t str, sink: &'k mut Sink) -> Self {
        Self { file, program, tokens: &[], sink, shared: Shared::new(), is_too_deep: false }
    }

    /// Adds the items that were read of these tokens.
    pub(super) fn build(&mut self, tree: &Tree, tokens: &'s [Token<'t>], items: &mut Vec<Item>) {
        self.tokens = tokens;
        for pair in tree.pairs() {
            if !matches!(pair.as_rule(), Rule::file | Rule::good_items) {
                items.extend(self.whole_item(pair));
                continue;
            }
            for part in pair.into_inner() {
                if part.as_rule() == Rule::version {
                    self.version(part);
                } else if part.as_rule() == Rule::item
                    && let Some(item) = part.into_inner().next()
                {
                    items.extend(self.whole_item(item));
                }
            }
        }
    }

    fn whole_item(&mut self, pair: Pair<'_>) -> Option<Item> {
        self.is_too_deep = false;
        let span = self.span(&pair);
        self.item(pair).map(|kind| Item { span, kind })
    }

    fn version(&mut self, pair: Pair<'_>) {
        let mut parts = Parts::of(pair);
        parts.take(Rule::w_assize);
        let Some(number) = parts.take(Rule::int) else { return };
        let written = self.written(&number);
        if written.trim_start_matches('0') != "1" {
            let span = self.span(&number);
            self.sink.push(
                Diagnostic::new(
                    Code::SyntaxVersion,
                    span,
                    format!("version {written} of the language is not known here"),
                )
                .help("this engine reads version 1"),
            );
        }
    }

    /// From the first token of a pair to its last.
    fn span(&self, pair: &Pair<'_>) -> Span {
        let (first, end) = pair.tokens();
        match self.tokens.get(first..end) {
            Some([first, .., last]) => guard::span(self.file, first.start, last.end()),
            Some([only]) => guard::span(self.file, only.start, only.end()),
            Some([]) | None => self.place(first),
        }
    }

    /// Where a token begins, or where the last one ends.
    fn place(&self, token: usize) -> Span {
        let end = || self.tokens.last().map_or(0, Token::end);
        let place = self.tokens.get(token).map_or_else(end, |token| token.start);
        guard::span(self.file, place, place)
    }

    /// The text under a span.
    fn slice(&self, span: Span) -> &'t str {
        self.program.get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// The text of a pair.
    fn written(&self, pair: &Pair<'_>) -> &'t str {
        let (first, end) = pair.tokens();
        match self.tokens.get(first..end) {
            Some([only]) => only.text,
            Some(_) | None => self.slice(self.span(pair)),
        }
    }

    fn name(&mut self, pair: &Pair<'_>) -> Name {
        Name { text: self.shared.text(&in_nfc(self.written(pair))), span: self.span(pair) }
    }

    /// The name that stands next, whichever rule reads it there.
    fn next_name(&mut self, parts: &mut Parts<'_>, rule: Rule) -> Name {
        match parts.take(rule) {
            Some(pair) => self.name(&pair),
            None => Name { text: Arc::from(""), span: self.here(parts) },
        }
    }

    fn names(&mut self, parts: &mut Parts<'_>, rule: Rule) -> Vec<Name> {
        let mut names = Vec::new();
        while let Some(pair) = parts.take(rule) {
            names.push(self.name(&pair));
        }
        names
    }

    fn text(&self, pair: &Pair<'_>) -> Text {
        let text = self.written(pair);
        let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        Text { text: Arc::from(inner), span: self.span(pair) }
    }

    fn next_text(&self, parts: &mut Parts<'_>) -> Text {
        parts
            .take(Rule::text)
            .map_or_else(|| Text { text: Arc::from(""), span: self.here(parts) }, |pair| self.text(&pair))
    }

    fn here(&self, parts: &Parts<'_>) -> Span {
        self.place(parts.first)
    }

    /// Starts a head at its name.
    fn head(&mut self, parts: &mut Parts<'_>, rule: Rule) -> Head {
        let name = self.next_name(parts, rule);
        let mut head = Head { name, wire: None, title: None, cites: Vec::new(), in_force: None };
        self.head_clauses(parts, &mut head);
        head
    }

    /// Takes the wire name, title, citations and period that stand next.
    fn head_clauses(&self, parts: &mut Parts<'_>, head: &mut Head) {
        if let Some(pair) = parts.take(Rule::wire) {
            head.wire = Some(self.wire(pair));
        }
        self.title(parts, &mut head.title);
        if let Some(pair) = parts.take(Rule::cites) {
            let mut inner = Parts::of(pair);
            inner.take(Rule::w_cites);
            while let Some(text) = inner.take(Rule::text) {
                head.cites.push(self.text(&text));
            }
        }
        if let Some(pair) = parts.take(Rule::in_force) {
            head.in_force = Some(self.in_force(pair));
        }
    }

    fn wire(&self, pair: Pair<'_>) -> Text {
        let mut inner = Parts::of(pair);
        inner.take(Rule::w_as);
        self.next_text(&mut inner)
    }

    fn next_wire(&self, parts: &mut Parts<'_>) -> Option<Text> {
        parts.take(Rule::wire).map(|pair| self.wire(pair))
    }

    fn title(&self, parts: &mut Parts<'_>, title: &mut Option<Text>) {
        if let Some(pair) = parts.take(Rule::title)
            && let Some(text) = Parts::of(pair).take(Rule::text)
        {
            title.get_or_insert(self.text(&text));
        }
    }

    fn in_force(&self, pair: Pair<'_>) -> InForce {
        let span = self.span(&pair);
        let mut dates = [None, None];
        for part in pair.into_inner() {
            let date = part.into_inner().find(|inner| inner.as_rule() == Rule::date);
            let date = date.and_then(|date| lint::read_date(self.written(&date)));
            if part.as_rule() == Rule::force_from {
                dates[0] = date;
            } else if part.as_rule() == Rule::force_until {
                dates[1] = date;
            }
        }
        let [from, until] = dates;
        InForce { span, from, until }
    }

    fn error(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.sink.push(Diagnostic::new(code, span, message));
    }
}

/// The pairs inside a pair, taken in the grammar's order.
struct Parts<'i> {
    rest: Pairs<'i>,
    /// The first token of the pair.
    first: usize,
}

impl<'i> Parts<'i> {
    fn of(pair: Pair<'i>) -> Self {
        Self { first: pair.tokens().0, rest: pair.into_inner() }
    }

    /// How many there are of a rule.
    fn count_of(&self, rule: Rule) -> usize {
        self.rest.filter(|pair| pair.as_rule() == rule).count()
    }

    /// The next pair if it is of this rule.
    fn take(&mut self, rule: Rule) -> Option<Pair<'i>> {
        if self.peek() == Some(rule) { self.next() } else { None }
    }

    fn skip(&mut self, rules: &[Rule]) {
        while self.peek().is_some_and(|rule| rules.contains(&rule)) {
            self.next();
        }
    }

    fn peek(&self) -> Option<Rule> {
        self.rest.peek()
    }

    fn next(&mut self) -> Option<Pair<'i>> {
        self.rest.next()
    }
}

/// Names compare in NFC.
pub(super) fn in_nfc(name: &str) -> Cow<'_, str> {
    if name.is_ascii() || is_nfc(name) { Cow::Borrowed(name) } else { Cow::Owned(name.nfc().collect()) }
}
