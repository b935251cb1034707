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
