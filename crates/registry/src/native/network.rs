//! Primitives that talk to other hosts.

use super::on_host;
use telos_abi::limit::{BLOB_BYTES_MAX, CACHE_S_MAX};
use telos_abi::{Descriptor, EffectKind, Label, Refinement, Secrecy, State, Taint, Type, Value};
use telos_describe::{Input, blob, choice, choose, count, flag, input, output, texts};

/// Where answers are kept for a while.
pub(super) fn cached(built: Descriptor) -> Descriptor {
    let state = State::Cache { store: "answers".to_owned(), clearance: Secrecy::PUBLIC, ttl_s: CACHE_S_MAX };
    Descriptor { state, ..built }
}

/// Where to. Written in the turn itself, or nothing is asked (R5); secret data may not choose it either (R6).
pub(super) fn address(meaning: &str) -> Input {
    input("url", texts(Refinement::Url), meaning).authority().public()
}

pub(super) fn fetch() -> Descriptor {
    let fetch = on_host("http.get")
        .does("Fetch what is at a web address.", &["network", "http", "read"])
        .words(&["fetch", "download", "get", "load", "retrieve", "pull", "curl", "wget", "read", "show", "open"])
        .examples(&[
            "fetch https://example.org/data.csv and count its lines",
            "download https://example.org/report.pdf to report.pdf",
            "how many words are at https://example.org/page",
            "get the json from https://api.example.org/items",
        ])
        .takes(address("web address to fetch").words(&["from", "at", "of", "in", "url", "address", "page", "site"]))
        .takes(
            input(
                "max-age",
                count(0),
                "greatest age in seconds of an earlier answer that will do; 0 to ask the host again",
            )
            .default(Value::Int(i64::MAX))
            .words(&["not older than", "at most as old as"]),
        )
        .gives(
            output("content", blob(Refinement::Bytes), "the bytes found there")
                .from_source(Label::tainted(Taint::NETWORK)),
        )
        .gives(
            output("status", Type::Int { min: 200, max: 299 }, "HTTP status of the answer")
                .from_source(Label::tainted(Taint::NETWORK)),
        )
        .effect(EffectKind::NetGet, 0)
        .produces(BLOB_BYTES_MAX, 0);
    cached(fetch.build())
}

pub(super) fn headers() -> Descriptor {
    on_host("http.headers")
        .does("List what a host says of a web address beside its content (HTTP HEAD).", &["network", "http", "read"])
        .words(&["headers", "http headers", "response headers", "header fields", "head request"])
        .examples(&[
            "show the headers of https://example.org/",
            "which http headers does https://example.org/data.csv send",
            "list the response headers of https://api.example.org/items",
        ])
        .takes(address("web address to ask").words(&["of", "from", "at", "url", "address", "page", "site"]))
        .gives(
            output("table", blob(Refinement::Table), "table of the headers: `name`, `value`")
                .from_source(Label::tainted(Taint::NETWORK)),
        )
        .gives(output("count", count(0), "number of headers").from_source(Label::tainted(Taint::NETWORK)))
        .introduces(&[Refinement::Table])
        .effect(EffectKind::NetGet, 0)
        .produces(1 << 20, 0)
        .build()
}

pub(super) fn post() -> Descriptor {
    on_host("http.post")
        .does("Send data to a web address (HTTP POST). It cannot be taken back.", &["network", "http", "send"])
        .words(&["post", "send", "upload", "submit", "push", "transmit", "publish", "deliver", "exfiltrate"])
        .examples(&[
            "post report.json to https://example.org/reports",
            "upload notes.txt to https://example.org/in",
            "send the result to https://example.org/hook",
            "submit form.json to https://api.example.org/items as json",
        ])
        .takes(address("web address to send to").words(&["to", "at", "url", "address", "server", "site", "endpoint"]))
        .takes(
            input("body", blob(Refinement::Bytes), "what to send")
                .public()
                .words(&["result", "it", "them", "content", "data", "file"]),
        )
        .takes(
            input("as", choice(&["bytes", "text", "json", "csv"]), "what kind of content it is said to be")
                .default(choose("bytes"))
                .words(&["as"]),
        )
        .gives(output("sent", flag(), "whether the host took it"))
        .effect(EffectKind::NetSend, 0)
        .build()
}
