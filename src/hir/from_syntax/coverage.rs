//! Gaps and overlaps of tables: the space of the inputs is cut at the constants of the tests, and rows are followed
//! through the cuts column by column (ruling 15).

use std::collections::BTreeSet;
use std::ops::Range;

use super::constants::fold;
use super::flow::Flow;
use super::same::same;
use crate::diagnostic::{Code, Diagnostic};
use crate::hir::{BinaryOp, Hit, Named, Table, Test, Version};
use crate::types::Type;
use crate::value::{Shape, Value};

/// How many cells are looked at; beyond it, gaps and overlaps are left to be found at run time.
const CELL_LIMIT: usize = 200_000;

/// A stretch of one input on which every test of its column has one answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Cut {
    Nothing,
    /// One value.
    At(Value),
    /// Strictly between two values; `None` is unbounded.
    Between(Option<Value>, Option<Value>),
}

/// What a cell tests: alternatives of conjunctions.
type Alternatives = Vec<Vec<(BinaryOp, Value)>>;

/// Reports combinations without a row, and rows that give one combination two values.
pub(super) fn check(flow: &mut Flow<'_>, named: &Named, version: &Version, table: &Table, inputs: &[Value]) {
    let mut columns: Vec<Column> = Vec::new();
    for (place, input) in inputs.iter().enumerate() {
        let tests: Option<Vec<Alternatives>> =
            table.rows.iter().map(|row| row.tests.get(place).and_then(|tests| constants(tests))).collect();
        let Some(tests) = tests else { return };
        let orders = tests
            .iter()
            .flatten()
            .flatten()
            .any(|(op, value)| *op != BinaryOp::Is && *value != Value::Nothing);
        if orders
            && input.may_be_nothing()
            && let Some(expr) = table.inputs.get(place)
        {
            flow.report(
                Diagnostic::new(
                    Code::AbsenceUnguarded,
                    expr.span,
                    "this may be nothing, and a column that compares it cannot say so",
                )
                .help("give it a value for that case before the table: `.. or else ..`"),
            );
        }
        let Some(ty) = table.inputs.get(place).map(|input| &input.ty) else { return };
        let Some(cuts) = cuts(input, &tests, ty) else { return };
        columns.push(Column::of(cuts, &tests));
    }
    let mut search = Search {
        columns: &columns,
        table,
        seen: BTreeSet::new(),
        reached: vec![false; table.rows.len()],
        cells: 0,
        gap: None,
        overlap: None,
    };
    let rows: Vec<usize> = (0..table.rows.len()).collect();
    search.follow(0, &rows, &mut Vec::new());
    if search.cells > CELL_LIMIT {
        return;
    }
    let Search { reached, gap, overlap, .. } = search;
    if let Some(cell) = gap {
        let shown = show(flow, table, &cell);
        flow.report(
            Diagnostic::new(
                Code::TableGap,
                version.span,
                format!("no row of `{}` covers {shown}", named.name),
            )
            .help("add a row for it, or narrow the parameter's bounds"),
        );
    }
    if let Some((one, other, cell)) = overlap
        && let (Some(first), Some(second)) = (table.rows.get(one), table.rows.get(other))
    {
        let shown = show(flow, table, &cell);
        flow.report(
            Diagnostic::new(
                Code::TableOverlap,
                second.span,
                format!("two rows of `{}` give different values for {shown}", named.name),
            )
            .label(first.span, "the other row")
            .help("narrow one of them, or say `, highest` behind the table's type"),
        );
    }
    for (row, is_reached) in table.rows.iter().zip(reached) {
        if !is_reached {
            flow.report(Diagnostic::new(
                Code::TableDeadRow,
                row.span,
                "no value of the parameters reaches this row",
            ));
        }
    }
}

