//! Some rows at a time through a program: each step runs over all of them before the next one begins, so that what it costs
//! to look at a step is shared.

use crate::eval::{Divisor, Left, add_months, half_even, half_up, round_down, round_up, run_group};
use crate::program::{Absent, Code, Program, Reg};

use super::lane::{Column, Lane, Rows, Width};
use super::load::{given, load};
use super::plan::{Class, Op, Plan, Slot, Step};
use super::steps;

/// Rows in a block: few enough for the registers in use to stay in the nearest caches.
pub(super) const ROWS: usize = 512;

/// The registers of a block.
#[derive(Clone, Debug)]
pub(super) struct Block {
    plan: Plan,
    /// By slot.
    columns: Vec<Column>,
    /// Rows in which a number did not fit, or that the program does not take.
    pub(super) abstains: Box<Rows<u8>>,
    left: Left,
    /// By part of the groups.
    parts: Vec<Rows<i64>>,
    /// By row, the rules of groups that fired, as places in the program's rules.
    pub(super) fired: Vec<(usize, u32)>,
}

impl Block {
    pub(super) fn new(program: &Program) -> Self {
        let plan = Plan::new(program);
        let columns = plan.classes.iter().map(|class| match class {
            Class::Rows(width) => Column::new(*width),
            Class::Constant(value) => Column::Constant(*value),
        });
        Self {
            columns: columns.collect(),
            plan,
            abstains: Box::new([0; ROWS]),
            left: Left::new(program),
            parts: vec![[0; ROWS]; program.parts as usize],
            fired: Vec::new(),
        }
    }

