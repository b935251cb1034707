//! Tests of a policy: its own `example` blocks, and files of cases with what they must come to. In comes a typed policy;
//! out come results, each difference with the rules that made it, and what of the policy was gone through.

mod boundaries;
mod case_file;
mod coverage;
mod examples;
mod expected;
mod mend;
mod points;
mod random;
pub(crate) mod sites;
#[cfg(feature = "proptest")]
mod strategy;
#[cfg(test)]
mod tests;
mod values;
mod words;

pub(crate) use boundaries::boundary_cases;
pub use boundaries::{BoundaryCase, BoundaryCases, BoundaryOptions};
pub use coverage::{Coverage, CoveragePoint, PointKind};
#[cfg(feature = "proptest")]
pub use strategy::Facts;
#[cfg(feature = "proptest")]
pub(crate) use strategy::facts_strategy;

use std::io::{self, Read};
use std::sync::Arc;

use crate::facts::json;
use crate::hir::Policy;
use crate::hir::interpret::{Traced, trace};
use crate::limits::Limits;
use crate::source::Sources;
use crate::types::Schema;

/// The tests of one policy that have been run so far.
///
/// ```
/// let policy = assize::Policy::from_text("p.assize", r#"
///     policy p
///     facts illegal: bool  deaths: integer, 0 or more
///     outcome transfer: bool, any
///     rule deadly when illegal and deaths >= 1 then transfer: yes
///     example "deadly" given illegal: yes, deaths: 1 expect transfer: yes
///     example "harmless" given illegal: yes, deaths: 0 expect transfer: yes
/// "#)?;
/// let mut tests = policy.tests();
/// tests.run_examples();
/// let failed: Vec<&str> = tests.results().iter().filter(|result| !result.passed()).map(|result| &*result.name).collect();
/// assert_eq!(failed, ["harmless"]);
/// let difference = &tests.results()[1].differences[0];
/// assert_eq!((&*difference.of, &*difference.expected, &*difference.decided), ("transfer", "yes", "no"));
/// assert_eq!(difference.because, ["rule `deadly` did not apply"]);
///
/// // Nobody has asked what an act that is not illegal comes to.
/// let missed: Vec<String> = tests.coverage().missed().map(|point| tests.coverage().describe(&point)).collect();
/// assert_eq!(missed[0], "p.assize:5:22: `illegal` in rule `deadly` was never false");
/// # Ok::<(), assize::Error>(())
/// ```
pub struct Tests<'p> {
    policy: &'p Policy,
    schema: &'p Arc<Schema>,
    sources: &'p Sources,
    limits: &'p Limits,
    results: Vec<TestResult>,
    coverage: Coverage,
    rewrites: Vec<Rewrite>,
}

/// How one test ended.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct TestResult {
    /// The text of an example; of a case in a file its `text`, else `case 3`.
    pub name: String,
    /// The file that holds it.
    pub file: String,
    /// The line on which it begins, from 1.
    pub line: u64,
    /// What came out otherwise than expected; empty when it passed.
    pub differences: Vec<Difference>,
}

impl TestResult {
    /// All is as expected.
    #[must_use]
    pub fn passed(&self) -> bool {
        self.differences.is_empty()
    }
}

/// One thing that came out otherwise than expected.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Difference {
    /// The outcome; or `status`, `missing`, `test`.
    pub of: String,
    /// In the words of the policy: `5000 CNY`.
    pub expected: String,
    /// Likewise.
    pub decided: String,
    /// What made it so: measures with their rules, rules that did not apply, problems of the case.
    pub because: Vec<String>,
}

/// A text that would make a test pass.
#[derive(Clone, Debug)]
struct Rewrite {
    file: String,
    start: usize,
    end: usize,
    text: String,
}

impl<'p> Tests<'p> {
    pub(crate) fn new(
        policy: &'p Policy,
        schema: &'p Arc<Schema>,
        sources: &'p Sources,
        limits: &'p Limits,
    ) -> Self {
        let coverage = Coverage::new(policy, schema, sources);
        Self { policy, schema, sources, limits, results: Vec::new(), coverage, rewrites: Vec::new() }
    }

