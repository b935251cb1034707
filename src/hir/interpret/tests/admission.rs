use std::sync::Arc;

use super::build::*;
use crate::decision::{Problem, ProblemCode, Status};
use crate::hir::*;
use crate::types::*;
use crate::value::Value;

#[test]
fn all_needed_facts_that_are_absent_are_reported_sorted() {
    let mut world = world();
    world.fact(field("b", Type::Bool));
    world.fact(field("a", Type::Integer));
    world.fact(or_nothing("c", Type::Integer));
    world.fact(Field { presence: Presence::Default(Value::Integer(1)), ..field("d", Type::Integer) });
    world.fact(or_unknown("e", Type::Integer));
    let decision = world.decide(&[]);
    assert_eq!(decision.status, Status::Undetermined);
    assert_eq!(decision.needs, ["a", "b"]);
    assert!(decision.outcomes.is_empty());
}

#[test]
fn absent_facts_default_or_are_nothing() {
    let mut world = world();
    let nothing = world.fact(or_nothing("c", Type::Integer));
    let default =
        world.fact(Field { presence: Presence::Default(Value::Integer(7)), ..field("d", Type::Integer) });
    let nothing = world.defined("nothing", unary(UnaryOp::Exists, nothing));
    let default = world.defined("default", default);
    let decision = world.decide(&[]);
    assert_eq!(decision.decided(nothing), &Value::Bool(false));
    assert_eq!(decision.decided(default), &Value::Integer(7));
    let decision = world.decide(&[("c", Value::Integer(1)), ("d", Value::Integer(2))]);
    assert_eq!(decision.decided(nothing), &Value::Bool(true));
    assert_eq!(decision.decided(default), &Value::Integer(2));
}

#[test]
fn an_absent_list_is_reported_itself_and_a_present_one_inside() {
    let mut world = world();
    let violation = world.record("Violation", vec![field("date", Type::Date)]);
    let series = world.record("Series", vec![field("violations", list_of(Type::Record(violation)))]);
    world.fact(field("series", list_of(Type::Record(series))));
    assert_eq!(world.decide(&[]).needs, ["series"]);
    let first = record([list([record([day("2020-01-01")]), record([Value::Absent])])]);
    let second = record([Value::Absent]);
    let decision = world.decide(&[("series", list([first, second]))]);
    assert_eq!(decision.needs, ["series[0].violations[1].date", "series[1].violations"]);
}

#[test]
fn a_derived_field_takes_the_first_source_and_reports_its_own_path() {
    let mut world = world();
    let price = Field { presence: Presence::FirstOf(vec![0, 1]), ..field("price", Type::Integer) };
    let product = world.record(
        "Product",
        vec![or_nothing("tagged", Type::Integer), or_nothing("market", Type::Integer), price],
    );
    let products = world.fact(field("products", list_of(Type::Record(product))));
    let body = get(local(0, Type::Record(product)), 2, Type::Integer);
    let prices = aggregate(Aggregate::List, list_of(Type::Integer), vec![each(0, "p", products)], body);
    let prices = world.defined("prices", prices);
    let item = |tagged, market| record([tagged, market, Value::Absent]);
    let given = list([item(Value::Integer(1), Value::Integer(2)), item(Value::Absent, Value::Integer(3))]);
    let decision = world.decide(&[("products", given)]);
    assert_eq!(decision.decided(prices), &list([Value::Integer(1), Value::Integer(3)]));
    let decision = world.decide(&[("products", list([item(Value::Absent, Value::Absent)]))]);
    assert_eq!(decision.needs, ["products[0].price"]);
}

/// `knew` is needed when `operator`.
fn knew() -> (World, OutcomeId) {
    let mut world = world();
    let operator = world.fact(or_unknown("operator", Type::Bool));
    let knew = world.fact_needed_when(field("knew", Type::Bool), operator.clone());
    let punishable = binary(BinaryOp::And, knew, operator);
    let punishable = world.defined("punishable", punishable);
    (world, punishable)
}

#[test]
fn needed_when_certainly_yes_is_needed() {
    let (world, punishable) = knew();
    assert_eq!(world.decide(&[("operator", Value::Bool(true))]).needs, ["knew"]);
    let decision = world.decide(&[("operator", Value::Bool(true)), ("knew", Value::Bool(true))]);
    assert_eq!(decision.decided(punishable), &Value::Bool(true));
}

#[test]
fn needed_when_certainly_no_is_nothing_even_if_given() {
    let (mut world, punishable) = knew();
    let exists = world.defined("exists", unary(UnaryOp::Exists, expr(Type::Bool, ExprKind::Fact(1))));
    for knew in [Value::Absent, Value::Bool(true)] {
        let decision = world.decide(&[("operator", Value::Bool(false)), ("knew", knew)]);
        assert_eq!(decision.decided(punishable), &Value::Bool(false));
        assert_eq!(decision.decided(exists), &Value::Bool(false));
    }
}

#[test]
fn needed_when_open_is_not_missing() {
    let (world, punishable) = knew();
    let decision = world.decide(&[]);
    assert_eq!(decision.status, Status::Undetermined);
    assert!(!decision.value(punishable).is_settled());
    assert_eq!(decision.needs, ["knew", "operator"]);
    let decision = world.decide(&[("knew", Value::Bool(false))]);
    assert_eq!(decision.decided(punishable), &Value::Bool(false));
    let decision = world.decide(&[("knew", Value::Bool(true))]);
    assert_eq!(decision.needs, ["operator"]);
}

