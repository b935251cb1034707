//! Combining several values into one, order-free, where some may be open and some may not be there at all (ruling 2).

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use super::open::{join, join_all};
use super::ops::{convert, ends_of_range, membership};
use super::scalars::{
    Ends, Kind, WRONG_KIND, kind, listed, number, order, present, shape, sign, unusable, whole,
};
use super::{Combine, Number, Shape, Trouble, Value, Waits};

mod extremes;
mod totals;

/// Whether something is surely there, or only perhaps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Certainty {
    Certain,
    /// Waits for these facts.
    Possible(Waits),
}

/// All of `items` combined; `empty` when there is none. The order of items does not matter. An item that is nothing
/// is no item, except for `Agree`, where nothing is a value like any other.
pub(crate) fn combine(how: Combine, items: &[(Certainty, Value)], empty: &Value) -> Result<Value, Trouble> {
    let values = || items.iter().map(|(_, value)| value).chain([empty]);
    let is_number = |value: &Value| matches!(value, Value::Number(_));
    let is_integer = |value: &Value| matches!(value, Value::Integer(_));
    if !(values().any(|value| mentions(value, is_number))
        && values().any(|value| mentions(value, is_integer)))
    {
        return combine_alike(how, items, empty);
    }
    // Integers beside numbers are numbers, wherever they stand.
    let as_number = |value: &Value| convert(value, Number::ONE).unwrap_or_else(|_| value.clone());
    let items: Vec<(Certainty, Value)> =
        items.iter().map(|(certainty, value)| (certainty.clone(), as_number(value))).collect();
    combine_alike(how, &items, &as_number(empty))
}

/// The value, or one that it may be, is of some kind.
fn mentions(value: &Value, is_kind: fn(&Value) -> bool) -> bool {
    if let Value::Range(ends) = value {
        return mentions(&ends.0, is_kind) || mentions(&ends.1, is_kind);
    }
    let Value::Open(open) = value else { return is_kind(value) };
    match &open.shape {
        Shape::Members(members) => members.iter().any(is_kind),
        Shape::Interval { least, most } => least.iter().chain(most).any(is_kind),
        Shape::Any | Shape::Set { .. } => false,
    }
}

fn combine_alike(how: Combine, items: &[(Certainty, Value)], empty: &Value) -> Result<Value, Trouble> {
    let mut present =
        items.iter().filter_map(|(certainty, value)| Item::of(how, certainty, value)).collect::<Vec<_>>();
    if present.is_empty() {
        return Ok(empty.clone());
    }
    let mut has_certain = present.iter().any(|item| item.possible.is_none());
    if !has_certain && is_neutral(how, empty) {
        // Nothing at all gives what this adds: so it may as well be there.
        present.push(Item { possible: None, value: empty.clone() });
        has_certain = true;
    }
    let combined = match how {
        Combine::Sum => totals::sum(&present),
        Combine::Product => totals::product(&present),
        Combine::Highest | Combine::Latest => extremes::extreme(&present, Ordering::Greater),
        Combine::Lowest | Combine::Earliest => extremes::extreme(&present, Ordering::Less),
        Combine::Any => any(&present),
        Combine::Agree => agree(&present),
        Combine::Union => union(&present),
        Combine::Duties => duties(&present),
    }?;
    if has_certain {
        return Ok(combined);
    }
    let mut waits = Waits::new();
    present.iter().for_each(|item| waits.extend(item.possible.iter().flatten().cloned()));
    Ok(join(&combined, empty, &waits))
}

/// Something to combine, not nothing.
struct Item {
    /// What a possible item waits for; a certain one has none.
    possible: Option<Waits>,
    value: Value,
}

impl Item {
    fn of(how: Combine, certainty: &Certainty, value: &Value) -> Option<Self> {
        let possible = match certainty {
            Certainty::Certain => None,
            Certainty::Possible(waits) => Some(waits.clone()),
        };
        if how == Combine::Agree || !value.may_be_nothing() {
            return Some(Self { possible, value: value.clone() });
        }
        let mut waits = possible.unwrap_or_default();
        waits.extend(value.waits());
        value.clone().without_nothing().map(|value| Self { possible: Some(waits), value })
    }

    fn is_certain(&self) -> bool {
        self.possible.is_none()
    }

    fn is_settled(&self) -> bool {
        self.is_certain() && self.value.is_settled()
    }

    fn with(&self, value: Value) -> Self {
        Self { possible: self.possible.clone(), value }
    }

    /// What the item's value and its presence wait for.
    fn waits(&self) -> Waits {
        let mut waits = self.value.waits();
        waits.extend(self.possible.iter().flatten().cloned());
        waits
    }
}

fn waits_of<'a>(items: impl IntoIterator<Item = &'a Item>) -> Waits {
    let mut waits = Waits::new();
    items.into_iter().for_each(|item| waits.extend(item.waits()));
    waits
}

/// Adding this changes no result.
fn is_neutral(how: Combine, empty: &Value) -> bool {
    match how {
        Combine::Sum if kind(empty) == Kind::Range => {
            let is_zero = |end: Value| sign(&end) == Ok(Ordering::Equal);
            ends_of_range(empty).is_ok_and(|(bottom, top)| is_zero(bottom) && is_zero(top))
        }
        Combine::Sum => sign(empty) == Ok(Ordering::Equal),
        Combine::Product => number(empty) == Some(Number::ONE),
        Combine::Any => *empty == Value::Bool(false),

        Combine::Union => matches!(empty, Value::Set(members) if members.is_empty()),
        Combine::Duties => {
            matches!(empty, Value::Duties(dates) if dates.iter().all(|date| kind(date) == Kind::Nothing))
        }
        Combine::Highest | Combine::Lowest | Combine::Earliest | Combine::Latest | Combine::Agree => false,
    }
}

