//! Types as they stand in saved policies: what a type is a set, list or range of stands behind these words.

use serde::{Deserialize, Serialize};

use super::{EnumId, RecordId, Type, UnitId};

/// Types within types beyond this depth are refused.
const DEEPEST: usize = 200;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Wrapped {
    /// The outermost first.
    wraps: Vec<Wrap>,
    of: Core,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Wrap {
    Set,
    List,
    Range,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
enum Core {
    Bool,
    Integer,
    Number,
    Quantity(UnitId),
    Date,
    Days,
    WorkingDays,
    Months,
    Text,
    Enum(EnumId),
    Record(RecordId),
    Duty(EnumId),
    Invalid,
}

impl From<Type> for Wrapped {
    fn from(mut ty: Type) -> Self {
        let mut wraps = Vec::new();
        let of = loop {
            let (wrap, inner) = match ty {
                Type::Set(of) => (Wrap::Set, of),
                Type::List(of) => (Wrap::List, of),
                Type::Range(of) => (Wrap::Range, of),
                Type::Bool => break Core::Bool,
                Type::Integer => break Core::Integer,
                Type::Number => break Core::Number,
                Type::Quantity(id) => break Core::Quantity(id),
                Type::Date => break Core::Date,
                Type::Days => break Core::Days,
                Type::WorkingDays => break Core::WorkingDays,
                Type::Months => break Core::Months,
                Type::Text => break Core::Text,
                Type::Enum(id) => break Core::Enum(id),
                Type::Record(id) => break Core::Record(id),
                Type::Duty(id) => break Core::Duty(id),
                Type::Invalid => break Core::Invalid,
            };
            wraps.push(wrap);
            ty = *inner;
        };
        Self { wraps, of }
    }
}

impl TryFrom<Wrapped> for Type {
    type Error = &'static str;

    fn try_from(Wrapped { wraps, of }: Wrapped) -> Result<Self, Self::Error> {
        if wraps.len() > DEEPEST {
            return Err("a type is too deep");
        }
        let core = match of {
            Core::Bool => Self::Bool,
            Core::Integer => Self::Integer,
            Core::Number => Self::Number,
            Core::Quantity(id) => Self::Quantity(id),
            Core::Date => Self::Date,
            Core::Days => Self::Days,
            Core::WorkingDays => Self::WorkingDays,
            Core::Months => Self::Months,
            Core::Text => Self::Text,
            Core::Enum(id) => Self::Enum(id),
            Core::Record(id) => Self::Record(id),
            Core::Duty(id) => Self::Duty(id),
            Core::Invalid => Self::Invalid,
        };
        Ok(wraps.into_iter().rev().fold(core, |of, wrap| match wrap {
            Wrap::Set => Self::Set(Box::new(of)),
            Wrap::List => Self::List(Box::new(of)),
            Wrap::Range => Self::Range(Box::new(of)),
        }))
    }
}
