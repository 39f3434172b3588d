//! Pack `pim`: mail, calendars, contacts.

use super::{STREAM_BYTES, WHOLE_BYTES};
use crate::{Builder, Input, blob, count, input, line, output, primitive};
use telos_abi::{Descriptor, Refinement, Value};

/// The pack's descriptors.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    vec![
        messages(),
        text(),
        headers(),
        attachments(),
        attachment(),
        events(),
        tasks(),
        contacts(),
        write_contacts(),
        write_calendar(),
    ]
}

/// Holds one message, event or contact at a time; a message may be as large as a value.
fn streaming(name: &str) -> Builder {
    primitive(name).memory(WHOLE_BYTES).wall_ms(600_000)
}

fn mail() -> Input {
    input("mail", blob(Refinement::Bytes), "a message or a mailbox of messages")
        .words(&["mail", "email", "e-mail", "message", "messages", "mailbox", "inbox", "eml", "mbox"])
}

fn which() -> Input {
    input("number", count(1), "number of the message in the mailbox, from 1").default(Value::Int(1)).words(&[
        "message number",
        "message",
        "number",
        "mail number",
    ])
}

fn calendar() -> Input {
    input("calendar", blob(Refinement::Utf8), "calendar in iCalendar form").words(&[
        "calendar",
        "ics",
        "ical",
        "icalendar",
        "agenda",
        "schedule",
    ])
}

fn gives_table(builder: Builder, meaning: &str) -> Builder {
    builder.gives(output("table", blob(Refinement::Table), meaning)).introduces(&[Refinement::Table])
}

fn messages() -> Descriptor {
    let builder = streaming("mail.messages")
        .does("List the messages of a mailbox or a single mail as a table.", &["mail", "list", "table", "lossless"])
        .words(&[
            "mail",
            "mails",
            "email",
            "emails",
            "e-mail",
            "messages",
            "inbox",
            "mailbox",
            "sender",
            "senders",
            "subject",
            "subjects",
            "who wrote",
            "wrote to me",
            "received",
            "sent by",
            "sent me",
            "correspondence",
            "how many mails",
        ])
        .examples(&[
            "list the messages in inbox.mbox",
            "how many emails are in archive.mbox",
            "who wrote to me most often in mail.mbox",
            "which mails in inbox.mbox are from anna@example.com",
            "subjects of the newest five messages in sent.mbox",
            "what is the subject of invoice.eml",
            "count the mails per sender",
            "which emails have attachments",
        ])
        .takes(mail());
    gives_table(
        builder,
        "table of messages: `message` (number), `date`, `from` (address), `from-name`, `to`, `subject`, `attachments` \
         (number of them), `size` (bytes)",
    )
    .gives(output("count", count(0), "number of messages"))
    .fuel(50_000_000, 3_000)
    .produces(1 << 20, 8)
    .build()
}

fn text() -> Descriptor {
    streaming("mail.text")
        .does("Give the readable text of a mail.", &["mail", "text", "read"])
        .words(&[
            "mail",
            "email",
            "e-mail",
            "message",
            "text of the mail",
            "body",
            "content of the mail",
            "what does it say",
            "what does the mail say",
            "read the mail",
            "written",
        ])
        .examples(&[
            "what does letter.eml say",
            "text of the mail invoice.eml",
            "read message 3 of inbox.mbox",
            "body of the email in note.eml",
            "how many words does the mail offer.eml have",
            "find the lines with deadline in the mail plan.eml",
        ])
        .takes(mail())
        .takes(which())
        .gives(output("text", blob(Refinement::Utf8), "what the message says, without its header and attachments"))
        .introduces(&[Refinement::Utf8])
        .fuel(50_000_000, 3_000)
        .produces(1 << 20, 8)
        .build()
}

