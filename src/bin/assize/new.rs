//! `assize new`

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};

use assize::Policy;
use clap::Args;

use crate::files::say;
use crate::stop::{self, Ended, Stop};

const POLICY: &str = include_str!("new/policy.assize");
const TESTS: &str = include_str!("new/tests.jsonl");

/// Start a policy
///
/// Makes a folder with a small policy that says how policies are written, and with tests of all of it.
#[derive(Args)]
#[command(after_help = "Examples:\n  assize new fines\n  assize new \"policies/food hygiene\"")]
pub(crate) struct NewArgs {
    /// The folder; its last part names the policy
    #[arg(value_name = "NAME")]
    folder: PathBuf,
}

pub(crate) fn new(args: &NewArgs) -> Ended {
    stop::ended(start(&args.folder))
}

fn start(folder: &Path) -> Result<Ended, Stop> {
    let shown = folder.display();
    let text =
        policy_text(folder).ok_or_else(|| Stop::call(format!("`{shown}` gives no name for a policy")))?;
    let (policy, tests) = (folder.join("policy.assize"), folder.join("tests.jsonl"));
    for path in [&policy, &tests] {
        if path.symlink_metadata().is_ok() {
            return Err(Stop::call(format!("`{}` is there already", path.display())));
        }
    }
    fs::create_dir_all(folder).map_err(|error| Stop::call(format!("`{shown}` cannot be made: {error}")))?;
    write(&policy, &text)?;
    write(&tests, TESTS)?;
    let (policy, tests) = (quoted(&policy), quoted(&tests));
    say(&format!("made {policy} and {tests}; next:"));
    say(&format!("  assize check {policy}"));
    say(&format!("  assize test {policy} --cases {tests} --coverage"));
    say(&format!("  assize cases {policy} | assize decide {policy} -"));
    Ok(Ended::Well)
}

/// Never over something that came up in between.
fn write(path: &Path, text: &str) -> Result<(), Stop> {
    let created = OpenOptions::new().write(true).create_new(true).open(path);
    created
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|error| Stop::call(format!("`{}` cannot be written: {error}", path.display())))
}

/// The policy with a name that the language takes; `None` where the folder gives none.
fn policy_text(folder: &Path) -> Option<String> {
    let given = folder.file_name()?.to_string_lossy();
    let title: String =
        given.chars().filter(|character| !character.is_control() && !"\"\\".contains(*character)).collect();
    let words = given.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.collect::<Vec<_>>().join("_").to_lowercase();
    // A word of the language, or one that begins with a digit, is no name; the language itself knows best.
    let names = [name.clone(), format!("{name}_policy"), format!("policy_{name}")];
    let texts = names
        .iter()
        .filter(|_| !name.is_empty())
        .map(|name| POLICY.replacen("your_policy", name, 1).replacen("What it is about", title.trim(), 1));
    texts.into_iter().find(|text| {
        Policy::from_text("policy.assize", text).is_ok_and(|policy| policy.diagnostics().is_empty())
    })
}

/// A path as a shell takes it.
fn quoted(path: &Path) -> String {
    let path = path.display().to_string();
    let plain = |character: char| character.is_alphanumeric() || "/._-".contains(character);
    if path.chars().all(plain) { path } else { format!("'{}'", path.replace('\'', r"'\''")) }
}
