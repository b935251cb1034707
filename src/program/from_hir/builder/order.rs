//! In which order the nodes of a program are run.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::super::super::{Code, Family};
use super::{Builder, LoopId, Node};

/// A step of the code.
#[derive(Clone, Copy, Debug)]
pub(super) enum Step {
    /// The node at this place.
    Node(usize),
    /// The steps behind it, as many as `length`, are those of a loop.
    Each { number: LoopId, length: u32 },
}

impl Step {
    pub(super) fn node(self, nodes: &[Node]) -> Option<&Node> {
        match self {
            Self::Node(place) => nodes.get(place),
            Self::Each { .. } => None,
        }
    }
}

/// The nodes that are asked for, each behind what it needs, with as many of one family together as can be: a machine
/// looks at the family once for all of them. So of the families that can be run that one is next behind which the most
/// others have to follow one after the other: what does not hold up anybody waits until there is more of its kind. `None` where a node reads what is only known inside of a loop that it is
/// not in, which would be a mistake.
pub(super) fn order(builder: &Builder, asked: &[bool]) -> Option<Vec<Step>> {
    let mut order = Order::new(builder);
    for (at, node) in builder.nodes.iter().enumerate().filter(|(at, _)| asked.get(*at) == Some(&true)) {
        let inside = builder.inside.get(at).copied().flatten();
        order.enter(inside, at);
        for operand in builder.operands(at, node) {
            let known = builder.known_in(super::Ref::Result(u32::try_from(operand).ok()?));
            if !builder.is_in(inside, known) {
                return None;
            }
            order.link(operand, at);
        }
    }
    order.look_ahead();
    let mut steps = Vec::new();
    order.run(None, &mut steps);
    Some(steps)
}

/// Nodes, and loops as a whole behind them, wait for one another where they stand in the same loop.
struct Order<'b> {
    builder: &'b Builder,
    /// By unit: how many others it waits for, and which wait for it.
    waits: Vec<u32>,
    users: Vec<Vec<usize>>,
    /// By unit, how often the family changes from it to the end, at least.
    ahead: Vec<u32>,
    /// By loop, and before them all for none: the units in it.
    units: Vec<Vec<usize>>,
}

impl<'b> Order<'b> {
    fn new(builder: &'b Builder) -> Self {
        let count = builder.nodes.len().saturating_add(builder.loops.len());
        Self {
            builder,
            waits: vec![0; count],
            users: vec![Vec::new(); count],
            ahead: vec![0; count],
            units: vec![Vec::new(); builder.loops.len().saturating_add(1)],
        }
    }

    fn unit(&self, of: LoopId) -> usize {
        self.builder.nodes.len().saturating_add(usize::from(of))
    }

    fn units_of(&mut self, of: Option<LoopId>) -> Option<&mut Vec<usize>> {
        self.units.get_mut(of.map_or(0, |of| usize::from(of).saturating_add(1)))
    }

    /// Puts a unit into its loop, and that into the one around it.
    fn enter(&mut self, inside: Option<LoopId>, unit: usize) {
        let Some(units) = self.units_of(inside) else { return };
        let is_first = units.is_empty();
        units.push(unit);
        if let Some(inside) = inside.filter(|_| is_first) {
            self.enter(self.builder.around(inside), self.unit(inside));
        }
    }

    /// The units of which a node is a part, from the inside, each with the loop that it stands in.
    fn parts(&self, at: usize) -> impl Iterator<Item = (Option<LoopId>, usize)> {
        let inside = self.builder.inside.get(at).copied().flatten();
        let loops = self.builder.enclosing(inside);
        let outer = loops.map(|of| (self.builder.around(of), self.unit(of)));
        std::iter::once((inside, at)).chain(outer)
    }

