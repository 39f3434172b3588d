//! Paths as text: joined and normalised without asking a file system.
//!
//! Lexical only. What a symbolic link makes of a path is the `host` room's business; it resolves without leaving the
//! granted directory.

use telos_abi::ByteText;
use telos_abi::limit::PATH_BYTES_MAX;
use thiserror::Error;

/// Why text is not a path that can be acted on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub enum PathError {
    /// No bytes.
    #[error("the path is empty")]
    Empty,
    /// A NUL byte, which no Linux path can hold.
    #[error("the path contains a NUL byte")]
    Nul,
    /// Longer than [`PATH_BYTES_MAX`] after joining.
    #[error("the path is longer than {PATH_BYTES_MAX} bytes")]
    TooLong,
    /// More `..` than there are directories to leave.
    #[error("the path leaves the root directory by `..`")]
    AboveRoot,
    /// The directory it is joined to is not absolute and normalised.
    #[error("the base directory is not an absolute, normalised path")]
    Base,
}

/// Joins `text` to the absolute directory `base` (ignored when `text` is absolute) and removes `.`, `..`, doubled and
/// trailing slashes. O(length).
///
/// # Errors
/// See [`PathError`].
pub fn join(base: &ByteText, text: &[u8]) -> Result<ByteText, PathError> {
    if text.is_empty() {
        return Err(PathError::Empty);
    }
    if text.contains(&0) {
        return Err(PathError::Nul);
    }
    let absolute = text.first() == Some(&b'/');
    if !absolute && !is_normal(base.as_bytes()) {
        return Err(PathError::Base);
    }
    if text.len() > PATH_BYTES_MAX {
        return Err(PathError::TooLong);
    }
    let mut out: Vec<u8> = Vec::with_capacity(base.0.len() + text.len() + 1);
    if !absolute && base.as_bytes() != b"/" {
        out.extend_from_slice(base.as_bytes());
    }
    for part in text.split(|byte| *byte == b'/') {
        match part {
            b"" | b"." => {}
            b".." => {
                let cut = out.iter().rposition(|byte| *byte == b'/').ok_or(PathError::AboveRoot)?;
                out.truncate(cut);
            }
            name => {
                out.push(b'/');
                out.extend_from_slice(name);
            }
        }
    }
    if out.is_empty() {
        out.push(b'/');
    }
    if out.len() > PATH_BYTES_MAX {
        return Err(PathError::TooLong);
    }
    Ok(ByteText(out))
}

/// Whether the bytes are an absolute path without `.`, `..`, NUL, doubled or trailing slashes. O(length).
#[must_use]
pub fn is_normal(path: &[u8]) -> bool {
    let Some((b'/', rest)) = path.split_first() else {
        return false;
    };
    if rest.is_empty() {
        return true;
    }
    path.len() <= PATH_BYTES_MAX
        && !rest.contains(&0)
        && rest.split(|byte| *byte == b'/').all(|part| !matches!(part, b"" | b"." | b".."))
}

/// Whether `path` is `directory` or lies beneath it. Both must be normal; otherwise the answer is no. O(length).
#[must_use]
pub fn is_under(path: &[u8], directory: &[u8]) -> bool {
    is_normal(path) && is_normal(directory) && under(path, directory)
}

/// [`is_under`] for paths known to be normal.
fn under(path: &[u8], directory: &[u8]) -> bool {
    match path.strip_prefix(directory) {
        Some([] | [b'/', ..]) => true,
        Some(_) => directory == b"/",
        None => false,
    }
}

/// The deepest directory that both normal paths are in or are. O(length).
#[must_use]
pub fn common_directory(left: &[u8], right: &[u8]) -> ByteText {
    let same = left.iter().zip(right).take_while(|(a, b)| a == b).count();
    let mut shared = &left[..same];
    while !(under(left, shared) && under(right, shared)) {
        let cut = shared.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
        shared = &shared[..cut];
        if shared.is_empty() {
            return ByteText::from("/");
        }
    }
    if shared.is_empty() {
        return ByteText::from("/");
    }
    ByteText::from(shared)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn joined(text: &str) -> Result<String, PathError> {
        join(&ByteText::from("/home/u"), text.as_bytes()).map(|path| path.to_string())
    }

    #[test]
    fn joins_lexically() {
        assert_eq!(joined("a//b/./c/"), Ok("/home/u/a/b/c".into()));
        assert_eq!(joined("../x"), Ok("/home/x".into()));
        assert_eq!(joined("/etc/../var"), Ok("/var".into()));
        assert_eq!(joined("../.."), Ok("/".into()));
        assert_eq!(joined("."), Ok("/home/u".into()));
        assert_eq!(joined("a/..b"), Ok("/home/u/a/..b".into()));
    }

    #[test]
    fn refuses_what_is_no_path() {
        assert_eq!(joined(""), Err(PathError::Empty));
        assert_eq!(joined("a\0b"), Err(PathError::Nul));
        assert_eq!(joined("../../.."), Err(PathError::AboveRoot));
        assert_eq!(joined("/.."), Err(PathError::AboveRoot));
        assert_eq!(joined(&"x".repeat(5000)), Err(PathError::TooLong));
        assert_eq!(join(&ByteText::from("rel"), b"x"), Err(PathError::Base));
    }

    #[test]
    fn under_means_a_whole_component() {
        assert!(is_under(b"/a/b", b"/a"));
        assert!(is_under(b"/a", b"/a"));
        assert!(is_under(b"/a", b"/"));
        assert!(!is_under(b"/ab", b"/a"));
        assert!(!is_under(b"/a/../b", b"/a"));
        assert!(!is_under(b"/a/b", b"/a/"));
        assert!(!is_under(b"a/b", b"a"));
    }

    #[test]
    fn common_directory_is_a_prefix_of_components() {
        assert_eq!(common_directory(b"/a/bc", b"/a/bd"), ByteText::from("/a"));
        assert_eq!(common_directory(b"/a/b", b"/a"), ByteText::from("/a"));
        assert_eq!(common_directory(b"/x", b"/y"), ByteText::from("/"));
        assert_eq!(common_directory(b"/a/b", b"/a/b"), ByteText::from("/a/b"));
    }
}
