//! Units, enums, records, facts and calendars.

use super::maker::{Level, Maker, absence};
use super::world::{
    Absence, Bounds, Enumeration, FIRST_DAY, Field, Member, Presence, Record, Source, Ty, Unit,
};

const ENUMS: [&str; 4] = ["Kind", "Stage", "Role", "等级"];

/// Two enums may share a member: which is meant follows from what is expected.
const MEMBERS: [Member; 10] = [
    Member { name: "none", wire: "none" },
    Member { name: "minor", wire: "minor" },
    Member { name: "general", wire: "2" },
    Member { name: "serious", wire: "serious" },
    Member { name: "critical", wire: "Critical!" },
    Member { name: "seller", wire: "seller" },
    Member { name: "producer", wire: "producer" },
    Member { name: "严重", wire: "严重" },
    Member { name: "law_2009", wire: "2009" },
    Member { name: "other", wire: "other" },
];

impl Maker<'_> {
    pub(crate) fn declare_units(&mut self) {
        let all = [
            ("unit EUR, 2 decimals", "EUR", Some(2), 0),
            ("unit mg", "mg", None, 1),
            ("unit g = 1_000 mg \"Gram\"", "g", None, 1),
            ("unit point, 0 decimals", "point", Some(0), 3),
            ("unit mg/kg as \"mgkg\", 3 decimals", "mg/kg", Some(3), 4),
        ];
        for (text, name, decimals, base) in all.into_iter().take(self.choices.between(1, 5)) {
            self.items.push(text.to_owned());
            self.units.push(Unit { name, decimals, base });
        }
    }

    pub(crate) fn declare_enums(&mut self) {
        for (place, name) in ENUMS.into_iter().enumerate().take(self.choices.between(2, 4)) {
            let is_scale = place % 2 == 1;
            let (first, count) = (self.choices.below(MEMBERS.len()), self.choices.between(2, 4));
            let members: Vec<Member> = MEMBERS.iter().cycle().skip(first).take(count).cloned().collect();
            let shown: Vec<String> = (members.iter())
                .map(|member| {
                    if member.wire == member.name {
                        member.name.to_owned()
                    } else {
                        format!("{} as \"{}\"", member.name, member.wire)
                    }
                })
                .collect();
            let (word, between) = if is_scale { ("scale", " < ") } else { ("enum", ", ") };
            let title = self.title();
            self.items.push(format!("{word} {name}{title}: {}", shown.join(between)));
            self.enums.push(Enumeration { name, is_scale, members });
        }
    }

    pub(crate) fn declare_records(&mut self) {
        for number in 0..self.choices.below(3) {
            let name = format!("Act{number}");
            let mut lines = vec![format!("record {name}{}", self.title())];
            // The conditions of a record read its own fields alone.
            let mark = self.scope.len();
            self.records.push(Record { name, fields: Vec::new() });
            for _ in 0..self.choices.between(1, 5) {
                let (field, line) = self.field();
                lines.push(line);
                self.read(source(&field));
                self.records[number].fields.push(field);
            }
            lines.extend(self.derived(number));
            lines.extend(self.must_hold());
            self.scope.truncate(mark);
            self.items.push(lines.join("\n"));
        }
    }

    /// A field that is the first of two that may be nothing.
    fn derived(&mut self, record: usize) -> Vec<String> {
        if !self.choices.chance(80) {
            return Vec::new();
        }
        let mut made = self.sources_and_derived();
        let lines = made.iter().map(|(_, line)| line.clone()).collect();
        self.records[record].fields.extend(made.drain(..).map(|(field, _)| field));
        lines
    }

    fn sources_and_derived(&mut self) -> Vec<(Field, String)> {
        let ty = self.scalar();
        let (one, other, whole) = (self.name(), self.name(), self.name());
        let type_text = self.type_text(&ty);
        let bounds = if ty.is_amount() { Bounds::from(0) } else { Bounds::default() };
        let bounds_text = self.bounds_text(&ty, bounds);
        let made = |name: &str, nothing, presence| Field {
            name: name.to_owned(),
            wire: name.to_owned(),
            ty: ty.clone(),
            nothing,
            unknown: false,
            presence,
            bounds,
            decimals: None,
            in_percent: false,
        };
        let line = |name: &str| format!("  {name}: {type_text} or nothing{bounds_text}");
        vec![
            (made(&one, true, Presence::Needed), line(&one)),
            (made(&other, true, Presence::Needed), line(&other)),
            (made(&whole, false, Presence::FirstOf), format!("  {whole}: first of {one}, {other}")),
        ]
    }

    /// A condition that relates facts, mild enough that many cases meet it.
    fn must_hold(&mut self) -> Option<String> {
        if !self.choices.chance(50) || self.scope.is_empty() {
            return None;
        }
        let could_call = std::mem::replace(&mut self.may_call, false);
        let (left, right) = (self.operand(&Ty::Bool, 1, Level::And), self.operand(&Ty::Bool, 1, Level::Or));
        self.may_call = could_call;
        let title = *self.choices.pick(&["", " \"one follows from the other\""]);
        Some(format!("  must hold{title} {left} implies {right}"))
    }

    /// The facts, each of which may stand in a block of its own.
    pub(crate) fn declare_facts(&mut self) {
        // The law's date, and a second one: always there, on days that every dated thing knows.
        for _ in 0..2 {
            let name = self.name();
            let line = format!("  {name}: date, 2015-01-01 or later");
            let field = Field {
                name: name.clone(),
                wire: name,
                ty: Ty::Date,
                nothing: false,
                unknown: false,
                presence: Presence::Needed,
                bounds: Bounds::from(FIRST_DAY),
                decimals: None,
                in_percent: false,
            };
            self.read(source(&field));
            self.facts.push(field);
            self.items.push(format!("facts\n{line}"));
        }
        let mut lines = Vec::new();
        for _ in 0..self.choices.between(3, 14) {
            let (field, line) = self.field();
            lines.push(line);
            self.read(source(&field));
            self.facts.push(field);
        }
        if self.choices.chance(100) {
            for (field, line) in self.sources_and_derived() {
                lines.push(line);
                self.read(source(&field));
                self.facts.push(field);
            }
        }
        lines.extend(self.must_hold());
        // One block, or one for each fact.
        if self.choices.chance(100) {
            self.items.extend(lines.iter().map(|line| format!("facts\n{line}")));
        } else {
            self.items.push(format!("facts\n{}", lines.join("\n")));
        }
    }

    fn field_type(&mut self) -> Ty {
        match self.choices.below(16) {
            0..=8 => self.scalar(),
            9 | 10 => Ty::set(self.set_item()),
            _ if self.is_plain => self.scalar(),
            11 | 12 if !self.finished_records().is_empty() => {
                let of = *self.choices.pick(&self.finished_records());
                Ty::list(Ty::Record(of))
            }
            13 if !self.finished_records().is_empty() => {
                Ty::Record(*self.choices.pick(&self.finished_records()))
            }
            14 => Ty::range(self.measured()),
            15 => {
                let inner = self.scalar();
                Ty::list(if self.choices.chance(40) { Ty::list(inner) } else { inner })
            }
            _ => Ty::list(self.scalar()),
        }
    }

    /// Records but the one that is being declared.
    fn finished_records(&self) -> Vec<usize> {
        let count =
            if self.facts.is_empty() { self.records.len().saturating_sub(1) } else { self.records.len() };
        (0..count).collect()
    }

    fn field(&mut self) -> (Field, String) {
        self.fuel_here = 6;
        let (name, ty) = (self.name(), self.field_type());
        let wire = if self.choices.chance(24) { format!("{name} of it") } else { name.clone() };
        let bounds = self.field_bounds(&ty);
        let mut field = Field {
            name,
            wire,
            ty,
            nothing: false,
            unknown: false,
            presence: Presence::Needed,
            bounds,
            decimals: None,
            in_percent: false,
        };
        let mut clauses = self.bounds_text(field.ty_of_bounds(), field.bounds);
        if field.ty.is_fractional() && self.choices.chance(100) {
            let decimals = *self.choices.pick(&[2, 0, 1]);
            field.decimals = Some(decimals);
            clauses = format!("{clauses}, up to {decimals} decimals");
        }
        if field.ty == Ty::Number && self.choices.chance(40) {
            field.in_percent = true;
            clauses = format!("{clauses}, wire in percent");
        }
        let mut absence = "";
        match self.choices.below(12) {
            5 | 6 => (field.unknown, absence) = (true, " or unknown"),
            7 => (field.nothing, absence) = (true, " or nothing"),
            8 => (field.nothing, field.unknown, absence) = (true, true, " or nothing or unknown"),
            9 if !matches!(field.ty, Ty::Record(_) | Ty::Range(_)) => {
                if let Some(text) = self.default(&field.ty, field.bounds) {
                    field.presence = Presence::Default;
                    clauses = format!("{clauses}, default {text}");
                }
            }
            10 | 11 if !self.scope.is_empty() => {
                let could_call = std::mem::replace(&mut self.may_call, false);
                let condition = self.operand(&Ty::Bool, 1, Level::Implies);
                self.may_call = could_call;
                field.presence = Presence::NeededWhen(condition.clone());
                clauses = format!("{clauses}, needed when {condition}");
            }
            _ => {}
        }
        if self.choices.chance(16) {
            clauses.push_str(", judgement by \"the panel\"");
        }
        let wire = if field.wire == field.name { String::new() } else { format!(" as \"{}\"", field.wire) };
        let title = *self.choices.pick(&["", "", "", " \"What it is\""]);
        let line = format!("  {}{wire}{title}: {}{absence}{clauses}", field.name, self.type_text(&field.ty));
        (field, line)
    }

    fn field_bounds(&mut self, ty: &Ty) -> Bounds {
        match ty {
            Ty::Integer | Ty::Days | Ty::Months | Ty::WorkingDays => *self.choices.pick(&[
                Bounds::default(),
                Bounds::from(0),
                Bounds::between(0, 9),
                Bounds::between(1, 16),
            ]),
            Ty::Number => *self.choices.pick(&[
                Bounds::from(0),
                Bounds::between(0, 100),
                Bounds::default(),
                Bounds::from(1),
            ]),
            Ty::Quantity(_) => {
                *self.choices.pick(&[Bounds::from(0), Bounds::between(0, 100_000), Bounds::default()])
            }
            Ty::Date => *self.choices.pick(&[
                Bounds::from(FIRST_DAY),
                Bounds::default(),
                Bounds::between(FIRST_DAY, 22_000),
                Bounds { least: None, most: Some(22_000) },
            ]),
            Ty::List(_) | Ty::Set(_) => *self.choices.pick(&[
                Bounds::default(),
                Bounds { least: None, most: Some(4) },
                Bounds::from(1),
            ]),
            _ => Bounds::default(),
        }
    }

    fn default(&mut self, ty: &Ty, bounds: Bounds) -> Option<String> {
        match ty {
            Ty::List(_) | Ty::Set(_) => bounds.least.is_none().then(|| "[]".to_owned()),
            Ty::Bool | Ty::Text | Ty::Enum(_) => Some(self.expected_literal(ty).text),
            _ => {
                let value = self.constant(ty, bounds);
                Some(self.show(ty, value).at(Level::Negate))
            }
        }
    }

    pub(crate) fn declare_calendars(&mut self) {
        for name in ["official", "court"].into_iter().take(self.choices.below(3)) {
            let is_days = |source: &Source| {
                [Ty::list(Ty::Date), Ty::set(Ty::Date)].contains(&source.ty)
                    && source.absence == Absence::Never
                    && source.is_path
            };
            let weekend = *self.choices.pick(&["saturday, sunday", "friday, saturday", "sunday"]);
            let mut lines = vec![format!("calendar {name}"), format!("  weekend: {weekend}")];
            let holidays = match self.choose_source(is_days) {
                Some(source) if !source.text.contains('.') => source.text,
                _ => "[2024-05-01, 2019-12-31]".to_owned(),
            };
            lines.push(format!("  holidays: {holidays}"));
            if self.choices.chance(60) {
                lines.push("  workdays: [2024-05-04]".to_owned());
            }
            self.items.push(lines.join("\n"));
            self.calendars.push(name.to_owned());
        }
    }
}

impl Field {
    /// Bounds of a range are those of its ends.
    fn ty_of_bounds(&self) -> &Ty {
        if let Ty::Range(of) = &self.ty { of } else { &self.ty }
    }
}

fn source(field: &Field) -> Source {
    Source {
        text: field.name.clone(),
        ty: field.ty.clone(),
        absence: absence(field),
        bounds: field.bounds,
        is_path: true,
        is_outcome: false,
    }
}
