//! The schema of policy files: what serde reads before [`crate::file`] gives it meaning.

use serde::Deserialize;
use telos_abi::Secrecy;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Document {
    #[serde(default)]
    pub(crate) refuse: Vec<Spanned<RuleText>>,
    #[serde(default)]
    pub(crate) ask: Vec<Spanned<RuleText>>,
    #[serde(default)]
    pub(crate) allow: Vec<Spanned<RuleText>>,
    #[serde(default)]
    pub(crate) sensitive: Vec<Spanned<MarkText>>,
    #[serde(default)]
    pub(crate) clearance: Vec<Spanned<ClearanceText>>,
    #[serde(default)]
    pub(crate) budget: BudgetText,
}

/// A list of strings that remember where they stand.
pub(crate) type Texts = Vec<Spanned<String>>;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleText {
    pub(crate) kinds: Texts,
    pub(crate) under: Option<Texts>,
    pub(crate) paths: Option<Texts>,
    pub(crate) hosts: Option<Texts>,
    pub(crate) names: Option<Texts>,
    pub(crate) reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct MarkText {
    pub(crate) under: Option<Texts>,
    pub(crate) paths: Option<Texts>,
    pub(crate) files: Option<Texts>,
    pub(crate) secrecy: Option<Spanned<String>>,
    #[serde(rename = "reason")]
    _reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ClearanceText {
    pub(crate) kinds: Texts,
    pub(crate) hosts: Option<Texts>,
    pub(crate) names: Option<Texts>,
    pub(crate) secrecy: Texts,
    #[serde(rename = "reason")]
    _reason: Option<String>,
}

/// Numbers that a file sets; each may be absent.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BudgetText {
    pub(crate) fuel: Option<u64>,
    pub(crate) memory_bytes: Option<u64>,
    pub(crate) output_bytes: Option<u64>,
    pub(crate) wall_ms: Option<u64>,
    pub(crate) calls: Option<u64>,
    pub(crate) pre_image_bytes: Option<u64>,
}

impl BudgetText {
    /// Each number from here, else from `other`.
    pub(crate) fn or(self, other: Self) -> Self {
        self.merge(other, |mine, theirs| mine.or(theirs))
    }

    /// The least of both, where either is set.
    pub(crate) fn least(self, other: Self) -> Self {
        self.merge(other, |mine, theirs| match (mine, theirs) {
            (Some(mine), Some(theirs)) => Some(mine.min(theirs)),
            (one, None) | (None, one) => one,
        })
    }

    fn merge(self, other: Self, with: impl Fn(Option<u64>, Option<u64>) -> Option<u64>) -> Self {
        Self {
            fuel: with(self.fuel, other.fuel),
            memory_bytes: with(self.memory_bytes, other.memory_bytes),
            output_bytes: with(self.output_bytes, other.output_bytes),
            wall_ms: with(self.wall_ms, other.wall_ms),
            calls: with(self.calls, other.calls),
            pre_image_bytes: with(self.pre_image_bytes, other.pre_image_bytes),
        }
    }
}

/// Every key of the schema, for suggestions.
pub(crate) const KEYS: [&str; 20] = [
    "refuse",
    "ask",
    "allow",
    "sensitive",
    "clearance",
    "budget",
    "kinds",
    "under",
    "paths",
    "hosts",
    "names",
    "files",
    "reason",
    "secrecy",
    "fuel",
    "memory_bytes",
    "output_bytes",
    "wall_ms",
    "calls",
    "pre_image_bytes",
];

/// Secrecy categories by the names that files use.
pub(crate) const CATEGORIES: [(&str, Secrecy); 4] = [
    ("credential", Secrecy::CREDENTIAL),
    ("personal", Secrecy::PERSONAL),
    ("financial", Secrecy::FINANCIAL),
    ("user-marked", Secrecy::USER_MARKED),
];

/// The category's name in policy files, if it has one.
pub(crate) fn category_names(secrecy: Secrecy) -> impl Iterator<Item = &'static str> {
    CATEGORIES.into_iter().filter(move |(_, bits)| bits.0 & secrecy.0 != 0).map(|(name, _)| name)
}
