//! Builds the wasm packs (placeholder until the packs exist).
fn main() {}
