//! What can be wrong with a policy file, in words that say what to write instead.

use crate::file::POLICY_RESOURCES_MAX;
use telos_abi::limit::POLICY_BYTES_MAX;
use thiserror::Error;

/// Why a file is not a policy.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("{file}:{line}:{column}: {problem}")]
pub struct PolicyError {
    /// The file's name.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// What is wrong.
    pub problem: Box<PolicyProblem>,
}

/// What is wrong in a policy file, and what to write instead.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PolicyProblem {
    /// Larger than the limit.
    #[error("the file has {bytes} bytes; a policy has at most {POLICY_BYTES_MAX}")]
    TooLarge {
        /// Its size.
        bytes: usize,
    },
    /// Too many resources.
    #[error("the file names {resources} resources; a policy names at most {POLICY_RESOURCES_MAX}")]
    TooMany {
        /// How many.
        resources: usize,
    },
    /// Not UTF-8.
    #[error("the file is not UTF-8 text from here on")]
    NotText,
    /// Not TOML, or a value of the wrong type.
    #[error("{message}")]
    Syntax {
        /// The parser's words.
        message: String,
    },
    /// A name that means nothing here.
    #[error("`{found}` is no {what}{}", suggestion(.near.as_deref(), .known))]
    Unknown {
        /// What was expected.
        what: &'static str,
        /// What was found.
        found: String,
        /// The nearest name.
        near: Option<String>,
        /// Every name, for the message.
        known: String,
    },
    /// Not usable as a path.
    #[error("`{found}` cannot be used as a path: {why}")]
    Path {
        /// What was found.
        found: String,
        /// Why.
        why: String,
    },
    /// Not usable as a host.
    #[error("`{found}` is no host; write `example.com`, `*.example.com`, `example.com:443`, `[::1]:80` or `*`")]
    Host {
        /// What was found.
        found: String,
    },
    /// A rule that would speak of everything.
    #[error("[[{table}]] must say where: add {keys}")]
    Everywhere {
        /// The table.
        table: &'static str,
        /// The keys that would do.
        keys: &'static str,
    },
    /// Kinds and resources that never meet.
    #[error("`{key}` says nothing about `{kind}`, which acts on {acts}")]
    Mismatch {
        /// The key.
        key: &'static str,
        /// The kind.
        kind: &'static str,
        /// What the kind acts on.
        acts: &'static str,
    },
    /// A list that must hold something.
    #[error("`{key}` is empty")]
    Empty {
        /// The key.
        key: &'static str,
    },
    /// A kind that no policy can allow.
    #[error("`{kind}` is refused on every machine and cannot be allowed")]
    NeverAllowed {
        /// The kind.
        kind: &'static str,
    },
    /// A clearance for an effect through which nothing leaves.
    #[error("`{kind}` is no way out for data, so there is nothing to clear; name an outward or model kind")]
    NothingToClear {
        /// The kind.
        kind: &'static str,
    },
    /// A project's file that widens.
    #[error("a project's policy can only tighten: [[{table}]] belongs in your own policy file")]
    Widens {
        /// The table.
        table: &'static str,
    },
}

fn suggestion(near: Option<&str>, known: &str) -> String {
    match near {
        Some(near) => format!("; did you mean `{near}`?"),
        None => format!("; known are {known}"),
    }
}

/// The problem of a name that is none of `known`, with the nearest one where it is near enough to be a slip.
pub(crate) fn unknown(what: &'static str, found: &str, known: impl Iterator<Item = &'static str>) -> PolicyProblem {
    let known: Vec<&str> = known.collect();
    // Longer words are quoted cut: they are no misspelling of anything, and the message stays one line.
    let found: String = found.chars().take(64).collect();
    let near = known
        .iter()
        .map(|name| (strsim::damerau_levenshtein(name, &found), *name))
        .min()
        .filter(|&(distance, name)| distance <= 1 + name.len() / 4)
        .map(|(_, name)| name.to_owned());
    PolicyProblem::Unknown { what, found: found.escape_debug().to_string(), near, known: known.join(", ") }
}
