//! What a draft pays. Explaining one content word is worth 1.

/// A node that a word names.
pub(super) const NAMED: f32 = 0.15;
/// A node that introduces the refinement its consumer needs, or reads a source.
pub(super) const PLUMBING: f32 = 0.12;
/// A node that no word names, but words of the turn set its inputs.
pub(super) const SPOKEN: f32 = 0.3;
/// Any other node without a word.
pub(super) const UNNAMED: f32 = 0.5;
/// Running a node for each item.
pub(super) const EACH: f32 = 0.15;
/// A step of an earlier clause that uses the result of a later one.
pub(super) const AGAINST_ORDER: f32 = 0.5;
/// Within a clause the outer action comes first ("count the lines with …").
pub(super) const INNER_FIRST: f32 = 0.05;
/// A second result.
pub(super) const ROOT: f32 = 0.8;
/// Showing handles where the same node gives data.
pub(super) const HANDLES: f32 = 0.2;
/// Using a table, document or drawing as mere text.
pub(super) const WEAKER: f32 = 1.2;
/// An input with a default that the turn sets nonetheless earns this.
pub(super) const SETTING: f32 = 0.1;
/// What the nearest example earns at most.
pub(super) const LIKENESS: f32 = 0.4;
/// A primitive that speaks of the file's format, or is of its consumer's family, earns this as plumbing.
pub(super) const AKIN: f32 = 0.08;
/// What does not fit together: a strange file, a result of another clause's words.
pub(super) const FOREIGN: f32 = 0.7;
/// A primitive that says it is meant for files of other kinds than the one it gets. The same is earned, less, by one that is
/// meant for it.
pub(super) const WRONG_KIND: f32 = 0.6;
/// The same where nothing tells the kind.
pub(super) const UNKNOWN_KIND: f32 = 0.5;
/// A named primitive that the turn as a whole says nothing for, beside one that it says most for.
pub(super) const UNLIKELY: f32 = 0.5;
/// Reading a table or document as mere text, where something reads it as what it is.
pub(super) const UNSPECIFIC: f32 = 0.15;
/// What being meant for the file's kind earns.
pub(super) const RIGHT_KIND: f32 = 0.2;
/// A column of a table that the draft does not read. Such a draft would fail.
pub(super) const LOST: f32 = 2.0;
