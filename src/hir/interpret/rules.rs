//! Which rules apply, for which item (ruling 7): a rule applies when it is in force, its condition holds, and no rule
//! that overrides it applies. So an applying override of an override revives. An override `for` some outcomes takes
//! out the measures on these; the rule still applies, and what it overrides itself stays out.

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::case::{Case, Frame};
use super::fault::{Fault, Judged, Place, Truth, and, or};
use super::watch::Point;
use crate::decision::{Fired, Overridden};
use crate::hir::{OutcomeId, Rule, RuleId};
use crate::value::{Value, Waits};

/// The items of one rule; one instance for a rule without `for each`.
pub(super) struct Instances<'p> {
    pub(super) list: Vec<Instance<'p>>,
    /// There may be more items than are listed.
    pub(super) more: Option<Waits>,
    /// A collection could not be evaluated.
    pub(super) fault: Option<Fault>,
    /// Places in the list by key, made when first asked for: items may be many.
    by_key: OnceCell<BTreeMap<Vec<Value>, Vec<usize>>>,
}

impl Instances<'_> {
    /// The places of the instances whose key begins this one.
    fn of_prefix(&self, key: &[Value]) -> &[usize] {
        let by_key = self.by_key.get_or_init(|| {
            let mut by_key: BTreeMap<Vec<Value>, Vec<usize>> = BTreeMap::new();
            for (place, instance) in self.list.iter().enumerate() {
                by_key.entry(instance.key.clone()).or_default().push(place);
            }
            by_key
        });
        let binders = self.list.first().map_or(0, |instance| instance.key.len());
        key.get(..binders).and_then(|prefix| by_key.get(prefix)).map_or(&[], Vec::as_slice)
    }
}

pub(super) struct Instance<'p> {
    /// Per binder, what tells its item from others.
    pub(super) key: Vec<Value>,
    pub(super) label: Option<String>,
    pub(super) path: Option<Arc<str>>,
    pub(super) frame: Frame<'p>,
    /// In force, and the condition holds.
    pub(super) holds: Judged,
}

/// Per rule, in the order of its instances: whether it applies.
pub(super) type Applying = BTreeMap<RuleId, Vec<Judged>>;

