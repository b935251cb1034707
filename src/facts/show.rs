//! Text from a case inside a message: short, on one line, with nothing hidden.

use std::fmt::Write as _;

/// Longer texts are cut; a message is for people, and a case may hold megabytes.
const SHOWN_CHARACTERS: usize = 60;

/// The text with characters that hide or reorder others written out, cut after 60 characters.
pub(crate) fn shown(text: &str) -> String {
    let mut out = String::new();
    for (count, character) in text.chars().enumerate() {
        if count == SHOWN_CHARACTERS {
            out.push('…');
            break;
        }
        if character.is_control() || reorders(character) {
            // Writing to a String cannot fail.
            let _ = write!(out, "\\u{{{:x}}}", u32::from(character));
        } else {
            out.push(character);
        }
    }
    out
}

/// The first character of the text that hides or reorders others. Tabs and line ends are ordinary in notes.
pub(super) fn forbidden_character(text: &str) -> Option<char> {
    text.chars().find(|character| {
        (character.is_control() && !matches!(character, '\t' | '\n' | '\r')) || reorders(*character)
    })
}

/// Embeddings, overrides and isolates of the bidirectional algorithm ("Trojan Source", CVE-2021-42574). The plain
/// marks U+200E, U+200F and U+061C are left alone: Arabic and Hebrew text needs them.
fn reorders(character: char) -> bool {
    matches!(character, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}
