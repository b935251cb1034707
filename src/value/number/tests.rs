use num_bigint::BigInt;
use proptest::prelude::*;

use super::*;

/// An independent definition: a ratio of big integers, compared by cross-multiplication.
type Ratio = (BigInt, BigInt);

fn ratio(number: Number) -> Ratio {
    let (top, bottom) = number.ratio();
    (top.into(), bottom.into())
}

fn same(left: &Ratio, right: &Ratio) -> bool {
    &left.0 * &right.1 == &right.0 * &left.1
}

fn is_decimal(value: &Ratio) -> bool {
    let scaled: BigInt = &value.0 * BigInt::from(10).pow(28);
    if &scaled % &value.1 != BigInt::ZERO {
        return false;
    }
    // The mantissa at the smallest scale.
    let mut mantissa: BigInt = scaled / &value.1;
    for _ in 0..28 {
        if &mantissa % 10 == BigInt::ZERO {
            mantissa /= 10;
        }
    }
    mantissa.magnitude() < BigInt::from(10).pow(28).magnitude()
}

fn is_fitting_fraction(value: &Ratio) -> bool {
    let (mut left, mut right) = (value.0.clone(), value.1.clone());
    while right != BigInt::ZERO {
        (left, right) = (right.clone(), left % right);
    }
    let limit = BigInt::from(10).pow(28);
    (&value.0 / &left).magnitude() < limit.magnitude() && (&value.1 / &left).magnitude() < limit.magnitude()
}

fn agrees(result: Result<Number, Trouble>, exact: &Ratio, rational: bool) {
    match result {
        Ok(number) => {
            assert!(same(&ratio(number), exact));
            assert!(rational || !number.is_fraction());
            assert_eq!(number.is_fraction(), !is_decimal(exact), "one form per number");
        }
        Err(trouble) => {
            assert_eq!(trouble, Trouble::TooManyDigits);
            assert!(!is_decimal(exact) && (!rational || !is_fitting_fraction(exact)), "{exact:?}");
        }
    }
}

fn number(text: &str) -> Number {
    Number::parse(text).unwrap()
}

fn decimal() -> impl Strategy<Value = Number> {
    let wide = (-(LIMIT - 1)..LIMIT, 0..=28_u32);
    let narrow = (-1_000_i128..1_000, 0..=4_u32);
    let round = (-20_i128..20, 0..=27_u32).prop_map(|(m, e)| (m.signum() * 10_i128.pow(e), 28 - e));
    prop_oneof![wide, narrow, round]
        .prop_map(|(mantissa, scale)| Number::from_mantissa(mantissa, scale).unwrap())
}

fn any_number() -> impl Strategy<Value = Number> {
    let small = (-50_i128..50, 1_i128..50);
    let wide = (-(LIMIT - 1)..LIMIT, 1..LIMIT);
    let fraction = prop_oneof![small, wide]
        .prop_map(|(top, bottom)| Number::from_ratio(top, bottom).unwrap_or(Number::ONE));
    prop_oneof![decimal(), fraction]
}

fn mode() -> impl Strategy<Value = RoundingMode> {
    prop_oneof![
        Just(RoundingMode::HalfUp),
        Just(RoundingMode::HalfEven),
        Just(RoundingMode::Up),
        Just(RoundingMode::Down)
    ]
}

