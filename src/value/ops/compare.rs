//! Order, equality and membership: yes or no where every possible pair gives the same answer.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use super::super::scalars::{
    Ends, Kind, WRONG_KIND, is_single, kind, listed, number, order, present, shape, whole,
};
use super::super::{Shape, Trouble, Value};
use super::sets::{holds, membership};
use super::{Answer, Done};

/// A bool, perhaps open: whether the ordering of `left` to `right` is one that `accept` accepts. Ranges do not compare.
pub(crate) fn compare(left: &Value, right: &Value, accept: fn(Ordering) -> bool) -> Done {
    let (left, right) = (present(left)?, present(right)?);
    if is_single(left) && is_single(right) {
        return Ok(Value::Bool(accept(order(left, right)?)));
    }
    let (lefts, rights) = (Ends::of(left)?, Ends::of(right)?);
    let may_be = |ordering: Ordering| match ordering {
        Ordering::Less => reaches_below(&lefts, &rights),
        Ordering::Equal => overlap(left, right),
        Ordering::Greater => reaches_below(&rights, &lefts),
    };
    let (mut yes, mut no) = (false, false);
    for ordering in [Ordering::Less, Ordering::Equal, Ordering::Greater] {
        if may_be(ordering)? {
            if accept(ordering) { yes = true } else { no = true }
        }
    }
    let answer = match (yes, no) {
        (true, false) => Answer::Yes,
        (false, true) => Answer::No,
        (true, true) | (false, false) => Answer::Open,
    };
    Ok(answer.into_value(&[left, right]))
}

/// Equality; nothing equals only nothing. A value equals the range from itself to itself.
pub(crate) fn is(left: &Value, right: &Value) -> Done {
    Ok(sameness(left, right)?.into_value(&[left, right]))
}

/// Membership of a set, list or range; nothing is in none.
pub(crate) fn is_in(item: &Value, collection: &Value) -> Done {
    if let (item, Value::Set(members)) = (item, collection)
        && is_single(item)
        && holds(members, item)
    {
        return Ok(Value::Bool(true));
    }
    if kind(item) == Kind::Nothing || kind(collection) == Kind::Nothing {
        return Ok(Value::Bool(false));
    }
    let answer = found_in(present(item)?, present(collection)?)?;
    let may_be_nothing = item.may_be_nothing() || collection.may_be_nothing();
    let answer = if may_be_nothing { answer.either(Answer::No) } else { answer };
    Ok(answer.into_value(&[item, collection]))
}

/// `text starts with start`
pub(crate) fn starts_with(text: &Value, start: &Value) -> Done {
    let (text, start) = (present(text)?, present(start)?);
    let texts = |value: &Value| match (listed(value), shape(value)) {
        (Some(values), _) => Ok(Some(values)),
        (None, Some(Shape::Any)) => Ok(None),
        (None, Some(_) | None) => Err(WRONG_KIND),
    };
    let (texts, starts) = (texts(text)?, texts(start)?);
    let empty = Value::Text("".into());
    let answer = match (texts, starts) {
        (None, Some(starts)) if starts.len() == 1 && starts.contains(&empty) => Answer::Yes,
        (None, _) | (_, None) => Answer::Open,
        (Some(texts), Some(starts)) => {
            let mut answers = BTreeSet::new();
            for text in &texts {
                for start in &starts {
                    let (Value::Text(text), Value::Text(start)) = (text, start) else {
                        return Err(WRONG_KIND);
                    };
                    answers.insert(text.starts_with(&**start));
                }
            }
            one_answer(answers)
        }
    };
    Ok(answer.into_value(&[text, start]))
}

fn one_answer(answers: BTreeSet<bool>) -> Answer {
    match (answers.contains(&true), answers.contains(&false)) {
        (true, false) => Answer::Yes,
        (false, true) => Answer::No,
        (true, true) | (false, false) => Answer::Open,
    }
}

/// Some value of the one is less than some value of the other.
fn reaches_below(left: &Ends, right: &Ends) -> Result<bool, Trouble> {
    match (&left.least, &right.most) {
        (Some(least), Some(most)) => Ok(order(least, most)? == Ordering::Less),
        (Some(_) | None, Some(_) | None) => Ok(true),
    }
}

