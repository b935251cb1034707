//! Where in the case we are, what may stand there, and what was wrong so far.

use crate::decision::{Problem, ProblemCode};
use crate::types::{Field, Schema, Type};
use crate::value::Value;

use super::problems::{Near, Problems, without_path};
use super::show::shown;
use super::{Bound, Limits};

/// The state of binding one case.
pub(super) struct Binder<'s> {
    pub(super) schema: &'s Schema,
    pub(super) limits: &'s Limits,
    path: Vec<Step<'s>>,
    problems: Problems<'s>,
}

/// One step of a path.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step<'s> {
    Field(&'s str),
    Index(usize),
}

/// A place for a value: what the schema says about it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Slot<'s> {
    pub(super) ty: &'s Type,
    pub(super) least: Option<&'s Value>,
    pub(super) most: Option<&'s Value>,
    pub(super) decimals: Option<u32>,
    pub(super) in_percent: bool,
    /// `or nothing` beside `or unknown`: only there does null say something that an absent key does not.
    pub(super) null_is_nothing: bool,
}

impl<'s> Slot<'s> {
    pub(super) fn of(field: &'s Field) -> Self {
        Self {
            ty: &field.ty,
            least: field.bounds.least.as_ref(),
            most: field.bounds.most.as_ref(),
            decimals: field.bounds.decimals,
            in_percent: field.in_percent,
            null_is_nothing: field.nothing && field.unknown,
        }
    }

    /// An item of a list or set: `least` and `most` bound the length, not the items.
    pub(super) fn item(self, ty: &'s Type) -> Self {
        Self { ty, least: None, most: None, null_is_nothing: false, ..self }
    }

    /// An end of a range: both are bounded as the range is.
    pub(super) fn end(self, ty: &'s Type) -> Self {
        Self { ty, null_is_nothing: false, ..self }
    }
}

/// What is wrong with one value; the place is added by the binder.
#[derive(Clone, Debug)]
pub(super) struct Fault<'s> {
    pub(super) code: ProblemCode,
    pub(super) message: String,
    pub(super) near: Option<Near<'s>>,
}

impl Fault<'_> {
    pub(super) fn new(code: ProblemCode, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), near: None }
    }
}

impl<'s> Binder<'s> {
    pub(super) fn new(schema: &'s Schema, limits: &'s Limits) -> Self {
        Self { schema, limits, path: Vec::new(), problems: Problems::new(limits.problems) }
    }

    pub(super) fn enter(&mut self, step: Step<'s>) {
        self.path.push(step);
    }

    pub(super) fn leave(&mut self) {
        self.path.pop();
    }

    pub(super) fn depth(&self) -> usize {
        self.path.len()
    }

    pub(super) fn back_to(&mut self, depth: usize) {
        self.path.truncate(depth);
    }

    /// Reports at the current place.
    pub(super) fn report(&mut self, fault: Fault<'s>) {
        self.problems.push(self.problem(self.path_text(), fault.code, fault.message), fault.near);
    }

    /// Reports at a place that the schema does not have.
    pub(super) fn report_below(&mut self, name: &str, fault: Fault<'s>) {
        let name = shown(name);
        let path = match self.path_text() {
            Some(path) => format!("{path}.{name}"),
            None => name,
        };
        self.problems.push(self.problem(Some(path), fault.code, fault.message), fault.near);
    }

    /// Reports a fault of the whole case.
    pub(super) fn report_case(&mut self, code: ProblemCode, message: impl Into<String>) {
        self.problems.push(without_path(code, message), None);
    }

    /// The value, or `Absent` and a problem at the current place.
    pub(super) fn settle(&mut self, result: Result<Value, Fault<'s>>) -> Value {
        result.unwrap_or_else(|fault| {
            self.report(fault);
            Value::Absent
        })
    }

    pub(super) fn finish(self, values: Vec<Value>) -> Bound {
        Bound { values, problems: self.problems.finish() }
    }

    fn problem(&self, path: Option<String>, code: ProblemCode, message: String) -> Problem {
        Problem { path, ..without_path(code, message) }
    }

    /// The current place in wire names; `None` at the top.
    fn path_text(&self) -> Option<String> {
        let mut text = String::new();
        for step in &self.path {
            match step {
                Step::Field(name) if text.is_empty() => text.push_str(name),
                Step::Field(name) => {
                    text.push('.');
                    text.push_str(name);
                }
                Step::Index(index) => text.push_str(&format!("[{index}]")),
            }
        }
        (!text.is_empty()).then_some(text)
    }
}

/// No field of the facts is given.
pub(super) fn absent(schema: &Schema) -> Vec<Value> {
    vec![Value::Absent; schema.facts.fields.len()]
}
