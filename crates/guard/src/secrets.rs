//! Which secrets the agent's view covers: known locations, the machine's own, and names found by a bounded search
//! beneath the working directory and the places granted by name.

use crate::error::GuardError;
use crate::resolve::Resolver;
use crate::spec::{AgentSpec, Decider, Withheld, WorkspaceMode};
use crate::view::{Place, visible};
use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::fs::FileType;
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::FileTypeExt;
use std::path::{Path, PathBuf};

/// Secrets of the system that only root could read anyway; they matter when the agent's user is root.
const SYSTEM_SECRETS: [&str; 24] = [
    "/etc/shadow",
    "/etc/shadow-",
    "/etc/gshadow",
    "/etc/gshadow-",
    "/etc/security/opasswd",
    "/etc/sudoers",
    "/etc/sudoers.d",
    "/etc/ssl/private",
    "/etc/pki/tls/private",
    "/etc/letsencrypt",
    "/etc/krb5.keytab",
    "/etc/sssd",
    "/etc/crypttab",
    "/etc/wireguard",
    "/etc/openvpn",
    "/etc/ipsec.secrets",
    "/etc/ppp/chap-secrets",
    "/etc/ppp/pap-secrets",
    "/etc/wpa_supplicant",
    "/etc/NetworkManager/system-connections",
    "/etc/kubernetes",
    "/etc/rancher",
    "/etc/docker/key.json",
    "/etc/mysql/debian.cnf",
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
    let is_root = rustix::process::geteuid().is_root();
    let system = SYSTEM_SECRETS.iter().map(Path::new).filter(|_| is_root);
    let places_of_secrets = spec.sensitive.iter().map(PathBuf::as_path).chain(system);
    let mut resolver = Resolver::default();
    // What cannot be resolved is absent or already closed to this user.
    let mut found: BTreeSet<PathBuf> = places_of_secrets.filter_map(|path| resolver.resolve(path)).collect();
    if is_root {
        found.extend(host_keys());
    }
    let mut withheld = Vec::new();
    let on_host = spec.workspace == WorkspaceMode::Direct;
    let beneath = granted.iter().map(|path| (path.clone(), true));
    let searched = Search::through(std::iter::once((directory.to_path_buf(), on_host)).chain(beneath), decider);
    found.extend(searched.secrets);
    found.retain(|path| visible(places, path) && !granted.contains(path));
    let mut out = BTreeSet::new();
    for path in searched.services.into_iter().filter(|path| !granted.contains(path)) {
        withheld.push(Withheld::Service(path.as_os_str().as_bytes().into()));
        out.insert(path);
    }
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
    if let Some(entries) = searched.stopped {
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

/// What a bounded search found.
#[derive(Default)]
struct Search {
    /// Sensitive names, resolved.
    secrets: Vec<PathBuf>,
    /// Sockets where the agent sees the host's own tree: whoever listens there would do the agent's work outside. (A
    /// socket under an overlay is another one than the host's, and nobody listens.)
    services: Vec<PathBuf>,
    /// Entries looked at, if the search ended early.
    stopped: Option<usize>,
}

impl Search {
    /// Goes breadth first through the roots; the flag tells whether a root is the host's own tree.
    fn through(roots: impl Iterator<Item = (PathBuf, bool)>, decider: &dyn Decider) -> Self {
        let mut out = Self::default();
        let mut queue: VecDeque<(PathBuf, bool)> = roots.collect();
        let mut entries = 0;
        while let Some((next, on_host)) = queue.pop_front() {
            // A directory that we cannot list is closed to the agent too: it is the same user with fewer rights.
            for entry in std::fs::read_dir(next).into_iter().flatten().filter_map(Result::ok) {
                entries += 1;
                if entries > SEARCH_ENTRIES_MAX {
                    out.stopped = Some(SEARCH_ENTRIES_MAX);
                    return out;
                }
                let (path, kind) = (entry.path(), entry.file_type());
                let is = |wanted: fn(&FileType) -> bool| kind.as_ref().is_ok_and(wanted);
                if decider.is_sensitive(&path) {
                    out.secrets.extend(path.canonicalize());
                } else if on_host && is(FileType::is_socket) {
                    out.services.push(path);
                } else if is(FileType::is_dir) && !GENERATED.iter().any(|name| entry.file_name() == *name) {
                    queue.push_back((path, on_host));
                }
            }
        }
        out
    }
}
