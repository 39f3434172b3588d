//! How the engine is set up.

use std::path::PathBuf;
use telos_abi::limit::VALUE_BYTES_MAX;
use wasmtime::{Config, Enabled, InstanceAllocationStrategy, OptLevel, PoolingAllocationConfig, WasmBacktraceDetails};

/// Largest linear memory: what 32-bit wasm can address.
pub(crate) const MEMORY_BYTES_MAX: u64 = 4 << 30;
/// Most bytes that one export may hand over in one return: the largest value, and room for the list around it.
pub(crate) const RETURN_BYTES_MAX: usize = VALUE_BYTES_MAX + (1 << 20);
/// Native stack that a guest may use. Threads that call guests need at least twice this.
const STACK_BYTES_MAX: usize = 512 << 10;
/// Bytes of a used memory slot that are zeroed in place instead of being given back to the system.
const KEEP_RESIDENT_BYTES: usize = 128 << 10;

/// What the engine needs to know.
#[derive(Clone, Debug)]
pub struct EngineConfig {
    /// Directory for compiled code, made when needed with mode 0700. `None` compiles in every process.
    pub cache: Option<PathBuf>,
    /// Key of the cache's MAC. Whoever knows it can run native code as this user: derive it from a sealed key.
    pub cache_key: [u8; 32],
    /// Most calls at once. Each reserves (but does not use) 4 GiB of address space.
    pub pool_slots: u32,
}

impl EngineConfig {
    /// Calls at once unless told otherwise.
    pub const POOL_SLOTS: u32 = 512;

    /// An engine with a cache in `directory`.
    #[must_use]
    pub fn cached(directory: PathBuf, key: [u8; 32]) -> Self {
        Self { cache: Some(directory), cache_key: key, pool_slots: Self::POOL_SLOTS }
    }

    /// An engine that compiles each pack anew.
    #[must_use]
    pub fn uncached() -> Self {
        Self { cache: None, cache_key: [0; 32], pool_slots: Self::POOL_SLOTS }
    }
}

/// Pooled instances: fixed slots in one reservation, memories initialised by copy-on-write.
pub(crate) fn pooled(slots: u32) -> Config {
    let mut pool = PoolingAllocationConfig::new();
    // Components made by wit-component have a main module and up to a few shims around one memory and few tables.
    pool.total_component_instances(slots)
        .total_core_instances(slots.saturating_mul(4))
        .max_core_instances_per_component(8)
        .total_memories(slots)
        .max_memories_per_component(2)
        .max_memories_per_module(1)
        .total_tables(slots.saturating_mul(2))
        .max_tables_per_component(4)
        .max_tables_per_module(2)
        .table_elements(20_000)
        .max_unused_warm_slots(32)
        .linear_memory_keep_resident(KEEP_RESIDENT_BYTES)
        // Where the kernel tells which pages were written, those are restored in place and no others are touched: a
        // pack's stack and data lie a megabyte into its memory.
        .pagemap_scan(Enabled::Auto)
        .table_keep_resident(16 << 10);
    let mut config = common();
    config.allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    config
}

/// Instances made one by one, for hosts that limit address space: nothing is reserved ahead.
pub(crate) fn on_demand() -> Config {
    let mut config = common();
    config
        .allocation_strategy(InstanceAllocationStrategy::OnDemand)
        .memory_reservation(0)
        .memory_reservation_for_growth(1 << 20)
        .memory_guard_size(64 << 10)
        .memory_may_move(true);
    config
}

fn common() -> Config {
    let mut config = Config::new();
    config
        .consume_fuel(true)
        .epoch_interruption(true)
        .concurrency_support(false)
        .wasm_simd(true)
        .wasm_bulk_memory(true)
        // Equal inputs give equal outputs: no result may depend on the processor.
        .wasm_relaxed_simd(false)
        .cranelift_nan_canonicalization(true)
        // Not needed by any pack, so not there to be attacked.
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_tail_call(false)
        .max_wasm_stack(STACK_BYTES_MAX)
        .cranelift_opt_level(OptLevel::Speed)
        // A trap is reported by its kind; frames of stripped packs tell people nothing.
        .wasm_backtrace_details(WasmBacktraceDetails::Disable)
        .wasm_backtrace_max_frames(None)
        .generate_address_map(false)
        .native_unwind_info(false);
    config
}
