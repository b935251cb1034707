//! Exact numbers: decimals of at most 28 digits, and fractions where a quotient is no such decimal.
//! The one place that sees `rust_decimal`, and only for storage: its own arithmetic rounds without a word.
//! Work is done on 128-bit mantissas and, where these are too narrow, on [`exact::Exact`].

use std::cmp::Ordering;
use std::fmt;

use rust_decimal::Decimal;

use super::{Rounding, RoundingMode, Trouble};

mod exact;
#[cfg(test)]
mod tests;

pub(crate) use exact::{Exact, MOST_BITS};

/// Digits of a mantissa, and places after the point.
const DIGITS: u32 = 28;
/// Numerators, denominators and mantissas stay below this.
const LIMIT: i128 = 10_i128.pow(DIGITS);

/// An exact number: a decimal of at most 28 digits, or a fraction where a quotient is no such decimal.
///
/// A decimal has a mantissa below 10²⁸ and at most 28 places after the point. A fraction is reduced; its numerator
/// and its denominator are below 10²⁸. Nothing is ever rounded unless the policy says so: what does not fit is an
/// error.
///
/// Numbers compare, hash and order by their value: `1.50` and `1.5` are one number, and `1/3` is less than
/// `0.3333333333333333333333333334`.
///
/// The text of a number (`Display`, and serde, which writes a string) is plain decimal text without exponent or
/// trailing zeros, or numerator and denominator:
///
/// ```text
/// 1e2      shows as  100
/// 0.1500   shows as  0.15
/// 1 / 3    shows as  1/3
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Number(Repr);

/// One number has one form, so that equality and hash may be derived.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Repr {
    /// Without trailing zeros after the point.
    Decimal(Decimal),
    /// Reduced, denominator above 1, and no decimal.
    Fraction { numerator: Whole, denominator: Whole },
}

/// A whole number below 10²⁸, which needs 94 bits and a sign: values are many, and two of 128 bits would make each of
/// them half as large again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
struct Whole {
    high: i32,
    middle: u32,
    low: u32,
}

impl Whole {
    fn new(of: i128) -> Self {
        Self { high: (of >> 64) as i32, middle: (of >> 32) as u32, low: of as u32 }
    }

    fn get(self) -> i128 {
        (i128::from(self.high) << 64) | (i128::from(self.middle) << 32) | i128::from(self.low)
    }
}

impl Number {
    pub(crate) const ZERO: Self = Self(Repr::Decimal(Decimal::ZERO));
    pub(crate) const ONE: Self = Self(Repr::Decimal(Decimal::ONE));

    pub(crate) fn from_integer(value: i64) -> Self {
        Self(Repr::Decimal(Decimal::from(value)))
    }

