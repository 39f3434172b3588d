//! The room's one object: a run's hands on the machine.

use crate::labels::Labels;
use crate::locate::{Entry, absolute};
use crate::located::{Keep, Located, Room};
use crate::meta::FileKind;
use crate::read::FileReader;
use crate::state::{Settled, classify};
use crate::store::{Freed, PreImageBudget, Store, digest_of};
use crate::{HostError, Identity, step};
use rustix::fs::{Mode, OFlags, openat};
use std::collections::HashSet;
use std::fs::File;
use std::os::unix::ffi::OsStrExt;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};
use telos_abi::{
    Act, ByteText, Durability, Effect, EffectKind, Facts, FileState, Label, NodeIndex, Outcome, PreImage, Receipt,
    Recorder, Resource, RunId, Taint, Timestamp, limit,
};
use telos_policy::Permit;

/// Where a run works and what it may keep.
#[derive(Clone, Debug)]
pub struct HostConfig {
    /// The state directory; holds pre-images and the view of labels. Made, private, when first needed.
    pub state: PathBuf,
    /// Absolute path of the directory that relative paths start from.
    pub directory: PathBuf,
    /// Most bytes of earlier content this run keeps for undo.
    pub pre_image_budget_bytes: u64,
}

impl HostConfig {
    /// The usual budget, [`limit::PRE_IMAGE_BYTES_RUN`].
    #[must_use]
    pub fn new(state: impl Into<PathBuf>, directory: impl Into<PathBuf>) -> Self {
        Self { state: state.into(), directory: directory.into(), pre_image_budget_bytes: limit::PRE_IMAGE_BYTES_RUN }
    }
}

/// A run's access to files, directories and the clock. Shared by the threads of a run.
pub struct Host {
    pub(crate) config: HostConfig,
    recorder: Arc<dyn Recorder>,
    pub(crate) run: RunId,
    next_act: AtomicU64,
    created: Mutex<HashSet<Identity>>,
    budget: Arc<PreImageBudget>,
    pub(crate) store: Store,
    pub(crate) labels: Labels,
    /// Whether temporary files are tried without a name first.
    pub(crate) unnamed_first: bool,
}

impl Host {
    /// Opens the host for one run. Does no I/O: what the state directory holds is opened when it is needed.
    ///
    /// # Errors
    /// If the working directory is not an absolute path.
    pub fn open(config: HostConfig, recorder: Arc<dyn Recorder>, run: RunId) -> Result<Self, HostError> {
        if !config.directory.is_absolute() {
            return Err(HostError::BadPath {
                path: config.directory.as_os_str().as_bytes().into(),
                why: "a working directory must be absolute",
            });
        }
        Ok(Self {
            recorder,
            run,
            next_act: AtomicU64::new(0),
            created: Mutex::default(),
            budget: PreImageBudget::new(config.pre_image_budget_bytes),
            store: Store::new(&config.state),
            labels: Labels::new(&config.state),
            unnamed_first: true,
            config,
        })
    }

