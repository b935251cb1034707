//! Units, enums, records and facts: the schema of the policy, and the conditions that it puts on a case.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::expressions::{Cx, Reads};
use super::scope::report_repeats;
use super::{Lowering, TypeName, ValueName, index, wire};
use crate::diagnostic::{Code, Diagnostic, did_you_mean};
use crate::hir::{Expr, ExprKind, MustHold, RecordRules};
use crate::source::Span;
use crate::syntax::ast::{self, FieldClauseKind, FieldKind};
use crate::syntax::on_one_line;
use crate::types::{
    Bounds, EnumDef, EnumId, Field, MemberDef, Presence, RecordDef, RecordId, Type, UnitDef, UnitId,
};
use crate::value::{Number, Value};

impl<'a> Lowering<'a> {
    /// Types, fields and bounds; no conditions yet (they read definitions).
    pub(super) fn schema(&mut self) {
        let declared = self.declared;
        for (place, unit) in declared.units.iter().enumerate() {
            self.types.insert(unit.head.name.text.clone(), TypeName::Unit(UnitId(index(place))));
        }
        for (place, declaration) in declared.enums.iter().enumerate() {
            self.types.insert(declaration.head.name.text.clone(), TypeName::Enum(EnumId(index(place))));
        }
        for (place, record) in declared.records.iter().enumerate() {
            self.types.insert(record.head.name.text.clone(), TypeName::Record(RecordId(index(place))));
        }
        self.units();
        for declaration in &declared.enums {
            self.enumeration(declaration);
        }
        for record in &declared.records {
            self.policy.schema.records.push(RecordDef {
                name: record.head.name.text.clone(),
                title: title(record.head.title.as_ref()),
                ..RecordDef::default()
            });
        }
        // Two rounds: bounds and defaults of one record may be data of another.
        for (place, record) in declared.records.iter().enumerate() {
            let fields: Vec<&ast::Field> = record.body.fields.iter().collect();
            let made = self.fields_without_defaults(&fields);
            if let Some(def) = self.policy.schema.records.get_mut(place) {
                def.fields = made;
            }
        }
        self.policy.schema.facts.fields = self.fields_without_defaults(&declared.facts);
        for (place, fact) in declared.facts.iter().enumerate() {
            self.declare(&fact.name.text, ValueName::Fact(place));
        }
        for (place, record) in declared.records.iter().enumerate() {
            for (at, field) in record.body.fields.iter().enumerate() {
                let Some(mut made) =
                    self.policy.schema.records.get(place).and_then(|def| def.fields.get(at)).cloned()
                else {
                    continue;
                };
                self.field_clauses(field, &mut made);
                if let Some(slot) =
                    self.policy.schema.records.get_mut(place).and_then(|def| def.fields.get_mut(at))
                {
                    *slot = made;
                }
            }
        }
        for (at, field) in declared.facts.iter().enumerate() {
            let Some(mut made) = self.policy.schema.facts.fields.get(at).cloned() else { continue };
            self.field_clauses(field, &mut made);
            if let Some(slot) = self.policy.schema.facts.fields.get_mut(at) {
                *slot = made;
            }
        }
    }

