//! Laws that a decision keeps, for property tests of a policy. Each takes a policy and cases as a host would give them,
//! and says which two cases break it and how. Drives the public interface; knows values only to compare them.

use std::cmp::Ordering;

use proptest::test_runner::TestCaseError;
use serde_json::Value as Json;

use super::Policy;
use crate::decision::{Decision, Outcome, ProblemCode, Status};
use crate::facts::json;
use crate::limits::Limits;
use crate::testing::Facts;
use crate::testing::sites::{self, Site, at, find, replaced};
use crate::types::{Field, Presence, Schema, Type};
use crate::value::Value;

/// What a law says about some cases.
pub type Verdict = Result<(), TestCaseError>;

/// Deciding a case twice, as text and as a value of the host, gives the same bytes.
///
/// ```
/// # let policy = assize::Policy::from_text("p.assize", "policy p facts deaths: integer outcome grave: bool = deaths > 0")?;
/// assert!(assize::laws::deterministic(&policy, &r#"{"deaths": 2}"#.parse()?).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// The case and both decisions.
pub fn deterministic(policy: &Policy, facts: &Facts) -> Verdict {
    let text = facts.to_json();
    let line = |decision: Decision| decision.to_json(0);
    same("decided twice", &text, &text, |text| line(policy.decide_json(text)))?;
    alike(
        "decided as text and as a value",
        &text,
        &text,
        &line(policy.decide_json(&text)),
        &line(policy.decide(facts)),
    )
}

/// The order of keys and of the members of sets says nothing: the same bytes.
///
/// # Errors
///
/// Both cases and both decisions.
pub fn order_free(policy: &Policy, facts: &Facts) -> Verdict {
    let schema = policy.schema();
    let permuted = object_reordered(schema, &schema.facts.fields, facts.entries());
    same("with keys and sets in another order", &facts.to_json(), &permuted, |text| {
        policy.decide_json(text).to_json(0)
    })
}

/// The order of the items of lists says nothing: the same rules apply, and outcomes are the same, outcomes that are lists
/// but for their order. `ordered` are outcomes that depend on it all the same, such as the first of several equals.
///
/// ```
/// # let policy = assize::Policy::from_text("p.assize", "policy p facts steps: list of integer
/// #     outcome total: integer = sum of s for each s in steps  outcome first: integer = (first s in steps by highest s) or else 0")?;
/// assert!(assize::laws::lists_order_free(&policy, &r#"{"steps": [1, 2]}"#.parse()?, &[]).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// Both cases and what differs.
pub fn lists_order_free(policy: &Policy, facts: &Facts, ordered: &[&str]) -> Verdict {
    let schema = policy.schema();
    let values = bound(policy, facts)?;
    let other = Facts::of(schema, &values.iter().map(with_lists_reversed).collect::<Vec<_>>());
    let shown = |facts: &Facts| {
        let decision = policy.decide_json(&facts.to_json());
        let mut shown = vec![format!("status: {}", decision.status().as_str())];
        for (name, outcome) in decision.settled().filter(|(name, _)| !ordered.contains(name)) {
            shown.push(format!("{name}: {}", unordered(&outcome)));
        }
        let mut rules: Vec<String> =
            decision.fired().iter().map(|fired| format!("rule: {}", fired.rule)).collect();
        rules.sort();
        shown.extend(rules);
        shown.join("\n")
    };
    alike("with lists in another order", &facts.to_json(), &other.to_json(), &shown(facts), &shown(&other))
}

/// No mistake of the engine, and (of a case that a strategy made) no refusal.
///
/// # Errors
///
/// The case and what is wrong with it.
pub fn sound(policy: &Policy, facts: &Facts) -> Verdict {
    no_mistake(&facts.to_json(), &policy.decide_json(&facts.to_json()))
}

