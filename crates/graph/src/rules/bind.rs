//! R3: every edge exists, every required port has exactly one producer, and every constant fits.

use crate::quantity::spelled;
use crate::rules::{Work, port_index};
use crate::subtype::inhabits;
use crate::{Constant, ConstantOrigin, Input, Node, Source, Violation};
use telos_abi::{Label, Rule, Taint, Type, Value};

/// What enters a port.
#[derive(Clone, Copy)]
pub(crate) enum Bound<'a> {
    /// An edge.
    Edge(Source),
    /// A constant with the label that its checked origin gives it.
    Constant(&'a Value, Label),
}

/// Every input port of every node with what enters it; ports of one node are adjacent.
pub(crate) struct Wiring<'a> {
    nodes: &'a [Node],
    starts: Vec<usize>,
    bound: Vec<Bound<'a>>,
}

impl<'a> Wiring<'a> {
    /// What enters each port of `node`, by port.
    pub(crate) fn inputs(&self, node: usize) -> &[Bound<'a>] {
        &self.bound[self.starts[node]..self.starts[node + 1]]
    }

    /// Where the ports of `node` begin in a list of all input ports.
    pub(crate) fn start(&self, node: usize) -> usize {
        self.starts[node]
    }

    /// All input ports of the graph.
    pub(crate) fn len(&self) -> usize {
        self.bound.len()
    }

    /// Every output that flows into `node`: edges and guard.
    pub(crate) fn sources(&self, node: usize, visit: &mut dyn FnMut(Source)) {
        for bound in self.inputs(node) {
            if let Bound::Edge(source) = bound {
                visit(*source);
            }
        }
        if let Some(guard) = self.nodes[node].guard {
            visit(guard);
        }
    }

    /// Every node that `node` waits for: sources and `after`. A node may be visited more than once.
    pub(crate) fn before(&self, node: usize, visit: &mut dyn FnMut(usize)) {
        self.sources(node, &mut |source| visit(source.node.0 as usize));
        for earlier in &self.nodes[node].after {
            visit(earlier.0 as usize);
        }
    }
}

/// Checks every edge end and constant. O(nodes + edges + constants × turn).
pub(crate) fn bind<'a>(work: &Work<'a>) -> Result<Wiring<'a>, Violation> {
    let count = work.graph.nodes.len();
    let mut wiring = Wiring {
        nodes: &work.graph.nodes,
        starts: Vec::with_capacity(count + 1),
        bound: Vec::with_capacity(count * 3),
    };
    let turn = work.context.turn.to_lowercase();
    let mut seen = vec![usize::MAX; count];
    wiring.starts.push(0);
    for node in 0..count {
        check_waits(work, node, &mut seen)?;
        bind_node(work, node, &turn, &mut wiring.bound)?;
        wiring.starts.push(wiring.bound.len());
    }
    for output in &work.graph.outputs {
        check_source(work, *output).map_err(|why| Violation {
            rule: Rule::R3,
            place: crate::Place::Graph,
            message: format!("an output of the graph {why}"),
            way_out: "show an output that exists".into(),
        })?;
    }
    Ok(wiring)
}

const REPAIR: &str = "connect it to an output of another node that exists";

/// Guard, `after` and `each` point at things that exist.
fn check_waits(work: &Work<'_>, node: usize, seen: &mut [usize]) -> Result<(), Violation> {
    let own = work.node(node);
    if let Some(guard) = own.guard {
        not_itself(node, guard)
            .and_then(|()| check_source(work, guard))
            .map_err(|why| work.at_node(Rule::R3, node, format!("its guard {why}"), REPAIR))?;
    }
    for earlier in &own.after {
        let earlier = earlier.0 as usize;
        let why = match seen.get_mut(earlier) {
            None => "it waits for a node that does not exist",
            Some(_) if earlier == node => "it waits for itself",
            Some(last) if *last == node => "it waits for one node twice",
            Some(last) => {
                *last = node;
                continue;
            }
        };
        let way_out = "name each earlier node once in `after`";
        return Err(work.at_node(Rule::R3, node, why, way_out));
    }
    if let Some(each) = own.each {
        if usize::from(each.port.0) >= work.descriptor(node).inputs.len() {
            let why = "it repeats over an input that it lacks";
            return Err(work.at_node(Rule::R3, node, why, "repeat over one of its inputs"));
        }
        if each.limit == 0 {
            let why = "it repeats at most zero times";
            return Err(work.at_node(Rule::R17, node, why, "allow at least one item"));
        }
    }
    Ok(())
}

