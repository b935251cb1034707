//! `assize decide`: a stream of cases in, a line for each out.

use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Read, Write};
use std::path::Path;

use assize::{Case, CaseFormat, CaseOptions, Cases, Error, Policy, Status};

use crate::files::{Look, count, printable, read_policy, say, show};
use crate::progress::{Metered, Progress};
use crate::{DecideArgs, Ended, Format};

/// Refused and failed cases that are told one by one; the rest is counted.
const TOLD: u64 = 20;

pub(crate) fn decide(args: &DecideArgs) -> Ended {
    match prepare(args).and_then(|(policy, format)| run(args, &policy, format)) {
        Ok(ended) => ended,
        Err(Stop { ended, message }) => {
            if let Some(message) = message {
                say(&format!("assize: {message}"));
            }
            ended
        }
    }
}

/// Why a run ends early.
struct Stop {
    ended: Ended,
    /// `None` when all has been said.
    message: Option<String>,
}

impl Stop {
    fn call(message: impl Into<String>) -> Self {
        Self { ended: Ended::BadCall, message: Some(message.into()) }
    }

    fn unreadable(path: &Path, error: &io::Error) -> Self {
        Self::call(format!("`{}` cannot be read: {error}", path.display()))
    }
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
    let policy = read_policy(&args.policy).map_err(|error| Stop::unreadable(&args.policy, &error))?;
    let policy = policy.map_err(|error| {
        let errors = error.sources().map_or(0, |sources| show(error.diagnostics(), sources, Look::Snippet).0);
        Stop {
            ended: Ended::BadPolicy,
            message: Some(format!("`{}` has {}", args.policy.display(), count(errors, "error"))),
        }
    })?;
    let warnings = policy.diagnostics().len();
    if warnings > 0 {
        let (path, warnings) = (args.policy.display(), count(warnings, "warning"));
        say(&format!("assize: `{path}` has {warnings}: see `assize check {path}`"));
    }
    Ok((policy, format))
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
