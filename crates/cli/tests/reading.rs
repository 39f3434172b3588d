//! Sessions through the binary: a file, a table and a directory that are browsed, on a terminal and without one.

mod support;

use serde_json::json;
use support::Place;
use support::person::{Played, played};

const OPEN: &str = "open notes.txt and let me scroll through it and search for text";

/// A hundred lines that share no letters with their neighbours.
fn notes() -> String {
    (1..=100).map(|line| format!("{line:03} {}\n", ["apple", "Berry", "cloud", "dream"][line % 4])).collect()
}

fn binary() -> String {
    support::binary().to_string_lossy().into_owned()
}

/// Plays steps on a session that is opened by these words.
fn session(place: &Place, intent: &str, steps: &serde_json::Value) -> Option<Played> {
    let played = played(place, "xterm", &[&binary(), "-q", "do", intent], steps)?;
    assert!(played.cooked, "the terminal was not given back:\n{}", played.said);
    Some(played)
}

#[test]
fn the_plan_is_the_seeds_graph() {
    let place = Place::with_shared_packs();
    place.file("notes.txt", notes());
    let plan = place.intent(&["--plan", OPEN]).exits(0);
    for node in [
        "reader.open(file = \"notes.txt\")",
        "file.window",
        "text.decode-window",
        "text.index",
        "text.layout",
        "reader.render",
        "state.read",
        "json.conform",
        "state.write",
    ] {
        assert!(plan.out.contains(node), "{node} is not in\n{}", plan.out);
    }
}

#[test]
fn without_a_terminal_the_first_screenful_is_printed() {
    let place = Place::with_shared_packs();
    place.file("notes.txt", notes());
    let said = place.intent(&[OPEN]).exits(0);
    assert_eq!(said.out, notes().lines().take(24).map(|line| format!("{line}\n")).collect::<String>());
    let data = place.intent(&["--json", OPEN]).exits(0).json();
    assert_eq!(data["result"]["size"], notes().len());
    assert_eq!(data["result"]["lines"][1], json!({"offset": 10, "number": 2, "text": "002 cloud", "matches": []}));
    assert!(!place.state().join("cells/state").exists(), "nobody left it anywhere");
}

#[test]
fn a_file_is_scrolled_searched_and_found_as_it_was_left() {
    let place = Place::with_shared_packs();
    place.file("notes.txt", notes());
    let steps = json!([
        ["see", "022 cloud"],
        ["type", "\u{1b}[6~"],
        ["see", "043"],
        ["type", "/BERRY"],
        ["see", "“BERRY” is not in the file"],
        ["type", "\u{7f}\u{7f}\u{7f}\u{7f}\u{7f}berry\r"],
        ["see", "025 Berry"],
        ["type", "/099"],
        ["see", "099 dream"],
        ["miss", "025 Berry"],
        ["type", "\r?"],
        ["see", "search as you type"],
        ["type", "?l"],
        ["see", "   100  100 apple"],
        ["type", "q"]
    ]);
    let Some(first) = session(&place, OPEN, &steps) else { return };
    assert_eq!(first.code, 0, "{}", first.said);
    let steps = json!([
        ["see", "    99  099 dream"],
        ["type", "g"],
        ["see", "001 Berry"],
        ["type", "n"],
        ["see", "099 dream"],
        ["type", "\u{3}"]
    ]);
    assert_eq!(session(&place, OPEN, &steps).expect("a person").code, 0);
    let kept = String::from_utf8(std::fs::read(place.state().join("cells/state")).expect("the cell")).expect("UTF-8");
    assert!(kept.contains("\"search\":\"099\"") && kept.contains("\"numbers\":true"), "{kept}");
    // The receipts tell of the first event and the last, however many keys there were.
    let told = || place.run(["why", "--json"]).exits(0).json().as_array().map(Vec::len);
    let keys = told();
    session(&place, OPEN, &json!([["see", "notes.txt"], ["type", "q"]]));
    assert_eq!(told(), keys);
    place.run(["undo"]).exits(0);
    assert_eq!(place.verified()["sound"], true);
}

#[test]
fn the_screen_may_change_its_size() {
    let place = Place::with_shared_packs();
    place.file("notes.txt", format!("{}\n{}", "wide ".repeat(30), notes()));
    let steps = json!([
        ["see", "020 apple"],
        ["resize", [6, 20]],
        ["miss", "020 apple"],
        ["see", " notes.txt"],
        ["resize", [3, 80]],
        ["see", "notes.txt"],
        ["resize", [30, 80]],
        ["see", "026 cloud"],
        ["type", "q"]
    ]);
    let Some(played) = session(&place, OPEN, &steps) else { return };
    assert_eq!(played.code, 0);
}

#[test]
fn a_terminal_that_is_gone_ends_the_session_and_the_place_is_kept() {
    if !support::has("setsid") {
        return;
    }
    let place = Place::with_shared_packs();
    place.file("notes.txt", notes());
    let steps = json!([["see", "022 cloud"], ["type", "\u{1b}[6~"], ["see", "043"], ["hang-up", null]]);
    // In a session of its own nobody sends it a signal when the terminal goes.
    let alone = format!("trap '' HUP; setsid --wait {} -q do '{OPEN}'", binary());
    let arguments = ["sh", "-c", &alone];
    // It ends, if only with the failure that nothing can be said any more.
    if played(&place, "xterm", &arguments, &steps).is_none() {
        return;
    }
    session(&place, OPEN, &json!([["see", "043"], ["type", "q"]]));
}

