//! Declarations other than facts, tables and rules.

use std::sync::Arc;

use super::{Builder, Parts, in_nfc};
use crate::syntax::ast::{
    Calendar, Claim, Combine, Define, Direction, Enum, Example, Expect, Expr, Independent, ItemKind, Member,
    Monotone, Name, Outcome, OutcomeClause, OutcomeClauseKind, Parameter, ParameterBody, ParameterRow,
    Policy, Text, Unit,
};
use crate::syntax::grammar::Rule;
use crate::syntax::lint;
use crate::syntax::tree::Pair;

impl Builder<'_, '_, '_> {
    pub(super) fn item(&mut self, pair: Pair<'_>) -> Option<ItemKind> {
        #[expect(clippy::wildcard_enum_match_arm, reason = "pest's enum names every rule of the grammar")]
        Some(match pair.as_rule() {
            Rule::policy => ItemKind::Policy(self.policy(pair)),
            Rule::use_file => {
                let mut parts = Parts::of(pair);
                parts.skip(&[Rule::w_use]);
                ItemKind::Use(self.next_text(&mut parts))
            }
            Rule::unit => ItemKind::Unit(self.unit(pair)),
            Rule::enumeration | Rule::scale => ItemKind::Enum(self.enumeration(pair)),
            Rule::record => ItemKind::Record(self.record(pair)),
            Rule::facts => ItemKind::Facts(self.facts(pair)),
            Rule::calendar => ItemKind::Calendar(self.calendar(pair)),
            Rule::parameter => ItemKind::Parameter(self.parameter(pair)),
            Rule::table => ItemKind::Table(self.table(pair)),
            Rule::define => ItemKind::Define(self.define(pair)),
            Rule::outcome => ItemKind::Outcome(self.outcome(pair)),
            Rule::rule_item => ItemKind::Rule(self.rule(pair)),
            Rule::claim => ItemKind::Claim(self.claim(pair)),
            Rule::monotone => ItemKind::Monotone(self.monotone(pair)),
            Rule::independent => {
                let mut parts = Parts::of(pair);
                parts.skip(&[Rule::w_independent]);
                let outcome = self.next_name(&mut parts, Rule::name);
                parts.skip(&[Rule::w_of]);
                ItemKind::Independent(Independent { outcome, fact: self.next_path(&mut parts) })
            }
            Rule::example => ItemKind::Example(self.example(pair)),
            _ => return None,
        })
    }

    fn policy(&mut self, pair: Pair<'_>) -> Policy {
        let mut parts = Parts::of(pair);
        parts.skip(&[Rule::w_policy]);
        let head = self.head(&mut parts, Rule::name);
        let mut policy = Policy { head, dated_by: Vec::new(), lenient_by: Vec::new() };
        if let Some(dated) = parts.take(Rule::dated_by) {
            let mut inner = Parts::of(dated);
            inner.skip(&[Rule::w_dated, Rule::k_by]);
            while inner.peek() == Some(Rule::path) {
                policy.dated_by.push(self.next_path(&mut inner));
            }
            if let Some(lenient) = inner.take(Rule::lenient) {
                policy.lenient_by = lenient
                    .into_inner()
                    .filter(|part| part.as_rule() == Rule::name)
                    .map(|part| self.name(&part))
                    .collect();
            }
        }
        policy
    }

    fn unit(&mut self, pair: Pair<'_>) -> Unit {
        let mut parts = Parts::of(pair);
        parts.skip(&[Rule::w_unit]);
        let head = self.head(&mut parts, Rule::unit_declared);
        let mut unit = Unit { head, equals: None, decimals: None };
        if let Some(equals) = parts.take(Rule::unit_equals) {
            let mut inner = Parts::of(equals);
            inner.skip(&[Rule::equals]);
            unit.equals = inner.take(Rule::quantity).and_then(|quantity| self.quantity(quantity));
        }
        if let Some(decimals) = parts.take(Rule::unit_decimals)
            && let Some(int) = Parts::of(decimals).take(Rule::int)
        {
            unit.decimals = self.small_number(&int).map(|decimals| (decimals, self.span(&int)));
        }
        self.head_clauses(&mut parts, &mut unit.head);
        unit
    }

    fn enumeration(&mut self, pair: Pair<'_>) -> Enum {
        let is_scale = pair.as_rule() == Rule::scale;
        let mut parts = Parts::of(pair);
        parts.skip(&[Rule::w_enum, Rule::w_scale]);
        let head = self.head(&mut parts, Rule::name);
        parts.skip(&[Rule::colon]);
        let mut members = Vec::new();
        while let Some(member) = parts.take(Rule::member) {
            let mut inner = Parts::of(member);
            let name = self.next_name(&mut inner, Rule::name);
            let wire = self.next_wire(&mut inner);
            let mut title = None;
            self.title(&mut inner, &mut title);
            members.push(Member { name, wire, title });
        }
        Enum { head, is_scale, members }
    }

    fn calendar(&mut self, pair: Pair<'_>) -> Calendar {
        let mut parts = Parts::of(pair);
        parts.skip(&[Rule::w_calendar]);
        let head = self.head(&mut parts, Rule::name);
        let mut calendar = Calendar { head, weekend: Vec::new(), holidays: Vec::new(), workdays: Vec::new() };
        while let Some(part) = parts.next() {
            let rule = part.as_rule();
            let mut inner = Parts::of(part);
            inner.skip(&[Rule::w_weekend, Rule::w_holidays, Rule::w_workdays, Rule::colon]);
            if rule == Rule::weekend {
                calendar.weekend.extend(self.names(&mut inner, Rule::name));
            } else if rule == Rule::holidays {
                calendar.holidays.extend(self.exprs(&mut inner));
            } else {
                calendar.workdays.extend(self.exprs(&mut inner));
            }
        }
        calendar
    }

    fn parameter(&mut self, pair: Pair<'_>) -> Parameter {
        let mut parts = Parts::of(pair);
        parts.skip(&[Rule::w_parameter]);
        let mut head = self.head(&mut parts, Rule::name);
        parts.skip(&[Rule::colon]);
        let ty = self.next_type(&mut parts);
        self.head_clauses(&mut parts, &mut head);
        if parts.take(Rule::equals).is_some() {
            return Parameter { head, ty, body: ParameterBody::Constant(self.next_value(&mut parts)) };
        }
        let mut rows = Vec::new();
        while let Some(row) = parts.take(Rule::schedule_row) {
            let span = self.span(&row);
            let mut inner = Parts::of(row);
            inner.skip(&[Rule::k_from]);
            let date = inner.take(Rule::date);
            inner.skip(&[Rule::colon]);
            let values = self.exprs(&mut inner);
            // A day that the calendar does not have was reported before.
            if let Some(date) = date
                && let Some(from) = lint::read_date(self.written(&date))
            {
                rows.push(ParameterRow { span, from, from_span: self.span(&date), values });
            }
        }
        Parameter { head, ty, body: ParameterBody::Rows(rows) }
    }

    fn define(&mut self, pair: Pair<'_>) -> Define {
        let mut parts = Parts::of(pair);
        parts.skip(&[Rule::w_define]);
        let mut head = self.head(&mut parts, Rule::name);
        let params = self.params(&mut parts);
        self.head_clauses(&mut parts, &mut head);
        parts.skip(&[Rule::colon]);
        let ty = self.next_type(&mut parts);
        self.head_clauses(&mut parts, &mut head);
        parts.skip(&[Rule::equals]);
        Define { head, params, ty, body: self.next_value(&mut parts) }
    }

    fn outcome(&mut self, pair: Pair<'_>) -> Outcome {
        let mut parts = Parts::of(pair);
        parts.skip(&[Rule::w_outcome]);
        let mut head = self.head(&mut parts, Rule::name);
        parts.skip(&[Rule::colon]);
        let ty = self.next_type(&mut parts);
        self.head_clauses(&mut parts, &mut head);
        let mut outcome = Outcome { head, ty, clauses: Vec::new(), body: None, exact: false };
        while let Some(clause) = parts.take(Rule::outcome_clause) {
            let span = self.span(&clause);
            let mut inner = Parts::of(clause);
            if inner.take(Rule::exact).is_some() {
                outcome.exact = true;
            } else if let Some(kind) = self.outcome_clause(&mut inner) {
                outcome.clauses.push(OutcomeClause { span, kind });
            }
        }
        self.head_clauses(&mut parts, &mut outcome.head);
        if parts.take(Rule::equals).is_some() {
            outcome.body = Some(self.next_value(&mut parts));
        }
        outcome
    }

    fn outcome_clause(&mut self, parts: &mut Parts<'_>) -> Option<OutcomeClauseKind> {
        if parts.take(Rule::w_required).is_some() {
            return Some(OutcomeClauseKind::Required);
        }
        if let Some(default) = parts.take(Rule::default) {
            return Some(OutcomeClauseKind::Default(self.default(default)));
        }
        if let Some(rounding) = parts.take(Rule::rounding) {
            return Some(OutcomeClauseKind::Rounded(self.rounding(rounding)));
        }
        if let Some(limit) = parts.take(Rule::limit) {
            let (is_least, value) = self.limit(limit);
            return Some(if is_least {
                OutcomeClauseKind::AtLeast(value)
            } else {
                OutcomeClauseKind::AtMost(value)
            });
        }
        let mut inner = Parts::of(parts.take(Rule::combination)?);
        let combined = combine(self.written(&inner.take(Rule::combine)?))?;
        let Some(per) = inner.take(Rule::per) else { return Some(OutcomeClauseKind::Combine(combined)) };
        let mut inner = Parts::of(per);
        inner.skip(&[Rule::w_per]);
        let record = self.next_name(&mut inner, Rule::name);
        inner.skip(&[Rule::k_then]);
        let outer = combine(self.written(&inner.take(Rule::combine)?))?;
        Some(OutcomeClauseKind::CombinePer { inner: combined, record, outer })
    }

    pub(super) fn default(&mut self, pair: Pair<'_>) -> Expr {
        let mut parts = Parts::of(pair);
        parts.skip(&[Rule::w_default]);
        self.next_expr(&mut parts)
    }

    fn claim(&mut self, pair: Pair<'_>) -> Claim {
        let mut parts = Parts::of(pair);
        let is_never = parts.take(Rule::w_never).is_some();
        parts.skip(&[Rule::w_always]);
        let text = self.next_text(&mut parts);
        Claim { text, is_never, condition: self.next_value(&mut parts) }
    }

    fn monotone(&mut self, pair: Pair<'_>) -> Monotone {
        let mut parts = Parts::of(pair);
        parts.skip(&[Rule::w_monotone]);
        let outcome = self.next_name(&mut parts, Rule::name);
        parts.skip(&[Rule::w_never]);
        let never = direction(&mut parts);
        parts.skip(&[Rule::w_as]);
        let fact = self.next_path(&mut parts);
        Monotone { outcome, never, fact, moves: direction(&mut parts) }
    }

    fn example(&mut self, pair: Pair<'_>) -> Example {
        let mut parts = Parts::of(pair);
        parts.skip(&[Rule::w_example]);
        let text = self.next_text(&mut parts);
        parts.skip(&[Rule::k_given]);
        let given = self.given(&mut parts);
        let mut expect = Expect::Outcomes(Vec::new());
        let mut expect_span = self.here(&parts);
        if let Some(pair) = parts.take(Rule::expect) {
            expect_span = self.span(&pair);
            let mut inner = Parts::of(pair);
            inner.skip(&[Rule::k_expect]);
            if inner.take(Rule::expect_refused).is_some() {
                expect = Expect::Refused;
            } else if inner.take(Rule::expect_failed).is_some() {
                expect = Expect::Failed;
            } else if let Some(missing) = inner.take(Rule::missing) {
                let paths = missing.into_inner().filter(|part| part.as_rule() == Rule::fact_path);
                expect = Expect::Missing(paths.map(|path| self.fact_path(&path)).collect());
            } else {
                expect = Expect::Outcomes(self.given(&mut inner));
            }
        }
        Example { text, given, expect_span, expect }
    }

    /// `series[0].violations`, without the space that may stand between its parts.
    fn fact_path(&self, pair: &Pair<'_>) -> Text {
        let (first, end) = pair.tokens();
        let tokens = self.tokens.get(first..end).unwrap_or_default();
        let path: String = tokens.iter().map(|token| token.text).collect();
        Text { text: Arc::from(in_nfc(&path)), span: self.span(pair) }
    }

    fn given(&mut self, parts: &mut Parts<'_>) -> Vec<(Name, Expr)> {
        let mut entries = Vec::new();
        while let Some(pair) = parts.take(Rule::given) {
            let mut inner = Parts::of(pair);
            let name = self.next_name(&mut inner, Rule::word);
            inner.skip(&[Rule::colon]);
            entries.push((name, self.next_expr(&mut inner)));
        }
        entries
    }
}

fn combine(word: &str) -> Option<Combine> {
    const COMBINATIONS: &[(&str, Combine)] = &[
        ("sum", Combine::Sum),
        ("highest", Combine::Highest),
        ("lowest", Combine::Lowest),
        ("earliest", Combine::Earliest),
        ("latest", Combine::Latest),
        ("any", Combine::Any),
        ("agree", Combine::Agree),
    ];
    COMBINATIONS.iter().find(|(named, _)| *named == word).map(|(_, combine)| *combine)
}

fn direction(parts: &mut Parts<'_>) -> Direction {
    if parts.take(Rule::rises).is_some() {
        return Direction::Rises;
    }
    parts.take(Rule::falls);
    Direction::Falls
}
