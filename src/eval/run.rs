//! The loops that run a program on one case.

use std::hint::select_unpredictable;

use super::groups::{self, Left};
use super::items::Items;
use super::round::{Divisor, half_even, half_up, round_down, round_up};
use crate::program::{Code, Family, Instruction, Program, Reg};
use crate::value::months_after;

/// A program's code, made ready to be run.
#[derive(Clone, Debug)]
pub(super) struct Tape {
    runs: Runs,
    registers: Registers,
}

/// In which loops the lines are run, and what they divide by.
#[derive(Clone, Debug)]
struct Runs {
    all: Vec<Run>,
    /// By loop.
    inside: Vec<Vec<Run>>,
    divisors: Vec<Divisor>,
}

/// Lines of one code that follow each other; functions of two bits all go by [`Code::And`].
#[derive(Clone, Copy, Debug)]
struct Run {
    code: Code,
    lines: u32,
}

/// Registers are named by numbers of a size that names no other register, so that none has to be looked for.
#[derive(Clone, Debug)]
enum Registers {
    Narrow(Named<u8>),
    Wide(Named<u16>),
}

/// What names registers.
#[derive(Clone, Debug)]
struct Named<I> {
    lines: Vec<Line<I>>,
    /// By rule outside groups, when it fires.
    fires: Vec<I>,
}

/// The operands of an instruction; of a function of two bits `c` is its table, of a division the place of the divisor.
#[derive(Clone, Copy, Debug)]
struct Line<I> {
    a: I,
    b: I,
    c: I,
}

/// What the code reads and leaves beside registers.
#[derive(Debug)]
pub(super) struct Around<'m> {
    pub(super) program: &'m Program,
    pub(super) left: &'m mut Left,
    pub(super) items: &'m Items,
    /// By loop, the item that it is at.
    pub(super) at: &'m mut [usize],
    /// By list that the code makes.
    pub(super) made: &'m mut [Vec<i64>],
    /// How many values there is room for in these.
    pub(super) room: usize,
}

const NARROW: usize = 1 << 8;
const WIDE: usize = 1 << 16;

impl Tape {
    pub(super) fn new(program: &Program) -> Self {
        let mut divisors = Vec::new();
        let lines =
            program.code.iter().map(|instruction| Line::of(instruction, program, &mut divisors)).collect();
        let fires = program.fires.iter().map(|fires| fires.when.0).collect();
        let wide = Named { lines, fires };
        let narrow = (program.registers() <= NARROW).then(|| wide.narrow()).flatten();
        let mut inside = vec![Vec::new(); program.loops.len()];
        Self {
            runs: Runs { all: runs(program, &program.code, &mut inside), inside, divisors },
            registers: narrow.map_or(Registers::Wide(wide), Registers::Narrow),
        }
    }

    /// How many registers there have to be.
    pub(super) fn registers(&self) -> usize {
        match self.registers {
            Registers::Narrow(_) => NARROW,
            Registers::Wide(_) => WIDE,
        }
    }

    /// Runs all instructions, and sets the bit of each rule outside groups that fires; no when a number did not fit.
    pub(super) fn run(&self, registers: &mut [i64], fired: &mut [u64], around: &mut Around<'_>) -> bool {
        match &self.registers {
            Registers::Narrow(named) => <&mut [i64; NARROW]>::try_from(registers)
                .is_ok_and(|registers| named.run(&self.runs, registers, fired, around)),
            Registers::Wide(named) => <&mut [i64; WIDE]>::try_from(registers)
                .is_ok_and(|registers| named.run(&self.runs, registers, fired, around)),
        }
    }
}

/// The runs of some instructions; those of loops go to `inside`.
fn runs(program: &Program, code: &[Instruction], inside: &mut [Vec<Run>]) -> Vec<Run> {
    let (mut runs, mut rest) = (Vec::new(), code);
    while let Some(first) = rest.first() {
        let family = first.code.family();
        let (code, lines) = match family {
            Family::Alone(Code::Each) => (Code::Each, 1),
            Family::Alone(code) => (code, alike(rest, family)),
            Family::Bits => (Code::And, alike(rest, family)),
        };
        runs.push(Run { code, lines: u32::try_from(lines).unwrap_or(u32::MAX) });
        rest = rest.get(lines..).unwrap_or_default();
        if code == Code::Each {
            let number = usize::from(first.a.0);
            let length = program.loops.get(number).map_or(0, |one| one.length as usize);
            let (within, after) = rest.split_at(length.min(rest.len()));
            let within = self::runs(program, within, inside);
            if let Some(inside) = inside.get_mut(number) {
                *inside = within;
            }
            rest = after;
        }
    }
    runs
}

