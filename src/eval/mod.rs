//! Runs a program on one case. Facts as registers go in, a decision comes out, or nothing: then the reference evaluator has
//! to decide the case. Knows no text and no diagnostics.

use std::sync::Arc;

use crate::decision::{Decision, Fired, Overridden, Status};
use crate::program::{Absent, Fires, Input, Kind, Output, Overrides, Parts, Program, Reg};
use crate::types::Schema;
use crate::value::{Number, Value, date_of, day_number};

pub(crate) use self::groups::{Left, run as run_group};
use self::items::{Items, Spot};
pub(crate) use self::round::{Divisor, half_even, half_up, round_down, round_up};
pub(crate) use self::run::add_months;
use self::run::{Around, Tape};

mod groups;
mod items;
pub(crate) mod json;
mod round;
mod run;
#[cfg(test)]
mod tests;

/// A case whose lists that the code makes have more values in all is left to the reference evaluator.
const MOST_MADE: usize = 1 << 22;

/// A program made ready to be run, once for all its cases.
#[derive(Clone, Debug)]
pub(crate) struct Compiled {
    pub(crate) program: Program,
    tape: Tape,
    /// By fact, 1 where every case must give it. Eight of them are looked at at once.
    required: Box<[[u8; 8]]>,
    defaults: Vec<(u16, i64)>,
    asked: Vec<(u16, Reg)>,
    /// By fact that is a record, the registers of its parts.
    records: Vec<(u16, Vec<Reg>)>,
    /// There are no lists and records, and nothing has to be done for them.
    is_flat: bool,
    /// The most items that a case may have.
    most_items: u64,
}

impl Compiled {
    /// A case with more than `most_items` in its lists is left to the reference evaluator.
    pub(crate) fn new(program: Program, most_items: u64) -> Self {
        let mut required = vec![[0; 8]; program.inputs.len().div_ceil(8)].into_boxed_slice();
        let (mut defaults, mut asked, mut records) = (Vec::new(), Vec::new(), Vec::new());
        for (input, place) in program.inputs.iter().zip(0_u16..) {
            match input.absent {
                Absent::Missing => {
                    if let Some(required) = required.as_flattened_mut().get_mut(usize::from(place)) {
                        *required = 1;
                    }
                }
                Absent::Default(value) => defaults.push((place, value)),
                Absent::Asked(register) => asked.push((place, register)),
                Absent::Derived => {}
            }
            let mut registers = Vec::new();
            registers_of(input, &mut registers);
            if !registers.is_empty() {
                records.push((place, registers));
            }
        }
        Self {
            tape: Tape::new(&program),
            is_flat: program.is_flat(),
            program,
            required,
            defaults,
            asked,
            records,
            most_items,
        }
    }
}

/// The registers of the parts of an input.
fn registers_of(input: &Input, registers: &mut Vec<Reg>) {
    let Parts::Fields(fields) = &input.parts else { return };
    for field in fields {
        registers.push(field.at);
        if let Absent::Asked(given) = field.absent {
            registers.push(given);
        }
        registers_of(field, registers);
    }
}

/// A place to run a program in, for one case after the other.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    compiled: Arc<Compiled>,
    /// As many as the tape asks for.
    registers: Box<[i64]>,
    /// By fact, 1 where the case gives it.
    given: Box<[[u8; 8]]>,
    items: Items,
    /// By loop, the item that it is at.
    at: Box<[usize]>,
    /// By list that the code makes, its numbers.
    made: Box<[Vec<i64>]>,
    left: Left,
    /// By rule outside groups, a bit: it fired.
    fired: Box<[u64]>,
}

impl Machine {
    /// A machine with a case that gives no fact.
    pub(crate) fn new(compiled: &Arc<Compiled>) -> Self {
        let program = &compiled.program;
        let mut registers = vec![0; compiled.tape.registers()].into_boxed_slice();
        let constants = registers.iter_mut().skip(usize::from(program.first_constant));
        constants.zip(&program.constants).for_each(|(register, constant)| *register = *constant);
        Self {
            compiled: compiled.clone(),
            registers,
            given: vec![[0; 8]; compiled.required.len()].into_boxed_slice(),
            items: Items::new(program),
            at: vec![0; program.loops.len()].into_boxed_slice(),
            made: vec![Vec::new(); usize::from(program.made)].into_boxed_slice(),
            left: Left::new(program),
            fired: vec![0; program.fires.len().div_ceil(64)].into_boxed_slice(),
        }
    }

