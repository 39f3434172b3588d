//! Moments as they occur.

use crate::{DateOrder, Extent, Moment};
use proptest::prelude::*;

fn read(text: &str) -> Option<String> {
    Moment::read(text, DateOrder::MonthFirst).map(|moment| moment.to_string())
}

fn prefix(text: &str) -> Option<(String, &str)> {
    Moment::prefix(text).map(|(moment, length)| (moment.to_string(), &text[length..]))
}

#[test]
fn whole_texts_are_read_in_many_forms() {
    for (text, expected) in [
        ("2024-05-01", "2024-05-01"),
        (" 2024/5/1 ", "2024-05-01"),
        ("2024-05-01T12:00:00Z", "2024-05-01T12:00:00Z"),
        ("2024-05-01 12:00:00.250 +0200", "2024-05-01T12:00:00.25+02:00"),
        ("2024-05-01 12:00", "2024-05-01T12:00:00"),
        ("10/Oct/2000:13:55:36 -0700", "2000-10-10T13:55:36-07:00"),
        ("Wed, 01 May 2024 12:00:00 GMT", "2024-05-01T12:00:00Z"),
        ("May 1, 2024", "2024-05-01"),
        ("1 May 2024", "2024-05-01"),
        ("01-May-2024", "2024-05-01"),
        ("Wed May  1 12:00:00 2024", "2024-05-01T12:00:00"),
        ("1.5.2024 9:05", "2024-05-01T09:05:00"),
        ("5/1/2024", "2024-05-01"),
        ("05/01/24 12:30 AM", "2024-05-01T00:30:00"),
        ("5/1/2024, 1:30:00 PM", "2024-05-01T13:30:00"),
        ("2024-05", "2024-05"),
        ("May 2024", "2024-05"),
        ("2024", "2024"),
        ("20240501", "2024-05-01"),
        ("20240501T12:00:00", "2024-05-01T12:00:00"),
        ("1714564800", "2024-05-01T12:00:00Z"),
        ("1714564800123", "2024-05-01T12:00:00.123Z"),
        ("12:30", "12:30:00"),
        ("2016-12-31T23:59:60Z", "2016-12-31T23:59:59Z"),
    ] {
        assert_eq!(read(text).as_deref(), Some(expected), "{text}");
    }
}

#[test]
fn what_is_no_moment_is_not_read() {
    for text in [
        "",
        "2024-13-01",
        "2024-02-30",
        "13/13/2024",
        "12",
        "123",
        "99999999",
        "2024-05-01x",
        "2024-05-01T",
        "2024-05-01T25:00",
        "Mayor 1, 2024",
        "1.5",
        "12:60",
        "99999999999999",
        "é",
        "2024-05-01 12:00:00 +9999",
    ] {
        assert_eq!(read(text), None, "{text}");
    }
    let day_first = |text| Moment::read(text, DateOrder::DayFirst).map(|moment| moment.to_string());
    assert_eq!(day_first("31/12/2024").as_deref(), Some("2024-12-31"));
    assert_eq!(day_first("12/31/2024"), None);
}

#[test]
fn a_prefix_ends_where_the_moment_does() {
    let time = "2024-05-01T12:00:00".to_owned();
    for (text, zone, rest) in [
        ("2024-05-01 12:00:00,123 ERROR x", ".123", " ERROR x"),
        ("2024-05-01 12:00:00 - name", "", " - name"),
        ("2024-05-01 12:00:00 -10 degrees", "", " -10 degrees"),
        ("2024-05-01 12:00:00+02 x", "+02:00", " x"),
        ("2024-05-01T12:00:00Z:", "Z", ":"),
        ("Wed May 01 12:00:00.5 2024] [error]", ".5", "] [error]"),
        ("2024-05-01 12:00:00 PMT", "", " PMT"),
    ] {
        assert_eq!(prefix(text), Some((format!("{time}{zone}"), rest)), "{text}");
    }
    assert_eq!(prefix("May  1 12:00:00 host x"), Some(("0000-05-01T12:00:00".into(), " host x")));
    assert_eq!(prefix("05-01 12:00:00.1 1 E"), Some(("0000-05-01T12:00:00.1".into(), " 1 E")));
    assert_eq!(prefix("12:00:00.1 [main]"), Some(("12:00:00.1".into(), " [main]")));
    for text in ["12:00 tea", "May 1 and", "may be", "5/1/2024", "2024 was", "1714564800", "10.0.0.1", "mar 3 x"] {
        assert_eq!(prefix(text), None, "{text}");
    }
}

#[test]
fn a_missing_year_can_be_given() {
    let (leap, _) = Moment::prefix("Feb 29 00:00:00 x").unwrap();
    assert_eq!(leap.in_year(2024).to_string(), "2024-02-29T00:00:00");
    assert_eq!(leap.in_year(2023).to_string(), "2023-03-01T00:00:00");
    let known = Moment::read("2020-01-01", DateOrder::DayFirst).unwrap();
    assert_eq!(known.in_year(1999), known);
}

#[test]
fn the_end_of_a_month_is_its_last_instant() {
    let month = Moment::read("2024-02", DateOrder::DayFirst).unwrap();
    assert_eq!(month.extent, Extent::Month);
    assert_eq!(month.last().unwrap().to_string(), "2024-02-29T23:59:59.999999999");
    assert_eq!(month.first().unwrap().to_string(), "2024-02-01T00:00:00");
}

proptest! {
    #[test]
    fn any_text_is_read_or_not(text in "[0-9A-Za-z:./, +é-]{0,30}") {
        let _ = read(&text);
        if let Some((_, rest)) = prefix(&text) {
            prop_assert!(rest.len() < text.len());
        }
    }

    #[test]
    fn what_is_written_reads_back(
        (year, month, day) in (1..9999_i16, 1..=12_i8, 1..=28_i8),
        (hour, minute, east) in (0..24_i8, 0..60_i8, -14..14_i32),
    ) {
        let text = format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:07.5{}", match east {
            0 => "Z".to_owned(),
            east => format!("{}{:02}:30", if east < 0 { '-' } else { '+' }, east.abs()),
        });
        prop_assert_eq!(read(&text), Some(text.clone()));
        prop_assert_eq!(prefix(&text), Some((text.clone(), "")));
    }
}
