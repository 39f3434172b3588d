//! The pack file: a component with its descriptors, evidence and its publisher's signatures.
//!
//! ```text
//! "telospk1" | manifest length, u32 LE | manifest, canonical CBOR | component length, u32 LE | component
//!            | Ed25519 key, 32 | ML-DSA-65 key, 1952 | Ed25519 signature, 64 | ML-DSA-65 signature, 3309
//! ```
//! Both signatures are over `"pack/v1"` and the BLAKE3 of everything before the keys. There is one way to write a
//! pack: lengths are exact, nothing follows, and the manifest is accepted only in its canonical form.

use crate::Component;
use crate::canonical::canonical;
use crate::error::PackError;
use crate::evidence::{Runner, Statement, evidence_for};
use crate::registry::Pack;
use crate::signature::{ED25519_SIGNATURE_BYTES, ML_DSA_SIGNATURE_BYTES, PublisherKey, PublisherKeys, Signatures};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use telos_abi::limit::{DESCRIPTOR_BYTES_MAX, NAME_BYTES_MAX, NESTING_MAX, PACK_BYTES_MAX, PORTS_MAX};
use telos_abi::{Body, Descriptor, Digest};

const MAGIC: &[u8; 8] = b"telospk1";
/// Most primitives in a pack.
const PRIMITIVES_MAX: usize = 64;
/// Most bytes of a manifest.
const MANIFEST_BYTES_MAX: usize = PRIMITIVES_MAX * DESCRIPTOR_BYTES_MAX;
/// Document levels that the reader enters: a type's levels, each of which is a tag and a map.
const DOCUMENT_NESTING_MAX: usize = 16 + 3 * NESTING_MAX;

#[derive(Serialize, Deserialize)]
struct Manifest {
    name: String,
    descriptors: Vec<Descriptor>,
    statements: Vec<Statement>,
}

/// A pack file that was read and is well-formed. Nobody vouches for it until [`PackFile::trusted`].
pub struct PackFile {
    manifest: Manifest,
    component: Vec<u8>,
    digest: Digest,
    signed: Vec<u8>,
    publisher: PublisherKey,
    signatures: Signatures,
}

impl PackFile {
    /// Reads a pack file. Total: any bytes give a pack file or an error.
    ///
    /// # Errors
    /// [`PackError::Malformed`] or [`PackError::Descriptor`].
    pub fn parse(bytes: &[u8]) -> Result<Self, PackError> {
        let mut rest = bytes;
        if take(&mut rest, MAGIC.len())? != MAGIC {
            return Err(malformed("it does not begin as one"));
        }
        let manifest_bytes = sized(&mut rest, MANIFEST_BYTES_MAX, "manifest")?;
        let component = sized(&mut rest, PACK_BYTES_MAX, "component")?;
        let signed = message(&bytes[..bytes.len() - rest.len()]);
        let publisher = PublisherKey::from_bytes(take(&mut rest, PublisherKey::BYTES)?);
        let publisher = publisher.ok_or_else(|| malformed("its keys have a wrong length"))?;
        let signatures = Signatures {
            ed25519: take(&mut rest, ED25519_SIGNATURE_BYTES)?.to_vec(),
            ml_dsa: take(&mut rest, ML_DSA_SIGNATURE_BYTES)?.to_vec(),
        };
        if !rest.is_empty() {
            return Err(malformed("something follows its signatures"));
        }
        let manifest: Manifest =
            ciborium::de::from_reader_with_recursion_limit(manifest_bytes, DOCUMENT_NESTING_MAX)
                .map_err(|error| PackError::Malformed(format!("its manifest cannot be read: {error}")))?;
        if canonical(&manifest) != manifest_bytes {
            return Err(malformed("its manifest is not in canonical form"));
        }
        let digest = Digest(blake3::hash(component).into());
        check_descriptors(&manifest.descriptors, digest)?;
        Ok(Self { manifest, component: component.to_vec(), digest, signed, publisher, signatures })
    }

    /// Who signed it, if the signatures hold.
    #[must_use]
    pub fn publisher(&self) -> &PublisherKey {
        &self.publisher
    }

    /// What was shown when it was published. [`PackFile::verify`] shows it again.
    #[must_use]
    pub fn statements(&self) -> &[Statement] {
        &self.manifest.statements
    }

    /// The pack, once its publisher is known and both signatures hold.
    ///
    /// # Errors
    /// [`PackError::UntrustedPublisher`], [`PackError::BadSignature`], or [`PackError::Structure`]: what a component
    /// may be is checked here too, because a publisher can be wrong.
    pub fn trusted(self, publishers: &BTreeSet<PublisherKey>) -> Result<Pack, PackError> {
        if !publishers.contains(&self.publisher) {
            return Err(PackError::UntrustedPublisher { publisher: self.publisher.to_string() });
        }
        self.publisher.verify(&self.signed, &self.signatures)?;
        crate::inspect(&self.component)?;
        Ok(Pack {
            name: self.manifest.name,
            digest: self.digest,
            component: Component::Whole(self.component),
            descriptors: self.manifest.descriptors,
        })
    }

