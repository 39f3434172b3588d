//! Where Telos keeps its files (XDG Base Directory Specification 0.8).

use std::ffi::OsString;
use std::path::PathBuf;

/// The folders of one user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// The user's home.
    pub home: PathBuf,
    /// Log, keys, pre-images, labels, workspaces. Losing it loses history.
    pub state: PathBuf,
    /// Compiled packs. May be deleted at any time.
    pub cache: PathBuf,
    /// `policy.toml` and `config.toml`, written by people only.
    pub config: PathBuf,
    /// The machine-local key that seals the signing keys. Apart from the state, so that a copy of the state alone
    /// opens nothing.
    pub seal: PathBuf,
}

/// No folder could be determined.
#[derive(Debug, thiserror::Error)]
#[error("neither HOME nor TELOS_STATE_DIR is set to an absolute path, so there is nowhere to keep state; set HOME")]
pub struct NoHome;

impl Places {
    /// Reads `HOME`, `XDG_*_HOME` and the overrides `TELOS_STATE_DIR`, `TELOS_CACHE_DIR`, `TELOS_CONFIG_DIR` through
    /// `variable`. Relative paths are ignored, as the specification demands.
    ///
    /// # Errors
    /// When neither a home nor an override is set.
    pub fn from_environment(variable: impl Fn(&str) -> Option<OsString>) -> Result<Self, NoHome> {
        let absolute = |name: &str| variable(name).map(PathBuf::from).filter(|path| path.is_absolute());
        let state_override = absolute("TELOS_STATE_DIR");
        let home = absolute("HOME").or_else(|| state_override.clone()).ok_or(NoHome)?;
        let place = |own: Option<PathBuf>, xdg: &str, under_home: &str| {
            own.or_else(|| absolute(xdg).map(|folder| folder.join("telos")))
                .unwrap_or_else(|| home.join(under_home).join("telos"))
        };
        // An override of the state alone moves the cache with it: a throw-away state leaves nothing behind.
        let cache_override =
            absolute("TELOS_CACHE_DIR").or_else(|| state_override.as_ref().map(|state| state.join("cache")));
        let seal = match &state_override {
            Some(state) => state.join("seal/key"),
            None => place(None, "XDG_DATA_HOME", ".local/share").join("seal.key"),
        };
        Ok(Self {
            seal,
            state: place(state_override, "XDG_STATE_HOME", ".local/state"),
            cache: place(cache_override, "XDG_CACHE_HOME", ".cache"),
            config: place(absolute("TELOS_CONFIG_DIR"), "XDG_CONFIG_HOME", ".config"),
            home,
        })
    }

    /// The log's directory.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.state.join("log")
    }

    /// The keys' directory.
    #[must_use]
    pub fn keys(&self) -> PathBuf {
        self.state.join("keys")
    }

    /// The plan cache's directory.
    #[must_use]
    pub fn plans(&self) -> PathBuf {
        self.state.join("plans")
    }

    /// The user's policy file.
    #[must_use]
    pub fn policy_file(&self) -> PathBuf {
        self.config.join("policy.toml")
    }

    /// The user's configuration file.
    #[must_use]
    pub fn config_file(&self) -> PathBuf {
        self.config.join("config.toml")
    }
}

#[cfg(test)]
mod tests {
    use super::Places;
    use std::ffi::OsString;
    use std::path::Path;

    fn places(variables: &[(&str, &str)]) -> Result<Places, super::NoHome> {
        Places::from_environment(|name| {
            variables.iter().find(|(key, _)| *key == name).map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn defaults_follow_the_specification() {
        let places = places(&[("HOME", "/home/a")]).expect("a home is set");
        assert_eq!(places.state, Path::new("/home/a/.local/state/telos"));
        assert_eq!(places.cache, Path::new("/home/a/.cache/telos"));
        assert_eq!(places.config, Path::new("/home/a/.config/telos"));
    }

    #[test]
    fn relative_paths_are_ignored() {
        let places = places(&[("HOME", "/home/a"), ("XDG_STATE_HOME", "here")]).expect("a home is set");
        assert_eq!(places.state, Path::new("/home/a/.local/state/telos"));
    }

    #[test]
    fn a_state_override_needs_no_home_and_takes_the_cache_along() {
        let places = places(&[("TELOS_STATE_DIR", "/tmp/t")]).expect("the override is enough");
        assert_eq!(places.cache, Path::new("/tmp/t/cache"));
    }

    #[test]
    fn nowhere_is_an_error() {
        assert!(places(&[("HOME", "relative")]).is_err());
    }
}
