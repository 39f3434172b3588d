//! Statements that are carried out only where something holds: their nodes have a guard.

use super::build::{Builder, Data, Fault, Flow};
use super::{Condition, Statement};
use telos_abi::{NodeIndex, PortIndex, Type};
use telos_graph::Source as Edge;

impl Builder<'_> {
    /// The nodes of the statement, guarded by what an earlier statement tells.
    pub(super) fn conditional(
        &mut self,
        statement: &Statement,
        condition: Condition,
        results: &[Flow],
    ) -> Result<Flow, Fault> {
        let decides = results.get(condition.result).ok_or(Fault::Malformed)?;
        let Data::Output { node, port, lifted: false } = decides.data else { return Err(Fault::Malformed) };
        if *self.output_type(node, port) != Type::Bool {
            return Err(Fault::NoWay("a truth to decide by"));
        }
        let (node, port) = if condition.holds {
            (node, port)
        } else {
            let not = self.named("truth.not")?;
            (self.push(not, vec![(0, Self::edge(node, port))], None), 0)
        };
        let guard = Edge {
            node: NodeIndex(u32::try_from(node).unwrap_or(u32::MAX)),
            port: PortIndex(u16::try_from(port).unwrap_or(u16::MAX)),
        };
        let first = self.nodes.len();
        let flow = self.statement(statement, results)?;
        for made in &mut self.nodes[first..] {
            made.guard = Some(guard);
        }
        // What may be skipped serves no other statement.
        self.memo.retain(|_, node| *node < first);
        self.reads.retain(|_, node| *node < first);
        Ok(flow)
    }
}
