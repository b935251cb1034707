//! Food Hygiene Rating (Wales) Act 2013: reading of `wales_food_hygiene/SPEC.md`.
//! Before the Act is in force nothing of it applies, so a revised rating and a re-rating do not either.

use jiff::civil::{Date, date as civil};
use serde_json::{Value, json};

use super::calendar::{plus_days, plus_months};
use super::facts::{absent, date, day, forget, has, integer, text, undetermined, yes};
use super::random::Random;

/// Per rating from the best: the highest total and the highest single score that it allows.
const LIMITS: [(i64, i64, i64); 5] = [(5, 15, 5), (4, 20, 10), (3, 30, 10), (2, 40, 15), (1, 50, 20)];

fn missing(facts: &Value) -> Vec<String> {
    if yes(facts, "exempt", false) {
        return Vec::new();
    }
    let mut missing = absent(facts, &["hygiene", "structure", "confidence", "inspection_date"]);
    if has(facts, "check_date") {
        missing.extend(absent(facts, &["displayed"]));
    }
    if has(facts, "fpn_date") && !has(facts, "paid_date") {
        missing.extend(absent(facts, &["as_of"]));
    }
    missing
}

pub(crate) fn decide(facts: &Value) -> Value {
    let missing = missing(facts);
    if !missing.is_empty() {
        return undetermined(missing);
    }
    let mut answer = json!({
        "status": "decided", "missing": [],
        "total": null, "rating": null, "descriptor": null, "action": "exempt", "statutory": false,
        "notify_by": null, "notified_late": null,
        "appeal_by": null, "appeal_in_time": null, "appeal_decide_by": null,
        "display_from": null, "fsa_inform_by": null, "publish_by": null,
        "offence": null, "fixed_penalty": null, "prosecution": false, "maximum_fine": null,
        "rerating_ok": false, "rerating_bars": [], "rerating_inspect_by": null,
    });
    if yes(facts, "exempt", false) {
        return answer;
    }

    let inspection = date(facts, "inspection_date").expect("needed");
    let statutory = inspection >= civil(2013, 11, 28);
    let determined = date(facts, "appeal_determined_date");
    let appeal_in_time = match (statutory, date(facts, "notified_date"), date(facts, "appeal_date")) {
        (true, Some(notified), Some(appeal)) => Some(appeal <= plus_days(notified, 21)),
        _ => None,
    };
    let appealed = appeal_in_time == Some(true);

    let scores = match facts.get("revised") {
        Some(revised) if appealed && determined.is_some() => revised,
        _ => facts,
    };
    let scores = ["hygiene", "structure", "confidence"].map(|key| integer(scores, key, 0));
    let total: i64 = scores.iter().sum();
    let worst = scores.into_iter().max().expect("three scores");
    let rating = LIMITS
        .into_iter()
        .find(|(_, most_total, most_single)| total <= *most_total && worst <= *most_single)
        .map_or(0, |(rating, _, _)| rating);
    answer["total"] = json!(total);
    answer["rating"] = json!(rating);
    answer["descriptor"] = json!(match rating {
        5 => "very_good",
        4 => "good",
        3 => "generally_satisfactory",
        2 => "improvement_necessary",
        1 => "major_improvement_necessary",
        _ => "urgent_improvement_necessary",
    });
    answer["action"] = json!(match rating {
        5 => "promote",
        3 | 4 => "advise",
        1 | 2 => "require_improvement",
        _ => "urgent_enforcement",
    });
    answer["statutory"] = json!(statutory);
    if !statutory {
        return answer;
    }

    let notify_by = plus_days(inspection, 14);
    answer["notify_by"] = day(Some(notify_by));
    let mut display_from = None;
    if let Some(notified) = date(facts, "notified_date") {
        answer["notified_late"] = json!(notified > notify_by);
        answer["appeal_by"] = day(Some(plus_days(notified, 21)));
        answer["appeal_in_time"] = json!(appeal_in_time);
        let fsa_inform_by = if appealed {
            answer["appeal_decide_by"] = day(date(facts, "appeal_date").map(|appeal| plus_days(appeal, 21)));
            display_from = determined;
            determined.map(|determined| plus_days(determined, 28))
        } else {
            display_from = Some(plus_days(notified, 22));
            Some(plus_days(notified, 49))
        };
        answer["display_from"] = day(display_from);
        answer["fsa_inform_by"] = day(fsa_inform_by);
        answer["publish_by"] = day(fsa_inform_by.map(|date| plus_days(date, 7)));
    }

    if let Some(check) = date(facts, "check_date") {
        let unlawful = match text(facts, "displayed") {
            "invalid" => true,
            "none" => display_from.is_some_and(|from| check >= from),
            _ => false,
        };
        answer["offence"] = json!(unlawful && !yes(facts, "reasonable_excuse", false));
    }

    if let Some(given) = date(facts, "fpn_date") {
        let on = date(facts, "paid_date").or(date(facts, "as_of")).expect("one of them is needed");
        if on <= plus_days(given, 13) {
            answer["fixed_penalty"] = json!("150.00");
        } else if on <= plus_days(given, 27) {
            answer["fixed_penalty"] = json!("200.00");
        } else {
            answer["prosecution"] = json!(true);
            answer["maximum_fine"] = json!("1000.00");
        }
    }

    if let Some(requested) = date(facts, "rerating_request_date") {
        // In alphabetical order, as the wire wants them.
        let bars: Vec<&str> = [
            ("appeal_pending", appealed && determined.is_none()),
            (
                "costs_unpaid",
                yes(facts, "costs_demanded_in_advance", true) && !yes(facts, "costs_paid", false),
            ),
            ("no_access", !yes(facts, "access_agreed", false)),
            ("no_improvements", !yes(facts, "improvements_notified", false)),
            ("not_reasonable", !yes(facts, "considered_reasonable", true)),
            ("sticker_not_displayed", !yes(facts, "sticker_displayed", false)),
        ]
        .into_iter()
        .filter_map(|(bar, holds)| holds.then_some(bar))
        .collect();
        answer["rerating_ok"] = json!(bars.is_empty());
        if bars.is_empty() {
            answer["rerating_inspect_by"] = day(Some(plus_months(requested, 3)));
        }
        answer["rerating_bars"] = json!(bars);
    }
    answer
}

