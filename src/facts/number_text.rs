//! The text of a number, taken apart without ever passing through a float.

use crate::value::Number;

/// Why a text gives no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Not the syntax `-12.5` or `-1.25e1`.
    Syntax,
    /// A number, but not one that is held exactly.
    NotExact,
}

/// No number of 28 digits is longer than this once written out.
const WRITTEN_OUT: i64 = 64;

/// The exact value of `text` times ten to the power `shift`.
pub(super) fn number(text: &str, shift: i64) -> Result<Number, Fault> {
    let parts = Parts::of(text).ok_or(Fault::Syntax)?;
    let digits: String = parts.whole.chars().chain(parts.fraction.chars()).collect();
    let leading = digits.chars().take_while(|digit| *digit == '0').count();
    let significant = digits.trim_matches('0');
    if significant.is_empty() {
        return Ok(Number::ZERO);
    }
    // The value is 0.SIGNIFICANT times ten to the power `point`.
    let point = length(parts.whole)
        .checked_sub(length_of(leading))
        .and_then(|point| point.checked_add(parts.exponent?))
        .and_then(|point| point.checked_add(shift))
        .ok_or(Fault::NotExact)?;
    if point.abs() > WRITTEN_OUT || length(significant) > WRITTEN_OUT {
        return Err(Fault::NotExact);
    }
    Number::parse(&written_out(parts.negative, significant, point)).map_err(|_| Fault::NotExact)
}

/// The integer that `text` writes without point or exponent.
pub(super) fn integer(text: &str) -> Result<i64, Fault> {
    let parts = Parts::of(text).ok_or(Fault::Syntax)?;
    if text.contains(['.', 'e', 'E']) {
        return Err(Fault::Syntax);
    }
    let whole = match parts.whole.trim_start_matches('0') {
        "" => "0",
        whole => whole,
    };
    let sign = if parts.negative { "-" } else { "" };
    // Nothing but digits is left, so that only the range can be wrong.
    format!("{sign}{whole}").parse().map_err(|_| Fault::NotExact)
}

fn written_out(negative: bool, significant: &str, point: i64) -> String {
    let mut out = String::new();
    if negative {
        out.push('-');
    }
    if point <= 0 {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', usize::try_from(-point).unwrap_or(0)));
        out.push_str(significant);
        return out;
    }
    let before = usize::try_from(point).unwrap_or(0);
    let count = significant.chars().count();
    for (place, digit) in significant.chars().enumerate() {
        if place == before {
            out.push('.');
        }
        out.push(digit);
    }
    out.extend(std::iter::repeat_n('0', before.saturating_sub(count)));
    out
}

struct Parts<'t> {
    negative: bool,
    whole: &'t str,
    fraction: &'t str,
    /// `None` beyond 64 bits.
    exponent: Option<i64>,
}

impl<'t> Parts<'t> {
    fn of(text: &'t str) -> Option<Self> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = match text.split_once(['e', 'E']) {
            Some((mantissa, exponent)) => {
                let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
                if !is_digits(digits) {
                    return None;
                }
                (mantissa, exponent.parse().ok())
            }
            None => (text, Some(0)),
        };
        let (whole, fraction) = match mantissa.split_once('.') {
            Some((whole, fraction)) if is_digits(fraction) => (whole, fraction),
            Some(_) => return None,
            None => (mantissa, ""),
        };
        is_digits(whole).then_some(Self { negative, whole, fraction, exponent })
    }
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

fn length(text: &str) -> i64 {
    length_of(text.len())
}

fn length_of(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}
