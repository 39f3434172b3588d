//! Runs accepted plans with made-up primitives, to see what T1, T2, T5 and T6 promise.
//!
//! A primitive's output is some value of its declared type, chosen by a hash of everything that it may depend on. What
//! is secret and what is untrusted is drawn from [`Hidden`], so that two runs can differ in it and in nothing else; what
//! others could see of a run is kept ([`Seen`]). Files live in the run: what was written is what is read again.

use crate::dice::Dice;
use crate::world::{DIRECTORY, World};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use telos_abi::{Descriptor, EffectKind, Handle, PortKind, Refinement, Resource, Secrecy, Target, Type, Value};
use telos_graph::flow::{NAMES, SinkClass};
use telos_graph::{Catalogue, Graph, Input, Plan, ResourceLabels, Source, origin};

/// Most items of a list that a primitive makes.
const ITEMS_MAX: u64 = 4;
/// Most bytes of a text that a primitive makes.
const BYTES_MAX: u64 = 12;

/// What a run's observers must not learn, or its planner must not obey.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Hidden {
    /// Decides every secret.
    pub secret: u64,
    /// Decides all untrusted data but names, which may choose among granted files.
    pub untrusted: u64,
}

/// One effect as it shows outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Seen {
    /// The node.
    pub node: usize,
    /// The kind.
    pub kind: EffectKind,
    /// Everything that chose the resource.
    pub authority: String,
    /// What was carried, where it leaves what keeps labels; empty for a file.
    pub payload: String,
}

/// A run.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Ran {
    /// Effects that others can observe, by node.
    pub seen: Vec<Seen>,
    /// Every output, by node and port; `None` where the node was skipped.
    pub values: BTreeMap<(usize, usize), Option<Value>>,
    /// Calls of primitives.
    pub calls: u64,
}

/// Runs a plan in its world. `order` chooses among the nodes that could be next.
///
/// # Errors
/// T1 or T6 broken: a value of another type than its port takes, or a plan that cannot go on.
pub fn run(plan: &Plan, world: &World, hidden: Hidden, order: &mut Dice) -> Result<Ran, String> {
    run_graph(plan.graph(), world, hidden, order)
}

/// As [`run`], of a graph that nobody accepted: to show that the properties can fail.
///
/// # Errors
/// As [`run`].
pub fn run_graph(graph: &Graph, world: &World, hidden: Hidden, order: &mut Dice) -> Result<Ran, String> {
    let mut left: Vec<usize> = (0..graph.nodes.len()).collect();
    let mut story = Run { graph, world, hidden, ran: Ran::default(), paths: Vec::new(), files: BTreeMap::new() };
    while !left.is_empty() {
        let ready: Vec<usize> =
            left.iter().copied().filter(|node| story.waits_for(*node).all(|on| !left.contains(&on))).collect();
        let next = order.pick(&ready).ok_or("nodes are left and none is ready")?;
        story.step(next)?;
        left.retain(|node| *node != next);
    }
    story.ran.seen.sort_by_key(|seen| seen.node);
    Ok(story.ran)
}

struct Run<'a> {
    graph: &'a Graph,
    world: &'a World,
    hidden: Hidden,
    ran: Ran,
    /// What handles stand for.
    paths: Vec<String>,
    /// What was written, by path.
    files: BTreeMap<String, u64>,
}

fn hashed(what: impl Hash) -> u64 {
    // Of fixed keys: the same in every process.
    let mut hasher = DefaultHasher::new();
    what.hash(&mut hasher);
    hasher.finish()
}

