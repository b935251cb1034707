//! Every compiled program is sound; one that is changed is refused, or runs to its end.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::Arc;

use crate::batch::{Decided, Runner};
use crate::eval::{Compiled, Machine};
use crate::facts::json;
use crate::program::saved::Saved;
use crate::program::{Absent, Code, Input, Loop, Program, Reg};
use crate::types::Schema;
use crate::value::Value;
use crate::{Limits, Policy};

const QUALITY: &str = include_str!("../../../benches/policies/quality.assize");

const CASE: &str = r#"{"act":"counterfeit","stage":"market","declared_standard":false,"keeps_declared":false,"defect_rate":"0.125","goods_value":"123456.78","units_sold":5000,"injured":2,"deaths":0,"prior_violations":3,"cooperates":true,"rectified":false}"#;

/// Rules in groups with every kind of key and sum, an override, a lookup, a date.
fn catalogue() -> String {
    let mut text = String::from(
        "policy c enum Kind: a, b, c, d facts kind: Kind risky: bool rate: integer, 0 to 99 again: integer or unknown
         found: date kinds: set of Kind
         outcome sum: integer, sum outcome most: integer, highest, default 0 outcome bad: bool, any
         outcome due: date or nothing, earliest outcome bans: set of Kind
         table weight(k: Kind): integer
           | k | => |
           | a | 3 |
           | b | 5 |
           | c, d | 8 |
         rule alone overrides other when risky then sum: weight(kind), due: found + 3 months
         rule other when again > 3 and (risky or kind in kinds) then sum: 2 * again",
    );
    for rule in 0..24 {
        text += &format!(
            " rule r{rule} when kind is {} and rate >= {} and rate < {} then sum: {rule}, most: {rule}, bad: yes, bans: [a, c]",
            ["a", "b", "c", "d"][rule % 4],
            rule * 3 % 60,
            rule * 3 % 60 + 30
        );
    }
    text
}

const GROUP_CASE: &str =
    r#"{"kind":"b","risky":true,"rate":40,"again":5,"found":"2024-01-31","kinds":["a","b"]}"#;

fn policy(text: &str) -> Policy {
    Policy::from_text("p.assize", text).unwrap_or_else(|error| panic!("{}", error.render()))
}

/// Records in records, lists in items, loops in loops, rules over items, outcomes that are lists.
const LISTS: &str = "policy l
enum Kind: a, b, c
record Part
  weight: integer, 0 to 99
  sound: bool or unknown
record Piece
  kind: Kind
  like: set of Kind, default []
  parts: list of Part, default []
  value: integer or nothing
  made: date, default 2020-01-01
record Firm
  size: integer, 0 to 999
  known: bool, default no
facts
  pieces: list of Piece
  firm: Firm
  marks: list of integer
  limit: integer, 0 to 9, default 3
outcome weight: integer = sum of q.weight for each p in pieces for each q in p.parts where q.weight > limit
outcome kinds: list of Kind = p.kind for each p in pieces where p.made > 2021-01-01
outcome worst: integer or nothing, highest
outcome seen: set of Kind
outcome bad: bool, any
rule of_piece
  for each p in pieces
  when (any q in p.parts where q.weight > limit) or p.kind is a
  then worst: p.value or else 0
       seen: p.like
rule of_part
  for each p in pieces for each q in p.parts
  when q.weight > 3
  then bad: yes
rule small
  when firm.size < 10 and not firm.known and (any m in marks where m > 5)
  then bad: yes";

const LISTS_CASE: &str = r#"{"pieces":[{"kind":"b","like":["a","c"],"parts":[{"weight":5,"sound":true},{"weight":1,"sound":false}],"value":7},{"kind":"a","parts":[],"made":"2024-02-29"}],"firm":{"size":3},"marks":[1,9]}"#;

