//! The relations, and their closure.

use super::kinds::{has_handle, is_of, nature};
use super::places::{Places, cleared, granted, meet, of_constant, resource, whole};
use std::collections::BTreeMap;
use telos_abi::{Descriptor, EffectKind, Label, PortKind, Scope, Secrecy, Taint, Target, Type, Value};
use telos_graph::{Constant, ConstantOrigin, Context, Graph, Input, Source};

/// A set of facts about data: which secrets it may tell, who may have made it.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) struct Facts(u128);

impl Facts {
    fn of(label: Label) -> Self {
        Self(u128::from(label.secrecy.0) | u128::from(label.taint.0) << 64)
    }

    fn tainted(bits: u64) -> Self {
        Self(u128::from(bits) << 64)
    }

    fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    pub(super) fn label(self) -> Label {
        Label { secrecy: Secrecy(self.secrecy()), taint: Taint(self.taint()) }
    }

    pub(super) fn secrecy(self) -> u64 {
        u64::try_from(self.0 & u128::from(u64::MAX)).unwrap_or(u64::MAX)
    }

    pub(super) fn taint(self) -> u64 {
        u64::try_from(self.0 >> 64).unwrap_or(u64::MAX)
    }
}

/// What enters a port.
pub(super) enum Entry<'a> {
    /// Output of a node.
    Edge(usize, usize),
    /// A constant, and what is known of it.
    Value(&'a Value, Facts),
}

/// An effect that a node has.
pub(super) struct Effect {
    pub(super) node: usize,
    pub(super) kind: EffectKind,
    pub(super) places: Places,
}

type Port = (usize, usize);

pub(super) struct Relations<'a> {
    pub(super) graph: &'a Graph,
    context: &'a Context<'a>,
    pub(super) descriptors: Vec<&'a Descriptor>,
    pub(super) entries: BTreeMap<Port, Entry<'a>>,
    pub(super) guards: Vec<Option<Port>>,
    /// `before[a][b]`: b waits for a, at any distance.
    before: Vec<Vec<bool>>,
    pub(super) entering: BTreeMap<Port, Facts>,
    leaving: BTreeMap<Port, Facts>,
    pub(super) control: Vec<Facts>,
    pub(super) effects: Vec<Effect>,
    /// Whether a constant names a path that cannot be. It breaks R3 but leaves the rest meaningful.
    pub(super) lost: bool,
}

impl<'a> Relations<'a> {
    /// `None` if a capability is unknown.
    pub(super) fn new(graph: &'a Graph, context: &'a Context<'a>) -> Option<Self> {
        let found = graph.nodes.iter().map(|node| context.catalogue.descriptor(&node.capability));
        let descriptors = found.collect::<Option<Vec<_>>>()?;
        let count = descriptors.len();
        Some(Self {
            graph,
            context,
            descriptors,
            entries: BTreeMap::new(),
            guards: vec![None; count],
            before: vec![vec![false; count]; count],
            entering: BTreeMap::new(),
            leaving: BTreeMap::new(),
            control: vec![Facts::default(); count],
            effects: Vec::new(),
            lost: false,
        })
    }

    fn output(&self, source: Source) -> Option<Port> {
        let (node, port) = (usize::try_from(source.node.0).ok()?, usize::from(source.port.0));
        (port < self.descriptors.get(node)?.outputs.len()).then_some((node, port))
    }

    pub(super) fn repeats(&self, node: usize, port: usize) -> bool {
        self.graph.nodes[node].each.is_some_and(|each| usize::from(each.port.0) == port)
    }

    /// R3: fills what enters which port. False if something does not fit together.
    pub(super) fn wire(&mut self) -> bool {
        let mut fine = self.graph.outputs.iter().all(|output| self.output(*output).is_some());
        for node in 0..self.descriptors.len() {
            fine &= self.wire_node(node);
        }
        fine
    }

