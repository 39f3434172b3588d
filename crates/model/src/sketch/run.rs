//! One operation as a node: what flows in, its settings, and what is known of what flows out.

use super::build::{Builder, Data, Fault, Flow};
use super::columns::Columns;
use super::convert;
use super::settings::{Context, Set};
use super::{Argument, Operation, Source};
use crate::plan::fits::{handle, refinement, takes_column};
use crate::plan::lexicon::Entry;
use crate::read::Fact;
use crate::read::words::parts;
use crate::turn::Reading;
use telos_abi::{EffectKind, Refinement, Type, Value};
use telos_graph::{Constant, ConstantOrigin, Input};

/// Words before a value that leave only what is above or below it.
const ABOVE: &[&str] = &[
    "more than",
    "greater than",
    "larger than",
    "bigger than",
    "higher than",
    " over",
    " above",
    "at least",
    "exceeding",
];
const BELOW: &[&str] =
    &["less than", "fewer than", "smaller than", "lower than", " under", " below", "at most", "up to"];
/// Operations that take one file out of several.
const MEMBERS: &[&str] = &["archive.member", "mail.attachment"];
/// The operation that looks for a text in whatever column.
const SEARCH: &str = "table.search";

impl<'a> Builder<'a> {
    pub(super) fn run(&mut self, operation: &Operation, flow: Flow, results: &[Flow]) -> Result<Flow, Fault> {
        let index = self.named(operation.name)?;
        let entry = self.entry(index);
        let mut inputs: Vec<(usize, Input)> = Vec::new();
        // The first input takes what flows in, unless it is a setting.
        let first = entry.is.inputs.iter().position(|input| {
            matches!(input.ty, Type::Blob { .. })
                || handle(&input.ty).is_some() && !operation.settings.iter().any(|(name, _)| *name == input.name)
                || matches!(&input.ty, Type::List { item, .. } if handle(item).is_some())
        });
        let mut each = None;
        if let Some(port) = first {
            let want = &entry.is.inputs[port].ty;
            let needed = entry.is.inputs[port].default.is_none();
            match flow.data {
                Data::Nothing if needed => {
                    return Err(Fault::Unset { operation: operation.name, setting: String::new() });
                }
                Data::Nothing => {}
                _ => {
                    let several = matches!(&flow.data, Data::Files(paths) if paths.len() > 1) && handle(want).is_some();
                    let lifted = operation.each || several || matches!(flow.data, Data::Output { lifted: true, .. });
                    if let (Some(other), Type::Blob { .. }) = (second(entry, port, operation), want)
                        && let Data::Files(paths) = &flow.data
                        && let [one, two] = paths.as_slice()
                    {
                        // "f1+f2 > compare": the second file is the other input.
                        let (one, two) = (self.file(one.clone()), self.file(two.clone()));
                        let wanted = &entry.is.inputs[other].ty;
                        inputs.push((port, self.enter(&one, want, false)?));
                        inputs.push((other, self.enter(&two, wanted, false)?));
                    } else {
                        inputs.push((port, self.enter(&flow, want, lifted)?));
                        if lifted {
                            each = Some(port);
                        }
                    }
                }
            }
        }
        if first.is_none() {
            inputs.extend(self.setting_from(operation, entry, &flow)?);
        }
        let columns = self.columns_of(&flow);
        let set = self.settings(operation, entry, &flow, &columns, results, &mut inputs)?;
        complete(operation, entry, &inputs)?;
        inputs.sort_by_key(|(port, _)| *port);
        let node = self.push(index, inputs, each);
        let output = match operation.output {
            Some(name) => convert::output(entry, name).ok_or(Fault::Malformed)?,
            None => 0,
        };
        let columns = if entry.is.outputs.is_empty() {
            Columns::Unknown
        } else {
            self.columns_after(operation, entry, &columns, output, &set, results)
        };
        self.readings.push(Reading { span: 0..0, meaning: entry.is.semantics.summary.clone() });
        let moved = self.moved(entry, node);
        let kind = kind_after(entry, &flow);
        let packed = match &flow.data {
            Data::Directory(path) => Some(path.clone()),
            _ => flow.packed,
        };
        Ok(Flow {
            data: if entry.is.outputs.is_empty() {
                Data::Nothing
            } else {
                Data::Output { node, port: output, lifted: each.is_some() }
            },
            columns,
            file: moved.or(flow.file),
            packed,
            kind,
            kept: entry.changes_things(),
        })
    }

