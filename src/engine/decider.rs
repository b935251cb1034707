//! Cases one after the other without allocation: facts by key instead of by name, outcomes read where they stand.
//! What the compiled program abstains from, the reference evaluator decides from the same facts as JSON.

use std::fmt::Write as _;

use super::Policy;
use crate::decision::Decision;
use crate::eval::json::{Most, Reader};
use crate::eval::{Machine, value_of};
use crate::facts;
use crate::program::{Kind, Output, Reg};
use crate::types::{Field, Type};
use crate::value::{Number, Value};

pub use self::answer::Answer;
use self::form::Form;

mod answer;
mod form;

/// A fact of one policy, found once by its name: see [`Policy::fact`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FactKey {
    pub(super) policy: u64,
    pub(super) place: u16,
    /// What a decider takes for it: the policy, the way of giving, and the scale of a number, as one number.
    stamp: u64,
    /// The least number that is taken, and by how much the most lies above it.
    least: i64,
    width: u64,
    pub(super) in_percent: bool,
}

/// Ways of giving a fact to a program and of taking an outcome from it, as parts of a stamp.
const BOOL: u64 = 1 << 8;
const INTEGER: u64 = 2 << 8;
const NUMBER: u64 = 3 << 8;
const MEMBER: u64 = 4 << 8;
/// The policy's part of a stamp.
const POLICY: u32 = 16;

/// An outcome of one policy, found once by its name: see [`Policy::outcome`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OutcomeKey {
    pub(super) policy: u64,
    pub(super) place: u16,
    /// Where the program leaves it.
    output: Option<Output>,
    /// How it is taken at once: the policy, the kind, and the scale of a number, as one number. None if there may be no such
    /// thing.
    stamp: u64,
    /// Where it is taken.
    value: Reg,
}

/// A member of an enum or scale as the value of one fact: see [`Policy::member`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MemberKey {
    fact: FactKey,
    place: u32,
}

/// Decides one case after the other in the same memory: see [`Policy::decider`].
///
/// Give the facts of a case, ask for the [`Answer`], [`clear`](Self::clear), go on. Once the memory is warm nothing is
/// allocated, unless the compiled program leaves a case to the reference evaluator (a fact is malformed, missing or
/// unknown, a number does not fit, the evaluation fails).
///
/// Every way of giving facts means the same: a decision is that of the case as JSON. A value of the wrong type or beyond
/// its bounds is no error here but a refused case.
///
/// ```
/// # let policy = assize::Policy::from_text("p.assize", "policy p unit EUR, 2 decimals
/// #     facts value: EUR, 0 or more  illegal: bool
/// #     outcome fine: EUR, sum, rounded to 0.01 EUR half up
/// #     rule r when illegal then fine: 15% * value")?;
/// let (value, illegal) = (policy.fact("value").unwrap(), policy.fact("illegal").unwrap());
/// let fine = policy.outcome("fine").unwrap();
///
/// let mut decider = policy.decider();
/// decider.give_number(value, 1_999_90, 2); // 1,999.90
/// decider.give_bool(illegal, true);
/// let answer = decider.decide();
/// assert_eq!(answer.number(fine), Some((29_999, 2))); // 299.99, rounded from 299.985
/// assert_eq!(answer.fired().collect::<Vec<_>>(), ["r"]);
///
/// decider.clear();
/// decider.give_bool(value, true); // of the wrong type
/// assert!(decider.decide().decision().problems()[0].to_string().contains("facts/wrong-type"));
/// # Ok::<(), assize::Error>(())
/// ```
pub struct Decider {
    policy: Policy,
    /// The policy's number, and its part of the stamps that are taken at once: none while there are `texts`.
    id: u64,
    stamp: u64,
    ready: Option<Ready>,
    /// Facts that were given as JSON, with their places.
    texts: Vec<(u16, String)>,
    /// The program does not take one of them.
    by_text: bool,
    /// Keys of another policy were used.
    foreign: bool,
    /// The answer of the reference evaluator, where it had to decide.
    decision: Option<Decision>,
    /// The policy's part of the stamps of outcomes that are taken at once: none where the program did not decide.
    answered: u64,
}

