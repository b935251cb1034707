//! Files of cases with what they must come to, one JSON object a line.

use std::io::{self, BufRead, BufReader, Read};

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::expected::{Expected, neutral};
use super::{Difference, Rewrite, TestResult, Tests};
use crate::decision::{Decision, Status};
use crate::facts::json;
use crate::hir::OutcomeId;
use crate::limits::Limits;
use crate::types::{Bounds, Field, Presence, RecordDef, RecordId, Schema, Type};
use crate::value::Value;

/// A line of the file that is not blank.
pub(super) struct Line {
    /// From 1.
    number: u64,
    text: Vec<u8>,
    /// With its line feed, and with blank lines before it.
    pub(super) bytes: usize,
    blank_before: usize,
    too_long: bool,
}

/// The lines of a file, read as they are asked for. A line beyond the limit of a case is passed over.
pub(super) fn lines<'l>(
    reader: impl Read + 'l,
    limits: &Limits,
) -> impl Iterator<Item = io::Result<Line>> + 'l {
    let mut reader = BufReader::new(reader);
    let most = u64::try_from(limits.case_bytes).unwrap_or(u64::MAX);
    let mut number: u64 = 0;
    std::iter::from_fn(move || {
        let mut blank_before = 0;
        loop {
            let mut text = Vec::new();
            number = number.saturating_add(1);
            let read = reader.by_ref().take(most.saturating_add(1)).read_until(b'\n', &mut text);
            let mut bytes = match read {
                Ok(0) => return None,
                Ok(bytes) => bytes,
                Err(error) => return Some(Err(error)),
            };
            let too_long = bytes as u64 > most && !text.ends_with(b"\n");
            if too_long {
                text.clear();
                match skip_line(&mut reader) {
                    Ok(rest) => bytes = bytes.saturating_add(rest),
                    Err(error) => return Some(Err(error)),
                }
            }
            if too_long || !text.trim_ascii().is_empty() {
                return Some(Ok(Line { number, text, bytes: bytes + blank_before, blank_before, too_long }));
            }
            blank_before += bytes;
        }
    })
}

fn skip_line(reader: &mut impl BufRead) -> io::Result<usize> {
    let mut skipped = 0;
    loop {
        let buffer = reader.fill_buf()?;
        let (used, done) = match buffer.iter().position(|byte| *byte == b'\n') {
            Some(at) => (at + 1, true),
            None => (buffer.len(), buffer.is_empty()),
        };
        reader.consume(used);
        skipped += used;
        if done {
            return Ok(skipped);
        }
    }
}

/// An object whose members are unread, in their order.
struct Object<'l>(Vec<(String, &'l RawValue)>);

impl<'de: 'l, 'l> Deserialize<'de> for Object<'l> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Members;
        impl<'de> Visitor<'de> for Members {
            type Value = Vec<(String, &'de RawValue)>;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(members)
            }
        }
        deserializer.deserialize_map(Members).map(Object)
    }
}

/// What a line says.
struct Written<'l> {
    text: Option<String>,
    facts: &'l RawValue,
    expect: &'l RawValue,
}

