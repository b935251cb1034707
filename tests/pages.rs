//! Every code has a page, and every page does what it says: its wrong example raises the code and nothing else, its
//! mended one does not.
#![allow(clippy::panic, clippy::indexing_slicing, clippy::string_slice, reason = "a test fails by panicking")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use assize::decision::ProblemCode;
use assize::{CaseFormat, CaseOptions, Code, Policy, Severity, Status};

/// Codes that no text raises, and what refuses the policies that would. Their pages hold such a policy in place of a case.
/// Without a code: mistakes of the engine, whose pages have no examples.
const UNRAISED: &[(&str, Option<Code>)] = &[
    ("internal/bug", None),
    ("eval/internal", None),
    ("eval/not-exact", Some(Code::OutcomeRounding)),
    ("eval/schedule-gap", Some(Code::DateUncovered)),
    ("eval/range-inverted", Some(Code::BoundsRange)),
    ("eval/factor", Some(Code::BoundsFactor)),
];

/// Raised by values of the host's own types alone, which a page cannot hold.
const FROM_HOSTS: &[&str] = &["facts/float"];

#[test]
fn every_page_about_a_policy_is_true() {
    let mut wrong = Vec::new();
    for code in Code::ALL {
        let blocks = Blocks::of(code.page());
        if unraised(code.as_str()).is_some() {
            assert!(blocks.is_empty(), "{} has examples", code.as_str());
            continue;
        }
        wrong.extend(wrong_policies(code.as_str(), &blocks, *code));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_page_about_a_case_is_true() {
    let mut wrong = Vec::new();
    for code in ProblemCode::ALL {
        let blocks = Blocks::of(code.page());
        let name = code.as_str();
        match unraised(name) {
            Some(Some(refusing)) => {
                wrong.extend(wrong_policies(name, &blocks, refusing));
                assert!(code.page().contains(&format!("`{}`", refusing.as_str())), "{name}");
                continue;
            }
            Some(None) => {
                assert!(blocks.is_empty(), "{name} has examples");
                continue;
            }
            None => {}
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

/// Nothing is kept that belongs to no code: an exception, or a page.
#[test]
fn nothing_is_left_over() {
    let known = |code: &str| Code::named(code).is_some() || ProblemCode::named(code).is_some();
    for code in UNRAISED.iter().map(|(code, _)| *code).chain(FROM_HOSTS.iter().copied()) {
        assert!(known(code), "{code}");
    }
    for (folder, rows) in
        [("src/diagnostic/pages", Code::ALL.len()), ("src/decision/pages", ProblemCode::ALL.len())]
    {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
        let mut pages = 0;
        for stage in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{error}")).flatten() {
            for page in fs::read_dir(stage.path()).unwrap_or_else(|error| panic!("{error}")).flatten() {
                let (stage, page) = (stage.file_name(), page.file_name());
                let code = format!("{}/{}", stage.display(), page.display());
                assert!(code.strip_suffix(".md").is_some_and(known), "{code} belongs to no code");
                pages += 1;
            }
        }
        assert_eq!(pages, rows, "{}", folder.display());
    }
}

/// What is not as it should be: the wrong policy of a page raises `code` and no other error, the mended one no error and
/// nothing of `code`.
fn wrong_policies(page: &str, blocks: &Blocks, code: Code) -> Vec<String> {
    let mut wrong = Vec::new();
    let raised = findings(blocks.one("assize error"));
    if raised.iter().any(|found| *found != code && found.severity() == Severity::Error)
        || !raised.contains(&code)
    {
        wrong.push(format!("{page}: its wrong example raises {raised:?}"));
    }
    let left = findings(blocks.one("assize"));
    if left.iter().any(|found| *found == code || found.severity() == Severity::Error) {
        wrong.push(format!("{page}: its mended example raises {left:?}"));
    }
    wrong
}

fn unraised(code: &str) -> Option<Option<Code>> {
    UNRAISED.iter().find(|(unraised, _)| *unraised == code).map(|(_, refusing)| *refusing)
}

fn findings(text: &str) -> Vec<Code> {
    let found = match Policy::from_text("page.assize", text) {
        Ok(policy) => policy.diagnostics().to_vec(),
        Err(error) => error.diagnostics().to_vec(),
    };
    found.iter().map(|found| found.code).collect()
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
    let mut parts = text.split('{');
    let mut whole = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let repetition = part.split_once('}').and_then(|(inner, rest)| {
            let (times, piece) = inner.split_once('*')?;
            Some(piece.repeat(times.parse().ok()?) + rest)
        });
        // Another brace is one of JSON.
        whole.push_str(&repetition.unwrap_or_else(|| format!("{{{part}")));
    }
    whole
}
