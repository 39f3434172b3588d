//! One run's segment of the log, from its first receipt to its last.

use crate::codec::encode;
use crate::{SystemError, Telos};
use std::sync::{Arc, Mutex, PoisonError};
use telos_abi::{ByteText, Durability, Receipt, RecordError, Recorder, RunId, RunKind, Status, Timestamp};
use telos_trust::SegmentWriter;

/// The port to the log that services write receipts through.
pub(crate) struct LogRecorder {
    writer: Mutex<Option<SegmentWriter>>,
}

impl Recorder for LogRecorder {
    fn record(&self, receipt: &Receipt, durability: Durability) -> Result<u64, RecordError> {
        let mut writer = self.writer.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(writer) = writer.as_mut() else {
            return Err(RecordError {
                message: String::from("the run has ended; nothing more can be recorded for it"),
            });
        };
        writer
            .append(receipt.kind() as u16, &encode(receipt), durability)
            .map_err(|error| RecordError { message: error.to_string() })
    }
}

/// An open run.
pub(crate) struct Run {
    id: RunId,
    recorder: Arc<LogRecorder>,
}

impl Run {
    /// Begins a run and records what was asked.
    pub(crate) fn begin(
        telos: &Telos,
        kind: RunKind,
        request: Vec<ByteText>,
        of: Option<RunId>,
    ) -> Result<Self, SystemError> {
        let at = crate::now();
        let id = RunId { started_ms: at.0, nonce: nonce()? };
        let writer = telos.log()?.begin(id, at, telos.keys()?.id())?;
        let run = Self { id, recorder: Arc::new(LogRecorder { writer: Mutex::new(Some(writer)) }) };
        let directory = telos.directory().clone();
        run.record(&Receipt::Started { run: id, kind, at, request, directory, of })?;
        Ok(run)
    }

    /// Opens an interrupted run to go on with it.
    pub(crate) fn reopen(telos: &Telos, id: RunId) -> Result<Self, SystemError> {
        let (writer, _) = telos.log()?.reopen(id)?;
        Ok(Self { id, recorder: Arc::new(LogRecorder { writer: Mutex::new(Some(writer)) }) })
    }

    pub(crate) const fn id(&self) -> RunId {
        self.id
    }

    pub(crate) fn recorder(&self) -> Arc<dyn Recorder> {
        Arc::clone(&self.recorder) as Arc<dyn Recorder>
    }

    pub(crate) fn record(&self, receipt: &Receipt) -> Result<(), SystemError> {
        self.recorder.record(receipt, Durability::Batched)?;
        Ok(())
    }

    /// A line for `telos why`.
    pub(crate) fn note(&self, topic: &str, text: impl Into<String>) -> Result<(), SystemError> {
        self.record(&Receipt::Noted { topic: topic.to_owned(), text: text.into() })
    }

    /// Records the end and signs the segment.
    pub(crate) fn end(self, telos: &Telos, status: Status, exit: i32) -> Result<(), SystemError> {
        let at = crate::now();
        self.record(&Receipt::Ended { status, at, exit })?;
        let writer = self.recorder.writer.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(writer) = writer {
            writer.finish(telos.keys()?, at)?;
        }
        Ok(())
    }
}

fn nonce() -> Result<u32, SystemError> {
    let mut bytes = [0_u8; 4];
    rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::empty())
        .map_err(|error| SystemError::Room(format!("the kernel gave no random bytes: {error}")))?;
    Ok(u32::from_le_bytes(bytes))
}

/// The clock, read in one place of this room.
pub(crate) fn now() -> Timestamp {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}
