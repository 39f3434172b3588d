//! A sketch as a graph: its operations, and between them what types imply.

use super::columns::Columns;
use super::convert;
use super::ground::{self, Ground, Ungrounded};
use super::{Argument, Operation, Slot, Source, Statement, Step, rewrite};
use crate::plan::fits::{fits, refinement};
use crate::plan::lexicon::{Entry, Lexicon};
use crate::turn::Reading;
use std::collections::BTreeMap;
use telos_abi::{NodeIndex, PortIndex, Refinement, Type, Value};
use telos_graph::{Constant, ConstantOrigin, Each, Graph, Input, Node, Source as Edge};

/// Ends that packing adds to a name.
const PACKED: &[&str] = &["zip", "tar", "gz", "bz2", "xz", "zst", "lz4", "zz"];
/// Most items an operation runs for.
const EACH_MAX: u32 = 10_000;

/// A graph, and how the request was understood.
pub(crate) struct Built {
    pub(crate) graph: Graph,
    pub(crate) readings: Vec<Reading>,
    pub(crate) outputs: Vec<String>,
    /// Whether it changes what is here already, or something elsewhere.
    pub(crate) replaces: bool,
    /// Whether a file was found by what is said of its content.
    pub(crate) evident: bool,
}

/// Why a sketch is no graph.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The sketch makes no sense.
    Malformed,
    /// Nothing registered is called this.
    Unregistered(&'static str),
    /// A slot names nothing here.
    Ungrounded(Ungrounded),
    /// Words that should be a number are none.
    NoNumber(String),
    /// A setting that must be given is not.
    Unset { operation: &'static str, setting: String },
    /// No conversion leads from what there is to what an operation takes.
    NoWay(&'static str),
}

impl From<Ungrounded> for Fault {
    fn from(why: Ungrounded) -> Self {
        Self::Ungrounded(why)
    }
}

/// Data between steps.
#[derive(Clone, Debug)]
pub(super) enum Data {
    Nothing,
    /// Files that are here or will be.
    Files(Vec<String>),
    Directory(String),
    Output {
        node: usize,
        port: usize,
        lifted: bool,
    },
}

/// Data and what is known of it.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    pub(super) data: Data,
    pub(super) columns: Columns,
    /// The file it came from.
    pub(super) file: Option<String>,
    /// The directory whose files it holds.
    pub(super) packed: Option<String>,
    /// What the end of that file's name says, until the data has been changed.
    pub(super) kind: Option<String>,
    /// Whether a statement has put it somewhere.
    pub(super) kept: bool,
    /// The file that holds it, if a statement wrote it there.
    pub(super) stored: Option<String>,
    /// The address that it came from, or that the statement is about.
    pub(super) address: Option<Slot>,
}

impl Flow {
    pub(super) fn of(data: Data) -> Self {
        Self {
            data,
            columns: Columns::Unknown,
            file: None,
            packed: None,
            kind: None,
            kept: false,
            stored: None,
            address: None,
        }
    }
}

pub(super) struct Builder<'a> {
    pub(super) lexicon: &'a Lexicon<'a>,
    pub(super) ground: &'a Ground<'a>,
    pub(super) names: BTreeMap<&'a str, usize>,
    pub(super) nodes: Vec<Node>,
    /// The entry of each node.
    pub(super) entries: Vec<usize>,
    pub(super) readings: Vec<Reading>,
    /// Files that statements wrote, and what they wrote there.
    pub(super) saved: BTreeMap<String, Flow>,
    /// The last node that changes something: what comes later sees what it did.
    pub(super) changed: Option<usize>,
    /// Conversions that were made, so that two statements share them.
    pub(super) memo: BTreeMap<(usize, usize, usize), usize>,
    pub(super) reads: BTreeMap<String, usize>,
    /// How many of the steps put something in order or take an extreme.
    pub(super) orders: usize,
    /// What the statement that is built says of its data.
    pub(super) said: super::evidence::Said,
    /// Whether a file was found by it.
    pub(super) evident: bool,
    /// The file that was, where no words stand for it.
    pub(super) found: Option<String>,
}

/// How often an operation may run so that what it may give as a whole stays within what a run may have: a graph that could
/// need more is refused (R17).
fn each_limit(is: &telos_abi::Descriptor) -> u32 {
    const BYTES_MAX: u64 = 1 << 39;
    let times = BYTES_MAX / is.bounds.output_bytes.fixed.max(1);
    u32::try_from(times).unwrap_or(EACH_MAX).clamp(1, EACH_MAX)
}

