//! What the files declare, by name. All files are one unordered set: everything is sorted by name here, so that
//! nothing later can depend on the order of files or declarations.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::Span;
use crate::syntax::ast::{self, ItemKind, Name};

/// The declarations of a policy, each kind sorted by name.
#[derive(Default)]
pub(super) struct Declarations<'a> {
    pub(super) policy: Option<&'a ast::Policy>,
    pub(super) units: Vec<&'a ast::Unit>,
    pub(super) enums: Vec<&'a ast::Enum>,
    pub(super) records: Vec<&'a ast::Record>,
    pub(super) facts: Vec<&'a ast::Field>,
    pub(super) facts_hold: Vec<&'a ast::MustHold>,
    pub(super) calendars: Vec<&'a ast::Calendar>,
    /// Definitions, tables and parameters: one name may have several versions.
    pub(super) named: Vec<(Arc<str>, Vec<NamedSource<'a>>)>,
    pub(super) outcomes: Vec<&'a ast::Outcome>,
    pub(super) rules: Vec<&'a ast::Rule>,
    pub(super) claims: Vec<(Span, ClaimSource<'a>)>,
    pub(super) examples: Vec<(Span, &'a ast::Example)>,
}

#[derive(Clone, Copy)]
pub(super) enum NamedSource<'a> {
    Define(&'a ast::Define),
    Table(&'a ast::Table),
    Parameter(&'a ast::Parameter),
}

#[derive(Clone, Copy)]
pub(super) enum ClaimSource<'a> {
    Claim(&'a ast::Claim),
    Monotone(&'a ast::Monotone),
    Independent(&'a ast::Independent),
}

impl<'a> NamedSource<'a> {
    pub(super) fn head(self) -> &'a ast::Head {
        match self {
            Self::Define(define) => &define.head,
            Self::Table(table) => &table.head,
            Self::Parameter(parameter) => &parameter.head,
        }
    }

    pub(super) fn params(self) -> &'a [ast::Param] {
        match self {
            Self::Define(define) => &define.params,
            Self::Table(table) => &table.params,
            Self::Parameter(_) => &[],
        }
    }

    pub(super) fn ty(self) -> &'a ast::TypeRef {
        match self {
            Self::Define(define) => &define.ty,
            Self::Table(table) => &table.ty,
            Self::Parameter(parameter) => &parameter.ty,
        }
    }
}

/// The functions of the language; a declaration may not take their names.
pub(super) const FUNCTIONS: &[&str] = &["bottom", "top", "middle", "band"];

/// The types of the language.
pub(super) const TYPES: &[&str] = &["bool", "integer", "number", "date", "days", "months", "text"];

/// Sorts the items of all files by kind and name, and reports names that are taken twice.
pub(super) fn collect<'a>(files: &'a [ast::File], sink: &mut Sink) -> Declarations<'a> {
    let mut found = Declarations::default();
    let mut policies = Vec::new();
    let mut named: BTreeMap<Arc<str>, Vec<NamedSource<'a>>> = BTreeMap::new();
    for item in files.iter().flat_map(|file| &file.items) {
        match &item.kind {
            ItemKind::Policy(policy) => policies.push(policy),
            ItemKind::Use(_) => {}
            ItemKind::Unit(unit) => found.units.push(unit),
            ItemKind::Enum(declared) => found.enums.push(declared),
            ItemKind::Record(record) => found.records.push(record),
            ItemKind::Facts(facts) => {
                found.facts.extend(&facts.fields);
                found.facts_hold.extend(&facts.must_hold);
            }
            ItemKind::Calendar(calendar) => found.calendars.push(calendar),
            ItemKind::Parameter(parameter) => {
                named
                    .entry(parameter.head.name.text.clone())
                    .or_default()
                    .push(NamedSource::Parameter(parameter));
            }
            ItemKind::Table(table) => {
                named.entry(table.head.name.text.clone()).or_default().push(NamedSource::Table(table));
            }
            ItemKind::Define(define) => {
                named.entry(define.head.name.text.clone()).or_default().push(NamedSource::Define(define));
            }
            ItemKind::Outcome(outcome) => found.outcomes.push(outcome),
            ItemKind::Rule(rule) => found.rules.push(rule),
            ItemKind::Claim(claim) => found.claims.push((item.span, ClaimSource::Claim(claim))),
            ItemKind::Monotone(claim) => found.claims.push((item.span, ClaimSource::Monotone(claim))),
            ItemKind::Independent(claim) => found.claims.push((item.span, ClaimSource::Independent(claim))),
            ItemKind::Example(example) => found.examples.push((item.span, example)),
        }
    }
    found.policy = one_policy(&policies, sink);
    found.named = named.into_iter().collect();
    for (_, versions) in &mut found.named {
        versions.sort_by_key(|version| {
            let in_force = version.head().in_force.as_ref();
            (in_force.and_then(|period| period.from), version.head().name.span)
        });
    }
    types_once(&mut found, sink);
    values_once(&mut found, sink);
    let calendars = found.calendars.iter().map(|calendar| &calendar.head.name);
    report_repeats("calendar", calendars, sink);
    found.calendars.sort_by(|a, b| a.head.name.text.cmp(&b.head.name.text));
    found.calendars.dedup_by(|a, b| a.head.name.text == b.head.name.text);
    found.rules.sort_by(|a, b| a.head.name.text.cmp(&b.head.name.text));
    report_repeats("rule", found.rules.iter().map(|rule| &rule.head.name), sink);
    found.rules.dedup_by(|a, b| a.head.name.text == b.head.name.text);
    found.claims.sort_by_key(|(span, _)| *span);
    found.examples.sort_by_key(|(span, _)| *span);
    found
}

fn one_policy<'a>(policies: &[&'a ast::Policy], sink: &mut Sink) -> Option<&'a ast::Policy> {
    let first = policies.iter().min_by_key(|policy| policy.head.name.span).copied();
    match first {
        // A file that could not be read as a whole may hold it.
        None if sink.has_errors() => {}
        None => sink.push(
            Diagnostic::new(Code::PolicyMissing, Span::default(), "no file says `policy`")
                .help("begin one file with `policy my_policy \"What it is about\"`"),
        ),
        Some(first) => {
            for other in policies.iter().filter(|policy| policy.head.name.span != first.head.name.span) {
                sink.push(
                    Diagnostic::new(Code::PolicyRepeated, other.head.name.span, "a second `policy`")
                        .label(first.head.name.span, "the first one")
                        .help("a file that another one takes in with `use` has no `policy` line"),
                );
            }
        }
    }
    first
}

