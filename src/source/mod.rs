//! Where text came from: files, spans, lines and columns. Knows nothing of what the text means.

use std::sync::{Arc, OnceLock};

/// One file of a [`Sources`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub(crate) u32);

/// A stretch of one file, in bytes, `start` included and `end` excluded.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The smallest span that covers both; `self` when they are in different files.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        if self.file == other.file {
            Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
        } else {
            self
        }
    }
}

/// A position for people: both numbers count from 1; the column counts characters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters (Unicode scalar values), from 1.
    pub column: usize,
}

/// The files of one policy, in the order in which they were loaded.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    files: Vec<File>,
}

#[derive(Clone, Debug)]
struct File {
    name: Arc<str>,
    text: Arc<str>,
    /// Found when a position is asked for.
    line_starts: OnceLock<Box<[usize]>>,
}

impl Sources {
    /// Adds a file and gives its id.
    pub(crate) fn add(&mut self, name: &str, text: &str) -> FileId {
        let id = FileId(u32::try_from(self.files.len()).unwrap_or(u32::MAX));
        self.files.push(File { name: name.into(), text: text.into(), line_starts: OnceLock::new() });
        id
    }

    /// The files, in the order in which they were loaded.
    pub fn files(&self) -> impl Iterator<Item = FileId> {
        (0..).map(FileId).zip(&self.files).map(|(id, _)| id)
    }

    /// The name under which the host loaded the file; empty for an unknown id.
    #[must_use]
    pub fn name(&self, file: FileId) -> &str {
        self.file(file).map_or("", |file| &file.name)
    }

    /// The whole text of the file; empty for an unknown id.
    #[must_use]
    pub fn text(&self, file: FileId) -> &str {
        self.file(file).map_or("", |file| &file.text)
    }

    /// The text under a span.
    #[must_use]
    pub fn slice(&self, span: Span) -> &str {
        self.text(span.file).get(span.start as usize..span.end as usize).unwrap_or("")
    }

    /// Line and column of a span's first byte.
    #[must_use]
    pub fn position(&self, span: Span) -> Position {
        let Some(file) = self.file(span.file) else { return Position { line: 1, column: 1 } };
        let at = (span.start as usize).min(file.text.len());
        let line_starts = file.line_starts();
        let line = line_starts.partition_point(|start| *start <= at);
        let start = line.checked_sub(1).and_then(|index| line_starts.get(index)).copied().unwrap_or(0);
        let before = file.text.get(start..at).unwrap_or("");
        // Editors do not count a byte order mark.
        let column = before.trim_start_matches('\u{FEFF}').chars().count() + 1;
        Position { line, column }
    }

    fn file(&self, id: FileId) -> Option<&File> {
        self.files.get(id.0 as usize)
    }
}

impl File {
    fn line_starts(&self) -> &[usize] {
        self.line_starts.get_or_init(|| {
            let lines = self.text.match_indices('\n').map(|(at, _)| at + 1);
            std::iter::once(0).chain(lines).collect()
        })
    }
}
