//! What `Decision::to_json` writes, as JSON Schema 2020-12: every decision under the policy validates.

use super::{ProblemCode, Status};
use crate::types::json_schema::{Definitions, Entries, Node, object, or_null, patterns, reference};
use crate::types::{Field, Presence, RecordId, Schema, Type};

/// What the schema of the outcomes does not know of a policy.
pub(crate) struct Names<'a> {
    pub(crate) policy: &'a str,
    pub(crate) title: Option<&'a str>,
    pub(crate) rules: Vec<&'a str>,
}

/// The document for the decisions under a policy.
pub(crate) fn json_schema(schema: &Schema, names: &Names<'_>) -> String {
    let mut writer = Writer { schema, definitions: Definitions::default() };
    let root = writer.decision(names);
    writer.definitions.document(names.title.unwrap_or(names.policy), root)
}

struct Writer<'s> {
    schema: &'s Schema,
    definitions: Definitions,
}

impl Writer<'_> {
    fn decision(&mut self, names: &Names<'_>) -> Entries {
        let mut declared: Vec<_> = self.schema.outcomes.iter().collect();
        declared.sort_by(|left, right| left.wire.cmp(&right.wire));
        let (mut outcomes, mut bounds) = (Vec::new(), Vec::new());
        for outcome in &declared {
            let value = self.value(&outcome.ty);
            let value = if outcome.nothing { or_null(value) } else { value };
            let titled = Entries::new().with_some("title", outcome.title.as_deref());
            outcomes.push((outcome.wire.to_string(), titled.and(value), false));
            bounds.push((outcome.wire.to_string(), self.bounds(&outcome.ty), false));
        }
        let wires: Vec<Node> = declared.iter().map(|outcome| (&*outcome.wire).into()).collect();
        let rules: Vec<Node> = names.rules.iter().map(|rule| (*rule).into()).collect();
        let codes: Vec<Node> = ProblemCode::ALL.iter().map(|code| code.as_str().into()).collect();
        let statuses = Status::ALL.iter().map(|status| status.as_str().into()).collect::<Vec<_>>();

        let fired = object(vec![
            ("rule".into(), one_of(rules.clone()), true),
            ("item".into(), path("The item, for a rule with `for each`."), false),
        ]);
        let overridden = object(vec![
            ("rule".into(), one_of(rules.clone()), true),
            ("by".into(), one_of(rules), true),
            ("item".into(), path("The item, for a rule with `for each`."), false),
            ("outcomes".into(), array(one_of(wires.clone())).with("minItems", 1), false),
        ]);
        let error = object(vec![
            ("code".into(), one_of(codes), true),
            (
                "path".into(),
                path("The fact that is malformed, or the item at which evaluation failed."),
                false,
            ),
            ("message".into(), text(), true),
            ("at".into(), text(), false),
            ("cites".into(), array(text()).with("minItems", 1), false),
        ]);
        let counted = Entries::new()
            .with("description", "The number of the case, from 0.")
            .with("type", "integer")
            .with("minimum", 0);
        let needs = array(path("A fact that the case does not give.")).with("uniqueItems", true);
        let about =
            format!("A decision under the policy `{}`: one line that `assize decide` writes.", names.policy);
        let all = |listed: Vec<Node>| Entries::new().with("required", listed);
        let empty = || Entries::new().with("maxItems", 0);
        let some = || Entries::new().with("minItems", 1);
        let none_settled = || Entries::new().with("maxProperties", 0);

        let decision = object(vec![
            ("case".into(), counted, true),
            ("status".into(), Entries::new().with("enum", statuses), true),
            ("outcomes".into(), object(outcomes), true),
            ("unsettled".into(), array(one_of(wires.clone())).with("uniqueItems", true), true),
            ("bounds".into(), object(bounds).with("minProperties", 1), false),
            ("needs".into(), needs, true),
            ("fired".into(), array(fired), true),
            ("overridden".into(), array(overridden), true),
            ("errors".into(), array(error), true),
        ]);
        let open_if_bounded = Entries::new()
            .with("if", Entries::new().with("required", vec![Node::from("bounds")]))
            .with("then", Entries::new().with("properties", Entries::new().with("unsettled", some())))
            .with("else", Entries::new().with("properties", Entries::new().with("unsettled", empty())));
        Entries::new().with("description", about).and(decision).with(
            "allOf",
            vec![
                open_if_bounded.into(),
                when(
                    Status::Decided,
                    Entries::new()
                        .with("outcomes", all(wires))
                        .with("unsettled", empty())
                        .with("needs", empty())
                        .with("errors", empty()),
                ),
                when(Status::Undetermined, Entries::new().with("needs", some()).with("errors", empty())),
                when(Status::Refused, nothing_decided(none_settled(), empty).with("errors", some())),
                when(
                    Status::Failed,
                    nothing_decided(none_settled(), empty).with("needs", empty()).with("errors", some()),
                ),
            ],
        )
    }

    /// What is known of an outcome that is not settled.
    fn bounds(&mut self, ty: &Type) -> Entries {
        // No declared name has a dot in it.
        self.definitions
            .insert("waits.for", array(path("A fact that is not known.")).with("uniqueItems", true));
        let mut known: Vec<(String, Entries, bool)> = Vec::new();
        match ty {
            Type::Set(of) => {
                let members = array(self.value(of)).with("uniqueItems", true);
                known.push(("certain".into(), members.clone(), false));
                known.push(("possible".into(), members, false));
            }
            Type::Duty(kinds) => {
                let members =
                    array(self.definitions.enumeration(self.schema, *kinds)).with("uniqueItems", true);
                known.push(("certain".into(), members.clone(), false));
                known.push(("possible".into(), members, false));
            }
            Type::Bool | Type::Text | Type::Enum(_) => {
                let candidates = array(or_null(self.value(ty))).with("uniqueItems", true);
                known.push(("one_of".into(), candidates, false));
            }
            Type::Integer
            | Type::Number
            | Type::Quantity(_)
            | Type::Date
            | Type::Days
            | Type::WorkingDays
            | Type::Months
            | Type::Range(_) => {
                let end = self.value(ty.end());
                known.push(("at_least".into(), end.clone(), false));
                known.push(("at_most".into(), end, false));
                known.push(("or_null".into(), Entries::new().with("const", true), false));
            }
            Type::List(_) | Type::Record(_) | Type::Invalid => {}
        }
        known.push(("waits_for".into(), reference("waits.for"), true));
        object(known)
    }

    fn value(&mut self, ty: &Type) -> Entries {
        match ty {
            Type::Bool => Entries::new().with("type", "boolean"),
            Type::Integer => whole(),
            Type::Days | Type::WorkingDays | Type::Months => {
                Entries::new().with("description", format!("In {}.", self.schema.describe(ty))).and(whole())
            }
            Type::Number => text().with("pattern", patterns::written_decimal(0)),
            Type::Quantity(unit) => {
                let decimals = self.schema.unit(*unit).and_then(|unit| unit.decimals).unwrap_or(0);
                Entries::new()
                    .with("description", format!("In {}.", self.schema.describe(ty)))
                    .and(text().with("pattern", patterns::written_decimal(decimals)))
            }
            Type::Date => self.definitions.date(),
            Type::Text => text(),
            Type::Enum(id) => self.definitions.enumeration(self.schema, *id),
            Type::Set(of) => array(self.value(of)).with("uniqueItems", true),
            Type::List(of) => array(self.value(of)),
            Type::Range(of) => array(self.value(of)).with("minItems", 2).with("maxItems", 2),
            Type::Record(id) => self.record(*id),
            Type::Duty(kinds) => {
                let kinds = self.definitions.enumeration(self.schema, *kinds);
                Entries::new()
                    .with("description", "For each kind of duty the day on which it is due.")
                    .with("type", "object")
                    .with("propertyNames", kinds)
                    .with("additionalProperties", self.definitions.date())
            }
            Type::Invalid => Entries::new(),
        }
    }

    fn record(&mut self, id: RecordId) -> Entries {
        let Some(def) = self.schema.record(id) else { return Entries::new() };
        // Columns of tables make records without a name of their own.
        let name = def.name.trim_matches(['(', ')']).replace(", ", ".");
        if !self.definitions.has(&name) {
            // A record that leads back to itself finds its name taken.
            self.definitions.insert(&name, Entries::new());
            let fields = def.fields.iter().map(|field| {
                let value = self.value(&field.ty);
                let value = if may_be_null(field) { or_null(value) } else { value };
                let titled = Entries::new().with_some("title", field.title.as_deref());
                (field.wire.to_string(), titled.and(value), true)
            });
            let fields = fields.collect();
            let titled = Entries::new().with_some("title", def.title.as_deref());
            self.definitions.insert(&name, titled.and(object(fields)));
        }
        reference(&name)
    }
}

