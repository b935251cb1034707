use super::build::*;
use crate::decision::{Decision, ProblemCode};
use crate::hir::*;
use crate::types::*;
use crate::value::{Number, Shape, Value};

/// A sum outcome with these measures, each in a rule of its own.
fn fined(measures: Vec<Measure>) -> (World, OutcomeId) {
    let mut world = world();
    let fine = world.built("fine", Type::Number, Combine::Sum, Some(n("0")));
    for (place, measure) in measures.into_iter().enumerate() {
        world.rule(Rule { then: vec![measure], ..rule(&format!("r{place}")) });
    }
    (world, fine)
}

const FINE: OutcomeId = OutcomeId(0);

#[track_caller]
fn fine_is(measures: Vec<Measure>, expected: &str) {
    let (world, fine) = fined(measures);
    assert_eq!(world.decide(&[]).decided(fine), &n(expected));
}

fn at_least(value: &str) -> Measure {
    measure(FINE, MeasureKind::AtLeast(num(value)))
}

fn at_most(value: &str) -> Measure {
    measure(FINE, MeasureKind::AtMost(num(value)))
}

fn waived() -> Measure {
    measure(FINE, MeasureKind::Waived)
}

fn fine(value: &str) -> Measure {
    add(FINE, num(value))
}

#[test]
fn contributions_factors_floors_and_caps() {
    fine_is(vec![fine("100"), fine("50")], "150");
    fine_is(vec![fine("100"), reduce(FINE, "0.3"), reduce(FINE, "0.3")], "49");
    fine_is(vec![fine("100"), raise(FINE, "0.5"), reduce(FINE, "0.5")], "75");
    fine_is(vec![fine("100"), at_least("200"), at_least("300")], "300");
    fine_is(vec![fine("100"), at_most("20"), at_most("30")], "20");
    // Cap beats floor; floors come after factors.
    fine_is(vec![fine("100"), at_least("300"), at_most("200")], "200");
    fine_is(vec![fine("100"), reduce(FINE, "0.5"), at_least("80")], "80");
    let own = MeasureKind::Contribute {
        value: num("5"),
        at_least: Some(Box::new(num("20"))),
        at_most: Some(Box::new(num("10"))),
    };
    fine_is(vec![measure(FINE, own), fine("1")], "11");
}

#[test]
fn nothing_lifts_an_outcome_that_nobody_set() {
    fine_is(vec![at_least("200"), raise(FINE, "0.5")], "0");
    fine_is(vec![], "0");
}

#[test]
fn waived_is_neutral_whatever_else() {
    fine_is(vec![fine("100"), waived(), at_least("200")], "0");
    fine_is(vec![waived()], "0");
}

#[test]
fn own_limits_then_rounding() {
    let (mut world, fine) = fined(vec![fine("100.126"), at_least("50")]);
    world.outcome(fine).rounding =
        Some(Rounding { step: Number::parse("0.01").unwrap(), mode: RoundingMode::HalfUp });
    assert_eq!(world.decide(&[]).decided(fine), &n("100.13"));
    world.outcome(fine).at_most = Some(num("60.006"));
    assert_eq!(world.decide(&[]).decided(fine), &n("60.01"));
    world.outcome(fine).at_least = Some(num("70"));
    assert_eq!(world.decide(&[]).decided(fine), &n("60.01"));
}

#[test]
fn a_reduction_outside_the_whole_is_an_error() {
    for share in ["1.5", "-0.1"] {
        let (world, _) = fined(vec![fine("1"), reduce(FINE, share)]);
        assert_eq!(world.decide(&[]).failures(), [(ProblemCode::Factor, Some("r1"), None)]);
    }
    fine_is(vec![fine("10"), raise(FINE, "1.5")], "25");
    fine_is(vec![fine("10"), reduce(FINE, "1")], "0");
}

#[test]
fn an_applied_measure_that_is_an_error_fails_even_a_waived_outcome() {
    let big = num("9999999999999999999999999999");
    let (world, _) = fined(vec![waived(), add(FINE, binary(BinaryOp::Multiply, big.clone(), big))]);
    let decision = world.decide(&[]);
    assert_eq!(decision.failures(), [(ProblemCode::Overflow, Some("r1"), None)]);
    assert!(decision.fired.is_empty());
}

#[test]
fn a_required_outcome_without_contribution_fails() {
    let mut world = world();
    world.built("response", Type::Integer, Combine::Highest, None);
    let decision = world.decide(&[]);
    assert_eq!(decision.failures(), [(ProblemCode::Required, Some("response"), None)]);
    assert_eq!(decision.problems[0].message, "no rule sets `response`, which is required");
}

