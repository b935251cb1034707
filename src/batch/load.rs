//! Columns of a host into those of a block: values as numbers of the fact's kind, and rows marked whose value the program
//! does not take, or that lack one.

use crate::program::{Absent, Input, Kind};

use super::block::ROWS;
use super::lane::{Column as Held, Lane, Rows};
use super::{Column, NO_MEMBER, Units, Values};

/// The fact of some rows; marks those that the program does not take.
#[inline(always)]
pub(super) fn load(
    input: &Input,
    column: Option<&Column<'_>>,
    (start, rows): (usize, usize),
    out: &mut Held,
    abstains: &mut Rows<u8>,
) {
    match out {
        Held::Bytes(out) => Loading { input, start, rows }.load(column, out, abstains),
        Held::Shorts(out) => Loading { input, start, rows }.load(column, out, abstains),
        Held::Words(out) => Loading { input, start, rows }.load(column, out, abstains),
        Held::Longs(out) => Loading { input, start, rows }.load(column, out, abstains),
        Held::Constant(_) => {}
    }
}

/// Which rows have a value.
#[inline(always)]
pub(super) fn given(column: Option<&Column<'_>>, start: usize, out: &mut Rows<i8>) {
    match column {
        None => out.fill(0),
        Some(Column { valid: None, .. }) => out.fill(1),
        Some(Column { valid: Some(valid), .. }) => unpack(valid, start, out),
    }
}

/// The bits of a bitmap from a row on that is a multiple of 8, a byte each.
#[inline(always)]
fn unpack(bits: &[u8], start: usize, out: &mut Rows<i8>) {
    let bytes = bits.get(start / 8..).unwrap_or_default();
    for (out, byte) in out.as_chunks_mut::<8>().0.iter_mut().zip(bytes.iter().chain(std::iter::repeat(&0))) {
        // One bit in each byte, and from there to the lowest of each.
        let spread = u64::from(*byte).wrapping_mul(0x0101_0101_0101_0101) & 0x8040_2010_0804_0201;
        let bits = spread.wrapping_add(0x7f7f_7f7f_7f7f_7f7f) >> 7 & 0x0101_0101_0101_0101;
        *out = bits.to_le_bytes().map(|bit| bit as i8);
    }
}

/// Lists of names up to this length are compared name by name.
const SHORT_LIST: usize = 16;

/// What a column has done to the rows of a block.
#[derive(PartialEq, Eq)]
enum Loaded {
    /// All values are such as the program takes.
    Plain,
    /// Some may not be: they are looked for one by one.
    Odd,
}

struct Loading<'p> {
    input: &'p Input,
    start: usize,
    rows: usize,
}

