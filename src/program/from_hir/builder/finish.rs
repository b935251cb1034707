//! The end: code is what is asked for, its registers numbered in the order in which it is run.

use std::collections::BTreeMap;

use super::super::super::{Code, Group, Instruction, Key, Loop, Reg, Sum};
use super::order::{self, Step};
use super::{Builder, DraftKey, Node, Ref, place};

/// Code without what nothing asks for.
#[derive(Debug)]
pub(in super::super) struct Finished {
    pub(in super::super) first_constant: u16,
    pub(in super::super) constants: Vec<i64>,
    pub(in super::super) code: Vec<Instruction>,
    pub(in super::super) tables: Vec<Vec<i64>>,
    pub(in super::super) groups: Vec<Group>,
    pub(in super::super) parts: u32,
    pub(in super::super) loops: Vec<Loop>,
    pub(in super::super) made: u16,
    /// The registers of the roots.
    pub(in super::super) roots: Vec<Reg>,
}

impl Builder {
    /// Leaves out what no root asks for, and numbers the rest; `None` when it needs too many registers.
    pub(in super::super) fn finish(mut self, roots: &[Ref]) -> Option<Finished> {
        self.nodes.iter_mut().for_each(Node::compare_neighbours);
        let asked = self.asked(roots);
        let order = order::order(&self, &asked)?;
        let nodes = || order.iter().filter_map(|step| step.node(&self.nodes));
        let mut numbers = Numbers::default();
        for node in nodes() {
            // Tables, groups, parts, loops, slots and lists are named by number.
            if !matches!(node.code, Code::Group | Code::Item | Code::At) {
                numbers.constant(node.a);
            }
            if !matches!(node.code, Code::Lookup | Code::Group | Code::Part | Code::Item) {
                numbers.constant(node.b);
            }
            if !matches!(node.code, Code::Lookup | Code::Group | Code::Part | Code::Item | Code::Push) {
                numbers.constant(node.c);
            }
        }
        self.starts.iter().for_each(|start| numbers.constant(start.value));
        roots.iter().for_each(|root| numbers.constant(*root));
        let first_result = usize::from(self.inputs).checked_add(numbers.constants.len())?;
        let mut places = vec![0_u16; self.nodes.len()];
        let mut next = u16::try_from(first_result).ok()?;
        let mut code = Vec::with_capacity(order.len());
        let mut loops: Vec<Loop> = self.loops.iter().map(|one| one.empty()).collect();
        let register = |of: Ref, places: &[u16]| match of {
            Ref::Const(value) => numbers.known.get(&value).map(|at| Reg(self.inputs.saturating_add(*at))),
            Ref::Input(at) => Some(Reg(at)),
            Ref::Result(at) => places.get(usize::try_from(at).ok()?).copied().map(Reg),
        };
        let number = |of: Ref| match of {
            Ref::Const(number) => u16::try_from(number).ok().map(Reg),
            Ref::Input(_) | Ref::Result(_) => None,
        };
        for step in &order {
            let here = next;
            next = next.checked_add(1)?;
            let place = match step {
                Step::Node(place) => *place,
                Step::Each { number, length } => {
                    code.push(Instruction { code: Code::Each, a: Reg(*number), b: Reg(0), c: Reg(0) });
                    loops.get_mut(usize::from(*number))?.length = *length;
                    continue;
                }
            };
            // What is gathered reads itself.
            *places.get_mut(place)? = here;
            let Node { code: what, a, b, c } = *self.nodes.get(place)?;
            let [a, b, c] = match what {
                Code::Lookup | Code::Part => [register(a, &places)?, number(b)?, Reg(0)],
                Code::Group | Code::At => [number(a)?, Reg(0), Reg(0)],
                Code::Item => [number(a)?, number(b)?, Reg(0)],
                Code::Push => [register(a, &places)?, register(b, &places)?, number(c)?],
                Code::Add
                | Code::Subtract
                | Code::Multiply
                | Code::Lower
                | Code::Higher
                | Code::Select
                | Code::AddIf
                | Code::HigherIf
                | Code::LowerIf
                | Code::HalfUp
                | Code::HalfEven
                | Code::Up
                | Code::Down
                | Code::AddMonths
                | Code::Clamp
                | Code::Less
                | Code::LessOrEqual
                | Code::Equal
                | Code::Within
                | Code::Member
                | Code::And
                | Code::Or
                | Code::AndNot
                | Code::Not
                | Code::Union
                | Code::Intersection
                | Code::Difference
                | Code::Divides
                | Code::Each => [register(a, &places)?, register(b, &places)?, register(c, &places)?],
            };
            code.push(Instruction { code: what, a, b, c });
        }
        for start in &self.starts {
            let place = usize::try_from(start.node).ok()?;
            if asked.get(place) == Some(&true) {
                let of = loops.get_mut(usize::from((*self.inside.get(place)?)?))?;
                of.starts.push((Reg(*places.get(place)?), register(start.value, &places)?));
            }
        }
        let roots = roots.iter().map(|root| register(*root, &places)).collect::<Option<Vec<Reg>>>()?;
        let mut groups = Vec::with_capacity(self.groups.len());
        let mut part = 0_u32;
        for draft in self.groups {
            let keys = draft.keys.into_iter().map(|(of, key)| {
                let register = register(of, &places)?;
                Some(match key {
                    DraftKey::Direct(size) => Key::Direct { register, size },
                    DraftKey::Cuts(cuts) => Key::Cuts { register, cuts },
                })
            });
            let columns = draft.columns.iter().map(|of| register(*of, &places));
            let sums = draft.sums.into_iter().map(|how| {
                let sum = Sum { how, part };
                part = part.saturating_add(2);
                sum
            });
            groups.push(Group {
                sums: sums.collect(),
                keys: keys.collect::<Option<_>>()?,
                columns: columns.collect::<Option<_>>()?,
                cells: draft.cells,
                rows: draft.rows,
                rules: draft.rules,
                measures: draft.measures,
            });
        }
        Some(Finished {
            groups,
            parts: self.parts,
            loops,
            made: self.made,
            first_constant: self.inputs,
            constants: numbers.constants,
            code,
            tables: self.tables,
            roots,
        })
    }

