//! The policy under construction, and the small parts that everything is made of: names, literals, bounds, sources.

use super::choices::Choices;
use super::world::{
    Absence, Bounds, Enumeration, FIRST_DAY, Field, Function, Presence, Record, Source, Ty, Unit, date_text,
    hundredths_text,
};

pub(crate) struct Maker<'b> {
    pub(crate) choices: Choices<'b>,
    /// How many more expressions may be made, in all and in the declaration that is being made; then only leaves are.
    pub(crate) fuel: i32,
    pub(crate) fuel_here: i32,
    /// How many `for each` are around, and how many expressions were made.
    pub(crate) nest: usize,
    pub(crate) deepest: usize,
    pub(crate) work: u32,
    pub(crate) read_outcome: bool,
    names: u32,
    pub(crate) units: Vec<Unit>,
    pub(crate) enums: Vec<Enumeration>,
    pub(crate) records: Vec<Record>,
    pub(crate) facts: Vec<Field>,
    pub(crate) calendars: Vec<String>,
    pub(crate) functions: Vec<Function>,
    pub(crate) scope: Vec<Source>,
    /// The policy says which fact dates a case.
    pub(crate) has_law_date: bool,
    /// No records, lists, ranges, texts, working days or quotients: what the compiled program knows whole.
    pub(crate) is_plain: bool,
    /// Definitions and functions may be read (`must hold` reads facts alone).
    pub(crate) may_call: bool,
    pub(crate) items: Vec<String>,
    pub(crate) constants: Constants,
}

/// The constants of the policy's text: what facts are compared with.
#[derive(Default)]
pub(crate) struct Constants {
    pub(crate) integers: Vec<i64>,
    pub(crate) hundredths: Vec<i64>,
    pub(crate) days: Vec<i64>,
}

/// An expression, and how tightly its outermost operator binds.
#[derive(Clone, Debug)]
pub(crate) struct Text {
    pub(crate) text: String,
    pub(crate) level: Level,
}

/// Loosest first; what binds less than its place asks for stands in parentheses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    /// Has commas of its own: `A when c, otherwise B`.
    Limbs,
    /// A whole value: an aggregate, or one that ends in `rounded ..`.
    Whole,
    Implies,
    Or,
    And,
    Not,
    Compare,
    Times,
    To,
    Add,
    Multiply,
    Negate,
    Tight,
    Atom,
}

impl Text {
    pub(crate) fn new(level: Level, text: String) -> Self {
        Self { text, level }
    }

    pub(crate) fn atom(text: impl Into<String>) -> Self {
        Self { text: text.into(), level: Level::Atom }
    }

    /// The text, in parentheses where the place asks for what binds more.
    pub(crate) fn at(self, least: Level) -> String {
        if self.level < least { format!("({})", self.text) } else { self.text }
    }
}

const NAMES: [&str; 12] =
    ["amount", "größe", "count", "level", "値", "rate", "share", "x", "term", "part", "Weight", "fee"];

const DAYS: [i64; 10] = [
    FIRST_DAY, 18_262, // 2020-01-01
    18_321, // 2020-02-29
    18_261, // 2019-12-31
    17_897, // 2019-01-01
    19_722, // 2023-12-31
    19_782, // 2024-02-29
    16_495, // 2015-03-01
    17_166, // 2016-12-31
    22_000, // 2030-03-27
];

impl<'b> Maker<'b> {
    pub(crate) fn new(bytes: &'b [u8], fuel: i32, is_plain: bool) -> Self {
        Self {
            choices: Choices::new(bytes),
            fuel,
            fuel_here: 0,
            nest: 0,
            deepest: 0,
            work: 0,
            read_outcome: false,
            names: 0,
            units: Vec::new(),
            enums: Vec::new(),
            records: Vec::new(),
            facts: Vec::new(),
            calendars: Vec::new(),
            functions: Vec::new(),
            scope: Vec::new(),
            has_law_date: false,
            is_plain,
            may_call: true,
            items: Vec::new(),
            constants: Constants::default(),
        }
    }

    /// A name that nothing else has; the number makes it different from every word of the language.
    pub(crate) fn name(&mut self) -> String {
        let stem = *self.choices.pick(&NAMES);
        self.names += 1;
        format!("{stem}{}", self.names)
    }

    pub(crate) fn item_name(&mut self) -> String {
        self.names += 1;
        format!("v{}", self.names)
    }

    /// `"title" cites ".."`, often nothing.
    pub(crate) fn title(&mut self) -> String {
        match self.choices.below(6) {
            4 => " \"A title\"".to_owned(),
            5 => " \"Ein Titel\"\n  cites \"art 1\", \"art 2(b)\"".to_owned(),
            _ => String::new(),
        }
    }

