//! Makes instructions: equal ones are one, constant ones are none, and conditions are simplified as they are made. What
//! nothing asks for is left out at the end.

mod finish;
mod order;

use std::collections::BTreeMap;

use super::super::{Code, DEEPEST_LOOPS, Gather, Gives, GroupRule, Loop};

/// A value of 64 bits in code that is being made: a bool as 0 or 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Ref {
    Const(i64),
    /// A register that is filled from outside.
    Input(u16),
    Result(u32),
}

pub(super) const NO: Ref = Ref::Const(0);
pub(super) const YES: Ref = Ref::Const(1);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Node {
    code: Code,
    a: Ref,
    b: Ref,
    c: Ref,
}

impl Node {
    /// Members of a mask that are neighbours are the places between two.
    fn compare_neighbours(&mut self) {
        if let Self { code: Code::Member, b: Ref::Const(mask), .. } = *self
            && mask.count_ones().saturating_add(mask.leading_zeros()).saturating_add(mask.trailing_zeros())
                == 64
        {
            self.code = Code::Within;
            self.b = Ref::Const(mask.trailing_zeros().into());
            self.c = Ref::Const(i64::from(mask.count_ones()).saturating_sub(1));
        }
    }

    /// A number that hardly any other node has.
    fn fingerprint(&self) -> u64 {
        let word = |of: Ref| match of {
            Ref::Const(value) => [0, value.cast_unsigned()],
            Ref::Input(place) => [1, u64::from(place)],
            Ref::Result(place) => [2, u64::from(place)],
        };
        let words = [[0, self.code as u64], word(self.a), word(self.b), word(self.c)];
        // Each word is spread over all bits, by the golden ratio.
        words
            .as_flattened()
            .iter()
            .fold(0, |mark: u64, word| (mark.rotate_left(29) ^ word).wrapping_mul(0x9E37_79B9_7F4A_7C15))
    }
}

/// A loop by its number, each behind the one around it.
pub(super) type LoopId = u16;

/// A loop whose instructions are not known yet.
#[derive(Clone, Copy, Debug)]
struct DraftLoop {
    list: u16,
    within: Option<LoopId>,
    /// The loop around it.
    outer: Option<LoopId>,
}

impl DraftLoop {
    fn empty(self) -> Loop {
        Loop { list: self.list, within: self.within, length: 0, starts: Vec::new() }
    }
}

/// How a gathering register begins.
#[derive(Clone, Copy, Debug)]
struct Start {
    node: u32,
    value: Ref,
}

#[derive(Debug, Default)]
pub(super) struct Builder {
    inputs: u16,
    nodes: Vec<Node>,
    /// By node, the innermost loop in which it is run.
    inside: Vec<Option<LoopId>>,
    /// By fingerprint. Of two with one fingerprint, which hardly ever are, the earlier would be made again.
    known: BTreeMap<u64, u32>,
    loops: Vec<DraftLoop>,
    /// Sorted by node: these read their own value of the item before, and have a final value outside their loop.
    starts: Vec<Start>,
    made: u16,
    tables: Vec<Vec<i64>>,
    groups: Vec<Draft>,
    parts: u32,
}

/// A group whose registers are not numbered yet.
#[derive(Debug)]
pub(super) struct Draft {
    pub(super) keys: Vec<(Ref, DraftKey)>,
    pub(super) columns: Vec<Ref>,
    /// Its registers, and those of its keys and columns, are made at the end.
    pub(super) cells: Vec<u32>,
    pub(super) rows: Vec<i64>,
    pub(super) rules: Vec<GroupRule>,
    pub(super) measures: Vec<Gives>,
    pub(super) sums: Vec<Gather>,
}

#[derive(Debug)]
pub(super) enum DraftKey {
    Direct(u32),
    Cuts(Vec<i64>),
}

impl Builder {
    /// So many registers, the first ones, are filled from outside.
    pub(super) fn fill_from_outside(&mut self, registers: u16) {
        self.inputs = registers;
    }

    /// How many instructions have been made.
    pub(super) fn size(&self) -> usize {
        self.nodes.len()
    }

