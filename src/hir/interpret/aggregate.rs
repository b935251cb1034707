//! Items of `for each`: enumeration under filters, aggregates over them, and `first .. by`. An item is there
//! certainly, possibly, or (in a collection of which nothing is known) beyond what can be listed.

use std::collections::BTreeSet;

use super::case::{Case, Frame, ItemName};
use super::domain::{domain, identity};
use super::expr::comes_before;
use super::fault::{Evaluated, Fault, Judged, Truth, and, collect, implies, or, present};
use super::show::show;
use crate::hir::{Aggregate, Binder, Combine, Expr, ExprKind, Extreme};
use crate::types::{Bounds, Type};
use crate::value::{self, Certainty, Shape, Value, Waits, compare, join};

/// What the enumeration of items cannot hand to its visitor.
#[derive(Clone, Debug, Default)]
pub(super) struct Beyond {
    /// Collections that could not be evaluated.
    pub(super) fault: Option<Fault>,
    /// There may be more items than were listed.
    pub(super) more: Option<Waits>,
}

/// What is done with each item: the frame has it bound; the key tells it from the others.
pub(super) type Visitor<'v, 'p> = &'v mut dyn FnMut(&mut Frame<'p>, &[Value], Judged);

struct Item {
    /// Its place in a list; itself in a set.
    key: Value,
    value: Value,
    name: ItemName,
    present: Truth,
}

impl<'p> Case<'p> {
    /// All items (or combinations of items) that may be there, each with the condition that it is.
    pub(super) fn each(
        &self,
        binders: &[Binder],
        frame: &mut Frame<'p>,
        guard: Judged,
        visit: Visitor<'_, 'p>,
    ) -> Beyond {
        let mut beyond = Beyond::default();
        if guard != Ok(Truth::No) {
            self.each_inside(binders, frame, &mut Vec::new(), guard, visit, &mut beyond);
        }
        beyond
    }

    fn each_inside(
        &self,
        binders: &[Binder],
        frame: &mut Frame<'p>,
        key: &mut Vec<Value>,
        guard: Judged,
        visit: Visitor<'_, 'p>,
        beyond: &mut Beyond,
    ) {
        let Some((binder, inner)) = binders.split_first() else {
            visit(frame, key, guard);
            return;
        };
        let (items, more) = match self.items(binder, frame) {
            Ok(items) => items,
            Err(fault) => {
                collect(&mut beyond.fault, fault);
                return;
            }
        };
        if let Some(mut more) = more {
            if let Ok(Truth::Maybe(waits)) = &guard {
                more.extend(waits.iter().cloned());
            }
            beyond.more.get_or_insert_default().extend(more);
        }
        for item in items {
            let path = item.name.is_path.then(|| item.name.text.clone());
            frame.bind(binder.local, item.value, Some(item.name));
            let mut held = and(guard.clone(), Ok(item.present));
            if let Some(filter) = &binder.filter {
                let filter = self.judge(filter, frame).map_err(|fault| fault.at_item(path.as_deref()));
                held = and(held, filter);
            }
            if held != Ok(Truth::No) {
                key.push(item.key);
                self.each_inside(inner, frame, key, held, visit, beyond);
                key.pop();
            }
        }
        frame.bind(binder.local, Value::Absent, None);
    }

    /// The items of a collection, and whether there may be others.
    fn items(&self, binder: &Binder, frame: &mut Frame<'p>) -> Result<(Vec<Item>, Option<Waits>), Fault> {
        let collection = self.value(&binder.collection, frame)?;
        let (Type::Set(member) | Type::List(member)) = &binder.collection.ty else {
            return Err(Fault::internal("items of what is no collection", frame.place));
        };
        let of_set = |value: &Value, present: Truth| Item {
            key: value.clone(),
            value: value.clone(),
            name: ItemName { text: show(self.schema, member, value).into(), is_path: false },
            present,
        };
        if let Value::Open(open) = &collection {
            let Shape::Set { certain, possible } = &open.shape else {
                return Ok((Vec::new(), Some(open.waits.clone())));
            };
            let items = possible.as_ref().unwrap_or(certain).iter().map(|item| {
                let sure = certain.contains(item);
                of_set(item, if sure { Truth::Yes } else { Truth::Maybe(open.waits.clone()) })
            });
            return Ok((items.collect(), possible.is_none().then(|| open.waits.clone())));
        }
        let (Value::List(items) | Value::Set(items)) = &collection else {
            return Err(Fault::internal("items of what is no collection", frame.place));
        };
        let members = matches!(binder.collection.kind, ExprKind::Members(_));
        if members || matches!(collection, Value::Set(_)) {
            return Ok((items.iter().map(|item| of_set(item, Truth::Yes)).collect(), None));
        }
        let items = items.iter().enumerate().map(|(index, value)| Item {
            key: Value::Integer(i64::try_from(index).unwrap_or(i64::MAX)),
            value: value.clone(),
            name: frame.list_item(binder, index),
            present: Truth::Yes,
        });
        Ok((items.collect(), None))
    }

