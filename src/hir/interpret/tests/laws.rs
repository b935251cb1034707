use super::build::*;
use crate::decision::{ProblemCode, Status};
use crate::hir::*;
use crate::types::*;
use crate::value::{Shape, Value};

/// The old law fines `old`, the new one `new`; both days are facts.
fn two_laws(old: Expr, new: Expr) -> (World, OutcomeId, OutcomeId) {
    let mut world = world();
    let act = world.fact(field("act", Type::Date));
    let decided = world.fact(or_unknown("decided", Type::Date));
    let ty = old.ty.clone();
    let versions = vec![
        dated(None, Some("2019-12-31"), Body::Expr(old)),
        dated(Some("2020-01-01"), None, Body::Expr(new)),
    ];
    let amount = world.named("amount", ty.clone(), vec![], versions);
    let versions = vec![
        dated(None, Some("2019-12-31"), Body::Expr(int(1))),
        dated(Some("2020-01-01"), None, Body::Expr(int(2))),
    ];
    let which = world.named("which", Type::Integer, vec![], versions);
    let fine = world.defined("fine", call(amount, ty, vec![]));
    let law = world.defined("law", call(which, Type::Integer, vec![]));
    world.policy.law_dates = vec![act, decided];
    world.policy.lenient_by = vec![fine];
    (world, fine, law)
}

const OLD: &str = "2019-01-01";
const NEW: &str = "2021-01-01";

#[test]
fn the_lower_outcome_takes_the_whole_decision() {
    for (old, new, expected) in [(5, 3, 2), (3, 5, 1), (4, 4, 1)] {
        let (world, _, law) = two_laws(int(old), int(new));
        let decision = world.decide(&[("act", day(OLD)), ("decided", day(NEW))]);
        assert_eq!(decision.decided(law), &Value::Integer(expected), "{old} {new}");
    }
}

#[test]
fn ranges_compare_by_top_then_by_bottom() {
    let range = |bottom: &str, top: &str| binary(BinaryOp::To, num(bottom), num(top));
    for (old, new, expected) in
        [(("1", "5"), ("2", "4"), 2), (("2", "4"), ("1", "4"), 2), (("1", "4"), ("2", "4"), 1)]
    {
        let (world, _, law) = two_laws(range(old.0, old.1), range(new.0, new.1));
        let decision = world.decide(&[("act", day(OLD)), ("decided", day(NEW))]);
        assert_eq!(decision.decided(law), &Value::Integer(expected), "{old:?} {new:?}");
    }
}

#[test]
fn nothing_is_lower_than_anything() {
    let nothing = constant(Type::Integer, Value::Nothing);
    let (world, _, law) = two_laws(int(-5), nothing);
    let decision = world.decide(&[("act", day(OLD)), ("decided", day(NEW))]);
    assert_eq!(decision.decided(law), &Value::Integer(2));
}

#[test]
fn what_differs_is_open_while_the_choice_is() {
    let (mut world, fine, law) = two_laws(int(5), int(3));
    let fixed = world.defined("fixed", int(7));
    let decision = world.decide(&[("act", day(OLD))]);
    assert_eq!(decision.status, Status::Undetermined);
    assert_eq!(decision.needs, ["decided"]);
    let Value::Open(open) = decision.value(fine) else { panic!("settled") };
    assert_eq!(open.shape, Shape::Interval { least: Some(Value::Integer(3)), most: Some(Value::Integer(5)) });
    assert!(!decision.value(law).is_settled());
    assert_eq!(decision.value(fixed), &Value::Integer(7));
    // The law of the act is the more lenient, whatever the day of the decision.
    assert_eq!(world.decide(&[("act", day(NEW))]).decided(law), &Value::Integer(2));
}

#[test]
fn failed_under_either_is_failed() {
    let big = num("9999999999999999999999999999");
    let overflow = binary(BinaryOp::Multiply, big.clone(), big);
    let (world, ..) = two_laws(overflow, num("1"));
    let decision = world.decide(&[("act", day(OLD)), ("decided", day(NEW))]);
    assert_eq!(decision.failures(), [(ProblemCode::Overflow, Some("amount"), None)]);
    let decision = world.decide(&[("act", day(NEW)), ("decided", day(NEW))]);
    assert_eq!(decision.status, Status::Decided);
}

#[test]
fn needed_under_either_law_is_needed() {
    let (mut world, ..) = two_laws(int(1), int(2));
    let versions = vec![
        dated(None, Some("2019-12-31"), Body::Expr(bool(true))),
        dated(Some("2020-01-01"), None, Body::Expr(bool(false))),
    ];
    let condition = world.named("condition", Type::Bool, vec![], versions);
    let asked = world.fact_needed_when(field("asked", Type::Integer), call(condition, Type::Bool, vec![]));
    let asked = world.defined("asked_given", unary(UnaryOp::Exists, asked));
    assert_eq!(world.decide(&[("act", day(OLD)), ("decided", day(NEW))]).needs, ["asked"]);
    assert_eq!(world.decide(&[("act", day(NEW)), ("decided", day(OLD))]).needs, ["asked"]);
    assert_eq!(world.decide(&[("act", day(NEW)), ("decided", day(NEW))]).decided(asked), &Value::Bool(false));
    let given = [("act", day(OLD)), ("decided", day(NEW)), ("asked", Value::Integer(1))];
    assert_eq!(world.decide(&given).decided(asked), &Value::Bool(true));
}

#[test]
fn a_missing_law_date_is_missing() {
    let (world, ..) = two_laws(int(1), int(2));
    assert_eq!(world.decide(&[]).needs, ["act"]);
}
