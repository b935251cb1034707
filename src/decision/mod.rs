//! The answer to a case: what was decided, what is open, what went wrong. Knows neither policy text nor evaluation.
//!
//! [`Decision`] is what the engine hands out. [`Decision::to_json`] writes it as one line, [`Decision::get`] reads one
//! outcome, [`Decision::outcomes`] fills a struct of the host with all of them.

mod host;
mod json;
mod json_schema;
mod outcome;
mod problem;
#[cfg(test)]
mod tests;
mod unsettled;

pub(crate) use json_schema::{Names, json_schema};

pub use host::OutcomesError;
pub use outcome::Outcome;
pub use problem::{Problem, ProblemCode};
pub use unsettled::Unsettled;

use std::sync::Arc;

use serde::de::DeserializeOwned;

use crate::types::{OutcomeDef, Schema};
use crate::value::Value;

/// How a case ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Every outcome is settled.
    Decided,
    /// Facts are absent: needed ones (no outcomes), or unknown ones that leave outcomes unsettled.
    Undetermined,
    /// The facts are malformed.
    Refused,
    /// The evaluation failed: overflow, conflict, gap.
    Failed,
}

impl Status {
    /// Every status.
    pub(crate) const ALL: [Self; 4] = [Self::Decided, Self::Undetermined, Self::Refused, Self::Failed];

    /// The word on the wire: `decided`, `undetermined`, `refused` or `failed`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            Self::Undetermined => "undetermined",
            Self::Refused => "refused",
            Self::Failed => "failed",
        }
    }
}

/// The answer to one case.
#[derive(Clone, Debug)]
pub struct Decision {
    pub(crate) schema: Arc<Schema>,
    pub(crate) status: Status,
    /// One per outcome of the schema, perhaps open; empty when refused, failed, or needed facts are absent.
    pub(crate) outcomes: Vec<Value>,
    /// Fact paths, sorted.
    pub(crate) needs: Vec<String>,
    pub(crate) fired: Vec<Fired>,
    pub(crate) overridden: Vec<Overridden>,
    pub(crate) problems: Vec<Problem>,
}

/// A rule that applied, and for which item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fired {
    /// The rule's name.
    pub rule: Arc<str>,
    /// The item's path in the facts, `findings[0]`, for a rule with `for each`.
    pub item: Option<String>,
}

/// A rule whose condition held and that another rule took out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Overridden {
    /// The rule's name.
    pub rule: Arc<str>,
    /// The item's path in the facts, for a rule with `for each`.
    pub item: Option<String>,
    /// The overriding rule's name.
    pub by: Arc<str>,
    /// The outcomes that the override is limited to (wire names); empty: all.
    pub outcomes: Vec<Arc<str>>,
}

impl Decision {
    pub(crate) fn without_outcomes(schema: &Arc<Schema>, status: Status) -> Self {
        Self {
            schema: schema.clone(),
            status,
            outcomes: Vec::new(),
            needs: Vec::new(),
            fired: Vec::new(),
            overridden: Vec::new(),
            problems: Vec::new(),
        }
    }

    /// How the case ended.
    #[must_use]
    pub fn status(&self) -> Status {
        self.status
    }

    /// Every outcome is settled.
    #[must_use]
    pub fn is_decided(&self) -> bool {
        self.status == Status::Decided
    }

