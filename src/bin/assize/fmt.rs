//! `assize fmt`

use std::io::{self, Read};
use std::path::{Path, PathBuf};

use clap::Args;
use similar::TextDiff;

use crate::files::{Look, count, print, read_text, replace_text, say, show};
use crate::stop::{self, Ended, Stop};

/// Lay out policy texts
///
/// Spaces, indentation and columns follow from the words and from the line breaks; words, numbers, quoted texts and comments
/// stay as they are. In Markdown files only the fenced `assize` blocks change. A file that cannot be read as a policy is
/// left alone.
#[derive(Args)]
#[command(after_help = "Examples:\n  \
    assize fmt policies/*.assize\n  \
    assize fmt --check policies/*.assize\n  \
    assize fmt - < fines.assize")]
pub(crate) struct FmtArgs {
    /// Policy texts, `.assize` or `.assize.md`; `-` reads standard input and writes standard output
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Write nothing; name the files that would change, and fail if there are any
    #[arg(long)]
    check: bool,
    /// Write nothing; show what would change
    #[arg(long)]
    diff: bool,
    /// What `-` is called; ending in `.md` it is Markdown
    #[arg(long, value_name = "NAME", default_value = "standard_input.assize")]
    stdin_name: String,
}

pub(crate) fn fmt(args: &FmtArgs) -> Ended {
    let ended = args.files.iter().map(|path| stop::ended(one(args, path)));
    ended.max().unwrap_or(Ended::Well)
}

fn one(args: &FmtArgs, path: &Path) -> Result<Ended, Stop> {
    let is_stdin = path == Path::new("-");
    let name = if is_stdin { args.stdin_name.clone() } else { path.display().to_string() };
    let text = if is_stdin { standard_input() } else { read_text(path) };
    let text = text.map_err(|error| Stop::unreadable(path, &error))?;
    let formatted = match assize::format(&name, &text) {
        Ok(formatted) => formatted,
        Err(error) => {
            let found = error.diagnostics();
            let errors = error.sources().map_or(0, |sources| show(found, sources, Look::Snippet).0);
            say(&format!("{name}: {}, so it is left as it is", count(errors, "error")));
            return Ok(Ended::BadPolicy);
        }
    };
    let changes = formatted != text;
    if args.diff && changes {
        let diff = TextDiff::from_lines(&text, &formatted);
        print(&diff.unified_diff().header(&name, &format!("{name}, formatted")).to_string())?;
    }
    if args.check && changes {
        say(&format!("{name}: not formatted"));
    }
    if args.check || args.diff {
        return Ok(if args.check && changes { Ended::BadPolicy } else { Ended::Well });
    }
    if is_stdin {
        print(&formatted)?;
    } else if changes {
        replace_text(path, &formatted)?;
    }
    Ok(Ended::Well)
}

fn standard_input() -> io::Result<String> {
    let mut text = Vec::new();
    io::stdin().lock().read_to_end(&mut text)?;
    String::from_utf8(text).map_err(|_| io::Error::new(io::ErrorKind::InvalidData, "it is not UTF-8 text"))
}
