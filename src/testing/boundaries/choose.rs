//! Few cases that show what all of them show.

use std::collections::BTreeSet;

use super::explore::Found;
use super::features::Feature;
use crate::hir::interpret::Point;

/// What a case shows of the policy is worth more than what it shows of the facts.
const POINT: usize = 100;
const ONE: usize = 10;
const TWO: usize = 1;
const NEAREST: usize = 50;

/// Takes, again and again, the case that adds most, up to so many; and none that adds nothing.
pub(super) fn choose(mut found: Vec<Found>, at_most: Option<usize>) -> Vec<Found> {
    let mut points: BTreeSet<Point> = BTreeSet::new();
    let mut features: BTreeSet<Feature> = BTreeSet::new();
    let mut chosen = Vec::new();
    while chosen.len() < at_most.unwrap_or(usize::MAX) {
        let worth = |found: &Found| {
            let new = found.features.iter().filter(|feature| !features.contains(feature));
            let of_features = new.map(|feature| match feature {
                Feature::One(..) => ONE,
                Feature::Two(..) => TWO,
                Feature::Nearest(..) => NEAREST,
            });
            let new = found.points.iter().filter(|point| !points.contains(point)).count();
            new.saturating_mul(POINT).saturating_add(of_features.sum())
        };
        // The first of equals: earlier ones were reached by fewer changes.
        let mut best: Option<(usize, usize)> = None;
        for (index, found) in found.iter().enumerate() {
            let worth = worth(found);
            if worth > best.map_or(0, |(_, worth)| worth) {
                best = Some((index, worth));
            }
        }
        // A policy of which there is nothing to show still has a case.
        let first = (chosen.is_empty() && !found.is_empty()).then_some(0);
        let Some(index) = best.map(|(index, _)| index).or(first) else { break };
        let taken = found.remove(index);
        points.extend(&taken.points);
        features.extend(taken.features.iter().cloned());
        chosen.push(taken);
    }
    chosen
}
