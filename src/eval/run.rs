//! The loops that run a program on one case.

use super::groups::{self, Left};
use super::items::Items;
use crate::program::{Code, Family, Instruction, Program, Reg};
use crate::value::months_after;

/// A program's code, made ready to be run.
#[derive(Clone, Debug)]
pub(super) struct Tape {
    runs: Vec<Run>,
    lines: Lines,
}

/// Lines of one code that follow each other; functions of two bits all go by [`Code::And`].
#[derive(Clone, Copy, Debug)]
struct Run {
    code: Code,
    lines: usize,
    /// Of a loop: how many of the next runs are in it, and how many lines these have.
    inside: usize,
    inside_lines: usize,
}

/// What the code reads and leaves beside registers.
#[derive(Debug)]
pub(super) struct Around<'m> {
    pub(super) left: &'m mut Left,
    pub(super) items: &'m Items,
    /// By loop, the item that it is at.
    pub(super) at: &'m mut [usize],
    /// By list that the code makes.
    pub(super) made: &'m mut [Vec<i64>],
}

/// Lines name registers by numbers of a size that names no other register, so that none has to be looked for.
#[derive(Clone, Debug)]
enum Lines {
    Narrow(Vec<Line<u8>>),
    Wide(Vec<Line<u16>>),
}

/// The operands of an instruction; of a function of two bits `c` is its table.
#[derive(Clone, Copy, Debug)]
struct Line<I> {
    a: I,
    b: I,
    c: I,
}

const NARROW: usize = 1 << 8;
const WIDE: usize = 1 << 16;

impl Tape {
    pub(super) fn new(program: &Program) -> Self {
        let mut runs = Vec::new();
        gather(program, &program.code, &mut runs);
        let narrow = (program.registers() <= NARROW)
            .then(|| program.code.iter().map(|instruction| Line::of(instruction).narrow()).collect())
            .flatten();
        let lines = match narrow {
            Some(lines) => Lines::Narrow(lines),
            None => Lines::Wide(program.code.iter().map(Line::of).collect()),
        };
        Self { runs, lines }
    }

    /// How many registers there have to be.
    pub(super) fn registers(&self) -> usize {
        match self.lines {
            Lines::Narrow(_) => NARROW,
            Lines::Wide(_) => WIDE,
        }
    }

    /// Runs all instructions; no when a number did not fit.
    pub(super) fn run(&self, program: &Program, registers: &mut [i64], around: &mut Around<'_>) -> bool {
        let first = program.first_result();
        match &self.lines {
            Lines::Narrow(lines) => <&mut [i64; NARROW]>::try_from(registers)
                .is_ok_and(|registers| !run(program, &self.runs, lines, registers, first, around)),
            Lines::Wide(lines) => <&mut [i64; WIDE]>::try_from(registers)
                .is_ok_and(|registers| !run(program, &self.runs, lines, registers, first, around)),
        }
    }
}

/// The runs of some instructions.
fn gather(program: &Program, code: &[Instruction], runs: &mut Vec<Run>) {
    let mut rest = code;
    while let Some(first) = rest.first() {
        if first.code == Code::Each {
            let length = program.loops.get(usize::from(first.a.0)).map_or(0, |one| one.length as usize);
            let (inside, after) = rest.split_at(length.saturating_add(1).min(rest.len()));
            let begin = runs.len();
            let inside_lines = inside.len().saturating_sub(1);
            runs.push(Run { code: Code::Each, lines: 1, inside: 0, inside_lines });
            gather(program, inside.get(1..).unwrap_or_default(), runs);
            let inside = runs.len().saturating_sub(begin).saturating_sub(1);
            if let Some(run) = runs.get_mut(begin) {
                run.inside = inside;
            }
            rest = after;
            continue;
        }
        let family = first.code.family();
        let lines = rest.iter().take_while(|one| one.code.family() == family).count();
        let code = match family {
            Family::Bits => Code::And,
            Family::Alone(code) => code,
        };
        runs.push(Run { code, lines, inside: 0, inside_lines: 0 });
        rest = rest.get(lines..).unwrap_or_default();
    }
}

