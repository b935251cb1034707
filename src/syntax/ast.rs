//! The tree of a policy's text, in the language's own words. Comes from [`super::parse`], goes to `hir`;
//! names are not resolved and nothing is typed. Broken parts are `Invalid`.

use jiff::civil::Date;
use std::sync::Arc;

use crate::source::Span;

/// One file.
#[derive(Clone, Debug, Default)]
pub(crate) struct File {
    pub(crate) items: Vec<Item>,
}

/// A name as written, in NFC.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Name {
    pub(crate) text: Arc<str>,
    pub(crate) span: Span,
}

/// A quoted text, without its quotes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Text {
    pub(crate) text: Arc<str>,
    pub(crate) span: Span,
}

#[derive(Clone, Debug)]
pub(crate) struct Item {
    pub(crate) span: Span,
    pub(crate) kind: ItemKind,
}

#[derive(Clone, Debug)]
pub(crate) enum ItemKind {
    Policy(Policy),
    Use(Text),
    Unit(Unit),
    Enum(Enum),
    Record(Record),
    Facts(Facts),
    Calendar(Calendar),
    Parameter(Parameter),
    Table(Table),
    Define(Define),
    Outcome(Outcome),
    Rule(Rule),
    Claim(Claim),
    Monotone(Monotone),
    Independent(Independent),
    Example(Example),
}

/// What may stand on every named thing: `name as "wire" "title"  cites ..  in force ..`.
#[derive(Clone, Debug)]
pub(crate) struct Head {
    pub(crate) name: Name,
    /// `as "wire"`
    pub(crate) wire: Option<Text>,
    pub(crate) title: Option<Text>,
    pub(crate) cites: Vec<Text>,
    pub(crate) in_force: Option<InForce>,
}

/// `in force from D until D`; `until` includes its day. At least one is there.
#[derive(Clone, Debug)]
pub(crate) struct InForce {
    pub(crate) span: Span,
    pub(crate) from: Option<Date>,
    pub(crate) until: Option<Date>,
}

/// `policy name "title" cites .. in force .. dated by a, b, the more lenient by x, then y`
#[derive(Clone, Debug)]
pub(crate) struct Policy {
    pub(crate) head: Head,
    /// No, one or two dates.
    pub(crate) dated_by: Vec<Expr>,
    /// Outcomes that say which of two laws is the more lenient.
    pub(crate) lenient_by: Vec<Name>,
}

/// `unit g = 1_000 mg, 2 decimals`
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    /// May hold a slash: `mg/kg`.
    pub(crate) head: Head,
    pub(crate) equals: Option<Quantity>,
    pub(crate) decimals: Option<(u32, Span)>,
}

/// `enum E: a, b` or `scale S: a < b`
#[derive(Clone, Debug)]
pub(crate) struct Enum {
    pub(crate) head: Head,
    pub(crate) is_scale: bool,
    pub(crate) members: Vec<Member>,
}

#[derive(Clone, Debug)]
pub(crate) struct Member {
    pub(crate) name: Name,
    pub(crate) wire: Option<Text>,
    pub(crate) title: Option<Text>,
}

#[derive(Clone, Debug)]
pub(crate) struct Record {
    pub(crate) head: Head,
    pub(crate) body: Facts,
}

/// The fields and constraints of `facts` or of a record.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) fields: Vec<Field>,
    pub(crate) must_hold: Vec<MustHold>,
}

/// `must hold "text" condition`
#[derive(Clone, Debug)]
pub(crate) struct MustHold {
    pub(crate) span: Span,
    pub(crate) text: Option<Text>,
    pub(crate) condition: Expr,
}

/// `name as "wire" "title": type, clauses`
#[derive(Clone, Debug)]
pub(crate) struct Field {
    pub(crate) span: Span,
    pub(crate) name: Name,
    pub(crate) wire: Option<Text>,
    pub(crate) title: Option<Text>,
    pub(crate) kind: FieldKind,
}

#[derive(Clone, Debug)]
pub(crate) enum FieldKind {
    /// A fact of the case.
    Given { ty: TypeRef, clauses: Vec<FieldClause> },
    /// `price: first of tagged_price, market_price`
    FirstOf(Vec<Name>),
}

#[derive(Clone, Debug)]
pub(crate) struct FieldClause {
    pub(crate) span: Span,
    pub(crate) kind: FieldClauseKind,
}

#[derive(Clone, Debug)]
pub(crate) enum FieldClauseKind {
    NeededWhen(Expr),
    Default(Expr),
    Bound(Bound),
    /// `judgement by "the panel"`
    Judgement(Option<Text>),
    /// `wire in percent`
    WireInPercent,
}

