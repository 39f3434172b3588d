//! The opened state of one user in one directory.

use crate::{Places, SystemError};
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use telos_abi::{ByteText, Resource};
use telos_engine::Engine;
use telos_policy::{FileKind, Policy, PolicyFile, PolicyPlaces};
use telos_registry::Registry;
use telos_trust::{Keys, Log, Sealing};

/// What every command needs. Rooms are opened when first used, so that `telos runs` does not load an engine.
pub struct Telos {
    places: Places,
    directory: ByteText,
    sealing: Sealing,
    keys: OnceLock<Keys>,
    log: OnceLock<Log>,
    policy: OnceLock<Policy>,
    pub(crate) registry: OnceLock<Registry>,
    pub(crate) engine: OnceLock<Engine>,
}

impl Telos {
    /// For the user whose places these are, in `directory` (absolute).
    ///
    /// # Errors
    /// When the directory does not exist or its path has no canonical form.
    pub fn new(places: Places, directory: &Path, passphrase: Option<String>) -> Result<Self, SystemError> {
        let real = std::fs::canonicalize(directory).map_err(SystemError::file(directory))?;
        let sealing = match passphrase {
            Some(words) => Sealing::Passphrase(words.into()),
            None => Sealing::KeyFile(places.seal.clone()),
        };
        Ok(Self {
            places,
            directory: path_text(&real),
            sealing,
            keys: OnceLock::new(),
            log: OnceLock::new(),
            policy: OnceLock::new(),
            registry: OnceLock::new(),
            engine: OnceLock::new(),
        })
    }

    /// Where this user's files are.
    #[must_use]
    pub fn places(&self) -> &Places {
        &self.places
    }

    /// The directory that relative paths and the default grant begin at.
    #[must_use]
    pub fn directory(&self) -> &ByteText {
        &self.directory
    }

    /// The signing keys, created on first use.
    pub(crate) fn keys(&self) -> Result<&Keys, SystemError> {
        once(&self.keys, || {
            private_directory(&self.places.state)?;
            if let Some(folder) = self.places.seal.parent() {
                private_directory(folder)?;
            }
            Ok(Keys::open_or_create(&self.places.keys(), &self.sealing)?)
        })
    }

    /// The log.
    pub(crate) fn log(&self) -> Result<&Log, SystemError> {
        once(&self.log, || {
            private_directory(&self.places.state)?;
            Ok(Log::open(&self.places.log())?)
        })
    }

    /// The policy: built-in rules, the user's file, and a project's file, which can only tighten.
    ///
    /// # Errors
    /// When a policy file exists and is not usable: it is never ignored.
    pub fn policy(&self) -> Result<&Policy, SystemError> {
        once(&self.policy, || self.read_policy())
    }

    fn read_policy(&self) -> Result<Policy, SystemError> {
        let places = &self.places;
        let mut policy = Policy::new(&PolicyPlaces {
            homes: both_names(&places.home),
            own: [&places.state, &places.cache, &places.config].into_iter().flat_map(|path| both_names(path)).collect(),
        });
        for (path, base, kind) in self.policy_files() {
            let Some(text) = read_if_present(&path, telos_abi::limit::POLICY_BYTES_MAX)? else { continue };
            let name = path_text(&path).to_string();
            policy = policy.with(&PolicyFile { name: &name, text: &text, base: &base, kind })?;
        }
        Ok(policy)
    }

    /// The policy files that are read if they exist: path, directory that relative paths begin at, whose it is.
    #[must_use]
    pub fn policy_files(&self) -> [(PathBuf, ByteText, FileKind); 2] {
        let project = bytes_path(&self.directory).join(".telos/policy.toml");
        [
            (self.places.policy_file(), path_text(&self.places.config), FileKind::User),
            (project, self.directory.clone(), FileKind::Project),
        ]
    }

    /// A path as the user wrote it, absolute and normalised.
    #[must_use]
    pub fn resolve(&self, path: &Path) -> ByteText {
        telos_graph::path::join(&self.directory, path.as_os_str().as_bytes()).unwrap_or_else(|_| path_text(path))
    }

    /// The same as a resource.
    #[must_use]
    pub fn path_resource(&self, path: &Path) -> Resource {
        Resource::Path(self.resolve(path))
    }
}

/// Fills the cell on first use.
pub(crate) fn once<T>(cell: &OnceLock<T>, make: impl FnOnce() -> Result<T, SystemError>) -> Result<&T, SystemError> {
    if let Some(value) = cell.get() {
        return Ok(value);
    }
    let made = make()?;
    Ok(cell.get_or_init(|| made))
}

/// A path's bytes.
pub(crate) fn path_text(path: &Path) -> ByteText {
    ByteText::from(path.as_os_str().as_bytes())
}

/// Bytes as a path.
pub(crate) fn bytes_path(bytes: &ByteText) -> PathBuf {
    PathBuf::from(std::ffi::OsStr::from_bytes(bytes.as_bytes()))
}

/// A place by the name it was given and, if different, by its real one: rules must hold for both.
fn both_names(path: &Path) -> Vec<ByteText> {
    let mut names = vec![path_text(path)];
    if let Ok(real) = std::fs::canonicalize(path)
        && real != path
    {
        names.push(path_text(&real));
    }
    names
}

/// Makes a directory that only its owner can enter.
pub(crate) fn private_directory(path: &Path) -> Result<(), SystemError> {
    use std::os::unix::fs::DirBuilderExt;
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(SystemError::file(path))
}

/// Reads a small file; `None` if there is none.
pub(crate) fn read_if_present(path: &Path, bytes_max: usize) -> Result<Option<Vec<u8>>, SystemError> {
    use std::io::Read;
    let file = match std::fs::File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(SystemError::file(path)(error)),
    };
    let mut bytes = Vec::new();
    file.take(bytes_max as u64 + 1).read_to_end(&mut bytes).map_err(SystemError::file(path))?;
    if bytes.len() > bytes_max {
        return Err(SystemError::Usage(format!("{}: larger than {bytes_max} bytes", path_text(path))));
    }
    Ok(Some(bytes))
}