    fn make(&mut self, code: Code, a: Ref, b: Ref, c: Ref) -> Ref {
        let node = Node { code, a, b, c };
        let mark = node.fingerprint();
        if let Some(known) = self.known.get(&mark)
            && self.nodes.get(*known as usize) == Some(&node)
        {
            return Ref::Result(*known);
        }
        let inside = match (code, a) {
            (Code::Item | Code::At, Ref::Const(number)) => LoopId::try_from(number).ok(),
            (_, _) => [a, b, c].into_iter().fold(None, |inside, of| self.deeper(inside, self.known_in(of))),
        };
        let place = self.push(node, inside);
        self.known.insert(mark, place);
        Ref::Result(place)
    }

    fn push(&mut self, node: Node, inside: Option<LoopId>) -> u32 {
        let place = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.nodes.push(node);
        self.inside.push(inside);
        place
    }

    /// A node whose operands say what it is. What is gathered is not what it was gathered from.
    fn node(&self, of: Ref) -> Option<Node> {
        match of {
            Ref::Result(place) if self.start(place).is_none() => {
                self.nodes.get(usize::try_from(place).ok()?).copied()
            }
            Ref::Result(_) | Ref::Const(_) | Ref::Input(_) => None,
        }
    }

    // ---- loops ------------------------------------------------------------------------------------------------

    /// A loop over the items of a list, inside another one; `None` when there are too many, or too many around it.
    pub(super) fn each(
        &mut self,
        list: u16,
        within: Option<LoopId>,
        outer: Option<LoopId>,
    ) -> Option<LoopId> {
        let number = LoopId::try_from(self.loops.len()).ok()?;
        if self.enclosing(outer).count() >= DEEPEST_LOOPS {
            return None;
        }
        self.loops.push(DraftLoop { list, within, outer });
        Some(number)
    }

    pub(super) fn item(&mut self, of: LoopId, slot: u16) -> Ref {
        self.make(Code::Item, Ref::Const(i64::from(of)), Ref::Const(i64::from(slot)), NO)
    }

    /// Which of all items of its list a loop is at.
    pub(super) fn at(&mut self, of: LoopId) -> Ref {
        self.make(Code::At, Ref::Const(i64::from(of)), NO, NO)
    }

    /// What a code makes over all items from its own result of the item before: `code(a, own)`, and with `b`
    /// `code(a, b, own)`. Outside the loop it is the last one, or `start` where there is no item.
    pub(super) fn gather(&mut self, of: LoopId, code: Code, a: Ref, b: Option<Ref>, start: Ref) -> Ref {
        let own = Ref::Result(u32::try_from(self.nodes.len()).unwrap_or(u32::MAX));
        let (b, c) = match b {
            Some(b) => (b, own),
            None => (own, NO),
        };
        let node = self.push(Node { code, a, b, c }, Some(of));
        self.starts.push(Start { node, value: start });
        Ref::Result(node)
    }

    pub(super) fn list_of(&self, of: LoopId) -> Option<u16> {
        self.loops.get(usize::from(of)).map(|one| one.list)
    }

    /// A new list, made by the code.
    pub(super) fn list(&mut self) -> Option<u16> {
        let list = self.made;
        self.made = list.checked_add(1)?;
        Some(list)
    }

    /// Adds to such a list, for each item of the loop for which `when` holds.
    pub(super) fn add_to(&mut self, list: u16, of: Option<LoopId>, when: Ref, value: Ref) {
        self.push(Node { code: Code::Push, a: when, b: value, c: Ref::Const(i64::from(list)) }, of);
    }

    fn start(&self, node: u32) -> Option<&Start> {
        let at = self.starts.binary_search_by_key(&node, |start| start.node).ok()?;
        self.starts.get(at)
    }

    fn around(&self, of: LoopId) -> Option<LoopId> {
        self.loops.get(usize::from(of)).and_then(|one| one.outer)
    }

    /// The innermost loop in which a value is known; what is gathered is known outside.
    pub(super) fn known_in(&self, of: Ref) -> Option<LoopId> {
        let Ref::Result(place) = of else { return None };
        let inside = self.inside.get(usize::try_from(place).ok()?).copied().flatten()?;
        if self.start(place).is_some() { self.around(inside) } else { Some(inside) }
    }

