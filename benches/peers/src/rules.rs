//! The rules of policy A by name, and sets of them.

use serde::ser::{Serialize, SerializeSeq, Serializer};

macro_rules! rules {
    ($($constant:ident $name:literal),* $(,)?) => {
        pub const NAMES: &[&str] = &[$($name),*];

        #[expect(non_camel_case_types, clippy::upper_case_acronyms)]
        enum Index { $($constant),* }

        $(pub const $constant: Rules = Rules(1 << Index::$constant as u32);)*
    };
}

// In the order of names, in which a decision lists them.
rules! {
    COMPULSORY_NOT_KEPT "compulsory_not_kept",
    COOPERATIVE "cooperative",
    CREDIT_LOST "credit_lost",
    DEADLY "deadly",
    DECLARED_NOT_KEPT "declared_not_kept",
    EXPOSED_LONGER "exposed_longer",
    FINED "fined",
    FINED_BY_UNIT "fined_by_unit",
    FORBIDDEN "forbidden",
    FORMAL "formal",
    GRAVE_FLOOR "grave_floor",
    HARMFUL "harmful",
    HELPED "helped",
    LABELLED_WRONG_OFTEN "labelled_wrong_often",
    LARGE "large",
    PROMOTED "promoted",
    PUT_RIGHT "put_right",
    RECALLED_IN_GOOD_FAITH "recalled_in_good_faith",
    REPEATED "repeated",
    STOPPED_IN_TIME "stopped_in_time",
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rules(pub u32);

impl Rules {
    pub fn add(&mut self, rule: Self) {
        self.0 |= rule.0;
    }

    pub fn names(self) -> impl Iterator<Item = &'static str> {
        let mut rest = self.0;
        std::iter::from_fn(move || {
            let index = rest.trailing_zeros();
            rest &= rest.wrapping_sub(1);
            NAMES.get(index as usize).copied()
        })
    }
}

/// As a decision lists them: `[{"rule":"formal"}]`.
impl Serialize for Rules {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(serde::Serialize)]
        struct Fired {
            rule: &'static str,
        }
        let mut list = serializer.serialize_seq(Some(self.0.count_ones() as usize))?;
        for rule in self.names() {
            list.serialize_element(&Fired { rule })?;
        }
        list.end()
    }
}
