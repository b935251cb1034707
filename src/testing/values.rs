//! Values worth a try: the ends of bounds, what the policy writes down, and the neighbours of both.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::sites::{Site, at, is_derived, may_be_left_out};
use crate::hir::{Body, Expr, ExprKind, InForce, Policy};
use crate::types::{Bounds, EnumId, Field, Presence, RecordId, Schema, Type};
use crate::value::{Number, Value, shift_date};

/// What a policy writes down, by type.
#[derive(Debug)]
pub(super) struct Values<'s> {
    schema: &'s Schema,
    written: BTreeMap<String, BTreeSet<Value>>,
    /// The day of a plain case.
    day: Date,
}

impl<'s> Values<'s> {
    pub(super) fn of(policy: &Policy, schema: &'s Schema) -> Self {
        let mut written = Written { schema, found: BTreeMap::new() };
        written.policy(policy);
        let mut values = Self { schema, written: written.found, day: Date::constant(2024, 1, 1) };
        // The latest law is what a plain case is about.
        let last = values.written(&Type::Date).filter_map(date_of).max();
        values.day = last.unwrap_or(values.day);
        values
    }

    fn written(&self, ty: &Type) -> impl Iterator<Item = &Value> {
        self.written.get(&self.schema.describe(ty)).into_iter().flatten()
    }

    /// A case that gives as little as it may.
    pub(super) fn plain_case(&self) -> Vec<Value> {
        self.plain_record(&self.schema.facts.fields)
    }

    fn plain_record(&self, fields: &[Field]) -> Vec<Value> {
        let field = |field: &Field| {
            if is_derived(field) || may_be_left_out(field) { Value::Absent } else { self.plain(field) }
        };
        fields.iter().map(field).collect()
    }

    /// The plainest value of a field: zero, no, nothing in it.
    pub(super) fn plain(&self, field: &Field) -> Value {
        self.plain_of(&field.ty, &field.bounds)
    }

    fn plain_of(&self, ty: &Type, bounds: &Bounds) -> Value {
        let count = |bound: Option<&Value>| match bound {
            Some(Value::Integer(count)) => usize::try_from(*count).unwrap_or(0),
            _ => 0,
        };
        match ty {
            Type::Bool => Value::Bool(false),
            Type::Integer => within(Value::Integer(0), bounds),
            Type::Days => within(Value::Days(0), bounds),
            Type::WorkingDays => within(Value::WorkingDays(0), bounds),
            Type::Months => within(Value::Months(0), bounds),
            Type::Number | Type::Quantity(_) => within(Value::Number(Number::ZERO), bounds),
            Type::Date => within(Value::Date(self.day), bounds),
            Type::Text => Value::Text("a".into()),
            Type::Enum(_) => Value::Member(0),
            Type::Set(of) => {
                let members = self.items(of).into_iter().take(count(bounds.least.as_ref()));
                set(members)
            }
            Type::List(of) => {
                let item = self.plain_of(of, &Bounds::default());
                Value::List(vec![item; count(bounds.least.as_ref())].into())
            }
            Type::Record(id) => Value::Record(self.record(*id).into()),
            Type::Range(of) => {
                let end = self.plain_of(of, bounds);
                Value::Range((end.clone(), end).into())
            }
            Type::Duty(_) | Type::Invalid => Value::Absent,
        }
    }

    fn record(&self, id: RecordId) -> Vec<Value> {
        self.schema.record(id).map(|def| self.plain_record(&def.fields)).unwrap_or_default()
    }

