//! Runs a program on one case. Facts as registers go in, a decision comes out, or nothing: then the reference evaluator has
//! to decide the case. Knows no text and no diagnostics.

use std::sync::Arc;

use crate::decision::{Decision, Fired, Overridden, Status};
use crate::program::{Absent, Code, Input, Instruction, Kind, Output, Program, Reg};
use crate::types::Schema;
use crate::value::{Number, Value, date_of, day_number};

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
    registers: Registers,
    /// By fact, a bit: the case gives it.
    given: Vec<u64>,
    /// The bits that every case must give.
    required: Vec<u64>,
    defaults: Vec<(u16, i64)>,
    asked: Vec<(u16, Reg)>,
}

#[derive(Clone, Debug)]
enum Registers {
    Small(Box<[i64; SMALL]>),
    Large(Box<[i64; LARGE]>),
}

impl Machine {
    /// A machine for this program and no other, with a case that gives no fact.
    pub(crate) fn new(program: &Program) -> Self {
        let mut registers = match boxed(program.registers()) {
            Some(small) => Registers::Small(small),
            None => Registers::Large(boxed(LARGE).unwrap_or_else(|| Box::new([0; LARGE]))),
        };
        let constants = registers.all_mut().iter_mut().skip(usize::from(program.first_constant));
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
        Self { registers, given: vec![0; words], required, defaults, asked }
    }

    /// Takes back all facts.
    pub(crate) fn clear(&mut self) {
        self.given.fill(0);
    }

