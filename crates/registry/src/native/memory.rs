//! Primitives that keep what the person tells, and find it again.

use super::{on_cell, on_host};
use telos_abi::limit::CELL_BYTES_MAX;
use telos_abi::{Descriptor, EffectKind, Refinement};
use telos_describe::{Builder, Input, blob, count, input, line, output};

/// The cell that facts are kept in.
const CELL: &str = "memory";

fn gives_facts(builder: Builder, which: &str) -> Builder {
    builder
        .gives(output("facts", blob(Refinement::Utf8), &format!("{which}, one a line")))
        .gives(output(
            "table",
            blob(Refinement::Table),
            &format!("table of {which}: `fact`, `remembered` (RFC 3339, UTC)"),
        ))
        .gives(output("count", count(0), &format!("number of {which}")))
        .introduces(&[Refinement::Table, Refinement::Utf8])
        .produces(2 * CELL_BYTES_MAX as u64, 0)
}

fn words(name: &str, meaning: &str) -> Input {
    input(name, line(), meaning)
}

pub(super) fn remember() -> Descriptor {
    let remember = on_host("memory.remember")
        .does("Remember a fact or preference that the person tells.", &["memory", "write"])
        .words(&["remember", "remember that", "keep in mind", "note that", "make a note", "don't forget", "memorise"])
        .examples(&[
            "remember that the boiler man comes on the first Tuesday",
            "keep in mind: I prefer tables as csv",
            "note that Leo is allergic to walnuts",
            "don't forget the alarm code changes on Sunday",
        ])
        .takes(words("fact", "what to remember, as it was said").words(&["that", "fact"]));
    on_cell(gives_facts(remember, "facts that were remembered"), CELL, &[EffectKind::CellRead, EffectKind::CellWrite])
}

pub(super) fn recall() -> Descriptor {
    let recall = on_host("memory.recall")
        .does("Recall what was remembered about something, by its meaning.", &["memory", "read", "search"])
        .words(&["recall", "what do you remember about", "what did i tell you about", "do you remember", "remind me"])
        .examples(&[
            "what did I tell you about Dr. Weiss",
            "do you remember the wifi password",
            "recall what you know about Leo's allergies",
            "remind me when the boiler man comes",
        ])
        .takes(words("query", "what it is about").words(&["about", "regarding", "of"]));
    on_cell(gives_facts(recall, "facts that were found"), CELL, &[EffectKind::CellRead])
}

pub(super) fn forget() -> Descriptor {
    let forget = on_host("memory.forget")
        .does("Forget what was remembered about something. Undo brings it back.", &["memory", "remove"])
        .words(&["forget", "forget about", "no longer remember", "stop remembering", "drop from memory", "unlearn"])
        .examples(&[
            "forget what I said about the spare key",
            "you need not remember the alarm code any longer",
            "drop the wifi password from memory",
        ])
        .takes(words("query", "what the facts to forget are about").words(&[
            "about",
            "regarding",
            "what i said about",
        ]));
    on_cell(gives_facts(forget, "facts that were forgotten"), CELL, &[EffectKind::CellRead, EffectKind::CellWrite])
}

pub(super) fn list() -> Descriptor {
    let list = on_host("memory.list")
        .does("List everything that is remembered.", &["memory", "read", "list"])
        .words(&[
            "what do you remember",
            "everything you remember",
            "all you remember",
            "what is in your memory",
            "list your memory",
        ])
        .examples(&["what do you remember", "list everything in your memory", "show all remembered facts"]);
    on_cell(gives_facts(list, "facts that are remembered"), CELL, &[EffectKind::CellRead])
}
