//! What is there of an outcome is shown while the rest is worked on, and the whole is what it would have been at once.

mod support;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::Stdio;
use support::Place;

/// Text that the first match is in, with enough behind it that it does not wait for more.
fn log() -> Vec<u8> {
    let mut text = b"an error caf\xc3\xa9\n".to_vec();
    (0..40_000).for_each(|line| text.extend_from_slice(format!("line {line} is fine\n").as_bytes()));
    text
}

#[test]
fn the_first_matches_are_shown_before_the_input_ends() {
    let place = Place::new();
    let mut command = place.command();
    command.args(["do", "show the lines that contain error"]);
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("it starts");
    let mut input = child.stdin.take().expect("it is piped");
    let mut output = BufReader::new(child.stdout.take().expect("it is piped"));
    input.write_all(&log()).expect("it reads");
    let mut first = String::new();
    output.read_line(&mut first).expect("the input is not over");
    assert_eq!(first, "an error café\n");
    input.write_all(b"one more error").expect("it still reads");
    drop(input);
    let mut rest = String::new();
    output.read_to_string(&mut rest).expect("it ends");
    assert_eq!(rest, "one more error\n");
    assert!(child.wait().expect("it ends").success());
}

#[test]
fn several_results_are_printed_once_and_in_order() {
    let place = Place::new();
    place.file("a.txt", "b\na\n");
    let both = "count the lines of a.txt and count the words of a.txt";
    let said = place.intent(&[both]).exits(0);
    assert_eq!(said.out.lines().count(), 2, "{}", said.out);
    let json = place.intent(&["--json", both]).exits(0).json();
    assert_eq!(json["text"].as_str().map(|text| text.lines().count()), Some(2), "{json}");
}

#[test]
fn what_fails_in_the_middle_shows_what_there_was_and_says_so() {
    let place = Place::new();
    place.file("good.txt", "one\ntwo\n");
    place.file("bad.json", "{\"a\": ");
    let both = "count the lines of good.txt and pretty print bad.json";
    let said = place.intent(&[both]).exits(5);
    assert!(said.err.contains("json") && !said.out.contains('{'), "{}\n{}", said.out, said.err);
}
