//! From pest's pairs to the tree, one file per family. What the grammar accepts but the language does not (chains,
//! mixed logic, wrong tables, trees too deep) is found here. Total: a pair that is not there becomes `Invalid`.

mod declarations;
mod expressions;
mod facts;
mod measures;
mod operators;
mod tables;
mod types;
mod values;

use std::borrow::Cow;
use std::cell::Cell;
use std::sync::Arc;

use pest::iterators::{Pair, Pairs};
use unicode_normalization::{UnicodeNormalization, is_nfc};

use super::ast::{Head, InForce, Item, Name, Text};
use super::grammar::Rule;
use super::{guard, lint};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::{FileId, Span};

/// How many tokens are gone through one by one.
const NEAR: usize = 16;

/// Builds the items of one piece of text.
pub(super) struct Builder<'t, 'k> {
    file: FileId,
    text: &'t str,
    /// Where the text begins in its file.
    offset: usize,
    /// Where the file's tokens end, sorted.
    ends: &'k [usize],
    /// How many tokens end before the place that was asked for last: the next one is near.
    near: Cell<usize>,
    sink: &'k mut Sink,
    /// Whether the item at hand was already reported as too deep.
    is_too_deep: bool,
}

impl<'t, 'k> Builder<'t, 'k> {
    pub(super) fn new(
        file: FileId,
        text: &'t str,
        offset: usize,
        ends: &'k [usize],
        sink: &'k mut Sink,
    ) -> Self {
        Self { file, text, offset, ends, near: Cell::new(0), sink, is_too_deep: false }
    }

    pub(super) fn items(&mut self, pairs: Pairs<'_, Rule>) -> Vec<Item> {
        let mut items = Vec::new();
        for pair in pairs {
            if !matches!(pair.as_rule(), Rule::file | Rule::good_items) {
                items.extend(self.whole_item(pair));
                continue;
            }
            for part in pair.into_inner() {
                if part.as_rule() == Rule::version {
                    self.version(&part);
                } else if part.as_rule() == Rule::item
                    && let Some(item) = Parts::of(part).next()
                {
                    items.extend(self.whole_item(item));
                }
            }
        }
        items
    }

    fn whole_item(&mut self, pair: Pair<'_, Rule>) -> Option<Item> {
        self.is_too_deep = false;
        let span = self.span(&pair);
        self.item(pair).map(|kind| Item { span, kind })
    }

    fn version(&mut self, pair: &Pair<'_, Rule>) {
        let mut parts = Parts::of(pair.clone());
        parts.take(Rule::w_assize);
        if let Some(number) = parts.take(Rule::int)
            && written(&number).trim_start_matches('0') != "1"
        {
            let span = self.span(&number);
            self.sink.push(
                Diagnostic::new(
                    Code::SyntaxVersion,
                    span,
                    format!("version {} of the language is not known here", written(&number)),
                )
                .help("this engine reads version 1"),
            );
        }
    }

    /// The span without the space and comments that pest leaves at the end of a rule with optional parts.
    fn span(&self, pair: &Pair<'_, Rule>) -> Span {
        let start = self.offset + pair.as_span().start();
        let end = self.offset + pair.as_span().end();
        let last =
            self.ended(end).checked_sub(1).and_then(|index| self.ends.get(index)).copied().unwrap_or(end);
        guard::span(self.file, start, last.max(start))
    }

    /// How many tokens end at a place or before it.
    fn ended(&self, end: usize) -> usize {
        let is_before = |index: usize| self.ends.get(index).is_some_and(|token_end| *token_end <= end);
        let mut ended = self.near.get();
        for _ in 0..NEAR {
            if is_before(ended) {
                ended += 1;
            } else if ended > 0 && !is_before(ended - 1) {
                ended -= 1;
            } else {
                self.near.set(ended);
                return ended;
            }
        }
        ended = self.ends.partition_point(|token_end| *token_end <= end);
        self.near.set(ended);
        ended
    }

    /// The text under a span of this piece.
    fn slice(&self, span: Span) -> &'t str {
        let at = |place: u32| (place as usize).saturating_sub(self.offset);
        self.text.get(at(span.start)..at(span.end)).unwrap_or("")
    }

    fn name(&self, pair: &Pair<'_, Rule>) -> Name {
        Name { text: Arc::from(in_nfc(written(pair))), span: self.span(pair) }
    }

    /// The name that stands next, whichever rule reads it there.
    fn next_name(&self, parts: &mut Parts<'_>, rule: Rule) -> Name {
        parts
            .take(rule)
            .map_or_else(|| Name { text: Arc::from(""), span: self.here(parts) }, |pair| self.name(&pair))
    }

    fn names(&self, parts: &mut Parts<'_>, rule: Rule) -> Vec<Name> {
        let mut names = Vec::new();
        while let Some(pair) = parts.take(rule) {
            names.push(self.name(&pair));
        }
        names
    }

    fn text(&self, pair: &Pair<'_, Rule>) -> Text {
        let text = written(pair);
        let inner = text.strip_prefix('"').and_then(|text| text.strip_suffix('"')).unwrap_or(text);
        Text { text: Arc::from(inner), span: self.span(pair) }
    }

    fn next_text(&self, parts: &mut Parts<'_>) -> Text {
        parts
            .take(Rule::text)
            .map_or_else(|| Text { text: Arc::from(""), span: self.here(parts) }, |pair| self.text(&pair))
    }

    fn here(&self, parts: &Parts<'_>) -> Span {
        guard::span(self.file, self.offset + parts.start, self.offset + parts.start)
    }

    /// Starts a head at its name.
    fn head(&self, parts: &mut Parts<'_>, rule: Rule) -> Head {
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

    fn wire(&self, pair: Pair<'_, Rule>) -> Text {
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

    fn in_force(&self, pair: Pair<'_, Rule>) -> InForce {
        let span = self.span(&pair);
        let mut dates = [None, None];
        for part in pair.into_inner() {
            let date = part.clone().into_inner().find(|inner| inner.as_rule() == Rule::date);
            let date = date.and_then(|date| lint::read_date(written(&date)));
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
    next: Option<Pair<'i, Rule>>,
    rest: Pairs<'i, Rule>,
    start: usize,
}

impl<'i> Parts<'i> {
    fn of(pair: Pair<'i, Rule>) -> Self {
        let start = pair.as_span().start();
        let mut rest = pair.into_inner();
        Self { next: rest.next(), rest, start }
    }

    /// The next pair if it is of this rule.
    fn take(&mut self, rule: Rule) -> Option<Pair<'i, Rule>> {
        if self.peek() == Some(rule) { self.next() } else { None }
    }

    fn skip(&mut self, rules: &[Rule]) {
        while self.peek().is_some_and(|rule| rules.contains(&rule)) {
            self.next();
        }
    }

    fn peek(&self) -> Option<Rule> {
        self.next.as_ref().map(Pair::as_rule)
    }

    fn next(&mut self) -> Option<Pair<'i, Rule>> {
        std::mem::replace(&mut self.next, self.rest.next())
    }
}

/// The text of a pair that is one token, without the blanks behind it.
fn written<'i>(pair: &Pair<'i, Rule>) -> &'i str {
    pair.as_str().trim_end_matches(' ')
}

/// Names compare in NFC.
pub(super) fn in_nfc(name: &str) -> Cow<'_, str> {
    if name.is_ascii() || is_nfc(name) { Cow::Borrowed(name) } else { Cow::Owned(name.nfc().collect()) }
}
