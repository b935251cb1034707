use super::*;

/// Day by day.
struct Naive<'a> {
    weekend: &'a [u8],
    holidays: &'a BTreeSet<Date>,
    workdays: &'a BTreeSet<Date>,
}

impl Naive<'_> {
    fn works(&self, date: Date) -> bool {
        let weekday = date.weekday().to_monday_zero_offset() as u8;
        self.workdays.contains(&date) || (!self.holidays.contains(&date) && !self.weekend.contains(&weekday))
    }

    fn add(&self, mut date: Date, count: i64) -> Option<Date> {
        let mut left = count.abs();
        while left > 0 {
            date = if count > 0 { date.tomorrow().ok()? } else { date.yesterday().ok()? };
            left -= i64::from(self.works(date));
        }
        Some(date)
    }

    fn between(&self, from: Date, to: Date) -> i64 {
        let (mut count, mut date) = (0, from);
        while date < to {
            date = date.tomorrow().unwrap();
            count += i64::from(self.works(date));
        }
        count
    }
}

fn dates(of: &BTreeSet<Date>) -> Value {
    Value::Set(of.iter().copied().map(Value::Date).collect())
}

fn near_date() -> impl Strategy<Value = Date> {
    (0..90_i64).prop_map(|days| date(2024, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap())
}

proptest! {
    #[test]
    fn working_days_are_those_of_a_walk(
        weekend in prop::collection::vec(0..7_u8, 0..7),
        holidays in prop::collection::btree_set(near_date(), 0..30),
        workdays in prop::collection::btree_set(near_date(), 0..10),
        from in near_date(),
        to in near_date(),
        count in -40..40_i64,
        edge in any::<bool>(),
    ) {
        let naive = Naive { weekend: &weekend, holidays: &holidays, workdays: &workdays };
        let calendar = Calendar { weekend: weekend.clone(), holidays: vec![dates(&holidays)], workdays: vec![dates(&workdays)] };
        let between = working_days_between(&calendar, &Value::Date(from), &Value::Date(to)).unwrap();
        prop_assert_eq!(between, Value::Integer(naive.between(from, to)));
        let start = if edge && count > 0 { date(9999, 12, 1) } else if edge { date(-9999, 1, 30) } else { from };
        if weekend.iter().collect::<BTreeSet<_>>().len() < 7 {
            let shifted = add_working_days(&calendar, &Value::Date(start), &Value::WorkingDays(count));
            prop_assert_eq!(shifted, naive.add(start, count).map(Value::Date).ok_or(Trouble::DateOutOfRange));
        }
    }

    #[test]
    fn open_dates_and_calendars_are_sound(seed in any::<u64>()) {
        let mut dice = Dice(seed);
        let holiday = Value::Date(date(2024, 1, 1).checked_add(jiff::Span::new().days(dice.below(30) as i64)).unwrap());
        let list = Value::List(Arc::new([holiday, dice.value(Sort::Date, false)]));
        let calendar = Calendar { weekend: vec![5, 6], holidays: vec![list.clone()], workdays: vec![] };
        let (from, to, count) = (dice.value(Sort::Date, false), dice.value(Sort::Date, false), dice.value(Sort::WorkingDays, false));
        let shifted = add_working_days(&calendar, &from, &count);
        let between = working_days_between(&calendar, &from, &to).unwrap();
        for _ in 0..8 {
            let holidays = dice.one_of(&list, Sort::Date).unwrap();
            let settled = Calendar { holidays: vec![holidays], ..calendar.clone() };
            let one = |dice: &mut Dice, value: &Value, sort| dice.one_of(value, sort).unwrap();
            let (from, to) = (one(&mut dice, &from, Sort::Date), one(&mut dice, &to, Sort::Date));
            let count = one(&mut dice, &count, Sort::WorkingDays);
            if let Ok(date) = add_working_days(&settled, &from, &count) {
                prop_assert!(admits(shifted.as_ref().unwrap(), &date), "{:?}", shifted);
            }
            let days = working_days_between(&settled, &from, &to).unwrap();
            prop_assert!(admits(&between, &days), "{:?}", between);
        }
    }
}

#[test]
fn long_spans_are_counted_not_walked() {
    let calendar = Calendar { weekend: vec![5, 6], holidays: vec![], workdays: vec![] };
    let (first, last) = (Value::Date(Date::MIN), Value::Date(Date::MAX));
    let between = working_days_between(&calendar, &first, &last).unwrap();
    let Value::Integer(days) = between else { panic!("{between:?}") };
    assert_eq!(add_working_days(&calendar, &first, &Value::WorkingDays(days)), Ok(last.clone()));
    assert_eq!(
        add_working_days(&calendar, &first, &Value::WorkingDays(days + 1)),
        Err(Trouble::DateOutOfRange)
    );
    assert_eq!(
        add_working_days(&calendar, &first, &Value::WorkingDays(i64::MAX)),
        Err(Trouble::DateOutOfRange)
    );
    assert_eq!(
        add_working_days(&calendar, &last, &Value::WorkingDays(i64::MIN)),
        Err(Trouble::DateOutOfRange)
    );
}

#[test]
fn a_calendar_without_working_days() {
    let mut calendar = Calendar { weekend: (0..7).collect(), holidays: vec![], workdays: vec![] };
    let day = Value::Date(date(2024, 5, 1));
    assert_eq!(add_working_days(&calendar, &day, &Value::WorkingDays(1)), Err(Trouble::NoWorkingDay));
    assert_eq!(add_working_days(&calendar, &day, &Value::WorkingDays(0)), Ok(day.clone()));
    calendar.workdays = vec![Value::List(Arc::new([Value::Date(date(2030, 5, 1))]))];
    let only = Value::Date(date(2030, 5, 1));
    assert_eq!(add_working_days(&calendar, &day, &Value::WorkingDays(1)), Ok(only));
    assert_eq!(add_working_days(&calendar, &day, &Value::WorkingDays(2)), Err(Trouble::DateOutOfRange));
}