/// The input of an operation that takes a web address.
pub(super) fn address_port(entry: &Entry<'_>) -> Option<usize> {
    entry.is.inputs.iter().position(|input| refinement(&input.ty) == Some(Refinement::Url))
}

/// What the end of an address says of what is there: a page, if nothing else.
pub(super) fn kind_of_address(url: &str) -> String {
    match ground::end(url).as_str() {
        end @ ("csv" | "json" | "jsonl" | "xml" | "txt" | "md" | "yaml" | "toml" | "ics" | "rss") => end.to_owned(),
        _ => "html".to_owned(),
    }
}

/// The graph of these statements.
pub(crate) fn build(statements: &[Statement], lexicon: &Lexicon<'_>, ground: &Ground<'_>) -> Result<Built, Fault> {
    let mut builder = Builder {
        lexicon,
        ground,
        names: convert::names(lexicon),
        nodes: Vec::new(),
        entries: Vec::new(),
        readings: Vec::new(),
        saved: BTreeMap::new(),
        changed: None,
        memo: BTreeMap::new(),
        reads: BTreeMap::new(),
        orders: statements.iter().flat_map(|statement| &statement.steps).filter(|step| rewrite::orders(step)).count(),
        said: super::evidence::Said::default(),
        evident: false,
        found: None,
    };
    let mut results: Vec<Flow> = Vec::new();
    for statement in statements {
        let flow = match statement.only {
            Some(condition) => builder.conditional(statement, condition, &results)?,
            None => builder.statement(statement, &results)?,
        };
        results.push(flow);
    }
    for number in between(statements) {
        results[number].kept = true;
    }
    builder.finish(&results)
}

/// Results that only serve a later statement which puts several of them together: nobody asked to see them.
fn between(statements: &[Statement]) -> Vec<usize> {
    let result = |source: &Source| match source {
        Source::Result(number) => Some(*number),
        _ => None,
    };
    let mut out = Vec::new();
    for (at, statement) in statements.iter().enumerate() {
        let operations = statement.steps.iter().filter_map(|step| match step {
            Step::Run(operation) => Some(operation),
            _ => None,
        });
        let set = operations.flat_map(|operation| &operation.settings).flat_map(|(_, arguments)| arguments);
        let beside: Vec<usize> = set
            .filter_map(|argument| match argument {
                Argument::Source(source) => result(source),
                _ => None,
            })
            .collect();
        if !beside.is_empty() {
            out.extend(
                beside.into_iter().chain(statement.sources.iter().filter_map(result)).filter(|number| *number < at),
            );
        }
    }
    out
}

impl<'a> Builder<'a> {
    pub(super) fn entry(&self, index: usize) -> &'a Entry<'a> {
        let lexicon: &'a Lexicon<'a> = self.lexicon;
        &lexicon.entries[index]
    }

    pub(super) fn named(&self, name: &'static str) -> Result<usize, Fault> {
        self.names.get(name).copied().ok_or(Fault::Unregistered(name))
    }

    pub(super) fn statement(&mut self, statement: &Statement, results: &[Flow]) -> Result<Flow, Fault> {
        let rewritten = rewrite::rewritten(statement, self.ground);
        let statement = rewritten.as_ref().unwrap_or(statement);
        let kinds = self.wanted_kinds(statement);
        self.said = super::evidence::Said::of(statement);
        let mut flow = match self.asked_itself(statement) {
            Some(address) => Flow { address: Some(address), ..Flow::of(Data::Nothing) },
            None => self.sources(&statement.sources, results, &kinds)?,
        };
        for (at, step) in statement.steps.iter().enumerate() {
            if let (0, Some(fetched)) = (at, self.fetched(statement, &flow)?) {
                flow = fetched;
                continue;
            }
            flow = match step {
                // A drawing becomes a picture before anything is done to it as one.
                Step::Run(operation) if operation.name.starts_with("image.") && self.is_drawing(&flow) => {
                    let picture = self.pictured(&flow)?;
                    self.run(operation, picture, results)?
                }
                Step::Run(operation) if self.is_of_another_kind(operation, &flow) => {
                    return Err(Fault::NoWay("a file of this kind"));
                }
                Step::Run(operation) if self.names_a_list(operation, &flow) => match statement.steps.get(at + 1) {
                    // "The items" of a document that is a list are all of it.
                    Some(_) => flow,
                    None => return Err(Fault::Malformed),
                },
                Step::Run(operation) => match self.in_any_column(operation, &flow) {
                    Some(search) => self.run(&search, flow, results)?,
                    None => self.run(operation, flow, results)?,
                },
                // What goes to an address is sent there.
                Step::Save(slot) if self.ground.text(slot).contains("://") => {
                    let address = Slot { letter: 'u', bytes: slot.bytes.clone() };
                    let settings = vec![("url", vec![Argument::Source(Source::Slot(address))])];
                    let post = Operation { name: "http.post", output: None, each: false, settings };
                    self.run(&post, flow, results)?
                }
                Step::Save(slot) => self.save_as(&flow, slot)?,
                // What is packed or unpacked goes beside the file, not over it.
                Step::Over if self.is_other_form(&flow) => self.beside_its_file(flow)?,
                Step::Over => {
                    let path = flow.file.clone().ok_or(Fault::Malformed)?;
                    self.save(&flow, &path)?
                }
                Step::Fill(source) => self.fill(flow, source)?,
            };
        }
        Ok(flow)
    }

