//! What is done only where something holds.

mod support;

use support::Place;

#[test]
fn a_condition_that_nothing_decides_stops_everything() {
    let place = Place::new();
    place.file("a.txt", "a\n");
    assert_ne!(place.intent(&["delete a.txt only if the moon is full"]).code, 0);
    assert!(place.exists("a.txt"));
}
