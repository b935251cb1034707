//! Programs of random instructions, which reach more widths and ends of ranges than policies do: what columns answer is what
//! the registers of one case answer, and every register lies within its range.

use std::sync::Arc;

use super::*;
use crate::eval::{Compiled, Machine};
use crate::program::ranges::Ranges;
use crate::program::{Absent, Code, Fires, Input, Instruction, Output, Parts, Reg};

/// Random numbers (Marsaglia's xorshift).
struct Choices(u64);

impl Choices {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 >> 11
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next()).unwrap_or(0) % end
    }

    /// Mostly near zero or near the end of some width.
    fn number(&mut self) -> i64 {
        let bits = [1, 3, 7, 8, 15, 16, 31, 32, 40, 62, 63][self.below(11)];
        let size = match self.below(4) {
            0 => (1_i64 << bits).wrapping_sub(1),
            1 => 1_i64 << bits,
            _ => (self.next() as i64) & (1_i64 << bits).wrapping_sub(1),
        };
        if self.below(3) == 0 { size.wrapping_neg() } else { size }
    }

    fn limits(&mut self) -> (i64, i64) {
        let (one, other) = (self.number(), self.number());
        (one.min(other), one.max(other))
    }

    fn within(&mut self, least: i64, most: i64) -> i64 {
        match self.below(4) {
            0 => least,
            1 => most,
            _ => {
                let width = i128::from(most) - i128::from(least) + 1;
                i64::try_from(i128::from(least) + i128::from(self.next()) % width).unwrap_or(least)
            }
        }
    }
}

/// A program that is being made: which registers are bits, which are places of members, and which may divide.
struct Made {
    program: Program,
    bits: Vec<Reg>,
    places: Vec<Reg>,
    divisors: Vec<Reg>,
    numbers: Vec<Reg>,
}

const CODES: [Code; 29] = [
    Code::Add,
    Code::Subtract,
    Code::Multiply,
    Code::Lower,
    Code::Higher,
    Code::Select,
    Code::AddIf,
    Code::HigherIf,
    Code::LowerIf,
    Code::HalfUp,
    Code::HalfEven,
    Code::Up,
    Code::Down,
    Code::AddMonths,
    Code::Clamp,
    Code::Less,
    Code::LessOrEqual,
    Code::Equal,
    Code::Within,
    Code::Member,
    Code::And,
    Code::Or,
    Code::AndNot,
    Code::Not,
    Code::Union,
    Code::Intersection,
    Code::Difference,
    Code::Divides,
    Code::Lookup,
];

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest is treated alike")]
fn program(choices: &mut Choices) -> Made {
    let mut inputs = Vec::new();
    let (mut bits, mut places, mut numbers) = (Vec::new(), Vec::new(), Vec::new());
    let facts = 4 + choices.below(8);
    for place in 0..facts {
        let register = Reg(u16::try_from(place).unwrap());
        let (kind, (least, most)) = match choices.below(4) {
            0 => (Kind::Bool, (i64::MIN, i64::MAX)),
            1 => (Kind::Member, (0, i64::try_from(choices.below(64)).unwrap())),
            2 => (Kind::Integer, choices.limits()),
            _ => (Kind::Number { scale: 2 }, choices.limits()),
        };
        match kind {
            Kind::Bool => bits.push(register),
            Kind::Member => places.push(register),
            _ => numbers.push(register),
        }
        inputs.push(Input { kind, least, most, absent: Absent::Missing, at: register, parts: Parts::None });
    }
    // Whether some numbers are given, and what others mean that are not.
    let mut first_constant = u16::try_from(facts).unwrap();
    for input in inputs.iter_mut().filter(|input| !matches!(input.kind, Kind::Bool | Kind::Member)) {
        match choices.below(4) {
            0 => {
                input.absent = Absent::Asked(Reg(first_constant));
                bits.push(Reg(first_constant));
                first_constant += 1;
            }
            1 => input.absent = Absent::Default(choices.number()),
            _ => {}
        }
    }
    let constants: Vec<i64> = [0, 1].into_iter().chain((0..10).map(|_| choices.number())).collect();
    let mut divisors = Vec::new();
    for (constant, place) in constants.iter().zip(first_constant..) {
        numbers.push(Reg(place));
        if (0..=1).contains(constant) {
            bits.push(Reg(place));
        }
        if *constant > 0 {
            divisors.push(Reg(place));
        }
    }
    let program = Program {
        inputs,
        first_constant,
        constants,
        tables: (0..3).map(|size| (0..[3, 7, 40][size]).map(|_| choices.number()).collect()).collect(),
        abstains: Reg(first_constant),
        ..Program::default()
    };
    let mut made = Made { program, bits, places, divisors, numbers };
    for _ in 0..10 + choices.below(40) {
        made.instruction(choices);
    }
    // All that is made is read at the end.
    let all = (0_u16..).take(made.program.registers()).map(Reg);
    let there = Reg(first_constant + 1);
    for value in all {
        let kind = if made.bits.contains(&value) { Kind::Bool } else { Kind::Integer };
        made.program.outputs.push(Output { kind, value, there, list: None });
    }
    made.program.fires = made.bits.iter().map(|bit| Fires { rule: 0, when: *bit }).collect();
    made
}

