//! Trials: what a draft comes to, as far as that can be known without changing anything.
//!
//! Where the planner is not sure, drafts that read differently may come to the same, one may fail on what is really here, and one
//! may find nothing where another does. So the part of a draft that only reads files of the granted directory and computes is run,
//! with the policy's unasked permits alone; every other node stands for itself. This is decoding by minimum Bayes risk over
//! executions (Shi et al. 2022, "Natural Language to Code Translation with Execution").

use crate::gate::KnownLabels;
use crate::person::{Ask, Consent, Person, Step};
use crate::session::{Unrecorded, Untold};
use crate::shelf::Shelf;
use crate::surroundings::Here;
use crate::{SystemError, Telos};
use std::collections::{BTreeMap, BTreeSet};
use std::io::Read;
use std::sync::mpsc;
use std::time::Duration;
use telos_abi::{Digest, EffectKind, HandleKind, Label, NodeIndex, Refinement, Type, Value};
use telos_engine::Stop;
use telos_execute::{Content, Executor, HostHands, Outcome, Output, Ports};
use telos_graph::{Catalogue, Context, Graph, Input, Node, Source, validate};
use telos_model::{Surroundings, Tried};

/// Bytes that all inputs of a trial may have together.
const INPUT_BYTES_MAX: u64 = 1 << 20;
/// Bytes of an output that are compared.
const COMPARED_BYTES_MAX: u64 = 1 << 20;
/// How long a trial may take: a net below the bounds of primitives, which so little input keeps far from it.
const TIME_MAX: Duration = Duration::from_secs(if cfg!(test) { 300 } else { 5 });

/// Tries drafts of one turn.
pub(crate) struct Trials<'a> {
    pub(crate) telos: &'a Telos,
    pub(crate) here: &'a Here<'a>,
    pub(crate) shelf: &'a Shelf<'a>,
    pub(crate) labels: &'a KnownLabels<'a>,
    pub(crate) context: &'a Context<'a>,
    /// Whether data is piped in: it can be read only once.
    pub(crate) piped: bool,
}

/// The part of a draft that only reads and computes.
struct Part {
    graph: Graph,
    /// Positions of the outputs in it that the rest of the draft uses or that are shown.
    outputs: BTreeMap<Source, usize>,
    /// Outputs of it that the rest of the draft keeps somewhere.
    kept: BTreeSet<Source>,
    /// Whether each node of the draft is in it.
    runs: Vec<bool>,
}

