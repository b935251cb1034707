//! `assize decide`: a stream of cases in, a decision for each out.

mod batches;
mod cells;
mod sink;
mod tally;

use std::fs::File;
use std::io::{self, IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::sync::mpsc;
use std::thread;

use assize::arrow::BatchOptions;
use assize::{CaseFormat, CaseOptions, Cases, Error, Policy};

use clap::{Args, ValueEnum};

use crate::files::{count, say, sound_policy};
use crate::progress::{Metered, Progress};
use crate::stop::{self, Ended, Stop};

use self::batches::{Batches, Trouble};
use self::sink::{Flush, OutFormat, Sink, Target};
use self::tally::Tally;

/// Decide cases under a policy
///
/// Reads cases one by one and writes a decision for each, in their order: a line of JSON, a row of CSV or of Parquet. What is
/// wrong with single cases is told on standard error and stands in their decision; the other cases are decided all the
/// same. Memory hardly grows with the number of cases.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    assize decide fines.assize cases.csv --ignore id,note > decisions.jsonl\n  \
    assize decide fines.assize cases.parquet --out decisions.parquet\n  \
    assize decide fines.assize cases.csv --list violations=violations.csv:case_id\n  \
    tail -f incoming.jsonl | assize decide fines.assize -")]
pub(crate) struct DecideArgs {
    /// Root file of the policy, or a saved policy
    policy: PathBuf,
    /// Cases: `.json` (an object or an array of them), `.jsonl` or `.ndjson` (an object a line), `.csv` or `.parquet` (a case
    /// a row), or `-` for JSON Lines from standard input
    cases: PathBuf,
    /// Read the cases as this, whatever they are called
    #[arg(long)]
    format: Option<Format>,
    /// Write the decisions here instead of to standard output: `.csv` as CSV, `.parquet` as Parquet (both appear when they are
    /// whole), anything else as JSON Lines
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Write the decisions as this, whatever the file is called
    #[arg(long, value_name = "FORMAT")]
    out_format: Option<OutFormat>,
    /// CSV: fill the list NAME with those rows of FILE that agree with the case in the column KEY
    #[arg(long = "list", value_name = "NAME=FILE:KEY", value_parser = list_file)]
    lists: Vec<ListFile>,
    /// CSV, Parquet: pass over these columns; `violations.note` is a column of a list file
    #[arg(long, value_name = "COLUMN", value_delimiter = ',', conflicts_with = "ignore_undeclared")]
    ignore: Vec<String>,
    /// CSV, Parquet: pass over every column that the policy does not declare
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
    /// One case a row
    Parquet,
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

pub(crate) fn decide(args: &DecideArgs) -> Ended {
    stop::ended(prepare(args).and_then(|(policy, format)| run(args, &policy, format)))
}

fn prepare(args: &DecideArgs) -> Result<(Policy, Format), Stop> {
    let format = format(args)?;
    let (is_csv, is_parquet) = (format == Format::Csv, format == Format::Parquet);
    let options = [
        ("--list", !args.lists.is_empty(), is_csv, "CSV"),
        ("--ignore", !args.ignore.is_empty(), is_csv || is_parquet, "CSV or Parquet"),
        ("--ignore-undeclared", args.ignore_undeclared, is_csv || is_parquet, "CSV or Parquet"),
    ];
    if let Some((option, .., whose)) = options.iter().find(|(_, given, fits, _)| *given && !fits) {
        return Err(Stop::call(format!("`{option}` is for cases in {whose}")));
    }
    if is_parquet && is_stdin(&args.cases) {
        return Err(Stop::call(
            "Parquet begins with its end: it is read from a file, not from standard input",
        ));
    }
    if out_format(args) == OutFormat::Parquet && args.out.is_none() {
        return Err(Stop::call("Parquet is written to a file: say which with `--out`"));
    }
    Ok((sound_policy(&args.policy)?, format))
}

fn out_format(args: &DecideArgs) -> OutFormat {
    let by_name = |path: &PathBuf| match ending(path).as_deref() {
        Some("csv") => OutFormat::Csv,
        Some("parquet") => OutFormat::Parquet,
        Some(_) | None => OutFormat::Jsonl,
    };
    args.out_format.or_else(|| args.out.as_ref().map(by_name)).unwrap_or(OutFormat::Jsonl)
}

fn ending(path: &Path) -> Option<String> {
    path.extension().map(|ending| ending.to_string_lossy().to_ascii_lowercase())
}

fn format(args: &DecideArgs) -> Result<Format, Stop> {
    if let Some(format) = args.format {
        return Ok(format);
    }
    if is_stdin(&args.cases) {
        return Ok(Format::Jsonl);
    }
    match ending(&args.cases).as_deref() {
        Some("json") => Ok(Format::Json),
        Some("jsonl" | "ndjson") => Ok(Format::Jsonl),
        Some("csv") => Ok(Format::Csv),
        Some("parquet") => Ok(Format::Parquet),
        _ => {
            let path = args.cases.display();
            Err(Stop::call(format!(
                "`{path}` ends in none of .json .jsonl .ndjson .csv .parquet: say what it is with --format"
            )))
        }
    }
}

fn is_stdin(path: &Path) -> bool {
    path == Path::new("-")
}

fn run(args: &DecideArgs, policy: &Policy, format: Format) -> Result<Ended, Stop> {
    let case_format = match format {
        Format::Json => CaseFormat::Json,
        Format::Jsonl => CaseFormat::JsonLines,
        Format::Csv => CaseFormat::Csv,
        Format::Parquet => return by_batch(args, policy),
    };
    let mut options = CaseOptions::new(case_format);
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
    let mut progress = Progress::new(bytes, bar_is_visible(args));
    let reader = Metered::new(reader, progress.meter());
    let cases = policy.cases(reader, options).map_err(|error| stop_reading(args, &error))?;
    // Somebody may be waiting for each answer, be it a person or the other end of a pipe.
    let flush = if args.out.is_none() && bytes.is_none() { Flush::EachLine } else { Flush::AtEnd };
    let sink = sink(args, policy, flush)?;
    let result = by_case(args, cases, sink, &mut progress);
    progress.finish();
    result
}

fn open(path: &Path) -> Result<File, Stop> {
    File::open(path).map_err(|error| Stop::unreadable(path, &error))
}

/// A bar among the decisions on the same terminal would be torn apart.
fn bar_is_visible(args: &DecideArgs) -> bool {
    io::stderr().is_terminal() && (args.out.is_some() || !io::stdout().is_terminal())
}

fn sink<'p>(args: &DecideArgs, policy: &'p Policy, flush: Flush) -> Result<Sink<'p>, Stop> {
    let format = out_format(args);
    let target = match &args.out {
        Some(path) => {
            spare_inputs(args, path)?;
            match format {
                OutFormat::Jsonl => Target::growing(path),
                OutFormat::Csv | OutFormat::Parquet => Target::whole(path),
            }
        }
        None => Ok(Target::standard_output()),
    };
    let sink = target.and_then(|target| Sink::new(policy, format, target, flush));
    sink.map_err(|error| unwritable(args, &error))
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

fn by_case<R: Read>(
    args: &DecideArgs,
    mut cases: Cases<'_, R>,
    mut sink: Sink<'_>,
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
        tally.case(&case, progress);
        if let Err(error) = sink.case(case) {
            return stop_writing(args, &error);
        }
        progress.tick(tally.cases());
    }
    end(args, sink, &tally, stopped, progress, || unclaimed(&cases))
}

