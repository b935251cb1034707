use super::build::*;
use crate::decision::ProblemCode;
use crate::hir::*;
use crate::types::*;
use crate::value::Value;

/// Too many digits.
fn overflow() -> Expr {
    let big = num("9999999999999999999999999999");
    binary(BinaryOp::Multiply, big.clone(), big)
}

/// A condition that is an error.
fn broken() -> Expr {
    binary(BinaryOp::Greater, overflow(), num("0"))
}

#[track_caller]
fn evaluates(expr: Expr, expected: Value) {
    let mut world = world();
    let outcome = world.defined("x", expr);
    let decision = world.decide(&[]);
    assert!(decision.problems.is_empty(), "{:?}", decision.problems);
    assert_eq!(decision.decided(outcome), &expected);
}

#[track_caller]
fn fails(expr: Expr, code: ProblemCode) -> String {
    let mut world = world();
    world.defined("x", expr);
    let decision = world.decide(&[]);
    assert_eq!(decision.failures(), [(code, Some("x"), None)]);
    decision.problems[0].message.clone()
}

#[test]
fn an_error_beside_a_settling_side_does_not_count() {
    use BinaryOp::*;
    for (left, right) in [(bool(false), broken()), (broken(), bool(false))] {
        evaluates(binary(And, left.clone(), right.clone()), Value::Bool(false));
        fails(binary(Or, left, right), ProblemCode::Overflow);
    }
    for (left, right) in [(bool(true), broken()), (broken(), bool(true))] {
        evaluates(binary(Or, left.clone(), right.clone()), Value::Bool(true));
        fails(binary(And, left, right), ProblemCode::Overflow);
    }
    evaluates(binary(Implies, bool(false), broken()), Value::Bool(true));
    evaluates(binary(Implies, broken(), bool(true)), Value::Bool(true));
    fails(binary(Implies, broken(), bool(false)), ProblemCode::Overflow);
}

#[test]
fn an_error_names_its_place() {
    assert_eq!(fails(overflow(), ProblemCode::Overflow), "in `x`: a number has more than 28 digits");
}

#[test]
fn faults_of_both_operands_merge() {
    let mut world = world();
    let a = world.define("a", Type::Number, overflow());
    let b = world.define("b", Type::Number, overflow());
    world.defined("x", binary(BinaryOp::Add, a.clone(), b.clone()));
    world.defined("y", binary(BinaryOp::Add, b, a));
    let expected = [(ProblemCode::Overflow, Some("a"), None), (ProblemCode::Overflow, Some("b"), None)];
    assert_eq!(world.decide(&[]).failures(), expected);
}

#[test]
fn a_guard_works_from_either_side() {
    let mut world = world();
    let a = world.fact(or_nothing("a", Type::Integer));
    let guard = unary(UnaryOp::Exists, a.clone());
    let test = binary(BinaryOp::Greater, a.clone(), int(3));
    let x = world.defined("x", binary(BinaryOp::And, guard.clone(), test.clone()));
    let y = world.defined("y", binary(BinaryOp::And, test, guard));
    let z = world.defined("z", binary(BinaryOp::OrElse, a, int(9)));
    let decision = world.decide(&[]);
    assert_eq!((decision.decided(x), decision.decided(y)), (&Value::Bool(false), &Value::Bool(false)));
    assert_eq!(decision.decided(z), &Value::Integer(9));
    let decision = world.decide(&[("a", Value::Integer(5))]);
    assert_eq!((decision.decided(x), decision.decided(y)), (&Value::Bool(true), &Value::Bool(true)));
    assert_eq!(decision.decided(z), &Value::Integer(5));
}

#[test]
fn limbs() {
    let limbs = |conditions: [bool; 3]| {
        let [a, b, c] = conditions;
        vec![when(bool(a), int(2)), when(bool(b), int(3)), when(bool(c), int(1))]
    };
    use Choose::*;
    evaluates(choose(First, limbs([false, true, true]), None), Value::Integer(3));
    evaluates(choose(Highest, limbs([true, true, true]), None), Value::Integer(3));
    evaluates(choose(Lowest, limbs([true, false, true]), None), Value::Integer(1));
    evaluates(choose(Lowest, limbs([false; 3]), Some(int(9))), Value::Integer(9));
    evaluates(choose(First, limbs([false; 3]), Some(int(9))), Value::Integer(9));
    evaluates(unary(UnaryOp::Exists, choose(First, limbs([false; 3]), None)), Value::Bool(false));
    evaluates(unary(UnaryOp::Exists, choose(Highest, limbs([false; 3]), None)), Value::Bool(false));
}

