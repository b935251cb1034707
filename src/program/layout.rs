//! Where facts stand. Their values have the first registers, in the order of the schema; behind them stand, fact by fact, the bit
//! that says whether it is given and the fields of a record. The items of a list have slots in the same way, from 0 on, and
//! lists are numbered in the order in which they are met. So schema and inputs settle all places, for the compiler
//! ([`from_hir`](super::from_hir)) and for a program that is read from bytes ([`saved`](super::saved)).

use super::{Absent, Input, List, Parts, Reg};
use crate::types::{Field, Schema, Type};

/// Lists in lists and records in records go no deeper than this, and have no more lists and slots.
const DEEPEST: u16 = 8;
const MOST_LISTS: usize = 64;
const MOST_SLOTS: u16 = 1_024;

/// Where values stand: in registers, or in the slots of an item.
#[derive(Clone, Copy, Debug)]
enum Room {
    Facts,
    /// Of the list with this number.
    Item(u16),
}

/// Places that are given one after the other. `declare` says what a fact, field or item is; its places and parts are filled
/// in here.
pub(super) struct Layout<'s, D> {
    schema: &'s Schema,
    declare: D,
    /// How many registers are taken.
    pub(super) registers: u16,
    pub(super) lists: Vec<List>,
}

impl<'s, D: FnMut(&Field) -> Option<Input>> Layout<'s, D> {
    pub(super) fn new(schema: &'s Schema, declare: D) -> Self {
        Self { schema, declare, registers: 0, lists: Vec::new() }
    }

    /// The facts with all places; `None` where there are too many, or one is not declared. All facts are declared first, then
    /// the parts of each: the fields of a record and the item of a list, each before its own parts.
    pub(super) fn facts(&mut self) -> Option<Vec<Input>> {
        let fields = &self.schema.facts.fields;
        let mut inputs = Vec::with_capacity(fields.len());
        for field in fields {
            inputs.push(self.declared(field, Room::Facts)?);
        }
        for (input, field) in inputs.iter_mut().zip(fields) {
            self.fill(input, field, Room::Facts, 0)?;
        }
        Some(inputs)
    }

    fn declared(&mut self, field: &Field, room: Room) -> Option<Input> {
        let at = self.place(room)?;
        (self.declare)(field).map(|input| Input { at, ..input })
    }

    /// One more place; `None` when there are too many.
    fn place(&mut self, room: Room) -> Option<Reg> {
        let next = match room {
            Room::Facts => &mut self.registers,
            Room::Item(list) => {
                let width = &mut self.lists.get_mut(usize::from(list))?.width;
                if *width >= MOST_SLOTS {
                    return None;
                }
                width
            }
        };
        let place = Reg(*next);
        *next = next.checked_add(1)?;
        Some(place)
    }

    /// The places behind its own.
    fn fill(&mut self, input: &mut Input, field: &Field, room: Room, depth: u16) -> Option<()> {
        if let Absent::Asked(given) = &mut input.absent {
            *given = self.place(room)?;
        }
        input.parts = self.parts(&field.ty, room, depth)?;
        Some(())
    }

    fn parts(&mut self, ty: &Type, room: Room, depth: u16) -> Option<Parts> {
        let depth = depth.checked_add(1).filter(|depth| *depth <= DEEPEST)?;
        match ty {
            Type::Record(id) => {
                let schema = self.schema;
                let mut inputs = Vec::new();
                for field in &schema.record(*id)?.fields {
                    let mut input = self.declared(field, room)?;
                    self.fill(&mut input, field, room, depth)?;
                    inputs.push(input);
                }
                Some(Parts::Fields(inputs))
            }
            Type::List(of) => {
                let number =
                    u16::try_from(self.lists.len()).ok().filter(|_| self.lists.len() < MOST_LISTS)?;
                let within = match room {
                    Room::Facts => None,
                    Room::Item(list) => Some(list),
                };
                let field = Field::item((**of).clone());
                let mut item = (self.declare)(&field)?;
                item.at = Reg(0);
                self.lists.push(List { item: item.clone(), width: 1, within });
                self.fill(&mut item, &field, Room::Item(number), depth)?;
                self.lists.get_mut(usize::from(number))?.item = item;
                Some(Parts::Items(number))
            }
            Type::Bool
            | Type::Integer
            | Type::Number
            | Type::Quantity(_)
            | Type::Date
            | Type::Days
            | Type::WorkingDays
            | Type::Months
            | Type::Text
            | Type::Enum(_)
            | Type::Set(_)
            | Type::Range(_)
            | Type::Duty(_)
            | Type::Invalid => Some(Parts::None),
        }
    }
}
