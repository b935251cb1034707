//! Diagnostics for people, as one line each or (feature `cli`) with the text that they are about; and for programs, as
//! JSON and SARIF.

mod json;
mod sarif;
#[cfg(feature = "cli")]
mod snippet;
#[cfg(test)]
mod tests;

#[cfg(feature = "cli")]
pub use snippet::Colours;

pub use sarif::Sarif;

use std::borrow::Cow;

use super::{Diagnostic, Severity};
use crate::source::Sources;

impl Severity {
    /// `error` or `warning`.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

impl Diagnostic {
    /// One line, which editors can follow: `fines.assize:3:14: error[name/unknown]: nothing is called `fien``.
    #[must_use]
    pub fn render(&self, sources: &Sources) -> String {
        let position = sources.position(self.span);
        format!(
            "{}:{}:{}: {}[{}]: {}",
            printable(sources.name(self.span.file)),
            position.line,
            position.column,
            self.code.severity().as_str(),
            self.code.as_str(),
            printable(&self.message),
        )
    }
}

/// Text of a policy may hold what would move a terminal's cursor, end a line or reverse its direction: it is shown
/// as `\u{1b}`.
fn printable(text: &str) -> Cow<'_, str> {
    if !text.chars().any(is_hidden) {
        return text.into();
    }
    text.chars()
        .fold(String::with_capacity(text.len()), |mut shown, character| {
            if is_hidden(character) {
                shown.extend(character.escape_default());
            } else {
                shown.push(character);
            }
            shown
        })
        .into()
}

fn is_hidden(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
