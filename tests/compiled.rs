//! The compiled program answers what the reference evaluator answers, byte for byte: on generated policies and cases, and on
//! the policies of this repository.
#![allow(clippy::expect_used, clippy::panic, clippy::unreachable, reason = "a test fails by panicking")]
#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by panicking")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a generator treats most types alike")]

#[allow(dead_code, reason = "the smoke tests use the rest")]
mod generate;

use assize::Policy;
use generate::{Choices, plain_policy};

/// A longer run: `ASSIZE`-free, since nothing here reads the environment; change the number.
const POLICIES: u64 = if cfg!(debug_assertions) { 300 } else { 5_000 };
const CASES: usize = 20;

fn bytes(seed: u64, count: usize) -> Vec<u8> {
    let mut state = seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1;
    (0..count)
        .map(|_| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            state.to_le_bytes()[3]
        })
        .collect()
}

#[test]
fn generated_plain_policies() {
    let (mut accepted, mut compiled, mut pairs, mut decided) = (0_u64, 0_u64, 0_u64, 0_u64);
    let mut why = std::collections::BTreeMap::new();
    for seed in 0..POLICIES {
        let made = plain_policy(&bytes(seed, 200 + (seed % 7) as usize * 250));
        let text = made.text();
        let policy = match Policy::from_text("p.assize", &text) {
            Ok(policy) => policy,
            Err(error) => {
                for one in error.diagnostics() {
                    *why.entry(one.code.as_str()).or_insert(0) += 1;
                }
                continue;
            }
        };
        accepted += 1;
        compiled += u64::from(policy.is_compiled());
        let reference = policy.reference();
        let choice = bytes(seed + 1_000_000, 3_000);
        let mut choices = Choices::new(&choice);
        for _ in 0..CASES {
            let mut case = made.case(&mut choices);
            for _ in 0..2 {
                let facts = case.value.to_string();
                let (fast, slow) = (policy.decide_json(&facts), reference.decide_json(&facts));
                assert_eq!(fast.to_json(0), slow.to_json(0), "seed {seed}\n{text}\n--- {facts}");
                pairs += 1;
                decided += u64::from(fast.is_decided());
                case = made.completed(&case, &mut choices);
            }
        }
    }
    println!("{accepted} accepted, {compiled} compiled, {pairs} pairs, {decided} decided {why:?}");
    assert!(compiled * 10 >= accepted * 9, "{compiled} of {accepted} are compiled");
}
