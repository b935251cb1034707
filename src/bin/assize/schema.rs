//! `assize schema`

use std::path::PathBuf;

use clap::Args;

use crate::files::{print, sound_policy};
use crate::stop::{self, Ended, Stop};

/// Print the JSON Schema of a policy's facts
///
/// JSON Schema 2020-12, for forms, editors and generators of code. Every case that the policy takes and that lacks no
/// needed fact validates. What a schema cannot say, such as when a fact is needed, stands in its descriptions.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    assize schema fines.assize > facts.schema.json\n  \
    assize schema fines.assize --decisions > decisions.schema.json")]
pub(crate) struct SchemaArgs {
    /// Root file of the policy, or a saved policy
    policy: PathBuf,
    /// Print the schema of the lines that `assize decide` writes instead
    #[arg(long)]
    decisions: bool,
}

pub(crate) fn schema(args: &SchemaArgs) -> Ended {
    stop::ended(run(args))
}

fn run(args: &SchemaArgs) -> Result<Ended, Stop> {
    let policy = sound_policy(&args.policy)?;
    let text = if args.decisions { policy.decision_schema() } else { policy.facts_schema() };
    print(&format!("{text}\n"))?;
    Ok(Ended::Well)
}
