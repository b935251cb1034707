//! The typed policy: names resolved, sugar gone, units converted. Comes from [`from_syntax`]; the reference
//! evaluator [`interpret`], the analyser and the compiled program all start here.

use std::sync::Arc;

use jiff::civil::Date;

use crate::source::Span;
use crate::types::{Bounds, EnumId, RecordId, Schema, Type};
pub(crate) use crate::value::{Combine, Rounding, RoundingMode};
use crate::value::{Number, Value};

pub(crate) mod from_syntax;
pub(crate) mod interpret;
mod visit;
mod work;

pub(crate) use self::work::Work;

/// A definition, table or parameter, by its place in [`Policy::named`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct NamedId(pub(crate) u32);

/// By its place in [`Policy::outcomes`] (and in [`Schema::outcomes`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct OutcomeId(pub(crate) u32);

/// By its place in [`Policy::rules`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct RuleId(pub(crate) u32);

/// By its place in [`Policy::calendars`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct CalendarId(pub(crate) u32);

/// A local variable of one declaration: a parameter (`0..params.len()`) or an item of a `for each`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct LocalId(pub(crate) u32);

/// What an expression reads beside facts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Readable {
    Named(NamedId),
    Outcome(OutcomeId),
}

/// A whole policy, checked.
#[derive(Clone, Debug, Default)]
pub(crate) struct Policy {
    pub(crate) name: Arc<str>,
    pub(crate) title: Option<Arc<str>>,
    pub(crate) cites: Vec<Arc<str>>,
    pub(crate) in_force: InForce,
    pub(crate) schema: Schema,
    /// Conditions of `needed when` and `must hold`, for the facts and for each record.
    pub(crate) facts: RecordRules,
    pub(crate) records: Vec<RecordRules>,
    pub(crate) calendars: Vec<Calendar>,
    pub(crate) named: Vec<Named>,
    pub(crate) outcomes: Vec<Outcome>,
    pub(crate) rules: Vec<Rule>,
    /// The dates that say which law applies: none, one, or two of which the more lenient law is taken.
    pub(crate) law_dates: Vec<Expr>,
    /// With two law dates: the outcomes that say which is more lenient, first decides first.
    pub(crate) lenient_by: Vec<OutcomeId>,
    /// Definitions and outcomes in an order in which each only reads earlier ones (and facts).
    pub(crate) reading_order: Vec<Readable>,
    /// Outcomes in an order in which each only reads earlier ones.
    pub(crate) outcome_order: Vec<OutcomeId>,
    /// Rules in an order in which each is overridden only by earlier ones.
    pub(crate) rule_order: Vec<RuleId>,
    /// What one decision may cost.
    pub(crate) work: Work,
    pub(crate) claims: Vec<Claim>,
    pub(crate) examples: Vec<Example>,
}

/// What a record (or the facts) asks beyond types and bounds. In these expressions the record's own fields are
/// read with [`ExprKind::Field`] of local 0; for the facts with [`ExprKind::Fact`].
#[derive(Clone, Debug, Default)]
pub(crate) struct RecordRules {
    /// Per field, in field order: the condition of `needed when`.
    pub(crate) needed_when: Vec<Option<Expr>>,
    pub(crate) must_hold: Vec<MustHold>,
}

#[derive(Clone, Debug)]
pub(crate) struct MustHold {
    pub(crate) text: Arc<str>,
    pub(crate) condition: Expr,
    /// The fields that it reads, for the paths of a broken one, by place in the record.
    pub(crate) fields: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    pub(crate) name: Arc<str>,
    /// Monday is 0.
    pub(crate) weekend: Vec<u8>,
    /// Lists or sets of dates.
    pub(crate) holidays: Vec<Expr>,
    pub(crate) workdays: Vec<Expr>,
}

/// The days on which something is in force, both included.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct InForce {
    pub(crate) from: Option<Date>,
    pub(crate) until: Option<Date>,
}