    /// The address of a statement whose first operation takes the address, and not what is there.
    fn asked_itself(&self, statement: &Statement) -> Option<Slot> {
        let ([Source::Slot(slot)], Some(Step::Run(operation))) =
            (statement.sources.as_slice(), statement.steps.first())
        else {
            return None;
        };
        let entry = self.entry(*self.names.get(operation.name)?);
        // Fetching without settings is what an address as a source means anyway.
        let asks = operation.name != "http.get" || !operation.settings.is_empty();
        let asks = asks && slot.letter == 'u' && address_port(entry).is_some();
        asks.then(|| slot.clone())
    }

    /// An address that is the source of a statement is fetched already when the statement says so: the output that it wants.
    fn fetched(&self, statement: &Statement, flow: &Flow) -> Result<Option<Flow>, Fault> {
        let ([Source::Slot(slot)], Some(Step::Run(operation))) =
            (statement.sources.as_slice(), statement.steps.first())
        else {
            return Ok(None);
        };
        let (Data::Output { node, .. }, 'u', "http.get") = (&flow.data, slot.letter, operation.name) else {
            return Ok(None);
        };
        let port = match operation.output {
            Some(name) => convert::output(self.entry(self.entries[*node]), name).ok_or(Fault::Malformed)?,
            None => 0,
        };
        Ok(Some(Flow { data: Data::Output { node: *node, port, lifted: false }, ..flow.clone() }))
    }

    /// Whether an operation reads another kind of file than this one is by its name and by what a glance shows.
    fn is_of_another_kind(&self, operation: &Operation, flow: &Flow) -> bool {
        let Some(entry) = self.names.get(operation.name).map(|index| self.entry(*index)) else { return false };
        let kinds = if entry.is.inputs.is_empty() { &[][..] } else { entry.kinds(0) };
        if let Data::Output { node, port, .. } = flow.data {
            // Bytes of a form of their own are never text.
            let raw = entry.is.inputs.first().and_then(|input| refinement(&input.ty)) == Some(Refinement::Bytes);
            let text = fits(self.output_type(node, port), &Type::Blob { refinement: Refinement::Utf8, max: u64::MAX });
            return raw
                && text
                && !kinds.is_empty()
                && !kinds.iter().any(|kind| matches!(kind.as_str(), "eml" | "mbox"));
        }
        let (Data::Files(_), Some(file)) = (&flow.data, flow.file.as_deref()) else { return false };
        let (end, seen) = (ground::end(file), flow.kind.as_deref());
        let is = |kind: &str| kinds.iter().any(|known| known == kind);
        let packed = PACKED.contains(&end.as_str()) && kinds.iter().any(|kind| PACKED.contains(&kind.as_str()));
        // Plain text is called anything.
        let plain = ["log", "txt", "md", "html", "xml", "csv"].iter().any(|kind| is(kind));
        !kinds.is_empty() && !plain && !packed && crate::read::is_kind(&end) && !is(&end) && !seen.is_some_and(is)
    }

    /// Whether an operation takes a part by its key from a document that is a list and has no keys.
    fn names_a_list(&self, operation: &Operation, flow: &Flow) -> bool {
        let Some(file) = flow.file.as_deref().filter(|_| matches!(flow.data, Data::Files(_))) else { return false };
        let keyed = || matches!(operation.settings.as_slice(), [("path", _)]);
        let list = || {
            let keys = self.ground.around.keys(file);
            !keys.is_empty() && keys.iter().all(|key| key.starts_with("[]"))
        };
        operation.name == "json.get" && keyed() && list()
    }

