//! Pack `document`: documents like JSON.

mod formats;
mod pairs;

use super::WHOLE_BYTES;
use crate::{Builder, Input, blob, count, input, line, output, primitive};
use telos_abi::{Descriptor, Refinement, Value};

/// The pack's descriptors.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    vec![
        formats::yaml_parse(),
        formats::yaml_write(),
        formats::toml_parse(),
        formats::toml_write(),
        formats::xml_parse(),
        formats::ini_parse(),
        formats::jsonl_parse(),
        formats::to_lines(),
        get(),
        set(),
        remove(),
        keys(),
        items(),
        flatten(),
        records(),
        sort_keys(),
        pairs::merge(),
        pairs::compare(),
        pairs::validate(),
        pairs::check(),
        pairs::conform(),
    ]
}

/// All outputs leave together, in one return of at most 64 MiB.
fn whole(name: &str) -> Builder {
    primitive(name).memory(WHOLE_BYTES).wall_ms(120_000).fuel(100_000_000, 20_000).produces(64 << 20, 0)
}

fn json() -> Input {
    input("json", blob(Refinement::Json), "document to work on").words(&["json", "document", "file", "config"])
}

/// Words that announce a place in a document.
const PATH_WORDS: [&str; 12] =
    ["key", "field", "setting", "value of", "path", "property", "option", "entry", "attribute", "get", "under", "at"];

fn optional_path(meaning: &str) -> Input {
    input("path", line(), meaning).default(Value::Text(String::new())).words(&PATH_WORDS)
}

fn get() -> Descriptor {
    whole("json.get")
        .does("Get the value of one key of a document.", &["document", "json", "get", "value"])
        .words(&[
            "get",
            "value",
            "value of",
            "key",
            "field",
            "setting",
            "property",
            "option",
            "what is",
            "read",
            "look up",
            "lookup",
            "fetch",
            "extract",
            "configured",
            "set to",
            "tell me",
        ])
        .examples(&[
            "what is the port in config.json",
            "get server.host from settings.yaml",
            "look up the version in package.json",
            "which license does Cargo.toml have",
            "read the key database.password of app.json",
            "what is name set to in package.json",
            "extract users[0].email from data.json",
        ])
        .takes(json())
        .takes(input("path", line(), "key, or path of keys such as server.port or users[0].name").words(&[
            "key", "field", "setting", "value of", "path", "property", "option", "entry", "get", "what is", "the",
            "look up",
        ]))
        .gives(output("json", blob(Refinement::Json), "the value as JSON"))
        .gives(output("value", line(), "the value on one line: a text as it is, anything else as JSON"))
        .gives(output("path", line(), "where it was found"))
        .introduces(&[Refinement::Json, Refinement::Line])
        .shown_by_structure()
        .build()
}

fn set() -> Descriptor {
    whole("json.set")
        .does("Set one key of a document to a value.", &["document", "in-place", "json", "set"])
        .words(&[
            "set",
            "change",
            "update",
            "replace",
            "assign",
            "put",
            "add",
            "configure",
            "turn on",
            "turn off",
            "enable",
            "disable",
            "modify",
            "edit",
        ])
        .examples(&[
            "set port to 8080 in config.json",
            "change server.host to localhost in settings.json",
            "add the key debug with value true to app.json",
            "update version to 2.0.0 in package.json",
            "set users[0].name to Ann",
        ])
        .takes(json())
        .takes(
            input("path", line(), "key, or path of keys such as server.port").words(&[
                "key", "field", "setting", "path", "property", "option", "set", "change", "update", "value of",
            ]),
        )
        .takes(input("value", line(), "new value: JSON if it is JSON, else a text").words(&[
            "to",
            "value",
            "as",
            "with",
            "with value",
            "equal to",
            "be",
            "becomes",
            "=",
        ]))
        .gives(output("json", blob(Refinement::Json), "the changed document"))
        .introduces(&[Refinement::Json])
        .shown_by_structure()
        .build()
}