    /// The time, for the run's own bookkeeping (expiry, receipts). Values of a plan use [`Host::read_clock`].
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        Timestamp(since.map_or(0, |since| u64::try_from(since.as_millis()).unwrap_or(u64::MAX)))
    }

    /// The time, as a value of a plan.
    ///
    /// # Errors
    /// If the permit is for another effect.
    #[expect(clippy::needless_pass_by_value, reason = "a permit is used up")]
    pub fn read_clock(&self, permit: Permit) -> Result<Timestamp, HostError> {
        check_permit(&permit, &Effect { kind: EffectKind::Clock, resource: Resource::None })?;
        Ok(self.now())
    }

    /// Standard input, as data. There is no permit because there is no effect to decide: the person connected it.
    ///
    /// # Errors
    /// If it cannot be duplicated (closed, too many open files).
    pub fn standard_input(&self) -> Result<FileReader, HostError> {
        let own = rustix::io::fcntl_dupfd_cloexec(rustix::stdio::stdin(), 3)
            .map_err(HostError::io("open", "standard input"))?;
        Ok(FileReader::new(File::from(own), None, Label::tainted(Taint::STDIN), b"standard input".to_vec()))
    }

    /// Finds what `path` (absolute, or relative to the run's directory) stands for. Metadata only, hence no permit:
    /// whether a name exists and how large it is must be known to decide.
    ///
    /// # Errors
    /// If the path is unusable or a directory on the way cannot be entered. A missing file is not an error.
    pub fn inspect(&self, path: &ByteText) -> Result<Located, HostError> {
        if path.0.is_empty() {
            return Err(HostError::BadPath { path: path.clone(), why: "it is empty" });
        }
        let directory = self.config.directory.as_os_str().as_bytes();
        Located::new(Entry::resolve(&absolute(&path.0, directory))?)
    }

    /// What a decision on changing what stands at `located` must know. Sets room aside for the earlier content
    /// until `located` and what was prepared from it are dropped.
    #[must_use]
    pub fn facts(&self, located: &Located, kind: EffectKind) -> Facts {
        let on_name = matches!(kind, EffectKind::FileDelete | EffectKind::FileMove | EffectKind::LinkCreate);
        let meta = if on_name { located.named.meta.as_ref() } else { located.meta() };
        let Some(meta) = meta else {
            return Facts { undoable: true, ..Facts::default() };
        };
        let keeps = meta.kind == FileKind::File
            && matches!(kind, EffectKind::FileDelete | EffectKind::FileOverwrite | EffectKind::LinkCreate);
        let lost =
            matches!(meta.kind, FileKind::Pipe | FileKind::Socket | FileKind::Device) && kind == EffectKind::FileDelete;
        Facts {
            created_by_run: self.created().contains(&meta.identity),
            undoable: !lost && (!keeps || self.reserve_or_tell(&located.keep, meta.size)),
            in_workspace: false,
        }
    }

    /// The label that earlier runs left on a file; bottom for one that Telos never wrote. Rules of the policy are
    /// joined in by whoever asks for a decision.
    ///
    /// # Errors
    /// If the view of labels cannot be read.
    pub fn label_of(&self, located: &Located) -> Result<Label, HostError> {
        self.labels.get(located.identity(), &located.path().0)
    }

    /// Paths at which runs wrote content that not everyone may learn, at most `limit`; some may be gone since.
    ///
    /// # Errors
    /// [`HostError::Labels`] if the view of labels cannot be read.
    pub fn secret_paths(&self, limit: usize) -> Result<Vec<ByteText>, HostError> {
        Ok(self.labels.secret_paths(limit)?.into_iter().map(ByteText).collect())
    }

    /// Removes kept content older than `older_than`, then the oldest until at most `budget_bytes` remain. Runs
    /// whose content is gone can no longer be undone in full.
    ///
    /// # Errors
    /// If the store cannot be listed or a file not removed.
    pub fn gc(&self, older_than: Option<Duration>, budget_bytes: Option<u64>) -> Result<Freed, HostError> {
        self.store.gc(older_than, budget_bytes)
    }

    pub(crate) fn created(&self) -> std::sync::MutexGuard<'_, HashSet<Identity>> {
        self.created.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The number the next act would get; `at_least` raises it, so that a resumed run goes on counting.
    pub(crate) fn count_from(&self, at_least: u64) {
        self.next_act.fetch_max(at_least, Ordering::AcqRel);
    }

    /// Journal, act, receipt. `perform` gets the act's number, from which temporary names are made.
    pub(crate) fn journal<T>(
        &self,
        node: Option<NodeIndex>,
        what: &Act,
        label: Label,
        perform: impl FnOnce(u64) -> Result<T, HostError>,
    ) -> Result<T, HostError> {
        let act = self.next_act.fetch_add(1, Ordering::AcqRel);
        let path = act_path(what);
        step::reach("before the journal entry");
        let intended = Receipt::Intended { act, node, what: what.clone(), label };
        self.recorder
            .record(&intended, Durability::Synced)
            .map_err(|source| HostError::NotJournalled { path: path.clone(), source })?;
        step::reach("after the journal entry");
        let result = perform(act);
        step::reach("before the receipt");
        let outcome = match &result {
            Ok(_) => Outcome::Done,
            Err(error) if error.never_left() => Outcome::Failed(error.to_string()),
            Err(error) => match classify(what) {
                Settled::Done => Outcome::Done,
                Settled::NotDone => Outcome::Failed(error.to_string()),
                // Left without a receipt: resume will call it in doubt.
                Settled::InDoubt => return result,
            },
        };
        let receipt = Receipt::Acted { act, outcome };
        let recorded = self.recorder.record(&receipt, Durability::Batched);
        step::reach("after the receipt");
        match (result, recorded) {
            (Ok(_), Err(source)) => Err(HostError::NotReceipted { path, source }),
            (result, _) => result,
        }
    }

    /// Appends a receipt to the run's segment.
    pub(crate) fn record(&self, receipt: &Receipt, path: &ByteText) -> Result<(), HostError> {
        self.recorder
            .record(receipt, Durability::Synced)
            .map(drop)
            .map_err(|source| HostError::NotReceipted { path: path.clone(), source })
    }

    /// Takes down what stands at `entry` and keeps its content, so that it can be had back.
    pub(crate) fn capture(&self, entry: &Entry, keep: &Keep) -> Result<(FileState, PreImage), HostError> {
        let path = entry.path();
        let Some(meta) = entry.meta else {
            return Ok((FileState::Absent, PreImage::NotNeeded));
        };
        match meta.kind {
            FileKind::Directory => {
                let state = FileState::Directory { mode: meta.mode };
                return Ok((state, PreImage::NotNeeded));
            }
            FileKind::Link => {
                let target = entry.read_link()?.into();
                return Ok((FileState::Link { target }, PreImage::NotNeeded));
            }
            _ => meta.require(FileKind::File, &path)?,
        }
        let mut file = open_file(entry)?;
        self.reserve(keep, meta.size);
        let (content, pre_image) = match std::mem::take(&mut *keep.room()) {
            Room::Reserved(room) => {
                let content = self.store.keep(&mut file)?;
                room.spend();
                (content, PreImage::Kept { content })
            }
            Room::Told => {
                let content = digest_of(&mut file).map_err(HostError::std("read", path.as_slice()))?;
                (content, PreImage::OverBudget { size: meta.size })
            }
            Room::Unasked => {
                return Err(HostError::OverBudget { path: path.into(), size: meta.size, left: self.budget.left() });
            }
        };
        step::reach("after the pre-image");
        entry.revalidate()?;
        Ok((file_state(content, &meta), pre_image))
    }

    /// As [`Host::reserve`]; remembers that whoever decides was told that there is no room.
    fn reserve_or_tell(&self, keep: &Keep, bytes: u64) -> bool {
        let reserved = self.reserve(keep, bytes);
        if !reserved {
            *keep.room() = Room::Told;
        }
        reserved
    }

    /// Sets room aside for earlier content. A refusal that was told to a decision stays told.
    fn reserve(&self, keep: &Keep, bytes: u64) -> bool {
        let mut room = keep.room();
        if let Room::Unasked = *room {
            match self.budget.reserve(bytes) {
                Some(reservation) => *room = Room::Reserved(reservation),
                None => return false,
            }
        }
        matches!(*room, Room::Reserved(_))
    }
}