    pub(crate) fn type_text(&self, ty: &Ty) -> String {
        match ty {
            Ty::Bool => "bool".into(),
            Ty::Integer => "integer".into(),
            Ty::Number => "number".into(),
            Ty::Quantity(unit) => self.units[*unit].name.into(),
            Ty::Date => "date".into(),
            Ty::Days => "days".into(),
            Ty::WorkingDays => "working days".into(),
            Ty::Months => "months".into(),
            Ty::Text => "text".into(),
            Ty::Enum(of) => self.enums[*of].name.into(),
            Ty::Record(of) => self.records[*of].name.clone(),
            Ty::Set(of) => format!("set of {}", self.type_text(of)),
            Ty::List(of) => format!("list of {}", self.type_text(of)),
            Ty::Range(of) => format!("range of {}", self.type_text(of)),
        }
    }

    pub(crate) fn is_scale(&self, ty: &Ty) -> bool {
        matches!(ty, Ty::Enum(of) if self.enums[*of].is_scale)
    }

    /// `<` and `highest` work on it.
    pub(crate) fn is_ordered(&self, ty: &Ty) -> bool {
        ty.is_amount() || *ty == Ty::Date || self.is_scale(ty)
    }

    /// A type with few parts.
    pub(crate) fn scalar(&mut self) -> Ty {
        match self.choices.below(13) {
            0 | 1 => Ty::Bool,
            2 | 3 => Ty::Integer,
            4 => Ty::Number,
            5..=7 => Ty::Quantity(self.choices.below(self.units.len())),
            8 => Ty::Date,
            9 | 10 => Ty::Enum(self.choices.below(self.enums.len())),
            11.. if self.is_plain => self.choices.pick(&[Ty::Days, Ty::Months]).clone(),
            11 => self.choices.pick(&[Ty::Days, Ty::WorkingDays, Ty::Months]).clone(),
            _ => Ty::Text,
        }
    }

    /// What a set may hold.
    pub(crate) fn set_item(&mut self) -> Ty {
        match self.choices.below(6) {
            0..=2 => Ty::Enum(self.choices.below(self.enums.len())),
            _ if self.is_plain => Ty::Enum(self.choices.below(self.enums.len())),
            3 => Ty::Integer,
            4 => Ty::Date,
            _ => Ty::Text,
        }
    }

    /// What `+` and `highest` work on.
    pub(crate) fn measured(&mut self) -> Ty {
        match self.choices.below(8) {
            0..=2 => Ty::Quantity(self.choices.below(self.units.len())),
            3 => Ty::Integer,
            4 | 5 => Ty::Number,
            6 => Ty::Date,
            _ if self.is_plain => Ty::Days,
            _ => self.choices.pick(&[Ty::Days, Ty::Months, Ty::WorkingDays]).clone(),
        }
    }

    // ---- literals ----

    /// A value of the type in the form in which bounds count it.
    pub(crate) fn constant(&mut self, ty: &Ty, bounds: Bounds) -> i64 {
        let chosen = match ty {
            Ty::Number | Ty::Quantity(_) => {
                *self.choices.pick(&[0, 100, 50, 5, 1_000, 1, 250, 33, 100_000, 12_345, 9_999])
            }
            Ty::Date => *self.choices.pick(&DAYS),
            _ => *self.choices.pick(&[0, 1, 2, 3, 5, 10, 7, 100, 12, 1_000, 49]),
        };
        let inside = bounds.least.map_or(chosen, |least| chosen.max(least));
        let inside = bounds.most.map_or(inside, |most| inside.min(most));
        self.note(ty, inside);
        inside
    }

    fn note(&mut self, ty: &Ty, value: i64) {
        let pool = match ty {
            Ty::Number | Ty::Quantity(_) => &mut self.constants.hundredths,
            Ty::Date => &mut self.constants.days,
            _ => &mut self.constants.integers,
        };
        if pool.len() < 32 && !pool.contains(&value) {
            pool.push(value);
        }
    }

