//! Mail through the pack's one interface.

use crate::PACK;
use proptest::prelude::*;
use telos_pack::testing::{Given, run};
use telos_pack::{Failure, Value};

const LETTER: &str = "From: =?utf-8?q?Anna_M=C3=BCller?= <anna@example.com>\r\nTo: Bob <bob@example.org>, team: \
    c@x.org, d@x.org;\r\nSubject: =?iso-8859-1?q?Gr=FC=DFe?=\r\n and more, too\r\nDate: Wed, 1 May 2024 09:30:00 +0200\r\n\
    MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"outer\"\r\n\r\npreamble\r\n--outer\r\n\
    Content-Type: multipart/alternative; boundary=inner\r\n\r\n--inner\r\nContent-Type: text/plain; charset=iso-8859-1\r\n\
    Content-Transfer-Encoding: quoted-printable\r\n\r\nGr=FC=DFe=\r\n aus K=F6ln\r\n--inner\r\nContent-Type: text/html\r\n\r\n\
    <p>not me</p>\r\n--inner--\r\n--outer\r\nContent-Type: application/pdf; name=\"=?utf-8?q?r=C3=A9sum=C3=A9.pdf?=\"\r\n\
    Content-Disposition: attachment\r\nContent-Transfer-Encoding: base64\r\n\r\nSGVsbG8=\r\n\r\n--outer\r\n\
    Content-Type: message/rfc822\r\n\r\nSubject: inner\r\n\r\nhidden\r\n--outer--\r\nepilogue\r\n";

fn call(name: &str, mail: &[u8], chunk: usize, arguments: &[(&str, Value)]) -> Result<Given, Failure> {
    run(&PACK, name, mail, chunk, arguments)
}

fn table(name: &str, mail: &str, arguments: &[(&str, Value)]) -> String {
    call(name, mail.as_bytes(), 7, arguments).unwrap().text("table")
}

fn attachment(mail: &str, name: &str, number: i64) -> Result<Given, Failure> {
    let arguments = [("name", Value::Text(name.into())), ("number", Value::Int(number))];
    call("mail.attachment", mail.as_bytes(), 1_000, &arguments)
}

#[test]
fn a_letter_is_a_row() {
    let size = LETTER.len();
    assert_eq!(
        table("mail.messages", LETTER, &[]),
        format!(
            "message,date,from,from-name,to,subject,attachments,size\n1,2024-05-01T09:30:00+02:00,anna@example.com,Anna \
             Müller,bob@example.org; c@x.org; d@x.org,\"Grüße and more, too\",2,{size}\n"
        )
    );
}

#[test]
fn the_text_is_the_plain_alternative_and_html_only_without_one() {
    let text = |mail: &str| call("mail.text", mail.as_bytes(), 3, &[]).unwrap().text("text");
    assert_eq!(text(LETTER), "Grüße aus Köln\n");
    assert_eq!(text("Subject: x\nContent-Type: text/html\n\n<h1>Hi</h1><p>a &amp; b</p>"), "Hi\n\na & b\n");
    assert_eq!(text("Subject: x\n\nplain\n--\nsignature"), "plain\n--\nsignature\n");
    assert_eq!(text("Subject: no body"), "");
    let alternatives = "Subject: x\nContent-Type: multipart/alternative; boundary=b\n\n--b\n\n\n--b\nContent-Type: text/html\n\n<b>rich</b>\n--b--\n";
    assert_eq!(text(alternatives), "rich\n", "an empty alternative is none");
}

#[test]
fn attachments_are_listed_and_taken_out() {
    assert_eq!(
        table("mail.attachments", LETTER, &[]),
        "message,name,type,size\n1,résumé.pdf,application/pdf,5\n1,attachment-2.eml,message/rfc822,24\n"
    );
    let first = attachment(LETTER, "", 0).unwrap();
    assert_eq!((first.text("data"), &first.values["name"]), ("Hello".into(), &Value::Text("résumé.pdf".into())));
    assert_eq!(attachment(LETTER, "Attachment-2.EML", 1).unwrap().text("data"), "Subject: inner\r\n\r\nhidden");
    let message = attachment(LETTER, "x.doc", 0).unwrap_err().to_string();
    assert!(message.contains("résumé.pdf, attachment-2.eml"), "{message}");
    assert!(attachment(LETTER, "", 2).unwrap_err().to_string().contains("only one"));
    assert!(attachment("Subject: x\n\ny", "", 0).is_err());
}

#[test]
fn headers_are_decoded_and_unfolded() {
    let given = call("mail.headers", LETTER.as_bytes(), 5, &[]).unwrap();
    assert_eq!(given.int("count"), Some(6));
    assert!(given.text("table").contains("Subject,\"Grüße and more, too\"\n"), "{}", given.text("table"));
}