impl<'p> Case<'p> {
    pub(super) fn rule(&self, id: RuleId) -> Option<&'p Rule> {
        self.policy.rules.get(id.0 as usize)
    }

    /// The instances of a rule. First asked for when everything that its condition reads is decided.
    pub(super) fn rule_instances(&self, id: RuleId) -> Option<&Instances<'p>> {
        let cell = self.instances.get(id.0 as usize)?;
        if let Some(known) = cell.get() {
            return Some(known);
        }
        let instances = self.make_instances(self.rule(id)?);
        // The cell is empty: nothing evaluates a rule from within its own evaluation.
        let _ = cell.set(instances);
        cell.get()
    }

    fn make_instances(&self, rule: &'p Rule) -> Instances<'p> {
        let place = Place { name: &rule.name, cites: &rule.cites };
        let in_force = match rule.dated_by {
            None => self.in_force(rule.in_force, None, rule.span, place),
            Some(_) => Ok(Truth::Yes),
        };
        let mut list = Vec::new();
        let beyond = self.each(&rule.binders, &mut Frame::new(place), in_force, &mut |frame, key, guard| {
            let path = frame.item_path(&rule.binders);
            let dated = rule.dated_by.as_ref().map_or(Ok(Truth::Yes), |date| {
                let date = self.value(date, frame)?;
                self.in_force(rule.in_force, Some(&date), rule.span, place)
            });
            let mut holds = and(guard, dated);
            if holds != Ok(Truth::No) {
                holds = and(holds, rule.when.as_ref().map_or(Ok(Truth::Yes), |when| self.judge(when, frame)));
            }
            list.push(Instance {
                key: key.to_vec(),
                label: frame.item_label(&rule.binders),
                path: path.clone(),
                frame: frame.clone(),
                holds: holds.map_err(|fault| fault.at_item(path.as_deref())),
            });
        });
        Instances { list, more: beyond.more, fault: beyond.fault, by_key: OnceCell::new() }
    }

    /// Whether each of these rules applies, and each rule that overrides one of them.
    fn applying(&self, rules: impl Iterator<Item = RuleId>) -> Applying {
        let mut asked = BTreeSet::new();
        let mut open: Vec<RuleId> = rules.collect();
        while let Some(id) = open.pop() {
            if asked.insert(id) {
                open.extend(
                    self.rule(id).into_iter().flat_map(|rule| rule.overridden_by.iter().map(|(by, _)| *by)),
                );
            }
        }
        let mut applying = Applying::new();
        for id in self.policy.rule_order.iter().filter(|id| asked.contains(id)) {
            let (Some(rule), Some(instances)) = (self.rule(*id), self.rule_instances(*id)) else { continue };
            let judged = instances.list.iter().map(|instance| {
                let overridden = self.overridden(rule, &instance.key, &applying, <[OutcomeId]>::is_empty);
                and(instance.holds.clone(), overridden.map(Truth::not))
            });
            let judged = judged.collect();
            applying.insert(*id, judged);
        }
        applying
    }

    /// Whether the measures of each of these rules on an outcome survive: the rule applies, and none that overrides
    /// it for this outcome does.
    pub(super) fn surviving(&self, outcome: OutcomeId, rules: &[RuleId]) -> Applying {
        let applying = self.applying(rules.iter().copied());
        let mut surviving = Applying::new();
        for id in rules {
            let (Some(rule), Some(instances)) = (self.rule(*id), self.rule_instances(*id)) else { continue };
            let judged = applying.get(id).map_or(&[][..], Vec::as_slice);
            let judged = instances.list.iter().zip(judged).map(|(instance, applies)| {
                let overridden =
                    self.overridden(rule, &instance.key, &applying, |only| only.contains(&outcome));
                and(applies.clone(), overridden.map(Truth::not))
            });
            let judged = judged.collect();
            surviving.insert(*id, judged);
        }
        surviving
    }

    /// Whether an override of the rule, of those whose outcomes are `relevant`, applies to this item.
    fn overridden(
        &self,
        rule: &Rule,
        key: &[Value],
        applying: &Applying,
        relevant: impl Fn(&[OutcomeId]) -> bool,
    ) -> Judged {
        let mut overridden = Ok(Truth::No);
        for (by, _) in rule.overridden_by.iter().filter(|(_, only)| relevant(only)) {
            overridden = or(overridden, self.applies_to(*by, key, applying, rule));
        }
        overridden
    }

    /// Whether an overriding rule applies to the item of an overridden one: its binders are a prefix.
    fn applies_to(&self, by: RuleId, key: &[Value], applying: &Applying, overridden: &Rule) -> Judged {
        let place = Place { name: &overridden.name, cites: &overridden.cites };
        let lost = || Fault::internal("an override is judged before its turn", place);
        let judged = applying.get(&by).ok_or_else(lost)?;
        let instances = self.rule_instances(by).ok_or_else(lost)?;
        let mut result = Ok(Truth::No);
        for judged in instances.of_prefix(key).iter().filter_map(|place| judged.get(*place)) {
            result = or(result, judged.clone());
        }
        if let Some(fault) = &instances.fault {
            result = or(result, Err(fault.clone()));
        }
        match &instances.more {
            Some(more) => or(result, Ok(Truth::Maybe(more.clone()))),
            None => result,
        }
    }

    /// What fired and what was overridden, for certain; both sorted. After all outcomes are decided.
    pub(super) fn report(&self) -> (Vec<Fired>, Vec<Overridden>) {
        let rules: Vec<RuleId> = self.policy.rule_order.clone();
        let applying = self.applying(rules.iter().copied());
        let mut fired = BTreeSet::new();
        let mut overridden = BTreeSet::new();
        for id in rules {
            let (Some(rule), Some(instances)) = (self.rule(id), self.rule_instances(id)) else { continue };
            let judged = applying.get(&id).map_or(&[][..], Vec::as_slice);
            for (instance, judged) in instances.list.iter().zip(judged) {
                if instance.holds != Ok(Truth::Yes) {
                    continue;
                }
                let applies = |by: RuleId| self.applies_to(by, &instance.key, &applying, rule);
                let kept = |outcome: &OutcomeId| {
                    let mut limited = rule.overridden_by.iter().filter(|(_, only)| only.contains(outcome));
                    limited.all(|(by, _)| applies(*by) == Ok(Truth::No))
                };
                let has_effect =
                    rule.then.is_empty() || rule.then.iter().any(|measure| kept(&measure.outcome));
                if *judged == Ok(Truth::Yes) && has_effect {
                    self.see(Point::Applied(id));
                    fired.insert(Fired { rule: rule.name.clone(), item: instance.label.clone() });
                }
                let overriding = rule.overridden_by.iter().filter(|(by, _)| applies(*by) == Ok(Truth::Yes));
                for (by, limited) in overriding {
                    self.see(Point::Overrode { rule: id, by: *by });
                    let Some(by) = self.rule(*by) else { continue };
                    overridden.insert(Overridden {
                        rule: rule.name.clone(),
                        item: instance.label.clone(),
                        by: by.name.clone(),
                        outcomes: self.wire_names(limited),
                    });
                }
            }
        }
        (fired.into_iter().collect(), overridden.into_iter().collect())
    }

    fn see(&self, point: Point) {
        if let Some(watch) = &self.watch {
            watch.see(point);
        }
    }

    fn wire_names(&self, outcomes: &[OutcomeId]) -> Vec<Arc<str>> {
        let defs = outcomes.iter().filter_map(|id| self.schema.outcomes.get(id.0 as usize));
        let names: BTreeSet<Arc<str>> = defs.map(|def| def.wire.clone()).collect();
        names.into_iter().collect()
    }
}
