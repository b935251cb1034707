use crate::hir::Policy; use crate::diagnostic::Sink;
pub(super) fn check(policy: &Policy, sink: &mut Sink) {}
