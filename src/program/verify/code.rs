//! The code, instruction by instruction: what is known of the registers behind each.

use std::collections::BTreeMap;

use super::super::{
    Absent, Code, DEEPEST_LOOPS, Gather, Group, Input, Instruction, Key, Kind, Loop, Parts, Program, Reg,
};
use super::{MOST, Verdict, is_bit, require};

/// Registers that the rows of a group limit.
const MOST_COLUMNS: usize = 8;

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
    /// A loop that begins here.
    Loop,
    /// A loop around.
    Around,
    /// A slot of an item that the loop of the first operand is at.
    Slot,
    /// A list that is made.
    Made,
}

fn operands(code: Code) -> [Operand; 3] {
    use Operand::{Around, Bit, Divisor, Group, Idle, Loop, Made, Number, Part, Slot, Table, Zero};
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
        Code::Each => [Loop, Zero, Zero],
        Code::Item => [Around, Slot, Zero],
        Code::At => [Around, Zero, Zero],
        Code::Push => [Bit, Number, Made],
    }
}

/// What is known of registers, in the order in which they are written.
pub(super) struct Registers<'p> {
    program: &'p Program,
    /// By register, whether it is 0 or 1 in every case; no register where it is written in a loop that has ended.
    bits: Vec<Option<bool>>,
    /// By table, the same of its entries.
    tables: Vec<bool>,
    /// By list of the facts, the same of its slots.
    slots: Vec<Vec<bool>>,
    /// By group, the register of the instruction that runs it.
    run: Vec<Option<Reg>>,
    /// By part, its group and whether it is a bit.
    parts: Vec<(usize, bool)>,
    /// The loops around, from the outside.
    around: Vec<Around>,
    /// By loop, whether it has begun.
    begun: Vec<bool>,
    /// By register that gathers, its loop and the register that it begins with.
    starts: BTreeMap<usize, (u16, Reg)>,
}

/// A loop whose instructions are looked at.
#[derive(Clone, Copy)]
struct Around {
    number: u16,
    /// Its first register, and the one behind its last.
    begin: usize,
    end: usize,
}

impl<'p> Registers<'p> {
    /// Before the first instruction.
    pub(super) fn new(program: &'p Program) -> Result<Self, &'static str> {
        let mut facts = vec![false; usize::from(program.first_constant)];
        program.inputs.iter().for_each(|input| mark(input, &mut facts));
        let slots = program.lists.iter().map(|list| {
            let mut slots = vec![false; usize::from(list.width)];
            mark(&list.item, &mut slots);
            slots
        });
        let slots = slots.collect();
        let constants = program.constants.iter().map(|value| is_bit(*value));
        let bits = facts.into_iter().chain(constants).map(Some).collect();
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
        Ok(Self {
            program,
            bits,
            tables: tables.collect(),
            slots,
            run: vec![None; program.groups.len()],
            parts,
            around: Vec::new(),
            begun: vec![false; program.loops.len()],
            starts: BTreeMap::new(),
        })
    }

    /// By register, whether it is a bit.
    pub(super) fn code(mut self) -> Result<Vec<Option<bool>>, &'static str> {
        for instruction in &self.program.code {
            self.end_loops()?;
            let Instruction { code, a, b, c } = *instruction;
            let own = self.bits.len();
            let start = self.start(own)?;
            require(start.is_none() || !matches!(code, Code::Each | Code::Group), "what is run gathers")?;
            // What gathers reads what it was before.
            if let Some(start) = start {
                self.bits.push(Some(start));
            }
            let is_bit = self.makes_bit(instruction)? && start != Some(false);
            if let Some(bit) = self.bits.get_mut(own) {
                *bit = Some(is_bit);
            }
            for (operand, register) in operands(code).into_iter().zip([a, b, c]) {
                self.operand(operand, register, a)?;
            }
            if start.is_none() {
                self.bits.push(Some(is_bit));
            }
        }
        self.end_loops()?;
        require(self.around.is_empty() && self.starts.is_empty(), "a loop goes on behind the end")?;
        require(self.run.iter().all(Option::is_some), "a group is not run")?;
        Ok(self.bits)
    }

