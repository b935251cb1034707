//! What the runner asks of an engine, for one of the two policies.

use std::fmt::Debug;

use serde_json::Value;

/// A policy that several engines decide.
pub trait Domain {
    type Facts;
    type Outcomes: PartialEq + Debug;

    /// A case as JSON, amounts as text.
    fn text(facts: &Self::Facts) -> String;

    /// Reads an object of outcomes.
    fn outcomes(json: &Value) -> Option<Self::Outcomes>;

    /// By how many cents two answers differ, if that is all in which they differ.
    fn cents_apart(one: &Self::Outcomes, other: &Self::Outcomes) -> Option<u64>;
}

/// How far an engine must agree with assize.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Agreement {
    /// The JSON of the whole decision byte for byte, fired rules included.
    Bytes,
    /// Every outcome.
    Outcomes,
    /// Every outcome, but the fine may be a cent off: it is computed in binary floats.
    Floats,
    /// Yes and no only: the other outcomes are taken from assize.
    Flags,
}

pub trait Engine<D: Domain> {
    /// The facts as the host of this engine holds them.
    type Case;
    /// The outcomes as the host of this engine gets them.
    type Answer;

    const NAME: &'static str;
    const AGREEMENT: Agreement;

    /// How many cases are compared at most: an engine that takes milliseconds for each would take minutes for all.
    fn compared(&self) -> usize {
        usize::MAX
    }

    fn case(&self, facts: &D::Facts) -> Self::Case;

    fn text(&self, facts: &D::Facts) -> String {
        D::text(facts)
    }

    fn decide(&mut self, case: &Self::Case) -> Self::Answer;

    fn decide_json(&mut self, text: &str) -> String;

    /// What [`Self::decide_json`] wrote, in the form in which answers are compared.
    fn read(&self, written: &str, _expected: &D::Outcomes) -> Option<D::Outcomes> {
        crate::contender::outcomes::<D>(written)
    }

    /// The answer in the form in which answers are compared. `expected` fills in what the engine does not decide.
    fn outcomes(&self, answer: Self::Answer, expected: &D::Outcomes) -> D::Outcomes;
}
