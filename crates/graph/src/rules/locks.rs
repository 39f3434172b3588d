//! R15 over the graph: lock classes are one total order that every primitive agrees on. Within a primitive the set is
//! taken at once in rank order (see `resolve`); a node waits for its inputs before it takes any, and prepared effects
//! are asked about after all nodes have let go, so nothing is held while waiting.

use crate::Violation;
use crate::rules::Work;
use std::collections::BTreeMap;
use telos_abi::Rule;

/// O(locks of the distinct descriptors).
pub(crate) fn check(work: &Work<'_>) -> Result<(), Violation> {
    let mut classes: BTreeMap<&str, (u16, u16)> = BTreeMap::new();
    let mut ranks: BTreeMap<u16, &str> = BTreeMap::new();
    for (slot, descriptor) in work.descriptors.iter().enumerate() {
        for lock in &descriptor.locks {
            let (rank, capacity) = *classes.entry(&lock.class).or_insert((lock.rank, lock.capacity));
            let class = *ranks.entry(lock.rank).or_insert(&lock.class);
            if rank != lock.rank || capacity != lock.capacity || class != lock.class {
                let node = work.used.iter().position(|used| *used == slot).unwrap_or(0);
                return Err(work.at_node(
                    Rule::R15,
                    node,
                    format!("it ranks lock “{}” differently from another primitive here", lock.class),
                    "do not combine the two; their publishers must agree on one order",
                ));
            }
        }
    }
    Ok(())
}