    /// Columns of what flows out.
    fn columns_after(
        &self,
        operation: &Operation,
        entry: &Entry<'_>,
        columns: &Columns,
        output: usize,
        set: &[(usize, Value)],
        results: &[Flow],
    ) -> Columns {
        let after = columns.after(entry, table_output(entry, output), set);
        match self.joined(operation, results) {
            Some(other) => after.with(&other),
            None => after,
        }
    }

    /// Columns of the table that another one is joined with.
    fn joined(&self, operation: &Operation, results: &[Flow]) -> Option<Columns> {
        let (_, arguments) =
            operation.settings.iter().find(|(name, _)| operation.name == "table.join" && *name == "right")?;
        match arguments.as_slice() {
            [Argument::Source(Source::Slot(slot))] => {
                let path = self.ground.file(slot, &[]).ok()?;
                Some(self.columns_of(&self.file(path)))
            }
            [Argument::Source(Source::Result(number))] => results.get(*number).map(|flow| self.columns_of(flow)),
            _ => None,
        }
    }

    /// A result that an operation of settings alone goes on from: it is the first setting that is not said and takes it.
    fn setting_from(
        &mut self,
        operation: &Operation,
        entry: &Entry<'_>,
        flow: &Flow,
    ) -> Result<Option<(usize, Input)>, Fault> {
        if !matches!(flow.data, Data::Output { .. }) {
            return Ok(None);
        }
        let said = |name: &str| operation.settings.iter().any(|(setting, _)| *setting == name);
        let free = entry.is.inputs.iter().enumerate().filter(|(_, input)| !said(&input.name));
        for (port, input) in
            free.filter(|(_, input)| matches!(input.ty, Type::Float | Type::Int { .. } | Type::Text { .. }))
        {
            if let Ok(entered) = self.enter(flow, &input.ty, false) {
                return Ok(Some((port, entered)));
            }
        }
        Err(Fault::NoWay("this result"))
    }

    /// Where a file that an operation renamed or copied is now.
    pub(super) fn moved(&mut self, entry: &Entry<'_>, node: usize) -> Option<String> {
        let target = convert::input(entry, "target")?;
        let (_, input) = self.nodes[node].inputs.iter().find(|(port, _)| usize::from(port.0) == target)?;
        let Input::Constant(Constant { value: Value::Text(path), .. }) = input else { return None };
        let path = path.clone();
        let flow = self.file(path.clone());
        self.saved.insert(path.clone(), flow);
        Some(path)
    }

    /// Columns of the table that a flow is or can be read as.
    pub(super) fn columns_of(&self, flow: &Flow) -> Columns {
        match (&flow.data, &flow.columns) {
            (Data::Directory(_), _) => {
                let find = self.names.get("file.find").map(|index| self.entry(*index));
                find.map_or(Columns::Unknown, |entry| Columns::Unknown.after(entry, table_output(entry, 0), &[]))
            }
            (_, Columns::Unknown) => self.implied(flow),
            (_, known) => known.clone(),
        }
    }

    /// Columns of a table that reading implies: the messages of a mailbox.
    pub(super) fn implied(&self, flow: &Flow) -> Columns {
        let Some(kind) = flow.kind.as_deref() else { return Columns::Unknown };
        let parser = self.lexicon.entries.iter().find(|entry| {
            entry.lossless()
                && entry.is.inputs.first().is_some_and(|_| entry.kinds(0).iter().any(|end| end == kind))
                && entry.is.outputs.first().is_some_and(|port| refinement(&port.ty) == Some(Refinement::Table))
        });
        parser.map_or(Columns::Unknown, |entry| Columns::Unknown.after(entry, 0, &[]))
    }

