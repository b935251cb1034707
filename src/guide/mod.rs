//! The guide: from a page of law to a tested policy, what the language means, and how the engine is used and built.

#[doc = include_str!("tutorial.md")]
pub mod tutorial {}

#[doc = include_str!("language.md")]
pub mod language {}

#[doc = include_str!("testing.md")]
pub mod testing {}

#[doc = include_str!("embedding.md")]
pub mod embedding {}

#[doc = include_str!("numbers.md")]
pub mod numbers {}

#[doc = include_str!("performance.md")]
pub mod performance {}

#[doc = include_str!("limits.md")]
pub mod limits {}

#[doc = include_str!("stability.md")]
pub mod stability {}

#[doc = include_str!("architecture.md")]
pub mod architecture {}

#[doc = include_str!("contributing.md")]
pub mod contributing {}