impl<'a> Run<'a> {
    fn descriptor(&self, node: usize) -> Result<&'a Descriptor, String> {
        self.world.descriptor(&self.graph.nodes[node].capability).ok_or_else(|| format!("node {node} is unknown"))
    }

    fn waits_for(&self, node: usize) -> impl Iterator<Item = usize> {
        let own = &self.graph.nodes[node];
        let edges = own.inputs.iter().filter_map(|(_, input)| match input {
            Input::From(source) => Some(source.node),
            Input::Constant(_) => None,
        });
        let others = own.guard.map(|guard| guard.node).into_iter().chain(own.after.iter().copied());
        edges.chain(others).map(|node| node.0 as usize)
    }

    fn value(&self, source: Source) -> Option<Value> {
        self.ran.values.get(&(source.node.0 as usize, usize::from(source.port.0))).cloned().flatten()
    }

    /// Runs one node, for each item if it repeats.
    fn step(&mut self, node: usize) -> Result<(), String> {
        let (own, descriptor) = (&self.graph.nodes[node], self.descriptor(node)?);
        let mut inputs = Vec::with_capacity(descriptor.inputs.len());
        let mut runs = own.guard.is_none_or(|guard| self.value(guard) == Some(Value::Bool(true)));
        for (number, port) in descriptor.inputs.iter().enumerate() {
            let given = own.inputs.iter().find(|(at, _)| usize::from(at.0) == number).map(|(_, input)| input);
            let value = match given {
                Some(Input::From(source)) => self.value(*source),
                Some(Input::Constant(constant)) => Some(constant.value.clone()),
                None => port.default.clone(),
            };
            runs &= value.is_some();
            inputs.extend(value);
        }
        let count = descriptor.outputs.len();
        if !runs {
            self.ran.values.extend((0..count).map(|port| ((node, port), None)));
            return Ok(());
        }
        let Some(each) = own.each else {
            let outputs = self.call(node, descriptor, &inputs)?;
            self.ran.values.extend((0..count).zip(outputs).map(|(port, value)| ((node, port), Some(value))));
            return Ok(());
        };
        let repeated = usize::from(each.port.0);
        let Value::List(items) = inputs[repeated].clone() else {
            return Err(format!("node {node} repeats over what is no list"));
        };
        let mut lists = vec![Vec::new(); count];
        for item in items.into_iter().take(each.limit as usize) {
            inputs[repeated] = item;
            let outputs = self.call(node, descriptor, &inputs)?;
            lists.iter_mut().zip(outputs).for_each(|(list, value)| list.push(value));
        }
        let lists = lists.into_iter().map(Value::List);
        self.ran.values.extend((0..count).zip(lists).map(|(port, list)| ((node, port), Some(list))));
        Ok(())
    }

    /// One call: T1, what it reads, what shows, what it gives.
    fn call(&mut self, node: usize, descriptor: &Descriptor, inputs: &[Value]) -> Result<Vec<Value>, String> {
        self.ran.calls += 1;
        for (port, value) in descriptor.inputs.iter().zip(inputs) {
            if !has_type(value, &port.ty) {
                return Err(format!("{}.{} of node {node} was given {value:?}", descriptor.name, port.name));
            }
        }
        let side = |kinds: &[PortKind]| {
            let ports = descriptor.inputs.iter().zip(inputs).filter(|(port, _)| kinds.contains(&port.kind));
            let named = ports.map(|(_, value)| self.spelled(value));
            named.collect::<Vec<_>>().join(", ")
        };
        let authority = side(&[PortKind::Authority]);
        let payload = side(&[PortKind::Payload, PortKind::Intent]);
        let mut brought = Vec::new();
        for effect in &descriptor.effects {
            brought.push(self.brought(effect.kind, &effect.target, inputs));
        }
        let read = hashed(&brought);
        for effect in &descriptor.effects {
            let class = SinkClass::of(effect.kind);
            if class.is_outward() || class == SinkClass::Local {
                let payload = if class.is_outward() { payload.clone() } else { String::new() };
                self.ran.seen.push(Seen { node, kind: effect.kind, authority: authority.clone(), payload });
            }
            if class == SinkClass::Local {
                for path in self.named(&effect.target, inputs) {
                    self.files.insert(path, hashed((&authority, &payload, read)));
                }
            }
        }
        let outputs = descriptor.outputs.iter().enumerate().map(|(number, output)| {
            let used: Vec<String> = (0_u16..)
                .zip(inputs)
                .filter(|(port, _)| !output.independent_of.iter().any(|free| free.0 == *port))
                .map(|(_, value)| self.spelled(value))
                .collect();
            let secret = if output.source.secrecy == Secrecy::PUBLIC { 0 } else { self.hidden.secret };
            let untrusted = if output.source.taint.0 & !NAMES.0 == 0 { 0 } else { self.hidden.untrusted };
            hashed((&descriptor.name, number, used, read, secret, untrusted))
        });
        let seeds: Vec<u64> = outputs.collect();
        let given: Vec<Handle> = inputs.iter().flat_map(handles).collect();
        let listed = descriptor.effects.iter().any(|effect| effect.kind == EffectKind::FileList);
        let directory = inputs.iter().find_map(|value| self.path(value));
        let listed = listed.then(|| directory.unwrap_or_else(|| DIRECTORY.into()));
        let mut maker = Maker { paths: &mut self.paths, given, listed };
        Ok(descriptor.outputs.iter().zip(seeds).map(|(output, seed)| maker.make(&output.ty, seed)).collect())
    }

    /// What an effect brings in, as a number.
    fn brought(&self, kind: EffectKind, target: &Target, inputs: &[Value]) -> u64 {
        let untrusted = if origin::of_effect(kind).taint.0 & !NAMES.0 == 0 { 0 } else { self.hidden.untrusted };
        if !matches!(kind, EffectKind::FileRead | EffectKind::FileMove) {
            return untrusted;
        }
        let contents = self.named(target, inputs).into_iter().map(|path| {
            let label = self.world.label(&Resource::Path(path.as_str().into()));
            let secret = if label.secrecy == Secrecy::PUBLIC { 0 } else { self.hidden.secret };
            self.files.get(&path).copied().unwrap_or_else(|| hashed((path, secret)))
        });
        hashed((untrusted, contents.collect::<Vec<_>>()))
    }

    /// The paths that an effect's target names.
    fn named(&self, target: &Target, inputs: &[Value]) -> Vec<String> {
        let Target::Input(port) = target else { return Vec::new() };
        match inputs.get(usize::from(port.0)) {
            Some(Value::List(items)) => items.iter().filter_map(|item| self.path(item)).collect(),
            Some(value) => self.path(value).into_iter().collect(),
            None => Vec::new(),
        }
    }

    fn path(&self, value: &Value) -> Option<String> {
        match value {
            Value::Text(text) if text.starts_with('/') => Some(text.clone()),
            Value::Text(text) => Some(format!("{DIRECTORY}/{text}")),
            Value::Handle(handle) => self.paths.get(handle.0 as usize).cloned(),
            _ => None,
        }
    }

    /// A value in words that mean the same in every run: numbers of handles do not.
    fn spelled(&self, value: &Value) -> String {
        match value {
            Value::Handle(_) => self.path(value).unwrap_or_default(),
            Value::List(items) => format!("{:?}", items.iter().map(|item| self.spelled(item)).collect::<Vec<_>>()),
            other => format!("{other:?}"),
        }
    }
}

