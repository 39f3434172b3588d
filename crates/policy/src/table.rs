//! The one table of effect kinds: names, classes, defaults and undo. Code, policy files, docs and tests read it.

use core::fmt::Write as _;
use telos_abi::{EffectKind, EffectSet, Verdict};

/// What an effect does to the world, as far as rules need to know.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Learns something from this machine.
    Read,
    /// Changes files of this machine.
    Write,
    /// Lets data leave this machine, or somebody outside reach it.
    Outward,
    /// Starts a program.
    Exec,
    /// Asks a model, which may be on another machine.
    Model,
    /// Reads or changes what Telos keeps for the person.
    Kept,
    /// Touches nothing that anybody owns.
    Ambient,
    /// Changes the machine or other people's processes.
    Control,
}

impl Class {
    /// Every class, in the order of the docs.
    pub const ALL: [Self; 8] =
        [Self::Read, Self::Write, Self::Outward, Self::Exec, Self::Model, Self::Kept, Self::Ambient, Self::Control];

    /// Name in policy files.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Outward => "outward",
            Self::Exec => "exec",
            Self::Model => "model",
            Self::Kept => "kept",
            Self::Ambient => "ambient",
            Self::Control => "control",
        }
    }

    /// The kinds of this class. O(kinds).
    #[must_use]
    pub fn kinds(self) -> EffectSet {
        EFFECTS
            .iter()
            .filter(|row| row.class == self)
            .fold(EffectSet::EMPTY, |set, row| EffectSet(set.0 | EffectSet::of(&[row.kind]).0))
    }
}

/// Which form of [`telos_abi::Resource`] a kind acts on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Acts {
    /// A path.
    OnPath,
    /// A host.
    OnHost,
    /// A program.
    OnProgram,
    /// A named thing.
    OnNamed,
    /// A named thing or nothing.
    OnAnything,
}

impl Acts {
    /// The form in words.
    #[must_use]
    pub const fn says(self) -> &'static str {
        match self {
            Self::OnPath => "files and directories (`under`, `paths`)",
            Self::OnHost => "hosts (`hosts`)",
            Self::OnProgram => "programs (`under`, `paths`)",
            Self::OnNamed => "named providers and cells (`names`)",
            Self::OnAnything => "nothing that a resource names",
        }
    }
}

/// One kind of effect.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EffectRow {
    /// The kind.
    pub kind: EffectKind,
    /// Name in policy files, plans and explanations.
    pub name: &'static str,
    /// What it does to the world.
    pub class: Class,
    /// The form of its resource.
    pub acts: Acts,
    /// The answer when the grant covers it and no other rule speaks.
    pub inside: Verdict,
    /// The answer when the grant does not cover it. Never [`Verdict::Permit`].
    pub outside: Verdict,
    /// Whether `telos undo` takes it back. Effects that change nothing count as undone.
    pub undoable: bool,
    /// One sentence that completes "Would …".
    pub says: &'static str,
}

use Acts::{OnAnything, OnHost, OnNamed, OnPath, OnProgram};
use Class::{Ambient, Control, Exec, Kept, Model, Outward, Read, Write};
use EffectKind as K;
use Verdict::{Ask, Permit, Refuse};

/// Every kind, in the order of [`EffectKind::ALL`].
#[rustfmt::skip] // One row a line: a table reads like a table.
pub const EFFECTS: [EffectRow; 23] = [
    row(K::FileRead,        "file-read",        Read,    OnPath,     Permit, Ask,    true,  "read the content of a file"),
    row(K::FileList,        "file-list",        Read,    OnPath,     Permit, Ask,    true,  "list a directory with sizes and times"),
    row(K::FileCreate,      "file-create",      Write,   OnPath,     Permit, Ask,    true,  "make a file that does not exist yet"),
    row(K::FileOverwrite,   "file-overwrite",   Write,   OnPath,     Ask,    Ask,    true,  "change the content of an existing file"),
    row(K::FileDelete,      "file-delete",      Write,   OnPath,     Ask,    Ask,    true,  "remove a file, link or empty directory"),
    row(K::FileMove,        "file-move",        Write,   OnPath,     Permit, Ask,    true,  "give a file another name"),
    row(K::DirCreate,       "dir-create",       Write,   OnPath,     Permit, Ask,    true,  "make a directory"),
    row(K::LinkCreate,      "link-create",      Write,   OnPath,     Permit, Ask,    true,  "make a symbolic or hard link"),
    row(K::FileMeta,        "file-meta",        Write,   OnPath,     Permit, Ask,    true,  "change mode, owner, times or attributes of a file"),
    row(K::NetConnect,      "net-connect",      Outward, OnHost,     Permit, Ask,    false, "open a connection to another host"),
    row(K::NetGet,          "net-get",          Outward, OnHost,     Permit, Ask,    false, "read from another host, changing nothing there"),
    row(K::NetSend,         "net-send",         Outward, OnHost,     Ask,    Ask,    false, "send data to another host"),
    row(K::NetListen,       "net-listen",       Outward, OnHost,     Permit, Ask,    false, "accept connections"),
    row(K::Exec,            "exec",             Exec,    OnProgram,  Permit, Ask,    false, "start a program"),
    row(K::ModelIntent,     "model-intent",     Model,   OnNamed,    Permit, Ask,    false, "ask a model with trusted text only"),
    row(K::ModelQuarantine, "model-quarantine", Model,   OnNamed,    Permit, Ask,    false, "show tainted data to a model that has no tools"),
    row(K::Clock,           "clock",            Ambient, OnAnything, Permit, Ask,    true,  "read the clock"),
    row(K::Random,          "random",           Ambient, OnAnything, Permit, Ask,    true,  "draw randomness"),
    row(K::Show,            "show",             Ambient, OnAnything, Permit, Ask,    true,  "show a value to the person at the terminal"),
    row(K::Privileged,      "privileged",       Control, OnAnything, Refuse, Refuse, false, "change the machine itself: mounts, kernel keys, tracing, system settings"),
    row(K::Signal,          "signal",           Control, OnAnything, Refuse, Refuse, false, "signal a process outside its own tree"),
    row(K::CellRead,        "cell-read",        Kept,    OnNamed,    Permit, Ask,    true,  "read what Telos keeps for you under a name: memory, bookmarks"),
    row(K::CellWrite,       "cell-write",       Kept,    OnNamed,    Permit, Ask,    true,  "change what Telos keeps for you under a name"),
];