    /// This loop and those around it, from the inside.
    fn enclosing(&self, of: Option<LoopId>) -> impl Iterator<Item = LoopId> {
        std::iter::successors(of, |of| self.around(*of))
    }

    fn is_in(&self, of: Option<LoopId>, outer: Option<LoopId>) -> bool {
        outer.is_none_or(|outer| self.enclosing(of).any(|one| one == outer))
    }

    /// Of two loops, one in the other, the inner one.
    fn deeper(&self, one: Option<LoopId>, other: Option<LoopId>) -> Option<LoopId> {
        if self.is_in(other, one) { other } else { one }
    }

    // ---- arithmetic -------------------------------------------------------------------------------------------

    pub(super) fn add(&mut self, a: Ref, b: Ref) -> Ref {
        match (a, b) {
            (Ref::Const(0), other) | (other, Ref::Const(0)) => other,
            (Ref::Const(a_is), Ref::Const(b_is)) => {
                a_is.checked_add(b_is).map_or_else(|| self.make(Code::Add, a, b, NO), Ref::Const)
            }
            (_, _) => self.make(Code::Add, a.min(b), a.max(b), NO),
        }
    }

    pub(super) fn subtract(&mut self, a: Ref, b: Ref) -> Ref {
        match (a, b) {
            (_, Ref::Const(0)) => a,
            (Ref::Const(a_is), Ref::Const(b_is)) => {
                a_is.checked_sub(b_is).map_or_else(|| self.make(Code::Subtract, a, b, NO), Ref::Const)
            }
            (_, _) => self.make(Code::Subtract, a, b, NO),
        }
    }

    pub(super) fn multiply(&mut self, a: Ref, b: Ref) -> Ref {
        match (a, b) {
            (Ref::Const(1), other) | (other, Ref::Const(1)) => other,
            (Ref::Const(0), _) | (_, Ref::Const(0)) => Ref::Const(0),
            (Ref::Const(a_is), Ref::Const(b_is)) => {
                a_is.checked_mul(b_is).map_or_else(|| self.make(Code::Multiply, a, b, NO), Ref::Const)
            }
            (_, _) => self.make(Code::Multiply, a.min(b), a.max(b), NO),
        }
    }

    pub(super) fn add_months(&mut self, day: Ref, months: Ref) -> Ref {
        self.make(Code::AddMonths, day, months, NO)
    }

    pub(super) fn lower_of(&mut self, a: Ref, b: Ref) -> Ref {
        match (a, b) {
            (Ref::Const(a), Ref::Const(b)) => Ref::Const(a.min(b)),
            (_, _) if a == b => a,
            (Ref::Const(cap), of) | (of, Ref::Const(cap)) => self.capped(of, cap),
            (_, _) => self.make(Code::Lower, a.min(b), a.max(b), NO),
        }
    }

    /// A number cut to `cap`. Where it was cut before if a bit was set, that bit chooses the cap.
    fn capped(&mut self, of: Ref, cap: i64) -> Ref {
        match self.node(of) {
            Some(Node { code: Code::Higher, a: floor @ Ref::Const(_), b: of, .. }) => {
                self.make(Code::Clamp, of, floor, Ref::Const(cap))
            }
            Some(Node { code: Code::LowerIf, a: when, b: Ref::Const(value), c: of }) => {
                let cap = self.select(when, Ref::Const(value.min(cap)), Ref::Const(cap));
                self.lower_of(of, cap)
            }
            Some(_) | None => self.make(Code::Lower, Ref::Const(cap), of, NO),
        }
    }

    pub(super) fn higher_of(&mut self, a: Ref, b: Ref) -> Ref {
        match (a, b) {
            (Ref::Const(a), Ref::Const(b)) => Ref::Const(a.max(b)),
            (_, _) if a == b => a,
            (_, _) => self.make(Code::Higher, a.min(b), a.max(b), NO),
        }
    }

    pub(super) fn select(&mut self, when: Ref, then: Ref, otherwise: Ref) -> Ref {
        match (when, then, otherwise) {
            (YES, _, _) => then,
            (NO, _, _) => otherwise,
            (_, _, _) if then == otherwise => then,
            (_, YES, NO) => when,
            (_, NO, YES) => self.not(when),
            // A bit that is only asked for where it is set.
            (_, _, NO) if then == when => when,
            (_, _, _) => self.make(Code::Select, when, then, otherwise),
        }
    }

