//! assize beside hand-written Rust and other rules engines: all of them decide the same cases, their answers are compared
//! first, and then they are timed in turns.
//!
//! `quality` is `benches/policies/quality.assize`, in each engine as one would write it there; the others are a catalogue
//! of generated rules. `limit1` and `limit2` are hand-written Rust, in decimals and in scaled integers. Times are CPU time
//! per decision, medians over the rounds.
//!
//! To build the other engines takes a C compiler: zen-engine and dsntk bring an HTTP client with its cryptography, and
//! dsntk decimals in C. None of them reaches for the network when it decides.

mod assize_columns;
mod assize_engine;
mod catalogue;
mod catalogue_assize;
mod catalogue_decimals;
#[cfg(feature = "engines")]
mod catalogue_dsntk;
mod catalogue_integers;
#[cfg(feature = "engines")]
mod catalogue_rhai;
#[cfg(feature = "engines")]
mod cedar_engine;
#[cfg(feature = "engines")]
mod cel_engine;
mod columns;
mod contender;
#[cfg(feature = "engines")]
mod dsntk_engine;
mod engine;
#[cfg(feature = "engines")]
mod floats;
#[cfg(feature = "engines")]
mod grl_engine;
mod limit1;
mod limit2;
mod line;
mod numbers;
mod quality;
mod random;
#[cfg(feature = "engines")]
mod rego_engine;
#[cfg(feature = "engines")]
mod rhai_engine;
mod rounds;
mod rules;
mod table;
#[cfg(feature = "engines")]
mod zen_engine;

use std::process::ExitCode;

use assize_engine::Assize;
use catalogue::Catalogue;
use catalogue_decimals::Decimals;
use catalogue_integers::Integers;
use columns::Columns;
use contender::{Contender, World, prepare};
use engine::Engine;
use limit1::Limit1;
use limit2::Limit2;
use quality::Quality;
use table::Table;

const ROWS: usize = 1_000_000;

const USAGE: &str = "usage: peers [--only ENGINE,ENGINE] [--rounds N] [--cases N] [--rules N,N]";

struct Options {
    only: Option<Vec<String>>,
    rounds: usize,
    cases: usize,
    /// The sizes of the catalogue.
    rules: Vec<usize>,
}

impl Options {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        let mut options = Self { only: None, rounds: 15, cases: 10_000, rules: vec![10, 1_000, 10_000] };
        while let Some(flag) = arguments.next() {
            let value = arguments.next()?;
            match flag.as_str() {
                "--only" => options.only = Some(value.split(',').map(str::to_owned).collect()),
                "--rounds" => options.rounds = value.parse().ok().filter(|rounds| *rounds > 0)?,
                "--cases" => options.cases = value.parse().ok().filter(|cases| *cases > 0)?,
                "--rules" => {
                    options.rules = value
                        .split(',')
                        .map(|size| size.parse().ok().filter(|size| *size > 0))
                        .collect::<Option<_>>()?
                }
                _ => return None,
            }
        }
        Some(options)
    }

    fn wants(&self, engine: &str) -> bool {
        self.only.as_ref().is_none_or(|only| only.iter().any(|name| name == engine))
    }
}

