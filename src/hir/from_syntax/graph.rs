//! Who reads whom: circles are errors that print one round (ruling 8), the rest gives the orders of evaluation.
//! Strongly connected components after Tarjan (1972), with an explicit stack.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::index;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::hir::{
    Body, CalendarId, Expr, ExprKind, InForce, NamedId, OutcomeId, OutcomeSource, Policy, Readable, RuleId,
};
use crate::source::Span;
use crate::types::{RecordId, Type};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Node {
    /// A fact, with the condition under which it is needed.
    Fact(usize),
    /// A field of a record, likewise.
    Field(RecordId, usize),
    LawDate,
    Calendar(CalendarId),
    Named(NamedId),
    /// A rule's condition, items and date; its measures belong to the outcomes.
    Rule(RuleId),
    Outcome(OutcomeId),
}

/// Fills in the policy's orders; false if there are circles.
pub(super) fn order(policy: &mut Policy, sink: &mut Sink) -> bool {
    let edges = edges(policy);
    let components = components(&edges);
    let mut is_sound = true;
    for component in &components {
        let loops = |node: &Node| edges.get(node).is_some_and(|reads| reads.contains(node));
        if component.len() > 1 || component.first().is_some_and(loops) {
            report_circle(policy, &edges, component, sink);
            is_sound = false;
        }
    }
    if !is_sound {
        return false;
    }
    before_outcomes(policy, &edges, &components, sink);
    for node in components.into_iter().flatten() {
        match node {
            Node::Named(id) => policy.reading_order.push(Readable::Named(id)),
            Node::Rule(id) => policy.rule_order.push(id),
            Node::Outcome(id) => {
                policy.reading_order.push(Readable::Outcome(id));
                policy.outcome_order.push(id);
            }
            Node::Fact(_) | Node::Field(..) | Node::LawDate | Node::Calendar(_) => {}
        }
    }
    true
}

/// What is evaluated before any outcome (needs, law dates, calendars) reads none, by whatever definition.
fn before_outcomes(
    policy: &Policy,
    edges: &BTreeMap<Node, Vec<Node>>,
    components: &[Vec<Node>],
    sink: &mut Sink,
) {
    let mut reads_outcome: BTreeMap<Node, OutcomeId> = BTreeMap::new();
    for node in components.iter().flatten() {
        let found = match node {
            Node::Outcome(id) => Some(*id),
            Node::Fact(_)
            | Node::Field(..)
            | Node::LawDate
            | Node::Calendar(_)
            | Node::Named(_)
            | Node::Rule(_) => {
                edges.get(node).into_iter().flatten().find_map(|read| reads_outcome.get(read).copied())
            }
        };
        let Some(id) = found else { continue };
        reads_outcome.insert(*node, id);
        match node {
            Node::Fact(_) | Node::Field(..) | Node::LawDate | Node::Calendar(_) => {
                let (Some((name, span)), Some(outcome)) =
                    (place(policy, *node), policy.outcomes.get(id.0 as usize))
                else {
                    continue;
                };
                sink.push(
                    Diagnostic::new(
                        Code::FactNeed,
                        span,
                        format!("`{name}` depends on the outcome `{}`", outcome.name),
                    )
                    .label(outcome.span, "decided later")
                    .help("what a case must say, its law date and its calendars come before all outcomes"),
                );
            }
            Node::Named(_) | Node::Rule(_) | Node::Outcome(_) => {}
        }
    }
}