/// When a fact rises, the outcome never falls: the fact has the lower of its values in the two cases, then the higher one,
/// and all else is as in the first case. Amounts, dates and scales rise as they are ordered, `no` rises to `yes`, a set
/// with more members; no value at all lies below every other.
///
/// Says nothing about pairs that it cannot compare: where the fact is absent, where a case is refused, or where the outcome
/// is not settled.
///
/// ```
/// # let policy = assize::Policy::from_text("p.assize", "policy p facts deaths: integer outcome harm: integer = 10 - deaths")?;
/// use assize::laws;
/// use assize::testing::Facts;
///
/// let (one, other): (Facts, Facts) = (r#"{"deaths": 2}"#.parse()?, r#"{"deaths": 0}"#.parse()?);
/// let broken = laws::never_falls(&policy, "harm", "deaths", &one, &other).unwrap_err();
/// assert_eq!(
///     broken.to_string(),
///     r#"Case failed: `harm` falls from 10 to 8 as `deaths` rises: {"deaths":0} then {"deaths":2}"#
/// );
/// assert!(laws::never_rises(&policy, "harm", "deaths", &one, &other).is_ok());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// Both cases and both values; or that there is no such fact or outcome, or that it has no order.
pub fn never_falls(policy: &Policy, outcome: &str, fact: &str, one: &Facts, other: &Facts) -> Verdict {
    monotone(policy, outcome, fact, (one, other), Ordering::Less)
}

/// As [`never_falls`], for an outcome that never rises.
///
/// # Errors
///
/// As [`never_falls`].
pub fn never_rises(policy: &Policy, outcome: &str, fact: &str, one: &Facts, other: &Facts) -> Verdict {
    monotone(policy, outcome, fact, (one, other), Ordering::Greater)
}

/// One more item in a list never makes an outcome milder (lower): each item of the list in the second case is added to the
/// first case.
///
/// ```
/// # let policy = assize::Policy::from_text("p.assize", "policy p facts history: list of integer
/// #     outcome points: integer = lowest of (lowest of h for each h in history) or else 0 when yes, otherwise 0")?;
/// use assize::laws;
/// use assize::testing::Facts;
///
/// let (one, other): (Facts, Facts) = (r#"{"history": [3]}"#.parse()?, r#"{"history": [1]}"#.parse()?);
/// let broken = laws::more_never_milder(&policy, "points", "history", &one, &other).unwrap_err();
/// assert_eq!(
///     broken.to_string(),
///     r#"Case failed: `points` falls from 3 to 1 as `history` grows: {"history":[3]} then {"history":[3,1]}"#
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
///
/// Both cases and both values; or that there is no such list or outcome, or that the outcome has no order.
pub fn more_never_milder(policy: &Policy, outcome: &str, list: &str, facts: &Facts, more: &Facts) -> Verdict {
    let schema = policy.schema();
    let site = site(schema, list)?;
    if !matches!(site.ty, Type::List(_)) {
        return Err(TestCaseError::fail(format!("`{list}` is no list")));
    }
    let (values, others) = (bound(policy, facts)?, bound(policy, more)?);
    let (Some(Value::List(added)), Some(had)) = (at(&others, &site.path), at(&values, &site.path)) else {
        return Ok(());
    };
    let had = match (had, &site.field.presence) {
        (Value::List(items), _) => items.to_vec(),
        (Value::Absent, Presence::Default(Value::List(items))) => items.to_vec(),
        (Value::Absent, _) => Vec::new(),
        (_, _) => return Ok(()),
    };
    for item in added.iter() {
        let longer: Vec<Value> = had.iter().chain([item]).cloned().collect();
        let Some(longer) = replaced(&values, &site.path, Value::List(longer.into())) else { continue };
        let change = format!("`{list}` grows");
        compare(policy, outcome, &change, (facts, &Facts::of(schema, &longer)), Ordering::Less)?;
    }
    Ok(())
}

/// An outcome that is settled while facts are unknown stays what it is when they become known: facts that are declared
/// `or unknown` are left out of the case, each alone and all together.
///
/// # Errors
///
/// Both cases and both values.
pub fn settled_stays(policy: &Policy, facts: &Facts) -> Verdict {
    let schema = policy.schema();
    let values = bound(policy, facts)?;
    let known = policy.decide_json(&facts.to_json());
    if known.status() != Status::Decided {
        return Ok(());
    }
    stays(schema, &values, facts, &known, |open| policy.decide_json(&open.to_json()))
}