impl Line<u16> {
    fn of(instruction: &Instruction) -> Self {
        let Instruction { code, a, b, c } = instruction;
        // Bit `2a + b` of a table is the result.
        let table = match code {
            Code::And => Some(0b1000),
            Code::Or => Some(0b1110),
            Code::AndNot => Some(0b0100),
            Code::Not => Some(0b0011),
            Code::Add
            | Code::Subtract
            | Code::Multiply
            | Code::Lower
            | Code::Higher
            | Code::Select
            | Code::AddIf
            | Code::HigherIf
            | Code::LowerIf
            | Code::HalfUp
            | Code::HalfEven
            | Code::Up
            | Code::Down
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
            | Code::Push => None,
        };
        Self { a: a.0, b: b.0, c: table.unwrap_or(c.0) }
    }

    fn narrow(self) -> Option<Line<u8>> {
        let Self { a, b, c } = self;
        Some(Line { a: u8::try_from(a).ok()?, b: u8::try_from(b).ok()?, c: u8::try_from(c).ok()? })
    }
}

/// Runs lines from the register `next` on; yes when a number did not fit.
fn run<const N: usize, I: Copy + Into<usize>>(
    program: &Program,
    runs: &[Run],
    lines: &[Line<I>],
    registers: &mut [i64; N],
    next: usize,
    around: &mut Around<'_>,
) -> bool {
    let mut place = Place { registers, next };
    let mut overflow = false;
    let (mut rest, mut runs) = (lines, runs);
    while let Some((Run { code, lines, inside, inside_lines }, others)) = runs.split_first() {
        let Some((run, after)) = rest.split_at_checked(*lines) else { break };
        (rest, runs) = (after, others);
        match code {
            Code::Add => place.checked(run, &mut overflow, |a, b, _| a.overflowing_add(b)),
            Code::Subtract => place.checked(run, &mut overflow, |a, b, _| a.overflowing_sub(b)),
            Code::Multiply => place.checked(run, &mut overflow, |a, b, _| a.overflowing_mul(b)),
            Code::AddIf => {
                place.checked(run, &mut overflow, |a, b, c| chosen(a, b, 0).overflowing_add(c));
            }
            Code::HalfUp => place.checked(run, &mut overflow, |a, b, _| half_up(a, b)),
            Code::HalfEven => place.checked(run, &mut overflow, |a, b, _| half_even(a, b)),
            Code::Up => place.checked(run, &mut overflow, |a, b, _| round_up(a, b)),
            Code::Down => place.checked(run, &mut overflow, |a, b, _| round_down(a, b)),
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
            Code::Each => {
                place.put(0);
                let (Some((inside, others)), Some((lines, after))) =
                    (runs.split_at_checked(*inside), rest.split_at_checked(*inside_lines))
                else {
                    break;
                };
                (rest, runs) = (after, others);
                if let Some(line) = run.first() {
                    overflow |=
                        each(program, line.a.into(), inside, lines, place.registers, place.next, around);
                }
                place.next = place.next.wrapping_add(*inside_lines);
            }
            Code::Item => {
                for line in run {
                    let number: usize = line.a.into();
                    let list = program.loops.get(number).map_or(0, |one| one.list);
                    let at = around.at.get(number).copied().unwrap_or(0);
                    place.put(around.items.slot(list, at, line.b.into()));
                }
            }
            Code::At => {
                for line in run {
                    let number: usize = line.a.into();
                    let at = around.at.get(number).copied().unwrap_or(0);
                    place.put(i64::try_from(at).unwrap_or(i64::MAX));
                }
            }
            Code::Push => {
                for line in run {
                    let number: usize = line.c.into();
                    if place.at(line.a) != 0
                        && let Some(made) = around.made.get_mut(number)
                    {
                        made.push(place.at(line.b));
                    }
                    place.put(0);
                }
            }
            Code::Group => {
                for line in run {
                    if let Some(group) = program.groups.get(line.a.into()) {
                        let at = |register: Reg| place.register(usize::from(register.0));
                        overflow |= !groups::run(group, at, around.left);
                    }
                    place.put(0);
                }
            }
            Code::Part => {
                for line in run {
                    let part: usize = line.b.into();
                    place.put(around.left.parts.get(part).copied().unwrap_or(0));
                }
            }
            Code::Lookup => {
                for line in run {
                    let table = program.tables.get(line.b.into());
                    let entry = usize::try_from(place.at(line.a)).ok().and_then(|at| table?.get(at));
                    place.put(entry.copied().unwrap_or(0));
                }
            }
        }
    }
    overflow
}