/// Opens a regular file without following, blocking or becoming its terminal, and checks that it is the one seen.
pub(crate) fn open_file(entry: &Entry) -> Result<File, HostError> {
    let path = entry.path();
    let meta = *entry.found()?;
    meta.require(FileKind::File, &path)?;
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
    let fd = openat(&entry.directory.fd, entry.name_or_dot(), flags, Mode::empty()).map_err(|error| match error {
        rustix::io::Errno::LOOP | rustix::io::Errno::NOENT => HostError::Changed { path: path.as_slice().into() },
        error => HostError::io("read", path.as_slice())(error),
    })?;
    let now = crate::Meta::of(&fd).map_err(HostError::io("look at", path.as_slice()))?;
    if now.identity != meta.identity || now.kind != meta.kind {
        return Err(HostError::Changed { path: path.into() });
    }
    Ok(File::from(fd))
}

pub(crate) fn file_state(content: telos_abi::Digest, meta: &crate::Meta) -> FileState {
    FileState::File { content, size: meta.size, mode: meta.mode, mtime_ns: meta.mtime_ns }
}

/// Wall 1: an operation does what its permit says and nothing else.
pub(crate) fn check_permit(permit: &Permit, needed: &Effect) -> Result<(), HostError> {
    if permit.effect() == needed {
        return Ok(());
    }
    Err(HostError::WrongPermit { permitted: permit.effect().clone(), needed: needed.clone() })
}

fn act_path(act: &Act) -> ByteText {
    match act {
        Act::Write { path, .. }
        | Act::Delete { path, .. }
        | Act::MakeDirectory { path, .. }
        | Act::MakeLink { path, .. }
        | Act::SetMode { path, .. } => path.clone(),
        Act::Move { from, .. } => from.clone(),
        Act::Send { to, .. } => ByteText::from(to.name.as_str()),
    }
}
