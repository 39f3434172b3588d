//! Which files carry secrecy by rule: a table of places and one of file names.
//!
//! Rules speak of names alone, so they are right before anybody opens the file, and a copy under another name is
//! covered by the label that the copy keeps, not by this table.

mod places;

use crate::place::Anchor::{Anywhere, Home, Root};
use crate::place::{Homes, PlaceIndex, last_name, name_matches};
use places::{NAMES, PLACES, PUBLIC_DIRECTORIES, PUBLIC_NAMES};
use std::sync::LazyLock;
use telos_abi::Secrecy;

static INDEX: LazyLock<PlaceIndex<Secrecy>> = LazyLock::new(|| PlaceIndex::new(PLACES));

/// The secrecy of a path's content by the built-in rules. O(components).
pub(crate) fn built_in(path: &[u8], homes: &Homes) -> Secrecy {
    let mut secrecy = Secrecy::PUBLIC.0;
    let name = last_name(path);
    // The public half of a key pair is public also in the key directory.
    let public = PUBLIC_NAMES.iter().any(|pattern| name_matches(name, pattern.as_bytes()));
    INDEX.each_match(path, homes, |found| secrecy |= found.0);
    if public {
        return Secrecy(if name_matches(name, b"*.pub") { 0 } else { secrecy });
    }
    let shipped = PUBLIC_DIRECTORIES.iter().any(|directory| crate::place::is_beneath(path, directory));
    if !shipped {
        for (pattern, found) in NAMES {
            if name_matches(name, pattern.as_bytes()) {
                secrecy |= found.0;
            }
        }
    }
    if is_process_memory(path) {
        secrecy |= Secrecy::CREDENTIAL.0;
    }
    Secrecy(secrecy)
}

/// `/proc/N/environ`, `mem`, `cmdline` and `auxv` hold what another program was started with.
fn is_process_memory(path: &[u8]) -> bool {
    path.starts_with(b"/proc/") && matches!(last_name(path), b"environ" | b"mem" | b"cmdline" | b"auxv")
}

/// The tables as text, for the policy's version.
pub(crate) fn fingerprint() -> String {
    let places = PLACES.iter().map(|place| format!("{:?} {:?} {:x};", place.at, place.names, place.what.0));
    let names = NAMES.iter().map(|(pattern, secrecy)| format!("{pattern:?} {:x};", secrecy.0));
    let public = format!("{PUBLIC_NAMES:?} {PUBLIC_DIRECTORIES:?}");
    places.chain(names).chain([public]).collect()
}

/// Absolute paths of the sensitive places that are anchored at a home directory or the root.
pub(crate) fn anchored(homes: &Homes) -> Vec<(Vec<u8>, Secrecy)> {
    let mut list = Vec::new();
    for place in PLACES {
        match place.at {
            Root => list.push(([b"/", place.names.as_bytes()].concat(), place.what)),
            Home | Anywhere => {
                list.extend(homes.iter().map(|home| ([home, b"/", place.names.as_bytes()].concat(), place.what)));
            }
        }
    }
    list
}

#[cfg(test)]
mod tests {
    use super::*;

    const CREDENTIAL: Secrecy = Secrecy::CREDENTIAL;
    const PERSONAL: Secrecy = Secrecy::PERSONAL;
    const FINANCIAL: Secrecy = Secrecy::FINANCIAL;

    fn secrecy(path: &str) -> Secrecy {
        built_in(path.as_bytes(), &Homes::new([b"/home/ann".to_vec()]))
    }

    #[test]
    fn tables_are_lower_case_and_without_doubles() {
        let mut seen = std::collections::BTreeSet::new();
        for place in PLACES {
            assert_eq!(place.names, place.names.to_ascii_lowercase());
            assert!(seen.insert(place.names), "{} twice", place.names);
        }
        for (pattern, _) in NAMES {
            assert!(pattern.matches('*').count() <= 1);
            assert!(seen.insert(pattern), "{pattern} twice");
        }
    }

