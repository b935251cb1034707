//! Parameters, definitions and tables.

use super::maker::{Level, Maker};
use super::world::{Absence, Bounds, FIRST_DAY, Function, Param, Source, Ty};

impl Maker<'_> {
    /// A type that a definition may have: a record only where one can be read.
    pub(crate) fn result_type(&mut self) -> Ty {
        match self.choices.below(12) {
            9.. if self.is_plain => self.scalar(),
            8 => Ty::set(self.set_item()),
            9 => Ty::list(self.scalar()),
            10 => Ty::range(self.measured()),
            11 => {
                let records: Vec<Ty> =
                    (0..self.records.len()).map(Ty::Record).filter(|ty| self.has_source(ty)).collect();
                if records.is_empty() { Ty::Bool } else { self.choices.pick(&records).clone() }
            }
            _ => self.scalar(),
        }
    }

    // ---- parameters ----

    pub(crate) fn declare_parameter(&mut self) {
        let (name, ty) = (self.name(), self.measured());
        let type_text = self.type_text(&ty);
        let title = self.title();
        let mut known = |text: String, is_dated: bool, results: Vec<(Option<&'static str>, Ty)>| {
            self.functions.push(Function {
                name: text,
                params: Vec::new(),
                results,
                nothing: false,
                is_dated,
                degree: 0,
                work: 1,
                reads_outcomes: false,
            });
        };
        match self.choices.below(4) {
            0 => {
                let value = self.constant(&ty, Bounds::default());
                let value = self.show(&ty, value).text;
                self.items.push(format!("parameter {name}: {type_text}{title} = {value}"));
                self.read(Source {
                    text: name,
                    ty,
                    absence: Absence::Never,
                    bounds: Bounds::default(),
                    is_path: true,
                    is_outcome: false,
                });
            }
            1 if !self.is_plain => {
                // Two columns.
                known(name.clone(), true, vec![(Some("each"), ty.clone()), (Some("cap"), Ty::Integer)]);
                let rows = self.rows(&ty, true);
                self.items
                    .push(format!("parameter {name}: (each: {type_text}, cap: integer){title}\n{rows}"));
            }
            _ => {
                known(name.clone(), true, vec![(None, ty.clone())]);
                let rows = self.rows(&ty, false);
                self.items.push(format!("parameter {name}: {type_text}{title}\n{rows}"));
            }
        }
    }

    fn rows(&mut self, ty: &Ty, is_wide: bool) -> String {
        let mut rows = Vec::new();
        for from in
            ["2010-01-01", "2018-01-01", "2020-07-01", "2024-02-29"].iter().take(self.choices.between(1, 4))
        {
            let value = self.constant(ty, Bounds::default());
            let mut row = format!("  from {from}: {}", self.show(ty, value).text);
            if is_wide {
                let cap = self.constant(&Ty::Integer, Bounds::default());
                row = format!("{row}, {}", self.show(&Ty::Integer, cap).text);
            }
            rows.push(row);
        }
        rows.join("\n")
    }

    // ---- definitions ----

    /// What was walked and read since: for the callers of what is being defined.
    fn begin(&mut self) {
        (self.work, self.deepest, self.read_outcome) = (1, 0, false);
    }

    pub(crate) fn define(&mut self) {
        let has_params = self.choices.chance(110);
        let (name, ty) = (self.name(), self.result_type());
        let mark = self.scope.len();
        self.begin();
        let params = if has_params { self.params() } else { Vec::new() };
        let depth = self.depth();
        let nothing = self.choices.chance(50) && !matches!(ty, Ty::Record(_) | Ty::List(_) | Ty::Set(_));
        let head = format!("define {name}{}: {}", self.params_text(&params), self.type_text(&ty));
        let body = |maker: &mut Self| {
            if nothing { maker.perhaps(&ty, depth).text } else { maker.body(&ty, depth) }
        };
        let or_nothing = if nothing { " or nothing" } else { "" };
        let is_dated = self.choices.chance(40);
        if is_dated {
            let (before, after) = (body(self), body(self));
            self.items.push(format!("{head}{or_nothing} in force until 2019-12-31\n  = {before}"));
            self.items.push(format!("{head}{or_nothing} in force from 2020-01-01\n  = {after}"));
        } else {
            let (title, body) = (self.title(), body(self));
            self.items.push(format!("{head}{or_nothing}{title}\n  = {body}"));
        }
        self.scope.truncate(mark);
        let (degree, work, reads_outcomes) = (self.deepest, self.work, self.read_outcome);
        if has_params || (is_dated && !nothing) {
            let results = vec![(None, ty)];
            self.functions.push(Function {
                name,
                params,
                results,
                nothing,
                is_dated,
                degree,
                work,
                reads_outcomes,
            });
        } else if !is_dated || self.has_law_date {
            let absence = if nothing { Absence::Perhaps } else { Absence::Never };
            self.read(Source {
                text: name,
                ty,
                absence,
                bounds: Bounds::default(),
                is_path: true,
                is_outcome: reads_outcomes,
            });
        }
    }

    /// One or two parameters, in scope.
    fn params(&mut self) -> Vec<Param> {
        let mut params = Vec::new();
        for _ in 0..self.choices.between(1, 2) {
            let records: Vec<Ty> = (0..self.records.len()).map(Ty::Record).collect();
            let (name, ty) = match self.choices.below(4) {
                3 if !records.is_empty() => (self.name(), self.choices.pick(&records).clone()),
                _ => (self.name(), self.scalar()),
            };
            let bounds = match ty {
                Ty::Integer if self.choices.chance(120) => Bounds::between(0, 9),
                Ty::Quantity(_) | Ty::Number if self.choices.chance(120) => Bounds::from(0),
                _ => Bounds::default(),
            };
            params.push(Param { name, ty, bounds });
        }
        // No call can pass a record of which there is none.
        params.retain(|param| {
            !matches!(param.ty, Ty::Record(_))
                || self
                    .scope
                    .iter()
                    .any(|source| source.ty == param.ty || source.ty == Ty::list(param.ty.clone()))
        });
        if params.is_empty() {
            params.push(Param { name: self.name(), ty: Ty::Integer, bounds: Bounds::default() });
        }
        for param in &params {
            self.read(Source {
                text: param.name.clone(),
                ty: param.ty.clone(),
                absence: Absence::Never,
                bounds: param.bounds,
                is_path: true,
                is_outcome: false,
            });
        }
        params
    }

    fn params_text(&self, params: &[Param]) -> String {
        if params.is_empty() {
            return String::new();
        }
        let shown: Vec<String> = (params.iter())
            .map(|param| {
                let bounds = self.bounds_text(&param.ty, param.bounds);
                format!("{}: {}{bounds}", param.name, self.type_text(&param.ty))
            })
            .collect();
        format!("({})", shown.join(", "))
    }

    // ---- tables ----

    pub(crate) fn declare_table(&mut self) {
        let name = self.name();
        let mark = self.scope.len();
        self.begin();
        self.fuel_here = 20;
        let mut params = Vec::new();
        for _ in 0..self.choices.between(1, 3) {
            let param = self.table_param();
            params.push(param);
        }
        let ty = self.table_result();
        let (hit, is_cross) = match self.choices.below(6) {
            3 if self.is_ordered(&ty) => (", highest", false),
            4 if self.is_ordered(&ty) => (", lowest", false),
            5 if params.len() > 1 => ("", true),
            _ => ("", false),
        };
        let is_wide = hit.is_empty() && !is_cross && self.choices.chance(60) && !self.is_plain;
        // Results are written over the parameters alone.
        let outer = std::mem::take(&mut self.scope);
        for param in &params {
            self.read(Source {
                text: param.name.clone(),
                ty: param.ty.clone(),
                absence: Absence::Never,
                bounds: param.bounds,
                is_path: true,
                is_outcome: false,
            });
        }
        let columns = if is_wide {
            vec![(Some("each"), ty.clone()), (Some("cap"), Ty::Integer)]
        } else {
            vec![(None, ty.clone())]
        };
        let rows =
            if is_cross { self.cross(&params, &ty) } else { self.grid(&params, &columns, !hit.is_empty()) };
        self.scope = outer;
        self.scope.truncate(mark);
        let type_text = if is_wide {
            format!("(each: {}, cap: integer)", self.type_text(&ty))
        } else {
            self.type_text(&ty)
        };
        let (params_text, title) = (self.params_text(&params), self.title());
        self.items.push(format!("table {name}{params_text}: {type_text}{hit}{title}\n{}", rows.join("\n")));
        let (degree, work) = (self.deepest, self.work);
        self.functions.push(Function {
            name,
            params,
            results: columns,
            nothing: false,
            is_dated: false,
            degree,
            work,
            reads_outcomes: false,
        });
    }

    fn table_param(&mut self) -> Param {
        let name = self.name();
        let (ty, bounds) = match self.choices.below(8) {
            0..=2 => (Ty::Enum(self.choices.below(self.enums.len())), Bounds::default()),
            3 => (Ty::Bool, Bounds::default()),
            4 => (
                Ty::Integer,
                *self.choices.pick(&[Bounds::between(0, 9), Bounds::from(0), Bounds::default()]),
            ),
            5 => (Ty::Number, *self.choices.pick(&[Bounds::from(0), Bounds::between(0, 100)])),
            6 => (Ty::Quantity(self.choices.below(self.units.len())), Bounds::from(0)),
            _ => (Ty::Date, *self.choices.pick(&[Bounds::from(FIRST_DAY), Bounds::default()])),
        };
        Param { name, ty, bounds }
    }

    /// Cells that cut the values of a parameter into pieces, each value in one of them.
    fn pieces(&mut self, param: &Param) -> Vec<String> {
        match &param.ty {
            Ty::Bool => vec!["yes".into(), "no".into()],
            Ty::Enum(of) => {
                let members: Vec<&str> = self.enums[*of].members.iter().map(|member| member.name).collect();
                let cut = self.choices.between(1, members.len() - 1);
                vec![members[..cut].join(", "), members[cut..].join(", ")]
            }
            ty => {
                // The cuts lie inside the bounds, so that every piece has a value.
                let step = if ty.is_fractional() { 25 } else { 2 };
                let first = match (param.bounds.least, ty) {
                    (Some(least), _) => least + step,
                    (None, Ty::Date) => FIRST_DAY + 30,
                    (None, _) => 3,
                };
                let second = first + step;
                let [a, b, next] =
                    [first, second, second + 1].map(|value| self.show(ty, value).at(Level::Add));
                if ty.is_fractional() {
                    vec![format!("<= {a}"), format!("> {a} and <= {b}"), format!("> {b}")]
                } else if self.choices.chance(100) {
                    vec![format!("< {a}"), format!("{a} to {b}"), format!(">= {next}")]
                } else {
                    vec![format!("<= {a}"), format!("> {a}")]
                }
            }
        }
    }

    fn result_cells(&mut self, columns: &[(Option<&'static str>, Ty)]) -> String {
        let cells: Vec<String> = (columns.iter())
            .map(|(_, ty)| {
                if self.choices.chance(160) {
                    self.expected_literal(ty).at(Level::Implies)
                } else {
                    self.operand(ty, 1, Level::Implies)
                }
            })
            .collect();
        cells.join(" | ")
    }

    fn grid(
        &mut self,
        params: &[Param],
        columns: &[(Option<&'static str>, Ty)],
        may_overlap: bool,
    ) -> Vec<String> {
        let names: Vec<&str> = params.iter().map(|param| param.name.as_str()).collect();
        let heads: Vec<String> = columns
            .iter()
            .map(|(name, _)| name.map_or_else(String::new, |name| format!(" {name}")))
            .collect();
        let mut rows = vec![format!("  | {} | =>{} |", names.join(" | "), heads.join(" |"))];
        if may_overlap {
            for _ in 0..self.choices.below(4) {
                let tests: Vec<String> = (params.iter())
                    .map(|param| {
                        let pieces = self.pieces(param);
                        if self.choices.chance(128) {
                            "any".into()
                        } else {
                            self.choices.pick(&pieces).clone()
                        }
                    })
                    .collect();
                rows.push(format!("  | {} | {} |", tests.join(" | "), self.result_cells(columns)));
            }
            let any = vec!["any"; params.len()];
            rows.push(format!("  | {} | {} |", any.join(" | "), self.result_cells(columns)));
        } else {
            self.cover(params, columns, &mut Vec::new(), &mut rows);
        }
        rows
    }

    /// Rows for every combination, each in one row: a column is cut into pieces or left whole, again below each piece.
    fn cover(
        &mut self,
        params: &[Param],
        columns: &[(Option<&'static str>, Ty)],
        tests: &mut Vec<String>,
        rows: &mut Vec<String>,
    ) {
        let Some((param, others)) = params.split_first() else {
            let results = self.result_cells(columns);
            rows.push(format!("  | {} | {results} |", tests.join(" | ")));
            return;
        };
        let pieces = if rows.len() > 8 || self.choices.below(4) == 0 {
            vec!["any".to_owned()]
        } else {
            self.pieces(param)
        };
        for piece in pieces {
            tests.push(piece);
            self.cover(others, columns, tests, rows);
            tests.pop();
        }
    }

    /// The pieces of the last parameter stand in the head.
    fn cross(&mut self, params: &[Param], ty: &Ty) -> Vec<String> {
        let Some((last, others)) = params.split_last() else { return Vec::new() };
        let heads = self.pieces(last);
        let names: Vec<&str> = others.iter().map(|param| param.name.as_str()).collect();
        let mut rows = vec![format!("  | {} | {} | {} |", names.join(" | "), last.name, heads.join(" | "))];
        let columns: Vec<(Option<&'static str>, Ty)> = vec![(None, ty.clone()); heads.len()];
        let mut plain = Vec::new();
        self.cover(others, &columns, &mut Vec::new(), &mut plain);
        for row in plain {
            // The results follow an arrow under the crossed parameter.
            let at = row.match_indices(" | ").nth(others.len()).map_or(row.len(), |(at, _)| at);
            rows.push(format!("{} | =>{}", &row[..at], &row[at..]));
        }
        rows
    }

    /// What a table gives.
    fn table_result(&mut self) -> Ty {
        match self.choices.below(6) {
            5 => Ty::range(self.measured()),
            _ => self.scalar(),
        }
    }
}
