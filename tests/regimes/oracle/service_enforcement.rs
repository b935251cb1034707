//! Enforcement through service: reading of `service_enforcement/SPEC.md`.

use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Value, json};

use super::calendar::{plus_days, plus_months};
use super::facts::{absent, amount, date, forget, has, integer, items, text, undetermined, yes};
use super::money::Exact;
use super::random::Random;

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Severity {
    None,
    Minor,
    General,
    Major,
    Critical,
}

impl Severity {
    fn parse(name: &str) -> Self {
        match name {
            "none" => Self::None,
            "minor" => Self::Minor,
            "general" => Self::General,
            "major" => Self::Major,
            "critical" => Self::Critical,
            _ => panic!("no severity: {name}"),
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Minor => "minor",
            Self::General => "general",
            Self::Major => "major",
            Self::Critical => "critical",
        }
    }
}

fn severity(facts: &Value) -> Severity {
    let findings = items(facts, "findings");
    let mut severity = Severity::None;
    for finding in findings {
        severity = severity.max(Severity::parse(text(finding, "severity")));
    }
    let tested: i64 = findings.iter().map(|finding| integer(finding, "units_tested", 0)).sum();
    let failed: i64 = findings.iter().map(|finding| integer(finding, "units_failed", 0)).sum();
    if tested > 0 && 100 * failed >= 20 * tested {
        severity = match severity {
            Severity::None => Severity::None,
            Severity::Minor => Severity::General,
            Severity::General => Severity::Major,
            Severity::Major | Severity::Critical => Severity::Critical,
        };
    }
    if !yes(facts, "meets_compulsory", false) {
        severity = severity.max(Severity::General);
    }
    if integer(facts, "injuries", 0) >= 3 {
        severity = severity.max(Severity::Major);
    }
    if integer(facts, "deaths", 0) >= 1 {
        severity = Severity::Critical;
    }
    severity
}

pub(crate) fn decide(facts: &Value) -> Value {
    let mut missing = absent(facts, &["stage", "meets_compulsory", "credit_score", "as_of"]);
    let declared = yes(facts, "declared_standard", false);
    if declared && !has(facts, "meets_declared") {
        missing.push("meets_declared".to_owned());
    }
    if !missing.is_empty() {
        return undetermined(missing);
    }

    let as_of = date(facts, "as_of").expect("needed");
    let stage = text(facts, "stage");
    let meets_compulsory = yes(facts, "meets_compulsory", false);
    let illegal = yes(facts, "illegal", false);
    let deaths = integer(facts, "deaths", 0);
    let goods_value = amount(facts, "goods_value").unwrap_or(Exact::ZERO);
    let severity = severity(facts);

    let path =
        if illegal || severity == Severity::Critical || (severity == Severity::Major && !meets_compulsory) {
            "punish_serious"
        } else if !meets_compulsory {
            "punish"
        } else if declared && !yes(facts, "meets_declared", false) {
            "rectify"
        } else if severity != Severity::None {
            "service"
        } else if declared {
            "promote"
        } else {
            "none"
        };
    let punished = path == "punish_serious" || path == "punish";

    let window_opens = as_of.checked_sub(2.years()).expect("in range");
    let repeats = items(facts, "history")
        .iter()
        .filter(|entry| {
            let on = date(entry, "date").expect("a history entry has a date");
            Severity::parse(text(entry, "severity")) >= Severity::Major && window_opens < on && on <= as_of
        })
        .count() as i64;
    let mut credit_change = match path {
        "punish_serious" if illegal => -200,
        "punish_serious" => -120,
        "punish" => -60,
        "rectify" => -10,
        "promote" => 20,
        _ => 0,
    };
    if punished {
        credit_change -= (15 * repeats).min(60);
    }
    let credit_score = (integer(facts, "credit_score", 0) + credit_change).clamp(0, 1000);
    let grade = match credit_score {
        900.. => "A",
        750.. => "B",
        600.. => "C",
        400.. => "D",
        _ => "E",
    };
    let joint = punished && credit_score < 400;

    // Half times, so that one and a half stays an integer.
    let half_times = match (path, joint) {
        ("punish_serious", false) => 4,
        ("punish_serious", true) => 6,
        ("punish", false) => 2,
        ("punish", true) => 3,
        _ => 0,
    };
    let fine = goods_value.times(half_times, 2);

    let serious = path == "punish_serious";
    let transfer = serious && ((illegal && goods_value >= Exact::whole(50_000)) || deaths >= 1);
    let ban = serious && !transfer && severity == Severity::Critical;
    let exposure = match path {
        "punish_serious" => "national",
        "punish" if joint => "national",
        "punish" => "local",
        _ => "none",
    };
    let recall = match (stage, path) {
        ("post_market", "punish_serious") => "ordered",
        ("post_market", "punish") if severity >= Severity::Major => "ordered",
        ("post_market", "punish") => "voluntary",
        _ => "none",
    };
    let recall =
        if recall == "ordered" && integer(facts, "units_on_market", 0) == 0 { "none" } else { recall };

    let mut actions = Vec::new();
    match path {
        "punish_serious" | "punish" => actions.push("investigate_and_punish"),
        "rectify" => actions.extend(["rectify", "technical_service"]),
        "service" => actions.push("technical_service"),
        "promote" => actions.push("promote"),
        _ => {}
    }
    if joint {
        actions.push("joint_credit_punishment");
    }
    if transfer {
        actions.push("transfer_to_court");
    }
    if ban {
        actions.push("ask_government_to_ban");
    }
    match stage {
        "front_market" if punished => actions.push("withhold_market_access"),
        "market" if punished => actions.push("stop_sale"),
        _ => {}
    }
    actions.sort_unstable();

    let served = path == "rectify" || path == "service";
    let day = |due: bool, date: Date| if due { json!(date.to_string()) } else { Value::Null };
    json!({
        "status": "decided",
        "missing": [],
        "severity": severity.name(),
        "path": path,
        "actions": actions,
        "exposure": exposure,
        "transfer": transfer,
        "ban_requested": ban,
        "recall": recall,
        "fine": fine.two_decimals(),
        "credit_change": credit_change,
        "credit_score": credit_score,
        "credit_grade": grade,
        "service_by": day(served, plus_days(as_of, 30)),
        "reinspect_by": day(path == "rectify", plus_months(as_of, 3)),
    })
}

