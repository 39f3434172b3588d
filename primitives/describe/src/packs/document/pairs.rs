//! Documents beside another, and whether they are what they should be.

use super::{json, whole};
use crate::{Input, blob, choice, choose, count, flag, input, line, output};
use telos_abi::{Descriptor, Refinement};

/// The second of two documents.
fn other(name: &str, meaning: &str) -> Input {
    input(name, blob(Refinement::Json), meaning)
        .words(&["with", "and", "second", "other", "json", "against", "over", "to"])
}

pub(super) fn merge() -> Descriptor {
    whole("json.merge")
        .does("Merge two documents; the second wins.", &["document", "json", "merge", "combine"])
        .words(&["merge", "combine", "join", "overlay", "override", "apply", "put together", "unite", "extend"])
        .examples(&[
            "merge defaults.json and local.json",
            "combine base.yaml with production.yaml",
            "override config.json with local.json",
        ])
        .takes(
            input("first", blob(Refinement::Json), "document that is laid under")
                .words(&["json", "document", "first", "base", "defaults", "file"]),
        )
        .takes(other("second", "document whose values win"))
        .gives(output("json", blob(Refinement::Json), "both as one document"))
        .introduces(&[Refinement::Json])
        .build()
}

pub(super) fn compare() -> Descriptor {
    whole("json.compare")
        .does("List where two documents differ.", &["document", "json", "compare", "difference"])
        .words(&[
            "compare",
            "difference",
            "differences",
            "diff",
            "differ",
            "changed",
            "changes",
            "same",
            "equal",
            "identical",
            "versus",
            "what changed",
        ])
        .examples(&[
            "compare old.json and new.json",
            "what changed between config.json and config.new.json",
            "are a.yaml and b.yaml the same",
            "which settings differ between dev.toml and prod.toml",
        ])
        .takes(
            input("first", blob(Refinement::Json), "document to compare")
                .words(&["json", "document", "first", "old", "between", "file"]),
        )
        .takes(other("second", "document to compare it with"))
        .gives(output("table", blob(Refinement::Table), "table of differences: `path`, `first`, `second`"))
        .gives(output("same", flag(), "whether the documents are the same"))
        .gives(output("count", count(0), "number of differences"))
        .introduces(&[Refinement::Table])
        .build()
}

pub(super) fn validate() -> Descriptor {
    whole("json.validate")
        .does("Check a document against a JSON Schema.", &["document", "json", "check", "schema"])
        .words(&[
            "validate",
            "schema",
            "json schema",
            "check",
            "conform",
            "conforms",
            "matches the schema",
            "valid",
            "verify",
            "violations",
        ])
        .examples(&[
            "validate config.json against schema.json",
            "does order.json conform to order.schema.json",
            "check data.yaml with the schema in schema.json",
            "how many violations of the schema are in data.json",
        ])
        .takes(json())
        .takes(input("schema", blob(Refinement::Json), "JSON Schema that it should fit").words(&[
            "schema",
            "against",
            "with",
            "by",
            "conform to",
            "according to",
        ]))
        .gives(output("table", blob(Refinement::Table), "table of problems: `path`, `problem`"))
        .gives(output("valid", flag(), "whether the document fits the schema"))
        .gives(output("count", count(0), "number of problems"))
        .introduces(&[Refinement::Table])
        .fuel(20_000_000_000, 60_000)
        .shown_by_structure()
        .build()
}

pub(super) fn conform() -> Descriptor {
    whole("json.conform")
        .does(
            "Give a document as it is if it fits a JSON Schema; else refuse it and name the place.",
            &["document", "json", "require", "schema"],
        )
        .words(&[
            "require",
            "insist on the schema",
            "only if it fits",
            "must fit",
            "must conform",
            "refuse unless it fits",
        ])
        .examples(&[
            "show state.json, which must fit state.schema.json",
            "read settings.json and require the schema in settings.schema.json",
            "refuse order.json unless it fits order.schema.json",
        ])
        .takes(json())
        .takes(input("schema", blob(Refinement::Json), "JSON Schema that it must fit").words(&[
            "schema",
            "against",
            "the schema in",
            "must fit",
            "must conform to",
        ]))
        .gives(output("json", blob(Refinement::Json), "the document"))
        .introduces(&[Refinement::Json])
        .fuel(20_000_000_000, 60_000)
        .shown_by_structure()
        .build()
}

pub(super) fn check() -> Descriptor {
    whole("data.validate")
        .does("Tell whether a text is valid JSON, YAML, TOML, XML or CSV.", &["document", "check", "syntax"])
        .words(&[
            "valid",
            "validate",
            "check",
            "syntax",
            "well-formed",
            "correct",
            "broken",
            "malformed",
            "invalid",
            "error in",
            "lint",
            "parses",
        ])
        .examples(&[
            "is config.json valid",
            "check the syntax of settings.yaml",
            "is pom.xml well-formed",
            "what is wrong with data.csv",
            "validate Cargo.toml",
            "is this file broken yaml",
        ])
        .takes(
            input("text", blob(Refinement::Utf8), "text to check")
                .words(&["json", "yaml", "yml", "toml", "xml", "csv", "file", "text"]),
        )
        .takes(
            input("format", choice(&["any", "json", "yaml", "toml", "xml", "csv"]), "what the text should be")
                .default(choose("any"))
                .words(&["json", "yaml", "toml", "xml", "csv", "as", "format"]),
        )
        .gives(output("valid", flag(), "whether it is valid"))
        .gives(output("problem", line(), "what is wrong and where; empty if nothing is"))
        .gives(output("format", line(), "the format it was checked as"))
        .introduces(&[Refinement::Line])
        .shown_by_structure()
        .build()
}
