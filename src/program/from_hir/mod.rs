//! From the typed policy to code: facts ([`facts`], [`records`]), expressions ([`expr`]), items of lists ([`items`]), definitions
//! and tables ([`calls`]), rules ([`rules`]) and outcomes ([`outcomes`]), each as [`terms`] and [`shapes`] of terms over the
//! instructions of a [`builder`]. Every value is
//! made whether or not a case asks for it, since straight code is faster than asking.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::{Code, Fires, Input, ItemFires, List, Output, Overrides, Program};
use crate::hir::{NamedId, OutcomeId, Policy, Readable, RuleId};
use crate::types::{EnumId, Schema};

use self::builder::{Builder, LoopId, NO, Ref, YES};
use self::groups::Groups;
use self::over_items::OverItems;
use self::shapes::Shape;
use self::terms::{Judged, Term};

mod builder;
mod calls;
mod expr;
mod facts;
mod groups;
mod items;
mod outcomes;
mod over_items;
mod records;
mod rules;
mod shapes;
mod terms;

/// Policies that need more than this many instructions, counted before any are left out, or take more steps to compile,
/// are left to the reference evaluator.
const MOST_INSTRUCTIONS: usize = 2_000_000;
const MOST_STEPS: u32 = 20_000_000;
/// Expressions within expressions beyond this depth are unsure.
const DEEPEST: u32 = 250;

/// The program of a policy; `None` where the reference evaluator has to decide every case.
pub(crate) fn lower(policy: &Policy, schema: &Schema) -> Option<Program> {
    // Of two laws the more lenient one is taken whole, which the code does not know.
    if policy.law_dates.len() > 1 {
        return None;
    }
    let mut lowering = Lowering::new(policy, schema);
    lowering.declare_facts()?;
    for readable in &policy.reading_order {
        match readable {
            Readable::Named(id) => lowering.define(*id),
            Readable::Outcome(id) => lowering.decide(*id),
        }
    }
    for id in &policy.outcome_order {
        lowering.decide(*id);
    }
    lowering.finish()
}

struct Lowering<'p> {
    policy: &'p Policy,
    schema: &'p Schema,
    code: Builder,
    /// By fact: what the case gives.
    inputs: Vec<Input>,
    /// The lists in them.
    lists: Vec<List>,
    /// By fact, once it is known what it means; an open one is being asked for.
    facts: Vec<Option<Shape>>,
    law: Option<Term>,
    /// By definition without parameters.
    named: Vec<Option<Shape>>,
    outcomes: Vec<Option<Term>>,
    /// By outcome that is a list, the list that the code makes.
    made: Vec<Option<u16>>,
    /// The loop inside which an expression is compiled.
    inside: Option<LoopId>,
    /// By outcome, the rules with measures on it.
    acting: Vec<Vec<RuleId>>,
    /// By rule: it overrides another.
    overriding: Vec<bool>,
    groups: Groups,
    /// By rule over items: how it stands with each of them.
    over_items: BTreeMap<RuleId, Option<OverItems>>,
    holds: Vec<Option<Judged>>,
    applies: Vec<Option<Judged>>,
    /// Where the program abstains.
    abstains: Ref,
    steps: u32,
    /// How many expressions enclose the one that is being compiled, through definitions.
    depth: u32,
}

impl<'p> Lowering<'p> {
    fn new(policy: &'p Policy, schema: &'p Schema) -> Self {
        let mut acting = vec![Vec::new(); policy.outcomes.len()];
        for (rule, id) in policy.rules.iter().zip((0..).map(RuleId)) {
            for measure in &rule.then {
                if let Some(acting) = acting.get_mut(measure.outcome.0 as usize)
                    && acting.last() != Some(&id)
                {
                    acting.push(id);
                }
            }
        }
        let mut overriding = vec![false; policy.rules.len()];
        for (by, _) in policy.rules.iter().flat_map(|rule| &rule.overridden_by) {
            if let Some(overriding) = overriding.get_mut(by.0 as usize) {
                *overriding = true;
            }
        }
        Self {
            policy,
            schema,
            overriding,
            groups: Groups::new(policy.rules.len()),
            over_items: BTreeMap::new(),
            code: Builder::default(),
            inputs: Vec::new(),
            lists: Vec::new(),
            facts: vec![None; schema.facts.fields.len()],
            law: None,
            named: vec![None; policy.named.len()],
            outcomes: vec![None; policy.outcomes.len()],
            made: vec![None; policy.outcomes.len()],
            inside: None,
            acting,
            holds: vec![None; policy.rules.len()],
            applies: vec![None; policy.rules.len()],
            abstains: NO,
            steps: 0,
            depth: 0,
        }
    }

    /// Whether there is room for one more expression.
    fn has_room(&mut self) -> bool {
        self.steps = self.steps.saturating_add(1);
        self.steps < MOST_STEPS && self.code.size() < MOST_INSTRUCTIONS && self.depth < DEEPEST
    }