fn handles(value: &Value) -> Vec<Handle> {
    match value {
        Value::Handle(handle) => vec![*handle],
        Value::List(items) => items.iter().flat_map(handles).collect(),
        Value::Record(fields) => fields.values().flat_map(handles).collect(),
        Value::Variant(_, inner) => handles(inner),
        _ => Vec::new(),
    }
}

/// Makes values of a type from a number.
struct Maker<'a> {
    paths: &'a mut Vec<String>,
    /// Handles that the primitive was given, to choose from.
    given: Vec<Handle>,
    /// The directory that it lists, if it does.
    listed: Option<String>,
}

impl Maker<'_> {
    fn make(&mut self, ty: &Type, seed: u64) -> Value {
        let text = |max: u64, letters: &[u8]| {
            let length = (1 + seed % BYTES_MAX).min(max);
            let letter =
                |at| char::from(letters[usize::try_from(hashed((seed, at)) % letters.len() as u64).unwrap_or(0)]);
            (0..length).map(letter).collect::<String>()
        };
        match ty {
            Type::Bool => Value::Bool(seed & 1 == 1),
            Type::Int { min, max } => {
                let span = i128::from(*max) - i128::from(*min) + 1;
                Value::Int(i64::try_from(i128::from(*min) + i128::from(seed) % span).unwrap_or(*min))
            }
            Type::Float => Value::Float(f64::from(u32::try_from(seed >> 32).unwrap_or(0))),
            Type::Text { refinement: Refinement::Hex, max } => Value::Text(text(*max, b"0123456789abcdef")),
            Type::Text { max, .. } => Value::Text(text(*max, b"abcdefgh")),
            Type::Blob { max, .. } => Value::Bytes(text(*max, b"abc\n").as_str().into()),
            Type::List { item, max } | Type::Stream { item, max, .. } => {
                let count = seed % ITEMS_MAX.min(u64::from(*max) + 1);
                Value::List((0..count).map(|at| self.make(item, hashed((seed, at)))).collect())
            }
            Type::Record(fields) => {
                let has = fields.iter().filter(|(name, field)| !field.optional || hashed((seed, *name)) & 1 == 1);
                Value::Record(
                    has.map(|(name, field)| (name.clone(), self.make(&field.ty, hashed((seed, name))))).collect(),
                )
            }
            Type::Variant(cases) => {
                let chosen = usize::try_from(seed % cases.len().max(1) as u64).unwrap_or(0);
                let (name, case) =
                    cases.iter().nth(chosen).map_or((String::new(), &Type::Bool), |(name, case)| (name.clone(), case));
                Value::Variant(name, Box::new(self.make(case, hashed((seed, "case")))))
            }
            Type::Handle { .. } => Value::Handle(self.handle(seed)),
        }
    }

    fn handle(&mut self, seed: u64) -> Handle {
        if let (None, false) = (&self.listed, self.given.is_empty()) {
            return self.given[usize::try_from(seed % self.given.len() as u64).unwrap_or(0)];
        }
        let directory = self.listed.clone().unwrap_or_else(|| format!("{DIRECTORY}/made"));
        self.paths.push(format!("{directory}/{:x}", seed % 8));
        Handle(u32::try_from(self.paths.len() - 1).unwrap_or(u32::MAX))
    }
}

/// Whether a value is of a type, refinements aside: no made-up value is JSON.
fn has_type(value: &Value, ty: &Type) -> bool {
    match (value, ty) {
        (Value::Bool(_), Type::Bool) | (Value::Float(_), Type::Float) => true,
        (Value::Int(number), Type::Int { min, max }) => min <= number && number <= max,
        (Value::Text(text), Type::Text { max, .. } | Type::Blob { max, .. }) => text.len() as u64 <= *max,
        (Value::Bytes(bytes), Type::Text { max, .. } | Type::Blob { max, .. }) => bytes.0.len() as u64 <= *max,
        // A constant names a path or host, and the host makes the handle.
        (Value::Text(_) | Value::Handle(_), Type::Handle { .. }) => true,
        (Value::List(items), Type::List { item, max }) => {
            items.len() <= *max as usize && items.iter().all(|value| has_type(value, item))
        }
        (Value::Record(has), Type::Record(fields)) => fields.iter().all(|(name, field)| match has.get(name) {
            Some(value) => has_type(value, &field.ty),
            None => field.optional,
        }),
        (Value::Variant(name, inner), Type::Variant(cases)) => {
            cases.get(name).is_some_and(|case| has_type(inner, case))
        }
        _ => false,
    }
}