/// What a compiled policy decides in.
struct Ready {
    machine: Machine,
    reader: Reader,
    form: Form,
    /// The most bytes that the facts of a case take beside those given as JSON.
    rest: usize,
}

impl Policy {
    /// The fact of this wire name, for a [`Decider`]; `None` if there is none on the wire.
    #[must_use]
    pub fn fact(&self, name: &str) -> Option<FactKey> {
        let fields = &self.checked.schema.facts.fields;
        let place = fields.iter().position(|field| *field.wire == *name)?;
        let field = fields.get(place)?;
        if matches!(field.presence, crate::types::Presence::FirstOf(_)) {
            return None;
        }
        let input = self.program().and_then(|program| program.inputs.get(place));
        let finer = if field.in_percent { 2 } else { 0 };
        let way = input.map_or(0, |input| way(input.kind, finer));
        let (least, most) = input.map_or((i64::MIN, i64::MAX), |input| (input.least, input.most));
        Some(FactKey {
            policy: self.checked.id,
            place: u16::try_from(place).ok()?,
            stamp: if way == 0 || least > most { 0 } else { self.checked.id << POLICY | way },
            least,
            width: most.wrapping_sub(least) as u64,
            in_percent: field.in_percent,
        })
    }

    /// A member of the enum or scale that a fact has, by its wire name.
    #[must_use]
    pub fn member(&self, fact: FactKey, name: &str) -> Option<MemberKey> {
        let field = self.checked.schema.facts.fields.get(usize::from(fact.place))?;
        let Type::Enum(id) = &field.ty else { return None };
        let members = &self.checked.schema.enumeration(*id)?.members;
        let place = members.iter().position(|member| *member.wire == *name)?;
        (fact.policy == self.checked.id).then_some(MemberKey { fact, place: u32::try_from(place).ok()? })
    }

    /// The outcome of this wire name, for an [`Answer`].
    #[must_use]
    pub fn outcome(&self, name: &str) -> Option<OutcomeKey> {
        let place = self.checked.schema.outcomes.iter().position(|outcome| *outcome.wire == *name)?;
        let output = self.program().and_then(|program| program.outputs.get(place)).copied();
        // A list is read from the decision.
        let output = output.filter(|output| output.list.is_none());
        let always = output
            .filter(|output| self.program().is_some_and(|program| program.constant(output.there) == Some(1)));
        let way = always.map_or(0, |output| way(output.kind, 0));
        Some(OutcomeKey {
            policy: self.checked.id,
            place: u16::try_from(place).ok()?,
            output,
            stamp: if way == 0 { 0 } else { self.checked.id << POLICY | way },
            value: output.map_or(Reg(0), |output| output.value),
        })
    }

    /// The most bytes of a fact that is not given as JSON.
    fn room_of(&self, field: &Field) -> usize {
        const NUMBER: usize = 64;
        let def = self.checked.schema.enumeration_in(&field.ty);
        let members = def.into_iter().flat_map(|def| &def.members).map(|member| member.wire.len());
        // Six bytes write any character of a name.
        field.wire.len().saturating_add(members.max().unwrap_or(0)).saturating_mul(6).saturating_add(NUMBER)
    }

    fn most(&self) -> Most {
        let limits = &self.checked.limits;
        Most { items: limits.list_items, text: limits.text_bytes }
    }

    /// Memory to decide cases in, one after the other. Make one for each thread.
    #[must_use]
    pub fn decider(&self) -> Decider {
        let ready = self.affordable().map(|compiled| Ready {
            machine: Machine::new(compiled),
            reader: Reader::new(&self.checked.schema, &compiled.program, self.most()),
            form: Form::new(&self.checked.schema, &compiled.program),
            rest: self.checked.schema.facts.fields.iter().map(|field| self.room_of(field)).sum(),
        });
        Decider {
            id: self.checked.id,
            stamp: self.checked.id << POLICY,
            policy: self.clone(),
            ready,
            texts: Vec::new(),
            by_text: false,
            foreign: false,
            decision: None,
            answered: u64::MAX,
        }
    }
}

impl Decider {
    /// Takes back all facts: the next case begins.
    #[inline]
    pub fn clear(&mut self) {
        self.texts.clear();
        self.by_text = false;
        self.stamp = self.id << POLICY;
        self.foreign = false;
        if let Some(ready) = &mut self.ready {
            ready.machine.clear();
        }
    }

