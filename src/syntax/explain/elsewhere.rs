//! Words and forms that other languages have: `if .. then .. else`, `AND`, `is greater than`, `5 000`, `in (a, b)`.

use super::Failure;
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::guard::span;
use crate::syntax::lint::misspelling;
use crate::syntax::scan::{Token, TokenKind};
use crate::syntax::words;

/// Comparisons in words: the word before `than`, and the mark.
const COMPARED: &[(&str, &str)] = &[
    ("greater", ">"),
    ("more", ">"),
    ("higher", ">"),
    ("less", "<"),
    ("fewer", "<"),
    ("lower", "<"),
    ("later", ">"),
    ("earlier", "<"),
];

/// Words for numbers, and how many zeros they stand for.
const ZEROS: &[(&str, usize)] =
    &[("万", 4), ("萬", 4), ("亿", 8), ("千", 3), ("thousand", 3), ("million", 6), ("billion", 9)];

impl<'s, 't> Failure<'s, 't> {
    fn text(&self, from: &Token<'_>, to: &Token<'_>) -> &'t str {
        self.program.get(from.start..to.end()).unwrap_or("")
    }

    /// `when` for `if`; what `unless` denies may need parentheses.
    pub(super) fn when(&self, word: &Token<'_>, message: String) -> Diagnostic {
        let place = (word.start, word.end());
        if word.text == "if" {
            return misspelling(self.file, place, message, "when");
        }
        misspelling(self.file, place, message, "when not")
            .uncertain()
            .help("what `not` denies stands in parentheses when it is more than one condition")
    }

    /// `= if C then A else B`, to the end of the declaration.
    pub(super) fn value_by_cases(&self) -> Option<Diagnostic> {
        let declaration = self.declaration();
        let begin = self.at.checked_sub(declaration.len())?;
        let at = declaration
            .windows(2)
            .position(|pair| matches!(pair, [equals, word] if equals.is_symbol("=") && word.is_word("if")))?;
        let value = self.tokens.get(begin + at + 1..)?;
        let word = value.first()?;
        let place = span(self.file, word.start, word.end());
        let message = "`if` is not a word of the language: conditions follow `when`";
        let found = Diagnostic::new(Code::SyntaxMisspelling, place, message);
        Some(match self.by_cases(value) {
            Some((end, text)) => {
                let place = span(self.file, word.start, end);
                found.fix("write the cases with `when` and `otherwise`", place, text)
            }
            None => found.help("a value by cases is `first of V when C, V when C, otherwise W`"),
        })
    }

    /// The same value in our words, and where it ends.
    fn by_cases(&self, value: &[Token<'t>]) -> Option<(usize, String)> {
        let mut parts: Vec<(&str, &str)> = Vec::new();
        let mut open = 0_usize;
        let mut start = 1;
        let mut word = "if";
        let mut index = 1;
        while let Some(token) = value.get(index) {
            if token.is_symbol("{") || (open == 0 && token.is_word("if")) || words::is_item_word(token) {
                return None;
            }
            if token.is_symbol("(") || token.is_symbol("[") {
                open += 1;
            } else if token.is_symbol(")") || token.is_symbol("]") {
                open = open.checked_sub(1)?;
            }
            let is_word = open == 0 && matches!(token.text, "then" | "else" | "elif" | "elseif" | "elsif");
            if is_word {
                parts.push((word, self.text(value.get(start)?, value.get(index.checked_sub(1)?)?)));
                let is_else_if =
                    token.is_word("else") && value.get(index + 1).is_some_and(|next| next.is_word("if"));
                index += usize::from(is_else_if);
                word = match token.text {
                    "then" => "then",
                    "else" if !is_else_if => "else",
                    _ => "if",
                };
                start = index + 1;
            }
            index += 1;
        }
        let last = value.last()?;
        parts.push((word, self.text(value.get(start)?, last)));
        let mut cases: Vec<String> = Vec::new();
        let mut rest = parts.as_slice();
        while let [("if", condition), ("then", value), more @ ..] = rest {
            cases.push(format!("{value} when {condition}"));
            rest = more;
        }
        let [("else", otherwise)] = rest else { return None };
        let first = if cases.len() > 1 { "first of " } else { "" };
        // A comment inside would swallow what follows it.
        let text = format!("{first}{}, otherwise {otherwise}", cases.join(", "));
        (!cases.is_empty() && !text.contains('\n')).then_some((last.end(), text))
    }

    /// `AND`, `When`
    pub(super) fn word_in_capitals(&self) -> Option<Diagnostic> {
        let in_capitals = |token: &Token<'_>| {
            let lower = token.text.to_lowercase();
            let is_one = token.kind == TokenKind::Word && lower != token.text && words::is_reserved(&lower);
            is_one.then_some(lower)
        };
        let found = self.found();
        let last = self.before(1).filter(|last| {
            last.text.eq_ignore_ascii_case("not") || found.is_some_and(|found| !found.is_symbol(":"))
        });
        let near = [found.filter(|_| self.expects_operator()), last];
        let (token, lower) =
            near.into_iter().flatten().find_map(|token| Some((token, in_capitals(token)?)))?;
        if token.opens_line && words::ITEM_WORDS.contains(&&*lower) {
            return None;
        }
        let message = format!("the word is `{lower}`: words of the language are in small letters");
        Some(misspelling(self.file, (token.start, token.end()), message, &lower))
    }

    /// `if` that opens the condition of a rule, and comparisons in words.
    pub(super) fn condition_word(&self) -> Option<Diagnostic> {
        let found = self.found()?;
        let place = (found.start, found.end());
        if matches!(found.text, "if" | "unless")
            && self.opening() == "rule"
            && !self.declaration().iter().any(|token| token.is_word("when") || token.is_word("then"))
        {
            let message = format!("`{}` is not a word of the language: conditions follow `when`", found.text);
            return Some(self.when(found, message));
        }
        if found.is_word("else") && self.opening() == "rule"
            || self.before(1)?.is_word("else") && self.opening() == "rule"
        {
            let word = if found.is_word("else") { found } else { self.before(1)? };
            let message = "a rule has no `else`";
            return Some(
                Diagnostic::new(Code::SyntaxMisspelling, span(self.file, word.start, word.end()), message)
                    .help("write a second rule for the other case, or `A when C, otherwise B` as the value"),
            );
        }
        let last = self.before(1)?;
        if found.is_word("than")
            && let Some((_, mark)) = COMPARED.iter().find(|(word, _)| last.is_word(word))
        {
            let is = self.before(2).filter(|before| before.is_word("is")).unwrap_or(last);
            let after = |index: usize, word| self.token(self.at + index).filter(|token| token.is_word(word));
            let or_equal = after(1, "or").and(after(2, "equal")).and(after(3, "to"));
            let (end, mark) = or_equal.map_or((found, (*mark).to_owned()), |to| (to, format!("{mark}=")));
            let message = format!("`{}` is written `{mark}`", self.text(last, end));
            let misspelt = misspelling(self.file, (is.start, end.end()), message, &mark);
            let is_denied = self.before(2).is_some_and(|before| before.is_word("not"));
            return Some(if is_denied { misspelt.uncertain() } else { misspelt });
        }
        if last.is_symbol(",") {
            return None;
        }
        if matches!(last.text, "else" | "elif" | "elsif" | "elseif")
            && self.before(2).is_some_and(|comma| comma.is_symbol(","))
            && self.declaration().iter().any(|token| token.is_word("when"))
        {
            let message = format!("`{}` is not a word here: the last case follows `otherwise`", last.text);
            let at = (last.start, last.end());
            if last.is_word("else") {
                return Some(misspelling(self.file, at, message, "otherwise"));
            }
            return Some(
                Diagnostic::new(Code::SyntaxMisspelling, span(self.file, at.0, at.1), message)
                    .help("several cases are `first of V when C, V when C, otherwise W`"),
            );
        }
        let help = match found.text {
            "between" => "both limits included, it is `x in 5 to 10`",
            "mod" | "div" => {
                "there is no remainder and no whole quotient; `rounded to 1 down` leaves a whole number"
            }
            _ => return None,
        };
        self.expects_operator().then(|| {
            let message = format!("`{}` is not a word of the language", found.text);
            Diagnostic::new(Code::SyntaxMisspelling, span(self.file, place.0, place.1), message).help(help)
        })
    }

    /// `5 000`, `0,50`, `5万`, `CNY 5`
    pub(super) fn number_of_elsewhere(&self) -> Option<Diagnostic> {
        let found = self.found()?;
        let last = self.before(1)?;
        let is_plain = |token: &Token<'_>| {
            token.kind == TokenKind::Number
                && token.text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
        };
        if found.is_symbol(",")
            && let Some(next) = self.token(self.at + 1)
            && is_plain(last)
            && next.kind == TokenKind::Number
            && last.end() == found.start
            && found.end() == next.start
        {
            let message = format!("`{},{}` is written with a decimal point", last.text, next.text);
            let right = format!("{}.{}", last.text, next.text);
            return Some(misspelling(self.file, (last.start, next.end()), message, &right));
        }
        if found.kind == TokenKind::Number && !found.opens_line && is_plain(last) && last.text.len() <= 3 {
            let mut end = found;
            let mut right = last.text.to_owned();
            let groups = self.tokens.get(self.at..)?.iter().take_while(|token| {
                let whole = token.text.split(['.', '%']).next().unwrap_or("");
                token.kind == TokenKind::Number
                    && !token.opens_line
                    && whole.len() == 3
                    && !whole.contains('_')
            });
            for group in groups {
                right.push('_');
                right.push_str(group.text);
                end = group;
            }
            if right.len() > last.text.len() {
                let message = format!("`{}`: digits are grouped by `_`, not by spaces", self.text(last, end));
                return Some(misspelling(self.file, (last.start, end.end()), message, &right));
            }
        }
        if let Some((word, zeros)) = ZEROS.iter().find(|(word, _)| last.is_word(word))
            && let Some(number) =
                self.before(2).filter(|number| is_plain(number) && !number.text.contains('_'))
        {
            let right = grouped(&format!("{}{}", number.text, "0".repeat(*zeros)));
            let message = format!("`{word}` is not a unit: write all digits");
            return Some(misspelling(self.file, (number.start, last.end()), message, &right));
        }
        let is_code = |text: &str| text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_uppercase());
        if found.kind == TokenKind::Number
            && last.kind == TokenKind::Word
            && is_code(last.text)
            && !found.opens_line
        {
            let message = format!("a unit follows its number: `{} {}`", found.text, last.text);
            let right = format!("{} {}", found.text, last.text);
            return Some(misspelling(self.file, (last.start, found.end()), message, &right));
        }
        None
    }

    /// `in (a, b)` and `in {a, b}`
    pub(super) fn choice_in_other_brackets(&self) -> Option<Diagnostic> {
        let found = self.found().filter(|found| found.is_symbol(","))?;
        let open = self.open_bracket()?;
        let index = self.tokens.partition_point(|token| token.start < open.start);
        let is_choice =
            index.checked_sub(1).and_then(|index| self.token(index)).is_some_and(|word| word.is_word("in"));
        if !is_choice || open.is_symbol("[") {
            return None;
        }
        let message = format!("a choice of values stands in `[` and `]`, not in `{}`", open.text);
        let diagnostic =
            Diagnostic::new(Code::SyntaxMisspelling, span(self.file, open.start, open.end()), message);
        let closing = super::closing(open.text)?;
        let mut inside = self.tokens.get(index + 1..)?.iter();
        let is_bracket = |token: &&Token<'_>| ["(", ")", "[", "]", "{", "}"].contains(&token.text);
        let Some(end) = inside.find(is_bracket).filter(|end| end.is_symbol(closing)) else {
            return Some(diagnostic.label(span(self.file, found.start, found.end()), "several values"));
        };
        let values = self.program.get(open.end()..end.start)?;
        if values.contains('\n') {
            return Some(diagnostic);
        }
        let place = span(self.file, open.start, end.end());
        Some(diagnostic.fix("write `[` and `]`", place, format!("[{values}]")))
    }
}

/// `50_000`
fn grouped(digits: &str) -> String {
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push('_');
        }
        text.push(digit);
    }
    text
}