    /// Gives a fact: a number of its kind, within its bounds.
    pub(crate) fn give(&mut self, place: u16, value: i64) {
        set_bit(&mut self.given, place);
        if let Some(register) = self.registers.all_mut().get_mut(usize::from(place)) {
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
                let Some(value) = number_of(fact, input) else { return false };
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
        let registers = self.registers.all_mut();
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
        let fits = match &mut self.registers {
            Registers::Small(registers) => run(program, registers),
            Registers::Large(registers) => run(program, registers),
        };
        fits && !self.is_set(program.abstains)
    }

    /// The number of a register; after a run.
    pub(crate) fn register(&self, register: Reg) -> i64 {
        self.registers.all().get(usize::from(register.0)).copied().unwrap_or(0)
    }

    pub(crate) fn is_set(&self, bit: Reg) -> bool {
        self.register(bit) != 0
    }

    /// What the run decided; `None` for a value that cannot be, which would be a mistake of the engine.
    pub(crate) fn decision(&self, program: &Program, schema: &Arc<Schema>) -> Option<Decision> {
        let outcomes = program.outputs.iter().map(|output| self.outcome(output)).collect::<Option<_>>()?;
        let fires = program.fires.iter().filter(|fires| self.is_set(fires.when));
        let overrides = program.overrides.iter().filter(|overrides| self.is_set(overrides.when));
        Some(Decision {
            outcomes,
            fired: fires.map(|fires| Fired { rule: fires.rule.clone(), item: None }).collect(),
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
        Kind::Number { scale } => Value::Number(Number::from_scaled(number, scale).ok()?),
        Kind::Date => Value::Date(date_of(number).ok()?),
        Kind::Member => Value::Member(u32::try_from(number).ok()?),
        Kind::Set => {
            let member = |place: &u32| number.checked_shr(*place).is_some_and(|rest| rest & 1 == 1);
            Value::Set((0..64).filter(member).map(Value::Member).collect())
        }
    })
}

impl Registers {
    fn all(&self) -> &[i64] {
        match self {
            Self::Small(registers) => &**registers,
            Self::Large(registers) => &**registers,
        }
    }

    fn all_mut(&mut self) -> &mut [i64] {
        match self {
            Self::Small(registers) => &mut **registers,
            Self::Large(registers) => &mut **registers,
        }
    }
}

/// Room for so many registers, if an array of `N` has it.
fn boxed<const N: usize>(registers: usize) -> Option<Box<[i64; N]>> {
    if registers > N { None } else { vec![0; N].into_boxed_slice().try_into().ok() }
}

/// The number that stands for a given fact; `None` for what the program does not take.
fn number_of(fact: &Value, input: &Input) -> Option<i64> {
    match (fact, input.kind) {
        (Value::Bool(of), Kind::Bool) => Some(i64::from(*of)),
        (Value::Integer(of), Kind::Integer)
        | (Value::Days(of), Kind::Days)
        | (Value::WorkingDays(of), Kind::WorkingDays)
        | (Value::Months(of), Kind::Months) => Some(*of),
        (Value::Number(of), Kind::Number { scale }) => of.scaled(scale),
        (Value::Date(of), Kind::Date) => Some(day_number(*of)),
        (Value::Member(of), Kind::Member) => Some(i64::from(*of)),
        (Value::Set(members), Kind::Set) => members.iter().try_fold(0_i64, |mask, member| match member {
            Value::Member(place) if *place < 64 => Some(mask | 1_i64.wrapping_shl(*place)),
            _ => None,
        }),
        (_, _) => None,
    }
}

/// Runs all instructions; no when a number did not fit.
fn run<const N: usize>(program: &Program, registers: &mut [i64; N]) -> bool {
    // N is a power of two, so the mask changes no register and lets the compiler leave out the checks.
    let mask = N.wrapping_sub(1);
    let mut overflow = false;
    let mut next = program.first_result();
    for Instruction { code, a, b, c } in &program.code {
        let at = |register: &Reg| registers.get(usize::from(register.0) & mask).copied().unwrap_or(0);
        let mut checked = |(value, exceeds): (i64, bool)| {
            overflow |= exceeds;
            value
        };
        let value = match code {
            Code::Add => checked(at(a).overflowing_add(at(b))),
            Code::Subtract => checked(at(a).overflowing_sub(at(b))),
            Code::Multiply => checked(at(a).overflowing_mul(at(b))),
            Code::Lower => at(a).min(at(b)),
            Code::Higher => at(a).max(at(b)),
            Code::Select => {
                let (then, otherwise) = (at(b), at(c));
                if at(a) != 0 { then } else { otherwise }
            }
            Code::AddIf => {
                let value = if at(a) != 0 { at(b) } else { 0 };
                checked(value.overflowing_add(at(c)))
            }
            Code::HigherIf => {
                let (value, than) = (at(b), at(c));
                if at(a) != 0 { value.max(than) } else { than }
            }
            Code::LowerIf => {
                let (value, than) = (at(b), at(c));
                if at(a) != 0 { value.min(than) } else { than }
            }
            Code::HalfUp => checked(nearest(at(a), at(b), |rest, half, _| rest >= half)),
            Code::HalfEven => {
                checked(nearest(at(a), at(b), |rest, half, odd| rest > half || (rest == half && odd)))
            }
            Code::Up => checked(nearest(at(a), at(b), |rest, _, _| rest > 0)),
            Code::Down => checked(nearest(at(a), at(b), |_, _, _| false)),
            Code::Less => i64::from(at(a) < at(b)),
            Code::LessOrEqual => i64::from(at(a) <= at(b)),
            Code::Equal => i64::from(at(a) == at(b)),
            Code::Member => at(b).wrapping_shr(at(a) as u32) & 1,
            Code::And => at(a) & at(b),
            Code::Or => at(a) | at(b),
            Code::AndNot => at(a) & !at(b),
            Code::Not => at(a) ^ 1,
            Code::Divides => i64::from(at(a).checked_rem(at(b)) == Some(0)),
            Code::Lookup => {
                let table = program.tables.get(usize::from(b.0));
                let entry = usize::try_from(at(a)).ok().and_then(|place| table?.get(place));
                entry.copied().unwrap_or(0)
            }
        };
        if let Some(register) = registers.get_mut(next & mask) {
            *register = value;
        }
        next = next.wrapping_add(1);
    }
    !overflow
}

/// `of / by` to a whole number, `by` above zero. `up` is asked with twice the rest, `by`, and whether the whole part is odd.
#[inline(always)]
fn nearest(of: i64, by: i64, up: impl Fn(u64, u64, bool) -> bool) -> (i64, bool) {
    let (Some(whole), Some(rest)) = (of.checked_div(by), of.checked_rem(by)) else { return (0, true) };
    let twice = rest.unsigned_abs().wrapping_mul(2);
    let away = up(twice, by.unsigned_abs(), whole & 1 == 1);
    (whole.wrapping_add(if away { of.signum() } else { 0 }), false)
}
