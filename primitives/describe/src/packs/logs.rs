//! Pack `logs`: what programs and web servers have written down, as tables.

use super::{STREAM_BYTES, WHOLE_BYTES};
use crate::{Input, blob, choice, choose, column, count, input, list, output, primitive};
use telos_abi::{Descriptor, Refinement, Value};

/// The pack's descriptors.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    vec![parse(), access(), messages()]
}

fn log(meaning: &str) -> Input {
    input("text", blob(Refinement::Utf8), meaning).words(&["log", "logs", "logfile", "file", "text", "journal", "it"])
}

fn level() -> Input {
    input(
        "level",
        choice(&["all", "trace", "debug", "info", "warn", "error", "fatal"]),
        "level of the entries that are kept; errors include fatal ones",
    )
    .default(choose("all"))
    .words(&["level", "only", "errors", "warnings", "severity", "with level", "of level"])
}

fn parse() -> Descriptor {
    primitive("log.parse")
        .does(
            "Read a program's log as a table of entries with time, level, source and message.",
            &["log", "table", "parse", "lossless"],
        )
        .words(&[
            "log",
            "logs",
            "log entries",
            "entries",
            "errors",
            "warnings",
            "errors per hour",
            "errors per day",
            "errors by level",
            "by level",
            "per level",
            "log level",
            "level",
            "severity",
            "error messages",
            "failures",
            "exceptions",
            "stack traces",
            "fatal",
            "debug",
            "syslog",
            "parse the log",
            "log messages",
        ])
        .examples(&[
            "how many errors per hour in app.log",
            "errors by level in server.log",
            "count the warnings in app.log by source",
            "show the errors of today's log as a table",
            "which component logs the most errors",
            "chart the log entries per minute in syslog.log",
            "most common error messages in app.log",
            "entries of app.log between 10:00 and 11:00",
        ])
        .takes(log("log of a program: plain lines, syslog, key=value pairs or JSON lines"))
        .takes(level())
        .takes(
            input("year", count(0), "year of the entries, where the log does not tell; 0 if it is not known")
                .default(Value::Int(0))
                .words(&["year", "in the year", "from the year"]),
        )
        .gives(output(
            "table",
            blob(Refinement::Table),
            "table of the entries: `time`, `level` (trace, debug, info, warn, error, fatal or empty), `source`, \
             `message` and `line`, the number of the line where it begins",
        ))
        .gives(output("count", count(0), "number of entries, as of errors or warnings"))
        .introduces(&[Refinement::Table])
        // The longest line twice, as it comes and as a message, and as a field with its quotes doubled.
        .memory(2 * STREAM_BYTES)
        .wall_ms(600_000)
        .fuel(50_000_000, 8_000)
        .produces(1 << 20, 24)
        .build()
}

fn access() -> Descriptor {
    primitive("access-log.parse")
        .does(
            "Read a web server's access log (common or combined format) as a table of requests.",
            &["log", "table", "parse", "lossless"],
        )
        .words(&[
            "access log",
            "access.log",
            "requests",
            "hits",
            "visitors",
            "web server log",
            "nginx",
            "apache",
            "http requests",
            "status codes",
            "status code",
            "user agents",
            "page views",
            "ip addresses",
            "client addresses",
            "traffic",
            "visits",
            "referrers",
            "bots",
        ])
        .examples(&[
            "how many requests per hour in access.log",
            "which pages are requested most in access.log",
            "count the status codes in nginx-access.log",
            "top 10 addresses in the access log",
            "requests with status 404",
            "how much traffic did each address cause",
            "number of hits by user agent",
        ])
        .takes(input("text", blob(Refinement::Utf8), "access log of a web server").words(&[
            "access-log",
            "logs",
            "access",
            "access log",
            "file",
            "text",
            "it",
        ]))
        .gives(output(
            "table",
            blob(Refinement::Table),
            "table of the requests: `address`, `time`, `method`, `path`, `status`, `bytes`, `referrer`, `agent` and \
             `duration`, as it was logged",
        ))
        .gives(output("count", count(0), "number of requests"))
        .gives(output("skipped", count(0), "number of lines that are no requests"))
        .introduces(&[Refinement::Table])
        .memory(STREAM_BYTES)
        .wall_ms(600_000)
        .fuel(50_000_000, 4_000)
        .produces(1 << 20, 3)
        .build()
}

fn messages() -> Descriptor {
    primitive("log.messages")
        .does(
            "Count the kinds of messages: equal ones but for numbers, ids and quoted names, most frequent first.",
            &["log", "table", "count", "frequency"],
        )
        .words(&[
            "most common errors",
            "common errors",
            "most frequent messages",
            "common messages",
            "frequent messages",
            "frequent errors",
            "kinds of errors",
            "kinds of messages",
            "similar messages",
            "group the messages",
            "recurring",
            "message patterns",
            "error patterns",
            "distinct messages",
            "same error",
            "repeated errors",
        ])
        .examples(&[
            "most common error messages in app.log",
            "which kinds of errors occur in server.log",
            "group similar log messages",
            "what are the recurring warnings",
            "top 5 messages in app.log ignoring numbers",
        ])
        .takes(
            input("table", blob(Refinement::Table), "table with a column of messages")
                .words(&["table", "entries", "messages", "log", "errors", "it"]),
        )
        .takes(
            input("column", list(column(), 1), "column of the messages; none for `message`")
                .default(Value::List(Vec::new()))
                .words(&["column", "of", "field"]),
        )
        .gives(output(
            "table",
            blob(Refinement::Table),
            "table of the kinds of messages, most frequent first: `message` and `count`",
        ))
        .gives(output("count", count(0), "number of kinds of messages"))
        .introduces(&[Refinement::Table])
        .memory(WHOLE_BYTES)
        .wall_ms(600_000)
        .fuel(50_000_000, 6_000)
        .produces(1 << 20, 16)
        .build()
}
