//! The command `assize`: writes, checks and tests policies, and decides files of cases. Sees the public interface alone.

mod cases;
mod check;
mod code;
mod compile;
mod decide;
mod files;
mod fix;
mod fmt;
mod new;
mod progress;
mod schema;
mod stop;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
#[command(
    name = "assize",
    version,
    about = "Checks and tests enforcement policies, and decides cases under them",
    after_help = "Exit status:\n  \
        0  all is well: every case is decided, or undetermined for want of facts\n  \
        1  the policy is wrong, or a test of it fails\n  \
        2  the call is wrong, or a file cannot be read or written\n  \
        3  at least one case was refused or failed; the others are written all the same\n\n\
        Example:\n  \
        assize check fines.assize\n  \
        assize test fines.assize --coverage\n  \
        assize decide fines.assize cases.jsonl --out decisions.jsonl"
)]
struct Call {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Cases(cases::CasesArgs),
    Check(check::CheckArgs),
    Code(code::CodeArgs),
    Compile(compile::CompileArgs),
    Decide(decide::DecideArgs),
    Fmt(fmt::FmtArgs),
    New(new::NewArgs),
    Schema(schema::SchemaArgs),
    Test(test::TestArgs),
}

fn main() -> ExitCode {
    match Call::parse().command {
        Command::Cases(args) => cases::cases(&args),
        Command::Check(args) => check::check(&args),
        Command::Code(args) => code::code(&args),
        Command::Compile(args) => compile::compile(&args),
        Command::Decide(args) => decide::decide(&args),
        Command::Fmt(args) => fmt::fmt(&args),
        Command::New(args) => new::new(&args),
        Command::Schema(args) => schema::schema(&args),
        Command::Test(args) => test::test(&args),
    }
    .into()
}
