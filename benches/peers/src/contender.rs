//! An engine with its cases, checked against assize, ready to be timed.

use std::hint::black_box;
use std::time::Duration;

use allocation_counter::AllocationInfo;
use cpu_time::ThreadTime;
use serde_json::Value;

use crate::engine::{Agreement, Domain, Engine};

/// How a case comes in and a decision goes out.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Values of the host.
    Typed,
    /// JSON text.
    Json,
}

/// What does not change from round to round.
pub struct Description {
    pub policy: String,
    pub engine: &'static str,
    /// Time and heap that the policy takes, if there is a policy to load.
    pub load: Option<Load>,
    pub agreement: String,
}

pub struct Load {
    pub time: Duration,
    pub bytes_per_rule: i64,
}

pub trait Contender {
    fn description(&self) -> &Description;

    fn forms(&self) -> &'static [Form] {
        &[Form::Typed, Form::Json]
    }

    /// Decides at least so many cases, going on where it stopped, and says how many.
    fn run(&mut self, form: Form, count: usize) -> usize;
}

/// Cases of a policy, and what assize makes of the first of them.
pub struct World<D: Domain> {
    pub policy: String,
    pub rules: usize,
    pub facts: Vec<D::Facts>,
    pub expected: Vec<D::Outcomes>,
    pub decisions: Vec<String>,
}

impl<D: Domain> World<D> {
    pub fn new(policy: String, rules: usize, facts: Vec<D::Facts>, assize: &assize::Policy) -> Self {
        let decisions: Vec<String> =
            facts.iter().map(|facts| assize.decide_json(&D::text(facts)).to_json(0)).collect();
        let expected = decisions
            .iter()
            .map(|decision| {
                outcomes::<D>(decision).unwrap_or_else(|| panic!("assize does not decide: {decision}"))
            })
            .collect();
        Self { policy, rules, facts, expected, decisions }
    }
}

/// The outcomes in JSON text: a whole decision, or the object of outcomes alone.
pub fn outcomes<D: Domain>(text: &str) -> Option<D::Outcomes> {
    let json: Value = serde_json::from_str(text).ok()?;
    D::outcomes(json.get("outcomes").unwrap_or(&json))
}

struct Prepared<D: Domain, E: Engine<D>> {
    description: Description,
    engine: E,
    cases: Vec<E::Case>,
    texts: Vec<String>,
    next: usize,
}

/// Loads an engine and holds its answers against those of assize.
///
/// # Errors
///
/// The first case on which they differ, with both answers.
pub fn prepare<'w, D: Domain, E: Engine<D> + 'w>(
    world: &'w World<D>,
    load: impl Fn() -> E,
) -> Result<Box<dyn Contender + 'w>, String> {
    let (mut engine, load) = loaded(&load, world.rules);
    let cases: Vec<E::Case> = world.facts.iter().map(|facts| engine.case(facts)).collect();
    let texts: Vec<String> = world.facts.iter().map(|facts| engine.text(facts)).collect();

    let checked = world.expected.len().min(engine.compared());
    let mut cents_off = 0;
    for (index, expected) in world.expected[..checked].iter().enumerate() {
        let (case, text) = (&cases[index], &texts[index]);
        let written = engine.decide_json(text);
        let differs = |answer: &dyn std::fmt::Debug| {
            format!(
                "{}, {}, case {index}: {}\n  assize: {}\n  {}: {answer:?}",
                world.policy,
                E::NAME,
                D::text(&world.facts[index]),
                world.decisions[index],
                E::NAME,
            )
        };
        if E::AGREEMENT == Agreement::Bytes && written != world.decisions[index] {
            return Err(differs(&written));
        }
        let answer = engine.decide(case);
        let typed = engine.outcomes(answer, expected);
        let apart = D::cents_apart(expected, &typed).ok_or_else(|| differs(&typed))?;
        if apart > u64::from(E::AGREEMENT == Agreement::Floats) {
            return Err(differs(&typed));
        }
        if engine.read(&written, expected).as_ref() != Some(&typed) {
            return Err(differs(&written));
        }
        cents_off += apart;
    }
    let agreement = match E::AGREEMENT {
        Agreement::Bytes => format!("whole decision to the byte, {checked} cases"),
        Agreement::Outcomes => format!("all outcomes, {checked} cases"),
        Agreement::Floats => format!("floats: fine a cent wrong in {cents_off} of {checked} cases"),
        Agreement::Flags => format!("court, ban, service, promotion, {checked} cases"),
    };
    let description = Description { policy: world.policy.clone(), engine: E::NAME, load, agreement };
    Ok(Box::new(Prepared { description, engine, cases, texts, next: 0 }))
}

/// An engine that is nothing but code has no size, and nothing to load.
fn loaded<E>(load: &impl Fn() -> E, rules: usize) -> (E, Option<Load>) {
    let mut engine = None;
    let heap = allocation_counter::measure(|| engine = Some(load()));
    let engine = engine.expect("loaded");
    if size_of::<E>() == 0 {
        return (engine, None);
    }
    let bytes_per_rule = heap.bytes_current / rules as i64;
    let mut times = Vec::new();
    // What loads for seconds is loaded once more, what loads at once several times.
    while times.len() < 5 && times.iter().sum::<Duration>() < Duration::from_millis(500) {
        times.push(time(|| drop(black_box(load()))));
    }
    times.sort_unstable();
    (engine, Some(Load { time: times[times.len() / 2], bytes_per_rule }))
}

impl<D: Domain, E: Engine<D>> Contender for Prepared<D, E> {
    fn description(&self) -> &Description {
        &self.description
    }

    fn run(&mut self, form: Form, count: usize) -> usize {
        for _ in 0..count {
            let index = self.next;
            self.next = if index + 1 == self.cases.len() { 0 } else { index + 1 };
            match form {
                Form::Typed => drop(black_box(self.engine.decide(black_box(&self.cases[index])))),
                Form::Json => drop(black_box(self.engine.decide_json(black_box(&self.texts[index])))),
            }
        }
        count
    }
}

/// CPU time of this thread, without what counting allocations costs. The counting allocator remains, in which what grows
/// is always copied; it is the same for all.
pub fn time(work: impl FnOnce()) -> Duration {
    let mut taken = Duration::ZERO;
    allocation_counter::opt_out(|| {
        let start = ThreadTime::now();
        work();
        taken = start.elapsed();
    });
    taken
}

pub fn allocations(work: impl FnOnce()) -> AllocationInfo {
    allocation_counter::measure(work)
}
