//! The answer to a case, read where it stands: outcomes by key, the rules that fired by name.

use std::sync::Arc;

use super::{BOOL, Decider, INTEGER, MEMBER, NUMBER, OutcomeKey, Ready, rescaled};
use crate::decision::{Decision, Fired, Status};
use crate::eval::Places;
use crate::program::{Kind, Output};
use crate::types::Type;
use crate::value::{Value, date_of};

/// The answer to the case in a [`Decider`].
///
/// Outcomes are read by key; what is `None` is not settled, is no such thing, has another type, or belongs to another
/// policy. [`decision`](Self::decision) gives all of it.
pub struct Answer<'d> {
    pub(super) decider: &'d Decider,
}

impl Answer<'_> {
    /// How the case ended.
    #[inline]
    #[must_use]
    pub fn status(&self) -> Status {
        self.decider.decision.as_ref().map_or(Status::Decided, Decision::status)
    }

    /// Every outcome is settled.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.status() == Status::Decided
    }

    /// The compiled program left the case to the reference evaluator, which is slower. It says how fast an answer came,
    /// and nothing about the answer.
    #[must_use]
    pub fn is_by_reference(&self) -> bool {
        self.decider.decision.is_some()
    }

    /// A `bool`.
    #[inline]
    #[must_use]
    pub fn bool(&self, outcome: OutcomeKey) -> Option<bool> {
        if let Some(value) = self.at_once(outcome, BOOL) {
            return Some(value != 0);
        }
        match self.read(outcome)? {
            Read::Number(value, Kind::Bool) => Some(value != 0),
            Read::Value(Value::Bool(value)) => Some(*value),
            Read::Number(..) | Read::Value(_) => None,
        }
    }

    /// An `integer`, or the count of `days`, `working days` or `months`.
    #[inline]
    #[must_use]
    pub fn integer(&self, outcome: OutcomeKey) -> Option<i64> {
        if let Some(value) = self.at_once(outcome, INTEGER) {
            return Some(value);
        }
        match self.read(outcome)? {
            Read::Number(value, Kind::Integer | Kind::Days | Kind::WorkingDays | Kind::Months) => Some(value),
            Read::Value(
                Value::Integer(value) | Value::Days(value) | Value::WorkingDays(value) | Value::Months(value),
            ) => Some(*value),
            Read::Number(..) | Read::Value(_) => None,
        }
    }

    /// A `number`, or an amount in its declared unit: so many units of ten to the power of minus the second, without
    /// zeros at the end. `(1_25, 1)` is 12.5; at most 28 digits.
    #[inline]
    #[must_use]
    pub fn number(&self, outcome: OutcomeKey) -> Option<(i128, u32)> {
        let number = match self.read(outcome)? {
            Read::Number(value, Kind::Number { scale }) => return Some(trimmed(value, scale)),
            Read::Value(Value::Number(number)) => number,
            Read::Number(..) | Read::Value(_) => return None,
        };
        number.mantissa()
    }

    /// A `number`, or an amount in its declared unit, in units of ten to the power of minus `scale`: 12.50 at scale 2 is
    /// 1250. `None` also where it is not a whole number of these, or beyond 64 bits.
    #[inline]
    #[must_use]
    pub fn scaled(&self, outcome: OutcomeKey, scale: u32) -> Option<i64> {
        // A larger scale would reach into other parts of the stamp.
        if let Some(value) = self.at_once(outcome, NUMBER | u64::from(scale)).filter(|_| scale <= 0xff) {
            return Some(value);
        }
        match self.read(outcome)? {
            Read::Number(value, Kind::Number { scale: at }) => rescaled(value, at, scale),
            Read::Value(Value::Number(number)) => number.scaled(scale),
            Read::Number(..) | Read::Value(_) => None,
        }
    }

    /// The wire name of a member of an enum or scale, or a `text`.
    #[inline]
    #[must_use]
    pub fn text(&self, outcome: OutcomeKey) -> Option<&str> {
        let schema = &self.decider.policy.checked.schema;
        let place = match self.read(outcome)? {
            Read::Number(place, Kind::Member) => usize::try_from(place).ok()?,
            Read::Value(Value::Member(place)) => usize::try_from(*place).ok()?,
            Read::Value(Value::Text(text)) => return Some(text),
            Read::Number(..) | Read::Value(_) => return None,
        };
        let Type::Enum(id) = &schema.outcomes.get(usize::from(outcome.place))?.ty else { return None };
        schema.enumeration(*id)?.members.get(place).map(|member| &*member.wire)
    }

    /// The place of a member of an enum or scale in its declaration, from 0.
    #[inline]
    #[must_use]
    pub fn member(&self, outcome: OutcomeKey) -> Option<usize> {
        if let Some(place) = self.at_once(outcome, MEMBER) {
            return usize::try_from(place).ok();
        }
        match self.read(outcome)? {
            Read::Number(place, Kind::Member) => usize::try_from(place).ok(),
            Read::Value(Value::Member(place)) => usize::try_from(*place).ok(),
            Read::Number(..) | Read::Value(_) => None,
        }
    }

    /// A `date` as year, month (from 1) and day (from 1).
    #[must_use]
    pub fn date(&self, outcome: OutcomeKey) -> Option<(i16, i8, i8)> {
        let date = match self.read(outcome)? {
            Read::Number(day, Kind::Date) => date_of(day).ok()?,
            Read::Value(Value::Date(date)) => *date,
            Read::Number(..) | Read::Value(_) => return None,
        };
        Some((date.year(), date.month(), date.day()))
    }

    /// It is settled that there is no such thing.
    #[must_use]
    pub fn is_nothing(&self, outcome: OutcomeKey) -> bool {
        matches!(self.read(outcome), Some(Read::Value(Value::Nothing)))
    }

    /// The names of the rules that applied, sorted; a rule over items is named once for each.
    #[inline]
    pub fn fired(&self) -> impl ExactSizeIterator<Item = &str> {
        match (&self.decider.decision, &self.decider.ready) {
            (None, Some(Ready { machine, .. })) => {
                Names::OfProgram { places: machine.fired(), rules: &machine.program().rules }
            }
            (decision, _) => Names::OfDecision(decision.as_ref().map_or(&[][..], |of| &of.fired).iter()),
        }
    }

    /// All of the answer, in memory of its own.
    #[must_use]
    pub fn decision(&self) -> Decision {
        let schema = &self.decider.policy.checked.schema;
        match (&self.decider.decision, &self.decider.ready) {
            (Some(decision), _) => decision.clone(),
            (None, Some(Ready { machine, .. })) => {
                machine.decision(schema).unwrap_or_else(|| self.decider.decide_by_reference())
            }
            (None, None) => self.decider.decide_by_reference(),
        }
    }

    /// Writes the line of [`Decision::to_json`] to the end of `text`. `case` is the number of the case, from 0.
    pub fn write_json(&self, case: u64, text: &mut String) {
        match (&self.decider.decision, &self.decider.ready) {
            (None, Some(Ready { machine, form, .. })) => {
                form.write(&self.decider.policy.checked.schema, machine, case, text);
            }
            (decision, _) => match decision {
                Some(decision) => text.push_str(&decision.to_json(case)),
                None => text.push_str(&self.decision().to_json(case)),
            },
        }
    }

    /// What the program has left in an outcome that is always there and taken this way.
    #[inline(always)]
    fn at_once(&self, outcome: OutcomeKey, way: u64) -> Option<i64> {
        let ready = self.decider.ready.as_ref().filter(|_| outcome.stamp == self.decider.answered | way);
        ready.map(|ready| ready.machine.register(outcome.value))
    }

    fn read(&self, outcome: OutcomeKey) -> Option<Read<'_>> {
        if outcome.policy != self.decider.id {
            return None;
        }
        match (&self.decider.decision, &self.decider.ready) {
            (Some(decision), _) => {
                let value = decision.outcomes.get(usize::from(outcome.place));
                value.filter(|value| value.is_settled()).map(Read::Value)
            }
            (None, Some(Ready { machine, .. })) => {
                let Output { kind, value, there, list: _ } = outcome.output?;
                Some(if machine.is_set(there) {
                    Read::Number(machine.register(value), kind)
                } else {
                    Read::Value(&Value::Nothing)
                })
            }
            (None, None) => None,
        }
    }
}

