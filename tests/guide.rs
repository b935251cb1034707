//! The guide is normative: every fenced `assize` block is checked as its page says.
#![allow(clippy::panic, reason = "a test fails by panicking")]

use assize::Policy;

#[test]
fn every_block_of_the_language_page_is_checked() {
    let page = include_str!("../src/guide/language.md");
    let mut sound = String::new();
    let (mut kept, mut refused) = (0, 0);
    for (info, block) in blocks(page) {
        match info.strip_prefix("error ") {
            None => {
                sound.push_str(&block);
                if let Err(error) = Policy::from_text("guide.assize", &sound) {
                    panic!("this block is not sound:\n{block}\n{}", error.render());
                }
                kept += 1;
            }
            Some(code) => {
                let text = format!("{sound}{block}");
                let error = match Policy::from_text("guide.assize", &text) {
                    Ok(_) => panic!("this block raises no `{code}`:\n{block}"),
                    Err(error) => error,
                };
                let codes: Vec<&str> = error.diagnostics().iter().map(|found| found.code.as_str()).collect();
                assert_eq!(codes, [code], "{block}\n{}", error.render());
                refused += 1;
            }
        }
    }
    assert!(kept >= 6 && refused >= 4, "{kept} sound and {refused} refused blocks were found");
    examples_hold(&sound);
}

#[test]
fn policies_of_other_pages_are_whole_and_their_examples_hold() {
    for page in [include_str!("../src/guide/testing.md"), include_str!("../src/guide/numbers.md")] {
        let blocks = blocks(page);
        assert!(!blocks.is_empty());
        blocks.iter().for_each(|(_, block)| examples_hold(block));
    }
}

fn examples_hold(text: &str) {
    let policy = Policy::from_text("guide.assize", text).unwrap_or_else(|error| panic!("{text}\n{error}"));
    let mut tests = policy.tests();
    tests.run_examples();
    assert!(!tests.results().is_empty(), "{text}");
    for result in tests.results() {
        assert!(result.passed(), "{}: {:?}", result.name, result.differences);
    }
}

/// The fenced `assize` blocks of a page: what follows the word in the fence, and the text.
fn blocks(page: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut open: Option<(String, String)> = None;
    for line in page.lines() {
        match (&mut open, line.strip_prefix("```")) {
            (None, Some(info)) => open = Some((info.to_owned(), String::new())),
            (Some(_), Some(_)) => found.extend(open.take()),
            (Some((_, text)), None) => {
                text.push_str(line);
                text.push('\n');
            }
            (None, None) => {}
        }
    }
    let assize = found.into_iter().filter_map(|(info, text)| {
        let rest = info.strip_prefix("assize")?;
        Some((rest.trim().to_owned(), text))
    });
    assize.collect()
}
