//! Known ways out of a sandbox, tried by a program that wants out. Each must fail, whether or not anything is said.

mod common;

use common::{World, able};
use telos_guard::Exit;

/// Declares one attempt per name: Python that prints `OUT` if it got out. A crash or an error is a failed attempt; the
/// last line proves that the program ran to its end.
fn attempt(python: &str) -> String {
    let world = World::new();
    world.write("outside/secret", "PRIVATE");
    world.write("work/.env", "PRIVATE");
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
    hard_link: "os.link(ENV, 'copy'); return read('copy')";
    rename_of_covered: "os.rename(ENV, 'copy'); return read('copy')";
    reopening_a_path_descriptor: "fd = os.open(ENV, os.O_PATH); return read(f'/proc/self/fd/{fd}')";
    file_handles: "return call(304, -100, 0, 0)[1] != errno.EPERM";
    rings: "return call(425, 8, 0)[1] != errno.EPERM";
    tracing: "return call(101, 0, 0, 0, 0)[1] != errno.EPERM";
    memory_of_init: "return open('/proc/1/mem', 'rb') is not None";
    variables_of_init: "return len(open('/proc/1/environ', 'rb').read()) > 0";
    new_user_namespace: "return call(272, 0x10000000)[0] == 0";
    new_user_namespace_by_clone3: "return call(435, 0, 0)[1] != errno.ENOSYS";
    mounting: "return call(165, 0, 0, 0, 0, 0)[1] != errno.EPERM";
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
    terminal_input: "return call(16, 0, 0x5412, ctypes.c_char_p(b'x'))[1] != errno.EPERM";
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
    let (_, text) =
        World::new().shell("ls /proc/self/fd | wc -l; grep -E 'CapEff|CapBnd|NoNewPrivs|^Seccomp:' /proc/self/status");
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    // 0, 1, 2 and the listing itself.
    assert_eq!(lines[0], "4", "{text}");
    assert!(text.contains("CapEff:\t0000000000000000") && text.contains("CapBnd:\t0000000000000000"), "{text}");
    assert!(text.contains("NoNewPrivs:\t1") && text.contains("Seccomp:\t2"), "{text}");
}
