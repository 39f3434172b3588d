//! `mail.attachments` and `mail.attachment`.

use crate::Written;
use crate::mail::{check, no_message};
use crate::mailbox::{MailSink, Mailbox};
use crate::mime::{self, Part, header, parts};
use mail_parser::MessageParser;
use telos_pack::{Args, Failure, Out, Running, Value};

/// Names that a message about a missing attachment tells.
const NAMES_TOLD: usize = 10;
/// Longest name that is given, in bytes: what the output's type holds, with room to spare.
const NAME_BYTES_MAX: usize = 1 << 10;

pub(crate) fn list(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let table = Written::new(&["message", "name", "type", "size"]);
    Ok(Box::new(Mailbox::new(List { parser: mime::parser(), table })))
}

pub(crate) fn extract(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let (wanted, message) = (args.text(1)?, args.count(2)?);
    let parser = mime::parser();
    Ok(Box::new(Mailbox::new(Extract { parser, wanted, message, found: false, others: Vec::new() })))
}

struct List {
    parser: MessageParser,
    table: Written,
}

impl MailSink for List {
    fn mail(&mut self, number: u64, raw: &[u8], out: &mut Out) -> Result<(), Failure> {
        check(header(&self.parser, raw).as_ref(), number)?;
        for (index, part) in attachments(&parts(&self.parser, raw)?) {
            let fields = [number.to_string(), part.bytes().len().to_string()];
            self.table.row(&[&fields[0], &part.name(index), &part.kind, &fields[1]], out);
        }
        Ok(())
    }

    fn end(&mut self, _: u64, out: &mut Out) -> Result<(), Failure> {
        self.table.flush(out);
        out.count(1, self.table.rows);
        Ok(())
    }
}

/// The attachments among a message's parts, numbered from 1.
fn attachments<'p, 'a>(parts: &'p [Part<'a>]) -> impl Iterator<Item = (usize, &'p Part<'a>)> {
    (1..).zip(parts.iter().filter(|part| part.is_attachment()))
}

struct Extract {
    parser: MessageParser,
    /// Name of the attachment; empty for the first there is.
    wanted: String,
    /// The message it is in; 0 for any.
    message: u64,
    found: bool,
    /// Names of attachments that were not wanted.
    others: Vec<String>,
}

impl MailSink for Extract {
    fn mail(&mut self, number: u64, raw: &[u8], out: &mut Out) -> Result<(), Failure> {
        if self.found || (self.message != 0 && self.message != number) {
            return Ok(());
        }
        check(header(&self.parser, raw).as_ref(), number)?;
        let parts = parts(&self.parser, raw)?;
        for (index, part) in attachments(&parts) {
            let name = part.name(index);
            if self.wanted.is_empty() || name.to_lowercase() == self.wanted.to_lowercase() {
                self.found = true;
                out.bytes(0, part.bytes().into_owned());
                out.value(1, &Value::Text(one_line(&name)));
                return Ok(());
            }
            if self.others.len() < NAMES_TOLD {
                self.others.push(one_line(&name));
            }
        }
        Ok(())
    }

    fn end(&mut self, count: u64, _: &mut Out) -> Result<(), Failure> {
        if self.found {
            return Ok(());
        }
        if self.message > count {
            return Err(no_message(self.message, count));
        }
        Err(Failure::bad(match self.others.as_slice() {
            [] => String::from("there is no attachment"),
            names => format!("there is no attachment `{}`; there are: {}", self.wanted, names.join(", ")),
        }))
    }
}

/// A name as one line, cut where it is longer than names are.
fn one_line(name: &str) -> String {
    let cut = (0..=name.len().min(NAME_BYTES_MAX)).rev().find(|end| name.is_char_boundary(*end)).unwrap_or(0);
    name[..cut].replace(['\r', '\n'], " ")
}