    /// A constant in the language's words.
    pub(crate) fn show(&self, ty: &Ty, value: i64) -> Text {
        let number = |text: String| if value < 0 { text } else { grouped(&text) };
        let text = match ty {
            Ty::Number if (1..100).contains(&value) && value % 2 == 1 => format!("{value}%"),
            Ty::Number => {
                let text = hundredths_text(value);
                // A number that is whole would be an integer.
                if text.contains('.') { text } else { format!("{}.0", number(text)) }
            }
            Ty::Quantity(unit) => format!("{} {}", number(hundredths_text(value)), self.units[*unit].name),
            Ty::Date => date_text(value),
            Ty::Days => format!("{value} days"),
            Ty::WorkingDays => format!("{value} working days"),
            Ty::Months if value % 12 == 0 && value != 0 => format!("{} years", value / 12),
            Ty::Months => format!("{value} months"),
            _ => number(value.to_string()),
        };
        Text::new(if value < 0 && *ty != Ty::Date { Level::Negate } else { Level::Atom }, text)
    }

    /// A literal that has its type wherever it stands.
    pub(crate) fn literal(&mut self, ty: &Ty) -> Text {
        match ty {
            Ty::Bool => Text::atom(*self.choices.pick(&["yes", "no"])),
            Ty::Text => Text::atom(*self.choices.pick(&["\"a\"", "\"\"", "\"ab c\"", "\"ü#|\""])),
            Ty::Enum(of) => {
                let member = self.member(*of);
                Text::atom(format!("{}.{member}", self.enums[*of].name))
            }
            Ty::Record(_) => unreachable!("records are read, never written"),
            Ty::Set(of) => {
                let over = self.choices.below(self.enums.len());
                let item = self.item_name();
                let value =
                    if **of == Ty::Enum(over) { item.clone() } else { self.literal(of).at(Level::Implies) };
                Text::new(
                    Level::Whole,
                    format!("set of {value} for each {item} in {}", self.enums[over].name),
                )
            }
            Ty::List(of) => {
                let (one, more) = (self.literal(of).at(Level::Implies), self.choices.chance(100));
                let rest =
                    if more { format!(", {}", self.literal(of).at(Level::Implies)) } else { String::new() };
                Text::atom(format!("[{one}{rest}]"))
            }
            Ty::Range(of) => {
                let bottom = self.constant(of, Bounds::default());
                let width = i64::try_from(self.choices.below(200)).unwrap_or(0);
                self.note(of, bottom + width);
                let (bottom, top) = (self.show(of, bottom), self.show(of, bottom + width));
                Text::new(Level::To, format!("{} to {}", bottom.at(Level::Add), top.at(Level::Add)))
            }
            _ => {
                let value = self.constant(ty, Bounds::default());
                let value = if *ty != Ty::Date && self.choices.chance(20) { -value } else { value };
                self.show(ty, value)
            }
        }
    }

    /// A literal where its type is expected: members stand bare, collections may be empty.
    pub(crate) fn expected_literal(&mut self, ty: &Ty) -> Text {
        match ty {
            Ty::Enum(of) => {
                let member = self.member(*of);
                Text::atom(member)
            }
            Ty::Set(of) => {
                let count = self.choices.below(3);
                let members = self.distinct(of, count);
                Text::atom(format!("[{}]", members.join(", ")))
            }
            Ty::List(of) => {
                let items: Vec<String> = (0..self.choices.below(3))
                    .map(|_| self.expected_literal(of).at(Level::Implies))
                    .collect();
                Text::atom(format!("[{}]", items.join(", ")))
            }
            _ => self.literal(ty),
        }
    }

    /// Literals of a set's members, each once.
    pub(crate) fn distinct(&mut self, ty: &Ty, count: usize) -> Vec<String> {
        let mut found: Vec<String> = Vec::new();
        for _ in 0..count {
            let one = self.expected_literal(ty).at(Level::Implies);
            if !found.contains(&one) {
                found.push(one);
            }
        }
        found
    }

