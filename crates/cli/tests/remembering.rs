//! What the person tells Telos to remember, and what is asked of earlier runs, through the binary.

mod support;

use support::Place;

#[test]
fn facts_are_remembered_recalled_and_forgotten() {
    let place = Place::new();
    place.intent(&["remember that the boiler man comes on the first Tuesday"]).exits(0);
    place.intent(&["remember that Leo is allergic to walnuts"]).exits(0);
    let all = place.intent(&["what do you remember"]).exits(0);
    assert_eq!(all.out, "the boiler man comes on the first Tuesday\nLeo is allergic to walnuts\n");
    let recalled = place.intent(&["what did I tell you about Leo's allergies"]).exits(0);
    assert_eq!(recalled.out, "Leo is allergic to walnuts\n");
    place.intent(&["forget what I said about the boiler"]).exits(0);
    assert_eq!(place.intent(&["what do you remember"]).exits(0).out, "Leo is allergic to walnuts\n");
    place.run(["undo"]).exits(0);
    place.intent(&["what do you remember"]).exits(0).shows("boiler man");
}

#[test]
fn what_was_told_answers_what_nothing_else_does() {
    let place = Place::new();
    place.intent(&["who fixes the boiler"]).exits(3);
    place.intent(&["remember that Hansen fixes the boiler"]).exits(0);
    place.intent(&["who fixes the boiler"]).exits(0).shows("Hansen");
}

#[test]
fn nothing_is_forgotten_that_was_not_meant() {
    let place = Place::new();
    place.intent(&["remember that Leo is allergic to walnuts"]).exits(0);
    place.intent(&["forget what I said about the quarterly revenue"]).exits(5).tells("nothing was forgotten");
    place.intent(&["what do you remember"]).exits(0).shows("walnuts");
}

#[test]
fn memory_is_out_of_the_reach_of_paths() {
    let place = Place::new();
    place.intent(&["remember that the alarm code changes on Sunday"]).exits(0);
    let cell = place.state().join("cells/memory");
    assert!(cell.exists());
    let asked = format!("show {}", cell.display());
    assert_ne!(place.intent(&["--yes", &asked]).code, 0);
    place.user_policy("[[refuse]]\nkinds = [\"kept\"]\nnames = [\"memory\"]\nreason = \"not here\"\n");
    place.intent(&["remember that tea is at four"]).exits(4).tells("not here");
}

#[test]
fn the_last_run_is_undone_listed_and_explained_in_words() {
    let place = Place::new();
    place.file("names.txt", "b\na\n");
    place.intent(&["sort names.txt and save it as sorted.txt"]).exits(0);
    place.intent(&["what have you done so far"]).exits(0).shows("sort names.txt and save it as sorted.txt");
    place.intent(&["explain what you did last"]).exits(0).shows("text.sort");
    place.intent(&["--plan", "undo that"]).exits(0).shows("undo run");
    assert!(place.exists("sorted.txt"));
    place.intent(&["undo that"]).exits(0);
    assert!(!place.exists("sorted.txt"));
}

#[test]
fn where_nothing_was_done_nothing_is_undone() {
    let place = Place::new();
    assert_ne!(place.intent(&["undo that"]).code, 0);
}
