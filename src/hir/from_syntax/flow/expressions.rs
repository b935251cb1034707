//! What each form may be. Every form is judged once for its own absences, under the guards around it.

use std::cmp::Ordering;

use super::guards::{ends, zero};
use super::{Flow, Known, any};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{BinaryOp, Choose, Expr, ExprKind, Limb, NamedId, Sides, UnaryOp};
use crate::types::{Bounds, Field, Presence, Type};
use crate::value::{self, Certainty, Combine, Shape, Trouble, Value, Waits};

/// How many expressions of one declaration are judged with guards; beyond it (a policy of a strange shape) no new
/// guard is followed, which can only lead to more caution.
const STEP_LIMIT: u32 = 200_000;

impl Flow<'_> {
    /// What the expression may be here.
    pub(super) fn eval(&mut self, expr: &Expr) -> Known {
        self.steps = self.steps.saturating_add(1);
        let known = self.eval_form(expr);
        self.narrowed(expr, known)
    }

    pub(super) fn is_spent(&self) -> bool {
        self.steps > STEP_LIMIT
    }

    /// The value, which must be there.
    pub(super) fn need(&mut self, expr: &Expr) -> Value {
        let known = self.eval(expr);
        self.demand(known.value, expr)
    }

    fn eval_form(&mut self, expr: &Expr) -> Known {
        match &expr.kind {
            ExprKind::Invalid => Known::from(any(false)),
            ExprKind::Const(constant) => constant_known(constant),
            ExprKind::Fact(place) => match self.policy.schema.facts.fields.get(*place) {
                Some(field) => {
                    let condition = self.policy.facts.needed_when.get(*place).and_then(Option::as_ref);
                    self.field_domain(field, condition, None)
                }
                None => Known::from(any(false)),
            },
            ExprKind::Local(id) => {
                self.locals.get(id.0 as usize).cloned().unwrap_or_else(|| Known::from(any(false)))
            }
            ExprKind::Field(of, place) => self.field(of, *place),
            ExprKind::Outcome(id) => {
                self.outcomes.get(id.0 as usize).cloned().unwrap_or_else(|| Known::from(any(false)))
            }
            ExprKind::Call { named, args, at } => self.call(*named, args, at.as_deref(), expr),
            ExprKind::Unary(op, of) => self.unary(*op, of, expr),
            ExprKind::Binary(op, sides) => self.binary(*op, &sides.left, &sides.right, expr),
            ExprKind::Convert(factor, of) => {
                let known = self.eval(of);
                let value = match known.value.clone().without_nothing() {
                    Some(value) => or_any(value::convert(&value, *factor)),
                    None => Value::Nothing,
                };
                let value = if known.value.may_be_nothing() {
                    value::join(&value, &Value::Nothing, &Waits::new())
                } else {
                    value
                };
                Known { value, items: known.items }
            }
            ExprKind::Round(rounding, of) => {
                let value = self.need(of);
                Known::from(or_any(value::round(&value, **rounding)))
            }
            ExprKind::AddWorkingDays { calendar: _, date, count } => {
                let date = self.need(date);
                let count = self.need(count);
                let forward =
                    value::compare(&count, &Value::WorkingDays(0), Ordering::is_ge) == Ok(Value::Bool(true));
                let (least, most) = ends(&date);
                Known::from(Value::open(
                    false,
                    if forward {
                        Shape::Interval { least, most: None }
                    } else {
                        Shape::Interval { least: None, most }
                    },
                    Waits::new(),
                ))
            }
            ExprKind::WorkingDaysBetween { calendar: _, from, to } => {
                self.need(from);
                self.need(to);
                Known::from(at_least(Value::Integer(0)))
            }
            ExprKind::Band { range, shares } => {
                let range = self.need(range);
                let share_values = self.need(shares);
                self.shares_within(&share_values, shares);
                Known::from(or_any(value::band(&range, &share_values)))
            }
            ExprKind::Choose { how, limbs, otherwise } => self.choose(*how, limbs, otherwise.as_deref()),
            ExprKind::Aggregate { how, binders, body } => self.aggregate(*how, binders, body),
            ExprKind::First { binder, by } => self.first(binder, by),
            ExprKind::Members(id) => {
                Known { value: any(false), items: Some(self.domains.members(*id, false)) }
            }
            ExprKind::Set(items) | ExprKind::List(items) => {
                let mut among: Option<Value> = None;
                for item in items {
                    let value = self.need(item);
                    among = Some(
                        among.map_or(value.clone(), |so_far| value::join(&so_far, &value, &Waits::new())),
                    );
                }
                let constant = super::super::constants::fold(expr);
                Known { value: constant.unwrap_or_else(|| any(false)), items: among }
            }
            ExprKind::Record(fields) => {
                let declared =
                    if let Type::Record(id) = &expr.ty { self.policy.schema.record(*id) } else { None };
                let mut values = Vec::new();
                for (place, field) in fields.iter().enumerate() {
                    let known = self.eval(field);
                    let may_be_nothing =
                        declared.and_then(|def| def.fields.get(place)).is_some_and(|field| field.nothing);
                    values.push(if may_be_nothing { known.value } else { self.demand(known.value, field) });
                }
                Known::from(Value::Record(values.into()))
            }
            ExprKind::Duty { kind, due } => {
                self.need(kind);
                self.need(due);
                Known::from(any(false))
            }
        }
    }

    /// A field of the facts, or of the record `of`.
    fn field_domain(&mut self, field: &Field, condition: Option<&Expr>, of: Option<&Expr>) -> Known {
        let known = self.domain(&field.ty, &field.bounds, field.nothing);
        match &field.presence {
            Presence::Needed | Presence::Default(_) => known,
            Presence::FirstOf(sources) => {
                let def = match of.map(|of| &of.ty) {
                    Some(Type::Record(id)) => self.policy.schema.record(*id),
                    _ => Some(&self.policy.schema.facts),
                };
                let mut whole: Option<Known> = None;
                for source in sources.iter().filter_map(|place| def.and_then(|def| def.fields.get(*place))) {
                    let one = self.domain(&source.ty, &source.bounds, false);
                    whole = Some(whole.map_or(one.clone(), |so_far| super::joined(&so_far, &one)));
                }
                whole.unwrap_or(known)
            }
            Presence::NeededWhen(_) => {
                let is_there = condition.is_some_and(|condition| {
                    let condition = match of {
                        Some(of) => condition.with_arguments(std::slice::from_ref(of), 1_000_000),
                        None => condition.clone(),
                    };
                    self.quiet += 1;
                    let holds = self.eval(&condition).value == Value::Bool(true);
                    self.quiet -= 1;
                    holds
                });
                if is_there {
                    known
                } else {
                    Known {
                        value: value::join(&known.value, &Value::Nothing, &Waits::new()),
                        items: known.items,
                    }
                }
            }
        }
    }

    fn field(&mut self, of: &Expr, place: usize) -> Known {
        let record = self.need(of);
        if let Value::Record(fields) = &record
            && let Some(value) = fields.get(place)
        {
            return Known::from(value.clone());
        }
        let policy = self.policy;
        let Type::Record(id) = &of.ty else { return Known::from(any(false)) };
        match policy.schema.record(*id).and_then(|def| def.fields.get(place)) {
            Some(field) => {
                let condition = policy
                    .records
                    .get(id.0 as usize)
                    .and_then(|rules| rules.needed_when.get(place))
                    .and_then(Option::as_ref);
                self.field_domain(field, condition, Some(of))
            }
            None => Known::from(any(false)),
        }
    }

    fn call(&mut self, id: NamedId, args: &[Expr], at: Option<&Expr>, expr: &Expr) -> Known {
        let policy = self.policy;
        let Some(named) = policy.named.get(id.0 as usize) else { return Known::from(any(false)) };
        for (arg, param) in args.iter().zip(&named.params) {
            let known = self.eval(arg);
            let value = if param.nothing { known.value } else { self.demand(known.value, arg) };
            self.argument_within(&value, arg, &param.bounds, &param.name, &named.name);
        }
        self.read_on_day(named, at, expr);
        self.named.get(id.0 as usize).cloned().unwrap_or_else(|| Known::from(any(false)))
    }

    fn argument_within(&mut self, value: &Value, arg: &Expr, bounds: &Bounds, param: &str, name: &str) {
        if matches!(arg.ty, Type::List(_) | Type::Set(_)) || self.is_unreachable {
            return;
        }
        let Some(value) = value.clone().without_nothing() else { return };
        let parts =
            if let Value::Range(ends) = &value { vec![ends.0.clone(), ends.1.clone()] } else { vec![value] };
        for part in parts {
            let (least, most) = ends(&part);
            let below =
                bounds.least.as_ref().is_some_and(|bound| least.as_ref().is_none_or(|least| least < bound));
            let above =
                bounds.most.as_ref().is_some_and(|bound| most.as_ref().is_none_or(|most| most > bound));
            if !below && !above {
                continue;
            }
            let (bound, side, other) =
                if below { (&bounds.least, "below", &least) } else { (&bounds.most, "above", &most) };
            let bound = bound.as_ref().map(|bound| self.show(bound, &arg.ty)).unwrap_or_default();
            let other = match other {
                Some(other) => format!("it may be {}", self.show(other, &arg.ty)),
                None => "it has no bound on that side".to_owned(),
            };
            self.report(
                Diagnostic::new(
                    Code::BoundsArgument,
                    arg.span,
                    format!("`{param}` of `{name}` may be {side} {bound} here"),
                )
                .help(format!("{other}; give the fact behind it a bound, or test it before the call")),
            );
        }
    }

    /// A value as the author would write it.
    pub(in super::super) fn show(&self, value: &Value, ty: &Type) -> String {
        let unit = if let Type::Quantity(_) = ty {
            format!(" {}", self.policy.schema.describe(ty))
        } else {
            String::new()
        };
        match value {
            Value::Number(number) => format!("{number}{unit}"),
            Value::Integer(count) => count.to_string(),
            Value::Date(date) => date.to_string(),
            Value::Days(count) => format!("{count} days"),
            Value::WorkingDays(count) => format!("{count} working days"),
            Value::Months(count) => format!("{count} months"),
            Value::Bool(true) => "yes".into(),
            Value::Bool(false) => "no".into(),
            Value::Text(text) => format!("\"{text}\""),
            Value::Member(place) => {
                let def = if let Type::Enum(id) = ty { self.policy.schema.enumeration(*id) } else { None };
                def.and_then(|def| def.members.get(*place as usize))
                    .map_or_else(|| "?".into(), |member| member.name.to_string())
            }
            Value::Nothing => "nothing".into(),
            Value::Set(_)
            | Value::List(_)
            | Value::Record(_)
            | Value::Range(_)
            | Value::Duties(_)
            | Value::Absent
            | Value::Open(_) => "?".into(),
        }
    }

    /// The author's name for an expression, for messages.
    pub(in super::super) fn name_of(&self, expr: &Expr) -> String {
        match &expr.kind {
            ExprKind::Fact(place) => {
                self.policy.schema.facts.fields.get(*place).map(|field| field.name.to_string())
            }
            ExprKind::Local(id) => self.param_names.get(id.0 as usize).map(ToString::to_string),
            ExprKind::Call { named, .. } => {
                self.policy.named.get(named.0 as usize).map(|named| named.name.to_string())
            }
            ExprKind::Outcome(id) => {
                self.policy.outcomes.get(id.0 as usize).map(|outcome| outcome.name.to_string())
            }
            ExprKind::Invalid
            | ExprKind::Const(_)
            | ExprKind::Field(..)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Convert(..)
            | ExprKind::Round(..)
            | ExprKind::AddWorkingDays { .. }
            | ExprKind::WorkingDaysBetween { .. }
            | ExprKind::Band { .. }
            | ExprKind::Choose { .. }
            | ExprKind::Aggregate { .. }
            | ExprKind::First { .. }
            | ExprKind::Members(_)
            | ExprKind::Set(_)
            | ExprKind::List(_)
            | ExprKind::Record(_)
            | ExprKind::Duty { .. } => None,
        }
        .unwrap_or_else(|| "value".to_owned())
    }

    fn unary(&mut self, op: UnaryOp, of: &Expr, expr: &Expr) -> Known {
        match op {
            UnaryOp::Not => {
                let value = self.need(of);
                Known::from(truth(&value).map_or_else(open_bool, |truth| Value::Bool(!truth)))
            }
            UnaryOp::Exists => {
                let value = self.eval(of).value;
                Known::from(if value == Value::Nothing {
                    Value::Bool(false)
                } else if value.may_be_nothing() {
                    open_bool()
                } else {
                    Value::Bool(true)
                })
            }
            UnaryOp::IsEmpty => {
                let known = self.eval(of);
                self.demand(known.value.clone(), of);
                Known::from(if let Value::Set(items) | Value::List(items) = known.value {
                    Value::Bool(items.is_empty())
                } else if self.has_items(of) {
                    Value::Bool(false)
                } else {
                    open_bool()
                })
            }
            UnaryOp::Negate => {
                let value = self.need(of);
                Known::from(or_any(value::negate(&value)))
            }
            UnaryOp::Bottom => {
                let value = self.need(of);
                Known::from(or_any(value::bottom(&value)))
            }
            UnaryOp::Top => {
                let value = self.need(of);
                Known::from(or_any(value::top(&value)))
            }
            UnaryOp::Middle => {
                let value = self.need(of);
                Known::from(or_any(value::middle(&value)))
            }
            UnaryOp::StepAbove | UnaryOp::StepBelow => {
                let value = self.need(of);
                let count = if let Type::Enum(id) = &expr.ty {
                    self.policy.schema.enumeration(*id).map_or(0, |def| def.members.len())
                } else {
                    0
                };
                Known::from(match value::step(&value, op == UnaryOp::StepAbove, super::super::index(count)) {
                    Ok(value) => value,
                    Err(_) => any(true),
                })
            }
        }
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, expr: &Expr) -> Known {
        let value = match op {
            BinaryOp::And => self.both(left, right, true),
            BinaryOp::Or => {
                let neither = self.both(left, right, false);
                if let Value::Bool(neither) = neither { Value::Bool(!neither) } else { neither }
            }
            BinaryOp::Implies => {
                let mark = self.mark();
                self.assume(right, false);
                let a = self.need(left);
                self.back_to(mark);
                self.assume(left, true);
                let b = self.need(right);
                let is_vacuous = self.is_unreachable;
                self.back_to(mark);
                match (truth(&a), truth(&b)) {
                    (Some(false), _) | (_, Some(true)) => Value::Bool(true),
                    (Some(true), Some(false)) => Value::Bool(is_vacuous),
                    _ if is_vacuous => Value::Bool(true),
                    _ => open_bool(),
                }
            }
            BinaryOp::OrElse => return self.or_else(left, right),
            BinaryOp::Add => {
                let (a, b) = (self.need(left), self.need(right));
                or_any(value::add(&a, &b))
            }
            BinaryOp::Subtract => {
                let (a, b) = (self.need(left), self.need(right));
                or_any(value::subtract(&a, &b))
            }
            BinaryOp::Multiply => {
                let (a, b) = (self.need(left), self.need(right));
                or_any(value::multiply(&a, &b))
            }
            BinaryOp::Divide => {
                let (a, b) = (self.need(left), self.need(right));
                // A guard may speak about the integer that is divided by, rather than about the number made of it.
                let divisor: &Expr = if let ExprKind::Convert(_, of) = &right.kind { of } else { right };
                let is_safe =
                    [right, divisor].iter().any(|divisor| self.is_known_not(divisor, &zero(&divisor.ty)));
                let quotient = value::divide(&a, &b).unwrap_or_else(|_| any(false));
                if is_safe { quotient.without_nothing().unwrap_or_else(|| any(false)) } else { quotient }
            }
            BinaryOp::Less => self.compare(left, right, Ordering::is_lt),
            BinaryOp::LessOrEqual => self.compare(left, right, Ordering::is_le),
            BinaryOp::Greater => self.compare(left, right, Ordering::is_gt),
            BinaryOp::GreaterOrEqual => self.compare(left, right, Ordering::is_ge),
            BinaryOp::Is | BinaryOp::IsNot => {
                let (a, b) = (self.eval(left).value, self.eval(right).value);
                let is = value::is(&a, &b).unwrap_or_else(|_| open_bool());
                match (truth(&is), op) {
                    (Some(is), BinaryOp::IsNot) => Value::Bool(!is),
                    (Some(is), _) => Value::Bool(is),
                    (None, _) => open_bool(),
                }
            }
            BinaryOp::In | BinaryOp::NotIn => {
                let item = self.eval(left).value;
                let collection = self.eval_range(right, false);
                let collection = self.demand(collection.value, right);
                match (value::is_in(&item, &collection).ok().as_ref().and_then(truth), op) {
                    (Some(is_in), BinaryOp::NotIn) => Value::Bool(!is_in),
                    (Some(is_in), _) => Value::Bool(is_in),
                    (None, _) => open_bool(),
                }
            }
            BinaryOp::Without => {
                let known = self.eval(left);
                self.demand(known.value, left);
                self.need(right);
                return Known { value: any(false), items: known.items };
            }
            BinaryOp::HasAnyOf | BinaryOp::HasAllOf | BinaryOp::StartsWith => {
                self.need(left);
                self.need(right);
                open_bool()
            }
            BinaryOp::To => return self.eval_range(expr, true),
            BinaryOp::Times => {
                let (range, factor) = (self.need(left), self.need(right));
                let is_positive =
                    value::compare(&factor, &zero(&right.ty), Ordering::is_ge) == Ok(Value::Bool(true));
                if !is_positive {
                    self.report(
                        Diagnostic::new(
                            Code::BoundsRange,
                            right.span,
                            "this may be below zero, and would turn the range around",
                        )
                        .help("give the fact behind it a bound: `0 or more`"),
                    );
                }
                or_any(value::times(&range, &factor))
            }
            BinaryOp::Higher | BinaryOp::Lower => {
                let both = [(Certainty::Certain, self.need(left)), (Certainty::Certain, self.need(right))];
                let how = if op == BinaryOp::Higher { Combine::Highest } else { Combine::Lowest };
                or_any(value::combine(how, &both, &Value::Nothing))
            }
            BinaryOp::DaysBetween => {
                self.need(left);
                self.need(right);
                at_least(Value::Integer(0))
            }
        };
        Known::from(value)
    }

    /// `left and right` when `truth`, else `not left and not right`: each side under the other.
    fn both(&mut self, left: &Expr, right: &Expr, wanted: bool) -> Value {
        let mark = self.mark();
        let was_reachable = !self.is_unreachable;
        self.assume(right, wanted);
        let a = self.need(left);
        self.back_to(mark);
        self.assume(left, wanted);
        let b = self.need(right);
        let contradict = was_reachable && self.is_unreachable;
        self.back_to(mark);
        match (truth(&a), truth(&b)) {
            (Some(a), _) if a != wanted => Value::Bool(false),
            (_, Some(b)) if b != wanted => Value::Bool(false),
            (Some(_), Some(_)) => Value::Bool(true),
            _ if contradict => Value::Bool(false),
            _ => open_bool(),
        }
    }

    fn compare(&mut self, left: &Expr, right: &Expr, accept: fn(Ordering) -> bool) -> Value {
        let (a, b) = (self.need(left), self.need(right));
        value::compare(&a, &b, accept).unwrap_or_else(|_| open_bool())
    }

    fn or_else(&mut self, left: &Expr, right: &Expr) -> Known {
        let known = self.eval(left);
        let mark = self.mark();
        let absent = Expr {
            span: left.span,
            ty: Type::Bool,
            kind: ExprKind::Unary(UnaryOp::Exists, Box::new(left.clone())),
        };
        self.assume(&absent, false);
        let other = self.eval(right);
        self.back_to(mark);
        match known.value.clone().without_nothing() {
            None => other,
            Some(_) if !known.value.may_be_nothing() => known,
            Some(value) => super::joined(&Known { value, items: known.items }, &other),
        }
    }

    /// A range; where it must be in order, it is proven so.
    pub(super) fn eval_range(&mut self, expr: &Expr, must_be_in_order: bool) -> Known {
        let ExprKind::Binary(BinaryOp::To, sides) = &expr.kind else { return self.eval(expr) };
        let Sides { left: bottom, right: top } = &**sides;
        let (low, high) = (self.need(bottom), self.need(top));
        let (low_most, high_least) = (ends(&low).1, ends(&high).0);
        let by_bounds = matches!((&low_most, &high_least), (Some(most), Some(least)) if most <= least);
        if must_be_in_order && !by_bounds && !super::same(bottom, top) {
            let order = Expr {
                span: expr.span,
                ty: Type::Bool,
                kind: ExprKind::Binary(BinaryOp::LessOrEqual, sides.clone()),
            };
            if self.eval(&order).value != Value::Bool(true) {
                self.report(
                    Diagnostic::new(
                        Code::BoundsRange,
                        expr.span,
                        "the bottom of this range may exceed its top",
                    )
                    .help("test it first: `a to b when a <= b`"),
                );
            }
        }
        Known::from(value::range(&low, &high).unwrap_or_else(|_| Value::Range((low, high).into())))
    }

    fn shares_within(&mut self, shares: &Value, expr: &Expr) {
        let (Ok(bottom), Ok(top)) = (value::bottom(shares), value::top(shares)) else { return };
        let zero = Value::Number(value::Number::ZERO);
        let one = Value::Number(value::Number::ONE);
        let fits = ends(&bottom).0.is_some_and(|least| least >= zero)
            && ends(&top).1.is_some_and(|most| most <= one);
        if !fits {
            self.report(Diagnostic::new(
                Code::BoundsFactor,
                expr.span,
                "the shares of a band lie within 0% to 100%",
            ));
        }
    }

    fn choose(&mut self, how: Choose, limbs: &[Limb], otherwise: Option<&Expr>) -> Known {
        let mark = self.mark();
        let mut whole: Option<Known> = None;
        let mut add = |known: Known| {
            whole = Some(whole.take().map_or(known.clone(), |so_far| super::joined(&so_far, &known)));
        };
        for limb in limbs {
            let when = self.need(&limb.when);
            let limb_mark = self.mark();
            self.assume(&limb.when, true);
            let is_dead = self.is_unreachable || when == Value::Bool(false);
            let value = self.eval(&limb.value);
            self.back_to(limb_mark);
            if !is_dead {
                add(value);
            }
            if how == Choose::First {
                self.assume(&limb.when, false);
            }
        }
        if how != Choose::First {
            for limb in limbs {
                self.assume(&limb.when, false);
            }
        }
        let is_covered = self.is_unreachable && !mark.1;
        match otherwise {
            Some(otherwise) => {
                let value = self.eval(otherwise);
                if !is_covered {
                    add(value);
                }
            }
            None if is_covered => {}
            None => add(Known::from(Value::Nothing)),
        }
        self.back_to(mark);
        whole.unwrap_or_else(|| Known::from(any(false)))
    }
}

fn constant_known(constant: &Value) -> Known {
    let items = if let Value::Set(items) | Value::List(items) = constant {
        items.iter().cloned().reduce(|left, right| value::join(&left, &right, &Waits::new()))
    } else {
        None
    };
    Known { value: constant.clone(), items }
}

pub(super) fn at_least(least: Value) -> Value {
    Value::open(false, Shape::Interval { least: Some(least), most: None }, Waits::new())
}

pub(super) fn open_bool() -> Value {
    Value::open(false, Shape::Members([Value::Bool(false), Value::Bool(true)].into()), Waits::new())
}

fn truth(value: &Value) -> Option<bool> {
    if let Value::Bool(truth) = value { Some(*truth) } else { None }
}

/// An operation that has no value in the worst case may be anything else in the others.
fn or_any(done: Result<Value, Trouble>) -> Value {
    done.unwrap_or_else(|_| any(false))
}
