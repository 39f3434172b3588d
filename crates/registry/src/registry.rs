//! The set of usable primitives.

use crate::error::RegistryError;
use crate::search::{Hit, Index};
use crate::{Component, capability_id, native};
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::OnceLock;
use telos_abi::{CapabilityId, Descriptor, Digest};
use telos_graph::Catalogue;

/// A pack whose origin is trusted: part of this binary, or read from a file whose signatures held.
#[derive(Clone, Debug)]
pub struct Pack {
    /// Its name, for people.
    pub name: String,
    /// BLAKE3 of the component.
    pub digest: Digest,
    /// The component.
    pub component: Component,
    /// Its primitives by export index, with the digest filled in.
    pub descriptors: Vec<Descriptor>,
}

/// A registered primitive.
#[derive(Clone, Debug)]
pub struct Entry {
    id: CapabilityId,
    descriptor: Descriptor,
    export: Option<u32>,
}

impl Entry {
    /// Its id.
    #[must_use]
    pub fn id(&self) -> CapabilityId {
        self.id
    }

    /// Its descriptor.
    #[must_use]
    pub fn descriptor(&self) -> &Descriptor {
        &self.descriptor
    }
}

/// Every usable primitive: the host's and those of the packs, less what is revoked.
#[derive(Debug)]
pub struct Registry {
    /// In order of name, then version.
    entries: Vec<Entry>,
    by_id: HashMap<CapabilityId, usize>,
    components: BTreeMap<Digest, Component>,
    epoch: u64,
    /// Built by the first search: a cached intent needs none.
    index: OnceLock<Index>,
}

impl Registry {
    /// Opens a registry over trusted packs. Runs and parses no wasm.
    ///
    /// # Errors
    /// When two primitives have one name and version.
    pub fn open(packs: Vec<Pack>, revoked: &BTreeSet<CapabilityId>) -> Result<Self, RegistryError> {
        let mut entries: Vec<Entry> =
            native::descriptors().into_iter().map(|descriptor| entry(descriptor, None)).collect();
        let mut components = BTreeMap::new();
        for pack in packs {
            entries.extend((0..).zip(pack.descriptors).map(|(export, descriptor)| entry(descriptor, Some(export))));
            components.insert(pack.digest, pack.component);
        }
        entries.retain(|entry| !revoked.contains(&entry.id));
        entries.sort_by(|a, b| order(a).cmp(&order(b)));
        for pair in entries.windows(2) {
            if order(&pair[0]) == order(&pair[1]) {
                let Descriptor { name, version, .. } = pair[0].descriptor.clone();
                return Err(RegistryError::Duplicate { name, version });
            }
        }
        let mut by_id = HashMap::with_capacity(entries.len());
        let mut hasher = blake3::Hasher::new();
        for (position, entry) in entries.iter().enumerate() {
            hasher.update(&entry.id.0.0);
            if by_id.insert(entry.id, position).is_some() {
                return Err(RegistryError::Twice(entry.id));
            }
        }
        let [a, b, c, d, e, f, g, h, ..] = *hasher.finalize().as_bytes();
        let epoch = u64::from_le_bytes([a, b, c, d, e, f, g, h]);
        Ok(Self { entries, by_id, components, epoch, index: OnceLock::new() })
    }

    /// The newest version of the primitive with this name.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&Entry> {
        let after = self.entries.partition_point(|entry| entry.descriptor.name.as_str() <= name);
        let entry = self.entries.get(after.checked_sub(1)?)?;
        (entry.descriptor.name == name).then_some(entry)
    }

    /// The primitive with this id.
    #[must_use]
    pub fn get(&self, id: &CapabilityId) -> Option<&Entry> {
        self.by_id.get(id).map(|position| &self.entries[*position])
    }

    /// Every primitive, in order of name and version.
    pub fn iter(&self) -> impl Iterator<Item = &Entry> {
        self.entries.iter()
    }

    /// Primitives whose description fits `query`, the best first; none for a query without a known word.
    #[must_use]
    pub fn search(&self, query: &str) -> Vec<Hit> {
        let index = self.index.get_or_init(|| Index::over(self.entries.iter().map(Entry::descriptor)));
        let hits = index.search(query).into_iter();
        hits.map(|(position, score)| Hit { id: self.entries[position].id, score }).collect()
    }

    /// The component with this digest, unpacked now. `None` for an unknown digest or damaged content.
    #[must_use]
    pub fn component(&self, digest: &Digest) -> Option<Cow<'_, [u8]>> {
        self.components.get(digest)?.bytes()
    }

    /// The primitive's position in its pack's list. `None` for the host's.
    #[must_use]
    pub fn export_index(&self, id: &CapabilityId) -> Option<u32> {
        self.get(id)?.export
    }
}

impl Catalogue for Registry {
    fn descriptor(&self, id: &CapabilityId) -> Option<&Descriptor> {
        self.get(id).map(Entry::descriptor)
    }

    fn epoch(&self) -> u64 {
        self.epoch
    }
}

fn entry(descriptor: Descriptor, export: Option<u32>) -> Entry {
    Entry { id: capability_id(&descriptor), descriptor, export }
}

fn order(entry: &Entry) -> (&str, u32) {
    (&entry.descriptor.name, entry.descriptor.version)
}
