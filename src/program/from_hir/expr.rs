//! Expressions. What is left out here (lists, records, ranges, texts, calendars, quotients) is unsure.

use std::collections::BTreeMap;

use super::super::{Code, Kind};
use super::Lowering;
use super::builder::{NO, Ref, YES};
use super::shapes::Shape;
use super::terms::{Judged, MOST_SCALE, Term, power_of_ten};
use crate::hir::{BinaryOp, Choose, Expr, ExprKind, Limb, Rounding, RoundingMode, UnaryOp};
use crate::types::Type;
use crate::value::{Number, Value};

/// The first and the last day that a date may be.
const DAYS: (i64, i64) = (-4_371_587, 2_932_896);

impl Lowering<'_> {
    /// The value of an expression, perhaps nothing. `locals` are the parameters of the declaration that it stands in.
    pub(super) fn term(&mut self, expr: &Expr, locals: &[Shape]) -> Term {
        if !self.has_room() {
            return Term::UNSURE;
        }
        self.depth = self.depth.saturating_add(1);
        let term = self.form(expr, locals).unwrap_or(Term::UNSURE);
        self.depth = self.depth.saturating_sub(1);
        term
    }

    pub(super) fn condition(&mut self, expr: &Expr, locals: &[Shape]) -> Judged {
        let term = self.term(expr, locals);
        self.code.judged(term)
    }

    /// A value that must be there.
    fn operand(&mut self, expr: &Expr, locals: &[Shape]) -> Option<Term> {
        let term = self.term(expr, locals);
        self.code.operand(term)
    }

    fn form(&mut self, expr: &Expr, locals: &[Shape]) -> Option<Term> {
        match &expr.kind {
            ExprKind::Const(value) => self.constant(value, &expr.ty),
            ExprKind::Fact(field) => self.fact(*field).map(|fact| fact.plain()),
            ExprKind::Local(local) => locals.get(usize::try_from(local.0).ok()?).map(Shape::plain),
            ExprKind::Field(of, field) => self.field(of, *field, locals).map(|field| field.plain()),
            ExprKind::Outcome(id) => self.outcomes.get(usize::try_from(id.0).ok()?).copied().flatten(),
            ExprKind::Call { named, args, at } => {
                self.called(*named, args, at.as_deref(), locals).map(|value| value.plain())
            }
            ExprKind::Unary(op, of) => self.unary(*op, of, locals),
            ExprKind::Binary(op, sides) => self.binary(*op, &sides.left, &sides.right, locals),
            ExprKind::Convert(factor, of) => {
                let of = self.term(of, locals);
                self.convert(*factor, of)
            }
            ExprKind::Round(rounding, of) => {
                let of = self.term(of, locals);
                self.round(**rounding, of)
            }
            ExprKind::Choose { how: Choose::First, limbs, otherwise } => {
                self.first(limbs, otherwise.as_deref(), &expr.ty, locals)
            }
            ExprKind::Choose { how, limbs, otherwise } => {
                self.extreme(*how == Choose::Highest, limbs, otherwise.as_deref(), &expr.ty, locals)
            }
            ExprKind::Set(members) => self.set(members, &expr.ty, locals),
            ExprKind::Aggregate { how, binders, body } => {
                self.aggregate(*how, binders, body, &expr.ty, locals)
            }
            ExprKind::AddWorkingDays { .. }
            | ExprKind::WorkingDaysBetween { .. }
            | ExprKind::Band { .. }
            | ExprKind::First { .. }
            | ExprKind::Members(_)
            | ExprKind::List(_)
            | ExprKind::Record(_)
            | ExprKind::Duty { .. }
            | ExprKind::Invalid => None,
        }
    }

    fn set(&mut self, members: &[Expr], ty: &Type, locals: &[Shape]) -> Option<Term> {
        if self.kind_of(ty)? != Kind::Set {
            return None;
        }
        let mut all = Term::known(Kind::Set, Ref::Const(0));
        for member in members {
            let member = self.operand(member, locals)?;
            // Only members that stand in the text have a mask here.
            let Ref::Const(place @ 0..64) = member.value else { return None };
            all.value =
                self.code.union(all.value, Ref::Const(1_i64.wrapping_shl(u32::try_from(place).ok()?)));
            all.sure = self.code.and(all.sure, member.sure);
        }
        Some(all)
    }

    fn unary(&mut self, op: UnaryOp, of: &Expr, locals: &[Shape]) -> Option<Term> {
        match op {
            UnaryOp::Not => {
                let judged = self.condition(of, locals);
                Some(self.code.negated(judged).into_term())
            }
            UnaryOp::Exists => {
                let of = self.value(of, locals);
                Some(Term { sure: of.sure(), ..Term::known(Kind::Bool, of.there()) })
            }
            UnaryOp::Negate => {
                let of = self.operand(of, locals)?;
                match of.kind {
                    Kind::Integer | Kind::Days | Kind::WorkingDays | Kind::Months | Kind::Number { .. } => {
                        Some(Term { value: self.code.subtract(Ref::Const(0), of.value), ..of })
                    }
                    Kind::Bool
                    | Kind::Date
                    | Kind::Member
                    | Kind::Set
                    | Kind::Text
                    | Kind::Record
                    | Kind::List => None,
                }
            }
            UnaryOp::IsEmpty => {
                if let Type::List(_) = of.ty {
                    let of = self.value(of, locals);
                    let Shape::Items(items) = self.code.present_shape(of) else { return None };
                    let empty = self.code.equal(items.count, Ref::Const(0));
                    return Some(Term { sure: items.sure, ..Term::known(Kind::Bool, empty) });
                }
                let of = self.operand(of, locals)?;
                let empty = (of.kind == Kind::Set).then(|| self.code.equal(of.value, Ref::Const(0)))?;
                Some(Term { sure: of.sure, ..Term::known(Kind::Bool, empty) })
            }
            UnaryOp::StepAbove | UnaryOp::StepBelow => {
                let Type::Enum(id) = &of.ty else { return None };
                let last = i64::try_from(self.members(*id)).ok()?.checked_sub(1)?;
                let of = self.operand(of, locals)?;
                let (value, there) = if op == UnaryOp::StepAbove {
                    let there = self.code.less(of.value, Ref::Const(last));
                    (self.code.add(of.value, Ref::Const(1)), there)
                } else {
                    let there = self.code.less(Ref::Const(0), of.value);
                    (self.code.subtract(of.value, Ref::Const(1)), there)
                };
                // Beyond the end there is nothing, and a place that a mask can be asked for.
                let value = self.code.select(there, value, Ref::Const(0));
                Some(Term { value, there, ..of })
            }
            UnaryOp::Bottom | UnaryOp::Top | UnaryOp::Middle => None,
        }
    }

    fn binary(&mut self, op: BinaryOp, left: &Expr, right: &Expr, locals: &[Shape]) -> Option<Term> {
        match op {
            BinaryOp::And => {
                let (left, right) = (self.condition(left, locals), self.condition(right, locals));
                Some(self.code.both(left, right).into_term())
            }
            BinaryOp::Or => {
                let (left, right) = (self.condition(left, locals), self.condition(right, locals));
                Some(self.code.either(left, right).into_term())
            }
            BinaryOp::Implies => {
                let (left, right) = (self.condition(left, locals), self.condition(right, locals));
                let left = self.code.negated(left);
                Some(self.code.either(left, right).into_term())
            }
            BinaryOp::OrElse => {
                let (left, right) = (self.term(left, locals), self.term(right, locals));
                if left.there == YES {
                    return Some(left);
                }
                let there = Judged { holds: left.there, sure: left.sure };
                Some(self.code.choose(there, Term { there: YES, ..left }, right))
            }
            BinaryOp::Is | BinaryOp::IsNot => {
                let (left, right) = (self.value(left, locals), self.value(right, locals));
                let same = self.same_shape(&left, &right)?;
                Some(if op == BinaryOp::Is { same } else { self.code.negated(same) }.into_term())
            }
            BinaryOp::In | BinaryOp::NotIn => {
                let item = self.term(left, locals);
                let found = self.found(item, right, locals)?;
                Some(if op == BinaryOp::In { found } else { self.code.negated(found) }.into_term())
            }
            BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual => {
                let (left, right) = (self.operand(left, locals)?, self.operand(right, locals)?);
                self.ordered(op, left, right).map(Judged::into_term)
            }
            BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Higher
            | BinaryOp::Lower
            | BinaryOp::DaysBetween
            | BinaryOp::Without
            | BinaryOp::HasAnyOf
            | BinaryOp::HasAllOf => {
                let (left, right) = (self.operand(left, locals)?, self.operand(right, locals)?);
                let sure = self.code.and(left.sure, right.sure);
                let result = self.strict(op, left, right)?;
                Some(Term { sure: self.code.and(sure, result.sure), ..result })
            }
            BinaryOp::Divide | BinaryOp::StartsWith | BinaryOp::To | BinaryOp::Times => None,
        }
    }

    /// An operation on two values that are there; its own doubts are in the result.
    fn strict(&mut self, op: BinaryOp, left: Term, right: Term) -> Option<Term> {
        match op {
            BinaryOp::Add => self.sum(left, right),
            BinaryOp::Subtract => match (left.kind, right.kind) {
                (Kind::Date, Kind::Days) => {
                    let value = self.code.subtract(left.value, right.value);
                    Some(self.date(value))
                }
                (Kind::Date, Kind::Months) => {
                    let months = self.code.subtract(Ref::Const(0), right.value);
                    Some(Term::known(Kind::Date, self.code.add_months(left.value, months)))
                }
                (Kind::Date, _) => None,
                (_, _) => {
                    let (kind, left, right) = self.code.unified(left, right)?;
                    is_amount(kind).then(|| Term::known(kind, self.code.subtract(left, right)))
                }
            },
            BinaryOp::Multiply => self.product(left, right),
            BinaryOp::Higher => {
                let (kind, left, right) = self.code.unified(left, right)?;
                is_ordered(kind).then_some(())?;
                Some(Term::known(kind, self.code.higher_of(left, right)))
            }
            BinaryOp::Lower => {
                let (kind, left, right) = self.code.unified(left, right)?;
                is_ordered(kind).then_some(())?;
                Some(Term::known(kind, self.code.lower_of(left, right)))
            }
            BinaryOp::DaysBetween if (left.kind, right.kind) == (Kind::Date, Kind::Date) => {
                let between = self.code.subtract(right.value, left.value);
                Some(Term::known(Kind::Integer, self.code.higher_of(between, Ref::Const(0))))
            }
            BinaryOp::Without | BinaryOp::HasAnyOf | BinaryOp::HasAllOf
                if (left.kind, right.kind) == (Kind::Set, Kind::Set) =>
            {
                if op == BinaryOp::Without {
                    return Some(Term::known(Kind::Set, self.code.difference(left.value, right.value)));
                }
                let shared = self.code.intersection(left.value, right.value);
                let holds = if op == BinaryOp::HasAllOf {
                    self.code.equal(shared, right.value)
                } else {
                    let none = self.code.equal(shared, Ref::Const(0));
                    self.code.not(none)
                };
                Some(Term::known(Kind::Bool, holds))
            }
            BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Implies
            | BinaryOp::OrElse
            | BinaryOp::Is
            | BinaryOp::IsNot
            | BinaryOp::In
            | BinaryOp::NotIn
            | BinaryOp::Less
            | BinaryOp::LessOrEqual
            | BinaryOp::Greater
            | BinaryOp::GreaterOrEqual
            | BinaryOp::Without
            | BinaryOp::HasAnyOf
            | BinaryOp::HasAllOf
            | BinaryOp::DaysBetween
            | BinaryOp::Divide
            | BinaryOp::StartsWith
            | BinaryOp::To
            | BinaryOp::Times => None,
        }
    }

    fn sum(&mut self, left: Term, right: Term) -> Option<Term> {
        match (left.kind, right.kind) {
            (Kind::Date, Kind::Days) | (Kind::Days, Kind::Date) => {
                let value = self.code.add(left.value, right.value);
                Some(self.date(value))
            }
            (Kind::Date, Kind::Months) => {
                Some(Term::known(Kind::Date, self.code.add_months(left.value, right.value)))
            }
            (Kind::Months, Kind::Date) => {
                Some(Term::known(Kind::Date, self.code.add_months(right.value, left.value)))
            }
            (_, _) => {
                let (kind, left, right) = self.code.unified(left, right)?;
                is_amount(kind).then(|| Term::known(kind, self.code.add(left, right)))
            }
        }
    }

    /// A day that must be one of the calendar's.
    fn date(&mut self, day: Ref) -> Term {
        let from = self.code.less_or_equal(Ref::Const(DAYS.0), day);
        let until = self.code.less_or_equal(day, Ref::Const(DAYS.1));
        Term { sure: self.code.and(from, until), ..Term::known(Kind::Date, day) }
    }

    pub(super) fn product(&mut self, left: Term, right: Term) -> Option<Term> {
        let kind = match (left.kind, right.kind) {
            (Kind::Integer, other @ (Kind::Integer | Kind::Days | Kind::WorkingDays | Kind::Months)) => other,
            (other @ (Kind::Days | Kind::WorkingDays | Kind::Months), Kind::Integer) => other,
            (Kind::Number { scale: left }, Kind::Number { scale: right }) => {
                Kind::Number { scale: left.checked_add(right).filter(|scale| *scale <= MOST_SCALE)? }
            }
            (Kind::Number { scale }, Kind::Integer) | (Kind::Integer, Kind::Number { scale }) => {
                Kind::Number { scale }
            }
            (_, _) => return None,
        };
        Some(Term::known(kind, self.code.multiply(left.value, right.value)))
    }

    pub(super) fn ordered(&mut self, op: BinaryOp, left: Term, right: Term) -> Option<Judged> {
        let sure = self.code.and(left.sure, right.sure);
        let strict = matches!(op, BinaryOp::Less | BinaryOp::Greater);
        let rises = matches!(op, BinaryOp::Less | BinaryOp::LessOrEqual);
        let (left, right) = if rises { (left, right) } else { (right, left) };
        if !is_ordered(left.kind) || !is_ordered(right.kind) {
            return None;
        }
        let (left, right) = match (coarser(left, right, true, strict), coarser(right, left, false, strict)) {
            // A threshold between two values of the other's scale is moved to the next one.
            (Some(bound), _) => (bound, right.value),
            (_, Some(bound)) => (left.value, bound),
            (None, None) => {
                let (_, left, right) = self.code.unified(left, right)?;
                (left, right)
            }
        };
        let holds = if strict { self.code.less(left, right) } else { self.code.less_or_equal(left, right) };
        Some(Judged { holds, sure })
    }

    /// Equality; nothing equals only nothing.
    pub(super) fn same(&mut self, left: Term, right: Term) -> Option<Judged> {
        if left.is_unsure() || right.is_unsure() {
            return None;
        }
        let sure = self.code.and(left.sure, right.sure);
        if left.there == NO || right.there == NO {
            let none = self.code.or(left.there, right.there);
            return Some(Judged { holds: self.code.not(none), sure });
        }
        let equal = self.equal_values(left, right)?;
        let both = self.code.and(left.there, right.there);
        let either = self.code.or(left.there, right.there);
        let equal = self.code.and(both, equal);
        let neither = self.code.not(either);
        Some(Judged { holds: self.code.or(equal, neither), sure })
    }

    /// Equality of what may have parts: whether both are there, or neither.
    fn same_shape(&mut self, left: &Shape, right: &Shape) -> Option<Judged> {
        if let (Shape::Plain(left), Shape::Plain(right)) = (left, right) {
            return self.same(*left, *right);
        }
        if left.there() != NO && right.there() != NO {
            return None;
        }
        let sure = self.code.and(left.sure(), right.sure());
        let some = self.code.or(left.there(), right.there());
        Some(Judged { holds: self.code.not(some), sure })
    }

    fn equal_values(&mut self, left: Term, right: Term) -> Option<Ref> {
        let (kind, one, other) = self.code.unified(left, right)?;
        // The number of a text says nothing.
        if matches!(kind, Kind::Text | Kind::Record | Kind::List) {
            return None;
        }
        Some(match (kind, one, other) {
            (Kind::Member, of, Ref::Const(place @ 0..64)) | (Kind::Member, Ref::Const(place @ 0..64), of)
                if self.small_members() =>
            {
                self.code.member(of, Ref::Const(1_i64.wrapping_shl(u32::try_from(place).ok()?)))
            }
            (Kind::Bool, YES, of) | (Kind::Bool, of, YES) => of,
            (Kind::Bool, NO, of) | (Kind::Bool, of, NO) => self.code.not(of),
            (_, _, _) => self.code.equal(one, other),
        })
    }

    /// Membership; nothing is in none.
    pub(super) fn found(&mut self, item: Term, collection: &Expr, locals: &[Shape]) -> Option<Judged> {
        let present = Term { there: YES, ..item };
        let judged = match (&collection.kind, &collection.ty) {
            (ExprKind::Const(Value::Set(members)), Type::Set(of))
                if self.kind_of(&collection.ty) != Some(Kind::Set) =>
            {
                let members =
                    members.iter().map(|member| self.constant(member, of)).collect::<Option<Vec<_>>>()?;
                self.among(present, &members)?
            }
            (ExprKind::Const(Value::List(items)), Type::List(of)) => {
                let items = items.iter().map(|item| self.constant(item, of)).collect::<Option<Vec<_>>>()?;
                self.among(present, &items)?
            }
            (ExprKind::List(items) | ExprKind::Set(items), _)
                if self.kind_of(&collection.ty) != Some(Kind::Set) =>
            {
                let items: Vec<Term> = items.iter().map(|item| self.term(item, locals)).collect();
                self.among(present, &items)?
            }
            (ExprKind::Const(Value::Range(ends)), Type::Range(of)) => {
                let (bottom, top) = (self.constant(&ends.0, of)?, self.constant(&ends.1, of)?);
                let above = self.ordered(BinaryOp::LessOrEqual, bottom, present)?;
                let below = self.ordered(BinaryOp::LessOrEqual, present, top)?;
                self.code.both(above, below)
            }
            (_, Type::List(_)) => self.among_items(present, collection, locals)?,
            (_, _) => {
                let set = self.operand(collection, locals)?;
                if (item.kind, set.kind) != (Kind::Member, Kind::Set) {
                    return None;
                }
                let sure = self.code.and(item.sure, set.sure);
                Judged { holds: self.code.member(item.value, set.value), sure }
            }
        };
        let there = Judged { holds: item.there, sure: item.sure };
        Some(self.code.both(there, judged))
    }

    fn among(&mut self, item: Term, members: &[Term]) -> Option<Judged> {
        let mut found = Judged::NO;
        for member in members {
            let member = self.code.operand(*member)?;
            let same = self.same(item, member)?;
            found = self.code.either(found, same);
        }
        Some(found)
    }

    fn convert(&mut self, factor: Number, of: Term) -> Option<Term> {
        let scale = of.kind.scale()?;
        let of = Term { kind: Kind::Number { scale }, ..of };
        let factor = self.constant(&Value::Number(factor), &Type::Number)?;
        let product = self.product(of, factor)?;
        Some(Term { there: of.there, sure: of.sure, ..product })
    }

    /// The nearest multiple of the step; nothing stays nothing.
    pub(super) fn round(&mut self, rounding: Rounding, of: Term) -> Option<Term> {
        let Kind::Number { scale } = of.kind else { return None };
        let step_scale = rounding.step.decimals().filter(|scale| *scale <= MOST_SCALE)?;
        let step = rounding.step.scaled(step_scale).filter(|step| *step > 0)?;
        let kind = Kind::Number { scale: step_scale };
        let how = match rounding.mode {
            RoundingMode::HalfUp => Code::HalfUp,
            RoundingMode::HalfEven => Code::HalfEven,
            RoundingMode::Up => Code::Up,
            RoundingMode::Down => Code::Down,
        };
        let value = if scale >= step_scale {
            let by = power_of_ten(scale.checked_sub(step_scale)?)?.checked_mul(step)?;
            let steps = self.code.round(how, of.value, by);
            self.code.multiply(steps, Ref::Const(step))
        } else {
            let value = self.code.rescale(of.value, scale, step_scale)?;
            let steps = self.code.round(how, value, step);
            self.code.multiply(steps, Ref::Const(step))
        };
        Some(Term { kind, value, ..of })
    }

    /// The first limb that holds.
    fn first(
        &mut self,
        limbs: &[Limb],
        otherwise: Option<&Expr>,
        ty: &Type,
        locals: &[Shape],
    ) -> Option<Term> {
        let mut rest = match otherwise {
            Some(otherwise) => self.term(otherwise, locals),
            None => self.constant(&Value::Nothing, ty)?,
        };
        for limb in limbs.iter().rev() {
            let when = self.condition(&limb.when, locals);
            let value = self.term(&limb.value, locals);
            rest = self.code.choose(when, value, rest);
        }
        Some(rest)
    }

    /// The highest or lowest of the limbs that hold.
    fn extreme(
        &mut self,
        highest: bool,
        limbs: &[Limb],
        otherwise: Option<&Expr>,
        ty: &Type,
        locals: &[Shape],
    ) -> Option<Term> {
        let mut values = Vec::with_capacity(limbs.len());
        for limb in limbs {
            let when = self.condition(&limb.when, locals);
            let value = self.term(&limb.value, locals);
            values.push((when, self.code.present(value)));
        }
        let empty = match otherwise {
            Some(otherwise) => self.term(otherwise, locals),
            None => self.constant(&Value::Nothing, ty)?,
        };
        let best = self.best(highest, &values, None)?;
        let some = Judged { holds: best.there, sure: best.sure };
        Some(self.code.choose(some, Term { there: YES, ..best }, empty))
    }

    /// The highest or lowest of the values whose condition holds, and whether there is any.
    pub(super) fn best(
        &mut self,
        highest: bool,
        values: &[(Judged, Term)],
        start: Option<Ref>,
    ) -> Option<Term> {
        let (kind, values) = self.aligned(values)?;
        if !is_ordered(kind) {
            return None;
        }
        let (mut any, mut sure) = (NO, YES);
        // What none of them holds means nothing, but it must not be so large that arithmetic with it does not fit.
        let constants = values.iter().map(|(_, value)| match value.value {
            Ref::Const(of) => Some(of),
            Ref::Input(_) | Ref::Result(_) => None,
        });
        let constants = constants.collect::<Option<Vec<i64>>>();
        let inert =
            constants.and_then(|all| if highest { all.into_iter().min() } else { all.into_iter().max() });
        let extreme = if highest { i64::MIN } else { i64::MAX };
        let mut best = start.unwrap_or(Ref::Const(inert.unwrap_or(extreme)));
        for (when, value) in &values {
            let known = self.code.select(when.holds, value.sure, YES);
            let known = self.code.and(when.sure, known);
            sure = self.code.and(sure, known);
            any = self.code.or(any, when.holds);
        }
        let (values, looked_up) = match best {
            Ref::Const(start) => self.by_membership(values, start, |one, other| {
                Some(if highest { one.max(other) } else { one.min(other) })
            }),
            Ref::Input(_) | Ref::Result(_) => (values, Vec::new()),
        };
        for (place, looked_up) in looked_up.into_iter().enumerate() {
            best = match (place, highest) {
                (0, _) => looked_up,
                (_, true) => self.code.higher_of(best, looked_up),
                (_, false) => self.code.lower_of(best, looked_up),
            };
        }
        for (when, value) in values {
            best = if highest {
                self.code.higher_if(when.holds, value.value, best)
            } else {
                self.code.lower_if(when.holds, value.value, best)
            };
        }
        if start.is_none() && inert.is_none() {
            best = self.code.select(any, best, Ref::Const(0));
        }
        Some(Term { kind, value: best, there: any, sure })
    }

    /// Constants whose conditions test one member each way are one table of the members: what is left, and the entries of
    /// the tables, each combined with `start`.
    pub(super) fn by_membership(
        &mut self,
        values: Vec<(Judged, Term)>,
        start: i64,
        combine: impl Fn(i64, i64) -> Option<i64>,
    ) -> (Vec<(Judged, Term)>, Vec<Ref>) {
        let members = self.schema.enums.iter().map(|def| def.members.len()).max().unwrap_or(0);
        // How many constants are in a table, and its entries while they all fit.
        let mut tables: BTreeMap<Ref, (usize, Option<Vec<i64>>)> = BTreeMap::new();
        let of = |lowering: &Self, (when, value): &(Judged, Term)| {
            let Ref::Const(constant) = value.value else { return None };
            let (of, mask) = lowering.code.membership(when.holds)?;
            Some((of, mask, constant))
        };
        for value in &values {
            let Some((of, mask, constant)) = of(self, value) else { continue };
            let (count, table) = tables.entry(of).or_insert_with(|| (0, Some(vec![start; members])));
            *count = count.saturating_add(1);
            let entries = table.take().into_iter().flatten().zip(0..).map(|(entry, place)| {
                let is_in = mask.checked_shr(place).is_some_and(|rest| rest & 1 == 1);
                if is_in { combine(entry, constant) } else { Some(entry) }
            });
            *table = entries.collect();
        }
        // One alone is as fast as it is.
        tables.retain(|_, (count, table)| *count > 1 && table.is_some());
        let kept = values
            .into_iter()
            .filter(|value| of(self, value).is_none_or(|(of, _, _)| !tables.contains_key(&of)));
        let kept = kept.collect();
        let tables = tables.into_iter().filter_map(|(of, (_, table))| Some((of, table?)));
        let entries = tables.map(|(of, table)| self.code.lookup(of, table)).collect();
        (kept, entries)
    }

    /// All values in one kind.
    pub(super) fn aligned(&mut self, values: &[(Judged, Term)]) -> Option<(Kind, Vec<(Judged, Term)>)> {
        let mut kind = values.first()?.1.kind;
        for (_, value) in values {
            kind = match (kind, value.kind) {
                (Kind::Number { scale: one }, Kind::Number { scale: other }) => {
                    Kind::Number { scale: one.max(other) }
                }
                (one, other) if one == other => one,
                (_, _) => return None,
            };
        }
        let mut aligned = Vec::with_capacity(values.len());
        for (when, value) in values {
            let term = match (value.kind, kind) {
                (Kind::Number { scale: from }, Kind::Number { scale: to }) => {
                    Term { kind, value: self.code.rescale(value.value, from, to)?, ..*value }
                }
                (_, _) => *value,
            };
            aligned.push((*when, term));
        }
        Some((kind, aligned))
    }
}

