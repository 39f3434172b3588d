//! The `telos` binary.

/// A run makes and drops a store with some forty allocations for each node; this allocator takes half as long for them.
#[global_allocator]
static HEAP: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    telos::main()
}
