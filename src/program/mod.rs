//! The compiled policy: straight-line code over registers of 64 bits. Comes from [`from_hir`]; row by row and column by
//! column it is run by the layers above.
//!
//! Facts stand in the first registers, constants behind them, and each instruction writes the next one. There is no jump
//! but one: a loop runs its instructions once for each item of a list.
//! A number is an integer at a scale that is known here (`12.50` at scale 2 is 1250), a date a count of days, a member
//! its place, a set of members a mask, a bool 0 or 1. Beside a value that may not be there stands a bit that says
//! whether it is.
//!
//! What the code does not know it never guesses: one bit, [`Program::abstains`], says that the reference evaluator has to
//! decide the case. So a program may leave out what is rare (open values, errors, large numbers), and what it answers is
//! what the reference answers.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub(crate) mod from_hir;
mod layout;
mod print;
pub(crate) mod ranges;
pub(crate) mod saved;
mod verify;

/// A place for a value of 64 bits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) struct Reg(pub(crate) u16);

/// What an instruction does with `a`, `b` and `c`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
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
    /// The day `a` and `b` months, the day of the month kept as far as the month has it.
    AddMonths,
    /// `a` raised to `b` and cut to `c`.
    Clamp,
    Less,
    LessOrEqual,
    Equal,
    /// Whether `a` is at least `b`, and above it by at most `c` (without sign).
    Within,
    /// Bit `a` of the mask `b`; `a` is within 0 to 63.
    Member,
    /// Of bits.
    And,
    Or,
    /// `a` and not `b`.
    AndNot,
    Not,
    /// Of masks.
    Union,
    Intersection,
    Difference,
    /// Whether `b` divides `a`; `b` is above 0.
    Divides,
    /// The entry `a` of the lookup table whose number is `b` itself; 0 beyond its end.
    Lookup,
    /// Runs the group of rules whose number is `a` itself; gives 0.
    Group,
    /// What groups have left in the part whose number is `b` itself.
    Part,
    /// Runs the instructions behind it, as many as the loop whose number is `a` itself has, once for each item; gives 0.
    Each,
    /// The slot `b` itself of the item that the loop whose number is `a` itself is at.
    Item,
    /// Which of all items of its list the loop whose number is `a` itself is at.
    At,
    /// Where `a` holds, adds `b` to the list whose number is `c` itself; gives 0.
    Push,
}

/// What is run in one loop.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Family {
    /// Functions of two bits.
    Bits,
    Alone(Code),
}

impl Code {
    /// Its result may be beyond 64 bits, or no day.
    pub(crate) fn may_not_fit(self) -> bool {
        match self {
            Self::Add | Self::Subtract | Self::Multiply | Self::AddIf | Self::AddMonths | Self::Group => true,
            Self::Each
            | Self::Item
            | Self::At
            | Self::Push
            | Self::Lower
            | Self::Higher
            | Self::Select
            | Self::HigherIf
            | Self::LowerIf
            | Self::HalfUp
            | Self::HalfEven
            | Self::Up
            | Self::Down
            | Self::Clamp
            | Self::Less
            | Self::LessOrEqual
            | Self::Equal
            | Self::Within
            | Self::Member
            | Self::And
            | Self::Or
            | Self::AndNot
            | Self::Not
            | Self::Union
            | Self::Intersection
            | Self::Difference
            | Self::Divides
            | Self::Lookup
            | Self::Part => false,
        }
    }

    pub(crate) fn family(self) -> Family {
        match self {
            Self::And | Self::Or | Self::AndNot | Self::Not => Family::Bits,
            Self::Add
            | Self::Subtract
            | Self::Multiply
            | Self::Lower
            | Self::Higher
            | Self::Select
            | Self::AddIf
            | Self::HigherIf
            | Self::LowerIf
            | Self::HalfUp
            | Self::HalfEven
            | Self::Up
            | Self::Down
            | Self::AddMonths
            | Self::Clamp
            | Self::Less
            | Self::LessOrEqual
            | Self::Equal
            | Self::Within
            | Self::Member
            | Self::Union
            | Self::Intersection
            | Self::Difference
            | Self::Divides
            | Self::Lookup
            | Self::Group
            | Self::Part
            | Self::Each
            | Self::Item
            | Self::At
            | Self::Push => Family::Alone(self),
        }
    }
}

/// One instruction; its result goes to the register of its own place. Those of one family mostly follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Instruction {
    pub(crate) code: Code,
    pub(crate) a: Reg,
    pub(crate) b: Reg,
    pub(crate) c: Reg,
}

