//! The reader by its events, on views that are made the plain way.

use super::Reader;
use crate::{Event, Key, Session};
use serde_json::json;
use telos_abi::Value;

const COLUMNS: u16 = 20;
const ROWS: u16 = 7;

/// A file of lines that are shorter than the screen is wide.
struct Held {
    text: String,
    state: Option<String>,
    asked: usize,
}

impl Held {
    fn numbered(lines: usize) -> Self {
        Self { text: (1..=lines).map(|line| format!("line {line}\n")).collect(), state: None, asked: 0 }
    }

    /// Answers every ask.
    fn settle(&mut self, session: &mut Reader) {
        while let Some(asks) = session.asks() {
            self.asked += 1;
            assert!(self.asked < 20_000, "it never ends");
            let int = |name: &str| match asks.values[name] {
                Value::Int(value) => usize::try_from(value).expect("no negative number"),
                _ => panic!("{name} is a number"),
            };
            let Value::Text(pattern) = &asks.values["pattern"] else { panic!("a text") };
            let begin = int("offset").min(self.text.len());
            let window = &self.text[begin..(begin + int("length")).min(self.text.len())];
            let anchor = int("anchor");
            let (mut above, mut lines, mut next) = (Vec::new(), Vec::new(), None);
            let mut line = int("number");
            let mut at = begin;
            for text in window.split_inclusive('\n') {
                // A row begins at the anchor, also within a line.
                let cut = if at < anchor && anchor < at + text.len() { anchor - at } else { text.len() };
                for (part, offset) in
                    [(&text[..cut], at), (&text[cut..], at + cut)].into_iter().filter(|part| !part.0.is_empty())
                {
                    let starts = offset == 0 || self.text.as_bytes()[offset - 1] == b'\n';
                    if offset < anchor {
                        above.insert(0, json!([offset, starts]));
                    } else if lines.len() < int("rows") {
                        line += usize::from(!lines.is_empty() && line > 0 && starts);
                        lines.push(json!({"offset": offset, "line": line, "starts": starts, "text": part.trim_end(), "marks": []}));
                    } else {
                        next = next.or(Some(offset));
                    }
                }
                at += text.len();
            }
            above.truncate(int("rows"));
            let found = window.match_indices(pattern.as_str()).filter(|_| !pattern.is_empty());
            let matches: Vec<_> = found.map(|(at, text)| [begin + at, begin + at + text.len()]).collect();
            let feeds = window.matches('\n').count();
            let view = json!({"size": self.text.len(), "feeds": feeds, "lines": lines, "above": above, "next": next, "matches": matches});
            if asks.values["ends"] == Value::Bool(true) {
                let Value::Bytes(state) = &asks.values["state"] else { panic!("a document") };
                self.state = Some(String::from_utf8(state.0.clone()).expect("it is UTF-8"));
            }
            let state = self.state.clone().filter(|_| asks.values["begins"] == Value::Bool(true));
            session.shown(view.to_string().as_bytes(), state.as_deref().map(str::as_bytes));
        }
    }

    fn open(&mut self, search: &str) -> Reader {
        let mut session = Reader::new("f.txt", COLUMNS, ROWS, search);
        self.settle(&mut session);
        session
    }

    fn press(&mut self, session: &mut Reader, keys: &[Key]) {
        for key in keys {
            session.event(Event::Key(*key));
            self.settle(session);
        }
    }

    fn type_in(&mut self, session: &mut Reader, text: &str) {
        text.chars().for_each(|letter| self.press(session, &[Key::Letter(letter)]));
    }
}

fn shown(session: &Reader) -> Vec<String> {
    session.screen().lines.iter().map(|line| line.text().trim().to_owned()).collect()
}

#[test]
fn rows_and_pages_are_scrolled_and_the_end_is_filled() {
    let mut file = Held::numbered(100);
    let mut session = file.open("");
    assert_eq!(shown(&session), ["line 1", "line 2", "line 3", "line 4", "line 5"]);
    file.press(&mut session, &[Key::Down, Key::PageDown]);
    assert_eq!(shown(&session)[0], "line 6");
    file.press(&mut session, &[Key::Up]);
    assert_eq!(shown(&session)[0], "line 5");
    file.press(&mut session, &[Key::End]);
    assert_eq!(shown(&session), ["line 96", "line 97", "line 98", "line 99", "line 100"]);
    file.press(&mut session, &[Key::Down, Key::PageDown]);
    assert_eq!(shown(&session)[0], "line 96");
    file.press(&mut session, &[Key::PageUp]);
    assert_eq!(shown(&session)[0], "line 92");
    file.press(&mut session, &[Key::Home]);
    assert_eq!(shown(&session)[0], "line 1");
}

