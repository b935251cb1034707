//! Items of `for each`: aggregates over them, as loops that gather. The members of an enum, of a set of them, and the items of
//! a list in the text are taken one by one.

use super::super::{Code, Kind};
use super::Lowering;
use super::builder::{LoopId, NO, Ref, YES};
use super::expr::{is_amount, is_ordered};
use super::shapes::Shape;
use super::terms::{Judged, Term};
use crate::hir::{Aggregate, Binder, Expr, ExprKind, Outcome, OutcomeId};
use crate::types::Type;
use crate::value::Value;

/// Some of the items of binders: those that loops run over, or a single one.
#[derive(Clone, Debug)]
pub(super) struct Run {
    /// From the outside.
    pub(super) loops: Vec<LoopId>,
    /// With the items bound.
    pub(super) locals: Vec<Shape>,
    /// The item is there, and the filters hold.
    pub(super) guard: Judged,
    /// Outside of the loops: of some list it is not known what items it has.
    pub(super) doubt: Ref,
}

impl Lowering<'_> {
    /// All items of the binders.
    pub(super) fn runs(&mut self, binders: &[Binder], locals: &[Shape]) -> Option<Vec<Run>> {
        let mut runs =
            vec![Run { loops: Vec::new(), locals: locals.to_vec(), guard: Judged::YES, doubt: NO }];
        for binder in binders {
            let mut inner = Vec::new();
            for run in runs {
                let outer = self.inside;
                self.inside = run.loops.last().copied().or(outer);
                let runs = self.items_of(binder, &run);
                self.inside = outer;
                inner.extend(runs?);
            }
            runs = inner;
        }
        Some(runs)
    }

    fn items_of(&mut self, binder: &Binder, outer: &Run) -> Option<Vec<Run>> {
        let (Type::List(of) | Type::Set(of)) = &binder.collection.ty else { return None };
        let collection = &binder.collection;
        let items: Vec<(Judged, Shape)> = match self.written_items(collection, of, &outer.locals) {
            Some(items) => items?.into_iter().map(|item| (Judged::YES, item)).collect(),
            None => match self.value(&binder.collection, &outer.locals) {
                Shape::Plain(set) => {
                    let set = self.code.operand(set).filter(|set| set.kind == Kind::Set)?;
                    let Type::Enum(id) = **of else { return None };
                    let mut members = Vec::new();
                    for member in (0..i64::try_from(self.members(id)).ok()?).map(Ref::Const) {
                        let holds = self.code.member(member, set.value);
                        let member = Shape::Plain(Term::known(Kind::Member, member));
                        members.push((Judged { holds, sure: set.sure }, member));
                    }
                    members
                }
                list @ Shape::Items(_) => {
                    let Shape::Items(items) = self.code.present_shape(list) else { return None };
                    let number = self.code.each(items.list, items.within, self.inside)?;
                    let (item, _) = self.item(of, items.list, number)?;
                    // A list of which nothing is known has no items here.
                    let surely_not = self.code.without(outer.guard.sure, outer.guard.holds);
                    let asked = self.code.not(surely_not);
                    let unsure = self.code.without(asked, items.sure);
                    let unsure = self.some(outer, unsure);
                    let doubt = self.code.or(outer.doubt, unsure);
                    let loops = outer.loops.iter().copied().chain([number]).collect();
                    let bound = self.bound(binder, outer, loops, Judged::YES, item)?;
                    return Some(vec![Run { doubt, ..bound }]);
                }
                Shape::Record(_) => return None,
            },
        };
        let mut runs = Vec::with_capacity(items.len());
        for (there, item) in items {
            if there.holds != NO || there.sure != YES {
                runs.push(self.bound(binder, outer, outer.loops.clone(), there, item)?);
            }
        }
        Some(runs)
    }

    /// The items of a collection that stand in the text: `None` where they do not, and inside of it where the code does not
    /// know one.
    fn written_items(
        &mut self,
        collection: &Expr,
        of: &Type,
        locals: &[Shape],
    ) -> Option<Option<Vec<Shape>>> {
        if let ExprKind::Members(id) = &collection.kind {
            let members = (0_i64..).map(|place| Shape::Plain(Term::known(Kind::Member, Ref::Const(place))));
            return Some(Some(members.take(self.members(*id)).collect()));
        }
        if let ExprKind::List(items) = &collection.kind {
            return Some(Some(items.iter().map(|item| self.value(item, locals)).collect()));
        }
        if let ExprKind::Const(Value::List(items)) = &collection.kind {
            let items = items.iter().map(|item| self.constant(item, of).map(Shape::Plain));
            return Some(items.collect());
        }
        None
    }

    fn bound(
        &mut self,
        binder: &Binder,
        outer: &Run,
        loops: Vec<LoopId>,
        there: Judged,
        item: Shape,
    ) -> Option<Run> {
        let mut locals = outer.locals.clone();
        let place = usize::try_from(binder.local.0).ok()?;
        if locals.len() <= place {
            locals.resize(place.checked_add(1)?, Shape::UNSURE);
        }
        *locals.get_mut(place)? = item;
        let mut guard = self.code.both(outer.guard, there);
        if let Some(filter) = &binder.filter {
            let around = self.inside;
            self.inside = loops.last().copied().or(around);
            let filter = self.condition(filter, &locals);
            self.inside = around;
            guard = self.code.both(guard, filter);
        }
        Some(Run { loops, locals, guard, doubt: outer.doubt })
    }

    /// A value of an item.
    pub(super) fn in_run<T>(&mut self, run: &Run, value: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.inside;
        self.inside = run.loops.last().copied().or(outer);
        let value = value(self);
        self.inside = outer;
        value
    }

    /// What a code makes of the values of all items, one after the other: `code(value, before)`.
    pub(super) fn gathered(&mut self, run: &Run, code: Code, value: Ref, start: i64) -> Ref {
        let start = Ref::Const(start);
        run.loops.iter().rev().fold(value, |value, of| {
            if value == start { start } else { self.code.gather(*of, code, value, None, start) }
        })
    }

    /// Where it holds of some item.
    pub(super) fn some(&mut self, run: &Run, holds: Ref) -> Ref {
        self.gathered(run, Code::Or, holds, 0)
    }

    pub(super) fn aggregate(
        &mut self,
        how: Aggregate,
        binders: &[Binder],
        body: &Expr,
        ty: &Type,
        locals: &[Shape],
    ) -> Option<Term> {
        if let (Aggregate::Count, [Binder { filter: None, collection, .. }]) = (how, binders)
            && let Type::List(_) = collection.ty
            && let Shape::Items(items) = self.value(collection, locals)
        {
            let Shape::Items(items) = self.code.present_shape(Shape::Items(items)) else { return None };
            return Some(Term { sure: items.sure, ..Term::known(Kind::Integer, items.count) });
        }
        let runs = self.runs(binders, locals)?;
        match how {
            Aggregate::Any => Some(self.some_item(&runs, body, false).into_term()),
            Aggregate::Every => {
                let some = self.some_item(&runs, body, true);
                Some(self.code.negated(some).into_term())
            }
            Aggregate::Count => {
                let one = Term::known(Kind::Integer, Ref::Const(1));
                let values = runs.into_iter().map(|run| (run, one)).collect();
                self.total(values, ty)
            }
            Aggregate::Sum => {
                let values = self.values(runs, body);
                self.total(values, ty)
            }
            Aggregate::Highest | Aggregate::Latest | Aggregate::Lowest | Aggregate::Earliest => {
                let values = self.values(runs, body);
                self.extreme_of(matches!(how, Aggregate::Highest | Aggregate::Latest), values, ty)
            }
            Aggregate::SetOf => {
                let values = self.values(runs, body);
                self.union_of(values, ty)
            }
            Aggregate::Product | Aggregate::List => None,
        }
    }

    fn values(&mut self, runs: Vec<Run>, body: &Expr) -> Vec<(Run, Term)> {
        let value = |lowering: &mut Self, run: Run| {
            let term = lowering.in_run(&run, |lowering| lowering.term(body, &run.locals));
            (run, term)
        };
        runs.into_iter().map(|run| value(self, run)).collect()
    }

    /// Whether the body holds (or, negated, does not hold) of some item.
    fn some_item(&mut self, runs: &[Run], body: &Expr, negated: bool) -> Judged {
        let mut judged = Vec::with_capacity(runs.len());
        for run in runs {
            judged.push(self.in_run(run, |lowering| {
                let mut body = lowering.condition(body, &run.locals);
                if negated {
                    body = lowering.code.negated(body);
                }
                lowering.code.both(run.guard, body)
            }));
        }
        self.some_of(runs.iter().zip(judged))
    }

    /// Whether something holds of some item: one of which it surely does settles it.
    fn some_of<'r>(&mut self, judged: impl Iterator<Item = (&'r Run, Judged)>) -> Judged {
        let (mut holds, mut doubt) = (NO, NO);
        for (run, judged) in judged {
            let surely = self.code.and(judged.sure, judged.holds);
            let unsure = self.code.not(judged.sure);
            let (surely, unsure) = (self.some(run, surely), self.some(run, unsure));
            holds = self.code.or(holds, surely);
            let unsure = self.code.or(unsure, run.doubt);
            doubt = self.code.or(doubt, unsure);
        }
        let known = self.code.not(doubt);
        Judged { holds, sure: self.code.or(holds, known) }
    }

    /// For which items a value counts, and where this or the value is not known of some item.
    pub(super) fn counted(&mut self, run: &Run, value: Term) -> (Ref, Ref) {
        let known = self.code.select(run.guard.holds, value.sure, YES);
        let known = self.code.and(run.guard.sure, known);
        let unsure = self.code.not(known);
        let unsure = self.some(run, unsure);
        let doubt = self.code.or(run.doubt, unsure);
        (self.code.and(run.guard.holds, value.there), doubt)
    }

    fn total(&mut self, values: Vec<(Run, Term)>, ty: &Type) -> Option<Term> {
        let kind = self.kind_among(&values, ty).filter(|kind| is_amount(*kind))?;
        let (mut total, mut doubt) = (Ref::Const(0), NO);
        for (run, value) in values {
            let (counts, unsure) = self.counted(&run, value);
            doubt = self.code.or(doubt, unsure);
            let number = self.in_kind(value, kind)?;
            let sum = self.sum_of(&run, counts, number);
            total = self.code.add(total, sum);
        }
        Some(Term { sure: self.code.not(doubt), ..Term::known(kind, total) })
    }

    /// The sum of the values that count.
    pub(super) fn sum_of(&mut self, run: &Run, counts: Ref, value: Ref) -> Ref {
        let Some((of, outer)) = run.loops.split_last() else {
            return self.code.add_if(counts, value, Ref::Const(0));
        };
        if counts == NO {
            return Ref::Const(0);
        }
        let sum = self.code.gather(*of, Code::AddIf, counts, Some(value), Ref::Const(0));
        outer.iter().rev().fold(sum, |sum, of| self.code.gather(*of, Code::Add, sum, None, Ref::Const(0)))
    }

    fn extreme_of(&mut self, highest: bool, values: Vec<(Run, Term)>, ty: &Type) -> Option<Term> {
        let kind = self.kind_among(&values, ty).filter(|kind| is_ordered(*kind))?;
        let mut bests = Vec::with_capacity(values.len());
        let mut doubt = NO;
        for (run, value) in values {
            let (counts, unsure) = self.counted(&run, value);
            doubt = self.code.or(doubt, unsure);
            let number = self.in_kind(value, kind)?;
            bests.push(self.extreme_in(&run, highest, kind, counts, number));
        }
        if bests.is_empty() {
            return Some(Term { there: NO, ..Term::known(kind, Ref::Const(0)) });
        }
        let best = self.best(highest, &bests, None)?;
        let known = self.code.not(doubt);
        Some(Term { sure: self.code.and(best.sure, known), ..best })
    }

    /// The highest or lowest of the values that count, where there is any.
    pub(super) fn extreme_in(
        &mut self,
        run: &Run,
        highest: bool,
        kind: Kind,
        counts: Ref,
        value: Ref,
    ) -> (Judged, Term) {
        let code = if highest { Code::HigherIf } else { Code::LowerIf };
        let start = Ref::Const(if highest { i64::MIN } else { i64::MAX });
        let (mut some, mut best) = (counts, value);
        for of in run.loops.iter().rev() {
            best = self.code.gather(*of, code, some, Some(best), start);
            some = self.code.gather(*of, Code::Or, some, None, NO);
        }
        (Judged { holds: some, sure: YES }, Term::known(kind, best))
    }

    fn union_of(&mut self, values: Vec<(Run, Term)>, ty: &Type) -> Option<Term> {
        (self.kind_of(ty)? == Kind::Set).then_some(())?;
        let (mut union, mut doubt) = (Ref::Const(0), NO);
        for (run, value) in values {
            let (counts, unsure) = self.counted(&run, value);
            doubt = self.code.or(doubt, unsure);
            let mask = if value.kind == Kind::Member {
                self.code.mask(value.value)
            } else {
                self.in_kind(value, Kind::Set)?
            };
            let mask = self.code.select(counts, mask, Ref::Const(0));
            let all = self.gathered(&run, Code::Union, mask, 0);
            union = self.code.union(union, all);
        }
        Some(Term { sure: self.code.not(doubt), ..Term::known(Kind::Set, union) })
    }

    /// The kind of all values; of none the one of their type.
    fn kind_among(&mut self, values: &[(Run, Term)], ty: &Type) -> Option<Kind> {
        let mut kinds =
            values.iter().map(|(_, value)| value).filter(|value| !value.is_unsure() && value.there != NO);
        let Some(first) = kinds.next() else { return self.kind_of(ty) };
        kinds.try_fold(first.kind, |kind, value| match (kind, value.kind) {
            (Kind::Number { scale: one }, Kind::Number { scale: other }) => {
                Some(Kind::Number { scale: one.max(other) })
            }
            (one, other) => (one == other).then_some(one),
        })
    }

    /// The number of a value in a kind of the same sort; of what is not there, or not known, any.
    fn in_kind(&mut self, value: Term, kind: Kind) -> Option<Ref> {
        match (value.kind, kind) {
            (Kind::Number { scale: from }, Kind::Number { scale: to }) => {
                self.code.rescale(value.value, from, to)
            }
            (from, to) if from == to => Some(value.value),
            (_, _) => (value.is_unsure() || value.there == NO).then_some(Ref::Const(0)),
        }
    }

    /// Whether an item of a list of the case equals a value.
    pub(super) fn among_items(&mut self, value: Term, list: &Expr, locals: &[Shape]) -> Option<Judged> {
        let Type::List(of) = &list.ty else { return None };
        let shape = self.value(list, locals);
        let Shape::Items(items) = self.code.present_shape(shape) else { return None };
        let number = self.code.each(items.list, items.within, self.inside)?;
        let (item, _) = self.item(of, items.list, number)?;
        let same = self.same(value, item.plain())?;
        let same = self.code.both(Judged { holds: YES, sure: items.sure }, same);
        let doubt = self.code.not(items.sure);
        let run = Run { loops: vec![number], locals: Vec::new(), guard: Judged::YES, doubt };
        Some(self.some_of(std::iter::once((&run, same))))
    }

    /// An outcome that is a list: one value for each item.
    pub(super) fn made(&mut self, id: OutcomeId, outcome: &Outcome, of: &Type, expr: &Expr) -> Option<Term> {
        let ExprKind::Aggregate { how: Aggregate::List, binders, body } = &expr.kind else { return None };
        let plain = outcome.at_least.is_none()
            && outcome.at_most.is_none()
            && outcome.rounding.is_none()
            && outcome.in_force == crate::hir::InForce::default();
        if !plain {
            return None;
        }
        let runs = self.runs(binders, &[])?;
        // Of several loops the order would not be that of the items.
        let [run] = runs.as_slice() else { return None };
        let (last, _) = run.loops.split_last()?;
        let value = self.in_run(run, |lowering| lowering.term(body, &run.locals));
        let value = self.code.present(value);
        let value = self.written(value, of)?;
        let (counts, doubt) = self.counted(run, value);
        let list = self.code.list()?;
        self.code.add_to(list, Some(*last), counts, value.value);
        *self.made.get_mut(usize::try_from(id.0).ok()?)? = Some(list);
        Some(Term { sure: self.code.not(doubt), ..Term::known(value.kind, Ref::Const(0)) })
    }
}
