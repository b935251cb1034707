//! Coverage as one page: the text of the policy, with what no test went through beside it.

use std::collections::BTreeMap;

use assize::source::FileId;
use assize::testing::{Coverage, CoveragePoint, PointKind};
use maud::{DOCTYPE, Markup, html};

use super::percent;

const STYLE: &str = "
:root { color-scheme: light dark; --hit: #d9f2dd; --part: #fff0c2; --miss: #fbd5d5; --dim: #6b7280; }
@media (prefers-color-scheme: dark) { :root { --hit: #143d22; --part: #4a3a05; --miss: #571a1a; --dim: #9ca3af; } }
body { font: 15px/1.5 system-ui, sans-serif; margin: 2rem auto; max-width: 72rem; padding: 0 1rem; }
h1 { font-size: 1.4rem; } h2 { font-size: 1.1rem; margin-top: 2rem; }
table.kinds { border-collapse: collapse; } table.kinds td, table.kinds th { padding: .15rem 1rem .15rem 0; text-align: left; }
table.kinds td.number, table.kinds th.number { text-align: right; font-variant-numeric: tabular-nums; }
table.text { border-collapse: collapse; width: 100%; font: 13px/1.5 ui-monospace, monospace; }
table.text td { vertical-align: top; padding: 0 .5rem; white-space: pre-wrap; }
table.text td.number, table.text td.hits { text-align: right; color: var(--dim); white-space: pre; user-select: none; width: 1%; }
tr.hit td.code { background: var(--hit); } tr.part td.code { background: var(--part); } tr.miss td.code { background: var(--miss); }
ul.missed { margin: .1rem 0 .3rem; padding-left: 1.2rem; font: 13px/1.4 system-ui, sans-serif; color: var(--dim); }
";

pub(super) fn report(coverages: &[(String, Coverage)]) -> String {
    let page = html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { "Coverage" }
                style { (maud::PreEscaped(STYLE)) }
            }
            body { @for (name, coverage) in coverages { (policy(name, coverage)) } }
        }
    };
    page.into_string() + "\n"
}

fn policy(name: &str, coverage: &Coverage) -> Markup {
    let (hit, all) = coverage.counts();
    html! {
        h1 { "Coverage of " code { (name) } ": " (percent(hit, all)) }
        table.kinds {
            tr { th { "points" } th.number { "covered" } th.number { "of" } th.number { } }
            @for kind in PointKind::ALL {
                @let (hit, all) = coverage.counts_of(kind);
                @if all > 0 {
                    tr { td { (kind.plural()) } td.number { (hit) } td.number { (all) } td.number { (percent(hit, all)) } }
                }
            }
        }
        @for file in coverage.sources().files() { (text(coverage, file)) }
    }
}

fn text(coverage: &Coverage, file: FileId) -> Markup {
    let sources = coverage.sources();
    let mut lines: BTreeMap<usize, Vec<CoveragePoint<'_>>> = BTreeMap::new();
    for point in coverage.points().filter(|point| point.span.file == file) {
        lines.entry(sources.position(point.span).line).or_default().push(point);
    }
    html! {
        h2 { (sources.name(file)) }
        table.text {
            @for (number, line) in (1..).zip(sources.text(file).lines()) {
                @let points = lines.get(&number).map_or(&[][..], Vec::as_slice);
                tr class=(class(points)) {
                    td.number { (number) }
                    td.hits { @if let Some(hits) = points.iter().map(|point| point.hits).max() { (hits) "×" } }
                    td.code {
                        (line)
                        @if points.iter().any(|point| point.hits == 0) {
                            ul.missed { @for point in points.iter().filter(|point| point.hits == 0) { li { (coverage.explain(point)) } } }
                        }
                    }
                }
            }
        }
    }
}

fn class(points: &[CoveragePoint<'_>]) -> &'static str {
    let hit = points.iter().filter(|point| point.hits > 0).count();
    match (hit, points.len()) {
        (_, 0) => "",
        (0, _) => "miss",
        (hit, all) if hit == all => "hit",
        _ => "part",
    }
}
