//! Mistakes that a single token or two show, whatever stands around: marks of other languages, numbers and dates
//! that are not written as such. Looked for in every file, because some of them would parse: `2018-1-1` is a
//! subtraction, and `12,000` are two values.

mod digits;

use jiff::civil::Date;

use super::guard::span;
use super::scan::{Token, TokenKind};
use super::words;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::FileId;

/// Reports to `sink`; gives the offsets of the tokens it reported, sorted.
pub(super) fn check(file: FileId, tokens: &[Token<'_>], sink: &mut Sink) -> Vec<usize> {
    let mut reported = Vec::new();
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        let rest = tokens.get(index..).unwrap_or_default();
        let all_before = tokens.get(..index).unwrap_or_default();
        let before = all_before.last();
        let (length, found) = match token.kind {
            TokenKind::Word | TokenKind::Text => (1, None),
            TokenKind::Number => {
                digits::of_elsewhere(file, all_before, rest).unwrap_or_else(|| number(file, rest))
            }
            TokenKind::Date => (1, date(file, token, rest.get(1))),
            TokenKind::OpenText => (1, Some(open_text(file, token))),
            TokenKind::Symbol => (1, symbol(file, all_before, token, rest.get(1))),
            TokenKind::OddText => (1, Some(odd_text(file, token))),
            TokenKind::OddComment => (1, Some(odd_comment(file, before, token, rest.get(1)))),
            TokenKind::Strange => strange(file, before, rest),
        };
        if let Some(diagnostic) = found {
            reported.push(token.start);
            sink.push(diagnostic);
        }
        index += length;
    }
    reported
}

/// The day, if the calendar has it.
pub(super) fn read_date(text: &str) -> Option<Date> {
    let mut parts = text.split(['-', '/']);
    let year = parts.next()?.parse().ok()?;
    let month = parts.next()?.parse().ok()?;
    let day = parts.next()?.parse().ok()?;
    if parts.next().is_some() {
        return None;
    }
    Date::new(year, month, day).ok()
}

/// A diagnostic about whole tokens with one edit.
pub(super) fn misspelling(
    file: FileId,
    (start, end): (usize, usize),
    message: String,
    replacement: &str,
) -> Diagnostic {
    let span = span(file, start, end);
    let title = match replacement.trim() {
        "" if replacement.is_empty() => "remove it".to_owned(),
        "" => "write a plain space".to_owned(),
        word => format!("write `{word}`"),
    };
    Diagnostic::new(Code::SyntaxMisspelling, span, message).fix(title, span, replacement)
}

