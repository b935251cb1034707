//! Tests of the syntax layer.

mod print;

use std::collections::BTreeSet;

use super::ast;
use crate::diagnostic::{Diagnostic, Sink};
use crate::limits::Limits;
use crate::source::Sources;

fn parse_named(name: &str, text: &str) -> (Sources, ast::File, Vec<Diagnostic>) {
    parse_within(name, text, &Limits::default())
}

fn parse_within(name: &str, text: &str, limits: &Limits) -> (Sources, ast::File, Vec<Diagnostic>) {
    let mut sources = Sources::default();
    let file = sources.add(name, text);
    let mut sink = Sink::default();
    let tree = super::parse(&sources, file, limits, &mut sink);
    (sources, tree, sink.finish())
}

fn parse(text: &str) -> (Sources, ast::File, Vec<Diagnostic>) {
    parse_named("policy.assize", text)
}

fn shown(sources: &Sources, found: &[Diagnostic]) -> String {
    let mut lines = String::new();
    for one in found {
        let at = sources.position(one.span);
        lines.push_str(&format!(
            "{}:{} {} {:?}: {}\n",
            at.line,
            at.column,
            one.code.as_str(),
            sources.slice(one.span),
            one.message
        ));
        for help in &one.help {
            lines.push_str(&format!("  help: {help}\n"));
        }
        for fix in &one.fixes {
            lines.push_str(&format!(
                "  fix {:?}: {:?} -> {:?}\n",
                fix.title,
                sources.slice(fix.span),
                fix.replacement
            ));
        }
        for guess in &one.suggestions {
            let (title, place) = (&guess.title, sources.slice(guess.span));
            lines.push_str(&format!("  suggestion {title:?}: {place:?} -> {:?}\n", guess.replacement));
        }
        for (span, note) in &one.labels {
            lines.push_str(&format!("  label {:?}: {note}\n", sources.slice(*span)));
        }
    }
    lines
}

/// Text of a shared file; says so and gives nothing when the folder is not there.
fn shared(path: &str) -> Option<String> {
    for root in ["/../shared", "/shared"] {
        let full = format!("{}{root}/{path}", env!("CARGO_MANIFEST_DIR"));
        if let Ok(text) = std::fs::read_to_string(full) {
            return Some(text);
        }
    }
    eprintln!("SKIPPED: {path} is not beside this checkout");
    None
}

/// Runs the cases of one file: `=== name`, the text, a line `---`, and the diagnostics. With ASSIZE_BLESS set the
/// expectations are written anew.
fn check(path: &str) {
    let full = format!("{}/tests/cases/syntax/{path}", env!("CARGO_MANIFEST_DIR"));
    let stored = std::fs::read_to_string(&full).unwrap();
    let mut written = String::new();
    let mut wrong = String::new();
    for case in stored.split("=== ").skip(1) {
        let (name, rest) = case.split_once('\n').unwrap_or((case, ""));
        let (text, expected) = rest.split_once("---\n").unwrap_or((rest, ""));
        let file = if name.ends_with(".md") { "policy.assize.md" } else { "policy.assize" };
        let text = text.trim_end();
        let (sources, _, found) = parse_named(file, text);
        let actual = shown(&sources, &found);
        if actual.trim_end() != expected.trim_end() {
            wrong.push_str(&format!("=== {name}\n{text}\n--- expected\n{expected}\n--- actual\n{actual}\n"));
        }
        written.push_str(&format!("=== {name}\n{text}\n---\n{actual}\n"));
    }
    if std::env::var_os("ASSIZE_BLESS").is_some() {
        std::fs::write(&full, written).unwrap();
        return;
    }
    assert!(wrong.is_empty(), "{wrong}");
}

#[test]
fn misspellings_are_named_and_fixed() {
    check("misspellings.txt");
}

#[test]
fn structure_mistakes_are_named() {
    check("structure.txt");
}

#[test]
fn literate_files_keep_their_positions() {
    check("literate.txt");
}

