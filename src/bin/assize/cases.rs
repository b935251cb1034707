//! `assize cases`

use std::path::PathBuf;

use assize::Status;
use assize::testing::{BoundaryCase, BoundaryOptions};

use clap::Args;

use crate::files::{count, print, printable, say, sound_policy, verify};
use crate::stop::{self, Ended, Stop};

/// Print cases at the boundaries of a policy
///
/// Writes cases as JSON Lines: below, at and above every threshold, on every row, for every member of an enum, with and
/// without every fact that may be absent. Every case is well-formed and lacks no needed fact. The simplest ones come first.
/// Standard error says how much of the policy they go through; `assize test --coverage` says what they do not.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    assize cases fines.assize > cases.jsonl\n  \
    assize cases fines.assize -n 50 | assize decide fines.assize -\n  \
    assize cases fines.assize --expect > regression.jsonl    # for review")]
pub(crate) struct CasesArgs {
    /// Root file of the policy, or a saved policy
    policy: PathBuf,
    /// No more cases than this, those that show most
    #[arg(short, long = "n", value_name = "N")]
    n: Option<usize>,
    /// Look elsewhere; the same seed finds the same cases
    #[arg(long, value_name = "S", default_value_t = 0)]
    seed: u64,
    /// Print also cases that a `must hold` refuses
    #[arg(long)]
    refused: bool,
    /// Write each case as a test that expects what is decided now
    #[arg(long)]
    expect: bool,
}

pub(crate) fn cases(args: &CasesArgs) -> Ended {
    stop::ended(run(args))
}

fn run(args: &CasesArgs) -> Result<Ended, Stop> {
    let policy = sound_policy(&args.policy)?;
    verify(&args.policy, &policy)?;
    let mut options = BoundaryOptions::new().seed(args.seed);
    if let Some(most) = args.n {
        options = options.at_most(most);
    }
    if args.refused {
        options = options.with_refused();
    }
    let found = policy.boundary_cases(options);
    let line = |case: &BoundaryCase| if args.expect { case.to_test() } else { case.facts.clone() };
    print(&found.cases.iter().map(|case| line(case) + "\n").collect::<String>())?;
    let failed: Vec<_> = found.cases.iter().filter(|case| case.decision.status() == Status::Failed).collect();
    if let Some(first) = failed.first() {
        let problem = first.decision.problems().first().map(|problem| format!(": {problem}"));
        let fail = if failed.len() == 1 { "case fails" } else { "cases fail" };
        let told = format!(
            "assize: {} {fail}; the first is {}{}",
            failed.len(),
            first.facts,
            problem.unwrap_or_default()
        );
        say(&printable(&told));
    }
    let (covered, all) = found.coverage.counts();
    say(&format!("{}: {covered} of {all} coverage points", count(found.cases.len(), "case")));
    Ok(Ended::Well)
}