fn headers() -> Descriptor {
    let builder = streaming("mail.headers")
        .does("List the header fields of a mail as a table.", &["mail", "header", "table"])
        .words(&[
            "header",
            "headers",
            "header fields",
            "mail headers",
            "received lines",
            "route of the mail",
            "message id",
            "reply-to",
            "spam score",
            "full headers",
        ])
        .examples(&[
            "headers of spam.eml",
            "show the full headers of message 2 in inbox.mbox",
            "what is the message id of letter.eml",
            "which servers did the mail offer.eml pass through",
        ])
        .takes(mail())
        .takes(which());
    gives_table(builder, "table of header fields: `name`, `value`")
        .gives(output("count", count(0), "number of header fields"))
        .fuel(50_000_000, 3_000)
        .produces(1 << 20, 8)
        .build()
}

fn attachments() -> Descriptor {
    let builder = streaming("mail.attachments")
        .does("List the attachments of mails as a table.", &["mail", "attachment", "list", "table"])
        .words(&[
            "attachment",
            "attachments",
            "attached",
            "attached files",
            "enclosed",
            "enclosures",
            "files in the mail",
            "names of the attachments",
        ])
        .examples(&[
            "what is attached to offer.eml",
            "list the attachments in inbox.mbox",
            "how many attachments does the mail have",
            "the ten largest attachments in archive.mbox",
            "which pdf files are attached to mails in inbox.mbox",
        ])
        .takes(mail());
    gives_table(builder, "table of attachments: `message` (its number), `name`, `type`, `size` (bytes)")
        .gives(output("count", count(0), "number of attachments"))
        .fuel(50_000_000, 3_000)
        .produces(1 << 20, 8)
        .build()
}

fn attachment() -> Descriptor {
    streaming("mail.attachment")
        .does("Take an attachment out of a mail.", &["mail", "attachment", "extract"])
        .words(&[
            "attachment",
            "attached file",
            "extract the attachment",
            "save the attachment",
            "detach",
            "take the attachment out",
            "get the attachment",
            "unpack the attachment",
        ])
        .examples(&[
            "save the attachment of invoice.eml as invoice.pdf",
            "extract report.pdf from the mail offer.eml",
            "get the attached photo.jpg out of inbox.mbox",
            "detach the file from letter.eml",
        ])
        .takes(mail())
        .takes(
            input("name", line(), "name of the attached file; empty for the first attachment")
                .default(Value::Text(String::new()))
                .words(&["attachment", "named", "called", "attached", "file"]),
        )
        .takes(
            input("number", count(0), "number of the message it is attached to, from 1; 0 for any")
                .default(Value::Int(0))
                .words(&["message number", "message", "mail number"]),
        )
        .gives(output("data", blob(Refinement::Bytes), "the attached file"))
        .gives(output("name", line(), "name of the attached file"))
        .fuel(50_000_000, 3_000)
        .produces(1 << 20, 2)
        .build()
}

fn events() -> Descriptor {
    let builder = streaming("calendar.events")
        .does("List the events of a calendar as a table.", &["calendar", "event", "list", "table", "lossless"])
        .words(&[
            "calendar",
            "event",
            "events",
            "appointment",
            "appointments",
            "meeting",
            "meetings",
            "agenda",
            "schedule",
            "dates",
            "what is on",
            "birthdays",
            "holidays",
            "when is",
        ])
        .examples(&[
            "list the events in calendar.ics",
            "what meetings are in work.ics",
            "how many appointments are in family.ics",
            "when is the dentist appointment in calendar.ics",
            "events of team.ics sorted by start",
            "which events take place in Berlin",
            "agenda of work.ics as csv",
        ])
        .takes(calendar());
    gives_table(
        builder,
        "table of events: `start`, `end` (of an all-day event its last day), `summary`, `location`, `organizer`, \
         `description`, `all-day` (true or false), `repeats` (the rule of a repeating event)",
    )
    .gives(output("count", count(0), "number of events"))
    .memory(STREAM_BYTES)
    .fuel(50_000_000, 2_500)
    .produces(1 << 20, 8)
    .build()
}

