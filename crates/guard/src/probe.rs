//! What this host offers, plane by plane, found by trying in a child rather than by guessing from version numbers.

use crate::error::{GuardError, Plane};
use crate::sys;
use rustix::fs::{Mode, OFlags};
use rustix::io::Errno;
use std::os::fd::AsFd;
use std::path::Path;

/// Whether a plane is there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// It works; the text says what was found.
    Available(String),
    /// It does not.
    Missing {
        /// What was tried and how it failed.
        why: String,
        /// What to do about it.
        fix: String,
    },
}

/// Every plane with what the host offers. `telos run` needs all but [`Plane::Reflink`], and [`Plane::Overlay`] only
/// for copy-on-write workspaces.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HostSupport {
    /// In the order in which they build on each other.
    pub planes: Vec<(Plane, Offer)>,
}

impl HostSupport {
    /// Whether a plane works here.
    #[must_use]
    pub fn has(&self, plane: Plane) -> bool {
        self.planes.iter().any(|(known, offer)| *known == plane && matches!(offer, Offer::Available(_)))
    }
}

/// Landlock's file rights.
pub(crate) struct FileRights {
    /// Execute, read files, read directories.
    pub(crate) read: u64,
    /// Write and truncate files.
    pub(crate) write: u64,
    /// Commands to devices.
    pub(crate) device: u64,
    /// Those that make sense on a file.
    pub(crate) of_file: u64,
}

/// Landlock's file rights.
pub(crate) const FILE_RIGHTS: FileRights =
    FileRights { read: 0b1101, write: 1 << 1 | 1 << 14, device: 1 << 15, of_file: 0b111 | 1 << 14 | 1 << 15 };

impl FileRights {
    /// Every right that a version of Landlock knows.
    pub(crate) fn handled(&self, version: u32) -> u64 {
        match version {
            0 | 1 => (1 << 13) - 1,
            2 => (1 << 14) - 1,
            3 | 4 => (1 << 15) - 1,
            _ => (1 << 16) - 1,
        }
    }
}

/// Landlock's scopes: abstract sockets and signals.
pub(crate) struct Scopes {
    /// First version that knows them.
    pub(crate) since: u32,
    /// All of them.
    pub(crate) all: u64,
}

/// Landlock's scopes.
pub(crate) const SCOPES: Scopes = Scopes { since: 6, all: 0b11 };

/// First version with which files can be renamed between directories.
const LANDLOCK_MIN: u32 = 2;

/// Checks what a start needs and costs nothing; the rest shows itself in the start. Returns Landlock's version.
pub(crate) fn require() -> Result<u32, GuardError> {
    for (plane, offer) in [(Plane::Landlock, landlock()), (Plane::SeccompNotify, notify())] {
        if let Offer::Missing { why, fix } = offer {
            return Err(GuardError::Unenforceable { plane, why, fix });
        }
    }
    sys::landlock_version().map_err(|source| GuardError::SetUp {
        doing: "asking for Landlock",
        path: String::new(),
        source,
    })
}

fn landlock() -> Offer {
    match sys::landlock_version() {
        Ok(version) if version >= LANDLOCK_MIN => Offer::Available(format!("version {version}")),
        Ok(version) => Offer::Missing {
            why: format!("the kernel offers version {version} only"),
            fix: format!("Use Linux 5.19 or newer (Landlock version {LANDLOCK_MIN})"),
        },
        Err(Errno::OPNOTSUPP) => Offer::Missing {
            why: "Landlock is built in but switched off".into(),
            fix: "Add `landlock` to the kernel's `lsm=` boot parameter".into(),
        },
        Err(errno) => Offer::Missing {
            why: format!("the kernel does not offer it ({errno})"),
            fix: "Use Linux 5.19 or newer with CONFIG_SECURITY_LANDLOCK; in a container, allow the landlock_* calls"
                .into(),
        },
    }
}

fn notify() -> Offer {
    if sys::notify_available() {
        Offer::Available("user notification".into())
    } else {
        Offer::Missing {
            why: "the kernel does not offer seccomp user notification".into(),
            fix: "Use Linux 5.14 or newer with CONFIG_SECCOMP_FILTER".into(),
        }
    }
}