    pub(super) fn add_if(&mut self, when: Ref, value: Ref, to: Ref) -> Ref {
        match (when, value) {
            (NO, _) | (_, Ref::Const(0)) => to,
            (YES, _) => self.add(value, to),
            (_, _) if to == Ref::Const(0) => self.select(when, value, to),
            (_, _) => self.make(Code::AddIf, when, value, to),
        }
    }

    pub(super) fn higher_if(&mut self, when: Ref, value: Ref, than: Ref) -> Ref {
        match when {
            NO => than,
            YES => self.higher_of(value, than),
            Ref::Const(_) | Ref::Input(_) | Ref::Result(_) => self.make(Code::HigherIf, when, value, than),
        }
    }

    pub(super) fn lower_if(&mut self, when: Ref, value: Ref, than: Ref) -> Ref {
        match when {
            NO => than,
            YES => self.lower_of(value, than),
            Ref::Const(_) | Ref::Input(_) | Ref::Result(_) => self.make(Code::LowerIf, when, value, than),
        }
    }

    /// `of / by` to a whole number by one of the four ways of rounding; `by` is above 0.
    pub(super) fn round(&mut self, how: Code, of: Ref, by: i64) -> Ref {
        if by == 1 { of } else { self.make(how, of, Ref::Const(by), NO) }
    }

    pub(super) fn divides(&mut self, of: Ref, by: i64) -> Ref {
        match of {
            Ref::Const(of) => bit(of.checked_rem(by) == Some(0)),
            Ref::Input(_) | Ref::Result(_) if by == 1 => YES,
            Ref::Input(_) | Ref::Result(_) => self.make(Code::Divides, of, Ref::Const(by), NO),
        }
    }

    /// The entry of a table at `place`.
    pub(super) fn lookup(&mut self, place: Ref, table: Vec<i64>) -> Ref {
        if let Ref::Const(place) = place {
            let entry = usize::try_from(place).ok().and_then(|place| table.get(place)).copied();
            return Ref::Const(entry.unwrap_or(0));
        }
        if let Some(first) = table.first().copied().filter(|first| table.iter().all(|entry| entry == first)) {
            return Ref::Const(first);
        }
        let known = self.tables.iter().position(|one| *one == table);
        let number = known.unwrap_or(self.tables.len());
        if known.is_none() {
            self.tables.push(table);
        }
        let number = i64::try_from(number).unwrap_or(i64::MAX);
        self.make(Code::Lookup, place, Ref::Const(number), NO)
    }

    // ---- groups -----------------------------------------------------------------------------------------------

    /// For each sum of a group its value, and whether there is any.
    pub(super) fn group(&mut self, draft: Draft) -> Vec<(Ref, Ref)> {
        let number = i64::try_from(self.groups.len()).unwrap_or(i64::MAX);
        let group = self.make(Code::Group, Ref::Const(number), NO, NO);
        let mut results = Vec::with_capacity(draft.sums.len());
        for part in (i64::from(self.parts)..).step_by(2).take(draft.sums.len()) {
            let value = self.make(Code::Part, group, Ref::Const(part), NO);
            let some = self.make(Code::Part, group, Ref::Const(part.saturating_add(1)), NO);
            results.push((value, some));
        }
        let parts = u32::try_from(draft.sums.len()).unwrap_or(u32::MAX).saturating_mul(2);
        self.parts = self.parts.saturating_add(parts);
        self.groups.push(draft);
        results
    }

    /// What a node reads.
    fn operands(&self, at: usize, node: &Node) -> Vec<usize> {
        let mut all = vec![node.a, node.b, node.c];
        if let Some(start) = u32::try_from(at).ok().and_then(|at| self.start(at)) {
            all.push(start.value);
        }
        if let Node { code: Code::Group, a: Ref::Const(number), .. } = node
            && let Some(draft) = usize::try_from(*number).ok().and_then(|number| self.groups.get(number))
        {
            all.extend(draft.keys.iter().map(|(key, _)| *key).chain(draft.columns.iter().copied()));
        }
        all.into_iter().filter_map(place).filter(|operand| *operand != at).collect()
    }