/// Units, enums and records are looked up in one namespace of types.
fn types_once(found: &mut Declarations<'_>, sink: &mut Sink) {
    let names: Vec<&Name> = (found.units.iter().map(|unit| &unit.head.name))
        .chain(found.enums.iter().map(|declared| &declared.head.name))
        .chain(found.records.iter().map(|record| &record.head.name))
        .collect();
    for name in &names {
        if TYPES.contains(&&*name.text) {
            sink.push(Diagnostic::new(
                Code::NameReserved,
                name.span,
                format!("`{}` is a type of the language and cannot be declared", name.text),
            ));
        }
    }
    report_repeats("type", names.into_iter(), sink);
    found.units.sort_by(|a, b| a.head.name.text.cmp(&b.head.name.text));
    found.units.dedup_by(|a, b| a.head.name.text == b.head.name.text);
    found.enums.sort_by(|a, b| a.head.name.text.cmp(&b.head.name.text));
    found.enums.dedup_by(|a, b| a.head.name.text == b.head.name.text);
    found.records.sort_by(|a, b| a.head.name.text.cmp(&b.head.name.text));
    found.records.dedup_by(|a, b| a.head.name.text == b.head.name.text);
}

/// Facts, definitions, tables, parameters and outcomes share one namespace (ruling 13); versions of one definition
/// are one name.
fn values_once(found: &mut Declarations<'_>, sink: &mut Sink) {
    let named =
        found.named.iter().filter_map(|(_, versions)| versions.first()).map(|version| &version.head().name);
    let names: Vec<&Name> = (found.facts.iter().map(|fact| &fact.name))
        .chain(named)
        .chain(found.outcomes.iter().map(|outcome| &outcome.head.name))
        .collect();
    for name in &names {
        if FUNCTIONS.contains(&&*name.text) {
            sink.push(Diagnostic::new(
                Code::NameReserved,
                name.span,
                format!("`{}` is a function of the language and cannot be declared", name.text),
            ));
        }
    }
    report_repeats("value", names.into_iter(), sink);
    found.facts.sort_by(|a, b| a.name.text.cmp(&b.name.text));
    found.facts.dedup_by(|a, b| a.name.text == b.name.text);
    found.outcomes.sort_by(|a, b| a.head.name.text.cmp(&b.head.name.text));
    found.outcomes.dedup_by(|a, b| a.head.name.text == b.head.name.text);
}

/// Reports every name after the first of its text, showing both places.
pub(super) fn report_repeats<'a>(kind: &str, names: impl Iterator<Item = &'a Name>, sink: &mut Sink) {
    let mut sorted: Vec<&Name> = names.collect();
    sorted.sort_by(|a, b| (&a.text, a.span).cmp(&(&b.text, b.span)));
    for repeated in sorted.chunk_by(|a, b| a.text == b.text) {
        let [first, others @ ..] = repeated else { continue };
        for name in others {
            sink.push(
                Diagnostic::new(
                    Code::NameDuplicate,
                    name.span,
                    format!("the {kind} `{}` is declared twice", name.text),
                )
                .label(first.span, "declared here first"),
            );
        }
    }
}