impl Made {
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest is treated alike")]
    fn instruction(&mut self, choices: &mut Choices) {
        let code = CODES[choices.below(CODES.len())];
        let of = |registers: &[Reg], choices: &mut Choices| {
            (!registers.is_empty()).then(|| registers[choices.below(registers.len())])
        };
        let zero = Reg(self.program.first_constant);
        let number = |choices: &mut Choices| of(&self.numbers, choices).unwrap_or(zero);
        let bit = |choices: &mut Choices| of(&self.bits, choices).unwrap_or(zero);
        let (a, b, c) = match code {
            Code::And | Code::Or | Code::AndNot => (bit(choices), bit(choices), zero),
            Code::Not => (bit(choices), zero, zero),
            Code::Select | Code::AddIf | Code::HigherIf | Code::LowerIf => {
                let (b, c) = if choices.below(4) == 0 {
                    (bit(choices), bit(choices))
                } else {
                    (number(choices), number(choices))
                };
                (bit(choices), b, c)
            }
            Code::HalfUp | Code::HalfEven | Code::Up | Code::Down | Code::Divides => {
                (number(choices), of(&self.divisors, choices).unwrap_or(Reg(zero.0 + 1)), zero)
            }
            Code::Member => (of(&self.places, choices).unwrap_or(zero), number(choices), zero),
            Code::Lookup => {
                let table = u16::try_from(choices.below(self.program.tables.len())).unwrap();
                (of(&self.places, choices).unwrap_or(zero), Reg(table), Reg(0))
            }
            _ => (number(choices), number(choices), number(choices)),
        };
        let out = Reg(u16::try_from(self.program.registers()).unwrap());
        self.program.code.push(Instruction { code, a, b, c });
        let made_bit = matches!(
            code,
            Code::And | Code::Or | Code::AndNot | Code::Not | Code::Less | Code::LessOrEqual | Code::Equal
        ) || matches!(code, Code::Within | Code::Member | Code::Divides);
        if made_bit || (code == Code::Select && self.bits.contains(&b) && self.bits.contains(&c)) {
            self.bits.push(out);
        }
        self.numbers.push(out);
    }
}

/// A case: by fact, its number where it is given.
fn case(program: &Program, choices: &mut Choices) -> Vec<Option<i64>> {
    let fact = |input: &Input, choices: &mut Choices| match (input.kind, input.absent) {
        (Kind::Bool, _) => Some(i64::try_from(choices.below(2)).unwrap()),
        (_, Absent::Asked(_) | Absent::Default(_)) if choices.below(3) == 0 => None,
        (_, _) => Some(choices.within(input.least, input.most)),
    };
    program.inputs.iter().map(|input| fact(input, choices)).collect()
}

/// Cases as a host has them in columns.
enum Given {
    Bits(Vec<u8>),
    Numbers(Vec<i64>),
    Keys(Vec<u32>, Vec<i64>),
}

fn bitmap(of: impl Iterator<Item = bool>) -> Vec<u8> {
    let bits: Vec<bool> = of.collect();
    bits.chunks(8).map(|eight| eight.iter().rev().fold(0, |byte, bit| byte << 1 | u8::from(*bit))).collect()
}

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest is treated alike")]
fn columns(program: &Program, cases: &[Vec<Option<i64>>]) -> Vec<(Given, Vec<u8>)> {
    let fact = |(place, input): (usize, &Input)| {
        let numbers = || cases.iter().map(|case| case[place].unwrap_or(i64::MAX));
        let given = match input.kind {
            Kind::Bool => Given::Bits(bitmap(numbers().map(|number| number == 1))),
            // Names in another order than members.
            Kind::Member => {
                let most = input.most;
                let keys = numbers().map(|number| u32::try_from(most - number).unwrap()).collect();
                Given::Keys(keys, (0..=most).rev().collect())
            }
            _ => Given::Numbers(numbers().collect()),
        };
        (given, bitmap(cases.iter().map(|case| case[place].is_some())))
    };
    program.inputs.iter().enumerate().map(|(place, input)| fact((place, input))).collect()
}