fn tasks() -> Descriptor {
    let builder = streaming("calendar.tasks")
        .does("List the tasks of a calendar as a table.", &["calendar", "task", "list", "table"])
        .words(&[
            "task",
            "tasks",
            "to-do",
            "to-dos",
            "todo",
            "todos",
            "reminders",
            "due",
            "deadline",
            "deadlines",
            "chores",
        ])
        .examples(&[
            "list the tasks in todo.ics",
            "which to-dos in tasks.ics are not completed",
            "how many tasks are in work.ics",
            "what is due next according to todo.ics",
        ])
        .takes(calendar());
    gives_table(
        builder,
        "table of tasks: `due`, `summary`, `status` (needs-action, in-process, completed or cancelled)",
    )
    .gives(output("count", count(0), "number of tasks"))
    .memory(STREAM_BYTES)
    .fuel(50_000_000, 2_500)
    .produces(1 << 20, 8)
    .build()
}

fn contacts() -> Descriptor {
    let builder = streaming("contacts.list")
        .does("List the contacts of an address book as a table.", &["contact", "list", "table", "lossless"])
        .words(&[
            "contact",
            "contacts",
            "address book",
            "vcard",
            "people",
            "phone number",
            "phone numbers",
            "telephone",
            "email address",
            "email addresses",
            "birthday",
            "birthdays",
            "who works at",
        ])
        .examples(&[
            "list the contacts in friends.vcf",
            "what is the phone number of Anna in contacts.vcf",
            "how many people are in addressbook.vcf",
            "email addresses of everyone in team.vcf",
            "convert contacts.vcf to csv",
            "who in contacts.vcf works at Acme",
            "birthdays in family.vcf",
        ])
        .takes(input("contacts", blob(Refinement::Utf8), "address book in vCard form").words(&[
            "contacts",
            "address book",
            "vcf",
            "vcard",
        ]));
    gives_table(
        builder,
        "table of contacts: `name`, `email`, `phone`, `organization`, `title`, `address`, `birthday`; several in one field \
         are separated by a semicolon",
    )
    .gives(output("count", count(0), "number of contacts"))
    .memory(STREAM_BYTES)
    .fuel(50_000_000, 2_500)
    .produces(1 << 20, 8)
    .build()
}

fn write_contacts() -> Descriptor {
    streaming("contacts.write")
        .does("Write a table of people as an address book.", &["contact", "write", "convert"])
        .words(&[
            "vcard",
            "vcf",
            "address book",
            "contacts",
            "as contacts",
            "to vcard",
            "convert",
            "make contacts",
            "turn into contacts",
            "export",
        ])
        .examples(&[
            "convert people.csv to vcard",
            "make an address book out of members.csv",
            "turn the rows of staff.csv into contacts and save them as staff.vcf",
            "write the contacts in list.csv as vcf",
        ])
        .takes(
            input("table", blob(Refinement::Table), "table of people with a column `name` or `email`")
                .words(&["table", "rows", "people", "csv"]),
        )
        .gives(output("contacts", blob(Refinement::Utf8), "the address book, a vCard for each row"))
        .gives(output("count", count(0), "number of contacts written"))
        .introduces(&[Refinement::Utf8])
        .memory(STREAM_BYTES)
        .fuel(50_000_000, 15_000)
        .produces(1 << 20, 64)
        .build()
}

fn write_calendar() -> Descriptor {
    streaming("calendar.write")
        .does("Write a table of dates as a calendar.", &["calendar", "write", "convert"])
        .words(&[
            "calendar",
            "ics",
            "ical",
            "icalendar",
            "as a calendar",
            "to a calendar",
            "convert",
            "make a calendar",
            "turn into events",
            "export",
        ])
        .examples(&[
            "convert dates.csv to ics",
            "make a calendar out of schedule.csv",
            "turn the rows of matches.csv into events and save them as matches.ics",
            "write the appointments in list.csv as a calendar",
        ])
        .takes(
            input("table", blob(Refinement::Table), "table of events with a column `start` or `date`")
                .words(&["table", "rows", "events", "dates", "csv"]),
        )
        .gives(output("calendar", blob(Refinement::Utf8), "the calendar, an event for each row"))
        .gives(output("count", count(0), "number of events written"))
        .introduces(&[Refinement::Utf8])
        .memory(STREAM_BYTES)
        .fuel(50_000_000, 6_000)
        .produces(1 << 20, 64)
        .shown_by_structure()
        .build()
}
