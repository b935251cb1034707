//! Terms: what the code knows of a value. Everything strict makes a term unsure where an operand is not there, so that
//! what a guard excludes is masked by the guard, and what no guard excludes makes the program abstain.

use super::super::Kind;
use super::Lowering;
use super::builder::{Builder, NO, Ref, YES};
use crate::types::Type;
use crate::value::Value;

/// Powers of ten up to this are taken as scales.
pub(super) const MOST_SCALE: u32 = 18;

#[derive(Clone, Copy, Debug)]
pub(super) struct Term {
    pub(super) kind: Kind,
    pub(super) value: Ref,
    /// Whether there is such a thing. Where there is none, the value means nothing.
    pub(super) there: Ref,
    /// Whether the code knows the value. Where it does not, value and `there` mean nothing.
    pub(super) sure: Ref,
}

/// A condition that the code knows, or not.
#[derive(Clone, Copy, Debug)]
pub(super) struct Judged {
    pub(super) holds: Ref,
    pub(super) sure: Ref,
}

impl Judged {
    pub(super) const YES: Self = Self { holds: YES, sure: YES };
    pub(super) const NO: Self = Self { holds: NO, sure: YES };

    pub(super) fn into_term(self) -> Term {
        Term { kind: Kind::Bool, value: self.holds, there: YES, sure: self.sure }
    }
}

impl Term {
    pub(super) fn known(kind: Kind, value: Ref) -> Self {
        Self { kind, value, there: YES, sure: YES }
    }

    /// Something of which the code knows nothing.
    pub(super) const UNSURE: Self = Self { kind: Kind::Bool, value: NO, there: YES, sure: NO };

    pub(super) fn is_unsure(&self) -> bool {
        self.sure == NO
    }
}

impl Builder {
    /// `no` on either side settles it.
    pub(super) fn both(&mut self, left: Judged, right: Judged) -> Judged {
        let holds = self.and(left.holds, right.holds);
        if (left.sure, right.sure) == (YES, YES) {
            return Judged { holds, sure: YES };
        }
        let left_no = self.without(left.sure, left.holds);
        let right_no = self.without(right.sure, right.holds);
        let all = self.and(left.sure, right.sure);
        let no = self.or(left_no, right_no);
        Judged { holds, sure: self.or(all, no) }
    }

    pub(super) fn negated(&mut self, of: Judged) -> Judged {
        Judged { holds: self.not(of.holds), sure: of.sure }
    }

    pub(super) fn either(&mut self, left: Judged, right: Judged) -> Judged {
        if (left.sure, right.sure) == (YES, YES) {
            return Judged { holds: self.or(left.holds, right.holds), sure: YES };
        }
        let (left, right) = (self.negated(left), self.negated(right));
        let neither = self.both(left, right);
        self.negated(neither)
    }

    /// The term as a value that must be there.
    pub(super) fn present(&mut self, of: Term) -> Term {
        Term { there: YES, sure: self.and(of.sure, of.there), ..of }
    }

    /// A strict operand: `None` where nothing is known of it.
    pub(super) fn operand(&mut self, of: Term) -> Option<Term> {
        let present = self.present(of);
        (!present.is_unsure()).then_some(present)
    }

    pub(super) fn judged(&mut self, of: Term) -> Judged {
        let Term { kind: Kind::Bool, value: holds, sure, .. } = self.present(of) else {
            return Judged { holds: NO, sure: NO };
        };
        Judged { holds, sure }
    }

    /// The number at a finer scale.
    pub(super) fn rescale(&mut self, value: Ref, from: u32, to: u32) -> Option<Ref> {
        let factor = power_of_ten(to.checked_sub(from)?)?;
        if let Ref::Const(value) = value {
            return value.checked_mul(factor).map(Ref::Const);
        }
        Some(self.multiply(value, Ref::Const(factor)))
    }

    /// Both values in one kind: integers beside numbers are numbers.
    pub(super) fn unified(&mut self, left: Term, right: Term) -> Option<(Kind, Ref, Ref)> {
        if left.kind == right.kind {
            return Some((left.kind, left.value, right.value));
        }
        let (left_scale, right_scale) = (left.kind.scale()?, right.kind.scale()?);
        let common = left_scale.max(right_scale);
        let left = self.rescale(left.value, left_scale, common)?;
        let right = self.rescale(right.value, right_scale, common)?;
        Some((Kind::Number { scale: common }, left, right))
    }

