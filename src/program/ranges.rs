//! Between which numbers each register lies, for what runs a program: so it knows what fits fewer bits, and which checks
//! are idle. Comes from the program alone, by intervals.
//!
//! A range holds wherever the program does not abstain. Where it does, a register may hold anything: nobody looks at it.

use super::{Absent, Code, Input, Instruction, Kind, Parts, Program, Reg};

/// Both included.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) least: i64,
    pub(crate) most: i64,
}

/// The ranges of a program.
#[derive(Clone, Debug)]
pub(crate) struct Ranges {
    /// By register.
    pub(crate) values: Vec<Range>,
    /// By instruction: its result always fits 64 bits, so that nothing has to be checked.
    pub(crate) fits: Vec<bool>,
}

impl Range {
    pub(crate) const ALL: Self = Self { least: i64::MIN, most: i64::MAX };
    pub(crate) const BIT: Self = Self { least: 0, most: 1 };

    pub(crate) fn one(value: i64) -> Self {
        Self { least: value, most: value }
    }

    /// What lies in either.
    fn hull(self, other: Self) -> Self {
        Self { least: self.least.min(other.least), most: self.most.max(other.most) }
    }

    /// Whether all of it lies within `other`.
    pub(crate) fn is_within(self, other: Self) -> bool {
        other.least <= self.least && self.most <= other.most
    }

    /// A range of numbers of any size, cut to 64 bits, and whether nothing was cut off.
    fn of_wide(least: i128, most: i128) -> (Self, bool) {
        let cut = |value: i128| {
            i64::try_from(value).unwrap_or(if value.is_negative() { i64::MIN } else { i64::MAX })
        };
        let range = Self { least: cut(least), most: cut(most) };
        (range, i128::from(range.least) == least && i128::from(range.most) == most)
    }

    fn add(self, other: Self) -> (Self, bool) {
        let sum = |left: i64, right: i64| i128::from(left).saturating_add(i128::from(right));
        Self::of_wide(sum(self.least, other.least), sum(self.most, other.most))
    }

    fn subtract(self, other: Self) -> (Self, bool) {
        let difference = |left: i64, right: i64| i128::from(left).saturating_sub(i128::from(right));
        Self::of_wide(difference(self.least, other.most), difference(self.most, other.least))
    }

    fn multiply(self, other: Self) -> (Self, bool) {
        let product = |left: i64, right: i64| i128::from(left).saturating_mul(i128::from(right));
        let first = product(self.least, other.least);
        let corners = [
            product(self.least, other.most),
            product(self.most, other.least),
            product(self.most, other.most),
        ];
        let (least, most) = corners
            .iter()
            .fold((first, first), |(least, most), corner| (least.min(*corner), most.max(*corner)));
        Self::of_wide(least, most)
    }

    fn lower(self, other: Self) -> Self {
        Self { least: self.least.min(other.least), most: self.most.min(other.most) }
    }

    fn higher(self, other: Self) -> Self {
        Self { least: self.least.max(other.least), most: self.most.max(other.most) }
    }

    /// Divided by a number from 1 on, and rounded to either side.
    fn divide(self, by: Self) -> Self {
        let divisors = [by.least.max(1), by.most.max(1)];
        let least = divisors.map(|by| self.least.div_euclid(by));
        // Up: the next whole number if there is a rest.
        let up = |of: i64, by: i64| of.div_euclid(by).saturating_add(i64::from(of.rem_euclid(by) != 0));
        let most = divisors.map(|by| up(self.most, by));
        Self { least: least[0].min(least[1]), most: most[0].max(most[1]) }
    }

    /// Masks whose bits are in this or in `other`: none is above the highest bit of both, unless a sign is among them.
    fn masks(self, other: Self) -> Self {
        if self.least < 0 || other.least < 0 {
            return Self::ALL;
        }
        let bits = (self.most | other.most).leading_zeros();
        Self { least: 0, most: i64::MAX.checked_shr(bits.saturating_sub(1)).unwrap_or(0) }
    }
}

