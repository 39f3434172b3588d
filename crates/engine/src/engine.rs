//! The engine: from bytes to packs.

use crate::cache::{Cache, Found};
use crate::config::{on_demand, pooled};
use crate::error::quoted;
use crate::sandbox::Sandbox;
use crate::ticker::Ticker;
use crate::{EngineConfig, EngineError, Pack, bindings, precompiled};
use std::borrow::Cow;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use telos_abi::Digest;
use telos_abi::limit::PACK_BYTES_MAX;
use wasmtime::component::{Component, Linker};

/// Something that went another way than hoped, without changing any result.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Note {
    /// Address space for pooled instances was refused; calls start more slowly.
    NoPool {
        /// The system's reason.
        text: String,
    },
    /// A cache file was not written by this engine under this key and was replaced.
    CacheRejected {
        /// Which file, and why.
        text: String,
    },
    /// Compiled code could not be kept; the next process compiles again.
    CacheUnwritten {
        /// Which pack, and why.
        text: String,
    },
}

impl fmt::Display for Note {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoPool { text } => write!(out, "pooled wasm instances are not available: {text}"),
            Self::CacheRejected { text } => write!(out, "compiled pack ignored: {text}"),
            Self::CacheUnwritten { text } => write!(out, "compiled pack not kept: {text}"),
        }
    }
}

type Slot = Arc<Mutex<Option<Arc<Pack>>>>;

/// Compiles, caches and instantiates packs. Making one takes about a millisecond; keep it for the process.
pub struct Engine {
    runtime: wasmtime::Engine,
    cache: Option<Cache>,
    ticker: Arc<Ticker>,
    slots: u32,
    /// One lock for each pack, so that two threads do not compile the same one, while different ones go on.
    packs: Mutex<HashMap<Digest, Slot>>,
    notes: Mutex<Vec<Note>>,
}

impl Engine {
    /// Sets up the runtime. Reads and writes nothing; starts no thread.
    ///
    /// Where address space is limited (`ulimit -v`), it falls back to instances made one by one, with a [`Note`].
    ///
    /// # Errors
    /// [`EngineError::Start`] where not even that works.
    pub fn new(config: EngineConfig) -> Result<Self, EngineError> {
        let mut notes = Vec::new();
        let runtime = match wasmtime::Engine::new(&pooled(config.pool_slots)) {
            Ok(runtime) => runtime,
            Err(error) => {
                let text = quoted(&format!("{error:#}"));
                notes.push(Note::NoPool { text });
                wasmtime::Engine::new(&on_demand())
                    .map_err(|error| EngineError::Start { text: quoted(&format!("{error:#}")) })?
            }
        };
        let cache = config.cache.map(|directory| Cache::new(directory, config.cache_key, &runtime));
        Ok(Self {
            ticker: Ticker::new(runtime.clone()),
            runtime,
            cache,
            slots: config.pool_slots,
            packs: Mutex::default(),
            notes: Mutex::new(notes),
        })
    }

    /// The pack with this digest, compiled at most once in this process. `component` is asked for its bytes only where no
    /// code that was compiled from them is at hand: code is kept under the digest of the bytes that it came from.
    ///
    /// # Errors
    /// When there are no bytes, or they are not those of the digest, too many, not a component, import anything or do not
    /// export the world `pack`.
    pub fn load<'c>(
        &self,
        digest: Digest,
        component: impl FnOnce() -> Option<Cow<'c, [u8]>>,
    ) -> Result<Arc<Pack>, EngineError> {
        let slot = Arc::clone(held(&self.packs).entry(digest).or_default());
        let mut pack = held(&slot);
        if let Some(pack) = &*pack {
            return Ok(Arc::clone(pack));
        }
        let loaded = Arc::new(self.load_anew(digest, component)?);
        *pack = Some(Arc::clone(&loaded));
        Ok(loaded)
    }

    /// Hands over what was noted since the last time.
    #[must_use]
    pub fn take_notes(&self) -> Vec<Note> {
        std::mem::take(&mut *held(&self.notes))
    }

    fn load_anew<'c>(
        &self,
        digest: Digest,
        component: impl FnOnce() -> Option<Cow<'c, [u8]>>,
    ) -> Result<Pack, EngineError> {
        let component = match self.cached(&digest) {
            Some(compiled) => compiled,
            None => self.compile(&digest, &component().ok_or(EngineError::Missing { digest })?)?,
        };
        if let Some((name, _)) = component.component_type().imports(&self.runtime).next() {
            return Err(EngineError::Imports { digest, name: quoted(name) });
        }
        // Nothing is ever put into this linker.
        let linker = Linker::<Sandbox>::new(&self.runtime);
        let ready = linker
            .instantiate_pre(&component)
            .and_then(bindings::PackPre::new)
            .map_err(|error| EngineError::Interface { digest, text: quoted(&format!("{error:#}")) })?;
        Ok(Pack::new(digest, ready, Arc::clone(&self.ticker), self.slots))
    }

    fn cached(&self, digest: &Digest) -> Option<Component> {
        let text = match self.cache.as_ref()?.read(digest) {
            Found::Nothing => return None,
            Found::Foreign(text) => text,
            Found::Code(code) => match precompiled::load(&self.runtime, &code) {
                Ok(component) => return Some(component),
                Err(error) => quoted(&format!("{error:#}")),
            },
        };
        held(&self.notes).push(Note::CacheRejected { text });
        None
    }

    fn compile(&self, digest: &Digest, bytes: &[u8]) -> Result<Component, EngineError> {
        if bytes.len() > PACK_BYTES_MAX {
            return Err(EngineError::TooLarge { bytes: bytes.len(), max: PACK_BYTES_MAX });
        }
        let actual = Digest(*blake3::hash(bytes).as_bytes());
        if actual != *digest {
            return Err(EngineError::Digest { expected: *digest, actual });
        }
        let invalid =
            |error: wasmtime::Error| EngineError::Invalid { digest: *digest, text: quoted(&format!("{error:#}")) };
        let component = Component::from_binary(&self.runtime, bytes).map_err(invalid)?;
        if let Some(cache) = &self.cache {
            let code = component.serialize().map_err(invalid)?;
            if let Err(error) = cache.write(digest, &code) {
                let text = format!("{}: {error}", digest.short());
                held(&self.notes).push(Note::CacheUnwritten { text });
            }
        }
        Ok(component)
    }
}

impl fmt::Debug for Engine {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Engine").field("slots", &self.slots).finish_non_exhaustive()
    }
}

/// Every value behind these locks is whole between two statements, so a panic elsewhere does not spoil it.
fn held<T>(lock: &Mutex<T>) -> MutexGuard<'_, T> {
    lock.lock().unwrap_or_else(PoisonError::into_inner)
}
