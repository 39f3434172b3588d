//! One value where data flows, and data where a value was given: a sum that is written to a file, a file's one number.

use super::build::{Builder, Fault};
use crate::plan::fits::{fits, refinement};
use telos_abi::{Refinement, Type};
use telos_graph::Input;

impl Builder<'_> {
    /// What an output holds, as a value or as data of another type. The primitives that read a value out of data refuse data
    /// that holds none or several.
    pub(super) fn value(&mut self, node: usize, port: usize, want: &Type) -> Result<Input, Fault> {
        const UTF8: Type = Type::Blob { refinement: Refinement::Utf8, max: 0 };
        let own = self.output_type(node, port);
        if fits(own, want) {
            return Ok(Self::edge(node, port));
        }
        let text = matches!(own, Type::Blob { .. })
            && refinement(own).is_some_and(|own| fits(&Type::Blob { refinement: own, max: 0 }, &UTF8));
        let step = match (own, want) {
            (Type::Int { .. }, Type::Float) => "number.of-count",
            (Type::Float, Type::Int { .. }) => "number.whole",
            (Type::Int { .. }, Type::Text { .. }) => "number.of-count",
            (Type::Float, Type::Text { .. }) => "number.write",
            (Type::Text { .. }, Type::Float | Type::Int { .. }) => {
                // A text that is computed has its number beside it.
                let outputs = &self.entry(self.entries[node]).is.outputs;
                match outputs.iter().position(|port| port.ty == Type::Float) {
                    Some(beside) => return self.value(node, beside, want),
                    None => "text.from",
                }
            }
            (Type::Text { .. } | Type::Float | Type::Int { .. }, Type::Blob { .. }) if fits(&UTF8, want) => match own {
                Type::Text { .. } => "text.from",
                Type::Float => "number.write",
                _ => "number.of-count",
            },
            (Type::Blob { .. }, Type::Float | Type::Int { .. } | Type::Text { .. })
                if refinement(own) == Some(Refinement::Table) =>
            {
                "table.values"
            }
            (Type::Blob { .. }, Type::Float | Type::Int { .. }) if text => "number.read",
            (Type::Blob { .. }, Type::Text { .. }) if text => "text.value",
            _ => return Err(Fault::NoWay("this result")),
        };
        let entry = self.named(step)?;
        let next = self.push(entry, vec![(0, Self::edge(node, port))], None);
        self.value(next, 0, want)
    }
}
