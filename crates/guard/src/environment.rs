//! Which environment variables an agent gets: all but those that look like secrets or lead to them.

use std::ffi::{OsStr, OsString};
use std::os::unix::ffi::OsStrExt;

/// Words that make a name a secret's wherever they stand between underscores.
const WORDS: [&str; 16] = [
    "TOKEN",
    "SECRET",
    "SECRETS",
    "PASSWORD",
    "PASSWD",
    "PASSPHRASE",
    "PASS",
    "CREDENTIAL",
    "CREDENTIALS",
    "APIKEY",
    "KEY",
    "PAT",
    "COOKIE",
    "SESSION",
    "PRIVATE",
    "AUTH",
];
/// Families that carry cloud identities.
const PREFIXES: [&str; 5] = ["AWS_", "AZURE_", "ARM_CLIENT_", "GOOGLE_APPLICATION_", "CLOUDSDK_AUTH_"];
/// Doors to services outside: agents of keys, message buses, displays, container daemons.
const EXACT: [&str; 12] = [
    "SSH_AUTH_SOCK",
    "SSH_AGENT_PID",
    "GPG_AGENT_INFO",
    "DBUS_SESSION_BUS_ADDRESS",
    "DBUS_SYSTEM_BUS_ADDRESS",
    "XDG_RUNTIME_DIR",
    "XAUTHORITY",
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "DOCKER_HOST",
    "KUBECONFIG",
    "PGPASSFILE",
];
/// Names that hold one of the words and are harmless and needed.
const HARMLESS: [&str; 6] =
    ["XDG_SESSION_TYPE", "XDG_SESSION_CLASS", "DESKTOP_SESSION", "AWS_CA_BUNDLE", "AWS_REGION", "AWS_DEFAULT_REGION"];

/// Whether a variable is kept from an agent unless granted by name. O(length).
pub(crate) fn looks_secret(name: &OsStr, value: &OsStr) -> bool {
    let name = String::from_utf8_lossy(name.as_bytes()).to_ascii_uppercase();
    if HARMLESS.contains(&name.as_str()) {
        return false;
    }
    EXACT.contains(&name.as_str())
        || PREFIXES.iter().any(|prefix| name.starts_with(prefix))
        || name.split('_').any(|word| WORDS.contains(&word))
        || WORDS[..9].iter().any(|word| word.len() > 4 && name.ends_with(word))
        || carries_password(value.as_bytes())
}

/// Whether a value is a URL with a user's password in it (`scheme://user:password@host`).
fn carries_password(value: &[u8]) -> bool {
    let Some(at) = value.windows(3).position(|window| window == b"://") else {
        return false;
    };
    let authority = &value[at + 3..];
    let end = authority.iter().position(|byte| *byte == b'/').unwrap_or(authority.len());
    let Some(sign) = authority[..end].iter().rposition(|byte| *byte == b'@') else {
        return false;
    };
    authority[..sign].contains(&b':')
}

/// Splits an environment into what the agent gets and the names that were withheld.
pub(crate) fn clean(all: &[(OsString, OsString)], keep: &[OsString]) -> (Vec<(OsString, OsString)>, Vec<OsString>) {
    let mut given = Vec::new();
    let mut withheld = Vec::new();
    for (name, value) in all {
        if !keep.contains(name) && looks_secret(name, value) {
            withheld.push(name.clone());
        } else {
            given.push((name.clone(), value.clone()));
        }
    }
    (given, withheld)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(name: &str, value: &str) -> bool {
        looks_secret(OsStr::new(name), OsStr::new(value))
    }

    #[test]
    fn secrets_are_recognised_and_tools_keep_what_they_need() {
        for name in [
            "GITHUB_TOKEN",
            "GH_PAT",
            "OPENAI_API_KEY",
            "AWS_PROFILE",
            "my_secret",
            "DB_PASSWORD",
            "PGPASSWORD",
            "SSH_AUTH_SOCK",
            "NPM_CONFIG__AUTH",
            "DBUS_SESSION_BUS_ADDRESS",
            "CARGO_REGISTRY_TOKEN",
            "NPMTOKEN",
        ] {
            assert!(secret(name, "x"), "{name}");
        }
        for name in [
            "PATH",
            "HOME",
            "TERM",
            "LANG",
            "KEYMAP",
            "CARGO_HOME",
            "EDITOR",
            "PWD",
            "COMPASS_DIR",
            "TOKENIZERS_PARALLELISM",
        ] {
            assert!(!secret(name, "x"), "{name}");
        }
    }

    #[test]
    fn urls_with_passwords_are_secret() {
        assert!(secret("DATABASE_URL", "postgres://me:hunter2@db/x"));
        assert!(!secret("HOMEPAGE", "https://example.org/a:b@c"));
        assert!(!secret("PROXY", "http://proxy:8080"));
    }

    #[test]
    fn a_granted_variable_is_kept() {
        let all = [("A_TOKEN".into(), "1".into()), ("B_TOKEN".into(), "2".into())];
        let (given, withheld) = clean(&all, &["A_TOKEN".into()]);
        assert_eq!(given, [("A_TOKEN".into(), "1".into())]);
        assert_eq!(withheld, [OsString::from("B_TOKEN")]);
    }
}
