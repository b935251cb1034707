//! The reference evaluator: the meaning of a policy, readable and unhurried.
//!
//! Facts are admitted ([`admit`]), then outcomes are decided one after the other ([`outcomes`]) from the rules that
//! apply ([`rules`]) and from expressions ([`expr`], [`calls`], [`aggregate`]). Values may be open and errors are
//! values ([`fault`]), so nothing here depends on an order of evaluation: `rule_order` and `outcome_order` only say
//! what can be evaluated when.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use self::admit::{Admitted, admit, broken};
use self::case::Case;
use self::fault::{Fault, collect};
use self::lenient::Choice;
use self::watch::{Readings, Watch};
use super::Policy;
use crate::decision::{Decision, Fired, Overridden, Problem, ProblemCode, Status};
use crate::types::Schema;
use crate::value::{Value, Waits};

mod admit;
mod aggregate;
mod called;
mod calls;
mod case;
mod domain;
mod expr;
mod fault;
mod finish;
mod lenient;
mod outcomes;
mod possible;
mod rules;
mod show;
#[cfg(test)]
mod tests;
mod watch;

pub(crate) use self::possible::possible;
pub(crate) use self::watch::{End, Measured, Point, Produced, Side, Traced, Truth as Held};

/// What one law says about a case.
struct Judgement {
    outcomes: Vec<Value>,
    fired: Vec<Fired>,
    overridden: Vec<Overridden>,
    produced: Vec<Produced>,
    /// What the choice between two laws waits for.
    waits: Waits,
}

/// Decides one case. `facts` has one value per fact of the schema as bound (absent ones [`Value::Absent`], all the
/// way down); `problems` is what binding found malformed; a case that may need more than `steps` is refused.
pub(crate) fn decide(
    policy: &Policy,
    schema: &Arc<Schema>,
    facts: Vec<Value>,
    problems: Vec<Problem>,
    steps: u64,
) -> Decision {
    match too_much_work(policy, schema, &facts, &problems, steps) {
        Some(refused) => refused,
        None => run(policy, schema, &facts, problems, None).0,
    }
}

/// Decides one case as [`decide`] does, and says how the decision came about.
pub(crate) fn trace(
    policy: &Policy,
    schema: &Arc<Schema>,
    facts: &[Value],
    problems: Vec<Problem>,
    steps: u64,
) -> Traced {
    let (mut seen, mut measured) = (BTreeMap::new(), Measured::new());
    if let Some(decision) = too_much_work(policy, schema, facts, &problems, steps) {
        return Traced { decision, seen, produced: Vec::new(), measured };
    }
    let (decision, produced) = run(policy, schema, facts, problems, Some((&mut seen, &mut measured)));
    Traced { decision, seen, produced, measured }
}

/// Refuses a case that may need more steps than are allowed, before it is evaluated.
fn too_much_work(
    policy: &Policy,
    schema: &Arc<Schema>,
    facts: &[Value],
    problems: &[Problem],
    steps: u64,
) -> Option<Decision> {
    let items = facts.iter().fold(0, |sum: u64, value| sum.saturating_add(value.items()));
    let needed = policy.work.steps(items);
    if needed <= steps {
        return None;
    }
    let dearest = &policy.work.dearest;
    let message = format!(
        "with its {items} items it may take {needed} steps, most of them in `{dearest}`; at most {steps} are allowed"
    );
    let mut all: BTreeSet<Problem> = problems.iter().cloned().collect();
    all.insert(Problem { path: None, ..Problem::new(ProblemCode::TooMuchWork, "", message) });
    Some(Decision {
        problems: all.into_iter().collect(),
        ..Decision::without_outcomes(schema, Status::Refused)
    })
}

fn run(
    policy: &Policy,
    schema: &Arc<Schema>,
    facts: &[Value],
    problems: Vec<Problem>,
    mut watched: Option<(&mut BTreeMap<Point, u64>, &mut Measured)>,
) -> (Decision, Vec<Produced>) {
    let laws: Vec<Option<usize>> = match policy.law_dates.len() {
        0 => vec![None],
        count => (0..count).map(Some).collect(),
    };
    let admitted: Vec<Admitted> = laws
        .iter()
        .map(|law| admit(policy, schema, facts, *law, watched.as_mut().map(|(seen, _)| &mut **seen)))
        .collect();
    let watch = || watched.as_ref().map(|_| Watch::new(Readings::Settled));
    let laws = laws.into_iter().zip(&admitted);
    let cases: Vec<Case<'_>> =
        laws.map(|(law, one)| Case::new(policy, schema, &one.facts, law, watch())).collect();
    let (decision, produced) = decide_cases(policy, schema, &admitted, &cases, problems);
    if let Some((seen, measured)) = watched {
        for watch in cases.iter().filter_map(|case| case.watch.as_ref()) {
            watch.add_to(seen);
            watch.measure(measured);
        }
    }
    (decision, produced)
}