/// What each node reads, sorted.
fn edges(policy: &Policy) -> BTreeMap<Node, Vec<Node>> {
    let mut edges: BTreeMap<Node, Vec<Node>> = BTreeMap::new();
    let mut add =
        |from: Node, exprs: &mut dyn Iterator<Item = &Expr>, others: &mut dyn Iterator<Item = Node>| {
            let reads = edges.entry(from).or_default();
            for expr in exprs {
                reads_of(policy, expr, reads);
            }
            reads.extend(others);
        };
    let no_others = std::iter::empty::<Node>;
    for (place, condition) in policy.facts.needed_when.iter().enumerate() {
        add(Node::Fact(place), &mut condition.iter(), &mut no_others());
    }
    for (id, record) in policy.records.iter().enumerate() {
        for (place, condition) in record.needed_when.iter().enumerate() {
            add(Node::Field(RecordId(index(id)), place), &mut condition.iter(), &mut no_others());
        }
    }
    add(Node::LawDate, &mut policy.law_dates.iter(), &mut no_others());
    for (place, calendar) in policy.calendars.iter().enumerate() {
        let dates = &mut calendar.holidays.iter().chain(&calendar.workdays);
        add(Node::Calendar(CalendarId(index(place))), dates, &mut no_others());
    }
    for (place, named) in policy.named.iter().enumerate() {
        let exprs = named.versions.iter().flat_map(|version| body_exprs(&version.body));
        add(Node::Named(NamedId(index(place))), &mut exprs.into_iter(), &mut no_others());
    }
    for (place, rule) in policy.rules.iter().enumerate() {
        let node = Node::Rule(RuleId(index(place)));
        let items =
            rule.binders.iter().flat_map(|binder| std::iter::once(&binder.collection).chain(&binder.filter));
        let is_dated = rule.in_force != InForce::default() && rule.dated_by.is_none();
        let overriding = rule.overridden_by.iter().map(|(over, _)| Node::Rule(*over));
        add(
            node,
            &mut items.chain(&rule.dated_by).chain(&rule.when),
            &mut overriding.chain(is_dated.then_some(Node::LawDate)),
        );
    }
    for (place, outcome) in policy.outcomes.iter().enumerate() {
        let id = OutcomeId(index(place));
        let defined = match &outcome.source {
            OutcomeSource::Defined(expr) => Some(expr),
            OutcomeSource::Built { .. } => None,
        };
        let limits = outcome.at_least.iter().chain(&outcome.at_most);
        let is_dated = outcome.in_force != InForce::default();
        add(
            Node::Outcome(id),
            &mut defined.into_iter().chain(limits),
            &mut is_dated.then_some(Node::LawDate).into_iter(),
        );
    }
    for (place, rule) in policy.rules.iter().enumerate() {
        for measure in &rule.then {
            let rule = Node::Rule(RuleId(index(place)));
            add(
                Node::Outcome(measure.outcome),
                &mut measure.kind.exprs().into_iter(),
                &mut std::iter::once(rule),
            );
        }
    }
    for reads in edges.values_mut() {
        reads.sort_unstable();
        reads.dedup();
    }
    edges
}

/// The expressions of a body.
pub(super) fn body_exprs(body: &Body) -> Vec<&Expr> {
    match body {
        Body::Expr(expr) => vec![expr],
        Body::Schedule(rows) => rows.iter().map(|(_, value)| value).collect(),
        Body::Table(table) => {
            let tests = table
                .rows
                .iter()
                .flat_map(|row| row.tests.iter().flatten().flatten())
                .map(|test| &test.value);
            table.inputs.iter().chain(tests).chain(table.rows.iter().map(|row| &row.result)).collect()
        }
    }
}

fn reads_of(policy: &Policy, expr: &Expr, reads: &mut Vec<Node>) {
    match &expr.kind {
        ExprKind::Fact(place) => {
            reads.push(Node::Fact(*place));
        }
        ExprKind::Field(of, place) => {
            if let Type::Record(id) = &of.ty {
                reads.push(Node::Field(*id, *place));
            }
        }
        ExprKind::Outcome(id) => {
            reads.push(Node::Outcome(*id));
        }
        ExprKind::Call { named, args: _, at } => {
            reads.push(Node::Named(*named));
            let is_dated = policy.named.get(named.0 as usize).is_some_and(|named| {
                named.versions.iter().any(|version| {
                    matches!(version.body, Body::Schedule(_)) || version.in_force != InForce::default()
                })
            });
            if is_dated && at.is_none() {
                reads.push(Node::LawDate);
            }
        }
        ExprKind::AddWorkingDays { calendar, .. } | ExprKind::WorkingDaysBetween { calendar, .. } => {
            reads.push(Node::Calendar(*calendar));
        }
        ExprKind::Invalid
        | ExprKind::Const(_)
        | ExprKind::Local(_)
        | ExprKind::Unary(..)
        | ExprKind::Binary(..)
        | ExprKind::Convert(..)
        | ExprKind::Round(..)
        | ExprKind::Band { .. }
        | ExprKind::Choose { .. }
        | ExprKind::Aggregate { .. }
        | ExprKind::First { .. }
        | ExprKind::Members(_)
        | ExprKind::Set(_)
        | ExprKind::List(_)
        | ExprKind::Record(_)
        | ExprKind::Duty { .. } => {}
    }
    expr.for_each_child(&mut |child| reads_of(policy, child, reads));
}

