//! P3: places that no grant makes writable.
//!
//! Whoever can write them decides what runs next time, or what Telos believes: start-up files, hooks, keys, agents'
//! instructions, Telos' own data. In a home directory they are refused; inside a working tree, where people do edit
//! them, they ask.

use crate::place::{
    Anchor::{self, Anywhere, Home, Root},
    Homes, Place, PlaceIndex, is_at_or_beneath, is_beneath,
};
use std::sync::LazyLock;
use telos_abi::{EffectKind, Verdict};

/// How a place is protected, and what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Guarded {
    /// Refuse or Ask; never Permit.
    pub(crate) verdict: Verdict,
    /// Completes "… is".
    pub(crate) is: &'static str,
}

const START: Guarded = refuse("a start-up file: whatever is written there runs at the next login");
const KEYS: Guarded = refuse("a key store");
const AGENT: Guarded = refuse("the configuration of an agent or editor, which it obeys");
const OWN: Guarded = refuse("Telos' own state, keys or policy");
const HOOK: Guarded = ask("part of git's hooks or configuration, which git runs");
const GIT: Guarded = ask("a repository's own directory");
const PIPELINE: Guarded = ask("a build pipeline, which runs with its own credentials");
const TREE_AGENT: Guarded = ask("configuration that an agent or editor obeys in this tree");
const SYSTEM: Guarded = ask("configuration of the system");
const PROGRAMS: Guarded = ask("a directory that the shell looks for programs in");

const fn refuse(is: &'static str) -> Guarded {
    Guarded { verdict: Verdict::Refuse, is }
}

const fn ask(is: &'static str) -> Guarded {
    Guarded { verdict: Verdict::Ask, is }
}

/// The places. Where several match, the strictest answers.
#[rustfmt::skip] // One row a line.
static PLACES: &[Place<Guarded>] = &[
    // Shells.
    at(Home, ".bashrc", START),
    at(Home, ".bash_profile", START),
    at(Home, ".bash_login", START),
    at(Home, ".bash_logout", START),
    at(Home, ".bash_aliases", START),
    at(Home, ".profile", START),
    at(Home, ".zshrc", START),
    at(Home, ".zshenv", START),
    at(Home, ".zprofile", START),
    at(Home, ".zlogin", START),
    at(Home, ".zlogout", START),
    at(Home, ".config/zsh", START),
    at(Home, ".oh-my-zsh", START),
    at(Home, ".kshrc", START),
    at(Home, ".mkshrc", START),
    at(Home, ".cshrc", START),
    at(Home, ".tcshrc", START),
    at(Home, ".login", START),
    at(Home, ".inputrc", START),
    at(Home, ".config/fish", START),
    at(Home, ".config/nushell", START),
    at(Home, ".config/powershell", START),
    at(Home, ".config/starship.toml", START),
    at(Home, ".pam_environment", START),
    at(Home, ".config/environment.d", START),
    at(Root, "etc/profile", START),
    at(Root, "etc/profile.d", START),
    at(Root, "etc/bash.bashrc", START),
    at(Root, "etc/bashrc", START),
    at(Root, "etc/zsh", START),
    at(Root, "etc/zshrc", START),
    at(Root, "etc/zshenv", START),
    at(Root, "etc/environment", START),
    at(Root, "etc/ld.so.preload", START),
    // Sessions and services.
    at(Home, ".config/autostart", START),
    at(Home, ".config/autostart-scripts", START),
    at(Home, ".config/plasma-workspace", START),
    at(Home, ".config/systemd", START),
    at(Home, ".local/share/systemd", START),
    at(Home, ".local/share/dbus-1", START),
    at(Home, ".xprofile", START),
    at(Home, ".xinitrc", START),
    at(Home, ".xsession", START),
    at(Home, ".xsessionrc", START),
    at(Home, "library/launchagents", START),
    // Programs that run what their start-up file says.
    at(Home, ".gitconfig", START),
    at(Home, ".config/git", START),
    at(Home, ".tmux.conf", START),
    at(Home, ".screenrc", START),
    at(Home, ".gdbinit", START),
    at(Home, ".lldbinit", START),
    at(Home, ".pythonrc", START),
    at(Home, ".cargo/config", START),
    at(Home, ".cargo/config.toml", START),
    at(Home, ".cargo/env", START),
    at(Home, ".config/direnv", START),
    at(Home, ".config/mise", START),
    at(Home, ".config/pip", START),
    // Keys.
    at(Home, ".ssh", KEYS),
    at(Home, ".gnupg", KEYS),
    at(Home, ".password-store", KEYS),
    at(Home, ".local/share/keyrings", KEYS),
    at(Root, "etc/ssh", KEYS),
    // Agents and editors.
    at(Home, ".claude", AGENT),
    at(Home, ".claude.json", AGENT),
    at(Home, ".codex", AGENT),
    at(Home, ".gemini", AGENT),
    at(Home, ".cursor", AGENT),
    at(Home, ".continue", AGENT),
    at(Home, ".aider.conf.yml", AGENT),
    at(Home, ".config/opencode", AGENT),
    at(Home, ".config/goose", AGENT),
    at(Home, ".config/github-copilot", AGENT),
    at(Home, ".vscode", AGENT),
    at(Home, ".config/code/user", AGENT),
    at(Home, ".config/zed", AGENT),
    at(Home, ".vim", AGENT),
    at(Home, ".vimrc", AGENT),
    at(Home, ".config/nvim", AGENT),
    at(Home, ".emacs", AGENT),
    at(Home, ".emacs.d", AGENT),
    at(Home, ".config/emacs", AGENT),
    // Telos, wherever its project policy lies.
    at(Anywhere, ".telos", OWN),
    at(Home, ".config/telos", OWN),
    at(Home, ".local/share/telos", OWN),
    at(Home, ".local/state/telos", OWN),
    // Inside a working tree.
    at(Anywhere, ".git/hooks", HOOK),
    at(Anywhere, ".git/config", HOOK),
    at(Anywhere, ".git/config.worktree", HOOK),
    at(Anywhere, ".git/modules", HOOK),
    at(Anywhere, ".githooks", HOOK),
    at(Anywhere, ".husky", HOOK),
    at(Anywhere, ".github/workflows", PIPELINE),
    at(Anywhere, ".github/actions", PIPELINE),
    at(Anywhere, ".gitlab-ci.yml", PIPELINE),
    at(Anywhere, ".circleci", PIPELINE),
    at(Anywhere, ".vscode", TREE_AGENT),
    at(Anywhere, ".cursor", TREE_AGENT),
    at(Anywhere, ".claude", TREE_AGENT),
    at(Anywhere, ".mcp.json", TREE_AGENT),
    at(Anywhere, ".envrc", TREE_AGENT),
    // Elsewhere.
    at(Home, ".local/bin", PROGRAMS),
    at(Home, "bin", PROGRAMS),
    at(Home, ".cargo/bin", PROGRAMS),
    at(Root, "etc", SYSTEM),
];

