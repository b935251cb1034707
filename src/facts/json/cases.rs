//! Cases out of a file, one at a time: JSON Lines, or a document that is one object or an array of objects.
//! Splitting knows only brackets and strings; what stands between them is checked when the case is bound. So an
//! array need not be held, and a case beyond the limit is passed over without being held.

use std::io::{self, BufRead, BufReader, Read};

use crate::decision::ProblemCode;
use crate::facts::binder::{Binder, absent};
use crate::facts::{Bound, Limits};
use crate::types::Schema;

use super::{Place, bind_at, not_json, too_large};

/// How a file holds its cases.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    /// One case a line; blank lines are skipped (`.jsonl`).
    Lines,
    /// One object, or one array of objects (`.json`).
    Document,
}

/// The cases of a file, unread: so that they can be bound on other threads.
pub(crate) struct Cases<R> {
    bytes: Bytes<R>,
    shape: Shape,
    case_bytes: usize,
    state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum State {
    Start,
    /// In an array, before its next item.
    InArray,
    /// In an array, after an item.
    AfterItem,
    Done,
}

/// The text of one case, or why there is none.
#[derive(Clone, Debug)]
pub(crate) struct RawCase {
    start: Place,
    content: Content,
}

#[derive(Clone, Debug)]
enum Content {
    Text(Vec<u8>),
    TooLarge,
    /// The file is broken here, between cases.
    Broken(&'static str),
}

impl RawCase {
    /// The line on which it begins, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.start.line
    }

    pub(crate) fn bind(&self, schema: &Schema, limits: &Limits) -> Bound {
        match &self.content {
            Content::Text(text) => bind_at(schema, text, limits, self.start),
            Content::TooLarge => too_large(schema, limits),
            Content::Broken(why) => {
                let mut binder = Binder::new(schema, limits);
                binder.report_case(ProblemCode::NotJson, not_json(why, self.start));
                binder.finish(absent(schema))
            }
        }
    }
}

impl<R: Read> Cases<R> {
    pub(crate) fn new(reader: R, shape: Shape, limits: &Limits) -> Self {
        let bytes = Bytes { inner: BufReader::with_capacity(64 << 10, reader), place: Place::START };
        Self { bytes, shape, case_bytes: limits.case_bytes, state: State::Start }
    }

    fn next_case(&mut self) -> io::Result<Option<RawCase>> {
        if self.state == State::Done {
            return Ok(None);
        }
        if self.state == State::Start {
            self.bytes.skip_byte_order_mark()?;
        }
        match self.shape {
            Shape::Lines => {
                self.state = State::AfterItem;
                self.next_line()
            }
            Shape::Document => self.next_of_document(),
        }
    }

    fn next_line(&mut self) -> io::Result<Option<RawCase>> {
        loop {
            let start = self.bytes.place;
            let Some(content) = self.bytes.line(self.case_bytes)? else { return Ok(None) };
            let blank = matches!(&content, Content::Text(text) if text.iter().all(u8::is_ascii_whitespace));
            if !blank {
                return Ok(Some(RawCase { start, content }));
            }
        }
    }

    fn next_of_document(&mut self) -> io::Result<Option<RawCase>> {
        loop {
            self.bytes.skip_white_space()?;
            let start = self.bytes.place;
            let broken = |why| Ok(Some(RawCase { start, content: Content::Broken(why) }));
            match (self.state, self.bytes.peek()?) {
                (State::Start, Some(b'[')) => {
                    self.bytes.take()?;
                    self.bytes.skip_white_space()?;
                    if self.bytes.peek()? == Some(b']') {
                        self.bytes.take()?;
                        return self.end_of_document();
                    }
                    self.state = State::InArray;
                }
                (State::Start, Some(_)) => {
                    // Whatever follows the object is in the text of the case, and refused there.
                    self.state = State::Done;
                    let content = self.bytes.rest(self.case_bytes)?;
                    return Ok(Some(RawCase { start, content }));
                }
                (State::InArray, Some(byte)) if !matches!(byte, b',' | b']') => {
                    self.state = State::AfterItem;
                    return self.item(start).map(Some);
                }
                (State::AfterItem, Some(b',')) => {
                    self.bytes.take()?;
                    self.state = State::InArray;
                }
                (State::AfterItem, Some(b']')) => {
                    self.bytes.take()?;
                    return self.end_of_document();
                }
                (State::InArray, Some(_)) => {
                    self.state = State::Done;
                    return broken("expected a case");
                }
                (State::AfterItem, Some(_)) => {
                    self.state = State::Done;
                    return broken("expected `,` or `]` after a case");
                }
                (State::Start, None) => {
                    self.state = State::Done;
                    return broken("an empty file");
                }
                (State::InArray | State::AfterItem, None) => {
                    self.state = State::Done;
                    return broken("the array of cases does not end");
                }
                (State::Done, _) => return Ok(None),
            }
        }
    }

    fn end_of_document(&mut self) -> io::Result<Option<RawCase>> {
        self.state = State::Done;
        self.bytes.skip_white_space()?;
        let start = self.bytes.place;
        Ok(self
            .bytes
            .peek()?
            .map(|_| RawCase { start, content: Content::Broken("text after the array of cases") }))
    }