/// The variable that tells a program that it is an agent, and of which run. It explains; nothing rests on it.
pub(crate) const AGENT: &str = "TELOS_AGENT";

/// The fix for a kernel that refuses user namespaces to this user.
pub(crate) fn user_namespace_offer(errno: Errno) -> Offer {
    let reads = |path: &str| std::fs::read_to_string(path).map(|text| text.trim().to_owned()).unwrap_or_default();
    let fix = if std::env::var_os(AGENT).is_some() {
        "This program is an agent already and guarded by its rules, as everything it starts is: start the inner program \
         directly, without `telos run`"
    } else if reads("/proc/sys/kernel/apparmor_restrict_unprivileged_userns") == "1" {
        "AppArmor restricts them: give telos a profile with `userns,`, or run `sudo sysctl -w \
         kernel.apparmor_restrict_unprivileged_userns=0`"
    } else if reads("/proc/sys/kernel/unprivileged_userns_clone") == "0" {
        "Run `sudo sysctl -w kernel.unprivileged_userns_clone=1`"
    } else if reads("/proc/sys/user/max_user_namespaces") == "0" {
        "Run `sudo sysctl -w user.max_user_namespaces=10000`"
    } else if errno == Errno::NOSPC {
        "Too many are in use or nested: run outside other sandboxes"
    } else {
        "In a container, start it with a seccomp profile that allows `unshare` and `clone` with CLONE_NEWUSER \
         (Docker: `--security-opt seccomp=unconfined`)"
    };
    Offer::Missing { why: format!("the kernel refuses a new user namespace ({errno})"), fix: fix.into() }
}

/// The planes that a child tries in turn; its exit code is the number of the first that failed.
const TRIED: [Plane; 5] = [Plane::UserNamespaces, Plane::Mounts, Plane::Processes, Plane::Network, Plane::Overlay];

/// Tries every plane. Takes a few milliseconds; leaves nothing behind but what it could not remove under `state`.
#[must_use]
pub fn probe(state: &Path) -> HostSupport {
    let mut planes = vec![(Plane::Landlock, landlock()), (Plane::SeccompNotify, notify())];
    let flags = libc::CLONE_NEWUSER | libc::CLONE_NEWNS | libc::CLONE_NEWPID | libc::CLONE_NEWIPC | libc::CLONE_NEWNET;
    let user = format!("{0} {0} 1", rustix::process::geteuid().as_raw()).into_bytes();
    let group = format!("{0} {0} 1", rustix::process::getegid().as_raw()).into_bytes();
    let code = match sys::fork(flags, &mut || try_planes(&user, &group)) {
        Ok((_, child)) => exit_code(&child),
        Err(errno) => {
            planes.push((Plane::UserNamespaces, user_namespace_offer(errno)));
            None
        }
    };
    for (index, plane) in TRIED.into_iter().enumerate() {
        if planes.iter().any(|(known, _)| *known == plane) {
            continue;
        }
        let reached = code.is_some_and(|code| code == 0 || index + 1 < code);
        let offer = if reached {
            Offer::Available("tried in a child".into())
        } else if code == Some(index + 1) {
            missing(plane)
        } else {
            Offer::Missing { why: "not reached: an earlier plane is missing".into(), fix: "Mend that one first".into() }
        };
        planes.push((plane, offer));
    }
    planes.push((Plane::Reflink, reflink(state)));
    HostSupport { planes }
}

fn missing(plane: Plane) -> Offer {
    let (why, fix) = match plane {
        Plane::UserNamespaces => return user_namespace_offer(Errno::PERM),
        Plane::Processes => (
            "the kernel refuses a new /proc, as it does where parts of the present one are covered",
            "In a container, uncover it (Docker: `--security-opt systempaths=unconfined`)",
        ),
        Plane::Network => ("the loopback interface cannot be raised", "In a container, allow CLONE_NEWNET and ioctl"),
        Plane::Overlay => (
            "the kernel refuses overlayfs in a user namespace",
            "Use Linux 5.13 or newer with overlayfs; run `modprobe overlay`",
        ),
        _ => (
            "the kernel refuses mounts in a user namespace",
            "In a container, allow `mount`; with AppArmor, give telos a profile that does",
        ),
    };
    Offer::Missing { why: why.into(), fix: fix.into() }
}

