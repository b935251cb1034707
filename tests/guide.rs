//! The guide is normative: every fenced block of `src/guide/language.md` is checked as the page says.

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
