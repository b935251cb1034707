//! Exact, reproducible decisions from an enforcement policy that a lawyer can read.
//!
//! A *policy author* writes the law as a text. The *host* gives the *facts* of a case, and gets a *decision* with
//! *outcomes*. Nothing is rounded unless the text says so; a missing fact is neither false nor zero; the order of rules,
//! files and facts means nothing.
//!
//! ```
//! use assize::Policy;
//!
//! let policy = Policy::from_text("fines.assize", r#"
//!     policy fines "Fines for defective goods"
//!
//!     unit CNY, 2 decimals
//!
//!     facts
//!       goods_value: CNY, 0 or more
//!       illegal:     bool, default no
//!
//!     outcome fine: CNY, sum, at most 5_000 CNY, rounded to 0.01 CNY half up
//!
//!     rule illegal_goods
//!       cites "article 3"
//!       when illegal
//!       then fine: 15% * goods_value
//! "#)?;
//!
//! let decision = policy.decide_json(r#"{"goods_value": "1999.90", "illegal": true}"#);
//! assert!(decision.is_decided());
//! assert_eq!(decision.get("fine").unwrap().as_number().unwrap(), "299.99");
//!
//! // What is missing is an answer, not an error.
//! let decision = policy.decide_json(r#"{"illegal": true}"#);
//! assert_eq!(decision.needs(), ["goods_value"]);
//! # Ok::<(), assize::Error>(())
//! ```
//!
//! - [`Policy`] reads texts and decides cases: JSON, structs of the host, files of cases.
//! - [`Decider`] decides case after case in the same memory; [`columns`] decides columns of them, and with the feature
//!   `arrow` record batches of Arrow.
//! - [`Decision`] answers; [`Decision::outcomes`] fills a struct, [`Decision::get`] reads one outcome.
//! - [`format()`] lays policies out; [`testing`] runs their examples and measures coverage; [`Limits`] bounds sizes and work.
//! - [`guide`] goes from a tutorial to the architecture.
//! - [`Error`] says that a call failed. What is wrong with a policy's text are [`diagnostic::Diagnostic`]s; what is wrong
//!   with a case are [`decision::Problem`]s.

// What pest makes of the grammar names it.
extern crate alloc;

mod batch;
pub mod decision;
pub mod diagnostic;
mod engine;
mod eval;
mod facts;
pub mod guide;
mod hir;
mod limits;
mod program;
pub mod source;
mod syntax;
pub mod testing;
mod types;
mod value;

pub use decision::{Decision, Outcome, Status};
pub use diagnostic::{Code, Diagnostic, Severity};
#[cfg(feature = "arrow")]
pub use engine::arrow;
pub use engine::columns;
#[cfg(feature = "proptest")]
pub use engine::laws;
pub use engine::{
    Answer, Builder, Case, CaseFormat, CaseOptions, Cases, Decider, Error, FactKey, MemberKey, OutcomeKey,
    Policy, Repair, format,
};
pub use limits::Limits;