/// A definition, table or parameter: a function of its parameters (perhaps none) with one or more versions.
#[derive(Clone, Debug)]
#[expect(dead_code, reason = "the type of a result is read by the analyser")]
pub(crate) struct Named {
    pub(crate) name: Arc<str>,
    pub(crate) span: Span,
    pub(crate) params: Vec<Param>,
    /// The result's type.
    pub(crate) ty: Type,
    /// The declaration says `or nothing`.
    pub(crate) nothing: bool,
    /// Periods do not overlap; one without period is always in force and alone.
    pub(crate) versions: Vec<Version>,
}

#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) name: Arc<str>,
    pub(crate) ty: Type,
    pub(crate) nothing: bool,
    pub(crate) bounds: Bounds,
}

#[derive(Clone, Debug)]
#[expect(dead_code, reason = "titles are read by the explanation of a decision")]
pub(crate) struct Version {
    pub(crate) span: Span,
    pub(crate) title: Option<Arc<str>>,
    pub(crate) cites: Vec<Arc<str>>,
    pub(crate) in_force: InForce,
    pub(crate) body: Body,
}

#[derive(Clone, Debug)]
pub(crate) enum Body {
    Expr(Expr),
    Table(Table),
    /// Rows by date, ascending; a row holds from its day until the day before the next.
    Schedule(Vec<(Date, Expr)>),
}

#[derive(Clone, Debug)]
pub(crate) struct Table {
    /// What the columns test; over the parameters.
    pub(crate) inputs: Vec<Expr>,
    pub(crate) hit: Hit,
    pub(crate) rows: Vec<Row>,
}

/// What several matching rows mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Hit {
    /// They must have one value.
    Unique,
    Highest,
    Lowest,
}

#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) span: Span,
    /// Per input: alternatives of conjunctions; no alternative at all means `any`.
    pub(crate) tests: Vec<Vec<Vec<Test>>>,
    pub(crate) result: Expr,
}

/// `input op value`; the value is constant or over the parameters. `In` tests a range.
#[derive(Clone, Debug)]
pub(crate) struct Test {
    pub(crate) op: BinaryOp,
    pub(crate) value: Expr,
}

impl Test {
    /// It orders the input, or asks for a range of values.
    pub(crate) fn is_threshold(&self) -> bool {
        match self.op {
            BinaryOp::Less | BinaryOp::LessOrEqual | BinaryOp::Greater | BinaryOp::GreaterOrEqual => true,
            BinaryOp::In | BinaryOp::NotIn => matches!(self.value.ty, Type::Range(_)),
            BinaryOp::Is
            | BinaryOp::IsNot
            | BinaryOp::And
            | BinaryOp::Or
            | BinaryOp::Implies
            | BinaryOp::OrElse
            | BinaryOp::Add
            | BinaryOp::Subtract
            | BinaryOp::Multiply
            | BinaryOp::Divide
            | BinaryOp::Without
            | BinaryOp::HasAnyOf
            | BinaryOp::HasAllOf
            | BinaryOp::StartsWith
            | BinaryOp::To
            | BinaryOp::Times
            | BinaryOp::Higher
            | BinaryOp::Lower
            | BinaryOp::DaysBetween => false,
        }
    }
}