    pub(crate) fn member(&mut self, of: usize) -> &'static str {
        let place = self.choices.below(self.enums[of].members.len());
        self.enums[of].members[place].name
    }

    /// `0 or more`, `1 to 16`: a bare number takes the type's unit.
    pub(crate) fn bounds_text(&self, ty: &Ty, bounds: Bounds) -> String {
        let show = |value: i64| {
            let length = matches!(ty, Ty::Set(_) | Ty::List(_));
            if ty.is_fractional() {
                hundredths_text(value)
            } else if *ty == Ty::Date {
                date_text(value)
            } else if length {
                value.to_string()
            } else {
                self.show(ty, value).text
            }
        };
        match (bounds.least, bounds.most) {
            (None, None) => String::new(),
            (Some(least), None) => {
                format!(", {} or {}", show(least), if *ty == Ty::Date { "later" } else { "more" })
            }
            (None, Some(most)) => match ty {
                Ty::Date => format!(", {} or earlier", show(most)),
                Ty::Set(_) | Ty::List(_) => format!(", up to {most}"),
                _ => format!(", {} or less", show(most)),
            },
            (Some(least), Some(most)) => format!(", {} to {}", show(least), show(most)),
        }
    }

    /// How a number or amount is rounded, within the decimals that its unit shows.
    pub(crate) fn rounding(&mut self, ty: &Ty) -> String {
        let steps: &[&str] = match ty {
            Ty::Quantity(unit) if self.units[*unit].decimals == Some(0) => &["1", "5", "100"],
            _ => &["0.01", "1", "0.05", "100", "0.1"],
        };
        let step = *self.choices.pick(steps);
        let mode = *self.choices.pick(&["half up", "half even", "up", "down"]);
        let unit =
            if let Ty::Quantity(unit) = ty { format!(" {}", self.units[*unit].name) } else { String::new() };
        format!("rounded to {step}{unit} {mode}")
    }

    // ---- what may be read ----

    /// Brings a name into scope, with the fields of the record that it may be.
    pub(crate) fn read(&mut self, source: Source) {
        if let (Ty::Record(of), Absence::Never) = (&source.ty, &source.absence) {
            for place in 0..self.records[*of].fields.len() {
                let field = self.field_source(*of, place, &source.text);
                // A record in a record is read through two dots at most.
                if source.text.matches('.').count() < 2 {
                    self.read(Source { is_outcome: source.is_outcome, ..field });
                }
            }
        }
        self.scope.push(source);
    }

    fn field_source(&self, record: usize, place: usize, of: &str) -> Source {
        let record = &self.records[record];
        let field = &record.fields[place];
        let path = if of.is_empty() { field.name.clone() } else { format!("{of}.{}", field.name) };
        // The names in a condition are fields of the same record.
        let absence = match absence(field) {
            Absence::Unless(condition) if !of.is_empty() => {
                let mut condition = condition;
                for other in &record.fields {
                    condition = replaced(&condition, &other.name, &format!("{of}.{}", other.name));
                }
                Absence::Unless(condition)
            }
            other => other,
        };
        let is_path = true;
        Source { text: path, ty: field.ty.clone(), absence, bounds: field.bounds, is_path, is_outcome: false }
    }

    /// The fields of a record under their bare names, as the record's own conditions read them.
    pub(crate) fn read_fields(&mut self, record: usize) {
        for place in 0..self.records[record].fields.len() {
            let field = self.field_source(record, place, "");
            self.read(field);
        }
    }

    pub(crate) fn choose_source(&mut self, fits: impl Fn(&Source) -> bool) -> Option<Source> {
        let count = self.scope.iter().filter(|source| fits(source)).count();
        if count == 0 {
            return None;
        }
        // What came into scope last is the most telling: an item of the list that is walked.
        let place = count - 1 - self.choices.below(count.min(256));
        let source = self.scope.iter().filter(|source| fits(source)).nth(place).cloned();
        self.read_outcome |= source.as_ref().is_some_and(|source| source.is_outcome);
        source
    }

    pub(crate) fn has_source(&self, ty: &Ty) -> bool {
        self.scope.iter().any(|source| source.ty == *ty && source.absence == Absence::Never)
    }
}

/// How a field is read.
pub(crate) fn absence(field: &Field) -> Absence {
    match &field.presence {
        Presence::NeededWhen(condition) => Absence::Unless(condition.clone()),
        Presence::Needed | Presence::Default | Presence::FirstOf if field.nothing => Absence::Perhaps,
        Presence::Needed | Presence::Default | Presence::FirstOf => Absence::Never,
    }
}

/// Whole numbers above 999 with `_` between the thousands.
fn grouped(text: &str) -> String {
    let (whole, rest) = text.split_once('.').map_or((text, None), |(whole, rest)| (whole, Some(rest)));
    let mut made = String::new();
    for (place, digit) in whole.chars().enumerate() {
        if place > 0 && (whole.len() - place) % 3 == 0 {
            made.push('_');
        }
        made.push(digit);
    }
    rest.map_or(made.clone(), |rest| format!("{made}.{rest}"))
}

/// The text with one word in place of another.
fn replaced(text: &str, word: &str, with: &str) -> String {
    let mut made = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(word) {
        let joins = |c: char| c.is_alphanumeric() || c == '_';
        let before = rest[..at].chars().next_back().or(made.chars().next_back());
        let before = before.is_some_and(|c| joins(c) || c == '.');
        let after = rest[at + word.len()..].chars().next().is_some_and(joins);
        made.push_str(&rest[..at]);
        made.push_str(if before || after { word } else { with });
        rest = &rest[at + word.len()..];
    }
    made.push_str(rest);
    made
}
