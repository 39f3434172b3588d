//! Which files carry secrecy by rule: a table of places and one of file names.
//!
//! Rules speak of names alone, so they are right before anybody opens the file, and a copy under another name is
//! covered by the label that the copy keeps, not by this table.

use crate::place::{
    Anchor::{self, Anywhere, Home, Root},
    Homes, Place, PlaceIndex, last_name, name_matches,
};
use std::sync::LazyLock;
use telos_abi::Secrecy;

const CREDENTIAL: Secrecy = Secrecy::CREDENTIAL;
const PERSONAL: Secrecy = Secrecy::PERSONAL;
const FINANCIAL: Secrecy = Secrecy::FINANCIAL;

/// Places whose whole content is sensitive. Names are lower case; see [`crate::place`].
#[rustfmt::skip] // One row a line.
static PLACES: &[Place<Secrecy>] = &[
    // Keys.
    at(Anywhere, ".ssh", CREDENTIAL),
    at(Anywhere, ".gnupg", CREDENTIAL),
    at(Anywhere, ".pki", CREDENTIAL),
    at(Root, "etc/ssh", CREDENTIAL),
    at(Root, "etc/ssl/private", CREDENTIAL),
    at(Root, "etc/pki/tls/private", CREDENTIAL),
    at(Root, "etc/letsencrypt", CREDENTIAL),
    at(Root, "etc/wireguard", CREDENTIAL),
    at(Root, "etc/shadow", CREDENTIAL),
    at(Root, "etc/shadow-", CREDENTIAL),
    at(Root, "etc/gshadow", CREDENTIAL),
    at(Root, "etc/gshadow-", CREDENTIAL),
    at(Root, "etc/sudoers", CREDENTIAL),
    at(Root, "run/secrets", CREDENTIAL),
    at(Root, "var/run/secrets", CREDENTIAL),
    at(Root, "proc/kcore", CREDENTIAL),
    // Password stores and sealed sessions.
    at(Anywhere, ".password-store", CREDENTIAL),
    at(Home, ".local/share/keyrings", CREDENTIAL),
    at(Home, ".local/share/kwalletd", CREDENTIAL),
    at(Home, ".config/keepassxc", CREDENTIAL),
    at(Home, ".config/bitwarden", CREDENTIAL),
    at(Home, ".config/bitwarden cli", CREDENTIAL),
    at(Home, ".config/1password", CREDENTIAL),
    at(Home, ".config/op", CREDENTIAL),
    at(Home, ".config/sops", CREDENTIAL),
    at(Home, ".config/age", CREDENTIAL),
    at(Home, "library/keychains", CREDENTIAL),
    // Cloud, cluster and package registries.
    at(Anywhere, ".aws", CREDENTIAL),
    at(Anywhere, ".azure", CREDENTIAL),
    at(Anywhere, ".oci", CREDENTIAL),
    at(Anywhere, ".kube", CREDENTIAL),
    at(Home, ".config/gcloud", CREDENTIAL),
    at(Home, ".config/doctl", CREDENTIAL),
    at(Home, ".config/hcloud", CREDENTIAL),
    at(Home, ".config/rclone", CREDENTIAL),
    at(Home, ".config/gh", CREDENTIAL),
    at(Home, ".config/glab-cli", CREDENTIAL),
    at(Home, ".config/hub", CREDENTIAL),
    at(Home, ".config/git/credentials", CREDENTIAL),
    at(Home, ".config/containers/auth.json", CREDENTIAL),
    at(Home, ".config/pypoetry/auth.toml", CREDENTIAL),
    at(Home, ".docker/config.json", CREDENTIAL),
    at(Home, ".cargo/credentials", CREDENTIAL),
    at(Home, ".cargo/credentials.toml", CREDENTIAL),
    at(Home, ".gem/credentials", CREDENTIAL),
    at(Home, ".nuget/nuget", CREDENTIAL),
    at(Home, ".m2/settings.xml", CREDENTIAL),
    at(Home, ".m2/settings-security.xml", CREDENTIAL),
    at(Home, ".gradle/gradle.properties", CREDENTIAL),
    at(Home, ".terraform.d", CREDENTIAL),
    at(Home, ".fly", CREDENTIAL),
    at(Home, ".vault-token", CREDENTIAL),
    at(Home, ".cache/huggingface/token", CREDENTIAL),
    at(Home, ".claude/.credentials.json", CREDENTIAL),
    at(Home, ".codex/auth.json", CREDENTIAL),
    at(Home, ".gemini/oauth_creds.json", CREDENTIAL),
    at(Home, ".config/github-copilot", CREDENTIAL),
    // Browser profiles: sessions, saved passwords, history.
    at(Home, ".mozilla", PERSONAL_AND_CREDENTIAL),
    at(Home, ".librewolf", PERSONAL_AND_CREDENTIAL),
    at(Home, ".waterfox", PERSONAL_AND_CREDENTIAL),
    at(Home, ".config/mozilla", PERSONAL_AND_CREDENTIAL),
    at(Home, ".config/google-chrome", PERSONAL_AND_CREDENTIAL),
    at(Home, ".config/google-chrome-beta", PERSONAL_AND_CREDENTIAL),
    at(Home, ".config/chromium", PERSONAL_AND_CREDENTIAL),
    at(Home, ".config/bravesoftware", PERSONAL_AND_CREDENTIAL),
    at(Home, ".config/microsoft-edge", PERSONAL_AND_CREDENTIAL),
    at(Home, ".config/vivaldi", PERSONAL_AND_CREDENTIAL),
    at(Home, ".config/opera", PERSONAL_AND_CREDENTIAL),
    at(Home, "snap/firefox", PERSONAL_AND_CREDENTIAL),
    at(Home, "snap/chromium", PERSONAL_AND_CREDENTIAL),
    at(Home, ".var/app/org.mozilla.firefox", PERSONAL_AND_CREDENTIAL),
    at(Home, ".var/app/com.google.chrome", PERSONAL_AND_CREDENTIAL),
    at(Home, ".var/app/org.chromium.chromium", PERSONAL_AND_CREDENTIAL),
    at(Home, "library/application support/firefox", PERSONAL_AND_CREDENTIAL),
    at(Home, "library/application support/google/chrome", PERSONAL_AND_CREDENTIAL),
    // Mail and messengers.
    at(Home, ".thunderbird", PERSONAL_AND_CREDENTIAL),
    at(Home, ".local/share/evolution", PERSONAL),
    at(Home, ".config/evolution", PERSONAL),
    at(Home, ".local/share/geary", PERSONAL),
    at(Home, ".local/share/telegramdesktop", PERSONAL_AND_CREDENTIAL),
    at(Home, ".config/signal", PERSONAL_AND_CREDENTIAL),
    at(Home, ".config/discord", PERSONAL_AND_CREDENTIAL),
    at(Home, ".config/slack", PERSONAL_AND_CREDENTIAL),
    at(Home, ".config/element", PERSONAL_AND_CREDENTIAL),
    at(Home, ".config/skypeforlinux", PERSONAL_AND_CREDENTIAL),
    at(Home, ".purple", PERSONAL_AND_CREDENTIAL),
    at(Home, ".weechat", PERSONAL_AND_CREDENTIAL),
    at(Home, ".mutt", PERSONAL_AND_CREDENTIAL),
    at(Home, ".muttrc", PERSONAL_AND_CREDENTIAL),
    at(Home, "mail", PERSONAL),
    at(Home, "maildir", PERSONAL),
    at(Home, ".mail", PERSONAL),
    at(Root, "var/mail", PERSONAL),
    at(Root, "var/spool/mail", PERSONAL),
    // Wallets.
    at(Home, ".bitcoin", FINANCIAL),
    at(Home, ".litecoin", FINANCIAL),
    at(Home, ".dogecoin", FINANCIAL),
    at(Home, ".ethereum", FINANCIAL),
    at(Home, ".bitmonero", FINANCIAL),
    at(Home, ".zcash", FINANCIAL),
    at(Home, ".electrum", FINANCIAL),
    at(Home, ".config/solana", FINANCIAL),
    at(Home, ".config/exodus", FINANCIAL),
    at(Home, ".config/ledger live", FINANCIAL),
    at(Home, ".foundry/keystores", FINANCIAL),
    at(Home, ".gnucash", FINANCIAL),
    // What was typed, in the form fish keeps it; other shells are among the file names.
    at(Home, ".local/share/fish", PERSONAL),
];

