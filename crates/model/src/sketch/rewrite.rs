//! Statements as they are built: what a request says in one way, and primitives do in another.

use super::ground::Ground;
use super::{Argument, Operation, Source, Statement, Step};
use crate::turn::EntryKind;
use telos_graph::order::FileOrder;

/// The statement to build instead, if it is another one.
pub(super) fn rewritten(statement: &Statement, ground: &Ground<'_>) -> Option<Statement> {
    posted(statement)
        .or_else(|| touched(statement, ground))
        .or_else(|| picked(statement, ground))
        .or_else(|| organised(statement))
        .or_else(|| renamed(statement, ground))
        .or_else(|| copied(statement, ground))
        .or_else(|| in_its_order(statement, ground))
        .or_else(|| unflattened(statement, ground))
        .or_else(|| found_by_end(statement, ground))
}

/// "Everything ending in .gz" is found by the end of its name.
fn found_by_end(statement: &Statement, ground: &Ground<'_>) -> Option<Statement> {
    let is_end = |arguments: &[Argument]| match arguments {
        [Argument::Source(Source::Slot(slot))] => {
            let end = ground.text(slot).strip_prefix('.');
            end.is_some_and(|end| !end.is_empty() && end.chars().all(char::is_alphanumeric))
        }
        _ => false,
    };
    let mut steps = statement.steps.clone();
    let mut changed = false;
    for step in &mut steps {
        if let Step::Run(operation) = step
            && operation.name == "file.find"
            && !operation.settings.iter().any(|(name, _)| *name == "extension")
            && let Some((name, _)) =
                operation.settings.iter_mut().find(|(name, arguments)| *name == "name" && is_end(arguments))
        {
            *name = "extension";
            changed = true;
        }
    }
    changed.then(|| Statement { steps, ..statement.clone() })
}

/// Names in an archive keep their directories unless the request says otherwise.
fn unflattened(statement: &Statement, ground: &Ground<'_>) -> Option<Statement> {
    const FLAT: &[&str] = &[
        "flat",
        "without",
        "no folder",
        "no director",
        "no subfolder",
        "no path",
        "junk",
        "only the names",
        "top level",
    ];
    let text = ground.reading.text.to_lowercase();
    if FLAT.iter().any(|word| text.contains(word)) {
        return None;
    }
    let flattens = |step: &Step| matches!(step, Step::Run(operation) if operation.name == "bundle.flatten");
    let at = statement.steps.iter().position(flattens).filter(|_| statement.steps.len() > 1)?;
    let mut steps = statement.steps.clone();
    steps.remove(at);
    Some(Statement { steps, ..statement.clone() })
}

/// "In order" is how things come; what nobody asks to be sorted stays so.
fn in_its_order(statement: &Statement, ground: &Ground<'_>) -> Option<Statement> {
    const SORTING: &[&str] = &[
        "sort",
        "alphabet",
        "ascending",
        "descending",
        "a to z",
        "a-z",
        "order by",
        "order of",
        "reverse",
        "first",
        "last",
    ];
    let text = ground.reading.text.to_lowercase();
    let as_it_comes = ["in order", "in the order", "in their order"].iter().any(|words| text.contains(words))
        && !SORTING.iter().any(|word| text.contains(word));
    let sorts = |step: &Step| match step {
        Step::Run(operation) if operation.name == "table.sort" => operation
            .settings
            .iter()
            .any(|(name, given)| *name == "column" && matches!(given.as_slice(), [Argument::Literal(_)])),
        _ => false,
    };
    let at = statement.steps.iter().position(sorts).filter(|_| as_it_comes)?;
    let mut steps = statement.steps.clone();
    steps.remove(at);
    Some(Statement { steps, ..statement.clone() })
}

/// A file is made empty by writing nothing to it, if it is not here.
fn touched(statement: &Statement, ground: &Ground<'_>) -> Option<Statement> {
    let [Step::Run(operation), rest @ ..] = statement.steps.as_slice() else { return None };
    let ("file.touch", [("path", arguments)]) = (operation.name, operation.settings.as_slice()) else { return None };
    let [Argument::Source(Source::Slot(slot))] = arguments.as_slice() else { return None };
    if ground.around.lookup(&ground.made(slot, None)).is_some() {
        return None;
    }
    let settings = vec![("text", vec![Argument::Literal("")])];
    let nothing = Step::Run(Operation { name: "text.from", output: None, each: false, settings });
    let steps = [&[nothing, Step::Save(slot.clone())], rest].concat();
    Some(Statement { sources: Vec::new(), steps, ..statement.clone() })
}

/// "To this address, post that": what is posted is the source, the address a setting.
fn posted(statement: &Statement) -> Option<Statement> {
    let ([Source::Slot(address)], [Step::Run(operation), rest @ ..]) =
        (statement.sources.as_slice(), statement.steps.as_slice())
    else {
        return None;
    };
    if address.letter != 'u' || operation.name != "http.post" {
        return None;
    }
    let (_, body) = operation.settings.iter().find(|(name, _)| *name == "body")?;
    let [Argument::Source(body)] = body.as_slice() else { return None };
    // A text that stands in the request is no source.
    if matches!(body, Source::Slot(slot) if matches!(slot.letter, 'x' | 'v')) {
        return None;
    }
    let url = vec![Argument::Source(Source::Slot(address.clone()))];
    let mut settings: Vec<_> = operation.settings.iter().filter(|(name, _)| *name != "body").cloned().collect();
    settings.push(("url", url));
    let post = Step::Run(Operation { settings, ..operation.clone() });
    Some(Statement { sources: vec![body.clone()], steps: [&[post], rest].concat(), ..statement.clone() })
}