    /// One node waits for another where both, or the loops that they are in, stand in the same loop.
    fn link(&mut self, operand: usize, user: usize) {
        let meeting = self.parts(user).find_map(|(inside, user)| {
            let operand = self.parts(operand).find(|(other, _)| *other == inside)?;
            Some((operand.1, user))
        });
        let Some((operand, user)) = meeting.filter(|(operand, user)| operand != user) else { return };
        if let (Some(users), Some(waits)) = (self.users.get_mut(operand), self.waits.get_mut(user)) {
            users.push(user);
            *waits = waits.saturating_add(1);
        }
    }

    fn look_ahead(&mut self) {
        let mut waits = self.waits.clone();
        let mut sorted: Vec<usize> = (0..waits.len()).filter(|unit| waits.get(*unit) == Some(&0)).collect();
        let mut next = 0;
        while let Some(unit) = sorted.get(next).copied() {
            next = next.saturating_add(1);
            for user in self.users.get(unit).into_iter().flatten() {
                let Some(waits) = waits.get_mut(*user) else { continue };
                *waits = waits.saturating_sub(1);
                if *waits == 0 {
                    sorted.push(*user);
                }
            }
        }
        for unit in sorted.into_iter().rev() {
            let changes = self.users.get(unit).into_iter().flatten().map(|user| {
                let changes = self.family(*user) != self.family(unit);
                self.ahead.get(*user).map_or(0, |ahead| ahead.saturating_add(u32::from(changes)))
            });
            let most = changes.max().unwrap_or(0);
            if let Some(ahead) = self.ahead.get_mut(unit) {
                *ahead = most;
            }
        }
    }

    fn family(&self, unit: usize) -> Family {
        self.builder.nodes.get(unit).map_or(Family::Alone(Code::Each), |node| node.code.family())
    }

    fn emit(&mut self, unit: usize, steps: &mut Vec<Step>) {
        let number =
            unit.checked_sub(self.builder.nodes.len()).and_then(|number| LoopId::try_from(number).ok());
        let Some(number) = number else {
            steps.push(Step::Node(unit));
            return;
        };
        let begin = steps.len();
        steps.push(Step::Each { number, length: 0 });
        self.run(Some(number), steps);
        let inside = steps.len().saturating_sub(begin).saturating_sub(1);
        if let Some(Step::Each { length, .. }) = steps.get_mut(begin) {
            *length = u32::try_from(inside).unwrap_or(u32::MAX);
        }
    }

    /// The steps of a loop, or of what stands in none.
    fn run(&mut self, of: Option<LoopId>, steps: &mut Vec<Step>) {
        let units = self.units_of(of).map(std::mem::take).unwrap_or_default();
        let mut ready: BTreeMap<Family, Ready> = BTreeMap::new();
        for unit in units {
            if self.waits.get(unit) == Some(&0) {
                ready.entry(self.family(unit)).or_default().push(unit, &self.ahead);
            }
        }
        while let Some((family, _)) =
            ready.iter().max_by_key(|(family, ready)| (ready.ahead, ready.units.len(), Reverse(**family)))
        {
            let family = *family;
            let mut queue = ready.remove(&family).unwrap_or_default().units;
            let mut next = 0;
            while let Some(unit) = queue.get(next).copied() {
                next = next.saturating_add(1);
                self.emit(unit, steps);
                for user in self.users.get_mut(unit).map(std::mem::take).unwrap_or_default() {
                    let Some(waits) = self.waits.get_mut(user) else { continue };
                    *waits = waits.saturating_sub(1);
                    if *waits > 0 {
                        continue;
                    }
                    // One of the same family can follow at once.
                    if self.family(user) == family {
                        queue.push(user);
                    } else {
                        ready.entry(self.family(user)).or_default().push(user, &self.ahead);
                    }
                }
            }
        }
    }
}

/// Units of one family that can be run, and how often the family changes behind them.
#[derive(Debug, Default)]
struct Ready {
    units: Vec<usize>,
    ahead: u32,
}

impl Ready {
    fn push(&mut self, unit: usize, ahead: &[u32]) {
        self.ahead = self.ahead.max(ahead.get(unit).copied().unwrap_or(0));
        self.units.push(unit);
    }
}
