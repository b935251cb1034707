//! Many rules of one shape as a group: rules without overrides whose conditions are conjunctions, and that give constants to
//! the same outcomes. An index over what they test finds the few that may hold.

use std::collections::BTreeMap;
use std::ops::Range;

use super::super::{Gather, Gives, GroupRule, Kind};
use super::Lowering;
use super::builder::{Draft, DraftKey, Limits, NO, Ref, Test, YES};
use super::terms::{Judged, Term, power_of_ten};
use crate::hir::{BinaryOp, Combine, Expr, ExprKind, MeasureKind, OutcomeId, OutcomeSource, Rule, RuleId};
use crate::types::Type;

/// With fewer rules on an outcome than this, straight code is as fast.
const FEWEST: usize = 8;
/// Registers that rows limit.
const MOST_COLUMNS: usize = 8;
/// Cells, and places of rules in cells, for each rule.
const ROOM: u64 = 4;
/// Rules in a cell that need no further key.
const FEW: u64 = 4;

/// What a group gives to one outcome.
#[derive(Clone, Copy, Debug)]
pub(super) struct Given {
    pub(super) some: Ref,
    pub(super) term: Term,
}

/// Which rules are in groups, and what these give.
#[derive(Debug)]
pub(super) struct Groups {
    /// By the outcomes of its rules.
    known: BTreeMap<Vec<OutcomeId>, Option<Vec<(OutcomeId, Given)>>>,
    /// By rule: it is in a group.
    grouped: Vec<bool>,
}

impl Groups {
    pub(super) fn new(rules: usize) -> Self {
        Self { known: BTreeMap::new(), grouped: vec![false; rules] }
    }

    pub(super) fn contains(&self, id: RuleId) -> bool {
        self.grouped.get(id.0 as usize) == Some(&true)
    }

    pub(super) fn rules(&self) -> impl Iterator<Item = RuleId> {
        self.grouped.iter().zip(0..).filter(|(grouped, _)| **grouped).map(|(_, id)| RuleId(id))
    }
}

/// A rule that fits into a group.
struct Fitting {
    id: RuleId,
    /// Each about another register.
    tests: Vec<Test>,
    /// By outcome, in order.
    gives: Vec<Term>,
}

impl Fitting {
    fn limits(&self, register: Ref) -> Option<Limits> {
        self.tests.iter().find(|test| test.of == register).map(|test| test.limits)
    }
}

impl<'p> Lowering<'p> {
    /// What groups give to an outcome; the rules in them are in [`Groups`] from then on.
    pub(super) fn grouped(&mut self, outcome: OutcomeId) -> Vec<Given> {
        let acting = self.acting.get(outcome.0 as usize).cloned().unwrap_or_default();
        if acting.len() < FEWEST {
            return Vec::new();
        }
        let mut by_outcomes: BTreeMap<Vec<OutcomeId>, Vec<RuleId>> = BTreeMap::new();
        let mut outcomes = Vec::new();
        for id in acting {
            outcomes.clear();
            if self.rule(id).and_then(|rule| self.shape(id, rule, &mut outcomes)).is_none() {
                continue;
            }
            match by_outcomes.get_mut(&outcomes) {
                Some(rules) => rules.push(id),
                None => {
                    by_outcomes.insert(outcomes.clone(), vec![id]);
                }
            }
        }
        let mut given = Vec::new();
        for (outcomes, rules) in by_outcomes {
            if rules.len() < FEWEST {
                continue;
            }
            if !self.groups.known.contains_key(&outcomes) {
                let group = self.group(&outcomes, &rules);
                self.groups.known.insert(outcomes.clone(), group);
            }
            if let Some(Some(group)) = self.groups.known.get(&outcomes) {
                given.extend(group.iter().filter(|(of, _)| *of == outcome).map(|(_, given)| *given));
            }
        }
        given
    }

    /// Adds the outcomes of a rule that may be in a group, sorted.
    fn shape(&self, id: RuleId, rule: &Rule, outcomes: &mut Vec<OutcomeId>) -> Option<()> {
        let alone = rule.overridden_by.is_empty()
            && rule.binders.is_empty()
            && rule.dated_by.is_none()
            && rule.in_force == crate::hir::InForce::default()
            && !self.overriding.get(id.0 as usize).copied().unwrap_or(true);
        if !alone {
            return None;
        }
        for measure in &rule.then {
            let MeasureKind::Contribute { value: _, at_least: None, at_most: None } = &measure.kind else {
                return None;
            };
            self.gather(measure.outcome)?;
            outcomes.push(measure.outcome);
        }
        outcomes.sort();
        let count = outcomes.len();
        outcomes.dedup();
        (count > 0 && outcomes.len() == count).then_some(())
    }