/// What is certain is right: a fix removes its finding. What a broken text hid may be found then, but no more than one
/// thing for the one that is gone.
#[test]
fn every_fix_removes_its_finding_and_adds_none() {
    let mut tried = 0;
    for path in ["misspellings.txt", "structure.txt", "literate.txt"] {
        let full = format!("{}/tests/cases/syntax/{path}", env!("CARGO_MANIFEST_DIR"));
        for case in std::fs::read_to_string(&full).unwrap().split("=== ").skip(1) {
            let (name, rest) = case.split_once('\n').unwrap_or((case, ""));
            let text = rest.split_once("---\n").unwrap_or((rest, "")).0.trim_end();
            let file = if name.ends_with(".md") { "policy.assize.md" } else { "policy.assize" };
            let (sources, _, found) = parse_named(file, text);
            for one in found.iter().filter(|one| !one.fixes.is_empty()) {
                let fixed = crate::diagnostic::apply_fixes(std::slice::from_ref(one), &sources);
                let (new_sources, _, now) = parse_named(file, &fixed.files[0].text);
                let same = |found: &[Diagnostic]| {
                    found
                        .iter()
                        .filter(|other| other.code == one.code && other.message == one.message)
                        .count()
                };
                assert!(
                    same(&now) < same(&found) && now.len() <= found.len(),
                    "{path}: {name}\n{}\n{}",
                    fixed.files[0].text,
                    shown(&new_sources, &now)
                );
                tried += 1;
            }
        }
    }
    assert!(tried > 50, "only {tried} fixes were tried");
}

/// Cases `text => tree`, one a line; the tree in prefix form.
#[test]
fn expressions_have_the_documented_trees() {
    let full = format!("{}/tests/cases/syntax/trees.txt", env!("CARGO_MANIFEST_DIR"));
    let stored = std::fs::read_to_string(full).unwrap();
    let mut wrong = String::new();
    for line in stored.lines().filter(|line| !line.is_empty() && !line.starts_with('#')) {
        let (text, expected) = line.split_once(" ==> ").unwrap();
        let actual = tree_of(text.trim());
        if actual != expected.trim() {
            wrong.push_str(&format!("{} ==> {actual}\n", text.trim()));
        }
    }
    assert!(wrong.is_empty(), "actual trees:\n{wrong}");
}

fn tree_of(text: &str) -> String {
    let (sources, tree, found) = parse(&format!("define x: number = {text}"));
    if !found.is_empty() {
        return shown(&sources, &found);
    }
    let [ast::Item { kind: ast::ItemKind::Define(define), .. }] = tree.items.as_slice() else {
        return format!("{tree:?}");
    };
    print::expr(&define.body)
}

#[test]
fn both_paper_policies_parse_and_layout_is_free() {
    for name in ["us_cpsa_penalty", "prc_product_quality"] {
        let Some(text) = shared(&format!("design/paper/{name}.assize")) else { return };
        let (sources, tree, found) = parse(&text);
        assert_eq!(shown(&sources, &found), "", "{name}");
        assert!(tree.items.len() >= 30, "{name}: {} items", tree.items.len());
        assert_eq!(without_spans(&tree), without_spans(&parse(&on_one_line(&text)).1), "{name}");
    }
}

