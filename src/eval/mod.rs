//! Runs a program on one case. Facts as registers go in, a decision comes out, or nothing: then the reference evaluator has
//! to decide the case. Knows no text and no diagnostics.

use std::sync::Arc;

use crate::decision::{Decision, Fired, Overridden, Status};
use crate::program::{Absent, Code, Family, Instruction, Kind, Output, Program, Reg};
use crate::types::Schema;
use crate::value::{Number, Value, date_of, day_number};

pub(crate) use self::groups::{Left, run as run_group};

mod groups;
pub(crate) mod json;
#[cfg(test)]
mod tests;

/// The registers of most programs.
const SMALL: usize = 1 << 10;
/// All that an instruction can name.
const LARGE: usize = 1 << 16;

/// A place to run one program in, for one case after the other.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    /// As many as one of the sizes above.
    registers: Box<[i64]>,
    /// Families, and how many instructions of each follow each other.
    runs: Vec<(Family, usize)>,
    /// By fact, a bit: the case gives it.
    given: Vec<u64>,
    /// The bits that every case must give.
    required: Vec<u64>,
    defaults: Vec<(u16, i64)>,
    asked: Vec<(u16, Reg)>,
    left: Left,
}

impl Machine {
    /// A machine for this program and no other, with a case that gives no fact.
    pub(crate) fn new(program: &Program) -> Self {
        let size = if program.registers() <= SMALL { SMALL } else { LARGE };
        let mut registers = vec![0; size].into_boxed_slice();
        let constants = registers.iter_mut().skip(usize::from(program.first_constant));
        constants.zip(&program.constants).for_each(|(register, constant)| *register = *constant);
        let words = program.inputs.len().div_ceil(64);
        let mut required = vec![0; words];
        let (mut defaults, mut asked) = (Vec::new(), Vec::new());
        for (input, place) in program.inputs.iter().zip(0_u16..) {
            match input.absent {
                Absent::Missing => set_bit(&mut required, place),
                Absent::Default(value) => defaults.push((place, value)),
                Absent::Asked(register) => asked.push((place, register)),
                Absent::Derived => {}
            }
        }
        let runs = program.code.chunk_by(|one, next| one.code.family() == next.code.family());
        let runs = runs.filter_map(|run| Some((run.first()?.code.family(), run.len()))).collect();
        let left = Left::new(program);
        Self { registers, runs, given: vec![0; words], required, defaults, asked, left }
    }

    /// Takes back all facts.
    #[inline]
    pub(crate) fn clear(&mut self) {
        self.given.fill(0);
    }

    /// Gives a fact: a number of its kind, within its bounds.
    #[inline]
    pub(crate) fn give(&mut self, place: u16, value: i64) {
        set_bit(&mut self.given, place);
        if let Some(register) = self.registers.get_mut(usize::from(place)) {
            *register = value;
        }
    }

    /// The number of a fact, where it is given.
    pub(crate) fn given(&self, place: u16) -> Option<i64> {
        has_bit(&self.given, place).then(|| self.register(Reg(place)))
    }

    /// Gives all facts of a case that is bound without problems; no where the program does not take them.
    pub(crate) fn load(&mut self, program: &Program, facts: &[Value]) -> bool {
        self.clear();
        for ((input, fact), place) in program.inputs.iter().zip(facts).zip(0..) {
            if *fact != Value::Absent {
                let Some(value) = number_at(fact, input.kind) else { return false };
                self.give(place, value);
            }
        }
        true
    }

    /// Runs the program; no where it abstains, and what stands in its registers means nothing.
    pub(crate) fn run(&mut self, program: &Program) -> bool {
        if self.given.iter().zip(&self.required).any(|(given, required)| given & required != *required) {
            return false;
        }
        self.left.fired.clear();
        let registers = &mut *self.registers;
        for (place, default) in &self.defaults {
            if !has_bit(&self.given, *place)
                && let Some(register) = registers.get_mut(usize::from(*place))
            {
                *register = *default;
            }
        }
        for (place, asked) in &self.asked {
            if let Some(register) = registers.get_mut(usize::from(asked.0)) {
                *register = i64::from(has_bit(&self.given, *place));
            }
        }
        let fits = if let Ok(registers) = <&mut [i64; SMALL]>::try_from(&mut *self.registers) {
            run(program, &self.runs, registers, &mut self.left)
        } else if let Ok(registers) = <&mut [i64; LARGE]>::try_from(&mut *self.registers) {
            run(program, &self.runs, registers, &mut self.left)
        } else {
            false
        };
        if !fits || self.is_set(program.abstains) {
            return false;
        }
        let mut count = self.left.fired.len();
        let in_groups = count > 0;
        self.left.fired.resize(count.saturating_add(program.fires.len()), 0);
        for fires in &program.fires {
            // Which rules fire is anybody's guess, so there is no branch on it.
            let fired = self.is_set(fires.when);
            if let Some(place) = self.left.fired.get_mut(count) {
                *place = fires.rule;
            }
            count = count.saturating_add(usize::from(fired));
        }
        self.left.fired.truncate(count);
        if in_groups {
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

    /// The names of the rules that fired, sorted; after a run.
    pub(crate) fn fired<'p>(&self, program: &'p Program) -> impl Iterator<Item = &'p Arc<str>> {
        self.fired_places().filter_map(|place| program.rules.get(place))
    }