    #[test]
    fn sensitive_files() {
        for path in [
            "/home/ann/p/.env",
            "/home/ann/p/.env.local",
            "/home/ann/p/.ENV",
            "/srv/app/prod.env",
            "/home/ann/.ssh/id_ed25519",
            "/home/ann/.ssh/config",
            "/tmp/backup/.ssh/known_hosts",
            "/tmp/id_rsa.old",
            "/tmp/server.pem",
            "/tmp/server.KEY",
            "/home/ann/.aws/credentials",
            "/home/ann/.azure/accessTokens.json",
            &crate::place::of_the_superuser(".config/gcloud/credentials.db"),
            "/home/ann/.kube/config",
            "/home/ann/.docker/config.json",
            "/home/ann/.netrc",
            "/home/ann/p/.npmrc",
            "/home/ann/.pypirc",
            "/home/ann/.git-credentials",
            "/home/ann/.cargo/credentials.toml",
            "/home/ann/.password-store/bank.gpg",
            "/etc/shadow",
            "/proc/1/environ",
            "/home/ann/.config/gh/hosts.yml",
            "/home/ann/.vault-token",
            "/home/ann/.pgpass",
            "/srv/infra/terraform.tfstate",
            "/srv/infra/terraform.tfstate.backup",
            "/srv/app/service-account-prod.json",
            "/srv/app/credentials.json",
            "/srv/app/secrets.yaml",
            "/tmp/cert.p12",
            "/tmp/cert.pfx",
            "/tmp/passwords.kdbx",
            "/tmp/public/private.pem",
            "/tmp/ca-key.pem",
            "/tmp/krb5cc_1000",
            "/home/ann/.config/openstack/clouds.yaml",
            "/home/ann/.config/gopass/age/identities",
        ] {
            assert!(secrecy(path).0 & CREDENTIAL.0 != 0, "{path}");
        }
        for path in [
            "/home/ann/.mozilla/firefox/x.default/cookies.sqlite",
            "/home/ann/.config/google-chrome/Default/Login Data",
            "/home/ann/.config/chromium/Default/History",
            "/home/ann/.bash_history",
            "/home/ann/.python_history",
            "/home/ann/.zsh_history",
            "/home/ann/.thunderbird/p/Mail",
            "/home/ann/.config/Signal/sql/db.sqlite",
            "/var/mail/ann",
            "/home/ann/.config/BraveSoftware/Brave-Browser/Default/Cookies",
            "/home/ann/.cache/mozilla/firefox/x/cache2/entries/A",
            "/home/ann/.psql_history",
            "/home/ann/.node_repl_history",
            "/home/ann/.lesshst",
            "/home/ann/.local/share/atuin/history.db",
        ] {
            assert!(secrecy(path).0 & PERSONAL.0 != 0, "{path}");
        }
        for path in [
            "/tmp/wallet.dat",
            "/home/ann/.electrum/wallets/default_wallet",
            "/home/ann/.bitcoin/wallets/w",
            "/home/ann/.ethereum/keystore/UTC--2020",
            "/home/ann/.config/solana/id.json",
            "/home/ann/.config/Exodus/exodus.wallet/seed.seco",
            "/home/ann/.walletwasabi/client/Wallets/w.json",
        ] {
            assert_eq!(secrecy(path), FINANCIAL, "{path}");
        }
    }

    #[test]
    fn ordinary_files() {
        for path in [
            "/",
            "",
            "/home/ann/p/.env.example",
            "/home/ann/p/.env.local.sample",
            "/home/ann/p/src/id_generator.py",
            "/home/ann/p/environment.md",
            "/home/ann/.ssh/id_ed25519.pub",
            "/home/ann/p/monkey.py",
            "/usr/lib/python3/dist-packages/certifi/cacert.pem",
            "/etc/ssl/certs/ISRG_Root_X1.pem",
            "/home/ann/p/.env/lib/python3/site.py",
            "/home/ann/.docker/contexts",
            "/home/ann/.cargo/registry/index",
            "/home/ann/p/mail/notes.txt",
            "/home/ann/p/public.pem",
            "/home/ann/p/jwt-public.pem",
            "/home/ann/p/rsa.pub.pem",
            "/home/ann/p/server.crt",
            "/home/ann/p/keyboard.json",
            "/home/ann/p/src/keys.rs",
            "/home/ann/p/src/secrets.rs",
            "/home/ann/p/docs/history.md",
            "/home/ann/p/credentials.md",
            "/home/ann/.config/nvim/init.lua",
            "/home/ann/.config/git/config",
            "/home/ann/.cargo/config.toml",
            "/home/ann/.docker/daemon.json",
            "/home/ann/.local/share/applications/a.desktop",
        ] {
            assert_eq!(secrecy(path), Secrecy::PUBLIC, "{path}");
        }
    }
}
