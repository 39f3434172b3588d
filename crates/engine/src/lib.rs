//! Packs: wasm components that import nothing, run in pooled instances under fuel, memory, output and wall limits.
//!
//! 1. **A pack can compute and nothing else.** A component with any import is refused, so no call can read, write,
//!    wait or tell the time. What crosses is bytes, copied.
//! 2. **One call, one instance.** A [`Call`] owns its instance; nothing a guest does survives it or meets another call.
//! 3. **Everything a guest uses is bounded** before it runs, and the bounds grow only with the input it was given:
//!    fuel (deterministic), wall time (coarse, for what fuel does not weigh), memory, output.
//! 4. **Compiled code is native code.** The cache is read only under a MAC with the caller's key; anything else is
//!    recompiled. A cache that is missing, full, foreign or corrupt costs time, never correctness.
//! 5. **What a guest says is data**: texts of failures are cut and escaped before they enter an error.
//!
//! Not promised: protection from a flaw in the wasm runtime itself (that is the guard's process boundary), equal wall
//! time for equal fuel, and calls beyond [`EngineConfig::pool_slots`] at once.
#![deny(unsafe_code)]

mod bindings;
mod cache;
mod call;
mod config;
mod engine;
mod error;
mod pack;
mod precompiled;
mod sandbox;
mod stop;
mod ticker;

pub use call::{Call, Content, Emission, Usage};
pub use config::EngineConfig;
pub use engine::{Engine, Note};
pub use error::{CallError, EngineError};
pub use pack::Pack;
pub use stop::Stop;
