//! What a trapped call wants: reads its arguments from the caller's memory and turns paths into absolute, normalised
//! ones. Nothing here is relied on for enforcement (see `supervise`); a wrong reading is a wrong record at worst.

use crate::filter::{OPEN_CHANGES, Verb};
use crate::network::parse_address;
use crate::sys::{self, Notification};
use rustix::fs::{Mode, OFlags, ResolveFlags};
use rustix::io::Errno;
use std::net::SocketAddr;
use std::os::fd::OwnedFd;
use telos_abi::EffectKind;
use telos_abi::limit::PATH_BYTES_MAX;

/// What a call wants.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Wanted {
    /// Nothing that is decided: it reads, or its arguments are unreadable and the kernel will refuse them.
    Nothing,
    /// Changes to paths.
    Files(Vec<(EffectKind, Vec<u8>)>),
    /// To reach an address, by connecting or by sending.
    Host { address: SocketAddr, connects: bool },
}

/// Reads one call.
pub(crate) struct Reader<'a> {
    pid: i32,
    arguments: [u64; 6],
    root: &'a OwnedFd,
    private: &'a dyn Fn(&[u8]) -> bool,
}

/// What a path leads to now.
enum Found {
    /// Nothing there.
    Absent,
    /// This, after following links.
    At(Vec<u8>),
}

impl<'a> Reader<'a> {
    /// A reader of one call. `private` tells paths whose changes end with the run: they are not looked at further,
    /// because most writes of most programs go there.
    pub(crate) fn new(call: &Notification, root: &'a OwnedFd, private: &'a dyn Fn(&[u8]) -> bool) -> Self {
        Self { pid: i32::try_from(call.pid).unwrap_or(0), arguments: call.data.args, root, private }
    }

    /// Reads the call as the verb says.
    pub(crate) fn wanted(&self, verb: Verb) -> Wanted {
        use EffectKind::{DirCreate, FileCreate, FileDelete, FileMeta, FileMove, FileOverwrite, LinkCreate};
        match verb {
            Verb::Open { at, path, flags } => self.open(at, path, self.word(flags)),
            Verb::Creat => self.open(None, 0, OPEN_CHANGES),
            Verb::OpenHow => match self.memory(self.arguments[2], 8).as_deref().map(<[u8; 8]>::try_from) {
                Some(Ok(bytes)) => {
                    let flags = u32::try_from(u64::from_le_bytes(bytes) & 0xffff_ffff).unwrap_or(0);
                    if flags & OPEN_CHANGES == 0 { Wanted::Nothing } else { self.open(Some(0), 1, flags) }
                }
                _ => Wanted::Nothing,
            },
            Verb::Remove { at, path } => self.one(FileDelete, at, path),
            Verb::MakeDirectory { at, path } => self.one(DirCreate, at, path),
            Verb::MakeNode { at, path } => self.one(FileCreate, at, path),
            Verb::MakeLink { at, path } => self.one(LinkCreate, at, path),
            Verb::Truncate => self.one(FileOverwrite, None, 0),
            Verb::Meta { at, path } => self.one(FileMeta, at, path),
            Verb::Move { from, to } => {
                let (Some(from), Some(to)) = (self.path(from.0, from.1), self.path(to.0, to.1)) else {
                    return Wanted::Nothing;
                };
                let replaces = matches!(self.find(&to, false), Some(Found::At(_)));
                let arrival = if replaces { FileOverwrite } else { FileCreate };
                Wanted::Files(vec![(FileMove, from), (arrival, to)])
            }
            Verb::Connect => self.host(1, 2, true),
            Verb::SendTo => self.host(4, 5, false),
        }
    }

    /// A call that names one path.
    fn one(&self, kind: EffectKind, at: Option<u8>, path: u8) -> Wanted {
        self.path(at, path).map_or(Wanted::Nothing, |path| Wanted::Files(vec![(kind, path)]))
    }

    /// An open that may change something.
    fn open(&self, at: Option<u8>, path: u8, flags: u32) -> Wanted {
        let Some(path) = self.path(at, path) else {
            return Wanted::Nothing;
        };
        if (self.private)(&path) {
            return Wanted::Nothing;
        }
        let follows = flags & libc::O_NOFOLLOW.cast_unsigned() == 0;
        let writes = flags & (libc::O_WRONLY | libc::O_RDWR | libc::O_TRUNC).cast_unsigned() != 0;
        match self.find(&path, follows) {
            Some(Found::At(real)) if writes => Wanted::Files(vec![(EffectKind::FileOverwrite, real)]),
            Some(Found::At(_)) => Wanted::Nothing,
            Some(Found::Absent) | None => Wanted::Files(vec![(EffectKind::FileCreate, path)]),
        }
    }

