//! Graphs with no plan behind them: any primitive, any wiring, any constant. Most are refused, for every reason there
//! is; what matters is that validator and checker say the same.

use crate::case::{Case, index};
use crate::dice::Dice;
use crate::world::World;
use telos_abi::{Clearance, EffectKind, HandleKind, NodeIndex, PortIndex, Refinement, Scope, Secrecy, Type, Value};
use telos_graph::{Catalogue, Constant, ConstantOrigin, Each, Graph, Input, Node, Source};

const TEXTS: [&str; 16] = [
    "in",
    "in/a.txt",
    ".env",
    "out/one.txt",
    "out",
    "../../../..",
    "/etc/passwd",
    "https://ok.example/in",
    "ok.example",
    "https://forbidden.example/in",
    "/usr/bin/sort",
    "local",
    "ERROR",
    "name",
    "00ff",
    "",
];

/// A graph of a few nodes, from a seed. Three wirings in four fit by type, so that rules beyond R3 get their turn.
#[must_use]
pub fn arbitrary(seed: u64) -> Case {
    let mut dice = Dice::new(seed);
    let ids = World::ids();
    let mut case = Case::new(Graph::default());
    let count = 1 + dice.below(9);
    let fits = !dice.once_in(4);
    for place in 0..count {
        for _ in 0..10 {
            let capability = dice.pick(&ids).unwrap_or(ids[0]);
            case.graph.nodes.truncate(place);
            case.graph.nodes.push(Node { capability, inputs: vec![], each: None, guard: None, after: vec![] });
            if wire(&mut case, &mut dice, place, fits) || !fits {
                break;
            }
        }
    }
    for _ in 0..dice.below(3) {
        if let Some(source) = any_output(&case, &mut dice, count) {
            case.graph.outputs.push(source);
        }
    }
    if dice.once_in(4) {
        let kind = dice.pick(&EffectKind::ALL).unwrap_or(EffectKind::NetSend);
        let secrecy = if dice.once_in(2) { Secrecy::ALL } else { Secrecy::CREDENTIAL };
        case.world.grant.clearances.push(Clearance { kind, scope: Scope::Any, secrecy });
    }
    if !fits && dice.once_in(3) {
        spoil(&mut case, &mut dice);
    }
    case.renumber(&mut dice);
    case
}

/// One structural fault: an edge anywhere, a port twice, or a wait for anything.
fn spoil(case: &mut Case, dice: &mut Dice) {
    let count = case.graph.nodes.len();
    let source = Source { node: index(dice.below(count + 1)), port: PortIndex(0) };
    let node = case.node(index(dice.below(count)));
    match dice.below(4) {
        0 => node.after.push(source.node),
        1 => node.guard = Some(source),
        2 => node.inputs.push((PortIndex(0), Input::From(source))),
        _ => drop(node.inputs.pop()),
    }
}

/// Fills the inputs of a node. False if one of them takes neither an edge nor a constant here.
fn wire(case: &mut Case, dice: &mut Dice, place: usize, fits: bool) -> bool {
    let capability = case.graph.nodes[place].capability;
    let Some(descriptor) = case.world.descriptor(&capability).cloned() else { return false };
    let mut fine = true;
    for (port, input) in descriptor.inputs.iter().enumerate() {
        if input.default.is_some() && dice.once_in(2) {
            continue;
        }
        let edge = (0..if fits { 12 } else { 1 }).find_map(|_| {
            let source = any_output(case, dice, place).filter(|_| !dice.once_in(8))?;
            let producer = case.world.descriptor(&case.graph.nodes[source.node.0 as usize].capability)?;
            let gives = &producer.outputs.get(usize::from(source.port.0))?.ty;
            (!fits || telos_graph::subtype::is_subtype(gives, &input.ty)).then_some(source)
        });
        let given = match edge {
            Some(source) => Input::From(source),
            None if fits => {
                fine &= can_be_constant(&input.ty);
                fitting(dice, &input.ty)
            }
            None => any_constant(dice),
        };
        case.graph.nodes[place].inputs.push((PortIndex(u16::try_from(port).unwrap_or(0)), given));
    }
    let node = &mut case.graph.nodes[place];
    if dice.once_in(8) && !node.inputs.is_empty() {
        let chosen = dice.below(node.inputs.len());
        let (port, input) = &mut node.inputs[chosen];
        node.each = Some(Each { port: *port, limit: 1 + u32::try_from(dice.below(50)).unwrap_or(0) });
        if let Input::Constant(constant) = input {
            let ty = &descriptor.inputs[usize::from(port.0)].ty;
            constant.value = Value::List((0..1 + dice.below(3)).map(|_| value_of(dice, ty)).collect());
        }
    }
    if place > 0 && dice.once_in(6) {
        node.after.push(index(dice.below(place)));
    }
    if dice.once_in(5) {
        let truths: Vec<Source> = (0..place).filter_map(|node| truth(case, index(node))).collect();
        case.graph.nodes[place].guard = dice.pick(&truths);
    }
    fine
}

