//! The bodies of the fuzz targets, as functions of bytes. `fuzz/` hands them to libFuzzer, `fuzz_smoke.rs` calls them a
//! bounded number of times. A law that does not hold panics with what is wrong and the text that shows it.

use std::fmt::Write as _;
use std::sync::OnceLock;

use assize::{CaseFormat, CaseOptions, Policy};
use serde_json::Value;

use super::choices::Choices;
use super::{laws, policy as generated, saved};

fn demand<T>(law: Result<T, String>, about: &str) -> T {
    law.unwrap_or_else(|wrong| panic!("{wrong}\n---\n{about}"))
}

/// Any text at all is read to its end, and its mistakes can be shown.
pub(crate) fn parse(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    demand(laws::is_checked(&text), &text);
    let _ = Policy::from_text("p.assize.md", &text);
}

/// A sound policy with some of its words taken out, doubled, swapped or put elsewhere.
pub(crate) fn check(bytes: &[u8]) {
    let (damage, rest) = bytes.split_at(bytes.len() / 8);
    let text = damaged(&generated(rest).text(), &mut Choices::new(damage));
    if let Some(policy) = demand(laws::is_checked(&text), &text) {
        demand(laws::is_sound(&policy, "{}"), &text);
    }
}

fn damaged(text: &str, choices: &mut Choices<'_>) -> String {
    let mut words = words(text);
    for _ in 0..choices.between(1, 4) {
        // Two choices reach all of a long text.
        let mut place = || (choices.below(256) * 256 + choices.below(256)) * words.len() / 65_536;
        let (at, other) = (place(), place());
        match choices.below(4) {
            0 => drop(words.remove(at)),
            1 => words.insert(at, words[at]),
            2 => words.swap(at, other),
            _ => words[at] = words[other],
        }
        if words.is_empty() {
            break;
        }
    }
    words.concat()
}

/// Names and numbers, spaces, and single marks.
fn words(text: &str) -> Vec<&str> {
    let kind = |c: char| {
        if c.is_alphanumeric() || c == '_' {
            1
        } else if c.is_whitespace() {
            2
        } else {
            3
        }
    };
    let mut found = Vec::new();
    let mut start = 0;
    let mut before = 0;
    for (at, c) in text.char_indices() {
        if at > start && (kind(c) != before || before == 3) {
            found.push(&text[start..at]);
            start = at;
        }
        before = kind(c);
    }
    found.push(&text[start..]);
    found
}

/// A policy with every kind of fact.
pub(crate) fn every_fact() -> &'static Policy {
    static POLICY: OnceLock<Policy> = OnceLock::new();
    POLICY.get_or_init(|| {
        Policy::from_text("every_fact.assize", include_str!("every_fact.assize"))
            .unwrap_or_else(|error| panic!("{}", error.render()))
    })
}

/// Any bytes as a case, as a file of cases, and as lines of cases.
pub(crate) fn facts_json(bytes: &[u8]) {
    let policy = every_fact();
    let text = String::from_utf8_lossy(bytes);
    let decision = demand(laws::is_sound(policy, &text), &text);
    for format in [CaseFormat::Json, CaseFormat::JsonLines] {
        let cases =
            policy.cases(bytes, CaseOptions::new(format)).unwrap_or_else(|error| panic!("{error}\n{text}"));
        for case in cases {
            let case = case.unwrap_or_else(|error| panic!("{error}\n{text}"));
            demand(laws::is_written(&case.decision), &text);
        }
    }
    // The host's own JSON value says the same as the text, as far as it can be read at all.
    if let Ok(value @ Value::Object(_)) = serde_json::from_slice::<Value>(bytes)
        && decision.is_decided()
        && !has_float(&value)
    {
        let (text_says, value_says) = (decision.to_json(0), policy.decide(&value).to_json(0));
        assert_eq!(text_says, value_says, "{text}");
    }
}

fn has_float(value: &Value) -> bool {
    match value {
        Value::Number(number) => number.as_i64().is_none(),
        Value::Array(items) => items.iter().any(has_float),
        Value::Object(entries) => entries.values().any(has_float),
        Value::Null | Value::Bool(_) | Value::String(_) => false,
    }
}

