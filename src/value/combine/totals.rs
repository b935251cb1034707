//! Sums and products: the exact total decides, so that neither the value nor the error depends on the order.

use std::cmp::Ordering;
use std::sync::Arc;

use super::super::number::{Exact, MOST_BITS};
use super::super::scalars::{Whole, end};
use super::*;

/// The kind of the values in a total.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Unit {
    Number,
    Whole(Whole),
}

impl Unit {
    /// `None` where no value is bounded; an integer beside a number is one.
    fn of<'a>(values: impl IntoIterator<Item = &'a Value>) -> Result<Option<Self>, Trouble> {
        let mut unit = None;
        for value in values {
            let next = match (whole(value), number(value)) {
                (Some((kind, _)), _) => Self::Whole(kind),
                (None, Some(_)) => Self::Number,
                (None, None) => return Err(unusable(value)),
            };
            let integer = Self::Whole(Whole::Integer);
            unit = match unit {
                None => Some(next),
                Some(unit) if unit == next => Some(unit),
                Some(Self::Number) if next == integer => Some(Self::Number),
                Some(unit) if unit == integer && next == Self::Number => Some(Self::Number),
                Some(_) => return Err(WRONG_KIND),
            };
        }
        Ok(unit)
    }

    fn zero(self) -> Value {
        match self {
            Self::Number => Value::Number(Number::ZERO),
            Self::Whole(kind) => kind.value(0),
        }
    }

    fn sum(self, values: &[Value]) -> Result<Value, Trouble> {
        match self {
            Self::Number => Number::sum(values.iter().filter_map(number)).map(Value::Number),
            Self::Whole(kind) => {
                // Too few values fit into memory for 128 bits to overflow.
                let total = values
                    .iter()
                    .filter_map(whole)
                    .fold(0_i128, |total, (_, of)| total.saturating_add(of.into()));
                i64::try_from(total).map(|total| kind.value(total)).map_err(|_| Trouble::IntegerOverflow)
            }
        }
    }

    fn finish(self, of: &Exact, rational: bool) -> Result<Value, Trouble> {
        match self {
            Self::Number => of.settle(rational).map(Value::Number),
            Self::Whole(kind) => of.settle_integer().map(|of| kind.value(of)),
        }
    }
}

fn unit_of(all: &[Ends]) -> Result<Option<Unit>, Trouble> {
    Unit::of(all.iter().flat_map(|ends| [&ends.least, &ends.most]).flatten())
}

pub(super) fn sum(items: &[Item]) -> Result<Value, Trouble> {
    if items.iter().any(|item| kind(&item.value) == Kind::Range) {
        let sides =
            items.iter().map(|item| ends_of_range(&item.value)).collect::<Result<Vec<_>, Trouble>>()?;
        let bottoms: Vec<Item> =
            items.iter().zip(&sides).map(|(item, side)| item.with(side.0.clone())).collect();
        let tops: Vec<Item> =
            items.iter().zip(&sides).map(|(item, side)| item.with(side.1.clone())).collect();
        return Ok(Value::Range(Arc::new((sum(&bottoms)?, sum(&tops)?))));
    }
    let all = items.iter().map(|item| Ends::of(&item.value)).collect::<Result<Vec<_>, Trouble>>()?;
    let Some(unit) = unit_of(&all)? else {
        return Ok(Value::open(false, Shape::Any, waits_of(items)));
    };
    let (items, all) = that_matter(items, all, |value| sign(value) == Ok(Ordering::Equal));
    if let [item] = items.as_slice() {
        return Ok(item.value.clone());
    }
    if items.iter().all(|item| item.is_settled()) {
        return unit.sum(&items.iter().map(|item| item.value.clone()).collect::<Vec<_>>());
    }
    let least = total_end(&items, &all, unit, Ordering::Less)?;
    let most = total_end(&items, &all, unit, Ordering::Greater)?;
    Ok(Value::open(false, Shape::Interval { least, most }, waits_of(items)))
}

/// Beside a certain item, a possible one that adds nothing changes nothing, and nothing waits for it.
fn that_matter(
    items: &[Item],
    all: Vec<Ends>,
    adds_nothing: impl Fn(&Value) -> bool,
) -> (Vec<&Item>, Vec<Ends>) {
    let has_certain = items.iter().any(Item::is_certain);
    let matters = |item: &Item| item.is_certain() || !has_certain || !adds_nothing(&item.value);
    items.iter().zip(all).filter(|(item, _)| matters(item)).unzip()
}

/// The lower (`Less`) or upper end of a sum: every possible item that moves it outwards is taken to be there.
fn total_end(items: &[&Item], all: &[Ends], unit: Unit, side: Ordering) -> Result<Option<Value>, Trouble> {
    let outer = |ends: &Ends| if side == Ordering::Less { ends.least.clone() } else { ends.most.clone() };
    let mut counted = Vec::new();
    let mut others = Vec::new();
    for (item, ends) in items.iter().zip(all) {
        let Some(value) = outer(ends) else { return Ok(None) };
        if item.is_certain() || sign(&value)? == side { counted.push(value) } else { others.push(value) }
    }
    if !counted.is_empty() {
        return end(Some(unit.sum(&counted)));
    }
    // None moves it outwards, but one of them is there: the least of them.
    let mut nearest: Option<Value> = None;
    for value in others {
        nearest = match nearest {
            Some(nearest) if order(&value, &nearest)? != side => Some(nearest),
            Some(_) | None => Some(value),
        };
    }
    Ok(Some(nearest.unwrap_or(unit.zero())))
}