/// How many instructions of a family there are before the first of another.
fn alike(code: &[Instruction], family: Family) -> usize {
    code.iter().take_while(|one| one.code.family() == family).count()
}

impl Line<u16> {
    fn of(instruction: &Instruction, program: &Program, divisors: &mut Vec<Divisor>) -> Self {
        let Instruction { code, a, b, c } = instruction;
        // Bit `2a + b` of a table is the result.
        let c = match code {
            Code::And => 0b1000,
            Code::Or => 0b1110,
            Code::AndNot => 0b0100,
            Code::Not => 0b0011,
            Code::HalfUp | Code::HalfEven | Code::Up | Code::Down => {
                let divisor = Divisor::new(program.constant(*b).unwrap_or(0));
                let known = divisors.iter().position(|known| *known == divisor);
                let place = known.unwrap_or(divisors.len());
                if known.is_none() {
                    divisors.push(divisor);
                }
                u16::try_from(place).unwrap_or(u16::MAX)
            }
            Code::Add
            | Code::Subtract
            | Code::Multiply
            | Code::Lower
            | Code::Higher
            | Code::Select
            | Code::AddIf
            | Code::HigherIf
            | Code::LowerIf
            | Code::AddMonths
            | Code::Clamp
            | Code::Less
            | Code::LessOrEqual
            | Code::Equal
            | Code::Within
            | Code::Member
            | Code::Union
            | Code::Intersection
            | Code::Difference
            | Code::Divides
            | Code::Lookup
            | Code::Group
            | Code::Part
            | Code::Each
            | Code::Item
            | Code::At
            | Code::Push => c.0,
        };
        Self { a: a.0, b: b.0, c }
    }

    fn narrow(self) -> Option<Line<u8>> {
        let Self { a, b, c } = self;
        Some(Line { a: u8::try_from(a).ok()?, b: u8::try_from(b).ok()?, c: u8::try_from(c).ok()? })
    }
}

impl Named<u16> {
    fn narrow(&self) -> Option<Named<u8>> {
        let lines = self.lines.iter().map(|line| line.narrow()).collect::<Option<_>>()?;
        let fires = self.fires.iter().map(|fires| u8::try_from(*fires).ok()).collect::<Option<_>>()?;
        Some(Named { lines, fires })
    }
}

impl<I: Copy + Into<usize>> Named<I> {
    #[inline]
    fn run<const N: usize>(
        &self,
        runs: &Runs,
        registers: &mut [i64; N],
        fired: &mut [u64],
        around: &mut Around<'_>,
    ) -> bool {
        let overflow = run(runs, &runs.all, &self.lines, registers, around.program.first_result(), around);
        // Which rules fire is anybody's guess, so there is no branch on it.
        for (word, fires) in fired.iter_mut().zip(self.fires.chunks(64)) {
            let bit = |fires: &I| registers.get((*fires).into()).map_or(0, |bit| bit.cast_unsigned());
            *word = fires.iter().rev().fold(0, |word, fires| word << 1 | bit(fires));
        }
        !overflow
    }
}

