//! What the facade promises before any case is decided. Whole policies are decided under `tests/`.

use std::cell::RefCell;
use std::collections::BTreeMap;

use super::*;
use crate::diagnostic::Code;

#[test]
fn a_policy_goes_between_threads() {
    fn shared<T: Send + Sync + Clone + 'static>() {}
    shared::<Policy>();
    fn sent<T: Send + Sync + 'static>() {}
    sent::<Error>();
    sent::<Decision>();
}

const FACTS: &str = "facts\n  illegal: bool\noutcome banned: bool = illegal\n";

#[test]
fn each_used_file_is_asked_for_once_and_circles_are_harmless() {
    let files = BTreeMap::from([
        (
            "law/facts.assize",
            format!("use \"../root.assize\"\nuse \"./facts.assize\"\nuse \"more.assize\"\n{FACTS}"),
        ),
        ("law/more.assize", "use \"facts.assize\"\n".to_owned()),
    ]);
    let asked = RefCell::new(Vec::new());
    let policy = Policy::builder()
        .file("root.assize", "policy p\nuse \"law/facts.assize\"\nuse \"law/more.assize\"\n")
        .loader(|name, from| {
            asked.borrow_mut().push((name.to_owned(), from.to_owned()));
            files.get(name).cloned().ok_or("no such file")
        })
        .build()
        .unwrap();
    assert_eq!(policy.name(), "p");
    assert_eq!(
        asked.into_inner(),
        [
            ("law/facts.assize".to_owned(), "root.assize".to_owned()),
            ("law/more.assize".to_owned(), "root.assize".to_owned())
        ]
    );
    assert!(policy.decide_json(r#"{"illegal": true}"#).get("banned").unwrap().as_bool().unwrap());
}

#[test]
fn given_files_answer_their_own_use() {
    let policy = Policy::builder()
        .file("more/facts.assize", FACTS)
        .file("more/root.assize", "policy p\nuse \"facts.assize\"\n")
        .build()
        .unwrap();
    assert_eq!(policy.fact_names().collect::<Vec<_>>(), ["illegal"]);
    assert_eq!(policy.outcome_names().collect::<Vec<_>>(), ["banned"]);
}

#[test]
fn a_file_that_is_not_there_is_shown_where_it_is_used() {
    let text = "policy p\nuse \"gone.assize\"\noutcome x: bool = declared_there\n";
    let error =
        Policy::builder().file("p.assize", text).loader(|_, _| Err::<String, _>("no such file")).build();
    let error = error.unwrap_err();
    assert!(error.is_policy());
    let codes: Vec<_> = error.diagnostics().iter().map(|found| found.code).collect();
    assert_eq!(codes, [Code::UseNotFound], "what it might declare is not reported");
    assert_eq!(
        error.render(),
        "p.assize:2:5: error[use/not-found]: `gone.assize` cannot be loaded: no such file"
    );
    let error = Policy::from_text("p.assize", text).unwrap_err();
    assert_eq!(
        error.to_string(),
        "p.assize:2:5: error[use/not-found]: `gone.assize` cannot be loaded: no loader was given for it"
    );
}

mod repairs {
    use proptest::prelude::*;

    use crate::{Error, Policy, Severity};

    const LINES: &[&str] = &[
        "policy p",
        "unit CNY, 2 decimals",
        "enum K: a, b",
        "facts",
        "  x: integer",
        "  t: bool, default no",
        "  k: K",
        "  d: date",
        "outcome o: bool = t and x > 5",
        "outcome q: CNY, sum",
        "rule r when k is a then q: 5_000 CNY",
        "rule s when not t or d < 2024-01-02 then q: 5% * 20 CNY",
    ];

    /// What is right, and how it is written elsewhere or by mistake.
    const WRONG: &[(&str, &str)] = &[
        (" is ", " == "),
        (" is ", " = "),
        (" and ", " && "),
        (" and ", " AND "),
        (" or ", " || "),
        ("not ", "!"),
        ("5_000", "5,000"),
        ("5_000", "5.000,00"),
        ("5%", "5 %"),
        ("2024-01-02", "2024/1/2"),
        ("2024-01-02", "\"2024-01-02\""),
        (", default no", ", default false"),
        (" when ", " if "),
        (": ", "： "),
        (" = ", " := "),
        (" > ", " => "),
        ("then q: ", "then q = "),
        ("bool", "boolean"),
        ("rule", "Rule"),
        ("k is a", "k in (a, b)"),
        ("k is a", "k is a or b"),
        ("t and", "tt and"),
        ("policy p", "policy p // law"),
        ("facts", "/* what is known */\nfacts"),
        ("\n", ";\n"),
        ("\n", "\r\n"),
        ("(", "（"),
        ("q: ", "q: if t then 1 CNY else "),
    ];

    fn errors(result: &Result<Policy, Error>) -> usize {
        let found = result.as_ref().err().map_or(&[][..], Error::diagnostics);
        found.iter().filter(|found| found.code.severity() == Severity::Error).count()
    }

    proptest! {
        /// Repaired texts are never worse, are what the result is about, and have nothing left that is certain.
        #[test]
        fn are_never_worse_and_end(wrong in prop::collection::vec((0..WRONG.len(), 0..3_usize), 0..8)) {
            let mut text = LINES.join("\n") + "\n";
            for (index, place) in wrong {
                let (right, wrong) = WRONG[index];
                if let Some((at, _)) = text.match_indices(right).nth(place) {
                    text.replace_range(at..at + right.len(), wrong);
                }
            }
            let before = errors(&Policy::from_text("p.assize", &text));
            let repair = Policy::builder().file("p.assize", &text).repair();
            let new = repair.files.first().map_or(&*text, |file| &file.new);
            let after = Policy::from_text("p.assize", new);
            prop_assert!(errors(&after) <= before, "{text}\n{new}");
            prop_assert_eq!(errors(&after), errors(&repair.result));
            prop_assert_eq!(new == text, repair.applied.is_empty());
            let again = Policy::builder().file("p.assize", new).repair();
            prop_assert!(repair.withheld > 0 || again.files.is_empty(), "{new}");
            for fix in &repair.applied {
                // A fix that is alone on its line is found there as it says.
                let on_line = repair.applied.iter().filter(|other| other.position.line == fix.position.line);
                let line = text.split('\n').nth(fix.position.line - 1).unwrap();
                let rest: String = line.chars().skip(fix.position.column - 1).collect();
                let old = fix.old.lines().next().unwrap_or("");
                prop_assert!(on_line.count() > 1 || rest.starts_with(old), "{fix:?}\n{text}");
            }
        }
    }
}
