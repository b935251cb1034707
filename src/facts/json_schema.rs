//! The schema of facts as JSON Schema 2020-12: what the binder takes, it takes; and what it takes the binder takes, as
//! far as a schema can say. It cannot say how many digits are held exactly, that an integer is not written `3.0`, that
//! a range rises, what is needed only sometimes, and what must hold: titles and descriptions tell of these.

use std::collections::BTreeSet;

use super::Limits;
use super::problems::on_wire;
use super::write::field_json;
use crate::types::json_schema::{Definitions, Entries, Node, object, or_null, patterns, reference};
use crate::types::{Field, Presence, RecordDef, RecordId, Schema, Type};
use crate::value::{Number, Value};

/// Nothing that hides or reorders text; tabs and line ends may stand in notes.
const TEXT: &str = r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]*$";

/// The document for the facts of a policy with this name and title.
pub(crate) fn json_schema(schema: &Schema, limits: &Limits, name: &str, title: Option<&str>) -> String {
    let mut writer = Writer {
        schema,
        limits,
        definitions: Definitions::default(),
        records: BTreeSet::new(),
        next: Vec::new(),
    };
    let about = format!(
        "The facts of a case under the policy `{name}`. Numbers are exact, up to 28 digits: give them as texts \
         wherever a reader would pass them through binary floating point."
    );
    let root = writer.record(&schema.facts, Wanted::Needed, Some(about));
    while let Some((id, wanted)) = writer.next.pop() {
        if let Some(def) = schema.record(id) {
            let made = writer.record(def, wanted, None);
            writer.definitions.insert(&wanted.name_of(def), made);
        }
    }
    writer.definitions.document(title.unwrap_or(name), root)
}

struct Writer<'s> {
    schema: &'s Schema,
    limits: &'s Limits,
    definitions: Definitions,
    /// The records that are referred to, and those of them that are still to be defined.
    records: BTreeSet<(RecordId, Wanted)>,
    next: Vec<(RecordId, Wanted)>,
}

/// Whether what a record needs must be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Wanted {
    Needed,
    /// The record is in a field that is needed only sometimes: where it is not, nothing in it is either.
    Sometimes,
}

impl Wanted {
    /// No declared name has a dot in it.
    fn name_of(self, def: &RecordDef) -> String {
        match self {
            Self::Needed => def.name.to_string(),
            Self::Sometimes => format!("{}.in_part", def.name),
        }
    }
}

/// What a schema says of a value: its type and its bounds.
#[derive(Clone, Copy)]
struct Place<'s> {
    field: &'s Field,
    wanted: Wanted,
    /// The bounds of a list or set count its items.
    bounded: bool,
}

impl<'s> Writer<'s> {
    fn record(&mut self, def: &'s RecordDef, wanted: Wanted, about: Option<String>) -> Entries {
        let mut properties = Vec::new();
        let mut notes: Vec<String> = about.into_iter().collect();
        let mut one_of_several = Vec::new();
        for field in &def.fields {
            if let Presence::FirstOf(sources) = &field.presence {
                let sources: Vec<&Field> = sources.iter().filter_map(|at| def.fields.get(*at)).collect();
                let names: Vec<String> = sources.iter().map(|source| format!("`{}`", source.wire)).collect();
                notes.push(format!("`{}` is the first of {} that is there.", field.name, names.join(", ")));
                if wanted == Wanted::Needed && sources.iter().all(|source| is_nothing_when_absent(source)) {
                    let each = sources.iter().map(|source| {
                        Node::from(Entries::new().with("required", vec![Node::from(&*source.wire)]))
                    });
                    one_of_several.push(Entries::new().with("anyOf", each.collect::<Vec<_>>()).into());
                }
            }
            if on_wire(field) {
                let required = wanted == Wanted::Needed && is_required(field);
                properties.push((field.wire.to_string(), self.field(field, wanted), required));
            }
        }
        notes.extend(def.must_hold.iter().map(|text| format!("Must hold: {text}.")));
        let head = Entries::new()
            .with_some("title", def.title.as_deref())
            .with_some("description", (!notes.is_empty()).then(|| notes.join(" ")));
        head.and(object(properties)).with_any("allOf", one_of_several)
    }

