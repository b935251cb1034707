//! `assize compile`

use std::path::PathBuf;

use clap::Args;

use crate::files::{count, say, sound_policy, write};
use crate::stop::{self, Ended, Stop};

/// Save a policy so that it is loaded without being read
///
/// The file holds the texts of the policy, also those that are pulled in by `use`, and what decides cases without reading
/// them. Commands take it in place of the policy, and the library with `Policy::load`. It is for this version of assize
/// alone: keep the texts.
#[derive(Args)]
#[command(after_help = "Example:\n  \
    assize compile fines.assize --out fines.assizec\n  \
    assize decide fines.assizec cases.jsonl")]
pub(crate) struct CompileArgs {
    /// Root file of the policy
    policy: PathBuf,
    /// The file to write
    #[arg(long, value_name = "FILE")]
    out: PathBuf,
}

pub(crate) fn compile(args: &CompileArgs) -> Ended {
    stop::ended(run(args))
}

fn run(args: &CompileArgs) -> Result<Ended, Stop> {
    let policy = sound_policy(&args.policy)?;
    let out = args.out.display();
    for input in policy.sources().files().map(|file| policy.sources().name(file)) {
        if args.out.canonicalize().is_ok_and(|out| PathBuf::from(input).canonicalize().ok() == Some(out)) {
            return Err(Stop::call(format!("`--out` would overwrite `{input}`, which is read")));
        }
    }
    let bytes = policy.save();
    write(&args.out, &bytes)?;
    let size = count(bytes.len(), "byte");
    say(&if policy.is_compiled() {
        format!("{out}: policy `{}`, {size}", policy.name())
    } else {
        format!(
            "{out}: policy `{}`, {size}; it has forms that are not compiled, so its texts are read at its first case",
            policy.name()
        )
    });
    Ok(Ended::Well)
}
