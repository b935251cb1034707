//! Results as JUnit XML, which CI servers read. Without times, so that equal runs give equal bytes.

use assize::testing::TestResult;
use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

use crate::stop::Stop;

pub(super) fn report(results: &[TestResult]) -> Result<String, Stop> {
    let mut report = Report::new("assize");
    let mut files: Vec<&str> = results.iter().map(|result| &*result.file).collect();
    files.dedup();
    for file in files {
        let mut suite = TestSuite::new(file);
        for result in results.iter().filter(|result| result.file == file) {
            let mut status = TestCaseStatus::success();
            if !result.passed() {
                status = TestCaseStatus::non_success(NonSuccessKind::Failure);
                let lines = result.differences.iter().map(|difference| {
                    let because = difference.because.iter().map(|because| format!("\n  {because}"));
                    let (of, expected, decided) = (&difference.of, &difference.expected, &difference.decided);
                    format!("{of}: expected {expected}, decided {decided}{}", because.collect::<String>())
                });
                let lines: Vec<String> = lines.collect();
                status.set_message(lines.first().and_then(|line| line.lines().next()).unwrap_or_default());
                status.set_description(lines.join("\n"));
            }
            let mut case = TestCase::new(&*result.name, status);
            case.set_classname(file);
            case.extra.insert("line".into(), result.line.to_string().into());
            suite.add_test_case(case);
        }
        report.add_test_suite(suite);
    }
    report.to_string().map_err(|error| Stop::call(format!("the JUnit report cannot be written: {error}")))
}
