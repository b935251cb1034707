//! What an evaluation goes through, for coverage and for the account of a failed test. Watching changes no result.
//!
//! A value that is evaluated and then read by nothing proves nothing, and the evaluator prepares definitions that may
//! not be read at all (`prepare`). So what is seen is kept with the call in which it was seen, and counts only when the
//! outcomes, or a call that counts, read that call.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

use super::case::CallKey;
use crate::decision::Decision;
use crate::hir::{InForce, OutcomeId, RuleId};
use crate::source::Span;
use crate::value::{Value, compare};

/// Something that an evaluation can go through. Parts of a policy go by their place in the text, so that what one text
/// became twice counts once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Point {
    /// A rule applied, and some measure of it survived.
    Applied(RuleId),
    /// The condition of `rule` held, and `by` took it out.
    Overrode { rule: RuleId, by: RuleId },
    /// A condition was this.
    Held(Span, Truth),
    /// A row of a table or schedule gave its value.
    Row(Span),
    /// A value was on this side of the threshold that is written here.
    Side(Span, End, Side),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Truth {
    Yes,
    No,
    Unknown,
}

/// A threshold is one value, or one of the two ends of a range or period.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum End {
    Only,
    Bottom,
    Top,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Side {
    Below,
    At,
    Above,
}

/// What a surviving measure of a rule did to an outcome.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Produced {
    pub(crate) outcome: OutcomeId,
    pub(crate) rule: Arc<str>,
    pub(crate) item: Option<String>,
    /// In the author's words: `10 CNY`, `raised by 50%`, `at most 5 CNY`, `waived`.
    pub(crate) what: String,
    /// It may, or may not, apply: an unknown fact decides.
    pub(crate) possible: bool,
}

/// A decision, and how it came about.
#[derive(Clone, Debug)]
pub(crate) struct Traced {
    pub(crate) decision: Decision,
    /// How often each point was seen.
    pub(crate) seen: BTreeMap<Point, u64>,
    /// Sorted.
    pub(crate) produced: Vec<Produced>,
    /// What stood beside each threshold, and the threshold's value: for a search how far a case is from it.
    pub(crate) measured: Measured,
}

/// Pairs of a value and its threshold, in the order of evaluation.
pub(crate) type Measured = BTreeMap<(Span, End), Vec<(Value, Value)>>;

/// A long list is beside a threshold once per item; the first ones show where to go.
const MEASURED: usize = 8;

/// Which of an open value's readings count as seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Readings {
    /// None: only what is settled was gone through.
    Settled,
    /// All: what could be gone through. A condition can be unknown when it waits for a fact.
    Possible,
}

/// Watches the evaluation of one case under one law.
#[derive(Debug)]
pub(super) struct Watch {
    readings: Readings,
    state: RefCell<State>,
}

#[derive(Debug)]
struct State {
    /// The first one is what no call encloses: outcomes and rules.
    bodies: Vec<Seen>,
    calls: BTreeMap<CallKey, usize>,
    /// The body that is being evaluated.
    current: usize,
    produced: BTreeSet<Produced>,
    measured: Measured,
}

#[derive(Debug, Default)]
struct Seen {
    points: BTreeMap<Point, u64>,
    reads: BTreeSet<usize>,
}

impl Watch {
    pub(super) fn new(readings: Readings) -> Self {
        let state = State {
            bodies: vec![Seen::default()],
            calls: BTreeMap::new(),
            current: 0,
            produced: BTreeSet::new(),
            measured: BTreeMap::new(),
        };
        Self { readings, state: RefCell::new(state) }
    }

    pub(super) fn see(&self, point: Point) {
        let state = &mut *self.state.borrow_mut();
        if let Some(seen) = state.bodies.get_mut(state.current) {
            let count = seen.points.entry(point).or_default();
            *count = count.saturating_add(1);
        }
    }

    pub(super) fn condition(&self, span: Span, value: &Value) {
        let held = |truth| self.see(Point::Held(span, truth));
        match (value, self.readings) {
            (Value::Bool(true), _) => held(Truth::Yes),
            (Value::Bool(false), _) => held(Truth::No),
            (Value::Open(_), Readings::Settled) => held(Truth::Unknown),
            (Value::Open(open), Readings::Possible) => {
                held(Truth::Yes);
                held(Truth::No);
                if !open.waits.is_empty() {
                    held(Truth::Unknown);
                }
            }
            // A condition that may be nothing says no more than that here.
            (
                Value::Nothing
                | Value::Integer(_)
                | Value::Number(_)
                | Value::Date(_)
                | Value::Days(_)
                | Value::WorkingDays(_)
                | Value::Months(_)
                | Value::Text(_)
                | Value::Member(_)
                | Value::Set(_)
                | Value::List(_)
                | Value::Record(_)
                | Value::Range(_)
                | Value::Duties(_)
                | Value::Absent,
                _,
            ) => {}
        }
    }

