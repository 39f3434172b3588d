//! R19: what outlives the call. A cell's content would come back without its label: writes take neither taint nor secrecy
//! beyond the clearance, and accesses of which one writes are ordered by a direct edge. So it is with a session. A cache
//! gives nothing but what its own read would give, under the same label and permit; only what chooses an entry must be
//! trusted and within the clearance, and any order of accesses will do.

use crate::Violation;
use crate::origin::describe;
use crate::rules::Work;
use crate::rules::bind::Wiring;
use crate::rules::labels::Labels;
use std::collections::BTreeMap;
use telos_abi::{Label, NodeIndex, Rule, Secrecy, State};

/// O(nodes + edges).
pub(crate) fn check(
    work: &Work<'_>,
    wiring: &Wiring<'_>,
    order: &[NodeIndex],
    labels: &Labels,
) -> Result<(), Violation> {
    let mut cells: BTreeMap<&str, Accesses> = BTreeMap::new();
    let mut before = vec![usize::MAX; work.graph.nodes.len()];
    for node in order.iter().map(|node| node.0 as usize) {
        let (cell, clearance, writes) = match &work.descriptor(node).state {
            State::Stateless => continue,
            State::Cell { cell, clearance, writes } | State::Session { store: cell, clearance, writes, .. } => {
                (cell, clearance, writes)
            }
            State::Cache { store, clearance, .. } => {
                kept(work, labels, node, (store, *clearance))?;
                continue;
            }
        };
        if *writes {
            kept(work, labels, node, (cell, *clearance))?;
        }
        if work.node(node).each.is_some() && *writes {
            let message = format!("its repeated calls would race for cell “{cell}”");
            return Err(work.at_node(Rule::R19, node, message, "do not repeat it"));
        }
        wiring.before(node, &mut |earlier| before[earlier] = node);
        let accesses = cells.entry(cell).or_default();
        // A writer follows the last writer and all who read since; a reader follows the last writer.
        let readers: &[usize] = if *writes { &accesses.readers } else { &[] };
        let mut must_precede = accesses.writer.iter().chain(readers);
        if let Some(earlier) = must_precede.find(|earlier| before[**earlier] != node) {
            let message = format!("it and {} race for cell “{cell}”", work.name(*earlier));
            let way_out = "order them: name the earlier one in `after`";
            return Err(work.at_node(Rule::R19, node, message, way_out));
        }
        if *writes {
            accesses.writer = Some(node);
            accesses.readers.clear();
        } else {
            accesses.readers.push(node);
        }
    }
    Ok(())
}

/// What enters the node may stay in a store of this name and clearance.
fn kept(work: &Work<'_>, labels: &Labels, node: usize, (store, clearance): (&str, Secrecy)) -> Result<(), Violation> {
    let written = labels.authority[node].join(labels.payload[node]).join(labels.control[node]);
    if written.flows_to(Label::secret(clearance)) {
        return Ok(());
    }
    let message = format!("{} would be kept in cell “{store}” beyond this run", describe(written));
    Err(work.at_node(Rule::R19, node, message, "keep it in a file, which keeps its label"))
}

/// Who used a cell so far.
#[derive(Default)]
struct Accesses {
    /// The last writer.
    writer: Option<usize>,
    /// Who read since.
    readers: Vec<usize>,
}
