//! Operators: the one table of precedence, and how a flat list of operands and operators becomes a tree.
//! Iterative (shunting yard), so a long list costs no stack.

use super::values::Deep;
use super::{Builder, Parts};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{Expr, ExprKind, InfixOp, PrefixOp, Side, Sides, StepSide};
use crate::syntax::grammar::Rule;
use crate::syntax::tree::Pair;

/// Binary operators by level; a higher level binds tighter, all group to the left.
const INFIX: &[(&str, InfixOp, u8)] = &[
    ("at", InfixOp::At, 11),
    ("or else", InfixOp::OrElse, 11),
    ("*", InfixOp::Multiply, 9),
    ("/", InfixOp::Divide, 9),
    ("+", InfixOp::Add, 8),
    ("-", InfixOp::Subtract, 8),
    ("without", InfixOp::Without, 8),
    ("to", InfixOp::To, 6),
    ("times", InfixOp::Times, 5),
    ("<", InfixOp::Less, COMPARISON),
    ("<=", InfixOp::LessOrEqual, COMPARISON),
    (">", InfixOp::Greater, COMPARISON),
    (">=", InfixOp::GreaterOrEqual, COMPARISON),
    ("is", InfixOp::Is, COMPARISON),
    ("is not", InfixOp::IsNot, COMPARISON),
    ("in", InfixOp::In, COMPARISON),
    ("not in", InfixOp::NotIn, COMPARISON),
    ("has any of", InfixOp::HasAnyOf, COMPARISON),
    ("has all of", InfixOp::HasAllOf, COMPARISON),
    ("starts with", InfixOp::StartsWith, COMPARISON),
    ("before", InfixOp::Before, COMPARISON),
    ("after", InfixOp::After, COMPARISON),
    ("on or before", InfixOp::OnOrBefore, COMPARISON),
    ("on or after", InfixOp::OnOrAfter, COMPARISON),
    ("and", InfixOp::And, LOGIC),
    ("or", InfixOp::Or, 1),
    ("implies", InfixOp::Implies, IMPLIES),
];
/// `one step above`
const STEP: u8 = 12;
const NEGATE: u8 = 10;
/// `.. of federal`, after a sum.
const OF_CALENDAR: u8 = 7;
/// Also `exists`, `is nothing`, `is empty`, `within .. before`. They do not chain.
const COMPARISON: u8 = 4;
const NOT: u8 = 3;
/// `and`; `or` and `implies` are looser.
const LOGIC: u8 = 2;
/// Does not chain.
const IMPLIES: u8 = 0;

/// An operator that waits for its right operand.
struct Waiting {
    level: u8,
    span: Span,
    what: Operator,
}

enum Operator {
    Prefix(PrefixOp),
    Step(StepSide),
    Infix(InfixOp),
    Within { length: Deep, side: Side },
}

/// The logic of one flat list.
#[derive(Default)]
struct Joins {
    and: bool,
    or: bool,
}

/// Operands and operators met so far.
#[derive(Default)]
struct Yard {
    operands: Vec<Deep>,
    waiting: Vec<Waiting>,
}

