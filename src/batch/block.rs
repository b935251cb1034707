//! Some rows at a time through a program: each instruction runs over all of them before the next one begins, so that what
//! it costs to look at an instruction is shared, and the loops are plain enough for the compiler to use wide registers.

use crate::eval::{Left, add_months, half_even, half_up, round_down, round_up, run_group};
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
    parts: Vec<Numbers>,
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
            parts: vec![[0; ROWS]; program.parts as usize],
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

    /// Packs the bits of the first rows, eight to a byte and the first row lowest, into a bitmap from a row on. What lies
    /// behind them in the block is 0.
    pub(super) fn pack(&self, register: Reg, row: usize, rows: usize, bitmap: &mut [u8]) {
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
        for (byte, first) in packed.iter_mut().zip((0..).step_by(8)) {
            let bits = rows.saturating_sub(first).min(8);
            *byte &= u8::MAX.checked_shr(8_u32.saturating_sub(bits as u32)).unwrap_or(0);
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
                        out.copy_from_slice(part);
                    }
                }
                (_, Column::Numbers(out)) => {
                    let reading = Reading { before, instruction, rooms: &mut self.rooms };
                    numbers(reading, program, out, &mut self.abstains);
                }
                (_, Column::Bits(out)) => bits(Reading { before, instruction, rooms: &mut self.rooms }, out),
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

/// The operands of one instruction, as numbers or as bits.
struct Reading<'b> {
    before: &'b [Column],
    instruction: &'b Instruction,
    rooms: &'b mut Rooms,
}

type Pair<'b, T> = (Operand<'b, T>, Operand<'b, T>);

impl<'b> Reading<'b> {
    fn pair(self) -> Pair<'b, i64> {
        let [first, second, _] = &mut self.rooms.numbers;
        (
            as_numbers(self.before, self.instruction.a, first),
            as_numbers(self.before, self.instruction.b, second),
        )
    }

    fn triple(self) -> (Operand<'b, i64>, Pair<'b, i64>) {
        let [first, second, third] = &mut self.rooms.numbers;
        let Instruction { code: _, a, b, c } = self.instruction;
        (
            as_numbers(self.before, *a, first),
            (as_numbers(self.before, *b, second), as_numbers(self.before, *c, third)),
        )
    }

    /// A bit that chooses between two numbers.
    fn choice(self) -> (Operand<'b, u8>, Pair<'b, i64>) {
        let Rooms { numbers: [first, second, _], bits: [when, ..] } = self.rooms;
        let Instruction { code: _, a, b, c } = self.instruction;
        (
            as_bits(self.before, *a, when),
            (as_numbers(self.before, *b, first), as_numbers(self.before, *c, second)),
        )
    }

    fn bits(self) -> Pair<'b, u8> {
        let [first, second, _] = &mut self.rooms.bits;
        (as_bits(self.before, self.instruction.a, first), as_bits(self.before, self.instruction.b, second))
    }

    /// A bit that chooses between two bits.
    fn bit_choice(self) -> (Operand<'b, u8>, Pair<'b, u8>) {
        let [first, second, third] = &mut self.rooms.bits;
        let Instruction { code: _, a, b, c } = self.instruction;
        (as_bits(self.before, *a, first), (as_bits(self.before, *b, second), as_bits(self.before, *c, third)))
    }
}

fn as_numbers<'b>(before: &'b [Column], register: Reg, room: &'b mut Numbers) -> Operand<'b, i64> {
    match before.get(usize::from(register.0)) {
        Some(Column::Numbers(numbers)) => Operand::Rows(numbers),
        Some(Column::Constant(value)) => Operand::All(*value),
        Some(Column::Bits(bits)) => {
            room.iter_mut().zip(bits.iter()).for_each(|(number, bit)| *number = i64::from(*bit));
            Operand::Rows(room)
        }
        None => Operand::All(0),
    }
}

fn as_bits<'b>(before: &'b [Column], register: Reg, room: &'b mut Bits) -> Operand<'b, u8> {
    match before.get(usize::from(register.0)) {
        Some(Column::Bits(bits)) => Operand::Rows(bits),
        Some(Column::Constant(value)) => Operand::All(u8::from(*value != 0)),
        Some(Column::Numbers(numbers)) => {
            room.iter_mut().zip(numbers.iter()).for_each(|(bit, number)| *bit = u8::from(*number != 0));
            Operand::Rows(room)
        }
        None => Operand::All(0),
    }
}

/// `out[i] = made(a[i], b[i])`
#[inline(always)]
fn zip<A: Copy, B: Copy, T>(
    out: &mut [T; ROWS],
    (a, b): &(Operand<'_, A>, Operand<'_, B>),
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
    (when, both): &(Operand<'_, u8>, Pair<'_, T>),
    made: impl Fn(bool, T, T) -> T,
) {
    let (a, b) = both;
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
        Operand::All(when) => zip(out, both, |a, b| made(*when != 0, a, b)),
    }
}

