//! Days: Monday to Friday without holidays are working days.

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

pub(crate) fn plus_days(date: Date, days: i64) -> Date {
    date.checked_add(days.days()).expect("dates of the regimes are in range")
}

/// Keeps the day, clamped to the month's length.
pub(crate) fn plus_months(date: Date, months: i64) -> Date {
    date.checked_add(months.months()).expect("dates of the regimes are in range")
}

pub(crate) fn is_working_day(date: Date, holidays: &[Date]) -> bool {
    !matches!(date.weekday(), Weekday::Saturday | Weekday::Sunday) && !holidays.contains(&date)
}

/// The n-th working day strictly after the start.
pub(crate) fn nth_working_day_after(start: Date, n: usize, holidays: &[Date]) -> Date {
    let mut day = start;
    for _ in 0..n {
        day = plus_days(day, 1);
        while !is_working_day(day, holidays) {
            day = plus_days(day, 1);
        }
    }
    day
}

/// Working days after the first day, up to and including the last.
pub(crate) fn working_days_between(first: Date, last: Date, holidays: &[Date]) -> i64 {
    let mut count = 0;
    let mut day = first;
    while day < last {
        day = plus_days(day, 1);
        count += i64::from(is_working_day(day, holidays));
    }
    count
}