/// The tests of a cell with their constants; `None` if one is not constant.
fn constants(tests: &[Vec<Test>]) -> Option<Vec<Vec<(BinaryOp, Value)>>> {
    tests.iter().map(|all| all.iter().map(|test| Some((test.op, fold(&test.value)?))).collect()).collect()
}

/// Cuts the domain of an input at every constant of its column.
fn cuts(input: &Value, tests: &[Vec<Vec<(BinaryOp, Value)>>], ty: &Type) -> Option<Vec<Cut>> {
    let mut found = Vec::new();
    if input.may_be_nothing() {
        found.push(Cut::Nothing);
    }
    let shape = match input {
        Value::Open(open) => open.shape.clone(),
        Value::Nothing => return Some(found),
        settled @ (Value::Bool(_)
        | Value::Member(_)
        | Value::Integer(_)
        | Value::Number(_)
        | Value::Date(_)
        | Value::Days(_)
        | Value::WorkingDays(_)
        | Value::Months(_)) => {
            found.push(Cut::At(settled.clone()));
            return Some(found);
        }
        Value::Text(_)
        | Value::Set(_)
        | Value::List(_)
        | Value::Record(_)
        | Value::Range(_)
        | Value::Duties(_)
        | Value::Absent => return None,
    };
    let (least, most) = match shape {
        Shape::Members(members) => {
            found.extend(members.into_iter().map(Cut::At));
            return Some(found);
        }
        Shape::Interval { least, most } => (least, most),
        Shape::Any => match ty {
            Type::Integer
            | Type::Number
            | Type::Quantity(_)
            | Type::Date
            | Type::Days
            | Type::WorkingDays
            | Type::Months => (None, None),
            Type::Text => return text_cuts(tests),
            Type::Bool
            | Type::Enum(_)
            | Type::Set(_)
            | Type::List(_)
            | Type::Record(_)
            | Type::Range(_)
            | Type::Duty(_)
            | Type::Invalid => return None,
        },
        Shape::Set { .. } => return None,
    };
    let mut points: BTreeSet<Value> = least.iter().chain(&most).cloned().collect();
    for (_, value) in tests.iter().flatten().flatten() {
        if let Value::Range(ends) = value {
            points.extend([ends.0.clone(), ends.1.clone()]);
        } else if *value != Value::Nothing {
            points.insert(value.clone());
        }
    }
    let inside = |point: &Value| {
        least.as_ref().is_none_or(|least| point >= least) && most.as_ref().is_none_or(|most| point <= most)
    };
    let points: Vec<Value> = points.into_iter().filter(inside).collect();
    if least.is_none() {
        found.push(Cut::Between(None, points.first().cloned()));
    }
    for (place, point) in points.iter().enumerate() {
        found.push(Cut::At(point.clone()));
        match points.get(place + 1) {
            Some(next) if !adjacent(point, next) => {
                found.push(Cut::Between(Some(point.clone()), Some(next.clone())))
            }
            Some(_) => {}
            None if most.is_none() => found.push(Cut::Between(Some(point.clone()), None)),
            None => {}
        }
    }
    if points.is_empty() && least.is_some() {
        found.push(Cut::Between(None, None));
    }
    Some(found)
}

/// Texts: those that are named, and all others.
fn text_cuts(tests: &[Vec<Vec<(BinaryOp, Value)>>]) -> Option<Vec<Cut>> {
    let named: BTreeSet<Value> = tests.iter().flatten().flatten().map(|(_, value)| value.clone()).collect();
    let mut found: Vec<Cut> = named.into_iter().map(Cut::At).collect();
    found.push(Cut::Between(None, None));
    Some(found)
}

/// Nothing lies between these two.
fn adjacent(low: &Value, high: &Value) -> bool {
    match (low, high) {
        (Value::Integer(low), Value::Integer(high))
        | (Value::Days(low), Value::Days(high))
        | (Value::WorkingDays(low), Value::WorkingDays(high))
        | (Value::Months(low), Value::Months(high)) => low.checked_add(1) == Some(*high),
        (Value::Date(low), Value::Date(high)) => low.tomorrow().is_ok_and(|next| next == *high),
        _ => false,
    }
}

