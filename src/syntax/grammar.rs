//! The pest parser behind `grammar/assize.pest`. `Rule`, `Pair` and pest's errors do not leave `syntax`.

#![expect(missing_docs, reason = "pest writes the parser and its rules")]

use pest_derive::Parser;

#[derive(Parser)]
#[grammar = "grammar/assize.pest"]
pub(super) struct Grammar;
