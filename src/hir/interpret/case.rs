//! One case under one law: its facts, its law date, and what has been evaluated so far. Every named value is
//! evaluated at most once per arguments; caches change no result, because evaluation has no effects.

use std::cell::{OnceCell, RefCell};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::fault::{Evaluated, Fault, Judged, Place, Truth, and};
use super::rules::Instances;
use super::watch::Watch;
use crate::hir::{Binder, BinderPath, Expr, InForce, LocalId, NamedId, Policy};
use crate::source::Span;
use crate::types::Schema;
use crate::value::{Value, compare};

/// The definition, its arguments, and the date of an `at`.
pub(super) type CallKey = (NamedId, Vec<Value>, Option<Value>);

pub(super) struct Case<'p> {
    pub(super) policy: &'p Policy,
    pub(super) schema: &'p Schema,
    pub(super) facts: &'p [Value],
    /// The law date; `None` in a policy without one.
    law: Option<Evaluated>,
    pub(super) calls: RefCell<BTreeMap<CallKey, Evaluated>>,
    /// Definitions that find in `calls` what they read.
    pub(super) prepared: RefCell<BTreeSet<NamedId>>,
    /// Final values, by [`crate::hir::OutcomeId`], filled in `outcome_order`.
    pub(super) outcomes: Vec<OnceCell<Evaluated>>,
    /// The items of each rule with their conditions, by [`crate::hir::RuleId`].
    pub(super) instances: Vec<OnceCell<Instances<'p>>>,
    /// Sees what the evaluation goes through; a decision alone needs none.
    pub(super) watch: Option<Watch>,
}

/// The local variables of one declaration.
#[derive(Clone, Debug)]
pub(super) struct Frame<'p> {
    pub(super) place: Place<'p>,
    locals: Vec<Value>,
    items: Vec<Option<ItemName>>,
}

/// How messages and `fired` name an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ItemName {
    pub(super) text: Arc<str>,
    /// It is a path into the facts, not the text of a member.
    pub(super) is_path: bool,
}

impl<'p> Case<'p> {
    /// `law` is the place of the law date in [`Policy::law_dates`].
    pub(super) fn new(
        policy: &'p Policy,
        schema: &'p Schema,
        facts: &'p [Value],
        law: Option<usize>,
        watch: Option<Watch>,
    ) -> Self {
        let mut case = Self {
            policy,
            schema,
            facts,
            law: None,
            calls: RefCell::default(),
            prepared: RefCell::default(),
            outcomes: policy.outcomes.iter().map(|_| OnceCell::new()).collect(),
            instances: policy.rules.iter().map(|_| OnceCell::new()).collect(),
            watch,
        };
        if let Some(date) = law.and_then(|law| policy.law_dates.get(law)) {
            let place = Place { name: &policy.name, cites: &policy.cites };
            case.law = Some(case.value(date, &mut Frame::new(place)));
            // What was evaluated on the way to the law date had none.
            case.calls = RefCell::default();
            case.prepared = RefCell::default();
        }
        case
    }

    /// Whether what `span` declares is in force on a day: `date`, else the law date.
    pub(super) fn in_force(
        &self,
        period: InForce,
        date: Option<&Value>,
        span: Span,
        place: Place<'_>,
    ) -> Judged {
        if period == InForce::default() {
            return Ok(Truth::Yes);
        }
        let date = self.effective_date(date, place)?;
        if let Some(watch) = &self.watch {
            watch.period(span, period, &date);
        }
        let bound = |limit: Option<jiff::civil::Date>, accept: fn(std::cmp::Ordering) -> bool| match limit {
            None => Ok(Truth::Yes),
            Some(limit) => compare(&date, &Value::Date(limit), accept)
                .and_then(Truth::of)
                .map_err(|trouble| Fault::of(trouble, place)),
        };
        and(bound(period.from, std::cmp::Ordering::is_ge), bound(period.until, std::cmp::Ordering::is_le))
    }