    /// How a group gathers the values of an outcome.
    fn gather(&self, id: OutcomeId) -> Option<Gather> {
        let outcome = self.policy.outcomes.get(usize::try_from(id.0).ok()?)?;
        let OutcomeSource::Built { combine, per: None, .. } = &outcome.source else { return None };
        match combine {
            Combine::Sum => Some(Gather::Sum),
            Combine::Highest | Combine::Latest => Some(Gather::Highest),
            Combine::Lowest | Combine::Earliest => Some(Gather::Lowest),
            Combine::Any | Combine::Union => Some(Gather::Union),
            Combine::Product | Combine::Agree | Combine::Duties => None,
        }
    }

    fn group(&mut self, outcomes: &[OutcomeId], rules: &[RuleId]) -> Option<Vec<(OutcomeId, Given)>> {
        let mut fitting = Vec::with_capacity(rules.len());
        let mut open = Vec::new();
        for id in rules {
            fitting.extend(self.fitting(*id, outcomes, &mut open));
        }
        // Registers that few rules test would make every row longer.
        let mut tested: BTreeMap<Ref, u64> = BTreeMap::new();
        for test in fitting.iter().flat_map(|rule| &rule.tests) {
            let count = tested.entry(test.of).or_default();
            *count = count.saturating_add(1);
        }
        let mut columns: Vec<(u64, Ref)> = tested.into_iter().map(|(of, count)| (count, of)).collect();
        columns.sort_by(|left, right| right.cmp(left));
        columns.truncate(MOST_COLUMNS);
        let columns: Vec<Ref> = columns.into_iter().map(|(_, of)| of).collect();
        fitting.retain(|rule| rule.tests.iter().all(|test| columns.contains(&test.of)));
        let kinds = outcomes.iter().enumerate().map(|(place, _)| common(&fitting, place));
        let kinds = kinds.collect::<Option<Vec<Kind>>>()?;
        let index = self.index(&columns, &fitting);
        // Members of a mask are only told apart by a key.
        fitting.retain(|rule| {
            rule.tests.iter().all(|test| {
                matches!(test.limits, Limits::Within(..)) || index.iter().any(|(key, _)| *key == test.of)
            })
        });
        if fitting.len() < FEWEST {
            return None;
        }
        let sums = outcomes.iter().map(|outcome| self.gather(*outcome)).collect::<Option<Vec<_>>>()?;
        let mut draft = Draft {
            keys: index,
            columns: Vec::new(),
            cells: Vec::new(),
            rows: Vec::new(),
            rules: Vec::with_capacity(fitting.len().saturating_add(1)),
            measures: Vec::with_capacity(fitting.len().saturating_mul(outcomes.len())),
            sums,
        };
        for rule in &fitting {
            let measures = u32::try_from(draft.measures.len()).ok()?;
            draft.rules.push(GroupRule { rule: rule.id.0, measures });
            for ((term, kind), sum) in rule.gives.iter().zip(&kinds).zip(0_u32..) {
                let Ref::Const(value) = term.value else { return None };
                let value = match (term.kind, kind) {
                    (Kind::Number { scale: from }, Kind::Number { scale: to }) => {
                        value.checked_mul(power_of_ten(to.checked_sub(from)?)?)?
                    }
                    (_, _) => value,
                };
                draft.measures.push(Gives { sum, value });
            }
        }
        let end = u32::try_from(draft.measures.len()).ok()?;
        draft.rules.push(GroupRule { rule: 0, measures: end });
        place(&mut draft, &fitting, &columns)?;
        for rule in &fitting {
            if let Some(grouped) = self.groups.grouped.get_mut(rule.id.0 as usize) {
                *grouped = true;
            }
        }
        let results = self.code.group(draft);
        Some(
            (outcomes.iter().zip(kinds).zip(results))
                .map(|((outcome, kind), (value, some))| {
                    (*outcome, Given { some, term: Term::known(kind, value) })
                })
                .collect(),
        )
    }

