//! Columns of a block: rows of numbers of 8 to 64 bits, as narrow as their range allows, so that wide registers hold many.

use crate::program::ranges::Range;

use super::block::ROWS;

/// How wide the numbers of a column are. Bits are bytes of 0 and 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Width {
    Byte,
    Short,
    Word,
    Long,
}

impl Width {
    /// The narrowest one that holds a range.
    pub(super) fn of(range: Range) -> Self {
        let within = |least: i64, most: i64| range.is_within(Range { least, most });
        if within(i8::MIN.into(), i8::MAX.into()) {
            Self::Byte
        } else if within(i16::MIN.into(), i16::MAX.into()) {
            Self::Short
        } else if within(i32::MIN.into(), i32::MAX.into()) {
            Self::Word
        } else {
            Self::Long
        }
    }
}

pub(super) type Rows<T> = [T; ROWS];

/// The numbers of a register.
#[derive(Clone, Debug)]
pub(super) enum Column {
    Bytes(Box<Rows<i8>>),
    Shorts(Box<Rows<i16>>),
    Words(Box<Rows<i32>>),
    Longs(Box<Rows<i64>>),
    /// The same in all rows.
    Constant(i64),
}

impl Column {
    pub(super) fn new(width: Width) -> Self {
        match width {
            Width::Byte => Self::Bytes(Box::new([0; ROWS])),
            Width::Short => Self::Shorts(Box::new([0; ROWS])),
            Width::Word => Self::Words(Box::new([0; ROWS])),
            Width::Long => Self::Longs(Box::new([0; ROWS])),
        }
    }

    pub(super) fn number(&self, row: usize) -> i64 {
        match self {
            Self::Bytes(rows) => at(rows, row),
            Self::Shorts(rows) => at(rows, row),
            Self::Words(rows) => at(rows, row),
            Self::Longs(rows) => at(rows, row),
            Self::Constant(value) => *value,
        }
    }
}

fn at<T: Lane>(rows: &Rows<T>, row: usize) -> i64 {
    rows.get(row).map_or(0, |value| value.number())
}

/// A number of some width, with arithmetic that wraps around.
pub(super) trait Lane: Copy + Ord + Default {
    fn rows(column: &Column) -> Option<&Rows<Self>>;
    fn rows_mut(column: &mut Column) -> Option<&mut Rows<Self>>;
    /// The lowest bits of a number.
    fn cut(number: i64) -> Self;
    fn number(self) -> i64;
    fn plus(self, other: Self) -> Self;
    fn minus(self, other: Self) -> Self;
    fn times(self, other: Self) -> Self;
    fn and(self, other: Self) -> Self;
    fn or(self, other: Self) -> Self;
    fn and_not(self, other: Self) -> Self;
}

/// ```text
/// impl Lane for i8 { fn rows(column) { Column::Bytes(rows) => Some(rows) } .. }
/// ```
macro_rules! lane {
    ($($number:ident in $column:ident, not in $($other:ident)*;)*) => {$(
        impl Lane for $number {
            #[inline(always)]
            fn rows(column: &Column) -> Option<&Rows<Self>> {
                match column {
                    Column::$column(rows) => Some(rows),
                    $(Column::$other(_))|* | Column::Constant(_) => None,
                }
            }

            #[inline(always)]
            fn rows_mut(column: &mut Column) -> Option<&mut Rows<Self>> {
                match column {
                    Column::$column(rows) => Some(rows),
                    $(Column::$other(_))|* | Column::Constant(_) => None,
                }
            }

            #[inline(always)]
            fn cut(number: i64) -> Self {
                number as Self
            }

            #[inline(always)]
            fn number(self) -> i64 {
                self.into()
            }

            #[inline(always)]
            fn plus(self, other: Self) -> Self {
                self.wrapping_add(other)
            }

            #[inline(always)]
            fn minus(self, other: Self) -> Self {
                self.wrapping_sub(other)
            }

            #[inline(always)]
            fn times(self, other: Self) -> Self {
                self.wrapping_mul(other)
            }

            #[inline(always)]
            fn and(self, other: Self) -> Self {
                self & other
            }

            #[inline(always)]
            fn or(self, other: Self) -> Self {
                self | other
            }

            #[inline(always)]
            fn and_not(self, other: Self) -> Self {
                self & !other
            }
        }
    )*};
}

lane! {
    i8 in Bytes, not in Shorts Words Longs;
    i16 in Shorts, not in Bytes Words Longs;
    i32 in Words, not in Bytes Shorts Longs;
    i64 in Longs, not in Bytes Shorts Words;
}