    /// Gives a `bool`.
    #[inline]
    pub fn give_bool(&mut self, fact: FactKey, value: bool) {
        if !self.give(fact, BOOL, i64::from(value)) {
            self.give_text(fact, || value.to_string());
        }
    }

    /// Gives an `integer`, or a count of `days`, `working days` or `months`.
    #[inline]
    pub fn give_integer(&mut self, fact: FactKey, value: i64) {
        if !self.give(fact, INTEGER, value) {
            self.give_text(fact, || value.to_string());
        }
    }

    /// Gives a `number`, or an amount in the fact's unit: so many units of ten to the power of minus `scale`. So
    /// `(1_250, 2)` is 12.50; most decimal types tell both parts. With `wire in percent`, 12.50 is 12.5 per cent.
    #[inline]
    pub fn give_number(&mut self, fact: FactKey, units: i64, scale: u32) {
        // A larger scale would reach into other parts of the stamp.
        let at_once = scale <= 0xff && self.give(fact, NUMBER | u64::from(scale), units);
        if !at_once && !self.give_rescaled(fact, units, scale) {
            self.give_text(fact, || quoted_number(units, scale));
        }
    }

    /// Gives a member of an enum or scale.
    #[inline]
    pub fn give_member(&mut self, member: MemberKey) {
        if !self.give(member.fact, MEMBER, i64::from(member.place)) {
            self.give_member_text(member);
        }
    }

    /// Gives a fact as JSON, as a case writes it: a text, a date, a set, a list, a record. Of another value it takes the
    /// long way. What is no JSON is a refused case.
    pub fn give_json(&mut self, fact: FactKey, json: &str) {
        if self.read(fact, json) {
            self.keep(fact.place, json.to_owned());
        } else {
            self.give_text(fact, || json.to_owned());
        }
    }

    /// Gives the program a fact that only JSON can give; no where it does not take it.
    fn read(&mut self, fact: FactKey, json: &str) -> bool {
        // What other calls give would not be told from the text of this one.
        let only_json = fact.policy == self.id && fact.stamp == 0;
        let given = self.texts.iter().fold(json.len(), |sum, (_, text)| sum.saturating_add(text.len()));
        let Some(Ready { machine, reader, rest, .. }) = &mut self.ready else { return false };
        let room = self.policy.checked.limits.case_bytes;
        only_json
            && !self.by_text
            && !self.foreign
            && given.saturating_add(*rest) <= room
            && reader.read_fact(fact.place, json, machine)
    }

    fn keep(&mut self, place: u16, text: String) {
        self.texts.retain(|(at, _)| *at != place);
        self.texts.push((place, text));
    }

    /// Gives the program a number within its limits; no where it does not take it this way.
    #[inline(always)]
    fn give(&mut self, fact: FactKey, way: u64, number: i64) -> bool {
        let is_taken = fact.stamp == self.stamp | way && number.wrapping_sub(fact.least) as u64 <= fact.width;
        match &mut self.ready {
            Some(ready) if is_taken => ready.machine.give(fact.place, number),
            Some(_) | None => return false,
        }
        true
    }

    /// At the scale that the program has.
    fn give_rescaled(&mut self, fact: FactKey, units: i64, scale: u32) -> bool {
        let wanted = fact.stamp & 0xff;
        let units = u32::try_from(wanted).ok().and_then(|wanted| rescaled(units, scale, wanted));
        units.is_some_and(|units| self.give(fact, NUMBER | wanted, units))
    }

    #[cold]
    fn give_member_text(&mut self, member: MemberKey) {
        let schema = &self.policy.checked.schema;
        let field = schema.facts.fields.get(usize::from(member.fact.place));
        let text = field.and_then(|field| facts::field_json(schema, field, &Value::Member(member.place)));
        self.give_text(member.fact, || text.unwrap_or_default());
    }

    #[cold]
    fn give_text(&mut self, fact: FactKey, text: impl FnOnce() -> String) {
        if fact.policy == self.id {
            self.keep(fact.place, text());
            self.by_text = true;
            self.stamp = u64::MAX;
        } else {
            self.foreign = true;
        }
    }

