//! The loops of the steps: plain enough for the compiler to make vectors of them.

use super::lane::{Column, Lane, Rows};
use super::plan::{Op, Slot, Step};

/// An operand: of every row, or one for all.
#[derive(Clone, Copy)]
enum Operand<'b, T> {
    Rows(&'b Rows<T>),
    All(T),
}

/// A step of the width of `T` over the columns before its own; no where it does not find its operands, which would be a
/// mistake of the plan. Rows in which a number does not fit are marked.
#[inline(always)]
pub(super) fn run<T: Lane>(
    step: &Step,
    before: &[Column],
    out: &mut Column,
    tables: &[Vec<i64>],
    exceeds: &mut Rows<u8>,
) -> bool {
    step_over::<T>(step, before, out, tables, exceeds).is_some()
}

#[inline(always)]
fn step_over<T: Lane>(
    step: &Step,
    before: &[Column],
    out: &mut Column,
    tables: &[Vec<i64>],
    exceeds: &mut Rows<u8>,
) -> Option<()> {
    let pair = || Some((operand::<T>(before, step.a)?, operand::<T>(before, step.b)?));
    let choice =
        || Some((bits(before, step.a)?, operand::<T>(before, step.b)?, operand::<T>(before, step.c)?));
    match step.op {
        Op::Widen => widen(before.get(step.a as usize)?, T::rows_mut(out)?),
        Op::Add => zip(T::rows_mut(out)?, pair()?, T::plus),
        Op::Subtract => zip(T::rows_mut(out)?, pair()?, T::minus),
        Op::Multiply => zip(T::rows_mut(out)?, pair()?, T::times),
        Op::Lower => zip(T::rows_mut(out)?, pair()?, T::min),
        Op::Higher => zip(T::rows_mut(out)?, pair()?, T::max),
        Op::Intersection => zip(T::rows_mut(out)?, pair()?, T::and),
        Op::Union => zip(T::rows_mut(out)?, pair()?, T::or),
        Op::Difference => zip(T::rows_mut(out)?, pair()?, T::and_not),
        Op::Less => zip(i8::rows_mut(out)?, pair()?, |a, b| i8::from(a < b)),
        Op::LessOrEqual => zip(i8::rows_mut(out)?, pair()?, |a, b| i8::from(a <= b)),
        Op::Equal => zip(i8::rows_mut(out)?, pair()?, |a, b| i8::from(a == b)),
        Op::Between => {
            let (of, limits) = (T::rows(before.get(step.a as usize)?)?, [step.b, step.c]);
            let [Operand::All(least), Operand::All(most)] = operands::<T, 2>(before, limits)? else {
                return None;
            };
            for (out, of) in i8::rows_mut(out)?.iter_mut().zip(of) {
                *out = i8::from(*of >= least) & i8::from(*of <= most);
            }
        }
        Op::IsSet => {
            for (out, of) in i8::rows_mut(out)?.iter_mut().zip(T::rows(before.get(step.a as usize)?)?) {
                *out = i8::from(*of != T::default());
            }
        }
        Op::Not => {
            for (out, of) in i8::rows_mut(out)?.iter_mut().zip(bits(before, step.a)?) {
                *out = *of ^ 1;
            }
        }
        Op::Select => choose(T::rows_mut(out)?, choice()?, |b, _| b),
        Op::HigherIf => choose(T::rows_mut(out)?, choice()?, T::max),
        Op::LowerIf => choose(T::rows_mut(out)?, choice()?, T::min),
        Op::AddIf => choose(T::rows_mut(out)?, choice()?, T::plus),
        Op::Clamp => {
            let [a, b, c] = operands::<T, 3>(before, [step.a, step.b, step.c])?;
            let out = T::rows_mut(out)?;
            match (a, b, c) {
                (Operand::Rows(a), Operand::All(b), Operand::All(c)) => {
                    out.iter_mut().zip(a).for_each(|(out, a)| *out = (*a).max(b).min(c));
                }
                (_, _, _) => {
                    zip(out, (a, b), T::max);
                    match c {
                        Operand::Rows(c) => out.iter_mut().zip(c).for_each(|(out, c)| *out = (*out).min(*c)),
                        Operand::All(c) => out.iter_mut().for_each(|out| *out = (*out).min(c)),
                    }
                }
            }
        }
        Op::Pick(table) => {
            let (out, of) = (T::rows_mut(out)?, T::rows(before.get(step.a as usize)?)?);
            out.fill(T::default());
            for (entry, place) in tables.get(usize::from(table))?.iter().zip(0..) {
                let (entry, place) = (T::cut(*entry), T::cut(place));
                for (out, of) in out.iter_mut().zip(of) {
                    *out = if *of == place { entry } else { *out };
                }
            }
        }
        // Of 64 bits alone.
        Op::MultiplyWords => {
            let [a, b] = operands::<i64, 2>(before, [step.a, step.b])?;
            let words = |a: i64, b: i64| u64::from(a as u32).wrapping_mul(u64::from(b as u32)) as i64;
            zip(i64::rows_mut(out)?, (a, b), words);
        }
        Op::CheckedAdd => checked(out, exceeds, before, step, i64::overflowing_add)?,
        Op::CheckedSubtract => checked(out, exceeds, before, step, i64::overflowing_sub)?,
        Op::CheckedMultiply => checked(out, exceeds, before, step, i64::overflowing_mul)?,
        Op::CheckedAddIf => {
            let when = bits(before, step.a)?;
            let [b, c] = operands::<i64, 2>(before, [step.b, step.c])?;
            let places = i64::rows_mut(out)?.iter_mut().zip(exceeds).zip(when);
            for (((out, exceeds), when), row) in places.zip(0..) {
                let (sum, over) = of_row(b, row).overflowing_add(of_row(c, row));
                (*out, *exceeds) =
                    if *when != 0 { (sum, *exceeds | u8::from(over)) } else { (of_row(c, row), *exceeds) };
            }
        }
        Op::Divide { .. } | Op::Alone(_) => return None,
    }
    Some(())
}

