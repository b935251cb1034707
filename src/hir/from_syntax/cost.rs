//! What a decision costs at most, before it runs (ruling 28): how deep expressions nest through calls, and how often
//! they are evaluated, as a polynomial in the number of items. A policy beyond the limits is refused; a case is when its
//! items make it too dear.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::graph::body_exprs;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::hir::{Binder, Expr, ExprKind, LocalId, Policy, Readable, RecordRules, Work};
use crate::source::Span;
use crate::value::Value;

/// How deep expressions may nest, calls included.
const DEPTH_LIMIT: u32 = 400;

/// How many evaluations one decision may need, lists counted as one item each.
const WORK_LIMIT: u64 = 5_000_000;

/// How many lists may be walked inside each other.
const DEGREE_LIMIT: usize = 6;

/// The number of items of a case by which the dearest declaration is told.
const MANY_ITEMS: u64 = 1_000;

/// How often something is done: `n` to the power of `degree` times, and once for each item of a list inside the item
/// that `inside` holds. All lists of one kind together have at most `n` items, so a walk over the items of `inside`
/// turns that into one power of `n` instead of two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Times {
    degree: usize,
    inside: Option<LocalId>,
}

impl Times {
    /// The power of `n`, whatever it is inside of.
    fn whole_degree(self) -> usize {
        self.degree.saturating_add(usize::from(self.inside.is_some()))
    }
}

/// Evaluations, and how often they are done.
#[derive(Clone, Debug, Default)]
struct Charge {
    /// What is done once; most is, so it stands apart.
    once: u64,
    terms: BTreeMap<Times, u64>,
}

impl Charge {
    fn one() -> Self {
        Self { once: 1, terms: BTreeMap::new() }
    }

    fn add(&mut self, other: &Self) {
        self.once = self.once.saturating_add(other.once);
        for (times, work) in &other.terms {
            self.put(*times, *work);
        }
    }

    fn put(&mut self, times: Times, work: u64) {
        let slot = self.terms.entry(times).or_default();
        *slot = slot.saturating_add(work);
    }

    fn times(&self, count: u64) -> Self {
        Self {
            once: self.once.saturating_mul(count),
            terms: self.terms.iter().map(|(times, work)| (*times, work.saturating_mul(count))).collect(),
        }
    }

    /// Every term with its work, that which is done once among them.
    fn all(&self) -> impl Iterator<Item = (Times, u64)> {
        let once = (self.once > 0).then_some((Times { degree: 0, inside: None }, self.once));
        once.into_iter().chain(self.terms.iter().map(|(times, work)| (*times, *work)))
    }

    /// Done for each item of a list with as many items as all lists of a case.
    fn per_item(&self, of: LocalId) -> Self {
        let mut whole = Self::default();
        for (Times { degree, inside }, work) in self.all() {
            let inside = inside.filter(|inside| *inside != of);
            whole.put(Times { degree: degree.saturating_add(1), inside }, work);
        }
        whole
    }

    /// Done for each item of a list inside the item that `outer` holds.
    fn per_inner_item(&self, of: LocalId, outer: LocalId) -> Self {
        let mut whole = Self::default();
        for (Times { degree, inside }, work) in self.all() {
            let times = match inside {
                Some(inside) if inside != of => {
                    Times { degree: degree.saturating_add(1), inside: Some(inside) }
                }
                Some(_) | None => Times { degree, inside: Some(outer) },
            };
            whole.put(times, work);
        }
        whole
    }

    /// How many steps it takes with so many items.
    fn steps(&self, items: u64) -> u64 {
        // Most of what is done is done once.
        if self.terms.is_empty() {
            return self.once;
        }
        Work { per_degree: self.per_degree(), ..Work::default() }.steps(items)
    }

    fn per_degree(&self) -> Vec<u64> {
        let mut per_degree = Vec::new();
        for (times, work) in self.all() {
            let degree = times.whole_degree();
            if per_degree.len() <= degree {
                per_degree.resize(degree.saturating_add(1), 0);
            }
            if let Some(slot) = per_degree.get_mut(degree) {
                *slot = u64::saturating_add(*slot, work);
            }
        }
        per_degree
    }