impl Trials<'_> {
    /// What a draft comes to; nothing if that cannot be tried.
    pub(crate) fn of(&self, graph: &Graph) -> Option<Tried> {
        if self.piped {
            return None;
        }
        let part = self.part(graph)?;
        let given = if part.outputs.is_empty() {
            Vec::new()
        } else {
            match self.run(&part).ok()?? {
                Some(given) => given,
                None => return Some(Tried::Failed),
            }
        };
        let value = |source: &Source| part.outputs.get(source).and_then(|at| given.get(*at)).cloned();
        let mut story = Story { graph, runs: &part.runs, value: &value, told: BTreeMap::new() };
        let shown: Vec<String> = graph.outputs.iter().map(|source| story.of_source(*source)).collect();
        let changes: Vec<String> =
            (0..graph.nodes.len()).filter(|at| !part.runs[*at]).map(|at| story.of_node(at)).collect();
        let nothing = !given.is_empty() && given.iter().all(|text| text.is_empty() || text == "0");
        let story = [shown.join("\u{1d}"), changes.join("\u{1d}")].join("\u{1c}");
        Some(Tried::Given { what: Digest(*blake3::hash(story.as_bytes()).as_bytes()), nothing })
    }

    fn part(&self, graph: &Graph) -> Option<Part> {
        let mut runs = vec![false; graph.nodes.len()];
        // Nodes refer to nodes before or after them, so this is repeated until nothing changes; a draft has few nodes.
        while let Some(at) = (0..graph.nodes.len()).find(|at| !runs[*at] && self.can_run(&graph.nodes[*at], &runs)) {
            runs[at] = true;
        }
        let mut place = vec![0_u32; graph.nodes.len()];
        let mut nodes = Vec::new();
        for (at, node) in graph.nodes.iter().enumerate().filter(|(at, _)| runs[*at]) {
            place[at] = u32::try_from(nodes.len()).ok()?;
            nodes.push(node.clone());
        }
        if self.input_bytes(&nodes)? > INPUT_BYTES_MAX {
            return None;
        }
        let moved =
            |index: NodeIndex| usize::try_from(index.0).ok().and_then(|at| place.get(at)).map(|at| NodeIndex(*at));
        for node in &mut nodes {
            for (_, input) in &mut node.inputs {
                if let Input::From(source) = input {
                    source.node = moved(source.node)?;
                }
            }
            for before in &mut node.after {
                *before = moved(*before)?;
            }
        }
        let used = || {
            graph.nodes.iter().zip(&runs).filter(|(_, runs)| !**runs).flat_map(|(node, _)| {
                node.inputs.iter().filter_map(|(_, input)| match input {
                    Input::From(source) => Some(*source),
                    Input::Constant(_) => None,
                })
            })
        };
        let wanted = graph.outputs.iter().copied().chain(used());
        let mut outputs = BTreeMap::new();
        let mut places = Vec::new();
        for source in wanted.filter(|source| runs.get(source.node.0 as usize).copied().unwrap_or(false)) {
            outputs.entry(source).or_insert_with(|| {
                places.push(source);
                places.len() - 1
            });
        }
        let moved_outputs = places.iter().map(|source| Some(Source { node: moved(source.node)?, port: source.port }));
        let outputs_of_part: Option<Vec<Source>> = moved_outputs.collect();
        Some(Part { graph: Graph { nodes, outputs: outputs_of_part? }, kept: used().collect(), outputs, runs })
    }

    fn can_run(&self, node: &Node, runs: &[bool]) -> bool {
        const READS: &[EffectKind] = &[EffectKind::FileRead, EffectKind::FileList, EffectKind::Clock];
        let Some(is) = self.shelf.descriptor(&node.capability) else { return false };
        let before = |index: NodeIndex| runs.get(index.0 as usize).copied().unwrap_or(false);
        node.guard.is_none()
            && is.effects.iter().all(|effect| READS.contains(&effect.kind))
            && node.after.iter().all(|index| before(*index))
            && node.inputs.iter().all(|(_, input)| match input {
                Input::From(source) => before(source.node),
                Input::Constant(_) => true,
            })
    }

    /// Bytes of the files that the nodes may read; nothing if that is not known.
    fn input_bytes(&self, nodes: &[Node]) -> Option<u64> {
        let mut bytes = 0_u64;
        let mut all = None;
        let mut beneath = |directory: &str| {
            let entries = all.get_or_insert_with(|| self.here.entries());
            let prefix = format!("{directory}/");
            let inside = entries.iter().filter(|entry| directory == "." || entry.path.starts_with(&prefix));
            inside.map(|entry| entry.size_bytes).sum::<u64>()
        };
        for node in nodes {
            let is = self.shelf.descriptor(&node.capability)?;
            if !is.effects.iter().any(|effect| effect.kind == EffectKind::FileRead) {
                continue;
            }
            for (port, input) in &node.inputs {
                let handle = match &is.inputs.get(usize::from(port.0))?.ty {
                    Type::Handle { kind, .. } => Some(*kind),
                    Type::List { item, .. } if matches!(**item, Type::Handle { .. }) => Some(HandleKind::File),
                    _ => None,
                };
                bytes += match (handle, input) {
                    (None, _) => 0,
                    (Some(_), Input::From(_)) => beneath("."),
                    (Some(HandleKind::Directory), Input::Constant(constant)) => match &constant.value {
                        Value::Text(path) => beneath(path),
                        _ => return None,
                    },
                    (Some(_), Input::Constant(constant)) => {
                        let paths = match &constant.value {
                            Value::List(items) => items.as_slice(),
                            one => std::slice::from_ref(one),
                        };
                        let size = |path: &Value| match path {
                            Value::Text(path) => self.here.lookup(path).map(|entry| entry.size_bytes),
                            _ => None,
                        };
                        // What is not there makes the trial fail, and costs nothing.
                        paths.iter().filter_map(size).sum()
                    }
                };
            }
        }
        Some(bytes)
    }

    /// The outputs of the part as text that is equal where they come to the same. The inner nothing is a run that failed, the outer
    /// one that could not be tried.
    fn run(&self, part: &Part) -> Result<Option<Option<Vec<String>>>, SystemError> {
        let Ok(plan) = validate(part.graph.clone(), self.context) else { return Ok(None) };
        let scratch = self.telos.scratch()?;
        let stop = Stop::new();
        let gate = crate::gate::DecisionPoint {
            policy: self.here.policy,
            grant: self.here.grant,
            person: &Nobody,
            recorder: &Unrecorded,
        };
        let hands = HostHands::new(self.here.host, &crate::intent::Meaning, &crate::intent::Passwords(&Nobody));
        let ports = Ports {
            library: self.shelf,
            engine: self.telos.engine()?,
            hands: &hands,
            labels: self.labels,
            gate: &gate,
            recorder: &Unrecorded,
            progress: &Untold,
            stop: &stop,
            scratch: &scratch,
        };
        let done = std::thread::scope(|scope| {
            let (ended, end) = mpsc::channel::<()>();
            let watch = stop.clone();
            scope.spawn(move || {
                if end.recv_timeout(TIME_MAX) == Err(mpsc::RecvTimeoutError::Timeout) {
                    watch.raise();
                }
            });
            let done = Executor::new(ports).run(&plan);
            drop(ended);
            done
        });
        match done {
            Ok(outcome) => Ok(self.texts(part, &outcome).map(Some)),
            Err(_) if stop.is_raised() => Ok(None),
            Err(failure) => Ok(matches!(failure.cause, telos_execute::Cause::Call(_)).then_some(None)),
        }
    }

    fn texts(&self, part: &Part, outcome: &Outcome) -> Option<Vec<String>> {
        let types = part.graph.outputs.iter().map(|source| {
            let node = part.graph.nodes.get(source.node.0 as usize)?;
            self.shelf.descriptor(&node.capability)?.outputs.get(usize::from(source.port.0)).map(|port| &port.ty)
        });
        let mut kept: Vec<bool> = vec![false; outcome.outputs.len()];
        for (source, at) in &part.outputs {
            if let Some(kept) = kept.get_mut(*at) {
                *kept = part.kept.contains(source);
            }
        }
        types.zip(&outcome.outputs).zip(kept).map(|((ty, output), kept)| text(ty?, output, kept, outcome)).collect()
    }
}

