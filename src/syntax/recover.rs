//! A file is cut at the item words that open a line, and each piece is parsed on its own: the parser's memory is then
//! that of one item. Item words continue no item, so pieces that all parse are the items of the whole. Where a piece
//! does not parse, the whole is tried, so that layout never changes a meaning; only when it is refused too is there
//! something to recover from.

use std::sync::Arc;

use super::ast;
use super::build::{self, Builder};
use super::explain;
use super::grammar::Rule;
use super::guard;
use super::lint;
use super::scan::{self, Token, TokenKind};
use super::shape::Shape;
use super::tree::{Reader, Refusal, Tree};
use super::words;
use crate::diagnostic::Sink;
use crate::limits::Limits;
use crate::source::FileId;

pub(super) fn parse(file: FileId, program: &str, limits: &Limits, sink: &mut Sink) -> ast::File {
    let tokens = scan::tokens(program);
    let linted = lint::check(file, &tokens, sink);
    let chunks = cut(&tokens);
    let too_deep: Vec<bool> =
        chunks.iter().map(|chunk| guard::is_too_deep(file, chunk, limits.nesting, sink)).collect();
    if !too_deep.contains(&true) {
        if let Some(items) = piece_by_piece(file, program, &chunks, sink) {
            return ast::File { items };
        }
        if let Ok(tree) = Tree::read(Rule::file, &Shape::of(&tokens)) {
            let mut items = Vec::new();
            Builder::new(file, program, sink).build(&tree, &tokens, &mut items);
            return ast::File { items };
        }
    }
    let mut recovery = Recovery { file, program, linted, sink, items: Vec::new() };
    for (chunk, is_too_deep) in chunks.iter().zip(too_deep) {
        if is_too_deep { recovery.stub(chunk) } else { recovery.chunk(chunk) }
    }
    ast::File { items: recovery.items }
}

/// The items of all pieces; `None`, and nothing reported, if one does not parse.
fn piece_by_piece(
    file: FileId,
    program: &str,
    chunks: &[&[Token<'_>]],
    sink: &mut Sink,
) -> Option<Vec<ast::Item>> {
    let mut items = Vec::new();
    let mut found = Sink::default();
    let mut builder = Builder::new(file, program, &mut found);
    let (mut reader, mut shape) = (Reader::default(), Shape::default());
    for chunk in chunks {
        shape.become_of(chunk);
        let tree = reader.read(&shape)?;
        builder.build(&tree, chunk, &mut items);
    }
    sink.append(found);
    Some(items)
}

struct Recovery<'t, 'k> {
    file: FileId,
    program: &'t str,
    /// Where the tokens start that were already reported, sorted.
    linted: Vec<usize>,
    sink: &'k mut Sink,
    items: Vec<ast::Item>,
}

impl<'t> Recovery<'t, '_> {
    fn chunk(&mut self, tokens: &[Token<'t>]) {
        match Tree::read(Rule::file, &Shape::of(tokens)) {
            Ok(tree) => self.build(&tree, tokens),
            Err(refusal) => {
                if !self.without_bad_fields(tokens) {
                    self.explain(tokens, &refusal);
                    self.salvage(tokens);
                }
            }
        }
    }

    /// Builds what was read of these tokens.
    fn build(&mut self, tree: &Tree, tokens: &[Token<'t>]) {
        Builder::new(self.file, self.program, self.sink).build(tree, tokens, &mut self.items);
    }

    /// Says why parsing stopped, unless a mistake among these tokens was already reported.
    fn explain(&mut self, tokens: &[Token<'t>], refusal: &Refusal) {
        let first = tokens.first().map_or(0, |token| token.start);
        let end = tokens.last().map_or(0, Token::end);
        let from = self.linted.partition_point(|at| *at < first);
        if self.linted.get(from).is_none_or(|at| *at >= end) {
            self.sink.push(explain::failure(self.file, self.program, tokens, refusal));
        }
    }

    /// `facts` and records lose only the fields that are broken. Whether that was enough.
    fn without_bad_fields(&mut self, tokens: &[Token<'t>]) -> bool {
        if !tokens.first().is_some_and(|token| token.is_word("facts") || token.is_word("record")) {
            return false;
        }
        let starts = field_starts(tokens);
        let mut kept =
            tokens.get(..starts.first().copied().unwrap_or(tokens.len())).unwrap_or_default().to_vec();
        let mut broken = Vec::new();
        for (index, from) in starts.iter().enumerate() {
            let to = starts.get(index + 1).copied().unwrap_or(tokens.len());
            let Some(field) = tokens.get(*from..to) else { continue };
            match Tree::read(Rule::lone_field, &Shape::of(field)) {
                Ok(_) => kept.extend_from_slice(field),
                Err(refusal) => broken.push((field, refusal)),
            }
        }
        let Ok(tree) = Tree::read(Rule::file, &Shape::of(&kept)) else { return false };
        for (field, refusal) in &broken {
            self.explain(field, refusal);
        }
        self.build(&tree, &kept);
        true
    }

    /// Keeps what parsed before the failure; what did not leaves its name behind.
    fn salvage(&mut self, tokens: &[Token<'t>]) {
        let Ok(tree) = Tree::read(Rule::good_items, &Shape::of(tokens)) else { return };
        let left = tree.pairs().next().map_or(0, |pair| pair.tokens().1);
        let before = self.items.len();
        self.build(&tree, tokens);
        let Some(rest) = tokens.get(left..) else { return };
        let Some(next) = rest.first() else { return };
        if words::is_item_word(next) {
            self.stub(rest);
        } else if self.items.len() > before
            && (!next.opens_line || self.items.last().is_some_and(lacks_effect))
        {
            let cut_short = self.items.pop().map_or(0, |item| item.span.start as usize);
            let from = tokens.partition_point(|token| token.start < cut_short);
            self.stub(tokens.get(from..).unwrap_or_default());
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
fn cut<'s, 't>(tokens: &'s [Token<'t>]) -> Vec<&'s [Token<'t>]> {
    let mut chunks = Vec::new();
    let mut from = 0;
    for to in (1..tokens.len()).filter(|index| opens_item(tokens, *index)).chain([tokens.len()]) {
        chunks.push(tokens.get(from..to).unwrap_or_default());
        from = to;
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
