//! A program for columns: steps over columns that are as narrow as the ranges of a program allow, with checks only where
//! these do not show that they are idle.

use std::collections::BTreeMap;

use crate::program::ranges::{Range, Ranges};
use crate::program::{Code, Instruction, Program, Reg};

use super::lane::Width;

/// The place of a column.
pub(super) type Slot = u32;

/// What stands in a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Rows(Width),
    /// The same number in every row.
    Constant(i64),
}

/// What a step does. Its operands and its result are of the step's width, but for bits, which are bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Op {
    /// A narrower column, or a constant, in the step's width.
    Widen,
    Add,
    Subtract,
    Multiply,
    /// Of 64 bits; what does not fit is marked.
    CheckedAdd,
    CheckedSubtract,
    CheckedMultiply,
    /// Of numbers of 32 bits without sign, to 64.
    MultiplyWords,
    Lower,
    Higher,
    Clamp,
    Intersection,
    Union,
    Difference,
    /// Of a bit.
    Not,
    /// These make bits.
    IsSet,
    Less,
    LessOrEqual,
    Equal,
    /// `b <= a <= c`
    Between,
    /// A bit `a` chooses.
    Select,
    HigherIf,
    LowerIf,
    AddIf,
    CheckedAddIf,
    /// An entry of a short table, compared with one place after the other.
    Pick(u16),
    /// `(a + add) / by`, of a number from 0 on.
    Divide {
        add: i64,
        by: i64,
    },
    /// Row by row, in 64 bits.
    Alone(Code),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) op: Op,
    pub(super) width: Width,
    pub(super) a: Slot,
    pub(super) b: Slot,
    pub(super) c: Slot,
    pub(super) out: Slot,
}

#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// By column; facts come first, then constants.
    pub(super) classes: Vec<Class>,
    pub(super) steps: Vec<Step>,
    /// By register.
    pub(super) slots: Vec<Slot>,
}

/// Tables up to this size are compared place by place.
const SHORT_TABLE: usize = 16;
/// Masks with up to so many stretches are compared, one after the other.
const FEW_STRETCHES: usize = 3;

impl Plan {
    pub(super) fn new(program: &Program) -> Self {
        let ranges = Ranges::new(program);
        let facts = usize::from(program.first_constant);
        let classes = ranges.values.iter().take(facts).map(|range| Class::Rows(Width::of(*range)));
        let mut classes: Vec<Class> = classes.collect();
        classes.extend(program.constants.iter().map(|value| Class::Constant(*value)));
        let slots = (0..).take(classes.len()).collect();
        let plan = Self { classes, steps: Vec::with_capacity(program.code.len()), slots };
        let mut planning = Planning { plan, program, ranges, widened: BTreeMap::new() };
        for (at, instruction) in program.code.iter().enumerate() {
            let slot = planning.instruction(at, instruction);
            planning.plan.slots.push(slot);
        }
        planning.plan
    }

    pub(super) fn slot(&self, register: Reg) -> Slot {
        self.slots.get(usize::from(register.0)).copied().unwrap_or(0)
    }
}

struct Planning<'p> {
    plan: Plan,
    program: &'p Program,
    ranges: Ranges,
    /// Columns that were made wider.
    widened: BTreeMap<(Slot, Width), Slot>,
}