/// A bound that refuses.
#[derive(Clone, Debug)]
pub(crate) enum Bound {
    /// `a to b`
    Between(Expr, Expr),
    /// `a or more`, `a or later`
    OrMore(Expr),
    /// `a or less`, `a or earlier`
    OrLess(Expr),
    /// `up to 5` (a list or set)
    UpTo(Expr),
    /// `up to 2 decimals`
    Decimals(u32),
}

#[derive(Clone, Debug)]
pub(crate) struct TypeRef {
    pub(crate) span: Span,
    pub(crate) kind: TypeKind,
    /// `or nothing`
    pub(crate) nothing: bool,
    /// `or unknown`
    pub(crate) unknown: bool,
}

#[derive(Clone, Debug)]
pub(crate) enum TypeKind {
    /// `bool`, `CNY`, `Severity`, `days`, ..: one word (a unit's may hold a slash).
    Named(Name),
    /// `working days`
    WorkingDays,
    Set(Box<TypeRef>),
    List(Box<TypeRef>),
    Range(Box<TypeRef>),
    Duty(Box<TypeRef>),
    /// Several result columns: `(fine: CNY, exposure: months)`.
    Columns(Vec<(Name, TypeRef)>),
    Invalid,
}

/// `calendar federal  weekend: saturday, sunday  holidays: facts_list  workdays: other_list`
#[derive(Clone, Debug)]
pub(crate) struct Calendar {
    pub(crate) head: Head,
    pub(crate) weekend: Vec<Name>,
    pub(crate) holidays: Vec<Expr>,
    pub(crate) workdays: Vec<Expr>,
}

/// `parameter p: T  from D: v  from D: v`, several columns as `from D: v, w`; or `parameter p: T = v`.
#[derive(Clone, Debug)]
pub(crate) struct Parameter {
    pub(crate) head: Head,
    pub(crate) ty: TypeRef,
    pub(crate) body: ParameterBody,
}

#[derive(Clone, Debug)]
pub(crate) enum ParameterBody {
    Constant(Expr),
    Rows(Vec<ParameterRow>),
}

#[derive(Clone, Debug)]
pub(crate) struct ParameterRow {
    pub(crate) span: Span,
    pub(crate) from: Date,
    pub(crate) from_span: Span,
    pub(crate) values: Vec<Expr>,
}

/// `a: integer, 49 to 54`
#[derive(Clone, Debug)]
pub(crate) struct Param {
    pub(crate) name: Name,
    pub(crate) ty: TypeRef,
    pub(crate) bounds: Vec<(Bound, Span)>,
}

/// `define name(params): T  head  = body`
#[derive(Clone, Debug)]
pub(crate) struct Define {
    pub(crate) head: Head,
    pub(crate) params: Vec<Param>,
    pub(crate) ty: TypeRef,
    pub(crate) body: Expr,
}

#[derive(Clone, Debug)]
pub(crate) struct Table {
    pub(crate) head: Head,
    pub(crate) params: Vec<Param>,
    pub(crate) ty: TypeRef,
    /// `, highest` or `, lowest`: how overlapping rows combine.
    pub(crate) hit: Option<Extreme>,
    /// The span of the header row.
    pub(crate) header_span: Span,
    /// The expressions over the parameters that head the condition columns (in a cross table without the last one).
    pub(crate) inputs: Vec<Expr>,
    /// The names of the result columns of a table with several.
    pub(crate) results: Vec<Name>,
    /// A cross table's last input, and the tests that head its columns.
    pub(crate) across: Option<(Expr, Vec<Cell>)>,
    pub(crate) rows: Vec<Row>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Extreme {
    Highest,
    Lowest,
}

#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) span: Span,
    pub(crate) tests: Vec<Cell>,
    pub(crate) results: Vec<Expr>,
}

/// `any`, or alternatives (`,`) of conjunctions (`and`).
#[derive(Clone, Debug)]
pub(crate) struct Cell {
    pub(crate) span: Span,
    pub(crate) kind: CellKind,
}

#[derive(Clone, Debug)]
pub(crate) enum CellKind {
    Any,
    Tests(Vec<Vec<Test>>),
}