/// Runs it on a case and over two rows without facts.
fn run(program: &Program, schema: &Arc<Schema>, facts: &[Value]) {
    let mut machine = Machine::new(&Arc::new(Compiled::new(program.clone(), 1_000)));
    if machine.load(facts) && machine.run() {
        let decision = machine.decision(schema);
        assert!(decision.is_none_or(|decision| decision.to_json(0).starts_with(r#"{"case":0,"#)));
    }
    if !program.is_flat() {
        return;
    }
    let mut decided = Decided::default();
    decided.prepare(program, 2);
    for mut share in decided.shares(256) {
        let left = Runner::new(program).run(&[], &mut share);
        assert!(left.len() <= 2);
    }
}

#[test]
fn any_byte_may_be_another() {
    for (text, case) in [(QUALITY, CASE), (&*catalogue(), GROUP_CASE), (LISTS, LISTS_CASE)] {
        let policy = policy(text);
        let (schema, program) = (&policy.checked.schema, policy.program().unwrap());
        assert_eq!(again(program, schema), Ok(program.clone()));
        let facts = json::bind(schema, case, &Limits::default());
        assert!(facts.problems.is_empty() && policy.decide_json(case).is_decided());
        let bytes = postcard::to_allocvec(&Saved::new(program)).unwrap();
        let (mut unread, mut refused, mut taken) = (0, 0, 0);
        for at in 0..bytes.len() {
            let byte = bytes[at];
            for other in [0, 1, byte ^ 1, byte.wrapping_add(2), byte.wrapping_sub(1), byte ^ 0x80, 0x7f, 0xff]
            {
                let mut bytes = bytes.clone();
                bytes[at] = other;
                let Ok(saved) = postcard::from_bytes::<Saved<Program, Input>>(&bytes) else {
                    unread += 1;
                    continue;
                };
                match saved.sound(schema) {
                    Err(_) => refused += 1,
                    Ok(program) => {
                        taken += 1;
                        run(&program, schema, &facts.values);
                    }
                }
            }
        }
        // Constants and limits may be any; else nearly all that can be read is refused.
        assert!(
            unread > 100 && refused > 500 && taken > 500,
            "{unread} unread, {refused} refused, {taken} taken"
        );
    }
}

/// A changed program, and why it is refused.
fn refused(change: impl Fn(&mut Program)) -> &'static str {
    refused_of(&catalogue(), change)
}

fn refused_of(text: &str, change: impl Fn(&mut Program)) -> &'static str {
    let policy = policy(text);
    let mut program = policy.program().unwrap().clone();
    change(&mut program);
    again(&program, &policy.checked.schema).unwrap_err()
}

/// The program written and read.
fn again(program: &Program, schema: &Schema) -> Result<Program, &'static str> {
    let bytes = postcard::to_allocvec(&Saved::new(program)).unwrap();
    postcard::from_bytes::<Saved<Program, Input>>(&bytes).unwrap().sound(schema)
}

#[test]
fn what_is_wrong_is_told() {
    assert_eq!(refused(|program| program.parts = u32::MAX), "there are other parts");
    assert_eq!(refused(|program| program.outputs.truncate(1)), "there are other outcomes");
    assert_eq!(refused(|program| program.inputs.truncate(1)), "there are other facts");
    assert_eq!(refused(|program| program.rules.swap(0, 1)), "rules are out of order");
    assert_eq!(refused(|program| program.fires[1].rule = 99), "a rule has no name");
    assert_eq!(refused(|program| program.groups[0].cells[1] = 9_999), "cells are out of order");
    assert_eq!(refused(|program| program.groups[0].measures[0].sum = 9), "a measure is for no outcome");
    assert_eq!(refused(|program| program.constants = vec![0; 70_000]), "there are too many registers");
    let at = |program: &Program, code| program.code.iter().position(|one| one.code == code).unwrap();
    let later = |program: &mut Program| {
        let at = at(program, Code::And);
        program.code[at].a = Reg(u16::try_from(program.registers()).unwrap() - 1);
    };
    assert_eq!(refused(later), "a register is read before it is written");
    let twice = |program: &mut Program| {
        let group = program.code[at(program, Code::Group)];
        program.code.push(group);
    };
    assert_eq!(refused(twice), "a group is run twice");
    let table = |program: &mut Program| {
        let at = at(program, Code::Lookup);
        program.code[at].b = Reg(7);
    };
    assert_eq!(refused(table), "there is no such table");
}