fn decide_cases(
    policy: &Policy,
    schema: &Arc<Schema>,
    admitted: &[Admitted],
    cases: &[Case<'_>],
    problems: Vec<Problem>,
) -> (Decision, Vec<Produced>) {
    let mut malformed: BTreeSet<Problem> = problems.into_iter().collect();
    let mut fault = None;
    for (case, admitted) in cases.iter().zip(admitted) {
        malformed.extend(broken(case, &mut fault));
        if let Some(other) = &admitted.fault {
            collect(&mut fault, other.clone());
        }
    }
    let missing: BTreeSet<&String> = admitted.iter().flat_map(|one| &one.missing).collect();
    let answer = |status| Decision::without_outcomes(schema, status);
    if !malformed.is_empty() {
        // What lies at or inside something malformed was given; a case that cannot be read may give anything.
        let given = |path: &str| {
            malformed.iter().any(|problem| problem.path.is_none() || lies_in(problem.path.as_deref(), path))
        };
        let needs = missing.into_iter().filter(|path| !given(path)).cloned().collect();
        let problems = malformed.into_iter().collect();
        return (Decision { needs, problems, ..answer(Status::Refused) }, Vec::new());
    }
    if !missing.is_empty() {
        let needs = missing.into_iter().cloned().collect();
        return (Decision { needs, ..answer(Status::Undetermined) }, Vec::new());
    }

    let mut judgements = Vec::new();
    for case in cases {
        match judge(case) {
            Ok(judgement) => judgements.push(judgement),
            Err(other) => collect(&mut fault, other),
        }
    }
    let chosen = match fault {
        Some(fault) => Err(fault),
        None => take(policy, judgements),
    };
    match chosen {
        Err(fault) => {
            let problems = fault.into_problems().into_iter().collect();
            (Decision { problems, ..answer(Status::Failed) }, Vec::new())
        }
        Ok(Judgement { outcomes, fired, overridden, produced, mut waits }) => {
            let settled = outcomes.iter().all(Value::is_settled);
            if settled {
                waits.clear();
            }
            waits.extend(outcomes.iter().flat_map(Value::waits));
            let needs = waits.iter().map(|path| path.to_string()).collect();
            let status = if settled { Status::Decided } else { Status::Undetermined };
            (Decision { outcomes, needs, fired, overridden, ..answer(status) }, produced)
        }
    }
}

/// Decides a case under one law. Any fault in an outcome fails it: there is no partial decision.
fn judge(case: &Case<'_>) -> Result<Judgement, Fault> {
    let mut fault = None;
    for id in &case.policy.outcome_order {
        let value = case.outcome(*id).map_err(Fault::of_no_item);
        if let Err(other) = &value {
            collect(&mut fault, other.clone());
        }
        if let Some(cell) = case.outcomes.get(id.0 as usize) {
            // Each outcome stands in the order once.
            let _ = cell.set(value);
        }
    }
    if let Some(fault) = fault {
        return Err(fault);
    }
    let place = fault::Place { name: &case.policy.name, cites: &case.policy.cites };
    let lost = || Fault::internal("an outcome is missing from the order", place);
    let outcomes = case.outcomes.iter().map(|cell| cell.get().cloned().unwrap_or_else(|| Err(lost())));
    let outcomes = outcomes.collect::<Result<_, _>>()?;
    let (fired, overridden) = case.report();
    let produced = case.watch.as_ref().map_or_else(Vec::new, Watch::produced);
    Ok(Judgement { outcomes, fired, overridden, produced, waits: Waits::new() })
}

/// The decision under the only law, or one of two whole.
fn take(policy: &Policy, judgements: Vec<Judgement>) -> Result<Judgement, Fault> {
    let mut judgements = judgements.into_iter();
    let (first, second) = match (judgements.next(), judgements.next()) {
        (Some(first), Some(second)) => (first, second),
        (Some(only), None) => return Ok(only),
        (None, _) => {
            let place = fault::Place { name: &policy.name, cites: &policy.cites };
            return Err(Fault::internal("no law decides", place));
        }
    };
    Ok(match lenient::choose(policy, &first.outcomes, &second.outcomes)? {
        Choice::First => first,
        Choice::Second => second,
        Choice::Either(waits) => Judgement {
            outcomes: lenient::either(&first.outcomes, &second.outcomes, &waits),
            fired: first.fired.into_iter().filter(|rule| second.fired.contains(rule)).collect(),
            overridden: first
                .overridden
                .into_iter()
                .filter(|rule| second.overridden.contains(rule))
                .collect(),
            produced: first.produced.into_iter().chain(second.produced).collect(),
            waits,
        },
    })
}

/// Whether something malformed lies at or inside what looks absent: then it was given.
fn lies_in(problem: Option<&str>, path: &str) -> bool {
    let Some(rest) = problem.and_then(|problem| problem.strip_prefix(path)) else { return false };
    rest.is_empty() || rest.starts_with(['.', '['])
}
