//! The compiled program, its decider and its columns answer what the reference evaluator answers. `cargo bench --bench laws`
//! goes on for longer.
#![allow(clippy::expect_used, clippy::panic, clippy::unreachable, reason = "a test fails by panicking")]
#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by panicking")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a generator treats most types alike")]

#[allow(dead_code, reason = "the smoke tests use the rest")]
mod generate;

use generate::compiled;

#[test]
fn generated_policies() {
    let seen = compiled::policies(0..if cfg!(debug_assertions) { 300 } else { 2_000 });
    // Shares of what is generated: with less the law would say less.
    assert!(seen.compiled * 10 >= seen.policies * 7, "{seen:?}");
    assert!(seen.by_program * 10 >= seen.decided * 6, "{seen:?}");
}

#[test]
fn catalogues_of_rules() {
    let seen = compiled::catalogues(0..if cfg!(debug_assertions) { 5 } else { 100 });
    assert_eq!(seen.compiled, seen.policies, "{seen:?}");
    assert!(seen.fired > seen.pairs && seen.by_program * 10 >= seen.decided * 6, "{seen:?}");
}
