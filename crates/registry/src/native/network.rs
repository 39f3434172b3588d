//! Primitives that talk to other hosts.

use super::on_host;
use telos_abi::limit::BLOB_BYTES_MAX;
use telos_abi::{Descriptor, EffectKind, Label, Refinement, Taint, Type};
use telos_describe::{Input, blob, choice, choose, flag, input, output, texts};

/// Where to. Written in the turn itself, or nothing is asked (R5); secret data may not choose it either (R6).
fn address(meaning: &str) -> Input {
    input("url", texts(Refinement::Url), meaning).authority().public()
}

pub(super) fn fetch() -> Descriptor {
    on_host("http.get")
        .does("Fetch what is at a web address.", &["network", "http", "read"])
        .words(&["fetch", "download", "get", "load", "retrieve", "pull", "curl", "wget", "read", "show", "open"])
        .examples(&[
            "fetch https://example.org/data.csv and count its lines",
            "download https://example.org/report.pdf to report.pdf",
            "how many words are at https://example.org/page",
            "get the json from https://api.example.org/items",
        ])
        .takes(address("web address to fetch").words(&["from", "at", "of", "in", "url", "address", "page", "site"]))
        .gives(
            output("content", blob(Refinement::Bytes), "the bytes found there")
                .from_source(Label::tainted(Taint::NETWORK)),
        )
        .gives(
            output("status", Type::Int { min: 200, max: 299 }, "HTTP status of the answer")
                .from_source(Label::tainted(Taint::NETWORK)),
        )
        .effect(EffectKind::NetGet, 0)
        .produces(BLOB_BYTES_MAX, 0)
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
