//! What every expression may be, under the guards around it: whether it may be nothing, and its bounds
//! (rulings 3, 4, 5, 15, 17, 18, 21). An abstract evaluation over the declared domains of facts and parameters, in
//! dependency order; a definition is judged once, from its parameters' bounds.

use std::collections::BTreeSet;

use super::graph::body_exprs;
use super::measures::rules_by_outcome;
use super::same::same;
use super::{coverage, grid, index};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::hir::{
    Body, Expr, ExprKind, InForce, Named, Outcome, OutcomeSource, Policy, Readable, Rule, Version,
};
use crate::source::Span;
use crate::types::{Bounds, EnumId, Field, Presence, Schema, Type};
use crate::value::{self, Shape, Value, Waits};

mod dates;
mod expressions;
mod guards;
mod items;
mod measures;
mod plain;

use guards::Guard;

/// Judges all of a policy whose types are right and whose names run in no circle.
pub(super) fn check(policy: &Policy, sink: &mut Sink) {
    let mut flow = Flow {
        policy,
        sink,
        guards: Vec::new(),
        is_unreachable: false,
        locals: Vec::new(),
        named: vec![Known::any(); policy.named.len()],
        outcomes: vec![Known::any(); policy.outcomes.len()],
        law_date: None,
        quiet: 0,
        assuming: 0,
        unfolded: 0,
        steps: 0,
        param_names: Vec::new(),
        broken: BTreeSet::new(),
        hole: None,
        domains: Domains::of(&policy.schema),
        setting: rules_by_outcome(policy),
    };
    flow.policy();
    let hole = flow.hole;
    // Better no policy than one with a hole: every decision that meets the hole would fail.
    if let Some(span) = hole.filter(|_| !sink.has_errors()) {
        let message = "the checker could not read this, and no error says why";
        sink.push(Diagnostic::new(Code::Internal, span, message).help("please report it, with this text"));
    }
}

/// What a value may be, and what the items of a collection may be.
#[derive(Clone, Debug)]
pub(super) struct Known {
    pub(super) value: Value,
    pub(super) items: Option<Value>,
}

impl Known {
    fn any() -> Self {
        Self::from(any(false))
    }
}

impl From<Value> for Known {
    fn from(value: Value) -> Self {
        Self { value, items: None }
    }
}

/// The pass over one policy.
pub(super) struct Flow<'a> {
    pub(super) policy: &'a Policy,
    pub(super) sink: &'a mut Sink,
    guards: Vec<Guard>,
    /// The guards contradict each other: nothing here is ever evaluated.
    is_unreachable: bool,
    locals: Vec<Known>,
    /// What each definition gives, from its parameters' bounds.
    named: Vec<Known>,
    outcomes: Vec<Known>,
    /// The days on which the policy may be asked; `None` without `dated by`.
    law_date: Option<Value>,
    /// Above 0 nothing is reported.
    quiet: u32,
    /// A guard is being followed.
    assuming: u32,
    /// How many definitions the current guard has been followed into.
    unfolded: u32,
    /// The parameters of the current declaration, for messages.
    param_names: Vec<std::sync::Arc<str>>,
    /// What holds broken parts, and what reads it: reported already, so nothing follows from it.
    broken: BTreeSet<Readable>,
    /// The first broken part that was met.
    hole: Option<Span>,
    /// Expressions judged in the current declaration.
    steps: u32,
    domains: Domains,
    /// The rules with a measure for each outcome, in the order of the policy.
    setting: Vec<Vec<&'a Rule>>,
}

