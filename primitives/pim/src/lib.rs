//! Pack `pim`: mail, calendars and contacts as tables and text.
//!
//! Mailboxes, calendars and address books stream: one message, event or contact is held at a time. Headers, encoded words,
//! transfer encodings and character sets are read by `mail-parser`; the structure of a message is walked here, because
//! it must take time and memory in proportion to the message however its parts nest.
#![deny(unsafe_code)]

mod attachments;
mod calendar;
mod contacts;
mod contents;
mod html;
mod mail;
mod mailbox;
mod mime;
mod moment;
mod write;

use telos_pack::{EMIT_BYTES, Out, Pack};
use telos_table::write_row;

/// The pack.
pub const PACK: Pack = Pack {
    descriptors: telos_describe::packs::pim::descriptors,
    primitives: &[
        mail::messages,
        mail::text,
        mail::headers,
        attachments::list,
        attachments::extract,
        calendar::events,
        calendar::tasks,
        contacts::list,
        write::contacts,
        write::calendar,
    ],
};

telos_pack::export_pack!(crate::PACK);

/// A table that is emitted at port 0 while it is written, and the number of its rows.
struct Written {
    bytes: Vec<u8>,
    rows: u64,
}

impl Written {
    fn new(names: &[&str]) -> Self {
        let mut bytes = Vec::new();
        write_row(&mut bytes, names.iter().copied());
        Self { bytes, rows: 0 }
    }

    fn row(&mut self, fields: &[&str], out: &mut Out) {
        self.rows += 1;
        write_row(&mut self.bytes, fields.iter().copied());
        if self.bytes.len() >= EMIT_BYTES {
            self.flush(out);
        }
    }

    fn flush(&mut self, out: &mut Out) {
        out.bytes(0, std::mem::take(&mut self.bytes));
    }
}
