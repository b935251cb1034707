//! Exact decimals as integers of a millionth of a millionth, enough for every amount of the regimes: no step of
//! theirs needs more than twelve places.

const PLACES: usize = 12;
const ONE: i128 = 1_000_000_000_000;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Exact(i128);

impl Exact {
    pub(crate) const ZERO: Self = Self(0);

    pub(crate) fn whole(amount: i64) -> Self {
        Self(i128::from(amount) * ONE)
    }

    /// `"9999.99"`, not negative.
    pub(crate) fn parse(text: &str) -> Self {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        assert!(fraction.len() <= PLACES, "too many decimals: {text}");
        let whole: i128 = whole.parse().expect("digits before the point");
        let fraction: i128 = format!("{fraction:0<PLACES$}").parse().expect("digits after the point");
        Self(whole * ONE + fraction)
    }

    /// This times `numerator / denominator`, which must come out even.
    pub(crate) fn times(self, numerator: i128, denominator: i128) -> Self {
        let product = self.0.checked_mul(numerator).expect("amounts of the regimes are small");
        assert_eq!(product % denominator, 0, "not exact in {PLACES} places");
        Self(product / denominator)
    }

    /// Two decimals, half up.
    pub(crate) fn two_decimals(self) -> String {
        assert!(self.0 >= 0, "the regimes know no negative amounts");
        let cent = ONE / 100;
        let cents = (self.0 + cent / 2) / cent;
        format!("{}.{:02}", cents / 100, cents % 100)
    }
}

impl std::ops::Add for Exact {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl std::ops::Sub for Exact {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0 - other.0)
    }
}

impl std::iter::Sum for Exact {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, |sum, amount| sum + amount)
    }
}