    /// Ends of names that suit the first operation of a statement.
    pub(super) fn wanted_kinds(&self, statement: &Statement) -> Vec<String> {
        let first = statement.steps.iter().find_map(|step| match step {
            Step::Run(operation) => Some(operation),
            _ => None,
        });
        let Some(entry) = first.and_then(|operation| self.names.get(operation.name)).map(|index| self.entry(*index))
        else {
            return Vec::new();
        };
        let data = entry.is.inputs.iter().position(|input| matches!(input.ty, Type::Blob { .. }));
        let own = data.map_or(&[][..], |port| entry.kinds(port));
        if !own.is_empty() {
            return own.to_vec();
        }
        let family: &[&str] = match data.and_then(|port| refinement(&entry.is.inputs[port].ty)) {
            Some(Refinement::Table) => &["csv", "tsv", "json", "jsonl", "ndjson"],
            Some(Refinement::Json) => &["json", "yaml", "yml", "toml", "jsonl", "xml", "ini"],
            Some(Refinement::Utf8) => &["txt", "md", "log", "csv", "tsv", "html", "json", "xml"],
            _ => &[],
        };
        family.iter().map(|end| (*end).to_owned()).collect()
    }

    /// Notes how words of the request were understood.
    pub(super) fn read(&mut self, slot: &Slot, meaning: String) {
        self.readings.push(Reading { span: slot.bytes.clone(), meaning });
    }

    pub(super) fn sources(&mut self, sources: &[Source], results: &[Flow], kinds: &[String]) -> Result<Flow, Fault> {
        match sources {
            [] => Ok(Flow::of(Data::Nothing)),
            [source] => self.source(source, results, kinds),
            several => {
                let mut files = Vec::new();
                for source in several {
                    let flow = self.source(source, results, kinds)?;
                    match (flow.data, flow.stored) {
                        (Data::Files(paths), _) => files.extend(paths),
                        (Data::Directory(path), _) | (Data::Output { .. }, Some(path)) => files.push(path),
                        _ => return Err(Fault::Malformed),
                    }
                }
                Ok(Flow::of(Data::Files(files)))
            }
        }
    }

    pub(super) fn source(&mut self, source: &Source, results: &[Flow], kinds: &[String]) -> Result<Flow, Fault> {
        match source {
            Source::Here => Ok(Flow::of(Data::Directory(".".to_owned()))),
            Source::Stdin => {
                let node = self.push(self.named("stdin.read")?, Vec::new(), None);
                let mut flow = Flow::of(Data::Output { node, port: 0, lifted: false });
                flow.kind = Some("csv".to_owned());
                Ok(flow)
            }
            Source::Found => {
                let path = match (self.spoken_of(kinds), &self.found) {
                    (Ok(path), _) => path,
                    // What the request goes on with is the file that it began with.
                    (Err(_), Some(before)) => before.clone(),
                    (Err(several), None) => return Err(several.into()),
                };
                self.found = Some(path.clone());
                self.evident = true;
                let end = self.ground.reading.text.len();
                self.readings.push(Reading { span: end..end, meaning: format!("in the file “{path}”") });
                Ok(self.file(path))
            }
            Source::Result(number) => results.get(*number).cloned().ok_or(Fault::Malformed).map(|mut flow| {
                flow.kept = false;
                flow
            }),
            Source::Slot(slot) => self.named_source(slot, kinds),
        }
    }

    pub(super) fn named_source(&mut self, slot: &Slot, kinds: &[String]) -> Result<Flow, Fault> {
        match slot.letter {
            'f' => {
                let said = self.ground.text(slot).to_owned();
                if let Some(flow) = self.saved.get(&said) {
                    return Ok(flow.clone());
                }
                match self.ground.file(slot, kinds) {
                    Ok(path) => {
                        self.read(slot, format!("the file “{path}”"));
                        Ok(self.file(path))
                    }
                    // A folder where a file was expected is a folder all the same.
                    Err(absent) => {
                        if let Ok(path) = self.ground.directory(slot) {
                            return Ok(Flow::of(Data::Directory(path)));
                        }
                        // Looks into files, so only where nothing else names one.
                        let Some(path) = self.evident(slot, kinds, &absent) else { return Err(absent.into()) };
                        self.evident = true;
                        self.read(slot, format!("the file “{path}”"));
                        Ok(self.file(path))
                    }
                }
            }
            'd' => match self.ground.directory(slot) {
                Ok(path) => {
                    self.read(slot, format!("the directory “{path}”"));
                    Ok(Flow::of(Data::Directory(path)))
                }
                Err(absent) => match self.saved.get(self.ground.text(slot)) {
                    Some(flow) => Ok(flow.clone()),
                    None => Err(absent.into()),
                },
            },
            'p' => {
                let path = self.ground.made(slot, None);
                if let Some(flow) = self.saved.get(&path) {
                    return Ok(flow.clone());
                }
                let file = path.rsplit('/').next().is_some_and(|name| name.contains('.'));
                Ok(if file { self.file(path) } else { Flow::of(Data::Directory(path)) })
            }
            'u' => {
                let url = self.ground.address(self.ground.text(slot))?;
                let get = self.named("http.get")?;
                let input =
                    Input::Constant(Constant { value: Value::Text(url.clone()), origin: ConstantOrigin::UserTurn });
                let node = self.push(get, vec![(0, input)], None);
                let mut flow = Flow::of(Data::Output { node, port: 0, lifted: false });
                flow.kind = Some(kind_of_address(&url));
                flow.address = Some(slot.clone());
                Ok(flow)
            }
            _ => Err(Fault::Malformed),
        }
    }

