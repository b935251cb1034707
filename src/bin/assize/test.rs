//! `assize test`: examples and case files, what differs and why, and what of the policy was gone through.

mod html;
mod junit;
mod lcov;

use std::fs::File;
use std::path::{Path, PathBuf};

use assize::Policy;
use assize::testing::{Coverage, PointKind, TestResult, Tests};
use clap::Args;
use clap::builder::styling::{AnsiColor, Style};

use crate::files::{count, print, printable, read_text, replace_text, sound_policy, verify, write};
use crate::stop::{self, Ended, Stop};

/// Missed points that are listed; reports have them all.
const LISTED: usize = 40;

/// Run the examples of policies, and files of cases with what they must come to
///
/// Each FILE is the root of a policy of its own. An outcome that rules fill and that a test does not mention must have its
/// neutral value. Differences are shown with the rules that made them.
#[derive(Args)]
#[command(after_help = "A file of cases has a JSON object a line:\n  \
    {\"text\": \"..\", \"facts\": {..}, \"expect\": {\"outcomes\": {\"fine\": \"300.00\"}}}\n  \
    {\"facts\": {..}, \"expect\": {\"status\": \"undetermined\", \"needs\": [\"deaths\"]}}\n\n\
    Examples:\n  \
    assize test policies/*.assize\n  \
    assize test fines.assize --cases tests.jsonl --coverage --fail-under 100\n  \
    assize test fines.assize --cases tests.jsonl --update && git diff")]
pub(crate) struct TestArgs {
    /// Root files of policies, `.assize` or `.assize.md`
    #[arg(required = true, value_name = "FILE")]
    policies: Vec<PathBuf>,
    /// Also run this file of cases (with one policy)
    #[arg(long, value_name = "FILE")]
    cases: Vec<PathBuf>,
    /// Say which rules, conditions, rows, overrides and thresholds no test went through
    #[arg(long)]
    coverage: bool,
    /// Fail when fewer than PERCENT of all points are covered
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100))]
    fail_under: Option<u8>,
    /// Write coverage as lcov, for editors and CI
    #[arg(long, value_name = "FILE")]
    lcov: Option<PathBuf>,
    /// Write coverage as a page
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// Write results as JUnit XML
    #[arg(long, value_name = "FILE")]
    junit: Option<PathBuf>,
    /// Rewrite expectations that do not hold to what is decided now, for review
    #[arg(long)]
    update: bool,
}

pub(crate) fn test(args: &TestArgs) -> Ended {
    stop::ended(run(args))
}

fn run(args: &TestArgs) -> Result<Ended, Stop> {
    if args.policies.len() > 1 && !args.cases.is_empty() {
        return Err(Stop::call("`--cases` goes with one policy"));
    }
    let mut ended = Ended::Well;
    let mut results = Vec::new();
    let mut coverages = Vec::new();
    for root in &args.policies {
        let policy = sound_policy(root)?;
        verify(root, &policy)?;
        let mut tests = policy.tests();
        tests.run_examples();
        for path in &args.cases {
            let name = path.display().to_string();
            let file = File::open(path).map_err(|error| Stop::unreadable(path, &error))?;
            tests.run_cases(&name, file).map_err(|error| Stop::unreadable(path, &error))?;
        }
        ended = ended.max(report(args, root, &policy, &tests)?);
        results.extend(tests.results().to_vec());
        coverages.push((policy.name().to_owned(), tests.coverage().clone()));
    }
    if let Some(path) = &args.junit {
        write(path, junit::report(&results)?.as_bytes())?;
    }
    if let Some(path) = &args.lcov {
        write(path, lcov::report(&coverages).as_bytes())?;
    }
    if let Some(path) = &args.html {
        write(path, html::report(&coverages).as_bytes())?;
    }
    Ok(ended)
}