#[expect(clippy::too_many_arguments, reason = "one argument a column of the table above")]
const fn row(
    kind: EffectKind,
    name: &'static str,
    class: Class,
    acts: Acts,
    inside: Verdict,
    outside: Verdict,
    undoable: bool,
    says: &'static str,
) -> EffectRow {
    EffectRow { kind, name, class, acts, inside, outside, undoable, says }
}

// The table is indexed by discriminant.
const _: () = {
    let mut index = 0;
    while index < EFFECTS.len() {
        assert!(EFFECTS[index].kind as usize == index);
        assert!(!matches!(EFFECTS[index].outside, Permit));
        index += 1;
    }
};

/// The row of `kind`. O(1).
#[must_use]
pub const fn effect_row(kind: EffectKind) -> &'static EffectRow {
    const TABLE: &[EffectRow; 23] = &EFFECTS;
    &TABLE[kind as usize]
}

/// The kinds that `name` stands for: one kind, or every kind of a class. O(kinds).
#[must_use]
pub fn kinds_named(name: &str) -> Option<EffectSet> {
    EFFECTS
        .iter()
        .find(|row| row.name == name)
        .map(|row| EffectSet::of(&[row.kind]))
        .or_else(|| Class::ALL.iter().find(|class| class.name() == name).map(|class| class.kinds()))
}

/// A verdict as policy files and docs spell it.
#[must_use]
pub const fn verdict_name(verdict: Verdict) -> &'static str {
    match verdict {
        Permit => "permit",
        Ask => "ask",
        Refuse => "refuse",
    }
}

/// The page `docs/effects.md`.
#[must_use]
pub fn effects_document() -> String {
    let mut page = String::from(
        "# Effects\n\n\
         <!-- Written from the table in crates/policy/src/table.rs; a test compares them. -->\n\n\
         Everything a plan or an agent does to the machine is one of these kinds. *Inside* is the answer when the\n\
         grant covers the resource and no other rule speaks, *outside* when the grant does not cover it. Inside the\n\
         grant, changing or removing a file that this run made is permitted, and so is every write that lands in a\n\
         workspace, because its commit asks. Protected places, flow rules and policy files come on top; see\n\
         [policy.md](policy.md).\n\n\
         | kind | class | inside | outside | undo | what it would do |\n\
         |---|---|---|---|---|---|\n",
    );
    for row in &EFFECTS {
        let undo = match (row.undoable, row.class) {
            (true, Class::Read | Class::Ambient) => "nothing to undo",
            (true, Class::Kept) if row.kind == EffectKind::CellRead => "nothing to undo",
            (true, _) => "yes",
            (false, _) => "no",
        };
        // Writing to a `String` cannot fail.
        let _ = writeln!(
            page,
            "| `{}` | {} | {} | {} | {undo} | {} |",
            row.name,
            row.class.name(),
            verdict_name(row.inside),
            verdict_name(row.outside),
            row.says,
        );
    }
    page.push_str(
        "\nA policy file may name a kind, or a class to mean all of its kinds. A kind that is refused inside the\n\
         grant stays refused: no policy file can allow it.\n",
    );
    page
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_its_row_and_a_name_of_its_own() {
        for kind in EffectKind::ALL {
            let row = effect_row(kind);
            assert_eq!(row.kind, kind);
            assert_eq!(kinds_named(row.name), Some(EffectSet::of(&[kind])));
            assert!(!row.says.is_empty() && !row.says.ends_with('.'));
        }
    }

    #[test]
    fn names_are_the_wire_names_of_the_kinds() {
        for row in &EFFECTS {
            let debug = format!("{:?}", row.kind);
            let mut kebab = String::new();
            for letter in debug.chars() {
                if letter.is_ascii_uppercase() && !kebab.is_empty() {
                    kebab.push('-');
                }
                kebab.push(letter.to_ascii_lowercase());
            }
            assert_eq!(kebab, row.name);
        }
    }

    #[test]
    fn classes_split_the_kinds() {
        let mut seen = 0_u32;
        for class in Class::ALL {
            let kinds = class.kinds().0;
            assert_ne!(kinds, 0, "{} names no kind", class.name());
            assert_eq!(seen & kinds, 0);
            seen |= kinds;
        }
        assert_eq!(seen, (1 << EFFECTS.len()) - 1);
    }
}
