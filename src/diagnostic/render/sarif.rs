//! Diagnostics for code scanning services: SARIF 2.1.0 (OASIS). A few plain structs; the crates that hold all of SARIF
//! bring a code generator with them.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use serde::Serialize;

use crate::diagnostic::{Code, Diagnostic, Fix, Severity};
use crate::source::{Sources, Span};

/// One SARIF 2.1.0 log of the findings about any number of policies.
///
/// The log has one run. Its rules are the codes that occur, in the order of [`Code::ALL`]. Labels are related locations;
/// fixes and suggestions are fixes, told apart by the property `certain`. Columns count Unicode code points. Files are
/// given by relative URIs, those with an absolute path by `file:` URIs. A finding that two policies share, in a file that
/// both use, is there once.
///
/// ```
/// use assize::diagnostic::Sarif;
///
/// let error = assize::Policy::from_text("p.assize", "policy p\noutcome x: bool = true\n").unwrap_err();
/// let mut log = Sarif::default();
/// log.add(error.diagnostics(), error.sources().unwrap());
/// let log: serde_json::Value = serde_json::from_str(&log.to_json()).unwrap();
/// let result = &log["runs"][0]["results"][0];
/// assert_eq!(result["ruleId"], "syntax/misspelling");
/// assert_eq!(result["locations"][0]["physicalLocation"]["region"]["startColumn"], 19);
/// assert_eq!(result["fixes"][0]["artifactChanges"][0]["replacements"][0]["insertedContent"]["text"], "yes");
/// ```
#[derive(Debug, Default)]
pub struct Sarif {
    codes: BTreeSet<Code>,
    seen: BTreeSet<String>,
    results: Vec<Finding>,
    failures: Vec<Notification>,
}

impl Sarif {
    /// Adds the findings about one policy.
    pub fn add(&mut self, found: &[Diagnostic], sources: &Sources) {
        for diagnostic in found {
            let result = finding(diagnostic, sources);
            if self.seen.insert(serde_json::to_string(&result).unwrap_or_default()) {
                self.codes.insert(diagnostic.code);
                self.results.push(result);
            }
        }
    }

    /// Adds why the run itself went wrong, such as a file that cannot be read.
    pub fn add_failure(&mut self, message: &str) {
        self.failures.push(Notification { level: "error", message: Text { text: message.to_owned() } });
    }

    /// The log as one JSON document, indented, without a last line end.
    #[must_use]
    pub fn to_json(&self) -> String {
        let rules: Vec<Rule> = self.codes.iter().map(|code| rule(*code)).collect();
        let index_of = |code: Code| self.codes.iter().position(|other| *other == code);
        let results =
            self.results.iter().map(|finding| Indexed { rule_index: index_of(finding.code), finding });
        let log = Log {
            schema: "https://json.schemastore.org/sarif-2.1.0.json",
            version: "2.1.0",
            runs: [Run {
                tool: Tool {
                    driver: Driver { name: "assize", semantic_version: env!("CARGO_PKG_VERSION"), rules },
                },
                invocations: [Invocation {
                    execution_successful: self.failures.is_empty(),
                    tool_execution_notifications: &self.failures,
                }],
                column_kind: "unicodeCodePoints",
                results: results.collect(),
            }],
        };
        // Texts and numbers alone: there is nothing that JSON could not hold.
        serde_json::to_string_pretty(&log).unwrap_or_default()
    }
}

