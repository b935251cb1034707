//! Times of the engine alone: loading, deciding in every way, and growth with the number of rules.
#![allow(clippy::expect_used, reason = "a bench fails by panicking")]

use std::fmt::Write as _;

use assize::{Decider, Policy};
use divan::{Bencher, black_box};

const SERVICE: &str = include_str!("../examples/policies/service_enforcement/policy.assize");
const QUALITY: &str = include_str!("policies/quality.assize");

const CASE: &str = r#"{"act":"counterfeit","stage":"market","declared_standard":false,"keeps_declared":false,"defect_rate":"0.125","goods_value":"123456.78","units_sold":5000,"injured":2,"deaths":0,"prior_violations":3,"cooperates":true,"rectified":false}"#;

fn main() {
    divan::main();
}

fn quality() -> Policy {
    Policy::from_text("quality.assize", QUALITY).expect("a policy")
}

#[divan::bench]
fn parse_and_lay_out() -> String {
    assize::format("quality.assize", black_box(QUALITY)).expect("a policy")
}

#[divan::bench]
fn load() -> Policy {
    quality()
}

#[divan::bench]
fn save(bencher: Bencher<'_, '_>) {
    let policy = quality();
    bencher.bench(|| policy.save());
}

#[divan::bench]
fn load_saved(bencher: Bencher<'_, '_>) {
    let saved = quality().save();
    bencher.bench(|| Policy::load(black_box(&saved)).expect("a saved policy"));
}

/// One over lists.
#[divan::bench]
fn load_saved_lists(bencher: Bencher<'_, '_>) {
    let saved = Policy::from_text("policy.assize", SERVICE).expect("a policy").save();
    bencher.bench(|| Policy::load(black_box(&saved)).expect("a saved policy"));
}

#[divan::bench]
fn decide_json(bencher: Bencher<'_, '_>) {
    let policy = quality();
    bencher.bench(|| policy.decide_json(black_box(CASE)).to_json(0));
}

#[divan::bench]
fn decide_by_reference(bencher: Bencher<'_, '_>) {
    let policy = quality().reference();
    bencher.bench(|| policy.decide_json(black_box(CASE)).to_json(0));
}

#[divan::bench]
fn decider_json(bencher: Bencher<'_, '_>) {
    let (mut decider, mut line) = (quality().decider(), String::new());
    bencher.bench_local(|| {
        line.clear();
        decider.decide_json(black_box(CASE)).write_json(0, &mut line);
        line.len()
    });
}

#[divan::bench]
fn decider_again(bencher: Bencher<'_, '_>) {
    let mut decider = quality().decider();
    assert!(decider.decide_json(CASE).is_decided());
    bencher.bench_local(|| decider.decide().is_decided());
}

/// So many rules, each about a category and two ranges.
fn catalogue(rules: usize) -> String {
    let mut text = String::from(
        "policy catalogue unit CNY, 2 decimals\n\
         facts rate: number, 0% to 100%, up to 4 decimals value: CNY, 0 CNY to 1_000_000 CNY category: Category\n\
         outcome credit: integer, sum\nenum Category: c0",
    );
    for number in 1..200 {
        let _ = write!(text, ", c{number}");
    }
    for rule in 0..rules {
        let (from, least) = (rule * 7 % 90, rule * 13 % 900);
        let _ = write!(
            text,
            "\nrule r{rule} when category is c{} and rate >= {from}% and rate < {}% and value >= {least}_000 CNY then credit: 1",
            rule % 200,
            from + 9,
        );
    }
    text
}

const SIZES: [usize; 3] = [10, 1_000, 10_000];

#[divan::bench(args = SIZES, sample_count = 10)]
fn load_rules(bencher: Bencher<'_, '_>, rules: usize) {
    let text = catalogue(rules);
    bencher.bench(|| Policy::from_text("catalogue.assize", black_box(&text)).expect("a policy"));
}

#[divan::bench(args = SIZES, sample_count = 20)]
fn load_saved_rules(bencher: Bencher<'_, '_>, rules: usize) {
    let policy = Policy::from_text("catalogue.assize", &catalogue(rules)).expect("a policy");
    let saved = policy.save();
    bencher.bench(|| Policy::load(black_box(&saved)).expect("a saved policy"));
}

#[divan::bench(args = SIZES)]
fn decide_under_rules(bencher: Bencher<'_, '_>, rules: usize) {
    let mut decider: Decider =
        Policy::from_text("catalogue.assize", &catalogue(rules)).expect("a policy").decider();
    let case = r#"{"rate":"0.5","value":"500000","category":"c77"}"#;
    assert!(decider.decide_json(case).is_decided());
    bencher.bench_local(|| decider.decide().is_decided());
}
