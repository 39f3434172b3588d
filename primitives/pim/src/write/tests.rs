//! Writing through the pack's one interface, read back through it.

use crate::PACK;
use proptest::prelude::*;
use telos_pack::Failure;
use telos_pack::testing::{Given, run};
use telos_table::write_row;

fn call(name: &str, table: &str) -> Result<Given, Failure> {
    run(&PACK, name, table.as_bytes(), 6, &[])
}

fn table(header: &[&str], row: &[&str]) -> String {
    let mut bytes = Vec::new();
    write_row(&mut bytes, header.iter().copied());
    write_row(&mut bytes, row.iter().copied());
    String::from_utf8(bytes).unwrap()
}

#[test]
fn contacts_have_what_address_books_need() {
    let given =
        call("contacts.write", "Full Name,E-Mail,Phone Number,company\nAnna B. Müller,a@x; b@x,1,\"Acme; Co\"\n")
            .unwrap();
    assert_eq!(
        given.text("contacts"),
        "BEGIN:VCARD\r\nVERSION:3.0\r\nFN:Anna B. Müller\r\nN:Müller;Anna B.;;;\r\nEMAIL:a@x\r\nEMAIL:b@x\r\nTEL:1\r\n\
         ORG:Acme\\; Co\r\nEND:VCARD\r\n"
    );
    assert_eq!(given.int("count"), Some(1));
    let split = call("contacts.write", "first_name,last name\nAnna,Müller\n").unwrap().text("contacts");
    assert!(split.contains("FN:Anna Müller\r\nN:Müller;Anna;;;\r\n"), "{split}");
}

#[test]
fn events_have_what_calendars_need() {
    let text =
        call("calendar.write", "date,end,title\n2024-05-01,2024-05-02,Fair\n2024-05-03 09:30,10:15,\"a,b\"\n").unwrap();
    let text = text.text("calendar");
    for part in [
        "DTSTART;VALUE=DATE:20240501\r\nDTEND;VALUE=DATE:20240503\r\nSUMMARY:Fair\r\n",
        "DTSTART:20240503T093000\r\nDTEND:20240503T101500\r\nSUMMARY:a\\,b\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n",
    ] {
        assert!(text.contains(part), "{text}");
    }
    assert_eq!((text.matches("UID:").count(), text.matches("DTSTAMP:").count()), (2, 2));
    let injected = table(&["start", "repeats"], &["2024-05-01", "FREQ=DAILY\r\nATTACH:x"]);
    assert!(!call("calendar.write", &injected).unwrap().text("calendar").contains("ATTACH"));
}

#[test]
fn what_cannot_be_written_is_refused_with_its_row() {
    let refusal = |name: &str, table: &str| match call(name, table) {
        Err(Failure::BadInput(message)) => message,
        other => panic!("{table}: {other:?}"),
    };
    assert!(refusal("calendar.write", "summary\nx\n").contains("`start`"));
    assert!(refusal("calendar.write", "start\n2024-05-01\ntomorrow\n").contains("row 2: `tomorrow`"));
    assert!(refusal("calendar.write", "start,end\n2024-05-01,soon\n").contains("`soon`"));
    assert!(refusal("contacts.write", "a,b\n1,2\n").contains("a, b"));
    assert!(refusal("contacts.write", "name,phone\n,\n").contains("row 1"));
    assert!(refusal("contacts.write", "name,birthday\nA,spring\n").contains("`spring`"));
    assert!(refusal("contacts.write", "").contains("empty"));
}

#[test]
fn no_line_is_longer_than_it_may_be() {
    let long = table(&["name", "title"], &["x", &"é€".repeat(5_000)]);
    let text = call("contacts.write", &long).unwrap().text("contacts");
    assert!(text.lines().all(|line| line.len() <= 75));
}

proptest! {
    #[test]
    fn contacts_come_back(fields in prop::collection::vec("[a-z,\\\\\"\nüß€🦀]{1,30}", 5)) {
        let header = ["name", "email", "phone", "organization", "title", "address", "birthday"];
        let fields: Vec<String> = fields.iter().map(|field| field.trim().to_owned() + "x").collect();
        let row = [&fields[0], &fields[1], &fields[2], &fields[3], &fields[4], "1 Road", "1985-04-12"];
        let expected = table(&header, &row);
        let cards = call("contacts.write", &expected).unwrap().text("contacts");
        prop_assert_eq!(call("contacts.list", &cards).unwrap().text("table"), expected);
    }

    #[test]
    fn events_come_back(summary in "[a-z,;\\\\\"\nüß€🦀]{1,90}", day in 1..28, hours in 0..24, all_day: bool) {
        let header = ["start", "end", "summary", "location", "organizer", "description", "all-day", "repeats"];
        let summary = summary.trim().to_owned() + "x";
        let start = if all_day { format!("2024-02-{day:02}") } else { format!("2024-02-{day:02}T{hours:02}:00:00") };
        let flag = all_day.to_string();
        let expected = table(&header, &[&start, &start, &summary, "", "", &summary, &flag, "FREQ=DAILY;COUNT=3"]);
        let calendar = call("calendar.write", &expected).unwrap().text("calendar");
        prop_assert_eq!(call("calendar.events", &calendar).unwrap().text("table"), expected);
    }
}
