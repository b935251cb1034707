//! What many rows cost the command: time a row, and the most memory that it takes. Makes a Parquet file of cases for the
//! policy of 20 rules, and decides it.
//!
//! ```sh
//! cargo bench --features cli,parallel --bench parquet -- 10000000
//! ```
//!
//! The number of rows is 1,000,000 where none is given. A hundred million take some 1.5 GB in the folder for temporary files,
//! and their decisions as much again.
#![allow(
    clippy::expect_used,
    clippy::unwrap_used,
    reason = "a bench stops where something is not as it should be"
)]

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrow_array::{ArrayRef, BooleanArray, Decimal128Array, Int32Array, RecordBatch, StringArray};
use parquet::arrow::ArrowWriter;

const POLICY: &str = "benches/policies/quality.assize";

/// Rows that are made at a time.
const BATCH: u64 = 1 << 16;

fn main() {
    let rows = std::env::args().find_map(|argument| argument.parse::<u64>().ok()).unwrap_or(1_000_000);
    let folder = std::env::temp_dir().join(format!("assize-parquet-{}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    let cases = folder.join("cases.parquet");
    let begun = Instant::now();
    make(&cases, rows);
    println!("{rows} cases, {} MB, made in {:.0} s", size(&cases), begun.elapsed().as_secs_f64());
    println!("{:>10} {:>8} {:>8} {:>10} {:>8}", "to", "s", "ns/row", "peak MiB", "MB");
    for to in ["parquet", "csv", "jsonl"] {
        // Lines are long: a tenth of the rows is enough to see that memory is flat.
        if to != "parquet" && rows > 10_000_000 {
            continue;
        }
        let out = folder.join(format!("decisions.{to}"));
        let (time, memory) = decide(&cases, &out);
        let nanoseconds = time.as_nanos() / u128::from(rows.max(1));
        println!("{to:>10} {:>8.1} {nanoseconds:>8} {memory:>10} {:>8}", time.as_secs_f64(), size(&out));
        fs::remove_file(out).unwrap();
    }
    fs::remove_dir_all(&folder).unwrap();
}

/// Megabytes.
fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |found| found.len() / 1_000_000)
}

/// Runs the command: how long it took, and the most memory in MiB (of Linux; elsewhere 0).
fn decide(cases: &Path, out: &Path) -> (Duration, u64) {
    let begun = Instant::now();
    let mut child = Command::new(env!("CARGO_BIN_EXE_assize"))
        .args(["decide", POLICY])
        .arg(cases)
        .arg("--out")
        .arg(out)
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut peak = 0;
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        let text = fs::read_to_string(format!("/proc/{}/status", child.id())).unwrap_or_default();
        let found = text
            .lines()
            .find_map(|line| line.strip_prefix("VmHWM:")?.split_whitespace().next()?.parse().ok());
        peak = peak.max(found.unwrap_or(0));
        std::thread::sleep(Duration::from_millis(10));
    };
    assert!(status.success(), "every case is decided: {status}");
    (begun.elapsed(), peak / 1_024)
}

/// Cases that differ, the same in every run.
fn make(path: &Path, rows: u64) {
    let mut writer: Option<ArrowWriter<File>> = None;
    for start in (0..rows.max(1)).step_by(usize::try_from(BATCH).unwrap()) {
        let batch = batch(start..rows.min(start + BATCH));
        let writer = writer.get_or_insert_with(|| {
            ArrowWriter::try_new(File::create(path).unwrap(), batch.schema(), None).unwrap()
        });
        writer.write(&batch).unwrap();
    }
    writer.expect("a batch").close().unwrap();
}

fn batch(rows: std::ops::Range<u64>) -> RecordBatch {
    // A number for a row and a column (SplitMix64, Steele, Lea and Flood).
    let mixed = |row: u64, column: u64, below: u64| {
        let mut z = (row * 16 + column).wrapping_mul(0x9E37_79B9_7F4A_7C15);
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        (z ^ (z >> 31)) % below
    };
    let bools = |column| -> ArrayRef {
        Arc::new(rows.clone().map(|row| Some(mixed(row, column, 2) == 1)).collect::<BooleanArray>())
    };
    let counts = |column, below| -> ArrayRef {
        // Most firms have none.
        let count = |row| if mixed(row, column, 4) == 0 { mixed(row, column + 16, below) as i32 } else { 0 };
        Arc::new(Int32Array::from_iter_values(rows.clone().map(count)))
    };
    let texts = |column, names: &[&'static str]| -> ArrayRef {
        let name = |row| names.get(mixed(row, column, names.len() as u64) as usize).copied();
        Arc::new(rows.clone().map(name).collect::<StringArray>())
    };
    let decimals = |column, below, precision, scale| -> ArrayRef {
        let units = rows.clone().map(|row| i128::from(mixed(row, column, below)));
        Arc::new(Decimal128Array::from_iter_values(units).with_precision_and_scale(precision, scale).unwrap())
    };
    let acts = [
        "none",
        "paperwork",
        "labelling",
        "below_declared",
        "below_compulsory",
        "counterfeit",
        "illegal_additive",
    ];
    RecordBatch::try_from_iter([
        ("act", texts(0, &acts)),
        ("stage", texts(1, &["before_market", "market", "recall"])),
        ("declared_standard", bools(2)),
        ("keeps_declared", bools(3)),
        ("defect_rate", decimals(4, 10_001, 5, 4)),
        ("goods_value", decimals(5, 50_000_000, 18, 2)),
        ("units_sold", counts(6, 100_000)),
        ("injured", counts(7, 20)),
        ("deaths", counts(8, 3)),
        ("prior_violations", counts(9, 6)),
        ("cooperates", bools(10)),
        ("rectified", bools(11)),
    ])
    .unwrap()
}
