//! The line of a decision, written from registers: what does not change is written once, before the first case.

use std::fmt::Write as _;
use std::sync::Arc;

use crate::decision::{Fired, Outcome};
use crate::eval::{Machine, value_of};
use crate::program::{Kind, Output, Program};
use crate::types::{Schema, Type};

/// A program's outcomes and rules as JSON.
#[derive(Clone, Debug)]
pub(super) struct Form {
    outcomes: Vec<OutcomeForm>,
    /// By rule of the program, and by override.
    fires: Texts,
    overrides: Vec<String>,
}

#[derive(Clone, Debug)]
struct OutcomeForm {
    /// With colon.
    key: String,
    output: Output,
    values: Values,
}

/// How the values of an outcome are written.
#[derive(Clone, Debug)]
enum Values {
    Bool,
    Integer,
    /// A number with at least so many decimals.
    Number {
        scale: u32,
        decimals: u32,
    },
    /// One of these.
    Members(Vec<String>),
    /// By way of the value.
    Other(Type),
}

impl Form {
    pub(super) fn new(schema: &Schema, program: &Program) -> Self {
        let mut outcomes: Vec<_> = schema.outcomes.iter().zip(&program.outputs).collect();
        outcomes.sort_by(|(left, _), (right, _)| left.wire.cmp(&right.wire));
        let outcomes = outcomes.into_iter().map(|(def, output)| {
            let ty = match (&def.ty, output.list) {
                (Type::List(of), Some(_)) => of,
                (ty, _) => ty,
            };
            let decimals = schema.decimals_shown(ty).unwrap_or(0);
            let values = match (output.kind, ty) {
                (Kind::Bool, _) => Values::Bool,
                (Kind::Integer | Kind::Days | Kind::WorkingDays | Kind::Months, _) => Values::Integer,
                (Kind::Number { scale }, _) => Values::Number { scale, decimals },
                (Kind::Member, Type::Enum(id)) => {
                    Values::Members(schema.enumeration(*id).map_or_else(Vec::new, |def| {
                        def.members.iter().map(|member| quoted(&member.wire)).collect()
                    }))
                }
                (Kind::Member | Kind::Date | Kind::Set | Kind::Text | Kind::Record | Kind::List, ty) => {
                    Values::Other(ty.clone())
                }
            };
            OutcomeForm { key: format!("{}:", quoted(&def.wire)), output: *output, values }
        });
        let overrides = program.overrides.iter().map(|overridden| {
            let mut text =
                format!(r#"{{"rule":{},"by":{}"#, quoted(&overridden.rule), quoted(&overridden.by));
            if !overridden.outcomes.is_empty() {
                let names: Vec<String> = overridden.outcomes.iter().map(|name| quoted(name)).collect();
                // Writing into a string does not fail.
                let _ = write!(text, r#","outcomes":[{}]"#, names.join(","));
            }
            text.push('}');
            text
        });
        Self {
            outcomes: outcomes.collect(),
            fires: Texts::of_rules(&program.rules),
            overrides: overrides.collect(),
        }
    }

    /// Writes the decision in the machine as [`Decision::to_json`](crate::Decision::to_json) does.
    pub(super) fn write(&self, schema: &Schema, machine: &Machine, case: u64, text: &mut String) {
        text.push_str(r#"{"case":"#);
        push_integer(text, i128::from(case));
        text.push_str(r#","status":"decided","outcomes":{"#);
        let mut comma = false;
        for outcome in &self.outcomes {
            if std::mem::replace(&mut comma, true) {
                text.push(',');
            }
            text.push_str(&outcome.key);
            outcome.write(schema, machine, text);
        }
        text.push_str(r#"},"unsettled":[],"needs":[],"fired":["#);
        if machine.program().item_fires.is_empty() {
            push_all(text, machine.fired().filter_map(|place| self.fires.get(place)));
        } else {
            let fired: Vec<String> = machine.fired_for().iter().map(fired_form).collect();
            push_all(text, fired.iter().map(String::as_str));
        }
        text.push_str(r#"],"overridden":["#);
        let overrides = machine.program().overrides.iter().zip(&self.overrides);
        push_all(text, overrides.filter(|(one, _)| machine.is_set(one.when)).map(|(_, form)| &**form));
        text.push_str(r#"],"errors":[]}"#);
    }
}

/// Many short texts in one, of which each would take twice its length.
#[derive(Clone, Debug)]
struct Texts {
    all: String,
    ends: Vec<usize>,
}

impl Texts {
    fn of_rules(rules: &[Arc<str>]) -> Self {
        let (mut all, mut ends) = (String::new(), Vec::with_capacity(rules.len()));
        for rule in rules {
            all.push_str(r#"{"rule":"#);
            push_quoted(&mut all, rule);
            all.push('}');
            ends.push(all.len());
        }
        all.shrink_to_fit();
        Self { all, ends }
    }

    fn get(&self, place: usize) -> Option<&str> {
        let begin = place.checked_sub(1).map_or(Some(&0), |before| self.ends.get(before))?;
        self.all.get(*begin..*self.ends.get(place)?)
    }
}

impl OutcomeForm {
    fn write(&self, schema: &Schema, machine: &Machine, text: &mut String) {
        if let Some(list) = self.output.list {
            text.push('[');
            let mut comma = false;
            for number in machine.made(list) {
                if std::mem::replace(&mut comma, true) {
                    text.push(',');
                }
                self.write_number(schema, *number, text);
            }
            text.push(']');
        } else if machine.is_set(self.output.there) {
            self.write_number(schema, machine.register(self.output.value), text);
        } else {
            text.push_str("null");
        }
    }

    fn write_number(&self, schema: &Schema, number: i64, text: &mut String) {
        match &self.values {
            Values::Bool => text.push_str(if number == 0 { "false" } else { "true" }),
            Values::Integer => push_integer(text, i128::from(number)),
            Values::Number { scale, decimals } => push_number(text, number, *scale, *decimals),
            Values::Members(members) => {
                let member = usize::try_from(number).ok().and_then(|place| members.get(place));
                text.push_str(member.map_or("null", String::as_str));
            }
            Values::Other(ty) => {
                let written = value_of(number, self.output.kind)
                    .and_then(|value| serde_json::to_string(&Outcome::new(schema, ty, &value)).ok());
                text.push_str(written.as_deref().unwrap_or("null"));
            }
        }
    }
}

fn fired_form(fired: &Fired) -> String {
    match &fired.item {
        None => format!(r#"{{"rule":{}}}"#, quoted(&fired.rule)),
        Some(item) => format!(r#"{{"rule":{},"item":{}}}"#, quoted(&fired.rule), quoted(item)),
    }
}

fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

/// The same without a text of its own, as names seldom need one.
fn push_quoted(text: &mut String, of: &str) {
    if of.bytes().any(|byte| byte < b' ' || matches!(byte, b'"' | b'\\')) {
        text.push_str(&quoted(of));
    } else {
        text.push('"');
        text.push_str(of);
        text.push('"');
    }
}

fn push_all<'f>(text: &mut String, forms: impl Iterator<Item = &'f str>) {
    let mut comma = false;
    for form in forms {
        if std::mem::replace(&mut comma, true) {
            text.push(',');
        }
        text.push_str(form);
    }
}

fn push_integer(text: &mut String, value: i128) {
    text.push_str(itoa::Buffer::new().format(value));
}

/// A quoted decimal with at least so many decimals and no zeros behind these.
fn push_number(text: &mut String, units: i64, scale: u32, at_least: u32) {
    let (mut size, mut places) = (units.unsigned_abs(), scale);
    while places > at_least && size % 10 == 0 {
        size /= 10;
        places = places.saturating_sub(1);
    }
    text.push('"');
    if units < 0 {
        text.push('-');
    }
    let mut buffer = itoa::Buffer::new();
    let digits = buffer.format(size);
    let decimals = places as usize;
    let (whole, rest) = digits.split_at(digits.len().saturating_sub(decimals));
    text.push_str(if whole.is_empty() { "0" } else { whole });
    if places.max(at_least) > 0 {
        text.push('.');
        for _ in rest.len()..decimals {
            text.push('0');
        }
        text.push_str(rest);
        for _ in places..at_least {
            text.push('0');
        }
    }
    text.push('"');
}
