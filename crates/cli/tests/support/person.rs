//! A person at a terminal.
//!
//! Played by a small Python program, because opening a pseudo-terminal needs calls that std lacks.

use super::{Place, has};

/// Types and reads on a pseudo-terminal. Steps: `expect` a text in what was said since the last one, `type` a text,
/// `resize` to rows and columns. Prints all that was said and the exit code, as one JSON object.
const PERSON: &str = r#"
import fcntl, json, os, pty, select, struct, sys, termios
steps, argv = json.loads(sys.argv[1]), sys.argv[2:]
os.environ["PS1"] = "ready> "
pid, terminal = pty.fork()
if pid == 0:
    os.execvp(argv[0], argv)
said, mark, failed = b"", 0, None
def hear():
    global said
    # Only what hangs is given up: a busy machine may be silent for long.
    if not select.select([terminal], [], [], 300)[0]:
        os.kill(pid, 9)
        sys.exit("nothing more was said for five minutes; so far: " + said.decode(errors="replace"))
    try:
        chunk = os.read(terminal, 65536)
    except OSError:
        return False
    said += chunk
    return chunk != b""
for what, value in steps:
    if what == "expect":
        while value.encode() not in said[mark:]:
            if not hear():
                failed = value
                break
        if failed: break
        mark = said.index(value.encode(), mark) + len(value.encode())
    elif what == "type":
        os.write(terminal, value.encode())
    elif what == "resize":
        fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", *value, 0, 0))
if failed is None:
    while hear(): pass
else:
    os.kill(pid, 9)
_, status = os.waitpid(pid, 0)
print(json.dumps({"said": said.decode(errors="replace"), "failed": failed, "code": os.waitstatus_to_exitcode(status)}))
"#;

/// Plays the steps; what was said and the exit code. `None` if there is no Python to play them.
pub(crate) fn play(place: &Place, arguments: &[&str], steps: &serde_json::Value) -> Option<(String, i64)> {
    if !has("python3") {
        return None;
    }
    let command = place.command();
    let mut person = std::process::Command::new("python3");
    person.args(["-c", PERSON, &steps.to_string()]).args(arguments).env_clear();
    person.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    person.env("TERM", "dumb").env("TELOS", super::binary()).current_dir(place.work());
    let played = super::finish(person).exits(0).json();
    let said = super::words(&played, "said").to_owned();
    assert!(played["failed"].is_null(), "{} was not said:\n{said}", played["failed"]);
    Some((said, played["code"].as_i64().expect("a number")))
}