    fn units(&mut self) {
        let declared = self.declared;
        let mut equals: BTreeMap<&str, (&ast::Unit, Number, Arc<str>)> = BTreeMap::new();
        for unit in &declared.units {
            let Some(quantity) = &unit.equals else { continue };
            let Some(ast::UnitRef::Named(base)) = &quantity.unit else {
                self.report(
                    Code::TypeUnitMismatch,
                    quantity.span,
                    format!(
                        "a unit equals an amount in another unit: `unit {} = 1_000 mg`",
                        unit.head.name.text
                    ),
                );
                continue;
            };
            if !matches!(self.types.get(&base.text), Some(TypeName::Unit(_))) {
                self.named_unit(base);
                continue;
            }
            match Number::parse(&quantity.text) {
                Ok(factor) if !factor.is_zero() => {
                    equals.insert(&unit.head.name.text, (unit, factor, base.text.clone()));
                }
                _ => self.report(
                    Code::SyntaxBadNumber,
                    quantity.span,
                    "a unit equals an amount above 0 of at most 28 digits",
                ),
            }
        }
        for (place, unit) in declared.units.iter().enumerate() {
            let mut base = unit.head.name.text.clone();
            let mut factor = Number::ONE;
            let mut steps = 0;
            while let Some((_, step, next)) = equals.get(&*base) {
                steps += 1;
                match factor.multiply(*step) {
                    Ok(product) if steps <= equals.len() => factor = product,
                    Ok(_) => {
                        self.report(
                            Code::CircleDefinition,
                            unit.head.name.span,
                            format!("the unit `{}` is defined by itself", unit.head.name.text),
                        );
                        break;
                    }
                    Err(_) => {
                        self.report(
                            Code::SyntaxBadNumber,
                            unit.head.name.span,
                            "the conversion has more than 28 digits",
                        );
                        break;
                    }
                }
                base = next.clone();
            }
            let base = match self.types.get(&base) {
                Some(TypeName::Unit(id)) => *id,
                Some(TypeName::Enum(_) | TypeName::Record(_)) | None => UnitId(index(place)),
            };
            let decimals = unit.decimals.map(|(decimals, span)| {
                if decimals > 28 {
                    self.report(Code::BoundsInvalid, span, "an amount has at most 28 decimals");
                }
                decimals.min(28)
            });
            self.policy.schema.units.push(UnitDef {
                name: unit.head.name.text.clone(),
                decimals,
                base,
                factor,
            });
        }
    }

    /// Looks a unit up by its written name; `None` after a report.
    pub(super) fn named_unit(&mut self, name: &ast::Name) -> Option<UnitId> {
        if let Some(TypeName::Unit(id)) = self.types.get(&name.text) {
            return Some(*id);
        }
        let mut found =
            Diagnostic::new(Code::TypeUnitMismatch, name.span, format!("there is no unit `{}`", name.text));
        let units =
            self.policy.schema.units.iter().map(|unit| &*unit.name).chain(["days", "months", "years"]);
        let code = currency_code(&name.text).filter(|code| units.clone().any(|unit| unit == *code));
        if let Some(meant) = code.or_else(|| did_you_mean(&name.text, units)) {
            found = found.suggest(format!("did you mean `{meant}`?"), name.span, meant);
        } else {
            found = found.help(match &*name.text {
                "percent" | "percentage" | "pct" => "per cent are written `5%`".to_owned(),
                _ => format!("declare it: `unit {}, 2 decimals`", name.text),
            });
        }
        self.sink.push(found);
        None
    }

    fn enumeration(&mut self, declaration: &ast::Enum) {
        report_repeats("member", declaration.members.iter().map(|member| &member.name), self.sink);
        let members: Vec<MemberDef> = (declaration.members.iter())
            .map(|member| MemberDef {
                name: member.name.text.clone(),
                wire: wire(&member.name, member.wire.as_ref()),
                title: title(member.title.as_ref()),
            })
            .collect();
        let id = EnumId(index(self.policy.schema.enums.len()));
        for (place, member) in members.iter().enumerate() {
            let known = self.members.entry(member.name.clone()).or_default();
            if known.last().is_none_or(|(other, _)| *other != id) {
                known.push((id, index(place)));
            }
        }
        let spans = declaration.members.iter().map(|member| member.name.span);
        self.wires_once(members.iter().map(|member| member.wire.clone()).zip(spans).collect());
        self.policy.schema.enums.push(EnumDef {
            name: declaration.head.name.text.clone(),
            title: title(declaration.head.title.as_ref()),
            is_scale: declaration.is_scale,
            members,
        });
    }

    /// Reports a wire name that is taken twice on one side.
    pub(super) fn wires_once(&mut self, mut wires: Vec<(Arc<str>, Span)>) {
        wires.sort_by_key(|(_, span)| *span);
        let mut first: BTreeMap<Arc<str>, Span> = BTreeMap::new();
        for (wire, span) in wires {
            if let Some(earlier) = first.get(&wire) {
                self.sink.push(
                    Diagnostic::new(
                        Code::NameWireDuplicate,
                        span,
                        format!("the wire name \"{wire}\" is used twice"),
                    )
                    .label(*earlier, "used here first"),
                );
            } else {
                first.insert(wire, span);
            }
        }
    }

