//! US Consumer Product Safety Act, maximum civil penalty and reporting clock: reading of `us_cpsa_penalty/SPEC.md`.

use jiff::civil::Date;
use serde_json::{Value, json};

use super::calendar::{nth_working_day_after, plus_days, working_days_between};
use super::facts::{absent, date, dates, day, forget, has, integer, items, text, undetermined, yes};
use super::money::Exact;
use super::random::Random;

/// From which day: dollars per violation, and per related series.
const SCHEDULE: [(&str, i64, i64); 8] = [
    ("1990-11-16", 5_000, 1_250_000),
    ("1995-01-26", 6_000, 1_500_000),
    ("2000-01-01", 7_000, 1_650_000),
    ("2005-01-01", 8_000, 1_825_000),
    ("2009-08-14", 100_000, 15_000_000),
    ("2012-01-01", 100_000, 15_150_000),
    ("2017-01-01", 110_000, 16_025_000),
    ("2022-01-01", 120_000, 17_150_000),
];

/// (per offence, per series), in force on that day.
fn amounts(on: Date) -> (i64, i64) {
    let row = SCHEDULE.iter().rev().find(|(from, _, _)| from.parse::<Date>().expect("a date") <= on);
    let (_, offence, series) = row.expect("no violation is earlier than the schedule");
    (*offence, *series)
}

fn missing(facts: &Value) -> Vec<String> {
    let mut missing = absent(facts, &["role", "series"]);
    for (outer, series) in items(facts, "series").iter().enumerate() {
        for (inner, violation) in items(series, "violations").iter().enumerate() {
            for key in absent(violation, &["act", "date", "knowing"]) {
                missing.push(format!("series[{outer}].violations[{inner}].{key}"));
            }
        }
    }
    if has(facts, "info_received_date") && !has(facts, "report_date") {
        missing.extend(absent(facts, &["as_of"]));
    }
    missing
}

pub(crate) fn decide(facts: &Value) -> Value {
    let missing = missing(facts);
    if !missing.is_empty() {
        return undetermined(missing);
    }
    let retailer = text(facts, "role") == "retailer";
    let shielded = yes(facts, "certificate_or_good_faith", false);

    let mut maxima = Vec::new();
    let mut counted = 0;
    for series in items(facts, "series") {
        let (mut capped, mut uncapped) = (0, 0);
        let mut latest_capped: Option<Date> = None;
        for violation in items(series, "violations") {
            let act = integer(violation, "act", 0);
            let on = date(violation, "date").expect("needed");
            if !yes(violation, "knowing", false) || (act <= 2 && shielded) {
                continue;
            }
            let (amount, _) = amounts(on);
            let exempt_retailer =
                act <= 2 && retailer && !yes(violation, "actual_knowledge_or_notice", false);
            if act >= 12 || exempt_retailer {
                counted += 1;
                uncapped += amount;
            } else {
                let offences =
                    if act == 3 { integer(violation, "days", 1) } else { integer(violation, "units", 1) };
                counted += offences;
                capped += offences * amount;
                latest_capped = latest_capped.max(Some(on));
            }
        }
        if let Some(on) = latest_capped {
            capped = capped.min(amounts(on).1);
        }
        maxima.push(Exact::whole(capped + uncapped));
    }

    let mut answer = json!({
        "status": "decided",
        "missing": [],
        "series_maximum": maxima.iter().map(|maximum| maximum.two_decimals()).collect::<Vec<_>>(),
        "total_maximum": maxima.iter().copied().sum::<Exact>().two_decimals(),
        "violations_counted": counted,
        "knowledge_date": null,
        "evaluation_ends": null,
        "report_due": null,
        "report_status": "not_applicable",
        "workdays_late": null,
    });
    if let Some(clock) = clock(facts) {
        let reported = date(facts, "report_date");
        let end = reported.or(date(facts, "as_of")).expect("one of them is needed");
        answer["knowledge_date"] = day(Some(clock.knowledge));
        answer["evaluation_ends"] = day(Some(clock.evaluation_ends));
        answer["report_due"] = day(Some(clock.due));
        answer["workdays_late"] =
            json!(working_days_between(clock.due, end, &dates(facts, "federal_holidays")));
        answer["report_status"] = json!(match (reported.is_some(), end > clock.due) {
            (true, true) => "late",
            (true, false) => "timely",
            (false, true) => "overdue",
            (false, false) => "pending",
        });
    }
    answer
}

