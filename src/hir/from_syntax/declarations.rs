//! Definitions, tables, parameters, calendars, claims and examples. Every body is checked on its own, from the
//! declared types of what it reads.

use std::sync::Arc;

use super::constants::fold;
use super::expressions::{Cx, Reads};
use super::scope::{ClaimSource, NamedSource, report_repeats};
use super::{Lowering, Signature, ValueName, index, texts, title, wire};
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{
    BinaryOp, Body, Calendar, CalendarId, Claim, ClaimKind, Example, Expect, Expr, ExprKind, FactPath, Hit,
    InForce, Named, NamedId, OutcomeId, Param, Row, Table, Test, Version,
};
use crate::source::Span;
use crate::syntax::ast;
use crate::types::{OutcomeDef, Type};
use crate::value::Value;

impl<'a> Lowering<'a> {
    /// Declared types of everything that an expression may read.
    pub(super) fn signatures(&mut self) {
        let declared = self.declared;
        for (place, (name, versions)) in declared.named.iter().enumerate() {
            self.declare(name, ValueName::Named(NamedId(index(place))));
            let signature = self.signature(name, versions);
            self.signatures.push(signature);
        }
        for (place, outcome) in declared.outcomes.iter().enumerate() {
            let id = OutcomeId(index(place));
            self.declare(&outcome.head.name.text, ValueName::Outcome(id));
            let ty = self.type_of(&outcome.ty);
            if outcome.ty.unknown {
                self.report(
                    Code::TypeNotAllowed,
                    outcome.ty.span,
                    "an outcome is unsettled by itself where facts are; leave `or unknown` out",
                );
            }
            self.policy.schema.outcomes.push(OutcomeDef {
                name: outcome.head.name.text.clone(),
                wire: wire(&outcome.head.name, outcome.head.wire.as_ref()),
                title: outcome.head.title.as_ref().map(|title| title.text.clone()),
                ty,
                nothing: outcome.ty.nothing,
            });
        }
        let wires = declared
            .outcomes
            .iter()
            .map(|outcome| (wire(&outcome.head.name, outcome.head.wire.as_ref()), outcome.head.name.span));
        self.wires_once(wires.collect());
        for (place, calendar) in declared.calendars.iter().enumerate() {
            self.calendars.insert(calendar.head.name.text.clone(), CalendarId(index(place)));
        }
    }

