//! The words of the language, and the words in which messages speak about the grammar.

use super::grammar::Rule;
use super::scan::{Token, TokenKind};
use crate::diagnostic::did_you_mean;

/// The words that open a declaration.
pub(super) const ITEM_WORDS: &[&str] = &[
    "policy",
    "use",
    "unit",
    "enum",
    "scale",
    "record",
    "facts",
    "calendar",
    "parameter",
    "table",
    "define",
    "outcome",
    "rule",
    "always",
    "never",
    "monotone",
    "independent",
    "example",
];

/// The other words that are never names in an expression.
const RESERVED: &[&str] = &[
    "and",
    "or",
    "not",
    "implies",
    "is",
    "in",
    "to",
    "times",
    "at",
    "where",
    "when",
    "then",
    "otherwise",
    "for",
    "has",
    "by",
    "exists",
    "within",
    "before",
    "after",
    "from",
    "until",
    "given",
    "expect",
    "yes",
    "no",
    "unknown",
    "nothing",
];

/// Every word of the language, sorted; those that are not reserved may be names.
#[rustfmt::skip]
pub(super) const WORDS: &[&str] = &[
    "above", "after", "agree", "all", "always", "and", "any", "as", "assize", "at", "before", "below", "by",
    "calendar", "cites", "count", "dated", "day", "days", "decimal", "decimals", "default", "define",
    "down", "due", "duty", "each", "earlier", "earliest", "else", "empty", "enum", "even", "every", "exact",
    "example", "exists", "expect", "facts", "failed", "falls", "first", "for", "force", "from", "given",
    "grows", "half", "has", "higher", "highest", "hold", "holidays", "implies", "in", "independent", "is",
    "judgement", "later", "latest", "least", "lenient", "less", "list", "lower", "lowest", "missing",
    "monotone", "more", "most", "must", "needed", "never", "no", "not", "nothing", "of", "on", "one", "or",
    "otherwise", "outcome", "overrides", "parameter", "per", "percent", "policy", "product", "raised",
    "range", "record", "reduced", "refused", "required", "rises", "rounded", "rule", "scale", "set",
    "shrinks", "starts", "step", "sum", "table", "the", "then", "times", "to", "unit", "unknown", "until",
    "up", "use", "waived", "weekend", "when", "where", "wire", "with", "within", "without", "workdays",
    "working", "yes",
];

/// Whether the grammar knows it.
pub(super) fn is_word(word: &str) -> bool {
    word.bytes().all(|byte| byte.is_ascii_lowercase()) && WORDS.binary_search(&word).is_ok()
}

/// What may follow `never` in `monotone`.
pub(super) const DIRECTIONS: &[&str] = &["rises", "falls", "grows", "shrinks"];

pub(super) fn is_item_word(token: &Token<'_>) -> bool {
    token.kind == TokenKind::Word && ITEM_WORDS.contains(&token.text)
}

/// Every word that is never a name in an expression.
#[cfg(test)]
pub(super) fn reserved() -> impl Iterator<Item = &'static str> {
    RESERVED.iter().chain(ITEM_WORDS).copied()
}

pub(super) fn is_reserved(word: &str) -> bool {
    RESERVED.contains(&word) || ITEM_WORDS.contains(&word)
}

