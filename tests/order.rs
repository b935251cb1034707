//! Order means nothing: the items of a policy, its files, the entries of a case and, where no outcome is a list, the
//! items of a case's lists may stand in any order, and the decision is the same line of JSON. And no text, however
//! damaged, ends in a panic or in a mistake of the engine.
#![allow(clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

#[path = "regimes/oracle/mod.rs"]
#[allow(dead_code, reason = "the regimes are used here for their cases alone")]
mod oracle;
#[allow(dead_code, reason = "shared with the other tests of the example policies")]
mod policies;

use std::panic::{AssertUnwindSafe, catch_unwind};

use assize::decision::ProblemCode;
use assize::{Decision, Error, Policy};
use oracle::random::Random;
use oracle::{REGIMES, Regime};
use policies::{folder, load};
use serde_json::Value;

const CASES: u64 = if cfg!(debug_assertions) { 40 } else { 400 };

fn text_of(name: &str) -> String {
    std::fs::read_to_string(folder(name).join("policy.assize")).expect("an example policy is there")
}

fn shuffle<T>(random: &mut Random, items: &mut [T]) {
    for last in (1..items.len()).rev() {
        let other = usize::try_from(random.between(0, last as i64)).expect("an index");
        items.swap(last, other);
    }
}

/// The items of a policy text: each begins with a word in the first column. The version line is left out.
fn items(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in
        text.lines().filter(|line| !line.starts_with("assize ") && !line.trim_start().starts_with('#'))
    {
        match found.last_mut() {
            Some(last) if line.is_empty() || line.starts_with(' ') => last.push_str(&format!("\n{line}")),
            _ if line.is_empty() => {}
            _ => found.push(line.to_owned()),
        }
    }
    found
}

/// Facts may be declared in several blocks, so each fact may stand alone; so may not the fields of a record, but their
/// order is free.
fn with_fields_shuffled(random: &mut Random, items: Vec<String>) -> Vec<String> {
    let mut shuffled = Vec::new();
    for item in items {
        let (head, body) = item.split_once('\n').unwrap_or((item.as_str(), ""));
        if !head.starts_with("facts") && !head.starts_with("record ") {
            shuffled.push(item);
            continue;
        }
        let mut fields: Vec<String> = Vec::new();
        for line in body.lines().filter(|line| !line.trim().is_empty()) {
            match fields.last_mut() {
                Some(last) if line.starts_with("   ") => last.push_str(&format!("\n{line}")),
                _ => fields.push(line.to_owned()),
            }
        }
        shuffle(random, &mut fields);
        if head.starts_with("facts") {
            shuffled.extend(fields.iter().map(|field| format!("facts\n{field}")));
        } else {
            shuffled.push(format!("{head}\n{}", fields.join("\n")));
        }
    }
    shuffled
}

/// The items in any order, in up to five files given in any order.
fn rebuilt(random: &mut Random, text: &str) -> Policy {
    let mut items = with_fields_shuffled(random, items(text));
    shuffle(random, &mut items);
    let count = usize::try_from(random.between(1, 5)).expect("a count");
    let mut files = vec![String::new(); count];
    for item in &items {
        let place = usize::try_from(random.between(0, count as i64 - 1)).expect("an index");
        files[place].push_str(&format!("{item}\n\n"));
    }
    let mut builder = Policy::builder();
    for (place, file) in files.iter().enumerate() {
        builder = builder.file(&format!("part{place}.assize"), file);
    }
    builder.build().unwrap_or_else(|error| panic!("{}\n{}", error.render(), files.join("\n---\n")))
}

/// The same JSON value, the entries of its objects in another order.
fn with_keys_shuffled(random: &mut Random, value: &Value) -> String {
    match value {
        Value::Array(values) => {
            let items: Vec<String> = values.iter().map(|value| with_keys_shuffled(random, value)).collect();
            format!("[{}]", items.join(","))
        }
        Value::Object(entries) => {
            let mut shown: Vec<String> = (entries.iter())
                .map(|(key, value)| {
                    format!("{}: {}", Value::from(key.as_str()), with_keys_shuffled(random, value))
                })
                .collect();
            shuffle(random, &mut shown);
            format!("{{{}}}", shown.join(", "))
        }
        scalar @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_)) => scalar.to_string(),
    }
}

