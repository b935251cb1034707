//! Outcomes: the pipeline from contributions to the final value (ruling 6), with what may apply (ruling 2).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::case::{Case, Frame};
use super::domain::domain;
use super::expr::through_nothing;
use super::fault::{Evaluated, Fault, Place, Truth, collect, present};
use super::finish::{finish, on_items};
use super::rules::Instance;
use super::show::show;
use super::watch::Produced;
use crate::decision::ProblemCode;
use crate::hir::{
    Combine, Expr, ExprKind, Measure, MeasureKind, Outcome, OutcomeId, OutcomeSource, Rule, RuleId,
};
use crate::types::{Bounds, RecordId, Type};
use crate::value::{self, Certainty, Number, Trouble, Value, Waits, join};

/// A value that one rule adds, for one item.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Contribution<'p> {
    rule: &'p str,
    item: Option<&'p str>,
    value: Value,
    certainty: Certainty,
    /// The item that groups, where the outcome is grouped.
    group: String,
}

/// What surviving rules do to one outcome. Everything is sorted before use, so no order of rules shows.
#[derive(Default)]
struct Measures<'p> {
    contributions: Vec<Contribution<'p>>,
    factors: Vec<(Certainty, Value)>,
    floors: Vec<(Certainty, Value)>,
    caps: Vec<(Certainty, Value)>,
    removals: Vec<(Certainty, Value)>,
    waivers: Vec<Certainty>,
    /// A rule of which not all items are known has measures here.
    more: Option<Waits>,
    fault: Option<Fault>,
}

impl<'p> Case<'p> {
    /// The final value of an outcome; those that it reads are decided.
    pub(super) fn outcome(&self, id: OutcomeId) -> Evaluated {
        let outcome = self.policy.outcomes.get(id.0 as usize);
        let place = Place { name: &self.policy.name, cites: &[] };
        let outcome = outcome.ok_or_else(|| Fault::internal("an unknown outcome", place))?;
        let place = Place { name: &outcome.name, cites: &outcome.cites };
        let neutral = match &outcome.source {
            OutcomeSource::Built { neutral, .. } => neutral.clone().unwrap_or(Value::Nothing),
            OutcomeSource::Defined(_) => Value::Nothing,
        };
        let value = match self.in_force(outcome.in_force, None, outcome.span, place)? {
            Truth::No => neutral,
            Truth::Yes => self.before_rounding(id, outcome, place)?,
            Truth::Maybe(waits) => join(&self.before_rounding(id, outcome, place)?, &neutral, &waits),
        };
        finish(self.schema, outcome, value, place)
    }

    fn before_rounding(&self, id: OutcomeId, outcome: &'p Outcome, place: Place<'p>) -> Evaluated {
        match &outcome.source {
            OutcomeSource::Defined(expr) => {
                let value = self.evaluate(expr, &mut Frame::new(place))?;
                self.own_limits(value, outcome, place)
            }
            OutcomeSource::Built { combine, per, neutral } => {
                let measures = self.measures(id, outcome, *per);
                if let Some(fault) = measures.fault {
                    return Err(fault);
                }
                if let Some(more) = measures.more {
                    return Ok(domain(self.schema, &outcome.ty, &Bounds::default(), outcome.nothing, more));
                }
                self.build(*combine, *per, neutral.as_ref(), &measures, outcome, place)
            }
        }
    }

    /// Steps 1 and 2: neutral when waived or when no contribution survives.
    fn build(
        &self,
        combine: Combine,
        per: Option<(Combine, RecordId)>,
        neutral: Option<&Value>,
        measures: &Measures<'_>,
        outcome: &'p Outcome,
        place: Place<'p>,
    ) -> Evaluated {
        let required = || {
            let message = format!("no rule sets `{}`, which is required", outcome.name);
            Fault::new(ProblemCode::Required, message, place)
        };
        let waived = measures.waivers.contains(&Certainty::Certain);
        if waived || measures.contributions.is_empty() {
            return neutral.cloned().ok_or_else(required);
        }
        let value = self.apply(combine, per, measures, outcome, place)?;
        let mut waits = Waits::new();
        let mut surely = false;
        for contribution in &measures.contributions {
            match &contribution.certainty {
                Certainty::Certain => surely = true,
                Certainty::Possible(more) => waits.extend(more.iter().cloned()),
            }
        }
        if surely {
            waits.clear();
        }
        let mut maybe_neutral = !surely;
        for waiver in &measures.waivers {
            if let Certainty::Possible(more) = waiver {
                waits.extend(more.iter().cloned());
                maybe_neutral = true;
            }
        }
        match neutral {
            Some(neutral) if maybe_neutral => Ok(join(&value, neutral, &waits)),
            // Without any contribution a required outcome fails, which is no value: it is not settled before that
            // is known, even where only one value is in sight.
            None if !surely && value.is_settled() => {
                Ok(domain(self.schema, &outcome.ty, &Bounds::default(), outcome.nothing, waits))
            }
            None if !surely => Ok(value.waiting_also(&waits)),
            Some(_) | None => Ok(value),
        }
    }