/// The entries of a status under which nothing was decided.
fn nothing_decided(outcomes: Entries, empty: impl Fn() -> Entries) -> Entries {
    ["unsettled", "fired", "overridden"]
        .into_iter()
        .fold(Entries::new().with("outcomes", outcomes), |entries, key| entries.with(key, empty()))
}

fn when(status: Status, properties: Entries) -> Node {
    let is = Entries::new().with("status", Entries::new().with("const", status.as_str()));
    Entries::new()
        .with("if", Entries::new().with("properties", is))
        .with("then", Entries::new().with("properties", properties))
        .into()
}

fn text() -> Entries {
    Entries::new().with("type", "string")
}

fn path(about: &str) -> Entries {
    Entries::new().with("description", about).and(text()).with("minLength", 1)
}

fn array(items: Entries) -> Entries {
    Entries::new().with("type", "array").with("items", items)
}

fn whole() -> Entries {
    Entries::new().with("type", "integer").with("minimum", i64::MIN).with("maximum", i64::MAX)
}

/// One of some texts; of none where there are none, since `enum` may not be empty.
fn one_of(texts: Vec<Node>) -> Entries {
    if texts.is_empty() {
        return Entries::new().with("not", Entries::new());
    }
    Entries::new().with("enum", texts)
}

fn may_be_null(field: &Field) -> bool {
    match field.presence {
        Presence::NeededWhen(_) => true,
        Presence::Needed | Presence::Default(_) | Presence::FirstOf(_) => field.nothing,
    }
}
