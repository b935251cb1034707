//! Cases that lack a fact, or contradict themselves, become cases that may stand.

use super::random::Random;
use super::sites::{Site, find, replaced};
use super::values::Values;
use crate::decision::{Decision, ProblemCode, Status};
use crate::types::{Field, Presence, Schema, Type};
use crate::value::Value;

/// How often a case is mended before it is given up.
pub(super) const MENDINGS: usize = 12;

/// What became of a case.
pub(super) enum Mended {
    /// It lacks nothing and contradicts nothing.
    Sound,
    /// It has what it lacked, or another value where a constraint is broken.
    Changed(Vec<Value>),
    /// Nothing helps.
    Beyond,
}

/// One step towards a case that may stand.
pub(super) fn mend(values: &Values, facts: &[Value], decision: &Decision, random: &mut Random) -> Mended {
    let schema = values.schema();
    let changed = match decision.status() {
        Status::Decided | Status::Failed => return Mended::Sound,
        // Facts that are absent by right leave outcomes open.
        Status::Undetermined if !decision.outcomes.is_empty() => return Mended::Sound,
        Status::Undetermined => {
            let mut needs = decision.needs().iter();
            needs.try_fold(facts.to_vec(), |facts, path| with_need(values, &facts, path))
        }
        Status::Refused => {
            let broken = decision.problems().iter().find(|problem| problem.code == ProblemCode::MustHold);
            let site = broken.and_then(|problem| find(schema, problem.path.as_deref()?));
            site.and_then(|site| {
                let candidates = values.candidates(&site, facts);
                let chosen = candidates.get(random.below(candidates.len()))?;
                replaced(facts, &site.path, chosen.clone())
            })
        }
    };
    changed.map_or(Mended::Beyond, Mended::Changed)
}

/// The case with a plain value for a fact that it lacks.
fn with_need(values: &Values, facts: &[Value], path: &str) -> Option<Vec<Value>> {
    let mut site = find(values.schema(), path)?;
    if let Presence::FirstOf(sources) = &site.field.presence {
        let source = *sources.first()?;
        *site.path.last_mut()? = source;
        site.field = sibling(values.schema(), &site, source)?;
    }
    replaced(facts, &site.path, values.plain(site.field))
}

/// The field beside the one at a site.
fn sibling<'s>(schema: &'s Schema, site: &Site<'s>, place: usize) -> Option<&'s Field> {
    let mut fields = &schema.facts.fields;
    let (_, outer) = site.shape.split_last()?;
    for step in outer {
        let ty = &fields.get(*step)?.ty;
        let ty = if let Type::List(of) = ty { of } else { ty };
        let Type::Record(id) = ty else { return None };
        fields = &schema.record(*id)?.fields;
    }
    fields.get(place)
}