    fn total(&self) -> u64 {
        self.all().fold(0, |sum: u64, (_, work)| sum.saturating_add(work))
    }

    fn degree(&self) -> usize {
        self.all().map(|(times, _)| times.whole_degree()).max().unwrap_or(0)
    }
}

/// How long a list may be: `n` to the power of `degree`, times `factor`.
#[derive(Clone, Copy, Debug)]
struct Length {
    degree: usize,
    factor: u64,
}

impl Length {
    const ONE_LIST: Self = Self { degree: 1, factor: 1 };

    fn longer(self, other: Self) -> Self {
        Self { degree: self.degree.max(other.degree), factor: self.factor.max(other.factor) }
    }
}

#[derive(Clone, Debug, Default)]
struct Cost {
    depth: u32,
    work: Charge,
}

/// Reports definitions and rules beyond the limits, and gives the work of one decision; the policy's names run in no
/// circle.
pub(super) fn check(policy: &Policy, sink: &mut Sink) -> Work {
    let count = policy.named.len();
    let mut costs = Costs {
        policy,
        named: vec![Cost::default(); count],
        lengths: vec![Length::ONE_LIST; count],
        whole: Whole::default(),
    };
    for readable in &policy.reading_order {
        match readable {
            Readable::Named(id) => {
                let Some(named) = policy.named.get(id.0 as usize) else { continue };
                let exprs: Vec<&Expr> =
                    named.versions.iter().flat_map(|version| body_exprs(&version.body)).collect();
                let cost = costs.of_all(exprs.iter().copied());
                if !costs.within(&cost, named.span, &named.name, exprs.iter().copied(), sink) {
                    return Work::default();
                }
                let lengths = exprs.iter().map(|expr| costs.length(expr));
                let length = lengths.reduce(Length::longer).unwrap_or(Length::ONE_LIST);
                if named.params.is_empty() {
                    costs.whole.add(&named.name, &cost.work);
                }
                if let Some(slot) = costs.named.get_mut(id.0 as usize) {
                    *slot = cost;
                }
                if let Some(slot) = costs.lengths.get_mut(id.0 as usize) {
                    *slot = length;
                }
            }
            Readable::Outcome(id) => {
                let Some(outcome) = policy.outcomes.get(id.0 as usize) else { continue };
                let exprs = outcome.exprs();
                let cost = costs.of_all(exprs.iter().copied());
                if !costs.within(&cost, outcome.span, &outcome.name, exprs.iter().copied(), sink) {
                    return Work::default();
                }
                costs.whole.add(&outcome.name, &cost.work);
            }
        }
    }
    for rule in &policy.rules {
        let exprs = || {
            let measures = rule.then.iter().flat_map(|measure| measure.kind.exprs());
            rule.dated_by.as_deref().into_iter().chain(&rule.when).chain(measures)
        };
        let mut inner = costs.of_all(exprs());
        inner.work.add(&Charge::one());
        let cost = costs.over(&rule.binders, inner);
        if !costs.within(&cost, rule.span, &rule.name, exprs(), sink) {
            return Work::default();
        }
        costs.whole.add(&rule.name, &cost.work);
    }
    costs.conditions_of_facts();
    let laws = u64::try_from(policy.law_dates.len()).unwrap_or(u64::MAX).max(1);
    costs.whole.finish(laws)
}

/// The work of a whole decision.
#[derive(Clone, Debug, Default)]
struct Whole {
    work: Charge,
    dearest: Option<(u64, Arc<str>)>,
}

impl Whole {
    fn add(&mut self, name: &Arc<str>, work: &Charge) {
        self.work.add(work);
        let steps = work.steps(MANY_ITEMS);
        if self.dearest.as_ref().is_none_or(|(most, _)| steps > *most) {
            self.dearest = Some((steps, name.clone()));
        }
    }

    fn finish(self, laws: u64) -> Work {
        let dearest = self.dearest.map(|(_, name)| name).unwrap_or_default();
        Work { per_degree: self.work.times(laws).per_degree(), dearest }
    }
}