fn main() -> ExitCode {
    let Some(options) = Options::parse(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(&options) {
        Ok(table) => {
            table.print();
            ExitCode::SUCCESS
        }
        Err(difference) => {
            eprintln!("{difference}");
            ExitCode::FAILURE
        }
    }
}

fn run(options: &Options) -> Result<Table, String> {
    let mut table = Table::new();
    quality(options, &mut table)?;
    if ["limit1", "limit2", "assize", "rhai", "dsntk"].iter().any(|engine| options.wants(engine)) {
        for &rules in &options.rules {
            catalogue(rules, options, &mut table)?;
        }
    }
    Ok(table)
}

/// Loads and checks the engines that are wanted.
macro_rules! prepare {
    ($options:ident, $world:ident, $contenders:ident: $($engine:ty, $load:expr;)*) => {
        $(if $options.wants(<$engine as Engine<_>>::NAME) {
            $contenders.push(prepare(&$world, $load)?);
        })*
    };
}

fn quality(options: &Options, table: &mut Table) -> Result<(), String> {
    let facts = quality::cases().take(options.cases).collect();
    let world =
        World::<Quality>::new("quality".to_owned(), rules::NAMES.len(), facts, Assize::load().policy());
    every_rule_fires_and_rests(&world);
    let mut contenders = Vec::new();
    prepare! { options, world, contenders:
        Limit1, || Limit1;
        Limit2, || Limit2;
    }
    if options.wants("limit2") {
        let facts: Vec<_> = quality::cases().take(ROWS).collect();
        contenders.push(Box::new(Columns::prepare(&world.policy, &facts)?));
    }
    prepare! { options, world, contenders:
        Assize, Assize::load;
    }
    if options.wants("assize") {
        let facts: Vec<_> = quality::cases().take(ROWS).collect();
        contenders.push(Box::new(assize_columns::Columns::prepare(&world.policy, &facts)?));
    }
    #[cfg(feature = "engines")]
    prepare! { options, world, contenders:
        rhai_engine::Script, rhai_engine::Script::load;
        cel_engine::Cel, cel_engine::Cel::load;
        rego_engine::Rego, rego_engine::Rego::load;
        zen_engine::Zen, zen_engine::Zen::load;
        dsntk_engine::Dsntk, dsntk_engine::Dsntk::load;
        cedar_engine::Cedar, cedar_engine::Cedar::load;
        grl_engine::Grl, grl_engine::Grl::load;
    }
    measure(&mut contenders, options, table);
    Ok(())
}

fn catalogue(count: usize, options: &Options, table: &mut Table) -> Result<(), String> {
    let rules = catalogue::rules(count);
    let text = catalogue::text(&rules);
    let facts = catalogue::cases(&rules, options.cases);
    let name = format!("{count} rules");
    let assize = catalogue_assize::Assize::load(&text);
    let saved = assize.policy().save();
    let world = World::<Catalogue>::new(name, count, facts, assize.policy());
    let mut contenders = Vec::new();
    prepare! { options, world, contenders:
        Decimals, || Decimals::new(&rules);
        Integers, || Integers::new(&rules);
        catalogue_assize::Assize, || catalogue_assize::Assize::load(&text);
    }
    if options.wants("assize") {
        contenders.push(prepare(&world, || catalogue_assize::Saved::load(&saved))?);
    }
    #[cfg(feature = "engines")]
    let script = catalogue_rhai::text(&rules);
    #[cfg(feature = "engines")]
    let model = catalogue_dsntk::text(&rules);
    #[cfg(feature = "engines")]
    prepare! { options, world, contenders:
        catalogue_rhai::Script, || catalogue_rhai::Script::load(&script);
        catalogue_dsntk::Dsntk, || catalogue_dsntk::Dsntk::load(&model, count);
    }
    measure(&mut contenders, options, table);
    Ok(())
}

/// Cases that leave a rule untried would compare nothing.
fn every_rule_fires_and_rests(world: &World<Quality>) {
    for rule in rules::NAMES {
        let name = format!(r#"{{"rule":"{rule}"}}"#);
        let fired = world.decisions.iter().filter(|decision| decision.contains(&name)).count();
        let tried = fired > 0 && fired < world.decisions.len();
        assert!(
            tried || world.decisions.len() < 1_000,
            "{rule} fires in {fired} of {}",
            world.decisions.len()
        );
    }
}

fn measure(contenders: &mut [Box<dyn Contender + '_>], options: &Options, table: &mut Table) {
    let measured = rounds::measure(contenders, options.rounds);
    for (contender, measured) in contenders.iter().zip(&measured) {
        table.row(contender.description(), measured);
    }
}