fn remove() -> Descriptor {
    whole("json.remove")
        .does("Remove one key of a document.", &["document", "in-place", "json", "remove"])
        .words(&["remove", "delete", "drop", "unset", "take out", "get rid of", "strip", "without", "erase"])
        .examples(&[
            "remove the key password from config.json",
            "delete scripts.test from package.json",
            "drop the field email in user.json",
            "take out the second item of list in data.json",
        ])
        .takes(json())
        .takes(input("path", line(), "key, or path of keys such as server.port").words(&[
            "key", "field", "setting", "path", "property", "option", "entry", "remove", "delete", "drop", "without",
        ]))
        .gives(output("json", blob(Refinement::Json), "the document without it"))
        .introduces(&[Refinement::Json])
        .shown_by_structure()
        .build()
}

fn keys() -> Descriptor {
    whole("json.keys")
        .does("List the keys of a document or of an object in it.", &["document", "json", "list", "keys"])
        .words(&[
            "keys",
            "fields",
            "properties",
            "settings",
            "options",
            "sections",
            "names",
            "attributes",
            "structure",
            "schema",
            "list the keys",
            "which keys",
            "what is in",
        ])
        .examples(&[
            "which keys are in config.json",
            "list the settings in config.yaml",
            "how many fields does package.json have",
            "list the keys under scripts in package.json",
            "what sections does app.ini have",
        ])
        .takes(json())
        .takes(optional_path("key of the object whose keys are listed; empty for the whole document"))
        .gives(output("table", blob(Refinement::Table), "table of keys: `key`, `kind`, `size`"))
        .gives(output("count", count(0), "number of keys"))
        .introduces(&[Refinement::Table])
        .build()
}

fn items() -> Descriptor {
    whole("json.count")
        .does("Count the items of an array or object in a document.", &["document", "json", "count"])
        .words(&[
            "count",
            "how many",
            "number of",
            "items",
            "entries",
            "elements",
            "length",
            "size",
            "total",
            "records",
        ])
        .examples(&[
            "how many items are in data.json",
            "count the users in users.json",
            "number of dependencies in package.json",
            "how many elements does the list have",
        ])
        .takes(json())
        .takes(optional_path("key of the array or object whose items are counted; empty for the whole document"))
        .gives(output("count", count(0), "number of items"))
        .build()
}

fn flatten() -> Descriptor {
    whole("json.flatten")
        .does("List every value of a document with its path.", &["document", "json", "table", "flatten", "list"])
        .words(&[
            "flatten",
            "flat",
            "all values",
            "every value",
            "all paths",
            "paths",
            "leaves",
            "everything in",
            "unnest",
        ])
        .examples(&[
            "flatten config.json",
            "list every value in settings.yaml with its path",
            "all paths in data.json",
            "find the settings whose value is true in config.json",
        ])
        .takes(json())
        .gives(output("table", blob(Refinement::Table), "table of values: `path`, `value`"))
        .gives(output("count", count(0), "number of values"))
        .introduces(&[Refinement::Table])
        .build()
}

fn records() -> Descriptor {
    whole("json.records")
        .does(
            "Read the list of objects inside a document as a table.",
            &["document", "json", "table", "records", "lossless"],
        )
        .words(&[
            "records",
            "rows",
            "table",
            "list",
            "items",
            "entries",
            "objects",
            "array",
            "csv",
            "to csv",
            "as csv",
            "spreadsheet",
            "convert",
            "make a table",
        ])
        .examples(&[
            "make a table of the users in response.json",
            "convert the items in data.json to csv",
            "list the services in compose.yaml as a table",
            "which books in catalog.xml are cheaper than 10",
            "average price of the products in shop.json",
        ])
        .takes(json())
        .takes(optional_path("key of the list; empty for the only list in the document"))
        .gives(output("table", blob(Refinement::Table), "a row for each object, a column for each key"))
        .gives(output("count", count(0), "number of rows"))
        .introduces(&[Refinement::Table])
        .shown_by_structure()
        .fuel(20_000_000_000, 20_000)
        .build()
}

fn sort_keys() -> Descriptor {
    whole("json.sort-keys")
        .does("Sort the keys of every object in a document.", &["document", "json", "sort", "format"])
        .words(&[
            "sort",
            "sort keys",
            "order",
            "order the keys",
            "alphabetical",
            "alphabetically",
            "normalise",
            "normalize",
            "canonical",
        ])
        .examples(&["sort the keys of config.json", "order package.json alphabetically", "normalise the json"])
        .takes(json())
        .gives(output("json", blob(Refinement::Json), "the document with its keys in order"))
        .introduces(&[Refinement::Json])
        .build()
}
