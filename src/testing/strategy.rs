//! Strategies of proptest for the facts of a policy. In comes a typed policy; out come cases that it takes, often at its
//! boundaries, which shrink towards a plain case: what may be absent is, lists are empty, amounts are zero.

use std::fmt;
use std::sync::Arc;

use proptest::prelude::*;
use serde::{Serialize, Serializer};
use serde_json::Value as Json;

use super::mend::{MENDINGS, Mended, mend};
use super::random::Random;
use super::sites::{Site, is_derived, may_be_left_out};
use super::values::{DEEPEST, Values, keeps, moved};
use crate::decision::Decision;
use crate::facts::to_json;
use crate::hir::Policy;
use crate::types::{Bounds, Field, RecordDef, Schema, Type};
use crate::value::Value;

/// Lists and sets are as long as this, unless their bounds ask for more.
const ITEMS: usize = 3;

/// Records in records in records are left out where they may be.
const NESTED: usize = 2;

/// The facts of a case: a JSON object.
///
/// Shows as JSON on one line, so that a case that a test found can be copied into a file of cases. Serializes to the
/// object, for [`Policy::decide`](crate::Policy::decide).
///
/// ```
/// use assize::testing::Facts;
///
/// let facts: Facts = r#"{"deaths": 1, "goods_value": "9.50"}"#.parse()?;
/// let raised = facts.with("deaths", 2).without("goods_value");
/// assert_eq!(raised.to_string(), r#"{"deaths":2}"#);
/// assert!("[1]".parse::<Facts>().is_err());
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct Facts(serde_json::Map<String, Json>);

impl Facts {
    /// A fact by its wire name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Json> {
        self.0.get(name)
    }

    /// The same case with another value of a fact.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<Json>) -> Self {
        self.0.insert(name.to_owned(), value.into());
        self
    }

    /// The same case without a fact.
    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.remove(name);
        self
    }

    /// The case as a JSON object on one line.
    #[must_use]
    pub fn to_json(&self) -> String {
        Json::Object(self.0.clone()).to_string()
    }

    pub(crate) fn of(schema: &Schema, values: &[Value]) -> Self {
        // What is written here is an object.
        to_json(schema, values).parse().unwrap_or_else(|_| Self(serde_json::Map::new()))
    }

    pub(crate) fn entries(&self) -> &serde_json::Map<String, Json> {
        &self.0
    }
}

impl std::str::FromStr for Facts {
    type Err = serde_json::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        serde_json::from_str(text).map(Self)
    }
}

impl fmt::Display for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_json())
    }
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_json())
    }
}

impl Serialize for Facts {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// Cases of a policy; `decide` says which of them it takes.
pub(crate) fn facts_strategy(
    policy: &Policy,
    schema: &Arc<Schema>,
    decide: impl Fn(Vec<Value>) -> Decision + 'static,
) -> BoxedStrategy<Facts> {
    let values = Values::of(policy, schema);
    let cases = Strategies { values: &values, schema }.record(&schema.facts, 0);
    cases
        .prop_filter_map("no case was found that lacks nothing and keeps what must hold", move |case| {
            let Value::Record(facts) = case else { return None };
            taken(&values, facts.to_vec(), &decide).map(|facts| Facts::of(values.schema(), &facts))
        })
        .boxed()
}

/// A case that the policy takes, made of one that perhaps it does not: the same for the same.
fn taken(values: &Values, facts: Vec<Value>, decide: &impl Fn(Vec<Value>) -> Decision) -> Option<Vec<Value>> {
    let mut facts = facts;
    let mut random = Random::new(0);
    for _ in 0..MENDINGS.saturating_mul(4) {
        match mend(values, &facts, &decide(facts.clone()), &mut random) {
            Mended::Sound => return Some(facts),
            Mended::Changed(mended) => facts = mended,
            Mended::Beyond => return None,
        }
    }
    None
}

struct Strategies<'v> {
    values: &'v Values,
    schema: &'v Schema,
}