#[test]
fn a_short_file_and_an_empty_one_are_whole() {
    let mut session = Held::numbered(2).open("");
    session.event(Event::Key(Key::Down));
    assert_eq!(shown(&session), ["line 1", "line 2"]);
    let mut empty = Held::numbered(0);
    let mut session = empty.open("");
    empty.press(&mut session, &[Key::End, Key::Up, Key::Letter('n'), Key::PageDown]);
    assert_eq!(shown(&session), Vec::<String>::new());
}

#[test]
fn a_search_goes_as_it_is_typed_and_on_from_the_other_end() {
    let mut file = Held::numbered(100);
    let mut session = file.open("");
    file.type_in(&mut session, "/line 4");
    assert_eq!(shown(&session)[0], "line 1");
    file.type_in(&mut session, "2");
    assert!(shown(&session).contains(&"line 42".to_owned()), "{:?}", shown(&session));
    file.press(&mut session, &[Key::Backspace]);
    file.type_in(&mut session, "9");
    assert!(shown(&session).contains(&"line 49".to_owned()));
    file.press(&mut session, &[Key::Escape]);
    assert_eq!(shown(&session)[0], "line 1");
    file.type_in(&mut session, "/ 10");
    file.press(&mut session, &[Key::Enter, Key::Letter('n')]);
    assert!(shown(&session).contains(&"line 100".to_owned()));
    file.press(&mut session, &[Key::Letter('n')]);
    assert!(shown(&session).contains(&"line 10".to_owned()));
    assert_eq!(session.screen().status, "searched on from the beginning");
    file.press(&mut session, &[Key::Letter('N')]);
    assert!(shown(&session).contains(&"line 100".to_owned()));
    assert_eq!(session.screen().status, "searched on from the end");
}

#[test]
fn what_is_nowhere_is_told_and_one_stays_where_one_was() {
    let mut file = Held::numbered(300_000);
    let mut session = file.open("");
    file.press(&mut session, &[Key::End]);
    let before = shown(&session);
    file.type_in(&mut session, "/teapot");
    assert!(session.screen().status.contains("“teapot” is not in the file"), "{}", session.screen().status);
    assert_eq!(shown(&session), before);
}

#[test]
fn numbers_of_lines_are_counted_when_they_are_wanted() {
    let mut file = Held::numbered(300_000);
    let mut session = file.open("");
    file.press(&mut session, &[Key::End]);
    assert!(session.data()["lines"][0]["number"].is_null());
    file.press(&mut session, &[Key::Letter('l')]);
    assert_eq!(session.data()["lines"][0]["number"], 299_996);
    let asked = file.asked;
    file.press(&mut session, &[Key::PageUp, Key::Up, Key::Down]);
    assert_eq!(session.data()["lines"][0]["number"], 299_992);
    assert_eq!(file.asked - asked, 3, "what was counted is not counted again");
}

#[test]
fn the_place_and_preferences_are_kept() {
    let mut file = Held::numbered(100);
    let mut session = file.open("");
    file.press(&mut session, &[Key::PageDown, Key::Letter('l'), Key::Letter('w')]);
    file.type_in(&mut session, "/line 7");
    file.press(&mut session, &[Key::Enter, Key::Letter('q')]);
    assert!(session.ended());
    let mut again = file.open("");
    assert_eq!(again.screen(), {
        file.press(&mut again, &[Key::Left]);
        again.screen()
    });
    assert!(shown(&again)[0].starts_with("5  line 5"), "{:?}", shown(&again));
    file.press(&mut again, &[Key::Letter('n')]);
    assert!(shown(&again).contains(&"7  line 7".to_owned()), "{:?}", shown(&again));
}

#[test]
fn a_text_that_was_asked_for_is_gone_to_at_first() {
    let mut file = Held::numbered(100);
    assert!(shown(&file.open("line 80")).contains(&"line 80".to_owned()));
}

#[test]
fn a_file_that_shrinks_or_vanishes_is_told() {
    let mut file = Held::numbered(100);
    let mut session = file.open("");
    file.press(&mut session, &[Key::End]);
    file.text.truncate(60);
    file.press(&mut session, &[Key::Letter('w')]);
    assert_eq!(session.screen().status, "the file became shorter");
    session.event(Event::Key(Key::Home));
    session.failed("it is gone");
    assert_eq!(session.screen().status, "it is gone");
    assert!(session.asks().is_none() && !session.ended());
}

#[test]
fn the_screen_may_have_any_size() {
    for (columns, rows) in [(1, 1), (3, 2), (80, 24), (0, 0)] {
        let mut file = Held::numbered(100);
        let mut session = file.open("");
        session.event(Event::Resize { columns, rows });
        file.settle(&mut session);
        file.press(
            &mut session,
            &[Key::Down, Key::PageDown, Key::End, Key::PageUp, Key::Letter('?'), Key::Letter('?')],
        );
        file.type_in(&mut session, "/line 5");
        file.press(&mut session, &[Key::Enter, Key::Letter('n'), Key::Letter('l'), Key::Letter('q')]);
        assert!(session.ended());
    }
}
