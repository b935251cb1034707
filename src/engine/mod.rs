//! The facade: policy texts in, decisions out. Everything that a host calls begins here.

#[cfg(feature = "arrow")]
pub mod arrow;
mod cases;
mod checked;
pub mod columns;
mod decider;
mod error;
mod format;
#[cfg(feature = "proptest")]
pub mod laws;
mod load;
mod repair;
mod saved;
#[cfg(test)]
mod tests;

use checked::{Checked, Typed};

pub use cases::{Case, CaseFormat, CaseOptions, Cases};
pub use decider::{Answer, Decider, FactKey, MemberKey, OutcomeKey};
pub use error::Error;
pub use format::format;
pub use load::Builder;
pub use repair::Repair;

use std::io::Read;
use std::sync::Arc;

use serde::Serialize;

use crate::decision::{self, Decision};
use crate::diagnostic::Diagnostic;
use crate::eval::{Compiled, Machine};
use crate::facts::{self, Bound};
use crate::program::Program;
use crate::source::Sources;
use crate::testing::{self, BoundaryCases, BoundaryOptions, Tests};
#[cfg(feature = "proptest")]
use crate::types::Schema;

/// A checked policy, ready to decide cases.
///
/// Cheap to clone, and shared between threads as it is: deciding changes nothing in it.
#[derive(Clone)]
pub struct Policy {
    pub(crate) checked: Arc<Checked>,
    /// The policy compiled; `None` where the reference evaluator decides every case.
    compiled: Option<Arc<Compiled>>,
}

impl Policy {
    /// Reads a policy that is one text. `name` stands in diagnostics, and says with `.assize.md` that the text is
    /// Markdown.
    ///
    /// # Errors
    ///
    /// [`Error::is_policy`], with all that is wrong with the text. A `use` is wrong here: see [`Policy::builder`].
    ///
    /// ```
    /// let error = assize::Policy::from_text("p.assize", "policy p\noutcome x: bool = illegal\n").unwrap_err();
    /// assert!(error.is_policy());
    /// assert_eq!(error.render(), "p.assize:2:19: error[name/unknown]: there is no `illegal`");
    /// ```
    pub fn from_text(name: &str, text: &str) -> Result<Self, Error> {
        Self::builder().file(name, text).build()
    }

    /// Reads a policy of several texts, or one whose `use` the host answers.
    pub fn builder<'l>() -> Builder<'l> {
        Builder::new()
    }

