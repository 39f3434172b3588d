//! What single lines must not contain, and how long files may be.

use super::Finding;
use crate::shell::Failure;
use std::path::Path;

/// Longest file, tests included. Most are far below; past this a file holds two things.
const FILE_LINES_MAX: usize = 600;

/// A banned text, the folders it is banned in, and what to write instead.
struct Ban {
    text: &'static str,
    folders: &'static [&'static str],
    instead: &'static str,
}

const PURE: &[&str] = &["crates/abi/src", "crates/graph/src", "crates/policy/src"];
const NO_CLOCK: &[&str] = &[
    "crates/abi/src",
    "crates/graph/src",
    "crates/policy/src",
    "crates/trust/src",
    "crates/registry/src",
    "crates/surface/src",
];
const ALL: &[&str] = &["crates", "primitives", "fuzz"];

const BANS: &[Ban] = &[
    Ban { text: concat!("todo", "!("), folders: ALL, instead: "finish it or leave it out" },
    Ban { text: concat!("unimplemented", "!("), folders: ALL, instead: "finish it or leave it out" },
    Ban { text: concat!("dbg", "!("), folders: ALL, instead: "remove it" },
    Ban { text: concat!("#[ig", "nore"), folders: ALL, instead: "a test that does not run proves nothing" },
    Ban { text: concat!("should_", "panic"), folders: ALL, instead: "return a Result and match its error" },
    Ban { text: "std::fs", folders: PURE, instead: "take the bytes as an argument: this room does no I/O" },
    Ban { text: "std::net", folders: PURE, instead: "this room does no I/O" },
    Ban { text: "std::env", folders: PURE, instead: "take the value as an argument" },
    Ban { text: "SystemTime", folders: NO_CLOCK, instead: "take a Timestamp: this room reads no clock" },
    Ban { text: "Instant::now", folders: NO_CLOCK, instead: "take a Timestamp: this room reads no clock" },
    Ban { text: "HashMap", folders: PURE, instead: "BTreeMap or Vec: iteration order must not vary" },
    Ban { text: "HashSet", folders: PURE, instead: "BTreeSet or Vec: iteration order must not vary" },
    Ban { text: concat!("thread::", "sleep"), folders: ALL, instead: "wait for the event itself" },
];

/// Words by which a comment says that something is not finished.
const LEFTOVERS: [&str; 3] = [concat!("FIX", "ME"), concat!("TO", "DO"), concat!("XX", "X")];

/// Files that may contain a banned text, and why.
const EXCEPTIONS: &[(&str, &str, &str)] = &[
    ("crates/engine/src/ticker.rs", concat!("thread::", "sleep"), "the passing of time is what it announces"),
    ("crates/model/src/remote/mod.rs", concat!("thread::", "sleep"), "a busy server names how long to stay away"),
];

/// Checks one source file.
pub(super) fn check(file: &Path, text: &str) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut find = |line, message: String| findings.push(Finding { file: file.to_path_buf(), line, message });
    let count = text.lines().count();
    if count > FILE_LINES_MAX {
        find(0, format!("{count} lines; at most {FILE_LINES_MAX}: split it by what its parts are for"));
    }
    for (index, line) in text.lines().enumerate() {
        let comment = line.split_once("//").map_or("", |(_, comment)| comment);
        let mut words = comment.split(|letter: char| !letter.is_alphanumeric());
        if let Some(word) = words.find(|word| LEFTOVERS.contains(word)) {
            find(index + 1, format!("`{word}`: mend it or open an issue"));
        }
        for ban in BANS {
            let applies = ban.folders.iter().any(|folder| file.starts_with(folder));
            let excepted = EXCEPTIONS.iter().any(|(name, text, _)| file == Path::new(name) && *text == ban.text);
            if applies && !excepted && line.contains(ban.text) && !line.trim_start().starts_with("//") {
                find(index + 1, format!("`{}`: {}", ban.text, ban.instead));
            }
        }
    }
    findings
}

/// Checks that two files that must be copies of each other are.
pub(super) fn identical(root: &Path, first: &str, second: &str) -> Result<Option<Finding>, Failure> {
    let read = |name: &str| std::fs::read(root.join(name)).map_err(|error| Failure::new(format!("{name}: {error}")));
    if read(first)? == read(second)? {
        return Ok(None);
    }
    Ok(Some(Finding {
        file: first.into(),
        line: 0,
        message: format!("differs from {second}: copy one over the other"),
    }))
}

#[cfg(test)]
mod tests {
    use super::check;
    use std::path::Path;

    #[test]
    fn leftovers_are_found_with_their_line() {
        let text = format!("fn a() {{\n    {}!()\n}}\n", "todo");
        let findings = check(Path::new("crates/host/src/lib.rs"), &text);
        assert_eq!(findings.len(), 1);
        assert_eq!(findings[0].line, 2);
    }

    #[test]
    fn a_comment_may_not_put_off_what_data_may_speak_of() {
        let found = |text: &str| check(Path::new("crates/host/src/lib.rs"), text).len();
        assert_eq!(found(&format!("// {}DO: later\n", "TO")), 1);
        assert_eq!(found(&format!("let x = 1; // {}ME\n", "FIX")), 1);
        assert_eq!(found(&format!("let task = \"BEGIN:V{}DO\";\n", "TO")), 0);
    }

    #[test]
    fn a_clock_is_banned_only_where_time_is_an_argument() {
        let text = "let now = SystemTime::now();\n";
        assert_eq!(check(Path::new("crates/policy/src/decide.rs"), text).len(), 1);
        assert_eq!(check(Path::new("crates/host/src/clock.rs"), text).len(), 0);
    }

    #[test]
    fn an_exception_is_for_one_file_and_one_text() {
        let text = format!("std::thread::{}(TICK);\n", "sleep");
        assert_eq!(check(Path::new("crates/engine/src/ticker.rs"), &text).len(), 0);
        assert_eq!(check(Path::new("crates/engine/src/pool.rs"), &text).len(), 1);
    }

    #[test]
    fn comments_may_name_what_code_may_not() {
        assert_eq!(check(Path::new("crates/graph/src/lib.rs"), "// unlike HashMap, ordered\n").len(), 0);
    }

    #[test]
    fn long_files_are_found() {
        let text = "\n".repeat(700);
        assert_eq!(check(Path::new("crates/host/src/lib.rs"), &text).len(), 1);
    }
}
