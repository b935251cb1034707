use super::*;
use crate::value::open::join_all;

type Operation = fn(&[Value]) -> Result<Value, Trouble>;

fn half_up(step: &str) -> Rounding {
    Rounding { step: Number::parse(step).unwrap(), mode: RoundingMode::HalfUp }
}

/// Operands, each with whether it may be nothing, and what is done with them.
type Named = (&'static str, &'static [(Sort, bool)], Operation);

const OPERATIONS: &[Named] = {
    use Sort::*;
    &[
        ("add integers", &[(Integer, false), (Integer, false)], |v| add(&v[0], &v[1])),
        ("add numbers", &[(Number, false), (Number, false)], |v| add(&v[0], &v[1])),
        ("add days", &[(Days, false), (Days, false)], |v| add(&v[0], &v[1])),
        ("add days to a date", &[(Date, false), (Days, false)], |v| add(&v[0], &v[1])),
        ("add months to a date", &[(Date, false), (Months, false)], |v| add(&v[0], &v[1])),
        ("add to a range", &[(RangeOfNumbers, false), (Number, false)], |v| add(&v[0], &v[1])),
        ("add ranges", &[(RangeOfNumbers, false), (RangeOfNumbers, false)], |v| add(&v[0], &v[1])),
        ("subtract integers", &[(Integer, false), (Integer, false)], |v| subtract(&v[0], &v[1])),
        ("subtract numbers", &[(Number, false), (Number, false)], |v| subtract(&v[0], &v[1])),
        ("subtract months from a date", &[(Date, false), (Months, false)], |v| subtract(&v[0], &v[1])),
        ("subtract days from a date", &[(Date, false), (Days, false)], |v| subtract(&v[0], &v[1])),
        ("subtract from a range", &[(RangeOfNumbers, false), (Number, false)], |v| subtract(&v[0], &v[1])),
        ("multiply integers", &[(Integer, false), (Integer, false)], |v| multiply(&v[0], &v[1])),
        ("multiply numbers", &[(Number, false), (Number, false)], |v| multiply(&v[0], &v[1])),
        ("multiply an integer and a number", &[(Integer, false), (Number, false)], |v| {
            multiply(&v[0], &v[1])
        }),
        ("multiply months", &[(Months, false), (Integer, false)], |v| multiply(&v[0], &v[1])),
        ("times", &[(RangeOfNumbers, false), (Number, false)], |v| times(&v[0], &v[1])),
        ("divide numbers", &[(Number, false), (Number, false)], |v| divide(&v[0], &v[1])),
        ("divide integers", &[(Integer, false), (Integer, false)], |v| divide(&v[0], &v[1])),
        ("divide a range", &[(RangeOfNumbers, false), (Number, false)], |v| divide(&v[0], &v[1])),
        ("negate an integer", &[(Integer, false)], |v| negate(&v[0])),
        ("negate a number", &[(Number, false)], |v| negate(&v[0])),
        ("negate a range", &[(RangeOfNumbers, false)], |v| negate(&v[0])),
        ("less, numbers", &[(Number, false), (Number, false)], |v| compare(&v[0], &v[1], Ordering::is_lt)),
        ("at most, dates", &[(Date, false), (Date, false)], |v| compare(&v[0], &v[1], Ordering::is_le)),
        ("at least, members", &[(Member, false), (Member, false)], |v| {
            compare(&v[0], &v[1], Ordering::is_ge)
        }),
        ("above, integers", &[(Integer, false), (Integer, false)], |v| {
            compare(&v[0], &v[1], Ordering::is_gt)
        }),
        ("is, bools", &[(Bool, true), (Bool, true)], |v| is(&v[0], &v[1])),
        ("is, members", &[(Member, true), (Member, true)], |v| is(&v[0], &v[1])),
        ("is, numbers", &[(Number, true), (Number, true)], |v| is(&v[0], &v[1])),
        ("is, integer and number", &[(Integer, true), (Number, true)], |v| is(&v[0], &v[1])),
        ("is, sets", &[(SetOfMembers, true), (SetOfMembers, true)], |v| is(&v[0], &v[1])),
        ("is, ranges", &[(RangeOfNumbers, true), (RangeOfNumbers, true)], |v| is(&v[0], &v[1])),
        ("is, range and number", &[(RangeOfNumbers, true), (Number, true)], |v| is(&v[0], &v[1])),
        ("is, lists", &[(ListOfNumbers, true), (ListOfNumbers, true)], |v| is(&v[0], &v[1])),
        ("is, records", &[(Record, true), (Record, true)], |v| is(&v[0], &v[1])),
        ("is, duties", &[(Duties, true), (Duties, true)], |v| is(&v[0], &v[1])),
        ("is in a set", &[(Member, true), (SetOfMembers, true)], |v| is_in(&v[0], &v[1])),
        ("is in a set of integers", &[(Integer, true), (SetOfIntegers, true)], |v| is_in(&v[0], &v[1])),
        ("is in a list", &[(Number, true), (ListOfNumbers, true)], |v| is_in(&v[0], &v[1])),
        ("is in a range", &[(Number, true), (RangeOfNumbers, true)], |v| is_in(&v[0], &v[1])),
        ("without", &[(SetOfMembers, false), (SetOfMembers, false)], |v| without(&v[0], &v[1])),
        ("has any of", &[(SetOfMembers, false), (SetOfMembers, false)], |v| has_any_of(&v[0], &v[1])),
        ("has all of", &[(SetOfMembers, false), (SetOfMembers, false)], |v| has_all_of(&v[0], &v[1])),
        ("is empty, set", &[(SetOfMembers, false)], |v| is_empty(&v[0])),
        ("is empty, list", &[(ListOfNumbers, false)], |v| is_empty(&v[0])),
        ("is empty, duties", &[(Duties, false)], |v| is_empty(&v[0])),
        ("set of members", &[(Member, false), (Member, false), (Member, false)], |v| set_of(v.to_vec())),
        ("set of integers", &[(Integer, false), (Integer, false)], |v| set_of(v.to_vec())),
        ("starts with", &[(Text, false), (Text, false)], |v| starts_with(&v[0], &v[1])),
        ("range", &[(Number, false), (Number, false)], |v| range(&v[0], &v[1])),
        ("bottom", &[(RangeOfNumbers, false)], |v| bottom(&v[0])),
        ("top", &[(RangeOfNumbers, false)], |v| top(&v[0])),
        ("middle", &[(RangeOfNumbers, false)], |v| middle(&v[0])),
        ("middle of a value", &[(Number, false)], |v| middle(&v[0])),
        ("band", &[(RangeOfNumbers, false), (RangeOfNumbers, false)], |v| band(&v[0], &v[1])),
        ("step above", &[(Member, false)], |v| step(&v[0], true, MEMBERS)),
        ("step below", &[(Member, false)], |v| step(&v[0], false, MEMBERS)),
        ("round a number", &[(Number, false)], |v| round(&v[0], half_up("0.1"))),
        ("round an integer", &[(Integer, false)], |v| round(&v[0], half_up("10"))),
        ("round a range", &[(RangeOfNumbers, false)], |v| round(&v[0], half_up("3"))),
        ("clamp numbers", &[(Number, false), (Number, false), (Number, false)], |v| {
            clamp(&v[0], Some(&v[1]), Some(&v[2]))
        }),
        ("clamp members", &[(Member, false), (Member, false), (Member, false)], |v| {
            clamp(&v[0], Some(&v[1]), Some(&v[2]))
        }),
        ("clamp dates", &[(Date, false), (Date, false)], |v| clamp(&v[0], None, Some(&v[1]))),
        ("clamp a range", &[(RangeOfNumbers, false), (Number, false)], |v| clamp(&v[0], Some(&v[1]), None)),
        ("convert an integer", &[(Integer, true)], |v| convert(&v[0], super::Number::parse("0.25").unwrap())),
        ("convert a number", &[(Number, true)], |v| convert(&v[0], super::Number::from_integer(1000))),
        ("convert a range", &[(RangeOfNumbers, true)], |v| convert(&v[0], super::Number::from_integer(1000))),
        ("convert a list", &[(ListOfNumbers, true)], |v| convert(&v[0], super::Number::from_integer(1000))),
        ("convert a set", &[(SetOfIntegers, true)], |v| convert(&v[0], super::Number::from_integer(2))),
        ("days between", &[(Date, false), (Date, false)], |v| days_between(&v[0], &v[1])),
    ]
};

