//! What a case is validated in: the shared synthetic registry, and what an attack changed of it.

use crate::catalogue;
use std::collections::{BTreeSet, HashMap};
use std::sync::{Arc, LazyLock};
use telos_abi::{
    Budget, ByteText, CapabilityId, Descriptor, Digest, EffectKind, EffectSet, Grant, GrantRow, HostName, Label,
    Resource, Scope, Secrecy, Timestamp,
};
use telos_graph::{Catalogue, Context, ResourceLabels, codec};

/// The directory that every case works in.
pub const DIRECTORY: &str = "/home/u/desk";
/// The user's turn of every case. Constants below are quoted from it.
pub const TURN: &str = "read in/a.txt and in/b.txt and .env, search for ERROR, write out/one.txt and out/two.txt, \
    move in/c.txt, remove out/old.txt, make out/new, post to https://ok.example/in and never to \
    https://forbidden.example/in, look up ok.example, mail bob 12 of them, run /usr/bin/sort, ask local to summarise";

struct Base {
    by_id: HashMap<CapabilityId, Descriptor>,
    by_name: HashMap<String, CapabilityId>,
}

static BASE: LazyLock<Base> = LazyLock::new(|| {
    let mut base = Base { by_id: HashMap::new(), by_name: HashMap::new() };
    for descriptor in catalogue::all() {
        let id = codec::capability_id(&descriptor);
        base.by_name.insert(descriptor.name.clone(), id);
        base.by_id.insert(id, descriptor);
    }
    base
});

/// Everything a verdict depends on beside the graph, owned and cheap to copy.
#[derive(Clone, Debug)]
pub struct World {
    added: HashMap<CapabilityId, Arc<Descriptor>>,
    revoked: BTreeSet<CapabilityId>,
    /// The grant.
    pub grant: Grant,
    /// The policy's version.
    pub policy: Digest,
    /// The registry's epoch.
    pub epoch: u64,
    directory: ByteText,
}

impl Default for World {
    fn default() -> Self {
        let directory = ByteText::from(DIRECTORY);
        let row = |kinds: &[EffectKind], scope| GrantRow { kinds: EffectSet::of(kinds), scope };
        let host = |port| Scope::Host(HostName { name: "ok.example".into(), port });
        let rows = vec![
            GrantRow { kinds: EffectSet(0x1ff), scope: Scope::Under(directory.clone()) },
            row(&[EffectKind::NetSend, EffectKind::NetGet, EffectKind::NetConnect], host(None)),
            row(&[EffectKind::ModelIntent, EffectKind::ModelQuarantine], Scope::Named("local".into())),
            row(&[EffectKind::Exec], Scope::Path("/usr/bin/sort".into())),
            row(&[EffectKind::Clock, EffectKind::Random, EffectKind::Show], Scope::Any),
        ];
        let budget =
            Budget { fuel: 1 << 50, memory_bytes: 1 << 32, output_bytes: 1 << 34, wall_ms: 600_000, calls: 1_000_000 };
        Self {
            added: HashMap::new(),
            revoked: BTreeSet::new(),
            grant: Grant { rows, askable: Vec::new(), clearances: Vec::new(), budget },
            policy: Digest::ZERO,
            epoch: 1,
            directory,
        }
    }
}

impl World {
    /// The context that a graph is validated in.
    #[must_use]
    pub fn context(&self) -> Context<'_> {
        Context {
            catalogue: self,
            labels: self,
            grant: &self.grant,
            directory: &self.directory,
            turn: TURN,
            policy: self.policy,
            now: Timestamp(0),
        }
    }

    /// The id of a synthetic primitive.
    ///
    /// # Panics
    /// If there is none of this name: a fault of the attack, not of what it attacks.
    #[must_use]
    pub fn id(&self, name: &str) -> CapabilityId {
        *BASE.by_name.get(name).expect("attacks name synthetic primitives")
    }

    /// A copy of a synthetic primitive's descriptor, to be spoilt. Panics as [`World::id`] does.
    #[must_use]
    pub fn copy(&self, name: &str) -> Descriptor {
        BASE.by_id[&self.id(name)].clone()
    }

    /// Publishes a descriptor here alone.
    pub fn publish(&mut self, descriptor: Descriptor) -> CapabilityId {
        let id = codec::capability_id(&descriptor);
        self.added.insert(id, Arc::new(descriptor));
        id
    }

    /// Revokes a capability.
    pub fn revoke(&mut self, id: CapabilityId) {
        self.revoked.insert(id);
    }

    /// The ids of all synthetic primitives, in a fixed order.
    #[must_use]
    pub fn ids() -> Vec<CapabilityId> {
        let mut ids: Vec<_> = BASE.by_id.keys().copied().collect();
        ids.sort_unstable();
        ids
    }
}

impl Catalogue for World {
    fn descriptor(&self, id: &CapabilityId) -> Option<&Descriptor> {
        if self.revoked.contains(id) {
            return None;
        }
        BASE.by_id.get(id).or_else(|| self.added.get(id).map(Arc::as_ref))
    }

    fn epoch(&self) -> u64 {
        self.epoch
    }
}

impl ResourceLabels for World {
    fn label(&self, resource: &Resource) -> Label {
        match resource {
            Resource::Path(path) if path.as_bytes().ends_with(b"/.env") => Label::secret(Secrecy::CREDENTIAL),
            _ => Label::BOTTOM,
        }
    }
}
