//! `assize decide`: a stream of cases in, a line for each out.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::{Path, PathBuf};

use assize::{Case, CaseFormat, CaseOptions, Cases, Error, Policy, Status};

use clap::{Args, ValueEnum};

use crate::files::{count, printable, say, sound_policy};
use crate::progress::{Metered, Progress};
use crate::stop::{self, Ended, Stop};

/// Decide cases under a policy
///
/// Reads cases one by one and writes one line of JSON for each, in their order. What is wrong with single cases is told
/// on standard error and stands in their line; the other cases are decided all the same.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    assize decide fines.assize cases.csv --ignore id,note > decisions.jsonl\n  \
    assize decide fines.assize cases.csv --list violations=violations.csv:case_id\n  \
    tail -f incoming.jsonl | assize decide fines.assize -")]
pub(crate) struct DecideArgs {
    /// Root file of the policy, or a saved policy
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

/// Refused and failed cases that are told one by one; the rest is counted.
const TOLD: u64 = 20;

pub(crate) fn decide(args: &DecideArgs) -> Ended {
    stop::ended(prepare(args).and_then(|(policy, format)| run(args, &policy, format)))
}

fn prepare(args: &DecideArgs) -> Result<(Policy, Format), Stop> {
    let format = format(args)?;
    if format != Format::Csv {
        let given = [("--list", !args.lists.is_empty()), ("--ignore", !args.ignore.is_empty())];
        let given = given.into_iter().chain([("--ignore-undeclared", args.ignore_undeclared)]);
        if let Some((option, _)) = given.into_iter().find(|(_, given)| *given) {
            return Err(Stop::call(format!("`{option}` is for cases in CSV")));
        }
    }
    Ok((sound_policy(&args.policy)?, format))
}

fn format(args: &DecideArgs) -> Result<Format, Stop> {
    if let Some(format) = args.format {
        return Ok(format);
    }
    if is_stdin(&args.cases) {
        return Ok(Format::Jsonl);
    }
    let ending = args.cases.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase());
    match ending.as_deref() {
        Some("json") => Ok(Format::Json),
        Some("jsonl" | "ndjson") => Ok(Format::Jsonl),
        Some("csv") => Ok(Format::Csv),
        _ => {
            let path = args.cases.display();
            Err(Stop::call(format!(
                "`{path}` ends in none of .json .jsonl .ndjson .csv: say what it is with --format"
            )))
        }
    }
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

fn run(args: &DecideArgs, policy: &Policy, format: Format) -> Result<Ended, Stop> {
    let open = |path: &Path| File::open(path).map_err(|error| Stop::unreadable(path, &error));
    let mut options = CaseOptions::new(match format {
        Format::Json => CaseFormat::Json,
        Format::Jsonl => CaseFormat::JsonLines,
        Format::Csv => CaseFormat::Csv,
    });
    for list in &args.lists {
        options = options.list(&list.fact, open(&list.path)?, &list.key);
    }
    options = if args.ignore_undeclared {
        options.ignore_undeclared()
    } else {
        options.ignore(args.ignore.clone())
    };

    let (reader, bytes): (Box<dyn Read>, _) = if is_stdin(&args.cases) {
        (Box::new(io::stdin().lock()), None)
    } else {
        let file = open(&args.cases)?;
        let bytes = file.metadata().ok().filter(|found| found.is_file()).map(|found| found.len());
        (Box::new(file), bytes)
    };
    // A bar among the decisions on the same terminal would be torn apart.
    let visible = io::stderr().is_terminal() && (args.out.is_some() || !io::stdout().is_terminal());
    let mut progress = Progress::new(bytes, visible);
    let reader = Metered::new(reader, progress.meter());
    let cases = policy.cases(reader, options).map_err(|error| stop_reading(args, &error))?;

    let result = match &args.out {
        Some(path) => {
            spare_inputs(args, path)?;
            let file = File::create(path)
                .map_err(|error| Stop::call(format!("`{}` cannot be written: {error}", path.display())))?;
            write_all(args, cases, BufWriter::new(file), Flush::AtEnd, &mut progress)
        }
        None => {
            // Somebody may be waiting for each answer, be it a person or the other end of a pipe.
            let flush = if bytes.is_none() { Flush::EachLine } else { Flush::AtEnd };
            write_all(args, cases, BufWriter::new(io::stdout().lock()), flush, &mut progress)
        }
    };
    progress.finish();
    result
}

/// Creating the output empties it, which must not happen to something that is still to be read.
fn spare_inputs(args: &DecideArgs, out: &Path) -> Result<(), Stop> {
    // Without a path to compare it does not exist yet, or cannot be created either.
    let Ok(target) = out.canonicalize() else { return Ok(()) };
    let inputs = [&args.policy, &args.cases].into_iter().chain(args.lists.iter().map(|list| &list.path));
    for input in inputs {
        if input.canonicalize().is_ok_and(|input| input == target) {
            return Err(Stop::call(format!("`--out` would overwrite `{}`, which is read", input.display())));
        }
    }
    Ok(())
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Flush {
    EachLine,
    AtEnd,
}

fn write_all<R: Read>(
    args: &DecideArgs,
    mut cases: Cases<'_, R>,
    mut out: impl Write,
    flush: Flush,
    progress: &mut Progress,
) -> Result<Ended, Stop> {
    let mut tally = Tally::default();
    let mut stopped = None;
    for case in cases.by_ref() {
        let case = match case {
            Ok(case) => case,
            Err(error) => {
                stopped = Some(stop_reading(args, &error));
                break;
            }
        };
        tally.add(&case, progress);
        let mut written = writeln!(out, "{}", case.to_json());
        if flush == Flush::EachLine {
            written = written.and_then(|()| out.flush());
        }
        if let Err(error) = written {
            return stop_writing(args, &error);
        }
        progress.tick(tally.cases());
    }
    if let Err(error) = out.flush() {
        return stop_writing(args, &error);
    }
    progress.finish();
    tally.summary();
    unclaimed(&cases);
    match stopped {
        Some(stop) => Err(stop),
        None if tally.refused + tally.failed > 0 => Ok(Ended::BadCases),
        None => Ok(Ended::Well),
    }
}

fn unclaimed<R: Read>(cases: &Cases<'_, R>) {
    let unclaimed = cases.unclaimed();
    let mut lists: Vec<&str> = unclaimed.iter().map(|(list, _)| *list).collect();
    lists.dedup();
    for list in lists {
        let keys: Vec<&str> = unclaimed.iter().filter(|(of, _)| *of == list).map(|(_, key)| *key).collect();
        let some: Vec<String> = keys.iter().take(3).map(|key| format!("`{key}`")).collect();
        let more = if keys.len() > some.len() { ", .." } else { "" };
        let number = count(keys.len(), "key");
        say(&format!("assize: {number} in the list `{list}` without a case: {}{more}", some.join(", ")));
    }
}

fn stop_reading(args: &DecideArgs, error: &Error) -> Stop {
    let cases = args.cases.display();
    if error.is_cases() {
        say(&error.render());
        return Stop::call(format!("`{cases}` does not fit the policy"));
    }
    Stop::call(format!("`{cases}`: {error}"))
}

fn stop_writing(args: &DecideArgs, error: &io::Error) -> Result<Ended, Stop> {
    // The reader has seen enough, as `head` has: that is no failure of ours.
    if error.kind() == io::ErrorKind::BrokenPipe {
        return Ok(Ended::Well);
    }
    let out = args
        .out
        .as_ref()
        .map_or_else(|| "standard output".to_owned(), |path| format!("`{}`", path.display()));
    Err(Stop::call(format!("{out} cannot be written: {error}")))
}

/// Counts answers, and tells of those that went wrong.
#[derive(Default)]
struct Tally {
    decided: u64,
    undetermined: u64,
    refused: u64,
    failed: u64,
}

impl Tally {
    fn add(&mut self, case: &Case, progress: &Progress) {
        let status = case.decision.status();
        match status {
            Status::Decided => self.decided += 1,
            Status::Undetermined => self.undetermined += 1,
            Status::Refused => self.refused += 1,
            Status::Failed => self.failed += 1,
        }
        let wrong = matches!(status, Status::Refused | Status::Failed);
        if wrong && self.refused + self.failed <= TOLD {
            let problems = case.decision.problems();
            let first = problems.first().map_or_else(String::new, |problem| format!(": {problem}"));
            let more = problems.len().saturating_sub(1);
            let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
            let (index, line) = (case.index, case.line);
            let told = format!("case {index} (line {line}) {}{first}{more}", status.as_str());
            progress.aside(|| say(&printable(&told)));
        }
    }

    fn cases(&self) -> u64 {
        self.decided + self.undetermined + self.refused + self.failed
    }

    fn summary(&self) {
        let wrong = self.refused + self.failed;
        if wrong > TOLD {
            say(&format!(".. and {} more", wrong - TOLD));
        }
        let mut parts = vec![format!("{} decided", self.decided)];
        let others =
            [(self.undetermined, "undetermined"), (self.refused, "refused"), (self.failed, "failed")];
        parts.extend(
            others.iter().filter(|(number, _)| *number > 0).map(|(number, word)| format!("{number} {word}")),
        );
        let cases = self.cases();
        say(&format!("{cases} case{}: {}", if cases == 1 { "" } else { "s" }, parts.join(", ")));
    }
}