/// One input: its cuts, and for each row the stretches of them on which the row's cell holds, apart and in order.
struct Column {
    cuts: Vec<Cut>,
    rows: Vec<Vec<Range<usize>>>,
}

impl Column {
    fn of(cuts: Vec<Cut>, tests: &[Alternatives]) -> Self {
        let rows = tests.iter().map(|alternatives| stretches(&cuts, alternatives)).collect();
        Self { cuts, rows }
    }

    /// What is left of some rows on each cut, with the first cut that leaves it, in the order of the rows left.
    fn groups(&self, rows: &[usize]) -> Vec<(Vec<usize>, usize)> {
        let stretches = || {
            rows.iter()
                .flat_map(|row| self.rows.get(*row).into_iter().flatten().map(move |cuts| (cuts, *row)))
        };
        let mut begins: Vec<(usize, usize)> = stretches().map(|(cuts, row)| (cuts.start, row)).collect();
        let mut ends: Vec<(usize, usize)> = stretches().map(|(cuts, row)| (cuts.end, row)).collect();
        begins.sort_unstable();
        ends.sort_unstable();
        // Only where a stretch begins or ends do other rows hold than on the cut before.
        let mut places: Vec<usize> = begins.iter().chain(&ends).map(|(at, _)| *at).chain([0]).collect();
        places.sort_unstable();
        places.dedup();
        let (mut begins, mut ends) = (begins.into_iter().peekable(), ends.into_iter().peekable());
        let mut holding: BTreeSet<usize> = BTreeSet::new();
        let mut groups: Vec<(Vec<usize>, usize)> = Vec::new();
        for place in places.into_iter().filter(|place| *place < self.cuts.len()) {
            while let Some((_, row)) = ends.next_if(|(end, _)| *end == place) {
                holding.remove(&row);
            }
            while let Some((_, row)) = begins.next_if(|(begin, _)| *begin == place) {
                holding.insert(row);
            }
            groups.push((holding.iter().copied().collect(), place));
        }
        groups.sort_unstable();
        groups.dedup_by(|other, first| other.0 == first.0);
        groups
    }
}

/// The stretches of cuts on which some alternative of a cell holds.
fn stretches(cuts: &[Cut], alternatives: &Alternatives) -> Vec<Range<usize>> {
    let whole = 0..cuts.len();
    if alternatives.is_empty() {
        return Vec::from([whole]);
    }
    let of_all = |all: &Vec<(BinaryOp, Value)>| {
        all.iter().map(|(op, value)| stretch(cuts, *op, value)).fold(whole.clone(), both)
    };
    let mut found: Vec<Range<usize>> =
        alternatives.iter().map(of_all).filter(|cuts| !cuts.is_empty()).collect();
    found.sort_unstable_by_key(|cuts| cuts.start);
    found.dedup_by(|next, before| {
        let touch = next.start <= before.end;
        if touch {
            before.end = before.end.max(next.end);
        }
        touch
    });
    found
}

fn both(left: Range<usize>, right: Range<usize>) -> Range<usize> {
    left.start.max(right.start)..left.end.min(right.end)
}

