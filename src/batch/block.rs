//! Some rows at a time through a program: each instruction runs over all of them before the next one begins, so that what
//! it costs to look at an instruction is shared, and the loops are plain enough for the compiler to use wide registers.

use crate::eval::{Left, half_even, half_up, round_down, round_up, run_group};
use crate::program::{Code, Instruction, Program, Reg};

use super::plan::{Class, Plan};

/// Rows in a block: few enough for the registers in use to stay in the nearest caches.
pub(super) const ROWS: usize = 256;

type Bits = [u8; ROWS];
type Numbers = [i64; ROWS];

/// The registers of a block.
#[derive(Clone, Debug)]
pub(super) struct Block {
    registers: Vec<Column>,
    /// Rows in which a number did not fit, or that the program does not take.
    pub(super) abstains: Box<Bits>,
    rooms: Rooms,
    left: Left,
    /// By part of the groups.
    parts: Vec<Box<Numbers>>,
    /// By row, the rules of groups that fired, as places in the program's rules.
    pub(super) fired: Vec<(usize, u32)>,
}

#[derive(Clone, Debug)]
enum Column {
    Bits(Box<Bits>),
    Numbers(Box<Numbers>),
    Constant(i64),
}

/// An operand as numbers or bits: of every row, or one for all.
enum Operand<'b, T> {
    Rows(&'b [T; ROWS]),
    All(T),
}

impl<T: Copy + Default> Operand<'_, T> {
    fn row(&self, row: usize) -> T {
        match self {
            Self::Rows(rows) => rows.get(row).copied().unwrap_or_default(),
            Self::All(value) => *value,
        }
    }
}

impl Block {
    pub(super) fn new(program: &Program, plan: &Plan) -> Self {
        let registers = plan.classes.iter().map(|class| match class {
            Class::Bit => Column::Bits(Box::new([0; ROWS])),
            Class::Number => Column::Numbers(Box::new([0; ROWS])),
            Class::Constant(value) => Column::Constant(*value),
        });
        Self {
            registers: registers.collect(),
            abstains: Box::new([0; ROWS]),
            rooms: Rooms::default(),
            left: Left::new(program),
            parts: vec![Box::new([0; ROWS]); program.parts as usize],
            fired: Vec::new(),
        }
    }

    /// The register of a fact that is a bit.
    pub(super) fn bits_mut(&mut self, register: Reg) -> Option<&mut Bits> {
        match self.registers.get_mut(usize::from(register.0))? {
            Column::Bits(bits) => Some(bits),
            Column::Numbers(_) | Column::Constant(_) => None,
        }
    }

    /// The register of a fact that is a number.
    pub(super) fn numbers_mut(&mut self, register: Reg) -> Option<&mut Numbers> {
        match self.registers.get_mut(usize::from(register.0))? {
            Column::Numbers(numbers) => Some(numbers),
            Column::Bits(_) | Column::Constant(_) => None,
        }
    }

    /// Copies the numbers of the first rows.
    pub(super) fn copy(&self, register: Reg, out: &mut [i64]) {
        match self.registers.get(usize::from(register.0)) {
            Some(Column::Numbers(numbers)) => {
                out.iter_mut().zip(numbers.iter()).for_each(|(out, number)| *out = *number);
            }
            Some(Column::Bits(bits)) => {
                out.iter_mut().zip(bits.iter()).for_each(|(out, bit)| *out = i64::from(*bit));
            }
            Some(Column::Constant(value)) => out.fill(*value),
            None => {}
        }
    }

    /// Packs the bits of all rows, eight to a byte and the first row lowest, into a bitmap from a row on.
    pub(super) fn pack(&self, register: Reg, row: usize, bitmap: &mut [u8]) {
        let Some(packed) = bitmap.get_mut(row / 8..).and_then(|rest| rest.get_mut(..ROWS / 8)) else {
            return;
        };
        match self.registers.get(usize::from(register.0)) {
            Some(Column::Bits(bits)) => pack(bits, packed),
            Some(Column::Numbers(numbers)) => {
                let mut bits = [0; ROWS];
                for (bit, number) in bits.iter_mut().zip(numbers.iter()) {
                    *bit = u8::from(*number != 0);
                }
                pack(&bits, packed);
            }
            Some(Column::Constant(value)) => packed.fill(if *value == 0 { 0 } else { u8::MAX }),
            None => {}
        }
    }

