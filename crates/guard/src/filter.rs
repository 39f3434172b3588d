//! Which system calls a guarded program may make, which fail, and which wait for a decision.
//!
//! Three groups. *Refused*: calls that reach around the floor (asynchronous rings, kernel keys, tracing, mounts,
//! namespaces, handles, terminals' input queue). *Decided*: calls that change names or contents of files, and calls
//! that name another host. *The rest* is allowed without running a single instruction: the kernel caches the answer
//! for calls whose action does not depend on arguments.

use crate::bpf::{Action, Instruction, Line, Test, assemble};

/// `AUDIT_ARCH_*` of the machine this is built for.
#[cfg(target_arch = "x86_64")]
pub(crate) const ARCH: u32 = 0xc000_003e;
/// `AUDIT_ARCH_*` of the machine this is built for.
#[cfg(target_arch = "aarch64")]
pub(crate) const ARCH: u32 = 0xc000_00b7;
#[cfg(not(any(target_arch = "x86_64", target_arch = "aarch64")))]
compile_error!("the guard has system call tables for x86_64 and aarch64 only");

/// Since Linux 6.6; the same number on every architecture.
const FCHMODAT2: libc::c_long = 452;

const EPERM: u16 = 1;
const ENOSYS: u16 = 38;
const EPROTONOSUPPORT: u16 = 93;
const EAFNOSUPPORT: u16 = 97;

/// Open flags that create or change: `O_WRONLY | O_RDWR | O_CREAT | O_TRUNC`. `O_TMPFILE` needs one of the first two.
pub(crate) const OPEN_CHANGES: u32 = (libc::O_WRONLY | libc::O_RDWR | libc::O_CREAT | libc::O_TRUNC).cast_unsigned();

/// `CLONE_NEW*`: mount, cgroup, UTS, IPC, user, PID and network namespaces.
const NEW_NAMESPACES: u32 = 0x7e02_0000;
/// `CLONE_NEWTIME`; only `unshare` can ask for it, for `clone` the bit is part of the exit signal.
const NEW_TIME: u32 = 0x80;
/// `fcntl`-style commands that put text into a terminal's input: `TIOCSTI`, `TIOCLINUX`.
const TERMINAL_INPUT: &[u32] = &[0x5412, 0x541c];
/// Unix, IPv4, IPv6 and netlink. Packet, vsock, kernel-crypto and the rest have paths of their own around a filter.
const FAMILIES: &[u32] = &[1, 2, 10, 16];
const MULTIPATH_TCP: &[u32] = &[262];
/// Plain Linux, and the query that changes nothing.
const PERSONALITIES: &[u32] = &[0, 0xffff_ffff];

/// A call that waits for a decision, and how to read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verb {
    /// Open with flags in this argument.
    Open { at: Option<u8>, path: u8, flags: u8 },
    /// `creat`.
    Creat,
    /// `openat2`: flags are in memory.
    OpenHow,
    /// Remove a name.
    Remove { at: Option<u8>, path: u8 },
    /// Give another name: directory and path of the source, then of the target.
    Move { from: (Option<u8>, u8), to: (Option<u8>, u8) },
    /// Make a directory.
    MakeDirectory { at: Option<u8>, path: u8 },
    /// Make a FIFO, socket or device.
    MakeNode { at: Option<u8>, path: u8 },
    /// Make a link.
    MakeLink { at: Option<u8>, path: u8 },
    /// Cut a file by name.
    Truncate,
    /// Change mode, owner or attributes by name.
    Meta { at: Option<u8>, path: u8 },
    /// Connect a socket.
    Connect,
    /// Send to an address.
    SendTo,
}