/// Strongly connected components, each after those that it reads.
fn components(edges: &BTreeMap<Node, Vec<Node>>) -> Vec<Vec<Node>> {
    #[derive(Clone, Copy)]
    struct Mark {
        number: usize,
        low: usize,
        on_stack: bool,
    }
    let none = Vec::new();
    let mut marks: BTreeMap<Node, Mark> = BTreeMap::new();
    let mut stack: Vec<Node> = Vec::new();
    let mut found = Vec::new();
    for root in edges.keys() {
        if marks.contains_key(root) {
            continue;
        }
        let mut path = vec![(*root, edges.get(root).unwrap_or(&none).iter())];
        marks.insert(*root, Mark { number: marks.len(), low: marks.len(), on_stack: true });
        stack.push(*root);
        while let Some((node, rest)) = path.last_mut() {
            let node = *node;
            if let Some(next) = rest.next() {
                match marks.get(next).copied() {
                    None => {
                        marks.insert(*next, Mark { number: marks.len(), low: marks.len(), on_stack: true });
                        stack.push(*next);
                        path.push((*next, edges.get(next).unwrap_or(&none).iter()));
                    }
                    Some(mark) if mark.on_stack => {
                        if let Some(own) = marks.get_mut(&node) {
                            own.low = own.low.min(mark.number);
                        }
                    }
                    Some(_) => {}
                }
                continue;
            }
            path.pop();
            let Some(mark) = marks.get(&node).copied() else { continue };
            if let Some(parent) = path.last().and_then(|(parent, _)| marks.get_mut(parent)) {
                parent.low = parent.low.min(mark.low);
            }
            if mark.low == mark.number {
                let mut component = Vec::new();
                while let Some(member) = stack.pop() {
                    if let Some(mark) = marks.get_mut(&member) {
                        mark.on_stack = false;
                    }
                    component.push(member);
                    if member == node {
                        break;
                    }
                }
                found.push(component);
            }
        }
    }
    found
}

/// Prints one round of the circle: the shortest from its first member back to itself.
fn report_circle(policy: &Policy, edges: &BTreeMap<Node, Vec<Node>>, component: &[Node], sink: &mut Sink) {
    let members: BTreeSet<Node> = component.iter().copied().collect();
    let Some(start) = members.iter().find(|node| place(policy, **node).is_some()).copied() else { return };
    let mut before: BTreeMap<Node, Node> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    'search: while let Some(node) = queue.pop_front() {
        for next in edges.get(&node).into_iter().flatten().filter(|next| members.contains(next)) {
            if *next == start {
                before.insert(start, node);
                break 'search;
            }
            if !before.contains_key(next) {
                before.insert(*next, node);
                queue.push_back(*next);
            }
        }
    }
    let mut round = vec![start];
    let mut at = start;
    while let Some(previous) = before.get(&at).copied() {
        if previous == start {
            break;
        }
        round.push(previous);
        at = previous;
    }
    round.push(start);
    round.reverse();
    let mut told = String::new();
    let mut before: Option<Node> = None;
    for node in &round {
        let Some((name, _)) = place(policy, *node) else { continue };
        told.push_str(match (before, node) {
            (None, _) => "one round: ",
            (Some(Node::Rule(_)), Node::Rule(_)) => " is overridden by ",
            (Some(Node::Outcome(_)), Node::Rule(_)) => " is set by ",
            (Some(_), _) => " reads ",
        });
        told.push_str(&format!("`{name}`"));
        before = Some(*node);
    }
    let only_rules = round.iter().all(|node| matches!(node, Node::Rule(_)));
    let Some((name, span)) = place(policy, start) else { return };
    let (code, message) = if only_rules {
        (Code::CircleOverride, format!("the rule `{name}` overrides itself in a circle"))
    } else if matches!(start, Node::Rule(_)) {
        (Code::CircleDefinition, format!("the rule `{name}` depends on what it decides"))
    } else {
        (Code::CircleDefinition, format!("`{name}` is defined by itself"))
    };
    let mut found = Diagnostic::new(code, span, message).help(told);
    for node in round.iter().skip(1) {
        if let Some((name, other)) = place(policy, *node)
            && other != span
        {
            found = found.label(other, format!("`{name}` is in the circle"));
        }
    }
    sink.push(found);
}

/// The name and place of what the author wrote.
fn place(policy: &Policy, node: Node) -> Option<(String, Span)> {
    match node {
        Node::Fact(at) => {
            let condition = policy.facts.needed_when.get(at).and_then(Option::as_ref)?;
            Some((policy.schema.facts.fields.get(at)?.name.to_string(), condition.span))
        }
        Node::Field(id, at) => {
            let condition =
                policy.records.get(id.0 as usize)?.needed_when.get(at).and_then(Option::as_ref)?;
            let record = policy.schema.record(id)?;
            Some((format!("{}.{}", record.name, record.fields.get(at)?.name), condition.span))
        }
        Node::LawDate => policy.law_dates.first().map(|date| ("dated by".to_owned(), date.span)),
        Node::Calendar(id) => {
            let calendar = policy.calendars.get(id.0 as usize)?;
            let span = calendar.holidays.iter().chain(&calendar.workdays).map(|list| list.span).next()?;
            Some((calendar.name.to_string(), span))
        }
        Node::Named(id) => policy.named.get(id.0 as usize).map(|named| (named.name.to_string(), named.span)),
        Node::Rule(id) => policy.rules.get(id.0 as usize).map(|rule| (rule.name.to_string(), rule.span)),
        Node::Outcome(id) => {
            policy.outcomes.get(id.0 as usize).map(|outcome| (outcome.name.to_string(), outcome.span))
        }
    }
}
