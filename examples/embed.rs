//! A policy inside a program: a struct goes in, a struct comes out.

use std::collections::{BTreeMap, BTreeSet};

use assize::{Error, Policy, Status};
use serde::{Deserialize, Serialize};

const POLICY: &str = r#"
policy short_weight "Short weight in packaged goods"
  cites "packaging act, section 4"

unit EUR, 2 decimals
enum Step: warning, recall, retraining

record Batch
  packs:     integer, 1 or more
  too_light: integer, 0 or more
  must hold "no more packs are too light than were weighed" too_light <= packs

facts
  inspected_on: date, 2020-01-01 or later
  price:        EUR, 0 or more
  batches:      list of Batch, 1 or more
  repeated:     bool, default no

define light: integer = sum of b.too_light for each b in batches

outcome fine:  EUR, sum, at most 10_000 EUR, rounded to 0.01 EUR half up
outcome steps: set of Step
outcome due:   duty of Step

rule some_too_light
  when light > 0
  then fine:  light * price
       steps: warning

rule again
  cites "section 9"
  when light > 0 and repeated
  then fine:  raised by 50%
       steps: retraining
       due:   retraining due inspected_on + 30 days

rule heavy_losses
  for each b in batches
  when b.too_light >= 100
  then steps: recall
"#;

#[derive(Serialize)]
struct Facts {
    inspected_on: &'static str,
    /// Amounts are exact: text, or a decimal type that serializes as text. A binary float is refused.
    price: &'static str,
    batches: Vec<Batch>,
    repeated: bool,
}

#[derive(Serialize)]
struct Batch {
    packs: u32,
    too_light: u32,
}

#[derive(Debug, Deserialize)]
struct Measures {
    fine: String,
    steps: BTreeSet<Step>,
    due: BTreeMap<Step, String>,
}

#[derive(Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "snake_case")]
enum Step {
    Warning,
    Recall,
    Retraining,
}

fn main() -> Result<(), Error> {
    let policy = Policy::from_text("short_weight.assize", POLICY)?;
    let facts = Facts {
        inspected_on: "2024-02-01",
        price: "2.35",
        batches: vec![Batch { packs: 500, too_light: 120 }, Batch { packs: 80, too_light: 3 }],
        repeated: true,
    };

    let decision = policy.decide(&facts);
    match decision.status() {
        Status::Decided => {
            let measures: Measures = decision.outcomes()?;
            println!("fine of {} EUR, steps {:?}, due {:?}", measures.fine, measures.steps, measures.due);
        }
        Status::Undetermined => println!("still needed: {:?}", decision.needs()),
        Status::Refused | Status::Failed => {
            for problem in decision.problems() {
                println!("{problem}");
            }
        }
    }
    for fired in decision.fired() {
        println!(
            "because of {}{}",
            fired.rule,
            fired.item.as_deref().map(|item| format!(" ({item})")).unwrap_or_default()
        );
    }
    Ok(())
}
