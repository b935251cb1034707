//! Laws of operations and combinations over random open values: soundness, independence of order, waits.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::civil::{Date, date};
use proptest::prelude::*;

use super::scalars::order;
use super::*;

mod calendars;
mod combining;
mod fixed;
mod operations;

/// What values a test draws from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sort {
    Bool,
    Integer,
    Number,
    Date,
    Days,
    WorkingDays,
    Months,
    Text,
    Member,
    SetOfMembers,
    SetOfIntegers,
    RangeOfNumbers,
    ListOfNumbers,
    Record,
    Duties,
}

const MEMBERS: u32 = 4;
const KINDS_OF_DUTY: usize = 3;

/// A source of choices; a failing case is repeated from its seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6364136223846793005).wrapping_add(1442695040888963407);
        (self.0 >> 33) % limit
    }

    fn one_in(&mut self, limit: u64) -> bool {
        self.below(limit) == 0
    }

    fn pick<T: Clone>(&mut self, from: &[T]) -> T {
        from[self.below(from.len() as u64) as usize].clone()
    }

    fn shuffle<T>(&mut self, items: &mut [T]) {
        for place in (1..items.len()).rev() {
            items.swap(place, self.below(place as u64 + 1) as usize);
        }
    }

    fn whole(&mut self) -> i64 {
        match self.below(12) {
            0 => i64::MAX,
            1 => i64::MIN,
            2 => 0,
            3 => 1,
            _ => self.below(21) as i64 - 10,
        }
    }

    fn number(&mut self) -> Number {
        let whole = self.below(41) as i64 - 20;
        match self.below(12) {
            0 => Number::parse("9999999999999999999999999999").unwrap(),
            1 => Number::parse("-9999999999999999999999999999").unwrap(),
            2 => Number::parse("0.0000000000000000000000000001").unwrap(),
            3 => Number::ZERO,
            4 => Number::ONE,
            5 => Number::parse("1e-20").unwrap(),
            6 | 7 => Number::from_integer(whole).divide(Number::from_integer(7)).unwrap().unwrap(),
            _ => Number::from_integer(whole).divide(Number::from_integer(4)).unwrap().unwrap(),
        }
    }

    fn date(&mut self) -> Date {
        match self.below(12) {
            0 => Date::MIN,
            1 => Date::MAX,
            2 => date(2024, 1, 31),
            3 => date(2024, 2, 29),
            _ => date(2024, 1, 1).checked_add(jiff::Span::new().days(self.below(120) as i64)).unwrap(),
        }
    }

    /// A settled value.
    fn settled(&mut self, sort: Sort) -> Value {
        match sort {
            Sort::Bool => Value::Bool(self.one_in(2)),
            Sort::Integer => Value::Integer(self.whole()),
            Sort::Number => Value::Number(self.number()),
            Sort::Date => Value::Date(self.date()),
            Sort::Days => Value::Days(self.whole()),
            Sort::WorkingDays => Value::WorkingDays(self.whole()),
            Sort::Months => Value::Months(self.whole()),
            Sort::Text => Value::Text(self.pick(&["", "a", "ab", "b"]).into()),
            Sort::Member => Value::Member(self.below(MEMBERS.into()) as u32),
            Sort::SetOfMembers | Sort::SetOfIntegers => {
                let members = (0..self.below(4)).map(|_| self.member_of_set(sort)).collect::<BTreeSet<_>>();
                Value::Set(members.into_iter().collect())
            }
            Sort::RangeOfNumbers => {
                let mut ends = [self.settled(Sort::Number), self.settled(Sort::Number)];
                ends.sort();
                Value::Range(Arc::new((ends[0].clone(), ends[1].clone())))
            }
            Sort::ListOfNumbers => {
                Value::List((0..self.below(3)).map(|_| self.settled(Sort::Number)).collect())
            }
            Sort::Record => Value::Record(Arc::new([self.settled(Sort::Integer), self.settled(Sort::Bool)])),
            Sort::Duties => Value::Duties(
                (0..KINDS_OF_DUTY)
                    .map(|_| if self.one_in(2) { Value::Nothing } else { self.settled(Sort::Date) })
                    .collect(),
            ),
        }
    }

    fn member_of_set(&mut self, sort: Sort) -> Value {
        if sort == Sort::SetOfIntegers {
            Value::Integer(self.below(6) as i64)
        } else {
            self.settled(Sort::Member)
        }
    }

    fn waits(&mut self) -> Waits {
        Waits::from([self.pick(&["a", "b", "c", "d", "e", "f", "g", "h"]).into()])
    }

    /// A value, settled or not.
    fn value(&mut self, sort: Sort, may_be_nothing: bool) -> Value {
        let nothing = may_be_nothing && self.one_in(4);
        if nothing && self.one_in(3) {
            return Value::Nothing;
        }
        let waits = self.waits();
        if self.one_in(8) {
            let any = Value::open(nothing, Shape::Any, waits);
            if sort != Sort::RangeOfNumbers {
                return any;
            }
            // Ranges are open end by end.
            let waits = any.waits();
            let end = Value::open(false, Shape::Any, waits.clone());
            let range = Value::Range(Arc::new((end.clone(), end)));
            return Value::open(nothing, Shape::Members([range].into()), waits);
        }
        let settled = self.settled(sort);
        if self.one_in(3) {
            let members = BTreeSet::from([settled]);
            return Value::open(nothing, Shape::Members(members), waits);
        }
        let shape = match sort {
            Sort::Bool | Sort::Text | Sort::Member => {
                Shape::Members((0..=self.below(3)).map(|_| self.settled(sort)).collect())
            }
            Sort::Integer | Sort::Number | Sort::Date | Sort::Days | Sort::WorkingDays | Sort::Months => {
                let mut ends = [settled, self.settled(sort)];
                ends.sort();
                let [least, most] = ends;
                Shape::Interval {
                    least: (!self.one_in(4)).then_some(least),
                    most: (!self.one_in(4)).then_some(most),
                }
            }
            Sort::SetOfMembers | Sort::SetOfIntegers => {
                let mut some =
                    || (0..self.below(3)).map(|_| self.member_of_set(sort)).collect::<BTreeSet<_>>();
                let (certain, more) = (some(), some());
                let possible = Some(&certain | &more);
                Shape::Set { certain, possible: if self.one_in(5) { None } else { possible } }
            }
            Sort::RangeOfNumbers => {
                let mut ends = [self.value(Sort::Number, false), self.value(Sort::Number, false)];
                if let [Value::Number(bottom), Value::Number(top)] = &ends
                    && bottom > top
                {
                    ends.reverse();
                }
                let [bottom, top] = ends;
                Shape::Members(BTreeSet::from([Value::Range(Arc::new((bottom, top)))]))
            }
            Sort::ListOfNumbers => {
                let items = (0..self.below(3)).map(|_| self.value(Sort::Number, false)).collect();
                Shape::Members(BTreeSet::from([Value::List(items)]))
            }
            Sort::Record => {
                let fields = [self.value(Sort::Integer, true), self.value(Sort::Bool, true)];
                Shape::Members(BTreeSet::from([Value::Record(Arc::new(fields))]))
            }
            Sort::Duties => {
                let dates = (0..KINDS_OF_DUTY).map(|_| self.value(Sort::Date, true)).collect();
                Shape::Members(BTreeSet::from([Value::Duties(dates)]))
            }
        };
        Value::open(nothing, shape, waits)
    }

    /// One of the possible values; `None` where the dice find none (ends of a range in the wrong order).
    fn one_of(&mut self, value: &Value, sort: Sort) -> Option<Value> {
        let part = |place: usize| match sort {
            Sort::RangeOfNumbers | Sort::ListOfNumbers => Sort::Number,
            Sort::Record if place == 0 => Sort::Integer,
            Sort::Record => Sort::Bool,
            Sort::Duties => Sort::Date,
            Sort::Bool
            | Sort::Integer
            | Sort::Number
            | Sort::Date
            | Sort::Days
            | Sort::WorkingDays
            | Sort::Months
            | Sort::Text
            | Sort::Member
            | Sort::SetOfMembers
            | Sort::SetOfIntegers => sort,
        };
        let mut all = |parts: &[Value]| -> Option<Arc<[Value]>> {
            parts.iter().enumerate().map(|(place, value)| self.one_of(value, part(place))).collect()
        };
        match value {
            Value::List(parts) => all(parts).map(Value::List),
            Value::Record(parts) => all(parts).map(Value::Record),
            Value::Duties(parts) => all(parts).map(Value::Duties),
            Value::Range(ends) => {
                for _ in 0..8 {
                    let bottom = self.one_of(&ends.0, part(0))?;
                    let top = self.one_of(&ends.1, part(1))?;
                    if bottom <= top {
                        return Some(Value::Range(Arc::new((bottom, top))));
                    }
                }
                None
            }
            Value::Open(open) => {
                if open.nothing && self.one_in(3) {
                    return Some(Value::Nothing);
                }
                match &open.shape {
                    Shape::Any => Some(self.settled(sort)),
                    Shape::Members(members) => {
                        let members: Vec<_> = members.iter().cloned().collect();
                        let member = self.pick(&members);
                        self.one_of(&member, sort)
                    }
                    Shape::Interval { least, most } => {
                        let ends: Vec<Value> = least.iter().chain(most).cloned().collect();
                        let drawn = self.settled(sort);
                        let mut drawn = if self.one_in(3) { self.pick(&ends) } else { drawn };
                        if least.as_ref().is_some_and(|least| drawn < *least) {
                            drawn = least.clone()?;
                        }
                        if most.as_ref().is_some_and(|most| drawn > *most) {
                            drawn = most.clone()?;
                        }
                        Some(drawn)
                    }
                    Shape::Set { certain, possible } => {
                        let mut members = certain.clone();
                        for _ in 0..self.below(4) {
                            let drawn = self.member_of_set(sort);
                            if possible.as_ref().is_none_or(|possible| possible.contains(&drawn)) {
                                members.insert(drawn);
                            }
                        }
                        Some(Value::Set(members.into_iter().collect()))
                    }
                }
            }
            Value::Nothing
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Number(_)
            | Value::Date(_)
            | Value::Days(_)
            | Value::WorkingDays(_)
            | Value::Months(_)
            | Value::Text(_)
            | Value::Member(_)
            | Value::Set(_)
            | Value::Absent => Some(value.clone()),
        }
    }
}

