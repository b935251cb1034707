//! Whether a program that was read from bytes can be run: every register is read after it is written, every table, group,
//! part and name exists, bits are bits, and nothing is larger than what was read. Every compiled program is sound; one
//! that is changed is refused, or decides (something else) without harm.

use std::collections::BTreeSet;

use super::{Absent, Code, Gather, Group, Input, Instruction, Key, Kind, Program, Reg};
use crate::types::{EnumId, Presence, Schema, Type};

#[cfg(test)]
mod tests;

/// Registers, and parts of groups, have numbers of 16 bits.
const MOST: usize = 1 << 16;
/// Powers of ten up to this fit into 64 bits.
const MOST_SCALE: u32 = 18;
/// Registers that the rows of a group limit.
const MOST_COLUMNS: usize = 8;

type Verdict = Result<(), &'static str>;

fn require(sound: bool, wrong: &'static str) -> Verdict {
    if sound { Ok(()) } else { Err(wrong) }
}

impl Program {
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn verify(&self, schema: &Schema) -> Verdict {
        require(self.registers() <= MOST, "there are too many registers")?;
        self.inputs_are_facts(schema)?;
        let bits = Registers::new(self)?.code()?;
        let is_bit = |register: Reg| bits.get(usize::from(register.0)).copied();
        require(is_bit(self.abstains) == Some(true), "what abstains is no bit")?;
        require(self.outputs.len() == schema.outcomes.len(), "there are other outcomes")?;
        for (output, outcome) in self.outputs.iter().zip(&schema.outcomes) {
            require(fits(output.kind, &outcome.ty, schema), "an outcome is of another kind")?;
            require(is_bit(output.there) == Some(true), "it is no bit whether there is an outcome")?;
            let bit = is_bit(output.value).ok_or("an outcome has no register")?;
            require(bit || output.kind != Kind::Bool, "an outcome is no bit")?;
        }
        self.names(schema)?;
        let whens = self.fires.iter().map(|fires| fires.when);
        let whens = whens.chain(self.overrides.iter().map(|overrides| overrides.when)).map(is_bit);
        require(whens.into_iter().all(|bit| bit == Some(true)), "a rule fires by no bit")
    }