#[test]
fn the_policy_in_the_language_page_parses() {
    let Some(page) = shared("design/LANGUAGE.md") else { return };
    let (sources, tree, found) = parse_named("LANGUAGE.md", &page);
    assert_eq!(shown(&sources, &found), "");
    assert_eq!(tree.items.len(), 30);
    let joined: String =
        page.split("```assize\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert_eq!(without_spans(&tree), without_spans(&parse(&on_one_line(&joined)).1));
}

#[test]
fn every_form_parses_and_layout_is_free() {
    let text = include_str!("../../tests/cases/syntax/every_form.assize");
    let (sources, tree, found) = parse(text);
    assert_eq!(shown(&sources, &found), "");
    assert_eq!(without_spans(&tree), without_spans(&parse(&on_one_line(text)).1));
}

#[test]
fn the_grammar_and_the_messages_agree_on_the_reserved_words() {
    use super::grammar::{Grammar, Rule};
    use pest::Parser;
    for word in super::words::reserved() {
        assert!(Grammar::parse(Rule::name, &format!("{word} ")).is_err(), "{word}");
        let (_, _, found) = parse(&format!("define {word}: number = 1"));
        assert_eq!(codes(&found), ["name/reserved"], "{word}");
    }
}

#[test]
fn every_word_of_the_grammar_is_known_as_one() {
    let grammar = include_str!("../../grammar/assize.pest").replace("\\\"", "");
    let quoted: Vec<&str> = grammar.split('"').skip(1).step_by(2).collect();
    let is_lower = |word: &&str| word.len() > 1 && word.bytes().all(|byte| byte.is_ascii_lowercase());
    let in_grammar: BTreeSet<&str> =
        quoted.iter().filter_map(|text| text.strip_suffix(' ')).filter(is_lower).collect();
    assert!(in_grammar.into_iter().eq(super::words::WORDS.iter().copied()));
}

#[test]
fn names_are_in_nfc() {
    let (_, tree, found) = parse("define cafe\u{301}: number = re\u{301}sume\u{301}");
    assert_eq!(found, []);
    assert!(format!("{tree:?}").contains("\"caf\u{e9}\""));
    assert!(format!("{tree:?}").contains("\"r\u{e9}sum\u{e9}\""));
}

#[test]
fn spans_end_where_the_text_ends() {
    let text = "policy p \"t\"   # comment\n\nrule a\n  when b.c   # why\n  then x: 5 CNY  \n\n";
    let (sources, tree, _) = parse(text);
    let shown: Vec<&str> = tree.items.iter().map(|item| sources.slice(item.span)).collect();
    assert_eq!(shown, ["policy p \"t\"", "rule a\n  when b.c   # why\n  then x: 5 CNY"]);
}

#[test]
fn broken_items_leave_the_others_and_their_names() {
    let (_, tree, found) =
        parse("define a: number = 1 +\nenum E: b\nrule c when\noutcome d: = 4\ndefine e: bool = yes");
    assert_eq!(found.len(), 3);
    let kinds: Vec<String> = tree.items.iter().map(|item| format!("{:?}", item.kind)).collect();
    let starts: Vec<&str> = kinds.iter().map(|kind| kind.split('(').next().unwrap()).collect();
    assert_eq!(starts, ["Define", "Enum", "Outcome", "Define"]);
}

#[test]
fn item_words_that_name_a_field_are_no_place_to_resume() {
    let (_, tree, found) =
        parse("record r\n  rule \"Title\": integer\n  use as \"x\": bool\n  unit: bool\n\ndefine a");
    assert_eq!(found.len(), 1);
    let ast::ItemKind::Record(record) = &tree.items[0].kind else { panic!("{tree:?}") };
    assert_eq!(record.body.fields.len(), 3);
}

#[test]
fn an_override_for_outcomes_concerns_the_rule_before_it() {
    let (_, tree, found) =
        parse("rule a overrides x overrides y for fine, credit overrides z for each v in vs then fine: 1");
    assert_eq!(found, []);
    let ast::ItemKind::Rule(rule) = &tree.items[0].kind else { panic!("{tree:?}") };
    let overrides: Vec<(&str, Vec<&str>)> = rule
        .overrides
        .iter()
        .map(|one| (&*one.rule.text, one.outcomes.iter().map(|outcome| &*outcome.text).collect()))
        .collect();
    assert_eq!(overrides, [("x", vec![]), ("y", vec!["fine", "credit"]), ("z", vec![])]);
    assert_eq!(rule.binders.len(), 1);
}

#[test]
fn cross_tables_put_the_last_input_into_the_head() {
    let (_, tree, found) =
        parse("table t(a: b, c: d): e | a | c | 1 | 2, 3 | | x | => | 5 | 6 | | any | => | 7 | a and b |");
    assert_eq!(found, []);
    let ast::ItemKind::Table(table) = &tree.items[0].kind else { panic!("{tree:?}") };
    let across = table.across.as_ref().map(|(input, tests)| (print::expr(input), tests.len()));
    assert_eq!((table.inputs.len(), across), (1, Some(("c".to_owned(), 2))));
    let shape: Vec<(usize, usize)> =
        table.rows.iter().map(|row| (row.tests.len(), row.results.len())).collect();
    assert_eq!(shape, [(1, 2), (1, 2)]);
    assert_eq!(print::expr(&table.rows[1].results[1]), "(And a b)");
}

#[test]
fn or_nothing_belongs_to_the_whole_type() {
    let (_, tree, _) = parse("facts a: list of set of CNY or nothing b: list of (CNY or nothing)");
    let ast::ItemKind::Facts(facts) = &tree.items[0].kind else { panic!("{tree:?}") };
    let nothings: Vec<(bool, bool)> = facts
        .fields
        .iter()
        .map(|field| {
            let ast::FieldKind::Given { ty, .. } = &field.kind else { panic!("{field:?}") };
            let ast::TypeKind::List(inner) = &ty.kind else { panic!("{ty:?}") };
            (ty.nothing, inner.nothing)
        })
        .collect();
    assert_eq!(nothings, [(true, false), (false, true)]);
}

// ---- limits ----

fn codes(found: &[Diagnostic]) -> Vec<&'static str> {
    found.iter().map(|one| one.code.as_str()).collect()
}