    /// Fills the columns of the facts with some rows.
    #[inline(always)]
    pub(super) fn load(
        &mut self,
        program: &Program,
        columns: &[Option<&super::Column<'_>>],
        start: usize,
        rows: usize,
    ) {
        self.abstains.fill(0);
        for ((input, column), slot) in program.inputs.iter().zip(columns).zip(0..) {
            if let Some(out) = self.columns.get_mut(slot) {
                load(input, *column, (start, rows), out, &mut self.abstains);
            }
            if let Absent::Asked(asked) = input.absent
                && let Some(out) = self.columns.get_mut(usize::from(asked.0)).and_then(i8::rows_mut)
            {
                given(*column, start, out);
            }
        }
    }

    fn column(&self, register: Reg) -> Option<&Column> {
        self.columns.get(self.plan.slot(register) as usize)
    }

    /// Copies the numbers of the first rows, from a row on.
    #[inline(always)]
    pub(super) fn copy<O: Lane>(&self, register: Reg, begin: usize, rows: usize, out: &mut [O]) {
        #[inline(always)]
        fn each<T: Lane, O: Lane>(out: &mut [O], rows: &Rows<T>) {
            out.iter_mut().zip(rows).for_each(|(out, value)| *out = O::cut(value.number()));
        }
        let out = out.get_mut(begin..begin.saturating_add(rows)).unwrap_or_default();
        match self.column(register) {
            Some(Column::Bytes(rows)) => each(out, rows),
            Some(Column::Shorts(rows)) => each(out, rows),
            Some(Column::Words(rows)) => each(out, rows),
            Some(Column::Longs(rows)) => each(out, rows),
            Some(Column::Constant(value)) => out.fill(O::cut(*value)),
            None => {}
        }
    }

    /// Packs the bits of the first rows, eight to a byte and the first row lowest, into a bitmap from a row on. What lies
    /// behind them in the block is 0.
    #[inline(always)]
    pub(super) fn pack(&self, register: Reg, row: usize, rows: usize, bitmap: &mut [u8]) {
        let Some(packed) = bitmap.get_mut(row / 8..).and_then(|rest| rest.get_mut(..ROWS / 8)) else {
            return;
        };
        match self.column(register) {
            Some(Column::Bytes(bits)) => pack(bits, packed),
            Some(Column::Constant(value)) => packed.fill(if *value == 0 { 0 } else { u8::MAX }),
            Some(column) => {
                let mut bits = [0; ROWS];
                for (bit, row) in bits.iter_mut().zip(0..) {
                    *bit = i8::from(column.number(row) != 0);
                }
                pack(&bits, packed);
            }
            None => {}
        }
        if rows < ROWS {
            for (byte, first) in packed.iter_mut().zip((0..).step_by(8)) {
                let bits = rows.saturating_sub(first).min(8);
                *byte &= u8::MAX.checked_shr(8_u32.saturating_sub(bits as u32)).unwrap_or(0);
            }
        }
    }

    /// Runs the program over the rows; those that it leaves to the reference evaluator are marked.
    #[inline(always)]
    pub(super) fn run(&mut self, program: &Program, rows: usize) {
        self.fired.clear();
        self.steps(program, rows);
        match self.columns.get(self.plan.slot(program.abstains) as usize) {
            Some(Column::Constant(0)) => {}
            Some(Column::Bytes(bits)) => {
                self.abstains.iter_mut().zip(bits.iter()).for_each(|(marked, bit)| *marked |= *bit as u8);
            }
            column => {
                for (marked, row) in self.abstains.iter_mut().zip(0..rows) {
                    *marked |= u8::from(column.is_none_or(|column| column.number(row) != 0));
                }
            }
        }
    }

    #[inline(always)]
    fn steps(&mut self, program: &Program, rows: usize) {
        for step in &self.plan.steps {
            // A step reads earlier columns alone.
            let Some((before, after)) = self.columns.split_at_mut_checked(step.out as usize) else { return };
            let Some(out) = after.first_mut() else { return };
            let (tables, abstains) = (&program.tables, &mut self.abstains);
            let has_run = match (step.op, step.width) {
                (Op::Alone(code), _) => {
                    let alone = Alone {
                        program,
                        slots: &self.plan.slots,
                        before,
                        rows,
                        abstains,
                        left: &mut self.left,
                        parts: &mut self.parts,
                        fired: &mut self.fired,
                    };
                    alone.run(code, step, out)
                }
                (Op::Divide { add, by }, _) => divide(step, before, out, (add, by)).is_some(),
                (_, Width::Byte) => steps::run::<i8>(step, before, out, tables, abstains),
                (_, Width::Short) => steps::run::<i16>(step, before, out, tables, abstains),
                (_, Width::Word) => steps::run::<i32>(step, before, out, tables, abstains),
                (_, Width::Long) => steps::run::<i64>(step, before, out, tables, abstains),
            };
            if !has_run {
                self.abstains.fill(1);
            }
        }
    }
}

#[inline(always)]
fn pack(bits: &Rows<i8>, packed: &mut [u8]) {
    for (byte, bits) in packed.iter_mut().zip(bits.as_chunks::<8>().0) {
        // Eight bytes of 0 or 1: each half is moved to the other one, until the lowest byte has one bit of each.
        let eight = u64::from_le_bytes(bits.map(|bit| bit as u8));
        let pairs = eight | eight >> 7;
        let fours = pairs | pairs >> 14;
        *byte = (fours | fours >> 28) as u8;
    }
}

/// Of numbers from 0 on. Nearly all divisors are powers of ten, and a known one is a multiplication for the compiler.
#[inline(always)]
fn divide(step: &Step, before: &[Column], out: &mut Column, (add, by): (i64, i64)) -> Option<()> {
    let (out, of) = (i64::rows_mut(out)?, i64::rows(before.get(step.a as usize)?)?);
    let add = add as u64;
    /// `out[i] = (of[i] + add) / by`
    macro_rules! by {
        ($($by:literal)*) => {
            match by {
                $($by => {
                    out.iter_mut().zip(of).for_each(|(out, of)| *out = ((*of as u64).wrapping_add(add) / $by) as i64);
                })*
                _ => {
                    let by = u64::try_from(by).ok()?;
                    for (out, of) in out.iter_mut().zip(of) {
                        *out = (*of as u64).wrapping_add(add).checked_div(by)? as i64;
                    }
                }
            }
        };
    }
    by! { 10 100 1_000 10_000 100_000 1_000_000 10_000_000 100_000_000 }
    Some(())
}

/// What steps need that go row by row.
struct Alone<'b> {
    program: &'b Program,
    slots: &'b [Slot],
    before: &'b [Column],
    rows: usize,
    abstains: &'b mut Rows<u8>,
    left: &'b mut Left,
    parts: &'b mut [Rows<i64>],
    fired: &'b mut Vec<(usize, u32)>,
}

