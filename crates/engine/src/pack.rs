//! A loaded pack.

use crate::call::Call;
use crate::sandbox::Sandbox;
use crate::ticker::Ticker;
use crate::{CallError, Stop, bindings};
use std::fmt;
use std::sync::Arc;
use telos_abi::limit::{DESCRIPTOR_BYTES_MAX, PORTS_MAX};
use telos_abi::{Bounds, Digest, Growth};

/// Bounds under which a pack describes itself.
const DESCRIBE: Bounds = Bounds {
    fuel: fixed(1 << 30),
    memory_bytes: fixed(256 << 20),
    // Some hundred primitives of the greatest size: far above any pack, far below any harm.
    output_bytes: fixed((DESCRIPTOR_BYTES_MAX * PORTS_MAX * 4) as u64),
    wall_ms: 10_000,
};

const fn fixed(amount: u64) -> Growth {
    Growth { fixed: amount, per_input_byte: 0 }
}

/// A verified, compiled component, ready to be called from any thread.
pub struct Pack {
    digest: Digest,
    ready: bindings::PackPre<Sandbox>,
    ticker: Arc<Ticker>,
    slots: u32,
}

impl Pack {
    pub(crate) fn new(digest: Digest, ready: bindings::PackPre<Sandbox>, ticker: Arc<Ticker>, slots: u32) -> Self {
        Self { digest, ready, ticker, slots }
    }

    /// BLAKE3 of the component.
    #[must_use]
    pub fn digest(&self) -> Digest {
        self.digest
    }

    /// CBOR of the pack's list of descriptors, as the pack tells it: not yet believed by anyone.
    ///
    /// # Errors
    /// As for a call; the bounds are fixed and generous.
    pub fn describe(&self) -> Result<Vec<u8>, CallError> {
        Call::describe(self, &DESCRIBE)
    }

    /// Starts a call of the primitive with this index in the pack's list.
    ///
    /// `arguments` is CBOR of a list of optional values by input port. `bounds` are enforced with the bytes of
    /// `arguments` and of every chunk pushed so far as the input. `stop` ends the call early.
    ///
    /// # Errors
    /// [`CallError::Busy`] when every slot is taken; else what the guest's constructor ended with.
    pub fn call(&self, primitive: u32, arguments: &[u8], bounds: &Bounds, stop: &Stop) -> Result<Call, CallError> {
        Call::start(self, primitive, arguments, bounds, stop)
    }

    pub(crate) fn ready(&self) -> &bindings::PackPre<Sandbox> {
        &self.ready
    }

    pub(crate) fn ticker(&self) -> &Arc<Ticker> {
        &self.ticker
    }

    pub(crate) fn slots(&self) -> u32 {
        self.slots
    }
}

impl fmt::Debug for Pack {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Pack").field("digest", &self.digest).finish_non_exhaustive()
    }
}