/// Every decided call of this architecture.
pub(crate) fn verbs() -> Vec<(u32, Verb)> {
    use Verb::{Connect, MakeDirectory, MakeLink, MakeNode, Meta, Move, Open, OpenHow, Remove, SendTo, Truncate};
    let at = Some(0);
    let mut out: Vec<(libc::c_long, Verb)> = vec![
        (libc::SYS_openat, Open { at, path: 1, flags: 2 }),
        (libc::SYS_openat2, OpenHow),
        (libc::SYS_unlinkat, Remove { at, path: 1 }),
        (libc::SYS_renameat, Move { from: (at, 1), to: (Some(2), 3) }),
        (libc::SYS_renameat2, Move { from: (at, 1), to: (Some(2), 3) }),
        (libc::SYS_mkdirat, MakeDirectory { at, path: 1 }),
        (libc::SYS_mknodat, MakeNode { at, path: 1 }),
        (libc::SYS_linkat, MakeLink { at: Some(2), path: 3 }),
        (libc::SYS_symlinkat, MakeLink { at: Some(1), path: 2 }),
        (libc::SYS_truncate, Truncate),
        (libc::SYS_fchmodat, Meta { at, path: 1 }),
        (FCHMODAT2, Meta { at, path: 1 }),
        (libc::SYS_fchownat, Meta { at, path: 1 }),
        (libc::SYS_setxattr, Meta { at: None, path: 0 }),
        (libc::SYS_lsetxattr, Meta { at: None, path: 0 }),
        (libc::SYS_removexattr, Meta { at: None, path: 0 }),
        (libc::SYS_lremovexattr, Meta { at: None, path: 0 }),
        (libc::SYS_connect, Connect),
        (libc::SYS_sendto, SendTo),
    ];
    #[cfg(target_arch = "x86_64")]
    out.extend([
        (libc::SYS_open, Open { at: None, path: 0, flags: 1 }),
        (libc::SYS_creat, Verb::Creat),
        (libc::SYS_unlink, Remove { at: None, path: 0 }),
        (libc::SYS_rmdir, Remove { at: None, path: 0 }),
        (libc::SYS_rename, Move { from: (None, 0), to: (None, 1) }),
        (libc::SYS_mkdir, MakeDirectory { at: None, path: 0 }),
        (libc::SYS_mknod, MakeNode { at: None, path: 0 }),
        (libc::SYS_link, MakeLink { at: None, path: 1 }),
        (libc::SYS_symlink, MakeLink { at: None, path: 1 }),
        (libc::SYS_chmod, Meta { at: None, path: 0 }),
        (libc::SYS_chown, Meta { at: None, path: 0 }),
        (libc::SYS_lchown, Meta { at: None, path: 0 }),
    ]);
    out.into_iter().map(|(number, verb)| (number_of(number), verb)).collect()
}

fn number_of(number: libc::c_long) -> u32 {
    u32::try_from(number).expect("call numbers are small and positive")
}

/// Calls that always fail with "not permitted".
fn refused() -> Vec<libc::c_long> {
    let mut out = vec![
        // Work done by the kernel on the caller's behalf, unseen by filters.
        libc::SYS_io_uring_setup,
        libc::SYS_io_uring_enter,
        libc::SYS_io_uring_register,
        // Kernel keys, programs, counters, page faults handled in user space.
        libc::SYS_add_key,
        libc::SYS_request_key,
        libc::SYS_keyctl,
        libc::SYS_bpf,
        libc::SYS_perf_event_open,
        libc::SYS_userfaultfd,
        // Other processes' memory and descriptors.
        libc::SYS_ptrace,
        libc::SYS_process_vm_readv,
        libc::SYS_process_vm_writev,
        libc::SYS_pidfd_getfd,
        libc::SYS_kcmp,
        // Files by handle, without a path.
        libc::SYS_open_by_handle_at,
        libc::SYS_name_to_handle_at,
        // Mounts and namespaces.
        libc::SYS_mount,
        libc::SYS_umount2,
        libc::SYS_pivot_root,
        libc::SYS_chroot,
        libc::SYS_move_mount,
        libc::SYS_open_tree,
        libc::SYS_fsopen,
        libc::SYS_fsconfig,
        libc::SYS_fsmount,
        libc::SYS_fspick,
        libc::SYS_mount_setattr,
        libc::SYS_setns,
        // The machine itself.
        libc::SYS_kexec_load,
        libc::SYS_init_module,
        libc::SYS_finit_module,
        libc::SYS_delete_module,
        libc::SYS_reboot,
        libc::SYS_swapon,
        libc::SYS_swapoff,
        libc::SYS_acct,
        libc::SYS_quotactl,
        libc::SYS_settimeofday,
        libc::SYS_clock_settime,
        libc::SYS_syslog,
        libc::SYS_sethostname,
        libc::SYS_setdomainname,
        libc::SYS_vhangup,
    ];
    #[cfg(target_arch = "x86_64")]
    out.extend([libc::SYS_iopl, libc::SYS_ioperm, libc::SYS_modify_ldt, libc::SYS_kexec_file_load]);
    out
}

