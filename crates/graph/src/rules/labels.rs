//! R4: one pass in topological order gives every port its label, every effect its scope, and stops at the first flow
//! that R5, R6, R7 or R10 refuses.
//!
//! Beyond what edges carry: an effect adds its origin's label and the labels of the resources it reads; a guard and
//! the length of a repeated list decide whether effects happen, so they join the control label of the node and of
//! everything after it; and a read of something that the same graph writes carries what is written, in whatever
//! order the two run. That last rule can run in a circle, so the pass is repeated until nothing new is written.

use crate::Violation;
use crate::flow::SinkClass;
use crate::flow::{Flow, FlowBreach, authority_accepts, secrecy_beyond, sink, taint_beyond};
use crate::origin::{describe, of_effect};
use crate::rules::bind::{Bound, Wiring};
use crate::rules::resolve::is_file_kind;
use crate::rules::target::{WRITERS_MAX, Writers, Written, constant_scopes, holds_handle};
use crate::rules::{Work, port_index};
use crate::scope::{clearance, scope_join};
use telos_abi::{ByteText, EffectKind, Label, NodeIndex, PortKind, Resource, Rule, Scope, Secrecy, Taint, Target};

/// An effect with what is known of it before the run.
pub(crate) struct Use {
    pub(crate) node: usize,
    pub(crate) kind: EffectKind,
    pub(crate) scope: Scope,
    /// Label of what is there before anybody writes.
    content: Label,
}

/// What a port names or a handle refers to. Several resources have a scope wide enough to hold them all, which may be
/// a directory whose own label says nothing of them: so their labels are joined one by one.
#[derive(Clone)]
struct Named {
    scope: Scope,
    content: Label,
}

impl Named {
    fn join(known: Option<Self>, more: Self) -> Self {
        match known {
            None => more,
            Some(known) => {
                Self { scope: scope_join(&known.scope, &more.scope), content: known.content.join(more.content) }
            }
        }
    }
}

/// The labels of a whole graph.
pub(crate) struct Labels {
    /// By input port, as in [`Wiring`].
    pub(crate) inputs: Vec<Label>,
    /// By output port; the ports of one node are adjacent.
    pub(crate) outputs: Vec<Label>,
    /// Where each node's outputs begin.
    pub(crate) output_starts: Vec<usize>,
    /// By node.
    pub(crate) control: Vec<Label>,
    /// By node: join of its authority ports.
    pub(crate) authority: Vec<Label>,
    /// By node: join of its other ports.
    pub(crate) payload: Vec<Label>,
    /// Every effect, in topological order.
    pub(crate) effects: Vec<Use>,
    /// By node: where the handles it gives come from.
    handles: Vec<Option<Named>>,
}

impl Labels {
    pub(crate) fn of_node(&self, node: usize) -> &[Label] {
        &self.outputs[self.output_starts[node]..self.output_starts[node + 1]]
    }
}

/// O(nodes + edges), and for each path constant its length.
pub(crate) fn propagate(work: &Work<'_>, wiring: &Wiring<'_>, order: &[NodeIndex]) -> Result<Labels, Violation> {
    let count = work.graph.nodes.len();
    let mut output_starts = Vec::with_capacity(count + 1);
    let mut total = 0;
    for node in 0..count {
        output_starts.push(total);
        total += work.descriptor(node).outputs.len();
    }
    output_starts.push(total);
    let order_of = WriteOrder::new(work, wiring, order);
    let mut written = Written::default();
    let mut round = 0;
    loop {
        let mut labels = Labels {
            inputs: vec![Label::BOTTOM; wiring.len()],
            outputs: vec![Label::BOTTOM; total],
            output_starts: output_starts.clone(),
            control: vec![Label::BOTTOM; count],
            authority: vec![Label::BOTTOM; count],
            payload: vec![Label::BOTTOM; count],
            effects: Vec::new(),
            handles: vec![None; count],
        };
        let mut now = Written::default();
        for node in order.iter().map(|node| node.0 as usize) {
            enter(work, wiring, node, &mut labels);
            let first = labels.effects.len();
            scopes(work, wiring, node, &mut labels)?;
            let read = check_effects(work, wiring, (node, first), &labels, &order_of, (&written, &mut now))?;
            check_ports(work, wiring, node, first, &labels)?;
            leave(work, wiring, node, read, &mut labels);
        }
        let seen =
            |effect: &Use| gives_data(effect.kind) && written.misses(&now, &effect.scope, order_of.later[effect.node]);
        if !labels.effects.iter().any(seen) {
            return Ok(labels);
        }
        written = now;
        round += 1;
        if round > ROUNDS_MAX {
            written.blur();
        }
    }
}

