//! Random graphs that every rule accepts: the ground that attacks are planted in.
//!
//! Parents are accepted by construction. The generator keeps, for each output, whether it is secret, tainted or
//! conditional, and for each connected part whether it reaches outward; it takes only steps that no rule forbids. It
//! asks neither the validator nor the checker, so a rule that refuses too much shows as a refused parent.

use crate::case::{Case, POST};
use crate::dice::Dice;
use telos_abi::{NodeIndex, Value};
use telos_graph::testing::{constant, said, source};
use telos_graph::{Constant, ConstantOrigin, Graph, Input, Source};

/// Fewest and most nodes that are aimed at; a last step may add two more.
const NODES: core::ops::RangeInclusive<usize> = 5..=58;

/// What an output is, as far as the generator tells types apart.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Kind {
    Bytes,
    Utf8,
    Json,
    Table,
    Line,
    Hex,
    Html,
    Int,
    Small,
    Bool,
    Files,
    File,
    Blobs,
    Record,
    Case,
    Other,
}

#[derive(Clone, Copy)]
struct Out {
    source: Source,
    kind: Kind,
    secret: bool,
    tainted: bool,
    /// Hangs on data: may go to pure primitives and to the person alone.
    conditional: bool,
}

/// What enters a port.
enum Feed {
    Edge(Out),
    /// A constant that the user gave.
    Said(Input),
    /// A constant that the planner made up or observed.
    Tainted(Input),
}

/// What a primitive adds to labels.
#[derive(Clone, Copy, Default)]
struct Adds {
    secret: bool,
    taint: bool,
    outward: bool,
    conditional: bool,
}

#[derive(Clone, Copy, Default)]
struct Part {
    secret: bool,
    tainted: bool,
    outward: bool,
}

struct Garden<'d> {
    dice: &'d mut Dice,
    case: Case,
    pool: Vec<Out>,
    /// By node: its part, by number.
    part_of: Vec<usize>,
    parts: Vec<Part>,
    /// The accesses to the parent's own cell since it was last written, that write included.
    memo: Vec<NodeIndex>,
}

const PURE: Adds = Adds { secret: false, taint: false, outward: false, conditional: false };
const TAINTS: Adds = Adds { taint: true, ..PURE };
const OUTWARD: Adds = Adds { taint: true, outward: true, ..PURE };

/// The parent of this seed.
#[must_use]
pub fn parent(seed: u64) -> Case {
    let mut dice = Dice::new(seed);
    let size = NODES.start() + dice.below(NODES.end() - NODES.start() + 1);
    let case = Case::new(Graph::default());
    let mut garden =
        Garden { dice: &mut dice, case, pool: Vec::new(), part_of: Vec::new(), parts: Vec::new(), memo: Vec::new() };
    while garden.part_of.len() < size {
        garden.step();
    }
    let mut case = garden.finish();
    case.renumber(&mut dice);
    case
}