/// The first or last of the files that were found: the search gives them in that order, so that they are files still.
fn picked(statement: &Statement, ground: &Ground<'_>) -> Option<Statement> {
    let at = statement.steps.windows(2).position(|pair| match pair {
        [Step::Run(find), Step::Run(top)] => find.name == "file.find" && !find.each && top.name == "table.top",
        _ => false,
    })?;
    let (Step::Run(find), Step::Run(top)) = (&statement.steps[at], &statement.steps[at + 1]) else { return None };
    let set = |name: &str| top.settings.iter().find(|(setting, _)| *setting == name).map(|(_, given)| given.as_slice());
    let smallest = matches!(set("smallest"), Some([Argument::Literal("true")]));
    let order = match (set("column")?, smallest) {
        ([Argument::Literal("size")], false) => FileOrder::Largest,
        ([Argument::Literal("size")], true) => FileOrder::Smallest,
        ([Argument::Literal("modified")], false) => FileOrder::Newest,
        ([Argument::Literal("modified")], true) => FileOrder::Oldest,
        _ => return None,
    };
    if matches!(find.output, Some("count")) || top.output.is_some() {
        return None;
    }
    // In the person's own word, so that it is they who choose.
    let text = ground.reading.text.to_lowercase();
    let words = text.split(|letter: char| !letter.is_alphanumeric());
    let word = order.words().iter().find(|word| match word.split_once(' ') {
        Some(_) => text.contains(**word),
        None => words.clone().any(|said| said == **word),
    });
    let word = word.or(order.words().first())?;
    let mut settings = find.settings.clone();
    settings.push(("order", vec![Argument::Literal(word)]));
    match set("count")? {
        // One is what an order gives.
        [Argument::Literal("1")] => {}
        count => settings.push(("limit", count.to_vec())),
    }
    let found = Operation { output: Some("entries"), settings, ..find.clone() };
    let mut steps = statement.steps.clone();
    steps.splice(at..at + 2, [Step::Run(found)]);
    Some(Statement { steps, ..statement.clone() })
}

/// A directory is organised by moving each file of it.
fn organised(statement: &Statement) -> Option<Statement> {
    let ([directory], [Step::Run(operation), rest @ ..]) = (statement.sources.as_slice(), statement.steps.as_slice())
    else {
        return None;
    };
    if operation.name != "directory.organise" {
        return None;
    }
    let run = |name, each, settings| Step::Run(Operation { name, output: None, each, settings });
    let mut settings = operation.settings.clone();
    settings.push(("directory", vec![Argument::Source(directory.clone())]));
    let steps =
        [vec![run("file.list", false, Vec::new()), run("file.organise", true, settings)], rest.to_vec()].concat();
    Some(Statement { steps, ..statement.clone() })
}

/// A file is renamed by a rule within the directory that it is found in; "the files of a directory" are those in it.
fn renamed(statement: &Statement, ground: &Ground<'_>) -> Option<Statement> {
    let named = |step: &Step| matches!(step, Step::Run(operation) if operation.name == "file.change-name");
    let at = statement.steps.iter().position(named)?;
    let Step::Run(operation) = &statement.steps[at] else { return None };
    if operation.settings.iter().any(|(name, _)| *name == "directory") {
        return None;
    }
    let (directory, stands) = match statement.sources.as_slice() {
        [Source::Here] => (Source::Here, true),
        [Source::Slot(slot)] if slot.letter == 'd' => (Source::Slot(slot.clone()), ground.directory(slot).is_ok()),
        [Source::Slot(_), ..] => (Source::Here, false),
        _ => return None,
    };
    let whole = at == 0 && stands;
    let mut operation = operation.clone();
    operation.settings.push(("directory", vec![Argument::Source(directory)]));
    operation.each |= whole;
    let mut steps = statement.steps.clone();
    steps[at] = Step::Run(operation);
    if whole {
        let list = Operation { name: "file.list", output: None, each: false, settings: Vec::new() };
        steps.insert(at, Step::Run(list));
    }
    Some(Statement { steps, ..statement.clone() })
}

/// A directory is copied by writing all that is in it below another name; into a directory that is here, with its own name.
fn copied(statement: &Statement, ground: &Ground<'_>) -> Option<Statement> {
    let [Step::Run(operation), rest @ ..] = statement.steps.as_slice() else { return None };
    let ("directory.copy", [("target", target)]) = (operation.name, operation.settings.as_slice()) else { return None };
    let [Argument::Source(Source::Slot(slot))] = target.as_slice() else { return None };
    let here = ground.around.lookup(&ground.made(slot, None)).is_some_and(|entry| entry.kind == EntryKind::Directory);
    let inside = if here { "false" } else { "true" };
    let settings = vec![("inside", vec![Argument::Literal(inside)])];
    let bundle = Step::Run(Operation { name: "directory.bundle", output: None, each: false, settings });
    let steps = [vec![bundle, Step::Fill(Source::Slot(slot.clone()))], rest.to_vec()].concat();
    Some(Statement { steps, ..statement.clone() })
}

/// Whether a step puts something in order, or takes the greatest or least.
pub(super) fn orders(step: &Step) -> bool {
    const ORDERS: &[&str] = &["table.top", "table.sort", "text.sort", "text.longest"];
    let Step::Run(operation) = step else { return false };
    let extreme = |word: &str| matches!(word, "max" | "min");
    let function = operation.settings.iter().any(|(name, given)| {
        *name == "function" && matches!(given.as_slice(), [Argument::Literal(function)] if extreme(function))
    });
    ORDERS.contains(&operation.name) || function || operation.output.is_some_and(extreme)
}
