//! A file is cut at the item words that open a line, and each piece is parsed on its own: the parser's memory is then
//! that of one item. Item words continue no item, so pieces that all parse are the items of the whole. Where a piece
//! does not parse, the whole is tried, so that layout never changes a meaning; only when it is refused too is there
//! something to recover from.

use std::sync::Arc;

use pest::Parser;
use pest::error::Error;
use pest::iterators::Pairs;

use super::ast;
use super::build::{self, Builder};
use super::explain;
use super::grammar::{Grammar, Rule};
use super::guard;
use super::lint;
use super::scan::{self, Token, TokenKind};
use super::words;
use crate::diagnostic::Sink;
use crate::limits::Limits;
use crate::source::FileId;

/// A piece of the text that begins with an item word (or with the text), and its tokens.
pub(super) struct Chunk<'s, 't> {
    pub(super) tokens: &'s [Token<'t>],
    pub(super) start: usize,
    pub(super) end: usize,
}

pub(super) fn parse(file: FileId, program: &str, limits: &Limits, sink: &mut Sink) -> ast::File {
    let tokens = scan::tokens(program);
    let ends: Vec<usize> = tokens.iter().map(Token::end).collect();
    let spaced = spaced(program, &tokens);
    let linted = lint::check(file, &tokens, sink);
    let chunks = cut(program, &tokens);
    let too_deep: Vec<bool> =
        chunks.iter().map(|chunk| guard::is_too_deep(file, chunk, limits.nesting, sink)).collect();
    if !too_deep.contains(&true) {
        if let Some(items) = piece_by_piece(file, program, &spaced, &chunks, &ends, sink) {
            return ast::File { items };
        }
        if let Ok(pairs) = Grammar::parse(Rule::file, &spaced) {
            return ast::File { items: Builder::new(file, program, 0, &ends, sink).items(pairs) };
        }
    }
    let mut recovery = Recovery { file, program, spaced: &spaced, linted, sink, items: Vec::new() };
    for (chunk, is_too_deep) in chunks.iter().zip(too_deep) {
        if is_too_deep { recovery.stub(chunk.tokens) } else { recovery.chunk(chunk) }
    }
    ast::File { items: recovery.items }
}

/// The items of all pieces; `None`, and nothing reported, if one does not parse.
fn piece_by_piece(
    file: FileId,
    program: &str,
    spaced: &str,
    chunks: &[Chunk<'_, '_>],
    ends: &[usize],
    sink: &mut Sink,
) -> Option<Vec<ast::Item>> {
    let mut items = Vec::new();
    let mut found = Sink::default();
    let mut from = 0;
    for chunk in chunks {
        let pairs = piece(chunk, spaced.get(chunk.start..chunk.end)?)?;
        let text = program.get(chunk.start..chunk.end)?;
        let ends = ends.get(from..from + chunk.tokens.len())?;
        items.append(&mut Builder::new(file, text, chunk.start, ends, &mut found).items(pairs));
        from += chunk.tokens.len();
    }
    sink.append(found);
    Some(items)
}

/// Parses a piece: as the one item that its first word opens, which most are, else as whatever it is.
fn piece<'t>(chunk: &Chunk<'_, '_>, text: &'t str) -> Option<Pairs<'t, Rule>> {
    let first = chunk.tokens.first().filter(|first| first.start == chunk.start);
    let opened = first.and_then(|first| ITEMS.iter().find(|(word, _)| first.is_word(word)));
    let lone = opened.and_then(|(_, rule)| Grammar::parse(*rule, text).ok());
    let is_whole =
        |pairs: &Pairs<'_, Rule>| pairs.peek().is_some_and(|pair| pair.as_span().end() == text.len());
    lone.filter(is_whole).or_else(|| Grammar::parse(Rule::file, text).ok())
}

/// The rules of the items, by the words that open them.
const ITEMS: &[(&str, Rule)] = &[
    ("rule", Rule::rule_item),
    ("example", Rule::example),
    ("define", Rule::define),
    ("outcome", Rule::outcome),
    ("table", Rule::table),
    ("parameter", Rule::parameter),
    ("enum", Rule::enumeration),
    ("scale", Rule::scale),
    ("unit", Rule::unit),
    ("record", Rule::record),
    ("facts", Rule::facts),
    ("always", Rule::claim),
    ("never", Rule::claim),
    ("policy", Rule::policy),
    ("use", Rule::use_file),
    ("calendar", Rule::calendar),
    ("monotone", Rule::monotone),
    ("independent", Rule::independent),
];

