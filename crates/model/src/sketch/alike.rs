//! Sketches that say the same in other words: their likelihoods count together.

use super::{Argument, Operation, Source, Statement, Step};
use crate::plan::fits::refinement;
use crate::plan::lexicon::{Entry, Lexicon};
use telos_abi::Refinement;
use telos_graph::{ConstantOrigin, Graph, Input};

/// Operations that only choose what is shown of a result.
const PROJECTIONS: &[&str] = &["table.values", "table.select"];

/// The statements without those at the end that say once more what an earlier one says.
pub(super) fn without_repeats(mut statements: Vec<Statement>) -> Vec<Statement> {
    while let [earlier @ .., last] = statements.as_slice()
        && earlier.iter().any(|other| other == last)
    {
        statements.pop();
    }
    statements
}

/// What is the same in all sketches that differ only in what a person would not mind: which columns of a result are shown,
/// whether a name is equal to or contained in a value, in which columns a drawing finds its marks.
pub(super) fn essence(statements: &[Statement], lexicon: &Lexicon<'_>) -> Vec<Statement> {
    let entry = |name: &str| lexicon.entries.iter().find(|entry| entry.is.name == name);
    let mut out: Vec<Statement> = Vec::new();
    for statement in statements {
        let mut steps = statement.steps.clone();
        while let Some(Step::Run(last)) = steps.last()
            && PROJECTIONS.contains(&last.name)
            && steps.len() > 1
        {
            steps.pop();
        }
        for step in &mut steps {
            if let Step::Run(operation) = step
                && let Some(entry) = entry(operation.name)
            {
                pare(operation, entry);
            }
        }
        out.push(Statement { sources: statement.sources.clone(), steps });
    }
    without_repeats(out)
}

/// A graph without who chose its constants: "three" is the same number whether the person or the translator wrote it.
pub(super) fn bare(graph: &Graph) -> Graph {
    let mut graph = graph.clone();
    for node in &mut graph.nodes {
        for (_, input) in &mut node.inputs {
            if let Input::Constant(constant) = input {
                constant.origin = ConstantOrigin::Default;
            }
        }
    }
    graph
}

/// Takes away from an operation's settings what a person would not mind.
fn pare(operation: &mut Operation, entry: &Entry<'_>) {
    // A table of one row that counts all rows is their number.
    if operation.name == "table.count" && operation.settings.is_empty() {
        operation.output = None;
    }
    let draws = entry.is.outputs.first().is_some_and(|port| refinement(&port.ty) == Some(Refinement::Svg));
    if draws {
        operation.settings.retain(|(name, _)| !matches!(*name, "label" | "values"));
    }
    if let Some((column, value)) = entry.row_test() {
        let name = |port: usize| entry.is.inputs[port].name.as_str();
        let said = operation.settings.iter().any(|(setting, arguments)| {
            *setting == name(value) && matches!(arguments.as_slice(), [Argument::Source(Source::Slot(_))])
        });
        operation.settings.retain(|(setting, arguments)| match arguments.as_slice() {
            [Argument::Literal(how)] if *setting == "comparison" => !matches!(*how, "contains" | "equals"),
            _ => true,
        });
        for (setting, arguments) in operation.settings.iter_mut().filter(|_| said) {
            // The name of a sender is the sender.
            if let [Argument::Literal(whose)] = arguments.as_mut_slice()
                && *setting == name(column)
            {
                *whose = whose.split('-').next().unwrap_or(whose);
            }
        }
    }
}