const fn at(at: Anchor, names: &'static str, what: Guarded) -> Place<Guarded> {
    Place { at, names, what }
}

static INDEX: LazyLock<PlaceIndex<Guarded>> = LazyLock::new(|| PlaceIndex::new(PLACES));

/// Home-relative directories that hold refused places (`.config`, `.local/share`): replacing one replaces them.
static PARENTS: LazyLock<Vec<&'static str>> = LazyLock::new(|| {
    let mut parents: Vec<&str> = PLACES
        .iter()
        .filter(|place| place.at == Home && place.what.verdict == Verdict::Refuse)
        .flat_map(|place| place.names.match_indices('/').map(|(end, _)| &place.names[..end]))
        .collect();
    parents.sort_unstable();
    parents.dedup();
    parents
});

/// What protects `path` against an effect of the write class, if anything. O(components).
pub(crate) fn against_writing(kind: EffectKind, path: &[u8], homes: &Homes, own: &[Vec<u8>]) -> Option<Guarded> {
    if own.iter().any(|place| is_at_or_beneath(path, place)) {
        return Some(OWN);
    }
    if replaces(kind)
        && let Some(guarded) = against_replacing(path, homes, own)
    {
        return Some(guarded);
    }
    let mut strictest: Option<Guarded> = None;
    INDEX.each_match(path, homes, |found| {
        if strictest.is_none_or(|known| known.verdict == Verdict::Ask) {
            strictest = Some(*found);
        }
    });
    strictest
}

/// Whether a path is part of Telos' own data, which nothing under a grant reads either: it holds keys.
pub(crate) fn is_own(path: &[u8], own: &[Vec<u8>]) -> bool {
    own.iter().any(|place| is_at_or_beneath(path, place))
}

/// Kinds that put something else under a name, so that what lay beneath the name moves, goes or is shadowed.
pub(crate) const fn replaces(kind: EffectKind) -> bool {
    matches!(
        kind,
        EffectKind::FileMove
            | EffectKind::FileDelete
            | EffectKind::LinkCreate
            | EffectKind::FileCreate
            | EffectKind::FileOverwrite
    )
}

