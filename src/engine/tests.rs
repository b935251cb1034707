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