fn exit_code(child: &std::os::fd::OwnedFd) -> Option<usize> {
    let id = rustix::process::WaitId::PidFd(child.as_fd());
    let status = rustix::process::waitid(id, rustix::process::WaitIdOptions::EXITED).ok()??;
    usize::try_from(status.exit_status()?).ok()
}

/// Runs in a child: system calls only.
fn try_planes(user: &[u8], group: &[u8]) -> i32 {
    let private = libc::MS_REC | libc::MS_PRIVATE;
    let tries: [&dyn Fn() -> sys::Sys<()>; 5] = [
        &|| {
            write(c"/proc/self/setgroups", b"deny")?;
            write(c"/proc/self/uid_map", user)?;
            write(c"/proc/self/gid_map", group)
        },
        &|| {
            sys::mount(None, c"/", None, private, None)?;
            sys::mount(Some(c"tmpfs"), c"/tmp", Some(c"tmpfs"), 0, None)
        },
        &|| {
            rustix::fs::mkdir(c"/tmp/proc", Mode::RWXU)?;
            sys::mount(Some(c"proc"), c"/tmp/proc", Some(c"proc"), 0, None)
        },
        &sys::loopback_up,
        &|| {
            for path in [c"/tmp/lower", c"/tmp/upper", c"/tmp/work", c"/tmp/both"] {
                rustix::fs::mkdir(path, Mode::RWXU)?;
            }
            let options = c"lowerdir=/tmp/lower,upperdir=/tmp/upper,workdir=/tmp/work,userxattr,volatile";
            sys::mount(Some(c"overlay"), c"/tmp/both", Some(c"overlay"), 0, Some(options))
        },
    ];
    for (number, one) in (1..).zip(tries) {
        if one().is_err() {
            return number;
        }
    }
    0
}

fn write(path: &std::ffi::CStr, bytes: &[u8]) -> sys::Sys<()> {
    let file = rustix::fs::open(path, OFlags::WRONLY | OFlags::CLOEXEC, Mode::empty())?;
    rustix::io::write(&file, bytes).map(drop)
}

fn reflink(state: &Path) -> Offer {
    let open =
        |create: OFlags| rustix::fs::open(state, OFlags::TMPFILE | OFlags::RDWR | create, Mode::RUSR | Mode::WUSR);
    let tried = open(OFlags::CLOEXEC).and_then(|from| {
        rustix::io::write(&from, b"x")?;
        let to = open(OFlags::CLOEXEC)?;
        rustix::fs::ioctl_ficlone(to, from)
    });
    match tried {
        Ok(()) => Offer::Available("copies share blocks".into()),
        Err(errno) => Offer::Missing {
            why: format!("files under {} cannot share blocks ({errno})", state.display()),
            fix: "Nothing is needed; copies are made in full. On btrfs or xfs they are free".into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_probe_names_every_plane_once_and_gives_a_fix_for_what_is_missing() {
        let support = probe(&std::env::temp_dir());
        assert_eq!(support.planes.len(), 8);
        for (plane, offer) in &support.planes {
            assert_eq!(support.planes.iter().filter(|(other, _)| other == plane).count(), 1);
            if let Offer::Missing { why, fix } = offer {
                assert!(!why.is_empty() && !fix.is_empty(), "{plane}");
            }
        }
    }

    #[test]
    fn rights_grow_with_the_version() {
        for version in 1..9 {
            let (one, next) = (FILE_RIGHTS.handled(version), FILE_RIGHTS.handled(version + 1));
            assert_eq!(one & next, one);
            assert_eq!(one & FILE_RIGHTS.read, FILE_RIGHTS.read);
        }
    }
}