/// Two single values may be one.
fn overlap(left: &Value, right: &Value) -> Result<bool, Trouble> {
    let between = |value: &Value, ends: &Ends| -> Result<bool, Trouble> {
        let above = ends.least.as_ref().map(|least| order(least, value)).transpose()?;
        let below = ends.most.as_ref().map(|most| order(value, most)).transpose()?;
        Ok(above != Some(Ordering::Greater) && below != Some(Ordering::Greater))
    };
    let some_between = |values: &BTreeSet<Value>, ends: &Ends| -> Result<bool, Trouble> {
        for value in values {
            if between(value, ends)? {
                return Ok(true);
            }
        }
        Ok(false)
    };
    match (listed(left), listed(right)) {
        (Some(left), Some(right)) => {
            if !left.is_disjoint(&right) {
                return Ok(true);
            }
            // Integers and numbers are equal without being the same.
            let as_numbers =
                |values: &BTreeSet<Value>| values.iter().filter_map(number).collect::<BTreeSet<_>>();
            Ok(!as_numbers(&left).is_disjoint(&as_numbers(&right)))
        }
        (Some(values), None) => some_between(&values, &Ends::of(right)?),
        (None, Some(values)) => some_between(&values, &Ends::of(left)?),
        (None, None) => {
            let (left, right) = (Ends::of(left)?, Ends::of(right)?);
            let apart = |low: &Option<Value>, high: &Option<Value>| match (low, high) {
                (Some(low), Some(high)) => order(low, high).map(|order| order == Ordering::Greater),
                (Some(_) | None, Some(_) | None) => Ok(false),
            };
            Ok(!apart(&left.least, &right.most)? && !apart(&right.least, &left.most)?)
        }
    }
}

fn sameness(left: &Value, right: &Value) -> Result<Answer, Trouble> {
    match (kind(left) == Kind::Nothing, kind(right) == Kind::Nothing) {
        (true, true) => return Ok(Answer::Yes),
        (true, false) => return Ok(if right.may_be_nothing() { Answer::Open } else { Answer::No }),
        (false, true) => return Ok(if left.may_be_nothing() { Answer::Open } else { Answer::No }),
        (false, false) => {}
    }
    let same = sameness_of_present(left, right)?;
    Ok(match (left.may_be_nothing(), right.may_be_nothing()) {
        (true, true) => Answer::Open,
        (true, false) | (false, true) => same.either(Answer::No),
        (false, false) => same,
    })
}

/// Nothing aside on both sides.
fn sameness_of_present(left: &Value, right: &Value) -> Result<Answer, Trouble> {
    if matches!(shape(left), Some(Shape::Any)) || matches!(shape(right), Some(Shape::Any)) {
        return Ok(Answer::Open);
    }
    if is_single(left) && is_single(right) {
        return Ok(Answer::from_bool(are_equal(left, right)));
    }
    if let (Ok(_), Ok(_)) = (Ends::of(left), Ends::of(right)) {
        // Values of different kinds are not equal, so what has no order does not overlap.
        return Ok(if overlap(left, right).unwrap_or(false) {
            lone_sameness(left, right)
        } else {
            Answer::No
        });
    }
    let (left, right) = (present(left)?, present(right)?);
    if let Some(Shape::Members(members)) = shape(left) {
        return of_each(members, |member| sameness_of_present(member, right));
    }
    if let Some(Shape::Members(members)) = shape(right) {
        return of_each(members, |member| sameness_of_present(left, member));
    }
    match (left, right) {
        (Value::Record(left), Value::Record(right))
        | (Value::List(left), Value::List(right))
        | (Value::Duties(left), Value::Duties(right)) => sameness_of_parts(left, right),
        (Value::Range(left), Value::Range(right)) => {
            Ok(both(sameness(&left.0, &right.0)?, sameness(&left.1, &right.1)?))
        }
        (Value::Range(ends), value) | (value, Value::Range(ends)) if Ends::of(value).is_ok() => {
            Ok(both(sameness(&ends.0, value)?, sameness(&ends.1, value)?))
        }
        (left, right) if is_set(left) && is_set(right) => {
            let (left_set, right_set) = (membership(left)?, membership(right)?);
            let misses = |certain: &BTreeSet<Value>, possible: &Option<BTreeSet<Value>>| {
                possible.as_ref().is_some_and(|possible| !certain.is_subset(possible))
            };
            if misses(&left_set.certain, &right_set.possible)
                || misses(&right_set.certain, &left_set.possible)
            {
                return Ok(Answer::No);
            }
            Ok(if left.is_settled() && right.is_settled() { Answer::Yes } else { Answer::Open })
        }
        // Values of different kinds.
        (_, _) => Ok(Answer::No),
    }
}

fn is_set(value: &Value) -> bool {
    kind(value) == Kind::Set || matches!(shape(value), Some(Shape::Set { .. }))
}

/// Values that overlap are the same for certain only where each side has one.
fn lone_sameness(left: &Value, right: &Value) -> Answer {
    let lone = |value: &Value| listed(value).is_some_and(|values| values.len() == 1);
    if lone(left) && lone(right) { Answer::Yes } else { Answer::Open }
}

fn of_each(
    members: &BTreeSet<Value>,
    ask: impl Fn(&Value) -> Result<Answer, Trouble>,
) -> Result<Answer, Trouble> {
    let mut answers = members.iter().map(ask);
    let first = answers.next().unwrap_or(Ok(Answer::Open))?;
    answers.try_fold(first, |answer, next| Ok(answer.either(next?)))
}

