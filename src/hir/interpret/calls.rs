//! Definitions, parameters and tables: which version and which row applies, on a date and to inputs that may be open.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use jiff::civil::Date;

use super::called::called_by;
use super::case::{CallKey, Case, Frame};
use super::expr::both;
use super::fault::{Evaluated, Fault, Judged, Place, Truth, and, collect, or};
use super::show::show;
use crate::decision::ProblemCode;
use crate::hir::{BinaryOp, Body, Expr, Hit, Named, NamedId, Row, Table, Test};
use crate::source::Span;
use crate::value::{self, Certainty, Combine, Trouble, Value, Waits, compare, join};

impl<'p> Case<'p> {
    #[inline(never)]
    pub(super) fn call(
        &self,
        id: NamedId,
        args: &[Expr],
        at: Option<&Expr>,
        frame: &mut Frame<'p>,
    ) -> Evaluated {
        let at = at.map(|at| self.value(at, frame)).transpose();
        let (args, at) = both(self.all(args, frame), at)?;
        let named = self.policy.named.get(id.0 as usize);
        let named = named.ok_or_else(|| Fault::internal("an unknown definition", frame.place))?;
        let args = named.params.iter().zip(args).map(|(param, arg)| {
            let arg = if param.nothing { Some(arg) } else { arg.without_nothing() };
            arg.ok_or_else(|| Fault::internal("nothing for a parameter that needs a value", frame.place))
        });
        let args: Vec<Value> = args.collect::<Result<_, _>>()?;

        let key = (id, args, at);
        if let Some(watch) = &self.watch {
            watch.read(&key);
        }
        if let Some(known) = self.calls.borrow().get(&key) {
            return known.clone();
        }
        self.prepare(id);
        self.evaluate_call(named, key)
    }

    /// Evaluates what a definition reads before the definition, so that a chain of definitions without parameters,
    /// which may have any length, takes no stack. What it would not have read costs time and changes nothing.
    fn prepare(&self, id: NamedId) {
        if self.prepared.borrow().contains(&id) {
            return;
        }
        let mut seen = BTreeSet::from([id]);
        let mut open: Vec<(NamedId, bool)> = vec![(id, false)];
        while let Some((id, read)) = open.pop() {
            let Some(named) = self.policy.named.get(id.0 as usize) else { continue };
            let key = (id, Vec::new(), None);
            let known = named.params.is_empty() && self.calls.borrow().contains_key(&key);
            if known {
                continue;
            }
            if !read {
                open.push((id, true));
                let called = called_by(named).into_iter().filter(|called| seen.insert(*called));
                open.extend(called.map(|called| (called, false)));
            } else if named.params.is_empty() && !open.is_empty() {
                // Whoever reads it finds its value, or its fault, among the calls.
                let _ = self.evaluate_call(named, key);
            }
        }
        self.prepared.borrow_mut().extend(seen);
    }

    #[inline(never)]
    fn evaluate_call(&self, named: &'p Named, key: CallKey) -> Evaluated {
        let before = self.watch.as_ref().map(|watch| watch.enter(&key));
        let mut value = self.version(named, &key.1, key.2.as_ref());
        if let (Some(watch), Some(before)) = (&self.watch, before) {
            watch.leave(before);
        }
        if named.params.is_empty() {
            value = value.map_err(Fault::of_no_item);
        }
        self.calls.borrow_mut().insert(key, value.clone());
        value
    }

    /// The version in force, on a date that may be open: all versions that may be.
    fn version(&self, named: &'p Named, args: &[Value], at: Option<&Value>) -> Evaluated {
        let place = place_of(named);
        let in_force = named.versions.iter().map(|version| {
            let place = Place { name: &named.name, cites: &version.cites };
            (self.in_force(version.in_force, at, version.span, place), move || {
                let mut frame = Frame::with(place, args.to_vec());
                match &version.body {
                    Body::Expr(expr) => self.evaluate(expr, &mut frame),
                    Body::Table(table) => self.table(table, &mut frame),
                    Body::Schedule(rows) => self.schedule(rows, at, &mut frame),
                }
            })
        });
        let chosen = one_of(in_force)?;
        chosen.ok_or_else(|| self.gap(at, place))
    }

