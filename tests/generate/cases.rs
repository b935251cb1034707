//! Cases: facts that mostly fit the policy, drawn to its bounds and to the constants of its text, with facts left out
//! and now and then a mistake.

use serde_json::{Map, Value};

use super::Generated;
use super::choices::Choices;
use super::world::{Bounds, Field, Presence, Ty, date_text, hundredths_text};

/// The facts of one case.
pub(crate) struct Facts {
    pub(crate) value: Value,
}

impl Generated {
    /// A case that these choices make.
    pub(crate) fn case(&self, choices: &mut Choices<'_>) -> Facts {
        // Most cases have no mistake at all.
        let mistakes = if choices.chance(32) { 24 } else { 0 };
        let mut drawing = Drawing { policy: self, choices, mistakes, gives_all: false };
        let mut map = drawing.record(&self.facts, 0);
        if drawing.errs() {
            map.insert("no such fact".into(), Value::from(1));
        }
        Facts { value: Value::Object(map) }
    }

    /// The same case with every fact in it that may be unknown and was left out.
    pub(crate) fn completed(&self, facts: &Facts, choices: &mut Choices<'_>) -> Facts {
        let mut value = facts.value.clone();
        let mut drawing = Drawing { policy: self, choices, mistakes: 0, gives_all: true };
        drawing.complete(&mut value, &self.facts);
        Facts { value }
    }
}

struct Drawing<'p, 'c, 'b> {
    policy: &'p Generated,
    choices: &'c mut Choices<'b>,
    /// How often of 256 something is wrong.
    mistakes: u16,
    gives_all: bool,
}