    fn fields_without_defaults(&mut self, fields: &[&ast::Field]) -> Vec<Field> {
        report_repeats("field", fields.iter().map(|field| &field.name), self.sink);
        let wires = fields.iter().filter(|field| matches!(field.kind, FieldKind::Given { .. }));
        self.wires_once(
            wires.map(|field| (wire(&field.name, field.wire.as_ref()), field.name.span)).collect(),
        );
        let mut made = Vec::new();
        for field in fields {
            let (ty, nothing, unknown) = match &field.kind {
                FieldKind::Given { ty, .. } => (self.type_of(ty), ty.nothing, ty.unknown),
                FieldKind::FirstOf(_) => (Type::Invalid, false, false),
            };
            if matches!(ty, Type::Duty(_)) {
                self.report(Code::TypeNotAllowed, field.span, "a duty is an outcome; a fact cannot be one");
            }
            made.push(Field {
                name: field.name.text.clone(),
                wire: wire(&field.name, field.wire.as_ref()),
                title: title(field.title.as_ref()),
                ty,
                nothing,
                unknown,
                presence: Presence::Needed,
                bounds: Bounds::default(),
                in_percent: false,
                judgement: None,
            });
        }
        // A derived field has the type of its sources.
        for (place, field) in fields.iter().enumerate() {
            let FieldKind::FirstOf(sources) = &field.kind else { continue };
            let mut places = Vec::new();
            let mut ty: Option<Type> = None;
            for source in sources {
                let found = fields.iter().position(|other| other.name.text == source.text);
                let Some((at, made_source)) = found.and_then(|at| Some((at, made.get(at)?))) else {
                    self.report(
                        Code::NameUnknown,
                        source.span,
                        format!("there is no field `{}` beside this one", source.text),
                    );
                    continue;
                };
                if matches!(fields.get(at).map(|field| &field.kind), Some(FieldKind::FirstOf(_)) | None) {
                    self.report(
                        Code::CircleDefinition,
                        source.span,
                        "a derived field takes facts, not derived fields",
                    );
                    continue;
                }
                if !made_source.nothing {
                    self.sink.push(
                        Diagnostic::new(
                            Code::AbsenceResult,
                            source.span,
                            format!("`{}` is always there, so what follows it is never taken", source.text),
                        )
                        .help(format!("declare `{}` with `or nothing`", source.text)),
                    );
                }
                match &ty {
                    Some(first) if *first != made_source.ty && made_source.ty != Type::Invalid => {
                        let (expected, other) = (self.describe(first), self.describe(&made_source.ty));
                        self.report(
                            Code::TypeMismatch,
                            source.span,
                            format!("expected `{expected}`, found `{other}`"),
                        );
                    }
                    Some(_) => {}
                    None => ty = Some(made_source.ty.clone()),
                }
                places.push(at);
            }
            if let Some(slot) = made.get_mut(place) {
                slot.ty = ty.unwrap_or(Type::Invalid);
                slot.presence = Presence::FirstOf(places);
            }
        }
        made
    }

    fn field_clauses(&mut self, field: &ast::Field, made: &mut Field) {
        let FieldKind::Given { clauses, .. } = &field.kind else { return };
        let mut bounds = Vec::new();
        let mut presence_span = None;
        for clause in clauses {
            match &clause.kind {
                FieldClauseKind::Bound(bound) => bounds.push((bound.clone(), clause.span)),
                FieldClauseKind::WireInPercent => {
                    if made.ty == Type::Number {
                        made.in_percent = true;
                    } else {
                        self.report(Code::TypeNotAllowed, clause.span, "only a `number` comes in per cent");
                    }
                }
                FieldClauseKind::Judgement(by) => {
                    made.judgement =
                        Some(by.as_ref().map_or_else(|| "a person".into(), |by| by.text.clone()));
                }
                FieldClauseKind::Default(_) | FieldClauseKind::NeededWhen(_) => {
                    if let Some(earlier) = presence_span.replace(clause.span) {
                        self.sink.push(
                            Diagnostic::new(
                                Code::FactDefault,
                                clause.span,
                                "a fact has one of `default` and `needed when`",
                            )
                            .label(earlier, "already said here"),
                        );
                    }
                    if made.unknown || (made.nothing && matches!(clause.kind, FieldClauseKind::Default(_))) {
                        self.report(
                            Code::FactDefault,
                            clause.span,
                            "an absent fact cannot be both this and `nothing` or `unknown`",
                        );
                    }
                    if let FieldClauseKind::NeededWhen(condition) = &clause.kind {
                        made.presence = Presence::NeededWhen(self.words(condition));
                    }
                }
            }
        }
        made.bounds = self.bounds(&bounds, &made.ty);
        for clause in clauses {
            if let FieldClauseKind::Default(value) = &clause.kind
                && let Some(value) = self.data(value, &made.ty, made.nothing)
            {
                self.default_within(&value, made, clause.span);
                made.presence = Presence::Default(value);
            }
        }
    }