impl Strategies<'_> {
    fn record(&self, def: &RecordDef, depth: usize) -> BoxedStrategy<Value> {
        let fields: Vec<BoxedStrategy<Value>> =
            def.fields.iter().map(|field| self.field(field, depth)).collect();
        fields.prop_map(|values| Value::Record(values.into())).boxed()
    }

    fn field(&self, field: &Field, depth: usize) -> BoxedStrategy<Value> {
        // A record that holds its own kind ends somewhere.
        let ends = depth > DEEPEST || (depth > NESTED && may_be_left_out(field));
        if is_derived(field) || ends {
            return Just(Value::Absent).boxed();
        }
        let given = self.value(&field.ty, field, false, depth);
        match (may_be_left_out(field), field.nothing && field.unknown) {
            (false, _) => given,
            // The first of them is what the others shrink to.
            (true, false) => prop_oneof![1 => Just(Value::Absent), 3 => given].boxed(),
            (true, true) => {
                prop_oneof![1 => Just(Value::Absent), 1 => Just(Value::Nothing), 3 => given].boxed()
            }
        }
    }

    fn value(&self, ty: &Type, field: &Field, is_item: bool, depth: usize) -> BoxedStrategy<Value> {
        match ty {
            Type::Bool => any::<bool>().prop_map(Value::Bool).boxed(),
            Type::Integer
            | Type::Days
            | Type::WorkingDays
            | Type::Months
            | Type::Number
            | Type::Quantity(_)
            | Type::Date => {
                let noted = self.noted(ty, field, is_item);
                prop_oneof![3 => noted, 2 => self.anywhere(ty, field, is_item)].boxed()
            }
            Type::Text | Type::Enum(_) => self.noted(ty, field, is_item),
            Type::Set(of) => {
                let items = prop::collection::btree_set(self.value(of, field, true, depth), lengths(field));
                items.prop_map(|items| Value::Set(items.into_iter().collect())).boxed()
            }
            Type::List(of) => {
                let items = prop::collection::vec(self.value(of, field, true, depth), lengths(field));
                items.prop_map(|items| Value::List(items.into())).boxed()
            }
            Type::Record(id) => match self.schema.record(*id) {
                Some(def) => self.record(def, depth.saturating_add(1)),
                None => Just(Value::Absent).boxed(),
            },
            Type::Range(of) => {
                let end = || self.value(of, field, false, depth);
                (end(), end())
                    .prop_map(|(one, other)| {
                        let (bottom, top) = if one <= other { (one, other) } else { (other, one) };
                        Value::Range((bottom, top).into())
                    })
                    .boxed()
            }
            // No fact has these types in a policy without errors.
            Type::Duty(_) | Type::Invalid => Just(Value::Absent).boxed(),
        }
    }

    /// What the policy writes down, and what lies beside it, plain values first.
    fn noted(&self, ty: &Type, field: &Field, is_item: bool) -> BoxedStrategy<Value> {
        let site = Site { path: Vec::new(), shape: Vec::new(), ty, field, is_item };
        let mut candidates = self.values.candidates(&site, &[]);
        candidates.retain(|value| !matches!(value, Value::Absent | Value::Nothing));
        prop::sample::select(candidates).boxed()
    }

    /// Any value near a plain one, seldom a far one.
    fn anywhere(&self, ty: &Type, field: &Field, is_item: bool) -> BoxedStrategy<Value> {
        let site = Site { path: Vec::new(), shape: Vec::new(), ty, field, is_item };
        let candidates = self.values.candidates(&site, &[]);
        let plain = candidates.into_iter().find(|value| !matches!(value, Value::Absent | Value::Nothing));
        let Some(plain) = plain else { return Just(Value::Absent).boxed() };
        let step = self.values.step(ty, field);
        let bounds = if is_item { Bounds::default() } else { field.bounds.clone() };
        prop_oneof![4 => -60..400_i64, 1 => -10_000..10_000_000_i64]
            .prop_map(move |steps| {
                let there = moved(&plain, step, steps).filter(|there| keeps(there, &bounds));
                there.unwrap_or_else(|| plain.clone())
            })
            .boxed()
    }
}

fn lengths(field: &Field) -> std::ops::RangeInclusive<usize> {
    let count = |bound: &Option<Value>| match bound {
        Some(Value::Integer(count)) => usize::try_from(*count).ok(),
        _ => None,
    };
    // The bounds of a list of records count the list; its items are records.
    let (least, most) = match field.ty {
        Type::Set(_) | Type::List(_) => (count(&field.bounds.least).unwrap_or(0), count(&field.bounds.most)),
        Type::Bool
        | Type::Integer
        | Type::Number
        | Type::Quantity(_)
        | Type::Date
        | Type::Days
        | Type::WorkingDays
        | Type::Months
        | Type::Text
        | Type::Enum(_)
        | Type::Record(_)
        | Type::Range(_)
        | Type::Duty(_)
        | Type::Invalid => (0, None),
    };
    let longest = most.unwrap_or(usize::MAX).min(least.max(ITEMS));
    least..=longest
}
