//! Decimals as scaled whole numbers: reading, writing, converting.

use rust_decimal::Decimal;
use serde::de::{Deserializer, Error, Unexpected, Visitor};

/// A decimal of two places in hundredths.
pub fn cents(mut amount: Decimal) -> i64 {
    amount.rescale(2);
    i64::try_from(amount.mantissa()).expect("an amount in cents")
}

/// Reads JSON text such as `"12.5"` as a whole number of units of the last of `SCALE` decimals.
pub fn scaled<'de, const SCALE: usize, D: Deserializer<'de>>(deserializer: D) -> Result<i64, D::Error> {
    struct Scaled<const SCALE: usize>;

    impl<const SCALE: usize> Visitor<'_> for Scaled<SCALE> {
        type Value = i64;

        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            write!(f, "a decimal of up to {SCALE} decimals, as text")
        }

        fn visit_str<E: Error>(self, text: &str) -> Result<i64, E> {
            parse::<SCALE>(text.as_bytes()).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
        }
    }

    deserializer.deserialize_str(Scaled::<SCALE>)
}

/// No sign and at most 15 digits: nothing in these policies is negative or larger, so nothing can overflow.
fn parse<const SCALE: usize>(text: &[u8]) -> Option<i64> {
    if text.len() > 16 {
        return None;
    }
    let mut value: i64 = 0;
    let mut digits = 0;
    let mut decimals = None;
    for &byte in text {
        match byte {
            b'0'..=b'9' => {
                value = 10 * value + i64::from(byte - b'0');
                digits += 1;
                decimals = decimals.map(|count| count + 1);
            }
            b'.' if decimals.is_none() && digits > 0 => decimals = Some(0),
            _ => return None,
        }
    }
    let decimals = decimals.unwrap_or(0);
    if digits == 0 || decimals > SCALE || text.last() == Some(&b'.') {
        return None;
    }
    Some(value * 10_i64.pow((SCALE - decimals) as u32))
}

/// Writes hundredths as `12.50`.
pub fn push_cents(text: &mut String, cents: i64) {
    text.push_str(itoa::Buffer::new().format(cents / 100));
    let rest = (cents % 100) as u8;
    text.push('.');
    text.push(char::from(b'0' + rest / 10));
    text.push(char::from(b'0' + rest % 10));
}