    /// The same rules as places in [`Program::rules`].
    pub(crate) fn fired_places(&self) -> impl Iterator<Item = usize> {
        self.left.fired.iter().map(|place| *place as usize)
    }

    /// What the run decided; `None` for a value that cannot be, which would be a mistake of the engine.
    pub(crate) fn decision(&self, program: &Program, schema: &Arc<Schema>) -> Option<Decision> {
        let outcomes = program.outputs.iter().map(|output| self.outcome(output)).collect::<Option<_>>()?;
        let overrides = program.overrides.iter().filter(|overrides| self.is_set(overrides.when));
        Some(Decision {
            outcomes,
            fired: self.fired(program).map(|rule| Fired { rule: rule.clone(), item: None }).collect(),
            overridden: overrides
                .map(|overridden| Overridden {
                    rule: overridden.rule.clone(),
                    item: None,
                    by: overridden.by.clone(),
                    outcomes: overridden.outcomes.clone(),
                })
                .collect(),
            ..Decision::without_outcomes(schema, Status::Decided)
        })
    }

    fn outcome(&self, output: &Output) -> Option<Value> {
        if self.is_set(output.there) {
            value_of(self.register(output.value), output.kind)
        } else {
            Some(Value::Nothing)
        }
    }
}

#[inline]
fn set_bit(bits: &mut [u64], place: u16) {
    if let Some(word) = bits.get_mut(usize::from(place >> 6)) {
        *word |= 1_u64.wrapping_shl(u32::from(place));
    }
}

fn has_bit(bits: &[u64], place: u16) -> bool {
    bits.get(usize::from(place >> 6)).is_some_and(|word| word.wrapping_shr(u32::from(place)) & 1 == 1)
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
        (set, Kind::Set) => set.mask(),
        (_, _) => None,
    }
}

/// Runs all instructions; no when a number did not fit.
fn run<const N: usize>(
    program: &Program,
    runs: &[(Family, usize)],
    registers: &mut [i64; N],
    left: &mut Left,
) -> bool {
    let mut place = Place { registers, next: program.first_result() };
    let mut overflow = false;
    let tables = &program.tables;
    let mut rest = &*program.code;
    for (family, count) in runs {
        let Some((run, after)) = rest.split_at_checked(*count) else { break };
        rest = after;
        let code = match family {
            Family::Alone(code) => code,
            Family::Bits => {
                place.bits(run);
                continue;
            }
        };
        match code {
            Code::Add => place.checked(run, &mut overflow, |a, b, _| a.overflowing_add(b)),
            Code::Subtract => place.checked(run, &mut overflow, |a, b, _| a.overflowing_sub(b)),
            Code::Multiply => place.checked(run, &mut overflow, |a, b, _| a.overflowing_mul(b)),
            Code::AddIf => {
                place.checked(run, &mut overflow, |a, b, c| if a != 0 { b } else { 0 }.overflowing_add(c));
            }
            Code::HalfUp => place.checked(run, &mut overflow, |a, b, _| half_up(a, b)),
            Code::HalfEven => place.checked(run, &mut overflow, |a, b, _| half_even(a, b)),
            Code::Up => place.checked(run, &mut overflow, |a, b, _| round_up(a, b)),
            Code::Down => place.checked(run, &mut overflow, |a, b, _| round_down(a, b)),
            Code::Lower => place.each(run, |a, b, _| a.min(b)),
            Code::Higher => place.each(run, |a, b, _| a.max(b)),
            Code::Select => place.each(run, |a, b, c| if a != 0 { b } else { c }),
            Code::HigherIf => place.each(run, |a, b, c| if a != 0 { b.max(c) } else { c }),
            Code::LowerIf => place.each(run, |a, b, c| if a != 0 { b.min(c) } else { c }),
            Code::Less => place.each(run, |a, b, _| i64::from(a < b)),
            Code::LessOrEqual => place.each(run, |a, b, _| i64::from(a <= b)),
            Code::Equal => place.each(run, |a, b, _| i64::from(a == b)),
            Code::Member => place.each(run, |a, b, _| b.wrapping_shr(a as u32) & 1),
            Code::Within => place.each(run, |a, b, c| i64::from(a.wrapping_sub(b) as u64 <= c as u64)),
            Code::Clamp => place.each(run, |a, b, c| a.max(b).min(c)),
            Code::Intersection => place.each(run, |a, b, _| a & b),
            Code::Union => place.each(run, |a, b, _| a | b),
            Code::Difference => place.each(run, |a, b, _| a & !b),
            // These are of the other family.
            Code::And | Code::Or | Code::AndNot | Code::Not => {}
            Code::Divides => place.each(run, |a, b, _| i64::from(a.checked_rem(b) == Some(0))),
            Code::Group => {
                for instruction in run {
                    if let Some(group) = program.groups.get(usize::from(instruction.a.0)) {
                        overflow |= !run_group(group, |register| place.at(register), left);
                    }
                    place.put(0);
                }
            }
            Code::Part => {
                for instruction in run {
                    place.put(left.parts.get(usize::from(instruction.b.0)).copied().unwrap_or(0));
                }
            }
            Code::Lookup => {
                for instruction in run {
                    let table = tables.get(usize::from(instruction.b.0));
                    let entry = usize::try_from(place.at(instruction.a)).ok().and_then(|at| table?.get(at));
                    place.put(entry.copied().unwrap_or(0));
                }
            }
        }
    }
    !overflow
}

