//! The text of a number becomes a number without ever passing through a float.

use crate::value::{Number, Trouble};

/// Why a text gives no number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Fault {
    /// Not the syntax `-12.5` or `-1.25e1`.
    Syntax,
    /// A number, but not one that is held exactly.
    NotExact,
}

/// The exact value of the text.
pub(super) fn number(text: &str) -> Result<Number, Fault> {
    // JSON has no plus sign, and a fact is written in one way wherever it comes from.
    if text.starts_with('+') {
        return Err(Fault::Syntax);
    }
    Number::parse(text).map_err(|trouble| match trouble {
        Trouble::Internal(_) => Fault::Syntax,
        Trouble::TooManyDigits
        | Trouble::IntegerOverflow
        | Trouble::DateOutOfRange
        | Trouble::RangeInverted
        | Trouble::Disagreement
        | Trouble::FactorOutOfRange
        | Trouble::NoWorkingDay => Fault::NotExact,
    })
}

/// A hundredth of the text's value. Only the point moves: a division could give a fraction.
pub(super) fn percent(text: &str) -> Result<Number, Fault> {
    let (digits, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    match exponent.parse::<i64>() {
        Ok(exponent) => number(&format!("{digits}e{}", exponent.saturating_sub(2))),
        // No exponent at all, or one so large that a hundredth is as far out of reach as the whole.
        Err(_) => number(text),
    }
}

/// The integer that the text writes without point or exponent.
pub(super) fn integer(text: &str) -> Result<i64, Fault> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(Fault::Syntax);
    }
    // Nothing but digits is left, so that only the range can be wrong.
    text.parse().map_err(|_| Fault::NotExact)
}
