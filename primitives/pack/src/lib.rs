//! What a pack is written with: one trait for every primitive, one macro that exports a list of them.
//!
//! 1. **One signature for all.** A primitive is [`Start`]ed with its arguments and becomes a [`Running`] call that
//!    takes chunks and gives emissions.
//! 2. **Memory is bounded by the primitive, not by the input.** [`Lines`] hands out lines of a stream without
//!    copying those that lie within one chunk; whoever holds everything goes through [`Held`], which has a limit.
//! 3. **A failure says who is to blame**: the input, a limit, or the pack.
//!
//! Not promised: anything about labels or effects. A pack has no imports; it cannot do anything but compute.
#![deny(unsafe_code)]

mod args;
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod guest;
mod lines;
mod running;
pub mod testing;

pub use args::Args;
pub use lines::{LineSink, Lines};
pub use running::{Content, Emission, Failure, Held, Out, Running, Start};
pub use telos_abi::{Descriptor, Value};

/// Bytes gathered before a blob output is emitted.
pub const EMIT_BYTES: usize = 256 << 10;
/// Longest line that a line-wise primitive holds, in bytes.
pub const LINE_BYTES_MAX: usize = 16 << 20;

/// A pack: its descriptors and, in the same order, how each primitive starts.
pub struct Pack {
    /// The descriptors.
    pub descriptors: fn() -> Vec<Descriptor>,
    /// The primitives.
    pub primitives: &'static [Start],
}

/// Exports a [`Pack`] constant as a component of world `telos:pack/pack`. Does nothing on the host.
#[macro_export]
macro_rules! export_pack {
    ($pack:expr) => {
        #[cfg(target_arch = "wasm32")]
        #[expect(unsafe_code, reason = "the generated exports are the component's entry points")]
        mod exported {
            struct Exports;
            impl $crate::guest::Source for Exports {
                const PACK: &'static $crate::Pack = &$pack;
            }
            type Component = $crate::guest::Component<Exports>;
            $crate::guest::export!(Component with_types_in $crate::guest);
        }
    };
}
