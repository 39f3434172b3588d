//! `contacts.list`.

use crate::Written;
use crate::contents::{Content, ContentSink, Contents, pieces, unescaped};
use crate::moment::Moment;
use mail_parser::decoders::charsets::map::charset_decoder;
use mail_parser::decoders::quoted_printable::quoted_printable_decode;
use std::borrow::Cow;
use telos_pack::{Args, Failure, Out, Running};

/// What stands between several addresses or numbers of one contact.
pub(crate) const BETWEEN: &str = "; ";
/// Most addresses, and most numbers, of one contact.
const VALUES_MAX: usize = 1_000;

pub(crate) fn list(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    let table = Written::new(&["name", "email", "phone", "organization", "title", "address", "birthday"]);
    Ok(Box::new(Contents::new(Cards { table, card: Card::default() })))
}

#[derive(Default)]
struct Card {
    name: String,
    /// The parts of the name, in the order in which they are said.
    parts: String,
    emails: Vec<(bool, String)>,
    phones: Vec<(bool, String)>,
    organization: String,
    title: String,
    addresses: Vec<(bool, String)>,
    birthday: String,
}

struct Cards {
    table: Written,
    card: Card,
}

impl ContentSink for Cards {
    const OUTERMOST: &'static str = "VCARD";

    fn content(&mut self, components: &[String], content: &Content<'_>, out: &mut Out) -> Result<(), Failure> {
        // A card within a card is that of an agent.
        if components.len() > 1 {
            return Ok(());
        }
        let card = &mut self.card;
        let value = decoded(content);
        let preferred = content.has("TYPE", "PREF") || content.parameter("PREF").is_some_and(|rank| rank == "1");
        match content.name.as_str() {
            "BEGIN" => *card = Card::default(),
            "END" => row(card, &mut self.table, out),
            "FN" => card.name = unescaped(&value),
            "N" => card.parts = spoken(&value),
            "EMAIL" => keep(&mut card.emails, preferred, &unescaped(&value)),
            "TEL" => keep(&mut card.phones, preferred, &number(&unescaped(&value))),
            "ADR" => keep(&mut card.addresses, preferred, &listed(&value, ", ")),
            "ORG" => card.organization = listed(&value, ", "),
            "TITLE" => card.title = unescaped(&value),
            "BDAY" => card.birthday = birthday(&value),
            _ => {}
        }
        Ok(())
    }

    fn end(&mut self, out: &mut Out) -> Result<(), Failure> {
        self.table.flush(out);
        out.count(1, self.table.rows);
        Ok(())
    }
}

fn keep(values: &mut Vec<(bool, String)>, preferred: bool, value: &str) {
    let value = value.trim();
    if !value.is_empty() && values.len() < VALUES_MAX {
        values.push((preferred, value.to_owned()));
    }
}

/// A value of vCard 2.1 may be quoted-printable, in a character set of its own.
fn decoded<'a>(content: &Content<'a>) -> Cow<'a, str> {
    if !content.has("ENCODING", "QUOTED-PRINTABLE") {
        return Cow::Borrowed(content.value);
    }
    let Some(bytes) = quoted_printable_decode(content.value.as_bytes()) else {
        return Cow::Borrowed(content.value);
    };
    let decoder = content.parameter("CHARSET").and_then(|charset| charset_decoder(charset.as_bytes()));
    Cow::Owned(decoder.map_or_else(|| String::from_utf8_lossy(&bytes).into_owned(), |decoder| decoder(&bytes)))
}

/// The pieces of a structured value that are not empty.
fn listed(value: &str, between: &str) -> String {
    let pieces: Vec<String> = pieces(value, ';').into_iter().map(|piece| unescaped(piece).trim().to_owned()).collect();
    let told: Vec<&str> = pieces.iter().map(String::as_str).filter(|piece| !piece.is_empty()).collect();
    told.join(between)
}

/// A structured name in the order in which it is said: prefix, given, additional, family, suffix.
fn spoken(value: &str) -> String {
    let pieces = pieces(value, ';');
    let order = [3, 1, 2, 0, 4].into_iter().filter_map(|index| pieces.get(index));
    let told: Vec<String> =
        order.map(|piece| unescaped(piece).trim().to_owned()).filter(|piece| !piece.is_empty()).collect();
    told.join(" ")
}

/// A telephone number, without the `tel:` of version 4.
fn number(value: &str) -> String {
    value.get(..4).filter(|scheme| scheme.eq_ignore_ascii_case("tel:")).map_or(value, |_| &value[4..]).to_owned()
}

/// A birthday as a date, or as it is where it is none, such as `--0412` without a year.
fn birthday(value: &str) -> String {
    let value = value.trim();
    let date = value.split(['T', 't']).next().unwrap_or_default();
    let moment = Moment::basic(date).or_else(|| Moment::written(date));
    moment.map_or_else(|| value.to_owned(), Moment::to_table)
}

fn row(card: &Card, table: &mut Written, out: &mut Out) {
    let joined = |values: &[(bool, String)], between: &str| {
        let first = values.iter().filter(|(preferred, _)| *preferred);
        let rest = values.iter().filter(|(preferred, _)| !*preferred);
        first.chain(rest).map(|(_, value)| value.as_str()).collect::<Vec<_>>().join(between)
    };
    let name = if card.name.trim().is_empty() { &card.parts } else { &card.name };
    let fields = [
        name.trim(),
        &joined(&card.emails, BETWEEN),
        &joined(&card.phones, BETWEEN),
        &card.organization,
        &card.title,
        &joined(&card.addresses, BETWEEN),
        &card.birthday,
    ];
    table.row(&fields, out);
}

#[cfg(test)]
mod tests;
