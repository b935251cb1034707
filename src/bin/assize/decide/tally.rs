//! Counts answers, and tells of those that went wrong.

use assize::columns::Decisions;
use assize::{Case, Decision, Status};

use crate::files::{printable, say};
use crate::progress::Progress;

/// Refused and failed cases that are told one by one; the rest is counted.
const TOLD: u64 = 20;

#[derive(Default)]
pub(crate) struct Tally {
    decided: u64,
    undetermined: u64,
    refused: u64,
    failed: u64,
}

impl Tally {
    pub(crate) fn case(&mut self, case: &Case, progress: &Progress) {
        self.add(&case.decision, progress, || format!("case {} (line {})", case.index, case.line));
    }

    /// Rows, of which the first is the case of this number.
    pub(crate) fn rows(&mut self, decisions: &Decisions, first: u64, progress: &Progress) {
        let mut others = 0;
        for (row, decision) in decisions.exceptions() {
            let case = first.saturating_add(u64::try_from(row).unwrap_or(u64::MAX));
            self.add(decision, progress, || format!("case {case}"));
            others += 1;
        }
        self.decided += u64::try_from(decisions.rows()).unwrap_or(u64::MAX).saturating_sub(others);
    }

    fn add(&mut self, decision: &Decision, progress: &Progress, name: impl FnOnce() -> String) {
        let status = decision.status();
        match status {
            Status::Decided => self.decided += 1,
            Status::Undetermined => self.undetermined += 1,
            Status::Refused => self.refused += 1,
            Status::Failed => self.failed += 1,
        }
        if matches!(status, Status::Refused | Status::Failed) && self.wrong() <= TOLD {
            let problems = decision.problems();
            let first = problems.first().map_or_else(String::new, |problem| format!(": {problem}"));
            let more = problems.len().saturating_sub(1);
            let more = if more > 0 { format!(" (and {more} more)") } else { String::new() };
            let told = format!("{} {}{first}{more}", name(), status.as_str());
            progress.aside(|| say(&printable(&told)));
        }
    }

    pub(crate) fn cases(&self) -> u64 {
        self.decided + self.undetermined + self.refused + self.failed
    }

    /// Cases that were refused or failed.
    pub(crate) fn wrong(&self) -> u64 {
        self.refused + self.failed
    }

    pub(crate) fn summary(&self) {
        if self.wrong() > TOLD {
            say(&format!(".. and {} more", self.wrong() - TOLD));
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
