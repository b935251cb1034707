//! Numbers divided by a known one, and rounded to whole ones.

/// A divisor above zero, with what a multiplication needs to divide by it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Divisor {
    by: i64,
    /// `by` is an odd number times two, so many times.
    twos: u32,
    /// Two to the power of `64 + shift`, divided by the odd number and rounded up; 0 where there is none in 64 bits.
    factor: u64,
    shift: u32,
}

impl Divisor {
    /// Dividing by what is not above zero does not fit.
    pub(crate) fn new(by: i64) -> Self {
        let twos = by.trailing_zeros();
        let odd = by.unsigned_abs().checked_shr(twos).unwrap_or(0);
        let mut divisor = Self { by, twos, factor: 0, shift: 0 };
        // What is left of 64 bits has 63 at most once it is halved, so that the factor is exact: it exceeds the true one by
        // less than one part in two to the power of 63 (Granlund and Montgomery, Division by invariant integers, 1994).
        if by > 0 && twos > 0 && odd > 1 {
            divisor.shift = odd.ilog2();
            let power = 1_u128.checked_shl(divisor.shift.saturating_add(64)).unwrap_or(0);
            let factor = power.checked_div(u128::from(odd)).unwrap_or(0).saturating_add(1);
            divisor.factor = u64::try_from(factor).unwrap_or(0);
        }
        divisor
    }

    /// The whole part of `of / by`, of a number without sign.
    #[inline(always)]
    fn divide(&self, of: u64) -> Option<u64> {
        if self.factor != 0 {
            let product = u128::from(of.wrapping_shr(self.twos)).wrapping_mul(u128::from(self.factor));
            return Some((product.wrapping_shr(64) as u64).wrapping_shr(self.shift));
        }
        of.checked_div(u64::try_from(self.by).ok()?)
    }

    /// `of / by` to a whole number, and whether there is none. `up` is asked with twice the rest, `by`, and whether the whole
    /// part is odd.
    #[inline(always)]
    fn nearest(&self, of: i64, up: impl Fn(u64, u64, bool) -> bool) -> (i64, bool) {
        let size = of.unsigned_abs();
        let Some(whole) = self.divide(size) else { return (0, true) };
        let by = self.by.unsigned_abs();
        let twice = size.wrapping_sub(whole.wrapping_mul(by)).wrapping_mul(2);
        let size = whole.wrapping_add(u64::from(up(twice, by, whole & 1 == 1))).cast_signed();
        (if of < 0 { size.wrapping_neg() } else { size }, false)
    }
}

#[inline(always)]
pub(crate) fn half_up(of: i64, by: &Divisor) -> (i64, bool) {
    by.nearest(of, |twice, by, _| twice >= by)
}

#[inline(always)]
pub(crate) fn half_even(of: i64, by: &Divisor) -> (i64, bool) {
    by.nearest(of, |twice, by, odd| twice > by || (twice == by && odd))
}

#[inline(always)]
pub(crate) fn round_up(of: i64, by: &Divisor) -> (i64, bool) {
    by.nearest(of, |twice, _, _| twice > 0)
}

#[inline(always)]
pub(crate) fn round_down(of: i64, by: &Divisor) -> (i64, bool) {
    by.nearest(of, |_, _, _| false)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Numbers of all sizes, and those beside multiples of the divisor.
    fn numbers() -> impl Strategy<Value = (i64, i64)> {
        let by = prop_oneof![
            (0_u32..=18).prop_map(|power| 10_i64.pow(power)),
            (0_u32..=62, 0_u32..=62).prop_map(|(low, high)| 1_i64 << low | 1 << high),
            (any::<i64>(), 1_u32..63).prop_map(|(by, cut)| (by.unsigned_abs() >> cut).max(1).cast_signed()),
        ];
        by.prop_flat_map(|by| {
            let near = (any::<i64>(), -2_i64..=2, any::<bool>()).prop_map(move |(of, beside, half)| {
                let multiple = (of / by).saturating_mul(by).saturating_add(if half { by / 2 } else { 0 });
                multiple.saturating_add(beside)
            });
            let cut = (any::<i64>(), 0_u32..63).prop_map(|(of, cut)| of >> cut);
            (prop_oneof![near, cut, Just(i64::MIN), Just(i64::MAX)], Just(by))
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 20_000, failure_persistence: None, ..ProptestConfig::default() })]

        /// As division in more bits has it.
        #[test]
        fn quotients_are_rounded((of, by) in numbers()) {
            let (wide, divisor) = (i128::from(of), i128::from(by));
            let (whole, rest) = ((wide / divisor), (wide % divisor).abs());
            let away = |up: bool| (whole + if up { wide.signum() } else { 0 }) as i64;
            let (twice, known) = (rest * 2, Divisor::new(by));
            prop_assert_eq!(half_up(of, &known), (away(twice >= divisor), false));
            let odd = whole % 2 != 0;
            prop_assert_eq!(half_even(of, &known), (away(twice > divisor || twice == divisor && odd), false));
            prop_assert_eq!(round_up(of, &known), (away(rest > 0), false));
            prop_assert_eq!(round_down(of, &known), (away(false), false));
        }
    }

    #[test]
    fn nothing_is_divided_by_nothing() {
        for by in [0, -1, i64::MIN] {
            assert_eq!(half_up(7, &Divisor::new(by)), (0, true));
        }
    }
}