impl Tests<'_> {
    /// `start` is where the line, with blank lines before it, begins in the file.
    pub(super) fn run_line(&mut self, file: &str, line: &Line, start: usize) {
        let mut name = format!("case {}", self.results.iter().filter(|result| result.file == file).count());
        let differences = match self.read(line) {
            Err(why) => vec![broken(why)],
            Ok((text, facts, expected, place)) => {
                if let Some(text) = text {
                    name = text;
                }
                let traced = self.decide(facts.as_bytes());
                let differences = self.differences(&traced, &expected);
                if !differences.is_empty() {
                    let start = start + line.blank_before + place;
                    self.rewrites.push(Rewrite {
                        file: file.to_owned(),
                        start,
                        end: start + expected_length(line, place),
                        text: self.expect_object(&traced.decision, &expected),
                    });
                }
                differences
            }
        };
        self.results.push(TestResult { name, file: file.to_owned(), line: line.number, differences });
    }

    /// The text, facts and expectation of a line, and the place of the expectation in it; or why it has none.
    #[allow(clippy::type_complexity, reason = "the tuple is taken apart at once")]
    fn read<'l>(&self, line: &'l Line) -> Result<(Option<String>, &'l str, Expected, usize), String> {
        if line.too_long {
            return Err(format!("the line has more than {} bytes", self.limits.case_bytes));
        }
        let text = std::str::from_utf8(&line.text).map_err(|_| "the line is not UTF-8 text".to_owned())?;
        let Object(members) =
            serde_json::from_str(text).map_err(|error| format!("the line is no JSON object: {error}"))?;
        let written = sort_members(&members)?;
        let expected = self.expected(written.expect)?;
        let place = place_in(text, written.expect.get());
        Ok((written.text, written.facts.get(), expected, place))
    }

    fn expected(&self, expect: &RawValue) -> Result<Expected, String> {
        let Object(members) =
            serde_json::from_str(expect.get()).map_err(|_| "`expect` is no object".to_owned())?;
        let mut expected = Expected::default();
        for (key, value) in members {
            match key.as_str() {
                "status" if expected.status.is_none() => expected.status = Some(status(value)?),
                "needs" if expected.needs.is_none() => {
                    let needs = serde_json::from_str(value.get());
                    expected.needs =
                        Some(needs.map_err(|_| "`expect.needs` is no list of texts".to_owned())?);
                }
                "outcomes" if expected.outcomes.is_none() => {
                    expected.outcomes = Some(self.expected_outcomes(value)?);
                }
                "status" | "needs" | "outcomes" => return Err(format!("`expect.{key}` stands there twice")),
                _ => {
                    return Err(format!("`expect` has `status`, `outcomes` and `needs`, and no `{key}`"));
                }
            }
        }
        match (expected.status, &expected.outcomes, &expected.needs) {
            (None, None, None) => return Err("`expect` expects nothing, so the test cannot fail".to_owned()),
            (None, None, Some(_)) => expected.status = Some(Status::Undetermined),
            (None, Some(_), _) => expected.status = Some(Status::Decided),
            (Some(_), ..) => {}
        }
        Ok(expected)
    }

    /// Outcomes are read as facts are: a policy whose facts are the outcomes of this one binds them.
    fn expected_outcomes(&self, outcomes: &RawValue) -> Result<Vec<(OutcomeId, Value)>, String> {
        let schema = outcomes_as_facts(self.schema);
        let bound = json::bind(&schema, outcomes.get(), self.limits);
        if let Some(problem) = bound.problems.first() {
            let mut problem = problem.clone();
            problem.path = Some(match &problem.path {
                Some(path) => format!("expect.outcomes.{path}"),
                None => "expect.outcomes".to_owned(),
            });
            return Err(problem.to_string());
        }
        let listed = (0..).map(OutcomeId).zip(&self.policy.outcomes).zip(bound.values);
        Ok(listed
            .filter(|(_, value)| *value != Value::Absent)
            .map(|((id, outcome), value)| (id, as_outcome(&outcome.ty, value)))
            .collect())
    }

    /// The `expect` that would hold, in the keys that the line has.
    fn expect_object(&self, decision: &Decision, expected: &Expected) -> String {
        let mut object = serde_json::Map::new();
        let decided = decision.status() == Status::Decided;
        if !decided {
            object.insert("status".to_owned(), decision.status().as_str().into());
        }
        if decision.status() == Status::Undetermined {
            object.insert("needs".to_owned(), decision.needs().into());
        }
        if !decision.outcomes.is_empty() {
            let listed = |id: OutcomeId| {
                expected.outcomes.as_ref().is_none_or(|listed| listed.iter().any(|(of, _)| *of == id))
            };
            let kept = self.outcomes(decision).filter(|(id, outcome, value)| {
                let stands_out = neutral(outcome).is_some_and(|neutral| neutral != *value);
                value.is_settled() && (listed(*id) || stands_out)
            });
            let def = |id: OutcomeId| self.schema.outcomes.get(id.0 as usize);
            let kept: Vec<&str> = kept.filter_map(|(id, ..)| def(id)).map(|def| &*def.wire).collect();
            let outcomes = decision
                .settled()
                .filter(|(name, _)| kept.contains(name))
                .filter_map(|(name, value)| Some((name.to_owned(), serde_json::to_value(value).ok()?)));
            object.insert("outcomes".to_owned(), serde_json::Value::Object(outcomes.collect()));
        }
        serde_json::Value::Object(object).to_string()
    }
}

