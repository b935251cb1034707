//! What holds for every policy and case. Each law says what is wrong in words, so that property tests and fuzz targets
//! can share it.

use std::cmp::Ordering;

use assize::decision::ProblemCode;
use assize::diagnostic::Diagnostic;
use assize::source::Sources;
use assize::{Decision, Error, Policy, Severity, Status};
use serde_json::Value;

use super::choices::Choices;

/// A policy's text is read to its end: either it checks, or errors say why not.
pub(crate) fn is_checked(text: &str) -> Result<Option<Policy>, String> {
    match Policy::from_text("p.assize", text) {
        Ok(policy) => {
            are_shown(policy.diagnostics(), policy.sources())?;
            if let Some(error) =
                policy.diagnostics().iter().find(|one| one.code.severity() == Severity::Error)
            {
                return Err(format!("a policy with an error is taken: {}", error.message));
            }
            Ok(Some(policy))
        }
        Err(error) => is_refusal(&error).map(|()| None),
    }
}

/// The error of a text that is refused names at least one mistake, none of them the engine's.
pub(crate) fn is_refusal(error: &Error) -> Result<(), String> {
    let sources = error.sources().ok_or("an error of a policy without its texts")?;
    if !error.diagnostics().iter().any(|one| one.code.severity() == Severity::Error) {
        return Err("refused without a reason".to_owned());
    }
    if let Some(bug) = error.diagnostics().iter().find(|one| one.code.as_str() == "internal/bug") {
        return Err(format!("internal/bug: {}", bug.message));
    }
    are_shown(error.diagnostics(), sources)?;
    let lines = error.render().lines().count();
    if lines < error.diagnostics().len() || error.to_string().is_empty() {
        return Err("an error that is not shown whole".to_owned());
    }
    Ok(())
}

/// Every place lies in the text, between characters, and every form of a finding can be written.
fn are_shown(found: &[Diagnostic], sources: &Sources) -> Result<(), String> {
    for one in found {
        let labels = one.labels.iter().map(|(span, _)| *span);
        for span in std::iter::once(one.span).chain(labels).chain(one.fixes.iter().map(|fix| fix.span)) {
            let text = sources.text(span.file);
            if span.start > span.end || text.get(span.start as usize..span.end as usize).is_none() {
                return Err(format!("{}: {span:?} is no part of the text", one.code.as_str()));
            }
        }
        if one.message.is_empty() || one.message.contains('\n') {
            return Err(format!("{}: a message is one line: {:?}", one.code.as_str(), one.message));
        }
        if one.render(sources).contains('\n') {
            return Err(format!("{}: the short form is one line", one.code.as_str()));
        }
        let json: Result<Value, _> = serde_json::from_str(&one.to_json(sources));
        json.map_err(|error| format!("{}: not JSON: {error}", one.code.as_str()))?;
    }
    Ok(())
}

/// The decision is the same again, can be written and read, and no mistake of the engine.
pub(crate) fn is_sound(policy: &Policy, facts: &str) -> Result<Decision, String> {
    let decision = policy.decide_json(facts);
    is_written(&decision)?;
    let again = policy.decide_json(facts).to_json(0);
    if again != decision.to_json(0) {
        return Err(format!("decided twice: {}\n{again}", decision.to_json(0)));
    }
    Ok(decision)
}

pub(crate) fn is_written(decision: &Decision) -> Result<(), String> {
    let line = decision.to_json(0);
    if let Some(bug) = decision.problems().iter().find(|problem| problem.code == ProblemCode::Internal) {
        return Err(format!("{bug}\n{line}"));
    }
    let read: Value = serde_json::from_str(&line).map_err(|error| format!("{error}: {line}"))?;
    let status = decision.status();
    let outcomes = read["outcomes"].as_object().map_or(0, serde_json::Map::len);
    let consistent = match status {
        Status::Decided => decision.problems().is_empty() && decision.needs().is_empty(),
        Status::Undetermined => decision.problems().is_empty() && !decision.needs().is_empty(),
        Status::Refused | Status::Failed => !decision.problems().is_empty() && outcomes == 0,
    };
    if consistent { Ok(()) } else { Err(format!("{} does not fit: {line}", status.as_str())) }
}

/// The same declarations in another order and in several files, and the same facts with their keys turned around.
pub(crate) fn is_order_free(
    items: &[String],
    facts: &[Value],
    choices: &mut Choices<'_>,
) -> Result<(), String> {
    let mut items: Vec<&str> = items.iter().map(String::as_str).collect();
    let Ok(policy) = Policy::from_text("p.assize", &items.join("\n\n")) else { return Ok(()) };
    for last in (1..items.len()).rev() {
        let other = choices.below((last + 1).min(256));
        items.swap(last, other);
    }
    let mut files = vec![String::new(); choices.between(1, 4)];
    for item in items {
        let place = choices.below(files.len());
        files[place].push_str(item);
        files[place].push_str("\n\n");
    }
    let mut builder = Policy::builder();
    for (place, file) in files.iter().enumerate() {
        builder = builder.file(&format!("part{place}.assize"), file);
    }
    let other = builder.build().map_err(|error| format!("in another order: {}", error.render()))?;
    for facts in facts {
        let (one, two) = (policy.decide_json(&facts.to_string()), other.decide_json(&turned(facts)));
        if one.to_json(0) != two.to_json(0) {
            return Err(format!("{}\nin another order: {}", one.to_json(0), two.to_json(0)));
        }
    }
    Ok(())
}

