//! References of pack `pim`: rows are made first, then written out as mailboxes, calendars and address books are.

use super::seed::Seed;
use super::table::csv;
use super::{Reference, case, count, refusal, text};
use crate::canonical::canonical;
use crate::evidence::Case;
use telos_abi::{Descriptor, Value};

pub(super) const ALL: &[(&str, Reference)] = &[
    ("mail.messages", messages),
    ("mail.text", body),
    ("mail.headers", headers),
    ("mail.attachments", attachments),
    ("mail.attachment", attachment),
    ("calendar.events", events),
    ("calendar.tasks", tasks),
    ("contacts.list", contacts),
    ("contacts.write", write_contacts),
];

const WORDS: [&str; 8] = ["plan", "Grüße", "a, b", "x;y", "back\\slash", "\"said\"", "€5", "two\nlines"];

fn word(seed: &mut Seed) -> String {
    seed.pick(&WORDS).to_owned()
}

/// Every byte as `=XX`, three to a line.
fn quoted(bytes: &[u8]) -> String {
    let line = |three: &[u8]| three.iter().map(|byte| format!("={byte:02X}")).collect::<String>();
    bytes.chunks(3).map(line).collect::<Vec<_>>().join("=\n")
}

/// A message of a mailbox.
struct Message {
    raw: String,
    day: usize,
    subject: String,
    said: String,
    files: Vec<(String, Vec<u8>)>,
}

fn message(seed: &mut Seed) -> Message {
    let (day, subject) = (1 + seed.below(28), word(seed).replace('\n', " "));
    let said = format!("{}\nFrom here to there {}", word(seed), seed.below(9));
    let files: Vec<(String, Vec<u8>)> = (0..seed.below(3))
        .map(|number| (format!("file-{number}.bin"), (0..seed.below(9)).map(|_| [0, 10, 200][seed.below(3)]).collect()))
        .collect();
    let mut raw = format!("From: Ann <ann@x.org>\nTo: b@x.org, c@x.org\nDate: {day} Jan 2024 10:00:00 +0100\n");
    raw += &format!("Subject: =?utf-8?q?{}?=\n", quoted(subject.as_bytes()).replace("=\n", ""));
    raw += "Content-Type: multipart/mixed; boundary=zz\n\n--zz\nContent-Type: text/plain; charset=utf-8\n\n";
    raw += &said;
    for (name, bytes) in &files {
        raw += &format!("\n--zz\nContent-Type: a/b; name={name}\nContent-Transfer-Encoding: quoted-printable\n\n");
        raw += &quoted(bytes);
    }
    raw += "\n--zz--\n";
    Message { raw, day, subject, said, files }
}

/// At least one message, and the mailbox of them.
fn mailbox(seed: &mut Seed) -> (Vec<Message>, String) {
    let messages: Vec<Message> = (0..1 + seed.below(4)).map(|_| message(seed)).collect();
    let written = messages
        .iter()
        .map(|message| format!("From ann Mon Jan  1 10:00:00 2024\n{}\n", message.raw.replace("\nFrom ", "\n>From ")));
    let mailbox = written.collect();
    (messages, mailbox)
}

fn messages(seed: u64, descriptor: &Descriptor) -> Case {
    let (messages, input) = mailbox(&mut Seed::new(seed));
    let rows = (1..).zip(&messages).map(|(number, message)| {
        let (attached, size) = (message.files.len().to_string(), message.raw.len().to_string());
        let date = format!("2024-01-{:02}T10:00:00+01:00", message.day);
        let to = "b@x.org; c@x.org".to_owned();
        [number.to_string(), date, "ann@x.org".into(), "Ann".into(), to, message.subject.clone(), attached, size]
    });
    let header = ["message", "date", "from", "from-name", "to", "subject", "attachments", "size"];
    case(descriptor, &[], input.as_bytes(), vec![csv(&header, rows, b','), count(messages.len())])
}