    /// Runs the program over the rows; those that it leaves to the reference evaluator are marked.
    pub(super) fn run(&mut self, program: &Program, rows: usize) {
        self.fired.clear();
        let first = program.first_result();
        for (instruction, place) in program.code.iter().zip(first..) {
            // An instruction reads earlier registers alone.
            let Some((before, after)) = self.registers.split_at_mut_checked(place) else { return };
            let Some(out) = after.first_mut() else { return };
            match (instruction.code, out) {
                (Code::Group, _) => {
                    let Some(group) = program.groups.get(usize::from(instruction.a.0)) else { continue };
                    for (row, abstains) in self.abstains.iter_mut().enumerate().take(rows) {
                        let fits = run_group(group, |register| number(before, register, row), &mut self.left);
                        *abstains |= u8::from(!fits);
                        self.fired.extend(self.left.fired.drain(..).map(|rule| (row, rule)));
                        // Its own parts: those of other groups are of other rows.
                        for part in group.sums.iter().flat_map(|sum| [sum.part, sum.part.saturating_add(1)]) {
                            let part = part as usize;
                            let column = self.parts.get_mut(part).and_then(|column| column.get_mut(row));
                            if let (Some(place), Some(value)) = (column, self.left.parts.get(part)) {
                                *place = *value;
                            }
                        }
                    }
                }
                (Code::Part, Column::Numbers(out)) => {
                    if let Some(part) = self.parts.get(usize::from(instruction.b.0)) {
                        out.copy_from_slice(&**part);
                    }
                }
                (_, Column::Numbers(out)) => {
                    numbers(instruction, before, program, out, &mut self.abstains, &mut self.rooms);
                }
                (_, Column::Bits(out)) => bits(instruction, before, out, &mut self.rooms),
                (_, Column::Constant(_)) => {}
            }
        }
        for row in 0..rows {
            let abstains = number(&self.registers, program.abstains, row) != 0;
            if let Some(marked) = self.abstains.get_mut(row) {
                *marked |= u8::from(abstains);
            }
        }
    }
}

/// Room for operands that are bits where numbers are needed, or the other way round.
#[derive(Clone, Debug)]
struct Rooms {
    numbers: [Box<Numbers>; 3],
    bits: [Box<Bits>; 3],
}

impl Default for Rooms {
    fn default() -> Self {
        Self { numbers: [(); 3].map(|()| Box::new([0; ROWS])), bits: [(); 3].map(|()| Box::new([0; ROWS])) }
    }
}

fn pack(bits: &Bits, packed: &mut [u8]) {
    for (byte, bits) in packed.iter_mut().zip(bits.as_chunks::<8>().0) {
        // Eight bytes of 0 or 1 times this leave one bit of each in the highest byte.
        let eight = u64::from_le_bytes(*bits);
        *byte = (eight.wrapping_mul(0x0102_0408_1020_4080) >> 56) as u8;
    }
}

fn number(registers: &[Column], register: Reg, row: usize) -> i64 {
    match registers.get(usize::from(register.0)) {
        Some(Column::Numbers(numbers)) => numbers.get(row).copied().unwrap_or(0),
        Some(Column::Bits(bits)) => i64::from(bits.get(row).copied().unwrap_or(0)),
        Some(Column::Constant(value)) => *value,
        None => 0,
    }
}

/// What has been made so far.
struct Operands<'b>(&'b [Column]);