/// As [`zip`], and marks rows in which a number does not fit.
#[inline(always)]
fn checked(
    out: &mut Numbers,
    exceeds: &mut Bits,
    (a, b): &Pair<'_, i64>,
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
fn numbers(reading: Reading<'_>, program: &Program, out: &mut Numbers, exceeds: &mut Bits) {
    match reading.instruction.code {
        Code::Add => checked(out, exceeds, &reading.pair(), i64::overflowing_add),
        Code::Subtract => checked(out, exceeds, &reading.pair(), i64::overflowing_sub),
        Code::Multiply => checked(out, exceeds, &reading.pair(), i64::overflowing_mul),
        Code::AddMonths => checked(out, exceeds, &reading.pair(), add_months),
        Code::HalfUp => checked(out, exceeds, &reading.pair(), half_up),
        Code::HalfEven => checked(out, exceeds, &reading.pair(), half_even),
        Code::Up => checked(out, exceeds, &reading.pair(), round_up),
        Code::Down => checked(out, exceeds, &reading.pair(), round_down),
        Code::Lower => zip(out, &reading.pair(), i64::min),
        Code::Higher => zip(out, &reading.pair(), i64::max),
        Code::Intersection => zip(out, &reading.pair(), |a, b| a & b),
        Code::Union => zip(out, &reading.pair(), |a, b| a | b),
        Code::Difference => zip(out, &reading.pair(), |a, b| a & !b),
        Code::Select => choose(out, &reading.choice(), |when, b, c| if when { b } else { c }),
        Code::HigherIf => choose(out, &reading.choice(), |when, b, c| if when { b.max(c) } else { c }),
        Code::LowerIf => choose(out, &reading.choice(), |when, b, c| if when { b.min(c) } else { c }),
        Code::AddIf => {
            let (when, (b, c)) = reading.choice();
            choose(out, &(when, (b, Operand::All(0))), |when, b, none| if when { b } else { none });
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
        Code::Clamp => {
            let (a, (b, c)) = reading.triple();
            zip(out, &(a, b), i64::max);
            match c {
                Operand::Rows(c) => out.iter_mut().zip(c).for_each(|(out, c)| *out = (*out).min(*c)),
                Operand::All(c) => out.iter_mut().for_each(|out| *out = (*out).min(c)),
            }
        }
        Code::Lookup => {
            let table =
                program.tables.get(usize::from(reading.instruction.b.0)).map_or(&[][..], Vec::as_slice);
            let entry = |place: i64| usize::try_from(place).ok().and_then(|place| table.get(place)).copied();
            let (place, _) = reading.pair();
            zip(out, &(place, Operand::All(())), |place, ()| entry(place).unwrap_or(0));
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
        | Code::Part
        | Code::Each
        | Code::Item
        | Code::At
        | Code::Push => {}
    }
}

/// An instruction that makes bits.
fn bits(reading: Reading<'_>, out: &mut Bits) {
    match reading.instruction.code {
        Code::Within => {
            let within = |a: i64, least: i64, width: i64| a.wrapping_sub(least) as u64 <= width as u64;
            match reading.triple() {
                (a, (Operand::All(least), Operand::All(width))) => {
                    zip(out, &(a, Operand::All(())), |a, ()| u8::from(within(a, least, width)));
                }
                (a, (b, c)) => {
                    for (row, out) in out.iter_mut().enumerate() {
                        *out = u8::from(within(a.row(row), b.row(row), c.row(row)));
                    }
                }
            }
        }
        Code::Less => zip(out, &reading.pair(), |a, b| u8::from(a < b)),
        Code::LessOrEqual => zip(out, &reading.pair(), |a, b| u8::from(a <= b)),
        Code::Equal => zip(out, &reading.pair(), |a, b| u8::from(a == b)),
        Code::Member => zip(out, &reading.pair(), |a, b| (b.wrapping_shr(a as u32) & 1) as u8),
        Code::Divides => zip(out, &reading.pair(), |a, b| u8::from(a.checked_rem(b) == Some(0))),
        Code::And => zip(out, &reading.bits(), |a, b| a & b),
        Code::Or => zip(out, &reading.bits(), |a, b| a | b),
        Code::AndNot => zip(out, &reading.bits(), |a, b| a & !b),
        Code::Not => zip(out, &reading.bits(), |a, _| a ^ 1),
        Code::Select => choose(out, &reading.bit_choice(), |when, b, c| if when { b } else { c }),
        // These make numbers, or are no business of a single register.
        Code::Add
        | Code::Subtract
        | Code::Multiply
        | Code::Lower
        | Code::Higher
        | Code::AddIf
        | Code::HigherIf
        | Code::LowerIf
        | Code::HalfUp
        | Code::HalfEven
        | Code::Up
        | Code::Down
        | Code::AddMonths
        | Code::Clamp
        | Code::Union
        | Code::Intersection
        | Code::Difference
        | Code::Lookup
        | Code::Group
        | Code::Part
        | Code::Each
        | Code::Item
        | Code::At
        | Code::Push => {}
    }
}
