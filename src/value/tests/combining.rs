use super::*;

fn combinations() -> Vec<(Combine, Sort, Vec<Value>)> {
    let nothing = Value::Nothing;
    let number = |of: i64| Value::Number(Number::from_integer(of));
    let bools = vec![Value::Bool(true), Value::Bool(false)];
    vec![
        (Combine::Sum, Sort::Integer, vec![Value::Integer(0), Value::Integer(5), nothing.clone()]),
        (Combine::Sum, Sort::Number, vec![number(0), number(5), nothing.clone()]),
        (Combine::Sum, Sort::Days, vec![Value::Days(0)]),
        (Combine::Sum, Sort::RangeOfNumbers, vec![number(0), nothing.clone()]),
        (Combine::Product, Sort::Integer, vec![Value::Integer(1), nothing.clone()]),
        (Combine::Product, Sort::Number, vec![number(1), number(0), nothing.clone()]),
        (Combine::Highest, Sort::Integer, vec![Value::Integer(0), nothing.clone()]),
        (Combine::Highest, Sort::Number, vec![number(0), nothing.clone()]),
        (Combine::Lowest, Sort::Number, vec![number(0), nothing.clone()]),
        (Combine::Highest, Sort::Member, vec![Value::Member(0), nothing.clone()]),
        (Combine::Lowest, Sort::Member, vec![Value::Member(3), nothing.clone()]),
        (Combine::Highest, Sort::Months, vec![Value::Months(0), nothing.clone()]),
        (Combine::Highest, Sort::RangeOfNumbers, vec![number(0), nothing.clone()]),
        (Combine::Lowest, Sort::RangeOfNumbers, vec![nothing.clone()]),
        (Combine::Latest, Sort::Date, vec![nothing.clone()]),
        (Combine::Earliest, Sort::Date, vec![nothing.clone()]),
        (Combine::Any, Sort::Bool, bools),
        (Combine::Agree, Sort::Number, vec![nothing.clone(), number(1)]),
        (Combine::Agree, Sort::Member, vec![nothing.clone()]),
        (Combine::Agree, Sort::Record, vec![nothing.clone()]),
        (Combine::Agree, Sort::SetOfMembers, vec![nothing.clone()]),
        (Combine::Agree, Sort::RangeOfNumbers, vec![nothing.clone()]),
        (
            Combine::Union,
            Sort::SetOfMembers,
            vec![Value::Set(Arc::new([])), Value::Set(Arc::new([Value::Member(1)]))],
        ),
        (Combine::Duties, Sort::Duties, vec![Value::Duties(vec![nothing; KINDS_OF_DUTY].into())]),
    ]
}

fn items(sort: Sort, dice: &mut Dice) -> Vec<(Certainty, Value)> {
    (0..dice.below(5))
        .map(|_| {
            let value = if dice.one_in(2) { dice.settled(sort) } else { dice.value(sort, true) };
            (if dice.one_in(2) { Certainty::Certain } else { Certainty::Possible(dice.waits()) }, value)
        })
        .collect()
}

fn check(how: Combine, sort: Sort, empties: &[Value], dice: &mut Dice) {
    let mut items = items(sort, dice);
    if dice.one_in(4) {
        // Equal items are likely to tell one path from another.
        items.extend(items.clone());
    }
    let empty = dice.pick(empties);
    let result = combine(how, &items, &empty);
    let mut shuffled = items.clone();
    dice.shuffle(&mut shuffled);
    assert_eq!(combine(how, &shuffled, &empty), result, "{items:?}\n{shuffled:?}");
    if let Ok(result) = &result {
        assert_normal(result);
        let mut waits: Waits = items.iter().flat_map(|(_, value)| value.waits()).collect();
        waits.extend(items.iter().flat_map(|(certainty, _)| match certainty {
            Certainty::Certain => Waits::new(),
            Certainty::Possible(waits) => waits.clone(),
        }));
        assert!(result.waits().is_subset(&waits));
    }
    for _ in 0..8 {
        let mut there: Option<Vec<(Certainty, Value)>> = Some(Vec::new());
        for (certainty, value) in &items {
            if *certainty == Certainty::Certain || dice.one_in(2) {
                let one = dice.one_of(value, sort);
                there = there.zip(one).map(|(mut there, one)| {
                    there.push((Certainty::Certain, one));
                    there
                });
            }
        }
        let Some(there) = there else { continue };
        match (combine(how, &there, &empty), &result) {
            (Ok(one), Ok(result)) => {
                assert!(one.is_settled());
                assert!(
                    admits(result, &one),
                    "{items:?} / {empty:?}\n give {result:?}\n but {there:?}\n give {one:?}"
                );
            }
            (Ok(one), Err(trouble)) => panic!("{items:?} fail: {trouble}, but {there:?} give {one:?}"),
            (Err(Trouble::Internal(why)), _) => panic!("{there:?}: {why}"),
            (Err(_), _) => {}
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn combinations_are_sound_and_free_of_order(seed in any::<u64>()) {
        for (how, sort, empties) in combinations() {
            let run = std::panic::catch_unwind(|| check(how, sort, &empties, &mut Dice(seed)));
            prop_assert!(run.is_ok(), "{:?} of {:?}", how, sort);
        }
    }
}

proptest! {
    /// An integer may stand beside numbers; which of two equal ones comes first must not show.
    #[test]
    fn integers_beside_numbers_are_free_of_order(seed in any::<u64>()) {
        // A seed that once gave an integer in one order and a number in the other stands for its kind.
        for seed in [seed, 17613570599124732038] {
        let mut dice = Dice(seed);
        let items: Vec<(Certainty, Value)> = (0..dice.below(5))
            .map(|_| {
                let sort = if dice.one_in(2) { Sort::Integer } else { Sort::Number };
                let value = if dice.one_in(2) { dice.settled(sort) } else { dice.value(sort, true) };
                (if dice.one_in(2) { Certainty::Certain } else { Certainty::Possible(dice.waits()) }, value)
            })
            .collect();
        let mut shuffled = items.clone();
        dice.shuffle(&mut shuffled);
        for how in [Combine::Sum, Combine::Product, Combine::Highest, Combine::Lowest, Combine::Agree] {
            for empty in [Value::Nothing, Value::Integer(0)] {
                prop_assert_eq!(combine(how, &items, &empty), combine(how, &shuffled, &empty), "{:?}", how);
            }
        }
        }
    }
}
