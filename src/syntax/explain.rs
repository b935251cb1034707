//! From the place where pest gave up to a message for the author: first the mistakes that have a name, then what
//! would have been possible there.

mod elsewhere;

use super::grammar::Rule;
use super::guard::span;
use super::lint::misspelling;
use super::scan::{Token, TokenKind};
use super::tree::Refusal;
use super::words;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::FileId;

/// Why these tokens do not parse.
pub(super) fn failure(file: FileId, program: &str, tokens: &[Token<'_>], refusal: &Refusal) -> Diagnostic {
    let at = refusal.at;
    let Some(expected) = &refusal.expected else {
        // pest's own guard: the host's thread has less stack than nesting up to our limit needs.
        let place = tokens.get(at).map_or(0, |token| token.start);
        return Diagnostic::new(
            Code::SyntaxTooDeep,
            span(file, place, place),
            "too many brackets inside one another",
        )
        .help("parse on a thread with a larger stack, or give inner parts a name with `define`");
    };
    let failure = Failure { file, program, tokens, at, expected };
    let named = failure.named().or_else(|| failure.stepped_back().and_then(|failure| failure.clause_order()));
    named.unwrap_or_else(|| failure.general())
}

#[derive(Clone, Copy)]
struct Failure<'s, 't> {
    file: FileId,
    program: &'t str,
    tokens: &'s [Token<'t>],
    /// The token at which parsing stopped; one past the last at the end.
    at: usize,
    expected: &'s [Rule],
}

/// Clauses by the order in which they stand.
const CLAUSES: &[(&str, u8)] = &[
    ("cites", 1),
    ("exact", 2),
    ("in force", 3),
    ("dated by", 4),
    ("overrides", 5),
    ("for each", 6),
    ("when", 7),
    ("then", 8),
];
const TITLE: u8 = 0;

/// The words of forms that go over a list and begin with `.. of`.
const GATHER: &[&str] = &["sum", "product", "highest", "lowest", "latest", "earliest", "set"];

impl<'s, 't> Failure<'s, 't> {
    fn token(&self, index: usize) -> Option<&'s Token<'t>> {
        self.tokens.get(index)
    }

    fn found(&self) -> Option<&'s Token<'t>> {
        self.token(self.at)
    }

    fn before(&self, back: usize) -> Option<&'s Token<'t>> {
        self.at.checked_sub(back).and_then(|index| self.token(index))
    }

    fn expects(&self, rules: &[Rule]) -> bool {
        self.expected.iter().any(|rule| rules.contains(rule))
    }

    fn expects_operator(&self) -> bool {
        self.expects(&[Rule::infix, Rule::postfix, Rule::arith_infix])
    }

