//! The graph of a session: what a primitive that asks to show something is surrounded with, so that each event can be
//! answered by running the same sealed graph again.
//!
//! Planners name the asking primitive alone; which nodes show what it asks for follows from it.

use crate::turn::{Library, Proposed};
use std::collections::BTreeMap;
use telos_abi::{CapabilityId, EffectKind, NodeIndex, PortIndex};
use telos_graph::{Constant, ConstantOrigin, Graph, Input, Node, Source};

/// Tag of primitives that only a session's graph is made of.
pub(crate) const TAG: &str = "session";

/// Adds the nodes that show what the graph's session asks for, if it has one.
pub(crate) fn complete(proposed: &mut Proposed, library: &dyn Library) {
    let mut assembly = Assembly::new(proposed.graph.clone(), library);
    if assembly.complete().is_some() {
        proposed.outputs = assembly.meanings();
        proposed.graph = assembly.graph;
    }
}

/// The graph of a reader of this file, which a person chose at a surface.
#[must_use]
pub fn reader_of(path: &str, library: &dyn Library) -> Option<Graph> {
    let mut assembly = Assembly::new(Graph { nodes: Vec::new(), outputs: Vec::new() }, library);
    let value = telos_abi::Value::Text(path.to_owned());
    let file = Input::Constant(Constant { value, origin: ConstantOrigin::UserTurn });
    assembly.add("reader.open", &[("file", file)])?;
    assembly.complete()?;
    Some(assembly.graph)
}

struct Assembly<'a> {
    graph: Graph,
    library: &'a dyn Library,
    names: BTreeMap<&'a str, CapabilityId>,
}

impl<'a> Assembly<'a> {
    fn new(graph: Graph, library: &'a dyn Library) -> Self {
        let mut names = BTreeMap::new();
        library.visit(&mut |id, descriptor| {
            names.insert(descriptor.name.as_str(), id);
        });
        Self { graph, library, names }
    }