/// Cases in columns.
fn by_batch(args: &DecideArgs, policy: &Policy) -> Result<Ended, Stop> {
    let options = BatchOptions::new();
    let options = if args.ignore_undeclared {
        options.ignore_undeclared()
    } else {
        options.ignore(args.ignore.iter().cloned())
    };
    let stop_at = |trouble| match trouble {
        Trouble::Parquet(error) => {
            Stop::call(format!("`{}` cannot be read as Parquet: {error}", args.cases.display()))
        }
        Trouble::Columns(error) => stop_reading(args, &error),
    };
    let batches = Batches::open(policy, open(&args.cases)?, options).map_err(stop_at)?;
    let mut sink = sink(args, policy, Flush::AtEnd)?;
    let mut progress = Progress::new(Some(batches.rows()), bar_is_visible(args));
    let (mut tally, mut stopped) = (Tally::default(), None);
    let written = thread::scope(|scope| {
        // The next batch is read and decided while this one is written.
        let (send, decided) = mpsc::sync_channel(1);
        scope.spawn(move || batches.decide(policy, |decisions| send.send(decisions).is_ok()));
        for decisions in decided {
            let decisions = match decisions {
                Ok(decisions) => decisions,
                Err(trouble) => {
                    stopped = Some(stop_at(trouble));
                    break;
                }
            };
            let first = tally.cases();
            tally.rows(&decisions, first, &progress);
            sink.rows(&decisions, first)?;
            progress.meter().set(tally.cases());
            progress.tick(tally.cases());
        }
        Ok(())
    });
    if let Err(error) = written {
        return stop_writing(args, &error);
    }
    end(args, sink, &tally, stopped, &mut progress, || ())
}

/// Ends the output and tells how it went. A file that appears when it is whole does so only if all cases were read.
fn end(
    args: &DecideArgs,
    sink: Sink<'_>,
    tally: &Tally,
    stopped: Option<Stop>,
    progress: &mut Progress,
    tell: impl FnOnce(),
) -> Result<Ended, Stop> {
    let written = if stopped.is_some() { sink.give_up() } else { sink.finish() };
    progress.finish();
    if let Err(error) = written {
        return stop_writing(args, &error);
    }
    tally.summary();
    tell();
    match stopped {
        Some(stop) => Err(stop),
        None if tally.wrong() > 0 => Ok(Ended::BadCases),
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
    Err(unwritable(args, error))
}

fn unwritable(args: &DecideArgs, error: &io::Error) -> Stop {
    match &args.out {
        Some(path) => Stop::unwritable(path, error),
        None => Stop::call(format!("standard output cannot be written: {error}")),
    }
}