/// The possible values of the result hold the result of any possible operands.
fn check(operands: &[(Sort, bool)], operation: Operation, dice: &mut Dice) {
    let open: Vec<Value> = operands.iter().map(|(sort, nothing)| dice.value(*sort, *nothing)).collect();
    let mut result = operation(&open);
    // A guard excludes nothing, where an operation does not take it: it is ignored.
    if operands.iter().all(|(_, nothing)| !nothing) {
        let flagged: Vec<Value> =
            open.iter().map(|value| join(value, &Value::Nothing, &value.waits())).collect();
        let with_flags = operation(&flagged);
        assert_eq!(with_flags, result, "{flagged:?}");
        result = with_flags;
    }
    let waits: Waits = open.iter().flat_map(Value::waits).collect();
    if let Ok(result) = &result {
        assert_normal(result);
        assert!(result.waits().is_subset(&waits), "{open:?} give {result:?}");
        assert_eq!(result.is_settled(), result.waits().is_empty());
    }
    for _ in 0..8 {
        let settled: Option<Vec<Value>> =
            operands.iter().zip(&open).map(|((sort, _), value)| dice.one_of(value, *sort)).collect();
        let Some(settled) = settled else { continue };
        match (operation(&settled), &result) {
            (Ok(one), Ok(result)) => {
                assert!(admits(result, &one), "{open:?}\n give {result:?}\n but {settled:?}\n give {one:?}")
            }
            (Ok(one), Err(trouble)) => panic!("{open:?} fail: {trouble}, but {settled:?} give {one:?}"),
            (Err(Trouble::Internal(why)), _) => panic!("{settled:?}: {why}"),
            (Err(_), _) => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn operations_are_sound(seed in any::<u64>()) {
        for (name, operands, operation) in OPERATIONS {
            let run = std::panic::catch_unwind(|| check(operands, *operation, &mut Dice(seed)));
            prop_assert!(run.is_ok(), "{}", name);
        }
    }

    #[test]
    fn join_holds_both_in_any_order(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        for sort in SORTS {
            let values: Vec<Value> = (0..3).map(|_| dice.value(*sort, true)).collect();
            let choice = dice.waits();
            let joined = join_all(&values, &choice).unwrap();
            let mut shuffled = values.clone();
            dice.shuffle(&mut shuffled);
            prop_assert_eq!(&join_all(&shuffled, &choice).unwrap(), &joined);
            assert_normal(&joined);
            for value in &values {
                prop_assert!(value.waits().is_subset(&joined.waits()));
                for _ in 0..4 {
                    if let Some(one) = dice.one_of(value, *sort) {
                        prop_assert!(admits(&joined, &one), "{:?} in {:?}", one, joined);
                    }
                }
            }
        }
    }

    #[test]
    fn without_nothing_loses_only_nothing(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        for sort in SORTS {
            let value = dice.value(*sort, true);
            match value.clone().without_nothing() {
                None => prop_assert_eq!(value, Value::Nothing),
                Some(rest) => {
                    prop_assert!(!rest.may_be_nothing());
                    prop_assert!(rest.waits().is_subset(&value.waits()));
                    if let Some(one) = dice.one_of(&value, *sort) {
                        prop_assert!(one == Value::Nothing || admits(&rest, &one));
                    }
                }
            }
        }
    }
}

const SORTS: &[Sort] = &[
    Sort::Bool,
    Sort::Integer,
    Sort::Number,
    Sort::Date,
    Sort::Days,
    Sort::WorkingDays,
    Sort::Months,
    Sort::Text,
    Sort::Member,
    Sort::SetOfMembers,
    Sort::SetOfIntegers,
    Sort::RangeOfNumbers,
    Sort::ListOfNumbers,
    Sort::Record,
    Sort::Duties,
];
