//! The search for cases: from plain cases by one change at a time, then towards thresholds that no case has reached,
//! then by several changes at random. A case is kept when it shows something new.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::BoundaryOptions;
use super::features::{Feature, features, has_few};
use crate::decision::{Decision, Status};
use crate::hir::interpret::{End, Measured, Point, Side, Traced, trace};
use crate::hir::{Expect, Policy};
use crate::source::Span;
use crate::testing::mend::{MENDINGS, Mended, mend};
use crate::testing::random::Random;
use crate::testing::sites::{Site, at, replaced, sites};
use crate::testing::values::{Values, keeps, moved, number_of, placed};
use crate::types::{Presence, Schema, Type};
use crate::value::{Number, Value};

/// Evaluations for cases in which two values of two facts meet.
const PAIRS: usize = 3_000;

/// Cases from which a threshold is approached: the nearest ones.
const NEAREST: usize = 4;

/// A case that showed something new when it was found.
pub(super) struct Found {
    pub(super) facts: Vec<Value>,
    pub(super) decision: Decision,
    pub(super) points: BTreeSet<Point>,
    pub(super) features: BTreeSet<Feature>,
    measured: Measured,
    /// It went through a point that no case before it had gone through.
    new_points: bool,
}

pub(super) struct Explorer<'p> {
    policy: &'p Policy,
    schema: &'p Arc<Schema>,
    values: Values,
    wanted: BTreeSet<Point>,
    missed: BTreeSet<Point>,
    shown: BTreeSet<Feature>,
    /// The least distances below and above each threshold so far, and the cases that lie there.
    nearest: BTreeMap<(Span, End, Side), (Number, usize)>,
    pub(super) found: Vec<Found>,
    tried: BTreeSet<Vec<Value>>,
    /// Evaluations that are left.
    budget: usize,
    random: Random,
    /// Keep cases, too, that a `must hold` refuses.
    refused: bool,
    /// The steps that one decision may take.
    steps: u64,
}

impl<'p> Explorer<'p> {
    pub(super) fn new(
        policy: &'p Policy,
        schema: &'p Arc<Schema>,
        wanted: BTreeSet<Point>,
        options: BoundaryOptions,
        budget: usize,
        steps: u64,
    ) -> Self {
        Self {
            policy,
            schema,
            values: Values::of(policy, schema),
            missed: wanted.clone(),
            wanted,
            shown: BTreeSet::new(),
            nearest: BTreeMap::new(),
            found: Vec::new(),
            tried: BTreeSet::new(),
            budget,
            random: Random::new(options.seed),
            refused: options.refused,
            steps,
        }
    }

    pub(super) fn explore(&mut self) {
        self.offer(self.values.plain_case());
        for example in &self.policy.examples {
            // What is to be refused may lie outside its bounds.
            if !matches!(example.expect, Expect::Refused) {
                self.offer(example.given.clone());
            }
        }
        let mut swept = 0;
        while self.budget > 0 {
            // Every case that went somewhere new is a place to look around from.
            while swept < self.found.len() && self.budget > 0 {
                if self.found.get(swept).is_some_and(|found| found.new_points) {
                    self.sweep(swept);
                }
                swept += 1;
            }
            let before = self.found.len();
            self.approach_thresholds();
            if swept < self.found.len() {
                continue;
            }
            self.stray();
            if self.found.len() == before {
                break;
            }
        }
        // However long the search took, some is left for what needs no search.
        self.budget = self.budget.max(PAIRS);
        self.pair();
        for ((span, end, side), (_, index)) in &self.nearest {
            if let Some(found) = self.found.get_mut(*index) {
                found.features.insert(Feature::Nearest(*span, *end, *side));
            }
        }
    }

    /// Evaluates a case, mended if need be. Keeps it if it shows something new, and says what it measured.
    fn offer(&mut self, facts: Vec<Value>) -> Option<Measured> {
        let mut facts = facts;
        for _ in 0..MENDINGS {
            if self.budget == 0 || !self.tried.insert(facts.clone()) {
                return None;
            }
            self.budget -= 1;
            let traced = trace(self.policy, self.schema, &facts, Vec::new(), self.steps);
            let mended = match mend(&self.values, &facts, &traced.decision, &mut self.random) {
                Mended::Sound => {
                    let measured = traced.measured.clone();
                    self.keep(facts, traced);
                    return Some(measured);
                }
                Mended::Changed(mended) => mended,
                Mended::Beyond => return None,
            };
            if self.refused && traced.decision.status() == Status::Refused {
                self.keep_refused(facts.clone(), traced);
            }
            facts = mended;
        }
        None
    }