    pub(super) fn row(&self, span: Span, holds: &super::fault::Truth) {
        match (holds, self.readings) {
            (super::fault::Truth::Yes, _) | (super::fault::Truth::Maybe(_), Readings::Possible) => {
                self.see(Point::Row(span));
            }
            (super::fault::Truth::Maybe(_), Readings::Settled) | (super::fault::Truth::No, _) => {}
        }
    }

    /// A value beside a threshold, or beside both ends of a range; what is not settled is on no side.
    pub(super) fn threshold(&self, span: Span, value: &Value, threshold: &Value) {
        if let Value::Range(ends) = threshold {
            self.side(span, End::Bottom, value, &ends.0);
            self.side(span, End::Top, value, &ends.1);
        } else {
            self.side(span, End::Only, value, threshold);
        }
    }

    /// A date beside the first and the last day of a period.
    pub(super) fn period(&self, span: Span, period: InForce, date: &Value) {
        let day = |day: Option<Date>| day.map(Value::Date);
        if let Some(from) = day(period.from) {
            self.side(span, End::Bottom, date, &from);
        }
        if let Some(until) = day(period.until) {
            self.side(span, End::Top, date, &until);
        }
    }

    fn side(&self, span: Span, end: End, value: &Value, threshold: &Value) {
        if self.readings == Readings::Settled && value.is_settled() && threshold.is_settled() {
            let measured = &mut self.state.borrow_mut().measured;
            let pairs = measured.entry((span, end)).or_default();
            if pairs.len() < MEASURED {
                pairs.push((value.clone(), threshold.clone()));
            }
        }
        for side in [Side::Below, Side::At, Side::Above] {
            let accept = match side {
                Side::Below => Ordering::is_lt,
                Side::At => Ordering::is_eq,
                Side::Above => Ordering::is_gt,
            };
            match (compare(value, threshold, accept), self.readings) {
                (Ok(Value::Bool(true)), _) | (Ok(Value::Open(_)), Readings::Possible) => {
                    self.see(Point::Side(span, end, side));
                }
                (Ok(_) | Err(_), _) => {}
            }
        }
    }

    pub(super) fn produce(&self, produced: Produced) {
        self.state.borrow_mut().produced.insert(produced);
    }

    /// The current body reads a call.
    pub(super) fn read(&self, key: &CallKey) {
        let state = &mut *self.state.borrow_mut();
        let called = state.body_of(key);
        if let Some(seen) = state.bodies.get_mut(state.current) {
            seen.reads.insert(called);
        }
    }

    /// The body of a call becomes the current one; gives the one before.
    pub(super) fn enter(&self, key: &CallKey) -> usize {
        let state = &mut *self.state.borrow_mut();
        let called = state.body_of(key);
        std::mem::replace(&mut state.current, called)
    }

    pub(super) fn leave(&self, before: usize) {
        self.state.borrow_mut().current = before;
    }

    /// Adds what counts.
    pub(super) fn add_to(&self, seen: &mut BTreeMap<Point, u64>) {
        let state = &*self.state.borrow();
        let mut counting = BTreeSet::from([0]);
        let mut open = vec![0];
        while let Some(body) = open.pop().and_then(|body| state.bodies.get(body)) {
            open.extend(body.reads.iter().copied().filter(|read| counting.insert(*read)));
            for (point, count) in &body.points {
                let total = seen.entry(*point).or_default();
                *total = total.saturating_add(*count);
            }
        }
    }

    pub(super) fn measure(&self, measured: &mut Measured) {
        for (place, pairs) in &self.state.borrow().measured {
            measured.entry(*place).or_default().extend(pairs.iter().cloned());
        }
    }

    pub(super) fn produced(&self) -> Vec<Produced> {
        self.state.borrow().produced.iter().cloned().collect()
    }
}

impl State {
    fn body_of(&mut self, key: &CallKey) -> usize {
        if let Some(known) = self.calls.get(key) {
            return *known;
        }
        let body = self.bodies.len();
        self.bodies.push(Seen::default());
        self.calls.insert(key.clone(), body);
        body
    }
}