#[derive(Serialize)]
struct Log<'l> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    version: &'static str,
    runs: [Run<'l>; 1],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<'l> {
    tool: Tool,
    invocations: [Invocation<'l>; 1],
    column_kind: &'static str,
    results: Vec<Indexed<'l>>,
}

#[derive(Serialize)]
struct Tool {
    driver: Driver,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Driver {
    name: &'static str,
    semantic_version: &'static str,
    rules: Vec<Rule>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Rule {
    id: &'static str,
    short_description: Text,
    help: Text,
    default_configuration: Configuration,
}

#[derive(Serialize)]
struct Configuration {
    level: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Invocation<'l> {
    execution_successful: bool,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    tool_execution_notifications: &'l [Notification],
}

#[derive(Debug, Serialize)]
struct Notification {
    level: &'static str,
    message: Text,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Indexed<'l> {
    #[serde(flatten)]
    finding: &'l Finding,
    rule_index: Option<usize>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Finding {
    #[serde(skip)]
    code: Code,
    rule_id: &'static str,
    level: &'static str,
    message: Text,
    locations: [Location; 1],
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related_locations: Vec<Location>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    fixes: Vec<Change>,
}

#[derive(Debug, Serialize)]
struct Text {
    text: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    #[serde(skip_serializing_if = "Option::is_none")]
    id: Option<usize>,
    physical_location: PhysicalLocation,
    #[serde(skip_serializing_if = "Option::is_none")]
    message: Option<Text>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct PhysicalLocation {
    artifact_location: Artifact,
    region: Region,
}

#[derive(Debug, Serialize)]
struct Artifact {
    uri: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Region {
    start_line: usize,
    start_column: usize,
    end_line: usize,
    end_column: usize,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    description: Text,
    artifact_changes: [ArtifactChange; 1],
    properties: ChangeProperties,
}

#[derive(Debug, Serialize)]
struct ChangeProperties {
    certain: bool,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct ArtifactChange {
    artifact_location: Artifact,
    replacements: [Replacement; 1],
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Replacement {
    deleted_region: Region,
    inserted_content: Text,
}

fn rule(code: Code) -> Rule {
    Rule {
        id: code.as_str(),
        short_description: Text { text: code.summary().to_owned() },
        help: Text { text: code.page().to_owned() },
        default_configuration: Configuration { level: level(code) },
    }
}

fn level(code: Code) -> &'static str {
    match code.severity() {
        Severity::Error => "error",
        Severity::Warning => "warning",
    }
}

fn finding(diagnostic: &Diagnostic, sources: &Sources) -> Finding {
    let mut text = diagnostic.message.clone();
    for help in &diagnostic.help {
        text.push_str("\nhelp: ");
        text.push_str(help);
    }
    let labels = (1..).zip(&diagnostic.labels).map(|(id, (span, note))| Location {
        id: Some(id),
        message: Some(Text { text: note.clone() }),
        ..location(*span, sources)
    });
    let certain = diagnostic.fixes.iter().map(|fix| change(fix, true, sources));
    let guesses = diagnostic.suggestions.iter().map(|fix| change(fix, false, sources));
    Finding {
        code: diagnostic.code,
        rule_id: diagnostic.code.as_str(),
        level: level(diagnostic.code),
        message: Text { text },
        locations: [location(diagnostic.span, sources)],
        related_locations: labels.collect(),
        fixes: certain.chain(guesses).collect(),
    }
}

fn change(fix: &Fix, certain: bool, sources: &Sources) -> Change {
    Change {
        description: Text { text: fix.title.clone() },
        artifact_changes: [ArtifactChange {
            artifact_location: artifact(fix.span, sources),
            replacements: [Replacement {
                deleted_region: region(fix.span, sources),
                inserted_content: Text { text: fix.replacement.clone() },
            }],
        }],
        properties: ChangeProperties { certain },
    }
}

fn location(span: Span, sources: &Sources) -> Location {
    let physical_location =
        PhysicalLocation { artifact_location: artifact(span, sources), region: region(span, sources) };
    Location { id: None, physical_location, message: None }
}

fn artifact(span: Span, sources: &Sources) -> Artifact {
    Artifact { uri: uri(sources.name(span.file)) }
}

fn region(span: Span, sources: &Sources) -> Region {
    let start = sources.position(span);
    let end = sources.position(Span { start: span.end, ..span });
    Region { start_line: start.line, start_column: start.column, end_line: end.line, end_column: end.column }
}

/// A path as a URI reference; a name that is a URI already stays one.
fn uri(name: &str) -> String {
    let is_uri = name.contains("://");
    let mut uri = String::from(if name.starts_with('/') { "file://" } else { "" });
    for byte in name.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' | b'/' => {
                uri.push(char::from(byte));
            }
            b'\\' => uri.push('/'),
            b':' | b'?' | b'#' | b'@' | b'%' | b'&' | b'=' | b'+' if is_uri => uri.push(char::from(byte)),
            _ => {
                // Writing to a text cannot fail.
                let _ = write!(uri, "%{byte:02X}");
            }
        }
    }
    uri
}

#[cfg(test)]
mod tests {
    use super::uri;

    #[test]
    fn paths_are_uri_references() {
        assert_eq!(uri("law/fines.assize"), "law/fines.assize");
        assert_eq!(uri("../fines 2024#1.assize"), "../fines%202024%231.assize");
        assert_eq!(uri("/srv/罚.assize"), "file:///srv/%E7%BD%9A.assize");
        assert_eq!(uri("a:b.assize"), "a%3Ab.assize");
        assert_eq!(uri("https://example.org/a?b=1"), "https://example.org/a?b=1");
        assert_eq!(uri(r"law\fines.assize"), "law/fines.assize");
    }
}
