//! R1, and every rule that a descriptor can break by itself. Each distinct descriptor is checked once.

use crate::refinement::{implies, needs_introduction};
use crate::rules::{Work, index};
use crate::subtype::{TypeFault, inhabits, walk};
use crate::{Context, Graph, Place, Violation};
use std::collections::BTreeMap;
use telos_abi::limit::{NAME_BYTES_MAX, PORTS_MAX};
use telos_abi::{
    Body, CapabilityId, Descriptor, EffectKind, Evidence, HandleKind, OutputPort, PortKind, Refinement, Rule, State,
    Target, Type,
};

/// Looks every capability up and checks its descriptor. O(nodes + size of the distinct descriptors).
pub(crate) fn resolve<'a>(graph: &'a Graph, context: &'a Context<'a>) -> Result<Work<'a>, Violation> {
    let mut known: BTreeMap<&CapabilityId, usize> = BTreeMap::new();
    let mut work = Work { graph, context, descriptors: Vec::new(), used: Vec::with_capacity(graph.nodes.len()) };
    for (number, node) in graph.nodes.iter().enumerate() {
        if let Some(&slot) = known.get(&node.capability) {
            work.used.push(slot);
            continue;
        }
        let descriptor = context.catalogue.descriptor(&node.capability);
        let descriptor = descriptor.ok_or_else(|| Violation {
            rule: Rule::R1,
            place: Place::Node(index(number)),
            message: format!(
                "node {number} uses capability {}, which is not registered here or was revoked",
                node.capability.0.short()
            ),
            way_out: "propose the graph again with the capabilities of `telos cap ls`".into(),
        })?;
        known.insert(&node.capability, work.descriptors.len());
        work.used.push(work.descriptors.len());
        work.descriptors.push(descriptor);
        check(descriptor).map_err(|(rule, fault)| {
            let way_out = "use another primitive; this one's publisher must correct it";
            work.at_node(rule, number, fault, way_out)
        })?;
    }
    Ok(work)
}

type Fault = (Rule, String);

fn check(descriptor: &Descriptor) -> Result<(), Fault> {
    form(descriptor)?;
    for port in &descriptor.inputs {
        type_form(&port.ty, &port.name)?;
        if let Some(default) = &port.default {
            crate::shape::check_value(default)
                .and_then(|()| inhabits(default, &port.ty))
                .map_err(|why| (Rule::R1, format!("the default of “{}” {why}", port.name)))?;
        }
    }
    for port in &descriptor.outputs {
        type_form(&port.ty, &port.name)?;
        introductions(descriptor, port)?;
    }
    descriptor.effects.iter().try_for_each(|effect| target(descriptor, effect.kind, &effect.target))?;
    lasting(descriptor)?;
    locks(descriptor)?;
    if descriptor.bounds.wall_ms == 0 {
        return Err((Rule::R18, "it declares no time after which it is stopped".into()));
    }
    Ok(())
}

/// Names, port counts, evidence and the walls between packs and the host.
fn form(descriptor: &Descriptor) -> Result<(), Fault> {
    if descriptor.inputs.len() > PORTS_MAX || descriptor.outputs.len() > PORTS_MAX {
        return Err((Rule::R1, format!("it has more than {PORTS_MAX} ports on a side")));
    }
    let inputs = descriptor.inputs.iter().map(|port| &port.name);
    let outputs = descriptor.outputs.iter().map(|port| &port.name);
    for names in [inputs.collect::<Vec<_>>(), outputs.collect()] {
        for (position, name) in names.iter().enumerate() {
            if name.is_empty() || name.len() > NAME_BYTES_MAX || names[..position].contains(name) {
                return Err((Rule::R1, format!("its port name “{name}” is not usable")));
            }
        }
    }
    if let Body::Pack { .. } = descriptor.body {
        if descriptor.evidence < Evidence::Structure {
            return Err((Rule::R1, "nothing is known of its code (evidence L0)".into()));
        }
        if !descriptor.effects.is_empty() || descriptor.state != State::Stateless {
            let why = "a pack imports nothing, so it can have neither effects nor state";
            return Err((Rule::R1, why.into()));
        }
    }
    for port in &descriptor.outputs {
        if port.independent_of.is_empty() {
            continue;
        }
        if descriptor.evidence < Evidence::Proof {
            let why = "it claims that an output does not depend on an input, without a proof (L3)";
            return Err((Rule::R4, why.into()));
        }
        let ports = descriptor.inputs.len();
        if port.independent_of.iter().any(|input| usize::from(input.0) >= ports) {
            return Err((Rule::R4, "it claims independence of an input it lacks".into()));
        }
    }
    Ok(())
}

fn type_form(ty: &Type, port: &str) -> Result<(), Fault> {
    walk(ty, &mut |_| {}).map_err(|fault| match fault {
        TypeFault::TooLarge => (Rule::R1, format!("the type of “{port}” is too large or deep")),
        TypeFault::Empty => (Rule::R2, format!("no value has the type of “{port}”")),
        TypeFault::Stream => (Rule::R16, format!("“{port}” is a rate-typed stream, which this version does not run")),
        TypeFault::Counted => {
            (Rule::R14, format!("“{port}” takes a single-use handle, which this version does not run"))
        }
    })
}

