//! A person at a terminal, played by a small Python program, because opening a pseudo-terminal needs calls that std lacks.

use super::{Place, binary, finish, has, words};

/// Types and reads on a pseudo-terminal of 24 rows and 80 columns. Steps: `expect` a text in what was said since the last
/// one, `see` a text on the screen (what cursor movements and erasures made of what was said), `miss` a text there, `type` a
/// text, `resize` to rows and columns, `write` or `remove` a file, `hang-up` the terminal. Prints all that was said, the exit code and whether the terminal
/// was given back with echo and lines, as one JSON object.
const PERSON: &str = r#"
import codecs, fcntl, json, os, pty, re, select, struct, sys, termios
steps, argv = json.loads(sys.argv[1]), sys.argv[2:]
os.environ["PS1"] = "ready> "
def resize(fd, rows, columns):
    fcntl.ioctl(fd, termios.TIOCSWINSZ, struct.pack("HHHH", rows, columns, 0, 0))
pid, terminal = pty.fork()
if pid == 0:
    resize(0, 24, 80)
    os.execvp(argv[0], argv)
said, mark, failed = b"", 0, None
decoder, rest, screen, at = codecs.getincrementaldecoder("utf-8")("replace"), "", {}, [0, 0]
PART = re.compile(r"\x1b\[([0-9;?]*)([A-Za-z])|\x1b[^\[]|([^\x1b])", re.S)
def draw(text):
    global rest, screen
    rest += text
    while True:
        part = PART.match(rest)
        if not part: return
        rest = rest[part.end():]
        numbers, command, letter = part.groups()
        values = [int(n) for n in re.findall(r"\d+", numbers or "")]
        if command == "H": at[:] = [(values + [1, 1])[0] - 1, (values + [1, 1])[1] - 1]
        elif command == "J": screen = {}
        elif command == "K": screen = {k: v for k, v in screen.items() if k[0] != at[0] or k[1] < at[1]}
        elif letter == "\r": at[1] = 0
        elif letter == "\n": at[0] += 1
        elif letter and letter >= " ":
            screen[tuple(at)] = letter
            at[1] += 1
def shown():
    rows = range(max([k[0] for k in screen], default=-1) + 1)
    return "\n".join("".join(screen.get((r, c), " ") for c in range(200)).rstrip() for r in rows)
def hear():
    global said
    if not select.select([terminal], [], [], 300)[0]:
        return False
    try:
        chunk = os.read(terminal, 65536)
    except OSError:
        return False
    said += chunk
    draw(decoder.decode(chunk))
    return chunk != b""
for what, value in steps:
    if what == "expect":
        while value.encode() not in said[mark:]:
            if not hear():
                failed = value
                break
        if failed: break
        mark = said.index(value.encode(), mark) + len(value.encode())
    elif what in ("see", "miss"):
        while (value in shown()) != (what == "see"):
            if not hear():
                failed = what + " " + value
                break
        if failed: break
    elif what == "type":
        os.write(terminal, value.encode())
    elif what == "resize":
        resize(terminal, *value)
    elif what == "write":
        with open(value[0], "w") as file: file.write(value[1])
    elif what == "remove":
        os.remove(value)
    elif what == "hang-up":
        os.close(terminal)
        terminal = None
last = shown()
if terminal is None: pass
elif failed is None:
    while hear(): pass
else:
    os.kill(pid, 9)
_, status = os.waitpid(pid, 0)
flags = termios.tcgetattr(terminal)[3] if terminal else termios.ECHO | termios.ICANON
print(json.dumps({
    "said": said.decode(errors="replace"), "screen": last, "failed": failed, "code": os.waitstatus_to_exitcode(status),
    "cooked": flags & termios.ECHO != 0 and flags & termios.ICANON != 0,
}))
"#;

/// What came of playing.
pub(crate) struct Played {
    pub(crate) said: String,
    pub(crate) code: i64,
    /// The terminal echoes and takes lines again.
    pub(crate) cooked: bool,
}

/// Plays the steps on a terminal called `term`. `None` if there is no Python to play them.
pub(crate) fn played(place: &Place, term: &str, arguments: &[&str], steps: &serde_json::Value) -> Option<Played> {
    if !has("python3") {
        return None;
    }
    let command = place.command();
    let mut person = std::process::Command::new("python3");
    person.args(["-c", PERSON, &steps.to_string()]).args(arguments).env_clear();
    person.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    person.env("TERM", term).env("TELOS", binary()).current_dir(place.work());
    let played = finish(person).exits(0).json();
    let said = words(&played, "said").to_owned();
    assert!(
        played["failed"].is_null(),
        "{} on this screen:\n{}\nsaid:\n{said}",
        played["failed"],
        words(&played, "screen")
    );
    let code = played["code"].as_i64().expect("a number");
    Some(Played { said, code, cooked: played["cooked"] == true })
}

/// Plays the steps on a terminal that only prints; what was said and the exit code.
pub(crate) fn play(place: &Place, arguments: &[&str], steps: &serde_json::Value) -> Option<(String, i64)> {
    played(place, "dumb", arguments, steps).map(|played| (played.said, played.code))
}