    fn default_within(&mut self, value: &Value, field: &Field, span: Span) {
        let length = |count: usize| Value::Integer(i64::try_from(count).unwrap_or(i64::MAX));
        let (lowest, highest) = if let Value::List(items) | Value::Set(items) = value {
            (length(items.len()), length(items.len()))
        } else if let Value::Range(ends) = value {
            (ends.0.clone(), ends.1.clone())
        } else {
            (value.clone(), value.clone())
        };
        let below = field.bounds.least.as_ref().is_some_and(|least| lowest < *least);
        let above = field.bounds.most.as_ref().is_some_and(|most| highest > *most);
        if below || above {
            self.report(
                Code::BoundsViolated,
                span,
                format!("the default of `{}` lies outside its bounds", field.name),
            );
        }
    }

    /// The bounds of a fact or parameter.
    pub(super) fn bounds(&mut self, bounds: &[(ast::Bound, Span)], ty: &Type) -> Bounds {
        let mut made = Bounds::default();
        let is_sized = matches!(ty, Type::List(_) | Type::Set(_));
        let measure = if is_sized { Type::Integer } else { ty.end().clone() };
        for (bound, span) in bounds {
            let takes_bounds = self.is_measured(&measure);
            if measure == Type::Invalid {
                continue;
            }
            if !takes_bounds {
                let found = self.describe(ty);
                self.report(Code::BoundsInvalid, *span, format!("a `{found}` has no bounds"));
                continue;
            }
            let (least, most) = match bound {
                ast::Bound::Between(least, most) => {
                    (self.constant(least, &measure), self.constant(most, &measure))
                }
                ast::Bound::OrMore(least) => (self.constant(least, &measure), None),
                ast::Bound::OrLess(most) => (None, self.constant(most, &measure)),
                ast::Bound::UpTo(most) => {
                    if !is_sized {
                        self.sink.push(
                            Diagnostic::new(
                                Code::BoundsInvalid,
                                *span,
                                "`up to` counts the items of a list or set",
                            )
                            .help("write `5 or less`"),
                        );
                    }
                    (None, self.constant(most, &measure))
                }
                ast::Bound::Decimals(decimals) => {
                    if !matches!(measure, Type::Number | Type::Quantity(_)) {
                        self.report(Code::BoundsInvalid, *span, "only numbers and amounts have decimals");
                    }
                    made.decimals = Some(made.decimals.map_or(*decimals, |other| other.min(*decimals)));
                    (None, None)
                }
            };
            if let Some(least) = least {
                made.least = Some(made.least.take().map_or(least.clone(), |other| other.max(least)));
            }
            if let Some(most) = most {
                made.most = Some(made.most.take().map_or(most.clone(), |other| other.min(most)));
            }
            if let (Some(least), Some(most)) = (&made.least, &made.most)
                && least > most
            {
                self.report(
                    Code::BoundsInvalid,
                    *span,
                    "no value meets these bounds: the first exceeds the second",
                );
                // Nothing else follows from what cannot be.
                (made.least, made.most) = (None, None);
            }
        }
        made
    }