/// How a register's number stands for a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Kind {
    Bool,
    Integer,
    Days,
    WorkingDays,
    Months,
    /// So many digits stand behind the point.
    Number {
        scale: u32,
    },
    /// Days since 1970-01-01.
    Date,
    /// The place of a member of an enum or scale.
    Member,
    /// A mask of members.
    Set,
    /// A text of which nothing is asked; its number is 0.
    Text,
    /// What has fields: its number says nothing.
    Record,
    /// How many items there are.
    List,
}

impl Kind {
    /// How many digits of an integer or a number stand behind the point; `None` for what is neither.
    pub(crate) fn scale(self) -> Option<u32> {
        match self {
            Self::Number { scale } => Some(scale),
            Self::Integer => Some(0),
            Self::Bool
            | Self::Days
            | Self::WorkingDays
            | Self::Months
            | Self::Date
            | Self::Member
            | Self::Set
            | Self::Text
            | Self::Record
            | Self::List => None,
        }
    }
}

/// A fact of the schema at the same place, or a field of a record.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Input {
    pub(crate) kind: Kind,
    /// Both included, at the kind's scale; of a set or list the least and the most members.
    pub(crate) least: i64,
    pub(crate) most: i64,
    pub(crate) absent: Absent,
    /// Where its number stands: in a register, of a field of an item in a slot.
    #[serde(skip)]
    pub(crate) at: Reg,
    #[serde(skip)]
    pub(crate) parts: Parts,
}

impl Input {
    /// The most members that the sets in it may have, lists left out.
    fn most_members(&self) -> u64 {
        match (&self.parts, self.kind) {
            (Parts::Fields(fields), _) => fields.iter().map(Self::most_members).sum(),
            (Parts::None | Parts::Items(_), Kind::Set) => 64,
            (Parts::None | Parts::Items(_), _) => 0,
        }
    }
}

/// What a value consists of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) enum Parts {
    #[default]
    None,
    /// The fields of a record, in registers or slots as the record itself.
    Fields(Vec<Input>),
    /// The items of the list with this number.
    Items(u16),
}

/// A list in the facts, or in the items of another list. Its items stand in rows of slots.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct List {
    /// An item: a plain value, or a record.
    pub(crate) item: Input,
    /// How many slots an item has.
    pub(crate) width: u16,
    /// The list in whose items it lies; `None` where it lies in the facts.
    pub(crate) within: Option<u16>,
}

/// Loops within loops go no deeper than this.
const DEEPEST_LOOPS: usize = 8;

/// Instructions that are run once for each item.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Loop {
    /// The number of the list.
    pub(crate) list: u16,
    /// The loop at whose item the list lies; `None` where it lies in the facts.
    pub(crate) within: Option<u16>,
    /// How many instructions it has, those of loops inside counted.
    pub(crate) length: u32,
    /// Registers that gather over the items, each with the register that it begins with.
    pub(crate) starts: Vec<(Reg, Reg)>,
}

/// What it means that a fact or field is not given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Absent {
    /// It is missing: the program abstains.
    Missing,
    /// This value.
    Default(i64),
    /// The code asks this register (or slot) whether it is given.
    Asked(Reg),
    /// The fact is derived from others and is never given.
    Derived,
}

/// Where an outcome stands at the end.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Output {
    pub(crate) kind: Kind,
    pub(crate) value: Reg,
    /// Whether there is such a thing.
    pub(crate) there: Reg,
    /// Of a list of values of the kind, the number of the list that the code adds to.
    pub(crate) list: Option<u16>,
}

/// A rule that fires when a bit is set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Fires {
    /// The place of its name in [`Program::rules`].
    pub(crate) rule: u32,
    pub(crate) when: Reg,
}

/// A rule that fires for items, whose places in their list the code adds to a list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct ItemFires {
    /// The place of its name in [`Program::rules`].
    pub(crate) rule: u32,
    pub(crate) list: u16,
    /// The list of the items, the one around it, and so on, with their paths.
    pub(crate) path: Vec<(u16, Arc<str>)>,
}

/// Many rules of one shape: each holds where some registers lie within limits, and gives constants to the same outcomes.
/// The values of a few registers choose a cell, and only the rules of this cell are looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) keys: Vec<Key>,
    /// By cell, where its rows begin; one more at the end.
    pub(crate) cells: Vec<u32>,
    /// The registers that rows limit.
    pub(crate) columns: Vec<Reg>,
    /// Row after row: the least and the most of each column, then the rule as its place in `rules`.
    pub(crate) rows: Vec<i64>,
    pub(crate) rules: Vec<GroupRule>,
    pub(crate) measures: Vec<Gives>,
    pub(crate) sums: Vec<Sum>,
}

/// A register that chooses a cell, with the ascending values at which the next cell begins. The first key counts most.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Key {
    /// The value itself, below `size`.
    Direct {
        register: Reg,
        size: u32,
    },
    Cuts {
        register: Reg,
        cuts: Vec<i64>,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct GroupRule {
    /// The place of its name in [`Program::rules`].
    pub(crate) rule: u32,
    /// Its measures begin here, and end where those of the next rule begin.
    pub(crate) measures: u32,
}

/// A constant for one of the sums of a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Gives {
    pub(crate) sum: u32,
    pub(crate) value: i64,
}

