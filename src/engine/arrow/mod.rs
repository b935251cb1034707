//! Arrow's record batches, with the feature `arrow`: cases as a batch in, decisions as a batch out.
//!
//! ```
//! use std::sync::Arc;
//!
//! use assize::arrow::BatchOptions;
//! use assize::arrow::arrow_array::{ArrayRef, BooleanArray, Decimal128Array, Float64Array, Int64Array, RecordBatch};
//! use assize::arrow::arrow_array::cast::AsArray;
//! use assize::arrow::arrow_array::types::Decimal128Type;
//! # let policy = assize::Policy::from_text("p.assize", "policy p unit EUR, 2 decimals
//! #     facts value: EUR, 0 or more  illegal: bool
//! #     outcome fine: EUR, sum, rounded to 0.01 EUR half up
//! #     rule r when illegal then fine: 15% * value")?;
//!
//! let value = Decimal128Array::from(vec![199_990, 10_000]).with_precision_and_scale(18, 2)?;
//! let illegal = BooleanArray::from(vec![Some(true), None]);
//! let columns: [(&str, ArrayRef); 3] = [
//!     ("id", Arc::new(Int64Array::from(vec![7, 8]))),
//!     ("value", Arc::new(value)),
//!     ("illegal", Arc::new(illegal)),
//! ];
//! let cases = RecordBatch::try_from_iter(columns)?;
//!
//! let decisions = policy.decide_record_batch(&cases, &BatchOptions::new().ignore(["id"]))?;
//! let fine = decisions.column_by_name("fine").unwrap().as_primitive::<Decimal128Type>();
//! assert_eq!(fine.value_as_string(0), "299.99");
//! // The second row does not say whether the act was illegal: there is no fine of 0.
//! let (status, needs) = (decisions.column_by_name("status").unwrap(), decisions.column_by_name("needs").unwrap());
//! assert_eq!(status.as_dictionary::<assize::arrow::arrow_array::types::Int32Type>().key(1), Some(1));
//! assert_eq!(needs.as_list::<i32>().value(1).as_string::<i32>().value(0), "illegal");
//!
//! // A column that the policy does not declare is a mistake until the host says otherwise, and floats are not exact.
//! assert!(policy.decide_record_batch(&cases, &BatchOptions::new()).is_err_and(|error| error.is_cases()));
//! let floats: [(&str, ArrayRef); 1] = [("value", Arc::new(Float64Array::from(vec![1_999.9])))];
//! let error = policy.decide_record_batch(&RecordBatch::try_from_iter(floats)?, &BatchOptions::new()).unwrap_err();
//! assert!(error.to_string().contains("cast it to a decimal type"));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # Facts
//!
//! A column is a fact by its wire name; a fact without a column is given in no row, and a null gives no fact. What a cell
//! holds means what it means in JSON, and every row is decided as [`Policy::decide_json`] decides it.
//!
//! | fact | columns |
//! |---|---|
//! | `bool` | Boolean |
//! | `integer`, `days`, `working days`, `months` | Int8 to Int64, UInt8 to UInt64 |
//! | `number`, a unit | Decimal32 to Decimal256, integers, Utf8 (`"12.50"`) |
//! | `date` | Date32, Date64 of whole days, Utf8 (`"2024-02-29"`) |
//! | `text`, enum | Utf8, LargeUtf8, Utf8View, or a Dictionary of these |
//! | `list`, `set` | List, LargeList, FixedSizeList of what its items are |
//! | `range` | the same, of bottom and top |
//! | a record | Struct, its fields by their wire names |
//!
//! 64-bit integers, Decimal64, Decimal128, Date32 and Dictionary keys of 32 bits are read where they lie, the others once
//! into a buffer. Texts as numbers or dates, sets, and what is in nested columns, are read row by row, as JSON is. So is every
//! row of a policy that is not compiled. Floats are refused: they are not exact. A Timestamp is no date until the host says in
//! which time zone.
//!
//! # Decisions
//!
//! A row of decisions stands where its case stood. No row is left out, and what is not known is null and never `false` or 0:
//!
//! | column | type | |
//! |---|---|---|
//! | `case` | Int64 | the number of the case, from 0 |
//! | `status` | Dictionary of Utf8 | `decided`, `undetermined`, `refused` or `failed` |
//! | every outcome | see below | null where it is not settled, and where it is settled that there is no such thing |
//! | `needs` | List of Utf8 | the needed facts that the case does not give |
//! | `fired` | List of Utf8 | the rules that applied, sorted; one that applies for several items stands there several times |
//! | `overridden` | List of Struct | rules that other ones took out: `rule`, `by`, `outcomes` (of a limited override) |
//! | `decision` | Utf8 | the whole line of [`Decision::to_json`](crate::Decision::to_json) where the other columns do not say all of it |
//!
//! `decision` is null where they do. It is given for every row that is not decided (with problems, and bounds of what is
//! open), for rules that applied for single items, and for a number that its column cannot hold. In a row that is
//! undetermined, outcomes that are settled all the same have their value: select by `status` before adding up.
//!
//! | outcome | column |
//! |---|---|
//! | `bool` | Boolean |
//! | `integer`, `days`, `working days`, `months` | Int64 |
//! | `number`, a unit | Decimal128(38, d): d are the decimals of the unit, else those that the outcome is rounded to; beyond 10, or where nothing says how many, Utf8 |
//! | `date` | Date32 |
//! | `text` | Utf8 |
//! | enum | Dictionary of Utf8, all members in the order of the policy |
//! | `set`, `list`, `range` | List, sets sorted as in JSON, members as Utf8 |
//! | a record, `duty` | Struct; a `duty` of a date for each kind |
//!
//! Where an outcome has the name of a column beside it, in upper or lower case, that column gets an underscore in front:
//! `_status`.

