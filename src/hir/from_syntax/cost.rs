//! What a decision costs at most, before it runs (ruling 28): how deep expressions nest through calls, and how often
//! they are evaluated, as a polynomial in the length of lists. A policy beyond the limits is refused.

use super::graph::body_exprs;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::hir::{Binder, Expr, ExprKind, Policy, Readable};
use crate::source::Span;

/// How deep expressions may nest, calls included.
const DEPTH_LIMIT: u32 = 400;

/// How many evaluations one decision may need, lists counted as one item each.
const WORK_LIMIT: u64 = 5_000_000;

/// How many lists may be walked inside each other.
const DEGREE_LIMIT: usize = 6;

/// Evaluations per power of the length of lists.
#[derive(Clone, Debug, Default)]
struct Work {
    per_degree: Vec<u64>,
}

impl Work {
    fn one() -> Self {
        Self { per_degree: vec![1] }
    }

    fn add(&mut self, other: &Self) {
        for (degree, work) in other.per_degree.iter().enumerate() {
            match self.per_degree.get_mut(degree) {
                Some(slot) => *slot = slot.saturating_add(*work),
                None => self.per_degree.push(*work),
            }
        }
    }

    fn per_item(mut self) -> Self {
        self.per_degree.insert(0, 0);
        self
    }

    fn times(mut self, count: u64) -> Self {
        for work in &mut self.per_degree {
            *work = work.saturating_mul(count);
        }
        self
    }

    fn total(&self) -> u64 {
        self.per_degree.iter().fold(0, |sum: u64, work| sum.saturating_add(*work))
    }

    fn degree(&self) -> usize {
        self.per_degree.iter().rposition(|work| *work > 0).unwrap_or(0)
    }
}

#[derive(Clone, Debug, Default)]
struct Cost {
    depth: u32,
    work: Work,
}

/// Reports definitions and rules beyond the limits; the policy's names run in no circle.
pub(super) fn check(policy: &Policy, sink: &mut Sink) {
    let mut costs = Costs { policy, named: vec![Cost::default(); policy.named.len()] };
    for readable in &policy.reading_order {
        match readable {
            Readable::Named(id) => {
                let Some(named) = policy.named.get(id.0 as usize) else { continue };
                let exprs: Vec<&Expr> =
                    named.versions.iter().flat_map(|version| body_exprs(&version.body)).collect();
                let cost = costs.of_all(&exprs);
                if !costs.within(&cost, named.span, &named.name, &exprs, sink) {
                    return;
                }
                if let Some(slot) = costs.named.get_mut(id.0 as usize) {
                    *slot = cost;
                }
            }
            Readable::Outcome(id) => {
                let Some(outcome) = policy.outcomes.get(id.0 as usize) else { continue };
                let exprs = outcome.exprs();
                if !costs.within(&costs.of_all(&exprs), outcome.span, &outcome.name, &exprs, sink) {
                    return;
                }
            }
        }
    }
    for rule in &policy.rules {
        let measures = rule.then.iter().flat_map(|measure| measure.kind.exprs());
        let exprs: Vec<&Expr> = rule.dated_by.iter().chain(&rule.when).chain(measures).collect();
        let cost = costs.over(&rule.binders, costs.of_all(&exprs));
        if !costs.within(&cost, rule.span, &rule.name, &exprs, sink) {
            return;
        }
    }
}

struct Costs<'a> {
    policy: &'a Policy,
    named: Vec<Cost>,
}

impl Costs<'_> {
    /// Reports a declaration beyond the limits; what calls it would only repeat that.
    fn within(&self, cost: &Cost, span: Span, name: &str, exprs: &[&Expr], sink: &mut Sink) -> bool {
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
        let chain = self.chain(exprs);
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
    fn chain(&self, exprs: &[&Expr]) -> Vec<String> {
        let mut chain: Vec<String> = Vec::new();
        let mut exprs: Vec<&Expr> = exprs.to_vec();
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

    fn of_all(&self, exprs: &[&Expr]) -> Cost {
        let mut whole = Cost::default();
        for expr in exprs {
            let cost = self.of(expr);
            whole.depth = whole.depth.max(cost.depth);
            whole.work.add(&cost.work);
        }
        whole
    }

    fn of(&self, expr: &Expr) -> Cost {
        let mut whole = if let ExprKind::Aggregate { how: _, binders, body } = &expr.kind {
            self.over(binders, self.of(body))
        } else if let ExprKind::First { binder, by } = &expr.kind {
            let keys: Vec<&Expr> = by.iter().map(|(_, key)| key).collect();
            self.over(std::slice::from_ref(&**binder), self.of_all(&keys))
        } else {
            let mut children = Vec::new();
            expr.for_each_child(&mut |child| children.push(child));
            self.of_all(&children)
        };
        if let ExprKind::Call { named, args, at: _ } = &expr.kind {
            let called = self.named.get(named.0 as usize).cloned().unwrap_or_default();
            whole.depth = whole.depth.max(called.depth);
            // Without parameters it is evaluated once per case, wherever it is read.
            if !args.is_empty() {
                whole.work.add(&called.work);
            }
        }
        whole.depth = whole.depth.saturating_add(1);
        whole.work.add(&Work::one());
        whole
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
            whole.work = if let ExprKind::Members(id) = &binder.collection.kind {
                let members = self.policy.schema.enumeration(*id).map_or(0, |def| def.members.len());
                whole.work.times(members as u64)
            } else {
                whole.work.per_item()
            };
            let collection = self.of(&binder.collection);
            whole.depth = whole.depth.max(collection.depth).saturating_add(1);
            whole.work.add(&collection.work);
        }
        whole
    }
}

fn calls_in(expr: &Expr, found: &mut Vec<crate::hir::NamedId>) {
    if let ExprKind::Call { named, .. } = &expr.kind {
        found.push(*named);
    }
    expr.for_each_child(&mut |child| calls_in(child, found));
}
