//! What cases can go through at all: an evaluation in which every fact may have any value that its declaration allows.
//! What it does not reach, no case reaches; what it reaches, perhaps some case does. Facts that may be unknown wait for
//! themselves and the others for nothing, so that a condition can be unknown where it waits.

use std::collections::{BTreeMap, BTreeSet};

use super::admit::broken;
use super::case::{Case, Frame};
use super::domain::domain;
use super::fault::Place;
use super::judge;
use super::watch::{End, Point, Readings, Side, Watch};
use crate::hir::{Policy, RecordRules};
use crate::source::Span;
use crate::types::{Field, Presence, RecordDef, Schema, Type};
use crate::value::{Value, Waits};

/// What is known of the lists of the facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lists {
    /// Nothing.
    Open,
    /// They are empty.
    Empty,
    /// They have one item, of which nothing is known.
    OneItem,
}

/// Every point that some case may go through, and perhaps some that none does.
///
/// Over lists of which nothing is known a sum may have any value. How low it may be is taken from lists with no item or
/// one, where these come to it: more items add to it, as far as what they add is not below zero.
pub(crate) fn possible(policy: &Policy, schema: &Schema) -> BTreeMap<Point, u64> {
    let known = possible_with(policy, schema, &[Lists::Empty, Lists::OneItem]);
    let mut seen = possible_with(policy, schema, &[Lists::Open]);
    let reached: BTreeSet<(Span, End)> = known.keys().filter_map(threshold).collect();
    seen.retain(|point, _| match (point, threshold(point)) {
        (Point::Side(_, _, Side::Below), Some(threshold)) => !reached.contains(&threshold),
        (_, _) => true,
    });
    for (point, count) in known {
        seen.entry(point).or_insert(count);
    }
    seen
}

fn threshold(point: &Point) -> Option<(Span, End)> {
    if let Point::Side(span, end, _) = point { Some((*span, *end)) } else { None }
}

fn possible_with(policy: &Policy, schema: &Schema, lists: &[Lists]) -> BTreeMap<Point, u64> {
    let mut seen = BTreeMap::new();
    let laws = (0..policy.law_dates.len()).map(Some).chain(policy.law_dates.is_empty().then_some(None));
    for law in laws {
        for lists in lists.iter().copied() {
            let mut waiting = BTreeSet::new();
            // A condition of need that waits makes its fact wait; each round finds at least one more such fact.
            loop {
                let facts = Facts { schema, lists, waiting: &waiting };
                let facts = facts.record(&schema.facts, "");
                let watch = Some(Watch::new(Readings::Possible));
                let case = Case::new(policy, schema, &facts, law, watch);
                let mut found = BTreeSet::new();
                let whole = Value::Record(facts.clone().into());
                needs(&case, &schema.facts, &policy.facts, &whole, "", &mut found);
                if found.is_subset(&waiting) {
                    broken(&case, &mut None);
                    // Faults end an evaluation where a case with other facts may go on; what was seen stays seen.
                    let _ = judge(&case);
                    if let Some(watch) = &case.watch {
                        watch.add_to(&mut seen);
                    }
                    break;
                }
                waiting.extend(found);
            }
        }
    }
    seen
}

/// Fields within fields of which each is looked at.
const DEEPEST: usize = 5;

struct Facts<'a> {
    schema: &'a Schema,
    lists: Lists,
    /// Conditional facts of which it may be unknown whether they are needed.
    waiting: &'a BTreeSet<String>,
}

impl Facts<'_> {
    fn record(&self, def: &RecordDef, path: &str) -> Vec<Value> {
        let unknown = |field: &Field| field.unknown || self.waiting.contains(&below(path, field));
        let field = |field: &Field| {
            let path = below(path, field);
            let waits = match &field.presence {
                Presence::FirstOf(sources) => {
                    sources.iter().filter_map(|source| def.fields.get(*source)).any(unknown)
                }
                Presence::Needed | Presence::NeededWhen(_) | Presence::Default(_) => unknown(field),
            };
            let waits = if waits { Waits::from([path.as_str().into()]) } else { Waits::new() };
            let conditional = matches!(field.presence, Presence::NeededWhen(_));
            let may_lack = field.nothing || conditional;
            // A record may hold records of its own kind: of deep ones nothing is known.
            let whole = !may_lack && waits.is_empty() && path.matches('.').count() < DEEPEST;
            match (&field.ty, self.lists) {
                (Type::Record(id), _) if whole => self.item(*id, &path),
                (Type::List(_), Lists::Empty) if whole => Value::List([].into()),
                (Type::List(of), Lists::OneItem) if whole => {
                    let item = if let Type::Record(id) = &**of {
                        self.item(*id, &path)
                    } else {
                        domain(self.schema, of, &Default::default(), false, waits)
                    };
                    Value::List([item].into())
                }
                (ty, _) => domain(self.schema, ty, &field.bounds, may_lack, waits),
            }
        };
        def.fields.iter().map(field).collect()
    }

    fn item(&self, id: crate::types::RecordId, path: &str) -> Value {
        let fields = self.schema.record(id).map(|def| self.record(def, path));
        Value::Record(fields.unwrap_or_default().into())
    }
}

/// Evaluates the conditions of need, and finds the facts of which it may be unknown whether they are needed.
fn needs<'p>(
    case: &Case<'p>,
    def: &RecordDef,
    rules: &'p RecordRules,
    record: &Value,
    path: &str,
    found: &mut BTreeSet<String>,
) {
    let Value::Record(values) = record else { return };
    for (index, (field, value)) in def.fields.iter().zip(values.iter()).enumerate() {
        let field_path = below(path, field);
        if let Some(condition) = rules.needed_when.get(index).and_then(Option::as_ref) {
            let locals = if path.is_empty() { Vec::new() } else { vec![record.clone()] };
            let place = Place { name: "", cites: &[] };
            let condition = case.value(condition, &mut Frame::with(place, locals));
            if condition.is_ok_and(|condition| !condition.waits().is_empty()) {
                found.insert(field_path.clone());
            }
        }
        let inner = match (&field.ty, value) {
            (Type::Record(id), Value::Record(_)) => Some((*id, value)),
            (Type::List(of), Value::List(items)) => match (&**of, items.first()) {
                (Type::Record(id), Some(item)) => Some((*id, item)),
                (_, _) => None,
            },
            (_, _) => None,
        };
        let Some((id, inner)) = inner else { continue };
        let (def, rules) = (case.schema.record(id), case.policy.records.get(id.0 as usize));
        if let (Some(def), Some(rules)) = (def, rules) {
            needs(case, def, rules, inner, &field_path, found);
        }
    }
}

/// All items of a list are one here, so the path of a field says it.
fn below(path: &str, field: &Field) -> String {
    if path.is_empty() { field.wire.to_string() } else { format!("{path}.{}", field.wire) }
}