    fn fitting(&mut self, id: RuleId, outcomes: &[OutcomeId], open: &mut Vec<&'p Expr>) -> Option<Fitting> {
        let rule = self.rule(id)?;
        let mut gives = Vec::with_capacity(outcomes.len());
        for outcome in outcomes {
            let measure = rule.then.iter().find(|measure| measure.outcome == *outcome)?;
            let MeasureKind::Contribute { value, .. } = &measure.kind else { return None };
            let term = self.term(value, &[]);
            if !matches!((term.value, term.there, term.sure), (Ref::Const(_), YES, YES)) {
                return None;
            }
            gives.push(term);
        }
        let mut tests: Vec<Test> = Vec::new();
        // The parts of a conjunction.
        open.clear();
        open.extend(&rule.when);
        while let Some(expr) = open.pop() {
            if let ExprKind::Binary(BinaryOp::And, sides) = &expr.kind {
                open.extend([&sides.left, &sides.right]);
                continue;
            }
            let Judged { holds, sure: YES } = self.condition(expr, &[]) else { return None };
            // A rule that never holds is left to straight code, which makes nothing of it.
            if holds == NO {
                return None;
            }
            if holds == YES {
                continue;
            }
            let test = self.code.test(holds);
            if matches!(test.of, Ref::Const(_)) {
                return None;
            }
            match tests.iter_mut().find(|before| before.of == test.of) {
                None => tests.push(test),
                Some(before) => before.limits = both(before.limits, test.limits)?,
            }
        }
        Some(Fitting { id, tests, gives })
    }

    /// The registers that choose a cell.
    fn index(&self, columns: &[Ref], rules: &[Fitting]) -> Vec<(Ref, DraftKey)> {
        let room = ROOM.saturating_mul(rules.len() as u64);
        let mut keys: Vec<(Ref, DraftKey)> = Vec::new();
        // By rule, in how many cells it stands.
        let mut spread = vec![1_u64; rules.len()];
        let mut cells = 1_u64;
        // Members first: they tell most rules apart, and cost no search.
        let mut candidates: Vec<(bool, Ref, Option<u32>)> =
            columns.iter().map(|of| (self.size(*of).is_none(), *of, self.size(*of))).collect();
        candidates.sort_by_key(|(by_search, _, _)| *by_search);
        for (_, of, size) in candidates {
            let places: u64 = spread.iter().sum();
            if keys.len() > 1 && places < cells.saturating_mul(FEW) && size.is_none() {
                break;
            }
            let key = match size {
                Some(size) => DraftKey::Direct(size),
                None => match cuts(of, rules, places.checked_div(cells.saturating_mul(FEW)).unwrap_or(0)) {
                    Some(cuts) => DraftKey::Cuts(cuts),
                    None => continue,
                },
            };
            let wider: Vec<u64> = (spread.iter().zip(rules))
                .map(|(spread, rule)| spread.saturating_mul(key.choices(rule.limits(of)).count()))
                .collect();
            let more = cells.saturating_mul(key.size());
            let in_all = wider.iter().fold(0_u64, |sum, one| sum.saturating_add(*one));
            if more <= room && in_all <= room {
                (spread, cells) = (wider, more);
                keys.push((of, key));
            }
        }
        keys
    }

    /// How many values a register may have that is a fact of an enum or a bool.
    fn size(&self, of: Ref) -> Option<u32> {
        let Ref::Input(place) = of else { return None };
        match &self.schema.facts.fields.get(usize::from(place))?.ty {
            Type::Enum(id) => u32::try_from(self.members(*id)).ok(),
            Type::Bool => Some(2),
            Type::Integer
            | Type::Number
            | Type::Quantity(_)
            | Type::Date
            | Type::Days
            | Type::WorkingDays
            | Type::Months
            | Type::Text
            | Type::Set(_)
            | Type::List(_)
            | Type::Record(_)
            | Type::Range(_)
            | Type::Duty(_)
            | Type::Invalid => None,
        }
    }
}

impl DraftKey {
    fn size(&self) -> u64 {
        match self {
            Self::Direct(size) => u64::from(*size),
            Self::Cuts(cuts) => (cuts.len() as u64).saturating_add(1),
        }
    }

    /// The places at which a rule with these limits stands.
    fn choices(&self, limits: Option<Limits>) -> Choices {
        let all = 0..self.size();
        let (places, mask) = match (self, limits) {
            (_, None) | (Self::Cuts(_), Some(Limits::Among(_))) => (all, None),
            (Self::Direct(_), Some(Limits::Within(least, most))) => {
                let place = |of: i64| u64::try_from(of).unwrap_or(0);
                (place(least)..place(most.saturating_add(1)).min(all.end), None)
            }
            (Self::Direct(_), Some(Limits::Among(mask))) => (all, Some(mask)),
            (Self::Cuts(cuts), Some(Limits::Within(least, most))) => {
                let at = |value: i64| cuts.partition_point(|cut| *cut <= value) as u64;
                (at(least)..at(most).saturating_add(1), None)
            }
        };
        Choices { places, mask }
    }
}

/// Places of a key, perhaps only those in a mask.
struct Choices {
    places: Range<u64>,
    mask: Option<i64>,
}

