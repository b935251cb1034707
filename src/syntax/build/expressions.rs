//! Operands: literals, names, calls, brackets, and the worded operations that take two values.

use std::sync::Arc;

use super::values::Deep;
use super::{Builder, Parts};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, Name, Pick, Quantity, UnitRef};
use crate::syntax::grammar::Rule;
use crate::syntax::lint;
use crate::syntax::tree::Pair;

impl Builder<'_, '_, '_> {
    /// `operand` or `simple`
    pub(super) fn operand(&mut self, pair: Pair<'_>) -> Deep {
        let span = self.span(&pair);
        let Some(inner) = Parts::of(pair).next() else { return self.invalid(span) };
        let rule = inner.as_rule();
        #[expect(clippy::wildcard_enum_match_arm, reason = "pest's enum names every rule of the grammar")]
        match rule {
            Rule::date | Rule::quantity | Rule::text => Deep { expr: self.literal_expr(inner), levels: 1 },
            Rule::literal => {
                let kind = match self.written(&inner) {
                    "yes" => ExprKind::Bool(true),
                    "no" => ExprKind::Bool(false),
                    "nothing" => ExprKind::Nothing,
                    _ => ExprKind::Unknown,
                };
                self.node(span, kind, 0)
            }
            Rule::list => {
                let (values, levels) = self.deep_exprs(inner);
                self.node(span, ExprKind::List(values), levels)
            }
            Rule::object => self.object(span, inner),
            Rule::group => {
                let value = match Parts::of(inner).take(Rule::value) {
                    Some(value) => self.value(value),
                    None => self.invalid(span),
                };
                self.node(span, ExprKind::Group(Box::new(value.expr)), value.levels)
            }
            Rule::named => self.path(inner),
            Rule::days_after => self.days_after(span, inner),
            Rule::the_of => self.the_of(span, inner),
            _ => self.invalid(span),
        }
    }

    /// `named` or `path`: a name or a call, and fields of it.
    pub(super) fn path(&mut self, pair: Pair<'_>) -> Deep {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let name = self.next_name(&mut parts, Rule::name);
        let mut found = match parts.take(Rule::arguments) {
            Some(arguments) => {
                let span = name.span.to(self.span(&arguments));
                let mut levels = 0;
                let mut values = Vec::new();
                for argument in arguments.into_inner() {
                    let value = self.value(argument);
                    levels = levels.max(value.levels);
                    values.push(value.expr);
                }
                self.node(span, ExprKind::Call(name, values), levels)
            }
            None => {
                let kind = self.literal_of_another_language(&name);
                let span = if kind.is_some() { name.span } else { span };
                let span = if parts.peek().is_some() { name.span } else { span };
                self.node(span, kind.unwrap_or(ExprKind::Name(name)), 0)
            }
        };
        while let Some(field) = parts.take(Rule::field_of) {
            found = self.field_of(found, field);
        }
        found
    }

    pub(super) fn next_path(&mut self, parts: &mut Parts<'_>) -> Expr {
        match parts.take(Rule::path) {
            Some(pair) => self.path(pair).expr,
            None => self.invalid(self.here(parts)).expr,
        }
    }

    fn literal_of_another_language(&mut self, name: &Name) -> Option<ExprKind> {
        let (right, kind) = match &*name.text {
            "true" | "True" | "TRUE" => ("yes", ExprKind::Bool(true)),
            "false" | "False" | "FALSE" => ("no", ExprKind::Bool(false)),
            "null" | "NULL" | "nil" | "undefined" => ("nothing", ExprKind::Nothing),
            _ => return None,
        };
        let message = format!("`{}` is written `{right}`", name.text);
        self.sink.push(Diagnostic::new(Code::SyntaxMisspelling, name.span, message).fix(
            format!("write `{right}`"),
            name.span,
            right,
        ));
        Some(kind)
    }

    /// A date, quantity, step, whole number or text.
    pub(super) fn literal_expr(&mut self, pair: Pair<'_>) -> Expr {
        let span = self.span(&pair);
        #[expect(clippy::wildcard_enum_match_arm, reason = "pest's enum names every rule of the grammar")]
        let kind = match pair.as_rule() {
            // A day that the calendar does not have was reported before.
            Rule::date => lint::read_date(self.written(&pair)).map_or(ExprKind::Invalid, ExprKind::Date),
            Rule::text => ExprKind::Text(self.text(&pair).text),
            Rule::quantity | Rule::step => self.quantity(pair).map_or(ExprKind::Invalid, ExprKind::Quantity),
            _ => ExprKind::Invalid,
        };
        Expr { span, kind }
    }

    /// A bare whole number.
    pub(super) fn number_expr(&mut self, int: &Pair<'_>) -> Expr {
        let span = self.span(int);
        let text = self.digits(self.written(int));
        Expr { span, kind: ExprKind::Quantity(Quantity { span, text, is_percent: false, unit: None }) }
    }

    /// `None` for what is no number, such as `1.2.3`, which was reported before.
    pub(super) fn quantity(&mut self, pair: Pair<'_>) -> Option<Quantity> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let number = self.written(&parts.take(Rule::number)?);
        let (digits, is_percent) = number.strip_suffix('%').map_or((number, false), |digits| (digits, true));
        if digits.split_once('.').is_some_and(|(_, decimals)| decimals.contains(['.', '_'])) {
            return None;
        }
        let unit = parts.take(Rule::unit_ref).and_then(|unit| self.unit_ref(unit));
        Some(Quantity { span, text: self.digits(digits), is_percent, unit })
    }

    fn unit_ref(&mut self, pair: Pair<'_>) -> Option<UnitRef> {
        let unit = Parts::of(pair).next()?;
        if unit.as_rule() == Rule::working_days {
            return Some(UnitRef::WorkingDays);
        }
        Some(match self.written(&unit) {
            "day" | "days" => UnitRef::Days,
            "month" | "months" => UnitRef::Months,
            "year" | "years" => UnitRef::Years,
            _ => UnitRef::Named(self.name(&unit)),
        })
    }

    fn deep_exprs(&mut self, pair: Pair<'_>) -> (Vec<Expr>, u32) {
        let mut levels = 0;
        let mut values = Vec::new();
        for part in pair.into_inner() {
            let value = self.flat(part);
            levels = levels.max(value.levels);
            values.push(value.expr);
        }
        (values, levels)
    }

    fn object(&mut self, span: Span, pair: Pair<'_>) -> Deep {
        let mut levels = 0;
        let mut fields = Vec::new();
        for part in pair.into_inner() {
            let mut inner = Parts::of(part);
            let Some(key) = inner.take(Rule::word) else { continue };
            let key = self.name(&key);
            inner.skip(&[Rule::colon]);
            let value = match inner.take(Rule::expr) {
                Some(value) => self.flat(value),
                None => self.invalid(key.span),
            };
            levels = levels.max(value.levels);
            fields.push((key, value.expr));
        }
        self.node(span, ExprKind::Record(fields), levels)
    }

    fn days_after(&mut self, span: Span, pair: Pair<'_>) -> Deep {
        let mut parts = Parts::of(pair);
        let working = parts.take(Rule::w_working).is_some();
        parts.skip(&[Rule::w_days, Rule::k_after]);
        let from = self.next_arith(&mut parts);
        parts.skip(&[Rule::k_to]);
        let to = self.next_arith(&mut parts);
        let levels = from.levels.max(to.levels);
        let calendar = parts.take(Rule::w_of).map(|_| self.next_name(&mut parts, Rule::name));
        let kind =
            ExprKind::DaysAfter { working, calendar, from: Box::new(from.expr), to: Box::new(to.expr) };
        self.node(span, kind, levels)
    }

    fn the_of(&mut self, span: Span, pair: Pair<'_>) -> Deep {
        let mut parts = Parts::of(pair);
        parts.skip(&[Rule::w_the]);
        let pick = match parts.take(Rule::pick_of).map(|pick| self.written(&pick)) {
            Some("lower") => Pick::Lower,
            Some("earlier") => Pick::Earlier,
            Some("later") => Pick::Later,
            _ => Pick::Higher,
        };
        parts.skip(&[Rule::w_of]);
        let left = self.next_arith(&mut parts);
        parts.skip(&[Rule::k_and]);
        let right = self.next_arith(&mut parts);
        let levels = left.levels.max(right.levels);
        let kind = ExprKind::TheOf { pick, left: Box::new(left.expr), right: Box::new(right.expr) };
        self.node(span, kind, levels)
    }

    fn next_arith(&mut self, parts: &mut Parts<'_>) -> Deep {
        match parts.take(Rule::arith) {
            Some(pair) => self.flat(pair),
            None => self.invalid(self.here(parts)),
        }
    }

    /// Those of a number, without the marks between groups.
    fn digits(&mut self, number: &str) -> Arc<str> {
        if number.contains('_') { Arc::from(number.replace('_', "")) } else { self.shared.text(number) }
    }
}
