//! The words and marks of a text, without meaning: what guard, recovery and messages look at. Agrees with the
//! grammar on where comments and quoted texts are, and gives marks of other languages as tokens of their own.

use pest::unicode::{XID_CONTINUE, XID_START};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum TokenKind {
    Word,
    /// Digits with whatever clings to them: `1_000`, `5%`, but also `1.2.3`.
    Number,
    /// `2018-01-01` or something that was meant as one, `2018-1-1`.
    Date,
    Text,
    /// A quote that does not end on its line.
    OpenText,
    Symbol,
    /// A text between quotes of another kind.
    OddText,
    /// `// ..` or `/* .. */`.
    OddComment,
    /// A character that the language does not know.
    Strange,
}

#[derive(Clone, Copy, Debug)]
pub(super) struct Token<'t> {
    pub(super) kind: TokenKind,
    pub(super) text: &'t str,
    pub(super) start: usize,
    /// Nothing but space stands before it on its line.
    pub(super) opens_line: bool,
}

impl Token<'_> {
    pub(super) fn end(&self) -> usize {
        self.start + self.text.len()
    }

    pub(super) fn is_word(&self, word: &str) -> bool {
        self.kind == TokenKind::Word && self.text == word
    }

    pub(super) fn is_symbol(&self, symbol: &str) -> bool {
        self.kind == TokenKind::Symbol && self.text == symbol
    }
}

/// All tokens, in order; the text between two of them is space and comments.
pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let mut found = Vec::new();
    let mut at = 0;
    let mut opens_line = true;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        match first {
            '\n' | '\r' => {
                opens_line = true;
                at += 1;
            }
            ' ' | '\t' => at += 1,
            '#' => at += line_length(rest),
            _ => {
                let (kind, length) = token(first, rest);
                let length = length.max(first.len_utf8());
                found.push(Token { kind, text: rest.get(..length).unwrap_or(rest), start: at, opens_line });
                opens_line = false;
                at += length;
            }
        }
    }
    found
}

/// The quotes that are not `"`: what opens, what closes.
pub(super) const ODD_QUOTES: &[(char, &[char])] = &[
    ('\'', &['\'']),
    ('`', &['`']),
    ('‘', &['’']),
    ('’', &['’']),
    ('“', &['”', '“', '"']),
    ('”', &['”']),
    ('„', &['“', '”']),
    ('«', &['»']),
    ('「', &['」']),
    ('『', &['』']),
    ('《', &['》']),
    ('＂', &['＂']),
    ('＇', &['＇']),
];

/// Marks of more than one character, longest first.
const LONG_SYMBOLS: &[&str] =
    &["===", "!==", "==", "=>", "=<", "!=", "<>", "<=", ">=", "&&", "->", "**", "::", ":="];

fn token(first: char, rest: &str) -> (TokenKind, usize) {
    if first == '"' {
        return quoted(rest, &['"'])
            .map_or_else(|| (TokenKind::OpenText, line_length(rest)), |length| (TokenKind::Text, length));
    }
    if first == '_' || XID_START(first) {
        return (TokenKind::Word, word(rest));
    }
    if first.is_ascii_digit() {
        return date_like(rest)
            .map_or_else(|| (TokenKind::Number, number(rest)), |length| (TokenKind::Date, length));
    }
    if (!first.is_ascii() || matches!(first, '\'' | '`'))
        && let Some((_, closing)) = ODD_QUOTES.iter().find(|(opening, _)| *opening == first)
    {
        return quoted(rest, closing)
            .map_or((TokenKind::Strange, first.len_utf8()), |length| (TokenKind::OddText, length));
    }
    if rest.starts_with("//") {
        return (TokenKind::OddComment, line_length(rest));
    }
    if rest.starts_with("/*") {
        return (TokenKind::OddComment, rest.find("*/").map_or_else(|| line_length(rest), |at| at + 2));
    }
    if let Some(symbol) = LONG_SYMBOLS.iter().find(|symbol| rest.starts_with(**symbol)) {
        return (TokenKind::Symbol, symbol.len());
    }
    if first.is_ascii_punctuation() && !"$@\\^~?".contains(first) {
        return (TokenKind::Symbol, 1);
    }
    (TokenKind::Strange, first.len_utf8())
}

/// Length of a quoted text, both quotes included; `None` when it does not end on its line.
fn quoted(rest: &str, closing: &[char]) -> Option<usize> {
    let (at, _) = rest.char_indices().nth(1)?;
    let inside = rest.get(at..)?.get(..line_length(rest.get(at..)?))?;
    // `"` closes what another mark opened only where the right mark is missing.
    let find = |is_right: bool| {
        let mut ends = inside.char_indices();
        ends.find(|(_, char)| closing.contains(char) && (is_right != (*char == '"') || closing == ['"']))
    };
    let (end, char) = find(true).or_else(|| find(false))?;
    Some(at + end + char.len_utf8())
}

fn line_length(rest: &str) -> usize {
    run(rest, |char| char != '\n' && char != '\r')
}

fn run(rest: &str, belongs: impl Fn(char) -> bool) -> usize {
    rest.find(|char| !belongs(char)).unwrap_or(rest.len())
}

fn word(rest: &str) -> usize {
    let plain = rest.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || *byte == b'_').count();
    match rest.as_bytes().get(plain) {
        Some(next) if !next.is_ascii() => run(rest, XID_CONTINUE),
        Some(_) | None => plain,
    }
}

fn digits(rest: &str) -> usize {
    run(rest, |char| char.is_ascii_digit())
}

/// `NNNN-N-N` or `NNNN/N/N` with one or two digits and no spaces.
fn date_like(rest: &str) -> Option<usize> {
    if digits(rest) != 4 {
        return None;
    }
    let mark = rest.get(4..)?.chars().next().filter(|char| matches!(char, '-' | '/'))?;
    if mark == '/' && !(rest.starts_with("19") || rest.starts_with("20")) {
        return None;
    }
    let month = digits(rest.get(5..)?);
    let after = rest.get(5 + month..)?;
    let day = digits(after.strip_prefix(mark)?);
    let length = 5 + month + 1 + day;
    let next = rest.get(length..)?.chars().next();
    // A whole date ends where the grammar says that it does: `2018-01-31- 30 days` is a subtraction.
    let is_whole = mark == '-' && (month, day) == (2, 2);
    let goes_on = (next == Some(mark) && !is_whole) || (mark == '/' && next == Some('.'));
    ((1..=2).contains(&month) && (1..=2).contains(&day) && !goes_on).then_some(length)
}

fn number(rest: &str) -> usize {
    let mut length = run(rest, |char| char.is_ascii_digit() || char == '_');
    while let Some(after) = rest.get(length..)
        && let Some(decimals) = after.strip_prefix('.')
        && digits(decimals) > 0
    {
        length += 1 + run(decimals, |char| char.is_ascii_digit() || char == '_');
    }
    if rest.get(length..).is_some_and(|after| after.starts_with('%')) { length + 1 } else { length }
}
