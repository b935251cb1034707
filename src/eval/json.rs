//! A case as JSON, straight from its text into the registers of a machine. Whatever is not plainly right (a missing
//! bracket, an unknown or repeated key, null, an escape, an exponent, a value beyond its bounds) is left to the reader
//! that tells what is wrong with it.

use std::fmt;

use serde::de::{Deserializer as _, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::Machine;
use crate::program::{Absent, Input, Kind, Program};
use crate::types::Schema;
use crate::value::day_of;

/// How the facts of a program are written.
#[derive(Clone, Debug)]
pub(crate) struct Reader {
    fields: Vec<Field>,
}

#[derive(Clone, Debug)]
struct Field {
    key: Box<str>,
    input: Input,
    in_percent: bool,
    /// The wire names of an enum or scale, quoted.
    members: Vec<Box<str>>,
}

impl Reader {
    /// A set of more than `most_items` is for the other reader.
    pub(crate) fn new(schema: &Schema, program: &Program, most_items: usize) -> Self {
        let most_items = i64::try_from(most_items).unwrap_or(i64::MAX);
        let fields = schema.facts.fields.iter().zip(&program.inputs).map(|(field, input)| {
            let members = schema.enumeration_in(&field.ty).map_or(&[][..], |def| &def.members);
            let most = if input.kind == Kind::Set { input.most.min(most_items) } else { input.most };
            Field {
                key: (*field.wire).into(),
                input: Input { most, ..input.clone() },
                in_percent: field.in_percent,
                members: members.iter().map(|member| quoted(&member.wire)).collect(),
            }
        });
        Self { fields: fields.collect() }
    }

    /// Gives the machine the facts of one JSON object; no where this text is for the other reader, and what the machine
    /// was given means nothing.
    pub(crate) fn read(&self, text: &str, machine: &mut Machine) -> bool {
        machine.clear();
        let mut deserializer = serde_json::Deserializer::from_str(text);
        deserializer.deserialize_map(Facts { fields: &self.fields, machine }).is_ok()
            && deserializer.end().is_ok()
    }
}

struct Facts<'r> {
    fields: &'r [Field],
    machine: &'r mut Machine,
}

impl<'t> Visitor<'t> for Facts<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<(), A::Error> {
        // Keys mostly come in one order.
        let mut next = 0;
        while let Some(key) = map.next_key::<&str>()? {
            let expected = self.fields.get(next).filter(|field| *field.key == *key);
            let place = match expected {
                Some(_) => next,
                None => match self.fields.iter().position(|field| *field.key == *key) {
                    Some(place) => place,
                    None => {
                        map.next_value::<IgnoredAny>()?;
                        return Err(A::Error::custom("an unknown key"));
                    }
                },
            };
            next = place.saturating_add(1);
            let raw: &RawValue = map.next_value()?;
            let value = self.fields.get(place).and_then(|field| field.number(raw.get()));
            let (Some(value), Ok(place)) = (value, u16::try_from(place)) else {
                return Err(A::Error::custom("a value for the other reader"));
            };
            if self.machine.given(place).is_some() {
                return Err(A::Error::custom("a repeated key"));
            }
            self.machine.give(place, value);
        }
        Ok(())
    }
}

impl Field {
    /// The number of a value whose syntax is right.
    fn number(&self, raw: &str) -> Option<i64> {
        if self.input.absent == Absent::Derived {
            return None;
        }
        let value = match self.input.kind {
            Kind::Bool => match raw {
                "true" => 1,
                "false" => 0,
                _ => return None,
            },
            Kind::Integer | Kind::Days | Kind::WorkingDays | Kind::Months => {
                let digits = raw.strip_prefix('-').unwrap_or(raw);
                let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit());
                is_plain.then(|| raw.parse().ok())??
            }
            Kind::Number { scale } => {
                let text = unquoted(raw).unwrap_or(raw);
                let scale = if self.in_percent { scale.checked_sub(2)? } else { scale };
                scaled(text, scale)?
            }
            Kind::Member => {
                let place = self.members.iter().position(|member| **member == *raw)?;
                i64::try_from(place).ok()?
            }
            Kind::Date => day_of(unquoted(raw)?)?,
            Kind::Set => return self.mask(raw),
        };
        (value >= self.input.least && value <= self.input.most).then_some(value)
    }

    fn mask(&self, raw: &str) -> Option<i64> {
        let mask = serde_json::Deserializer::from_str(raw).deserialize_seq(Members(&self.members)).ok()?;
        let count = i64::from(mask.count_ones());
        (count >= self.input.least && count <= self.input.most).then_some(mask)
    }
}

/// The members of a set, each once.
struct Members<'r>(&'r [Box<str>]);

impl<'t> Visitor<'t> for Members<'_> {
    type Value = i64;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of members")
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut items: A) -> Result<i64, A::Error> {
        let mut mask = 0_i64;
        while let Some(raw) = items.next_element::<&RawValue>()? {
            let place = self.0.iter().position(|member| **member == *raw.get());
            let bit = place.and_then(|place| 1_i64.checked_shl(u32::try_from(place).ok()?));
            match bit {
                Some(bit) if mask & bit == 0 => mask |= bit,
                Some(_) | None => return Err(A::Error::custom("a member for the other reader")),
            }
        }
        Ok(mask)
    }
}

fn quoted(text: &str) -> Box<str> {
    serde_json::Value::from(text).to_string().into()
}

fn unquoted(raw: &str) -> Option<&str> {
    raw.strip_prefix('"')?.strip_suffix('"')
}

/// How many units of ten to the power of minus `scale` a plain decimal is: `12.5` at scale 2 is 1250.
fn scaled(text: &str, scale: u32) -> Option<i64> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text),
    };
    // Eighteen digits fit whatever they are.
    if digits.len() > 18 {
        return None;
    }
    let (mut units, mut places, mut point) = (0_i64, 0_u32, false);
    let mut before = b'.';
    for byte in digits.bytes() {
        match byte {
            b'0'..=b'9' => {
                units = units.checked_mul(10)?.checked_add(i64::from(byte.wrapping_sub(b'0')))?;
                places = places.wrapping_add(u32::from(point));
            }
            b'.' if !point && before != b'.' => point = true,
            _ => return None,
        }
        before = byte;
    }
    if before == b'.' {
        return None;
    }
    let units = units.checked_mul(10_i64.checked_pow(scale.checked_sub(places)?)?)?;
    Some(if negative { units.wrapping_neg() } else { units })
}
