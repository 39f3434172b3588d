//! What is done only where something holds, and columns compared with each other.

mod support;

use support::Place;

#[test]
fn what_is_deleted_is_not_for_content_to_decide() {
    let place = Place::new();
    place.file("notes/plan.txt", "one\ntwo\n");
    place.file("old/plan.txt", "one\ntwo\n");
    assert_ne!(place.intent(&["delete old/plan.txt, but only if it is identical to notes/plan.txt"]).code, 0);
    assert!(place.exists("old/plan.txt"));
}

#[test]
fn what_is_made_unless_it_is_there() {
    let place = Place::new();
    place.file("data.csv", "a,b\n1,2\n");
    let request = "unless backup.csv exists already, copy data.csv to backup.csv";
    place.intent(&[request]).exits(0);
    assert_eq!(place.read("backup.csv"), b"a,b\n1,2\n");
}

#[test]
fn a_condition_that_nothing_decides_stops_everything() {
    let place = Place::new();
    place.file("a.txt", "a\n");
    assert_ne!(place.intent(&["delete a.txt only if the moon is full"]).code, 0);
    assert!(place.exists("a.txt"));
}

#[test]
fn rows_by_two_of_their_columns() {
    let place = Place::new();
    place.file("stock.csv", "item,qty,min_qty\nnails,3,10\nscrews,20,10\nbolts,10,10\n");
    let below = place.intent(&["which items in stock.csv have qty below min_qty?"]).exits(0);
    assert!(
        below.out.contains("nails") && !below.out.contains("screws") && !below.out.contains("bolts"),
        "{}",
        below.out
    );
}
