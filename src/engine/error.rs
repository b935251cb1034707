//! Why a call failed. What is wrong with one case is no error but a decision.

use std::fmt;
use std::io;

use super::saved::Refusal;
use crate::decision::{OutcomesError, Problem};
use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;

/// A call that failed.
pub struct Error {
    kind: Box<Kind>,
}

enum Kind {
    Policy { diagnostics: Vec<Diagnostic>, sources: Sources },
    Cases { of: String, problems: Vec<Problem> },
    Io { of: String, error: io::Error },
    Outcomes(OutcomesError),
    Saved(Refusal),
}

impl Error {
    pub(super) fn policy(diagnostics: Vec<Diagnostic>, sources: Sources) -> Self {
        Self { kind: Box::new(Kind::Policy { diagnostics, sources }) }
    }

    /// `of` says which file: `the cases`, or `the list `violations``.
    pub(super) fn cases(of: impl Into<String>, problems: Vec<Problem>) -> Self {
        Self { kind: Box::new(Kind::Cases { of: of.into(), problems }) }
    }

    pub(super) fn io(of: impl Into<String>, error: io::Error) -> Self {
        Self { kind: Box::new(Kind::Io { of: of.into(), error }) }
    }

    pub(super) fn saved(refusal: Refusal) -> Self {
        Self { kind: Box::new(Kind::Saved(refusal)) }
    }

    /// The policy's text is wrong: see [`Error::diagnostics`].
    #[must_use]
    pub fn is_policy(&self) -> bool {
        matches!(*self.kind, Kind::Policy { .. })
    }

    /// A file of cases does not fit the policy as a whole: see [`Error::problems`].
    #[must_use]
    pub fn is_cases(&self) -> bool {
        matches!(*self.kind, Kind::Cases { .. })
    }

    /// A reader of the host's failed.
    #[must_use]
    pub fn is_io(&self) -> bool {
        matches!(*self.kind, Kind::Io { .. })
    }

    /// The outcomes of a decision cannot be had as the host's type.
    #[must_use]
    pub fn is_outcomes(&self) -> bool {
        matches!(*self.kind, Kind::Outcomes(_))
    }

    /// Bytes cannot be loaded as a saved policy.
    #[must_use]
    pub fn is_saved(&self) -> bool {
        matches!(*self.kind, Kind::Saved(_))
    }

    /// They are a saved policy, and another version of assize wrote it: save it again from the policy's texts.
    #[must_use]
    pub fn is_other_version(&self) -> bool {
        matches!(*self.kind, Kind::Saved(Refusal::Format(_) | Refusal::Version(_)))
    }

    /// All that is wrong with the policy's text, and warnings; sorted by place.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        if let Kind::Policy { diagnostics, .. } = &*self.kind { diagnostics } else { &[] }
    }

    /// All that is wrong with a file of cases as a whole.
    #[must_use]
    pub fn problems(&self) -> &[Problem] {
        if let Kind::Cases { problems, .. } = &*self.kind { problems } else { &[] }
    }

    /// The texts that the diagnostics are about.
    #[must_use]
    pub fn sources(&self) -> Option<&Sources> {
        if let Kind::Policy { sources, .. } = &*self.kind { Some(sources) } else { None }
    }

    /// All of it, one line each: `fines.assize:3:14: error[name/unknown]: nothing is called `fien``.
    #[must_use]
    pub fn render(&self) -> String {
        let lines: Vec<String> = match &*self.kind {
            Kind::Policy { diagnostics, sources } => {
                diagnostics.iter().map(|found| found.render(sources)).collect()
            }
            Kind::Cases { of, problems } => {
                problems.iter().map(|problem| format!("{of}: {problem}")).collect()
            }
            Kind::Io { .. } | Kind::Outcomes(_) | Kind::Saved(_) => vec![self.to_string()],
        };
        lines.join("\n")
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &*self.kind {
            Kind::Policy { diagnostics, sources } => {
                let mut errors = diagnostics.iter().filter(|found| found.code.severity() == Severity::Error);
                match errors.next() {
                    Some(first) => write!(f, "{}", first.render(sources))?,
                    None => f.write_str("the policy has errors")?,
                }
                more(f, errors.count())
            }
            Kind::Cases { of, problems } => {
                match problems.first() {
                    Some(first) => write!(f, "{of} cannot be read: {first}")?,
                    None => write!(f, "{of} cannot be read")?,
                }
                more(f, problems.len().saturating_sub(1))
            }
            Kind::Io { of, error } => write!(f, "{of} cannot be read: {error}"),
            Kind::Outcomes(error) => error.fmt(f),
            Kind::Saved(refusal) => refusal.fmt(f),
        }
    }
}

fn more(f: &mut fmt::Formatter<'_>, count: usize) -> fmt::Result {
    if count > 0 { write!(f, " (and {count} more)") } else { Ok(()) }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Error({})", self.render())
    }
}

impl std::error::Error for Error {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.kind {
            Kind::Io { error, .. } => Some(error),
            Kind::Policy { .. } | Kind::Cases { .. } | Kind::Outcomes(_) | Kind::Saved(_) => None,
        }
    }
}

impl From<OutcomesError> for Error {
    fn from(error: OutcomesError) -> Self {
        Self { kind: Box::new(Kind::Outcomes(error)) }
    }
}