    fn host(&self, address: usize, length: usize, connects: bool) -> Wanted {
        let length = usize::try_from(self.arguments[length] & 0xffff_ffff).unwrap_or(0).min(128);
        let Some(bytes) = self.memory(self.arguments[address], length) else {
            return Wanted::Nothing;
        };
        if let Some(path) = socket_path(&bytes) {
            return self.socket(path);
        }
        parse_address(&bytes).map_or(Wanted::Nothing, |address| Wanted::Host { address, connects })
    }

    /// Talking to whoever listens on a socket's file: the kernel asks for the right to write to it, and so does this.
    fn socket(&self, text: &[u8]) -> Wanted {
        let path = match text.first() {
            Some(b'/') => Some(self.without_aliases(normalise(b"", text))),
            _ => self.link(b"cwd").map(|base| normalise(&base, text)),
        };
        match path.map(|path| self.find(&path, true)) {
            Some(Some(Found::At(real))) => Wanted::Files(vec![(EffectKind::FileOverwrite, real)]),
            _ => Wanted::Nothing,
        }
    }

    /// The low word of an argument.
    fn word(&self, index: u8) -> u32 {
        u32::try_from(self.arguments[usize::from(index)] & 0xffff_ffff).unwrap_or(0)
    }

    fn memory(&self, address: u64, length: usize) -> Option<Vec<u8>> {
        let mut bytes = vec![0; length];
        (sys::read_memory(self.pid, address, &mut bytes).ok()? == length).then_some(bytes)
    }

    /// The string at an address, read page by page because the next page may not be mapped.
    fn string(&self, address: u64) -> Option<Vec<u8>> {
        const PAGE: u64 = 4_096;
        let mut out = Vec::with_capacity(256);
        let mut next = address;
        while out.len() <= PATH_BYTES_MAX {
            let left = usize::try_from(PAGE - next % PAGE).ok()?.min(if out.is_empty() { 512 } else { 4_096 });
            let start = out.len();
            out.resize(start + left, 0);
            let count = sys::read_memory(self.pid, next, &mut out[start..]).ok()?;
            out.truncate(start + count);
            if let Some(end) = out[start..].iter().position(|byte| *byte == 0) {
                out.truncate(start + end);
                return Some(out);
            }
            if count < left {
                return None;
            }
            next = next.checked_add(u64::try_from(left).ok()?)?;
        }
        None
    }

    /// The absolute, normalised path that two arguments name.
    fn path(&self, at: Option<u8>, path: u8) -> Option<Vec<u8>> {
        let text = self.string(self.arguments[usize::from(path)])?;
        if text.first() == Some(&b'/') {
            return Some(self.without_aliases(normalise(b"", &text)));
        }
        if text.is_empty() {
            return None; // The kernel refuses it, or it names a descriptor that was opened before.
        }
        let directory = at.map_or(libc::AT_FDCWD, |index| self.word(index).cast_signed());
        let base = if directory == libc::AT_FDCWD {
            self.link(b"cwd")?
        } else {
            self.link(format!("fd/{directory}").as_bytes())?
        };
        (base.first() == Some(&b'/')).then(|| normalise(&base, &text))
    }

    /// The target of a link in the caller's directory of `/proc`.
    fn link(&self, name: &[u8]) -> Option<Vec<u8>> {
        let mut path = format!("/proc/{}/", self.pid).into_bytes();
        path.extend(name);
        let target = rustix::fs::readlink(path, Vec::with_capacity(256)).ok()?;
        Some(target.into_bytes())
    }