    /// Steps 3 to 5, given that at least one contribution survives.
    fn apply(
        &self,
        combine: Combine,
        per: Option<(Combine, RecordId)>,
        measures: &Measures<'_>,
        outcome: &'p Outcome,
        place: Place<'p>,
    ) -> Evaluated {
        let trouble = |trouble| Fault::of(trouble, place);
        let all: Vec<&Contribution<'_>> = measures.contributions.iter().collect();
        let mut value = match per {
            None => self.combined(combine, &all, outcome, place)?,
            Some((inner, _)) => self.grouped(inner, combine, &all, outcome, place)?,
        };
        for (certainty, removed) in &measures.removals {
            let without = value::without(&value, removed).map_err(trouble)?;
            value = reading(certainty, without, &value);
        }
        if !measures.factors.is_empty() {
            let one = Value::Number(Number::ONE);
            let factor = value::combine(Combine::Product, &measures.factors, &one).map_err(trouble)?;
            let multiply = if matches!(outcome.ty, Type::Range(_)) { value::times } else { value::multiply };
            value = multiply(&value, &factor).map_err(trouble)?;
        }
        for (certainty, floor) in &measures.floors {
            let raised = value::clamp(&value, Some(floor), None).map_err(trouble)?;
            value = reading(certainty, raised, &value);
        }
        for (certainty, cap) in &measures.caps {
            let cut = value::clamp(&value, None, Some(cap)).map_err(trouble)?;
            value = reading(certainty, cut, &value);
        }
        self.own_limits(value, outcome, place)
    }

    fn own_limits(&self, value: Value, outcome: &'p Outcome, place: Place<'p>) -> Evaluated {
        let limit = |limit: &Option<Expr>| {
            limit.as_ref().map(|limit| self.value(limit, &mut Frame::new(place))).transpose()
        };
        let (floor, cap) = super::expr::both(limit(&outcome.at_least), limit(&outcome.at_most))?;
        if floor.is_none() && cap.is_none() {
            return Ok(value);
        }
        let clamp = |value: &Value| {
            on_items(&outcome.ty, value, &|item| value::clamp(item, floor.as_ref(), cap.as_ref()))
        };
        through_nothing(value, clamp).map_err(|trouble| Fault::of(trouble, place))
    }

