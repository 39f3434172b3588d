//! Labels: where a value came from, and who may learn it.

use core::fmt;
use serde::{Deserialize, Serialize};

/// Secrecy categories a value carries, one bit each. A value may flow to a sink that is cleared for all of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Secrecy(pub u64);

/// Untrusted origins that influenced a value, one bit each. A value with any of them is data, never authority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
#[serde(transparent)]
pub struct Taint(pub u64);

/// The label of a value: an element of the product lattice secrecy × taint. Join is union, order is inclusion
/// (Denning 1976; decentralised labels after Myers and Liskov 1997, with two flat category sets).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, Default)]
pub struct Label {
    /// Who may learn it.
    pub secrecy: Secrecy,
    /// What may have influenced it.
    pub taint: Taint,
}

impl Secrecy {
    /// No category: anyone may learn it.
    pub const PUBLIC: Self = Self(0);
    /// Private keys, tokens, passwords, `.env`, cloud credentials.
    pub const CREDENTIAL: Self = Self(1);
    /// Browser profiles, mail stores, messengers, shell history.
    pub const PERSONAL: Self = Self(1 << 1);
    /// Wallets and other files whose disclosure is a loss of money.
    pub const FINANCIAL: Self = Self(1 << 2);
    /// Marked secret by the user's own policy file.
    pub const USER_MARKED: Self = Self(1 << 3);
    /// Telos' own state: log, keys, approvals.
    pub const TELOS_STATE: Self = Self(1 << 4);
    /// Every category, known and future.
    pub const ALL: Self = Self(u64::MAX);
}

impl Taint {
    /// Influenced by nothing but the user's turn, the registry and the policy.
    pub const NONE: Self = Self(0);
    /// Content of a file.
    pub const FILE_CONTENT: Self = Self(1);
    /// A name chosen by whoever made the file or folder.
    pub const FILE_NAME: Self = Self(1 << 1);
    /// Bytes received over a network.
    pub const NETWORK: Self = Self(1 << 2);
    /// A constant invented by the planner rather than taken from the user's turn or the registry.
    pub const PLANNER: Self = Self(1 << 3);
    /// Output of a model that was shown tainted data. Endorsable only when it is not free text.
    pub const QUARANTINED_MODEL: Self = Self(1 << 4);
    /// Standard input piped by the user.
    pub const STDIN: Self = Self(1 << 5);
    /// Anything a guarded agent produced.
    pub const AGENT: Self = Self(1 << 6);
    /// A constant matched to a name or column that exists here. Accepted as a path under the grant or as a column.
    pub const OBSERVED: Self = Self(1 << 7);
    /// Every origin, known and future.
    pub const ALL: Self = Self(u64::MAX);
}

/// An origin's printable name and bit; the table in `telos-graph::origin` is the documentation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Origin {
    /// Name printed in plans and explanations.
    pub name: &'static str,
    /// The label a value gets where it enters from this origin.
    pub label: Label,
}

impl Label {
    /// Public and untainted.
    pub const BOTTOM: Self = Self { secrecy: Secrecy::PUBLIC, taint: Taint::NONE };
    /// Secret to everyone and tainted by everything.
    pub const TOP: Self = Self { secrecy: Secrecy::ALL, taint: Taint::ALL };

    /// A label with this secrecy only.
    #[must_use]
    pub const fn secret(secrecy: Secrecy) -> Self {
        Self { secrecy, taint: Taint::NONE }
    }

    /// A label with this taint only.
    #[must_use]
    pub const fn tainted(taint: Taint) -> Self {
        Self { secrecy: Secrecy::PUBLIC, taint }
    }

    /// Least upper bound. O(1).
    #[must_use]
    pub const fn join(self, other: Self) -> Self {
        Self { secrecy: Secrecy(self.secrecy.0 | other.secrecy.0), taint: Taint(self.taint.0 | other.taint.0) }
    }

    /// Whether every category and origin here is in `other` too. O(1).
    #[must_use]
    pub const fn flows_to(self, other: Self) -> bool {
        self.secrecy.0 & !other.secrecy.0 == 0 && self.taint.0 & !other.taint.0 == 0
    }
}

impl fmt::Display for Label {
    /// `{c=…,t=…}` in hexadecimal; rooms that face people print names from `telos-graph::origin` instead.
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{{c={:x},t={:x}}}", self.secrecy.0, self.taint.0)
    }
}