struct Costs<'a> {
    policy: &'a Policy,
    named: Vec<Cost>,
    /// How long a list each definition may give.
    lengths: Vec<Length>,
    whole: Whole,
}

impl Costs<'_> {
    /// Reports a declaration beyond the limits; what calls it would only repeat that.
    fn within<'e>(
        &self,
        cost: &Cost,
        span: Span,
        name: &str,
        exprs: impl Iterator<Item = &'e Expr>,
        sink: &mut Sink,
    ) -> bool {
        let message = if cost.depth > DEPTH_LIMIT {
            format!(
                "`{name}` nests {} levels deep through the definitions that it calls; the limit is {DEPTH_LIMIT}",
                cost.depth
            )
        } else if cost.work.degree() > DEGREE_LIMIT {
            format!(
                "`{name}` walks {} lists inside each other; the limit is {DEGREE_LIMIT}",
                cost.work.degree()
            )
        } else if cost.work.total() > WORK_LIMIT {
            format!("`{name}` may need more than {WORK_LIMIT} evaluations for one case")
        } else {
            return true;
        };
        let chain = self.chain(exprs.collect());
        let mut found = Diagnostic::new(Code::CostTooHigh, span, message);
        if !chain.is_empty() {
            found = found.help(format!("the dearest calls: {}", chain.join(" calls ")));
        }
        sink.push(
            found.help(
                "give a shared part without parameters its own `define`: it is evaluated once per case",
            ),
        );
        false
    }

    /// The names along the dearest calls.
    fn chain<'e>(&'e self, mut exprs: Vec<&'e Expr>) -> Vec<String> {
        let mut chain: Vec<String> = Vec::new();
        while chain.len() < 12 {
            let mut calls = Vec::new();
            for expr in &exprs {
                calls_in(expr, &mut calls);
            }
            let weight = |id: &crate::hir::NamedId| {
                self.named.get(id.0 as usize).map(|cost| (cost.work.total(), cost.depth))
            };
            let Some(named) = calls
                .iter()
                .max_by_key(|id| (weight(id), std::cmp::Reverse(**id)))
                .and_then(|id| self.policy.named.get(id.0 as usize))
            else {
                break;
            };
            chain.push(format!("`{}`", named.name));
            exprs = named.versions.iter().flat_map(|version| body_exprs(&version.body)).collect();
        }
        chain
    }

    fn of_all<'e>(&self, exprs: impl IntoIterator<Item = &'e Expr>) -> Cost {
        let mut whole = Cost::default();
        for expr in exprs {
            whole.depth = whole.depth.max(self.charge(expr, &mut whole.work));
        }
        whole
    }

    fn of(&self, expr: &Expr) -> Cost {
        let mut work = Charge::default();
        let depth = self.charge(expr, &mut work);
        Cost { depth, work }
    }

    /// Adds the work of an expression, and gives its depth.
    fn charge(&self, expr: &Expr, work: &mut Charge) -> u32 {
        let mut depth = 0;
        if let ExprKind::Aggregate { how: _, binders, body } = &expr.kind {
            let walked = self.over(binders, self.of(body));
            work.add(&walked.work);
            depth = walked.depth;
        } else if let ExprKind::First { binder, by } = &expr.kind {
            let keys = self.of_all(by.iter().map(|(_, key)| key));
            let walked = self.over(std::slice::from_ref(&**binder), keys);
            work.add(&walked.work);
            depth = walked.depth;
        } else {
            expr.for_each_child(&mut |child| depth = depth.max(self.charge(child, work)));
        }
        if let ExprKind::Call { named, args, at: _ } = &expr.kind
            && let Some(called) = self.named.get(named.0 as usize)
        {
            depth = depth.max(called.depth);
            // Without parameters it is evaluated once per case, wherever it is read.
            if !args.is_empty() {
                work.add(&called.work);
            }
        }
        work.once = work.once.saturating_add(1);
        depth.saturating_add(1)
    }

    /// Something done for every item.
    fn over(&self, binders: &[Binder], inner: Cost) -> Cost {
        let mut whole = inner;
        for binder in binders.iter().rev() {
            if let Some(filter) = &binder.filter {
                let filter = self.of(filter);
                whole.depth = whole.depth.max(filter.depth);
                whole.work.add(&filter.work);
            }
            // The item itself is bound, whatever is done with it.
            whole.work.add(&Charge::one());
            let outer = binder.path.as_ref().and_then(|path| path.outer);
            let Length { degree, factor } = self.length(&binder.collection);
            whole.work = match outer {
                Some(outer) => whole.work.per_inner_item(binder.local, outer),
                None => (0..degree).fold(whole.work.times(factor), |work, _| work.per_item(binder.local)),
            };
            let collection = self.of(&binder.collection);
            whole.depth = whole.depth.max(collection.depth).saturating_add(1);
            whole.work.add(&collection.work);
        }
        whole
    }
}