    /// Everything up to the comma or bracket that ends the item, neither included.
    fn item(&mut self, start: Place) -> io::Result<RawCase> {
        let mut buffer = Buffer::new(self.case_bytes);
        let mut scan = Scan::default();
        self.bytes.up_to(&mut buffer, |byte| scan.ends_before(byte))?;
        Ok(RawCase { start, content: buffer.finish() })
    }
}

impl<R: Read> Iterator for Cases<R> {
    type Item = io::Result<RawCase>;

    fn next(&mut self) -> Option<Self::Item> {
        let next = self.next_case();
        if next.is_err() {
            self.state = State::Done;
        }
        next.transpose()
    }
}

/// Brackets and strings of an item of the array.
#[derive(Debug, Default)]
struct Scan {
    depth: u64,
    in_text: bool,
    escaped: bool,
}

impl Scan {
    fn ends_before(&mut self, byte: u8) -> bool {
        if self.in_text {
            match byte {
                _ if self.escaped => self.escaped = false,
                b'\\' => self.escaped = true,
                b'"' => self.in_text = false,
                _ => {}
            }
            return false;
        }
        match byte {
            b',' | b']' if self.depth == 0 => return true,
            b'"' => self.in_text = true,
            b'{' | b'[' => self.depth = self.depth.saturating_add(1),
            b'}' | b']' => self.depth = self.depth.saturating_sub(1),
            _ => {}
        }
        false
    }
}

/// The text of one case, as long as it keeps the limit.
struct Buffer {
    text: Vec<u8>,
    limit: usize,
    over: bool,
}

impl Buffer {
    fn new(limit: usize) -> Self {
        Self { text: Vec::new(), limit, over: false }
    }

    fn push(&mut self, bytes: &[u8]) {
        if self.over {
            return;
        }
        if self.text.len().saturating_add(bytes.len()) > self.limit {
            self.over = true;
            self.text = Vec::new();
        } else {
            self.text.extend_from_slice(bytes);
        }
    }

    fn finish(self) -> Content {
        if self.over { Content::TooLarge } else { Content::Text(self.text) }
    }
}

/// Bytes with their place in the file.
struct Bytes<R> {
    inner: BufReader<R>,
    place: Place,
}

impl<R: Read> Bytes<R> {
    /// A file may be read from a pipe, where interruptions are no errors.
    fn fill(&mut self) -> io::Result<&[u8]> {
        loop {
            match self.inner.fill_buf() {
                Ok(_) => break,
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        Ok(self.inner.buffer())
    }

    fn peek(&mut self) -> io::Result<Option<u8>> {
        Ok(self.fill()?.first().copied())
    }

    fn take(&mut self) -> io::Result<Option<u8>> {
        let byte = self.peek()?;
        if let Some(byte) = byte {
            self.inner.consume(1);
            self.place = self.place.after(&[byte]);
        }
        Ok(byte)
    }

    fn skip_white_space(&mut self) -> io::Result<()> {
        while matches!(self.peek()?, Some(b' ' | b'\t' | b'\n' | b'\r')) {
            self.take()?;
        }
        Ok(())
    }

    fn skip_byte_order_mark(&mut self) -> io::Result<()> {
        if self.fill()?.starts_with(b"\xef\xbb\xbf") {
            self.inner.consume(3);
        }
        Ok(())
    }

    /// The next line without its end; `None` at the end of the file.
    fn line(&mut self, limit: usize) -> io::Result<Option<Content>> {
        let mut text = Vec::new();
        if self.inner.by_ref().take(one_more_than(limit)).read_until(b'\n', &mut text)? == 0 {
            return Ok(None);
        }
        self.place = Place { line: self.place.line.saturating_add(1), column: 1 };
        if text.ends_with(b"\n") {
            text.pop();
        } else if text.len() > limit {
            self.inner.skip_until(b'\n')?;
            return Ok(Some(Content::TooLarge));
        }
        Ok(Some(Content::Text(text)))
    }

    /// Everything up to the end of the file.
    fn rest(&mut self, limit: usize) -> io::Result<Content> {
        let mut text = Vec::new();
        self.inner.by_ref().take(one_more_than(limit)).read_to_end(&mut text)?;
        Ok(if text.len() > limit { Content::TooLarge } else { Content::Text(text) })
    }

    /// Everything before the first byte that `ends` accepts.
    fn up_to(&mut self, buffer: &mut Buffer, mut ends: impl FnMut(u8) -> bool) -> io::Result<()> {
        loop {
            let place = self.place;
            let chunk = self.fill()?;
            if chunk.is_empty() {
                return Ok(());
            }
            let end = chunk.iter().position(|byte| ends(*byte));
            let length = end.unwrap_or(chunk.len());
            let taken = chunk.get(..length).unwrap_or_default();
            buffer.push(taken);
            let place = place.after(taken);
            self.place = place;
            self.inner.consume(length);
            if end.is_some() {
                return Ok(());
            }
        }
    }
}

fn one_more_than(limit: usize) -> u64 {
    u64::try_from(limit).unwrap_or(u64::MAX).saturating_add(1)
}
