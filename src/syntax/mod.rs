//! Policy text to tree: guard, grammar, recovery. pest stays in here.

pub(crate) mod ast;
mod build;
mod explain;
mod format;
mod grammar;
mod guard;
mod lint;
mod literate;
mod recover;
mod scan;
mod shape;
#[cfg(test)]
mod tests;
mod tree;
mod words;

pub(crate) use format::{format, on_one_line};

use std::borrow::Cow;

use crate::diagnostic::Sink;
use crate::limits::Limits;
use crate::source::{FileId, Sources};

/// Parses one file of `sources`; broken items are left out or hold `Invalid` parts, and `sink` says why.
pub(crate) fn parse(sources: &Sources, file: FileId, limits: &Limits, sink: &mut Sink) -> ast::File {
    let text = sources.text(file);
    if !guard::admits(file, text, limits, sink) {
        return ast::File::default();
    }
    let mut program = if sources.name(file).ends_with(".md") {
        Cow::Owned(literate::program(file, text, sink))
    } else {
        Cow::Borrowed(text)
    };
    if let Some(rest) = program.strip_prefix('\u{FEFF}') {
        program = Cow::Owned(format!("   {rest}"));
    }
    recover::parse(file, &program, limits, sink)
}
