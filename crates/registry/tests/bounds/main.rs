//! Declared bounds hold with a margin on inputs that are large and as bad as we know how to make them.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a test fails by panicking, and prints its measurements")]

#[path = "../common/mod.rs"]
mod common;

mod archives;
mod bundles;
mod calc;
mod columns;
mod documents;
mod edit;
mod inputs;
mod markup;
mod pictures;
mod pim;
mod seed;

use common::{EngineRunner, built_in, component};
use std::collections::BTreeSet;
use telos_abi::{PortIndex, Value};
use telos_registry::{Pack, Runner};

/// One call of a primitive: arguments by name, the others as their defaults, and what enters ports that take blobs.
pub(crate) struct Case {
    name: &'static str,
    given: Vec<(&'static str, Value)>,
    inputs: Vec<(u16, Vec<u8>)>,
}

/// A case with one blob, which enters port 0.
pub(crate) fn one(name: &'static str, given: &[(&'static str, Value)], input: impl Into<Vec<u8>>) -> Case {
    Case { name, given: given.to_vec(), inputs: vec![(0, input.into())] }
}

/// A case with blobs for ports 0 and 1. The second comes first, so that whoever waits for the first must hold it.
pub(crate) fn two(
    name: &'static str,
    given: &[(&'static str, Value)],
    first: impl Into<Vec<u8>>,
    second: impl Into<Vec<u8>>,
) -> Case {
    Case { name, given: given.to_vec(), inputs: vec![(1, second.into()), (0, first.into())] }
}

/// The built-in packs and an engine for them.
pub(crate) struct Machine {
    runner: EngineRunner,
    packs: Vec<Pack>,
}

impl Machine {
    fn find(&self, name: &str) -> (&Pack, usize) {
        let found = self.packs.iter().find_map(|pack| {
            let index = pack.descriptors.iter().position(|descriptor| descriptor.name == name)?;
            Some((pack, index))
        });
        found.unwrap_or_else(|| panic!("there is no {name}"))
    }

    /// The primitive's first output, to be the input of another.
    pub(crate) fn made(&self, case: &Case) -> Vec<u8> {
        let (pack, index) = self.find(case.name);
        let descriptor = &pack.descriptors[index];
        let arguments = arguments(case, descriptor);
        let inputs: Vec<_> = case.inputs.iter().map(|(port, input)| (PortIndex(*port), input.clone())).collect();
        let export = u32::try_from(index).unwrap();
        self.runner.call(&component(pack), descriptor, export, &arguments, &inputs).unwrap().swap_remove(0)
    }

    /// What is wrong with the fuel that a case takes. It may take more than it should, so that is told how much.
    fn broken(&self, case: &Case) -> Option<String> {
        let (pack, index) = self.find(case.name);
        let descriptor = &pack.descriptors[index];
        let bytes: usize = case.inputs.iter().map(|(_, input)| input.len()).sum();
        let fuel = descriptor.bounds.fuel;
        let allowed = fuel.fixed + fuel.per_input_byte * bytes as u64;
        let mut free = descriptor.clone();
        free.bounds.fuel.fixed += 10 * allowed;
        free.bounds.wall_ms *= 10;
        let export = u32::try_from(index).unwrap();
        let usage = self.runner.measure(&component(pack), &free, export, &arguments(case, descriptor), &case.inputs);
        let described = case.described();
        let usage = match usage {
            Ok(usage) => usage,
            Err(error) => return Some(format!("{described}: {error}")),
        };
        let parts = usage.fuel as f64 / allowed as f64;
        println!("{parts:6.3} of the fuel, {:8.1} a byte: {described}", usage.fuel as f64 / bytes.max(1) as f64);
        (usage.fuel * 2 > allowed).then(|| format!("{described}: {} of {allowed}", usage.fuel))
    }
}

impl Case {
    /// The name and the beginnings of arguments and inputs.
    fn described(&self) -> String {
        let given: String = format!("{:?}", self.given).chars().take(100).collect();
        let input = |input: &[u8]| String::from_utf8_lossy(&input[..input.len().min(40)]).escape_debug().to_string();
        let inputs: Vec<String> = self.inputs.iter().map(|(_, bytes)| input(bytes)).collect();
        format!("{} {given} {inputs:?}", self.name)
    }
}

/// A case's arguments as a call takes them.
fn arguments(case: &Case, descriptor: &telos_abi::Descriptor) -> Vec<u8> {
    let known = |name: &str| descriptor.inputs.iter().any(|port| port.name == name);
    assert!(case.given.iter().all(|(name, _)| known(name)), "{}: {:?}", case.name, case.given);
    let given = |port: &str| case.given.iter().find(|(name, _)| *name == port).map(|(_, value)| value.clone());
    let arguments: Vec<Option<Value>> =
        descriptor.inputs.iter().map(|port| given(&port.name).or_else(|| port.default.clone())).collect();
    let mut encoded = Vec::new();
    ciborium::into_writer(&arguments, &mut encoded).unwrap();
    encoded
}

type Cases = fn(&Machine) -> Vec<Case>;

const FAMILIES: [Cases; 10] = [
    |_| seed::cases(),
    |_| columns::cases(),
    |_| edit::cases(),
    |_| documents::cases(),
    |_| markup::cases(),
    |_| pim::cases(),
    |_| bundles::cases(),
    |_| calc::cases(),
    archives::cases,
    pictures::cases,
];

#[test]
fn every_primitive_stays_within_half_its_fuel() {
    let machine = Machine { runner: EngineRunner::new(), packs: built_in() };
    let machine = &machine;
    let measured = std::thread::scope(|scope| {
        let families = FAMILIES.map(|cases| {
            scope.spawn(move || {
                let cases = cases(machine);
                let broken: Vec<String> = cases.iter().filter_map(|case| machine.broken(case)).collect();
                (cases.iter().map(|case| case.name).collect::<Vec<_>>(), broken)
            })
        });
        families.map(|family| family.join().unwrap())
    });
    let covered: BTreeSet<&str> = measured.iter().flat_map(|(names, _)| names).copied().collect();
    let all = machine.packs.iter().flat_map(|pack| &pack.descriptors).map(|descriptor| descriptor.name.as_str());
    let missing = all.filter(|name| !covered.contains(name)).map(|name| format!("{name} is not covered"));
    let broken: Vec<String> = measured.iter().flat_map(|(_, broken)| broken).cloned().chain(missing).collect();
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}