    /// Decimal text: a sign, digits, a point and digits, an exponent; all but the first digits may be missing.
    /// Text that is no number is `Trouble::Internal("not a number")`.
    pub(crate) fn parse(text: &str) -> Result<Self, Trouble> {
        // Most numbers are a few digits.
        if text.len() <= 18
            && text.bytes().all(|byte| byte.is_ascii_digit())
            && let Ok(whole) = text.parse()
        {
            return Ok(Self::from_integer(whole));
        }
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text.strip_prefix('+').unwrap_or(text)),
        };
        let (digits, exponent) = match text.split_once(['e', 'E']) {
            Some((digits, exponent)) => (digits, parse_exponent(exponent)?),
            None => (text, 0),
        };
        let (whole, places) = match digits.split_once('.') {
            Some((_, "")) => return Err(NOT_A_NUMBER),
            Some((whole, places)) => (whole, places),
            None => (digits, ""),
        };
        if whole.is_empty() || !whole.bytes().chain(places.bytes()).all(|byte| byte.is_ascii_digit()) {
            return Err(NOT_A_NUMBER);
        }
        // Only the digits from the first to the last that is not zero count: long texts of zeros are fine.
        let mut mantissa = 0_i128;
        let mut pending_zeros = 0_u32;
        let mut dropped_places = 0_i64;
        for byte in whole.bytes().chain(places.bytes()) {
            if byte == b'0' {
                pending_zeros = pending_zeros.saturating_add(u32::from(mantissa != 0));
                dropped_places = dropped_places.saturating_add(i64::from(mantissa != 0));
                continue;
            }
            let shift = power_of_ten(pending_zeros.saturating_add(1)).ok_or(Trouble::TooManyDigits)?;
            let digit = i128::from(byte.saturating_sub(b'0'));
            mantissa = mantissa
                .checked_mul(shift)
                .and_then(|m| m.checked_add(digit))
                .ok_or(Trouble::TooManyDigits)?;
            if mantissa >= LIMIT {
                return Err(Trouble::TooManyDigits);
            }
            pending_zeros = 0;
            dropped_places = 0;
        }
        if mantissa == 0 {
            return Ok(Self::ZERO);
        }
        let places = i64::try_from(places.len()).map_err(|_| Trouble::TooManyDigits)?;
        let exponent = exponent.saturating_sub(places).saturating_add(dropped_places);
        let mantissa = if negative { -mantissa } else { mantissa };
        if exponent >= 0 {
            let shift = u32::try_from(exponent).ok().and_then(power_of_ten).ok_or(Trouble::TooManyDigits)?;
            Self::from_mantissa(mantissa.checked_mul(shift).ok_or(Trouble::TooManyDigits)?, 0)
        } else {
            Self::from_mantissa(
                mantissa,
                u32::try_from(exponent.unsigned_abs()).map_err(|_| Trouble::TooManyDigits)?,
            )
        }
    }

    pub(crate) fn add(self, other: Self) -> Result<Self, Trouble> {
        if let (Some((left, left_scale)), Some((right, right_scale))) = (self.mantissa(), other.mantissa()) {
            let scale = left_scale.max(right_scale);
            let left = raise(left, scale.saturating_sub(left_scale));
            let right = raise(right, scale.saturating_sub(right_scale));
            if let Some(sum) = left.zip(right).and_then(|(left, right)| left.checked_add(right)) {
                return Self::from_mantissa(sum, scale);
            }
        } else if let Some((numerator, denominator)) = add_ratios(self.ratio(), other.ratio()) {
            return Self::from_ratio(numerator, denominator);
        }
        Exact::from(self).add(&other.into()).settle(self.is_fraction() || other.is_fraction())
    }

    pub(crate) fn subtract(self, other: Self) -> Result<Self, Trouble> {
        self.add(other.negate())
    }

    pub(crate) fn multiply(self, other: Self) -> Result<Self, Trouble> {
        if let (Some((left, left_scale)), Some((right, right_scale))) = (self.mantissa(), other.mantissa()) {
            if let Some(product) = left.checked_mul(right) {
                return Self::from_mantissa(product, left_scale.saturating_add(right_scale));
            }
        } else {
            let ((left_top, left_bottom), (right_top, right_bottom)) = (self.ratio(), other.ratio());
            if let Some((top, bottom)) =
                left_top.checked_mul(right_top).zip(left_bottom.checked_mul(right_bottom))
            {
                return Self::from_ratio(top, bottom);
            }
        }
        Exact::from(self).multiply(&other.into()).settle(self.is_fraction() || other.is_fraction())
    }

    /// `None` for a zero divisor.
    pub(crate) fn divide(self, other: Self) -> Result<Option<Self>, Trouble> {
        let ((left_top, left_bottom), (right_top, right_bottom)) = (self.ratio(), other.ratio());
        if right_top == 0 {
            return Ok(None);
        }
        let sign = right_top.signum();
        let top = left_top.checked_mul(right_bottom).and_then(|top| top.checked_mul(sign));
        let bottom = left_bottom.checked_mul(right_top).and_then(|bottom| bottom.checked_mul(sign));
        if let Some((top, bottom)) = top.zip(bottom) {
            return Self::from_ratio(top, bottom).map(Some);
        }
        match Exact::from(self).divide(&other.into()) {
            Some(quotient) => quotient.settle(true).map(Some),
            None => Ok(None),
        }
    }

    /// So many percent as a share.
    pub(crate) fn percent(self) -> Result<Self, Trouble> {
        let moved = self
            .mantissa()
            .and_then(|(mantissa, scale)| Self::from_mantissa(mantissa, scale.saturating_add(2)).ok());
        match moved {
            Some(share) => Ok(share),
            None => self.divide(Self::from_integer(100)).map(|share| share.unwrap_or(Self::ZERO)),
        }
    }

    pub(crate) fn negate(self) -> Self {
        Self(match self.0 {
            // Zero has no sign.
            Repr::Decimal(decimal) if decimal.is_zero() => Repr::Decimal(decimal),
            Repr::Decimal(decimal) => Repr::Decimal(-decimal),
            Repr::Fraction { numerator, denominator } => {
                Repr::Fraction { numerator: Whole::new(numerator.get().saturating_neg()), denominator }
            }
        })
    }

    /// Halfway between the two: an exact quotient, even where the sum would not fit.
    pub(crate) fn average(self, other: Self) -> Result<Self, Trouble> {
        match Exact::from(self).add(&other.into()).divide(&Self::from_integer(2).into()) {
            Some(half) => half.settle(true),
            None => Err(Trouble::Internal("two is zero")),
        }
    }

    /// The exact sum, whatever the order; only the total has to fit.
    pub(crate) fn sum(numbers: impl IntoIterator<Item = Self>) -> Result<Self, Trouble> {
        let mut total = exact::Total::default();
        numbers.into_iter().for_each(|number| total.add(number));
        total.finish()
    }

    pub(crate) fn is_zero(self) -> bool {
        self.ratio().0 == 0
    }

    /// Less than zero.
    pub(crate) fn is_negative(self) -> bool {
        self.ratio().0 < 0
    }

    /// A quotient that is no decimal of 28 digits.
    pub(crate) fn is_fraction(self) -> bool {
        self.mantissa().is_none()
    }

    /// How much the number adds to the length of a product; 0 for 1, so that products of ones are free.
    pub(crate) fn bits(self) -> u64 {
        let (top, bottom) = self.ratio();
        [top, bottom].iter().map(|part| u64::from(part.unsigned_abs().checked_ilog2().unwrap_or(0))).sum()
    }

    /// The nearest multiple of the step, in the direction of the mode.
    pub(crate) fn round(self, rounding: Rounding) -> Result<Self, Trouble> {
        let Rounding { step, mode } = rounding;
        let (step_top, step_bottom) = step.ratio();
        if step_top <= 0 {
            return Err(Trouble::Internal("a rounding step is not above zero"));
        }
        let (top, bottom) = self.ratio();
        if let Some((top, bottom)) = top.checked_mul(step_bottom).zip(bottom.checked_mul(step_top)) {
            let steps = nearest(top, bottom, mode);
            if let Some(top) = steps.checked_mul(step_top) {
                return match step.mantissa() {
                    Some((_, scale)) => Self::from_mantissa(top, scale),
                    None => Self::from_ratio(top, step_bottom),
                };
            }
        }
        let wide_step = Exact::from(step);
        match Exact::from(self).divide(&wide_step) {
            Some(steps) => steps.nearest(mode).multiply(&wide_step).settle(step.is_fraction()),
            None => Err(Trouble::Internal("a rounding step is not above zero")),
        }
    }

    /// The whole number that this is, if it is one that fits.
    pub(crate) fn to_integer(self) -> Option<i64> {
        match self.mantissa() {
            Some((mantissa, 0)) => i64::try_from(mantissa).ok(),
            Some(_) | None => None,
        }
    }

    /// How many decimals it needs; `None` for a fraction.
    pub(crate) fn decimals(self) -> Option<u32> {
        self.mantissa().map(|(_, scale)| scale)
    }

    /// How many units of ten to the power of minus `scale` this is, if it is a whole number of them that fits.
    pub(crate) fn scaled(self, scale: u32) -> Option<i64> {
        let (mantissa, decimals) = self.mantissa()?;
        i64::try_from(raise(mantissa, scale.checked_sub(decimals)?)?).ok()
    }

    /// So many units of ten to the power of minus `scale`.
    pub(crate) fn from_units(units: i128, scale: u32) -> Result<Self, Trouble> {
        Self::from_mantissa(units, scale)
    }

    /// Plain decimal text: no exponent, no trailing zeros beyond `at_least_decimals` (at most 28 of these count);
    /// `None` for a fraction.
    pub(crate) fn to_text(self, at_least_decimals: u32) -> Option<String> {
        let (mantissa, scale) = self.mantissa()?;
        let places = scale as usize;
        let digits = format!("{:0>width$}", mantissa.unsigned_abs(), width = places.saturating_add(1));
        let (whole, decimals) = digits.split_at_checked(digits.len().saturating_sub(places))?;
        let sign = if mantissa < 0 { "-" } else { "" };
        let width = places.max(at_least_decimals.min(DIGITS) as usize);
        Some(if width == 0 { format!("{sign}{whole}") } else { format!("{sign}{whole}.{decimals:0<width$}") })
    }

    /// Digits and decimals, without zeros at the end; `None` for a fraction.
    pub(crate) fn mantissa(self) -> Option<(i128, u32)> {
        match self.0 {
            Repr::Decimal(decimal) => Some((decimal.mantissa(), decimal.scale())),
            Repr::Fraction { .. } => None,
        }
    }

    /// Numerator and denominator, not always reduced; both at most 10²⁸.
    fn ratio(self) -> (i128, i128) {
        match self.0 {
            // A scale is at most 28: the fallback is never taken.
            Repr::Decimal(decimal) => (decimal.mantissa(), power_of_ten(decimal.scale()).unwrap_or(LIMIT)),
            Repr::Fraction { numerator, denominator } => (numerator.get(), denominator.get()),
        }
    }

    /// A decimal, or an error.
    fn from_mantissa(mut mantissa: i128, mut scale: u32) -> Result<Self, Trouble> {
        if mantissa == 0 {
            return Ok(Self::ZERO);
        }
        while scale > 0 && mantissa % 10 == 0 {
            mantissa /= 10;
            scale = scale.saturating_sub(1);
        }
        if mantissa.unsigned_abs() >= LIMIT.unsigned_abs() || scale > DIGITS {
            return Err(Trouble::TooManyDigits);
        }
        match Decimal::try_from_i128_with_scale(mantissa, scale) {
            Ok(decimal) => Ok(Self(Repr::Decimal(decimal))),
            Err(_) => Err(Trouble::TooManyDigits),
        }
    }

    /// A decimal, else a fraction, or an error. The denominator is above zero.
    fn from_ratio(numerator: i128, denominator: i128) -> Result<Self, Trouble> {
        let shared = greatest_common_divisor(numerator.unsigned_abs(), denominator.unsigned_abs());
        let Ok(shared) = i128::try_from(shared) else { return Err(Trouble::TooManyDigits) };
        let (numerator, denominator) = match (numerator.checked_div(shared), denominator.checked_div(shared))
        {
            (Some(numerator), Some(denominator)) => (numerator, denominator),
            (Some(_) | None, _) => return Err(Trouble::Internal("a denominator is zero")),
        };
        if let Some(decimal) = decimal_from_reduced(numerator, denominator) {
            return Ok(decimal);
        }
        if numerator.unsigned_abs() >= LIMIT.unsigned_abs() || denominator >= LIMIT || denominator <= 1 {
            return Err(Trouble::TooManyDigits);
        }
        Ok(Self(Repr::Fraction { numerator: Whole::new(numerator), denominator: Whole::new(denominator) }))
    }
}