impl Builder<'_, '_, '_> {
    pub(super) fn next_expr(&mut self, parts: &mut Parts<'_>) -> Expr {
        match parts.take(Rule::expr) {
            Some(pair) => self.flat(pair).expr,
            None => self.invalid(self.here(parts)).expr,
        }
    }

    pub(super) fn exprs(&mut self, parts: &mut Parts<'_>) -> Vec<Expr> {
        let mut exprs = Vec::new();
        while let Some(pair) = parts.take(Rule::expr) {
            exprs.push(self.flat(pair).expr);
        }
        exprs
    }

    /// `expr` or `arith`: a flat list.
    pub(super) fn flat(&mut self, pair: Pair<'_>) -> Deep {
        let span = self.span(&pair);
        let parts = pair.into_inner();
        if let Some(operand) = parts.only() {
            return self.operand(operand);
        }
        let mut joins = Joins::default();
        let mut yard = Yard::default();
        for part in parts {
            let place = self.span(&part);
            #[expect(clippy::wildcard_enum_match_arm, reason = "pest's enum names every rule of the grammar")]
            match part.as_rule() {
                Rule::prefix | Rule::arith_prefix => {
                    let (level, what) = prefix(Parts::of(part).peek());
                    yard.waiting.push(Waiting { level, span: place, what });
                }
                Rule::operand | Rule::simple => {
                    let operand = self.operand(part);
                    yard.operands.push(operand);
                }
                Rule::field_of => {
                    if let Some(of) = yard.operands.pop() {
                        let field = self.field_of(of, part);
                        yard.operands.push(field);
                    }
                }
                Rule::infix | Rule::arith_infix => {
                    let op = self.infix(&mut yard, place, part);
                    joins.and |= op == Some(InfixOp::And);
                    joins.or |= op == Some(InfixOp::Or);
                }
                Rule::postfix => self.postfix(&mut yard, place, part),
                _ => {}
            }
        }
        self.reduce(&mut yard, 0);
        if joins.and && joins.or {
            self.logic(pair);
        }
        yard.operands.pop().unwrap_or_else(|| self.invalid(span))
    }

    pub(super) fn field_of(&mut self, of: Deep, pair: Pair<'_>) -> Deep {
        let name = self.next_name(&mut Parts::of(pair), Rule::word);
        let span = of.expr.span.to(name.span);
        self.node(span, ExprKind::Field(Box::new(of.expr), name), of.levels)
    }

    /// Gives the operator, if it is one of the table.
    fn infix(&mut self, yard: &mut Yard, span: Span, pair: Pair<'_>) -> Option<InfixOp> {
        let op = Parts::of(pair).next()?;
        let (level, what, listed) = if op.as_rule() == Rule::within_op {
            (COMPARISON, self.within(op), None)
        } else {
            let (op, level) = self.listed(&op)?;
            (level, Operator::Infix(op), Some(op))
        };
        self.reduce(yard, level);
        yard.waiting.push(Waiting { level, span, what });
        listed
    }

    /// The row of the table for an operator, by its words.
    fn listed(&self, op: &Pair<'_>) -> Option<(InfixOp, u8)> {
        let (first, end) = op.tokens();
        let tokens = self.tokens.get(first..end)?;
        let is_named = |named: &str| match tokens {
            [only] => named == only.text,
            several => named.split(' ').eq(several.iter().map(|token| token.text)),
        };
        INFIX.iter().find(|(named, _, _)| is_named(named)).map(|(_, op, level)| (*op, *level))
    }

    fn within(&mut self, pair: Pair<'_>) -> Operator {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        parts.skip(&[Rule::k_within]);
        let length = match parts.next() {
            Some(quantity) if quantity.as_rule() == Rule::quantity => {
                Deep { expr: self.literal_expr(quantity), levels: 1 }
            }
            Some(path) => self.path(path),
            None => self.invalid(span),
        };
        let side = if parts.take(Rule::k_before).is_some() { Side::Before } else { Side::After };
        Operator::Within { length, side }
    }

    fn postfix(&mut self, yard: &mut Yard, span: Span, pair: Pair<'_>) {
        let Some(which) = Parts::of(pair).next() else { return };
        let rule = which.as_rule();
        self.reduce(yard, if rule == Rule::of_calendar { OF_CALENDAR } else { COMPARISON });
        let Some(of) = yard.operands.pop() else { return };
        let whole = of.expr.span.to(span);
        let levels = of.levels;
        if rule != Rule::of_calendar {
            self.refuse_chain(&of.expr, span);
        }
        let inner = Box::new(of.expr);
        let mut parts = Parts::of(which);
        let kind = if rule == Rule::exists {
            ExprKind::Exists(inner)
        } else if rule == Rule::of_calendar {
            parts.skip(&[Rule::w_of]);
            ExprKind::OfCalendar { of: inner, calendar: self.next_name(&mut parts, Rule::name) }
        } else {
            parts.skip(&[Rule::k_is]);
            let negated = parts.take(Rule::k_not).is_some();
            if parts.peek() == Some(Rule::k_nothing) {
                ExprKind::IsNothing { of: inner, negated }
            } else {
                ExprKind::IsEmpty { of: inner, negated }
            }
        };
        let node = self.node(whole, kind, levels);
        yard.operands.push(node);
    }

    /// Builds every waiting operator that binds at least as tightly as `level`.
    fn reduce(&mut self, yard: &mut Yard, level: u8) {
        while let Some(operator) = yard.waiting.pop_if(|operator| operator.level >= level) {
            let Some(right) = yard.operands.pop() else { return };
            let whole = operator.span.to(right.expr.span);
            let built = match operator.what {
                Operator::Prefix(op) => {
                    self.node(whole, ExprKind::Prefix(op, Box::new(right.expr)), right.levels)
                }
                Operator::Step(side) => {
                    self.node(whole, ExprKind::Step { side, of: Box::new(right.expr) }, right.levels)
                }
                Operator::Infix(op) => {
                    let Some(left) = yard.operands.pop() else { return };
                    self.binary(left, op, operator.span, operator.level, right)
                }
                Operator::Within { length, side } => {
                    let Some(left) = yard.operands.pop() else { return };
                    self.refuse_chain(&left.expr, operator.span);
                    let span = left.expr.span.to(right.expr.span);
                    let levels = left.levels.max(length.levels).max(right.levels);
                    let kind = ExprKind::Within {
                        of: Box::new(left.expr),
                        length: Box::new(length.expr),
                        side,
                        date: Box::new(right.expr),
                    };
                    self.node(span, kind, levels)
                }
            };
            yard.operands.push(built);
        }
    }

    fn binary(&mut self, left: Deep, op: InfixOp, op_span: Span, level: u8, right: Deep) -> Deep {
        let span = left.expr.span.to(right.expr.span);
        let levels = left.levels.max(right.levels);
        if level == COMPARISON && self.refuse_chain(&left.expr, op_span) {
            return self.node(span, ExprKind::Invalid, levels);
        }
        if let ExprKind::Infix { op: InfixOp::Implies, op_span: first, .. } = &left.expr.kind
            && level == IMPLIES
        {
            self.sink.push(
                Diagnostic::new(Code::SyntaxChained, op_span, "`implies` does not chain")
                    .label(*first, "the first `implies`")
                    .help("put one of the two implications in parentheses, or join conditions with `and`"),
            );
            return self.node(span, ExprKind::Invalid, levels);
        }
        let sides = Box::new(Sides { left: left.expr, right: right.expr });
        let kind = ExprKind::Infix { op, op_span, sides };
        self.node(span, kind, levels)
    }

    /// Whether this is `a < b < c` or the like, which is reported.
    fn refuse_chain(&mut self, left: &Expr, op_span: Span) -> bool {
        if !is_comparison(&left.kind) {
            return false;
        }
        let help = if let ExprKind::Infix { sides, .. } = &left.kind {
            let middle = self.slice(sides.right.span);
            format!(
                "say both comparisons: `{} and {middle} {} ..`",
                self.slice(left.span),
                self.slice(op_span)
            )
        } else {
            "put the first one in parentheses, or join two conditions with `and`".to_owned()
        };
        self.sink.push(
            Diagnostic::new(Code::SyntaxChained, op_span, "comparisons do not chain")
                .label(left.span, "this is a comparison already")
                .help(help),
        );
        true
    }

    /// `and` beside `or` without parentheses.
    fn logic(&mut self, pair: Pair<'_>) {
        let mut parts: Vec<(Span, Option<InfixOp>)> = Vec::new();
        for part in pair.into_inner() {
            let op = if part.as_rule() == Rule::infix { Parts::of(part).next() } else { None };
            let op =
                op.and_then(|op| self.listed(&op)).filter(|(_, level)| *level <= LOGIC).map(|(op, _)| op);
            parts.push((self.span(&part), op));
        }
        for segment in parts.split(|(_, op)| *op == Some(InfixOp::Implies)) {
            let has = |wanted| segment.iter().find(|(_, op)| *op == Some(wanted)).map(|(span, _)| *span);
            let (Some(and), Some(or)) = (has(InfixOp::And), has(InfixOp::Or)) else { continue };
            let (Some((first, _)), Some((last, _))) = (segment.first(), segment.last()) else { continue };
            let readings = [InfixOp::Or, InfixOp::And].map(|loose| self.grouped(segment, loose));
            let (earlier, later) = if and < or { (and, or) } else { (or, and) };
            let mut diagnostic =
                Diagnostic::new(Code::SyntaxAmbiguousLogic, later, "`and` beside `or` needs parentheses")
                    .label(earlier, "the other one");
            for reading in readings {
                let shown = reading.split_whitespace().collect::<Vec<_>>().join(" ");
                diagnostic = diagnostic.help(format!("it may mean `{shown}`")).suggest(
                    format!("write `{shown}`"),
                    first.to(*last),
                    reading,
                );
            }
            self.sink.push(diagnostic);
        }
    }

    /// The text of a segment with parentheses around what stands between its `loose` operators.
    fn grouped(&self, segment: &[(Span, Option<InfixOp>)], loose: InfixOp) -> String {
        let mut written = String::new();
        let mut end = None;
        for run in segment.split_inclusive(|(_, op)| *op == Some(loose)) {
            let (run, op) = match run.split_last() {
                Some(((span, Some(op)), before)) if *op == loose => (before, Some(*span)),
                _ => (run, None),
            };
            let (Some((first, _)), Some((last, _))) = (run.first(), run.last()) else { continue };
            let between = |from: Span, to: Span| Span { start: from.end, end: to.start, ..from };
            if let Some(end) = end {
                written.push_str(self.slice(between(end, *first)));
            }
            let text = self.slice(first.to(*last));
            if run.iter().any(|(_, op)| op.is_some()) {
                written.push_str(&format!("({text})"));
            } else {
                written.push_str(text);
            }
            end = Some(*last);
            if let Some(op) = op {
                written.push_str(self.slice(between(*last, op)));
                written.push_str(self.slice(op));
                end = Some(op);
            }
        }
        written
    }
}

