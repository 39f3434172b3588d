//! The supervisor: one thread that answers the calls the filter holds back.
//!
//! **Why "go on" is safe here.** A call that is let go on is read again by the kernel, and the agent may have changed
//! the path or address in its memory meanwhile. So nothing rests on what this thread read: the file tree, Landlock and
//! the empty network namespace allow exactly the same calls whether this thread runs or not, and whatever they allow
//! on the host was granted to the agent before it started. What this thread adds is the policy's live word inside that
//! floor, the questions to a person, and the record of what was refused. A network connection is never let go on: it
//! is made on the agent's behalf, to the address that was decided.

use crate::call::{Reader, Wanted};
use crate::filter::{self, Verb};
use crate::network::{self, Pins, QUESTION_BYTES_MAX};
use crate::spec::{Ports, REFUSED, Refused};
use crate::sys::{self, Notification};
use crate::terminal::Terminal;
use rustix::event::{PollFd, PollFlags, poll};
use rustix::io::Errno;
use rustix::net::{RecvFlags, SendFlags};
use std::collections::{HashMap, HashSet};
use std::net::SocketAddr;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::thread::Scope;
use telos_abi::{
    ByteText, DecisionRecord, Durability, Effect, EffectKind, Facts, HostName, Label, Receipt, Resource, Verdict,
};
use telos_policy::{Decision, Permit, Refusal};

/// Most different refused effects that are recorded and listed; more are counted.
pub(crate) const REFUSED_MAX: usize = 1_000;
/// Most names made directly on the host that are remembered; more are asked about as if they had been there before.
const CREATED_MAX: usize = 100_000;
/// Most connections being made on behalf at one moment.
const CONNECTING_MAX: usize = 64;

/// What the thread hands back.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    pub(crate) refused: Vec<Refused>,
    pub(crate) unlisted: u64,
    pub(crate) permitted: u64,
    index: HashMap<Effect, usize>,
}

/// What the thread is told about the agent.
#[derive(Debug)]
pub(crate) struct Setting {
    /// Root of the workspace.
    pub(crate) directory: PathBuf,
    /// Whether the workspace is copy-on-write. Otherwise a copy from before the run is kept, so that undo has it all.
    pub(crate) copy_on_write: bool,
    /// Places that end with the run.
    pub(crate) scratch: Vec<PathBuf>,
    /// Places granted for direct writes; they may lie inside private ones.
    pub(crate) granted: Vec<PathBuf>,
    /// Granted hosts.
    pub(crate) pins: Pins,
    /// Label of the process.
    pub(crate) label: Label,
}

impl Setting {
    fn in_workspace(&self, path: &[u8]) -> bool {
        beneath(path, self.directory.as_os_str().as_encoded_bytes())
    }

    /// Whether changes at a path end with the run, so that they are no effects on the host.
    fn is_private(&self, path: &[u8]) -> bool {
        let inside = |root: &PathBuf| beneath(path, root.as_os_str().as_encoded_bytes());
        let own = [&b"/dev"[..], b"/proc"].iter().any(|root| beneath(path, root));
        (own || self.scratch.iter().any(inside)) && !self.in_workspace(path) && !self.granted.iter().any(inside)
    }
}

/// The descriptors that the child sent.
#[derive(Debug)]
pub(crate) struct Lines {
    /// Trapped calls arrive here.
    pub(crate) listener: OwnedFd,
    /// The agent's root directory.
    pub(crate) root: OwnedFd,
    /// Questions for names arrive here.
    pub(crate) resolver: OwnedFd,
}

/// The thread's state.
pub(crate) struct Supervisor<'a> {
    setting: &'a Setting,
    lines: &'a Lines,
    ports: Ports<'a>,
    terminal: &'a Terminal,
    verbs: HashMap<u32, Verb>,
    tally: Tally,
    /// Names that the agent made outside a copy-on-write workspace.
    created: HashSet<Vec<u8>>,
}

impl<'a> Supervisor<'a> {
    pub(crate) fn new(setting: &'a Setting, lines: &'a Lines, ports: Ports<'a>, terminal: &'a Terminal) -> Self {
        let verbs = filter::verbs().into_iter().collect();
        Self { setting, lines, ports, terminal, verbs, tally: Tally::default(), created: HashSet::new() }
    }

