//! `facts`, records and their fields.

use super::{Builder, Parts};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::ast::{Facts, Field, FieldClause, FieldClauseKind, FieldKind, MustHold, Record};
use crate::syntax::grammar::Rule;
use crate::syntax::tree::Pair;
use crate::syntax::words;

impl Builder<'_, '_, '_> {
    pub(super) fn record(&mut self, pair: Pair<'_>) -> Record {
        let mut parts = Parts::of(pair);
        parts.skip(&[Rule::w_record]);
        let head = self.head(&mut parts, Rule::name);
        Record { head, body: self.fields(&mut parts) }
    }

    pub(super) fn facts(&mut self, pair: Pair<'_>) -> Facts {
        let mut parts = Parts::of(pair);
        parts.skip(&[Rule::w_facts]);
        let facts = self.fields(&mut parts);
        for field in &facts.fields {
            if words::is_reserved(&field.name.text) {
                let name = &field.name.text;
                self.sink.push(
                    Diagnostic::new(
                        Code::NameReserved,
                        field.name.span,
                        format!("`{name}` is a word of the language, so this fact could not be read"),
                    )
                    .help(format!(
                        "choose another name and keep this one outside: `{name}_fact as \"{name}\"`"
                    )),
                );
            }
        }
        facts
    }

    fn fields(&mut self, parts: &mut Parts<'_>) -> Facts {
        let mut body = Facts::default();
        while let Some(part) = parts.next() {
            if part.as_rule() == Rule::field {
                let field = self.field(part);
                body.fields.push(field);
            } else if part.as_rule() == Rule::must_hold {
                let must_hold = self.must_hold(part);
                body.must_hold.push(must_hold);
            }
        }
        body
    }

    fn field(&mut self, pair: Pair<'_>) -> Field {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let name = self.next_name(&mut parts, Rule::word);
        let wire = self.next_wire(&mut parts);
        let mut title = None;
        self.title(&mut parts, &mut title);
        parts.skip(&[Rule::colon]);
        let kind = match parts.take(Rule::first_of) {
            Some(first_of) => {
                let mut inner = Parts::of(first_of);
                inner.skip(&[Rule::w_first, Rule::w_of]);
                FieldKind::FirstOf(self.names(&mut inner, Rule::name))
            }
            None => {
                let ty = self.next_type(&mut parts);
                self.title(&mut parts, &mut title);
                let mut clauses = Vec::new();
                while let Some(clause) = parts.take(Rule::field_clause) {
                    clauses.extend(self.field_clause(clause));
                }
                FieldKind::Given { ty, clauses }
            }
        };
        self.title(&mut parts, &mut title);
        Field { span, name, wire, title, kind }
    }

    fn field_clause(&mut self, pair: Pair<'_>) -> Option<FieldClause> {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let kind = if let Some(needed) = parts.take(Rule::needed_when) {
            let mut inner = Parts::of(needed);
            inner.skip(&[Rule::w_needed, Rule::k_when]);
            FieldClauseKind::NeededWhen(self.next_expr(&mut inner))
        } else if let Some(default) = parts.take(Rule::default) {
            FieldClauseKind::Default(self.default(default))
        } else if let Some(judgement) = parts.take(Rule::judgement) {
            let mut inner = Parts::of(judgement);
            inner.skip(&[Rule::w_judgement, Rule::k_by]);
            FieldClauseKind::Judgement(inner.take(Rule::text).map(|text| self.text(&text)))
        } else if parts.take(Rule::wire_percent).is_some() {
            FieldClauseKind::WireInPercent
        } else {
            FieldClauseKind::Bound(self.bound(parts.take(Rule::bound)?)?)
        };
        Some(FieldClause { span, kind })
    }

    fn must_hold(&mut self, pair: Pair<'_>) -> MustHold {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        parts.skip(&[Rule::w_must, Rule::w_hold]);
        let text = parts.take(Rule::text).map(|text| self.text(&text));
        MustHold { span, text, condition: self.next_expr(&mut parts) }
    }
}
