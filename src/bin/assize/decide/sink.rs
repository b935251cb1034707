//! Decisions to a file or standard output: lines of JSON, CSV, or Parquet.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use assize::arrow::arrow_array::RecordBatch;
use assize::columns::Decisions;
use assize::{Case, Policy};

use parquet::arrow::ArrowWriter;
use parquet::basic::Compression;
use parquet::errors::ParquetError;
use parquet::file::properties::{EnabledStatistics, WriterProperties};

use super::cells;

/// How decisions are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum OutFormat {
    /// One JSON object a line
    Jsonl,
    /// A row for each decision: outcomes in columns, lists and records as JSON in a cell
    Csv,
    /// The same columns with their types
    Parquet,
}

/// Rows of a row group: what is held until it is written.
const ROW_GROUP: usize = 1 << 20;

/// Where decisions go.
pub(crate) enum Sink<'p> {
    Lines { out: Target, flush: Flush },
    Csv { out: Box<csv::Writer<Target>>, rows: Rows<'p> },
    Parquet { out: Box<ArrowWriter<Target>>, rows: Rows<'p> },
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Flush {
    EachLine,
    AtEnd,
}

/// Cases that come one by one, until there are enough of them for a batch.
pub(crate) struct Rows<'p> {
    policy: &'p Policy,
    first: u64,
    waiting: Vec<Case>,
}

/// Cases that wait together, and rows that are written at once.
const BATCH: usize = 4_096;

impl<'p> Sink<'p> {
    pub(crate) fn new(
        policy: &'p Policy,
        format: OutFormat,
        target: Target,
        flush: Flush,
    ) -> io::Result<Self> {
        let rows = Rows { policy, first: 0, waiting: Vec::new() };
        let schema = policy.decision_arrow_schema();
        Ok(match format {
            OutFormat::Jsonl => Self::Lines { out: target, flush },
            OutFormat::Csv => {
                let mut out = csv::Writer::from_writer(target);
                out.write_record(schema.fields().iter().map(|field| field.name()))
                    .map_err(cells::io_error)?;
                Self::Csv { out: Box::new(out), rows }
            }
            OutFormat::Parquet => {
                // Nothing of the time or the machine: the same cases give the same bytes.
                let properties = WriterProperties::builder()
                    .set_created_by(concat!("assize ", env!("CARGO_PKG_VERSION")).to_owned())
                    .set_compression(Compression::SNAPPY)
                    .set_max_row_group_row_count(Some(ROW_GROUP))
                    // What is told of each page is held until the end.
                    .set_statistics_enabled(EnabledStatistics::Chunk)
                    .set_offset_index_disabled(true)
                    .build();
                let out = ArrowWriter::try_new(target, schema, Some(properties)).map_err(io_error)?;
                Self::Parquet { out: Box::new(out), rows }
            }
        })
    }

    /// Writes a case.
    pub(crate) fn case(&mut self, case: Case) -> io::Result<()> {
        match self {
            Self::Lines { out, flush } => {
                writeln!(out, "{}", case.to_json())?;
                if *flush == Flush::EachLine { out.flush() } else { Ok(()) }
            }
            Self::Csv { rows, .. } | Self::Parquet { rows, .. } => {
                rows.waiting.push(case);
                if rows.waiting.len() < BATCH { Ok(()) } else { self.pass_on() }
            }
        }
    }

    /// Writes rows; the first is the case of this number.
    pub(crate) fn rows(&mut self, decisions: &Decisions, first: u64) -> io::Result<()> {
        match self {
            Self::Lines { out, .. } => {
                for (row, case) in (0..decisions.rows()).zip(first..) {
                    if let Some(decision) = decisions.decision(row) {
                        writeln!(out, "{}", decision.to_json(case))?;
                    }
                }
                Ok(())
            }
            Self::Csv { .. } | Self::Parquet { .. } => {
                self.batch(&decisions.to_record_batch(first).map_err(io::Error::other)?)
            }
        }
    }

    /// Writes all that is waiting, and makes the file whole.
    pub(crate) fn finish(mut self) -> io::Result<()> {
        self.pass_on()?;
        match self {
            Self::Lines { out, .. } => out.finish(),
            Self::Csv { out, .. } => out.into_inner().map_err(csv::IntoInnerError::into_error)?.finish(),
            Self::Parquet { out, .. } => out.into_inner().map_err(io_error)?.finish(),
        }
    }

    /// Writes what is waiting for a stream; of a file that appears when it is whole nothing is left.
    pub(crate) fn give_up(mut self) -> io::Result<()> {
        match &mut self {
            Self::Lines { out, .. } => return out.flush(),
            Self::Csv { .. } => self.pass_on()?,
            Self::Parquet { .. } => {}
        }
        if let Self::Csv { mut out, .. } = self { out.flush() } else { Ok(()) }
    }

    fn pass_on(&mut self) -> io::Result<()> {
        let (Self::Csv { rows, .. } | Self::Parquet { rows, .. }) = self else { return Ok(()) };
        if rows.waiting.is_empty() {
            return Ok(());
        }
        let decisions = rows.waiting.drain(..).map(|case| case.decision);
        let decisions = Decisions::of(rows.policy, decisions).map_err(io::Error::other)?;
        let first = rows.first;
        rows.first = first.saturating_add(u64::try_from(decisions.rows()).unwrap_or(u64::MAX));
        self.rows(&decisions, first)
    }

    fn batch(&mut self, batch: &RecordBatch) -> io::Result<()> {
        match self {
            Self::Lines { .. } => Ok(()),
            Self::Csv { out, .. } => cells::write(batch, out),
            // Where pages end depends on what is written at once, which must not depend on where the cases come from.
            Self::Parquet { out, .. } => (0..batch.num_rows()).step_by(BATCH).try_for_each(|start| {
                let rows = batch.num_rows().saturating_sub(start).min(BATCH);
                out.write(&batch.slice(start, rows)).map_err(io_error)
            }),
        }
    }
}

/// What an error of the system was stays one.
fn io_error(error: ParquetError) -> io::Error {
    let ParquetError::External(inner) = error else { return io::Error::other(error) };
    match inner.downcast::<io::Error>() {
        Ok(error) => *error,
        Err(other) => io::Error::other(other),
    }
}

/// A stream, a file, or a file that takes its name only when it is whole.
pub(crate) enum Target {
    Stream(BufWriter<Box<dyn Write + Send>>),
    Beside { out: BufWriter<tempfile::NamedTempFile>, path: PathBuf },
}

impl Target {
    /// Standard output.
    pub(crate) fn standard_output() -> Self {
        Self::Stream(BufWriter::new(Box::new(io::stdout())))
    }

    /// A file that is written line by line, and may be read meanwhile.
    pub(crate) fn growing(path: &Path) -> io::Result<Self> {
        Ok(Self::Stream(BufWriter::new(Box::new(File::create(path)?))))
    }

    /// A file that appears, or is replaced, when all of it is written.
    pub(crate) fn whole(path: &Path) -> io::Result<Self> {
        let found = fs::metadata(path);
        // A pipe or a terminal cannot be replaced.
        if found.as_ref().is_ok_and(|found| !found.is_file()) {
            return Self::growing(path);
        }
        // A link stays a link, and a file that may not be written stays as it is.
        let path = fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
        if found.is_ok() {
            fs::OpenOptions::new().write(true).open(&path)?;
        }
        let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        let prefix = format!("{name}.");
        let mut builder = tempfile::Builder::new();
        builder.prefix(&prefix).suffix(".part");
        let permissions = found.ok().map(|found| found.permissions()).or_else(ordinary);
        if let Some(permissions) = permissions.clone() {
            builder.permissions(permissions);
        }
        Ok(Self::Beside { out: BufWriter::new(builder.tempfile_in(folder)?), path })
    }

    fn finish(self) -> io::Result<()> {
        match self {
            Self::Stream(mut out) => out.flush(),
            Self::Beside { out, path } => {
                let file = out.into_inner().map_err(io::IntoInnerError::into_error)?;
                file.as_file().sync_all()?;
                file.persist(&path).map_err(|error| error.error)?;
                Ok(())
            }
        }
    }
}

/// Those of a new file, from which the system takes away what it always does.
#[cfg(unix)]
fn ordinary() -> Option<fs::Permissions> {
    use std::os::unix::fs::PermissionsExt as _;
    Some(fs::Permissions::from_mode(0o666))
}

/// Those of a new file are the system's business.
#[cfg(not(unix))]
fn ordinary() -> Option<fs::Permissions> {
    None
}

impl Write for Target {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Stream(out) => out.write(bytes),
            Self::Beside { out, .. } => out.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Stream(out) => out.flush(),
            Self::Beside { out, .. } => out.flush(),
        }
    }
}
