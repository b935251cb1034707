//! How large texts and cases may be: one place for what a host may set.

/// How large policies and cases may be, and how much work one decision may take.
///
/// What is beyond a limit is an error with a code of its own, about that text or that case alone; other cases of the same
/// file are decided. The limits are part of what a decision depends on: same policy, facts and limits, same bytes.
///
/// ```
/// use assize::{Limits, Policy};
///
/// let mut limits = Limits::default();
/// limits.list_items = 2;
/// let policy = Policy::builder()
///     .file("p.assize", "policy p facts days: list of integer outcome sum: integer = (sum of d for each d in days) or else 0")
///     .limits(limits)
///     .build()?;
/// assert!(policy.decide_json(r#"{"days": [1, 2]}"#).is_decided());
/// let refused = policy.decide_json(r#"{"days": [1, 2, 3]}"#);
/// assert_eq!(refused.problems()[0].code.as_str(), "facts/list-too-long");
/// # Ok::<(), assize::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Limits {
    /// Bytes (UTF-8) of one policy text: 16 MiB, at most 4 GiB. Beyond: `syntax/too-large`.
    pub source_bytes: usize,
    /// Texts of one policy, those that are used included: 10,000. Beyond: `use/not-found`.
    pub sources: usize,
    /// Brackets inside brackets in a policy: 48. A higher number counts as 48, which is what a thread with 1 MiB of stack
    /// can hold. Beyond: `syntax/too-deep`.
    pub nesting: usize,
    /// Bytes of one case as JSON or as a CSV record: 16 MiB. Beyond: `facts/too-large`.
    pub case_bytes: usize,
    /// Items of one list or set in a case: 100,000. Beyond: `facts/list-too-long`.
    pub list_items: usize,
    /// Bytes (UTF-8) of one text in a case: 64 KiB. Beyond: `facts/text-too-long`.
    pub text_bytes: usize,
    /// Steps of one decision: 200,000,000. Beyond: `facts/too-much-work`.
    ///
    /// A step is the evaluation of one part of an expression. How many a case may need is computed from the policy and
    /// from the number of items in the case before anything is evaluated, so it does not depend on how the evaluation is
    /// done. It is an upper bound: a policy that walks a list inside a list is charged for every pair.
    pub steps: u64,
    /// Problems listed for one case, the first ones in path order: 1,000.
    pub problems: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            source_bytes: 16 << 20,
            sources: 10_000,
            nesting: 48,
            case_bytes: 16 << 20,
            list_items: 100_000,
            text_bytes: 64 << 10,
            steps: 200_000_000,
            problems: 1_000,
        }
    }
}