impl Choices {
    fn iter(&self) -> impl Iterator<Item = u64> {
        self.places.clone().filter(|place| self.mask.is_none_or(|mask| is_in(mask, *place)))
    }

    fn count(&self) -> u64 {
        match self.mask {
            Some(_) => self.iter().count() as u64,
            None => self.places.end.saturating_sub(self.places.start),
        }
    }
}

fn is_in(mask: i64, place: u64) -> bool {
    u32::try_from(place).ok().and_then(|place| mask.checked_shr(place)).is_some_and(|rest| rest & 1 == 1)
}

/// Both limits at once; `None` where nothing meets both, or where they cannot be told as one.
fn both(one: Limits, other: Limits) -> Option<Limits> {
    match (one, other) {
        (Limits::Within(least, most), Limits::Within(low, high)) => {
            let (least, most) = (least.max(low), most.min(high));
            (least <= most).then_some(Limits::Within(least, most))
        }
        (Limits::Among(one), Limits::Among(other)) => Some(Limits::Among(one & other)),
        (Limits::Among(_), Limits::Within(..)) | (Limits::Within(..), Limits::Among(_)) => None,
    }
}

/// The kind of what all rules give to the outcome at a place.
fn common(rules: &[Fitting], place: usize) -> Option<Kind> {
    let mut kinds = rules.iter().filter_map(|rule| rule.gives.get(place)).map(|term| term.kind);
    let first = kinds.next()?;
    kinds.try_fold(first, |all, kind| match (all, kind) {
        (Kind::Number { scale: one }, Kind::Number { scale: other }) => {
            Some(Kind::Number { scale: one.max(other) })
        }
        (one, other) => (one == other).then_some(one),
    })
}

/// Values that cut the rules about a register into some `parts` of about as many rules each.
fn cuts(of: Ref, rules: &[Fitting], parts: u64) -> Option<Vec<i64>> {
    let least = |rule: &Fitting| match rule.limits(of) {
        Some(Limits::Within(least, _)) if least > i64::MIN => Some(least),
        Some(Limits::Within(..) | Limits::Among(_)) | None => None,
    };
    let mut starts: Vec<i64> = rules.iter().filter_map(least).collect();
    starts.sort_unstable();
    let parts = usize::try_from(parts.clamp(2, 256)).ok()?;
    let every = starts.len().checked_div(parts).filter(|every| *every > 0)?;
    let mut cuts: Vec<i64> =
        starts.chunks(every).skip(1).filter_map(|chunk| chunk.first().copied()).collect();
    cuts.dedup();
    (!cuts.is_empty()).then_some(cuts)
}

/// Puts every rule into its cells.
fn place(draft: &mut Draft, rules: &[Fitting], columns: &[Ref]) -> Option<()> {
    let exact =
        |of: &Ref| draft.keys.iter().any(|(key, how)| key == of && matches!(how, DraftKey::Direct(_)));
    // What a direct key settles needs no column.
    let columns: Vec<Ref> = columns.iter().filter(|of| !exact(of)).copied().collect();
    let cells = draft.keys.iter().fold(1_u64, |cells, (_, key)| cells.saturating_mul(key.size()));
    let mut placed: Vec<(u64, usize)> = Vec::with_capacity(rules.len());
    let (mut at, mut next) = (Vec::new(), Vec::new());
    for (rule, number) in rules.iter().zip(0..) {
        at.clear();
        at.push(0_u64);
        for (of, key) in &draft.keys {
            let choices = key.choices(rule.limits(*of));
            let size = key.size();
            next.clear();
            next.extend(at.iter().flat_map(|at| {
                choices.iter().map(move |choice| at.saturating_mul(size).saturating_add(choice))
            }));
            std::mem::swap(&mut at, &mut next);
        }
        placed.extend(at.iter().map(|cell| (*cell, number)));
    }
    placed.sort_unstable();
    let mut placed = placed.into_iter().peekable();
    let mut count = 0_u32;
    for cell in 0..cells {
        draft.cells.push(count);
        while let Some((_, number)) = placed.next_if(|(at, _)| *at == cell) {
            let rule = rules.get(number)?;
            for column in &columns {
                let (least, most) = match rule.limits(*column) {
                    Some(Limits::Within(least, most)) => (least, most),
                    Some(Limits::Among(_)) | None => (i64::MIN, i64::MAX),
                };
                draft.rows.extend([least, most]);
            }
            draft.rows.push(i64::try_from(number).ok()?);
            count = count.checked_add(1)?;
        }
    }
    draft.cells.push(count);
    draft.columns = columns;
    Some(())
}
