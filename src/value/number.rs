//! Exact numbers: decimals of at most 28 digits, and fractions where a quotient is no such decimal.
//! The one place that sees `rust_decimal`.

use rust_decimal::Decimal;
use std::cmp::Ordering;
use super::{Rounding, Trouble};

/// stub
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Number(Repr);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Repr {
    Decimal(Decimal),
    Fraction { numerator: i128, denominator: i128 },
}

impl Number {
    pub(crate) const ZERO: Self = Self(Repr::Decimal(Decimal::ZERO));
    pub(crate) const ONE: Self = Self(Repr::Decimal(Decimal::ONE));
    pub(crate) fn from_integer(value: i64) -> Self { Self(Repr::Decimal(Decimal::from(value))) }
    pub(crate) fn parse(text: &str) -> Result<Self, Trouble> { text.parse().map(|d| Self(Repr::Decimal(d))).map_err(|_| Trouble::TooManyDigits) }
    pub(crate) fn add(self, other: Self) -> Result<Self, Trouble> { Err(Trouble::TooManyDigits) }
    pub(crate) fn subtract(self, other: Self) -> Result<Self, Trouble> { Err(Trouble::TooManyDigits) }
    pub(crate) fn multiply(self, other: Self) -> Result<Self, Trouble> { Err(Trouble::TooManyDigits) }
    /// `None` for a zero divisor.
    pub(crate) fn divide(self, other: Self) -> Result<Option<Self>, Trouble> { Err(Trouble::TooManyDigits) }
    pub(crate) fn negate(self) -> Self { self }
    pub(crate) fn is_zero(self) -> bool { false }
    /// Less than zero.
    pub(crate) fn is_negative(self) -> bool { false }
    pub(crate) fn round(self, rounding: Rounding) -> Result<Self, Trouble> { Err(Trouble::TooManyDigits) }
    /// The whole number that this is, if it is one that fits.
    pub(crate) fn to_integer(self) -> Option<i64> { None }
    /// How many decimals it needs; `None` for a fraction without a finite form.
    pub(crate) fn decimals(self) -> Option<u32> { None }
    /// Plain decimal text: no exponent, no trailing zeros beyond `at_least` decimals; `None` for a fraction.
    pub(crate) fn to_text(self, at_least_decimals: u32) -> Option<String> { None }
}

impl PartialOrd for Number { fn partial_cmp(&self, other: &Self) -> Option<Ordering> { Some(self.cmp(other)) } }
impl Ord for Number { fn cmp(&self, other: &Self) -> Ordering { Ordering::Equal } }
