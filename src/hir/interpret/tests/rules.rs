use super::build::*;
use crate::decision::Status;
use crate::hir::*;
use crate::types::*;
use crate::value::Value;

/// Rules `a` overrides `b` overrides `c`, each with a fact of its name as condition and a value of its own.
fn chain(limited: bool) -> (World, OutcomeId, OutcomeId) {
    let mut world = world();
    let fine = world.built("fine", Type::Integer, Combine::Sum, Some(Value::Integer(0)));
    let other = world.built("other", Type::Integer, Combine::Sum, Some(Value::Integer(0)));
    let mut above: Option<RuleId> = None;
    for (name, value) in [("a", 1), ("b", 10), ("c", 100)] {
        let condition = world.fact(or_unknown(name, Type::Bool));
        let only = if limited && name == "b" { vec![fine] } else { vec![] };
        let overridden_by = above.map(|by| (by, only)).into_iter().collect();
        let then = vec![add(fine, int(value)), add(other, int(value))];
        above = Some(world.rule(Rule { when: Some(condition), overridden_by, then, ..rule(name) }));
    }
    (world, fine, other)
}

fn given(names: &str) -> Vec<(&'static str, Value)> {
    ["a", "b", "c"].map(|name| (name, Value::Bool(names.contains(name)))).into()
}

#[test]
fn an_overridden_override_revives() {
    let (world, fine, _) = chain(false);
    for (facts, expected, fired) in
        [("abc", 101, vec!["a", "c"]), ("bc", 10, vec!["b"]), ("c", 100, vec!["c"]), ("ab", 1, vec!["a"])]
    {
        let decision = world.decide(&given(facts));
        assert_eq!(decision.decided(fine), &Value::Integer(expected), "{facts}");
        assert_eq!(decision.fired_names(), fired);
    }
}

#[test]
fn what_was_overridden_is_reported() {
    let (world, ..) = chain(false);
    let decision = world.decide(&given("abc"));
    let overridden: Vec<_> = decision.overridden.iter().map(|one| (&*one.rule, &*one.by)).collect();
    assert_eq!(overridden, [("b", "a")]);
    let decision = world.decide(&given("bc"));
    let overridden: Vec<_> = decision.overridden.iter().map(|one| (&*one.rule, &*one.by)).collect();
    assert_eq!(overridden, [("c", "b")]);
}

#[test]
fn an_override_for_one_outcome_leaves_the_others() {
    // `a` takes out the fine of `b` alone: `b` still applies, so `c` stays out.
    let (world, fine, other) = chain(true);
    let decision = world.decide(&given("abc"));
    assert_eq!(decision.decided(fine), &Value::Integer(1));
    assert_eq!(decision.decided(other), &Value::Integer(11));
    assert_eq!(decision.fired_names(), ["a", "b"]);
    let reported: Vec<_> =
        decision.overridden.iter().map(|one| (&*one.rule, &*one.by, one.outcomes.len())).collect();
    assert_eq!(reported, [("b", "a", 1), ("c", "b", 0)]);
}

#[test]
fn applies_is_three_valued() {
    let (world, fine, _) = chain(false);
    let facts = |a: Option<bool>, b: Option<bool>| {
        let mut facts = vec![("c", Value::Bool(true))];
        facts.extend(a.map(|a| ("a", Value::Bool(a))));
        facts.extend(b.map(|b| ("b", Value::Bool(b))));
        facts
    };
    // `b` unknown: with `a` certain, `b` is out and `c` stands.
    let decision = world.decide(&facts(Some(true), None));
    assert_eq!(decision.decided(fine), &Value::Integer(101));
    let decision = world.decide(&facts(Some(false), None));
    assert_eq!(decision.status, Status::Undetermined);
    assert_eq!(decision.needs, ["b"]);
    assert!(decision.fired_names().is_empty());
}

#[test]
fn a_rule_out_of_force_overrides_nothing() {
    let (mut world, fine, _) = chain(false);
    let law = world.fact(or_unknown("law", Type::Date));
    world.policy.law_dates = vec![law];
    world.policy.rules[0].in_force = period(Some("2020-01-01"), Some("2020-12-31"));
    for (law, expected) in [("2019-12-31", 10), ("2020-01-01", 101), ("2020-12-31", 101), ("2021-01-01", 10)]
    {
        let mut facts = given("abc");
        facts.push(("law", day(law)));
        assert_eq!(world.decide(&facts).decided(fine), &Value::Integer(expected));
    }
    let decision = world.decide(&given("abc"));
    assert_eq!(decision.needs, ["law"]);
    // Without its condition its period does not matter.
    assert_eq!(world.decide(&given("bc")).decided(fine), &Value::Integer(10));
}

/// `findings` of records `{ date, bad, excused }`.
fn findings(world: &mut World) -> (Binder, impl Fn(usize, Type) -> Expr + use<>) {
    let finding = world.record(
        "Finding",
        vec![field("date", Type::Date), field("bad", Type::Bool), or_unknown("excused", Type::Bool)],
    );
    let list = world.fact(field("findings", list_of(Type::Record(finding))));
    let binder = each_fact(0, "f", list, "findings");
    (binder, move |place, ty| get(local(0, Type::Record(finding)), place, ty))
}

fn finding(day_given: &str, bad: bool, excused: bool) -> Value {
    record([day(day_given), Value::Bool(bad), Value::Bool(excused)])
}

