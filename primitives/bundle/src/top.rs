//! The directory that everything in a bundle lies below, which depends on where the bundle was made.

/// The longest common directory of what was met.
#[derive(Default)]
pub(crate) struct Top {
    /// With the slash at its end, or empty. `None` before anything was met.
    common: Option<String>,
}

impl Top {
    /// There is a file of this name.
    pub(crate) fn file(&mut self, name: &str) {
        let end = name.rfind('/').map_or(0, |at| at + 1);
        self.narrow(&name[..end]);
    }

    /// There is a directory of this name. It may be the common one itself.
    pub(crate) fn directory(&mut self, name: &str) {
        self.narrow(&format!("{name}/"));
    }

    fn narrow(&mut self, directory: &str) {
        match &mut self.common {
            None => self.common = Some(directory.to_owned()),
            Some(common) => {
                while !directory.starts_with(common.as_str()) {
                    let shorter = parent(common).len();
                    common.truncate(shorter);
                }
            }
        }
    }

    /// The directory, with the slash at its end, or nothing.
    pub(crate) fn path(&self) -> &str {
        self.common.as_deref().unwrap_or("")
    }
}

/// The directory above one that ends in a slash. Nothing is above nothing.
pub(crate) fn parent(directory: &str) -> &str {
    let named = directory.strip_suffix('/').unwrap_or(directory);
    &named[..named.rfind('/').map_or(0, |at| at + 1)]
}

#[cfg(test)]
mod tests {
    use super::{Top, parent};

    fn top(files: &[&str], directories: &[&str]) -> String {
        let mut top = Top::default();
        files.iter().for_each(|name| top.file(name));
        directories.iter().for_each(|name| top.directory(name));
        top.path().to_owned()
    }

    #[test]
    fn the_longest_common_directory_is_found() {
        assert_eq!(top(&[], &[]), "");
        assert_eq!(top(&["a"], &[]), "");
        assert_eq!(top(&["a/b/c", "a/b/d"], &[]), "a/b/");
        assert_eq!(top(&["a/bc/x", "a/b/x"], &[]), "a/");
        assert_eq!(top(&["a/b/c", "d"], &[]), "");
        assert_eq!(top(&["a/b/c"], &["a", "a/b"]), "a/");
        assert_eq!(top(&[], &["a/é"]), "a/é/");
    }

    #[test]
    fn above_a_directory_is_its_parent() {
        assert_eq!([parent("a/é/c/"), parent("a/"), parent("")], ["a/é/", "", ""]);
    }
}
