//! One call in one instance.

use crate::bindings;
use crate::bindings::exports::telos::pack::primitives::{Content as Told, Emission as Emitted, Failure};
use crate::config::{MEMORY_BYTES_MAX, RETURN_BYTES_MAX};
use crate::error::quoted;
use crate::sandbox::{Halt, Sandbox};
use crate::ticker::Ticker;
use crate::{CallError, Pack, Stop};
use std::fmt;
use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};
use telos_abi::limit::PORTS_MAX;
use telos_abi::{Bounds, Growth, PortIndex};
use wasmtime::component::ResourceAny;
use wasmtime::{PoolConcurrencyLimitError, Store, Trap};

/// Bytes that a guest produced for one output.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emission {
    /// The output, below [`PORTS_MAX`]; whether the primitive has it is for the caller to know.
    pub port: PortIndex,
    /// The next bytes of a blob, or CBOR of a whole value.
    pub bytes: Content,
}

/// Where the bytes of an emission are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Copied out of the guest.
    Made(Vec<u8>),
    /// A part of the chunk that was pushed, and within it.
    Pushed(Range<usize>),
}

impl Content {
    /// The bytes, where `chunk` is what was pushed.
    #[must_use]
    pub fn of<'a>(&'a self, chunk: &'a [u8]) -> &'a [u8] {
        match self {
            Self::Made(bytes) => bytes,
            Self::Pushed(part) => chunk.get(part.clone()).unwrap_or_default(),
        }
    }
}

/// What a call used.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Usage {
    /// Units of fuel, about one an instruction.
    pub fuel: u64,
    /// Greatest size of the guest's memory, in bytes.
    pub memory_bytes: u64,
    /// Bytes of all emissions.
    pub output_bytes: u64,
}

/// A running call: the host pushes chunks and collects what the guest emits. Dropping it ends it.
pub struct Call {
    guest: bindings::Pack,
    resource: ResourceAny,
    meter: Meter,
}

/// The store and everything that is counted. After an error it is of no further use, and refuses.
struct Meter {
    store: Store<Sandbox>,
    bounds: Bounds,
    ticker: Arc<Ticker>,
    slots: u32,
    input_bytes: u64,
    output_bytes: u64,
    fuel_granted: u64,
    wall_left: Duration,
    ended: bool,
}

impl Call {
    pub(crate) fn start(
        pack: &Pack,
        primitive: u32,
        arguments: &[u8],
        bounds: &Bounds,
        stop: &Stop,
    ) -> Result<Self, CallError> {
        let mut meter = Meter::new(pack, bounds, stop.clone());
        let (guest, resource) = meter.run(arguments.len(), |store| {
            let guest = pack.ready().instantiate(&mut *store)?;
            let call = guest.telos_pack_primitives().call();
            let resource = call.call_constructor(store, primitive, arguments)?;
            Ok((guest, resource))
        })?;
        Ok(Self { guest, resource, meter })
    }

    pub(crate) fn describe(pack: &Pack, bounds: &Bounds) -> Result<Vec<u8>, CallError> {
        let mut meter = Meter::new(pack, bounds, Stop::new());
        let bytes = meter.run(0, |store| {
            let guest = pack.ready().instantiate(&mut *store)?;
            guest.telos_pack_primitives().call_describe(store)
        })?;
        meter.count_output(bytes.len())?;
        Ok(bytes)
    }

    /// Gives the guest the next chunk of the blob that enters `port`, and returns what it emitted meanwhile.
    ///
    /// # Errors
    /// Any [`CallError`]; the call is then over.
    pub fn push(&mut self, port: PortIndex, chunk: &[u8]) -> Result<Vec<Emission>, CallError> {
        let (guest, resource) = (&self.guest, self.resource);
        let result = self.meter.run(chunk.len(), |store| {
            let call = guest.telos_pack_primitives().call();
            call.call_push(store, resource, port.0, chunk)
        })?;
        self.meter.accept(result, chunk.len())
    }

    /// Tells the guest that every blob input has ended, and returns its last emissions and what the call used.
    ///
    /// # Errors
    /// Any [`CallError`].
    pub fn finish(mut self) -> Result<(Vec<Emission>, Usage), CallError> {
        let (guest, resource) = (&self.guest, self.resource);
        let result = self.meter.run(0, |store| {
            let call = guest.telos_pack_primitives().call();
            call.call_finish(store, resource)
        })?;
        let emissions = self.meter.accept(result, 0)?;
        Ok((emissions, self.meter.usage()))
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Call")
            .field("input_bytes", &self.meter.input_bytes)
            .field("output_bytes", &self.meter.output_bytes)
            .finish_non_exhaustive()
    }
}

impl Meter {
    fn new(pack: &Pack, bounds: &Bounds, stop: Stop) -> Self {
        let sandbox = Sandbox::new(stop, Instant::now(), 0);
        let mut store = sandbox.into_store(pack.ready().engine());
        store.set_hostcall_fuel(RETURN_BYTES_MAX);
        Self {
            store,
            bounds: bounds.clone(),
            ticker: Arc::clone(pack.ticker()),
            slots: pack.slots(),
            input_bytes: 0,
            output_bytes: 0,
            fuel_granted: 0,
            wall_left: Duration::from_millis(bounds.wall_ms),
            ended: false,
        }
    }