    fn field(&mut self, field: &'s Field, wanted: Wanted) -> Entries {
        let wanted = if let Presence::NeededWhen(_) = field.presence { Wanted::Sometimes } else { wanted };
        let notes = self.notes(field);
        let head = Entries::new()
            .with_some("title", field.title.as_deref())
            .with_some("description", (!notes.is_empty()).then(|| notes.join(" ")));
        let value = self.value(&field.ty, Place { field, wanted, bounded: true });
        let value = if field.nothing && field.unknown { or_null(value) } else { value };
        let default = match &field.presence {
            Presence::Default(value) => field_json(self.schema, field, value).map(Node::Json),
            Presence::Needed | Presence::NeededWhen(_) | Presence::FirstOf(_) => None,
        };
        head.and(value).with_some("default", default)
    }

    /// What is said about a field for people.
    fn notes(&self, field: &Field) -> Vec<String> {
        let mut notes = Vec::new();
        match &field.ty {
            Type::Quantity(_) | Type::Days | Type::WorkingDays | Type::Months => {
                notes.push(format!("In {}.", self.schema.describe(&field.ty)));
            }
            Type::Range(of) => {
                let unit = if let Type::Quantity(_) = **of {
                    format!(", in {}", self.schema.describe(of))
                } else {
                    String::new()
                };
                notes.push(format!("Bottom and top{unit}; both are included."));
            }
            Type::Number if field.in_percent => notes.push("In per cent: 5 is 5%.".to_owned()),
            Type::Bool
            | Type::Integer
            | Type::Number
            | Type::Date
            | Type::Text
            | Type::Enum(_)
            | Type::Set(_)
            | Type::List(_)
            | Type::Record(_)
            | Type::Duty(_)
            | Type::Invalid => {}
        }
        match field.bounds.decimals {
            Some(0) => notes.push("No decimals.".to_owned()),
            Some(1) => notes.push("Up to 1 decimal.".to_owned()),
            Some(most) => notes.push(format!("Up to {most} decimals.")),
            None => {}
        }
        if let Presence::NeededWhen(condition) = &field.presence {
            notes.push(format!("Needed when {condition}; else it is passed over."));
        }
        match (field.nothing, field.unknown) {
            (true, false) => notes.push("Left out where there is no such thing.".to_owned()),
            (false, true) => notes.push("Left out where the case does not say.".to_owned()),
            (true, true) => notes
                .push("Null where there is no such thing, left out where the case does not say.".to_owned()),
            (false, false) => {}
        }
        if let Some(by) = &field.judgement {
            notes.push(format!("A judgement by {by}."));
        }
        notes
    }

