//! Tables: a row is a line, its cells are as wide as the widest of their column.

use unicode_width::UnicodeWidthStr;

use super::lines::Line;

/// The rows of one table, drawn.
pub(super) fn draw(rows: &[&Line<'_, '_>]) -> Vec<String> {
    let cells: Vec<Vec<String>> = rows.iter().map(|row| cells(row)).collect();
    let columns = cells.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        cells.iter().filter_map(|row| row.get(column)).map(|cell| cell.width()).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let drawn = cells.iter().map(|row| {
        let padded = row.iter().zip(&widths).map(|(cell, width)| {
            let space = " ".repeat(width.saturating_sub(cell.width()));
            format!("{cell}{space} |")
        });
        format!("| {}", padded.collect::<Vec<_>>().join(" "))
    });
    drawn.collect()
}

fn cells(row: &Line<'_, '_>) -> Vec<String> {
    let is_bar = |place: &usize| {
        row.words.get(*place).and_then(|word| word.piece.token).is_some_and(|token| token.is_symbol("|"))
    };
    let bars: Vec<usize> = (0..row.words.len()).filter(is_bar).collect();
    bars.windows(2)
        .map(|pair| match pair {
            [left, right] => row.text(left + 1, *right),
            _ => String::new(),
        })
        .collect()
}
