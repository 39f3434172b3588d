//! Calculations through the binary: what people ask beside their files.

mod support;

use support::Place;

#[test]
fn what_is_computed_is_answered() {
    let place = Place::new();
    for (asked, answer) in [
        ("what is 12 * (3 + 4)", "84"),
        ("how much is 17 percent of 300", "51"),
        ("convert 5 miles to km", "8.04672 km"),
        ("1994 in roman numerals", "MCMXCIV"),
        ("prime factors of 360", "2 × 2 × 2 × 3 × 3 × 5"),
        ("which day of the week was 14 March 2023", "Tuesday"),
        ("how many days between 2024-01-01 and 2024-03-15", "74 days"),
        ("is 2024 a leap year", "yes"),
        ("how long is it from 9:15 to 17:40", "8 hours 25 minutes"),
    ] {
        let said = place.intent(&[asked]).exits(0);
        assert!(said.out.contains(answer), "{asked}: {}", said.out);
    }
}

#[test]
fn numbers_of_a_file_are_summarised() {
    let place = Place::new();
    place.file("times.txt", "12\n15\n9\n40\n");
    let said = place.intent(&["median of the numbers in times.txt"]).exits(0);
    assert!(said.out.contains("13.5"), "{}", said.out);
}

#[test]
fn what_grows_without_end_is_an_error() {
    Place::new().intent(&["calculate 9^9^9^9"]).exits(5).tells("number.compute");
}
