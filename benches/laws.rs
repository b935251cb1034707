//! The laws of the compiled program on as many policies as one likes: `cargo bench --bench laws -- 25000`. Forty cases for
//! each policy, each decided in both ways.
#![allow(clippy::expect_used, clippy::panic, clippy::unreachable, reason = "a law fails by panicking")]
#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a law fails by panicking")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a generator treats most types alike")]

#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/generate/mod.rs"]
mod generate;

use generate::compiled;

fn main() {
    let wanted = std::env::args().skip(1).find_map(|argument| argument.parse().ok()).unwrap_or(1_000);
    println!("{:?}", compiled::policies(0..wanted));
    println!("{:?}", compiled::catalogues(0..wanted / 50));
}
