//! `assize code`: the page of a code, or the list of all.

use std::io::Write;

use assize::decision::ProblemCode;
use assize::{Code, Severity};
use clap::Args;
use clap::builder::PossibleValuesParser;
use clap::builder::styling::Style;

use crate::stop::Ended;

/// Explain a code: what it means, why it matters, an example that raises it and one that does not
#[derive(Args)]
#[command(after_help = "Examples:\n  assize code type/unit-mismatch\n  assize code | grep facts/")]
pub(crate) struct CodeArgs {
    /// The code, as it stands in brackets behind `error` or `warning`, or in the `errors` of a decision; without it, all
    /// codes are listed
    #[arg(value_parser = PossibleValuesParser::new(all()), hide_possible_values = true)]
    code: Option<String>,
}

fn all() -> impl Iterator<Item = &'static str> {
    let problems = ProblemCode::ALL.iter().map(|code| code.as_str());
    Code::ALL.iter().map(|code| code.as_str()).chain(problems)
}

pub(crate) fn code(args: &CodeArgs) -> Ended {
    let text = match &args.code {
        None => list(),
        Some(code) => match (Code::named(code), ProblemCode::named(code)) {
            (Some(code), _) => in_bold_heads(code.page()),
            (None, Some(code)) => in_bold_heads(code.page()),
            // The parser of the argument has the same list.
            (None, None) => list(),
        },
    };
    // Nobody is left to be told when that fails.
    let _ = anstream::stdout().lock().write_all(text.as_bytes());
    Ended::Well
}

fn list() -> String {
    let mut text = String::new();
    for code in Code::ALL {
        let severity = match code.severity() {
            Severity::Error => "error",
            Severity::Warning => "warning",
        };
        text.push_str(&format!("{:<28} {severity:<8} {}\n", code.as_str(), code.summary()));
    }
    for code in ProblemCode::ALL {
        let status = if code.as_str().starts_with("facts/") { "refused" } else { "failed" };
        text.push_str(&format!("{:<28} {status:<8} {}\n", code.as_str(), code.summary()));
    }
    text
}

fn in_bold_heads(page: &str) -> String {
    let bold = Style::new().bold();
    let line = |line: &str| match line.strip_prefix("# ") {
        Some(head) => format!("{bold}{head}{bold:#}\n"),
        None => format!("{line}\n"),
    };
    page.lines().map(line).collect()
}