    /// Of the next register, whether it is a bit before the first item; `None` where it does not gather.
    fn start(&mut self, own: usize) -> Result<Option<bool>, &'static str> {
        let Some((number, start)) = self.starts.remove(&own) else { return Ok(None) };
        let inside = self.around.last().is_some_and(|around| around.number == number);
        require(inside, "a register gathers in a loop around its own")?;
        self.bit(start).map(Some)
    }

    /// Registers of loops that have ended are no longer read, but for those that gather: these are of the loop around.
    fn end_loops(&mut self) -> Verdict {
        while let Some(Around { number, begin, end }) = self.around.last().copied() {
            if self.bits.len() < end {
                break;
            }
            self.around.pop();
            let one = self.program.loops.get(usize::from(number)).ok_or("there is no such loop")?;
            let mut gathered = Vec::with_capacity(one.starts.len());
            for (register, _) in &one.starts {
                gathered.push((usize::from(register.0), self.bit(*register)?));
            }
            self.bits.iter_mut().skip(begin).for_each(|bit| *bit = None);
            for (register, bit) in gathered {
                if let Some(place) = self.bits.get_mut(register) {
                    *place = Some(bit);
                }
            }
        }
        Ok(())
    }

    /// A loop whose number is read, which begins behind the next register.
    fn begin(&mut self, number: u16) -> Verdict {
        let Loop { list, within, length, starts } =
            self.program.loops.get(usize::from(number)).ok_or("there is no such loop")?;
        let begun = self.begun.get_mut(usize::from(number)).ok_or("there is no such loop")?;
        require(!std::mem::replace(begun, true), "a loop is run twice")?;
        let of = self.program.lists.get(usize::from(*list)).ok_or("there is no such list")?;
        let outer = match within {
            Some(outer) => Some(self.around(*outer)?.list),
            None => None,
        };
        require(of.within == outer, "a loop runs over the items of another list")?;
        require(self.around.len() < DEEPEST_LOOPS, "loops nest too deep")?;
        let begin = self.bits.len().saturating_add(1);
        let end = begin.saturating_add(*length as usize);
        let limit = self.around.last().map_or(self.program.registers(), |around| around.end);
        require(end <= limit, "a loop goes on behind the end")?;
        for (register, start) in starts {
            let at = usize::from(register.0);
            require((begin..end).contains(&at), "a register gathers outside of its loop")?;
            self.bit(*start)?;
            require(self.starts.insert(at, (number, *start)).is_none(), "a register gathers twice")?;
        }
        self.around.push(Around { number, begin, end });
        Ok(())
    }

    /// A loop around the next instruction.
    fn around(&self, number: u16) -> Result<&'p Loop, &'static str> {
        let is_around = self.around.iter().any(|around| around.number == number);
        let one = self.program.loops.get(usize::from(number)).filter(|_| is_around);
        one.ok_or("an item is read outside of its loop")
    }

    /// Whether a register that is read is a bit.
    fn bit(&self, of: Reg) -> Result<bool, &'static str> {
        let bit = self.bits.get(usize::from(of.0)).copied().flatten();
        bit.ok_or("a register is read before it is written")
    }

    fn operand(&mut self, operand: Operand, of: Reg, first: Reg) -> Verdict {
        let number = usize::from(of.0);
        match operand {
            Operand::Number | Operand::Idle => self.bit(of).map(|_| ()),
            Operand::Bit => require(self.bit(of)?, "a number is read as a bit"),
            Operand::Divisor => {
                let above_zero = self.program.constant(of).is_some_and(|by| by > 0);
                require(above_zero, "a divisor is not above zero")
            }
            Operand::Zero => require(number == 0, "what is not used is not zero"),
            Operand::Table => require(number < self.program.tables.len(), "there is no such table"),
            Operand::Part => require(number < self.parts.len(), "there is no such part"),
            Operand::Loop => self.begin(of.0),
            Operand::Around => self.around(of.0).map(|_| ()),
            Operand::Slot => {
                let list = self.around(first.0)?.list;
                let slots = self.slots.get(usize::from(list)).map_or(0, Vec::len);
                require(number < slots, "there is no such slot")
            }
            Operand::Made => require(of.0 < self.program.made, "there is no such list"),
            Operand::Group => {
                require(self.around.is_empty(), "a group is run in a loop")?;
                let group = self.program.groups.get(number).ok_or("there is no such group")?;
                self.group(group)?;
                let own = u16::try_from(self.bits.len()).map_err(|_| "there are too many registers")?;
                let run = self.run.get_mut(number).ok_or("there is no such group")?;
                require(run.replace(Reg(own)).is_none(), "a group is run twice")
            }
        }
    }

    fn makes_bit(&self, Instruction { code, a, b, c }: &Instruction) -> Result<bool, &'static str> {
        let is_bit = |register: Reg| self.bit(register) == Ok(true);
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
            | Code::Group
            | Code::Each
            | Code::Push => true,
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
            | Code::At => false,
            Code::Item => {
                let slots = self.slots.get(usize::from(self.around(a.0)?.list));
                slots.and_then(|slots| slots.get(usize::from(b.0))) == Some(&true)
            }
        })
    }

    /// Its cells, rows and rules lie within it, and it reads what is written.
    fn group(&self, group: &Group) -> Verdict {
        let registers = group.keys.iter().map(|key| match key {
            Key::Direct { register, size: _ } | Key::Cuts { register, cuts: _ } => *register,
        });
        let mut registers = registers.chain(group.columns.iter().copied());
        let is_written = |register: Reg| self.bit(register).is_ok();
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

/// Marks the bits of an input: what is yes or no, and whether it is given.
fn mark(input: &Input, bits: &mut [bool]) {
    if let Some(bit) = bits.get_mut(usize::from(input.at.0)) {
        *bit = input.kind == Kind::Bool;
    }
    if let Absent::Asked(given) = input.absent
        && let Some(bit) = bits.get_mut(usize::from(given.0))
    {
        *bit = true;
    }
    if let Parts::Fields(fields) = &input.parts {
        fields.iter().for_each(|field| mark(field, bits));
    }
}