    /// Checks the signatures and derives the evidence again.
    ///
    /// # Errors
    /// [`PackError::BadSignature`], whatever [`evidence_for`] finds, or [`PackError::Evidence`] where the statements
    /// differ from those derived.
    pub fn verify(&self, runner: &dyn Runner) -> Result<(), PackError> {
        self.publisher.verify(&self.signed, &self.signatures)?;
        let derived = evidence_for(&self.component, &self.manifest.descriptors, runner)?;
        if derived == self.manifest.statements {
            return Ok(());
        }
        let differs = derived.iter().zip(&self.manifest.statements).find(|(now, then)| now != then);
        let name = differs.map_or_else(|| self.manifest.name.clone(), |(now, _)| now.primitive.clone());
        Err(PackError::Evidence { name, what: String::from("its statement is not what is derived from its code") })
    }
}

/// Derives the evidence for a component, and writes and signs a pack file. The descriptors' digest is filled in.
///
/// # Errors
/// Whatever [`evidence_for`] finds, [`PackError::Descriptor`], or [`PackError::Keys`].
pub fn publish(
    name: &str,
    component: &[u8],
    mut descriptors: Vec<Descriptor>,
    runner: &dyn Runner,
    keys: &PublisherKeys,
) -> Result<Vec<u8>, PackError> {
    let digest = Digest(blake3::hash(component).into());
    for descriptor in &mut descriptors {
        descriptor.body = Body::Pack { component: digest };
    }
    check_descriptors(&descriptors, digest)?;
    let statements = evidence_for(component, &descriptors, runner)?;
    let manifest = canonical(&Manifest { name: name.to_owned(), descriptors, statements });
    let mut file = MAGIC.to_vec();
    for part in [manifest.as_slice(), component] {
        let length = u32::try_from(part.len()).map_err(|_| malformed("it is too large"))?;
        file.extend_from_slice(&length.to_le_bytes());
        file.extend_from_slice(part);
    }
    let signatures = keys.sign(&message(&file))?;
    file.extend_from_slice(&keys.public().to_bytes());
    file.extend_from_slice(&signatures.ed25519);
    file.extend_from_slice(&signatures.ml_dsa);
    Ok(file)
}

fn malformed(what: &str) -> PackError {
    PackError::Malformed(what.to_owned())
}

fn message(signed: &[u8]) -> Vec<u8> {
    [b"pack/v1".as_slice(), blake3::hash(signed).as_bytes()].concat()
}

fn take<'b>(rest: &mut &'b [u8], bytes: usize) -> Result<&'b [u8], PackError> {
    let (taken, left) = rest.split_at_checked(bytes).ok_or_else(|| malformed("it is cut off"))?;
    *rest = left;
    Ok(taken)
}

fn sized<'b>(rest: &mut &'b [u8], most: usize, part: &str) -> Result<&'b [u8], PackError> {
    let length = take(rest, 4)?.try_into().map(u32::from_le_bytes).map_err(|_| malformed("it is cut off"))?;
    let length = usize::try_from(length).map_err(|_| malformed("it is too large"))?;
    if length > most {
        return Err(PackError::Malformed(format!("its {part} has {length} bytes, and {most} are the most")));
    }
    take(rest, length)
}

/// What a pack's descriptors may claim: to be pure code of this component, under distinct well-formed names.
fn check_descriptors(descriptors: &[Descriptor], digest: Digest) -> Result<(), PackError> {
    if descriptors.is_empty() || descriptors.len() > PRIMITIVES_MAX {
        return Err(PackError::Malformed(format!("it must have 1 to {PRIMITIVES_MAX} primitives")));
    }
    let mut names = BTreeSet::new();
    for descriptor in descriptors {
        let refuse = |what: &str| {
            let name = descriptor.name.chars().take(NAME_BYTES_MAX).collect::<String>().escape_debug().to_string();
            Err(PackError::Descriptor { name, what: what.to_owned() })
        };
        if !is_dotted_name(&descriptor.name) {
            return refuse("a name is lower-case words joined by dots and hyphens");
        }
        if !names.insert(&descriptor.name) {
            return refuse("it is there twice");
        }
        if descriptor.body != (Body::Pack { component: digest }) {
            return refuse("it is not code of this component");
        }
        if !descriptor.effects.is_empty() || !descriptor.locks.is_empty() {
            return refuse("a pack has neither effects nor locks");
        }
        if descriptor.state != telos_abi::State::Stateless {
            return refuse("a pack keeps no state");
        }
        if descriptor.outputs.iter().any(|port| !port.independent_of.is_empty()) {
            return refuse("independence of an input needs a proof");
        }
        if descriptor.inputs.len() > PORTS_MAX || descriptor.outputs.len() > PORTS_MAX {
            return refuse("it has too many ports");
        }
        if canonical(descriptor).len() > DESCRIPTOR_BYTES_MAX {
            return refuse("its descriptor is too long");
        }
    }
    Ok(())
}

fn is_dotted_name(name: &str) -> bool {
    let word = |word: &str| {
        word.starts_with(|first: char| first.is_ascii_lowercase())
            && !word.ends_with('-')
            && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-')
    };
    name.len() <= NAME_BYTES_MAX && name.contains('.') && name.split('.').all(word)
}
