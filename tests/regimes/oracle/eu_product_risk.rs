//! EU Safety Gate / RAPEX risk levels: reading of `eu_product_risk/SPEC.md`.

use jiff::civil::{Date, date as civil};
use serde_json::{Value, json};

use super::calendar::{nth_working_day_after, plus_days};
use super::facts::{absent, date, dates, day, forget, has, items, text, undetermined, yes};
use super::random::Random;

/// Probabilities are integers of this many decimals: 27 for the product of the steps and one for a tenth of it.
const PLACES: usize = 28;
const CERTAIN: i128 = 10_i128.pow(PLACES as u32);

const NAMES: [&str; 4] = ["low", "medium", "high", "serious"];
const ACTIONS: [&str; 4] = ["none", "corrective_action", "withdraw", "recall"];
const LOW: usize = 0;
const MEDIUM: usize = 1;
const HIGH: usize = 2;
const SERIOUS: usize = 3;

/// Table 4: the first row whose bound (one in so many) is strictly exceeded, for severity 1 to 4.
const TABLE: [(i128, [usize; 4]); 7] = [
    (CERTAIN / 2, [HIGH, SERIOUS, SERIOUS, SERIOUS]),
    (CERTAIN / 10, [MEDIUM, SERIOUS, SERIOUS, SERIOUS]),
    (CERTAIN / 100, [MEDIUM, SERIOUS, SERIOUS, SERIOUS]),
    (CERTAIN / 1_000, [LOW, HIGH, SERIOUS, SERIOUS]),
    (CERTAIN / 10_000, [LOW, MEDIUM, HIGH, SERIOUS]),
    (CERTAIN / 100_000, [LOW, LOW, MEDIUM, HIGH]),
    (CERTAIN / 1_000_000, [LOW, LOW, LOW, MEDIUM]),
];

fn level(probability: i128, severity: i64) -> usize {
    let column = usize::try_from(severity - 1).expect("severity is 1 to 4");
    TABLE.iter().find(|(bound, _)| probability > *bound).map_or(LOW, |(_, levels)| levels[column])
}

/// The exact product of the steps.
fn probability(steps: &[Value]) -> i128 {
    let mut digits: i128 = 1;
    let mut places = 0;
    for step in steps {
        let step = step.as_str().expect("a step is a text");
        let (whole, fraction) = step.split_once('.').unwrap_or((step, ""));
        digits *= format!("{whole}{fraction}").parse::<i128>().expect("digits");
        places += fraction.len();
    }
    assert!(places < PLACES, "a tenth of it must be exact");
    digits * 10_i128.pow((PLACES - places) as u32)
}

/// Plain decimal text without trailing zeros.
fn plain(probability: i128) -> String {
    let digits = format!("{}.{:0width$}", probability / CERTAIN, probability % CERTAIN, width = PLACES);
    digits.trim_end_matches('0').trim_end_matches('.').to_owned()
}

pub(crate) fn decide(facts: &Value) -> Value {
    let measure = facts.get("measure").map_or("none", |measure| measure.as_str().expect("a text"));
    let mut missing = absent(facts, &["scenarios"]);
    for (index, scenario) in items(facts, "scenarios").iter().enumerate() {
        if !has(scenario, "severity") {
            missing.push(format!("scenarios[{index}].severity"));
        }
    }
    if measure != "none" && !has(facts, "measure_date") {
        missing.push("measure_date".to_owned());
    }
    if !missing.is_empty() {
        return undetermined(missing);
    }

    struct Scored<'a> {
        id: &'a str,
        severity: i64,
        probability: i128,
        level: usize,
    }
    let scored: Vec<Scored> = items(facts, "scenarios")
        .iter()
        .map(|scenario| {
            let severity = scenario["severity"].as_i64().expect("an integer");
            let probability = probability(items(scenario, "steps"));
            Scored { id: text(scenario, "id"), severity, probability, level: level(probability, severity) }
        })
        .collect();
    let overall = scored.iter().map(|scenario| scenario.level).max().expect("at least one scenario");
    let worst = scored.iter().find(|scenario| scenario.level == overall).expect("the highest is one of them");
    let likelier = level((worst.probability * 10).min(CERTAIN), worst.severity);
    let rarer = level(worst.probability / 10, worst.severity);

    let (notification, notify_by): (&str, Option<Date>) = if measure == "none" {
        ("none", None)
    } else {
        let taken = date(facts, "measure_date").expect("needed");
        let serious = overall == SERIOUS;
        if taken >= civil(2024, 12, 13) {
            if serious {
                ("safety_gate", Some(nth_working_day_after(taken, 4, &dates(facts, "holidays"))))
            } else {
                ("safety_gate_optional", None)
            }
        } else if serious && yes(facts, "cross_border", true) {
            let days = if yes(facts, "emergency", false) { 3 } else { 10 };
            ("rapex_article_12", Some(plus_days(taken, days)))
        } else if measure == "compulsory" {
            ("article_11", Some(plus_days(taken, 10)))
        } else {
            ("none", None)
        }
    };

    json!({
        "status": "decided",
        "missing": [],
        "probabilities": scored.iter().map(|scenario| plain(scenario.probability)).collect::<Vec<_>>(),
        "levels": scored.iter().map(|scenario| NAMES[scenario.level]).collect::<Vec<_>>(),
        "overall": NAMES[overall],
        "worst_scenario": worst.id,
        "if_ten_times_likelier": NAMES[likelier],
        "if_ten_times_rarer": NAMES[rarer],
        "robust": likelier == overall && rarer == overall,
        "action": ACTIONS[overall],
        "notification": notification,
        "notify_by": day(notify_by),
    })
}

