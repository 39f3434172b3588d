//! Contacts through the pack's one interface.

use crate::PACK;
use telos_pack::Failure;
use telos_pack::testing::run;

fn list(cards: &str) -> String {
    let table = run(&PACK, "contacts.list", cards.as_bytes(), 5, &[]).unwrap().text("table");
    table.strip_prefix("name,email,phone,organization,title,address,birthday\n").unwrap().to_owned()
}

#[test]
fn every_version_is_read() {
    assert_eq!(
        list(
            "BEGIN:VCARD\r\nVERSION:3.0\r\nN:Müller;Anna;;Dr.;\r\nFN:Dr. Anna Müller\r\nEMAIL;TYPE=home:a@home\r\n\
              EMAIL;TYPE=INTERNET,PREF:a@work\r\nitem1.TEL;TYPE=CELL:+49 1\r\nORG:Acme\\, Inc.;Sales\r\nTITLE:Boss\r\n\
              ADR;TYPE=HOME:;;Hauptstr. 1;Köln;;50667;Germany\r\nBDAY:1985-04-12\r\nPHOTO:x\r\n  yEMAIL:z\r\nEND:VCARD\r\n"
        ),
        "Dr. Anna Müller,a@work; a@home,+49 1,\"Acme, Inc., Sales\",Boss,\"Hauptstr. 1, Köln, 50667, Germany\",1985-04-12\n"
    );
    assert_eq!(
        list(
            "BEGIN:VCARD\nVERSION:4.0\nFN:Bob\nTEL;VALUE=uri:tel:+1-2\nTEL;PREF=1:9\nBDAY:--0412\nEND:VCARD\nBEGIN:VCARD\nFN:C\n\
              BDAY:19850412T000000Z\nEND:VCARD"
        ),
        "Bob,,9; +1-2,,,,--0412\nC,,,,,,1985-04-12\n"
    );
    assert_eq!(
        list(
            "BEGIN:VCARD\r\nVERSION:2.1\r\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:M=FC=\r\nller;J=F6rg\r\n\
              EMAIL;INTERNET;PREF:j@x\r\nEND:VCARD\r\n"
        ),
        "Jörg Müller,j@x,,,,,\n"
    );
}

#[test]
fn odd_cards_are_rows_and_what_is_no_card_is_refused() {
    assert_eq!(list("BEGIN:VCARD\nBEGIN:VCARD\nFN:agent\nEND:VCARD\nend:vcard\n"), ",,,,,,\n");
    assert_eq!(list("BEGIN:VCARD\nN:;;;;\nEMAIL:\nTEL\nADR:;;;;;;\nEND:VCARD\n\n\n"), ",,,,,,\n");
    for text in ["", "name,email\n", "BEGIN:VCARD\nFN:x\n", "BEGIN:VCALENDAR\nEND:VCALENDAR\n"] {
        let result = run(&PACK, "contacts.list", text.as_bytes(), 5, &[]);
        assert!(matches!(result, Err(Failure::BadInput(_))), "{text}: {result:?}");
    }
}

#[test]
fn a_line_that_never_ends_is_refused_in_time() {
    let soft = format!("BEGIN:VCARD\nX;QUOTED-PRINTABLE{}", "=\n".repeat(2_000_000));
    assert!(run(&PACK, "contacts.list", soft.as_bytes(), 1 << 20, &[]).is_err());
    let folded =
        format!("BEGIN:VCARD\nX:{}", "\n aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa".repeat(400_000));
    assert!(matches!(run(&PACK, "contacts.list", folded.as_bytes(), 1 << 20, &[]), Err(Failure::Limit(_))));
}
