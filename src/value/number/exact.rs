//! Ratios of any length, for results that need more than 128 bits on the way, and sums of many numbers.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use num_bigint::{BigInt, Sign};

use super::{DIGITS, LIMIT, Number, RoundingMode, Trouble, goes_up, power_of_ten, raise};

/// Factors of a product have at most this many bits together (about 20,000 digits): the sum does not depend on
/// their order, and it bounds the cost.
pub(crate) const MOST_BITS: u64 = 66_000;

/// The least common multiple of the denominators of a sum has at most this many bits (about 200 digits). It grows
/// with every operand, so whether it stays below does not depend on their order.
const MOST_DENOMINATOR_BITS: u64 = 665;

/// Any ratio; not reduced. The denominator is above zero.
#[derive(Clone, Debug)]
pub(crate) struct Exact {
    numerator: BigInt,
    denominator: BigInt,
}

impl From<Number> for Exact {
    fn from(number: Number) -> Self {
        let (numerator, denominator) = number.ratio();
        Self { numerator: numerator.into(), denominator: denominator.into() }
    }
}

impl From<i64> for Exact {
    fn from(value: i64) -> Self {
        Self { numerator: value.into(), denominator: 1.into() }
    }
}

impl Exact {
    pub(crate) fn add(&self, other: &Self) -> Self {
        Self {
            numerator: &self.numerator * &other.denominator + &other.numerator * &self.denominator,
            denominator: &self.denominator * &other.denominator,
        }
    }

    pub(crate) fn multiply(&self, other: &Self) -> Self {
        Self {
            numerator: &self.numerator * &other.numerator,
            denominator: &self.denominator * &other.denominator,
        }
    }

    /// `None` for a zero divisor.
    pub(crate) fn divide(&self, other: &Self) -> Option<Self> {
        let numerator = &self.numerator * &other.denominator;
        let denominator = &self.denominator * &other.numerator;
        match denominator.sign() {
            Sign::Plus => Some(Self { numerator, denominator }),
            Sign::Minus => Some(Self { numerator: -numerator, denominator: -denominator }),
            Sign::NoSign => None,
        }
    }

    pub(crate) fn sign(&self) -> Ordering {
        match self.numerator.sign() {
            Sign::Plus => Ordering::Greater,
            Sign::Minus => Ordering::Less,
            Sign::NoSign => Ordering::Equal,
        }
    }

    pub(crate) fn compare(&self, other: &Self) -> Ordering {
        (&self.numerator * &other.denominator).cmp(&(&other.numerator * &self.denominator))
    }

    /// The number that this is, if it fits; a fraction only if `rational`.
    pub(crate) fn settle(&self, rational: bool) -> Result<Number, Trouble> {
        let shared = greatest_common_divisor(self.numerator.clone(), self.denominator.clone());
        if shared.sign() == Sign::NoSign {
            return Err(Trouble::Internal("a denominator is zero"));
        }
        let numerator = i128::try_from(&self.numerator / &shared);
        let denominator = i128::try_from(&self.denominator / &shared);
        let (Ok(numerator), Ok(denominator)) = (numerator, denominator) else {
            return Err(Trouble::TooManyDigits);
        };
        let number = Number::from_ratio(numerator, denominator)?;
        if number.is_fraction() && !rational { Err(Trouble::TooManyDigits) } else { Ok(number) }
    }

    /// The whole number that this is, if it fits.
    pub(crate) fn settle_integer(&self) -> Result<i64, Trouble> {
        if self.denominator != BigInt::from(1) {
            return Err(Trouble::Internal("a whole number has a fraction"));
        }
        i64::try_from(&self.numerator).map_err(|_| Trouble::IntegerOverflow)
    }

    /// The whole number next to this.
    pub(crate) fn nearest(&self, mode: RoundingMode) -> Self {
        let whole = &self.numerator / &self.denominator;
        let rest = &self.numerator % &self.denominator;
        let size = BigInt::from(rest.magnitude().clone());
        let half = size.cmp(&(&self.denominator - &size));
        let is_odd = whole.bit(0);
        let numerator = match self.numerator.sign() {
            Sign::Minus if goes_up(mode, rest.sign() != Sign::NoSign, half, is_odd) => whole - 1,
            Sign::Plus if goes_up(mode, rest.sign() != Sign::NoSign, half, is_odd) => whole + 1,
            Sign::Minus | Sign::NoSign | Sign::Plus => whole,
        };
        Self { numerator, denominator: 1.into() }
    }
}

/// A running sum, exact whatever comes in.
#[derive(Default)]
pub(super) struct Total {
    /// Decimals, as mantissa and scale, while they fit.
    small: (i128, u32),
    /// Decimals that no longer fitted, in units of 10⁻²⁸.
    spilled: BigInt,
    /// Numerators by denominator.
    fractions: BTreeMap<i128, BigInt>,
}

impl Total {
    pub(super) fn add(&mut self, number: Number) {
        let Some((mantissa, scale)) = number.mantissa() else {
            let (numerator, denominator) = number.ratio();
            *self.fractions.entry(denominator).or_default() += numerator;
            return;
        };
        let (sum, sum_scale) = self.small;
        let common = scale.max(sum_scale);
        let left = raise(sum, common.saturating_sub(sum_scale));
        let right = raise(mantissa, common.saturating_sub(scale));
        match left.zip(right).and_then(|(left, right)| left.checked_add(right)) {
            Some(sum) => self.small = (sum, common),
            None => {
                self.spilled += in_smallest_units(self.small);
                self.small = (mantissa, scale);
            }
        }
    }

    pub(super) fn finish(self) -> Result<Number, Trouble> {
        let rational = !self.fractions.is_empty();
        if !rational && self.spilled.sign() == Sign::NoSign {
            return Number::from_mantissa(self.small.0, self.small.1);
        }
        let decimals =
            Exact { numerator: self.spilled + in_smallest_units(self.small), denominator: LIMIT.into() };
        let mut common = BigInt::from(1);
        for denominator in self.fractions.keys() {
            let denominator = BigInt::from(*denominator);
            let shared = greatest_common_divisor(common.clone(), denominator.clone());
            common *= denominator / shared;
            if common.bits() > MOST_DENOMINATOR_BITS {
                return Err(Trouble::TooManyDigits);
            }
        }
        let numerator = self
            .fractions
            .iter()
            .map(|(denominator, numerator)| numerator * (&common / BigInt::from(*denominator)))
            .sum();
        decimals.add(&Exact { numerator, denominator: common }).settle(rational)
    }
}

fn in_smallest_units((mantissa, scale): (i128, u32)) -> BigInt {
    BigInt::from(mantissa) * power_of_ten(DIGITS.saturating_sub(scale)).unwrap_or(1)
}

/// Above zero unless both are zero.
fn greatest_common_divisor(mut left: BigInt, mut right: BigInt) -> BigInt {
    while right.sign() != Sign::NoSign {
        let rest = &left % &right;
        left = right;
        right = rest;
    }
    BigInt::from(left.magnitude().clone())
}