    /// Removes the detours through `/proc` that name the same tree again.
    fn without_aliases(&self, mut path: Vec<u8>) -> Vec<u8> {
        for _ in 0..8 {
            let Some(rest) = path.strip_prefix(b"/proc/") else {
                break;
            };
            let Some(slash) = rest.iter().position(|byte| *byte == b'/') else {
                break;
            };
            let who = &rest[..slash];
            let inner = &rest[slash + 1..];
            let is_process = who == b"self" || who == b"thread-self" || who.iter().all(u8::is_ascii_digit);
            if !is_process {
                break;
            }
            if let Some(tail) = tail_of(inner, b"root") {
                path = normalise(b"", tail);
            } else if let (Some(tail), true) = (tail_of(inner, b"cwd"), who == b"self") {
                let Some(base) = self.link(b"cwd") else { break };
                path = normalise(&base, tail);
            } else {
                break;
            }
        }
        path
    }

    /// Looks a path up in the agent's own tree, without opening what is there. `None` if it cannot be known.
    fn find(&self, path: &[u8], follow: bool) -> Option<Found> {
        let mut flags = OFlags::PATH | OFlags::CLOEXEC;
        flags.set(OFlags::NOFOLLOW, !follow);
        let resolve = ResolveFlags::IN_ROOT | ResolveFlags::NO_MAGICLINKS;
        // Most paths hold no links: then the path is the answer.
        match rustix::fs::openat2(self.root, path, flags, Mode::empty(), resolve | ResolveFlags::NO_SYMLINKS) {
            Ok(_) => return Some(Found::At(path.to_vec())),
            Err(Errno::NOENT) => return Some(Found::Absent),
            Err(Errno::LOOP) => {}
            Err(_) => return None,
        }
        match rustix::fs::openat2(self.root, path, flags, Mode::empty(), resolve) {
            Ok(found) => {
                let name = format!("/proc/self/fd/{}", std::os::fd::AsRawFd::as_raw_fd(&found));
                let real = rustix::fs::readlink(name, Vec::with_capacity(256)).ok()?.into_bytes();
                Some(Found::At(real))
            }
            Err(Errno::NOENT) => Some(Found::Absent),
            Err(_) => None,
        }
    }
}

/// The path in a Unix socket's address; `None` for other families, and for names that lead only to the agent's own
/// network namespace.
fn socket_path(bytes: &[u8]) -> Option<&[u8]> {
    let (family, path) = bytes.split_first_chunk::<2>()?;
    if i32::from(u16::from_ne_bytes(*family)) != libc::AF_UNIX {
        return None;
    }
    let end = path.iter().position(|byte| *byte == 0).unwrap_or(path.len());
    (end > 0).then(|| &path[..end])
}

/// What follows a component, if the path begins with it.
fn tail_of<'a>(path: &'a [u8], component: &[u8]) -> Option<&'a [u8]> {
    path.strip_prefix(component).filter(|rest| rest.is_empty() || rest[0] == b'/')
}

/// Joins and normalises by text alone: `.`, `..`, doubled and trailing slashes go. Always absolute.
pub(crate) fn normalise(base: &[u8], path: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::with_capacity(base.len() + path.len() + 1);
    for part in base.split(|byte| *byte == b'/').chain(path.split(|byte| *byte == b'/')) {
        match part {
            b"" | b"." => {}
            b".." => {
                let end = out.iter().rposition(|byte| *byte == b'/').unwrap_or(0);
                out.truncate(end);
            }
            name => {
                out.push(b'/');
                out.extend(name);
            }
        }
    }
    if out.is_empty() {
        out.push(b'/');
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn paths_are_normalised() {
        for (base, path, whole) in [
            ("", "/a/b", "/a/b"),
            ("/home/u", "x/./y//z/", "/home/u/x/y/z"),
            ("/home/u", "../../../../etc", "/etc"),
            ("/", "..", "/"),
            ("", "/..", "/"),
        ] {
            assert_eq!(normalise(base.as_bytes(), path.as_bytes()), whole.as_bytes());
        }
    }

    proptest! {
        #[test]
        fn normalising_is_total_idempotent_and_absolute(
            base in prop::collection::vec(prop::sample::select(b"/.ab\xff".to_vec()), 0..24),
            path in prop::collection::vec(prop::sample::select(b"/.ab\n".to_vec()), 0..24),
        ) {
            let once = normalise(&base, &path);
            prop_assert_eq!(once[0], b'/');
            prop_assert_eq!(normalise(b"", &once), once.clone());
            prop_assert!(!once.windows(2).any(|pair| pair == b"//"));
            prop_assert!(once.split(|byte| *byte == b'/').all(|part| part != b"." && part != b".."));
        }
    }
}
