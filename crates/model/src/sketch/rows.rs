//! Settings of row tests: what a value that a person says is in the column that it is compared with.

use super::columns::Columns;
use super::convert;
use crate::plan::lexicon::Entry;
use telos_abi::Value;
use telos_graph::{Constant, ConstantOrigin, Input};

/// What ports are set to, as values and as inputs of a node.
type Settings<'s> = (&'s mut Vec<(usize, Value)>, &'s mut Vec<(usize, Input)>);

/// Sets a port to a value instead of what it was set to.
fn put((set, inputs): Settings<'_>, port: usize, value: Value, origin: ConstantOrigin) {
    set.retain(|(at, _)| *at != port);
    inputs.retain(|(at, _)| *at != port);
    set.push((port, value.clone()));
    inputs.push((port, Input::Constant(Constant { value, origin })));
}

/// A value that the column named does not hold, and exactly one other does: "who passed First Aid" is about the course.
pub(super) fn held_elsewhere(
    entry: &Entry<'_>,
    columns: &Columns,
    set: &mut [(usize, Value)],
    inputs: &mut [(usize, Input)],
) {
    let Some((column, value)) = entry.row_test() else { return };
    let Columns::Known(all) = columns else { return };
    let text = |port: usize| match set.iter().find(|(at, _)| *at == port) {
        Some((_, Value::Text(text))) => Some(text.as_str()),
        _ => None,
    };
    let (Some(name), Some(said)) = (text(column), text(value)) else { return };
    let lacks =
        columns.get(name).is_some_and(|own| !own.values.is_empty() && !own.values.iter().any(|one| one == said));
    let mut holding = all.iter().filter(|other| other.values.iter().any(|one| one == said));
    let word = said.chars().any(char::is_alphabetic) && said.len() > 2;
    let (Some(other), None) = (holding.next().filter(|_| lacks && word), holding.next()) else { return };
    let meant = Value::Text(other.name.clone());
    for (_, value) in set.iter_mut().filter(|(port, _)| *port == column) {
        *value = meant.clone();
    }
    for (_, input) in inputs.iter_mut().filter(|(port, _)| *port == column) {
        *input = Input::Constant(Constant { value: meant.clone(), origin: ConstantOrigin::Observed });
    }
}

/// Whether words would be compared by size with a number: no name is above 600.
pub(super) fn compares_words(entry: &Entry<'_>, columns: &Columns, set: &[(usize, Value)]) -> bool {
    let (Some((column, value)), Some(comparison)) = (entry.row_test(), convert::input(entry, "comparison")) else {
        return false;
    };
    let given = |port: usize| set.iter().find(|(at, _)| *at == port).map(|(_, value)| value);
    let ordered = matches!(
        given(comparison),
        Some(Value::Variant(case, _)) if matches!(case.as_str(), "greater" | "less" | "at-least" | "at-most")
    );
    let number = matches!(given(value), Some(Value::Text(text)) if text.parse::<f64>().is_ok());
    let Some(Value::Text(name)) = given(column) else { return false };
    let words = columns.get(name).is_some_and(|own| {
        !own.values.is_empty() && own.values.iter().all(|value| value.starts_with(char::is_alphabetic))
    });
    ordered && number && words
}

/// A name that no glance has seen among the values of its column: rows contain it, whatever the case of its letters. Of
/// senders that have a name of their own it is the name, unless it is an address.
pub(super) fn unseen(
    entry: &Entry<'_>,
    columns: &Columns,
    set: &mut Vec<(usize, Value)>,
    inputs: &mut Vec<(usize, Input)>,
) {
    let (Some((column, value)), Some(comparison)) = (entry.row_test(), convert::input(entry, "comparison")) else {
        return;
    };
    let text = |set: &[(usize, Value)], wanted: usize| match set.iter().find(|(port, _)| *port == wanted) {
        Some((_, Value::Text(text))) => Some(text.clone()),
        _ => None,
    };
    let (Some(name), Some(said)) = (text(set, column), text(set, value)) else { return };
    let word = said.chars().any(char::is_alphabetic) && said.parse::<f64>().is_err();
    let chosen = set.iter().any(|(port, held)| {
        *port == comparison && !matches!(held, Value::Variant(case, _) if case == "equals" || case == "contains")
    });
    if name == LEVEL && word && !chosen && columns.get("message").is_some() {
        graded(entry, &said, value, comparison, set, inputs);
        return;
    }
    let seen = columns.get(&name).is_some_and(|column| column.values.contains(&said));
    if !word || chosen || seen || columns.get(&name).is_some_and(|column| !column.values.is_empty()) {
        return;
    }
    if let Some(contains) = crate::plan::case(&entry.is.inputs[comparison].ty, "contains") {
        put((set, inputs), comparison, contains, ConstantOrigin::Planner);
    }
    if let Some(ignore) = convert::input(entry, "ignore-case") {
        put((set, inputs), ignore, Value::Bool(true), ConstantOrigin::Planner);
    }
    let of_name = format!("{name}-name");
    if !said.contains('@') && columns.get(&of_name).is_some() {
        put((set, inputs), column, Value::Text(of_name), ConstantOrigin::Observed);
    }
    if let Some(bare) = ["the ", "The "].iter().find_map(|article| said.strip_prefix(article)) {
        put((set, inputs), value, Value::Text(bare.to_owned()), ConstantOrigin::UserTurn);
    }
}

