//! Who reads whom: circles are errors that print one round (ruling 8), the rest gives the orders of evaluation.
//! Strongly connected components after Tarjan (1972), with an explicit stack.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::index;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::hir::{Body, CalendarId, Expr, ExprKind, InForce, NamedId, OutcomeId, Policy, Readable, RuleId};
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
    let graph = Graph::of(policy);
    let components = components(&graph);
    let mut is_sound = true;
    for component in components.iter() {
        let loops = |number: &usize| graph.reads(*number).contains(number);
        if component.len() > 1 || component.first().is_some_and(loops) {
            report_circle(policy, &graph, component, sink);
            is_sound = false;
        }
    }
    if !is_sound {
        return false;
    }
    before_outcomes(policy, &graph, &components, sink);
    policy.rule_order.reserve_exact(policy.rules.len());
    for node in components.order.into_iter().filter_map(|number| graph.node(number)) {
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
fn before_outcomes(policy: &Policy, graph: &Graph, components: &Components, sink: &mut Sink) {
    // By node: the outcome that it reads.
    let mut reads_outcome: Vec<Option<OutcomeId>> = vec![None; graph.nodes.len()];
    for number in components.order.iter().copied() {
        let Some(node) = graph.node(number) else { continue };
        let found = match node {
            Node::Outcome(id) => Some(id),
            Node::Fact(_)
            | Node::Field(..)
            | Node::LawDate
            | Node::Calendar(_)
            | Node::Named(_)
            | Node::Rule(_) => {
                graph.reads(number).iter().find_map(|read| reads_outcome.get(*read).copied().flatten())
            }
        };
        let Some(id) = found else { continue };
        if let Some(slot) = reads_outcome.get_mut(number) {
            *slot = found;
        }
        match node {
            Node::Fact(_) | Node::Field(..) | Node::LawDate | Node::Calendar(_) => {
                let (Some((name, span)), Some(outcome)) =
                    (place(policy, node), policy.outcomes.get(id.0 as usize))
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

/// What may be read, numbered in the order of [`Node`].
struct Graph {
    nodes: Vec<Node>,
    places: Places,
    /// By node, where its reads end; each begins at the end of the one before.
    ends: Vec<usize>,
    /// What each node reads, as sorted numbers.
    reads: Vec<usize>,
}

/// The number of the first node of each kind.
struct Places {
    records: Vec<usize>,
    law_date: usize,
    calendars: usize,
    named: usize,
    rules: usize,
    outcomes: usize,
}

impl Graph {
    fn of(policy: &Policy) -> Self {
        let nodes = nodes(policy);
        let mut graph = Self {
            places: Places::of(policy),
            ends: Vec::with_capacity(nodes.len()),
            reads: Vec::with_capacity(nodes.len()),
            nodes,
        };
        let mut by_outcome: Vec<Vec<Node>> = vec![Vec::new(); policy.outcomes.len()];
        for (rule, id) in policy.rules.iter().zip((0..).map(RuleId)) {
            for measure in &rule.then {
                if let Some(reads) = by_outcome.get_mut(measure.outcome.0 as usize) {
                    measure.kind.exprs().for_each(|expr| reads_of(policy, expr, reads));
                    reads.push(Node::Rule(id));
                }
            }
        }
        let mut reads = Vec::new();
        for place in 0..graph.nodes.len() {
            let Some(node) = graph.node(place) else { continue };
            if let Node::Outcome(id) = node
                && let Some(found) = by_outcome.get_mut(id.0 as usize)
            {
                reads.append(found);
            }
            read_by(policy, node, &mut reads);
            reads.sort_unstable();
            reads.dedup();
            let Self { nodes, places, reads: all, .. } = &mut graph;
            // What is no node (a field without conditions) reads nothing.
            let number = |node: Node| places.number(node).filter(|number| nodes.get(*number) == Some(&node));
            all.extend(reads.drain(..).filter_map(number));
            graph.ends.push(graph.reads.len());
        }
        graph
    }

    fn node(&self, number: usize) -> Option<Node> {
        self.nodes.get(number).copied()
    }

    /// What a node reads, sorted.
    fn reads(&self, number: usize) -> &[usize] {
        let start = number.checked_sub(1).and_then(|before| self.ends.get(before)).copied().unwrap_or(0);
        let end = self.ends.get(number).copied().unwrap_or(start);
        self.reads.get(start..end).unwrap_or_default()
    }
}

impl Places {
    fn of(policy: &Policy) -> Self {
        let mut next = policy.facts.needed_when.len();
        let mut after = |count: usize| {
            let first = next;
            next = next.saturating_add(count);
            first
        };
        Self {
            records: policy.records.iter().map(|record| after(record.needed_when.len())).collect(),
            law_date: after(1),
            calendars: after(policy.calendars.len()),
            named: after(policy.named.len()),
            rules: after(policy.rules.len()),
            outcomes: after(policy.outcomes.len()),
        }
    }

    fn number(&self, node: Node) -> Option<usize> {
        let (first, place) = match node {
            Node::Fact(place) => (0, place),
            Node::Field(RecordId(id), place) => (*self.records.get(id as usize)?, place),
            Node::LawDate => (self.law_date, 0),
            Node::Calendar(CalendarId(id)) => (self.calendars, id as usize),
            Node::Named(NamedId(id)) => (self.named, id as usize),
            Node::Rule(RuleId(id)) => (self.rules, id as usize),
            Node::Outcome(OutcomeId(id)) => (self.outcomes, id as usize),
        };
        first.checked_add(place)
    }
}

fn nodes(policy: &Policy) -> Vec<Node> {
    let facts = (0..policy.facts.needed_when.len()).map(Node::Fact);
    let fields = policy.records.iter().enumerate().flat_map(|(id, record)| {
        (0..record.needed_when.len()).map(move |place| Node::Field(RecordId(index(id)), place))
    });
    let calendars = (0..index(policy.calendars.len())).map(|id| Node::Calendar(CalendarId(id)));
    let named = (0..index(policy.named.len())).map(|id| Node::Named(NamedId(id)));
    let rules = (0..index(policy.rules.len())).map(|id| Node::Rule(RuleId(id)));
    let outcomes = (0..index(policy.outcomes.len())).map(|id| Node::Outcome(OutcomeId(id)));
    let before = facts.chain(fields).chain([Node::LawDate]);
    before.chain(calendars).chain(named).chain(rules).chain(outcomes).collect()
}

/// Adds what a node reads; measures of rules are not looked at.
fn read_by(policy: &Policy, node: Node, reads: &mut Vec<Node>) {
    let mut add = |expr: &Expr| reads_of(policy, expr, reads);
    match node {
        Node::Fact(place) => {
            policy.facts.needed_when.get(place).into_iter().flatten().for_each(add);
        }
        Node::Field(RecordId(id), place) => {
            let record = policy.records.get(id as usize);
            record.and_then(|record| record.needed_when.get(place)).into_iter().flatten().for_each(add);
        }
        Node::LawDate => policy.law_dates.iter().for_each(add),
        Node::Calendar(CalendarId(id)) => {
            if let Some(calendar) = policy.calendars.get(id as usize) {
                calendar.holidays.iter().chain(&calendar.workdays).for_each(&mut add);
            }
        }
        Node::Named(NamedId(id)) => {
            for version in policy.named.get(id as usize).into_iter().flat_map(|named| &named.versions) {
                body_exprs(&version.body).into_iter().for_each(&mut add);
            }
        }
        Node::Rule(RuleId(id)) => {
            let Some(rule) = policy.rules.get(id as usize) else { return };
            rule.binders.iter().for_each(|binder| binder.for_each_child(&mut add));
            rule.dated_by.as_deref().into_iter().chain(&rule.when).for_each(add);
            reads.extend(rule.overridden_by.iter().map(|(over, _)| Node::Rule(*over)));
            if rule.in_force != InForce::default() && rule.dated_by.is_none() {
                reads.push(Node::LawDate);
            }
        }
        Node::Outcome(OutcomeId(id)) => {
            let Some(outcome) = policy.outcomes.get(id as usize) else { return };
            outcome.exprs().into_iter().for_each(add);
            if outcome.in_force != InForce::default() {
                reads.push(Node::LawDate);
            }
        }
    }
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

/// Strongly connected components one behind the other, each after those that it reads.
struct Components {
    order: Vec<usize>,
    ends: Vec<usize>,
}

impl Components {
    fn iter(&self) -> impl Iterator<Item = &[usize]> {
        let starts = std::iter::once(&0).chain(&self.ends);
        starts.zip(&self.ends).map(|(start, end)| self.order.get(*start..*end).unwrap_or_default())
    }
}

fn components(graph: &Graph) -> Components {
    #[derive(Clone, Copy)]
    struct Mark {
        number: usize,
        low: usize,
        on_stack: bool,
    }
    let count = graph.nodes.len();
    let mut marks: Vec<Option<Mark>> = vec![None; count];
    let mut marked = 0_usize;
    let mut mark = |marks: &mut [Option<Mark>], node: usize| {
        if let Some(slot) = marks.get_mut(node) {
            *slot = Some(Mark { number: marked, low: marked, on_stack: true });
            marked = marked.saturating_add(1);
        }
    };
    let get = |marks: &[Option<Mark>], node: usize| marks.get(node).copied().flatten();
    let mut stack: Vec<usize> = Vec::new();
    let mut path = Vec::new();
    let mut found = Components { order: Vec::with_capacity(count), ends: Vec::with_capacity(count) };
    for root in 0..count {
        if get(&marks, root).is_some() {
            continue;
        }
        path.push((root, graph.reads(root).iter()));
        mark(&mut marks, root);
        stack.push(root);
        while let Some((node, rest)) = path.last_mut() {
            let node = *node;
            if let Some(next) = rest.next().copied() {
                match get(&marks, next) {
                    None => {
                        mark(&mut marks, next);
                        stack.push(next);
                        path.push((next, graph.reads(next).iter()));
                    }
                    Some(mark) if mark.on_stack => {
                        if let Some(Some(own)) = marks.get_mut(node) {
                            own.low = own.low.min(mark.number);
                        }
                    }
                    Some(_) => {}
                }
                continue;
            }
            path.pop();
            let Some(mark) = get(&marks, node) else { continue };
            if let Some(Some(parent)) = path.last().and_then(|(parent, _)| marks.get_mut(*parent)) {
                parent.low = parent.low.min(mark.low);
            }
            if mark.low == mark.number {
                while let Some(member) = stack.pop() {
                    if let Some(Some(mark)) = marks.get_mut(member) {
                        mark.on_stack = false;
                    }
                    found.order.push(member);
                    if member == node {
                        break;
                    }
                }
                found.ends.push(found.order.len());
            }
        }
    }
    found
}

/// Prints one round of the circle: the shortest from its first member back to itself.
fn report_circle(policy: &Policy, graph: &Graph, component: &[usize], sink: &mut Sink) {
    let members: BTreeSet<usize> = component.iter().copied().collect();
    let has_place = |number: &usize| graph.node(*number).is_some_and(|node| place(policy, node).is_some());
    let Some(start) = members.iter().copied().find(has_place) else { return };
    let mut before: BTreeMap<usize, usize> = BTreeMap::new();
    let mut queue = VecDeque::from([start]);
    'search: while let Some(node) = queue.pop_front() {
        for next in graph.reads(node).iter().filter(|next| members.contains(next)) {
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
    let round: Vec<Node> = round.into_iter().filter_map(|number| graph.node(number)).collect();
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
    let Some(start) = graph.node(start) else { return };
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