#[test]
fn what_is_in_a_file_cannot_drive_the_terminal() {
    let place = Place::with_shared_packs();
    place.file("notes.txt", b"\x1b]0;owned\x07\x1b[2J\x1b[31mred \xff\xfe broken\n");
    let steps = json!([["see", "^[]0;owned^G^[[2J^[[31mred \u{fffd}\u{fffd} broken"], ["type", "q"]]);
    let Some(played) = session(&place, OPEN, &steps) else { return };
    assert!(!played.said.contains("\u{1b}]0;owned"), "{}", played.said);
    place.intent(&[OPEN]).exits(0).shows("^[]0;owned^G^[[2J^[[31mred \u{fffd}\u{fffd} broken");
}

#[test]
fn a_gigabyte_and_a_very_long_line_open_at_once() {
    let place = Place::with_shared_packs();
    let path = place.file("notes.txt", "the beginning\n");
    let file = std::fs::File::options().write(true).open(path).expect("it was made");
    file.set_len(1 << 30).expect("a sparse file");
    let steps = json!([
        ["see", "the beginning"],
        ["type", "G"],
        ["see", "100 % of 1073741824"],
        ["type", "\u{1b}[5~"],
        ["see", "99 % of 1073741824"],
        ["type", "w\u{1b}[5~g"],
        ["see", "the beginning"],
        ["type", "q"]
    ]);
    let Some(played) = session(&place, OPEN, &steps) else { return };
    assert_eq!(played.code, 0);
}

#[test]
fn a_file_that_shrinks_or_vanishes_is_told() {
    let place = Place::with_shared_packs();
    let path = place.file("notes.txt", notes()).to_string_lossy().into_owned();
    let steps = json!([
        ["see", "022 cloud"],
        ["type", "G"],
        ["see", "100 apple"],
        ["write", [path, "short\n"]],
        ["type", "w"],
        ["see", "the file became shorter"],
        ["see", "short"],
        ["remove", path],
        ["type", "w"],
        ["see", "notes.txt does not exist"],
        ["type", "q"]
    ]);
    let Some(played) = session(&place, OPEN, &steps) else { return };
    assert_eq!(played.code, 0, "{}", played.said);
}

#[test]
fn a_table_is_browsed_and_sorted() {
    let place = Place::with_shared_packs();
    let rows: String = (1..=60).map(|row| format!("item{row},{}\n", row * 37 % 61)).collect();
    place.file("stock.csv", format!("name,count\n{rows}"));
    let intent = "let me browse stock.csv";
    place.intent(&["--plan", intent]).exits(0).shows("reader.table").shows("table.window");
    let printed = place.intent(&[intent]).exits(0);
    assert!(printed.out.starts_with("name    count\nitem1      37\n"), "{}", printed.out);
    let steps = json!([
        ["see", "item21"],
        ["type", "22"],
        ["see", "sorted by count, greatest first"],
        ["see", "60"],
        ["type", "\u{1b}[6~"],
        ["see", "row 22 of 60"],
        ["see", "name    count"],
        ["type", "\u{1b}[C"],
        ["miss", "name"],
        ["type", "q"]
    ]);
    let Some(played) = session(&place, intent, &steps) else { return };
    assert_eq!(played.code, 0);
}

#[test]
fn a_directory_is_browsed_and_its_files_opened() {
    let place = Place::with_shared_packs();
    place.file("docs/inner/deep.txt", "down here\n");
    place.file("docs/a.txt", "up here\n");
    let intent = "let me browse the files in docs";
    place.intent(&["--plan", intent]).exits(0).shows("reader.files").shows("file.list");
    let printed = place.intent(&[intent]).exits(0);
    assert!(printed.out.contains("a.txt") && printed.out.contains("inner"), "{}", printed.out);
    let steps = json!([
        ["see", "row 1 of 2"],
        ["type", "\u{1b}[B\r"],
        ["see", "deep.txt"],
        ["type", "\r"],
        ["see", "down here"],
        ["type", "q"],
        ["see", "docs/inner"],
        ["type", "\u{7f}"],
        ["see", "a.txt"],
        ["type", "q"]
    ]);
    let Some(played) = session(&place, intent, &steps) else { return };
    assert_eq!(played.code, 0);
    assert_eq!(place.verified()["sound"], true);
}

#[test]
fn a_state_that_does_not_fit_its_schema_is_refused_by_its_path() {
    let place = Place::with_shared_packs();
    let path = place.file("notes.txt", notes());
    let path = path.canonicalize().expect("it was made");
    let state = json!({path.to_string_lossy(): {"at": "2024-05-01T09:30:00Z", "state": {"wrap": 3}}});
    support::write(&place.state().join("cells/state"), state.to_string());
    place.intent(&[OPEN]).exits(5).tells("`wrap` does not fit the schema");
}
