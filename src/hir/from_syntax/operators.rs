//! Operators: what they take, and what they give.

use super::expressions::{Cx, constant, unary};
use super::types::invalid;
use super::{Lowering, TypeName};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::hir::{BinaryOp, Expr, ExprKind, Rounding, RoundingMode, Sides, UnaryOp};
use crate::source::Span;
use crate::syntax::ast::{self, InfixOp, Name, Pick, PrefixOp, StepSide};
use crate::types::Type;
use crate::value::{Number, Value};

impl Lowering<'_> {
    pub(super) fn prefix(
        &mut self,
        op: PrefixOp,
        of: &ast::Expr,
        span: Span,
        want: Option<&Type>,
        cx: &mut Cx,
    ) -> Expr {
        match op {
            PrefixOp::Not => {
                let of = self.expr(of, Some(&Type::Bool), cx);
                unary(span, Type::Bool, UnaryOp::Not, of)
            }
            PrefixOp::Negate => {
                let of = self.expr(of, want.filter(|want| self.is_measured(want)), cx);
                if of.ty.is_amount() {
                    let ty = of.ty.clone();
                    let negated = unary(span, ty.clone(), UnaryOp::Negate, of);
                    return match super::constants::fold(&negated) {
                        Some(value) => constant(span, ty, value),
                        None => negated,
                    };
                }
                if of.ty != Type::Invalid {
                    let found = self.describe(&of.ty);
                    self.report(Code::TypeMismatch, span, format!("a `{found}` has no negative"));
                }
                invalid(span, Type::Invalid)
            }
        }
    }

    #[expect(clippy::too_many_arguments, reason = "the parts of one AST node, and where it stands")]
    pub(super) fn infix(
        &mut self,
        op: InfixOp,
        op_span: Span,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
        want: Option<&Type>,
        cx: &mut Cx,
    ) -> Expr {
        match op {
            InfixOp::And => self.logic(BinaryOp::And, left, right, span, cx),
            InfixOp::Or => {
                if let Some(fixed) = self.or_between_members(left, right, span, cx) {
                    return fixed;
                }
                self.logic(BinaryOp::Or, left, right, span, cx)
            }
            InfixOp::Implies => self.logic(BinaryOp::Implies, left, right, span, cx),
            InfixOp::At => self.at(left, right, span, cx),
            InfixOp::OrElse => self.or_else(left, right, span, want, cx),
            InfixOp::Multiply => self.multiply(left, right, op_span, span, cx),
            InfixOp::Divide => self.divide(left, right, op_span, span, cx),
            InfixOp::Add => self.add(BinaryOp::Add, left, right, op_span, span, cx),
            InfixOp::Subtract => self.add(BinaryOp::Subtract, left, right, op_span, span, cx),
            InfixOp::To => self.range(left, right, span, want, cx),
            InfixOp::Times => self.times(left, right, span, cx),
            InfixOp::Without => {
                let left = self.expr(left, want.filter(|want| matches!(want, Type::Set(_))), cx);
                let left = self.set(left);
                let ty = left.ty.clone();
                let right = self.expr(right, Some(&ty), cx);
                binary(span, ty, BinaryOp::Without, left, right)
            }
            InfixOp::HasAnyOf | InfixOp::HasAllOf => {
                let left = self.expr(left, None, cx);
                let left = self.set(left);
                let ty = left.ty.clone();
                let right = self.expr(right, Some(&ty), cx);
                let op = if op == InfixOp::HasAnyOf { BinaryOp::HasAnyOf } else { BinaryOp::HasAllOf };
                binary(span, Type::Bool, op, left, right)
            }
            InfixOp::StartsWith => {
                let left = self.expr(left, Some(&Type::Text), cx);
                let right = self.expr(right, Some(&Type::Text), cx);
                binary(span, Type::Bool, BinaryOp::StartsWith, left, right)
            }
            InfixOp::Less => self.compare(BinaryOp::Less, left, right, op_span, span, cx),
            InfixOp::LessOrEqual => self.compare(BinaryOp::LessOrEqual, left, right, op_span, span, cx),
            InfixOp::Greater => self.compare(BinaryOp::Greater, left, right, op_span, span, cx),
            InfixOp::GreaterOrEqual => self.compare(BinaryOp::GreaterOrEqual, left, right, op_span, span, cx),
            InfixOp::Before => self.compare_dates(BinaryOp::Less, left, right, span, cx),
            InfixOp::After => self.compare_dates(BinaryOp::Greater, left, right, span, cx),
            InfixOp::OnOrBefore => self.compare_dates(BinaryOp::LessOrEqual, left, right, span, cx),
            InfixOp::OnOrAfter => self.compare_dates(BinaryOp::GreaterOrEqual, left, right, span, cx),
            InfixOp::Is => self.is(BinaryOp::Is, left, right, op_span, span, cx),
            InfixOp::IsNot => self.is(BinaryOp::IsNot, left, right, op_span, span, cx),
            InfixOp::In => self.is_in(BinaryOp::In, left, right, span, cx),
            InfixOp::NotIn => self.is_in(BinaryOp::NotIn, left, right, span, cx),
        }
    }

    fn logic(&mut self, op: BinaryOp, left: &ast::Expr, right: &ast::Expr, span: Span, cx: &mut Cx) -> Expr {
        let left = self.expr(left, Some(&Type::Bool), cx);
        let right = self.expr(right, Some(&Type::Bool), cx);
        binary(span, Type::Bool, op, left, right)
    }

    /// `severity is serious or critical`: a bare member beside `or` (ruling 31).
    fn or_between_members(
        &mut self,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
        cx: &mut Cx,
    ) -> Option<Expr> {
        let ast::ExprKind::Name(name) = &right.kind else { return None };
        if self.is_value_name(&name.text, cx) {
            return None;
        }
        let mut members = vec![name.text.to_string()];
        let mut rest = left;
        let (subject, first, test) = loop {
            let ast::ExprKind::Infix { op, sides, .. } = &rest.kind else { return None };
            let ast::Sides { left, right } = &**sides;
            if matches!(op, InfixOp::Is | InfixOp::IsNot) {
                break (left, right, if *op == InfixOp::Is { "in" } else { "not in" });
            }
            let (InfixOp::Or, ast::ExprKind::Name(name)) = (op, &right.kind) else { return None };
            members.push(name.text.to_string());
            rest = left;
        };
        members.push(self.sources.slice(first.span).to_owned());
        members.reverse();
        let fixed = format!("{} {test} [{}]", self.sources.slice(subject.span), members.join(", "));
        let found =
            Diagnostic::new(Code::TypeMismatch, right.span, format!("`{}` alone is no condition", name.text))
                .fix(format!("several values are tested with `{test}`"), span, fixed);
        // `is not a or b` may mean neither or not both; and comments on further lines would be lost.
        let is_certain = test == "in"
            && !self.sources.slice(span).contains('\n')
            && members.iter().all(|member| !self.enums_with(member).is_empty());
        self.sink.push(if is_certain { found } else { found.uncertain() });
        Some(invalid(span, Type::Bool))
    }

    fn at(&mut self, left: &ast::Expr, right: &ast::Expr, span: Span, cx: &mut Cx) -> Expr {
        let date = self.expr(right, Some(&Type::Date), cx);
        let left = self.expr(left, None, cx);
        self.at_date(left, date, span)
    }

    /// Moves the reading of a dated name, or of one of its columns, to a day.
    fn at_date(&mut self, of: Expr, date: Expr, span: Span) -> Expr {
        let (at, ty, was_invalid) = (of.span, of.ty, matches!(of.kind, ExprKind::Invalid));
        if let ExprKind::Call { named, args, at: None } = of.kind {
            if self.signatures.get(named.0 as usize).is_some_and(|signature| !signature.is_dated) {
                let name = self
                    .signatures
                    .get(named.0 as usize)
                    .map(|signature| signature.name.clone())
                    .unwrap_or_default();
                self.report(
                    Code::DateRows,
                    at,
                    format!("`{name}` is the same on every day, so `at` says nothing"),
                );
            }
            Expr { span, ty, kind: ExprKind::Call { named, args, at: Some(Box::new(date)) } }
        } else if let ExprKind::Field(inner, place) = of.kind
            && matches!(inner.kind, ExprKind::Call { at: None, .. })
        {
            let inner = self.at_date(*inner, date, span);
            Expr { span, ty, kind: ExprKind::Field(Box::new(inner), place) }
        } else {
            if !was_invalid {
                self.sink.push(
                        Diagnostic::new(Code::TypeMismatch, at, "only what is declared by date can be read `at` a day")
                            .help("`at` stands behind a `parameter` with rows by date, or a definition with `in force` versions"),
                    );
            }
            invalid(span, ty)
        }
    }

    fn or_else(
        &mut self,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
        want: Option<&Type>,
        cx: &mut Cx,
    ) -> Expr {
        let (left, right) = self.both_sides(left, right, want, cx);
        match self.common(&left.ty, &right.ty) {
            Some(ty) => {
                let (left, right) = (self.coerce(left, &ty), self.coerce(right, &ty));
                binary(span, ty, BinaryOp::OrElse, left, right)
            }
            None => {
                let ty = left.ty.clone();
                let right = self.coerce(right, &ty);
                binary(span, ty, BinaryOp::OrElse, left, right)
            }
        }
    }

    /// Checks two sides of which each may give the other its expected type.
    pub(super) fn both_sides(
        &mut self,
        left: &ast::Expr,
        right: &ast::Expr,
        want: Option<&Type>,
        cx: &mut Cx,
    ) -> (Expr, Expr) {
        if want.is_some() {
            let left_made = self.expr_loosely(left, want, cx);
            let right_made = self.expr_loosely(right, want, cx);
            return (left_made, right_made);
        }
        if self.needs_context(left, cx) && !self.needs_context(right, cx) {
            let right = self.expr(right, None, cx);
            let left = self.expr_loosely(left, Some(&right.ty), cx);
            (left, right)
        } else {
            let left = self.expr(left, None, cx);
            let right = self.expr_loosely(right, Some(&left.ty), cx);
            (left, right)
        }
    }

    /// Checks with an expected type for its members, without insisting on it.
    pub(super) fn expr_loosely(&mut self, expr: &ast::Expr, want: Option<&Type>, cx: &mut Cx) -> Expr {
        match want {
            Some(
                want @ (Type::Enum(_)
                | Type::Set(_)
                | Type::List(_)
                | Type::Record(_)
                | Type::Range(_)
                | Type::Invalid),
            ) if self.needs_context(expr, cx) => self.expr(expr, Some(want), cx),
            _ => self.expr(expr, None, cx),
        }
    }

    fn set(&mut self, expr: Expr) -> Expr {
        if matches!(expr.ty, Type::Set(_) | Type::Invalid) {
            return expr;
        }
        let found = self.describe(&expr.ty);
        self.report(Code::TypeMismatch, expr.span, format!("expected a set, found `{found}`"));
        invalid(expr.span, Type::Invalid)
    }

    fn no_such_operation(
        &mut self,
        what: &str,
        left: &Expr,
        right: &Expr,
        op_span: Span,
        span: Span,
    ) -> Expr {
        if left.ty == Type::Invalid || right.ty == Type::Invalid {
            return invalid(span, Type::Invalid);
        }
        let (a, b) = (self.describe(&left.ty), self.describe(&right.ty));
        let code = if matches!((&left.ty, &right.ty), (Type::Quantity(_), Type::Quantity(_))) {
            Code::TypeUnitMismatch
        } else {
            Code::TypeMismatch
        };
        let mut found = Diagnostic::new(code, op_span, format!("cannot {what} `{a}` and `{b}`"))
            .label(left.span, format!("this is `{a}`"))
            .label(right.span, format!("this is `{b}`"));
        match (&left.ty, &right.ty) {
            (Type::Date, Type::Date) => {
                found = found
                    .help("the days between two dates: `days after a to b`, or `working days after a to b`");
            }
            (Type::Date, Type::Integer | Type::Number) | (Type::Integer | Type::Number, Type::Date) => {
                found = found.help("say what is added: `30 days`, `5 working days`, `1 month`");
            }
            (Type::Quantity(_), Type::Integer | Type::Number)
            | (Type::Integer | Type::Number, Type::Quantity(_)) => {
                found = found.help(format!(
                    "give the number its unit, `{}`",
                    if matches!(left.ty, Type::Quantity(_)) { &a } else { &b }
                ));
            }
            (Type::Days, Type::Months) | (Type::Months, Type::Days) => {
                found = found.help("a month is not a number of days; add them to a date one after the other");
            }
            _ => {}
        }
        self.sink.push(found);
        invalid(span, Type::Invalid)
    }

    fn add(
        &mut self,
        op: BinaryOp,
        left: &ast::Expr,
        right: &ast::Expr,
        op_span: Span,
        span: Span,
        cx: &mut Cx,
    ) -> Expr {
        let what = if op == BinaryOp::Add { "add" } else { "subtract" };
        let left = self.expr(left, None, cx);
        let right = self.expr(right, None, cx);
        match (&left.ty, &right.ty) {
            (Type::Date, Type::Days | Type::Months) => binary(span, Type::Date, op, left, right),
            (Type::Date, Type::WorkingDays) => {
                let calendar = self.only_calendar(op_span);
                self.add_working_days(op, left, right, calendar, span)
            }
            (Type::Range(_), _) | (_, Type::Range(_)) => match self.common(&left.ty, &right.ty) {
                Some(ty @ Type::Range(_)) if op == BinaryOp::Add && !is_range_of_dates(&ty) => {
                    let (left, right) = (self.coerce(left, &ty), self.coerce(right, &ty));
                    binary(span, ty, op, left, right)
                }
                _ => self.no_such_operation(what, &left, &right, op_span, span),
            },
            (
                Type::Date
                | Type::Bool
                | Type::Text
                | Type::Enum(_)
                | Type::Set(_)
                | Type::List(_)
                | Type::Record(_)
                | Type::Duty(_),
                _,
            ) => self.no_such_operation(what, &left, &right, op_span, span),
            (a, b) => match self.common(a, b) {
                Some(ty) if ty != Type::Invalid => {
                    let (left, right) = (self.coerce(left, &ty), self.coerce(right, &ty));
                    binary(span, ty, op, left, right)
                }
                _ => self.no_such_operation(what, &left, &right, op_span, span),
            },
        }
    }

    fn multiply(
        &mut self,
        left: &ast::Expr,
        right: &ast::Expr,
        op_span: Span,
        span: Span,
        cx: &mut Cx,
    ) -> Expr {
        let left = self.expr(left, None, cx);
        let right = self.expr(right, None, cx);
        let ty = match (&left.ty, &right.ty) {
            (Type::Integer, Type::Integer) => Type::Integer,
            (Type::Integer | Type::Number, Type::Integer | Type::Number) => Type::Number,
            (Type::Integer | Type::Number, quantity @ Type::Quantity(_))
            | (quantity @ Type::Quantity(_), Type::Integer | Type::Number) => quantity.clone(),
            (Type::Integer, length @ (Type::Days | Type::WorkingDays | Type::Months))
            | (length @ (Type::Days | Type::WorkingDays | Type::Months), Type::Integer) => length.clone(),
            _ => return self.no_such_operation("multiply", &left, &right, op_span, span),
        };
        let (left, right) = if matches!(ty, Type::Number | Type::Quantity(_)) {
            (self.integer_as_number(left), self.integer_as_number(right))
        } else {
            (left, right)
        };
        binary(span, ty, BinaryOp::Multiply, left, right)
    }

    fn integer_as_number(&mut self, expr: Expr) -> Expr {
        if expr.ty == Type::Integer { self.coerce(expr, &Type::Number) } else { expr }
    }

    fn divide(
        &mut self,
        left: &ast::Expr,
        right: &ast::Expr,
        op_span: Span,
        span: Span,
        cx: &mut Cx,
    ) -> Expr {
        let left = self.expr(left, None, cx);
        let right = self.expr(right, None, cx);
        let (left, right) = (self.integer_as_number(left), self.integer_as_number(right));
        match (&left.ty, &right.ty) {
            (Type::Number, Type::Number) => binary(span, Type::Number, BinaryOp::Divide, left, right),
            (quantity @ Type::Quantity(_), Type::Number) => {
                let ty = quantity.clone();
                binary(span, ty, BinaryOp::Divide, left, right)
            }
            (Type::Quantity(_), Type::Quantity(_)) => match self.common(&left.ty, &right.ty) {
                Some(ty) => {
                    let (left, right) = (self.coerce(left, &ty), self.coerce(right, &ty));
                    binary(span, Type::Number, BinaryOp::Divide, left, right)
                }
                None => self.no_such_operation("divide", &left, &right, op_span, span),
            },
            _ => self.no_such_operation("divide", &left, &right, op_span, span),
        }
    }

    fn range(
        &mut self,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
        want: Option<&Type>,
        cx: &mut Cx,
    ) -> Expr {
        let inner = match want {
            Some(Type::Range(inner)) => Some((**inner).clone()),
            _ => None,
        };
        let (left, right) = match &inner {
            Some(inner) => (self.expr(left, Some(inner), cx), self.expr(right, Some(inner), cx)),
            None => (self.expr(left, None, cx), self.expr(right, None, cx)),
        };
        match self.common(&left.ty, &right.ty) {
            Some(Type::Invalid) => invalid(span, Type::Invalid),
            Some(ty) if self.is_measured(&ty) => {
                let (left, right) = (self.coerce(left, &ty), self.coerce(right, &ty));
                binary(span, Type::Range(Box::new(ty)), BinaryOp::To, left, right)
            }
            _ => {
                let (a, b) = (self.describe(&left.ty), self.describe(&right.ty));
                self.report(Code::TypeMismatch, span, format!("no range runs from `{a}` to `{b}`"));
                invalid(span, Type::Invalid)
            }
        }
    }

    fn times(&mut self, left: &ast::Expr, right: &ast::Expr, span: Span, cx: &mut Cx) -> Expr {
        let left = self.expr(left, Some(&Type::Range(Box::new(Type::Number))), cx);
        let right = self.expr(right, None, cx);
        let right = self.integer_as_number(right);
        if matches!(right.ty, Type::Number | Type::Quantity(_)) {
            let ty = Type::Range(Box::new(right.ty.clone()));
            return binary(span, ty, BinaryOp::Times, left, right);
        }
        if right.ty != Type::Invalid {
            let found = self.describe(&right.ty);
            self.report(
                Code::TypeMismatch,
                right.span,
                format!("a range is scaled by a number or an amount, not by `{found}`"),
            );
        }
        invalid(span, Type::Invalid)
    }

    pub(super) fn the_of(
        &mut self,
        pick: Pick,
        left: &ast::Expr,
        right: &ast::Expr,
        span: Span,
        want: Option<&Type>,
        cx: &mut Cx,
    ) -> Expr {
        let (left, right) = match pick {
            Pick::Higher | Pick::Lower => self.both_sides(left, right, want, cx),
            Pick::Earlier | Pick::Later => {
                (self.expr(left, Some(&Type::Date), cx), self.expr(right, Some(&Type::Date), cx))
            }
        };
        let op = match pick {
            Pick::Higher | Pick::Later => BinaryOp::Higher,
            Pick::Lower | Pick::Earlier => BinaryOp::Lower,
        };
        match self.common(&left.ty, &right.ty) {
            Some(Type::Invalid) => invalid(span, Type::Invalid),
            Some(ty) if self.is_ordered(&ty) || matches!(ty, Type::Range(_)) => {
                let (left, right) = (self.coerce(left, &ty), self.coerce(right, &ty));
                binary(span, ty, op, left, right)
            }
            _ => self.no_such_operation("compare", &left, &right, span, span),
        }
    }

    pub(super) fn step(
        &mut self,
        side: StepSide,
        of: &ast::Expr,
        span: Span,
        want: Option<&Type>,
        cx: &mut Cx,
    ) -> Expr {
        let of = self.expr(of, want.filter(|want| matches!(want, Type::Enum(_))), cx);
        let op = match side {
            StepSide::Above => UnaryOp::StepAbove,
            StepSide::Below => UnaryOp::StepBelow,
        };
        if matches!(of.ty, Type::Enum(_)) && self.is_ordered(&of.ty) {
            let ty = of.ty.clone();
            return unary(span, ty, op, of);
        }
        if of.ty != Type::Invalid {
            let found = self.describe(&of.ty);
            self.report(Code::TypeMismatch, of.span, format!("only a scale has steps, not `{found}`"));
        }
        invalid(span, Type::Invalid)
    }

    /// A rounding step as a number in the unit of the rounded type.
    pub(super) fn rounding(&mut self, rounding: &ast::Rounding, ty: &Type) -> Option<Rounding> {
        let inner = if let Type::List(inner) = ty { (**inner).clone() } else { ty.end().clone() };
        if !matches!(inner, Type::Number | Type::Quantity(_)) {
            if inner != Type::Invalid {
                let found = self.describe(ty);
                self.report(
                    Code::OutcomeRounding,
                    rounding.span,
                    format!("only numbers and amounts are rounded, not `{found}`"),
                );
            }
            return None;
        }
        let step = self.constant(&rounding.step, &inner)?;
        let step = if let Value::Integer(step) = step {
            Number::from_integer(step)
        } else {
            let Value::Number(step) = step else { return None };
            step
        };
        if step <= Number::ZERO {
            self.report(Code::OutcomeRounding, rounding.step.span, "the step of rounding is above 0");
            return None;
        }
        let mode = match rounding.mode {
            ast::RoundingMode::HalfUp => RoundingMode::HalfUp,
            ast::RoundingMode::HalfEven => RoundingMode::HalfEven,
            ast::RoundingMode::Up => RoundingMode::Up,
            ast::RoundingMode::Down => RoundingMode::Down,
        };
        Some(Rounding { step, mode })
    }

    pub(super) fn record_named(&mut self, name: &Name) -> Option<crate::types::RecordId> {
        match self.types.get(&name.text) {
            Some(TypeName::Record(id)) => Some(*id),
            Some(TypeName::Unit(_) | TypeName::Enum(_)) | None => {
                let mut found = Diagnostic::new(
                    Code::TypeUnknown,
                    name.span,
                    format!("there is no record `{}`", name.text),
                );
                let records = self.policy.schema.records.iter().map(|record| &*record.name);
                if let Some(meant) = did_you_mean(&name.text, records) {
                    found = found.suggest(format!("did you mean `{meant}`?"), name.span, meant);
                }
                self.sink.push(found);
                None
            }
        }
    }
}

fn is_range_of_dates(ty: &Type) -> bool {
    matches!(ty, Type::Range(inner) if **inner == Type::Date)
}

pub(super) fn without_groups(expr: &ast::Expr) -> &ast::Expr {
    let mut inner = expr;
    while let ast::ExprKind::Group(next) = &inner.kind {
        inner = next;
    }
    inner
}

pub(super) fn binary(span: Span, ty: Type, op: BinaryOp, left: Expr, right: Expr) -> Expr {
    Expr { span, ty, kind: ExprKind::Binary(op, Box::new(Sides { left, right })) }
}