/// On a thread with a small stack, so that a test run elsewhere would not overflow either.
fn parse_on_small_stack(text: String) -> Vec<&'static str> {
    let run = move || {
        let (_, tree, found) = parse(&text);
        drop(tree.clone());
        let _ = format!("{tree:?}");
        codes(&found)
    };
    std::thread::Builder::new().stack_size(1024 * 1024).spawn(run).unwrap().join().unwrap()
}

#[test]
fn long_and_deep_texts_end_in_a_diagnostic_and_not_in_an_overflow() {
    let deep = ["syntax/too-deep"];
    let nested = |open: &str, close: &str, times: usize| {
        format!("define x: number = {}1{}", open.repeat(times), close.repeat(times))
    };
    let chained =
        |first: &str, link: &str, times: usize| format!("define x: number = {first}{}", link.repeat(times));
    for text in [
        nested("(", ")", 10_000),
        nested("[", "]", 10_000),
        nested("f(", ")", 10_000),
        nested("{ a: ", " }", 10_000),
        nested("(not ", ")", 10_000),
        nested("(first of 1 when a, ", ")", 10_000),
        chained("a", " + a", 100_000),
        chained("a", " or a", 10_000),
        chained("a", " and a", 10_000),
        chained("a", " or else a", 10_000),
        chained("a", ".b", 100_000),
        chained("", "not ", 10_000) + "a",
        chained("", "- ", 10_000) + "a",
        chained("", "one step above ", 10_000) + "a",
        chained("the higher of a and b", " + a", 10_000),
        chained("1", " to 1", 10_000),
        format!("define x: {}bool = yes", "list of ".repeat(10_000)),
        format!("define x: {}bool{} = yes", "list of (".repeat(10_000), ")".repeat(10_000)),
        format!("table t(a: integer): number | a | => | | {}1 | 2 |", "(".repeat(10_000)),
    ] {
        let start: String = text.chars().take(60).collect();
        assert_eq!(parse_on_small_stack(text), deep, "{start}");
    }
}

#[test]
fn open_brackets_in_every_item_do_not_add_up() {
    let text = "define x: number = ((((\n".repeat(1_000);
    let found = parse_on_small_stack(text);
    assert_eq!(found.len(), 1_000);
    assert!(found.iter().all(|code| *code == "syntax/unexpected"));
    let hidden = format!("define x: number = {}", "(a.rule + ".repeat(5_000));
    assert_eq!(parse_on_small_stack(hidden), ["syntax/too-deep"]);
    let hidden = format!("define x: number = {}", "{ rule: (5 a/rule + ".repeat(5_000));
    assert_eq!(parse_on_small_stack(hidden), ["syntax/too-deep"]);
    let hidden = format!("define x: number = {}", "(a.\nrule + ".repeat(5_000));
    assert_eq!(parse_on_small_stack(hidden), ["syntax/too-deep"]);
}

/// PEG backtracking must stay linear: nothing here may take noticeably longer than a flat text.
#[test]
fn nesting_up_to_the_limit_is_cheap() {
    let times = super::guard::MAX_BRACKETS;
    for (open, close) in [
        ("(", ")"),
        ("(a + ", ")"),
        ("f(", ")"),
        ("f(a, ", ")"),
        ("[", "]"),
        ("{ a: ", " }"),
        ("(first of 1 when a, ", " when b, otherwise c)"),
        ("(first of (1) when a, ", ")"),
        ("(highest of ", " for each v in vs)"),
        ("(highest of ", " when a, otherwise 2)"),
        ("(sum of ", " for each v in vs where b)"),
        ("(first v in vs where ", " by highest a, then lowest b)"),
        ("(any v in vs where ", ")"),
        ("(every v in vs where a has ", ")"),
        ("(count v in f(", "))"),
        ("(the lower of ", " and b)"),
        ("(days after ", " to b)"),
        ("(working days after (", "))"),
        ("(a within f(", ") before b)"),
        ("(1 when ", ", otherwise 3)"),
        ("(a rounded to 1 half up when ", ")"),
        ("(a is ", ")"),
        ("(a is not ", ")"),
        ("(not (", "))"),
    ] {
        let brackets = open.matches(['(', '[', '{']).count();
        let depth = times / brackets;
        let whole = format!("define x: number = {}1{}", open.repeat(depth), close.repeat(depth));
        let unclosed = format!("define x: number = {}1", open.repeat(depth));
        let wrong = format!("define x: number = {}1 1{}", open.repeat(depth), close.repeat(depth));
        let cell =
            format!("table t(a: b): c | a | => | | {}1{} | 2 |", open.repeat(depth), close.repeat(depth));
        for text in [whole, unclosed, wrong, cell] {
            let started = std::time::Instant::now();
            let found = parse_on_small_stack(text);
            assert!(!found.contains(&"syntax/too-deep"), "{open} at the limit");
            assert!(started.elapsed().as_millis() < 1_500, "{open} takes {:?}", started.elapsed());
        }
    }
}