    /// Runs guest code with the bounds that `more` further bytes of input allow.
    fn run<T>(
        &mut self,
        more: usize,
        enter: impl FnOnce(&mut Store<Sandbox>) -> wasmtime::Result<T>,
    ) -> Result<T, CallError> {
        if std::mem::replace(&mut self.ended, true) {
            return Err(CallError::Ended);
        }
        if self.store.data().stopped() {
            return Err(CallError::Interrupted);
        }
        self.extend_bounds(u64::try_from(more).unwrap_or(u64::MAX))?;
        let began = Instant::now();
        self.store
            .data_mut()
            .set_deadline(began.checked_add(self.wall_left).unwrap_or_else(|| began + Duration::from_secs(1 << 30)));
        self.store.set_epoch_deadline(1);
        let result = {
            let ticker = Arc::clone(&self.ticker);
            let _running = ticker.enter().map_err(|error| CallError::NoWatch { text: error.to_string() })?;
            enter(&mut self.store)
        };
        self.wall_left = self.wall_left.saturating_sub(began.elapsed());
        let value = result.map_err(|error| self.explain(&error))?;
        self.ended = false;
        Ok(value)
    }

    fn extend_bounds(&mut self, more: u64) -> Result<(), CallError> {
        self.input_bytes = self.input_bytes.saturating_add(more);
        let fuel = at(self.bounds.fuel, self.input_bytes);
        let left = self.store.get_fuel().unwrap_or(0);
        self.store.set_fuel(left.saturating_add(fuel - self.fuel_granted)).map_err(|error| self.explain(&error))?;
        self.fuel_granted = fuel;
        let memory = self.memory_limit();
        self.store.data_mut().set_memory_limit(memory);
        Ok(())
    }

    fn memory_limit(&self) -> u64 {
        at(self.bounds.memory_bytes, self.input_bytes).min(MEMORY_BYTES_MAX)
    }

    fn explain(&self, error: &wasmtime::Error) -> CallError {
        if let Some(halt) = error.downcast_ref::<Halt>() {
            return match halt {
                Halt::Memory => CallError::OutOfMemory { limit_bytes: self.memory_limit() },
                Halt::Time => CallError::TimedOut { limit_ms: self.bounds.wall_ms },
                Halt::Raised => CallError::Interrupted,
            };
        }
        if error.is::<PoolConcurrencyLimitError>() {
            return CallError::Busy { slots: self.slots };
        }
        match error.downcast_ref::<Trap>() {
            Some(Trap::OutOfFuel) => CallError::OutOfFuel { limit: self.fuel_granted },
            Some(trap) => CallError::Trap { text: quoted(&trap.to_string()) },
            None => CallError::Trap { text: quoted(&format!("{error:#}")) },
        }
    }

    /// `pushed` is the length of the chunk that parts may be of.
    fn accept(&mut self, result: Result<Vec<Emitted>, Failure>, pushed: usize) -> Result<Vec<Emission>, CallError> {
        let emitted = match result {
            Ok(emitted) => emitted,
            Err(failure) => {
                self.ended = true;
                return Err(blame(&failure));
            }
        };
        let mut emissions = Vec::with_capacity(emitted.len());
        for Emitted { port, bytes } in emitted {
            if usize::from(port) >= PORTS_MAX {
                return Err(self.broken(format!("it emitted on port {port}")));
            }
            let bytes = match bytes {
                Told::Made(bytes) => Content::Made(bytes),
                Told::Pushed(span) => match within(span.start, span.end, pushed) {
                    Some(part) => Content::Pushed(part),
                    None => {
                        let (start, end) = (span.start, span.end);
                        return Err(self.broken(format!("it named bytes {start} to {end} of a chunk of {pushed}")));
                    }
                },
            };
            self.count_output(match &bytes {
                Content::Made(bytes) => bytes.len(),
                Content::Pushed(part) => part.len(),
            })?;
            emissions.push(Emission { port: PortIndex(port), bytes });
        }
        Ok(emissions)
    }

    fn broken(&mut self, text: String) -> CallError {
        self.ended = true;
        CallError::Trap { text }
    }

    fn count_output(&mut self, more: usize) -> Result<(), CallError> {
        let more = u64::try_from(more).unwrap_or(u64::MAX);
        self.output_bytes = self.output_bytes.saturating_add(more);
        let limit_bytes = at(self.bounds.output_bytes, self.input_bytes);
        if self.output_bytes > limit_bytes {
            self.ended = true;
            return Err(CallError::TooMuchOutput { limit_bytes });
        }
        Ok(())
    }

    fn usage(&self) -> Usage {
        Usage {
            fuel: self.fuel_granted.saturating_sub(self.store.get_fuel().unwrap_or(0)),
            memory_bytes: self.store.data().memory_peak(),
            output_bytes: self.output_bytes,
        }
    }
}

/// The part of a chunk of `length` bytes, if it is one.
fn within(start: u32, end: u32, length: usize) -> Option<Range<usize>> {
    let (start, end) = (usize::try_from(start).ok()?, usize::try_from(end).ok()?);
    (start <= end && end <= length).then_some(start..end)
}

/// What a bound allows for this much input.
fn at(growth: Growth, input_bytes: u64) -> u64 {
    growth.per_input_byte.saturating_mul(input_bytes).saturating_add(growth.fixed)
}

fn blame(failure: &Failure) -> CallError {
    match failure {
        Failure::BadInput(text) => CallError::BadInput { text: quoted(text) },
        Failure::Limit(text) => CallError::Limit { text: quoted(text) },
        Failure::Internal(text) => CallError::Internal { text: quoted(text) },
    }
}