/// Rounds in which what is written is told apart by path. Beyond, every read carries everything written, which
/// settles at once: a chain of files cannot make the validator quadratic.
const ROUNDS_MAX: u32 = 4;

/// Labels of what enters, and of what decides whether the node runs.
fn enter(work: &Work<'_>, wiring: &Wiring<'_>, node: usize, labels: &mut Labels) {
    let own = work.node(node);
    let start = wiring.start(node);
    let mut control = Label::BOTTOM;
    for (port, bound) in wiring.inputs(node).iter().enumerate() {
        let label = match bound {
            Bound::Constant(_, label) => *label,
            Bound::Edge(source) => {
                let producer = source.node.0 as usize;
                control = control.join(labels.control[producer]);
                labels.of_node(producer)[usize::from(source.port.0)]
            }
        };
        labels.inputs[start + port] = label;
        let side = match work.descriptor(node).inputs[port].kind {
            PortKind::Authority => &mut labels.authority[node],
            PortKind::Payload | PortKind::Intent => &mut labels.payload[node],
        };
        *side = side.join(label);
        if own.each.is_some_and(|each| each.port == port_index(port)) {
            control = control.join(label);
        }
    }
    if let Some(guard) = own.guard {
        let producer = guard.node.0 as usize;
        control = control.join(labels.control[producer]);
        control = control.join(labels.of_node(producer)[usize::from(guard.port.0)]);
    }
    for earlier in &own.after {
        control = control.join(labels.control[earlier.0 as usize]);
    }
    labels.control[node] = control;
}

/// The scope of each effect, and of the handles that the node gives.
fn scopes(work: &Work<'_>, wiring: &Wiring<'_>, node: usize, labels: &mut Labels) -> Result<(), Violation> {
    let descriptor = work.descriptor(node);
    let mut given: Option<Named> = None;
    for (port, input) in descriptor.inputs.iter().enumerate() {
        if holds_handle(&input.ty)
            && let Some(named) = port_names(work, wiring, (node, port), None, labels)?
        {
            given = Some(Named::join(given.take(), named));
        }
    }
    for effect in &descriptor.effects {
        let named = match &effect.target {
            Target::WorkingDirectory => {
                let scope = Scope::Under(work.context.directory.clone());
                let named = Named { content: content(work, &scope, effect.kind), scope };
                given = Some(Named::join(given.take(), named.clone()));
                Some(named)
            }
            Target::None => None,
            Target::Named(name) => {
                let scope = Scope::Named(name.clone());
                Some(Named { content: content(work, &scope, effect.kind), scope })
            }
            Target::Input(port) => {
                let place = (node, usize::from(port.0));
                port_names(work, wiring, place, Some(effect.kind), labels)?
            }
        };
        let Named { scope, content } =
            named.unwrap_or_else(|| Named { scope: Scope::Any, content: content(work, &Scope::Any, effect.kind) });
        labels.effects.push(Use { node, kind: effect.kind, scope, content });
    }
    if descriptor.outputs.iter().any(|port| holds_handle(&port.ty)) {
        labels.handles[node] = given;
    }
    Ok(())
}