    fn value(&mut self, ty: &'s Type, place: Place<'s>) -> Entries {
        let Place { field, wanted, bounded } = place;
        let bounds = &field.bounds;
        let (least, most) =
            if bounded { (bounds.least.as_ref(), bounds.most.as_ref()) } else { (None, None) };
        match ty {
            Type::Bool => Entries::new().with("type", "boolean"),
            Type::Integer | Type::Days | Type::WorkingDays | Type::Months => Entries::new()
                .with("type", "integer")
                .with("minimum", least.and_then(count).unwrap_or(i64::MIN))
                .with("maximum", most.and_then(count).unwrap_or(i64::MAX)),
            Type::Number | Type::Quantity(_) => number(field, least, most),
            Type::Date => {
                let pattern = |bound: Option<&Value>, rising| match bound {
                    Some(Value::Date(bound)) => {
                        Some(Entries::new().with("pattern", patterns::date_from(*bound, rising)).into())
                    }
                    _ => None,
                };
                let bounds = pattern(least, true).into_iter().chain(pattern(most, false)).collect();
                self.definitions.date().with_any("allOf", bounds)
            }
            Type::Text => {
                let longest = i64::try_from(self.limits.text_bytes).unwrap_or(i64::MAX);
                self.definitions.insert(
                    "text",
                    Entries::new().with("type", "string").with("maxLength", longest).with("pattern", TEXT),
                );
                reference("text")
            }
            Type::Enum(id) => self.definitions.enumeration(self.schema, *id),
            Type::Set(of) | Type::List(of) => {
                let items = self.value(of, Place { bounded: false, ..place });
                let limit = i64::try_from(self.limits.list_items).unwrap_or(i64::MAX);
                let longest = most.and_then(count).map_or(limit, |most| most.min(limit)).max(0);
                let shortest = least.and_then(count).filter(|least| *least > 0);
                let distinct = matches!(ty, Type::Set(_)).then_some(true);
                Entries::new()
                    .with("type", "array")
                    .with("items", items)
                    .with_some("minItems", shortest)
                    .with("maxItems", longest)
                    .with_some("uniqueItems", distinct)
            }
            Type::Range(of) => {
                let ends = self.value(of, place);
                Entries::new()
                    .with("type", "array")
                    .with("items", ends)
                    .with("minItems", 2)
                    .with("maxItems", 2)
            }
            Type::Record(id) => match self.schema.record(*id) {
                Some(def) => {
                    if self.records.insert((*id, wanted)) {
                        self.next.push((*id, wanted));
                    }
                    reference(&wanted.name_of(def))
                }
                None => Entries::new(),
            },
            // No fact has these types in a policy without errors.
            Type::Duty(_) | Type::Invalid => Entries::new(),
        }
    }
}

/// A JSON number or a decimal text. Keywords for numbers pass over texts, and those for texts over numbers.
fn number(field: &Field, least: Option<&Value>, most: Option<&Value>) -> Entries {
    let scaled = |bound: Option<&Value>| {
        let Some(Value::Number(bound)) = bound else { return None };
        if field.in_percent { bound.multiply(Number::from_integer(100)).ok() } else { Some(*bound) }
    };
    let (least, most) = (scaled(least), scaled(most));
    let decimals = field.bounds.decimals;
    let shown = if field.in_percent { decimals.map(|most| most.saturating_sub(2)) } else { decimals };
    // Validators take other multiples than whole ones through binary floats, and then refuse 19.99 for 0.01.
    let whole = match (decimals, field.in_percent) {
        (Some(0), true) => Some(100),
        (Some(1), true) => Some(10),
        (Some(2), true) | (Some(0), false) => Some(1),
        (Some(_), _) | (None, _) => None,
    };
    let bound =
        |pattern: Option<String>| pattern.map(|pattern| Entries::new().with("pattern", pattern).into());
    let bounds = bound(least.and_then(patterns::at_least)).into_iter();
    let bounds = bounds.chain(bound(most.and_then(patterns::at_most))).collect();
    Entries::new()
        .with("type", vec!["number".into(), "string".into()])
        .with_some("minimum", least.and_then(Node::number))
        .with_some("maximum", most.and_then(Node::number))
        .with_some("multipleOf", whole)
        .with("pattern", patterns::decimal(shown))
        .with_any("allOf", bounds)
}

fn count(bound: &Value) -> Option<i64> {
    if let Value::Integer(count) | Value::Days(count) | Value::WorkingDays(count) | Value::Months(count) =
        bound
    {
        return Some(*count);
    }
    None
}

/// A case without it misses it, whatever else the case says.
fn is_required(field: &Field) -> bool {
    match field.presence {
        Presence::Needed => !field.nothing && !field.unknown,
        Presence::NeededWhen(_) | Presence::Default(_) | Presence::FirstOf(_) => false,
    }
}

fn is_nothing_when_absent(field: &Field) -> bool {
    match field.presence {
        Presence::Needed => field.nothing && !field.unknown,
        Presence::NeededWhen(_) | Presence::Default(_) | Presence::FirstOf(_) => false,
    }
}