/// The stretch of cuts on which a test holds: nothing stands first, then the values in their order, then the others.
fn stretch(cuts: &[Cut], op: BinaryOp, value: &Value) -> Range<usize> {
    let first = usize::from(cuts.first() == Some(&Cut::Nothing));
    if op == BinaryOp::Is && *value == Value::Nothing {
        return 0..first;
    }
    let others = usize::from(cuts.last() == Some(&Cut::Between(None, None)));
    let last = cuts.len().saturating_sub(others);
    let ordered = cuts.get(first..last).unwrap_or_default();
    let until = |op, value: &Value| first + ordered.partition_point(|cut| holds(cut, op, value));
    let since = |op, value: &Value| first + ordered.partition_point(|cut| !holds(cut, op, value));
    match op {
        BinaryOp::Less | BinaryOp::LessOrEqual => first..until(op, value),
        BinaryOp::Greater | BinaryOp::GreaterOrEqual => since(op, value)..last,
        BinaryOp::Is => {
            let at = until(BinaryOp::Less, value);
            let is_there = cuts.get(at).is_some_and(|cut| holds(cut, op, value));
            at..at + usize::from(is_there)
        }
        BinaryOp::In => {
            let Value::Range(ends) = value else { return 0..0 };
            since(BinaryOp::GreaterOrEqual, &ends.0)..until(BinaryOp::LessOrEqual, &ends.1)
        }
        BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Implies
        | BinaryOp::OrElse
        | BinaryOp::Add
        | BinaryOp::Subtract
        | BinaryOp::Multiply
        | BinaryOp::Divide
        | BinaryOp::IsNot
        | BinaryOp::NotIn
        | BinaryOp::Without
        | BinaryOp::HasAnyOf
        | BinaryOp::HasAllOf
        | BinaryOp::StartsWith
        | BinaryOp::To
        | BinaryOp::Times
        | BinaryOp::Higher
        | BinaryOp::Lower
        | BinaryOp::DaysBetween => 0..0,
    }
}

fn holds(cut: &Cut, op: BinaryOp, value: &Value) -> bool {
    let (low, high, is_point) = match cut {
        Cut::Nothing => return op == BinaryOp::Is && *value == Value::Nothing,
        Cut::At(point) => (Some(point), Some(point), true),
        Cut::Between(low, high) => (low.as_ref(), high.as_ref(), false),
    };
    // The ends of an open stretch are constants of the column, so comparing with them decides the whole stretch.
    let below = |limit: &Value, strict: bool| {
        high.is_some_and(|high| if is_point && strict { high < limit } else { high <= limit })
    };
    let above = |limit: &Value, strict: bool| {
        low.is_some_and(|low| if is_point && strict { low > limit } else { low >= limit })
    };
    match op {
        BinaryOp::Is => is_point && low == Some(value),
        BinaryOp::Less => below(value, true),
        BinaryOp::LessOrEqual => below(value, false),
        BinaryOp::Greater => above(value, true),
        BinaryOp::GreaterOrEqual => above(value, false),
        BinaryOp::In => {
            matches!(value, Value::Range(ends) if above(&ends.0, false) && below(&ends.1, false))
        }
        BinaryOp::And
        | BinaryOp::Or
        | BinaryOp::Implies
        | BinaryOp::OrElse
        | BinaryOp::Add
        | BinaryOp::Subtract
        | BinaryOp::Multiply
        | BinaryOp::Divide
        | BinaryOp::IsNot
        | BinaryOp::NotIn
        | BinaryOp::Without
        | BinaryOp::HasAnyOf
        | BinaryOp::HasAllOf
        | BinaryOp::StartsWith
        | BinaryOp::To
        | BinaryOp::Times
        | BinaryOp::Higher
        | BinaryOp::Lower
        | BinaryOp::DaysBetween => false,
    }
}

struct Search<'a> {
    columns: &'a [Column],
    table: &'a Table,
    /// Columns and row sets that were followed before.
    seen: BTreeSet<(usize, Vec<usize>)>,
    reached: Vec<bool>,
    cells: usize,
    gap: Option<Vec<Cut>>,
    overlap: Option<(usize, usize, Vec<Cut>)>,
}

