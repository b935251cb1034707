//! One settled value under its type, as the wire and the host see it.

use serde::ser::{Error as _, Serialize, SerializeMap, Serializer};

use crate::types::{Schema, Type};
use crate::value::Value;

/// A settled outcome, or a part of one.
///
/// Serializes in the form of the wire: numbers and dates as texts.
#[derive(Clone, Copy, Debug)]
pub struct Outcome<'a> {
    schema: &'a Schema,
    ty: &'a Type,
    value: &'a Value,
}

/// The shapes of the wire: JSON without its own numbers for anything but integers.
pub(super) enum Form<'a> {
    Nothing,
    Bool(bool),
    Integer(i64),
    /// Texts and members.
    Text(&'a str),
    /// Numbers, amounts and dates.
    Written(String),
    List(Vec<Outcome<'a>>),
    /// Sorted by key.
    Object(Vec<(&'a str, Outcome<'a>)>),
}

/// A value that its type does not allow, or a fraction without decimal form: the engine made a mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an outcome does not fit its declaration")]
pub(super) struct Unfit;

impl<'a> Outcome<'a> {
    pub(crate) fn new(schema: &'a Schema, ty: &'a Type, value: &'a Value) -> Self {
        Self { schema, ty, value }
    }

    /// The value as the engine has it.
    #[cfg(feature = "arrow")]
    pub(crate) fn value(&self) -> &'a Value {
        self.value
    }

    /// There is no such thing: `null` on the wire.
    #[must_use]
    pub fn is_nothing(&self) -> bool {
        matches!(self.value, Value::Nothing)
    }

    /// A `bool`.
    #[must_use]
    pub fn as_bool(&self) -> Option<bool> {
        if let Value::Bool(value) = self.value { Some(*value) } else { None }
    }

    /// An `integer`, or the count of `days`, `working days` or `months`.
    #[must_use]
    pub fn as_i64(&self) -> Option<i64> {
        if let Ok(Form::Integer(value)) = self.form() { Some(value) } else { None }
    }

    /// A `number`, or an amount in its declared unit: plain decimal text without exponent, with the decimals that the
    /// unit declares. Any exact decimal type parses it.
    #[must_use]
    pub fn as_number(&self) -> Option<String> {
        match (self.value, self.form()) {
            (Value::Number(_) | Value::Integer(_), Ok(Form::Written(text))) => Some(text),
            _ => None,
        }
    }

    /// A `date`, as `2018-05-04`.
    #[must_use]
    pub fn as_date(&self) -> Option<String> {
        if let Value::Date(date) = self.value { Some(date.to_string()) } else { None }
    }

    /// A `text`, or the wire name of a member of an enum or scale.
    #[must_use]
    pub fn as_str(&self) -> Option<&'a str> {
        if let Ok(Form::Text(text)) = self.form() { Some(text) } else { None }
    }

    /// The items of a list in order, or the members of a set sorted.
    #[must_use]
    pub fn as_list(&self) -> Option<Vec<Outcome<'a>>> {
        match (self.ty, self.form()) {
            (Type::Set(_) | Type::List(_), Ok(Form::List(items))) => Some(items),
            _ => None,
        }
    }

    /// Both ends of a `range`.
    #[must_use]
    pub fn as_range(&self) -> Option<(Outcome<'a>, Outcome<'a>)> {
        match (self.ty, self.form()) {
            (Type::Range(_), Ok(Form::List(ends))) => Some((*ends.first()?, *ends.last()?)),
            _ => None,
        }
    }

    /// The fields of a record by wire name, or the kinds of duty that are due with their dates; sorted by name.
    #[must_use]
    pub fn as_object(&self) -> Option<Vec<(&'a str, Outcome<'a>)>> {
        if let Ok(Form::Object(entries)) = self.form() { Some(entries) } else { None }
    }

    /// A field of a record, or the due date of a kind of duty.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<Outcome<'a>> {
        self.as_object()?.into_iter().find(|(key, _)| *key == name).map(|(_, value)| value)
    }

    pub(super) fn form(&self) -> Result<Form<'a>, Unfit> {
        if self.is_nothing() {
            return Ok(Form::Nothing);
        }
        match (self.ty, self.value) {
            (Type::Bool, Value::Bool(value)) => Ok(Form::Bool(*value)),
            (Type::Integer, Value::Integer(count))
            | (Type::Days, Value::Days(count))
            | (Type::WorkingDays, Value::WorkingDays(count))
            | (Type::Months, Value::Months(count)) => Ok(Form::Integer(*count)),
            (Type::Number, Value::Number(number)) => number.to_text(0).map(Form::Written).ok_or(Unfit),
            (Type::Quantity(unit), Value::Number(number)) => {
                let decimals = self.schema.unit(*unit).and_then(|unit| unit.decimals).unwrap_or(0);
                number.to_text(decimals).map(Form::Written).ok_or(Unfit)
            }
            (Type::Date, Value::Date(date)) => Ok(Form::Written(date.to_string())),
            (Type::Text, Value::Text(text)) => Ok(Form::Text(text)),
            (Type::Enum(id), Value::Member(member)) => {
                let def = self.schema.enumeration(*id).ok_or(Unfit)?;
                let member = usize::try_from(*member).ok().and_then(|at| def.members.get(at)).ok_or(Unfit)?;
                Ok(Form::Text(&member.wire))
            }
            (Type::Set(of), Value::Set(members)) => Ok(Form::List(sorted(self.schema, of, members.iter())?)),
            (Type::List(of), Value::List(items)) => {
                Ok(Form::List(items.iter().map(|item| Outcome::new(self.schema, of, item)).collect()))
            }
            (Type::Range(of), Value::Range(ends)) => Ok(Form::List(vec![
                Outcome::new(self.schema, of, &ends.0),
                Outcome::new(self.schema, of, &ends.1),
            ])),
            // A value stands for the range from itself to itself (ruling 18).
            (Type::Range(of), value) => {
                let end = Outcome::new(self.schema, of, value);
                Ok(Form::List(vec![end, end]))
            }
            (Type::Record(id), Value::Record(fields)) => {
                let def = self.schema.record(*id).ok_or(Unfit)?;
                if def.fields.len() != fields.len() {
                    return Err(Unfit);
                }
                Ok(object(
                    def.fields
                        .iter()
                        .zip(fields.iter())
                        .map(|(field, value)| (&*field.wire, Outcome::new(self.schema, &field.ty, value))),
                ))
            }
            (Type::Duty(kinds), Value::Duties(dates)) => {
                let def = self.schema.enumeration(*kinds).ok_or(Unfit)?;
                if def.members.len() != dates.len() {
                    return Err(Unfit);
                }
                let due = def.members.iter().zip(dates.iter()).filter(|(_, date)| **date != Value::Nothing);
                Ok(object(
                    due.map(|(kind, date)| (&*kind.wire, Outcome::new(self.schema, &Type::Date, date))),
                ))
            }
            _ => Err(Unfit),
        }
    }
}