#[test]
fn each_combination() {
    let combined = |how, ty: Type, neutral, values: Vec<Value>| {
        let mut world = world();
        let outcome = world.built("x", ty.clone(), how, Some(neutral));
        for (place, value) in values.into_iter().enumerate() {
            world.rule(Rule {
                then: vec![add(outcome, constant(ty.clone(), value))],
                ..rule(&format!("r{place}"))
            });
        }
        world.decide(&[]).decided(outcome).clone()
    };
    let ints = |values: &[i64]| values.iter().copied().map(Value::Integer).collect::<Vec<_>>();
    let nothing = || Value::Nothing;
    assert_eq!(combined(Combine::Highest, Type::Integer, nothing(), ints(&[1, 3, 2])), Value::Integer(3));
    assert_eq!(combined(Combine::Lowest, Type::Integer, nothing(), ints(&[3, 1, 2])), Value::Integer(1));
    assert_eq!(combined(Combine::Agree, Type::Integer, nothing(), ints(&[3, 3])), Value::Integer(3));
    assert_eq!(combined(Combine::Lowest, Type::Integer, nothing(), vec![]), Value::Nothing);
    let days = vec![day("2020-01-02"), day("2020-01-01")];
    assert_eq!(combined(Combine::Earliest, Type::Date, nothing(), days.clone()), day("2020-01-01"));
    assert_eq!(combined(Combine::Latest, Type::Date, nothing(), days), day("2020-01-02"));
    let any = vec![Value::Bool(false), Value::Bool(true)];
    assert_eq!(combined(Combine::Any, Type::Bool, Value::Bool(false), any), Value::Bool(true));
    let sets = vec![set(ints(&[1, 2])), set(ints(&[2, 3]))];
    assert_eq!(combined(Combine::Union, set_of(Type::Integer), set([]), sets), set(ints(&[1, 2, 3])));
}

#[test]
fn without_beats_additions() {
    let mut world = world();
    let outcome = world.built("x", set_of(Type::Integer), Combine::Union, Some(set([])));
    let members =
        |values: &[i64]| constant(set_of(Type::Integer), set(values.iter().copied().map(Value::Integer)));
    let without = measure(outcome, MeasureKind::Without(members(&[2])));
    world.rule(Rule { then: vec![without], ..rule("a") });
    world.rule(Rule { then: vec![add(outcome, members(&[1, 2]))], ..rule("b") });
    world.rule(Rule { then: vec![add(outcome, members(&[2]))], ..rule("c") });
    assert_eq!(world.decide(&[]).decided(outcome), &set([Value::Integer(1)]));
}

#[test]
fn duties_are_the_earliest_per_kind() {
    let mut world = world();
    let service = world.enumeration("Service", &["guidance", "testing", "training"]);
    let none = Value::Duties([Value::Nothing, Value::Nothing, Value::Nothing].into());
    let outcome = world.built("x", Type::Duty(service), Combine::Duties, Some(none.clone()));
    assert_eq!(world.decide(&[]).decided(outcome), &none);
    for (name, kind, due) in [("a", 1, "2020-02-01"), ("b", 1, "2020-01-01"), ("c", 2, "2020-03-01")] {
        let duty = ExprKind::Duty { kind: Box::new(member(service, kind)), due: Box::new(date(due)) };
        world.rule(Rule { then: vec![add(outcome, expr(Type::Duty(service), duty))], ..rule(name) });
    }
    let expected = Value::Duties([Value::Nothing, day("2020-01-01"), day("2020-03-01")].into());
    assert_eq!(world.decide(&[]).decided(outcome), &expected);
}

#[test]
fn measures_that_must_agree_name_rules_and_items() {
    let mut world = world();
    let values = world.fact(field("values", list_of(Type::Integer)));
    let outcome = world.built("x", Type::Integer, Combine::Agree, Some(Value::Nothing));
    let binder = each_fact(0, "v", values, "values");
    let then = vec![add(outcome, local(0, Type::Integer))];
    world.rule(Rule { binders: vec![binder], then, ..rule("each") });
    world.rule(Rule { then: vec![add(outcome, int(5))], ..rule("fixed") });
    let decision = world.decide(&[("values", list([5, 5].map(Value::Integer)))]);
    assert_eq!(decision.decided(outcome), &Value::Integer(5));
    let decision = world.decide(&[("values", list([5, 4].map(Value::Integer)))]);
    assert_eq!(decision.failures(), [(ProblemCode::Conflict, Some("x"), None)]);
    assert_eq!(
        decision.problems[0].message,
        "in `x`: measures must agree and differ: `5` by `each` for `values[0]`, `4` by `each` for `values[1]`, \
         `5` by `fixed`"
    );
}