    fn keep(&mut self, facts: Vec<Value>, traced: Traced) {
        let new_points = traced.seen.keys().any(|point| self.missed.contains(point));
        let features = features(self.schema, &facts);
        let nearer = self.comes_nearer(&traced.measured);
        let nothing_shown = features.iter().all(|feature| self.shown.contains(feature));
        if !self.found.is_empty() && !new_points && !nearer && nothing_shown {
            return;
        }
        let Traced { decision, seen, measured, produced: _ } = traced;
        let points: BTreeSet<Point> = seen.into_keys().filter(|point| self.wanted.contains(point)).collect();
        self.missed.retain(|point| !points.contains(point));
        self.shown.extend(features.iter().cloned());
        self.found.push(Found { facts, decision, points, features, measured, new_points });
    }

    /// Notes the thresholds to which the case that is kept next comes nearer than any before.
    fn comes_nearer(&mut self, measured: &Measured) -> bool {
        let mut nearer = false;
        for ((span, end), pairs) in measured {
            for distance in pairs.iter().filter_map(|(value, threshold)| distance(value, threshold)) {
                let side = if distance.is_negative() { Side::Below } else { Side::Above };
                let point = Point::Side(*span, *end, side);
                if distance.is_zero() || !self.wanted.contains(&point) {
                    continue;
                }
                let known = self.nearest.get(&(*span, *end, side));
                if known.is_none_or(|(least, _)| absolute(distance) < *least) {
                    self.nearest.insert((*span, *end, side), (absolute(distance), self.found.len()));
                    nearer = true;
                }
            }
        }
        nearer
    }

    /// A case that contradicts itself shows how it does so, and nothing else.
    fn keep_refused(&mut self, facts: Vec<Value>, traced: Traced) {
        let Traced { decision, seen, measured, produced: _ } = traced;
        let points: BTreeSet<Point> = seen.into_keys().filter(|point| self.missed.contains(point)).collect();
        if !points.is_empty() {
            self.missed.retain(|point| !points.contains(point));
            let features = BTreeSet::new();
            self.found.push(Found { facts, decision, points, features, measured, new_points: false });
        }
    }

    /// One change at a time; and all flags at once, since a policy often asks for many together.
    fn sweep(&mut self, from: usize) {
        let Some(facts) = self.found.get(from).map(|found| found.facts.clone()) else { return };
        let sites = sites(self.schema, &facts);
        let flags: Vec<&Site<'_>> = sites.iter().filter(|site| *site.ty == Type::Bool).collect();
        for flag in [true, false] {
            // Often one of them undoes what the others do together.
            for other in std::iter::once(None).chain(flags.iter().map(|site| Some(&site.path))) {
                let mut changed = facts.clone();
                for site in flags.iter().filter(|site| Some(&site.path) != other) {
                    changed = replaced(&changed, &site.path, Value::Bool(flag)).unwrap_or(changed);
                }
                self.offer(changed);
            }
        }
        for site in &sites {
            for value in self.values.candidates(site, &facts) {
                if let Some(changed) = replaced(&facts, &site.path, value) {
                    self.offer(changed);
                }
            }
        }
    }

    /// Walks towards each threshold that no case has been below, at or above.
    fn approach_thresholds(&mut self) {
        let missed: Vec<(Span, End, Side)> = (self.missed.iter())
            .filter_map(|point| match point {
                Point::Side(span, end, side) => Some((*span, *end, *side)),
                Point::Applied(_) | Point::Overrode { .. } | Point::Held(..) | Point::Row(_) => None,
            })
            .collect();
        for (span, end, side) in missed {
            let point = Point::Side(span, end, side);
            let mut nearest: Vec<(Number, usize, usize)> = Vec::new();
            for (index, found) in self.found.iter().enumerate() {
                let pairs = found.measured.get(&(span, end)).map(Vec::as_slice).unwrap_or_default();
                let distances = pairs.iter().map(|(value, threshold)| distance(value, threshold));
                let closest =
                    distances.enumerate().filter_map(|(pair, by)| Some((absolute(by?), index, pair))).min();
                nearest.extend(closest);
            }
            nearest.sort();
            for (_, index, pair) in nearest.into_iter().take(NEAREST) {
                if !self.missed.contains(&point) || self.budget == 0 {
                    break;
                }
                self.approach((span, end, side), index, pair);
            }
        }
    }

