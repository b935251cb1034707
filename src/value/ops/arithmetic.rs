//! `+ - * /`, rounding, limits and conversion, on intervals by their ends.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::super::combine::{Certainty, combine};
use super::super::dates::shift_settled;
use super::super::scalars::{
    End, Ends, Kind, WRONG_KIND, Whole, end, is_single, kind, number, present, sign, unusable, waits_of,
    whole,
};
use super::super::{Combine, Number, Rounding, Shape, Trouble, Value};
use super::{Done, bottom, ends_of_range, range, top};

pub(crate) fn add(left: &Value, right: &Value) -> Done {
    let (left, right) = (present(left)?, present(right)?);
    if is_single(left) && is_single(right) {
        return add_settled(left, right);
    }
    if kind(left) == Kind::Range || kind(right) == Kind::Range {
        return on_ends(left, right, add);
    }
    let ends = Ends::of(left)?.both_rising(&Ends::of(right)?, add_settled)?;
    Ok(ends.into_value(waits_of(&[left, right])))
}

/// A range less a value shifts both ends; a range is not taken from anything.
pub(crate) fn subtract(left: &Value, right: &Value) -> Done {
    let (left, right) = (present(left)?, present(right)?);
    if is_single(left) && is_single(right) {
        return subtract_settled(left, right);
    }
    if kind(right) == Kind::Range {
        return Err(WRONG_KIND);
    }
    if kind(left) == Kind::Range {
        return on_ends(left, right, subtract);
    }
    let ends = Ends::of(left)?.both_rising(&Ends::of(right)?.swapped(), subtract_settled)?;
    Ok(ends.into_value(waits_of(&[left, right])))
}

pub(crate) fn multiply(left: &Value, right: &Value) -> Done {
    let (left, right) = (present(left)?, present(right)?);
    if is_single(left) && is_single(right) {
        return multiply_settled(left, right);
    }
    if kind(left) == Kind::Range && kind(right) == Kind::Range {
        return Err(WRONG_KIND);
    }
    if kind(left) == Kind::Range || kind(right) == Kind::Range {
        return on_ends(left, right, multiply);
    }
    let ends = product(&Ends::of(left)?, &Ends::of(right)?)?;
    Ok(ends.into_value(waits_of(&[left, right])))
}

/// Nothing for a zero divisor. Two lengths of one kind have a quotient too.
pub(crate) fn divide(left: &Value, right: &Value) -> Done {
    let (left, right) = (present(left)?, present(right)?);
    if kind(left) == Kind::Range {
        return divide_range(left, right);
    }
    if is_single(left) && is_single(right) {
        return divide_settled(left, right);
    }
    if is_single(right) && sign(right)? == Ordering::Equal {
        Ends::of(left)?;
        return Ok(Value::Nothing);
    }
    let (dividend, divisor) = (Ends::of(left)?, Ends::of(right)?);
    let may_be_zero = match (&divisor.least, &divisor.most) {
        (Some(least), _) if sign(least)? == Ordering::Greater => false,
        (_, Some(most)) if sign(most)? == Ordering::Less => false,
        (Some(_) | None, Some(_) | None) => true,
    };
    let ends = quotient(&dividend, &divisor)?;
    let shape = Shape::Interval { least: ends.least, most: ends.most };
    Ok(Value::open(may_be_zero, shape, waits_of(&[left, right])))
}

pub(crate) fn negate(of: &Value) -> Done {
    let of = present(of)?;
    if let Value::Range(ends) = of {
        return range(&negate(&ends.1)?, &negate(&ends.0)?);
    }
    if is_single(of) {
        return negate_settled(of);
    }
    Ok(Ends::of(of)?.falling(negate_settled)?.into_value(of.waits()))
}

/// On both ends of a range.
pub(crate) fn round(of: &Value, rounding: Rounding) -> Done {
    let of = present(of)?;
    if let Value::Range(ends) = of {
        return range(&round(&ends.0, rounding)?, &round(&ends.1, rounding)?);
    }
    if is_single(of) {
        return round_settled(of, rounding);
    }
    Ok(Ends::of(of)?.rising(|end| round_settled(end, rounding))?.into_value(of.waits()))
}