    /// The date that an `at` gives, else the law date.
    pub(super) fn effective_date(&self, date: Option<&Value>, place: Place<'_>) -> Evaluated {
        let date = match (date, &self.law) {
            (Some(date), _) => date.clone(),
            (None, Some(law)) => law.clone()?,
            (None, None) => return Err(Fault::internal("a dated thing is read without a law date", place)),
        };
        date.without_nothing().ok_or_else(|| Fault::internal("a law date is nothing", place))
    }

    /// The value of an expression, where the checker has made sure that it exists.
    pub(super) fn value(&self, expr: &Expr, frame: &mut Frame<'p>) -> Evaluated {
        let value = self.evaluate(expr, frame)?;
        super::fault::present(value).map_err(|trouble| Fault::of(trouble, frame.place))
    }

    pub(super) fn judge(&self, expr: &Expr, frame: &mut Frame<'p>) -> Judged {
        let value = self.evaluate(expr, frame)?;
        Truth::of(value).map_err(|trouble| Fault::of(trouble, frame.place))
    }
}

impl<'p> Frame<'p> {
    pub(super) fn new(place: Place<'p>) -> Self {
        Self { place, locals: Vec::new(), items: Vec::new() }
    }

    /// With the parameters of a declaration, or with the record that a condition is about.
    pub(super) fn with(place: Place<'p>, locals: Vec<Value>) -> Self {
        Self { place, locals, items: Vec::new() }
    }

    pub(super) fn local(&self, local: LocalId) -> Option<&Value> {
        self.locals.get(local.0 as usize).filter(|value| **value != Value::Absent)
    }

    pub(super) fn bind(&mut self, local: LocalId, value: Value, item: Option<ItemName>) {
        let place = local.0 as usize;
        if self.locals.len() <= place {
            self.locals.resize(place + 1, Value::Absent);
        }
        if self.items.len() <= place {
            self.items.resize(place + 1, None);
        }
        if let Some(slot) = self.locals.get_mut(place) {
            *slot = value;
        }
        if let Some(slot) = self.items.get_mut(place) {
            *slot = item;
        }
    }

    pub(super) fn item(&self, local: LocalId) -> Option<&ItemName> {
        self.items.get(local.0 as usize)?.as_ref()
    }

    /// The name of the `index`-th item of a list that a binder runs over.
    pub(super) fn list_item(&self, binder: &Binder, index: usize) -> ItemName {
        let path = binder.path.as_ref().and_then(|BinderPath { outer, wire }| match outer {
            None => Some(format!("{wire}[{index}]")),
            Some(outer) => self
                .item(*outer)
                .filter(|item| item.is_path)
                .map(|item| format!("{}.{wire}[{index}]", item.text)),
        });
        match path {
            Some(path) => ItemName { text: path.into(), is_path: true },
            None => ItemName { text: format!("{}[{index}]", binder.name).into(), is_path: false },
        }
    }

    /// How `fired` names the items of these binders: the innermost ones, an outer item being part of their path.
    pub(super) fn item_label(&self, binders: &[Binder]) -> Option<String> {
        let inside = |binder: &Binder| {
            binders.iter().any(|other| {
                let nested = other.path.as_ref().is_some_and(|path| path.outer == Some(binder.local));
                nested && self.item(other.local).is_some_and(|item| item.is_path)
            })
        };
        let innermost = binders.iter().filter(|binder| !inside(binder));
        let names: Vec<&str> =
            innermost.filter_map(|binder| self.item(binder.local)).map(|item| &*item.text).collect();
        (!names.is_empty()).then(|| names.join(", "))
    }

    /// The path of the innermost item that lies in the facts.
    pub(super) fn item_path(&self, binders: &[Binder]) -> Option<Arc<str>> {
        let items = binders.iter().rev().filter_map(|binder| self.item(binder.local));
        items.filter(|item| item.is_path).map(|item| item.text.clone()).next()
    }
}
