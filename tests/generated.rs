//! Generated policies: nearly all of them check, they use the language widely, and the laws hold for them and their
//! cases.
#![allow(clippy::expect_used, clippy::panic, clippy::unreachable, reason = "a test fails by panicking")]
#![allow(clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by panicking")]
#![allow(clippy::wildcard_enum_match_arm, reason = "a generator treats most types alike")]

#[allow(dead_code, reason = "the smoke tests use the rest")]
mod generate;

use assize::{Policy, Severity};
use generate::{Choices, laws, policy, targets};
use proptest::prelude::*;

/// Debug builds check a policy in some ten milliseconds.
const POLICIES: u64 = if cfg!(debug_assertions) { 300 } else { 3_000 };

/// Bytes that a seed stands for (Marsaglia's xorshift).
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

fn length(seed: u64) -> usize {
    200 + usize::try_from(seed % 7).expect("a small number") * 250
}

/// A form of the language, and how it is seen in a text.
const FORMS: &[(&str, &[&str])] = &[
    ("unit conversion", &["= 1_000 mg"]),
    ("enum", &["enum "]),
    ("scale", &["scale "]),
    ("record", &["record "]),
    ("list of records", &["list of Act"]),
    ("list in a list", &["list of list of"]),
    ("set", &["set of "]),
    ("date", &[": date"]),
    ("days", &["30 days", "14 days"]),
    ("months", &["6 months", "13 months"]),
    ("working days", &[" working day"]),
    ("calendar", &["calendar "]),
    ("or nothing", &["or nothing"]),
    ("or unknown", &["or unknown"]),
    ("default", &["default "]),
    ("needed when", &["needed when "]),
    ("first of fields", &[": first of "]),
    ("must hold", &["must hold"]),
    ("wire in percent", &["wire in percent"]),
    ("judgement", &["judgement by"]),
    ("bounds", &["0 or more"]),
    ("decimals of a fact", &["decimals"]),
    ("define", &["define "]),
    ("define by date", &["in force until 2019-12-31\n  = "]),
    ("table", &["table "]),
    ("unique table", &["| => |"]),
    ("table of extremes", &[", highest\n  |", ", lowest\n  |", ", highest \"", ", lowest \""]),
    ("cross table", &["| => | "]),
    ("several columns", &["| => each | cap |"]),
    ("parameter by date", &["  from 2010-01-01: "]),
    ("read at a day", &[" at "]),
    ("first of limbs", &["first of "]),
    ("highest of limbs or items", &["highest of "]),
    ("lowest of limbs or items", &["lowest of "]),
    ("sum", &["sum of "]),
    ("product", &["product of "]),
    ("latest", &["latest of "]),
    ("earliest", &["earliest of "]),
    ("set of items", &["set of "]),
    ("list of items", &[" for each "]),
    ("count", &["count v"]),
    ("any", &["any v"]),
    ("every", &["every v"]),
    ("first item", &["first v"]),
    ("first item by", &[" by highest ", " by lowest "]),
    ("where", &[" where "]),
    ("or else", &[" or else "]),
    ("exists", &[" exists"]),
    ("is nothing", &["is nothing"]),
    ("one step", &["one step "]),
    ("the higher of", &["the higher of", "the lower of"]),
    ("the earlier of", &["the earlier of", "the later of"]),
    ("has any of", &["has any of"]),
    ("has all of", &["has all of"]),
    ("without", &[" without "]),
    ("is empty", &["empty"]),
    ("in", &[" in ["]),
    ("starts with", &["starts with"]),
    ("before, after", &[" before ", " after "]),
    ("within", &[" within "]),
    ("days after", &["(days after "]),
    ("working days after", &["working days after "]),
    ("range", &["range of "]),
    ("times", &[" times "]),
    ("band", &["band("]),
    ("ends of a range", &["bottom(", "top(", "middle("]),
    ("division", &[" / "]),
    ("rounded half up", &["half up"]),
    ("rounded half even", &["half even"]),
    ("rounded up, down", &["EUR up", "EUR down", "mg up", "mg down"]),
    ("implies", &[" implies "]),
    ("not", &["not "]),
    ("duty", &["duty of "]),
    ("due", &[" due "]),
    ("combined by sum", &[", sum"]),
    ("combined by highest", &[", highest"]),
    ("combined by lowest", &[", lowest"]),
    ("combined by earliest", &[", earliest"]),
    ("combined by latest", &[", latest"]),
    ("combined by any", &[", any"]),
    ("combined by agreement", &[", agree"]),
    ("grouped", &[" per Act"]),
    ("required", &[", required"]),
    ("limits", &[", at least ", ", at most "]),
    ("reduced", &[": reduced by "]),
    ("raised", &[": raised by "]),
    ("floor", &[": at least "]),
    ("cap", &[": at most "]),
    ("waived", &[": waived"]),
    ("taken out", &[": without "]),
    ("rule", &["rule "]),
    ("rule for each", &["\n  for each "]),
    ("overrides", &["overrides "]),
    ("overrides for an outcome", &[" for "]),
    ("in force", &["in force from"]),
    ("dated by", &["dated by"]),
    ("the more lenient", &["the more lenient by"]),
    ("always", &["always "]),
    ("never", &["never \""]),
    ("monotone", &["monotone "]),
    ("independent", &["independent "]),
    ("example", &["example "]),
    ("title", &["\"A title\""]),
    ("cites", &["cites "]),
    ("wire name", &[" as \""]),
];

