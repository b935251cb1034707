//! Text's tree in, typed policy and diagnostics out. Total: broken parts become `Invalid`, and an error in one
//! declaration does not hide those of another.
//!
//! The passes: `scope` sorts declarations by name; `schema` makes types, fields and bounds; `declarations` checks
//! bodies, each on its own, through `expressions`; `graph` finds circles and orders; `cost` bounds the work; `flow`
//! follows absence and bounds through guards; `coverage` looks for gaps and overlaps of tables, `grid` for decimals.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::{CalendarId, NamedId, OutcomeId, Param, Policy};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::{Sources, Span};
use crate::syntax::ast;
use crate::types::{EnumId, RecordId, Type, UnitId};

mod aggregates;
mod comparisons;
mod constants;
mod cost;
mod coverage;
mod days;
mod declarations;
mod expressions;
mod flow;
mod graph;
mod grid;
mod literals;
mod look_alikes;
mod measures;
mod operators;
mod outcomes;
mod same;
mod schema;
mod scope;
#[cfg(test)]
mod tests;
mod types;

use scope::Declarations;

/// Checks all files of one policy together; their order does not matter.
pub(crate) fn lower(files: Vec<ast::File>, sources: &Sources, sink: &mut Sink) -> Policy {
    let mut policy = typed(&files, sources, sink);
    // The tree is larger than the policy, and the passes that follow can do with its memory.
    drop(files);
    if graph::order(&mut policy, sink) {
        policy.work = cost::check(&policy, sink);
        flow::check(&policy, sink);
    }
    policy
}

fn typed(files: &[ast::File], sources: &Sources, sink: &mut Sink) -> Policy {
    let declared = scope::collect(files, sink);
    look_alikes::warn(&declared, sink);
    let mut lowering = Lowering::new(&declared, sources, sink);
    lowering.schema();
    lowering.signatures();
    lowering.bodies();
    lowering.policy
}

/// What a name in type position means.
#[derive(Clone, Copy)]
enum TypeName {
    Unit(UnitId),
    Enum(EnumId),
    Record(RecordId),
}

/// What a name in an expression means.
#[derive(Clone, Copy)]
enum ValueName {
    Fact(usize),
    Named(NamedId),
    Outcome(OutcomeId),
}

/// The parameters and result of a definition, table or parameter; all its versions share them.
struct Signature {
    name: Arc<str>,
    span: Span,
    params: Vec<Param>,
    ty: Type,
    nothing: bool,
    /// Several columns or versions by date: reading it needs a day.
    is_dated: bool,
}

/// The state of the passes that turn declarations into the typed policy.
struct Lowering<'a> {
    declared: &'a Declarations<'a>,
    sources: &'a Sources,
    sink: &'a mut Sink,
    types: BTreeMap<Arc<str>, TypeName>,
    values: BTreeMap<Arc<str>, ValueName>,
    /// Those of them that are names of members, too.
    ambiguous: BTreeSet<Arc<str>>,
    /// The enums that have a member of a name, in order, and its place in each.
    members: BTreeMap<Arc<str>, Vec<(EnumId, u32)>>,
    calendars: BTreeMap<Arc<str>, CalendarId>,
    signatures: Vec<Signature>,
    policy: Policy,
}

impl<'a> Lowering<'a> {
    fn new(declared: &'a Declarations<'a>, sources: &'a Sources, sink: &'a mut Sink) -> Self {
        Self {
            declared,
            sources,
            sink,
            types: BTreeMap::new(),
            values: BTreeMap::new(),
            ambiguous: BTreeSet::new(),
            members: BTreeMap::new(),
            calendars: BTreeMap::new(),
            signatures: Vec::new(),
            policy: Policy::default(),
        }
    }

    /// Gives a name its value; all members are known by then.
    fn declare(&mut self, name: &Arc<str>, value: ValueName) {
        if self.members.contains_key(name) {
            self.ambiguous.insert(name.clone());
        }
        self.values.insert(name.clone(), value);
    }

    fn report(&mut self, code: Code, span: Span, message: impl Into<String>) {
        self.sink.push(Diagnostic::new(code, span, message));
    }

    fn describe(&self, ty: &Type) -> String {
        self.policy.schema.describe(ty)
    }
}

/// The index of a place that counts with 32 bits; more declarations than that do not fit the source limit.
fn index(place: usize) -> u32 {
    u32::try_from(place).unwrap_or(u32::MAX)
}

fn texts(texts: &[ast::Text]) -> Vec<Arc<str>> {
    texts.iter().map(|text| text.text.clone()).collect()
}

fn title(head: &ast::Head) -> Option<Arc<str>> {
    head.title.as_ref().map(|title| title.text.clone())
}

fn wire(name: &ast::Name, wire: Option<&ast::Text>) -> Arc<str> {
    wire.map_or_else(|| name.text.clone(), |wire| wire.text.clone())
}
