//! The command `assize`: checks policies and decides files of cases. Sees the public interface alone.

mod check;
mod decide;
mod files;
mod progress;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand, ValueEnum};

#[derive(Parser)]
#[command(
    name = "assize",
    version,
    about = "Checks enforcement policies and decides cases under them",
    after_help = "Exit status:\n  \
        0  all is well: every case is decided, or undetermined for want of facts\n  \
        1  the policy is wrong\n  \
        2  the call is wrong, or a file cannot be read or written\n  \
        3  at least one case was refused or failed; the others are written all the same\n\n\
        Example:\n  \
        assize check fines.assize\n  \
        assize decide fines.assize cases.jsonl --out decisions.jsonl"
)]
struct Call {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Check(CheckArgs),
    Decide(DecideArgs),
}

/// Say what is wrong with policies
///
/// Each FILE is the root of a policy of its own; `use "more.assize"` in it is looked up beside it. Errors and warnings
/// go to standard error, with the text that they are about.
#[derive(Args)]
#[command(after_help = "Example:\n  assize check policies/*.assize")]
struct CheckArgs {
    /// Root files of policies, `.assize` or `.assize.md`
    #[arg(required = true, value_name = "FILE")]
    policies: Vec<PathBuf>,
    /// One line per finding, for editors: `file:line:column: error[code]: message`
    #[arg(long)]
    short: bool,
}

/// Decide cases under a policy
///
/// Reads cases one by one and writes one line of JSON for each, in their order. What is wrong with single cases is told
/// on standard error and stands in their line; the other cases are decided all the same.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    assize decide fines.assize cases.csv --ignore id,note > decisions.jsonl\n  \
    assize decide fines.assize cases.csv --list violations=violations.csv:case_id\n  \
    tail -f incoming.jsonl | assize decide fines.assize -")]
struct DecideArgs {
    /// Root file of the policy
    policy: PathBuf,
    /// Cases: `.json` (an object or an array of them), `.jsonl` or `.ndjson` (an object a line), `.csv` (a case a row),
    /// or `-` for JSON Lines from standard input
    cases: PathBuf,
    /// Read the cases as this, whatever they are called
    #[arg(long)]
    format: Option<Format>,
    /// Write the decisions here instead of to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// CSV: fill the list NAME with those rows of FILE that agree with the case in the column KEY
    #[arg(long = "list", value_name = "NAME=FILE:KEY", value_parser = list_file)]
    lists: Vec<ListFile>,
    /// CSV: pass over these columns; `violations.note` is a column of a list file
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', conflicts_with = "ignore_undeclared")]
    ignore: Vec<String>,
    /// CSV: pass over every column that the policy does not declare
    #[arg(long)]
    ignore_undeclared: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// One JSON object, or one array of objects
    Json,
    /// One JSON object a line
    Jsonl,
    /// One case a row
    Csv,
}

#[derive(Clone)]
struct ListFile {
    fact: String,
    path: PathBuf,
    key: String,
}

fn list_file(text: &str) -> Result<ListFile, String> {
    let parts = text.split_once('=').and_then(|(fact, rest)| {
        let (path, key) = rest.rsplit_once(':')?;
        Some((fact, path, key))
    });
    match parts {
        Some((fact, path, key)) if !fact.is_empty() && !path.is_empty() && !key.is_empty() => {
            Ok(ListFile { fact: fact.to_owned(), path: path.into(), key: key.to_owned() })
        }
        _ => Err("expected NAME=FILE:KEY, as in `violations=violations.csv:case_id`".to_owned()),
    }
}

/// How a call ended, for the exit status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Ended {
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

fn main() -> ExitCode {
    match Call::parse().command {
        Command::Check(args) => check::check(&args),
        Command::Decide(args) => decide::decide(&args),
    }
    .into()
}