/// Whether constants of the type exist that need no primitive to check them.
fn can_be_constant(ty: &Type) -> bool {
    match ty {
        Type::Blob { refinement, .. } => matches!(refinement, Refinement::Bytes | Refinement::Utf8),
        Type::List { item, .. } => can_be_constant(item),
        Type::Record(_) | Type::Variant(_) | Type::Stream { .. } | Type::Float => false,
        _ => true,
    }
}

/// The node's first truth value.
fn truth(case: &Case, node: NodeIndex) -> Option<Source> {
    let descriptor = case.world.descriptor(&case.graph.nodes[node.0 as usize].capability)?;
    let port = descriptor.outputs.iter().position(|output| output.ty == Type::Bool)?;
    Some(Source { node, port: PortIndex(u16::try_from(port).ok()?) })
}

fn any_output(case: &Case, dice: &mut Dice, before: usize) -> Option<Source> {
    let node = dice.below(before);
    let descriptor = case.world.descriptor(&case.graph.nodes.get(node)?.capability)?;
    let port = PortIndex(u16::try_from(dice.below(descriptor.outputs.len())).ok()?);
    (!descriptor.outputs.is_empty()).then_some(Source { node: index(node), port })
}

/// A constant that is likely to be of the type.
fn fitting(dice: &mut Dice, ty: &Type) -> Input {
    let value = value_of(dice, ty);
    Input::Constant(Constant { value, origin: any_origin(dice) })
}

fn value_of(dice: &mut Dice, ty: &Type) -> Value {
    let texts: &[&str] = match ty {
        Type::Bool => return Value::Bool(dice.once_in(2)),
        Type::Int { .. } => return Value::Int(12),
        Type::List { item, .. } => {
            return Value::List((0..dice.below(4)).map(|_| value_of(dice, item)).collect());
        }
        Type::Handle { kind: HandleKind::Endpoint, .. } | Type::Text { refinement: Refinement::Url, .. } => {
            &["https://ok.example/in", "https://forbidden.example/in"]
        }
        Type::Handle { .. } if dice.once_in(40) => &["../../../..", "/etc/passwd", "/home/u/desk/../desk/.env"],
        Type::Handle { .. } => &["in", "in/a.txt", ".env", "out/one.txt", "out"],
        Type::Text { refinement: Refinement::Hex, .. } => &["00ff"],
        Type::Text { refinement: Refinement::Path, .. } => &["/usr/bin/sort", "sort", "/etc/../usr/bin/sort"],
        Type::Text { .. } => &["ok.example", "local", "ERROR", "bob", "name"],
        _ => &["ERROR", "made up"],
    };
    Value::Text(dice.pick(texts).unwrap_or("").into())
}

fn any_origin(dice: &mut Dice) -> ConstantOrigin {
    match dice.below(8) {
        0 => ConstantOrigin::Observed,
        1 => ConstantOrigin::Planner,
        2 => ConstantOrigin::Default,
        _ => ConstantOrigin::UserTurn,
    }
}

fn any_constant(dice: &mut Dice) -> Input {
    let text = |dice: &mut Dice| Value::Text(dice.pick(&TEXTS).unwrap_or("").into());
    let value = match dice.below(12) {
        0 => Value::Int(12),
        1 => Value::Int(-1),
        2 => Value::Bool(true),
        3 => Value::List((0..dice.below(3)).map(|_| text(dice)).collect()),
        _ => text(dice),
    };
    Input::Constant(Constant { value, origin: any_origin(dice) })
}