/// The share of policies that check is the generator's own promise: with fewer, the tests below test less.
#[test]
fn nearly_all_policies_check_and_use_the_whole_language() {
    let mut accepted = 0;
    let mut refused = String::new();
    let mut seen = vec![0_u64; FORMS.len()];
    for seed in 0..POLICIES {
        let text = policy(&bytes(seed, length(seed))).text();
        match Policy::from_text("p.assize", &text) {
            Ok(_) => {
                accepted += 1;
                for (count, (_, shapes)) in seen.iter_mut().zip(FORMS) {
                    *count += u64::from(shapes.iter().any(|shape| text.contains(shape)));
                }
            }
            Err(error) => {
                let errors = error.diagnostics().iter().filter(|one| one.code.severity() == Severity::Error);
                refused.extend(
                    errors.map(|one| format!("seed {seed}: {}: {}\n", one.code.as_str(), one.message)),
                );
            }
        }
    }
    assert!(accepted * 100 >= POLICIES * 95, "{accepted} of {POLICIES} check\n{refused}");
    let rare: Vec<String> = (FORMS.iter().zip(&seen))
        .filter(|(_, count)| **count * 100 < POLICIES)
        .map(|((form, _), count)| format!("{form}: in {count}"))
        .collect();
    assert!(rare.is_empty(), "of {POLICIES} policies few have\n{}", rare.join("\n"));
}

/// Every answer occurs, so that the laws are about all of them.
#[test]
fn cases_end_in_every_way() {
    let mut seen = std::collections::BTreeMap::new();
    let mut cases = 0_u64;
    for seed in 0..POLICIES / 2 {
        let made = policy(&bytes(seed, length(seed)));
        let Ok(checked) = Policy::from_text("p.assize", &made.text()) else { continue };
        let bytes = bytes(seed + 1_000_000, 1_000);
        let mut choices = Choices::new(&bytes);
        for _ in 0..4 {
            let decision = checked.decide_json(&made.case(&mut choices).value.to_string());
            *seen.entry(decision.status().as_str()).or_insert(0_u64) += 1;
            cases += 1;
        }
    }
    for (status, least) in [("decided", 25), ("undetermined", 10), ("refused", 2), ("failed", 1)] {
        let share = seen.get(status).copied().unwrap_or(0) * 100;
        assert!(share >= cases * least, "{status}: {seen:?}");
    }
}

#[test]
fn no_bytes_are_the_simplest_policy() {
    let made = policy(&[]);
    let checked = Policy::from_text("p.assize", &made.text()).expect("the simplest policy checks");
    let facts = made.case(&mut Choices::new(&[])).value.to_string();
    assert!(checked.decide_json(&facts).is_decided(), "{facts}\n{}", made.text());
    assert!(made.text().len() < 1_000, "{}", made.text());
}

/// A law that nothing breaks says nothing: each of these answers is none that the open case left possible.
#[test]
fn the_law_of_more_facts_can_be_broken() {
    let head = "policy p enum K: a, b, c unit EUR, 2 decimals facts u: bool or unknown outcome x: ";
    for (open, inside, outside) in [
        ("integer = 1 when u, otherwise 3", "integer = 3", "integer = 4"),
        ("EUR = 1.50 EUR when u, otherwise 12 EUR", "EUR = 9 EUR", "EUR = -2 EUR"),
        ("date = 2020-01-01 when u, otherwise 2021-01-01", "date = 2020-06-01", "date = 2021-01-02"),
        ("K = a when u, otherwise b", "K = b", "K = c"),
        ("K or nothing = a when u", "K or nothing = nothing", "K or nothing = b"),
        ("integer = 5 when u, otherwise 5", "integer = 5", "integer = 6"),
        (
            "range of integer = 1 to 2 when u, otherwise 3 to 9",
            "range of integer = 3 to 4",
            "range of integer = 0 to 4",
        ),
        (
            "set of K rule r then x: a rule s when u then x: b",
            "set of K rule r then x: a",
            "set of K rule s then x: b",
        ),
        (
            "set of K rule r then x: a rule s when u then x: b",
            "set of K rule r then x: a, b",
            "set of K rule s then x: a, c",
        ),
    ] {
        let decide = |text: &str| {
            let text = format!("{head}{text}");
            let policy = Policy::from_text("p.assize", &text);
            policy.unwrap_or_else(|error| panic!("{}\n{text}", error.render())).decide_json("{}")
        };
        let open = decide(open);
        assert_eq!(laws::is_within(&open, &decide(inside)), Ok(()), "{inside}");
        assert!(laws::is_within(&open, &decide(outside)).is_err(), "{outside} within {}", open.to_json(0));
    }
}

fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    prop_oneof![prop::collection::vec(any::<u8>(), 0..300), prop::collection::vec(any::<u8>(), 300..1_500),]
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: if cfg!(debug_assertions) { 100 } else { 1_000 },
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn decisions_are_deterministic_order_free_and_sound(bytes in any_bytes()) {
        targets::decide(&bytes);
    }

    #[test]
    fn more_facts_settle_what_was_open(policy_bytes in any_bytes(), case in prop::collection::vec(any::<u8>(), 300)) {
        let made = policy(&policy_bytes);
        let text = made.text();
        let Ok(checked) = Policy::from_text("p.assize", &text) else { return Ok(()) };
        let mut choices = Choices::new(&case);
        let facts = made.case(&mut choices);
        let more = made.completed(&facts, &mut choices);
        let decide = |facts: &generate::Facts| checked.decide_json(&facts.value.to_string());
        let law = laws::is_within(&decide(&facts), &decide(&more));
        law.map_err(|wrong| TestCaseError::fail(format!("{wrong}\n{}\n{}\n{text}", facts.value, more.value)))?;
    }
}
