//! Which rules apply, fire and are overridden (ruling 7), where they run over no items.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::super::{ItemFires, Overrides, Reg};
use super::Lowering;
use super::builder::{NO, Ref, YES};
use super::terms::Judged;
use crate::hir::{OutcomeId, Rule, RuleId};

const UNSURE: Judged = Judged { holds: NO, sure: NO };

/// What a decision tells of rules, and on which bit.
pub(super) struct Report {
    pub(super) fires: Vec<(RuleId, Ref)>,
    /// Rules over items, whose names get their places later.
    pub(super) item_fires: Vec<(RuleId, ItemFires)>,
    pub(super) overrides: Vec<(Overrides, Ref)>,
}

impl<'p> Lowering<'p> {
    pub(super) fn rule(&self, id: RuleId) -> Option<&'p Rule> {
        self.policy.rules.get(usize::try_from(id.0).ok()?)
    }

    /// In force, and the condition holds.
    fn holds(&mut self, id: RuleId) -> Judged {
        let place = id.0 as usize;
        if let Some(Some(known)) = self.holds.get(place) {
            return *known;
        }
        let judged = self.judge(id).unwrap_or(UNSURE);
        if let Some(place) = self.holds.get_mut(place) {
            *place = Some(judged);
        }
        judged
    }

    fn judge(&mut self, id: RuleId) -> Option<Judged> {
        let rule = self.rule(id)?;
        if !rule.binders.is_empty() {
            return None;
        }
        let date = rule.dated_by.as_ref().map(|date| self.term(date, &[]));
        let in_force = self.in_force(rule.in_force, date)?;
        let when = match &rule.when {
            Some(when) => self.condition(when, &[]),
            None => Judged::YES,
        };
        Some(self.code.both(in_force, when))
    }

    /// It holds, and no override of all its outcomes applies.
    fn applies(&mut self, id: RuleId) -> Judged {
        let place = id.0 as usize;
        if let Some(Some(known)) = self.applies.get(place) {
            return *known;
        }
        // A chain of overrides may have any length.
        if !self.has_room() {
            return UNSURE;
        }
        self.depth = self.depth.saturating_add(1);
        let holds = self.holds(id);
        let judged = self.unless_overridden(id, holds, <[OutcomeId]>::is_empty);
        self.depth = self.depth.saturating_sub(1);
        if let Some(place) = self.applies.get_mut(place) {
            *place = Some(judged);
        }
        judged
    }

    /// It applies, and no override for this outcome does.
    pub(super) fn survives(&mut self, id: RuleId, outcome: OutcomeId) -> Judged {
        let applies = self.applies(id);
        self.unless_overridden(id, applies, |only| only.contains(&outcome))
    }

    pub(super) fn unless_overridden(
        &mut self,
        id: RuleId,
        judged: Judged,
        relevant: impl Fn(&[OutcomeId]) -> bool,
    ) -> Judged {
        let Some(rule) = self.rule(id) else { return UNSURE };
        let mut overridden = Judged::NO;
        for (by, _) in rule.overridden_by.iter().filter(|(_, only)| relevant(only)) {
            let applies = self.applies(*by);
            overridden = self.code.either(overridden, applies);
        }
        let kept = self.code.negated(overridden);
        self.code.both(judged, kept)
    }

    pub(super) fn report(&mut self) -> Report {
        let mut report = Report { fires: Vec::new(), item_fires: Vec::new(), overrides: Vec::new() };
        for id in &self.policy.rule_order {
            // Rules of groups are overridden by none and override none.
            if self.groups.contains(*id) {
                continue;
            }
            let Some(rule) = self.rule(*id) else { continue };
            if !rule.binders.is_empty() {
                match self.item_fires(*id) {
                    Some(fires) => report.item_fires.extend(fires.map(|fires| (*id, fires))),
                    None => self.abstain_if(YES),
                }
                continue;
            }
            let (holds, applies) = (self.holds(*id), self.applies(*id));
            // What is fired and overridden is told only where it is certain; here it has to be known.
            self.must_be_sure(holds.sure);
            self.must_be_sure(applies.sure);
            let mut has_effect = if rule.then.is_empty() { YES } else { NO };
            let outcomes: BTreeSet<OutcomeId> = rule.then.iter().map(|measure| measure.outcome).collect();
            for outcome in outcomes {
                let survives = self.survives(*id, outcome);
                has_effect = self.code.or(has_effect, survives.holds);
            }
            let fires = self.code.and(applies.holds, has_effect);
            if fires != NO {
                report.fires.push((*id, fires));
            }
            for (by, limited) in &rule.overridden_by {
                let applies = self.applies(*by);
                let when = self.code.and(holds.holds, applies.holds);
                let Some(by) = self.rule(*by).filter(|_| when != NO) else { continue };
                let names: BTreeSet<Arc<str>> = limited
                    .iter()
                    .filter_map(|outcome| self.schema.outcomes.get(usize::try_from(outcome.0).ok()?))
                    .map(|def| def.wire.clone())
                    .collect();
                let overrides = Overrides {
                    rule: rule.name.clone(),
                    by: by.name.clone(),
                    outcomes: names.into_iter().collect(),
                    when: Reg(0),
                };
                report.overrides.push((overrides, when));
            }
        }
        report
    }
}