pub(crate) fn generate(random: &mut Random) -> Value {
    let mut facts = scores(random);
    let inspection: Date = random
        .pick(&[
            "2013-11-27",
            "2013-11-28",
            "2013-11-29",
            "2024-02-15",
            "2024-02-16",
            "2023-12-31",
            "2019-07-01",
        ])
        .parse()
        .expect("a date");
    facts["inspection_date"] = json!(inspection.to_string());
    if random.chance(15) {
        facts["exempt"] = json!(random.chance(50));
    }
    let notified = plus_days(inspection, random.pick(&[0, 7, 13, 14, 15, 30]));
    if random.chance(75) {
        facts["notified_date"] = json!(notified.to_string());
    }
    let mut display_from = plus_days(notified, 22);
    if random.chance(50) {
        let appeal = plus_days(notified, random.pick(&[-1, 0, 10, 20, 21, 21, 22, 40]));
        facts["appeal_date"] = json!(appeal.to_string());
        if random.chance(50) {
            let determined = plus_days(appeal, random.pick(&[0, 5, 20, 21, 22]));
            facts["appeal_determined_date"] = json!(determined.to_string());
            display_from = random.pick(&[display_from, determined]);
        }
    } else if random.chance(10) {
        facts["appeal_determined_date"] = json!(notified.to_string());
    }
    if random.chance(35) {
        facts["revised"] = scores(random);
    }
    if random.chance(50) {
        facts["check_date"] = json!(plus_days(display_from, random.between(-1, 1)).to_string());
    }
    if random.chance(60) {
        facts["displayed"] = json!(random.pick(&["valid", "none", "none", "invalid"]));
    }
    if random.chance(25) {
        facts["reasonable_excuse"] = json!(random.chance(50));
    }
    let given = plus_days(inspection, random.between(0, 60));
    if random.chance(50) {
        facts["fpn_date"] = json!(given.to_string());
    }
    for key in ["paid_date", "as_of"] {
        if random.chance(50) {
            facts[key] =
                json!(plus_days(given, random.pick(&[-1, 0, 12, 13, 14, 26, 27, 28, 29, 100])).to_string());
        }
    }
    if random.chance(50) {
        facts["rerating_request_date"] =
            json!(random.pick(&["2023-11-30", "2022-11-30", "2024-01-31", "2024-03-31", "2014-06-15"]));
    }
    for key in [
        "improvements_notified",
        "sticker_displayed",
        "access_agreed",
        "costs_paid",
        "considered_reasonable",
        "costs_demanded_in_advance",
    ] {
        if random.chance(75) {
            facts[key] = json!(random.chance(80));
        }
    }
    if random.chance(12) {
        for _ in 0..random.between(1, 4) {
            forget(&mut facts, random.pick(&["hygiene", "structure", "confidence", "inspection_date"]));
        }
    }
    facts
}

fn scores(random: &mut Random) -> Value {
    let part = [0, 0, 5, 5, 5, 10, 10, 15, 20, 25];
    json!({
        "hygiene": random.pick(&part),
        "structure": random.pick(&part),
        "confidence": random.pick(&[0, 0, 5, 5, 10, 10, 20, 30]),
    })
}