#[test]
fn unselected_limbs_are_no_error() {
    let limbs = vec![when(bool(false), overflow()), when(bool(true), num("1")), when(bool(true), overflow())];
    evaluates(choose(Choose::First, limbs.clone(), Some(overflow())), n("1"));
    fails(choose(Choose::Highest, limbs, None), ProblemCode::Overflow);
    let limbs = vec![when(bool(false), overflow()), when(bool(true), num("1"))];
    evaluates(choose(Choose::Highest, limbs, Some(overflow())), n("1"));
    evaluates(binary(BinaryOp::OrElse, num("1"), overflow()), n("1"));
}

fn numbers(values: &[i64]) -> Expr {
    constant(list_of(Type::Integer), list(values.iter().map(|value| Value::Integer(*value))))
}

#[test]
fn aggregates_over_a_list() {
    use Aggregate::*;
    let items =
        || vec![filtered(each(0, "v", numbers(&[4, 1, 3])), binary(BinaryOp::Greater, item(), int(1)))];
    fn item() -> Expr {
        local(0, Type::Integer)
    }
    evaluates(aggregate(Sum, Type::Integer, items(), item()), Value::Integer(7));
    evaluates(aggregate(Product, Type::Integer, items(), item()), Value::Integer(12));
    evaluates(aggregate(Highest, Type::Integer, items(), item()), Value::Integer(4));
    evaluates(aggregate(Lowest, Type::Integer, items(), item()), Value::Integer(3));
    evaluates(aggregate(Count, Type::Integer, items(), item()), Value::Integer(2));
    evaluates(aggregate(List, list_of(Type::Integer), items(), item()), list([4, 3].map(Value::Integer)));
    evaluates(aggregate(SetOf, set_of(Type::Integer), items(), item()), set([3, 4].map(Value::Integer)));
    evaluates(aggregate(Any, Type::Bool, items(), binary(BinaryOp::Is, item(), int(3))), Value::Bool(true));
    evaluates(aggregate(Any, Type::Bool, items(), binary(BinaryOp::Is, item(), int(1))), Value::Bool(false));
    evaluates(
        aggregate(Every, Type::Bool, items(), binary(BinaryOp::Greater, item(), int(2))),
        Value::Bool(true),
    );
    evaluates(
        aggregate(Every, Type::Bool, items(), binary(BinaryOp::Is, item(), int(3))),
        Value::Bool(false),
    );
}

#[test]
fn aggregates_over_nothing() {
    use Aggregate::*;
    let none = || vec![each(0, "v", numbers(&[]))];
    let item = || local(0, Type::Integer);
    evaluates(aggregate(Sum, Type::Integer, none(), item()), Value::Integer(0));
    evaluates(aggregate(Product, Type::Integer, none(), item()), Value::Integer(1));
    evaluates(aggregate(Count, Type::Integer, none(), item()), Value::Integer(0));
    evaluates(aggregate(Any, Type::Bool, none(), bool(true)), Value::Bool(false));
    evaluates(aggregate(Every, Type::Bool, none(), bool(false)), Value::Bool(true));
    evaluates(unary(UnaryOp::Exists, aggregate(Highest, Type::Integer, none(), item())), Value::Bool(false));
    evaluates(aggregate(SetOf, set_of(Type::Integer), none(), item()), set([]));
}

#[test]
fn nested_binders_and_members() {
    let mut world = world();
    let grade = world.enumeration("Grade", &["a", "b", "c"]);
    let members = expr(list_of(Type::Enum(grade)), ExprKind::Members(grade));
    let pair = [each(0, "m", members.clone()), each(1, "v", numbers(&[10, 20]))];
    let body = binary(BinaryOp::Greater, local(1, Type::Integer), int(10));
    let pairs = vec![pair[0].clone(), filtered(pair[1].clone(), body)];
    let count = world.defined("count", aggregate(Aggregate::Count, Type::Integer, pairs, bool(true)));
    let all = aggregate(
        Aggregate::List,
        list_of(Type::Enum(grade)),
        vec![each(0, "m", members)],
        local(0, Type::Enum(grade)),
    );
    let all = world.defined("all", all);
    let decision = world.decide(&[]);
    assert_eq!(decision.decided(count), &Value::Integer(3));
    assert_eq!(decision.decided(all), &list([0, 1, 2].map(Value::Member)));
}