    /// The tokens of the declaration at hand, up to the failure.
    fn declaration(&self) -> &'s [Token<'t>] {
        let before = self.tokens.get(..self.at).unwrap_or_default();
        let opens = before.iter().enumerate().rposition(|(index, token)| {
            words::is_item_word(token)
                && !self.token(index + 1).is_some_and(|next| next.is_symbol(":") || next.is_symbol("."))
                && !index
                    .checked_sub(1)
                    .and_then(|index| self.token(index))
                    .is_some_and(|last| last.is_symbol("."))
                && !self.token(index + 1).is_some_and(|next| words::DIRECTIONS.contains(&next.text))
        });
        before.get(opens.unwrap_or(0)..).unwrap_or_default()
    }

    fn opening(&self) -> &'t str {
        self.declaration().first().map_or("", |token| token.text)
    }

    fn is_fields(&self) -> bool {
        // A field that is parsed alone has no opening word.
        matches!(self.opening(), "facts" | "record")
            || !self.declaration().first().is_some_and(words::is_item_word)
    }

    fn named(&self) -> Option<Diagnostic> {
        self.value_by_cases()
            .or_else(|| self.word_in_capitals())
            .or_else(|| self.condition_word())
            .or_else(|| self.word_of_another_language())
            .or_else(|| self.number_of_elsewhere())
            .or_else(|| self.choice_in_other_brackets())
            .or_else(|| self.mark_of_another_language())
            .or_else(|| self.several_names())
            .or_else(|| self.clause_order())
            .or_else(|| self.aggregate_inside())
            .or_else(|| self.declaration_word())
            .or_else(|| self.reserved_name())
    }

    fn word_of_another_language(&self) -> Option<Diagnostic> {
        let found = self.found()?;
        let place = (found.start, found.end());
        let last = self.before(1);
        if let Some(last) = last.filter(|last| last.kind == TokenKind::Word)
            && matches!(last.text, "if" | "unless")
            && (self.expects_operator() || self.expects(&[Rule::colon, Rule::item]))
        {
            let message = format!("`{}` is not a word of the language: conditions follow `when`", last.text);
            let follows_value = self.before(2).is_some_and(|value| {
                value.kind == TokenKind::Number
                    || value.is_symbol(")")
                    || (value.kind == TokenKind::Word && !words::is_reserved(value.text))
            });
            if follows_value {
                return Some(self.when(last, message));
            }
            return Some(
                Diagnostic::new(Code::SyntaxMisspelling, span(self.file, last.start, last.end()), message)
                    .help("a value by cases is `first of V when C, V when C, otherwise W`"),
            );
        }
        if found.kind != TokenKind::Word {
            return None;
        }
        match found.text {
            "else" | "elif" | "elsif" | "elseif"
                if self.expects_operator() || last.is_some_and(|last| last.is_symbol(",")) =>
            {
                let has_comma = last.is_some_and(|last| last.is_symbol(","));
                let message =
                    format!("`{}` is not a word here: the last case follows `otherwise`", found.text);
                let right = if has_comma { "otherwise" } else { ", otherwise" };
                Some(if found.text == "else" {
                    let found = misspelling(self.file, place, message, right);
                    let has_case = self.declaration().iter().any(|token| token.is_word("when"));
                    if has_case && self.opening() != "rule" { found } else { found.uncertain() }
                } else {
                    Diagnostic::new(Code::SyntaxMisspelling, span(self.file, place.0, place.1), message)
                        .help("several cases are `first of V when C, V when C, otherwise W`")
                })
            }
            "if" | "unless" if self.expects_operator() => {
                let message =
                    format!("`{}` is not a word of the language: conditions follow `when`", found.text);
                Some(self.when(found, message))
            }
            "equals" if self.expects_operator() => {
                Some(misspelling(self.file, place, "equality is written `is`".to_owned(), "is"))
            }
            "exists" if !found.opens_line && last.is_some_and(|last| last.is_word("not")) => {
                let not = last.map_or(place.0, |last| last.start);
                let message = "what does not exist `is nothing`".to_owned();
                Some(misspelling(self.file, (not, place.1), message, "is nothing"))
            }
            _ => None,
        }
    }

    fn mark_of_another_language(&self) -> Option<Diagnostic> {
        let found = self.found()?;
        let place = (found.start, found.end());
        let next = self.token(self.at + 1);
        let declaration = self.declaration();
        if found.is_symbol("=") {
            let is_define = matches!(self.opening(), "define" | "outcome" | "parameter" | "table");
            if is_define && !has_outer_colon(declaration) {
                let name = declaration.get(1).map_or("", |token| token.text);
                let message = format!("`{name}` does not say of which type it is");
                return Some(
                    Diagnostic::new(Code::SyntaxUnexpected, span(self.file, place.0, place.1), message).help(
                        format!("write the type before the `=`: `{} {name}: number = ..`", self.opening()),
                    ),
                );
            }
            if self.expects_operator() {
                let message = "`=` defines; equality is written `is`".to_owned();
                return Some(misspelling(self.file, place, message, "is"));
            }
            if self.expects(&[Rule::colon]) {
                let message = "a name and its value are joined by `:`".to_owned();
                return Some(misspelling(self.file, place, message, ":"));
            }
        }
        if found.is_symbol("=>") && self.expects_operator() {
            let message = "`=>` heads a table's results; at least is written `>=`".to_owned();
            let misspelt = misspelling(self.file, place, message, ">=");
            if next.is_some_and(|next| next.kind == TokenKind::Number) {
                return Some(misspelt);
            }
            let place = span(self.file, place.0, place.1);
            return Some(misspelt.uncertain().suggest("write `implies`", place, "implies"));
        }
        if found.is_symbol("**") {
            let message = "there are no powers: write the product".to_owned();
            return Some(Diagnostic::new(
                Code::SyntaxMisspelling,
                span(self.file, place.0, place.1),
                message,
            ));
        }
        if found.is_symbol(":")
            && self.opening() == "rule"
            && self.expects_operator()
            && next.is_none_or(|next| next.opens_line)
        {
            let message = "no colon stands behind a condition".to_owned();
            return Some(misspelling(self.file, place, message, ""));
        }
        if matches!(found.text, "<" | "<=" | ">" | ">=")
            && self.before(1).is_some_and(|last| last.is_word("and") || last.is_word("or"))
        {
            let message = format!("a value is missing before `{}`", found.text);
            return Some(
                Diagnostic::new(Code::SyntaxUnexpected, span(self.file, place.0, place.1), message)
                    .help("say both comparisons in full: `5 <= x and x <= 10`, or `x in 5 to 10`"),
            );
        }
        if found.is_symbol("|")
            && let Some(next) = next.filter(|next| next.is_symbol("|") && next.start == found.end())
            && self.expects_operator()
            && self.opening() != "table"
        {
            let message = "`||` is not a mark of this language: the word is `or`".to_owned();
            return Some(misspelling(self.file, (place.0, next.end()), message, "or"));
        }
        if found.is_symbol("%") {
            let message = "`%` belongs directly behind a number, as in `5%`; there is no remainder";
            return Some(Diagnostic::new(
                Code::SyntaxMisspelling,
                span(self.file, place.0, place.1),
                message,
            ));
        }
        let is_unopened = found.is_symbol("}") && self.open_bracket().is_none();
        if is_unopened || (found.is_symbol("{") && !self.expects_operator()) || self.braces_a_clause() {
            let message = "clauses have no braces: a declaration ends where the next begins";
            return Some(
                Diagnostic::new(Code::SyntaxMisspelling, span(self.file, place.0, place.1), message)
                    .help("remove the braces; `{ }` holds the fields of a record's value"),
            );
        }
        None
    }

    fn braces_a_clause(&self) -> bool {
        self.found().is_some_and(|found| found.is_symbol("{"))
            && self.before(1).is_some_and(|last| {
                last.kind == TokenKind::Text || words::is_item_word(last) || last.kind == TokenKind::Word
            })
    }

    fn several_names(&self) -> Option<Diagnostic> {
        if !self.is_fields() {
            return None;
        }
        let last_comma = self.before(1).filter(|last| last.is_symbol(","));
        let Some(found) = self.found() else {
            let comma = last_comma?;
            let message = "no comma stands between fields".to_owned();
            return Some(misspelling(self.file, (comma.start, comma.end()), message, ""));
        };
        if found.is_symbol(",") && self.expects(&[Rule::colon]) {
            let place = span(self.file, found.start, found.end());
            return Some(
                Diagnostic::new(Code::SyntaxUnexpected, place, "an entry has one name")
                    .help("write each name on a line of its own, with its type"),
            );
        }
        let comma = last_comma?;
        if found.kind == TokenKind::Word && self.token(self.at + 1).is_some_and(|next| next.is_symbol(":")) {
            let message = format!("no comma stands between fields: `{}` is the next one", found.text);
            return Some(misspelling(self.file, (comma.start, comma.end()), message, ""));
        }
        None
    }

    /// At the clause word that was read as something else: `then x: 5 when b` as an entry `when: ..`, and
    /// `when a in force from ..` as a membership.
    fn stepped_back(&self) -> Option<Self> {
        let back = if self.expected == [Rule::colon] {
            1
        } else if self.before(1)?.is_word("force") && self.before(2)?.is_word("in") {
            2
        } else {
            return None;
        };
        Some(Self { at: self.at.checked_sub(back)?, ..*self })
    }

    /// A clause that stands behind one it must come before.
    fn clause_order(&self) -> Option<Diagnostic> {
        let found = self.found()?;
        let (clause, rank) = self.clause_at(self.at)?;
        let place = span(self.file, found.start, found.end());
        let declaration = self.declaration();
        let first = self.at - declaration.len();
        let opening = self.opening();
        let order = match opening {
            "rule" => "title, `cites`, `in force`, `dated by`, `overrides`, `for each`, `when`, `then`",
            "policy" => "title, `cites`, `in force`, `dated by`",
            "define" | "outcome" | "parameter" | "table" => {
                "type, title, `cites`, `in force`, then the value"
            }
            _ => return None,
        };
        let mut depth = 0_usize;
        let mut later = None;
        for index in first + 1..self.at {
            let Some(token) = self.token(index) else { break };
            if ["(", "[", "{"].iter().any(|bracket| token.is_symbol(bracket)) {
                depth += 1;
            } else if [")", "]", "}"].iter().any(|bracket| token.is_symbol(bracket)) {
                depth = depth.saturating_sub(1);
            }
            if depth > 0 {
                continue;
            }
            let begins_value = opening != "rule"
                && opening != "policy"
                && (token.is_symbol("=")
                    || token.is_symbol("|")
                    || token.is_word("from")
                        && self.token(index + 2).is_some_and(|after| after.is_symbol(":")));
            if begins_value && rank <= 3 {
                later = Some((token, "the value".to_owned()));
                break;
            }
            if begins_value {
                return None;
            }
            if let Some((other, other_rank)) =
                self.clause_at(index).filter(|(_, other)| *other >= rank && *other > TITLE)
                && (later.is_none() || other_rank == rank)
            {
                if other_rank == rank && opening == "rule" && rank >= 7 {
                    let help = if rank == 7 {
                        "join the conditions with `and` or `or`"
                    } else {
                        "one `then` holds all lines"
                    };
                    return Some(
                        Diagnostic::new(
                            Code::SyntaxClauseOrder,
                            place,
                            format!("a second `{clause}` in one rule"),
                        )
                        .label(span(self.file, token.start, token.end()), "the first")
                        .help(help),
                    );
                }
                if other_rank > rank {
                    later = Some((token, format!("`{other}`")));
                }
            }
        }
        let (token, named) = later?;
        let clause = if rank == TITLE { "the title".to_owned() } else { format!("`{clause}`") };
        Some(
            Diagnostic::new(Code::SyntaxClauseOrder, place, format!("{clause} must come before {named}"))
                .label(span(self.file, token.start, token.end()), "which begins here")
                .help(format!("the order is: {order}")),
        )
    }

    fn clause_at(&self, index: usize) -> Option<(&'static str, u8)> {
        let token = self.token(index)?;
        if token.kind == TokenKind::Text {
            // The texts of `cites` and comparisons are no titles.
            let last = index.checked_sub(1).and_then(|index| self.token(index));
            let is_value =
                last.is_some_and(|last| last.kind != TokenKind::Text && last.end() > 0) && (index != self.at);
            return (!is_value).then_some(("title", TITLE));
        }
        let next = self.token(index + 1).map_or("", |next| next.text);
        CLAUSES.iter().copied().find(|(clause, _)| {
            token.kind == TokenKind::Word
                && match clause.split_once(' ') {
                    Some((first, second)) => token.text == first && next == second,
                    None => token.text == *clause,
                }
        })
    }

    /// `a and any v in xs where ..`
    fn aggregate_inside(&self) -> Option<Diagnostic> {
        let found = self.found()?;
        if !self.expects_operator() {
            return None;
        }
        let help = "write `(any v in list where condition)` and so on, with its parentheses";
        let message = "inside a larger value, a form that goes over a list stands in parentheses";
        if let Some(last) = self.before(1)
            && matches!(last.text, "any" | "every" | "count" | "first")
            && found.kind == TokenKind::Word
            && self.token(self.at + 1).is_some_and(|next| next.is_word("in"))
        {
            let place = span(self.file, last.start, last.end());
            return Some(Diagnostic::new(Code::SyntaxUnexpected, place, message).help(help));
        }
        let gathers = |word: &Token<'_>| GATHER.contains(&word.text);
        if (found.is_symbol(".") || found.is_symbol("("))
            && self.before(2).is_some_and(|of| of.is_word("of"))
            && let Some(word) = self.before(3).filter(|word| gathers(word))
        {
            let place = span(self.file, word.start, word.end());
            return Some(Diagnostic::new(Code::SyntaxUnexpected, place, message).help(help));
        }
        if found.is_word("for") && self.token(self.at + 1).is_some_and(|next| next.is_word("each")) {
            let declaration = self.declaration();
            let opener = declaration
                .windows(2)
                .rposition(|pair| matches!(pair, [word, of] if gathers(word) && of.is_word("of")))?;
            let word = declaration.get(opener)?;
            let place = span(self.file, word.start, word.end());
            return Some(Diagnostic::new(Code::SyntaxUnexpected, place, message).help(help));
        }
        None
    }

    /// A word at a line's start that looks like the beginning of a declaration. Behind a number it may have been
    /// read as a unit, and the failure comes later.
    fn declaration_word(&self) -> Option<Diagnostic> {
        let near = (0..=2).filter_map(|back| self.before(back));
        if let Some((found, word)) = near
            .filter(|token| token.opens_line || token.start == 0)
            .find_map(|token| words::near_item_word(token).map(|word| (token, word)))
        {
            let place = span(self.file, found.start, found.end());
            if word == "grade" {
                let index = self.tokens.partition_point(|token| token.start <= found.start);
                let name = self.token(index).map_or("", |token| token.text);
                let ty = self.token(index + 2).map_or("", |token| token.text);
                return Some(
                    Diagnostic::new(
                        Code::SyntaxMisspelling,
                        place,
                        "there is no `grade`: it is a definition",
                    )
                    .help(format!(
                        "write `define {name}: {ty} = highest of VALUE when CONDITION, .., otherwise VALUE`"
                    )),
                );
            }
            let diagnostic = Diagnostic::new(
                Code::SyntaxUnexpected,
                place,
                format!("`{}` does not open a declaration", found.text),
            );
            return Some(if found.text.to_lowercase() == word {
                diagnostic.fix(format!("write `{word}`"), place, word)
            } else {
                diagnostic.suggest(format!("did you mean `{word}`?"), place, word)
            });
        }
        let found = self.found()?;
        let opens = found.opens_line || self.at == 0;
        if !opens || !self.expects(&[Rule::item, Rule::file, Rule::EOI]) || found.kind != TokenKind::Word {
            return None;
        }
        let place = span(self.file, found.start, found.end());
        let message = format!("`{}` does not open a declaration", found.text);
        if matches!(found.text, "let" | "var" | "const" | "def" | "fn" | "func" | "function") {
            return Some(
                Diagnostic::new(Code::SyntaxMisspelling, place, message)
                    .help("a value with a name is `define NAME: TYPE = VALUE`"),
            );
        }
        Some(
            Diagnostic::new(Code::SyntaxUnexpected, place, message)
                .help("a declaration opens with a word such as `define`, `outcome` or `rule`"),
        )
    }

    fn reserved_name(&self) -> Option<Diagnostic> {
        let found = self.found()?;
        let wants_name = self.expects(&[Rule::name, Rule::unit_declared, Rule::item_in, Rule::member])
            && !self.expects(&[Rule::text, Rule::operand, Rule::type_]);
        if !wants_name
            || found.kind != TokenKind::Word
            || !words::is_reserved(found.text)
            || found.opens_line && words::is_item_word(found)
        {
            return None;
        }
        let place = span(self.file, found.start, found.end());
        let message = format!("`{}` is a word of the language and cannot be a name here", found.text);
        Some(
            Diagnostic::new(Code::NameReserved, place, message).help(format!(
                "choose another name and keep this one outside: `{0}_ as \"{0}\"`",
                found.text
            )),
        )
    }

    fn open_bracket(&self) -> Option<&'s Token<'t>> {
        let mut open = Vec::new();
        for token in self.tokens.get(..self.at).unwrap_or_default() {
            if ["(", "[", "{"].iter().any(|bracket| token.is_symbol(bracket)) {
                open.push(token);
            } else if [")", "]", "}"].iter().any(|bracket| token.is_symbol(bracket)) {
                open.pop();
            }
        }
        open.pop()
    }

    /// What would have been possible, and what was found.
    fn general(&self) -> Diagnostic {
        let mut possible: Vec<String> = Vec::new();
        let open = self.open_bracket();
        if let Some(closing) = open.and_then(|open| closing(open.text))
            && (self.expects_operator() || self.expects(&[Rule::pair, Rule::expr]))
        {
            possible.push(format!("`{closing}`"));
        }
        let last = self.before(1).map_or("", |last| last.text);
        for mut phrase in self.expected.iter().flat_map(|rule| words::phrases(*rule)) {
            if let Some((_, entry)) = ENTRIES.iter().find(|(word, _)| *word == last && phrase == "a name") {
                phrase = (*entry).to_owned();
            }
            if !possible.contains(&phrase) {
                possible.push(phrase);
            }
        }
        if possible.iter().any(|phrase| !words::is_aside(phrase)) {
            possible.retain(|phrase| !words::is_aside(phrase));
        }
        possible.truncate(MOST_PHRASES);
        let wanted = match possible.split_last() {
            None => "something else".to_owned(),
            Some((last, [])) => last.clone(),
            Some((last, rest)) => format!("{} or {last}", rest.join(", ")),
        };
        let (place, seen) = match (self.found(), self.before(1)) {
            (Some(found), _) => ((found.start, found.end()), format!("found {}", describe(found))),
            (None, Some(last)) => ((last.start, last.end()), format!("after {}", describe(last))),
            (None, None) => ((0, 0), "in an empty text".to_owned()),
        };
        let message = match self.found() {
            Some(_) => format!("expected {wanted}, {seen}"),
            None => format!("expected {wanted} {seen}"),
        };
        let mut diagnostic =
            Diagnostic::new(Code::SyntaxUnexpected, span(self.file, place.0, place.1), message);
        if let Some(open) = open {
            diagnostic =
                diagnostic.label(span(self.file, open.start, open.end()), "this bracket is still open");
        }
        diagnostic
    }
}

fn has_outer_colon(tokens: &[Token<'_>]) -> bool {
    let mut depth = 0_usize;
    tokens.iter().any(|token| {
        if token.is_symbol("(") {
            depth += 1;
        } else if token.is_symbol(")") {
            depth = depth.saturating_sub(1);
        }
        depth == 0 && token.is_symbol(":")
    })
}

const MOST_PHRASES: usize = 5;

/// What the name after these words is.
const ENTRIES: &[(&str, &str)] = &[
    ("then", "a line `outcome: value`"),
    ("facts", "a field `name: type`"),
    ("given", "an entry `name: value`"),
    ("expect", "an entry `name: value`"),
];

fn closing(open: &str) -> Option<&'static str> {
    match open {
        "(" => Some(")"),
        "[" => Some("]"),
        "{" => Some("}"),
        _ => None,
    }
}

fn describe(token: &Token<'_>) -> String {
    const MOST: usize = 40;
    let is_text = matches!(token.kind, TokenKind::Text | TokenKind::OpenText | TokenKind::OddText);
    if is_text && token.text.chars().count() > MOST {
        return "a text".to_owned();
    }
    format!("`{}`", token.text)
}