impl PartialOrd for Number {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Number {
    fn cmp(&self, other: &Self) -> Ordering {
        let ((left_top, left_bottom), (right_top, right_bottom)) = (self.ratio(), other.ratio());
        if left_bottom == right_bottom || left_top.signum() != right_top.signum() {
            return left_top.cmp(&right_top);
        }
        let left = wide_product(left_top.unsigned_abs(), right_bottom.unsigned_abs());
        let right = wide_product(right_top.unsigned_abs(), left_bottom.unsigned_abs());
        if left_top < 0 { right.cmp(&left) } else { left.cmp(&right) }
    }
}

impl fmt::Display for Number {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.to_text(0) {
            Some(text) => f.write_str(&text),
            None => {
                let (numerator, denominator) = self.ratio();
                write!(f, "{numerator}/{denominator}")
            }
        }
    }
}

impl From<i64> for Number {
    fn from(value: i64) -> Self {
        Self::from_integer(value)
    }
}

impl serde::Serialize for Number {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> serde::Deserialize<'de> for Number {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = <&str>::deserialize(deserializer)?;
        let number = match text.split_once('/') {
            Some((top, bottom)) => Self::parse(top).and_then(|top| top.divide(Self::parse(bottom)?)),
            None => Self::parse(text).map(Some),
        };
        match number {
            Ok(Some(number)) => Ok(number),
            Ok(None) | Err(_) => Err(serde::de::Error::custom("a number was expected")),
        }
    }
}