#[test]
fn an_error_in_one_item_does_not_count_beside_a_settling_one() {
    let item = || local(0, Type::Integer);
    // An error for item 1 only.
    let condition = |settling: bool| {
        let limbs = vec![when(binary(BinaryOp::Is, item(), int(1)), broken())];
        choose(Choose::First, limbs, Some(bool(settling)))
    };
    let items = || vec![each(0, "v", numbers(&[1, 2]))];
    evaluates(aggregate(Aggregate::Any, Type::Bool, items(), condition(true)), Value::Bool(true));
    evaluates(aggregate(Aggregate::Every, Type::Bool, items(), condition(false)), Value::Bool(false));
    fails(aggregate(Aggregate::Any, Type::Bool, items(), condition(false)), ProblemCode::Overflow);
    fails(aggregate(Aggregate::Every, Type::Bool, items(), condition(true)), ProblemCode::Overflow);
    let any =
        |filter, body| aggregate(Aggregate::Any, Type::Bool, vec![filtered(items().remove(0), filter)], body);
    evaluates(any(broken(), bool(false)), Value::Bool(false));
    evaluates(any(bool(false), broken()), Value::Bool(false));
}

#[test]
fn the_first_item_by_keys_then_by_place() {
    let mut world = world();
    let pair = world.record("Pair", vec![field("a", Type::Integer), field("b", Type::Integer)]);
    let pairs = world.fact(field("pairs", list_of(Type::Record(pair))));
    let key = |place| get(local(0, Type::Record(pair)), place, Type::Integer);
    let first = |filter: Expr| {
        let binder = Box::new(filtered(each(0, "p", pairs.clone()), filter));
        let by = vec![(Extreme::Highest, key(0)), (Extreme::Lowest, key(1))];
        expr(Type::Record(pair), ExprKind::First { binder, by })
    };
    let first_of_all = world.defined("first", get(first(bool(true)), 1, Type::Integer));
    let none = world.defined("none", unary(UnaryOp::Exists, first(bool(false))));
    let item = |a, b| record([Value::Integer(a), Value::Integer(b)]);
    let decision = world.decide(&[("pairs", list([item(1, 1), item(2, 5), item(2, 4), item(2, 4)]))]);
    assert_eq!(decision.decided(first_of_all), &Value::Integer(4));
    assert_eq!(decision.decided(none), &Value::Bool(false));
}

fn test(op: BinaryOp, value: Expr) -> Vec<Vec<Test>> {
    vec![vec![Test { op, value }]]
}

fn row(tests: Vec<Vec<Vec<Test>>>, result: Expr) -> Row {
    Row { span: Default::default(), tests, result }
}

fn grading(hit: Hit) -> (World, NamedId) {
    let mut world = world();
    let rows = vec![
        row(vec![test(BinaryOp::Is, int(1))], int(10)),
        row(
            vec![vec![vec![
                Test { op: BinaryOp::Greater, value: int(1) },
                Test { op: BinaryOp::LessOrEqual, value: int(4) },
            ]]],
            int(20),
        ),
        row(vec![test(BinaryOp::GreaterOrEqual, int(4))], int(30)),
    ];
    let table = Table { inputs: vec![local(0, Type::Integer)], hit, rows };
    let id = world.named("grade", Type::Integer, vec![Type::Integer], vec![version(Body::Table(table))]);
    (world, id)
}

#[test]
fn table_rows() {
    let graded = |hit, input| {
        let (mut world, grade) = grading(hit);
        let outcome = world.defined("x", call(grade, Type::Integer, vec![int(input)]));
        (world.decide(&[]), outcome)
    };
    for (input, expected) in [(1, 10), (2, 20), (5, 30)] {
        let (decision, x) = graded(Hit::Unique, input);
        assert_eq!(decision.decided(x), &Value::Integer(expected));
    }
    let (decision, _) = graded(Hit::Unique, 4);
    assert_eq!(decision.failures(), [(ProblemCode::TableOverlap, Some("grade"), None)]);
    assert_eq!(decision.problems[0].message, "rows 2, 3 of `grade` match `4` and give different values");
    let (decision, x) = graded(Hit::Highest, 4);
    assert_eq!(decision.decided(x), &Value::Integer(30));
    let (decision, x) = graded(Hit::Lowest, 4);
    assert_eq!(decision.decided(x), &Value::Integer(20));
    let (decision, _) = graded(Hit::Unique, 0);
    assert_eq!(decision.failures(), [(ProblemCode::TableGap, Some("grade"), None)]);
    assert_eq!(decision.problems[0].message, "no row of `grade` matches `0`");
}