impl Search<'_> {
    fn follow(&mut self, column: usize, rows: &[usize], cell: &mut Vec<Cut>) {
        self.cells += 1;
        if self.cells > CELL_LIMIT {
            return;
        }
        if rows.is_empty() {
            if self.gap.is_none() {
                self.gap = Some(cell.clone());
            }
            return;
        }
        if !self.seen.insert((column, rows.to_vec())) {
            return;
        }
        let columns = self.columns;
        let Some(column_here) = columns.get(column) else {
            for row in rows {
                if let Some(reached) = self.reached.get_mut(*row) {
                    *reached = true;
                }
            }
            self.rows_agree(rows, cell);
            return;
        };
        // Stretches with the same rows need one visit.
        for (left, place) in column_here.groups(rows) {
            let Some(cut) = column_here.cuts.get(place) else { continue };
            cell.push(cut.clone());
            self.follow(column + 1, &left, cell);
            cell.pop();
        }
    }

    fn rows_agree(&mut self, rows: &[usize], cell: &[Cut]) {
        if self.table.hit != Hit::Unique || self.overlap.is_some() {
            return;
        }
        let mut matching = rows.iter();
        let Some(first) = matching.next() else { return };
        for other in matching {
            if let (Some(a), Some(b)) = (self.table.rows.get(*first), self.table.rows.get(*other))
                && !same(&a.result, &b.result)
            {
                self.overlap = Some((*first, *other, cell.to_vec()));
                return;
            }
        }
    }
}

/// A cell as a person says it: "severity minor, repeats above 3".
fn show(flow: &Flow<'_>, table: &Table, cell: &[Cut]) -> String {
    let mut parts = Vec::new();
    for (cut, input) in cell.iter().zip(&table.inputs) {
        let name = flow.name_of(input);
        let value = |value: &Value| flow.show(value, &input.ty);
        parts.push(match cut {
            Cut::Nothing => format!("{name} nothing"),
            Cut::At(point) => format!("{name} {}", value(point)),
            Cut::Between(Some(low), Some(high)) => {
                format!("{name} between {} and {}", value(low), value(high))
            }
            Cut::Between(Some(low), None) => format!("{name} above {}", value(low)),
            Cut::Between(None, Some(high)) => format!("{name} below {}", value(high)),
            Cut::Between(None, None) => format!("other {name}"),
        });
    }
    if parts.is_empty() { "every case".to_owned() } else { parts.join(", ") }
}

#[cfg(test)]
mod tests {
    use super::{Cut, holds, stretch};
    use crate::hir::BinaryOp;
    use crate::value::Value;

    #[test]
    fn a_stretch_is_where_the_test_holds() {
        let at = |place: i64| Value::Integer(place);
        let between = |low: Option<i64>, high: Option<i64>| Cut::Between(low.map(at), high.map(at));
        let numbers = vec![
            Cut::Nothing,
            between(None, Some(0)),
            Cut::At(at(0)),
            between(Some(0), Some(2)),
            Cut::At(at(2)),
            Cut::At(at(3)),
            between(Some(3), None),
        ];
        let others = vec![Cut::At(at(0)), Cut::At(at(2)), between(None, None)];
        let mut values: Vec<Value> = (-1..5).map(at).collect();
        values.push(Value::Nothing);
        values.extend((-1..5).map(|low| Value::Range((at(low), at(2)).into())));
        for cuts in [numbers, others, Vec::new()] {
            for op in [
                BinaryOp::Is,
                BinaryOp::Less,
                BinaryOp::LessOrEqual,
                BinaryOp::Greater,
                BinaryOp::GreaterOrEqual,
                BinaryOp::In,
            ] {
                for value in &values {
                    // Only a range is asked about with `in`, and no range about anything else.
                    if (op == BinaryOp::In) != matches!(value, Value::Range(_))
                        || (op != BinaryOp::Is && *value == Value::Nothing)
                    {
                        continue;
                    }
                    let found = stretch(&cuts, op, value);
                    for (place, cut) in cuts.iter().enumerate() {
                        assert_eq!(found.contains(&place), holds(cut, op, value), "{op:?} {value:?} {cut:?}");
                    }
                }
            }
        }
    }
}
