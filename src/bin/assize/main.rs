//! The command `assize`: checks policies and decides files of cases. Sees the public interface alone.

mod check;
mod code;
mod decide;
mod files;
mod fix;
mod fmt;
mod progress;
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
    Check(check::CheckArgs),
    Code(code::CodeArgs),
    Decide(decide::DecideArgs),
    Fmt(fmt::FmtArgs),
    Test(test::TestArgs),
}

fn main() -> ExitCode {
    match Call::parse().command {
        Command::Check(args) => check::check(&args),
        Command::Code(args) => code::code(&args),
        Command::Decide(args) => decide::decide(&args),
        Command::Fmt(args) => fmt::fmt(&args),
        Command::Test(args) => test::test(&args),
    }
    .into()
}