    fn descriptor(&self, node: usize) -> Option<&'a telos_abi::Descriptor> {
        self.library.descriptor(&self.graph.nodes.get(node)?.capability)
    }

    /// Adds a node with inputs by name.
    fn add(&mut self, name: &str, inputs: &[(&str, Input)]) -> Option<usize> {
        let capability = *self.names.get(name)?;
        let ports = &self.library.descriptor(&capability)?.inputs;
        let port = |name: &str| ports.iter().position(|port| port.name == name).and_then(|at| u16::try_from(at).ok());
        let bound = inputs.iter().map(|(name, input)| Some((PortIndex(port(name)?), input.clone())));
        let mut inputs = bound.collect::<Option<Vec<_>>>()?;
        inputs.sort_by_key(|(port, _)| *port);
        self.graph.nodes.push(Node { capability, inputs, each: None, guard: None, after: Vec::new() });
        Some(self.graph.nodes.len() - 1)
    }

    fn source(&self, node: usize, output: &str) -> Option<Source> {
        let port = self.descriptor(node)?.outputs.iter().position(|port| port.name == output)?;
        Some(Source { node: index(node)?, port: PortIndex(u16::try_from(port).ok()?) })
    }

    fn from(&self, node: usize, output: &str) -> Option<Input> {
        self.source(node, output).map(Input::From)
    }

    /// Surrounds the one asking primitive. What it shows comes first among the outputs.
    fn complete(&mut self) -> Option<()> {
        let asking = |node: &usize| {
            let name = self.descriptor(*node).map(|descriptor| descriptor.name.as_str());
            matches!(name, Some("reader.open" | "reader.table" | "reader.files"))
        };
        let mut found = (0..self.graph.nodes.len()).filter(asking);
        let (ask, None) = (found.next()?, found.next()) else { return None };
        let ask = self.alone(ask)?;
        let shown = match self.descriptor(ask)?.name.as_str() {
            "reader.open" => self.text(ask)?,
            "reader.table" => {
                let table = self.graph.nodes[ask].inputs.iter().find(|(port, _)| port.0 == 0)?.1.clone();
                vec![self.rows(ask, table)?]
            }
            _ => {
                let listed = self.add("file.list", &[("directory", self.from(ask, "directory")?)])?;
                vec![self.rows(ask, self.from(listed, "entries")?)?]
            }
        };
        self.graph.outputs = shown;
        Some(())
    }

    /// Leaves the asking primitive, what it needs, and what changes something. What would be shown beside a session is what
    /// its person does in it: a text to search for is where the reader goes at first, unless the word is only that for what
    /// is searched ("search for text").
    fn alone(&mut self, ask: usize) -> Option<usize> {
        let search = self.names.get("text.search").and_then(|id| self.library.descriptor(id));
        let says = |input: &Input| match (input, search) {
            (Input::Constant(Constant { value: telos_abi::Value::Text(text), .. }), Some(search)) => {
                !search.semantics.tags.contains(text)
            }
            _ => false,
        };
        let pattern = self.graph.nodes.iter().find_map(|node| {
            let search = self.library.descriptor(&node.capability).filter(|is| is.name == "text.search")?;
            let port = search.inputs.iter().position(|port| port.name == "pattern")?;
            let (_, input) = node.inputs.iter().find(|(at, _)| usize::from(at.0) == port)?;
            says(input).then(|| input.clone())
        });
        let port = self.descriptor(ask)?.inputs.iter().position(|port| port.name == "search");
        let port = port.and_then(|port| u16::try_from(port).ok());
        let inputs = &mut self.graph.nodes[ask].inputs;
        inputs.retain(|(at, input)| Some(at.0) != port || says(input));
        if let (Some(pattern), Some(port)) = (pattern, port)
            && !inputs.iter().any(|(at, _)| at.0 == port)
        {
            inputs.push((PortIndex(port), pattern));
            inputs.sort_by_key(|(port, _)| *port);
        }
        let read = |node: &Node| {
            let effects = self.library.descriptor(&node.capability).map(|is| is.effects.as_slice()).unwrap_or_default();
            effects
                .iter()
                .all(|used| matches!(used.kind, EffectKind::FileRead | EffectKind::FileList | EffectKind::Show))
        };
        let mut kept: Vec<bool> = self.graph.nodes.iter().map(|node| !read(node)).collect();
        kept[ask] = true;
        let mut open: Vec<usize> = (0..kept.len()).filter(|node| kept[*node]).collect();
        while let Some(node) = open.pop() {
            let node = &self.graph.nodes[node];
            let inputs = node.inputs.iter().filter_map(|(_, input)| match input {
                Input::From(source) => Some(source.node),
                Input::Constant(_) => None,
            });
            for needed in inputs.chain(node.guard.map(|guard| guard.node)).chain(node.after.iter().copied()) {
                let needed = usize::try_from(needed.0).ok()?;
                if !std::mem::replace(kept.get_mut(needed)?, true) {
                    open.push(needed);
                }
            }
        }
        self.keep(&kept)?;
        index(kept[..ask].iter().filter(|kept| **kept).count())?.0.try_into().ok()
    }

    /// Takes out the other nodes.
    fn keep(&mut self, kept: &[bool]) -> Option<()> {
        let place = |node: NodeIndex| {
            let node = usize::try_from(node.0).ok()?;
            index(kept.get(..node)?.iter().filter(|kept| **kept).count())
        };
        let nodes = std::mem::take(&mut self.graph.nodes);
        for (mut node, _) in nodes.into_iter().zip(kept).filter(|(_, kept)| **kept) {
            for (_, input) in &mut node.inputs {
                if let Input::From(source) = input {
                    source.node = place(source.node)?;
                }
            }
            if let Some(guard) = &mut node.guard {
                guard.node = place(guard.node)?;
            }
            node.after = node.after.iter().map(|node| place(*node)).collect::<Option<_>>()?;
            self.graph.nodes.push(node);
        }
        Some(())
    }

    /// Window, decoding, search, layout and view of a text; and its state, read when the session begins and written when it
    /// ends, each time against its schema.
    fn text(&mut self, ask: usize) -> Option<Vec<Source>> {
        let asked = |this: &Self, output: &str| this.from(ask, output);
        let file = asked(self, "file")?;
        let window = self.add(
            "file.window",
            &[("file", file.clone()), ("offset", asked(self, "offset")?), ("length", asked(self, "length")?)],
        )?;
        let data = [("data", self.from(window, "content")?), ("offset", asked(self, "offset")?)];
        let decoded = self.add("text.decode-window", &data)?;
        let pieces = self.from(decoded, "pieces")?;
        let searched = [("pieces", pieces.clone()), ("pattern", asked(self, "pattern")?)];
        let found = self.add("text.index", &searched)?;
        let matches = self.from(found, "matches")?;
        let mut inputs = vec![("pieces", pieces), ("matches", matches.clone())];
        for name in ["anchor", "rows", "columns", "wrap"] {
            inputs.push((name, asked(self, name)?));
        }
        let rows = self.add("text.layout", &inputs)?;
        let view = [
            ("rows", self.from(rows, "rows")?),
            ("matches", matches),
            ("size", self.from(window, "size")?),
            ("feeds", self.from(decoded, "feeds")?),
            ("number", asked(self, "number")?),
        ];
        let view = self.add("reader.render", &view)?;
        let read = self.add("state.read", &[("file", file.clone())])?;
        self.graph.nodes[read].guard = Some(self.source(ask, "begins")?);
        let schema = asked(self, "schema")?;
        let known = [("json", self.from(read, "state")?), ("schema", schema.clone())];
        let known = self.add("json.conform", &known)?;
        let kept = [("json", asked(self, "state")?), ("schema", schema)];
        let kept = self.add("json.conform", &kept)?;
        let write = self.add("state.write", &[("file", file), ("state", self.from(kept, "json")?)])?;
        self.graph.nodes[write].guard = Some(self.source(ask, "ends")?);
        self.graph.nodes[write].after = vec![index(read)?];
        Some(vec![self.source(view, "view")?, self.source(known, "json")?])
    }

    fn rows(&mut self, ask: usize, table: Input) -> Option<Source> {
        let mut inputs = vec![("table", table)];
        for name in ["first", "rows", "by", "descending"] {
            inputs.push((name, self.from(ask, name)?));
        }
        let view = self.add("table.window", &inputs)?;
        self.source(view, "view")
    }

    fn meanings(&self) -> Vec<String> {
        let meaning = |source: &Source| {
            let node = usize::try_from(source.node.0).ok()?;
            let port = self.descriptor(node)?.outputs.get(usize::from(source.port.0))?;
            Some(port.meaning.clone())
        };
        self.graph.outputs.iter().map(|source| meaning(source).unwrap_or_default()).collect()
    }
}

fn index(node: usize) -> Option<NodeIndex> {
    u32::try_from(node).ok().map(NodeIndex)
}
