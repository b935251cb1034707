//! A checked policy: what every decision needs, and its typed form, which a saved policy makes of its texts when it is
//! asked for.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use super::{Builder, Policy};
use crate::decision::{Decision, Problem, ProblemCode, Status};
use crate::diagnostic::Diagnostic;
use crate::eval::Compiled;
use crate::facts::Bound;
use crate::hir::{self, Work};
use crate::limits::Limits;
use crate::program::Program;
use crate::source::Sources;
use crate::types::Schema;

#[derive(Debug)]
pub(crate) struct Checked {
    /// Tells its keys from those of other policies; shows nowhere.
    pub(super) id: u64,
    pub(super) about: About,
    /// The policy's own, for decisions to share.
    pub(crate) schema: Arc<Schema>,
    pub(super) sources: Sources,
    pub(super) warnings: Vec<Diagnostic>,
    pub(super) compiled: Option<Arc<Compiled>>,
    pub(super) typed: OnceLock<Typed>,
    pub(crate) limits: Limits,
}

/// What is asked of a policy without deciding anything.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct About {
    pub(super) name: Arc<str>,
    pub(super) title: Option<Arc<str>>,
    pub(super) cites: Vec<Arc<str>>,
    pub(super) work: Work,
}

/// The typed policy, for the reference evaluator and for tests. By default an empty one, which agrees with nothing.
#[derive(Debug, Default)]
pub(crate) struct Typed {
    pub(crate) policy: hir::Policy,
    /// The schema of this policy.
    pub(crate) schema: Arc<Schema>,
    /// The texts give what was saved with them.
    pub(super) agrees: bool,
}

impl Checked {
    /// A policy that was made of texts.
    pub(super) fn new(
        policy: hir::Policy,
        sources: Sources,
        warnings: Vec<Diagnostic>,
        limits: Limits,
    ) -> Self {
        let schema = Arc::new(policy.schema.clone());
        let program = crate::program::from_hir::lower(&policy, &schema);
        let about = About {
            name: policy.name.clone(),
            title: policy.title.clone(),
            cites: policy.cites.clone(),
            work: policy.work.clone(),
        };
        Self {
            id: next_id(),
            about,
            sources,
            warnings,
            compiled: program.map(|program| compiled(program, &policy.work, limits.steps)),
            typed: OnceLock::from(Typed { policy, schema: schema.clone(), agrees: true }),
            schema,
            limits,
        }
    }

    /// The typed policy, made of the texts where there is none yet.
    pub(crate) fn typed(&self) -> &Typed {
        self.typed.get_or_init(|| self.made_again().unwrap_or_default())
    }

    /// `None` where the texts do not give this policy, which only those of a forged file do.
    fn made_again(&self) -> Option<Typed> {
        // The texts were within the limits of the host that read them; how deep they nest is bounded in any case.
        let limits = Limits { source_bytes: usize::MAX, sources: usize::MAX, ..Limits::default() };
        let files = self.sources.files().map(|file| (self.sources.name(file), self.sources.text(file)));
        let builder = files.fold(Builder::new(), |builder, (name, text)| builder.file(name, text));
        let Policy { checked, compiled } = builder.limits(limits).build().ok()?;
        let same_code = match (&compiled, &self.compiled) {
            (Some(made), Some(own)) => made.program == own.program,
            (None, None) => true,
            (Some(_), None) | (None, Some(_)) => false,
        };
        let same = same_code && checked.schema == self.schema && checked.about == self.about;
        let typed = Arc::into_inner(checked)?.typed.into_inner()?;
        same.then_some(Typed { schema: self.schema.clone(), ..typed })
    }

    /// The same without its typed policy.
    pub(super) fn compact(&self) -> Self {
        Self {
            id: self.id,
            about: self.about.clone(),
            schema: self.schema.clone(),
            sources: self.sources.clone(),
            warnings: self.warnings.clone(),
            compiled: self.compiled.clone(),
            typed: OnceLock::new(),
            limits: self.limits,
        }
    }

    pub(super) fn decide_by_reference(&self, bound: Bound) -> Decision {
        let Typed { policy, schema, agrees } = self.typed();
        if !agrees {
            let problem =
                Problem { path: None, ..Problem::new(ProblemCode::Internal, "", super::saved::OTHER_TEXTS) };
            return Decision {
                problems: vec![problem],
                ..Decision::without_outcomes(&self.schema, Status::Failed)
            };
        }
        hir::interpret::decide(policy, schema, bound.values, bound.problems, self.limits.steps)
    }
}

/// A program made ready for cases that take no more than so many steps.
pub(super) fn compiled(program: Program, work: &Work, steps: u64) -> Arc<Compiled> {
    let most_items = most_items(work, &program, steps);
    Arc::new(Compiled::new(program.shrunk(), most_items))
}

/// So many instructions stand for a step. With more items than they allow a case is left to the reference evaluator, so that
/// the loops of a forged file end.
const INSTRUCTIONS: u64 = 16;

/// The most items of lists with which no case may take more than so many steps.
fn most_items(work: &Work, program: &Program, steps: u64) -> u64 {
    let own = Work { per_degree: program.work(), ..Work::default() };
    let fits = |items: u64| {
        let all = items.saturating_add(program.most_members(items));
        work.steps(all) <= steps && own.steps(items) <= steps.saturating_mul(INSTRUCTIONS)
    };
    let (mut most, mut step) = (0_u64, 1_u64 << 62);
    while step > 0 {
        let more = most.saturating_add(step);
        if fits(more) {
            most = more;
        }
        step >>= 1;
    }
    most
}

/// The number of the next policy.
pub(super) fn next_id() -> u64 {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    NEXT.fetch_add(1, Ordering::Relaxed)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whatever a saved policy says of its work, its loops end.
    #[test]
    #[allow(clippy::unwrap_used, reason = "a test fails by panicking")]
    fn items_are_limited_by_what_is_run() {
        let text = "policy p facts l: list of integer m: list of integer
            outcome sum: integer = sum of a * b for each a in l for each b in m";
        let policy = Policy::from_text("p.assize", text).unwrap();
        let program = &policy.checked.compiled.as_ref().unwrap().program;
        let work = Work { per_degree: program.work(), ..Work::default() };
        assert!(work.per_degree.len() == 3 && work.per_degree.iter().all(|work| *work > 0));
        let most = most_items(&Work::default(), program, 1_000_000);
        assert!(work.steps(most) <= 16_000_000 && work.steps(most + 1) > 16_000_000, "{most}");
        let told = most_items(&policy.checked.about.work, program, 1_000_000);
        assert!(told <= most && told > 400, "{told} {most}");
    }
}
