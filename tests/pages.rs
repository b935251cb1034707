//! Every code has a page, and every page does what it says: its wrong example raises the code and nothing else, its
//! mended one does not.
#![allow(clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::collections::BTreeMap;

use assize::decision::ProblemCode;
use assize::{CaseFormat, CaseOptions, Code, Policy, Severity, Status};

/// Codes that no policy raises, and why. One that can be raised after all must leave this list.
const UNRAISED: &[(&str, &str)] = &[
    ("internal/bug", "a mistake of the engine"),
    ("eval/internal", "a mistake of the engine"),
    ("eval/not-exact", "`outcome/rounding` refuses the policy"),
    ("eval/schedule-gap", "`date/uncovered` refuses the policy"),
    ("eval/range-inverted", "`bounds/range` refuses the policy"),
    ("eval/factor", "`bounds/factor` refuses the policy"),
];

/// Raised by values of the host's own types alone, which a page cannot hold.
const FROM_HOSTS: &[&str] = &["facts/float"];

#[test]
fn every_page_about_a_policy_is_true() {
    let mut wrong = Vec::new();
    for code in Code::ALL {
        let blocks = Blocks::of(code.page());
        if unraised(code.as_str()) {
            assert!(blocks.is_empty(), "{} has examples", code.as_str());
            continue;
        }
        let (bad, good) = (blocks.one("assize error"), blocks.one("assize"));
        let raised = findings(bad);
        if raised.iter().any(|(found, severity)| found != code.as_str() && *severity == Severity::Error)
            || !raised.iter().any(|(found, _)| found == code.as_str())
        {
            wrong.push(format!("{}: its wrong example raises {raised:?}", code.as_str()));
        }
        let left = findings(good);
        if left.iter().any(|(found, severity)| found == code.as_str() || *severity == Severity::Error) {
            wrong.push(format!("{}: its mended example raises {left:?}", code.as_str()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_page_about_a_case_is_true() {
    let mut wrong = Vec::new();
    for code in ProblemCode::ALL {
        let blocks = Blocks::of(code.page());
        let name = code.as_str();
        if unraised(name) {
            assert!(blocks.is_empty(), "{name} has examples");
            continue;
        }
        let policy = Policy::from_text("page.assize", blocks.one("assize"));
        let policy = policy.unwrap_or_else(|error| panic!("{name}: {error}"));
        if FROM_HOSTS.contains(&name) {
            continue;
        }
        let format = if blocks.has("csv error") { CaseFormat::Csv } else { CaseFormat::Json };
        let language = if format == CaseFormat::Csv { "csv" } else { "json" };
        let raised = problems(&policy, format, blocks.one(&format!("{language} error")));
        if raised != [name] {
            wrong.push(format!("{name}: its wrong case raises {raised:?}"));
        }
        let left = problems(&policy, format, blocks.one(language));
        if !left.is_empty() {
            wrong.push(format!("{name}: its mended case raises {left:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// What the page `facts/float` says about hosts.
#[test]
fn a_float_of_a_host_is_refused() {
    let page = Blocks::of(ProblemCode::Float.page());
    let policy =
        Policy::from_text("page.assize", page.one("assize")).unwrap_or_else(|error| panic!("{error}"));
    let refused = policy.decide(&BTreeMap::from([("lead", 90.5_f64)]));
    assert_eq!(refused.problems()[0].code, ProblemCode::Float);
    assert!(policy.decide(&BTreeMap::from([("lead", "90.5")])).is_decided());
}

#[test]
fn a_page_is_headed_by_its_code_and_says_why_it_matters() {
    let pages = Code::ALL.iter().map(|code| (code.as_str(), code.page()));
    for (code, page) in pages.chain(ProblemCode::ALL.iter().map(|code| (code.as_str(), code.page()))) {
        let mut paragraphs = page.split("\n\n");
        assert_eq!(paragraphs.next(), Some(&*format!("# {code}")));
        let what = paragraphs.next().unwrap_or_default();
        let why = paragraphs.next().unwrap_or_default();
        for paragraph in [what, why] {
            assert!(paragraph.len() > 30 && !paragraph.starts_with("```"), "{code}: {paragraph}");
        }
        assert!(page.lines().all(|line| line.chars().count() <= 130), "{code} has long lines");
    }
}

#[test]
fn codes_are_found_by_their_text() {
    assert!(Code::ALL.iter().all(|code| Code::named(code.as_str()) == Some(*code)));
    assert!(ProblemCode::ALL.iter().all(|code| ProblemCode::named(code.as_str()) == Some(*code)));
    assert_eq!((Code::named("name/unknwon"), ProblemCode::named("")), (None, None));
}

fn unraised(code: &str) -> bool {
    UNRAISED.iter().any(|(unraised, _)| *unraised == code)
}

fn findings(text: &str) -> Vec<(String, Severity)> {
    let found = match Policy::from_text("page.assize", text) {
        Ok(policy) => policy.diagnostics().to_vec(),
        Err(error) => error.diagnostics().to_vec(),
    };
    found.iter().map(|found| (found.code.as_str().to_owned(), found.code.severity())).collect()
}

fn problems(policy: &Policy, format: CaseFormat, text: &str) -> Vec<String> {
    let cases =
        policy.cases(text.as_bytes(), CaseOptions::new(format)).unwrap_or_else(|error| panic!("{error}"));
    let decision =
        cases.last().unwrap_or_else(|| panic!("no case in {text}")).unwrap_or_else(|error| panic!("{error}"));
    let decision = decision.decision;
    assert!(decision.status() != Status::Undetermined, "{text}");
    decision.problems().iter().map(|problem| problem.code.as_str().to_owned()).collect()
}

/// The fenced blocks of a page. Where the fence says `repeat`, `{3*ab}` stands for `ababab`.
struct Blocks(Vec<(String, String)>);

impl Blocks {
    fn of(page: &str) -> Self {
        let mut blocks = Vec::new();
        for block in page.split("```").skip(1).step_by(2) {
            let (info, text) = block.split_once('\n').unwrap_or((block, ""));
            match info.strip_suffix(" repeat") {
                Some(info) => blocks.push((info.to_owned(), repeated(text))),
                None => blocks.push((info.to_owned(), text.to_owned())),
            }
        }
        Self(blocks)
    }

    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn has(&self, info: &str) -> bool {
        self.0.iter().any(|(of, _)| of == info)
    }

    fn one(&self, info: &str) -> &str {
        let found: Vec<&str> = self.0.iter().filter(|(of, _)| of == info).map(|(_, text)| &**text).collect();
        assert_eq!(found.len(), 1, "blocks `{info}` in {:?}", self.0.first());
        found[0]
    }
}

fn repeated(text: &str) -> String {
    let mut whole = String::new();
    let mut rest = text;
    while let Some(star) = rest.find('*') {
        let open = rest[..star].rfind('{').filter(|open| rest[open + 1..star].parse::<usize>().is_ok());
        let close = rest[star..].find('}').map(|close| star + close);
        let (Some(open), Some(close)) = (open, close) else {
            whole.push_str(&rest[..=star]);
            rest = &rest[star + 1..];
            continue;
        };
        let times = rest[open + 1..star].parse().unwrap_or(0);
        whole.push_str(&rest[..open]);
        whole.push_str(&rest[star + 1..close].repeat(times));
        rest = &rest[close + 1..];
    }
    whole + rest
}