/// What a port names: exactly, if a constant enters it; else where the handles that enter it come from.
fn port_names(
    work: &Work<'_>,
    wiring: &Wiring<'_>,
    (node, port): (usize, usize),
    kind: Option<EffectKind>,
    labels: &Labels,
) -> Result<Option<Named>, Violation> {
    let ty = &work.descriptor(node).inputs[port].ty;
    let value = match wiring.inputs(node)[port] {
        Bound::Edge(source) if holds_handle(ty) => return Ok(labels.handles[source.node.0 as usize].clone()),
        Bound::Edge(_) => return Ok(None),
        Bound::Constant(value, _) => value,
    };
    let mut named: Option<Named> = None;
    constant_scopes(value, ty, kind, work.context.directory, &mut |scope| {
        // What a handle refers to is read as a file, whatever the kind; text has a kind.
        let content = content(work, &scope, kind.unwrap_or(EffectKind::FileRead));
        named = Some(Named::join(named.take(), Named { scope, content }));
    })
    .map_err(|why| {
        let way_out = "name a path below the directory you work in";
        work.at_port(Rule::R3, (node, port), format!("the constant names no path: {why}"), way_out)
    })?;
    Ok(named)
}

/// Which writes wait for which reads. Data is read when its node is reached, and a write is done after all that its node
/// waits for: so a node never sees what those write that wait for it.
struct WriteOrder {
    /// By node: its number, if it writes and is told apart.
    writer: Vec<Option<u32>>,
    /// By node: the writers that wait for it, at any distance.
    later: Vec<Writers>,
}

impl WriteOrder {
    /// O(nodes + edges).
    fn new(work: &Work<'_>, wiring: &Wiring<'_>, order: &[NodeIndex]) -> Self {
        let count = work.graph.nodes.len();
        let (mut writer, mut later) = (vec![None; count], vec![Writers::default(); count]);
        let mut numbers = 0..u32::try_from(WRITERS_MAX).unwrap_or(0);
        for node in order.iter().map(|node| node.0 as usize) {
            let writes = |kind| SinkClass::of(kind) == SinkClass::Local;
            if work.descriptor(node).effects.iter().any(|effect| writes(effect.kind)) {
                writer[node] = numbers.next();
            }
        }
        for node in order.iter().rev().map(|node| node.0 as usize) {
            let own = writer[node].map_or(0, |number| 1 << number) | later[node].0;
            wiring.before(node, &mut |earlier| later[earlier].0 |= own);
        }
        Self { writer, later }
    }
}

/// R5, R6, R7 and R10 at each effect, and the label of what the node reads.
fn check_effects(
    work: &Work<'_>,
    wiring: &Wiring<'_>,
    (node, first): (usize, usize),
    labels: &Labels,
    order: &WriteOrder,
    (written, now): (&Written, &mut Written),
) -> Result<Label, Violation> {
    let mut read = Label::BOTTOM;
    let (authority, payload) = (labels.authority[node], labels.payload[node]);
    let control = labels.control[node];
    for effect in &labels.effects[first..] {
        let flow = Flow::plan(authority, payload, control, Label::BOTTOM);
        let cleared = clearance(work.context.grant, effect.kind, &effect.scope);
        sink(effect.kind, cleared, &flow).map_err(|breach| at_effect(work, wiring, labels, node, &breach))?;
        read = read.join(of_effect(effect.kind));
        if gives_data(effect.kind) {
            read = read.join(effect.content).join(written.label(&effect.scope, order.later[node]));
        }
    }
    // Whatever the node reads may be in what it writes, in whichever order the descriptor lists its effects.
    let label = authority.join(payload).join(control).join(read);
    for effect in &labels.effects[first..] {
        if SinkClass::of(effect.kind) == SinkClass::Local {
            now.add(order.writer[node], &effect.scope, label);
        }
    }
    Ok(read)
}

/// Whether what the effect acts on has content that enters the run.
fn gives_data(kind: EffectKind) -> bool {
    matches!(
        kind,
        EffectKind::FileRead
            | EffectKind::FileList
            | EffectKind::FileMove
            | EffectKind::NetConnect
            | EffectKind::NetGet
            | EffectKind::NetSend
            | EffectKind::Exec
            | EffectKind::CellRead
    )
}

