//! Truth of conditions in three values, and faults: errors as values that spread without regard to order (ruling 5).

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::decision::{Problem, ProblemCode};
use crate::value::{Certainty, Shape, Trouble, Value, Waits};

/// What stopped an evaluation: all problems found, a set and therefore without order. Never empty.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fault {
    problems: BTreeSet<Problem>,
    /// Problems that may still be found to belong to an item.
    without_item: BTreeSet<Problem>,
}

/// The declaration that is being evaluated; faults name it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place<'p> {
    pub(super) name: &'p str,
    pub(super) cites: &'p [Arc<str>],
}

pub(super) type Evaluated = Result<Value, Fault>;
pub(super) type Judged = Result<Truth, Fault>;

/// A condition's value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    No,
    Yes,
    /// Waits for these facts.
    Maybe(Waits),
}

impl Fault {
    pub(super) fn new(code: ProblemCode, message: impl Into<String>, place: Place<'_>) -> Self {
        let problem = Problem {
            path: None,
            code,
            message: message.into(),
            at: Some(place.name.to_owned()),
            cites: place.cites.iter().map(|cite| cite.to_string()).collect(),
        };
        Self { problems: BTreeSet::new(), without_item: BTreeSet::from([problem]) }
    }

    pub(super) fn of(trouble: Trouble, place: Place<'_>) -> Self {
        let code = match trouble {
            Trouble::IntegerOverflow | Trouble::TooManyDigits => ProblemCode::Overflow,
            Trouble::DateOutOfRange => ProblemCode::DateRange,
            Trouble::RangeInverted => ProblemCode::RangeInverted,
            Trouble::Disagreement => ProblemCode::Conflict,
            Trouble::FactorOutOfRange => ProblemCode::Factor,
            Trouble::NoWorkingDay => ProblemCode::NoWorkingDay,
            Trouble::Internal(_) => ProblemCode::Internal,
        };
        Self::new(code, format!("in `{}`: {trouble}", place.name), place)
    }

    pub(super) fn internal(what: &'static str, place: Place<'_>) -> Self {
        Self::of(Trouble::Internal(what), place)
    }

    pub(super) fn merge(mut self, other: Self) -> Self {
        self.problems.extend(other.problems);
        self.without_item.extend(other.without_item);
        self
    }

    /// Names the item at which it arose, where nothing further inside has done so.
    pub(super) fn at_item(self, path: Option<&str>) -> Self {
        let Some(path) = path else { return self };
        let Self { mut problems, without_item } = self;
        let located =
            without_item.into_iter().map(|problem| Problem { path: Some(path.to_owned()), ..problem });
        problems.extend(located);
        Self { problems, without_item: BTreeSet::new() }
    }

    /// It belongs to no item, whoever reads what failed: an outcome, or a definition without parameters.
    pub(super) fn of_no_item(self) -> Self {
        Self { problems: self.into_problems(), without_item: BTreeSet::new() }
    }

    pub(super) fn into_problems(self) -> BTreeSet<Problem> {
        let Self { mut problems, without_item } = self;
        problems.extend(without_item);
        problems
    }
}

/// Merges a fault into what has been collected so far.
pub(super) fn collect(collected: &mut Option<Fault>, fault: Fault) {
    *collected = Some(match collected.take() {
        Some(earlier) => earlier.merge(fault),
        None => fault,
    });
}

impl Truth {
    /// The truth of a bool; nothing is excluded by a guard (ruling 4), so a possible nothing does not count.
    pub(super) fn of(value: Value) -> Result<Self, Trouble> {
        match present(value)? {
            Value::Bool(true) => Ok(Self::Yes),
            Value::Bool(false) => Ok(Self::No),
            value @ Value::Open(_) => Ok(Self::Maybe(value.waits())),
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
            | Value::Absent => Err(Trouble::Internal("a condition is no bool")),
        }
    }

    pub(super) fn into_value(self) -> Value {
        match self {
            Self::No => Value::Bool(false),
            Self::Yes => Value::Bool(true),
            Self::Maybe(waits) => {
                Value::open(false, Shape::Members([Value::Bool(false), Value::Bool(true)].into()), waits)
            }
        }
    }

    pub(super) fn not(self) -> Self {
        match self {
            Self::No => Self::Yes,
            Self::Yes => Self::No,
            Self::Maybe(waits) => Self::Maybe(waits),
        }
    }

    /// How sure it is that something under this condition is there; `None` when it surely is not.
    pub(super) fn certainty(self) -> Option<Certainty> {
        match self {
            Self::No => None,
            Self::Yes => Some(Certainty::Certain),
            Self::Maybe(waits) => Some(Certainty::Possible(waits)),
        }
    }
}

/// `no and error` is no, whichever side it stands on; beside an unknown, an error wins.
pub(super) fn and(left: Judged, right: Judged) -> Judged {
    match (left, right) {
        (Ok(Truth::No), _) | (_, Ok(Truth::No)) => Ok(Truth::No),
        (Err(left), Err(right)) => Err(left.merge(right)),
        (Err(fault), Ok(_)) | (Ok(_), Err(fault)) => Err(fault),
        (Ok(Truth::Yes), Ok(other)) | (Ok(other), Ok(Truth::Yes)) => Ok(other),
        (Ok(Truth::Maybe(mut left)), Ok(Truth::Maybe(right))) => {
            left.extend(right);
            Ok(Truth::Maybe(left))
        }
    }
}

pub(super) fn or(left: Judged, right: Judged) -> Judged {
    and(left.map(Truth::not), right.map(Truth::not)).map(Truth::not)
}

pub(super) fn implies(left: Judged, right: Judged) -> Judged {
    or(left.map(Truth::not), right)
}

/// The value where the checker has made sure that it exists: a guard excludes nothing.
pub(super) fn present(value: Value) -> Result<Value, Trouble> {
    value.without_nothing().ok_or(Trouble::Internal("nothing where a value is needed"))
}
