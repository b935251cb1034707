//! Steps on a scale.

use std::collections::BTreeSet;

use super::super::scalars::{WRONG_KIND, listed, present, shape};
use super::super::{Shape, Value};
use super::Done;

/// A scale with more members than this is not listed for an operand that may be any of them.
const MOST_LISTED: u32 = 10_000;

/// One step above (`up`) or below on a scale of `members` members; nothing past its end.
pub(crate) fn step(of: &Value, up: bool, members: u32) -> Done {
    let of = present(of)?;
    if let Value::Member(place) = of {
        return Ok(step_settled(*place, up, members));
    }
    let places: BTreeSet<u32> = match shape(of) {
        Some(Shape::Any) if members <= MOST_LISTED => (0..members).collect(),
        Some(Shape::Any) => return Ok(Value::open(true, Shape::Any, of.waits())),
        Some(Shape::Members(_) | Shape::Interval { .. } | Shape::Set { .. }) | None => {
            let place = |value: &Value| if let Value::Member(place) = value { Some(*place) } else { None };
            listed(of).and_then(|values| values.iter().map(place).collect()).ok_or(WRONG_KIND)?
        }
    };
    let stepped = places.into_iter().map(|place| step_settled(place, up, members)).collect();
    Ok(Value::open(false, Shape::Members(stepped), of.waits()))
}

fn step_settled(place: u32, up: bool, members: u32) -> Value {
    let place = if up { place.checked_add(1) } else { place.checked_sub(1) };
    place.filter(|place| *place < members).map_or(Value::Nothing, Value::Member)
}