/// The label of a resource's content; of an unknown file, every category.
fn content(work: &Work<'_>, scope: &Scope, kind: EffectKind) -> Label {
    let resource = match scope {
        Scope::Under(path) | Scope::Path(path) if kind == EffectKind::Exec => Resource::Program(path.clone()),
        Scope::Under(path) if kind == EffectKind::FileRead => return work.context.labels.beneath(path),
        Scope::Under(path) | Scope::Path(path) => Resource::Path(ByteText::clone(path)),
        Scope::Host(host) => Resource::Host(host.clone()),
        Scope::Named(name) => Resource::Named(name.clone()),
        Scope::Any if is_file_kind(kind) => return Label::secret(Secrecy::ALL),
        Scope::Any => return Label::BOTTOM,
    };
    work.context.labels.label(&resource)
}

/// A refused flow, placed at the input that brought the offending label where there is one.
fn at_effect(work: &Work<'_>, wiring: &Wiring<'_>, labels: &Labels, node: usize, breach: &FlowBreach) -> Violation {
    let start = wiring.start(node);
    let ports = &labels.inputs[start..start + wiring.inputs(node).len()];
    let meets = |label: &Label| {
        label.secrecy.0 & breach.offending.secrecy.0 != 0 || label.taint.0 & breach.offending.taint.0 != 0
    };
    match ports.iter().position(meets) {
        Some(port) => work.at_port(breach.rule, (node, port), breach, breach.way_out()),
        None => work.at_node(breach.rule, node, breach, breach.way_out()),
    }
}

/// R5, R6 and R7 at each port, whatever the node does.
fn check_ports(
    work: &Work<'_>,
    wiring: &Wiring<'_>,
    node: usize,
    first: usize,
    labels: &Labels,
) -> Result<(), Violation> {
    let start = wiring.start(node);
    let granted = labels.effects[first..]
        .iter()
        .fold(0, |all, effect| all | clearance(work.context.grant, effect.kind, &effect.scope).0);
    for (number, port) in work.descriptor(node).inputs.iter().enumerate() {
        let label = labels.inputs[start + number];
        let (accepted, rule) = match port.kind {
            PortKind::Authority => (authority_accepts(&port.ty), Rule::R5),
            PortKind::Intent => (Taint::NONE, Rule::R7),
            PortKind::Payload => (Taint::ALL, Rule::R6),
        };
        if let Some(taint) = taint_beyond(label, accepted) {
            let what = describe(taint);
            let (message, way_out) = match rule {
                Rule::R7 => {
                    (format!("{what} would be read as an instruction"), "give the instruction in your own words")
                }
                _ => (format!("{what} would choose what is acted on"), "name it yourself in the request"),
            };
            return Err(work.at_port(rule, (node, number), message, way_out));
        }
        let cleared = Secrecy(port.clearance.0 | granted);
        if let Some(secret) = secrecy_beyond(label, cleared) {
            let message = format!("{} may not enter here", describe(secret));
            let way_out = "leave the secret data out";
            return Err(work.at_port(Rule::R6, (node, number), message, way_out));
        }
    }
    Ok(())
}

/// R4 at each output.
fn leave(work: &Work<'_>, wiring: &Wiring<'_>, node: usize, read: Label, labels: &mut Labels) {
    let start = wiring.start(node);
    let first = labels.output_starts[node];
    for (number, output) in work.descriptor(node).outputs.iter().enumerate() {
        let mut label = output.source.join(labels.control[node]).join(read);
        for port in 0..wiring.inputs(node).len() {
            // `resolve` accepted independence only with a proof.
            if !output.independent_of.contains(&port_index(port)) {
                label = label.join(labels.inputs[start + port]);
            }
        }
        labels.outputs[first + number] = label;
    }
}
