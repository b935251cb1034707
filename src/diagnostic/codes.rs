//! The one table of codes. A code is never renamed and never used again.

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The policy cannot be used.
    Error,
    /// The policy can be used; it may not mean what its author thinks.
    Warning,
}

macro_rules! codes {
    ($($variant:ident $severity:ident $text:literal $summary:literal)+) => {
        /// A stable code, `stage/kebab-name`.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code {
            $(#[doc = concat!($summary, "\n\n")] #[doc = include_str!(concat!("pages/", $text, ".md"))] $variant),+
        }

        impl Code {
            /// Every code, in table order.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code as it is printed.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $text),+ }
            }

            /// One line about the code.
            #[must_use]
            pub const fn summary(self) -> &'static str {
                match self { $(Self::$variant => $summary),+ }
            }

            /// What it means, why it matters, and a policy that raises it with one that does not: a page of Markdown.
            #[must_use]
            pub const fn page(self) -> &'static str {
                match self { $(Self::$variant => include_str!(concat!("pages/", $text, ".md"))),+ }
            }

            /// The code of this text.
            #[must_use]
            pub fn named(text: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|code| code.as_str() == text)
            }

            /// Error or warning.
            #[must_use]
            pub const fn severity(self) -> Severity {
                match self { $(Self::$variant => Severity::$severity),+ }
            }
        }
    };
}

// For each row the macro writes the variant, its text, summary, severity and page:
//     enum Code { NameUnknown, .. }   as_str() = "name/unknown"   page() = pages/name/unknown.md
codes! {
    SyntaxUnexpected      Error   "syntax/unexpected"        "text that does not belong here"
    SyntaxMisspelling     Error   "syntax/misspelling"       "an operator or mark of another language"
    SyntaxAmbiguousLogic  Error   "syntax/ambiguous-logic"   "`and` beside `or` without parentheses"
    SyntaxAmbiguousOverride Error "syntax/ambiguous-override" "`for` behind several overridden rules"
    SyntaxChained         Error   "syntax/chained"           "a chain of comparisons or implications"
    SyntaxClauseOrder     Error   "syntax/clause-order"      "a clause in the wrong place"
    SyntaxForbiddenCharacter Error "syntax/forbidden-character" "a character that hides or reorders text"
    SyntaxTooDeep         Error   "syntax/too-deep"          "nesting beyond the limit"
    SyntaxTooLarge        Error   "syntax/too-large"         "a file beyond the limit"
    SyntaxBadNumber       Error   "syntax/bad-number"        "a number that is not written as one"
    SyntaxBadDate         Error   "syntax/bad-date"          "a day that is not in the calendar"
    SyntaxVersion         Error   "syntax/version"           "a language version this engine does not know"
    SyntaxTableShape      Error   "syntax/table-shape"       "a table row with the wrong number of cells"

    UseNotFound           Error   "use/not-found"            "a used file that cannot be loaded"
    PolicyMissing         Error   "policy/missing"           "no `policy` among the files"
    PolicyRepeated        Error   "policy/repeated"          "more than one `policy` among the files"

    NameUnknown           Error   "name/unknown"             "a name that nothing declares"
    NameDuplicate         Error   "name/duplicate"           "one name declared twice"
    NameShadowed          Error   "name/shadowed"            "an item name that repeats a name in scope"
    NameAmbiguous         Error   "name/ambiguous"           "a name that may mean two things here"
    NameReserved          Error   "name/reserved"            "a word of the language used as a name"
    NameLookAlike         Warning "name/look-alike"          "two names that look the same"
    NameWireDuplicate     Error   "name/wire-duplicate"      "one wire name used twice"

    TypeMismatch          Error   "type/mismatch"            "a value of another type than expected"
    TypeUnitMismatch      Error   "type/unit-mismatch"       "two units that do not convert"
    TypeUnknown           Error   "type/unknown"             "a type that nothing declares"
    TypeNotAllowed        Error   "type/not-allowed"         "a type that cannot stand here"
    TypeArguments         Error   "type/arguments"           "a call with the wrong number of arguments"
    TypeUntypedLiteral     Error   "type/untyped-literal"     "a literal whose type cannot be known here"

    AbsenceUnguarded      Error   "absence/unguarded"        "a value that may be nothing, used as if it were there"
    AbsenceDivision       Error   "absence/division"         "a divisor that may be zero"
    AbsenceResult         Error   "absence/result"           "a value that may be nothing where something must be"

    BoundsInvalid         Error   "bounds/invalid"           "bounds that no value can meet"
    BoundsViolated        Error   "bounds/violated"          "a constant outside the bounds of its place"
    BoundsArgument        Error   "bounds/argument"          "an argument that may lie outside the parameter's bounds"
    BoundsRange           Error   "bounds/range"             "a range whose bottom may exceed its top"
    BoundsFactor          Error   "bounds/factor"            "a factor that may leave its limits"

    DateUncovered         Error   "date/uncovered"           "a date before the first row of a schedule"
    DateUnreachable       Error   "date/unreachable"         "a period in which nothing can happen"
    DateOverlap           Error   "date/overlap"             "two versions in force on one day"
    DateNoLaw             Error   "date/no-law-date"         "a dated name in a policy without `dated by`"
    DateRows              Error   "date/rows"                "schedule rows that are not in order"

    TableGap              Error   "table/gap"                "a combination that no row covers"
    TableOverlap          Error   "table/overlap"            "two rows with different values for one combination"
    TableDeadRow          Warning "table/dead-row"           "a row that nothing reaches"

    CircleDefinition      Error   "circle/definition"        "names that are defined by each other"
    CircleOverride        Error   "circle/override"          "rules that override each other"

    OverrideUnknown       Error   "override/unknown"         "an override of a rule or outcome that is not there"
    OverrideItems         Error   "override/items"           "an override between different items"

    OutcomeComputed       Error   "outcome/computed"         "a contribution to an outcome that is defined"
    OutcomeNoCombination  Error   "outcome/no-combination"   "a built outcome that does not say how it combines"
    OutcomeConflict       Error   "outcome/conflict"         "rules that must agree and cannot"
    OutcomeModifier       Error   "outcome/modifier"         "a modifier that does not fit the outcome"
    OutcomeWaivedAndSet   Error   "outcome/waived-and-set"   "one rule that waives and contributes"
    OutcomeAddedAndRemoved Error  "outcome/added-and-removed" "one rule that adds and removes a member"
    OutcomeGroup          Error   "outcome/group"            "a contribution without the item that groups it"
    OutcomeRounding       Error   "outcome/rounding"         "an amount that may not fit its decimals unrounded"
    OutcomeNeutral        Error   "outcome/neutral"          "a neutral value that breaks the outcome's own limits"
    OutcomeCapGrid        Warning "outcome/cap-grid"         "a cap that rounding may exceed"
    OutcomeRequired       Error   "outcome/required"         "a required outcome that no rule sets"
    OutcomeUnset          Warning "outcome/unset"            "an outcome that no rule sets"

    FactNeed              Error   "fact/need"                "a need that reads what decides"
    FactDefault           Error   "fact/default"             "a default that does not fit"

    ClaimShape            Error   "claim/shape"              "a claim that cannot be made about this value"
    ExampleEmpty          Error   "example/empty"            "an example that expects nothing"

    WhereUnrelated        Warning "where/unrelated"          "a condition that does not mention the item"
    CostTooHigh           Error   "cost/too-high"            "work that grows too fast"
    Internal              Error   "internal/bug"             "a mistake of the engine; please report it"
}