fn not_itself(node: usize, source: Source) -> Result<(), String> {
    if source.node.0 as usize == node {
        return Err("comes from the node itself".into());
    }
    Ok(())
}

/// Whether the output exists. The text completes "the edge …".
fn check_source(work: &Work<'_>, source: Source) -> Result<(), String> {
    let node = source.node.0 as usize;
    if node >= work.graph.nodes.len() {
        return Err(format!("comes from node {node}, which does not exist"));
    }
    if usize::from(source.port.0) >= work.descriptor(node).outputs.len() {
        let name = work.name(node);
        return Err(format!("comes from output {} of {name}, which it lacks", source.port.0));
    }
    Ok(())
}

fn bind_node<'a>(work: &Work<'a>, node: usize, turn: &str, out: &mut Vec<Bound<'a>>) -> Result<(), Violation> {
    let own = work.node(node);
    let ports = &work.descriptor(node).inputs;
    let mut given: [Option<&'a Input>; telos_abi::limit::PORTS_MAX] = [None; telos_abi::limit::PORTS_MAX];
    for (port, input) in &own.inputs {
        let port = usize::from(port.0);
        if port >= ports.len() {
            let why = format!("it has no input {port}");
            return Err(work.at_node(Rule::R3, node, why, "use one of its declared inputs"));
        }
        if given[port].replace(input).is_some() {
            let why = "it has two producers";
            return Err(work.at_port(Rule::R3, (node, port), why, "keep one of them"));
        }
    }
    for (number, port) in ports.iter().enumerate() {
        let place = (node, number);
        let bound = match (given[number], &port.default) {
            (Some(Input::From(source)), _) => {
                not_itself(node, *source)
                    .and_then(|()| check_source(work, *source))
                    .map_err(|why| work.at_port(Rule::R3, place, format!("the edge {why}"), REPAIR))?;
                Bound::Edge(*source)
            }
            (Some(Input::Constant(constant)), default) => {
                let repeated = own.each.filter(|each| each.port == port_index(number));
                fits(&constant.value, &port.ty, repeated.map(|each| each.limit)).map_err(|why| {
                    let message = format!("the constant {why}");
                    work.at_port(Rule::R3, place, message, "give a value of the declared type")
                })?;
                Bound::Constant(&constant.value, origin(constant, default.as_ref(), turn))
            }
            (None, Some(default)) if own.each.is_none_or(|each| each.port != port_index(number)) => {
                Bound::Constant(default, Label::BOTTOM)
            }
            (None, _) => {
                let why = "it is required and nothing enters it";
                return Err(work.at_port(Rule::R3, place, why, "connect it or give a constant"));
            }
        };
        out.push(bound);
    }
    Ok(())
}

/// Whether a constant fits its port; where the node repeats over the port it must be a list of fitting items.
fn fits(value: &Value, ty: &Type, repeated: Option<u32>) -> Result<(), &'static str> {
    let Some(limit) = repeated else {
        return inhabits(value, ty);
    };
    match value {
        Value::List(items) if items.len() <= limit as usize => items.iter().try_for_each(|item| inhabits(item, ty)),
        Value::List(_) => Err("has more items than the node repeats"),
        _ => Err("is not a list, and the node repeats over its items"),
    }
}

/// The label of a constant: what its origin claims if the claim holds, else `PLANNER`.
fn origin(constant: &Constant, default: Option<&Value>, turn: &str) -> Label {
    let holds = match constant.origin {
        ConstantOrigin::Observed => return Label::tainted(Taint::OBSERVED),
        ConstantOrigin::UserTurn => occurs(&constant.value, turn),
        ConstantOrigin::Default => default == Some(&constant.value),
        ConstantOrigin::Planner => false,
    };
    if holds {
        return Label::BOTTOM;
    }
    Label::tainted(Taint::PLANNER)
}