/// An output as text. What is shown under other headings is the same; what is kept is not. Nothing of what is secret.
fn text(ty: &Type, output: &Output, kept: bool, outcome: &Outcome) -> Option<String> {
    if output.label.secrecy != Label::BOTTOM.secrecy {
        return None;
    }
    match &output.content {
        Content::Skipped => None,
        Content::Value(value) => Some(value_text(value, outcome)),
        Content::Blob(blob) => {
            let mut bytes = Vec::new();
            blob.reader().take(COMPARED_BYTES_MAX).read_to_end(&mut bytes).ok()?;
            let table = matches!(ty, Type::Blob { refinement: Refinement::Table, .. });
            if !table {
                // A bundle of no files is nothing but the end of a tar.
                if bytes.iter().all(|byte| *byte == 0) {
                    return Some(String::new());
                }
                return Some(match String::from_utf8(bytes) {
                    Ok(text) => lines(text.lines().map(str::to_owned)),
                    Err(error) => digest(error.as_bytes()),
                });
            }
            let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(bytes.as_slice());
            let headings = reader.headers().cloned().unwrap_or_default();
            let rows: Vec<csv::StringRecord> = reader.records().flatten().collect();
            let headings = (kept && !rows.is_empty()).then_some(headings);
            let cells = |row: csv::StringRecord| row.iter().map(number).collect::<Vec<String>>().join("\u{1f}");
            Some(lines(headings.into_iter().chain(rows).map(cells)))
        }
    }
}

fn lines(lines: impl Iterator<Item = String>) -> String {
    lines.map(|line| number(line.trim())).collect::<Vec<String>>().join("\n").trim().to_owned()
}

fn digest(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex().to_string()
}

/// A cell; numbers as they are written shortest.
fn number(cell: &str) -> String {
    match cell.parse::<f64>() {
        Ok(number) if cell.len() < 16 && number.is_finite() => number.to_string(),
        _ => cell.to_owned(),
    }
}