    fn schedule(&self, rows: &[(Date, Expr)], at: Option<&Value>, frame: &mut Frame<'p>) -> Evaluated {
        let place = frame.place;
        let date = self.effective_date(at, place)?;
        let until = rows.iter().skip(1).map(|(next, _)| Some(*next)).chain([None]);
        let since = |day: Date, accept: fn(Ordering) -> bool| {
            compare(&date, &Value::Date(day), accept).and_then(Truth::of).map_err(|t| Fault::of(t, place))
        };
        let in_force = rows.iter().zip(until).map(|((from, row), next)| {
            let before_next = next.map_or(Ok(Truth::Yes), |next| since(next, Ordering::is_lt));
            let mut frame = frame.clone();
            let holds = and(since(*from, Ordering::is_ge), before_next);
            self.saw_row(row.span, &holds);
            (holds, move || self.evaluate(row, &mut frame))
        });
        let chosen = one_of(in_force)?;
        chosen.ok_or_else(|| self.gap(at, place))
    }

    fn gap(&self, at: Option<&Value>, place: Place<'_>) -> Fault {
        let date = match self.effective_date(at, place) {
            Ok(Value::Date(date)) => date.to_string(),
            Ok(_) | Err(_) => "the date".to_owned(),
        };
        let message = format!("nothing of `{}` is in force on {date}", place.name);
        Fault::new(ProblemCode::ScheduleGap, message, place)
    }

    #[inline(never)]
    fn table(&self, table: &Table, frame: &mut Frame<'p>) -> Evaluated {
        let inputs = self.all(&table.inputs, frame)?;
        let mut fault = None;
        // By row: its number, how sure it matches, and its result.
        let mut certain: Vec<(usize, Value)> = Vec::new();
        let mut possible: Vec<(usize, Waits)> = Vec::new();
        for (index, row) in table.rows.iter().enumerate() {
            let matches = self.row_matches(row, &inputs, frame);
            self.saw_row(row.span, &matches);
            match matches {
                Ok(Truth::No) => {}
                Ok(Truth::Maybe(waits)) => possible.push((index, waits)),
                Ok(Truth::Yes) => match self.evaluate(&row.result, frame) {
                    Ok(value) => certain.push((index, value)),
                    Err(other) => collect(&mut fault, other),
                },
                Err(other) => collect(&mut fault, other),
            }
        }
        let unique = table.hit == Hit::Unique;
        // Beside a row that surely matches, another can only agree or be a mistake of the table.
        let mut opened: Vec<(Value, Waits)> = Vec::new();
        if !unique || certain.is_empty() {
            for (index, waits) in possible {
                let Some(row) = table.rows.get(index) else { continue };
                match self.evaluate(&row.result, frame) {
                    Ok(value) => opened.push((value, waits)),
                    Err(other) => collect(&mut fault, other),
                }
            }
        }
        if let Some(fault) = fault {
            return Err(fault);
        }
        if certain.is_empty() {
            let waits: Waits = opened.iter().flat_map(|(_, waits)| waits.clone()).collect();
            let all = opened.into_iter().map(|(value, _)| value).reduce(|all, one| join(&all, &one, &waits));
            return all.ok_or_else(|| self.table_gap(table, &inputs, frame.place));
        }
        let how = match table.hit {
            Hit::Unique => return self.one_value(&certain, table, &inputs, frame.place),
            Hit::Highest => Combine::Highest,
            Hit::Lowest => Combine::Lowest,
        };
        let certain = certain.into_iter().map(|(_, value)| (Certainty::Certain, value));
        let opened = opened.into_iter().map(|(value, waits)| (Certainty::Possible(waits), value));
        let items: Vec<_> = certain.chain(opened).collect();
        value::combine(how, &items, &Value::Nothing).map_err(|trouble| Fault::of(trouble, frame.place))
    }

    fn saw_row(&self, row: Span, holds: &Judged) {
        if let (Some(watch), Ok(holds)) = (&self.watch, holds) {
            watch.row(row, holds);
        }
    }

    fn row_matches(&self, row: &Row, inputs: &[Value], frame: &mut Frame<'p>) -> Judged {
        let mut all = Ok(Truth::Yes);
        for (input, alternatives) in inputs.iter().zip(&row.tests) {
            let mut any = Ok(if alternatives.is_empty() { Truth::Yes } else { Truth::No });
            for conjunction in alternatives {
                let mut every = Ok(Truth::Yes);
                for test in conjunction {
                    every = and(every, self.test(test, input, frame));
                }
                any = or(any, every);
            }
            all = and(all, any);
        }
        all
    }

