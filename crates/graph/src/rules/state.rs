//! R19: state cells. A cell outlives the call, so its content would come back without its label: writes take neither
//! taint nor secrecy beyond the cell's clearance, and accesses of which one writes are ordered by a direct edge.

use crate::Violation;
use crate::origin::describe;
use crate::rules::Work;
use crate::rules::bind::Wiring;
use crate::rules::labels::Labels;
use std::collections::BTreeMap;
use telos_abi::{Label, NodeIndex, Rule, State};

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
        let State::Cell { cell, clearance, writes } = &work.descriptor(node).state else {
            continue;
        };
        if *writes {
            let written = labels.authority[node].join(labels.payload[node]).join(labels.control[node]);
            if !written.flows_to(Label::secret(*clearance)) {
                let what = describe(written);
                let message = format!("{what} would be kept in cell “{cell}” beyond this run");
                let way_out = "keep it in a file, which keeps its label";
                return Err(work.at_node(Rule::R19, node, message, way_out));
            }
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

/// Who used a cell so far.
#[derive(Default)]
struct Accesses {
    /// The last writer.
    writer: Option<usize>,
    /// Who read since.
    readers: Vec<usize>,
}
