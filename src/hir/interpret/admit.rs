//! Facts as bound in, facts as evaluated out: derived fields, defaults, nothing and unknown, and which needed facts
//! are missing (ruling 3). Needs follow from declarations alone, never from what evaluation happens to read.
//!
//! Conditions of `needed when` may read other conditional facts. They are evaluated over the facts of the round
//! before, until a round changes nothing: without circles there is one such state, whatever the order.

use std::collections::{BTreeMap, BTreeSet};

use super::case::{Case, Frame};
use super::domain::domain;
use super::fault::{Fault, Judged, Place, Truth, collect};
use super::watch::{Point, Readings, Watch};
use crate::decision::{Problem, ProblemCode};
use crate::hir::{Expr, Policy, RecordRules};
use crate::types::{Field, Presence, RecordDef, Schema, Type};
use crate::value::{Value, Waits, join};

/// The facts of a case, ready for evaluation under one law.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Admitted {
    pub(super) facts: Vec<Value>,
    /// The paths of needed facts that are absent.
    pub(super) missing: BTreeSet<String>,
    /// Conditions that could not be evaluated.
    pub(super) fault: Option<Fault>,
}

/// Facts under the law of the `law`-th law date.
/// With `seen`, notes the conditions as they are in the end.
pub(super) fn admit(
    policy: &Policy,
    schema: &Schema,
    bound: &[Value],
    law: Option<usize>,
    seen: Option<&mut BTreeMap<Point, u64>>,
) -> Admitted {
    let mut admitted = Round { policy, schema, case: None, result: Admitted::default() }.facts(bound, &[]);
    let rules = policy.records.iter().chain([&policy.facts]);
    let conditions = rules.flat_map(|rules| &rules.needed_when).flatten().count();
    if conditions == 0 {
        return admitted;
    }
    // Each round settles at least the conditions that read only settled ones.
    for _ in 0..conditions + 2 {
        let before = admitted.facts.clone();
        let watch = seen.as_ref().map(|_| Watch::new(Readings::Settled));
        let case = Case::new(policy, schema, &before, law, watch);
        let mut round = Round { policy, schema, case: Some(case), result: Admitted::default() };
        let next = round.facts(bound, &before);
        if next == admitted {
            if let (Some(seen), Some(Case { watch: Some(watch), .. })) = (seen, &round.case) {
                watch.add_to(seen);
            }
            break;
        }
        admitted = next;
    }
    admitted
}

struct Round<'p> {
    policy: &'p Policy,
    schema: &'p Schema,
    /// Over the facts of the round before; `None` in the first round, in which no condition is known.
    case: Option<Case<'p>>,
    result: Admitted,
}

/// Where a value stands.
#[derive(Clone, Copy)]
struct Spot<'a> {
    path: &'a str,
    /// What is absent here is missing: everything around it surely is needed.
    counts: bool,
    /// What the round before made of it.
    before: Option<&'a Value>,
}

impl<'p> Round<'p> {
    fn facts(&mut self, bound: &[Value], before: &[Value]) -> Admitted {
        let (policy, schema) = (self.policy, self.schema);
        let before = Value::Record(before.into());
        let spot = Spot { path: "", counts: true, before: Some(&before) };
        self.result.facts = self.record(&schema.facts, &policy.facts, bound, spot, true);
        std::mem::take(&mut self.result)
    }