    fn approach(&mut self, (span, end, side): (Span, End, Side), from: usize, pair: usize) {
        let Some(found) = self.found.get(from) else { return };
        let start = found.facts.clone();
        let measured = |measured: &Measured| {
            let (value, threshold) = measured.get(&(span, end))?.get(pair)?;
            distance(value, threshold)
        };
        let Some(distance_here) = measured(&found.measured) else { return };
        for site in sites(self.schema, &start) {
            if !is_line(site.ty) {
                continue;
            }
            let given = at(&start, &site.path).filter(|value| number_of(value).is_some()).cloned();
            let mut here = given.unwrap_or_else(|| match &site.field.presence {
                Presence::Default(value) => value.clone(),
                Presence::Needed | Presence::NeededWhen(_) | Presence::FirstOf(_) => {
                    self.values.plain(site.field)
                }
            });
            let step = self.values.step(site.ty, site.field);
            let mut distance_here = distance_here;
            for _ in 0..4 {
                let Some(next) = self.slope(&start, &site, &here, distance_here, step, &measured) else {
                    break;
                };
                let aims: Vec<Value> = beside(&next, step, side).collect();
                let mut moved_to = None;
                for aim in aims {
                    let Some(changed) = replaced(&start, &site.path, aim.clone()) else { continue };
                    if let Some(distance) = self.offer(changed).as_ref().and_then(&measured) {
                        moved_to.get_or_insert((aim, distance));
                    }
                    if !self.missed.contains(&Point::Side(span, end, side)) {
                        return;
                    }
                }
                match moved_to {
                    Some((aim, distance)) if absolute(distance) < absolute(distance_here) => {
                        (here, distance_here) = (aim, distance);
                    }
                    _ => break,
                }
            }
        }
    }

    /// Where the distance would be zero if it went on as it does beside `here`.
    fn slope(
        &mut self,
        start: &[Value],
        site: &Site<'_>,
        here: &Value,
        distance_here: Number,
        step: Number,
        measured: &impl Fn(&Measured) -> Option<Number>,
    ) -> Option<Value> {
        // Small steps can vanish in a rounding, and a step can lead out of the bounds.
        for steps in [1, -1, 100, -100, 10_000] {
            let Some(there) = moved(here, step, steps) else { continue };
            let Some(changed) = replaced(start, &site.path, there.clone()) else { continue };
            if !keeps(&there, &site.field.bounds) {
                continue;
            }
            let traced = self.measure(&changed);
            let Some(distance_there) = traced.as_ref().and_then(measured) else { continue };
            let Ok(change) = distance_there.subtract(distance_here) else { continue };
            if change.is_zero() {
                continue;
            }
            let width = step.multiply(Number::from_integer(steps)).ok()?;
            let by = distance_here.negate().multiply(width).ok()?.divide(change).ok()??;
            let whole = by.divide(step).ok()??.round(DOWN).ok()?;
            let target = number_of(here)?.add(whole.multiply(step).ok()?).ok()?;
            return placed(here, target);
        }
        None
    }

    /// What a case measures, kept or not.
    fn measure(&mut self, facts: &[Value]) -> Option<Measured> {
        if self.budget == 0 {
            return None;
        }
        self.budget -= 1;
        Some(trace(self.policy, self.schema, facts, Vec::new(), self.steps).measured)
    }

    /// Several changes at random, from cases that came close to what is missed.
    fn stray(&mut self) {
        let missed: Vec<Point> = self.missed.iter().copied().collect();
        if missed.is_empty() {
            return;
        }
        let spans: BTreeMap<Span, ()> = missed.iter().filter_map(place).map(|span| (span, ())).collect();
        let close: Vec<usize> = (0..self.found.len())
            .filter(|index| {
                let points = self.found.get(*index).map(|found| &found.points);
                points.is_some_and(|points| {
                    points.iter().filter_map(place).any(|span| spans.contains_key(&span))
                })
            })
            .collect();
        let tries = 2_000.min(self.budget);
        for _ in 0..tries {
            let any = self.random.below(self.found.len());
            let index = match close.get(self.random.below(close.len().max(1))) {
                Some(index) if self.random.below(4) > 0 => *index,
                _ => any,
            };
            let Some(mut facts) = self.found.get(index).map(|found| found.facts.clone()) else { continue };
            for _ in 0..=self.random.below(3).saturating_add(1) {
                facts = self.changed(facts);
            }
            let before = self.missed.len();
            self.offer(facts);
            if self.missed.len() < before {
                return;
            }
        }
    }

