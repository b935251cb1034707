//! What is wrong with a case: malformed facts, or an evaluation that failed.

use std::fmt;

macro_rules! problem_codes {
    ($($variant:ident $text:literal $summary:literal)+) => {
        /// A stable code, `facts/..` for malformed facts and `eval/..` for a failed evaluation.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum ProblemCode {
            $(#[doc = concat!($summary, "\n\n")] #[doc = include_str!(concat!("pages/", $text, ".md"))] $variant),+
        }

        impl ProblemCode {
            /// Every code, in table order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as it is printed.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// What it means, why it matters, and a case that raises it with one that does not: a page of Markdown.
            #[must_use]
            pub const fn page(self) -> &'static str {
                match self { $(Self::$variant => include_str!(concat!("pages/", $text, ".md"))),+ }
            }

            /// The code of this text.
            #[must_use]
            pub fn named(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == text)
            }

            /// One line about the code.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$variant => $summary),+ }
            }
        }
    };
}

// For each row the macro writes the variant, its text, its summary and its page.
problem_codes! {
    NotJson          "facts/not-json"        "text that is not JSON"
    NotCsv           "facts/not-csv"         "text that is not CSV"
    TooLarge         "facts/too-large"       "a case beyond the size limit"
    UnknownField     "facts/unknown-field"   "a field that the policy does not declare"
    DuplicateField   "facts/duplicate-field" "a field given twice"
    WrongType        "facts/wrong-type"      "a value of another type than declared"
    Float            "facts/float"           "a floating-point number"
    BadNumber        "facts/bad-number"      "a number that cannot be taken exactly"
    BadDate          "facts/bad-date"        "a text that is no date"
    UnknownMember    "facts/unknown-member"  "a value that the enum does not have"
    OutOfBounds      "facts/out-of-bounds"   "a value outside the declared bounds"
    RepeatedMember   "facts/repeated-member" "a member given twice in a set"
    ListTooLong      "facts/list-too-long"   "a list beyond the limit"
    TextTooLong      "facts/text-too-long"   "a text beyond the limit"
    TooMuchWork      "facts/too-much-work"   "a case that may need more work than the limit"
    ForbiddenCharacter "facts/forbidden-character" "a character that hides or reorders text"
    Null             "facts/null"            "a null where nothing is not allowed"
    MustHold         "facts/must-hold"       "facts that contradict each other"

    Overflow         "eval/overflow"         "a number beyond the exact range"
    NotExact         "eval/not-exact"        "an amount without a finite decimal form"
    DateRange        "eval/date-range"       "a date outside the calendar"
    Conflict         "eval/conflict"         "measures that must agree and differ"
    Required         "eval/required"         "a required outcome that no rule sets"
    TableGap         "eval/table-gap"        "no row of a table matches"
    TableOverlap     "eval/table-overlap"    "rows of a table give different values"
    ScheduleGap      "eval/schedule-gap"     "no row of a schedule is in force"
    RangeInverted    "eval/range-inverted"   "a range whose bottom exceeds its top"
    Factor           "eval/factor"           "a reduction outside 0% to 100%"
    NoWorkingDay     "eval/no-working-day"   "a calendar without working days"
    Internal         "eval/internal"         "a mistake of the engine; please report it"
}

/// One thing that is wrong with a case.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Problem {
    /// The path of the fact (`findings[1].units_tested`) that is malformed, or of the item at which evaluation failed.
    pub path: Option<String>,
    /// The stable code.
    pub code: ProblemCode,
    /// One line for people.
    pub message: String,
    /// Where evaluation failed: the rule, outcome, definition or table.
    pub at: Option<String>,
    /// The citations of that place.
    pub cites: Vec<String>,
}

impl Problem {
    pub(crate) fn new(code: ProblemCode, path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: Some(path.into()), code, message: message.into(), at: None, cites: Vec::new() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.code.as_str())?;
        if let Some(path) = &self.path {
            write!(f, " at `{path}`")?;
        }
        write!(f, ": {}", self.message)
    }
}