/// Raises to `floor` and cuts to `cap` (cap over floor), on both ends of a range.
pub(crate) fn clamp(of: &Value, floor: Option<&Value>, cap: Option<&Value>) -> Done {
    let of = present(of)?;
    if kind(of) == Kind::Range {
        let limit = |side: fn(&Value) -> Done| {
            let (floor, cap) = (floor.map(side).transpose()?, cap.map(side).transpose()?);
            clamp(&side(of)?, floor.as_ref(), cap.as_ref())
        };
        return range(&limit(bottom)?, &limit(top)?);
    }
    let pick = |how: Combine, of: Value, limit: Option<&Value>| match limit {
        None => Ok(of),
        Some(limit) => {
            let limit = (Certainty::Certain, something(limit)?);
            combine(how, &[(Certainty::Certain, of), limit], &Value::Nothing)
        }
    };
    let raised = pick(Combine::Highest, something(of)?, floor)?;
    pick(Combine::Lowest, raised, cap)
}

/// An integer as a number; a number times an exact factor. Nothing stays nothing: a conversion only changes how
/// a value is written.
pub(crate) fn convert(of: &Value, factor: Number) -> Done {
    let all = |values: &[Value]| {
        values.iter().map(|value| convert(value, factor)).collect::<Result<Vec<Value>, Trouble>>()
    };
    match of {
        Value::Nothing => Ok(Value::Nothing),
        Value::Integer(_) | Value::Number(_) => {
            Ok(Value::Number(number(of).ok_or(WRONG_KIND)?.multiply(factor)?))
        }
        Value::Range(ends) => range(&convert(&ends.0, factor)?, &convert(&ends.1, factor)?),
        Value::List(values) => Ok(Value::List(all(values)?.into())),
        Value::Set(values) => {
            Ok(Value::Set(all(values)?.into_iter().collect::<BTreeSet<_>>().into_iter().collect()))
        }
        Value::Open(open) => {
            let shape = match &open.shape {
                Shape::Any => Shape::Any,
                Shape::Members(members) => match all(&members.iter().cloned().collect::<Vec<_>>()) {
                    Ok(members) => Shape::Members(members.into_iter().collect()),
                    Err(trouble) => {
                        end(Some(Err(trouble)))?;
                        Shape::Any
                    }
                },
                Shape::Interval { least, most } => {
                    let ends = Ends { least: least.clone(), most: most.clone() };
                    let factor = Value::Number(factor);
                    let ends = product(&ends, &Ends { least: Some(factor.clone()), most: Some(factor) })?;
                    Shape::Interval { least: ends.least, most: ends.most }
                }
                Shape::Set { certain, possible } => Shape::Set {
                    certain: certain.iter().filter_map(|member| convert(member, factor).ok()).collect(),
                    // A member that cannot be converted makes the decision fail; it is no member then.
                    possible: possible.as_ref().map(|possible| {
                        possible.iter().filter_map(|member| convert(member, factor).ok()).collect()
                    }),
                },
            };
            Ok(Value::open(open.nothing, shape, open.waits.clone()))
        }
        Value::Bool(_)
        | Value::Date(_)
        | Value::Days(_)
        | Value::WorkingDays(_)
        | Value::Months(_)
        | Value::Text(_)
        | Value::Member(_)
        | Value::Record(_)
        | Value::Duties(_)
        | Value::Absent => Err(WRONG_KIND),
    }
}

/// The operand with nothing excluded.
fn something(value: &Value) -> Done {
    value.clone().without_nothing().ok_or(unusable(&Value::Nothing))
}

/// A value that is no range stands for the range from itself to itself.
fn on_ends(left: &Value, right: &Value, apply: fn(&Value, &Value) -> Done) -> Done {
    let ((left_bottom, left_top), (right_bottom, right_top)) = (ends_of_range(left)?, ends_of_range(right)?);
    range(&apply(&left_bottom, &right_bottom)?, &apply(&left_top, &right_top)?)
}

fn divide_range(left: &Value, right: &Value) -> Done {
    let (bottom, top) = ends_of_range(left)?;
    let (bottom, top) = (divide(&bottom, right)?, divide(&top, right)?);
    let nothing = bottom.may_be_nothing() || top.may_be_nothing();
    let Some((bottom, top)) = bottom.without_nothing().zip(top.without_nothing()) else {
        return Ok(Value::Nothing);
    };
    let quotient = range(&bottom, &top)?;
    if !nothing {
        return Ok(quotient);
    }
    Ok(Value::open(true, Shape::Members([quotient].into_iter().collect()), waits_of(&[left, right])))
}

