//! `mail.messages`, `mail.text` and `mail.headers`.

use crate::Written;
use crate::mailbox::{MailSink, Mailbox};
use crate::mime::{self, header, parts, readable};
use mail_parser::{Address, HeaderName, HeaderValue, Message, MessageParser};
use telos_pack::{Args, Failure, Out, Running};

/// Header fields of which every mail has at least one; data without any is something else.
const FIELDS: [&str; 8] = ["from", "to", "cc", "date", "subject", "received", "message-id", "mime-version"];

pub(crate) fn messages(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let names = ["message", "date", "from", "from-name", "to", "subject", "attachments", "size"];
    Ok(Box::new(Mailbox::new(Messages { parser: mime::parser(), table: Written::new(&names) })))
}

pub(crate) fn text(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Mailbox::new(One { wanted: args.count(1)?, give: give_text })))
}

pub(crate) fn headers(args: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(Mailbox::new(One { wanted: args.count(1)?, give: give_headers })))
}

/// Refuses data whose only message has none of the fields that make a mail.
pub(crate) fn check(head: Option<&Message<'_>>, number: u64) -> Result<(), Failure> {
    let known = |name: &str| FIELDS.iter().any(|field| name.eq_ignore_ascii_case(field));
    if number > 1 || head.is_some_and(|head| head.headers().iter().any(|header| known(header.name()))) {
        return Ok(());
    }
    Err(Failure::bad(
        "this is no mail: it does not begin with header lines such as `From: …`, `Date: …` or `Subject: …`",
    ))
}

struct Messages {
    parser: MessageParser,
    table: Written,
}

impl MailSink for Messages {
    fn mail(&mut self, number: u64, raw: &[u8], out: &mut Out) -> Result<(), Failure> {
        let head = header(&self.parser, raw);
        check(head.as_ref(), number)?;
        let attachments = parts(&self.parser, raw)?.iter().filter(|part| part.is_attachment()).count();
        let head = head.as_ref();
        let date = head.and_then(Message::date).filter(|date| date.is_valid());
        let from = head.and_then(Message::from).and_then(Address::first);
        let to: Vec<&str> = head.and_then(Message::to).map(addresses).unwrap_or_default();
        let fields = [
            number.to_string(),
            date.map(|date| date.to_rfc3339()).unwrap_or_default(),
            from.and_then(|from| from.address()).unwrap_or_default().to_owned(),
            from.and_then(|from| from.name()).unwrap_or_default().to_owned(),
            to.join("; "),
            head.and_then(Message::subject).unwrap_or_default().to_owned(),
            attachments.to_string(),
            raw.len().to_string(),
        ];
        self.table.row(&fields.each_ref().map(String::as_str), out);
        Ok(())
    }

    fn end(&mut self, count: u64, out: &mut Out) -> Result<(), Failure> {
        self.table.flush(out);
        out.count(1, count);
        Ok(())
    }
}

/// The addresses of a field, those of groups included.
fn addresses<'a>(field: &'a Address<'_>) -> Vec<&'a str> {
    field.iter().filter_map(|address| address.address()).collect()
}

/// What is given of one message.
struct One {
    wanted: u64,
    give: fn(&[u8], u64, &mut Out) -> Result<(), Failure>,
}

impl MailSink for One {
    fn mail(&mut self, number: u64, raw: &[u8], out: &mut Out) -> Result<(), Failure> {
        if number == self.wanted { (self.give)(raw, number, out) } else { Ok(()) }
    }

    fn end(&mut self, count: u64, _: &mut Out) -> Result<(), Failure> {
        if (1..=count).contains(&self.wanted) { Ok(()) } else { Err(no_message(self.wanted, count)) }
    }
}

/// Says that there are not so many messages.
pub(crate) fn no_message(wanted: u64, count: u64) -> Failure {
    match count {
        0 => Failure::bad("there is no message in this data"),
        1 => Failure::bad(format!("there is no message {wanted}, only one")),
        _ => Failure::bad(format!("there is no message {wanted}; there are {count}, numbered from 1")),
    }
}

fn give_text(raw: &[u8], number: u64, out: &mut Out) -> Result<(), Failure> {
    let parser = mime::parser();
    check(header(&parser, raw).as_ref(), number)?;
    out.bytes(0, readable(&parts(&parser, raw)?).into_bytes());
    Ok(())
}

fn give_headers(raw: &[u8], number: u64, out: &mut Out) -> Result<(), Failure> {
    // A parser that is told of no header at all reads each in its own way.
    let head = header(&MessageParser::new().header_text(HeaderName::Subject).default_header_text(), raw);
    check(head.as_ref(), number)?;
    let mut table = Written::new(&["name", "value"]);
    for field in head.iter().flat_map(|head| head.headers()) {
        let value = match &field.value {
            HeaderValue::Text(text) => text.as_ref(),
            _ => "",
        };
        table.row(&[field.name(), value], out);
    }
    table.flush(out);
    out.count(1, table.rows);
    Ok(())
}

#[cfg(test)]
mod tests;
