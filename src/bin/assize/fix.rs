//! `assize check --fix`: what the library repaired, written back or shown as a diff.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use assize::diagnostic::RepairedFile;
use assize::{Error, Policy};
use similar::TextDiff;

use crate::files::{builder, print, printable, read_policy, read_text, replace_text, say};
use crate::stop::Stop;

/// What --fix does with texts that it changed.
pub(crate) enum Fixing {
    Write,
    /// Remembers what was shown: two policies may use one file.
    Show(BTreeSet<String>),
}

impl Fixing {
    pub(crate) fn new(is_diff: bool) -> Self {
        if is_diff { Self::Show(BTreeSet::new()) } else { Self::Write }
    }
}

/// Reads and repairs a policy; gives what is wrong with the files as they are afterwards.
pub(crate) fn read_and_fix(
    root: &Path,
    fixing: &mut Fixing,
    is_told: bool,
) -> Result<Result<Policy, Error>, Stop> {
    let text = read_text(root).map_err(|error| Stop::unreadable(root, &error))?;
    let repair = builder(root, &text).repair();
    let tell = |line: &str| {
        if is_told {
            say(line);
        }
    };
    if repair.withheld > 0 {
        let (fixes, them) = if repair.withheld == 1 { ("fix", "it") } else { ("fixes", "them") };
        let (name, number) = (root.display(), repair.withheld);
        tell(&format!("{name}: {number} {fixes} not applied: with {them}, there would be more errors"));
    }
    if let Fixing::Show(shown) = fixing {
        for file in &repair.files {
            let diff = unified(file);
            if shown.insert(diff.clone()) {
                print(&diff)?;
            }
        }
        // What is reported is about the files as they are.
        return read_policy(root);
    }
    for file in &repair.files {
        replace_text(&path_of(file, root), &file.new)?;
    }
    for fix in &repair.applied {
        let place = format!("{}:{}:{}", printable(&fix.file), fix.position.line, fix.position.column);
        let (old, new) = (printable(&fix.old), printable(&fix.new));
        tell(&match (&*old, &*new) {
            (_, "") => format!("{place}: removed `{old}`"),
            ("", _) => format!("{place}: added `{new}`"),
            _ => format!("{place}: replaced `{old}` by `{new}`"),
        });
    }
    Ok(repair.result)
}

/// The first file was named in the call, perhaps as `./law/../fines.assize`.
fn path_of(file: &RepairedFile, root: &Path) -> PathBuf {
    if file.index == 0 { root.to_owned() } else { PathBuf::from(&file.name) }
}

fn unified(file: &RepairedFile) -> String {
    let name = printable(&file.name);
    TextDiff::from_lines(&file.old, &file.new)
        .unified_diff()
        .context_radius(3)
        .header(&format!("a/{name}"), &format!("b/{name}"))
        .to_string()
}