fn value_text(value: &Value, outcome: &Outcome) -> String {
    match value {
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Text(text) => lines(text.lines().map(str::to_owned)),
        Value::Bytes(bytes) => digest(&bytes.0),
        Value::List(items) => items.iter().map(|item| value_text(item, outcome)).collect::<Vec<String>>().join("\n"),
        Value::Record(fields) => {
            fields.values().map(|field| value_text(field, outcome)).collect::<Vec<String>>().join("\u{1f}")
        }
        Value::Variant(case, inner) => format!("{case}\u{1f}{}", value_text(inner, outcome)),
        Value::Handle(handle) => outcome.path(*handle).map(|path| path.lossy().into_owned()).unwrap_or_default(),
    }
}

/// What a draft shows and changes, in words that are equal for drafts that come to the same.
struct Story<'a> {
    graph: &'a Graph,
    runs: &'a [bool],
    value: &'a dyn Fn(&Source) -> Option<String>,
    told: BTreeMap<usize, String>,
}

impl Story<'_> {
    fn of_source(&mut self, source: Source) -> String {
        let at = source.node.0 as usize;
        if self.runs.get(at).copied().unwrap_or(false) {
            return (self.value)(&source).unwrap_or_default();
        }
        format!("{}:{}", self.of_node(at), source.port.0)
    }

    /// A node that is not run: what it is and what enters it. Digests keep the story short where nodes share inputs.
    fn of_node(&mut self, at: usize) -> String {
        if let Some(told) = self.told.get(&at) {
            return told.clone();
        }
        let Some(node) = self.graph.nodes.get(at) else { return String::new() };
        // A cycle, which the validator refuses, ends here.
        self.told.insert(at, String::new());
        let mut parts = vec![format!("{:?} {:?}", node.capability, node.each.is_some())];
        let mut inputs: Vec<_> = node.inputs.iter().collect();
        inputs.sort_by_key(|(port, _)| *port);
        for (port, input) in inputs {
            let what = match input {
                Input::Constant(constant) => format!("{:?}", constant.value),
                Input::From(source) => self.of_source(*source),
            };
            parts.push(format!("{}={what}", port.0));
        }
        if let Some(guard) = node.guard {
            parts.push(format!("if {}", self.of_source(guard)));
        }
        let told = digest(parts.join("\u{1e}").as_bytes());
        self.told.insert(at, told.clone());
        told
    }
}

/// Nobody is asked.
struct Nobody;

impl Person for Nobody {
    fn consent(&self, _: &[Ask]) -> Vec<Consent> {
        Vec::new()
    }

    fn answer(&self, _: &str, _: &[String]) -> Option<String> {
        None
    }

    fn progress(&self, _: Step) {}
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Places;
    use telos_abi::{CapabilityId, PortIndex};
    use telos_graph::{Constant, ConstantOrigin};
    use telos_policy::default_grant;

    const TABLE: &str = "name,age\nAda,36\nBo,7\n";

