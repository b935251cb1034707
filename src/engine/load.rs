//! Gathers the files of a policy: those that the host gives, and those that they `use`. No file is opened here; what
//! lies behind a name is the host's to say.

use std::collections::BTreeSet;
use std::fmt::Display;
use std::sync::Arc;

use super::checked::Checked;
use super::{Error, Policy};
use crate::diagnostic::{Code, Diagnostic, Sink};
use crate::hir;
use crate::limits::Limits;
use crate::source::{FileId, Sources, Span};
use crate::syntax::{self, ast};

type Load<'l> = Box<dyn Fn(&str, &str) -> Result<String, String> + 'l>;

/// Gathers the texts of a policy; [`Builder::build`] checks them together.
#[must_use]
pub struct Builder<'l> {
    /// Names and texts. What was given first is the first file of the sources.
    pub(super) files: Vec<(String, String)>,
    loader: Option<Load<'l>>,
    limits: Limits,
}

impl<'l> Builder<'l> {
    pub(super) fn new() -> Self {
        Self { files: Vec::new(), loader: None, limits: Limits::default() }
    }

    /// Adds a text. A `use` of this name means this text. The order of texts means nothing.
    pub fn file(mut self, name: &str, text: &str) -> Self {
        self.files.push((normal(name), text.to_owned()));
        self
    }

    /// Answers `use "name"` for files that were not given. `loader(name, from)` returns the text of `name`; `from` is the
    /// file that uses it.
    ///
    /// A name is taken relative to the file that uses it: `use "../tables.assize"` in `law/2018/fines.assize` asks for
    /// `law/tables.assize`. Names that begin with `/` or hold `://` stand for themselves. Each name is asked for once.
    ///
    /// ```
    /// let policy = assize::Policy::builder()
    ///     .file("fines.assize", r#"policy fines  use "units.assize"  outcome fine: EUR = 5 EUR"#)
    ///     .loader(|name, _from| match name {
    ///         "units.assize" => Ok("unit EUR, 2 decimals".to_owned()),
    ///         _ => Err("there is no such file"),
    ///     })
    ///     .build()?;
    /// # Ok::<(), assize::Error>(())
    /// ```
    pub fn loader<F, E>(mut self, loader: F) -> Self
    where
        F: Fn(&str, &str) -> Result<String, E> + 'l,
        E: Display,
    {
        self.loader = Some(Box::new(move |name, from| loader(name, from).map_err(|error| error.to_string())));
        self
    }

    /// How large texts and cases may be.
    pub fn limits(mut self, limits: Limits) -> Self {
        self.limits = limits;
        self
    }

    /// Reads and checks all texts.
    ///
    /// # Errors
    ///
    /// [`Error::is_policy`], with everything that is wrong.
    pub fn build(self) -> Result<Policy, Error> {
        self.check()
    }

    pub(super) fn check(&self) -> Result<Policy, Error> {
        let mut sources = Sources::default();
        let mut sink = Sink::default();
        let gathered = self.gather(&mut sources, &mut sink);
        let policy = match gathered {
            Gathered::All(files) => Some(hir::from_syntax::lower(files, &sources, &mut sink)),
            // Whatever a missing file declares would be reported as unknown.
            Gathered::Incomplete => None,
        };
        let failed = sink.has_errors();
        let found = sink.finish();
        match policy {
            Some(policy) if !failed => {
                let checked = Checked::new(policy, sources, found, self.limits);
                let compiled = checked.compiled.clone();
                Ok(Policy { checked: Arc::new(checked), compiled })
            }
            _ => Err(Error::policy(found, sources)),
        }
    }

    fn gather(&self, sources: &mut Sources, sink: &mut Sink) -> Gathered {
        let mut ids: Vec<FileId> = Vec::new();
        let mut names = BTreeSet::new();
        let mut given = BTreeSet::new();
        for (name, text) in &self.files {
            // Two texts of one name are two files: to choose one would change the policy in silence.
            if given.insert((name, text)) {
                names.insert(name.clone());
                ids.push(sources.add(name, text));
            }
        }
        let mut files = Vec::new();
        let mut complete = true;
        while let Some(id) = ids.get(files.len()).copied() {
            let file = syntax::parse(sources, id, &self.limits, sink);
            for used in uses(&file) {
                let from = sources.name(id).to_owned();
                let name = resolve(&used.text, &from);
                if !names.insert(name.clone()) {
                    continue;
                }
                match self.load(&name, &from, names.len()) {
                    Ok(text) => ids.push(sources.add(&name, &text)),
                    Err(reason) => {
                        complete = false;
                        sink.push(not_found(&name, used.span, &reason));
                    }
                }
            }
            files.push(file);
        }
        if complete { Gathered::All(files) } else { Gathered::Incomplete }
    }

    fn load(&self, name: &str, from: &str, files: usize) -> Result<String, String> {
        let most = self.limits.sources;
        if files > most {
            return Err(format!("a policy has at most {most} files"));
        }
        let Some(loader) = &self.loader else { return Err("no loader was given for it".to_owned()) };
        loader(name, from)
    }
}

enum Gathered {
    All(Vec<ast::File>),
    Incomplete,
}

fn not_found(name: &str, span: Span, reason: &str) -> Diagnostic {
    Diagnostic::new(Code::UseNotFound, span, format!("`{name}` cannot be loaded: {reason}"))
}

fn uses(file: &ast::File) -> impl Iterator<Item = &ast::Text> {
    file.items
        .iter()
        .filter_map(|item| if let ast::ItemKind::Use(used) = &item.kind { Some(used) } else { None })
}

/// The name that `used` has where `from` says it.
fn resolve(used: &str, from: &str) -> String {
    if used.starts_with('/') || used.contains("://") {
        return normal(used);
    }
    match from.rsplit_once('/') {
        Some((folder, _)) => normal(&format!("{folder}/{used}")),
        None => normal(used),
    }
}

/// One name per file: without `.` and, where they can be taken back, without `..` parts.
fn normal(name: &str) -> String {
    let (scheme, path) = match name.split_once("://") {
        Some((scheme, path)) => (format!("{scheme}://"), path),
        None => (String::new(), name),
    };
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "." => {}
            "" if !parts.is_empty() => {}
            ".." => match parts.last() {
                Some(&"..") | None => parts.push(part),
                // Above the root is the root.
                Some(&"") => {}
                Some(_) => {
                    parts.pop();
                }
            },
            part => parts.push(part),
        }
    }
    scheme + &parts.join("/")
}

#[cfg(test)]
mod tests {
    use super::{normal, resolve};

    #[test]
    fn names_are_relative_to_the_using_file() {
        assert_eq!(resolve("tables.assize", "policy.assize"), "tables.assize");
        assert_eq!(resolve("./tables.assize", "law/policy.assize"), "law/tables.assize");
        assert_eq!(resolve("../t.assize", "law/2018/p.assize"), "law/t.assize");
        assert_eq!(resolve("../../t.assize", "law/p.assize"), "../t.assize");
        assert_eq!(resolve("/etc/../t.assize", "law/p.assize"), "/t.assize");
        assert_eq!(resolve("/../t.assize", "law/p.assize"), "/t.assize");
        assert_eq!(
            resolve("t.assize", "https://example.org/law/p.assize"),
            "https://example.org/law/t.assize"
        );
        assert_eq!(resolve("db://17", "law/p.assize"), "db://17");
    }

    #[test]
    fn one_file_has_one_name() {
        assert_eq!(normal("./a//b/./c/../d.assize"), "a/b/d.assize");
        assert_eq!(normal("../a.assize"), "../a.assize");
        assert_eq!(normal(""), "");
    }
}