    /// What may stand at a place of a case, plain values first. All are within the declared bounds.
    pub(super) fn candidates(&self, site: &Site<'_>, case: &[Value]) -> Vec<Value> {
        let free = Bounds::default();
        let bounds = if site.is_item { &free } else { &site.field.bounds };
        let current = at(case, &site.path).filter(|value| **value != Value::Absent);
        let mut found = Vec::new();
        if !site.is_item && may_be_left_out(site.field) {
            found.push(Value::Absent);
            if site.field.nothing && site.field.unknown {
                found.push(Value::Nothing);
            }
        }
        found.push(self.plain_of(site.ty, bounds));
        match site.ty {
            Type::Bool => found.push(Value::Bool(true)),
            Type::Integer
            | Type::Days
            | Type::WorkingDays
            | Type::Months
            | Type::Number
            | Type::Quantity(_)
            | Type::Date => found.extend(self.measures(site.ty, bounds, site.field)),
            Type::Text => found.extend(self.texts()),
            Type::Enum(id) => found.extend(self.members(*id)),
            Type::Set(of) => found.extend(self.sets(of, bounds, current)),
            Type::List(of) => found.extend(self.lists(of, bounds, current)),
            Type::Range(of) => found.extend(self.ranges(of, bounds, site.field)),
            Type::Record(_) | Type::Duty(_) | Type::Invalid => {}
        }
        if site.ty == &Type::Date {
            found.extend(self.beside_other_dates(case).into_iter().filter(|day| keeps(day, bounds)));
        }
        let mut seen = BTreeSet::new();
        found.retain(|value| seen.insert(value.clone()));
        found
    }

    /// The smallest difference that counts for a type, in its unit; 1 for what is counted.
    pub(super) fn step(&self, ty: &Type, field: &Field) -> Number {
        let decimals = match ty {
            Type::Quantity(unit) => self.schema.unit(*unit).and_then(|unit| unit.decimals),
            Type::Number => None,
            _ => Some(0),
        };
        let as_written = || self.written(ty).filter_map(number_of).filter_map(Number::decimals).max();
        let decimals = decimals.or_else(as_written).unwrap_or(0);
        let decimals = field.bounds.decimals.map_or(decimals, |most| most.min(decimals));
        Number::parse(&format!("1e-{decimals}")).unwrap_or(Number::ONE)
    }

    /// Bounds and written values, and what lies just beside them.
    fn measures(&self, ty: &Type, bounds: &Bounds, field: &Field) -> Vec<Value> {
        let step = self.step(ty, field);
        let mut found = Vec::new();
        let ends = bounds.least.iter().chain(&bounds.most);
        for value in ends.chain(self.written(ty)) {
            found.extend([Some(value.clone()), moved(value, step, -1), moved(value, step, 1)].into_iter().flatten());
        }
        if let Some(zero) = zero(ty) {
            found.extend([moved(&zero, Number::ONE, 1), moved(&zero, Number::ONE, 2)].into_iter().flatten());
        }
        found.retain(|value| keeps(value, bounds));
        found.sort_by_key(magnitude);
        found.dedup();
        found
    }

    /// Days that lie a written length of time from the dates of the case, and the days beside these.
    fn beside_other_dates(&self, case: &[Value]) -> Vec<Value> {
        let mut dates = BTreeSet::new();
        for value in case {
            dates_in(value, &mut dates);
        }
        let mut found = BTreeSet::new();
        let lengths = self.written(&Type::Days).chain(self.written(&Type::Months));
        let lengths: Vec<&Value> = lengths.collect();
        for date in dates.iter().take(4) {
            let mut days = vec![date.clone()];
            for length in &lengths {
                days.extend([1, -1].into_iter().filter_map(|sign| shift_date(date, length, sign).ok()));
            }
            for day in days {
                found.extend([-1, 1].into_iter().filter_map(|by| moved(&day, Number::ONE, by)));
                found.insert(day);
            }
        }
        found.into_iter().collect()
    }

    fn texts(&self) -> Vec<Value> {
        let mut found = vec![Value::Text("b".into())];
        for text in self.written(&Type::Text) {
            found.push(text.clone());
            if let Value::Text(text) = text {
                found.push(Value::Text(format!("{text} and more").into()));
            }
        }
        found
    }