    fn wire_node(&mut self, node: usize) -> bool {
        let own = &self.graph.nodes[node];
        let ports = self.descriptors[node].inputs.len();
        let mut fine = own.inputs.iter().all(|(port, _)| usize::from(port.0) < ports);
        fine &= own.each.is_none_or(|each| usize::from(each.port.0) < ports);
        for (position, earlier) in own.after.iter().enumerate() {
            let known = usize::try_from(earlier.0).is_ok_and(|index| index < self.descriptors.len() && index != node);
            fine &= known && !own.after[..position].contains(earlier);
            if known {
                self.before[earlier.0 as usize][node] = true;
            }
        }
        if let Some(guard) = own.guard {
            self.guards[node] = self.output(guard).filter(|(from, _)| *from != node);
            fine &= self.guards[node].is_some();
        }
        if let Some((from, _)) = self.guards[node] {
            self.before[from][node] = true;
        }
        for port in 0..ports {
            let mut given = own.inputs.iter().filter(|(number, _)| usize::from(number.0) == port);
            let entry = match (given.next(), given.next()) {
                (Some((_, Input::From(source))), None) => {
                    let edge = self.output(*source).filter(|(from, _)| *from != node);
                    edge.map(|(from, output)| Entry::Edge(from, output))
                }
                (Some((_, Input::Constant(constant))), None) => self.constant(node, port, constant),
                (None, _) if self.repeats(node, port) => None,
                (None, _) => {
                    let default = self.descriptors[node].inputs[port].default.as_ref();
                    default.map(|value| Entry::Value(value, Facts::default()))
                }
                (Some(_), Some(_)) => None,
            };
            fine &= entry.is_some();
            if let Some(Entry::Edge(from, _)) = entry {
                self.before[from][node] = true;
            }
            self.entries.extend(entry.map(|entry| ((node, port), entry)));
        }
        fine
    }

