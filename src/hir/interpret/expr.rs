//! Expressions: every core form, over settled and open values. Operands of a strict operation are all evaluated and
//! their faults merge; a nothing that a guard excludes is taken off open operands before they are used (ruling 4).

use std::cmp::Ordering;
use std::sync::Arc;

use super::case::{Case, Frame};
use super::domain::{domain, members};
use super::fault::{Evaluated, Fault, Judged, Truth, and, collect, implies, or};
use crate::hir::{BinaryOp, CalendarId, Choose, Expr, ExprKind, Extreme, Limb, UnaryOp};
use crate::types::Type;
use crate::value::{self, Certainty, Combine, Shape, Trouble, Value, Waits, join};

impl<'p> Case<'p> {
    /// The value of an expression, perhaps nothing. Every form is a function of its own, which keeps the frames of
    /// nested expressions small.
    pub(super) fn evaluate(&self, expr: &Expr, frame: &mut Frame<'p>) -> Evaluated {
        let value = self.form(expr, frame);
        if let (Some(watch), Type::Bool, Ok(value)) = (&self.watch, &expr.ty, &value) {
            watch.condition(expr.span, value);
        }
        value
    }

    #[inline(always)]
    fn form(&self, expr: &Expr, frame: &mut Frame<'p>) -> Evaluated {
        match &expr.kind {
            ExprKind::Unary(op, of) => self.unary(*op, of, frame),
            ExprKind::Binary(op, sides) => self.binary(*op, &sides.left, &sides.right, frame),
            ExprKind::Field(record, field) => self.field(record, *field, frame),
            ExprKind::Call { named, args, at } => self.call(*named, args, at.as_deref(), frame),
            ExprKind::Convert(factor, of) => {
                self.unless_nothing(of, frame, &|value| value::convert(value, *factor))
            }
            ExprKind::Round(rounding, of) => {
                self.unless_nothing(of, frame, &|value| value::round(value, **rounding))
            }
            ExprKind::AddWorkingDays { calendar, date, count } => {
                self.with_calendar(*calendar, date, count, value::add_working_days, frame)
            }
            ExprKind::WorkingDaysBetween { calendar, from, to } => {
                self.with_calendar(*calendar, from, to, value::working_days_between, frame)
            }
            ExprKind::Band { range, shares } => self.strict(value::band, range, shares, frame),
            ExprKind::Choose { how, limbs, otherwise } => {
                self.choose(*how, limbs, otherwise.as_deref(), frame)
            }
            ExprKind::Aggregate { how, binders, body } => {
                self.aggregate(*how, binders, body, &expr.ty, frame)
            }
            ExprKind::First { binder, by } => self.first(binder, by, frame),
            ExprKind::Duty { kind, due } => self.duty(kind, due, &expr.ty, frame),
            ExprKind::Set(of) => self.set(of, frame),
            ExprKind::List(of) => self.all(of, frame).map(|items| Value::List(items.into())),
            ExprKind::Record(of) => self.all(of, frame).map(|fields| Value::Record(fields.into())),
            ExprKind::Const(value) => Ok(value.clone()),
            ExprKind::Fact(field) => {
                self.known(self.facts.get(*field).cloned().map(Ok), "an unknown fact is read", frame)
            }
            ExprKind::Local(local) => {
                self.known(frame.local(*local).cloned().map(Ok), "an unbound local is read", frame)
            }
            ExprKind::Outcome(outcome) => {
                let value = self.outcomes.get(outcome.0 as usize).and_then(|cell| cell.get()).cloned();
                self.known(value, "an outcome is read before its turn", frame)
            }
            ExprKind::Members(id) => Ok(Value::List(members(self.schema, *id).collect())),
            ExprKind::Invalid => self.known(None, "a broken part is evaluated", frame),
        }
    }

    fn known(&self, value: Option<Evaluated>, mistake: &'static str, frame: &Frame<'p>) -> Evaluated {
        value.unwrap_or_else(|| Err(Fault::internal(mistake, frame.place)))
    }

    #[inline(never)]
    fn unless_nothing(
        &self,
        of: &Expr,
        frame: &mut Frame<'p>,
        operation: &dyn Fn(&Value) -> Result<Value, Trouble>,
    ) -> Evaluated {
        let value = self.evaluate(of, frame)?;
        through_nothing(value, operation).map_err(|trouble| Fault::of(trouble, frame.place))
    }

