//! What pest found, as a flat list over tokens: places in the shape mean nothing to those who build from it. The trees
//! of shapes are kept, for in a long policy most rules are of a few.

use std::collections::BTreeMap;
use std::rc::Rc;

use pest::error::{Error, ErrorVariant, InputLocation};
use pest::{Parser, Token};

use super::grammar::{Grammar, Rule};
use super::shape::Shape;

/// A rule of the grammar that was read, before those that were read inside it.
struct Node {
    rule: Rule,
    /// The first of its tokens, and the one behind its last.
    first: usize,
    end: usize,
    /// How many nodes it takes, with those inside it.
    size: usize,
}

/// What was read of a piece.
pub(super) struct Tree {
    nodes: Vec<Node>,
}

/// Why a piece was not read.
pub(super) struct Refusal {
    /// The token at which parsing stopped.
    pub(super) at: usize,
    /// What would have been possible there; `None` if it was not the text's fault.
    pub(super) expected: Option<Vec<Rule>>,
}

impl Tree {
    pub(super) fn read(rule: Rule, shape: &Shape) -> Result<Self, Refusal> {
        let pairs = Grammar::parse(rule, &shape.text).map_err(|error| refusal(shape, error))?;
        let tokens = pairs.tokens();
        let mut nodes: Vec<Node> = Vec::with_capacity(tokens.len() / 2);
        let mut open = Vec::new();
        let mut starts = shape.starts.iter().enumerate().peekable();
        let mut token_at = |place: usize| {
            while starts.next_if(|(_, start)| **start < place).is_some() {}
            starts.peek().map_or(0, |(index, _)| *index)
        };
        for token in tokens {
            match token {
                Token::Start { rule, pos } => {
                    let first = token_at(pos.pos());
                    open.push(nodes.len());
                    nodes.push(Node { rule, first, end: first, size: 1 });
                }
                Token::End { pos, .. } => {
                    let end = token_at(pos.pos());
                    let size = nodes.len();
                    if let Some(opened) = open.pop()
                        && let Some(node) = nodes.get_mut(opened)
                    {
                        node.end = end;
                        node.size = size - opened;
                    }
                }
            }
        }
        Ok(Self { nodes })
    }

    /// The outermost rules.
    pub(super) fn pairs(&self) -> Pairs<'_> {
        Pairs { nodes: &self.nodes }
    }
}

fn refusal(shape: &Shape, error: Error<Rule>) -> Refusal {
    let (InputLocation::Pos(place) | InputLocation::Span((place, _))) = error.location;
    let expected = match error.variant {
        ErrorVariant::ParsingError { positives, .. } => Some(positives),
        ErrorVariant::CustomError { .. } => None,
    };
    Refusal { at: shape.token_at(place), expected }
}

/// A rule that was read.
#[derive(Clone, Copy)]
pub(super) struct Pair<'i> {
    node: &'i Node,
    inner: &'i [Node],
}

impl<'i> Pair<'i> {
    pub(super) fn as_rule(&self) -> Rule {
        self.node.rule
    }

    /// The first of its tokens, and the one behind its last.
    pub(super) fn tokens(&self) -> (usize, usize) {
        (self.node.first, self.node.end)
    }

    pub(super) fn into_inner(self) -> Pairs<'i> {
        Pairs { nodes: self.inner }
    }
}

/// Rules that follow each other.
#[derive(Clone, Copy)]
pub(super) struct Pairs<'i> {
    nodes: &'i [Node],
}

impl<'i> Pairs<'i> {
    pub(super) fn peek(&self) -> Option<Rule> {
        self.nodes.first().map(|node| node.rule)
    }

    /// The pair, if there is just one.
    pub(super) fn only(mut self) -> Option<Pair<'i>> {
        self.next().filter(|_| self.nodes.is_empty())
    }
}

impl<'i> Iterator for Pairs<'i> {
    type Item = Pair<'i>;

    fn next(&mut self) -> Option<Pair<'i>> {
        let (node, rest) = self.nodes.split_first()?;
        let (inner, rest) = rest.split_at_checked(node.size - 1)?;
        self.nodes = rest;
        Some(Pair { node, inner })
    }
}

/// Reads pieces, and those of a shape that it has read before without pest.
#[derive(Default)]
pub(super) struct Reader {
    known: BTreeMap<Box<str>, Rc<Tree>>,
}

/// So many shapes are kept.
const MOST_SHAPES: usize = 64;

impl Reader {
    /// Reads a piece as the one item that its first word opens, which most are, else as whatever it is.
    pub(super) fn read(&mut self, piece: &Shape) -> Option<Rc<Tree>> {
        if let Some(tree) = self.known.get(piece.text.as_str()) {
            return Some(Rc::clone(tree));
        }
        let opened = ITEMS.iter().find(|(word, _)| piece.text.starts_with(word));
        let lone = opened.and_then(|(_, rule)| Tree::read(*rule, piece).ok());
        let is_whole =
            |tree: &Tree| tree.nodes.first().is_some_and(|node| node.end + 1 == piece.starts.len());
        let tree = Rc::new(match lone.filter(is_whole) {
            Some(tree) => tree,
            None => Tree::read(Rule::file, piece).ok()?,
        });
        if self.known.len() < MOST_SHAPES {
            self.known.insert(piece.text.as_str().into(), Rc::clone(&tree));
        }
        Some(tree)
    }
}

/// The rules of the items, by the words that open them.
const ITEMS: &[(&str, Rule)] = &[
    ("rule ", Rule::rule_item),
    ("example ", Rule::example),
    ("define ", Rule::define),
    ("outcome ", Rule::outcome),
    ("table ", Rule::table),
    ("parameter ", Rule::parameter),
    ("enum ", Rule::enumeration),
    ("scale ", Rule::scale),
    ("unit ", Rule::unit),
    ("record ", Rule::record),
    ("facts ", Rule::facts),
    ("always ", Rule::claim),
    ("never ", Rule::claim),
    ("policy ", Rule::policy),
    ("use ", Rule::use_file),
    ("calendar ", Rule::calendar),
    ("monotone ", Rule::monotone),
    ("independent ", Rule::independent),
];