    fn members(&self, id: EnumId) -> usize {
        self.schema.enumeration(id).map_or(0, |def| def.members.len())
    }

    /// Every member has a bit in a mask.
    fn small_members(&self) -> bool {
        self.schema.enums.iter().all(|def| def.members.len() <= 64)
    }

    /// Also where it holds of some item.
    fn abstain_if(&mut self, when: Ref) {
        let mut when = when;
        while let Some(inside) = self.code.known_in(when) {
            when = self.code.gather(inside, Code::Or, when, None, NO);
        }
        self.abstains = self.code.or(self.abstains, when);
    }

    /// Abstains where this is not known.
    fn must_be_sure(&mut self, sure: Ref) {
        let unsure = self.code.not(sure);
        self.abstain_if(unsure);
    }

    fn define(&mut self, id: NamedId) {
        let without_parameters =
            self.policy.named.get(id.0 as usize).is_some_and(|named| named.params.is_empty());
        if without_parameters {
            let value = self.call(id, Vec::new(), None).unwrap_or(Shape::UNSURE);
            if let Some(place) = self.named.get_mut(id.0 as usize) {
                *place = Some(value);
            }
        }
    }

    fn decide(&mut self, id: OutcomeId) {
        let place = id.0 as usize;
        if self.outcomes.get(place).is_some_and(Option::is_none) {
            let term = self.outcome(id).unwrap_or(Term::UNSURE);
            self.must_be_sure(term.sure);
            if let Some(place) = self.outcomes.get_mut(place) {
                *place = Some(term);
            }
        }
    }

    fn finish(mut self) -> Option<Program> {
        let report = self.report();
        if self.abstains == YES || self.steps >= MOST_STEPS || self.code.size() >= MOST_INSTRUCTIONS {
            return None;
        }
        let outcomes = self.outcomes.iter().copied().collect::<Option<Vec<Term>>>()?;
        let roots: Vec<Ref> = [self.abstains]
            .into_iter()
            .chain(outcomes.iter().flat_map(|outcome| [outcome.value, outcome.there]))
            .chain(report.fires.iter().map(|(_, when)| *when))
            .chain(report.overrides.iter().map(|(_, when)| *when))
            .collect();
        let finished = self.code.finish(&roots)?;
        let mut registers = finished.roots.into_iter();
        let abstains = registers.next()?;
        let mut outputs = Vec::with_capacity(outcomes.len());
        for (outcome, made) in outcomes.iter().zip(&self.made) {
            let (kind, list) = (outcome.kind, *made);
            outputs.push(Output { kind, value: registers.next()?, there: registers.next()?, list });
        }
        // Rules by name, each known by its place in the policy until here.
        let mut names: Vec<(&Arc<str>, RuleId)> = report
            .fires
            .iter()
            .map(|(id, _)| *id)
            .chain(self.groups.rules())
            .chain(report.item_fires.iter().map(|(id, _)| *id))
            .filter_map(|id| Some((&self.policy.rules.get(usize::try_from(id.0).ok()?)?.name, id)))
            .collect();
        names.sort();
        let mut places: Vec<Option<u32>> = vec![None; self.policy.rules.len()];
        for ((_, id), place) in names.iter().zip(0..) {
            *places.get_mut(id.0 as usize)? = Some(place);
        }
        let place_of = |id: RuleId| places.get(id.0 as usize).copied().flatten();
        let mut fires = Vec::with_capacity(report.fires.len());
        for (id, _) in report.fires {
            fires.push(Fires { rule: place_of(id)?, when: registers.next()? });
        }
        fires.sort_by_key(|fires| fires.rule);
        let mut item_fires = Vec::with_capacity(report.item_fires.len());
        for (id, fires) in report.item_fires {
            item_fires.push(ItemFires { rule: place_of(id)?, ..fires });
        }
        let mut groups = finished.groups;
        for rule in groups.iter_mut().flat_map(|group| &mut group.rules) {
            // What stands behind the last rule is none.
            rule.rule = place_of(RuleId(rule.rule)).unwrap_or(0);
        }
        let mut overrides = Vec::with_capacity(report.overrides.len());
        for (overridden, _) in report.overrides {
            overrides.push(Overrides { when: registers.next()?, ..overridden });
        }
        overrides.sort_by(|left, right| {
            (&left.rule, &left.by, &left.outcomes).cmp(&(&right.rule, &right.by, &right.outcomes))
        });
        Some(Program {
            inputs: self.inputs,
            lists: self.lists,
            loops: finished.loops,
            made: finished.made,
            first_constant: finished.first_constant,
            constants: finished.constants,
            code: finished.code,
            tables: finished.tables,
            groups,
            parts: finished.parts,
            rules: names.into_iter().map(|(name, _)| name.clone()).collect(),
            abstains,
            outputs,
            fires,
            item_fires,
            overrides,
        })
    }
}