/// The column of a program's log that says how grave an entry is.
const LEVEL: &str = "level";

/// A level as logs write it, long or short, in capitals or not: "warnings" is `WARN` and `warning`.
fn graded(
    entry: &Entry<'_>,
    said: &str,
    value: usize,
    comparison: usize,
    set: &mut Vec<(usize, Value)>,
    inputs: &mut Vec<(usize, Input)>,
) {
    const SHORT: [&str; 6] = ["warn", "err", "info", "debug", "crit", "fatal"];
    let low = said.to_lowercase();
    let short = SHORT.iter().find(|short| low.starts_with(**short)).map_or(low.as_str(), |short| short);
    put((set, inputs), value, Value::Text(short.to_owned()), ConstantOrigin::Planner);
    if let Some(contains) = crate::plan::case(&entry.is.inputs[comparison].ty, "contains") {
        put((set, inputs), comparison, contains, ConstantOrigin::Planner);
    }
    if let Some(ignore) = convert::input(entry, "ignore-case") {
        put((set, inputs), ignore, Value::Bool(true), ConstantOrigin::Planner);
    }
}

/// "Between 9:00 and 10:00 on 12 June": the day that is said with one end is that of the other.
pub(super) fn same_day(entry: &Entry<'_>, set: &mut [(usize, Value)], inputs: &mut [(usize, Input)]) {
    let (Some(from), Some(to)) = (convert::input(entry, "from"), convert::input(entry, "to")) else { return };
    let text = |wanted: usize| match set.iter().find(|(port, _)| *port == wanted) {
        Some((_, Value::Text(text))) => Some(text.as_str()),
        _ => None,
    };
    let (Some(first), Some(last)) = (text(from), text(to)) else { return };
    let clock = |text: &str| text.contains(':') && !text.contains(['-', ' ']);
    let (lacks, completed) = match (first.split_once(' '), last.split_once(' ')) {
        (None, Some((day, time))) if clock(first) && clock(time) => (from, format!("{day} {first}")),
        (Some((day, time)), None) if clock(last) && clock(time) => (to, format!("{day} {last}")),
        _ => return,
    };
    for (_, value) in set.iter_mut().filter(|(port, _)| *port == lacks) {
        *value = Value::Text(completed.clone());
    }
    for (port, input) in inputs {
        if *port == lacks
            && let Input::Constant(constant) = input
        {
            // Put together of two things that were said: nobody said it so.
            *constant = Constant { value: Value::Text(completed.clone()), origin: ConstantOrigin::Planner };
        }
    }
}

/// A day that is not whole ("March 2024") equals nothing: rows contain it.
pub(super) fn partial_days(entry: &Entry<'_>, set: &mut Vec<(usize, Value)>, inputs: &mut Vec<(usize, Input)>) {
    let Some((_, value)) = entry.row_test() else { return };
    let Some(comparison) = convert::input(entry, "comparison") else { return };
    if set.iter().any(|(port, _)| *port == comparison) {
        return;
    }
    let date = set.iter().any(|(port, held)| {
        *port == value
            && matches!(held, Value::Text(text) if text.len() >= 4 && text.contains('-') && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'))
    });
    let contains = crate::plan::case(&entry.is.inputs[comparison].ty, "contains").filter(|_| date);
    if let Some(contains) = contains {
        set.push((comparison, contains.clone()));
        inputs.push((comparison, Input::Constant(Constant { value: contains, origin: ConstantOrigin::Planner })));
    }
}