    /// Runs the `example` blocks of the policy, in the order of the text.
    pub fn run_examples(&mut self) {
        for example in &self.policy.examples {
            self.run_example(example);
        }
    }

    /// Runs a file of cases: a JSON object a line, with `facts`, with `expect` in the form of a decision, and perhaps with
    /// a `text` that says what it is about.
    ///
    /// ```json
    /// {"text": "a deadly act", "facts": {"illegal": true, "deaths": 1}, "expect": {"outcomes": {"transfer": true}}}
    /// {"facts": {"illegal": true}, "expect": {"status": "undetermined", "needs": ["deaths"]}}
    /// ```
    ///
    /// `expect` holds any of `status` (`decided` unless it says otherwise), `outcomes` and `needs`. An outcome that rules
    /// build and that `outcomes` leaves out must have its neutral value; a defined one is compared where it is listed. A
    /// line that cannot be read, or expects nothing, is a test that fails. `file` is the name of the file in results.
    ///
    /// # Errors
    ///
    /// An error of `reader`. The results of lines before it are kept.
    ///
    /// ```
    /// # let policy = assize::Policy::from_text("p.assize", "policy p facts count: integer outcome twice: integer = 2 * count")?;
    /// let file = concat!(
    ///     r#"{"facts": {"count": 2}, "expect": {"outcomes": {"twice": 4}}}"#, "\n",
    ///     r#"{"facts": {"count": 3}, "expect": {"outcomes": {"twice": "six"}}}"#, "\n",
    /// );
    /// let mut tests = policy.tests();
    /// tests.run_cases("cases.jsonl", file.as_bytes())?;
    /// assert!(tests.results()[0].passed());
    /// assert_eq!(tests.results()[1].differences[0].decided, "facts/wrong-type at `expect.outcomes.twice`: expected an integer, found the text `six`");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn run_cases(&mut self, file: &str, reader: impl Read) -> io::Result<()> {
        let mut start = 0;
        for line in case_file::lines(reader, self.limits) {
            let line = line?;
            self.run_line(file, &line, start);
            start = start.saturating_add(line.bytes);
        }
        Ok(())
    }

    /// The tests that have been run, in order.
    #[must_use]
    pub fn results(&self) -> &[TestResult] {
        &self.results
    }

    /// What these tests went through.
    #[must_use]
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// The text of a file (as the results name it) with the expectations of its failed tests replaced by what was
    /// decided, for review; `None` where nothing is to be replaced. Tests that cannot be read stay as they are.
    ///
    /// ```
    /// let text = "policy p outcome x: integer = 3 example \"three\" expect x: 2";
    /// let policy = assize::Policy::from_text("p.assize", text)?;
    /// let mut tests = policy.tests();
    /// tests.run_examples();
    /// assert_eq!(tests.rewritten("p.assize", text).as_deref(), Some("policy p outcome x: integer = 3 example \"three\" expect x: 3"));
    /// # Ok::<(), assize::Error>(())
    /// ```
    #[must_use]
    pub fn rewritten(&self, file: &str, text: &str) -> Option<String> {
        let mut rewrites: Vec<&Rewrite> =
            self.rewrites.iter().filter(|rewrite| rewrite.file == file).collect();
        rewrites.sort_by_key(|rewrite| rewrite.start);
        let mut new = String::with_capacity(text.len());
        let mut done = 0;
        for rewrite in &rewrites {
            new.push_str(text.get(done..rewrite.start)?);
            new.push_str(&rewrite.text);
            done = rewrite.end;
        }
        new.push_str(text.get(done..)?);
        (!rewrites.is_empty()).then_some(new)
    }

    fn decide(&mut self, facts: &[u8]) -> Traced {
        let bound = json::bind(self.schema, facts, self.limits);
        let traced = trace(self.policy, self.schema, &bound.values, bound.problems, self.limits.steps);
        self.coverage.add(&traced.seen);
        traced
    }
}

impl std::fmt::Debug for Tests<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Tests").field("results", &self.results).finish_non_exhaustive()
    }
}
