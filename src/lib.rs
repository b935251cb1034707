//! assize: exact, reproducible decisions from an enforcement policy that a lawyer can read.
#![allow(dead_code, unused_variables, clippy::all, missing_docs)] // removed before the first release

mod decision;
mod diagnostic;
mod engine;
mod facts;
mod hir;
mod source;
mod syntax;
mod types;
mod value;
