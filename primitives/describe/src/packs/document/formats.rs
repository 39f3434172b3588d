//! Documents from and to their formats.

use super::super::STREAM_BYTES;
use super::{json, whole};
use crate::{blob, count, input, output, primitive};
use telos_abi::{Descriptor, Refinement};

pub(super) fn yaml_parse() -> Descriptor {
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

pub(super) fn yaml_write() -> Descriptor {
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

pub(super) fn toml_parse() -> Descriptor {
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

pub(super) fn toml_write() -> Descriptor {
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

pub(super) fn xml_parse() -> Descriptor {
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

pub(super) fn ini_parse() -> Descriptor {
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

pub(super) fn jsonl_parse() -> Descriptor {
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

pub(super) fn to_lines() -> Descriptor {
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