/// R2: what an output is said to be beyond bytes and UTF-8 was checked or produced here (`introduces`), or came in
/// with an input that has it and that the output depends on.
fn introductions(descriptor: &Descriptor, output: &OutputPort) -> Result<(), Fault> {
    let claimed = refinements(&output.ty);
    let mut held = 0_u32;
    for (position, input) in descriptor.inputs.iter().enumerate() {
        let depends = output.independent_of.iter().all(|free| usize::from(free.0) != position);
        if depends {
            held |= refinements(&input.ty);
        }
    }
    for refinement in Refinement::ALL {
        if claimed & bit(refinement) == 0 || !needs_introduction(refinement) {
            continue;
        }
        let inherited =
            Refinement::ALL.into_iter().any(|held_one| held & bit(held_one) != 0 && implies(held_one, refinement));
        if !inherited && !descriptor.introduces.iter().any(|own| implies(*own, refinement)) {
            let name = &output.name;
            let why = format!("“{name}” is said to be {refinement:?}, which nothing has checked");
            return Err((Rule::R2, why));
        }
    }
    Ok(())
}

fn bit(refinement: Refinement) -> u32 {
    1 << refinement as u32
}

fn refinements(ty: &Type) -> u32 {
    let mut found = 0;
    // The shape was checked before: this walk cannot fail.
    let _ = walk(ty, &mut |part| {
        if let Type::Text { refinement, .. } | Type::Blob { refinement, .. } = part {
            found |= bit(*refinement);
        }
    });
    found
}

/// An effect's target must be an authority port, and a file effect's must be a handle: text never is authority.
fn target(descriptor: &Descriptor, kind: EffectKind, target: &Target) -> Result<(), Fault> {
    if matches!(kind, EffectKind::CellRead | EffectKind::CellWrite) != matches!(target, Target::Named(_)) {
        return Err((Rule::R1, "an effect on a cell names its cell, and no other effect does".into()));
    }
    let Target::Input(port) = target else {
        return Ok(());
    };
    let Some(port) = descriptor.inputs.get(usize::from(port.0)) else {
        return Err((Rule::R1, "an effect's target is an input that it lacks".into()));
    };
    if port.kind != PortKind::Authority {
        let why = format!("“{}” names what is acted on but is no authority port", port.name);
        return Err((Rule::R1, why));
    }
    if is_file_kind(kind) && !is_file_handle(&port.ty) {
        let why = format!("“{}” names a file but is not a file or directory handle", port.name);
        return Err((Rule::R1, why));
    }
    Ok(())
}

/// Whether the kind acts on paths.
pub(crate) fn is_file_kind(kind: EffectKind) -> bool {
    kind as u8 <= EffectKind::FileMeta as u8
}

fn is_file_handle(ty: &Type) -> bool {
    match ty {
        Type::Handle { kind, .. } => *kind != HandleKind::Endpoint,
        Type::List { item, .. } => {
            matches!(**item, Type::Handle { kind: HandleKind::File | HandleKind::Directory, .. })
        }
        _ => false,
    }
}

/// R19 within one primitive: what is kept ends, and a cache stands for reads alone.
fn lasting(descriptor: &Descriptor) -> Result<(), Fault> {
    let ends_s = match descriptor.state {
        State::Stateless | State::Cell { .. } => return Ok(()),
        State::Session { lifetime_s, .. } => lifetime_s,
        State::Cache { ttl_s, .. } => ttl_s,
    };
    if ends_s == 0 {
        return Err((Rule::R19, "it says of no time when what it keeps ends".into()));
    }
    let reads = |kind| matches!(kind, EffectKind::FileRead | EffectKind::FileList | EffectKind::NetGet);
    let cached = matches!(descriptor.state, State::Cache { .. });
    if cached && !descriptor.effects.iter().all(|effect| reads(effect.kind)) {
        return Err((Rule::R19, "it keeps answers, but does more than to read".into()));
    }
    Ok(())
}

/// R15 within one primitive: its locks are taken at once, in rising rank, and can all be had.
fn locks(descriptor: &Descriptor) -> Result<(), Fault> {
    for pair in descriptor.locks.windows(2) {
        if pair[0].rank >= pair[1].rank || pair[0].class == pair[1].class {
            let (first, second) = (&pair[0].class, &pair[1].class);
            let why = format!("it takes lock “{second}” after “{first}” against their ranks");
            return Err((Rule::R15, why));
        }
    }
    for lock in &descriptor.locks {
        if lock.units == 0 || lock.units > lock.capacity {
            let why =
                format!("it needs {} units of lock “{}”, of which {} exist", lock.units, lock.class, lock.capacity);
            return Err((Rule::R15, why));
        }
    }
    Ok(())
}