    /// Facts come first, then the bits that say whether some of them are given.
    fn inputs_are_facts(&self, schema: &Schema) -> Verdict {
        let fields = &schema.facts.fields;
        require(self.inputs.len() == fields.len(), "there are other facts")?;
        let mut next = self.inputs.len();
        for ((Input { kind, absent, at, .. }, field), place) in self.inputs.iter().zip(fields).zip(0..) {
            require(usize::from(at.0) == place, "a fact stands elsewhere")?;
            require(fits(*kind, &field.ty, schema), "a fact is of another kind")?;
            let may_be_absent = field.nothing || field.unknown;
            let agrees = match (absent, &field.presence) {
                (Absent::Derived, Presence::FirstOf(_)) => true,
                (Absent::Default(value), Presence::Default(_)) => *kind != Kind::Bool || is_bit(*value),
                (Absent::Asked(register), Presence::NeededWhen(_) | Presence::Needed) => {
                    let is_next = usize::from(register.0) == next;
                    next = next.saturating_add(1);
                    is_next
                }
                (Absent::Missing, Presence::Needed) => !may_be_absent,
                (_, _) => false,
            };
            require(agrees, "a fact that is not given means something else")?;
        }
        require(next == usize::from(self.first_constant), "registers of facts are missing")
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
        for rule in alone.chain(grouped) {
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

/// What an instruction does with one of its operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operand {
    Number,
    Bit,
    /// A constant above zero.
    Divisor,
    /// Read by the loop of its family, and not used.
    Idle,
    /// No register: not used, and 0.
    Zero,
    Table,
    Group,
    Part,
    Refused,
}

fn operands(code: Code) -> [Operand; 3] {
    use Operand::{Bit, Divisor, Group, Idle, Number, Part, Refused, Table, Zero};
    match code {
        Code::Add
        | Code::Subtract
        | Code::Multiply
        | Code::Lower
        | Code::Higher
        | Code::AddMonths
        | Code::Less
        | Code::LessOrEqual
        | Code::Equal
        | Code::Member
        | Code::Union
        | Code::Intersection
        | Code::Difference => [Number, Number, Idle],
        Code::Select | Code::AddIf | Code::HigherIf | Code::LowerIf => [Bit, Number, Number],
        Code::HalfUp | Code::HalfEven | Code::Up | Code::Down | Code::Divides => [Number, Divisor, Idle],
        Code::Clamp | Code::Within => [Number, Number, Number],
        Code::And | Code::Or | Code::AndNot => [Bit, Bit, Idle],
        Code::Not => [Bit, Idle, Idle],
        Code::Lookup => [Number, Table, Zero],
        Code::Group => [Group, Zero, Zero],
        Code::Part => [Number, Part, Zero],
        // These stand in no program that is saved.
        Code::Each | Code::Item | Code::At | Code::Push => [Refused; 3],
    }
}

/// What is known of registers, in the order in which they are written.
struct Registers<'p> {
    program: &'p Program,
    /// By register: it is 0 or 1 in every case.
    bits: Vec<bool>,
    /// By table, the same of its entries.
    tables: Vec<bool>,
    /// By group, the register of the instruction that runs it.
    run: Vec<Option<Reg>>,
    /// By part, its group and whether it is a bit.
    parts: Vec<(usize, bool)>,
}

impl<'p> Registers<'p> {
    /// Before the first instruction.
    fn new(program: &'p Program) -> Result<Self, &'static str> {
        let mut bits: Vec<bool> = program.inputs.iter().map(|input| input.kind == Kind::Bool).collect();
        bits.resize(usize::from(program.first_constant), true);
        bits.extend(program.constants.iter().map(|value| is_bit(*value)));
        let mut parts = Vec::new();
        for (group, number) in program.groups.iter().zip(0..) {
            let begin = parts.len();
            for sum in &group.sums {
                require(sum.part as usize == parts.len(), "parts are out of order")?;
                parts.extend([(number, sum.how == Gather::Union), (number, true)]);
            }
            for measure in &group.measures {
                let part = begin.saturating_add((measure.sum as usize).saturating_mul(2));
                let (_, bit) = parts.get_mut(part).ok_or("a measure is for no outcome")?;
                *bit &= is_bit(measure.value);
            }
        }
        let fit = parts.len() == program.parts as usize && parts.len() <= MOST;
        require(fit, "there are other parts")?;
        let tables = program.tables.iter().map(|table| table.iter().all(|entry| is_bit(*entry)));
        Ok(Self { program, bits, tables: tables.collect(), run: vec![None; program.groups.len()], parts })
    }

    /// By register, whether it is a bit.
    fn code(mut self) -> Result<Vec<bool>, &'static str> {
        for instruction in &self.program.code {
            let Instruction { code, a, b, c } = *instruction;
            for (operand, register) in operands(code).into_iter().zip([a, b, c]) {
                self.operand(operand, register)?;
            }
            let is_bit = self.makes_bit(instruction)?;
            self.bits.push(is_bit);
        }
        require(self.run.iter().all(Option::is_some), "a group is not run")?;
        Ok(self.bits)
    }

    fn operand(&mut self, operand: Operand, of: Reg) -> Verdict {
        let number = usize::from(of.0);
        let bit = self.bits.get(number).copied();
        match operand {
            Operand::Number | Operand::Idle => {
                require(bit.is_some(), "a register is read before it is written")
            }
            Operand::Bit => require(bit == Some(true), "a number is read as a bit"),
            Operand::Divisor => {
                let above_zero = self.program.constant(of).is_some_and(|by| by > 0);
                require(above_zero, "a divisor is not above zero")
            }
            Operand::Refused => Err("it runs over lists"),
            Operand::Zero => require(number == 0, "what is not used is not zero"),
            Operand::Table => require(number < self.program.tables.len(), "there is no such table"),
            Operand::Part => require(number < self.parts.len(), "there is no such part"),
            Operand::Group => {
                let group = self.program.groups.get(number).ok_or("there is no such group")?;
                self.group(group)?;
                let own = u16::try_from(self.bits.len()).map_err(|_| "there are too many registers")?;
                let run = self.run.get_mut(number).ok_or("there is no such group")?;
                require(run.replace(Reg(own)).is_none(), "a group is run twice")
            }
        }
    }