    /// The test that a bit stands for: which register must lie between which limits.
    pub(super) fn test(&self, bit: Ref) -> Test {
        let within = |of, least, most| Test { of, limits: Limits::Within(least, most) };
        match (self.limits(bit), self.membership(bit), self.node(bit)) {
            (Some((of, least, most)), _, _) => within(of, least, most),
            (_, Some((of, mask)), _) => Test { of, limits: Limits::Among(mask) },
            (_, _, Some(Node { code: Code::Not, a: of, .. })) => within(of, 0, 0),
            (_, _, _) => within(bit, 1, 1),
        }
    }

    // ---- conditions -------------------------------------------------------------------------------------------

    pub(super) fn less(&mut self, a: Ref, b: Ref) -> Ref {
        match (a, b) {
            (Ref::Const(a), Ref::Const(b)) => bit(a < b),
            (_, _) if a == b => NO,
            (Ref::Const(than), _) => than.checked_add(1).map_or(NO, |least| self.within(b, least, i64::MAX)),
            (_, Ref::Const(than)) => than.checked_sub(1).map_or(NO, |most| self.within(a, i64::MIN, most)),
            (_, _) => self.make(Code::Less, a, b, NO),
        }
    }

    pub(super) fn less_or_equal(&mut self, a: Ref, b: Ref) -> Ref {
        match (a, b) {
            (Ref::Const(a), Ref::Const(b)) => bit(a <= b),
            (_, _) if a == b => YES,
            (Ref::Const(least), _) => self.within(b, least, i64::MAX),
            (_, Ref::Const(most)) => self.within(a, i64::MIN, most),
            (_, _) => self.make(Code::LessOrEqual, a, b, NO),
        }
    }

    pub(super) fn equal(&mut self, a: Ref, b: Ref) -> Ref {
        match (a, b) {
            (Ref::Const(a), Ref::Const(b)) => bit(a == b),
            (_, _) if a == b => YES,
            (Ref::Const(value), of) | (of, Ref::Const(value)) => self.within(of, value, value),
            (_, _) => self.make(Code::Equal, a.min(b), a.max(b), NO),
        }
    }

    /// Whether a number lies between limits, both included.
    fn within(&mut self, of: Ref, least: i64, most: i64) -> Ref {
        if least > most {
            return NO;
        }
        if (least, most) == (i64::MIN, i64::MAX) {
            return YES;
        }
        self.make(Code::Within, of, Ref::Const(least), Ref::Const(most.wrapping_sub(least)))
    }

    /// The limits that a condition tests something with.
    fn limits(&self, of: Ref) -> Option<(Ref, i64, i64)> {
        match self.node(of)? {
            Node { code: Code::Within, a, b: Ref::Const(least), c: Ref::Const(width) } => {
                Some((a, least, least.wrapping_add(width)))
            }
            _ => None,
        }
    }

    /// Whether the member `of` is in a mask. Members of one constant mask or another are members of a third.
    pub(super) fn member(&mut self, of: Ref, mask: Ref) -> Ref {
        match (of, mask) {
            (_, Ref::Const(0)) => NO,
            (Ref::Const(of), Ref::Const(mask)) => bit(mask.checked_shr(of as u32).unwrap_or(0) & 1 == 1),
            (_, _) => self.make(Code::Member, of, mask, NO),
        }
    }

    /// The constant mask that a condition tests something with.
    pub(super) fn membership(&self, of: Ref) -> Option<(Ref, i64)> {
        match self.node(of)? {
            Node { code: Code::Member, a, b: Ref::Const(mask), c: _ } => Some((a, mask)),
            _ => None,
        }
    }

    pub(super) fn and(&mut self, a: Ref, b: Ref) -> Ref {
        match (a, b) {
            (NO, _) | (_, NO) => return NO,
            (YES, other) | (other, YES) => return other,
            (_, _) if a == b => return a,
            (_, _) => {}
        }
        if let (Some((left, one)), Some((right, other))) = (self.membership(a), self.membership(b))
            && left == right
        {
            return self.member(left, Ref::Const(one & other));
        }
        if let (Some((left, least, most)), Some((right, low, high))) = (self.limits(a), self.limits(b))
            && left == right
        {
            return self.within(left, least.max(low), most.min(high));
        }
        match (self.node(a), self.node(b)) {
            (_, Some(Node { code: Code::Not, a: of, .. })) => self.without(a, of),
            (Some(Node { code: Code::Not, a: of, .. }), _) => self.without(b, of),
            (_, _) => self.make(Code::And, a.min(b), a.max(b), NO),
        }
    }