    /// The outcome of this wire name, if it is settled; [`Outcome::is_nothing`] where there is no such measure.
    ///
    /// ```
    /// # let policy = assize::Policy::from_text("p.assize", "policy p unit EUR, 2 decimals \
    /// #     facts value: EUR, 0 or more  count: integer or unknown \
    /// #     outcome fine: EUR = (10% * value) rounded to 0.01 EUR half up  outcome twice: integer = 2 * count")?;
    /// let decision = policy.decide_json(r#"{"value": "7"}"#);
    /// assert_eq!(decision.get("fine").and_then(|fine| fine.as_number()).as_deref(), Some("0.70"));
    /// // The case does not say how many, so this outcome is not settled.
    /// assert!(decision.get("twice").is_none());
    /// assert_eq!(decision.unsettled().next().map(|open| open.waits_for()), Some(vec!["count".to_owned()]));
    /// # Ok::<(), assize::Error>(())
    /// ```
    #[must_use]
    pub fn get(&self, name: &str) -> Option<Outcome<'_>> {
        self.settled().find(|(wire, _)| *wire == name).map(|(_, outcome)| outcome)
    }

    /// The settled outcomes and their wire names, in the order of these names.
    pub fn settled(&self) -> impl Iterator<Item = (&str, Outcome<'_>)> {
        self.declared()
            .into_iter()
            .filter(|(_, value)| value.is_settled())
            .map(|(def, value)| (&*def.wire, Outcome::new(&self.schema, &def.ty, value)))
    }

    /// The outcomes that wait for unknown facts, in the order of their wire names, with what is known of them.
    pub fn unsettled(&self) -> impl Iterator<Item = Unsettled<'_>> {
        self.declared()
            .into_iter()
            .filter(|(_, value)| !value.is_settled())
            .map(|(def, value)| Unsettled::new(&self.schema, def, value))
    }

    /// The paths of needed facts that the case does not give, sorted: `findings[1].units_tested`.
    #[must_use]
    pub fn needs(&self) -> &[String] {
        &self.needs
    }

    /// The rules that applied.
    #[must_use]
    pub fn fired(&self) -> &[Fired] {
        &self.fired
    }

    /// The rules whose condition held and that other rules took out.
    #[must_use]
    pub fn overridden(&self) -> &[Overridden] {
        &self.overridden
    }

    /// What is wrong with the case: all malformed facts when refused, the errors of evaluation when failed.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    /// The decision as one line of JSON, without a line feed. `case` is the number of the case, from 0.
    ///
    /// The bytes depend on nothing but policy, facts and `case`. Numbers and amounts are texts
    /// (`"9999.99"`), counts and lengths of time JSON integers, dates `"2018-05-04"`, no value `null`.
    ///
    /// ```
    /// # let policy = assize::Policy::from_text("p.assize", "policy p unit EUR, 2 decimals \
    /// #     facts value: EUR, 0 or more  count: integer or unknown \
    /// #     outcome fine: EUR = (10% * value) rounded to 0.01 EUR half up  outcome twice: integer = 2 * count")?;
    /// let decision = policy.decide_json(r#"{"value": 2.5, "count": 3}"#);
    /// assert_eq!(
    ///     decision.to_json(0),
    ///     r#"{"case":0,"status":"decided","outcomes":{"fine":"0.25","twice":6},"unsettled":[],"#.to_owned()
    ///         + r#""needs":[],"fired":[],"overridden":[],"errors":[]}"#
    /// );
    /// # Ok::<(), assize::Error>(())
    /// ```
    #[must_use]
    pub fn to_json(&self, case: u64) -> String {
        json::write(self, case)
    }

    /// The outcomes as a struct (or map) of the host, by their wire names.
    ///
    /// Numbers and amounts arrive as text, for a `String` or a decimal type; counts and lengths of time as integers;
    /// dates and enum members as text; sets, lists and ranges as sequences; records and duties as structs or maps; no
    /// value as `None`.
    ///
    /// # Errors
    ///
    /// [`OutcomesError`] if the case is not decided (a part of the outcomes is never taken for the whole: read it with
    /// [`Decision::get`]), or if `T` asks for something else than the policy gives.
    ///
    /// ```
    /// #[derive(serde::Deserialize)]
    /// struct Measures {
    ///     fine: String, // or a decimal type
    ///     twice: i64,
    /// }
    /// # let policy = assize::Policy::from_text("p.assize", "policy p unit EUR, 2 decimals \
    /// #     facts value: EUR, 0 or more  count: integer or unknown \
    /// #     outcome fine: EUR = (10% * value) rounded to 0.01 EUR half up  outcome twice: integer = 2 * count")?;
    /// let measures: Measures = policy.decide_json(r#"{"value": "7", "count": 2}"#).outcomes()?;
    /// assert_eq!((&*measures.fine, measures.twice), ("0.70", 4));
    ///
    /// let undetermined = policy.decide_json(r#"{"value": "7"}"#);
    /// assert!(undetermined.outcomes::<Measures>().is_err_and(|error| error.is_not_decided()));
    /// # Ok::<(), assize::Error>(())
    /// ```
    pub fn outcomes<T: DeserializeOwned>(&self) -> Result<T, OutcomesError> {
        host::read(self)
    }

    /// Declared outcomes and their values, by wire name; none where the case has no outcomes.
    fn declared(&self) -> Vec<(&OutcomeDef, &Value)> {
        let mut declared: Vec<_> = self.schema.outcomes.iter().zip(&self.outcomes).collect();
        declared.sort_by(|(left, _), (right, _)| left.wire.cmp(&right.wire));
        declared
    }
}