struct Clock {
    knowledge: Date,
    evaluation_ends: Date,
    due: Date,
}

fn clock(facts: &Value) -> Option<Clock> {
    let received = date(facts, "info_received_date")?;
    let holidays = dates(facts, "federal_holidays");
    let imputed = nth_working_day_after(received, 5, &holidays);
    let knowledge = date(facts, "officer_date").map_or(imputed, |officer| officer.min(imputed));
    let evaluation_ends = if yes(facts, "clearly_reportable", false) {
        knowledge
    } else {
        nth_working_day_after(knowledge, 10, &holidays)
    };
    Some(Clock { knowledge, evaluation_ends, due: nth_working_day_after(evaluation_ends, 1, &holidays) })
}

pub(crate) fn generate(random: &mut Random) -> Value {
    let count = random.pick(&[0, 1, 1, 1, 2, 3]);
    let series: Vec<Value> = (1..=count)
        .map(|number| {
            let violations: Vec<Value> =
                (0..random.pick(&[1, 1, 2, 3, 4])).map(|_| violation(random)).collect();
            json!({ "id": format!("S{number}"), "violations": violations })
        })
        .collect();
    let mut facts = json!({
        "role": random.pick(&["manufacturer", "private_labeler", "distributor", "retailer", "retailer", "importer"]),
        "series": series,
    });
    if random.chance(30) {
        facts["certificate_or_good_faith"] = json!(random.chance(60));
    }
    let received: Date = random
        .pick(&[
            "2023-11-16",
            "2023-11-10",
            "2023-11-22",
            "2023-12-15",
            "2023-12-16",
            "2024-02-29",
            "2023-12-31",
        ])
        .parse()
        .expect("a date");
    if random.chance(65) {
        facts["info_received_date"] = json!(received.to_string());
    }
    if random.chance(55) {
        let holidays = [
            "2023-11-10",
            "2023-11-23",
            "2023-11-25",
            "2023-12-25",
            "2024-01-01",
            "2024-01-15",
            "2024-03-01",
        ];
        facts["federal_holidays"] =
            holidays.iter().filter(|_| random.chance(70)).map(|day| json!(day)).collect();
    }
    if random.chance(40) {
        facts["officer_date"] =
            json!(plus_days(received, random.pick(&[-30, -1, 0, 1, 5, 6, 7, 8, 9, 30])).to_string());
    }
    if random.chance(40) {
        facts["clearly_reportable"] = json!(random.chance(60));
    }
    let due = clock(&facts).map_or(received, |clock| clock.due);
    for key in ["report_date", "as_of"] {
        if random.chance(50) {
            facts[key] = json!(plus_days(due, random.pick(&[-20, -1, 0, 0, 1, 2, 3, 4, 11, 40])).to_string());
        }
    }
    if random.chance(8) {
        for index in 0..count as usize {
            for key in ["act", "date", "knowing"] {
                if random.chance(30) {
                    forget(&mut facts["series"][index]["violations"][0], key);
                }
            }
        }
        for key in ["role", "series"] {
            if random.chance(25) {
                forget(&mut facts, key);
            }
        }
    }
    facts
}

/// On the first and last day of a row, with as many units as fill a series' cap, or one more or less.
fn violation(random: &mut Random) -> Value {
    let (from, _, _) = random.pick(&SCHEDULE);
    let from: Date = from.parse().expect("a date");
    let on = if from == SCHEDULE[0].0.parse::<Date>().expect("a date") {
        plus_days(from, random.between(0, 1))
    } else {
        plus_days(from, random.between(-1, 1))
    };
    let mut violation = json!({
        "act": random.pick(&[1, 1, 2, 2, 3, 3, 4, 5, 10, 11, 11, 12, 12, 13, 16]),
        "date": on.to_string(),
        "knowing": random.chance(80),
    });
    let many =
        [0, 1, 2, 142, 143, 145, 146, 150, 151, 152, 228, 229, 235, 236, 249, 250, 251, 5_000, 1_000_000];
    for key in ["units", "days"] {
        if random.chance(60) {
            violation[key] = json!(random.pick(&many));
        }
    }
    if random.chance(40) {
        violation["actual_knowledge_or_notice"] = json!(random.chance(50));
    }
    violation
}
