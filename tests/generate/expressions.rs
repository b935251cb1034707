//! Expressions of a wanted type that are never nothing, and some that may be: forms that every type has.

use super::maker::{Level, Maker, Text};
use super::world::{Absence, Bounds, FIRST_DAY, Param, Source, Ty};

impl Maker<'_> {
    /// A whole value behind `=`, whose type is declared: here members stand bare.
    pub(crate) fn body(&mut self, ty: &Ty, depth: u8) -> String {
        if matches!(ty, Ty::Record(_)) {
            return self.expr(ty, depth).text;
        }
        match self.choices.below(8) {
            5 => {
                let needed =
                    |source: &Source| source.ty == *ty && matches!(source.absence, Absence::Unless(_));
                match self.choose_source(needed) {
                    Some(Source { text, absence: Absence::Unless(condition), .. }) => {
                        let other = self.expected_literal(ty).at(Level::Whole);
                        format!("{text} when {condition}, otherwise {other}")
                    }
                    _ => self.expr(ty, depth).text,
                }
            }
            6 => self.expected_literal(ty).text,
            7 => self.limbs(ty, depth, true).text,
            _ => self.expr(ty, depth).text,
        }
    }

    /// An operand: it binds at least as tightly as its place asks for.
    pub(crate) fn operand(&mut self, ty: &Ty, depth: u8, least: Level) -> String {
        self.expr(ty, depth).at(least)
    }

    pub(crate) fn expr(&mut self, ty: &Ty, depth: u8) -> Text {
        self.spend();
        if depth == 0 || self.fuel < 0 || self.fuel_here < 0 {
            return self.leaf(ty);
        }
        match self.choices.below(16) {
            0..=2 => self.leaf(ty),
            3..=8 => self.special(ty, depth - 1),
            9 | 10 => self.limbs(ty, depth - 1, false),
            11 | 12 => self.call(ty, depth - 1).unwrap_or_else(|| self.leaf_unless_record(ty, depth)),
            13 | 14 => self.or_else(ty, depth - 1),
            _ => self.of_two(ty, depth - 1),
        }
    }

    /// Counts an expression.
    pub(crate) fn spend(&mut self) {
        (self.fuel, self.fuel_here, self.work) = (self.fuel - 1, self.fuel_here - 1, self.work + 1);
    }

    /// Before each declaration: how deep its expressions nest, and how many there are. Most of the law is shallow.
    pub(crate) fn depth(&mut self) -> u8 {
        let (depth, fuel) =
            *self.choices.pick(&[(0, 4), (1, 12), (2, 12), (2, 24), (3, 16), (3, 32), (4, 40)]);
        self.fuel_here = fuel;
        depth
    }

    fn leaf_unless_record(&mut self, ty: &Ty, depth: u8) -> Text {
        if matches!(ty, Ty::Record(_)) { self.leaf(ty) } else { self.special(ty, depth - 1) }
    }

    /// A literal or a name.
    pub(crate) fn leaf(&mut self, ty: &Ty) -> Text {
        let is_record = matches!(ty, Ty::Record(_));
        if !is_record && self.choices.below(5) == 0 {
            return self.literal(ty);
        }
        match self
            .choose_source(|source| source.ty == *ty && (!is_record || source.absence == Absence::Never))
        {
            Some(source) => self.present(source),
            None => self.literal(ty),
        }
    }

    /// The source, with a value for the case in which it is not there. What is needed when a condition holds is never
    /// read under it here: beside a guard that says the opposite, the checker does not see that the two exclude each
    /// other.
    fn present(&mut self, source: Source) -> Text {
        match &source.absence {
            Absence::Never => Text::new(if source.is_path { Level::Atom } else { Level::Tight }, source.text),
            Absence::Perhaps if self.choices.chance(80) => {
                let other = self.literal(&source.ty).at(Level::Whole);
                Text::new(Level::Limbs, format!("{0} when {0} exists, otherwise {other}", source.text))
            }
            Absence::Perhaps | Absence::Unless(_) => {
                let other = self.literal(&source.ty).at(Level::Atom);
                Text::new(Level::Tight, format!("{} or else {other}", source.text))
            }
        }
    }

    /// What only this type can be made of.
    fn special(&mut self, ty: &Ty, depth: u8) -> Text {
        match ty {
            Ty::Bool => self.truth(depth),
            Ty::Integer => self.integer(depth),
            Ty::Number | Ty::Quantity(_) => self.fraction(ty, depth),
            Ty::Date => self.date(depth),
            Ty::Days | Ty::WorkingDays | Ty::Months => self.length(ty, depth),
            Ty::Text | Ty::Record(_) => self.leaf(ty),
            Ty::Enum(_) => self.or_else(ty, depth),
            Ty::Set(of) => self.set(of, depth),
            Ty::List(of) => self.list(of, depth),
            Ty::Range(of) => self.range(of, depth),
        }
    }

    /// `A when c, otherwise B`; `first of ..`; `highest of ..`.
    pub(crate) fn limbs(&mut self, ty: &Ty, depth: u8, is_expected: bool) -> Text {
        let value = |maker: &mut Self| {
            if is_expected && maker.choices.chance(90) {
                maker.expected_literal(ty)
            } else {
                maker.expr(ty, depth)
            }
        };
        let count = self.choices.between(1, 3);
        let limbs: Vec<String> = (0..count)
            .map(|_| {
                let (value, when) =
                    (value(self).at(Level::Implies), self.operand(&Ty::Bool, depth, Level::Implies));
                format!("{value} when {when}")
            })
            .collect();
        let otherwise = value(self).at(Level::Whole);
        let ordered = self.is_ordered(ty) || matches!(ty, Ty::Range(_));
        let head = match self.choices.below(4) {
            0 if count == 1 => "",
            2 if ordered => "highest of ",
            3 if ordered => "lowest of ",
            _ => "first of ",
        };
        Text::new(Level::Limbs, format!("{head}{}, otherwise {otherwise}", limbs.join(", ")))
    }

    /// What may be nothing, with a value for that case.
    pub(crate) fn or_else(&mut self, ty: &Ty, depth: u8) -> Text {
        let left = self.perhaps(ty, depth).at(Level::Atom);
        let right = self.operand(ty, depth, Level::Atom);
        Text::new(Level::Tight, format!("{left} or else {right}"))
    }

    /// An expression that may be nothing.
    pub(crate) fn perhaps(&mut self, ty: &Ty, depth: u8) -> Text {
        let ordered = self.is_ordered(ty) || matches!(ty, Ty::Range(_));
        match self.choices.below(8) {
            1 | 2 if ordered && self.may_walk() => {
                let how = match ty {
                    Ty::Date => *self.choices.pick(&["latest", "earliest"]),
                    _ => *self.choices.pick(&["highest", "lowest"]),
                };
                if let Some(text) = self.gathered(how, ty, depth) {
                    return text;
                }
            }
            3 | 4 if self.may_walk() => {
                if let Some(text) = self.first_by(ty, depth) {
                    return text;
                }
            }
            5 if self.is_scale(ty) => {
                let side = *self.choices.pick(&["above", "below"]);
                return Text::new(
                    Level::Negate,
                    format!("one step {side} {}", self.operand(ty, depth, Level::Atom)),
                );
            }
            6 if ty.is_fractional() && !self.is_plain => {
                let (left, right) = self.quotient(ty, depth);
                return Text::new(Level::Multiply, format!("{left} / {right}"));
            }
            7 => {}
            _ => {
                let source =
                    self.choose_source(|source| source.ty == *ty && source.absence != Absence::Never);
                if let Some(source) = source {
                    return Text::new(if source.is_path { Level::Atom } else { Level::Tight }, source.text);
                }
            }
        }
        let (value, when) =
            (self.operand(ty, depth, Level::Implies), self.operand(&Ty::Bool, depth, Level::Implies));
        Text::new(Level::Limbs, format!("{value} when {when}"))
    }

    /// `the higher of a and b`, where the type has an order.
    fn of_two(&mut self, ty: &Ty, depth: u8) -> Text {
        if !self.is_ordered(ty) && !matches!(ty, Ty::Range(_)) {
            return self.special(ty, depth);
        }
        let which = match ty {
            Ty::Date => *self.choices.pick(&["earlier", "later"]),
            _ => *self.choices.pick(&["lower", "higher"]),
        };
        let (left, right) = (self.operand(ty, depth, Level::Add), self.operand(ty, depth, Level::Add));
        Text::new(Level::To, format!("the {which} of {left} and {right}"))
    }

    // ---- calls ----

    pub(crate) fn call(&mut self, ty: &Ty, depth: u8) -> Option<Text> {
        if !self.may_call {
            return None;
        }
        let room = 3_usize.saturating_sub(self.nest);
        let readable: Vec<bool> =
            (0..self.records.len()).map(|record| self.has_source(&Ty::Record(record))).collect();
        let fits = |function: &super::world::Function| {
            let has_args = |param: &Param| if let Ty::Record(of) = param.ty { readable[of] } else { true };
            function.params.iter().all(has_args)
                && function.results.iter().any(|(_, result)| result == ty)
                && !function.nothing
                && function.degree <= room
                && function.work < 2_000
        };
        let count = self.functions.iter().filter(|function| fits(function)).count();
        if count == 0 {
            return None;
        }
        let place = self.choices.below(count);
        let function = self.functions.iter().filter(|function| fits(function)).nth(place)?.clone();
        Some(self.called(&function, ty, depth))
    }

    fn called(&mut self, function: &super::world::Function, ty: &Ty, depth: u8) -> Text {
        self.work += function.work;
        self.deepest = self.deepest.max(self.nest + function.degree);
        self.read_outcome |= function.reads_outcomes;
        let args: Vec<String> = function.params.iter().map(|param| self.argument(param, depth)).collect();
        let mut text = function.name.clone();
        if !args.is_empty() {
            text = format!("{text}({})", args.join(", "));
        }
        let mut level = Level::Atom;
        if function.is_dated && (!self.has_law_date || self.choices.chance(100)) {
            text = format!("{text} at {}", self.known_day());
            level = Level::Tight;
        }
        let column = function.results.iter().find(|(_, result)| result == ty).and_then(|(column, _)| *column);
        match column {
            Some(column) => Text::atom(format!("{}.{column}", Text::new(level, text).at(Level::Atom))),
            None => Text::new(level, text),
        }
    }

    /// A value within the bounds of a parameter.
    fn argument(&mut self, param: &Param, depth: u8) -> String {
        if param.bounds == Bounds::default() {
            return if self.choices.chance(80) && !matches!(param.ty, Ty::Record(_)) {
                self.expected_literal(&param.ty).at(Level::Whole)
            } else {
                self.expr(&param.ty, depth).at(Level::Whole)
            };
        }
        let (ty, bounds) = (param.ty.clone(), param.bounds);
        let within = |source: &Source| {
            source.ty == ty && source.absence == Absence::Never && source.bounds.is_within(bounds)
        };
        match self.choices.below(4) {
            0 => {}
            1 | 2 => {
                if let Some(source) = self.choose_source(within) {
                    return source.text;
                }
            }
            _ => {
                let any = |source: &Source| source.ty == ty && source.absence == Absence::Never;
                if let Some(source) = self.choose_source(any) {
                    return self.clamped(&source.text, &ty, bounds);
                }
            }
        }
        let value = self.constant(&ty, bounds);
        self.show(&ty, value).at(Level::Whole)
    }

    fn clamped(&mut self, text: &str, ty: &Ty, bounds: Bounds) -> String {
        let (higher, lower) = if *ty == Ty::Date { ("later", "earlier") } else { ("higher", "lower") };
        let mut text = format!("({text})");
        if let Some(least) = bounds.least {
            text = format!("(the {higher} of {text} and {})", self.show(ty, least).at(Level::Add));
        }
        if let Some(most) = bounds.most {
            text = format!("(the {lower} of {text} and {})", self.show(ty, most).at(Level::Add));
        }
        text
    }

    /// A day on which everything dated has a row.
    pub(crate) fn known_day(&mut self) -> String {
        let from = Bounds::from(FIRST_DAY);
        let known = |source: &Source| {
            source.ty == Ty::Date
                && source.absence == Absence::Never
                && source.bounds.is_within(from)
                && source.is_path
        };
        match self.choose_source(known) {
            Some(source) if self.choices.chance(220) => source.text,
            _ => {
                let day = self.constant(&Ty::Date, from);
                self.show(&Ty::Date, day).text
            }
        }
    }
}
