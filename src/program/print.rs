//! A program as text, for tests and for those who look at what the compiler made.

use std::fmt;

use super::{Code, Program, Reg};

impl Program {
    fn name(&self, register: Reg) -> String {
        let place = usize::from(register.0);
        match place.checked_sub(usize::from(self.first_constant)) {
            None => format!("fact {place}"),
            Some(place) => match self.constants.get(place) {
                Some(constant) => constant.to_string(),
                None => format!("r{}", register.0),
            },
        }
    }
}

impl fmt::Display for Program {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (instruction, place) in self.code.iter().zip(self.first_result()..) {
            let [a, b, c] = [instruction.a, instruction.b, instruction.c].map(|register| self.name(register));
            write!(f, "r{place} = {:?} {a}", instruction.code)?;
            match instruction.code {
                Code::Not => writeln!(f)?,
                Code::Lookup => writeln!(f, " in table {}", instruction.b.0)?,
                Code::Group => writeln!(f, " is group {}", instruction.a.0)?,
                Code::Part => writeln!(f, " leaves part {}", instruction.b.0)?,
                Code::Each => {
                    let length = self.loops.get(usize::from(instruction.a.0)).map_or(0, |one| one.length);
                    writeln!(f, " is loop {} over the next {length}", instruction.a.0)?
                }
                Code::Item => writeln!(f, " is slot {} in loop {}", instruction.b.0, instruction.a.0)?,
                Code::At => writeln!(f, " is the item of loop {}", instruction.a.0)?,
                Code::Push => writeln!(f, " adds {b} to list {}", instruction.c.0)?,
                Code::Select | Code::Clamp | Code::Within | Code::AddIf | Code::HigherIf | Code::LowerIf => {
                    writeln!(f, " {b} {c}")?
                }
                Code::Add
                | Code::AddMonths
                | Code::Subtract
                | Code::Multiply
                | Code::Lower
                | Code::Higher
                | Code::HalfUp
                | Code::HalfEven
                | Code::Up
                | Code::Down
                | Code::Less
                | Code::LessOrEqual
                | Code::Equal
                | Code::Member
                | Code::And
                | Code::Or
                | Code::AndNot
                | Code::Union
                | Code::Intersection
                | Code::Difference
                | Code::Divides => writeln!(f, " {b}")?,
            }
        }
        for (output, place) in self.outputs.iter().zip(0..) {
            writeln!(f, "outcome {place} = {} if {}", self.name(output.value), self.name(output.there))?;
        }
        for fires in &self.fires {
            let rule = usize::try_from(fires.rule).ok().and_then(|place| self.rules.get(place));
            writeln!(f, "{} fires if {}", rule.map_or("", |name| name), self.name(fires.when))?;
        }
        for overridden in &self.overrides {
            writeln!(
                f,
                "{} is overridden by {} if {}",
                overridden.rule,
                overridden.by,
                self.name(overridden.when)
            )?;
        }
        writeln!(f, "abstains if {}", self.name(self.abstains))
    }
}
