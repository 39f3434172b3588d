//! Turning cached native code back into a component: the one unsafe step of this room.

use crate::cache::Authentic;
use wasmtime::component::Component;

/// Loads code that the cache has authenticated.
pub(crate) fn load(engine: &wasmtime::Engine, code: &Authentic) -> wasmtime::Result<Component> {
    #[expect(unsafe_code, reason = "wasmtime cannot check that native code is what it compiled")]
    // SAFETY: `Component::deserialize` requires bytes that `Component::serialize` made, unchanged.
    // 1. `Authentic` is made only after a keyed MAC over exactly these bytes was checked, and `cache::Cache::write`
    //    computes that MAC only over what `Component::serialize` returned.
    // 2. The MAC covers the engine's compatibility hash, so the code is of this wasmtime with this configuration;
    //    wasmtime checks version and settings in the header once more.
    // 3. `Authentic` owns the bytes: no other process can change them between the check and this call, as it could
    //    with a mapped file.
    // 4. Whoever holds the key can forge a MAC; the key is the caller's to keep (`EngineConfig::cache_key`).
    unsafe {
        Component::deserialize(engine, code.bytes())
    }
}
