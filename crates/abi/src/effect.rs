//! Effects: what a plan or an agent would do to the machine.

use crate::ByteText;
use alloc::string::String;
use core::fmt;
use serde::{Deserialize, Serialize};

/// Every kind of effect. Its class, default and undo are in the one table, `telos-policy::EFFECTS`.
///
/// The discriminant is the bit in an [`EffectSet`] and is part of the wire form: append, never renumber.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
#[repr(u8)]
pub enum EffectKind {
    /// Read a file's content.
    FileRead = 0,
    /// Read a directory's entries and their sizes and times.
    FileList = 1,
    /// Make a file that did not exist.
    FileCreate = 2,
    /// Replace or change the content of an existing file.
    FileOverwrite = 3,
    /// Remove a file, link or empty directory.
    FileDelete = 4,
    /// Give a file another name. Two resources: decided for the source here, for the target as create or overwrite.
    FileMove = 5,
    /// Make a directory.
    DirCreate = 6,
    /// Make a symbolic or hard link.
    LinkCreate = 7,
    /// Change mode, owner, times or extended attributes.
    FileMeta = 8,
    /// Open a connection to another host.
    NetConnect = 9,
    /// Read from another host in a way that changes nothing there (HTTP GET, HEAD).
    NetGet = 10,
    /// Send data to another host (HTTP POST, PUT, DELETE, raw bytes).
    NetSend = 11,
    /// Accept connections.
    NetListen = 12,
    /// Start a program.
    Exec = 13,
    /// Ask a model with trusted text only (the intent channel).
    ModelIntent = 14,
    /// Ask a quarantined model, which may see tainted data and has no tools.
    ModelQuarantine = 15,
    /// Read the clock.
    Clock = 16,
    /// Draw randomness.
    Random = 17,
    /// Show a value to the person at the terminal.
    Show = 18,
    /// Change something outside the sandbox that no other kind names (mount, kernel keys, tracing, system settings).
    Privileged = 19,
    /// Signal a process outside the agent's own tree.
    Signal = 20,
    /// Read what Telos keeps for the person under a name (memory, bookmarks).
    CellRead = 21,
    /// Change what Telos keeps for the person under a name.
    CellWrite = 22,
}

impl EffectKind {
    /// Every kind, in the order of their numbers.
    pub const ALL: [Self; 23] = [
        Self::FileRead,
        Self::FileList,
        Self::FileCreate,
        Self::FileOverwrite,
        Self::FileDelete,
        Self::FileMove,
        Self::DirCreate,
        Self::LinkCreate,
        Self::FileMeta,
        Self::NetConnect,
        Self::NetGet,
        Self::NetSend,
        Self::NetListen,
        Self::Exec,
        Self::ModelIntent,
        Self::ModelQuarantine,
        Self::Clock,
        Self::Random,
        Self::Show,
        Self::Privileged,
        Self::Signal,
        Self::CellRead,
        Self::CellWrite,
    ];
}

/// A set of effect kinds; bit *n* is the kind with discriminant *n*.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct EffectSet(pub u32);

impl EffectSet {
    /// No kind.
    pub const EMPTY: Self = Self(0);

    /// The set of the kinds given.
    #[must_use]
    pub const fn of(kinds: &[EffectKind]) -> Self {
        let mut bits = 0;
        let mut index = 0;
        while index < kinds.len() {
            bits |= 1 << kinds[index] as u32;
            index += 1;
        }
        Self(bits)
    }

    /// Whether `kind` is in the set.
    #[must_use]
    pub const fn contains(self, kind: EffectKind) -> bool {
        self.0 & (1 << kind as u32) != 0
    }
}

/// A host as a person or a program names it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct HostName {
    /// Lower-case DNS name without trailing dot, or an address in its canonical spelling.
    pub name: String,
    /// TCP port; `None` in a scope means any.
    pub port: Option<u16>,
}

/// What an effect acts on.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Resource {
    /// A file or directory by absolute path without `.`, `..`, doubled or trailing slashes.
    Path(ByteText),
    /// A host.
    Host(HostName),
    /// A program by absolute path.
    Program(ByteText),
    /// A named thing that is neither, such as a model provider.
    Named(String),
    /// The kind says it all (clock, randomness).
    None,
}

impl fmt::Display for Resource {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Path(path) | Self::Program(path) => write!(out, "{path}"),
            Self::Host(host) => match host.port {
                Some(port) => write!(out, "{}:{port}", host.name),
                None => write!(out, "{}", host.name),
            },
            Self::Named(name) => write!(out, "{name}"),
            Self::None => write!(out, "-"),
        }
    }
}

/// One effect on one resource.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Effect {
    /// What would be done.
    pub kind: EffectKind,
    /// To what.
    pub resource: Resource,
}

impl fmt::Display for Effect {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{:?} {}", self.kind, self.resource)
    }
}

/// What the host knows about an effect's resource at the moment of the decision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Facts {
    /// The resource was created by this run, so changing or removing it loses nothing.
    pub created_by_run: bool,
    /// The effect can be undone byte for byte (a pre-image fits the budget, or nothing is lost).
    pub undoable: bool,
    /// The change lands in a copy-on-write workspace and reaches the host only through a later commit.
    pub in_workspace: bool,
}
