//! How text is written as bytes: line endings and encodings.

use super::{MADE_FIXED_BYTES, by_line, raised, text};
use crate::{blob, choice, choose, count, input, line, output};
use telos_abi::{Descriptor, Refinement};

/// Encodings by name.
const ENCODINGS: [&str; 24] = [
    "ascii",
    "latin1",
    "iso-8859-1",
    "iso-8859-2",
    "iso-8859-15",
    "windows-1250",
    "windows-1251",
    "windows-1252",
    "windows-1253",
    "windows-1254",
    "windows-1257",
    "utf-8",
    "utf-8-bom",
    "utf-16",
    "utf-16le",
    "utf-16be",
    "koi8-r",
    "macintosh",
    "shift-jis",
    "euc-jp",
    "euc-kr",
    "gbk",
    "gb18030",
    "big5",
];

pub(super) fn line_endings() -> Descriptor {
    by_line("text.line-endings")
        .does(
            "Write every line ending as Unix does (LF) or as Windows does (CR LF).",
            &["text", "in-place", "line", "ending"],
        )
        .words(&[
            "line endings",
            "line ending",
            "newlines",
            "crlf",
            "lf",
            "dos2unix",
            "unix2dos",
            "windows format",
            "unix format",
            "carriage returns",
            "end of line",
            "eol",
        ])
        .examples(&[
            "convert the line endings of script.sh to unix",
            "give notes.txt windows line endings",
            "remove the carriage returns from data.txt",
            "write list.txt with crlf",
        ])
        .takes(text())
        .takes(
            input("style", choice(&["lf", "unix", "crlf", "windows", "dos"]), "line ending to write")
                .default(choose("lf"))
                .words(&["to", "with", "as", "in", "into"]),
        )
        .gives(output("text", blob(Refinement::Utf8), "the text with these line endings"))
        .gives(output("count", count(0), "number of line endings that were others before"))
        .build()
}

pub(super) fn encode() -> Descriptor {
    by_line("text.encode")
        .does("Write text in another character encoding.", &["text", "encoding", "encode"])
        .words(&[
            "encode",
            "encoding",
            "character encoding",
            "character set",
            "charset",
            "convert to latin1",
            "save as utf-16",
            "iconv",
            "byte order mark",
            "bom",
            "code page",
        ])
        .examples(&[
            "save letter.txt in windows-1252 encoding",
            "convert notes.txt to latin1",
            "encode list.txt as utf-16le",
            "write data.csv with a byte order mark as utf-8-bom",
        ])
        .takes(text())
        .takes(
            input(
                "encoding",
                choice(&ENCODINGS),
                "encoding to write; utf-16 has a byte order mark and is little-endian",
            )
            .words(&["to", "as", "in", "into", "encoding", "charset"]),
        )
        .takes(raised(
            "lossy",
            "write ? for characters that the encoding lacks instead of refusing them",
            &["lossy", "replace", "ignore errors", "tolerate", "force"],
        ))
        .gives(output("data", blob(Refinement::Bytes), "the text as bytes"))
        .gives(output("replaced", count(0), "number of characters that were replaced"))
        // What an encoding lacks is looked for in all of its table.
        .fuel(10_000_000, 60_000)
        .build()
}

pub(super) fn decode_as() -> Descriptor {
    let known: Vec<&str> = std::iter::once("auto").chain(ENCODINGS).collect();
    by_line("text.decode-as")
        .does("Read bytes of another character encoding as text.", &["text", "encoding", "decode"])
        .words(&[
            "decode as",
            "read as",
            "from latin1",
            "from windows-1252",
            "to utf-8",
            "convert to utf-8",
            "fix the encoding",
            "fix umlauts",
            "wrong characters",
            "garbled",
            "mojibake",
            "which encoding",
            "what encoding",
            "detect the encoding",
            "legacy encoding",
        ])
        .examples(&[
            "convert old.txt from latin1 to utf-8",
            "read brief.txt as windows-1252",
            "what encoding is export.csv in",
            "fix the garbled characters of names.txt",
            "count the words of japanese.txt, which is in shift-jis",
        ])
        .takes(input("data", blob(Refinement::Bytes), "bytes to read as text").words(&["data", "bytes", "file"]))
        .takes(
            input("encoding", choice(&known), "encoding that the bytes are in; auto finds the likely one")
                .default(choose("auto"))
                .words(&["from", "as", "in", "encoding", "is", "encoded in"]),
        )
        .takes(raised(
            "lossy",
            "replace bytes that are no character instead of refusing them",
            &["lossy", "replace invalid", "ignore errors", "tolerate"],
        ))
        .gives(output("text", blob(Refinement::Utf8), "the text"))
        .gives(output("encoding", line(), "the encoding that the bytes were read in"))
        .introduces(&[Refinement::Utf8, Refinement::Line])
        .produces(MADE_FIXED_BYTES, 4)
        .fuel(10_000_000, 20_000)
        .build()
}