fn sort_members<'l>(members: &[(String, &'l RawValue)]) -> Result<Written<'l>, String> {
    let (mut text, mut facts, mut expect) = (None, None, None);
    for (key, value) in members {
        let twice = match key.as_str() {
            "text" => {
                let read = serde_json::from_str(value.get()).map_err(|_| "`text` is no text".to_owned())?;
                text.replace(read).is_some()
            }
            "facts" => facts.replace(*value).is_some(),
            "expect" => expect.replace(*value).is_some(),
            _ => return Err(format!("a test has `text`, `facts` and `expect`, and no `{key}`")),
        };
        if twice {
            return Err(format!("`{key}` stands there twice"));
        }
    }
    let facts = facts.ok_or("there are no `facts`")?;
    let expect = expect.ok_or("there is no `expect`, so the test cannot fail")?;
    Ok(Written { text, facts, expect })
}

fn status(value: &RawValue) -> Result<Status, String> {
    let all = [Status::Decided, Status::Undetermined, Status::Refused, Status::Failed];
    let text: Option<String> = serde_json::from_str(value.get()).ok();
    let found = all.into_iter().find(|status| text.as_deref() == Some(status.as_str()));
    found.ok_or_else(|| format!("`expect.status` is none of {}", all.map(Status::as_str).join(", ")))
}

fn broken(why: String) -> Difference {
    let expected = "facts, and what they come to".to_owned();
    Difference { of: "test".to_owned(), expected, decided: why, because: Vec::new() }
}

/// A raw value is a part of the text that it was read from.
fn place_in(text: &str, part: &str) -> usize {
    (part.as_ptr() as usize).saturating_sub(text.as_ptr() as usize)
}

fn expected_length(line: &Line, place: usize) -> usize {
    let rest = line.text.get(place..).unwrap_or_default();
    let read = serde_json::Deserializer::from_slice(rest).into_iter::<&RawValue>().next();
    read.and_then(Result::ok).map_or(0, |value| value.get().len())
}

/// Every outcome as a fact that may be left out, or be `null` for nothing. A duty is a record of dates.
fn outcomes_as_facts(schema: &Schema) -> Schema {
    let mut schema = schema.clone();
    let free = |name: &std::sync::Arc<str>, wire: &std::sync::Arc<str>, ty: Type| Field {
        name: name.clone(),
        wire: wire.clone(),
        title: None,
        ty,
        nothing: true,
        unknown: true,
        presence: Presence::Needed,
        bounds: Bounds::default(),
        in_percent: false,
        judgement: None,
    };
    let mut fields = Vec::new();
    for outcome in &schema.outcomes {
        let mut ty = outcome.ty.clone();
        if let Type::Duty(kinds) = ty {
            let kinds = schema.enumeration(kinds).map_or(&[][..], |def| &def.members);
            let dates = kinds.iter().map(|kind| free(&kind.name, &kind.wire, Type::Date)).collect();
            ty = Type::Record(RecordId(u32::try_from(schema.records.len()).unwrap_or(u32::MAX)));
            schema.records.push(RecordDef {
                name: outcome.name.clone(),
                fields: dates,
                ..RecordDef::default()
            });
        }
        fields.push(free(&outcome.name, &outcome.wire, ty));
    }
    schema.facts = RecordDef { fields, ..RecordDef::default() };
    schema
}

/// What was bound as a fact, as an outcome has it.
fn as_outcome(ty: &Type, value: Value) -> Value {
    match (ty, &value) {
        (Type::Duty(_), Value::Record(dates)) => {
            let dates =
                dates.iter().map(|date| if *date == Value::Absent { Value::Nothing } else { date.clone() });
            Value::Duties(dates.collect())
        }
        _ => value,
    }
}
