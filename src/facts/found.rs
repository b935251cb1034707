//! What an input holds at one place, before the schema has had its say.

use super::show::shown;

/// A value as found.
#[derive(Clone, Copy, Debug)]
pub(super) enum Found<'f> {
    Null,
    Bool(bool),
    /// A number, in its own text.
    Number(&'f str),
    /// A binary floating-point number of the host.
    Float,
    Bytes,
    Text(&'f str),
    /// A cell of a table: text that may stand for any scalar.
    Cell(&'f str),
    Array,
    Object,
}

impl Found<'_> {
    /// The finding in a message.
    pub(super) fn describe(self) -> String {
        match self {
            Found::Null => "null".into(),
            Found::Bool(value) => format!("`{value}`"),
            Found::Number(text) => format!("the number `{}`", shown(text)),
            Found::Float => "a floating-point number".into(),
            Found::Bytes => "bytes".into(),
            Found::Text(text) => format!("the text `{}`", shown(text)),
            Found::Cell(text) => format!("`{}`", shown(text)),
            Found::Array => "an array".into(),
            Found::Object => "an object".into(),
        }
    }
}