/// The text as the grammar reads it: what stands between tokens is blank, comments and the ends of lines too, and a
/// text that does not end on its line begins with a character that no rule accepts.
fn spaced(program: &str, tokens: &[Token<'_>]) -> String {
    let mut spaced = String::with_capacity(program.len());
    for token in tokens {
        spaced.extend(std::iter::repeat_n(' ', token.start.saturating_sub(spaced.len())));
        match (token.kind, token.text.strip_prefix('"')) {
            (TokenKind::OpenText, Some(rest)) => {
                spaced.push('\0');
                spaced.push_str(rest);
            }
            (_, _) => spaced.push_str(token.text),
        }
    }
    spaced.extend(std::iter::repeat_n(' ', program.len().saturating_sub(spaced.len())));
    spaced
}

struct Recovery<'t, 'k> {
    file: FileId,
    program: &'t str,
    /// The program as the grammar reads it.
    spaced: &'t str,
    /// Where the tokens start that were already reported, sorted.
    linted: Vec<usize>,
    sink: &'k mut Sink,
    items: Vec<ast::Item>,
}

impl<'t> Recovery<'t, '_> {
    fn chunk(&mut self, chunk: &Chunk<'_, 't>) {
        let text = self.spaced.get(chunk.start..chunk.end).unwrap_or("");
        match Grammar::parse(Rule::file, text) {
            Ok(pairs) => self.build(chunk.start, chunk.tokens, pairs),
            Err(error) => {
                if !self.without_bad_fields(chunk, text) {
                    self.explain(chunk.tokens, chunk.start, &error);
                    self.salvage(chunk, text);
                }
            }
        }
    }

    /// Builds what was read of these tokens.
    fn build<'s>(
        &mut self,
        start: usize,
        tokens: impl IntoIterator<Item = &'s Token<'t>>,
        pairs: Pairs<'_, Rule>,
    ) where
        't: 's,
    {
        let ends: Vec<usize> = tokens.into_iter().map(Token::end).collect();
        let text = self.program.get(start..).unwrap_or("");
        self.items.extend(Builder::new(self.file, text, start, &ends, self.sink).items(pairs));
    }

    /// Says why parsing stopped, unless a mistake among these tokens was already reported.
    fn explain(&mut self, tokens: &[Token<'t>], start: usize, error: &Error<Rule>) {
        let first = tokens.first().map_or(start, |token| token.start);
        let end = tokens.last().map_or(start, Token::end);
        let from = self.linted.partition_point(|at| *at < first);
        if self.linted.get(from).is_none_or(|at| *at >= end) {
            self.sink.push(explain::failure(self.file, self.program, tokens, start, error));
        }
    }

    /// `facts` and records lose only the fields that are broken. Whether that was enough.
    fn without_bad_fields(&mut self, chunk: &Chunk<'_, 't>, text: &str) -> bool {
        if !chunk.tokens.first().is_some_and(|token| token.is_word("facts") || token.is_word("record")) {
            return false;
        }
        let starts = field_starts(chunk.tokens);
        let mut kept = text.as_bytes().to_vec();
        let mut broken = Vec::new();
        for (index, from) in starts.iter().enumerate() {
            let to = starts.get(index + 1).copied().unwrap_or(chunk.tokens.len());
            let Some(tokens) = chunk.tokens.get(*from..to) else { continue };
            let (Some(first), Some(last)) = (tokens.first(), tokens.last()) else { continue };
            let field = self.spaced.get(first.start..last.end()).unwrap_or("");
            if let Err(error) = Grammar::parse(Rule::lone_field, field) {
                broken.push((tokens, first.start, error));
                if let Some(bytes) = kept.get_mut(first.start - chunk.start..last.end() - chunk.start) {
                    bytes.fill(b' ');
                }
            }
        }
        let Ok(kept) = String::from_utf8(kept) else { return false };
        let Ok(pairs) = Grammar::parse(Rule::file, &kept) else { return false };
        for (tokens, start, error) in &broken {
            self.explain(tokens, *start, error);
        }
        // A field ends before the broken one behind it.
        let is_kept = |token: &&Token<'_>| kept.as_bytes().get(token.start - chunk.start) != Some(&b' ');
        self.build(chunk.start, chunk.tokens.iter().filter(is_kept), pairs);
        true
    }

    /// Keeps what parsed before the failure; what did not leaves its name behind.
    fn salvage(&mut self, chunk: &Chunk<'_, 't>, text: &str) {
        let Ok(pairs) = Grammar::parse(Rule::good_items, text) else { return };
        let end = chunk.start + pairs.peek().map_or(0, |pair| pair.as_span().end());
        let before = self.items.len();
        self.build(chunk.start, chunk.tokens, pairs);
        let left = chunk.tokens.partition_point(|token| token.start < end);
        let Some(rest) = chunk.tokens.get(left..) else { return };
        let Some(next) = rest.first() else { return };
        if words::is_item_word(next) {
            self.stub(rest);
        } else if self.items.len() > before
            && (!next.opens_line || self.items.last().is_some_and(lacks_effect))
        {
            let cut_short = self.items.pop().map_or(chunk.start, |item| item.span.start as usize);
            let from = chunk.tokens.partition_point(|token| token.start < cut_short);
            self.stub(chunk.tokens.get(from..).unwrap_or_default());
        }
    }

    /// The name of a broken declaration, so that its readers are not blamed as well.
    fn stub(&mut self, tokens: &[Token<'t>]) {
        let [word, name, ..] = tokens else { return };
        if name.kind != TokenKind::Word {
            return;
        }
        let span = guard::span(self.file, name.start, name.end());
        let head = ast::Head {
            name: ast::Name { text: Arc::from(build::in_nfc(name.text)), span },
            wire: None,
            title: None,
            cites: Vec::new(),
            in_force: None,
        };
        let ty = ast::TypeRef { span, kind: ast::TypeKind::Invalid, nothing: false, unknown: false };
        let body = ast::Expr { span, kind: ast::ExprKind::Invalid };
        let kind = match word.text {
            "define" => ast::ItemKind::Define(ast::Define { head, params: Vec::new(), ty, body }),
            "parameter" => ast::ItemKind::Parameter(ast::Parameter {
                head,
                ty,
                body: ast::ParameterBody::Constant(body),
            }),
            "outcome" => ast::ItemKind::Outcome(ast::Outcome {
                head,
                ty,
                clauses: Vec::new(),
                body: Some(body),
                exact: false,
            }),
            _ => return,
        };
        self.items.push(ast::Item { span, kind });
    }
}

/// A rule whose clauses come after what does not parse: that it does nothing is no news.
fn lacks_effect(item: &ast::Item) -> bool {
    matches!(&item.kind, ast::ItemKind::Rule(rule) if rule.then.is_empty() && rule.overrides.is_empty())
}

/// Cuts at the item words that open a line and that no colon follows.
fn cut<'s, 't>(program: &str, tokens: &'s [Token<'t>]) -> Vec<Chunk<'s, 't>> {
    let mut cuts: Vec<usize> = vec![0];
    cuts.extend((1..tokens.len()).filter(|index| opens_item(tokens, *index)));
    let start_of = |index: usize| tokens.get(index).map_or(program.len(), |token| token.start);
    let mut chunks = Vec::new();
    for (position, from) in cuts.iter().enumerate() {
        let to = cuts.get(position + 1).copied().unwrap_or(tokens.len());
        let start = if position == 0 { 0 } else { start_of(*from) };
        chunks.push(Chunk { tokens: tokens.get(*from..to).unwrap_or_default(), start, end: start_of(to) });
    }
    chunks
}

