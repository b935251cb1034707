use std::sync::Arc;

use super::{Compiled, Machine};
use crate::value::Value;
use crate::{hir, program};

/// What the benches decide stays as short as it is.
#[test]
fn the_code_of_the_benches() {
    let text = include_str!("../../benches/policies/quality.assize");
    let mut sources = crate::source::Sources::default();
    let mut sink = crate::diagnostic::Sink::default();
    let file = sources.add("quality.assize", text);
    let parsed = crate::syntax::parse(&sources, file, &crate::Limits::default(), &mut sink);
    let policy = hir::from_syntax::lower(vec![parsed], &sources, &mut sink);
    let program = program::from_hir::lower(&policy, &policy.schema).unwrap();
    let runs = program.code.chunk_by(|one, next| one.code.family() == next.code.family()).count();
    assert!(program.code.len() <= 80 && runs <= 18, "{} {runs}\n{program}", program.code.len());
}

/// Loops in loops make more values than a list has items.
#[test]
fn the_values_of_lists_are_limited() {
    let text = "policy p facts l: list of integer m: list of integer
        outcome pairs: list of integer = 10 * a + b for each a in l for each b in m";
    let policy = crate::Policy::from_text("p.assize", text).unwrap();
    let program = policy.program().unwrap().clone();
    let mut machine = Machine::new(&Arc::new(Compiled::new(program, 10_000)));
    for (count, fits) in [(2_048, true), (2_049, false), (3, true)] {
        let list = Value::List((0..count).map(Value::Integer).collect());
        assert!(machine.load(&[list.clone(), list]));
        assert_eq!(machine.run(), fits, "{count}");
    }
    assert_eq!(machine.made(0), [0, 1, 2, 10, 11, 12, 20, 21, 22]);
}