    pub(super) fn settings(
        &mut self,
        operation: &Operation,
        entry: &'a Entry<'a>,
        flow: &Flow,
        columns: &Columns,
        results: &[Flow],
        inputs: &mut Vec<(usize, Input)>,
    ) -> Result<Vec<(usize, Value)>, Fault> {
        let mut set: Vec<(usize, Value)> = Vec::new();
        let mut ordered: Vec<(usize, &Vec<Argument>)> = Vec::new();
        for (name, arguments) in &operation.settings {
            let port = convert::input(entry, name).ok_or(Fault::Malformed)?;
            ordered.push((port, arguments));
        }
        // Columns first: the form of a value depends on its column.
        ordered.sort_by_key(|(port, _)| (!takes_column(&entry.is.inputs[*port].ty), *port));
        let ground = self.ground;
        for (port, arguments) in ordered {
            if let Some(input) = self.data_setting(entry, port, arguments, flow, results)? {
                inputs.push((port, input));
                continue;
            }
            if contradicts(ground, &entry.is.inputs[port].name, arguments) {
                return Err(Fault::Malformed);
            }
            let own =
                set.iter().find(|(at, _)| takes_column(&entry.is.inputs[*at].ty)).and_then(|(_, value)| match value {
                    Value::Text(name) => Some(name.clone()),
                    _ => None,
                });
            let context = Context { ground, columns, file: flow.file.as_deref(), column: own.as_deref() };
            let Set { value, origin } = context.set(entry, port, arguments)?;
            for argument in arguments {
                if let Argument::Source(Source::Slot(slot)) = argument {
                    let meaning = format!("{} = {}", entry.is.inputs[port].meaning, crate::plan::show(&value));
                    self.read(slot, meaning);
                }
            }
            set.push((port, value.clone()));
            inputs.push((port, Self::constant(value, origin)));
        }
        self.guess_column(operation, entry, columns, &mut set, inputs);
        partial_days(entry, &mut set, inputs);
        same_day(entry, &mut set, inputs);
        unseen(entry, columns, &mut set, inputs);
        self.agree(operation, entry, &mut set, inputs);
        if self.turned_around(entry, &set) {
            return Err(Fault::Malformed);
        }
        Ok(set)
    }

    /// The words before a value say how it is compared: a comparison that contradicts them is turned around.
    fn agree(
        &self,
        operation: &Operation,
        entry: &Entry<'_>,
        set: &mut Vec<(usize, Value)>,
        inputs: &mut Vec<(usize, Input)>,
    ) {
        let (Some((_, value)), Some(comparison)) = (entry.row_test(), convert::input(entry, "comparison")) else {
            return;
        };
        let said = operation.settings.iter().find(|(name, _)| *name == entry.is.inputs[value].name);
        let Some([Argument::Source(Source::Slot(slot))]) = said.map(|(_, arguments)| arguments.as_slice()) else {
            return;
        };
        let before = self.ground.reading.text.get(..slot.bytes.start).unwrap_or("").trim_end().to_lowercase();
        let given = set.iter().find(|(port, _)| *port == comparison).map(|(_, value)| value);
        let given = match given.or(entry.is.inputs[comparison].default.as_ref()) {
            Some(Value::Variant(case, _)) => case.clone(),
            _ => return,
        };
        let ends = |words: &[&str]| words.iter().any(|words| before.ends_with(words));
        // Who is older has more years, and an earlier day of birth.
        let name = entry.row_test().and_then(|(column, _)| set.iter().find(|(port, _)| *port == column));
        let years = matches!(name, Some((_, Value::Text(name))) if parts(name).iter().any(|part| part == "age"));
        let ends = |words: &[&str]| {
            ends(words)
                || years && words == ABOVE && ends(&["older than"])
                || years && words == BELOW && ends(&["younger than"])
        };
        let denied = ends(&["not more than", "no more than", "not over", "not less than", "no less than", "not under"]);
        let contradicts = match given.as_str() {
            "greater" | "at-least" => ends(BELOW),
            "less" | "at-most" => ends(ABOVE),
            "equals" => ends(ABOVE) || ends(BELOW),
            _ => false,
        };
        let meant = match (given.as_str(), ends(ABOVE)) {
            ("at-least", _) => "at-most",
            ("at-most", _) => "at-least",
            (_, true) => "greater",
            (_, false) => "less",
        };
        if contradicts
            && !denied
            && let Some(meant) = crate::plan::case(&entry.is.inputs[comparison].ty, meant)
        {
            set.retain(|(port, _)| *port != comparison);
            inputs.retain(|(port, _)| *port != comparison);
            set.push((comparison, meant.clone()));
            inputs.push((comparison, Self::constant(meant, ConstantOrigin::Planner)));
        }
    }

