//! Room `trust`: identities and keys, the log's storage, and its verification by strangers.
//!
//! 1. **Bytes only.** A record is `(kind: u16, bytes)`; what it means is told elsewhere.
//! 2. **One writer a segment, one chain for all.** Each run appends to a file of its own, where every record is
//!    hashed with all before it. Checkpoints, made under a lock, sign where segments stand, and each names the one
//!    before: concurrent runs share nothing but that moment.
//! 3. **Two signatures.** Ed25519 and ML-DSA-65 over every checkpoint, both required: neither a quantum computer nor
//!    a flaw in the younger algorithm alone forges one.
//! 4. **Acknowledged means on disk.** A synced record survives kill -9 and power cuts. Each record notes how many
//!    before it were durable, so a torn write is told apart from lost history.
//! 5. **A failure leaves a valid log.** Full disk, kill at any byte: readers find whole records and perhaps a torn end.
//! 6. **Damage is located, never repaired in silence.** `verify` names kind, file, record and byte; nothing here
//!    overwrites a record that a checkpoint covers.
//! 7. **Total on outside bytes.** Every parser returns; none panics, allocates without limit or recurses.
//!
//! Not promised: protection against a program that runs as the same user while the keys are in use; it can append
//! what it likes and have it signed. Not promised either: noticing that the newest checkpoints *and* the keys' own
//! head were rolled back together; only a head kept elsewhere shows that. Records after the last checkpoint are
//! chained but not signed. Clocks are told by callers and only recorded.
#![forbid(unsafe_code)]

mod checkpoint;
mod codec;
mod error;
mod files;
mod head;
mod join;
mod keys;
mod lock;
mod log;
mod segment;
mod step;
mod verify;

pub use checkpoint::{EntryState, check_bytes as check_checkpoint_bytes};
pub use error::{KeyError, LogError, PublicKeyError};
pub use head::{Head, LogId};
pub use join::{GcReport, Retention};
pub use keys::{KeyId, Keys, PUBLIC_KEY_TEXT_BYTES_MAX, PublicKeys, Sealing, Signature};
pub use log::{Log, Record, Records, Reopened, SegmentInfo};
pub use segment::{
    Damage, HeaderFault, OpenFault, RecordView, Resumption, SegmentHeader, SegmentWriter, Shape, Source, Step, Walker,
};
pub use verify::{FINDINGS_MAX, Finding, FindingKind, Place, Report, Severity, verify};