#[derive(Clone, Debug)]
#[expect(dead_code, reason = "titles and `exact` are read by the explanation and the analyser")]
pub(crate) struct Outcome {
    pub(crate) name: Arc<str>,
    pub(crate) span: Span,
    pub(crate) title: Option<Arc<str>>,
    pub(crate) cites: Vec<Arc<str>>,
    pub(crate) in_force: InForce,
    pub(crate) ty: Type,
    pub(crate) nothing: bool,
    pub(crate) source: OutcomeSource,
    /// The outcome's own limits.
    pub(crate) at_least: Option<Expr>,
    pub(crate) at_most: Option<Expr>,
    pub(crate) rounding: Option<Rounding>,
    pub(crate) exact: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum OutcomeSource {
    /// `= e`
    Defined(Expr),
    /// By rules.
    Built {
        combine: Combine,
        /// `inner per Record, then combine`: the record of the items that group.
        per: Option<(Combine, RecordId)>,
        /// `None` for a `required` outcome.
        neutral: Option<Value>,
    },
}

#[derive(Clone, Debug)]
#[expect(dead_code, reason = "titles and `exact` are read by the explanation and the analyser")]
pub(crate) struct Rule {
    pub(crate) name: Arc<str>,
    pub(crate) span: Span,
    pub(crate) title: Option<Arc<str>>,
    pub(crate) cites: Vec<Arc<str>>,
    pub(crate) in_force: InForce,
    /// `dated by v.date`; else the policy's law date.
    pub(crate) dated_by: Option<Box<Expr>>,
    /// The rules that override this one, and for which outcomes (empty: all). The overriding rule's binders are a
    /// prefix of this rule's binders (over the same collections).
    pub(crate) overridden_by: Vec<(RuleId, Vec<OutcomeId>)>,
    pub(crate) binders: Vec<Binder>,
    pub(crate) when: Option<Expr>,
    pub(crate) then: Vec<Measure>,
    pub(crate) exact: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct Binder {
    pub(crate) local: LocalId,
    pub(crate) name: Arc<str>,
    /// A list, a set, or an [`ExprKind::Members`].
    pub(crate) collection: Expr,
    pub(crate) filter: Option<Expr>,
    /// The fact path of the collection for messages and `fired`, where it is one: `findings`, or (from an outer
    /// item) `violations` under the outer binder's item.
    pub(crate) path: Option<BinderPath>,
}

/// Where the items of a binder lie in the facts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct BinderPath {
    /// The binder inside whose item the list lies; `None` when it lies in the facts themselves.
    pub(crate) outer: Option<LocalId>,
    /// Wire names joined by dots.
    pub(crate) wire: Arc<str>,
}

#[derive(Clone, Debug)]
pub(crate) struct Measure {
    pub(crate) span: Span,
    pub(crate) outcome: OutcomeId,
    pub(crate) kind: MeasureKind,
}

#[derive(Clone, Debug)]
pub(crate) enum MeasureKind {
    /// A value of the outcome's type (for `set of` a set, for `duty of` an [`ExprKind::Duty`]), clamped to its own
    /// limits, cap over floor.
    Contribute {
        value: Expr,
        at_least: Option<Box<Expr>>,
        at_most: Option<Box<Expr>>,
    },
    /// Multiplies by the value: `1 - share` for `reduced by` (share within 0 to 1), `1 + share` for `raised by`.
    Factor {
        share: Expr,
        raises: bool,
    },
    AtLeast(Expr),
    AtMost(Expr),
    Waived,
    /// Members that are taken out: a set.
    Without(Expr),
}

#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub(crate) span: Span,
    pub(crate) ty: Type,
    pub(crate) kind: ExprKind,
}

/// The core forms.
#[derive(Clone, Debug)]
pub(crate) enum ExprKind {
    /// A broken part; only in policies with errors, never evaluated.
    Invalid,
    Const(Value),
    /// A field of the facts.
    Fact(usize),
    Local(LocalId),
    /// A field of a record.
    Field(Box<Expr>, usize),
    /// The final value of an outcome.
    Outcome(OutcomeId),
    /// A definition, table or parameter; at the law date unless `at` says another day.
    Call {
        named: NamedId,
        args: Vec<Expr>,
        at: Option<Box<Expr>>,
    },
    Unary(UnaryOp, Box<Expr>),
    Binary(BinaryOp, Box<Sides>),
    /// A number of one unit as a number of another: times the factor (1 turns an integer into a number).
    Convert(Number, Box<Expr>),
    Round(Box<Rounding>, Box<Expr>),
    /// `date + n working days` (n negative: before).
    AddWorkingDays {
        calendar: CalendarId,
        date: Box<Expr>,
        count: Box<Expr>,
    },
    /// `working days after a to b`
    WorkingDaysBetween {
        calendar: CalendarId,
        from: Box<Expr>,
        to: Box<Expr>,
    },
    /// `band(range, shares)`
    Band {
        range: Box<Expr>,
        shares: Box<Expr>,
    },
    /// The limbs that hold; the first, highest or lowest of their values; none and no `otherwise`: nothing.
    Choose {
        how: Choose,
        limbs: Vec<Limb>,
        otherwise: Option<Box<Expr>>,
    },
    /// `sum of body for each ..`
    Aggregate {
        how: Aggregate,
        binders: Vec<Binder>,
        body: Box<Expr>,
    },
    /// The item that comes first by the keys.
    First {
        binder: Box<Binder>,
        by: Vec<(Extreme, Expr)>,
    },
    /// All members of an enum, in declared order; only as the collection of a binder.
    Members(EnumId),
    /// A set literal.
    Set(Vec<Expr>),
    /// A list literal.
    List(Vec<Expr>),
    /// Fields in declared order.
    Record(Vec<Expr>),
    /// One duty: kind and due date.
    Duty {
        kind: Box<Expr>,
        due: Box<Expr>,
    },
}