impl Garden<'_> {
    fn step(&mut self) {
        match self.dice.below(10) {
            0..=2 => self.enter(),
            3..=5 => self.transform(),
            6 => self.structure(),
            7 => self.files(),
            8 => self.leave(),
            _ => self.condition(),
        }
    }

    /// Any output of these kinds that a primitive with these needs may take.
    fn take(&mut self, kinds: &[Kind], fits: impl Fn(&Out) -> bool) -> Option<Feed> {
        let fitting: Vec<Out> =
            self.pool.iter().filter(|out| kinds.contains(&out.kind) && fits(out)).copied().collect();
        self.dice.pick(&fitting).map(Feed::Edge)
    }

    /// Adds a node if the rule of two allows its part to exist. Gives its first output.
    fn add(&mut self, name: &str, feeds: Vec<Feed>, adds: Adds, gives: &[Kind]) -> Option<Out> {
        let mut part = Part { secret: adds.secret, tainted: adds.taint, outward: adds.outward };
        let mut whole = part;
        let mut conditional = adds.conditional;
        let mut joined: Vec<usize> = Vec::new();
        for feed in &feeds {
            match feed {
                Feed::Said(_) => {}
                Feed::Tainted(_) => part.tainted = true,
                Feed::Edge(out) => {
                    part.secret |= out.secret;
                    part.tainted |= out.tainted;
                    conditional |= out.conditional;
                    let number = self.part_of[out.source.node.0 as usize];
                    joined.push(number);
                    let other = self.parts[number];
                    whole.secret |= other.secret;
                    whole.tainted |= other.tainted;
                    whole.outward |= other.outward;
                }
            }
        }
        whole.secret |= part.secret;
        whole.tainted |= part.tainted;
        if whole.outward && whole.secret && whole.tainted {
            return None;
        }
        let number = self.parts.len();
        self.parts.push(whole);
        for own in &mut self.part_of {
            if joined.contains(own) {
                *own = number;
            }
        }
        self.part_of.push(number);
        let inputs = feeds.into_iter().map(|feed| match feed {
            Feed::Edge(out) => Input::From(out.source),
            Feed::Said(input) | Feed::Tainted(input) => input,
        });
        let inputs = inputs.collect();
        let node = self.case.add(name, inputs);
        let outs = (0..).zip(gives).map(|(port, kind)| Out {
            source: source(node, port),
            kind: *kind,
            secret: part.secret,
            tainted: part.tainted,
            conditional,
        });
        let outs: Vec<Out> = outs.collect();
        self.pool.extend(&outs);
        Some(outs.first().copied().unwrap_or(Out {
            source: source(node, 0),
            kind: Kind::Other,
            secret: part.secret,
            tainted: part.tainted,
            conditional,
        }))
    }

    /// New data.
    fn enter(&mut self) {
        let said = |text: &str| vec![Feed::Said(said(text))];
        let secret = Adds { secret: true, ..PURE };
        match self.dice.below(9) {
            0 => self.add("files.read", said("in/a.txt"), TAINTS, &[Kind::Bytes]),
            1 => self.add("files.read", said("in/b.txt"), TAINTS, &[Kind::Bytes]),
            2 => self.add("files.read", said(".env"), Adds { secret: true, ..TAINTS }, &[Kind::Bytes]),
            3 => self.add("user.pin", vec![], secret, &[Kind::Line]),
            4 => self.add("stdin.read", vec![], TAINTS, &[Kind::Utf8]),
            5 => self.add("clock.now", vec![], PURE, &[Kind::Int]),
            6 => self.add("net.get", said(POST), OUTWARD, &[Kind::Bytes]),
            7 => self.add("text.spell", said("ERROR"), PURE, &[Kind::Utf8]),
            _ => {
                let words = constant("made up by a planner", ConstantOrigin::Planner);
                self.add("text.spell", vec![Feed::Tainted(words)], PURE, &[Kind::Utf8])
            }
        };
    }

    fn one(&mut self, name: &str, from: &[Kind], gives: &[Kind]) {
        if let Some(feed) = self.take(from, |_| true) {
            self.add(name, vec![feed], PURE, gives);
        }
    }

    /// Pure steps.
    fn transform(&mut self) {
        use Kind::{Bool, Bytes, Hex, Html, Int, Json, Line, Small, Table, Utf8};
        let utf8 = [Utf8, Json, Table];
        match self.dice.below(18) {
            0..=2 => self.one("text.decode", &[Bytes, Utf8, Json, Table], &[Utf8]),
            3 => self.one("text.encode", &[Bytes, Utf8], &[Utf8]),
            4 => self.one("text.count", &utf8, &[Int]),
            5 => self.one("text.test", &utf8, &[Bool]),
            6 => self.one("json.parse", &[Utf8], &[Json]),
            7 => self.one("json.query", &[Json], &[Utf8]),
            8 => self.one("table.parse", &[Utf8], &[Table]),
            9 => self.one("html.show", &[Utf8], &[Utf8]),
            10 => self.one("text.hash", &[Bytes, Utf8, Json], &[Hex]),
            11 => self.one("text.head", &utf8, &[Line]),
            12 => self.one("text.spell", &[Line, Hex, Html], &[Utf8]),
            13 => self.one("length.padded", &[Utf8], &[Kind::Other]),
            14 => self.one("html.text", &[Utf8], &[Html]),
            15 => self.one("int.clamp", &[Int, Small], &[Small]),
            16 => self.one("int.percent", &[Small], &[Utf8]),
            _ => {
                let (left, right) = (self.take(&utf8, |_| true), self.take(&utf8, |_| true));
                if let (Some(left), Some(right)) = (left, right) {
                    self.add("text.join", vec![left, right], PURE, &[Utf8]);
                }
            }
        }
    }

    /// Records, variants, defaults, locks and cells.
    fn structure(&mut self) {
        use Kind::{Bool, Case, Int, Line, Record, Small, Table, Utf8};
        match self.dice.below(11) {
            0 => {
                let (name, size) = (self.take(&[Line], |_| true), self.take(&[Int, Small], |_| true));
                if let (Some(name), Some(size)) = (name, size) {
                    self.add("record.make", vec![name, size], PURE, &[Record]);
                }
            }
            1 => self.one("record.name", &[Record], &[Kind::Other]),
            2 => self.one("record.size", &[Record], &[Int]),
            3 => self.one("variant.make", &[Utf8], &[Case]),
            4 => self.one("variant.use", &[Case], &[Utf8]),
            5 => self.one("lock.first", &[Utf8], &[Utf8]),
            6 => self.one("lock.both", &[Utf8], &[Utf8]),
            7 => {
                let pattern = constant("E[0-9]+", ConstantOrigin::Planner);
                if let Some(data) = self.take(&[Utf8], |_| true) {
                    self.add("text.search", vec![data, Feed::Tainted(pattern)], PURE, &[Utf8]);
                }
            }
            8 => self.column(&[Table]),
            9 => self.memo(),
            _ => self.one("int.positive", &[Int, Small], &[Bool]),
        }
    }

    fn column(&mut self, from: &[Kind]) {
        let Some(table) = self.take(from, |_| true) else { return };
        let name = match self.dice.below(3) {
            0 => Some(Feed::Tainted(constant("total", ConstantOrigin::Observed))),
            1 => Some(Feed::Said(constant("name", ConstantOrigin::Default))),
            _ => None,
        };
        let feeds = [table].into_iter().chain(name).collect();
        self.add("table.column", feeds, PURE, &[Kind::Utf8]);
    }

    /// Writes and reads of the session's memo, each ordered after the earlier ones.
    fn memo(&mut self) {
        let harmless = self.take(&[Kind::Utf8], |out| !out.secret && !out.tainted && !out.conditional);
        let writes = harmless.is_some();
        let added = match harmless {
            Some(data) => self.add("memo.put", vec![data], PURE, &[Kind::Bool]),
            None => self.add("memo.get", vec![], PURE, &[Kind::Other]),
        };
        let Some(Out { source, .. }) = added else { return };
        self.case.node(source.node).after.clone_from(&self.memo);
        if writes {
            self.memo.clear();
        }
        self.memo.push(source.node);
    }

    /// Directories, handles and repetition.
    fn files(&mut self) {
        use Kind::{Blobs, Bytes, File, Files, Int};
        let repeated = Adds { conditional: true, ..TAINTS };
        match self.dice.below(8) {
            0 | 1 => drop(self.add("files.list", vec![Feed::Said(said("in"))], TAINTS, &[Files])),
            2 => self.one("list.count", &[Files], &[Int]),
            3 => {
                let (files, at) = (self.take(&[Files], |_| true), self.number());
                if let Some(files) = files {
                    self.add("list.choose", vec![files, at], PURE, &[File]);
                }
            }
            4 | 5 => {
                if let Some(files) = self.take(&[Files], |_| true)
                    && let Some(read) = self.add("files.read", vec![files], repeated, &[Blobs])
                {
                    self.case.repeat(read.source.node, 0, 100);
                }
            }
            6 => self.one("list.concat", &[Blobs], &[Bytes]),
            _ => {
                if let Some(file) = self.take(&[File], |out| !out.secret && !out.conditional) {
                    self.add("files.read", vec![file], TAINTS, &[Bytes]);
                }
            }
        }
    }

    fn number(&self) -> Feed {
        let origin = ConstantOrigin::UserTurn;
        Feed::Said(Input::Constant(Constant { value: Value::Int(12), origin }))
    }

    /// Effects that change something.
    fn leave(&mut self) {
        use Kind::{Bool, Bytes, Json, Line, Table, Utf8};
        let data = [Bytes, Utf8, Json, Table];
        let said = |text: &str| Feed::Said(said(text));
        let public = |out: &Out| !out.secret && !out.conditional;
        match self.dice.below(12) {
            0 | 1 => {
                if let Some(data) = self.take(&data, |out| !out.conditional) {
                    let path = if self.dice.once_in(2) { "out/one.txt" } else { "out/two.txt" };
                    self.add("files.write", vec![said(path), data], PURE, &[Kind::Other]);
                }
            }
            2 | 3 => {
                if let Some(data) = self.take(&data, public) {
                    self.add("net.post", vec![said(POST), data], OUTWARD, &[Bytes]);
                }
            }
            4 => {
                if let Some(data) = self.take(&data, |_| true) {
                    self.add("person.show", vec![data], PURE, &[]);
                }
            }
            5 => drop(self.add("files.delete", vec![said("out/old.txt")], PURE, &[])),
            6 => drop(self.add("files.mkdir", vec![said("out/new")], PURE, &[])),
            7 => {
                let feeds = vec![said("in/c.txt"), said("out/two.txt")];
                self.add("files.move", feeds, PURE, &[Kind::Other]);
            }
            8 => {
                if let Some(prompt) = self.take(&[Utf8], |out| public(out) && !out.tainted) {
                    self.add("model.ask", vec![said("local"), prompt], OUTWARD, &[Utf8]);
                }
            }
            9 => {
                if let Some(data) = self.take(&[Utf8, Json], public) {
                    self.add("model.classify", vec![said("local"), data], OUTWARD, &[Utf8, Bool]);
                }
            }
            10 => {
                if let Some(line) = self.take(&[Line], public) {
                    self.add("shell.run", vec![said("/usr/bin/sort"), line], OUTWARD, &[Bytes]);
                }
            }
            _ => {
                let amount = self.number();
                if let Some(body) = self.take(&[Bytes, Utf8], public) {
                    self.add("mail.send", vec![said("ok.example"), said("bob"), amount, body], OUTWARD, &[]);
                }
            }
        }
    }

    /// Guards: a harmless truth value may guard anything, any other a pure step whose result then is conditional.
    fn condition(&mut self) {
        let Some(Feed::Edge(guard)) = self.take(&[Kind::Bool], |_| true) else { return };
        let harmless = !guard.secret && !guard.tainted && !guard.conditional;
        let Some(data) = self.take(&[Kind::Utf8], |out| !harmless || !(out.secret || out.conditional)) else {
            return;
        };
        // The guard joins the parts and labels as an input would: add it as one and take it out again.
        let (name, adds, gives, mut feeds) = match harmless {
            true => ("net.post", OUTWARD, Kind::Bytes, vec![Feed::Said(said(POST)), data]),
            false => ("text.decode", Adds { conditional: true, ..PURE }, Kind::Utf8, vec![data]),
        };
        let ports = feeds.len();
        feeds.push(Feed::Edge(guard));
        if let Some(added) = self.add(name, feeds, adds, &[gives]) {
            let node = self.case.node(added.source.node);
            node.inputs.truncate(ports);
            node.guard = Some(guard.source);
        }
    }

    /// Shows whatever nothing uses.
    fn finish(mut self) -> Case {
        let graph = &mut self.case.graph;
        let mut used = vec![false; graph.nodes.len()];
        for node in &graph.nodes {
            let edges = node.inputs.iter().filter_map(|(_, input)| match input {
                Input::From(source) => Some(*source),
                Input::Constant(_) => None,
            });
            edges.chain(node.guard).for_each(|source| used[source.node.0 as usize] = true);
        }
        for out in &self.pool {
            if !core::mem::replace(&mut used[out.source.node.0 as usize], true) {
                graph.outputs.push(out.source);
            }
        }
        let clean = |out: &&Out| out.kind == Kind::Utf8 && !out.secret && !out.conditional;
        self.case.clean = self.pool.iter().filter(clean).map(|out| out.source).collect();
        self.case
    }
}