proptest! {
    #[test]
    fn arithmetic_is_that_of_ratios(left in any_number(), right in any_number()) {
        let rational = left.is_fraction() || right.is_fraction();
        let ((lt, lb), (rt, rb)) = (ratio(left), ratio(right));
        agrees(left.add(right), &(&lt * &rb + &rt * &lb, &lb * &rb), rational);
        agrees(left.subtract(right), &(&lt * &rb - &rt * &lb, &lb * &rb), rational);
        agrees(left.multiply(right), &(&lt * &rt, &lb * &rb), rational);
        agrees(left.average(right), &(&lt * &rb + &rt * &lb, &lb * &rb * 2), true);
        match left.divide(right) {
            Ok(None) => prop_assert!(right.is_zero()),
            Ok(Some(quotient)) => agrees(Ok(quotient), &(&lt * &rb, &lb * &rt), true),
            Err(trouble) => agrees(Err(trouble), &(&lt * &rb, &lb * &rt), true),
        }
        prop_assert_eq!(left.cmp(&right), (&lt * &rb).cmp(&(&rt * &lb)));
        prop_assert_eq!(left == right, left.cmp(&right) == Ordering::Equal);
        prop_assert_eq!(left.is_negative(), lt < BigInt::ZERO);
    }

    #[test]
    fn laws_where_no_error(a in any_number(), b in any_number(), c in any_number()) {
        prop_assert_eq!(a.add(b), b.add(a));
        prop_assert_eq!(a.multiply(b), b.multiply(a));
        prop_assert_eq!(a.subtract(a), Ok(Number::ZERO));
        prop_assert_eq!(a.multiply(Number::ONE), Ok(a));
        prop_assert_eq!(a.negate().negate(), a);
        if let (Ok(left), Ok(right)) = (a.add(b).and_then(|s| s.add(c)), b.add(c).and_then(|s| a.add(s))) {
            prop_assert_eq!(left, right);
        }
        if let (Ok(left), Ok(right)) = (a.multiply(b).and_then(|s| s.multiply(c)), b.multiply(c).and_then(|s| a.multiply(s))) {
            prop_assert_eq!(left, right);
        }
        let spread = a.multiply(b).and_then(|x| a.multiply(c).and_then(|y| x.add(y)));
        if let (Ok(left), Ok(right)) = (b.add(c).and_then(|s| a.multiply(s)), spread) {
            prop_assert_eq!(left, right);
        }
        if let Ok(Some(quotient)) = a.divide(b) {
            // A quotient that is a decimal may need more than 28 digits on the way back; it never differs.
            if let Ok(back) = quotient.multiply(b) {
                prop_assert_eq!(back, a);
            }
        }
    }

    #[test]
    fn rounding_is_the_nearest_multiple(value in any_number(), step in decimal(), mode in mode()) {
        prop_assume!(!step.is_zero());
        let step = if step.is_negative() { step.negate() } else { step };
        let rounded = value.round(Rounding { step, mode });
        // How many steps, by definition: the floor and what is left of it.
        let ((top, bottom), (step_top, step_bottom)) = (ratio(value), ratio(step));
        let (negative, top) = (top < BigInt::ZERO, BigInt::from(top.magnitude().clone()));
        let (n, d): Ratio = (top * &step_bottom, bottom * &step_top);
        let floor: BigInt = &n / &d;
        let doubled_rest: BigInt = (&n - &floor * &d) * 2;
        let up = match mode {
            RoundingMode::Up => doubled_rest != BigInt::ZERO,
            RoundingMode::Down => false,
            RoundingMode::HalfUp => doubled_rest >= d,
            RoundingMode::HalfEven => doubled_rest > d || (doubled_rest == d && &floor % 2 != BigInt::ZERO),
        };
        let steps = if up { floor + 1 } else { floor };
        let steps = if negative { -steps } else { steps };
        agrees(rounded, &(steps * step_top, step_bottom), false);
        if let Ok(rounded) = rounded {
            prop_assert_eq!(rounded.round(Rounding { step, mode }), Ok(rounded), "rounding twice is rounding once");
        }
    }

    #[test]
    fn text_comes_back(value in decimal(), at_least in 0..40_u32, exponent in -60_i64..60) {
        let text = value.to_text(at_least).unwrap();
        prop_assert_eq!(number(&text), value);
        prop_assert!(text.split_once('.').map_or(0, |(_, places)| places.len()) >= at_least.min(28) as usize);
        let shifted = Number::parse(&format!("{value}e{exponent}"));
        let power = BigInt::from(10).pow(exponent.unsigned_abs() as u32);
        let (top, bottom) = ratio(value);
        agrees(shifted, &if exponent < 0 { (top, bottom * power) } else { (top * power, bottom) }, false);
    }

    #[test]
    fn any_text_is_a_number_or_an_error(text in "[-+0-9eE._ n]{0,12}") {
        if let Ok(value) = Number::parse(&text) {
            prop_assert!(value.to_text(0).is_some());
            prop_assert!(text.bytes().any(|byte| byte.is_ascii_digit()));
        }
    }

    #[test]
    fn sums_and_products_are_those_of_ratios(mut values in prop::collection::vec(any_number(), 0..6)) {
        let rational = values.iter().any(|value| value.is_fraction());
        let mut sum: Ratio = (0.into(), 1.into());

        for value in &values {
            let (top, bottom) = ratio(*value);
            sum = (&sum.0 * &bottom + &top * &sum.1, &sum.1 * &bottom);

        }
        let total = Number::sum(values.iter().copied());
        if values.iter().filter(|value| value.is_fraction()).count() < 5 {
            agrees(total, &sum, rational);
        }

        values.reverse();
        prop_assert_eq!(Number::sum(values.iter().copied()), total);

    }
}