impl Flow<'_> {
    fn policy(&mut self) {
        self.law_dates();
        self.conditions_of_facts();
        for hold in &self.policy.facts.must_hold {
            self.assume(&hold.condition, true);
        }
        for readable in &self.policy.reading_order {
            match readable {
                Readable::Named(id) => {
                    let Some(named) = self.policy.named.get(id.0 as usize) else { continue };
                    let exprs = named.versions.iter().flat_map(|version| body_exprs(&version.body));
                    let is_broken = self.find_broken(*readable, exprs);
                    let known = self.unless(is_broken, |flow| flow.definition(named));
                    if let Some(slot) = self.named.get_mut(id.0 as usize) {
                        *slot = known;
                    }
                }
                Readable::Outcome(id) => {
                    let exprs =
                        self.policy.outcomes.get(id.0 as usize).map(Outcome::exprs).unwrap_or_default();
                    let is_broken = self.find_broken(*readable, exprs);
                    let known = self.unless(is_broken, |flow| flow.outcome(*id));
                    if let Some(slot) = self.outcomes.get_mut(id.0 as usize) {
                        *slot = known;
                    }
                }
            }
        }
        self.calendars();
        for rule in &self.policy.rules {
            let is_broken = rule.exprs().any(|expr| self.is_broken(expr));
            self.unless(is_broken, |flow| flow.rule(rule));
        }
        for claim in &self.policy.claims {
            self.claim(claim);
        }
        grid::check(self.policy, &self.setting, &self.broken, self.sink);
    }

    fn find_broken<'e>(&mut self, readable: Readable, exprs: impl IntoIterator<Item = &'e Expr>) -> bool {
        let is_broken = exprs.into_iter().any(|expr| self.is_broken(expr));
        if is_broken {
            self.broken.insert(readable);
        }
        is_broken
    }

    /// The expression holds or reads something broken.
    fn is_broken(&mut self, expr: &Expr) -> bool {
        let reads_broken = if let ExprKind::Call { named, .. } = &expr.kind {
            self.broken.contains(&Readable::Named(*named))
        } else if let ExprKind::Outcome(id) = &expr.kind {
            self.broken.contains(&Readable::Outcome(*id))
        } else {
            false
        };
        let is_hole = expr.ty == Type::Invalid || matches!(expr.kind, ExprKind::Invalid);
        if is_hole {
            self.hole.get_or_insert(expr.span);
        }
        let mut found = reads_broken || is_hole;
        expr.for_each_child(&mut |child| found = found || self.is_broken(child));
        found
    }

    /// Judges something, without a word if it is broken.
    fn unless<T>(&mut self, is_broken: bool, judge: impl FnOnce(&mut Self) -> T) -> T {
        self.quiet += u32::from(is_broken);
        let judged = judge(self);
        self.quiet -= u32::from(is_broken);
        judged
    }

    fn conditions_of_facts(&mut self) {
        let policy = self.policy;
        for (condition, hold) in [(true, false), (false, true)] {
            for (place, rules) in std::iter::once(&policy.facts).chain(&policy.records).enumerate() {
                self.locals = if place == 0 { Vec::new() } else { vec![Known::any()] };
                if condition {
                    for condition in rules.needed_when.iter().flatten() {
                        let is_broken = self.is_broken(condition);
                        self.unless(is_broken, |flow| flow.eval(condition));
                    }
                }
                if hold {
                    for hold in &rules.must_hold {
                        let is_broken = self.is_broken(&hold.condition);
                        self.unless(is_broken, |flow| flow.eval(&hold.condition));
                    }
                }
            }
        }
        self.locals.clear();
    }

    fn calendars(&mut self) {
        for list in self
            .policy
            .calendars
            .iter()
            .flat_map(|calendar| calendar.holidays.iter().chain(&calendar.workdays))
        {
            let is_broken = self.is_broken(list);
            self.unless(is_broken, |flow| {
                let known = flow.eval(list);
                flow.demand(known.value, list)
            });
        }
    }

    /// A new declaration: nothing is in scope, and the step count begins anew.
    fn begin(&mut self) -> ((usize, bool), Vec<Known>) {
        self.steps = 0;
        (self.mark(), std::mem::take(&mut self.locals))
    }

    fn end(&mut self, (mark, locals): ((usize, bool), Vec<Known>)) {
        self.back_to(mark);
        self.locals = locals;
    }

    fn definition(&mut self, named: &Named) -> Known {
        self.steps = 0;
        self.param_names = named.params.iter().map(|param| param.name.clone()).collect();
        self.locals =
            named.params.iter().map(|param| self.domain(&param.ty, &param.bounds, param.nothing)).collect();
        let mut whole: Option<Known> = None;
        for version in &named.versions {
            let mark = self.mark();
            let known = self.version(named, version);
            self.back_to(mark);
            whole = Some(match whole {
                None => known,
                Some(so_far) => joined(&so_far, &known),
            });
        }
        self.locals.clear();
        whole.unwrap_or_else(Known::any)
    }

    fn version(&mut self, named: &Named, version: &Version) -> Known {
        let mut known = match &version.body {
            Body::Expr(expr) => {
                let known = self.eval(expr);
                self.must_be_there(known, expr, named.nothing, &named.name)
            }
            Body::Schedule(rows) => {
                let mut whole: Option<Known> = None;
                for (_, value) in rows {
                    let known = self.eval(value);
                    let known = self.must_be_there(known, value, named.nothing, &named.name);
                    whole = Some(whole.map_or(known.clone(), |so_far| joined(&so_far, &known)));
                }
                whole.unwrap_or_else(Known::any)
            }
            Body::Table(table) => {
                let inputs: Vec<Value> = table.inputs.iter().map(|input| self.eval(input).value).collect();
                coverage::check(self, named, version, table, &inputs);
                let mut whole: Option<Known> = None;
                for row in &table.rows {
                    let known = self.eval(&row.result);
                    let known = self.must_be_there(known, &row.result, named.nothing, &named.name);
                    whole = Some(whole.map_or(known.clone(), |so_far| joined(&so_far, &known)));
                }
                whole.unwrap_or_else(Known::any)
            }
        };
        if !named.nothing {
            known.value = known.value.without_nothing().unwrap_or_else(|| any(false));
        }
        known
    }

    /// The body of a declaration that does not say `or nothing`.
    fn must_be_there(&mut self, known: Known, body: &Expr, may_be_nothing: bool, name: &str) -> Known {
        if may_be_nothing || !known.value.may_be_nothing() {
            return known;
        }
        let ty = self.policy.schema.describe(&body.ty);
        let found = if let ExprKind::Binary(crate::hir::BinaryOp::Divide, sides) = &body.kind {
            Diagnostic::new(
                Code::AbsenceDivision,
                sides.right.span,
                "this divisor may be zero, and then the quotient is nothing",
            )
        } else {
            Diagnostic::new(Code::AbsenceResult, body.span, format!("`{name}` may be nothing here"))
        };
        let found = if let ExprKind::Choose { otherwise: None, .. } = &body.kind {
            found
                .help("add a last limb: `otherwise ..`")
                .help(format!("or declare the type `{ty} or nothing`"))
        } else {
            found.help(format!(
                "give a value for that case: `.. or else ..`, or declare the type `{ty} or nothing`"
            ))
        };
        self.report(found);
        Known { value: known.value.without_nothing().unwrap_or_else(|| any(false)), items: known.items }
    }

    fn outcome(&mut self, id: crate::hir::OutcomeId) -> Known {
        let policy = self.policy;
        let (Some(outcome), Some(def)) =
            (policy.outcomes.get(id.0 as usize), policy.schema.outcomes.get(id.0 as usize))
        else {
            return Known::any();
        };
        self.steps = 0;
        self.within_law(outcome.in_force, outcome.span, "outcome");
        let mut known = match &outcome.source {
            OutcomeSource::Defined(expr) => {
                let known = self.eval(expr);
                let known = self.must_be_there(known, expr, outcome.nothing, &outcome.name);
                if outcome.in_force != InForce::default() && !outcome.nothing {
                    let ty = policy.schema.describe(&outcome.ty);
                    self.report(
                        Diagnostic::new(
                            Code::AbsenceResult,
                            outcome.span,
                            format!("`{}` is nothing outside its period", outcome.name),
                        )
                        .help(format!("declare the type `{ty} or nothing`")),
                    );
                }
                known
            }
            OutcomeSource::Built { neutral: None, .. } if outcome.in_force != InForce::default() => {
                self.report(
                    Diagnostic::new(
                        Code::AbsenceResult,
                        outcome.span,
                        format!("`{}` is required, and outside its period no rule can set it", outcome.name),
                    )
                    .help("give it a `default` instead of `required`, or leave its period out"),
                );
                self.domain(&def.ty, &Bounds::default(), def.nothing)
            }
            OutcomeSource::Built { .. } => {
                let mut known = self.domain(&def.ty, &Bounds::default(), def.nothing);
                if let OutcomeSource::Built {
                    combine: value::Combine::Sum | value::Combine::Highest, ..
                } = &outcome.source
                {
                    known.value = self.built_bounds(id, known.value);
                }
                known
            }
        };
        let floor = outcome.at_least.as_ref().map(|limit| self.limit(limit));
        let cap = outcome.at_most.as_ref().map(|limit| self.limit(limit));
        let is_nothing = known.value.may_be_nothing();
        let finished = |mut value: Value| {
            if floor.is_some() || cap.is_some() {
                value = value::clamp(&value, floor.as_ref(), cap.as_ref()).unwrap_or_else(|_| any(false));
            }
            if let Some(rounding) = outcome.rounding {
                value = value::round(&value, rounding).unwrap_or_else(|_| any(false));
            }
            value
        };
        if let Type::List(_) = &outcome.ty {
            known.items = known.items.map(finished);
        } else if let Some(value) = known.value.clone().without_nothing().map(finished) {
            known.value =
                if is_nothing { value::join(&value, &Value::Nothing, &Waits::new()) } else { value };
        }
        // The neutral value is neither clamped nor rounded.
        if let OutcomeSource::Built { neutral: Some(neutral), .. } = &outcome.source {
            known.value = value::join(&known.value, neutral, &Waits::new());
        }
        known
    }

    fn limit(&mut self, limit: &Expr) -> Value {
        let known = self.eval(limit);
        self.demand(known.value, limit)
    }

    fn claim(&mut self, claim: &crate::hir::Claim) {
        match &claim.kind {
            crate::hir::ClaimKind::Always { text: _, condition }
            | crate::hir::ClaimKind::Never { text: _, condition } => {
                let is_broken = self.is_broken(condition);
                self.unless(is_broken, |flow| flow.eval(condition));
            }
            crate::hir::ClaimKind::Monotone { .. } | crate::hir::ClaimKind::Independent { .. } => {}
        }
    }

    pub(super) fn report(&mut self, diagnostic: Diagnostic) {
        if self.quiet == 0 && !self.is_unreachable {
            self.sink.push(diagnostic);
        }
    }

    /// Reports a value that may be nothing where it must be there; gives it with nothing excluded.
    fn demand(&mut self, value: Value, expr: &Expr) -> Value {
        if !value.may_be_nothing() {
            return value;
        }
        let found = if let ExprKind::Binary(crate::hir::BinaryOp::Divide, sides) = &expr.kind {
            Diagnostic::new(
                Code::AbsenceDivision,
                sides.right.span,
                "this divisor may be zero, and then the quotient is nothing",
            )
            .label(expr.span, "the quotient")
            .help("test the divisor first: `when it > 0`, or give the quotient a value for that case: `(a / b) or else 0`")
        } else if let ExprKind::Fact(place) = &expr.kind {
            self.unguarded(expr, self.policy.schema.facts.fields.get(*place))
        } else if let ExprKind::Field(of, place) = &expr.kind {
            self.unguarded(expr, self.policy.schema.field_of(&of.ty, *place))
        } else {
            self.unguarded(expr, None)
        };
        self.report(found);
        value.without_nothing().unwrap_or_else(|| any(false))
    }

    fn unguarded(&self, expr: &Expr, field: Option<&Field>) -> Diagnostic {
        let found = Diagnostic::new(Code::AbsenceUnguarded, expr.span, "this may be nothing here");
        match field {
            Some(field) if matches!(field.presence, Presence::NeededWhen(_)) => found.help(format!(
                "`{}` is only there under its `needed when` condition; say that condition here too",
                field.name
            )),
            _ => found
                .help("test it first: `.. exists and ..`, or give a value for that case: `(..) or else ..`"),
        }
    }

    /// The whole domain of a type within bounds.
    pub(super) fn domain(&self, ty: &Type, bounds: &Bounds, nothing: bool) -> Known {
        self.domains.domain(ty, bounds, nothing)
    }
}