impl Planning<'_> {
    fn instruction(&mut self, at: usize, instruction: &Instruction) -> Slot {
        let Instruction { code, a, b, c } = *instruction;
        let out = Reg(u16::try_from(self.plan.slots.len()).unwrap_or(0));
        let (result, fits) = (self.ranges.of(out), self.ranges.fits.get(at) == Some(&true));
        match code {
            Code::Add => self.checked([Op::Add, Op::CheckedAdd], a, b, result, fits),
            Code::Subtract => self.checked([Op::Subtract, Op::CheckedSubtract], a, b, result, fits),
            Code::Multiply => {
                let words = Range { least: 0, most: u32::MAX.into() };
                let both = [a, b].iter().all(|operand| self.ranges.of(*operand).is_within(words));
                let plain =
                    if both && Width::of(result) == Width::Long { Op::MultiplyWords } else { Op::Multiply };
                self.checked([plain, Op::CheckedMultiply], a, b, result, fits)
            }
            Code::AddIf => {
                let op = if fits { Op::AddIf } else { Op::CheckedAddIf };
                self.chosen(op, (a, b, c), if fits { result } else { Range::ALL })
            }
            Code::Select => self.chosen(Op::Select, (a, b, c), result),
            Code::HigherIf => self.chosen(Op::HigherIf, (a, b, c), result),
            Code::LowerIf => self.chosen(Op::LowerIf, (a, b, c), result),
            Code::Lower => self.pair(Op::Lower, a, b, result),
            Code::Higher => self.pair(Op::Higher, a, b, result),
            Code::Union | Code::Or => self.pair(Op::Union, a, b, result),
            Code::Intersection | Code::And => self.pair(Op::Intersection, a, b, result),
            Code::Difference | Code::AndNot => self.pair(Op::Difference, a, b, result),
            Code::Not => {
                let a = self.plan.slot(a);
                let a = self.bits(a);
                self.emit(Op::Not, Width::Byte, [a; 3], Width::Byte)
            }
            Code::Less => self.compared(Op::Less, a, b),
            Code::LessOrEqual => self.compared(Op::LessOrEqual, a, b),
            Code::Equal => self.compared(Op::Equal, a, b),
            Code::Within => match (self.program.constant(b), self.program.constant(c)) {
                (Some(least), Some(width)) if least <= least.wrapping_add(width) => {
                    self.within(a, least, least.wrapping_add(width))
                }
                (_, _) => self.alone(code, [a, b, c], Width::Byte),
            },
            Code::Member => match self.program.constant(b).and_then(|mask| self.stretches(a, mask)) {
                Some(stretches) => {
                    let mut any = self.constant(0);
                    for (least, most) in stretches {
                        let within = self.within(a, least, most);
                        any = match self.class(any) {
                            Class::Constant(_) => within,
                            Class::Rows(_) => {
                                self.emit(Op::Union, Width::Byte, [any, within, within], Width::Byte)
                            }
                        };
                    }
                    any
                }
                None => self.alone(code, [a, b, b], Width::Byte),
            },
            Code::Clamp => {
                let slots = [a, b, c].map(|register| self.plan.slot(register));
                let width = slots.iter().fold(Width::of(result), |width, slot| width.max(self.width(*slot)));
                let slots = slots.map(|slot| self.in_width(slot, width));
                self.emit(Op::Clamp, width, slots, width)
            }
            Code::Lookup => {
                let (table, slot) = (b.0, self.plan.slot(a));
                let size = self.program.tables.get(usize::from(table)).map_or(0, Vec::len);
                if size > SHORT_TABLE {
                    let out = Width::of(result);
                    return self.emit(Op::Alone(code), Width::Long, [slot, table.into(), 0], out);
                }
                let width = self.width(slot).max(Width::of(result));
                let slot = self.rows(slot, width);
                self.emit(Op::Pick(table), width, [slot; 3], width)
            }
            Code::Group => self.emit(Op::Alone(code), Width::Long, [a.0.into(), 0, 0], Width::Byte),
            Code::Part => self.emit(Op::Alone(code), Width::Long, [b.0.into(), 0, 0], Width::Long),
            // These stand in no program that is run over columns.
            Code::Each | Code::Item | Code::At | Code::Push => self.alone(code, [a, b, c], Width::Long),
            Code::HalfUp | Code::Up | Code::Down => self.rounded(code, a, b),
            Code::HalfEven | Code::AddMonths => self.alone(code, [a, b, b], Width::Long),
            Code::Divides => self.alone(code, [a, b, b], Width::Byte),
        }
    }

    fn class(&self, slot: Slot) -> Class {
        self.plan.classes.get(slot as usize).copied().unwrap_or(Class::Constant(0))
    }

    fn width(&self, slot: Slot) -> Width {
        match self.class(slot) {
            Class::Rows(width) => width,
            Class::Constant(value) => Width::of(Range::one(value)),
        }
    }

    fn column(&mut self, class: Class) -> Slot {
        let slot = Slot::try_from(self.plan.classes.len()).unwrap_or(Slot::MAX);
        self.plan.classes.push(class);
        slot
    }

    fn constant(&mut self, value: i64) -> Slot {
        self.column(Class::Constant(value))
    }

    fn emit(&mut self, op: Op, width: Width, [a, b, c]: [Slot; 3], made: Width) -> Slot {
        let out = self.column(Class::Rows(made));
        self.plan.steps.push(Step { op, width, a, b, c, out });
        out
    }

    /// The same numbers in columns of a width, or as a constant.
    fn in_width(&mut self, slot: Slot, width: Width) -> Slot {
        match self.class(slot) {
            Class::Rows(narrow) if narrow < width => self.widen(slot, width),
            Class::Rows(_) | Class::Constant(_) => slot,
        }
    }

    /// The same in rows, be it a constant.
    fn rows(&mut self, slot: Slot, width: Width) -> Slot {
        match self.class(slot) {
            Class::Rows(held) if held >= width => slot,
            Class::Rows(_) | Class::Constant(_) => self.widen(slot, width),
        }
    }

    fn widen(&mut self, slot: Slot, width: Width) -> Slot {
        if let Some(known) = self.widened.get(&(slot, width)) {
            return *known;
        }
        let wide = self.emit(Op::Widen, width, [slot; 3], width);
        self.widened.insert((slot, width), wide);
        wide
    }

    /// The same where at least one has rows.
    fn both(&mut self, a: Slot, b: Slot, width: Width) -> [Slot; 2] {
        match (self.class(a), self.class(b)) {
            (Class::Constant(_), Class::Constant(_)) => [self.widen(a, width), b],
            (_, _) => [self.in_width(a, width), self.in_width(b, width)],
        }
    }

    /// Bits in rows.
    fn bits(&mut self, slot: Slot) -> Slot {
        match self.class(slot) {
            Class::Rows(Width::Byte) => slot,
            Class::Constant(_) => self.widen(slot, Width::Byte),
            Class::Rows(width) => self.emit(Op::IsSet, width, [slot; 3], Width::Byte),
        }
    }

    /// A step over two columns, in a width that holds them and the result.
    fn pair(&mut self, op: Op, a: Reg, b: Reg, result: Range) -> Slot {
        let (a, b) = (self.plan.slot(a), self.plan.slot(b));
        let mut width = Width::of(result).max(self.width(a)).max(self.width(b));
        if op == Op::Multiply {
            // Nothing multiplies bytes.
            width = width.max(Width::Short);
        }
        let [a, b] = self.both(a, b, width);
        self.emit(op, width, [a, b, b], width)
    }

    /// Arithmetic, with a check where it is not idle.
    fn checked(&mut self, [plain, checked]: [Op; 2], a: Reg, b: Reg, result: Range, fits: bool) -> Slot {
        if fits { self.pair(plain, a, b, result) } else { self.pair(checked, a, b, Range::ALL) }
    }

    fn chosen(&mut self, op: Op, (when, b, c): (Reg, Reg, Reg), result: Range) -> Slot {
        let [when, b, c] = [when, b, c].map(|register| self.plan.slot(register));
        let width = Width::of(result).max(self.width(b)).max(self.width(c));
        let (b, c) = (self.in_width(b, width), self.in_width(c, width));
        let when = self.bits(when);
        self.emit(op, width, [when, b, c], width)
    }

    fn compared(&mut self, op: Op, a: Reg, b: Reg) -> Slot {
        let (a, b) = (self.plan.slot(a), self.plan.slot(b));
        let width = self.width(a).max(self.width(b));
        let [a, b] = self.both(a, b, width);
        self.emit(op, width, [a, b, b], Width::Byte)
    }

    /// Whether a number lies within limits, compared with those alone that its range does not hold anyway.
    fn within(&mut self, of: Reg, least: i64, most: i64) -> Slot {
        let (range, slot) = (self.ranges.of(of), self.plan.slot(of));
        let width = self.width(slot);
        let slot = self.rows(slot, width);
        let (low, high) = (least.max(range.least), most.min(range.most));
        if low > high {
            return self.constant(0);
        }
        let (is_least, is_most) = (low == range.least, high == range.most);
        if is_least && is_most {
            return self.constant(1);
        }
        let (least, most) = (self.constant(low), self.constant(high));
        let (op, operands) = if low == high {
            (Op::Equal, [slot, least, least])
        } else if is_least {
            (Op::LessOrEqual, [slot, most, most])
        } else if is_most {
            (Op::LessOrEqual, [least, slot, slot])
        } else {
            (Op::Between, [slot, least, most])
        };
        self.emit(op, width, operands, Width::Byte)
    }

    /// The stretches of members of a mask among those that a register may hold, if they are few.
    fn stretches(&self, of: Reg, mask: i64) -> Option<Vec<(i64, i64)>> {
        let range = self.ranges.of(of);
        if !range.is_within(Range { least: 0, most: 63 }) {
            return None;
        }
        let mut stretches: Vec<(i64, i64)> = Vec::new();
        for member in range.least..=range.most {
            if mask.checked_shr(u32::try_from(member).ok()?)? & 1 == 0 {
                continue;
            }
            match stretches.last_mut() {
                Some((_, most)) if *most == member.saturating_sub(1) => *most = member,
                Some(_) | None => stretches.push((member, member)),
            }
        }
        (stretches.len() <= FEW_STRETCHES).then_some(stretches)
    }

    /// A division that is rounded: by a known number, and of none below zero, it is one of whole numbers.
    fn rounded(&mut self, code: Code, of: Reg, by: Reg) -> Slot {
        let range = self.ranges.of(of);
        let divisor = self.program.constant(by).filter(|by| *by > 0 && range.least >= 0);
        let added = divisor.and_then(|by| {
            let add = if code == Code::HalfUp {
                by / 2
            } else if code == Code::Up {
                by.saturating_sub(1)
            } else {
                0
            };
            range.most.checked_add(add).map(|_| (add, by))
        });
        let Some((add, by)) = added else { return self.alone(code, [of, by, by], Width::Long) };
        let slot = self.plan.slot(of);
        let slot = self.rows(slot, Width::Long);
        self.emit(Op::Divide { add, by }, Width::Long, [slot; 3], Width::Long)
    }

    /// Row by row in 64 bits.
    fn alone(&mut self, code: Code, operands: [Reg; 3], made: Width) -> Slot {
        let slots = operands.map(|register| self.plan.slot(register));
        let slots = slots.map(|slot| self.in_width(slot, Width::Long));
        self.emit(Op::Alone(code), Width::Long, slots, made)
    }
}
