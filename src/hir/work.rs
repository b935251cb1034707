//! How much work one decision may take: evaluations, as a polynomial in the number of items of a case.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Work {
    /// Evaluations per power of the number of items.
    pub(crate) per_degree: Vec<u64>,
    /// The declaration that asks for the most.
    pub(crate) dearest: Arc<str>,
}

impl Work {
    /// At most so many steps with so many items, as far as 64 bits go.
    pub(crate) fn steps(&self, items: u64) -> u64 {
        self.per_degree.iter().rev().fold(0, |sum: u64, work| sum.saturating_mul(items).saturating_add(*work))
    }
}