    pub(crate) fn program(&self) -> &Program {
        &self.compiled.program
    }

    /// Takes back all facts.
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.given.fill([0; 8]);
        if !self.compiled.is_flat {
            self.items.clear();
        }
    }

    /// Gives a fact: a number of its kind, within its bounds.
    #[inline]
    pub(crate) fn give(&mut self, place: u16, value: i64) {
        if let Some(given) = self.given.as_flattened_mut().get_mut(usize::from(place)) {
            *given = 1;
        }
        if let Some(register) = self.registers.get_mut(usize::from(place)) {
            *register = value;
        }
    }

    /// Marks a fact as given; no where it was.
    #[inline]
    fn mark(&mut self, place: u16) -> bool {
        let given = self.given.as_flattened_mut().get_mut(usize::from(place));
        given.is_some_and(|given| std::mem::replace(given, 1) == 0)
    }

    /// The number of a fact, where it is given.
    pub(crate) fn given(&self, place: u16) -> Option<i64> {
        is_given(&self.given, place).then(|| self.register(Reg(place)))
    }

    /// Gives all facts of a case that is bound without problems; no where the program does not take them.
    pub(crate) fn load(&mut self, facts: &[Value]) -> bool {
        self.clear();
        let compiled = self.compiled.clone();
        let program = &compiled.program;
        for ((input, fact), place) in program.inputs.iter().zip(facts).zip(0_u16..) {
            if *fact != Value::Absent {
                if let Some(given) = self.given.as_flattened_mut().get_mut(usize::from(place)) {
                    *given = 1;
                }
                if !self.load_at(input, fact, Spot::Facts) {
                    return false;
                }
            }
        }
        true
    }

    fn load_at(&mut self, input: &Input, value: &Value, spot: Spot) -> bool {
        let number = match (&input.parts, value) {
            (Parts::None, _) => number_at(value, input.kind),
            (Parts::Fields(fields), Value::Record(values)) => {
                for (field, value) in fields.iter().zip(values.iter()) {
                    let is_given = *value != Value::Absent;
                    if is_given && !self.load_at(field, value, spot) || !self.settle(field, is_given, spot) {
                        return false;
                    }
                }
                Some(1)
            }
            (Parts::Items(list), Value::List(items)) => {
                let compiled = self.compiled.clone();
                let Some(of) = compiled.program.lists.get(usize::from(*list)) else { return false };
                for item in items.iter() {
                    let spot = self.items.open(*list);
                    if !self.load_at(&of.item, item, spot) {
                        return false;
                    }
                    self.items.close(*list);
                }
                i64::try_from(items.len()).ok()
            }
            (Parts::Fields(_) | Parts::Items(_), _) => None,
        };
        number.inspect(|number| self.put(spot, input.at, *number)).is_some()
    }

    /// Puts a number where it stands.
    #[inline]
    fn put(&mut self, spot: Spot, at: Reg, number: i64) {
        match spot {
            Spot::Facts => {
                if let Some(register) = self.registers.get_mut(usize::from(at.0)) {
                    *register = number;
                }
            }
            Spot::Item { list, begin } => self.items.put(list, begin, at.0, number),
        }
    }

    /// Says of a field of a record or item whether it is given; no where it must be and is not.
    fn settle(&mut self, field: &Input, is_given: bool, spot: Spot) -> bool {
        if !is_given {
            let mut registers = vec![field.at];
            registers_of(field, &mut registers);
            registers.into_iter().for_each(|register| self.put(spot, register, 0));
        }
        match field.absent {
            Absent::Missing => return is_given,
            Absent::Default(value) if !is_given => self.put(spot, field.at, value),
            Absent::Asked(given) => self.put(spot, given, i64::from(is_given)),
            Absent::Default(_) | Absent::Derived => {}
        }
        true
    }

    /// Runs the program; no where it abstains, and what stands in its registers means nothing.
    pub(crate) fn run(&mut self) -> bool {
        let Compiled { program, tape, required, defaults, asked, records, is_flat, most_items } =
            &*self.compiled;
        let lacks = |(given, required): (&[u8; 8], &[u8; 8])| {
            u64::from_ne_bytes(*required) & !u64::from_ne_bytes(*given) != 0
        };
        if self.given.iter().zip(required).any(lacks) {
            return false;
        }
        self.left.fired.clear();
        for (place, default) in defaults {
            if !is_given(&self.given, *place)
                && let Some(register) = self.registers.get_mut(usize::from(*place))
            {
                *register = *default;
            }
        }
        for (place, asked) in asked {
            let given = i64::from(is_given(&self.given, *place));
            if let Some(register) = self.registers.get_mut(usize::from(asked.0)) {
                *register = given;
            }
            // What an earlier case left there is none of this one.
            if let Some(register) = self.registers.get_mut(usize::from(*place)) {
                *register &= given.wrapping_neg();
            }
        }
        if !is_flat {
            for (place, parts) in records {
                if !is_given(&self.given, *place) {
                    for part in parts {
                        if let Some(register) = self.registers.get_mut(usize::from(part.0)) {
                            *register = 0;
                        }
                    }
                }
            }
            self.items.finish(program);
            if self.items.count() > *most_items {
                return false;
            }
            self.made.iter_mut().for_each(Vec::clear);
        }
        let mut around = Around {
            program,
            left: &mut self.left,
            items: &self.items,
            at: &mut self.at,
            made: &mut self.made,
            room: MOST_MADE,
        };
        let fits = tape.run(&mut self.registers, &mut self.fired, &mut around);
        if !fits || self.is_set(program.abstains) {
            return false;
        }
        for fires in program.item_fires.iter().filter(|_| !is_flat) {
            let count = self.made.get(usize::from(fires.list)).map_or(0, Vec::len);
            self.left.fired.extend(std::iter::repeat_n(fires.rule, count));
        }
        if !self.left.fired.is_empty() {
            let alone = Bits::new(&self.fired).filter_map(|place| program.fires.get(place));
            self.left.fired.extend(alone.map(|fires| fires.rule));
            self.left.fired.sort_unstable();
        }
        true
    }

    /// The number of a register; after a run.
    #[inline]
    pub(crate) fn register(&self, register: Reg) -> i64 {
        self.registers.get(usize::from(register.0)).copied().unwrap_or(0)
    }

    #[inline]
    pub(crate) fn is_set(&self, bit: Reg) -> bool {
        self.register(bit) != 0
    }

    /// The rules that fired, ascending, as places in [`Program::rules`]; after a run.
    #[inline]
    pub(crate) fn fired(&self) -> Places<'_> {
        // With groups there is a list of all.
        let words = if self.left.fired.is_empty() { &*self.fired } else { &[] };
        Places { bits: Bits::new(words), fires: &self.program().fires, listed: self.left.fired.iter() }
    }

    /// What the run decided; `None` for a value that cannot be, which would be a mistake of the engine.
    pub(crate) fn decision(&self, schema: &Arc<Schema>) -> Option<Decision> {
        let program = self.program();
        let outcomes = program.outputs.iter().map(|output| self.outcome(output)).collect::<Option<_>>()?;
        let overrides = program.overrides.iter().filter(|overrides| self.is_set(overrides.when));
        let fired = self.fired().filter_map(|place| program.rules.get(place));
        let mut decision = decided(schema, outcomes, fired, overrides);
        if !program.item_fires.is_empty() {
            decision.fired = self.fired_for();
        }
        Some(decision)
    }

    /// The rules that fired and for which items, sorted; after a run.
    pub(crate) fn fired_for(&self) -> Vec<Fired> {
        let program = self.program();
        let is_alone = |place: &usize| program.item_fires.iter().all(|fires| fires.rule as usize != *place);
        let alone = self.fired().filter(is_alone).filter_map(|place| program.rules.get(place));
        let mut fired: Vec<Fired> = alone.map(|rule| Fired { rule: rule.clone(), item: None }).collect();
        for fires in &program.item_fires {
            let Some(rule) = program.rules.get(fires.rule as usize) else { continue };
            for item in self.made(fires.list) {
                let item = usize::try_from(*item).map(|item| self.items.path(&fires.path, item)).ok();
                fired.push(Fired { rule: rule.clone(), item });
            }
        }
        fired.sort();
        fired
    }

    /// The numbers of an outcome that is a list; after a run.
    pub(crate) fn made(&self, list: u16) -> &[i64] {
        self.made.get(usize::from(list)).map_or(&[], |made| made)
    }

    fn outcome(&self, output: &Output) -> Option<Value> {
        if let Some(list) = output.list {
            let values = self.made(list).iter().map(|number| value_of(*number, output.kind));
            return Some(Value::List(values.collect::<Option<_>>()?));
        }
        if self.is_set(output.there) {
            value_of(self.register(output.value), output.kind)
        } else {
            Some(Value::Nothing)
        }
    }
}