/// Runs lines from the next register on; yes when a number did not fit.
fn run<const N: usize, I: Copy + Into<usize>>(
    all: &Runs,
    runs: &[Run],
    lines: &[Line<I>],
    registers: &mut [i64; N],
    next: usize,
    around: &mut Around<'_>,
) -> bool {
    let mut place = Place { registers, next };
    let mut overflow = false;
    let mut rest = lines;
    for Run { code, lines } in runs {
        let Some((run, after)) = rest.split_at_checked(*lines as usize) else { break };
        rest = after;
        match code {
            Code::Add => place.checked(run, &mut overflow, |a, b, _| a.overflowing_add(b)),
            Code::Subtract => place.checked(run, &mut overflow, |a, b, _| a.overflowing_sub(b)),
            Code::Multiply => place.checked(run, &mut overflow, |a, b, _| a.overflowing_mul(b)),
            Code::AddIf => {
                place.checked(run, &mut overflow, |a, b, c| (b & a.wrapping_neg()).overflowing_add(c));
            }
            Code::HalfUp => place.divided(run, all, &mut overflow, half_up),
            Code::HalfEven => place.divided(run, all, &mut overflow, half_even),
            Code::Up => place.divided(run, all, &mut overflow, round_up),
            Code::Down => place.divided(run, all, &mut overflow, round_down),
            Code::AddMonths => place.checked(run, &mut overflow, |a, b, _| add_months(a, b)),
            Code::Lower => place.each(run, |a, b, _| a.min(b)),
            Code::Higher => place.each(run, |a, b, _| a.max(b)),
            Code::Select => place.each(run, chosen),
            Code::HigherIf => place.each(run, |a, b, c| chosen(a, b.max(c), c)),
            Code::LowerIf => place.each(run, |a, b, c| chosen(a, b.min(c), c)),
            Code::Less => place.each(run, |a, b, _| i64::from(a < b)),
            Code::LessOrEqual => place.each(run, |a, b, _| i64::from(a <= b)),
            Code::Equal => place.each(run, |a, b, _| i64::from(a == b)),
            Code::Member => place.each(run, |a, b, _| b.wrapping_shr(a as u32) & 1),
            Code::Within => place.each(run, |a, b, c| i64::from(a.wrapping_sub(b) as u64 <= c as u64)),
            Code::Clamp => place.each(run, |a, b, c| a.max(b).min(c)),
            Code::Intersection => place.each(run, |a, b, _| a & b),
            Code::Union => place.each(run, |a, b, _| a | b),
            Code::Difference => place.each(run, |a, b, _| a & !b),
            Code::And | Code::Or | Code::AndNot | Code::Not => place.bits(run),
            Code::Divides => place.each(run, |a, b, _| i64::from(a.checked_rem(b) == Some(0))),
            Code::Lookup => {
                for line in run {
                    let table = around.program.tables.get(line.b.into());
                    let entry = usize::try_from(place.at(line.a)).ok().and_then(|at| table?.get(at));
                    place.put(entry.copied().unwrap_or(0));
                }
            }
            Code::Each => {
                let (fits, length) = run.first().map_or((true, 0), |line| {
                    place.put(0);
                    each(all, line.a.into(), rest, place.registers, place.next, around)
                });
                overflow |= !fits;
                rest = rest.get(length..).unwrap_or_default();
                place.next = place.next.wrapping_add(length);
            }
            Code::Group => {
                let mut fits = true;
                place.next = aside(run, place.registers, place.next, |place, line| {
                    if let Some(group) = around.program.groups.get(line.a.into()) {
                        let at = |register: Reg| place.at(usize::from(register.0));
                        fits &= groups::run(group, at, around.left);
                    }
                    0
                });
                overflow |= !fits;
            }
            Code::Part => {
                place.next = aside(run, place.registers, place.next, |_, line| {
                    let part: usize = line.b.into();
                    around.left.parts.get(part).copied().unwrap_or(0)
                });
            }
            Code::Item => {
                place.next = aside(run, place.registers, place.next, |_, line| {
                    let number: usize = line.a.into();
                    let list = around.program.loops.get(number).map_or(0, |one| one.list);
                    let at = around.at.get(number).copied().unwrap_or(0);
                    around.items.slot(list, at, line.b.into())
                });
            }
            Code::At => {
                place.next = aside(run, place.registers, place.next, |_, line| {
                    let at = around.at.get(line.a.into()).copied().unwrap_or(0);
                    i64::try_from(at).unwrap_or(i64::MAX)
                });
            }
            Code::Push => {
                let mut fits = true;
                place.next = aside(run, place.registers, place.next, |place, line| {
                    if place.at(line.a) != 0
                        && let Some(made) = around.made.get_mut(line.c.into())
                    {
                        match around.room.checked_sub(1) {
                            Some(room) => {
                                around.room = room;
                                made.push(place.at(line.b));
                            }
                            None => fits = false,
                        }
                    }
                    0
                });
                overflow |= !fits;
            }
        }
    }
    overflow
}

