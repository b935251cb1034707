//! The answer to a case: what was decided, what is open, what went wrong. Knows neither policy text nor evaluation.

mod problem;

pub use problem::{Problem, ProblemCode};

use std::sync::Arc;

use crate::types::Schema;
use crate::value::Value;

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Every outcome is settled.
    Decided,
    /// Facts are absent: needed ones (no outcomes), or unknown ones that leave outcomes unsettled.
    Undetermined,
    /// The facts are malformed.
    Refused,
    /// The evaluation failed: overflow, conflict, gap.
    Failed,
}

/// The answer to one case.
#[derive(Clone, Debug)]
pub struct Decision {
    pub(crate) schema: Arc<Schema>,
    pub(crate) status: Status,
    /// One per outcome of the schema, perhaps open; empty when refused, failed, or needed facts are absent.
    pub(crate) outcomes: Vec<Value>,
    /// Fact paths, sorted.
    pub(crate) needs: Vec<String>,
    pub(crate) fired: Vec<Fired>,
    pub(crate) overridden: Vec<Overridden>,
    pub(crate) problems: Vec<Problem>,
}

/// A rule that applied, and for which item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fired {
    /// The rule's name.
    pub rule: Arc<str>,
    /// The item's path in the facts, `findings[0]`, for a rule with `for each`.
    pub item: Option<String>,
}

/// A rule whose condition held and that another rule took out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Overridden {
    /// The rule's name.
    pub rule: Arc<str>,
    /// The item's path in the facts, for a rule with `for each`.
    pub item: Option<String>,
    /// The overriding rule's name.
    pub by: Arc<str>,
    /// The outcomes that the override is limited to (wire names); empty: all.
    pub outcomes: Vec<Arc<str>>,
}
