//! What hosts gave to know the person by: the cookies of each host that the person logged in to.
//!
//! 1. **Only a log-in begins a session.** Other hosts set cookies in vain.
//! 2. **A session goes to its own host and port**, at the edge: no value, guest, log or plan ever holds a cookie.
//! 3. **It is no content**: not journalled, not kept for undo. What is logged out is gone.

use super::Url;
use super::jar::Jar;
use crate::HostError;
use crate::host::{Host, check_permit};
use crate::store::private_directory;
use rustix::fs::{FlockOperation, flock};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::os::unix::ffi::OsStrExt;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use telos_abi::limit::{CELL_BYTES_MAX, SESSIONS_MAX};
use telos_abi::{Effect, EffectKind, HostName, Resource, Secrecy};
use telos_policy::Permit;

/// The name that sessions are decided by.
pub const SESSIONS: &str = "sessions";
/// What sessions are.
pub const SESSIONS_SECRECY: Secrecy = Secrecy::CREDENTIAL;

/// Sessions by host and port.
type Sessions = BTreeMap<String, Jar>;

impl Host {
    /// The effect of beginning or ending a session.
    #[must_use]
    pub fn session_effect() -> Effect {
        Effect { kind: EffectKind::CellWrite, resource: Resource::Named(SESSIONS.to_owned()) }
    }

    /// Whether the person is logged in there.
    #[must_use]
    pub fn is_logged_in(&self, url: &Url) -> bool {
        self.session(url.host()).is_ok_and(|jar| jar.is_some())
    }

    /// Forgets the session with the host of `url`, and says whether there was one.
    ///
    /// # Errors
    /// If the permit is for something else, or the sessions cannot be read or written.
    #[expect(clippy::needless_pass_by_value, reason = "a permit is used up")]
    pub fn log_out(&self, permit: Permit, url: &Url) -> Result<bool, HostError> {
        check_permit(&permit, &Self::session_effect())?;
        self.change_session(url.host(), |_| None)
    }

    /// The session with a host, if there is one that is not over.
    pub(super) fn session(&self, host: &HostName) -> Result<Option<Jar>, HostError> {
        let now_s = self.now_s();
        Ok(self.sessions()?.remove(&key(host)).filter(|jar| !jar.is_over(now_s)))
    }

    /// Replaces the session with a host by what `change` makes of it; says whether there was one.
    pub(super) fn change_session(
        &self,
        host: &HostName,
        change: impl FnOnce(Option<Jar>) -> Option<Jar>,
    ) -> Result<bool, HostError> {
        let file = self.sessions_file();
        let shown = || file.as_os_str().as_bytes();
        private_directory(&self.config.state).map_err(HostError::std("make", shown()))?;
        let options = || {
            let mut options = File::options();
            options.write(true).create(true).truncate(false).mode(0o600);
            options
        };
        // Runs go on beside each other; the lock goes with the file that is open.
        let lock = options().open(file.with_extension("lock")).map_err(HostError::std("lock", shown()))?;
        flock(&lock, FlockOperation::LockExclusive).map_err(HostError::io("lock", shown()))?;
        let now_s = self.now_s();
        let mut all = self.sessions()?;
        all.retain(|_, jar| !jar.is_over(now_s));
        let before = all.remove(&key(host));
        let existed = before.is_some();
        if let Some(jar) = change(before) {
            if all.len() >= SESSIONS_MAX {
                let why = "it holds as many sessions as it may; log out somewhere";
                return Err(HostError::BadPath { path: shown().into(), why });
            }
            all.insert(key(host), jar);
        }
        let written = serde_json::to_vec(&all).map_err(std::io::Error::from);
        if written.as_ref().is_ok_and(|bytes| bytes.len() > CELL_BYTES_MAX) {
            let why = "what would be kept is more than it may hold; log out somewhere";
            return Err(HostError::BadPath { path: shown().into(), why });
        }
        let fresh = file.with_extension("new");
        let write = |bytes: Vec<u8>| {
            let mut out = options().truncate(true).open(&fresh)?;
            out.write_all(&bytes)?;
            out.sync_all()?;
            std::fs::rename(&fresh, &file)
        };
        written.and_then(write).map_err(HostError::std("write", shown()))?;
        Ok(existed)
    }

    fn sessions(&self) -> Result<Sessions, HostError> {
        let file = self.sessions_file();
        let shown = || file.as_os_str().as_bytes();
        let mut held = Vec::new();
        match File::open(&file) {
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Sessions::new()),
            opened => {
                let opened = opened.map_err(HostError::std("read", shown()))?;
                let most = CELL_BYTES_MAX as u64;
                opened.take(most).read_to_end(&mut held).map_err(HostError::std("read", shown()))?;
            }
        }
        let why = "it holds no sessions that this version can read; remove it and log in again";
        serde_json::from_slice(&held).map_err(|_| HostError::BadPath { path: shown().into(), why })
    }

    fn sessions_file(&self) -> PathBuf {
        self.config.state.join("sessions.json")
    }
}

fn key(host: &HostName) -> String {
    Resource::Host(host.clone()).to_string()
}