impl<'b> Operands<'b> {
    fn numbers(&self, register: Reg, room: &'b mut Numbers) -> Operand<'b, i64> {
        match self.0.get(usize::from(register.0)) {
            Some(Column::Numbers(numbers)) => Operand::Rows(numbers),
            Some(Column::Constant(value)) => Operand::All(*value),
            Some(Column::Bits(bits)) => {
                room.iter_mut().zip(bits.iter()).for_each(|(number, bit)| *number = i64::from(*bit));
                Operand::Rows(room)
            }
            None => Operand::All(0),
        }
    }

    fn bits(&self, register: Reg, room: &'b mut Bits) -> Operand<'b, u8> {
        match self.0.get(usize::from(register.0)) {
            Some(Column::Bits(bits)) => Operand::Rows(bits),
            Some(Column::Constant(value)) => Operand::All(u8::from(*value != 0)),
            Some(Column::Numbers(numbers)) => {
                room.iter_mut().zip(numbers.iter()).for_each(|(bit, number)| *bit = u8::from(*number != 0));
                Operand::Rows(room)
            }
            None => Operand::All(0),
        }
    }
}

/// `out[i] = made(a[i], b[i])`
#[inline(always)]
fn zip<A: Copy, B: Copy, T>(
    out: &mut [T; ROWS],
    a: &Operand<'_, A>,
    b: &Operand<'_, B>,
    made: impl Fn(A, B) -> T,
) {
    match (a, b) {
        (Operand::Rows(a), Operand::Rows(b)) => {
            for ((out, a), b) in out.iter_mut().zip(*a).zip(*b) {
                *out = made(*a, *b);
            }
        }
        (Operand::Rows(a), Operand::All(b)) => {
            out.iter_mut().zip(*a).for_each(|(out, a)| *out = made(*a, *b));
        }
        (Operand::All(a), Operand::Rows(b)) => {
            out.iter_mut().zip(*b).for_each(|(out, b)| *out = made(*a, *b));
        }
        (Operand::All(a), Operand::All(b)) => out.iter_mut().for_each(|out| *out = made(*a, *b)),
    }
}

/// `out[i] = made(when[i], a[i], b[i])`
#[inline(always)]
fn choose<T: Copy>(
    out: &mut [T; ROWS],
    when: &Operand<'_, u8>,
    a: &Operand<'_, T>,
    b: &Operand<'_, T>,
    made: impl Fn(bool, T, T) -> T,
) {
    match when {
        Operand::Rows(when) => match (a, b) {
            (Operand::Rows(a), Operand::Rows(b)) => {
                for (((out, when), a), b) in out.iter_mut().zip(*when).zip(*a).zip(*b) {
                    *out = made(*when != 0, *a, *b);
                }
            }
            (Operand::Rows(a), Operand::All(b)) => {
                for ((out, when), a) in out.iter_mut().zip(*when).zip(*a) {
                    *out = made(*when != 0, *a, *b);
                }
            }
            (Operand::All(a), Operand::Rows(b)) => {
                for ((out, when), b) in out.iter_mut().zip(*when).zip(*b) {
                    *out = made(*when != 0, *a, *b);
                }
            }
            (Operand::All(a), Operand::All(b)) => {
                for (out, when) in out.iter_mut().zip(*when) {
                    *out = made(*when != 0, *a, *b);
                }
            }
        },
        Operand::All(when) => zip(out, a, b, |a, b| made(*when != 0, a, b)),
    }
}

/// As [`zip`], and marks rows in which a number does not fit.
#[inline(always)]
fn checked(
    out: &mut Numbers,
    exceeds: &mut Bits,
    a: &Operand<'_, i64>,
    b: &Operand<'_, i64>,
    made: impl Fn(i64, i64) -> (i64, bool),
) {
    let put = |(out, exceeds): (&mut i64, &mut u8), (value, over): (i64, bool)| {
        *out = value;
        *exceeds |= u8::from(over);
    };
    let places = out.iter_mut().zip(exceeds);
    match (a, b) {
        (Operand::Rows(a), Operand::Rows(b)) => {
            places.zip(*a).zip(*b).for_each(|((place, a), b)| put(place, made(*a, *b)));
        }
        (Operand::Rows(a), Operand::All(b)) => places.zip(*a).for_each(|(place, a)| put(place, made(*a, *b))),
        (Operand::All(a), Operand::Rows(b)) => places.zip(*b).for_each(|(place, b)| put(place, made(*a, *b))),
        (Operand::All(a), Operand::All(b)) => places.for_each(|place| put(place, made(*a, *b))),
    }
}

/// An instruction that makes numbers.
fn numbers(
    instruction: &Instruction,
    before: &[Column],
    program: &Program,
    out: &mut Numbers,
    exceeds: &mut Bits,
    rooms: &mut Rooms,
) {
    let operands = Operands(before);
    let (Rooms { numbers: [first, second, third], bits: [when, ..] }, code) = (rooms, instruction.code);
    let b = operands.numbers(instruction.b, second);
    match code {
        Code::Select | Code::AddIf | Code::HigherIf | Code::LowerIf => {
            let when = operands.bits(instruction.a, when);
            let c = operands.numbers(instruction.c, third);
            match code {
                Code::HigherIf => choose(out, &when, &b, &c, |when, b, c| if when { b.max(c) } else { c }),
                Code::LowerIf => choose(out, &when, &b, &c, |when, b, c| if when { b.min(c) } else { c }),
                Code::AddIf => {
                    choose(out, &when, &b, &Operand::All(0), |when, b, none| if when { b } else { none });
                    let add = |(out, exceeds): (&mut i64, &mut u8), c: i64| {
                        let (sum, over) = out.overflowing_add(c);
                        *out = sum;
                        *exceeds |= u8::from(over);
                    };
                    let places = out.iter_mut().zip(exceeds);
                    match c {
                        Operand::Rows(c) => places.zip(c).for_each(|(place, c)| add(place, *c)),
                        Operand::All(c) => places.for_each(|place| add(place, c)),
                    }
                }
                _ => choose(out, &when, &b, &c, |when, b, c| if when { b } else { c }),
            }
        }
        Code::Lookup => {
            let a = operands.numbers(instruction.a, first);
            let table = program.tables.get(usize::from(instruction.b.0)).map_or(&[][..], Vec::as_slice);
            let entry = |place: i64| usize::try_from(place).ok().and_then(|place| table.get(place)).copied();
            zip(out, &a, &Operand::All(0_u8), |place, _| entry(place).unwrap_or(0));
        }
        Code::Add => checked(out, exceeds, &operands.numbers(instruction.a, first), &b, i64::overflowing_add),
        Code::Subtract => {
            checked(out, exceeds, &operands.numbers(instruction.a, first), &b, i64::overflowing_sub);
        }
        Code::Multiply => {
            checked(out, exceeds, &operands.numbers(instruction.a, first), &b, i64::overflowing_mul);
        }
        Code::HalfUp => checked(out, exceeds, &operands.numbers(instruction.a, first), &b, half_up),
        Code::HalfEven => checked(out, exceeds, &operands.numbers(instruction.a, first), &b, half_even),
        Code::Up => checked(out, exceeds, &operands.numbers(instruction.a, first), &b, round_up),
        Code::Down => checked(out, exceeds, &operands.numbers(instruction.a, first), &b, round_down),
        Code::Lower => zip(out, &operands.numbers(instruction.a, first), &b, i64::min),
        Code::Higher => zip(out, &operands.numbers(instruction.a, first), &b, i64::max),
        Code::Intersection => zip(out, &operands.numbers(instruction.a, first), &b, |a, b| a & b),
        Code::Union => zip(out, &operands.numbers(instruction.a, first), &b, |a, b| a | b),
        Code::Difference => zip(out, &operands.numbers(instruction.a, first), &b, |a, b| a & !b),
        Code::Clamp => {
            let a = operands.numbers(instruction.a, first);
            let c = operands.numbers(instruction.c, third);
            zip(out, &a, &b, i64::max);
            match c {
                Operand::Rows(c) => out.iter_mut().zip(c).for_each(|(out, c)| *out = (*out).min(*c)),
                Operand::All(c) => out.iter_mut().for_each(|out| *out = (*out).min(c)),
            }
        }
        // These make bits, or are no business of a single register.
        Code::Less
        | Code::LessOrEqual
        | Code::Equal
        | Code::Within
        | Code::Member
        | Code::And
        | Code::Or
        | Code::AndNot
        | Code::Not
        | Code::Divides
        | Code::Group
        | Code::Part => {}
    }
}

/// An instruction that makes bits.
fn bits(instruction: &Instruction, before: &[Column], out: &mut Bits, rooms: &mut Rooms) {
    let operands = Operands(before);
    let Rooms { numbers: [one, other, another], bits: [first, second, third] } = rooms;
    match instruction.code {
        Code::Within => {
            let a = operands.numbers(instruction.a, one);
            let (b, c) = (operands.numbers(instruction.b, other), operands.numbers(instruction.c, another));
            let within = |a: i64, least: i64, width: i64| a.wrapping_sub(least) as u64 <= width as u64;
            match (b, c) {
                (Operand::All(least), Operand::All(width)) => {
                    zip(out, &a, &Operand::All(()), |a, ()| u8::from(within(a, least, width)));
                }
                (b, c) => {
                    for (row, out) in out.iter_mut().enumerate() {
                        *out = u8::from(within(a.row(row), b.row(row), c.row(row)));
                    }
                }
            }
        }
        Code::Less | Code::LessOrEqual | Code::Equal | Code::Member | Code::Divides => {
            let a = operands.numbers(instruction.a, one);
            let b = operands.numbers(instruction.b, other);
            match instruction.code {
                Code::Less => zip(out, &a, &b, |a, b| u8::from(a < b)),
                Code::LessOrEqual => zip(out, &a, &b, |a, b| u8::from(a <= b)),
                Code::Equal => zip(out, &a, &b, |a, b| u8::from(a == b)),
                Code::Member => zip(out, &a, &b, |a, b| (b.wrapping_shr(a as u32) & 1) as u8),
                _ => zip(out, &a, &b, |a, b| u8::from(a.checked_rem(b) == Some(0))),
            }
        }
        code => {
            let a = operands.bits(instruction.a, first);
            let b = operands.bits(instruction.b, second);
            match code {
                Code::And => zip(out, &a, &b, |a, b| a & b),
                Code::Or => zip(out, &a, &b, |a, b| a | b),
                Code::AndNot => zip(out, &a, &b, |a, b| a & !b),
                Code::Not => zip(out, &a, &b, |a, _| a ^ 1),
                _ => {
                    let c = operands.bits(instruction.c, third);
                    choose(out, &a, &b, &c, |when, b, c| if when { b } else { c });
                }
            }
        }
    }
}