    /// A file, with what a glance shows of it.
    pub(super) fn file(&self, path: String) -> Flow {
        let columns = self.ground.around.columns(&path);
        let kind = self.ground.reading.kinds.get(&path).copied().or_else(|| self.ground.around.kind(&path));
        let end = ground::end(&path);
        Flow {
            columns: if columns.is_empty() { Columns::Unknown } else { Columns::Known(columns) },
            kind: kind.map(str::to_owned).or((!end.is_empty()).then_some(end)),
            data: Data::Files(vec![path.clone()]),
            file: Some(path),
            packed: None,
            kept: false,
            stored: None,
            address: None,
        }
    }

    pub(super) fn push(&mut self, entry: usize, inputs: Vec<(usize, Input)>, each: Option<usize>) -> usize {
        let port = |at: usize| PortIndex(u16::try_from(at).unwrap_or(u16::MAX));
        let is = self.entry(entry);
        let mut after = Vec::new();
        // What touches the world comes after what changed it before.
        if !is.is.effects.is_empty()
            && let Some(changed) = self.changed
        {
            after.push(NodeIndex(u32::try_from(changed).unwrap_or(u32::MAX)));
        }
        self.nodes.push(Node {
            capability: is.id,
            inputs: inputs.into_iter().map(|(at, input)| (port(at), input)).collect(),
            each: each.map(|at| Each { port: port(at), limit: each_limit(is.is) }),
            guard: None,
            after,
        });
        self.entries.push(entry);
        let node = self.nodes.len() - 1;
        if is.changes_things() {
            self.changed = Some(node);
        }
        node
    }

    pub(super) fn constant(value: Value, origin: ConstantOrigin) -> Input {
        Input::Constant(Constant { value, origin })
    }

    /// A path as a constant: the person's if the request has it, else seen here: as it is, as a name that the person said
    /// in a directory that is here, or as what is here with the end of another form.
    pub(super) fn path(&self, path: &str) -> Input {
        let here = |path: &str| self.ground.around.lookup(path).is_some();
        let said = |text: &str| self.ground.reading.text.contains(text);
        let in_directory = path.rsplit_once('/').is_some_and(|(directory, name)| here(directory) && said(name));
        let mut stem = path;
        let mut other_form = false;
        while let Some((shorter, end)) = stem.rsplit_once('.').filter(|(_, end)| !end.contains('/')) {
            stem = shorter;
            other_form |= PACKED.contains(&end) && (here(stem) || said(stem));
        }
        let packed_here =
            path.strip_prefix("archive.").is_some_and(|end| end.split('.').all(|end| PACKED.contains(&end)));
        let origin = if said(path) {
            ConstantOrigin::UserTurn
        } else if path == "." || here(path) || in_directory || other_form || packed_here {
            ConstantOrigin::Observed
        } else {
            ConstantOrigin::Planner
        };
        Self::constant(Value::Text(path.to_owned()), origin)
    }

    pub(super) fn edge(node: usize, port: usize) -> Input {
        Input::From(Edge {
            node: NodeIndex(u32::try_from(node).unwrap_or(u32::MAX)),
            port: PortIndex(u16::try_from(port).unwrap_or(u16::MAX)),
        })
    }

    /// Type of an output, as its node gives it.
    pub(super) fn output_type(&self, node: usize, port: usize) -> &'a Type {
        &self.entry(self.entries[node]).is.outputs[port].ty
    }
}
