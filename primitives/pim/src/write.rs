//! `contacts.write` and `calendar.write`: tables to what address books and calendars read.

use crate::contacts::BETWEEN;
use crate::moment::Moment;
use telos_pack::{Args, Failure, Out, Running};
use telos_table::{Header, Row, StreamedTable, TableSink};

/// Longest line that is written, in bytes without its end (RFC 5545, section 3.1, and RFC 2426, section 2.6).
const FOLD_BYTES: usize = 75;
/// Letters of a field that a refusal shows.
const LETTERS_SHOWN: usize = 40;

pub(crate) fn contacts(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(StreamedTable::new(Cards { columns: Columns::default(), number: 0 })))
}

pub(crate) fn calendar(_: &mut Args) -> Result<Box<dyn Running>, Failure> {
    Ok(Box::new(StreamedTable::new(Events { columns: Columns::default(), number: 0 })))
}

/// Where the columns are that are written, by the first of their names.
#[derive(Default)]
struct Columns(Vec<(&'static str, usize)>);

impl Columns {
    /// Finds for each list of names the column that has one of them, in any case and spelling of spaces.
    fn find(header: &Header, names: &[&[&'static str]]) -> Self {
        let plain = |name: &str| name.trim().to_lowercase().replace([' ', '_'], "-");
        let columns: Vec<String> = header.names().iter().map(|name| plain(name)).collect();
        let place = |alike: &&[&'static str]| {
            let index = alike.iter().find_map(|name| columns.iter().position(|column| column == name))?;
            Some((*alike.first()?, index))
        };
        Self(names.iter().filter_map(place).collect())
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| *known == name)
    }

    /// The field of a row, without white space around it; empty where there is no such column.
    fn get<'a>(&self, row: Row<'a>, name: &str) -> &'a str {
        let index = self.0.iter().find(|(known, _)| *known == name);
        index.map_or("", |(_, index)| row.get(*index)).trim()
    }
}

struct Cards {
    columns: Columns,
    number: u64,
}

const CARD_COLUMNS: [&[&str]; 9] = [
    &["name", "full-name", "display-name", "contact"],
    &["first-name", "given-name", "firstname", "first"],
    &["last-name", "family-name", "surname", "lastname", "last"],
    &["email", "e-mail", "email-address", "e-mail-address", "mail"],
    &["phone", "phone-number", "telephone", "tel", "mobile", "cell", "number"],
    &["organization", "organisation", "company", "org", "employer"],
    &["title", "job-title", "job", "position", "role"],
    &["address", "street-address", "postal-address", "street"],
    &["birthday", "birth-date", "birthdate", "date-of-birth", "born"],
];

impl TableSink for Cards {
    fn header(&mut self, header: &Header, _: &mut Vec<u8>) -> Result<(), Failure> {
        self.columns = Columns::find(header, &CARD_COLUMNS);
        let named = ["name", "first-name", "last-name", "email"].into_iter().any(|name| self.columns.has(name));
        if named { Ok(()) } else { Err(lacking(header, "`name` or `email`")) }
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.number += 1;
        let field = |name: &str| self.columns.get(row, name);
        let (first, last, email) = (field("first-name"), field("last-name"), field("email"));
        let both = format!("{first} {last}");
        let candidates = [field("name"), both.trim(), email, field("organization"), field("phone")];
        let Some(name) = candidates.into_iter().find(|name| !name.is_empty()) else {
            return Err(Failure::bad(format!("row {} has neither name nor email nor phone", self.number)));
        };
        // A name that is not told apart: the last word is the family's.
        let (given, family) = match (first, last) {
            ("", "") => name.rsplit_once(' ').unwrap_or((name, "")),
            both => both,
        };
        line(written, "BEGIN:VCARD");
        line(written, "VERSION:3.0");
        line(written, &format!("FN:{}", escaped(name)));
        line(written, &format!("N:{};{};;;", escaped(family), escaped(given)));
        for (property, name) in [("EMAIL", "email"), ("TEL", "phone")] {
            for value in field(name).split(BETWEEN.trim()).map(str::trim).filter(|value| !value.is_empty()) {
                line(written, &format!("{property}:{}", escaped(value)));
            }
        }
        for (property, name) in [("ORG", "organization"), ("TITLE", "title")] {
            if !field(name).is_empty() {
                line(written, &format!("{property}:{}", escaped(field(name))));
            }
        }
        if !field("address").is_empty() {
            line(written, &format!("ADR:;;{};;;;", escaped(field("address"))));
        }
        if !field("birthday").is_empty() {
            line(written, &format!("BDAY:{}", self.date(field("birthday"))?));
        }
        line(written, "END:VCARD");
        Ok(())
    }

    fn end(&mut self, _: &mut Vec<u8>, out: &mut Out) -> Result<(), Failure> {
        out.count(1, self.number);
        Ok(())
    }
}

impl Cards {
    /// A birthday, which may lack its year as vCards allow.
    fn date(&self, field: &str) -> Result<String, Failure> {
        match Moment::written(field) {
            Some(date) => Ok(date.to_table()),
            None if field.starts_with("--") => Ok(escaped(field)),
            None => Err(no_date(self.number, "birthday", field)),
        }
    }
}

struct Events {
    columns: Columns,
    number: u64,
}

const EVENT_COLUMNS: [&[&str]; 6] = [
    &["start", "start-date", "start-time", "begin", "from", "date", "day", "when"],
    &["end", "end-date", "end-time", "finish", "until", "to"],
    &["summary", "title", "subject", "event", "name", "what"],
    &["location", "place", "where", "venue", "room"],
    &["description", "notes", "details", "comment"],
    &["repeats", "rrule", "recurrence"],
];

impl TableSink for Events {
    fn header(&mut self, header: &Header, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.columns = Columns::find(header, &EVENT_COLUMNS);
        if !self.columns.has("start") {
            return Err(lacking(header, "`start` or `date`"));
        }
        line(written, "BEGIN:VCALENDAR");
        line(written, "VERSION:2.0");
        line(written, "PRODID:-//Telos//calendar.write//EN");
        Ok(())
    }

    fn row(&mut self, row: Row<'_>, written: &mut Vec<u8>) -> Result<(), Failure> {
        self.number += 1;
        let field = |name: &str| self.columns.get(row, name);
        let refused = |name: &str| no_date(self.number, name, field(name));
        let start = Moment::written(field("start")).ok_or_else(|| refused("start"))?;
        let end = match field("end") {
            "" => None,
            end => Some(Moment::written(end).or_else(|| start.at(end)).ok_or_else(|| refused("end"))?),
        };
        line(written, "BEGIN:VEVENT");
        line(written, &format!("UID:{}-{:016x}@telos", self.number, mixed(row)));
        // The time of writing is not known here; readers take it for that of the last change.
        line(written, "DTSTAMP:19700101T000000Z");
        dated(written, "DTSTART", start);
        // A calendar names the day after the last one.
        if let Some(end) = end.and_then(|end| if end.is_date() { end.plus_days(1) } else { Some(end) }) {
            dated(written, "DTEND", end);
        }
        for (property, name) in [("SUMMARY", "summary"), ("LOCATION", "location"), ("DESCRIPTION", "description")] {
            if !field(name).is_empty() {
                line(written, &format!("{property}:{}", escaped(field(name))));
            }
        }
        // A rule is letters, digits and a few signs; anything else would be another line of the calendar.
        let rule = field("repeats");
        if rule.starts_with("FREQ=") && rule.bytes().all(|byte| byte.is_ascii_graphic()) {
            line(written, &format!("RRULE:{rule}"));
        }
        line(written, "END:VEVENT");
        Ok(())
    }

    fn end(&mut self, written: &mut Vec<u8>, out: &mut Out) -> Result<(), Failure> {
        line(written, "END:VCALENDAR");
        out.count(1, self.number);
        Ok(())
    }
}

fn dated(written: &mut Vec<u8>, property: &str, at: Moment) {
    let kind = if at.is_date() { ";VALUE=DATE" } else { "" };
    line(written, &format!("{property}{kind}:{}", at.to_calendar()));
}

fn lacking(header: &Header, wanted: &str) -> Failure {
    let names: Vec<&str> = header.names().iter().take(20).map(String::as_str).collect();
    Failure::bad(format!("the table needs a column {wanted}; its columns are: {}", names.join(", ")))
}

fn no_date(row: u64, column: &str, field: &str) -> Failure {
    let shown: String = field.chars().take(LETTERS_SHOWN).collect();
    Failure::bad(format!(
        "row {row}: `{shown}` in column `{column}` is no date; expected 2024-05-01 or 2024-05-01 09:30"
    ))
}

/// A number that rows of other content do not share (FNV-1a).
fn mixed(row: Row<'_>) -> u64 {
    let bytes = row.iter().flat_map(|field| field.bytes().chain([0]));
    bytes.fold(0xcbf2_9ce4_8422_2325, |mixed, byte| (mixed ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}

/// Text as a value: what has a meaning in a content line is escaped, and what no line may hold is left out.
fn escaped(text: &str) -> String {
    let mut value = String::with_capacity(text.len());
    for letter in text.replace("\r\n", "\n").chars() {
        match letter {
            '\\' | ';' | ',' => value.extend(['\\', letter]),
            '\n' | '\r' => value.push_str("\\n"),
            '\t' => value.push(' '),
            control if control.is_control() => {}
            other => value.push(other),
        }
    }
    value
}

/// Writes a line, folded.
fn line(written: &mut Vec<u8>, text: &str) {
    let mut used = 0;
    for letter in text.chars() {
        if used + letter.len_utf8() > FOLD_BYTES {
            written.extend_from_slice(b"\r\n ");
            used = 1;
        }
        used += letter.len_utf8();
        written.extend_from_slice(letter.encode_utf8(&mut [0; 4]).as_bytes());
    }
    written.extend_from_slice(b"\r\n");
}

#[cfg(test)]
mod tests;