    fn signature(&mut self, name: &Arc<str>, versions: &[NamedSource<'a>]) -> Signature {
        let mut made: Option<Signature> = None;
        for version in versions {
            let params = version.params().iter().map(|param| self.param(param)).collect::<Vec<_>>();
            let ty = self.type_of(version.ty());
            let nothing = version.ty().nothing;
            if version.ty().unknown {
                self.report(Code::TypeNotAllowed, version.ty().span, "`or unknown` belongs to facts");
            }
            let has_rows = matches!(
                version,
                NamedSource::Parameter(ast::Parameter { body: ast::ParameterBody::Rows(_), .. })
            );
            let is_dated = has_rows || version.head().in_force.is_some() || versions.len() > 1;
            match &made {
                None => {
                    let span = version.head().name.span;
                    made = Some(Signature { name: name.clone(), span, params, ty, nothing, is_dated });
                }
                Some(first) => {
                    let alike = first.ty == ty
                        && first.nothing == nothing
                        && first.params.len() == params.len()
                        && first
                            .params
                            .iter()
                            .zip(&params)
                            .all(|(a, b)| a.ty == b.ty && a.nothing == b.nothing && a.name == b.name);
                    if !alike {
                        let place = first.span;
                        self.sink.push(
                            Diagnostic::new(
                                Code::NameDuplicate,
                                version.head().name.span,
                                format!("`{name}` is declared again with other parameters or another type"),
                            )
                            .label(place, "declared here first")
                            .help("versions of one name by date have the same parameters and type"),
                        );
                    }
                }
            }
        }
        made.unwrap_or(Signature {
            name: name.clone(),
            span: Span::default(),
            params: Vec::new(),
            ty: Type::Invalid,
            nothing: false,
            is_dated: false,
        })
    }

    fn param(&mut self, param: &ast::Param) -> Param {
        let ty = self.type_of(&param.ty);
        if param.ty.unknown {
            self.report(Code::TypeNotAllowed, param.ty.span, "`or unknown` belongs to facts");
        }
        let bounds = self.bounds(&param.bounds, &ty);
        Param { name: param.name.text.clone(), ty, nothing: param.ty.nothing, bounds }
    }

    /// Everything that holds expressions.
    pub(super) fn bodies(&mut self) {
        self.record_rules();
        self.calendars();
        let declared = self.declared;
        for (place, (name, versions)) in declared.named.iter().enumerate() {
            self.versions_by_date(name, versions);
            let made = versions.iter().map(|version| self.version(*version, NamedId(index(place)))).collect();
            let Some(signature) = self.signatures.get(place) else { continue };
            self.policy.named.push(Named {
                name: name.clone(),
                span: signature.span,
                params: signature.params.clone(),
                ty: signature.ty.clone(),
                nothing: signature.nothing,
                versions: made,
            });
        }
        self.policy_line();
        self.outcomes();
        self.rules();
        self.claims();
        self.examples();
    }

    fn calendars(&mut self) {
        let declared = self.declared;
        for calendar in &declared.calendars {
            let mut weekend: Vec<u8> = Vec::new();
            for day in &calendar.weekend {
                match weekday(&day.text) {
                    Some(day) => weekend.push(day),
                    None => self.report(
                        Code::NameUnknown,
                        day.span,
                        format!("`{}` is no day of the week", day.text),
                    ),
                }
            }
            weekend.sort_unstable();
            weekend.dedup();
            let mut dates = |lists: &[ast::Expr]| -> Vec<Expr> {
                let checked = lists.iter().map(|list| {
                    let mut cx = Cx::new();
                    cx.reads = Reads::NoOutcomes("a calendar reads facts and definitions");
                    let made = self.expr(list, None, &mut cx);
                    let fits = if let Type::List(of) | Type::Set(of) = &made.ty {
                        **of == Type::Date
                    } else {
                        made.ty == Type::Invalid
                    };
                    if !fits {
                        let found = self.describe(&made.ty);
                        self.report(
                            Code::TypeMismatch,
                            made.span,
                            format!("a calendar takes lists of dates, not `{found}`"),
                        );
                    }
                    made
                });
                checked.collect()
            };
            let holidays = dates(&calendar.holidays);
            let workdays = dates(&calendar.workdays);
            self.policy.calendars.push(Calendar {
                name: calendar.head.name.text.clone(),
                weekend,
                holidays,
                workdays,
            });
        }
    }

    /// Periods of one name do not overlap, and one without period stands alone.
    fn versions_by_date(&mut self, name: &str, versions: &[NamedSource<'a>]) {
        for pair in versions.windows(2) {
            let [earlier, later] = pair else { continue };
            let (first, second) = (in_force(earlier.head()), in_force(later.head()));
            let overlap = match (first.until, second.from) {
                (Some(until), Some(from)) => from <= until,
                (None, _) | (_, None) => true,
            };
            if !overlap {
                continue;
            }
            let has_periods = earlier.head().in_force.is_some() && later.head().in_force.is_some();
            let (code, message) = if has_periods {
                (Code::DateOverlap, format!("two versions of `{name}` are in force on one day"))
            } else {
                (Code::NameDuplicate, format!("the value `{name}` is declared twice"))
            };
            self.sink.push(
                Diagnostic::new(code, later.head().name.span, message)
                    .label(earlier.head().name.span, "the other one")
                    .help("versions by date each say `in force from .. until ..`; `until` includes its day"),
            );
        }
    }

    fn version(&mut self, version: NamedSource<'a>, id: NamedId) -> Version {
        let head = version.head();
        let in_force = self.in_force(head);
        let (ty, params) = match self.signatures.get(id.0 as usize) {
            Some(signature) => (signature.ty.clone(), signature.params.clone()),
            None => (Type::Invalid, Vec::new()),
        };
        report_repeats("parameter", version.params().iter().map(|param| &param.name), self.sink);
        let mut cx = Cx::new();
        for (param, source) in params.iter().zip(version.params()) {
            self.bind(&source.name, param.ty.clone(), &mut cx);
        }
        let body = match version {
            NamedSource::Define(define) => Body::Expr(self.expr(&define.body, Some(&ty), &mut cx)),
            NamedSource::Table(table) => Body::Table(self.table(table, &ty, &mut cx)),
            NamedSource::Parameter(parameter) => self.parameter(parameter, &ty),
        };
        Version { span: head.name.span, title: title(head), cites: texts(&head.cites), in_force, body }
    }

    pub(super) fn in_force(&mut self, head: &ast::Head) -> InForce {
        let made = in_force(head);
        if let (Some(from), Some(until), Some(source)) = (made.from, made.until, &head.in_force)
            && until < from
        {
            self.report(
                Code::DateUnreachable,
                source.span,
                format!("the period ends on {until}, before it begins on {from}"),
            );
        }
        made
    }

    fn parameter(&mut self, parameter: &ast::Parameter, ty: &Type) -> Body {
        let columns: Option<Vec<Type>> = match (&parameter.ty.kind, ty) {
            (ast::TypeKind::Columns(_), Type::Record(id)) => self
                .policy
                .schema
                .record(*id)
                .map(|def| def.fields.iter().map(|field| field.ty.clone()).collect()),
            _ => None,
        };
        let rows = match &parameter.body {
            ast::ParameterBody::Constant(value) => {
                let mut cx = Cx::without_facts();
                return Body::Expr(self.expr(value, Some(ty), &mut cx));
            }
            ast::ParameterBody::Rows(rows) => rows,
        };
        for pair in rows.windows(2) {
            let [earlier, later] = pair else { continue };
            if later.from <= earlier.from {
                self.sink.push(
                    Diagnostic::new(
                        Code::DateRows,
                        later.from_span,
                        "rows by date go from the earliest to the latest, each day once",
                    )
                    .label(earlier.from_span, "the row before"),
                );
            }
        }
        let mut made = Vec::new();
        for row in rows {
            let mut cx = Cx::without_facts();
            let value = match &columns {
                Some(columns) => {
                    if columns.len() != row.values.len() {
                        self.report(
                            Code::SyntaxTableShape,
                            row.span,
                            format!(
                                "this row has {} values, the parameter has {} columns",
                                row.values.len(),
                                columns.len()
                            ),
                        );
                    }
                    let values = row
                        .values
                        .iter()
                        .zip(columns)
                        .map(|(value, ty)| self.expr(value, Some(ty), &mut cx))
                        .collect();
                    Expr { span: row.span, ty: ty.clone(), kind: ExprKind::Record(values) }
                }
                None => match row.values.as_slice() {
                    [value] => self.expr(value, Some(ty), &mut cx),
                    _ => {
                        self.report(
                            Code::SyntaxTableShape,
                            row.span,
                            "this row has several values, the parameter has one column",
                        );
                        super::types::invalid(row.span, ty.clone())
                    }
                },
            };
            made.push((row.from, value));
        }
        made.sort_by_key(|(from, _)| *from);
        Body::Schedule(made)
    }

    fn table(&mut self, table: &ast::Table, ty: &Type, cx: &mut Cx) -> Table {
        let hit = match table.hit {
            None => Hit::Unique,
            Some(ast::Extreme::Highest) => Hit::Highest,
            Some(ast::Extreme::Lowest) => Hit::Lowest,
        };
        if hit != Hit::Unique && *ty != Type::Invalid && !self.is_ordered(ty) && !matches!(ty, Type::Range(_))
        {
            let found = self.describe(ty);
            self.report(
                Code::TypeMismatch,
                table.ty.span,
                format!("values of `{found}` have no order, so rows cannot combine"),
            );
        }
        let mut inputs: Vec<Expr> = table.inputs.iter().map(|input| self.expr(input, None, cx)).collect();
        let columns = self.result_columns(table, ty);
        let mut rows = Vec::new();
        match &table.across {
            None => {
                for row in &table.rows {
                    if row.tests.len() != inputs.len() {
                        rows.push(broken_row(row, &inputs, ty)); // reported by the parser against the header
                        continue;
                    }
                    let tests = row
                        .tests
                        .iter()
                        .zip(&inputs)
                        .map(|(cell, input)| self.cell(cell, input, cx))
                        .collect();
                    let result = self.row_result(row, ty, columns.as_deref(), cx);
                    rows.push(Row { span: row.span, tests, result });
                }
            }
            Some((last, heads)) => {
                let last = self.expr(last, None, cx);
                let heads: Vec<_> =
                    heads.iter().map(|head| (head.span, self.cell(head, &last, cx))).collect();
                for row in &table.rows {
                    if row.tests.len() != inputs.len() || row.results.len() != heads.len() {
                        rows.push(broken_row(row, &inputs, ty));
                        continue;
                    }
                    let tests: Vec<_> = row
                        .tests
                        .iter()
                        .zip(&inputs)
                        .map(|(cell, input)| self.cell(cell, input, cx))
                        .collect();
                    for ((_, head), result) in heads.iter().zip(&row.results) {
                        let mut all = tests.clone();
                        all.push(head.clone());
                        let result = self.expr(result, Some(ty), cx);
                        rows.push(Row { span: result.span, tests: all, result });
                    }
                }
                inputs.push(last);
            }
        }
        Table { inputs, hit, rows }
    }

    /// The result columns as places in the result record, for a table with several.
    fn result_columns(&mut self, table: &ast::Table, ty: &Type) -> Option<Vec<usize>> {
        if table.results.is_empty() {
            return None;
        }
        let Type::Record(id) = ty else {
            self.report(
                Code::TypeMismatch,
                table.header_span,
                "several result columns need a type of several columns: `table t(..): (fine: CNY, credit: point)`",
            );
            return None;
        };
        let def = self.policy.schema.record(*id)?.clone();
        report_repeats("column", table.results.iter(), self.sink);
        let mut places = Vec::new();
        for name in &table.results {
            match def.fields.iter().position(|field| field.name == name.text) {
                Some(place) => places.push(place),
                None => self.unknown_field(name, &def),
            }
        }
        for field in &def.fields {
            if !table.results.iter().any(|name| name.text == field.name) {
                self.report(
                    Code::SyntaxTableShape,
                    table.header_span,
                    format!("the column `{}` is missing", field.name),
                );
            }
        }
        Some(places)
    }

    fn row_result(&mut self, row: &ast::Row, ty: &Type, columns: Option<&[usize]>, cx: &mut Cx) -> Expr {
        match (columns, ty) {
            (Some(columns), Type::Record(id)) => {
                let fields = self.policy.schema.record(*id).map(|def| def.fields.clone()).unwrap_or_default();
                let mut made: Vec<Expr> =
                    fields.iter().map(|field| super::types::invalid(row.span, field.ty.clone())).collect();
                for (result, place) in row.results.iter().zip(columns) {
                    let Some(field) = fields.get(*place) else { continue };
                    let value = self.expr(result, Some(&field.ty), cx);
                    if let Some(slot) = made.get_mut(*place) {
                        *slot = value;
                    }
                }
                Expr { span: row.span, ty: ty.clone(), kind: ExprKind::Record(made) }
            }
            _ => match row.results.as_slice() {
                [result] => self.expr(result, Some(ty), cx),
                _ => super::types::invalid(row.span, ty.clone()), // reported by the parser against the header
            },
        }
    }

    /// A cell as alternatives of conjunctions; none is `any`.
    fn cell(&mut self, cell: &ast::Cell, input: &Expr, cx: &mut Cx) -> Vec<Vec<Test>> {
        let alternatives = match &cell.kind {
            ast::CellKind::Any => return Vec::new(),
            ast::CellKind::Tests(alternatives) => alternatives,
        };
        alternatives
            .iter()
            .map(|tests| tests.iter().map(|test| self.test(test, input, cx)).collect())
            .collect()
    }

    fn test(&mut self, test: &ast::Test, input: &Expr, cx: &mut Cx) -> Test {
        let inner = super::operators::without_groups(&test.value);
        let is_range = matches!(&inner.kind, ast::ExprKind::Infix { op: ast::InfixOp::To, .. });
        if test.op == ast::TestOp::Is && is_range && !matches!(input.ty, Type::Range(_)) {
            let want = Type::Range(Box::new(input.ty.clone()));
            let value = self.expr(&test.value, Some(&want), cx);
            if let ExprKind::Binary(BinaryOp::To, ends) = &value.kind
                && let (Some(bottom), Some(top)) = (fold(&ends.left), fold(&ends.right))
                && bottom > top
            {
                self.report(Code::BoundsRange, test.span, "the bottom of this range exceeds its top");
                return Test { op: BinaryOp::In, value: super::types::invalid(test.span, value.ty) };
            }
            return Test { op: BinaryOp::In, value };
        }
        let op = match test.op {
            ast::TestOp::Is => BinaryOp::Is,
            ast::TestOp::Less => BinaryOp::Less,
            ast::TestOp::LessOrEqual => BinaryOp::LessOrEqual,
            ast::TestOp::Greater => BinaryOp::Greater,
            ast::TestOp::GreaterOrEqual => BinaryOp::GreaterOrEqual,
        };
        if op != BinaryOp::Is && input.ty != Type::Invalid && !self.is_ordered(&input.ty) {
            let found = self.describe(&input.ty);
            self.report(Code::TypeMismatch, test.span, format!("values of `{found}` have no order"));
        }
        Test { op, value: self.expr(&test.value, Some(&input.ty), cx) }
    }

    fn claims(&mut self) {
        let declared = self.declared;
        for (span, source) in &declared.claims {
            let kind = match source {
                ClaimSource::Claim(claim) => {
                    let condition = self.expr(&claim.condition, Some(&Type::Bool), &mut Cx::new());
                    let text = claim.text.text.clone();
                    Some(if claim.is_never {
                        ClaimKind::Never { text, condition }
                    } else {
                        ClaimKind::Always { text, condition }
                    })
                }
                ClaimSource::Monotone(claim) => self.monotone(claim),
                ClaimSource::Independent(claim) => {
                    let outcome = self.outcome_named(&claim.outcome);
                    let fact = self.fact_path(&claim.fact);
                    outcome.zip(fact).map(|(outcome, (fact, _))| ClaimKind::Independent { outcome, fact })
                }
            };
            if let Some(kind) = kind {
                self.policy.claims.push(Claim { span: *span, kind });
            }
        }
    }

    fn monotone(&mut self, claim: &ast::Monotone) -> Option<ClaimKind> {
        let outcome = self.outcome_named(&claim.outcome);
        let fact = self.fact_path(&claim.fact);
        let (outcome, (fact, fact_ty)) = outcome.zip(fact)?;
        let def = self.policy.schema.outcomes.get(outcome.0 as usize)?.clone();
        let moves = |ty: &Type, lowering: &Self| {
            lowering.is_ordered(ty)
                || matches!(ty, Type::Bool | Type::Set(_) | Type::Range(_) | Type::Invalid)
        };
        if def.nothing {
            self.report(
                Code::ClaimShape,
                claim.outcome.span,
                format!("`{}` may be nothing, and nothing is neither more nor less", def.name),
            );
            return None;
        }
        if !moves(&def.ty, self) {
            let found = self.describe(&def.ty);
            self.report(Code::ClaimShape, claim.outcome.span, format!("a `{found}` neither rises nor falls"));
            return None;
        }
        if !moves(&fact_ty, self) {
            let found = self.describe(&fact_ty);
            self.report(Code::ClaimShape, claim.fact.span, format!("a `{found}` neither rises nor falls"));
            return None;
        }
        // `X never falls` claims that it rises or stays.
        let outcome_rises = claim.never == ast::Direction::Falls;
        Some(ClaimKind::Monotone {
            outcome,
            outcome_rises,
            fact,
            fact_rises: claim.moves == ast::Direction::Rises,
        })
    }

    pub(super) fn outcome_named(&mut self, name: &ast::Name) -> Option<OutcomeId> {
        if let Some(ValueName::Outcome(id)) = self.values.get(&name.text) {
            return Some(*id);
        }
        let mut found =
            Diagnostic::new(Code::NameUnknown, name.span, format!("there is no outcome `{}`", name.text));
        let other = match self.values.get(&name.text) {
            Some(ValueName::Fact(_)) => Some("a fact"),
            Some(ValueName::Named(_)) => Some("a definition"),
            Some(ValueName::Outcome(_)) | None => None,
        };
        if let Some(other) = other {
            found.message = format!("`{}` is {other}, not an outcome", name.text);
            self.sink.push(found);
            return None;
        }
        let outcomes = self.policy.schema.outcomes.iter().map(|outcome| &*outcome.name);
        if let Some(meant) = crate::diagnostic::did_you_mean(&name.text, outcomes) {
            found = found.suggest(format!("did you mean `{meant}`?"), name.span, meant);
        } else {
            found = found.help(format!("declare it: `outcome {}: ..`", name.text));
        }
        self.sink.push(found);
        None
    }

    /// A path of fact fields, through lists too (`history.severity`), and the type at its end.
    fn fact_path(&mut self, path: &ast::Expr) -> Option<(FactPath, Type)> {
        let mut names = Vec::new();
        let mut at = path;
        loop {
            if let ast::ExprKind::Field(of, name) = &at.kind {
                names.push(name);
                at = of;
                continue;
            }
            let ast::ExprKind::Name(name) = &at.kind else {
                self.report(Code::ClaimShape, path.span, "expected a fact, or a field of one");
                return None;
            };
            names.push(name);
            break;
        }
        let mut def = self.policy.schema.facts.clone();
        let mut fields = Vec::new();
        let mut ty = Type::Invalid;
        while let Some(name) = names.pop() {
            let Some(place) = def.fields.iter().position(|field| field.name == name.text) else {
                self.unknown_field(name, &def);
                return None;
            };
            fields.push(place);
            ty = def.fields.get(place)?.ty.clone();
            let inner = if let Type::List(of) = &ty { of.as_ref() } else { &ty };
            if let Type::Record(id) = inner {
                def = self.policy.schema.record(*id)?.clone();
            } else if let Some(next) = names.last() {
                let found = self.describe(&ty);
                self.report(
                    Code::TypeMismatch,
                    next.span,
                    format!("a `{found}` has no field `{}`", next.text),
                );
                return None;
            }
        }
        Some((FactPath { fields }, ty))
    }

    fn examples(&mut self) {
        let declared = self.declared;
        for (span, example) in &declared.examples {
            report_repeats("fact", example.given.iter().map(|(name, _)| name), self.sink);
            let mut given = vec![Value::Absent; self.policy.schema.facts.fields.len()];
            let facts = self.policy.schema.facts.clone();
            for (name, data) in &example.given {
                let Some(place) = facts.fields.iter().position(|field| field.name == name.text) else {
                    self.unknown_field(name, &facts);
                    continue;
                };
                let Some(field) = facts.fields.get(place) else { continue };
                if let (Some(value), Some(slot)) =
                    (self.data(data, &field.ty, field.nothing), given.get_mut(place))
                {
                    *slot = value;
                }
            }
            let expect = match &example.expect {
                ast::Expect::Refused => Expect::Refused,
                ast::Expect::Failed => Expect::Failed,
                ast::Expect::Missing(paths) => Expect::Missing(texts(paths)),
                ast::Expect::Outcomes(entries) => {
                    if entries.is_empty() {
                        let outcome = self.policy.schema.outcomes.first().map_or("fine", |def| &def.name);
                        let help = format!(
                            "say what must come out, `expect {outcome}: ..`, or that nothing does, `expect refused`"
                        );
                        let message = "this example expects nothing, so it cannot fail";
                        let span = example.text.span;
                        self.sink.push(Diagnostic::new(Code::ExampleEmpty, span, message).help(help));
                    }
                    report_repeats("outcome", entries.iter().map(|(name, _)| name), self.sink);
                    let mut expected = Vec::new();
                    for (name, data) in entries {
                        let Some(id) = self.outcome_named(name) else { continue };
                        let Some(def) = self.policy.schema.outcomes.get(id.0 as usize).cloned() else {
                            continue;
                        };
                        // Any outcome may be asked to be nothing: it is then not set.
                        if let Some(value) = self.data(data, &def.ty, true) {
                            expected.push((id, value));
                        }
                    }
                    Expect::Outcomes(expected)
                }
            };
            self.policy.examples.push(Example {
                span: *span,
                expect_span: example.expect_span,
                text: example.text.text.clone(),
                given,
                expect,
            });
        }
    }
}

fn broken_row(row: &ast::Row, inputs: &[Expr], ty: &Type) -> Row {
    Row {
        span: row.span,
        tests: vec![Vec::new(); inputs.len()],
        result: super::types::invalid(row.span, ty.clone()),
    }
}

fn in_force(head: &ast::Head) -> InForce {
    head.in_force
        .as_ref()
        .map_or(InForce::default(), |period| InForce { from: period.from, until: period.until })
}

/// Monday is 0.
fn weekday(name: &str) -> Option<u8> {
    let days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"];
    days.iter().position(|day| *day == name).and_then(|day| u8::try_from(day).ok())
}
