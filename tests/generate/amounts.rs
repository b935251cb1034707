//! Integers, numbers, amounts, dates and lengths of time.

use super::maker::{Level, Maker, Text};
use super::world::{Absence, Source, Ty};

impl Maker<'_> {
    pub(crate) fn integer(&mut self, depth: u8) -> Text {
        let ty = Ty::Integer;
        match self.choices.below(10) {
            0..=2 => self.sum_of_two(&ty, depth),
            3 => {
                let (left, right) =
                    (self.operand(&ty, depth, Level::Multiply), self.operand(&ty, depth, Level::Negate));
                Text::new(Level::Multiply, format!("{left} * {right}"))
            }
            4 => self.negated(&ty, depth),
            5 => self.days_after(depth),
            6 | 7 if self.may_walk() => self.count(depth),
            _ => self.folded(&ty, depth),
        }
    }

    pub(crate) fn fraction(&mut self, ty: &Ty, depth: u8) -> Text {
        match self.choices.below(14) {
            0..=2 => self.sum_of_two(ty, depth),
            3 | 4 => {
                let scale = if self.choices.chance(60) { Ty::Integer } else { Ty::Number };
                let (left, right) =
                    (self.operand(&scale, depth, Level::Multiply), self.operand(ty, depth, Level::Negate));
                Text::new(Level::Multiply, format!("{left} * {right}"))
            }
            5..=7 | 9 | 11 if self.is_plain => self.sum_of_two(ty, depth),
            5 => {
                let left = self.operand(ty, depth, Level::Multiply);
                let divisor = *self.choices.pick(&["2", "3", "7", "100", "0.5", "1.1", "12%"]);
                Text::new(Level::Multiply, format!("{left} / {divisor}"))
            }
            6 => {
                let (left, right) = self.quotient(ty, depth);
                let other = self.operand(ty, 0, Level::Atom);
                Text::new(Level::Tight, format!("({left} / {right}) or else {other}"))
            }
            7 => self.guarded_quotient(ty, depth),
            8 => {
                let inner = self.operand(ty, depth, Level::Implies);
                Text::new(Level::Whole, format!("{inner} {}", self.rounding(ty)))
            }
            9 => {
                let end = *self.choices.pick(&["bottom", "top", "middle"]);
                Text::atom(format!("{end}({})", self.operand(&Ty::range(ty.clone()), depth, Level::Whole)))
            }
            10 => self.converted(ty, depth),
            11 if *ty == Ty::Number => {
                // Two amounts of one kind give a number.
                let amount = Ty::Quantity(self.choices.below(self.units.len()));
                let left = self.operand(&amount, depth, Level::Multiply);
                let divisor = self.show(&amount, 300).text;
                Text::new(Level::Multiply, format!("{left} / {divisor}"))
            }
            12 => self.negated(ty, depth),
            _ => self.folded(ty, depth),
        }
    }

    fn sum_of_two(&mut self, ty: &Ty, depth: u8) -> Text {
        let op = *self.choices.pick(&["+", "-"]);
        let (left, right) = (self.operand(ty, depth, Level::Add), self.operand(ty, depth, Level::Multiply));
        Text::new(Level::Add, format!("{left} {op} {right}"))
    }

    fn negated(&mut self, ty: &Ty, depth: u8) -> Text {
        Text::new(Level::Negate, format!("-{}", self.operand(ty, depth, Level::Tight)))
    }

    /// A dividend, and a divisor that may be zero.
    pub(crate) fn quotient(&mut self, ty: &Ty, depth: u8) -> (String, String) {
        let divisor = if self.choices.chance(100) { Ty::Integer } else { Ty::Number };
        (self.operand(ty, depth, Level::Multiply), self.operand(&divisor, depth, Level::Negate))
    }

    fn guarded_quotient(&mut self, ty: &Ty, depth: u8) -> Text {
        let divisor = |source: &Source| {
            source.absence == Absence::Never
                && source.is_path
                && matches!(source.ty, Ty::Integer | Ty::Number)
        };
        let Some(divisor) = self.choose_source(divisor) else { return self.sum_of_two(ty, depth) };
        let left = self.operand(ty, depth, Level::Multiply);
        let other = self.literal(ty).at(Level::Whole);
        let guard = *self.choices.pick(&["> 0", "is not 0", ">= 1"]);
        Text::new(Level::Limbs, format!("{left} / {0} when {0} {guard}, otherwise {other}", divisor.text))
    }

    /// An amount in another unit of the same kind.
    fn converted(&mut self, ty: &Ty, depth: u8) -> Text {
        let Ty::Quantity(unit) = ty else { return self.sum_of_two(ty, depth) };
        let base = self.units[*unit].base;
        let others: Vec<usize> =
            (0..self.units.len()).filter(|other| other != unit && self.units[*other].base == base).collect();
        if others.is_empty() {
            return self.sum_of_two(ty, depth);
        }
        let other = Ty::Quantity(*self.choices.pick(&others));
        // The unit of the whole is that of the left side.
        let (left, right) =
            (self.operand(ty, depth, Level::Add), self.operand(&other, depth, Level::Multiply));
        Text::new(Level::Add, format!("{left} + {right}"))
    }

    /// `sum of .. for each ..`, and `product of`; an addition where nothing can be walked.
    pub(crate) fn folded(&mut self, ty: &Ty, depth: u8) -> Text {
        if !self.may_walk() {
            return self.sum_of_two(ty, depth);
        }
        let multiplies = matches!(ty, Ty::Integer | Ty::Number) && self.choices.chance(60);
        let how = if multiplies { "product" } else { "sum" };
        self.gathered(how, ty, depth).unwrap_or_else(|| self.sum_of_two(ty, depth))
    }

    pub(crate) fn length(&mut self, ty: &Ty, depth: u8) -> Text {
        match self.choices.below(4) {
            0 | 1 => self.sum_of_two(ty, depth),
            2 => {
                let count = *self.choices.pick(&["2", "3", "12"]);
                Text::new(Level::Multiply, format!("{count} * {}", self.operand(ty, depth, Level::Negate)))
            }
            _ => self.folded(ty, depth),
        }
    }

    pub(crate) fn date(&mut self, depth: u8) -> Text {
        let date = self.operand(&Ty::Date, depth, Level::Add);
        let op = *self.choices.pick(&["+", "-"]);
        match self.choices.below(6) {
            0 | 1 => {
                let days = *self.choices.pick(&["30 days", "1 day", "14 days", "365 days"]);
                Text::new(Level::Add, format!("{date} {op} {days}"))
            }
            2 | 3 => {
                let months = *self.choices.pick(&["1 month", "6 months", "2 years", "13 months"]);
                Text::new(Level::Add, format!("{date} {op} {months}"))
            }
            4 if !self.calendars.is_empty() => {
                let length = *self.choices.pick(&["5 working days", "1 working day", "10 working days"]);
                let calendar = self.choices.pick(&self.calendars).clone();
                if self.calendars.len() > 1 || self.choices.chance(60) {
                    return Text::atom(format!("({date} {op} {length} of {calendar})"));
                }
                Text::new(Level::Add, format!("{date} {op} {length}"))
            }
            _ => {
                let ty = self.choices.pick(&[Ty::Days, Ty::Months]).clone();
                Text::new(Level::Add, format!("{date} {op} {}", self.operand(&ty, depth, Level::Multiply)))
            }
        }
    }

    fn days_after(&mut self, depth: u8) -> Text {
        let (from, to) =
            (self.operand(&Ty::Date, depth, Level::Add), self.operand(&Ty::Date, depth, Level::Add));
        if !self.calendars.is_empty() && self.choices.chance(100) {
            let of = format!(" of {}", self.choices.pick(&self.calendars));
            let of = if self.calendars.len() > 1 || self.choices.chance(60) { of } else { String::new() };
            return Text::atom(format!("(working days after {from} to {to}{of})"));
        }
        Text::atom(format!("(days after {from} to {to})"))
    }
}