/// Both operands, in one place of memory: most expressions are made of operators.
#[derive(Clone, Debug)]
pub(crate) struct Sides {
    pub(crate) left: Expr,
    pub(crate) right: Expr,
}

#[derive(Clone, Debug)]
pub(crate) struct Limb {
    pub(crate) when: Expr,
    pub(crate) value: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Choose {
    First,
    Highest,
    Lowest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extreme {
    Highest,
    Lowest,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Aggregate {
    Sum,
    Product,
    Highest,
    Lowest,
    Latest,
    Earliest,
    SetOf,
    List,
    /// The body is not evaluated.
    Count,
    /// Some item's body holds.
    Any,
    /// Every item's body holds.
    Every,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum UnaryOp {
    Not,
    Negate,
    Exists,
    IsEmpty,
    Bottom,
    Top,
    Middle,
    StepAbove,
    StepBelow,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum BinaryOp {
    And,
    Or,
    Implies,
    OrElse,
    Add,
    Subtract,
    Multiply,
    /// Nothing for a zero divisor.
    Divide,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Is,
    IsNot,
    /// Membership of a set, list or range.
    In,
    NotIn,
    /// `S without T`
    Without,
    HasAnyOf,
    HasAllOf,
    StartsWith,
    /// `a to b`
    To,
    /// `range times factor`
    Times,
    /// `the higher of`, also `later`
    Higher,
    /// `the lower of`, also `earlier`
    Lower,
    /// `days after a to b`
    DaysBetween,
}

/// `always` and `never`; `monotone` and `independent` come as their parts.
#[derive(Clone, Debug)]
#[expect(dead_code, reason = "read by the analyser")]
pub(crate) struct Claim {
    pub(crate) span: Span,
    pub(crate) kind: ClaimKind,
}

#[derive(Clone, Debug)]
#[expect(dead_code, reason = "read by the analyser")]
pub(crate) enum ClaimKind {
    Always { text: Arc<str>, condition: Expr },
    Never { text: Arc<str>, condition: Expr },
    Monotone { outcome: OutcomeId, outcome_rises: bool, fact: FactPath, fact_rises: bool },
    Independent { outcome: OutcomeId, fact: FactPath },
}

/// A path into the facts: the top field, then fields of records and of list items.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FactPath {
    pub(crate) fields: Vec<usize>,
}

#[derive(Clone, Debug)]
pub(crate) struct Example {
    pub(crate) span: Span,
    /// From the word `expect` to the end.
    pub(crate) expect_span: Span,
    pub(crate) text: Arc<str>,
    /// Per fact, in field order; [`Value::Absent`] where it is not given.
    pub(crate) given: Vec<Value>,
    pub(crate) expect: Expect,
}

#[derive(Clone, Debug)]
pub(crate) enum Expect {
    Outcomes(Vec<(OutcomeId, Value)>),
    Missing(Vec<Arc<str>>),
    Refused,
    Failed,
}