pub(super) fn product(items: &[Item]) -> Result<Value, Trouble> {
    let all = items.iter().map(|item| Ends::of(&item.value)).collect::<Result<Vec<_>, Trouble>>()?;
    let Some(unit) = unit_of(&all)? else {
        return Ok(Value::open(false, Shape::Any, waits_of(items)));
    };
    match unit {
        Unit::Number | Unit::Whole(Whole::Integer) => {}
        Unit::Whole(Whole::Days | Whole::WorkingDays | Whole::Months) => return Err(WRONG_KIND),
    }
    if items.iter().any(|item| item.is_certain() && sign(&item.value) == Ok(Ordering::Equal)) {
        return Ok(unit.zero());
    }
    let (items, all) = that_matter(items, all, |value| number(value) == Some(Number::ONE));
    if let [item] = items.as_slice() {
        return Ok(item.value.clone());
    }
    let numbers = all.iter().flat_map(|ends| [&ends.least, &ends.most]).flatten().filter_map(number);
    let rational = numbers.clone().any(Number::is_fraction);
    let settled = items.iter().all(|item| item.is_settled());
    // Both ends of a settled factor are the same: half of the bits are counted twice.
    let bits =
        numbers.fold(0_u64, |bits, number| bits.saturating_add(number.bits())) / if settled { 2 } else { 1 };
    if settled {
        if bits > MOST_BITS {
            return Err(Trouble::TooManyDigits);
        }
        let factors: Vec<Number> = items.iter().filter_map(|item| number(&item.value)).collect();
        let product =
            factors.iter().fold(Exact::from(1), |product, factor| product.multiply(&(*factor).into()));
        return unit.finish(&product, rational);
    }
    let waits = waits_of(items.iter().copied());
    if bits > MOST_BITS {
        return Ok(Value::open(false, Shape::Any, waits));
    }
    let mut hull = Hull::one();
    for (item, ends) in items.iter().zip(&all) {
        let factor = Hull::of(ends);
        hull = hull.multiply(&if item.is_certain() { factor } else { factor.including_one() });
    }
    // An end that does not fit may be large or tiny: zero is the nearest that is sure.
    let bound = |limit: Limit, inner: Ordering| match limit {
        Limit::Below | Limit::Above => Ok(None),
        Limit::At(of) => match end(Some(unit.finish(&of, rational)))? {
            Some(value) => Ok(Some(value)),
            None => Ok((of.sign() == inner).then(|| unit.zero())),
        },
    };
    let least = bound(hull.least, Ordering::Greater)?;
    let most = bound(hull.most, Ordering::Less)?;
    Ok(Value::open(false, Shape::Interval { least, most }, waits))
}

/// An exact end of an interval.
#[derive(Clone, Debug)]
enum Limit {
    Below,
    At(Exact),
    Above,
}

impl Limit {
    fn of(value: Option<&Value>, unbounded: Self) -> Self {
        value.and_then(number).map_or(unbounded, |of| Self::At(of.into()))
    }

    fn sign(&self) -> Ordering {
        match self {
            Self::Below => Ordering::Less,
            Self::At(of) => of.sign(),
            Self::Above => Ordering::Greater,
        }
    }

    /// Zero times unbounded is zero: every value is finite.
    fn multiply(&self, other: &Self) -> Self {
        if let (Self::At(left), Self::At(right)) = (self, other) {
            return Self::At(left.multiply(right));
        }
        match (self.sign(), other.sign()) {
            (Ordering::Equal, _) | (_, Ordering::Equal) => Self::At(Exact::from(0)),
            (Ordering::Less, Ordering::Less) | (Ordering::Greater, Ordering::Greater) => Self::Above,
            (Ordering::Less, Ordering::Greater) | (Ordering::Greater, Ordering::Less) => Self::Below,
        }
    }

    fn compare(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::At(left), Self::At(right)) => left.compare(right),
            (Self::Below, Self::Below) | (Self::Above, Self::Above) => Ordering::Equal,
            (Self::Below, Self::At(_) | Self::Above) | (Self::At(_), Self::Above) => Ordering::Less,
            (Self::Above, Self::At(_) | Self::Below) | (Self::At(_), Self::Below) => Ordering::Greater,
        }
    }
}

/// The exact hull of a product so far: multiplying it does not depend on the order.
struct Hull {
    least: Limit,
    most: Limit,
}

impl Hull {
    fn one() -> Self {
        Self { least: Limit::At(Exact::from(1)), most: Limit::At(Exact::from(1)) }
    }

    fn of(ends: &Ends) -> Self {
        Self {
            least: Limit::of(ends.least.as_ref(), Limit::Below),
            most: Limit::of(ends.most.as_ref(), Limit::Above),
        }
    }

    /// Also without this factor.
    fn including_one(self) -> Self {
        let corners = [self.least, self.most, Limit::At(Exact::from(1))];
        Self::around(corners)
    }

    fn multiply(&self, other: &Self) -> Self {
        Self::around([
            self.least.multiply(&other.least),
            self.least.multiply(&other.most),
            self.most.multiply(&other.least),
            self.most.multiply(&other.most),
        ])
    }

    fn around<const CORNERS: usize>(corners: [Limit; CORNERS]) -> Self {
        let least = corners.iter().min_by(|left, right| left.compare(right)).cloned();
        let most = corners.iter().max_by(|left, right| left.compare(right)).cloned();
        Self { least: least.unwrap_or(Limit::Below), most: most.unwrap_or(Limit::Above) }
    }
}
