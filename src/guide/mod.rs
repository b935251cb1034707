//! The guide: what the language means, and how the engine is built.

#[doc = include_str!("language.md")]
pub mod language {}

#[doc = include_str!("architecture.md")]
pub mod architecture {}
