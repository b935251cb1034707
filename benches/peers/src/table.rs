//! The table that is printed.

use crate::contender::{Description, Form};
use crate::rounds::Measured;

const HEAD: [&str; 9] = [
    "policy",
    "engine",
    "typed, ns",
    "JSON, ns",
    "typed, allocations",
    "JSON, allocations",
    "load, ms",
    "heap, bytes/rule",
    "agreement with assize",
];

pub struct Table(Vec<[String; 9]>);

impl Table {
    pub fn new() -> Self {
        Self(vec![HEAD.map(str::to_owned)])
    }

    pub fn row(&mut self, description: &Description, measured: &[Measured]) {
        let of = |form: Form, value: &dyn Fn(&Measured) -> String| {
            measured.iter().find(|one| one.form == form).map_or_else(|| "-".to_owned(), value)
        };
        let nanoseconds = |one: &Measured| short(one.nanoseconds);
        let allocations = |one: &Measured| short(one.allocations);
        let load = description.load.as_ref();
        self.0.push([
            description.policy.clone(),
            description.engine.to_owned(),
            of(Form::Typed, &nanoseconds),
            of(Form::Json, &nanoseconds),
            of(Form::Typed, &allocations),
            of(Form::Json, &allocations),
            load.map_or_else(|| "-".to_owned(), |load| short(load.time.as_secs_f64() * 1e3)),
            load.map_or_else(|| "-".to_owned(), |load| load.bytes_per_rule.to_string()),
            description.agreement.clone(),
        ]);
    }

    /// Names to the left, numbers to the right.
    pub fn print(&self) {
        let mut widths = [0; 9];
        for row in &self.0 {
            for (width, cell) in widths.iter_mut().zip(row) {
                *width = (*width).max(cell.len());
            }
        }
        for (index, row) in self.0.iter().enumerate() {
            let cells: Vec<String> = row
                .iter()
                .zip(widths)
                .enumerate()
                .map(|(column, (cell, width))| match column {
                    2..=7 => format!("{cell:>width$}"),
                    _ => format!("{cell:<width$}"),
                })
                .collect();
            println!("| {} |", cells.join(" | "));
            if index == 0 {
                let rules: Vec<String> = widths
                    .iter()
                    .enumerate()
                    .map(|(column, width)| match column {
                        2..=7 => format!("{}:", "-".repeat(width - 1)),
                        _ => "-".repeat(*width),
                    })
                    .collect();
                println!("| {} |", rules.join(" | "));
            }
        }
    }
}

/// Three figures.
fn short(value: f64) -> String {
    match value {
        0.0 => "0".to_owned(),
        value if value < 10.0 => format!("{value:.2}"),
        value if value < 100.0 => format!("{value:.1}"),
        value => format!("{value:.0}"),
    }
}
