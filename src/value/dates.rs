//! Civil days and working days.

use std::collections::BTreeSet;
use jiff::civil::Date;
use super::{Trouble, Value};

/// A calendar with the dates of one case. A workday beats a holiday beats a weekend.
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    /// Monday is 0.
    pub(crate) weekend: Vec<u8>,
    /// Sets or lists of dates, perhaps open.
    pub(crate) holidays: Vec<Value>,
    pub(crate) workdays: Vec<Value>,
}

/// The n-th working day strictly after (n negative: before) the date; `count` is working days.
pub(crate) fn add_working_days(calendar: &Calendar, date: &Value, count: &Value) -> Result<Value, Trouble> { Err(Trouble::Internal("stub")) }
/// Working days from `from` (excluded) to `to` (included); 0 if `to` is not later.
pub(crate) fn working_days_between(calendar: &Calendar, from: &Value, to: &Value) -> Result<Value, Trouble> { Err(Trouble::Internal("stub")) }
/// Days from `from` (excluded) to `to` (included); 0 if `to` is not later.
pub(crate) fn days_between(from: &Value, to: &Value) -> Result<Value, Trouble> { Err(Trouble::Internal("stub")) }
/// A date plus (`sign` 1) or minus (-1) days or months; months keep the day, clamped to the month's length.
pub(crate) fn shift_date(date: &Value, length: &Value, sign: i64) -> Result<Value, Trouble> { Err(Trouble::Internal("stub")) }