/// The value as JSON with the keys of its objects from last to first.
fn turned(value: &Value) -> String {
    match value {
        Value::Array(items) => format!("[{}]", items.iter().map(turned).collect::<Vec<_>>().join(", ")),
        Value::Object(entries) => {
            let shown: Vec<String> = (entries.iter().rev())
                .map(|(key, value)| format!("{}: {}", Value::from(key.as_str()), turned(value)))
                .collect();
            format!("{{ {} }}", shown.join(", "))
        }
        scalar => scalar.to_string(),
    }
}

/// Ruling 1: where more facts are known, what was settled stays, and what was open lies within what was said of it.
pub(crate) fn is_within(open: &Decision, known: &Decision) -> Result<(), String> {
    if known.status() != Status::Decided {
        return Ok(());
    }
    let wrong = |why: &str| Err(format!("{why}\n{}\nwith more facts: {}", open.to_json(0), known.to_json(0)));
    match open.status() {
        Status::Failed => return wrong("failed, and decided with more facts"),
        Status::Refused => return Ok(()),
        Status::Decided | Status::Undetermined => {}
    }
    let parsed =
        |decision: &Decision| -> Value { serde_json::from_str(&decision.to_json(0)).unwrap_or_default() };
    let (before, after) = (parsed(open), parsed(known));
    for (name, value) in before["outcomes"].as_object().into_iter().flatten() {
        if after["outcomes"][name] != *value {
            return wrong(&format!("`{name}` was settled"));
        }
    }
    for (name, bounds) in before["bounds"].as_object().into_iter().flatten() {
        if !admits(bounds, &after["outcomes"][name]) {
            return wrong(&format!("`{name}` is none of what it could be"));
        }
    }
    Ok(())
}

/// The value is one that these bounds leave possible.
fn admits(bounds: &Value, value: &Value) -> bool {
    let one_of = bounds["one_of"].as_array();
    if value.is_null() {
        let is_bounded = bounds.get("at_least").or(bounds.get("at_most")).is_some();
        return match one_of {
            Some(candidates) => candidates.contains(value),
            None => !is_bounded || bounds["or_null"] == true,
        };
    }
    if one_of.is_some_and(|candidates| !candidates.contains(value)) {
        return false;
    }
    // A range has its bottom and its top; a set its members; a duty its kinds.
    let ends = value.as_array().filter(|items| items.len() == 2);
    let is_bounded = |key: &str, end: Option<&Value>, wrong: Ordering| match (bounds.get(key), end) {
        (Some(bound), Some(end)) => compare(end, bound) != Some(wrong),
        (_, _) => true,
    };
    let bottom = ends.map_or(Some(value), |ends| ends.first());
    let top = ends.map_or(Some(value), |ends| ends.last());
    let members: Vec<Value> = match value {
        Value::Array(items) => items.clone(),
        Value::Object(entries) => entries.keys().map(|key| Value::from(key.as_str())).collect(),
        _ => Vec::new(),
    };
    let certain =
        bounds["certain"].as_array().is_none_or(|sure| sure.iter().all(|one| members.contains(one)));
    let possible =
        bounds["possible"].as_array().is_none_or(|may| members.iter().all(|one| may.contains(one)));
    is_bounded("at_least", bottom, Ordering::Less)
        && is_bounded("at_most", top, Ordering::Greater)
        && certain
        && possible
}

/// The order of two decimals or two dates; `None` for anything else.
fn compare(left: &Value, right: &Value) -> Option<Ordering> {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => a.as_i64().zip(b.as_i64()).map(|(a, b)| a.cmp(&b)),
        (Value::String(a), Value::String(b)) => match (decimal(a), decimal(b)) {
            (Some(a), Some(b)) => Some(ordered(&a, &b)),
            (_, _) if is_date(a) && is_date(b) => Some(a.cmp(b)),
            (_, _) => None,
        },
        (_, _) => None,
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-')
}

/// Sign, digits before the point and digits behind it.
fn decimal(text: &str) -> Option<(bool, String, String)> {
    let (negative, rest) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
    let (whole, part) = rest.split_once('.').unwrap_or((rest, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = !whole.is_empty() && digits(whole) && digits(part);
    fits.then(|| (negative, whole.trim_start_matches('0').to_owned(), part.trim_end_matches('0').to_owned()))
}

fn ordered(left: &(bool, String, String), right: &(bool, String, String)) -> Ordering {
    let size = |of: &(bool, String, String)| (of.1.len(), of.1.clone(), of.2.clone());
    match (left.0, right.0) {
        (false, false) => size(left).cmp(&size(right)),
        (true, true) => size(right).cmp(&size(left)),
        (true, false) => Ordering::Less,
        (false, true) => Ordering::Greater,
    }
}
