//! Records of a CSV file with their place, each no larger than a case may be.

use std::io::{self, Read};

use csv::{ByteRecord, ReaderBuilder};

use crate::decision::ProblemCode;
use crate::facts::Limits;
use crate::facts::binder::{Binder, Fault};

const BUFFER: usize = 64 << 10;

/// One record, as it stands in the file.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    line: u64,
    number: u64,
    cells: ByteRecord,
    fault: Option<(ProblemCode, String)>,
}

impl Row {
    /// The line on which it begins, from 1.
    pub(crate) fn line(&self) -> u64 {
        self.line
    }

    /// Its place among the records after the header, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    /// Why the row as a whole is refused.
    pub(super) fn fault(&self) -> Option<(ProblemCode, String)> {
        self.fault.clone()
    }

    /// The text of a cell; empty where the row has none.
    pub(super) fn cell(&self, column: usize) -> Result<&str, Fault<'static>> {
        let bytes = self.cells.get(column).unwrap_or_default();
        std::str::from_utf8(bytes)
            .map_err(|_| Fault::new(ProblemCode::NotCsv, format!("record {}: invalid UTF-8", self.number)))
    }
}

pub(super) struct Rows<R> {
    reader: csv::Reader<Metered<R>>,
    width: usize,
    number: u64,
    case_bytes: u64,
    done: bool,
}

impl<R: Read> Rows<R> {
    /// Reads the header; what is wrong with it is reported.
    pub(super) fn open(
        reader: R,
        limits: &Limits,
        binder: &mut Binder<'_>,
    ) -> io::Result<(Self, Vec<String>)> {
        let metered = Metered { inner: reader, left: 0, stopped: false };
        // Ragged rows and the header are dealt with here, so that each is a problem and not the end.
        let reader = ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .buffer_capacity(BUFFER)
            .from_reader(metered);
        let case_bytes = u64::try_from(limits.case_bytes).unwrap_or(u64::MAX);
        let mut rows = Self { reader, width: 0, number: 0, case_bytes, done: false };
        let Some(row) = rows.record()? else {
            binder.report_case(ProblemCode::NotCsv, "the file has no header");
            return Ok((rows, Vec::new()));
        };
        if let Some((code, message)) = row.fault() {
            binder.report_case(code, message);
        }
        rows.width = row.cells.len();
        let header = row.cells.iter().map(|name| String::from_utf8(name.to_vec()));
        let header = header.collect::<Result<Vec<_>, _>>().unwrap_or_else(|_| {
            binder.report_case(ProblemCode::NotCsv, "the header is invalid UTF-8");
            Vec::new()
        });
        Ok((rows, header))
    }

    pub(super) fn read(&mut self) -> io::Result<Option<Row>> {
        self.number = self.number.saturating_add(1);
        let Some(mut row) = self.record()? else { return Ok(None) };
        if row.fault.is_none() && row.cells.len() != self.width {
            let message = format!(
                "record {} has {} cells, the header has {}",
                self.number,
                row.cells.len(),
                self.width
            );
            row.fault = Some((ProblemCode::NotCsv, message));
        }
        Ok(Some(row))
    }

    fn record(&mut self) -> io::Result<Option<Row>> {
        if self.done {
            return Ok(None);
        }
        self.reader.get_mut().left = self.case_bytes.saturating_add(BUFFER as u64);
        let mut row = Row {
            line: self.reader.position().line(),
            number: self.number,
            cells: ByteRecord::new(),
            fault: None,
        };
        let begin = self.reader.position().byte();
        let read = self.reader.read_byte_record(&mut row.cells);
        let oversized = self.reader.position().byte().saturating_sub(begin) > self.case_bytes;
        match read {
            Ok(true) if !oversized => {
                row.line = row.cells.position().map_or(row.line, csv::Position::line);
                Ok(Some(row))
            }
            Ok(false) => {
                self.done = true;
                Ok(None)
            }
            // A record this large is nearly always a quote that does not end: what follows it means nothing.
            Err(_) | Ok(true) if oversized || self.reader.get_ref().stopped => {
                self.done = true;
                let message = format!(
                    "record {} has more than {} bytes, perhaps for a quote that does not end; reading stops here",
                    self.number, self.case_bytes
                );
                row.fault = Some((ProblemCode::TooLarge, message));
                row.cells = ByteRecord::new();
                Ok(Some(row))
            }
            Ok(true) => Ok(Some(row)),
            Err(error) => {
                self.done = true;
                Err(error.into())
            }
        }
    }
}

/// Stops a record that does not end before it fills the memory.
struct Metered<R> {
    inner: R,
    left: u64,
    stopped: bool,
}

impl<R: Read> Read for Metered<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.inner.read(buffer)?;
        match self.left.checked_sub(read as u64) {
            Some(left) => self.left = left,
            None => {
                self.stopped = true;
                return Err(io::Error::other("a record beyond the limit"));
            }
        }
        Ok(read)
    }
}