fn both(left: Answer, right: Answer) -> Answer {
    match (left, right) {
        (Answer::No, _) | (_, Answer::No) => Answer::No,
        (Answer::Yes, Answer::Yes) => Answer::Yes,
        (Answer::Open, Answer::Yes | Answer::Open) | (Answer::Yes, Answer::Open) => Answer::Open,
    }
}

fn sameness_of_parts(left: &[Value], right: &[Value]) -> Result<Answer, Trouble> {
    if left.len() != right.len() {
        return Ok(Answer::No);
    }
    left.iter()
        .zip(right)
        .try_fold(Answer::Yes, |answer, (left, right)| Ok(both(answer, sameness(left, right)?)))
}

/// Settled single values.
fn are_equal(left: &Value, right: &Value) -> bool {
    left == right || order(left, right) == Ok(Ordering::Equal)
}

/// Nothing aside on both sides.
fn found_in(item: &Value, collection: &Value) -> Result<Answer, Trouble> {
    if let Value::Range(ends) = collection {
        return found_in_range(item, &ends.0, &ends.1);
    }
    if let Value::List(items) = collection {
        return found_in_list(item, items);
    }
    if is_set(collection) {
        return found_in_set(item, collection);
    }
    match shape(collection) {
        Some(Shape::Any) => Ok(Answer::Open),
        Some(Shape::Members(collections)) if collections.iter().all(|one| !is_single(one)) => {
            of_each(collections, |collection| found_in(item, collection))
        }
        Some(Shape::Members(_) | Shape::Interval { .. } | Shape::Set { .. }) | None => Err(WRONG_KIND),
    }
}

fn found_in_range(item: &Value, bottom: &Value, top: &Value) -> Result<Answer, Trouble> {
    let (bottoms, tops) = (Ends::of(present(bottom)?)?, Ends::of(present(top)?)?);
    let between = |ends: &Ends| {
        let not_above = |low: &Option<Value>, high: &Option<Value>| match (low, high) {
            (Some(low), Some(high)) => order(low, high).map(|order| Some(order != Ordering::Greater)),
            (Some(_) | None, Some(_) | None) => Ok(None),
        };
        let surely = (not_above(&bottoms.most, &ends.least)?, not_above(&ends.most, &tops.least)?);
        let perhaps = (not_above(&bottoms.least, &ends.most)?, not_above(&ends.least, &tops.most)?);
        Ok(if surely == (Some(true), Some(true)) {
            Answer::Yes
        } else if perhaps.0 == Some(false) || perhaps.1 == Some(false) {
            Answer::No
        } else {
            Answer::Open
        })
    };
    match listed(item) {
        Some(values) => of_each(&values, |value| between(&Ends::of(value)?)),
        None => between(&Ends::of(item)?),
    }
}

/// Items of a list that are nothing equal no item.
fn found_in_list(item: &Value, items: &[Value]) -> Result<Answer, Trouble> {
    let ask = |item: &Value| {
        let mut answer = Answer::No;
        for other in items.iter().filter(|other| kind(other) != Kind::Nothing) {
            match sameness(item, other)? {
                Answer::Yes => return Ok(Answer::Yes),
                Answer::Open => answer = Answer::Open,
                Answer::No => {}
            }
        }
        Ok(answer)
    };
    match listed(item) {
        Some(values) => of_each(&values, ask),
        None => ask(item),
    }
}

fn found_in_set(item: &Value, set: &Value) -> Result<Answer, Trouble> {
    let set = membership(set)?;
    let among = |value: &Value, members: &BTreeSet<Value>| {
        members.contains(value)
            || (number(value).is_some() && members.iter().any(|member| are_equal(member, value)))
    };
    if let Some(values) = listed(item) {
        return of_each(&values, |value| {
            Ok(if among(value, &set.certain) {
                Answer::Yes
            } else if set.possible.as_ref().is_some_and(|possible| !among(value, possible)) {
                Answer::No
            } else {
                Answer::Open
            })
        });
    }
    let ends = Ends::of(item)?;
    let inside = |members: &BTreeSet<Value>| {
        let mut count = 0_u64;
        for member in members {
            let range = Value::open(
                false,
                Shape::Interval { least: ends.least.clone(), most: ends.most.clone() },
                Default::default(),
            );
            count = count.saturating_add(u64::from(overlap(member, &range)?));
        }
        Ok(count)
    };
    if set.possible.as_ref().map(inside).transpose()? == Some(0) {
        return Ok(Answer::No);
    }
    // Whole numbers between the ends that are all in the set.
    let width = match (ends.least.as_ref().and_then(whole), ends.most.as_ref().and_then(whole)) {
        (Some((_, least)), Some((_, most))) => {
            most.checked_sub(least).and_then(|width| u64::try_from(width).ok())
        }
        (Some(_) | None, Some(_) | None) => None,
    };
    let covered = width.is_some_and(|width| inside(&set.certain).is_ok_and(|count| count > width));
    Ok(if covered { Answer::Yes } else { Answer::Open })
}
