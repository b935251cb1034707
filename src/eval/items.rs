//! The lists of a case in a machine: rows of slots, one for each item.

use std::sync::Arc;

use crate::program::{Input, Parts, Program};

/// Where a value is put: into a register, or into a slot of an item.
#[derive(Clone, Copy, Debug)]
pub(super) enum Spot {
    Facts,
    /// The item of a list whose slots begin here.
    Item {
        list: u16,
        begin: usize,
    },
}

/// All lists of a case, by number.
#[derive(Clone, Debug)]
pub(super) struct Items {
    lists: Vec<Rows>,
}

/// The items of a list, those in all items of the list around it one after the other.
#[derive(Clone, Debug)]
struct Rows {
    width: usize,
    /// Row by row.
    slots: Vec<i64>,
    /// By item of the list around it, where its rows begin; one more at the end.
    starts: Vec<usize>,
    /// The lists in each item.
    inside: Vec<u16>,
}

impl Rows {
    fn count(&self) -> usize {
        self.slots.len().checked_div(self.width).unwrap_or(0)
    }
}

impl Items {
    pub(super) fn new(program: &Program) -> Self {
        let inside = |number: u16| {
            let lists = program.lists.iter().zip(0_u16..);
            lists.filter(|(list, _)| list.within == Some(number)).map(|(_, inside)| inside).collect()
        };
        let lists = program.lists.iter().zip(0_u16..).map(|(list, number)| Rows {
            width: usize::from(list.width),
            slots: Vec::new(),
            starts: vec![0],
            inside: inside(number),
        });
        Self { lists: lists.collect() }
    }

    pub(super) fn clear(&mut self) {
        for rows in &mut self.lists {
            rows.slots.clear();
            rows.starts.clear();
            rows.starts.push(0);
        }
    }

    /// Takes back the items of all lists in a fact.
    pub(super) fn clear_lists_of(&mut self, input: &Input) {
        match &input.parts {
            Parts::None => {}
            Parts::Fields(fields) => fields.iter().for_each(|field| self.clear_lists_of(field)),
            Parts::Items(list) => self.clear_list(*list),
        }
    }

    /// Takes back the items of a list, and of the lists in them.
    fn clear_list(&mut self, list: u16) {
        let Some(rows) = self.lists.get_mut(usize::from(list)) else { return };
        rows.slots.clear();
        rows.starts.clear();
        rows.starts.push(0);
        for inside in rows.inside.clone() {
            self.clear_list(inside);
        }
    }

    /// How many items all lists have.
    pub(super) fn count(&self) -> u64 {
        self.lists.iter().map(|rows| rows.count() as u64).sum()
    }

    pub(super) fn count_of(&self, list: u16) -> usize {
        self.lists.get(usize::from(list)).map_or(0, Rows::count)
    }

    /// A new item at the end of a list, with nothing in its slots.
    pub(super) fn open(&mut self, list: u16) -> Spot {
        let begin = self.lists.get_mut(usize::from(list)).map_or(0, |rows| {
            let begin = rows.slots.len();
            rows.slots.resize(begin.saturating_add(rows.width), 0);
            begin
        });
        Spot::Item { list, begin }
    }

    /// Takes back the last item, which is not there.
    pub(super) fn take_back(&mut self, list: u16) {
        if let Some(rows) = self.lists.get_mut(usize::from(list)) {
            rows.slots.truncate(rows.slots.len().saturating_sub(rows.width));
        }
    }

    /// The last item of a list has all that it will have.
    pub(super) fn close(&mut self, list: u16) {
        let inside = self.lists.get_mut(usize::from(list)).map(|rows| std::mem::take(&mut rows.inside));
        for inside in inside.iter().flatten() {
            self.end(*inside);
        }
        if let (Some(rows), Some(inside)) = (self.lists.get_mut(usize::from(list)), inside) {
            rows.inside = inside;
        }
    }

    fn end(&mut self, list: u16) {
        if let Some(rows) = self.lists.get_mut(usize::from(list)) {
            let count = rows.count();
            rows.starts.push(count);
        }
    }

    /// The lists of the facts have all that they will have.
    pub(super) fn finish(&mut self, program: &Program) {
        for (list, rows) in program.lists.iter().zip(&mut self.lists) {
            if list.within.is_none() {
                rows.starts.truncate(1);
                rows.starts.push(rows.count());
            }
        }
    }

    #[inline]
    pub(super) fn put(&mut self, list: u16, begin: usize, slot: u16, value: i64) {
        let rows = self.lists.get_mut(usize::from(list));
        if let Some(place) = rows.and_then(|rows| rows.slots.get_mut(begin.saturating_add(usize::from(slot))))
        {
            *place = value;
        }
    }

    /// The items of a list that lie in one item of the list around it.
    pub(super) fn range(&self, list: u16, around: usize) -> std::ops::Range<usize> {
        let starts = self.lists.get(usize::from(list)).map_or(&[][..], |rows| &rows.starts);
        let at = |place: usize| starts.get(place).copied().unwrap_or(0);
        at(around)..at(around.saturating_add(1))
    }

    /// The path of an item in the facts, from the path of its list and those around it, innermost first.
    pub(super) fn path(&self, lists: &[(u16, Arc<str>)], item: usize) -> String {
        let Some(((list, wire), around)) = lists.split_first() else { return String::new() };
        let starts = self.lists.get(usize::from(*list)).map_or(&[][..], |rows| &rows.starts);
        let outer = starts.partition_point(|start| *start <= item).saturating_sub(1);
        let index = item.saturating_sub(starts.get(outer).copied().unwrap_or(0));
        if around.is_empty() {
            return format!("{wire}[{index}]");
        }
        format!("{}.{wire}[{index}]", self.path(around, outer))
    }

    #[inline]
    pub(super) fn slot(&self, list: u16, item: usize, slot: usize) -> i64 {
        let Some(rows) = self.lists.get(usize::from(list)) else { return 0 };
        rows.slots.get(item.wrapping_mul(rows.width).wrapping_add(slot)).copied().unwrap_or(0)
    }
}