fn prefix(rule: Option<Rule>) -> (u8, Operator) {
    if rule == Some(Rule::k_not) {
        (NOT, Operator::Prefix(PrefixOp::Not))
    } else if rule == Some(Rule::step_above) {
        (STEP, Operator::Step(StepSide::Above))
    } else if rule == Some(Rule::step_below) {
        (STEP, Operator::Step(StepSide::Below))
    } else {
        (NEGATE, Operator::Prefix(PrefixOp::Negate))
    }
}

fn is_comparison(kind: &ExprKind) -> bool {
    match kind {
        ExprKind::Exists(_)
        | ExprKind::IsNothing { .. }
        | ExprKind::IsEmpty { .. }
        | ExprKind::Within { .. } => true,
        ExprKind::Infix { op, .. } => {
            INFIX.iter().any(|(_, listed, level)| listed == op && *level == COMPARISON)
        }
        ExprKind::Invalid
        | ExprKind::Bool(_)
        | ExprKind::Nothing
        | ExprKind::Unknown
        | ExprKind::Quantity(_)
        | ExprKind::Date(_)
        | ExprKind::Text(_)
        | ExprKind::Name(_)
        | ExprKind::Field(..)
        | ExprKind::Call(..)
        | ExprKind::List(_)
        | ExprKind::Record(_)
        | ExprKind::Group(_)
        | ExprKind::Prefix(..)
        | ExprKind::DaysAfter { .. }
        | ExprKind::OfCalendar { .. }
        | ExprKind::TheOf { .. }
        | ExprKind::Step { .. }
        | ExprKind::Cases { .. }
        | ExprKind::Aggregate { .. }
        | ExprKind::First { .. }
        | ExprKind::Rounded(..) => false,
    }
}