#[inline]
fn is_given(given: &[[u8; 8]], place: u16) -> bool {
    given.as_flattened().get(usize::from(place)) == Some(&1)
}

/// The rules that fired in a machine: see [`Machine::fired`].
#[derive(Clone, Debug)]
pub(crate) struct Places<'m> {
    bits: Bits<'m>,
    fires: &'m [Fires],
    /// All of them, where there are groups.
    listed: std::slice::Iter<'m, u32>,
}

impl Iterator for Places<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        let rule = match self.bits.next() {
            Some(place) => self.fires.get(place)?.rule,
            None => *self.listed.next()?,
        };
        Some(rule as usize)
    }

    #[inline]
    fn size_hint(&self) -> (usize, Option<usize>) {
        let count = self.bits.len().saturating_add(self.listed.len());
        (count, Some(count))
    }
}

/// The places of the bits that are set, ascending.
#[derive(Clone, Debug)]
struct Bits<'w> {
    words: &'w [u64],
    /// What is left of the word before `words`, and the place of its first bit.
    word: u64,
    first: usize,
}

impl<'w> Bits<'w> {
    #[inline]
    fn new(words: &'w [u64]) -> Self {
        match words {
            [word, words @ ..] => Self { words, word: *word, first: 0 },
            [] => Self { words, word: 0, first: 0 },
        }
    }

