//! The pest parser behind `grammar/assize.pest`. `Rule`, `Pair` and pest's errors do not leave `syntax`.

use pest_derive::Parser;

#[derive(Parser)]
#[grammar = "grammar/assize.pest"]
pub(super) struct Grammar;