    /// Whether an order contradicts the request's superlatives: the dearest first to "cheapest". Words that measure time are
    /// left out: who is oldest has the least date and the greatest age.
    fn turned_around(&self, entry: &Entry<'_>, set: &[(usize, Value)]) -> bool {
        const BOTH_WAYS: &[&str] = &["modified", "age", "duration"];
        let said = self.ground.reading.spans.iter().filter_map(|span| match span.fact {
            Fact::Greatest { of, descending } if !of.iter().any(|of| BOTH_WAYS.contains(of)) => {
                let most = self.ground.reading.slice(&span.tokens).eq_ignore_ascii_case("most");
                (!most).then_some(descending)
            }
            _ => None,
        });
        let mut directions: Vec<bool> = said.collect();
        if let [first, second] = *directions
            && first != second
            && self.spans_an_order()
        {
            directions.truncate(1);
        }
        if directions.len() == 1 && self.ends_an_order() {
            return false;
        }
        let Some(greatest) = directions.first().filter(|first| directions.iter().all(|other| other == *first)) else {
            return false;
        };
        let given = |name: &str| {
            let port = convert::input(entry, name)?;
            let value = set.iter().find(|(at, _)| *at == port).map(|(_, value)| value);
            match value.or(entry.is.inputs[port].default.as_ref()) {
                Some(Value::Bool(given)) => Some(*given),
                _ => None,
            }
        };
        given("descending").is_some_and(|descending| descending != *greatest)
            || given("smallest").is_some_and(|smallest| smallest == *greatest)
    }

    /// Whether the superlative is only the other end of an order, as in "from dearest to cheapest".
    fn ends_an_order(&self) -> bool {
        let superlative = self.ground.reading.spans.iter().find(|span| matches!(span.fact, Fact::Greatest { .. }));
        let start = superlative.map_or(0, |span| self.ground.reading.bytes(&span.tokens).start);
        let before = self.ground.reading.text.get(..start).unwrap_or("").trim_end().to_lowercase();
        before.ends_with(" to") || before.ends_with(" to the")
    }

    /// Whether the request's superlatives are the two ends of an order, "from tallest to smallest".
    fn spans_an_order(&self) -> bool {
        let superlatives: Vec<_> =
            self.ground.reading.spans.iter().filter(|span| matches!(span.fact, Fact::Greatest { .. })).collect();
        let [first, second] = superlatives.as_slice() else { return false };
        let (first, second) = (self.ground.reading.bytes(&first.tokens), self.ground.reading.bytes(&second.tokens));
        let between = self.ground.reading.text.get(first.end..second.start).unwrap_or("").trim();
        let before = self.ground.reading.text.get(..first.start).unwrap_or("").trim_end().to_lowercase();
        matches!(between, "to" | "to the" | "down to" | "up to") || before.ends_with("from") && between.ends_with("to")
    }

    /// A setting that is data, a file or a directory.
    pub(super) fn data_setting(
        &mut self,
        entry: &Entry<'_>,
        port: usize,
        arguments: &[Argument],
        flow: &Flow,
        results: &[Flow],
    ) -> Result<Option<Input>, Fault> {
        let ty = &entry.is.inputs[port].ty;
        let [Argument::Source(source)] = arguments else { return Ok(None) };
        let creates = entry.acts(port, EffectKind::FileCreate) || entry.acts(port, EffectKind::DirCreate);
        match (ty, source) {
            (Type::Handle { .. }, Source::Slot(slot)) if creates || slot.letter == 'p' => {
                // What is renamed stays where it is.
                let renamed = match (&flow.data, entry.is.name.as_str()) {
                    (_, "file.rename") => flow.file.as_deref(),
                    (Data::Directory(path), "directory.rename") => Some(path.as_str()),
                    _ => None,
                };
                let beside = renamed.and_then(|file| file.rsplit_once('/')).map(|(directory, _)| directory);
                let existing = (slot.letter == 'd').then(|| self.ground.directory(slot).ok()).flatten();
                let path = existing.unwrap_or_else(|| self.ground.made(slot, beside));
                self.read(slot, format!("{} = “{path}”", entry.is.inputs[port].meaning));
                Ok(Some(self.path(&path)))
            }
            (Type::Handle { .. } | Type::Blob { .. }, source) => {
                let flow = self.source(source, results, &[])?;
                self.enter(&flow, ty, false).map(Some)
            }
            (Type::Int { .. } | Type::Float | Type::Text { .. }, Source::Result(number)) => {
                let flow = results.get(*number).cloned().ok_or(Fault::Malformed)?;
                self.enter(&flow, ty, false).map(Some)
            }
            _ => Ok(None),
        }
    }