/// The filter for a guarded program.
pub(crate) fn program() -> Vec<Instruction> {
    let mut lines = Vec::new();
    for (number, verb) in verbs() {
        let test = match verb {
            Verb::Open { flags, .. } => Test::AnyBit(flags, OPEN_CHANGES),
            Verb::SendTo => Test::NotNull(4),
            _ => Test::Always,
        };
        lines.push(Line { number, test, action: Action::Notify });
    }
    let mut add = |number: libc::c_long, test: Test, action: Action| {
        lines.push(Line { number: number_of(number), test, action });
    };
    add(libc::SYS_ioctl, Test::OneOf(1, TERMINAL_INPUT), Action::Fail(EPERM));
    add(libc::SYS_socket, Test::NoneOf(0, FAMILIES), Action::Fail(EAFNOSUPPORT));
    add(libc::SYS_socket, Test::OneOf(2, MULTIPATH_TCP), Action::Fail(EPROTONOSUPPORT));
    add(libc::SYS_clone, Test::AnyBit(0, NEW_NAMESPACES), Action::Fail(EPERM));
    add(libc::SYS_unshare, Test::AnyBit(0, NEW_NAMESPACES | NEW_TIME), Action::Fail(EPERM));
    // Its flags are in memory, where a filter cannot read them; C libraries fall back to `clone`.
    add(libc::SYS_clone3, Test::Always, Action::Fail(ENOSYS));
    add(libc::SYS_personality, Test::NoneOf(0, PERSONALITIES), Action::Fail(EPERM));
    for number in refused() {
        add(number, Test::Always, Action::Fail(EPERM));
    }
    // The kernel runs the program only for calls whose answer depends on arguments: those first.
    lines.sort_by_key(|line| line.test == Test::Always);
    assemble(ARCH, &lines, ENOSYS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bpf::interpret::run;

    const ALLOW: u32 = 0x7fff_0000;
    const NOTIFY: u32 = 0x7fc0_0000;

    fn answer(number: libc::c_long, arguments: [u64; 6]) -> u32 {
        run(&program(), number_of(number), ARCH, arguments).expect("the program ends")
    }

    #[test]
    fn reading_is_never_trapped_and_writing_always_is() {
        let open = |flags: i32| answer(libc::SYS_openat, [0, 0, u64::from(flags.cast_unsigned()), 0, 0, 0]);
        assert_eq!(open(libc::O_RDONLY | libc::O_CLOEXEC | libc::O_DIRECTORY), ALLOW);
        for flags in [libc::O_WRONLY, libc::O_RDWR, libc::O_CREAT, libc::O_TRUNC, libc::O_TMPFILE | libc::O_RDWR] {
            assert_eq!(open(flags), NOTIFY);
        }
        assert_eq!(answer(libc::SYS_read, [0; 6]), ALLOW);
        assert_eq!(answer(libc::SYS_newfstatat, [0; 6]), ALLOW);
    }

    #[test]
    fn every_decided_call_notifies_on_some_argument() {
        for (number, _) in verbs() {
            let program = program();
            assert_eq!(run(&program, number, ARCH, [u64::MAX; 6]), Some(NOTIFY), "call {number}");
        }
    }

    #[test]
    fn no_call_is_both_refused_and_decided() {
        for number in refused() {
            assert!(verbs().iter().all(|(decided, _)| *decided != number_of(number)));
            assert_eq!(answer(number, [0; 6]), 0x0005_0000 | u32::from(EPERM), "call {number}");
        }
    }

    #[test]
    fn sockets_namespaces_and_terminals() {
        assert_eq!(answer(libc::SYS_socket, [1, 1, 0, 0, 0, 0]), ALLOW);
        assert_eq!(answer(libc::SYS_socket, [2, 1, 262, 0, 0, 0]), 0x0005_0000 | u32::from(EPROTONOSUPPORT));
        for family in [17, 38, 40] {
            assert_eq!(answer(libc::SYS_socket, [family, 3, 0, 0, 0, 0]), 0x0005_0000 | u32::from(EAFNOSUPPORT));
        }
        assert_eq!(answer(libc::SYS_clone, [17, 0, 0, 0, 0, 0]), ALLOW);
        assert_ne!(answer(libc::SYS_clone, [0x1000_0011, 0, 0, 0, 0, 0]), ALLOW);
        assert_ne!(answer(libc::SYS_unshare, [0x80, 0, 0, 0, 0, 0]), ALLOW);
        assert_ne!(answer(libc::SYS_ioctl, [0, 0xffff_ffff_0000_5412, 0, 0, 0, 0]), ALLOW);
        assert_eq!(answer(libc::SYS_ioctl, [0, 0x5401, 0, 0, 0, 0]), ALLOW);
    }

    #[test]
    fn other_architectures_and_x32_are_refused() {
        let program = program();
        assert_eq!(run(&program, 0, 0x4000_0003, [0; 6]), Some(0x0005_0000 | u32::from(ENOSYS)));
        assert_eq!(run(&program, 0x4000_0000, ARCH, [0; 6]), Some(0x0005_0000 | u32::from(ENOSYS)));
    }

    #[test]
    fn the_program_fits_the_kernels_limit() {
        assert!(program().len() < 4_096);
    }
}
