//! How a call ends: the exit status, and why it ended early.

use std::io;
use std::path::Path;
use std::process::ExitCode;

use crate::files::say;

/// How a call ended, for the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Ended {
    Well,
    BadPolicy,
    BadCall,
    BadCases,
}

impl From<Ended> for ExitCode {
    fn from(ended: Ended) -> Self {
        Self::from(match ended {
            Ended::Well => 0,
            Ended::BadPolicy => 1,
            Ended::BadCall => 2,
            Ended::BadCases => 3,
        })
    }
}

/// Why a run ends early.
pub(crate) struct Stop {
    pub(crate) ended: Ended,
    /// `None` when all has been said.
    pub(crate) message: Option<String>,
}

impl Stop {
    pub(crate) fn call(message: impl Into<String>) -> Self {
        Self { ended: Ended::BadCall, message: Some(message.into()) }
    }

    pub(crate) fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self::call(format!("`{}` cannot be read: {error}", path.display()))
    }

    pub(crate) fn unwritable(path: &Path, error: &io::Error) -> Self {
        Self::call(format!("`{}` cannot be written: {error}", path.display()))
    }
}

/// Tells why a run ended early, if it did.
pub(crate) fn ended(result: Result<Ended, Stop>) -> Ended {
    result.unwrap_or_else(|Stop { ended, message }| {
        if let Some(message) = message {
            say(&format!("assize: {message}"));
        }
        ended
    })
}