impl Drawing<'_, '_, '_> {
    fn errs(&mut self) -> bool {
        self.mistakes > 0 && self.choices.chance(self.mistakes)
    }

    fn record(&mut self, fields: &[Field], depth: u8) -> Map<String, Value> {
        let mut map = Map::new();
        for field in fields {
            if field.presence == Presence::FirstOf || !self.is_given(field) {
                continue;
            }
            let value = if field.nothing && field.unknown && self.choices.chance(60) {
                Value::Null
            } else if self.errs() {
                self.mistake(field)
            } else {
                self.value(field, depth)
            };
            map.insert(field.wire.clone(), value);
        }
        map
    }

    fn is_given(&mut self, field: &Field) -> bool {
        if self.gives_all {
            return true;
        }
        match field.presence {
            Presence::NeededWhen(_) => !self.choices.chance(30),
            Presence::Default => !self.choices.chance(130),
            Presence::Needed | Presence::FirstOf if field.unknown => !self.choices.chance(110),
            Presence::Needed | Presence::FirstOf if field.nothing => !self.choices.chance(90),
            Presence::Needed | Presence::FirstOf => !self.choices.chance(2),
        }
    }

    fn value(&mut self, field: &Field, depth: u8) -> Value {
        match &field.ty {
            Ty::List(of) => {
                let count = self.length(field.bounds);
                Value::Array((0..count).map(|_| self.item(of, depth)).collect())
            }
            Ty::Set(of) => {
                let count = self.length(field.bounds);
                let mut members: Vec<Value> = Vec::new();
                for _ in 0..count {
                    let member = self.item(of, depth);
                    if !members.contains(&member) || self.errs() {
                        members.push(member);
                    }
                }
                Value::Array(members)
            }
            Ty::Range(of) => {
                let bottom = self.number(of, field.bounds);
                let width = [0, 1, 100, 5_000][self.choices.below(4)];
                let most = field.bounds.most.unwrap_or(i64::MAX);
                let top = bottom.saturating_add(width).min(most);
                Value::Array(vec![self.shown(of, bottom, field), self.shown(of, top, field)])
            }
            Ty::Record(of) => {
                let policy = self.policy;
                Value::Object(self.record(&policy.records[*of].fields, depth + 1))
            }
            ty if ty.is_amount() || *ty == Ty::Date => {
                let mut number = self.number(ty, field.bounds);
                match field.decimals {
                    Some(0) => number -= number % 100,
                    Some(1) => number -= number % 10,
                    _ => {}
                }
                if field.bounds.least.is_some_and(|least| number < least) {
                    number = field.bounds.least.unwrap_or(0);
                }
                self.shown(ty, number, field)
            }
            ty => self.item(ty, depth),
        }
    }

    fn length(&mut self, bounds: Bounds) -> i64 {
        let least = bounds.least.unwrap_or(0).max(0);
        let most = bounds.most.unwrap_or(5).max(least);
        least + i64::try_from(self.choices.below(usize::try_from(most - least + 1).unwrap_or(1))).unwrap_or(0)
    }

    /// A value without bounds of its own.
    fn item(&mut self, ty: &Ty, depth: u8) -> Value {
        let policy = self.policy;
        match ty {
            Ty::Bool => Value::from(self.choices.below(2) == 1),
            Ty::Text => Value::from(["a", "", "ab c", "ü#|", "b"][self.choices.below(5)]),
            Ty::Enum(of) => {
                let members = &policy.enums[*of].members;
                Value::from(members[self.choices.below(members.len())].wire)
            }
            Ty::Record(of) => Value::Object(self.record(&policy.records[*of].fields, depth + 1)),
            Ty::List(of) | Ty::Set(of) => {
                let count = self.choices.below(4);
                let mut items: Vec<Value> = Vec::new();
                for _ in 0..count {
                    let item = self.item(of, depth);
                    if matches!(ty, Ty::List(_)) || !items.contains(&item) {
                        items.push(item);
                    }
                }
                Value::Array(items)
            }
            Ty::Range(of) => {
                let bottom = self.number(of, Bounds::default());
                Value::Array(vec![plain(of, bottom), plain(of, bottom.saturating_add(5))])
            }
            _ => {
                let number = self.number(ty, Bounds::default());
                plain(ty, number)
            }
        }
    }

    /// A number within the bounds: an end, a constant of the policy, or beside one.
    fn number(&mut self, ty: &Ty, bounds: Bounds) -> i64 {
        let policy = self.policy;
        let pool = match ty {
            Ty::Number | Ty::Quantity(_) => &policy.constants.hundredths,
            Ty::Date => &policy.constants.days,
            _ => &policy.constants.integers,
        };
        let usual = if *ty == Ty::Date { 19_000 } else { 4 };
        let chosen = match self.choices.below(8) {
            0 => bounds.least.unwrap_or(usual),
            1 => bounds.most.unwrap_or(usual + 3),
            2..=5 if !pool.is_empty() => pool[self.choices.below(pool.len())],
            6 if !pool.is_empty() => {
                let beside = [1, -1, 50][self.choices.below(3)];
                pool[self.choices.below(pool.len())] + beside
            }
            7 if *ty != Ty::Date && self.choices.chance(20) => 9_007_199_254_740_993,
            _ => usual + i64::try_from(self.choices.below(12)).unwrap_or(0),
        };
        let chosen = bounds.least.map_or(chosen, |least| chosen.max(least));
        bounds.most.map_or(chosen, |most| chosen.min(most))
    }

    fn shown(&mut self, ty: &Ty, number: i64, field: &Field) -> Value {
        // A share that comes in per cent: the wire's 5 is the value 0.05.
        if field.in_percent {
            return Value::from(number.to_string());
        }
        // Whole amounts come as JSON integers, too.
        if ty.is_fractional() && number % 100 == 0 && self.choices.chance(80) {
            return Value::from(number / 100);
        }
        plain(ty, number)
    }

    /// Something that the field may not be.
    fn mistake(&mut self, field: &Field) -> Value {
        match self.choices.below(7) {
            0 => Value::Null,
            1 => Value::from("no such value"),
            2 => Value::from(field.bounds.least.map_or(-1, |least| least - 1)),
            3 => Value::Array(vec![Value::from(1), Value::Null, Value::from("x")]),
            4 => Value::Object([("x".to_owned(), Value::from(1))].into_iter().collect()),
            5 => Value::from("12345678901234567890.123456789012345678901234567890"),
            _ => Value::from(u64::MAX),
        }
    }

    fn complete(&mut self, value: &mut Value, fields: &[Field]) {
        let Some(map) = value.as_object_mut() else { return };
        for field in fields {
            if !field.unknown {
                if let Some(inner) = map.get_mut(&field.wire) {
                    self.complete_inside(inner, &field.ty);
                }
                continue;
            }
            match map.get_mut(&field.wire) {
                Some(inner) => self.complete_inside(inner, &field.ty),
                None => {
                    let known = if field.nothing && self.choices.chance(80) {
                        Value::Null
                    } else {
                        self.value(field, 0)
                    };
                    map.insert(field.wire.clone(), known);
                }
            }
        }
    }

    fn complete_inside(&mut self, value: &mut Value, ty: &Ty) {
        let policy = self.policy;
        match (ty, value) {
            (Ty::Record(of), value) => self.complete(value, &policy.records[*of].fields),
            (Ty::List(of), Value::Array(items)) => {
                items.iter_mut().for_each(|item| self.complete_inside(item, of));
            }
            _ => {}
        }
    }
}

fn plain(ty: &Ty, number: i64) -> Value {
    match ty {
        Ty::Number | Ty::Quantity(_) => Value::from(hundredths_text(number)),
        Ty::Date => Value::from(date_text(number)),
        _ => Value::from(number),
    }
}