/// Whether `settled` is one of the possible values: written apart from the operations.
fn admits(value: &Value, settled: &Value) -> bool {
    let all = |left: &[Value], right: &[Value]| {
        left.len() == right.len() && left.iter().zip(right).all(|(left, right)| admits(left, right))
    };
    match (value, settled) {
        (Value::Open(open), Value::Nothing) => open.nothing,
        (Value::Open(open), settled) => match &open.shape {
            Shape::Any => true,
            Shape::Members(members) => members.iter().any(|member| admits(member, settled)),
            Shape::Interval { least, most } => {
                let in_order = |low: &Value, high: &Value| {
                    order(low, high).is_ok_and(|order| order != Ordering::Greater)
                };
                least.as_ref().is_none_or(|least| in_order(least, settled))
                    && most.as_ref().is_none_or(|most| in_order(settled, most))
            }
            Shape::Set { certain, possible } => {
                let Value::Set(members) = settled else { return false };
                let members: BTreeSet<Value> = members.iter().cloned().collect();
                certain.is_subset(&members)
                    && possible.as_ref().is_none_or(|possible| members.is_subset(possible))
            }
        },
        (Value::List(left), Value::List(right))
        | (Value::Record(left), Value::Record(right))
        | (Value::Duties(left), Value::Duties(right)) => all(left, right),
        (Value::Range(left), Value::Range(right)) => admits(&left.0, &right.0) && admits(&left.1, &right.1),
        // A value stands for the range from itself to itself.
        (Value::Range(ends), right) => admits(&ends.0, right) && admits(&ends.1, right),
        (left, right) => left == right,
    }
}

/// Every open value is in its normal form, and waits for something.
fn assert_normal(value: &Value) {
    match value {
        Value::List(parts) | Value::Record(parts) | Value::Duties(parts) => {
            parts.iter().for_each(assert_normal)
        }
        Value::Range(ends) => {
            assert_normal(&ends.0);
            assert_normal(&ends.1);
        }
        Value::Open(open) => {
            assert_eq!(&Value::open(open.nothing, open.shape.clone(), open.waits.clone()), value);
            assert!(!open.waits.is_empty(), "{value:?}");
        }
        Value::Nothing
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Number(_)
        | Value::Date(_)
        | Value::Days(_)
        | Value::WorkingDays(_)
        | Value::Months(_)
        | Value::Text(_)
        | Value::Member(_)
        | Value::Set(_)
        | Value::Absent => {}
    }
}
