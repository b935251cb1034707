//! `assize code`: the page of a code, or the list of all.

use std::ffi::OsStr;
use std::io::Write;

use assize::decision::ProblemCode;
use assize::{Code, Severity};
use clap::builder::styling::Style;
use clap::builder::{PossibleValue, PossibleValuesParser, TypedValueParser};
use clap::error::{ContextKind, ContextValue};
use clap::{Arg, Args, Command};

use crate::stop::Ended;

/// Explain a code: what it means, why it matters, an example that raises it and one that does not
#[derive(Args)]
#[command(after_help = "Examples:\n  assize code type/unit-mismatch\n  assize code | grep facts/")]
pub(crate) struct CodeArgs {
    /// The code, as it stands in brackets behind `error` or `warning`, or in the `errors` of a decision; without it, all
    /// codes are listed
    #[arg(value_parser = KnownCode, hide_possible_values = true)]
    code: Option<String>,
}

/// Reads a code. An unknown one is answered with those that are close, since all of them would fill the screen.
#[derive(Clone)]
struct KnownCode;

impl TypedValueParser for KnownCode {
    type Value = String;

    fn parse_ref(&self, command: &Command, arg: Option<&Arg>, value: &OsStr) -> Result<String, clap::Error> {
        PossibleValuesParser::new(all()).parse_ref(command, arg, value).map_err(|mut error| {
            error.remove(ContextKind::ValidValue);
            let tip = "`assize code` lists all codes".into();
            error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![tip]));
            error
        })
    }

    // For the completion of shells.
    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        Some(Box::new(all().map(PossibleValue::new)))
    }
}

fn all() -> impl Iterator<Item = &'static str> {
    let problems = ProblemCode::ALL.iter().map(|code| code.as_str());
    Code::ALL.iter().map(|code| code.as_str()).chain(problems)
}

pub(crate) fn code(args: &CodeArgs) -> Ended {
    let text = match &args.code {
        None => list(),
        Some(code) => match (Code::named(code), ProblemCode::named(code)) {
            (Some(code), _) => for_a_terminal(code.page()),
            (None, Some(code)) => for_a_terminal(code.page()),
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

/// The head bold, examples set in instead of fenced.
fn for_a_terminal(page: &str) -> String {
    let bold = Style::new().bold();
    let mut is_example = false;
    let mut text = String::new();
    for line in page.lines() {
        if line.starts_with("```") {
            is_example = !is_example;
        } else if is_example {
            text.push_str(&format!("    {line}\n"));
        } else if let Some(head) = line.strip_prefix("# ") {
            text.push_str(&format!("{bold}{head}{bold:#}\n"));
        } else {
            text.push_str(&format!("{line}\n"));
        }
    }
    text
}
