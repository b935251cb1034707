//! Indents lines and writes them. What continues a line stands under what it continues: behind the word of its clause,
//! inside its bracket, two further behind a head such as `highest of`.

use unicode_width::UnicodeWidthStr;

use super::columns::{self, Stops};
use super::lines::Line;
use super::roles::{Kind, Role};
use super::spacing::is_apart;
use super::tables;

const STEP: usize = 2;

/// A line as written, without its line feed.
struct Written<'t> {
    text: String,
    trailing: Option<&'t str>,
}

pub(super) fn write(lines: &[Line<'_, '_>]) -> String {
    let stops = columns::stops(lines);
    let mut writer = Writer::default();
    let mut place = 0;
    while let Some(line) = lines.get(place) {
        let rows = lines.iter().skip(place).take_while(|line| line.role() == Some(Role::Row)).count();
        if rows == 0 {
            writer.line(line, stops.get(place).unwrap_or(&Stops::default()));
            place += 1;
            continue;
        }
        let table: Vec<&Line<'_, '_>> = lines.iter().skip(place).take(rows).collect();
        for (row, drawn) in table.iter().zip(tables::draw(&table)) {
            writer.above(row, STEP);
            writer.put(format!("{:STEP$}{drawn}", ""), row.trailing);
        }
        place += rows;
    }
    finish(writer.written)
}

#[derive(Default)]
struct Writer<'t> {
    written: Vec<Written<'t>>,
    /// Where lines stand that continue the clause.
    anchor: usize,
    brackets: Vec<Bracket>,
    /// Where the measures of the rule stand.
    measures: Option<usize>,
    in_enum: bool,
}

struct Bracket {
    /// Where lines stand that continue inside it.
    anchor: usize,
    /// Where its line stands.
    indent: usize,
}

impl<'t> Writer<'t> {
    fn line(&mut self, line: &Line<'_, 't>, stops: &Stops) {
        let indent = self.indent(line);
        self.above(line, indent);
        if line.words.is_empty() {
            return;
        }
        let mut text = " ".repeat(indent);
        let mut before = Vec::new();
        let mut origin = indent;
        for (place, word) in line.words.iter().enumerate() {
            if is_apart(&before, word.piece) {
                text.push(' ');
            }
            if place == stops.from {
                origin = text.width();
            }
            if let Some((_, column)) = stops.at.iter().find(|(at, _)| *at == place) {
                let missing = (origin + column).saturating_sub(text.width());
                text.push_str(&" ".repeat(missing));
            }
            let column = text.width();
            self.pass(column, indent, word.role, line, place);
            text.push_str(word.piece.token.map_or("", |token| token.text));
            before.push(word.piece);
        }
        // A head with nothing behind it: what it is of stands further in.
        let heads =
            line.words.last().and_then(|word| word.piece.token).is_some_and(|token| token.is_word("of"));
        if heads {
            match self.brackets.last_mut() {
                Some(bracket) => bracket.anchor += STEP,
                None => self.anchor += STEP,
            }
        }
        self.put(text, line.trailing);
    }

    fn indent(&self, line: &Line<'_, '_>) -> usize {
        match line.role() {
            Some(Role::Item(_)) => 0,
            Some(Role::Clause | Role::Equals | Role::Condition | Role::Member | Role::Row) => STEP,
            Some(Role::Measure) => self.measures.unwrap_or(self.anchor),
            None => {
                let closes = line.words.first().and_then(|word| word.piece.token);
                let closes = closes
                    .is_some_and(|token| [")", "]", "}"].iter().any(|bracket| token.is_symbol(bracket)));
                match self.brackets.last() {
                    _ if line.words.is_empty() => 0,
                    Some(bracket) if closes => bracket.indent,
                    Some(bracket) => bracket.anchor,
                    None => self.anchor,
                }
            }
        }
    }

    /// What a word at this column means for the lines that follow.
    fn pass(&mut self, column: usize, indent: usize, role: Option<Role>, line: &Line<'_, '_>, place: usize) {
        let Some(token) = line.words.get(place).and_then(|word| word.piece.token) else { return };
        let is_last = place + 1 == line.words.len();
        // One space further than the word, which is where the next one stands.
        let behind = |width: usize| if is_last { indent + STEP } else { column + width + 1 };
        match role {
            Some(Role::Item(kind)) => {
                self.brackets.clear();
                self.measures = None;
                self.anchor = STEP;
                self.in_enum = kind == Kind::Enum;
            }
            Some(Role::Clause) => {
                self.brackets.clear();
                self.anchor = behind(token.text.width());
            }
            Some(Role::Equals | Role::Member) => {
                self.brackets.clear();
                self.anchor = 2 * STEP;
            }
            Some(Role::Condition) => self.anchor = if place == 0 { STEP } else { 2 * STEP },
            Some(Role::Measure) => {
                self.brackets.clear();
                self.measures.get_or_insert(column);
                self.anchor = column + STEP;
            }
            Some(Role::Row) | None => {}
        }
        // The members of an enum stand behind its colon.
        if self.in_enum && place > 0 && line.role() == Some(Role::Item(Kind::Enum)) {
            let after_colon = line.words.get(place - 1).and_then(|word| word.piece.token);
            if after_colon.is_some_and(|token| token.is_symbol(":")) {
                self.anchor = column;
            }
        }
        if ["(", "[", "{"].iter().any(|bracket| token.is_symbol(bracket)) {
            let inside = usize::from(token.is_symbol("{"));
            let anchor = if is_last { indent + STEP } else { column + 1 + inside };
            self.brackets.push(Bracket { anchor, indent });
        } else if [")", "]", "}"].iter().any(|bracket| token.is_symbol(bracket)) {
            self.brackets.pop();
        }
    }

    /// The comments above a line, and the blank lines around them.
    fn above(&mut self, line: &Line<'_, 't>, indent: usize) {
        for comment in &line.above {
            self.blank(comment.blank);
            self.put(format!("{:indent$}{}", "", comment.text), None);
        }
        self.blank(line.blank && !line.words.is_empty());
    }

    fn blank(&mut self, wanted: bool) {
        if wanted && !self.written.is_empty() {
            self.put(String::new(), None);
        }
    }

    fn put(&mut self, text: String, trailing: Option<&'t str>) {
        self.written.push(Written { text, trailing });
    }
}

/// Comments behind neighbouring lines align.
fn finish(written: Vec<Written<'_>>) -> String {
    let mut text = String::new();
    for run in written.chunk_by(|left, right| left.trailing.is_some() && right.trailing.is_some()) {
        let column = run.iter().map(|line| line.text.width()).max().unwrap_or(0) + 2;
        for line in run {
            text.push_str(&line.text);
            if let Some(comment) = line.trailing {
                text.push_str(&" ".repeat(column.saturating_sub(line.text.width())));
                text.push_str(comment);
            }
            text.push('\n');
        }
    }
    text
}
