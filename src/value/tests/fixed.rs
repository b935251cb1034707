//! Named cases.

use super::*;

fn number(text: &str) -> Value {
    Value::Number(Number::parse(text).unwrap())
}

fn waits(names: &[&str]) -> Waits {
    names.iter().map(|name| Arc::from(*name)).collect()
}

fn between(least: &str, most: &str, wait: &str) -> Value {
    let shape = Shape::Interval { least: Some(number(least)), most: Some(number(most)) };
    Value::open(false, shape, waits(&[wait]))
}

fn members(places: &[u32], wait: &str) -> Value {
    Value::open(false, Shape::Members(places.iter().copied().map(Value::Member).collect()), waits(&[wait]))
}

fn range_of(bottom: &str, top: &str) -> Value {
    Value::Range(Arc::new((number(bottom), number(top))))
}

fn certain(value: Value) -> (Certainty, Value) {
    (Certainty::Certain, value)
}

fn possible(value: Value, wait: &str) -> (Certainty, Value) {
    (Certainty::Possible(waits(&[wait])), value)
}

#[test]
fn months_keep_the_day_clamped() {
    for (from, months, to) in [
        (date(2024, 1, 31), 1, date(2024, 2, 29)),
        (date(2023, 11, 30), 3, date(2024, 2, 29)),
        (date(2023, 1, 31), 1, date(2023, 2, 28)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2024, 3, 31), -1, date(2024, 2, 29)),
    ] {
        let (from, to) = (Value::Date(from), Value::Date(to));
        assert_eq!(shift_date(&from, &Value::Months(months), 1), Ok(to.clone()));
        assert_eq!(shift_date(&from, &Value::Months(-months), -1), Ok(to.clone()));
        assert_eq!(add(&from, &Value::Months(months)), Ok(to));
    }
    assert_eq!(add(&Value::Date(Date::MAX), &Value::Days(1)), Err(Trouble::DateOutOfRange));
    assert_eq!(add(&Value::Date(Date::MAX), &Value::Months(i64::MAX)), Err(Trouble::DateOutOfRange));
    assert_eq!(subtract(&Value::Date(Date::MAX), &Value::Days(i64::MIN)), Err(Trouble::DateOutOfRange));
}

#[test]
fn severity_at_least_general_is_yes_for_serious_or_general() {
    let severity = members(&[2, 3], "injuries");
    assert_eq!(compare(&severity, &Value::Member(2), Ordering::is_ge), Ok(Value::Bool(true)));
    assert_eq!(compare(&severity, &Value::Member(2), Ordering::is_lt), Ok(Value::Bool(false)));
    let open = compare(&severity, &Value::Member(3), Ordering::is_ge).unwrap();
    assert_eq!(open.waits(), waits(&["injuries"]));
    assert_eq!(is(&severity, &Value::Member(1)), Ok(Value::Bool(false)));
}

#[test]
fn intervals_go_by_their_ends() {
    assert_eq!(add(&between("1", "2", "a"), &number("10")), Ok(between("11", "12", "a")));
    assert_eq!(multiply(&between("-1", "2", "a"), &number("3")), Ok(between("-3", "6", "a")));
    assert_eq!(multiply(&between("-1", "2", "a"), &Value::Integer(0)), Ok(number("0")));
    assert_eq!(divide(&number("6"), &between("2", "3", "a")), Ok(between("2", "3", "a")));
    let quotient = divide(&number("6"), &between("0", "3", "a")).unwrap();
    let shape = Shape::Interval { least: Some(number("2")), most: None };
    assert_eq!(quotient, Value::open(true, shape, waits(&["a"])));
    let most = between("1", "9999999999999999999999999999", "a");
    let shape = Shape::Interval { least: Some(number("2")), most: None };
    assert_eq!(add(&most, &number("1")), Ok(Value::open(false, shape, waits(&["a"]))));
    assert_eq!(divide(&number("1"), &Value::Integer(0)), Ok(Value::Nothing));
    assert_eq!(
        divide(&Value::Integer(1), &Value::Integer(3)),
        number("1").clone().pipe(|one| divide(&one, &number("3")))
    );
}

trait Pipe: Sized {
    fn pipe<T>(self, apply: impl FnOnce(Self) -> T) -> T {
        apply(self)
    }
}

impl Pipe for Value {}

#[test]
fn nothing_is_no_number() {
    let trouble = Err(Trouble::Internal("nothing used as a value"));
    assert_eq!(add(&Value::Nothing, &number("1")), trouble);
    assert_eq!(compare(&number("1"), &Value::Nothing, Ordering::is_lt), trouble);
    assert_eq!(round(&Value::Nothing, Rounding { step: Number::ONE, mode: RoundingMode::Up }), trouble);
    assert_eq!(is(&Value::Nothing, &Value::Nothing), Ok(Value::Bool(true)));
    assert_eq!(is(&Value::Nothing, &number("0")), Ok(Value::Bool(false)));
    assert_eq!(is_in(&Value::Nothing, &Value::List(Arc::new([Value::Nothing]))), Ok(Value::Bool(false)));
    assert!(matches!(add(&Value::Bool(true), &number("1")), Err(Trouble::Internal(_))));
}

