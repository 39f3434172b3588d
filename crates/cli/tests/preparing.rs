//! What idle time is used for.

mod support;

use serde_json::json;
use support::Place;

#[test]
fn what_followed_before_is_planned_ahead() {
    let place = Place::with_shared_packs();
    place.file("a.txt", "one two\nthree\n");
    assert_eq!(place.run(["prepare", "--json"]).exits(0).json()["intents"], json!([]));
    let (lines, words) = ("count the lines in a.txt", "how many words are in a.txt");
    for intent in [lines, words, lines, "sort a.txt", lines, words, "Count  the lines in a.txt"] {
        place.intent(&[intent]).exits(0);
    }
    let forgotten = || std::fs::remove_dir_all(place.state().join("plans")).expect("plans are kept");
    forgotten();
    let proposed_by =
        |intent| place.intent(&["--plan", "--json", intent]).exits(0).json()["plan"]["proposed_by"].clone();
    assert_eq!(proposed_by(words), "offline planner");
    forgotten();
    let prepared = place.run(["prepare", "--json"]).exits(0).json();
    assert_eq!(prepared["intents"], json!([words, "sort a.txt"]), "the most frequent first");
    assert!(prepared["packs"].as_u64().is_some_and(|packs| packs > 10), "{prepared}");
    assert_eq!(proposed_by(words), "cache");
    // Nothing was run or recorded for it.
    assert_eq!(place.run(["runs", "--json"]).exits(0).json().as_array().map(Vec::len), Some(7));
    assert_eq!(place.verified()["sound"], true);
}