pub(crate) fn generate(random: &mut Random) -> Value {
    let count = random.pick(&[1, 1, 1, 2, 3, 4]);
    let scenarios: Vec<Value> = (1..=count)
        .map(|number| {
            json!({
                "id": format!("S{number}"),
                "severity": random.between(1, 4),
                "steps": steps(random),
            })
        })
        .collect();
    let mut facts = json!({ "scenarios": scenarios });
    if random.chance(75) {
        facts["measure"] =
            json!(random.pick(&["none", "voluntary", "compulsory", "voluntary", "compulsory"]));
    }
    if random.chance(85) {
        facts["measure_date"] = json!(random.pick(&[
            "2024-12-11",
            "2024-12-12",
            "2024-12-12",
            "2024-12-13",
            "2024-12-13",
            "2024-12-14",
            "2024-12-15",
            "2024-12-20",
            "2024-12-31",
            "2024-02-28",
            "2023-12-25",
            "2025-04-17",
        ]));
    }
    for key in ["emergency", "cross_border"] {
        if random.chance(45) {
            facts[key] = json!(random.chance(50));
        }
    }
    if random.chance(50) {
        let calendar = [
            "2024-12-16",
            "2024-12-18",
            "2024-12-21",
            "2024-12-25",
            "2024-12-26",
            "2025-01-01",
            "2025-04-18",
            "2025-04-21",
        ];
        facts["holidays"] =
            calendar.iter().filter(|_| random.chance(50)).map(|holiday| json!(holiday)).collect();
    }
    if random.chance(10) {
        for index in 0..count as usize {
            if random.chance(60) {
                forget(&mut facts["scenarios"][index], "severity");
            }
        }
        if random.chance(50) {
            forget(&mut facts, "measure_date");
        }
        if random.chance(20) {
            forget(&mut facts, "scenarios");
        }
    }
    facts
}

/// Products on a row's bound, or the smallest step beside it; sometimes the longest chain that is exact.
fn steps(random: &mut Random) -> Vec<String> {
    let chain: &[&str] = match random.between(0, 9) {
        0 => &["0.3333", "0.3333", "0.3333", "0.3333", "0.3333", "0.3333"],
        1 => &["0.9999", "0.9999", "0.9999", "0.9999", "0.9999", "0.9999"],
        2 => &["1", "0.02", "0.1", "1"],
        3 => &["0.1", "0.1", "0.1", "0.1", "0.1", "0.1"],
        _ => &[],
    };
    if !chain.is_empty() {
        return chain.iter().map(|step| (*step).to_owned()).collect();
    }
    let mut steps = vec![
        random
            .pick(&[
                "1",
                "1.0",
                "0.9",
                "0.5",
                "0.50",
                "0.5001",
                "0.4999",
                "0.1",
                "0.1001",
                "0.0999",
                "0.01",
                "0.0101",
                "0.0099",
                "0.001",
                "0.0011",
                "0.0009",
                "0.0001",
                "0.0002",
                "0.00001",
                "0.0010001",
            ])
            .to_owned(),
    ];
    for _ in 0..random.pick(&[0, 0, 0, 1, 1, 2, 3, 4]) {
        steps.push(
            random.pick(&["1", "0.1", "0.1", "0.5", "0.01", "0.0100", "0.9999", "0.02", "0.2"]).to_owned(),
        );
    }
    steps
}