#[test]
fn a_host_may_set_lower_limits() {
    let limits = Limits { source_bytes: 10, ..Limits::default() };
    assert_eq!(codes(&parse_within("p", "policy p ", &limits).2), [] as [&str; 0]);
    assert_eq!(codes(&parse_within("p", "policy pqr ", &limits).2), ["syntax/too-large"]);
    for (nesting, deepest) in [(3, 3), (1_000, super::guard::MAX_BRACKETS)] {
        let limits = Limits { nesting, ..Limits::default() };
        let nested = |times: usize| format!("define x: number = {}1{}", "(".repeat(times), ")".repeat(times));
        assert_eq!(codes(&parse_within("p", &nested(deepest), &limits).2), [] as [&str; 0]);
        assert_eq!(codes(&parse_within("p", &nested(deepest + 1), &limits).2), ["syntax/too-deep"]);
    }
}

#[test]
fn large_files_are_refused() {
    assert_eq!(codes(&parse(&"#".repeat(Limits::default().source_bytes + 1)).2), ["syntax/too-large"]);
    assert_eq!(codes(&parse(&"#".repeat(1_000_000)).2), [] as [&str; 0]);
}

#[test]
fn characters_that_hide_text_are_refused() {
    for (text, count) in [
        ("policy p\0", 1),
        ("policy p \u{202E}", 1),
        ("# \u{2066}a\u{2069}", 2),
        ("policy p \"\u{200F}\"", 1),
        ("policy\u{FEFF} p", 1),
        ("policy p \u{85}", 1),
        ("\u{FEFF}policy p\t\r\n", 0),
    ] {
        let (_, _, found) = parse(text);
        assert_eq!(codes(&found), vec!["syntax/forbidden-character"; count], "{text:?}");
    }
    assert_eq!(parse(&"\0".repeat(1_000)).2.len(), 20);
}

#[test]
fn the_speed_of_a_large_policy_is_linear() {
    let policy = |rules: usize| {
        let mut text = String::from("policy p\nunit CNY, 2 decimals\n");
        for index in 0..rules {
            text.push_str(&format!(
                "rule r{index} \"Rule number {index}\"\n  cites \"art {index}\", \"art {index} bis\"\n  in force from 2018-01-01\n  \
                 overrides q{index} for fine, credit\n  for each p in products where p.kind in [a, b, c]\n  when (p.value >= \
                 {index} CNY and not p.exempt)\n       or (any v in history where v.severity >= general)\n  then response: \
                 rectify\n       fine: 15% * p.value + multiplier(severity, repeats), at least 5_000 CNY\n       follow_up: \
                 testing due inspected_on + 20 days\n"
            ));
        }
        text
    };
    let text = policy(2_000);
    let started = std::time::Instant::now();
    let (_, tree, found) = parse(&text);
    let took = started.elapsed();
    assert_eq!((tree.items.len(), found.len()), (2_002, 0));
    println!("{} lines, {} bytes: {took:?}", text.lines().count(), text.len());
    assert!(took.as_secs() < 20, "{took:?}");
    let broken = text.replace("  then response", "  than response");
    let started = std::time::Instant::now();
    let (_, _, found) = parse(&broken);
    println!("all rules broken: {:?}", started.elapsed());
    assert_eq!(found.len(), 2_000);
}

// ---- any text ----

mod soup {
    use proptest::prelude::*;