    fn record(
        &mut self,
        def: &'p RecordDef,
        rules: &'p RecordRules,
        bound: &[Value],
        spot: Spot<'_>,
        is_facts: bool,
    ) -> Vec<Value> {
        let before = match spot.before {
            Some(Value::Record(fields)) => Some(fields),
            _ => None,
        };
        let mut values = Vec::with_capacity(def.fields.len());
        for (index, field) in def.fields.iter().enumerate() {
            let path = if spot.path.is_empty() {
                field.wire.to_string()
            } else {
                format!("{}.{}", spot.path, field.wire)
            };
            let needed = match rules.needed_when.get(index).and_then(Option::as_ref) {
                None => Truth::Yes,
                // The record itself may not be there, so what its condition reads is not known.
                Some(_) if !is_facts && spot.before.is_none() => Truth::Maybe(Waits::new()),
                Some(condition) => {
                    let record = spot.before.filter(|_| !is_facts);
                    self.condition(condition, field, record, &path)
                }
            };
            let before = before.and_then(|fields| fields.get(index));
            let inner = Spot { path: &path, counts: spot.counts, before };
            values.push(self.field(field, needed, bound.get(index).unwrap_or(&Value::Absent), inner));
        }
        for (index, field) in def.fields.iter().enumerate() {
            if let Presence::FirstOf(sources) = &field.presence {
                let path = if spot.path.is_empty() {
                    field.wire.to_string()
                } else {
                    format!("{}.{}", spot.path, field.wire)
                };
                let derived = self.first_of(field, sources, &values, &path, spot.counts);
                if let Some(value) = values.get_mut(index) {
                    *value = derived;
                }
            }
        }
        values
    }

    /// Whether a field is needed. A condition that cannot be evaluated fails the case.
    fn condition(
        &mut self,
        condition: &'p Expr,
        field: &'p Field,
        record: Option<&Value>,
        path: &str,
    ) -> Truth {
        let Some(case) = &self.case else { return Truth::Maybe(Waits::new()) };
        let place = Place { name: &field.name, cites: &[] };
        let mut frame = Frame::with(place, record.cloned().into_iter().collect());
        let judged: Judged = case.judge(condition, &mut frame);
        judged.unwrap_or_else(|fault| {
            collect(&mut self.result.fault, fault.at_item(Some(path)));
            Truth::Maybe(Waits::new())
        })
    }

    fn field(&mut self, field: &Field, needed: Truth, bound: &Value, spot: Spot<'_>) -> Value {
        match needed {
            // Given though not needed: bounds were checked at the door, otherwise as if it were not there.
            Truth::No => Value::Nothing,
            Truth::Yes => self.needed(field, bound, spot),
            Truth::Maybe(mut waits) => {
                if *bound == Value::Absent {
                    waits.insert(spot.path.into());
                    return domain(self.schema, &field.ty, &field.bounds, true, waits);
                }
                let given = self.inside(&field.ty, bound, Spot { counts: false, ..spot });
                join(&given, &Value::Nothing, &waits)
            }
        }
    }

    fn needed(&mut self, field: &Field, bound: &Value, spot: Spot<'_>) -> Value {
        if *bound != Value::Absent {
            return self.inside(&field.ty, bound, spot);
        }
        match &field.presence {
            Presence::Default(value) => self.inside(&field.ty, value, spot),
            // Derived when its siblings are known.
            Presence::FirstOf(_) => Value::Nothing,
            Presence::Needed | Presence::NeededWhen(_) => {
                if field.nothing && !field.unknown {
                    return Value::Nothing;
                }
                if !field.unknown && spot.counts {
                    self.result.missing.insert(spot.path.to_owned());
                }
                self.unknown(field, spot.path)
            }
        }
    }

    /// The first source that is present; sources that may be nothing leave later ones possible.
    fn first_of(
        &mut self,
        field: &Field,
        sources: &[usize],
        record: &[Value],
        path: &str,
        counts: bool,
    ) -> Value {
        let mut possible: Vec<(Value, Waits)> = Vec::new();
        let mut last = None;
        for source in sources.iter().filter_map(|source| record.get(*source)) {
            let waits = source.waits();
            let may_be_nothing = source.may_be_nothing();
            let Some(value) = source.clone().without_nothing() else { continue };
            if !may_be_nothing {
                last = Some(value);
                break;
            }
            possible.push((value, waits));
        }
        let last = last.or_else(|| possible.pop().map(|(value, _)| value));
        let Some(last) = last else {
            if counts {
                self.result.missing.insert(path.to_owned());
            }
            return self.unknown(field, path);
        };
        possible.iter().rev().fold(last, |rest, (value, waits)| join(value, &rest, waits))
    }

