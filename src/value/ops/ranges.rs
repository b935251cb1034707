//! Ranges: both ends included, each perhaps open.

use std::cmp::Ordering;
use std::sync::Arc;

use super::super::scalars::{
    Ends, Kind, WRONG_KIND, end, higher_end, is_single, kind, lower_end, number, order, present, waits_of,
};
use super::super::{Number, Shape, Trouble, Value};
use super::{Done, multiply};

/// `bottom to top`
pub(crate) fn range(bottom: &Value, top: &Value) -> Done {
    let (bottom, top) = (end_of_range(bottom)?, end_of_range(top)?);
    if is_single(&bottom) && is_single(&top) && order(&bottom, &top)? == Ordering::Greater {
        return Err(Trouble::RangeInverted);
    }
    Ok(Value::Range(Arc::new((bottom, top))))
}

/// `range times factor`
pub(crate) fn times(range: &Value, factor: &Value) -> Done {
    multiply(range, factor)
}

/// A value that is no range stands for the range from itself to itself.
pub(crate) fn bottom(range: &Value) -> Done {
    Ok(ends_of_range(range)?.0)
}

pub(crate) fn top(range: &Value) -> Done {
    Ok(ends_of_range(range)?.1)
}

/// Halfway between the ends: a number.
pub(crate) fn middle(range: &Value) -> Done {
    let average = |bottom: &Value, top: &Value| {
        let (bottom, top) = number(bottom).zip(number(top)).ok_or(WRONG_KIND)?;
        bottom.average(top).map(Value::Number)
    };
    let (bottom, top) = ends_of_range(range)?;
    if is_single(&bottom) && is_single(&top) {
        return average(&bottom, &top);
    }
    let ends = Ends::of(&bottom)?.both_rising(&Ends::of(&top)?, average)?;
    Ok(ends.into_value(waits_of(&[&bottom, &top])))
}

/// The part of `range` between these shares of its width. A share outside 0 to 1 is `FactorOutOfRange`.
pub(crate) fn band(of: &Value, shares: &Value) -> Done {
    let ((bottom, top), (low, high)) = (ends_of_range(of)?, ends_of_range(shares)?);
    range(&share_of(&bottom, &top, &low)?, &share_of(&bottom, &top, &high)?)
}

/// The ends of a range; a value that is no range is both.
pub(in super::super) fn ends_of_range(range: &Value) -> Result<(Value, Value), Trouble> {
    let range = present(range)?;
    if let Value::Range(ends) = range {
        return Ok((ends.0.clone(), ends.1.clone()));
    }
    // Sets and the like are no ends.
    Ends::of(range)?;
    let end = end_of_range(range)?;
    Ok((end.clone(), end))
}

/// With nothing excluded; a range is no end of a range.
fn end_of_range(value: &Value) -> Done {
    let value = present(value)?.clone().without_nothing().ok_or(WRONG_KIND)?;
    match kind(&value) {
        Kind::Ordered | Kind::Unordered | Kind::Open => Ok(value),
        Kind::Nothing | Kind::Set | Kind::Range | Kind::Parts => Err(WRONG_KIND),
    }
}

/// `bottom + share * (top - bottom)`: rises with all three, as long as the top is not below the bottom.
fn share_of(bottom: &Value, top: &Value, share: &Value) -> Done {
    let settled = is_single(bottom) && is_single(top) && is_single(share);
    if settled {
        return share_settled(bottom, top, share);
    }
    let (bottoms, tops) = (Ends::of(bottom)?, Ends::of(top)?);
    let shares = Ends::of(share)?;
    let zero = Value::Number(Number::ZERO);
    let one = Value::Number(Number::ONE);
    // Shares outside 0 to 1 fail: they give no value.
    let low_share = higher_end(shares.least.as_ref().or(Some(&zero)), Some(&zero)).flatten();
    let high_share = lower_end(shares.most.as_ref().or(Some(&one)), Some(&one)).flatten();
    // Of the top only what is not below the bottom counts, and the other way round.
    let low_top = match (&bottoms.least, &tops.least) {
        (Some(bottom), Some(top)) => higher_end(Some(bottom), Some(top)).flatten(),
        (Some(bottom), None) => Some(bottom.clone()),
        (None, _) => None,
    };
    let high_bottom = match (&bottoms.most, &tops.most) {
        (Some(bottom), Some(top)) => lower_end(Some(bottom), Some(top)).flatten(),
        (None, Some(top)) => Some(top.clone()),
        (Some(_) | None, None) => None,
    };
    let point = |bottom: Option<Value>, top: Option<Value>, share: Option<Value>| {
        let point =
            bottom.zip(top).zip(share).map(|((bottom, top), share)| share_settled(&bottom, &top, &share));
        end(point)
    };
    let least = point(bottoms.least.clone(), low_top, low_share)?;
    let most = point(high_bottom, tops.most.clone(), high_share)?;
    Ok(Value::open(false, Shape::Interval { least, most }, waits_of(&[bottom, top, share])))
}

fn share_settled(bottom: &Value, top: &Value, share: &Value) -> Done {
    let (Some(bottom), Some(top), Some(share)) = (number(bottom), number(top), number(share)) else {
        return Err(WRONG_KIND);
    };
    if share.is_negative() || share > Number::ONE {
        return Err(Trouble::FactorOutOfRange);
    }
    top.subtract(bottom)?.multiply(share)?.add(bottom).map(Value::Number)
}
