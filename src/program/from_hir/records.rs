//! Records and lists of the facts: which of their fields are there (ruling 3), what must hold of them.

use std::rc::Rc;

use super::super::{Absent, Input, Kind, Parts, Reg};
use super::Lowering;
use super::builder::{LoopId, NO, Ref, YES};
use super::shapes::{Items, Record, Shape};
use super::terms::{Judged, Term};
use crate::hir::RecordRules;
use crate::types::{Field, Presence, Type};
use crate::value::Value;

/// From where they are read.
#[derive(Clone, Copy, Debug)]
pub(super) enum Source {
    Facts,
    /// The item that a loop is at.
    Item(LoopId),
}

impl Lowering<'_> {
    fn number(&mut self, source: Source, at: Reg) -> Ref {
        match source {
            Source::Facts => Ref::Input(at.0),
            Source::Item(of) => self.code.item(of, at.0),
        }
    }

    /// A value that is given, and where it lacks something: a field of a record in it that is needed, or that may be.
    pub(super) fn read(&mut self, ty: &Type, input: &Input, source: Source) -> Option<(Shape, Ref)> {
        let number = self.number(source, input.at);
        Some(match (&input.parts, ty) {
            (Parts::None, _) => (Shape::Plain(Term::known(input.kind, number)), NO),
            (Parts::Fields(inputs), Type::Record(id)) => {
                let (policy, schema) = (self.policy, self.schema);
                let fields = &schema.record(*id)?.fields;
                let rules = policy.records.get(usize::try_from(id.0).ok()?)?;
                let (fields, lacks) = self.fields(fields, rules, inputs, source)?;
                (Shape::Record(Record { there: YES, sure: YES, fields }), lacks)
            }
            (Parts::Items(list), _) => {
                let within = match source {
                    Source::Facts => None,
                    Source::Item(of) => Some(of),
                };
                (Shape::Items(Items { there: YES, sure: YES, list: *list, within, count: number }), NO)
            }
            (Parts::Fields(_), _) => return None,
        })
    }

    /// The fields of a record.
    fn fields(
        &mut self,
        fields: &[Field],
        rules: &RecordRules,
        inputs: &[Input],
        source: Source,
    ) -> Option<(Rc<[Shape]>, Ref)> {
        let mut shapes = Vec::with_capacity(fields.len());
        // Values of which nothing is known but that they may be there wait for their conditions.
        let mut waiting = Vec::new();
        let mut lacks = NO;
        for ((place, field), input) in fields.iter().enumerate().zip(inputs) {
            let given = match input.absent {
                Absent::Asked(given) => self.number(source, given),
                Absent::Missing | Absent::Default(_) => YES,
                Absent::Derived => NO,
            };
            let (shape, lacking) = self.read(&field.ty, input, source)?;
            let lacking = self.code.and(lacking, given);
            shapes.push(match &field.presence {
                Presence::NeededWhen(_) => {
                    waiting.push((place, shape, given, lacking));
                    Shape::UNSURE
                }
                Presence::FirstOf(_) => Shape::UNSURE,
                Presence::Needed | Presence::Default(_) => {
                    lacks = self.code.or(lacks, lacking);
                    if field.unknown { shape.with(YES, given) } else { shape.with(given, YES) }
                }
            });
        }
        // Each round settles at least the conditions that read only settled ones.
        let mut also = NO;
        for _ in 0..=waiting.len() {
            also = self.derive(fields, &mut shapes)?;
            let record = [Shape::Record(Record { there: YES, sure: YES, fields: shapes.as_slice().into() })];
            for (place, shape, given, lacking) in &waiting {
                let field = fields.get(*place)?;
                let condition = rules.needed_when.get(*place)?.as_ref()?;
                let needed = self.condition(condition, &record);
                let unsure = self.code.not(needed.sure);
                also = self.code.or(also, unsure);
                let there = self.code.and(needed.holds, *given);
                let lacking = self.code.and(there, *lacking);
                also = self.code.or(also, lacking);
                if !field.nothing || field.unknown {
                    let missing = self.code.without(needed.holds, *given);
                    also = self.code.or(also, missing);
                }
                *shapes.get_mut(*place)? = shape.clone().with(there, YES);
            }
        }
        let derived = self.derive(fields, &mut shapes)?;
        let also = self.code.or(also, derived);
        Some((shapes.into(), self.code.or(lacks, also)))
    }

    /// Fields that are the first of others, and where there is none.
    fn derive(&mut self, fields: &[Field], shapes: &mut [Shape]) -> Option<Ref> {
        let mut lacks = NO;
        for (place, field) in fields.iter().enumerate() {
            let Presence::FirstOf(sources) = &field.presence else { continue };
            let sources = sources.iter().map(|source| shapes.get(*source).cloned());
            let first = self.first_there(sources.collect::<Option<_>>()?)?;
            let known = self.code.and(first.there(), first.sure());
            let unknown = self.code.not(known);
            lacks = self.code.or(lacks, unknown);
            *shapes.get_mut(place)? = first.with(YES, YES);
        }
        Some(lacks)
    }

    /// The first that is there.
    pub(super) fn first_there(&mut self, sources: Vec<Shape>) -> Option<Shape> {
        sources.into_iter().rev().reduce(|rest, source| {
            let there = Judged { holds: source.there(), sure: source.sure() };
            let sure = source.sure();
            self.code.choose_shape(there, source.with(YES, sure), rest)
        })
    }

    /// Abstains where something must hold of a value, or of a part of it, and does not.
    pub(super) fn check(&mut self, ty: &Type, value: &Shape, around: Ref) -> Option<()> {
        let given = self.code.and(value.there(), value.sure());
        let given = self.code.and(around, given);
        match (ty, value) {
            (Type::Record(id), Shape::Record(record)) => {
                let (policy, schema) = (self.policy, self.schema);
                for rule in &policy.records.get(usize::try_from(id.0).ok()?)?.must_hold {
                    let value = [value.clone().with(YES, YES)];
                    let judged = self.condition(&rule.condition, &value);
                    let holds = self.code.and(judged.sure, judged.holds);
                    let broken = self.code.without(given, holds);
                    self.abstain_if(broken);
                }
                let fields = &schema.record(*id)?.fields;
                for (field, shape) in fields.iter().zip(record.fields.iter()) {
                    self.check(&field.ty, shape, given)?;
                }
            }
            (Type::List(of), Shape::Items(items)) if matches!(**of, Type::Record(_) | Type::List(_)) => {
                let number = self.code.each(items.list, items.within, self.inside)?;
                let outer = self.inside.replace(number);
                let (item, lacks) = self.item(of, items.list, number)?;
                let lacks = self.code.and(given, lacks);
                self.abstain_if(lacks);
                self.check(of, &item, given)?;
                self.inside = outer;
            }
            (_, _) => {}
        }
        Some(())
    }

    /// The item that a loop is at.
    pub(super) fn item(&mut self, ty: &Type, list: u16, of: LoopId) -> Option<(Shape, Ref)> {
        let input = self.lists.get(usize::from(list))?.item.clone();
        self.read(ty, &input, Source::Item(of))
    }
}

/// What a default means whose value has no number: a list without items, and any text.
pub(super) fn default_of(value: &Value, kind: Kind) -> Option<Absent> {
    match (value, kind) {
        (Value::List(items), Kind::List) if items.is_empty() => Some(Absent::Default(0)),
        (Value::Text(_), Kind::Text) => Some(Absent::Default(0)),
        (_, _) => None,
    }
}