    /// Answers until the last process under the filter has ended.
    pub(crate) fn serve<'scope>(mut self, scope: &'scope Scope<'scope, '_>) -> Tally
    where
        'a: 'scope,
    {
        let listener = self.lines.listener.as_fd();
        sys::listen_in_step(listener);
        let mut connecting: Vec<std::thread::ScopedJoinHandle<'scope, ()>> = Vec::new();
        loop {
            let mut ready =
                [PollFd::from_borrowed_fd(listener, PollFlags::IN), PollFd::new(&self.lines.resolver, PollFlags::IN)];
            match poll(&mut ready, None) {
                Err(Errno::INTR) => continue,
                Err(_) => break,
                Ok(_) => {}
            }
            if ready[1].revents().contains(PollFlags::IN) {
                self.resolve();
            }
            if ready[0].revents().contains(PollFlags::IN) {
                // A caller that was killed meanwhile leaves nothing to answer.
                if let Ok(notification) = sys::receive(listener) {
                    connecting.retain(|thread| !thread.is_finished());
                    connecting.extend(self.handle(&notification, scope, connecting.len()));
                }
            } else if ready[0].revents().intersects(PollFlags::HUP | PollFlags::ERR) {
                break;
            }
        }
        self.tally
    }

    /// Decides and answers one call; a connection to a granted host is made by a thread of its own.
    fn handle<'scope>(
        &mut self,
        call: &Notification,
        scope: &'scope Scope<'scope, '_>,
        busy: usize,
    ) -> Option<std::thread::ScopedJoinHandle<'scope, ()>>
    where
        'a: 'scope,
    {
        let listener = self.lines.listener.as_fd();
        let verb = u32::try_from(call.data.nr).ok().and_then(|number| self.verbs.get(&number).copied());
        let Some(verb) = verb else {
            finish(listener, call.id, Some(Errno::NOSYS));
            return None;
        };
        let setting = self.setting;
        let private = |path: &[u8]| setting.is_private(path);
        let reader = Reader::new(call, &self.lines.root, &private);
        match reader.wanted(verb) {
            Wanted::Nothing => finish(listener, call.id, None),
            Wanted::Files(effects) => {
                // What a move brings to a new name is the agent's own only if it was before.
                let own = match effects.first() {
                    Some((EffectKind::FileMove, from)) => self.created.contains(from),
                    _ => true,
                };
                let refused = effects.into_iter().any(|(kind, path)| !self.file(kind, path, own, call));
                finish(listener, call.id, refused.then_some(REFUSED));
            }
            Wanted::Host { address, connects } => {
                let (permit, address) = self.host(address, connects, call)?;
                if busy >= CONNECTING_MAX {
                    finish(listener, call.id, Some(Errno::AGAIN));
                    return None;
                }
                let (id, pid) = (call.id, i32::try_from(call.pid).unwrap_or(0));
                let theirs = u32::try_from(call.data.args[0] & 0xffff_ffff).unwrap_or(u32::MAX);
                return Some(scope.spawn(move || {
                    let result = network::connect_for(permit, address, listener, id, pid, theirs);
                    let _ = sys::answer(listener, id, result);
                }));
            }
        }
        None
    }

    /// Whether a change to a path may go on. `own`: what it makes is the agent's.
    fn file(&mut self, kind: EffectKind, path: Vec<u8>, own: bool, call: &Notification) -> bool {
        if self.setting.is_private(&path) {
            return true;
        }
        let undoable = self.setting.in_workspace(&path);
        let in_workspace = undoable && self.setting.copy_on_write;
        let facts = Facts { created_by_run: self.created.contains(&path), undoable, in_workspace };
        let effect = Effect { kind, resource: Resource::Path(ByteText(path)) };
        let Some(permit) = self.decide(effect, facts, call.pid) else {
            return false;
        };
        if !in_workspace {
            self.note_created(kind, permit, own);
        }
        true
    }

    /// Remembers the names that the agent made on the host itself: changing those again loses nothing of anybody's. Not
    /// links: a hard one is another name for what somebody else may have made.
    #[expect(clippy::needless_pass_by_value, reason = "a permit is used up")]
    fn note_created(&mut self, kind: EffectKind, permit: Permit, own: bool) {
        let Resource::Path(ByteText(path)) = &permit.effect().resource else {
            return;
        };
        match kind {
            EffectKind::FileCreate | EffectKind::DirCreate if own && self.created.len() < CREATED_MAX => {
                self.created.insert(path.clone());
            }
            EffectKind::FileDelete | EffectKind::FileMove => drop(self.created.remove(path)),
            _ => {}
        }
    }

    /// Answers a connection unless it is permitted to a pinned address, which is returned.
    fn host(&mut self, address: SocketAddr, connects: bool, call: &Notification) -> Option<(Permit, SocketAddr)> {
        let listener = self.lines.listener.as_fd();
        let pinned = self.setting.pins.host_of(address).map(|host| host.name.clone());
        if pinned.is_none() && address.ip().is_loopback() {
            // The namespace's own loopback: reaches nobody but the agent itself.
            finish(listener, call.id, None);
            return None;
        }
        let known = pinned.is_some();
        let name = pinned.unwrap_or_else(|| address.ip().to_string());
        let effect = Effect {
            kind: if connects { EffectKind::NetConnect } else { EffectKind::NetSend },
            resource: Resource::Host(HostName { name, port: Some(address.port()) }),
        };
        let permit = self.decide(effect, Facts::default(), call.pid);
        match permit {
            Some(permit) if known && connects => Some((permit, address)),
            // Permitted by the policy but not pinned at the start, or not TCP: this tier has no way to carry it.
            Some(_) => {
                finish(listener, call.id, Some(Errno::NETUNREACH));
                None
            }
            None => {
                finish(listener, call.id, Some(REFUSED));
                None
            }
        }
    }

    /// Answers one question for a name. A name that was not granted is decided, so that the refusal is recorded under
    /// the name rather than under some resolver's address.
    fn resolve(&mut self) {
        let mut bytes = [0_u8; QUESTION_BYTES_MAX];
        let Ok((count, _, Some(from))) =
            rustix::net::recvfrom(&self.lines.resolver, &mut bytes[..], RecvFlags::DONTWAIT)
        else {
            return;
        };
        let Some(question) = bytes.get(..count).and_then(network::parse_question) else {
            return;
        };
        let granted = self.setting.pins.list().iter().any(|(host, _)| host.name == question.name);
        if !granted {
            let host = HostName { name: question.name.clone(), port: None };
            let effect = Effect { kind: EffectKind::NetConnect, resource: Resource::Host(host) };
            let _ = self.decide(effect, Facts::default(), 0);
        }
        let answer = network::reply(&question, &self.setting.pins);
        let _ = rustix::net::sendto(&self.lines.resolver, &answer, SendFlags::DONTWAIT, &from);
    }

    /// Decides one effect; asks if the policy says so; records what did not go without saying.
    fn decide(&mut self, effect: Effect, facts: Facts, pid: u32) -> Option<Permit> {
        match self.ports.decider.decide(&effect, facts) {
            Decision::Permit(permit) => {
                self.tally.permitted += 1;
                Some(permit)
            }
            Decision::Refuse(refusal) => {
                self.refuse(refusal, Verdict::Refuse, pid);
                None
            }
            Decision::Ask(question) => {
                let refusal = Refusal { effect, rule: question.rule, reason: question.reason.clone() };
                // A program that tries again does not ask again: a no holds for the run.
                if self.tally.index.contains_key(&refusal.effect) || self.tally.refused.len() >= REFUSED_MAX {
                    self.refuse(refusal, Verdict::Ask, pid);
                    return None;
                }
                // The question is in the log before its answer, and the answer (by the asker) before the effect.
                let recorded = self.record(&refusal, Verdict::Ask);
                let taken = self.ports.asker.at_terminal().then(|| self.terminal.for_question());
                let approval = self.ports.asker.ask(&question);
                drop(taken);
                let permit = approval.filter(|_| recorded).and_then(|approval| question.approve(approval).ok());
                match permit {
                    Some(_) => self.tally.permitted += 1,
                    None => self.list(refusal, pid),
                }
                permit
            }
        }
    }

    /// Whether the log has taken what was decided.
    fn record(&self, refusal: &Refusal, verdict: Verdict) -> bool {
        self.ports.recorder.record(&self.decision_receipt(refusal, verdict), Durability::Batched).is_ok()
    }

    fn decision_receipt(&self, refusal: &Refusal, verdict: Verdict) -> Receipt {
        Receipt::Decided(DecisionRecord {
            node: None,
            effect: refusal.effect.clone(),
            label: self.setting.label,
            verdict,
            rule: refusal.rule,
            reason: refusal.reason.clone(),
        })
    }

    /// Refuses; the first of its kind goes to the log. A log that cannot take it changes nothing: the effect does not
    /// happen either way.
    fn refuse(&mut self, refusal: Refusal, verdict: Verdict, pid: u32) {
        if let Some(known) = self.tally.index.get(&refusal.effect).and_then(|index| self.tally.refused.get_mut(*index))
        {
            known.times += 1;
            return;
        }
        if self.tally.refused.len() >= REFUSED_MAX {
            self.tally.unlisted += 1;
            return;
        }
        self.record(&refusal, verdict);
        self.list(refusal, pid);
    }

    /// Lists what did not happen, for the report.
    fn list(&mut self, refusal: Refusal, pid: u32) {
        let program = std::fs::read(format!("/proc/{pid}/comm")).unwrap_or_default();
        self.tally.index.insert(refusal.effect.clone(), self.tally.refused.len());
        self.tally.refused.push(Refused {
            effect: refusal.effect,
            rule: refusal.rule,
            reason: refusal.reason,
            program: program.trim_ascii_end().into(),
            times: 1,
        });
    }
}

/// Lets a call go on, or ends it with an error. A caller that died meanwhile needs no answer.
fn finish(listener: BorrowedFd<'_>, id: u64, refused: Option<Errno>) {
    let _ = match refused {
        None => sys::answer_continue(listener, id),
        Some(errno) => sys::answer(listener, id, Err(errno)),
    };
}

/// Whether a normalised path is a directory or lies beneath it.
pub(crate) fn beneath(path: &[u8], directory: &[u8]) -> bool {
    path.strip_prefix(directory).is_some_and(|rest| rest.is_empty() || rest[0] == b'/')
}
