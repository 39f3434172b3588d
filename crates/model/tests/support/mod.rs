//! A registry, a small tree of files, and a printed form of graphs to judge proposals by.
#![allow(dead_code, reason = "each test binary uses its own part")]

pub(crate) mod packs;
pub(crate) mod server;

use telos_abi::{ByteText, CapabilityId, Descriptor, Digest, Timestamp, Value};
use telos_graph::{Catalogue, Graph, Input, Source};
use telos_model::{Column, Entry, EntryKind, Library, Surroundings, Turn};

/// Descriptors with ids; the validator's and the planner's view of a registry.
pub(crate) struct Shelf(pub(crate) Vec<(CapabilityId, Descriptor)>);

impl Shelf {
    pub(crate) fn of(descriptors: Vec<Descriptor>) -> Self {
        let id = |name: &str| CapabilityId(Digest(*blake3::hash(name.as_bytes()).as_bytes()));
        Self(descriptors.into_iter().map(|is| (id(&is.name), is)).collect())
    }

    pub(crate) fn standard() -> Self {
        Self::of(packs::all())
    }
}

impl Catalogue for Shelf {
    fn descriptor(&self, id: &CapabilityId) -> Option<&Descriptor> {
        self.0.iter().find(|(other, _)| other == id).map(|(_, is)| is)
    }

    fn epoch(&self) -> u64 {
        1
    }
}

impl Library for Shelf {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(CapabilityId, &'a Descriptor)) {
        self.0.iter().for_each(|(id, is)| see(*id, is));
    }
}

/// Files with their columns or keys.
pub(crate) struct Tree(pub(crate) Vec<(&'static str, Vec<&'static str>)>);

impl Tree {
    pub(crate) fn home() -> Self {
        Self(vec![
            ("app.log", vec![]),
            ("server.log", vec![]),
            ("notes.txt", vec![]),
            ("names.txt", vec![]),
            ("emails.txt", vec![]),
            ("draft.md", vec![]),
            ("old.bak", vec![]),
            ("sales.csv", vec!["date", "region", "product", "units", "amount"]),
            ("people.csv", vec!["first_name", "last_name", "age", "city", "email"]),
            ("orders.json", vec!["id", "customer", "items", "price"]),
            ("photo one.jpg", vec![]),
            ("archive/", vec![]),
            ("data/", vec![]),
            ("data/temps.csv", vec!["station", "day", "temp_c"]),
            ("src/", vec![]),
            ("src/main.rs", vec![]),
        ])
    }

    fn entry(path: &str) -> Entry {
        let kind = if path.ends_with('/') { EntryKind::Directory } else { EntryKind::File };
        Entry { path: path.trim_end_matches('/').to_owned(), kind, size_bytes: 100, modified: Timestamp(0) }
    }

    fn below(&self, path: &str) -> Vec<String> {
        let found = self.0.iter().find(|(name, _)| *name == path);
        found.map_or_else(Vec::new, |(_, names)| names.iter().map(|name| (*name).to_owned()).collect())
    }
}

impl Surroundings for Tree {
    fn entries(&self) -> Vec<Entry> {
        self.0.iter().map(|(path, _)| Self::entry(path)).collect()
    }

    fn lookup(&self, path: &str) -> Option<Entry> {
        self.entries().into_iter().find(|entry| entry.path == path)
    }

    fn columns(&self, path: &str) -> Vec<Column> {
        let names = if path.ends_with(".csv") { self.below(path) } else { Vec::new() };
        let values = |name: &str| if name == "day" { vec!["2026-03-01".to_owned()] } else { Vec::new() };
        names.into_iter().map(|name| Column { values: values(&name), name }).collect()
    }

    fn kind(&self, _: &str) -> Option<&'static str> {
        None
    }

    fn bookmarks(&self) -> Vec<(String, String)> {
        vec![("My board".into(), "https://own.example/board".into())]
    }

    fn keys(&self, path: &str) -> Vec<String> {
        if path.ends_with(".json") { self.below(path) } else { Vec::new() }
    }
}

pub(crate) fn turn(text: &str) -> Turn {
    Turn {
        text: text.to_owned(),
        directory: ByteText::from("/home/ada"),
        stdin_piped: false,
        now: Timestamp(1_795_219_200_000),
        zone: None,
    }
}

/// A graph as one nested expression for each result: `text.count.lines(text.decode(file.read('app.log')))`.
pub(crate) fn print(graph: &Graph, shelf: &Shelf) -> String {
    let fed: Vec<u32> = graph
        .nodes
        .iter()
        .flat_map(|node| &node.inputs)
        .filter_map(|(_, input)| match input {
            Input::From(source) => Some(source.node.0),
            Input::Constant(_) => None,
        })
        .chain(graph.nodes.iter().filter_map(|node| node.guard.map(|guard| guard.node.0)))
        .collect();
    let mut out: Vec<String> = graph.outputs.iter().map(|source| expression(graph, shelf, *source, 0)).collect();
    for node in 0..u32::try_from(graph.nodes.len()).expect("graphs are small") {
        let shown = graph.outputs.iter().any(|source| source.node.0 == node);
        if !shown && !fed.contains(&node) {
            out.push(call(graph, shelf, node, 0));
        }
    }
    out.join(" & ")
}

fn expression(graph: &Graph, shelf: &Shelf, source: Source, depth: usize) -> String {
    let node = &graph.nodes[source.node.0 as usize];
    let is = shelf.descriptor(&node.capability).expect("proposals use registered primitives");
    let port = &is.outputs[usize::from(source.port.0)].name;
    let call = call(graph, shelf, source.node.0, depth);
    if is.outputs.len() > 1 { call.replacen(&is.name, &format!("{}.{port}", is.name), 1) } else { call }
}

fn call(graph: &Graph, shelf: &Shelf, index: u32, depth: usize) -> String {
    assert!(depth < 32, "graphs are acyclic");
    let node = &graph.nodes[index as usize];
    let is = shelf.descriptor(&node.capability).expect("proposals use registered primitives");
    let mut inputs: Vec<String> = Vec::new();
    let mut ordered = node.inputs.clone();
    ordered.sort_by_key(|(port, _)| port.0);
    for (port, input) in &ordered {
        let value = match input {
            Input::From(source) => expression(graph, shelf, *source, depth + 1),
            Input::Constant(constant) => format!("{}={}", is.inputs[usize::from(port.0)].name, plain(&constant.value)),
        };
        let each = node.each.is_some_and(|each| each.port == *port);
        inputs.push(if each { format!("each {value}") } else { value });
    }
    let call = format!("{}({})", is.name, inputs.join(", "));
    // What a result hangs on is said once, at its end.
    match node.guard.filter(|_| depth == 0) {
        Some(guard) => format!("{call} if {}", expression(graph, shelf, guard, 1)),
        None => call,
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::Text(text) => text.clone(),
        Value::Int(number) => number.to_string(),
        Value::Float(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        Value::Variant(name, _) => name.clone(),
        Value::List(items) => items.iter().map(plain).collect::<Vec<String>>().join("+"),
        other => format!("{other:?}"),
    }
}
