//! Civil days and working days.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Span;
use jiff::civil::Date;

use super::ops::membership;
use super::scalars::{Ends, WRONG_KIND, Whole, end, is_single, present, unusable, waits_of, whole};
use super::{Shape, Trouble, Value};

/// A calendar with the dates of one case. A workday beats a holiday beats a weekend.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    /// Monday is 0.
    pub(crate) weekend: Vec<u8>,
    /// Sets or lists of dates, perhaps open.
    pub(crate) holidays: Vec<Value>,
    pub(crate) workdays: Vec<Value>,
}

/// The n-th working day strictly after (n negative: before) the date; 0 working days are the date itself, on
/// whatever day it falls. `count` is working days.
pub(crate) fn add_working_days(calendar: &Calendar, date: &Value, count: &Value) -> Result<Value, Trouble> {
    let (date, count) = (present(date)?, present(count)?);
    let (dates, counts) = (Ends::of(date)?, Ends::of(count)?);
    let Some(days) = WorkingDays::of(calendar)? else {
        // Working days are days: so many of them lie at least so many days away.
        let nearest = |date: &Value, count: &Value| shift_by_count(date, count);
        let shifted = dates.both_rising(&counts, nearest)?;
        let least = if at_least(&counts.least, 0) { shifted.least } else { None };
        let most = if at_most(&counts.most, 0) { shifted.most } else { None };
        let mut waits = waits_of(&[date, count]);
        calendar.holidays.iter().chain(&calendar.workdays).for_each(|dates| waits.extend(dates.waits()));
        return Ok(Value::open(false, Shape::Interval { least, most }, waits));
    };
    let add = |date: &Value, count: &Value| match (date, count) {
        (Value::Date(date), Value::WorkingDays(count)) => days.add(*date, *count).map(Value::Date),
        (_, _) => Err(WRONG_KIND),
    };
    if is_single(date) && is_single(count) {
        return add(date, count);
    }
    Ok(dates.both_rising(&counts, add)?.into_value(waits_of(&[date, count])))
}

/// Working days from `from` (excluded) to `to` (included); 0 if `to` is not later.
pub(crate) fn working_days_between(calendar: &Calendar, from: &Value, to: &Value) -> Result<Value, Trouble> {
    let Some(days) = WorkingDays::of(calendar)? else {
        // Any of the days between may be a working day.
        let between = days_between(from, to)?;
        let most = Ends::of(&between)?.most;
        let mut waits = between.waits();
        calendar.holidays.iter().chain(&calendar.workdays).for_each(|dates| waits.extend(dates.waits()));
        return Ok(Value::open(false, Shape::Interval { least: Some(Value::Integer(0)), most }, waits));
    };
    between(from, to, |from, to| days.count(day_number(from), day_number(to)))
}

/// Days from `from` (excluded) to `to` (included); 0 if `to` is not later.
pub(crate) fn days_between(from: &Value, to: &Value) -> Result<Value, Trouble> {
    between(from, to, |from, to| day_number(to).saturating_sub(day_number(from)).max(0))
}

/// A date plus (`sign` 1) or minus (-1) days or months; months keep the day, clamped to the month's length.
pub(crate) fn shift_date(date: &Value, length: &Value, sign: i64) -> Result<Value, Trouble> {
    let (date, length) = (present(date)?, present(length)?);
    if is_single(date) && is_single(length) {
        return shift_settled(date, length, sign);
    }
    let lengths = Ends::of(length)?;
    let lengths = if sign < 0 { lengths.swapped() } else { lengths };
    let ends = Ends::of(date)?.both_rising(&lengths, |date, length| shift_settled(date, length, sign))?;
    Ok(ends.into_value(waits_of(&[date, length])))
}

pub(super) fn shift_settled(date: &Value, length: &Value, sign: i64) -> Result<Value, Trouble> {
    let Value::Date(date) = date else { return Err(unusable(date)) };
    let signed = |length: i64| length.checked_mul(sign).ok_or(Trouble::DateOutOfRange);
    let span = match whole(length) {
        Some((Whole::Days, days)) => Span::new().try_days(signed(days)?),
        Some((Whole::Months, months)) => Span::new().try_months(signed(months)?),
        Some((Whole::Integer | Whole::WorkingDays, _)) | None => return Err(unusable(length)),
    };
    let shifted = span.and_then(|span| date.checked_add(span));
    shifted.map(Value::Date).map_err(|_| Trouble::DateOutOfRange)
}

