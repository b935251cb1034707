//! Small operations: steps on a scale, fields, `not` and `exists`.

use std::collections::BTreeSet;

use super::super::open::join_all;
use super::super::scalars::{Kind, WRONG_KIND, kind, listed, present, shape};
use super::super::{Shape, Value};
use super::{Answer, Done};

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

/// A field of a record.
pub(crate) fn field(of: &Value, index: usize) -> Done {
    let read = |record: &Value| {
        let Value::Record(fields) = record else { return Err(WRONG_KIND) };
        fields.get(index).cloned().ok_or(WRONG_KIND)
    };
    let of = present(of)?;
    match shape(of) {
        None => read(of),
        Some(Shape::Any) => Ok(Value::open(false, Shape::Any, of.waits())),
        Some(Shape::Members(records)) => {
            let fields = records.iter().map(read).collect::<Result<Vec<Value>, _>>()?;
            join_all(&fields, &of.waits()).ok_or(WRONG_KIND)
        }
        Some(Shape::Interval { .. } | Shape::Set { .. }) => Err(WRONG_KIND),
    }
}

/// The other bool.
pub(crate) fn not(of: &Value) -> Done {
    let of = present(of)?;
    if let Value::Bool(yes) = of {
        return Ok(Value::Bool(!yes));
    }
    match shape(of) {
        Some(Shape::Any | Shape::Members(_)) => Ok(Answer::Open.into_value(&[of])),
        Some(Shape::Interval { .. } | Shape::Set { .. }) | None => Err(WRONG_KIND),
    }
}

/// Whether it is something.
pub(crate) fn exists(of: &Value) -> Value {
    let answer = match (kind(of), of.may_be_nothing()) {
        (Kind::Nothing, _) => Answer::No,
        (_, may_be_nothing) => {
            if may_be_nothing {
                Answer::Open
            } else {
                Answer::Yes
            }
        }
    };
    answer.into_value(&[of])
}
