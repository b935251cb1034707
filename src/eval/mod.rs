//! Runs a program on one case. Facts as registers go in, a decision comes out, or nothing: then the reference evaluator has
//! to decide the case. Knows no text and no diagnostics.

use std::sync::Arc;

use crate::decision::{Decision, Fired, Overridden, Status};
use crate::program::{Absent, Code, Input, Instruction, Kind, Output, Program, Reg};
use crate::types::Schema;
use crate::value::{Number, Value, date_of, day_number};

#[cfg(test)]
mod tests;

/// The registers of most programs.
const SMALL: usize = 1 << 10;
/// All that an instruction can name.
const LARGE: usize = 1 << 16;

/// A place to run programs in, for one case after the other.
#[derive(Clone, Debug)]
pub(crate) struct Machine {
    registers: Registers,
}

#[derive(Clone, Debug)]
enum Registers {
    Small(Box<[i64; SMALL]>),
    Large(Box<[i64; LARGE]>),
}

impl Machine {
    /// A machine for this program and no other.
    pub(crate) fn new(program: &Program) -> Self {
        let mut registers = match boxed(program.registers()) {
            Some(small) => Registers::Small(small),
            None => Registers::Large(boxed(LARGE).unwrap_or_else(|| Box::new([0; LARGE]))),
        };
        let constants = registers.all_mut().iter_mut().skip(usize::from(program.first_constant));
        constants.zip(&program.constants).for_each(|(register, constant)| *register = *constant);
        Self { registers }
    }

    /// Decides a case whose facts are bound without problems; `None` where the program abstains.
    pub(crate) fn decide(
        &mut self,
        program: &Program,
        schema: &Arc<Schema>,
        facts: &[Value],
    ) -> Option<Decision> {
        self.load(program, facts)?;
        self.run(program)?;
        self.decision(program, schema)
    }

    /// Puts the facts into their registers.
    fn load(&mut self, program: &Program, facts: &[Value]) -> Option<()> {
        let registers = self.registers.all_mut();
        for ((input, fact), place) in program.inputs.iter().zip(facts).zip(0..) {
            let given = *fact != Value::Absent;
            let value = match (given, input.absent) {
                (true, _) => number_of(fact, input)?,
                (false, Absent::Missing) => return None,
                (false, Absent::Default(value)) => value,
                (false, Absent::Asked(_) | Absent::Derived) => 0,
            };
            if let Absent::Asked(asked) = input.absent {
                *registers.get_mut(usize::from(asked.0))? = i64::from(given);
            }
            *registers.get_mut::<usize>(place)? = value;
        }
        Some(())
    }

    /// `None` where the program abstains.
    fn run(&mut self, program: &Program) -> Option<()> {
        let fits = match &mut self.registers {
            Registers::Small(registers) => run(program, registers),
            Registers::Large(registers) => run(program, registers),
        };
        (fits && !self.is_set(program.abstains)).then_some(())
    }

    fn register(&self, register: Reg) -> i64 {
        self.registers.all().get(usize::from(register.0)).copied().unwrap_or(0)
    }

    fn is_set(&self, bit: Reg) -> bool {
        self.register(bit) != 0
    }

    fn decision(&self, program: &Program, schema: &Arc<Schema>) -> Option<Decision> {
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
        if !self.is_set(output.there) {
            return Some(Value::Nothing);
        }
        let value = self.register(output.value);
        Some(match output.kind {
            Kind::Bool => Value::Bool(value != 0),
            Kind::Integer => Value::Integer(value),
            Kind::Days => Value::Days(value),
            Kind::WorkingDays => Value::WorkingDays(value),
            Kind::Months => Value::Months(value),
            Kind::Number { scale } => Value::Number(Number::from_scaled(value, scale).ok()?),
            Kind::Date => Value::Date(date_of(value).ok()?),
            Kind::Member => Value::Member(u32::try_from(value).ok()?),
            Kind::Set => {
                let member = |place: &u32| value.checked_shr(*place).is_some_and(|rest| rest & 1 == 1);
                Value::Set((0..64).filter(member).map(Value::Member).collect())
            }
        })
    }
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
