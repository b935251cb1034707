//! A program for columns: each instruction knows whether it makes bits or numbers, and what it needs of either.

use crate::program::{Code, Input, Kind, Program, Reg};

/// What a register holds, row by row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    /// A byte that is 0 or 1.
    Bit,
    Number,
    /// The same number in every row.
    Constant(i64),
}

#[derive(Clone, Debug)]
pub(super) struct Plan {
    /// By register.
    pub(super) classes: Vec<Class>,
}

impl Plan {
    pub(super) fn new(program: &Program) -> Self {
        let mut classes = vec![Class::Bit; usize::from(program.first_constant)];
        for (class, input) in classes.iter_mut().zip(&program.inputs) {
            *class = class_of(input);
        }
        classes.extend(program.constants.iter().map(|value| Class::Constant(*value)));
        for instruction in &program.code {
            let class =
                |register: Reg| classes.get(usize::from(register.0)).copied().unwrap_or(Class::Number);
            let (b, c) = (class(instruction.b), class(instruction.c));
            let made = match instruction.code {
                Code::Less
                | Code::LessOrEqual
                | Code::Equal
                | Code::Within
                | Code::Member
                | Code::Divides
                | Code::And
                | Code::Or
                | Code::AndNot
                | Code::Not => Class::Bit,
                Code::Select => either(b, c),
                Code::Add
                | Code::Subtract
                | Code::Multiply
                | Code::Lower
                | Code::Higher
                | Code::AddIf
                | Code::HigherIf
                | Code::LowerIf
                | Code::HalfUp
                | Code::HalfEven
                | Code::Up
                | Code::Down
                | Code::AddMonths
                | Code::Clamp
                | Code::Union
                | Code::Intersection
                | Code::Difference
                | Code::Lookup
                | Code::Group
                | Code::Part
                | Code::Each
                | Code::Item
                | Code::At
                | Code::Push => Class::Number,
            };
            classes.push(made);
        }
        Self { classes }
    }
}

pub(super) fn class_of(input: &Input) -> Class {
    if input.kind == Kind::Bool { Class::Bit } else { Class::Number }
}

/// Bits where both are bits, or one is and the other a constant bit.
fn either(left: Class, right: Class) -> Class {
    let is_bit = |class: Class| matches!(class, Class::Bit | Class::Constant(0 | 1));
    let some_bit = left == Class::Bit || right == Class::Bit;
    if some_bit && is_bit(left) && is_bit(right) { Class::Bit } else { Class::Number }
}
