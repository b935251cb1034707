//! The compiled policy: straight-line code over registers of 64 bits. Comes from [`from_hir`]; row by row and column by
//! column it is run by the layers above.
//!
//! Facts stand in the first registers, constants behind them, and each instruction writes the next one; there is no jump.
//! A number is an integer at a scale that is known here (`12.50` at scale 2 is 1250), a date a count of days, a member
//! its place, a set of members a mask, a bool 0 or 1. Beside a value that may not be there stands a bit that says
//! whether it is.
//!
//! What the code does not know it never guesses: one bit, [`Program::abstains`], says that the reference evaluator has to
//! decide the case. So a program may leave out what is rare (open values, errors, large numbers), and what it answers is
//! what the reference answers.

use std::sync::Arc;

pub(crate) mod from_hir;
mod print;

/// A place for a value of 64 bits.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Reg(pub(crate) u16);

/// What an instruction does with `a`, `b` and `c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Code {
    /// Checked, as all arithmetic: what does not fit makes the program abstain.
    Add,
    Subtract,
    Multiply,
    Lower,
    Higher,
    /// `a ? b : c`
    Select,
    /// `a ? b + c : c`
    AddIf,
    /// `a ? the higher of b and c : c`
    HigherIf,
    /// `a ? the lower of b and c : c`
    LowerIf,
    /// `a / b` to a whole number; `b` is above 0.
    HalfUp,
    HalfEven,
    Up,
    Down,
    Less,
    LessOrEqual,
    Equal,
    /// Bit `a` of the mask `b`; `a` is within 0 to 63.
    Member,
    /// Of bits and of masks alike.
    And,
    Or,
    /// `a` without `b`.
    AndNot,
    /// Of a bit.
    Not,
    /// Whether `b` divides `a`; `b` is above 0.
    Divides,
    /// The entry `a` of the lookup table whose number is `b` itself; 0 beyond its end.
    Lookup,
}

/// One instruction; its result goes to the register of its own place. Those of one code mostly follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Instruction {
    pub(crate) code: Code,
    pub(crate) a: Reg,
    pub(crate) b: Reg,
    pub(crate) c: Reg,
}

/// How a register's number stands for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Bool,
    Integer,
    Days,
    WorkingDays,
    Months,
    /// So many digits stand behind the point.
    Number { scale: u32 },
    /// Days since 1970-01-01.
    Date,
    /// The place of a member of an enum or scale.
    Member,
    /// A mask of members.
    Set,
}

/// A fact of the schema, at the same place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Input {
    pub(crate) kind: Kind,
    /// Both included, at the kind's scale.
    pub(crate) least: i64,
    pub(crate) most: i64,
    pub(crate) absent: Absent,
}

/// What a case means that does not give a fact.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Absent {
    /// It is missing: the program abstains.
    Missing,
    /// This value.
    Default(i64),
    /// The code asks the register whether it is given.
    Asked(Reg),
    /// The fact is derived from others and is never given.
    Derived,
}

/// Where an outcome stands at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Output {
    pub(crate) kind: Kind,
    pub(crate) value: Reg,
    /// Whether there is such a thing.
    pub(crate) there: Reg,
}

/// A rule that fires when a bit is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Fires {
    pub(crate) rule: Arc<str>,
    pub(crate) when: Reg,
}

/// A rule that another one takes out when a bit is set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Overrides {
    pub(crate) rule: Arc<str>,
    pub(crate) by: Arc<str>,
    /// Wire names, sorted.
    pub(crate) outcomes: Vec<Arc<str>>,
    pub(crate) when: Reg,
}

/// A policy as straight-line code.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Program {
    /// By fact.
    pub(crate) inputs: Vec<Input>,
    /// The first register behind the facts; constants fill the registers from here on.
    pub(crate) first_constant: u16,
    pub(crate) constants: Vec<i64>,
    pub(crate) code: Vec<Instruction>,
    pub(crate) tables: Vec<Vec<i64>>,
    /// Set where the reference evaluator has to decide.
    pub(crate) abstains: Reg,
    /// By outcome of the schema.
    pub(crate) outputs: Vec<Output>,
    /// Sorted as a decision lists them.
    pub(crate) fires: Vec<Fires>,
    pub(crate) overrides: Vec<Overrides>,
}

impl Program {
    /// How many registers it uses.
    pub(crate) fn registers(&self) -> usize {
        usize::from(self.first_constant).saturating_add(self.constants.len()).saturating_add(self.code.len())
    }

    /// The register of the first instruction.
    pub(crate) fn first_result(&self) -> usize {
        usize::from(self.first_constant).saturating_add(self.constants.len())
    }
}