/// A protected place is protected against the replacement of a directory above it, too.
fn against_replacing(path: &[u8], homes: &Homes, own: &[Vec<u8>]) -> Option<Guarded> {
    const ABOVE: Guarded = refuse("a directory that holds protected places");
    let above_own = own.iter().any(|place| is_beneath(place, path));
    let above_home =
        homes.iter().chain([crate::place::ROOT_HOME, b"/home/any"]).any(|home| is_at_or_beneath(home, path));
    let a_home = path.strip_prefix(b"/home/").is_some_and(|name| !name.contains(&b'/'));
    let parent = homes
        .starts(path)
        .into_iter()
        .flatten()
        .any(|start| PARENTS.iter().any(|parent| path[start..].eq_ignore_ascii_case(parent.as_bytes())));
    if above_own || above_home || a_home || parent {
        return Some(ABOVE);
    }
    let git = crate::place::last_name(path).eq_ignore_ascii_case(b".git");
    git.then_some(GIT)
}

/// The table as text, for the policy's version.
pub(crate) fn fingerprint() -> String {
    let row = |place: &Place<Guarded>| {
        let verdict = place.what.verdict as u8;
        format!("{:?} {:?} {verdict};", place.at, place.names)
    };
    PLACES.iter().map(row).collect()
}

/// Absolute paths that are refused and anchored at a home directory or the root, for sandboxes that must name them.
pub(crate) fn anchored(homes: &Homes, own: &[Vec<u8>]) -> Vec<Vec<u8>> {
    let mut list = own.to_vec();
    for place in PLACES {
        match (place.at, place.what.verdict) {
            (Root, Verdict::Refuse) => list.push([b"/", place.names.as_bytes()].concat()),
            (Home, Verdict::Refuse) => {
                list.extend(homes.iter().map(|home| [home, b"/", place.names.as_bytes()].concat()));
            }
            _ => {}
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;
    use Verdict::{Ask, Refuse};

    fn verdict(kind: EffectKind, path: &str) -> Option<Verdict> {
        let homes = Homes::new([b"/home/ann".to_vec()]);
        let own = [b"/srv/state".to_vec()];
        against_writing(kind, path.as_bytes(), &homes, &own).map(|found| found.verdict)
    }

    #[test]
    fn the_table_is_lower_case_and_without_doubles() {
        let mut seen = Vec::new();
        for place in PLACES {
            assert_eq!(place.names, place.names.to_ascii_lowercase());
            assert!(!seen.contains(&(place.names, place.at)), "{}", place.names);
            seen.push((place.names, place.at));
            assert_ne!(place.what.verdict, Verdict::Permit);
        }
    }

    #[test]
    fn home_is_refused_and_trees_ask() {
        let write = |path| verdict(EffectKind::FileOverwrite, path);
        assert_eq!(write("/home/ann/.bashrc"), Some(Refuse));
        assert_eq!(write("/home/ann/.BASHRC"), Some(Refuse));
        assert_eq!(write("/home/ann/.ssh/authorized_keys"), Some(Refuse));
        assert_eq!(write("/home/ann/.config/telos/policy.toml"), Some(Refuse));
        assert_eq!(write("/home/ann/p/.telos/policy.toml"), Some(Refuse));
        assert_eq!(write("/srv/state/keys/x"), Some(Refuse));
        assert_eq!(write("/etc/profile.d/x.sh"), Some(Refuse));
        assert_eq!(write("/home/ann/p/.git/hooks/pre-commit"), Some(Ask));
        assert_eq!(write("/home/ann/p/.github/workflows/ci.yml"), Some(Ask));
        assert_eq!(write("/home/ann/.vscode/settings.json"), Some(Refuse));
        assert_eq!(write("/home/ann/p/.vscode/settings.json"), Some(Ask));
        assert_eq!(write("/etc/hosts"), Some(Ask));
        assert_eq!(write("/home/ann/p/.bashrc"), None);
        assert_eq!(write("/home/ann/p/src/main.rs"), None);
        assert_eq!(write("/home/ann/p/.git/index"), None);
    }

    #[test]
    fn directories_above_protected_places_cannot_be_replaced() {
        for path in ["/", "/home", "/home/ann", "/home/ann/.config", "/home/bob", "/srv"] {
            assert_eq!(verdict(EffectKind::FileMove, path), Some(Refuse), "{path}");
            assert_eq!(verdict(EffectKind::LinkCreate, path), Some(Refuse), "{path}");
            assert_eq!(verdict(EffectKind::DirCreate, path), None, "{path}");
        }
        assert_eq!(verdict(EffectKind::FileMove, "/home/ann/p/.git"), Some(Ask));
        assert_eq!(verdict(EffectKind::FileMove, "/home/ann/p"), None);
    }
}