    #[inline(never)]
    fn set(&self, of: &[Expr], frame: &mut Frame<'p>) -> Evaluated {
        let members = self.all(of, frame)?;
        value::set_of(members).map_err(|trouble| Fault::of(trouble, frame.place))
    }

    fn choose(
        &self,
        how: Choose,
        limbs: &[Limb],
        otherwise: Option<&Expr>,
        frame: &mut Frame<'p>,
    ) -> Evaluated {
        match how {
            Choose::First => self.choose_first(limbs, otherwise, frame),
            Choose::Highest => self.choose_extreme(Combine::Highest, limbs, otherwise, frame),
            Choose::Lowest => self.choose_extreme(Combine::Lowest, limbs, otherwise, frame),
        }
    }

    /// All values; all faults.
    pub(super) fn all(&self, exprs: &[Expr], frame: &mut Frame<'p>) -> Result<Vec<Value>, Fault> {
        let mut fault = None;
        let mut values = Vec::with_capacity(exprs.len());
        for expr in exprs {
            match self.evaluate(expr, frame) {
                Ok(value) => values.push(value),
                Err(other) => collect(&mut fault, other),
            }
        }
        fault.map_or(Ok(values), Err)
    }

    fn field(&self, record: &Expr, field: usize, frame: &mut Frame<'p>) -> Evaluated {
        let place = frame.place;
        let lost = || Fault::internal("a field of what is no record is read", place);
        let value = self.value(record, frame)?;
        let Value::Open(open) = &value else {
            return record_field(&value, field).ok_or_else(lost);
        };
        if let Shape::Members(records) = &open.shape {
            let mut fields = records.iter().map(|record| record_field(record, field));
            let first = fields.next().flatten().ok_or_else(lost)?;
            return fields.try_fold(first, |all, one| Some(join(&all, &one?, &open.waits))).ok_or_else(lost);
        }
        let Type::Record(id) = &record.ty else { return Err(lost()) };
        let def = self.schema.record(*id).and_then(|def| def.fields.get(field)).ok_or_else(lost)?;
        let nothing = def.nothing || matches!(def.presence, crate::types::Presence::NeededWhen(_));
        Ok(domain(self.schema, &def.ty, &def.bounds, nothing, open.waits.clone()))
    }

    #[inline(never)]
    fn unary(&self, op: UnaryOp, of: &Expr, frame: &mut Frame<'p>) -> Evaluated {
        let operation = match op {
            UnaryOp::Not => return self.judge(of, frame).map(|truth| truth.not().into_value()),
            UnaryOp::Exists => return self.evaluate(of, frame).map(|value| exists(&value).into_value()),
            UnaryOp::StepAbove | UnaryOp::StepBelow => return self.step(op == UnaryOp::StepAbove, of, frame),
            UnaryOp::Negate => value::negate,
            UnaryOp::IsEmpty => value::is_empty,
            UnaryOp::Bottom => value::bottom,
            UnaryOp::Top => value::top,
            UnaryOp::Middle => value::middle,
        };
        let of = self.value(of, frame)?;
        operation(&of).map_err(|trouble| Fault::of(trouble, frame.place))
    }

    fn step(&self, up: bool, of: &Expr, frame: &mut Frame<'p>) -> Evaluated {
        let Type::Enum(id) = &of.ty else {
            return Err(Fault::internal("a step on what is no scale", frame.place));
        };
        let count = self.schema.enumeration(*id).map_or(0, |def| def.members.len());
        let count = u32::try_from(count).map_err(|_| Fault::internal("a scale is too long", frame.place))?;
        let value = self.value(of, frame)?;
        value::step(&value, up, count).map_err(|trouble| Fault::of(trouble, frame.place))
    }