    fn test(&self, test: &Test, input: &Value, frame: &mut Frame<'p>) -> Judged {
        let against = self.evaluate(&test.value, frame)?;
        if let (Some(watch), true) = (&self.watch, test.is_threshold()) {
            watch.threshold(test.value.span, input, &against);
        }
        let truth = |value: Result<Value, Trouble>| value.and_then(Truth::of);
        let ordered = |accept: fn(Ordering) -> bool| {
            let input = super::fault::present(input.clone())?;
            truth(compare(&input, &against, accept))
        };
        let judged = match test.op {
            BinaryOp::Is => truth(value::is(input, &against)),
            BinaryOp::IsNot => truth(value::is(input, &against)).map(Truth::not),
            BinaryOp::In => truth(value::is_in(input, &against)),
            BinaryOp::NotIn => truth(value::is_in(input, &against)).map(Truth::not),
            BinaryOp::Less => ordered(Ordering::is_lt),
            BinaryOp::LessOrEqual => ordered(Ordering::is_le),
            BinaryOp::Greater => ordered(Ordering::is_gt),
            BinaryOp::GreaterOrEqual => ordered(Ordering::is_ge),
            BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Implies
            | BinaryOp::OrElse
            | BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Without
            | BinaryOp::HasAnyOf
            | BinaryOp::HasAllOf
            | BinaryOp::StartsWith
            | BinaryOp::To
            | BinaryOp::Times
            | BinaryOp::Higher
            | BinaryOp::Lower
            | BinaryOp::DaysBetween => Err(Trouble::Internal("a table cell tests with another operator")),
        };
        judged.map_err(|trouble| Fault::of(trouble, frame.place))
    }

    /// The one value of all rows that match.
    fn one_value(
        &self,
        rows: &[(usize, Value)],
        table: &Table,
        inputs: &[Value],
        place: Place<'_>,
    ) -> Evaluated {
        let mut clashing = BTreeSet::new();
        for (left, one) in rows {
            for (right, other) in rows.iter().filter(|(right, _)| right > left) {
                let same = value::is(one, other).and_then(Truth::of).map_err(|t| Fault::of(t, place))?;
                if same == Truth::No {
                    clashing.extend([left + 1, right + 1]);
                }
            }
        }
        if !clashing.is_empty() {
            let numbers: Vec<String> = clashing.iter().map(usize::to_string).collect();
            let message = format!(
                "rows {} of `{}` match {} and give different values",
                numbers.join(", "),
                place.name,
                self.inputs_text(table, inputs)
            );
            return Err(Fault::new(ProblemCode::TableOverlap, message, place));
        }
        let values = rows.iter().map(|(_, value)| value.clone());
        let value = values.reduce(|all, one| join(&all, &one, &Waits::new()));
        value.ok_or_else(|| self.table_gap(table, inputs, place))
    }

    fn table_gap(&self, table: &Table, inputs: &[Value], place: Place<'_>) -> Fault {
        let message = format!("no row of `{}` matches {}", place.name, self.inputs_text(table, inputs));
        Fault::new(ProblemCode::TableGap, message, place)
    }

    fn inputs_text(&self, table: &Table, inputs: &[Value]) -> String {
        if inputs.is_empty() {
            return "at all".to_owned();
        }
        let texts: Vec<String> = table
            .inputs
            .iter()
            .zip(inputs)
            .map(|(expr, input)| format!("`{}`", show(self.schema, &expr.ty, input)))
            .collect();
        texts.join(", ")
    }
}

fn place_of(named: &Named) -> Place<'_> {
    let cites = named.versions.first().map_or(&[][..], |version| &version.cites);
    Place { name: &named.name, cites }
}

/// The alternative that surely holds, else the join of those that may; `None` when none may.
fn one_of<F: FnOnce() -> Evaluated>(
    alternatives: impl Iterator<Item = (Judged, F)>,
) -> Result<Option<Value>, Fault> {
    let mut fault = None;
    let mut possible = Vec::new();
    let mut waits = Waits::new();
    for (holds, body) in alternatives {
        match holds {
            Ok(Truth::No) => {}
            // Periods do not overlap, so nothing else can hold.
            Ok(Truth::Yes) => return body().map(Some),
            Ok(Truth::Maybe(more)) => {
                waits.extend(more);
                possible.push(body);
            }
            Err(other) => collect(&mut fault, other),
        }
    }
    let mut values = Vec::new();
    for body in possible {
        match body() {
            Ok(value) => values.push(value),
            Err(other) => collect(&mut fault, other),
        }
    }
    match fault {
        Some(fault) => Err(fault),
        None => Ok(values.into_iter().reduce(|all, one| join(&all, &one, &waits))),
    }
}
