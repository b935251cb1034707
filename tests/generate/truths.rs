//! Conditions.

use super::maker::{Level, Maker, Text};
use super::world::{Absence, Source, Ty};

impl Maker<'_> {
    pub(crate) fn truth(&mut self, depth: u8) -> Text {
        match self.choices.below(16) {
            0..=4 => match self.choose_source(|source| !matches!(source.ty, Ty::Record(_))) {
                Some(source) => self.test_of(&source, depth).unwrap_or_else(|| self.compared(depth)),
                None => self.compared(depth),
            },
            5 | 6 => self.joined("and", Level::And, depth),
            7 | 8 => self.joined("or", Level::Or, depth),
            9 => Text::new(Level::Not, format!("not {}", self.operand(&Ty::Bool, depth, Level::Compare))),
            10 => {
                let (left, right) =
                    (self.operand(&Ty::Bool, depth, Level::And), self.operand(&Ty::Bool, depth, Level::Or));
                Text::new(Level::Implies, format!("{left} implies {right}"))
            }
            11..=13 if self.may_walk() => self.any_or_every(depth).unwrap_or_else(|| self.compared(depth)),
            14 => self.near_in_time(depth),
            _ => self.compared(depth),
        }
    }

    /// `and` and `or`, each beside itself without parentheses and beside the other with them.
    fn joined(&mut self, word: &str, level: Level, depth: u8) -> Text {
        let mut sides = Vec::new();
        for _ in 0..self.choices.between(2, 3) {
            let side = self.expr(&Ty::Bool, depth);
            sides.push(if side.level == level { side.text } else { side.at(Level::Not) });
        }
        Text::new(level, sides.join(&format!(" {word} ")))
    }

    fn compared(&mut self, depth: u8) -> Text {
        let ty = self.measured();
        let op = *self.choices.pick(&["<", "<=", ">", ">=", "is", "is not"]);
        let (left, right) = (self.operand(&ty, depth, Level::To), self.operand(&ty, depth, Level::To));
        Text::new(Level::Compare, format!("{left} {op} {right}"))
    }

    fn near_in_time(&mut self, depth: u8) -> Text {
        let date = self.operand(&Ty::Date, depth, Level::To);
        let length = *self.choices.pick(&["24 months", "30 days", "1 year"]);
        let side = *self.choices.pick(&["before", "after"]);
        let other = self.operand(&Ty::Date, depth, Level::To);
        Text::new(Level::Compare, format!("{date} within {length} {side} {other}"))
    }

    /// A condition about a name, guarded where it may be nothing. `None` for a record.
    pub(crate) fn test_of(&mut self, source: &Source, depth: u8) -> Option<Text> {
        self.spend();
        let name = &source.text;
        if !source.is_path && source.absence != Absence::Never {
            return None;
        }
        let subject =
            Text::new(if source.is_path { Level::Atom } else { Level::Tight }, name.clone()).at(Level::Tight);
        let test = self.plain_test(&subject, &source.ty, depth);
        match &source.absence {
            Absence::Never => test,
            Absence::Perhaps | Absence::Unless(_) => {
                // `is` and `in` accept nothing; order and arithmetic want a guard.
                let guarded = test.map(|test| test.at(Level::Not));
                match (self.choices.below(6), guarded, &source.absence) {
                    (0, _, _) => Some(Text::new(Level::Compare, format!("{name} exists"))),
                    (1, _, _) => {
                        let not = *self.choices.pick(&["", "not "]);
                        Some(Text::new(Level::Compare, format!("{name} is {not}nothing")))
                    }
                    (_, None, _) => Some(Text::new(Level::Compare, format!("{name} exists"))),
                    (2, Some(test), Absence::Unless(condition)) if self.nest == 0 => {
                        Some(Text::new(Level::And, format!("({condition}) and {test}")))
                    }
                    (2 | 3, Some(test), _) => {
                        Some(Text::new(Level::And, format!("{test} and {name} exists")))
                    }
                    (4, Some(test), _) => Some(Text::new(Level::Or, format!("{name} is nothing or {test}"))),
                    (_, Some(test), _) => {
                        Some(Text::new(Level::Implies, format!("{name} exists implies {test}")))
                    }
                }
            }
        }
    }

    fn plain_test(&mut self, subject: &str, ty: &Ty, depth: u8) -> Option<Text> {
        let text = match ty {
            Ty::Bool => return Some(Text::new(Level::Tight, subject.to_owned())),
            Ty::Record(_) => return None,
            Ty::Text => match self.choices.below(3) {
                0 => format!("{subject} is {}", self.literal(ty).text),
                1 => format!("{subject} starts with {}", self.literal(ty).text),
                _ => format!("{subject} in [{}, \"b\"]", self.literal(ty).text),
            },
            Ty::Set(of) => self.set_test(subject, of, depth),
            Ty::List(of) if self.choices.chance(80) && !matches!(**of, Ty::Record(_)) => {
                format!("{} in {subject}", self.operand(of, 0, Level::To))
            }
            Ty::List(_) => format!("{subject} is {}empty", self.choices.pick(&["", "not "])),
            Ty::Range(of) => format!("{} in {subject}", self.operand(of, depth, Level::To)),
            Ty::Enum(of) if !self.enums[*of].is_scale || self.choices.chance(100) => {
                match self.choices.below(4) {
                    0 => format!("{subject} is {}", self.member(*of)),
                    1 => format!("{subject} is not {}", self.member(*of)),
                    2 => format!("{subject} in [{}]", self.distinct(ty, 2).join(", ")),
                    _ => format!("{subject} is {}", self.operand(ty, depth, Level::To)),
                }
            }
            _ => return Some(self.ordered_test(subject, ty, depth)),
        };
        Some(Text::new(Level::Compare, text))
    }

    fn ordered_test(&mut self, subject: &str, ty: &Ty, depth: u8) -> Text {
        let is_scale = matches!(ty, Ty::Enum(_));
        let text = match self.choices.below(8) {
            0 if is_scale => format!("{subject} >= {}", self.expected_literal(ty).text),
            1 if *ty == Ty::Date => {
                let word = *self.choices.pick(&["before", "after", "on or before", "on or after"]);
                format!("{subject} {word} {}", self.operand(ty, depth, Level::To))
            }
            2 if !is_scale => {
                let range = self.literal(&Ty::range(ty.clone())).text;
                let not = *self.choices.pick(&["", "not "]);
                format!("{subject} {not}in {range}")
            }
            3 => format!(
                "{subject} in [{}, {}]",
                self.literal(ty).at(Level::Implies),
                self.literal(ty).at(Level::Implies)
            ),
            4..=6 => {
                let op = *self.choices.pick(&[">", ">=", "<", "<="]);
                format!("{subject} {op} {}", self.literal(ty).at(Level::To))
            }
            _ => {
                let op = *self.choices.pick(&[">", ">=", "<", "<=", "is", "is not"]);
                format!("{subject} {op} {}", self.operand(ty, depth, Level::To))
            }
        };
        Text::new(Level::Compare, text)
    }

    fn set_test(&mut self, subject: &str, of: &Ty, depth: u8) -> String {
        let ty = Ty::set(of.clone());
        match self.choices.below(5) {
            0 => format!("{subject} is empty"),
            1 => format!("{subject} is not empty"),
            2 => format!("{} in {subject}", self.operand(of, depth, Level::To)),
            some => {
                let how = if some == 3 { "any" } else { "all" };
                let other = if self.choices.chance(200) {
                    self.expected_literal(&ty).at(Level::Add)
                } else {
                    self.operand(&ty, depth, Level::Add)
                };
                format!("{subject} has {how} of {other}")
            }
        }
    }
}