#[inline(always)]
fn operand<T: Lane>(before: &[Column], slot: Slot) -> Option<Operand<'_, T>> {
    let column = before.get(slot as usize)?;
    if let Column::Constant(value) = column {
        Some(Operand::All(T::cut(*value)))
    } else {
        T::rows(column).map(Operand::Rows)
    }
}

#[inline(always)]
fn operands<T: Lane, const N: usize>(before: &[Column], slots: [Slot; N]) -> Option<[Operand<'_, T>; N]> {
    let mut operands = [Operand::All(T::default()); N];
    for (operand, slot) in operands.iter_mut().zip(slots) {
        *operand = self::operand(before, slot)?;
    }
    Some(operands)
}

#[inline(always)]
fn bits(before: &[Column], slot: Slot) -> Option<&Rows<i8>> {
    i8::rows(before.get(slot as usize)?)
}

#[inline(always)]
fn of_row<T: Lane>(operand: Operand<'_, T>, row: usize) -> T {
    match operand {
        Operand::Rows(rows) => rows.get(row).copied().unwrap_or_default(),
        Operand::All(value) => value,
    }
}

#[inline(always)]
fn widen<T: Lane>(narrow: &Column, out: &mut Rows<T>) {
    /// `out[i] = narrow[i]`
    #[inline(always)]
    fn each<N: Lane, T: Lane>(narrow: &Rows<N>, out: &mut Rows<T>) {
        out.iter_mut().zip(narrow).for_each(|(out, narrow)| *out = T::cut(narrow.number()));
    }
    match narrow {
        Column::Bytes(rows) => each(rows, out),
        Column::Shorts(rows) => each(rows, out),
        Column::Words(rows) => each(rows, out),
        Column::Longs(rows) => each(rows, out),
        Column::Constant(value) => out.fill(T::cut(*value)),
    }
}

/// `out[i] = made(a[i], b[i])`
#[inline(always)]
fn zip<T: Lane, M>(out: &mut Rows<M>, (a, b): (Operand<'_, T>, Operand<'_, T>), made: impl Fn(T, T) -> M) {
    match (a, b) {
        (Operand::Rows(a), Operand::Rows(b)) => {
            for ((out, a), b) in out.iter_mut().zip(a).zip(b) {
                *out = made(*a, *b);
            }
        }
        (Operand::Rows(a), Operand::All(b)) => {
            out.iter_mut().zip(a).for_each(|(out, a)| *out = made(*a, b));
        }
        (Operand::All(a), Operand::Rows(b)) => {
            out.iter_mut().zip(b).for_each(|(out, b)| *out = made(a, *b));
        }
        (Operand::All(a), Operand::All(b)) => out.iter_mut().for_each(|out| *out = made(a, b)),
    }
}

/// `out[i] = when[i] ? made(b[i], c[i]) : c[i]`
#[inline(always)]
fn choose<T: Lane>(
    out: &mut Rows<T>,
    (when, b, c): (&Rows<i8>, Operand<'_, T>, Operand<'_, T>),
    made: impl Fn(T, T) -> T,
) {
    let chosen = |when: i8, b: T, c: T| if when != 0 { made(b, c) } else { c };
    match (b, c) {
        (Operand::Rows(b), Operand::Rows(c)) => {
            for (((out, when), b), c) in out.iter_mut().zip(when).zip(b).zip(c) {
                *out = chosen(*when, *b, *c);
            }
        }
        (Operand::Rows(b), Operand::All(c)) => {
            for ((out, when), b) in out.iter_mut().zip(when).zip(b) {
                *out = chosen(*when, *b, c);
            }
        }
        (Operand::All(b), Operand::Rows(c)) => {
            for ((out, when), c) in out.iter_mut().zip(when).zip(c) {
                *out = chosen(*when, b, *c);
            }
        }
        (Operand::All(b), Operand::All(c)) => {
            for (out, when) in out.iter_mut().zip(when) {
                *out = chosen(*when, b, c);
            }
        }
    }
}

/// As [`zip`] in 64 bits, and marks rows in which a number does not fit.
#[inline(always)]
fn checked(
    out: &mut Column,
    exceeds: &mut Rows<u8>,
    before: &[Column],
    step: &Step,
    made: impl Fn(i64, i64) -> (i64, bool),
) -> Option<()> {
    let [a, b] = operands::<i64, 2>(before, [step.a, step.b])?;
    let places = i64::rows_mut(out)?.iter_mut().zip(exceeds);
    let put = |(out, exceeds): (&mut i64, &mut u8), (value, over): (i64, bool)| {
        *out = value;
        *exceeds |= u8::from(over);
    };
    match (a, b) {
        (Operand::Rows(a), Operand::Rows(b)) => {
            places.zip(a).zip(b).for_each(|((place, a), b)| put(place, made(*a, *b)));
        }
        (Operand::Rows(a), Operand::All(b)) => places.zip(a).for_each(|(place, a)| put(place, made(*a, b))),
        (Operand::All(a), Operand::Rows(b)) => places.zip(b).for_each(|(place, b)| put(place, made(a, *b))),
        (Operand::All(a), Operand::All(b)) => places.for_each(|place| put(place, made(a, b))),
    }
    Some(())
}
