//! A decision as one line of JSON. Key order and bytes are part of the interface: hosts keep and compare them.

use serde::ser::{Serialize, SerializeMap, Serializer};

use super::{Decision, Fired, Overridden, Problem, ProblemCode, Status, Unsettled};

pub(super) fn write(decision: &Decision, case: u64) -> String {
    serde_json::to_string(&Line { case, decision }).unwrap_or_else(|error| failed(case, &error.to_string()))
}

/// What stands in place of a decision that cannot be written, which is a mistake of the engine.
fn failed(case: u64, message: &str) -> String {
    let code = ProblemCode::Internal.as_str();
    format!(
        r#"{{"case":{case},"status":"failed","outcomes":{{}},"unsettled":[],"needs":[],"fired":[],"overridden":[],"errors":[{{"code":"{code}","message":{}}}]}}"#,
        serde_json::Value::from(message),
    )
}

struct Line<'a> {
    case: u64,
    decision: &'a Decision,
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let decision = self.decision;
        let unsettled: Vec<Unsettled<'_>> = decision.unsettled().collect();
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("case", &self.case)?;
        map.serialize_entry("status", decision.status.as_str())?;
        map.serialize_entry("outcomes", &Entries(decision.settled().collect()))?;
        map.serialize_entry("unsettled", &unsettled.iter().map(Unsettled::name).collect::<Vec<_>>())?;
        if !unsettled.is_empty() {
            map.serialize_entry(
                "bounds",
                &Entries(unsettled.iter().map(|open| (open.name(), open)).collect()),
            )?;
        }
        map.serialize_entry("needs", &decision.needs)?;
        map.serialize_entry("fired", &decision.fired)?;
        map.serialize_entry("overridden", &decision.overridden)?;
        map.serialize_entry("errors", &decision.problems)?;
        map.end()
    }
}

/// An object whose keys are in order already.
struct Entries<'a, T>(Vec<(&'a str, T)>);

impl<T: Serialize> Serialize for Entries<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(key, value)| (key, value)))
    }
}

impl Serialize for Status {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl Serialize for Fired {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("rule", &*self.rule)?;
        if let Some(item) = &self.item {
            map.serialize_entry("item", item)?;
        }
        map.end()
    }
}

impl Serialize for Overridden {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("rule", &*self.rule)?;
        map.serialize_entry("by", &*self.by)?;
        if let Some(item) = &self.item {
            map.serialize_entry("item", item)?;
        }
        if !self.outcomes.is_empty() {
            map.serialize_entry("outcomes", &self.outcomes.iter().map(|name| &**name).collect::<Vec<_>>())?;
        }
        map.end()
    }
}

impl Serialize for Problem {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("code", self.code.as_str())?;
        if let Some(path) = &self.path {
            map.serialize_entry("path", path)?;
        }
        map.serialize_entry("message", &self.message)?;
        if let Some(at) = &self.at {
            map.serialize_entry("at", at)?;
        }
        if !self.cites.is_empty() {
            map.serialize_entry("cites", &self.cites)?;
        }
        map.end()
    }
}
