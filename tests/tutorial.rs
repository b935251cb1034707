//! The tutorial is followed word by word in an empty folder: files are saved as it says, commands are run as it says, and
//! they answer as it says. A line `..` stands for lines that the page leaves out.
#![cfg(feature = "cli")]
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]

mod folder;

use folder::Folder;

#[test]
fn the_tutorial_does_what_it_says() {
    let page = include_str!("../src/guide/tutorial.md");
    let folder = Folder::new("tutorial");
    let (mut commands, mut replaced) = (0, String::new());
    for block in page.split("```").skip(1).step_by(2) {
        let (info, text) = block.split_once('\n').unwrap();
        if info == "console" {
            commands += run(&folder, text);
        }
        let Some((action, file)) = info.split_whitespace().last().and_then(|last| last.split_once(':'))
        else {
            continue;
        };
        match action {
            "file" => drop(folder.file(file, text)),
            "append" => drop(folder.file(file, folder.read(file) + text)),
            "replace" => replaced = text.to_owned(),
            "by" => {
                let before = folder.read(file);
                assert_eq!(before.matches(&replaced).count(), 1, "{replaced}");
                folder.file(file, before.replace(&replaced, text));
            }
            _ => panic!("what is {info}?"),
        }
    }
    assert!(commands >= 10, "{commands} commands");
}

/// Runs the commands of a block; gives how many there were.
fn run(folder: &Folder, block: &str) -> usize {
    let commands: Vec<&str> = block.split("$ ").skip(1).collect();
    for command in &commands {
        let (line, told) = command.split_once('\n').unwrap();
        let (line, out) = match line.split_once(" > ") {
            Some((line, out)) => (line, Some(out)),
            None => (line, None),
        };
        let arguments: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(arguments.first(), Some(&"assize"), "{line}");
        let ran = folder.run(arguments.get(1..).unwrap());
        assert!(ran.code <= 1, "{line}: {ran:?}");
        let seen = match out {
            Some(out) => {
                folder.file(out, &ran.out);
                ran.err
            }
            None => ran.out + &ran.err,
        };
        assert!(
            agree(&told.lines().collect::<Vec<_>>(), &seen.lines().collect::<Vec<_>>()),
            "$ {line}\n{seen}\n--- the page:\n{told}"
        );
    }
    commands.len()
}

fn agree(told: &[&str], seen: &[&str]) -> bool {
    match (told, seen) {
        ([], []) => true,
        ([".."], _) => true,
        (["..", next @ ..], _) => {
            (0..=seen.len()).any(|skipped| agree(next, seen.get(skipped..).unwrap_or_default()))
        }
        ([told, next @ ..], [seen, rest @ ..]) => told == seen && agree(next, rest),
        ([], [..]) | ([..], []) => false,
    }
}
