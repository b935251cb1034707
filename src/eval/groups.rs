//! Groups of rules: the cell of a case, and in it the rules that hold.

use crate::program::{Gather, Group, Key, Program, Reg};

/// What groups leave behind.
#[derive(Clone, Debug)]
pub(crate) struct Left {
    /// By part.
    pub(crate) parts: Vec<i64>,
    /// The rules that fired, as places in the program's rules.
    pub(crate) fired: Vec<u32>,
}

impl Left {
    pub(crate) fn new(program: &Program) -> Self {
        Self { parts: vec![0; program.parts as usize], fired: Vec::new() }
    }
}

/// Runs a group over registers; no when a sum did not fit.
pub(crate) fn run(group: &Group, at: impl Fn(Reg) -> i64, left: &mut Left) -> bool {
    for sum in &group.sums {
        let start = match sum.how {
            Gather::Sum | Gather::Union => 0,
            Gather::Highest => i64::MIN,
            Gather::Lowest => i64::MAX,
        };
        let part = sum.part as usize;
        if let Some([value, some]) = left.parts.get_mut(part..part.saturating_add(2)) {
            (*value, *some) = (start, 0);
        }
    }
    let Some(rows) = rows(group, &at) else { return true };
    let width = group.columns.len().saturating_mul(2).saturating_add(1);
    let mut values = [0; 8];
    for (value, column) in values.iter_mut().zip(&group.columns) {
        *value = at(*column);
    }
    let mut fits = true;
    for row in rows.chunks_exact(width) {
        let Some((rule, limits)) = row.split_last() else { continue };
        let holds = limits.chunks_exact(2).zip(&values).all(|(limits, value)| match limits {
            [least, most] => least <= value && value <= most,
            _ => false,
        });
        if holds {
            fits &= apply(group, *rule, left);
        }
    }
    fits
}

/// The rows of the case's cell.
fn rows(group: &Group, at: impl Fn(Reg) -> i64) -> Option<&[i64]> {
    let mut cell = 0_usize;
    for key in &group.keys {
        let (place, size) = match key {
            Key::Direct { register, size } => {
                let size = *size as usize;
                (usize::try_from(at(*register)).ok().filter(|place| *place < size)?, size)
            }
            Key::Cuts { register, cuts } => {
                let value = at(*register);
                (cuts.partition_point(|cut| *cut <= value), cuts.len().saturating_add(1))
            }
        };
        cell = cell.checked_mul(size)?.checked_add(place)?;
    }
    let width = group.columns.len().saturating_mul(2).saturating_add(1);
    let begin = *group.cells.get(cell)? as usize;
    let end = *group.cells.get(cell.checked_add(1)?)? as usize;
    group.rows.get(begin.checked_mul(width)?..end.checked_mul(width)?)
}

fn apply(group: &Group, rule: i64, left: &mut Left) -> bool {
    let Ok(rule) = usize::try_from(rule) else { return true };
    let (Some(this), Some(next)) = (group.rules.get(rule), group.rules.get(rule.wrapping_add(1))) else {
        return true;
    };
    left.fired.push(this.rule);
    let mut fits = true;
    for given in group.measures.get(this.measures as usize..next.measures as usize).into_iter().flatten() {
        let Some(sum) = group.sums.get(given.sum as usize) else { continue };
        let part = sum.part as usize;
        let Some([value, some]) = left.parts.get_mut(part..part.saturating_add(2)) else { continue };
        *some = 1;
        *value = match sum.how {
            Gather::Sum => {
                let (total, exceeds) = value.overflowing_add(given.value);
                fits &= !exceeds;
                total
            }
            Gather::Highest => given.value.max(*value),
            Gather::Lowest => given.value.min(*value),
            Gather::Union => given.value | *value,
        };
    }
    fits
}