    fn changed(&mut self, facts: Vec<Value>) -> Vec<Value> {
        // Now and then a whole fact comes from another case.
        if self.random.below(4) == 0 {
            let other = self.random.below(self.found.len());
            let place = self.random.below(facts.len().max(1));
            let value = self.found.get(other).and_then(|found| found.facts.get(place)).cloned();
            return value.and_then(|value| replaced(&facts, &[place], value)).unwrap_or(facts);
        }
        let sites = sites(self.schema, &facts);
        let Some(site) = sites.get(self.random.below(sites.len().max(1))) else { return facts };
        let candidates = self.values.candidates(site, &facts);
        let chosen = candidates.get(self.random.below(candidates.len().max(1)));
        chosen.and_then(|value| replaced(&facts, &site.path, value.clone())).unwrap_or(facts)
    }

    /// Every two values of facts that have few, in one case: many pairs in each.
    fn pair(&mut self) {
        let plain = self.found.first().map(|found| found.facts.clone()).unwrap_or_default();
        let few: Vec<(usize, Vec<Value>)> = sites(self.schema, &plain)
            .into_iter()
            .filter(|site| site.path.len() == 1 && has_few(site))
            .filter_map(|site| Some((*site.path.first()?, self.few_values(&site, &plain))))
            .collect();
        for (index, (left, left_values)) in few.iter().enumerate() {
            for (right, right_values) in few.iter().skip(index.saturating_add(1)) {
                for one in left_values {
                    for other in right_values {
                        let mut facts = plain.clone();
                        for (place, values) in &few {
                            let value = if place == left {
                                Some(one)
                            } else if place == right {
                                Some(other)
                            } else {
                                values.get(self.random.below(values.len()))
                            };
                            if let (Some(value), Some(slot)) = (value, facts.get_mut(*place)) {
                                *slot = value.clone();
                            }
                        }
                        if features(self.schema, &facts).iter().any(|feature| !self.shown.contains(feature)) {
                            self.offer(facts);
                        }
                    }
                }
            }
        }
    }

    /// One value of each class: lists of no, one and two items.
    fn few_values(&self, site: &Site<'_>, plain: &[Value]) -> Vec<Value> {
        let candidates = self.values.candidates(site, plain);
        let mut kept: Vec<Value> = Vec::new();
        for value in candidates {
            let like = |other: &Value| match (&value, other) {
                (Value::List(one), Value::List(other)) | (Value::Set(one), Value::Set(other)) => {
                    one.len().min(2) == other.len().min(2)
                }
                (Value::Bool(_) | Value::Member(_) | Value::Absent | Value::Nothing, _) => value == *other,
                (_, _) => number_of(other).is_some() || !matches!(other, Value::Absent | Value::Nothing),
            };
            if !kept.iter().any(like) {
                kept.push(value);
            }
        }
        kept
    }
}

const DOWN: crate::hir::Rounding =
    crate::hir::Rounding { step: Number::ONE, mode: crate::hir::RoundingMode::Down };

/// A value and those a step away, those first that the side asks for.
fn beside(value: &Value, step: Number, side: Side) -> impl Iterator<Item = Value> {
    let steps = match side {
        Side::At => [0, 1, -1],
        Side::Below => [-1, 1, 0],
        Side::Above => [1, -1, 0],
    };
    let steps = steps.map(|by| moved(value, step, by));
    steps.into_iter().flatten()
}

fn distance(value: &Value, threshold: &Value) -> Option<Number> {
    number_of(value)?.subtract(number_of(threshold)?).ok()
}

fn absolute(number: Number) -> Number {
    if number.is_negative() { number.negate() } else { number }
}

fn is_line(ty: &Type) -> bool {
    ty.is_amount() || *ty == Type::Date
}

fn place(point: &Point) -> Option<Span> {
    match point {
        Point::Held(span, _) | Point::Side(span, ..) | Point::Row(span) => Some(*span),
        Point::Applied(_) | Point::Overrode { .. } => None,
    }
}
