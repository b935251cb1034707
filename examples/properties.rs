//! Property tests of a policy: laws over thousands of cases that the policy itself says how to make.
//!
//! ```sh
//! cargo run --release --features proptest --example properties
//! ```
//!
//! In a test suite the same stands inside `proptest! { #[test] fn .. }`.

use std::error::Error;

use assize::Policy;
use assize::laws;
use proptest::test_runner::{Config, RngAlgorithm, TestError, TestRng, TestRunner};

fn main() -> Result<(), Box<dyn Error>> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/policies/service_enforcement/policy.assize");
    let policy = Policy::from_text("policy.assize", &std::fs::read_to_string(path)?)?;
    let case = policy.facts_strategy();
    let two = (case.clone(), case.clone());
    // The same cases in every run; in a test suite it is better to leave that to proptest.
    let cases = if cfg!(debug_assertions) { 100 } else { 2_000 };
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let run = || TestRunner::new_with_rng(config.clone(), TestRng::deterministic_rng(RngAlgorithm::ChaCha));

    run().run(&case, |case| {
        laws::sound(&policy, &case)?;
        laws::deterministic(&policy, &case)?;
        laws::order_free(&policy, &case)?;
        laws::lists_order_free(&policy, &case, &[])?;
        laws::settled_stays(&policy, &case)
    })?;
    println!("decisions are sound, and depend on no order");

    run().run(&two, |(one, other)| {
        laws::never_falls(&policy, "fine", "goods_value", &one, &other)?;
        laws::never_falls(&policy, "exposure", "deaths", &one, &other)?;
        laws::more_never_milder(&policy, "exposure", "history", &one, &other)
    })?;
    println!("fines rise with the value of the goods, exposure with deaths and with every earlier offence");

    // A law of one's own.
    run().run(&case, |case| {
        let decision = policy.decide(&case);
        let no_fine = decision.get("fine").and_then(|fine| fine.as_number()).as_deref() == Some("0.00");
        let path = decision.get("path").and_then(|path| path.as_str().map(str::to_owned));
        let punished = path.is_some_and(|path| path.starts_with("punish"));
        proptest::prop_assert!(no_fine || punished, "fined and not punished: {case}");
        Ok(())
    })?;
    println!("only the punished are fined");

    // One that does not hold. A finding of units that passed thins out those that failed, and less than a fifth is left:
    // the law, or its author, has to say whether that is meant. The two smallest cases that show it:
    let broken = run()
        .run(&two, |(one, other)| laws::more_never_milder(&policy, "severity", "findings", &one, &other));
    match broken {
        Err(TestError::Fail(why, _)) => println!("a finding can make a case milder: {why}"),
        Ok(()) => println!("no finding makes a case milder"),
        Err(other) => return Err(other.into()),
    }
    Ok(())
}