impl Loading<'_> {
    #[inline(always)]
    fn load<T: Lane>(&self, column: Option<&Column<'_>>, out: &mut Rows<T>, abstains: &mut Rows<u8>) {
        let loaded = match column {
            None => Loaded::Plain,
            Some(column) => self.values(column, out),
        };
        // Where all rows have a value that the program takes there is nothing more to do.
        if loaded == Loaded::Plain && column.is_some_and(|column| column.valid.is_none()) {
            return;
        }
        let mut given = [0; ROWS];
        self::given(column, self.start, &mut given);
        self.mend(column, out, &given, abstains);
    }

    /// Puts the values, whatever they are.
    #[inline(always)]
    fn values<T: Lane>(&self, column: &Column<'_>, out: &mut Rows<T>) -> Loaded {
        match (&column.values, self.input.kind) {
            (Values::Bools(bits), Kind::Bool) => {
                let mut bytes = [0; ROWS];
                unpack(bits, self.start, &mut bytes);
                out.iter_mut().zip(&bytes).for_each(|(out, bit)| *out = T::cut(i64::from(*bit)));
                Loaded::Plain
            }
            (Values::Integers(values), Kind::Integer | Kind::Days | Kind::WorkingDays | Kind::Months) => {
                self.units(out, *values)
            }
            (Values::Numbers { units, scale }, Kind::Number { scale: wanted }) if *scale == wanted => {
                self.units(out, *units)
            }
            (Values::Dates(days), Kind::Date) => self.units(out, Units::I32(days)),
            (Values::Members { keys, members }, Kind::Member) => self.members(out, *keys, members),
            (
                Values::Bools(_)
                | Values::Integers(_)
                | Values::Numbers { .. }
                | Values::WideNumbers { .. }
                | Values::Dates(_)
                | Values::Members { .. },
                _,
            ) => Loaded::Odd,
        }
    }

    #[inline(always)]
    fn units<T: Lane>(&self, out: &mut Rows<T>, units: Units<'_>) -> Loaded {
        match units {
            Units::I64(units) => self.put(out, units),
            Units::I32(units) => self.put(out, units),
            Units::I16(units) => self.put(out, units),
            Units::I8(units) => self.put(out, units),
            Units::U32(units) => self.put(out, units),
            Units::U16(units) => self.put(out, units),
            Units::U8(units) => self.put(out, units),
        }
    }

    #[inline(always)]
    fn here<'v, V>(&self, units: &'v [V]) -> &'v [V] {
        units.get(self.start..self.start.saturating_add(self.rows)).unwrap_or_default()
    }

    /// Numbers of values; plain where all lie within the limits, which are those of the host's type where they are wider.
    #[inline(always)]
    fn put<T: Lane, V: Unit>(&self, out: &mut Rows<T>, units: &[V]) -> Loaded {
        let (least, most) = (V::within(self.input.least), V::within(self.input.most));
        let some_fit = self.input.least <= V::MOST.into() && self.input.most >= V::LEAST.into();
        let here = out.iter_mut().zip(self.here(units));
        let is_odd = here.fold(false, |odd, (out, unit)| {
            *out = T::cut((*unit).into());
            odd | (*unit < least) | (*unit > most)
        });
        if is_odd || !some_fit { Loaded::Odd } else { Loaded::Plain }
    }

    #[inline(always)]
    fn members<T: Lane>(&self, out: &mut Rows<T>, keys: Units<'_>, members: &[i64]) -> Loaded {
        match keys {
            Units::I64(keys) => self.put_members(out, keys, members),
            Units::I32(keys) => self.put_members(out, keys, members),
            Units::I16(keys) => self.put_members(out, keys, members),
            Units::I8(keys) => self.put_members(out, keys, members),
            Units::U32(keys) => self.put_members(out, keys, members),
            Units::U16(keys) => self.put_members(out, keys, members),
            Units::U8(keys) => self.put_members(out, keys, members),
        }
    }

    /// Members of short lists are compared, one name after the other.
    #[inline(always)]
    fn put_members<T: Lane, V: Unit>(&self, out: &mut Rows<T>, keys: &[V], members: &[i64]) -> Loaded {
        let keys = self.here(keys);
        if members.len() > SHORT_LIST {
            for (out, key) in out.iter_mut().zip(keys) {
                let place = usize::try_from((*key).into()).ok();
                *out = T::cut(place.and_then(|place| members.get(place)).copied().unwrap_or(NO_MEMBER));
            }
        } else {
            let mut places = [u8::MAX; ROWS];
            for (place, key) in places.iter_mut().zip(keys) {
                let key: i64 = (*key).into();
                *place = if key < 0 { u8::MAX } else { key.min(u8::MAX.into()) as u8 };
            }
            out.fill(T::cut(NO_MEMBER));
            for (member, name) in members.iter().zip(0_u8..) {
                let member = T::cut(*member);
                for (out, place) in out.iter_mut().zip(&places) {
                    *out = if *place == name { member } else { *out };
                }
            }
        }
        let (least, most) = (T::cut(self.input.least), T::cut(self.input.most));
        let here = out.iter().take(keys.len());
        if here.fold(false, |some, out| some | (*out < least) | (*out > most)) {
            Loaded::Odd
        } else {
            Loaded::Plain
        }
    }

    /// Looks at all rows one by one: those without a value mean what the fact says, and those with one that the program
    /// does not take are marked.
    #[inline(never)]
    fn mend<T: Lane>(
        &self,
        column: Option<&Column<'_>>,
        out: &mut Rows<T>,
        given: &Rows<i8>,
        abstains: &mut Rows<u8>,
    ) {
        let (absent, missing) = match self.input.absent {
            Absent::Missing => (0, 1),
            Absent::Default(value) => (value, 0),
            Absent::Asked(_) | Absent::Derived => (0, 0),
        };
        let places = out.iter_mut().zip(abstains).zip(given).take(self.rows);
        for (((out, abstains), given), row) in places.zip(self.start..) {
            let number = match column {
                Some(column) if *given != 0 => self.number(&column.values, row),
                Some(_) | None => {
                    *abstains |= missing;
                    Some(absent)
                }
            };
            *abstains |= u8::from(number.is_none());
            *out = T::cut(number.unwrap_or(0));
        }
    }

    /// The number of a value, if it lies within the limits.
    fn number(&self, values: &Values<'_>, row: usize) -> Option<i64> {
        let number = match (values, self.input.kind) {
            (Values::Bools(bits), Kind::Bool) => return Some(i64::from(super::has(bits, row))),
            (Values::Integers(values), Kind::Integer | Kind::Days | Kind::WorkingDays | Kind::Months) => {
                values.number(row)?
            }
            (Values::Numbers { units, scale }, Kind::Number { scale: wanted }) => {
                wide(i128::from(units.number(row)?), *scale, wanted)?
            }
            (Values::WideNumbers { units, scale }, Kind::Number { scale: wanted }) => {
                wide(*units.get(row)?, *scale, wanted)?
            }
            (Values::Dates(days), Kind::Date) => i64::from(*days.get(row)?),
            (Values::Members { keys, members }, Kind::Member) => {
                *members.get(usize::try_from(keys.number(row)?).ok()?)?
            }
            (
                Values::Bools(_)
                | Values::Integers(_)
                | Values::Numbers { .. }
                | Values::WideNumbers { .. }
                | Values::Dates(_)
                | Values::Members { .. },
                _,
            ) => return None,
        };
        (number >= self.input.least && number <= self.input.most).then_some(number)
    }
}

/// A number as a host has it.
trait Unit: Copy + Ord + Into<i64> {
    const LEAST: Self;
    const MOST: Self;

    /// The nearest number that it can be.
    fn within(number: i64) -> Self;
}

macro_rules! unit {
    ($($number:ident)*) => {$(
        impl Unit for $number {
            const LEAST: Self = Self::MIN;
            const MOST: Self = Self::MAX;

            #[inline(always)]
            fn within(number: i64) -> Self {
                number.clamp(Self::MIN.into(), Self::MAX.into()) as Self
            }
        }
    )*};
}

unit! { i64 i32 i16 i8 u32 u16 u8 }

/// Units at another scale.
fn wide(units: i128, scale: u32, wanted: u32) -> Option<i64> {
    let scaled = if scale <= wanted {
        units.checked_mul(10_i128.checked_pow(wanted.checked_sub(scale)?)?)?
    } else {
        let by = 10_i128.checked_pow(scale.checked_sub(wanted)?)?;
        if units.checked_rem(by)? != 0 {
            return None;
        }
        units.checked_div(by)?
    };
    i64::try_from(scaled).ok()
}