impl Costs<'_> {
    /// Needs and `must hold` are conditions for every record of the facts, which may be items; needs are evaluated
    /// again while they change each other.
    fn conditions_of_facts(&mut self) {
        let policy = self.policy;
        let records = policy.records.iter().map(|rules| (rules, true));
        let rounds =
            |rules: &RecordRules| rules.needed_when.iter().flatten().count().saturating_add(2) as u64;
        for (rules, per_item) in records.chain([(&policy.facts, false)]) {
            let mut work = self.of_all(rules.needed_when.iter().flatten()).work.times(rounds(rules));
            work.add(&self.of_all(rules.must_hold.iter().map(|rule| &rule.condition)).work);
            if per_item {
                work = work.per_item(LocalId(0));
            }
            self.whole.add(&Arc::from("facts"), &work);
        }
    }

    fn length(&self, list: &Expr) -> Length {
        match &list.kind {
            ExprKind::Members(id) => {
                let members = self.policy.schema.enumeration(*id).map_or(0, |def| def.members.len());
                Length { degree: 0, factor: members as u64 }
            }
            ExprKind::List(items) | ExprKind::Set(items) => Length { degree: 0, factor: items.len() as u64 },
            ExprKind::Const(Value::List(items) | Value::Set(items)) => {
                Length { degree: 0, factor: items.len() as u64 }
            }
            ExprKind::Call { named, .. } => {
                self.lengths.get(named.0 as usize).copied().unwrap_or(Length::ONE_LIST)
            }
            ExprKind::Aggregate { how: _, binders, body: _ } => {
                let nested = |binder: &&Binder| binder.path.as_ref().is_none_or(|path| path.outer.is_none());
                let free = binders.iter().filter(nested).map(|binder| self.length(&binder.collection));
                let free = free.reduce(|left, right| Length {
                    degree: left.degree.saturating_add(right.degree),
                    factor: left.factor.saturating_mul(right.factor),
                });
                free.unwrap_or(Length::ONE_LIST).longer(Length::ONE_LIST)
            }
            ExprKind::Choose { how: _, limbs, otherwise } => {
                let values = limbs.iter().map(|limb| &limb.value).chain(otherwise.as_deref());
                values.map(|value| self.length(value)).reduce(Length::longer).unwrap_or(Length::ONE_LIST)
            }
            ExprKind::Binary(_, sides) => self.length(&sides.left).longer(self.length(&sides.right)),
            ExprKind::Invalid
            | ExprKind::Const(_)
            | ExprKind::Fact(_)
            | ExprKind::Local(_)
            | ExprKind::Field(..)
            | ExprKind::Outcome(_)
            | ExprKind::Unary(..)
            | ExprKind::Convert(..)
            | ExprKind::Round(..)
            | ExprKind::AddWorkingDays { .. }
            | ExprKind::WorkingDaysBetween { .. }
            | ExprKind::Band { .. }
            | ExprKind::First { .. }
            | ExprKind::Record(_)
            | ExprKind::Duty { .. } => Length::ONE_LIST,
        }
    }
}

fn calls_in(expr: &Expr, found: &mut Vec<crate::hir::NamedId>) {
    if let ExprKind::Call { named, .. } = &expr.kind {
        found.push(*named);
    }
    expr.for_each_child(&mut |child| calls_in(child, found));
}
