//! The registry as each service sees it.

use std::borrow::Cow;
use telos_abi::{CapabilityId, Descriptor, Digest};
use telos_graph::Catalogue;
use telos_registry::Registry;

/// One registry behind three ports.
pub(crate) struct Shelf<'a>(pub(crate) &'a Registry);

impl Catalogue for Shelf<'_> {
    fn descriptor(&self, id: &CapabilityId) -> Option<&Descriptor> {
        self.0.descriptor(id)
    }

    fn epoch(&self) -> u64 {
        self.0.epoch()
    }
}

impl telos_model::Library for Shelf<'_> {
    fn visit<'a>(&'a self, see: &mut dyn FnMut(CapabilityId, &'a Descriptor)) {
        for entry in self.0.iter() {
            see(entry.id(), entry.descriptor());
        }
    }
}

impl telos_execute::Library for Shelf<'_> {
    fn descriptor(&self, id: &CapabilityId) -> Option<&Descriptor> {
        Catalogue::descriptor(self.0, id)
    }

    fn component(&self, digest: &Digest) -> Option<Cow<'_, [u8]>> {
        self.0.component(digest)
    }

    fn export_index(&self, id: &CapabilityId) -> Option<u32> {
        self.0.export_index(id)
    }
}
