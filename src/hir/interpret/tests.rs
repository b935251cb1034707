//! Small policies built by hand. Every case is decided twice, the second time with the rules declared in reverse:
//! the answers must be the same.

mod build;

mod admission;
mod expressions;
mod laws;
mod open;
mod outcomes;
mod random;
mod rules;