    /// The name after the word `policy`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.checked.about.name
    }

    /// The policy's title.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.checked.about.title.as_deref()
    }

    /// The law that the policy as a whole cites.
    pub fn cites(&self) -> impl Iterator<Item = &str> {
        self.checked.about.cites.iter().map(|cite| &**cite)
    }

    /// The wire names of the outcomes, in the order of their names.
    pub fn outcome_names(&self) -> impl Iterator<Item = &str> {
        self.checked.schema.outcomes.iter().map(|outcome| &*outcome.wire)
    }

    /// The wire names of the facts, in the order of their names.
    pub fn fact_names(&self) -> impl Iterator<Item = &str> {
        self.checked.schema.facts.fields.iter().map(|field| &*field.wire)
    }

    /// Warnings: the policy can be used, but may not mean what its author thinks. Sorted by place.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        &self.checked.warnings
    }

    /// The texts that the policy was read from, for [`Diagnostic::render`].
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.checked.sources
    }

    /// The facts of a case as [JSON Schema 2020-12](https://json-schema.org/draft/2020-12), for forms, editors and
    /// generators of code: indented text, the same for the same policy.
    ///
    /// A case that is neither refused nor lacks a needed fact validates. What a schema cannot say (that a fact is needed
    /// only sometimes, what must hold) stands in its descriptions. Amounts may be JSON numbers or decimal texts, as they
    /// may in a case.
    ///
    /// ```
    /// # let policy = assize::Policy::from_text("p.assize", "policy p facts illegal \"An illegal act\": bool, default no \
    /// #     count: integer, 0 to 9 outcome banned: bool = illegal and count > 1")?;
    /// let schema: serde_json::Value = serde_json::from_str(&policy.facts_schema())?;
    /// assert_eq!(schema["required"], serde_json::json!(["count"]));
    /// assert_eq!(schema["properties"]["count"]["maximum"], 9);
    /// assert_eq!(schema["properties"]["illegal"]["title"], "An illegal act");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn facts_schema(&self) -> String {
        let checked = &*self.checked;
        facts::json_schema(&checked.schema, &checked.limits, self.name(), self.title())
    }

    /// What [`Decision::to_json`] writes for decisions under this policy, as
    /// [JSON Schema 2020-12](https://json-schema.org/draft/2020-12): every decision validates.
    ///
    /// ```
    /// # let policy = assize::Policy::from_text("p.assize", "policy p facts illegal: bool outcome banned: bool = illegal")?;
    /// let schema: serde_json::Value = serde_json::from_str(&policy.decision_schema())?;
    /// assert_eq!(schema["properties"]["outcomes"]["properties"]["banned"]["type"], "boolean");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn decision_schema(&self) -> String {
        let rules = self.checked.typed().policy.rules.iter().map(|rule| &*rule.name).collect();
        let names = decision::Names { policy: self.name(), title: self.title(), rules };
        decision::json_schema(&self.checked.schema, &names)
    }

    /// Decides a case given as one JSON object.
    ///
    /// There is no error: facts that are malformed or missing are an answer, too. See [`Decision::status`].
    #[must_use]
    pub fn decide_json(&self, facts: &str) -> Decision {
        let checked = &*self.checked;
        self.decide_bound(facts::json::bind(&checked.schema, facts, &checked.limits))
    }

    /// Decides a case given as a struct or map of the host. `None` is an absent fact. Binary floating-point numbers are
    /// refused, since they are not exact: give a decimal type or text.
    ///
    /// ```
    /// #[derive(serde::Serialize)]
    /// struct Case {
    ///     value: &'static str,
    ///     illegal: Option<bool>,
    /// }
    /// # let policy = assize::Policy::from_text("p.assize", "policy p facts value: number  illegal: bool \
    /// #     outcome banned: bool = illegal and value > 1")?;
    /// let decision = policy.decide(&Case { value: "1.5", illegal: Some(true) });
    /// assert_eq!(decision.get("banned").and_then(|banned| banned.as_bool()), Some(true));
    ///
    /// let decision = policy.decide(&Case { value: "1.5", illegal: None });
    /// assert_eq!(decision.needs(), ["illegal"]);
    /// # Ok::<(), assize::Error>(())
    /// ```
    #[must_use]
    pub fn decide<T: Serialize + ?Sized>(&self, facts: &T) -> Decision {
        let checked = &*self.checked;
        self.decide_bound(facts::from_serialize(&checked.schema, facts, &checked.limits))
    }

    /// Decides the cases of a file one by one, without holding them. Opening reads the header and the list files of a
    /// CSV file; the cases themselves are read as the iterator asks for them.
    ///
    /// # Errors
    ///
    /// [`Error::is_cases`] if the file as a whole cannot be read as cases: a CSV header or list file that does not fit
    /// the policy; [`Error::is_io`] if it cannot be read at all. Malformed cases are no error but refused decisions.
    ///
    /// ```
    /// use assize::{CaseFormat, CaseOptions, Status};
    /// # let policy = assize::Policy::from_text("p.assize", "policy p facts illegal: bool outcome banned: bool = illegal")?;
    /// let file = "id,illegal\nA1,true\nA2,perhaps\n";
    /// let options = CaseOptions::new(CaseFormat::Csv).ignore(["id"]);
    /// let mut answers = Vec::new();
    /// for case in policy.cases(file.as_bytes(), options)? {
    ///     let case = case?;
    ///     answers.push((case.line, case.decision.status()));
    /// }
    /// assert_eq!(answers, [(2, Status::Decided), (3, Status::Refused)]);
    /// # Ok::<(), assize::Error>(())
    /// ```
    pub fn cases<R: Read>(&self, reader: R, options: CaseOptions<'_>) -> Result<Cases<'_, R>, Error> {
        Cases::open(self, reader, options)
    }

    /// The same policy, decided by the reference evaluator alone: the readable one that says what a policy means. It is
    /// slow, and its answers are the same to the byte; this is for those who check that.
    ///
    /// ```
    /// # let policy = assize::Policy::from_text("p.assize", "policy p facts count: integer outcome twice: integer = 2 * count")?;
    /// let case = r#"{"count": 21}"#;
    /// assert_eq!(policy.reference().decide_json(case).to_json(0), policy.decide_json(case).to_json(0));
    /// # Ok::<(), assize::Error>(())
    /// ```
    #[must_use]
    pub fn reference(&self) -> Self {
        Self { checked: self.checked.clone(), compiled: None }
    }

    /// Whether the policy is compiled. One that is not (see [`guide::performance`](crate::guide::performance)) is decided
    /// by the reference evaluator, with the same answers.
    #[must_use]
    pub fn is_compiled(&self) -> bool {
        self.compiled.is_some()
    }

    /// Starts a run of tests: `example` blocks and files of cases, with coverage.
    #[must_use]
    pub fn tests(&self) -> Tests<'_> {
        let Typed { policy, schema, .. } = self.checked.typed();
        Tests::new(policy, schema, &self.checked.sources, &self.checked.limits)
    }

    /// Looks for cases at the boundaries of the policy: below, at and above every threshold, on every row, for every
    /// member of an enum, with and without every fact that may be absent. Takes from a fraction of a second to some
    /// seconds.
    ///
    /// ```
    /// use assize::testing::BoundaryOptions;
    /// # let policy = assize::Policy::from_text("p.assize", "policy p facts deaths: integer, 0 or more \
    /// #     outcome transfer: bool = deaths >= 3")?;
    /// let found = policy.boundary_cases(BoundaryOptions::new());
    /// let facts: Vec<&str> = found.cases.iter().map(|case| &*case.facts).collect();
    /// assert_eq!(facts, [r#"{"deaths":0}"#, r#"{"deaths":2}"#, r#"{"deaths":3}"#, r#"{"deaths":4}"#]);
    /// # Ok::<(), assize::Error>(())
    /// ```
    #[must_use]
    pub fn boundary_cases(&self, options: BoundaryOptions) -> BoundaryCases {
        let Typed { policy, schema, .. } = self.checked.typed();
        testing::boundary_cases(policy, schema, &self.checked.sources, &self.checked.limits, options)
    }

    /// Cases of this policy for property tests, with the feature `proptest`: well-formed, none of them refused or without a
    /// needed fact, often at the boundaries of the policy. They shrink towards a plain case.
    ///
    /// [`laws`] are ready to be used on them; [`testing::Facts`] shows as JSON.
    ///
    /// ```
    /// use assize::laws;
    /// use proptest::test_runner::TestRunner;
    /// # let policy = assize::Policy::from_text("p.assize", "policy p unit EUR, 2 decimals
    /// #     facts value: EUR, 0 or more  deaths: integer, 0 or more, default 0
    /// #     outcome fine: EUR, rounded to 0.01 EUR half up = 10% * value * (deaths + 1)")?;
    ///
    /// let cases = policy.facts_strategy();
    /// TestRunner::default().run(&(cases.clone(), cases), |(one, other)| {
    ///     laws::sound(&policy, &one)?;
    ///     laws::never_falls(&policy, "fine", "value", &one, &other)
    /// })?;
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[cfg(feature = "proptest")]
    pub fn facts_strategy(&self) -> proptest::strategy::BoxedStrategy<testing::Facts> {
        let decider = self.clone();
        let Typed { policy, schema, .. } = self.checked.typed();
        testing::facts_strategy(policy, schema, move |values| {
            decider.decide_bound(Bound { values, problems: Vec::new() })
        })
    }

    pub(crate) fn program(&self) -> Option<&Program> {
        self.compiled.as_ref().map(|compiled| &compiled.program)
    }

    /// The compiled policy, where no case that it takes may need more steps than are allowed.
    fn affordable(&self) -> Option<&Arc<Compiled>> {
        let Checked { about, limits, .. } = &*self.checked;
        self.compiled
            .as_ref()
            .filter(|compiled| about.work.steps(compiled.program.most_members(0)) <= limits.steps)
    }

    /// The same where it can be run over columns.
    fn columnar(&self) -> Option<&Program> {
        self.affordable().map(|compiled| &compiled.program).filter(|program| program.is_flat())
    }

    #[cfg(feature = "proptest")]
    pub(crate) fn schema(&self) -> &Schema {
        &self.checked.schema
    }

    fn decide_bound(&self, bound: Bound) -> Decision {
        let mut machine = self.compiled.as_ref().map(Machine::new);
        self.decide_in(&mut machine, bound)
    }

    /// Decides a case in a machine of this policy, where it has one.
    fn decide_in(&self, machine: &mut Option<Machine>, bound: Bound) -> Decision {
        let checked = &*self.checked;
        let items = bound.values.iter().fold(0, |sum: u64, value| sum.saturating_add(value.items()));
        if let Some(machine) = machine
            && bound.problems.is_empty()
            && checked.about.work.steps(items) <= checked.limits.steps
            && machine.load(&bound.values)
            && machine.run()
            && let Some(decision) = machine.decision(&checked.schema)
        {
            return decision;
        }
        checked.decide_by_reference(bound)
    }
}

impl std::fmt::Debug for Policy {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Policy").field("name", &self.name()).finish_non_exhaustive()
    }
}
