//! `assize check`

use std::path::{Path, PathBuf};

use assize::diagnostic::{Diagnostic, Sarif};
use assize::source::Sources;
use assize::{Error, Policy};
use clap::{Args, ValueEnum};

use crate::files::{Look, count, print, read_policy, say, show, verify};
use crate::fix::{self, Fixing};
use crate::stop::{Ended, Stop, ended};

/// Say what is wrong with policies, and repair what is certain
///
/// Each FILE is the root of a policy of its own; `use "more.assize"` in it is looked up beside it. Errors and warnings
/// go to standard error, with the text that they are about; as JSON or SARIF, to standard output.
#[derive(Args)]
#[command(after_help = "Example:\n  \
        assize check policies/*.assize\n  \
        assize check fines.assize --fix --diff\n  \
        assize check policies/*.assize --format sarif > findings.sarif")]
pub(crate) struct CheckArgs {
    /// Root files of policies, `.assize` or `.assize.md`, or saved policies
    #[arg(required = true, value_name = "FILE")]
    policies: Vec<PathBuf>,
    /// How findings are written
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
    /// Apply the fixes that are certain to the files, also to those that are pulled in by `use`
    #[arg(long)]
    fix: bool,
    /// With --fix: print what would change to standard output, and change nothing
    #[arg(long, requires = "fix")]
    diff: bool,
    /// End with status 1 also when there are only warnings
    #[arg(long)]
    deny_warnings: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// The text that each finding is about, help and fixes; to standard error
    Human,
    /// One line each, `file:line:column: error[code]: message`; to standard error
    Short,
    /// JSON Lines, one object each; to standard output
    Json,
    /// One SARIF 2.1.0 log for all policies; to standard output
    Sarif,
}

pub(crate) fn check(args: &CheckArgs) -> Ended {
    ended(run(args))
}

fn run(args: &CheckArgs) -> Result<Ended, Stop> {
    if args.diff && matches!(args.format, Format::Json | Format::Sarif) {
        return Err(Stop::call("`--diff` and this `--format` would both write to standard output"));
    }
    let mut report = Report { args, sarif: Sarif::default(), first: None };
    let mut ended = Ended::Well;
    let mut fixing = args.fix.then(|| Fixing::new(args.diff));
    for root in &args.policies {
        ended = ended.max(report.policy(root, fixing.as_mut())?);
    }
    if args.format == Format::Sarif {
        print(&format!("{}\n", report.sarif.to_json()))?;
    }
    if let (Format::Human, Some(code)) = (args.format, report.first) {
        say(&format!("for more about a finding: assize code {code}"));
    }
    Ok(ended)
}

struct Report<'a> {
    args: &'a CheckArgs,
    sarif: Sarif,
    /// The code of the first finding.
    first: Option<&'static str>,
}

impl Report<'_> {
    fn policy(&mut self, root: &Path, fixing: Option<&mut Fixing>) -> Result<Ended, Stop> {
        let read = match fixing {
            Some(fixing) => fix::read_and_fix(root, fixing, self.is_for_people()),
            None => read_policy(root).and_then(|policy| {
                policy.iter().try_for_each(|policy| verify(root, policy))?;
                Ok(policy)
            }),
        };
        let policy = match read {
            Ok(policy) => policy,
            Err(stop) => {
                // The other policies are checked all the same.
                if let Some(message) = &stop.message {
                    self.sarif.add_failure(message);
                }
                return Ok(ended(Err(stop)));
            }
        };
        let name = root.display();
        match policy {
            Err(error) => {
                let (errors, warnings) = self.findings_of(&error)?;
                self.summary(&format!("{name}: {}", counted(errors, warnings)));
                Ok(Ended::BadPolicy)
            }
            Ok(policy) => {
                let (errors, warnings) = self.findings(policy.diagnostics(), policy.sources())?;
                if self.args.deny_warnings && warnings > 0 {
                    let counted = counted(errors, warnings);
                    self.summary(&format!("{name}: {counted}, and `--deny-warnings` is given"));
                    return Ok(Ended::BadPolicy);
                }
                self.summary(&fine(&name.to_string(), &policy, warnings));
                Ok(Ended::Well)
            }
        }
    }

    fn is_for_people(&self) -> bool {
        matches!(self.args.format, Format::Human | Format::Short)
    }

    fn summary(&self, line: &str) {
        if self.is_for_people() {
            say(line);
        }
    }

    fn findings_of(&mut self, error: &Error) -> Result<(usize, usize), Stop> {
        error.sources().map_or(Ok((0, 0)), |sources| self.findings(error.diagnostics(), sources))
    }

    fn findings(&mut self, found: &[Diagnostic], sources: &Sources) -> Result<(usize, usize), Stop> {
        if self.first.is_none() {
            self.first = found.first().map(|found| found.code.as_str());
        }
        let look = match self.args.format {
            Format::Human => Look::Snippet,
            Format::Short => Look::Line,
            Format::Json => {
                let lines: String =
                    found.iter().map(|found| format!("{}\n", found.to_json(sources))).collect();
                print(&lines)?;
                Look::Nothing
            }
            Format::Sarif => {
                self.sarif.add(found, sources);
                Look::Nothing
            }
        };
        Ok(show(found, sources, look))
    }
}

fn fine(name: &str, policy: &Policy, warnings: usize) -> String {
    format!(
        "{name}: policy `{}` is fine: {}, {}, {}",
        policy.name(),
        count(policy.fact_names().count(), "fact"),
        count(policy.outcome_names().count(), "outcome"),
        counted(0, warnings),
    )
}

fn counted(errors: usize, warnings: usize) -> String {
    match (errors, warnings) {
        (0, 0) => "no warnings".to_owned(),
        (0, _) => count(warnings, "warning"),
        (_, 0) => count(errors, "error"),
        (_, _) => format!("{}, {}", count(errors, "error"), count(warnings, "warning")),
    }
}