/// Whether the user's turn says this value, so that a constant of origin [`ConstantOrigin::UserTurn`] carries no taint.
#[must_use]
pub fn said(value: &Value, turn: &str) -> bool {
    occurs(value, &turn.to_lowercase())
}

/// A name that the person gave as it is compared: its letters and digits, whatever their case.
#[must_use]
pub fn folded(name: &str) -> String {
    name.chars().filter(|letter| letter.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// Whether the value occurs in the lower-cased turn as a whole word. A list or record occurs if it is not empty and
/// all its parts do, a case if its name and content do, an integer also as an amount with a unit
/// ([`crate::quantity`]). Truth values occur nowhere: one bit is a choice, not a quotation.
fn occurs(value: &Value, turn: &str) -> bool {
    match value {
        Value::Text(text) => occurs_text(&text.to_lowercase(), turn),
        Value::Bytes(bytes) => {
            let text = core::str::from_utf8(&bytes.0);
            text.is_ok_and(|text| occurs_text(&text.to_lowercase(), turn))
        }
        Value::Int(number) => occurs_text(&number.to_string(), turn) || spelled(*number, turn),
        Value::Float(number) => occurs_text(&number.to_string(), turn),
        Value::List(items) => !items.is_empty() && items.iter().all(|item| occurs(item, turn)),
        Value::Record(fields) => !fields.is_empty() && fields.values().all(|item| occurs(item, turn)),
        Value::Variant(name, inner) => occurs_text(name, turn) && occurs(inner, turn),
        Value::Bool(_) | Value::Handle(_) => false,
    }
}

/// Whether `text` stands in `turn` without being cut out of a longer word or number. Only ASCII letters and digits
/// make words here: scripts without spaces between words would otherwise quote nothing.
fn occurs_text(text: &str, turn: &str) -> bool {
    let bytes = turn.as_bytes();
    let is_number = text.parse::<f64>().is_ok();
    let letter = |at: Option<usize>| {
        let byte = at.and_then(|at| bytes.get(at));
        byte.is_some_and(u8::is_ascii_alphanumeric)
    };
    let digit = |at: Option<usize>| {
        let byte = at.and_then(|at| bytes.get(at));
        byte.is_some_and(u8::is_ascii_digit)
    };
    let whole = |start: usize, end: usize| {
        let before = start.checked_sub(1);
        let cut_before = letter(Some(start)) && letter(before);
        let cut_after = letter(end.checked_sub(1)) && letter(Some(end));
        !cut_before && !cut_after
    };
    // `25` is not said by `-25`, nor `12` by `12.5` or `0.12`.
    let part_of_number = |start: usize, end: usize| {
        let sign = digit(Some(start)) && start > 0 && bytes[start - 1] == b'-';
        let fraction = start > 0 && bytes[start - 1] == b'.' && digit(start.checked_sub(2));
        let more = bytes.get(end) == Some(&b'.') && digit(Some(end + 1));
        sign || fraction || more
    };
    !text.is_empty()
        && turn.match_indices(text).any(|(start, found)| {
            let end = start + found.len();
            whole(start, end) && !(is_number && part_of_number(start, end))
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quotation_is_a_whole_word() {
        let turn = "count errors in app.log from 10 to -25, post to notexample.com; 在app.log中查找错误";
        let text = |text: &str| occurs(&Value::Text(text.into()), turn);
        assert!(text("errors"));
        assert!(text("Errors"));
        assert!(text("app.log"));
        assert!(text("错误"));
        assert!(!text("error"));
        assert!(!text("example.com"));
        assert!(!text(""));
        assert!(occurs(&Value::Int(10), turn));
        assert!(occurs(&Value::Int(-25), turn));
        assert!(!occurs(&Value::Int(25), turn));
        assert!(!occurs(&Value::Int(1), turn));
        assert!(!occurs(&Value::Bool(true), turn));
        assert!(!occurs(&Value::List(vec![]), turn));
        assert!(!occurs(&Value::Float(2.5), "take 12.5 percent"));
        assert!(!occurs(&Value::Int(12), "take 12.5 percent"));
        assert!(said(&Value::Int(2_000_000), "files over 2 MB"));
        assert!(occurs(&Value::Int(12), "take 12."));
    }
}
