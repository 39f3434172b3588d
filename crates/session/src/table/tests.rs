//! A browser of tables and files by its events.

use super::Table;
use crate::{Event, Key, Session};
use serde_json::json;
use telos_abi::Value;

const ROWS: usize = 100;

/// Answers every ask from a table of numbered rows.
fn settle(session: &mut Table, fails: bool) {
    while let Some(asks) = session.asks() {
        if fails {
            session.failed("it cannot be read");
            return;
        }
        let int = |name: &str| match asks.values[name] {
            Value::Int(value) => usize::try_from(value).expect("no negative number"),
            _ => panic!("{name} is a number"),
        };
        let all: Vec<usize> = if asks.values["descending"] == Value::Bool(true) {
            (0..ROWS).rev().collect()
        } else {
            (0..ROWS).collect()
        };
        let kind = |at: &usize| if *at == 1 { "directory" } else { "file" };
        let rows: Vec<_> = all
            .iter()
            .skip(int("first"))
            .take(int("rows"))
            .map(|at| vec![format!("n{at}"), kind(at).to_owned()])
            .collect();
        let columns =
            json!([{"name": "name", "width": 4, "numeric": false}, {"name": "kind", "width": 9, "numeric": false}]);
        session.shown(json!({"columns": columns, "rows": rows, "count": ROWS}).to_string().as_bytes(), None);
    }
}

fn press(session: &mut Table, keys: &[Key]) {
    for key in keys {
        session.event(Event::Key(*key));
        settle(session, false);
    }
}

fn first_rows(session: &Table) -> Vec<String> {
    session.screen().lines.iter().take(2).map(telos_surface::Line::text).collect()
}

#[test]
fn the_header_stays_and_the_cursor_moves_what_is_shown() {
    let mut session = Table::new("t.csv", 40, 8);
    settle(&mut session, false);
    assert_eq!(first_rows(&session), ["name  kind", "n0    file"]);
    press(&mut session, &[Key::PageDown, Key::Down]);
    assert_eq!(first_rows(&session), ["name  kind", "n2    file"]);
    press(&mut session, &[Key::End]);
    assert_eq!(first_rows(&session), ["name  kind", "n95   file"]);
    assert_eq!(session.screen().status, "row 100 of 100   ? for keys");
    press(&mut session, &[Key::Right]);
    assert_eq!(first_rows(&session), ["kind", "file"]);
}

#[test]
fn a_column_is_sorted_either_way_and_then_not() {
    let mut session = Table::new("t.csv", 40, 8);
    settle(&mut session, false);
    press(&mut session, &[Key::Letter('1'), Key::Letter('1')]);
    assert_eq!(session.screen().status, "sorted by name, greatest first");
    assert_eq!(first_rows(&session)[1], "n99   file");
    press(&mut session, &[Key::Letter('1')]);
    assert_eq!(session.screen().status, "as it came");
    session.event(Event::Key(Key::Letter('2')));
    settle(&mut session, true);
    assert!(session.asks().is_some(), "what cannot be sorted is shown as it came");
}

#[test]
fn directories_are_entered_and_left_and_files_chosen() {
    let mut session = Table::of_files("docs", 40, 8);
    settle(&mut session, false);
    press(&mut session, &[Key::Down, Key::Enter]);
    assert_eq!(session.screen().title, "docs/n1");
    press(&mut session, &[Key::Down, Key::Down, Key::Enter]);
    assert_eq!(session.chosen().as_deref(), Some("n1/n2"));
    press(&mut session, &[Key::Backspace]);
    assert_eq!(session.screen().title, "docs");
    press(&mut session, &[Key::Left]);
    assert_eq!(session.screen().title, "docs");
    press(&mut session, &[Key::Letter('q')]);
    assert!(session.ended());
}

#[test]
fn a_directory_that_cannot_be_read_is_left() {
    let mut session = Table::of_files("docs", 40, 8);
    settle(&mut session, false);
    press(&mut session, &[Key::Down]);
    session.event(Event::Key(Key::Enter));
    settle(&mut session, true);
    settle(&mut session, false);
    assert_eq!(session.screen().title, "docs");
}