/// Runs the lines of a loop once for each item.
#[inline(never)]
fn each<const N: usize, I: Copy + Into<usize>>(
    program: &Program,
    number: usize,
    runs: &[Run],
    lines: &[Line<I>],
    registers: &mut [i64; N],
    next: usize,
    around: &mut Around<'_>,
) -> bool {
    let Some(one) = program.loops.get(number) else { return false };
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
        overflow |= run(program, runs, lines, registers, next, around);
    }
    overflow
}

/// `then` where the bit is set: without a branch, since cases differ.
#[inline(always)]
fn chosen(bit: i64, then: i64, otherwise: i64) -> i64 {
    otherwise ^ ((then ^ otherwise) & bit.wrapping_neg())
}

/// The registers, and which one is written next.
struct Place<'r, const N: usize> {
    registers: &'r mut [i64; N],
    next: usize,
}

impl<const N: usize> Place<'_, N> {
    #[inline(always)]
    fn register(&self, register: usize) -> i64 {
        self.registers.get(register).copied().unwrap_or(0)
    }

    #[inline(always)]
    fn at<I: Into<usize>>(&self, register: I) -> i64 {
        self.register(register.into())
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
    fn each<I: Copy + Into<usize>>(&mut self, run: &[Line<I>], result: impl Fn(i64, i64, i64) -> i64) {
        for Line { a, b, c } in run {
            self.put(result(self.at(*a), self.at(*b), self.at(*c)));
        }
    }

    #[inline(always)]
    fn bits<I: Copy + Into<usize>>(&mut self, run: &[Line<I>]) {
        for Line { a, b, c } in run {
            let (row, table): (_, usize) =
                (self.at(*a).wrapping_mul(2).wrapping_add(self.at(*b)), (*c).into());
            self.put((table.wrapping_shr(row as u32) & 1) as i64);
        }
    }

    #[inline(always)]
    fn checked<I: Copy + Into<usize>>(
        &mut self,
        run: &[Line<I>],
        overflow: &mut bool,
        result: impl Fn(i64, i64, i64) -> (i64, bool),
    ) {
        for Line { a, b, c } in run {
            let (value, exceeds) = result(self.at(*a), self.at(*b), self.at(*c));
            *overflow |= exceeds;
            self.put(value);
        }
    }
}

/// A day some months later; what is no day of the calendar does not fit.
pub(crate) fn add_months(day: i64, months: i64) -> (i64, bool) {
    months_after(day, months).map_or((0, true), |day| (day, false))
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
    let Some(whole) = divided(of, by) else { return (0, true) };
    let rest = of.wrapping_sub(whole.wrapping_mul(by));
    let twice = rest.unsigned_abs().wrapping_mul(2);
    let away = up(twice, by.unsigned_abs(), whole & 1 == 1);
    (whole.wrapping_add(if away { of.signum() } else { 0 }), false)
}

/// `of / by`, towards zero. Nearly all divisors are powers of ten, and a known one is a multiplication for the compiler.
#[inline(always)]
fn divided(of: i64, by: i64) -> Option<i64> {
    Some(match by {
        10 => of / 10,
        100 => of / 100,
        1_000 => of / 1_000,
        10_000 => of / 10_000,
        100_000 => of / 100_000,
        1_000_000 => of / 1_000_000,
        10_000_000 => of / 10_000_000,
        100_000_000 => of / 100_000_000,
        _ => of.checked_div(by)?,
    })
}