const NOT_A_NUMBER: Trouble = Trouble::Internal("not a number");

/// Saturates: an exponent beyond 64 bits is as good as the largest.
fn parse_exponent(text: &str) -> Result<i64, Trouble> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NOT_A_NUMBER);
    }
    let size = digits.bytes().fold(0_i64, |size, byte| {
        size.saturating_mul(10).saturating_add(i64::from(byte.saturating_sub(b'0')))
    });
    Ok(if negative { size.saturating_neg() } else { size })
}

fn power_of_ten(exponent: u32) -> Option<i128> {
    10_i128.checked_pow(exponent)
}

fn raise(mantissa: i128, places: u32) -> Option<i128> {
    mantissa.checked_mul(power_of_ten(places)?)
}

fn add_ratios(left: (i128, i128), right: (i128, i128)) -> Option<(i128, i128)> {
    let top = left.0.checked_mul(right.1)?.checked_add(right.0.checked_mul(left.1)?)?;
    Some((top, left.1.checked_mul(right.1)?))
}

/// The decimal that a reduced ratio is, if it is one.
fn decimal_from_reduced(numerator: i128, denominator: i128) -> Option<Number> {
    let twos = denominator.trailing_zeros();
    let mut rest = denominator.checked_shr(twos)?;
    let mut fives = 0_u32;
    while rest > 1 && rest % 5 == 0 {
        rest /= 5;
        fives = fives.saturating_add(1);
    }
    let scale = twos.max(fives);
    if rest != 1 || scale > DIGITS {
        return None;
    }
    let mantissa = numerator
        .checked_mul(2_i128.checked_pow(scale.saturating_sub(twos))?)?
        .checked_mul(5_i128.checked_pow(scale.saturating_sub(fives))?)?;
    Number::from_mantissa(mantissa, scale).ok()
}