impl Ranges {
    pub(crate) fn new(program: &Program) -> Self {
        // Behind the facts it stands whether some are given.
        let mut values = vec![Range::BIT; usize::from(program.first_constant)];
        program.inputs.iter().for_each(|input| put(input, &mut values));
        values.extend(program.constants.iter().map(|constant| Range::one(*constant)));
        let mut ranges = Self { values, fits: Vec::with_capacity(program.code.len()) };
        for instruction in &program.code {
            let (range, fits) = ranges.result(program, instruction);
            ranges.values.push(range);
            ranges.fits.push(fits);
        }
        ranges
    }

    pub(crate) fn of(&self, register: Reg) -> Range {
        self.values.get(usize::from(register.0)).copied().unwrap_or(Range::ALL)
    }

    /// The range of a result, and whether it always fits 64 bits.
    fn result(&self, program: &Program, instruction: &Instruction) -> (Range, bool) {
        let Instruction { code, a, b, c } = *instruction;
        let (a, b, c) = (self.of(a), self.of(b), self.of(c));
        let range = match code {
            Code::Add => return a.add(b),
            Code::Subtract => return a.subtract(b),
            Code::Multiply => return a.multiply(b),
            Code::AddIf => {
                let (sum, fits) = b.add(c);
                return (sum.hull(c), fits);
            }
            // No day of the calendar has more than 32 bits.
            Code::AddMonths => return (Range { least: i32::MIN.into(), most: i32::MAX.into() }, false),
            Code::Group => return (Range::one(0), false),
            Code::Lower => a.lower(b),
            Code::Higher => a.higher(b),
            Code::Select => b.hull(c),
            Code::HigherIf => b.higher(c).hull(c),
            Code::LowerIf => b.lower(c).hull(c),
            Code::HalfUp | Code::HalfEven | Code::Up | Code::Down => a.divide(b),
            Code::Clamp => a.higher(b).lower(c),
            Code::Less
            | Code::LessOrEqual
            | Code::Equal
            | Code::Within
            | Code::Member
            | Code::And
            | Code::Or
            | Code::AndNot
            | Code::Not
            | Code::Divides => Range::BIT,
            Code::Union => a.masks(b),
            Code::Intersection if a.least >= 0 && b.least >= 0 => {
                Range { least: 0, most: a.most.min(b.most) }
            }
            Code::Intersection if a.least >= 0 => Range { least: 0, most: a.most },
            Code::Intersection if b.least >= 0 => Range { least: 0, most: b.most },
            Code::Intersection => Range::ALL,
            Code::Difference if a.least >= 0 => Range { least: 0, most: a.most },
            Code::Difference => Range::ALL,
            Code::Lookup => {
                let table = program.tables.get(usize::from(instruction.b.0));
                table.into_iter().flatten().fold(Range::one(0), |range, entry| range.hull(Range::one(*entry)))
            }
            Code::Part | Code::Item | Code::At => Range::ALL,
            Code::Each | Code::Push => Range::one(0),
        };
        (range, true)
    }
}

/// The ranges of a fact and of its parts.
fn put(input: &Input, values: &mut [Range]) {
    if let Some(value) = values.get_mut(usize::from(input.at.0)) {
        *value = of_input(input);
    }
    if let Parts::Fields(fields) = &input.parts {
        fields.iter().for_each(|field| put(field, values));
    }
}

/// The numbers of a fact, be it given or not.
fn of_input(input: &Input) -> Range {
    let given = match input.kind {
        Kind::Bool | Kind::Record => Range::BIT,
        Kind::Text => Range::one(0),
        // Limits of a set are of how many members it has.
        Kind::Set => Range::ALL,
        Kind::Integer
        | Kind::Days
        | Kind::WorkingDays
        | Kind::Months
        | Kind::Number { .. }
        | Kind::Date
        | Kind::Member
        | Kind::List => Range { least: input.least, most: input.most.max(input.least) },
    };
    match input.absent {
        Absent::Missing => given,
        Absent::Default(value) => given.hull(Range::one(value)),
        Absent::Asked(_) | Absent::Derived => given.hull(Range::one(0)),
    }
}
