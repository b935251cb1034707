//! Expressions: names, literals, fields and calls; the other forms are in `operators` and `aggregates`.
//! A name that may be a member of an enum is one where that enum is expected (ruling 13).

use std::sync::Arc;

use super::scope::FUNCTIONS;
use super::types::invalid;
use super::{Lowering, ValueName};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::hir::{Expr, ExprKind, LocalId, NamedId, UnaryOp};
use crate::source::Span;
use crate::syntax::ast::{self, Name};
use crate::types::{RecordId, Type};
use crate::value::{Number, Value};

/// Where an expression stands: what is in scope and what it may read.
pub(super) struct Cx {
    locals: Vec<Local>,
    /// The record whose fields stand bare for those of local 0.
    record: Option<RecordId>,
    pub(super) reads: Reads,
    /// A bare number takes the expected unit (bounds and defaults).
    bare_units: bool,
}

struct Local {
    name: Arc<str>,
    ty: Type,
}

/// What an expression may read, and why not more.
#[derive(Clone, Copy)]
pub(super) enum Reads {
    All,
    NoOutcomes(&'static str),
    FactsOnly(&'static str),
    Nothing,
}

impl Cx {
    pub(super) fn new() -> Self {
        Self { locals: Vec::new(), record: None, reads: Reads::All, bare_units: false }
    }

    pub(super) fn constant() -> Self {
        Self { reads: Reads::Nothing, bare_units: true, ..Self::new() }
    }

    /// Where no fact may be read and units are written out.
    pub(super) fn without_facts() -> Self {
        Self { reads: Reads::Nothing, ..Self::new() }
    }

    /// An outcome's own limits: a bare number takes its unit.
    pub(super) fn limits() -> Self {
        Self { bare_units: true, ..Self::new() }
    }

    pub(super) fn of_record(record: Option<RecordId>, reads: Reads) -> Self {
        let locals = record.map(|id| Local { name: "".into(), ty: Type::Record(id) }).into_iter().collect();
        Self { locals, record, reads, bare_units: false }
    }

    /// Locals are numbered by how many are in scope around them.
    pub(super) fn push(&mut self, name: Arc<str>, ty: Type) -> LocalId {
        let id = LocalId(super::index(self.locals.len()));
        self.locals.push(Local { name, ty });
        id
    }

    pub(super) fn pop(&mut self) {
        self.locals.pop();
    }

    fn local(&self, name: &str) -> Option<(LocalId, &Type)> {
        let place = self.locals.iter().rposition(|local| &*local.name == name)?;
        self.locals.get(place).map(|local| (LocalId(super::index(place)), &local.ty))
    }
}

impl Lowering<'_> {
    /// Checks an expression; with `want` the result has that type or is a reported mismatch.
    pub(super) fn expr(&mut self, expr: &ast::Expr, want: Option<&Type>, cx: &mut Cx) -> Expr {
        let made = self.expr_as_it_is(expr, want, cx);
        match want {
            Some(want) => self.coerce(made, want),
            None => made,
        }
    }

    fn expr_as_it_is(&mut self, expr: &ast::Expr, want: Option<&Type>, cx: &mut Cx) -> Expr {
        let span = expr.span;
        match &expr.kind {
            ast::ExprKind::Invalid => invalid(span, want.cloned().unwrap_or(Type::Invalid)),
            ast::ExprKind::Bool(truth) => constant(span, Type::Bool, Value::Bool(*truth)),
            ast::ExprKind::Date(date) => constant(span, Type::Date, Value::Date(*date)),
            ast::ExprKind::Text(text) => constant(span, Type::Text, Value::Text(text.clone())),
            ast::ExprKind::Nothing => match want {
                Some(want) => constant(span, want.clone(), Value::Nothing),
                None => self.untyped(span, "`nothing`", "test for it with `is nothing`"),
            },
            ast::ExprKind::Unknown => {
                self.report(Code::TypeNotAllowed, span, "`unknown` stands in the facts of examples alone");
                invalid(span, Type::Invalid)
            }
            ast::ExprKind::Quantity(quantity) => self.quantity(quantity, want, cx),
            ast::ExprKind::Name(name) => self.name(name, want, cx),
            ast::ExprKind::Field(of, name) => self.field(of, name, span, cx),
            ast::ExprKind::Call(name, args) => self.call(name, args, span, want, cx),
            ast::ExprKind::Group(inner) => self.expr_as_it_is(inner, want, cx),
            ast::ExprKind::List(items) => self.list(items, span, want, cx),
            ast::ExprKind::Record(fields) => self.record(fields, span, want, cx),
            ast::ExprKind::Prefix(op, of) => self.prefix(*op, of, span, want, cx),
            ast::ExprKind::Infix { op, op_span, sides } => {
                self.infix(*op, *op_span, &sides.left, &sides.right, span, want, cx)
            }
            ast::ExprKind::Exists(of) => {
                let of = self.expr(of, None, cx);
                unary(span, Type::Bool, UnaryOp::Exists, of)
            }
            ast::ExprKind::IsNothing { of, negated } => {
                let of = self.expr(of, None, cx);
                let exists = unary(span, Type::Bool, UnaryOp::Exists, of);
                if *negated { exists } else { unary(span, Type::Bool, UnaryOp::Not, exists) }
            }
            ast::ExprKind::IsEmpty { of, negated } => {
                let of = self.expr(of, None, cx);
                if !matches!(of.ty, Type::Set(_) | Type::List(_) | Type::Duty(_) | Type::Invalid) {
                    let found = self.describe(&of.ty);
                    self.report(
                        Code::TypeMismatch,
                        of.span,
                        format!("only sets and lists are empty, not `{found}`"),
                    );
                }
                let empty = unary(span, Type::Bool, UnaryOp::IsEmpty, of);
                if *negated { unary(span, Type::Bool, UnaryOp::Not, empty) } else { empty }
            }
            ast::ExprKind::Within { of, length, side, date } => {
                self.within(of, length, *side, date, span, cx)
            }
            ast::ExprKind::DaysAfter { working, calendar, from, to } => {
                self.days_after(*working, calendar.as_ref(), from, to, span, cx)
            }
            ast::ExprKind::OfCalendar { of, calendar } => self.of_calendar(of, calendar, want, cx),
            ast::ExprKind::TheOf { pick, left, right } => self.the_of(*pick, left, right, span, want, cx),
            ast::ExprKind::Step { side, of } => self.step(*side, of, span, want, cx),
            ast::ExprKind::Cases { how, limbs, otherwise } => {
                self.cases(*how, limbs, otherwise.as_deref(), span, want, cx)
            }
            ast::ExprKind::Aggregate { how, body, binders } => {
                self.aggregate(*how, body.as_deref(), binders, span, want, cx)
            }
            ast::ExprKind::First { binder, by } => self.first(binder, by, span, cx),
            ast::ExprKind::Rounded(of, rounding) => {
                let of = self.expr(of, want, cx);
                let of = if of.ty == Type::Integer { self.coerce(of, &Type::Number) } else { of };
                match self.rounding(rounding, &of.ty) {
                    Some(rounding) => Expr {
                        span,
                        ty: of.ty.clone(),
                        kind: ExprKind::Round(Box::new(rounding), Box::new(of)),
                    },
                    None => invalid(span, of.ty),
                }
            }
        }
    }

    pub(super) fn untyped(&mut self, span: Span, what: &str, help: &str) -> Expr {
        self.sink.push(
            Diagnostic::new(
                Code::TypeUntypedLiteral,
                span,
                format!("the type of {what} cannot be known here"),
            )
            .help(help),
        );
        invalid(span, Type::Invalid)
    }

    fn quantity(&mut self, quantity: &ast::Quantity, want: Option<&Type>, cx: &Cx) -> Expr {
        let span = quantity.span;
        let Ok(mut number) = Number::parse(&quantity.text) else {
            self.report(Code::SyntaxBadNumber, span, "a number has at most 28 digits");
            return invalid(span, want.cloned().unwrap_or(Type::Invalid));
        };
        if quantity.is_percent {
            match number.percent() {
                Ok(share) => number = share,
                Err(_) => self.report(Code::SyntaxBadNumber, span, "a number has at most 28 digits"),
            }
        }
        let whole =
            (!quantity.is_percent && !quantity.text.contains('.')).then(|| number.to_integer()).flatten();
        let mut length = |ty: Type, make: fn(i64) -> Value, months: i64| match whole
            .and_then(|whole| whole.checked_mul(months))
        {
            Some(count) => constant(span, ty, make(count)),
            None => {
                self.report(Code::SyntaxBadNumber, span, "a length of time is a whole number");
                invalid(span, ty)
            }
        };
        match &quantity.unit {
            Some(ast::UnitRef::Days) => length(Type::Days, Value::Days, 1),
            Some(ast::UnitRef::WorkingDays) => length(Type::WorkingDays, Value::WorkingDays, 1),
            Some(ast::UnitRef::Months) => length(Type::Months, Value::Months, 1),
            Some(ast::UnitRef::Years) => length(Type::Months, Value::Months, 12),
            Some(ast::UnitRef::Named(name)) => match self.named_unit(name) {
                Some(id) => constant(span, Type::Quantity(id), Value::Number(number)),
                None => invalid(span, want.cloned().unwrap_or(Type::Invalid)),
            },
            None => match (want, whole) {
                (Some(Type::Quantity(id)), _) if cx.bare_units => {
                    constant(span, Type::Quantity(*id), Value::Number(number))
                }
                (Some(Type::Days), Some(count)) if cx.bare_units => {
                    constant(span, Type::Days, Value::Days(count))
                }
                (Some(Type::WorkingDays), Some(count)) if cx.bare_units => {
                    constant(span, Type::WorkingDays, Value::WorkingDays(count))
                }
                (Some(Type::Months), Some(count)) if cx.bare_units => {
                    constant(span, Type::Months, Value::Months(count))
                }
                (_, Some(count)) => constant(span, Type::Integer, Value::Integer(count)),
                (_, None) => constant(span, Type::Number, Value::Number(number)),
            },
        }
    }

    /// A bare name: a member where its enum is expected, else a local, a field of the record, or a declared value.
    fn name(&mut self, name: &Name, want: Option<&Type>, cx: &Cx) -> Expr {
        let expected = match want {
            Some(Type::Enum(id)) => Some(*id),
            _ => None,
        };
        let member = expected.and_then(|id| Some((id, self.member(id, &name.text)?)));
        if let Some((id, member)) = member {
            if self.type_named(name, cx) == Some(Type::Enum(id)) {
                let enumeration = self.describe(&Type::Enum(id));
                self.sink.push(
                    Diagnostic::new(
                        Code::NameAmbiguous,
                        name.span,
                        format!("`{0}` is a value here and a member of `{enumeration}`", name.text),
                    )
                    .help(format!("write `{enumeration}.{}` for the member", name.text)),
                );
            }
            return constant(name.span, Type::Enum(id), member);
        }
        self.value_named(name, cx).unwrap_or_else(|| self.unknown_name(name, want, cx))
    }

    /// The type of the value of this name in scope.
    fn type_named(&self, name: &Name, cx: &Cx) -> Option<Type> {
        if let Some((_, ty)) = cx.local(&name.text) {
            return Some(ty.clone());
        }
        let fields = cx.record.and_then(|id| self.policy.schema.record(id)).map(|def| &def.fields);
        if let Some(field) = fields.into_iter().flatten().find(|field| field.name == name.text) {
            return Some(field.ty.clone());
        }
        match self.values.get(&name.text)? {
            ValueName::Fact(place) => {
                self.policy.schema.facts.fields.get(*place).map(|field| field.ty.clone())
            }
            ValueName::Outcome(id) => {
                self.policy.schema.outcomes.get(id.0 as usize).map(|outcome| outcome.ty.clone())
            }
            ValueName::Named(id) => self.signatures.get(id.0 as usize).map(|signature| signature.ty.clone()),
        }
    }

    /// The value of this name in scope; what may not be read here is reported.
    fn value_named(&mut self, name: &Name, cx: &Cx) -> Option<Expr> {
        if let Some((id, ty)) = cx.local(&name.text) {
            return Some(Expr { span: name.span, ty: ty.clone(), kind: ExprKind::Local(id) });
        }
        if let Some(id) = cx.record {
            let def = self.policy.schema.record(id)?;
            if let Some(place) = def.fields.iter().position(|field| field.name == name.text) {
                let ty = def.fields.get(place)?.ty.clone();
                let item = Expr { span: name.span, ty: Type::Record(id), kind: ExprKind::Local(LocalId(0)) };
                return Some(Expr { span: name.span, ty, kind: ExprKind::Field(Box::new(item), place) });
            }
        }
        match self.values.get(&name.text).copied()? {
            ValueName::Fact(place) => {
                let ty = self.policy.schema.facts.fields.get(place)?.ty.clone();
                self.may_read(cx.reads, name, What::Fact);
                Some(Expr { span: name.span, ty, kind: ExprKind::Fact(place) })
            }
            ValueName::Outcome(id) => {
                let ty = self.policy.schema.outcomes.get(id.0 as usize)?.ty.clone();
                self.may_read(cx.reads, name, What::Outcome);
                Some(Expr { span: name.span, ty, kind: ExprKind::Outcome(id) })
            }
            ValueName::Named(id) => {
                self.may_read(cx.reads, name, What::Definition);
                let signature = self.signatures.get(id.0 as usize)?;
                let (ty, wanted, place) = (signature.ty.clone(), signature.params.len(), signature.span);
                if wanted > 0 {
                    self.sink.push(
                        Diagnostic::new(
                            Code::TypeArguments,
                            name.span,
                            format!("`{}` needs {}", name.text, arguments(wanted)),
                        )
                        .label(place, "declared here"),
                    );
                    return Some(invalid(name.span, ty));
                }
                Some(Expr {
                    span: name.span,
                    ty,
                    kind: ExprKind::Call { named: id, args: Vec::new(), at: None },
                })
            }
        }
    }

    fn may_read(&mut self, reads: Reads, name: &Name, what: What) {
        let refusal = match (reads, what) {
            (Reads::All, _)
            | (Reads::NoOutcomes(_), What::Fact | What::Definition)
            | (Reads::FactsOnly(_), What::Fact) => return,
            (Reads::NoOutcomes(why), What::Outcome)
            | (Reads::FactsOnly(why), What::Definition | What::Outcome) => why,
            (Reads::Nothing, _) => "only a constant can stand here",
        };
        let code = if matches!(reads, Reads::Nothing) { Code::TypeNotAllowed } else { Code::FactNeed };
        self.report(code, name.span, format!("`{}` cannot be read here: {refusal}", name.text));
    }

    fn unknown_name(&mut self, name: &Name, want: Option<&Type>, cx: &Cx) -> Expr {
        let expected = match want {
            // What is expected is broken itself, and has been reported.
            Some(Type::Invalid) if self.is_member_name(&name.text) => {
                return invalid(name.span, Type::Invalid);
            }
            Some(Type::Enum(id)) => Some(*id),
            _ => None,
        };
        if let Some(id) = expected {
            let in_scope = self.names_in_scope(cx);
            if let Some(meant) = did_you_mean(&name.text, in_scope.iter().map(|name| &**name)) {
                let members =
                    self.policy.schema.enumeration(id).map(|def| def.members.clone()).unwrap_or_default();
                if did_you_mean(&name.text, members.iter().map(|member| &*member.name)).is_none() {
                    let found =
                        Diagnostic::new(Code::NameUnknown, name.span, format!("there is no `{}`", name.text));
                    self.sink.push(found.suggest(
                        format!("did you mean `{meant}`?"),
                        name.span,
                        meant.to_owned(),
                    ));
                    return invalid(name.span, Type::Enum(id));
                }
            }
            self.unknown_member(name, id);
            return invalid(name.span, Type::Enum(id));
        }
        let mut found = Diagnostic::new(Code::NameUnknown, name.span, format!("there is no `{}`", name.text));
        let enums = self.enums_with(&name.text);
        if let Some(id) = enums.first() {
            let names: Vec<String> = enums
                .iter()
                .map(|id| format!("`{}.{}`", self.describe(&Type::Enum(*id)), name.text))
                .collect();
            found.message = format!(
                "`{}` is a member of `{}`, and no `{1}` is expected here",
                name.text,
                self.describe(&Type::Enum(*id))
            );
            found = found.help(format!("say which is meant: {}", names.join(" or ")));
        } else {
            let in_scope = self.names_in_scope(cx);
            if let Some(word) = literal_of_another_language(&name.text) {
                found.code = Code::SyntaxMisspelling;
                found.message = format!("`{}` is written `{word}`", name.text);
                found = found.fix(format!("write `{word}`"), name.span, word);
            } else if let Some(meant) = did_you_mean(&name.text, in_scope.iter().map(|name| &**name)) {
                found = found.suggest(format!("did you mean `{meant}`?"), name.span, meant);
            } else {
                found = found.help("declare it under `facts`, or with `define`");
            }
        }
        self.sink.push(found);
        invalid(name.span, Type::Invalid)
    }

    fn names_in_scope(&self, cx: &Cx) -> Vec<Arc<str>> {
        let fields = cx.record.and_then(|id| self.policy.schema.record(id)).map(|def| &def.fields);
        let fields = fields.into_iter().flatten().map(|field| field.name.clone());
        self.values
            .keys()
            .cloned()
            .chain(cx.locals.iter().map(|local| local.name.clone()))
            .chain(fields)
            .collect()
    }

    fn field(&mut self, of: &ast::Expr, name: &Name, span: Span, cx: &mut Cx) -> Expr {
        if let ast::ExprKind::Name(base) = &of.kind
            && cx.local(&base.text).is_none()
            && !self.values.contains_key(&base.text)
            && let Some(id) = self.enum_named(&base.text)
        {
            return match self.member(id, &name.text) {
                Some(member) => constant(span, Type::Enum(id), member),
                None => {
                    self.unknown_member(name, id);
                    invalid(span, Type::Enum(id))
                }
            };
        }
        let of = self.expr(of, None, cx);
        if of.ty == Type::Invalid {
            return invalid(span, Type::Invalid);
        }
        let Type::Record(id) = &of.ty else {
            let found = self.describe(&of.ty);
            let mut report = Diagnostic::new(
                Code::TypeMismatch,
                name.span,
                format!("a `{found}` has no fields, so no `{}`", name.text),
            );
            if matches!(of.ty, Type::List(_)) {
                report = report.help(format!(
                    "say which items: `any x in {} where x.{} ..`",
                    self.sources.slice(of.span),
                    name.text
                ));
            }
            self.sink.push(report);
            return invalid(span, Type::Invalid);
        };
        let Some(def) = self.policy.schema.record(*id) else { return invalid(span, Type::Invalid) };
        match def.fields.iter().position(|field| field.name == name.text) {
            Some(place) => {
                let ty = def.fields.get(place).map_or(Type::Invalid, |field| field.ty.clone());
                Expr { span, ty, kind: ExprKind::Field(Box::new(of), place) }
            }
            None => {
                let def = def.clone();
                self.unknown_field(name, &def);
                invalid(span, Type::Invalid)
            }
        }
    }

    fn call(
        &mut self,
        name: &Name,
        args: &[ast::Expr],
        span: Span,
        want: Option<&Type>,
        cx: &mut Cx,
    ) -> Expr {
        if FUNCTIONS.contains(&&*name.text) {
            return self.function(name, args, span, want, cx);
        }
        match self.values.get(&name.text).copied() {
            Some(ValueName::Named(id)) => {
                self.may_read(cx.reads, name, What::Definition);
                self.named_call(id, name, args, span, cx)
            }
            Some(ValueName::Fact(_) | ValueName::Outcome(_)) => {
                self.report(Code::TypeArguments, span, format!("`{}` takes no arguments", name.text));
                invalid(span, Type::Invalid)
            }
            None => {
                let mut found =
                    Diagnostic::new(Code::NameUnknown, name.span, format!("there is no `{}`", name.text));
                let callable = self.signatures.iter().filter(|signature| !signature.params.is_empty());
                let candidates = callable.map(|signature| &*signature.name).chain(FUNCTIONS.iter().copied());
                if let Some(meant) = did_you_mean(&name.text, candidates) {
                    found = found.suggest(format!("did you mean `{meant}`?"), name.span, meant);
                } else {
                    found =
                        found.help(format!("declare it: `define {}(..): .. = ..` or a `table`", name.text));
                }
                self.sink.push(found);
                for arg in args {
                    self.expr(arg, None, cx);
                }
                invalid(span, Type::Invalid)
            }
        }
    }

    fn named_call(&mut self, id: NamedId, name: &Name, args: &[ast::Expr], span: Span, cx: &mut Cx) -> Expr {
        let Some(signature) = self.signatures.get(id.0 as usize) else { return invalid(span, Type::Invalid) };
        let (ty, place) = (signature.ty.clone(), signature.span);
        let wanted: Vec<Type> = signature.params.iter().map(|param| param.ty.clone()).collect();
        if wanted.len() != args.len() {
            self.sink.push(
                Diagnostic::new(
                    Code::TypeArguments,
                    span,
                    format!("`{}` needs {}, found {}", name.text, arguments(wanted.len()), args.len()),
                )
                .label(place, "declared here"),
            );
            return invalid(span, ty);
        }
        let args = args.iter().zip(&wanted).map(|(arg, want)| self.expr(arg, Some(want), cx)).collect();
        Expr { span, ty, kind: ExprKind::Call { named: id, args, at: None } }
    }

    /// The expression only has a type where one is expected: a bare member, a literal of members, `nothing`.
    pub(super) fn needs_context(&self, expr: &ast::Expr, cx: &Cx) -> bool {
        match &expr.kind {
            ast::ExprKind::Name(name) if self.is_local_name(&name.text, cx) => {
                self.is_member_name(&name.text)
            }
            ast::ExprKind::Name(name) => {
                !self.values.contains_key(&name.text) || self.ambiguous.contains(&name.text)
            }
            ast::ExprKind::Nothing | ast::ExprKind::Record(_) => true,
            ast::ExprKind::List(items) => items.first().is_none_or(|item| self.needs_context(item, cx)),
            ast::ExprKind::Group(inner) => self.needs_context(inner, cx),
            ast::ExprKind::Cases { limbs, otherwise, .. } => {
                limbs.iter().all(|limb| self.needs_context(&limb.value, cx))
                    && otherwise.as_ref().is_none_or(|value| self.needs_context(value, cx))
            }
            ast::ExprKind::Invalid
            | ast::ExprKind::Bool(_)
            | ast::ExprKind::Unknown
            | ast::ExprKind::Quantity(_)
            | ast::ExprKind::Date(_)
            | ast::ExprKind::Text(_)
            | ast::ExprKind::Field(..)
            | ast::ExprKind::Call(..)
            | ast::ExprKind::Prefix(..)
            | ast::ExprKind::Infix { .. }
            | ast::ExprKind::Exists(_)
            | ast::ExprKind::IsNothing { .. }
            | ast::ExprKind::IsEmpty { .. }
            | ast::ExprKind::Within { .. }
            | ast::ExprKind::DaysAfter { .. }
            | ast::ExprKind::OfCalendar { .. }
            | ast::ExprKind::TheOf { .. }
            | ast::ExprKind::Step { .. }
            | ast::ExprKind::Aggregate { .. }
            | ast::ExprKind::First { .. }
            | ast::ExprKind::Rounded(..) => false,
        }
    }

    pub(super) fn is_value_name(&self, name: &str, cx: &Cx) -> bool {
        self.is_local_name(name, cx) || self.values.contains_key(name)
    }

    /// The name of an item or parameter, or of a field of the record that the expression stands in.
    fn is_local_name(&self, name: &str, cx: &Cx) -> bool {
        cx.local(name).is_some()
            || cx
                .record
                .and_then(|id| self.policy.schema.record(id))
                .is_some_and(|def| def.fields.iter().any(|field| &*field.name == name))
    }

    fn is_member_name(&self, name: &str) -> bool {
        self.members.contains_key(name)
    }

    /// A new item name, which may not repeat one in scope.
    pub(super) fn bind(&mut self, name: &Name, ty: Type, cx: &mut Cx) -> LocalId {
        if self.is_value_name(&name.text, cx) {
            self.sink.push(
                Diagnostic::new(
                    Code::NameShadowed,
                    name.span,
                    format!("`{}` already means something here", name.text),
                )
                .help("give the item another name"),
            );
        }
        cx.push(name.text.clone(), ty)
    }
}

enum What {
    Fact,
    Definition,
    Outcome,
}

fn arguments(count: usize) -> String {
    match count {
        0 => "no arguments".into(),
        1 => "one argument".into(),
        more => format!("{more} arguments"),
    }
}

pub(super) fn constant(span: Span, ty: Type, value: Value) -> Expr {
    Expr { span, ty, kind: ExprKind::Const(value) }
}

pub(super) fn unary(span: Span, ty: Type, op: UnaryOp, of: Expr) -> Expr {
    Expr { span, ty, kind: ExprKind::Unary(op, Box::new(of)) }
}

/// Words that are no names here, but that a policy might declare.
fn literal_of_another_language(name: &str) -> Option<&'static str> {
    match name {
        "true" | "Yes" | "YES" => Some("yes"),
        "false" | "No" | "NO" => Some("no"),
        "none" | "None" | "NONE" => Some("nothing"),
        _ => None,
    }
}