/// A saved session opens accounts, so a profile is a credential too.
const PERSONAL_AND_CREDENTIAL: Secrecy = Secrecy(PERSONAL.0 | CREDENTIAL.0);

const fn at(at: Anchor, names: &'static str, what: Secrecy) -> Place<Secrecy> {
    Place { at, names, what }
}

/// File names that are sensitive wherever they are: a pattern with at most one `*`, and its secrecy.
#[rustfmt::skip]
static NAMES: &[(&str, Secrecy)] = &[
    (".env*", CREDENTIAL),
    ("*.env", CREDENTIAL),
    ("id_rsa*", CREDENTIAL),
    ("id_dsa*", CREDENTIAL),
    ("id_ecdsa*", CREDENTIAL),
    ("id_ed25519*", CREDENTIAL),
    ("id_xmss*", CREDENTIAL),
    ("*.pem", CREDENTIAL),
    ("*.key", CREDENTIAL),
    ("*.p12", CREDENTIAL),
    ("*.pfx", CREDENTIAL),
    ("*.ppk", CREDENTIAL),
    ("*.jks", CREDENTIAL),
    ("*.keystore", CREDENTIAL),
    ("*.kdbx", CREDENTIAL),
    ("*.kdb", CREDENTIAL),
    ("*.agekey", CREDENTIAL),
    ("*.ovpn", CREDENTIAL),
    (".netrc", CREDENTIAL),
    ("_netrc", CREDENTIAL),
    (".authinfo*", CREDENTIAL),
    (".npmrc", CREDENTIAL),
    (".yarnrc.yml", CREDENTIAL),
    (".pypirc", CREDENTIAL),
    (".git-credentials", CREDENTIAL),
    (".pgpass", CREDENTIAL),
    (".my.cnf", CREDENTIAL),
    (".mylogin.cnf", CREDENTIAL),
    (".dockercfg", CREDENTIAL),
    (".htpasswd", CREDENTIAL),
    (".boto", CREDENTIAL),
    (".s3cfg", CREDENTIAL),
    ("kubeconfig", CREDENTIAL),
    ("*.kubeconfig", CREDENTIAL),
    ("*.tfstate", CREDENTIAL),
    ("*.tfvars", CREDENTIAL),
    ("service-account*.json", CREDENTIAL),
    ("client_secret*.json", CREDENTIAL),
    ("application_default_credentials.json", CREDENTIAL),
    (".*_history", PERSONAL),
    (".zhistory", PERSONAL),
    (".histfile", PERSONAL),
    (".lesshst", PERSONAL),
    (".viminfo", PERSONAL),
    ("*.mbox", PERSONAL),
    ("wallet.dat", FINANCIAL),
];

/// File names that look sensitive and are public by convention: samples, public halves, certificate bundles.
static PUBLIC_NAMES: &[&str] = &[
    "*.example",
    "*.sample",
    "*.template",
    "*.dist",
    "*.tpl",
    "example.env",
    "sample.env",
    "template.env",
    "*.pub",
    "*cert.pem",
    "ca-bundle.pem",
    "ca-certificates.pem",
    "fullchain.pem",
    "chain.pem",
];

/// Directories of the distribution, whose files anybody can download: file names mean nothing there.
static PUBLIC_DIRECTORIES: &[&[u8]] =
    &[b"/usr/lib", b"/usr/share", b"/etc/ssl/certs", b"/etc/pki/ca-trust", b"/etc/ca-certificates"];

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
        secrecy |= CREDENTIAL.0;
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
            "/root/.config/gcloud/credentials.db",
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
        ] {
            assert!(secrecy(path).0 & PERSONAL.0 != 0, "{path}");
        }
        for path in ["/tmp/wallet.dat", "/home/ann/.electrum/wallets/default_wallet"] {
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
        ] {
            assert_eq!(secrecy(path), Secrecy::PUBLIC, "{path}");
        }
    }
}
