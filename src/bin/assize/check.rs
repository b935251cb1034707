//! `assize check`

use std::path::{Path, PathBuf};

use clap::Args;

use crate::files::{Look, count, read_policy, say, show};
use crate::stop::Ended;

/// Say what is wrong with policies
///
/// Each FILE is the root of a policy of its own; `use "more.assize"` in it is looked up beside it. Errors and warnings
/// go to standard error, with the text that they are about.
#[derive(Args)]
#[command(after_help = "Example:\n  assize check policies/*.assize")]
pub(crate) struct CheckArgs {
    /// Root files of policies, `.assize` or `.assize.md`
    #[arg(required = true, value_name = "FILE")]
    policies: Vec<PathBuf>,
    /// One line per finding, for editors: `file:line:column: error[code]: message`
    #[arg(long)]
    short: bool,
}

pub(crate) fn check(args: &CheckArgs) -> Ended {
    let look = if args.short { Look::Line } else { Look::Snippet };
    args.policies.iter().map(|root| check_one(root, look)).max().unwrap_or(Ended::Well)
}

fn check_one(root: &Path, look: Look) -> Ended {
    let name = root.display();
    match read_policy(root) {
        Err(error) => {
            say(&format!("assize: `{name}` cannot be read: {error}"));
            Ended::BadCall
        }
        Ok(Err(error)) => {
            let (errors, warnings) =
                error.sources().map_or((0, 0), |sources| show(error.diagnostics(), sources, look));
            say(&format!("{name}: {}", findings(errors, warnings)));
            Ended::BadPolicy
        }
        Ok(Ok(policy)) => {
            let (errors, warnings) = show(policy.diagnostics(), policy.sources(), look);
            say(&format!(
                "{name}: policy `{}` is fine: {}, {}, {}",
                policy.name(),
                count(policy.fact_names().count(), "fact"),
                count(policy.outcome_names().count(), "outcome"),
                findings(errors, warnings),
            ));
            Ended::Well
        }
    }
}

fn findings(errors: usize, warnings: usize) -> String {
    match (errors, warnings) {
        (0, 0) => "no warnings".to_owned(),
        (0, _) => count(warnings, "warning"),
        (_, 0) => count(errors, "error"),
        (_, _) => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
    }
}
