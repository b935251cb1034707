//! Two laws: the whole decision under the more lenient one, never a mixture (ruling 22).

use std::cmp::Ordering;

use super::fault::{Fault, Place, Truth};
use crate::hir::Policy;
use crate::value::{self, Trouble, Value, Waits, join};

/// Which law's decision is taken.
pub(super) enum Choice {
    First,
    Second,
    /// Waits for these facts.
    Either(Waits),
}

/// How two values may stand to each other.
#[derive(Clone, Copy, Default)]
struct Orderings {
    less: bool,
    equal: bool,
    greater: bool,
}

/// By the outcomes that say which law is more lenient, the first that differs; on a full tie the first law.
pub(super) fn choose(policy: &Policy, first: &[Value], second: &[Value]) -> Result<Choice, Fault> {
    let mut waits = Waits::new();
    let (mut first_possible, mut second_possible) = (false, false);
    let mut tie_possible = true;
    for outcome in &policy.lenient_by {
        let place = Place { name: &policy.name, cites: &policy.cites };
        let (left, right) = match (first.get(outcome.0 as usize), second.get(outcome.0 as usize)) {
            (Some(left), Some(right)) => (left, right),
            _ => return Err(Fault::internal("an outcome of the more lenient law is lost", place)),
        };
        let order = orderings(left, right).map_err(|trouble| Fault::of(trouble, place))?;
        waits.extend(left.waits());
        waits.extend(right.waits());
        first_possible |= order.less;
        second_possible |= order.greater;
        if !order.equal {
            tie_possible = false;
            break;
        }
    }
    first_possible |= tie_possible;
    Ok(match (first_possible, second_possible) {
        (true, true) => Choice::Either(waits),
        (false, true) => Choice::Second,
        (_, false) => Choice::First,
    })
}

/// Nothing is lower than anything; ranges compare by top, then by bottom.
fn orderings(left: &Value, right: &Value) -> Result<Orderings, Trouble> {
    let mut all = Orderings::default();
    let left_nothing = left.may_be_nothing();
    let right_nothing = right.may_be_nothing();
    let left = left.clone().without_nothing();
    let right = right.clone().without_nothing();
    all.equal |= left_nothing && right_nothing;
    all.less |= left_nothing && right.is_some();
    all.greater |= right_nothing && left.is_some();
    if let (Some(left), Some(right)) = (left, right) {
        let ranges = matches!(left, Value::Range(_)) || matches!(right, Value::Range(_));
        let order = if ranges {
            let tops = plain(&value::top(&left)?, &value::top(&right)?)?;
            let bottoms = plain(&value::bottom(&left)?, &value::bottom(&right)?)?;
            Orderings {
                less: tops.less || (tops.equal && bottoms.less),
                equal: tops.equal && bottoms.equal,
                greater: tops.greater || (tops.equal && bottoms.greater),
            }
        } else {
            plain(&left, &right)?
        };
        all.less |= order.less;
        all.equal |= order.equal;
        all.greater |= order.greater;
    }
    Ok(all)
}

fn plain(left: &Value, right: &Value) -> Result<Orderings, Trouble> {
    let may = |accept: fn(Ordering) -> bool| {
        value::compare(left, right, accept).and_then(Truth::of).map(|truth| truth != Truth::No)
    };
    Ok(Orderings {
        less: may(Ordering::is_lt)?,
        equal: may(Ordering::is_eq)?,
        greater: may(Ordering::is_gt)?,
    })
}

/// Every outcome under either law; those that differ are unsettled.
pub(super) fn either(first: &[Value], second: &[Value], waits: &Waits) -> Vec<Value> {
    first.iter().zip(second).map(|(first, second)| join(first, second, waits)).collect()
}