#[test]
fn absent_facts_count_as_unknown_in_conditions_of_need() {
    let mut world = world();
    let a = world.fact(field("a", Type::Bool));
    let b = world.fact(field("b", Type::Bool));
    world.fact_needed_when(field("c", Type::Integer), binary(BinaryOp::Or, a, b));
    assert_eq!(world.decide(&[]).needs, ["a", "b"]);
    assert_eq!(world.decide(&[("b", Value::Bool(true))]).needs, ["a", "c"]);
}

#[test]
fn chains_of_conditions_of_need_do_not_depend_on_order() {
    // a -> b -> c -> d, declared backwards: each is needed when the one before it is yes.
    let fact = |place| expr(Type::Bool, ExprKind::Fact(place));
    let given = |place: usize| binary(BinaryOp::And, unary(UnaryOp::Exists, fact(place)), fact(place));
    let mut backwards = world();
    backwards.fact_needed_when(field("d", Type::Bool), given(1));
    backwards.fact_needed_when(field("c", Type::Bool), given(2));
    backwards.fact_needed_when(field("b", Type::Bool), given(3));
    backwards.fact(field("a", Type::Bool));
    let mut forwards = world();
    forwards.fact(field("a", Type::Bool));
    forwards.fact_needed_when(field("b", Type::Bool), given(0));
    forwards.fact_needed_when(field("c", Type::Bool), given(1));
    forwards.fact_needed_when(field("d", Type::Bool), given(2));
    for world in [&backwards, &forwards] {
        let yes = Value::Bool(true);
        assert_eq!(world.decide(&[]).needs, ["a"]);
        assert_eq!(world.decide(&[("a", yes.clone())]).needs, ["b"]);
        assert_eq!(world.decide(&[("a", yes.clone()), ("b", yes.clone()), ("c", yes.clone())]).needs, ["d"]);
        // `b` is not needed, so what it says does not count, and `c` is not needed either.
        let decision = world.decide(&[("a", Value::Bool(false)), ("b", yes.clone())]);
        assert_eq!(decision.status, Status::Decided);
    }
}

#[test]
fn a_record_field_is_needed_by_its_own_record() {
    let mut world = world();
    let item = world.record("Item", vec![field("tested", Type::Bool), field("result", Type::Integer)]);
    world.policy.schema.records[0].fields[1].presence = Presence::NeededWhen("a condition".into());
    world.policy.records[0].needed_when[1] = Some(get(local(0, Type::Record(item)), 0, Type::Bool));
    world.fact(field("items", list_of(Type::Record(item))));
    let given = |tested| record([Value::Bool(tested), Value::Absent]);
    let decision = world.decide(&[("items", list([given(false), given(true)]))]);
    assert_eq!(decision.needs, ["items[1].result"]);
}

#[test]
fn a_broken_constraint_refuses_with_paths_and_lists_what_is_missing() {
    let mut world = world();
    let failed = world.fact(field("failed", Type::Integer));
    let tested = world.fact(field("tested", Type::Integer));
    world.fact(field("other", Type::Bool));
    let condition = binary(BinaryOp::LessOrEqual, failed, tested);
    world.policy.facts.must_hold.push(MustHold { text: "enough".into(), condition, fields: vec![0, 1] });
    let decision = world.decide(&[("failed", Value::Integer(3)), ("tested", Value::Integer(2))]);
    assert_eq!(decision.status, Status::Refused);
    assert_eq!(decision.failures(), [(ProblemCode::MustHold, None, Some("failed"))]);
    assert_eq!(decision.problems[0].message, "`enough` does not hold, together with `tested`");
    assert_eq!(decision.needs, ["other"]);
    // An unknown does not break it.
    let decision = world.decide(&[("failed", Value::Integer(3)), ("other", Value::Bool(true))]);
    assert_eq!((decision.status, decision.needs), (Status::Undetermined, vec!["tested".to_owned()]));
}

#[test]
fn a_broken_constraint_of_an_item_has_its_path() {
    let mut world = world();
    let item = world.record("Item", vec![field("from", Type::Integer), field("to", Type::Integer)]);
    let own = |place| get(local(0, Type::Record(item)), place, Type::Integer);
    let condition = binary(BinaryOp::LessOrEqual, own(0), own(1));
    world.policy.records[0].must_hold.push(MustHold { text: "order".into(), condition, fields: vec![0, 1] });
    world.fact(field("items", list_of(Type::Record(item))));
    let given = |from, to| record([Value::Integer(from), Value::Integer(to)]);
    let decision = world.decide(&[("items", list([given(1, 2), given(2, 1)]))]);
    assert_eq!(decision.failures(), [(ProblemCode::MustHold, None, Some("items[1].from"))]);
}

#[test]
fn malformed_wins_and_what_was_given_malformed_is_not_missing() {
    let mut world = world();
    world.fact(field("a", Type::Integer));
    world.fact(field("b", Type::Integer));
    let schema = Arc::new(world.policy.schema.clone());
    let problem = Problem::new(ProblemCode::WrongType, "a", "no integer");
    let decision = super::super::decide(
        &world.policy,
        &schema,
        vec![Value::Absent, Value::Absent],
        vec![problem.clone()],
        u64::MAX,
    );
    assert_eq!(decision.status, Status::Refused);
    assert_eq!(decision.problems, [problem]);
    assert_eq!(decision.needs, ["b"]);
}
