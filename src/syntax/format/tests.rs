use std::path::Path;

use proptest::prelude::*;

use super::{pieces, shape};
use crate::diagnostic::Sink;
use crate::limits::Limits;
use crate::source::Sources;

fn formatted(name: &str, text: &str) -> Result<String, Vec<String>> {
    let (mut sources, mut sink) = (Sources::default(), Sink::default());
    let file = sources.add(name, text);
    let formatted = super::format(&sources, file, &Limits::default(), &mut sink);
    formatted.ok_or_else(|| sink.finish().iter().map(|found| found.render(&sources)).collect())
}

fn sound(name: &str, text: &str) -> String {
    formatted(name, text).unwrap_or_else(|errors| panic!("{}\n{text}", errors.join("\n")))
}

/// The texts that parse: policies, the guide, every form of the language, and the first policies where these are at hand.
fn corpus() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut paths: Vec<_> = std::fs::read_dir(root.join("examples/policies"))
        .unwrap()
        .map(|entry| entry.unwrap().path().join("policy.assize"))
        .chain([root.join("tests/cases/syntax/every_form.assize")])
        .collect();
    match std::fs::read_dir(root.join("../shared/design/paper")) {
        Ok(entries) => paths.extend(entries.map(|entry| entry.unwrap().path())),
        Err(_) => eprintln!("SKIPPED: ../shared/design/paper is not here"),
    }
    paths.sort();
    let texts = paths
        .iter()
        .filter(|path| path.extension().is_some_and(|ending| ending == "assize" || ending == "md"));
    let texts = texts.map(|path| (path.display().to_string(), std::fs::read_to_string(path).unwrap()));
    let texts: Vec<_> = texts.filter(|(name, text)| formatted(name, text).is_ok()).collect();
    // Seven policies of the repository and every form; what lies beside the repository comes on top.
    assert!(texts.len() >= 8, "{} texts", texts.len());
    texts
}

#[test]
fn a_date_may_stand_right_before_a_minus() {
    let text = "policy p outcome x: date = 2015-03-01- 13 months";
    assert_eq!(sound("p.assize", text), "policy p\noutcome x: date = 2015-03-01 - 13 months\n");
}

#[test]
fn cases_are_laid_out_as_written_beside_them() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases/format/layout.txt");
    let cases = std::fs::read_to_string(&path).unwrap();
    let bless = std::env::var_os("ASSIZE_BLESS").is_some();
    let mut blessed = String::new();
    let mut wrong = Vec::new();
    for case in cases.split("=== ").skip(1) {
        let (title, rest) = case.split_once('\n').unwrap();
        let (input, expected) = rest.split_once("---\n").unwrap();
        let name = if input.contains("```") { "p.assize.md" } else { "p.assize" };
        let actual = sound(name, input);
        assert_eq!(sound(name, &actual), actual, "{title}: formatting twice");
        if actual != expected.strip_suffix('\n').unwrap_or(expected) && actual != expected {
            wrong.push(format!("=== {title}\n--- expected\n{expected}--- actual\n{actual}"));
        }
        blessed.push_str(&format!("=== {title}\n{input}---\n{actual}\n"));
    }
    if bless {
        std::fs::write(path, blessed).unwrap();
    } else {
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    }
}

#[test]
fn a_formatted_text_is_its_own_format() {
    for (name, text) in corpus() {
        let once = sound(&name, &text);
        assert_eq!(sound(&name, &once), once, "{name}");
    }
}

#[test]
fn the_policies_and_the_guide_are_formatted() {
    for (name, text) in corpus() {
        if name.contains("examples/policies") {
            assert_eq!(sound(&name, &text), text, "{name}");
        }
    }
    let pages = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/guide");
    for page in std::fs::read_dir(pages).unwrap().map(|entry| entry.unwrap().path()) {
        let text = std::fs::read_to_string(&page).unwrap();
        for block in text.split("```assize").skip(1).filter_map(|block| block.split("```").next()) {
            let (info, block) = block.split_once('\n').unwrap();
            // A part of a declaration is no text.
            if !["error", "replace:", "by:"].iter().any(|part| info.contains(part)) {
                let block = block.trim_start_matches('\n');
                assert_eq!(sound("p", block), block, "{}", page.display());
            }
        }
    }
}

