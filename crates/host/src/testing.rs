//! What this room's tests share: a directory, a recorder, permits.

use crate::{FileKind, Host, HostConfig, HostError, Located};
use std::collections::BTreeMap;
use std::io::Read;
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use telos_abi::{
    Budget, ByteText, Durability, Effect, EffectKind, EffectSet, Facts, Grant, GrantRow, Label, Receipt, RecordError,
    Recorder, RunId, Scope,
};
use telos_policy::{Approval, Decision, Permit, Policy, Request, Subject, decide};

/// Receipts in memory; takes only as many as it is told.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) receipts: Mutex<Vec<Receipt>>,
    pub(crate) room: Option<usize>,
}

impl Memory {
    pub(crate) fn all(&self) -> Vec<Receipt> {
        self.receipts.lock().unwrap().clone()
    }
}

impl Recorder for Memory {
    fn record(&self, receipt: &Receipt, _: Durability) -> Result<u64, RecordError> {
        let mut all = self.receipts.lock().unwrap();
        if self.room.is_some_and(|room| all.len() >= room) {
            return Err(RecordError { message: "the log is full".into() });
        }
        all.push(receipt.clone());
        Ok(all.len() as u64 - 1)
    }
}

/// A working directory and a state directory of their own.
pub(crate) struct Place {
    root: tempfile::TempDir,
}

impl Place {
    pub(crate) fn new() -> Self {
        // Memory where there is some: thousands of fsyncs are what these tests would otherwise wait for.
        let root = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).unwrap();
        std::fs::create_dir(root.path().join("work")).unwrap();
        Self { root }
    }

    pub(crate) fn work(&self) -> PathBuf {
        std::fs::canonicalize(self.root.path()).unwrap().join("work")
    }

    pub(crate) fn state(&self) -> PathBuf {
        self.root.path().join("state")
    }

    pub(crate) fn config(&self) -> HostConfig {
        HostConfig::new(self.state(), self.work())
    }

    pub(crate) fn host(&self, number: u32) -> (Host, Arc<Memory>) {
        let memory = Arc::new(Memory::default());
        (self.host_with(number, memory.clone()), memory)
    }

    pub(crate) fn host_with(&self, number: u32, memory: Arc<Memory>) -> Host {
        Host::open(self.config(), memory, run(number)).unwrap()
    }

    pub(crate) fn put(&self, name: &str, content: &str) {
        std::fs::write(self.work().join(name), content).unwrap();
    }

    pub(crate) fn get(&self, name: &str) -> String {
        std::fs::read_to_string(self.work().join(name)).unwrap()
    }

    pub(crate) fn path(&self, name: &str) -> ByteText {
        bytes(&self.work().join(name))
    }
}

pub(crate) fn bytes(path: &Path) -> ByteText {
    path.as_os_str().as_bytes().into()
}

pub(crate) fn run(number: u32) -> RunId {
    RunId { started_ms: 1, nonce: number }
}

/// A permit for `effect`, obtained as a front door would: decided, and approved where a person is asked.
pub(crate) fn permit(effect: &Effect, facts: Facts) -> Permit {
    permit_with(effect, facts, Label::BOTTOM)
}

pub(crate) fn permit_with(effect: &Effect, facts: Facts, payload: Label) -> Permit {
    let grant = Grant {
        rows: vec![GrantRow { kinds: EffectSet::of(&EffectKind::ALL), scope: Scope::Any }],
        askable: Vec::new(),
        clearances: Vec::new(),
        budget: Budget { fuel: 0, memory_bytes: 0, output_bytes: 0, wall_ms: 0, calls: 0 },
    };
    let request = Request {
        effect,
        subject: Subject::Plan { authority: Label::BOTTOM, payload, control: Label::BOTTOM, history: Label::BOTTOM },
        facts,
    };
    let at = telos_abi::Timestamp(1);
    match decide(&Policy::default(), &grant, &request, at) {
        Decision::Permit(permit) => permit,
        Decision::Ask(question) => {
            let effect = question.effect().clone();
            let value = None;
            question.approve(Approval { effect, value, at }).unwrap()
        }
        Decision::Refuse(refusal) => panic!("refused: {}", refusal.reason),
    }
}

/// Short forms of look, decide, act.
impl Host {
    pub(crate) fn find(&self, name: &str) -> Located {
        self.inspect(&name.into()).unwrap()
    }

    pub(crate) fn allow(&self, located: &Located, effect: &Effect) -> Permit {
        permit(effect, self.facts(located, effect.kind))
    }

