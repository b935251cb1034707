//! Amounts and dates as they are written elsewhere: `01/02/2024`, `2024年1月2日`, `5.000,00`, `¥5`.

use jiff::civil::Date;

use super::misspelling;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::FileId;
use crate::syntax::guard::span;
use crate::syntax::scan::{Token, TokenKind};

/// How many tokens it takes, and what is said about it.
pub(super) fn of_elsewhere(
    file: FileId,
    before: &[Token<'_>],
    rest: &[Token<'_>],
) -> Option<(usize, Option<Diagnostic>)> {
    let first = rest.first()?;
    if let Some(found) = chinese_date(file, rest) {
        return Some((2, Some(found)));
    }
    if let Some((length, parts)) = day_first(rest) {
        let end = rest.get(length - 1)?.end();
        return Some((length, Some(which_day(file, (first.start, end), parts))));
    }
    if !first.text.contains('.') {
        return None;
    }
    let groups: Vec<&str> = first.text.split('.').collect();
    if !are_groups(&groups) {
        return None;
    }
    if let [_, comma, cents, ..] = rest
        && comma.is_symbol(",")
        && comma.start == first.end()
        && cents.start == comma.end()
        && cents.kind == TokenKind::Number
        && cents.text.len() == 2
        && !is_inside_brackets(before)
    {
        let message = format!("`{},{}` is written with a decimal point", first.text, cents.text);
        let right = format!("{}.{}", groups.join("_"), cents.text);
        let help = "`_` may separate groups of three digits, and `.` stands before the decimals";
        return Some((3, Some(bad_number(file, (first.start, cents.end()), message, &right).help(help))));
    }
    if groups.len() > 2 {
        let message = format!("`{}` is not a number: `_` separates groups of digits", first.text);
        return Some((1, Some(bad_number(file, (first.start, first.end()), message, &groups.join("_")))));
    }
    None
}

fn bad_number(file: FileId, (start, end): (usize, usize), message: String, right: &str) -> Diagnostic {
    let place = span(file, start, end);
    Diagnostic::new(Code::SyntaxBadNumber, place, message).fix(format!("write `{right}`"), place, right)
}

/// `5.000` and `1.234.567`
fn are_groups(groups: &[&str]) -> bool {
    let is_plain = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
    groups.iter().all(is_plain)
        && matches!(groups, [first, rest @ ..] if !rest.is_empty() && (1..=3).contains(&first.len())
            && !first.starts_with('0') && rest.iter().all(|group| group.len() == 3))
}

fn is_inside_brackets(before: &[Token<'_>]) -> bool {
    let mut depth = 0_usize;
    for token in before.iter().rev().take_while(|token| !crate::syntax::words::is_item_word(token)) {
        if [")", "]", "}"].iter().any(|bracket| token.is_symbol(bracket)) {
            depth += 1;
        } else if ["(", "[", "{"].iter().any(|bracket| token.is_symbol(bracket)) {
            let Some(outer) = depth.checked_sub(1) else { return true };
            depth = outer;
        }
    }
    false
}

/// `2024年1月2日`
fn chinese_date(file: FileId, rest: &[Token<'_>]) -> Option<Diagnostic> {
    let [year, word, ..] = rest else { return None };
    let (month, day) = word.text.strip_prefix('年')?.split_once('月')?;
    let day = day.strip_suffix(['日', '号'])?;
    if word.start != year.end() || year.text.len() != 4 {
        return None;
    }
    let place = span(file, year.start, word.end());
    let shown = format!("{}{}", year.text, word.text);
    let date = Date::new(year.text.parse().ok()?, month.parse().ok()?, day.parse().ok()?);
    Some(match date {
        Ok(date) => {
            let message = format!("`{shown}` is not how a date is written");
            Diagnostic::new(Code::SyntaxBadDate, place, message).fix(
                format!("write `{date}`"),
                place,
                date.to_string(),
            )
        }
        Err(_) => Diagnostic::new(Code::SyntaxBadDate, place, format!("there is no day `{shown}`"))
            .help("a date is year, month and day, as in `2018-01-31`"),
    })
}

/// `01/02/2024`, `1-2-2024` and `01.02.2024`: how many tokens, and the three parts.
fn day_first<'t>(rest: &[Token<'t>]) -> Option<(usize, [&'t str; 3])> {
    let first = rest.first()?;
    let mut split = first.text.split('.');
    let (length, parts) = match (split.next()?, split.next(), split.next(), split.next()) {
        (a, Some(b), Some(year), None) => (1, [a, b, year]),
        (a, None, ..) => {
            let [_, mark, second, other_mark, year, ..] = rest else { return None };
            let touch = rest.windows(2).take(4).all(|pair| match pair {
                [left, right] => left.end() == right.start,
                _ => false,
            });
            let is_mark = mark.is_symbol("/") || mark.is_symbol("-");
            let ends = rest.get(5).is_none_or(|next| next.start != year.end() || next.text != mark.text);
            if !(touch && is_mark && ends && other_mark.text == mark.text) {
                return None;
            }
            (5, [a, second.text, year.text])
        }
        (..) => return None,
    };
    let [a, b, year] = parts;
    let is_plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let is_date = parts.iter().all(|part| is_plain(part))
        && a.len() <= 2
        && b.len() <= 2
        && year.len() == 4
        && (year.starts_with("19") || year.starts_with("20"));
    is_date.then_some((length, parts))
}

/// Day or month may come first; only one of them fits, or the author says which.
fn which_day(file: FileId, (start, end): (usize, usize), [a, b, year]: [&str; 3]) -> Diagnostic {
    let place = span(file, start, end);
    let read =
        |month: &str, day: &str| Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok();
    let found = |message: &str| Diagnostic::new(Code::SyntaxBadDate, place, message);
    let write = |date: Date| (format!("write `{date}`"), date.to_string());
    match (read(b, a), read(a, b)) {
        (Some(date), Some(other)) if date != other => {
            let (title, text) = write(date);
            let (other_title, other_text) = write(other);
            found("a date is written year, month, day; which of the first two is the month cannot be told")
                .suggest(title, place, text)
                .suggest(other_title, place, other_text)
        }
        (Some(date), _) | (None, Some(date)) => {
            let (title, text) = write(date);
            found("a date is written year, month, day, as in `2018-01-31`").fix(title, place, text)
        }
        (None, None) => found("there is no such day").help("a date is written `2018-01-31`"),
    }
}

/// Signs of currencies, and the codes that they stand for most often.
const SIGNS: &[(&str, &str)] = &[
    ("$", "USD"),
    ("＄", "USD"),
    ("€", "EUR"),
    ("£", "GBP"),
    ("￡", "GBP"),
    ("¥", "CNY"),
    ("￥", "CNY"),
    ("₩", "KRW"),
    ("₹", "INR"),
];

/// `$5` and `5 $`; and the `'` of `5'000`.
pub(super) fn with_sign(
    file: FileId,
    before: Option<&Token<'_>>,
    rest: &[Token<'_>],
) -> Option<(usize, Option<Diagnostic>)> {
    let token = rest.first()?;
    let next = rest.get(1).filter(|next| next.kind == TokenKind::Number && next.start == token.end());
    let last = before.filter(|last| last.kind == TokenKind::Number);
    if token.text == "'"
        && let (Some(last), Some(next)) = (last.filter(|last| last.end() == token.start), next)
    {
        let message = format!("`{}'{}`: digits are grouped by `_`", last.text, next.text);
        return Some((1, Some(misspelling(file, (token.start, token.end()), message, "_"))));
    }
    let (_, code) = SIGNS.iter().find(|(sign, _)| *sign == token.text)?;
    let message = format!(
        "`{}` does not belong here: a declared unit follows its number, as in `5 {code}`",
        token.text
    );
    let help = format!("declare the unit once, `unit {code}, 2 decimals`, and write it behind the number");
    let found = |end: usize| {
        Diagnostic::new(Code::SyntaxMisspelling, span(file, token.start, end), message).help(help)
    };
    // A sign may stand for several currencies.
    Some(match (next, last.filter(|_| !token.opens_line)) {
        (Some(number), _) => {
            let right = format!("{} {code}", number.text);
            let end = number.end();
            (2, Some(found(end).suggest(format!("write `{right}`"), span(file, token.start, end), right)))
        }
        (None, Some(last)) => {
            let right = if last.end() == token.start { format!(" {code}") } else { (*code).to_owned() };
            let place = span(file, token.start, token.end());
            (1, Some(found(token.end()).suggest(format!("write `{code}`"), place, right)))
        }
        (None, None) => (1, Some(found(token.end()))),
    })
}
