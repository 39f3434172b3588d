//! Names of members: which are taken, and in what form.

use hashbrown::HashMap;
use telos_pack::Failure;

/// Longest name, in bytes: what a path on Linux may have.
const NAME_BYTES_MAX: usize = 4_095;
/// Most members of an archive: as many as a directory walk returns.
pub(crate) const MEMBERS_MAX: u64 = 1_000_000;
/// Most bytes of all names together.
const NAMES_BYTES_MAX: usize = 64 << 20;

/// A name in plain form: relative, without `.` and doubled slashes. Empty for the archive's own root.
pub(crate) fn plain(name: &str) -> Result<String, Failure> {
    let refused = |why: &str| Err(Failure::bad(format!("the archive has a member `{}` {why}", shown(name))));
    if name.len() > NAME_BYTES_MAX {
        return refused("with a name longer than paths may be");
    }
    if name.starts_with('/') {
        return refused("that wants to be written to an absolute place");
    }
    if name.contains('\0') {
        return refused("with a NUL in its name");
    }
    let parts: Vec<&str> = name.split('/').filter(|part| !part.is_empty() && *part != ".").collect();
    if parts.contains(&"..") {
        return refused("that wants to be written outside of the place it is unpacked to");
    }
    Ok(parts.join("/"))
}

/// The beginning of a name, for messages.
fn shown(name: &str) -> String {
    name.chars().take(80).map(|letter| if letter.is_control() { '\u{fffd}' } else { letter }).collect()
}

/// The names that were taken.
#[derive(Default)]
pub(crate) struct Names {
    /// Each name, and whether it is a file's.
    taken: HashMap<String, bool>,
    bytes: usize,
}

impl Names {
    /// Takes a name. A directory may come twice; a file may not, nor take the place of a directory.
    pub(crate) fn take(&mut self, name: &str, is_file: bool) -> Result<(), Failure> {
        let twice = |name: &str| {
            Err(Failure::bad(format!("the archive has `{}` twice, so that one would replace the other", shown(name))))
        };
        let mut above = name;
        while let Some((parent, _)) = above.rsplit_once('/') {
            match self.taken.get(parent) {
                Some(true) => return twice(parent),
                // What is above a known directory is known too.
                Some(false) => break,
                None => self.insert(parent, false)?,
            }
            above = parent;
        }
        match self.taken.get(name) {
            Some(known) if *known || is_file => twice(name),
            Some(_) => Ok(()),
            None => self.insert(name, is_file),
        }
    }

    fn insert(&mut self, name: &str, is_file: bool) -> Result<(), Failure> {
        self.bytes += name.len();
        if self.bytes > NAMES_BYTES_MAX {
            return Err(Failure::Limit(format!("the names in the archive exceed {} MiB", NAMES_BYTES_MAX >> 20)));
        }
        self.taken.insert(name.to_owned(), is_file);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_stay_within() {
        assert_eq!(plain("./a//b/./c/").unwrap(), "a/b/c");
        assert_eq!(plain("./").unwrap(), "");
        assert_eq!(plain("a..b/...").unwrap(), "a..b/...");
        for name in ["/etc/passwd", "..", "a/../../b", "a\0b", &"a".repeat(5_000)] {
            assert!(plain(name).is_err(), "{name}");
        }
    }

    #[test]
    fn no_name_is_taken_twice() {
        let mut names = Names::default();
        names.take("a/b/c", true).unwrap();
        names.take("a/b", false).unwrap();
        names.take("a/b", false).unwrap();
        names.take("a/b2", true).unwrap();
        for (name, is_file) in [("a/b/c", true), ("a/b", true), ("a/b2", false), ("a/b/c/d", true)] {
            assert!(names.take(name, is_file).is_err(), "{name}");
        }
    }
}