    /// A row test that names only a value, of a table whose values no glance has seen: the value may stand in any column.
    pub(super) fn in_any_column(&self, operation: &Operation, flow: &Flow) -> Option<Operation> {
        let entry = self.entry(*self.names.get(operation.name)?);
        let (column, value) = entry.row_test()?;
        self.names.get(SEARCH)?;
        let given = |name: &str| operation.settings.iter().find(|(setting, _)| *setting == name);
        let (_, arguments) = given(&entry.is.inputs[value].name)?;
        let [Argument::Source(Source::Slot(slot))] = arguments.as_slice() else { return None };
        let alike = given("comparison")
            .is_none_or(|(_, how)| matches!(how.as_slice(), [Argument::Literal("contains" | "equals")]));
        let word = self.ground.text(slot).chars().any(char::is_alphabetic);
        if given(&entry.is.inputs[column].name).is_some() || !alike || !word || self.columns_of(flow).seen() {
            return None;
        }
        let pattern = vec![Argument::Source(Source::Slot(slot.clone()))];
        Some(Operation { name: SEARCH, settings: vec![("pattern", pattern)], ..operation.clone() })
    }

    /// A row test that names only the value: the column that holds it.
    pub(super) fn guess_column(
        &self,
        operation: &Operation,
        entry: &Entry<'_>,
        columns: &Columns,
        set: &mut Vec<(usize, Value)>,
        inputs: &mut Vec<(usize, Input)>,
    ) {
        let Some((column, value)) = entry.row_test() else { return };
        if set.iter().any(|(port, _)| *port == column) {
            return;
        }
        let said = operation.settings.iter().find(|(name, _)| *name == entry.is.inputs[value].name);
        let Some((_, arguments)) = said else { return };
        let [Argument::Source(Source::Slot(slot))] = arguments.as_slice() else { return };
        let Some((name, held)) = columns.holding(self.ground.text(slot)) else { return };
        set.retain(|(port, _)| *port != value);
        inputs.retain(|(port, _)| *port != value);
        for (port, text) in [(column, name), (value, held)] {
            set.push((port, Value::Text(text.clone())));
            inputs.push((port, Self::constant(Value::Text(text), ConstantOrigin::Observed)));
        }
    }
}

/// The output whose columns count: the table, where the first output is a list beside it.
fn table_output(entry: &Entry<'_>, output: usize) -> usize {
    let table = |port: &telos_abi::OutputPort| refinement(&port.ty) == Some(Refinement::Table);
    let own = entry.is.outputs.get(output).is_some_and(table);
    let other = entry.is.outputs.iter().position(table);
    if own { output } else { other.unwrap_or(output) }
}

/// What the end of the file's name says of what flows out.
fn kind_after(entry: &Entry<'_>, flow: &Flow) -> Option<String> {
    match flow.file.as_deref().and_then(|file| file.rsplit_once('.')) {
        // What was packed is called what it was called before.
        Some((stem, _)) if entry.is.name == "data.decompress" => Some(super::ground::end(stem)),
        // A member of a mail or an archive is of a kind of its own.
        _ => flow.kind.clone().filter(|_| still_raw(entry) && !MEMBERS.contains(&entry.is.name.as_str())),
    }
}

