//! Checks a policy, applies the certain fixes, and checks again, until nothing is left to fix. A fix may reveal what
//! the broken text hid, so the checks are what says whether the new texts are better.

use super::{Builder, Error, Policy};
use crate::diagnostic::{AppliedFix, Diagnostic, Fix, RepairedFile, Severity, apply_fixes};
use crate::source::{FileId, Sources, Span};

/// More rounds than texts of people need; each one fixes something.
const MOST_ROUNDS: usize = 32;

/// What [`Builder::repair`] came to.
#[derive(Debug)]
#[non_exhaustive]
pub struct Repair {
    /// The check of the texts with the fixes.
    pub result: Result<Policy, Error>,
    /// The files that changed, in the order in which they were loaded.
    pub files: Vec<RepairedFile>,
    /// What was changed, by place.
    pub applied: Vec<AppliedFix>,
    /// How many more fixes were tried and taken back, since with them there were more errors than before.
    pub withheld: usize,
}

impl Builder<'_> {
    /// Checks all texts and applies the fixes that are certain ([`Diagnostic::fixes`]), again and again until none is
    /// left. The texts that come out never have more errors than those that went in. Nothing is written: that is the
    /// host's to do.
    ///
    /// ```
    /// let text = "policy p\nfacts\n  paid: bool\noutcome late: bool = paid == flase || paid == false\n";
    /// let repair = assize::Policy::builder().file("p.assize", text).repair();
    /// assert_eq!(repair.files[0].new, text.replace("==", "is").replace("||", "or").replace("false", "no"));
    /// assert_eq!(repair.applied[0].old, "==");
    /// // `flase` is left to the author.
    /// assert!(repair.result.unwrap_err().is_policy());
    /// ```
    #[must_use]
    pub fn repair(mut self) -> Repair {
        let mut result = self.check();
        let before = errors(&result);
        let mut originals = Sources::default();
        let mut best = (texts(&result), 0);
        let mut moved = Moved::default();
        let mut applied: Vec<(Span, AppliedFix)> = Vec::new();
        for _ in 0..MOST_ROUNDS {
            let mut files = texts(&result);
            for (name, text) in files.iter().skip(originals.files().count()) {
                originals.add(name, text);
            }
            let Some(sources) = sources(&result) else { break };
            let fixed = apply_fixes(found(&result), sources);
            if fixed.files.is_empty() {
                break;
            }
            for changed in fixed.files {
                for fix in &changed.applied {
                    let span = moved.original(fix.span);
                    let (file, old) =
                        (sources.name(fix.span.file).to_owned(), sources.slice(fix.span).to_owned());
                    let position = originals.position(span);
                    applied.push((span, AppliedFix { file, position, old, new: fix.replacement.clone() }));
                }
                moved.rounds.push((changed.file, changed.applied));
                if let Some((_, text)) = files.get_mut(changed.file.0 as usize) {
                    *text = changed.text;
                }
            }
            self.files = files;
            result = self.check();
            if errors(&result) <= before {
                best = (texts(&result), applied.len());
            }
        }
        let (files, kept) = best;
        let withheld = applied.len().saturating_sub(kept);
        applied.truncate(kept);
        applied.sort_by_key(|(span, _)| (span.file, span.start));
        let changed = changed_files(&originals, &files);
        if withheld > 0 {
            self.files = files;
            result = self.check();
        }
        let applied = applied.into_iter().map(|(_, fix)| fix).collect();
        Repair { result, files: changed, applied, withheld }
    }
}

/// Where the text of a later round stood at first.
#[derive(Default)]
struct Moved {
    /// The fixes of each round and file, by place.
    rounds: Vec<(FileId, Vec<Fix>)>,
}

impl Moved {
    fn original(&self, span: Span) -> Span {
        let of_file = self.rounds.iter().rev().filter(|(file, _)| *file == span.file);
        let start = of_file.fold(span.start as usize, |at, (_, fixes)| before(at, fixes));
        Span { start: u32::try_from(start).unwrap_or(u32::MAX), ..span }
    }
}

/// The place before these fixes of what stands at `at` after them; inside a replacement, where it begins.
fn before(at: usize, fixes: &[Fix]) -> usize {
    let (mut old, mut new) = (0, 0);
    for fix in fixes {
        let kept = (fix.span.start as usize).saturating_sub(old);
        if at < new + kept {
            break;
        }
        old = fix.span.start as usize;
        new += kept;
        if at < new + fix.replacement.len() {
            return old;
        }
        old = fix.span.end as usize;
        new += fix.replacement.len();
    }
    old + at.saturating_sub(new)
}

fn sources(result: &Result<Policy, Error>) -> Option<&Sources> {
    match result {
        Ok(policy) => Some(policy.sources()),
        Err(error) => error.sources(),
    }
}

fn found(result: &Result<Policy, Error>) -> &[Diagnostic] {
    match result {
        Ok(policy) => policy.diagnostics(),
        Err(error) => error.diagnostics(),
    }
}

fn errors(result: &Result<Policy, Error>) -> usize {
    found(result).iter().filter(|found| found.code.severity() == Severity::Error).count()
}

fn texts(result: &Result<Policy, Error>) -> Vec<(String, String)> {
    let files = sources(result).into_iter().flat_map(|sources| {
        sources.files().map(|file| (sources.name(file).to_owned(), sources.text(file).to_owned()))
    });
    files.collect()
}

fn changed_files(originals: &Sources, now: &[(String, String)]) -> Vec<RepairedFile> {
    let pairs = originals.files().zip(now).enumerate();
    let changed = pairs.filter(|(_, (file, (_, new)))| originals.text(*file) != new);
    changed
        .map(|(index, (file, (name, new)))| RepairedFile {
            index,
            name: name.clone(),
            old: originals.text(file).to_owned(),
            new: new.clone(),
        })
        .collect()
}
