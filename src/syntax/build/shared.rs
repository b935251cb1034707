//! Names and numbers that occur again and again share one text: a policy of ten thousand rules writes the same few facts.

use std::sync::Arc;

/// A power of two, so that a remainder is a mask.
const PLACES: usize = 512;

/// The texts seen last. Each has one place, and gives it up to the next text that belongs there.
pub(super) struct Shared {
    recent: Vec<Option<Arc<str>>>,
}

impl Shared {
    pub(super) fn new() -> Self {
        Self { recent: Vec::new() }
    }

    pub(super) fn text(&mut self, text: &str) -> Arc<str> {
        if self.recent.is_empty() {
            self.recent.resize(PLACES, None);
        }
        let place = text.bytes().fold(text.len(), |sum, byte| sum.wrapping_mul(31).wrapping_add(byte.into()));
        let Some(recent) = self.recent.get_mut(place % PLACES) else { return Arc::from(text) };
        match recent {
            Some(known) if **known == *text => Arc::clone(known),
            Some(_) | None => Arc::clone(recent.insert(Arc::from(text))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_texts_are_one_and_others_are_themselves() {
        let mut shared = Shared::new();
        let texts: Vec<String> = (0..2_000).map(|number| format!("name_{number}")).collect();
        for text in &texts {
            let first = shared.text(text);
            assert_eq!(*first, **text);
            assert!(Arc::ptr_eq(&first, &shared.text(text)));
        }
    }
}