    pub(crate) fn do_read(&self, name: &str) -> Result<(Vec<u8>, Label), HostError> {
        let located = self.inspect(&name.into())?;
        let effect = located.read_effect()?;
        let mut reader = self.read(self.allow(&located, &effect), &located)?;
        let mut out = Vec::new();
        reader.read_to_end(&mut out).unwrap();
        Ok((out, reader.label()))
    }

    pub(crate) fn do_write(&self, name: &str, content: &str) -> Result<(), HostError> {
        self.do_write_labelled(name, content, Label::BOTTOM)
    }

    pub(crate) fn do_write_labelled(&self, name: &str, content: &str, label: Label) -> Result<(), HostError> {
        let located = self.inspect(&name.into())?;
        let effect = located.write_effect()?;
        let permit = self.allow(&located, &effect);
        let mut prepared = self.prepare_write(&located)?;
        prepared.write_all(content.as_bytes())?;
        self.commit_write(permit, prepared, label).map(drop)
    }

    pub(crate) fn do_delete(&self, name: &str) -> Result<(), HostError> {
        let located = self.inspect(&name.into())?;
        let effect = located.delete_effect()?;
        self.delete(self.allow(&located, &effect), &located)
    }

    pub(crate) fn do_move(&self, from: &str, to: &str) -> Result<(), HostError> {
        let (from, to) = (self.inspect(&from.into())?, self.inspect(&to.into())?);
        let [leaves, arrives] = from.move_effects(&to)?;
        let (leaves, arrives) = (self.allow(&from, &leaves), self.allow(&to, &arrives));
        self.rename(leaves, arrives, &from, &to)
    }

    pub(crate) fn do_copy(&self, from: &str, to: &str) -> Result<(), HostError> {
        let (from, to) = (self.inspect(&from.into())?, self.inspect(&to.into())?);
        let (reads, writes) = (from.read_effect()?, to.write_effect()?);
        let (reads, writes) = (self.allow(&from, &reads), self.allow(&to, &writes));
        self.copy(reads, writes, &from, &to).map(drop)
    }

    pub(crate) fn do_directory(&self, name: &str) -> Result<(), HostError> {
        let located = self.inspect(&name.into())?;
        let permits = located.directory_effects().iter().map(|effect| self.allow(&located, effect)).collect();
        self.make_directory(permits, &located)
    }

    pub(crate) fn do_mode(&self, name: &str, mode: u32) -> Result<(), HostError> {
        let located = self.inspect(&name.into())?;
        let effect = located.mode_effect()?;
        self.set_mode(self.allow(&located, &effect), &located, mode)
    }

    pub(crate) fn do_link(&self, name: &str, text: &str) -> Result<(), HostError> {
        let located = self.inspect(&name.into())?;
        let effect = located.link_effect();
        self.make_link(self.allow(&located, &effect), &located, &text.into())
    }

    pub(crate) fn do_undo(&self, receipts: &[Receipt]) -> Result<crate::UndoReport, HostError> {
        let plan = self.plan_undo(receipts)?;
        let permits = permits_for(&plan);
        self.undo(plan, permits)
    }
}

pub(crate) fn permits_for(plan: &crate::UndoPlan) -> Vec<Permit> {
    plan.effects().iter().map(|step| permit(&step.effect, step.facts)).collect()
}

/// Everything beneath a directory that undo promises to restore.
pub(crate) type Tree = BTreeMap<Vec<u8>, (FileKind, u32, i64, i64, Vec<u8>)>;

pub(crate) fn tree(root: &Path) -> Tree {
    let mut out = Tree::new();
    let mut waiting = vec![root.to_path_buf()];
    while let Some(directory) = waiting.pop() {
        for entry in std::fs::read_dir(&directory).unwrap() {
            let path = entry.unwrap().path();
            let meta = std::fs::symlink_metadata(&path).unwrap();
            let name = path.strip_prefix(root).unwrap().as_os_str().as_bytes();
            let row = if meta.is_dir() {
                waiting.push(path.clone());
                (FileKind::Directory, meta.mode(), 0, 0, Vec::new())
            } else if meta.is_symlink() {
                let text = std::fs::read_link(&path).unwrap().into_os_string();
                (FileKind::Link, 0, 0, 0, text.into_vec())
            } else {
                let content = std::fs::read(&path).unwrap();
                let mode = meta.mode();
                (FileKind::File, mode, meta.mtime(), meta.mtime_nsec(), content)
            };
            out.insert(name.to_vec(), row);
        }
    }
    out
}