/// Yes if some item is.
fn any(items: &[Item]) -> Result<Value, Trouble> {
    let (wanted, other) = (Value::Bool(true), Value::Bool(false));
    let mut deciding = Vec::new();
    for item in items {
        match (&item.value, shape(&item.value)) {
            (Value::Bool(false), _) => {}
            (Value::Bool(true), _) if item.is_certain() => return Ok(wanted),
            (Value::Bool(true), _) | (_, Some(Shape::Any | Shape::Members(_))) => deciding.push(item),
            (value, Some(Shape::Interval { .. } | Shape::Set { .. }) | None) => return Err(unusable(value)),
        }
    }
    let all_yes = deciding.len() == items.len() && deciding.iter().all(|item| item.value == wanted);
    if all_yes {
        return Ok(wanted);
    }
    if deciding.is_empty() {
        return Ok(other);
    }
    Ok(Value::open(false, Shape::Members(BTreeSet::from([wanted, other])), waits_of(deciding)))
}

fn agree(items: &[Item]) -> Result<Value, Trouble> {
    let items = promoted(items)?;
    let certain: Vec<&Value> =
        items.iter().filter(|item| item.is_settled()).map(|item| &item.value).collect();
    let first = certain.first().copied();
    if certain.iter().any(|value| first.is_some_and(|first| !are_same(first, value))) {
        return Err(Trouble::Disagreement);
    }
    // What may be there but is the settled value adds neither values nor waits.
    let differing: Vec<&Item> = items
        .iter()
        .filter(|item| !first.is_some_and(|first| item.value.is_settled() && are_same(first, &item.value)))
        .collect();
    let waits = waits_of(differing.iter().copied());
    let values = certain.iter().copied().chain(differing.iter().map(|item| &item.value));
    join_all(values, &waits).ok_or(Trouble::Internal("nothing to agree on"))
}

/// Settled values; an integer may be a number, a value a range.
fn are_same(left: &Value, right: &Value) -> bool {
    super::ops::is(left, right) == Ok(Value::Bool(true))
}

fn union(items: &[Item]) -> Result<Value, Trouble> {
    let sets = items.iter().map(|item| membership(&item.value)).collect::<Result<Vec<_>, Trouble>>()?;
    let mut certain = BTreeSet::new();
    let mut possible = Some(BTreeSet::new());
    for (item, set) in items.iter().zip(&sets) {
        if item.is_certain() {
            certain.extend(set.certain.iter().cloned());
        }
        possible = possible.zip(set.possible.as_ref()).map(|(all, more)| &all | more);
    }
    // With no certain item one of the possible ones is there: what all of them hold is certain.
    if !items.iter().any(Item::is_certain) {
        let mut shared = sets.iter().map(|set| &set.certain);
        certain = shared.next().cloned().unwrap_or_default();
        certain = shared.fold(certain, |certain, set| &certain & set);
    }
    let deciding = items.iter().zip(&sets).filter(|(_, set)| match &set.possible {
        Some(possible) => !possible.is_subset(&certain),
        None => true,
    });
    let waits = waits_of(deciding.map(|(item, _)| item));
    Ok(Value::open(false, Shape::Set { certain, possible }, waits))
}

fn duties(items: &[Item]) -> Result<Value, Trouble> {
    let dates = |item: &Item| {
        let value = present(&item.value)?;
        if let Value::Duties(dates) = value {
            return Ok(Some(dates.clone()));
        }
        if matches!(shape(value), Some(Shape::Any)) { Ok(None) } else { Err(unusable(value)) }
    };
    let rows = items.iter().map(dates).collect::<Result<Vec<Option<Arc<[Value]>>>, Trouble>>()?;
    let Some(kinds) = rows.iter().flatten().map(|row| row.len()).max() else {
        return Ok(Value::open(false, Shape::Any, waits_of(items)));
    };
    if rows.iter().flatten().any(|row| row.len() != kinds) {
        return Err(WRONG_KIND);
    }
    let earliest = |kind: usize| {
        let column = items.iter().zip(&rows).map(|(item, row)| {
            let certainty = item.possible.clone().map_or(Certainty::Certain, Certainty::Possible);
            let unknown = || Value::open(true, Shape::Any, item.value.waits());
            let date = row.as_ref().map_or_else(|| Some(unknown()), |row| row.get(kind).cloned());
            (certainty, date.unwrap_or(Value::Nothing))
        });
        combine(Combine::Earliest, &column.collect::<Vec<_>>(), &Value::Nothing)
    };
    (0..kinds).map(earliest).collect::<Result<Vec<Value>, Trouble>>().map(|dates| Value::Duties(dates.into()))
}

/// Integers as numbers where there are numbers: between ends of two kinds, the order of items would show.
fn promoted(items: &[Item]) -> Result<Vec<Item>, Trouble> {
    let (mut integers, mut numbers) = (false, false);
    for item in items {
        // Other values have no ends; they stay as they are.
        let Ok((bottom, top)) = ends_of_range(&item.value) else { continue };
        for ends in [Ends::of(&bottom)?, Ends::of(&top)?] {
            for value in [ends.least, ends.most].iter().flatten() {
                integers |= matches!(value, Value::Integer(_));
                numbers |= matches!(value, Value::Number(_));
            }
        }
    }
    let convert = |item: &Item| {
        let value = if integers && numbers && ends_of_range(&item.value).is_ok() {
            super::ops::convert(&item.value, Number::ONE)?
        } else {
            item.value.clone()
        };
        Ok(item.with(value))
    };
    items.iter().map(convert).collect()
}