pub(super) fn is_amount(kind: Kind) -> bool {
    match kind {
        Kind::Integer | Kind::Days | Kind::WorkingDays | Kind::Months | Kind::Number { .. } => true,
        Kind::Bool | Kind::Date | Kind::Member | Kind::Set | Kind::Text | Kind::Record | Kind::List => false,
    }
}

pub(super) fn is_ordered(kind: Kind) -> bool {
    is_amount(kind) || matches!(kind, Kind::Date | Kind::Member)
}

/// A constant with more decimals than what it bounds, as a bound at the other's scale: `x < 1.25` is `x < 1.3` where x
/// has one decimal. `None` where it needs none, or is no constant.
fn coarser(bound: Term, other: Term, is_lower: bool, strict: bool) -> Option<Ref> {
    let (Ref::Const(value), Kind::Number { scale: fine }) = (bound.value, bound.kind) else { return None };
    let coarse = other.kind.scale()?;
    if matches!(other.value, Ref::Const(_)) {
        return None;
    }
    let by = power_of_ten(fine.checked_sub(coarse)?)?;
    let floor = value.checked_div_euclid(by)?;
    let ceiling = if value.checked_rem_euclid(by)? == 0 { floor } else { floor.checked_add(1)? };
    // `bound < x` and `x <= bound` ask for the floor, `bound <= x` and `x < bound` for the ceiling.
    Some(Ref::Const(if is_lower == strict { floor } else { ceiling }))
}