#[test]
fn a_mailbox_is_cut_where_messages_begin() {
    let mailbox = "From a@x Mon Jan  1 12:00:00 2024\nSubject: one\n\n>From here\n>>From there\nno\nFrom x\n\nFrom prose.\n\n\
        From b@x Mon Jan  1 12:00:01 2024\r\nSubject: two\r\n\r\nbye\r\n";
    let text = |number: i64| call("mail.text", mailbox.as_bytes(), 4, &[("number", Value::Int(number))]);
    assert_eq!(text(1).unwrap().text("text"), "From here\n>From there\nno\nFrom x\n\nFrom prose.\n");
    assert_eq!(text(2).unwrap().text("text"), "bye\n");
    assert!(text(3).unwrap_err().to_string().contains("there are 2"));
    let given = call("mail.messages", mailbox.as_bytes(), 9, &[]).unwrap();
    assert_eq!(given.int("count"), Some(2));
    let empty = call("mail.messages", b"", 9, &[]).unwrap();
    assert_eq!((empty.int("count"), empty.text("table").lines().count()), (Some(0), 1));
    assert!(matches!(call("mail.text", b"\n\n", 9, &[]), Err(Failure::BadInput(_))));
}

#[test]
fn what_is_no_mail_is_refused_or_empty() {
    for data in ["just words\nand more", "\0\u{1}\u{fffd}", "a,b\n1,2\n", "Foo: bar\n\nx"] {
        assert!(matches!(call("mail.messages", data.as_bytes(), 9, &[]), Err(Failure::BadInput(_))), "{data}");
    }
    let bad_date = table("mail.messages", "Subject: x\nDate: yesterday\nFrom: nobody\n\n", &[]);
    assert!(bad_date.lines().nth(1).unwrap().starts_with("1,,"), "{bad_date}");
}

#[test]
fn damaged_parts_keep_what_they_hold() {
    let mail = "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Disposition: attachment; filename=a\n\
        Content-Transfer-Encoding: base64\n\nSGVs*bG8=!\n--b\nContent-Type: text/plain; charset=nonsense\n\ncut off";
    assert_eq!(attachment(mail, "a", 0).unwrap().text("data"), "Hello");
    assert_eq!(call("mail.text", mail.as_bytes(), 9, &[]).unwrap().text("text"), "cut off\n");
}

#[test]
fn deep_and_wide_nesting_ends() {
    let deep: String =
        (0..20_000).map(|level| format!("Content-Type: multipart/mixed; boundary=b{level}\n\n--b{level}\n")).collect();
    let nested = "Content-Type: message/rfc822\n\n".repeat(50_000);
    let wide = format!("Content-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\n".repeat(90_000));
    for body in [deep, nested, wide] {
        let mail = format!("Subject: x\n{body}");
        call("mail.messages", mail.as_bytes(), 1 << 20, &[]).unwrap();
        call("mail.text", mail.as_bytes(), 1 << 20, &[]).unwrap();
    }
    let wider = format!("Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n{}", "--b\n\n".repeat(110_000));
    assert!(matches!(call("mail.messages", wider.as_bytes(), 1 << 20, &[]), Err(Failure::Limit(_))));
}

proptest! {
    #[test]
    fn chunks_do_not_matter_and_any_bytes_give_an_answer(
        pieces in prop::collection::vec(prop_oneof![
            Just("From a 12:00:00\n"), Just("\n"), Just("Subject: a\n"), Just(">From b\n"), Just("--b\n"), Just("--b--\r\n"),
            Just("Content-Type: multipart/alternative; boundary=b\n"), Just("Content-Transfer-Encoding: base64\n"),
            Just("=?utf-8?q?=C3?= \r\n"), Just("To: <,;:@\"\n"), Just("é"), Just("text"),
        ], 0..40), chunk in 1..40_usize,
    ) {
        let mail = pieces.concat();
        for name in ["mail.messages", "mail.text", "mail.headers", "mail.attachments", "mail.attachment"] {
            let whole = call(name, mail.as_bytes(), mail.len(), &[]);
            prop_assert_eq!(call(name, mail.as_bytes(), chunk, &[]), whole, "{}", name);
        }
    }

    #[test]
    fn an_attachment_comes_out_as_it_went_in(data in prop::collection::vec(any::<u8>(), 0..300)) {
        let hex: String = data.iter().map(|byte| format!("={byte:02X}=\n")).collect();
        let mail = format!("Subject: x\nContent-Type: application/x; name=n\nContent-Transfer-Encoding: quoted-printable\n\n{hex}");
        let given = attachment(&mail, "n", 0).unwrap();
        prop_assert_eq!(given.blobs.get("data").cloned().unwrap_or_default(), data);
    }
}