fn add_settled(left: &Value, right: &Value) -> Done {
    if let (Some((left, of)), Some((right, more))) = (whole(left), whole(right))
        && left == right
    {
        return of.checked_add(more).map(|sum| left.value(sum)).ok_or(Trouble::IntegerOverflow);
    }
    if let (Some(left), Some(right)) = (number(left), number(right)) {
        return left.add(right).map(Value::Number);
    }
    if matches!(right, Value::Date(_)) {
        shift_settled(right, left, 1)
    } else {
        shift_settled(left, right, 1)
    }
}

fn subtract_settled(left: &Value, right: &Value) -> Done {
    if let (Some((left, of)), Some((right, less))) = (whole(left), whole(right))
        && left == right
    {
        return of.checked_sub(less).map(|rest| left.value(rest)).ok_or(Trouble::IntegerOverflow);
    }
    if let (Some(left), Some(right)) = (number(left), number(right)) {
        return left.subtract(right).map(Value::Number);
    }
    if matches!(left, Value::Date(_)) { shift_settled(left, right, -1) } else { Err(WRONG_KIND) }
}

fn negate_settled(of: &Value) -> Done {
    if let Some((kind, of)) = whole(of) {
        return of.checked_neg().map(|negative| kind.value(negative)).ok_or(Trouble::IntegerOverflow);
    }
    number(of).map(|of| Value::Number(of.negate())).ok_or(unusable(of))
}

fn multiply_settled(left: &Value, right: &Value) -> Done {
    if let (Some((left, of)), Some((right, times))) = (whole(left), whole(right)) {
        let kind = if left == Whole::Integer { right } else { left };
        if left != Whole::Integer && right != Whole::Integer {
            return Err(WRONG_KIND);
        }
        return of.checked_mul(times).map(|product| kind.value(product)).ok_or(Trouble::IntegerOverflow);
    }
    match (number(left), number(right)) {
        (Some(left), Some(right)) => left.multiply(right).map(Value::Number),
        (_, _) => Err(WRONG_KIND),
    }
}

fn divide_settled(left: &Value, right: &Value) -> Done {
    let (left, right) = match (whole(left), whole(right)) {
        (Some((kind, left)), Some((same, right))) if kind == same => {
            (Number::from_integer(left), Number::from_integer(right))
        }
        (_, _) => number(left).zip(number(right)).ok_or(WRONG_KIND)?,
    };
    Ok(left.divide(right)?.map_or(Value::Nothing, Value::Number))
}

fn round_settled(of: &Value, rounding: Rounding) -> Done {
    let rounded = number(of).ok_or(unusable(of))?.round(rounding)?;
    Ok(match (whole(of), rounded.to_integer()) {
        (Some(_), Some(whole)) => Value::Integer(whole),
        (Some(_) | None, _) => Value::Number(rounded),
    })
}

/// Where the product of two ends lies.
type Corner = (End, End);

/// The extremes of a product lie in the corners; zero times unbounded is zero, since every value is finite.
fn product(left: &Ends, right: &Ends) -> Result<Ends, Trouble> {
    let zero = product_zero(left, right)?;
    let mut corners = Vec::new();
    for left in [End::least(left), End::most(left)] {
        for right in [End::least(right), End::most(right)] {
            corners.push(product_corner(&left, &right, zero.as_ref())?);
        }
    }
    Ok(around(corners))
}

fn around(corners: Vec<Corner>) -> Ends {
    let least = corners.iter().map(|corner| &corner.0).min().cloned();
    let most = corners.iter().map(|corner| &corner.1).max().cloned();
    Ends { least: least.and_then(End::bound), most: most.and_then(End::bound) }
}

/// The zero that a product of these kinds may be; `None` where an operand's kind is not known.
fn product_zero(left: &Ends, right: &Ends) -> Result<Option<Value>, Trouble> {
    let example = |ends: &Ends| ends.least.clone().or(ends.most.clone());
    let (left, right) = (example(left), example(right));
    let is_number = |value: &Option<Value>| matches!(value, Some(Value::Number(_)));
    if is_number(&left) || is_number(&right) {
        return Ok(Some(Value::Number(Number::ZERO)));
    }
    let Some((left, right)) = left.zip(right) else { return Ok(None) };
    match (whole(&left), whole(&right)) {
        (Some((left, _)), Some((right, _))) => multiply_settled(&left.value(0), &right.value(0)).map(Some),
        (_, _) => Err(WRONG_KIND),
    }
}