/// So many days away as there are working days in `count`.
fn shift_by_count(date: &Value, count: &Value) -> Result<Value, Trouble> {
    let Value::WorkingDays(count) = count else { return Err(unusable(count)) };
    shift_settled(date, &Value::Days(*count), 1)
}

fn at_least(least: &Option<Value>, bound: i64) -> bool {
    matches!(least, Some(Value::WorkingDays(least)) if *least >= bound)
}

fn at_most(most: &Option<Value>, bound: i64) -> bool {
    matches!(most, Some(Value::WorkingDays(most)) if *most <= bound)
}

/// A count that falls with `from` and rises with `to`, and is never below 0.
fn between(from: &Value, to: &Value, count: impl Fn(Date, Date) -> i64) -> Result<Value, Trouble> {
    let (from, to) = (present(from)?, present(to)?);
    let count = |from: &Value, to: &Value| match (from, to) {
        (Value::Date(from), Value::Date(to)) => Ok(Value::Integer(count(*from, *to))),
        (_, _) => Err(WRONG_KIND),
    };
    if is_single(from) && is_single(to) {
        return count(from, to);
    }
    let (froms, tos) = (Ends::of(from)?, Ends::of(to)?);
    let counted =
        |from: Option<&Value>, to: Option<&Value>| end(from.zip(to).map(|(from, to)| count(from, to)));
    let least = counted(froms.most.as_ref(), tos.least.as_ref())?.unwrap_or(Value::Integer(0));
    // No date lies outside the calendar: this settles what begins with its end.
    let first = froms.least.unwrap_or(Value::Date(Date::MIN));
    let last = tos.most.unwrap_or(Value::Date(Date::MAX));
    let most = Some(count(&first, &last)?);
    Ok(Value::open(false, Shape::Interval { least: Some(least), most }, waits_of(&[from, to])))
}

/// Days since 1970-01-01, a Thursday.
pub(crate) fn day_number(date: Date) -> i64 {
    date.duration_since(Date::constant(1970, 1, 1)).as_hours() / 24
}

/// The day number of a date written `YYYY-MM-DD`.
pub(crate) fn day_of(text: &str) -> Option<i64> {
    let bytes: &[u8; 10] = text.as_bytes().try_into().ok()?;
    let digits = |of: &[u8]| {
        of.iter().try_fold(0_i16, |number, byte| {
            let digit = byte.checked_sub(b'0').filter(|digit| *digit < 10)?;
            number.checked_mul(10)?.checked_add(i16::from(digit))
        })
    };
    let [a, b, c, d, b'-', e, f, b'-', g, h] = *bytes else { return None };
    let (month, day) = (i8::try_from(digits(&[e, f])?).ok()?, i8::try_from(digits(&[g, h])?).ok()?);
    Date::new(digits(&[a, b, c, d])?, month, day).ok().map(day_number)
}

/// The number of the day so many months after a day, as [`shift_date`] has it.
pub(crate) fn months_after(day: i64, months: i64) -> Option<i64> {
    let span = Span::new().try_months(months).ok()?;
    date_of(day).ok()?.checked_add(span).ok().map(day_number)
}

/// The day so many days after 1970-01-01.
pub(crate) fn date_of(day: i64) -> Result<Date, Trouble> {
    let span = Span::new().try_days(day).map_err(|_| Trouble::DateOutOfRange)?;
    Date::constant(1970, 1, 1).checked_add(span).map_err(|_| Trouble::DateOutOfRange)
}

/// A calendar without open dates, ready to count: whole weeks by arithmetic, then the exceptions.
struct WorkingDays {
    /// From Monday.
    works: [bool; 7],
    per_week: i64,
    /// Days on which the week is wrong, ascending, each with the sum of all corrections up to it.
    corrections: Vec<(i64, i64)>,
    has_workdays: bool,
}

