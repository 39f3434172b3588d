//! What goes into a proposal and what comes out: the turn, the port to what is here, and the answer.

use std::ops::Range;
use telos_abi::{ByteText, Digest, Timestamp};
use telos_graph::{Catalogue, Graph, Violation};

/// A person's request and the circumstances it was made in. Its text is the only text ever read as an instruction.
#[derive(Clone, Debug)]
pub struct Turn {
    /// What the person typed.
    pub text: String,
    /// Absolute normalised path of the directory it was typed in.
    pub directory: ByteText,
    /// Whether data is piped into the command.
    pub stdin_piped: bool,
    /// When it was typed.
    pub now: Timestamp,
    /// IANA name of the person's time zone; UTC if unknown.
    pub zone: Option<String>,
}

/// What an entry of a directory is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryKind {
    /// A file.
    File,
    /// A directory.
    Directory,
}

/// Something that exists here. Its name is data that somebody chose: it is matched, never obeyed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Path relative to the turn's directory, as the person would type it.
    pub path: String,
    /// What it is.
    pub kind: EntryKind,
    /// Size in bytes; 0 for a directory.
    pub size_bytes: u64,
    /// Time of the last change.
    pub modified: Timestamp,
}

/// A column of a table that is here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// Some of its distinct values, numbers left out: people name rows by them.
    pub values: Vec<String>,
}

/// What is here, as far as matching the person's words needs it. The production implementation is in `system`; it
/// answers only about the granted directory.
pub trait Surroundings {
    /// Entries under the directory, nearest first; an implementation may stop after a few thousand.
    fn entries(&self) -> Vec<Entry>;

    /// The entry at this path (relative, absolute or with `~`), also where [`Surroundings::entries`] did not list it.
    fn lookup(&self, path: &str) -> Option<Entry>;

    /// Columns of a file that can be read as a table: delimited text, JSON records, JSON lines. Empty for anything else.
    fn columns(&self, path: &str) -> Vec<Column>;

    /// Tables of a database with their columns. Empty for anything else.
    fn tables(&self, path: &str) -> Vec<(String, Vec<Column>)> {
        let _ = path;
        Vec::new()
    }

    /// Paths of the keys in a JSON, YAML or TOML file as jq writes them, the outer dot left out: `version`,
    /// `database.host`, `[].name`. Empty for anything else.
    fn keys(&self, path: &str) -> Vec<String>;

    /// What a file's first bytes show it to be where its name does not say so, by the word that primitives use among the
    /// words of an input: `access-log`, `mbox`.
    fn kind(&self, path: &str) -> Option<&'static str>;

    /// Names and addresses of the person's bookmarks: the person's own words, from another turn.
    fn bookmarks(&self) -> Vec<(String, String)> {
        Vec::new()
    }

    /// What the person has told to remember, as it was said.
    fn remembered(&self) -> Vec<String> {
        Vec::new()
    }
}

/// The registry, as the planner sees it: what the validator knows, and a way to look at everything.
pub trait Library: Catalogue {
    /// Visits every usable primitive, in a stable order.
    fn visit<'a>(&'a self, see: &mut dyn FnMut(telos_abi::CapabilityId, &'a telos_abi::Descriptor));
}

/// The validator's verdict on a draft, used while searching. The caller validates the answer again.
pub type Check<'a> = dyn Fn(&Graph) -> Result<(), Violation> + 'a;

/// What a draft comes to, as far as reading and computing goes: nothing is changed to find out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tried {
    /// It fails on what is here.
    Failed,
    /// It gives something, or would.
    Given {
        /// Equal for drafts that show and change the same, whatever the way. Content reaches a planner only as this.
        what: Digest,
        /// Whether all it gives is empty: no rows, no text, a count of 0.
        nothing: bool,
    },
}

/// Tries a draft; nothing if it cannot be known what it comes to.
pub type Trial<'a> = dyn Fn(&Graph) -> Option<Tried> + 'a;

/// How a part of the turn was understood.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reading {
    /// Bytes of the turn's text; empty where something was assumed that the turn does not say.
    pub span: Range<usize>,
    /// What it was taken to mean, for a person.
    pub meaning: String,
}

/// A graph proposed for a turn. It has no authority: it becomes a plan only through `telos_graph::validate`.
#[derive(Clone, Debug, PartialEq)]
pub struct Proposed {
    /// The graph.
    pub graph: Graph,
    /// How sure the proposer is, from 0 to 1.
    pub confidence: f32,
    /// How the turn was understood, in its order.
    pub readings: Vec<Reading>,
    /// What each output of the graph is, for a person; as long as `graph.outputs`.
    pub outputs: Vec<String>,
}

/// The one question whose answer would settle the turn.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Question {
    /// The question, for a person.
    pub text: String,
    /// Likely answers, best first; may be empty.
    pub choices: Vec<String>,
    /// Bytes of the turn's text that an answer replaces; an empty range at its end if the answer is added.
    pub slot: Range<usize>,
}

impl Question {
    /// The turn's text with the question answered; propose again with it.
    #[must_use]
    pub fn answered(&self, text: &str, answer: &str) -> String {
        let fits = text.is_char_boundary(self.slot.start) && text.is_char_boundary(self.slot.end);
        if self.slot.is_empty() || !fits || self.slot.start > self.slot.end {
            return format!("{} {answer}", text.trim_end());
        }
        format!("{}{answer}{}", &text[..self.slot.start], &text[self.slot.end..])
    }
}

/// What a turn asks of the runs before it, and not of the machine.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum History {
    /// To take back the last that changed something.
    Undo,
    /// To list them.
    List,
    /// To explain the last.
    Explain,
}

/// The answer to a turn.
#[derive(Clone, Debug, PartialEq)]
pub enum Proposal {
    /// A graph to validate and run.
    Graph(Box<Proposed>),
    /// Something that the log tells or takes back.
    History(History),
    /// Something must be settled first.
    Question(Question),
    /// Not understood.
    Abstain {
        /// Why, for a person: which words no primitive explains, or what is missing.
        reason: String,
        /// Summaries of the nearest primitives, best first.
        nearest: Vec<String>,
    },
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_replaces_its_slot_or_is_added() {
        let ask = |slot| Question { text: String::new(), choices: Vec::new(), slot };
        assert_eq!(ask(9..15).answered("lines in app.lg", "app.log"), "lines in app.log");
        assert_eq!(ask(0..0).answered("count lines", "in app.log"), "count lines in app.log");
        assert_eq!(ask(1..2).answered("é", "x"), "é x");
    }
}