    /// Groups by item first, then the groups.
    fn grouped(
        &self,
        inner: Combine,
        outer: Combine,
        contributions: &[&Contribution<'_>],
        outcome: &'p Outcome,
        place: Place<'p>,
    ) -> Evaluated {
        let mut groups: BTreeMap<&str, Vec<&Contribution<'_>>> = BTreeMap::new();
        for contribution in contributions {
            groups.entry(&contribution.group).or_default().push(contribution);
        }
        let mut combined = Vec::new();
        for (group, members) in groups {
            let mut certainty = Some(Waits::new());
            for member in &members {
                certainty = match (certainty, &member.certainty) {
                    (Some(mut waits), Certainty::Possible(more)) => {
                        waits.extend(more.iter().cloned());
                        Some(waits)
                    }
                    (None, _) | (_, Certainty::Certain) => None,
                };
            }
            combined.push(Contribution {
                rule: "",
                item: None,
                value: self.combined(inner, &members, outcome, place)?,
                certainty: certainty.map_or(Certainty::Certain, Certainty::Possible),
                group: group.to_owned(),
            });
        }
        self.combined(outer, &combined.iter().collect::<Vec<_>>(), outcome, place)
    }

    /// Step 3, given that at least one of these is there.
    fn combined(
        &self,
        how: Combine,
        contributions: &[&Contribution<'_>],
        outcome: &'p Outcome,
        place: Place<'p>,
    ) -> Evaluated {
        let items: Vec<_> =
            contributions.iter().map(|one| (one.certainty.clone(), one.value.clone())).collect();
        // That none is there is no case here; nothing stands for it and is taken off again.
        let value = match value::combine(how, &items, &Value::Nothing) {
            Err(Trouble::Disagreement) => return Err(self.conflict(contributions, outcome, place)),
            value => value.map_err(|trouble| Fault::of(trouble, place))?,
        };
        if items.iter().any(|(_, value)| value.may_be_nothing()) {
            return Ok(value);
        }
        present(value).map_err(|trouble| Fault::of(trouble, place))
    }

    fn conflict(&self, contributions: &[&Contribution<'_>], outcome: &'p Outcome, place: Place<'p>) -> Fault {
        let certain = contributions.iter().filter(|one| one.certainty == Certainty::Certain);
        let parts: Vec<String> = certain
            .map(|one| {
                let value = show(self.schema, &outcome.ty, &one.value);
                match (one.rule, one.item) {
                    ("", _) => format!("`{value}` for `{}`", one.group),
                    (rule, None) => format!("`{value}` by `{rule}`"),
                    (rule, Some(item)) => format!("`{value}` by `{rule}` for `{item}`"),
                }
            })
            .collect();
        let message = format!("in `{}`: measures must agree and differ: {}", outcome.name, parts.join(", "));
        let clashing = contributions.iter().map(|one| one.rule);
        let rules = clashing.filter_map(|name| self.policy.rules.iter().find(|rule| &*rule.name == name));
        let cites: BTreeSet<Arc<str>> =
            rules.flat_map(|rule| &rule.cites).chain(place.cites).cloned().collect();
        let cites: Vec<Arc<str>> = cites.into_iter().collect();
        Fault::new(ProblemCode::Conflict, message, Place { name: place.name, cites: &cites })
    }

    /// Everything that rules which apply, or may apply, do to an outcome.
    fn measures(
        &self,
        id: OutcomeId,
        outcome: &'p Outcome,
        per: Option<(Combine, RecordId)>,
    ) -> Measures<'_> {
        let ids = (0..u32::try_from(self.policy.rules.len()).unwrap_or(u32::MAX)).map(RuleId);
        let acting = ids.filter(|rule| {
            self.rule(*rule).is_some_and(|rule| rule.then.iter().any(|measure| measure.outcome == id))
        });
        let acting: Vec<RuleId> = acting.collect();
        let surviving = self.surviving(id, &acting);
        let mut measures = Measures::default();
        for id_of_rule in acting {
            let (Some(rule), Some(instances)) = (self.rule(id_of_rule), self.rule_instances(id_of_rule))
            else {
                continue;
            };
            if let Some(fault) = &instances.fault {
                collect(&mut measures.fault, fault.clone());
            }
            if let Some(more) = &instances.more {
                measures.more.get_or_insert_default().extend(more.iter().cloned());
            }
            let judged = surviving.get(&id_of_rule).map_or(&[][..], Vec::as_slice);
            for (instance, judged) in instances.list.iter().zip(judged) {
                let certainty = match judged.clone().map(Truth::certainty) {
                    Ok(Some(certainty)) => certainty,
                    Ok(None) => continue,
                    Err(fault) => {
                        collect(&mut measures.fault, fault);
                        continue;
                    }
                };
                for measure in rule.then.iter().filter(|measure| measure.outcome == id) {
                    let added =
                        self.measure(&mut measures, rule, measure, outcome, per, instance, &certainty);
                    if let Err(fault) = added {
                        collect(&mut measures.fault, fault.at_item(instance.path.as_deref()));
                    }
                }
            }
        }
        measures.contributions.sort();
        for values in
            [&mut measures.factors, &mut measures.floors, &mut measures.caps, &mut measures.removals]
        {
            values.sort();
        }
        measures
    }

    #[expect(clippy::too_many_arguments, reason = "one measure of one instance of one rule")]
    fn measure<'c>(
        &'c self,
        measures: &mut Measures<'c>,
        rule: &'c Rule,
        measure: &Measure,
        outcome: &Outcome,
        per: Option<(Combine, RecordId)>,
        instance: &'c Instance<'p>,
        certainty: &Certainty,
    ) -> Result<(), Fault> {
        let mut frame = instance.frame.clone();
        let certainty = certainty.clone();
        let id = measure.outcome;
        let possible = certainty != Certainty::Certain;
        let produce = |what: &dyn Fn() -> String| {
            if let Some(watch) = &self.watch {
                let (rule, item) = (rule.name.clone(), instance.label.clone());
                watch.produce(Produced { outcome: id, rule, item, what: what(), possible });
            }
        };
        let shown = |value: &Value| show(self.schema, &outcome.ty, value);
        match &measure.kind {
            MeasureKind::Contribute { value, at_least, at_most } => {
                let value = self.contribution(value, at_least.as_deref(), at_most.as_deref(), &mut frame)?;
                let agree = matches!(outcome.source, OutcomeSource::Built { combine: Combine::Agree, .. });
                let there = if agree { Some((certainty, value)) } else { there(certainty, value) };
                let Some((certainty, value)) = there else { return Ok(()) };
                produce(&|| shown(&value));
                let group = per.map_or(String::new(), |(_, record)| group_of(rule, record, instance));
                let item = instance.label.as_deref();
                measures.contributions.push(Contribution { rule: &rule.name, item, value, certainty, group });
            }
            MeasureKind::Factor { share, raises } => {
                let factor = self.factor(share, *raises, &mut frame)?;
                produce(&|| format!("times {}", show(self.schema, &Type::Number, &factor)));
                measures.factors.push((certainty, factor));
            }
            MeasureKind::AtLeast(floor) => {
                let floor = self.value(floor, &mut frame)?;
                produce(&|| format!("at least {}", shown(&floor)));
                measures.floors.push((certainty, floor));
            }
            MeasureKind::AtMost(cap) => {
                let cap = self.value(cap, &mut frame)?;
                produce(&|| format!("at most {}", shown(&cap)));
                measures.caps.push((certainty, cap));
            }
            MeasureKind::Without(removed) => {
                let removed = self.value(removed, &mut frame)?;
                produce(&|| format!("without {}", shown(&removed)));
                measures.removals.push((certainty, removed));
            }
            MeasureKind::Waived => {
                produce(&|| "waived".to_owned());
                measures.waivers.push(certainty);
            }
        }
        Ok(())
    }

    /// Step 1: a value within its own limits, cap over floor; perhaps nothing.
    fn contribution(
        &self,
        value: &Expr,
        at_least: Option<&Expr>,
        at_most: Option<&Expr>,
        frame: &mut Frame<'p>,
    ) -> Evaluated {
        let value = self.evaluate(value, frame);
        let floor = at_least.map(|limit| self.value(limit, frame)).transpose();
        let cap = at_most.map(|limit| self.value(limit, frame)).transpose();
        let (value, (floor, cap)) = super::expr::both(value, super::expr::both(floor, cap))?;
        if floor.is_none() && cap.is_none() {
            return Ok(value);
        }
        through_nothing(value, |value| value::clamp(value, floor.as_ref(), cap.as_ref()))
            .map_err(|trouble| Fault::of(trouble, frame.place))
    }

    /// What a share multiplies by. A reduction lies within 0% to 100%, an increase is not below 0%.
    fn factor(&self, share: &Expr, raises: bool, frame: &mut Frame<'p>) -> Evaluated {
        let place = frame.place;
        let trouble = |trouble| Fault::of(trouble, place);
        let ty = &share.ty;
        let share = self.value(share, frame)?;
        let zero = Value::Number(Number::ZERO);
        let one = Value::Number(Number::ONE);
        let below = value::compare(&share, &zero, std::cmp::Ordering::is_lt).and_then(Truth::of);
        let above = value::compare(&share, &one, std::cmp::Ordering::is_gt).and_then(Truth::of);
        let outside =
            below.map_err(trouble)? == Truth::Yes || (!raises && above.map_err(trouble)? == Truth::Yes);
        if outside {
            let word = if raises { "raised" } else { "reduced" };
            let share = show(self.schema, ty, &share);
            let message = format!("in `{}`: {word} by `{share}`, which leaves 0% to 100%", place.name);
            return Err(Fault::new(ProblemCode::Factor, message, place));
        }
        // What an open share may be beyond is an error and no possible value.
        let share = value::clamp(&share, Some(&zero), (!raises).then_some(&one)).map_err(trouble)?;
        if raises { value::add(&one, &share) } else { value::subtract(&one, &share) }.map_err(trouble)
    }
}

/// The item of the grouping record for which a rule contributes, told apart across rules by its path.
fn group_of(rule: &Rule, record: RecordId, instance: &Instance<'_>) -> String {
    let of_record = |ty: &Type| matches!(ty, Type::List(of) if **of == Type::Record(record));
    let binder = rule.binders.iter().zip(&instance.key).rfind(|(binder, _)| of_record(&binder.collection.ty));
    let Some((binder, key)) = binder else { return String::new() };
    match (instance.frame.item(binder.local), &binder.collection.kind) {
        (Some(item), _) if item.is_path => item.text.to_string(),
        // The same definition gives the same list to every rule.
        (_, ExprKind::Call { named, .. }) => format!("{named:?}{key:?}"),
        (item, _) => item.map_or_else(String::new, |item| item.text.to_string()),
    }
}

/// A contribution of nothing is none, unless it must agree with the others.
fn there(certainty: Certainty, value: Value) -> Option<(Certainty, Value)> {
    if !value.may_be_nothing() {
        return Some((certainty, value));
    }
    let mut waits = value.waits();
    if let Certainty::Possible(more) = certainty {
        waits.extend(more);
    }
    Some((Certainty::Possible(waits), value.without_nothing()?))
}

/// With a possible measure both readings are possible.
fn reading(certainty: &Certainty, applied: Value, otherwise: &Value) -> Value {
    match certainty {
        Certainty::Certain => applied,
        Certainty::Possible(waits) => join(&applied, otherwise, waits),
    }
}