fn end_sign(end: &End) -> Result<Ordering, Trouble> {
    match end {
        End::Below => Ok(Ordering::Less),
        End::At(value) => sign(value),
        End::Above => Ok(Ordering::Greater),
    }
}

fn product_sign(left: &End, right: &End) -> Result<Ordering, Trouble> {
    let right = end_sign(right)?;
    Ok(match end_sign(left)? {
        Ordering::Less => right.reverse(),
        Ordering::Equal => Ordering::Equal,
        Ordering::Greater => right,
    })
}

fn product_corner(left: &End, right: &End, zero: Option<&Value>) -> Result<Corner, Trouble> {
    if let (End::At(left), End::At(right)) = (left, right)
        && let Some(product) = end(Some(multiply_settled(left, right)))?
    {
        return Ok((End::At(product.clone()), End::At(product)));
    }
    let finite = matches!((left, right), (End::At(_), End::At(_)));
    let zero = zero.cloned().map(End::At);
    Ok(match product_sign(left, right)? {
        // A product that does not fit may be large or tiny: only its sign is sure.
        Ordering::Greater if finite => (zero.unwrap_or(End::Below), End::Above),
        Ordering::Less if finite => (End::Below, zero.unwrap_or(End::Above)),
        Ordering::Greater => (End::Above, End::Above),
        Ordering::Less => (End::Below, End::Below),
        Ordering::Equal => zero.map_or((End::Below, End::Above), |zero| (zero.clone(), zero)),
    })
}

/// The quotients by the divisor's part above zero and by its part below zero.
fn quotient(dividend: &Ends, divisor: &Ends) -> Result<Ends, Trouble> {
    let mut corners = Vec::new();
    let dividends = [as_number(End::least(dividend))?, as_number(End::most(dividend))?];
    let (least, most) = (as_number(End::least(divisor))?, as_number(End::most(divisor))?);
    if end_sign(&most)? == Ordering::Greater {
        let least = if end_sign(&least)? == Ordering::Greater { Some(&least) } else { None };
        for dividend in &dividends {
            corners.push(quotient_corner(dividend, least)?);
            corners.push(quotient_corner(dividend, Some(&most))?);
        }
    }
    if end_sign(&least)? == Ordering::Less {
        let most = if end_sign(&most)? == Ordering::Less { Some(opposite(most)) } else { None };
        let least = opposite(least);
        for dividend in dividends {
            let dividend = opposite(dividend);
            corners.push(quotient_corner(&dividend, most.as_ref())?);
            corners.push(quotient_corner(&dividend, Some(&least))?);
        }
    }
    Ok(around(corners))
}

fn as_number(end: End) -> Result<End, Trouble> {
    let End::At(value) = end else { return Ok(end) };
    match (number(&value), whole(&value)) {
        (Some(of), _) => Ok(End::At(Value::Number(of))),
        (None, Some((_, of))) => Ok(End::At(Value::Number(Number::from_integer(of)))),
        (None, None) => Err(WRONG_KIND),
    }
}

fn opposite(end: End) -> End {
    match end {
        End::Below => End::Above,
        End::Above => End::Below,
        End::At(Value::Number(of)) => End::At(Value::Number(of.negate())),
        End::At(other) => End::At(other),
    }
}

/// The divisor is above zero; `None` is a divisor as close to zero as may be.
fn quotient_corner(dividend: &End, divisor: Option<&End>) -> Result<Corner, Trouble> {
    let zero = End::At(Value::Number(Number::ZERO));
    let sign = end_sign(dividend)?;
    if let (End::At(dividend), Some(End::At(divisor))) = (dividend, divisor)
        && let Some(quotient) = end(Some(divide_settled(dividend, divisor)))?
    {
        return Ok((End::At(quotient.clone()), End::At(quotient)));
    }
    let unbounded_by_bounded = !matches!(dividend, End::At(_)) && !matches!(divisor, Some(End::Above));
    let sure = divisor.is_none() || unbounded_by_bounded;
    Ok(match sign {
        Ordering::Equal => (zero.clone(), zero),
        Ordering::Greater if sure => (End::Above, End::Above),
        Ordering::Less if sure => (End::Below, End::Below),
        Ordering::Greater => (zero, End::Above),
        Ordering::Less => (End::Below, zero),
    })
}