fn with_lists_shuffled(random: &mut Random, value: &mut Value) {
    match value {
        Value::Array(values) => {
            values.iter_mut().for_each(|value| with_lists_shuffled(random, value));
            shuffle(random, values);
        }
        Value::Object(entries) => entries.values_mut().for_each(|value| with_lists_shuffled(random, value)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// A case of the regime; one in four is damaged, so that refusals are compared, too.
fn case(random: &mut Random, regime: &Regime) -> Value {
    let mut facts = (regime.generate)(random);
    if random.chance(25)
        && let Some(entries) = facts.as_object_mut()
    {
        let keys: Vec<String> = entries.keys().cloned().collect();
        for _ in 0..random.between(1, 3) {
            if keys.is_empty() {
                break;
            }
            let key = random.pick(&keys);
            match random.between(0, 3) {
                0 => drop(entries.remove(&key)),
                1 => drop(entries.insert(key, Value::Null)),
                2 => drop(entries.insert(key, Value::from("no such value"))),
                _ => drop(entries.insert(format!("{key}_x"), Value::from(-1))),
            }
        }
    }
    facts
}

#[test]
fn items_fields_and_files_may_stand_in_any_order() {
    for regime in &REGIMES {
        let policy = load(regime.name);
        let text = text_of(regime.name);
        for seed in 0..6 {
            let mut random = Random::new(seed);
            let other = rebuilt(&mut random, &text);
            for _ in 0..CASES {
                let facts = case(&mut random, regime).to_string();
                let (one, two) =
                    (policy.decide_json(&facts).to_json(0), other.decide_json(&facts).to_json(0));
                assert_eq!(one, two, "{}, seed {seed}, facts {facts}", regime.name);
            }
        }
    }
}

#[test]
fn the_entries_of_a_case_may_stand_in_any_order() {
    for regime in &REGIMES {
        let policy = load(regime.name);
        let mut random = Random::new(7);
        for _ in 0..CASES * 3 {
            let facts = case(&mut random, regime);
            let shuffled = with_keys_shuffled(&mut random, &facts);
            let (one, two) =
                (policy.decide_json(&facts.to_string()).to_json(0), policy.decide_json(&shuffled).to_json(0));
            assert_eq!(one, two, "{}, facts {shuffled}", regime.name);
        }
    }
}

/// Outcomes that are lists show the order of the facts; `fired`, `needs` and `errors` name items by their place.
#[test]
fn the_items_of_lists_may_stand_in_any_order() {
    let ordered = [
        "controlling_articles",
        "series_maximum",
        "probabilities",
        "levels",
        // Of several worst scenarios the first is taken, and analysed.
        "worst_scenario",
        "if_ten_times_likelier",
        "if_ten_times_rarer",
        "robust",
    ];
    for regime in &REGIMES {
        let policy = load(regime.name);
        let mut random = Random::new(11);
        for _ in 0..CASES * 3 {
            let facts = (regime.generate)(&mut random);
            let mut shuffled = facts.clone();
            with_lists_shuffled(&mut random, &mut shuffled);
            let decide = |facts: &Value| {
                let mut decision = policies::decide(&policy, facts);
                let outcomes = decision["outcomes"].as_object_mut().expect("outcomes are an object");
                outcomes.retain(|name, _| !ordered.contains(&name.as_str()));
                let mut fired: Vec<String> = decision["fired"]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .map(|one| one["rule"].to_string())
                    .collect();
                fired.sort();
                let needs = decision["needs"].as_array().map(Vec::len);
                (decision["status"].clone(), decision["outcomes"].clone(), fired, needs)
            };
            assert_eq!(decide(&facts), decide(&shuffled), "{}\n{facts}\n{shuffled}", regime.name);
        }
    }
}

/// Overrides of overrides, modifiers, unknown facts and every combination, over lists and without.
const OPEN_POLICY: &str = r#"
policy open
unit CNY, 2 decimals
scale Response: none < rectify < punish < prosecute
enum Service: testing, training
record Product
  value: CNY, 0 or more, up to 2 decimals
  bad:   bool or unknown
facts
  a: bool or unknown
  b: bool or unknown
  c: bool, default no
  on: date
  share: number or unknown, 0% to 50%
  products: list of Product, default []
outcome response: Response, highest, default none
outcome fine: CNY, sum, at most 1_000 CNY, rounded to 0.01 CNY half up
outcome per_product: CNY, highest per Product, then sum
outcome services: set of Service
outcome follow_up: duty of Service
outcome flagged: bool, any
outcome same: integer, agree
define grave: bool = a and not c
rule one
  when a
  then response: punish
       fine: 100 CNY
       same: 1
rule two
  overrides one for fine
  when b
  then response: rectify
       services: testing
rule three
  overrides two
  when c
  then fine: 30 CNY, at least 10 CNY
       follow_up: testing due on + 10 days
rule four
  when grave
  then fine: reduced by share
       follow_up: testing due on + 5 days, training due on + 1 months
rule five
  when b and not a
  then services: without testing
       services: training
rule six
  for each product in products
  when product.bad
  then per_product: product.value
       flagged: yes
       response: prosecute
rule seven
  overrides six for response
  for each product in products
  when product.value < 10 CNY
  then per_product: 3 CNY
rule eight
  when flagged
  then same: 2
       fine: at least 20 CNY
rule nine
  when c and b
  then fine: waived
"#;

fn open_case(random: &mut Random) -> Value {
    let mut facts = serde_json::json!({ "on": "2024-01-31" });
    let mut set = |key: &str, value: Value| {
        drop(facts.as_object_mut().expect("an object").insert(key.to_owned(), value))
    };
    for key in ["a", "b", "c"] {
        if random.chance(60) {
            set(key, Value::from(random.chance(50)));
        }
    }
    if random.chance(60) {
        set("share", Value::from(random.pick(&["0", "0.3", "0.5"])));
    }
    let mut products = Vec::new();
    for _ in 0..random.between(0, 3) {
        let mut product = serde_json::json!({ "value": random.pick(&["5", "10", "99.99"]) });
        if random.chance(60) {
            product["bad"] = Value::from(random.chance(50));
        }
        products.push(product);
    }
    set("products", Value::from(products));
    facts
}

#[test]
fn overrides_and_unknown_facts_do_not_depend_on_order() {
    let policy = Policy::from_text("open.assize", OPEN_POLICY).expect("the policy is right");
    let mut seen = std::collections::BTreeSet::new();
    for seed in 0..20 {
        let mut random = Random::new(seed);
        let other = rebuilt(&mut random, OPEN_POLICY);
        for _ in 0..CASES {
            let facts = open_case(&mut random);
            let shuffled = with_keys_shuffled(&mut random, &facts);
            let one = policy.decide_json(&facts.to_string());
            seen.insert(one.status().as_str());
            assert_eq!(one.to_json(0), other.decide_json(&shuffled).to_json(0), "seed {seed}, facts {facts}");
        }
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["decided", "failed", "undetermined"]);
}

/// Ruling 1's law over the same policy: whatever the unknown facts turn out to be, a settled outcome stays.
#[test]
fn what_is_settled_stays_when_more_is_known() {
    let policy = Policy::from_text("open.assize", OPEN_POLICY).expect("the policy is right");
    let mut random = Random::new(5);
    for _ in 0..CASES * 20 {
        let facts = open_case(&mut random);
        let mut filled = facts.clone();
        for key in ["a", "b"] {
            if filled.get(key).is_none() {
                filled[key] = Value::from(random.chance(50));
            }
        }
        if filled.get("share").is_none() {
            filled["share"] = Value::from(random.pick(&["0", "0.2", "0.5"]));
        }
        for product in filled["products"].as_array_mut().into_iter().flatten() {
            if product.get("bad").is_none() {
                product["bad"] = Value::from(random.chance(50));
            }
        }
        let (open, closed) = (policies::decide(&policy, &facts), policies::decide(&policy, &filled));
        assert_ne!(closed["status"], "undetermined", "{filled}: {closed}");
        if closed["status"] == "decided" {
            assert_ne!(open["status"], "failed", "{facts}: {open}\n{filled}: {closed}");
            for (name, value) in open["outcomes"].as_object().into_iter().flatten() {
                assert_eq!(closed["outcomes"][name], *value, "{name}\n{facts}: {open}\n{filled}: {closed}");
            }
        }
    }
}

// ---- damaged policies ----

fn tokens(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    let mut kind = 0;
    for c in text.chars() {
        let next = if c.is_alphanumeric() || c == '_' {
            1
        } else if c == ' ' {
            2
        } else {
            3
        };
        match found.last_mut() {
            Some(last) if next == kind && next != 3 => last.push(c),
            _ => found.push(c.to_string()),
        }
        kind = next;
    }
    found
}

/// One to three parts (lines or words) taken out, doubled, swapped, or replaced by another of the text.
fn damaged(random: &mut Random, text: &str) -> String {
    let by_line = random.chance(40);
    let mut parts: Vec<String> =
        if by_line { text.lines().map(|line| format!("{line}\n")).collect() } else { tokens(text) };
    for _ in 0..random.between(1, 3) {
        if parts.is_empty() {
            break;
        }
        let mut place = || usize::try_from(random.between(0, parts.len() as i64 - 1)).expect("an index");
        let (at, other) = (place(), place());
        match random.between(0, 3) {
            0 => drop(parts.remove(at)),
            1 => parts.insert(at, parts[at].clone()),
            2 => parts.swap(at, other),
            _ => parts[at] = parts[other].clone(),
        }
    }
    parts.concat()
}

fn no_bug(decision: &Decision) -> bool {
    decision.problems().iter().all(|problem| problem.code != ProblemCode::Internal)
}

fn survives(text: &str, cases: &[String]) -> Result<Option<Policy>, String> {
    let built: Result<Policy, Error> = catch_unwind(|| Policy::from_text("p.assize", text))
        .map_err(|_| format!("the checker panics at\n{text}"))?;
    let policy = match built {
        Err(error) => {
            let rendered = catch_unwind(AssertUnwindSafe(|| (error.render(), error.to_string())));
            rendered.map_err(|_| format!("an error of this text cannot be shown:\n{text}"))?;
            if error.diagnostics().is_empty() {
                return Err(format!("refused without a reason:\n{text}"));
            }
            if let Some(bug) = error.diagnostics().iter().find(|one| one.code.as_str() == "internal/bug") {
                return Err(format!("{}\n{text}", bug.message));
            }
            return Ok(None);
        }
        Ok(policy) => policy,
    };
    for facts in cases {
        let decided = catch_unwind(AssertUnwindSafe(|| {
            let decision = policy.decide_json(facts);
            (no_bug(&decision), decision.to_json(0))
        }));
        match decided {
            Ok((true, _)) => {}
            Ok((false, shown)) => return Err(format!("{shown}\n{facts}\n{text}")),
            Err(_) => return Err(format!("deciding panics on {facts}\n{text}")),
        }
    }
    Ok(Some(policy))
}

#[test]
fn damaged_policies_do_not_panic_nor_do_their_decisions() {
    let rounds = if cfg!(debug_assertions) { 12 } else { 400 };
    let mut checked = 0;
    for (number, regime) in REGIMES.iter().enumerate() {
        let text = text_of(regime.name);
        let mut random = Random::new(number as u64);
        let cases: Vec<String> = (0..12).map(|_| (regime.generate)(&mut random).to_string()).collect();
        for _ in 0..rounds {
            let damaged = damaged(&mut random, &text);
            checked +=
                u32::from(survives(&damaged, &cases).unwrap_or_else(|reason| panic!("{reason}")).is_some());
        }
    }
    let mut random = Random::new(99);
    for _ in 0..rounds * 3 {
        let cases: Vec<String> = (0..12).map(|_| open_case(&mut random).to_string()).collect();
        let damaged = damaged(&mut random, OPEN_POLICY);
        checked +=
            u32::from(survives(&damaged, &cases).unwrap_or_else(|reason| panic!("{reason}")).is_some());
    }
    // Some damage leaves a policy whole, or nothing was tested.
    assert!(checked > rounds / 4, "{checked} policies still check");
}

mod soup {
    use proptest::prelude::*;

    use super::{OPEN_POLICY, items, survives, tokens};

    /// Items of the policy, each with some of its words replaced by words of the policy.
    fn mixed() -> impl Strategy<Value = String> {
        let items = items(OPEN_POLICY);
        let words: Vec<String> =
            tokens(OPEN_POLICY).into_iter().filter(|word| !word.trim().is_empty()).collect();
        let change = prop::option::weighted(0.08, prop::sample::select(words));
        let count = tokens(OPEN_POLICY).len();
        (prop::collection::vec(0..items.len(), 1..25), prop::collection::vec(change, count)).prop_map(
            move |(chosen, changes)| {
                let text: Vec<&str> = chosen.iter().map(|place| items[*place].as_str()).collect();
                let mut changes = changes.into_iter().cycle();
                let parts = tokens(&format!("policy p\n{}\n", text.join("\n")));
                parts.into_iter().map(|part| changes.next().flatten().unwrap_or(part)).collect()
            },
        )
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn mixed_items_do_not_panic(text in mixed()) {
            let cases = [r#"{"on": "2024-01-31"}"#.to_owned(), "{}".to_owned()];
            survives(&text, &cases).map_err(TestCaseError::fail)?;
        }
    }
}
