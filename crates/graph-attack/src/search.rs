//! An adversary that adapts: it changes harmful graphs step by step, keeps those that get further through the
//! validator, and never those that stop doing harm.
//!
//! How far a graph gets is told by the code that refuses it, in the order in which the validator checks, and then by
//! how few rules the independent checker finds broken. The harm is judged by [`crate::harm`], which knows neither.

use crate::case::{Case, index};
use crate::checker::check;
use crate::dice::Dice;
use crate::families::FAMILIES;
use crate::harm::{Harm, harm};
use crate::parents::parent;
use crate::world::World;
use telos_abi::{NodeIndex, PortIndex, Rule, Value};
use telos_graph::{Catalogue, Constant, ConstantOrigin, Each, Input, Source, subtype};

/// Graphs kept at a time.
const POOL: usize = 24;
/// Most nodes of a graph that is kept: changes add nodes.
const NODES_MAX: usize = 120;

/// A harmful graph that the validator accepted.
#[derive(Clone, Debug)]
pub struct Escape {
    /// Seed of the search.
    pub seed: u64,
    /// Step at which it was found.
    pub step: usize,
    /// What it does.
    pub harm: Harm,
    /// The graph in its world.
    pub case: Case,
}

/// The outcome of a search.
#[derive(Clone, Debug, Default)]
pub struct SearchReport {
    /// Graphs made.
    pub made: usize,
    /// Of these, harmful and so judged.
    pub judged: usize,
    /// Stage of the validator that the best graph reached.
    pub furthest: usize,
    /// Judged graphs by the stage that refused them.
    pub by_stage: [usize; STAGES],
    /// Failures of the validator.
    pub escapes: Vec<Escape>,
}

/// Stages of the validator, as far as codes tell them apart; one more for acceptance.
pub const STAGES: usize = 12;

/// The stage at which a code is given.
const fn stage(rule: Rule) -> usize {
    match rule {
        Rule::R1 | Rule::R4 | Rule::R14 | Rule::R16 => 1,
        Rule::R3 => 2,
        Rule::R13 => 3,
        Rule::R2 => 4,
        Rule::R5 | Rule::R6 | Rule::R7 | Rule::R10 => 5,
        Rule::R11 => 6,
        Rule::R12 => 7,
        Rule::R15 => 8,
        Rule::R19 => 9,
        Rule::R17 => 10,
        Rule::R18 => 11,
        _ => 0,
    }
}

/// Searches for that many steps. Deterministic.
#[must_use]
pub fn search(steps: usize, seed: u64) -> SearchReport {
    let mut dice = Dice::new(seed);
    let mut report = SearchReport::default();
    let mut pool: Vec<(usize, Case)> = Vec::with_capacity(POOL + 1);
    for step in 0..steps {
        let case = match pool.len() {
            POOL if !dice.once_in(20) => vary(&pool, &mut dice),
            _ => begin(&mut dice),
        };
        report.made += 1;
        if case.graph.nodes.len() > NODES_MAX {
            continue;
        }
        let Some(harm) = harm(&case.graph, &case.world) else { continue };
        report.judged += 1;
        let Err(violation) = case.judge() else {
            report.escapes.push(Escape { seed, step, harm, case });
            continue;
        };
        let stage = stage(violation.rule);
        report.by_stage[stage] += 1;
        report.furthest = report.furthest.max(stage);
        let broken = check(&case.graph, &case.world.context()).broken().len();
        pool.push((stage * 16 + 15_usize.saturating_sub(broken), case));
        // Best first; of equals the newest, so that the search drifts instead of standing still.
        pool.reverse();
        pool.sort_by_key(|(fitness, _)| core::cmp::Reverse(*fitness));
        pool.truncate(POOL);
    }
    report
}

/// Families that do harm by what flows where. A primitive that is refused by itself is nothing to climb from.
const SEEDS: [usize; 27] =
    [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 20, 21, 37, 38, 43, 44, 45, 46, 47];

/// A parent with one family, to begin with.
fn begin(dice: &mut Dice) -> Case {
    let mut case = parent(dice.word());
    add_family(&mut case, dice);
    case
}

/// Plants one of the families, without its seal: the search is for what a fresh proposal can do.
fn add_family(case: &mut Case, dice: &mut Dice) {
    let number = dice.pick(&SEEDS).unwrap_or(1);
    (FAMILIES[number - 1].plant)(case, dice);
    case.sealed = None;
}

/// One of the pool, the better the likelier, changed in one to four places.
fn vary(pool: &[(usize, Case)], dice: &mut Dice) -> Case {
    let place = dice.below(pool.len()).min(dice.below(pool.len()));
    let mut case = pool[place].1.clone();
    for _ in 0..=dice.below(4) {
        change(&mut case, dice);
    }
    case
}

fn change(case: &mut Case, dice: &mut Dice) {
    let node = dice.below(case.graph.nodes.len());
    match dice.below(15) {
        0 | 1 => rewire(case, dice, node),
        2 | 3 => reword(case, dice, node),
        4 => case.graph.nodes[node].guard = None,
        5 => case.graph.nodes[node].after.clear(),
        6 => repeat(case, dice, node),
        7 | 8 => hop(case, dice, node),
        9 => {
            if let Some(id) = dice.pick(&World::ids()) {
                case.graph.nodes[node].capability = id;
            }
        }
        10 => lie(case, dice, node),
        11 => add_family(case, dice),
        12 | 13 => drop_node(case, node),
        _ => show_all(case),
    }
}