fn stays(
    schema: &Schema,
    values: &[Value],
    facts: &Facts,
    known: &Decision,
    decide: impl Fn(&Facts) -> Decision,
) -> Verdict {
    let unknown: Vec<Site<'_>> =
        sites::sites(schema, values).into_iter().filter(|site| site.field.unknown && !site.is_item).collect();
    let without = |sites: &[Site<'_>]| {
        sites.iter().fold(values.to_vec(), |values, site| {
            replaced(&values, &site.path, Value::Absent).unwrap_or(values)
        })
    };
    let all = std::iter::once(without(&unknown)).filter(|_| unknown.len() > 1);
    for open in unknown.iter().map(|site| without(std::slice::from_ref(site))).chain(all) {
        let open = Facts::of(schema, &open);
        let decision = decide(&open);
        for (name, outcome) in decision.settled() {
            let stays = known.get(name).map(|known| shown(&known));
            if stays.as_ref() != Some(&shown(&outcome)) {
                let stays = stays.unwrap_or_default();
                return Err(TestCaseError::fail(format!(
                    "`{name}` is settled as {} and becomes {stays}: {open} then {facts}",
                    shown(&outcome)
                )));
            }
        }
    }
    Ok(())
}

fn same(how: &str, one: &str, other: &str, decide: impl Fn(&str) -> String) -> Verdict {
    alike(how, one, other, &decide(one), &decide(other))
}

fn alike(how: &str, one: &str, other: &str, first: &str, second: &str) -> Verdict {
    if first == second {
        return Ok(());
    }
    Err(TestCaseError::fail(format!(
        "{how}, a case is decided otherwise: {one}\n{first}\nand {other}\n{second}"
    )))
}

fn no_mistake(case: &str, decision: &Decision) -> Verdict {
    let wrong = decision
        .problems()
        .iter()
        .find(|problem| problem.code == ProblemCode::Internal || decision.status() == Status::Refused);
    match wrong {
        Some(problem) => Err(TestCaseError::fail(format!("{problem}: {case}"))),
        None => Ok(()),
    }
}

fn monotone(
    policy: &Policy,
    outcome: &str,
    fact: &str,
    (one, other): (&Facts, &Facts),
    wrong: Ordering,
) -> Verdict {
    let schema = policy.schema();
    let site = site(schema, fact)?;
    ordered(schema, fact, site.ty)?;
    let (values, others) = (bound(policy, one)?, bound(policy, other)?);
    let given = |values: &[Value]| match (at(values, &site.path), &site.field.presence) {
        (Some(Value::Absent), Presence::Default(value)) => Some(value.clone()),
        (Some(value), _) if *value != Value::Absent => Some(value.clone()),
        (_, _) => None,
    };
    let (Some(here), Some(there)) = (given(&values), given(&others)) else { return Ok(()) };
    let (low, high) = match order(&here, &there) {
        Some(Ordering::Less) => (here, there),
        Some(Ordering::Greater) => (there, here),
        Some(Ordering::Equal) | None => return Ok(()),
    };
    let with = |value| replaced(&values, &site.path, value).map(|values| Facts::of(schema, &values));
    let (Some(low), Some(high)) = (with(low), with(high)) else { return Ok(()) };
    compare(policy, outcome, &format!("`{fact}` rises"), (&low, &high), wrong)
}

/// Decides both cases, where the second outcome must not be on the wrong side of the first.
fn compare(
    policy: &Policy,
    outcome: &str,
    change: &str,
    (low, high): (&Facts, &Facts),
    wrong: Ordering,
) -> Verdict {
    let schema = policy.schema();
    let mut declared = schema.outcomes.iter().enumerate();
    let Some((place, def)) = declared.find(|(_, def)| *def.wire == *outcome) else {
        return Err(TestCaseError::fail(format!("the policy has no outcome `{outcome}`")));
    };
    ordered(schema, outcome, &def.ty)?;
    let (before, after) = (policy.decide_json(&low.to_json()), policy.decide_json(&high.to_json()));
    let settled =
        |decision: &Decision| decision.outcomes.get(place).filter(|value| value.is_settled()).cloned();
    let (Some(first), Some(second)) = (settled(&before), settled(&after)) else { return Ok(()) };
    let text = |decision: &Decision| decision.get(outcome).map(|value| shown(&value)).unwrap_or_default();
    let (first_text, second_text) = (text(&before), text(&after));
    match order(&second, &first) {
        None => Err(TestCaseError::fail(format!(
            "`{outcome}` changes from {first_text} to {second_text} as {change}, and neither is the higher one: {low} then {high}"
        ))),
        Some(found) if found == wrong => {
            let moves = if wrong == Ordering::Less { "falls" } else { "rises" };
            Err(TestCaseError::fail(format!(
                "`{outcome}` {moves} from {first_text} to {second_text} as {change}: {low} then {high}"
            )))
        }
        Some(_) => Ok(()),
    }
}