/// Binary: 128-bit division is slow.
fn greatest_common_divisor(left: u128, right: u128) -> u128 {
    if left == 0 || right == 0 {
        return left | right;
    }
    let twos = (left | right).trailing_zeros();
    let mut left = left >> left.trailing_zeros();
    let mut right = right >> right.trailing_zeros();
    while left != right {
        if left > right {
            std::mem::swap(&mut left, &mut right);
        }
        right = right.saturating_sub(left);
        right >>= right.trailing_zeros();
    }
    left << twos
}

/// High and low half of the 256-bit product.
fn wide_product(left: u128, right: u128) -> (u128, u128) {
    const HALF: u128 = u64::MAX as u128;
    let (left_high, left_low) = (left >> 64, left & HALF);
    let (right_high, right_low) = (right >> 64, right & HALF);
    let low = left_low.wrapping_mul(right_low);
    let first = left_high.wrapping_mul(right_low).wrapping_add(low >> 64);
    let second = left_low.wrapping_mul(right_high).wrapping_add(first & HALF);
    let high = left_high.wrapping_mul(right_high).wrapping_add(first >> 64).wrapping_add(second >> 64);
    (high, (second << 64) | (low & HALF))
}

/// The whole number next to a ratio; the denominator is above zero.
fn nearest(numerator: i128, denominator: i128, mode: RoundingMode) -> i128 {
    let (Some(whole), Some(rest)) = (numerator.checked_div(denominator), numerator.checked_rem(denominator))
    else {
        return 0;
    };
    let rest = rest.unsigned_abs();
    let half = rest.cmp(&denominator.unsigned_abs().saturating_sub(rest));
    if goes_up(mode, rest != 0, half, whole % 2 != 0) {
        whole.saturating_add(numerator.signum())
    } else {
        whole
    }
}

/// Whether the whole part goes one up in size. `half` compares the rest to a half.
fn goes_up(mode: RoundingMode, has_rest: bool, half: Ordering, is_odd: bool) -> bool {
    match mode {
        RoundingMode::Up => has_rest,
        RoundingMode::Down => false,
        RoundingMode::HalfUp => half != Ordering::Less,
        RoundingMode::HalfEven => half == Ordering::Greater || (half == Ordering::Equal && is_odd),
    }
}