/// Another producer for one input, of a type that fits if one is found.
fn rewire(case: &mut Case, dice: &mut Dice, node: usize) {
    let Some(descriptor) = case.world.descriptor(&case.graph.nodes[node].capability) else { return };
    let port = dice.below(descriptor.inputs.len());
    let Some(takes) = descriptor.inputs.get(port).map(|input| input.ty.clone()) else { return };
    let found = (0..16).find_map(|_| {
        let from = dice.below(case.graph.nodes.len());
        let producer = case.world.descriptor(&case.graph.nodes[from].capability)?;
        let output = dice.below(producer.outputs.len());
        let fits = subtype::is_subtype(&producer.outputs.get(output)?.ty, &takes) && from != node;
        fits.then_some(Source { node: index(from), port: PortIndex(u16::try_from(output).ok()?) })
    });
    let Some(source) = found else { return };
    let inputs = &mut case.graph.nodes[node].inputs;
    inputs.retain(|(number, _)| usize::from(number.0) != port);
    inputs.push((PortIndex(u16::try_from(port).unwrap_or(0)), Input::From(source)));
}

/// Another word or origin for one constant.
fn reword(case: &mut Case, dice: &mut Dice, node: usize) {
    const WORDS: [&str; 9] =
        [".env", "in/a.txt", "out/one.txt", "ERROR", "local", "bob", "https://ok.example/in", "ok.example", "in"];
    let origins =
        [ConstantOrigin::UserTurn, ConstantOrigin::Default, ConstantOrigin::Observed, ConstantOrigin::Planner];
    for (_, input) in &mut case.graph.nodes[node].inputs {
        if let Input::Constant(Constant { value, origin }) = input {
            if dice.once_in(2) {
                *origin = dice.pick(&origins).unwrap_or(ConstantOrigin::UserTurn);
            } else if let (Value::Text(text), Some(word)) = (&mut *value, dice.pick(&WORDS)) {
                *text = word.into();
            }
        }
    }
}

/// Repeats a node over an input, a constant becoming a list of itself and another; or stops repeating it.
fn repeat(case: &mut Case, dice: &mut Dice, node: usize) {
    let own = &mut case.graph.nodes[node];
    let chosen = dice.below(own.inputs.len());
    if own.each.take().is_some() || own.inputs.is_empty() {
        return;
    }
    let (port, input) = &mut own.inputs[chosen];
    own.each = Some(Each { port: *port, limit: 8 });
    if let Input::Constant(Constant { value, .. }) = input {
        let other = if dice.once_in(2) { Value::Text("in/a.txt".into()) } else { value.clone() };
        *value = Value::List(vec![value.clone(), other]);
    }
}

/// A step between a producer and one of its consumers.
fn hop(case: &mut Case, dice: &mut Dice, node: usize) {
    const STEPS: [&str; 8] = [
        "text.encode",
        "text.decode",
        "json.parse",
        "html.show",
        "text.hash",
        "text.spell",
        "length.padded",
        "text.head",
    ];
    let chosen = dice.below(case.graph.nodes[node].inputs.len());
    let Some((_, Input::From(source))) = case.graph.nodes[node].inputs.get(chosen) else { return };
    let source = *source;
    let step = case.add(dice.pick(&STEPS).unwrap_or("text.encode"), vec![Input::From(source)]);
    case.graph.nodes[node].inputs[chosen].1 = Input::From(Source { node: step, port: PortIndex(0) });
}

/// A descriptor of the same primitive that claims something better of itself.
fn lie(case: &mut Case, dice: &mut Dice, node: usize) {
    let Some(found) = case.world.descriptor(&case.graph.nodes[node].capability) else { return };
    let mut claim = found.clone();
    match dice.below(4) {
        0 => claim.outputs.iter_mut().for_each(|output| output.source = telos_abi::Label::BOTTOM),
        1 => claim.outputs.iter_mut().for_each(|output| output.independent_of = vec![PortIndex(0)]),
        2 => claim.effects.reverse(),
        _ => claim.inputs.iter_mut().for_each(|input| input.clearance = telos_abi::Secrecy::ALL),
    }
    case.graph.nodes[node].capability = case.world.publish(claim);
}

/// Takes a node out. What it fed is fed by what fed it, if anything did.
fn drop_node(case: &mut Case, node: usize) {
    if case.graph.nodes.len() < 2 {
        return;
    }
    let gone = case.graph.nodes.remove(node);
    let feeds = gone.inputs.iter().find_map(|(_, input)| match input {
        Input::From(source) if source.node != index(node) => Some(*source),
        _ => None,
    });
    let moved = |number: NodeIndex| NodeIndex(number.0 - u32::from(number > index(node)));
    let kept = |source: Source| {
        let source = if source.node == index(node) { feeds? } else { source };
        Some(Source { node: moved(source.node), ..source })
    };
    for other in &mut case.graph.nodes {
        other.inputs.retain_mut(|(_, input)| match input {
            Input::Constant(_) => true,
            Input::From(source) => kept(*source).map(|now| *source = now).is_some(),
        });
        other.guard = other.guard.and_then(kept);
        other.after.retain(|earlier| *earlier != index(node));
        other.after.iter_mut().for_each(|earlier| *earlier = moved(*earlier));
    }
    case.graph.outputs.retain_mut(|source| kept(*source).map(|now| *source = now).is_some());
    case.clean.clear();
}

/// Shows every output, so that nothing is useless.
fn show_all(case: &mut Case) {
    case.graph.outputs.clear();
    for (number, node) in case.graph.nodes.iter().enumerate() {
        if case.world.descriptor(&node.capability).is_some_and(|found| !found.outputs.is_empty()) {
            case.graph.outputs.push(Source { node: index(number), port: PortIndex(0) });
        }
    }
}
