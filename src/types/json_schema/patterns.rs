//! Regular expressions over what the wire writes as text, in the part of their language that all validators share.
//! A bound on a decimal text is a regular expression over its digits: `^-|^0*([0-9]|10)(\.0+)?$` and the like.

use crate::value::Number;

/// The days of the Gregorian calendar, years 0000 to 9999.
pub(crate) const DATE: &str = "^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)\
|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$";

/// Beyond so many digits a pattern is longer than it is useful.
const LONGEST: usize = 24;

/// A decimal text as facts give it: `-12.50`, `1.25e1`. Trailing zeros are no decimals.
pub(crate) fn decimal(decimals: Option<u32>) -> String {
    match decimals {
        None => r"^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$".to_owned(),
        Some(decimals) => {
            let places = match decimals {
                0 => r"\.0+".to_owned(),
                most => format!(r"\.[0-9]{{1,{most}}}0*"),
            };
            format!(r"^-?[0-9]+(({places})?|(\.[0-9]+)?[eE][+-]?[0-9]+)$")
        }
    }
}

/// A decimal text as decisions write it: no exponent, no leading zeros, at least so many decimals.
pub(crate) fn written_decimal(at_least: u32) -> String {
    match at_least {
        0 => r"^-?(0|[1-9][0-9]*)(\.[0-9]+)?$".to_owned(),
        at_least => format!(r"^-?(0|[1-9][0-9]*)\.[0-9]{{{at_least},}}$"),
    }
}

/// Those decimal texts that are at most the bound, and all with an exponent. `None` if that takes too long a pattern.
pub(crate) fn at_most(bound: Number) -> Option<String> {
    let digits = Digits::of(bound)?;
    Some(if bound.is_negative() {
        format!("^-{}$|[eE]", digits.or_more())
    } else {
        format!("^-|^{}$|[eE]", digits.or_less())
    })
}

/// Those decimal texts that are at least the bound, and all with an exponent.
pub(crate) fn at_least(bound: Number) -> Option<String> {
    let digits = Digits::of(bound)?;
    Some(if bound.is_negative() || bound.is_zero() {
        format!("^[0-9]|^-{}$|[eE]", digits.or_less())
    } else {
        format!("^{}$|[eE]", digits.or_more())
    })
}

/// Those dates, written as the wire does, that are not earlier (`rising`) or not later than the bound.
pub(crate) fn date_from(bound: jiff::civil::Date, rising: bool) -> String {
    let text = bound.to_string();
    let mut found = Vec::new();
    let mut before = String::new();
    for character in text.chars() {
        let beyond =
            character.to_digit(10).and_then(|digit| if rising { above(digit) } else { below(digit) });
        if let Some(class) = beyond {
            found.push(format!("{before}{class}"));
        }
        before.push(character);
    }
    found.push(text);
    format!("^({})", found.join("|"))
}

/// An unsigned decimal: digits before and behind the point, without zeros at the outer ends (but for a lone `0`).
struct Digits {
    whole: Vec<u32>,
    places: Vec<u32>,
}

impl Digits {
    fn of(number: Number) -> Option<Self> {
        let text = number.to_text(0)?;
        let text = text.trim_start_matches('-');
        let (whole, places) = text.split_once('.').unwrap_or((text, ""));
        let digits = |part: &str| part.chars().filter_map(|digit| digit.to_digit(10)).collect::<Vec<_>>();
        let digits = Self { whole: digits(whole), places: digits(places) };
        (digits.whole.len().saturating_add(digits.places.len()) <= LONGEST).then_some(digits)
    }

    fn or_less(&self) -> String {
        let mut smaller = Vec::new();
        match self.whole.len().saturating_sub(1) {
            0 => {}
            1 => smaller.push("[0-9]".to_owned()),
            shorter => smaller.push(format!("[0-9]{{1,{shorter}}}")),
        }
        smaller.extend(beyond(&self.whole, below, repeated));
        let equal = format!("{}{}", text(&self.whole), self.places_or_less());
        either(smaller, equal)
    }

    fn or_more(&self) -> String {
        let mut greater = beyond(&self.whole, above, repeated);
        greater.push(format!("[1-9][0-9]{{{},}}", self.whole.len()));
        let equal = format!("{}{}", text(&self.whole), self.places_or_more());
        either(greater, equal)
    }

    fn places_or_less(&self) -> String {
        if self.places.is_empty() {
            return r"(\.0+)?".to_owned();
        }
        let mut found = beyond(&self.places, below, |_| "[0-9]*".to_owned());
        // What ends early is smaller: zeros are left out.
        found.extend((1..self.places.len()).filter_map(|end| self.places.get(..end)).map(text));
        found.push(format!("{}0*", text(&self.places)));
        format!(r"(\.({}))?", found.join("|"))
    }

    fn places_or_more(&self) -> String {
        if self.places.is_empty() {
            return r"(\.[0-9]+)?".to_owned();
        }
        let mut found = beyond(&self.places, above, |_| "[0-9]*".to_owned());
        found.push(format!("{}[0-9]*", text(&self.places)));
        format!(r"\.({})", found.join("|"))
    }
}

/// The other whole parts with any decimals, or the equal one with some. Leading zeros say nothing.
fn either(others: Vec<String>, equal: String) -> String {
    if others.is_empty() {
        return format!("0*{equal}");
    }
    format!(r"0*(({})(\.[0-9]+)?|{equal})", others.join("|"))
}

/// The digits up to some place, there another digit, and then any.
fn beyond(digits: &[u32], class: fn(u32) -> Option<String>, rest: fn(usize) -> String) -> Vec<String> {
    let mut found = Vec::new();
    for (place, digit) in digits.iter().enumerate() {
        if let (Some(class), Some(before)) = (class(*digit), digits.get(..place)) {
            let left = digits.len().saturating_sub(place).saturating_sub(1);
            found.push(format!("{}{class}{}", text(before), rest(left)));
        }
    }
    found
}

fn repeated(count: usize) -> String {
    match count {
        0 => String::new(),
        1 => "[0-9]".to_owned(),
        count => format!("[0-9]{{{count}}}"),
    }
}

fn below(digit: u32) -> Option<String> {
    match digit {
        0 => None,
        1 => Some("0".to_owned()),
        digit => Some(format!("[0-{}]", digit.saturating_sub(1))),
    }
}

fn above(digit: u32) -> Option<String> {
    match digit {
        0..=7 => Some(format!("[{}-9]", digit.saturating_add(1))),
        8 => Some("9".to_owned()),
        _ => None,
    }
}

fn text(digits: &[u32]) -> String {
    digits.iter().map(u32::to_string).collect()
}