    fn members(&self, id: EnumId) -> Vec<Value> {
        let count = self.schema.enumeration(id).map_or(0, |def| def.members.len());
        (0..u32::try_from(count).unwrap_or(u32::MAX)).map(Value::Member).collect()
    }

    /// Values for the items of a set or list of single values.
    fn items(&self, of: &Type) -> Vec<Value> {
        match of {
            Type::Enum(id) => self.members(*id),
            Type::Text => [Value::Text("a".into())].into_iter().chain(self.texts()).collect(),
            Type::Bool => vec![Value::Bool(false), Value::Bool(true)],
            Type::Date => {
                let days = self.written(of).cloned();
                [Value::Date(self.day)].into_iter().chain(days).collect()
            }
            _ => {
                let mut found: Vec<Value> = zero(of).into_iter().collect();
                let more: Vec<Value> = found.iter().filter_map(|zero| moved(zero, Number::ONE, 1)).collect();
                found.extend(more);
                found.extend(self.written(of).cloned());
                found
            }
        }
    }

    fn sets(&self, of: &Type, bounds: &Bounds, current: Option<&Value>) -> Vec<Value> {
        let items = self.items(of);
        let mut found = vec![set(Vec::new())];
        found.extend(items.iter().map(|item| set([item.clone()])));
        if let Some(Value::Set(members)) = current {
            for item in &items {
                let others = members.iter().filter(|member| *member != item).cloned();
                let others: Vec<Value> = others.collect();
                found.push(set(others.iter().cloned().chain([item.clone()])));
                found.push(set(others));
            }
        }
        found.push(set(items));
        found.retain(|value| keeps(value, bounds));
        found
    }

    /// Empty, one, many; and the list as it is with an item more or less.
    fn lists(&self, of: &Type, bounds: &Bounds, current: Option<&Value>) -> Vec<Value> {
        let items = match of {
            Type::Record(id) => vec![Value::Record(self.record(*id).into())],
            other => self.items(other),
        };
        let list = |items: &[Value]| Value::List(items.into());
        let mut found = vec![list(&[])];
        found.extend(items.iter().map(|item| list(std::slice::from_ref(item))));
        if let Some(Value::List(current)) = current {
            for item in &items {
                let longer: Vec<Value> = current.iter().chain([item]).cloned().collect();
                found.push(Value::List(longer.into()));
            }
            let last: Vec<Value> = current.iter().chain(current.last()).cloned().collect();
            found.push(Value::List(last.into()));
            for place in 0..current.len().min(3) {
                let shorter = current.iter().enumerate().filter(|(at, _)| *at != place);
                found.push(Value::List(shorter.map(|(_, item)| item.clone()).collect()));
            }
            found.push(Value::List(current.iter().rev().cloned().collect()));
        } else if let Some(item) = items.first() {
            found.push(list(&[item.clone(), item.clone()]));
        }
        found.retain(|value| keeps(value, bounds));
        found
    }

    fn ranges(&self, of: &Type, bounds: &Bounds, field: &Field) -> Vec<Value> {
        let ends: Vec<Value> = match of {
            Type::Date => {
                let days = self.measures(of, bounds, field);
                [self.plain_of(of, bounds)].into_iter().chain(days).collect()
            }
            _ => self.measures(of, bounds, field),
        };
        let points = ends.iter().map(|end| Value::Range((end.clone(), end.clone()).into()));
        let (least, most) = (ends.iter().min(), ends.iter().max());
        let whole = least.zip(most).map(|(least, most)| Value::Range((least.clone(), most.clone()).into()));
        points.take(12).chain(whole).collect()
    }
}

/// Collects what a policy writes down.
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
            rule.exprs().into_iter().for_each(|expr| self.expr(expr));
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

