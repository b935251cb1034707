//! A case as JSON, straight from its text into the registers of a machine. Whatever is not plainly right (a missing
//! bracket, an unknown or repeated key, null, an escape, an exponent, a value beyond its bounds) is left to the reader
//! that tells what is wrong with it.

use std::fmt;

use serde::de::{
    Deserialize as _, DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::value::RawValue;

use super::Machine;
use super::items::Spot;
use crate::program::{Absent, Input, Kind, Parts, Program};
use crate::types::{self, Schema, Type};
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
    /// Of a text, in bytes.
    most_text: usize,
    inside: Inside,
}

/// What stands inside of a value.
#[derive(Clone, Debug)]
enum Inside {
    Nothing,
    Fields(Vec<Field>),
    /// The number of the list, and its items.
    Items(u16, Box<Field>),
}

/// Longer lists, sets and texts are for the other reader.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Most {
    pub(crate) items: usize,
    /// In bytes.
    pub(crate) text: usize,
}

impl Reader {
    pub(crate) fn new(schema: &Schema, program: &Program, most: Most) -> Self {
        let fields = schema.facts.fields.iter().zip(&program.inputs);
        Self {
            fields: fields.map(|(field, input)| Field::new(schema, program, field, input, most)).collect(),
        }
    }

    /// Gives the machine the facts of one JSON object; no where this text is for the other reader, and what the machine
    /// was given means nothing.
    pub(crate) fn read(&self, text: &str, machine: &mut Machine) -> bool {
        machine.clear();
        let mut deserializer = serde_json::Deserializer::from_str(text);
        deserializer.deserialize_map(Facts { fields: &self.fields, machine }).is_ok()
            && deserializer.end().is_ok()
    }

    /// Gives the machine one fact, in the place of what it was before; no where this text is for the other reader.
    pub(crate) fn read_fact(&self, place: u16, text: &str, machine: &mut Machine) -> bool {
        let Some(field) = self.fields.get(usize::from(place)) else { return false };
        machine.items.clear_lists_of(&field.input);
        let mut deserializer = serde_json::Deserializer::from_str(text);
        let read = Within { field, machine: &mut *machine, spot: Spot::Facts }.deserialize(&mut deserializer);
        if read.is_err() || deserializer.end().is_err() {
            return false;
        }
        machine.mark(place);
        true
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
            let Some((index, field)) = find(self.fields, key, next) else {
                map.next_value::<IgnoredAny>()?;
                return Err(A::Error::custom("an unknown key"));
            };
            next = index.saturating_add(1);
            map.next_value_seed(Within { field, machine: &mut *self.machine, spot: Spot::Facts })?;
            let place = u16::try_from(index).map_err(A::Error::custom)?;
            if !self.machine.mark(place) {
                return Err(A::Error::custom("a repeated key"));
            }
        }
        Ok(())
    }
}

/// The field of a key, most likely the next one.
fn find<'r>(fields: &'r [Field], key: &str, next: usize) -> Option<(usize, &'r Field)> {
    if let Some(field) = fields.get(next).filter(|field| *field.key == *key) {
        return Some((next, field));
    }
    fields.iter().enumerate().find(|(_, field)| *field.key == *key)
}

/// A value of a field, put where it stands.
struct Within<'r> {
    field: &'r Field,
    machine: &'r mut Machine,
    spot: Spot,
}

impl<'t> DeserializeSeed<'t> for Within<'_> {
    type Value = ();

    #[inline]
    fn deserialize<D: Deserializer<'t>>(self, deserializer: D) -> Result<(), D::Error> {
        let Self { field, machine, spot } = self;
        if field.input.absent == Absent::Derived {
            return Err(D::Error::custom("a derived field"));
        }
        match &field.inside {
            Inside::Nothing => {
                let raw = <&RawValue>::deserialize(deserializer)?;
                let Some(value) = field.number(raw.get()) else {
                    return Err(D::Error::custom("a value for the other reader"));
                };
                machine.put(spot, field.input.at, value);
                Ok(())
            }
            Inside::Fields(fields) => {
                deserializer.deserialize_map(Fields { fields, machine: &mut *machine, spot })?;
                machine.put(spot, field.input.at, 1);
                Ok(())
            }
            Inside::Items(list, item) => {
                let before = machine.items.count_of(*list);
                deserializer.deserialize_seq(Entries { list: *list, item, machine: &mut *machine })?;
                let count = machine.items.count_of(*list).saturating_sub(before);
                match i64::try_from(count) {
                    Ok(count) if count >= field.input.least && count <= field.input.most => {
                        machine.put(spot, field.input.at, count);
                        Ok(())
                    }
                    Ok(_) | Err(_) => Err(D::Error::custom("a number of items for the other reader")),
                }
            }
        }
    }
}