#[test]
fn groups_combine_by_item_first() {
    let mut world = world();
    let product = world.record("Product", vec![field("a", Type::Integer), field("b", Type::Integer)]);
    let products = world.fact(field("products", list_of(Type::Record(product))));
    let fine = world.built("fine", Type::Integer, Combine::Sum, Some(Value::Integer(0)));
    if let OutcomeSource::Built { per, .. } = &mut world.outcome(fine).source {
        *per = Some((Combine::Highest, product));
    }
    for (name, place) in [("by_a", 0), ("by_b", 1)] {
        let value = get(local(0, Type::Record(product)), place, Type::Integer);
        let binders = vec![each_fact(0, "p", products.clone(), "products")];
        let when = Some(binary(BinaryOp::Greater, value.clone(), int(0)));
        world.rule(Rule { binders, when, then: vec![add(fine, value)], ..rule(name) });
    }
    let item = |a, b| record([Value::Integer(a), Value::Integer(b)]);
    let decision = world.decide(&[("products", list([item(3, 5), item(5, 3), item(0, 1), item(0, 0)]))]);
    assert_eq!(decision.decided(fine), &Value::Integer(11));
    assert_eq!(world.decide(&[("products", list([]))]).decided(fine), &Value::Integer(0));
}

#[test]
fn ranges_take_factors_and_limits_on_both_ends() {
    let mut world = world();
    let ty = Type::Range(Box::new(Type::Number));
    let zero = Value::Range((n("0"), n("0")).into());
    let fine = world.built("fine", ty, Combine::Sum, Some(zero));
    let range = |bottom, top| binary(BinaryOp::To, num(bottom), num(top));
    world.rule(Rule { then: vec![add(fine, range("10", "20"))], ..rule("a") });
    world.rule(Rule { then: vec![add(fine, range("1", "3"))], ..rule("b") });
    world.rule(Rule { then: vec![reduce(fine, "0.5")], ..rule("c") });
    world.rule(Rule { then: vec![at_least("6")], ..rule("d") });
    assert_eq!(world.decide(&[]).decided(fine), &Value::Range((n("6"), n("11.5")).into()));
}

#[test]
fn a_single_value_of_a_range_outcome_is_the_range_of_itself() {
    let mut world = world();
    let mut body = num("3");
    body.ty = Type::Range(Box::new(Type::Number));
    let outcome = world.defined("x", body);
    assert_eq!(world.decide(&[]).decided(outcome), &Value::Range((n("3"), n("3")).into()));
}

fn inexact(world: &World) -> Decision {
    let decision = world.decide(&[]);
    assert_eq!(decision.failures(), [(ProblemCode::NotExact, Some("x"), None)]);
    decision
}

#[test]
fn values_that_cannot_be_written_down_exactly_fail() {
    let mut world = world();
    let cny = world.unit("CNY", 2);
    let mut third = binary(BinaryOp::Divide, num("1"), num("3"));
    let outcome = world.defined("x", third.clone());
    assert_eq!(
        inexact(&world).problems[0].message,
        "in `x`: a fraction has no finite decimal form; it must be rounded"
    );
    let cent = Rounding { step: Number::parse("0.01").unwrap(), mode: RoundingMode::HalfUp };
    world.outcome(outcome).rounding = Some(cent);
    assert_eq!(world.decide(&[]).decided(outcome), &n("0.33"));

    third.ty = cny.clone();
    let mut fine = constant(cny, n("1.005"));
    world.policy.outcomes.clear();
    world.policy.schema.outcomes.clear();
    world.policy.outcome_order.clear();
    let outcome = world.defined("x", fine.clone());
    assert_eq!(
        inexact(&world).problems[0].message,
        "in `x`: `1.005 CNY` has more than 2 decimals; it must be rounded"
    );
    fine.kind = ExprKind::Const(n("1.50"));
    world.outcome(outcome).source = OutcomeSource::Defined(fine);
    assert_eq!(world.decide(&[]).decided(outcome), &n("1.5"));
}

#[test]
fn a_failed_outcome_is_reported_once_for_all_its_readers() {
    let mut world = world();
    let values = world.fact(field("values", list_of(Type::Integer)));
    let big = num("9999999999999999999999999999");
    let first = world.defined("first", binary(BinaryOp::Multiply, big.clone(), big));
    let second = world.built("second", Type::Number, Combine::Sum, Some(n("0")));
    let binders = vec![each_fact(0, "v", values, "values")];
    let then = vec![add(second, outcome_value(first, Type::Number))];
    world.rule(Rule { binders, then, ..rule("reader") });
    let decision = world.decide(&[("values", list([1, 2].map(Value::Integer)))]);
    assert_eq!(decision.failures(), [(ProblemCode::Overflow, Some("first"), None)]);
}

