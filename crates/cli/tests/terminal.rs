//! `telos run` on a terminal: job control, signals, window size, modes, and questions to the person.

mod support;

use support::person::play;
use support::{Place, guarded};

fn telos() -> String {
    support::binary().to_string_lossy().into_owned()
}

/// A shell of the person's own.
const OUTER: &[&str] = &["bash", "--norc", "--noprofile", "-i"];

#[test]
fn a_shell_has_job_control_signals_and_the_size_of_the_window() {
    let Some(place) = guarded() else { return };
    let steps = serde_json::json!([
        ["expect", "ready> "],
        ["type", "echo going; cat\n"],
        ["expect", "going\r\n"],
        ["type", "one\n"],
        ["expect", "one\r\none\r\n"],
        ["type", "\u{3}"],
        ["expect", "ready> "],
        ["type", "echo code=$?\n"],
        ["expect", "code=130\r\n"],
        ["type", "echo going; cat\n"],
        ["expect", "going\r\n"],
        ["type", "two\n"],
        ["expect", "two\r\ntwo\r\n"],
        ["type", "\u{1a}"],
        ["expect", "Stopped"],
        ["expect", "ready> "],
        ["type", "jobs\n"],
        ["expect", "Stopped"],
        ["expect", "ready> "],
        ["type", "fg\n"],
        ["expect", "cat\r\n"],
        ["type", "three\n"],
        ["expect", "three\r\nthree\r\n"],
        ["type", "\u{4}"],
        ["expect", "ready> "],
        ["resize", [33, 111]],
        ["type", "stty size\n"],
        ["expect", "33 111\r\n"],
        ["type", "exit 7\n"]
    ]);
    let Some((said, code)) = play(&place, &[&telos(), "run", "--", "bash", "--norc", "--noprofile", "-i"], &steps)
    else {
        return;
    };
    assert_eq!(code, 7, "{said}");
    for bad in ["no job control", "cannot set terminal", "Inappropriate ioctl"] {
        assert!(!said.contains(bad), "{said}");
    }
}

#[test]
fn an_interrupt_ends_the_program_and_not_the_report() {
    let Some(place) = guarded() else { return };
    let steps = serde_json::json!([["expect", "going"], ["type", "\u{3}"]]);
    let script = "echo x > made; echo going; exec cat";
    let Some((said, code)) = play(&place, &[&telos(), "run", "--", "sh", "-c", script], &steps) else { return };
    assert_eq!(code, 130, "{said}");
    assert!(said.contains("telos commit"), "{said}");
}

#[test]
fn the_whole_run_can_be_stopped_and_goes_on() {
    let Some(place) = guarded() else { return };
    // The outer shell is no agent; its job is `telos run`.
    let steps = serde_json::json!([
        ["expect", "ready> "],
        ["type", "$TELOS run -- sh -c 'echo going; exec cat'\n"],
        ["expect", "going\r\n"],
        ["type", "one\n"],
        ["expect", "one\r\none\r\n"],
        ["type", "\u{1a}"],
        ["expect", "Stopped"],
        ["expect", "ready> "],
        ["type", "fg\n"],
        ["expect", "exec cat"],
        ["type", "two\n"],
        ["expect", "two\r\ntwo\r\n"],
        ["type", "\u{4}"],
        ["expect", "ready> "],
        ["type", "echo code=$?\n"],
        ["expect", "code=0\r\n"],
        ["type", "exit 0\n"]
    ]);
    let _ = play(&place, OUTER, &steps);
}

#[test]
fn modes_that_a_program_left_are_put_back() {
    let Some(place) = guarded() else { return };
    let steps = serde_json::json!([
        ["expect", "ready> "],
        ["type", "$TELOS run -- stty raw -echo; stty -a | tr ';' '\\n' | grep -w echo\n"],
        ["expect", " echo "],
        ["expect", "ready> "],
        ["type", "exit 0\n"]
    ]);
    let _ = play(&place, OUTER, &steps);
}

/// A question is asked in the foreground, in lines with echo, and what was typed ahead is no answer.
#[test]
fn a_question_takes_the_terminal_from_the_agent() {
    let Some(place) = guarded() else { return };
    // Nobody answers at this address (RFC 5737). The inner job owns the terminal, in raw mode.
    let attempt = "import socket; socket.create_connection(('192.0.2.1', 9), 1)";
    let steps = serde_json::json!([
        ["expect", "ready> "],
        ["type", format!("stty raw -echo; python3 -c \"{attempt}\" 2>/dev/null; stty sane; echo ended=$?\n")],
        ["expect", "Allow this? [y/N] "],
        ["type", "n\n"],
        ["expect", "n\r\n"],
        ["expect", "ended="],
        ["expect", "ready> "],
        ["type", "exit 5\n"]
    ]);
    let shell = [&telos(), "run", "--", "bash", "--norc", "--noprofile", "-i"];
    let Some((said, code)) = play(&place, &shell, &steps) else { return };
    assert_eq!(code, 5, "{said}");
    assert_eq!(said.matches("Allow this?").count(), 1, "{said}");
    assert!(said.contains("refused by P2"), "{said}");
}

#[test]
fn under_an_ordinary_account_too() {
    support::again_as_an_ordinary_account(&["a_shell_has_job_control_signals_and_the_size_of_the_window"]);
}