fn number(file: FileId, rest: &[Token<'_>]) -> (usize, Option<Diagnostic>) {
    let Some(token) = rest.first() else { return (1, None) };
    let next = rest.get(1).filter(|next| next.start == token.end());
    let bad = |message: String, help: &str| {
        let end = next.filter(|_| help == EXPONENT).map_or(token.end(), Token::end);
        let diagnostic = Diagnostic::new(Code::SyntaxBadNumber, span(file, token.start, end), message);
        (1, Some(diagnostic.help(help)))
    };
    let digits = token.text.trim_end_matches('%');
    let (whole, decimals) = digits.split_once('.').unwrap_or((digits, ""));
    if decimals.contains('.') {
        return bad(format!("`{}` is not a number", token.text), "a number has at most one point");
    }
    if decimals.contains('_') {
        return bad(
            format!("`{}` is not a number", token.text),
            "`_` groups the digits before the point alone",
        );
    }
    if whole.contains('_') && !has_right_groups(whole) {
        let help = "`_` separates groups of three digits, as in `1_000_000`";
        return bad(format!("the digits of `{}` are grouped wrongly", token.text), help);
    }
    if let Some(next) = next
        && (is_exponent(next) || (whole == "0" && next.kind == TokenKind::Word && next.text.starts_with('x')))
    {
        return bad(format!("`{}{}` is not a number", token.text, next.text), EXPONENT);
    }
    if let Some(next) = next
        && next.is_symbol(".")
        && rest.get(2).is_none_or(|after| after.start != next.end())
    {
        return bad(format!("`{}.` ends in a point", token.text), "write the decimals, or no point");
    }
    let length = thousands(rest);
    if length == 1 {
        return (1, None);
    }
    let groups: Vec<&str> = rest
        .iter()
        .take(length)
        .filter(|token| token.kind == TokenKind::Number)
        .map(|token| token.text)
        .collect();
    let end = rest.get(length - 1).map_or(token.end(), Token::end);
    let message = format!("`{}`: a comma separates values, not digits", groups.join(","));
    let diagnostic = misspelling(file, (token.start, end), message, &groups.join("_"))
        .help("if these are several values, put a space after each comma");
    // `000` is no number of its own, and of several amounts each has its unit.
    let has_unit = rest.get(length).is_some_and(|next| {
        next.kind == TokenKind::Word && !next.opens_line && !words::is_reserved(next.text)
    });
    let is_certain = has_unit || groups.iter().skip(1).any(|group| group.starts_with('0'));
    (length, Some(if is_certain { diagnostic } else { diagnostic.uncertain() }))
}

const EXPONENT: &str = "write all digits; `_` may separate groups of three";

fn has_right_groups(whole: &str) -> bool {
    let mut groups = whole.split('_');
    groups.next().is_some_and(|first| (1..=3).contains(&first.len())) && groups.all(|group| group.len() == 3)
}

fn is_exponent(token: &Token<'_>) -> bool {
    token.kind == TokenKind::Word
        && token
            .text
            .strip_prefix(['e', 'E'])
            .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

/// How many tokens `12,000,000.50` takes; 1 when the first is not followed by a group.
fn thousands(rest: &[Token<'_>]) -> usize {
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !rest.first().is_some_and(|first| first.text.len() <= 3 && is_plain(first.text)) {
        return 1;
    }
    let mut length = 1;
    while let Some([last, comma, group]) = rest.get(length - 1..length + 2)
        && is_plain(last.text)
        && comma.is_symbol(",")
        && comma.start == last.end()
        && group.kind == TokenKind::Number
        && group.start == comma.end()
    {
        let whole = group.text.split(['.', '%']).next().unwrap_or("");
        if whole.len() != 3 || !is_plain(whole) {
            break;
        }
        length += 2;
    }
    length
}

fn date(file: FileId, token: &Token<'_>, next: Option<&Token<'_>>) -> Option<Diagnostic> {
    let clings = next
        .filter(|next| next.start == token.end() && matches!(next.kind, TokenKind::Word | TokenKind::Number));
    let end = clings.map_or(token.end(), Token::end);
    let place = span(file, token.start, end);
    let is_spelled = token.text.len() == 10 && !token.text.contains('/');
    if let Some(next) = clings {
        let message = format!("`{}{}` is not a date", token.text, next.text);
        return Some(
            Diagnostic::new(Code::SyntaxBadDate, place, message).help("a date is written `2018-01-31`"),
        );
    }
    match read_date(token.text) {
        Some(_) if is_spelled => None,
        Some(date) => {
            let message = format!("`{}` is not how a date is written", token.text);
            Some(
                Diagnostic::new(Code::SyntaxBadDate, place, message)
                    .help("to calculate with numbers, put spaces around the operator")
                    .fix(format!("write `{date}`"), place, date.to_string()),
            )
        }
        None => {
            let message = format!("there is no day `{}`", token.text);
            Some(
                Diagnostic::new(Code::SyntaxBadDate, place, message)
                    .help("a date is year, month and day, as in `2018-01-31`"),
            )
        }
    }
}

fn open_text(file: FileId, token: &Token<'_>) -> Diagnostic {
    Diagnostic::new(
        Code::SyntaxUnexpected,
        span(file, token.start, token.start + 1),
        "this text has no closing `\"` on its line",
    )
    .help("a text ends on the line where it begins")
}

/// Marks of other languages, and what they are here.
const MARKS: &[(&str, &str, &str)] = &[
    ("===", "is", "equality is written `is`"),
    ("==", "is", "equality is written `is`"),
    ("!==", "is not", "inequality is written `is not`"),
    ("!=", "is not", "inequality is written `is not`"),
    ("<>", "is not", "inequality is written `is not`"),
    ("=<", "<=", "at most is written `<=`"),
    ("&&", "and", "the word is `and`"),
    ("!", "not ", "the word is `not`"),
    (":=", "=", "definitions are written with `=`"),
    (";", "", "nothing ends with `;` here"),
    ("；", "", "nothing ends with `;` here"),
    ("。", "", "nothing ends with a full stop here"),
    ("！", "not ", "the word is `not`"),
    ("≠", "is not", "inequality is written `is not`"),
    ("≥", ">=", "at least is written `>=`"),
    ("≤", "<=", "at most is written `<=`"),
    ("＝", "=", "definitions are written with `=`"),
    ("×", "*", "multiplication is written `*`"),
    ("·", "*", "multiplication is written `*`"),
    ("÷", "/", "division is written `/`"),
    ("−", "-", "minus is written `-`"),
    ("–", "-", "minus is written `-`"),
    ("—", "-", "minus is written `-`"),
    ("、", ",", "a comma is written `,`"),
    ("【", "[", "brackets are written `[` and `]`"),
    ("】", "]", "brackets are written `[` and `]`"),
    ("⇒", "=>", "the arrow is written `=>`"),
    ("→", "=>", "the arrow is written `=>`"),
];

fn mark(text: &str) -> Option<(&'static str, &'static str)> {
    MARKS.iter().find(|(wrong, _, _)| *wrong == text).map(|(_, right, help)| (*right, *help))
}

fn symbol(
    file: FileId,
    all_before: &[Token<'_>],
    token: &Token<'_>,
    next: Option<&Token<'_>>,
) -> Option<Diagnostic> {
    if matches!(token.text, "," | ":" | "|" | "(" | ")" | "<" | "<=" | ">" | ">=") {
        return None;
    }
    let before = all_before.last();
    let place = (token.start, token.end());
    let named = |why: &str| format!("`{}` is not a mark of this language: {why}", token.text);
    if token.text == ";" && next.is_some_and(|next| !next.opens_line) {
        let message = named("values are separated by `,`");
        return Some(misspelling(file, place, message, ",").uncertain());
    }
    if matches!(token.text, "==" | ":=") && begins_value(all_before) {
        return Some(misspelling(file, place, named("definitions are written with `=`"), "="));
    }
    if token.text == ":=" {
        return Some(misspelling(file, place, named("a name and its value are joined by `:`"), ":"));
    }
    if let Some((right, why)) = mark(token.text) {
        return Some(misspelling(file, place, named(why), right));
    }
    if token.text == "." {
        if before.is_some_and(|before| before.is_symbol(".") && before.end() == token.start) {
            return None;
        }
        if let Some(next) = next.filter(|next| next.is_symbol(".") && next.start == token.end()) {
            let message = "a range is written with `to`, as in `5 to 10`".to_owned();
            return Some(misspelling(file, (token.start, next.end()), message, " to "));
        }
    }
    if token.text == "%"
        && let Some(number) =
            before.filter(|before| before.kind == TokenKind::Number && !before.text.ends_with('%'))
        && !token.opens_line
    {
        let message = "no space stands between a number and its `%`".to_owned();
        return Some(misspelling(file, (number.start, token.end()), message, &format!("{}%", number.text)));
    }
    if token.text == "."
        && let Some(number) = next.filter(|next| next.kind == TokenKind::Number && next.start == token.end())
        && !before.is_some_and(|before| {
            before.end() == token.start
                && (before.kind == TokenKind::Word || before.is_symbol(")") || before.is_symbol("]"))
        })
    {
        let place = span(file, token.start, number.end());
        let message = format!("`.{}` has no digit before its point", number.text);
        return Some(Diagnostic::new(Code::SyntaxBadNumber, place, message).fix(
            format!("write `0.{}`", number.text),
            place,
            format!("0.{}", number.text),
        ));
    }
    None
}

/// A declaration whose value has not begun: what stands here is meant as its `=`.
fn begins_value(before: &[Token<'_>]) -> bool {
    let since = before.iter().rev().take_while(|token| {
        !["=", "==", ":="].iter().any(|mark| token.is_symbol(mark)) && !words::is_item_word(token)
    });
    let since = since.count() + 1;
    before.len().checked_sub(since).and_then(|index| before.get(index)).is_some_and(|token| {
        ["define", "outcome", "parameter", "table"].iter().any(|word| token.is_word(word))
    })
}

fn odd_text(file: FileId, token: &Token<'_>) -> Diagnostic {
    let mut inner = token.text.chars();
    let opening = inner.next().unwrap_or('\'');
    inner.next_back();
    let inner = inner.as_str();
    let message = format!("`{opening}` does not open a text: texts stand between `\"` and `\"`");
    if inner.contains('"') {
        return Diagnostic::new(Code::SyntaxMisspelling, span(file, token.start, token.end()), message);
    }
    let place = (token.start, token.end());
    if opening == '《' {
        // They name a law, and belong into the text.
        return misspelling(file, place, message, &format!("\"{}\"", token.text)).uncertain();
    }
    misspelling(file, place, message, &format!("\"{inner}\""))
}

fn odd_comment(
    file: FileId,
    before: Option<&Token<'_>>,
    token: &Token<'_>,
    next: Option<&Token<'_>>,
) -> Diagnostic {
    let message = "comments begin with `#` and go to the end of the line".to_owned();
    if token.text.starts_with("//") {
        let found = misspelling(file, (token.start, token.start + 2), message, "#");
        // `7 // 2` divides elsewhere, and `https://` is no comment.
        let is_division = !token.opens_line
            && token.text.trim_start_matches('/').trim().bytes().all(|b| b.is_ascii_digit());
        let is_address = before.is_some_and(|last| last.is_symbol(":") && last.end() == token.start);
        return if is_division || is_address { found.uncertain() } else { found };
    }
    let place = span(file, token.start, token.start + 2);
    let found = Diagnostic::new(Code::SyntaxMisspelling, place, message);
    match line_comments(token.text) {
        Some(lines) if next.is_none_or(|next| next.opens_line) => {
            found.fix("write `#`", span(file, token.start, token.end()), lines)
        }
        Some(_) | None => found.help("begin each line of the comment with `#`"),
    }
}

/// `/* .. */` with `#` on each line. Not when a line is blank but for spaces: it may be the prose of a Markdown file,
/// which is not ours to change.
fn line_comments(text: &str) -> Option<String> {
    let inner = text.strip_prefix("/*")?.strip_suffix("*/")?;
    let mut lines = inner.split('\n');
    let mut written = format!("#{}", lines.next().unwrap_or("").trim_end_matches([' ', '*']));
    for line in lines {
        let line = line.trim_end_matches('*');
        let content = line.trim_start_matches([' ', '\t']);
        let margin = line.strip_suffix(content).unwrap_or("");
        if content.trim_end().is_empty() && !margin.is_empty() && !inner.ends_with(line) {
            return None;
        }
        written.push('\n');
        written.push_str(margin);
        written.push('#');
        let content = content.trim_start_matches('*');
        if !content.trim_end().is_empty() && !content.starts_with(' ') {
            written.push(' ');
        }
        written.push_str(content.trim_end_matches(' '));
    }
    Some(written)
}

/// One finding for a run of them.
fn strange(file: FileId, before: Option<&Token<'_>>, rest: &[Token<'_>]) -> (usize, Option<Diagnostic>) {
    if let Some(found) = digits::with_sign(file, before, rest) {
        return found;
    }
    let mut length = 0;
    let mut wrong = String::new();
    let mut right = String::new();
    let mut help = None;
    let mut end = rest.first().map_or(0, |token| token.start);
    let start = end;
    while let Some(token) = rest.get(length)
        && token.kind == TokenKind::Strange
        && token.start == end
    {
        wrong.push_str(token.text);
        match (mark(token.text), narrow(token.text)) {
            (Some((mark, why)), _) => {
                right.push_str(mark);
                help.get_or_insert(why);
            }
            (None, Some(char)) => {
                right.push(char);
                help.get_or_insert("full-width characters stand only in texts and names");
            }
            (None, None) if length == 0 => {
                let place = span(file, start, token.end());
                let message = match token.text {
                    "?" => "`?` does not belong here: a choice is `A when C, otherwise B`".to_owned(),
                    "^" => "`^` does not belong here: there are no powers, so write the product".to_owned(),
                    text if text.chars().all(|char| char.is_whitespace() || is_invisible(char)) => {
                        let code = text.chars().next().map_or(0, u32::from);
                        let message =
                            format!("the character U+{code:04X} cannot be seen and does not belong here");
                        return (1, Some(misspelling(file, (start, token.end()), message, " ")));
                    }
                    text => format!("`{text}` does not belong here"),
                };
                return (1, Some(Diagnostic::new(Code::SyntaxUnexpected, place, message)));
            }
            (None, None) => break,
        }
        end = token.end();
        length += 1;
    }
    let right = mark(&right).map_or(right.as_str(), |(mark, _)| mark);
    let shown = if wrong.trim().is_empty() { "a full-width space".to_owned() } else { format!("`{wrong}`") };
    let mut message = format!("{shown} does not belong here");
    if let Some(help) = help {
        message = format!("{message}: {help}");
    }
    let found = misspelling(file, (start, end), message, right);
    if !is_guess(&wrong, before, rest.get(length)) {
        return (length.max(1), Some(found));
    }
    let found = found.uncertain();
    let is_dash = matches!(&*wrong, "–" | "—");
    (
        length.max(1),
        Some(if is_dash { found.suggest("write `to`", span(file, start, end), " to ") } else { found }),
    )
}

/// A dash may be a range, an arrow an implication, and a full stop or semicolon inside a line separates something.
fn is_guess(wrong: &str, before: Option<&Token<'_>>, next: Option<&Token<'_>>) -> bool {
    match wrong {
        "–" | "—" => next.is_some_and(|next| matches!(next.kind, TokenKind::Number | TokenKind::Date)),
        "⇒" | "→" => !before.is_some_and(|before| before.is_symbol("|")),
        "；" | "。" => next.is_some_and(|next| !next.opens_line),
        _ => false,
    }
}

fn is_invisible(char: char) -> bool {
    matches!(char, '\u{AD}' | '\u{200B}'..='\u{200D}' | '\u{2028}' | '\u{2029}' | '\u{2060}' | '\u{3164}')
}

/// The ASCII character behind a full-width one.
fn narrow(text: &str) -> Option<char> {
    let char = text.chars().next()?;
    match char {
        '\u{3000}' => Some(' '),
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(char) - 0xFEE0),
        _ => None,
    }
}
