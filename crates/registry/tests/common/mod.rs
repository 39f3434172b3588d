//! The built-in packs, and the engine as a runner.

use std::collections::BTreeSet;
use telos_abi::limit::CHUNK_BYTES;
use telos_abi::{Descriptor, Digest, PortIndex};
use telos_engine::{CallError, Emission, Engine, EngineConfig, Stop, Usage};
use telos_registry::{Component, Pack, Registry, RunError, Runner};

pub(crate) fn built_in() -> Vec<Pack> {
    let packs = telos_registry_packs::PACKS.iter();
    packs
        .map(|pack| Pack {
            name: pack.name.to_owned(),
            digest: pack.digest,
            component: Component::Packed { deflated: pack.deflated, size: pack.size },
            descriptors: pack.descriptors(),
        })
        .collect()
}

/// A built-in pack's component.
#[allow(dead_code, reason = "each test file uses its part")]
pub(crate) fn component(pack: &Pack) -> std::borrow::Cow<'_, [u8]> {
    pack.component.bytes().expect("what was built in is whole")
}

#[allow(dead_code, reason = "each test file uses its part")]
pub(crate) fn registry() -> Registry {
    Registry::open(built_in(), &BTreeSet::new()).expect("the built-in packs have distinct names")
}

#[allow(dead_code, reason = "each test file uses its part")]
pub(crate) struct EngineRunner(Engine);

#[allow(dead_code, reason = "each test file uses its part")]
impl EngineRunner {
    pub(crate) fn new() -> Self {
        Self(Engine::new(EngineConfig::uncached()).expect("an engine without a cache opens"))
    }

    fn load(&self, component: &[u8]) -> Result<std::sync::Arc<telos_engine::Pack>, RunError> {
        let digest = Digest(blake3::hash(component).into());
        self.0.load(digest, || Some(component.into())).map_err(|error| RunError::Failed(error.to_string()))
    }
}

fn told(error: CallError) -> RunError {
    match error {
        CallError::BadInput { text: why } | CallError::Limit { text: why } => RunError::Refused(why.to_string()),
        other => RunError::Failed(other.to_string()),
    }
}

#[allow(dead_code, reason = "each test file uses its part")]
impl EngineRunner {
    /// Runs a primitive with its own bounds on what enters its ports, in chunks of the size that hosts use. Tells what it
    /// used.
    pub(crate) fn measure(
        &self,
        component: &[u8],
        descriptor: &Descriptor,
        export: u32,
        arguments: &[u8],
        inputs: &[(u16, Vec<u8>)],
    ) -> Result<Usage, RunError> {
        let pack = self.load(component)?;
        let mut call = pack.call(export, arguments, &descriptor.bounds, &Stop::new()).map_err(told)?;
        for (port, input) in inputs {
            for piece in input.chunks(CHUNK_BYTES) {
                call.push(PortIndex(*port), piece).map_err(told)?;
            }
        }
        Ok(call.finish().map_err(told)?.1)
    }
}

impl Runner for EngineRunner {
    fn describe(&self, component: &[u8]) -> Result<Vec<u8>, RunError> {
        self.load(component)?.describe().map_err(told)
    }

    fn call(
        &self,
        component: &[u8],
        descriptor: &Descriptor,
        export: u32,
        arguments: &[u8],
        inputs: &[(PortIndex, Vec<u8>)],
    ) -> Result<Vec<Vec<u8>>, RunError> {
        let pack = self.load(component)?;
        let mut call = pack.call(export, arguments, &descriptor.bounds, &Stop::new()).map_err(told)?;
        let mut outputs = vec![Vec::new(); descriptor.outputs.len()];
        let mut take = |emissions: Vec<Emission>, piece: &[u8]| {
            for emission in emissions {
                outputs[usize::from(emission.port.0)].extend_from_slice(emission.bytes.of(piece));
            }
        };
        for (port, input) in inputs {
            for piece in input.chunks(input.len() / 3 + 1) {
                take(call.push(*port, piece).map_err(told)?, piece);
            }
        }
        take(call.finish().map_err(told)?.0, &[]);
        Ok(outputs)
    }
}