/// Any bytes as a CSV file; what follows a NUL is the file of a list.
pub(crate) fn facts_csv(bytes: &[u8]) {
    let policy = every_fact();
    let mut parts = bytes.splitn(2, |byte| *byte == 0);
    let (main, list) = (parts.next().unwrap_or_default(), parts.next());
    for strict in [true, false] {
        let mut options = CaseOptions::new(CaseFormat::Csv);
        if !strict {
            options = options.ignore_undeclared();
        }
        if let Some(list) = list {
            options = options.list("acts", list, "key");
        }
        let shown = String::from_utf8_lossy(bytes);
        match policy.cases(main, options) {
            Ok(mut cases) => {
                for case in cases.by_ref() {
                    let case = case.unwrap_or_else(|error| panic!("{error}\n{shown}"));
                    demand(laws::is_written(&case.decision), &shown);
                }
                cases.unclaimed();
            }
            Err(error) => {
                assert!(!error.problems().is_empty() && !error.render().is_empty(), "{error}\n{shown}")
            }
        }
    }
}

/// A generated policy and its cases: the laws of decisions.
pub(crate) fn decide(bytes: &[u8]) {
    let (first, rest) = bytes.split_at(bytes.len() / 4);
    let made = generated(rest);
    let text = made.text();
    let Some(policy) = demand(laws::is_checked(&text), &text) else { return };
    let mut choices = Choices::new(first);
    let mut shown = text.clone();
    let mut facts = Vec::new();
    for _ in 0..3 {
        let case = made.case(&mut choices);
        let _ = write!(shown, "\n--- {}", case.value);
        let open = demand(laws::is_sound(&policy, &case.value.to_string()), &shown);
        let more = made.completed(&case, &mut choices);
        let _ = write!(shown, "\n--- {}", more.value);
        let known = demand(laws::is_sound(&policy, &more.value.to_string()), &shown);
        demand(laws::is_within(&open, &known), &shown);
        facts.push(case.value);
    }
    demand(laws::is_order_free(&made.items, &facts, &mut choices), &shown);
}

/// A policy that compiles, and its cases as damaged text: however a case is read, the reference evaluator says the same.
pub(crate) fn compiled(bytes: &[u8]) {
    let (first, rest) = bytes.split_at(bytes.len() / 4);
    let made = super::plain_policy(rest);
    let text = made.text();
    let Some(policy) = demand(laws::is_checked(&text), &text) else { return };
    let (reference, mut decider) = (policy.reference(), policy.decider());
    let mut choices = Choices::new(first);
    for _ in 0..4 {
        let facts = made.case(&mut choices).value.to_string();
        for facts in [damaged(&facts, &mut choices), facts] {
            let mut line = String::new();
            decider.decide_json(&facts).write_json(0, &mut line);
            assert_eq!(line, reference.decide_json(&facts).to_json(0), "{text}\n--- {facts}");
        }
    }
}

/// A policy that is saved and loaded decides the same; one that is damaged behind its checksum, and bytes of no sense, do no
/// harm.
pub(crate) fn saved(bytes: &[u8]) {
    let (first, rest) = bytes.split_at(bytes.len() / 4);
    saved::noise(&every_fact().save(), bytes);
    let made = if bytes.len().is_multiple_of(4) { generated(rest) } else { super::plain_policy(rest) };
    let Some(policy) = demand(laws::is_checked(&made.text()), &made.text()) else { return };
    let mut choices = Choices::new(first);
    let cases: Vec<String> = (0..2).map(|_| made.case(&mut choices).value.to_string()).collect();
    saved::is_kept(&policy, &cases);
    for _ in 0..20 {
        saved::damaged(&made, &policy, &mut choices);
    }
}

/// Formatting a formatted text changes nothing, and formatting a sound policy changes no decision.
pub(crate) fn fmt(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes);
    formatted(&text);
    let (damage, rest) = bytes.split_at(bytes.len() / 8);
    let made = generated(rest);
    let text = made.text();
    formatted(&damaged(&text, &mut Choices::new(damage)));
    let Ok(policy) = Policy::from_text("p.assize", &text) else { return };
    let Some(other) = formatted(&text) else { panic!("a policy that checks is not formatted\n{text}") };
    let other =
        Policy::from_text("p.assize", &other).unwrap_or_else(|error| panic!("{}\n{other}", error.render()));
    let facts = made.case(&mut Choices::new(damage)).value.to_string();
    assert_eq!(policy.decide_json(&facts).to_json(0), other.decide_json(&facts).to_json(0), "{text}");
}

fn formatted(text: &str) -> Option<String> {
    match assize::format("p.assize", text) {
        Ok(once) => {
            let twice = assize::format("p.assize", &once)
                .unwrap_or_else(|error| panic!("{}\n{once}", error.render()));
            assert_eq!(once, twice, "formatted twice\n{text}");
            Some(once)
        }
        Err(error) => {
            demand(laws::is_refusal(&error), text);
            None
        }
    }
}
