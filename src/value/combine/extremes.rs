//! The highest and the lowest: of values, and of whole ranges (ruling 18).

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::scalars::{End, is_unordered};
use super::*;

/// How far an item reaches: inner is the least that it surely reaches, outer the most that it may reach. Ranges
/// compare by two ends, the top first for the highest and the bottom first for the lowest.
struct Reach<'a> {
    item: &'a Item,
    inner: (End, End),
    outer: (End, End),
}

/// The highest item (`Greater`) or the lowest (`Less`).
pub(super) fn extreme(items: &[Item], side: Ordering) -> Result<Value, Trouble> {
    let of_ranges = items.iter().any(|item| kind(&item.value) == Kind::Range);
    let promoted = promoted(items)?;
    let mut reaches = Vec::new();
    for item in &promoted {
        reaches.push(reach(item, of_ranges, side)?);
    }
    let compare = |left: &(End, End), right: &(End, End)| in_direction(left.cmp(right), side);
    let certain = reaches.iter().filter(|reach| reach.item.is_certain()).map(|reach| &reach.inner);
    let bound = certain.max_by(|left, right| compare(left, right)).cloned();
    // What cannot exceed the bound changes nothing, and nothing waits for it.
    let exceeding: Vec<&Reach> = reaches
        .iter()
        .filter(|reach| bound.as_ref().is_none_or(|bound| compare(&reach.outer, bound) == Ordering::Greater))
        .collect();
    if of_ranges {
        range_among(&reaches, &exceeding, bound, side)
    } else {
        single_among(&exceeding, bound, side)
    }
}

fn in_direction(ordering: Ordering, side: Ordering) -> Ordering {
    if side == Ordering::Less { ordering.reverse() } else { ordering }
}

fn reach<'a>(item: &'a Item, of_ranges: bool, side: Ordering) -> Result<Reach<'a>, Trouble> {
    let turned = |ends: &Ends| {
        if side == Ordering::Less {
            (End::most(ends), End::least(ends))
        } else {
            (End::least(ends), End::most(ends))
        }
    };
    if !of_ranges {
        let (inner, outer) = turned(&Ends::of(&item.value)?);
        return Ok(Reach { item, inner: (inner, End::Below), outer: (outer, End::Below) });
    }
    let (bottom, top) = ends_of_range(&item.value)?;
    let (first, second) = if side == Ordering::Less { (bottom, top) } else { (top, bottom) };
    let (first, second) = (turned(&Ends::of(&first)?), turned(&Ends::of(&second)?));
    Ok(Reach { item, inner: (first.0, second.0), outer: (first.1, second.1) })
}

fn single_among(
    exceeding: &[&Reach<'_>],
    bound: Option<(End, End)>,
    side: Ordering,
) -> Result<Value, Trouble> {
    let waits = waits_of(exceeding.iter().map(|reach| reach.item));
    let bound = bound.map(|bound| bound.0);
    let floor = match &bound {
        Some(End::At(value)) => Some(value.clone()),
        Some(End::Below | End::Above) | None => None,
    };
    if let (Some(floor), []) = (&floor, exceeding) {
        return Ok(floor.clone());
    }
    let values = exceeding.iter().map(|reach| &reach.item.value);
    let known = floor.iter().chain(values.clone());
    if known
        .clone()
        .any(|value| is_unordered(value) || listed(value).is_some_and(|all| all.iter().any(is_unordered)))
    {
        let mut members: BTreeSet<Value> = floor.iter().cloned().collect();
        for value in values {
            // Of a member that may be any, nothing is listed.
            let Some(values) = listed(value) else { return Ok(Value::open(false, Shape::Any, waits)) };
            let exceeds = |value: &Value| match &floor {
                Some(floor) => in_direction(value.cmp(floor), side) == Ordering::Greater,
                None => true,
            };
            members.extend(values.into_iter().filter(exceeds));
        }
        return Ok(Value::open(false, Shape::Members(members), waits));
    }
    let compare = |left: &&End, right: &&End| in_direction(left.cmp(right), side);
    let outer = exceeding.iter().map(|reach| &reach.outer.0).max_by(compare).cloned().and_then(End::bound);
    let inner = match bound {
        Some(bound) => Some(bound),
        None => exceeding.iter().map(|reach| &reach.inner.0).min_by(compare).cloned(),
    };
    let inner = inner.and_then(End::bound);
    let (least, most) = if side == Ordering::Less { (outer, inner) } else { (inner, outer) };
    Ok(Value::open(false, Shape::Interval { least, most }, waits))
}

fn range_among(
    reaches: &[Reach<'_>],
    exceeding: &[&Reach<'_>],
    bound: Option<(End, End)>,
    side: Ordering,
) -> Result<Value, Trouble> {
    // A certain range that sets the bound and cannot exceed it may be the one.
    let at_bound =
        reaches.iter().filter(|reach| reach.item.is_certain() && bound.as_ref() == Some(&reach.outer));
    let winners: Vec<&Reach> = at_bound.chain(exceeding.iter().copied()).collect();
    let waits = waits_of(winners.iter().map(|reach| reach.item));
    let mut ranges = Vec::new();
    for reach in &winners {
        ranges.push(Value::Range(Arc::new(ends_of_range(&reach.item.value)?)));
    }
    let joined = join_all(&ranges, &waits).ok_or(WRONG_KIND)?;
    let (bottom, top) = ends_of_range(&joined)?;
    let Some((floor, _)) = bound else { return Ok(joined) };
    // The winner's first end reaches the bound.
    let reaching = |value: Value| {
        let ends = Ends::of(&value)?;
        let waits = value.waits();
        let (least, most) = if side == Ordering::Less {
            (ends.least.clone(), End::most(&ends).min(floor.clone()).bound())
        } else {
            (End::least(&ends).max(floor.clone()).bound(), ends.most.clone())
        };
        Ok::<Value, Trouble>(Value::open(false, Shape::Interval { least, most }, waits))
    };
    let ends = if side == Ordering::Less { (reaching(bottom)?, top) } else { (bottom, reaching(top)?) };
    Ok(Value::Range(Arc::new(ends)))
}
