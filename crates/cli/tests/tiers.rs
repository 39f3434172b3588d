//! Hosts that lack something: `telos run` says what, or takes another way and says so. It never runs with less and
//! silent.
//!
//! Each host is made here, without root: in an outer user namespace, or by a filter that answers calls as such a host
//! would.

mod support;

use std::process::Command;
use support::{Place, Said, guarded, has};

/// Runs a script in user and mount namespaces of its own, as their root. `$TELOS` is the binary.
fn inside(place: &Place, script: &str) -> Said {
    let telos = place.command();
    let mut command = Command::new("unshare");
    command.args(["-Urm", "sh", "-ec", script]).env_clear().current_dir(place.work());
    command.envs(telos.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("TELOS", support::binary());
    support::finish(command)
}

/// Whether such namespaces can be made; says so otherwise.
fn can_unshare() -> bool {
    has("unshare") && has("mount")
}

#[test]
fn a_state_that_overlays_cannot_write_to_keeps_the_workspace_in_memory() {
    let Some(place) = guarded() else { return };
    if !can_unshare() {
        return;
    }
    place.file("edit.txt", "old\n");
    place.file("gone.txt", "x\n");
    // An overlay, as the root of most containers.
    let script = "mkdir -p l u w \"$TELOS_STATE_DIR\"
        mount -t overlay overlay -o lowerdir=l,upperdir=u,workdir=w,userxattr \"$TELOS_STATE_DIR\"
        mkdir work; cd work; echo old > edit.txt; echo x > gone.txt; mkdir whole; echo y > whole/y
        $TELOS run -- sh -c 'echo new > edit.txt; rm -r gone.txt whole; mkdir whole; echo z > whole/z; chmod 700 whole'
        cat edit.txt; ls; echo ---
        $TELOS why; $TELOS diff; $TELOS commit --yes; cat edit.txt; ls . whole; $TELOS undo; cat edit.txt; ls . whole";
    let said = inside(&place, script).exits(0);
    let (untouched, later) = said.out.split_once("---\n").expect("the script says so");
    assert_eq!(untouched, "old\nedit.txt\ngone.txt\nwhole\n");
    assert!(later.contains("in memory until the end"), "{later}");
    for changed in ["-old", "+new", "D ", "A "] {
        assert!(later.contains(changed), "{changed}: {later}");
    }
    assert!(later.contains("new\n.:\nedit.txt\nwhole\n\nwhole:\nz\n"), "{later}");
    assert!(later.ends_with("old\n.:\nedit.txt\ngone.txt\nwhole\n\nwhole:\ny\n"), "{later}");
}

#[test]
fn without_user_namespaces_nothing_starts_and_the_fix_is_told() {
    let Some(place) = guarded() else { return };
    if !can_unshare() {
        return;
    }
    let script = "echo 0 > /proc/sys/user/max_user_namespaces; exec $TELOS run -- touch made";
    inside(&place, script).exits(4).tells("user namespaces").tells("sysctl -w user.max_user_namespaces");
    assert!(!place.exists("made"));
}

/// Starts a program under a filter that answers as a host would which lacks something: call numbers and errors, and
/// whether new user namespaces are refused, as in most containers.
const LACKING: &str = r#"
import ctypes, json, os, struct, sys
calls, namespaces = json.loads(sys.argv[1])
LOAD, EQUAL, ANY, RETURN = 0x20, 0x15, 0x45, 0x06
program = [(LOAD, 0, 0, 0)]
for number, errno in calls:
    program += [(EQUAL, 0, 1, number), (RETURN, 0, 0, 0x50000 | errno)]
if not namespaces:
    # clone and unshare with CLONE_NEWUSER; clone3 hides its flags.
    program += [(EQUAL, 0, 1, 435), (RETURN, 0, 0, 0x50000 | 38)]
    for number in (56, 272):
        program += [(EQUAL, 0, 4, number), (LOAD, 0, 0, 16), (ANY, 0, 1, 0x10000000), (RETURN, 0, 0, 0x50001), (LOAD, 0, 0, 0)]
program += [(RETURN, 0, 0, 0x7fff0000)]
code = b"".join(struct.pack("HBBI", *line) for line in program)
buffer = ctypes.create_string_buffer(code)
header = struct.pack("HxxxxxxQ", len(program), ctypes.addressof(buffer))
libc = ctypes.CDLL(None, use_errno=True)
assert libc.prctl(38, 1, 0, 0, 0) == 0
assert libc.prctl(22, 2, ctypes.create_string_buffer(header), 0, 0) == 0, ctypes.get_errno()
os.execv(sys.argv[2], sys.argv[2:])
"#;

/// Runs telos on a host that lacks something. The numbers are those of x86-64.
fn lacking(place: &Place, what: &serde_json::Value, arguments: &[&str]) -> Said {
    let telos = place.command();
    let mut command = Command::new("python3");
    command.args(["-c", LACKING, &what.to_string()]).arg(support::binary()).args(arguments).env_clear();
    command.current_dir(place.work()).envs(telos.get_envs().filter_map(|(name, value)| Some((name, value?))));
    support::finish(command)
}

#[test]
#[cfg(target_arch = "x86_64")]
fn a_container_that_refuses_namespaces_is_told_how_to_allow_them() {
    let Some(place) = guarded() else { return };
    if !has("python3") {
        return;
    }
    let what = serde_json::json!([[], false]);
    lacking(&place, &what, &["run", "--", "touch", "made"]).exits(4).tells("user namespaces").tells("container");
    let doctor = lacking(&place, &what, &["doctor"]);
    assert_ne!(doctor.code, 0, "{}", doctor.out);
    assert!(format!("{}{}", doctor.out, doctor.err).contains("user namespaces"), "{}{}", doctor.out, doctor.err);
    assert!(!place.exists("made"));
}

#[test]
#[cfg(target_arch = "x86_64")]
fn a_kernel_without_landlock_or_notification_is_told_apart() {
    let Some(place) = guarded() else { return };
    if !has("python3") {
        return;
    }
    let (create_ruleset, unknown, switched_off) = (444, 38, 95);
    let what = serde_json::json!([[[create_ruleset, unknown]], true]);
    lacking(&place, &what, &["run", "--", "touch", "made"]).exits(4).tells("Landlock").tells("5.19");
    let what = serde_json::json!([[[create_ruleset, switched_off]], true]);
    lacking(&place, &what, &["run", "--", "touch", "made"]).exits(4).tells("Landlock").tells("lsm=");
    let (seccomp, invalid) = (317, 22);
    let what = serde_json::json!([[[seccomp, invalid]], true]);
    lacking(&place, &what, &["run", "--", "touch", "made"]).exits(4).tells("seccomp").tells("5.14");
    assert!(!place.exists("made"));
}