    #[inline(never)]
    pub(super) fn aggregate(
        &self,
        how: Aggregate,
        binders: &[Binder],
        body: &Expr,
        ty: &Type,
        frame: &mut Frame<'p>,
    ) -> Evaluated {
        let combine = match how {
            Aggregate::Any => return self.any_item(binders, body, frame).map(Truth::into_value),
            Aggregate::Every => return self.every_item(binders, body, frame).map(Truth::into_value),
            Aggregate::Count => return self.count(binders, frame),
            Aggregate::List => return self.list(binders, body, frame),
            Aggregate::Sum => Combine::Sum,
            Aggregate::Product => Combine::Product,
            Aggregate::Highest => Combine::Highest,
            Aggregate::Lowest => Combine::Lowest,
            Aggregate::Latest => Combine::Latest,
            Aggregate::Earliest => Combine::Earliest,
            Aggregate::SetOf => Combine::Union,
        };
        let place = frame.place;
        let (mut items, more) = self.gather(binders, frame, |frame| self.evaluate(body, frame))?;
        if combine == Combine::Union {
            for (_, item) in items.iter_mut().filter(|(_, item)| *item != Value::Nothing) {
                let nothing = item.may_be_nothing();
                let set = present(item.clone()).and_then(|item| value::set_of(vec![item]));
                let set = set.map_err(|trouble| Fault::of(trouble, place))?;
                *item = if nothing { join(&set, &Value::Nothing, &item.waits()) } else { set };
            }
        }
        let empty = identity(self.schema, combine, ty);
        let known = value::combine(combine, &items, &empty).map_err(|trouble| Fault::of(trouble, place))?;
        let Some(more) = more else { return Ok(known) };
        let waits: Waits = more.into_iter().chain(known.waits()).collect();
        if combine == Combine::Union {
            return Ok(Value::open(
                false,
                Shape::Set { certain: certain_members(&known), possible: None },
                waits,
            ));
        }
        Ok(domain(self.schema, ty, &Bounds::default(), known.may_be_nothing(), waits))
    }

    fn any_item(&self, binders: &[Binder], body: &Expr, frame: &mut Frame<'p>) -> Judged {
        let mut any = Ok(Truth::No);
        let beyond = self.each(binders, frame, Ok(Truth::Yes), &mut |frame, _, guard| {
            let body = self.judge_item(body, binders, frame);
            any = or(std::mem::replace(&mut any, Ok(Truth::No)), and(guard, body));
        });
        any = or(any, beyond.more.map_or(Ok(Truth::No), |waits| Ok(Truth::Maybe(waits))));
        or(any, beyond.fault.map_or(Ok(Truth::No), Err))
    }

    fn every_item(&self, binders: &[Binder], body: &Expr, frame: &mut Frame<'p>) -> Judged {
        let mut every = Ok(Truth::Yes);
        let beyond = self.each(binders, frame, Ok(Truth::Yes), &mut |frame, _, guard| {
            let body = self.judge_item(body, binders, frame);
            every = and(std::mem::replace(&mut every, Ok(Truth::Yes)), implies(guard, body));
        });
        every = and(every, beyond.more.map_or(Ok(Truth::Yes), |waits| Ok(Truth::Maybe(waits))));
        and(every, beyond.fault.map_or(Ok(Truth::Yes), Err))
    }

    fn judge_item(&self, body: &Expr, binders: &[Binder], frame: &mut Frame<'p>) -> Judged {
        self.judge(body, frame).map_err(|fault| fault.at_item(frame.item_path(binders).as_deref()))
    }

    fn count(&self, binders: &[Binder], frame: &mut Frame<'p>) -> Evaluated {
        let place = frame.place;
        let (items, more) = self.gather(binders, frame, |_| Ok(Value::Integer(1)))?;
        let known = value::combine(Combine::Sum, &items, &Value::Integer(0));
        let known = known.map_err(|trouble| Fault::of(trouble, place))?;
        let Some(more) = more else { return Ok(known) };
        let certain = items.iter().filter(|(certainty, _)| *certainty == Certainty::Certain).count();
        let least = Some(Value::Integer(i64::try_from(certain).unwrap_or(i64::MAX)));
        let waits = more.into_iter().chain(known.waits()).collect();
        Ok(Value::open(false, Shape::Interval { least, most: None }, waits))
    }

    fn list(&self, binders: &[Binder], body: &Expr, frame: &mut Frame<'p>) -> Evaluated {
        let (items, more) = self.gather(binders, frame, |frame| self.evaluate(body, frame))?;
        let mut open = more;
        for (certainty, _) in &items {
            if let Certainty::Possible(waits) = certainty {
                open.get_or_insert_default().extend(waits.iter().cloned());
            }
        }
        Ok(match open {
            Some(waits) => Value::open(false, Shape::Any, waits),
            None => Value::List(items.into_iter().map(|(_, value)| value).collect()),
        })
    }

