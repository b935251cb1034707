//! Coverage in the format of `lcov`: rules are its functions, conditions and thresholds its branches.

use std::collections::BTreeMap;

use assize::testing::{Coverage, CoveragePoint, PointKind};

pub(super) fn report(coverages: &[(String, Coverage)]) -> String {
    coverages.iter().map(|(name, coverage)| policy(name, coverage)).collect()
}

fn policy(name: &str, coverage: &Coverage) -> String {
    let mut text = String::new();
    for file in coverage.sources().files() {
        let points: Vec<(usize, CoveragePoint<'_>)> = coverage
            .points()
            .filter(|point| point.span.file == file)
            .map(|point| (coverage.sources().position(point.span).line, point))
            .collect();
        text.push_str(&format!("TN:{name}\nSF:{}\n", coverage.sources().name(file)));
        functions(&points, &mut text);
        branches(&points, &mut text);
        lines(&points, &mut text);
        text.push_str("end_of_record\n");
    }
    text
}

fn functions(points: &[(usize, CoveragePoint<'_>)], text: &mut String) {
    let rules = points.iter().filter(|(_, point)| point.kind == PointKind::Rule);
    rules.clone().for_each(|(line, point)| text.push_str(&format!("FN:{line},{}\n", point.of)));
    rules.clone().for_each(|(_, point)| text.push_str(&format!("FNDA:{},{}\n", point.hits, point.of)));
    let hit = rules.clone().filter(|(_, point)| point.hits > 0).count();
    text.push_str(&format!("FNF:{}\nFNH:{hit}\n", rules.count()));
}

fn branches(points: &[(usize, CoveragePoint<'_>)], text: &mut String) {
    let branches = points.iter().filter(|(_, point)| match point.kind {
        PointKind::Condition | PointKind::Threshold | PointKind::Override => true,
        PointKind::Rule | PointKind::Row => false,
        _ => false,
    });
    for (number, (line, point)) in branches.clone().enumerate() {
        text.push_str(&format!("BRDA:{line},0,{number},{}\n", point.hits));
    }
    let hit = branches.clone().filter(|(_, point)| point.hits > 0).count();
    text.push_str(&format!("BRF:{}\nBRH:{hit}\n", branches.count()));
}

fn lines(points: &[(usize, CoveragePoint<'_>)], text: &mut String) {
    let mut hits: BTreeMap<usize, u64> = BTreeMap::new();
    for (line, point) in points {
        let most = hits.entry(*line).or_default();
        *most = point.hits.max(*most);
    }
    for (line, hits) in &hits {
        text.push_str(&format!("DA:{line},{hits}\n"));
    }
    let hit = hits.values().filter(|hits| **hits > 0).count();
    text.push_str(&format!("LF:{}\nLH:{hit}\n", hits.len()));
}