    /// `needed when` and `must hold` of the facts and of every record.
    pub(super) fn record_rules(&mut self) {
        let declared = self.declared;
        let (fields, holds) = (declared.facts.clone(), declared.facts_hold.clone());
        self.policy.facts = self.rules_of(&fields, &holds, None);
        self.policy.schema.facts.must_hold = texts(&self.policy.facts);
        let mut records = Vec::new();
        for (place, record) in declared.records.iter().enumerate() {
            let fields: Vec<&ast::Field> = record.body.fields.iter().collect();
            let holds: Vec<&ast::MustHold> = record.body.must_hold.iter().collect();
            records.push(self.rules_of(&fields, &holds, Some(RecordId(index(place)))));
        }
        for (def, rules) in self.policy.schema.records.iter_mut().zip(&records) {
            def.must_hold = texts(rules);
        }
        // Records made of columns have no rules.
        for def in self.policy.schema.records.iter().skip(records.len()) {
            records.push(RecordRules { needed_when: vec![None; def.fields.len()], must_hold: Vec::new() });
        }
        self.policy.records = records;
    }

    /// A condition in the author's words. They stand in decisions, which depend on no layout.
    fn words(&self, condition: &ast::Expr) -> Arc<str> {
        on_one_line(self.sources.slice(condition.span)).into()
    }

    fn rules_of(
        &mut self,
        fields: &[&ast::Field],
        holds: &[&ast::MustHold],
        record: Option<RecordId>,
    ) -> RecordRules {
        let mut rules = RecordRules::default();
        for field in fields {
            let condition = match &field.kind {
                FieldKind::Given { clauses, .. } => clauses.iter().find_map(|clause| match &clause.kind {
                    FieldClauseKind::NeededWhen(condition) => Some(condition),
                    FieldClauseKind::Default(_)
                    | FieldClauseKind::Bound(_)
                    | FieldClauseKind::Judgement(_)
                    | FieldClauseKind::WireInPercent => None,
                }),
                FieldKind::FirstOf(_) => None,
            };
            rules.needed_when.push(condition.map(|condition| {
                let mut cx =
                    Cx::of_record(record, Reads::NoOutcomes("`needed when` reads facts and definitions"));
                self.expr(condition, Some(&Type::Bool), &mut cx)
            }));
        }
        for hold in holds {
            let mut cx = Cx::of_record(record, Reads::FactsOnly("`must hold` reads facts"));
            let condition = self.expr(&hold.condition, Some(&Type::Bool), &mut cx);
            let mut read = Vec::new();
            fields_read(&condition, record.is_some(), &mut read);
            read.sort_unstable();
            read.dedup();
            let text =
                hold.text.as_ref().map_or_else(|| self.words(&hold.condition), |text| text.text.clone());
            rules.must_hold.push(MustHold { text, condition, fields: read });
        }
        rules
    }
}

fn title(title: Option<&ast::Text>) -> Option<Arc<str>> {
    title.map(|title| title.text.clone())
}

fn texts(rules: &RecordRules) -> Vec<Arc<str>> {
    rules.must_hold.iter().map(|hold| hold.text.clone()).collect()
}

/// The fields of the record (local 0) or of the facts that an expression reads.
fn fields_read(expr: &Expr, in_record: bool, found: &mut Vec<usize>) {
    if let ExprKind::Field(of, place) = &expr.kind
        && in_record
        && matches!(of.kind, ExprKind::Local(crate::hir::LocalId(0)))
    {
        found.push(*place);
    } else if let ExprKind::Fact(place) = &expr.kind
        && !in_record
    {
        found.push(*place);
    }
    expr.for_each_child(&mut |child| fields_read(child, in_record, found));
}

/// The code of a currency in words.
fn currency_code(word: &str) -> Option<&'static str> {
    match &*word.to_lowercase() {
        "yuan" | "rmb" | "cny" | "元" | "人民币" | "元人民币" => Some("CNY"),
        "dollar" | "dollars" | "usd" | "美元" => Some("USD"),
        "euro" | "euros" | "eur" | "欧元" => Some("EUR"),
        "pound" | "pounds" | "sterling" | "gbp" | "英镑" => Some("GBP"),
        "yen" | "jpy" | "円" | "日元" => Some("JPY"),
        _ => None,
    }
}
