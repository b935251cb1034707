//! A Parquet file of cases, batch after batch.

use std::fs::File;
use std::sync::Arc;

use assize::arrow::BatchOptions;
use assize::arrow::arrow_schema::{DataType, Schema};
use assize::columns::Decisions;
use assize::{Error, Policy};

use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{
    ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder,
};
use parquet::errors::ParquetError;

/// Rows of a batch, a multiple of those that are written at once. A few batches are held as facts and as decisions.
const ROWS: usize = 1 << 15;

/// The same for a policy that is not compiled: each of its decisions is a value of its own.
const ROWS_ALONE: usize = 1 << 12;

pub(crate) struct Batches {
    rows: u64,
    reader: ParquetRecordBatchReader,
    options: BatchOptions,
}

/// Why a file gives no batches.
pub(crate) enum Trouble {
    Parquet(ParquetError),
    /// Its columns do not fit the policy.
    Columns(Error),
}

impl From<ParquetError> for Trouble {
    fn from(error: ParquetError) -> Self {
        Self::Parquet(error)
    }
}

impl Batches {
    /// Reads the footer, and holds the columns against the policy; those that are ignored are not read.
    pub(crate) fn open(policy: &Policy, file: File, options: BatchOptions) -> Result<Self, Trouble> {
        let plain = ArrowReaderMetadata::load(&file, ArrowReaderOptions::new())?;
        let columns = policy.fit_arrow_schema(plain.schema(), &options).map_err(Trouble::Columns)?;
        let with_keys = ArrowReaderOptions::new().with_schema(Arc::new(with_keys(policy, plain.schema())));
        let metadata = ArrowReaderMetadata::try_new(Arc::clone(plain.metadata()), with_keys).unwrap_or(plain);
        let rows = u64::try_from(metadata.metadata().file_metadata().num_rows()).unwrap_or(0);
        let wanted = ProjectionMask::roots(metadata.parquet_schema(), columns);
        let reader = ParquetRecordBatchReaderBuilder::new_with_metadata(file, metadata)
            .with_batch_size(if policy.is_compiled() { ROWS } else { ROWS_ALONE })
            .with_projection(wanted)
            .build()?;
        Ok(Self { rows, reader, options })
    }

    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Decides batch after batch, until all are read, something is wrong, or nobody takes them any more.
    pub(crate) fn decide(self, policy: &Policy, take: impl Fn(Result<Decisions, Trouble>) -> bool) {
        for batch in self.reader {
            let decided = batch.map_err(|error| Trouble::Parquet(error.into())).and_then(|batch| {
                let mut decisions = Decisions::new(policy);
                policy
                    .decide_record_batch_into(&batch, &self.options, &mut decisions)
                    .map_err(Trouble::Columns)?;
                Ok(decisions)
            });
            if !take(decided) {
                return;
            }
        }
    }
}

/// Members of enums as the keys that they are in the file, and not as so many texts.
fn with_keys(policy: &Policy, found: &Schema) -> Schema {
    let facts = policy.facts_arrow_schema();
    let fields = found.fields().iter().map(|field| {
        let is_member = facts
            .field_with_name(field.name())
            .is_ok_and(|fact| matches!(fact.data_type(), DataType::Dictionary(..)));
        if is_member && *field.data_type() == DataType::Utf8 {
            let keys = DataType::Dictionary(Box::new(DataType::Int32), Box::new(DataType::Utf8));
            Arc::new(field.as_ref().clone().with_data_type(keys))
        } else {
            Arc::clone(field)
        }
    });
    Schema::new_with_metadata(fields.collect::<Vec<_>>(), found.metadata().clone())
}