/// Whether the operation leaves data of the same kind as the file it came from, by the end of its name.
fn still_raw(entry: &Entry<'_>) -> bool {
    let bytes = |ty: &Type| matches!(refinement(ty), Some(Refinement::Bytes | Refinement::Utf8));
    entry.is.inputs.first().is_some_and(|input| bytes(&input.ty))
        && entry.is.outputs.first().is_some_and(|port| bytes(&port.ty))
}

/// The first of the further data inputs that no setting names, if it has to be given.
fn second(entry: &Entry<'_>, first: usize, operation: &Operation) -> Option<usize> {
    let mut rest = entry.is.inputs.iter().enumerate().skip(first + 1);
    let unnamed = rest.find(|(_, input)| {
        matches!(input.ty, Type::Blob { .. }) && !operation.settings.iter().any(|(name, _)| *name == input.name)
    });
    unnamed.filter(|(_, input)| input.default.is_none()).map(|(at, _)| at)
}

/// Every input that must be given is given.
fn complete(operation: &Operation, entry: &Entry<'_>, inputs: &[(usize, Input)]) -> Result<(), Fault> {
    let given = |port: usize| inputs.iter().any(|(given, _)| *given == port);
    let mut all = entry.is.inputs.iter().enumerate();
    match all.find(|(port, input)| input.default.is_none() && !given(*port)) {
        Some((_, input)) => Err(Fault::Unset { operation: operation.name, setting: input.meaning.clone() }),
        None => Ok(()),
    }
}

/// Whether a bound is set to the other side of what the words before it say: the least size to "smaller than".
fn contradicts(ground: &super::ground::Ground<'_>, setting: &str, arguments: &[Argument]) -> bool {
    let [Argument::Source(Source::Slot(slot))] = arguments else { return false };
    let before = ground.reading.text.get(..slot.bytes.start).unwrap_or("").trim_end().to_lowercase();
    let ends = |words: &[&str]| words.iter().any(|words| before.ends_with(words));
    if ends(&["not", "no"]) {
        return false;
    }
    match setting {
        "min-size" => ends(BELOW),
        "max-size" => ends(ABOVE),
        "newer-than" => ends(&["older than", "before"]),
        "older-than" => ends(&["newer than", "younger than", "since"]),
        _ => false,
    }
}

/// A name that no glance has seen among the values of its column: rows contain it, whatever the case of its letters. Of
/// senders that have a name of their own it is the name, unless it is an address.
fn unseen(entry: &Entry<'_>, columns: &Columns, set: &mut Vec<(usize, Value)>, inputs: &mut Vec<(usize, Input)>) {
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
    let seen = columns.get(&name).is_some_and(|column| column.values.contains(&said));
    if !word || chosen || seen || columns.get(&name).is_some_and(|column| !column.values.is_empty()) {
        return;
    }
    let mut put = |port: usize, value: Value, origin: ConstantOrigin| {
        set.retain(|(at, _)| *at != port);
        inputs.retain(|(at, _)| *at != port);
        set.push((port, value.clone()));
        inputs.push((port, Input::Constant(Constant { value, origin })));
    };
    if let Some(contains) = crate::plan::case(&entry.is.inputs[comparison].ty, "contains") {
        put(comparison, contains, ConstantOrigin::Planner);
    }
    if let Some(ignore) = convert::input(entry, "ignore-case") {
        put(ignore, Value::Bool(true), ConstantOrigin::Planner);
    }
    let of_name = format!("{name}-name");
    if !said.contains('@') && columns.get(&of_name).is_some() {
        put(column, Value::Text(of_name), ConstantOrigin::Observed);
    }
    if let Some(bare) = ["the ", "The "].iter().find_map(|article| said.strip_prefix(article)) {
        put(value, Value::Text(bare.to_owned()), ConstantOrigin::UserTurn);
    }
}

/// "Between 9:00 and 10:00 on 12 June": the day that is said with one end is that of the other.
fn same_day(entry: &Entry<'_>, set: &mut [(usize, Value)], inputs: &mut [(usize, Input)]) {
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
fn partial_days(entry: &Entry<'_>, set: &mut Vec<(usize, Value)>, inputs: &mut Vec<(usize, Input)>) {
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
