//! Every compiled program is sound; one that is changed is refused, or runs to its end.
#![allow(clippy::panic, clippy::unwrap_used, reason = "a test fails by panicking")]
#![allow(clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::sync::Arc;

use crate::batch::{Decided, Runner};
use crate::eval::{Compiled, Machine};
use crate::facts::json;
use crate::program::Program;
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

/// Runs it on a case and over two rows without facts.
fn run(program: &Program, schema: &Arc<Schema>, facts: &[Value]) {
    let mut machine = Machine::new(&Arc::new(Compiled::new(program.clone(), u64::MAX)));
    if machine.load(facts) && machine.run() {
        let decision = machine.decision(schema);
        assert!(decision.is_none_or(|decision| decision.to_json(0).starts_with(r#"{"case":0,"#)));
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
    for (text, case) in [(QUALITY, CASE), (&*catalogue(), GROUP_CASE)] {
        let policy = policy(text);
        let (schema, program) = (&policy.checked.schema, policy.program().unwrap());
        assert_eq!(program.verify(schema), Ok(()));
        let facts = json::bind(schema, case, &Limits::default());
        assert!(facts.problems.is_empty() && policy.decide_json(case).is_decided());
        let bytes = postcard::to_allocvec(program).unwrap();
        let (mut unread, mut refused, mut taken) = (0, 0, 0);
        for at in 0..bytes.len() {
            let byte = bytes[at];
            for other in [0, 1, byte ^ 1, byte.wrapping_add(2), byte.wrapping_sub(1), byte ^ 0x80, 0x7f, 0xff]
            {
                let mut bytes = bytes.clone();
                bytes[at] = other;
                match postcard::from_bytes::<Program>(&bytes) {
                    Err(_) => unread += 1,
                    Ok(program) if program.verify(schema).is_err() => refused += 1,
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
    let policy = policy(&catalogue());
    let mut program = policy.program().unwrap().clone();
    change(&mut program);
    program.verify(&policy.checked.schema).unwrap_err()
}

#[test]
fn what_is_wrong_is_told() {
    use crate::program::{Code, Reg};

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
    assert_eq!(refused(later), "a number is read as a bit");
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