    fn inside(&mut self, ty: &Type, value: &Value, spot: Spot<'_>) -> Value {
        match (ty, value) {
            (Type::Record(id), Value::Record(fields)) => {
                let (schema, policy) = (self.schema, self.policy);
                let Some(def) = schema.record(*id) else { return value.clone() };
                let none: &'static RecordRules = &NO_RULES;
                let rules = policy.records.get(id.0 as usize).unwrap_or(none);
                Value::Record(self.record(def, rules, fields, spot, false).into())
            }
            (Type::List(of), Value::List(items)) => {
                let before = match spot.before {
                    Some(Value::List(items)) => Some(items),
                    _ => None,
                };
                let mut admitted = Vec::with_capacity(items.len());
                for (index, item) in items.iter().enumerate() {
                    let path = format!("{}[{index}]", spot.path);
                    let before = before.and_then(|items| items.get(index));
                    admitted.push(self.inside(of, item, Spot { path: &path, before, ..spot }));
                }
                Value::List(admitted.into())
            }
            (_, Value::Absent) => {
                domain(self.schema, ty, &Default::default(), false, Waits::from([spot.path.into()]))
            }
            (_, value) => value.clone(),
        }
    }

    fn unknown(&self, field: &Field, path: &str) -> Value {
        domain(self.schema, &field.ty, &field.bounds, field.nothing, Waits::from([path.into()]))
    }
}

static NO_RULES: RecordRules = RecordRules { needed_when: Vec::new(), must_hold: Vec::new() };

/// The constraints that the facts break, one problem per constraint and record; an unknown breaks none (ruling 24).
pub(super) fn broken(case: &Case<'_>, fault: &mut Option<Fault>) -> BTreeSet<Problem> {
    let mut problems = BTreeSet::new();
    let facts = Value::Record(case.facts.into());
    let (policy, schema) = (case.policy, case.schema);
    broken_in(case, &schema.facts, &policy.facts, &facts, "", true, &mut problems, fault);
    problems
}

#[expect(clippy::too_many_arguments, reason = "a walk over four parallel trees")]
fn broken_in<'p>(
    case: &Case<'p>,
    def: &RecordDef,
    rules: &'p RecordRules,
    record: &Value,
    path: &str,
    is_facts: bool,
    problems: &mut BTreeSet<Problem>,
    fault: &mut Option<Fault>,
) {
    let Value::Record(fields) = record else { return };
    let wire = |field: &Field| {
        if path.is_empty() { field.wire.to_string() } else { format!("{path}.{}", field.wire) }
    };
    for rule in &rules.must_hold {
        let place = Place { name: &rule.text, cites: &[] };
        let locals = if is_facts { Vec::new() } else { vec![record.clone()] };
        match case.judge(&rule.condition, &mut Frame::with(place, locals)) {
            Ok(Truth::Yes | Truth::Maybe(_)) => {}
            Ok(Truth::No) => {
                let mut paths = rule.fields.iter().filter_map(|field| def.fields.get(*field)).map(&wire);
                let first = paths.next().unwrap_or_else(|| path.to_owned());
                let others: Vec<String> = paths.map(|path| format!("`{path}`")).collect();
                let mut message = format!("`{}` does not hold", rule.text);
                if !others.is_empty() {
                    message.push_str(&format!(", together with {}", others.join(", ")));
                }
                problems.insert(Problem::new(ProblemCode::MustHold, first, message));
            }
            Err(other) => collect(fault, other.at_item((!path.is_empty()).then_some(path))),
        }
    }
    for (field, value) in def.fields.iter().zip(fields.iter()) {
        broken_inside(case, &field.ty, value, &wire(field), problems, fault);
    }
}

fn broken_inside(
    case: &Case<'_>,
    ty: &Type,
    value: &Value,
    path: &str,
    problems: &mut BTreeSet<Problem>,
    fault: &mut Option<Fault>,
) {
    let (policy, schema) = (case.policy, case.schema);
    match (ty, value) {
        (Type::Record(id), Value::Record(_)) => {
            let Some(def) = schema.record(*id) else { return };
            let Some(rules) = policy.records.get(id.0 as usize) else { return };
            broken_in(case, def, rules, value, path, false, problems, fault);
        }
        (Type::List(of), Value::List(items)) => {
            for (index, item) in items.iter().enumerate() {
                broken_inside(case, of, item, &format!("{path}[{index}]"), problems, fault);
            }
        }
        _ => {}
    }
}