#[test]
fn sets_know_what_is_certain() {
    let set = |places: &[u32]| places.iter().copied().map(Value::Member).collect::<BTreeSet<_>>();
    let open =
        Value::open(false, Shape::Set { certain: set(&[1]), possible: Some(set(&[1, 2])) }, waits(&["a"]));
    assert_eq!(is_in(&Value::Member(1), &open), Ok(Value::Bool(true)));
    assert_eq!(is_in(&Value::Member(3), &open), Ok(Value::Bool(false)));
    assert!(!is_in(&Value::Member(2), &open).unwrap().is_settled());
    assert_eq!(is_empty(&open), Ok(Value::Bool(false)));
    assert_eq!(
        without(&open, &Value::Set(Arc::new([Value::Member(2)]))),
        Ok(Value::Set(Arc::new([Value::Member(1)])))
    );
    assert_eq!(
        has_any_of(&open, &Value::Set(Arc::new([Value::Member(0), Value::Member(1)]))),
        Ok(Value::Bool(true))
    );
    assert_eq!(has_all_of(&open, &Value::Set(Arc::new([Value::Member(3)]))), Ok(Value::Bool(false)));
}

#[test]
fn ranges_are_taken_whole() {
    let items = [certain(range_of("1", "3")), certain(range_of("2", "2.5"))];
    assert_eq!(combine(Combine::Highest, &items, &Value::Nothing), Ok(range_of("1", "3")));
    assert_eq!(combine(Combine::Lowest, &items, &Value::Nothing), Ok(range_of("1", "3")));
    assert_eq!(combine(Combine::Sum, &items, &number("0")), Ok(range_of("3", "5.5")));
    let tied = [certain(range_of("1", "3")), certain(range_of("2", "3"))];
    assert_eq!(combine(Combine::Highest, &tied, &Value::Nothing), Ok(range_of("2", "3")));
    assert_eq!(range(&number("2"), &number("1")), Err(Trouble::RangeInverted));
    assert_eq!(band(&range_of("10", "20"), &range_of("0.3", "0.7")), Ok(range_of("13", "17")));
    assert_eq!(band(&range_of("10", "20"), &range_of("0.3", "1.7")), Err(Trouble::FactorOutOfRange));
    assert_eq!(middle(&range_of("1", "2")), Ok(number("1.5")));
    assert_eq!(is(&range_of("2", "2"), &number("2")), Ok(Value::Bool(true)));
    assert_eq!(clamp(&range_of("1", "9"), Some(&number("3")), Some(&number("5"))), Ok(range_of("3", "5")));
    assert_eq!(clamp(&number("1"), Some(&number("3")), Some(&number("2"))), Ok(number("2")));
}

#[test]
fn a_total_settles_as_ruled() {
    let none = Value::Nothing;
    // The certain one is at the top of what the others may reach: nothing is waited for.
    let items = [certain(Value::Member(3)), possible(members(&[1, 3], "a"), "b")];
    assert_eq!(combine(Combine::Highest, &items, &none), Ok(Value::Member(3)));
    let items = [certain(number("5")), possible(number("7"), "a"), possible(number("4"), "b")];
    assert_eq!(combine(Combine::Highest, &items, &none), Ok(between("5", "7", "a")));
    assert_eq!(combine(Combine::Lowest, &items, &none), Ok(between("4", "5", "b")));
    let items = [certain(number("5")), possible(number("7"), "a"), possible(number("-4"), "a")];
    assert_eq!(combine(Combine::Sum, &items, &number("0")), Ok(between("1", "12", "a")));
    let items = [certain(Value::Bool(true)), possible(Value::Bool(false), "a")];
    assert_eq!(combine(Combine::Any, &items, &Value::Bool(false)), Ok(Value::Bool(true)));

    let items = [certain(number("5")), possible(number("5"), "a")];
    assert_eq!(combine(Combine::Agree, &items, &none), Ok(number("5")));
    let items = [possible(number("5"), "a")];
    let or_nothing = Value::open(true, Shape::Members(BTreeSet::from([number("5")])), waits(&["a"]));
    assert_eq!(combine(Combine::Agree, &items, &none), Ok(or_nothing));
    let items = [certain(number("5")), certain(number("6"))];
    assert_eq!(combine(Combine::Agree, &items, &none), Err(Trouble::Disagreement));
    assert_eq!(combine(Combine::Sum, &[], &number("0")), Ok(number("0")));
    let items = [possible(number("0"), "a")];
    assert_eq!(combine(Combine::Sum, &items, &number("0")), Ok(number("0")));
}

#[test]
fn totals_fail_by_the_total_alone() {
    let most = Value::Integer(i64::MAX);
    let items = [certain(most.clone()), certain(Value::Integer(1)), certain(Value::Integer(-1))];
    assert_eq!(combine(Combine::Sum, &items, &Value::Integer(0)), Ok(most.clone()));
    assert_eq!(
        combine(Combine::Sum, items.get(..2).unwrap(), &Value::Integer(0)),
        Err(Trouble::IntegerOverflow)
    );
    let items = [certain(most.clone()), certain(most), certain(Value::Integer(0))];
    assert_eq!(combine(Combine::Product, &items, &Value::Integer(1)), Ok(Value::Integer(0)));
    let small = number("1e-20");
    let items = [certain(small.clone()), certain(small.clone()), certain(number("1e20"))];
    assert_eq!(combine(Combine::Product, &items, &number("1")), Ok(small));
}

#[test]
fn the_earliest_date_wins_for_each_kind() {
    let day = |day| Value::Date(date(2024, 5, day));
    let items = [
        certain(Value::Duties(Arc::new([day(9), Value::Nothing, Value::Nothing]))),
        possible(Value::Duties(Arc::new([day(3), Value::Nothing, day(7)])), "a"),
    ];
    let empty = Value::Duties(vec![Value::Nothing; 3].into());
    let combined = combine(Combine::Duties, &items, &empty).unwrap();
    let first = Shape::Interval { least: Some(day(3)), most: Some(day(9)) };
    let third = Shape::Members(BTreeSet::from([day(7)]));
    let expected =
        [Value::open(false, first, waits(&["a"])), Value::Nothing, Value::open(true, third, waits(&["a"]))];
    assert_eq!(combined, Value::Duties(Arc::new(expected)));
}