    fn constant(&mut self, node: usize, port: usize, constant: &'a Constant) -> Option<Entry<'a>> {
        let input = &self.descriptors[node].inputs[port];
        let value = &constant.value;
        let fits = match (self.graph.nodes[node].each.filter(|_| self.repeats(node, port)), value) {
            (None, value) => is_of(value, &input.ty),
            (Some(each), Value::List(items)) => {
                items.len() as u64 <= u64::from(each.limit) && items.iter().all(|item| is_of(item, &input.ty))
            }
            (Some(_), _) => false,
        };
        self.lost |= !of_constant(value, &input.ty, None, self.context.directory, &mut Places::new());
        let facts = match constant.origin {
            ConstantOrigin::Observed => Facts::tainted(Taint::OBSERVED.0),
            ConstantOrigin::UserTurn if quoted(value, &self.context.turn.to_lowercase()) => Facts::default(),
            ConstantOrigin::Default if input.default.as_ref() == Some(value) => Facts::default(),
            _ => Facts::tainted(Taint::PLANNER.0),
        };
        fits.then_some(Entry::Value(value, facts))
    }

    /// R13, after Warshall's closure.
    pub(super) fn has_cycle(&mut self) -> bool {
        let count = self.descriptors.len();
        for middle in 0..count {
            let after = self.before[middle].clone();
            for row in &mut self.before {
                if row[middle] {
                    row.iter_mut().zip(&after).for_each(|(to, from)| *to |= *from);
                }
            }
        }
        (0..count).any(|node| self.before[node][node])
    }

    /// R4: every relation, until nothing is added.
    pub(super) fn close(&mut self) {
        self.place();
        loop {
            let old = (self.entering.clone(), self.leaving.clone(), self.control.clone());
            for node in 0..self.descriptors.len() {
                self.step(node);
            }
            if old == (self.entering.clone(), self.leaving.clone(), self.control.clone()) {
                return;
            }
        }
    }

    fn leaving(&self, port: Port) -> Facts {
        self.leaving.get(&port).copied().unwrap_or_default()
    }

    fn step(&mut self, node: usize) {
        let descriptor = self.descriptors[node];
        let mut control = self.control[node];
        for earlier in &self.graph.nodes[node].after {
            control = control.with(self.control[earlier.0 as usize]);
        }
        if let Some(guard) = self.guards[node] {
            control = control.with(self.control[guard.0]).with(self.leaving(guard));
        }
        for port in 0..descriptor.inputs.len() {
            let facts = match self.entries.get(&(node, port)) {
                Some(Entry::Edge(from, output)) => {
                    control = control.with(self.control[*from]);
                    self.leaving((*from, *output))
                }
                Some(Entry::Value(_, facts)) => *facts,
                None => Facts::default(),
            };
            if self.repeats(node, port) {
                control = control.with(facts);
            }
            self.entering.insert((node, port), facts);
        }
        self.control[node] = control;
        let read = self.read(node);
        for (number, output) in descriptor.outputs.iter().enumerate() {
            let mut facts = Facts::of(output.source).with(control).with(read);
            for port in 0..descriptor.inputs.len() {
                let free = output.independent_of.iter().any(|free| usize::from(free.0) == port);
                if !free {
                    facts = facts.with(self.entering[&(node, port)]);
                }
            }
            self.leaving.insert((node, number), facts);
        }
    }

    /// What the node's effects bring in: their origin, their targets' own labels, and what this graph puts there.
    fn read(&self, node: usize) -> Facts {
        let mut read = Facts::default();
        for effect in self.effects.iter().filter(|effect| effect.node == node) {
            let nature = nature(effect.kind);
            read = read.with(Facts::tainted(nature.taint));
            if !nature.reads {
                continue;
            }
            for place in &effect.places {
                read = read.with(match resource(place, effect.kind) {
                    Some(resource) => Facts::of(self.context.labels.label(&resource)),
                    None if nature.file => Facts::of(Label::secret(Secrecy::ALL)),
                    None => Facts::default(),
                });
            }
            for writer in self.effects.iter().filter(|other| super::kinds::nature(other.kind).writes) {
                // What waits for this node is done after it.
                let later = self.before[node][writer.node];
                if !later && meet(&whole(&writer.places), &whole(&effect.places)) {
                    read = read.with(self.written(writer.node));
                }
            }
        }
        read
    }

    /// What a node may put into the files that it writes.
    fn written(&self, node: usize) -> Facts {
        let (authority, carried) = self.sides(node);
        let mut all = authority.with(carried).with(self.control[node]);
        for effect in self.effects.iter().filter(|effect| effect.node == node) {
            let nature = nature(effect.kind);
            all = all.with(Facts::tainted(nature.taint));
            for place in effect.places.iter().filter(|_| nature.reads) {
                all = all.with(match resource(place, effect.kind) {
                    Some(resource) => Facts::of(self.context.labels.label(&resource)),
                    None if nature.file => Facts::of(Label::secret(Secrecy::ALL)),
                    None => Facts::default(),
                });
            }
        }
        let outputs = 0..self.descriptors[node].outputs.len();
        // Where a node reads files of this run, its outputs know.
        outputs.fold(all, |all, output| all.with(self.leaving((node, output))))
    }

    /// Places of every effect: handles carry the places that they came from.
    fn place(&mut self) {
        let count = self.descriptors.len();
        let mut given: Vec<Places> = vec![Places::new(); count];
        loop {
            let old = given.clone();
            for node in 0..count {
                let mut places = given[node].clone();
                for (port, input) in self.descriptors[node].inputs.iter().enumerate() {
                    if has_handle(&input.ty) {
                        places.extend(self.named(node, port, None, &given));
                    }
                }
                for effect in &self.descriptors[node].effects {
                    if effect.target == Target::WorkingDirectory {
                        places.insert(Scope::Under(self.context.directory.clone()));
                    }
                }
                if self.descriptors[node].outputs.iter().any(|output| has_handle(&output.ty)) {
                    given[node] = places;
                }
            }
            if old == given {
                break;
            }
        }
        for node in 0..count {
            for effect in &self.descriptors[node].effects {
                let mut places = match &effect.target {
                    Target::WorkingDirectory => Places::from([Scope::Under(self.context.directory.clone())]),
                    Target::Input(port) => self.named(node, usize::from(port.0), Some(effect.kind), &given),
                    Target::None => Places::new(),
                    Target::Named(name) => Places::from([Scope::Named(name.clone())]),
                };
                if places.is_empty() {
                    places.insert(Scope::Any);
                }
                self.effects.push(Effect { node, kind: effect.kind, places });
            }
        }
    }

    fn named(&self, node: usize, port: usize, kind: Option<EffectKind>, given: &[Places]) -> Places {
        let ty: &Type = &self.descriptors[node].inputs[port].ty;
        let mut places = Places::new();
        match self.entries.get(&(node, port)) {
            Some(Entry::Edge(from, _)) if has_handle(ty) => places.extend(given[*from].iter().cloned()),
            Some(Entry::Value(value, _)) => {
                of_constant(value, ty, kind, self.context.directory, &mut places);
            }
            _ => {}
        }
        places
    }

    pub(super) fn is_granted(&self, effect: &Effect) -> bool {
        granted(self.context.grant, effect.kind, &effect.places)
    }

    pub(super) fn cleared(&self, effect: &Effect) -> Secrecy {
        cleared(self.context.grant, effect.kind, &effect.places)
    }

    /// What enters by authority ports, and what enters by others.
    pub(super) fn sides(&self, node: usize) -> (Facts, Facts) {
        let mut sides = (Facts::default(), Facts::default());
        for (port, input) in self.descriptors[node].inputs.iter().enumerate() {
            let facts = self.entering.get(&(node, port)).copied().unwrap_or_default();
            let side = if input.kind == PortKind::Authority { &mut sides.0 } else { &mut sides.1 };
            *side = side.with(facts);
        }
        sides
    }

    /// Everything that enters or leaves a node to which this one is connected by edges and guards, in any direction.
    pub(super) fn company(&self, node: usize) -> Facts {
        let mut member = vec![false; self.descriptors.len()];
        member[node] = true;
        loop {
            let old = member.clone();
            let edges = self.entries.iter().filter_map(|((to, _), entry)| match entry {
                Entry::Edge(from, _) => Some((*from, *to)),
                Entry::Value(..) => None,
            });
            let guards = self.guards.iter().enumerate().filter_map(|(to, guard)| Some((guard.as_ref()?.0, to)));
            for (from, to) in edges.chain(guards) {
                let both = member[from] || member[to];
                member[from] = both;
                member[to] = both;
            }
            if old == member {
                break;
            }
        }
        let all = self.entering.iter().chain(&self.leaving);
        all.filter(|((node, _), _)| member[*node]).fold(Facts::default(), |all, (_, facts)| all.with(*facts))
    }
}

/// Whether all of the value stands in the (lower-cased) turn, not cut out of longer words or numbers.
fn quoted(value: &Value, turn: &str) -> bool {
    match value {
        Value::Text(text) => stands(&text.to_lowercase(), turn),
        Value::Bytes(bytes) => core::str::from_utf8(&bytes.0).is_ok_and(|text| stands(&text.to_lowercase(), turn)),
        Value::Int(number) => stands(&number.to_string(), turn),
        Value::Float(number) => stands(&number.to_string(), turn),
        Value::List(items) => !items.is_empty() && items.iter().all(|item| quoted(item, turn)),
        Value::Record(fields) => !fields.is_empty() && fields.values().all(|field| quoted(field, turn)),
        Value::Variant(name, inner) => stands(name, turn) && quoted(inner, turn),
        Value::Bool(_) | Value::Handle(_) => false,
    }
}

fn stands(text: &str, turn: &str) -> bool {
    let word = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_alphanumeric());
    let (first, last) = (text.chars().next(), text.chars().next_back());
    let number = text.parse::<f64>().is_ok();
    (0..turn.len()).filter(|at| turn.is_char_boundary(*at) && first.is_some()).any(|at| {
        let Some(rest) = turn[at..].strip_prefix(text) else { return false };
        let (before, mut after) = (turn[..at].chars().next_back(), rest.chars());
        let (next, second) = (after.next(), after.next());
        let digit = |letter: Option<char>| letter.is_some_and(|letter| letter.is_ascii_digit());
        let in_number = number
            && (before == Some('-') && digit(first)
                || next == Some('.') && digit(second)
                || before == Some('.') && digit(turn[..at - 1].chars().next_back()));
        let cut_out = word(first) && word(before) || word(last) && word(next);
        !cut_out && !in_number
    })
}
