//! Rules over items: `for each finding in findings`. What they give to an outcome is gathered over the items, and counts as
//! one contribution.

use std::sync::Arc;

use super::super::{Code, ItemFires, Kind};
use super::Lowering;
use super::builder::{NO, Ref, YES};
use super::expr::is_ordered;
use super::items::Run;
use super::outcomes::Measures;
use super::terms::{Judged, Term};
use crate::hir::{Binder, Combine, Measure, MeasureKind, OutcomeId, RuleId};

/// How a rule stands with its items.
#[derive(Clone, Debug)]
pub(super) struct OverItems {
    run: Run,
    /// It is in force, and its condition holds.
    holds: Judged,
    /// It is in force, its condition holds, and nothing overrides all of it.
    applies: Judged,
}

impl Lowering<'_> {
    fn over_items(&mut self, id: RuleId) -> Option<OverItems> {
        if let Some(known) = self.over_items.get(&id) {
            return known.clone();
        }
        let judged = self.judge_items(id);
        self.over_items.insert(id, judged.clone());
        judged
    }

    fn judge_items(&mut self, id: RuleId) -> Option<OverItems> {
        let rule = self.rule(id)?;
        // Overrides between items are left to the reference evaluator.
        let alone = !self.overriding.get(usize::try_from(id.0).ok()?)?;
        let by_items = |(by, only): &(RuleId, Vec<OutcomeId>)| {
            !only.is_empty() || self.rule(*by).is_none_or(|by| !by.binders.is_empty())
        };
        if !alone || rule.overridden_by.iter().any(by_items) {
            return None;
        }
        let mut runs = self.runs(&rule.binders, &[])?;
        let run = runs.pop().filter(|run| runs.is_empty() && !run.loops.is_empty())?;
        let holds = self.in_run(&run, |lowering| {
            let date = rule.dated_by.as_ref().map(|date| lowering.term(date, &run.locals));
            let in_force = lowering.in_force(rule.in_force, date)?;
            let when = match &rule.when {
                Some(when) => lowering.condition(when, &run.locals),
                None => Judged::YES,
            };
            let when = lowering.code.both(in_force, when);
            Some(lowering.code.both(run.guard, when))
        })?;
        let applies = self.unless_overridden(id, holds, <[OutcomeId]>::is_empty);
        Some(OverItems { run, holds, applies })
    }

    /// What a rule over items gives to an outcome, and whether that is known.
    pub(super) fn measures_of_items(
        &mut self,
        measures: &mut Measures,
        id: RuleId,
        outcome: OutcomeId,
        combine: Combine,
    ) -> Option<Ref> {
        let OverItems { run, applies, .. } = self.over_items(id)?;
        let run = Run { guard: applies, ..run };
        let rule = self.rule(id)?;
        let mut sure = YES;
        for measure in rule.then.iter().filter(|measure| measure.outcome == outcome) {
            let (contribution, doubt) = self.contribution(&run, measure, combine)?;
            measures.contributions.push(contribution);
            sure = self.code.without(sure, doubt);
        }
        Some(sure)
    }

    /// The values of all items as one.
    fn contribution(
        &mut self,
        run: &Run,
        measure: &Measure,
        combine: Combine,
    ) -> Option<((Judged, Term), Ref)> {
        let MeasureKind::Contribute { value, at_least, at_most } = &measure.kind else { return None };
        let value = self.in_run(run, |lowering| {
            let value = lowering.term(value, &run.locals);
            lowering.clamped(value, at_least.as_deref(), at_most.as_deref(), &run.locals)
        })?;
        if value.is_unsure() {
            return None;
        }
        let (counts, doubt) = self.counted(run, value);
        let kind = value.kind;
        let some = self.some(run, counts);
        let when = Judged { holds: some, sure: YES };
        let known = |value| Term::known(kind, value);
        let (contribution, more) = match combine {
            Combine::Sum => ((when, known(self.sum_of(run, counts, value.value))), NO),
            Combine::Highest | Combine::Latest | Combine::Lowest | Combine::Earliest if is_ordered(kind) => {
                let highest = matches!(combine, Combine::Highest | Combine::Latest);
                let (when, best) = self.extreme_in(run, highest, kind, counts, value.value);
                // Where there is none it means nothing, and must not be so large that it does not fit.
                let best = self.code.select(when.holds, best.value, Ref::Const(0));
                ((when, known(best)), NO)
            }
            Combine::Any if kind == Kind::Bool => {
                let yes = self.code.and(counts, value.value);
                ((when, known(self.some(run, yes))), NO)
            }
            Combine::Union if kind == Kind::Set => {
                let mask = self.code.select(counts, value.value, NO);
                ((when, known(self.gathered(run, Code::Union, mask, 0))), NO)
            }
            // They agree where the highest is the lowest.
            Combine::Agree if value.there == YES && is_ordered(kind) => {
                let (_, highest) = self.extreme_in(run, true, kind, counts, value.value);
                let (_, lowest) = self.extreme_in(run, false, kind, counts, value.value);
                let agree = self.code.equal(highest.value, lowest.value);
                let value = self.code.select(some, highest.value, Ref::Const(0));
                ((when, known(value)), self.code.without(some, agree))
            }
            Combine::Product
            | Combine::Highest
            | Combine::Lowest
            | Combine::Earliest
            | Combine::Latest
            | Combine::Any
            | Combine::Union
            | Combine::Agree
            | Combine::Duties => return None,
        };
        Some((contribution, self.code.or(doubt, more)))
    }

    /// For which items a rule fires: nothing where it never does, `None` where the code does not know.
    pub(super) fn item_fires(&mut self, id: RuleId) -> Option<Option<ItemFires>> {
        let OverItems { run, holds, applies } = self.over_items(id)?;
        let unsure = self.code.not(applies.sure);
        self.abstain_if(unsure);
        // Which items it is overridden for is told by the reference evaluator.
        let overridden = self.code.without(holds.holds, applies.holds);
        self.abstain_if(overridden);
        self.abstain_if(run.doubt);
        let last = *run.loops.last()?;
        if applies.holds == NO {
            return Some(None);
        }
        let path = self.path(&self.rule(id)?.binders)?;
        let path = run.loops.iter().rev().zip(path).map(|(of, wire)| Some((self.code.list_of(*of)?, wire)));
        let path = path.collect::<Option<Vec<_>>>()?;
        let list = self.code.list()?;
        let place = self.code.at(last);
        self.code.add_to(list, Some(last), applies.holds, place);
        Some(Some(ItemFires { rule: 0, list, path }))
    }

    /// From the inside, the paths of binders each of which lies in the item of the one before.
    fn path(&self, binders: &[Binder]) -> Option<Vec<Arc<str>>> {
        let mut outer = None;
        let mut path = Vec::with_capacity(binders.len());
        for binder in binders {
            let at = binder.path.as_ref().filter(|path| path.outer == outer)?;
            path.push(at.wire.clone());
            outer = Some(binder.local);
        }
        path.reverse();
        Some(path)
    }
}