#[test]
fn what_cannot_be_read_is_left_alone() {
    assert!(formatted("p", "policy p\noutcome x integer = 1").is_err());
    assert!(formatted("p", &"(".repeat(100)).is_err());
}

#[test]
fn line_ends_and_marks_stay() {
    assert_eq!(sound("p", "policy p\r\nfacts  a:bool"), "policy p\r\nfacts\r\n  a: bool\r\n");
    assert_eq!(sound("p", "\u{FEFF}policy  p"), "\u{FEFF}policy p\n");
    assert_eq!(sound("p", ""), "");
    assert_eq!(sound("p", "\n\n# only a comment\n\n"), "# only a comment\n");
}

#[test]
fn a_tree_is_compared_without_its_places() {
    let parse = |text: &str| {
        let (mut sources, mut sink) = (Sources::default(), Sink::default());
        let file = sources.add("p", text);
        shape(&crate::syntax::parse(&sources, file, &Limits::default(), &mut sink))
    };
    assert_eq!(parse("define x: integer = 1 + 2"), parse("define  x : integer\n=1+2"));
    assert_ne!(parse("define x: integer = 1 + 2"), parse("define x: integer = 1 + 3"));
    assert_ne!(parse("define x: integer = 1 + 2 * 3"), parse("define x: integer = (1 + 2) * 3"));
}

/// The text with other white space between its words, and with comments.
fn disturbed(text: &str, choices: &[u8]) -> String {
    let mut disturbed = String::new();
    let mut choices = choices.iter().cycle();
    for piece in pieces::pieces(text) {
        let comments = piece.trailing.into_iter().chain(piece.above.iter().map(|comment| comment.text));
        let comments: Vec<&str> = comments.collect();
        let space = match choices.next().map_or(0, |choice| choice % 12) {
            _ if piece.clings => "",
            0 => "\n",
            1 => "\n\n\n",
            2 => "   ",
            3 => " \t ",
            4 => " # why\n",
            5 => "\n# why\n\n",
            _ if piece.breaks => "\n",
            _ => " ",
        };
        disturbed.push_str(if comments.is_empty() { space } else { " " });
        for comment in comments {
            disturbed.push_str(&format!("{comment}\n"));
        }
        disturbed.push_str(piece.token.map_or("", |token| token.text));
    }
    disturbed
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(if cfg!(debug_assertions) { 12 } else { 200 }))]

    /// `format` itself compares words, comments and trees; here that it always succeeds, and settles at once.
    #[test]
    fn any_layout_can_be_formatted(which in any::<prop::sample::Index>(), choices in prop::collection::vec(any::<u8>(), 1..400)) {
        let corpus = corpus();
        let (name, text) = which.get(&corpus);
        let text = disturbed(text, &choices);
        let once = sound(name, &text);
        prop_assert_eq!(&sound(name, &once), &once, "{}", name);
        for line in once.lines() {
            prop_assert!(!line.ends_with(' '), "{:?}", line);
        }
        prop_assert!(!once.contains("\n\n\n") && !once.starts_with('\n') && !once.ends_with("\n\n"));
    }

    #[test]
    fn no_text_makes_it_panic(text in "[ -~\n]{0,200}", words in prop::collection::vec(
        prop::sample::select(vec!["policy", "rule", "when", "then", "x", ":", "|", "=>", "(", ")", "{", "}", "[", "5", "\"t\"", "#c\n", "\n", ",", "of", "table", "t", "facts", "enum", "-"]), 0..60)) {
        let _ = formatted("p", &text);
        let _ = formatted("p.md", &format!("```assize\n{text}\n```\n"));
        let _ = formatted("p", &words.join(" "));
    }
}