/// The registers, and which one is written next.
struct Place<'r, const N: usize> {
    registers: &'r mut [i64; N],
    next: usize,
}

impl<const N: usize> Place<'_, N> {
    /// N is a power of two, so the mask changes no register that a program has, and leaves nothing to check.
    const MASK: usize = N.wrapping_sub(1);

    #[inline(always)]
    fn at(&self, register: Reg) -> i64 {
        self.registers.get(usize::from(register.0) & Self::MASK).copied().unwrap_or(0)
    }

    #[inline(always)]
    fn put(&mut self, value: i64) {
        if let Some(register) = self.registers.get_mut(self.next & Self::MASK) {
            *register = value;
        }
        self.next = self.next.wrapping_add(1);
    }

    #[inline(always)]
    fn each(&mut self, run: &[Instruction], result: impl Fn(i64, i64, i64) -> i64) {
        for Instruction { code: _, a, b, c } in run {
            self.put(result(self.at(*a), self.at(*b), self.at(*c)));
        }
    }

    /// Functions of two bits by their tables: bit `2a + b` is the result.
    #[inline(always)]
    fn bits(&mut self, run: &[Instruction]) {
        for Instruction { code, a, b, c: _ } in run {
            let table = match code {
                Code::And => 0b1000_u32,
                Code::Or => 0b1110,
                Code::AndNot => 0b0100,
                _ => 0b0011,
            };
            let row = self.at(*a).wrapping_mul(2).wrapping_add(self.at(*b)) as u32;
            self.put(i64::from(table.wrapping_shr(row) & 1));
        }
    }

    #[inline(always)]
    fn checked(
        &mut self,
        run: &[Instruction],
        overflow: &mut bool,
        result: impl Fn(i64, i64, i64) -> (i64, bool),
    ) {
        for Instruction { code: _, a, b, c } in run {
            let (value, exceeds) = result(self.at(*a), self.at(*b), self.at(*c));
            *overflow |= exceeds;
            self.put(value);
        }
    }
}

#[inline(always)]
pub(crate) fn half_up(of: i64, by: i64) -> (i64, bool) {
    nearest(of, by, |twice, by, _| twice >= by)
}

#[inline(always)]
pub(crate) fn half_even(of: i64, by: i64) -> (i64, bool) {
    nearest(of, by, |twice, by, odd| twice > by || (twice == by && odd))
}

#[inline(always)]
pub(crate) fn round_up(of: i64, by: i64) -> (i64, bool) {
    nearest(of, by, |twice, _, _| twice > 0)
}

#[inline(always)]
pub(crate) fn round_down(of: i64, by: i64) -> (i64, bool) {
    nearest(of, by, |_, _, _| false)
}

/// `of / by` to a whole number, `by` above zero. `up` is asked with twice the rest, `by`, and whether the whole part is odd.
#[inline(always)]
fn nearest(of: i64, by: i64, up: impl Fn(u64, u64, bool) -> bool) -> (i64, bool) {
    let (Some(whole), Some(rest)) = (of.checked_div(by), of.checked_rem(by)) else { return (0, true) };
    let twice = rest.unsigned_abs().wrapping_mul(2);
    let away = up(twice, by.unsigned_abs(), whole & 1 == 1);
    (whole.wrapping_add(if away { of.signum() } else { 0 }), false)
}
