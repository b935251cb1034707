//! What a policy writes down, by type: constants, bounds, days on which something begins or ends.

use std::collections::{BTreeMap, BTreeSet};

use crate::hir::{Body, Expr, ExprKind, InForce, Policy};
use crate::types::{Bounds, Presence, Schema, Type};
use crate::value::Value;

/// By the type in words, since equal types are equal there.
pub(super) fn written(policy: &Policy, schema: &Schema) -> BTreeMap<String, BTreeSet<Value>> {
    let mut written = Written { schema, found: BTreeMap::new() };
    written.policy(policy);
    written.found
}

struct Written<'s> {
    schema: &'s Schema,
    found: BTreeMap<String, BTreeSet<Value>>,
}

impl Written<'_> {
    fn policy(&mut self, policy: &Policy) {
        self.period(policy.in_force);
        policy.law_dates.iter().for_each(|date| self.expr(date));
        for rules in policy.records.iter().chain([&policy.facts]) {
            let holds = rules.must_hold.iter().map(|hold| &hold.condition);
            rules.needed_when.iter().flatten().chain(holds).for_each(|condition| self.expr(condition));
        }
        for calendar in &policy.calendars {
            calendar.holidays.iter().chain(&calendar.workdays).for_each(|days| self.expr(days));
        }
        for named in &policy.named {
            for param in &named.params {
                self.bounds(&param.ty, &param.bounds);
            }
            for version in &named.versions {
                self.period(version.in_force);
                match &version.body {
                    Body::Expr(expr) => self.expr(expr),
                    Body::Schedule(rows) => {
                        for (from, value) in rows {
                            self.add(&Type::Date, &Value::Date(*from));
                            self.expr(value);
                        }
                    }
                    Body::Table(table) => {
                        table.inputs.iter().for_each(|input| self.expr(input));
                        for row in &table.rows {
                            row.tests.iter().flatten().flatten().for_each(|test| self.expr(&test.value));
                            self.expr(&row.result);
                        }
                    }
                }
            }
        }
        for outcome in &policy.outcomes {
            self.period(outcome.in_force);
            outcome.exprs().into_iter().for_each(|expr| self.expr(expr));
        }
        for rule in &policy.rules {
            self.period(rule.in_force);
            rule.exprs().for_each(|expr| self.expr(expr));
        }
        let schema = self.schema;
        for field in schema.records.iter().flat_map(|def| &def.fields).chain(&schema.facts.fields) {
            self.bounds(&field.ty, &field.bounds);
            if let Presence::Default(value) = &field.presence {
                self.add(&field.ty, value);
            }
        }
    }

    fn period(&mut self, period: InForce) {
        for day in period.from.into_iter().chain(period.until) {
            self.add(&Type::Date, &Value::Date(day));
        }
    }

    fn bounds(&mut self, ty: &Type, bounds: &Bounds) {
        if !matches!(ty, Type::List(_) | Type::Set(_)) {
            bounds.least.iter().chain(&bounds.most).for_each(|bound| self.add(ty.end(), bound));
        }
    }

    fn expr(&mut self, expr: &Expr) {
        if let ExprKind::Const(value) = &expr.kind {
            self.add(&expr.ty, value);
        }
        expr.for_each_child(&mut |child| self.expr(child));
    }

    fn add(&mut self, ty: &Type, value: &Value) {
        match (ty, value) {
            (Type::Set(of), Value::Set(items)) | (Type::List(of), Value::List(items)) => {
                items.iter().for_each(|item| self.add(of, item));
            }
            (Type::Range(of), Value::Range(ends)) => {
                self.add(of, &ends.0);
                self.add(of, &ends.1);
            }
            (
                Type::Integer
                | Type::Number
                | Type::Quantity(_)
                | Type::Date
                | Type::Days
                | Type::WorkingDays
                | Type::Months
                | Type::Text,
                _,
            ) if value.is_settled() && *value != Value::Nothing => {
                self.found.entry(self.schema.describe(ty)).or_default().insert(value.clone());
            }
            _ => {}
        }
    }
}