    pub(super) fn or(&mut self, a: Ref, b: Ref) -> Ref {
        match (a, b) {
            (YES, _) | (_, YES) => return YES,
            (NO, other) | (other, NO) => return other,
            (_, _) if a == b => return a,
            (_, _) => {}
        }
        if let (Some((left, one)), Some((right, other))) = (self.membership(a), self.membership(b))
            && left == right
        {
            return self.member(left, Ref::Const(one | other));
        }
        self.make(Code::Or, a.min(b), a.max(b), NO)
    }

    /// `a and not b`, of bits.
    pub(super) fn without(&mut self, a: Ref, b: Ref) -> Ref {
        match (a, b) {
            (NO, _) | (_, YES) => NO,
            (_, NO) => a,
            (YES, _) => self.not(b),
            (_, _) if a == b => NO,
            (_, _) => self.make(Code::AndNot, a, b, NO),
        }
    }

    pub(super) fn not(&mut self, of: Ref) -> Ref {
        match (of, self.node(of)) {
            (NO, _) => YES,
            (YES, _) => NO,
            (_, Some(Node { code: Code::Not, a, .. })) => a,
            (_, Some(Node { code: Code::Less, a, b, .. })) => self.less_or_equal(b, a),
            (_, Some(Node { code: Code::LessOrEqual, a, b, .. })) => self.less(b, a),
            (_, Some(Node { code: Code::Within, .. })) => match self.limits(of) {
                Some((of, i64::MIN, most)) => self.less(Ref::Const(most), of),
                Some((of, least, i64::MAX)) => self.less(of, Ref::Const(least)),
                Some(_) | None => self.make(Code::Not, of, NO, NO),
            },
            (_, Some(Node { code: Code::Member, a, b: Ref::Const(mask), .. })) => {
                self.member(a, Ref::Const(!mask))
            }
            (_, _) => self.make(Code::Not, of, NO, NO),
        }
    }

    // ---- masks -----------------------------------------------------------------------------------------------

    /// The mask of one member, which is within 0 to 63.
    pub(super) fn mask(&mut self, member: Ref) -> Ref {
        let masks = (0..64).map(|place| 1_i64.wrapping_shl(place)).collect();
        self.lookup(member, masks)
    }

    pub(super) fn union(&mut self, a: Ref, b: Ref) -> Ref {
        match (a, b) {
            (Ref::Const(a), Ref::Const(b)) => Ref::Const(a | b),
            (Ref::Const(0), other) | (other, Ref::Const(0)) => other,
            (_, _) => self.make(Code::Union, a.min(b), a.max(b), NO),
        }
    }

    pub(super) fn intersection(&mut self, a: Ref, b: Ref) -> Ref {
        match (a, b) {
            (Ref::Const(a), Ref::Const(b)) => Ref::Const(a & b),
            (Ref::Const(0), _) | (_, Ref::Const(0)) => Ref::Const(0),
            (_, _) => self.make(Code::Intersection, a.min(b), a.max(b), NO),
        }
    }

    pub(super) fn difference(&mut self, a: Ref, b: Ref) -> Ref {
        match (a, b) {
            (Ref::Const(a), Ref::Const(b)) => Ref::Const(a & !b),
            (_, Ref::Const(0)) => a,
            (_, _) => self.make(Code::Difference, a, b, NO),
        }
    }
}

/// What a register must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Test {
    pub(super) of: Ref,
    pub(super) limits: Limits,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Limits {
    /// Both included.
    Within(i64, i64),
    /// A member of a mask.
    Among(i64),
}

/// The place of a node.
fn place(of: Ref) -> Option<usize> {
    if let Ref::Result(place) = of { usize::try_from(place).ok() } else { None }
}

fn bit(of: bool) -> Ref {
    if of { YES } else { NO }
}