    fn makes_bit(&self, Instruction { code, a, b, c }: &Instruction) -> Result<bool, &'static str> {
        let is_bit = |register: Reg| self.bits.get(usize::from(register.0)) == Some(&true);
        Ok(match code {
            Code::Less
            | Code::LessOrEqual
            | Code::Equal
            | Code::Within
            | Code::Member
            | Code::Divides
            | Code::And
            | Code::Or
            | Code::AndNot
            | Code::Not
            | Code::Group => true,
            Code::Lower | Code::Higher | Code::Union | Code::Intersection | Code::Difference => {
                is_bit(*a) && is_bit(*b)
            }
            Code::Select | Code::HigherIf | Code::LowerIf => is_bit(*b) && is_bit(*c),
            Code::Clamp => is_bit(*a) && is_bit(*b) && is_bit(*c),
            Code::Lookup => self.tables.get(usize::from(b.0)) == Some(&true),
            Code::Part => {
                let (group, is_bit) =
                    self.parts.get(usize::from(b.0)).copied().ok_or("there is no such part")?;
                require(self.run.get(group) == Some(&Some(*a)), "a part is read before its group is run")?;
                is_bit
            }
            Code::Add
            | Code::Subtract
            | Code::Multiply
            | Code::AddIf
            | Code::HalfUp
            | Code::HalfEven
            | Code::Up
            | Code::Down
            | Code::AddMonths
            | Code::Each
            | Code::Item
            | Code::At
            | Code::Push => false,
        })
    }

    /// Its cells, rows and rules lie within it, and it reads what is written.
    fn group(&self, group: &Group) -> Verdict {
        let registers = group.keys.iter().map(|key| match key {
            Key::Direct { register, size: _ } | Key::Cuts { register, cuts: _ } => *register,
        });
        let mut registers = registers.chain(group.columns.iter().copied());
        let is_written = |register: Reg| usize::from(register.0) < self.bits.len();
        require(registers.all(is_written), "a group reads a register before it is written")?;
        require(group.columns.len() <= MOST_COLUMNS, "a group has too many columns")?;
        let cells = group.keys.iter().try_fold(1_usize, |cells, key| {
            cells.checked_mul(match key {
                Key::Direct { register: _, size } => *size as usize,
                Key::Cuts { register: _, cuts } => {
                    cuts.is_sorted_by(|one, next| one < next).then_some(cuts.len().checked_add(1)?)?
                }
            })
        });
        let cells = cells.and_then(|cells| cells.checked_add(1));
        require(cells == Some(group.cells.len()), "a group has other cells")?;
        let width = group.columns.len().saturating_mul(2).saturating_add(1);
        let begins = group.cells.first() == Some(&0) && group.cells.is_sorted();
        let ends = group.cells.last().and_then(|end| (*end as usize).checked_mul(width));
        let ends = ends == Some(group.rows.len());
        require(begins && ends, "cells are out of order")?;
        let (end, rules) = group.rules.split_last().ok_or("a group has no rules")?;
        let mut rows = group.rows.chunks_exact(width);
        for cell in group.cells.windows(2) {
            let [begin, end] = cell else { continue };
            let mut next = 0;
            for row in rows.by_ref().take(end.saturating_sub(*begin) as usize) {
                let rule = row.last().and_then(|rule| usize::try_from(*rule).ok());
                // In order, so each rule fires once at most.
                let rule = rule.filter(|rule| *rule >= next && *rule < rules.len());
                next = rule.ok_or("a row has no rule")?.saturating_add(1);
            }
        }
        let ascending = group.rules.is_sorted_by_key(|rule| rule.measures);
        let first = group.rules.first().map(|rule| rule.measures) == Some(0);
        let last = end.measures as usize == group.measures.len() && end.rule == 0;
        require(ascending && first && last, "measures are out of order")
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
        Kind::Record | Kind::List => false,
    }
}
