//! Which words stand apart.

use super::pieces::Piece;
use crate::syntax::scan::{Token, TokenKind};
use crate::syntax::words;

/// Words that are no names where an operand may follow, beside the reserved ones.
const BEFORE_OPERANDS: &[&str] = &[
    "of", "each", "any", "all", "every", "first", "count", "sum", "product", "highest", "lowest", "latest",
    "earliest", "least", "most", "default", "higher", "lower", "later", "above", "below", "else", "due",
    "without", "then", "where",
];

/// Whether a space stands between `before[last]` and `next`.
pub(super) fn is_apart(line: &[&Piece<'_>], next: &Piece<'_>) -> bool {
    let (Some(left), Some(right)) = (line.last().and_then(|piece| piece.token), next.token) else {
        return false;
    };
    let nth = |back: usize| {
        line.len().checked_sub(back).and_then(|place| line.get(place)).and_then(|piece| piece.token)
    };
    if right.is_symbol(",") || right.is_symbol(":") || right.is_symbol(")") || right.is_symbol("]") {
        return false;
    }
    if left.is_symbol("(") || left.is_symbol("[") || left.is_symbol(".") || right.is_symbol(".") {
        return false;
    }
    if right.is_symbol("}") {
        return !left.is_symbol("{");
    }
    if left.is_symbol("-") {
        return nth(2).is_some_and(|before| ends_operand(&before));
    }
    // A path such as `findings[0].grave` is one word to the grammar, and `mg/kg` is one unit.
    if right.is_symbol("[") {
        return !(next.clings && left.kind == TokenKind::Word && !is_operator_word(&left));
    }
    if right.is_symbol("/") {
        return !(next.clings && names_a_unit(nth(2)));
    }
    if left.is_symbol("/") {
        return !(next.clings && names_a_unit(nth(3)) && line.last().is_some_and(|piece| piece.clings));
    }
    if right.is_symbol("(") {
        return left.kind != TokenKind::Word || is_operator_word(&left);
    }
    true
}

/// A word before a unit: the number that it measures, or what announces a type.
///
/// At the start of a line it may be either; then the author's spaces say which.
fn names_a_unit(before: Option<Token<'_>>) -> bool {
    before.is_none_or(|before| {
        before.kind == TokenKind::Number
            || before.is_symbol(":")
            || before.is_symbol("=")
            || ["unit", "of"].iter().any(|word| before.is_word(word))
    })
}

fn is_operator_word(token: &Token<'_>) -> bool {
    words::is_reserved(token.text) || BEFORE_OPERANDS.contains(&token.text)
}

/// A minus behind it subtracts.
fn ends_operand(token: &Token<'_>) -> bool {
    match token.kind {
        TokenKind::Word => !is_operator_word(token),
        TokenKind::Number | TokenKind::Date | TokenKind::Text => true,
        TokenKind::Symbol => token.is_symbol(")") || token.is_symbol("]") || token.is_symbol("}"),
        TokenKind::OpenText | TokenKind::OddText | TokenKind::OddComment | TokenKind::Strange => false,
    }
}