#[test]
fn a_third_three_times_is_one() {
    let third = Number::ONE.divide(number("3")).unwrap().unwrap();
    assert_eq!(third.multiply(number("3")), Ok(Number::ONE));
    assert_eq!(third.to_string(), "1/3");
    assert_eq!(third.to_text(2), None);
    assert_eq!(third.decimals(), None);
    let cent = Rounding { step: number("0.01"), mode: RoundingMode::Down };
    assert_eq!(third.multiply(number("3.00")).unwrap().round(cent), Ok(Number::ONE));
}

#[test]
fn too_many_digits_is_an_error() {
    let most = number("9999999999999999999999999999");
    assert_eq!(most.add(Number::ONE), Err(Trouble::TooManyDigits));
    assert_eq!(most.add(number("0.1")), Err(Trouble::TooManyDigits));
    assert_eq!(Number::parse("1234567890123456789012345678901234567890"), Err(Trouble::TooManyDigits));
    assert_eq!(Number::sum([most, Number::ONE, most.negate()]), Ok(Number::ONE));
    let small = number("1e-20");
    assert_eq!(small.multiply(small), Err(Trouble::TooManyDigits));
}

#[test]
fn texts() {
    for (text, plain) in [
        ("1e2", "100"),
        ("1E-3", "0.001"),
        ("-0.00", "0"),
        ("+7", "7"),
        ("007.50", "7.5"),
        ("0e999999999999999999999999", "0"),
        ("-12.5e+1", "-125"),
        ("1000000000000000000000000000e-30", "0.001"),
    ] {
        assert_eq!(number(text).to_string(), plain, "{text}");
    }
    for text in [
        "", "+", "-", ".5", "5.", "NaN", "1_000", "1e", "1e+", "e1", " 1", "1 ", "0x1", "--1", "1.2.3",
        "inf", "١",
    ] {
        assert_eq!(Number::parse(text), Err(NOT_A_NUMBER), "{text}");
    }
    for text in
        ["1e28", "1e-29", "1e9223372036854775808", "1e-99999999999999999999", "12345678901234567890123456789"]
    {
        assert_eq!(Number::parse(text), Err(Trouble::TooManyDigits), "{text}");
    }
    let zeros = "0".repeat(1_000_000);
    assert_eq!(Number::parse(&format!("{zeros}1.{zeros}")), Ok(Number::ONE));
    assert_eq!(Number::parse(&format!("0.{zeros}1e1000001")), Ok(Number::ONE));
    assert_eq!(Number::parse(&format!("1{zeros}")), Err(Trouble::TooManyDigits));
    assert_eq!(number("12").to_text(2).unwrap(), "12.00");
    assert_eq!(number("-0.125").to_text(2).unwrap(), "-0.125");
    assert_eq!(serde_json::to_string(&number("0.10")).unwrap(), "\"0.1\"");
}
