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
pub(super) fn essence(statements: &[Statement], lexicon: &Lexicon<'_>, text: &str) -> Vec<Statement> {
    let entry = |name: &str| lexicon.entries.iter().find(|entry| entry.is.name == name);
    let mut out: Vec<Statement> = Vec::new();
    for statement in statements {
        let mut steps = usual(statement.steps.clone(), text);
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
        out.push(Statement { steps, ..statement.clone() });
    }
    without_repeats(out)
}

/// Two steps that come to the same as two others, as the others.
fn usual(mut steps: Vec<Step>, text: &str) -> Vec<Step> {
    for at in 0..steps.len() {
        let (Some(Step::Run(first)), Some(Step::Run(second))) = (steps.get(at), steps.get(at + 1)) else { continue };
        let column = first.settings.iter().find(|(name, _)| *name == "column").map(|(_, given)| given.clone());
        let plain = second.settings.is_empty();
        let values = Step::Run(Operation { output: None, ..first.clone() });
        let over = |name, setting| {
            let settings = vec![(setting, column.clone().unwrap_or_default())];
            Step::Run(Operation { name, output: None, each: false, settings })
        };
        let pair = match (first.name, second.name) {
            // Sorted lines of a column are that column of sorted rows, and each line once is each row once.
            ("table.values", "text.sort") if plain => [over("table.sort", "column"), values],
            ("table.values", "text.unique") if plain => [over("table.distinct", "by"), values],
            ("log.parse", "table.filter") if first.settings.is_empty() => match level(second, text) {
                Some(level) => {
                    let settings = vec![("level", vec![Argument::Literal(level)])];
                    steps[at] = Step::Run(Operation { settings, ..first.clone() });
                    steps.remove(at + 1);
                    continue;
                }
                None => continue,
            },
            _ => continue,
        };
        steps.splice(at..at + 2, pair);
    }
    for step in &mut steps {
        if let Step::Run(operation) = step
            && operation.name == "text.compare"
            && operation.output == Some("same")
        {
            let settings = operation.settings.iter().map(|(_, given)| ("other", given.clone())).collect();
            *operation = Operation { name: "data.compare", output: None, each: false, settings };
        }
    }
    steps
}

/// The level of a log's entries that a row test keeps, if that is all it tests.
fn level(test: &Operation, text: &str) -> Option<&'static str> {
    const LEVELS: [&str; 6] = ["debug", "error", "fatal", "info", "trace", "warn"];
    let mut value = None;
    for (name, given) in &test.settings {
        match (*name, given.as_slice()) {
            ("column", [Argument::Literal("level")]) => {}
            ("comparison", [Argument::Literal("equals" | "contains")]) => {}
            ("value", [Argument::Literal(level)]) => value = Some((*level).to_lowercase()),
            ("value", [Argument::Source(Source::Slot(slot))]) => {
                value = text.get(slot.bytes.clone()).map(str::to_lowercase);
            }
            _ => return None,
        }
    }
    let value = value.filter(|_| test.output.is_none())?;
    LEVELS.into_iter().find(|level| value.starts_with(level))
}

/// The essence of sketches that differ in which column of a table that an operation made a name is looked for in, and whether it
/// is looked for in one column at all.
pub(super) fn without_columns(essence: &[Statement]) -> (Vec<Statement>, bool) {
    let mut loose = essence.to_vec();
    let mut anywhere = false;
    for operation in loose.iter_mut().flat_map(|statement| &mut statement.steps).filter_map(|step| match step {
        Step::Run(operation) if operation.name == "table.filter" => Some(operation),
        _ => None,
    }) {
        let before = operation.settings.len();
        operation
            .settings
            .retain(|(name, given)| *name != "column" || !matches!(given.as_slice(), [Argument::Literal(_)]));
        anywhere |= before == operation.settings.len() && !operation.settings.iter().any(|(name, _)| *name == "column");
    }
    (loose, anywhere)
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
    // Who asks whether something holds is told why it does not.
    let answers = entry.is.outputs.first().is_some_and(|port| matches!(port.ty, telos_abi::Type::Bool));
    if answers && matches!(operation.output, Some("problem" | "difference")) {
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
