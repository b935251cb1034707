//! Laws over generated expressions and rules: partial answers are sound, and swapping operands changes nothing.

use proptest::prelude::*;

use super::build::*;
use super::open::sound;
use crate::hir::*;
use crate::types::*;
use crate::value::Value;

/// `x` and `y` are integers from 0 to 2, `y` perhaps nothing; `p` and `q` are bools.
fn fact(place: usize, ty: Type) -> Expr {
    expr(ty, ExprKind::Fact(place))
}

fn integers(depth: u32) -> BoxedStrategy<Expr> {
    let overflow = binary(BinaryOp::Add, int(i64::MAX), int(1));
    let y = fact(1, Type::Integer);
    let leaf = prop_oneof![
        16 => (-1..4_i64).prop_map(int),
        16 => Just(fact(0, Type::Integer)),
        8 => (0..3_i64).prop_map(move |value| binary(BinaryOp::OrElse, y.clone(), int(value))),
        1 => Just(overflow),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let inner = || integers(depth - 1);
    use BinaryOp::*;
    let operator = prop_oneof![Just(Add), Just(Subtract), Just(Multiply), Just(Higher), Just(Lower)];
    let how = prop_oneof![Just(Choose::First), Just(Choose::Highest), Just(Choose::Lowest)];
    let aggregate_how = prop_oneof![
        Just(Aggregate::Sum),
        Just(Aggregate::Count),
        Just(Aggregate::Highest),
        Just(Aggregate::Lowest)
    ];
    prop_oneof![
        leaf,
        (operator, inner(), inner()).prop_map(|(op, left, right)| binary(op, left, right)),
        (how, bools(depth - 1), inner(), bools(depth - 1), inner(), inner()).prop_map(
            |(how, first, one, second, other, otherwise)| {
                choose(how, vec![when(first, one), when(second, other)], Some(otherwise))
            }
        ),
        (aggregate_how, items(depth - 1), inner()).prop_map(move |(how, items, otherwise)| {
            let sum = aggregate(how, Type::Integer, vec![items], local(depth - 1, Type::Integer));
            binary(BinaryOp::OrElse, sum, otherwise)
        }),
        (items(depth - 1), inner()).prop_map(move |(items, key)| {
            let key = binary(Multiply, key, local(depth - 1, Type::Integer));
            let by = vec![(Extreme::Highest, key)];
            let first = expr(Type::Integer, ExprKind::First { binder: Box::new(items), by });
            binary(BinaryOp::OrElse, first, int(7))
        }),
    ]
    .boxed()
}

/// Items of a constant list under a filter that compares them with something open; the local is the depth, so that
/// nested ones differ.
fn items(depth: u32) -> BoxedStrategy<Binder> {
    integers(depth)
        .prop_map(move |limit| {
            let list = constant(list_of(Type::Integer), list([2, 0, 1, 2].map(Value::Integer)));
            filtered(
                each(depth, "v", list),
                binary(BinaryOp::LessOrEqual, local(depth, Type::Integer), limit),
            )
        })
        .boxed()
}

fn bools(depth: u32) -> BoxedStrategy<Expr> {
    let y = fact(1, Type::Integer);
    let leaf = prop_oneof![
        Just(fact(2, Type::Bool)),
        Just(fact(3, Type::Bool)),
        Just(unary(UnaryOp::Exists, y.clone())),
        Just(binary(
            BinaryOp::And,
            binary(BinaryOp::Greater, y.clone(), fact(0, Type::Integer)),
            unary(UnaryOp::Exists, y)
        )),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    use BinaryOp::*;
    let connective = prop_oneof![Just(And), Just(Or), Just(Implies)];
    let comparison = prop_oneof![Just(Less), Just(LessOrEqual), Just(Greater), Just(Is), Just(IsNot)];
    prop_oneof![
        leaf,
        (connective, bools(depth - 1), bools(depth - 1))
            .prop_map(|(op, left, right)| binary(op, left, right)),
        (comparison, integers(depth - 1), integers(depth - 1))
            .prop_map(|(op, left, right)| binary(op, left, right)),
        bools(depth - 1).prop_map(|of| unary(UnaryOp::Not, of)),
        (items(depth - 1), bools(depth - 1)).prop_map(move |(items, body)| {
            let body = binary(Or, body, binary(Is, local(depth - 1, Type::Integer), int(1)));
            aggregate(Aggregate::Any, Type::Bool, vec![items], body)
        }),
        (items(depth - 1), bools(depth - 1)).prop_map(move |(items, body)| {
            let body = binary(And, body, binary(Is, local(depth - 1, Type::Integer), int(1)));
            aggregate(Aggregate::Every, Type::Bool, vec![items], body)
        }),
    ]
    .boxed()
}

fn facts() -> World {
    let mut world = world();
    let small = |name| bounded(or_unknown(name, Type::Integer), Value::Integer(0), Value::Integer(2));
    world.fact(small("x"));
    world.fact(Field { nothing: true, ..small("y") });
    world.fact(or_unknown("p", Type::Bool));
    world.fact(or_unknown("q", Type::Bool));
    world
}

fn values() -> [(&'static str, Vec<Value>); 4] {
    let numbers = [0, 1, 2].map(Value::Integer);
    let truths = vec![Value::Bool(false), Value::Bool(true)];
    let perhaps = numbers[..2].iter().cloned().chain([Value::Nothing]).collect();
    [("x", numbers.to_vec()), ("y", perhaps), ("p", truths.clone()), ("q", truths)]
}

/// The same with the operands of every commutative operator swapped.
#[expect(clippy::wildcard_enum_match_arm, reason = "the other forms have no operands to swap")]
fn swapped(of: &Expr) -> Expr {
    use BinaryOp::*;
    let boxed = |of: &Expr| Box::new(swapped(of));
    let kind = match &of.kind {
        ExprKind::Binary(op, sides) => {
            let (left, right) = (swapped(&sides.left), swapped(&sides.right));
            let is_commutative = matches!(op, And | Or | Add | Multiply | Higher | Lower | Is | IsNot);
            let (left, right) = if is_commutative { (right, left) } else { (left, right) };
            ExprKind::Binary(*op, Box::new(Sides { left, right }))
        }
        ExprKind::Unary(op, of) => ExprKind::Unary(*op, boxed(of)),
        ExprKind::Choose { how, limbs, otherwise } => {
            let mut limbs: Vec<Limb> =
                limbs.iter().map(|limb| when(swapped(&limb.when), swapped(&limb.value))).collect();
            if *how != Choose::First {
                limbs.reverse();
            }
            ExprKind::Choose { how: *how, limbs, otherwise: otherwise.as_ref().map(|of| boxed(of)) }
        }
        ExprKind::Aggregate { how, binders, body } => {
            ExprKind::Aggregate { how: *how, binders: binders.clone(), body: boxed(body) }
        }
        other => other.clone(),
    };
    Expr { kind, ..of.clone() }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn open_expressions_are_sound(number in integers(3), truth in bools(3)) {
        let mut world = facts();
        world.defined("number", number);
        world.defined("truth", truth);
        sound(&world, &values());
    }

    #[test]
    fn operands_may_be_swapped(number in integers(3), truth in bools(3)) {
        let decide = |number: &Expr, truth: &Expr| {
            let mut world = facts();
            world.defined("number", number.clone());
            world.defined("truth", truth.clone());
            [vec![], vec![("x", Value::Integer(1)), ("p", Value::Bool(true))]]
                .map(|given| format!("{:?}", world.decide(&given)))
        };
        prop_assert_eq!(decide(&number, &truth), decide(&swapped(&number), &swapped(&truth)));
    }

    #[test]
    fn open_measures_are_sound(rules in prop::collection::vec(any_rule(), 1..5)) {
        let mut world = facts();
        let sum = world.built("sum", Type::Integer, Combine::Sum, Some(Value::Integer(0)));
        let top = world.built("top", Type::Integer, Combine::Highest, Some(Value::Nothing));
        let agree = world.built("agree", Type::Integer, Combine::Agree, Some(Value::Nothing));
        world.outcome(sum).at_most = Some(int(5));
        let outcomes = [sum, top, agree];
        for (place, (condition, kind, outcome, limited)) in rules.into_iter().enumerate() {
            // Each rule may be overridden by the one before it, for all outcomes or for one.
            let above = RuleId((place as u32).saturating_sub(1));
            let overridden_by = match limited {
                _ if place == 0 => vec![],
                0 => vec![],
                1 => vec![(above, vec![])],
                _ => vec![(above, vec![outcomes[outcome]])],
            };
            let then = vec![measure(outcomes[outcome], kind)];
            world.rule(Rule { when: Some(condition), overridden_by, then, ..rule(&format!("r{place}")) });
        }
        sound(&world, &values());
    }
}

fn any_rule() -> impl Strategy<Value = (Expr, MeasureKind, usize, u8)> {
    let kind = prop_oneof![
        4 => integers(1).prop_map(|value| MeasureKind::Contribute { value, at_least: None, at_most: None }),
        1 => integers(1).prop_map(|value| MeasureKind::Contribute { value, at_least: Some(Box::new(int(1))), at_most: None }),
        1 => integers(0).prop_map(MeasureKind::AtLeast),
        1 => integers(0).prop_map(MeasureKind::AtMost),
        1 => Just(MeasureKind::Waived),
    ];
    (bools(1), kind, 0..3_usize, 0..3_u8)
}