/// `x` (equality; `a to b` is membership of a range) or `>= x`
#[derive(Clone, Debug)]
pub(crate) struct Test {
    pub(crate) span: Span,
    pub(crate) op: TestOp,
    pub(crate) value: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TestOp {
    Is,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    pub(crate) head: Head,
    pub(crate) ty: TypeRef,
    pub(crate) clauses: Vec<OutcomeClause>,
    /// `= e`: a defined outcome.
    pub(crate) body: Option<Expr>,
    /// `exact`: leaving the analysable fragment is an error.
    pub(crate) exact: bool,
}

#[derive(Clone, Debug)]
pub(crate) struct OutcomeClause {
    pub(crate) span: Span,
    pub(crate) kind: OutcomeClauseKind,
}

#[derive(Clone, Debug)]
pub(crate) enum OutcomeClauseKind {
    Required,
    Default(Expr),
    AtLeast(Expr),
    AtMost(Expr),
    Rounded(Rounding),
    Combine(Combine),
    /// `highest per Product, then sum`
    CombinePer {
        inner: Combine,
        record: Name,
        outer: Combine,
    },
}

/// `rounded to 0.01 CNY half up`
#[derive(Clone, Debug)]
pub(crate) struct Rounding {
    pub(crate) span: Span,
    pub(crate) step: Box<Expr>,
    pub(crate) mode: RoundingMode,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RoundingMode {
    HalfUp,
    HalfEven,
    Up,
    Down,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Combine {
    Sum,
    Highest,
    Lowest,
    Earliest,
    Latest,
    Any,
    Agree,
}

#[derive(Clone, Debug)]
pub(crate) struct Rule {
    pub(crate) head: Head,
    /// `dated by v.date`
    pub(crate) dated_by: Option<Expr>,
    pub(crate) overrides: Vec<Override>,
    pub(crate) binders: Vec<Binder>,
    pub(crate) when: Option<Expr>,
    pub(crate) then: Vec<Measure>,
    pub(crate) exact: bool,
}

/// `overrides a`, or `overrides a for fine, credit` (then `outcomes` is not empty).
#[derive(Clone, Debug)]
pub(crate) struct Override {
    pub(crate) rule: Name,
    pub(crate) outcomes: Vec<Name>,
}

/// `for each v in XS where C`
#[derive(Clone, Debug)]
#[expect(dead_code, reason = "every node of the tree has its place in the text")]
pub(crate) struct Binder {
    pub(crate) span: Span,
    pub(crate) name: Name,
    pub(crate) collection: Expr,
    pub(crate) filter: Option<Expr>,
}

/// One line of `then`.
#[derive(Clone, Debug)]
pub(crate) struct Measure {
    pub(crate) span: Span,
    pub(crate) outcome: Name,
    pub(crate) kind: MeasureKind,
}

#[derive(Clone, Debug)]
pub(crate) enum MeasureKind {
    /// `fine: e, at least x, at most y`; several values add several members or duties.
    Contribute {
        values: Vec<Contribution>,
        at_least: Option<Expr>,
        at_most: Option<Expr>,
    },
    ReducedBy(Expr),
    RaisedBy(Expr),
    /// `at least x` and/or `at most y` alone
    Limit {
        at_least: Option<Expr>,
        at_most: Option<Expr>,
    },
    Waived,
    Without(Vec<Expr>),
    Invalid,
}

#[derive(Clone, Debug)]
pub(crate) struct Contribution {
    pub(crate) value: Expr,
    /// `testing due inspected_on + 30 days`
    pub(crate) due: Option<Expr>,
}

/// `always "text" condition` or `never "text" condition`
#[derive(Clone, Debug)]
pub(crate) struct Claim {
    pub(crate) text: Text,
    pub(crate) is_never: bool,
    pub(crate) condition: Expr,
}

/// `monotone response never falls as injuries rises`
#[derive(Clone, Debug)]
pub(crate) struct Monotone {
    pub(crate) outcome: Name,
    pub(crate) never: Direction,
    pub(crate) fact: Expr,
    pub(crate) moves: Direction,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Rises,
    /// `falls`, or `shrinks` for a set
    Falls,
}

/// `independent fine of stage`
#[derive(Clone, Debug)]
pub(crate) struct Independent {
    pub(crate) outcome: Name,
    pub(crate) fact: Expr,
}

#[derive(Clone, Debug)]
pub(crate) struct Example {
    pub(crate) text: Text,
    pub(crate) given: Vec<(Name, Expr)>,
    /// From the word `expect` to the end; without that word, where it is missing.
    pub(crate) expect_span: Span,
    pub(crate) expect: Expect,
}

#[derive(Clone, Debug)]
pub(crate) enum Expect {
    Outcomes(Vec<(Name, Expr)>),
    /// Fact paths as written, `products[0].price`.
    Missing(Vec<Text>),
    Refused,
    Failed,
}

#[derive(Clone, Debug)]
pub(crate) struct Expr {
    pub(crate) span: Span,
    pub(crate) kind: ExprKind,
}

/// A number with at most one unit. `text` is digits with an optional point, without underscores or per cent sign.
#[derive(Clone, Debug)]
pub(crate) struct Quantity {
    pub(crate) span: Span,
    pub(crate) text: Arc<str>,
    pub(crate) is_percent: bool,
    pub(crate) unit: Option<UnitRef>,
}

#[derive(Clone, Debug)]
pub(crate) enum UnitRef {
    /// A declared unit; may hold a slash.
    Named(Name),
    /// `day`, `days`
    Days,
    /// `working day`, `working days`
    WorkingDays,
    /// `month`, `months`
    Months,
    /// `year`, `years`
    Years,
}

#[derive(Clone, Debug)]
pub(crate) enum ExprKind {
    Invalid,
    Bool(bool),
    Nothing,
    Unknown,
    Quantity(Quantity),
    Date(Date),
    Text(Arc<str>),
    Name(Name),
    Field(Box<Expr>, Name),
    Call(Name, Vec<Expr>),
    /// `[a, b]`
    List(Vec<Expr>),
    /// `{ on: .., severity: .. }`
    Record(Vec<(Name, Expr)>),
    /// `( e )`; kept for the formatter.
    Group(Box<Expr>),
    Prefix(PrefixOp, Box<Expr>),
    Infix {
        op: InfixOp,
        op_span: Span,
        sides: Box<Sides>,
    },
    /// `e exists`
    Exists(Box<Expr>),
    /// `e is nothing`, `e is not nothing`
    IsNothing {
        of: Box<Expr>,
        negated: bool,
    },
    /// `e is empty`, `e is not empty`
    IsEmpty {
        of: Box<Expr>,
        negated: bool,
    },
    /// `e within 24 months before d`
    Within {
        of: Box<Expr>,
        length: Box<Expr>,
        side: Side,
        date: Box<Expr>,
    },
    /// `days after a to b`, `working days after a to b of federal`
    DaysAfter {
        working: bool,
        calendar: Option<Name>,
        from: Box<Expr>,
        to: Box<Expr>,
    },
    /// `e of federal` after a sum with working days: `d + 5 working days of federal`
    OfCalendar {
        of: Box<Expr>,
        calendar: Name,
    },
    /// `the higher of a and b`
    TheOf {
        pick: Pick,
        left: Box<Expr>,
        right: Box<Expr>,
    },
    /// `one step above s`, `one step below s`
    Step {
        side: StepSide,
        of: Box<Expr>,
    },
    /// `first of V when C, V when C, otherwise W`; also `V when C, otherwise W` (one limb, `First`).
    Cases {
        how: CasesHow,
        limbs: Vec<Limb>,
        otherwise: Option<Box<Expr>>,
    },
    /// `sum of E for each v in XS where C`; `E for each ..` with [`Aggregate::List`]; `count`, `any`, `every`
    Aggregate {
        how: Aggregate,
        body: Option<Box<Expr>>,
        binders: Vec<Binder>,
    },
    /// `first v in XS where C by highest A, then lowest B`
    First {
        binder: Box<Binder>,
        by: Vec<(Extreme, Expr)>,
    },
    /// `e rounded to 0.01 CNY half up`
    Rounded(Box<Expr>, Rounding),
}

#[derive(Clone, Debug)]
pub(crate) struct Limb {
    pub(crate) value: Expr,
    pub(crate) when: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum PrefixOp {
    Negate,
    Not,
}

/// What stands before and behind an operator.
#[derive(Clone, Debug)]
pub(crate) struct Sides {
    pub(crate) left: Expr,
    pub(crate) right: Expr,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InfixOp {
    At,
    OrElse,
    Multiply,
    Divide,
    Add,
    Subtract,
    /// `a to b`
    To,
    /// `1 to 3 times g`
    Times,
    /// `S without T`
    Without,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
    Is,
    IsNot,
    In,
    NotIn,
    HasAnyOf,
    HasAllOf,
    StartsWith,
    Before,
    After,
    OnOrBefore,
    OnOrAfter,
    And,
    Or,
    Implies,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Side {
    Before,
    After,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepSide {
    Above,
    Below,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Pick {
    Higher,
    Lower,
    Earlier,
    Later,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum CasesHow {
    First,
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
    /// `E for each v in XS`
    List,
    /// `count v in XS where C`: no body
    Count,
    /// `any v in XS where C`: no body, the condition is the filter
    Any,
    /// `every v in XS where F has C`: C is the body
    Every,
}