    /// Decides the case of the facts given since the last [`clear`](Self::clear).
    #[inline]
    pub fn decide(&mut self) -> Answer<'_> {
        let decided =
            !self.by_text && !self.foreign && self.ready.as_mut().is_some_and(|ready| ready.machine.run());
        self.answer(decided, |decider| decider.decide_by_reference())
    }

    /// The answer of the program where it decided, or else of the reference evaluator.
    #[inline]
    fn answer(&mut self, decided: bool, by_reference: impl FnOnce(&mut Self) -> Decision) -> Answer<'_> {
        self.answered = if decided { self.id << POLICY } else { u64::MAX };
        if !decided {
            self.decision = Some(by_reference(self));
        } else if self.decision.is_some() {
            self.decision = None;
        }
        Answer { decider: self }
    }

    /// Decides a case given as one JSON object, as [`Policy::decide_json`] does; the facts given so far are taken back. The
    /// next case begins with [`clear`](Self::clear), or with this.
    pub fn decide_json(&mut self, facts: &str) -> Answer<'_> {
        self.clear();
        let decided = facts.len() <= self.policy.checked.limits.case_bytes
            && self
                .ready
                .as_mut()
                .is_some_and(|Ready { machine, reader, .. }| reader.read(facts, machine) && machine.run());
        self.answer(decided, |decider| {
            // Some of its facts may have been given.
            decider.clear();
            decider.policy.reference().decide_json(facts)
        })
    }

    #[cold]
    fn decide_by_reference(&self) -> Decision {
        let json = if self.foreign {
            // No name of the policy is meant: so it is told.
            r#"{"a key of another policy": null}"#.to_owned()
        } else {
            self.facts()
        };
        self.policy.reference().decide_json(&json)
    }

    /// The facts given so far, as one line of JSON.
    fn facts(&self) -> String {
        let schema = &self.policy.checked.schema;
        let mut json = String::from("{");
        for (field, place) in schema.facts.fields.iter().zip(0_u16..) {
            let text = self.texts.iter().find(|(at, _)| *at == place).map(|(_, text)| text.clone());
            let text = text.or_else(|| {
                let machine = &self.ready.as_ref()?.machine;
                let input = machine.program().inputs.get(usize::from(place))?;
                let value = value_of(machine.given(place)?, input.kind)?;
                facts::field_json(schema, field, &value)
            });
            if let Some(text) = text {
                let comma = if json.len() > 1 { "," } else { "" };
                // Writing into a string does not fail.
                let _ = write!(json, "{comma}{}:{text}", serde_json::Value::from(&*field.wire));
            }
        }
        json.push('}');
        json
    }
}

impl std::fmt::Debug for Decider {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Decider").field("policy", &self.policy.name()).finish_non_exhaustive()
    }
}

/// The way of a kind whose numbers are given with so many decimals fewer; 0 for what goes the long way.
fn way(kind: Kind, finer: u32) -> u64 {
    match kind {
        Kind::Bool => BOOL,
        Kind::Integer | Kind::Days | Kind::WorkingDays | Kind::Months => INTEGER,
        Kind::Number { scale } => scale.checked_sub(finer).map_or(0, |scale| NUMBER | u64::from(scale)),
        Kind::Member => MEMBER,
        Kind::Date | Kind::Set | Kind::Text | Kind::Record | Kind::List => 0,
    }
}

/// The same number at another scale, if it is a whole number of units there.
#[inline]
fn rescaled(units: i64, from: u32, to: u32) -> Option<i64> {
    if from == to {
        return Some(units);
    }
    if from < to {
        return units.checked_mul(10_i64.checked_pow(to.checked_sub(from)?)?);
    }
    let by = 10_i64.checked_pow(from.checked_sub(to)?)?;
    (units.checked_rem(by)? == 0).then(|| units.checked_div(by))?
}

/// The number as a JSON text; one that no number holds is written with its exponent, for its error to show it.
fn quoted_number(units: i64, scale: u32) -> String {
    match Number::from_units(i128::from(units), scale).ok().and_then(|number| number.to_text(0)) {
        Some(text) => format!("\"{text}\""),
        None => format!("\"{units}e-{scale}\""),
    }
}
