//! Tables: header and rows are read as cells, and here become inputs, tests and results.

use super::{Builder, Parts};
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Span;
use crate::syntax::ast::{
    Cell, CellKind, Expr, ExprKind, Head, InfixOp, Name, Row, Sides, Table, Test, TestOp, TypeKind,
};
use crate::syntax::grammar::Rule;
use crate::syntax::tree::Pair;

/// A cell as written.
struct Written {
    span: Span,
    kind: WrittenKind,
}

enum WrittenKind {
    /// `=>`, in a header perhaps with the name of a result.
    Arrow(Option<Name>),
    Any,
    Tests(Vec<Vec<Test>>),
}

struct WrittenRow {
    span: Span,
    cells: Vec<Written>,
}

impl Builder<'_, '_, '_> {
    pub(super) fn table(&mut self, pair: Pair<'_>) -> Table {
        let mut parts = Parts::of(pair);
        parts.skip(&[Rule::w_table]);
        let mut head: Head = self.head(&mut parts, Rule::name);
        let params = self.params(&mut parts);
        self.head_clauses(&mut parts, &mut head);
        parts.skip(&[Rule::colon]);
        let ty = self.next_type(&mut parts);
        self.head_clauses(&mut parts, &mut head);
        let hit = parts.take(Rule::hit).map(|hit| self.extreme(&mut Parts::of(hit)));
        self.head_clauses(&mut parts, &mut head);
        let mut written = Vec::new();
        while let Some(row) = parts.next() {
            let row = self.written_row(row);
            written.push(row);
        }
        let mut written = written.into_iter();
        let header = written.next().unwrap_or(WrittenRow { span: head.name.span, cells: Vec::new() });
        let mut table = Table {
            head,
            params,
            ty,
            hit,
            header_span: header.span,
            inputs: Vec::new(),
            results: Vec::new(),
            across: None,
            rows: Vec::new(),
        };
        let width = header.cells.len();
        let (rows, misshapen): (Vec<WrittenRow>, Vec<WrittenRow>) =
            written.partition(|row| self.has_width(row, &header, width));
        let is_arrow = |cell: &Written| matches!(cell.kind, WrittenKind::Arrow(_));
        if let Some(arrow) = header.cells.iter().position(is_arrow) {
            self.plain_table(&mut table, header, arrow, rows);
        } else if let Some(arrow) = rows.iter().find_map(|row| row.cells.iter().position(is_arrow)) {
            self.cross_table(&mut table, header, arrow, rows);
        } else if !rows.is_empty() {
            self.sink.push(
                Diagnostic::new(Code::SyntaxTableShape, header.span, "this table has no column of results")
                    .help("the header's last column is `=>`: `| severity | => |`"),
            );
        }
        // A row without cells tells later passes that something was meant here.
        let broken =
            misshapen.into_iter().map(|row| Row { span: row.span, tests: Vec::new(), results: Vec::new() });
        table.rows.extend(broken);
        table
    }

    fn has_width(&mut self, row: &WrittenRow, header: &WrittenRow, width: usize) -> bool {
        let cells = row.cells.len();
        if cells == width {
            return true;
        }
        let plural = if cells == 1 { "" } else { "s" };
        self.sink.push(
            Diagnostic::new(
                Code::SyntaxTableShape,
                row.span,
                format!("this row has {cells} cell{plural}, the header has {width}"),
            )
            .label(header.span, format!("{width} columns"))
            .help("a cell is never empty: write `any` where everything fits"),
        );
        false
    }

    fn plain_table(&mut self, table: &mut Table, header: WrittenRow, arrow: usize, rows: Vec<WrittenRow>) {
        let columns = header.cells.len() - arrow;
        let keeps_names = columns > 1 || matches!(table.ty.kind, TypeKind::Columns(_));
        for (index, cell) in header.cells.into_iter().enumerate() {
            let span = cell.span;
            match cell.kind {
                WrittenKind::Arrow(name) if index == arrow => {
                    table.results.extend(name.filter(|_| keeps_names))
                }
                WrittenKind::Arrow(_) => self.shape(span, "a header has one `=>`"),
                WrittenKind::Any | WrittenKind::Tests(_) if index < arrow => {
                    let input = self.value_of(cell, "a header's cell is one value");
                    table.inputs.push(input);
                }
                WrittenKind::Any | WrittenKind::Tests(_) => {
                    let value = self.value_of(cell, "a result's header is its name");
                    if let ExprKind::Name(name) = value.kind {
                        table.results.push(name);
                    } else if !matches!(value.kind, ExprKind::Invalid) {
                        self.shape(span, "a result's header is its name");
                    }
                }
            }
        }
        for row in rows {
            let mut built = Row { span: row.span, tests: Vec::new(), results: Vec::new() };
            for (index, cell) in row.cells.into_iter().enumerate() {
                if index < arrow {
                    built.tests.push(self.cell(cell));
                } else {
                    built.results.push(self.value_of(cell, "a result is one value"));
                }
            }
            table.rows.push(built);
        }
    }

    /// The inputs end where the rows hold `=>`; what follows in the header are tests of the last input.
    fn cross_table(&mut self, table: &mut Table, header: WrittenRow, arrow: usize, rows: Vec<WrittenRow>) {
        let mut across = None;
        let mut tests = Vec::new();
        for (index, cell) in header.cells.into_iter().enumerate() {
            if index < arrow {
                let input = self.value_of(cell, "a header's cell is one value");
                table.inputs.push(input);
            } else if index == arrow {
                across = Some(self.value_of(cell, "a header's cell is one value"));
            } else {
                tests.push(self.cell(cell));
            }
        }
        table.across = across.map(|input| (input, tests));
        for row in rows {
            let mut built = Row { span: row.span, tests: Vec::new(), results: Vec::new() };
            let mut is_whole = true;
            for (index, cell) in row.cells.into_iter().enumerate() {
                if index < arrow {
                    built.tests.push(self.cell(cell));
                } else if index > arrow {
                    built.results.push(self.value_of(cell, "a result is one value"));
                } else if !matches!(cell.kind, WrittenKind::Arrow(_)) {
                    is_whole = false;
                    self.shape(cell.span, "here every row of this table holds `=>`");
                }
            }
            if is_whole {
                table.rows.push(built);
            }
        }
    }

    fn shape(&mut self, span: Span, message: &str) {
        self.error(Code::SyntaxTableShape, span, message);
    }

    fn cell(&mut self, written: Written) -> Cell {
        let kind = match written.kind {
            WrittenKind::Any => CellKind::Any,
            WrittenKind::Tests(alternatives) => CellKind::Tests(
                alternatives
                    .into_iter()
                    .map(|tests| tests.into_iter().flat_map(split_and).collect())
                    .collect(),
            ),
            WrittenKind::Arrow(_) => {
                self.shape(written.span, "`=>` does not belong here");
                CellKind::Any
            }
        };
        Cell { span: written.span, kind }
    }

    fn value_of(&mut self, written: Written, otherwise: &str) -> Expr {
        let span = written.span;
        if let WrittenKind::Tests(mut alternatives) = written.kind
            && let (Some(mut tests), true) = (alternatives.pop(), alternatives.is_empty())
            && let (Some(test), true) = (tests.pop(), tests.is_empty())
            && test.op == TestOp::Is
        {
            return test.value;
        }
        self.shape(span, otherwise);
        Expr { span, kind: ExprKind::Invalid }
    }

    fn written_row(&mut self, pair: Pair<'_>) -> WrittenRow {
        let span = self.span(&pair);
        let mut cells = Vec::new();
        for part in pair.into_inner() {
            if part.as_rule() != Rule::header_cell && part.as_rule() != Rule::row_cell {
                continue;
            }
            let span = self.span(&part);
            let mut inner = Parts::of(part);
            let kind = if inner.take(Rule::arrow).is_some() {
                WrittenKind::Arrow(inner.take(Rule::name).map(|name| self.name(&name)))
            } else if let Some(cell) = inner.take(Rule::cell) {
                self.written_cell(cell)
            } else {
                WrittenKind::Any
            };
            cells.push(Written { span, kind });
        }
        WrittenRow { span, cells }
    }

    fn written_cell(&mut self, pair: Pair<'_>) -> WrittenKind {
        let mut alternatives = Vec::new();
        let mut parts = Parts::of(pair);
        if parts.take(Rule::w_any).is_some() {
            return WrittenKind::Any;
        }
        while let Some(piece) = parts.take(Rule::piece) {
            let mut tests = Vec::new();
            let mut inner = Parts::of(piece);
            while let Some(part) = inner.next() {
                if part.as_rule() == Rule::test {
                    let test = self.test(part);
                    tests.push(test);
                } else if part.as_rule() == Rule::value {
                    let value = self.value(part).expr;
                    tests.push(Test { span: value.span, op: TestOp::Is, value });
                }
            }
            alternatives.push(tests);
        }
        WrittenKind::Tests(alternatives)
    }

    fn test(&mut self, pair: Pair<'_>) -> Test {
        let span = self.span(&pair);
        let mut parts = Parts::of(pair);
        let op = match parts.take(Rule::test_op).map(|op| self.written(&op)) {
            Some(">=") => TestOp::GreaterOrEqual,
            Some("<=") => TestOp::LessOrEqual,
            Some(">") => TestOp::Greater,
            Some("<") => TestOp::Less,
            _ => TestOp::Is,
        };
        let value = match parts.take(Rule::arith) {
            Some(pair) => self.flat(pair),
            None => self.invalid(span),
        };
        Test { span, op, value: value.expr }
    }
}

/// In a test `and` joins tests; the tree of a long chain hangs to the left.
fn split_and(test: Test) -> Vec<Test> {
    let mut reversed = Vec::new();
    let Test { op, mut value, .. } = test;
    while let ExprKind::Infix { op: InfixOp::And, sides, .. } = value.kind {
        let Sides { left, right } = *sides;
        reversed.push(right);
        value = left;
    }
    reversed.push(value);
    reversed.into_iter().rev().map(|value| Test { span: value.span, op, value }).collect()
}
