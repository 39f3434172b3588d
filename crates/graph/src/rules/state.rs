//! R19: state cells. A cell outlives the call, so its content would come back without its label: writes take neither
//! taint nor secrecy beyond the cell's clearance, and accesses of which one writes are ordered by a direct edge.

use crate::Violation;
use crate::origin::describe;
use crate::rules::Work;
use crate::rules::bind::Wiring;
use crate::rules::labels::Labels;
use std::collections::HashMap;
use telos_abi::{Label, NodeIndex, Rule, State};

/// O(nodes + edges).
pub(crate) fn check(
    work: &Work<'_>,
    wiring: &Wiring<'_>,
    order: &[NodeIndex],
    labels: &Labels,
) -> Result<(), Violation> {
    let mut last: HashMap<&str, (usize, bool)> = HashMap::new();
    for node in order.iter().map(|node| node.0 as usize) {
        let State::Cell {
            cell,
            clearance,
            writes,
        } = &work.descriptor(node).state
        else {
            continue;
        };
        if *writes {
            let written = labels.authority[node]
                .join(labels.payload[node])
                .join(labels.control[node]);
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
        if let Some((earlier, wrote)) = last.insert(cell, (node, *writes))
            && (wrote || *writes)
        {
            let mut ordered = false;
            wiring.before(node, &mut |before| ordered |= before == earlier);
            if !ordered {
                let message = format!("it and {} race for cell “{cell}”", work.name(earlier));
                let way_out = "order them: name the earlier one in `after`";
                return Err(work.at_node(Rule::R19, node, message, way_out));
            }
        }
    }
    Ok(())
}