use std::collections::BTreeSet;

pub use arrow_array;
use arrow_array::RecordBatch;
pub use arrow_schema;
use arrow_schema::{Schema, SchemaRef};

use super::columns::Decisions;
use super::{Error, Policy};

mod answers;
mod facts;
mod json;
mod schema;

/// How to read batches.
#[derive(Clone, Debug, Default)]
#[must_use]
pub struct BatchOptions {
    ignore: BTreeSet<String>,
    ignore_undeclared: bool,
}

impl BatchOptions {
    /// Refuses columns that the policy does not declare.
    pub fn new() -> Self {
        Self::default()
    }

    /// Passes over these columns, also if the policy declares them.
    pub fn ignore<N: Into<String>>(mut self, columns: impl IntoIterator<Item = N>) -> Self {
        self.ignore.extend(columns.into_iter().map(Into::into));
        self
    }

    /// Passes over every column that the policy does not declare.
    pub fn ignore_undeclared(mut self) -> Self {
        self.ignore_undeclared = true;
        self
    }
}

impl Policy {
    /// The columns of a batch of cases, one for each fact on the wire, as a host would best make them: see
    /// [`arrow`](crate::arrow). Others fit, too; a number has the decimals that the fact or its unit declares, else four.
    ///
    /// ```
    /// use assize::arrow::arrow_schema::DataType;
    /// # let policy = assize::Policy::from_text("p.assize", "policy p facts rate: number, up to 3 decimals \
    /// #     outcome high: bool = rate > 1")?;
    /// let schema = policy.facts_arrow_schema();
    /// assert_eq!(schema.field_with_name("rate")?.data_type(), &DataType::Decimal128(38, 3));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    #[must_use]
    pub fn facts_arrow_schema(&self) -> SchemaRef {
        schema::of_facts(self)
    }

    /// The columns of [`decide_record_batch`](Self::decide_record_batch), the same for all batches: see
    /// [`arrow`](crate::arrow).
    ///
    /// ```
    /// # let policy = assize::Policy::from_text("p.assize", "policy p facts rate: number outcome Status: bool = rate > 1")?;
    /// let schema = policy.decision_arrow_schema();
    /// let names: Vec<&str> = schema.fields().iter().map(|field| field.name().as_str()).collect();
    /// assert_eq!(names, ["case", "_status", "Status", "needs", "fired", "overridden", "decision"]);
    /// # Ok::<(), assize::Error>(())
    /// ```
    #[must_use]
    pub fn decision_arrow_schema(&self) -> SchemaRef {
        schema::of_decisions(self)
    }

