//! Outcomes: from contributions to the final value (ruling 6).

use super::super::Kind;
use super::Lowering;
use super::builder::{NO, Ref, YES};
use super::expr::{is_amount, is_ordered};
use super::shapes::Shape;
use super::terms::{Judged, Term, power_of_ten};
use crate::hir::{Combine, Expr, Measure, MeasureKind, Outcome, OutcomeId, OutcomeSource};
use crate::types::Type;
use crate::value::Value;

/// What surviving rules do to one outcome.
pub(super) struct Measures {
    pub(super) contributions: Vec<(Judged, Term)>,
    factors: Vec<(Judged, Term)>,
    floors: Vec<(Judged, Term)>,
    caps: Vec<(Judged, Term)>,
    removals: Vec<(Judged, Term)>,
    waived: Ref,
    /// All that decides the outcome is known.
    sure: Ref,
}

impl Lowering<'_> {
    pub(super) fn outcome(&mut self, id: OutcomeId) -> Option<Term> {
        let outcome = self.policy.outcomes.get(usize::try_from(id.0).ok()?)?;
        let neutral = match &outcome.source {
            OutcomeSource::Built { neutral, .. } => neutral.as_ref(),
            OutcomeSource::Defined(_) => None,
        };
        if let (Type::List(of), OutcomeSource::Defined(expr)) = (&outcome.ty, &outcome.source) {
            return self.made(id, outcome, of, expr);
        }
        let without = self.constant(neutral.unwrap_or(&Value::Nothing), &outcome.ty)?;
        let in_force = self.in_force(outcome.in_force, None)?;
        let value = match &outcome.source {
            OutcomeSource::Defined(expr) => {
                let value = self.term(expr, &[]);
                self.own_limits(value, outcome)?
            }
            OutcomeSource::Built { per: Some(_), .. } => return None,
            OutcomeSource::Built { combine, per: None, neutral } => {
                self.built(id, *combine, neutral.is_some().then_some(without), outcome)?
            }
        };
        let value = self.code.choose(in_force, value, without);
        self.rounded(value, outcome)
    }

    fn built(
        &mut self,
        id: OutcomeId,
        combine: Combine,
        neutral: Option<Term>,
        outcome: &Outcome,
    ) -> Option<Term> {
        let measures = self.measures(id, combine);
        // Over no contributions the code gives the neutral value by itself.
        let is_neutral = neutral.is_some_and(|neutral| self.gives(combine, &measures, neutral, outcome));
        let start = neutral.filter(|_| is_neutral).map(|neutral| neutral.value);
        let value = match self.combined(combine, &measures.contributions, start) {
            Some(value) => {
                let some = value.there;
                // For values that must agree nothing is a value like any other.
                let there = if combine == Combine::Agree { value.value_there } else { YES };
                let value = Term { there, sure: value.sure, ..Term::known(value.kind, value.value) };
                Some((some, self.changed(value, &measures)?))
            }
            None if measures.contributions.is_empty() => None,
            None => return None,
        };
        let term = match (value, neutral) {
            (None, Some(neutral)) => neutral,
            // No rule can set what is required.
            (None, None) => return None,
            (Some((some, value)), neutral) => {
                let value = self.own_limits(value, outcome)?;
                let kept = self.code.without(some, measures.waived);
                match neutral {
                    Some(neutral) if is_neutral => Term { there: neutral.there, ..value },
                    Some(neutral) => self.code.choose(Judged { holds: kept, sure: YES }, value, neutral),
                    None => Term { sure: self.code.and(value.sure, kept), ..value },
                }
            }
        };
        Some(Term { sure: self.code.and(term.sure, measures.sure), ..term })
    }

    /// Everything that rules do to an outcome.
    fn measures(&mut self, id: OutcomeId, combine: Combine) -> Measures {
        let mut measures = Measures {
            contributions: Vec::new(),
            factors: Vec::new(),
            floors: Vec::new(),
            caps: Vec::new(),
            removals: Vec::new(),
            waived: NO,
            sure: YES,
        };
        for given in self.grouped(id) {
            measures.contributions.push((Judged { holds: given.some, sure: YES }, given.term));
        }
        let acting = self.acting.get(id.0 as usize).cloned().unwrap_or_default();
        for rule_id in acting {
            if self.groups.contains(rule_id) {
                continue;
            }
            let Some(rule) = self.rule(rule_id) else { continue };
            if !rule.binders.is_empty() {
                let sure = self.measures_of_items(&mut measures, rule_id, id, combine).unwrap_or(NO);
                measures.sure = self.code.and(measures.sure, sure);
                continue;
            }
            let survives = self.survives(rule_id, id);
            measures.sure = self.code.and(measures.sure, survives.sure);
            if survives.holds == NO {
                continue;
            }
            for measure in rule.then.iter().filter(|measure| measure.outcome == id) {
                // What is not known of a measure matters where its rule survives.
                let sure = self.measure(&mut measures, measure, survives.holds, combine).unwrap_or(NO);
                let known = self.code.select(survives.holds, sure, YES);
                measures.sure = self.code.and(measures.sure, known);
            }
        }
        measures
    }

    /// Adds a measure, and tells whether its value is known.
    fn measure(
        &mut self,
        measures: &mut Measures,
        measure: &Measure,
        survives: Ref,
        combine: Combine,
    ) -> Option<Ref> {
        let when = Judged { holds: survives, sure: YES };
        let mut limit = |limits: &mut Vec<(Judged, Term)>, of: &Expr| {
            let of = self.term(of, &[]);
            let of = self.code.operand(of)?;
            limits.push((when, Term { sure: YES, ..of }));
            Some(of.sure)
        };
        match &measure.kind {
            MeasureKind::Contribute { value, at_least, at_most } => {
                let value = self.term(value, &[]);
                let value = self.clamped(value, at_least.as_deref(), at_most.as_deref(), &[])?;
                if value.is_unsure() {
                    return None;
                }
                let agrees = combine == Combine::Agree;
                let holds = if agrees { survives } else { self.code.and(survives, value.there) };
                measures.contributions.push((Judged { holds, sure: YES }, Term { sure: YES, ..value }));
                Some(value.sure)
            }
            MeasureKind::Factor { share, raises } => {
                let share = self.term(share, &[]);
                let share = self.code.operand(share)?;
                let scale = share.kind.scale()?;
                let one = Ref::Const(power_of_ten(scale)?);
                // Beyond its limits it is an error.
                let mut within = self.code.less_or_equal(Ref::Const(0), share.value);
                let factor = if *raises {
                    self.code.add(one, share.value)
                } else {
                    let below = self.code.less_or_equal(share.value, one);
                    within = self.code.and(within, below);
                    self.code.subtract(one, share.value)
                };
                measures.factors.push((when, Term::known(Kind::Number { scale }, factor)));
                Some(self.code.and(share.sure, within))
            }
            MeasureKind::AtLeast(of) => limit(&mut measures.floors, of),
            MeasureKind::AtMost(of) => limit(&mut measures.caps, of),
            MeasureKind::Without(of) => limit(&mut measures.removals, of),
            MeasureKind::Waived => {
                measures.waived = self.code.or(measures.waived, survives);
                Some(YES)
            }
        }
    }

    /// Whether what is combined from no contributions and then changed is the neutral value.
    fn gives(&self, how: Combine, measures: &Measures, neutral: Term, outcome: &Outcome) -> bool {
        let Term { value: Ref::Const(neutral), there: YES, kind, .. } = neutral else { return false };
        let unchanged = measures.waived == NO
            && measures.floors.is_empty()
            && measures.caps.is_empty()
            && outcome.at_least.is_none()
            && outcome.at_most.is_none();
        let mut values = measures.contributions.iter().map(|(_, value)| match value.value {
            Ref::Const(of) if value.kind == kind => Some(of),
            Ref::Const(_) | Ref::Input(_) | Ref::Result(_) => None,
        });
        unchanged
            && match how {
                Combine::Sum => neutral == 0,
                Combine::Any => neutral == 0,
                Combine::Union => neutral == 0,
                Combine::Highest => {
                    measures.factors.is_empty()
                        && values.all(|value| value.is_some_and(|value| neutral <= value))
                }
                Combine::Lowest => {
                    measures.factors.is_empty()
                        && values.all(|value| value.is_some_and(|value| neutral >= value))
                }
                Combine::Product | Combine::Earliest | Combine::Latest | Combine::Agree | Combine::Duties => {
                    false
                }
            }
    }

    /// All contributions as one; `there` says whether there is any. An extreme starts from `start`.
    fn combined(
        &mut self,
        how: Combine,
        contributions: &[(Judged, Term)],
        start: Option<Ref>,
    ) -> Option<Combined> {
        let mut some = NO;
        for (when, _) in contributions {
            some = self.code.or(some, when.holds);
        }
        let (kind, aligned) = self.aligned(contributions)?;
        let known = |kind, value| Some(Combined { kind, value, there: some, value_there: YES, sure: YES });
        match how {
            Combine::Sum if is_amount(kind) => {
                let (aligned, looked_up) = self.by_membership(aligned, 0, i64::checked_add);
                let mut total = Ref::Const(0);
                for looked_up in looked_up {
                    total = self.code.add(total, looked_up);
                }
                for (when, value) in aligned {
                    total = self.code.add_if(when.holds, value.value, total);
                }
                known(kind, total)
            }
            Combine::Product => {
                let mut product: Option<Term> = None;
                for (when, value) in contributions {
                    let factor = self.factor(*when, *value)?;
                    product = Some(match product {
                        None => factor,
                        Some(product) => self.product(product, factor)?,
                    });
                }
                let product = product?;
                known(product.kind, product.value)
            }
            Combine::Highest | Combine::Latest | Combine::Lowest | Combine::Earliest => {
                let highest = matches!(how, Combine::Highest | Combine::Latest);
                let best = self.best(highest, contributions, start)?;
                known(best.kind, best.value)
            }
            Combine::Any if kind == Kind::Bool => {
                let mut any = NO;
                for (when, value) in aligned {
                    let yes = self.code.and(when.holds, value.value);
                    any = self.code.or(any, yes);
                }
                known(kind, any)
            }
            Combine::Union if kind == Kind::Set => {
                let mut union = Ref::Const(0);
                for (when, value) in aligned {
                    let mask = self.code.select(when.holds, value.value, Ref::Const(0));
                    union = self.code.union(union, mask);
                }
                known(kind, union)
            }
            Combine::Agree => {
                let mut contributions = aligned.into_iter();
                let (first, mut value) = contributions.next()?;
                let (mut before, mut sure) = (first.holds, YES);
                for (when, other) in contributions {
                    let again = self.code.and(before, when.holds);
                    let same = self.same(value, other)?;
                    let clash = self.code.without(again, same.holds);
                    sure = self.code.without(sure, clash);
                    before = self.code.or(before, when.holds);
                    value = self.code.choose(when, other, value);
                }
                Some(Combined { kind, value: value.value, there: some, value_there: value.there, sure })
            }
            Combine::Sum | Combine::Any | Combine::Union | Combine::Duties => None,
        }
    }

    /// What to multiply by: one where it does not count.
    fn factor(&mut self, when: Judged, value: Term) -> Option<Term> {
        let one = power_of_ten(value.kind.scale()?)?;
        Some(Term::known(value.kind, self.code.select(when.holds, value.value, Ref::Const(one))))
    }

    /// Members taken out, factors, floors, caps, in this order.
    fn changed(&mut self, mut value: Term, measures: &Measures) -> Option<Term> {
        for (when, removed) in &measures.removals {
            if (value.kind, removed.kind) != (Kind::Set, Kind::Set) {
                return None;
            }
            let mask = self.code.select(when.holds, removed.value, Ref::Const(0));
            value.value = self.code.difference(value.value, mask);
        }
        let mut factor: Option<Term> = None;
        for (when, share) in &measures.factors {
            let one = self.factor(*when, *share)?;
            factor = Some(match factor {
                None => one,
                Some(factor) => self.product(factor, one)?,
            });
        }
        if let Some(factor) = factor {
            // A whole number would become a number only where a factor counts.
            if !matches!(value.kind, Kind::Number { .. }) {
                return None;
            }
            value = Term { there: value.there, sure: value.sure, ..self.product(value, factor)? };
        }
        for (limits, is_floor) in [(&measures.floors, true), (&measures.caps, false)] {
            for (when, limit) in limits {
                value = self.limited(value, *when, *limit, is_floor)?;
            }
        }
        Some(value)
    }

    fn limited(&mut self, value: Term, when: Judged, limit: Term, is_floor: bool) -> Option<Term> {
        let (kind, of, limit_value) = self.code.unified(value, limit)?;
        // An integer limit of a number is a number; the other way round the kind would depend on which is taken.
        if matches!(value.kind, Kind::Integer) != matches!(kind, Kind::Integer) {
            return None;
        }
        if !is_ordered(kind) {
            return None;
        }
        let limited = if is_floor {
            self.code.higher_if(when.holds, limit_value, of)
        } else {
            self.code.lower_if(when.holds, limit_value, of)
        };
        Some(Term { kind, value: limited, ..value })
    }

    /// Within a floor and a cap, cap over floor; nothing stays nothing.
    pub(super) fn clamped(
        &mut self,
        value: Term,
        at_least: Option<&Expr>,
        at_most: Option<&Expr>,
        locals: &[Shape],
    ) -> Option<Term> {
        let mut value = value;
        for (limit, is_floor) in [(at_least, true), (at_most, false)] {
            let Some(limit) = limit else { continue };
            if value.is_unsure() {
                return None;
            }
            let limit = self.term(limit, locals);
            let limit = self.code.operand(limit)?;
            let limited = self.limited(value, Judged::YES, limit, is_floor)?;
            value = Term { sure: self.code.and(value.sure, limit.sure), ..limited };
        }
        Some(value)
    }

    fn own_limits(&mut self, value: Term, outcome: &Outcome) -> Option<Term> {
        self.clamped(value, outcome.at_least.as_ref(), outcome.at_most.as_ref(), &[])
    }

    /// Rounded once, and a value that can be written down.
    fn rounded(&mut self, value: Term, outcome: &Outcome) -> Option<Term> {
        if value.is_unsure() {
            return None;
        }
        let value = match outcome.rounding {
            Some(rounding) => self.round(rounding, value)?,
            None => value,
        };
        self.written(value, &outcome.ty)
    }

    /// A value of a type that can be written down.
    pub(super) fn written(&mut self, value: Term, ty: &Type) -> Option<Term> {
        if value.is_unsure() {
            return None;
        }
        let Kind::Number { scale } = value.kind else {
            let has_number = !matches!(value.kind, Kind::Text | Kind::Record | Kind::List);
            return (has_number && self.kind_of(ty)? == value.kind).then_some(value);
        };
        matches!(ty, Type::Number | Type::Quantity(_)).then_some(())?;
        let shown = self.schema.decimals_shown(ty);
        let finer = shown.and_then(|shown| scale.checked_sub(shown)).filter(|finer| *finer > 0);
        let Some(finer) = finer else { return Some(value) };
        let exact = self.code.divides(value.value, power_of_ten(finer)?);
        let known = self.code.select(value.there, exact, YES);
        Some(Term { sure: self.code.and(value.sure, known), ..value })
    }
}

/// Contributions as one value.
struct Combined {
    kind: Kind,
    value: Ref,
    /// Whether there is any contribution.
    there: Ref,
    /// Whether the value is there, and not nothing.
    value_there: Ref,
    sure: Ref,
}
