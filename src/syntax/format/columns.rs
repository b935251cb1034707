//! Neighbouring lines of one kind align: names, titles and types of fields and outcomes, members of enums, values of
//! measures, conditions of limbs.

use unicode_width::UnicodeWidthStr;

use super::lines::Line;
use super::roles::{Kind, Role};

/// Columns that a word moves to, counted from the word at which its line's first cell begins.
#[derive(Debug, Default, Clone)]
pub(super) struct Stops {
    /// The word at which the first cell begins.
    pub(super) from: usize,
    /// Words and their columns.
    pub(super) at: Vec<(usize, usize)>,
}

/// Lines align only with lines of their kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Group {
    Field,
    Enum,
    Outcome,
    /// `must hold "text" condition`
    Constraint,
    Measure,
    Limb,
}

/// A limb with a longer value lets the conditions of its neighbours stand where they are.
const LONGEST_LIMB: usize = 40;

/// How a line is cut into cells.
struct Cut {
    group: Group,
    from: usize,
    /// The words at which further cells begin; a title has a cell of its own before the last one.
    cells: Vec<usize>,
}

/// Per line, the columns of its cells.
pub(super) fn stops(lines: &[Line<'_, '_>]) -> Vec<Stops> {
    let cuts: Vec<Option<Cut>> = lines.iter().map(cut).collect();
    let mut stops = vec![Stops::default(); lines.len()];
    let mut members: Vec<usize> = Vec::new();
    for (place, line) in lines.iter().enumerate() {
        let group = cuts.get(place).and_then(Option::as_ref).map(|cut| cut.group);
        let open =
            members.first().and_then(|first| cuts.get(*first)).and_then(Option::as_ref).map(|cut| cut.group);
        let apart = line.blank || line.above.iter().any(|comment| comment.blank);
        let goes_on = match (open, group) {
            (Some(open), Some(group)) => open == group && !apart && !starts_anew(group, line),
            // What continues a line of these kinds stands between them.
            (Some(Group::Field | Group::Enum | Group::Constraint | Group::Measure), None) => {
                !matches!(line.role(), Some(Role::Item(_)))
            }
            (Some(Group::Outcome | Group::Limb) | None, None) | (None, Some(_)) => false,
        };
        if !goes_on {
            align(lines, &cuts, &members, &mut stops);
            members.clear();
        }
        if group.is_some() {
            members.push(place);
        }
    }
    align(lines, &cuts, &members, &mut stops);
    stops
}

/// The first measure of a rule.
fn starts_anew(group: Group, line: &Line<'_, '_>) -> bool {
    group == Group::Measure && line.role() != Some(Role::Measure)
}

fn cut(line: &Line<'_, '_>) -> Option<Cut> {
    let position = |role: Role| line.words.iter().position(|word| word.role == Some(role));
    match line.role() {
        Some(Role::Item(Kind::Enum)) => {
            let colon = colon(line, 0)?;
            Some(Cut { group: Group::Enum, from: 0, cells: vec![1, colon + 1] })
        }
        Some(Role::Item(Kind::Outcome)) => titled(line, Group::Outcome),
        Some(Role::Member) if is_constraint(line) => {
            (line.words.len() > 3).then(|| Cut { group: Group::Constraint, from: 0, cells: vec![3] })
        }
        Some(Role::Member) => titled(line, Group::Field),
        Some(Role::Measure | Role::Clause) => {
            let from = position(Role::Measure)?;
            Some(Cut { group: Group::Measure, from, cells: vec![colon(line, from)? + 1] })
        }
        Some(Role::Item(Kind::Rule | Kind::Other) | Role::Equals | Role::Condition | Role::Row) => None,
        None => {
            let when = outside(line, 0, "when")?;
            (when > 0).then_some(Cut { group: Group::Limb, from: 0, cells: vec![when] })
        }
    }
}

/// `name as "wire" "title": type` and `name: type`
fn titled(line: &Line<'_, '_>, group: Group) -> Option<Cut> {
    let colon = colon(line, 0)?;
    let is_text = |place: usize| {
        line.words
            .get(place)
            .and_then(|word| word.piece.token)
            .is_some_and(|token| token.text.starts_with('"'))
    };
    let is_wire = |place: usize| {
        let before =
            place.checked_sub(1).and_then(|before| line.words.get(before)).and_then(|word| word.piece.token);
        before.is_some_and(|token| token.is_word("as"))
    };
    let title = (1..colon).find(|place| is_text(*place) && !is_wire(*place));
    // A name, its wire name and a title; more words are no plain field.
    (colon <= 5).then(|| Cut { group, from: 0, cells: title.into_iter().chain([colon + 1]).collect() })
}

fn is_constraint(line: &Line<'_, '_>) -> bool {
    line.words.first().and_then(|word| word.piece.token).is_some_and(|token| token.is_word("must"))
}

fn colon(line: &Line<'_, '_>, from: usize) -> Option<usize> {
    outside(line, from, ":").filter(|colon| colon + 1 < line.words.len())
}

/// The first place of a word outside brackets.
fn outside(line: &Line<'_, '_>, from: usize, word: &str) -> Option<usize> {
    let mut depth = 0_usize;
    for (place, token) in line.words.iter().map(|word| word.piece.token).enumerate().skip(from) {
        let token = token?;
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.checked_sub(1)?,
            text if depth == 0 && text == word => return Some(place),
            _ => {}
        }
    }
    None
}

fn align(lines: &[Line<'_, '_>], cuts: &[Option<Cut>], members: &[usize], stops: &mut [Stops]) {
    let cells =
        members.iter().filter_map(|place| Some((*place, lines.get(*place)?, cuts.get(*place)?.as_ref()?)));
    let width = |line: &Line<'_, '_>, from: usize, until: usize| line.text(from, until).width();
    let first = |line: &Line<'_, '_>, cut: &Cut| {
        width(line, cut.from, cut.cells.first().copied().unwrap_or(cut.from))
    };
    let second = cells.clone().map(|(_, line, cut)| first(line, cut)).max().unwrap_or(0) + 1;
    let inner = |line: &Line<'_, '_>, cut: &Cut| match cut.cells.as_slice() {
        [title, last] => Some(width(line, *title, *last)),
        _ => None,
    };
    let third = second + cells.clone().filter_map(|(_, line, cut)| inner(line, cut)).max().unwrap_or(0) + 1;
    let is_wide = cells.clone().any(|(_, _, cut)| cut.group == Group::Limb) && second > LONGEST_LIMB;
    for (place, _, cut) in cells.filter(|_| !is_wide) {
        let Some(stops) = stops.get_mut(place) else { continue };
        stops.from = cut.from;
        stops.at = cut.cells.iter().copied().zip([second, third]).collect();
    }
}