    /// How many are left.
    #[inline]
    fn len(&self) -> usize {
        let words = std::iter::once(&self.word).chain(self.words);
        words.map(|word| word.count_ones() as usize).sum()
    }
}

impl Iterator for Bits<'_> {
    type Item = usize;

    #[inline]
    fn next(&mut self) -> Option<usize> {
        while self.word == 0 {
            let (word, words) = self.words.split_first()?;
            (self.word, self.words) = (*word, words);
            self.first = self.first.saturating_add(64);
        }
        let place = self.first.saturating_add(self.word.trailing_zeros() as usize);
        self.word &= self.word.wrapping_sub(1);
        Some(place)
    }
}

/// The decision of these outcomes and rules, both sorted.
pub(crate) fn decided<'p>(
    schema: &Arc<Schema>,
    outcomes: Vec<Value>,
    fired: impl Iterator<Item = &'p Arc<str>>,
    overrides: impl Iterator<Item = &'p Overrides>,
) -> Decision {
    let overridden = overrides.map(|one| Overridden {
        rule: one.rule.clone(),
        item: None,
        by: one.by.clone(),
        outcomes: one.outcomes.clone(),
    });
    Decision {
        outcomes,
        fired: fired.map(|rule| Fired { rule: rule.clone(), item: None }).collect(),
        overridden: overridden.collect(),
        ..Decision::without_outcomes(schema, Status::Decided)
    }
}

/// The value that a number of a kind stands for; `None` for a number that stands for none.
pub(crate) fn value_of(number: i64, kind: Kind) -> Option<Value> {
    Some(match kind {
        Kind::Bool => Value::Bool(number != 0),
        Kind::Integer => Value::Integer(number),
        Kind::Days => Value::Days(number),
        Kind::WorkingDays => Value::WorkingDays(number),
        Kind::Months => Value::Months(number),
        Kind::Number { scale } => Value::Number(Number::from_units(i128::from(number), scale).ok()?),
        Kind::Date => Value::Date(date_of(number).ok()?),
        Kind::Member => Value::Member(u32::try_from(number).ok()?),
        Kind::Set => {
            let member = |place: &u32| number.checked_shr(*place).is_some_and(|rest| rest & 1 == 1);
            Value::Set((0..64).filter(member).map(Value::Member).collect())
        }
        Kind::Text | Kind::Record | Kind::List => return None,
    })
}

/// The number that stands for a value in a kind; `None` where none does.
pub(crate) fn number_at(value: &Value, kind: Kind) -> Option<i64> {
    match (value, kind) {
        (Value::Bool(of), Kind::Bool) => Some(i64::from(*of)),
        (Value::Integer(of), Kind::Integer)
        | (Value::Days(of), Kind::Days)
        | (Value::WorkingDays(of), Kind::WorkingDays)
        | (Value::Months(of), Kind::Months) => Some(*of),
        (Value::Number(of), Kind::Number { scale }) => of.scaled(scale),
        (Value::Date(of), Kind::Date) => Some(day_number(*of)),
        (Value::Member(of), Kind::Member) => Some(i64::from(*of)),
        (Value::Text(_), Kind::Text) => Some(0),
        (set, Kind::Set) => set.mask(),
        (_, _) => None,
    }
}