    /// Whether batches of this schema fit the policy: the places of the columns that are read, ascending, for a reader that
    /// can leave out the others.
    ///
    /// # Errors
    ///
    /// [`Error::is_cases`], with each column that is not declared, given twice, or of a type that its fact does not take.
    ///
    /// ```
    /// use assize::arrow::BatchOptions;
    /// use assize::arrow::arrow_schema::{DataType, Field, Schema};
    /// # let policy = assize::Policy::from_text("p.assize", "policy p facts rate: number outcome high: bool = rate > 1")?;
    /// let column = |name: &str, ty| Field::new(name, ty, true);
    /// let fields = vec![column("id", DataType::Utf8), column("rate", DataType::Decimal128(9, 2))];
    /// let options = BatchOptions::new().ignore_undeclared();
    /// assert_eq!(policy.fit_arrow_schema(&Schema::new(fields), &options)?, [1]);
    ///
    /// let error = policy.fit_arrow_schema(&Schema::new(vec![column("rat", DataType::Int64)]), &BatchOptions::new());
    /// assert!(error.unwrap_err().to_string().contains("did you mean `rate`?"));
    /// # Ok::<(), assize::Error>(())
    /// ```
    pub fn fit_arrow_schema(&self, schema: &Schema, options: &BatchOptions) -> Result<Vec<usize>, Error> {
        Ok(schema::fit(self, schema, options)?.into_iter().map(|wanted| wanted.column).collect())
    }

    /// Decides the rows of a batch: see [`arrow`](crate::arrow). The first is case 0.
    ///
    /// For a stream of batches use [`decide_record_batch_into`](Self::decide_record_batch_into) and
    /// [`Decisions::to_record_batch`].
    ///
    /// # Errors
    ///
    /// [`Error::is_cases`] for columns that do not fit (see [`fit_arrow_schema`](Self::fit_arrow_schema)), and for answers with
    /// more than 2 GiB of text in one column. Malformed and missing facts are no error: they stand in their rows.
    pub fn decide_record_batch(
        &self,
        cases: &RecordBatch,
        options: &BatchOptions,
    ) -> Result<RecordBatch, Error> {
        let mut decisions = Decisions::new(self);
        self.decide_record_batch_into(cases, options, &mut decisions)?;
        decisions.to_record_batch(0)
    }

    /// Decides the rows of a batch in the memory of earlier decisions, which are taken back.
    ///
    /// # Errors
    ///
    /// [`Error::is_cases`] for columns that do not fit; then the earlier decisions remain.
    ///
    /// ```
    /// use assize::arrow::BatchOptions;
    /// use assize::arrow::arrow_array::{ArrayRef, Int64Array, RecordBatch};
    /// use assize::columns::Decisions;
    /// # let policy = assize::Policy::from_text("p.assize", "policy p facts count: integer outcome twice: integer = 2 * count")?;
    /// let (mut decisions, mut next) = (Decisions::new(&policy), 0);
    /// for numbers in [vec![1, 2], vec![3]] {
    ///     let batch = RecordBatch::try_from_iter([("count", std::sync::Arc::new(Int64Array::from(numbers)) as ArrayRef)])?;
    ///     policy.decide_record_batch_into(&batch, &BatchOptions::new(), &mut decisions)?;
    ///     assert_eq!(decisions.to_record_batch(next)?.num_rows(), batch.num_rows());
    ///     next += batch.num_rows() as u64;
    /// }
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn decide_record_batch_into(
        &self,
        cases: &RecordBatch,
        options: &BatchOptions,
        decisions: &mut Decisions,
    ) -> Result<(), Error> {
        let wanted = schema::fit(self, cases.schema_ref(), options)?;
        let rows = cases.num_rows();
        let held = if self.columnar().is_some() { facts::held(self, cases, &wanted) } else { Vec::new() };
        let given: Vec<_> = held.iter().map(|held| held.column(self, rows)).collect();
        // The program may well decide what is only laid out in another way; else it has abstained already.
        let alone = if held.iter().any(facts::Held::is_other) { self.clone() } else { self.alone() };
        self.decide_given(rows, &given, |row| alone.decide_json(&json::row(cases, &wanted, row)), decisions);
        Ok(())
    }
}

impl Decisions {
    /// The decisions as a batch of [`Policy::decision_arrow_schema`]. The first row is the case of this number.
    ///
    /// # Errors
    ///
    /// [`Error::is_cases`] where one column would have more than 2 GiB of text: decide slices of the batch.
    ///
    /// ```
    /// use assize::columns::Decisions;
    /// # let policy = assize::Policy::from_text("p.assize", "policy p facts count: integer outcome twice: integer = 2 * count")?;
    /// let decisions = Decisions::of(&policy, [policy.decide_json(r#"{"count": 21}"#)])?;
    /// assert_eq!(decisions.to_record_batch(0)?.schema(), policy.decision_arrow_schema());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn to_record_batch(&self, first_case: u64) -> Result<RecordBatch, Error> {
        Ok(answers::batch(self, first_case)?)
    }
}
