//! One operation as a node: what flows in, its settings, and what is known of what flows out.

use super::agreement;
use super::build::{Builder, Data, Fault, Flow, address_port, kind_of_address};
use super::columns::Columns;
use super::convert;
use super::ground::Ungrounded;
use super::rows::{compares_words, held_elsewhere, partial_days, same_day, unseen};
use super::settings::{Context, Set};
use super::{Argument, Operation, Source};
use crate::plan::fits::{handle, refinement, takes_column};
use crate::plan::lexicon::Entry;
use crate::turn::Reading;
use telos_abi::{EffectKind, Refinement, Type, Value};
use telos_graph::{Constant, ConstantOrigin, Input};

/// Operations that take one file out of several.
const MEMBERS: &[&str] = &["archive.member", "mail.attachment"];
/// The operation that looks for a text in whatever column.
const SEARCH: &str = "table.search";

impl<'a> Builder<'a> {
    pub(super) fn run(&mut self, operation: &Operation, flow: Flow, results: &[Flow]) -> Result<Flow, Fault> {
        let index = self.named(operation.name)?;
        let entry = self.entry(index);
        let mut inputs: Vec<(usize, Input)> = Vec::new();
        let first = data_port(operation, entry, &flow);
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
            inputs.extend(self.without_data(operation, entry, &flow)?);
        }
        let columns = self.columns_of(&flow);
        let unmeant = self.of_something_else(operation, &columns) || self.asks_which_is_more(operation);
        if unmeant || self.replaces_with_nothing(operation) {
            return Err(Fault::Malformed);
        }
        let set = self.settings(operation, entry, &flow, &columns, results, &mut inputs)?;
        complete(operation, entry, &inputs, &flow)?;
        inputs.sort_by_key(|(port, _)| *port);
        let node = self.push(index, inputs, each);
        let wanted = operation.output.map(|name| convert::output(entry, name).ok_or(Fault::Malformed));
        let output = wanted.transpose()?.unwrap_or(0);
        let columns = if entry.is.outputs.is_empty() {
            Columns::Unknown
        } else {
            self.columns_after(operation, entry, &columns, output, (&set, flow.file.as_deref()), results)
        };
        self.readings.push(Reading { span: 0..0, meaning: entry.is.semantics.summary.clone() });
        let moved = self.moved(entry, node);
        let page = address_port(entry)
            .map(|_| kind_of_address(flow.address.as_ref().map_or("", |address| self.ground.text(address))));
        let kind = self.kind_of_member(operation).or_else(|| kind_after(entry, &flow)).or(page);
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
            kept: entry.changes_things() && !entry.only_fetches(),
            stored: None,
            address: flow.address,
        })
    }

    /// Whether a text is to be replaced and nobody said by what: "replace" is not "remove".
    fn replaces_with_nothing(&self, operation: &Operation) -> bool {
        let given = operation.settings.iter().any(|(name, _)| *name == "replacement");
        let counts = operation.output == Some("count");
        let text = self.ground.reading.text.to_lowercase();
        operation.name == "text.replace"
            && !given
            && !counts
            && ["replace", "swap", "change"].iter().any(|word| text.contains(word))
    }

    /// What the end of its name says of a file that is taken out of others.
    fn kind_of_member(&self, operation: &Operation) -> Option<String> {
        let (_, arguments) = operation.settings.iter().find(|(name, _)| *name == "name")?;
        match arguments.as_slice() {
            [Argument::Source(Source::Slot(slot))] if MEMBERS.contains(&operation.name) => {
                Some(super::ground::end(self.ground.text(slot))).filter(|end| !end.is_empty())
            }
            _ => None,
        }
    }

    /// Columns of what flows out.
    fn columns_after(
        &self,
        operation: &Operation,
        entry: &Entry<'_>,
        columns: &Columns,
        output: usize,
        (set, file): (&[(usize, Value)], Option<&str>),
        results: &[Flow],
    ) -> Columns {
        if let Some(columns) = self.of_a_database(entry, set, file) {
            return columns;
        }
        // A part of a mail or an archive has columns of its own.
        if MEMBERS.contains(&operation.name) {
            return Columns::Unknown;
        }
        let after = columns.after(entry, table_output(entry, output), set);
        match self.joined(operation, results) {
            Some(other) => after.with(&other),
            None => after,
        }
    }

    /// Columns of the table that is taken out of a database.
    fn of_a_database(&self, entry: &Entry<'_>, set: &[(usize, Value)], file: Option<&str>) -> Option<Columns> {
        let port = convert::input(entry, "table").filter(|_| {
            entry.is.inputs.first().is_some_and(|input| refinement(&input.ty) == Some(Refinement::Bytes))
        })?;
        let name = set.iter().find(|(at, _)| *at == port).map(|(_, value)| value)?;
        let Value::Text(name) = name else { return None };
        let tables = self.ground.around.tables(file?);
        tables.into_iter().find(|(table, _)| table == name).map(|(_, columns)| Columns::Known(columns))
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

    /// What enters an operation of settings alone: the address that the statement is about, else an earlier result. What was
    /// asked for at an address is followed by something with the same address.
    fn without_data(
        &mut self,
        operation: &Operation,
        entry: &Entry<'_>,
        flow: &Flow,
    ) -> Result<Option<(usize, Input)>, Fault> {
        let said = |name: &str| operation.settings.iter().any(|(setting, _)| *setting == name);
        let free = address_port(entry).filter(|port| !said(&entry.is.inputs[*port].name));
        let (Some(port), Some(slot)) = (free, &flow.address) else {
            return self.setting_from(operation, entry, flow);
        };
        let url = Value::Text(self.ground.address(self.ground.text(slot))?);
        Ok(Some((port, Self::constant(url, ConstantOrigin::UserTurn))))
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
            if agreement::contradicts(ground, &entry.is.inputs[port].name, arguments) {
                return Err(Fault::Malformed);
            }
            let own =
                set.iter().find(|(at, _)| takes_column(&entry.is.inputs[*at].ty)).and_then(|(_, value)| match value {
                    Value::Text(name) => Some(name.clone()),
                    _ => None,
                });
            let context = Context { ground, columns, file: flow.file.as_deref(), column: own.as_deref() };
            let Set { value, origin } = match context.set(entry, port, arguments) {
                // What tables share joins them, where what is said to is in neither.
                Err(Fault::Ungrounded(Ungrounded::Unknown { .. })) if entry.is.name == "table.join" => continue,
                other => other?,
            };
            for argument in arguments {
                if let Argument::Source(Source::Slot(slot)) = argument {
                    let meaning = format!("{} = {}", entry.is.inputs[port].meaning, crate::plan::show(&value));
                    self.read(slot, meaning);
                }
            }
            set.push((port, value.clone()));
            inputs.push((port, Self::constant(value, origin)));
        }
        // "1 hour 45" is a number of minutes alone.
        let in_hours = operation.settings.iter().any(|(_, arguments)| arguments == &[Argument::Literal("hours")]);
        let of_both = operation.settings.iter().flat_map(|(_, arguments)| arguments).any(|argument| match argument {
            Argument::Source(Source::Slot(slot)) => super::arithmetic::minutes(self.ground.text(slot)).is_some(),
            _ => false,
        });
        if in_hours && of_both {
            return Err(Fault::Malformed);
        }
        self.guess_column(operation, entry, columns, &mut set, inputs);
        held_elsewhere(entry, columns, &mut set, inputs);
        self.matched(operation, entry, columns, results, &mut set, inputs);
        if compares_words(entry, columns, &set) {
            return Err(Fault::Malformed);
        }
        partial_days(entry, &mut set, inputs);
        same_day(entry, &mut set, inputs);
        unseen(entry, columns, &mut set, inputs);
        self.agree(operation, entry, &mut set, inputs);
        if self.turned_around(entry, &set) || groups_by_itself(entry, &set) {
            return Err(Fault::Malformed);
        }
        Ok(set)
    }

    /// Tables that are joined by columns of different names: the column of the other table that holds the same values.
    fn matched(
        &self,
        operation: &Operation,
        entry: &Entry<'_>,
        columns: &Columns,
        results: &[Flow],
        set: &mut Vec<(usize, Value)>,
        inputs: &mut Vec<(usize, Input)>,
    ) {
        let (Some(by), Some(right_by)) = (convert::input(entry, "by"), convert::input(entry, "right-by")) else {
            return;
        };
        let given = |port: usize| set.iter().find(|(at, _)| *at == port).map(|(_, value)| value);
        let Some(Columns::Known(others)) = self.joined(operation, results) else { return };
        let own = match given(by) {
            Some(Value::List(names)) => match names.as_slice() {
                [Value::Text(name)] => name.clone(),
                _ => return,
            },
            _ => return,
        };
        let same = |name: &str| others.iter().any(|other| other.name.eq_ignore_ascii_case(name));
        let Some(left) = columns.get(&own).filter(|_| given(right_by).is_none() && !same(&own)) else { return };
        let shared =
            |other: &&crate::turn::Column| other.values.iter().filter(|value| left.values.contains(value)).count();
        let best = others.iter().max_by_key(shared).filter(|best| 2 * shared(best) >= left.values.len().max(1));
        if let Some(best) = best {
            let value = Value::List(vec![Value::Text(best.name.clone())]);
            set.push((right_by, value.clone()));
            inputs.push((right_by, Self::constant(value, ConstantOrigin::Observed)));
        }
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
            // A text that is written out in the request is data as it stands there.
            (Type::Blob { refinement: Refinement::Bytes | Refinement::Utf8, .. }, Source::Slot(slot))
                if matches!(slot.letter, 'x' | 'v') =>
            {
                let text = self.ground.text(slot).to_owned();
                Ok(Some(Self::constant(Value::Bytes(text.as_str().into()), ConstantOrigin::UserTurn)))
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
        let how = given("comparison").map_or(Some("equals"), |(_, how)| match how.as_slice() {
            [Argument::Literal(how)] => Some(*how),
            _ => None,
        });
        let without = matches!(how, Some("not-equals" | "not-contains"));
        let alike = without || matches!(how, Some("equals" | "contains"));
        let word = self.ground.text(slot).chars().any(char::is_alphabetic);
        if given(&entry.is.inputs[column].name).is_some() || !alike || !word || self.columns_of(flow).seen() {
            return None;
        }
        let mut settings = vec![("pattern", vec![Argument::Source(Source::Slot(slot.clone()))])];
        if without {
            settings.push(("invert", vec![Argument::Literal("true")]));
        }
        Some(Operation { name: SEARCH, settings, ..operation.clone() })
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

/// Whether rows are grouped by the very column that is computed from: each group would be one value.
fn groups_by_itself(entry: &Entry<'_>, set: &[(usize, Value)]) -> bool {
    let given = |name| {
        let port = convert::input(entry, name)?;
        set.iter().find(|(at, _)| *at == port).map(|(_, value)| value)
    };
    match (given("column"), given("by")) {
        (Some(column), Some(Value::List(by))) => by.contains(column),
        _ => false,
    }
}

/// Whether a directory would be moved into itself.
fn into_itself(flow: &Flow, entry: &Entry<'_>, inputs: &[(usize, Input)]) -> bool {
    let Data::Directory(from) = &flow.data else { return false };
    let moves = entry.is.effects.iter().any(|effect| effect.kind == EffectKind::FileMove);
    moves
        && inputs.iter().any(|(_, input)| match input {
            Input::Constant(Constant { value: Value::Text(to), .. }) => {
                to.strip_prefix(from.as_str()).is_some_and(|rest| rest.starts_with('/'))
            }
            _ => false,
        })
}

/// The first input takes what flows in, unless it is a setting.
fn data_port(operation: &Operation, entry: &Entry<'_>, flow: &Flow) -> Option<usize> {
    let said = |name: &str| operation.settings.iter().any(|(setting, _)| *setting == name);
    let nothing = matches!(flow.data, Data::Nothing);
    entry.is.inputs.iter().position(|input| {
        matches!(input.ty, Type::Blob { .. }) && !(nothing && said(&input.name))
            || handle(&input.ty).is_some() && !said(&input.name)
            || matches!(&input.ty, Type::List { item, .. } if handle(item).is_some())
    })
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

/// Every input that must be given is given, and makes sense with what flows in.
fn complete(operation: &Operation, entry: &Entry<'_>, inputs: &[(usize, Input)], flow: &Flow) -> Result<(), Fault> {
    if into_itself(flow, entry, inputs) {
        return Err(Fault::Malformed);
    }
    let given = |port: usize| inputs.iter().any(|(given, _)| *given == port);
    let mut all = entry.is.inputs.iter().enumerate();
    match all.find(|(port, input)| input.default.is_none() && !given(*port)) {
        Some((_, input)) => Err(Fault::Unset { operation: operation.name, setting: input.meaning.clone() }),
        None => Ok(()),
    }
}