/// Runs the lines of a loop once for each item; yes when all numbers did fit, and how many lines it has.
#[inline(never)]
fn each<const N: usize, I: Copy + Into<usize>>(
    all: &Runs,
    number: usize,
    lines: &[Line<I>],
    registers: &mut [i64; N],
    next: usize,
    around: &mut Around<'_>,
) -> (bool, usize) {
    let (Some(one), Some(runs)) = (around.program.loops.get(number), all.inside.get(number)) else {
        return (true, 0);
    };
    for (register, start) in &one.starts {
        let start = registers.get(usize::from(start.0)).copied().unwrap_or(0);
        if let Some(register) = registers.get_mut(usize::from(register.0)) {
            *register = start;
        }
    }
    let outer = one.within.and_then(|outer| around.at.get(usize::from(outer))).copied().unwrap_or(0);
    let mut overflow = false;
    for item in around.items.range(one.list, outer) {
        if let Some(at) = around.at.get_mut(number) {
            *at = item;
        }
        overflow |= run(all, runs, lines, registers, next, around);
    }
    (!overflow, one.length as usize)
}

/// Runs lines of groups and loops, which are few, out of the way of the others; gives the next register.
#[inline(never)]
fn aside<const N: usize, I: Copy>(
    run: &[Line<I>],
    registers: &mut [i64; N],
    next: usize,
    result: impl FnMut(&Place<'_, N>, &Line<I>) -> i64,
) -> usize {
    let mut place = Place { registers, next };
    place.fill(run, result);
    place.next
}

/// `then` where the bit is set: without a branch, since cases differ.
#[inline(always)]
fn chosen(bit: i64, then: i64, otherwise: i64) -> i64 {
    select_unpredictable(bit != 0, then, otherwise)
}

/// The registers, and which one is written next.
struct Place<'r, const N: usize> {
    registers: &'r mut [i64; N],
    next: usize,
}

impl<const N: usize> Place<'_, N> {
    #[inline(always)]
    fn at<I: Into<usize>>(&self, register: I) -> i64 {
        self.registers.get(register.into()).copied().unwrap_or(0)
    }

    #[inline(always)]
    fn put(&mut self, value: i64) {
        // N is a power of two above all registers: the mask changes nothing, and leaves nothing to check.
        if let Some(register) = self.registers.get_mut(self.next & N.wrapping_sub(1)) {
            *register = value;
        }
        self.next = self.next.wrapping_add(1);
    }

    #[inline(always)]
    fn fill<I: Copy>(&mut self, run: &[Line<I>], mut result: impl FnMut(&Self, &Line<I>) -> i64) {
        for line in run {
            let value = result(self, line);
            self.put(value);
        }
    }

    #[inline(always)]
    fn each<I: Copy + Into<usize>>(&mut self, run: &[Line<I>], result: impl Fn(i64, i64, i64) -> i64) {
        self.fill(run, |place, Line { a, b, c }| result(place.at(*a), place.at(*b), place.at(*c)));
    }

    #[inline(always)]
    fn bits<I: Copy + Into<usize>>(&mut self, run: &[Line<I>]) {
        self.fill(run, |place, Line { a, b, c }| {
            let (row, table): (_, usize) =
                (place.at(*a).wrapping_mul(2).wrapping_add(place.at(*b)), (*c).into());
            (table.wrapping_shr(row as u32) & 1) as i64
        });
    }

    #[inline(always)]
    fn checked<I: Copy + Into<usize>>(
        &mut self,
        run: &[Line<I>],
        overflow: &mut bool,
        result: impl Fn(i64, i64, i64) -> (i64, bool),
    ) {
        self.fill(run, |place, Line { a, b, c }| {
            let (value, exceeds) = result(place.at(*a), place.at(*b), place.at(*c));
            *overflow |= exceeds;
            value
        });
    }

    #[inline(always)]
    fn divided<I: Copy + Into<usize>>(
        &mut self,
        run: &[Line<I>],
        all: &Runs,
        overflow: &mut bool,
        result: impl Fn(i64, &Divisor) -> (i64, bool),
    ) {
        self.fill(run, |place, Line { a, c, .. }| {
            let divisor = all.divisors.get((*c).into());
            let (value, exceeds) = divisor.map_or((0, true), |divisor| result(place.at(*a), divisor));
            *overflow |= exceeds;
            value
        });
    }
}

/// A day some months later; what is no day of the calendar does not fit.
pub(crate) fn add_months(day: i64, months: i64) -> (i64, bool) {
    months_after(day, months).map_or((0, true), |day| (day, false))
}