/// A law about what rises and falls says nothing about what has no order.
fn ordered(schema: &Schema, name: &str, ty: &Type) -> Verdict {
    let has_order = match ty {
        Type::Enum(id) => schema.enumeration(*id).is_some_and(|def| def.is_scale),
        Type::Text | Type::List(_) | Type::Record(_) | Type::Duty(_) | Type::Invalid => false,
        Type::Bool
        | Type::Integer
        | Type::Number
        | Type::Quantity(_)
        | Type::Date
        | Type::Days
        | Type::WorkingDays
        | Type::Months
        | Type::Set(_)
        | Type::Range(_) => true,
    };
    if has_order { Ok(()) } else { Err(TestCaseError::fail(format!("`{name}` has no order"))) }
}

/// Amounts, dates and scales by their order, bools and sets by what holds; nothing is below all.
fn order(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (left, right) if left == right => Some(Ordering::Equal),
        (Value::Nothing, _) => Some(Ordering::Less),
        (_, Value::Nothing) => Some(Ordering::Greater),
        (Value::Set(one), Value::Set(other)) => {
            if one.iter().all(|member| other.contains(member)) {
                Some(Ordering::Less)
            } else {
                other.iter().all(|member| one.contains(member)).then_some(Ordering::Greater)
            }
        }
        (Value::Range(one), Value::Range(other)) => {
            let (bottoms, tops) = (one.0.cmp(&other.0), one.1.cmp(&other.1));
            match (bottoms, tops) {
                (Ordering::Equal, order) | (order, Ordering::Equal) => Some(order),
                (bottoms, tops) => (bottoms == tops).then_some(bottoms),
            }
        }
        (left, right) => {
            (std::mem::discriminant(left) == std::mem::discriminant(right)).then(|| left.cmp(right))
        }
    }
}

fn site<'s>(schema: &'s Schema, fact: &str) -> Result<Site<'s>, TestCaseError> {
    find(schema, fact).ok_or_else(|| TestCaseError::fail(format!("the policy has no fact `{fact}`")))
}

fn bound(policy: &Policy, facts: &Facts) -> Result<Vec<Value>, TestCaseError> {
    let bound = json::bind(policy.schema(), facts.to_json(), &Limits::default());
    match bound.problems.first() {
        Some(problem) => Err(TestCaseError::fail(format!("{problem}: {facts}"))),
        None => Ok(bound.values),
    }
}

fn shown(outcome: &Outcome<'_>) -> String {
    serde_json::to_string(outcome).unwrap_or_default()
}

/// An outcome as JSON, a list as the sorted list of its items.
fn unordered(outcome: &Outcome<'_>) -> String {
    let Some(items) = outcome.as_list() else { return shown(outcome) };
    let mut items: Vec<String> = items.iter().map(shown).collect();
    items.sort();
    format!("[{}]", items.join(","))
}

fn with_lists_reversed(value: &Value) -> Value {
    if let Value::List(items) = value {
        return Value::List(items.iter().rev().map(with_lists_reversed).collect());
    }
    if let Value::Record(fields) = value {
        return Value::Record(fields.iter().map(with_lists_reversed).collect());
    }
    value.clone()
}

/// An object as text, with its keys and the members of its sets the other way round.
fn object_reordered(schema: &Schema, fields: &[Field], entries: &serde_json::Map<String, Json>) -> String {
    let entry = |(key, value): (&String, &Json)| {
        let field = fields.iter().find(|field| *field.wire == **key);
        let value = field.map_or_else(|| value.to_string(), |field| reordered(schema, &field.ty, value));
        format!("{}: {value}", Json::from(key.as_str()))
    };
    let entries: Vec<String> = entries.iter().rev().map(entry).collect();
    format!("{{{}}}", entries.join(", "))
}

fn reordered(schema: &Schema, ty: &Type, value: &Json) -> String {
    match (ty, value) {
        (Type::Record(id), Json::Object(entries)) => match schema.record(*id) {
            Some(def) => object_reordered(schema, &def.fields, entries),
            None => value.to_string(),
        },
        (Type::Set(of) | Type::List(of), Json::Array(items)) => {
            let mut items: Vec<String> = items.iter().map(|item| reordered(schema, of, item)).collect();
            if let Type::Set(_) = ty {
                items.reverse();
            }
            format!("[{}]", items.join(", "))
        }
        (_, value) => value.to_string(),
    }
}

#[cfg(test)]
mod tests;