#[test]
fn overrides_work_item_by_item() {
    let mut world = world();
    let (binder, item) = findings(&mut world);
    let pardon = world.fact(field("pardon", Type::Bool));
    let fine = world.built("fine", Type::Integer, Combine::Sum, Some(Value::Integer(0)));
    let all = world.rule(Rule { when: Some(pardon), ..rule("pardoned") });
    let excused = item(2, Type::Bool);
    let excuse = world.rule(Rule { binders: vec![binder.clone()], when: Some(excused), ..rule("excused") });
    world.rule(Rule {
        binders: vec![binder],
        when: Some(item(1, Type::Bool)),
        overridden_by: vec![(excuse, vec![]), (all, vec![])],
        then: vec![add(fine, int(10))],
        ..rule("fined")
    });
    let day = "2020-01-01";
    let facts = |pardon| {
        let items = list([finding(day, true, true), finding(day, true, false), finding(day, false, false)]);
        [("findings", items), ("pardon", Value::Bool(pardon))]
    };
    let decision = world.decide(&facts(false));
    assert_eq!(decision.decided(fine), &Value::Integer(10));
    assert_eq!(decision.fired_names(), ["excused findings[0]", "fined findings[1]"]);
    let overridden: Vec<_> =
        decision.overridden.iter().map(|one| (&*one.rule, one.item.as_deref(), &*one.by)).collect();
    assert_eq!(overridden, [("fined", Some("findings[0]"), "excused")]);
    let decision = world.decide(&facts(true));
    assert_eq!(decision.decided(fine), &Value::Integer(0));
    assert_eq!(decision.fired_names(), ["excused findings[0]", "pardoned"]);
}

#[test]
fn a_rule_dated_by_its_item_is_in_force_per_item() {
    let mut world = world();
    let (binder, item) = findings(&mut world);
    let fine = world.built("fine", Type::Integer, Combine::Sum, Some(Value::Integer(0)));
    world.rule(Rule {
        binders: vec![binder],
        dated_by: Some(Box::new(item(0, Type::Date))),
        in_force: period(Some("2020-01-01"), None),
        then: vec![add(fine, int(1))],
        ..rule("fined")
    });
    let items = list([finding("2019-12-31", true, true), finding("2020-01-01", true, true)]);
    let decision = world.decide(&[("findings", items)]);
    assert_eq!(decision.decided(fine), &Value::Integer(1));
    assert_eq!(decision.fired_names(), ["fined findings[1]"]);
}

#[test]
fn nested_items_have_nested_paths() {
    let mut world = world();
    let violation = world.record("Violation", vec![field("amount", Type::Integer)]);
    let of = list_of(Type::Record(violation));
    let series = world.record("Series", vec![field("violations", of.clone())]);
    let facts = world.fact(field("series", list_of(Type::Record(series))));
    let grade = world.enumeration("Grade", &["low", "high"]);
    let fine = world.built("fine", Type::Integer, Combine::Sum, Some(Value::Integer(0)));
    let outer = each_fact(0, "s", facts, "series");
    let path = Some(BinderPath { outer: Some(LocalId(0)), wire: "violations".into() });
    let inner = Binder { path, ..each(1, "v", get(local(0, Type::Record(series)), 0, of)) };
    let members = each(2, "g", expr(list_of(Type::Enum(grade)), ExprKind::Members(grade)));
    let amount = get(local(1, Type::Record(violation)), 0, Type::Integer);
    world.rule(Rule {
        binders: vec![outer.clone(), inner.clone()],
        when: Some(binary(BinaryOp::Greater, amount.clone(), int(1))),
        then: vec![add(fine, amount)],
        ..rule("deep")
    });
    let high = binary(BinaryOp::Is, local(2, Type::Enum(grade)), member(grade, 1));
    world.rule(Rule { binders: vec![members.clone()], when: Some(high.clone()), ..rule("by_member") });
    world.rule(Rule { binders: vec![outer, members], when: Some(high), ..rule("crossed") });
    let item = |amount| record([Value::Integer(amount)]);
    let series = list([record([list([item(1), item(2)])]), record([list([item(3)])])]);
    let decision = world.decide(&[("series", series)]);
    assert_eq!(decision.decided(fine), &Value::Integer(5));
    assert_eq!(
        decision.fired_names(),
        [
            "by_member high",
            "crossed series[0], high",
            "crossed series[1], high",
            "deep series[0].violations[1]",
            "deep series[1].violations[0]"
        ]
    );
}

#[test]
fn a_rule_reads_the_final_value_of_another_outcome() {
    let mut world = world();
    let fine = world.built("fine", Type::Number, Combine::Sum, Some(n("0")));
    world.outcome(fine).rounding =
        Some(Rounding { step: crate::value::Number::ONE, mode: RoundingMode::HalfUp });
    let exposure = world.built("exposure", Type::Months, Combine::Highest, Some(Value::Months(0)));
    world.rule(Rule { then: vec![add(fine, num("2.5"))], ..rule("fined") });
    world.rule(Rule {
        when: Some(binary(BinaryOp::GreaterOrEqual, outcome_value(fine, Type::Number), num("3"))),
        then: vec![add(exposure, constant(Type::Months, Value::Months(6)))],
        ..rule("exposed")
    });
    let decision = world.decide(&[]);
    assert_eq!(decision.decided(fine), &n("3"));
    assert_eq!(decision.decided(exposure), &Value::Months(6));
}