    /// What drafts come to in a directory with `people.csv` and `copy.csv`, which has other headings.
    fn trying(see: impl Fn(&dyn Fn(&[Made<'_>], &[(usize, u16)]) -> Option<Tried>)) {
        let root = tempfile::tempdir().unwrap();
        let work = root.path().join("work");
        for directory in ["home", "work"] {
            std::fs::create_dir(root.path().join(directory)).unwrap();
        }
        std::fs::write(work.join("people.csv"), TABLE).unwrap();
        std::fs::write(work.join("copy.csv"), TABLE.replace("name,age", "who,years")).unwrap();
        let places = Places::from_environment(|name| match name {
            "HOME" => Some(root.path().join("home").into()),
            "TELOS_STATE_DIR" => Some(root.path().join("state").into()),
            "XDG_CACHE_HOME" => Some(root.path().join("cache").into()),
            _ => None,
        })
        .unwrap();
        let telos = Telos::new(places, &work, None).unwrap();
        let (policy, host, shelf) =
            (telos.policy().unwrap(), telos.quiet_host().unwrap(), Shelf(telos.registry().unwrap()));
        let grant = policy.apply(default_grant(telos.directory(), &[]));
        let home = telos_abi::ByteText::from("/");
        let here = Here { host: &host, policy, grant: &grant, directory: telos.directory(), home: &home };
        let labels = KnownLabels { policy, host: &host, grant: &grant };
        let context = Context {
            catalogue: &shelf,
            labels: &labels,
            grant: &grant,
            directory: telos.directory(),
            turn: "people.csv copy.csv out.csv x",
            policy: policy.version(),
            now: crate::now(),
        };
        let trials =
            Trials { telos: &telos, here: &here, shelf: &shelf, labels: &labels, context: &context, piped: false };
        let id = |name: &str| {
            let mut found = None;
            telos_model::Library::visit(&shelf, &mut |id, is| found = found.or((is.name == name).then_some(id)));
            found.unwrap()
        };
        see(&|steps, outputs| trials.of(&graph(steps, outputs, &id)));
        assert_eq!(std::fs::read_to_string(work.join("people.csv")).unwrap(), TABLE);
        assert_eq!(std::fs::read_dir(&work).unwrap().count(), 2, "a trial changes nothing");
    }

    /// A node: its primitive, and what enters its ports.
    type Made<'a> = (&'a str, Vec<(u16, In<'a>)>);

    enum In<'a> {
        Text(&'a str),
        From(u32, u16),
    }

    fn graph(steps: &[Made<'_>], outputs: &[(usize, u16)], id: &dyn Fn(&str) -> CapabilityId) -> Graph {
        let source = |node: u32, port: u16| Source { node: NodeIndex(node), port: PortIndex(port) };
        let input = |input: &In<'_>| match input {
            In::Text(text) => {
                Input::Constant(Constant { value: Value::Text((*text).to_owned()), origin: ConstantOrigin::UserTurn })
            }
            In::From(node, port) => Input::From(source(*node, *port)),
        };
        let nodes = steps.iter().map(|(name, inputs)| Node {
            capability: id(name),
            inputs: inputs.iter().map(|(port, given)| (PortIndex(*port), input(given))).collect(),
            each: None,
            guard: None,
            after: Vec::new(),
        });
        let outputs = outputs.iter().map(|(node, port)| source(u32::try_from(*node).unwrap(), *port)).collect();
        Graph { nodes: nodes.collect(), outputs }
    }

    fn read(file: &str) -> Vec<Made<'_>> {
        vec![
            ("file.read", vec![(0, In::Text(file))]),
            ("text.decode", vec![(0, In::From(0, 0))]),
            ("table.parse", vec![(0, In::From(1, 0))]),
        ]
    }

    fn filtered<'a>(file: &'a str, column: &'a str, value: &'a str) -> Vec<Made<'a>> {
        let mut steps = read(file);
        let settings = vec![(0, In::From(2, 0)), (1, In::Text(column)), (3, In::Text(value))];
        steps.push(("table.filter", settings));
        steps
    }

    #[test]
    fn drafts_that_show_the_same_come_to_the_same_and_nothing_is_changed() {
        trying(|try_| {
            let (one, other) = (try_(&read("people.csv"), &[(2, 0)]), try_(&read("copy.csv"), &[(2, 0)]));
            assert!(matches!(one, Some(Tried::Given { nothing: false, .. })), "{one:?}");
            assert_eq!(one, other, "what is shown under other headings is the same");
            assert_ne!(try_(&filtered("people.csv", "name", "Ada"), &[(3, 0)]), one);
            let none = try_(&filtered("people.csv", "name", "x"), &[(3, 0)]);
            assert!(matches!(none, Some(Tried::Given { nothing: true, .. })), "{none:?}");
            assert_eq!(try_(&filtered("people.csv", "x", "x"), &[(3, 0)]), Some(Tried::Failed));
        });
    }

    #[test]
    fn what_would_be_changed_stands_for_itself() {
        let save = |file| {
            let mut steps = read(file);
            steps.push(("file.write", vec![(0, In::Text("out.csv")), (1, In::From(2, 0))]));
            steps
        };
        trying(|try_| {
            let (one, other) = (try_(&save("people.csv"), &[]), try_(&save("copy.csv"), &[]));
            assert!(one.is_some() && one == try_(&save("people.csv"), &[]));
            assert_ne!(one, other, "what is kept is kept with its headings");
            let delete = |file| try_(&[("file.delete", vec![(0, In::Text(file))])], &[]);
            assert!(delete("people.csv").is_some() && delete("people.csv") != delete("copy.csv"));
        });
    }
}