/// One message of a mailbox, and its number. Sometimes the number is that of no message.
fn one(seed: u64) -> (Seed, Vec<Message>, String, usize) {
    let mut seed = Seed::new(seed);
    let (messages, input) = mailbox(&mut seed);
    let number = 1 + seed.below(messages.len() + 1);
    (seed, messages, input, number)
}

fn numbered(number: usize) -> Value {
    Value::Int(i64::try_from(number).unwrap_or(0))
}

fn body(seed: u64, descriptor: &Descriptor) -> Case {
    let (_, messages, input, number) = one(seed);
    let given = [("number", numbered(number))];
    match messages.get(number - 1) {
        Some(message) => case(descriptor, &given, input, vec![format!("{}\n", message.said).into_bytes()]),
        None => refusal(descriptor, &given, input),
    }
}

fn headers(seed: u64, descriptor: &Descriptor) -> Case {
    let (_, messages, input, number) = one(seed);
    let given = [("number", numbered(number))];
    let Some(message) = messages.get(number - 1) else {
        return refusal(descriptor, &given, input);
    };
    let rows = [
        ["From", "Ann <ann@x.org>"],
        ["To", "b@x.org, c@x.org"],
        ["Date", &format!("{} Jan 2024 10:00:00 +0100", message.day)],
        ["Subject", &message.subject],
        ["Content-Type", "multipart/mixed; boundary=zz"],
    ];
    case(descriptor, &given, input.as_bytes(), vec![csv(&["name", "value"], rows, b','), count(rows.len())])
}

fn attachments(seed: u64, descriptor: &Descriptor) -> Case {
    let (messages, input) = mailbox(&mut Seed::new(seed));
    let rows: Vec<[String; 4]> = (1..)
        .zip(&messages)
        .flat_map(|(number, message)| message.files.iter().map(move |file| (number, file)))
        .map(|(number, (name, bytes))| [number.to_string(), name.clone(), "a/b".into(), bytes.len().to_string()])
        .collect();
    let table = csv(&["message", "name", "type", "size"], &rows, b',');
    case(descriptor, &[], input.as_bytes(), vec![table, count(rows.len())])
}

fn attachment(seed: u64, descriptor: &Descriptor) -> Case {
    let (mut seed, messages, input, number) = one(seed);
    let name = seed.pick(&["file-0.bin", "file-1.bin", ""]);
    let given = [("name", text(name)), ("number", numbered(number))];
    let files = messages.get(number - 1).map_or(&[][..], |message| &message.files);
    match files.iter().find(|(known, _)| name.is_empty() || known == name) {
        Some((known, bytes)) => case(descriptor, &given, input, vec![bytes.clone(), canonical(&text(known))]),
        None => refusal(descriptor, &given, input),
    }
}

/// A value as calendars and address books write it, its line cut in two.
fn escaped(value: &str) -> String {
    let plain = value.replace('\\', "\\\\").replace(';', "\\;").replace(',', "\\,").replace('\n', "\\n");
    let middle = plain.char_indices().nth(1).map_or(0, |(at, _)| at);
    format!("{}\r\n {}", &plain[..middle], &plain[middle..])
}

fn events(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (mut input, mut rows) = (String::from("BEGIN:VCALENDAR\r\nVERSION:2.0\r\n"), Vec::new());
    for _ in 0..seed.below(6) {
        let (day, length, all_day) = (1 + seed.below(20), seed.below(5), seed.flag());
        let (summary, place) = (word(&mut seed), word(&mut seed));
        let last = day + length;
        let (start, end, written) = if all_day {
            let written = format!(";VALUE=DATE:202401{day:02}\r\nDTEND;VALUE=DATE:202401{:02}", last + 1);
            (format!("2024-01-{day:02}"), format!("2024-01-{last:02}"), written)
        } else {
            let written = format!(":202401{day:02}T070500Z\r\nDURATION:P{length}DT1H");
            (format!("2024-01-{day:02}T07:05:00Z"), format!("2024-01-{last:02}T08:05:00Z"), written)
        };
        input += &format!("BEGIN:VEVENT\r\nDTSTART{written}\r\nSUMMARY:{}\r\n", escaped(&summary));
        input += &format!("LOCATION:{}\r\nORGANIZER;CN=Ann:mailto:a@x\r\nEND:VEVENT\r\n", escaped(&place));
        let flag = all_day.to_string();
        rows.push([start, end, summary, place, "Ann".into(), String::new(), flag, String::new()]);
    }
    input += "END:VCALENDAR\r\n";
    let header = ["start", "end", "summary", "location", "organizer", "description", "all-day", "repeats"];
    case(descriptor, &[], input, vec![csv(&header, &rows, b','), count(rows.len())])
}

