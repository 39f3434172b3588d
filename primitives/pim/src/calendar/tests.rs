//! Calendars through the pack's one interface.

use crate::PACK;
use proptest::prelude::*;
use telos_pack::Failure;
use telos_pack::testing::{Given, run};

fn call(name: &str, calendar: &str, chunk: usize) -> Result<Given, Failure> {
    run(&PACK, name, calendar.as_bytes(), chunk, &[])
}

fn events(lines: &str) -> String {
    let calendar = format!("BEGIN:VCALENDAR\r\nVERSION:2.0\r\nBEGIN:VEVENT\r\n{lines}END:VEVENT\r\nEND:VCALENDAR\r\n");
    let table = call("calendar.events", &calendar, 5).unwrap().text("table");
    table.split_once('\n').unwrap().1.to_owned()
}

#[test]
fn an_event_is_a_row() {
    let event = "DTSTART;TZID=Europe/Berlin:20240501T093000\r\nDTEND;TZID=Europe/Berlin:20240501T103000\r\nSUMMARY:Team\\, all\r\n\
        LOCATION:Room \\;1\r\nORGANIZER;CN=\"Anna: M\":mailto:anna@example.com\r\nDESCRIPTION:one\\ntwo fol\r\n ded\r\n\
        RRULE:FREQ=WEEKLY;BYDAY=MO\r\nBEGIN:VALARM\r\nSUMMARY:alarm\r\nDURATION:PT5M\r\nEND:VALARM\r\n";
    assert_eq!(
        events(event),
        "2024-05-01T09:30:00,2024-05-01T10:30:00,\"Team, all\",Room ;1,Anna: M,\"one\ntwo folded\",false,FREQ=WEEKLY;BYDAY=MO\n"
    );
}

#[test]
fn ends_are_told_as_people_tell_them() {
    let row = |lines: &str| events(lines).split(',').take(2).collect::<Vec<_>>().join(" ");
    assert_eq!(row("DTSTART;VALUE=DATE:20240501\r\nDTEND;VALUE=DATE:20240503\r\n"), "2024-05-01 2024-05-02");
    assert_eq!(row("DTSTART;VALUE=DATE:20240501\r\n"), "2024-05-01 2024-05-01");
    assert_eq!(row("DTSTART;VALUE=DATE:20240501\r\nDTEND;VALUE=DATE:20240501\r\n"), "2024-05-01 2024-05-01");
    assert_eq!(row("DTSTART;VALUE=DATE:20240501\r\nDURATION:P3D\r\n"), "2024-05-01 2024-05-03");
    assert_eq!(row("DTSTART:20240501T230000Z\r\nDURATION:PT90M\r\n"), "2024-05-01T23:00:00Z 2024-05-02T00:30:00Z");
    assert_eq!(row("DTSTART:20240501T230000Z\r\n"), "2024-05-01T23:00:00Z 2024-05-01T23:00:00Z");
    assert_eq!(row("DTSTART:whenever\r\nDTEND:later\r\n"), "whenever later");
    assert_eq!(row("SUMMARY:no date\r\nORGANIZER:MAILTO:a@b\r\n"), " ");
}

#[test]
fn tasks_have_a_state() {
    let calendar = "BEGIN:VCALENDAR\nBEGIN:VTODO\nDUE:20240501\nSUMMARY:a\nEND:VTODO\nBEGIN:VTODO\nSUMMARY:b\n\
        COMPLETED:20240501T000000Z\nEND:VTODO\nBEGIN:VTODO\nDTSTART:20240501\nDURATION:P1D\nSUMMARY:c\nSTATUS:IN-PROCESS\nEND:VTODO\nEND:VCALENDAR";
    let given = call("calendar.tasks", calendar, 6).unwrap();
    assert_eq!(
        given.text("table"),
        "due,summary,status\n2024-05-01,a,needs-action\n,b,completed\n2024-05-02,c,in-process\n"
    );
    assert_eq!(given.int("count"), Some(3));
    assert_eq!(call("calendar.events", calendar, 6).unwrap().int("count"), Some(0));
}

#[test]
fn what_is_no_calendar_is_refused_with_its_line() {
    let refusal = |text: &str| match call("calendar.events", text, 6) {
        Err(Failure::BadInput(message)) => message,
        other => panic!("{text}: {other:?}"),
    };
    assert!(refusal("").contains("empty"));
    assert!(refusal("\n\nnot a calendar").contains("line 3"));
    assert!(refusal("a: b\n").contains("BEGIN:VCALENDAR"));
    assert!(refusal("BEGIN:VCARD\nEND:VCARD\n").contains("line 1"));
    assert!(refusal("BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VTODO\n").contains("line 3"));
    assert!(refusal("BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:x").contains("cut off"));
    let deep = "BEGIN:VCALENDAR\n".repeat(100_000);
    assert!(matches!(call("calendar.events", &deep, 1 << 16), Err(Failure::Limit(_))));
    let wide = format!("BEGIN:VCALENDAR\nX{}:\nEND:VCALENDAR\n", ";a".repeat(1_000_000));
    assert_eq!(call("calendar.events", &wide, 1 << 16).unwrap().int("count"), Some(0));
}

proptest! {
    #[test]
    fn folding_and_chunks_do_not_matter(text in "[a-zé,;:\\\\ \"]{0,80}", at in 1..20_usize, chunk in 1..50_usize) {
        let escaped = text.replace('\\', "\\\\").replace(',', "\\,").replace(';', "\\;");
        let line = format!("SUMMARY:{escaped}");
        let letters: Vec<char> = line.chars().collect();
        let folded: Vec<String> = letters.chunks(at).map(|part| part.iter().collect()).collect();
        let calendar = |line: &str| format!("\u{feff}BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\n{line}\r\nEND:VEVENT\r\nEND:VCALENDAR");
        let plain = call("calendar.events", &calendar(&line), 1 << 16).unwrap();
        prop_assert_eq!(&call("calendar.events", &calendar(&folded.join("\r\n ")), chunk).unwrap(), &plain);
        prop_assert!(plain.text("table").contains(&text.replace('"', "\"\"")));
    }
}
