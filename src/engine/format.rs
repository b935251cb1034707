//! The layout of policy texts.

use super::Error;
use crate::diagnostic::Sink;
use crate::limits::Limits;
use crate::source::Sources;
use crate::syntax;

/// A policy text in its layout: the same words and comments with other spaces. `name` says with `.md` that the text is
/// Markdown, of which only the fenced `assize` blocks change.
///
/// The text is one file of a policy. It need not be sound, but it must be possible to read it; files that it uses are not
/// looked at. Formatting a formatted text changes nothing.
///
/// # Errors
///
/// [`Error::is_policy`], with the mistakes because of which the text cannot be read.
///
/// ```
/// let text = "policy p  enum Grade:low,high   # two\n\n\noutcome grade:Grade=low";
/// assert_eq!(
///     assize::format("p.assize", text)?,
///     "policy p\nenum Grade: low, high  # two\n\noutcome grade: Grade = low\n"
/// );
/// assert!(assize::format("p.assize", "outcome grade Grade").unwrap_err().is_policy());
/// # Ok::<(), assize::Error>(())
/// ```
pub fn format(name: &str, text: &str) -> Result<String, Error> {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let file = sources.add(name, text);
    let formatted = syntax::format(&sources, file, &Limits::default(), &mut sink);
    formatted.ok_or_else(|| Error::policy(sink.finish(), sources))
}
