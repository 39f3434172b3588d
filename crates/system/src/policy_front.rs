//! `telos policy` and `telos doctor`.

use crate::telos::{path_text, read_if_present};
use crate::{SystemError, Telos};
use serde::Serialize;
use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
use telos_abi::limit::POLICY_BYTES_MAX;
use telos_abi::{ByteText, Effect, EffectKind, Facts, Label, Resource};
use telos_graph::scope::parse_host;
use telos_guard::Offer;
use telos_policy::{Explanation, FileKind, Policy, PolicyFile, Request, Subject, explain, kinds_named};

/// A policy file that was checked.
#[derive(Clone, Debug, Serialize)]
pub struct CheckedFile {
    /// The file.
    pub file: String,
    /// Whether it exists and is usable; `None` if it does not exist.
    pub ok: Option<bool>,
    /// What is wrong, with line and column.
    pub problem: Option<String>,
}

/// One plane of what the host offers.
#[derive(Clone, Debug, Serialize)]
pub struct Plane {
    /// The plane.
    pub plane: String,
    /// Whether it works here.
    pub available: bool,
    /// Whether `telos run` needs it.
    pub required: bool,
    /// What was found, or what failed.
    pub found: String,
    /// What to do about it.
    pub fix: Option<String>,
}

impl Telos {
    /// Checks policy files: the named ones as a user's, or those in force.
    ///
    /// # Errors
    /// When a file exists and cannot be read.
    pub fn check_policy(&self, files: &[PathBuf]) -> Result<Vec<CheckedFile>, SystemError> {
        let listed: Vec<(PathBuf, ByteText, FileKind)> = if files.is_empty() {
            self.policy_files().into()
        } else {
            files.iter().map(|path| (path.clone(), self.directory().clone(), FileKind::User)).collect()
        };
        listed.into_iter().map(|(path, base, kind)| check(&path, &base, kind)).collect()
    }

    /// Every rule considered for one effect by `telos do` in this directory, and the answer.
    ///
    /// # Errors
    /// When the kind or resource is not one.
    pub fn explain_policy(&self, kind: &str, resource: &OsStr) -> Result<Explanation, SystemError> {
        let kinds = kinds_named(kind).ok_or_else(|| {
            let names: Vec<&str> = telos_policy::EFFECTS.iter().map(|row| row.name).collect();
            SystemError::Usage(format!("no effect kind `{kind}`; the kinds are {}", names.join(", ")))
        })?;
        let kind = EffectKind::ALL
            .into_iter()
            .find(|known| kinds.contains(*known))
            .ok_or_else(|| SystemError::Usage(format!("`{kind}` names no single effect kind")))?;
        let resource = match kind {
            EffectKind::NetConnect | EffectKind::NetGet | EffectKind::NetSend | EffectKind::NetListen => {
                let words = resource.to_string_lossy();
                let host = parse_host(&words)
                    .ok_or_else(|| SystemError::Usage(format!("`{words}` is not a host; write NAME or NAME:PORT")))?;
                Resource::Host(host)
            }
            EffectKind::Exec => Resource::Program(self.resolve(Path::new(resource))),
            _ => self.path_resource(Path::new(OsStr::from_bytes(resource.as_bytes()))),
        };
        let effect = Effect { kind, resource };
        let subject = Subject::Plan {
            authority: Label::BOTTOM,
            payload: Label::BOTTOM,
            control: Label::BOTTOM,
            history: Label::BOTTOM,
        };
        let facts = Facts { undoable: true, ..Facts::default() };
        let grant = self.intent_grant("")?;
        Ok(explain(self.policy()?, &grant, &Request { effect: &effect, subject, facts }))
    }

    /// What this host offers for guarding agents, plane by plane.
    ///
    /// # Errors
    /// When the state directory cannot be made.
    pub fn doctor(&self) -> Result<Vec<Plane>, SystemError> {
        crate::telos::private_directory(&self.places().state)?;
        let support = telos_guard::probe(&self.places().state);
        Ok(support
            .planes
            .into_iter()
            .map(|(plane, offer)| {
                let required = plane != telos_guard::Plane::Reflink;
                let (available, found, fix) = match offer {
                    Offer::Available(found) => (true, found, None),
                    Offer::Missing { why, fix } => (false, why, Some(fix)),
                };
                Plane { plane: plane.to_string(), available, required, found, fix }
            })
            .collect())
    }
}

fn check(path: &Path, base: &ByteText, kind: FileKind) -> Result<CheckedFile, SystemError> {
    let file = path_text(path).to_string();
    let Some(text) = read_if_present(path, POLICY_BYTES_MAX)? else {
        return Ok(CheckedFile { file, ok: None, problem: None });
    };
    let answer = Policy::default().with(&PolicyFile { name: &file, text: &text, base, kind });
    Ok(match answer {
        Ok(_) => CheckedFile { file, ok: Some(true), problem: None },
        Err(error) => CheckedFile { file, ok: Some(false), problem: Some(error.to_string()) },
    })
}