/// Whether a value keeps its bounds.
pub(super) fn keeps(value: &Value, bounds: &Bounds) -> bool {
    let measured = if let Value::List(items) | Value::Set(items) = value {
        Value::Integer(i64::try_from(items.len()).unwrap_or(i64::MAX))
    } else {
        value.clone()
    };
    let decimals = match (bounds.decimals, number_of(value)) {
        (Some(most), Some(number)) => number.decimals().is_some_and(|decimals| decimals <= most),
        (_, _) => true,
    };
    let ends = if let Value::Range(ends) = &measured { [&ends.0, &ends.1] } else { [&measured, &measured] };
    let above = |bound: &Value| ends.iter().all(|end| *end >= bound);
    let below = |bound: &Value| ends.iter().all(|end| *end <= bound);
    decimals && bounds.least.as_ref().is_none_or(above) && bounds.most.as_ref().is_none_or(below)
}

fn within(value: Value, bounds: &Bounds) -> Value {
    match (&bounds.least, &bounds.most) {
        (Some(least), _) if value < *least => least.clone(),
        (_, Some(most)) if value > *most => most.clone(),
        (_, _) => value,
    }
}

fn set(members: impl IntoIterator<Item = Value>) -> Value {
    let members: BTreeSet<Value> = members.into_iter().collect();
    Value::Set(members.into_iter().collect())
}

fn zero(ty: &Type) -> Option<Value> {
    match ty {
        Type::Integer => Some(Value::Integer(0)),
        Type::Days => Some(Value::Days(0)),
        Type::WorkingDays => Some(Value::WorkingDays(0)),
        Type::Months => Some(Value::Months(0)),
        Type::Number | Type::Quantity(_) => Some(Value::Number(Number::ZERO)),
        _ => None,
    }
}

/// A value on the line of its type: counts and numbers as they are, dates as days.
pub(super) fn number_of(value: &Value) -> Option<Number> {
    match value {
        Value::Integer(count) | Value::Days(count) | Value::WorkingDays(count) | Value::Months(count) => {
            Some(Number::from_integer(*count))
        }
        Value::Number(number) => Some(*number),
        Value::Date(date) => Some(Number::from_integer(i64::from(date.duration_since(Date::constant(2000, 1, 1)).as_hours() / 24))),
        Value::Member(place) => Some(Number::from_integer(i64::from(*place))),
        _ => None,
    }
}

/// The value of the same type that lies at a number on its line.
pub(super) fn placed(like: &Value, number: Number) -> Option<Value> {
    let whole = || number.to_integer();
    match like {
        Value::Integer(_) => whole().map(Value::Integer),
        Value::Days(_) => whole().map(Value::Days),
        Value::WorkingDays(_) => whole().map(Value::WorkingDays),
        Value::Months(_) => whole().map(Value::Months),
        Value::Number(_) if !number.is_fraction() => Some(Value::Number(number)),
        Value::Date(_) => {
            shift_date(&Value::Date(Date::constant(2000, 1, 1)), &Value::Days(whole()?), 1).ok()
        }
        _ => None,
    }
}

/// The value so many steps away.
pub(super) fn moved(value: &Value, step: Number, steps: i64) -> Option<Value> {
    let by = step.multiply(Number::from_integer(steps)).ok()?;
    placed(value, number_of(value)?.add(by).ok()?)
}

fn date_of(value: &Value) -> Option<Date> {
    if let Value::Date(date) = value { Some(*date) } else { None }
}

fn dates_in(value: &Value, found: &mut BTreeSet<Value>) {
    match value {
        Value::Date(_) => {
            found.insert(value.clone());
        }
        Value::Record(values) | Value::List(values) => values.iter().for_each(|value| dates_in(value, found)),
        _ => {}
    }
}

/// Small amounts are plain, and positive ones are plainer.
fn magnitude(value: &Value) -> (Number, Value) {
    let number = number_of(value).unwrap_or(Number::ZERO);
    let size = match value {
        Value::Date(_) => Number::ZERO,
        _ if number.is_negative() => number.negate(),
        _ => number,
    };
    (size, value.clone())
}
