//! Evidence that is derived again whenever it matters: L1 from the bytes, L2 by running them beside a reference.

use crate::canonical::canonical;
use crate::error::PackError;
use crate::reference;
use crate::structure::inspect;
use serde::{Deserialize, Serialize};
use telos_abi::{Descriptor, Digest, Evidence, PortIndex, Type, Value};
use thiserror::Error;

/// Seeds that a differential test covers.
pub(crate) const SEEDS: u64 = 64;

/// Why a call gave nothing.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum RunError {
    /// The primitive refused its input.
    #[error("{0}")]
    Refused(String),
    /// The call could not be made or ended badly.
    #[error("{0}")]
    Failed(String),
}

/// Runs a primitive. Production: an adapter to the engine, plugged in by `system`. Tests: the same.
pub trait Runner {
    /// The pack's own descriptors, as `describe` gives them.
    ///
    /// # Errors
    /// When the component cannot be loaded or run.
    fn describe(&self, component: &[u8]) -> Result<Vec<u8>, RunError>;

    /// Calls primitive number `export` with CBOR `arguments`, pushes each of `inputs` into its port in more than one
    /// piece, one port after the other, and gives for each output its bytes: those of a blob joined, CBOR of any other
    /// value.
    ///
    /// # Errors
    /// As the primitive refuses or fails.
    fn call(
        &self,
        component: &[u8],
        descriptor: &Descriptor,
        export: u32,
        arguments: &[u8],
        inputs: &[(PortIndex, Vec<u8>)],
    ) -> Result<Vec<Vec<u8>>, RunError>;
}

/// One call whose outcome a reference knows.
#[derive(Clone, Debug, PartialEq)]
pub struct Case {
    /// Arguments by input port.
    pub arguments: Vec<Option<Value>>,
    /// What enters each port that takes a blob.
    pub inputs: Vec<(PortIndex, Vec<u8>)>,
    /// Bytes of each output, as [`Runner::call`] gives them; `None` where the primitive must refuse.
    pub expected: Option<Vec<Vec<u8>>>,
}

/// What was shown of a primitive. It holds for exactly the component whose digest its descriptor names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Statement {
    /// The primitive's name.
    pub primitive: String,
    /// The level shown.
    pub level: Evidence,
    /// What was shown, for people.
    pub property: String,
    /// Seeds 0 to this, exclusive, were compared. 0 below L2.
    pub seeds: u64,
    /// BLAKE3 over every case's arguments, input and outcome, in order of seed.
    pub transcript: Digest,
}

/// Derives the evidence for a component's primitives.
///
/// # Errors
/// When the structure is refused, the component describes itself differently, or a primitive claims a level that is
/// not shown.
pub fn evidence_for(
    component: &[u8],
    descriptors: &[Descriptor],
    runner: &dyn Runner,
) -> Result<Vec<Statement>, PackError> {
    let structure = inspect(component)?;
    agrees_with_itself(component, descriptors, runner)?;
    let mut statements = Vec::new();
    for (export, descriptor) in (0..).zip(descriptors) {
        let shown = match descriptor.evidence {
            Evidence::None | Evidence::Structure => Statement {
                primitive: descriptor.name.clone(),
                level: descriptor.evidence,
                property: format!("valid, no imports, memory at most {} bytes, fuel metered", structure.memory_bytes),
                seeds: 0,
                transcript: Digest::ZERO,
            },
            Evidence::Differential => compared(component, descriptor, export, runner)?,
            Evidence::Proof | Evidence::Certificate => {
                return Err(lacking(descriptor, String::from("proofs and certificates are not checked yet")));
            }
        };
        statements.push(shown);
    }
    Ok(statements)
}

fn lacking(descriptor: &Descriptor, what: String) -> PackError {
    PackError::Evidence { name: descriptor.name.clone(), what }
}

/// The component's `describe` must give the descriptors with a zero digest.
fn agrees_with_itself(component: &[u8], descriptors: &[Descriptor], runner: &dyn Runner) -> Result<(), PackError> {
    let told = runner.describe(component).map_err(|error| PackError::Structure(error.to_string()))?;
    let mut blank = descriptors.to_vec();
    for descriptor in &mut blank {
        descriptor.body = telos_abi::Body::Pack { component: Digest::ZERO };
    }
    if canonical(&blank) == told {
        return Ok(());
    }
    Err(PackError::Structure(String::from("its `describe` gives other descriptors than those published with it")))
}

/// L2: runs every seed's case and compares it with the reference.
fn compared(
    component: &[u8],
    descriptor: &Descriptor,
    export: u32,
    runner: &dyn Runner,
) -> Result<Statement, PackError> {
    let reference = reference::of(&descriptor.name)
        .ok_or_else(|| lacking(descriptor, String::from("there is no reference to compare it with")))?;
    let mut transcript = blake3::Hasher::new();
    for seed in 0..SEEDS {
        let case = reference(seed, descriptor);
        let arguments = canonical(&case.arguments);
        let got = match runner.call(component, descriptor, export, &arguments, &case.inputs) {
            Ok(outputs) => Some(outputs),
            Err(RunError::Refused(_)) => None,
            Err(RunError::Failed(why)) => return Err(lacking(descriptor, format!("seed {seed}: {why}"))),
        };
        if got != case.expected {
            return Err(lacking(descriptor, difference(seed, descriptor, &case, got.as_deref())));
        }
        let inputs = case.inputs.iter().map(|(_, input)| input);
        for part in std::iter::once(&arguments).chain(inputs).chain([&canonical(&got)]) {
            transcript.update(&(part.len() as u64).to_le_bytes());
            transcript.update(part);
        }
    }
    Ok(Statement {
        primitive: descriptor.name.clone(),
        level: Evidence::Differential,
        property: String::from("gives the same outputs, byte for byte, as an independent reference"),
        seeds: SEEDS,
        transcript: Digest(transcript.finalize().into()),
    })
}

fn difference(seed: u64, descriptor: &Descriptor, case: &Case, got: Option<&[Vec<u8>]>) -> String {
    let (Some(expected), Some(got)) = (&case.expected, got) else {
        let refused = if got.is_none() { "refuses" } else { "accepts" };
        return format!("seed {seed}: it {refused} what the reference does not");
    };
    let differs = descriptor.outputs.iter().zip(expected.iter().zip(got)).find(|(_, (want, have))| want != have);
    match differs {
        Some((port, (want, have))) => {
            let shown = |bytes: &[u8]| match &port.ty {
                Type::Blob { .. } => String::from_utf8_lossy(&bytes[..bytes.len().min(200)]).into_owned(),
                _ => format!("{bytes:02x?}"),
            };
            format!(
                "seed {seed}: output `{}` is {:?}, and the reference gives {:?}",
                port.name,
                shown(have),
                shown(want)
            )
        }
        None => format!("seed {seed}: it gives {} outputs instead of {}", got.len(), expected.len()),
    }
}
