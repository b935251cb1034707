//! What a policy under construction has declared: types, facts, what an expression may read.

/// A type of the language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Ty {
    Bool,
    Integer,
    Number,
    Quantity(usize),
    Date,
    Days,
    WorkingDays,
    Months,
    Text,
    Enum(usize),
    Record(usize),
    Set(Box<Ty>),
    List(Box<Ty>),
    Range(Box<Ty>),
}

impl Ty {
    pub(crate) fn list(of: Self) -> Self {
        Self::List(Box::new(of))
    }

    pub(crate) fn set(of: Self) -> Self {
        Self::Set(Box::new(of))
    }

    pub(crate) fn range(of: Self) -> Self {
        Self::Range(Box::new(of))
    }

    /// Numbers are counted in hundredths, and so are their bounds.
    pub(crate) fn is_fractional(&self) -> bool {
        matches!(self, Self::Number | Self::Quantity(_))
    }

    pub(crate) fn is_length(&self) -> bool {
        matches!(self, Self::Days | Self::WorkingDays | Self::Months)
    }

    pub(crate) fn is_amount(&self) -> bool {
        *self == Self::Integer || self.is_fractional() || self.is_length()
    }
}

pub(crate) struct Unit {
    pub(crate) name: &'static str,
    pub(crate) decimals: Option<u32>,
    /// The unit that this one converts to.
    pub(crate) base: usize,
}

pub(crate) struct Enumeration {
    pub(crate) name: &'static str,
    pub(crate) is_scale: bool,
    pub(crate) members: Vec<Member>,
}

#[derive(Clone)]
pub(crate) struct Member {
    pub(crate) name: &'static str,
    pub(crate) wire: &'static str,
}

pub(crate) struct Record {
    pub(crate) name: String,
    pub(crate) fields: Vec<Field>,
}

/// A fact, or a field of a record.
pub(crate) struct Field {
    pub(crate) name: String,
    pub(crate) wire: String,
    pub(crate) ty: Ty,
    pub(crate) nothing: bool,
    pub(crate) unknown: bool,
    pub(crate) presence: Presence,
    pub(crate) bounds: Bounds,
    /// At most so many decimals on the wire.
    pub(crate) decimals: Option<u32>,
    pub(crate) in_percent: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Presence {
    Needed,
    Default,
    /// The condition as text.
    NeededWhen(String),
    /// Not on the wire.
    FirstOf,
}

/// Integers and lengths as they are, numbers and amounts in hundredths, dates in days since 1970, the length of a list
/// or set.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Bounds {
    pub(crate) least: Option<i64>,
    pub(crate) most: Option<i64>,
}

impl Bounds {
    pub(crate) fn from(least: i64) -> Self {
        Self { least: Some(least), most: None }
    }

    pub(crate) fn between(least: i64, most: i64) -> Self {
        Self { least: Some(least), most: Some(most) }
    }

    /// Whatever meets these bounds meets the others.
    pub(crate) fn is_within(self, others: Self) -> bool {
        let least = others.least.is_none_or(|least| self.least.is_some_and(|mine| mine >= least));
        let most = others.most.is_none_or(|most| self.most.is_some_and(|mine| mine <= most));
        least && most
    }
}

/// What an expression may read under a name.
#[derive(Clone, Debug)]
pub(crate) struct Source {
    pub(crate) text: String,
    pub(crate) ty: Ty,
    pub(crate) absence: Absence,
    pub(crate) bounds: Bounds,
    /// A name with fields, which `for each` can walk and `exists` can guard.
    pub(crate) is_path: bool,
    pub(crate) is_outcome: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Absence {
    Never,
    Perhaps,
    /// There where this condition holds.
    Unless(String),
}

/// A definition with parameters, or a table.
#[derive(Clone, Debug)]
pub(crate) struct Function {
    pub(crate) name: String,
    pub(crate) params: Vec<Param>,
    /// One result, or several columns.
    pub(crate) results: Vec<(Option<&'static str>, Ty)>,
    pub(crate) nothing: bool,
    /// It changes by date.
    pub(crate) is_dated: bool,
    /// How many lists it walks inside each other, and how many expressions one call evaluates.
    pub(crate) degree: usize,
    pub(crate) work: u32,
    pub(crate) reads_outcomes: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) name: String,
    pub(crate) ty: Ty,
    pub(crate) bounds: Bounds,
}

/// The first day of which every dated thing knows: 2015-01-01.
pub(crate) const FIRST_DAY: i64 = 16_436;

/// Days since 1970-01-01 as a date (Howard Hinnant, "chrono-compatible low-level date algorithms").
pub(crate) fn date_text(days: i64) -> String {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}

/// Hundredths as a decimal without needless zeros.
pub(crate) fn hundredths_text(hundredths: i64) -> String {
    let sign = if hundredths < 0 { "-" } else { "" };
    let (whole, rest) = (hundredths.unsigned_abs() / 100, hundredths.unsigned_abs() % 100);
    match rest {
        0 => format!("{sign}{whole}"),
        tens if tens % 10 == 0 => format!("{sign}{whole}.{}", tens / 10),
        _ => format!("{sign}{whole}.{rest:02}"),
    }
}
