//! What the validator is told about the world. All of it is data; it asks nobody.

use telos_abi::{ByteText, CapabilityId, Descriptor, Digest, Grant, Label, Resource, Timestamp};

/// The registry, as the validator sees it.
pub trait Catalogue {
    /// The descriptor with this id, if it is known, verified and not revoked.
    fn descriptor(&self, id: &CapabilityId) -> Option<&Descriptor>;

    /// Changes whenever the set of usable capabilities changes; part of the seal (R20).
    fn epoch(&self) -> u64;
}

/// Which label a resource's content carries before anybody reads it: sensitivity rules joined with persistent labels.
pub trait ResourceLabels {
    /// The label of `resource`'s content.
    fn label(&self, resource: &Resource) -> Label;

    /// The join of the labels of everything beneath a directory: what reading it whole brings in. At least its own label.
    fn beneath(&self, directory: &ByteText) -> Label {
        self.label(&Resource::Path(directory.clone()))
    }

    /// Most bytes that reading the resource brings in (for a directory, all beneath it), if that is known now. The
    /// executor must hold the run to it. `None` makes a plan that reads it *metered* (R17).
    fn bytes_max(&self, resource: &Resource) -> Option<u64> {
        let _ = resource;
        None
    }
}

/// Everything a verdict depends on beside the graph.
#[derive(Clone, Copy)]
pub struct Context<'a> {
    /// The registry.
    pub catalogue: &'a dyn Catalogue,
    /// Labels of resources.
    pub labels: &'a dyn ResourceLabels,
    /// The rights the intent starts with, fixed before anything untrusted is read.
    pub grant: &'a Grant,
    /// Absolute normalised path that relative path constants are joined to.
    pub directory: &'a ByteText,
    /// The user's turn; `UserTurn` constants must occur in it.
    pub turn: &'a str,
    /// Version of the policy; part of the seal.
    pub policy: Digest,
    /// Now.
    pub now: Timestamp,
}