pub(crate) fn generate(random: &mut Random) -> Value {
    let as_of: Date = random
        .pick(&[
            "2018-11-30",
            "2020-02-29",
            "2020-02-28",
            "2021-02-28",
            "2019-12-31",
            "2019-01-31",
            "2018-05-04",
        ])
        .parse()
        .expect("a date");
    let mut facts = json!({
        "stage": random.pick(&["front_market", "market", "post_market", "post_market"]),
        "meets_compulsory": random.chance(50),
        "credit_score": credit_score(random),
        "as_of": as_of.to_string(),
    });
    if random.chance(45) {
        let declared = random.chance(80);
        facts["declared_standard"] = json!(declared);
        if random.chance(if declared { 90 } else { 30 }) {
            facts["meets_declared"] = json!(random.chance(50));
        }
    } else if random.chance(10) {
        facts["meets_declared"] = json!(random.chance(50));
    }
    if random.chance(65) {
        let count = random.pick(&[0, 1, 1, 1, 2, 3]);
        facts["findings"] = (0..count).map(|_| finding(random)).collect();
    }
    if random.chance(30) {
        facts["illegal"] = json!(random.chance(70));
    }
    if random.chance(30) {
        facts["injuries"] = json!(random.pick(&[0, 1, 2, 3, 3, 4, 50]));
    }
    if random.chance(20) {
        facts["deaths"] = json!(random.pick(&[0, 0, 1, 2]));
    }
    if random.chance(60) {
        facts["units_on_market"] = json!(random.pick(&[0, 1, 5, 10_000]));
    }
    if random.chance(70) {
        facts["goods_value"] = json!(random.pick(&[
            "0",
            "0.01",
            "0.005",
            "0.0033",
            "0.003",
            "1000",
            "1000.01",
            "0.33",
            "49999.99",
            "49999.994",
            "49999.999",
            "50000",
            "50000.00",
            "50000.01",
            "123456789.015",
        ]));
    }
    if random.chance(60) {
        let count = random.pick(&[0, 1, 1, 2, 3, 4, 5, 6]);
        facts["history"] = (0..count).map(|_| history_entry(random, as_of)).collect();
    }
    if random.chance(8) {
        for _ in 0..random.between(1, 3) {
            forget(&mut facts, random.pick(&["stage", "meets_compulsory", "credit_score", "as_of"]));
        }
    }
    facts
}

/// A score that some change brings to a grade's limit or beside it.
fn credit_score(random: &mut Random) -> i64 {
    let limit = random.near(&[0, 400, 400, 400, 600, 750, 900, 1000]);
    let change =
        random.pick(&[0, 10, -20, 60, 75, 90, 105, 120, 135, 150, 165, 180, 200, 215, 230, 245, 260]);
    (limit + change).clamp(0, 1000)
}

/// Sits on a failure share of a fifth, or beside it.
fn finding(random: &mut Random) -> Value {
    let tested = random.pick(&[0, 0, 1, 4, 5, 6, 10, 50, 99, 100, 101, 1000]);
    let failed = (tested / 5 + random.pick(&[-1, 0, 0, 1])).clamp(0, tested);
    json!({
        "code": format!("F{}", random.between(1, 9)),
        "severity": random.pick(&["minor", "minor", "general", "general", "major", "critical"]),
        "units_tested": tested,
        "units_failed": failed,
    })
}

fn history_entry(random: &mut Random, as_of: Date) -> Value {
    let two_years_ago = as_of.checked_sub(2.years()).expect("in range");
    let anchor =
        random.pick(&[two_years_ago, two_years_ago, as_of, plus_days(as_of, -100), plus_days(as_of, -900)]);
    json!({
        "date": plus_days(anchor, random.between(-1, 1)).to_string(),
        "severity": random.pick(&["minor", "general", "major", "major", "critical"]),
    })
}