impl std::fmt::Debug for Answer<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.decision().fmt(f)
    }
}

/// Names of rules that fired.
enum Names<'a> {
    OfProgram { places: Places<'a>, rules: &'a [Arc<str>] },
    OfDecision(std::slice::Iter<'a, Fired>),
}

impl<'a> Iterator for Names<'a> {
    type Item = &'a str;

    #[inline]
    fn next(&mut self) -> Option<&'a str> {
        match self {
            Self::OfProgram { places, rules } => rules.get(places.next()?).map(|rule| &**rule),
            Self::OfDecision(fired) => fired.next().map(|fired| &*fired.rule),
        }
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        match self {
            Self::OfProgram { places, .. } => places.size_hint(),
            Self::OfDecision(fired) => fired.size_hint(),
        }
    }

    #[inline]
    fn count(self) -> usize {
        self.len()
    }
}

impl ExactSizeIterator for Names<'_> {}

/// An outcome where it stands.
enum Read<'a> {
    Number(i64, Kind),
    Value(&'a Value),
}

#[inline]
fn trimmed(units: i64, scale: u32) -> (i128, u32) {
    let (mut units, mut scale) = (units, scale);
    if units == 0 {
        return (0, 0);
    }
    while scale > 0 && units % 10 == 0 {
        units /= 10;
        scale = scale.saturating_sub(1);
    }
    (i128::from(units), scale)
}
