//! Types, and the schema of a policy: what its facts and outcomes look like. Knows no text and no expressions.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use crate::value::{Number, Value};

pub(crate) mod json_schema;
mod saved;
mod verify;

/// A declared enum or scale, by its place in [`Schema::enums`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct EnumId(pub(crate) u32);

/// A declared record, by its place in [`Schema::records`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct RecordId(pub(crate) u32);

/// A declared unit, by its place in [`Schema::units`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub(crate) struct UnitId(pub(crate) u32);

/// A type without its absences: whether a value may be nothing is tracked beside it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "saved::Wrapped", try_from = "saved::Wrapped")]
pub(crate) enum Type {
    Bool,
    Integer,
    Number,
    Quantity(UnitId),
    Date,
    Days,
    WorkingDays,
    Months,
    Text,
    /// Enum or scale.
    Enum(EnumId),
    Set(Box<Type>),
    List(Box<Type>),
    Record(RecordId),
    Range(Box<Type>),
    /// Dated obligations, one per member of an enum.
    Duty(EnumId),
    /// The poison type: silences follow-up errors.
    Invalid,
}

impl Type {
    /// What a range is of; any other type is its own.
    pub(crate) fn end(&self) -> &Self {
        if let Self::Range(of) = self { of } else { self }
    }

    /// What can be counted or measured from a zero.
    pub(crate) fn is_amount(&self) -> bool {
        matches!(
            self,
            Self::Integer | Self::Number | Self::Quantity(_) | Self::Days | Self::WorkingDays | Self::Months
        )
    }

    /// An amount, or a range of amounts.
    pub(crate) fn is_amount_or_range(&self) -> bool {
        if let Self::Range(of) = self { **of != Self::Date } else { self.is_amount() }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UnitDef {
    pub(crate) name: Arc<str>,
    /// How many decimals the wire shows; `None` shows as many as the value has.
    pub(crate) decimals: Option<u32>,
    /// The unit that this one converts to in the end (itself when it is a base), and how many of it make one.
    pub(crate) base: UnitId,
    pub(crate) factor: Number,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct EnumDef {
    pub(crate) name: Arc<str>,
    pub(crate) title: Option<Arc<str>>,
    /// A scale: its members are ordered as declared.
    pub(crate) is_scale: bool,
    pub(crate) members: Vec<MemberDef>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MemberDef {
    pub(crate) name: Arc<str>,
    pub(crate) wire: Arc<str>,
    pub(crate) title: Option<Arc<str>>,
}

/// The fields of a record; the facts of a case are one too.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct RecordDef {
    /// Empty for the facts.
    pub(crate) name: Arc<str>,
    pub(crate) title: Option<Arc<str>>,
    pub(crate) fields: Vec<Field>,
    /// What `must hold`, in words, in the order of the text; the conditions are kept in `hir`.
    pub(crate) must_hold: Vec<Arc<str>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Field {
    pub(crate) name: Arc<str>,
    pub(crate) wire: Arc<str>,
    pub(crate) title: Option<Arc<str>>,
    pub(crate) ty: Type,
    /// `or nothing`: there may be no such thing; on the wire an absent key, or `null` beside `or unknown`.
    pub(crate) nothing: bool,
    /// `or unknown`: absent means that the case does not say.
    pub(crate) unknown: bool,
    pub(crate) presence: Presence,
    pub(crate) bounds: Bounds,
    /// `wire in percent`: divided by 100 at the door.
    pub(crate) in_percent: bool,
    /// `judgement by "the panel"`
    pub(crate) judgement: Option<Arc<str>>,
}

impl Field {
    /// An item of a list as a field without a name.
    pub(crate) fn item(ty: Type) -> Self {
        Self {
            name: "".into(),
            wire: "".into(),
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
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Presence {
    /// Absent is nothing or unknown where the type says so, else missing.
    Needed,
    /// Needed when a condition holds: here as it is written; what it means is kept in `hir`.
    NeededWhen(Arc<str>),
    Default(Value),
    /// Not on the wire: the first of these fields of the same record that is present, else missing.
    FirstOf(Vec<usize>),
}

/// What a fact or parameter may be. All ends are included. For a list or set `least`/`most` bound its length
/// and `items` its members.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Bounds {
    /// A value of the field's type (a number for a number or unit, a date for a date, an integer for a length).
    pub(crate) least: Option<Value>,
    pub(crate) most: Option<Value>,
    /// `up to 2 decimals`
    pub(crate) decimals: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OutcomeDef {
    pub(crate) name: Arc<str>,
    pub(crate) wire: Arc<str>,
    pub(crate) title: Option<Arc<str>>,
    pub(crate) ty: Type,
    /// The value may be nothing (`null` on the wire).
    pub(crate) nothing: bool,
}

/// What a policy's cases and decisions look like. Ids follow the text; nothing on the wire depends on them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Schema {
    pub(crate) units: Vec<UnitDef>,
    pub(crate) enums: Vec<EnumDef>,
    pub(crate) records: Vec<RecordDef>,
    pub(crate) facts: RecordDef,
    pub(crate) outcomes: Vec<OutcomeDef>,
}

impl Schema {
    pub(crate) fn unit(&self, id: UnitId) -> Option<&UnitDef> {
        self.units.get(id.0 as usize)
    }

    pub(crate) fn enumeration(&self, id: EnumId) -> Option<&EnumDef> {
        self.enums.get(id.0 as usize)
    }

    pub(crate) fn record(&self, id: RecordId) -> Option<&RecordDef> {
        self.records.get(id.0 as usize)
    }

    /// How many decimals the wire shows of an amount; `None` where it shows as many as a value has.
    pub(crate) fn decimals_shown(&self, ty: &Type) -> Option<u32> {
        if let Type::Quantity(id) = ty { self.unit(*id).and_then(|unit| unit.decimals) } else { None }
    }

    /// The enum or scale of a member, or of the members of a set.
    pub(crate) fn enumeration_in(&self, ty: &Type) -> Option<&EnumDef> {
        let of = if let Type::Set(of) = ty { of } else { ty };
        if let Type::Enum(id) = of { self.enumeration(*id) } else { None }
    }

    /// The field at this place of a record type.
    pub(crate) fn field_of(&self, ty: &Type, place: usize) -> Option<&Field> {
        let Type::Record(id) = ty else { return None };
        self.record(*id)?.fields.get(place)
    }

    /// The type in the author's words.
    pub(crate) fn describe(&self, ty: &Type) -> String {
        match ty {
            Type::Bool => "bool".into(),
            Type::Integer => "integer".into(),
            Type::Number => "number".into(),
            Type::Quantity(id) => {
                self.unit(*id).map_or_else(|| "amount".into(), |unit| unit.name.to_string())
            }
            Type::Date => "date".into(),
            Type::Days => "days".into(),
            Type::WorkingDays => "working days".into(),
            Type::Months => "months".into(),
            Type::Text => "text".into(),
            Type::Enum(id) => self.enumeration(*id).map_or_else(|| "enum".into(), |def| def.name.to_string()),
            Type::Set(of) => format!("set of {}", self.describe(of)),
            Type::List(of) => format!("list of {}", self.describe(of)),
            Type::Record(id) => self.record(*id).map_or_else(|| "record".into(), |def| def.name.to_string()),
            Type::Range(of) => format!("range of {}", self.describe(of)),
            Type::Duty(id) => {
                self.enumeration(*id).map_or_else(|| "duty".into(), |def| format!("duty of {}", def.name))
            }
            Type::Invalid => "?".into(),
        }
    }
}