/// The fields of a record.
struct Fields<'r> {
    fields: &'r [Field],
    machine: &'r mut Machine,
    spot: Spot,
}

impl<'t> Visitor<'t> for Fields<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'t>>(self, mut map: A) -> Result<(), A::Error> {
        let (mut next, mut given) = (0, 0_u64);
        while let Some(key) = map.next_key::<&str>()? {
            let found = find(self.fields, key, next);
            let found = found.and_then(|(index, field)| Some((index, field, bit(index)?)));
            let Some((index, field, bit)) = found.filter(|(_, _, bit)| given & bit == 0) else {
                map.next_value::<IgnoredAny>()?;
                return Err(A::Error::custom("a key for the other reader"));
            };
            next = index.saturating_add(1);
            given |= bit;
            map.next_value_seed(Within { field, machine: &mut *self.machine, spot: self.spot })?;
        }
        for (index, field) in self.fields.iter().enumerate() {
            let is_given = bit(index).is_some_and(|bit| given & bit != 0);
            if !self.machine.settle(&field.input, is_given, self.spot) {
                return Err(A::Error::custom("a missing field"));
            }
        }
        Ok(())
    }
}

fn bit(index: usize) -> Option<u64> {
    1_u64.checked_shl(u32::try_from(index).ok()?)
}

/// The items of a list.
struct Entries<'r> {
    list: u16,
    item: &'r Field,
    machine: &'r mut Machine,
}

impl<'t> Visitor<'t> for Entries<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'t>>(self, mut items: A) -> Result<(), A::Error> {
        let Self { list, item, machine } = self;
        loop {
            // Slots of an item that is not there are taken back.
            let spot = machine.items.open(list);
            if items.next_element_seed(Within { field: item, machine: &mut *machine, spot })?.is_none() {
                machine.items.take_back(list);
                return Ok(());
            }
            machine.items.close(list);
        }
    }
}

impl Field {
    fn new(schema: &Schema, program: &Program, field: &types::Field, input: &Input, most: Most) -> Self {
        let members = schema.enumeration_in(&field.ty).map_or(&[][..], |def| &def.members);
        let inside = match (&input.parts, &field.ty) {
            (Parts::Fields(inputs), Type::Record(id)) => {
                let fields = schema.record(*id).map_or(&[][..], |def| &def.fields);
                let fields = fields.iter().zip(inputs);
                Inside::Fields(
                    fields.map(|(field, input)| Self::new(schema, program, field, input, most)).collect(),
                )
            }
            (Parts::Items(list), Type::List(of)) => match program.lists.get(usize::from(*list)) {
                Some(items) => {
                    let item = types::Field::item((**of).clone());
                    Inside::Items(*list, Box::new(Self::new(schema, program, &item, &items.item, most)))
                }
                None => Inside::Nothing,
            },
            (_, _) => Inside::Nothing,
        };
        let limit = match input.kind {
            Kind::Set | Kind::List => input.most.min(i64::try_from(most.items).unwrap_or(i64::MAX)),
            Kind::Bool
            | Kind::Integer
            | Kind::Days
            | Kind::WorkingDays
            | Kind::Months
            | Kind::Number { .. }
            | Kind::Date
            | Kind::Member
            | Kind::Text
            | Kind::Record => input.most,
        };
        Self {
            key: (*field.wire).into(),
            input: Input { most: limit, ..input.clone() },
            in_percent: field.in_percent,
            members: members.iter().map(|member| quoted(&member.wire)).collect(),
            most_text: most.text,
            inside,
        }
    }

    /// The number of a value whose syntax is right.
    fn number(&self, raw: &str) -> Option<i64> {
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
            Kind::Text => {
                let text = unquoted(raw).filter(|text| text.len() <= self.most_text)?;
                return text.chars().all(is_plain).then_some(0);
            }
            Kind::Record | Kind::List => return None,
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

/// A character of a text that no reader refuses, and no escape.
fn is_plain(character: char) -> bool {
    !character.is_control() && character != '\\' && !matches!(character, '\u{2000}'..='\u{206f}')
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
