//! Whatever the unknown facts turn out to be, the decided outcome lies among the possible values reported before.

use super::build::*;
use crate::decision::Status;
use crate::hir::*;
use crate::types::*;
use crate::value::{Open, Shape, Value, is_in};

/// Whether a settled value is among those that another may be.
fn among(value: &Value, possible: &Value) -> bool {
    let Value::Open(open) = possible else {
        return match (value, possible) {
            (Value::List(left), Value::List(right))
            | (Value::Record(left), Value::Record(right))
            | (Value::Duties(left), Value::Duties(right)) => {
                left.len() == right.len()
                    && left.iter().zip(right.iter()).all(|(left, right)| among(left, right))
            }
            (Value::Range(left), Value::Range(right)) => among(&left.0, &right.0) && among(&left.1, &right.1),
            _ => value == possible,
        };
    };
    let Open { nothing, shape, .. } = &**open;
    if *value == Value::Nothing {
        return *nothing;
    }
    match shape {
        Shape::Any => true,
        Shape::Members(members) => members.iter().any(|member| among(value, member)),
        Shape::Interval { least, most } => {
            least.as_ref().is_none_or(|least| least <= value)
                && most.as_ref().is_none_or(|most| value <= most)
        }
        Shape::Set { certain, possible } => {
            let Value::Set(members) = value else { return false };
            certain.iter().all(|one| is_in(one, value) == Ok(Value::Bool(true)))
                && possible.as_ref().is_none_or(|possible| members.iter().all(|one| possible.contains(one)))
        }
    }
}