#[test]
fn what_is_wrong_with_loops_is_told() {
    fn refused(change: impl Fn(&mut Program)) -> &'static str {
        refused_of(LISTS, change)
    }
    fn first(program: &Program, code: Code) -> usize {
        program.code.iter().position(|one| one.code == code).unwrap()
    }
    assert_eq!(refused(|program| program.inputs[0].absent = Absent::Derived), "there are other facts");
    assert_eq!(refused(|program| program.inputs.swap(0, 1)), "there are other facts");
    assert_eq!(refused(|program| program.first_constant += 1), "registers of facts are missing");
    // The first loop that is run, around another one.
    fn outer(program: &mut Program) -> &mut Loop {
        let number = program.code[first(program, Code::Each)].a;
        &mut program.loops[usize::from(number.0)]
    }
    assert_eq!(refused(|program| outer(program).list = 9), "there is no such list");
    assert_eq!(refused(|program| outer(program).list = 2), "a loop runs over the items of another list");
    assert_eq!(refused(|program| outer(program).within = Some(1)), "an item is read outside of its loop");
    assert_eq!(refused(|program| outer(program).length = 9_999), "a loop goes on behind the end");
    assert_eq!(refused(|program| outer(program).length = 0), "a register gathers outside of its loop");
    assert_eq!(refused(|program| program.made = 0), "there is no such list");
    assert_eq!(refused(|program| program.item_fires[0].list = 7), "a rule fires for the items of no list");
    assert_eq!(refused(|program| program.item_fires[0].path[0].0 = 1), "the path of items leads elsewhere");
    assert_eq!(refused(|program| program.item_fires[0].rule = 2), "a rule fires in two ways");
    let overlap = |program: &mut Program| {
        let one = outer(program);
        one.length -= 1;
        one.starts.clear();
    };
    assert_eq!(refused(overlap), "a register is read before it is written");
    let twice = |program: &mut Program| {
        let at = first(program, Code::Each);
        program.code[at + 1].a = program.code[at].a;
    };
    assert_eq!(refused(twice), "a loop is run twice");
    let begins_late = |program: &mut Program| {
        let last = u16::try_from(program.registers()).unwrap() - 1;
        outer(program).starts[0].1 = Reg(last);
    };
    assert_eq!(refused(begins_late), "a register is read before it is written");
    let slot = |program: &mut Program| {
        let at = first(program, Code::Item);
        program.code[at].b = Reg(1_000);
    };
    assert_eq!(refused(slot), "there is no such slot");
    // What is made in a loop for one item is nothing behind it.
    let behind = |program: &mut Program| {
        let first_result = program.first_result();
        let at = first(program, Code::Item);
        program.abstains = Reg(u16::try_from(first_result + at).unwrap());
    };
    assert_eq!(refused(behind), "what abstains is no bit");
}

/// A register may gather bits in a loop, and then is one only if it begins as one.
#[test]
fn what_gathers_is_a_bit_from_the_start() {
    let of = |constant: i64| {
        refused_of(LISTS, |program| {
            program.constants.push(constant);
            let constant = program.first_result() - 1;
            // All results stand one place behind.
            let moved = |register: &mut Reg| {
                if usize::from(register.0) >= constant {
                    register.0 += 1;
                }
            };
            let code = program.code.iter_mut().filter(|one| !matches!(one.code, Code::Each | Code::At));
            code.for_each(|one| {
                let numbered = matches!(one.code, Code::Item);
                if !numbered {
                    moved(&mut one.a);
                    moved(&mut one.b);
                    if one.code != Code::Push {
                        moved(&mut one.c);
                    }
                }
            });
            for one in &mut program.loops {
                one.starts.iter_mut().for_each(|(register, start)| {
                    moved(register);
                    moved(start);
                });
            }
            let or = program.code.iter().zip(program.first_result()..).position(|(one, at)| {
                one.code == Code::Or && usize::from(one.b.0) == at || usize::from(one.a.0) == at
            });
            let gathers = Reg(u16::try_from(program.first_result() + or.unwrap()).unwrap());
            let starts = program.loops.iter_mut().flat_map(|one| &mut one.starts);
            for (register, start) in starts {
                if *register == gathers {
                    *start = Reg(u16::try_from(constant).unwrap());
                }
            }
            program.abstains = Reg(0);
        })
    };
    assert_eq!(of(5), "a number is read as a bit");
    // Then all is well but for what was changed behind it.
    assert_eq!(of(1), "what abstains is no bit");
}
