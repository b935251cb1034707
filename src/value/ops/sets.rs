//! Sets: what is certainly in them, and what may be.

use std::collections::BTreeSet;

use super::super::scalars::{Kind, WRONG_KIND, is_single, kind, listed, present, shape, unusable, waits_of};
use super::super::{Shape, Trouble, Value, Waits};
use super::{Answer, Done};

/// An open whole number among a set's members is listed up to this many values.
const MOST_LISTED: i64 = 64;

/// What a set or list surely holds, and what it may hold; `None` is anything.
pub(in super::super) struct Membership {
    pub(in super::super) certain: BTreeSet<Value>,
    pub(in super::super) possible: Option<BTreeSet<Value>>,
}

pub(in super::super) fn membership(collection: &Value) -> Result<Membership, Trouble> {
    let collection = present(collection)?;
    if let Value::Set(members) = collection {
        let certain: BTreeSet<Value> = members.iter().cloned().collect();
        return Ok(Membership { possible: Some(certain.clone()), certain });
    }
    if let Value::List(items) = collection {
        return of_members(items);
    }
    match shape(collection) {
        Some(Shape::Any) => Ok(Membership { certain: BTreeSet::new(), possible: None }),
        Some(Shape::Set { certain, possible }) => {
            Ok(Membership { certain: certain.clone(), possible: possible.clone() })
        }
        Some(Shape::Members(_) | Shape::Interval { .. }) | None => Err(WRONG_KIND),
    }
}

pub(crate) fn without(set: &Value, removed: &Value) -> Done {
    let (set, removed) = (present(set)?, present(removed)?);
    if let (Value::Set(members), Value::Set(gone)) = (set, removed) {
        return Ok(Value::Set(members.iter().filter(|member| !holds(gone, member)).cloned().collect()));
    }
    let (from, gone) = (membership(set)?, membership(removed)?);
    let certain = gone.possible.map_or_else(BTreeSet::new, |gone| &from.certain - &gone);
    let possible = from.possible.map(|possible| &possible - &gone.certain);
    Ok(Value::open(false, Shape::Set { certain, possible }, waits_of(&[set, removed])))
}

pub(crate) fn has_any_of(set: &Value, others: &Value) -> Done {
    let (set, others) = (present(set)?, present(others)?);
    if let (Value::Set(members), Value::Set(others)) = (set, others) {
        return Ok(Value::Bool(others.iter().any(|other| holds(members, other))));
    }
    let (left, right) = (membership(set)?, membership(others)?);
    let answer = if !left.certain.is_disjoint(&right.certain) {
        Answer::Yes
    } else {
        let none_shared = match (&left.possible, &right.possible) {
            (Some(left), Some(right)) => left.is_disjoint(right),
            (Some(one), None) | (None, Some(one)) => one.is_empty(),
            (None, None) => false,
        };
        if none_shared { Answer::No } else { Answer::Open }
    };
    Ok(answer.into_value(&[set, others]))
}

pub(crate) fn has_all_of(set: &Value, others: &Value) -> Done {
    let (set, others) = (present(set)?, present(others)?);
    if let (Value::Set(members), Value::Set(others)) = (set, others) {
        return Ok(Value::Bool(others.iter().all(|other| holds(members, other))));
    }
    let (left, right) = (membership(set)?, membership(others)?);
    let answer = if right.possible.is_some_and(|possible| possible.is_subset(&left.certain)) {
        Answer::Yes
    } else if left.possible.is_some_and(|possible| !right.certain.is_subset(&possible)) {
        Answer::No
    } else {
        Answer::Open
    };
    Ok(answer.into_value(&[set, others]))
}

/// Of a set or list; duties are empty when there is none.
pub(crate) fn is_empty(collection: &Value) -> Done {
    let collection = present(collection)?;
    if let Value::Set(parts) | Value::List(parts) = collection {
        return Ok(Value::Bool(parts.is_empty()));
    }
    let answer = if let Value::Duties(dates) = collection {
        if dates.iter().any(|date| !date.may_be_nothing()) {
            Answer::No
        } else if dates.iter().all(|date| kind(date) == Kind::Nothing) {
            Answer::Yes
        } else {
            Answer::Open
        }
    } else {
        match shape(collection) {
            Some(Shape::Any) => Answer::Open,
            Some(Shape::Set { certain, .. }) if !certain.is_empty() => Answer::No,
            Some(Shape::Set { .. }) => Answer::Open,
            Some(Shape::Members(_) | Shape::Interval { .. }) | None => return Err(WRONG_KIND),
        }
    };
    Ok(answer.into_value(&[collection]))
}

/// A set of these members, whose own values may be open.
pub(crate) fn set_of(members: Vec<Value>) -> Done {
    if members.iter().all(is_single) {
        return Ok(Value::Set(members.into_iter().collect::<BTreeSet<_>>().into_iter().collect()));
    }
    let Membership { certain, possible } = of_members(&members)?;
    let mut waits = Waits::new();
    for member in &members {
        // A member that is in whatever it turns out to be, or not at all: it decides nothing.
        if !listed(member).is_some_and(|values| values.is_subset(&certain)) {
            waits.extend(member.waits());
        }
    }
    Ok(Value::open(false, Shape::Set { certain, possible }, waits))
}

fn of_members(members: &[Value]) -> Result<Membership, Trouble> {
    let mut certain = BTreeSet::new();
    let mut possible = Some(BTreeSet::new());
    for member in members {
        let member = present(member)?;
        if is_single(member) {
            certain.insert(member.clone());
        } else if kind(member) != Kind::Open {
            return Err(unusable(member));
        }
        match (values_of(member), &mut possible) {
            (Some(values), Some(possible)) => possible.extend(values),
            (Some(_), None) => {}
            (None, _) => possible = None,
        }
    }
    Ok(Membership { certain, possible })
}

/// The values that a member may have, where they are listed or few.
fn values_of(member: &Value) -> Option<BTreeSet<Value>> {
    let listed = listed(member);
    if listed.is_some() {
        return listed;
    }
    let Some(Shape::Interval { least: Some(Value::Integer(least)), most: Some(Value::Integer(most)) }) =
        shape(member)
    else {
        return None;
    };
    let few = most.checked_sub(*least).is_some_and(|width| width < MOST_LISTED);
    few.then(|| (*least..=*most).map(Value::Integer).collect())
}

/// In a sorted set.
pub(super) fn holds(members: &[Value], member: &Value) -> bool {
    members.binary_search(member).is_ok()
}