/// Decides with every choice of known and unknown facts, and compares each with all its completions.
/// Returns how many partial answers settled everything.
pub(super) fn sound(world: &World, facts: &[(&'static str, Vec<Value>)]) -> usize {
    let mut partial: Vec<Vec<Option<Value>>> = vec![vec![]];
    for (_, values) in facts {
        let choices = || values.iter().cloned().map(Some).chain([None]);
        partial = partial
            .iter()
            .flat_map(|case| choices().map(|choice| case.iter().cloned().chain([choice]).collect()))
            .collect();
    }
    let decide = |case: &[Option<Value>]| {
        let given = facts.iter().zip(case).filter_map(|((name, _), value)| Some((*name, value.clone()?)));
        world.decide(&given.collect::<Vec<_>>())
    };
    let complete: Vec<_> = partial.iter().filter(|case| case.iter().all(Option::is_some)).collect();
    let complete: Vec<_> = complete.into_iter().map(|case| (case, decide(case))).collect();
    let mut settled = 0;
    for case in &partial {
        let before = decide(case);
        if before.status == Status::Failed {
            continue;
        }
        settled += usize::from(before.status == Status::Decided && case.contains(&None));
        for (completion, after) in &complete {
            let completes = case.iter().zip(*completion).all(|(one, other)| one.is_none() || one == other);
            if !completes || after.status == Status::Failed {
                continue;
            }
            assert_eq!(after.status, Status::Decided);
            for (after_value, before_value) in after.outcomes.iter().zip(&before.outcomes) {
                assert!(
                    among(after_value, before_value),
                    "{case:?} said {before_value:?}, {completion:?} decides {after_value:?}"
                );
            }
            // What fired for certain still fires.
            assert!(before.fired.iter().all(|fired| after.fired.contains(fired)));
            assert!(before.overridden.iter().all(|one| after.overridden.contains(one)));
        }
    }
    settled
}

fn bools() -> Vec<Value> {
    vec![Value::Bool(false), Value::Bool(true)]
}

fn integers(values: std::ops::RangeInclusive<i64>) -> Vec<Value> {
    values.map(Value::Integer).collect()
}

#[test]
fn measures_of_every_kind() {
    let mut world = world();
    let names = ["a", "b", "c", "d", "e"];
    let [a, b, c, d, e] = names.map(|name| world.fact(or_unknown(name, Type::Bool)));
    let fine = world.built("fine", Type::Number, Combine::Sum, Some(n("0")));
    let level = world.built("level", Type::Integer, Combine::Highest, None);
    let agreed = world.built("agreed", Type::Integer, Combine::Agree, Some(Value::Nothing));
    let parts = world.built("parts", set_of(Type::Integer), Combine::Union, Some(set([])));
    world.outcome(fine).at_most = Some(num("140"));
    let members =
        |values: &[i64]| constant(set_of(Type::Integer), set(values.iter().copied().map(Value::Integer)));
    let over = world.rule(Rule { when: Some(a.clone()), ..rule("over") });
    let then = vec![add(fine, num("100")), add(level, int(1)), add(parts, members(&[1, 2]))];
    world.rule(Rule {
        when: Some(b.clone()),
        overridden_by: vec![(over, vec![fine])],
        then,
        ..rule("first")
    });
    let then = vec![add(fine, num("60")), add(level, int(3)), add(agreed, int(4)), reduce(fine, "0.5")];
    world.rule(Rule { when: Some(c.clone()), then, ..rule("second") });
    let floor = measure(fine, MeasureKind::AtLeast(num("90")));
    let without = measure(parts, MeasureKind::Without(members(&[2])));
    let then = vec![floor, add(level, int(0)), add(agreed, int(4)), without];
    world.rule(Rule { when: Some(d), then, ..rule("third") });
    world.rule(Rule { when: Some(e), then: vec![measure(fine, MeasureKind::Waived)], ..rule("fourth") });
    let both = binary(BinaryOp::And, binary(BinaryOp::Or, a, b), unary(UnaryOp::Not, c));
    world.rule(Rule { when: Some(both), then: vec![add(agreed, int(5)), raise(fine, "1")], ..rule("fifth") });
    let facts = names.map(|name| (name, bools()));
    assert!(sound(&world, &facts) > 0);
}

#[test]
fn expressions_over_open_values() {
    let mut world = world();
    let grade = world.enumeration("Grade", &["low", "middle", "high"]);
    let small = |name| bounded(or_unknown(name, Type::Integer), Value::Integer(0), Value::Integer(3));
    let x = world.fact(small("x"));
    let y = world.fact(Field { nothing: true, ..small("y") });
    let g = world.fact(or_unknown("g", Type::Enum(grade)));
    use BinaryOp::*;
    let y_or = binary(OrElse, y.clone(), int(7));
    world.defined("sum", binary(Add, x.clone(), y_or.clone()));
    world.defined("product", binary(Multiply, binary(Subtract, x.clone(), int(2)), y_or));
    let guarded = binary(And, binary(Greater, y.clone(), x.clone()), unary(UnaryOp::Exists, y.clone()));
    world.defined("guarded", guarded.clone());
    let limbs =
        || vec![when(guarded.clone(), int(1)), when(binary(Is, g.clone(), member(grade, 1)), x.clone())];
    world.defined("first", choose(Choose::First, limbs(), Some(int(9))));
    world.defined("highest", choose(Choose::Highest, limbs(), Some(int(9))));
    world.defined("lowest", choose(Choose::Lowest, limbs(), Some(int(9))));
    let serious = binary(GreaterOrEqual, g.clone(), member(grade, 1));
    world.defined("serious", serious.clone());
    let test = |op, value| vec![vec![Test { op, value }]];
    let rows = vec![
        (test(Is, member(grade, 0)), vec![], int(10)),
        (test(GreaterOrEqual, member(grade, 1)), test(Less, int(2)), int(20)),
        (test(GreaterOrEqual, member(grade, 1)), test(GreaterOrEqual, int(2)), int(30)),
    ];
    let rows = rows.into_iter().map(|(grade, x, result)| Row {
        span: Default::default(),
        tests: vec![grade, x],
        result,
    });
    let table = Table { inputs: vec![g, x.clone()], hit: Hit::Unique, rows: rows.collect() };
    let table = world.named("table", Type::Integer, vec![], vec![version(Body::Table(table))]);
    world.defined("graded", call(table, Type::Integer, vec![]));
    let members = constant(list_of(Type::Integer), list(integers(0..=4)));
    let items =
        || vec![filtered(each(0, "v", members.clone()), binary(Greater, local(0, Type::Integer), x.clone()))];
    let item = local(0, Type::Integer);
    for (name, how) in [
        ("sum_of", Aggregate::Sum),
        ("highest_of", Aggregate::Highest),
        ("lowest_of", Aggregate::Lowest),
        ("count", Aggregate::Count),
    ] {
        world.defined(name, aggregate(how, Type::Integer, items(), item.clone()));
    }
    world.defined("set", aggregate(Aggregate::SetOf, set_of(Type::Integer), items(), item.clone()));
    world.defined("list", aggregate(Aggregate::List, list_of(Type::Integer), items(), item.clone()));
    world.defined("any", aggregate(Aggregate::Any, Type::Bool, items(), binary(Is, item.clone(), int(2))));
    world.defined(
        "every",
        aggregate(Aggregate::Every, Type::Bool, items(), binary(Greater, item.clone(), int(1))),
    );
    let key = binary(Subtract, binary(Multiply, item.clone(), binary(Subtract, int(3), item)), x.clone());
    let by = vec![(Extreme::Highest, key)];
    world.defined("pick", expr(Type::Integer, ExprKind::First { binder: Box::new(items().remove(0)), by }));
    let facts = [
        ("x", integers(0..=3)),
        ("y", integers(0..=3).into_iter().chain([Value::Nothing]).collect()),
        ("g", (0..3).map(Value::Member).collect()),
    ];
    sound(&world, &facts);
}

#[test]
fn open_sets_and_items() {
    let mut world = world();
    let act = world.enumeration("Act", &["a", "b", "c"]);
    let acts = world.fact(or_unknown("acts", set_of(Type::Enum(act))));
    let weight = |of: Expr| {
        choose(Choose::First, vec![when(binary(BinaryOp::Is, of, member(act, 2)), int(5))], Some(int(2)))
    };
    let fine = world.built("fine", Type::Integer, Combine::Sum, Some(Value::Integer(0)));
    let item = || local(0, Type::Enum(act));
    let binders = || vec![each(0, "v", acts.clone())];
    let excused = binary(BinaryOp::Is, item(), member(act, 1));
    let excused = world.rule(Rule { binders: binders(), when: Some(excused), ..rule("excused") });
    world.rule(Rule {
        binders: binders(),
        overridden_by: vec![(excused, vec![])],
        then: vec![add(fine, weight(item()))],
        ..rule("fined")
    });
    world.defined("count", aggregate(Aggregate::Count, Type::Integer, binders(), bool(true)));
    world.defined("has", binary(BinaryOp::In, member(act, 0), acts.clone()));
    let first = ExprKind::First {
        binder: Box::new(binders().remove(0)),
        by: vec![(Extreme::Highest, weight(item()))],
    };
    let first = world.defined("first", expr(Type::Enum(act), first));
    world.outcome(first).nothing = true;
    let sets = (0..8u32).map(|bits| set((0..3).filter(|place| bits >> place & 1 == 1).map(Value::Member)));
    sound(&world, &[("acts", sets.collect())]);
    let decision = world.decide(&[("acts", set([Value::Member(1), Value::Member(2)]))]);
    assert_eq!(decision.decided(fine), &Value::Integer(5));
    assert_eq!(decision.fired_names(), ["excused b", "fined c"]);
}

#[test]
fn an_unknown_list_leaves_everything_over_it_open() {
    let mut world = world();
    let item = world.record("Item", vec![field("amount", Type::Integer), field("bad", Type::Bool)]);
    let items = world.fact(or_unknown("items", list_of(Type::Record(item))));
    let own = |place, ty| get(local(0, Type::Record(item)), place, ty);
    let binders = || vec![each_fact(0, "v", items.clone(), "items")];
    let fine = world.built("fine", Type::Integer, Combine::Sum, Some(Value::Integer(0)));
    world.rule(Rule {
        binders: binders(),
        when: Some(own(1, Type::Bool)),
        then: vec![add(fine, own(0, Type::Integer))],
        ..rule("fined")
    });
    world.defined("sum", aggregate(Aggregate::Sum, Type::Integer, binders(), own(0, Type::Integer)));
    world.defined("count", aggregate(Aggregate::Count, Type::Integer, binders(), bool(true)));
    world.defined("any", aggregate(Aggregate::Any, Type::Bool, binders(), own(1, Type::Bool)));
    let given = |amount, bad| record([Value::Integer(amount), Value::Bool(bad)]);
    let lists = vec![list([]), list([given(3, true)]), list([given(3, true), given(-9, false)])];
    sound(&world, &[("items", lists)]);
}

#[test]
fn fields_of_unknown_records() {
    let mut world = world();
    let inner = world.record("Inner", vec![or_unknown("a", Type::Bool), or_nothing("b", Type::Integer)]);
    let whole = world.fact(or_unknown("whole", Type::Record(inner)));
    let a = get(whole.clone(), 0, Type::Bool);
    let b = get(whole, 1, Type::Integer);
    world.defined("a", a);
    world.defined("b", binary(BinaryOp::OrElse, b, int(4)));
    let given = |a: bool, b: Value| record([Value::Bool(a), b]);
    let records = vec![given(true, Value::Absent), given(false, Value::Integer(3))];
    sound(&world, &[("whole", records)]);
    let decision = world.decide(&[("whole", record([Value::Absent, Value::Absent]))]);
    assert_eq!(decision.needs, ["whole.a"]);
}

#[test]
fn groups_with_possible_members() {
    let mut world = world();
    let product = world.record("Product", vec![field("a", Type::Integer), field("b", Type::Integer)]);
    let products = world.fact(field("products", list_of(Type::Record(product))));
    let x = world.fact(or_unknown("x", Type::Bool));
    let y = world.fact(or_unknown("y", Type::Bool));
    let fine = world.built("fine", Type::Integer, Combine::Sum, Some(Value::Integer(0)));
    if let OutcomeSource::Built { per, .. } = &mut world.outcome(fine).source {
        *per = Some((Combine::Highest, product));
    }
    for (name, place, condition) in [("by_a", 0, x), ("by_b", 1, y)] {
        let value = get(local(0, Type::Record(product)), place, Type::Integer);
        let binders = vec![each_fact(0, "p", products.clone(), "products")];
        world.rule(Rule { binders, when: Some(condition), then: vec![add(fine, value)], ..rule(name) });
    }
    let item = |a, b| record([Value::Integer(a), Value::Integer(b)]);
    let given = list([item(3, 5), item(-5, -3), item(2, 0)]);
    world.policy.schema.facts.fields[0].presence = Presence::Default(given);
    sound(&world, &[("x", bools()), ("y", bools())]);
}