/// Everything that resumes here is refused inside an expression, so brackets left open before cannot matter.
fn opens_item(tokens: &[Token<'_>], index: usize) -> bool {
    let at = |index: usize| tokens.get(index);
    let before = index.checked_sub(1).and_then(at);
    let next = at(index + 1);
    let Some(token) = at(index) else { return false };
    // A misspelt item word before another word: nothing else has two names side by side.
    let is_misspelt = || {
        next.is_some_and(|next| {
            next.kind == TokenKind::Word && next.text != "as" && !words::is_reserved(next.text)
        }) && words::near_item_word(token).is_some()
    };
    token.opens_line
        && (words::is_item_word(token) || is_misspelt())
        && !names_an_entry(tokens.get(index + 1..).unwrap_or_default())
        && !before.is_some_and(|before| before.is_symbol(".") || before.is_symbol("/"))
        && !(token.is_word("never") && next.is_some_and(|next| words::DIRECTIONS.contains(&next.text)))
}

/// `:`, or a wire name and a title before it.
fn names_an_entry(after: &[Token<'_>]) -> bool {
    let colon = after.iter().find(|token| !(token.is_word("as") || token.kind == TokenKind::Text));
    colon.is_some_and(|token| token.is_symbol(":"))
}

/// Where the fields and constraints of `facts` or a record begin: at a line's start, outside brackets.
fn field_starts(tokens: &[Token<'_>]) -> Vec<usize> {
    let mut depth = 0_usize;
    let mut starts = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        if ["(", "[", "{"].iter().any(|bracket| token.is_symbol(bracket)) {
            depth += 1;
        } else if [")", "]", "}"].iter().any(|bracket| token.is_symbol(bracket)) {
            depth = depth.saturating_sub(1);
        }
        if index == 0 || !token.opens_line || token.kind != TokenKind::Word {
            continue;
        }
        let mut after = tokens.get(index + 1..).unwrap_or_default().iter().peekable();
        if token.is_word("must") && after.peek().is_some_and(|next| next.is_word("hold")) {
            starts.push(index);
            depth = 0;
            continue;
        }
        let skipped = after.find(|next| !(next.is_word("as") || next.kind == TokenKind::Text));
        // `a, b: bool` is a broken field of its own.
        if skipped.is_some_and(|next| {
            next.is_symbol(":") || next.is_symbol(",") && depth == 0 && lists_names(after)
        }) {
            starts.push(index);
            depth = 0;
        }
    }
    starts
}

fn lists_names<'s, 't: 's>(mut after: impl Iterator<Item = &'s Token<'t>>) -> bool {
    loop {
        if !after.next().is_some_and(|token| token.kind == TokenKind::Word) {
            return false;
        }
        match after.next() {
            Some(next) if next.is_symbol(":") => return true,
            Some(next) if next.is_symbol(",") => {}
            _ => return false,
        }
    }
}