    /// The value of every item that is or may be there.
    #[allow(clippy::type_complexity, reason = "the pair is taken apart at once")]
    fn gather<T>(
        &self,
        binders: &[Binder],
        frame: &mut Frame<'p>,
        mut value: impl FnMut(&mut Frame<'p>) -> Result<T, Fault>,
    ) -> Result<(Vec<(Certainty, T)>, Option<Waits>), Fault> {
        let mut items = Vec::new();
        let mut fault = None;
        let beyond = self.each(binders, frame, Ok(Truth::Yes), &mut |frame, _, guard| match guard {
            Err(other) => collect(&mut fault, other),
            Ok(truth) => {
                let Some(certainty) = truth.certainty() else { return };
                match value(frame) {
                    Ok(value) => items.push((certainty, value)),
                    Err(other) => {
                        collect(&mut fault, other.at_item(frame.item_path(binders).as_deref()));
                    }
                }
            }
        });
        if let Some(other) = beyond.fault {
            collect(&mut fault, other);
        }
        fault.map_or(Ok((items, beyond.more)), Err)
    }

    /// The item that comes first by the keys, on ties in the collection; with open keys all that may come first.
    #[inline(never)]
    pub(super) fn first(&self, binder: &Binder, by: &[(Extreme, Expr)], frame: &mut Frame<'p>) -> Evaluated {
        let place = frame.place;
        let (items, more) = self.gather(std::slice::from_ref(binder), frame, |frame| {
            let item = frame.local(binder.local).cloned();
            let item = item.ok_or_else(|| Fault::internal("an item is not bound", frame.place))?;
            let mut fault = None;
            let mut keys = Vec::with_capacity(by.len());
            for (_, key) in by {
                match self.value(key, frame) {
                    Ok(key) => keys.push(key),
                    Err(other) => collect(&mut fault, other),
                }
            }
            fault.map_or(Ok((item, keys)), Err)
        })?;
        if let Some(more) = more {
            let certain = items.iter().any(|(certainty, _)| *certainty == Certainty::Certain);
            return Ok(Value::open(!certain, Shape::Any, more));
        }
        let mut first: Vec<&(Certainty, (Value, Vec<Value>))> = Vec::new();
        let settled = |(certainty, (_, keys)): &(Certainty, (Value, Vec<Value>))| {
            *certainty == Certainty::Certain && keys.iter().all(Value::is_settled)
        };
        if items.iter().all(settled) {
            // One of them comes first, on ties the earliest.
            let mut best: Option<&(Certainty, (Value, Vec<Value>))> = None;
            for item in &items {
                let before = best.map_or(Ok(true), |best| precedes(&item.1.1, &best.1.1, by, false));
                if before.map_err(|trouble| Fault::of(trouble, place))? {
                    best = Some(item);
                }
            }
            return Ok(best.map_or(Value::Nothing, |(_, (value, _))| value.clone()));
        }
        for (index, item) in items.iter().enumerate() {
            let mut preceded = false;
            for (other_index, other) in items.iter().enumerate() {
                if other_index == index || other.0 != Certainty::Certain {
                    continue;
                }
                let before = precedes(&other.1.1, &item.1.1, by, other_index < index);
                preceded = preceded || before.map_err(|trouble| Fault::of(trouble, place))?;
            }
            if !preceded {
                first.push(item);
            }
        }
        let mut waits = Waits::new();
        for (certainty, (_, keys)) in &first {
            if let Certainty::Possible(more) = certainty {
                waits.extend(more.iter().cloned());
            }
            waits.extend(keys.iter().flat_map(Value::waits));
        }
        let certain = first.iter().any(|(certainty, _)| *certainty == Certainty::Certain);
        let nothing = (!certain).then_some(&Value::Nothing);
        let values = first.into_iter().map(|(_, (value, _))| value).chain(nothing);
        let joined = values.cloned().reduce(|all, one| join(&all, &one, &waits));
        Ok(joined.unwrap_or(Value::Nothing))
    }
}

fn certain_members(set: &Value) -> BTreeSet<Value> {
    if let Value::Open(open) = set
        && let Shape::Set { certain, .. } = &open.shape
    {
        return certain.clone();
    }
    if let Value::Set(members) = set { members.iter().cloned().collect() } else { BTreeSet::new() }
}

/// Whether something with the keys `left` surely comes before something with the keys `right`.
fn precedes(
    left: &[Value],
    right: &[Value],
    by: &[(Extreme, Expr)],
    on_tie: bool,
) -> Result<bool, value::Trouble> {
    for ((left, right), (extreme, _)) in left.iter().zip(right).zip(by) {
        let (before, not_after) = comes_before(*extreme);
        if Truth::of(compare(left, right, before)?)? == Truth::Yes {
            return Ok(true);
        }
        if Truth::of(compare(left, right, not_after)?)? != Truth::Yes {
            return Ok(false);
        }
    }
    Ok(on_tie)
}
