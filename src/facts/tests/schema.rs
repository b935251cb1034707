//! A schema with a field of every kind.

use std::sync::Arc;

use jiff::civil::date;

use crate::types::*;
use crate::value::{Number, Value};

pub(super) fn schema() -> Schema {
    let severity = Type::Enum(EnumId(0));
    let kind = Type::Enum(EnumId(1));
    let cny = Type::Quantity(UnitId(0));
    let amount = |text: &str| Some(Value::Number(Number::parse(text).unwrap()));
    let finding = vec![
        needed("units_tested", Type::Integer).bounds(Some(Value::Integer(0)), None),
        needed("kind", kind.clone()).wire("type"),
    ];
    let scores = vec![
        needed("hygiene", Type::Integer),
        needed("structural", Type::Integer),
        needed("notes", Type::List(Box::new(Type::Text))),
    ];
    let facts = vec![
        needed("flag", Type::Bool),
        needed("count", Type::Integer).bounds(Some(Value::Integer(0)), Some(Value::Integer(100))),
        needed("ratio", Type::Number).decimals(2),
        needed("price", cny.clone()).bounds(amount("0"), amount("1000")),
        needed("share", Type::Number).in_percent().bounds(amount("0"), amount("1")),
        needed("on", Type::Date)
            .bounds(Some(Value::Date(date(1990, 11, 16))), Some(Value::Date(date(2030, 12, 31)))),
        needed("grace", Type::Days).bounds(None, Some(Value::Days(30))),
        needed("turn", Type::WorkingDays),
        needed("term", Type::Months),
        needed("name", Type::Text),
        needed("grade", severity).bounds(None, Some(Value::Member(1))),
        needed("kinds", Type::Set(Box::new(kind.clone()))),
        needed("steps", Type::List(Box::new(Type::Number)))
            .bounds(Some(Value::Integer(1)), Some(Value::Integer(4))),
        needed("band", Type::Range(Box::new(cny))).bounds(amount("0"), None),
        needed("revised", Type::Record(RecordId(1))),
        needed("findings", Type::List(Box::new(Type::Record(RecordId(0))))),
        needed("maybe", Type::Bool).nothing().unknown(),
        needed("optional", Type::Bool).nothing(),
        needed("holidays", Type::Set(Box::new(Type::Date))),
        Field { presence: Presence::FirstOf(vec![3]), ..needed("paid", Type::Quantity(UnitId(0))) },
        Field { presence: Presence::Default(Value::Bool(false)), ..needed("assumed", Type::Bool) },
    ];
    Schema {
        units: vec![UnitDef { name: "CNY".into(), decimals: Some(2), base: UnitId(0), factor: Number::ONE }],
        enums: vec![
            enumeration(
                "Severity",
                true,
                &[("minor", "minor"), ("general", "general"), ("serious", "serious")],
            ),
            enumeration("Kind", false, &[("priority", "Priority"), ("core", "Core"), ("label", "bad label")]),
        ],
        records: vec![record("Finding", finding), record("Scores", scores)],
        facts: record("", facts),
        outcomes: Vec::new(),
    }
}

/// The place of a field of the facts.
pub(super) fn at(wire: &str) -> usize {
    schema().facts.fields.iter().position(|field| &*field.wire == wire).unwrap()
}

fn enumeration(name: &str, is_scale: bool, members: &[(&str, &str)]) -> EnumDef {
    let members = members.iter().map(|(name, wire)| MemberDef {
        name: (*name).into(),
        wire: (*wire).into(),
        title: None,
    });
    EnumDef { name: name.into(), title: None, is_scale, members: members.collect() }
}

fn record(name: &str, fields: Vec<Field>) -> RecordDef {
    RecordDef { name: name.into(), fields, ..RecordDef::default() }
}

fn needed(name: &str, ty: Type) -> Field {
    let name: Arc<str> = name.into();
    Field {
        wire: name.clone(),
        name,
        title: None,
        ty,
        nothing: false,
        unknown: false,
        presence: Presence::Needed,
        bounds: Bounds::default(),
        in_percent: false,
        judgement: None,
    }
}

impl Field {
    fn wire(self, wire: &str) -> Self {
        Self { wire: wire.into(), ..self }
    }

    fn bounds(mut self, least: Option<Value>, most: Option<Value>) -> Self {
        (self.bounds.least, self.bounds.most) = (least, most);
        self
    }

    fn decimals(mut self, decimals: u32) -> Self {
        self.bounds.decimals = Some(decimals);
        self
    }

    fn in_percent(self) -> Self {
        Self { in_percent: true, ..self }
    }

    fn nothing(self) -> Self {
        Self { nothing: true, ..self }
    }

    fn unknown(self) -> Self {
        Self { unknown: true, ..self }
    }
}