    #[inline(never)]
    fn binary(&self, op: BinaryOp, left: &Expr, right: &Expr, frame: &mut Frame<'p>) -> Evaluated {
        match op {
            BinaryOp::And => self.logic(&Truth::No, and, left, right, frame),
            BinaryOp::Or => self.logic(&Truth::Yes, or, left, right, frame),
            BinaryOp::Implies => self.logic(&Truth::No, implies, left, right, frame),
            BinaryOp::OrElse => self.or_else(left, right, frame),
            BinaryOp::Is | BinaryOp::IsNot => self.equality(op == BinaryOp::Is, left, right, frame),
            BinaryOp::In | BinaryOp::NotIn => self.membership(op == BinaryOp::In, left, right, frame),
            BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual => {
                self.ordered(strict_operation(op, (false, false)), left, right, frame)
            }
            BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Without
            | BinaryOp::HasAnyOf
            | BinaryOp::HasAllOf
            | BinaryOp::StartsWith
            | BinaryOp::To
            | BinaryOp::Times
            | BinaryOp::Higher
            | BinaryOp::Lower
            | BinaryOp::DaysBetween => {
                let dates = (left.ty == Type::Date, right.ty == Type::Date);
                self.strict(strict_operation(op, dates), left, right, frame)
            }
        }
    }

    /// An operation on two values that must be there.
    fn strict(&self, operation: Operation, left: &Expr, right: &Expr, frame: &mut Frame<'p>) -> Evaluated {
        let (left, right) = both(self.value(left, frame), self.value(right, frame))?;
        operation(&left, &right).map_err(|trouble| Fault::of(trouble, frame.place))
    }

    /// A comparison; either side may be what the policy says, and the other what the case says.
    fn ordered(&self, operation: Operation, left: &Expr, right: &Expr, frame: &mut Frame<'p>) -> Evaluated {
        let (left_value, right_value) = both(self.value(left, frame), self.value(right, frame))?;
        if let Some(watch) = &self.watch {
            watch.threshold(right.span, &left_value, &right_value);
            watch.threshold(left.span, &right_value, &left_value);
        }
        operation(&left_value, &right_value).map_err(|trouble| Fault::of(trouble, frame.place))
    }

    /// With the left side `settled`, the right one cannot change the result, and is not evaluated.
    #[inline(never)]
    fn logic(
        &self,
        settled: &Truth,
        connect: fn(Judged, Judged) -> Judged,
        left: &Expr,
        right: &Expr,
        frame: &mut Frame<'p>,
    ) -> Evaluated {
        let left = self.judge(left, frame);
        let right = if left.as_ref() == Ok(settled) { Ok(Truth::Yes) } else { self.judge(right, frame) };
        connect(left, right).map(Truth::into_value)
    }

    fn or_else(&self, left: &Expr, right: &Expr, frame: &mut Frame<'p>) -> Evaluated {
        let left = self.evaluate(left, frame)?;
        if !left.may_be_nothing() {
            return Ok(left);
        }
        let right = self.evaluate(right, frame)?;
        let waits = left.waits();
        Ok(left.without_nothing().map_or_else(|| right.clone(), |left| join(&left, &right, &waits)))
    }

    #[inline(never)]
    fn equality(&self, wanted: bool, left: &Expr, right: &Expr, frame: &mut Frame<'p>) -> Evaluated {
        let (left, right) = both(self.evaluate(left, frame), self.evaluate(right, frame))?;
        wanted_truth(value::is(&left, &right), wanted).map_err(|trouble| Fault::of(trouble, frame.place))
    }

    #[inline(never)]
    fn membership(&self, wanted: bool, item: &Expr, collection: &Expr, frame: &mut Frame<'p>) -> Evaluated {
        let span = collection.span;
        let (item, collection) = both(self.evaluate(item, frame), self.value(collection, frame))?;
        if let (Some(watch), Value::Range(_)) = (&self.watch, &collection) {
            watch.threshold(span, &item, &collection);
        }
        wanted_truth(value::is_in(&item, &collection), wanted)
            .map_err(|trouble| Fault::of(trouble, frame.place))
    }