fn fines() -> (World, NamedId, Expr) {
    let mut world = world();
    let at = world.fact(or_unknown("at", Type::Date));
    let rows = vec![("2018-01-01".parse().unwrap(), int(3)), ("2020-07-01".parse().unwrap(), int(5))];
    let id = world.named("fine", Type::Integer, vec![], vec![version(Body::Schedule(rows))]);
    (world, id, at)
}

#[test]
fn schedules_by_the_law_date_and_at_a_date() {
    let (mut world, fine, at) = fines();
    let by_law = world.defined("by_law", call(fine, Type::Integer, vec![]));
    let fixed = world.defined("fixed", call_at(fine, Type::Integer, vec![], date("2018-01-01")));
    world.policy.law_dates = vec![at];
    for (day_given, expected) in [("2018-01-01", 3), ("2020-06-30", 3), ("2020-07-01", 5), ("2030-01-01", 5)]
    {
        let decision = world.decide(&[("at", day(day_given))]);
        assert_eq!(decision.decided(by_law), &Value::Integer(expected));
        assert_eq!(decision.decided(fixed), &Value::Integer(3));
    }
    let decision = world.decide(&[("at", day("2017-12-31"))]);
    assert_eq!(decision.failures(), [(ProblemCode::ScheduleGap, Some("fine"), None)]);
    assert_eq!(decision.problems[0].message, "nothing of `fine` is in force on 2017-12-31");
    let decision = world.decide(&[]);
    assert!(!decision.value(by_law).is_settled());
    assert_eq!(decision.value(fixed), &Value::Integer(3));
    assert_eq!(decision.needs, ["at"]);
}

#[test]
fn versions_include_both_ends_and_at_dates_only_the_thing_itself() {
    let mut world = world();
    let law = world.fact(field("law", Type::Date));
    let versions = |old, new| {
        vec![
            dated(None, Some("2019-12-31"), Body::Expr(old)),
            dated(Some("2020-01-01"), None, Body::Expr(new)),
        ]
    };
    let inner = world.named("inner", Type::Integer, vec![], versions(int(1), int(2)));
    let inner = call(inner, Type::Integer, vec![]);
    let add = |value| binary(BinaryOp::Add, inner.clone(), int(value));
    let outer = world.named("outer", Type::Integer, vec![], versions(add(10), add(20)));
    let plain = world.defined("plain", call(outer, Type::Integer, vec![]));
    let at = world.defined("at", call_at(outer, Type::Integer, vec![], date("2019-12-31")));
    world.policy.law_dates = vec![law];
    let decision = world.decide(&[("law", day("2020-01-01"))]);
    assert_eq!(decision.decided(plain), &Value::Integer(22));
    assert_eq!(decision.decided(at), &Value::Integer(12));
    let decision = world.decide(&[("law", day("2019-12-31"))]);
    assert_eq!(decision.decided(plain), &Value::Integer(11));
}

#[test]
fn parameters_and_an_error_inside_a_definition() {
    let mut world = world();
    let half = binary(BinaryOp::Multiply, local(0, Type::Number), num("0.5"));
    let half = world.named("half", Type::Number, vec![Type::Number], vec![version(Body::Expr(half))]);
    let of = |text: &str| call(half, Type::Number, vec![num(text)]);
    let x = world.defined("x", binary(BinaryOp::Add, of("3"), of("5")));
    assert_eq!(world.decide(&[]).decided(x), &n("4"));
    world.defined("y", of("9999999999999999999999999999"));
    assert_eq!(world.decide(&[]).failures(), [(ProblemCode::Overflow, Some("half"), None)]);
}

#[test]
fn an_error_carries_the_path_of_the_item() {
    let mut world = world();
    let values = world.fact(field("values", list_of(Type::Number)));
    let item = || local(0, Type::Number);
    let square = binary(BinaryOp::Multiply, item(), item());
    let sum = aggregate(Aggregate::Sum, Type::Number, vec![each_fact(0, "v", values, "values")], square);
    let sum = world.define("total", Type::Number, sum);
    world.defined("x", sum);
    let decision = world.decide(&[("values", list([n("1"), n("9999999999999999999999999999")]))]);
    assert_eq!(decision.failures(), [(ProblemCode::Overflow, Some("total"), Some("values[1]"))]);
}

