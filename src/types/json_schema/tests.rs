use jiff::civil::Date;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

fn accepts(pattern: &str, text: &str) -> bool {
    jsonschema::is_valid(&json!({ "pattern": pattern }), &Value::from(text))
}

fn number(text: &str) -> Number {
    Number::parse(text).unwrap()
}

/// Decimals near the edges of digits, with zeros in front and behind.
fn decimal() -> impl Strategy<Value = String> {
    let digits = prop::sample::select(vec!['0', '1', '4', '5', '8', '9']);
    let part = |most| prop::collection::vec(digits.clone(), 1..=most).prop_map(|part| part.iter().collect());
    (any::<bool>(), part(4), prop::option::of(part(3))).prop_map(
        |(negative, whole, places): (_, String, Option<String>)| {
            let places = places.map_or_else(String::new, |places| format!(".{places}"));
            format!("{}{whole}{places}", if negative { "-" } else { "" })
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn patterns_of_bounds_compare_as_numbers_do(text in decimal(), bound in decimal()) {
        let (value, limit) = (number(&text), number(&bound));
        let (most, least) = (patterns::at_most(limit).unwrap(), patterns::at_least(limit).unwrap());
        prop_assert_eq!(accepts(&most, &text), value <= limit, "{} <= {}: {}", text, bound, most);
        prop_assert_eq!(accepts(&least, &text), value >= limit, "{} >= {}: {}", text, bound, least);
        let power = format!("{text}E0");
        prop_assert!(accepts(&most, &power) && accepts(&least, &power));
    }

    #[test]
    fn decimals_are_counted_without_trailing_zeros(text in decimal(), most in 0..3_u32) {
        let decimals = number(&text).decimals().unwrap();
        let pattern = patterns::decimal(Some(most));
        prop_assert_eq!(accepts(&pattern, &text), decimals <= most, "{} {}", pattern, text);
        prop_assert!(accepts(&patterns::decimal(None), &text));
    }

    #[test]
    fn patterns_of_dates_compare_as_days_do(day in -900..900_i32, limit in -900..900_i32) {
        let date = |days: i32| Date::constant(2020, 1, 1).checked_add(jiff::Span::new().days(days)).unwrap();
        let (day, limit) = (date(day), date(limit));
        let text = day.to_string();
        prop_assert!(accepts(patterns::DATE, &text));
        prop_assert_eq!(accepts(&patterns::date_from(limit, true), &text), day >= limit);
        prop_assert_eq!(accepts(&patterns::date_from(limit, false), &text), day <= limit);
    }
}

#[test]
fn the_pattern_of_dates_knows_the_calendar() {
    for year in [0, 1, 4, 100, 400, 1900, 1999, 2000, 2023, 2024, 2100, 9999] {
        for month in 0..=13 {
            for day in 0..=32 {
                let text = format!("{year:04}-{month:02}-{day:02}");
                let is_day = Date::new(year, month, day).is_ok();
                assert_eq!(accepts(patterns::DATE, &text), is_day, "{text}");
            }
        }
    }
}

#[test]
fn what_is_no_decimal_is_none() {
    for text in ["", "-", ".5", "5.", "+5", "1e", "1.e2", "0x1", " 1", "1 ", "1,5", "١"] {
        assert!(!accepts(&patterns::decimal(None), text), "{text}");
        assert!(!accepts(&patterns::decimal(Some(2)), text), "{text}");
    }
    for text in ["1e5", "-1.50E-2", "0e+0"] {
        assert!(
            accepts(&patterns::decimal(None), text) && accepts(&patterns::decimal(Some(0)), text),
            "{text}"
        );
    }
}

#[test]
fn written_decimals_have_the_unit_s_places() {
    for (text, places) in [("0", 0), ("-12", 0), ("0.5", 0), ("0.50", 2), ("-120.125", 2)] {
        assert!(accepts(&patterns::written_decimal(places), text), "{text}");
    }
    for (text, places) in [("00", 0), ("1.", 0), ("1", 2), ("1.5", 2), ("01.50", 2)] {
        assert!(!accepts(&patterns::written_decimal(places), text), "{text}");
    }
}

#[test]
fn a_document_keeps_the_order_of_its_keys_and_exact_numbers() {
    let mut definitions = Definitions::default();
    let date = definitions.date();
    let bound = Node::number(number("0.1000000000000000055511151231"));
    let root = object(vec![
        ("zeta".into(), date, true),
        ("等级".into(), reference("等级").with_some("maximum", bound), false),
    ]);
    insta::assert_snapshot!(definitions.document("T", root), @r##"
    {
      "$schema": "https://json-schema.org/draft/2020-12/schema",
      "title": "T",
      "type": "object",
      "properties": {
        "zeta": {
          "$ref": "#/$defs/date"
        },
        "等级": {
          "$ref": "#/$defs/%E7%AD%89%E7%BA%A7",
          "maximum": 0.1000000000000000055511151231
        }
      },
      "required": [
        "zeta"
      ],
      "additionalProperties": false,
      "$defs": {
        "date": {
          "type": "string",
          "format": "date",
          "pattern": "^([0-9]{4}-((0[13578]|1[02])-(0[1-9]|[12][0-9]|3[01])|(0[469]|11)-(0[1-9]|[12][0-9]|30)|02-(0[1-9]|1[0-9]|2[0-8]))|([0-9]{2}(0[48]|[2468][048]|[13579][26])|([02468][048]|[13579][26])00)-02-29)$"
        }
      }
    }
    "##);
}
