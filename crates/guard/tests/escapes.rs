//! Known ways out of a sandbox, tried by a program that wants out. Each must fail, whether or not anything is said.

mod common;

use common::{World, able};
use telos_guard::{Exit, GuardError};

/// Declares one attempt per name: Python that prints `OUT` if it got out. A crash or an error is a failed attempt; the
/// last line proves that the program ran to its end.
fn attempt(python: &str) -> String {
    let world = World::new();
    world.write("outside/secret", "PRIVATE");
    world.write("project/.env", "PRIVATE");
    world.write("project/covered/.env", "PRIVATE");
    let program = format!(
        r#"
import ctypes, errno, fcntl, os, socket, struct, sys
libc = ctypes.CDLL(None, use_errno=True)
SECRET = os.path.join(os.path.dirname(os.getcwd()), "outside", "secret")
ENV = os.path.join(os.getcwd(), ".env")
def call(number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    return result, ctypes.get_errno()
def read(path):
    try:
        with open(path, "rb") as file:
            return b"PRIVATE" in file.read()
    except OSError:
        return False
def attempt():
{body}
try:
    if attempt(): print("OUT")
except OSError as error:
    print("refused", error.errno)
print("END")
"#,
        body = python.lines().map(|line| format!("    {line}\n")).collect::<String>()
    );
    let (end, text) = world.run(&["python3", "-c", &program]).expect("the sandbox starts");
    assert_eq!(end.exit, Exit::Code(0), "{text}");
    assert!(text.ends_with("END\n"), "{text}");
    for kept in ["outside/secret", "project/.env", "project/covered/.env"] {
        assert_eq!(std::fs::read_to_string(world.path(kept)).expect("it is untouched"), "PRIVATE", "{kept}");
    }
    text
}

macro_rules! escapes {
    ($($name:ident: $python:expr;)*) => {$(
        #[test]
        fn $name() {
            if able() {
                let text = attempt($python);
                assert!(!text.contains("OUT"), "{text}");
            }
        }
    )*};
}

escapes! {
    dot_dot: "return read('../outside/secret') or read('/proc/self/cwd/../outside/secret')";
    process_aliases: "return any(read(f'/proc/{p}/root{q}') for p in ('self', 'thread-self', '1') for q in (SECRET, ENV))";
    planted_symlink: "os.symlink(SECRET, 'link'); return read('link')";
    planted_symlink_to_covered: "os.symlink(ENV, 'link'); return read('link')";
    moving_what_holds_a_covered_file: "os.makedirs('d')\nos.rename('covered', 'd/moved'); return read('d/moved/.env') or read('covered/.env')";
    removing_a_cover: "os.unlink(ENV); return True";
    removing_a_cover_by_moving: "open('plain', 'w').close(); os.replace('plain', ENV); return True";
    linked_directory: "os.symlink('..', 'up'); return read('up/outside/secret') or read('up/project/.env')";
    unlinking_through_descriptors: "fd = os.open('/proc/self/root', os.O_PATH)\nos.unlink(SECRET[1:], dir_fd=fd); return True";
    leaving_by_a_descriptor_of_the_root: "fd = os.open('/', os.O_PATH); os.fchdir(fd)\nreturn any(read('../' * n + SECRET[1:]) for n in range(9))";
    changing_the_root: "return call(161, ctypes.c_char_p(b'/proc'))[1] != errno.EPERM";
    attributes_of_covered: "os.chmod(ENV, 0o777); return read(ENV)";
    hard_link: "os.link(ENV, 'copy'); return read('copy')";
    rename_of_covered: "os.rename(ENV, 'copy'); return read('copy')";
    reopening_a_path_descriptor: "fd = os.open(ENV, os.O_PATH); return read(f'/proc/self/fd/{fd}')";
    file_handles: "return call(304, -100, 0, 0)[1] != errno.EPERM";
    rings: "return call(425, 8, 0)[1] != errno.EPERM";
    memory_of_others: "return call(310, 1, 0, 0, 0, 0, 0)[1] != errno.EPERM or call(311, 1, 0, 0, 0, 0, 0)[1] != errno.EPERM";
    descriptors_of_others: "return call(438, 0, 0, 0)[1] != errno.EPERM or call(312, 1, 1, 0, 0, 0)[1] != errno.EPERM";
    descriptors_of_init: "return any(os.readlink(f'/proc/1/fd/{n}') for n in os.listdir('/proc/1/fd'))";
    page_faults: "return call(323, 0)[1] != errno.EPERM";
    counters: "return call(298, 0, 0, 0, 0, 0)[1] != errno.EPERM";
    tracing: "return call(101, 0, 0, 0, 0)[1] != errno.EPERM";
    memory_of_init: "return open('/proc/1/mem', 'rb') is not None";
    variables_of_init: "return len(open('/proc/1/environ', 'rb').read()) > 0";
    new_user_namespace: "return call(272, 0x10000000)[0] == 0";
    new_user_namespace_by_clone: "return call(56, 0x10000011, 0, 0, 0, 0)[0] == 0";
    other_namespaces: "return any(call(272, flag)[0] == 0 for flag in (0x20000, 0x2000000, 0x4000000, 0x8000000, 0x20000000, 0x40000000, 0x80))";
    entering_namespaces: "return any(call(308, os.open(f'/proc/1/ns/{name}', os.O_RDONLY), 0)[0] == 0 for name in os.listdir('/proc/1/ns'))";
    more_user_namespaces: "open('/proc/sys/user/max_user_namespaces', 'w').write('9'); return True";
    new_user_namespace_by_clone3: "return call(435, 0, 0)[1] != errno.ENOSYS";
    mounting: "return call(165, 0, 0, 0, 0, 0)[1] != errno.EPERM";
    new_mounts: "return any(call(number, 0, 0, 0, 0, 0)[1] != errno.EPERM for number in (166, 428, 429, 430, 431, 432, 433, 442, 155))";
    kernel_keys_by_name: "return call(248, 0, 0, 0, 0, 0)[1] != errno.EPERM or call(249, 0, 0, 0, 0)[1] != errno.EPERM";
    kernel_keys: "return call(250, 0, -3, 0, 0, 0)[1] != errno.EPERM";
    programs_in_the_kernel: "return call(321, 0, 0, 0)[1] != errno.EPERM";
    other_table: "return call(0x40000000 + 39)[1] != errno.ENOSYS";
    system_settings: "open('/proc/sys/kernel/core_pattern', 'w'); return True";
    system_control: "open('/proc/sysrq-trigger', 'w'); return True";
    devices: "return any(os.path.exists(p) for p in ('/dev/mem', '/dev/vda', '/dev/kvm', '/dev/sda'))";
    making_a_device: "import stat\nos.mknod('disk', 0o600 | stat.S_IFBLK, os.makedev(254, 0)); return True";
    forging_a_whiteout: "import stat\nos.mknod('gone', 0o600 | stat.S_IFCHR, os.makedev(0, 0)); return True";
    container_services: "return any(os.path.exists(p) for p in ('/run/docker.sock', '/var/run/docker.sock', '/run/user/0/bus', '/run/dbus'))";
    signals_outside: "os.kill(0x3fffff, 0); return True";
    set_user_id: "os.setuid(12345); return True";
    terminal_input_of_the_console: "return call(16, 0, 0x541c, ctypes.c_char_p(b'x'))[1] != errno.EPERM";
    terminal_input: "return call(16, 0, 0x5412, ctypes.c_char_p(b'x'))[1] != errno.EPERM";
    multipath: "socket.socket(socket.AF_INET, socket.SOCK_STREAM, 262); return True";
    packets: "socket.socket(17, socket.SOCK_RAW); return True";
    raw_sockets: "socket.socket(socket.AF_INET, socket.SOCK_RAW, 1); return True";
    interfaces: "return [name for _, name in socket.if_nameindex()] != ['lo']";
    raising_a_priority: "os.nice(-5); return True";
    vsock: "socket.socket(40, socket.SOCK_STREAM); return True";
    crypto_sockets: "socket.socket(38, socket.SOCK_SEQPACKET); return True";
    memory_program: "fd = os.memfd_create('x')\nos.write(fd, open('/bin/cat', 'rb').read())\nimport subprocess\nreturn b'PRIVATE' in subprocess.run([f'/proc/self/fd/{fd}', ENV, SECRET], pass_fds=[fd], capture_output=True).stdout";
    loader: "import glob, subprocess\nld = glob.glob('/lib64/ld-linux*')[0]\nreturn b'PRIVATE' in subprocess.run([ld, '/bin/cat', ENV, SECRET], capture_output=True).stdout";
    identity_map: "open('/proc/self/uid_map', 'w').write('0 0 1'); return True";
    control_groups: "open('/sys/fs/cgroup/cgroup.procs', 'w'); return True";
}

#[test]
fn nothing_of_init_is_inherited() {
    if !able() {
        return;
    }
    let world = World::new();
    let secret = std::fs::File::open(world.write("outside/secret", "PRIVATE")).unwrap();
    // Left open across programs, as a careless caller might.
    rustix::io::fcntl_setfd(&secret, rustix::io::FdFlags::empty()).unwrap();
    let (_, text) =
        world.shell("ls /proc/self/fd | wc -l; grep -E 'CapEff|CapBnd|NoNewPrivs|^Seccomp:' /proc/self/status");
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    // 0, 1, 2 and the listing itself.
    assert_eq!(lines[0], "4", "{text}");
    assert!(text.contains("CapEff:\t0000000000000000") && text.contains("CapBnd:\t0000000000000000"), "{text}");
    assert!(text.contains("NoNewPrivs:\t1") && text.contains("Seccomp:\t2"), "{text}");
}

/// A directory as standard input would name the host's tree from inside.
#[test]
fn a_directory_is_no_standard_stream() {
    if !able() {
        return;
    }
    let world = World::new();
    world.write("outside/secret", "PRIVATE");
    let null = || std::os::fd::OwnedFd::from(std::fs::File::open("/dev/null").unwrap());
    let mut spec = world.spec(&["true"]);
    let directory = std::fs::File::open(world.path("outside")).unwrap();
    spec.streams = Some(telos_guard::Streams { input: directory.into(), output: null(), error: null() });
    let rules = common::Rules { directory: world.path("project"), hosts: Vec::new(), permit_direct: false };
    let ports = telos_guard::Ports { decider: &rules, asker: &common::Nobody, recorder: &world.log };
    let refused = telos_guard::run(spec, &ports);
    assert!(matches!(&refused, Err(GuardError::Specification { what, .. }) if what == "standard input"), "{refused:?}");
}

/// Sockets of services outside, by path and by name, wherever the agent can see one.
#[test]
fn services_outside_are_out_of_reach() {
    if !able() {
        return;
    }
    let mut world = World::new();
    let places = ["project/copied.sock", "home/home.sock", "granted/deep/granted.sock", "outside/outside.sock"];
    std::fs::create_dir_all(world.path("granted/deep")).unwrap();
    world.writes.push(world.path("granted"));
    let services: Vec<_> =
        places.iter().map(|place| std::os::unix::net::UnixListener::bind(world.path(place)).unwrap()).collect();
    let name = format!("telos-test-{}", std::process::id());
    let address = <std::os::unix::net::SocketAddr as std::os::linux::net::SocketAddrExt>::from_abstract_name(&name);
    let abstract_service = std::os::unix::net::UnixListener::bind_addr(&address.unwrap()).unwrap();
    let script = format!(
        r#"
import os, socket
base = os.path.dirname(os.getcwd())
for place in {places:?} + ["../" + place for place in {places:?}] + ["\0{name}"]:
    path = place if place[0] in ".\0" else os.path.join(base, place)
    for kind in (socket.SOCK_STREAM, socket.SOCK_SEQPACKET):
        try: socket.socket(socket.AF_UNIX, kind).connect(path); print("OUT", repr(path))
        except OSError: pass
print("END")
"#
    );
    let (end, text) = world.run(&["python3", "-c", &script]).unwrap();
    assert_eq!(text, "END\n");
    assert!(
        end.withheld
            .iter()
            .any(|one| matches!(one, telos_guard::Withheld::Service(path) if path.lossy().ends_with("granted.sock")))
    );
    drop((services, abstract_service));
}

/// Programs that change what they asked for while it is decided. They may get inside the floor what they were told not
/// to have; nothing on the host may change.
#[test]
fn races_against_the_decision_change_nothing_on_the_host() {
    if !able() {
        return;
    }
    let world = World::new();
    world.write("home/.profile", "KEPT");
    world.write("home/.ssh/id", "PRIVATE");
    world.write("outside/secret", "KEPT");
    world.write("state/kept", "KEPT");
    world.write("project/d/file", "KEPT");
    let script = r#"
import ctypes, os, threading
libc = ctypes.CDLL(None, use_errno=True)
base = os.path.dirname(os.getcwd())
home = os.environ["HOME"]
targets = [base + "/outside/secret", base + "/state/kept", home + "/.profile", home + "/.ssh/id", "/etc/hosts"]
good = os.getcwd() + "/inside"
memory = ctypes.create_string_buffer(512)
going = True
def flip():
    # The path in memory, and a link and a directory on the way.
    number = 0
    while going:
        number += 1
        memory.value = targets[number % len(targets)].encode()
        memory.value = good.encode()
        try:
            os.symlink("d" if number % 2 else base + "/outside", "new"); os.rename("new", "way")
        except OSError: pass
thread = threading.Thread(target=flip); thread.start()
for _ in range(1500):
    fd = libc.open(memory, os.O_WRONLY | os.O_CREAT, 0o600)
    if fd >= 0:
        os.write(fd, b"GOT"); os.close(fd)
    libc.unlink(memory); libc.rename(b"inside", memory); libc.truncate(memory, 1); libc.chmod(memory, 0o777)
    try:
        with open("way/secret", "w") as file: file.write("GOT")
    except OSError: pass
    try: os.unlink("way/secret")
    except OSError: pass
going = False
thread.join()
print("END")
"#;
    let hosts = std::fs::read("/etc/hosts").ok();
    let (_, text) = world.run(&["python3", "-c", script]).unwrap();
    assert!(text.ends_with("END\n"), "{text}");
    for kept in ["home/.profile", "outside/secret", "state/kept", "project/d/file"] {
        let about = std::fs::metadata(world.path(kept)).unwrap();
        assert_eq!(std::fs::read_to_string(world.path(kept)).unwrap(), "KEPT", "{kept}");
        assert_ne!(std::os::unix::fs::PermissionsExt::mode(&about.permissions()) & 0o777, 0o777, "{kept}");
    }
    assert_eq!(std::fs::read_to_string(world.path("home/.ssh/id")).unwrap(), "PRIVATE");
    assert_eq!(std::fs::read("/etc/hosts").ok(), hosts);
    assert_eq!(std::fs::read_dir(world.path("outside")).unwrap().count(), 1);
    assert_eq!(std::fs::read_dir(world.path("project")).unwrap().count(), 1);
}

/// Marks of the overlay that would make a commit delete what the agent never named.
#[test]
fn marks_of_the_overlay_cannot_be_forged() {
    if !able() {
        return;
    }
    let world = World::new();
    world.write("project/d/kept", "KEPT");
    let script = r#"
import ctypes, os
libc = ctypes.CDLL(None, use_errno=True)
for name in ("opaque", "whiteout", "redirect", "metacopy"):
    for value in (b"y", b"x", b"/d"):
        try: os.setxattr("d", "user.overlay." + name, value)
        except OSError: pass
open("d/own", "w").close()
try: os.setxattr("d/own", "user.overlay.whiteout", b"y")
except OSError: pass
if libc.renameat2(-100, b"d/kept", -100, b"d/moved", 4) == 0: print("OUT")
try: os.mknod("d/kept2", 0o20600, 0); print("OUT")
except OSError: pass
"#;
    let (_, text) = world.run(&["python3", "-c", script]).unwrap();
    assert_eq!(text, "");
    let workspace = telos_guard::workspace::Workspace::open(&world.path("state"), world.run_id()).unwrap();
    let changes = workspace.changes().unwrap();
    assert!(changes.iter().all(|change| change.after.is_some()), "{changes:?}");
}

#[test]
fn under_an_ordinary_account_too() {
    common::again_as_an_ordinary_account();
}