impl Alone<'_> {
    #[inline(never)]
    fn run(mut self, code: Code, step: &Step, out: &mut Column) -> bool {
        self.step(code, step, out).is_some()
    }

    fn step(&mut self, code: Code, step: &Step, out: &mut Column) -> Option<()> {
        let column = |slot: Slot| self.before.get(slot as usize);
        let (a, b) = (step.a, step.b);
        match code {
            Code::HalfUp => self.divide(step, out, half_up),
            Code::HalfEven => self.divide(step, out, half_even),
            Code::Up => self.divide(step, out, round_up),
            Code::Down => self.divide(step, out, round_down),
            Code::AddMonths => {
                let (days, months) = (column(a)?, column(b)?);
                let places = i64::rows_mut(out)?.iter_mut().zip(self.abstains.iter_mut());
                for ((out, exceeds), row) in places.zip(0..) {
                    let (day, over) = add_months(days.number(row), months.number(row));
                    *out = day;
                    *exceeds |= u8::from(over);
                }
                Some(())
            }
            Code::Within => {
                let (of, least, width) = (column(a)?, column(b)?, column(step.c)?);
                for (out, row) in i8::rows_mut(out)?.iter_mut().zip(0..) {
                    let above = of.number(row).wrapping_sub(least.number(row)) as u64;
                    *out = i8::from(above <= width.number(row) as u64);
                }
                Some(())
            }
            Code::Member => {
                let (of, mask) = (column(a)?, column(b)?);
                for (out, row) in i8::rows_mut(out)?.iter_mut().zip(0..) {
                    *out = (mask.number(row).wrapping_shr(of.number(row) as u32) & 1) as i8;
                }
                Some(())
            }
            Code::Divides => {
                let (of, by) = (column(a)?, column(b)?);
                for (out, row) in i8::rows_mut(out)?.iter_mut().zip(0..) {
                    *out = i8::from(of.number(row).checked_rem(by.number(row)) == Some(0));
                }
                Some(())
            }
            Code::Lookup => {
                let (of, table) = (column(a)?, self.program.tables.get(b as usize)?);
                let entry =
                    |row| usize::try_from(of.number(row)).ok().and_then(|place| table.get(place)).copied();
                fill(out, |row| entry(row).unwrap_or(0));
                Some(())
            }
            Code::Group => {
                let group = self.program.groups.get(a as usize)?;
                for (row, abstains) in self.abstains.iter_mut().enumerate().take(self.rows) {
                    let at = |register: Reg| {
                        let slot = self.slots.get(usize::from(register.0)).copied().unwrap_or(0);
                        self.before.get(slot as usize).map_or(0, |column| column.number(row))
                    };
                    let fits = run_group(group, at, self.left);
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
                Some(())
            }
            Code::Part => {
                i64::rows_mut(out)?.copy_from_slice(self.parts.get(a as usize)?);
                Some(())
            }
            // These have steps of their own, or stand in no program that is run over columns.
            Code::Each
            | Code::Item
            | Code::At
            | Code::Push
            | Code::Add
            | Code::Subtract
            | Code::Multiply
            | Code::Lower
            | Code::Higher
            | Code::Select
            | Code::AddIf
            | Code::HigherIf
            | Code::LowerIf
            | Code::Clamp
            | Code::Less
            | Code::LessOrEqual
            | Code::Equal
            | Code::And
            | Code::Or
            | Code::AndNot
            | Code::Not
            | Code::Union
            | Code::Intersection
            | Code::Difference => None,
        }
    }

    /// Division with a rounding; mostly by one number for all rows.
    #[inline(always)]
    fn divide(
        &mut self,
        step: &Step,
        out: &mut Column,
        rounded: impl Fn(i64, &Divisor) -> (i64, bool),
    ) -> Option<()> {
        let (of, by) = (self.before.get(step.a as usize)?, self.before.get(step.b as usize)?);
        let places = i64::rows_mut(out)?.iter_mut().zip(self.abstains.iter_mut());
        let put = |(out, exceeds): (&mut i64, &mut u8), (value, over): (i64, bool)| {
            *out = value;
            *exceeds |= u8::from(over);
        };
        match (of, by) {
            (Column::Longs(of), Column::Constant(by)) => {
                let by = Divisor::new(*by);
                places.zip(of.iter()).for_each(|(place, of)| put(place, rounded(*of, &by)));
            }
            (of, by) => {
                for (place, row) in places.zip(0..) {
                    put(place, rounded(of.number(row), &Divisor::new(by.number(row))));
                }
            }
        }
        Some(())
    }
}

fn fill(column: &mut Column, number: impl Fn(usize) -> i64) {
    fn each<T: Lane>(rows: &mut Rows<T>, number: impl Fn(usize) -> i64) {
        rows.iter_mut().zip(0..).for_each(|(out, row)| *out = T::cut(number(row)));
    }
    match column {
        Column::Bytes(rows) => each(rows, number),
        Column::Shorts(rows) => each(rows, number),
        Column::Words(rows) => each(rows, number),
        Column::Longs(rows) => each(rows, number),
        Column::Constant(_) => {}
    }
}
