//! Resolves many paths that share their parents, most of which are absent.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};

/// What is known of the paths resolved so far. A directory is looked at once, and what lies beneath an absent one is
/// not looked at: the kernel would walk the hundreds of sensitive places from the root, one component a call.
#[derive(Debug, Default)]
pub(crate) struct Resolver {
    known: HashMap<PathBuf, Option<PathBuf>>,
}

impl Resolver {
    /// The path without links, as [`Path::canonicalize`]; `None` if nothing is there that this user can reach.
    pub(crate) fn resolve(&mut self, path: &Path) -> Option<PathBuf> {
        let mut components = path.components();
        let plain = components.next() == Some(Component::RootDir) && components.all(|one| is_name(&one));
        if plain { self.resolve_plain(path) } else { path.canonicalize().ok() }
    }

    /// Of a path from the root that consists of names alone.
    fn resolve_plain(&mut self, path: &Path) -> Option<PathBuf> {
        let (Some(parent), Some(name)) = (path.parent(), path.file_name()) else {
            return Some(path.to_path_buf());
        };
        if let Some(known) = self.known.get(path) {
            return known.clone();
        }
        let found = self.resolve_plain(parent).and_then(|parent| {
            let at = parent.join(name);
            match at.symlink_metadata() {
                Ok(about) if about.is_symlink() => at.canonicalize().ok(),
                Ok(_) => Some(at),
                Err(_) => None,
            }
        });
        self.known.insert(path.to_path_buf(), found.clone());
        found
    }
}

fn is_name(component: &Component<'_>) -> bool {
    matches!(component, Component::Normal(_))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::symlink;

    #[test]
    fn agrees_with_the_standard_library() {
        let place = tempfile::tempdir().expect("a directory");
        let at = |name: &str| place.path().join(name);
        std::fs::create_dir_all(at("real/inner")).expect("directories");
        std::fs::write(at("real/inner/file"), "").expect("a file");
        symlink("real", at("link")).expect("a link");
        symlink("../link/inner", at("real/round")).expect("a link through a link");
        symlink("nowhere", at("dangling")).expect("a link to nothing");
        symlink("loop", at("loop")).expect("a link to itself");
        let mut resolver = Resolver::default();
        for name in [
            "",
            "real/inner/file",
            "link/inner/file",
            "link/round/file",
            "real/round",
            "dangling",
            "dangling/beneath",
            "loop",
            "absent",
            "absent/beneath",
            "real/inner/file/beneath",
            "real/../link/inner",
            "link/../real/./inner",
            "link//inner/",
            "real/inner/file",
        ] {
            assert_eq!(resolver.resolve(&at(name)), at(name).canonicalize().ok(), "{name}");
        }
        for path in ["/", "/proc/self/root", "relative", "."] {
            assert_eq!(resolver.resolve(Path::new(path)), Path::new(path).canonicalize().ok(), "{path}");
        }
    }
}
