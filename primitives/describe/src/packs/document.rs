//! Pack `document`: documents like JSON.

use super::{STREAM_BYTES, WHOLE_BYTES};
use crate::{Builder, Input, blob, choice, choose, count, flag, input, line, output, primitive};
use telos_abi::{Descriptor, Refinement, Value};

/// The pack's descriptors.
#[must_use]
pub fn descriptors() -> Vec<Descriptor> {
    vec![
        yaml_parse(),
        yaml_write(),
        toml_parse(),
        toml_write(),
        xml_parse(),
        ini_parse(),
        jsonl_parse(),
        to_lines(),
        get(),
        set(),
        remove(),
        keys(),
        items(),
        flatten(),
        records(),
        sort_keys(),
        merge(),
        compare(),
        validate(),
        check(),
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

fn yaml_parse() -> Descriptor {
    whole("yaml.parse")
        .does("Read YAML as JSON.", &["document", "yaml", "json", "parse", "lossless"])
        .words(&[
            "yaml",
            "yml",
            "parse",
            "read",
            "convert",
            "yaml to json",
            "from yaml",
            "as json",
            "to json",
            "turn into json",
        ])
        .examples(&[
            "convert config.yaml to json",
            "read docker-compose.yml",
            "what is the image in deployment.yaml",
            "turn the yaml into json",
            "which services are in compose.yml",
        ])
        .takes(input("text", blob(Refinement::Utf8), "YAML text").words(&["yaml", "yml", "file", "document"]))
        .gives(output("json", blob(Refinement::Json), "the document; several documents as one array"))
        .gives(output("documents", count(0), "number of documents"))
        .introduces(&[Refinement::Json])
        .shown_by_structure()
        .build()
}

fn yaml_write() -> Descriptor {
    whole("yaml.write")
        .does("Write a JSON document as YAML.", &["document", "yaml", "convert", "write"])
        .words(&[
            "yaml",
            "yml",
            "convert",
            "to yaml",
            "as yaml",
            "into yaml",
            "turn into yaml",
            "json to yaml",
            "write yaml",
        ])
        .examples(&["convert package.json to yaml", "save settings.json as settings.yaml", "turn this json into yaml"])
        .takes(json())
        .gives(output("yaml", blob(Refinement::Yaml), "the document as YAML"))
        .introduces(&[Refinement::Yaml])
        .shown_by_structure()
        .build()
}

fn toml_parse() -> Descriptor {
    whole("toml.parse")
        .does("Read TOML as JSON.", &["document", "toml", "json", "parse", "lossless"])
        .words(&[
            "toml",
            "parse",
            "read",
            "convert",
            "toml to json",
            "from toml",
            "as json",
            "to json",
            "turn into json",
        ])
        .examples(&[
            "convert Cargo.toml to json",
            "what is the version in pyproject.toml",
            "read the toml file as json",
            "which dependencies are in Cargo.toml",
        ])
        .takes(input("text", blob(Refinement::Utf8), "TOML text").words(&["toml", "file", "document"]))
        .gives(output("json", blob(Refinement::Json), "the document; dates as texts"))
        .introduces(&[Refinement::Json])
        .shown_by_structure()
        .build()
}

fn toml_write() -> Descriptor {
    whole("toml.write")
        .does("Write a JSON object as TOML.", &["document", "toml", "convert", "write"])
        .words(&["toml", "convert", "to toml", "as toml", "into toml", "turn into toml", "json to toml", "write toml"])
        .examples(&["convert config.json to toml", "save settings.yaml as settings.toml", "turn the json into toml"])
        .takes(json())
        .gives(output("toml", blob(Refinement::Toml), "the document as TOML; what TOML cannot hold is refused"))
        .introduces(&[Refinement::Toml])
        .shown_by_structure()
        .build()
}

fn xml_parse() -> Descriptor {
    whole("xml.parse")
        .does(
            "Read XML as JSON: attributes as `@name`, text as `#text`.",
            &["document", "xml", "json", "parse", "lossless"],
        )
        .words(&["xml", "parse", "read", "convert", "xml to json", "from xml", "as json", "to json", "turn into json"])
        .examples(&[
            "convert books.xml to json",
            "read pom.xml",
            "what is the version in pom.xml",
            "turn the xml into json",
            "make a table of the books in catalog.xml",
        ])
        .takes(
            input("text", blob(Refinement::Utf8), "XML text")
                .words(&["xml", "xsd", "xsl", "kml", "gpx", "plist", "svg", "file", "document"]),
        )
        .gives(output("json", blob(Refinement::Json), "the root element as an object"))
        .introduces(&[Refinement::Json])
        .shown_by_structure()
        .build()
}

fn ini_parse() -> Descriptor {
    whole("ini.parse")
        .does(
            "Read `key = value` settings as JSON: sections as objects.",
            &["document", "ini", "json", "parse", "lossless"],
        )
        .words(&[
            "ini",
            "properties",
            "env",
            "parse",
            "read",
            "convert",
            "settings",
            "config",
            "ini to json",
            "as json",
            "to json",
        ])
        .examples(&[
            "convert settings.ini to json",
            "what is the host in app.properties",
            "read .env as json",
            "which sections are in php.ini",
            "get the port from server.conf",
        ])
        .takes(input("text", blob(Refinement::Utf8), "lines of keys and values").words(&[
            "ini",
            "properties",
            "env",
            "conf",
            "cfg",
            "cnf",
            "service",
            "desktop",
            "file",
            "settings",
        ]))
        .gives(output("json", blob(Refinement::Json), "keys with their values as texts"))
        .introduces(&[Refinement::Json])
        .build()
}

fn jsonl_parse() -> Descriptor {
    primitive("jsonl.parse")
        .memory(STREAM_BYTES)
        .wall_ms(600_000)
        .does("Read lines of JSON as one array.", &["document", "json", "line", "parse", "convert", "lossless"])
        .words(&["jsonl", "ndjson", "json lines", "lines of json", "newline-delimited", "parse", "read", "convert"])
        .examples(&[
            "convert events.jsonl to json",
            "how many records are in export.ndjson",
            "make a table of log.jsonl",
            "is every line of data.jsonl valid",
        ])
        .takes(input("text", blob(Refinement::Utf8), "one JSON document a line").words(&[
            "jsonl",
            "ndjson",
            "json lines",
            "file",
            "lines",
        ]))
        .gives(output("json", blob(Refinement::Json), "the documents as an array"))
        .gives(output("count", count(0), "number of documents"))
        .introduces(&[Refinement::Json])
        .fuel(10_000_000, 1_000)
        .produces(64, 2)
        .build()
}

fn to_lines() -> Descriptor {
    whole("json.to-lines")
        .does("Write the items of a JSON array one a line.", &["document", "json", "line", "convert"])
        .words(&[
            "jsonl",
            "ndjson",
            "json lines",
            "one per line",
            "one a line",
            "line by line",
            "newline-delimited",
            "convert",
        ])
        .examples(&["convert users.json to jsonl", "write each item of data.json on its own line", "save it as ndjson"])
        .takes(json())
        .gives(output("lines", blob(Refinement::Utf8), "each item as compact JSON on a line"))
        .gives(output("count", count(0), "number of items"))
        .build()
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

/// The second of two documents.
fn other(name: &str, meaning: &str) -> Input {
    input(name, blob(Refinement::Json), meaning)
        .words(&["with", "and", "second", "other", "json", "against", "over", "to"])
}

fn merge() -> Descriptor {
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

fn compare() -> Descriptor {
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

fn validate() -> Descriptor {
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
        .fuel(20_000_000_000, 20_000)
        .shown_by_structure()
        .build()
}

fn check() -> Descriptor {
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
