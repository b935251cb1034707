//! Whether a program that was read from bytes can be run: every register is read after it is written, and one that is written
//! in a loop nowhere else; every table, group, part, list, slot and name exists, bits are bits, each loop is run once at most, and
//! nothing is larger than what was read. Every compiled program is sound; one that is changed is refused, or decides
//! (something else) without harm.

use std::collections::BTreeSet;

use super::{Absent, Input, ItemFires, Kind, Program, Reg};
use crate::types::{EnumId, Field, Presence, Schema, Type};

use self::code::Registers;

mod code;
#[cfg(test)]
mod tests;

/// Registers, and parts of groups, have numbers of 16 bits.
const MOST: usize = 1 << 16;
/// Powers of ten up to this fit into 64 bits.
const MOST_SCALE: u32 = 18;

type Verdict = Result<(), &'static str>;

pub(super) fn require(sound: bool, wrong: &'static str) -> Verdict {
    if sound { Ok(()) } else { Err(wrong) }
}

/// Whether an input is one of the field.
pub(super) fn agrees(input: &Input, field: &Field, schema: &Schema) -> bool {
    let may_be_absent = field.nothing || field.unknown;
    let same = match (&input.absent, &field.presence) {
        (Absent::Default(value), Presence::Default(_)) => input.kind != Kind::Bool || is_bit(*value),
        (Absent::Missing, Presence::Needed) => !may_be_absent,
        (Absent::Asked(_), Presence::Needed) => may_be_absent,
        (Absent::Asked(_), Presence::NeededWhen(_)) | (Absent::Derived, Presence::FirstOf(_)) => true,
        (_, _) => false,
    };
    same && fits(input.kind, &field.ty, schema)
}

impl Program {
    /// Its inputs are those of the schema.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(super) fn verify(&self, schema: &Schema) -> Verdict {
        require(self.registers() <= MOST, "there are too many registers")?;
        let bits = Registers::new(self)?.code()?;
        let is_bit = |register: Reg| bits.get(usize::from(register.0)).copied().flatten();
        require(is_bit(self.abstains) == Some(true), "what abstains is no bit")?;
        require(self.outputs.len() == schema.outcomes.len(), "there are other outcomes")?;
        for (output, outcome) in self.outputs.iter().zip(&schema.outcomes) {
            let ty = match (output.list, &outcome.ty) {
                (None, ty) => ty,
                (Some(list), Type::List(of)) if list < self.made => of,
                (Some(_), _) => return Err("an outcome is no list"),
            };
            let is_value = !matches!(output.kind, Kind::Record | Kind::List);
            require(is_value && fits(output.kind, ty, schema), "an outcome is of another kind")?;
            require(is_bit(output.there) == Some(true), "it is no bit whether there is an outcome")?;
            let bit = is_bit(output.value).ok_or("an outcome has no register")?;
            require(bit || output.kind != Kind::Bool || output.list.is_some(), "an outcome is no bit")?;
        }
        self.names(schema)?;
        self.item_fires.iter().try_for_each(|fires| self.fires_for_items(fires))?;
        let whens = self.fires.iter().map(|fires| fires.when);
        let whens = whens.chain(self.overrides.iter().map(|overrides| overrides.when)).map(is_bit);
        require(whens.into_iter().all(|bit| bit == Some(true)), "a rule fires by no bit")
    }

    /// The items lie in a list of the facts, with the lists around it.
    fn fires_for_items(&self, fires: &ItemFires) -> Verdict {
        require(fires.list < self.made, "a rule fires for the items of no list")?;
        let first = fires.path.first().ok_or("items have no path")?;
        let mut next = Some(first.0);
        for (list, _) in &fires.path {
            require(next == Some(*list), "the path of items leads elsewhere")?;
            next = self.lists.get(usize::from(*list)).ok_or("there is no such list")?.within;
        }
        require(next.is_none(), "the path of items leads elsewhere")
    }

    /// Each rule is named once, in order, and fires in one way.
    fn names(&self, schema: &Schema) -> Verdict {
        require(self.rules.is_sorted_by(|one, next| one < next), "rules are out of order")?;
        require(self.fires.is_sorted_by(|one, next| one.rule < next.rule), "rules fire out of order")?;
        let mut named = vec![false; self.rules.len()];
        let alone = self.fires.iter().map(|fires| fires.rule);
        let grouped = self.groups.iter().filter_map(|group| {
            let (_, rules) = group.rules.split_last()?;
            Some(rules.iter().map(|rule| rule.rule))
        });
        let grouped = grouped.flatten();
        let for_items = self.item_fires.iter().map(|fires| fires.rule);
        for rule in alone.chain(grouped).chain(for_items) {
            let named = named.get_mut(rule as usize).ok_or("a rule has no name")?;
            require(!std::mem::replace(named, true), "a rule fires in two ways")?;
        }
        require(named.into_iter().all(|named| named), "a rule fires in no way")?;
        let ordered = self.overrides.is_sorted_by_key(|one| (&one.rule, &one.by, &one.outcomes));
        require(ordered, "overrides are out of order")?;
        let known: BTreeSet<&str> = schema.outcomes.iter().map(|outcome| &*outcome.wire).collect();
        let mut names = self.overrides.iter().flat_map(|overrides| &overrides.outcomes);
        require(names.all(|name| known.contains(&**name)), "an override is for no outcome")
    }
}

fn is_bit(value: i64) -> bool {
    value == 0 || value == 1
}

/// Whether values of the type are numbers of this kind.
fn fits(kind: Kind, ty: &Type, schema: &Schema) -> bool {
    let is_small = |id: &EnumId| schema.enumeration(*id).is_some_and(|def| def.members.len() <= 64);
    match kind {
        Kind::Bool => *ty == Type::Bool,
        Kind::Integer => *ty == Type::Integer,
        Kind::Days => *ty == Type::Days,
        Kind::WorkingDays => *ty == Type::WorkingDays,
        Kind::Months => *ty == Type::Months,
        Kind::Number { scale } => scale <= MOST_SCALE && matches!(ty, Type::Number | Type::Quantity(_)),
        Kind::Date => *ty == Type::Date,
        Kind::Member => matches!(ty, Type::Enum(_)),
        Kind::Set => matches!(ty, Type::Set(of) if matches!(&**of, Type::Enum(id) if is_small(id))),
        Kind::Text => *ty == Type::Text,
        Kind::Record => matches!(ty, Type::Record(_)),
        Kind::List => matches!(ty, Type::List(_)),
    }
}
