//! Combining several values into one, order-free, where some may be open and some may not be there at all (ruling 2).

use super::{Combine, Trouble, Value, Waits};

/// Whether something is surely there, or only perhaps.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Certainty {
    Certain,
    /// Waits for these facts.
    Possible(Waits),
}

/// All of `items` combined; `empty` when there is none. The order of items does not matter.
pub(crate) fn combine(how: Combine, items: &[(Certainty, Value)], empty: &Value) -> Result<Value, Trouble> { Err(Trouble::Internal("stub")) }
