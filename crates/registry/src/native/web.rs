//! Primitives for places on the web that the person comes back to: sessions and bookmarks.

use super::network::{address, cached};
use super::{on_cell, on_host, on_named};
use telos_abi::limit::{BLOB_BYTES_MAX, CELL_BYTES_MAX, SESSION_S};
use telos_abi::{Descriptor, EffectKind, Label, Refinement, Secrecy, State, Taint};
use telos_describe::{Builder, Input, blob, count, flag, input, line, output};

/// The cell that bookmarks are kept in.
const BOOKMARKS: &str = "bookmarks";
/// The name that sessions are decided by.
const SESSIONS: &str = "sessions";

const FROM_OUTSIDE: Label = Label::tainted(Taint::NETWORK);

fn on_bookmarks(builder: Builder, kinds: &[EffectKind]) -> Descriptor {
    let builder = builder
        .gives(output(
            "table",
            blob(Refinement::Table),
            "table of the bookmarks: `name`, `url`, `added` (RFC 3339, UTC)",
        ))
        .gives(output("count", count(0), "number of bookmarks"))
        .introduces(&[Refinement::Table])
        .produces(2 * CELL_BYTES_MAX as u64, 0);
    on_cell(builder, BOOKMARKS, kinds)
}

fn on_session(builder: Builder) -> Descriptor {
    let clearance = Secrecy::CREDENTIAL;
    let state = State::Session { store: SESSIONS.to_owned(), clearance, lifetime_s: SESSION_S, writes: true };
    on_named(builder.build(), state, SESSIONS, &[EffectKind::CellWrite])
}

fn name(meaning: &str) -> Input {
    input("name", line(), meaning)
}

pub(super) fn bookmark() -> Descriptor {
    let bookmark = on_host("web.bookmark")
        .does("Keep a web address by a name.", &["network", "bookmark", "write"])
        .words(&["bookmark", "add a bookmark", "save a bookmark", "keep as bookmark", "make a bookmark"])
        .examples(&[
            "bookmark https://example.org/dashboard as dashboard",
            "add a bookmark called timetable for https://bus.example.org/lines",
            "bookmark https://example.org/news under the name news",
        ])
        .takes(address("web address to keep").words(&["for", "to", "url", "address", "page", "site"]))
        .takes(name("name of the bookmark").words(&["as", "called", "named", "under the name", "name", "under"]));
    on_bookmarks(bookmark, &[EffectKind::CellRead, EffectKind::CellWrite])
}

pub(super) fn bookmarks() -> Descriptor {
    let list = on_host("web.bookmarks")
        .does("List the bookmarks.", &["network", "bookmark", "read", "list"])
        .words(&["bookmarks", "my bookmarks", "list my bookmarks", "show my bookmarks", "all bookmarks", "bookmarked"])
        .examples(&["list my bookmarks", "show all bookmarks", "which pages have I bookmarked"]);
    on_bookmarks(list, &[EffectKind::CellRead])
}

pub(super) fn forget() -> Descriptor {
    let forget = on_host("web.forget")
        .does("Forget a bookmark. Undo brings it back.", &["network", "bookmark", "remove"])
        .words(&[
            "forget the bookmark",
            "forget my bookmark",
            "remove the bookmark",
            "remove my bookmark",
            "delete the bookmark",
            "delete my bookmark",
            "drop the bookmark",
            "unbookmark",
        ])
        .examples(&["forget the bookmark dashboard", "delete my bookmark timetable", "remove the news bookmark"])
        .takes(name("name of the bookmark to forget").words(&["bookmark", "called", "named", "name"]));
    on_bookmarks(forget, &[EffectKind::CellRead, EffectKind::CellWrite])
}

pub(super) fn log_in() -> Descriptor {
    let log_in = on_host("web.log-in")
        .does(
            "Log in to a web site by the form of a page. The password is asked for; the session is kept.",
            &["network", "http", "send"],
        )
        .words(&["log in", "log in to", "login", "log me in", "sign in", "sign in to", "sign me in", "log into"])
        .examples(&[
            "log in to https://example.org/login as ada",
            "sign in to https://intranet.example.org with the user name ada@example.org",
            "log me in at https://library.example.org/account as member42",
        ])
        .takes(address("web address of the page with the form").words(&["to", "at", "into", "url", "address", "site"]))
        .takes(input("user", line(), "name of the user").public().words(&[
            "as",
            "user",
            "username",
            "user name",
            "with the name",
            "account",
        ]))
        .gives(output("session", flag(), "whether the session is kept"))
        .effect(EffectKind::NetGet, 0)
        .effect(EffectKind::NetSend, 0);
    on_session(log_in)
}

pub(super) fn log_out() -> Descriptor {
    let log_out = on_host("web.log-out")
        .does("Forget the session with a web site.", &["network", "remove"])
        .words(&["log out", "log out of", "logout", "log me out", "sign out", "sign out of", "sign me out"])
        .examples(&[
            "log out of https://example.org/",
            "sign me out of https://intranet.example.org",
            "log me out at https://library.example.org/account",
        ])
        .takes(address("web address at the site").words(&["of", "from", "at", "url", "address", "site"]))
        .gives(output("session", flag(), "whether there was a session"));
    on_session(log_out)
}

pub(super) fn open() -> Descriptor {
    let open = on_host("web.open")
        .does("Open a bookmark: fetch its page, with the session that is kept.", &["network", "bookmark", "read"])
        .words(&["open", "go to", "visit", "open my bookmark", "open the bookmark", "go back to", "return to"])
        .examples(&[
            "open my bookmark dashboard",
            "go to the timetable bookmark",
            "open the bookmark news and search it for rain",
        ])
        .takes(
            input("name", telos_describe::texts(Refinement::Url), "bookmark to open, or its web address")
                .authority()
                .public()
                .words(&["bookmark", "called", "named", "page", "to"]),
        )
        .gives(output("content", blob(Refinement::Bytes), "the bytes found there").from_source(FROM_OUTSIDE))
        .gives(
            output("status", telos_abi::Type::Int { min: 200, max: 299 }, "HTTP status of the answer")
                .from_source(FROM_OUTSIDE),
        )
        .effect(EffectKind::NetGet, 0)
        .produces(BLOB_BYTES_MAX, 0);
    cached(open.build())
}
