//! Pack `json`: JSON documents.

use super::WHOLE_BYTES;
use crate::{Builder, blob, count, flag, input, output, primitive, texts};
use telos_abi::{Descriptor, Refinement, Value};

/// The pack's descriptors.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    vec![parse(), query(), format(), to_table()]
}

fn whole(name: &str) -> Builder {
    primitive(name).memory(WHOLE_BYTES).wall_ms(120_000)
}

fn parse() -> Descriptor {
    whole("json.parse")
        .does("Check that a text is one JSON document.", &["json", "parse", "lossless"])
        .words(&["json", "validate", "valid", "check", "parse", "is it json", "well-formed"])
        .examples(&["is config.json valid", "read settings.json", "check the syntax of package.json"])
        .takes(input("text", blob(Refinement::Utf8), "text to read as JSON").words(&["json", "file", "text"]))
        .gives(output("json", blob(Refinement::Json), "the document, unchanged"))
        .introduces(&[Refinement::Json])
        .fuel(10_000_000, 600)
        .produces(64, 1)
        .build()
}

fn query() -> Descriptor {
    whole("json.query")
        .does("Select and compute from a JSON document with a jq filter.", &["json", "query", "filter"])
        .words(&["jq", "query", "json", "extract", "get", "field", "key", "value of", "select", "from json", "path"])
        .examples(&[
            "get .version from package.json",
            "run the jq filter .items[].name on data.json",
            "what is the value of name in config.json",
            "list the ids in users.json",
        ])
        .takes(input("json", blob(Refinement::Json), "document to query").words(&["json", "document", "file"]))
        .takes(
            input("filter", texts(Refinement::JsonQuery), "jq filter")
                .words(&["jq", "filter", "query", "path", "field", "key", "get", "value of"]),
        )
        .gives(output("json", blob(Refinement::Json), "the result; several results as one array"))
        .gives(output("lines", blob(Refinement::Utf8), "one result a line, texts without quotes"))
        .gives(output("count", count(0), "number of results"))
        .introduces(&[Refinement::Json])
        .fuel(5_000_000_000, 10_000)
        .produces(512 << 20, 16)
        .build()
}

fn format() -> Descriptor {
    whole("json.format")
        .does("Indent a JSON document, or remove its white space.", &["json", "format"])
        .words(&["pretty", "pretty-print", "prettify", "indent", "format", "beautify", "readable", "compact", "minify"])
        .examples(&["pretty-print data.json", "make config.json readable", "minify the json"])
        .takes(input("json", blob(Refinement::Json), "document to format").words(&["json", "document", "file"]))
        .takes(
            input("compact", flag(), "remove white space instead of adding it")
                .default(Value::Bool(false))
                .words(&["compact", "minify", "minified", "one line", "small"]),
        )
        .gives(output("json", blob(Refinement::Json), "the document in the form asked for"))
        .introduces(&[Refinement::Json])
        .fuel(10_000_000, 4_000)
        .produces(64, 260)
        .build()
}

fn to_table() -> Descriptor {
    whole("table.from-json")
        .does("Read a JSON array of objects as a table.", &["json", "table", "convert", "lossless"])
        .words(&[
            "csv",
            "table",
            "convert",
            "turn",
            "transform",
            "rows",
            "columns",
            "to csv",
            "as csv",
            "spreadsheet",
            "json",
            "flatten",
        ])
        .examples(&[
            "convert users.json to csv",
            "make a table of the items in data.json",
            "chart the prices in items.json",
        ])
        .takes(input("json", blob(Refinement::Json), "array of objects").words(&["json", "document", "file"]))
        .gives(output("table", blob(Refinement::Table), "a row for each object, a column for each key"))
        .gives(output("rows", count(0), "number of rows"))
        .introduces(&[Refinement::Table])
        .fuel(10_000_000, 6_000)
        .produces(1 << 30, 8)
        .build()
}
