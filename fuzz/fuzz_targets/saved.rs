#![no_main]

#[allow(dead_code, reason = "each target uses some")]
#[path = "../../tests/generate/mod.rs"]
mod generate;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| generate::targets::saved(bytes));
