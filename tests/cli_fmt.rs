//! `assize fmt` as it is called.
#![cfg(feature = "cli")]

mod folder;

use std::fs;

use folder::Folder;

const LOOSE: &str = "policy p\nfacts   a:bool\n\n\noutcome x:bool=a # so\n";
const LAID_OUT: &str = "policy p\nfacts\n  a: bool\n\noutcome x: bool = a  # so\n";

#[test]
fn files_are_laid_out_in_place() {
    let folder = Folder::new("fmt_place");
    folder.file("p.assize", LOOSE).file("q.assize", LAID_OUT);
    let before = fs::metadata(folder.0.join("q.assize")).and_then(|found| found.modified());
    let ran = folder.run(&["fmt", "p.assize", "q.assize"]);
    assert_eq!((ran.code, &*ran.out, &*ran.err), (0, "", ""));
    assert_eq!(folder.read("p.assize"), LAID_OUT);
    let after = fs::metadata(folder.0.join("q.assize")).and_then(|found| found.modified());
    assert_eq!(before.ok(), after.ok(), "what needs no change is not written");
    assert_eq!(fs::read_dir(&folder.0).map(Iterator::count).ok(), Some(2), "nothing is left beside them");
}

#[test]
fn check_and_diff_write_nothing() {
    let folder = Folder::new("fmt_check");
    folder.file("p.assize", LOOSE).file("q.assize", LAID_OUT);
    let ran = folder.run(&["fmt", "--check", "p.assize", "q.assize"]);
    assert_eq!((ran.code, &*ran.out, &*ran.err), (1, "", "p.assize: not formatted\n"));
    let ran = folder.run(&["fmt", "--diff", "p.assize", "q.assize"]);
    assert_eq!(ran.code, 0);
    assert!(ran.out.starts_with("--- p.assize\n+++ p.assize, formatted\n"), "{}", ran.out);
    assert!(ran.out.contains("\n-facts   a:bool\n") && ran.out.contains("\n+  a: bool\n"), "{}", ran.out);
    assert_eq!(folder.read("p.assize"), LOOSE);
    assert_eq!(folder.run(&["fmt", "--check", "q.assize"]).code, 0);
}

#[test]
fn standard_input_goes_to_standard_output() {
    let folder = Folder::new("fmt_stdin");
    let ran = folder.run_with_input(&["fmt", "-"], LOOSE);
    assert_eq!((ran.code, &*ran.out), (0, LAID_OUT));
    let page = format!("Prose  stays.\n\n```assize\n{LOOSE}```\n");
    let ran = folder.run_with_input(&["fmt", "-", "--stdin-name", "law.md"], &page);
    assert_eq!((ran.code, ran.out), (0, format!("Prose  stays.\n\n```assize\n{LAID_OUT}```\n")));
}

#[test]
fn what_cannot_be_read_is_left_alone() {
    let folder = Folder::new("fmt_broken");
    let broken = "policy p\noutcome  x bool = yes\n";
    let ran = folder.file("p.assize", broken).run(&["fmt", "p.assize"]);
    assert_eq!(ran.code, 1);
    assert!(ran.err.contains("error[syntax/unexpected]"), "{}", ran.err);
    assert!(ran.err.ends_with("p.assize: 1 error, so it is left as it is\n"), "{}", ran.err);
    assert_eq!(folder.read("p.assize"), broken);
    assert_eq!(folder.run(&["fmt", "gone.assize"]).code, 2);
}
