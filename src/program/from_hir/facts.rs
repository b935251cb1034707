//! Facts: what one that is not given means (ruling 3), and what must hold of them.

use super::super::layout::Layout;
use super::super::{Absent, Input, Kind, Parts, Reg};
use super::Lowering;
use super::builder::{NO, Ref, YES};
use super::records::{Source, default_of};
use super::shapes::Shape;
use super::terms::{MOST_SCALE, Term};
use crate::types::{Field, Presence, Type};
use crate::value::{Number, Rounding, RoundingMode, Value, day_number};
use jiff::civil::Date;

/// Decimals that are kept of a number of which the policy does not say how many it may have.
const DECIMALS: u32 = 4;

impl Lowering<'_> {
    /// Gives every fact its registers and abstains where one is missing, or where something must hold and does not.
    pub(super) fn declare_facts(&mut self) -> Option<()> {
        let (policy, schema) = (self.policy, self.schema);
        let fields = &schema.facts.fields;
        let mut layout = Layout::new(schema, |field: &Field| self.declare(field));
        let inputs = layout.facts()?;
        let Layout { registers, lists, .. } = layout;
        self.code.fill_from_outside(registers);
        (self.inputs, self.lists) = (inputs, lists);
        if let Some(date) = policy.law_dates.first() {
            let term = self.term(date, &[]);
            self.law = Some(self.code.present(term));
        }
        for (place, field) in fields.iter().enumerate() {
            let fact = self.fact(place)?;
            self.check(&field.ty, &fact, YES)?;
        }
        for rule in &policy.facts.must_hold {
            let judged = self.condition(&rule.condition, &[]);
            self.must_be_sure(judged.sure);
            let broken = self.code.not(judged.holds);
            self.abstain_if(broken);
        }
        Some(())
    }

    /// What a fact, a field or an item is, its places left out.
    fn declare(&self, field: &Field) -> Option<Input> {
        let mut kind = self.kind_of(&field.ty)?;
        if let Kind::Number { scale } = &mut kind {
            let declared = field.bounds.decimals.or_else(|| self.schema.decimals_shown(&field.ty));
            *scale = declared.unwrap_or(DECIMALS).min(MOST_SCALE);
        }
        let bounded = |bound: &Option<Value>, is_least: bool| {
            bound.as_ref().map(|bound| threshold(bound, kind, is_least))
        };
        let absent = match &field.presence {
            Presence::FirstOf(_) => Absent::Derived,
            Presence::Default(value) => match default_of(value, kind) {
                Some(absent) => absent,
                None => Absent::Default(scaled(self.constant(value, &field.ty)?, kind)?),
            },
            Presence::NeededWhen(_) => Absent::Asked(Reg(0)),
            Presence::Needed if field.nothing || field.unknown => Absent::Asked(Reg(0)),
            Presence::Needed => Absent::Missing,
        };
        let (least, most) = self.limits(&field.ty, kind);
        Some(Input {
            kind,
            least: bounded(&field.bounds.least, true).unwrap_or(least),
            most: bounded(&field.bounds.most, false).unwrap_or(most),
            absent,
            at: Reg(0),
            parts: Parts::None,
        })
    }

    /// What lies beyond these is no value of a type.
    fn limits(&self, ty: &Type, kind: Kind) -> (i64, i64) {
        match (ty, kind) {
            (Type::Enum(id), _) => {
                (0, i64::try_from(self.members(*id)).unwrap_or(i64::MAX).saturating_sub(1))
            }
            (_, Kind::List) => (0, i64::MAX),
            (_, Kind::Date) => (day_number(Date::MIN), day_number(Date::MAX)),
            (_, _) => (i64::MIN, i64::MAX),
        }
    }

    /// What a fact means in evaluation.
    pub(super) fn fact(&mut self, place: usize) -> Option<Shape> {
        if let Some(known) = self.facts.get(place)? {
            return Some(known.clone());
        }
        // Conditions of need have no circles; one would end here.
        *self.facts.get_mut(place)? = Some(Shape::UNSURE);
        // They are no part of what asks for the fact.
        let asking = self.inside.take();
        let fact = self.admitted(place);
        self.inside = asking;
        let fact = fact?;
        *self.facts.get_mut(place)? = Some(fact.clone());
        Some(fact)
    }

    fn admitted(&mut self, place: usize) -> Option<Shape> {
        let (policy, schema) = (self.policy, self.schema);
        let field = schema.facts.fields.get(place)?;
        let input = self.inputs.get(place)?.clone();
        let given = match input.absent {
            Absent::Asked(given) => Ref::Input(given.0),
            Absent::Missing | Absent::Default(_) => YES,
            Absent::Derived => NO,
        };
        let (value, lacks) = self.read(&field.ty, &input, Source::Facts)?;
        let lacks = self.code.and(lacks, given);
        match &field.presence {
            Presence::FirstOf(sources) => {
                let sources = sources.iter().map(|source| self.fact(*source)).collect::<Option<_>>()?;
                let first = self.first_there(sources)?;
                self.must_be_sure(first.sure());
                let missing = self.code.not(first.there());
                self.abstain_if(missing);
                Some(first.with(YES, YES))
            }
            Presence::NeededWhen(_) => {
                let condition = policy.facts.needed_when.get(place)?.as_ref()?;
                let needed = self.condition(condition, &[]);
                self.must_be_sure(needed.sure);
                // One that is needed and not given is missing, or nothing, or unknown.
                let missing = self.code.without(needed.holds, given);
                let there = self.code.and(needed.holds, given);
                if !field.nothing || field.unknown {
                    self.abstain_if(missing);
                }
                let lacks = self.code.and(lacks, needed.holds);
                self.abstain_if(lacks);
                Some(value.with(there, YES))
            }
            Presence::Needed | Presence::Default(_) => {
                self.abstain_if(lacks);
                Some(if field.unknown { value.with(YES, given) } else { value.with(given, YES) })
            }
        }
    }
}

/// The number of a value in an input's kind.
fn scaled(of: Term, kind: Kind) -> Option<i64> {
    let Ref::Const(value) = of.value else { return None };
    match (of.kind, kind) {
        (Kind::Number { scale: from }, Kind::Number { scale: to }) => {
            value.checked_mul(super::terms::power_of_ten(to.checked_sub(from)?)?)
        }
        (from, to) => (from == to && of.there == YES).then_some(value),
    }
}

/// The lowest (or highest) number within a bound; a bound beyond 64 bits is as far as these go.
fn threshold(bound: &Value, kind: Kind, is_least: bool) -> i64 {
    let beyond = |negative: bool| if negative { i64::MIN } else { i64::MAX };
    match (bound, kind) {
        (Value::Number(number), Kind::Number { scale }) => {
            let Ok(units) = number.multiply(Number::from_integer(10_i64.saturating_pow(scale))) else {
                return beyond(number.is_negative());
            };
            // Towards the inside; the modes mean towards zero and away from it.
            let mode = if is_least == units.is_negative() { RoundingMode::Down } else { RoundingMode::Up };
            let whole = units.round(Rounding { step: Number::ONE, mode }).ok().and_then(Number::to_integer);
            whole.unwrap_or_else(|| beyond(number.is_negative()))
        }
        (Value::Integer(of) | Value::Days(of) | Value::WorkingDays(of) | Value::Months(of), _) => *of,
        (Value::Date(of), _) => day_number(*of),
        (Value::Member(of), _) => i64::from(*of),
        (_, _) => beyond(is_least),
    }
}
