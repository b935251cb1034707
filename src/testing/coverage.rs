//! Which points of a policy its tests went through.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::points::{Wanted, wanted};
use crate::hir::interpret::{End, Held, Point, Side};
use crate::hir::{Policy, RuleId};
use crate::source::{Sources, Span};
use crate::types::Schema;

/// What a coverage point is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum PointKind {
    /// A rule applied.
    Rule,
    /// A condition was true, was false, or was unknown where it can be.
    Condition,
    /// A row of a table, or of a dated parameter, gave its value.
    Row,
    /// A rule took out another one whose condition held.
    Override,
    /// A value lay below a threshold, at it, or above it; a date likewise beside a period's first and last day.
    Threshold,
}

impl PointKind {
    /// All kinds, in the order of reports.
    pub const ALL: [Self; 5] = [Self::Rule, Self::Condition, Self::Row, Self::Override, Self::Threshold];

    /// `rules`, `conditions`, `rows`, `overrides`, `thresholds`
    #[must_use]
    pub const fn plural(self) -> &'static str {
        match self {
            Self::Rule => "rules",
            Self::Condition => "conditions",
            Self::Row => "rows",
            Self::Override => "overrides",
            Self::Threshold => "thresholds",
        }
    }
}

/// How often decided cases went through each point of a policy.
///
/// A point counts only if what was evaluated there was read by an outcome. Points that no case can reach are not among
/// them, as far as the declared bounds of facts say so: `count >= 1` has no value below 0, and a condition over facts that
/// are never `or unknown` is never unknown.
#[derive(Clone, Debug)]
pub struct Coverage {
    wanted: Arc<[Wanted]>,
    /// Per wanted point.
    hits: Vec<u64>,
    index: Arc<BTreeMap<Point, usize>>,
    rule_names: Arc<[Arc<str>]>,
    sources: Sources,
}

/// One point of a [`Coverage`].
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct CoveragePoint<'c> {
    /// What it is about.
    pub kind: PointKind,
    /// The text that it is about; a rule's or table's name, a condition, a threshold, a row.
    pub span: Span,
    /// How often cases went through it.
    pub hits: u64,
    /// The declaration that it belongs to: ``rule `fined` ``.
    pub of: &'c str,
    /// What happened, or did not: `true`, `below`, ``overrides `fined` ``.
    pub event: String,
}

impl Coverage {
    pub(crate) fn new(policy: &Policy, schema: &Schema, sources: &Sources) -> Self {
        let wanted = wanted(policy, schema);
        let index = wanted.iter().enumerate().map(|(place, wanted)| (wanted.point, place)).collect();
        Self {
            hits: vec![0; wanted.len()],
            wanted: wanted.into(),
            index: Arc::new(index),
            rule_names: policy.rules.iter().map(|rule| rule.name.clone()).collect(),
            sources: sources.clone(),
        }
    }

    /// Adds what one evaluation went through; gives how many points were new.
    pub(crate) fn add(&mut self, seen: &BTreeMap<Point, u64>) -> usize {
        let mut new = 0;
        for (point, count) in seen {
            let Some(hits) = self.index.get(point).and_then(|place| self.hits.get_mut(*place)) else {
                continue;
            };
            new += usize::from(*hits == 0);
            *hits = hits.saturating_add(*count);
        }
        new
    }

    /// The points that were gone through, and all points.
    ///
    /// A share of 100 % is `covered == total`; a policy without any point is covered.
    #[must_use]
    pub fn counts(&self) -> (usize, usize) {
        (self.hits.iter().filter(|hits| **hits > 0).count(), self.hits.len())
    }

    /// [`Coverage::counts`] of one kind.
    #[must_use]
    pub fn counts_of(&self, kind: PointKind) -> (usize, usize) {
        let mut counts = (0, 0);
        for (wanted, hits) in self.wanted.iter().zip(&self.hits) {
            if kind_of(&wanted.point) == kind {
                counts.0 += usize::from(*hits > 0);
                counts.1 += 1;
            }
        }
        counts
    }

    /// Every point, in the order of the text.
    pub fn points(&self) -> impl Iterator<Item = CoveragePoint<'_>> {
        self.wanted.iter().zip(&self.hits).map(|(wanted, hits)| CoveragePoint {
            kind: kind_of(&wanted.point),
            span: wanted.span,
            hits: *hits,
            of: &wanted.of,
            event: self.event(&wanted.point),
        })
    }

    /// The points that nothing went through.
    pub fn missed(&self) -> impl Iterator<Item = CoveragePoint<'_>> {
        self.points().filter(|point| point.hits == 0)
    }

    /// The texts that the points are about.
    #[must_use]
    pub fn sources(&self) -> &Sources {
        &self.sources
    }

    /// The place of a point and what is to happen there, on one line:
    /// ``fines.assize:7:9: `injuries >= 3` in rule `fined` was never true``
    #[must_use]
    pub fn describe(&self, point: &CoveragePoint<'_>) -> String {
        let place = self.sources.position(point.span);
        let name = self.sources.name(point.span.file);
        format!("{name}:{}:{}: {}", place.line, place.column, self.explain(point))
    }

    /// [`Coverage::describe`] without the place.
    #[must_use]
    pub fn explain(&self, point: &CoveragePoint<'_>) -> String {
        let text = one_line(self.sources.slice(point.span));
        let (of, event) = (point.of, &point.event);
        match point.kind {
            PointKind::Rule => format!("{of} never applied"),
            PointKind::Condition => format!("`{text}` in {of} was never {event}"),
            PointKind::Row => format!("the row `{}` of {of} was never used", text.trim_matches(['|', ' '])),
            PointKind::Override => format!("{of} was never taken out by {event}"),
            PointKind::Threshold => format!("no value {event} in {of}"),
        }
    }

    fn event(&self, point: &Point) -> String {
        match point {
            Point::Applied(_) => "applied".to_owned(),
            Point::Overrode { rule: _, by } => format!("`{}`", self.rule_name(*by)),
            Point::Held(_, Held::Yes) => "true".to_owned(),
            Point::Held(_, Held::No) => "false".to_owned(),
            Point::Held(_, Held::Unknown) => "unknown".to_owned(),
            Point::Row(_) => "used".to_owned(),
            Point::Side(span, end, side) => {
                let text = one_line(self.sources.slice(*span));
                let side = match side {
                    Side::Below => "below",
                    Side::At => "at",
                    Side::Above => "above",
                };
                match end {
                    End::Only => format!("{side} `{text}`"),
                    End::Bottom => format!("{side} the bottom of `{text}`"),
                    End::Top => format!("{side} the top of `{text}`"),
                }
            }
        }
    }

    fn rule_name(&self, id: RuleId) -> &str {
        self.rule_names.get(id.0 as usize).map_or("", |name| name)
    }
}

fn kind_of(point: &Point) -> PointKind {
    match point {
        Point::Applied(_) => PointKind::Rule,
        Point::Held(..) => PointKind::Condition,
        Point::Row(_) => PointKind::Row,
        Point::Overrode { .. } => PointKind::Override,
        Point::Side(..) => PointKind::Threshold,
    }
}

/// The text of a point on one line, shortened.
fn one_line(text: &str) -> String {
    const LONGEST: usize = 60;
    let words: Vec<&str> = text.split_whitespace().collect();
    let text = words.join(" ");
    if text.chars().count() <= LONGEST {
        return text;
    }
    text.chars().take(LONGEST - 2).chain("..".chars()).collect()
}
