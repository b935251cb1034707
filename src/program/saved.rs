//! A program as it is written: what nests in its inputs stands one after the other, and places are left out, since the
//! [layout](super::layout) settles them. What is read is believed in nothing.

use serde::{Deserialize, Serialize};

use super::layout::Layout;
use super::verify::{agrees, require};
use super::{Input, Parts, Program};
use crate::types::Schema;

/// A program and what it takes, `P` and `I` by reference when it is written.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Saved<P, I> {
    program: P,
    /// In the order in which the layout asks for them.
    inputs: Vec<I>,
}

impl<'p> Saved<&'p Program, &'p Input> {
    pub(crate) fn new(program: &'p Program) -> Self {
        let mut inputs: Vec<&Input> = program.inputs.iter().collect();
        for input in &program.inputs {
            gather(program, &input.parts, &mut inputs);
        }
        Self { program, inputs }
    }
}

fn gather<'p>(program: &'p Program, parts: &'p Parts, inputs: &mut Vec<&'p Input>) {
    match parts {
        Parts::None => {}
        Parts::Fields(fields) => {
            for field in fields {
                inputs.push(field);
                gather(program, &field.parts, inputs);
            }
        }
        Parts::Items(list) => {
            if let Some(list) = program.lists.get(usize::from(*list)) {
                inputs.push(&list.item);
                gather(program, &list.item.parts, inputs);
            }
        }
    }
}

impl Saved<Program, Input> {
    /// The program, if it can be run on cases of the schema.
    ///
    /// # Errors
    ///
    /// What is wrong with it.
    pub(crate) fn sound(self, schema: &Schema) -> Result<Program, &'static str> {
        let Self { mut program, inputs } = self;
        let mut inputs = inputs.into_iter();
        let mut layout =
            Layout::new(schema, |field| inputs.next().filter(|input| agrees(input, field, schema)));
        let facts = layout.facts().ok_or("there are other facts")?;
        require(layout.registers == program.first_constant, "registers of facts are missing")?;
        (program.inputs, program.lists) = (facts, layout.lists);
        require(inputs.next().is_none(), "there are other facts")?;
        program.verify(schema)?;
        Ok(program)
    }
}
