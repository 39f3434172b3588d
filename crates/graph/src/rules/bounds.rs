//! R17: an upper bound on the whole run, in checked arithmetic, within the grant's budget.
//!
//! Sizes are totals over a node's calls, so that a list of files counts with its total size and not with its length
//! times the largest file. What the host brings in may have a size that nobody knows before it is read: it counts
//! here as [`SOURCE_BYTES_ASSUMED`], the plan is *metered*, and its bounds are the budget itself, at which the
//! executor stops it. The sums still refuse a graph whose known or assumed sizes amplify beyond the budget.

use crate::Violation;
use crate::flow::SinkClass;
use crate::rules::Work;
use crate::rules::bind::{Bound, Wiring};
use crate::rules::labels::Labels;
use crate::subtype::size_max;
use telos_abi::limit::CHUNK_BYTES;
use telos_abi::{Body, Bounds, Growth, NodeIndex, Resource, Rule, Scope, Value};

/// What a source of unknown size counts as.
const SOURCE_BYTES_ASSUMED: u64 = CHUNK_BYTES as u64;

/// Bounds over the run.
pub(crate) struct Cost {
    pub(crate) bounds: Bounds,
    pub(crate) calls: u64,
    pub(crate) metered: bool,
}

#[derive(Default)]
struct Sums {
    fuel: u64,
    memory: u64,
    output: u64,
    calls: u64,
    wall: u64,
    metered: bool,
}

/// O(nodes + edges), and the size of the types.
pub(crate) fn check(
    work: &Work<'_>,
    wiring: &Wiring<'_>,
    order: &[NodeIndex],
    labels: &Labels,
) -> Result<Cost, Violation> {
    let mut sums = Sums::default();
    let mut sizes = vec![0_u64; labels.outputs.len()];
    let mut ends = vec![0_u64; work.graph.nodes.len()];
    let mut effects = labels.effects.as_slice();
    for node in order.iter().map(|node| node.0 as usize) {
        let own = effects.iter().take_while(|effect| effect.node == node).count();
        let (uses, rest) = effects.split_at(own);
        effects = rest;
        let known =
            uses.iter().try_fold(0_u64, |all, effect| Some(all.saturating_add(known_size(work, &effect.scope)?)));
        let known = known.filter(|_| !uses.is_empty());
        let keeps = uses.iter().any(|effect| SinkClass::of(effect.kind) != SinkClass::Inward);
        add_node(work, wiring, labels, node, known, keeps, &mut sizes, &mut sums)
            .ok_or_else(|| too_much(work, node, "more than can be counted"))?;
        add_wall(work, wiring, node, &mut ends, &mut sums)?;
        within(work, node, &sums)?;
    }
    for output in &work.graph.outputs {
        let node = output.node.0 as usize;
        let size = sizes[labels.output_starts[node] + usize::from(output.port.0)];
        sums.output = sums.output.saturating_add(size);
        within(work, node, &sums)?;
    }
    Ok(sums.seal(work))
}

/// One node's share. `None` when a number overflows.
#[expect(clippy::too_many_arguments, reason = "one step of one loop, split off for length")]
fn add_node(
    work: &Work<'_>,
    wiring: &Wiring<'_>,
    labels: &Labels,
    node: usize,
    known: Option<u64>,
    keeps: bool,
    sizes: &mut [u64],
    sums: &mut Sums,
) -> Option<()> {
    let descriptor = work.descriptor(node);
    let each = work.node(node).each;
    let calls = each.map_or(1, |each| u64::from(each.limit));
    let mut entering = 0_u64;
    for (port, bound) in wiring.inputs(node).iter().enumerate() {
        let size = match bound {
            Bound::Constant(value, _) => value_size(value),
            Bound::Edge(source) => sizes[labels.output_starts[source.node.0 as usize] + usize::from(source.port.0)],
        };
        let repeated = each.is_some_and(|each| usize::from(each.port.0) == port);
        let size = if repeated { size } else { size.checked_mul(calls)? };
        entering = entering.checked_add(size)?;
    }
    let bounds = &descriptor.bounds;
    sums.calls = sums.calls.checked_add(calls)?;
    let mut declared = grow(bounds.output_bytes, calls, entering)?;
    let mut read = entering;
    if descriptor.body == Body::Host {
        let limit = known.unwrap_or(SOURCE_BYTES_ASSUMED);
        sums.metered |= declared > limit && known.is_none();
        declared = declared.min(limit.saturating_add(entering));
        read = read.saturating_add(declared);
    }
    sums.fuel = sums.fuel.checked_add(grow(bounds.fuel, calls, entering)?)?;
    // Calls of a repeated node give their memory back one after the other.
    let memory = grow(bounds.memory_bytes, 1, read)?;
    sums.memory = sums.memory.checked_add(memory)?;
    if keeps {
        sums.output = sums.output.checked_add(entering)?;
    }
    let first = labels.output_starts[node];
    for (number, port) in descriptor.outputs.iter().enumerate() {
        let most = size_max(&port.ty).saturating_mul(calls);
        sizes[first + number] = declared.min(most);
    }
    Some(())
}