    /// `when ? then : otherwise`; a term that is surely not there takes the other's kind.
    pub(super) fn choose(&mut self, when: Judged, then: Term, otherwise: Term) -> Term {
        if when.sure == YES && when.holds == YES {
            return then;
        }
        if when.sure == YES && when.holds == NO {
            return otherwise;
        }
        let nowhere = |of: Term| of.there == NO || of.is_unsure();
        let (kind, then_value, otherwise_value) = match (nowhere(then), nowhere(otherwise)) {
            (true, _) => (otherwise.kind, otherwise.value, otherwise.value),
            (_, true) => (then.kind, then.value, then.value),
            (false, false) => match self.unified(then, otherwise) {
                // A whole number and a number would differ in kind, not only in scale.
                Some((kind, _, _)) if !alike(then.kind, otherwise.kind) || !alike(kind, then.kind) => {
                    return Term::UNSURE;
                }
                Some(unified) => unified,
                None => return Term::UNSURE,
            },
        };
        let sure = self.select(when.holds, then.sure, otherwise.sure);
        Term {
            kind,
            value: self.select(when.holds, then_value, otherwise_value),
            there: self.select(when.holds, then.there, otherwise.there),
            sure: self.and(when.sure, sure),
        }
    }
}

/// Kinds that differ in scale alone.
fn alike(left: Kind, right: Kind) -> bool {
    match (left, right) {
        (Kind::Number { .. }, Kind::Number { .. }) => true,
        (_, _) => left == right,
    }
}

pub(super) fn power_of_ten(exponent: u32) -> Option<i64> {
    if exponent > MOST_SCALE { None } else { 10_i64.checked_pow(exponent) }
}

impl Lowering<'_> {
    /// The kind of a settled value of a type, where the code has one.
    pub(super) fn kind_of(&self, ty: &Type) -> Option<Kind> {
        match ty {
            Type::Bool => Some(Kind::Bool),
            Type::Integer => Some(Kind::Integer),
            Type::Number | Type::Quantity(_) => Some(Kind::Number { scale: 0 }),
            Type::Date => Some(Kind::Date),
            Type::Days => Some(Kind::Days),
            Type::WorkingDays => Some(Kind::WorkingDays),
            Type::Months => Some(Kind::Months),
            Type::Enum(_) => Some(Kind::Member),
            Type::Set(of) => match &**of {
                Type::Enum(id) => (self.members(*id) <= 64).then_some(Kind::Set),
                Type::Bool
                | Type::Integer
                | Type::Number
                | Type::Quantity(_)
                | Type::Date
                | Type::Days
                | Type::WorkingDays
                | Type::Months
                | Type::Text
                | Type::Set(_)
                | Type::List(_)
                | Type::Record(_)
                | Type::Range(_)
                | Type::Duty(_)
                | Type::Invalid => None,
            },
            Type::Text => Some(Kind::Text),
            Type::Record(_) => Some(Kind::Record),
            Type::List(_) => Some(Kind::List),
            Type::Range(_) | Type::Duty(_) | Type::Invalid => None,
        }
    }

    /// A value of the policy's text.
    pub(super) fn constant(&self, value: &Value, ty: &Type) -> Option<Term> {
        let (kind, of) = match value {
            Value::Nothing => {
                return Some(Term { there: NO, ..Term::known(self.kind_of(ty)?, Ref::Const(0)) });
            }
            Value::Bool(of) => (Kind::Bool, i64::from(*of)),
            Value::Integer(of) => (Kind::Integer, *of),
            Value::Days(of) => (Kind::Days, *of),
            Value::WorkingDays(of) => (Kind::WorkingDays, *of),
            Value::Months(of) => (Kind::Months, *of),
            Value::Date(of) => (Kind::Date, crate::value::day_number(*of)),
            Value::Number(of) => {
                let scale = of.decimals().filter(|scale| *scale <= MOST_SCALE)?;
                (Kind::Number { scale }, of.scaled(scale)?)
            }
            Value::Member(of) => (Kind::Member, i64::from(*of)),
            Value::Set(_) => {
                (self.kind_of(ty)? == Kind::Set).then_some(())?;
                (Kind::Set, value.mask()?)
            }
            Value::Text(_)
            | Value::List(_)
            | Value::Record(_)
            | Value::Range(_)
            | Value::Duties(_)
            | Value::Absent
            | Value::Open(_) => return None,
        };
        Some(Term::known(kind, Ref::Const(of)))
    }
}