/// The item word that a line's first word seems to be meant as; `grade` is none, but was once.
pub(super) fn near_item_word(token: &Token<'_>) -> Option<&'static str> {
    if token.kind != TokenKind::Word || is_reserved(token.text) || ASIDE_WORDS.contains(&token.text) {
        return None;
    }
    let lower = token.text.to_lowercase();
    let known = || ITEM_WORDS.iter().copied().chain(["grade"]);
    known().find(|word| *word == lower).or_else(|| did_you_mean(&lower, known()))
}

/// Words that open a clause.
const ASIDE_WORDS: &[&str] = &["cites", "dated", "overrides", "exact", "must"];

/// What need not be said when something else is possible.
pub(super) fn is_aside(phrase: &str) -> bool {
    const ASIDE: &[&str] = &[
        "a quoted text",
        "`as`",
        "`cites`",
        "`dated`",
        "`due`",
        "`exact`",
        "`in`",
        "`or`",
        "`overrides`",
        "`rounded`",
        "`of`",
    ];
    ASIDE.contains(&phrase)
}

/// The author's words for what the grammar expected; empty for what is better not said.
pub(super) fn phrases(rule: Rule) -> Vec<String> {
    if let Some((_, phrase)) = PHRASES.iter().find(|(named, _)| *named == rule) {
        return phrase.split('|').filter(|phrase| !phrase.is_empty()).map(str::to_owned).collect();
    }
    let name = format!("{rule:?}");
    match name.strip_prefix("k_").or_else(|| name.strip_prefix("w_")) {
        Some(word) => vec![format!("`{word}`")],
        None => Vec::new(),
    }
}

/// `|` separates several; a rule without a row is not mentioned, a keyword's rule is its word.
const PHRASES: &[(Rule, &str)] = &[
    (Rule::item, "a declaration"),
    (Rule::file, "a declaration"),
    (Rule::lone_field, "a field"),
    (Rule::w_day, "`days`"),
    (Rule::name, "a name"),
    (Rule::word, "a name"),
    (Rule::unit_declared, "a name"),
    (Rule::unit_name, ""),
    (Rule::w_working, ""),
    (Rule::type_, "a type"),
    (Rule::type_core, "a type"),
    (Rule::type_name, "a type"),
    (Rule::text, "a quoted text"),
    (Rule::int, "a whole number"),
    (Rule::date, "a date"),
    (Rule::number, "a number"),
    (Rule::step, "a number"),
    (Rule::quantity, "a number"),
    (Rule::colon, "`:`"),
    (Rule::equals, "`=`"),
    (Rule::unit_equals, "`=`"),
    (Rule::bar, "`|`"),
    (Rule::arrow, "`=>`"),
    (Rule::header, "a table's header, `| .. | => |`"),
    (Rule::row, "a row"),
    (Rule::row_cell, "a cell"),
    (Rule::header_cell, "a cell"),
    (Rule::cell, "a cell"),
    (Rule::piece, "a cell"),
    (Rule::value, "a value"),
    (Rule::plain, "a value"),
    (Rule::condition, "a condition"),
    (Rule::expr, "a value"),
    (Rule::operand, "a value"),
    (Rule::arith, "a value"),
    (Rule::simple, "a value"),
    (Rule::named, "a value"),
    (Rule::contribution, "a value"),
    (Rule::contributions, "a value"),
    (Rule::limb, "a value"),
    (Rule::path, "a name"),
    (Rule::fact_path, "a fact"),
    (Rule::item_in, "a name"),
    (Rule::infix, "an operator"),
    (Rule::postfix, "an operator"),
    (Rule::arith_infix, "an operator"),
    (Rule::bound, "a bound such as `0 or more`"),
    (Rule::bound_to, "`to`"),
    (Rule::or_more, "`or more`"),
    (Rule::or_less, "`or less`"),
    (Rule::signed, "a number|a date"),
    (Rule::field, "a field"),
    (Rule::must_hold, "`must hold`"),
    (Rule::field_clause, "a clause of the field"),
    (Rule::outcome_clause, "a clause of the outcome"),
    (Rule::limit, "`at least`|`at most`"),
    (Rule::at_least, "`at least`"),
    (Rule::at_most, "`at most`"),
    (Rule::member, "a member"),
    (Rule::param, "a parameter"),
    (Rule::params, ""),
    (Rule::column, "a column"),
    (Rule::schedule_row, "a row `from DATE: value`"),
    (Rule::force_from, "`from`"),
    (Rule::force_until, "`until`"),
    (Rule::binder, "`for each`"),
    (Rule::filter, "`where`"),
    (Rule::rule_when, "`when`"),
    (Rule::alternative, "`when`"),
    (Rule::limbs, "`when`"),
    (Rule::then, "`then`"),
    (Rule::measure, "a line `outcome: value`"),
    (Rule::given, "an entry `name: value`"),
    (Rule::expect, "`expect`"),
    (Rule::pair, "a field `name: value`"),
    (Rule::order, "`highest`|`lowest`"),
    (Rule::extreme, "`highest`|`lowest`"),
    (Rule::rises, "`rises`"),
    (Rule::falls, "`falls`"),
    (Rule::more, "`more`"),
    (Rule::less, "`less`"),
    (Rule::rounding_mode, "`half up`|`half even`|`up`|`down`"),
    (Rule::pick_of, "`higher`|`lower`"),
    (Rule::weekend, "`weekend:`"),
    (Rule::holidays, "`holidays:`"),
    (Rule::workdays, "`workdays:`"),
    (Rule::combine, "a combination such as `sum`"),
    (Rule::overrides, "`overrides`"),
];
