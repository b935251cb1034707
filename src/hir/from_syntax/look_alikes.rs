//! Warns about two names that a reader cannot tell apart (Unicode Technical Standard 39, skeletons).

use std::collections::BTreeMap;
use std::sync::Arc;

use super::scope::Declarations;
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::source::Span;
use crate::syntax::ast::Name;

pub(super) fn warn(declared: &Declarations<'_>, sink: &mut Sink) {
    let mut first: BTreeMap<String, (Arc<str>, Span)> = BTreeMap::new();
    let mut skeletons = Skeletons::default();
    let mut names: Vec<&Name> = all_names(declared);
    names.sort_by_key(|name| name.span);
    for name in names {
        let skeleton = skeletons.of(&name.text);
        match first.get(&skeleton) {
            Some((earlier, place)) if *earlier != name.text => sink.push(
                Diagnostic::new(
                    Code::NameLookAlike,
                    name.span,
                    format!("`{}` looks like another name", name.text),
                )
                .label(*place, format!("`{earlier}` is written with other characters"))
                .help("rename one of them"),
            ),
            Some(_) => {}
            None => {
                first.insert(skeleton, (name.text.clone(), name.span));
            }
        }
    }
}

/// The skeletons of ASCII characters, as far as they were asked for: most names are made of them.
#[derive(Default)]
struct Skeletons {
    ascii: BTreeMap<char, String>,
}

impl Skeletons {
    fn of(&mut self, name: &str) -> String {
        if !name.is_ascii() {
            return unicode_security::skeleton(name).collect();
        }
        let mut skeleton = String::with_capacity(name.len());
        for char in name.chars() {
            let known = self.ascii.entry(char);
            skeleton.push_str(
                known.or_insert_with(|| unicode_security::skeleton(char.encode_utf8(&mut [0; 4])).collect()),
            );
        }
        skeleton
    }
}

fn all_names<'a>(declared: &Declarations<'a>) -> Vec<&'a Name> {
    let mut names: Vec<&Name> = declared.units.iter().map(|unit| &unit.head.name).collect();
    for declaration in &declared.enums {
        names.push(&declaration.head.name);
        names.extend(declaration.members.iter().map(|member| &member.name));
    }
    for record in &declared.records {
        names.push(&record.head.name);
        names.extend(record.body.fields.iter().map(|field| &field.name));
    }
    names.extend(declared.facts.iter().map(|fact| &fact.name));
    names.extend(declared.calendars.iter().map(|calendar| &calendar.head.name));
    for (_, versions) in &declared.named {
        for version in versions {
            names.push(&version.head().name);
            names.extend(version.params().iter().map(|param| &param.name));
        }
    }
    names.extend(declared.outcomes.iter().map(|outcome| &outcome.head.name));
    names.extend(declared.rules.iter().map(|rule| &rule.head.name));
    names
}
