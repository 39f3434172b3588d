//! Segments: one append-only file per run.

pub(crate) mod format;
mod scan;
mod source;
mod writer;

pub use format::{HeaderFault, SegmentHeader};
pub use scan::{Damage, OpenFault, RecordView, Resumption, Shape, Step, Walker};
pub use source::Source;
pub(crate) use source::Window;
pub use writer::SegmentWriter;
pub(crate) use writer::{Position, WriterParts};