    /// Limbs count up to the first that surely holds; a limb that may hold leaves both readings possible.
    #[inline(never)]
    fn choose_first(&self, limbs: &[Limb], otherwise: Option<&Expr>, frame: &mut Frame<'p>) -> Evaluated {
        let mut possible: Vec<(Value, Waits)> = Vec::new();
        let mut fault = None;
        let mut last = None;
        for limb in limbs {
            let truth = match self.judge(&limb.when, frame) {
                Ok(Truth::No) => continue,
                Ok(truth) => truth,
                // What comes after it cannot be told from here; the result is an error anyhow.
                Err(other) => return Err(fault.map_or(other.clone(), |fault: Fault| fault.merge(other))),
            };
            let value = self.evaluate(&limb.value, frame);
            match (value, truth) {
                (Err(other), Truth::Maybe(_)) => collect(&mut fault, other),
                (Ok(value), Truth::Maybe(waits)) => possible.push((value, waits)),
                (value, Truth::No | Truth::Yes) => {
                    last = Some(value);
                    break;
                }
            }
        }
        let last = match (last, otherwise) {
            (Some(last), _) => last,
            (None, Some(otherwise)) => self.evaluate(otherwise, frame),
            (None, None) => Ok(Value::Nothing),
        };
        match (last, fault) {
            (Ok(last), None) => {
                Ok(possible.iter().rev().fold(last, |rest, (value, waits)| join(value, &rest, waits)))
            }
            (Err(last), Some(fault)) => Err(last.merge(fault)),
            (Err(fault), None) | (Ok(_), Some(fault)) => Err(fault),
        }
    }

    #[inline(never)]
    fn choose_extreme(
        &self,
        how: Combine,
        limbs: &[Limb],
        otherwise: Option<&Expr>,
        frame: &mut Frame<'p>,
    ) -> Evaluated {
        let mut fault = None;
        let mut items = Vec::new();
        for limb in limbs {
            let chosen = self.judge(&limb.when, frame).and_then(|truth| match truth.certainty() {
                None => Ok(None),
                Some(certainty) => Ok(Some((certainty, self.value(&limb.value, frame)?))),
            });
            match chosen {
                Ok(chosen) => items.extend(chosen),
                Err(other) => collect(&mut fault, other),
            }
        }
        let certain = items.iter().any(|(certainty, _)| *certainty == Certainty::Certain);
        let empty = match otherwise {
            Some(otherwise) if !certain => self.evaluate(otherwise, frame),
            Some(_) | None => Ok(Value::Nothing),
        };
        match (empty, fault) {
            (Ok(empty), None) => value::combine(how, &items, &empty).map_err(|t| Fault::of(t, frame.place)),
            (Err(empty), Some(fault)) => Err(empty.merge(fault)),
            (Err(fault), None) | (Ok(_), Some(fault)) => Err(fault),
        }
    }

    #[inline(never)]
    fn with_calendar(
        &self,
        calendar: CalendarId,
        left: &Expr,
        right: &Expr,
        operation: fn(&value::Calendar, &Value, &Value) -> Result<Value, Trouble>,
        frame: &mut Frame<'p>,
    ) -> Evaluated {
        let declared = self.policy.calendars.get(calendar.0 as usize);
        let declared = declared.ok_or_else(|| Fault::internal("an unknown calendar", frame.place))?;
        let mut outside = Frame::new(frame.place);
        let days =
            both(self.all(&declared.holidays, &mut outside), self.all(&declared.workdays, &mut outside));
        let operands = both(self.value(left, frame), self.value(right, frame));
        let ((holidays, workdays), (left, right)) = both(days, operands)?;
        let calendar = value::Calendar { weekend: declared.weekend.clone(), holidays, workdays };
        operation(&calendar, &left, &right).map_err(|trouble| Fault::of(trouble, frame.place))
    }

    fn duty(&self, kind: &Expr, due: &Expr, ty: &Type, frame: &mut Frame<'p>) -> Evaluated {
        let Type::Duty(id) = ty else { return Err(Fault::internal("a duty of no kind", frame.place)) };
        let (kind, due) = both(self.value(kind, frame), self.value(due, frame))?;
        let waits = kind.waits();
        let mut duties = Vec::new();
        for member in members(self.schema, *id) {
            let same =
                value::is(&kind, &member).and_then(Truth::of).map_err(|t| Fault::of(t, frame.place))?;
            duties.push(match same {
                Truth::No => Value::Nothing,
                Truth::Yes => due.clone(),
                Truth::Maybe(_) => join(&due, &Value::Nothing, &waits),
            });
        }
        Ok(Value::Duties(duties.into()))
    }
}