fn report(args: &TestArgs, root: &Path, policy: &Policy, tests: &Tests<'_>) -> Result<Ended, Stop> {
    let results = tests.results();
    let failed = results.iter().filter(|result| !result.passed());
    if args.update {
        return update(args, policy, tests);
    }
    let mut told = String::new();
    failed.clone().for_each(|result| told.push_str(&account(result)));
    let failed = failed.count();
    let name = root.display();
    told.push_str(&match (results.len(), failed) {
        (0, _) => format!("{name}: there is no example, so nothing is tested\n"),
        (all, 0) => format!("{name}: {} passed\n", count(all, "test")),
        (all, _) => format!("{name}: {failed} of {} failed\n", count(all, "test")),
    });
    let mut ended = if failed > 0 || results.is_empty() { Ended::BadPolicy } else { Ended::Well };
    if args.coverage || args.fail_under.is_some() {
        told.push_str(&covered(tests.coverage()));
    }
    if let Some(least) = args.fail_under {
        let (hit, all) = tests.coverage().counts();
        if hit * 100 < all * usize::from(least) {
            told.push_str(&format!("coverage is under {least} %\n"));
            ended = Ended::BadPolicy;
        }
    }
    print(&told)?;
    Ok(ended)
}

/// ```text
/// FAIL fines.assize:12: second offence
///   - fine: 300 EUR
///   + fine: 600 EUR
///       rule `fined`: 600 EUR
/// ```
fn account(result: &TestResult) -> String {
    let [red, green, bold] =
        [AnsiColor::Red, AnsiColor::Green, AnsiColor::BrightRed].map(AnsiColor::on_default);
    let bold = bold.bold();
    let mut told = format!(
        "{bold}FAIL{bold:#} {}:{}: {}\n",
        printable(&result.file),
        result.line,
        printable(&result.name)
    );
    for difference in &result.differences {
        let mut line = |style: Style, sign: char, value: &str| {
            let (of, value) = (printable(&difference.of), printable(value));
            told.push_str(&format!("  {style}{sign} {of}: {value}{style:#}\n"));
        };
        line(red, '-', &difference.expected);
        line(green, '+', &difference.decided);
        for because in &difference.because {
            told.push_str(&format!("      {}\n", printable(because)));
        }
    }
    told
}

fn covered(coverage: &Coverage) -> String {
    let (hit, all) = coverage.counts();
    let mut told = format!("coverage: {} of {}, {}\n", hit, count(all, "point"), percent(hit, all));
    for kind in PointKind::ALL {
        let (hit, all) = coverage.counts_of(kind);
        if all > 0 {
            told.push_str(&format!("  {:<11} {hit} of {all}\n", kind.plural()));
        }
    }
    let missed: Vec<_> = coverage.missed().collect();
    if !missed.is_empty() {
        told.push_str("not covered:\n");
    }
    for point in missed.iter().take(LISTED) {
        told.push_str(&format!("  {}\n", printable(&coverage.describe(point))));
    }
    if missed.len() > LISTED {
        told.push_str(&format!("  .. and {} more: see --html or --lcov\n", missed.len() - LISTED));
    }
    told
}

/// Rounded down, so that nothing but all is 100 %.
fn percent(hit: usize, all: usize) -> String {
    let tenths = (hit * 1000).checked_div(all).unwrap_or(1000);
    format!("{}.{} %", tenths / 10, tenths % 10)
}

fn update(args: &TestArgs, policy: &Policy, tests: &Tests<'_>) -> Result<Ended, Stop> {
    let sources = policy.sources();
    let texts = sources.files().map(|file| sources.name(file).to_owned());
    let files = texts.chain(args.cases.iter().map(|path| path.display().to_string()));
    let mut rewritten = 0;
    for file in files {
        let path = Path::new(&file);
        let text = read_text(path).map_err(|error| Stop::unreadable(path, &error))?;
        let Some(new) = tests.rewritten(&file, &text) else { continue };
        let failed = tests.results().iter().filter(|result| result.file == file && !result.passed()).count();
        replace_text(path, &new)?;
        print(&format!(
            "{file}: {} rewritten; review them before you keep them\n",
            count(failed, "expectation")
        ))?;
        rewritten += 1;
    }
    if rewritten == 0 {
        print("nothing to rewrite\n")?;
    }
    Ok(Ended::Well)
}
