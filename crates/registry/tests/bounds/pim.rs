//! Pack `pim`.

use crate::inputs::{text, within};
use crate::{Case, one};
use telos_abi::Value;

pub(super) fn cases() -> Vec<Case> {
    [mail(), dates(), written()].into_iter().flatten().collect()
}

/// Mails of many kinds, each bad in its own way.
fn mails() -> Vec<Vec<u8>> {
    let head = "From: a@b.c\nSubject: x\n";
    let typed = |kind: &str, rest: &str| format!("{head}MIME-Version: 1.0\nContent-Type: {kind}\n{rest}\n");
    let mixed = typed("multipart/mixed; boundary=b", "");
    let nested: String =
        (0..32).map(|level| format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n")).collect();
    let part = "--b\nContent-Type: text/plain; name*0=a; name*1=b\nContent-Disposition: attachment\n\nx\n";
    let parameters = "; a*0=\"b\"".repeat(800);
    vec![
        within("From a Mon May  1 09:30:00 2024\nFrom: a\n\n", "\nFrom a 09:30\nFrom: a\n\n", ""),
        within("From a\nFrom: a\n\n", "\nFrom a\n", ""),
        within("From a\nFrom: a\n\n", ">From \n", ""),
        within(head, "To: a <b@c.d>, \"e\" <f@g.h>\n", "\n"),
        within("From: a\nTo: ", "a:b@c,d@e;,", "\n\n"),
        within("From: a\nSubject: ", "=?utf-8?q?=c3=a9?= ", "\n\n"),
        within("From: a\nSubject: ", "a\n ", "\n\n"),
        within(&mixed, part, "--b--\n"),
        within(&mixed, &format!("--b\nContent-Type: text/plain{parameters}\n\nx\n"), "--b--\n"),
        within(&format!("{head}MIME-Version: 1.0\n{nested}\n"), "--b", "\n"),
        within(&format!("{head}MIME-Version: 1.0\n{nested}\n"), "--b\n", "\n"),
        within(
            &typed("text/plain; charset=gb18030", "Content-Transfer-Encoding: quoted-printable\n"),
            "=81=30=81=30",
            "\n",
        ),
        within(&typed("text/plain", "Content-Transfer-Encoding: base64\n"), "!AAA", "\n"),
        within(&typed("text/html", ""), "<p>&eacute;</p>", "\n"),
        within(&typed("text/html", ""), "<", "\n"),
        within(&typed("text/html", ""), "&", "\n"),
        within(&typed("text/html", ""), "<!--", "\n"),
        within(&typed("text/html", ""), "\n \n", "\n"),
    ]
}

fn mail() -> Vec<Case> {
    let mut cases = Vec::new();
    for mail in mails() {
        for name in ["mail.messages", "mail.text", "mail.headers", "mail.attachments"] {
            cases.push(one(name, &[], mail.clone()));
        }
    }
    // Here the wanted one comes last.
    let head = "From: a@b.c\nMIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n";
    let last = "--b\nContent-Disposition: attachment; filename=z\nContent-Transfer-Encoding: base64\n\n";
    let part = "--b\nContent-Disposition: attachment; filename=a\n\nx\n";
    let named = [("name", text("Z"))];
    cases.push(one("mail.attachment", &named, within(head, part, &format!("{last}AAAA\n--b--\n"))));
    cases.push(one("mail.attachment", &named, within(&format!("{head}{last}"), "!AAA", "\n--b--\n")));
    let second = format!("\n\nFrom a 09:30\n{head}{last}AAAA\n--b--\n");
    let number = [("number", Value::Int(2))];
    let first = "From a 09:30\nFrom: a\n\n";
    cases.push(one("mail.attachment", &number, within(first, ">From \n", &second)));
    cases
}

fn dates() -> Vec<Case> {
    let event = "BEGIN:VEVENT\nDTSTART:20240501T093000Z\nDURATION:P1DT1H\nSUMMARY:a\\,\\n\nEND:VEVENT\n";
    let task = "BEGIN:VTODO\nDUE:20240501\nSUMMARY:\\;\nEND:VTODO\n";
    let card = "BEGIN:VCARD\nVERSION:3.0\nN:a;b;c;d;e\nTEL;TYPE=a,b,PREF:tel:1\nBDAY:20240501\nEND:VCARD\n";
    let mut cases = Vec::new();
    for (name, item) in [("calendar.events", "VEVENT"), ("calendar.tasks", "VTODO")] {
        let around = |begin: &str, piece: &str, end: &str| {
            let begin = format!("BEGIN:VCALENDAR\nBEGIN:{item}\n{begin}");
            one(name, &[], within(&begin, piece, &format!("{end}\nEND:{item}\nEND:VCALENDAR\n")))
        };
        cases.push(one(name, &[], within("BEGIN:VCALENDAR\n", event, "END:VCALENDAR\n")));
        cases.push(one(name, &[], within("BEGIN:VCALENDAR\n", task, "END:VCALENDAR\n")));
        let empty = format!("BEGIN:{item}\nEND:{item}\n");
        cases.push(one(name, &[], within("BEGIN:VCALENDAR\n", &empty, "END:VCALENDAR\n")));
        cases.push(around("SUMMARY:a", "\n b", ""));
        cases.push(around("SUMMARY:", "\\n", ""));
        cases.push(around("", "x;a=b;c=\"d\":\n", ""));
        cases.push(around("SUMMARY", ";a=b", ":c"));
        cases.push(around("", "A:\n", ""));
    }
    let quoted = "TEL;CHARSET=gb18030;ENCODING=QUOTED-PRINTABLE:=81=30=81=30\n";
    for (begin, piece, end) in [
        ("", card, ""),
        ("", "BEGIN:VCARD\nFN:a\nEND:VCARD\n", ""),
        ("BEGIN:VCARD\nFN:a\n", "EMAIL:a\n", "END:VCARD\n"),
        ("BEGIN:VCARD\nFN:a\n", quoted, "END:VCARD\n"),
        ("BEGIN:VCARD\nFN:a\nADR:", ";\\;", "\nEND:VCARD\n"),
        ("BEGIN:VCARD\nFN:a\nNOTE;ENCODING=QUOTED-PRINTABLE:", "=\n", "\nEND:VCARD\n"),
        ("BEGIN:VCARD\nFN:a\nORG:", ";", "\nEND:VCARD\n"),
    ] {
        cases.push(one("contacts.list", &[], within(begin, piece, end)));
    }
    cases
}

fn written() -> Vec<Case> {
    vec![
        one("contacts.write", &[], within("name\n", "a\n", "")),
        one("contacts.write", &[], within("name,email,phone\n", "a,;b;c;d;e;f,;1;2\n", "")),
        one("contacts.write", &[], within("name,address,birthday\n", "\"\u{149};,\",\"\n\n;\",--0412\n", "")),
        one("contacts.write", &[], within("email,phone\n\"", "a;", "\",b\n")),
        one("calendar.write", &[], within("start\n", "2024-05-01\n", "")),
        one("calendar.write", &[], within("start,end,summary\n", "2024-05-01 09:30,10:30,\"\n;\"\n", "")),
        one("calendar.write", &[], within("start,summary\n2024-05-01,\"", ",\u{e9}", "\"\n")),
    ]
}