fn grow(growth: Growth, calls: u64, bytes: u64) -> Option<u64> {
    let fixed = growth.fixed.checked_mul(calls)?;
    fixed.checked_add(growth.per_input_byte.checked_mul(bytes)?)
}

/// The longest path so far. A node's time starts when the last node it waits for has ended.
fn add_wall(
    work: &Work<'_>,
    wiring: &Wiring<'_>,
    node: usize,
    ends: &mut [u64],
    sums: &mut Sums,
) -> Result<(), Violation> {
    let wall = work.descriptor(node).bounds.wall_ms;
    if wall > work.context.grant.budget.wall_ms {
        return Err(too_much(work, node, &format!("{wall} ms for one call")));
    }
    let mut start = 0;
    wiring.before(node, &mut |earlier| start = start.max(ends[earlier]));
    let calls = work.node(node).each.map_or(1, |each| u64::from(each.limit));
    ends[node] = wall.saturating_mul(calls).saturating_add(start);
    sums.wall = sums.wall.max(ends[node]);
    Ok(())
}

fn within(work: &Work<'_>, node: usize, sums: &Sums) -> Result<(), Violation> {
    let budget = &work.context.grant.budget;
    let parts = [
        (sums.fuel, budget.fuel, "units of fuel"),
        (sums.memory, budget.memory_bytes, "bytes of memory"),
        (sums.output, budget.output_bytes, "bytes of output"),
        (sums.calls, budget.calls, "calls"),
    ];
    for (used, most, unit) in parts {
        if used > most {
            return Err(too_much(work, node, &format!("{used} {unit}, of {most}")));
        }
    }
    Ok(())
}

fn too_much(work: &Work<'_>, node: usize, amount: &str) -> Violation {
    let message = format!("with it the run could need {amount}");
    let way_out = "repeat over fewer items, work on smaller files, or raise the budget in your policy file";
    work.at_node(Rule::R17, node, message, way_out)
}

impl Sums {
    fn seal(self, work: &Work<'_>) -> Cost {
        let budget = &work.context.grant.budget;
        let bound = |sum, ceiling| Growth { fixed: if self.metered { ceiling } else { sum }, per_input_byte: 0 };
        Cost {
            bounds: Bounds {
                fuel: bound(self.fuel, budget.fuel),
                memory_bytes: bound(self.memory, budget.memory_bytes),
                output_bytes: bound(self.output, budget.output_bytes),
                // The run as a whole is stopped at the budget, however many single calls would fit.
                wall_ms: self.wall.min(budget.wall_ms),
            },
            calls: self.calls,
            metered: self.metered,
        }
    }
}

/// Bytes a resource brings in, if the caller knows.
fn known_size(work: &Work<'_>, scope: &Scope) -> Option<u64> {
    let resource = match scope {
        Scope::Under(path) | Scope::Path(path) => Resource::Path(path.clone()),
        Scope::Host(host) => Resource::Host(host.clone()),
        Scope::Named(name) => Resource::Named(name.clone()),
        Scope::Any => return None,
    };
    work.context.labels.bytes_max(&resource)
}

/// Bytes of a constant, about as in wire form.
fn value_size(value: &Value) -> u64 {
    let length = |length: usize| u64::try_from(length).unwrap_or(u64::MAX);
    match value {
        Value::Bool(_) => 1,
        Value::Int(_) | Value::Float(_) | Value::Handle(_) => 9,
        Value::Text(text) => length(text.len()),
        Value::Bytes(bytes) => length(bytes.0.len()),
        Value::List(items) => items.iter().map(value_size).fold(0, u64::saturating_add),
        Value::Record(fields) => fields.values().map(value_size).fold(0, u64::saturating_add),
        Value::Variant(_, inner) => value_size(inner),
    }
}