type Operation = fn(&Value, &Value) -> Result<Value, Trouble>;

/// The operation on two values that are there. `dates`: whether the left and the right are dates.
fn strict_operation(op: BinaryOp, dates: (bool, bool)) -> Operation {
    match op {
        BinaryOp::Add if dates.0 => |date, length| value::shift_date(date, length, 1),
        BinaryOp::Add if dates.1 => |length, date| value::shift_date(date, length, 1),
        BinaryOp::Subtract if dates.0 => |date, length| value::shift_date(date, length, -1),
        BinaryOp::Add => value::add,
        BinaryOp::Subtract => value::subtract,
        BinaryOp::Multiply => value::multiply,
        BinaryOp::Divide => value::divide,
        BinaryOp::Less => |left, right| value::compare(left, right, Ordering::is_lt),
        BinaryOp::LessOrEqual => |left, right| value::compare(left, right, Ordering::is_le),
        BinaryOp::Greater => |left, right| value::compare(left, right, Ordering::is_gt),
        BinaryOp::GreaterOrEqual => |left, right| value::compare(left, right, Ordering::is_ge),
        BinaryOp::Without => value::without,
        BinaryOp::HasAnyOf => value::has_any_of,
        BinaryOp::HasAllOf => value::has_all_of,
        BinaryOp::StartsWith => value::starts_with,
        BinaryOp::To => value::range,
        BinaryOp::Times => value::times,
        BinaryOp::Higher => |left, right| extreme(Combine::Highest, left, right),
        BinaryOp::Lower => |left, right| extreme(Combine::Lowest, left, right),
        BinaryOp::DaysBetween => value::days_between,
        BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Implies
        | BinaryOp::OrElse
        | BinaryOp::Is
        | BinaryOp::IsNot
        | BinaryOp::In
        | BinaryOp::NotIn => {
            |_, _| Err(Trouble::Internal("an operator takes operands that may not be there"))
        }
    }
}

fn wanted_truth(value: Result<Value, Trouble>, wanted: bool) -> Result<Value, Trouble> {
    let truth = Truth::of(value?)?;
    Ok(if wanted { truth } else { truth.not() }.into_value())
}

/// Both, or the faults of both.
pub(super) fn both<L, R>(left: Result<L, Fault>, right: Result<R, Fault>) -> Result<(L, R), Fault> {
    match (left, right) {
        (Ok(left), Ok(right)) => Ok((left, right)),
        (Err(left), Err(right)) => Err(left.merge(right)),
        (Err(fault), Ok(_)) | (Ok(_), Err(fault)) => Err(fault),
    }
}

pub(super) fn exists(value: &Value) -> Truth {
    if *value == Value::Nothing {
        Truth::No
    } else if value.may_be_nothing() {
        Truth::Maybe(value.waits())
    } else {
        Truth::Yes
    }
}

/// An operation that leaves nothing as it is.
pub(super) fn through_nothing(
    value: Value,
    operation: impl FnOnce(&Value) -> Result<Value, Trouble>,
) -> Result<Value, Trouble> {
    let maybe_nothing = value.may_be_nothing();
    let waits = if maybe_nothing { value.waits() } else { Waits::new() };
    let Some(value) = value.without_nothing() else { return Ok(Value::Nothing) };
    let result = operation(&value)?;
    Ok(if maybe_nothing { join(&result, &Value::Nothing, &waits) } else { result })
}

type OrderTest = fn(Ordering) -> bool;

/// Which of two comparisons an extreme asks for: whether the left comes before the right.
pub(super) fn comes_before(extreme: Extreme) -> (OrderTest, OrderTest) {
    match extreme {
        Extreme::Highest => (Ordering::is_gt, Ordering::is_ge),
        Extreme::Lowest => (Ordering::is_lt, Ordering::is_le),
    }
}

fn extreme(how: Combine, left: &Value, right: &Value) -> Result<Value, Trouble> {
    let items = [(Certainty::Certain, left.clone()), (Certainty::Certain, right.clone())];
    value::combine(how, &items, &Value::Nothing)
}

fn record_field(record: &Value, field: usize) -> Option<Value> {
    let Value::Record(fields) = record else { return None };
    let fields: &Arc<[Value]> = fields;
    fields.get(field).cloned()
}
