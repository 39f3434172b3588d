//! What the primitives of this repository are: a terse way to write descriptors, and those of the built-in packs.
//!
//! 1. **One table for both sides.** A pack answers `describe` from here, and the registry reads the same functions
//!    natively, so that opening a registry runs no wasm.
//! 2. **Words are data.** The planner retrieves and fills slots by the words written here; it has no table of phrases.
//!    A word belongs where a person would use it for that action or input, not where it would make one example pass.
//! 3. **Bounds carry a margin.** Fuel was measured on the worst input known and at least doubled.
#![forbid(unsafe_code)]

mod build;
pub mod packs;
mod types;

pub use build::{Builder, Input, Output, input, output, primitive};
pub use types::{blob, choice, choose, column, count, directory, file, flag, float, line, list, texts};
