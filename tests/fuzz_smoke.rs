//! The fuzz targets on a bounded number of inputs: the texts of the repository, whole and damaged, and bytes of no sense.
//! `fuzz/` runs the same targets without end.
#![allow(clippy::expect_used, clippy::panic, clippy::unreachable, reason = "a test fails by panicking")]
#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by panicking")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a generator treats most types alike")]

#[allow(dead_code, reason = "the property tests use the rest")]
mod generate;

use std::path::{Path, PathBuf};

use assize::{CaseFormat, CaseOptions};
use generate::targets;

/// How many more inputs an optimised build affords.
const TIMES: usize = if cfg!(debug_assertions) { 1 } else { 10 };

struct Random(u64);

impl Random {
    fn below(&mut self, count: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % count.max(1)
    }
}

/// The files below a folder whose names end in this.
fn files(folder: &Path, end: &str, found: &mut Vec<PathBuf>) {
    let mut entries: Vec<PathBuf> =
        folder.read_dir().expect("a folder").map(|entry| entry.expect("an entry").path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            files(&path, end, found);
        } else if path.to_string_lossy().ends_with(end) {
            found.push(path);
        }
    }
}

fn seeds(ends: &[&str]) -> Vec<Vec<u8>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for end in ends {
        for folder in ["examples", "tests/cases", "tests/generate"] {
            files(&root.join(folder), end, &mut found);
        }
    }
    assert!(!found.is_empty(), "no seeds {ends:?}");
    found.iter().map(|path| std::fs::read(path).expect("a readable file")).collect()
}

/// One to eight bytes or stretches changed; long texts are cut, so that many are tried.
fn damaged(random: &mut Random, seed: &[u8]) -> Vec<u8> {
    let start = random.below(seed.len());
    let mut bytes = if random.below(2) == 0 { seed.to_vec() } else { seed[start..].to_vec() };
    bytes.truncate(3_000);
    for _ in 0..=random.below(8) {
        let (at, other) = (random.below(bytes.len()), random.below(bytes.len()));
        match (random.below(5), bytes.is_empty()) {
            (_, true) => bytes.push(b'p'),
            (0, _) => drop(bytes.remove(at)),
            (1, _) => bytes[at] = u8::try_from(random.below(256)).expect("a byte"),
            (2, _) => bytes.swap(at, other),
            (3, _) => {
                let stretch = bytes[at..(at + 20).min(bytes.len())].to_vec();
                bytes.splice(other..other, stretch);
            }
            (_, _) => bytes.insert(at, b"()[]{}|,:.\"#-0 \n"[random.below(16)]),
        }
    }
    bytes
}

/// Every seed, and `count` damaged ones.
fn run(target: fn(&[u8]), seeds: &[Vec<u8>], count: usize) {
    for seed in seeds {
        target(&seed[..seed.len().min(20_000)]);
    }
    let mut random = Random(7);
    for _ in 0..count * TIMES {
        let seed = &seeds[random.below(seeds.len())];
        target(&damaged(&mut random, seed));
    }
}

#[test]
fn parse() {
    run(targets::parse, &seeds(&[".assize", ".txt"]), 200);
}

#[test]
fn check() {
    run(targets::check, &noise(), 60);
}

/// A case of the policy with every kind of fact.
const CASE: &str = include_str!("../fuzz/seeds/case.json");

/// Else the damaged ones would only be refused in one more way.
#[test]
fn the_seeds_of_facts_are_decided() {
    let policy = targets::every_fact();
    assert!(policy.decide_json(CASE).is_decided(), "{}", policy.decide_json(CASE).to_json(0));
    let cases = include_str!("../fuzz/seeds/cases.csv").as_bytes();
    let acts = include_str!("../fuzz/seeds/acts.csv").as_bytes();
    let options = CaseOptions::new(CaseFormat::Csv).ignore_undeclared().list("acts", acts, "key");
    for case in policy.cases(cases, options).expect("the header fits") {
        let decision = case.expect("a readable file").decision;
        assert!(decision.is_decided(), "{}", decision.to_json(0));
    }
}

#[test]
fn facts_json() {
    run(targets::facts_json, &[CASE.as_bytes().to_vec()], 2_000);
}

#[test]
fn facts_csv() {
    let (cases, acts) = (include_str!("../fuzz/seeds/cases.csv"), include_str!("../fuzz/seeds/acts.csv"));
    let both = format!("{cases}\0{acts}");
    run(targets::facts_csv, &[cases.as_bytes().to_vec(), both.into_bytes()], 2_000);
}

#[test]
fn decide() {
    run(targets::decide, &noise(), 40);
}

#[test]
fn compiled() {
    run(targets::compiled, &noise(), 40);
}

#[test]
fn saved() {
    run(targets::saved, &noise(), 40);
}

#[test]
fn fmt() {
    run(targets::fmt, &seeds(&[".assize"]), 20);
    run(targets::fmt, &noise(), 20);
}

/// Bytes that choose policies.
fn noise() -> Vec<Vec<u8>> {
    let mut random = Random(3);
    let mut any =
        |count: usize| (0..count).map(|_| u8::try_from(random.below(256)).expect("a byte")).collect();
    (0..10).map(|number| any(150 * number)).collect()
}