/// What a group makes of the values for one outcome: it leaves the result in one part, and in the next one whether there
/// was any value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Sum {
    pub(crate) how: Gather,
    pub(crate) part: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(crate) enum Gather {
    Sum,
    Highest,
    Lowest,
    /// Of bits and of masks.
    Union,
}

/// A rule that another one takes out when a bit is set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Overrides {
    pub(crate) rule: Arc<str>,
    pub(crate) by: Arc<str>,
    /// Wire names, sorted.
    pub(crate) outcomes: Vec<Arc<str>>,
    pub(crate) when: Reg,
}

/// A policy as straight-line code. It is written as [`saved::Saved`].
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Program {
    /// By fact; each stands in the register of its place.
    #[serde(skip)]
    pub(crate) inputs: Vec<Input>,
    #[serde(skip)]
    pub(crate) lists: Vec<List>,
    pub(crate) loops: Vec<Loop>,
    /// How many lists the code makes.
    pub(crate) made: u16,
    /// The first register behind the facts; constants fill the registers from here on.
    pub(crate) first_constant: u16,
    pub(crate) constants: Vec<i64>,
    pub(crate) code: Vec<Instruction>,
    pub(crate) tables: Vec<Vec<i64>>,
    pub(crate) groups: Vec<Group>,
    /// How many parts the groups leave.
    pub(crate) parts: u32,
    /// The names of the rules that may fire, sorted.
    pub(crate) rules: Vec<Arc<str>>,
    /// Set where the reference evaluator has to decide.
    pub(crate) abstains: Reg,
    /// By outcome of the schema.
    pub(crate) outputs: Vec<Output>,
    /// Rules outside groups, sorted.
    pub(crate) fires: Vec<Fires>,
    pub(crate) item_fires: Vec<ItemFires>,
    /// Sorted as a decision lists them.
    pub(crate) overrides: Vec<Overrides>,
}

impl Program {
    /// How many registers it uses.
    pub(crate) fn registers(&self) -> usize {
        usize::from(self.first_constant).saturating_add(self.constants.len()).saturating_add(self.code.len())
    }

    /// The same without memory that nothing stands in.
    pub(crate) fn shrunk(mut self) -> Self {
        for group in &mut self.groups {
            group.cells.shrink_to_fit();
            group.rows.shrink_to_fit();
            group.rules.shrink_to_fit();
            group.measures.shrink_to_fit();
        }
        self.rules.shrink_to_fit();
        self
    }

    /// The most members that the sets of a case may have, beside so many items of its lists.
    pub(crate) fn most_members(&self, items: u64) -> u64 {
        let facts: u64 = self.inputs.iter().map(Input::most_members).sum();
        let item = self.lists.iter().map(|list| list.item.most_members()).max().unwrap_or(0);
        facts.saturating_add(items.saturating_mul(item))
    }

    /// How often an instruction is run at most, by power of the number of items.
    pub(crate) fn work(&self) -> Vec<u64> {
        let mut per_degree = vec![0_u64];
        // Where the loops end that an instruction stands in.
        let mut ends = Vec::new();
        for (instruction, at) in self.code.iter().zip(0_usize..) {
            while ends.last().is_some_and(|end| *end <= at) {
                ends.pop();
            }
            let degree = ends.len();
            per_degree.resize(per_degree.len().max(degree.saturating_add(1)), 0);
            if let Some(work) = per_degree.get_mut(degree) {
                *work = work.saturating_add(1);
            }
            if instruction.code == Code::Each {
                let length =
                    self.loops.get(usize::from(instruction.a.0)).map_or(0, |one| one.length as usize);
                ends.push(at.saturating_add(length).saturating_add(1));
            }
        }
        per_degree
    }

    /// Facts and outcomes are single values, and there is no loop: it can be run over columns.
    pub(crate) fn is_flat(&self) -> bool {
        let is_whole = |input: &Input| input.parts == Parts::None;
        self.lists.is_empty()
            && self.loops.is_empty()
            && self.made == 0
            && self.item_fires.is_empty()
            && self.inputs.iter().all(is_whole)
    }

    /// The number in a register of constants.
    pub(crate) fn constant(&self, register: Reg) -> Option<i64> {
        let place = usize::from(register.0).checked_sub(usize::from(self.first_constant))?;
        self.constants.get(place).copied()
    }

    /// The register of the first instruction.
    pub(crate) fn first_result(&self) -> usize {
        usize::from(self.first_constant).saturating_add(self.constants.len())
    }
}
