//! Opening rooms when they are first needed.

use crate::telos::{once, private_directory};
use crate::{SystemError, Telos};
use std::collections::BTreeSet;
use std::path::PathBuf;
use std::time::Duration;
use telos_abi::{Digest, Grant, RunId, Scope};
use telos_engine::{Engine, EngineConfig};
use telos_model::{CacheStore, ProviderConfig};
use telos_policy::default_grant;
use telos_registry::{Component, Pack, Registry};
use telos_registry_packs::PACKS;

/// Largest entry of the plan cache, in bytes.
const PLAN_ENTRY_BYTES_MAX: usize = 1 << 20;

/// The plan cache's files: one for each key. Losing any of them is harmless.
pub(crate) struct PlanStore(PathBuf);

impl CacheStore for PlanStore {
    fn get(&self, key: &Digest) -> Option<Vec<u8>> {
        crate::telos::read_if_present(&self.0.join(key.to_string()), PLAN_ENTRY_BYTES_MAX).ok().flatten()
    }

    fn put(&self, key: &Digest, bytes: &[u8]) {
        // A cache that cannot be written is a slow cache, not an error.
        let _ = self.write(key, bytes);
    }
}

impl PlanStore {
    fn write(&self, key: &Digest, bytes: &[u8]) -> Result<(), SystemError> {
        private_directory(&self.0)?;
        let fresh = self.0.join(format!(".{key}.{}", std::process::id()));
        let named = self.0.join(key.to_string());
        std::fs::write(&fresh, bytes).map_err(SystemError::file(&fresh))?;
        std::fs::rename(&fresh, &named).map_err(SystemError::file(&named))
    }
}

impl Telos {
    /// Every usable primitive: the host's and those of the packs in this binary.
    ///
    /// # Errors
    /// When the built-in packs contradict each other.
    pub fn registry(&self) -> Result<&Registry, SystemError> {
        once(&self.registry, || {
            let packs = PACKS.iter().map(|pack| Pack {
                name: pack.name.to_owned(),
                digest: pack.digest,
                component: Component::Packed { deflated: pack.deflated, size: pack.size },
                descriptors: pack.descriptors(),
            });
            Registry::open(packs.collect(), &BTreeSet::new()).map_err(SystemError::room)
        })
    }

    /// The engine, with its cache of compiled packs under a key that only this user's keys give.
    pub(crate) fn engine(&self) -> Result<&Engine, SystemError> {
        once(&self.engine, || {
            let key = self.keys()?.derive("engine cache v1");
            private_directory(&self.places().cache)?;
            let config = EngineConfig::cached(self.places().cache.join("compiled"), key);
            Engine::new(config).map_err(SystemError::room)
        })
    }

    pub(crate) fn plan_store(&self) -> PlanStore {
        PlanStore(self.places().plans())
    }

    pub(crate) fn provider(&self) -> Result<Option<ProviderConfig>, SystemError> {
        crate::config::provider(self.places(), &|name| std::env::var(name).ok().filter(|value| !value.is_empty()))
    }

    /// A directory for spooled values.
    pub(crate) fn scratch(&self) -> Result<PathBuf, SystemError> {
        let scratch = self.places().cache.join("scratch");
        private_directory(&scratch)?;
        Ok(scratch)
    }

    /// A grant over the whole file system, for restoring what a run changed: the run's own receipts name every path,
    /// and each effect is still decided.
    pub(crate) fn whole_grant(&self) -> Result<Grant, SystemError> {
        let mut grant = default_grant(self.directory(), &[]);
        for row in &mut grant.rows {
            if matches!(row.scope, Scope::Under(_)) {
                row.scope = Scope::Under(telos_abi::ByteText::from("/"));
            }
        }
        Ok(self.policy()?.apply(grant))
    }

    pub(crate) fn runs_with_workspaces(&self) -> Vec<RunId> {
        telos_guard::workspace::workspaces(&self.places().state).unwrap_or_default()
    }

    /// Removes pre-images older than `age_ms`.
    pub(crate) fn drop_pre_images(&self, age_ms: u64) -> Result<u64, SystemError> {
        let freed = self.quiet_host()?.gc(Some(Duration::from_millis(age_ms)), None).map_err(SystemError::room)?;
        Ok(freed.removed_bytes)
    }
}