#[test]
fn a_long_chain_of_definitions_takes_no_stack() {
    let mut world = world();
    let mut last = world.define("d0", Type::Integer, int(0));
    for place in 1..10_000 {
        last = world.define(&format!("d{place}"), Type::Integer, binary(BinaryOp::Add, last.clone(), last));
    }
    let x = world.defined("x", last);
    assert_eq!(world.decide(&[]).decided(x), &Value::Integer(0));
}

#[test]
fn a_chain_of_functions_reads_definitions_first() {
    let mut world = world();
    let base = world.define("base", Type::Integer, int(1));
    let mut last = base;
    for place in 1..1_000 {
        let body = binary(BinaryOp::Add, local(0, Type::Integer), last);
        let function = world.named(
            &format!("f{place}"),
            Type::Integer,
            vec![Type::Integer],
            vec![version(Body::Expr(body))],
        );
        last = world.define(&format!("d{place}"), Type::Integer, call(function, Type::Integer, vec![int(1)]));
    }
    let x = world.defined("x", last);
    assert_eq!(world.decide(&[]).decided(x), &Value::Integer(1_000));
}

#[test]
fn deep_expressions_take_little_stack() {
    let mut sum = int(0);
    let mut limbs = int(0);
    let mut both = bool(true);
    for _ in 0..300 {
        sum = binary(BinaryOp::Add, sum, int(1));
        limbs = choose(Choose::First, vec![when(bool(false), int(1))], Some(limbs));
        both = binary(BinaryOp::And, bool(true), both);
    }
    evaluates(sum, Value::Integer(300));
    evaluates(limbs, Value::Integer(0));
    evaluates(both, Value::Bool(true));
}

#[test]
fn nested_calls_of_functions_take_little_stack() {
    let mut world = world();
    let mut body = local(0, Type::Integer);
    let mut last = None;
    for place in 0..64 {
        let name = format!("f{place}");
        let function =
            world.named(&name, Type::Integer, vec![Type::Integer], vec![version(Body::Expr(body))]);
        body = binary(BinaryOp::Add, call(function, Type::Integer, vec![local(0, Type::Integer)]), int(1));
        last = Some(function);
    }
    let x = world.defined("x", call(last.unwrap(), Type::Integer, vec![int(1)]));
    assert_eq!(world.decide(&[]).decided(x), &Value::Integer(64));
}

#[test]
fn working_days_skip_weekends_and_holidays_of_the_facts() {
    let mut world = world();
    let holidays = world.fact(field("holidays", list_of(Type::Date)));
    world.policy.calendars.push(Calendar {
        name: "federal".into(),
        weekend: vec![5, 6],
        holidays: vec![holidays],
        workdays: vec![],
    });
    let calendar = CalendarId(0);
    // A Friday.
    let start = || Box::new(date("2024-03-01"));
    let count = Box::new(constant(Type::WorkingDays, Value::WorkingDays(2)));
    let added = expr(Type::Date, ExprKind::AddWorkingDays { calendar, date: start(), count });
    let added = world.defined("added", added);
    let to = Box::new(date("2024-03-08"));
    let between = expr(Type::Integer, ExprKind::WorkingDaysBetween { calendar, from: start(), to });
    let between = world.defined("between", between);
    let decision = world.decide(&[("holidays", list([day("2024-03-04")]))]);
    assert_eq!(decision.decided(added), &day("2024-03-06"));
    assert_eq!(decision.decided(between), &Value::Integer(4));
}

#[test]
fn dates_and_lengths_add_from_either_side() {
    let days = || constant(Type::Days, Value::Days(30));
    let months = constant(Type::Months, Value::Months(1));
    let mut swapped = binary(BinaryOp::Add, days(), date("2024-01-31"));
    swapped.ty = Type::Date;
    evaluates(swapped, day("2024-03-01"));
    evaluates(binary(BinaryOp::Add, date("2024-01-31"), months), day("2024-02-29"));
    evaluates(binary(BinaryOp::Subtract, date("2024-01-31"), days()), day("2024-01-01"));
}

#[test]
fn steps_on_a_scale_end_in_nothing() {
    let mut world = world();
    let scale = world.enumeration("Scale", &["low", "high"]);
    let above = |place| unary(UnaryOp::StepAbove, member(scale, place));
    let step = world.defined("step", above(0));
    let end = world.defined("end", unary(UnaryOp::Exists, above(1)));
    let decision = world.decide(&[]);
    assert_eq!(decision.decided(step), &Value::Member(1));
    assert_eq!(decision.decided(end), &Value::Bool(false));
}