impl WorkingDays {
    /// `None` where a date is open.
    fn of(calendar: &Calendar) -> Result<Option<Self>, Trouble> {
        let (holidays, workdays) = (dates_of(&calendar.holidays)?, dates_of(&calendar.workdays)?);
        let (Some(holidays), Some(workdays)) = (holidays, workdays) else { return Ok(None) };
        let mut works = [true; 7];
        for day in &calendar.weekend {
            if let Some(works) = works.get_mut(usize::from(*day)) {
                *works = false;
            }
        }
        let per_week = works.iter().map(|works| i64::from(*works)).sum();
        let mut days = Self { works, per_week, corrections: Vec::new(), has_workdays: !workdays.is_empty() };
        let mut changes = BTreeMap::new();
        for date in &holidays {
            changes.insert(day_number(*date), false);
        }
        for date in &workdays {
            changes.insert(day_number(*date), true);
        }
        let mut sum = 0_i64;
        for (day, works) in changes {
            if works != days.works_in_week(day) {
                sum = sum.saturating_add(if works { 1 } else { -1 });
                days.corrections.push((day, sum));
            }
        }
        Ok(Some(days))
    }

    fn works_in_week(&self, day: i64) -> bool {
        let weekday = usize::try_from(day.saturating_add(3).rem_euclid(7)).unwrap_or(0);
        self.works.get(weekday).copied().unwrap_or(true)
    }

    /// After `from`, up to and with `to`; 0 if `to` is not later.
    fn count(&self, from: i64, to: i64) -> i64 {
        if to <= from {
            return 0;
        }
        let weeks = to.saturating_sub(from) / 7;
        let rest_from = from.saturating_add(weeks.saturating_mul(7));
        let rest: i64 = (rest_from..to).map(|day| i64::from(self.works_in_week(day.saturating_add(1)))).sum();
        let corrected = self.corrected_until(to).saturating_sub(self.corrected_until(from));
        weeks.saturating_mul(self.per_week).saturating_add(rest).saturating_add(corrected)
    }

    fn corrected_until(&self, day: i64) -> i64 {
        let known = self.corrections.partition_point(|(exception, _)| *exception <= day);
        known.checked_sub(1).and_then(|last| self.corrections.get(last)).map_or(0, |(_, sum)| *sum)
    }

    fn add(&self, date: Date, count: i64) -> Result<Date, Trouble> {
        if count == 0 {
            return Ok(date);
        }
        if self.per_week == 0 && !self.has_workdays {
            return Err(Trouble::NoWorkingDay);
        }
        let start = day_number(date);
        // The count grows with the distance: the least distance with enough working days is the answer.
        let limit = if count > 0 { day_number(Date::MAX) } else { day_number(Date::MIN) };
        let passed = |distance: i64| {
            if count > 0 {
                self.count(start, start.saturating_add(distance))
            } else {
                let day = start.saturating_sub(distance);
                self.count(day.saturating_sub(1), start.saturating_sub(1))
            }
        };
        let wanted = count.saturating_abs();
        let (mut too_near, mut enough) = (0_i64, limit.abs_diff(start).try_into().unwrap_or(i64::MAX));
        if passed(enough) < wanted {
            return Err(Trouble::DateOutOfRange);
        }
        while enough.saturating_sub(too_near) > 1 {
            let middle = too_near.saturating_add(enough.saturating_sub(too_near) / 2);
            if passed(middle) < wanted { too_near = middle } else { enough = middle }
        }
        date_of(if count > 0 { start.saturating_add(enough) } else { start.saturating_sub(enough) })
    }
}

/// All dates of these collections; `None` where one is open.
fn dates_of(collections: &[Value]) -> Result<Option<BTreeSet<Date>>, Trouble> {
    let mut dates = BTreeSet::new();
    for collection in collections {
        let members = membership(collection)?;
        if members.possible.is_none_or(|possible| possible.len() != members.certain.len()) {
            return Ok(None);
        }
        for member in members.certain {
            let Value::Date(date) = member else { return Err(WRONG_KIND) };
            dates.insert(date);
        }
    }
    Ok(Some(dates))
}