fn as_columns<'a>(program: &Program, given: &'a [(Given, Vec<u8>)]) -> Vec<Column<'a>> {
    let column = |((given, valid), (place, input)): (&'a (Given, Vec<u8>), (u16, &Input))| Column {
        fact: place,
        values: match given {
            Given::Bits(bits) => Values::Bools(bits),
            Given::Numbers(units) if input.kind == Kind::Integer => Values::Integers(Units::I64(units)),
            Given::Numbers(units) => Values::Numbers { units: Units::I64(units), scale: 2 },
            Given::Keys(keys, members) => {
                Values::Members { keys: Units::U32(keys), members: members.clone() }
            }
        },
        valid: valid.iter().any(|byte| *byte != u8::MAX).then_some(valid),
    };
    given.iter().zip((0..).zip(&program.inputs)).map(column).collect()
}

/// What a processor with fewer registers, or none of them wide, would run.
fn narrower() -> Vec<Level> {
    let mut levels = vec![Level::baseline()];
    #[cfg(target_arch = "x86_64")]
    levels.extend(Level::new().as_avx2().map(fearless_simd::Simd::level));
    levels
}

#[test]
fn random_programs_over_columns_and_within_their_ranges() {
    let (mut by_program, mut abstained, mut idle) = (0, 0, 0);
    for seed in 1..if cfg!(debug_assertions) { 400 } else { 5_000_u64 } {
        let mut choices = Choices(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let program = program(&mut choices).program;
        let ranges = Ranges::new(&program);
        idle += ranges
            .fits
            .iter()
            .zip(&program.code)
            .filter(|(fits, one)| **fits && one.code.may_not_fit())
            .count();
        let cases: Vec<_> = (0..40).map(|_| case(&program, &mut choices)).collect();
        let given = columns(&program, &cases);
        let columns = as_columns(&program, &given);
        let decide = |level| {
            let mut decided = Decided::default();
            decided.prepare(&program, cases.len());
            let mut shares = decided.shares(BLOCK);
            let left = Runner { level, ..Runner::new(&program) }.run(&columns, &mut shares[0]);
            drop(shares);
            (decided, left)
        };
        let (decided, left) = decide(Level::new());
        for level in narrower() {
            let (plain, plain_left) = decide(level);
            assert_eq!(plain_left, left, "seed {seed}");
            for row in 0..cases.len() {
                let numbers = |of: &Decided| -> Vec<_> {
                    of.outcomes.iter().map(|outcome| outcome.values.number(row)).collect()
                };
                let same = plain_left.contains(&row) || numbers(&plain) == numbers(&decided);
                assert!(same && plain.fires == decided.fires, "seed {seed} row {row}, {level:?}");
            }
        }
        let empty = Machine::new(&Arc::new(Compiled::new(program.clone(), u64::MAX)));
        for (row, case) in cases.iter().enumerate() {
            // Facts that are not given are 0, as in columns: what earlier cases left behind is masked in a policy.
            let mut machine = empty.clone();
            for (place, value) in case.iter().enumerate() {
                if let Some(value) = value {
                    machine.give(u16::try_from(place).unwrap(), *value);
                }
            }
            let runs = machine.run();
            assert_eq!(runs, !left.contains(&row), "seed {seed} row {row}: {case:?}\n{program}");
            if !runs {
                abstained += 1;
                continue;
            }
            by_program += 1;
            for (register, range) in (0..).map(Reg).zip(&ranges.values) {
                let value = machine.register(register);
                assert!(
                    range.least <= value && value <= range.most,
                    "seed {seed} row {row}: {register:?} is {value}, not in {range:?}: {case:?}\n{program}"
                );
            }
            for (output, column) in program.outputs.iter().zip(&decided.outcomes) {
                let value = machine.register(output.value);
                let by_columns = column.values.number(row);
                assert_eq!(by_columns, Some(value), "seed {seed} row {row} {output:?}: {case:?}\n{program}");
            }
            for (fires, bits) in program.fires.iter().zip(&decided.fires) {
                assert_eq!(has(bits, row), machine.is_set(fires.when), "seed {seed} row {row}\n{program}");
            }
        }
    }
    // With less the law would say less.
    assert!(by_program > 2_000 && abstained > 500 && idle > 300, "{by_program} {abstained} {idle}");
}