/// What the types of a policy may be.
pub(super) struct Domains {
    /// For each enum, the whole of it: without nothing, and with it.
    enums: Vec<[Value; 2]>,
}

impl Domains {
    fn of(schema: &Schema) -> Self {
        let whole = |count: usize| {
            let members: BTreeSet<Value> = (0..count).map(|place| Value::Member(index(place))).collect();
            let open = |nothing| Value::open(nothing, Shape::Members(members.clone()), Waits::new());
            [open(false), open(true)]
        };
        Self { enums: schema.enums.iter().map(|def| whole(def.members.len())).collect() }
    }

    /// The members of an enum, and nothing.
    fn members(&self, id: EnumId, nothing: bool) -> Value {
        let whole =
            self.enums.get(id.0 as usize).map(|[whole, or_nothing]| if nothing { or_nothing } else { whole });
        whole.cloned().unwrap_or(Value::Nothing)
    }

    /// The whole domain of a type within bounds.
    fn domain(&self, ty: &Type, bounds: &Bounds, nothing: bool) -> Known {
        let open = |shape: Shape| Value::open(nothing, shape, Waits::new());
        match ty {
            Type::Bool => Known::from(open(Shape::Members([Value::Bool(false), Value::Bool(true)].into()))),
            Type::Enum(id) => Known::from(self.members(*id, nothing)),
            Type::Integer
            | Type::Number
            | Type::Quantity(_)
            | Type::Date
            | Type::Days
            | Type::WorkingDays
            | Type::Months => {
                Known::from(open(Shape::Interval { least: bounds.least.clone(), most: bounds.most.clone() }))
            }
            Type::Range(of) => {
                let end = self.domain(of, bounds, false).value;
                let range = Value::Range((end.clone(), end).into());
                Known::from(if nothing { value::join(&range, &Value::Nothing, &Waits::new()) } else { range })
            }
            Type::Set(of) | Type::List(of) => {
                let item = self.domain(of, &Bounds::default(), false).value;
                Known { value: open(Shape::Any), items: Some(item) }
            }
            Type::Text | Type::Record(_) | Type::Duty(_) | Type::Invalid => Known::from(open(Shape::Any)),
        }
    }
}

fn any(nothing: bool) -> Value {
    Value::open(nothing, Shape::Any, Waits::new())
}

fn joined(left: &Known, right: &Known) -> Known {
    let items = match (&left.items, &right.items) {
        (Some(left), Some(right)) => Some(value::join(left, right, &Waits::new())),
        (one, None) | (None, one) => one.clone(),
    };
    Known { value: value::join(&left.value, &right.value, &Waits::new()), items }
}
