//! XML 1.0: elements of a document, and its layout.

mod elements;
mod format;
pub(crate) mod walk;

pub(crate) use elements::start as elements;
pub(crate) use format::start as format;

#[cfg(test)]
mod tests;