#[test]
fn a_condition_that_is_an_error_fails_only_what_it_would_change() {
    let big = num("9999999999999999999999999999");
    let broken = binary(BinaryOp::Greater, binary(BinaryOp::Multiply, big.clone(), big), num("0"));
    let (mut world, fine_id) = fined(vec![]);
    let over = world.rule(rule("over"));
    let then = vec![fine("5")];
    world.rule(Rule { when: Some(broken), overridden_by: vec![(over, vec![])], then, ..rule("broken") });
    assert_eq!(world.decide(&[]).decided(fine_id), &n("0"));
    world.policy.rules[1].overridden_by.clear();
    assert_eq!(world.decide(&[]).failures(), [(ProblemCode::Overflow, Some("broken"), None)]);
}

#[test]
fn possible_measures_leave_both_readings() {
    let possible = |kind: MeasureKind| {
        let (mut world, fine_id) = fined(vec![fine("100")]);
        let open = world.fact(or_unknown("open", Type::Bool));
        let then = vec![measure(fine_id, kind)];
        world.rule(Rule { when: Some(open), then, ..rule("perhaps") });
        let decision = world.decide(&[]);
        assert_eq!(decision.needs, ["open"]);
        let Value::Open(open) = decision.value(fine_id) else { panic!("settled") };
        let Shape::Interval { least: Some(least), most: Some(most) } = &open.shape else {
            panic!("{open:?}")
        };
        (least.clone(), most.clone())
    };
    let contribute = |value| MeasureKind::Contribute { value: num(value), at_least: None, at_most: None };
    assert_eq!(possible(contribute("50")), (n("100"), n("150")));
    assert_eq!(possible(contribute("-50")), (n("50"), n("100")));
    assert_eq!(possible(MeasureKind::Waived), (n("0"), n("100")));
    assert_eq!(possible(MeasureKind::AtLeast(num("120"))), (n("100"), n("120")));
    assert_eq!(possible(MeasureKind::AtMost(num("20"))), (n("20"), n("100")));
    let factor = MeasureKind::Factor { share: num("0.3"), raises: false };
    assert_eq!(possible(factor), (n("70"), n("100")));
}

#[test]
fn a_floor_lifts_a_possible_contribution_but_not_its_absence() {
    let (mut world, fine_id) = fined(vec![at_least("500")]);
    let open = world.fact(or_unknown("open", Type::Bool));
    world.rule(Rule { when: Some(open), then: vec![fine("100")], ..rule("perhaps") });
    let Value::Open(open) = world.decide(&[]).value(fine_id).clone() else { panic!("settled") };
    assert_eq!(open.shape, Shape::Interval { least: Some(n("0")), most: Some(n("500")) });
    assert_eq!(world.decide(&[("open", Value::Bool(true))]).decided(fine_id), &n("500"));
    assert_eq!(world.decide(&[("open", Value::Bool(false))]).decided(fine_id), &n("0"));
}

#[test]
fn a_required_outcome_with_one_possible_contribution_is_not_settled() {
    let mut world = world();
    let response = world.built("response", Type::Integer, Combine::Highest, None);
    let open = world.fact(or_unknown("open", Type::Bool));
    world.rule(Rule { when: Some(open), then: vec![add(response, int(1))], ..rule("perhaps") });
    let decision = world.decide(&[]);
    assert!(!decision.value(response).is_settled());
    assert_eq!(decision.needs, ["open"]);
}

#[test]
fn an_outcome_out_of_force_is_neutral() {
    let (mut world, fine_id) = fined(vec![fine("100")]);
    let law = world.fact(or_unknown("law", Type::Date));
    world.policy.law_dates = vec![law];
    world.outcome(fine_id).in_force = period(Some("2020-01-01"), None);
    assert_eq!(world.decide(&[("law", day("2019-12-31"))]).decided(fine_id), &n("0"));
    assert_eq!(world.decide(&[("law", day("2020-01-01"))]).decided(fine_id), &n("100"));
    assert_eq!(world.decide(&[]).needs, ["law"]);
}

#[test]
fn a_contribution_of_nothing_is_none() {
    let mut world = world();
    let amount = world.fact(Field { unknown: true, ..or_nothing("amount", Type::Integer) });
    let fine = world.built("fine", Type::Integer, Combine::Highest, Some(Value::Nothing));
    world.rule(Rule { then: vec![add(fine, amount)], ..rule("fined") });
    assert_eq!(world.decide(&[("amount", Value::Nothing)]).decided(fine), &Value::Nothing);
    assert_eq!(world.decide(&[("amount", Value::Integer(3))]).decided(fine), &Value::Integer(3));
    assert_eq!(world.decide(&[]).needs, ["amount"]);
}