/// Members of a set in the order of the wire: texts and enum members by text, the others by value.
pub(super) fn sorted<'a>(
    schema: &'a Schema,
    of: &'a Type,
    members: impl Iterator<Item = &'a Value>,
) -> Result<Vec<Outcome<'a>>, Unfit> {
    let mut keyed = Vec::new();
    for value in members {
        let member = Outcome::new(schema, of, value);
        let text = if let Form::Text(text) = member.form()? { text } else { "" };
        keyed.push((text, value, member));
    }
    keyed.sort_by(|left, right| (left.0, left.1).cmp(&(right.0, right.1)));
    Ok(keyed.into_iter().map(|(_, _, member)| member).collect())
}

fn object<'a>(entries: impl Iterator<Item = (&'a str, Outcome<'a>)>) -> Form<'a> {
    let mut entries: Vec<_> = entries.collect();
    entries.sort_by_key(|(key, _)| *key);
    Form::Object(entries)
}

impl Serialize for Outcome<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self.form().map_err(S::Error::custom)? {
            Form::Nothing => serializer.serialize_unit(),
            Form::Bool(value) => serializer.serialize_bool(value),
            Form::Integer(value) => serializer.serialize_i64(value),
            Form::Text(text) => serializer.serialize_str(text),
            Form::Written(text) => serializer.serialize_str(&text),
            Form::List(items) => serializer.collect_seq(items),
            Form::Object(entries) => {
                let mut map = serializer.serialize_map(Some(entries.len()))?;
                for (key, value) in entries {
                    map.serialize_entry(key, &value)?;
                }
                map.end()
            }
        }
    }
}
