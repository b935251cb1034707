//! A policy in several files that live in the host: here a map, as well a database or an archive.
//!
//! The library opens no file itself. `use "tables.assize"` asks the loader, once for each file.

use std::collections::BTreeMap;

use assize::{Error, Policy};

const ROOT: &str = r#"
policy parking "Parking on pavements"

use "rates/2024.assize"

facts
  length:   integer, 1 to 50
  resident: bool

outcome fine: EUR, sum

rule parked_on_the_pavement
  when not resident
  then fine: length * rate
"#;

const RATES: &str = r#"
use "../units.assize"

parameter rate: EUR = 12.50 EUR
"#;

fn main() -> Result<(), Error> {
    let files = BTreeMap::from([("rates/2024.assize", RATES), ("units.assize", "unit EUR, 2 decimals\n")]);

    let policy = Policy::builder()
        .file("parking.assize", ROOT)
        .loader(|name, from| {
            println!("{from} uses {name}");
            files.get(name).map(|text| (*text).to_owned()).ok_or("there is no such file")
        })
        .build()?;

    println!("{}", policy.decide_json(r#"{"length": 4, "resident": false}"#).to_json(0));
    Ok(())
}
