use crate::diagnostic::{Code, Diagnostic};
use crate::source::{FileId, Sources, Span};

fn find(sources: &Sources, file: FileId, text: &str) -> Span {
    let start = sources.text(file).find(text).unwrap();
    Span { file, start: start as u32, end: (start + text.len()) as u32 }
}

fn policy() -> (Sources, FileId) {
    let mut sources = Sources::default();
    let file = sources.add("fines.assize", "facts\n  商品价值: CNY\noutcome 罚款: CNY = 商品价直 * 15%\n");
    (sources, file)
}

fn misspelt(sources: &Sources, file: FileId) -> Diagnostic {
    let wrong = find(sources, file, "商品价直");
    Diagnostic::new(Code::NameUnknown, wrong, "nothing is called `商品价直`")
        .label(find(sources, file, "商品价值"), "a near name")
        .help("declare it, or use a name that is declared")
        .fix("write `商品价值`", wrong, "商品价值")
}

#[test]
fn one_line_counts_characters() {
    let (sources, file) = policy();
    assert_eq!(
        misspelt(&sources, file).render(&sources),
        "fines.assize:3:19: error[name/unknown]: nothing is called `商品价直`"
    );
}

#[test]
fn one_line_stays_one_line() {
    let (sources, file) = policy();
    let hostile =
        Diagnostic::new(Code::NameLookAlike, Span { file, start: 0, end: 1 }, "`a\u{1b}[2J\n\u{202e}b`");
    assert_eq!(
        hostile.render(&sources),
        "fines.assize:1:1: warning[name/look-alike]: `a\\u{1b}[2J\\n\\u{202e}b`"
    );
}

#[cfg(feature = "cli")]
mod snippet {
    use super::*;
    use crate::diagnostic::Colours;

    #[test]
    fn wide_characters_labels_help_and_fix() {
        let (sources, file) = policy();
        insta::assert_snapshot!(misspelt(&sources, file).render_snippet(&sources, Colours::Plain), @r"
        error[name/unknown]: nothing is called `商品价直`
         --> fines.assize:3:19
          |
        2 |   商品价值: CNY
          |   -------- a near name
        3 | outcome 罚款: CNY = 商品价直 * 15%
          |                     ^^^^^^^^
          |
          = help: declare it, or use a name that is declared
        help: write `商品价值`
          |
        3 - outcome 罚款: CNY = 商品价直 * 15%
        3 + outcome 罚款: CNY = 商品价值 * 15%
          |
        ");
    }

    #[test]
    fn two_files() {
        let (mut sources, file) = policy();
        let other = sources.add("more.assize", "unit CNY\n");
        let twice =
            Diagnostic::new(Code::NameDuplicate, find(&sources, other, "CNY"), "`CNY` is declared twice")
                .label(find(&sources, file, "CNY"), "declared here first");
        insta::assert_snapshot!(twice.render_snippet(&sources, Colours::Plain), @r"
        error[name/duplicate]: `CNY` is declared twice
         --> more.assize:1:6
          |
        1 | unit CNY
          |      ^^^
          |
         ::: fines.assize:2:9
          |
        2 |   商品价值: CNY
          |             --- declared here first
        ");
    }

    #[test]
    fn a_span_outside_its_file_is_no_reason_to_stop() {
        let (sources, file) = policy();
        for (start, end) in [(0, u32::MAX), (u32::MAX, 3), (9, 10), (70, 80), (5, 2)] {
            for file in [file, FileId(9)] {
                let span = Span { file, start, end };
                let odd = Diagnostic::new(Code::Internal, span, "odd")
                    .label(span, "here")
                    .fix("mend", span, "x\u{1b}");
                assert!(odd.render_snippet(&sources, Colours::Plain).contains("error[internal/bug]: odd"));
                assert!(!odd.render(&sources).is_empty());
            }
        }
    }
}