fn tasks(seed: u64, descriptor: &Descriptor) -> Case {
    let mut seed = Seed::new(seed);
    let (mut input, mut rows) = (String::from("BEGIN:VCALENDAR\r\n"), Vec::new());
    for _ in 0..seed.below(6) {
        let (day, summary, status) = (1 + seed.below(28), word(&mut seed), seed.pick(&["completed", "needs-action"]));
        let state = if status == "completed" { "STATUS:COMPLETED\r\n" } else { "" };
        input += &format!("BEGIN:VTODO\r\nDUE:202401{day:02}\r\n{state}SUMMARY:{}\r\nEND:VTODO\r\n", escaped(&summary));
        rows.push([format!("2024-01-{day:02}"), summary, status.to_owned()]);
    }
    input += "BEGIN:VEVENT\r\nSUMMARY:no task\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n";
    let table = csv(&["due", "summary", "status"], &rows, b',');
    case(descriptor, &[], input, vec![table, count(rows.len())])
}

const CONTACT: [&str; 7] = ["name", "email", "phone", "organization", "title", "address", "birthday"];

fn people(seed: &mut Seed) -> Vec<[String; 7]> {
    (0..seed.below(6))
        .map(|number| {
            let [name, organization, title] = [word(seed), word(seed), word(seed)];
            let phone = if seed.flag() { String::from("+49 1; 2") } else { String::from("3") };
            [name, format!("p{number}@x.org"), phone, organization, title, word(seed), String::from("1985-04-12")]
        })
        .collect()
}

fn contacts(seed: u64, descriptor: &Descriptor) -> Case {
    let rows = people(&mut Seed::new(seed));
    let mut input = String::new();
    for [name, email, phone, organization, title, address, _] in &rows {
        input += &format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{}\r\nitem1.EMAIL;TYPE=HOME:{email}\r\n", escaped(name));
        input += &phone.split("; ").map(|number| format!("TEL;TYPE=CELL:{number}\r\n")).collect::<String>();
        input += &format!("ORG:{}\r\nTITLE:{}\r\n", escaped(organization), escaped(title));
        input += &format!("ADR:;;{};;;;\r\nBDAY:19850412\r\nEND:VCARD\r\n", escaped(address));
    }
    if rows.is_empty() {
        return refusal(descriptor, &[], input);
    }
    case(descriptor, &[], input, vec![csv(&CONTACT, &rows, b','), count(rows.len())])
}

fn write_contacts(seed: u64, descriptor: &Descriptor) -> Case {
    let rows = people(&mut Seed::new(seed));
    let plain = |value: &str| escaped(value).replace("\r\n ", "");
    let mut cards = String::new();
    for [name, email, phone, organization, title, address, birthday] in &rows {
        let (given, family) = name.rsplit_once(' ').unwrap_or((name, ""));
        cards += &format!("BEGIN:VCARD\r\nVERSION:3.0\r\nFN:{}\r\n", plain(name));
        cards += &format!("N:{};{};;;\r\nEMAIL:{email}\r\n", plain(family), plain(given));
        cards += &phone.split("; ").map(|number| format!("TEL:{number}\r\n")).collect::<String>();
        cards += &format!("ORG:{}\r\nTITLE:{}\r\n", plain(organization), plain(title));
        cards += &format!("ADR:;;{};;;;\r\nBDAY:{birthday}\r\nEND:VCARD\r\n", plain(address));
    }
    case(descriptor, &[], csv(&CONTACT, &rows, b','), vec![cards.into_bytes(), count(rows.len())])
}