    /// By node: whether a root needs it, or an error may come of it.
    fn asked(&self, roots: &[Ref]) -> Vec<bool> {
        let mut asked = vec![false; self.nodes.len()];
        let ask = |asked: &mut [bool], of: Ref| {
            if let Some(asked) = place(of).and_then(|place| asked.get_mut(place)) {
                *asked = true;
            }
        };
        roots.iter().for_each(|root| ask(&mut asked, *root));
        // A number that does not fit makes the program abstain, whatever comes of it: `0 * x` is 0, and an error with x.
        for (asked, node) in asked.iter_mut().zip(&self.nodes) {
            *asked |= node.code.may_not_fit() || node.code == Code::Push;
        }
        // Each node needs earlier ones alone, and itself.
        for (at, node) in self.nodes.iter().enumerate().rev() {
            if asked.get(at) == Some(&true) {
                for operand in self.operands(at, node) {
                    if let Some(asked) = asked.get_mut(operand) {
                        *asked = true;
                    }
                }
            }
        }
        asked
    }
}

/// Registers of constants.
#[derive(Debug, Default)]
struct Numbers {
    constants: Vec<i64>,
    known: BTreeMap<i64, u16>,
}

impl Numbers {
    fn constant(&mut self, of: Ref) {
        if let Ref::Const(value) = of
            && let Ok(next) = u16::try_from(self.constants.len())
            && !self.known.contains_key(&value)
        {
            self.known.insert(value, next);
            self.constants.push(value);
        }
    }
}
