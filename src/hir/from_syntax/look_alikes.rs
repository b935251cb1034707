//! Warns about two names that a reader cannot tell apart (Unicode Technical Standard 39, skeletons).

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hasher};

use super::scope::Declarations;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::syntax::ast::Name;

pub(super) fn warn(declared: &Declarations<'_>, sink: &mut Sink) {
    let mut skeletons = Skeletons::default();
    let mut marked: Vec<(u64, &Name)> = Vec::new();
    for_each_name(declared, &mut |name| marked.push((skeletons.fingerprint(&name.text), name)));
    marked.sort_unstable_by_key(|(mark, name)| (*mark, name.span));
    for alike in marked.chunk_by(|(one, _), (other, _)| one == other) {
        // Most names have a fingerprint of their own, and only of the others is the skeleton written down.
        if alike.len() > 1 {
            warn_among(alike.iter().map(|(_, name)| *name), &mut skeletons, sink);
        }
    }
}

/// Warns about each name that looks like the first one of its skeleton.
fn warn_among<'a>(names: impl Iterator<Item = &'a Name>, skeletons: &mut Skeletons, sink: &mut Sink) {
    let mut first: BTreeMap<String, &Name> = BTreeMap::new();
    for name in names {
        let earlier = *first.entry(skeletons.of(&name.text).to_owned()).or_insert(name);
        if earlier.text != name.text {
            sink.push(
                Diagnostic::new(
                    Code::NameLookAlike,
                    name.span,
                    format!("`{}` looks like another name", name.text),
                )
                .label(earlier.span, format!("`{}` is written with other characters", earlier.text))
                .help("rename one of them"),
            );
        }
    }
}

/// The skeletons of ASCII characters, as far as they were asked for: most names are made of them.
#[derive(Default)]
struct Skeletons {
    ascii: Vec<Option<String>>,
    /// Room for one skeleton after the other.
    text: String,
}

impl Skeletons {
    fn of(&mut self, name: &str) -> &str {
        self.text.clear();
        if !name.is_ascii() {
            self.text.extend(unicode_security::skeleton(name));
            return &self.text;
        }
        self.ascii.resize(128, None);
        for char in name.chars() {
            if let Some(known) = self.ascii.get_mut(char as usize) {
                self.text.push_str(known.get_or_insert_with(|| {
                    unicode_security::skeleton(char.encode_utf8(&mut [0; 4])).collect()
                }));
            }
        }
        &self.text
    }

    /// A number that names of one skeleton share.
    fn fingerprint(&mut self, name: &str) -> u64 {
        let mut hasher = DefaultHasher::new();
        hasher.write(self.of(name).as_bytes());
        hasher.finish()
    }
}

fn for_each_name<'a>(declared: &Declarations<'a>, visit: &mut dyn FnMut(&'a Name)) {
    declared.units.iter().for_each(|unit| visit(&unit.head.name));
    for declaration in &declared.enums {
        visit(&declaration.head.name);
        declaration.members.iter().for_each(|member| visit(&member.name));
    }
    for record in &declared.records {
        visit(&record.head.name);
        record.body.fields.iter().for_each(|field| visit(&field.name));
    }
    declared.facts.iter().for_each(|fact| visit(&fact.name));
    declared.calendars.iter().for_each(|calendar| visit(&calendar.head.name));
    for version in declared.named.iter().flat_map(|(_, versions)| versions) {
        visit(&version.head().name);
        version.params().iter().for_each(|param| visit(&param.name));
    }
    declared.outcomes.iter().for_each(|outcome| visit(&outcome.head.name));
    declared.rules.iter().for_each(|rule| visit(&rule.head.name));
}
