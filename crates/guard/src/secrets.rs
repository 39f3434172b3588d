//! Which secrets the agent's view covers: known locations, the machine's own, and names found by a bounded search
//! beneath the working directory and the places granted by name.

use crate::error::GuardError;
use crate::spec::{AgentSpec, Decider, Withheld};
use crate::view::{Place, visible};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

/// Secrets of the system that only root could read anyway; they matter when the agent's user is root.
const SYSTEM_SECRETS: [&str; 8] = [
    "/etc/shadow",
    "/etc/shadow-",
    "/etc/gshadow",
    "/etc/gshadow-",
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/etc/ssl/private",
    "/etc/krb5.keytab",
];
/// Directories of generated content, which the search for sensitive names does not enter.
const GENERATED: [&str; 4] = ["node_modules", "target", "objects", "__pycache__"];
/// Most directory entries that the search for sensitive names looks at. It goes breadth first, so what it leaves out
/// is deepest. About 2 ms.
pub(crate) const SEARCH_ENTRIES_MAX: usize = 4_096;
/// Everything to cover, outermost only, and what to report.
pub(crate) fn covers(
    spec: &AgentSpec,
    directory: &Path,
    state: &Path,
    places: &BTreeMap<PathBuf, Place>,
    decider: &dyn Decider,
) -> Result<(BTreeSet<PathBuf>, Vec<Withheld>), GuardError> {
    let granted: BTreeSet<PathBuf> =
        spec.reads.iter().chain(&spec.writes).filter_map(|path| path.canonicalize().ok()).collect();
    let mut found = BTreeSet::new();
    let system = SYSTEM_SECRETS.iter().map(PathBuf::from).filter(|_| rustix::process::geteuid().is_root());
    for path in spec.sensitive.iter().cloned().chain(system) {
        // What cannot be resolved is absent or already closed to this user.
        found.extend(path.canonicalize());
    }
    if rustix::process::geteuid().is_root() {
        found.extend(host_keys());
    }
    let mut withheld = Vec::new();
    let beneath = spec.reads.iter().chain(&spec.writes).filter_map(|path| path.canonicalize().ok());
    let (named, stopped) = search(std::iter::once(directory.to_path_buf()).chain(beneath), decider);
    found.extend(named);
    found.retain(|path| visible(places, path) && !granted.contains(path));
    let mut out = BTreeSet::new();
    for path in found {
        if let Some(inner) = places.keys().find(|place| place.starts_with(&path) && **place != path) {
            return Err(GuardError::Specification {
                what: inner.display().to_string(),
                why: format!(
                    "it lies inside {path:?}, which holds secrets by rule; grant {path:?} itself or work elsewhere"
                ),
            });
        }
        if path == directory {
            return Err(GuardError::Specification {
                what: path.display().to_string(),
                why: "it holds secrets by rule; grant it explicitly or work elsewhere".into(),
            });
        }
        if !path.ancestors().skip(1).any(|ancestor| out.contains(ancestor)) {
            withheld.push(Withheld::Path(path.as_os_str().as_bytes().into()));
            out.insert(path);
        }
    }
    if let Some(entries) = stopped {
        withheld.push(Withheld::SearchStopped { entries });
    }
    if visible(places, state) && state.exists() {
        out.insert(state.to_path_buf());
    }
    Ok((out, withheld))
}

/// Private keys of the machine's SSH service.
fn host_keys() -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir("/etc/ssh") else {
        return Vec::new();
    };
    entries
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().as_bytes().ends_with(b"_key"))
        .map(|entry| entry.path())
        .collect()
}

/// Breadth-first search for sensitive names. Returns them resolved, and the number of entries if it stopped early.
fn search(roots: impl Iterator<Item = PathBuf>, decider: &dyn Decider) -> (Vec<PathBuf>, Option<usize>) {
    let mut found = Vec::new();
    let mut queue: VecDeque<PathBuf> = roots.collect();
    let mut entries = 0;
    while let Some(next) = queue.pop_front() {
        // A directory that we cannot list is closed to the agent too: it is the same user with fewer rights.
        for entry in std::fs::read_dir(next).into_iter().flatten().filter_map(Result::ok) {
            entries += 1;
            if entries > SEARCH_ENTRIES_MAX {
                return (found, Some(SEARCH_ENTRIES_MAX));
            }
            let path = entry.path();
            if decider.is_sensitive(&path) {
                found.extend(path.canonicalize());
            } else if entry.file_type().is_ok_and(|kind| kind.is_dir())
                && !GENERATED.iter().any(|name| entry.file_name() == *name)
            {
                queue.push_back(path);
            }
        }
    }
    (found, None)
}