    const WORDS: &[&str] = &[
        "and",
        "or",
        "not",
        "is",
        "in",
        "to",
        "times",
        "at",
        "where",
        "when",
        "then",
        "otherwise",
        "for",
        "each",
        "has",
        "by",
        "exists",
        "within",
        "before",
        "after",
        "from",
        "until",
        "given",
        "expect",
        "yes",
        "no",
        "unknown",
        "nothing",
        "policy",
        "use",
        "unit",
        "enum",
        "scale",
        "record",
        "facts",
        "calendar",
        "parameter",
        "table",
        "define",
        "outcome",
        "rule",
        "always",
        "never",
        "monotone",
        "independent",
        "example",
        "falls",
        "rises",
        "as",
        "of",
        "first",
        "sum",
        "highest",
        "any",
        "count",
        "every",
        "set",
        "list",
        "rounded",
        "half",
        "up",
        "cites",
        "force",
        "overrides",
        "dated",
        "the",
        "more",
        "lenient",
        "higher",
        "one",
        "step",
        "above",
        "must",
        "hold",
        "default",
        "needed",
        "waived",
        "reduced",
        "without",
        "due",
        "least",
        "most",
        "working",
        "days",
        "assize",
        "if",
        "else",
        "grade",
        "Rule",
        "a",
        "b",
        "CNY",
        "金额",
        "\"t\"",
        "\"",
        "1",
        "5%",
        "1_000",
        "1_0000",
        "2018-01-01",
        "2018-02-30",
        "2018-1-1",
        "12,000",
        "+",
        "-",
        "*",
        "/",
        "=",
        "==",
        "=>",
        "<",
        ">=",
        "<>",
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        "|",
        "||",
        "|\n",
        ",",
        ".",
        ":",
        ";",
        "!",
        "&&",
        "'",
        "“",
        "”",
        "，",
        "１",
        "#",
        "//",
        "/*",
        "\n",
        "\n  ",
        "\r\n",
        "\t",
        "\u{3000}",
        "\u{200B}",
        "é",
        "$",
        "%",
        "```assize",
        "```",
    ];

    fn words() -> impl Strategy<Value = String> {
        let glue = prop_oneof![4 => Just(" "), 2 => Just("\n"), 1 => Just("")];
        prop::collection::vec((prop::sample::select(WORDS), glue), 0..60)
            .prop_map(|parts| parts.into_iter().map(|(word, glue)| format!("{word}{glue}")).collect())
    }

    /// A correct policy with one stretch removed, doubled or replaced.
    fn damaged() -> impl Strategy<Value = String> {
        let text = include_str!("../../tests/cases/syntax/every_form.assize");
        (0..text.len(), 0..40_usize, words(), 0..3_u8).prop_map(move |(start, length, words, how)| {
            let near = |mut at: usize| {
                while !text.is_char_boundary(at) {
                    at -= 1;
                }
                at
            };
            let (start, end) = (near(start), near((start + length).min(text.len())));
            let (start, end) = (start.min(end), end);
            let middle = match how {
                0 => String::new(),
                1 => text.get(start..end).unwrap().repeat(2),
                _ => words,
            };
            format!("{}{middle}{}", text.split_at(start).0, text.split_at(end).1)
        })
    }

    fn check(text: &str) -> Result<(), TestCaseError> {
        for name in ["p.assize", "p.assize.md"] {
            let (_, tree, found) = super::parse_named(name, text);
            for one in &found {
                let spans = one.labels.iter().map(|(span, _)| *span).chain([one.span]);
                for span in spans {
                    prop_assert!(text.get(span.start as usize..span.end as usize).is_some(), "{:?}", one);
                }
                prop_assert!(!one.message.contains('\n'), "{:?}", one);
            }
            for item in &tree.items {
                prop_assert!(text.get(item.span.start as usize..item.span.end as usize).is_some());
            }
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
            check(&String::from_utf8_lossy(&bytes))?;
        }

        #[test]
        fn characters_never_panic(text in ".{0,200}") {
            check(&text)?;
        }

        #[test]
        fn words_never_panic(text in words()) {
            check(&text)?;
        }

        #[test]
        fn damaged_policies_never_panic(text in damaged()) {
            check(&text)?;
        }
    }
}

fn on_one_line(text: &str) -> String {
    super::scan::tokens(text)
        .iter()
        .fold((String::new(), 0), |(line, end), token| {
            // Only space that was there is written: `mg/kg` is one word.
            let gap = if token.start > end && end > 0 { " " } else { "" };
            (line + gap + token.text, token.end())
        })
        .0
}

fn without_spans(tree: &ast::File) -> String {
    let shown = format!("{:?}", tree.items.iter().map(|item| &item.kind).collect::<Vec<_>>());
    let mut parts = shown.split("Span {");
    let first = parts.next().unwrap().to_owned();
    parts.fold(first, |kept, part| kept + part.split_once('}').unwrap().1)
}
