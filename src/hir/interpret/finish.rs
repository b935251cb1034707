//! The last step of an outcome: rounding once, and the check that the value can be written down exactly.

use super::expr::through_nothing;
use super::fault::{Evaluated, Fault, Place};
use crate::decision::ProblemCode;
use crate::hir::Outcome;
use crate::types::{Schema, Type};
use crate::value::{self, Number, Trouble, Value};

pub(super) fn finish(schema: &Schema, outcome: &Outcome, value: Value, place: Place<'_>) -> Evaluated {
    let trouble = |trouble| Fault::of(trouble, place);
    let rounded = match outcome.rounding {
        None => value,
        Some(rounding) => {
            let round = |value: &Value| on_items(&outcome.ty, value, &|item| value::round(item, rounding));
            through_nothing(value, round).map_err(trouble)?
        }
    };
    let value = as_typed(&outcome.ty, rounded).map_err(trouble)?;
    match inexact(schema, &outcome.ty, &value) {
        None => Ok(value),
        Some(what) => {
            let message = format!("in `{}`: {what}; it must be rounded", outcome.name);
            Err(Fault::new(ProblemCode::NotExact, message, place))
        }
    }
}

/// Limits and rounding of a list are those of its items; a list of which the items are not known stays as it is.
pub(super) fn on_items(
    ty: &Type,
    value: &Value,
    operation: &dyn Fn(&Value) -> Result<Value, Trouble>,
) -> Result<Value, Trouble> {
    match (ty, value) {
        (Type::List(_), Value::List(items)) => {
            Ok(Value::List(items.iter().map(operation).collect::<Result<Vec<Value>, Trouble>>()?.into()))
        }
        (Type::List(_), open) => Ok(open.clone()),
        (_, single) => operation(single),
    }
}

/// A single value where a range is declared stands for the range from itself to itself.
fn as_typed(ty: &Type, value: Value) -> Result<Value, Trouble> {
    match (ty, &value) {
        (Type::Range(_), Value::Range(_) | Value::Open(_) | Value::Nothing) => Ok(value),
        (Type::Range(_), _) => value::range(&value, &value),
        _ => Ok(value),
    }
}

/// What about a value has no finite decimal form, or more decimals than its unit shows.
fn inexact(schema: &Schema, ty: &Type, value: &Value) -> Option<String> {
    match (ty, value) {
        (Type::Range(of), Value::Range(ends)) => {
            inexact(schema, of, &ends.0).or_else(|| inexact(schema, of, &ends.1))
        }
        (Type::List(of) | Type::Set(of), Value::List(items) | Value::Set(items)) => {
            items.iter().find_map(|item| inexact(schema, of, item))
        }
        (Type::Record(id), Value::Record(fields)) => {
            let def = schema.record(*id)?;
            def.fields.iter().zip(fields.iter()).find_map(|(field, value)| inexact(schema, &field.ty, value))
        }
        (_, Value::Number(number)) => inexact_number(schema, ty, *number),
        _ => None,
    }
}

fn inexact_number(schema: &Schema, ty: &Type, number: Number) -> Option<String> {
    let Some(decimals) = number.decimals() else {
        return Some("a fraction has no finite decimal form".to_owned());
    };
    let Type::Quantity(id) = ty else { return None };
    let unit = schema.unit(*id)?;
    let shown = unit.decimals.filter(|shown| decimals > *shown)?;
    let text = number.to_text(0).unwrap_or_default();
    Some(format!("`{text} {}` has more than {shown} decimals", unit.name))
}
