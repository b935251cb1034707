//! Values worth a try: the ends of bounds, what the policy writes down, and the neighbours of both.

mod line;
mod written;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::Date;

pub(super) use self::line::{keeps, moved, number_of, placed};
use self::line::{magnitude, within, zero};
use self::written::written;
use super::sites::{Site, at, is_derived, may_be_left_out};
use crate::hir::Policy;
use crate::types::{Bounds, EnumId, Field, RecordId, Schema, Type};
use crate::value::{Number, Value, shift_date};

/// A record may hold records of its own kind. No case is deeper than this; where all would be, there is none.
pub(super) const DEEPEST: usize = 8;

/// What a policy writes down, by type.
#[derive(Debug)]
pub(super) struct Values {
    schema: Arc<Schema>,
    written: BTreeMap<String, BTreeSet<Value>>,
    /// The day of a plain case.
    day: Date,
}

impl Values {
    pub(super) fn of(policy: &Policy, schema: &Arc<Schema>) -> Self {
        let written = written(policy, schema);
        let mut values = Self { schema: schema.clone(), written, day: Date::constant(2024, 1, 1) };
        // The latest law is what a plain case is about.
        let last = values.written(&Type::Date).filter_map(date_of).max();
        values.day = last.unwrap_or(values.day);
        values
    }

    pub(super) fn schema(&self) -> &Schema {
        &self.schema
    }

    fn written(&self, ty: &Type) -> impl Iterator<Item = &Value> {
        self.written.get(&self.schema.describe(ty)).into_iter().flatten()
    }

    /// A case that gives as little as it may.
    pub(super) fn plain_case(&self) -> Vec<Value> {
        self.plain_record(&self.schema.facts.fields, 0)
    }

    fn plain_record(&self, fields: &[Field], depth: usize) -> Vec<Value> {
        let field = |field: &Field| {
            if is_derived(field) || may_be_left_out(field) || depth > DEEPEST {
                Value::Absent
            } else {
                self.plain_of(&field.ty, &field.bounds, depth)
            }
        };
        fields.iter().map(field).collect()
    }

    /// The plainest value of a field: zero, no, nothing in it.
    pub(super) fn plain(&self, field: &Field) -> Value {
        self.plain_of(&field.ty, &field.bounds, 0)
    }

    fn plain_of(&self, ty: &Type, bounds: &Bounds, depth: usize) -> Value {
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
                let item = self.plain_of(of, &Bounds::default(), depth);
                Value::List(vec![item; count(bounds.least.as_ref())].into())
            }
            Type::Record(id) => Value::Record(self.record(*id, depth.saturating_add(1)).into()),
            Type::Range(of) => {
                let end = self.plain_of(of, bounds, depth);
                Value::Range((end.clone(), end).into())
            }
            Type::Duty(_) | Type::Invalid => Value::Absent,
        }
    }

    fn record(&self, id: RecordId, depth: usize) -> Vec<Value> {
        self.schema.record(id).map(|def| self.plain_record(&def.fields, depth)).unwrap_or_default()
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
        found.push(self.plain_of(site.ty, bounds, 0));
        match site.ty {
            Type::Bool => found.push(Value::Bool(true)),
            Type::Integer
            | Type::Days
            | Type::WorkingDays
            | Type::Months
            | Type::Number
            | Type::Quantity(_)
            | Type::Date => {
                let step = self.step(site.ty, site.field);
                let beside = [-1, 1].into_iter().filter_map(|by| moved(current?, step, by));
                found.extend(beside.filter(|value| keeps(value, bounds)));
                found.extend(self.measures(site.ty, bounds, site.field));
            }
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
            Type::Bool
            | Type::Integer
            | Type::Date
            | Type::Days
            | Type::WorkingDays
            | Type::Months
            | Type::Text
            | Type::Enum(_)
            | Type::Set(_)
            | Type::List(_)
            | Type::Record(_)
            | Type::Range(_)
            | Type::Duty(_)
            | Type::Invalid => Some(0),
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
            found.extend(
                [Some(value.clone()), moved(value, step, -1), moved(value, step, 1)].into_iter().flatten(),
            );
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
        let lengths = self.written(&Type::Days).chain(self.written(&Type::Months)).cloned();
        // So many working days have surely passed after twice as many days and two weekends.
        let working = self.written(&Type::WorkingDays).filter_map(|length| {
            let Value::WorkingDays(count) = length else { return None };
            Some(Value::Days(count.checked_mul(2)?.checked_add(4)?))
        });
        let lengths: Vec<Value> = lengths.chain(working).chain([Value::Months(12)]).collect();
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
        if let Type::Enum(id) = of {
            return self.members(*id);
        }
        let plain = if *of == Type::Text {
            vec![Value::Text("a".into())]
        } else if *of == Type::Bool {
            vec![Value::Bool(false), Value::Bool(true)]
        } else if *of == Type::Date {
            vec![Value::Date(self.day)]
        } else {
            let zero = zero(of);
            let one = zero.as_ref().and_then(|zero| moved(zero, Number::ONE, 1));
            zero.into_iter().chain(one).collect()
        };
        let more = if let Type::Text = of { self.texts() } else { self.written(of).cloned().collect() };
        plain.into_iter().chain(more).collect()
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
        let items = if let Type::Record(id) = of {
            vec![Value::Record(self.record(*id, 0).into())]
        } else {
            self.items(of)
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
        let plain = self.plain_of(of, bounds, 0);
        let ends: Vec<Value> = [plain].into_iter().chain(self.measures(of, bounds, field)).collect();
        let points = ends.iter().map(|end| Value::Range((end.clone(), end.clone()).into()));
        let (least, most) = (ends.iter().min(), ends.iter().max());
        let whole = least.zip(most).map(|(least, most)| Value::Range((least.clone(), most.clone()).into()));
        points.take(12).chain(whole).collect()
    }
}

fn set(members: impl IntoIterator<Item = Value>) -> Value {
    let members: BTreeSet<Value> = members.into_iter().collect();
    Value::Set(members.into_iter().collect())
}

fn date_of(value: &Value) -> Option<Date> {
    if let Value::Date(date) = value { Some(*date) } else { None }
}

fn dates_in(value: &Value, found: &mut BTreeSet<Value>) {
    if let Value::Record(values) | Value::List(values) = value {
        values.iter().for_each(|value| dates_in(value, found));
    } else if let Value::Date(_) = value {
        found.insert(value.clone());
    }
}
