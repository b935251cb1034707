//! Whether a schema that was read from bytes can be used: every id and place is one of its own, counts are within limits.
//! The schema of every policy is; what else a forged one says is refused or harmless.

use super::{Bounds, EnumDef, EnumId, Field, Presence, RecordDef, Schema, Type};
use crate::value::{Number, Value};

/// Digits behind the point that a number may have.
const MOST_DECIMALS: u32 = 28;

impl Schema {
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn verify(&self) -> Result<(), &'static str> {
        for unit in &self.units {
            if self.unit(unit.base).is_none() || unit.factor <= Number::ZERO {
                return Err("a unit converts to none");
            }
            decimals(unit.decimals)?;
        }
        if self.enums.iter().any(|def| u32::try_from(def.members.len()).is_err()) {
            return Err("an enum has too many members");
        }
        for record in self.records.iter().chain([&self.facts]) {
            for field in &record.fields {
                self.field(record, field)?;
            }
        }
        self.outcomes.iter().try_for_each(|outcome| self.known(&outcome.ty))
    }

    fn field(&self, record: &RecordDef, field: &Field) -> Result<(), &'static str> {
        self.known(&field.ty)?;
        let Bounds { least: _, most: _, decimals: of } = &field.bounds;
        decimals(*of)?;
        match &field.presence {
            Presence::Needed | Presence::NeededWhen(_) => Ok(()),
            Presence::Default(value) if self.fits(value, &field.ty) => Ok(()),
            Presence::Default(Value::Nothing) if field.nothing => Ok(()),
            Presence::Default(_) => Err("a default is of another type"),
            Presence::FirstOf(places) if places.iter().all(|place| *place < record.fields.len()) => Ok(()),
            Presence::FirstOf(_) => Err("a field is made of none"),
        }
    }

    /// What a type names is declared.
    fn known(&self, ty: &Type) -> Result<(), &'static str> {
        let is_known = match ty {
            Type::Bool
            | Type::Integer
            | Type::Number
            | Type::Date
            | Type::Days
            | Type::WorkingDays
            | Type::Months
            | Type::Text => true,
            Type::Quantity(id) => self.unit(*id).is_some(),
            Type::Enum(id) | Type::Duty(id) => self.enumeration(*id).is_some(),
            Type::Record(id) => self.record(*id).is_some(),
            Type::Set(of) | Type::List(of) | Type::Range(of) => return self.known(of),
            Type::Invalid => false,
        };
        if is_known { Ok(()) } else { Err("a type is declared nowhere") }
    }

    fn fits(&self, value: &Value, ty: &Type) -> bool {
        let all = |values: &[Value], ty: &Type| values.iter().all(|value| self.fits(value, ty));
        match (value, ty) {
            (Value::Bool(_), Type::Bool)
            | (Value::Integer(_), Type::Integer)
            | (Value::Number(_), Type::Number | Type::Quantity(_))
            | (Value::Date(_), Type::Date)
            | (Value::Days(_), Type::Days)
            | (Value::WorkingDays(_), Type::WorkingDays)
            | (Value::Months(_), Type::Months)
            | (Value::Text(_), Type::Text) => true,
            (Value::Member(place), Type::Enum(id)) => self.has_member(*id, *place),
            (Value::Set(values), Type::Set(of)) | (Value::List(values), Type::List(of)) => all(values, of),
            (Value::Range(ends), Type::Range(of)) => self.fits(&ends.0, of) && self.fits(&ends.1, of),
            (Value::Record(values), Type::Record(id)) => self.record(*id).is_some_and(|record| {
                let mut fields = record.fields.iter().zip(values.iter());
                record.fields.len() == values.len()
                    && fields.all(|(field, value)| {
                        matches!(value, Value::Nothing | Value::Absent) || self.fits(value, &field.ty)
                    })
            }),
            (_, _) => false,
        }
    }

    fn has_member(&self, id: EnumId, place: u32) -> bool {
        self.enumeration(id).is_some_and(|EnumDef { members, .. }| members.get(place as usize).is_some())
    }
}

fn decimals(of: Option<u32>) -> Result<(), &'static str> {
    if of.is_none_or(|of| of <= MOST_DECIMALS) { Ok(()) } else { Err("a number has too many decimals") }
}
